"""Automatic differentiation: arrays that remember how they were made.

A :class:`Tensor` holds a value and, for each tensor that it was made from, how a slope travels back
to it. All of these together are the tape. ``loss.backward()`` walks it from the end to the
beginning: slopes multiply along a path, and add where paths meet.

    a = tanh(X @ W1 + b1) @ W2 + b2
    loss = ((a - y) * (a - y)).mean()
    loss.backward()
    W1.grad                                 # dL/dW1, without an equation for it

Each operation states its own slope once. Shapes follow NumPy, stacks of networks included. What is
no tensor is a constant; one that is no array of finite numbers, or does not fit, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nnlib import validation as checks
from nnlib.validation import value_of, values_of

Argument: TypeAlias = "Tensor | np.ndarray | float"  # a constant is not remembered
# How a slope travels back over one operation: from dL/d(result) to dL/d(argument).
Pull = Callable[[np.ndarray], np.ndarray]
MadeFrom: TypeAlias = "tuple[tuple[Tensor, Pull], ...]"


class Tensor(checks.Recorded):
    """An array that remembers how it was made.

    Parameters
    ----------
    value : array of finite numbers, any shape
        An array of floats is held, not copied; integers become float64. To train, change ``value``
        after ``backward()``, and compute the loss anew. The value of a result is read-only.
    made_from : pairs (Tensor, function)
        Given by the operations below: each argument, and how a slope travels back to it.
    name : str
        What a picture of the tape writes: the operation, or a name of yours.

    Attributes
    ----------
    value : array, any shape
    grad : array of the shape of ``value``, or None
        dL/d(value) after ``L.backward()``; None before.

    Raises
    ------
    TypeError, ValueError
        If ``value`` holds anything but finite real numbers.
    AttributeError
        If the value of a result is set.

    Source: Baydin, Pearlmutter, Radul & Siskind, *Automatic Differentiation in Machine Learning: a
    Survey* (2018), section 3.2.
    """

    __array_ufunc__ = None  # so that NumPy leaves ``array @ tensor`` to the tensor

    def __init__(self, value: object, made_from: MadeFrom = (), name: str = "") -> None:
        self.made_from, self.name = made_from, name
        self.value = value  # type: ignore[assignment]  # looked at by checks.Held
        self.grad: np.ndarray | None = None

    def __repr__(self) -> str:
        return f"Tensor({self.name or 'value'}, shape {self.value.shape})"

    def __add__(self, other: Argument) -> Tensor:
        return add(self, other)

    __radd__ = __add__

    def __mul__(self, other: Argument) -> Tensor:
        return multiply(self, other)

    __rmul__ = __mul__

    def __neg__(self) -> Tensor:
        return multiply(-1.0, self)

    def __sub__(self, other: Argument) -> Tensor:
        return subtract(self, other)

    def __rsub__(self, other: Argument) -> Tensor:
        return subtract(other, self)

    def __matmul__(self, other: Argument) -> Tensor:
        return matmul(self, other)

    def __rmatmul__(self, other: Argument) -> Tensor:
        return matmul(other, self)

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """Add up over ``axis``, or over everything: every entry counts once, so its slope is 1.

        Parameters
        ----------
        axis : int or tuple of int, optional
        keepdims : bool
            Whether an axis that was summed stays, with the length 1.

        Returns
        -------
        Tensor

        Raises
        ------
        TypeError, ValueError
            If there is no such axis, or ``keepdims`` is neither True nor False.

        Source: the sum rule.
        """
        axis = checks.check_axes(axis, keepdims, self.value.shape)
        kept, ones = self.value.sum(axis=axis, keepdims=True), np.ones_like(self.value)
        total = kept if keepdims else kept.squeeze(axis)
        return made_by("sum", total, (self, lambda slope: ones * slope.reshape(kept.shape)))

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The sum, divided by how many entries went into each result.

        Parameters
        ----------
        axis, keepdims : as for :meth:`sum`

        Returns
        -------
        Tensor

        Raises
        ------
        TypeError, ValueError
            As for :meth:`sum`; and if there are no numbers to take the mean of.

        Source: lesson 03, on sums and means.
        """
        return self.sum(axis, keepdims) * (1 / checks.how_many(self.value.shape, axis))

    def backward(self) -> None:
        """Find how this tensor depends on each one it was made from, and put it into ``grad``.

        Every call starts afresh, so a second one finds the same again. An array of results, one for
        each network of a stack, counts as its sum; a network has no part in the results of the
        others, so each gets the slopes of its own.

        Raises
        ------
        ValueError
            If a value has changed since this tensor was computed from it.
        OverflowError
            If this tensor is no finite number.

        Source: as :class:`Tensor`.
        """
        slopes = {self: np.ones_like(self.value)}
        for tensor in reversed(checks.check_tape(in_order(self))):
            tensor.grad = slopes[tensor]
            for argument, pull in tensor.made_from:
                slope = unbroadcast(pull(tensor.grad), argument.value.shape)
                slopes[argument] = slopes[argument] + slope if argument in slopes else slope


def made_by(name: str, value: np.ndarray | float, *arguments: tuple[Argument, Pull]) -> Tensor:
    """Return the result of an operation, which remembers those arguments that are tensors.

    Parameters
    ----------
    name : str
    value : array, any shape
    arguments : pairs (argument, function)
        The function takes dL/d(result) and returns dL/d(argument), before :func:`unbroadcast`.

    Returns
    -------
    Tensor

    Source: as :class:`Tensor`.
    """
    made_from = tuple((arg, pull) for arg, pull in arguments if isinstance(arg, Tensor))
    return Tensor(value, made_from, name)


def add(a: Argument, b: Argument) -> Tensor:
    """``a + b``: a slope goes to both, as it is.

    Parameters
    ----------
    a, b : Tensor, array or number, of shapes that NumPy can bring together

    Returns
    -------
    Tensor

    Source: the sum rule.
    """
    x, y = values_of(a, b)
    return made_by("+", x + y, (a, np.copy), (b, np.copy))


def subtract(a: Argument, b: Argument) -> Tensor:
    """``a - b``: the slope for b has the other sign.

    Parameters
    ----------
    a, b : as for :func:`add`

    Returns
    -------
    Tensor

    Source: the sum rule.
    """
    x, y = values_of(a, b)
    return made_by("−", x - y, (a, np.copy), (b, np.negative))


def multiply(a: Argument, b: Argument) -> Tensor:
    """``a * b``, entry by entry: the slope for one factor is the other factor.

    Parameters
    ----------
    a, b : as for :func:`add`

    Returns
    -------
    Tensor

    Source: the product rule.
    """
    x, y = values_of(a, b)
    return made_by("×", x * y, (a, lambda slope: slope * y), (b, lambda slope: slope * x))


def matmul(a: Argument, b: Argument) -> Tensor:
    """``a @ b``: as for a product of numbers, and the transposes make the shapes fit.

    Parameters
    ----------
    a : Tensor or array (..., n, k)
    b : Tensor or array (..., k, m)

    Returns
    -------
    Tensor (..., n, m)

    Source: equations 3 and 2 of lesson 04; Giles, *Collected Matrix Derivative Results* (2008).
    """
    x, y = values_of(a, b, product=True)
    return made_by("@", x @ y, (a, lambda slope: slope @ y.mT), (b, lambda slope: x.mT @ slope))


def exp(a: Argument) -> Tensor:
    """``e**a``, which is its own slope.

    Parameters
    ----------
    a : Tensor, array or number

    Returns
    -------
    Tensor of the shape of ``a``

    Raises
    ------
    OverflowError
        If a result is no finite number; in float64 that is above 709.

    Source: lesson 01, on the way to the slope of the sigmoid.
    """
    result = checks.finite_exp(value_of(a))
    return made_by("exp", result, (a, lambda slope: slope * result))


def log(a: Argument) -> Tensor:
    """The natural logarithm of numbers above 0; its slope is ``1 / a``.

    Parameters
    ----------
    a : Tensor, array or number

    Returns
    -------
    Tensor of the shape of ``a``

    Raises
    ------
    ValueError
        If a number is 0 or below.

    Source: lesson 03, section 3.3.
    """
    x = checks.check_above_0(value_of(a))
    return made_by("log", np.log(x), (a, lambda slope: slope / x))


def tanh(a: Argument) -> Tensor:
    """The hyperbolic tangent; its slope is ``1 - tanh(a)**2``.

    Parameters
    ----------
    a : Tensor, array or number

    Returns
    -------
    Tensor of the shape of ``a``

    Source: lesson 01, section 1.8.
    """
    result = np.tanh(value_of(a))
    return made_by("tanh", result, (a, lambda slope: slope * (1 - result * result)))


def relu(a: Argument) -> Tensor:
    """``a`` where it is above 0, and 0 elsewhere; the slope is 1 or 0, and 0 at the corner.

    Parameters
    ----------
    a : Tensor, array or number

    Returns
    -------
    Tensor of the shape of ``a``

    Source: lesson 01, section 1.8.
    """
    x = value_of(a)
    return made_by("relu", np.maximum(x, 0), (a, lambda slope: slope * (x > 0)))


def unbroadcast(slope: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bring a slope to the shape of its argument.

    Where NumPy has stretched an argument, each of its entries was used several times: their slopes
    add. That is how a bias, used by every sample, gets a sum over the samples.

    Parameters
    ----------
    slope : array, any shape
    shape : tuple of int
        One that NumPy can stretch to the shape of ``slope``.

    Returns
    -------
    array of this shape

    Raises
    ------
    ValueError
        If the slope is no array that NumPy could have stretched from this shape.

    Source: the NumPy user guide, on broadcasting, read backwards.
    """
    slope = checks.check_slope(slope, shape)
    extra = tuple(range(slope.ndim - len(shape)))
    stretched = tuple(i for i, n in enumerate(shape, start=len(extra)) if n == 1)
    return slope.sum(axis=extra + stretched).reshape(shape) if extra or stretched else slope


def in_order(end: Tensor) -> list[Tensor]:
    """Return ``end`` and all that it was made from, each after everything it was made from.

    A list of what is still to do takes the place of a function that calls itself: Python stops
    at a thousand calls, and the tape of a training loop is longer.

    Parameters
    ----------
    end : Tensor

    Returns
    -------
    list of Tensor
        ``end`` is the last one.

    Source: Kahn, *Topological sorting of large networks* (1962), on such an order.
    """
    order: list[Tensor] = []
    seen, to_do = set(), [(end, False)]
    while to_do:
        tensor, arguments_are_done = to_do.pop()
        if arguments_are_done:
            order.append(tensor)
        elif tensor not in seen:
            seen.add(tensor)
            to_do += [(tensor, True), *((argument, False) for argument, _ in tensor.made_from)]
    return order
