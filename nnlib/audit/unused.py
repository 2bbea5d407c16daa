"""Which samples a function looks at, and which targets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam, check, seed
from nnlib.audit.patient import Failed
from nnlib.audit.slopes import flat_of


@check
def look_for_unused_samples(exam: Exam) -> None:
    """Every sample has a part in the loss and in the gradient."""
    patient = exam.patient
    for name in ("loss", "gradients"):
        if not patient.has(name) or exam.found("loss_random", "changes_its_arguments"):
            continue
        value = partial(flat, exam, name)
        if tell_fixed_target(exam, name, value):
            continue
        unused = unused_rows(exam, value)
        if unused:
            exam.find(
                "samples_unused", "wrong", name,
                f"{name} gives the same whatever stands in {rows(unused)}: {len(unused)} of "
                f"{patient.n} samples have no part in it.", advice=advice_for(unused, patient.n),
            )  # fmt: skip
            continue
        unused = unused_targets(exam, value)
        if unused:
            tell_unused_targets(exam, name, unused)


def advice_for(unused: list[int], n: int) -> tuple[str, str] | None:
    """Return what it usually is where more than half of the samples are never looked at."""
    if len(unused) <= n / 2:
        return None
    return (
        "A loop over batches or samples takes the same rows in each round, ends after the first, "
        "or keeps only what the last one gave.",
        "Let the rows follow the loop, X[i:i + batch_size] and y[i:i + batch_size], and add up "
        "what the samples give with +=.",
    )


def tell_unused_targets(exam: Exam, where: str, unused: list[int]) -> None:
    """Report targets that no one looks at, though the inputs beside them are used."""
    exam.find(
        "samples_unused", "wrong", where,
        f"{where} gives the same whatever the targets of {rows(unused)} are, but not whatever "
        f"their inputs are: {len(unused)} of {exam.patient.n} targets are never looked at.",
        advice=FIXED_TARGETS,
    )  # fmt: skip


FIXED_TARGETS = (
    "The rows of X follow the loop, and those of y stay where they are: y[0], or y[:batch_size].",
    "Take both with the same index: X[i:i + batch_size] and y[i:i + batch_size].",
)


def tell_fixed_target(exam: Exam, where: str, function: Any) -> bool:
    """Report that one target stands for all of them."""
    n = exam.patient.n
    if n < 3 or not (exam.y_rows != exam.y_rows[0]).any():
        return False
    X, y = exam.patient.data()
    try:
        begin = function(X, y)
        if not np.array_equal(begin, function(X, y)) or not np.isfinite(begin).all():
            return False

        def same_with_other(group: np.ndarray) -> bool:
            targets = [other_targets(exam, group, k) for k in range(4)]
            targets.append(none_its_own(exam, group))
            return all(np.array_equal(begin, function(X, y)) for y in targets)

        for used in (0, n - 1):
            others = np.delete(np.arange(n), used)
            if same_with_other(others) and not same_with_other(np.array([used])):
                if all(np.array_equal(begin, function(*disturbed(exam, others, k)))
                       for k in range(4)):  # fmt: skip
                    return False  # their inputs have no part in it either
                exam.find(
                    "samples_unused", "wrong", where,
                    f"{where} gives the same whatever the targets are, but for y[{used}]: it "
                    "stands for all samples.", advice=FIXED_TARGETS,
                )  # fmt: skip
                return True
    except Failed:
        return False
    return False


def flat(exam: Exam, name: str, X: Any, y: Any) -> np.ndarray:
    """Return a loss or a gradient as one flat array."""
    seed(7)
    if name == "loss":
        return np.array([exam.patient.number(name, exam.points[0], (X, y))])
    return flat_of(exam.patient.gradients(exam.points[0], (X, y)))


def unused_rows(exam: Exam, function: Any) -> list[int]:
    """Return the samples whose change never changes the function's value."""
    patient = exam.patient
    n = patient.n
    if n < 2:
        return []

    def unmoved(group: np.ndarray) -> bool:
        return all(np.array_equal(begin, function(*disturbed(exam, group, k))) for k in range(4))

    try:
        begin = function(*patient.data())
        if not np.array_equal(begin, function(*patient.data())) or not np.isfinite(begin).all():
            return []
        groups = np.array_split(np.arange(n), min(n, 24 if exam.work(None) < 1_000_000 else 8))
        if len(groups[-1]) > 1:
            groups[-1:] = [groups[-1][:-1], groups[-1][-1:]]
        unused = one_by_one(groups, unmoved, n)
        if not unused or len(unused) == n:
            return []
        if counts_at_a_distance(exam, function, begin, unused):
            return []
        if counts_with_others(exam, function, begin, unused):
            return []
    except Failed:
        return []
    return unused


def counts_with_others(exam: Exam, function: Any, begin: np.ndarray, unused: list[int]) -> bool:
    """Say whether samples have a part after all, with the inputs of those that have one.

    Where they stand a ReLU of the output may be off for each of them.
    """
    patient = exam.patient
    used = np.delete(np.arange(patient.n), unused)
    array = np.moveaxis(np.array(patient.X), patient.axis["X"], 0).copy()
    array[unused] = array[np.resize(used, len(unused))]
    X = exam.as_it_came("X", array)
    answers = (function(X, other_targets(exam, np.array(unused), k)) for k in range(4))
    return not all(np.array_equal(begin, answer) for answer in answers)


def counts_at_a_distance(exam: Exam, function: Any, begin: np.ndarray, unused: list[int]) -> bool:
    """Say whether samples have a part after all, behind a margin, if they lie far away."""
    patient = exam.patient
    X = np.asarray(patient.X)
    if X.dtype.kind != "f" or (np.round(X) == X).all():
        return False  # numbers of words or pixels may not be just any

    def moved(far: float) -> bool:
        array = np.moveaxis(X, patient.axis["X"], 0).copy()
        sign = np.sign(np.random.default_rng(6).normal(size=array[unused].shape))
        array[unused] = (far * array.std() * sign).astype(array.dtype)
        answer = function(exam.as_it_came("X", array), patient.data()[1])
        return bool(np.isfinite(answer).all() and not np.array_equal(begin, answer))

    try:
        return any(moved(far) for far in (3.0, 10.0, 30.0))
    except Failed:
        return False


def one_by_one(
    groups: list[np.ndarray], unmoved: Callable[[np.ndarray], bool], n: int
) -> list[int]:
    """Return the samples of the groups that move nothing, and others that move nothing alone."""
    unused = [int(i) for group in groups if unmoved(group) for i in group]
    if not unused or len(unused) == n:
        return unused
    if n <= 200:
        others = [i for i in range(n) if i not in unused and unmoved(np.array([i]))]
        return sorted([*unused, *others])
    i = unused[0] - 1  # of many samples only those that stand before them
    while i >= 0 and unmoved(np.array([i])):
        unused.insert(0, i)
        i -= 1
    return unused


def unused_targets(exam: Exam, function: Any) -> list[int]:
    """Return the samples whose target alone never changes the function's value, if several are.

    The inputs are others each time: a prediction of exactly 0.5, or a ReLU that is off, hides y.
    """
    n, y = exam.patient.n, exam.y_rows
    if n < 3 or not (y != y[0]).any():
        return []
    far = far_targets(exam)
    own = exam.patient.data()[1]

    @cache
    def base(k: int) -> tuple[Any, np.ndarray]:
        X = disturbed(exam, np.arange(n), k)[0]
        return X, function(X, own)

    def unmoved(group: np.ndarray) -> bool:
        ways = [(0, 0), (0, 1), (1, 1), (1, 0), (2, 2), (3, 3)]  # both far targets at one input
        return all(
            np.array_equal(base(k)[1], function(base(k)[0], other_targets(exam, group, other, far)))
            for k, other in ways
        )

    try:
        X, begin = base(0)
        if not np.isfinite(begin).all() or not np.array_equal(begin, function(X, own)):
            return []
        groups = np.array_split(np.arange(n), min(n, 6 if exam.work(None) < 1_000_000 else 3))
        unused = one_by_one(groups, unmoved, n)
        if 1 < len(unused) < n and not np.array_equal(
            begin, function(X, smaller_targets(exam, np.array(unused)))
        ):
            return []  # a sum over the outputs, such as that of the errors, hides which one it is
    except Failed:
        return []
    return unused if 1 < len(unused) < n else []


def smaller_targets(exam: Exam, group: np.ndarray) -> Any:
    """Return y with smaller numbers in some samples, where it holds several floats for each."""
    patient = exam.patient
    array = np.moveaxis(np.array(patient.y), patient.axis["y"], 0).copy()
    if array.dtype.kind == "f" and array.ndim > 1 and array.shape[1] > 1:
        array[group] = 0.5 * array[group] + 0.1
    return exam.as_it_came("y", array)


def disturbed(exam: Exam, group: np.ndarray, number: int) -> tuple[Any, Any]:
    """Return the data with other numbers, and another target, in some samples."""
    patient = exam.patient
    rng = np.random.default_rng(number)
    array = np.moveaxis(np.array(patient.X), patient.axis["X"], 0).copy()
    low, high = float(array.min()), float(array.max())
    moved = array.mean() + array.std() * rng.normal(size=array[group].shape)
    array[group] = np.clip(moved, low, high).astype(array.dtype)
    return exam.as_it_came("X", array), other_targets(exam, group, number)


def other_targets(
    exam: Exam, group: np.ndarray, number: int, far: tuple[float, float] | None = None
) -> Any:
    """Return y with another target in some samples: another sample's, or one of two far ones."""
    patient, y = exam.patient, exam.y_rows
    different = np.flatnonzero((y != y[group[0]]).any(axis=1))
    other = int(different[number % len(different)]) if len(different) else 0
    array = np.moveaxis(np.array(patient.y), patient.axis["y"], 0).copy()
    if far is not None and number < 2 and array.dtype.kind == "f":
        array[group] = far[number]
    else:
        array[group] = array[other]
    return exam.as_it_came("y", array)


def none_its_own(exam: Exam, group: np.ndarray) -> Any:
    """Return y with the target of another sample, that differs, for each of some samples."""
    patient, y = exam.patient, exam.y_rows
    array = np.moveaxis(np.array(patient.y), patient.axis["y"], 0).copy()
    different = np.flatnonzero((y != y[0]).any(axis=1))
    if len(different):  # what is unlike the first target gets that one, all else the next
        first, own = array[0].copy(), np.isin(group, different)
        array[group[~own]] = array[different[0]]
        array[group[own]] = first
    return exam.as_it_came("y", array)


def far_targets(exam: Exam) -> tuple[float, float] | None:
    """Return two targets on both sides of all predictions; None for classes.

    What a target does to an absolute error's slope shows only where the error changes its sign.
    """
    y = exam.y_rows
    if len(np.unique(y)) <= 2 or exam.labels or (y.sum(axis=1) == 1).all():
        return None
    ends = [float(y.min()), float(y.max())]
    if exam.first_answers is not None and np.isfinite(exam.first_answers).all():
        ends += [float(exam.first_answers.min()), float(exam.first_answers.max())]
    span = max(ends) - min(ends)
    return max(ends) + 3 * span, min(ends) - 3 * span


def rows(numbers: list[int]) -> str:
    """Say "samples 32 to 36" or "sample 4"."""
    if len(numbers) == 1:
        return f"sample {numbers[0]}"
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"samples {numbers[0]} to {numbers[-1]}"
    return f"samples {', '.join(map(str, numbers[:8]))}{' …' if len(numbers) > 8 else ''}"
