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
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.activations import ACTIVATIONS, Activation
from nnlib.initialization import INITIALIZATIONS
from nnlib.parameters import ByLayer, Parameters, check_layer_sizes
from nnlib.stacks import matmul
from nnlib.validation import (
    check_array,
    check_choice,
    check_generator,
    check_instance,
    check_matrix,
    check_sequence,
)

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


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
        return first.with_vector(np.stack([each.parameters.vector for each in networks]))

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
        return self.with_vector(self.parameters.vector[index])

    def copy(self) -> Network:
        """Return an independent copy, for example to train from the same start again."""
        return self.with_vector(self.parameters.vector)

    def with_vector(self, vector: np.ndarray) -> Network:
        """Return a network, or a stack, of this architecture with other parameters.

        Parameters
        ----------
        vector : array (*stack_shape, n_parameters)
            Copied. Leading axes make a stack: ``history.parameters`` is one network for each
            measurement. Its float type, float64 or float32, is the new network's.

        Raises
        ------
        TypeError
            If the vector is not of one of the two float types.
        ValueError
            If the last axis does not have one entry for each parameter.
        """
        vector = np.asarray(vector)
        n_parameters = self.parameters.vector.shape[-1]
        if vector.shape[-1:] != (n_parameters,):
            raise ValueError(
                f"vector has shape {vector.shape}, but this architecture has {n_parameters} "
                f"parameters. Give it the shape ({n_parameters},), with leading axes for a stack."
            )
        parameters = Parameters(
            self.layer_sizes,
            bias=self.parameters.bias,
            stack_shape=vector.shape[:-1],
            dtype=vector.dtype,
        )
        parameters.vector[...] = vector
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
