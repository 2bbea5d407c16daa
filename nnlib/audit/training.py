"""Checks by training a little: does the loss fall, can a few samples be learned by heart?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam, check, seed
from nnlib.audit.formulas import BASES
from nnlib.audit.patient import Arrays, Failed, in_form_of, taken
from nnlib.audit.slopes import one_factor
from nnlib.audit.start import exam_scale
from nnlib.audit.update import Steps, between, together


@dataclass(frozen=True)
class Way:
    """The losses that were measured on a short training, how many steps it took, and its end."""

    losses: list[float]
    n_steps: int
    end: Arrays = field(default_factory=list)


def trained(
    exam: Exam,
    data: tuple[Any, Any],
    n_samples: int,
    at_most: int,
    enough: float = -np.inf,
    start: Arrays | None = None,
) -> Way:
    """Train for some steps by the program's own step, from its start or from another one.

    It is enough when the loss is below this share of the first one.
    """
    patient = exam.patient
    values, step = start or patient.start, patient.fresh_step()
    n_steps = int(np.clip(100_000_000 // exam.work(range(n_samples)), 10, at_most))
    seed(7)
    losses = [shown(exam, values, data)]
    for k in range(n_steps):
        values = patient.stepped(values, data, step)
        if not all(np.isfinite(v).all() for v in values):
            return Way([*losses, np.nan], k + 1, values)
        if k < 40 or k % 20 == 0 or k == n_steps - 1:
            losses.append(shown(exam, values, data))
        if not np.isfinite(losses[-1]) or losses[-1] < enough * losses[0]:
            return Way(losses, k + 1, values)
    return Way(losses, n_steps, values)


def shown(exam: Exam, values: Arrays, data: tuple[Any, Any]) -> float:
    """Return the loss that training should make smaller."""
    return exam.patient.number(exam.loss_name, values, data, exact=False)


def can_train(exam: Exam) -> bool:
    """Say whether there is a step and a loss, and a way to start afresh."""
    patient = exam.patient
    return patient.has("step", exam.loss_name) and len(exam.chain) > 1


@check
def look_at_the_way_down(exam: Exam) -> None:
    """The loss falls."""
    if not can_train(exam) or exam.found():
        return
    try:
        way = trained(exam, exam.patient.data(), exam.patient.n, 300 if exam_scale(exam) else 60)
    except Failed as error:
        exam.miss(f"a short training: {error}")
        return
    losses = way.losses
    begin, end = losses[0], losses[-1]
    if not np.isfinite(begin):
        exam.miss(f"whether the loss falls: it is {begin} at the start")
        return
    scaled = scaled_training(exam)
    if not end <= begin and tell_rate_below_0(exam, way.n_steps):
        return
    if not np.isfinite(end) or abs(end) > 1e4 * max(abs(begin), 1e-3):
        if exam_scale(exam) and falls(scaled):
            exam.find(
                "data_scale", "wrong", "X",
                f"the loss goes from {begin:.4g} to {end:.4g} within {way.n_steps} steps; with "
                f"X scaled it goes from {scaled[0]:.4g} to {scaled[-1]:.4g}.",
            )  # fmt: skip
        else:
            exam.find(
                "divergence", "wrong", "step",
                f"the loss goes from {begin:.4g} to {end:.4g} within {way.n_steps} steps.",
            )  # fmt: skip
        return
    asleep = any(f.kind in ("nothing_compared", "saturated") for f in exam.findings)
    ahead = falls(scaled) and scaled[-1] < 0.7 * losses[-1]
    level = of_one_answer(exam)  # no better than one answer for all: nothing was learned
    nowhere = level is not None and end > 0.97 * level and scaled and scaled[-1] < 0.9 * level
    if exam_scale(exam) and ahead and (
        stuck(losses) or nowhere or (asleep and fell(losses) < 0.45)
    ):  # fmt: skip
        exam.find(
            "data_scale", "wrong", "X",
            f"in {way.n_steps} steps the loss goes from {begin:.4g} to {end:.4g}; with X "
            f"scaled, from the same start, from {scaled[0]:.4g} to {scaled[-1]:.4g}.",
        )  # fmt: skip
        return
    if tell_flat(exam, losses) or ruined_by_scale(exam):
        return
    if end > begin * (1 + 1e-3) and end > begin + 1e-6:
        risen(exam, way)
    elif end >= begin:
        exam.miss(f"whether the loss falls: in {way.n_steps} steps it stays at {begin:.4g}")
    else:
        exam.look(f"in {way.n_steps} steps the loss falls, from {begin:.4g} to {end:.4g}")
        tell_shut(exam, way)
        better = level is None or end < 0.9 * level
        if better and (fell(losses) > 0.3 or (falls(losses) and scaled and not ahead)):
            for kind in ("data_scale", "saturated", "dead"):
                exam.make_note(kind, "All the same, the program learns.")


def tell_shut(exam: Exam, way: Way) -> None:
    """See whether weights without a slope stay as they are while others learn.

    Weights that no one uses have no slope with smaller parameters either.
    """
    if not any(f.kind == "nothing_compared" for f in exam.findings):
        return
    start, names = exam.patient.start, exam.patient.names
    still = [k for k, (v, end) in enumerate(zip(start, way.end, strict=True))
             if v.ndim > 1 and v.size > 3 and np.array_equal(v, end)]  # fmt: skip
    shut = [names[k] for k in still if awake_if_small(exam, k)]
    if not shut:
        return
    verb = "stay as they are: they have" if len(shut) > 1 else "stays as it is: it has"
    exam.find(
        "saturated", "wrong", ", ".join(shut),
        f"in {way.n_steps} steps, in which the loss falls, {', '.join(shut)} {verb} no slope at "
        "any sample. With all parameters 20 times smaller there is one: so on the way from there "
        "to the loss something is shut.",
        advice=("A gate, or another activation, is so far in its flat part that nothing passes.",
                "Start with smaller biases and weights there: with a bias of -2 a gate is nearly "
                "shut, and still learns."),
    )  # fmt: skip


def awake_if_small(exam: Exam, k: int) -> bool:
    """Say whether the loss changes with a parameter where all are 20 times smaller."""
    small = [0.05 * v for v in exam.patient.start]
    other = [v.copy() for v in small]
    other[k] += 0.1 * np.random.default_rng(5).normal(size=other[k].shape)
    try:
        begin, end = (exam.loss(values, exam.few) for values in (small, other))
    except Failed:
        return False
    return bool(abs(end - begin) > 1e-9 * abs(begin))


def tell_rate_below_0(exam: Exam, n_steps: int) -> bool:
    """See whether steps along the gradient turn round after some time, as a falling rate does."""
    patient, steps = exam.patient, Steps(exam)
    index = None if exam.step_is == "update" else np.array([0])
    values, step, factors = patient.start, patient.fresh_step(), list[float]()
    seed(7)
    try:
        while len(factors) < min(n_steps, 60) and (not factors or factors[-1] >= 0):
            g = steps.gradient(values, index)
            after = patient.stepped(values, patient.data(index), step)
            moved = between(values, after)
            f = None if g is None else one_factor(*together(moved, g), 1e-2)
            if f is None:
                return False
            factors.append(f)
            values = after
    except Failed:
        return False
    if len(factors) < 2 or factors[-1] >= 0:
        return False
    on = "" if index is None else " on one sample"
    exam.find(
        "gradient_sign", "wrong", "step",
        f"steps{on} are the gradient times a rate that changes, {factors[0]:.4g} at first: step "
        f"{len(factors)} is {factors[-1]:.4g} times it. It goes uphill.",
        advice=("The rate falls by a line, such as rate0 * (1 - t / T), and t counts beyond T: "
                "updates, perhaps, where T counts epochs.",
                "Count t and T alike, and let the rate end at 0: max(0, ...)."),
    )  # fmt: skip
    return True


def ruined_by_scale(exam: Exam) -> bool:
    """See whether a few samples are learned by heart with scaled inputs, and not as they are."""
    if not any((f.kind, f.severity) == ("data_scale", "suspicious") for f in exam.findings):
        return False
    chosen = few_different(exam, 8)
    try:
        raw = trained(exam, exam.patient.data(chosen), len(chosen), 400, 0.3).losses
        if fell(raw) > 0.3 or not raw[0] > 0:
            return False
        X = scaled_inputs(exam)
        scaled = (taken(X, chosen, exam.patient.axis["X"]), exam.patient.data(chosen)[1])
        tamed = trained(exam, scaled, len(chosen), 400, 0.1).losses
    except Failed:
        return False
    if not fell(tamed) > 0.8:
        return False
    exam.find(
        "data_scale", "wrong", "X",
        f"{len(chosen)} samples are not learned by heart, the loss goes from {raw[0]:.4g} to "
        f"{raw[-1]:.4g}; with X scaled, from the same start, from {tamed[0]:.4g} to "
        f"{tamed[-1]:.4g}.",
    )  # fmt: skip
    return True


def tell_flat(exam: Exam, losses: list[float]) -> bool:
    """See whether a start with many flat slopes learns far worse than one of smaller weights."""
    divisors = {number: middle for number, (_, middle) in exam.flat.items() if middle > 1}
    if not divisors or exam.dense is None or exam_scale(exam) or fell(losses) > 0.1:
        return False
    smaller = [v.copy() for v in exam.patient.start]
    for number, divisor in divisors.items():
        layer = exam.dense.layers[number - 1]
        for k in (layer.W, layer.b):
            if k is not None:
                smaller[k] = smaller[k] / divisor
    try:
        tamed = trained(exam, exam.patient.data(), exam.patient.n, 60, start=smaller).losses
    except Failed:
        return False
    if not falls(tamed) or not tamed[-1] < 0.6 * losses[-1]:
        return False
    parts = [f"{100 * share:.0f} % of layer {number}" for number, (share, _) in exam.flat.items()]
    divided = [f"of layer {number} divided by {divisor:.4g}"
               for number, divisor in divisors.items()]  # fmt: skip
    exam.find(
        "saturated", "note" if falls(losses) else "wrong",
        ", ".join(f"layer {number}" for number in exam.flat),
        f"of the slopes {' and '.join(parts)} are as good as 0, and in a short training the "
        f"loss goes from {losses[0]:.4g} to {losses[-1]:.4g}; with the weights "
        f"{' and '.join(divided)}, from {tamed[0]:.4g} to {tamed[-1]:.4g}.",
    )  # fmt: skip
    return True


def of_one_answer(exam: Exam) -> float | None:
    """Return the loss of the best single answer to all samples; None for other losses."""
    formula, y = exam.formula, exam.targets_of(exam.few)
    if formula is None or y is None or formula.base not in ("squared", "binary", "cross"):
        return None
    if not exam.patient.has("predict") or exam.few is not None:
        return None
    constant = np.broadcast_to(y.mean(axis=0), y.shape)
    return formula.factor * BASES[formula.base](constant, y)


def fell(losses: list[float]) -> float:
    """Return by which share the loss fell."""
    if len(losses) < 2 or not np.isfinite(losses[-1]):
        return 0.0
    return (losses[0] - losses[-1]) / max(abs(losses[0]), 1e-300)


def falls(losses: list[float]) -> bool:
    """Say whether a training gets anywhere."""
    return fell(losses) > 0.05


def stuck(losses: list[float]) -> bool:
    """Say whether a training gets nowhere."""
    return fell(losses) < 0.01


def scaled_training(exam: Exam) -> list[float]:
    """Return the losses of a training with scaled inputs."""
    if not exam_scale(exam):
        return []
    data = scaled_inputs(exam), exam.patient.data()[1]
    try:
        return trained(exam, data, exam.patient.n, 300).losses
    except Failed:
        return []


def scaled_inputs(exam: Exam) -> Any:
    """Return X with columns of mean 0 and standard deviation 1, in the form in which it came."""
    patient = exam.patient
    X = np.moveaxis(np.asarray(patient.X, dtype=float), patient.axis["X"], 0)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    X = np.moveaxis(X, 0, patient.axis["X"]).copy()
    return in_form_of(patient.X, X)


def risen(exam: Exam, way: Way) -> None:
    """The loss is higher after a short training than before: is the step too long?"""
    patient, losses = exam.patient, way.losses
    begin, end = losses[0], losses[-1]
    up = sum(b > a for a, b in itertools.pairwise(losses))
    try:
        again = [shown(exam, patient.start, patient.data()) for _ in range(2)]
    except Failed:
        return
    if patient.random_loss or again[0] != again[1]:  # it may draw from the global generator
        again += [shown(exam, patient.start, patient.data()) for _ in range(18)]
        if end <= max(again):
            exam.miss(
                "whether the loss falls: it is random, and at the start it is between "
                f"{min(again):.4g} and {max(again):.4g}"
            )
            return
    kind = "step_too_long"
    text = f"the loss rises from {begin:.4g} to {end:.4g} in {way.n_steps} steps"
    first = exam.chain[1]
    pairs = zip(patient.start, between(patient.start, first), strict=True)
    smaller = [a - 0.01 * move for a, move in pairs]
    try:
        near = shown(exam, smaller, patient.data())
    except Failed:
        return
    if near < begin:
        text += f"; a hundredth of the first step lowers it, to {near:.6g}"
    severity = (
        "wrong" if near < begin and (end > 1.02 * begin or up > len(losses) / 3) else "suspicious"
    )
    if exam.step_is == "batch" or patient.random_loss:
        severity = "suspicious"
    exam.find(kind, severity, "step", f"{text}.")


@check
def learn_by_heart(exam: Exam) -> None:
    """A few samples can be learned by heart."""
    dense, y = exam.dense, exam.targets
    if exam.found() or dense is None or y is None or exam.formula is None:
        return
    if any(f.severity == "suspicious" for f in exam.findings) or exam.loss_name != "loss":
        return
    sizes = [layer.matrix(exam.patient.start).shape[1] for layer in dense.layers[:-1]]
    if not sizes:
        return
    chosen = few_different(exam, min(8, min(sizes)))
    linear = all(a.name == "identity" for a in dense.activations[:-1])
    if len(chosen) < 3:
        return
    if linear:
        enough = by_lines(exam) and dense.activations[-1].name == "identity"
        exam.find(
            "cannot_memorise",
            "suspicious" if enough else "wrong",
            "predict",
            f"{len(sizes)} hidden layer{'s' * (len(sizes) > 1)} without an activation: together "
            "the layers are one, and can only draw straight lines.",
        )  # fmt: skip
        return
    by_own_steps(exam, chosen)


def few_different(exam: Exam, k: int) -> np.ndarray:
    """Return up to k samples with different inputs, of all classes."""
    X = exam.X_rows
    order = np.random.default_rng(4).permutation(len(X))
    chosen: list[int] = []
    for i in order:
        if len(chosen) < k and not any((X[i] == X[j]).all() for j in chosen):
            chosen.append(int(i))
    return np.array(sorted(chosen))


def by_lines(exam: Exam) -> bool:
    """Say whether straight lines are enough for the samples, nearly."""
    y = exam.targets
    assert y is not None
    A = np.column_stack([exam.X_rows, np.ones(len(y))])
    made = A @ np.linalg.lstsq(A, y, rcond=None)[0]
    if len(np.unique(y)) == 2:
        middle = (y.max() + y.min()) / 2
        return bool(((made > middle) == (y > middle)).mean() > 0.95)
    return bool(np.mean((made - y) ** 2) < 0.1 * np.mean((y - y.mean(axis=0)) ** 2))


def by_own_steps(exam: Exam, chosen: np.ndarray) -> None:
    """Train on some samples with the program's step, and say what the loss does."""
    if not can_train(exam):
        return
    patient, k = exam.patient, len(chosen)
    try:
        way = trained(exam, patient.data(chosen), k, 400, 0.1)
    except Failed as error:
        exam.miss(f"whether {k} samples can be learned by heart: {error}")
        return
    begin, end = way.losses[0], way.losses[-1]
    if len(way.losses) > 2 and end < 0.5 * begin:
        exam.look(
            f"{k} samples are being learned by heart: the loss goes from {begin:.4g} to {end:.4g}"
        )
    else:
        exam.miss(
            f"whether {k} samples can be learned by heart: in {way.n_steps} "
            f"step{'s' * (way.n_steps > 1)} the loss goes from {begin:.4g} to {end:.4g}"
        )


@check
def look_back(exam: Exam) -> None:
    """What was suspicious at the start, and did not learn, is wrong."""
    if any(f.severity == "wrong" and f.where == "step" for f in exam.findings):
        exam.worsen("same_array_returned")  # its step, which uses that array, is wrong
    if not exam.found() and not exam_scale(exam):
        exam.worsen("saturated")
