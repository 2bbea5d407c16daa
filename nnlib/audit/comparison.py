"""A gradient beside the measured slopes: its shapes, what is right, and what is furthest off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnlib.audit.exam import Exam, table
from nnlib.audit.formulas import where_from
from nnlib.audit.patient import Arrays, fits
from nnlib.audit.readings import Alone
from nnlib.audit.slopes import (
    Measured,
    at_largest,
    flat_of,
    flat_pairs,
    largest_first,
    measure,
    one_factor,
)


class Comparison:
    """A gradient beside the measured slopes, at one point."""

    def __init__(self, exam: Exam, point: Arrays, index: np.ndarray | None) -> None:
        self.exam, self.point, self.index = exam, point, index
        self.formula = exam.formula_at(point, index)
        self.measured = self.slopes_of_the_loss()
        self.names = exam.patient.names
        self.tolerance = 5e-2 if exam.patient.single else 2e-4
        self.n = exam.patient.n if index is None else len(index)
        self.alone: Alone | None = None  # the gradient for one sample, where it can be asked for
        self.elsewhere: Callable[[Arrays], Arrays] | None = None  # the gradient at other points
        self.factor_known = True  # not where momentum begins with a part of the gradient
        self.stretched: list[str] = []  # parameters whose gradient is one number, and no sum

    @property
    def samples(self) -> np.ndarray:
        """The numbers of the samples that are compared."""
        return np.arange(self.n) if self.index is None else self.index

    def slopes_of_the_loss(self) -> Measured:
        """Measure the slopes; where the loss is too coarse for that, take the rebuilt network's."""
        exam = self.exam
        y = exam.targets_of(self.index)
        if not exam.patient.single or exam.dense is None or self.formula is None or y is None:
            return exam.measured(self.point, self.index)
        X = exam.rows_of(self.index)
        g = exam.dense.gradient(self.point, X, y, self.formula)
        return Measured(g, g, g, 1e-6)

    def slopes_at(self, index: np.ndarray, entries: list[list[tuple[int, ...]]]) -> Arrays:
        """Measure the slopes of the loss on some samples, at some entries."""
        return measure(lambda p: self.exam.loss(p, index), self.point, entries).slope

    # Shapes

    def shaped(self, g: Arrays, where: str) -> Arrays | None:
        """Return the gradient in the parameters' shapes; report those that have another one."""
        result: Arrays = []
        for name, array, value in zip(self.names, g, self.point, strict=True):
            if array.shape == value.shape or (array.size == value.size and fits(array, value)):
                if table(array, value):
                    self.tell_table(name, array, value)
                result.append(array.reshape(value.shape))
            elif array.size == 1 and value.size > 1:
                if self.sums_up(g):
                    self.tell_single_numbers(g)
                    return None
                self.stretched.append(name)
                result.append(np.full(value.shape, array.item()))
            elif array.ndim == 2 and array.T.shape == value.shape:
                self.exam.find(
                    "product_wrong", "wrong", name,
                    f"the gradient of {name} has shape {array.shape}, the transpose of "
                    f"{value.shape}.",
                )  # fmt: skip
                return None
            else:
                self.exam.find(
                    "parameter_shape", "wrong", name,
                    f"the gradient of {name} has shape {array.shape}, but {name} has shape "
                    f"{value.shape}."
                    + (" It has a row for each sample: it is not summed over them."
                       if self.n in array.shape and self.n not in value.shape else ""),
                )  # fmt: skip
                return None
        return result

    def sums_up(self, g: Arrays) -> bool:
        """Say whether gradients that are one number are sums, or means, of all their slopes."""
        for array, value, slope in zip(g, self.point, self.measured.slope, strict=True):
            if array.size > 1 or value.size == 1:
                continue
            total, given = float(np.nanmean(slope)) * value.size, float(array.ravel()[0])
            shares = [1.0, 1 / value.size, 1 / self.n, 1 / (self.n * value.size)]
            known = not np.isnan(slope).any()  # of many entries only some are measured
            least = 1e-6 * float(np.nanmax(np.abs(slope)))  # a softmax's sum is 0 but for rounding
            near = [abs(given - f * total) <= 1e-3 * abs(f * total) + least for f in shares]
            if known and not any(near):
                return False
        return True

    def tell_single_numbers(self, g: Arrays) -> None:
        """Report gradients that are one number, of parameters that are more."""
        found = [(name, array, value)
                 for name, array, value in zip(self.names, g, self.point, strict=True)
                 if array.size == 1 and value.size > 1]  # fmt: skip
        text = "; ".join(
            f"the gradient of {name} is one number, {float(array.ravel()[0]):.6g}, but {name} has "
            f"shape {value.shape}" for name, array, value in found
        )  # fmt: skip
        names = [name for name, _, _ in found]
        if not any(self.is_a_sum(name, array) for name, array, _ in found):
            self.exam.find("gradient_wrong", "wrong", ", ".join(names), f"{text}.", tuple(names))
            return
        runs = "the sum runs over everything."
        self.exam.find("axis_missing", "wrong", ", ".join(names), f"{text}: {runs}", tuple(names))

    def is_a_sum(self, name: str, array: np.ndarray) -> bool:
        """Say whether one number may be the sum, or the mean, of all slopes of a parameter."""
        s, value = self.measured.slope[self.names.index(name)], float(array.ravel()[0])
        if np.isnan(s).any():
            return True  # not all of them were measured
        total, room = float(s.sum()), 1e-2 * float(np.abs(s).sum()) + self.measured.noise
        shares = [v * w for v in (1, self.n, 1 / self.n) for w in (1, 1 / s.size)]
        return any(abs(value - f * total) <= max(f, 1) * 1e-2 * room + 1e-3 * abs(f * total)
                   for f in shares)  # fmt: skip

    def tell_table(self, name: str, array: np.ndarray, value: np.ndarray) -> None:
        """Report a gradient that lies across its parameter: a column for a row, or a row."""
        shape = np.broadcast_shapes(array.shape, value.shape)
        turned = self.exam.patient.has("step")  # a step may turn it round, and is looked at
        self.exam.find(
            "parameter_shape", "note" if turned else "wrong", name,
            f"the gradient of {name} has shape {array.shape}, and {name} has shape "
            f"{value.shape}: NumPy makes a table {shape} of p - rate * g.", (name,),
        )  # fmt: skip

    # What agrees

    def right(self, k: int, g: Arrays, factor: float = 1.0) -> bool:
        """Say whether the gradient of a parameter is right."""
        s = self.measured.slope[k]
        off = self.measured.difference([x / factor for x in g])[k]
        scale = max(np.nanmax(np.abs(s), initial=0), self.largest * 1e-6)
        return bool(off.max(initial=0) <= self.tolerance * scale)

    @property
    def largest(self) -> float:
        """The largest measured slope of all."""
        return max(float(np.nanmax(np.abs(s), initial=0)) for s in self.measured.slope)

    @property
    def loose(self) -> float:
        """The tolerance for a pattern, wider than that for a verdict."""
        return 5e-2 if self.exam.patient.single else 5e-4

    def right_by_formula(self, g: Arrays, factor: float) -> bool:
        """Say whether it is the gradient of the known loss that the program's own nearly is.

        A small number in a logarithm, against log(0), makes the two differ a little.
        """
        exam, y = self.exam, self.exam.targets_of(self.index)
        if exam.dense is None or self.formula is None or y is None:
            return False
        X = exam.rows_of(self.index)
        known = exam.dense.gradient(self.point, X, y, self.formula)
        a, b = (flat_of(each) for each in (g, known))
        f = one_factor(a, b, self.tolerance)
        return f is not None and abs(f / factor - 1) < 5e-3

    def exact(self, g: Arrays) -> bool:
        """Say whether it is a multiple of the known loss's gradient, as no difference is."""
        exam, y = self.exam, self.exam.targets_of(self.index)
        if exam.dense is None or self.formula is None or y is None:
            return False
        known = exam.dense.gradient(self.point, exam.rows_of(self.index), y, self.formula)
        return one_factor(flat_of(g), flat_of(known), 1e-11) is not None

    def nothing(self, k: int, g: Arrays) -> bool:
        """Say whether both sides are 0."""
        s = self.measured.slope[k]
        return bool(
            np.nanmax(np.abs(s), initial=0) <= self.measured.noise
            and np.abs(g[k]).max(initial=0) <= self.measured.noise
        )

    # Words for what does not

    def factor_words(self, f: float) -> str:
        """Say where a factor might come from."""
        last = self.exam.dense.activations[-1] if self.exam.dense is not None else None
        if last is not None and last.factor != 1 and abs(f * last.factor - 1) < 1e-3:
            return f"the slope of {last.name} has a factor {last.factor:.4g}, forgotten?"
        exam = self.exam
        return where_from(f, self.n, exam.n_outputs, self.formula, exam.features)

    def worst(self, g: Arrays) -> tuple[str, ...]:
        """Name the entries that are furthest off, with both numbers."""
        off = self.measured.difference(g)
        found = []
        for k in largest_first([float(x.max(initial=0)) for x in off])[:3]:
            if off[k].max(initial=0) > self.tolerance * self.largest * 1e-2:
                i = tuple(int(j) for j in np.unravel_index(at_largest(off[k]), off[k].shape))
                place = f"{self.names[k]}[{', '.join(map(str, i))}]" if i else self.names[k]
                found.append(
                    f"{place}: computed {g[k][i]:.6g}, "
                    f"the loss says {self.measured.slope[k][i]:.6g}"
                )
        return tuple(found)

    def cosine(self, g: Arrays) -> str:
        """Say whether a step along it goes downhill all the same."""
        a, b = flat_pairs(g, self.measured)
        lengths = np.linalg.norm(a) * np.linalg.norm(b)
        if not lengths > 0:
            return ""
        return f" The gradient and the slopes have the cosine {np.vdot(a, b) / lengths:.4f}."
