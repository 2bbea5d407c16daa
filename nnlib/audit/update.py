"""What a step did, and how it compares with a gradient: factors, directions, rounding."""

from __future__ import annotations

import itertools
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.audit.exam import Exam, seed
from nnlib.audit.patient import Arrays, Failed, fits
from nnlib.audit.slopes import at_largest, one_factor, peak

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike

N_STEPS = 4


class Steps:
    """What the program's step does, from a fresh start."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.patient = exam.patient
        self.rate = exam.learning_rate
        self.own_draws = False  # whether a fresh step draws from a generator of its own
        self.room = 60  # as many slopes are measured, where the network is not rebuilt

    def once(
        self, values: Arrays, data: tuple[Any, Any], number: int = 7, before: int = 0
    ) -> Arrays:
        """Return the parameters after one fresh step, or one that was called some times before."""
        seed(number)
        step = self.patient.fresh_step(number)
        used_up = number - 7 if self.own_draws else 0  # draws, as a seed has no effect on them
        for _ in range(before + used_up):
            self.patient.stepped(values, data, step)
        return self.patient.stepped(values, data, step)

    def moved(self, values: Arrays, index: Any) -> Arrays:
        """Return before - after of one fresh step on some samples."""
        values = self.patient.held(values)
        after = self.once(values, self.patient.data(index))
        moves = between(values, after)
        pairs = zip(moves, values, strict=True)
        return [
            np.zeros_like(u) if peak(u) <= 1e-15 * max(peak(v), 1)
            else u for u, v in pairs
        ]  # fmt: skip

    def gradient(self, values: Arrays, index: Any) -> Arrays | None:
        """Return the gradient that the program means: its own, or the slope of its loss."""
        exam, patient = self.exam, self.patient
        if patient.has("gradients") and not exam.found("state_kept", "same_array_returned"):
            seed(7)
            g = patient.gradients(values, patient.data(index))
            if all(fits(a, b) for a, b in zip(g, values, strict=True)):
                return [a.reshape(b.shape) for a, b in zip(g, values, strict=True)]
            return None
        return self.slopes(values, index)

    def slopes(self, values: Arrays, index: Any) -> Arrays | None:
        """Return the slopes of the loss: by the rebuilt network, or measured where not."""
        exam = self.exam
        y = exam.targets_of(index)
        if exam.dense is not None and exam.formula is not None and y is not None:
            X = exam.rows_of(index)
            n, part = exam.patient.n if exam.few is None else len(exam.few), len(X)
            formula = exam.formula
            scale = formula.factor
            if n != part:  # how it is divided for fewer samples
                scale = exam.factor_for(values, index, formula.base)
            return exam.dense.gradient(values, X, y, replace(formula, factor=scale))
        if not exam.patient.has(exam.loss_name):
            return None
        return exam.measured(values, index, self.room).slope

    def closer(self) -> Steps | None:
        """Return the same with slopes at all entries, before a step is called wrong.

        None where there is nothing more to measure, or too much.
        """
        exam, size = self.exam, sum(v.size for v in self.patient.start)
        if self.patient.has("gradients") or (exam.dense is not None and exam.formula is not None):
            return None
        if not self.room < size <= exam.measurable(None):
            return None
        steps = copy(self)
        steps.room = size
        return steps


def steps_in_a_row(exam: Exam, index: Any) -> list[Arrays]:
    """Return the parameters at the start and after each of some steps, on some samples."""
    if index is None:
        return exam.chain
    values, step, points = exam.patient.start, exam.patient.fresh_step(), [exam.patient.start]
    seed(7)
    for _ in range(N_STEPS):
        values = exam.patient.stepped(values, exam.patient.data(index), step)
        points.append(values)
    return points


@dataclass(frozen=True)
class Chain:
    """Some steps in a row, beside the gradients where they start.

    ``points`` are the parameters at the start and after each step. ``us`` (the moves), ``gs`` and
    ``values`` (the parameters before each step) are flat, and hold what has a gradient; ``order``
    says of each entry to which parameter it belongs. ``g`` is the last gradient as it came.
    """

    index: Any
    points: list[Arrays]
    us: list[np.ndarray]
    gs: list[np.ndarray]
    values: list[np.ndarray]
    order: np.ndarray
    g: Arrays

    @property
    def whole(self) -> bool:
        """Whether all entries of the parameters have a gradient."""
        return len(self.order) == sum(v.size for v in self.points[0])

    @cached_property
    def some(self) -> Chain:
        """The same with at most some two thousand entries, the largest among them.

        They are enough to see which optimisers are none.
        """
        n = len(self.order)
        if n <= 4000:
            return self
        largest = np.argsort(np.abs(self.us[0]))[-100:]
        k = np.union1d(np.arange(0, n, n // 2000), largest)
        us, gs, values = ([a[k] for a in arrays] for arrays in (self.us, self.gs, self.values))
        return replace(self, us=us, gs=gs, values=values, order=self.order[k])

    @property
    def said(self) -> str:
        """How a sentence on these steps begins."""
        return f"{len(self.us)} steps in a row are those of"

    @property
    def on(self) -> str:
        """On how many samples they are, if not on all: "on 3 samples "."""
        return "" if self.index is None else f"on {some(self.index)} "


def chain_of(steps: Steps, index: Any = None, points: list[Arrays] | None = None) -> Chain | None:
    """Return some steps in a row on some samples; None where there is no gradient.

    ``points``: what `steps_in_a_row` returned for these samples, if it was asked before.
    """
    points = points or steps_in_a_row(steps.exam, index)
    us, gs = [], []
    for before, after in itertools.pairwise(points):
        g = steps.gradient(before, index)
        if g is None:
            return None
        moves = between(before, after)
        u, flat = together(moves, g)
        us.append(u)
        gs.append(flat)
    values = [together(p, g)[0] for p in points[:-1]]
    order = np.concatenate([np.full(int(np.isfinite(x).sum()), k) for k, x in enumerate(g)])
    return Chain(index, points, us, gs, values, order, g)


def drawn(n: int, size: int) -> np.ndarray:
    """Return some of n samples, in the order in which they are drawn: the same ones each time."""
    return np.random.default_rng(2).permutation(n)[:size]


def between(before: Arrays, after: Arrays) -> Arrays:
    """Return how far parameters have moved down, in the shapes that they had before."""
    return [a - b.reshape(a.shape) for a, b in zip(before, after, strict=True)]


def same_place(a: Arrays, b: Arrays) -> bool:
    """Say whether two steps went to the same place, but for rounding."""
    return all(np.allclose(x, y, rtol=1e-9, atol=1e-14) for x, y in zip(a, b, strict=True))


def remembers_nothing(steps: Steps, values: Arrays) -> bool:
    """Say whether two fresh steps from one point go to the same place."""
    a, b = (steps.once(values, steps.patient.data()) for _ in range(2))
    return same_place(a, b)


def keeps_something(steps: Steps, values: Arrays, index: Any) -> bool:
    """Say whether a second step from one point, by the same object, goes elsewhere: momentum."""
    step, data = steps.patient.fresh_step(), steps.patient.data(index)
    after = []
    for _ in range(2):
        seed(7)
        after.append(steps.patient.stepped(values, data, step))
    return not same_place(*after)


def draws_at_random(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """Say whether a generator decides where a step on one sample goes."""
    for sample in {0, exam.patient.n // 2, exam.patient.n - 1}:
        data = exam.patient.data(np.array([sample]))
        try:
            begin = steps.once(values, data, 7)
            for number in range(8, 13):  # a mask of few neurons may come twice
                if not same_place(begin, steps.once(values, data, number)):
                    return True
            steps.own_draws = steps.own_draws or leaves_still(steps, values, data)
        except Failed:  # it takes no single sample, as where it draws several of them
            a, b = (steps.once(values, exam.patient.data(), number) for number in (7, 8))
            if not same_place(a, b):
                raise
    return steps.own_draws


def leaves_still(steps: Steps, values: Arrays, data: tuple[Any, Any]) -> bool:
    """Say whether one step object leaves still what it moved before, with the same data: dropout.

    No memory of an optimiser does so: a velocity shrinks, and is never 0 again.
    """
    held = steps.patient.held(values)
    step, moved = steps.patient.fresh_step(), []
    for _ in range(4):
        seed(7)
        after = steps.patient.stepped(values, data, step)
        moved.append([a != b.reshape(a.shape) for a, b in zip(held, after, strict=True)])
    return any(
        (first & ~later).any() and later.any()
        for others in moved[1:]
        for first, later in zip(moved[0], others, strict=True)
    )


def loss_mixes_samples(exam: Exam) -> bool:
    """Say whether the loss of some samples is neither the mean nor the sum of theirs alone.

    So it is behind batch norm. The sum may hold a penalty, which then is counted more than once.
    """
    if not exam.patient.has(exam.loss_name) or exam.formula is not None or exam.patient.n < 8:
        return False
    values = exam.points[0]
    try:
        alone = [exam.loss(values, np.array([i])) for i in range(4)]
        pairs = [exam.loss(values, np.array([i, i + 1])) for i in (0, 2)]
    except Failed:
        return False
    mean = [(alone[i] + alone[i + 1]) / 2 for i in (0, 2)]
    more = [pair - 2 * each for pair, each in zip(pairs, mean, strict=True)]
    room = 1e-6 * max(map(abs, [*alone, *pairs]))
    same = all(abs(a - b) <= room for a, b in zip(pairs, mean, strict=True))
    return not same and abs(more[0] - more[1]) > room


def relation(exam: Exam, u: Arrays, g: Arrays, values: Arrays) -> str:
    """Say how a step and a gradient belong together."""
    a, b = together(u, g)
    tolerance = max(2e-2 if exam.patient.short_steps else 1e-3, rounding(exam, a, values))
    if not a.any() and peak(b) < 1e-9:
        return "plain"
    f = common_factor(u, g, tolerance, rounding(exam, a, values))
    rate = exam.learning_rate
    if f is not None and f > 0:
        same = rate is None or near(f, rate, max(1e-2, tolerance))
        return "plain" if same else "scaled"
    single = all(x.size == 1 for x in u)  # then one length for each would say nothing
    if all(one_length(x, y) for x, y in zip(u, g, strict=True)) and (
        not single or one_length(a, b)
    ):
        return "optimiser"  # steps of one length: Adam and its relatives begin so
    return "none"


def common_factor(
    u: Arrays, g: Arrays, tolerance: float = 1e-3, rounded: float = 0
) -> float | None:
    """Return f with u = f g, also at the parameters whose gradient is small; or None.

    ``rounded``: what rounding makes of a step, relative to the largest one.
    """
    a, b = together(u, g)
    f = one_factor(a, b, tolerance)
    if f is None:
        return None
    least = max(1e-5, rounded) * peak(a)
    for x, y in zip(u, g, strict=True):
        own, slope = together([x], [y])
        room = max(tolerance * peak(own), least)
        if peak(own - f * slope) > 2 * room:
            return None
    return f


def one_length(u: np.ndarray, g: np.ndarray) -> bool:
    """Say whether a parameter moves by one length in all entries, against the gradient."""
    a, b = together([u], [g])
    keep = np.abs(b) > 1e-6 * peak(b)
    sizes = np.abs(a[keep])
    if not len(sizes) or not sizes.min() > 0:
        return not len(sizes)
    same = np.median(np.abs(sizes / np.median(sizes) - 1)) < 0.05
    return bool(same and (np.sign(a[keep]) == np.sign(b[keep])).mean() > 0.9)


def rounding(exam: Exam, u: np.ndarray, values: Arrays) -> float:
    """Return what rounding the parameters makes of a step, relative to the step."""
    precision = 6e-8 if exam.patient.short_steps else 1.2e-16
    largest = max((peak(v) for v in values), default=0.0)
    return 20 * precision * largest / max(peak(u), 1e-300)


def together(u: Arrays, g: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and gradients where there are both, flat."""
    keep = [np.isfinite(b) for b in g]
    a = np.concatenate([x[k] for x, k in zip(u, keep, strict=True)])
    b = np.concatenate([x[k] for x, k in zip(g, keep, strict=True)])
    return a, b


def close(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Say whether two steps are the same."""
    scale = peak(b)
    return bool(np.isfinite(a).all() and peak(a - b) <= tolerance * scale)


def near(a: float, b: float, share: float) -> bool:
    """Say whether a number is another one, but for a share of that."""
    return bool(abs(a - b) <= share * abs(b))


def alike(numbers: ArrayLike, share: float) -> bool:
    """Say whether numbers are one number, but for a share of the largest."""
    return bool(np.ptp(numbers) <= share * peak(numbers))


def all_close(made: Arrays, us: Arrays, tolerance: float = 2e-3) -> bool:
    """Say whether some steps in a row are the same as others."""
    return all(close(m, u, tolerance) for m, u in zip(made, us, strict=True))


def close_everywhere(a: np.ndarray, b: np.ndarray, order: np.ndarray) -> bool:
    """Say whether two steps are the same, nearly, also at the parameters that move little."""
    least = 1e-4 * peak(b)
    return all(
        np.abs(a - b)[order == k].max() <= max(1e-2 * np.abs(b)[order == k].max(), least)
        for k in np.unique(order)
    )


def stays(u: np.ndarray, g: np.ndarray) -> bool:
    """Say whether a parameter does not move at all, though it has a slope."""
    return not u.any() and bool(np.nanmax(np.abs(g), initial=0) > 1e-9)


def zeros(values: Arrays) -> Arrays:
    """Return as many zeros as there are numbers."""
    return [np.zeros_like(v) for v in values]


def still_parts(u: Arrays, g: Arrays) -> list[np.ndarray]:
    """Return where each parameter does not move though it has a slope, if all else is right."""
    still = [(x == 0) & np.isfinite(y) & (np.abs(y) > 1e-9) for x, y in zip(u, g, strict=True)]
    rest = [np.where(s, np.nan, y) for s, y in zip(still, g, strict=True)]
    if not any(s.any() for s in still):
        return []
    if one_factor(*together(u, rest)) is None and not (
        one_length(*together(u, rest)) and together(u, rest)[0].size > 8
    ):
        return []
    return still


def length(a: np.ndarray) -> float:
    """Return the length of a vector."""
    return float(np.sqrt(np.sum(np.square(a))))


def scale_to(a: np.ndarray, b: np.ndarray) -> float:
    """Return the number that makes a as long as b."""
    return float(length(b) / max(length(a), 1e-300))


def ratio_words(x: np.ndarray, y: np.ndarray, rate: float | None = None) -> str:
    """Say how a step of one parameter and its gradient differ."""
    f = one_factor(*together([x], [y]), 1e-2)
    if f is not None:
        twice = rate is not None and near(f, rate, 1e-4) and x.size > 1
        why = ", which is the rate, as where it is multiplied in twice" * twice
        return f"is {f:.4g} times what it should be{why}"
    a, b = together([x], [y])
    i = at_largest(np.abs(a - b))
    return f"moves by the rate times {a[i]:.4g}, where the gradient is {b[i]:.4g}"


def some(index: np.ndarray) -> str:
    """Say "1 sample" or "4 samples"."""
    return f"{len(index)} sample{'s' * (len(index) > 1)}"
