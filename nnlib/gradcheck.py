"""Gradient check: is the computed gradient the slope of the loss?

The slope is measured: move one parameter a little up and a little down, and see how the loss
changes. Slow, but it knows nothing of backpropagation, so it can judge it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, SupportsFloat

import numpy as np

from nnlib.backprop import gradients
from nnlib.losses import LOSSES, check_loss
from nnlib.network import Network, Parameters, forward_pass
from nnlib.validation import (
    check_array,
    check_function,
    check_instance,
    check_number,
    check_positive_integer,
    describe,
)

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike

# Central differences err in two ways. Their formula is off by about epsilon**2; and the two
# losses are rounded, which leaves about 1e-16 / epsilon. The sum is least near the cube root
# of 1e-16.
EPSILON = 6e-6

# With this epsilon, float64 and a right gradient, the relative error is around 1e-9. A wrong
# formula is off by percents. Anything in between separates the two.
TOLERANCE = 1e-7


def numerical_gradient(
    function: Callable[[np.ndarray], SupportsFloat], theta: ArrayLike, epsilon: float = EPSILON
) -> np.ndarray:
    """Measure the gradient of a function of many numbers by central differences.

    For each entry i: ``(f(theta + epsilon at i) - f(theta - epsilon at i)) / (2 epsilon)``.

    Parameters
    ----------
    function : function of an array, returning one number
        It is given a copy, so it may keep or change it.
    theta : array, any shape
        Not modified.
    epsilon : float

    Returns
    -------
    array of float64, the shape of ``theta``

    Raises
    ------
    TypeError, ValueError
        If ``theta`` holds anything but finite numbers, ``epsilon`` is not positive, or the
        function returns no finite number.

    Source: Nocedal & Wright, *Numerical Optimization* (2006), equation 8.7.
    """
    check_function("function", function, "It gets an array like theta and returns the loss.")
    theta = check_array("theta", theta, np.float64)
    epsilon = check_epsilon(epsilon, theta)
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        values = []
        for step in (epsilon, -epsilon):
            moved = theta.copy()
            moved[i] += step
            values.append(check_array("the function's value", function(moved), np.float64))
        if values[0].shape != ():
            raise ValueError(
                f"the function returned an array of shape {values[0].shape}, but one number is "
                "expected. Return the loss, a mean or a sum."
            )
        with np.errstate(over="ignore"):  # looked at below
            slope[i] = (values[0] - values[1]) / (2 * epsilon)
    if not np.isfinite(slope).all():
        raise ValueError(
            f"the function changes by more than a float can hold within {2 * epsilon:g}, twice "
            "epsilon. Return a smaller number: a loss is usually below 100."
        )
    return slope


def check_epsilon(epsilon: float, theta: np.ndarray) -> float:
    """Return ``epsilon`` if it is a positive number that moves every entry of ``theta``."""
    advice = "Leave it out for 6e-6, which suits float64."
    epsilon = check_number("epsilon", epsilon, above=0, what_to_do=advice)
    largest = np.abs(theta).max(initial=0)
    if largest + epsilon == largest:
        raise ValueError(
            f"epsilon is {epsilon:g}, which is lost in rounding beside the largest parameter, "
            f"{largest:g}. Scale the parameters down, or take a larger epsilon."
        )
    return epsilon


def numerical_gradients(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str, epsilon: float = EPSILON
) -> Parameters:
    """Measure the gradient of a network's loss, all parameters moved at once.

    A stack holds two copies of the network for each parameter, one with it moved up, one
    with it moved down. One forward pass of the stack gives all the losses.

    Parameters
    ----------
    network : Network
        A single one. It is checked in float64, and not changed.
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : str
    epsilon : float

    Returns
    -------
    Parameters
        The measured slopes: ``.W[1]``, ``.b[1]``, and so on.

    Raises
    ------
    TypeError, ValueError
        If ``X``, ``y`` or ``loss`` do not fit, or the network is a stack.
    OverflowError
        If the losses are no finite numbers.

    Source: as :func:`numerical_gradient`.
    """
    network = single_float64(network)
    X = network.check_inputs(X)
    y = network.check_targets(X, y)
    loss = check_loss(loss, network.activations[-1], y)
    theta = network.parameters.vector
    epsilon = check_epsilon(epsilon, theta)
    result = network.parameters.zeros_like()
    at_once = max(1, 4_000_000 // theta.size)  # keeps the stack below about 64 MB
    for start in range(0, theta.size, at_once):
        index = np.arange(start, min(start + at_once, theta.size))
        moved = network.parameters.zeros_like(stack_shape=(2, len(index)))
        moved.vector[...] = theta
        row = np.arange(len(index))
        moved.vector[0, row, index] += epsilon
        moved.vector[1, row, index] -= epsilon
        copies = Network(moved, hidden=network.hidden, output=network.output)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at in the next lines
            z, a = forward_pass(copies, X)
            up, down = loss.value(z[-1], a[-1], y)
            result.vector[index] = (up - down) / (2 * epsilon)
    if not np.isfinite(result.vector).all():
        raise OverflowError(
            "the losses around the parameters are no finite numbers, so there is no slope to "
            "measure. Bring X and y to a scale near 1, and take smaller parameters."
        )
    return result


def single_float64(network: Network) -> Network:
    """Return the network if it is a single one in float64, a float64 copy if it is float32."""
    check_instance("network", network, Network, "Make one with Network.random([2, 4, 1], …).")
    if network.stack_shape:
        raise ValueError(
            f"network is {network!r}, a stack, but a single network is expected. "
            "Check one of them: network.member(0)."
        )
    if network.dtype == np.float64:
        return network
    W = [W.astype(np.float64) for W in network.W[1:]]
    b = [b.astype(np.float64) for b in network.b[1:]] if network.parameters.bias else None
    return Network.from_weights(W, b, hidden=network.hidden, output=network.output)


@dataclass
class ParameterCheck:
    """The comparison of one parameter's analytic and numerical gradient.

    Attributes
    ----------
    name : str
        "W1", "b1", …
    relative_error : float
        The largest ``|analytic - numerical|``, divided by the largest entry of either.
    index : tuple of int
        Where that largest difference is.
    analytic, numerical : float
        The two values there.
    ok : bool
        Whether the difference is within the tolerance.
    computed, measured : arrays of the parameter's shape
        The two whole gradients, of which ``analytic`` and ``numerical`` are entries.
    """

    name: str
    relative_error: float
    index: tuple[int, ...]
    analytic: float
    numerical: float
    ok: bool
    computed: np.ndarray = field(repr=False, compare=False)
    measured: np.ndarray = field(repr=False, compare=False)


@dataclass
class GradientReport:
    """The verdict of a gradient check, one row a parameter. ``print(report)`` shows it.

    ``print(report.explain())`` adds the reason for the limit, and what the errors look like.

    Attributes
    ----------
    rows : list of ParameterCheck
    tolerance : float
    n_samples, n_outputs : int, or None
        Of the data, if they are known: they make numbers like 4 or 1/8 speak.
    """

    rows: list[ParameterCheck]
    tolerance: float
    n_samples: int | None = None
    n_outputs: int | None = None

    @property
    def ok(self) -> bool:
        """Whether every parameter agrees."""
        return all(row.ok for row in self.rows)

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max(row.relative_error for row in self.rows)

    def __str__(self) -> str:
        lines = [f"{'parameter':<10} {'relative error':<16} verdict"]
        for row in self.rows:
            if row.ok:
                lines.append(f"{row.name:<10} {f'below {self.tolerance:.0e}':<16} right")
            else:
                entry = f"{row.name}[{', '.join(map(str, row.index))}]"
                lines.append(
                    f"{row.name:<10} {row.relative_error:<16.4f} WRONG: the formula says "
                    f"{entry} = {row.analytic:.6f}, the loss says {row.numerical:.6f}"
                )
        return "\n".join(lines)

    def explain(self, *, reason: bool = True) -> str:
        """Return the report as a text, with the reason for the limit and the suggestions."""
        text = (
            f"The limit is {self.tolerance:.0e}. In float64 a right formula is off by about 1e-09, "
            "from rounding,\nand a wrong one by percents: whatever lies between tells them apart."
        )
        marked = [
            textwrap.fill(line, 92, initial_indent="- ", subsequent_indent="  ")
            for line in self.suggestions()
        ]
        return "\n\n".join([str(self)] + [text] * reason + ["\n".join(marked)] * bool(marked))

    def suggestions(self) -> list[str]:
        """Return what the pattern of the errors suggests: sentences, none if all is right."""
        if self.ok:
            return []
        everywhere = suggest_from_one_factor(self.rows, self.n_samples, self.n_outputs)
        if everywhere:
            return [everywhere]
        lines = [suggest_from_place(self.rows)]
        for row in self.rows:
            if not row.ok:
                lines.append(suggest_from_entries(row, self.n_samples, self.n_outputs))
        lines.append(suggest_from_direction(self.rows))
        return [line for line in lines if line]


def factor_between(computed: np.ndarray, measured: np.ndarray) -> float | None:
    """Return the number ``f`` with ``computed = f * measured``, or None if there is none.

    Parameters
    ----------
    computed, measured : arrays of one shape
        The gradient by the formula, and the measured one.

    Returns
    -------
    float, or None
        None also if ``measured`` is 0 throughout, where any factor would do.

    Source: least squares, which finds the factor; then the rest is looked at.
    """
    scale = np.abs(measured).max()
    if scale < 1e-12:
        return None
    f = float(np.vdot(measured / scale, computed / scale) / np.square(measured / scale).sum())
    rest = np.abs(computed - f * measured).max()
    return f if rest <= 1e-5 * max(np.abs(computed).max(), scale) else None


def factor_in_words(f: float, n_samples: int | None, n_outputs: int | None) -> str:
    """Say where a stray factor might come from.

    Parameters
    ----------
    f : float
    n_samples, n_outputs : int, or None

    Returns
    -------
    str
        A question, or several; empty if nothing is known about such a number.

    Source: lesson 03, on sums and means.
    """
    if abs(f) < 1e-5:
        return "Is this gradient computed at all?"
    n, m = n_samples or 0, n_outputs or 0
    known: dict[str, float] = {
        "a sum where the loss is a mean over {n} samples": n,
        "a sum where the loss is a mean over {n} samples and {m} outputs": n * m if m > 1 else 0,
        "a sum where the loss is a mean over {m} outputs": m,
        "half a sum of squares where the loss is their mean": n * m / 2,
        "a mean taken twice, over {n} samples": 1 / n if n else 0,
        "a mean taken twice, over {n} samples and {m} outputs": 1 / (n * m) if m > 1 and n else 0,
        "the 2 of a square, once too often": 2,
        "the 2 of a square, forgotten": 0.5,
    }
    found = [
        text.format(n=n, m=m)
        for text, value in known.items()
        if value != 1 and abs(abs(f) - value) < 1e-4 * value
    ]
    if f < 0:
        found.insert(0, "a sign: a step against it goes uphill")
    if not found:
        return "Which factor of your formula has this value?"
    return f"{', or '.join(found)}?".capitalize()


def suggest_from_one_factor(
    rows: list[ParameterCheck], n_samples: int | None, n_outputs: int | None
) -> str:
    """Say so if the whole gradient is the right one times a single number.

    Parameters
    ----------
    rows : list of ParameterCheck
    n_samples, n_outputs : int, or None

    Returns
    -------
    str, empty if it is not so

    Source: lesson 07, whose networks 001, 002 and 003 are of this kind.
    """
    computed = np.concatenate([row.computed.ravel() for row in rows])
    measured = np.concatenate([row.measured.ravel() for row in rows])
    f = factor_between(computed, measured)
    if f is None or len(rows) == 1 or not any(row.measured.any() and not row.ok for row in rows):
        return ""
    where_to_look = factor_in_words(f, n_samples, n_outputs)
    if f == 0:
        return f"Every entry of every parameter is 0. {where_to_look}"
    direction = "is right, and only its length is not" if f > 0 else "is the opposite one"
    return (
        f"Every entry of every parameter is {f:.4f} times what the loss says: the direction "
        f"{direction}. {where_to_look}"
    )


def suggest_from_place(rows: list[ParameterCheck]) -> str:
    """Say which step of the backward pass the wrong parameters have in common.

    Parameters
    ----------
    rows : list of ParameterCheck
        Named W1, b1, W2, …; with other names nothing is said.

    Returns
    -------
    str, possibly empty

    Source: the order of the four equations in :mod:`nnlib.backprop`.
    """
    if not all(re.fullmatch(r"[Wb]\d+", row.name) for row in rows):
        return ""
    wrong = {(row.name[0], int(row.name[1:])) for row in rows if not row.ok}
    right = {(row.name[0], int(row.name[1:])) for row in rows if row.ok}
    last = max(layer for _, layer in wrong | right)
    first_bad = max(layer for _, layer in wrong)  # seen from the output
    layers = {layer for _, layer in wrong}
    kinds = {kind for kind, _ in wrong}
    b_right = all(("b", layer) in right for layer in layers)
    W_right = all(("W", layer) in right for layer in layers)
    if kinds == {"W"} and b_right:
        names = " and ".join(f"W{layer}" for layer in sorted(layers))
        return (
            f"Only weights are wrong ({names}), and the biases of the same layers are right, so "
            "delta is right. Look at the product a.T @ delta."
        )
    if kinds == {"b"} and W_right:
        names = " and ".join(f"b{layer}" for layer in sorted(layers))
        return (
            f"Only biases are wrong ({names}), and the weights of the same layers are right, so "
            "delta is right. Look at the sum of delta over the samples."
        )
    if first_bad == last:
        return (
            f"The error is there at the output already, in layer {last}. Look at the delta of the "
            "output, and whether the loss that is printed is the one that was derived."
        )
    if {layer for _, layer in right} >= set(range(first_bad + 1, last + 1)):
        return (
            f"From layer {first_bad + 1} on all is right, so delta{first_bad + 1} is right. The "
            f"error comes in at delta{first_bad}: the way back through W{first_bad + 1}, or the "
            f"slope of layer {first_bad}'s activation."
        )
    return ""


def suggest_from_entries(row: ParameterCheck, n_samples: int | None, n_outputs: int | None) -> str:
    """Say what the errors inside one wrong parameter have in common.

    Parameters
    ----------
    row : ParameterCheck
    n_samples, n_outputs : int, or None

    Returns
    -------
    str, possibly empty

    Source: lesson 07.
    """
    computed, measured = row.computed, row.measured
    f = factor_between(computed, measured)
    if f is not None:
        return (
            f"{row.name} is {f:.4f} times what the loss says. "
            f"{factor_in_words(f, n_samples, n_outputs)}"
        )
    limit = 1e-6 * max(np.abs(computed).max(), np.abs(measured).max())
    if computed.ndim != 2:
        return ""
    turned = computed.T.shape == measured.shape and np.abs(computed.T - measured).max() <= limit
    if turned and min(computed.shape) > 1:
        return f"{row.name} is the transpose of what the loss says."
    wrong = np.abs(computed - measured) > limit
    columns, rows = np.flatnonzero(wrong.any(axis=0)), np.flatnonzero(wrong.any(axis=1))
    dead = np.abs(measured).max(axis=0) <= limit
    if dead[columns].all():
        return (
            f"{row.name} is wrong only in {listed('column', columns)}, where the loss says 0: "
            "these neurons are dead for all the samples. Is their slope taken from z, and is it 0?"
        )
    speaks = np.abs(measured) > limit  # where the loss says 0, a wrong factor does not show
    if len(columns) < np.count_nonzero(speaks.any(axis=0)):
        return f"{row.name} is wrong only in {listed('column', columns)}: look at these neurons."
    if len(rows) < np.count_nonzero(speaks.any(axis=1)):
        return f"{row.name} is wrong only in {listed('row', rows)}: look at these inputs."
    return ""


def listed(word: str, numbers: Sequence[int] | np.ndarray) -> str:
    """Return "column 2" or "columns 0, 2", for example.

    Parameters
    ----------
    word : str
    numbers : sequence, or array (n,), of int

    Returns
    -------
    str

    Source: none needed.
    """
    return f"{word}{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def suggest_from_direction(rows: list[ParameterCheck]) -> str:
    """Say whether a step along the wrong gradient goes downhill all the same.

    Parameters
    ----------
    rows : list of ParameterCheck

    Returns
    -------
    str, possibly empty

    Source: lesson 05, section 5.2: the change of the loss is the cosine's.
    """
    computed = np.concatenate([row.computed.ravel() for row in rows])
    measured = np.concatenate([row.measured.ravel() for row in rows])
    with np.errstate(over="ignore"):  # looked at in the next line
        lengths = np.linalg.norm(computed) * np.linalg.norm(measured)
    if not 0 < lengths < np.inf:
        return ""
    cosine = float(np.vdot(computed, measured) / lengths)
    effect = "so the loss falls all the same" if cosine > 0 else "so a step goes uphill"
    return f"Taken together the two gradients have the cosine {cosine:.4f}, {effect}."


def compare_gradients(
    analytic: Parameters | dict[str, np.ndarray],
    numerical: Parameters | dict[str, np.ndarray],
    *,
    tolerance: float = TOLERANCE,
    noise: float = 1e-10,
    n_samples: int | None = None,
    n_outputs: int | None = None,
) -> GradientReport:
    """Compare two gradients, parameter by parameter.

    Parameters
    ----------
    analytic, numerical : Parameters, or dicts of arrays
        Of the same names and shapes: ``{"W1": dW1, "b1": db1}``.
    tolerance : float
        Largest relative error that counts as right.
    noise : float
        Differences below it are the rounding of the losses, divided by epsilon, and count
        as right whatever they are relative to.
    n_samples, n_outputs : int, optional
        Of the data. With them the report can tell a sum from a mean.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError, ValueError
        If the names or shapes differ, or an entry is not finite.

    Source: Karpathy & Johnson, CS231n course notes, *Gradient checks* (2015); here relative to
    the parameter's largest entry, since the measured slope of a tiny entry is mostly noise.
    """
    analytic, numerical = named_arrays(analytic), named_arrays(numerical)
    if list(analytic) != list(numerical):
        raise ValueError(
            f"analytic holds {list(analytic)}, but numerical holds {list(numerical)}. "
            "Give both the same names in the same order."
        )
    if not analytic:
        raise ValueError("analytic and numerical are empty. Give at least one pair of arrays.")
    advice = "Leave it out for the default."
    tolerance = check_number("tolerance", tolerance, at_least=0, what_to_do=advice)
    noise = check_number("noise", noise, at_least=0, what_to_do=advice)
    rows = []
    for name, computed in analytic.items():
        computed = check_array(f"analytic {name}", computed, np.float64)
        measured = check_array(f"numerical {name}", numerical[name], np.float64)
        if computed.shape != measured.shape:
            raise ValueError(
                f"analytic {name} has shape {computed.shape}, but numerical {name} has shape "
                f"{measured.shape}. A gradient has exactly the shape of its parameter."
            )
        rows.append(compare_parameter(name, computed, measured, tolerance, noise))
    for name, number in [("n_samples", n_samples), ("n_outputs", n_outputs)]:
        if number is not None:
            check_positive_integer(name, number, "Leave it out if it is not known.")
    return GradientReport(rows, tolerance, n_samples, n_outputs)


def compare_parameter(
    name: str, computed: np.ndarray, measured: np.ndarray, tolerance: float, noise: float
) -> ParameterCheck:
    """Return the :class:`ParameterCheck` of one pair of arrays of the same shape."""
    if computed.size == 0:
        raise ValueError(f"{name} is empty. Give at least one number.")
    with np.errstate(over="ignore"):  # a difference may be infinite: it is then wrong
        difference = np.abs(computed - measured)
    index = tuple(int(i) for i in np.unravel_index(difference.argmax(), difference.shape))
    scale = max(np.abs(computed).max(), np.abs(measured).max())
    worst = difference[index]
    return ParameterCheck(
        name=name,
        relative_error=float(worst / scale) if worst > 0 else 0.0,
        index=index,
        analytic=float(computed[index]),
        numerical=float(measured[index]),
        ok=bool(worst <= max(tolerance * scale, noise)),
        computed=computed,
        measured=measured,
    )


def named_arrays(gradient: Parameters | dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return a gradient as a dict of arrays, from Parameters or from a dict."""
    if hasattr(gradient, "named"):
        return dict(gradient.named())
    if not isinstance(gradient, dict):
        raise TypeError(
            f"a gradient is {describe(gradient)}, but Parameters or a dict of arrays is expected. "
            'For example {"W1": dW1, "b1": db1}.'
        )
    return gradient


def check_gradients(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str, *, tolerance: float = TOLERANCE
) -> GradientReport:
    """Compare backpropagation with central differences, for one network and some data.

    Parameters
    ----------
    network : Network
        A single one.
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : str
    tolerance : float

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError, ValueError
        If ``X``, ``y`` or ``loss`` do not fit, or the network is a stack.
    OverflowError
        If the numbers are too large for a finite loss and gradient.

    Source: as :func:`compare_gradients`.
    """
    network = single_float64(network)
    analytic = gradients(network, X, y, loss)
    numerical = numerical_gradients(network, X, y, loss)
    z, a = network.forward(X)
    y = network.check_targets(a[0], y)
    value = LOSSES[loss].value(z[-1], a[-1], y)
    scale = max(value, np.square(a[-1]).max(), np.square(y).max())
    return compare_gradients(
        analytic,
        numerical,
        tolerance=tolerance,
        noise=1e-10 * scale,
        n_samples=y.shape[0],
        n_outputs=y.shape[1],
    )
