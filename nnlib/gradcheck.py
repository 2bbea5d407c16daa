"""Gradient check: is the computed gradient the slope of the loss?

The slope is measured: move one parameter a little up and a little down, and see how the loss
changes. Slow, but it knows nothing of backpropagation, so it can judge it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, SupportsFloat

import numpy as np

from nnlib.backprop import gradients
from nnlib.diagnosis import GradientReport, ParameterCheck
from nnlib.losses import LOSSES
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
    X, y, loss = network.check_data(X, y, loss)
    theta = network.parameters.vector
    epsilon = check_epsilon(epsilon, theta)
    result = network.parameters.zeros_like()
    at_once = max(1, 4_000_000 // theta.size)  # keeps the stack below about 64 MB
    for start in range(0, theta.size, at_once):
        index = np.arange(start, min(start + at_once, theta.size))
        moved = np.tile(theta, (2, len(index), 1))
        row = np.arange(len(index))
        moved[0, row, index] += epsilon
        moved[1, row, index] -= epsilon
        with np.errstate(over="ignore", invalid="ignore"):  # looked at in the next lines
            z, a = forward_pass(network.with_vector(moved), X)
            up, down = np.asarray(loss.value(z[-1], a[-1], y))
            result.vector[index] = (up - down) / (2 * epsilon)
    if not np.isfinite(result.vector).all():
        raise OverflowError(
            "the losses around the parameters are no finite numbers, so there is no slope to "
            "measure. Bring X and y to a scale near 1, and take smaller parameters."
        )
    return result


def single_float64(network: Network) -> Network:
    """Return the network if it is a single one in float64, a float64 copy if it is float32."""
    check_network(network, Network)
    if network.stack_shape:
        raise ValueError(
            f"network is {network!r}, a stack, but a single network is expected. "
            "Check one of them: network.member(0)."
        )
    if network.dtype == np.float64:
        return network
    return network.with_vector(network.parameters.vector.astype(np.float64))


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
            check_integer(name, number, "Leave it out if it is not known.")
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
