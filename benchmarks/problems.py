"""The problems: the same data, the same start and the same steps for everyone.

- ``XOR``: 2-4-1, tanh, sigmoid, binary cross-entropy, all four samples in a step, float64.
- ``STACK``: a thousand of them, each with its own start.
- ``LARGE``: 784-128-10, ReLU, softmax, cross-entropy, 20,000 rows in batches of 128, float32.
"""

from typing import NamedTuple

import numpy as np

from nnlib import Network, datasets


class Problem(NamedTuple):
    """What is trained on, and from where."""

    X: np.ndarray
    y: np.ndarray
    network: Network  # the start; take a copy
    loss: str
    learning_rate: float


def xor(stack_shape=()):
    rng = np.random.default_rng(1)
    network = Network.random([2, 4, 1], hidden="tanh", rng=rng, stack_shape=stack_shape)
    return Problem(*datasets.xor(), network, "bce", 0.5)


def large():
    rng = np.random.default_rng(2)
    X = rng.random((20_000, 784), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, len(X))]
    network = Network.random(
        [784, 128, 10],
        hidden="relu",
        output="softmax",
        initialization="he",
        rng=rng,
        dtype=np.float32,
    )
    return Problem(X, y, network, "cross_entropy", 0.05)


XOR, STACK, LARGE = xor(), xor(1000), large()
BATCH_SIZE = 128


def shuffles():
    """The generator that shuffles the rows of ``LARGE``, the same for everyone."""
    return np.random.default_rng(3)
