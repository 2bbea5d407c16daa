"""Networks with data for the tests: every activation, loss, depth, with and without biases."""

import numpy as np

from nnlib import Network, forward_pass, gradients

HIDDEN = ["sigmoid", "tanh", "relu", "identity"]

# Every loss with every output activation that it goes with.
LOSS_AND_OUTPUT = [
    ("mse", "sigmoid"),
    ("mse", "tanh"),
    ("mse", "relu"),
    ("mse", "identity"),
    ("bce", "sigmoid"),
    ("cross_entropy", "softmax"),
]

# Layers of weights: 1, 2 and 3.
LAYER_SIZES = {1: [3, 2], 2: [3, 4, 2], 3: [3, 4, 3, 2]}

# Every network there is. With one layer there is no hidden activation to choose.
NETWORKS = [
    (hidden, loss, output, depth)
    for depth in LAYER_SIZES
    for hidden in (HIDDEN if depth > 1 else ["tanh"])
    for loss, output in LOSS_AND_OUTPUT
]


def random_network(sizes, hidden, output, *, seed=0, bias=True, stack_shape=(), dtype=np.float64):
    """A network whose weights and biases are all random, so that no number hides behind a 0."""
    rng = np.random.default_rng(seed)
    net = Network.random(
        sizes,
        hidden=hidden,
        output=output,
        rng=rng,
        bias=bias,
        stack_shape=stack_shape,
        dtype=dtype,
    )
    net.parameters.vector[...] = rng.normal(scale=0.7, size=net.parameters.vector.shape)
    return net


def random_data(net, loss, *, n_samples=5, seed=0):
    """Inputs and targets that fit the network and the loss."""
    rng = np.random.default_rng(seed + 1000)
    X = rng.normal(size=(n_samples, net.layer_sizes[0]))
    y = rng.uniform(size=(n_samples, net.layer_sizes[-1]))
    if loss == "cross_entropy":
        y /= y.sum(axis=1, keepdims=True)
    return X, y


def smooth_case(hidden, loss, output, depth, *, bias=True, stack_shape=(), n_samples=5):
    """A network with data at a place where differences can measure every slope.

    ReLU has a corner at 0, where there is no slope, and a ReLU network can be dead for all
    samples. So draw again until no weighted sum is near 0 and every parameter matters. None is
    large either: the judges' plain logarithms lose digits there.
    """
    for seed in range(1000):
        net = random_network(
            LAYER_SIZES[depth], hidden, output, seed=seed, bias=bias, stack_shape=stack_shape
        )
        X, y = random_data(net, loss, n_samples=n_samples, seed=seed)
        z, _ = forward_pass(net, X)
        smallest = min(np.abs(values).min() for values in z[1:])
        largest = max(np.abs(values).max() for values in z[1:])
        slopes = [np.abs(g).max(axis=(-2, -1)) for _, g in gradients(net, X, y, loss).named()]
        if smallest > 1e-3 and largest < 6 and min(slope.min() for slope in slopes) > 1e-3:
            return net, X, y
    raise AssertionError("no smooth case among 1000 draws")


def members(net):
    """The index and the network of each member of a stack; of a single network, itself."""
    if not net.stack_shape:
        return [((), net)]
    return [(index, net.member(*index)) for index in np.ndindex(net.stack_shape)]


def relative_error(a, b):
    """The largest difference, relative to the largest entry."""
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max())
