"""nnlib: the small neural-network library that the lessons build. It needs NumPy alone.

One concept a module, in the order of the lessons:

- :mod:`nnlib.activations`: sigmoid, tanh, ReLU, softmax, with their derivatives
- :mod:`nnlib.network`: layers as matrices, the forward pass
- :mod:`nnlib.initialization`: random starts
- :mod:`nnlib.losses`: mean squared error, cross-entropies
- :mod:`nnlib.backprop`: the gradient of the loss
- :mod:`nnlib.gradcheck`: the same gradient, measured
- :mod:`nnlib.training`: gradient descent, in full batches or mini-batches
- :mod:`nnlib.optimizers`: what a step makes of the gradient; momentum, Adam
- :mod:`nnlib.storage`: saving and loading
- :mod:`nnlib.datasets`: small data sets
- :mod:`nnlib.published`: the four write-ups the series grew out of
- :mod:`nnlib.validation`: checks of arguments
"""

from nnlib import activations, datasets, initialization, losses, optimizers, published
from nnlib.backprop import backward_pass, gradients
from nnlib.gradcheck import check_gradients, compare_gradients, numerical_gradient
from nnlib.network import Network, Parameters, forward_pass
from nnlib.storage import load_network, save_network
from nnlib.training import DivergenceError, History, train

__version__ = "0.1.0"

__all__ = [
    "DivergenceError",
    "History",
    "Network",
    "Parameters",
    "activations",
    "backward_pass",
    "check_gradients",
    "compare_gradients",
    "datasets",
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
