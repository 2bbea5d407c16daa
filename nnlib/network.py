"""A network: layers of neurons, each layer a matrix of weights and a row of biases.

Layers count from 1, as in the formulas: ``W[1]`` and ``b[1]`` belong to the first layer of
neurons, and ``a[0]`` is the input ``X``.

    z[l] = a[l-1] @ W[l] + b[l]
    a[l] = f(z[l])

Shapes: ``X`` (n_samples, n_in), ``W[l]`` (n_in, n_out), ``b[l]`` (1, n_out), ``z[l]`` and ``a[l]``
(n_samples, n_out). Parameters may carry leading axes: ``W[l]`` (S, n_in, n_out) is a stack of S
networks of one architecture, and the same lines compute them all.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from nnlib.activations import ACTIVATIONS, Activation
from nnlib.initialization import INITIALIZATIONS
from nnlib.validation import (
    check_array,
    check_choice,
    check_generator,
    check_instance,
    check_matrix,
    check_positive_integer,
    check_sequence,
    describe,
)

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike

# A list with an array for each layer: z[1] is layer 1's. No layer has the number 0, so entry 0 is
# None, and without biases every b[l] is. The type says Any in place of None. With None a type
# checker would ask for a test wherever an entry is used.
ByLayer = list[np.ndarray | Any]


class Windows(ByLayer):
    """The matrices of the layers 1, 2, …: windows into one vector of parameters.

    ``W[1]`` reads the first layer's matrix, and ``W[1] = values`` writes into it, after
    a look at the shape. Entry 0 is None, since layers count from 1.
    """

    def __setitem__(self, layer: SupportsIndex | slice, values: Any) -> None:
        window = self[layer]
        if not isinstance(window, np.ndarray):
            raise ValueError(
                f"there is no single parameter at {layer}. Layers count from 1, one at a time, and "
                "in a network without biases every b[l] is None."
            )
        values = check_array(f"the parameter of layer {layer}", values, window.dtype)
        if values.shape != window.shape:
            raise ValueError(
                f"the parameter of layer {layer} has shape {window.shape}, but the new values "
                f"have shape {values.shape}. Give them exactly the same shape."
            )
        window[...] = values


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
    W, b : Windows
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
        self.W, self.b = Windows([None]), Windows([None])
        start = 0
        for n_in, n_out in pairs:
            self.W.append(self._window(start, n_in, n_out))
            start += n_in * n_out
            self.b.append(self._window(start, 1, n_out) if bias else None)
            start += n_out if bias else 0

    def _window(self, start: int, n_rows: int, n_columns: int) -> np.ndarray:
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
        # Pickle and deepcopy would tear the windows from the vector: rebuild them instead.
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


def zeros_for_stack(
    stack_shape: tuple[int, ...], n_parameters: int, side_by_side: bool, dtype: np.dtype
) -> np.ndarray:
    """Return zeros (*stack_shape, n_parameters), if wanted with the networks side by side.

    NumPy works through an array along the memory. Side by side it finds the first weight of
    all networks, then the second weight of all, …: runs of S numbers, S the size of the stack.
    In the usual order, one network after the other, the runs are as short as a layer, and for
    small layers most of the time goes into starting the next run.

    Parameters
    ----------
    stack_shape : tuple of int
    n_parameters : int
    side_by_side : bool
    dtype : dtype

    Returns
    -------
    array (*stack_shape, n_parameters)

    Source: Fog, *Optimizing software in C++* (2023), on structures of arrays.
    """
    if side_by_side:
        return np.moveaxis(np.zeros((n_parameters, *stack_shape), dtype), 0, -1)
    return np.zeros((*stack_shape, n_parameters), dtype)


def matmul(A: np.ndarray, B: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The matrix product ``A @ B`` for one network or a stack.

    ``@`` is made for matrices with their entries side by side. For networks side by side,
    ``einsum`` is several times faster: it sums ``A[..., i, j] * B[..., j, k]`` over j, one
    term for all networks at a time.

    Parameters
    ----------
    A : array (..., n_rows, n)
    B : array (..., n, n_columns)
    out : array (..., n_rows, n_columns), optional
        Where to write the product.

    Returns
    -------
    array (..., n_rows, n_columns)

    Source: the NumPy reference, ``numpy.einsum``.
    """
    if B.ndim > 2 and B.strides[-3] == B.itemsize:  # networks side by side
        return np.einsum("...ij,...jk->...ik", A, B, out=out)
    return np.matmul(A, B, out=out)


def forward_pass(network: Network, X: np.ndarray) -> tuple[ByLayer, list[np.ndarray]]:
    """Compute every layer, from the input to the prediction.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
        Not checked here: ``network.forward`` is the checked way in.

    Returns
    -------
    z, a : lists
        ``z[l]`` and ``a[l]`` of each layer l, of shape (*stack_shape, n_samples, n_out).
        ``a[0]`` is ``X``, ``z[0]`` is None, ``a[-1]`` is the prediction.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), equation 25, with samples as
    rows.
    """
    z: ByLayer
    z, a = [None], [X]
    for W, b, activation in network.layers:
        z.append(matmul(a[-1], W) if b is None else matmul(a[-1], W) + b)
        a.append(activation.function(z[-1]))
    return z, a


class Network:
    """A feed-forward network of fully connected layers, or a stack of such networks.

    Usually made by :meth:`random` or :meth:`from_weights`.

    Parameters
    ----------
    parameters : Parameters
        Held, not copied.
    hidden : str
        Activation of every hidden layer: "sigmoid", "tanh", "relu" or "identity".
    output : str
        Activation of the output layer: one of these, or "softmax".

    Attributes
    ----------
    W, b : lists of arrays
        ``W[l]`` (*stack_shape, n_in, n_out) and ``b[l]`` (*stack_shape, 1, n_out); ``b[l]`` is
        None in a network without biases.
    layers : list of (W, b, Activation)
        The same, layer by layer.

    Raises
    ------
    TypeError
        If ``parameters`` is anything else.
    ValueError
        For an unknown activation, or softmax in a hidden layer.
    """

    def __init__(self, parameters: Parameters, *, hidden: str, output: str) -> None:
        hidden_activation = check_choice("hidden", hidden, ACTIVATIONS)
        output_activation = check_choice("output", output, ACTIVATIONS)
        if hidden_activation.derivative is None:
            raise ValueError(
                f'hidden is "{hidden}", which is for the output layer only. '
                'Choose "sigmoid", "tanh", "relu" or "identity" for the hidden layers.'
            )
        advice = "Network.random and Network.from_weights make them."
        self.parameters = check_instance("parameters", parameters, Parameters, advice)
        self.hidden, self.output = hidden, output
        self.layer_sizes = parameters.layer_sizes
        self.n_layers = len(self.layer_sizes) - 1
        self.W, self.b = parameters.W, parameters.b
        # Entry 0 is None, as in ByLayer.
        self.activations: list[Activation | Any] = [
            None,
            *[hidden_activation] * (self.n_layers - 1),
            output_activation,
        ]
        self.layers: list[tuple[np.ndarray, np.ndarray | None, Activation]] = list(
            zip(self.W[1:], self.b[1:], self.activations[1:], strict=True)
        )

    @classmethod
    def random(
        cls,
        layer_sizes: Sequence[int],
        *,
        hidden: str = "tanh",
        output: str = "sigmoid",
        rng: np.random.Generator,
        initialization: str = "glorot",
        bias: bool = True,
        stack_shape: int | tuple[int, ...] = (),
        dtype: type | str | np.dtype = np.float64,
    ) -> Network:
        """Make a network with random weights and biases of 0.

        Parameters
        ----------
        layer_sizes : sequence of int
            Numbers of inputs, of neurons in each hidden layer, of outputs: ``[2, 4, 1]``.
        hidden, output : str
            Activations, see :class:`Network`.
        rng : numpy.random.Generator
            Draws W[1], then W[2], and so on.
        initialization : str
            "normal", "glorot" or "he"; see :mod:`nnlib.initialization`.
        bias : bool
            False for a network without biases.
        stack_shape : int or tuple of int
            ``1000`` for a stack of a thousand networks, each with its own start.
        dtype : float64 or float32

        Raises
        ------
        TypeError
            If ``rng`` is not a Generator or ``dtype`` is not one of the two.
        ValueError
            For sizes that are not positive whole numbers or an unknown name.
        """
        check_generator("rng", rng)
        draw = check_choice("initialization", initialization, INITIALIZATIONS)
        parameters = Parameters(layer_sizes, bias=bias, stack_shape=stack_shape, dtype=dtype)
        for W in parameters.W[1:]:
            W[...] = draw(rng, W.shape)
        return cls(parameters, hidden=hidden, output=output)

    @classmethod
    def from_weights(
        cls,
        W: Sequence[ArrayLike],
        b: Sequence[ArrayLike] | None = None,
        *,
        hidden: str = "tanh",
        output: str = "sigmoid",
    ) -> Network:
        """Make a network from given weights, which are copied.

        Parameters
        ----------
        W : list of arrays
            ``[W1, W2, …]``, each (n_in, n_out).
        b : list of arrays, or None
            ``[b1, b2, …]``, each (1, n_out); None for a network without biases.
        hidden, output : str
            Activations, see :class:`Network`.

        Raises
        ------
        TypeError, ValueError
            If the arrays are not finite matrices or do not fit each other.
        """
        for name, arrays in [("W", W), ("b", [] if b is None else b)]:
            advice = f"Put the layers' arrays into a list: [{name}1, {name}2]."
            check_instance(name, arrays, (list, tuple), advice)
        matrices = [check_array(f"W{layer}", values) for layer, values in enumerate(W, start=1)]
        if not matrices or any(values.ndim != 2 for values in matrices):
            raise ValueError(
                f"W holds arrays of shapes {[values.shape for values in matrices]}, but a matrix "
                "(n_in, n_out) for each of one or more layers is expected."
            )
        layer_sizes = check_layer_sizes(
            [*(len(values) for values in matrices), matrices[-1].shape[1]]
        )
        all_float32 = all(values.dtype == np.float32 for values in matrices)
        parameters = Parameters(
            layer_sizes, bias=b is not None, dtype=np.float32 if all_float32 else np.float64
        )
        for layer, values in enumerate(matrices, start=1):
            if values.shape != parameters.W[layer].shape:
                raise ValueError(
                    f"W{layer} has shape {values.shape}, but W{layer + 1} has "
                    f"{len(matrices[layer])} rows. The columns of one layer's W are the rows of "
                    "the next."
                )
            parameters.W[layer] = values
        if b is not None:
            if len(b) != len(matrices):
                raise ValueError(
                    f"b holds {len(b)} arrays and W holds {len(matrices)}. Give one b for each W, "
                    "or b=None for a network without biases."
                )
            for layer, values in enumerate(b, start=1):
                values = check_array(f"b{layer}", values, parameters.vector.dtype)
                if values.shape != parameters.b[layer].shape:
                    raise ValueError(
                        f"b{layer} has shape {values.shape}, but expected is "
                        f"{parameters.b[layer].shape}: one row, a column for each neuron. "
                        f"Use np.reshape(b{layer}, (1, -1))."
                    )
                parameters.b[layer] = values
        return cls(parameters, hidden=hidden, output=output)

    @classmethod
    def stack(cls, networks: Sequence[Network]) -> Network:
        """Put networks of one architecture on top of each other, as copies.

        Parameters
        ----------
        networks : sequence of S single networks

        Returns
        -------
        Network with ``stack_shape`` (S,)
            The same lines of code compute all S at once; ``member(s)`` gives one back.

        Raises
        ------
        TypeError
            If they are no networks.
        ValueError
            If there are none, if one is itself a stack, or if they differ in layer sizes,
            activations, the presence of biases or float type.
        """
        networks = check_sequence("networks", networks)
        if not networks:
            raise ValueError("networks is empty. Pass at least one network to stack.")
        first = networks[0]
        for s, network in enumerate(networks):
            check_instance(f"networks[{s}]", network, Network, "Stack networks only.")
            if network.stack_shape or network._architecture() != first._architecture():
                raise ValueError(
                    f"network {s} is {network!r}, but the first is {first!r}. Only single "
                    "networks of one architecture can be stacked."
                )
        parameters = first.parameters.zeros_like(stack_shape=(len(networks),))
        for s, network in enumerate(networks):
            parameters.vector[s] = network.parameters.vector
        return cls(parameters, hidden=first.hidden, output=first.output)

    def __reduce__(self) -> tuple[Any, ...]:
        # For pickle and deepcopy: everything else is made anew from the parameters.
        remake = functools.partial(Network, hidden=self.hidden, output=self.output)
        return remake, (self.parameters,)

    def _architecture(self) -> tuple[object, ...]:
        return self.layer_sizes, self.hidden, self.output, self.parameters.bias, self.dtype

    @property
    def stack_shape(self) -> tuple[int, ...]:
        """Leading axes: ``()`` for one network, ``(S,)`` for a stack of S."""
        return self.parameters.stack_shape

    @property
    def dtype(self) -> np.dtype:
        """The float type of the parameters, and so of everything computed."""
        return self.parameters.vector.dtype

    def member(self, *index: int) -> Network:
        """Return one network of a stack, as a copy on its own.

        Parameters
        ----------
        index : int
            One for each leading axis: ``member(7)`` of a stack of 1000.

        Raises
        ------
        IndexError
            If the index does not fit the stack.
        """
        integers = all(isinstance(i, (int, np.integer)) and i is not True for i in index)
        if len(index) != len(self.stack_shape) or not index or not integers:
            raise IndexError(
                f"member{index} was asked for, but this stack has {len(self.stack_shape)} axes "
                f"(stack_shape {self.stack_shape}). Give one whole number for each axis."
            )
        parameters = self.parameters.zeros_like(stack_shape=())
        parameters.vector[...] = self.parameters.vector[index]
        return Network(parameters, hidden=self.hidden, output=self.output)

    def copy(self) -> Network:
        """Return an independent copy, for example to train from the same start again."""
        parameters = self.parameters.zeros_like()
        parameters.vector[...] = self.parameters.vector
        return Network(parameters, hidden=self.hidden, output=self.output)

    def check_inputs(self, X: ArrayLike) -> np.ndarray:
        """Return ``X`` as a float matrix (n_samples, n_in) for this network, or raise."""
        return check_matrix("X", X, self.layer_sizes[0], "input of the network", self.dtype)

    def check_targets(self, X: np.ndarray, y: ArrayLike) -> np.ndarray:
        """Return ``y`` as a float matrix of exactly the output's shape for ``X``, or raise."""
        y = check_array("y", y, self.dtype)
        expected = (len(X), self.layer_sizes[-1])
        if y.shape != expected:
            message = (
                f"y has shape {y.shape}, but this network's output for these {len(X)} samples "
                f"has shape {expected}."
            )
            if y.ndim == 1 and expected == (len(y), 1):
                message += (
                    f"\nNumPy would stretch {y.shape} against {expected} into a "
                    f"{(len(y), len(y))} table and train on nonsense."
                    "\nUse y.reshape(-1, 1), or y[:, None]."
                )
            elif y.shape == expected[::-1]:
                message += "\nIt looks transposed: use y.T."
            else:
                message += "\nGive one row for each sample and one column for each output."
            raise ValueError(message)
        return y

    def forward(self, X: ArrayLike) -> tuple[ByLayer, list[np.ndarray]]:
        """Compute every layer for the inputs ``X``, after a check of ``X``.

        Parameters
        ----------
        X : array (n_samples, n_in)

        Returns
        -------
        z, a : lists
            See :func:`forward_pass`; ``backward_pass`` takes both.

        Raises
        ------
        TypeError, ValueError
            If ``X`` is not a finite matrix with a column for each input.
        OverflowError
            If inputs or parameters are so large that the result is no finite number.
        """
        X = self.check_inputs(X)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at in the next line
            z, a = forward_pass(self, X)
        for layer in range(1, self.n_layers + 1):
            if not np.isfinite(z[layer]).all():
                raise OverflowError(
                    f"the weighted sums z[{layer}] of layer {layer} left the finite numbers. The "
                    f"largest entry of X is {np.abs(X).max():.3g}, the largest parameter "
                    f"{np.abs(self.parameters.vector).max():.3g}. Scale X, or train again with "
                    "a smaller learning rate."
                )
        return z, a

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the output for ``X``: (*stack_shape, n_samples, n_out).

        Parameters
        ----------
        X : array (n_samples, n_in)

        Raises
        ------
        TypeError, ValueError
            As :meth:`forward`.
        """
        _, a = self.forward(X)
        return a[-1]

    def __repr__(self) -> str:
        sizes = "-".join(str(size) for size in self.layer_sizes)
        stack = f" × {math.prod(self.stack_shape)}" if self.stack_shape else ""
        biases = "" if self.parameters.bias else ", no biases"
        return f"Network({sizes}{stack}, hidden {self.hidden}, output {self.output}{biases})"


def check_layer_sizes(layer_sizes: Sequence[int]) -> tuple[int, ...]:
    """Return ``layer_sizes`` as a tuple of at least two positive ints, or raise."""
    layer_sizes = check_sequence("layer_sizes", layer_sizes)
    if len(layer_sizes) < 2:
        raise ValueError(
            f"layer_sizes is {describe(layer_sizes)}, but at least two numbers are expected: the "
            "inputs, the neurons of each hidden layer, the outputs. For example [2, 4, 1]."
        )
    advice = "It is a number of neurons, for example [2, 4, 1]."
    return tuple(check_positive_integer("layer_sizes", size, advice) for size in layer_sizes)


def check_stack_shape(stack_shape: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return ``stack_shape`` as a tuple of positive ints, or raise."""
    if isinstance(stack_shape, (int, np.integer)):
        stack_shape = (stack_shape,)
    advice = "It is the number of networks in the stack; leave it out for a single one."
    stack_shape = check_sequence("stack_shape", stack_shape)
    return tuple(check_positive_integer("stack_shape", n, advice) for n in stack_shape)


def check_dtype(dtype: type | str | np.dtype) -> np.dtype:
    """Return ``dtype`` if it is float64 or float32, or raise a TypeError."""
    for known in (np.dtype(np.float64), np.dtype(np.float32)):
        if isinstance(dtype, (type, str, np.dtype)) and known == dtype:
            return known
    raise TypeError(
        f"dtype is {describe(dtype)}, but np.float64 or np.float32 is expected. "
        "Leave it out for float64."
    )
