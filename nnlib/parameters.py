"""Parameters: all weights and biases of a network in one vector, and views into it.

Layers count from 1, as in the formulas: ``W[1]`` and ``b[1]`` belong to the first layer of
neurons. A gradient has the same layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, SupportsIndex

import numpy as np

from nnlib.stacks import zeros_for_stack
from nnlib.validation import check_array, check_integer, check_sequence, describe

# A list with an array for each layer: z[1] is layer 1's. No layer has the number 0, so entry 0 is
# None, and without biases every b[l] is. The type says Any in place of None. With None a type
# checker would ask for a test wherever an entry is used.
ByLayer = list[np.ndarray | Any]


class Views(ByLayer):
    """The matrices of the layers 1, 2, …: views of one vector of parameters.

    ``W[1]`` reads the first layer's matrix, and ``W[1] = values`` writes into it, after
    a look at the shape. Entry 0 is None, since layers count from 1.
    """

    def __setitem__(self, layer: SupportsIndex | slice, values: Any) -> None:
        view = self[layer]
        if not isinstance(view, np.ndarray):
            raise ValueError(
                f"there is no single parameter at {layer}. Layers count from 1, one at a time, and "
                "in a network without biases every b[l] is None."
            )
        values = check_array(f"the parameter of layer {layer}", values, view.dtype)
        if values.shape != view.shape:
            raise ValueError(
                f"the parameter of layer {layer} has shape {view.shape}, but the new values "
                f"have shape {values.shape}. Give them exactly the same shape."
            )
        view[...] = values


class Parameters:
    """All weights and biases of a network, in one vector.

    ``W[l]`` and ``b[l]`` are views: they look into ``vector`` and copy nothing. So an update
    of every parameter is one line, ``vector -= learning_rate * gradient``. A gradient has the
    same layout, and is held by this class too.

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
        For sizes that are not positive whole numbers, or another dtype.

    Source: our own layout; the order W1, b1, W2, b2, … is the usual one.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        *,
        bias: bool = True,
        stack_shape: int | tuple[int, ...] = (),
        dtype: type | str | np.dtype = np.float64,
    ) -> None:
        self.layer_sizes = check_layer_sizes(layer_sizes)
        self.bias = bool(bias)
        self.stack_shape = check_stack_shape(stack_shape)
        dtype = check_dtype(dtype)
        pairs = list(zip(self.layer_sizes[:-1], self.layer_sizes[1:], strict=True))
        n_parameters = sum((n_in + bool(bias)) * n_out for n_in, n_out in pairs)
        # Worth it where the networks are more than the weights of a layer.
        side_by_side = math.prod(self.stack_shape) > max(n_in * n_out for n_in, n_out in pairs)
        self.vector = zeros_for_stack(self.stack_shape, n_parameters, side_by_side, dtype)
        self.W, self.b = Views([None]), Views([None])
        start = 0
        for n_in, n_out in pairs:
            self.W.append(self._view(start, n_in, n_out))
            start += n_in * n_out
            self.b.append(self._view(start, 1, n_out) if bias else None)
            start += n_out if bias else 0

    def _view(self, start: int, n_rows: int, n_columns: int) -> np.ndarray:
        part = self.vector[..., start : start + n_rows * n_columns]
        return part.reshape(*self.stack_shape, n_rows, n_columns)

    def zeros_like(self, stack_shape: int | tuple[int, ...] | None = None) -> Parameters:
        """Return parameters of the same layout, all 0; for another stack if it is given."""
        return Parameters(
            self.layer_sizes,
            bias=self.bias,
            stack_shape=self.stack_shape if stack_shape is None else stack_shape,
            dtype=self.vector.dtype,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle and deepcopy would tear the views from the vector: rebuild them instead.
        return restore, (self.layer_sizes, self.bias, self.stack_shape, self.vector)

    def named(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield ``("W1", W[1])``, ``("b1", b[1])``, ``("W2", W[2])``, … in the vector's order."""
        for layer in range(1, len(self.layer_sizes)):
            yield f"W{layer}", self.W[layer]
            if self.bias:
                yield f"b{layer}", self.b[layer]


def restore(
    layer_sizes: tuple[int, ...], bias: bool, stack_shape: tuple[int, ...], vector: np.ndarray
) -> Parameters:
    """Return Parameters that hold a copy of ``vector``; used by pickle and deepcopy."""
    parameters = Parameters(layer_sizes, bias=bias, stack_shape=stack_shape, dtype=vector.dtype)
    parameters.vector[...] = vector
    return parameters


def check_layer_sizes(layer_sizes: Sequence[int]) -> tuple[int, ...]:
    """Return ``layer_sizes`` as a tuple of at least two positive ints, or raise."""
    layer_sizes = check_sequence("layer_sizes", layer_sizes)
    if len(layer_sizes) < 2:
        raise ValueError(
            f"layer_sizes is {describe(layer_sizes)}, but at least two numbers are expected: the "
            "inputs, the neurons of each hidden layer, the outputs. For example [2, 4, 1]."
        )
    advice = "It is a number of neurons, for example [2, 4, 1]."
    return tuple(check_integer("layer_sizes", size, advice) for size in layer_sizes)


def check_stack_shape(stack_shape: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return ``stack_shape`` as a tuple of positive ints, or raise."""
    if isinstance(stack_shape, (int, np.integer)):
        stack_shape = (stack_shape,)
    advice = "It is the number of networks in the stack; leave it out for a single one."
    stack_shape = check_sequence("stack_shape", stack_shape)
    return tuple(check_integer("stack_shape", n, advice) for n in stack_shape)


def check_dtype(dtype: type | str | np.dtype) -> np.dtype:
    """Return ``dtype`` if it is float64 or float32, or raise a TypeError."""
    for known in (np.dtype(np.float64), np.dtype(np.float32)):
        if isinstance(dtype, (type, str, np.dtype)) and known == dtype:
            return known
    raise TypeError(
        f"dtype is {describe(dtype)}, but np.float64 or np.float32 is expected. "
        "Leave it out for float64."
    )
