"""Answers to the exercises of lesson 06."""

import statistics

import numpy as np

from nnlib import Network, datasets, train

X, y = datasets.xor()

# ------------------------------------------------------------------------------ Exercise 6.4


def share_by_loops(predictions, y):
    if predictions.ndim > 3:
        return [share_by_loops(one, y) for one in predictions]
    solved = 0
    for network in predictions:
        good = True
        for row, targets in zip(network, y, strict=True):
            for a, target in zip(row, targets, strict=True):
                good = good and abs(a - target) < 0.1
        solved += good
    return solved / len(predictions)


def share_by_all(predictions, y):
    good = (predictions - y < 0.1) & (y - predictions < 0.1)
    return np.count_nonzero(good.all((-1, -2)), axis=-1) / good.shape[-3]


def share_in_float32(predictions, y):
    worst = np.abs(predictions.astype(np.float32) - y).reshape(*predictions.shape[:-2], -1).max(-1)
    return np.mean(worst < 0.1, axis=-1, dtype=np.float32)


# ------------------------------------------------------------------------------ Exercise 6.5


def nets(seeds):
    return [Network.random([2, 3, 1], rng=np.random.default_rng(seed)) for seed in seeds]


def final(net, rate, epochs):
    return train(net, X, y, loss="bce", learning_rate=rate, epochs=epochs).loss[-1]


def sweep_with_copies(rates, seeds, epochs):
    starts = nets(seeds)
    return [
        statistics.median(float(final(net.copy(), rate, epochs)) for net in starts)
        for rate in rates
    ]


def sweep_made_anew(rates, seeds, epochs):
    medians = []
    for rate in rates:
        losses = sorted(final(net, rate, epochs) for net in nets(seeds))
        k = len(losses)
        medians.append((losses[(k - 1) // 2] + losses[k // 2]) / 2)
    return np.array(medians)


def sweep_of_a_stack(rates, seeds, epochs):
    stack = Network.random(
        [2, 3, 1], rng=np.random.default_rng(0), stack_shape=(len(rates), len(seeds))
    )
    for k, net in enumerate(nets(seeds)):
        stack.parameters.vector[:, k] = net.parameters.vector
    rate = np.repeat(np.array(rates)[:, np.newaxis], len(seeds), axis=1)
    history = train(stack, X, y, loss="bce", learning_rate=rate, epochs=epochs)
    return np.percentile(history.loss[-1], 50, axis=1)


RIGHT = {
    "6.1": [(0.25, 0.9375), (1 / 4, 15 / 16), (np.float32(0.25), 1 - 0.125 / 2)],
    "6.2": [3.5, 4, np.float32(4.25)],
    "6.3": [2, 2.0, np.array([2])],
    "6.4": [share_by_loops, share_by_all, share_in_float32],
    "6.5": [sweep_with_copies, sweep_made_anew, sweep_of_a_stack],
    "6.6": [(196, 796), (196.0, 796.0), (200, 800), [195.99999, 795.99999]],
}

WRONG = {
    "6.1": {
        "the number in front of the square taken for the curvature": [
            (0.5, 0.9375),
            (0.5, 0.5),
            (0.25, 1 - 0.125 / 4),
        ],
        "the edge of the flat direction": [(4, 0.9375), (8, 0)],
        "the rate that gets there in one step": [(0.125, 0.9375), (0.125, 0.96875)],
        "the factor of the steep direction": (0.25, 0),
        "the factor at the edge itself": (0.25, 0.875),
        "the part that a step takes away": (0.25, 0.0625),
    },
    "6.2": {
        "a rate that is safe, and too slow": [0.5, 1, 2.0, 1e-300],
        "a rate beyond the edge that does not pay": [
            9,
            20,
            50.0,
            1e300,
        ],
        "a rate that is not above 0": [0, -3],
    },
    "6.3": {
        "a size that can, in place of the smallest that can": [8, 16],
        "no number of neurons": [0, 2.5, -2],
    },
    "6.6": {
        "the scatter of one share alone": [(100, 400), (96, 396), (96, 400)],
        "twice as many starts as needed": [(392, 1592), (391.96, 1591.99)],
        "a difference of one standard deviation": (49, 199),
        "twice as many starts for half the difference": [(196, 392), (196, 398)],
        "a difference that is not squared": [(19.6, 39.8), (20, 40)],
        "four standard deviations in place of two": (784, 3184),
        "fewer starts for the smaller difference": [(196, 99), (196, 49)],
        "the two numbers swapped": (796, 196),
        "the root of what is asked for": (14, 28),
    },
}
