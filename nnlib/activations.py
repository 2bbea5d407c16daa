"""Activation functions: what a neuron makes of its weighted sum ``z``.

Each function has a partner that gives its derivative. A derivative is always the
derivative of the activation ``a`` with respect to ``z``. It is given both ``z`` and
``a`` and uses whichever is cheaper.

Whoever calls a function of this module may pass lists and whole numbers too: ``takes_floats``
makes floats of them. A network computes with floats already, and calls what is inside.
"""

from collections.abc import Callable
from inspect import unwrap
from typing import Any, NamedTuple

import numpy as np

from nnlib.validation import entry, takes_floats, takes_rows


@takes_floats
def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash any number into (0, 1): ``1 / (1 + exp(-z))``.

    Written with ``exp(-|z|)``, which never overflows. For ``z < 0`` the fraction is
    multiplied through by ``exp(z)``: ``exp(z) / (exp(z) + 1)``, the same number.

    Parameters
    ----------
    z : array, any shape
        Weighted sums (pre-activations).

    Returns
    -------
    array, the shape and float type of ``z``
        Increasing in ``z``; 0.5 at 0.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 3.10.
    """
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


@takes_floats
def sigmoid_derivative(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """da/dz of the sigmoid: ``a * (1 - a)``, at most 1/4.

    Parameters
    ----------
    z, a : arrays of one shape
        Weighted sums and ``a = sigmoid(z)``. Only ``a`` is used.

    Returns
    -------
    array, the shape of ``a``

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 3.10.
    """
    return a * (1 - a)


@takes_floats
def tanh(z: np.ndarray) -> np.ndarray:
    """Squash any number into (-1, 1); a stretched sigmoid: ``2 * sigmoid(2 * z) - 1``.

    Parameters
    ----------
    z : array, any shape

    Returns
    -------
    array, the shape and float type of ``z``
        Increasing in ``z``; 0 at 0.

    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), section 4.4.
    """
    return np.tanh(z)


@takes_floats
def tanh_derivative(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """da/dz of tanh: ``1 - a**2``, at most 1.

    Parameters
    ----------
    z, a : arrays of one shape
        Weighted sums and ``a = tanh(z)``. Only ``a`` is used.

    Returns
    -------
    array, the shape of ``a``

    Source: LeCun, Bottou, Orr & Müller, *Efficient BackProp* (1998), section 4.4.
    """
    return 1 - a * a


@takes_floats
def relu(z: np.ndarray) -> np.ndarray:
    """Let positive numbers through, and put 0 in place of the others: ``max(z, 0)``.

    Parameters
    ----------
    z : array, any shape

    Returns
    -------
    array, the shape and float type of ``z``

    Source: Nair & Hinton, *Rectified Linear Units Improve Restricted Boltzmann
    Machines* (2010).
    """
    return np.maximum(z, 0)


@takes_floats
def relu_derivative(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """da/dz of ReLU: 1 where ``z > 0``, else 0.

    At ``z = 0`` the curve has a corner and no derivative; 0 is the usual choice.

    Parameters
    ----------
    z, a : arrays of one shape
        Weighted sums and ``a = relu(z)``. Only ``z`` is used.

    Returns
    -------
    array, the shape and float type of ``z``

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 6.3.
    """
    return (z > 0).astype(z.dtype)


@takes_floats
def identity(z: np.ndarray) -> np.ndarray:
    """Return ``z`` as it is: the output of a network that predicts any number.

    Parameters
    ----------
    z : array, any shape

    Returns
    -------
    array, the shape of ``z``

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 5.2.
    """
    return z


@takes_floats
def identity_derivative(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """da/dz of the identity: 1 everywhere.

    Parameters
    ----------
    z, a : arrays of one shape

    Returns
    -------
    array of ones, the shape and float type of ``z``

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 5.2.
    """
    return np.ones_like(z)


@takes_rows
def softmax(z: np.ndarray) -> np.ndarray:
    """Turn each row of numbers into probabilities that sum to 1.

    ``exp(z_k) / sum_j exp(z_j)``. The largest entry of the row is subtracted first.
    That changes nothing in the result (it cancels), and no exponential overflows.

    Parameters
    ----------
    z : array (..., n_samples, n_classes)

    Returns
    -------
    array, the shape and float type of ``z``
        Non-negative; each row sums to 1.

    Raises
    ------
    ValueError
        If there is no row, or nothing in it.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), equation 6.29.
    """
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_derivative(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """There is none entry by entry, since each output of softmax depends on the whole row.

    So softmax is used at the output only, with the cross-entropy, whose gradient is that with
    respect to ``z``.

    Parameters
    ----------
    z, a : arrays (..., n_samples, n_classes)

    Raises
    ------
    TypeError
        Always.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.106.
    """
    raise TypeError(
        "softmax has no derivative entry by entry: each output depends on the whole row. Use it "
        'at the output, with loss="cross_entropy".'
    )


class Activation(NamedTuple):
    """An activation: its name, ``a = function(z)``, and ``derivative(z, a)``, which is da/dz."""

    name: str
    function: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __reduce__(self) -> tuple[Any, ...]:
        return entry, (__name__, "ACTIVATIONS", self.name)  # pickled and copied by name


ACTIVATIONS = {
    function.__name__: Activation(function.__name__, unwrap(function), unwrap(derivative))
    for function, derivative in [
        (sigmoid, sigmoid_derivative),
        (tanh, tanh_derivative),
        (relu, relu_derivative),
        (identity, identity_derivative),
        (softmax, softmax_derivative),
    ]
}
