"""Gradients with one slip each, whole: for steps from which the gradient cannot be read off.

Adam and RMSProp hide the size of each entry. So it is not asked what the steps say of the
gradient, but which slip's gradient an optimiser would have to be given to make these steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.formulas import WORDS, Dense, Formula
from nnlib.audit.optimisers import adaptive_and_sound
from nnlib.audit.patient import Arrays
from nnlib.audit.slopes import flat_of, peak
from nnlib.audit.update import all_close
from nnlib.audit.walk import Step, Walk

Slip = tuple[list[Step], Arrays]


def slips(
    exam: Exam, dense: Dense, values: Arrays, X: np.ndarray, y: np.ndarray, formula: Formula
) -> Iterator[Slip]:
    """Yield gradients at these values that differ from the right one by one slip."""
    right = dense.gradient(values, X, y, formula)
    yield from of_penalties(exam, dense, values, right, formula)
    for k, g in enumerate(right):
        for j, other in enumerate(right):
            first = np.ravel(other)[: g.size]
            if j != k and len(first) == g.size and first.any():
                names = exam.patient.names
                words = f"{names[k]} moves by the gradient of {names[j]}"
                yield (
                    [Step("step_not_gradient", names[k], words)],
                    [first.reshape(g.shape) if i == k else x for i, x in enumerate(right)],
                )
    walk = Walk(exam, dense, values, X, y, formula, right, False)
    own = formula.base
    for base in ("squared", "binary", "cross", "absolute"):
        if base != own and exam.possible(base, [walk.a[-1]], y):
            words = f"it is the gradient of the {WORDS[base]}, not of the loss that is shown"
            yield (
                [Step("loss_formula", "loss and step", words)],
                dense.gradient(values, X, y, replace(formula, base=base)),
            )
    deltas: dict[int, np.ndarray] = {}
    for number in range(len(dense.layers), 0, -1):
        above = deltas.get(number + 1)
        walk.bare = None
        if number + 2 in deltas:
            walk.bare = deltas[number + 2] @ dense.layers[number + 1].matrix(values).T
        candidates = walk.output_deltas() if above is None else walk.hidden_deltas(number, above)
        deltas[number], _ = next(candidates)
        for delta, steps in candidates:
            if len(steps) == 1:
                yield steps, downwards(walk, right, number, delta)
    for number, delta in deltas.items():
        W, b = dense.split(walk.g, number)
        nothing = np.zeros(W.shape[1]) if b is None else b
        for kind, text, made in walk.weight_forms(number, delta):
            yield [Step(kind, f"W{number}", text)], placed(walk, right, number, made, nothing)
        for sign, kind in ((-1.0, "gradient_sign"), (0.0, "gradient_wrong")):
            named = [(f"W{number}", sign * W, nothing)]
            named += [(f"b{number}", W, sign * nothing)] if b is not None else []
            named += [(f"W{number}, b{number}", sign * W, sign * nothing)]
            for where, one, other in named:
                words = "0" if sign == 0 else "minus the slope"
                step = Step(kind, where, f"the gradient of {where} is {words}")
                yield [step], placed(walk, right, number, one, other)
        if b is not None:
            for kind, text, made in walk.bias_forms(number, delta):
                form = np.broadcast_to(made, nothing.shape)
                yield [Step(kind, f"b{number}", text)], placed(walk, right, number, W, form)


def of_penalties(
    exam: Exam, dense: Dense, values: Arrays, right: Arrays, formula: Formula
) -> Iterator[Slip]:
    """Yield gradients in which the penalty of the loss is another one."""
    if not formula.penalised:
        return
    slopes = dense.penalty_slopes(values, formula)
    n = exam.patient.n
    for factor, words in [
        (0.0, "the slope of the penalty is missing"), (-1.0, "the penalty has the wrong sign"),
        (0.5, "the slope of the penalty is half of what it should be"),
        (2.0, "the slope of the penalty is twice what it should be"),
        (1 / n, f"the slope of the penalty is divided by the {n} samples"),
        (float(n), f"the slope of the penalty is {n} times what it should be"),
    ]:  # fmt: skip
        made = [g + (factor - 1) * p for g, p in zip(right, slopes, strict=True)]
        yield [Step("weight_term", "step", words)], made
    if formula.decay:
        pairs = zip(right, slopes, values, strict=True)
        made = [g - p + 2 * formula.decay * v for g, p, v in pairs]
        words = "the penalty is taken of the biases, too, and in the loss of the weights alone"
        yield [Step("weight_term", "step", words)], made


def placed(walk: Walk, right: Arrays, number: int, W: np.ndarray, b: np.ndarray) -> Arrays:
    """Return the right gradient with other numbers at one layer."""
    made = [x.copy() for x in right]
    walk.dense.put(made, number, W, b, walk.values)
    return with_penalty(walk, made, number)


def with_penalty(walk: Walk, made: Arrays, number: int) -> Arrays:
    """Add the slope of the penalty to what was put at a layer."""
    layer = walk.dense.layers[number - 1]
    slopes = walk.dense.penalty_slopes(walk.values, walk.formula)
    for k in (layer.W, layer.b):
        if k is not None:
            made[k] = made[k] + slopes[k]
    return made


def downwards(walk: Walk, right: Arrays, number: int, delta: np.ndarray) -> Arrays:
    """Return the gradient with another delta at a layer, and what follows from it below."""
    made, dense = [x.copy() for x in right], walk.dense
    for k in range(number, 0, -1):
        dense.put(made, k, walk.a[k - 1].T @ delta, delta.sum(axis=0), walk.values)
        made = with_penalty(walk, made, k)
        if k > 1:
            back = delta @ dense.layers[k - 1].matrix(walk.values).T
            delta = back * dense.activations[k - 2].slope(walk.z[k - 1])
    return made


def that_fits(
    exam: Exam,
    points: list[Arrays],
    index: np.ndarray | None,
    us: list[np.ndarray],
    formula: Formula,
) -> tuple[list[Step], str] | None:
    """Return the slip whose gradients make an optimiser take these steps, and the optimiser."""
    dense, y = exam.dense, exam.targets_of(index)
    assert dense is not None
    assert y is not None
    X = exam.rows_of(index)
    flat = [flat_of(p) for p in points[:-1]]
    ways = [slips(exam, dense, values, X, y, formula) for values in points[:-1]]
    for each in zip(*ways, strict=False):
        gs = [flat_of(g) for _, g in each]
        if not all(np.isfinite(g).all() for g in gs) or not same_signs(us[0], gs[0]):
            continue
        for name, made in adaptive_and_sound(gs, exam.learning_rate, us, flat):
            if all_close(made, us, 1e-3):
                return each[0][0], name
    return None


def same_signs(u: np.ndarray, g: np.ndarray) -> bool:
    """Say whether a first step goes against these slopes at every entry that has one."""
    clear = np.abs(g) > 1e-9 * peak(g)
    return bool(
        clear.any()
        and (np.sign(u[clear]) == np.sign(g[clear])).mean() > 0.995
        and peak(u[~clear]) <= 1e-3 * np.abs(u).max()
    )
