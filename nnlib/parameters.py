"""Parameters: all weights and biases of a network in one vector, and views into it.

Layers count from 1, as in the formulas: ``W[1]`` and ``b[1]`` belong to the first layer of
neurons. A gradient has the same layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar

import numpy as np

from nnlib import validation as checks
from nnlib.stacks import zeros_for_stack

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


T = TypeVar("T")  # what a tuple holds


class Views(tuple[np.ndarray, ...]):
    """The matrices of the layers 1, 2, …: views of one vector of parameters.

    ``W[1]`` reads the first layer's matrix, and ``W[1] = values`` writes into it, after
    a look at the shape. Entry 0 is None, since layers count from 1. What is read changes with
    the network: to swap two layers, write both at once, or take a ``copy()`` of one first.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # the numbers can change

    __eq__, __ne__ = checks.same_entries, object.__ne__
    __delitem__ = checks.refuse_no_layer
    __add__ = __mul__ = __rmul__ = checks.refuse_arithmetic  # type: ignore[assignment]

    def __setitem__(self, layer: SupportsIndex, values: ArrayLike) -> None:
        view = checks.check_layer(layer, self)
        view[...] = checks.check_one_layer(layer, values, view)

    def write(self, name: str, values: Sequence[ArrayLike]) -> None:
        """Write an array into each layer's, all of them or none.

        Raises
        ------
        TypeError, ValueError
            If there is not one array of the right shape for each layer.
        """
        for view, array in checks.check_layers(name, values, self):
            view[...] = array


class Fixed(tuple[T, ...]):
    """What is fixed when a network is made: its activations, its layers."""

    __slots__ = ()
    __hash__ = tuple.__hash__
    __eq__, __ne__ = checks.same_entries, object.__ne__
    __setitem__ = __delitem__ = checks.refuse_entry


class WriteThrough:
    """A thing whose arrays others look into: assigning writes into them, or is refused."""

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        held = getattr(self, name, None) if checks.is_ours(self, name) else None
        if held is None:  # while it is made, or what a class of yours adds
            super().__setattr__(name, value)
        elif isinstance(held, np.ndarray):
            held[...] = checks.check_replacement(name, value, held)
        elif isinstance(held, Views):
            held.write(name, value)
        elif isinstance(held, Parameters) and isinstance(value, Parameters):
            held.vector = checks.check_layout(value, held).vector
        else:
            checks.refuse_change(name, self)

    __getattr__ = checks.refuse_name

    def __delattr__(self, name: str) -> None:
        checks.check_deletion(self, name)
        super().__delattr__(name)


class Parameters(WriteThrough):
    """All weights and biases of a network, in one vector.

    ``W[l]`` and ``b[l]`` are views: they look into ``vector`` and copy nothing. So an update
    of every parameter is one line, ``vector -= learning_rate * gradient``. A gradient has the
    same layout, and is held by this class too. Assigning to ``vector``, ``W`` or ``b`` writes
    the numbers in.

    Parameters
    ----------
    layer_sizes : sequence of int
        Numbers of inputs, of neurons in each hidden layer, of outputs: ``[2, 4, 1]``.
    bias : bool
        False for a network without biases; every ``b[l]`` is then None.
    stack_shape : int or tuple of int
        Leading axes: ``(1000,)`` for a stack of a thousand networks, ``()`` for one.
    dtype : float64 or float32

    Attributes
    ----------
    vector : array (*stack_shape, n_parameters)
    W, b : Views
        ``W[l]`` (*stack_shape, n_in, n_out) and ``b[l]`` (*stack_shape, 1, n_out).

    Raises
    ------
    TypeError, ValueError
        For sizes that are not positive whole numbers, another dtype, or another bias.

    Source: our own layout; the order W1, b1, W2, b2, … is the usual one.
    """

    __slots__ = ("W", "b", "bias", "layer_sizes", "stack_shape", "vector")

    def __init__(
        self,
        layer_sizes: Sequence[int],
        *,
        bias: bool = True,
        stack_shape: int | tuple[int, ...] = (),
        dtype: type | str | np.dtype = np.float64,
    ) -> None:
        self.layer_sizes = checks.check_layer_sizes(layer_sizes)
        self.stack_shape = checks.check_stack_shape(stack_shape)
        self.bias = checks.check_switch("bias", bias)
        pairs = list(pairwise(self.layer_sizes))
        n_parameters = sum((n_in + self.bias) * n_out for n_in, n_out in pairs)
        # Worth it where the networks are more than the weights of a layer.
        side_by_side = math.prod(self.stack_shape) > max(n_in * n_out for n_in, n_out in pairs)
        dtype = checks.check_dtype(dtype)
        self.vector = zeros_for_stack(self.stack_shape, n_parameters, side_by_side, dtype)
        W: list[Any] = [None]
        b: list[Any] = [None]
        start = 0
        for n_in, n_out in pairs:
            W.append(self._view(start, n_in, n_out))
            start += n_in * n_out
            b.append(self._view(start, 1, n_out) if self.bias else None)
            start += n_out * self.bias
        self.W, self.b = Views(W), Views(b)

    def _view(self, start: int, n_rows: int, n_columns: int) -> np.ndarray:
        part = self.vector[..., start : start + n_rows * n_columns]
        return part.reshape(*self.stack_shape, n_rows, n_columns)

    def zeros_like(self) -> Parameters:
        """Return parameters of the same layout, all 0."""
        return self.with_vector(np.zeros_like(self.vector))

    def with_vector(self, vector: np.ndarray) -> Parameters:
        """Return parameters for the same layers with other numbers, of one network or a stack.

        Parameters
        ----------
        vector : array (*stack_shape, n_parameters)
            Copied. Its leading axes and its float type are those of the result.

        Raises
        ------
        TypeError
            If the numbers are neither float64 nor float32.
        ValueError
            If the last axis does not have one entry for each parameter.
        """
        return restore(self.layer_sizes, self.bias, checks.as_floats("vector", vector))

    def named(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield ``("W1", W[1])``, ``("b1", b[1])``, ``("W2", W[2])``, … in the vector's order."""
        for layer in range(1, len(self.layer_sizes)):
            yield f"W{layer}", self.W[layer]
            if self.bias:
                yield f"b{layer}", self.b[layer]

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle and deepcopy would tear the views from the vector: rebuild them instead.
        return restore, (self.layer_sizes, self.bias, self.vector)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.named())
        return f"Parameters({shapes}: {self.vector.size} numbers in {self.vector.dtype})"


def restore(layer_sizes: tuple[int, ...], bias: bool, vector: np.ndarray) -> Parameters:
    """Return Parameters that hold a copy of ``vector``; for copies, pickles and files."""
    stack_shape, dtype = vector.shape[:-1], vector.dtype
    parameters = Parameters(layer_sizes, bias=bias, stack_shape=stack_shape, dtype=dtype)
    checks.check_length(vector, parameters.vector.shape[-1])
    parameters.vector[...] = vector
    return parameters
