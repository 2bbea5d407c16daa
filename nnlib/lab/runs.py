"""A training, stored: what was measured, the network at each measurement, and how it ended.

The widgets train in slices, between which the page lives (:mod:`nnlib.lab.widgets.kit.jobs`); in
one piece, the same training gives the same numbers.
"""

from collections import OrderedDict
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, wraps
from time import perf_counter

import numpy as np

from nnlib import datasets
from nnlib.backprop import backward_pass
from nnlib.history import DivergenceError
from nnlib.losses import LOSSES
from nnlib.network import Network, forward_pass
from nnlib.training import train

RIGHT = 0.5  # a largest error below it: every sample is on its side of the line
SOLVED = 0.1  # a largest error below it: solved, as in lesson 05
SLICE = 0.025  # seconds


@dataclass(frozen=True)
class Data:
    """Samples, split into those to train on and those to measure on.

    Attributes
    ----------
    X, y : arrays (n_samples, 2), (n_samples, 1)
        All of them.
    training, validation : arrays of int
        Their rows.
    """

    X: np.ndarray
    y: np.ndarray
    training: np.ndarray
    validation: np.ndarray


def xor():
    """Return the four corners, all of them for training."""
    X, y = datasets.xor()
    return Data(X, y, np.arange(len(X)), np.arange(0))


XOR = xor()


@dataclass(frozen=True)
class Run:
    """A training, stored: moving through its epochs trains nothing again.

    Attributes
    ----------
    settings : object
        What it was made from.
    data : Data
    loss_name : str
    epochs : int
        How many there were to be.
    epoch : array of int (n_measured,)
    loss : array (n_measured,)
        Over the training samples, without the term of L2.
    validation_loss : array (n_measured,) or None
    networks : Network
        A stack: the network at each of these epochs.
    divergence : DivergenceError or None
        If it diverged, what happened; the arrays end before.
    """

    settings: object
    data: Data
    loss_name: str
    epochs: int
    epoch: np.ndarray
    loss: np.ndarray
    validation_loss: np.ndarray | None
    networks: Network
    divergence: DivergenceError | None

    @property
    def last_epoch(self):
        """How far a picture of the curves reaches."""
        return self.epochs if self.divergence is None else self.divergence.epoch

    @cached_property
    def largest_error(self):
        """Over the training samples, at each measurement: array (n_measured,)."""
        X, y = self._training
        return np.abs(self.networks.predict(X) - y).max(axis=(-2, -1))

    @cached_property
    def slopes(self):
        """For each layer the mean of ``|∂L/∂W|`` over all training samples, without L2.

        An array (n_layers, n_measured).
        """
        X, y = self._training
        with np.errstate(over="ignore", invalid="ignore"):
            z, a = forward_pass(self.networks, X)
            gradients = backward_pass(self.networks, z, a, y, LOSSES[self.loss_name])
            return np.array([np.abs(dW).mean(axis=(-2, -1)) for dW in gradients.W[1:]])

    @property
    def _training(self):
        return self.data.X[self.data.training], self.data.y[self.data.training]

    def frame_at(self, epoch):
        """Return the row that is nearest to an epoch."""
        return int(np.abs(self.epoch - epoch).argmin())

    def holds_from(self, limit):
        """Return the epoch from which on the largest error stays below ``limit``, or None."""
        above = np.flatnonzero(self.largest_error >= limit)
        if len(above) == 0:
            return int(self.epoch[0])
        return None if above[-1] + 1 == len(self.epoch) else int(self.epoch[above[-1] + 1])


def in_slices(settings, data, network, *, epochs, measure_every=1, rng=None, **options):
    """Train, and yield after every slice the share that is done and the Run so far.

    Parameters
    ----------
    settings : object
        Kept in the Run.
    data : Data
    network : Network
        The start; it stays as it is.
    epochs, measure_every, rng, options
        As in ``train``.

    Yields
    ------
    share : float
    run : Run
    """
    X, y, validation = data.X[data.training], data.y[data.training], data.validation
    options |= {"measure_every": measure_every, "keep_parameters": True}
    options |= {"validation": (data.X[validation], data.y[validation]) if len(validation) else None}
    start, net, numbers = network, network.copy(), deepcopy(rng)
    parts, done = [], 0

    def run_of(history, divergence=None):
        sound = np.isfinite(history.loss) & np.isfinite(history.parameters).all(axis=-1)
        validation_loss = history.validation_loss
        return Run(
            settings, data, options["loss"], epochs, history.epoch[sound], history.loss[sound],
            None if validation_loss is None else validation_loss[sound],
            start.with_vector(history.parameters[sound]), divergence,
        )  # fmt: skip

    while done < epochs:
        end = perf_counter() + SLICE

        def time_is_over(*_, end=end):
            return perf_counter() > end

        # A slice that ended between two measurements is followed by one that leads to the next.
        behind = done % measure_every
        n = min(measure_every - behind, epochs - done) if behind else epochs - done
        try:
            part = train(net, X, y, epochs=n, rng=numbers, callback=time_is_over, **options)
        except DivergenceError:
            break
        part.epoch += done
        done = int(part.epoch[-1])
        parts.append(part)
        if done < epochs:
            yield done / epochs, run_of(joined(parts, measure_every, epochs))
    if done == epochs:
        yield 1.0, run_of(joined(parts, measure_every, epochs))
        return
    # In one piece, so that it does not depend on the time where it is seen to diverge.
    try:
        train(start.copy(), X, y, epochs=epochs, rng=deepcopy(rng), **options)
    except DivergenceError as error:
        yield 1.0, run_of(error.history, error)


def joined(parts, measure_every, epochs):
    """Put histories of one training together, without what the ends of slices have added."""
    epoch = np.concatenate([part.epoch for part in parts])
    wanted = (epoch % measure_every == 0) | (epoch == epochs)
    rows = np.flatnonzero(wanted)[np.unique(epoch[wanted], return_index=True)[1]]
    whole = deepcopy(parts[0])
    for name in ("epoch", "loss", "validation_loss", "parameters"):
        if getattr(whole, name) is not None:
            setattr(whole, name, np.concatenate([getattr(part, name) for part in parts])[rows])
    return whole


def last_of(slices):
    """Return the run at the end, trained at once."""
    return [run for _, run in slices][-1]


class Cache:
    """The runs that were used last; each is trained once, as long as it is kept here.

    A run is whatever comes of a training: in the widgets a :class:`Run`, in the checks a number.
    """

    def __init__(self, size=20):
        self.size, self.runs = size, OrderedDict()

    def slices(self, settings, make):
        """Yield a stored run, or what ``make()`` yields, which is then stored."""
        if settings not in self.runs:
            for share, run in make():
                yield share, run
                if share < 1:
                    continue
                self.runs[settings] = run
        else:
            yield 1.0, self.runs[settings]
        if settings in self.runs:
            self.runs.move_to_end(settings)
        while len(self.runs) > self.size:
            self.runs.popitem(last=False)


def trained_once(train):
    """Decorate a function that trains: what it returned for the last settings is kept."""
    cache = Cache()

    @wraps(train)
    def kept(*settings):
        return last_of(cache.slices(settings, lambda: [(1.0, train(*settings))]))

    return kept
