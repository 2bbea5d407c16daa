"""The four published networks that this series grew out of, each at its random start.

The write-ups draw their numbers with NumPy's older random functions. ``RandomState(42)`` draws
the same ones without touching the global state.

Each of them descends a sum, where this library descends a mean. :data:`LEARNING_RATES` holds
the rate under a mean that takes the same steps; lesson 03 shows why.
"""

import numpy as np

from nnlib.network import Network
from nnlib.validation import check_integer

SEED_ADVICE = "A seed names one start, so that it can be drawn again."

# 001 descends half the sum of squared errors over 4 samples: 0.1 * 4 / 2.
# 002 descends the sum of the cross-entropy over 2 samples: 0.1 * 2.
# 003 descends the sum of squared errors over 4 samples: 1 * 4.
# 000 is no descent of any loss: lesson 07 finds out why.
LEARNING_RATES = {"001": 0.2, "002": 0.2, "003": 4.0}


SIGMOIDS = {"hidden": "sigmoid", "output": "sigmoid"}  # as in all of them but 002 (a)


def network_000() -> Network:
    """Return network 000 at its start: 3-4-2, sigmoid throughout.

    Returns
    -------
    Network

    Source: write-up 000, seed 42, ``rand - 0.5`` for W1, b1, W2, b2 in this order.
    """
    draw = np.random.RandomState(42).rand
    W1, b1 = draw(3, 4) - 0.5, draw(1, 4) - 0.5
    W2, b2 = draw(4, 2) - 0.5, draw(1, 2) - 0.5
    return Network.from_weights([W1, W2], [b1, b2], **SIGMOIDS)


def network_001(seed: int = 42, hidden_size: int = 2) -> Network:
    """Return network 001 at its start: 2-2-1, sigmoid throughout.

    Parameters
    ----------
    seed : int
        The write-up uses 42.
    hidden_size : int
        The write-up uses 2.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If an argument is no such number.

    Source: write-up 001, ``randn`` for W1 and W2, biases of 0.
    """
    check_integer("seed", seed, SEED_ADVICE, at_least=0)
    check_integer("hidden_size", hidden_size, "The write-up uses 2.")
    draw = np.random.RandomState(seed).randn
    W1, W2 = draw(2, hidden_size), draw(hidden_size, 1)
    b1, b2 = np.zeros((1, hidden_size)), np.zeros((1, 1))
    return Network.from_weights([W1, W2], [b1, b2], **SIGMOIDS)


def network_002a() -> Network:
    """Return network 002 (a), which only goes forward: 2-2-1, ReLU, then sigmoid.

    Returns
    -------
    Network

    Source: write-up 002, first cell.
    """
    W1, b1 = [[0.1, 0.2], [0.3, 0.4]], [[0.1, 0.2]]
    W2, b2 = [[0.5], [0.6]], [[0.3]]
    return Network.from_weights([W1, W2], [b1, b2], hidden="relu", output="sigmoid")


def network_002b() -> Network:
    """Return network 002 (b) at its start: 2-2-1, sigmoid throughout.

    Returns
    -------
    Network

    Source: write-up 002, seed 42, ``rand`` for W1, b1, W2, b2 in this order.
    """
    draw = np.random.RandomState(42).rand
    W1, b1, W2, b2 = draw(2, 2), draw(1, 2), draw(2, 1), draw(1, 1)
    return Network.from_weights([W1, W2], [b1, b2], **SIGMOIDS)


def network_003(seed: int) -> Network:
    """Return network 003 at a start: 2-4-1, sigmoid throughout, no biases.

    Parameters
    ----------
    seed : int
        The write-up sets none, so its own start is not known.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If it is no such number.

    Source: write-up 003, ``rand`` for W1 and W2.
    """
    check_integer("seed", seed, SEED_ADVICE, at_least=0)
    draw = np.random.RandomState(seed).rand
    W1, W2 = draw(2, 4), draw(4, 1)
    return Network.from_weights([W1, W2], **SIGMOIDS)
