"""nnlib: the small neural-network library that the lessons build. It needs NumPy alone.

One concept a module, in an order in which they can be read:

- :mod:`nnlib.validation`: checks of arguments
- :mod:`nnlib.activations`: sigmoid, tanh, ReLU, softmax, with their derivatives
- :mod:`nnlib.initialization`: random starts
- :mod:`nnlib.losses`: mean squared error, cross-entropies
- :mod:`nnlib.stacks`: how many networks lie in memory
- :mod:`nnlib.parameters`: all weights and biases in one vector
- :mod:`nnlib.network`: layers as matrices, the forward pass
- :mod:`nnlib.backprop`: the gradient of the loss
- :mod:`nnlib.diagnosis`: what a wrong gradient looks like
- :mod:`nnlib.gradcheck`: the same gradient, measured
- :mod:`nnlib.optimizers`: what a step makes of the gradient; momentum, Adam
- :mod:`nnlib.history`: what is measured during training
- :mod:`nnlib.training`: gradient descent, in full batches or mini-batches
- :mod:`nnlib.evaluation`: classes, and how many are right
- :mod:`nnlib.storage`: saving and loading
- :mod:`nnlib.datasets`: small data sets
- :mod:`nnlib.autodiff`: gradients without equations, from arrays that remember how they were made
- :mod:`nnlib.published`: the four write-ups the series grew out of
- :mod:`nnlib.audit`: what is wrong in a program that somebody wrote
"""

from nnlib import activations, autodiff, datasets, initialization, losses, optimizers, published
from nnlib.audit import audit
from nnlib.backprop import backward_pass, gradients
from nnlib.evaluation import Evaluation, classify, evaluate
from nnlib.gradcheck import check_gradients, compare_gradients, numerical_gradient
from nnlib.history import DivergenceError, History, TrainingInterrupted
from nnlib.network import Network, forward_pass
from nnlib.parameters import Parameters
from nnlib.storage import load_network, save_network
from nnlib.training import train

__version__ = "0.1.0"

__all__ = [
    "DivergenceError",
    "Evaluation",
    "History",
    "Network",
    "Parameters",
    "TrainingInterrupted",
    "activations",
    "audit",
    "autodiff",
    "backward_pass",
    "check_gradients",
    "classify",
    "compare_gradients",
    "datasets",
    "evaluate",
    "forward_pass",
    "gradients",
    "initialization",
    "load_network",
    "losses",
    "numerical_gradient",
    "optimizers",
    "published",
    "save_network",
    "train",
]
