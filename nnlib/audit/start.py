"""Checks of the start: neurons that are alike, saturated or dead, and slopes that are all 0."""

from __future__ import annotations

import numpy as np

from nnlib.audit.exam import Exam, check
from nnlib.audit.patient import Failed

FLAT = 0.25e-3  # a slope below this is as good as none: a thousandth of a sigmoid's largest one


def look_for_one_array(exam: Exam) -> None:
    """No two parameters are one array in memory."""
    pairs = exam.patient.in_one_place
    if not pairs:
        return
    shown = "; ".join(f"{a} and {b} are one array in memory" for a, b, _ in pairs[:3])
    exam.find(
        "neurons_alike", "wrong" if any(alike for *_, alike in pairs) else "suspicious",
        ", ".join(dict.fromkeys(name for a, b, _ in pairs for name in (a, b))),
        f"{shown}: what is written into one stands in the other, too.",
        advice=("One array was given to both: W1 = W2 = ..., [W] * 2, or H stored twice.",
                "Make each of its own, or with .copy(). If they are to be one, pass one of them."),
    )  # fmt: skip
    exam.miss("all else: no parameter may change with another one")
    exam.stopped = True


@check
def look_for_twins(exam: Exam) -> None:
    """Hidden neurons differ from each other."""
    dense = exam.dense
    if dense is None:
        return
    start = exam.patient.start
    for number, layer in enumerate(dense.layers[:-1], start=1):
        after = dense.layers[number].matrix(start)
        parts = [layer.matrix(start), np.atleast_2d(after.T)]
        bias = layer.bias(start)
        if isinstance(bias, np.ndarray):
            parts.append(np.atleast_2d(bias))
        neurons = np.concatenate(parts).T  # a row for each neuron: what comes in, what goes out
        different = np.unique(neurons, axis=0)
        n = len(neurons)
        if n > 1 and len(different) == 1:
            silent = not after.any() and not layer.matrix(start).any()
            exam.find(
                "neurons_alike", "wrong", f"layer {number}",
                f"all {n} neurons of layer {number} start with the same weights"
                + (", all 0" if silent else f", {neurons[0][0]:.4g} for the first input")
                + ": they get the same gradient and stay alike.",
                tuple(exam.patient.names[i] for i in (layer.W, dense.layers[number].W)),
            )  # fmt: skip
        elif n > 1 and len(different) <= n / 2:
            exam.find(
                "neurons_alike", "suspicious", f"layer {number}",
                f"of the {n} neurons of layer {number} only {len(different)} are different.",
            )  # fmt: skip
    if not exam.found("neurons_alike") and len(dense.layers) > 1:
        exam.look("the hidden neurons start differently")


@check
def look_for_silence(exam: Exam) -> None:
    """The hidden neurons have slopes that are not 0, at the start."""
    dense = exam.dense
    if dense is None or exam.first_answers is None:
        return
    X = exam.rows_of(exam.few)
    z, _ = dense.forward(exam.patient.start, X)
    for number, activation in enumerate(dense.activations[:-1], start=1):
        slope = np.abs(activation.slope(z[number]))
        if activation.name in ("identity", "softplus", "sine"):
            continue
        if activation.name == "ReLU":
            tell_dead(exam, number, (slope == 0).all(axis=0))
            continue
        share = float((slope < FLAT).mean())
        if share > 0.4:
            exam.flat[number] = share, float(np.median(np.abs(z[number])))
        if share > 0.9:
            severity = "wrong" if share > 0.98 else "suspicious"
            if exam_scale(exam):
                severity = "suspicious"
            exam.find(
                "saturated", severity, f"layer {number}",
                f"{100 * share:.0f} % of the slopes of layer {number} are below "
                f"{FLAT:g}: its weighted sums reach {np.abs(z[number]).max():.4g}.",
            )  # fmt: skip
    if "predict" not in exam.no_numbers:
        look_at_output(exam, z[-1])


def exam_scale(exam: Exam) -> bool:
    """Say whether the inputs were found to be out of scale."""
    return any(f.kind == "data_scale" for f in exam.findings)


def tell_dead(exam: Exam, number: int, asleep: np.ndarray) -> None:
    """Report neurons that are off for all samples."""
    n, off = len(asleep), int(asleep.sum())
    if not off:
        return
    severity = "wrong" if off == n else ("suspicious" if off > n / 2 else "note")
    verb = "is" if off == 1 else "are"
    exam.find(
        "dead", severity, f"layer {number}",
        f"{off} of {n} ReLU neurons of layer {number} {verb} off for every sample at the start"
        + (": no gradient comes back through this layer." if off == n else "."),
        tuple(f"neuron with index {i}" for i in np.flatnonzero(asleep)[:8]),
    )  # fmt: skip


def look_at_output(exam: Exam, z: np.ndarray) -> None:
    """The output is not sure of everything before it has learned."""
    assert exam.dense is not None
    name = exam.dense.activations[-1].name
    a = exam.dense.activations[-1].value(z)
    number = len(exam.dense.layers)
    if name == "ReLU" and not a.any():
        exam.find("dead", "wrong", f"layer {number}",
                  "the output's ReLU is off for every sample at the start.")  # fmt: skip
    if name in ("sigmoid", "tanh", "softmax"):
        flat = a * (1 - a) if name != "tanh" else 1 - a**2
        share = float((flat < 1e-6).mean()) if name != "softmax" else float(
            (a.max(axis=1) > 1 - 1e-6).mean())  # fmt: skip
        nearly = float((flat < FLAT).mean())
        if nearly > 0.4:
            exam.flat[number] = nearly, float(np.median(np.abs(z)))
        if share > 0.9:
            exam.find(
                "saturated", "suspicious", f"layer {number}",
                f"{100 * share:.0f} % of the outputs are within 0.000001 of their limit at the "
                f"start: the weighted sums reach {np.abs(z).max():.4g}.",
            )  # fmt: skip


@check
def look_for_slopes_of_zero(exam: Exam) -> None:
    """At the start the loss has a slope."""
    patient = exam.patient
    if not patient.has(exam.loss_name) or exam.found("loss_random"):
        return
    if exam.loss_name in exam.no_numbers:
        exam.miss(f"the slopes at the start, where {exam.loss_name} is no finite number")
        return
    try:
        measured = exam.measured(patient.start, exam.few, 60)
    except Failed:
        return
    zero = [bool(np.nanmax(np.abs(s), initial=0) <= 1e-3 * measured.noise) for s in measured.slope]
    if (
        not any(zero)
        or not np.isfinite([np.nanmax(np.abs(s), initial=0) for s in measured.slope]).all()
    ):
        return
    names = ", ".join(name for name, z in zip(patient.names, zero, strict=True) if z)
    severity = "wrong" if all(zero) else "note"
    if severity == "wrong" and exam_scale(exam):
        severity = "suspicious"
    elif severity == "wrong":
        exam.worsen("saturated")
    exam.find(
        "nothing_compared", severity, names,
        f"at the start {sum(zero)} of {len(zero)} parameters have no slope at all ({names}): the "
        "loss does not change when they do.",
    )  # fmt: skip
