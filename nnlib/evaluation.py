"""Evaluation: how good a network is on data: classes, the loss, the share that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nnlib.losses import LossValue
from nnlib.network import Network
from nnlib.validation import check_network, same_entries

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


class Evaluation(NamedTuple):
    """What :func:`evaluate` finds: ``loss`` and ``accuracy``, a number each, or one a member.

    ``accuracy`` is the share of the samples that are put into the right class. It is None for a
    network that tells no classes apart, with another output than sigmoid or softmax.
    """

    loss: LossValue
    accuracy: LossValue | None

    def __eq__(self, other: object) -> bool:
        return same_entries(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


def classify(network: Network, X: ArrayLike) -> np.ndarray:
    """Return the class of each sample that a network finds most probable.

    Parameters
    ----------
    network : Network
        With a softmax output, for one class of several; or with a sigmoid output, for yes (1)
        or no (0).
    X : array (n_samples, n_in)

    Returns
    -------
    array of int (*stack_shape, n_samples)
        The number of the class, from 0. A network with several sigmoid outputs gives a row of
        answers for each sample: (*stack_shape, n_samples, n_outputs).

    Raises
    ------
    TypeError, ValueError
        If ``X`` does not fit, or the output is neither sigmoid nor softmax.
    OverflowError
        If the forward pass leaves the finite numbers.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 1.5.1.
    """
    check_network(network, Network)
    if network.output not in ("sigmoid", "softmax"):
        raise ValueError(
            f'the output of {network!r} is no probability. Build the network with output="sigmoid" '
            'for yes or no, or with output="softmax" for several classes.'
        )
    return classes_of(network.predict(X), network.output)


def classes_of(a: np.ndarray, output: str) -> np.ndarray:
    """Return the classes that probabilities, or targets, stand for.

    Parameters
    ----------
    a : array (..., n_samples, n_outputs)
    output : str
        "softmax" or "sigmoid".

    Returns
    -------
    array of int (..., n_samples), or (..., n_samples, n_outputs) for several sigmoid outputs

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 1.5.1.
    """
    if output == "softmax":
        return a.argmax(axis=-1)
    yes = (a > 0.5).astype(int)
    return yes[..., 0] if a.shape[-1] == 1 else yes


def evaluate(network: Network, X: ArrayLike, y: ArrayLike, loss: str) -> Evaluation:
    """Return the loss of a network on data, and the share of the samples that it gets right.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
    y : array (n_samples, n_outputs)
    loss : str
        "mse", "bce" or "cross_entropy".

    Returns
    -------
    Evaluation
        ``evaluate(…).loss`` and ``evaluate(…).accuracy``: numbers, or for a stack arrays of its
        shape. With several sigmoid outputs a sample is right if all of them are.

    Raises
    ------
    TypeError, ValueError
        If ``X``, ``y`` or ``loss`` do not fit the network.
    OverflowError
        If the forward pass leaves the finite numbers.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 5.1.2.
    """
    check_network(network, Network)
    X, y, found = network.check_data(X, y, loss)
    z, a = network.forward(X)
    with np.errstate(all="ignore"):  # a loss beyond the finite numbers is infinite
        value = found.value(z[-1], a[-1], y)
    if network.output not in ("sigmoid", "softmax"):
        return Evaluation(value, None)
    right = classes_of(a[-1], network.output) == classes_of(y, network.output)
    n_axes = len(network.stack_shape) + 1  # of the members, and of the samples
    each = right.all(
        axis=tuple(range(n_axes, right.ndim))
    )  # over the outputs, if there are several
    return Evaluation(value, each.mean(axis=-1))
