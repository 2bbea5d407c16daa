"""An output that falls where its sum rises, as 1 / (1 + exp(z)) does, or a bias that is taken off.

Of the predictions alone, a sigmoid that falls is told from weights with the other sign only where
something is known of what they are multiplied with: the samples, or numbers that are never below 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Arrays, Failed

N_DRAWS = 10
NO_MINUS = "1 / (1 + exp(z)) lacks the minus of a sigmoid"
WITH_MINUS = (
    "exp(z) stands where exp(-z) is meant, and the slope a * (1 - a) belongs to exp(-z).",
    "Write 1 / (1 + np.exp(-z)).",
)


def falling(exam: Exam, point: Arrays, index: Any, wrong: Sequence[int]) -> str:
    """Say that the predictions fall where the output's sum rises, and what that may be; or nothing.

    ``wrong``: the parameters whose gradient has the wrong sign.
    """
    names, all_of_them = exam.patient.names, range(len(point))
    with np.errstate(all="ignore"):
        try:
            bias = next((k for k in wrong if falls_with(exam, point, index, k)), None)
            found = {k: way for k in all_of_them if (way := direction(exam, point, index, k))}
        except Failed:
            return ""
    down = next((k for k in wrong if found.get(k, "").startswith("falls")), None)
    if down is not None:
        what = names[down] if found[down] == "falls" else f"X times {names[down]}"
        what = what if bias is None else names[bias]
        return f" The predictions fall where {what} rises: {NO_MINUS}."
    alone = all(point[k].size == max(point[k].shape, default=1) for k in wrong)
    alone = alone and len(wrong) < len(point)  # biases, and no weights
    rising = all(way.startswith("rises") for way in found.values())
    if bias is None or (found and not (alone and rising)):
        return ""
    seen = f" The predictions fall where {names[bias]} rises"
    if alone:
        return f"{seen}, as where it is subtracted."
    return f"{seen}: {NO_MINUS}, or {names[bias]} is subtracted."


def falling_step(exam: Exam, index: Any) -> str:
    """Say the same where steps go uphill, and only the predictions tell by which gradient."""
    patient = exam.patient
    if patient.has("gradients") or not patient.has("predict") or exam.targets is None:
        return ""
    return falling(exam, patient.start, index, range(len(patient.start)))


def advice_for(falls: str) -> tuple[str, str] | None:
    """Return what helps where a sigmoid lacks its minus."""
    return WITH_MINUS if falls.endswith(f"{NO_MINUS}.") else None


def sums_of(exam: Exam, values: Arrays, index: Any) -> np.ndarray:
    """Return what a sigmoid would have made the predictions of; NaN where they are at an end."""
    a = exam.patient.predictions(values, index, exact=True)
    z = np.asarray(np.log(a / (1 - a)))
    return np.where(np.abs(z) < 12, z, np.nan)


def falls_with(exam: Exam, point: Arrays, index: Any, k: int) -> bool:
    """Say whether the sum falls by as much as a parameter rises: of a hidden bias it would not."""
    if point[k].size != exam.n_outputs:
        return False
    higher = [v + 0.1 * (i == k) for i, v in enumerate(point)]
    fall = sums_of(exam, point, index) - sums_of(exam, higher, index)
    return bool(most(fall - 0.1) < 1e-4 and np.isfinite(fall).any())


def most(a: np.ndarray) -> float:
    """Return the largest size of a number, of those that are numbers; 0 if there is none."""
    return float(np.fmax.reduce(np.abs(a), axis=None, initial=0.0))


def direction(exam: Exam, point: Arrays, index: Any, k: int) -> str:
    """Say whether predictions fall or rise with the output's weights; nothing of others.

    With "of X" where they are multiplied with the samples themselves.
    """
    shape = point[k].shape
    for axis in range(len(shape)):
        if point[k].size == shape[axis] * exam.n_outputs:
            way = along(exam, point, index, k, axis)
            if way:
                return way
    return ""


def along(exam: Exam, point: Arrays, index: Any, k: int, axis: int) -> str:
    """Say the same of weights whose rows, one for each input, lie along an axis."""
    rng = np.random.default_rng(6)
    size = point[k].shape[axis]
    rows = np.unique(np.linspace(0, size - 1, 6).astype(int))
    falls = []
    for _ in range(N_DRAWS):
        values = [0.5 * rng.normal(size=v.shape) for v in point]
        begin = sums_of(exam, values, index)
        each = []
        for row in rows:
            fall = [begin - sums_of(exam, raised(values, k, axis, row, by), index)
                    for by in (0.1, 0.2)]  # fmt: skip
            if most(fall[1] - 2 * fall[0]) > 1e-6:
                return ""  # it is not the sum in front of the output
            each.append(fall[0])
        falls.append(each)
    return way_of(np.array(falls), exam.rows_of(index), rows, size)


def raised(values: Arrays, k: int, axis: int, row: int, by: float) -> Arrays:
    """Return the parameters with some weights higher."""
    made = [v.copy() for v in values]
    np.moveaxis(made[k], axis, 0)[row] += by
    return made


def way_of(falls: np.ndarray, X: np.ndarray, rows: np.ndarray, size: int) -> str:
    """Say whether sums fall or rise with weights, by ``falls`` (draws, rows, samples, outputs)."""
    ones = np.ones((len(X), 1))
    for inputs in (X, np.hstack([ones, X]), np.hstack([X, ones])):
        if inputs.shape[1] == size and inputs.any():
            wanted = 0.1 * inputs.T[rows][None, :, :, None]
            for sign, way in ((1, "falls of X"), (-1, "rises of X")):
                if most(falls - sign * wanted) < 1e-5 and np.isfinite(falls).any():
                    return way
    spread = np.fmax.reduce(falls, axis=0) - np.fmin.reduce(falls, axis=0)
    hidden = [most(each) > 1e-6 for each in spread]  # what other parameters change
    inner = falls[:, hidden]
    if not most(inner) > 1e-3:
        return ""
    if most(np.minimum(inner, 0)) <= 1e-9:
        return "falls"
    return "rises" if most(np.maximum(inner, 0)) <= 1e-9 else ""
