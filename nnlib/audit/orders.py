"""A step in which rows and labels, or columns, no longer stand in their order."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from nnlib.audit.exam import Exam, seed
from nnlib.audit.patient import Arrays
from nnlib.audit.slopes import chosen_entries, measure, one_factor
from nnlib.audit.update import Steps, between, length, near, one_length, together


def in_other_order(exam: Exam, steps: Steps) -> bool:
    """See whether a single update is one by the targets of other samples, exactly."""
    rate = exam.learning_rate
    if exam.patient.n < 2:
        return False
    values = exam.points[1]
    if tell_columns(exam, steps, values):
        return True
    for size in (3, 4):
        if size > exam.patient.n:
            return False
        chosen = different_samples(exam, size)
        u = steps.moved(values, chosen)
        for order in itertools.permutations(range(size)):
            g = gradient_in_order(exam, values, chosen, np.array(order))
            signs = all(one_length(x, np.sign(x)) for x in u)
            if g is not None and signs:
                g = [(rate or 1.0) * np.sign(x) for x in g]
            f = None if g is None else one_factor(*together(u, g), 2e-2 if signs else 1e-3)
            if f is None or f <= 0 or (rate is None and not signs):
                continue
            if rate is not None and exam.patient.has("gradients") and not near(f, rate, 1e-2):
                continue
            if order == tuple(range(size)):
                break  # its own order fits
            exam.find(
                "pairs_broken", "wrong", "step",
                f"given the samples {', '.join(map(str, chosen))}, a step goes along the "
                f"gradient for the targets of {', '.join(str(chosen[k]) for k in order)}.",
            )  # fmt: skip
            return True
    return False


def tell_columns(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether a step goes along the gradient for targets whose columns are moved along."""
    dense, m = exam.dense, exam.n_outputs
    if dense is None or exam.formula is None or not 2 < m < 30 or exam.patient.n <= m:
        return False
    chosen = different_samples(exam, m + 1)  # one class twice: no order of the rows does the same
    u, y = steps.moved(values, chosen), exam.targets_of(chosen)
    if y is None:
        return False
    factor = exam.factor_for(values, chosen, exam.formula.base)
    formula = replace(exam.formula, factor=factor)
    fitting = []
    for k in range(y.shape[1]):
        g = dense.gradient(values, exam.X_rows[chosen], np.roll(y, k, axis=1), formula)
        f = one_factor(*together(u, g))
        if f is not None and f > 0:
            fitting.append(k)
    if not fitting or fitting[0] == 0:
        return False
    by = fitting[0] if 2 * fitting[0] <= m else fitting[0] - m
    exam.find(
        "gradient_wrong", "wrong", "step",
        f"the step goes along the gradient for targets whose columns are moved by {by}: "
        "each class stands where another one should.",
    )  # fmt: skip
    return True


def different_samples(exam: Exam, size: int) -> np.ndarray:
    """Return some samples whose targets differ, as far as there are."""
    y = exam.y_rows
    chosen = [0]
    for i in [*np.flatnonzero((y != y[0]).any(axis=1)), *range(exam.patient.n)]:
        if len(chosen) < size and int(i) not in chosen:
            chosen.append(int(i))
    return np.array(chosen)


def better_order(
    exam: Exam, steps: Steps, chosen: np.ndarray, number: int, before: int = 0
) -> tuple[float, float, tuple[int, ...]] | None:
    """Return the cosines of a step to the gradient with own and other targets, if others fit."""
    values = exam.points[1]
    if number == before == 0:
        u = steps.moved(values, chosen)
    else:
        after = steps.once(values, exam.patient.data(chosen), number, before)
        u = between(values, after)
    signs = all(one_length(x, np.sign(x)) for x in u)  # an adaptive optimiser shows them alone

    def cosine(order: tuple[int, ...]) -> float:
        g = gradient_in_order(exam, values, chosen, np.array(order))
        if g is None:
            return np.nan
        a, b = together(u, g)
        b = np.sign(b) if signs else b
        lengths = length(a) * length(b)
        return float(np.vdot(a, b) / lengths) if lengths > 0 else np.nan

    orders = list(itertools.permutations(range(len(chosen))))
    own = cosine(orders[0])
    if not own < 0.93:
        return None
    found = {order: cosine(order) for order in orders[1:]}
    best = max(found, key=lambda order: found[order])
    n_moving = sum(int(np.count_nonzero(x)) for x in u)
    if not found[best] > 0.97 or by_chance(found[best], n_moving, signs) > 1e-5:
        return None
    for size in range(1, len(chosen)):  # perhaps it is a step on some of them alone
        for part in itertools.combinations(range(len(chosen)), size):
            some = np.array(part)
            g = gradient_in_order(exam, values, chosen[some], np.arange(size))
            if g is None:
                continue
            a, b = together(u, g)
            b = np.sign(b) if signs else b
            if length(a) * length(b) > 0 and np.vdot(a, b) / (length(a) * length(b)) > 0.93:
                return None
    return own, found[best], best


def by_chance(cosine: float, n_entries: int, signs: bool) -> float:
    """Return about how often a random step, or one of random signs, is as near to a gradient.

    Of a few numbers it often is: there are up to 23 other orders, which are tried a dozen times.
    """
    if signs:
        return float(0.5**n_entries)
    return float(max(1 - cosine**2, 0.0) ** ((n_entries - 1) / 2))


def gradient_in_order(
    exam: Exam, values: Arrays, chosen: np.ndarray, order: np.ndarray
) -> Arrays | None:
    """Return the gradient on some samples with their targets in another order."""
    patient = exam.patient
    X, y = patient.data(chosen)[0], patient.data(chosen[order])[1]
    if patient.has("gradients"):
        seed(7)
        g = patient.gradients(values, (X, y))
        return [a.reshape(b.shape) for a, b in zip(g, values, strict=True)]
    targets = exam.targets_of(chosen[order])
    if exam.dense is not None and exam.formula is not None and targets is not None:
        factor = exam.factor_for(values, chosen, exam.formula.base)
        formula = replace(exam.formula, factor=factor)
        return exam.dense.gradient(values, exam.X_rows[chosen], targets, formula)
    if not patient.has(exam.loss_name):
        return None
    entries = chosen_entries(values, 30, np.random.default_rng(1))
    name = exam.loss_name
    return measure(lambda p: patient.number(name, p, (X, y)), values, entries, patient.single).slope
