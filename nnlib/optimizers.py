"""Optimisers: what a step makes of the gradient.

Each has a method ``step(theta, gradient, learning_rate)``, which changes the vector of parameters
``theta`` in place. What an optimiser remembers from step to step, it keeps itself: use a new one
for each training, or the same one to go on with a network where it stopped.

Shapes: ``theta`` and ``gradient`` (*stack_shape, n_parameters); ``learning_rate`` is a number, or
an array (*stack_shape, 1).
"""

from typing import Protocol

import numpy as np

from nnlib.validation import check_fraction, check_small, check_step, settings


class Optimizer(Protocol):
    """Anything with this method, one of your own too: it does not have to name this class."""

    def step(
        self, theta: np.ndarray, gradient: np.ndarray, learning_rate: float | np.ndarray
    ) -> None:
        """Change ``theta`` in place by one step."""


@settings()
class GradientDescent:
    """Go straight against the gradient: ``theta = theta - learning_rate * gradient``.

    Source: Cauchy, *Méthode générale pour la résolution des systèmes d'équations simultanées*
    (1847).
    """

    def step(
        self, theta: np.ndarray, gradient: np.ndarray, learning_rate: float | np.ndarray
    ) -> None:
        """Change ``theta`` in place by one step.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit the others; nothing is changed then.
        """
        gradient = check_step(theta, gradient, learning_rate)
        theta -= learning_rate * gradient


@settings(momentum=check_fraction)
class Momentum:
    """Keep some of the speed of the last step, like a heavy ball that rolls downhill.

    ``velocity = momentum * velocity - learning_rate * gradient``, then ``theta += velocity``.
    Where gradients agree from step to step the speed builds up, to ``1 / (1 - momentum)`` times
    that of gradient descent. Where they alternate, they cancel.

    Parameters
    ----------
    momentum : float
        The share of the speed that is kept, from 0 to below 1.

    Raises
    ------
    ValueError
        If ``momentum`` is not in this range.

    Source: Polyak, *Some methods of speeding up the convergence of iteration methods* (1964).
    """

    def __init__(self, momentum: float = 0.9) -> None:
        self.momentum = momentum
        self.velocity: float | np.ndarray = 0.0
        self.left: np.ndarray | None = None  # the parameters that the last training ended with

    def step(
        self, theta: np.ndarray, gradient: np.ndarray, learning_rate: float | np.ndarray
    ) -> None:
        """Change ``theta`` in place by one step.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit the others, or the steps so far; nothing is changed then.
        """
        gradient = check_step(theta, gradient, learning_rate, self.velocity)
        self.velocity = self.momentum * self.velocity - learning_rate * gradient
        theta += self.velocity


@settings(beta1=check_fraction, beta2=check_fraction, epsilon=check_small)
class Adam:
    """Give each parameter a step of about ``learning_rate``, however long its gradient is.

    It keeps two running means for each parameter: of the gradient and of its square. The step is
    the first, divided by the root of the second. Both start at 0, and are scaled up at the
    beginning to make good for that.

    Parameters
    ----------
    beta1, beta2 : float
        How much of the old mean is kept, for the gradient and for its square; from 0 to below 1.
    epsilon : float
        Keeps the division finite where the gradient has always been 0.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Source: Kingma & Ba, *Adam: A Method for Stochastic Optimization* (2015), algorithm 1.
    """

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.mean: float | np.ndarray = 0.0
        self.mean_of_squares: float | np.ndarray = 0.0
        self.n_steps = 0
        self.left: np.ndarray | None = None  # as in Momentum

    def step(
        self, theta: np.ndarray, gradient: np.ndarray, learning_rate: float | np.ndarray
    ) -> None:
        """Change ``theta`` in place by one step.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit the others, or the steps so far; nothing is changed then.
        """
        gradient = check_step(theta, gradient, learning_rate, self.mean)
        self.n_steps += 1
        self.mean = self.beta1 * self.mean + (1 - self.beta1) * gradient
        squares = gradient * gradient
        self.mean_of_squares = self.beta2 * self.mean_of_squares + (1 - self.beta2) * squares
        mean = self.mean / (1 - self.beta1**self.n_steps)
        mean_of_squares = self.mean_of_squares / (1 - self.beta2**self.n_steps)
        theta -= learning_rate * mean / (np.sqrt(mean_of_squares) + self.epsilon)


Kinds = dict[str, type[Optimizer]]
OPTIMIZERS: Kinds = {"gradient_descent": GradientDescent, "momentum": Momentum, "adam": Adam}
