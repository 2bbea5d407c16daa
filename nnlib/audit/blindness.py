"""Samples that differ, and that the program cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnlib.audit.exam import Exam, check
from nnlib.audit.patient import Arrays, Failed, in_form_of

FEWEST = 12  # different samples; fewer may well get few answers
WAYS: list[tuple[Callable[[np.ndarray], np.ndarray], str, tuple[str, str]]] = [
    (
        np.trunc,
        "what stands behind the point in X has no part in it",
        ("The inputs are cut to whole numbers, as by astype(int) or in an array of integers.",
         "Keep them as floats: X.astype(float)."),
    ),
    (
        lambda X: 2 * X + 3,
        "an answer stays what it is when all inputs of its sample are doubled and 3 is added to "
        "each: only how its own inputs lie to each other has a part in it",
        ("A minimum, a maximum, a mean or an order is taken of each row, axis=1, where that of "
         "each column is meant.",
         "Take it of the columns of the training data, axis=0, and keep it."),
    ),
    (
        lambda X: 2 * X,
        "an answer stays what it is when all inputs of its sample are doubled: every sample is "
        "divided by its own size",
        ("A length or a sum is taken of each row, axis=1, where that of each column is meant.",
         "Take it of the columns of the training data, axis=0, and keep it."),
    ),
]  # fmt: skip
ADVICE = (
    "Something between the input and the first layer loses what tells the samples apart.",
    "Print what the first layer is given, for two samples that differ.",
)


@check
def look_for_blindness(exam: Exam) -> None:
    """Many samples that differ get more than a few answers."""
    patient = exam.patient
    if not patient.has("predict") or exam.first_answers is None or exam.found():
        return
    different = n_different(exam.X_rows)
    if different < FEWEST or len(exam.X_rows) > 5000:
        return
    points = exam.points[:3]
    try:
        answers = [patient.predictions(values, exact=True) for values in points]
    except Failed:
        return
    if all((a == np.round(a)).all() for a in answers):
        return  # classes, or what was decided
    counts = [n_different(a) for a in answers]
    if min(counts) < 2 or max(counts) > min(4, different // 5):
        return
    seen = (
        f"for {different} samples that differ, predict gives {max(counts)} different answers, at "
        f"all {len(points)} sets of parameters that were tried"
    )
    why, advice = what_is_lost(exam, points)
    exam.find("cannot_memorise", "wrong", "predict", f"{seen}{why}.", advice=advice)


def n_different(table: np.ndarray) -> int:
    """Return how many rows differ by more than rounding."""
    scale = max(float(np.abs(table).max(initial=0)), 1e-300)
    return len(np.unique(np.round(table.reshape(len(table), -1) / scale, 9), axis=0))


def what_is_lost(exam: Exam, points: list[Arrays]) -> tuple[str, tuple[str, str]]:
    """Say which change of the inputs makes no difference to any answer."""
    patient = exam.patient
    X = np.asarray(patient.X, dtype=float)
    for change, words, advice in WAYS:
        other = change(X)
        if np.array_equal(other, X):
            continue
        try:
            same = [
                np.allclose(
                    patient.predict(values, patient.X, exact=True),
                    patient.predict(values, in_form_of(patient.X, other), exact=True),
                    rtol=1e-9, atol=1e-12,
                )
                for values in points
            ]  # fmt: skip
        except Failed:
            continue
        if all(same):
            return f": {words}", advice
    return "", ADVICE
