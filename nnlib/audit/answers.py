"""Targets that are the program's own answers: there is nothing to learn from them.

What moves all the same does not come of the errors that predict makes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlib.audit.comparison import Comparison
from nnlib.audit.exam import Exam, seed
from nnlib.audit.patient import Arrays, Failed, copied, in_form_of
from nnlib.audit.slopes import chosen_entries, measure, peak
from nnlib.audit.update import between, flat_of, loss_mixes_samples

OTHER_PASS = (
    "Training has a forward pass of its own, and it differs: inputs that are scaled, another "
    "activation, dropout. Or its error is another one than output minus target.",
    "Write the forward pass once, and call it in both.",
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


def beside_nothing(exam: Exam, values: Arrays, where: str) -> np.ndarray:
    """Return a gradient, or a step, where nothing is to be learned, flat.

    In parts of the largest entry that it has with y; nothing where it cannot be asked.
    """
    patient = exam.patient

    def asked(targets: Any) -> np.ndarray:
        seed(7)
        data = patient.data()[0], copied(targets)
        if where == "gradients":
            return flat_of(patient.gradients(values, data))
        return flat_of(between(values, patient.stepped(values, data, patient.fresh_step())))

    try:
        own = own_answers(exam, values)
        if own is None or patient.random_loss or not no_slope(exam, values, own):
            return np.zeros(0)
        return asked(own) / max(peak(asked(patient.y)), 1e-300)
    except Failed:
        return np.zeros(0)


def by_own_answers(c: Comparison, g: Arrays, where: str) -> bool:
    """See whether a gradient that is wrong has other errors than predict makes."""
    rest = beside_nothing(c.exam, c.exam.patient.held(c.exam.points[0]), where)
    what, share = "gradient" if where == "gradients" else "step", peak(rest)
    if share < 1e-2:
        return False
    c.exam.find(
        "gradient_wrong", "wrong", where,
        "with targets that are what predict answers there is no error, and the loss has no slope; "
        f"the {what} is {share:.3g} times what it is with y. So not all of it comes of predict's "
        "answers minus the targets.", c.worst(g), advice=OTHER_PASS,
    )  # fmt: skip
    return True


def tell_strangers(exam: Exam) -> bool:
    """See whether a step learns where nothing is to be learned, but not from copies of one sample.

    Then rows meet the targets of others: with copies every order is the same.
    """
    patient, values = exam.patient, exam.patient.held(exam.points[0])
    if patient.random_loss or loss_mixes_samples(exam):
        return False

    def moved(X: Any, y: Any) -> float:
        seed(7)
        after = patient.stepped(values, (copied(X), copied(y)), patient.fresh_step())
        return peak(flat_of(between(values, after)))

    try:
        own = own_answers(exam, values)
        if own is None or not no_slope(exam, values, own):
            return False
        usual = moved(patient.X, patient.y)
        share = moved(patient.X, own) / max(usual, 1e-300)
        for i in (0, patient.n // 2):
            X = patient.data(np.full(patient.n, i))[0]
            if not moved(X, own_answers(exam, values, X)) <= 1e-4 * usual:
                return False  # something else makes it move: noise, dropout, a decay
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
