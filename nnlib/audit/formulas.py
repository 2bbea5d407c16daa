"""What a program is likely to compute: known losses, known activations, dense networks.

The program is asked for numbers, and the formula that gives the same numbers is looked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.activations import sigmoid, softmax
from nnlib.diagnosis import factor_in_words

Arrays = list[np.ndarray]

# Losses: sums over samples and outputs. `a` predictions and `y` targets, both (n, m)


def squared(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the squared errors."""
    return float(np.sum((a - y) ** 2))


def absolute(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the errors' sizes."""
    return float(np.sum(np.abs(a - y)))


def root(a: np.ndarray, y: np.ndarray) -> float:
    """Return the root of the sum of the squared errors."""
    return float(np.sqrt(np.sum((a - y) ** 2)))


def log_of(a: np.ndarray) -> np.ndarray:
    """Return the logarithm; at 0 it is -744, that of the smallest float."""
    return np.log(np.maximum(a, 5e-324))


def binary(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the binary cross-entropies."""
    return float(-np.sum(y * log_of(a) + (1 - y) * log_of(1 - a)))


def cross(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the cross-entropies."""
    return float(-np.sum(y * log_of(a)))


def other_half(a: np.ndarray, y: np.ndarray) -> float:
    """Return the second term of the binary cross-entropy alone."""
    return float(-np.sum((1 - y) * log_of(1 - a)))


def plain_error(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the errors, neither squared nor made positive."""
    return float(np.sum(a - y))


def binary_from_logits(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the binary cross-entropies of logits."""
    return float(np.sum(np.logaddexp(0, a) - y * a))


def cross_from_logits(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the cross-entropies of logits."""
    top = a.max(axis=1, keepdims=True)
    log_sum = top[:, 0] + np.log(np.exp(a - top).sum(axis=1))
    return float(np.sum(y.sum(axis=1) * log_sum) - np.sum(y * a))


def signs(y: np.ndarray) -> np.ndarray:
    """Return the targets as -1 and 1, also where they are 0 and 1."""
    return y if y.min(initial=0) < 0 else 2 * y - 1


def hinge(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the hinge losses, of yes and no."""
    return float(np.sum(np.maximum(0, 1 - a * signs(y))))


def squared_hinge(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the squared hinge losses, of yes and no."""
    return float(np.sum(np.maximum(0, 1 - a * signs(y)) ** 2))


def margins(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return by how much each other class's number is too near to that of the right class."""
    right = np.sum(a * y, axis=1, keepdims=True)
    return np.asarray(np.maximum(0, a - right + 1) * (1 - y))


def class_hinge(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the hinge losses of classes."""
    return float(np.sum(margins(a, y)))


def class_hinge_slope(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the slope of the hinge losses of classes with respect to the predictions."""
    hit = (margins(a, y) > 0).astype(float)
    return hit - y * hit.sum(axis=1, keepdims=True)


def huber(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the Huber losses: half a square up to an error of 1, then a line."""
    e = np.abs(a - y)
    return float(np.sum(np.where(e <= 1, e**2 / 2, e - 0.5)))


def log_cosh(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of log(cosh(error))."""
    e = np.abs(a - y)
    return float(np.sum(e + np.log1p(np.exp(-2 * e)) - np.log(2)))


def focal(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the focal losses of yes and no, gamma = 2."""
    return float(-np.sum(y * (1 - a) ** 2 * log_of(a) + (1 - y) * a**2 * log_of(1 - a)))


def focal_cross(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the focal losses of classes, gamma = 2."""
    return float(-np.sum(y * (1 - a) ** 2 * log_of(a)))


def divergence(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the Kullback-Leibler divergences y log(y / a)."""
    return float(np.sum(np.where(y > 0, y * (log_of(y) - log_of(a)), 0.0)))


def cosine(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum over the samples of 1 minus the cosine of predictions and targets."""
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(y, axis=1)
    return float(np.sum(1 - np.sum(a * y, axis=1) / np.maximum(lengths, 1e-300)))


def log_squared(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the squared differences of log(1 + a) and log(1 + y)."""
    return float(np.sum((np.log1p(a) - np.log1p(y)) ** 2))


def poisson(a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of the Poisson losses."""
    return float(np.sum(a - y * log_of(a)))


def smooth(y: np.ndarray, k: int) -> np.ndarray:
    """Return targets of which a tenth is shared out among k classes."""
    return 0.9 * y + 0.1 / k


def cosine_slope(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the slope of the cosine distances with respect to the predictions."""
    of_a, of_y = (np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-300) for v in (a, y))
    a, y = a / of_a, y / of_y
    return (np.sum(a * y, axis=1, keepdims=True) * a - y) / of_a


def focal_slope(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the slope of -y (1 - a)**2 log(a) with respect to a."""
    return y * (2 * (1 - a) * log_of(a) - (1 - a) ** 2 / np.maximum(a, 1e-300))


SLOPES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "squared": lambda a, y: 2 * (a - y),
    "absolute": lambda a, y: np.sign(a - y),
    "root": lambda a, y: (a - y) / max(float(np.sqrt(np.sum((a - y) ** 2))), 1e-300),
    "binary": lambda a, y: (a - y) / np.maximum(a * (1 - a), 1e-300),
    "cross": lambda a, y: -y / np.maximum(a, 1e-300),
    "other_half": lambda a, y: (1 - y) / np.maximum(1 - a, 1e-300),
    "plain_error": lambda a, y: np.ones_like(a),
    "binary_from_logits": lambda a, y: sigmoid(a) - y,
    "cross_from_logits": lambda a, y: softmax(a) * y.sum(axis=1, keepdims=True) - y,
    "hinge": lambda a, y: -signs(y) * (1 - a * signs(y) > 0),
    "squared_hinge": lambda a, y: -2 * signs(y) * np.maximum(0, 1 - a * signs(y)),
    "class_hinge": class_hinge_slope,
    "huber": lambda a, y: np.clip(a - y, -1, 1),
    "log_cosh": lambda a, y: np.tanh(a - y),
    "focal": lambda a, y: focal_slope(a, y) - focal_slope(1 - a, 1 - y),
    "focal_cross": focal_slope,
    "divergence": lambda a, y: -y / np.maximum(a, 1e-300),
    "cosine": cosine_slope,
    "log_squared": lambda a, y: 2 * (np.log1p(a) - np.log1p(y)) / (1 + a),
    "poisson": lambda a, y: 1 - y / np.maximum(a, 1e-300),
    "smoothed_binary": lambda a, y: (a - smooth(y, 2)) / np.maximum(a * (1 - a), 1e-300),
    "smoothed_cross": lambda a, y: -smooth(y, y.shape[1]) / np.maximum(a, 1e-300),
}
BASES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "squared": squared,
    "absolute": absolute,
    "root": root,
    "binary": binary,
    "cross": cross,
    "other_half": other_half,
    "plain_error": plain_error,
    "binary_from_logits": binary_from_logits,
    "cross_from_logits": cross_from_logits,
    "hinge": hinge,
    "squared_hinge": squared_hinge,
    "class_hinge": class_hinge,
    "huber": huber,
    "log_cosh": log_cosh,
    "focal": focal,
    "focal_cross": focal_cross,
    "divergence": divergence,
    "cosine": cosine,
    "log_squared": log_squared,
    "poisson": poisson,
    "smoothed_binary": lambda a, y: binary(a, smooth(y, 2)),
    "smoothed_cross": lambda a, y: cross(a, smooth(y, y.shape[1])),
}
WORDS = {
    "squared": "squared errors",
    "absolute": "absolute errors",
    "root": "squared errors, under a root,",
    "binary": "binary cross-entropies",
    "cross": "cross-entropies -y log(a)",
    "other_half": "terms -(1 - y) log(1 - a)",
    "plain_error": "errors, neither squared nor made positive,",
    "binary_from_logits": "binary cross-entropies of logits",
    "cross_from_logits": "cross-entropies of logits",
    "hinge": "hinge losses",
    "squared_hinge": "squared hinge losses",
    "class_hinge": "hinge losses of classes",
    "huber": "Huber losses, whose corner is at 1,",
    "log_cosh": "log(cosh(error))",
    "focal": "focal losses, gamma = 2,",
    "focal_cross": "focal losses of classes, gamma = 2,",
    "divergence": "Kullback-Leibler divergences",
    "cosine": "cosine distances",
    "log_squared": "squared errors of log(1 + a)",
    "poisson": "Poisson losses a - y log(a)",
    "smoothed_binary": "binary cross-entropies with targets smoothed by 0.1",
    "smoothed_cross": "cross-entropies with targets smoothed by 0.1",
}


@dataclass(frozen=True)
class Formula:
    """A loss that fits: ``factor`` times the sum of a base, and penalties on the weights."""

    base: str
    factor: float
    decay: float = 0.0  # of the sum of the squares of all matrices
    decay_of_all: float = 0.0  # of the sum of the squares of all parameters
    sizes: float = 0.0  # of the sum of the sizes of all weights
    sizes_of_all: float = 0.0  # of the sum of the sizes of all parameters

    @property
    def penalised(self) -> bool:
        """Whether it holds a penalty."""
        return bool(self.decay or self.decay_of_all or self.sizes or self.sizes_of_all)

    @property
    def penalty(self) -> str:
        """The penalty in words, or nothing."""
        for c, what in (
            (self.sizes, "sizes of the weights"),
            (self.sizes_of_all, "sizes of the weights and biases"),
            (self.decay, "squares of the weights"),
            (self.decay_of_all, "squares of the weights and biases"),
        ):
            if c:
                return f"{c:.4g} times the {what}"
        return ""

    def is_sum(self, n: int, m: int) -> bool:
        """Say whether it is a sum over the samples, not divided by their number."""
        told = factor_words(abs(self.factor), WORDS[self.base], n, m)
        return told.startswith(("the sum of", "half the sum of")) and f"the {n} sam" not in told

    def words(self, n: int, m: int) -> str:
        """Say which loss it is."""
        told = factor_words(self.factor, WORDS[self.base], n, m, self.base == "root")
        return f"{told} and {self.penalty}" if self.penalised else told


def factor_words(f: float, what: str, n: int, m: int, under_root: bool = False) -> str:
    """Say "the mean of the squared errors" for a factor of 1 / (n m), and so on."""
    sign, f = ("minus " if f < 0 else ""), abs(f)
    if under_root:
        return sign + root_words(f, n, m)
    known: list[tuple[float, str]] = [
        (1, f"the sum of the {what}"),
        (1 / (n * m), f"the mean of the {what}"),
        (1 / n, f"the sum of the {what} divided by the {n} samples"),
        (1 / m, f"the sum of the {what} divided by the {m} outputs"),
        (0.5, f"half the sum of the {what}"),
        (0.5 / (n * m), f"half the mean of the {what}"),
        (0.5 / n, f"half the sum of the {what} divided by the {n} samples"),
        (1 / n**2, f"the sum of the {what} divided twice by the {n} samples"),
    ]
    if "entrop" in what:
        known += [(value / np.log(base), f"{words}, with logarithms of base {base},")
                  for base in (2, 10) for value, words in known[:3]]  # fmt: skip
    for value, words in known:
        if abs(f - value) < 2e-3 * value:
            return (sign + words).removesuffix(",")
    return f"{sign}{f:.4g} times the sum of the {what}".removesuffix(",")


def root_words(f: float, n: int, m: int) -> str:
    """Say what a root of the sum of the squared errors is, times a factor."""
    summed = "the sum of the squared errors, under a root"
    for value, words in (
        (1 / np.sqrt(n * m), "the root of the mean of the squared errors"),
        (1.0, summed),
        (1 / np.sqrt(n), f"the root of the sum of the squared errors divided by the {n} samples"),
        (1 / (n * m), f"{summed}, divided by the {n * m} entries only behind the root"),
        (1 / n, f"{summed}, divided by the {n} samples only behind the root"),
        (0.5, f"half {summed}"),
    ):
        if abs(f - value) < 2e-3 * value:
            return words
    return f"{f:.4g} times {summed}"


def where_from(
    f: float, n: int, m: int, own: Formula | None = None, features: tuple[int, str] = (0, "")
) -> str:
    """Say where a factor in a gradient might come from: n samples, m outputs, a loss if known.

    ``features``: how many features X has, and whether they are its "columns" or its "rows".
    """
    words, (d, lines) = sources(f, n, m, own), features
    if d < 3 or n < 2 or d in (n, m) or f <= 0:  # 2 is the 2 of a square
        return words
    columns = f"{d} {lines} of X"
    if abs(f * d - 1) < 1e-4 and words.startswith("It is divided by"):
        return words.replace("the loss is not.", f"the loss is not. X has {d} {lines}.")
    if abs(f * d - n) < 1e-4 * n and divided_by(own, n, m):
        if words.endswith("hich divisor is meant?"):
            return words.replace(f"{n} samples", f"{n} samples and {columns}")
        plain = f"a division by {d} where {n} is meant"
        if plain in words:
            text = f"a division by {d}, as many as X has {lines}, where {n} is meant"
            return words.replace(plain, text)
        text = f"a division by the {columns} where the {n} samples are meant"
    elif own is not None and abs(f * n - d) < 1e-4 * d and divided_by(own, d, m):
        text = f"a loss that is divided by the {columns}, and not by the {n} samples"
    else:
        return words
    if words.startswith("Which") or words.endswith("hich divisor is meant?"):
        return f"{text[0].upper()}{text[1:]}?"
    return f"{words[:-1]}, or {text}?"


def divided_by(own: Formula | None, k: int, m: int) -> bool:
    """Say whether a loss may be divided by k: with a 2 or not, and with m outputs or not."""
    return own is None or any(abs(own.factor * k * s - 1) < 2e-3 for s in (1, 2, m, 2 * m))


def also_in_differences(words: str, f: float) -> str:
    """Add to where a factor of all entries may come from what makes measured slopes twofold."""
    if abs(f - 2) > 2e-4 or not words.endswith("?"):
        return words
    return f"{words[:-1]}, or a central difference that is divided by h where 2 h is meant?"


def sources(f: float, n: int, m: int, own: Formula | None = None) -> str:
    """Say where a factor might come from, whatever the features are."""
    words = factor_in_words(f, n, m)
    summed = own is not None and own.is_sum(n, m)
    if n > 1 and summed and words.startswith("A mean taken twice"):
        return f"The loss is a sum over the {n} samples, and this belongs to their mean."
    if n > 2 and words.startswith("Which factor") and abs(f - n**2) < 1e-4 * n**2:
        return f"{f:.4g} = {n} * {n}: multiplied by the {n} samples, not divided by them?"
    parts = next((d for d in (2, 3, 4, 5, 10) if n and abs(f * d - n) < 1e-3 * n), 0)
    if parts and ", or " not in words and words.startswith(("Half a sum", "The 2 of a square")):
        return f"{words[:-1]}, or a division by {parts} where {n} is meant?"
    if not words.startswith("Which factor"):
        return words
    few = round(f) if abs(f - round(f)) < 1e-4 and 2 < f < 13 else 0
    if few and parts:
        words = f"A mean over {few} that is left out, or {few} = {n} / {parts}, with the {n} "
        return words + "samples: which divisor is meant?"
    if few:
        return f"A mean over {few} that is left out, or a sum that is taken {few} times?"
    if parts:
        return f"{f:.4g} = {n} / {parts}, and there are {n} samples. Which divisor is meant?"
    whole = round(1 / f) if 0 < f < 0.5 else 0
    if whole and abs(f * whole - 1) < 1e-4:
        of_n = n and whole % n == 0 and whole > n
        by = f" {whole} = {n} * {whole // n}, and there are {n} samples." if of_n else ""
        return f"It is divided by {whole}, and the loss is not.{by} Which divisor is meant?"
    return words


# Activations: the function, and its slope from z and a


@dataclass(frozen=True)
class Activation:
    """An activation; ``of_a`` is its slope as a function of the activation alone, if it has one.

    ``factor`` is a number in its slope that is easily forgotten.
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    of_a: Callable[[np.ndarray], np.ndarray]
    factor: float = 1.0


def _leaky(share: float) -> Activation:
    """Return a leaky ReLU."""
    return Activation(
        f"leaky ReLU ({share:.4g})",
        lambda z: np.where(z > 0, z, share * z),
        lambda z: np.where(z > 0, 1.0, share),
        lambda a: np.where(a > 0, 1.0, share),
    )


def _elu(alpha: float) -> Activation:
    """Return an ELU that ends at -alpha."""
    return Activation(
        "ELU" if alpha == 1 else f"ELU ({alpha:.4g})",
        lambda z: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0))),
        lambda a: np.where(a > 0, 1.0, a + alpha),
    )


ACTIVATIONS = [
    Activation("sigmoid", sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), lambda a: a * (1 - a)),
    Activation("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2, lambda a: 1 - a**2),
    Activation(
        "ReLU",
        lambda z: np.maximum(z, 0),
        lambda z: (z > 0).astype(float),
        lambda a: (a > 0).astype(float),
    ),
    Activation("identity", lambda z: z, np.ones_like, np.ones_like),
    _leaky(0.01),
    _leaky(0.1),
    _leaky(0.2),
    Activation("softplus", lambda z: np.logaddexp(0, z), sigmoid, lambda a: 1 - np.exp(-a)),
    _elu(1.0),
    Activation("sine", np.sin, np.cos, lambda a: np.sqrt(np.maximum(1 - a**2, 0))),
    Activation(
        "SiLU",
        lambda z: z * sigmoid(z),
        lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
        lambda a: np.full(a.shape, np.nan),  # z cannot be told from a
    ),
    Activation("arctan", np.arctan, lambda z: 1 / (1 + z**2), lambda a: 1 / (1 + np.tan(a) ** 2)),
    Activation(
        "sigmoid of 2 z",  # (tanh(z) + 1) / 2
        lambda z: sigmoid(2 * z),
        lambda z: 2 * sigmoid(2 * z) * (1 - sigmoid(2 * z)),
        lambda a: 2 * a * (1 - a),
        2.0,
    ),
    Activation(
        "1.7159 tanh(2 z / 3)",  # LeCun's
        lambda z: 1.7159 * np.tanh(2 * z / 3),
        lambda z: 1.7159 * 2 / 3 * (1 - np.tanh(2 * z / 3) ** 2),
        lambda a: 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2),
        1.7159 * 2 / 3,
    ),
]


SIGMOID_2 = next(each for each in ACTIVATIONS if each.name == "sigmoid of 2 z")


def log_softmax(z: np.ndarray) -> np.ndarray:
    """Return the logarithm of the softmax of each row."""
    z = z - z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))


SOFTMAX = Activation("softmax", softmax, lambda z: np.ones_like(z), lambda a: a * (1 - a))
LOG_SOFTMAX = Activation(
    "log-softmax", log_softmax, lambda z: np.ones_like(z), lambda a: np.ones_like(a)
)
RANGES = {
    "sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "ReLU": (0.0, np.inf),
    "sigmoid of 2 z": (0.0, 1.0), "1.7159 tanh(2 z / 3)": (-1.7159, 1.7159),
}  # fmt: skip


# Dense networks, rebuilt from the program's parameters


@dataclass(frozen=True)
class Layer:
    """Where a layer's numbers stand among the parameters."""

    W: int
    b: int | None
    turned: bool  # W is (n_out, n_in)
    bias_column: int | None = None  # the row of W that is the bias: 0 or -1

    def matrix(self, values: Arrays) -> np.ndarray:
        """Return W (n_in, n_out), without the row of the bias."""
        W = self.whole(values)
        if self.bias_column is None:
            return W
        return W[1:] if self.bias_column == 0 else W[:-1]

    def whole(self, values: Arrays) -> np.ndarray:
        """Return W as (n_in, n_out), with the row of the bias if it has one."""
        W = values[self.W]
        if W.ndim < 2:
            W = W.reshape(-1, 1)
        return W.T if self.turned else W

    def bias(self, values: Arrays) -> np.ndarray | float:
        """Return b (1, n_out), or 0."""
        if self.bias_column is not None:
            return self.whole(values)[self.bias_column].reshape(1, -1)
        return 0.0 if self.b is None else values[self.b].reshape(1, -1)


@dataclass(frozen=True)
class Dense:
    """A dense network that gives the program's answers."""

    layers: tuple[Layer, ...]
    activations: tuple[Activation, ...]
    divisor: Any = 1.0  # of X, for inputs that the program scales itself: one number or a row
    shift: Any = 0.0  # what is taken from X before that

    def forward(self, values: Arrays, X: np.ndarray) -> tuple[Arrays, Arrays]:
        """Return the weighted sums z and the activations a of all layers; z[0] is X too."""
        a = [(X - self.shift) / self.divisor]
        z = [a[0]]
        for layer, activation in zip(self.layers, self.activations, strict=True):
            z.append(a[-1] @ layer.matrix(values) + layer.bias(values))
            a.append(activation.value(z[-1]))
        return z, a

    def output_delta(self, z: np.ndarray, a: np.ndarray, y: np.ndarray, base: str) -> np.ndarray:
        """Return the slope of the sum of a base with respect to the output's z."""
        if base == "binary" and self.activations[-1].name == "sigmoid":
            return a - y  # also where a is 0 or 1 but for rounding
        if base == "cross" and self.activations[-1] is SOFTMAX:
            return a * y.sum(axis=1, keepdims=True) - y
        slope = SLOPES[base](a, y)
        if self.activations[-1] is SOFTMAX:
            return a * (slope - (slope * a).sum(axis=1, keepdims=True))
        if self.activations[-1] is LOG_SOFTMAX:
            return slope - np.exp(a) * slope.sum(axis=1, keepdims=True)
        return slope * self.activations[-1].slope(z)

    def gradient(
        self,
        values: Arrays,
        X: np.ndarray,
        y: np.ndarray,
        formula: Formula,
        delta: np.ndarray | None = None,
    ) -> Arrays:
        """Return the gradient of a loss, in the order and the shapes of the parameters.

        ``delta``: the output's, where it is another one than that of the loss.
        """
        z, a = self.forward(values, X)
        if delta is None:
            delta = formula.factor * self.output_delta(z[-1], a[-1], y, formula.base)
        result = [np.zeros_like(value) for value in values]
        for number in range(len(self.layers), 0, -1):
            self.put(result, number, a[number - 1].T @ delta, delta.sum(axis=0), values)
            if number > 1:
                back = delta @ self.layers[number - 1].matrix(values).T
                delta = back * self.activations[number - 2].slope(z[number - 1])
        for part, slope in zip(result, self.penalty_slopes(values, formula), strict=True):
            part += slope
        return result

    def penalty_slopes(self, values: Arrays, formula: Formula) -> Arrays:
        """Return the slopes of a loss's penalties on the weights."""
        result = [
            2 * formula.decay_of_all * value + formula.sizes_of_all * np.sign(value)
            for value in values
        ]
        for number, layer in enumerate(self.layers, start=1):
            W = layer.matrix(values)
            alone = [np.zeros_like(value) for value in values]
            slope = 2 * formula.decay * W + formula.sizes * np.sign(W)
            self.put(alone, number, slope, np.zeros(W.shape[1]), values)
            result[layer.W] += alone[layer.W]
        return result

    def put(
        self, result: Arrays, number: int, W: np.ndarray, b: np.ndarray, values: Arrays
    ) -> None:
        """Store the gradients of a layer, counted from 1, in the shapes of its parameters."""
        layer = self.layers[number - 1]
        if layer.bias_column is not None:
            rows = [b.reshape(1, -1), W] if layer.bias_column == 0 else [W, b.reshape(1, -1)]
            W = np.concatenate(rows)
        elif layer.b is not None:
            result[layer.b] = b.reshape(values[layer.b].shape)
        result[layer.W] = (W.T if layer.turned else W).reshape(values[layer.W].shape)

    def split(self, gradient: Arrays, number: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the gradients of W (n_in, n_out) and b (n_out,) of a layer; b may be None."""
        layer = self.layers[number - 1]
        W = layer.matrix(gradient)
        if layer.bias_column is None and layer.b is None:
            return W, None
        return W, np.ravel(layer.bias(gradient))

    def words(self, values: Arrays) -> str:
        """Say which network it is."""
        sizes = [self.layers[0].matrix(values).shape[0]]
        sizes += [layer.matrix(values).shape[1] for layer in self.layers]
        names = ", ".join(activation.name for activation in self.activations)
        return f"a network {'-'.join(map(str, sizes))} ({names})"


def chains(shapes: list[tuple[int, ...]], n_in: int, n_out: int) -> Iterator[tuple[Layer, ...]]:
    """Yield the ways in which arrays of these shapes make layers from n_in to n_out."""
    tried = itertools.count()

    def extend(
        width: int, left: list[int], layers: tuple[Layer, ...]
    ) -> Iterator[tuple[Layer, ...]]:
        if not left and width == n_out:
            yield layers
        # A dozen single numbers can follow each other in millions of ways that end nowhere.
        for i in left if next(tried) < 20_000 else ():
            rest = [j for j in left if j != i]
            for out, turned, column in orientations(shapes[i], width):
                if column is not None:
                    yield from extend(out, rest, (*layers, Layer(i, None, turned, column)))
                    continue
                for j in rest:
                    if int(np.prod(shapes[j])) == out and max(shapes[j], default=1) == out:
                        others = [k for k in rest if k != j]
                        yield from extend(out, others, (*layers, Layer(i, j, turned)))
                yield from extend(out, rest, (*layers, Layer(i, None, turned)))

    return extend(n_in, list(range(len(shapes))), ())


def orientations(shape: tuple[int, ...], width: int) -> Iterator[tuple[int, bool, int | None]]:
    """Yield the ways to use an array as weights: outputs, turned, row of the bias."""
    if len(shape) < 2:
        shape = (*shape, 1, 1)[:2]
    if len(shape) != 2:
        return
    for out, n_in, turned in [(shape[1], shape[0], False), (shape[0], shape[1], True)]:
        if n_in == width:
            yield out, turned, None
        if n_in == width + 1:
            yield out, turned, -1
            yield out, turned, 0


def cuts(size: int, n_in: int, n_out: int) -> Iterator[list[tuple[int, ...]]]:
    """Yield the shapes into which a vector of all parameters of a dense network may be cut.

    Matrices with a column for the bias, or with biases of their own, after each or after all.
    """
    for bias, hidden in hidden_sizes(size, n_in, n_out):
        pairs = list(itertools.pairwise([n_in, *hidden, n_out]))
        for turned in (True, False):
            yield [(b, a + bias) if turned else (a + bias, b) for a, b in pairs]
            if bias:
                W = [(b, a) if turned else (a, b) for a, b in pairs]
                biases = [(out,) for _, out in pairs]
                yield [shape for pair in zip(W, biases, strict=True) for shape in pair]
                if len(pairs) > 1:
                    yield [*W, *biases]


def hidden_sizes(size: int, n_in: int, n_out: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield whether there are biases, and the sizes of at most two hidden layers, that fit."""
    for bias in (1, 0):
        if size == (n_in + bias) * n_out:
            yield bias, ()
        h, rest = divmod(size - bias * n_out, n_in + bias + n_out)
        if rest == 0 and h > 0:
            yield bias, (h,)
    for bias in (1, 0):
        for first in range(2, size // (n_in + bias) + 1):
            left = size - first * (n_in + bias) - bias * n_out
            h, rest = divmod(left, first + bias + n_out)
            if rest == 0 and h > 1:
                yield bias, (first, h)


def rebuilt(
    predictions: Callable[[Arrays], np.ndarray],
    points: list[Arrays],
    X: np.ndarray,
    room: int = 4000,
    whole: np.ndarray | None = None,
    ask: bool = True,
) -> Dense | None:
    """Return the dense network that predicts what the program predicts, if there is one.

    ``X`` (n, d) are the samples that ``predictions`` answers, with (n, m), at each point; ``room``
    is how many networks are tried; ``whole`` are all samples, by which a program may scale them;
    ``ask``: ``predictions`` answers at other parameters, too.
    """
    if sum(value.size for value in points[0]) >= 10_000:
        room = min(room, 600)
    wanted = [predictions(values) for values in points]
    if not all(np.isfinite(each).all() and len(each) == len(X) for each in wanted):
        return None
    shapes = [value.shape for value in points[0]]
    scalings = [(0.0, 1.0)]
    if np.abs(X).max() > 2:
        scalings += [(0.0, 255.0), (0.0, 256.0), (0.0, 16.0), *scalings_by(whole)]
    found = list(itertools.islice(chains(shapes, X.shape[1], wanted[0].shape[1]), 2000))
    found.sort(key=lambda layers: (len(layers), disorder(layers)))
    logs = all(np.abs(np.exp(each).sum(axis=1) - 1).max() < 1e-6 for each in wanted)
    tries = networks(found[:60], scalings)
    tries = itertools.islice(in_logs(tries) if logs else tries, room)
    bent = bent_networks(predictions, points[0], found[:2] * ask, X, logs)
    for layers, activations, (shift, divisor) in itertools.chain(tries, bent):
        network = Dense(layers, activations, divisor, shift)
        if all(
            agrees(network.forward(values, X)[1][-1], answer)
            for values, answer in zip(points, wanted, strict=True)
        ):
            return network
    return None


Network = tuple[tuple[Layer, ...], tuple[Activation, ...], tuple[Any, Any]]


def networks(found: list[tuple[Layer, ...]], scalings: list[tuple[Any, Any]]) -> Iterator[Network]:
    """Yield networks to try, the likeliest first: layers, activations, a scaling of X."""
    likely, rest = found[:4], found[4:]
    for some, mixed, scaled in (
        (likely, False, scalings), (likely, True, scalings[:1]), (rest, False, scalings),
        (likely, True, scalings[1:]), (rest, True, scalings),
    ):  # fmt: skip
        for layers in some:
            for scaling in scaled:
                for activations in activation_choices(len(layers), mixed):
                    yield layers, activations, scaling


def in_logs(found: Iterator[Network]) -> Iterator[Network]:
    """Yield the networks that end in a softmax, with its logarithm in place of it."""
    for layers, activations, scaling in found:
        if activations[-1] is SOFTMAX:
            yield layers, (*activations[:-1], LOG_SOFTMAX), scaling


READINGS: list[tuple[Activation, Callable[[np.ndarray], float]]] = [
    (ACTIVATIONS[3], lambda a: float(a[0])),  # of the identity
    (ACTIVATIONS[0], lambda a: float(np.log(a[0] / (1 - a[0])))),
    (SOFTMAX, lambda a: float(np.log(a[0] / a[1])) if len(a) > 1 else np.nan),
    (LOG_SOFTMAX, lambda a: float(a[0] - a[1]) if len(a) > 1 else np.nan),
]


def bent_networks(
    predictions: Callable[[Arrays], np.ndarray],
    start: Arrays,
    found: list[tuple[Layer, ...]],
    X: np.ndarray,
    logs: bool,
) -> Iterator[Network]:
    """Yield networks of leaky ReLUs or ELUs whose share of what is negative is read off.

    One sample is led through single numbers, as t to the first layer and unchanged behind it: the
    answers to t of 1, -1 and -2 tell f(-1) and f(-2), and with f(1) = 1 that they are read rightly.
    """
    row = int(np.sum(X**2, axis=1).argmax())
    if not X[row].any():
        return
    for layers in found:
        if len(layers) < 2:
            continue
        answers = [predictions(led(layers, start, X[row], t))[row] for t in (1.0, -1.0, -2.0)]
        for output, read in READINGS:
            with np.errstate(all="ignore"):
                one, first, second = (read(a) for a in answers)
            if (
                not abs(one - 1) < 1e-6
                or not -10 < first < -1e-4
                or (output is LOG_SOFTMAX) != logs
            ):
                continue
            share, alpha = (float(f"{v:.6g}") for v in (-first, first / np.expm1(-1)))
            for activation in (_leaky(share), _elu(alpha)):
                if abs(float(activation.value(np.array(-2.0))) - second) < 1e-5 * abs(second):
                    hidden = [activation] * (len(layers) - 1)
                    yield layers, (*hidden, output), (0.0, 1.0)


def led(layers: tuple[Layer, ...], start: Arrays, x: np.ndarray, t: float) -> Arrays:
    """Return parameters that make of x the number t, and lead f(t) to the first output."""
    values = [np.zeros_like(v) for v in start]
    for number, layer in enumerate(layers, start=1):
        W = np.zeros_like(layer.matrix(start))
        if number == 1:
            W[:] = (t * x / (x @ x))[:, None]
        elif number < len(layers):  # behind the first layer all is positive
            W[:] = (1.0 if t > 0 or number > 2 else -1.0) / len(W)
        else:
            W[:, 0] = (1.0 if t > 0 or number == 2 else -1.0) / len(W)
        Dense(layers, tuple(ACTIVATIONS)).put(values, number, W, np.zeros(W.shape[1]), start)
    return values


def scalings_by(X: np.ndarray | None) -> Iterator[tuple[Any, Any]]:
    """Yield the shift and the divisor of the usual ways to scale columns."""
    if X is None or not X.std(axis=0).all():
        return
    yield X.mean(axis=0), X.std(axis=0)
    yield X.mean(axis=0), X.std(axis=0, ddof=1) if len(X) > 1 else X.std(axis=0)
    yield X.min(axis=0), np.ptp(X, axis=0)
    yield X.mean(), X.std()


def disorder(layers: tuple[Layer, ...]) -> int:
    """Say how far layers are from the order in which people write them down."""
    places = [[layer.W for layer in layers], [layer.b for layer in layers if layer.b is not None]]
    swapped = sum(a > b for each in places for a, b in itertools.combinations(each, 2))
    columns = {layer.bias_column for layer in layers}
    return swapped + len({layer.turned for layer in layers}) + len(columns) - 1


def activation_choices(n_layers: int, mixed: bool) -> Iterator[tuple[Activation, ...]]:
    """Yield choices of activations, the usual ones first; or those that differ between layers."""
    outputs = [*ACTIVATIONS[:1], SOFTMAX, ACTIVATIONS[3], *ACTIVATIONS[1:3], *ACTIVATIONS[4:]]
    usual = outputs[:5]
    if not mixed:
        for hidden in ACTIVATIONS if n_layers > 1 else ACTIVATIONS[:1]:
            for output in usual if n_layers > 1 else outputs:
                yield (*[hidden] * (n_layers - 1), output)
        for each in ACTIVATIONS[4:] if n_layers > 1 else ():
            yield (each,) * n_layers
        for hidden in ACTIVATIONS[:3] if n_layers > 1 else ():
            yield (*[hidden] * (n_layers - 1), SIGMOID_2)
    elif n_layers > 2:
        for hiddens in itertools.product(ACTIVATIONS[:5], repeat=n_layers - 1):
            if len({each.name for each in hiddens}) > 1:
                for output in usual:
                    yield (*hiddens, output)


def agrees(a: np.ndarray, b: np.ndarray, tolerance: float = 1e-5) -> bool:
    """Say whether two arrays are equal but for rounding."""
    if a.shape != b.shape or not np.isfinite(b).all():
        return False
    return bool(np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(b).max(initial=0), 1e-12))


def fitted(
    losses: np.ndarray,
    bases: dict[str, np.ndarray],
    squares: np.ndarray,
    squares_of_all: np.ndarray,
    tolerance: float = 1e-3,
    sizes: np.ndarray | None = None,
    sizes_of_all: np.ndarray | None = None,
) -> Formula | None:
    """Return the formula that gives these losses at some points, if there is one.

    All arrays (n_points,): the losses, each base there, the squares of the weights and of all, and
    the sizes of the weights and of all.
    """
    best: tuple[float, Formula] | None = None
    penalties = {"decay": squares, "decay_of_all": squares_of_all}
    if sizes is not None:
        penalties["sizes"] = sizes
    if sizes_of_all is not None:
        penalties["sizes_of_all"] = sizes_of_all
    for base, values in bases.items():
        good = np.isfinite(values) & np.isfinite(losses)
        if good.sum() < 4 or np.abs(values[good]).max() < 1e-12:
            continue
        wanted = losses[good]
        spread = max(np.ptp(wanted), 1e-3 * np.abs(wanted).max(), 1e-300)
        everything = np.stack([values, *penalties.values()], axis=1)[good]
        off = wanted - everything @ solved(everything, wanted)
        if np.linalg.norm(off) > 2 * tolerance * spread * np.sqrt(len(off)):
            continue  # all terms together do not come near: so none of them does
        bare = np.inf
        for penalty in ("", *penalties):
            A = np.stack([values, penalties[penalty]] if penalty else [values], axis=1)[good]
            solution = solved(A, wanted)
            error = float(np.abs(A @ solution - wanted).max() / spread)
            fits = error < tolerance * (0.3 if penalty else 1.0)
            if bare < np.inf:  # nothing but a small penalty makes such a fit exact
                fits = bare > 1e-9 and error < 1e-3 * bare
            if fits and abs(solution[0]) > 1e-12:
                formula = Formula(base, float(solution[0]), **(
                    {penalty: float(solution[1])} if penalty else {}))  # fmt: skip
                if best is None or (error < best[0] * 0.1 and best[0] > 1e-9):
                    best = error, formula
                if not penalty:
                    bare = error
    return best[1] if best else None


def solved(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with which A x is nearest to b."""
    scale = np.maximum(np.abs(A).max(axis=0), 1e-300)
    return np.linalg.lstsq(A / scale, b, rcond=None)[0] / scale
