"""Training: go a small step against the gradient, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from nnlib import validation as checks
from nnlib.backprop import backward_pass
from nnlib.history import History, Recorder, TrainingInterrupted
from nnlib.network import Network, forward_pass
from nnlib.optimizers import OPTIMIZERS, Optimizer
from nnlib.parameters import Parameters

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
    TrainingInterrupted
        If it is stopped by hand; a KeyboardInterrupt with the history so far.
    TypeError, ValueError
        If an argument does not fit; the message says which and why.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), algorithm 8.1.
    """
    checks.check_network(network, Network)
    X, y, found = network.check_data(X, y, loss)
    rate = checks.check_learning_rate(learning_rate, network.stack_shape, network.dtype)
    checks.check_integer("epochs", epochs, "It is how often training goes through the data.")
    checks.check_integer("measure_every", measure_every, "Use 1 to measure every epoch.")
    checks.check_number("weight_decay", weight_decay, at_least=0, advice="Use 0 for none.")
    batch_size = checks.check_batches(batch_size, rng, len(X))
    held_out = checks.check_validation(validation, network.check_data, loss)
    stop = checks.check_choice("divergence", divergence, {"raise": True, "record": False})
    vector, progress = network.parameters.vector, checks.check_progress(progress)
    optimizer = checks.check_optimizer(optimizer, vector, OPTIMIZERS)
    callback = checks.check_callback(callback, vector, (X, y), held_out)
    kept = (measure_every, checks.check_switch("keep_parameters", keep_parameters), stop)
    recorder = Recorder(network, optimizer, (X, y), held_out, found, rate, *kept)
    gradients = network.parameters.zeros_like()

    epoch = -1
    try:
        with closing(recorder), np.errstate(all="ignore"):  # it watches for what is not finite
            for epoch in progress(range(epochs)):
                for rows in mini_batches(len(X), batch_size, rng):
                    z, a = forward_pass(network, pick(X, rows))
                    recorder.record(epoch, z, a)
                    backward_pass(network, z, a, pick(y, rows), found, out=gradients)
                    if weight_decay:
                        add_weight_decay(gradients, network, weight_decay)
                    optimizer.step(network.parameters.vector, gradients.vector, rate)
                    recorder.restore_diverged()
                if callback(epoch + 1, network):
                    break
            recorder.finish(epoch + 1)
        return recorder.history()
    except KeyboardInterrupt:
        history = checks.despite_ctrl_c(recorder.history)
        raise TrainingInterrupted(callback.done, history) from None


def mini_batches(
    n_samples: int, batch_size: int, rng: np.random.Generator | None
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

    Raises
    ------
    TypeError
        If there are several batches, and no generator to draw their order.

    Source: Goodfellow, Bengio & Courville, *Deep Learning* (2016), section 8.1.3.
    """
    if batch_size == n_samples:
        yield slice(None)
        return
    order = checks.check_generator("rng", rng).permutation(n_samples)
    for start in range(0, n_samples, batch_size):
        yield order[start : start + batch_size]


def pick(array: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
    """Return ``array[rows]``; ``take`` gives the same as the brackets, and is faster.

    Parameters
    ----------
    array : array (n_samples, n_columns)
    rows : slice, or array of int (batch_size,)

    Returns
    -------
    array (batch_size, n_columns)

    Source: the NumPy reference, ``numpy.take``.
    """
    return array[rows] if isinstance(rows, slice) else array.take(rows, axis=0)


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
