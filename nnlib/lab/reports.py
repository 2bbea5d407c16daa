"""The three programs of exercise 4.7, which is to be solved from what their checks report.

Not yet done with it? The faulty lines stand on this page.
"""

import numpy as np

from nnlib.activations import sigmoid_derivative
from nnlib.gradcheck import compare_gradients, numerical_gradients
from nnlib.network import Network


def program(name, X, y, network):
    """The gradient of program "A", "B" or "C", each of which is wrong in one line."""
    (_, z1, z2), (_, a1, a2) = network.forward(X)
    delta2 = 2 * (a2 - y) / y.size * sigmoid_derivative(z2, a2)
    if name == "C":
        delta2 = delta2 / len(y)
    dW2 = (z1 if name == "A" else a1).T @ delta2
    db2 = delta2.sum(axis=0, keepdims=True)
    a = a2[:, :1] if name == "B" else a1
    delta1 = (delta2 @ network.W[2].T) * a * (1 - a)
    db1 = delta1.sum(axis=0, keepdims=True)
    return {"W1": X.T @ delta1, "b1": db1, "W2": dW2, "b2": db2}


def report_on(name):
    """Return the gradient check of program "A", "B" or "C" of exercise 4.7.

    Parameters
    ----------
    name : str

    Returns
    -------
    GradientReport
    """
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(5, 3)), rng.integers(0, 2, size=(5, 2)).astype(float)
    network = Network.random([3, 4, 2], hidden="sigmoid", output="sigmoid", rng=rng)
    measured = numerical_gradients(network, X, y, "mse")
    return compare_gradients(program(name, X, y, network), measured)
