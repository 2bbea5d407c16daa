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
from typing import Any, NamedTuple

import numpy as np

from nnlib.activations import ACTIVATIONS, Activation
from nnlib.validation import check_choice

# A loss is a number for one network, and an array for a stack. Which of the two depends on the
# shapes, and types do not know shapes.
LossValue = Any


def check_shapes(predictions: np.ndarray, y: np.ndarray) -> None:
    """Raise a ValueError where NumPy would stretch ``y`` to the predictions, or they to it."""
    if predictions.shape[-2:] != y.shape or y.size == 0:
        raise ValueError(
            f"y has shape {y.shape}, but the predictions have shape {predictions.shape}. Give y "
            "the shape (n_samples, n_outputs) of the predictions' last two axes, with at least one "
            "sample; for one output that is y.reshape(-1, 1)."
        )


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
        If the shapes do not fit; nothing is stretched.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 5.14 (there
    with the factor 1/2 and a sum).
    """
    check_shapes(a, y)
    return np.square(a - y).sum(axis=(-2, -1)) / y.size


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
        If the shapes do not fit; nothing is stretched.

    Source: the derivative of ``mse``; checked against finite differences in the tests.
    """
    check_shapes(a, y)
    return (a - y) * (2 / y.size)


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
        If the shapes do not fit; nothing is stretched.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 6.2.2.2.
    """
    check_shapes(z, y)
    losses = np.logaddexp(-y * z, (1 - y) * z)
    return losses.sum(axis=(-2, -1)) / y.size


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
        If the shapes do not fit; nothing is stretched.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.91.
    """
    check_shapes(a, y)
    return (a - y) / y.size


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
        If the shapes do not fit; nothing is stretched.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.108.
    """
    check_shapes(z, y)
    shifted = z - z.max(axis=-1, keepdims=True)
    log_a = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -(y * log_a).sum(axis=(-2, -1)) / len(y)


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
        If the shapes do not fit; nothing is stretched.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), equation 4.109.
    """
    check_shapes(a, y)
    return (a - y) / len(y)


class Loss(NamedTuple):
    """A loss, as the training code needs it.

    ``name`` is the one to call it by. ``value(z, a, y)`` is the loss, and
    ``output_delta(z, a, y, activation)`` its gradient with respect to the output layer's
    weighted sums ``z``. ``output`` names the only output activation that the loss goes with,
    or is None if any (but softmax) will do.
    """

    name: str
    value: Callable[[np.ndarray, np.ndarray, np.ndarray], LossValue]
    output_delta: Callable[[np.ndarray, np.ndarray, np.ndarray, Activation], np.ndarray]
    output: str | None


LOSSES = {
    "mse": Loss(
        "mse",
        value=lambda z, a, y: mse(a, y),
        output_delta=lambda z, a, y, activation: mse_gradient(a, y) * activation.derivative(z, a),
        output=None,
    ),
    "bce": Loss(
        "bce",
        value=lambda z, a, y: bce(z, y),
        output_delta=lambda z, a, y, activation: bce_gradient(a, y),
        output="sigmoid",
    ),
    "cross_entropy": Loss(
        "cross_entropy",
        value=lambda z, a, y: cross_entropy(z, y),
        output_delta=lambda z, a, y, activation: cross_entropy_gradient(a, y),
        output="softmax",
    ),
}


def check_loss(loss: str, output: Activation, y: np.ndarray) -> Loss:
    """Return the :class:`Loss` named ``loss`` if it fits the output activation and targets.

    Parameters
    ----------
    loss : str
        "mse", "bce" or "cross_entropy".
    output : Activation
        The output layer's activation.
    y : array (n_samples, n_outputs)
        Targets.

    Raises
    ------
    ValueError
        For an unknown name, an output activation that the loss is not made for, labels
        outside [0, 1] under BCE, or rows that are no distribution under cross-entropy.
    """
    found = check_choice("loss", loss, LOSSES)
    if found.output not in (None, output.name):
        raise ValueError(
            f'loss "{loss}" reads the output as "{found.output}" probabilities, but this '
            f'network\'s output is "{output.name}". '
            f'Build the network with output="{found.output}", or use loss="mse".'
        )
    if found.output is None and output is ACTIVATIONS["softmax"]:
        raise ValueError(
            f'loss "{loss}" needs the derivative of each output on its own, which softmax does '
            'not have. Use loss="cross_entropy" with a softmax output.'
        )
    if loss == "bce" and (y.min() < 0 or y.max() > 1):
        raise ValueError(
            f"y ranges from {y.min():g} to {y.max():g}, but binary cross-entropy expects labels "
            "between 0 and 1. Recode the labels (for -1 and 1: (y + 1) / 2), or use loss='mse'."
        )
    if loss == "cross_entropy":
        sums = y.sum(axis=1)
        worst = int(np.abs(sums - 1).argmax())
        if y.min() < 0 or abs(sums[worst] - 1) > 1e-6:
            raise ValueError(
                "each row of y must be a distribution over the classes (no negative entry, sum "
                f"1), but y has the smallest entry {y.min():g}, and row {worst} sums to "
                f"{sums[worst]:g}. One-hot rows fit: np.eye(n_classes)[labels]."
            )
    return found
