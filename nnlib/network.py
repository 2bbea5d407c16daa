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

from nnlib import validation as checks
from nnlib.activations import ACTIVATIONS
from nnlib.initialization import INITIALIZATIONS
from nnlib.losses import LOSSES, Loss
from nnlib.parameters import Fixed, Parameters, WriteThrough
from nnlib.stacks import matmul

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


def forward_pass(network: Network, X: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
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
        Layer 0 is the input: ``z[0]`` and ``a[0]`` are ``X``. ``a[-1]`` is the prediction.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), equation 25, with samples as
    rows.
    """
    z, a = [X], [X]
    for W, b, activation in network.layers:
        z.append(matmul(a[-1], W) if b is None else matmul(a[-1], W) + b)
        a.append(activation.function(z[-1]))
    return z, a


class Network(WriteThrough):
    """A feed-forward network of fully connected layers, or a stack of such networks.

    Usually made by :meth:`random` or :meth:`from_weights`. Assigning to ``W``, ``b`` or
    ``parameters`` writes the numbers in; the rest is fixed. The same parameters with other
    activations are another network: ``Network(net.parameters, hidden="relu", output="sigmoid")``.

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
    W, b : Views
        ``W[l]`` (*stack_shape, n_in, n_out) and ``b[l]`` (*stack_shape, 1, n_out); ``b[l]`` is
        None in a network without biases.
    layer_sizes : tuple of int
    n_layers : int
        Layers of neurons: the inputs are not counted.
    activations : tuple of Activation
        ``activations[l]`` of layer l; ``activations[0]`` is the identity.
    layers : tuple of (W, b, Activation)
        The same, layer by layer.

    Raises
    ------
    TypeError
        If ``parameters`` is anything else.
    ValueError
        For an unknown activation, softmax in a hidden layer, or softmax of a single output.
    """

    __slots__ = (
        *("parameters", "hidden", "output", "layer_sizes", "n_layers"),
        *("W", "b", "activations", "layers"),
    )

    def __init__(self, parameters: Parameters, *, hidden: str, output: str) -> None:
        advice = "Network.random and Network.from_weights make them."
        self.parameters = checks.check_instance("parameters", parameters, Parameters, advice)
        self.layer_sizes = parameters.layer_sizes
        self.n_layers = len(self.layer_sizes) - 1
        self.W, self.b = parameters.W, parameters.b
        self.hidden, self.output = hidden, output
        inner, last = checks.check_activations(hidden, output, self.layer_sizes[-1], ACTIVATIONS)
        first = ACTIVATIONS["identity"]
        self.activations = Fixed([first, *[inner] * (self.n_layers - 1), last])
        self.layers = Fixed(zip(self.W[1:], self.b[1:], self.activations[1:], strict=True))

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
        checks.check_generator("rng", rng)
        draw = checks.check_choice("initialization", initialization, INITIALIZATIONS)
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
            ``[W1, W2, …]``, each (n_in, n_out), or ``net.W`` of another network. With leading
            axes they make a stack.
        b : list of arrays, or None
            ``[b1, b2, …]``, each (1, n_out), or ``net.b``; None for a network without biases.
        hidden, output : str
            Activations, see :class:`Network`.

        Raises
        ------
        TypeError, ValueError
            If the arrays are not finite matrices or do not fit each other.
        """
        matrices, rows = checks.check_weights(W, b)
        layer_sizes = [matrices[0].shape[-2], *(matrix.shape[-1] for matrix in matrices)]
        stack_shape, dtype = matrices[0].shape[:-2], matrices[0].dtype
        parameters = Parameters(
            layer_sizes, bias=rows is not None, stack_shape=stack_shape, dtype=dtype
        )
        parameters.W, parameters.b = matrices, rows or ()  # type: ignore[assignment]  # written in
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
            The same lines of code compute all S at once; ``stack[s]`` gives one back.

        Raises
        ------
        TypeError
            If they are no networks.
        ValueError
            If there are none, if one is itself a stack, or if they differ in layer sizes,
            activations, the presence of biases or float type.
        """
        networks = checks.check_stackable(networks, Network)
        return networks[0].with_vector(np.stack([each.parameters.vector for each in networks]))

    def __reduce__(self) -> tuple[Any, ...]:
        # For pickle and deepcopy: everything else is made anew from the parameters.
        remake = functools.partial(type(self), hidden=self.hidden, output=self.output)
        return remake, (self.parameters,), getattr(self, "__dict__", None)

    @property
    def architecture(self) -> tuple[object, ...]:
        """What networks have in common that can be stacked."""
        return self.layer_sizes, self.hidden, self.output, self.parameters.bias, self.dtype

    @property
    def stack_shape(self) -> tuple[int, ...]:
        """Leading axes: ``()`` for one network, ``(S,)`` for a stack of S."""
        return self.parameters.stack_shape

    @property
    def dtype(self) -> np.dtype:
        """The float type of the parameters, and so of everything computed."""
        return self.parameters.vector.dtype

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        """The number of networks in a stack, along its first axis."""
        if not self.stack_shape:
            raise TypeError(f"{self!r} is a single network and has no len(); a stack has one.")
        return self.stack_shape[0]

    def __getitem__(self, index: Any) -> Network:
        """``stack[7]`` is one network, ``stack[2:5]`` a smaller stack; both are copies."""
        index = index if isinstance(index, tuple) else (index,)
        checks.check_member(index, self.stack_shape)
        return self.with_vector(self.parameters.vector[index])

    def member(self, *index: int) -> Network:
        """Return one network of a stack, as a copy on its own.

        Parameters
        ----------
        index : int
            One for each leading axis: ``member(7)`` of a stack of 1000.

        Raises
        ------
        IndexError, TypeError
            If the index does not fit the stack, or this is a single network.
        """
        checks.check_member(index, self.stack_shape, whole=True)
        return self[index]

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
            If the numbers are neither float64 nor float32.
        ValueError
            If the last axis does not have one entry for each parameter.
        """
        parameters = self.parameters.with_vector(vector)
        return type(self)(parameters, hidden=self.hidden, output=self.output)

    def check_inputs(self, X: ArrayLike) -> np.ndarray:
        """Return ``X`` as a float matrix (n_samples, n_in) for this network, or raise."""
        checks.check_held_shapes(self.parameters)
        return checks.check_matrix("X", X, self.layer_sizes[0], "input of the network", self.dtype)

    def check_targets(self, X: np.ndarray, y: ArrayLike) -> np.ndarray:
        """Return ``y`` as a float matrix of exactly the output's shape for ``X``, or raise."""
        return checks.check_targets(y, (len(X), self.layer_sizes[-1]), self.dtype)

    def check_data(
        self, X: ArrayLike, y: ArrayLike, loss: str
    ) -> tuple[np.ndarray, np.ndarray, Loss]:
        """Return ``X``, ``y`` and the loss, ready to compute with, or raise."""
        X = self.check_inputs(X)
        y = self.check_targets(X, y)
        found = checks.check_loss(loss, self.output, LOSSES)
        return X, found.check_targets(y), found

    def forward(self, X: ArrayLike) -> tuple[list[np.ndarray], list[np.ndarray]]:
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
        with np.errstate(all="ignore"):  # looked at in the next line
            z, a = forward_pass(self, X)
        checks.check_sums(z, self.parameters.vector)
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
