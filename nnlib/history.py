"""History: what is measured while a network trains, and what to do when a loss is not finite."""

from __future__ import annotations

import copyreg
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.losses import Loss
from nnlib.network import Network, forward_pass
from nnlib.optimizers import Optimizer


@dataclass(eq=False)
class History:
    """What was measured during training. Row k of every array belongs to ``epoch[k]``.

    Attributes
    ----------
    epoch : array of int (n_measured,)
        How many epochs were behind the network when it was measured; 0 is the start.
    loss : array (n_measured, *stack_shape)
        The loss over all training data. In a stack, a network whose loss left the finite
        numbers has infinity from then on.
    validation_loss : array (n_measured, *stack_shape), or None
        The same over the validation data.
    parameters : array (n_measured, *stack_shape, n_parameters), or None
        The vector of parameters, if it was asked for.
    diverged_at : array of int (*stack_shape)
        The epoch at which the loss was seen to leave the finite numbers; -1 if it never did.
    """

    epoch: np.ndarray
    loss: np.ndarray
    validation_loss: np.ndarray | None
    parameters: np.ndarray | None
    diverged_at: np.ndarray

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and all(
            map(np.array_equal, vars(self).values(), vars(other).values())
        )


class DivergenceError(ArithmeticError):
    """Training stopped because the loss was no longer a finite number.

    Attributes
    ----------
    epoch : int
        The epoch at which it was seen.
    learning_rate : float
    history : History
        What was measured up to then; the last loss is infinity.
    """

    def __init__(self, epoch: int, learning_rate: float, history: History) -> None:
        self.epoch, self.learning_rate, self.history = epoch, learning_rate, history
        super().__init__(
            f"the loss left the finite numbers at epoch {epoch}, with learning_rate "
            f"{learning_rate:g}: the steps overshoot further each time. Try a learning rate ten "
            "times smaller, and bring the columns of X to a similar scale."
            if epoch > 0
            else "the loss is no finite number before the first step (epoch 0, learning_rate "
            f"{learning_rate:g}). X, y or the weights are too large: bring the columns of X and y "
            "to a scale near 1, and start from new weights."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle and deepcopy would call it with the message: they are given what it holds instead.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class TrainingInterrupted(KeyboardInterrupt):
    """Training was stopped by hand (Ctrl-C, or the stop button). The network keeps what it learned.

    ``except KeyboardInterrupt`` catches it too.

    Attributes
    ----------
    epoch : int
        The number of epochs that were done.
    history : History
        What was measured up to then.
    """

    def __init__(self, epoch: int, history: History) -> None:
        self.epoch, self.history = epoch, history
        super().__init__(
            f"training was stopped after epoch {epoch}. The network keeps what it has learned, "
            "and this error has what was measured: error.history."
        )

    __reduce__ = DivergenceError.__reduce__


class Recorder:
    """Collects the rows of a :class:`History`, and deals with losses that are not finite."""

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        data: tuple[np.ndarray, np.ndarray],
        validation: tuple[np.ndarray, np.ndarray] | None,
        loss: Loss,
        learning_rate: float | np.ndarray,
        measure_every: int,
        keep_parameters: bool,
        stop: bool,
    ) -> None:
        self.network, self.optimizer = network, optimizer
        self.loss, self.learning_rate = loss, learning_rate
        self.data, self.validation = data, validation
        self.measure_every, self.keep_parameters, self.stop = measure_every, keep_parameters, stop
        self.rows: list[tuple[Any, ...]] = []  # epoch, loss, validation loss, parameters
        self.due = 0
        self.diverged_at = np.full(network.stack_shape, -1)
        self.any_diverged = False
        self.last_finite = network.parameters.vector.copy(order="K")

    def record(self, epoch: int, z: list[np.ndarray], a: list[np.ndarray]) -> None:
        """Measure the network once, if this epoch is due. A forward pass over a batch gave z, a.

        Raises
        ------
        DivergenceError
            If the loss is no finite number, and training is to stop then.
        """
        if epoch >= self.due:
            self.due = epoch + self.measure_every
            X, y = self.data
            full = len(a[0]) == len(X)
            self._add_row(epoch, self.loss.value(z[-1], a[-1], y) if full else self._loss(X, y))

    def finish(self, epoch: int) -> None:
        """Measure the network at its end, where infinite weights count as a divergence too.

        A sigmoid can hide them behind a finite loss.

        Raises
        ------
        DivergenceError
            As :meth:`record`.
        """
        sound = np.isfinite(self.network.parameters.vector).all(axis=-1)
        self._add_row(epoch, np.where(sound, self._loss(*self.data), np.inf))

    def _loss(self, X: np.ndarray, y: np.ndarray) -> Any:
        z, a = forward_pass(self.network, X)
        return self.loss.value(z[-1], a[-1], y)

    def _add_row(self, epoch: int, loss: Any) -> None:
        # math.isfinite is the faster one, but takes one number only.
        finite = np.isfinite(loss).all() if self.network.stack_shape else math.isfinite(loss)
        if self.any_diverged or not finite:
            loss = self._mark_diverged(epoch, loss)
        held_out = np.nan
        if self.validation is not None:
            held_out = np.where(np.isfinite(loss), self._loss(*self.validation), np.inf)
        vector = self.network.parameters.vector
        self.rows.append((epoch, loss, held_out, vector.copy() if self.keep_parameters else None))
        if self.any_diverged and self.stop:
            rates = np.broadcast_to(self.learning_rate, (*self.diverged_at.shape, 1))
            raise DivergenceError(epoch, float(rates[self.diverged_at >= 0].max()), self.history())
        self.last_finite[...] = vector

    def _mark_diverged(self, epoch: int, loss: Any) -> np.ndarray:
        """Take diverged networks back to their last measured parameters; their loss is infinity."""
        new = ~np.isfinite(loss) & (self.diverged_at < 0)
        self.diverged_at = np.where(new, epoch, self.diverged_at)
        self.any_diverged = True
        self.restore_diverged()
        return np.where(self.diverged_at < 0, loss, np.inf)

    def restore_diverged(self) -> None:
        """Take diverged networks back to where they were: they are trained no more."""
        if self.any_diverged:
            diverged = self.diverged_at >= 0
            self.network.parameters.vector[diverged] = self.last_finite[diverged]

    def close(self) -> None:
        """Leave finite parameters behind, however training came to its end."""
        vector = self.network.parameters.vector
        infinite = ~np.isfinite(vector).all(axis=-1)
        vector[infinite] = self.last_finite[infinite]
        if hasattr(self.optimizer, "left"):  # it remembers its steps, and so whose they were
            self.optimizer.left = vector.copy()

    def history(self) -> History:
        """Return what was collected."""
        epoch, loss, held_out, kept = map(np.array, list(zip(*self.rows, strict=True)) or [()] * 4)
        held_out = held_out if self.validation else None
        kept = kept if self.keep_parameters else None
        return History(epoch, loss, held_out, kept, self.diverged_at)
