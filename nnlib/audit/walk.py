"""The way back through a rebuilt network, in the program's own footsteps.

At each layer the gradients of W and b tell which delta the program used. The right one is tried
first, then those of known slips: another slope, another matrix, another product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.formulas import (
    ACTIVATIONS,
    LOG_SOFTMAX,
    SLOPES,
    SOFTMAX,
    WORDS,
    Activation,
    Dense,
    Formula,
    factor_words,
    signs,
    where_from,
)
from nnlib.audit.patient import Arrays
from nnlib.audit.slopes import one_factor

# With these losses a delta holds few different numbers, so that a sum of it fits by chance.
COUNTING = ("hinge", "class_hinge", "absolute", "plain_error")
FORGOTTEN = "without its factor"  # in a slope: one slip, in however many layers it shows


@dataclass
class Step:
    """One deviation on the way back: its kind, where, and the equation in words."""

    kind: str
    where: str
    text: str


def a_step(kind: str, where: str, text: str) -> list[Step]:
    """Return a single deviation, as a list."""
    return [Step(kind, where, text)]


def odd(name: str, text: str) -> list[Step]:
    """Return a deviation in a delta that has no kind of its own."""
    return [Step("gradient_wrong", name, text)]


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
        self.with_penalty = g
        self.deviations: list[Step] = []
        self.explained = False
        self.factor = 1.0
        self.n_right = 0
        self.bare: np.ndarray | None = None  # what came back to the layer above, before its slope
        self.given: np.ndarray | None = None  # the output's delta, where the loss is not known
        self.later: Arrays | None = None  # the parameters after the step, for what comes too early
        self.tolerance = 5e-2 if exam.patient.single else 2e-4
        self.nothing = max(
            1e-12 * max((float(np.abs(x).max(initial=0)) for x in g), default=0.0),
            *(1e-5 * np.abs(a - b).max(initial=0) for a, b in zip(g, self.g, strict=True)),
        )  # what rounding leaves, also of the penalty's factor, which was measured

    def without_penalty(self, g: Arrays) -> Arrays:
        """Return the gradient without the slope of the penalty."""
        slopes = self.dense.penalty_slopes(self.values, self.formula)
        return [x - slope for x, slope in zip(g, slopes, strict=True)]

    @property
    def cost(self) -> float:
        """How much has to be assumed: the fewer deviations, the likelier."""
        other = self.any_factor + (self.formula.base != getattr(self.exam.formula, "base", ""))
        forgotten = sum(FORGOTTEN in step.text for step in self.deviations)
        return len(self.deviations) - max(forgotten - 1, 0) + 0.6 * other

    def near(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Say whether two gradients of a layer are equal."""
        if a.shape != b.shape or not np.isfinite(b).all():
            return False
        scale = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0)))
        if scale <= self.nothing:
            return True  # 0 but for rounding, both
        return float(np.abs(a - b).max()) <= self.tolerance * scale

    def go(self) -> None:
        """Follow the program from the output to the input."""
        found = self.follow(len(self.dense.layers), None)
        if found is not None:
            self.deviations = found
            self.explained = bool(found) or self.any_factor

    def follow(
        self, number: int, upstream: np.ndarray | None, room: float = np.inf
    ) -> list[Step] | None:
        """Return the deviations from a layer down to the first, or None if there is no way.

        ``room``: how many there may be at most.
        """
        if number == 0:
            return []
        W, b = self.dense.split(self.g, number)
        back = None
        if upstream is not None:
            back = upstream @ self.dense.layers[number].matrix(self.values).T
        best: list[Step] | None = None
        for delta, steps in self.deltas_that_fit(number, upstream, W, b):
            if len(steps) > room:
                continue
            self.bare = back
            rest = self.follow(number - 1, delta, room - len(steps))
            if rest is not None:
                best = steps + rest
                room = len(best) - 1  # only what takes fewer is better
            if best is not None and len(best) < 2:
                break
        return best

    def deltas_that_fit(
        self, number: int, upstream: np.ndarray | None, W: np.ndarray, b: np.ndarray | None
    ) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield the deltas that explain a layer's gradients, the right one first."""
        candidates = list(
            self.output_deltas() if upstream is None else self.hidden_deltas(number, upstream)
        )
        free = upstream is None and self.any_factor
        a, ones = self.a[number - 1], np.ones((len(self.y), 1))
        deltas = [] if free else [delta for delta, _ in candidates]
        near_W = self.near_to(a, deltas, W)
        near_b = [True] * len(deltas) if b is None else self.near_to(ones, deltas, b[None])
        for whole in (True, False):  # first those that explain W and b alike
            for k, (delta, steps) in enumerate(candidates):
                if free:
                    scaled = self.scaled(number, delta, W, b, whole)
                    if scaled is None:
                        continue
                    delta = scaled
                    right_W = self.near(a.T @ delta, W)
                    right_b = b is None or self.near(delta.sum(axis=0), b)
                else:
                    right_W, right_b = near_W[k], near_b[k]
                if right_W and right_b:
                    yield delta, self.or_else(delta, steps, candidates)
                elif not whole and len(steps) <= 1:
                    made = W if right_W else b
                    if steps and (made is None or made.size == 1):
                        continue  # one number fits one of so many slips by chance
                    more = self.product_steps(number, delta, W, b, right_W, right_b)
                    if more is not None:
                        yield delta, steps + more

    def or_else(
        self, delta: np.ndarray, steps: list[Step], candidates: list[tuple[np.ndarray, list[Step]]]
    ) -> list[Step]:
        """Add to a deviation what else makes the same delta, at these samples."""
        if len(steps) != 1:
            return steps
        scale = self.factor if len(candidates) and delta is not candidates[0][0] else 1.0
        own = steps[0]
        for other, others in candidates:
            same = len(others) == 1 and others[0].kind != own.kind and other.shape == delta.shape
            if same and self.near(other, candidates[0][0]):
                continue  # at these samples that is no deviation
            if same and (self.near(other, delta) or self.near(scale * other, delta)):
                text = f"{own.text} (or, which is the same at these samples: {others[0].text})"
                return [Step(own.kind, own.where, text)]
        return steps

    def near_to(self, a: np.ndarray, deltas: list[np.ndarray], W: np.ndarray) -> list[bool]:
        """Say of each delta whether a.T @ delta is the gradient W.

        To save products the largest entry of W is looked at first. What is near to W all over is
        at most ten times as large, so its entries are off by little.
        """
        largest = float(np.abs(W).max(initial=0))
        may = np.ones(len(deltas), dtype=bool)
        fits = [d.shape == (len(a), W.shape[1]) for d in deltas]
        if largest > self.nothing and any(fits):
            i, j = divmod(int(np.abs(W).argmax()), W.shape[1])
            there = np.array([d[:, j] for d, fit in zip(deltas, fits, strict=True) if fit])
            may[fits] = np.abs(there @ a[:, i] - W[i, j]) <= 10 * self.tolerance * largest
        return [bool(each) and self.near(a.T @ d, W) for each, d in zip(may, deltas, strict=True)]

    def scaled(
        self, number: int, delta: np.ndarray, W: np.ndarray, b: np.ndarray | None, whole: bool
    ) -> np.ndarray | None:
        """Return delta times the factor that fits W, or b; None where no factor does."""
        for wanted, made in [(W, self.a[number - 1].T @ delta), (b, delta.sum(axis=0))]:
            if wanted is None or (wanted.size == 1 and not whole):
                continue  # one number is always a multiple of another
            f = one_factor(np.ravel(wanted), np.ravel(made), self.tolerance)
            nothing = 1e-9 * np.abs(delta).max(initial=0)  # a sum that is 0 but for rounding
            if f is not None and abs(f) > 1e-9 and np.abs(made).max(initial=0) > nothing:
                self.factor = f
                return f * delta
            if whole:
                return None
        return None

    # Candidates for a delta

    def output_deltas(self) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield what the delta of the output may be."""
        if self.given is not None:
            yield self.given, []
            return
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
            yield error * slope, a_step(kind, name, f"{name} = (a - y) * {text}")
        if activation is not SOFTMAX and activation.name != "identity":
            scale = 2 * f if self.formula.base == "squared" else f
            own = activation.slope(z) if self.formula.base == "squared" else np.ones_like(z)
            text = f"{name} is made of z - y, not of a - y: the activation is missing"
            yield scale * (z - self.y) * own, odd(name, text)
        if activation.name == "sigmoid" and self.formula.base in ("binary", "cross"):
            with np.errstate(all="ignore"):
                loss = error / activation.slope(z)  # the slope of the loss with respect to a
            for kind, text, slope in self.slopes(activation, z, a, last):
                if text == "the slope, squared":
                    continue  # that is (a - y) * a * (1 - a), which is told below
                made = f"{name} = the slope of the loss by a, (a - y) / (a * (1 - a)), * {text}"
                yield loss * slope, a_step(kind, name, made)
        if activation.name in ("sigmoid", "tanh"):
            scale = 2 * f if self.formula.base == "squared" else f
            for e, sign, word in ((a - self.y, 1.0, "a - y"), (self.y - a, -1.0, "y - a")):
                slope = activation.of_a(e)
                for made, text in (
                    (sign * slope, f"{name} = g({word}): the slope of the error, and nothing else"),
                    ((a - self.y) * slope, f"{name} = (a - y) * g({word}): the slope of the error"),
                ):
                    text = f"{text}, where (a - y) * g(a) belongs"
                    yield scale * made, a_step("slope_of_a", name, text)
        if activation is SOFTMAX or self.formula.base in ("binary", "cross"):
            own = SOFTMAX.of_a(a) if activation is SOFTMAX else activation.slope(z)
            yield (
                error * own,
                a_step(
                    "gradient_wrong",
                    name,
                    f"{name} = (a - y) * a * (1 - a): with this loss the slope "
                    "of the activation has cancelled already",
                ),
            )
        yield from self.of_softmax(f, name)
        if activation is SOFTMAX or activation.name == "sigmoid":
            sure = np.eye(a.shape[1])[a.argmax(axis=1)] if activation is SOFTMAX else np.round(a)
            own = np.ones_like(a) if self.formula.base in ("binary", "cross") else (
                activation.of_a(a))  # fmt: skip
            text = f"{name} is made of predictions that are rounded to 0 and 1"
            scale = 2 * f if self.formula.base == "squared" else f
            for made in (scale * (sure - self.y) * own, scale * (sure - self.y)):
                yield made, odd(name, text)
        if self.formula.base == "hinge":
            t = signs(self.y)
            for text, mask in (
                ("the wrong way round: a * y > 1", a * t > 1),
                ("taken at 0, not at 1", a * t < 0),
                ("taken at 0, and the wrong way round", a * t > 0),
                ("missing", np.ones_like(a)),
            ):
                slope = -t * mask * activation.slope(z)
                yield f * slope, odd(name, f"in {name} the mask a * y < 1 of the hinge is {text}")
        if self.formula.base == "huber":
            large = np.abs(a - self.y) > 1
            for text, made in (("1, without their sign", 1.0), ("-1, without their sign", -1.0),
                               ("0", 0.0)):  # fmt: skip
                slope = np.where(large, made, a - self.y) * activation.slope(z)
                yield (
                    f * slope,
                    odd(name, f"where an error is beyond 1, {name} holds {text} for it"),
                )
        yield from self.of_the_slope(f, right, name)
        slope = right / np.where(error == 0, np.inf, error)
        yield error * slope**2, a_step("gradient_wrong", name, f"the slope stands twice in {name}")
        if activation.name != "identity":
            text = f"{name} is made of z{last} - y, the weighted sum, where a{last} - y belongs"
            scale = 2 * f if self.formula.base == "squared" else f
            for made in (scale * (z - self.y), scale * (z - self.y) * slope):
                yield made, odd(name, text)
        own = np.abs(slope)
        for scale in (f, 2 * f) if self.formula.base == "squared" else (f,):
            text = f"{name} holds the sign of the error, not the error"
            yield scale * np.sign(a - self.y) * own, odd(name, text)
            text = f"{name} holds the size of the error, without its sign"
            yield scale * np.abs(a - self.y) * own, odd(name, text)
            text = f"{name} holds the squared error, not the error"
            yield scale * (a - self.y) ** 2 * own, odd(name, text)
            yield scale * (a - self.y) ** 2, odd(name, text)
        yield (
            np.broadcast_to(right.mean(axis=0), right.shape),
            odd(name, f"{name} is averaged over the samples too early"),
        )
        yield (
            np.broadcast_to(right.sum(axis=1, keepdims=True), right.shape),
            odd(name, f"{name} is summed over the outputs"),
        )

    def of_the_slope(
        self, f: float, right: np.ndarray, name: str
    ) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield deltas that lack one of their two factors, or hold the prediction as well."""
        activation, z, a = self.dense.activations[-1], self.z[-1], self.a[-1]
        base, by_a = self.formula.base, "the slope of the loss by a"
        if base not in ("squared", "binary", "cross") and activation is not SOFTMAX:
            with np.errstate(all="ignore"):
                came = f * SLOPES[base](a, self.y)
            for kind, text, slope in self.slopes(activation, z, a, len(self.dense.layers)):
                if "slope of ReLU" not in text:  # where all predictions are positive, that is 1
                    yield came * slope, a_step(kind, name, f"{name} = {by_a} * {text}")
        if activation not in (SOFTMAX, LOG_SOFTMAX) and activation.name != "identity":
            text = (
                f"{name} is the slope of the activation alone: there is no error in it, as where "
                "np.multiply(a, b, error) writes a * b into its third argument"
            )
            own = activation.slope(z)
            for scale in dict.fromkeys((f, 2 * f, 1.0, 1 / len(z))):
                yield scale * own, odd(name, text)
        for factor, word in ((a, "prediction"), (self.y, "target")):
            yield right * factor, odd(name, f"{name} is multiplied by the {word}, once too often")

    def of_softmax(self, f: float, name: str) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield deltas of a softmax, or of its logarithm, that lack a part of its Jacobian."""
        last, z, a = self.dense.activations[-1], self.z[-1], self.a[-1]
        if last not in (SOFTMAX, LOG_SOFTMAX):
            return
        base, p = self.formula.base, SOFTMAX.value(z)
        if last is SOFTMAX:
            came = f * SLOPES[base](a, self.y)
            text = f"{name} holds the diagonal of the softmax's Jacobian alone, a * (1 - a)"
            yield came * a * (1 - a), odd(name, text)
            text = f"{name} is the slope of the loss with respect to a: the softmax's is missing"
            yield came, a_step("slope_missing", name, text)
            yield (
                came * a,
                odd(name, f"{name} lacks the sum over the classes in the softmax's slope"),
            )
            for which, row in (
                ("first sample", a[0]), ("last sample", a[-1]), ("mean prediction", a.mean(axis=0)),
            ):  # fmt: skip
                text = f"{name} goes through the softmax's Jacobian of the {which}, for all samples"
                yield came @ (np.diag(row) - np.outer(row, row)), odd(name, text)
        if base not in ("cross", "cross_from_logits"):
            return
        came = -f * self.y  # of a loss that is a mean of -log p at the targets
        text = (
            f"{name} is g - softmax(z), where g - softmax(z) * g.sum(axis=1) is log-softmax's way"
        )
        yield came - p, odd(name, f"{text} back, with g = {-f:.4g} * y")
        text = f"{name} holds the targets' part alone, without the softmax"
        yield came, odd(name, text)
        yield f * p, odd(name, f"{name} holds the softmax alone, without the targets")

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
            step = Step(
                kind,
                name,
                f"{name} = {name.replace(str(number), str(number + 1))} @ W{number + 1}.T * {text}",
            )
            yield backs[0][0] * slope, [step]
        yield (
            np.broadcast_to((backs[0][0] * right).mean(axis=0), right.shape),
            odd(
                name, f"{name} is averaged over the samples too early, or what it is multiplied by"
            ),
        )
        if activation.name in ("sigmoid", "tanh"):
            came = activation.of_a(backs[0][0])
            for made, text in ((came, "g(back)"), (backs[0][0] * came, "back * g(back)")):
                text = f"{name} = {text}: the slope is taken of what came back, not of a{number}"
                yield made, a_step("slope_of_a", name, text)
        if activation.name == "ReLU":
            text = f"{name} lets through what comes back with a plus, not where its ReLU is on"
            yield backs[0][0] * (backs[0][0] > 0), odd(name, text)
            yield backs[0][0] * right * (backs[0][0] > 0), odd(name, text)
        layer = self.dense.layers[number - 1]
        if layer.b is not None or layer.bias_column is not None:
            before = self.a[number - 1] @ layer.matrix(self.values)
            text = f"the slope of {name} is taken before b{number} is added"
            yield backs[0][0] * activation.slope(before), odd(name, text)
        n = len(self.y)
        for f, words in ((1 / n, f"divided by the {n} samples"), (n, f"multiplied by {n}")):
            text = f"{name} is {words} once more, after the output's delta"
            yield f * backs[0][0] * right, a_step("gradient_scale", name, text)
        yield (
            -backs[0][0] * right,
            a_step("gradient_sign", name, f"{name} has the wrong sign: it points uphill"),
        )
        for back, steps in backs[1:]:
            for kind, text, slope in slopes:
                yield back * slope, [*steps, Step(kind, name, f"its slope is {text}")]

    def ways_back(
        self, number: int, upstream: np.ndarray
    ) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield upstream @ W.T, and what stands in its place in wrong programs."""
        W = self.dense.layers[number].matrix(self.values)
        name, above = f"delta{number}", f"W{number + 1}"
        yield upstream @ W.T, []
        if self.later is not None:
            new = self.dense.layers[number].matrix(self.later)
            yield (
                upstream @ new.T,
                a_step(
                    "updated_too_early",
                    name,
                    f"{name} goes back through the new {above}, after its update",
                ),
            )
        if number + 1 == len(self.dense.layers) and self.formula.base == "squared":
            error = (self.a[-1] - self.y) * 2 * self.formula.factor * self.factor
            yield (
                error @ W.T,
                a_step(
                    "slope_missing",
                    f"delta{number + 1}",
                    f"{name} is made of the output's error, without the slope of "
                    "the output's activation",
                ),
            )
            yield (
                error.sum(axis=1, keepdims=True) * np.ones_like(self.z[number]),
                a_step(
                    "product_wrong",
                    name,
                    f"{name} is made of the output's error itself: neither {above} nor the "
                    "slope of the output's activation stands in it",
                ),
            )
        yield from self.handed_on(number)
        if self.bare is not None:
            yield (
                self.bare @ W.T,
                a_step(
                    "slope_missing",
                    name,
                    f"{name} is made of what came back to layer {number + 1}, without the slope "
                    "of that layer's activation",
                ),
            )
        if W.shape[0] == W.shape[1]:
            yield (
                upstream @ W,
                a_step(
                    "product_wrong", name, f"{name} goes back through {above} without its transpose"
                ),
            )
        for other, text in self.other_factors(number, W.T.shape):
            yield (
                upstream @ other,
                a_step("product_wrong", name, f"{name} goes back through {text}, not {above}.T"),
            )
        for which, k in (("last", -1), ("first", 0)) if W.shape[1] > 1 else ():
            text = f"{name} is made of the {which} output's part of delta{number + 1} alone"
            if number + 1 < len(self.dense.layers):
                text = text.replace("output's", "neuron's")
            yield np.outer(upstream[:, k], W[:, k]), a_step("product_wrong", name, text)
        ones = np.ones_like(self.z[number])
        for way, text in [
            (
                upstream @ np.broadcast_to(W.sum(axis=0), W.shape).T,
                f"the sum of {above} over its rows",
            ),
            (upstream.sum(axis=1, keepdims=True) * W.sum(axis=1), f"the summed delta{number + 1}"),
            (upstream.sum(axis=1, keepdims=True) * W.sum() * ones, f"the sum of all of {above}"),
            (upstream @ np.abs(W).T, f"the sizes of {above}"),
            (upstream.sum(axis=1, keepdims=True) * ones, f"no {above} at all"),
            (upstream.mean(axis=0, keepdims=True) @ W.T * ones, "the mean over the samples"),
        ]:
            yield way, a_step("product_wrong", name, f"{name} goes back through {text}")

    def handed_on(self, number: int) -> Iterator[tuple[np.ndarray, list[Step]]]:
        """Yield the error of the output itself, in the place of what comes back to a layer."""
        last, name, z = len(self.dense.layers), f"delta{number}", self.z[number]
        if number == last - 1 and self.formula.base == "squared":
            return  # the same is asked of each hidden layer below the output, in other words
        scale = self.formula.factor * self.factor
        delta = scale * self.dense.output_delta(self.z[-1], self.a[-1], self.y, self.formula.base)
        for made, words in (
            (scale * SLOPES[self.formula.base](self.a[-1], self.y),
             f"the slope of the loss with respect to a{last}"),
            (delta, f"delta{last}"),
        ):  # fmt: skip
            wide = made.shape[1] in (1, z.shape[1])
            if wide and not (number == last - 1 and made is delta):
                text = f"{name} is made of {words}, not of what comes back through W{number + 1}"
                yield made * np.ones_like(z), a_step("product_wrong", name, text)

    def other_factors(
        self, number: int, shape: tuple[int, int]
    ) -> Iterator[tuple[np.ndarray, str]]:
        """Yield what may stand in the place of W.T above a layer, whole or as a slice."""
        for k, layer in enumerate(self.dense.layers):
            W, whole = layer.matrix(self.values), layer.whole(self.values)
            tables = [(W, f"W{k + 1}"), (W.T, f"W{k + 1}.T")] * (k != number)
            if whole.shape != W.shape:
                tables.append((whole.T, f"W{k + 1}.T with the biases"))
            for table, text in tables:
                if table.shape == shape:
                    yield table, text
                    continue
                rows, columns = (a - b for a, b in zip(table.shape, shape, strict=True))
                if rows >= 0 and columns >= 0:
                    for which, part in (
                        ("first", table[: shape[0], : shape[1]]),
                        ("last", table[rows:, columns:]),
                    ):
                        if k != number or not np.array_equal(part, W.T):
                            yield part, f"the {which} {shape} of {text}"

    def slopes(
        self, activation: Activation, z: np.ndarray, a: np.ndarray, number: int
    ) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield wrong slopes: the kind, in words, the numbers."""
        right = activation.slope(z)
        name = activation.name
        one = np.ones_like(z)
        share = float(activation.slope(np.array(-1.0)))  # of a leaky ReLU, what it lets through
        if activation is SOFTMAX:
            yield "slope_of_a", "f'(z) of a sigmoid, for a softmax", ACTIVATIONS[0].slope(z)
            yield "gradient_wrong", "a: the softmax itself, not its slopes", a
            return
        missing = "1: the slope is missing"
        if name == "ReLU":
            missing = "1: the slope is missing, or its mask is always open (a >= 0)"
        if name != "identity":
            yield "slope_missing", missing, one
            yield "slope_of_a", "f'(a): the derivative of z is taken at a", activation.slope(a)
            with np.errstate(all="ignore"):
                yield (
                    "slope_of_a",
                    "g(z), where g(a) is meant: the derivative is taken at z",
                    activation.of_a(z),
                )
                yield (
                    "slope_of_a",
                    "g(f(a)): the activation is applied a second time",
                    activation.of_a(activation.value(a)),
                )
            if name.startswith("leaky"):
                text = f"the slope of a plain ReLU, 0 where z < 0, and that of {name} is {share:g}"
                yield "gradient_wrong", text, (z > 0).astype(float)
            yield "gradient_wrong", "the slope, squared", right**2
            mean = np.broadcast_to(right.mean(axis=0), right.shape)
            yield "gradient_wrong", "the mean of the slopes over the samples", mean
            yield "gradient_wrong", "f(z): the activation itself, not its slope", a
            lacks = "without the square" if name == "tanh" else "which lacks a factor"
            yield "gradient_wrong", f"(1 - a), {lacks}", 1 - a
        if name not in ("identity", "ReLU"):  # a ReLU's is no number where it is off
            with np.errstate(all="ignore"):
                text = "1 / the slope: a division where a product belongs"
                yield "gradient_wrong", text, 1 / right
                if name == "sigmoid":
                    yield "gradient_wrong", "a / (1 - a), where a * (1 - a) belongs", a / (1 - a)
        if name.startswith("leaky"):
            turned = np.where(z > 0, share, 1.0)
            yield "slope_of_a", f"the slopes 1 and {share:g}, the wrong way round", turned
        if name == "ReLU":
            yield (
                "slope_of_a",
                "the mask z >= 0 or z < 0, the wrong way round",
                (z < 0).astype(float),
            )
            yield "gradient_wrong", "z in place of the mask", z
        if name == "tanh":
            yield "gradient_wrong", "(1 + a**2)", 1 + a**2
        if activation.factor != 1:
            text = f"the slope of {name} {FORGOTTEN} {activation.factor:.4g}"
            yield "gradient_wrong", text, right / activation.factor
        for other in ACTIVATIONS[:3]:
            if other.name != name and not (other.name == "ReLU" and name.startswith("leaky")):
                for at, values in (("z", other.slope(z)), ("a", other.of_a(a))):
                    yield "gradient_wrong", f"the slope of {other.name}, at {at}", values
        if number < len(self.a) - 1 and activation is not SOFTMAX:
            above, at = self.dense.activations[number], number + 1
            if above is not SOFTMAX and self.a[at].shape[1] in (1, a.shape[1]):
                yield (
                    "slope_of_a",
                    f"the slope at layer {at}",
                    np.broadcast_to(above.slope(self.z[at]), a.shape),
                )
        if 1 < number < len(self.a) - 1 and self.a[number - 1].shape == a.shape:
            yield (
                "slope_of_a",
                f"the slope at layer {number - 1}",
                activation.slope(self.z[number - 1]),
            )

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
            f = one_factor(b, delta.sum(axis=0), self.tolerance)
            n = len(delta)
            if f is not None and any(abs(f - v) < 1e-3 * abs(v) for v in (1 / n, n, -1.0)):
                return [self.factor_step(f"b{number}", f)]
            softmax = self.dense.activations[number - 1] is SOFTMAX and number == len(self.z) - 1
            if softmax and np.abs(b).max() <= 1e-9 * np.abs(delta.sum(axis=0)).max():
                return a_step(
                    "axis_missing",
                    f"b{number}",
                    f"the gradient of b{number} is 0 but for rounding: it is never computed, or it "
                    "is the sum of delta over samples and outputs, which is 0 at a softmax",
                )
            for kind, text, made in self.bias_forms(number, delta):
                if self.near(np.broadcast_to(made, b.shape), b):
                    return a_step(kind, f"b{number}", text)
            weights = f"W{number}"
            if self.dense.layers[number - 1].bias_column is not None:
                weights = f"the weights in W{number}"
            usual = (0, 0.5, 2, n / 2, -0.5, -2, -1 / n, -n)
            n_in = self.a[number - 1].shape[1]
            if f is not None and n_in > 2 and abs(f - n_in) < 1e-3:
                text = f"the gradient of b{number} is {n_in} times the slope, as where it is "
                text += f"counted in the loop over the {n_in} inputs of its layer, once for each"
                return a_step("gradient_scale", f"b{number}", text)
            round_number = f is not None and min(abs(f - v) for v in usual) < 1e-3
            if f is not None and (b.size > 1 or round_number):  # one number is any multiple
                return [self.factor_step(f"b{number}", f)]
            if b.size == 1 and self.formula.base not in COUNTING:
                return a_step(
                    "gradient_wrong",
                    f"b{number}",
                    f"the gradient of {weights} is right, so delta{number} is right; the gradient "
                    f"of b{number} is not its sum over the samples",
                )
        if right_b:
            for kind, text, made in self.weight_forms(number, delta):
                if self.near(made, W):
                    return a_step(kind, f"W{number}", text)
            right = self.a[number - 1].T @ delta
            f = one_factor(np.ravel(W), np.ravel(right), self.tolerance)
            if f is not None and W.size == 1 and not self.is_round(f):
                f = None  # one number is always a multiple of another
            elif f is None:  # perhaps the slope of the penalty has the same factor
                whole = self.dense.split(self.with_penalty, number)[0]
                f = one_factor(np.ravel(whole), np.ravel(right + whole - W), self.tolerance)
            if f is not None:
                return [self.factor_step(f"W{number}", f)]
            if b is not None and np.abs(b).max() > 0 and self.formula.base not in COUNTING:
                return a_step(
                    "product_wrong",
                    f"W{number}",
                    f"the gradient of b{number} is right, so delta{number} is right; the "
                    f"product a{number - 1}.T @ delta{number} is not",
                )
        if not right_W and not right_b and b is not None:  # the delta may go down as it should
            f = one_factor(
                np.concatenate([np.ravel(W), b]),
                np.concatenate([np.ravel(self.a[number - 1].T @ delta), delta.sum(axis=0)]),
                self.tolerance,
            )
            if f is not None and f > 0 and self.is_round(f):
                return [self.factor_step(f"W{number}, b{number}", f)]
        return None

    def is_round(self, f: float) -> bool:
        """Say whether a factor is one that slips make."""
        n = len(self.y)
        return min(abs(f / v - 1) for v in (-1, 0.5, 2, n, 1 / n, -2, -0.5)) < 1e-3 or abs(f) < 1e-9

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
        else:
            words = where_from(f, n, self.exam.n_outputs, features=self.exam.features)
            words = words.removesuffix(" Which divisor is meant?")
            if not words.startswith("Which factor"):
                why = f": perhaps {words[0].lower()}{words[1:].rstrip('?.')}"
        return Step(
            "gradient_scale", name, f"the gradient of {name} is {f:.4f} times the slope{why}"
        )

    def bias_forms(self, number: int, delta: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield wrong forms of the gradient of a bias."""
        name, n = f"b{number}", len(delta)
        yield (
            "axis_missing",
            f"the gradient of {name} is one number for all: the sum of delta "
            f"over samples and neurons, {delta.sum():.6g}",
            delta.sum(),
        )
        yield (
            "axis_missing",
            f"the gradient of {name} is the mean of delta over everything",
            delta.mean(),
        )
        yield (
            "axis_missing",
            f"the gradient of {name} is the sum over all neurons, per sample",
            (delta.sum() / n),
        )
        yield (
            "gradient_wrong",
            f"the gradient of {name} is delta of the first sample alone",
            delta[0],
        )
        yield (
            "gradient_wrong",
            f"the gradient of {name} is delta of the last sample alone",
            delta[-1],
        )
        bias = self.dense.layers[number - 1].b
        if bias is not None and self.values[bias].size > 2:
            yield (
                "gradient_wrong",
                f"the gradient of {name} is {name} itself",
                np.ravel(self.values[bias]),
            )
        for kind, text, made in (
            ("gradient_wrong", f"the sum of a{number}", self.a[number]),
            ("gradient_wrong", f"the sum of z{number}", self.z[number]),
        ):
            yield (
                kind,
                f"the gradient of {name} is {text} over the samples, not that of delta{number}",
                made.sum(axis=0),
            )
            yield (
                kind,
                f"the gradient of {name} is {text.replace('sum', 'mean')} over the samples, not "
                f"that of delta{number}",
                made.mean(axis=0),
            )
        yield (
            "gradient_wrong",
            f"the gradient of {name} is that of W{number}, summed over the inputs, where delta "
            "summed over the samples belongs",
            (self.a[number - 1].T @ delta).sum(axis=0),
        )
        before, came = self.a[number - 1], "X" if number == 1 else f"a{number - 1}"
        for which, column in ((0, before[:, 0]), (before.shape[1] - 1, before[:, -1])):
            yield (
                "product_wrong",
                f"the gradient of {name} is that of the weights from input {which}: delta is "
                f"multiplied by column {which} of {came}, where a bias has a 1",
                column @ delta,
            )
        if n == delta.shape[1]:
            yield (
                "axis_missing",
                f"delta is summed over the neurons, not the samples, in {name}",
                (delta.sum(axis=1)),
            )
        if number < len(self.dense.layers):
            slope = self.dense.activations[number - 1].slope(self.z[number])
            with np.errstate(all="ignore"):
                yield (
                    "slope_missing",
                    f"the slope of the activation is missing in {name}",
                    (np.where(slope == 0, 0, delta / slope).sum(axis=0)),
                )

    def weight_forms(self, number: int, delta: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
        """Yield wrong forms of the gradient of a weight matrix."""
        name, before = f"W{number}", number - 1
        a, right = self.a[before], self.a[before].T @ delta
        at = f"the gradient of {name}"
        if self.later is not None and number < len(self.dense.layers):
            old = self.dense.layers[number].matrix(self.values)
            new = self.dense.layers[number].matrix(self.later)
            slope = self.dense.activations[number - 1].slope(self.z[number])
            if old.shape[1] <= old.shape[0] and slope.all():  # what came from above can be read off
                above = delta / slope @ np.linalg.pinv(old.T)
                text = f"{at} is made with the new W{number + 1}, after its update"
                yield "updated_too_early", text, a.T @ (above @ new.T * slope)
        if right.shape[0] == right.shape[1]:
            yield "product_wrong", f"{at} is the transpose of what it should be", right.T
        for other in range(len(self.a)):
            for values, text in ((self.a[other], f"a{other}"), (self.z[other], f"z{other}")):
                if values.shape == a.shape and values is not a:
                    yield (
                        "product_wrong",
                        f"{at} is {text}.T @ delta{number}, not a{before}.T @ delta{number}",
                        values.T @ delta,
                    )
            wider = self.a[other]
            if delta.shape[1] == wider.shape[1] == 1 < a.shape[1]:
                one = (wider.T @ delta).item()
                yield (
                    "product_wrong",
                    f"{at} is a{other}.T @ delta{number}, one number that NumPy stretches, not "
                    f"a{before}.T @ delta{number}",
                    np.full(right.shape, one),
                )
            if wider.shape[1] > a.shape[1]:
                for which, part in (
                    ("first", wider[:, : a.shape[1]]),
                    ("last", wider[:, -a.shape[1] :]),
                ):
                    yield (
                        "product_wrong",
                        f"{at} is made of the {which} {a.shape[1]} columns of a{other}, "
                        f"not of a{before}",
                        part.T @ delta,
                    )
        if before == 0 and np.any(self.dense.divisor != 1):
            X = a * self.dense.divisor + self.dense.shift
            yield "product_wrong", f"{at} is made of X before it is scaled", X.T @ delta
        if number > 1:
            slope = self.dense.activations[before - 1].slope(self.z[before])
            yield (
                "product_wrong",
                f"{at} holds the slopes of a{before}, not a{before}, as if they had been "
                "written into the same array, in place",
                slope.T @ delta,
            )
            own = self.dense.activations[before - 1].value(a)
            yield (
                "product_wrong",
                f"{at} is f(a{before}).T @ delta{number}: the activation is applied a second time",
                own.T @ delta,
            )
        if len(a) == a.shape[1]:
            yield (
                "product_wrong",
                f"{at} is a{before} @ delta{number}, without the transpose",
                a @ delta,
            )
        yield (
            "product_wrong",
            f"{at} is delta{number} times {name} itself, not times what came in",
            self.dense.layers[before].matrix(self.values) * delta.sum(axis=0),
        )
        yield (
            "product_wrong",
            f"{at} is the sum of a{before} times that of delta{number}",
            np.outer(a.sum(axis=0), delta.sum(axis=0)),
        )
        yield (
            "product_wrong",
            f"{at} holds the means of a{before} and of delta{number}",
            np.outer(a.mean(axis=0), delta.sum(axis=0)),
        )
        yield (
            "gradient_wrong",
            f"{at} is that of the last sample alone",
            np.outer(a[-1], delta[-1]),
        )
        yield (
            "gradient_wrong",
            f"{at} is that of the first sample alone",
            np.outer(a[0], delta[0]),
        )
        if number < len(self.dense.layers) or self.formula.base == "squared":
            slope = self.dense.activations[number - 1].slope(self.z[number])
            with np.errstate(all="ignore"):
                bare = np.where(slope == 0, 0, delta / slope)
            yield "slope_missing", f"the slope of the activation is missing in {at}", a.T @ bare
        slope = self.dense.activations[number - 1].slope(self.z[number])
        yield "gradient_wrong", f"the slope stands twice in {at}", a.T @ (delta * slope)
        own = self.a[number] * (1 - self.a[number])
        if own.shape == right.shape:
            yield (
                "product_wrong",
                f"{at} is multiplied by the slope of the samples' outputs, "
                f"entry by entry; {own.shape} and {right.shape} fit by chance",
                right * own,
            )
        yield "product_wrong", f"{at} holds the sizes of a{before}", np.abs(a).T @ delta
        yield "gradient_wrong", f"{at} is 0", np.zeros_like(right)

    def of_another_layer(self) -> list[Step]:
        """Return the deviations; as one, where all wrong slopes are a neighbour's function."""
        activations, steps = self.dense.activations, self.deviations
        for by, of in ((1, "the next layer"), (-1, "the layer before")):
            wanted = {}
            for number in range(1, len(activations)):
                other = number - 1 + by
                if other >= 0 and activations[other].name != activations[number - 1].name:
                    name = activations[other].name
                    text = "* 1: the slope" if name == "identity" else f"the slope of {name}, at z"
                    wanted[f"delta{number}"] = text
            if (
                len(wanted) > 1
                and {step.where for step in steps} == set(wanted)
                and all(wanted[step.where] in step.text for step in steps)
            ):
                where = ", ".join(step.where for step in steps)
                return a_step(
                    "slope_of_a",
                    where,
                    f"the slopes in {where} are those of the activation of {of}",
                )
        return steps

    def report(self, entries: tuple[str, ...], free: bool) -> None:
        """Make findings of the deviations; ``free``: a common factor is not known."""
        exam, own = self.exam, self.exam.formula
        n, m, whole = len(self.y), exam.n_outputs, exam.patient.n
        if own is not None and own.base == self.formula.base:  # that of these samples
            own, whole = self.formula, n
        elif exam.few is not None:
            whole = len(exam.few)
        total = self.formula.factor * self.factor
        other = self.given is None and (own is None or self.formula.base != own.base)
        down = factor_words(total, WORDS[self.formula.base], n, m, self.formula.base == "root")
        beside = ""
        if other or (self.any_factor and not free and abs(self.factor - 1) > 1e-3):
            shown = own.words(whole, m) if own is not None else "no known formula"
            beside = f" (The other equations descend {down}; the loss shown is {shown}.)"
        if other or (free and abs(self.factor - 1) > 1e-3):
            entries = ()  # they are measured on the loss that is shown, or of another length
        kinds: dict[str, list[Step]] = {}
        means = any("the mean of delta over everything" in step.text for step in self.deviations)
        for step in self.of_another_layer():
            if means and step.where.startswith("b") and "samples once more" in step.text:
                step = Step("axis_missing", step.where, step.text)
            kinds.setdefault(step.kind, []).append(step)
        for kind, steps in kinds.items():
            where = exam.in_own_names(", ".join(dict.fromkeys(step.where for step in steps)))
            text = exam.in_own_names("; ".join(step.text for step in steps))
            exam.find(kind, "wrong", where, f"{text}.{beside}", entries)
            entries = ()
        if not self.deviations:
            f = self.factor
            exam.find(
                "gradient_scale" if f > 0 else "gradient_sign",
                "wrong",
                "gradients",
                f"every entry is {f:.4f} times the slope of {down}",
                entries,
            )
