"""History: what is measured while a network trains, and what to do when a loss is not finite."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnlib.losses import Loss, LossValue
from nnlib.network import Network, forward_pass
from nnlib.parameters import ByLayer


@dataclass
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


class Recorder:
    """Collects the rows of a :class:`History`, and deals with losses that are not finite."""

    def __init__(
        self,
        network: Network,
        y: np.ndarray,
        loss: Loss,
        learning_rate: float | np.ndarray,
        validation: tuple[np.ndarray, np.ndarray] | None,
        keep_parameters: bool,
        stop: bool,
    ) -> None:
        self.network, self.y, self.loss = network, y, loss
        self.learning_rate, self.validation = learning_rate, validation
        self.keep_parameters, self.stop = keep_parameters, stop
        self.epochs: list[int] = []
        self.losses: list[LossValue] = []
        self.validation_losses: list[LossValue] = []
        self.kept: list[np.ndarray] = []
        self.diverged_at = np.full(network.stack_shape, -1)
        self.any_diverged = False
        self.last_finite = network.parameters.vector.copy(order="K")

    def record(self, epoch: int, z: ByLayer, a: list[np.ndarray], last: bool = False) -> None:
        """Measure the network, whose forward pass over all training data gave z and a.

        Raises
        ------
        DivergenceError
            If the loss is no finite number, and training is to stop then.
        """
        loss = self.loss.value(z[-1], a[-1], self.y)
        if last:  # a sigmoid can hide infinite weights behind a finite loss
            sound = np.isfinite(self.network.parameters.vector).all(axis=-1)
            loss = np.where(sound, loss, np.inf)
        # math.isfinite is the faster one, but takes one number only.
        finite = np.isfinite(loss).all() if self.network.stack_shape else math.isfinite(loss)
        if self.any_diverged or not finite:
            loss = self._mark_diverged(epoch, loss)
        self.epochs.append(epoch)
        self.losses.append(loss)
        if self.validation is not None:
            X, y = self.validation
            z, a = forward_pass(self.network, X)
            validation_loss = self.loss.value(z[-1], a[-1], y)
            self.validation_losses.append(np.where(np.isfinite(loss), validation_loss, np.inf))
        if self.keep_parameters:
            self.kept.append(self.network.parameters.vector.copy())
        if self.any_diverged and self.stop:
            rate = self._rates()[self.diverged_at >= 0].max()
            raise DivergenceError(epoch, float(rate), self.history())
        self.last_finite[...] = self.network.parameters.vector

    def _mark_diverged(self, epoch: int, loss: LossValue) -> np.ndarray:
        """Take diverged networks back to their last measured parameters; their loss is infinity."""
        new = ~np.isfinite(loss) & (self.diverged_at < 0)
        self.diverged_at = np.where(new, epoch, self.diverged_at)
        self.any_diverged = True
        self.network.parameters.vector[new] = self.last_finite[new]
        return np.where(self.diverged_at < 0, loss, np.inf)

    def restore_diverged(self) -> None:
        """Take diverged networks back to where they were: they are trained no more."""
        if self.any_diverged:
            diverged = self.diverged_at >= 0
            self.network.parameters.vector[diverged] = self.last_finite[diverged]

    def _rates(self) -> np.ndarray:
        return np.broadcast_to(self.learning_rate, (*self.diverged_at.shape, 1))[..., 0]

    def history(self) -> History:
        """Return what was collected."""
        return History(
            epoch=np.array(self.epochs),
            loss=np.array(self.losses),
            validation_loss=np.array(self.validation_losses) if self.validation else None,
            parameters=np.array(self.kept) if self.keep_parameters else None,
            diverged_at=self.diverged_at,
        )
