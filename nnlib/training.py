"""Training: go a small step against the gradient, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.backprop import backward_pass
from nnlib.history import History, Recorder
from nnlib.losses import Loss, check_loss
from nnlib.network import Network, forward_pass
from nnlib.optimizers import Optimizer, make_optimizer
from nnlib.parameters import Parameters
from nnlib.validation import (
    check_array,
    check_choice,
    check_function,
    check_generator,
    check_instance,
    check_integer,
    check_number,
    describe,
)

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


def train(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str,
    learning_rate: float | ArrayLike,
    epochs: int,
    batch_size: int | None = None,
    rng: np.random.Generator | None = None,
    weight_decay: float = 0.0,
    optimizer: str | Optimizer = "gradient_descent",
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    measure_every: int = 1,
    keep_parameters: bool = False,
    callback: Callable[[int, Network], object] | None = None,
    progress: Callable[[range], Iterable[int]] | None = None,
    divergence: str = "raise",
) -> History:
    """Train a network in place by gradient descent, and return what was measured.

    Parameters
    ----------
    network : Network
        Its parameters are changed; ``network.copy()`` keeps the start. A stack is trained
        all at once.
    X : array (n_samples, n_in)
    y : array (n_samples, n_out)
    loss : str
        "mse", "bce" or "cross_entropy".
    learning_rate : float, or array of the stack's shape
        The length of a step, in units of parameter per gradient.
    epochs : int
        How often to go through all the data.
    batch_size : int, optional
        Samples in a step. By default all of them, which is one step an epoch.
    rng : numpy.random.Generator, optional
        Shuffles the samples before each epoch; needed when ``batch_size`` is given.
    weight_decay : float
        Adds ``weight_decay * W`` to the gradient of every W (not of b). That descends
        ``loss + weight_decay / 2 * (sum of all W**2)``. The recorded loss is without this term.
    optimizer : str, or an optimiser
        "gradient_descent", "momentum" or "adam", with their usual settings, or one made from
        the classes in :mod:`nnlib.optimizers`.
    validation : pair (X, y), optional
        Data to measure on, and not to train on.
    measure_every : int
        Epochs from one measurement to the next. The start and the end are always measured.
    keep_parameters : bool
        Whether to keep the parameters of each measurement.
    callback : function, optional
        Called as ``callback(epoch, network)`` after each epoch, with the number of epochs
        done. Training stops if it returns something true.
    progress : function, optional
        Wraps the range of epochs, as tqdm does: ``for epoch in progress(range(epochs))``.
    divergence : str
        What to do when a loss is no longer finite: "raise" an error, or "record" it. In a
        stack, "record" stops that network at the parameters it was last measured with, and
        trains the others on.

    Returns
    -------
    History

    Raises
    ------
    DivergenceError
        If a loss leaves the finite numbers (unless ``divergence`` is "record").
    TypeError, ValueError
        If an argument does not fit; the message says which and why.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), algorithm 8.1.
    """
    check_instance("network", network, Network, "Make one with Network.random([2, 4, 1], …).")
    X = network.check_inputs(X)
    y = network.check_targets(X, y)
    loss = check_loss(loss, network.activations[-1], y)
    rate = check_learning_rate(learning_rate, network)
    check_integer("epochs", epochs, "It is how often training goes through the data.")
    check_integer("measure_every", measure_every, "Use 1 to measure every epoch.")
    weight_decay = check_number(
        "weight_decay", weight_decay, at_least=0, what_to_do="Use 0 for none."
    )
    optimizer = make_optimizer(optimizer)
    batch_size = check_batches(batch_size, rng, len(X))
    validation = check_validation(validation, network, loss)
    for name, function in [("callback", callback), ("progress", progress)]:
        if function is not None:
            check_function(name, function, "Leave it out for none.")
    stop = check_choice("divergence", divergence, {"raise": True, "record": False})
    recorder = Recorder(network, y, loss, rate, validation, keep_parameters, stop)
    gradients = network.parameters.zeros_like()

    epoch = -1
    with np.errstate(over="ignore", invalid="ignore"):  # the recorder watches for them
        for epoch in range(epochs) if progress is None else progress(range(epochs)):
            for batch, rows in enumerate(mini_batches(len(X), batch_size, rng)):
                z, a = forward_pass(network, X[rows])
                if batch == 0 and epoch % measure_every == 0:
                    full = (z, a) if batch_size == len(X) else forward_pass(network, X)
                    recorder.record(epoch, *full)
                backward_pass(network, z, a, y[rows], loss, out=gradients)
                if weight_decay:
                    add_weight_decay(gradients, network, weight_decay)
                optimizer.step(network.parameters.vector, gradients.vector, rate)
                recorder.restore_diverged()
            if callback is not None and callback(epoch + 1, network):
                break
        z, a = forward_pass(network, X)
        recorder.record(epoch + 1, z, a, last=True)
    return recorder.history()


# Any stands for None here: a generator is there whenever one is needed, which is checked before.
def mini_batches(
    n_samples: int, batch_size: int, rng: np.random.Generator | Any
) -> Iterator[slice | np.ndarray]:
    """Yield the rows of each batch of one epoch: every sample once, in a new random order.

    Parameters
    ----------
    n_samples, batch_size : int
        The last batch is smaller if ``batch_size`` does not divide ``n_samples``.
    rng : numpy.random.Generator, or None
        Not used when the batch is the whole data: the order does not matter then.

    Yields
    ------
    slice, or array of int (batch_size,)

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 8.1.3.
    """
    if batch_size == n_samples:
        yield slice(None)
        return
    order = rng.permutation(n_samples)
    for start in range(0, n_samples, batch_size):
        yield order[start : start + batch_size]


def add_weight_decay(gradients: Parameters, network: Network, weight_decay: float) -> None:
    """Add the gradient of ``weight_decay / 2 * sum(W**2)``; biases are left alone.

    Parameters
    ----------
    gradients : Parameters
        Changed in place.
    network : Network
    weight_decay : float

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 7.1.1.
    """
    for dW, W in zip(gradients.W[1:], network.W[1:], strict=True):
        dW += weight_decay * W


def check_learning_rate(learning_rate: float | ArrayLike, network: Network) -> float | np.ndarray:
    """Return the learning rate ready to be multiplied with ``network.parameters.vector``.

    Raises
    ------
    ValueError
        If it is not positive and finite, or an array whose shape is not that of the stack.
    """
    advice = "Try 0.1 first; smaller if the loss grows, larger if it hardly falls."
    if not isinstance(learning_rate, (np.ndarray, list, tuple)):
        return check_number("learning_rate", learning_rate, above=0, what_to_do=advice)
    rates = check_array("learning_rate", learning_rate, network.dtype)
    if rates.shape != network.stack_shape:
        raise ValueError(
            f"learning_rate has shape {rates.shape}, but the stack of networks has shape "
            f"{network.stack_shape}. Give one number for all, or one for each network."
        )
    if rates.min() <= 0:
        raise ValueError(
            f"the smallest learning_rate is {rates.min():g}, but each must be above 0. {advice}"
        )
    return rates[..., np.newaxis]


def check_batches(batch_size: int | None, rng: np.random.Generator | None, n_samples: int) -> int:
    """Return the number of samples in a step, which is ``n_samples`` by default."""
    if rng is not None:
        check_generator("rng", rng)
    if batch_size is None:
        return n_samples
    check_integer("batch_size", batch_size, "Leave it out to use all samples at once.")
    if batch_size > n_samples:
        raise ValueError(
            f"batch_size is {batch_size}, but there are only {n_samples} samples. "
            "Leave it out to use all samples at once."
        )
    if batch_size < n_samples:
        check_generator("rng", rng)
    return int(batch_size)


def check_validation(
    validation: tuple[ArrayLike, ArrayLike] | None, network: Network, loss: Loss
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the validation data as a checked pair (X, y), or None."""
    if validation is None:
        return None
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(
            f"validation is {describe(validation)}, but a pair (X, y) is expected. "
            "Pass validation=(X_validation, y_validation)."
        )
    try:
        X = network.check_inputs(validation[0])
        y = network.check_targets(X, validation[1])
        check_loss(loss.name, network.activations[-1], y)
    except (TypeError, ValueError) as error:
        raise type(error)(f"in the validation data, {error}") from None
    return X, y
