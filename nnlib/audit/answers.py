"""Targets that are the program's own answers: there is nothing to learn from them.

What moves all the same does not come of the errors that predict makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.audit.comparison import Comparison
from nnlib.audit.exam import Exam, seed
from nnlib.audit.formulas import scalings_by
from nnlib.audit.patient import Arrays, Failed, copied, in_form_of
from nnlib.audit.slopes import chosen_entries, flat_of, measure, peak
from nnlib.audit.update import between, loss_mixes_samples

OTHER_PASS = (
    "Training has a forward pass of its own, and it differs: inputs that are scaled, another "
    "activation, dropout. Or its error is another one than output minus target.",
    "Write the forward pass once, and call it in both.",
)


SCALED = (
    "Training scales its data and the answers are given for others, or the other way round.",
    "Scale once, before all else, and give training, loss and predict the same numbers.",
)


def own_answers(exam: Exam, values: Arrays, X: Any = None) -> Any:
    """Return what predict answers, in the form of y; None where these have other shapes."""
    patient = exam.patient
    if exam.labels or not patient.has("predict", exam.loss_name):
        return None
    a, shape = patient.predict(values, patient.X if X is None else X, True), np.shape(patient.y)
    one_column = exam.n_outputs == 1 and a.size == np.size(patient.y)
    return in_form_of(patient.y, a.reshape(shape)) if a.shape == shape or one_column else None


def no_slope(exam: Exam, values: Arrays, y: Any) -> bool:
    """Say whether the loss has no slope with such targets, beside those that it has with y."""
    patient = exam.patient
    entries = chosen_entries(values, 4, np.random.default_rng(10))

    def largest(targets: Any) -> float:
        def cost(p: Arrays) -> float:
            seed(7)
            return patient.number(exam.loss_name, p, (patient.data()[0], copied(targets)))

        slopes = measure(cost, values, entries).slope
        return max(float(np.nanmax(np.abs(s), initial=0)) for s in slopes)

    return largest(y) <= 1e-4 * largest(patient.y)


def asked(exam: Exam, values: Arrays, where: str, y: Any) -> np.ndarray:
    """Return a gradient, or how far a fresh step goes, for other targets, flat."""
    patient = exam.patient
    seed(7)
    data = patient.data()[0], copied(y)
    if where == "gradients":
        return flat_of(patient.gradients(values, data))
    return flat_of(between(values, patient.stepped(values, data, patient.fresh_step())))


def beside_nothing(exam: Exam, values: Arrays, where: str) -> float:
    """Return how large a gradient, or a step, is where nothing is to be learned.

    As a share of what it is with y; 0 where it cannot be asked.
    """
    patient = exam.patient
    try:
        own = own_answers(exam, values)
        if own is None or patient.random_loss or not no_slope(exam, values, own):
            return 0.0
        with_y = peak(asked(exam, values, where, patient.y))
        return peak(asked(exam, values, where, own)) / max(with_y, 1e-300)
    except Failed:
        return 0.0


def by_own_answers(c: Comparison, g: Arrays, where: str) -> bool:
    """See whether a gradient that is wrong has other errors than predict makes."""
    exam, values = c.exam, c.exam.patient.held(c.exam.points[0])
    share = beside_nothing(exam, values, where)
    if share < 1e-2:
        return False
    what = "gradient" if where == "gradients" else "step"
    scaled = scaled_in_training(exam, values, where)
    if scaled:
        exam.find("gradient_wrong", "wrong", where, f"the {what} {scaled}.", c.worst(g),
                  advice=SCALED)  # fmt: skip
        return True
    exam.find(
        "gradient_wrong", "wrong", where,
        "with targets that are what predict answers there is no error, and the loss has no slope; "
        f"the {what} is {share:.3g} times what it is with y. So not all of it comes of predict's "
        "answers minus the targets.", c.worst(g), advice=OTHER_PASS,
    )  # fmt: skip
    return True


def scaled_in_training(exam: Exam, values: Arrays, where: str) -> str:
    """Say how training scales inputs or targets and predict does not, or the other way round.

    It is asked with which targets there is nothing to learn: predict's answers to scaled inputs,
    or its answers with the scaling of the targets undone.
    """
    try:
        least = 1e-6 * peak(asked(exam, values, where, exam.patient.y))
        for y, words in targets_that_teach_nothing(exam, values):
            if y is not None and peak(asked(exam, values, where, y)) <= least:
                return words
    except Failed:
        return ""
    return ""


def targets_that_teach_nothing(exam: Exam, values: Arrays) -> Iterator[tuple[Any, str]]:
    """Yield targets from which a training that scales data would learn nothing, and its words."""
    X, y = exam.X_rows, exam.y_rows
    for t, s in scalings(X):
        told = line("x", t, s)
        yield (
            own_answers(exam, values, exam.as_it_came("X", (X - t) / s)),
            (f"scales X first, {told}; predict does not"),
        )
        yield (
            own_answers(exam, values, exam.as_it_came("X", X * s + t)),
            (f"takes X as it is, and predict scales it first, {told}"),
        )
    answers = exam.patient.predictions(values, exact=True)
    if answers.shape != y.shape:
        return
    for t, s in scalings(y):
        yield (
            exam.as_it_came("y", answers * s + t),
            (f"takes {line('y', t, s)} in place of y, and the loss takes y"),
        )
    for (t, s), (u, v) in zip(scalings(X), scalings(y), strict=False):
        other = own_answers(exam, values, exam.as_it_came("X", (X - t) / s))
        if other is not None:
            other = exam.as_it_came("y", as_rows(exam, other) * v + u)
        yield other, f"takes {line('x', t, s)} and {line('y', u, v)} for X and y; predict does not"


def as_rows(exam: Exam, y: Any) -> np.ndarray:
    """Return targets as an array, a row for each sample."""
    moved = np.moveaxis(np.asarray(y, dtype=float), exam.patient.axis["y"], 0)
    return moved.reshape(len(moved), -1)


def scalings(rows: np.ndarray) -> Iterator[tuple[Any, Any]]:
    """Yield the usual ways to scale columns, or all numbers alike: what is taken, and a divisor."""
    yield from scalings_by(rows)
    for number in dict.fromkeys((255.0, float(rows.max()))):
        if number > 0:
            yield 0.0, number


def line(letter: str, t: Any, s: Any) -> str:
    """Say "(y - 2) / 3", of the first column."""
    shift, divisor = float(np.ravel(t)[0]), float(np.ravel(s)[0])
    if not np.any(t):
        return f"{letter} / {divisor:.4g}"
    first = " in column 0" * (np.size(s) > 1)
    return f"({letter} {'+' if shift < 0 else '-'} {abs(shift):.4g}) / {divisor:.4g}{first}"


def nearly(own: Any) -> Any:
    """Return answers that are off by a little more than rounding."""
    table = np.asarray(own, dtype=float)
    off = 1e-9 * np.random.default_rng(6).normal(size=table.shape)
    return in_form_of(own, table * (1 + off))


def tell_strangers(exam: Exam) -> bool:
    """See whether a step learns where nothing is to be learned, but not from copies of one sample.

    Then rows meet the targets of others: with copies every order is the same.
    """
    patient, values = exam.patient, exam.patient.held(exam.points[0])
    if patient.random_loss or loss_mixes_samples(exam):
        return False

    def way(X: Any, y: Any) -> np.ndarray:
        seed(7)
        after = patient.stepped(values, (copied(X), copied(y)), patient.fresh_step())
        return flat_of(between(values, after))

    try:
        own = own_answers(exam, values)
        if own is None or not no_slope(exam, values, own):
            return False
        usual = peak(way(patient.X, patient.y))
        there = way(patient.X, own)
        share = peak(there) / max(usual, 1e-300)
        for i in (0, patient.n // 2):
            X = patient.data(np.full(patient.n, i))[0]
            if not peak(way(X, own_answers(exam, values, X))) <= 1e-4 * usual:
                return False  # something else makes it move: noise, dropout, a decay
        if not np.allclose(there, way(patient.X, nearly(own)), rtol=1e-3, atol=1e-3 * peak(there)):
            return False  # it follows what rounding leaves, as optimisers do that divide by it
    except Failed:
        return False
    if share < 1e-2:
        return False
    exam.find(
        "pairs_broken", "wrong", "step",
        "with targets that are what predict answers there is nothing to learn, and a step goes "
        f"{share:.3g} times as far as with y. With {patient.n} copies of one sample it does not "
        "move: so rows meet the targets of other rows.",
    )  # fmt: skip
    return True
