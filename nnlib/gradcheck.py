"""Gradient check: is the computed gradient the slope of the loss?

The slope is measured: move one parameter a little up and a little down, and see how the loss
changes. Slow, but it knows nothing of backpropagation, so it can judge it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np

from nnlib.backprop import backward_pass, gradients
from nnlib.diagnosis import GradientReport, ParameterCheck
from nnlib.losses import Loss
from nnlib.network import Network, forward_pass
from nnlib.parameters import Parameters
from nnlib.validation import (
    check_array,
    check_function,
    check_integer,
    check_network,
    check_number,
    describe,
)

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike

Gradient = Parameters | Mapping[str, np.ndarray]

# Central differences err in two ways. Their formula is off by about epsilon**2; and the two
# losses are rounded, which leaves about 1e-16 / epsilon. The sum is least near the cube root
# of 1e-16.
EPSILON = 6e-6

# With this epsilon, float64 and a right gradient, the relative error is around 1e-9. A wrong
# formula is off by percents. Anything in between separates the two. In float32 a right gradient
# is off by up to 1e-4 or so.
TOLERANCE, TOLERANCE_FLOAT32 = 1e-7, 1e-3

# A slope that cannot be measured with EPSILON is measured with longer and shorter steps too.
STEPS = [EPSILON * 4.0**k for k in range(7, -10, -1)]


def numerical_gradient(
    function: Callable[[np.ndarray], SupportsFloat], theta: ArrayLike, epsilon: float = EPSILON
) -> np.ndarray:
    """Measure the gradient of a function of many numbers by central differences.

    For each entry i: ``(f(theta + epsilon at i) - f(theta - epsilon at i)) / (2 epsilon)``.
    For entries above 1 the step is that much longer, since a float is rounded by a share of
    its size.

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
        function returns no finite number, a number of fewer digits than float64 has, or
        another one each time.

    Source: Nocedal & Wright, *Numerical Optimization* (2006), equation 8.7.
    """
    check_function("function", function, "It gets an array like theta and returns the loss.")
    theta = check_array("theta", theta, np.float64)
    steps = check_epsilon(epsilon, theta)
    values = function(theta.copy()), function(theta.copy())
    first, again = map(check_value, values)
    if first != again:
        raise ValueError(
            f"the function gave {first} and then {again} for the same theta, so its slope cannot "
            "be measured. Does it draw random numbers, or change something? Let it do so before."
        )
    for value in values:
        check_exact(value)
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        up, down = theta.copy(), theta.copy()
        up[i] += steps[i]
        down[i] -= steps[i]
        distance = up[i] - down[i]  # 2 * epsilon, but for its last digits
        with np.errstate(all="ignore"):  # looked at below
            slope[i] = (check_value(function(up)) - check_value(function(down))) / distance
    if not np.isfinite(slope).all():
        raise ValueError(
            "the function changes by more than a float can hold within "
            f"{2 * epsilon:g}, twice epsilon. Return a smaller number: a loss is usually below 100."
        )
    return slope


def check_exact(value: Any) -> None:
    """Raise a TypeError if the function's value has too few digits for a difference of two."""
    array = np.asarray(value)
    if array.dtype.kind != "f" or array.itemsize < 8:
        raise TypeError(
            f"the function's value is {describe(value)}, which has too few digits: two values are "
            "to be told apart that differ in the sixth. Compute in float64, and round nothing."
        )


def check_value(value: Any) -> np.float64:
    """Return what the function returned as a number, or raise an error that says what to do."""
    what = "the function's value"
    if value is None:
        raise TypeError(f"{what} is None, but a number is expected. Does it end in return loss?")
    if isinstance(value, (tuple, list)):
        raise TypeError(
            f"{what} is a {type(value).__name__} of {len(value)}, but one number is expected. If "
            "the loss is its first entry: lambda theta: function(theta)[0]."
        )
    if isinstance(value, Mapping):
        raise TypeError(
            f"{what} is a dict with {list(value)}, but one number is expected. Return the loss "
            f"alone: lambda theta: function(theta)[{next(iter(value), 'loss')!r}]."
        )
    array = check_array(what, value)
    if array.shape != ():
        advice = "Return the loss, a mean or a sum."
        if array.size == 1:
            advice = "Return the number in it: lambda theta: function(theta).item()."
        raise ValueError(
            f"the function returned an array of shape {array.shape}, but one number is "
            f"expected. {advice}"
        )
    return np.float64(array)


def check_epsilon(epsilon: float, theta: np.ndarray) -> np.ndarray:
    """Return the step for each entry of ``theta``, or raise if it moves one of them nowhere."""
    advice = "Leave it out for 6e-6, which suits float64."
    epsilon = check_number("epsilon", epsilon, above=0, advice=advice)
    steps = epsilon * np.maximum(1, np.abs(theta))
    lost = (theta + steps == theta) | (theta - steps == theta)
    if lost.any():
        raise ValueError(
            f"epsilon is {epsilon:g}, which is lost in rounding beside the parameter "
            f"{theta[lost].flat[0]:g}. Take a larger epsilon: 6e-6 suits float64."
        )
    return steps


def numerical_gradients(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str, epsilon: float | None = None
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
    epsilon : float, optional
        By default each parameter gets the step that suits its effect on the loss: 6e-6, or
        another where the slope with that one is not exact.

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
    X, y, found = network.check_data(X, y, loss)
    theta = network.parameters.vector
    if epsilon is None:
        slopes, _ = measure_slopes(network, X, y, found)
    else:
        steps = check_epsilon(epsilon, theta)
        slopes, _ = differences(network, X, y, found, np.arange(theta.size), steps)
    return network.parameters.with_vector(slopes)


def measure_slopes(
    network: Network, X: np.ndarray, y: np.ndarray, loss: Loss, expected: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Measure all slopes, and say how far off each of them may be.

    Two steps of different length, from places that differ in the last digits, give two slopes.
    Their difference is the error of the formula and of the place; the rounding of the loss,
    divided by the step, comes on top. Where all this is too much, other steps are tried, and
    the best is taken.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : Loss
    expected : array (n_parameters,), optional
        The gradient that is in question: where it agrees, nothing is measured twice.

    Returns
    -------
    slopes : array (n_parameters,)
    noise : array (n_parameters,)
        How far off a slope may be. Infinite at a corner of ReLU, where there is none.

    Source: Ridders, *Accurate computation of F'(x) and F'(x) F''(x)* (1982), on steps of several
    lengths.
    """
    theta = network.parameters.vector
    unit = np.maximum(1, np.abs(theta))
    rounding = 8 * loss_rounding(network, X, y, loss)
    everything = np.arange(theta.size)
    beside = other_last_digits(network, seed=0)
    coarse, crossed = differences(beside, X, y, loss, everything, 4 * EPSILON * unit)
    slopes, crossed_too = differences(network, X, y, loss, everything, EPSILON * unit)
    noise = 4 * np.abs(coarse - slopes) + rounding / (EPSILON * unit)
    noise[crossed | crossed_too] = np.inf
    limit = TOLERANCE * largest_of_each(network.parameters, slopes, expected)
    off = noise if expected is None else np.abs(expected - slopes)
    again = np.flatnonzero((off > limit) | ~np.isfinite(noise))
    last = [np.full(len(again), np.inf)] * 2  # the slopes with the two steps before; none yet
    for number, step in enumerate(STEPS if len(again) else []):
        steps, beside = step * unit[again], other_last_digits(network, seed=number)
        slope, crossed = differences(beside, X, y, loss, again, steps)
        slope = np.where(crossed, np.nan, slope)
        error = 4 * np.maximum(*(np.abs(each - slope) for each in last)) + rounding / steps
        better = error < noise[again]  # which is false for nan
        slopes[again[better]], noise[again[better]] = slope[better], error[better]
        last = [last[1], slope]
    return slopes, noise


def differences(
    network: Network,
    X: np.ndarray,
    y: np.ndarray,
    loss: Loss,
    index: np.ndarray,
    steps: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Measure some of the slopes with given steps, and see whether a corner lies between.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : Loss
    index : array of int (n,)
        Which parameters to move.
    steps : array (n,)

    Returns
    -------
    slopes : array (n,)
    crossed : array of bool (n,)
        Whether a weighted sum before a ReLU is above 0 at one end and not at the other.

    Raises
    ------
    OverflowError
        If the losses are no finite numbers.

    Source: as :func:`numerical_gradient`.
    """
    theta, row = network.parameters.vector, np.arange(len(index))
    with np.errstate(all="ignore"):  # looked at below
        z, _ = forward_pass(network, X)
    activations = enumerate(network.activations)
    here = {layer: z[layer] > 0 for layer, f in activations if f.name == "relu"}
    slopes, crossed = np.zeros(len(index)), np.zeros(len(index), bool)
    for part in parts(network, len(X), row):
        moved = np.tile(theta, (2, len(part), 1))
        moved[0, part - part[0], index[part]] += steps[part]
        moved[1, part - part[0], index[part]] -= steps[part]
        distance = np.subtract(*moved[:, part - part[0], index[part]])
        with np.errstate(all="ignore"):  # looked at in the next lines
            z, a = forward_pass(network.with_vector(moved), X)
            up, down = np.asarray(loss.value(z[-1], a[-1], y))
            slopes[part] = (up - down) / distance
        for layer, positive in here.items():
            crossed[part] |= ((z[layer] > 0) != positive).any(axis=(0, 2, 3))
    if not np.isfinite(slopes).all():
        raise OverflowError(
            "the losses around the parameters are no finite numbers, so there is no slope to "
            "measure. Bring X and y to a scale near 1, and take smaller parameters."
        )
    return slopes, crossed


def parts(network: Network, n_samples: int, row: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the numbers of the parameters to move at once, so that memory stays below 50 MB.

    Parameters
    ----------
    network : Network
    n_samples : int
    row : array of int (n,)

    Yields
    ------
    array of int (n_at_once,)

    Source: our own.
    """
    numbers = 2 * network.parameters.vector.size + 3 * n_samples * sum(network.layer_sizes[1:])
    at_once = max(1, 2_000_000 // numbers)
    for start in range(0, len(row), at_once):
        yield row[start : start + at_once]


def loss_rounding(network: Network, X: np.ndarray, y: np.ndarray, loss: Loss) -> float:
    """Return how far the computed loss may be off, through the rounding of all that is before it.

    Rounding is like a change of the parameters in their last digits, so these are changed.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : Loss

    Returns
    -------
    float

    Source: Higham, *Accuracy and Stability of Numerical Algorithms* (2002), section 1.5, on
    backward errors.
    """
    values = []
    for seed in range(8):
        with np.errstate(all="ignore"):  # looked at in the last line
            z, a = forward_pass(other_last_digits(network, seed), X)
            values.append(float(loss.value(z[-1], a[-1], y)))
    # The logarithm of a number near 1, as in the cross-entropy, is rounded as that number is.
    size = max(1.0 if loss.output == "softmax" else 0.0, *map(abs, values))
    rounding = max(values) - min(values) + np.finfo(float).eps * size
    return rounding if np.isfinite(rounding) else np.inf


def gradient_rounding(network: Network, X: np.ndarray, y: np.ndarray, loss: Loss) -> np.ndarray:
    """Return how far backpropagation may be off, through the rounding of a prediction.

    Where a prediction is as good as its target, ``a - y`` is 0 or a last digit, and so is all
    that comes of it. A loss that is computed from the logits has more digits. So the last digits
    of the targets and of the parameters are changed, and the largest change is taken.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : Loss

    Returns
    -------
    array (n_parameters,)

    Source: Higham, *Accuracy and Stability of Numerical Algorithms* (2002), section 1.7, on
    cancellation.
    """
    cases = [(network, y), (network, y * (1 - 4 * np.finfo(float).eps))]
    cases += [(other_last_digits(network, seed), y) for seed in range(4)]
    with np.errstate(all="ignore"):  # what is not finite is compared with nothing
        here, *beside = (
            backward_pass(each, *forward_pass(each, X), targets, loss).vector
            for each, targets in cases
        )
        change = np.abs(np.array(beside) - here).max(axis=0)
    return largest_of_each(network.parameters, change, None)


def other_last_digits(network: Network, seed: int) -> Network:
    """Return the network with its parameters changed in their last digits.

    Parameters
    ----------
    network : Network
    seed : int

    Returns
    -------
    Network

    Source: as :func:`loss_rounding`.
    """
    theta = network.parameters.vector
    digits = np.finfo(float).eps * np.random.default_rng(seed).uniform(-4, 4, theta.size)
    return network.with_vector(theta + theta * digits)


def largest_of_each(
    parameters: Parameters, slopes: np.ndarray, expected: np.ndarray | None
) -> np.ndarray:
    """Return for each entry the largest of its parameter, in either of two gradients.

    Parameters
    ----------
    parameters : Parameters
    slopes, expected : arrays (n_parameters,); ``expected`` may be None

    Returns
    -------
    array (n_parameters,)

    Source: our own.
    """
    size = np.abs(slopes) if expected is None else np.maximum(np.abs(slopes), np.abs(expected))
    result = parameters.with_vector(size)
    for _, values in result.named():
        values[...] = values.max()
    return result.vector


def single_float64(network: Network) -> Network:
    """Return the network if it is a single one in float64, a float64 copy if it is float32."""
    check_network(network, Network)
    if network.stack_shape:
        raise ValueError(
            f"network is {network!r}, a stack, but a single network is expected. "
            "Check one of them: network.member" + f"({', '.join('0' * len(network.stack_shape))})."
        )
    if network.dtype == np.float64:
        return network
    return network.with_vector(network.parameters.vector.astype(np.float64))


def compare_gradients(
    analytic: Gradient,
    numerical: Gradient,
    *,
    tolerance: float | None = None,
    noise: float = 1e-10,
    n_samples: int | None = None,
    n_outputs: int | None = None,
) -> GradientReport:
    """Compare two gradients, parameter by parameter.

    Parameters
    ----------
    analytic, numerical : Parameters, or dicts of arrays
        Of the same names and shapes: ``{"W1": dW1, "b1": db1}``. The names may stand in any
        order, and be "dW1", "db1".
    tolerance : float, optional
        Largest relative error that counts as right: by default 1e-7, and 1e-3 if one of the
        gradients is float32.
    noise : float
        Differences below it are the rounding of the losses, divided by epsilon, and count
        as right whatever they are relative to. Gradients below it cannot be compared.
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
    noise = check_number("noise", noise, at_least=0, advice="Leave it out for the default.")
    known = isinstance(analytic, Parameters) or isinstance(numerical, Parameters)
    analytic, numerical = named_arrays(analytic), named_arrays(numerical)
    if set(analytic) != set(numerical):
        raise ValueError(
            f"analytic holds {list(analytic)}, but numerical holds {list(numerical)}. "
            "Give both the same names."
        )
    if not analytic:
        raise ValueError("analytic and numerical are empty. Give at least one pair of arrays.")
    notes = []
    if tolerance is None:
        tolerance = TOLERANCE
        if any(is_float32(each) for each in [*analytic.values(), *numerical.values()]):
            tolerance, noise = TOLERANCE_FLOAT32, max(noise, 1e-6)
            notes.append("The gradient is in float32, which has 7 digits: the limit follows it.")
    tolerance = check_number(
        "tolerance", tolerance, at_least=0, advice="Leave it out for the default."
    )
    for name, number in [("n_samples", n_samples), ("n_outputs", n_outputs)]:
        if number is not None:
            check_integer(name, number, "Leave it out if it is not known.")
    rows = [
        compare_parameter(name, analytic[name], numerical[name], tolerance, noise)
        for name in sorted(analytic, key=layer_order)
    ]
    layout = True if known else None
    return GradientReport(rows, tolerance, n_samples, n_outputs, notes, layout)


def is_float32(value: Any) -> bool:
    """Whether ``value`` is an array with fewer digits than float64.

    Parameters
    ----------
    value : anything

    Returns
    -------
    bool

    Source: our own.
    """
    return isinstance(value, np.ndarray) and value.dtype in (np.float32, np.float16)


def layer_order(name: str) -> tuple[int, bool]:
    """Return a key that sorts W1, b1, W2, …, and leaves other names as they are.

    Parameters
    ----------
    name : str

    Returns
    -------
    tuple of int and bool

    Source: the order in :class:`nnlib.parameters.Parameters`.
    """
    found = re.fullmatch(r"[Wb](\d+)", name)
    return (int(found[1]), name[0] == "b") if found else (0, False)


def compare_parameter(
    name: str,
    computed: np.ndarray,
    measured: np.ndarray,
    tolerance: float,
    noise: float | np.ndarray,
) -> ParameterCheck:
    """Return the :class:`ParameterCheck` of one pair of arrays of the same shape."""
    computed = check_array(f"analytic {name}", computed, np.float64)
    measured = check_array(f"numerical {name}", measured, np.float64)
    if computed.shape != measured.shape:
        raise ValueError(
            f"analytic {name} has shape {computed.shape}, but numerical {name} has shape "
            f"{measured.shape}. A gradient has exactly the shape of its parameter."
        )
    if computed.size == 0:
        raise ValueError(f"{name} is empty. Give at least one number.")
    noise = np.broadcast_to(noise, computed.shape)
    smooth = np.isfinite(noise)
    with np.errstate(all="ignore"):  # a difference may be infinite: it is then wrong
        difference = np.where(smooth, np.abs(computed - measured), 0)
        size = np.where(smooth, np.maximum(np.abs(computed), np.abs(measured)), 0)
        scale = size.max()
        far = difference > tolerance * scale
        # Compared is what noise could not hide, or what agrees although it might have.
        compared = smooth & (scale > 0) & ((noise <= 0.01 * scale) | (~far & (size > scale / 2)))
        # A slope of which little more is known than its noise proves nothing wrong.
        wrong = far & (difference > noise) & (noise <= scale / 4)
        counted = np.where(far & ~wrong, 0, difference)
        worst = counted.max()
    index = tuple(int(i) for i in np.unravel_index(counted.argmax(), counted.shape))
    return ParameterCheck(
        name=name,
        relative_error=float(worst / scale) if worst > 0 else 0.0,
        index=index,
        analytic=float(computed[index]),
        numerical=float(measured[index]),
        ok=bool(compared.any() and not wrong.any()),
        computed=computed,
        measured=measured,
        compared=compared | wrong,
        wrong=bool(wrong.any()),
        note=why_not_compared(smooth, compared, scale),
    )


def why_not_compared(smooth: np.ndarray, compared: np.ndarray, scale: float) -> str:
    """Say why entries were not compared: corners of ReLU, zeros, rounding.

    Parameters
    ----------
    smooth, compared : arrays of bool of one shape
        Whether there is a slope at all, and whether it was compared.
    scale : float
        The largest entry of both gradients.

    Returns
    -------
    str, empty if there is nothing to say

    Source: our own.
    """
    corners = int(np.count_nonzero(~smooth))
    if corners == smooth.size:
        return "it lies at a corner of ReLU, where there is no slope"
    if not compared.any():
        return "both gradients are 0" if scale == 0 else "both are smaller than the rounding"
    if corners:
        return f"{corners} of {smooth.size} entries lie at a corner of ReLU, and have no slope"
    return ""


def named_arrays(gradient: Gradient) -> dict[str, np.ndarray]:
    """Return a gradient as a dict of arrays, with names like W1, from Parameters or a dict."""
    if isinstance(gradient, Parameters):
        return dict(gradient.named())
    if not isinstance(gradient, Mapping):
        raise TypeError(
            f"a gradient is {describe(gradient)}, but Parameters or a dict of arrays is expected. "
            'For example {"W1": dW1, "b1": db1}.'
        )
    for name in gradient:
        if not isinstance(name, str):
            raise TypeError(
                f"a gradient has the key {describe(name)}, but names are expected. "
                'For example {"W1": dW1, "b1": db1}.'
            )
    if gradient and all(re.fullmatch(r"d[Wb]\d+", name) for name in gradient):
        return {name[1:]: values for name, values in gradient.items()}
    return dict(gradient)


def check_gradients(
    network: Network, X: ArrayLike, y: ArrayLike, loss: str, *, tolerance: float = TOLERANCE
) -> GradientReport:
    """Compare backpropagation with central differences, for one network and some data.

    Parameters
    ----------
    network : Network
        A single one. A float32 network is checked in float64.
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : str
    tolerance : float

    Returns
    -------
    GradientReport
        True in an ``assert`` if nothing is wrong, and something was compared.

    Raises
    ------
    TypeError, ValueError
        If ``X``, ``y`` or ``loss`` do not fit, or the network is a stack.
    OverflowError
        If the numbers are too large for a finite loss and gradient.

    Source: as :func:`compare_gradients`.
    """
    advice = "Leave it out for the default."
    tolerance = check_number("tolerance", tolerance, at_least=0, advice=advice)
    given = check_network(network, Network)
    network = single_float64(network)
    X, y, found = network.check_data(X, y, loss)
    analytic = gradients(network, X, y, loss)
    slopes, noise = measure_slopes(network, X, y, found, analytic.vector)
    noise = noise + gradient_rounding(network, X, y, found)
    measured, uncertain = (
        dict(network.parameters.with_vector(vector).named()) for vector in (slopes, noise)
    )
    rows = [
        compare_parameter(name, computed, measured[name], tolerance, uncertain[name])
        for name, computed in analytic.named()
    ]
    notes, largest = [], np.abs(X).max()
    if largest > 30:
        notes.append(
            f"The largest entry of X is {largest:.3g}: bring the columns of X to a scale near 1. "
            "Neurons saturate otherwise, and their slopes are hard to measure."
        )
    if given.dtype == np.float32:
        notes.append("The network is in float32; both gradients are computed in float64.")
    return GradientReport(rows, tolerance, len(y), y.shape[1], notes, samples_are_rows=True)
