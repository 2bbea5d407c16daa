"""Checks of the gradient: whether it is the slope of the loss, and where the error comes in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from nnlib.activations import softmax
from nnlib.audit.exam import Exam, check, table
from nnlib.audit.formulas import (
    ACTIVATIONS,
    BASES,
    WORDS,
    Formula,
    factor_words,
    where_from,
)
from nnlib.audit.loss import other_tables
from nnlib.audit.masks import tell_gradient_mask, tell_share
from nnlib.audit.patient import Arrays, Failed, fits
from nnlib.audit.predictions import (
    bias_behind_the_activation,
    biases_in_the_sum,
    relatives,
)
from nnlib.audit.readings import Alone, tell_slopes
from nnlib.audit.slopes import Measured, at_largest, largest_first, measure, one_factor
from nnlib.audit.terms import factors_of, unusual_words
from nnlib.audit.walk import Walk


@check
def look_at_dropout(exam: Exam) -> None:
    """Behind dropout, training passes on as much on average as predict does."""
    if not exam.found("loss_random", "samples_mixed", "target_shape", "data_type"):
        tell_share(exam)


@check
def look_at_gradient(exam: Exam) -> None:
    """The gradient is the slope of the loss."""
    patient = exam.patient
    if not patient.has("gradients") or exam.found("loss_random", "state_kept", "data_type"):
        return
    if not patient.has(exam.loss_name) and exam.formula is None:
        exam.miss("the gradient beside the slope of the loss: pass loss(parameters, X, y)")
        return
    if patient.random_loss:
        return
    for point in exam.points[:2]:
        try:
            problem = Comparison(exam, point, exam.few)
            problem.alone = lambda i, p=point: patient.gradients(p, patient.data(i))
            g = patient.gradients(point, patient.data(exam.few))
        except Failed as error:
            exam.failed(error)
            return
        if not problem.judge(g, "gradients"):
            return
    exam.look("the gradient is the slope of the loss, parameter by parameter")


WITHOUT_BIASES = (np.s_[:], np.s_[:-1], np.s_[1:], np.s_[:, :-1], np.s_[:, 1:])


def flat_pairs(g: Arrays, measured: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Return the computed and the measured slopes where there are both, flat."""
    keep = [~np.isnan(s) for s in measured.slope]
    a = np.concatenate([x[k] for x, k in zip(g, keep, strict=True)])
    b = np.concatenate([x[k] for x, k in zip(measured.slope, keep, strict=True)])
    return a, b


def penalties(value: np.ndarray, summed: bool) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what the slope of a penalty on a parameter is a multiple of, and how to say it.

    ``summed``: also where np.sum has made one number, or one for each row or column, of it.
    """
    yield "{:.4f} {}", value
    yield "{:.4f} sign({})", np.sign(value)
    if summed and value.size > 1:
        yield "{:.4f} times the sum of {}, one number for all", np.full(value.shape, value.sum())
        for axis in range(value.ndim if value.ndim > 1 else 0):
            total = np.broadcast_to(value.sum(axis=axis, keepdims=True), value.shape)
            yield f"{{:.4f}} times {{}} summed over axis {axis}", total
    if value.size > 1:
        yield "{:.4f} at each entry of {}, whatever it is", np.ones(value.shape)
    if value.ndim != 2 or min(value.shape) < 2:
        return
    for line, turned in (("column", value.T), ("row", value)):
        for which, k in (("first", 0), ("last", -1)):
            alone = np.zeros_like(turned)
            alone[k] = turned[k]
            alone = alone.T if line == "column" else alone
            yield f"{{:.4f}} {{}} without its {which} {line}", value - alone
            yield f"{{:.4f}} times the {which} {line} of {{}}", alone
            one = np.zeros_like(turned)
            one[k] = 1.0
            one = one.T if line == "column" else one
            yield f"{{:.4f}} at each entry of the {which} {line} of {{}}, whatever it is", one


def tell_output_slope(
    exam: Exam, moved: Callable[[np.ndarray], Arrays], values: Arrays, where: str
) -> bool:
    """See whether each sample's gradient is off by a factor that the output's slope explains.

    This names a wrong slope at the output also in a network that could not be rebuilt. ``moved``
    returns the gradient that the program uses for one sample.
    """
    # Late, because the data's checks come first and need what is above.
    from nnlib.audit.data import output_range

    name, limits = output_range(exam)
    if not name or exam.n_outputs != 1 or limits not in ((0.0, 1.0), (-1.0, 1.0)):
        return False
    factors, answers = [], []
    for i in np.unique(np.linspace(0, exam.patient.n - 1, 5).astype(int)):
        index = np.array([i])
        try:
            measured = exam.measured(values, index, 60)
            f = one_factor(*flat_pairs(moved(index), measured), tolerance=1e-3)
            answers.append(float(exam.patient.predictions(values, index, exact=True)[0, 0]))
        except Failed:
            return False
        if f is None or abs(f) < 1e-9:
            return False
        factors.append(f)
    f, a = np.array(factors), np.array(answers)
    if len(f) < 3 or np.ptp(f) <= 1e-2 * np.abs(f).max():
        return False
    kind = "sigmoid" if limits[0] == 0 else "tanh"
    activation = next(each for each in ACTIVATIONS if each.name == kind)
    slope = activation.of_a(a)
    z = np.log(a / (1 - a)) if kind == "sigmoid" else np.arctanh(a)
    fitting = []
    for found, made, text in [
        ("slope_of_a", activation.slope(a), "with the derivative of z taken at a, f'(a)"),
        ("slope_missing", np.ones_like(a), "without the slope of the output's activation"),
        ("slope_of_a", activation.of_a(z), "with g(z), where g(a) is meant"),
        ("gradient_wrong", slope**2, "with the slope of the output twice"),
    ]:
        ratio = f * slope / made
        if np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-3 * np.abs(ratio).max():
            fitting.append((abs(ratio.mean() - 1), found, text))
    if not fitting or (min(fitting)[0] > 1e-2 and np.ptp(f) < 0.1 * np.abs(f).max()):
        return False
    _, found, text = min(fitting)
    exam.find(
        found, "wrong", where,
        f"sample by sample the gradient is {', '.join(f'{x:.4g}' for x in f[:3])}, … times the "
        f"slope of the loss: it is made {text}.",
    )  # fmt: skip
    return True


COPIED = (
    "A line was copied for the next number, and not every name in it was changed.",
    "Compare the line of this number with those of its neighbours, name by name.",
)


def tell_copied(
    exam: Exam, moved: Callable[[Arrays, np.ndarray], Arrays], where: str, points: list[Arrays]
) -> bool:
    """See whether, of single numbers, some gradients hold the names of a neighbour's.

    Then each is the slope of some number, times the ratio of two parameters, at all samples and
    at all ``points``. ``moved`` returns the gradient that the program uses for some samples.
    """
    n, size = exam.patient.n, len(exam.patient.start)
    if not 4 < size < 25 or any(v.size > 1 for v in exam.patient.start):
        return False
    used, slopes, numbers = [], [], []
    try:
        for values in points:
            for i in np.unique(np.linspace(0, n - 1, 5).astype(int)):
                index = np.array([i])
                used.append([float(x.ravel()[0]) for x in moved(values, index)])
                measured = exam.measured(values, index).slope
                slopes.append([float(x.ravel()[0]) for x in measured])
                numbers.append([float(v.ravel()[0]) for v in values])
    except (Failed, IndexError):
        return False
    u, s, p = np.array(used), np.array(slopes), np.array(numbers)
    if not (np.isfinite(u).all() and np.isfinite(s).all() and p.all()):
        return False
    room = 1e-4 * np.abs(s).max()
    wrong = [k for k in range(size) if np.abs(u[:, k] - s[:, k]).max() > room]
    if not 0 < len(wrong) <= size // 3:
        return False
    names, told = exam.patient.names, []
    for k in wrong:
        text = copied_from(u[:, k], s, p, k, names)
        if not text:
            return False
        told.append(text)
    exam.find("gradient_wrong", "wrong", ", ".join(names[k] for k in wrong),
              f"{'; '.join(told)}.", advice=COPIED)  # fmt: skip
    return True


def copied_from(u: np.ndarray, s: np.ndarray, p: np.ndarray, k: int, names: list[str]) -> str:
    """Say of which number's slope a gradient is a multiple, by the ratio of two parameters."""
    size = s.shape[1]
    others = [(j, k, k) for j in range(size) if j != k]
    ratios = [(j, a, b) for j in [k, *range(size)] for a in range(size) for b in range(size)]
    for j, a, b in [*others, *(each for each in ratios if each[1] != each[2])]:
        if np.abs(u - s[:, j] * p[:, a] / p[:, b]).max() > 1e-5 * np.abs(u).max():
            continue
        if a == b:
            return f"the gradient of {names[k]} is that of {names[j]}"
        if j == k:
            return f"in the gradient of {names[k]}, {names[a]} stands where {names[b]} belongs"
        return f"the gradient of {names[k]} is that of {names[j]}, times {names[a]} / {names[b]}"
    return ""


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
        self.factor_known = True  # not where momentum begins with a part of the gradient
        self.stretched: list[str] = []  # parameters whose gradient is one number, and no sum

    def slopes_of_the_loss(self) -> Measured:
        """Measure the slopes; where the loss is too coarse for that, take the rebuilt network's."""
        exam = self.exam
        y = exam.targets_of(self.index)
        if not exam.patient.single or exam.dense is None or self.formula is None or y is None:
            return exam.measured(self.point, self.index)
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        g = exam.dense.gradient(self.point, X, y, self.formula)
        return Measured(g, g, g, 1e-6)

    # What agrees

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

    def right_by_formula(self, g: Arrays, factor: float) -> bool:
        """Say whether it is the gradient of the known loss that the program's own nearly is.

        A small number in a logarithm, against log(0), makes the two differ a little.
        """
        exam, y = self.exam, self.exam.targets_of(self.index)
        if exam.dense is None or self.formula is None or y is None:
            return False
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        known = exam.dense.gradient(self.point, X, y, self.formula)
        a, b = (np.concatenate([np.ravel(x) for x in each]) for each in (g, known))
        f = one_factor(a, b, self.tolerance)
        return f is not None and abs(f / factor - 1) < 5e-3

    def nothing(self, k: int, g: Arrays) -> bool:
        """Say whether both sides are 0."""
        s = self.measured.slope[k]
        return bool(
            np.nanmax(np.abs(s), initial=0) <= self.measured.noise
            and np.abs(g[k]).max(initial=0) <= self.measured.noise
        )

    # What it says

    def judge(self, g: Arrays, where: str, free: bool = False) -> bool:
        """Compare, and report what is wrong; True if all is right.

        ``free``: a common positive factor is not known, and no finding.
        """
        shaped = self.shaped(g, where)
        if shaped is None:
            return False
        g = shaped
        if not all(np.isfinite(x).all() for x in g):
            bad = [name for name, x in zip(self.names, g, strict=True) if not np.isfinite(x).all()]
            self.exam.find("gradient_wrong", "wrong", ", ".join(bad),
                           f"the gradient of {', '.join(bad)} is not finite.")  # fmt: skip
            return False
        zero = [self.nothing(k, g) for k in range(len(g))]
        if all(zero):
            self.exam.find("nothing_compared", "suspicious", where,
                           "all slopes are 0 on both sides: nothing was compared.")  # fmt: skip
            return False
        if any(zero):
            names = ", ".join(n for n, z in zip(self.names, zero, strict=True) if z)
            self.exam.find(
                "nothing_compared", "note", names,
                f"{sum(zero)} of {len(zero)} gradients are 0 on both sides ({names}): nothing was "
                "compared there.",
            )  # fmt: skip
        if self.measured.n_corners:
            self.exam.find(
                "at_a_corner", "note", where,
                f"{self.measured.n_corners} of the measured entries lie exactly at a corner.",
            )  # fmt: skip
        factor = 1.0
        if free:
            factor = one_factor(*flat_pairs(g, self.measured), tolerance=1e-2) or 1.0
            factor = factor if factor > 0 else 1.0
        if all(self.right(k, g, factor) for k in range(len(g))) or self.right_by_formula(g, factor):
            return True
        self.explain(g, where, free)
        return False

    def explain(self, g: Arrays, where: str, free: bool) -> None:
        """Say what a wrong gradient is."""
        if not any(np.abs(x).max(initial=0) > self.measured.noise for x in g):
            self.by_parameters(g, where, free)  # nothing of it shows a cause
            return
        patient, seen = self.exam.patient, self.measured.n_corners
        if self.exam.dense is None and where == "gradients" and not seen and tell_output_slope(
            self.exam, lambda i: patient.gradients(self.point, patient.data(i)), self.point, where
        ):  # fmt: skip
            return
        if where == "gradients" and tell_copied(
            self.exam, lambda v, i: patient.gradients(v, patient.data(i)), where,
            self.exam.points[:2],
        ):  # fmt: skip
            return
        for attempt in (
            self.by_one_factor,
            self.by_mask,
            self.by_unrolling,
            self.by_weight_term,
            self.by_factor_beside_penalty,
            self.by_smoothed_targets,
            self.by_other_loss,
            self.by_other_targets,
            self.by_equations,
            self.by_other_forward,
            self.by_measured_delta,
            self.by_slopes,
            self.by_parameters,
        ):
            if attempt(g, where, free):
                return

    def by_one_factor(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether one number makes the whole gradient right."""
        f = one_factor(
            *flat_pairs(g, self.measured), tolerance=self.loose, noise=self.measured.noise
        )
        if f is None or abs(f) < 1e-9 or abs(f - 1) < 5e-3:
            return False
        formula = self.formula
        if f < 0 and formula is not None and formula.factor < 0:
            return True  # the loss has the wrong sign, and that was said
        if f < 0:
            falls = self.falling(list(range(len(g))))
            seen = f"every entry is {f:.4f} times the slope of the loss: it points uphill.{falls}"
            self.exam.find("gradient_sign", "wrong", where, seen, self.worst(g))
        elif not free and not self.by_form_of_loss(g, f):
            self.exam.find("gradient_scale", "wrong", where,
                           f"every entry is {f:.4f} times the slope of the loss: "
                           f"{self.factor_words(f)}", self.worst(g))  # fmt: skip
        return True

    def by_mask(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether a mask of dropout in the training loss is not that of the gradient."""
        return where == "gradients" and tell_gradient_mask(self.exam, self.point)

    def by_unrolling(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether gradients hold the right numbers, read by columns and written by rows."""
        told = []
        for k, (x, s) in enumerate(zip(g, self.measured.slope, strict=True)):
            if self.right(k, g):
                continue
            if s.ndim != 2 or min(s.shape) < 2 or s.shape[0] == s.shape[1] or np.isnan(s).any():
                return False
            if not any(self.unrolled(x[part], s[part]) for part in WITHOUT_BIASES):
                return False
            told.append(self.names[k])
        if not told:
            return False
        names = ", ".join(told)
        self.exam.find(
            "product_wrong", "wrong", names,
            f"the gradient of {names} has the right numbers in another order: they were read "
            "column by column and written row by row.", self.worst(g),
            advice=("It was unrolled in the other order than the parameters, as by order='F' or a "
                    "transpose before ravel(), or reshape stands where .T is meant.",
                    "Unroll parameters and gradients by the same lines, with order='C' in both."),
        )  # fmt: skip
        return True

    def unrolled(self, x: np.ndarray, s: np.ndarray) -> bool:
        """Say whether x is s with its columns written as rows; a row of biases may stand apart."""
        if min(s.shape) < 2:
            return False
        made = np.ravel(s, order="F").reshape(s.shape)
        return bool(np.abs(x - made).max() <= self.tolerance * self.largest)

    def by_form_of_loss(self, g: Arrays, f: float) -> bool:
        """See whether it is the gradient of the loss without its root, or with other logarithms."""
        own, y, m = self.formula, self.exam.targets_of(self.index), self.exam.n_outputs
        if own is None or y is None or own.penalised:
            return False
        base, factor = own.base, f * own.factor
        if base == "root":
            a = self.exam.patient.predictions(self.point, self.index, exact=True)
            base, factor = "squared", factor / (2 * BASES["root"](a, y))
        elif "of base" not in own.words(self.n, m):
            return False
        down = factor_words(factor, WORDS[base], self.n, m)
        if "times the sum" in down or "of base" in down:
            return False
        logs = "" if base == "squared" else ", with natural logarithms"
        self.exam.find(
            "loss_formula", "wrong", "loss and gradient",
            f"the loss that is shown is {own.words(self.n, m)}; what is descended is "
            f"{down}{logs}.", self.worst(g),
        )  # fmt: skip
        return True

    @property
    def loose(self) -> float:
        """The tolerance for a pattern, wider than that for a verdict."""
        return 5e-2 if self.exam.patient.single else 5e-4

    def factor_words(self, f: float) -> str:
        """Say where a factor might come from."""
        return where_from(f, self.n, self.exam.n_outputs, self.formula)

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

    def by_weight_term(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether the difference is a multiple of the parameters themselves."""
        if self.weight_term(g, self.measured.slope) or self.by_norm(g):
            return True
        dense, formula = self.exam.dense, self.formula
        if dense is None or formula is None or not formula.penalised:
            return False
        penalty = dense.penalty_slopes(self.point, formula)
        bare = [s - p for s, p in zip(self.measured.slope, penalty, strict=True)]
        return self.weight_term(g, bare, " without its penalty")

    def weight_term(self, g: Arrays, slopes: Arrays, without: str = "") -> bool:
        """Report a difference that is a multiple of the parameters, or of their signs."""
        off = []
        for name, x, s, value in zip(self.names, g, slopes, self.point, strict=True):
            keep = ~np.isnan(s)
            rest = (x - s)[keep]
            scale = max(float(np.abs(s[keep]).max(initial=0)), self.largest * 1e-3)
            size = np.abs(rest).max(initial=0) / (self.tolerance * scale)
            if size > 1:
                made = {form: pattern[keep] for form, pattern in penalties(value, bool(without))}
                off.append((name, rest, made, bool(size > 10)))
        for form in dict.fromkeys(form for _, _, made, _ in off for form in made):
            factors = self.multiples(form, off)
            whole = all(self.names.index(n) in self.exam.weights for n in factors)
            whole = whole and "sum" not in form and "sign" not in form
            if without and whole and all(self.penalty_is(f) for f in factors.values()):
                continue  # it is the penalty itself, and nothing is off but by rounding
            if factors:
                self.tell_weight_term(g, form, factors, without)
                return True
        return False

    def multiples(
        self, form: str, off: list[tuple[str, np.ndarray, dict[str, np.ndarray], bool]]
    ) -> dict[str, float]:
        """Return by parameter the one factor with which a form makes all that is off, or none."""
        factors: dict[str, float] = {}
        n_entries = 0
        for name, rest, made, clearly in off:
            f = one_factor(rest, made[form], self.loose * 5) if form in made else None
            if f is not None and (" sum" not in form or self.penalty_is(f)):
                factors[name] = f
                n_entries += rest.size
            elif clearly:
                return {}
        found = [*factors.values()]
        least = 6 if "whatever" in form else 3
        if n_entries < least or np.ptp(found) > 0.02 * abs(found[0]):
            return {}  # so few fit by chance: one number is a multiple of any other
        return factors

    def tell_weight_term(
        self, g: Arrays, form: str, factors: dict[str, float], without: str
    ) -> None:
        """Report what a gradient holds of the weights, beside what the loss holds."""
        weights = [self.names[i] for i in self.exam.weights]
        known = [name for name in factors if name in weights] or [*factors]
        text = ", ".join(form.format(factors[name], name) for name in known)
        formula = self.formula
        said = ""
        if formula is not None and formula.penalised:
            c = formula.decay or formula.decay_of_all
            sizes = formula.sizes or formula.sizes_of_all
            slope = f"{2 * c:.4g} W" if c else f"{sizes:.4g} sign(W)"
            said = f" The loss holds {formula.penalty}, whose slope is {slope}."
        elif formula is not None:
            said = " The loss holds no such penalty."
        self.exam.find(
            "weight_term", "wrong", ", ".join(known),
            f"the gradient minus the slope of the loss{without} is {text}.{said}", self.worst(g),
        )  # fmt: skip

    def by_norm(self, g: Arrays) -> bool:
        """See whether the loss holds the norm of weights, and the gradient the signs of them."""
        found: list[tuple[str, float]] = []
        for name, x, s, value in zip(self.names, g, self.measured.slope, self.point, strict=True):
            norm = float(np.linalg.norm(value))
            rest = x - s
            if np.isnan(s).any() or np.abs(rest).max(initial=0) <= self.tolerance * self.largest:
                continue
            if value.size < 4 or not norm:
                return False
            f = one_factor(rest, np.sign(value) - value / norm, self.loose * 5)
            if f is None:
                return False
            found.append((name, f))
        for name, f in found:
            self.exam.find(
                "weight_term", "wrong", name,
                f"the gradient holds {f:.4f} sign({name}), the slope of the sum of the sizes, and "
                f"the loss {f:.4f} times the norm of {name}, the root of the sum of its squares, "
                f"whose slope is {f:.4f} {name} / norm({name}).", self.worst(g),
                advice=("np.linalg.norm(w) is not the sum of the sizes of w.",
                        "For L1 write np.sum(np.abs(w)) into the loss; for L2 np.sum(w**2), with "
                        "the slope 2 w."),
            )  # fmt: skip
        return bool(found)

    def penalty_is(self, f: float) -> bool:
        """Say whether the slope of the loss's penalty is f times the weights."""
        own = self.formula
        return own is not None and abs(f / 2 - (own.decay or own.decay_of_all)) < 0.02 * abs(f / 2)

    def by_factor_beside_penalty(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether the part that the samples make is a multiple, and the penalty is right."""
        exam, y = self.exam, self.exam.targets_of(self.index)
        own = self.formula
        if own is None or exam.dense is None or y is None or not own.penalised:
            return False
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        penalty = exam.dense.penalty_slopes(self.point, own)
        bare = exam.dense.gradient(self.point, X, y, Formula(own.base, own.factor))
        part = np.concatenate([np.ravel(a - b) for a, b in zip(g, penalty, strict=True)])
        f = one_factor(part, np.concatenate([np.ravel(x) for x in bare]), self.loose)
        if f is None or abs(f) < 1e-9 or abs(f - 1) < 5e-3:
            return False
        exam.find(
            "gradient_scale" if f > 0 else "gradient_sign", "wrong", where,
            f"without the penalty every entry is {f:.4f} times the slope of the loss: "
            f"{self.factor_words(f) if f > 0 else 'it points uphill.'}", self.worst(g),
        )  # fmt: skip
        return True

    def by_other_loss(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether it is the gradient of another known loss."""
        own = self.formula
        answers = self.exam.base_values[1]
        y = self.exam.targets_of(self.index)
        if y is None or not answers:
            return False
        others = ("huber", "log_cosh", "focal", "hinge", "squared_hinge", "smoothed_binary",
                  "smoothed_cross", "log_squared") * (self.exam.dense is not None)  # fmt: skip
        for base in ("squared", "binary", "cross", "absolute", "binary_from_logits",
                     "cross_from_logits", "other_half", "root", *others):  # fmt: skip
            if self.n == 1 and base == "absolute" and own is not None:
                continue  # at one sample its slopes may be a multiple of any other's
            if own is not None and {base, own.base} <= {"squared", "root"}:
                continue  # at one point the slopes of a square and of its root are alike
            if own is not None and {base, own.base} == {"squared", "huber"} and all(
                np.abs(a - self.exam.targets_of(self.exam.few)).max() < 1 for a in answers
            ):  # fmt: skip
                continue  # so near to the targets they are one loss
            if (own is not None and base == own.base) or not self.exam.possible(base, answers, y):
                continue
            slopes = self.exam.known_slopes(self.point, base, self.index, self.measured)
            if slopes is None:
                continue
            pairs = zip(self.measured.slope, slopes, strict=True)
            at = replace(self.measured, slope=[np.where(np.isnan(s), np.nan, k) for s, k in pairs])
            f = one_factor(*flat_pairs(g, at), tolerance=self.loose)
            beside = ""
            if f is None:
                f, beside = self.with_penalty(g, at)
            if f is not None and abs(f) > 1e-9:
                self.tell_other_loss(g, base, f, free, beside)
                return True
        return False

    def by_smoothed_targets(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether a - t is descended for targets t that do not sum to 1, as they have to."""
        exam, y, dense = self.exam, self.exam.targets_of(self.index), self.exam.dense
        if self.formula is not None or dense is None or y is None or y.shape[1] < 2:
            return False
        f = self.shares_of_targets(y)
        if f is None:
            return False
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        p = softmax(dense.forward(self.point, X)[0][-1])
        for c in (1 / len(y), 1.0):
            known = dense.gradient(
                self.point, X, y, Formula("cross", 1.0), c * p - (f[0] * y + f[1])
            )
            a, b = (np.concatenate([np.ravel(x) for x in each]) for each in (g, known))
            factor = one_factor(a, b, self.loose)
            total = f[0] + y.shape[1] * f[1]
            if factor is None or abs(factor - 1) > 5e-3 or abs(total - c) < 1e-3 * c:
                continue
            exam.find(
                "loss_formula", "wrong", f"{exam.loss_name} and gradient",
                f"{exam.loss_name} is a cross-entropy for the targets t = {f[0] / c:.4g} y + "
                f"{f[1] / c:.4g}, which sum to {total / c:.4g} for each sample. What is descended "
                "is the softmax minus t: that is its slope only where they sum to 1.",
                self.worst(g),
                advice=("Smoothed labels are (1 - e) * y + e / K for K classes, and a factor of "
                        "these is lost.", "Print the row sums of the smoothed targets."),
            )  # fmt: skip
            return True
        return False

    def shares_of_targets(self, y: np.ndarray) -> np.ndarray | None:
        """Return c and d where the loss is the cross-entropy for the targets c y + d, undivided."""
        exam, index = self.exam, self.index
        if not (y.sum(axis=1) == 1).all():
            return None
        try:
            answers = [exam.patient.predictions(p, index, exact=True) for p in exam.points]
            losses = np.array([exam.loss(values, index) for values in exam.points])
        except Failed:
            return None
        base = "cross" if exam.possible("cross", answers, y) else "cross_from_logits"
        parts = [np.array([BASES[base](a, t) for a in answers]) for t in (y, np.ones_like(y))]
        return factors_of(losses, parts)

    def by_other_targets(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether it is the gradient for another table of targets."""
        exam, y = self.exam, self.exam.targets_of(self.index)
        if exam.dense is None or self.formula is None or y is None or self.n < 3:
            return False
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        for kind, words, other in other_tables(y):
            if np.array_equal(other, y):
                continue
            delta = None
            if self.formula.base in ("binary", "cross", "cross_from_logits"):
                z, a = exam.dense.forward(self.point, X)  # a - y, also for rows of several ones
                answers = softmax(z[-1]) if self.formula.base == "cross_from_logits" else a[-1]
                delta = self.formula.factor * (answers - other)
            known = exam.dense.gradient(self.point, X, other, self.formula, delta)
            a, b = (np.concatenate([np.ravel(x) for x in each]) for each in (g, known))
            f = one_factor(a, b, self.loose)
            if f is not None and f > 0 and (free or abs(f - 1) < 5e-3):
                exam.find(
                    kind, "wrong", where,
                    f"the gradient belongs to other targets than those of the loss: {words}.",
                    self.worst(g),
                )  # fmt: skip
                return True
        return False

    def by_other_forward(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether it is the gradient of a network whose forward pass differs in one place."""
        exam, y = self.exam, self.exam.targets_of(self.index)
        if exam.dense is None or self.formula is None or y is None:
            return False
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        a, own = np.concatenate([np.ravel(x) for x in g]), exam.dense
        for network, text in relatives(own):
            lost = {each.b for each in own.layers} - {each.b for each in network.layers}
            values = [v * (k not in lost) for k, v in enumerate(self.point)]
            known = replace(network, layers=own.layers).gradient(values, X, y, self.formula)
            f = one_factor(a, np.concatenate([np.ravel(x) for x in known]), self.loose)
            if f is None or f <= 0 or (not free and abs(f - 1) > 5e-3):
                continue
            exam.find(
                "gradient_wrong", "wrong", where,
                f"the gradient is that of another network than the one that predict and the loss "
                f"are made of, one {text}.", self.worst(g),
                advice=("Training has a forward pass of its own, and it differs.",
                        "Write the forward pass once, and call it in both."),
            )  # fmt: skip
            return True
        return False

    def with_penalty(self, g: Arrays, at: Measured) -> tuple[float | None, str]:
        """Return f where g is f times some slopes, and a multiple of the weights."""
        if self.exam.dense is None:
            return None, ""
        for formula in (Formula("squared", 0.0, decay=0.5), Formula("squared", 0.0, 0.0, 0.5)):
            weights = self.exam.dense.penalty_slopes(self.point, formula)
            a, b = flat_pairs(g, at)
            w = flat_pairs(weights, at)[0]
            A = np.stack([b, w], axis=1)
            scale = np.maximum(np.abs(A).max(axis=0, initial=0), 1e-300)
            f, c = np.linalg.lstsq(A / scale, a, rcond=None)[0] / scale
            rest = np.abs(A @ np.array([f, c]) - a).max(initial=0)
            if a.size > 4 and rest <= self.loose * np.abs(a).max(initial=0):
                return float(f), f", and {0.5 * c:.4g} times the squares of the weights"
        return None, ""

    def tell_other_loss(self, g: Arrays, base: str, f: float, free: bool, beside: str = "") -> None:
        """Report which loss is shown and which one is descended."""
        own, m = self.formula, self.exam.n_outputs
        unknown = "no formula that is known here"
        shown = own.words(self.n, m) if own is not None else unusual_words(self.exam) or unknown
        name = self.exam.loss_name
        found = [(f.kind, f.severity, f.where) for f in self.exam.findings]
        told = own is None and ("loss_formula", "wrong", name) in found
        if free:
            down = f"{'minus ' if f < 0 else ''}the {WORDS[base]}"
        else:
            down = factor_words(f, WORDS[base], self.n, m, base == "root")
        if own is not None and own.factor < 0 and f > 0:
            return  # said already, of the loss
        lacks = ""
        if own is not None and own.base == "squared" and base == "binary" and f > 0:
            lacks = " If the first is meant, the output's delta lacks the slope a * (1 - a)."
        elif own is not None and own.base in ("binary", "cross") and base == "squared" and f > 0:
            lacks = (
                " If the first is meant, the output's delta is a - y, and a slope a * (1 - a) "
                "stands in it that has cancelled already."
            )
        what = "the loss that is shown" if name == "loss" else "the training loss"
        self.exam.find(
            "loss_formula", "wrong", "loss and gradient",
            f"{'' if told else f'{what} is {shown}; '}what is descended is {down}{beside}.{lacks}",
            self.worst(g),
        )  # fmt: skip

    # Equation by equation, on the network rebuilt

    def by_equations(self, g: Arrays, where: str, free: bool) -> bool:
        """Go back from the output, and say which equation differs."""
        dense, y = self.exam.dense, self.exam.targets_of(self.index)
        if dense is None or y is None:
            return False
        X = self.exam.X_rows if self.index is None else self.exam.X_rows[self.index]
        bases = [self.formula] if self.formula is not None else []
        own = bases[0].base if bases else ""
        answers = self.exam.base_values[1]
        bases += [
            Formula(base, 1.0)
            for base in ("squared", "binary", "cross")
            if base != own and self.exam.possible(base, answers, y)
        ]
        best: Walk | None = None
        for formula in bases:
            for unknown in (False, True):
                walk = Walk(
                    self.exam, dense, self.point, X, y, formula, g, unknown or formula.base != own
                )
                walk.go()
                if walk.explained and (best is None or walk.cost < best.cost):
                    best = walk
        if best is None:
            return False
        best.report(self.worst(g), free or not self.factor_known)
        return True

    def slopes_at(self, index: np.ndarray, entries: list[list[tuple[int, ...]]]) -> Arrays:
        """Measure the slopes of the loss on some samples, at some entries."""
        return measure(lambda p: self.exam.loss(p, index), self.point, entries).slope

    def by_measured_delta(self, g: Arrays, where: str, free: bool) -> bool:
        """Go back from the output where the loss is not known: its delta is measured.

        At one sample the slope of the loss by the output's bias is the output's delta.
        """
        exam, dense, y = self.exam, self.exam.dense, self.exam.targets_of(self.index)
        if dense is None or y is None or self.formula is not None or free:
            return False
        last, n = dense.layers[-1], self.n
        if last.b is None or len(dense.layers) < 2 or n * y.shape[1] > 300 or exam.patient.single:
            return False
        entries = [list(np.ndindex(v.shape)) if k == last.b else []
                   for k, v in enumerate(self.point)]  # fmt: skip
        index = np.arange(n) if self.index is None else self.index
        try:
            delta = np.stack([
                np.ravel(self.slopes_at(index[i : i + 1], entries)[last.b]) for i in range(n)
            ])  # fmt: skip
        except Failed:
            return False
        whole = np.ravel(self.measured.slope[last.b])
        f = None if np.isnan(whole).any() else one_factor(whole, delta.sum(axis=0), self.loose)
        if f is None or not any(abs(f - v) < 1e-3 * v for v in (1.0, 1 / n)):
            return False  # the loss is not the sum, nor the mean, of those of the samples
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        _, a = dense.forward(self.point, X)
        W = dense.split(self.measured.slope, len(dense.layers))[0]
        seen = ~np.isnan(W)
        off = np.abs(a[-2].T @ (f * delta) - W)[seen]
        if off.max(initial=0) > 1e-3 * np.abs(W[seen]).max(initial=0):
            return False  # the loss is made with another network than the predictions
        walk = Walk(exam, dense, self.point, X, y, Formula("binary", 1.0), g, False)
        walk.given, walk.tolerance = f * delta, self.loose
        walk.go()
        if not walk.explained or not walk.deviations:
            return False
        walk.report(self.worst(g), False)
        return True

    def by_slopes(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether the slopes, sample by sample, are those of another function of z."""
        alone = self.alone
        return alone is not None and tell_slopes(self.exam, alone, self.point, self.worst(g))

    def by_parameters(self, g: Arrays, where: str, free: bool) -> bool:
        """Say parameter by parameter what is off."""
        wrong = [k for k in range(len(g)) if not self.right(k, g)]
        right = [k for k in range(len(g)) if k not in wrong and not self.nothing(k, g)]
        factors = {}
        for k in wrong:
            keep = ~np.isnan(self.measured.slope[k])
            s, x = self.measured.slope[k][keep], g[k][keep]
            factors[k] = one_factor(x, s, self.loose, self.measured.noise)
            total = float(np.nansum(self.measured.slope[k]))
            if x.size > 1 and np.ptp(x) <= 1e-6 * np.abs(x).max() and keep.all() and np.ptp(s) > 0 \
                    and abs(x.flat[0] - total) <= 1e-3 * abs(total):  # fmt: skip
                self.exam.find(
                    "axis_missing", "wrong", self.names[k],
                    f"all entries of the gradient of {self.names[k]} are {x.flat[0]:.6g}, the sum "
                    f"of the slopes of all its entries.", self.worst(g),
                )  # fmt: skip
                return True
        if biases_in_the_sum(self.exam, {k: 1 / f if f else 0.0 for k, f in factors.items()}):
            return True
        names = ", ".join(self.names[k] for k in wrong)
        known = {f for f in factors.values() if f is not None}
        if (
            len(known)
            and all(f is not None for f in factors.values())
            and (max(known) - min(known) <= 1e-2 * max(map(abs, known)))
            and abs(next(iter(known)) - 1) > 5e-3  # so near to 1 it is no factor
        ):
            f = next(iter(known))
            kind = "gradient_sign" if f < 0 else "gradient_scale"
            if abs(f) < 1e-9:
                self.exam.find("gradient_wrong", "wrong", names,
                               f"the gradient of {names} is 0, and the slope of the loss is not.",
                               self.worst(g))  # fmt: skip
                return True
            text = f"it points uphill.{self.falling(wrong)}" if f < 0 else self.factor_words(f)
            if f < 0 and abs(f + 1) > 1e-2 and max(g[k].size for k in wrong) == 1:
                kind, text = "gradient_wrong", "it points uphill, and -1 would be a lost sign."
            if text.startswith("Which factor") and max(g[k].size for k in wrong) == 1:
                kind, text = "gradient_wrong", "no usual factor; other samples may have another."
            self.exam.find(
                kind, "wrong", names,
                f"the gradient of {names} is {f:.4f} times the slope of the loss: {text}",
                self.worst(g),
            )  # fmt: skip
            return True
        if len(wrong) == 1 and bias_behind_the_activation(
            self.exam, self.point, self.index, wrong[0], g[wrong[0]]
        ):
            return True
        if self.in_other_order(g) or (len(wrong) == 1 and self.by_rows(g, wrong[0])):
            return True
        attempts = (self.by_neurons, self.by_offset, self.by_scaling)
        if any(attempt(g, k) for attempt in attempts for k in reversed(wrong)):
            return True
        unused = [k for k in wrong if self.without_effect(k)]
        if unused and not self.exam.patient.random_loss:
            others = ", ".join(self.names[k] for k in wrong if k not in unused)
            also = f" The gradient of {others} is off, too." if others else ""
            names = ", ".join(self.names[k] for k in unused)
            self.exam.find(
                "gradient_wrong", "wrong", names,
                f"the loss does not change when {names} changes, and yet the gradient of {names} "
                "is not 0. Either predict does not use it, or takes another array in its place, or "
                f"something takes its effect away again, as batch norm does.{also}", self.worst(g),
            )  # fmt: skip
            return True
        others = f" Right: {', '.join(self.names[k] for k in right)}." if right else ""
        if self.exam.dense is None and self.exam.patient.has("predict"):
            others += (
                " Its equation cannot be named: the predictions are not those of dense layers "
                f"that are known here.{self.shares()}"
            )
        others += "".join(
            f" That of {name} is one number, which NumPy stretches." for name in self.stretched
        )
        self.exam.find(
            "gradient_wrong", "wrong", names,
            f"the gradient of {names} is not the slope of the loss.{others}{self.cosine(g)}",
            self.worst(g),
        )  # fmt: skip
        return True

    def shares(self) -> str:
        """Say what the predictions of a sample add up to, where that is one number, and not 1."""
        answers = self.exam.base_values[1]
        if not answers or answers[0].shape[1] < 2 or min(a.min() for a in answers) < 0:
            return ""
        sums = np.concatenate([a.sum(axis=1) for a in answers])
        if np.ptp(sums) > 1e-9 * sums.max() or abs(sums[0] - 1) < 1e-6 or len(sums) < 8:
            return ""
        return (
            f" The predictions of each sample add up to {sums[0]:.4g}; those of a softmax add up "
            "to 1. What is it divided by?"
        )

    def falling(self, wrong: list[int]) -> str:
        """Say that the output's activation falls, where predictions do as its bias rises."""
        for k in wrong:
            if self.point[k].size != self.exam.n_outputs:
                continue
            higher = [v + 0.1 * (i == k) for i, v in enumerate(self.point)]
            try:
                before, after = (
                    self.exam.patient.predictions(values, self.index, exact=True)
                    for values in (self.point, higher)
                )
            except Failed:
                return ""
            with np.errstate(all="ignore"):
                fall = np.log(before / (1 - before)) - np.log(after / (1 - after))
            if np.abs(fall - 0.1).max() < 1e-4:  # of a hidden bias it would not be just as much
                return (
                    f" The predictions fall where {self.names[k]} rises: 1 / (1 + exp(z)) lacks "
                    "the minus of a sigmoid."
                )
        return ""

    def in_other_order(self, g: Arrays) -> bool:
        """See whether a vector of all gradients is put together in another order."""
        if not self.exam.patient.shapes or any(np.isnan(s).any() for s in self.measured.slope):
            return False
        flat = np.concatenate([np.ravel(x) for x in g])
        for order in itertools.islice(itertools.permutations(range(len(g))), 1, 130):
            other = np.concatenate([np.ravel(self.measured.slope[k]) for k in order])
            if np.abs(flat - other).max() <= self.tolerance * self.largest:
                names = ", ".join(self.names[k] for k in order)
                self.exam.find(
                    "gradient_wrong", "wrong", "gradients",
                    f"the gradients stand in another order than the parameters: {names}.",
                    self.worst(g),
                )  # fmt: skip
                return True
        return False

    def last_alone(self, X: np.ndarray, k: int, rows: np.ndarray) -> np.ndarray:
        """Return what rows of an embedding get where of several uses the last one alone counts.

        Of each column of X, or of all: two stacks of rows, up to one factor.
        """
        exam, made = self.exam, np.zeros((2, len(rows), self.point[k].shape[1]))
        index = np.arange(exam.patient.n) if self.index is None else self.index
        for place, row in enumerate(rows):
            samples, columns = np.nonzero(X.astype(int) == row)
            wanted = {int(samples[columns == c].max()): 0.0 for c in np.unique(columns)}
            for i in wanted:
                entries: list[list[tuple[int, ...]]] = [[] for _ in self.point]
                entries[k] = [(int(row), j) for j in range(made.shape[2])]
                slope = self.slopes_at(index[i : i + 1], entries)[k]
                share = slope[row] / max((samples == i).sum(), 1)
                uses = sum(samples[columns == c].max() == i for c in np.unique(columns))
                made[0, place] += uses * share
                if i == samples.max():
                    made[1, place] = share
        return made

    def by_rows(self, g: Arrays, k: int) -> bool:
        """See whether the wrong rows are those to which X points more than once."""
        X, s = self.exam.X_rows if self.index is None else self.exam.X_rows[self.index], g[k]
        whole = (np.round(X) == X).all() and X.min() >= 0 and s.ndim == 2 and X.max() < len(s)
        if not whole or len(s) < 3 or np.isnan(self.measured.slope[k]).any():
            return False
        counts = np.bincount(X.astype(int).ravel(), minlength=len(s))
        off = self.measured.difference(g)[k].max(axis=1) > self.tolerance * self.largest
        smaller = np.abs(s[off]).sum() < np.abs(self.measured.slope[k][off]).sum()
        if not off.any() or (counts[off] < 2).any() or ((counts[~off] > 1).any() and not smaller):
            return False
        try:
            some = np.flatnonzero(off)[:6]
            ways = self.last_alone(X, k, some)
        except Failed:
            return False
        if not any((one_factor(np.ravel(s[some]), np.ravel(w), 5e-3) or 0) > 0 for w in ways):
            return False
        rows = ", ".join(map(str, np.flatnonzero(off)[:6]))
        others = " Rows that are read once or never are right." * bool((counts < 2).any())
        self.exam.find(
            "gradient_wrong", "wrong", self.names[k],
            f"in {self.names[k]} the rows {rows} are off: each of them is read more than once, and "
            f"gets the gradient of its last use alone.{others}", self.worst(g),
            advice=("E[index] += d adds once where an index comes several times.",
                    "np.add.at(E, index, d) adds each time."),
        )  # fmt: skip
        return True

    def by_neurons(self, g: Arrays, k: int) -> bool:
        """See whether each neuron's weights are off by a factor of their own."""
        x, s = g[k], self.measured.slope[k]
        if x.ndim != 2 or min(x.shape) < 2 or np.isnan(s).any() or self.n < 3:
            return False  # at one sample any delta makes such factors
        for line, of_g, slopes in (("column", x.T, s.T), ("row", x, s)):
            found = [one_factor(a, b, self.loose, self.measured.noise)
                     for a, b in zip(of_g, slopes, strict=True)]  # fmt: skip
            known = [j for j, f in enumerate(found) if f is not None and abs(f) > 1e-9]
            if any(found[j] is None and np.abs(slopes[j]).max() > self.measured.noise
                   for j in range(len(found))) or len(known) < 3:  # fmt: skip
                continue
            f = np.array([found[j] for j in known], dtype=float)
            if np.ptp(f) < 1e-2 * np.abs(f).max():
                continue
            name = self.names[k]
            seen = f"each {line} of the gradient of {name} is the slope times a factor of its own: "
            seen += f"{', '.join(f'{v:.4g}' for v in f[:4])}{', …' * (len(f) > 4)}."
            self.exam.find(
                "gradient_wrong", "wrong", name, f"{seen}{self.factor_named(f, known, x.shape)}",
                self.worst(g),
                advice=("Something that has one number for each neuron is lost on the way back, or "
                        "stands in it twice: a scale, or a deviation.",
                        "Look at each factor of that neuron in the forward pass: it belongs into "
                        "its delta once."),
            )  # fmt: skip
            return True
        return False

    def factor_named(self, f: np.ndarray, known: list[int], shape: tuple[int, ...]) -> str:
        """Say of which parameter these factors are made."""
        for name, value in zip(self.names, self.point, strict=True):
            v = np.ravel(value)
            if v.size not in shape or v.size <= max(known) or not v[known].all():
                continue
            for power, words in ((-1, "1 / {}: {} is missing"), (1, "{}: {} stands there twice"),
                                 (-2, "1 / {}**2: {} is missing twice")):  # fmt: skip
                if np.abs(f * v[known] ** -power - 1).max() < 1e-3:
                    return f" They are {words.format(name, name)}."
        return ""

    def by_offset(self, g: Arrays, k: int) -> bool:
        """See whether what is off is the same for all samples: a mean that is not taken away."""
        X = self.exam.X_rows if self.index is None else self.exam.X_rows[self.index]
        off, total = g[k] - self.measured.slope[k], X.sum(axis=0)
        if off.ndim != 2 or min(off.shape) < 3 or np.isnan(off).any() or self.n < 3:
            return False
        off = off if off.shape[0] == len(total) else off.T
        if off.shape[0] != len(total) or not total.any():
            return False
        made = np.outer(total, total @ off / (total @ total))
        if np.abs(off - made).max() > self.loose * np.abs(off).max():
            return False
        name = self.names[k]
        self.exam.find(
            "gradient_wrong", "wrong", name,
            f"the gradient of {name} is off by the summed inputs times one number for each neuron: "
            "the delta of each neuron is off by the same number at all samples.", self.worst(g),
            advice=("A term that is a mean over the samples is lost, as in the way back through "
                    "batch norm: dx - dx.mean(axis=0) - ...",
                    "Write down the way back through the mean as well as the one past it."),
        )  # fmt: skip
        return True

    def by_scaling(self, g: Arrays, k: int) -> bool:
        """See whether weights whose size has no effect, as before batch norm, get a slope by it."""
        x, s, W = g[k], self.measured.slope[k], self.point[k]
        if self.exam.dense is not None or x.ndim != 2 or min(x.shape) < 3 or np.isnan(s).any():
            return False
        for axis, line in ((0, "column"), (1, "row")):
            size = np.sqrt(np.sum(s**2, axis=axis) * np.sum(W**2, axis=axis))
            along, claimed = (np.sum(each * W, axis=axis) for each in (s, x))
            if not (size > 1e3 * self.measured.noise).sum() > 2:
                continue
            # A random slope has some 1 / sqrt(rows) of its length along the weights.
            if np.abs(along).max() > 1e-3 * size.max() or np.abs(claimed).max() < 0.03 * size.max():
                continue
            name = self.names[k]
            self.exam.find(
                "gradient_wrong", "wrong", name,
                f"the loss has no slope along a {line} of {name}, only across it: it does not "
                "change when a neuron's weights are all made larger, as in front of batch norm. "
                f"The gradient of {name} has one.", self.worst(g),
                advice=("What a neuron is divided by, its deviation or its length, is taken for a "
                        "constant on the way back, or a term of that is lost.",
                        "The way back through batch norm has three terms: dx, its mean, and "
                        "x_hat * mean(dx * x_hat)."),
            )  # fmt: skip
            return True
        return False

    def without_effect(self, k: int) -> bool:
        """Say whether the loss stays what it is, exactly, whatever a parameter is."""
        rng = np.random.default_rng(4)
        values = [v.copy() for v in self.point]
        try:
            begin = self.exam.loss(values, self.index)
            for _ in range(3):
                values[k] = self.point[k] + rng.normal(size=self.point[k].shape)
                if self.exam.loss(values, self.index) != begin:
                    return False
        except Failed:
            return False
        return True

    def cosine(self, g: Arrays) -> str:
        """Say whether a step along it goes downhill all the same."""
        a, b = flat_pairs(g, self.measured)
        lengths = np.linalg.norm(a) * np.linalg.norm(b)
        if not lengths > 0:
            return ""
        return f" The gradient and the slopes have the cosine {np.vdot(a, b) / lengths:.4f}."
