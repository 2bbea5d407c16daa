"""An epoch, update by update: the batches are tried, and what may be wrong with their gradients.

Only an epoch that takes the samples in their order can be followed. What is told of it is told
because the program ends, to four digits, where such updates end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Arrays
from nnlib.audit.slopes import peak
from nnlib.audit.update import Steps, same_place, steps_in_a_row, zeros

Gradient = Callable[[Arrays, np.ndarray], Arrays | None]
SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 50, 64, 100, 128)


@dataclass(frozen=True)
class Momentum:
    """v = keep v + new rate g, and how many updates each batch is good for."""

    keep: float = 0.0
    new: float = 1.0
    repeats: int = 1

    @property
    def name(self) -> str:
        """The optimiser's name."""
        if not self.keep:
            return "gradient descent"
        return f"momentum {self.keep}" + ("" if self.new == 1 else ", as a running mean")


MOMENTA = [
    Momentum(),
    *(Momentum(mu) for mu in (0.9, 0.5, 0.8, 0.95, 0.99)),
    *(Momentum(mu, 1 - mu) for mu in (0.9, 0.5, 0.8, 0.95)),
]


def rule_on_one(exam: Exam, steps: Steps, index: np.ndarray) -> Momentum | None:
    """Return the optimiser by which steps on one sample are made, one update each."""
    if exam.dense is None and not exam.patient.has("gradients"):
        return None  # to measure so many slopes takes too long
    rate, points = exam.learning_rate, steps_in_a_row(exam, index)
    for rule in MOMENTA if rate is not None else ():
        here, v = points[0], zeros(points[0])
        for after in points[1:]:
            moved = update(steps, here, v, index, rule, steps.gradient)
            if moved is None or not ends_at(*moved[:1], after, here):
                break
            here, v = after, moved[1]
        else:
            return rule
    return None


def update(
    steps: Steps, here: Arrays, v: Arrays, index: np.ndarray, rule: Momentum, gradient: Gradient
) -> tuple[Arrays, Arrays] | None:
    """Return the parameters and the velocity after one update."""
    g = gradient(here, index)
    if g is None or not all(np.isfinite(x).all() for x in g):
        return None
    rate = steps.rate or 0.0
    v = [rule.keep * a + rule.new * rate * b for a, b in zip(v, g, strict=True)]
    return [a - b for a, b in zip(here, v, strict=True)], v


def ends_at(made: Arrays, after: Arrays, begin: Arrays, tolerance: float = 1e-3) -> bool:
    """Say whether a way from a beginning ends where another one does, for each parameter."""
    ends = [a.reshape(m.shape) for a, m in zip(after, made, strict=True)]
    largest = max(peak(e - b) for e, b in zip(ends, begin, strict=True))
    return all(
        peak(m - e) <= tolerance * max(peak(e - b), 1e-3 * largest)
        for m, e, b in zip(made, ends, begin, strict=True)
    )


def follow(
    steps: Steps,
    values: Arrays,
    size: int,
    rule: Momentum,
    gradient: Gradient,
    apart: int | None = None,
) -> Arrays | None:
    """Return where an epoch in batches of a size ends; they begin ``apart``, or do not overlap."""
    here, v, n = values, zeros(values), steps.patient.n
    for i in range(0, n, apart or size):
        for _ in range(rule.repeats):
            moved = update(steps, here, v, np.arange(i, min(i + size, n)), rule, gradient)
            if moved is None:
                return None
            here, v = moved
    return here


def look_at_epoch(
    exam: Exam, steps: Steps, values: Arrays, rule: Momentum | None, quiet: bool = False
) -> bool:
    """See whether an epoch on all samples is made of such updates, or of some with a slip.

    True where it was explained: soundly, of which nothing is said if ``quiet``, or by a finding.
    """
    n = exam.patient.n
    # A few hundred gradients at most: some tenths of a second.
    if rule is None or n < 3 or n > 300 or exam.work(range(n)) > 100_000:
        return False
    after = steps.once(values, exam.patient.data())
    other = steps.once(values, exam.patient.data(), 8)
    if not same_place(after, other):
        return look_at_copies(exam, steps, values, rule)  # in another order each time
    gradient, off = Slopes(exam, steps), dict[int, list[float]]()
    for size in [*(s for s in SIZES if s < n), n]:
        end = follow(steps, values, size, rule, gradient)
        if end is None:
            return False
        if ends_at(end, after, values):
            of = (
                f"batches of {size} sample{'s' * (size > 1)}" if size < n else "all samples at once"
            )
            if quiet:
                return True
            exam.look(f"an epoch is made of updates by {rule.name} on {of}, in their order")
            return True
        off[size] = [
            peak(a - b) / max(peak(a - v), 1e-300)
            for a, b, v in zip(end, after, values, strict=True)
        ]
    return (
        any(tell_stale(exam, steps, values, after, size, rule) for size in off)
        or tell_overlap(exam, steps, values, after, rule)
        or tell_divided_by_all(exam, steps, values, after, rule, gradient)
        or tell_first_rows(exam, steps, values, after, off, rule)
    )


def look_at_copies(exam: Exam, steps: Steps, values: Arrays, rule: Momentum) -> bool:
    """See what an epoch on copies of one sample shows: of these every order is the same."""
    n, slopes = exam.patient.n, Slopes(exam, steps)
    copies = np.zeros(n, dtype=int)
    after = steps.once(values, exam.patient.data(copies))

    def gradient(here: Arrays, index: np.ndarray) -> Arrays | None:
        return slopes(here, copies[index])

    for size in [*(s for s in SIZES if s < n), n]:
        end = follow(steps, values, size, rule, gradient)
        if end is None or ends_at(end, after, values):
            return False
    return tell_divided_by_all(exam, steps, values, after, rule, gradient)


class Slopes:
    """The gradient for a batch; the loss is asked once for each size by what it divides."""

    def __init__(self, exam: Exam, steps: Steps) -> None:
        self.exam, self.steps = exam, steps
        self.factors: dict[int, float] = {}

    def __call__(self, here: Arrays, index: np.ndarray) -> Arrays | None:
        """Return the gradient for some samples."""
        return self.of_first(here, index, len(index))

    def of_first(self, here: Arrays, index: np.ndarray, count: int) -> Arrays | None:
        """Return the part of the gradient that the first samples of a batch make."""
        exam, formula, dense = self.exam, self.exam.formula, self.exam.dense
        y = exam.targets_of(index[:count])
        if dense is None or formula is None or y is None:
            return self.steps.gradient(here, index) if count == len(index) else None
        if len(index) not in self.factors:
            self.factors[len(index)] = exam.factor_for(here, index, formula.base)
        own = replace(formula, factor=self.factors[len(index)])
        return dense.gradient(here, exam.X_rows[index[:count]], y, own)


def tell_stale(
    exam: Exam, steps: Steps, values: Arrays, after: Arrays, size: int, rule: Momentum
) -> bool:
    """See whether all updates of an epoch go along gradients taken at its start."""
    n = exam.patient.n
    if size == n:
        return False
    slopes = Slopes(exam, steps)
    whole = slopes(values, np.arange(n))
    ways: list[tuple[str, Gradient]] = [
        ("of all samples", lambda _, __: whole),
        ("of its own batch", lambda _, index: slopes(values, index)),
    ]
    for words, gradient in ways:
        end = follow(steps, values, size, rule, gradient)
        if end is None or not ends_at(end, after, values, 1e-5):
            continue
        k = -(-n // size)
        exam.find(
            "step_not_gradient", "wrong", "step",
            f"an epoch ends where {k} updates end that all go along the gradient {words} at the "
            "epoch's start: it is not computed anew after an update.",
            advice=("The gradient stands before the loop over the batches, or a pass forward is "
                    "made once for all of them.",
                    "Compute it within the loop: from the parameters as they are by then, and for "
                    "the batch."),
        )  # fmt: skip
        return True
    return False


def tell_overlap(exam: Exam, steps: Steps, values: Arrays, after: Arrays, rule: Momentum) -> bool:
    """See whether the batches of an epoch overlap: each is longer than what it goes on by."""
    n, gradient = exam.patient.n, Slopes(exam, steps)
    longer = [(apart, k * apart) for apart in SIZES[1:] for k in (2, 3)]
    each = [(1, size) for size in SIZES[1 : 1 + 2000 // n]]  # these take n gradients each
    for apart, size in longer + each:
        if size >= n:
            continue
        end = follow(steps, values, size, rule, gradient, apart)
        if end is None or not ends_at(end, after, values, 1e-5):
            continue
        exam.find(
            "step_not_gradient", "wrong", "step",
            f"an epoch ends where updates by {rule.name} end on the samples 0 to {size - 1}, "
            f"{apart} to {apart + size - 1}, and so on: batches of {size} that begin {apart} "
            "apart, so that they overlap.",
            advice=("The slice of a batch is longer than the step of the loop.",
                    "Use one size for both: for i in range(0, n, size): X[i:i + size], "
                    "y[i:i + size]."),
        )  # fmt: skip
        return True
    return False


def tell_divided_by_all(
    exam: Exam, steps: Steps, values: Arrays, after: Arrays, rule: Momentum, right: Gradient
) -> bool:
    """See whether the gradients of an epoch's batches are divided by the number of all samples.

    ``right``: the gradient as it should be, by which no size of batches explains the epoch.
    """
    n = exam.patient.n
    if exam.formula is not None and exam.formula.penalised:
        return False

    def smaller(here: Arrays, index: np.ndarray) -> Arrays | None:
        g = right(here, index)
        return None if g is None else [len(index) / n * x for x in g]

    for size in (s for s in SIZES if s < n):
        end = follow(steps, values, size, rule, smaller)
        # Such short steps end nearly where others do: only what is much nearer is told.
        if end is None or not ends_at(end, after, values, 1e-6):
            continue
        exam.find(
            "gradient_scale", "wrong", "step",
            f"an epoch ends where updates by {rule.name} on batches of {size} samples end whose "
            f"gradients are divided by all {n} samples: each is {size / n:.4g} times as long as "
            "the mean over its batch.",
            advice=("The gradient is divided by the length of the whole table.",
                    "Divide by the length of the batch: len(X_batch)."),
        )  # fmt: skip
        return True
    return False


def tell_first_rows(
    exam: Exam,
    steps: Steps,
    values: Arrays,
    after: Arrays,
    off: dict[int, list[float]],
    rule: Momentum,
) -> bool:
    """See whether in the gradient of one layer's weights only the first rows of a batch count.

    ``off``: for each size of batches, how far off right updates end, parameter by parameter. The
    size is one at which the others are nearly right; the two nearest are tried.
    """
    dense, slopes = exam.dense, Slopes(exam, steps)
    for number, layer in enumerate(dense.layers if dense is not None else (), start=1):
        W = layer.W
        if layer.b == W or len(values) < 2:
            continue  # its bias stands in the same array

        def of_others(size: int, W: int = W) -> float:
            return max(x for k, x in enumerate(off[size]) if k != W)

        def taking(here: Arrays, index: np.ndarray, count: int, W: int = W) -> Arrays | None:
            whole = slopes(here, index)
            part = slopes.of_first(here, index, count) if len(index) > count else None
            if whole is None or part is None:
                return whole
            return [part[i] if i == W else x for i, x in enumerate(whole)]

        for size in sorted(off, key=of_others)[:2]:
            for count in range(1, size):
                end = follow(steps, values, size, rule, partial(taking, count=count))
                if end is None or not ends_at(end, after, values):
                    continue
                of = f"each batch of {size}" if size < exam.patient.n else f"the {size} samples"
                exam.find(
                    "samples_unused", "wrong", exam.patient.names[W],
                    f"an epoch ends where updates by {rule.name} end whose gradient of W{number} "
                    f"takes the first {count} of {of} alone; all other gradients take every one.",
                    advice=("A slice or a row index is fixed in one of the products.",
                            "Use the same rows in all products of a batch."),
                )  # fmt: skip
                return True
    return False
