"""Checks of the loss and its gradient: which formula, which slope, and where the error comes in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from nnlib.audit.exam import STRETCHED, Exam, check
from nnlib.audit.formulas import (
    ACTIVATIONS,

    SOFTMAX,
    Activation,
    Dense,
    Formula,
    factor_words,
    WORDS,
)
from nnlib.audit.patient import Arrays, Failed, fits
from nnlib.audit.slopes import Measured


@check
def look_at_formula(exam: Exam) -> None:
    """The loss is a known one, without a slip."""
    patient = exam.patient
    for name in {"loss": None, exam.loss_name: None}:
        if not patient.has(name) or exam.found("loss_random", "samples_mixed"):
            continue
        formula = exam.formula_of(name)
        if formula is None:
            look_for_stretching(exam, name)
            continue
        n, m = len(exam.targets_of(exam.few)), exam.n_outputs  # type: ignore[arg-type]
        words = formula.words(n, m)
        half = formula.base == "cross" and m == 1 and not exam.labels
        if formula.factor < 0:
            seen = f"{name} is {words}: the better the predictions, the larger it is."
        elif half:
            seen = f"{name} is {words}: samples with y = 0 have no part in it. The other term, "
            seen += "(1 - y) log(1 - a), is missing."
        elif formula.base == "other_half":
            seen = f"{name} is {words}: samples with y = 1 have no part in it."
        elif formula.base == "plain_error":
            seen = f"{name} is {words}: errors of either sign cancel."
        else:
            exam.look(f"{name} is {words}")
            continue
        exam.find("loss_formula", "wrong", name, seen)


def look_for_stretching(exam: Exam, name: str) -> None:
    """See whether the loss is that of a table into which NumPy stretches y."""
    patient = exam.patient
    if exam.first_answers is None or exam.found("target_shape"):
        return
    y = np.asarray(patient.y, dtype=float)
    losses, tables = [], {base: [] for base in STRETCHED}  # type: dict[str, list[float]]
    try:
        for values in exam.points[:5]:
            a = patient.predict(values, patient.X, exact=True)
            if a.shape == y.shape:
                return
            losses.append(exam.loss(values, None, name))
            for base, function in STRETCHED.items():
                tables[base].append(function(a, y))
    except (Failed, ValueError):
        return
    for base, sums in tables.items():
        ratio = np.array(losses) / np.array(sums)
        if np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-4 * np.abs(ratio).max():
            shape = np.broadcast_shapes(a.shape, y.shape)
            exam.find(
                "target_shape", "wrong", "y",
                f"y has shape {y.shape}, the predictions have shape {a.shape}: {name} is that of "
                f"the {shape} table into which NumPy stretches them.",
            )  # fmt: skip
            return


@check
def look_at_gradient(exam: Exam) -> None:
    """The gradient is the slope of the loss."""
    patient = exam.patient
    if not patient.has("gradients") or exam.found("loss_random", "state_kept", "data_type"):
        return
    if not patient.has(exam.loss_name) and exam.formula is None:
        exam.miss("the gradient beside the slope of the loss: pass loss(parameters, X, y)")
        return
    if getattr(patient, "random_loss", False):
        return
    for point in exam.points[:2]:
        try:
            problem = Comparison(exam, point, exam.few)
            g = patient.gradients(point, patient.data(exam.few))
        except Failed as error:
            exam.failed(error)
            return
        if not problem.judge(g, "gradients"):
            return
    exam.look("the gradient is the slope of the loss, parameter by parameter")


def flat_pairs(g: Arrays, measured: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Return the computed and the measured slopes where there are both, flat."""
    keep = [~np.isnan(s) for s in measured.slope]
    a = np.concatenate([x[k] for x, k in zip(g, keep, strict=True)])
    b = np.concatenate([x[k] for x, k in zip(measured.slope, keep, strict=True)])
    return a, b


def one_factor(
    g: np.ndarray, s: np.ndarray, tolerance: float = 1e-3, noise: float = 0.0
) -> float | None:
    """Return f with g = f s, or None."""
    scale = float(np.abs(s).max(initial=0))
    if scale <= noise or scale == 0 or not np.isfinite(g).all():
        return None
    f = float(np.vdot(s / scale, g / scale) / np.sum((s / scale) ** 2))
    rest = float(np.abs(g - f * s).max())
    return f if rest <= tolerance * max(float(np.abs(g).max()), abs(f) * scale) + abs(f) * noise else None


class Comparison:
    """A gradient beside the measured slopes, at one point."""

    def __init__(self, exam: Exam, point: Arrays, index: np.ndarray | None) -> None:
        self.exam, self.point, self.index = exam, point, index
        self.measured = self.slopes_of_the_loss()
        self.names = exam.patient.names
        self.tolerance = 5e-2 if exam.patient.single else 1e-4
        self.n = exam.patient.n if index is None else len(index)

    def slopes_of_the_loss(self) -> Measured:
        """Measure the slopes; where the loss is too coarse for that, take the rebuilt network's."""
        exam = self.exam
        y = exam.targets_of(self.index)
        if not exam.patient.single or exam.dense is None or exam.formula is None or y is None:
            return exam.measured(self.point, self.index)
        X = exam.X_rows if self.index is None else exam.X_rows[self.index]
        g = exam.dense.gradient(self.point, X, y, exam.formula)
        return Measured(g, g, g, 1e-6)

    # What agrees

    def shaped(self, g: Arrays, where: str) -> Arrays | None:
        """Return the gradient in the parameters' shapes; report those that have another one."""
        result: Arrays = []
        for name, array, value in zip(self.names, g, self.point, strict=True):
            if array.shape == value.shape or (array.size == value.size and fits(array, value)):
                result.append(array.reshape(value.shape))
            elif array.size == 1 and value.size > 1:
                self.exam.find(
                    "axis_missing", "wrong", name,
                    f"the gradient of {name} is one number, {float(array.ravel()[0]):.6g}, but "
                    f"{name} has shape {value.shape}: the sum runs over everything.", (name,),
                )  # fmt: skip
                return None
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
        if all(self.right(k, g, factor) for k in range(len(g))):
            return True
        self.explain(g, where, free)
        return False

    def explain(self, g: Arrays, where: str, free: bool) -> None:
        """Say what a wrong gradient is."""
        for attempt in (
            self.by_one_factor,
            self.by_weight_term,
            self.by_other_loss,
            self.by_equations,
            self.by_parameters,
        ):
            if attempt(g, where, free):
                return

    def by_one_factor(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether one number makes the whole gradient right."""
        f = one_factor(*flat_pairs(g, self.measured), tolerance=self.loose, noise=self.measured.noise)
        if f is None or abs(f) < 1e-9:
            return False
        formula = self.exam.formula
        if f < 0 and formula is not None and formula.factor < 0:
            return True  # the loss has the wrong sign, and that was said
        if f < 0:
            seen = f"every entry is {f:.4f} times the slope of the loss: it points uphill."
            self.exam.find("gradient_sign", "wrong", where, seen, self.worst(g))
        elif not free:
            self.exam.find("gradient_scale", "wrong", where,
                           f"every entry is {f:.4f} times the slope of the loss: "
                           f"{self.factor_words(f)}", self.worst(g))  # fmt: skip
        return True

    @property
    def loose(self) -> float:
        """The tolerance for a pattern, wider than that for a verdict."""
        return 5e-2 if self.exam.patient.single else 2e-3

    def factor_words(self, f: float) -> str:
        """Say where a factor might come from."""
        n, m = self.n, self.exam.n_outputs
        known = {
            f"the loss is divided by {n} samples and the gradient is not.": n,
            f"the loss is divided by {n} samples and {m} outputs, the gradient is not.": n * m,
            f"the loss is divided by {m} outputs and the gradient is not.": m,
            f"it is half a sum of squares over {n} samples, the loss their mean.": n * m / 2,
            f"it is divided by the {n} samples once too often.": 1 / n,
            f"it is divided by {n} samples and {m} outputs once too often.": 1 / (n * m),
            f"it is divided by the {m} outputs once too often.": 1 / m,
            "the 2 of a square is there once too often, or the loss has a 1/2.": 2,
            "the 2 of a square is missing.": 0.5,
        }
        for text, value in known.items():
            if abs(f - value) < 1e-3 * value and value != 1:
                return text
        for parts in (2, 3, 4, 5, 10):
            if n and abs(f * parts - n) < 1e-3 * n:
                return f"{f:.4g} = {n} / {parts}, and there are {n} samples. Which divisor is meant?"
        return "which factor of the formula has this value?"

    def worst(self, g: Arrays) -> tuple[str, ...]:
        """Name the entries that are furthest off, with both numbers."""
        off = self.measured.difference(g)
        found = []
        for k in np.argsort([-x.max(initial=0) for x in off])[:3]:
            if off[k].max(initial=0) > 0:
                i = tuple(int(j) for j in np.unravel_index(off[k].argmax(), off[k].shape))
                place = f"{self.names[k]}[{', '.join(map(str, i))}]"
                found.append(
                    f"{place}: computed {g[k][i]:.6g}, the loss says {self.measured.slope[k][i]:.6g}"
                )
        return tuple(found)

    def by_weight_term(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether the difference is a multiple of the parameters themselves."""
        return self.weight_term(g, self.measured.slope, where, "")

    def weight_term(self, g: Arrays, slopes: Arrays, where: str, beside: str) -> bool:
        """Report a difference that is a multiple of the parameters, or of their signs."""
        factors: list[tuple[str, float]] = []
        form = "{:.4f} {}"
        for name, x, s, value in zip(self.names, g, slopes, self.point, strict=True):
            keep = ~np.isnan(s)
            rest = (x - s)[keep]
            scale = max(float(np.abs(s[keep]).max(initial=0)), self.largest * 1e-3)
            if np.abs(rest).max(initial=0) <= 10 * self.tolerance * scale:
                continue
            f = one_factor(rest, value[keep], self.loose * 5)
            if f is None or rest.size < 2:
                f = one_factor(rest, np.sign(value[keep]), self.loose * 5)
                form = "{:.4f} sign({})"
            if f is None:
                return False
            factors.append((name, f))
        weights = [self.names[i] for i in self.exam.weights]
        known = [(name, f) for name, f in factors if name in weights] or factors
        if not factors or (len(factors) > 1 and np.ptp([f for _, f in factors]) > 0.02 * abs(factors[0][1])):
            return False
        if max(np.asarray(self.point[self.names.index(name)]).size for name, _ in factors) < 2:
            return False
        text = ", ".join(f"{form.format(f, name)} at {name}" for name, f in known)
        formula = self.exam.formula
        said = ""
        if formula is not None and (formula.decay or formula.decay_of_all):
            c = formula.decay or formula.decay_of_all
            said = f" The loss holds {c:.4g} times their squares, whose slope is {2 * c:.4g} W."
        elif formula is not None:
            said = " The loss holds no such penalty."
        self.exam.find(
            "weight_term", "wrong", ", ".join(name for name, _ in known),
            f"the gradient minus the slope of the loss is {text}.{said}{beside}", self.worst(g),
        )  # fmt: skip
        return True

    def by_other_loss(self, g: Arrays, where: str, free: bool) -> bool:
        """See whether it is the gradient of another known loss."""
        own = self.exam.formula
        answers = self.exam.base_values[1]
        y = self.exam.targets_of(self.index)
        if y is None or not answers:
            return False
        for base in ("squared", "binary", "cross", "absolute", "binary_from_logits",
                     "cross_from_logits", "other_half", "root"):  # fmt: skip
            if own is not None and {base, own.base} <= {"squared", "root"}:
                continue  # at one point the slopes of a square and of its root are alike
            if (own is not None and base == own.base) or not self.exam.possible(base, answers, y):
                continue
            slopes = self.exam.known_slopes(self.point, base, self.index, self.measured)
            if slopes is None:
                continue
            at = replace(self.measured, slope=[np.where(np.isnan(s), np.nan, k) for s, k in
                                               zip(self.measured.slope, slopes, strict=True)])  # fmt: skip
            f = one_factor(*flat_pairs(g, at), tolerance=self.loose)
            if f is not None and abs(f) > 1e-9:
                self.tell_other_loss(g, base, f, free)
                return True
        return False

    def tell_other_loss(self, g: Arrays, base: str, f: float, free: bool) -> None:
        """Report which loss is shown and which one is descended."""
        own, m = self.exam.formula, self.exam.n_outputs
        shown = own.words(self.n, m) if own is not None else "no formula that is known here"
        if free:
            down = f"{'minus ' if f < 0 else ''}the {WORDS[base]}"
        else:
            down = factor_words(f, WORDS[base], self.n, m, base == "root")
        if own is not None and own.factor < 0 and f > 0:
            return  # said already, of the loss
        what = "the loss that is shown" if self.exam.loss_name == "loss" else "the training loss"
        self.exam.find(
            "loss_formula", "wrong", "loss and gradient",
            f"{what} is {shown}; what is descended is {down}.", self.worst(g),
        )  # fmt: skip

    # Equation by equation, on the network rebuilt

    def by_equations(self, g: Arrays, where: str, free: bool) -> bool:
        """Go back from the output, and say which equation differs."""
        dense, y = self.exam.dense, self.exam.targets_of(self.index)
        if dense is None or y is None:
            return False
        X = self.exam.X_rows if self.index is None else self.exam.X_rows[self.index]
        bases = [self.exam.formula] if self.exam.formula is not None else []
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
                walk = Walk(self.exam, dense, self.point, X, y, formula, g, unknown or formula.base != own)
                walk.go()
                if walk.explained and (best is None or walk.cost < best.cost):
                    best = walk
        if best is None:
            return False
        best.report(self.worst(g), free)
        return True

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
        names = ", ".join(self.names[k] for k in wrong)
        known = {f for f in factors.values() if f is not None}
        if len(known) and all(f is not None for f in factors.values()) and (
            max(known) - min(known) <= 1e-2 * max(map(abs, known))
        ):
            f = next(iter(known))
            kind = "gradient_sign" if f < 0 else "gradient_scale"
            if abs(f) < 1e-9:
                self.exam.find("gradient_wrong", "wrong", names,
                               f"the gradient of {names} is 0, and the slope of the loss is not.",
                               self.worst(g))  # fmt: skip
                return True
            text = "it points uphill." if f < 0 else self.factor_words(f)
            self.exam.find(
                kind, "wrong", names,
                f"the gradient of {names} is {f:.4f} times the slope of the loss: {text}",
                self.worst(g),
            )  # fmt: skip
            return True
        others = f" Right: {', '.join(self.names[k] for k in right)}." if right else ""
        self.exam.find(
            "gradient_wrong", "wrong", names,
            f"the gradient of {names} is not the slope of the loss.{others}{self.cosine(g)}",
            self.worst(g),
        )  # fmt: skip
        return True

    def cosine(self, g: Arrays) -> str:
        """Say whether a step along it goes downhill all the same."""
        a, b = flat_pairs(g, self.measured)
        lengths = np.linalg.norm(a) * np.linalg.norm(b)
        if not lengths > 0:
            return ""
        return f" Together with the slopes it has the cosine {np.vdot(a, b) / lengths:.4f}."


@dataclass
class Step:
    """One deviation on the way back: its kind, where, and the equation in words."""

    kind: str
    where: str
    text: str


class Walk:
    """The way back through a rebuilt network, in the program's own footsteps."""

    def __init__(
        self,
        exam: Exam,
        dense: Dense,
        values: Arrays,
        X: np.ndarray,
        y: np.ndarray,
        formula: Formula,
        g: Arrays,
        any_factor: bool,
    ) -> None:
        self.exam, self.dense, self.values, self.y, self.formula = exam, dense, values, y, formula
        self.any_factor = any_factor
        self.z, self.a = dense.forward(values, X)
        self.g = self.without_penalty(g)
        self.deviations: list[Step] = []
        self.explained = False
        self.factor = 1.0
        self.n_right = 0
        self.later: Arrays | None = None  # the parameters after the step, for what comes too early
        self.tolerance = 5e-2 if exam.patient.single else 2e-4

    def without_penalty(self, g: Arrays) -> Arrays:
        """Return the gradient without the slope of the penalty."""
        f = self.formula
        result = [x - 2 * f.decay_of_all * v for x, v in zip(g, self.values, strict=True)]
        for i in {layer.W for layer in self.dense.layers}:
            result[i] = result[i] - 2 * f.decay * self.values[i]
        return result

    @property
    def cost(self) -> float:
        """How much has to be assumed: the fewer deviations, the likelier."""
        other = self.any_factor + (self.formula.base != getattr(self.exam.formula, "base", ""))
        return len(self.deviations) + 0.6 * other

    def near(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Say whether two gradients of a layer are equal."""
        if a.shape != b.shape or not np.isfinite(b).all():
            return False
        scale = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)))
        return scale > 0 and float(np.abs(a - b).max()) <= self.tolerance * scale

    def go(self) -> None:
        """Follow the program from the output to the input."""
        upstream: np.ndarray | None = None
        last = len(self.dense.layers)
        for number in range(last, 0, -1):
            W, b = self.dense.split(self.g, number)
            found = next(self.deltas_that_fit(number, upstream, W, b), None)
            if found is None:
                return
            upstream, steps = found
            self.deviations += steps
        self.explained = bool(self.deviations) or self.any_factor

    def deltas_that_fit(
        self, number: int, upstream: np.ndarray | None, W: np.ndarray, b: np.ndarray | None
    ) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield the deltas that explain a layer's gradients, the right one first."""
        candidates = self.output_deltas() if upstream is None else self.hidden_deltas(number, upstream)
        candidates = list(candidates)
        for whole in (True, False):  # first those that explain W and b alike
            for delta, steps in candidates:
                if upstream is None and self.any_factor:
                    scaled = self.scaled(number, delta, W, b, whole)
                    if scaled is None:
                        continue
                    delta = scaled
                right_W = self.near(self.a[number - 1].T @ delta, W)
                right_b = b is None or self.near(delta.sum(axis=0), b)
                if right_W and right_b:
                    yield delta, steps
                elif not whole and len(steps) <= 1:
                    more = self.product_steps(number, delta, W, b, right_W, right_b)
                    if more is not None:
                        yield delta, steps + more

    def scaled(
        self, number: int, delta: np.ndarray, W: np.ndarray, b: np.ndarray | None, whole: bool
    ) -> np.ndarray | None:
        """Return delta times the factor that fits W, or b; None where no factor does."""
        for wanted, made in [(W, self.a[number - 1].T @ delta), (b, delta.sum(axis=0))]:
            if wanted is None:
                continue
            f = one_factor(np.ravel(wanted), np.ravel(made), self.tolerance)
            if f is not None and abs(f) > 1e-9:
                self.factor = f
                return f * delta
            if whole:
                return None
        return None

    # Candidates for a delta

    def output_deltas(self) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield what the delta of the output may be."""
        z, a = self.z[-1], self.a[-1]
        f, last = self.formula.factor, len(self.dense.layers)
        right = f * self.dense.output_delta(z, a, self.y, self.formula.base)
        yield right, []
        error = f * (a - self.y)
        if self.formula.base == "squared":
            error = 2 * error
        activation = self.dense.activations[-1]
        name = f"delta{last}"
        for kind, text, slope in self.slopes(activation, z, a, last):
            yield error * slope, [Step(kind, name, f"{name} = (a - y) * {text}")]
            if kind == "gradient_wrong":
                continue
        if activation is SOFTMAX or self.formula.base in ("binary", "cross"):
            own = SOFTMAX.of_a(a) if activation is SOFTMAX else activation.slope(z)
            yield error * own, [Step("gradient_wrong", name,
                                     f"{name} = (a - y) * a * (1 - a): with this loss the slope "
                                     "of the activation has cancelled already")]  # fmt: skip
        slope = right / np.where(error == 0, np.inf, error)
        yield error * slope**2, [Step("gradient_wrong", name, f"the slope stands twice in {name}")]
        yield f * np.sign(a - self.y) * np.abs(slope), [
            Step("gradient_wrong", name, f"{name} holds the sign of the error, not the error")]  # fmt: skip
        yield f * (a - self.y) ** 2, [
            Step("gradient_wrong", name, f"{name} holds the squared error, not the error")]  # fmt: skip
        yield np.broadcast_to(right.mean(axis=0), right.shape), [
            Step("gradient_wrong", name, f"{name} is averaged over the samples too early")]  # fmt: skip
        yield np.broadcast_to(right.sum(axis=1, keepdims=True), right.shape), [
            Step("gradient_wrong", name, f"{name} is summed over the outputs")]  # fmt: skip

    def hidden_deltas(
        self, number: int, upstream: np.ndarray
    ) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield what the delta of a hidden layer may be."""
        activation = self.dense.activations[number - 1]
        z, a = self.z[number], self.a[number]
        name = f"delta{number}"
        backs = list(self.ways_back(number, upstream))
        slopes = list(self.slopes(activation, z, a, number))
        right = activation.slope(z)
        for back, steps in backs:
            yield back * right, steps
        for kind, text, slope in slopes:
            step = Step(kind, name, f"{name} = {name.replace(str(number), str(number + 1))} @ "
                        f"W{number + 1}.T * {text}")  # fmt: skip
            yield backs[0][0] * slope, [step]
        yield np.broadcast_to((backs[0][0] * right).mean(axis=0), right.shape), [
            Step("gradient_wrong", name, f"{name} is averaged over the samples too early")]  # fmt: skip
        for back, steps in backs[1:]:
            for kind, text, slope in slopes:
                yield back * slope, [*steps, Step(kind, name, f"its slope is {text}")]

    def ways_back(self, number: int, upstream: np.ndarray) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield upstream @ W.T, and what stands in its place in wrong programs."""
        W = self.dense.layers[number].matrix(self.values)
        name, above = f"delta{number}", f"W{number + 1}"
        yield upstream @ W.T, []
        if self.later is not None:
            new = self.dense.layers[number].matrix(self.later)
            yield upstream @ new.T, [Step("updated_too_early", name,
                                          f"{name} goes back through the new {above}, after its "
                                          "update")]  # fmt: skip
        if number + 1 == len(self.dense.layers):
            z, a = self.z[-1], self.a[-1]
            error = (a - self.y) * (self.formula.factor * (2 if self.formula.base == "squared" else 1))
            error = error * self.factor
            yield error @ W.T, [Step("slope_missing", f"delta{number + 1}",
                                     f"{name} is made of the output's error, without the slope of "
                                     "the output's activation")]  # fmt: skip
        if W.shape[0] == W.shape[1]:
            yield upstream @ W, [Step("product_wrong", name,
                                      f"{name} goes back through {above} without its transpose")]  # fmt: skip
        below = self.dense.layers[number - 1].matrix(self.values)
        for other, text in [(below, f"W{number}"), (below.T, f"W{number}.T")]:
            if other.shape == W.T.shape:
                yield upstream @ other, [Step("product_wrong", name,
                                              f"{name} goes back through {text}, not {above}.T")]  # fmt: skip
        ones = np.ones_like(self.z[number])
        for way, text in [
            (upstream @ np.broadcast_to(W.sum(axis=0), W.shape).T, f"the sum of {above} over its rows"),
            (upstream.sum(axis=1, keepdims=True) * W.sum(axis=1), f"the summed delta{number + 1}"),
            (upstream.sum(axis=1, keepdims=True) * W.sum() * ones, f"the sum of all of {above}"),
            (upstream @ np.abs(W).T, f"the sizes of {above}"),
            (upstream.sum(axis=1, keepdims=True) * ones, f"no {above} at all"),
            (upstream.mean(axis=0, keepdims=True) @ W.T * ones, "the mean over the samples"),
        ]:
            yield way, [Step("product_wrong", name, f"{name} goes back through {text}")]

    def slopes(
        self, activation: Activation, z: np.ndarray, a: np.ndarray, number: int
    ) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield wrong slopes: the kind, in words, the numbers."""
        right = activation.slope(z)
        name = activation.name
        one = np.ones_like(z)
        if activation is SOFTMAX:
            yield "slope_of_a", "f'(z) of a sigmoid, for a softmax", ACTIVATIONS[0].slope(z)
            return
        missing = "1: the slope is missing"
        if name == "ReLU":
            missing = "1: the slope is missing, or its mask is always open (a >= 0)"
        if name != "identity":
            yield "slope_missing", missing, one
            yield "slope_of_a", "f'(a): the derivative of z is taken at a", activation.slope(a)
            with np.errstate(all="ignore"):
                yield ("slope_of_a", "g(z), where g(a) is meant: the derivative is taken at z",
                       activation.of_a(z))  # fmt: skip
                yield ("slope_of_a", "g(f(a)): the activation is applied a second time",
                       activation.of_a(activation.value(a)))  # fmt: skip
            yield "gradient_wrong", "the slope, squared", right**2
            yield "gradient_wrong", "f(z): the activation itself, not its slope", a
            yield "slope_of_a", "f'(a_before): the slope of another layer", right
            yield "gradient_wrong", "1 - a, which lacks a factor", 1 - a
        if name == "ReLU":
            yield "slope_of_a", "the mask z >= 0 or z < 0, the wrong way round", (z < 0).astype(float)
            yield "gradient_wrong", "z in place of the mask", z
        if name == "tanh":
            yield "gradient_wrong", "1 - a, without the square", 1 - a
            yield "gradient_wrong", "1 + a**2", 1 + a**2
        for other in ACTIVATIONS[:3]:
            if other.name != name:
                for at, values in (("z", other.slope(z)), ("a", other.of_a(a))):
                    yield "gradient_wrong", f"the slope of {other.name}, at {at}", values
        if 1 < number < len(self.a) - 1 and self.a[number - 1].shape == a.shape:
            yield ("slope_of_a", f"the slope at layer {number - 1}",
                   activation.slope(self.z[number - 1]))  # fmt: skip

    # Candidates for a product

    def product_steps(
        self,
        number: int,
        delta: np.ndarray,
        W: np.ndarray,
        b: np.ndarray | None,
        right_W: bool,
        right_b: bool,
    ) -> list[Step] | None:
        """Return what the two products of a layer are, if one is right and the other is known."""
        if right_W and b is not None:
            for kind, text, made in self.bias_forms(number, delta):
                if self.near(np.broadcast_to(made, b.shape), b):
                    return [Step(kind, f"b{number}", text)]
            f = one_factor(b, delta.sum(axis=0), self.tolerance)
            if f is not None:
                return [self.factor_step(f"b{number}", f)]
        if right_b:
            for kind, text, made in self.weight_forms(number, delta):
                if self.near(made, W):
                    return [Step(kind, f"W{number}", text)]
            f = one_factor(np.ravel(W), np.ravel(self.a[number - 1].T @ delta), self.tolerance)
            if f is not None:
                return [self.factor_step(f"W{number}", f)]
            if b is not None and np.abs(b).max() > 0:
                return [Step("product_wrong", f"W{number}",
                             f"the gradient of b{number} is right, so delta{number} is right; the "
                             f"product a{number - 1}.T @ delta{number} is not")]  # fmt: skip
        return None

    def factor_step(self, name: str, f: float) -> Step:
        """Return what a factor on one parameter is."""
        n = len(self.y)
        if abs(f) < 1e-9:
            return Step("gradient_wrong", name, f"the gradient of {name} is 0")
        if f < 0:
            return Step("gradient_sign", name, f"the gradient of {name} is {f:.4f} times the slope")
        why = ""
        if abs(f * n - 1) < 1e-3:
            why = f": it is divided by the {n} samples once more"
        elif abs(f - n) < 1e-3 * n:
            why = f": it is not divided by the {n} samples"
        return Step("gradient_scale", name, f"the gradient of {name} is {f:.4f} times the slope{why}")

    def bias_forms(
        self, number: int, delta: np.ndarray
    ) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield wrong forms of the gradient of a bias."""
        name, n = f"b{number}", len(delta)
        yield "axis_missing", f"the gradient of {name} is one number for all: the sum of delta " \
            f"over samples and neurons, {delta.sum():.6g}", delta.sum()  # fmt: skip
        yield "axis_missing", f"the gradient of {name} is the mean of delta over everything", delta.mean()
        yield "axis_missing", f"the gradient of {name} is the sum over all neurons, per sample", (
            delta.sum() / n)  # fmt: skip
        yield "gradient_wrong", f"the gradient of {name} is delta of the first sample alone", delta[0]
        yield "gradient_wrong", f"the gradient of {name} is delta of the last sample alone", delta[-1]
        if n == delta.shape[1]:
            yield "axis_missing", f"delta is summed over the neurons, not the samples, in {name}", (
                delta.sum(axis=1))  # fmt: skip
        if number < len(self.dense.layers):
            slope = self.dense.activations[number - 1].slope(self.z[number])
            with np.errstate(all="ignore"):
                yield "slope_missing", f"the slope of the activation is missing in {name}", (
                    np.where(slope == 0, 0, delta / slope).sum(axis=0))  # fmt: skip

    def weight_forms(
        self, number: int, delta: np.ndarray
    ) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield wrong forms of the gradient of a weight matrix."""
        name, before = f"W{number}", number - 1
        a, right = self.a[before], self.a[before].T @ delta
        at = f"the gradient of {name}"
        if right.shape[0] == right.shape[1]:
            yield "product_wrong", f"{at} is the transpose of what it should be", right.T
        for other in range(len(self.a)):
            for values, text in ((self.a[other], f"a{other}"), (self.z[other], f"z{other}")):
                if values.shape == a.shape and values is not a:
                    yield ("product_wrong", f"{at} is {text}.T @ delta{number}, not "
                           f"a{before}.T @ delta{number}", values.T @ delta)  # fmt: skip
        if len(a) == a.shape[1]:
            yield "product_wrong", f"{at} is a{before} @ delta{number}, without the transpose", a @ delta
        yield ("product_wrong", f"{at} holds the sums of a{before} and of delta{number}, multiplied",
               np.outer(a.sum(axis=0), delta.sum(axis=0)))  # fmt: skip
        yield ("product_wrong", f"{at} holds the means of a{before} and of delta{number}",
               np.outer(a.mean(axis=0), delta.sum(axis=0)))  # fmt: skip
        yield ("gradient_wrong", f"{at} is that of the last sample alone", np.outer(a[-1], delta[-1]))
        yield ("gradient_wrong", f"{at} is that of the first sample alone", np.outer(a[0], delta[0]))
        if number < len(self.dense.layers) or self.formula.base == "squared":
            slope = self.dense.activations[number - 1].slope(self.z[number])
            with np.errstate(all="ignore"):
                bare = np.where(slope == 0, 0, delta / slope)
            yield "slope_missing", f"the slope of the activation is missing in {at}", a.T @ bare
        slope = self.dense.activations[number - 1].slope(self.z[number])
        yield "gradient_wrong", f"the slope stands twice in {at}", a.T @ (delta * slope)
        own = self.a[number] * (1 - self.a[number])
        if own.shape == right.shape:
            yield ("product_wrong", f"{at} is multiplied by the slope of the samples' outputs, "
                   f"entry by entry; {own.shape} and {right.shape} fit by accident", right * own)  # fmt: skip
        yield "product_wrong", f"{at} holds the sizes of a{before}", np.abs(a).T @ delta

    def report(self, entries: tuple[str, ...], free: bool) -> None:
        """Make findings of the deviations."""
        exam, own = self.exam, self.exam.formula
        n, m = len(self.y), exam.n_outputs
        total = self.formula.factor * self.factor
        other = own is None or self.formula.base != own.base
        down = factor_words(total, WORDS[self.formula.base], n, m, self.formula.base == "root")
        beside = ""
        if other or (self.any_factor and not free and abs(self.factor - 1) > 1e-3):
            shown = own.words(n, m) if own is not None else "no known formula"
            beside = f" (The other equations descend {down}; the loss shown is {shown}.)"
        kinds: dict[str, list[Step]] = {}
        for step in self.deviations:
            kinds.setdefault(step.kind, []).append(step)
        for kind, steps in kinds.items():
            where = ", ".join(dict.fromkeys(step.where for step in steps))
            text = "; ".join(step.text for step in steps)
            exam.find(kind, "wrong", where, f"{text}.{beside}", entries)
            entries = ()
        if not self.deviations:
            f = self.factor
            exam.find("gradient_scale" if f > 0 else "gradient_sign", "wrong", "gradients",
                      f"every entry is {f:.4f} times the slope of {down}", entries)  # fmt: skip


