"""A loss that is a known one, of other predictions than those of predict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.formulas import (
    ACTIVATIONS,
    BASES,
    Activation,
    Dense,
    Formula,
    activation_choices,
    agrees,
    chains,
    disorder,
    fitted,
    rebuilt,
    scalings_by,
)
from nnlib.audit.patient import Arrays, Failed

ADVICE = (
    "The forward pass is written twice, in predict and in the loss, and the two differ.",
    "Write the forward pass once, and call it in both.",
)
BROKEN = Activation(
    "1 / 1 + exp(-z), which lacks the parentheses of 1 / (1 + exp(-z))",
    lambda z: 1 + np.exp(-z), lambda z: -np.exp(-z), lambda a: 1 - a,
)  # fmt: skip


def look_for_other_predictions(exam: Exam, name: str) -> bool:
    """See whether the loss is a known one of a network, and predict is not that network."""
    patient = exam.patient
    if patient.single or patient.shapes or exam.first_answers is None or exam.targets is None:
        return False
    try:
        found = behind_the_loss(exam, name)
        if found is None:
            return False
        network, formula = found
        answers = [patient.predictions(p, exam.few, exact=True) for p in exam.points]
    except Failed:
        return False
    X = exam.rows_of(exam.few)
    made = [network.forward(p, X)[1][-1] for p in exam.points]
    flat = network.activations[-1].name == "ReLU"  # more than what is flat cannot be answered
    if not all(np.isfinite(a).all() for a in answers) or in_the_same_order(made, answers, flat):
        return False  # logits, classes, prices that are scaled back: predict may give them
    off = np.abs(made[0] - answers[0])
    i, k = np.unravel_index(int(off.argmax()), off.shape)
    sample = int(i) if exam.few is None else int(exam.few[i])
    words = Formula(formula.base, formula.factor).words(len(X), exam.n_outputs)
    exam.find(
        "loss_formula", "wrong", "predict",
        f"{name} is {words} of {network.words(exam.points[0])} with these parameters, and predict "
        f"is not that network{difference(exam, network, X, answers)}: for sample {sample} predict "
        f"gives {answers[0][i, k]:.4f}, where the loss is made of {made[0][i, k]:.4f}.",
        advice=ADVICE,
    )  # fmt: skip
    if np.any(network.divisor != 1):
        exam.make_note("data_scale", "The network that the loss is made of scales them.")
    return True


def behind_the_loss(exam: Exam, name: str) -> tuple[Dense, Formula] | None:
    """Return the dense network of which the loss is a known one, and which one."""
    shapes, n = [v.shape for v in exam.patient.start], min(6, exam.patient.n)
    few, points = np.arange(n), exam.points
    losses = np.array([exam.loss(values, few, name) for values in points])
    if not np.isfinite(losses).all() or not np.ptp(losses) > 0:
        return None
    m = exam.n_outputs
    layouts = list(itertools.islice(chains(shapes, exam.X_rows.shape[1], m), 2000))
    layouts.sort(key=lambda layers: (len(layers), disorder(layers)))
    scalings = [(0.0, 1.0)]
    if np.abs(exam.X_rows).max() > 2:
        scalings += [(0.0, 255.0), *scalings_by(exam.X_rows)]
    for layers, (shift, divisor) in itertools.product(layouts[:2], scalings):
        for activations in activation_choices(len(layers), False):
            network = Dense(layers, activations, divisor, shift)
            formula = formula_for(exam, network, losses, few)
            if formula is None:
                continue
            whole = np.array([exam.loss(values, exam.few, name) for values in points])
            again = formula_for(exam, network, whole, exam.few)
            if again is not None and again.base == formula.base and again.factor > 0:
                return network, again
    return None


def formula_for(
    exam: Exam, network: Dense, losses: np.ndarray, index: np.ndarray | None
) -> Formula | None:
    """Return the known loss of a network's answers that gives these numbers, or None."""
    X = exam.rows_of(index)
    y, points = exam.targets_of(index), exam.points
    assert y is not None
    answers = [network.forward(values, X)[1][-1] for values in points]
    if not all(np.isfinite(a).all() for a in answers):
        return None
    likely = ("squared", "binary", "cross", "absolute", "binary_from_logits", "cross_from_logits")
    bases = {
        base: np.array([BASES[base](a, y) for a in answers])
        for base in likely
        if exam.possible(base, answers, y)
    }
    matrices = [[layer.matrix(p) for layer in network.layers] for p in points]
    squares = np.array([sum(float(np.sum(W**2)) for W in each) for each in matrices])
    everything = np.array([sum(float(np.sum(v**2)) for v in p) for p in points])
    return fitted(losses, bases, squares, everything, 1e-6)  # so well no other one fits


def in_the_same_order(made: Arrays, answers: Arrays, alike: bool = False) -> bool:
    """Say whether answers rise with those of a network, all together or within each sample.

    ``alike``: where the network's are equal, the answers have to be, too.
    """

    def rises(a: np.ndarray, b: np.ndarray) -> bool:
        a = np.round(a, 9)
        order = np.lexsort((b, a))
        a, b = a[order], b[order]
        if alike and ((np.diff(a) == 0) & (np.diff(b) > 1e-6 * np.ptp(b))).any():
            return False
        return bool((np.diff(b) >= -1e-9 * max(float(np.ptp(b)), 1e-300)).all())

    a, b = np.concatenate(made), np.concatenate(answers)
    if a.shape != b.shape:
        return True  # nothing can be said
    rows = a.shape[1] > 1 and all(rises(x, y) for x, y in zip(a, b, strict=True))
    return rows or rises(np.ravel(a), np.ravel(b))


def difference(exam: Exam, network: Dense, X: np.ndarray, answers: Arrays) -> str:
    """Say what predict is instead, if one line of the network makes it so."""
    for other, text in relatives(network):
        if all(
            agrees(other.forward(p, X)[1][-1], a) for p, a in zip(exam.points, answers, strict=True)
        ):
            return f" but one {text}"
    lines = lines_before(exam, network)
    if lines:
        t, s = lines[0]
        if all(abs(u) < 1e-6 and abs(v / s - 1) < 1e-6 for u, v in lines):
            return f": it first divides X by {s:.4g}"
        others = ", and the other columns in their own way" if len(lines) > 1 else ""
        return f": it first scales X, column 0 by (x - {t:.4g}) / {s:.4g}{others}"
    made = [network.forward(p, X)[1][-1] for p in exam.points]
    if in_the_same_order(made, [-a for a in answers]):
        return ", its answers fall where those of the network rise"
    return ""


def lines_before(exam: Exam, network: Dense) -> list[tuple[float, float]]:
    """Return t and s by which predict makes (x - t) / s of each column, or [] if it does not.

    The parameters are chosen so that the answer rises with one column, and it is asked which
    number in that column makes the network answer as predict does.
    """
    d = exam.X_rows.shape[1]
    if (
        d > 20
        or np.any(network.divisor != 1)
        or any(layer.bias_column is not None for layer in network.layers)
    ):
        return []
    rows, lines = exam.X_rows[:40], []
    for j in range(d):
        values = rising(exam, network, j)
        wanted = exam.patient.predictions(values, np.arange(len(rows)), exact=True)[:, 0]
        low, high = np.full(len(rows), -90.0), np.full(len(rows), 1e4)
        for _ in range(80):
            middle = (low + high) / 2
            X = np.zeros_like(rows)
            X[:, j] = middle
            above = network.forward(values, X)[1][-1][:, 0] > wanted
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        x, u = rows[:, j], (low + high) / 2
        inside = (u > -89) & (u < 9e3)
        if not np.ptp(x) > 0 or not inside.all():
            return []
        slope, shift = np.polyfit(x, u, 1)
        if not slope > 0 or np.abs(slope * x + shift - u).max() > 1e-5 * np.ptp(u):
            return []
        lines.append((float(-shift / slope), float(1 / slope)))
    moved = any(abs(s - 1) > 1e-4 or abs(t) > 1e-4 * abs(s) for t, s in lines)
    return lines if moved else []


def rising(exam: Exam, network: Dense, column: int) -> Arrays:
    """Return parameters with which a network's first output rises with one column of X alone."""
    values = [np.zeros_like(v) for v in exam.patient.start]
    for number, layer in enumerate(network.layers, start=1):
        n_in, n_out = layer.matrix(exam.patient.start).shape
        W = np.full((n_in, n_out), 1 / n_in)
        if number == 1:
            W = (np.arange(n_in) == column)[:, None] * np.ones((1, n_out))
        if number == len(network.layers):
            W = 0.01 * W * (np.arange(n_out) == 0)  # so that a sigmoid is not flat
        hidden = number < len(network.layers)
        awake = hidden and network.activations[number - 1].name in ("ReLU", "softplus", "ELU")
        network.put(values, number, W, np.full(n_out, 100.0 * awake), values)
    return values


def relatives(network: Dense) -> Iterator[tuple[Dense, str]]:
    """Yield networks with one slip in the forward pass, and what it is."""
    if np.any(network.divisor != 1):
        plain = replace(network, divisor=1.0, shift=0.0)
        yield plain, "that takes X as it is, and does not scale it first"
        square = replace(network, divisor=network.divisor**2)
        yield square, "that divides by the square of what X is to be divided by: a variance?"
        if np.any(network.shift != 0):
            there = replace(network, shift=0.0)
            yield there, "that divides X as it should, and takes nothing from it before"
            bare = replace(network, divisor=1.0)
            yield bare, "that takes the mean, or the minimum, from X, and does not divide it"
            if np.all(network.shift != 0):
                mean = replace(network, divisor=network.shift)
                yield mean, "that divides X by what is taken from it, the mean or the minimum"
    for k, layer in enumerate(network.layers):
        if layer.b is not None:
            bare = replace(layer, b=None)
            layers = (*network.layers[:k], bare, *network.layers[k + 1 :])
            yield replace(network, layers=layers), f"without the bias of layer {k + 1}"
    biases = [layer.b for layer in network.layers]
    if len(biases) > 1 and all(b is not None for b in biases):
        none = tuple(replace(layer, b=None) for layer in network.layers)
        yield replace(network, layers=none), "without its biases"
    for k, own in enumerate(network.activations):
        for other in ACTIVATIONS:
            if other.name != own.name:
                acts = (*network.activations[:k], other, *network.activations[k + 1 :])
                words = f"with {named(other.name)} in layer {k + 1}, in place of {named(own.name)}"
                yield replace(network, activations=acts), words
    if network.activations[-1].name == "sigmoid":
        acts = (*network.activations[:-1], BROKEN)
        yield replace(network, activations=acts), f"that ends in {BROKEN.name}"
    for other in ACTIVATIONS:
        hidden = network.activations[:-1]
        if len({a.name for a in hidden}) == 1 < len(hidden) and other.name != hidden[0].name:
            acts = (*[other] * len(hidden), network.activations[-1])
            words = f"with {named(other.name)} in the hidden layers, in place of "
            yield replace(network, activations=acts), f"{words}{named(hidden[0].name)}"


def on_scaled(network: Dense, X: np.ndarray) -> Iterator[tuple[Dense, str]]:
    """Yield a network that takes X as it is on scaled inputs, and how they are scaled."""
    if np.any(network.divisor != 1):
        return
    for shift, divisor in scalings_by(X):
        if not np.any(shift) and np.all(np.asarray(divisor) == 1):
            continue  # they are as they should be
        t, s = np.ravel(shift)[0], np.ravel(divisor)[0]
        less = f"{'+' if t < 0 else '-'} {abs(t):.4g}"
        words = f"that scales X first, column 0 by (x {less}) / {s:.4g}"
        yield replace(network, shift=shift, divisor=divisor), words
    for number in dict.fromkeys((255.0, float(X.max()))):
        if number > 0 and number != 1:
            yield replace(network, divisor=number), f"that divides X by {number:.4g} first"


def named(activation: str) -> str:
    """Say "a tanh", or "no activation"."""
    if activation == "identity":
        return "no activation"
    return f"a{'n' if activation[0] in 'aE' else ''} {activation}"


def biases_in_the_sum(exam: Exam, times: dict[int, float]) -> bool:
    """See whether predict adds biases once for each input, so that their slopes are so many times.

    ``times``: how often each of some parameters would have to be added.
    """
    patient, n = exam.patient, min(6, exam.patient.n)
    if not patient.has("predict") or exam.dense is not None or patient.shapes or not times:
        return False
    whole = {k: round(f) for k, f in times.items()}
    if any(whole[k] < 2 or abs(f - whole[k]) > 1e-3 * f for k, f in times.items()):
        return False

    def once(values: Arrays) -> np.ndarray:
        part = [v / whole[k] if k in whole else v for k, v in enumerate(values)]
        return patient.predictions(part, np.arange(n), exact=True)

    try:
        network = rebuilt(once, exam.points[:3], exam.X_rows[:n], room=600)
    except Failed:
        return False
    if network is None:
        return False
    inputs = {
        layer.b: layer.matrix(patient.start).shape[0]
        for layer in network.layers if layer.b is not None
    }  # fmt: skip
    if any(inputs.get(k) != f for k, f in whole.items()):
        return False
    text = "; ".join(
        f"predict adds {patient.names[k]} {f} times, once for each of the {f} inputs of its layer, "
        f"and the gradient of {patient.names[k]} counts it once" for k, f in whole.items()
    )  # fmt: skip
    names = ", ".join(patient.names[k] for k in whole)
    exam.find(
        "gradient_scale", "wrong", names, f"{text}.",
        advice=("The bias stands inside the sum over the inputs: np.sum(x * w + b).",
                "Add it once, after the sum: np.sum(x * w) + b."),
    )  # fmt: skip
    return True


def bias_behind_the_activation(exam: Exam, values: Arrays, index: Any, k: int, g: Any) -> bool:
    """See whether predict adds a bias behind the activation, and its gradient holds the slope.

    The layer has to be the last hidden one. ``g``: the gradient of parameter ``k``.
    """
    patient, y, formula = exam.patient, exam.targets_of(index), exam.formula
    if exam.dense is not None or y is None or formula is None or patient.shapes:
        return False

    def bare(values: Arrays) -> Arrays:
        return [v * (i != k) for i, v in enumerate(values)]

    def answers(values: Arrays) -> np.ndarray:
        return patient.predictions(values, np.arange(min(6, patient.n)), exact=True)

    try:
        network = rebuilt(answers, [bare(p) for p in exam.points[:3]], exam.X_rows[:6], room=600)
        wanted = patient.predictions(values, index, exact=True)
    except Failed:
        return False
    if network is None or [each.b for each in network.layers][-2:-1] != [k]:
        return False
    number = len(network.layers) - 1
    X = exam.rows_of(index)
    z, a = network.forward(bare(values), X)
    last = network.layers[-1]
    moved = (a[number] + values[k].reshape(1, -1)) @ last.matrix(values) + last.bias(values)
    out = network.activations[-1].value(moved)
    if not agrees(out, wanted):
        return False
    delta = formula.factor * network.output_delta(moved, out, y, formula.base)
    back = delta @ last.matrix(values).T
    inside = (back * network.activations[number - 1].slope(z[number])).sum(axis=0)
    if not agrees(np.ravel(g), inside, 1e-3):
        return False
    name = patient.names[k]
    exam.find(
        "gradient_wrong", "wrong", name,
        f"predict adds {name} behind the activation, f(z) + {name}, and the gradient of {name} "
        f"holds the activation's slope, as if it stood inside, f(z + {name}).",
        advice=("A bias belongs to the weighted sum, and comes before the activation.",
                "Write f(x @ W + b); or leave the slope out of the gradient of this bias."),
    )  # fmt: skip
    return True
