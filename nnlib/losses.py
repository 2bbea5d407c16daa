"""Losses: one number for how wrong the predictions are, and its gradient.

Every loss is a mean, and its gradient is the gradient of exactly that number:

- ``mse`` and ``bce``: the mean over samples and outputs,
- ``cross_entropy``: the mean over samples.

``bce`` and ``cross_entropy`` take the output layer's weighted sums ``z`` (the logits), not
the probabilities: a logarithm of a probability that was rounded to 0 is lost, the same
number computed from the logit is not.

Shapes: ``z``, ``a`` (..., n_samples, n_outputs) and ``y`` (n_samples, n_outputs). The losses
reduce the last two axes. Leading axes are a stack of networks, with one loss each.
"""

from collections.abc import Callable
from inspect import unwrap
from typing import Any, NamedTuple

import numpy as np

from nnlib.activations import Activation
from nnlib.validation import (
    check_distributions,
    check_numbers,
    check_probabilities,
    entry,
    takes_targets,
)

LossValue = float | np.ndarray  # of one network, or of a stack


@takes_targets(check_numbers)
def mse(a: np.ndarray, y: np.ndarray) -> LossValue:
    """Mean squared error: the mean of ``(a - y)**2`` over samples and outputs.

    Parameters
    ----------
    a : array (..., n_samples, n_outputs)
        Predictions.
    y : array (n_samples, n_outputs)
        Targets.

    Returns
    -------
    float, or array of the leading axes' shape

    Raises
    ------
    ValueError
        If the shapes do not fit, since nothing is stretched.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 5.14 (there
    with the factor 1/2 and a sum).
    """
    return np.square(a - y).sum(axis=(-2, -1)) / y.size


@takes_targets(check_numbers)
def mse_gradient(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of :func:`mse` with respect to the predictions: ``2 (a - y) / (n m)``.

    Parameters
    ----------
    a : array (..., n_samples, n_outputs)
    y : array (n_samples, n_outputs)

    Returns
    -------
    array, the shape of ``a``

    Raises
    ------
    ValueError
        If the shapes do not fit, since nothing is stretched.

    Source: the derivative of ``mse``; checked against finite differences in the tests.
    """
    return (a - y) * (2 / y.size)


@takes_targets(check_probabilities)
def bce(z: np.ndarray, y: np.ndarray) -> LossValue:
    """Binary cross-entropy, from the logits, averaged over samples and outputs.

    With ``a = sigmoid(z)`` this is the mean of ``-y log(a) - (1 - y) log(1 - a)``. Put in
    ``a``, and it becomes ``log(1 + exp(z)) - y z = log(exp(-y z) + exp((1 - y) z))``.
    ``logaddexp(p, q)`` computes ``log(exp(p) + exp(q))`` without overflow.

    Parameters
    ----------
    z : array (..., n_samples, n_outputs)
        Logits: the weighted sums of a sigmoid output layer.
    y : array (n_samples, n_outputs)
        Targets between 0 and 1.

    Returns
    -------
    float, or array of the leading axes' shape

    Raises
    ------
    ValueError
        If the shapes do not fit, since nothing is stretched; for targets outside [0, 1].

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 6.2.2.2.
    """
    losses = np.logaddexp(-y * z, (1 - y) * z)
    return losses.sum(axis=(-2, -1)) / y.size


@takes_targets(check_probabilities)
def bce_gradient(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of :func:`bce` with respect to the logits: ``(a - y) / (n m)``.

    The slope of the sigmoid has cancelled, so a network that is sure and wrong still
    learns.

    Parameters
    ----------
    a : array (..., n_samples, n_outputs)
        Predictions ``sigmoid(z)``.
    y : array (n_samples, n_outputs)

    Returns
    -------
    array, the shape of ``a``

    Raises
    ------
    ValueError
        If the shapes do not fit, since nothing is stretched; for targets outside [0, 1].

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.91.
    """
    return (a - y) / y.size


@takes_targets(check_distributions)
def cross_entropy(z: np.ndarray, y: np.ndarray) -> LossValue:
    """Cross-entropy of softmax probabilities, from the logits, averaged over samples.

    With ``a = softmax(z)`` this is the mean over samples of ``-sum_k y_k log(a_k)``. The
    logarithm is taken on paper: ``log(a_k) = z_k - log(sum_j exp(z_j))``, and the largest
    logit of each row is subtracted before anything is exponentiated.

    Parameters
    ----------
    z : array (..., n_samples, n_classes)
        Logits: the weighted sums of a softmax output layer.
    y : array (n_samples, n_classes)
        Targets: each row is a distribution, for example one-hot.

    Returns
    -------
    float, or array of the leading axes' shape

    Raises
    ------
    ValueError
        If the shapes do not fit, since nothing is stretched; for rows that do not sum to 1.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.108.
    """
    shifted = z - z.max(axis=-1, keepdims=True)
    log_a = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -(y * log_a).sum(axis=(-2, -1)) / len(y)


@takes_targets(check_distributions)
def cross_entropy_gradient(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of :func:`cross_entropy` with respect to the logits: ``(a - y) / n``.

    Parameters
    ----------
    a : array (..., n_samples, n_classes)
        Predictions ``softmax(z)``.
    y : array (n_samples, n_classes)

    Returns
    -------
    array, the shape of ``a``

    Raises
    ------
    ValueError
        If the shapes do not fit, since nothing is stretched; for rows that do not sum to 1.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.109.
    """
    return (a - y) / len(y)


class Loss(NamedTuple):
    """A loss, as the training code needs it.

    ``name`` is the one to call it by. ``value(z, a, y)`` is the loss, and
    ``output_delta(z, a, y, activation)`` its gradient with respect to the output layer's
    weighted sums ``z``. ``output`` names the only output activation that the loss goes with,
    or is None if any (but softmax) will do. ``check_targets(y)`` returns ``y`` or refuses it.
    """

    name: str
    value: Callable[[np.ndarray, np.ndarray, np.ndarray], LossValue]
    output_delta: Callable[[np.ndarray, np.ndarray, np.ndarray, Activation], np.ndarray]
    output: str | None
    check_targets: Callable[[np.ndarray], np.ndarray]

    def __reduce__(self) -> tuple[Any, ...]:
        return entry, (__name__, "LOSSES", self.name)  # pickled and copied by name


# What is inside the functions above: training has looked at its arguments, once.
_mse, _mse_gradient = unwrap(mse), unwrap(mse_gradient)
_bce, _bce_gradient = unwrap(bce), unwrap(bce_gradient)
_cross_entropy, _cross_entropy_gradient = unwrap(cross_entropy), unwrap(cross_entropy_gradient)

LOSSES = {
    "mse": Loss(
        "mse",
        value=lambda z, a, y: _mse(a, y),
        output_delta=lambda z, a, y, activation: _mse_gradient(a, y) * activation.derivative(z, a),
        output=None,
        check_targets=check_numbers,
    ),
    "bce": Loss(
        "bce",
        value=lambda z, a, y: _bce(z, y),
        output_delta=lambda z, a, y, activation: _bce_gradient(a, y),
        output="sigmoid",
        check_targets=check_probabilities,
    ),
    "cross_entropy": Loss(
        "cross_entropy",
        value=lambda z, a, y: _cross_entropy(z, y),
        output_delta=lambda z, a, y, activation: _cross_entropy_gradient(a, y),
        output="softmax",
        check_targets=check_distributions,
    ),
}
