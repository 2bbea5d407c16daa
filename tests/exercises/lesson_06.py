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


def share_by_corners(predictions, y):
    return (np.abs(predictions - y) < 0.1).mean(axis=(-3, -2, -1))


def solved_flags(predictions, y):
    return np.amax(np.abs(predictions - y), axis=(-2, -1)) < 0.1


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


def broken_sweep(rates, seeds, epochs):
    starts = nets(seeds)
    best = []
    for rate in rates:
        best.append(min(final(net, rate, epochs) for net in starts))
    return best


def median_but_trained_on(rates, seeds, epochs):
    starts = nets(seeds)
    return [np.median([final(net, rate, epochs) for net in starts]) for rate in rates]


def of_copies(choose):
    """A sound sweep that reports something else of the losses of a rate."""

    def sweep(rates, seeds, epochs):
        return [choose([final(net, rate, epochs) for net in nets(seeds)]) for rate in rates]

    return sweep


def mean_and_trained_on(rates, seeds, epochs):
    starts = nets(seeds)
    return [np.mean([final(net, rate, epochs) for net in starts]) for rate in rates]


def losses_of_the_starts(rates, seeds, epochs):
    medians = []
    for rate in rates:
        losses = [
            train(net, X, y, loss="bce", learning_rate=rate, epochs=epochs).loss[0]
            for net in nets(seeds)
        ]
        medians.append(np.median(losses))
    return medians


def median_over_rates(rates, seeds, epochs):
    return np.median(of_copies(list)(rates, seeds, epochs), axis=0)


def median_of_all(rates, seeds, epochs):
    return np.median(of_copies(list)(rates, seeds, epochs))


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
        "a rate so far beyond the edge that the stumbling costs more than the long steps bring": [
            9,
            20,
            50.0,
            1e300,
        ],
        "a rate that is not above 0": [0, -3],
    },
    "6.3": {
        "one neuron for each change of the label": [3, 3.0],
        "one neuron for each point": 4,
        "one neuron, which can rise or fall, but not both": 1,
        "a size that makes it sure, in place of the smallest that can": [8, 16],
    },
    "6.4": {
        "the mean error of a network in place of its largest": lambda predictions, y: np.mean(
            np.mean(np.abs(predictions - y), axis=(-2, -1)) < 0.1, axis=-1
        ),
        "the share of the corners in place of that of the networks": [
            share_by_corners,
            lambda predictions, y: np.mean(np.abs(y - predictions) < 0.1),
        ],
        "one decision for all networks together": [
            lambda predictions, y: np.max(np.abs(predictions - y)) < 0.1,
            lambda predictions, y: (np.abs(predictions - y) < 0.1).all().mean(),
        ],
        "errors with their signs": lambda predictions, y: np.mean(
            (predictions - y).max(axis=-2).max(axis=-1) < 0.1, axis=-1
        ),
        "the right side of one half taken for solved": [
            lambda predictions, y: ((np.abs(predictions - y) < 0.5).all((-2, -1))).mean(-1),
            lambda predictions, y: ((predictions > 0.5) == (y == 1)).all((-2, -1)).mean(-1),
        ],
        "squared errors held against 0.1": lambda predictions, y: (
            (np.square(y - predictions) < 0.1).all((-2, -1)).mean(-1)
        ),
        "the smallest error in place of the largest": lambda predictions, y: (
            np.abs(predictions - y).min((-2, -1)) < 0.1
        ).mean(-1),
        "the share that fails": lambda predictions, y: (~solved_flags(predictions, y)).mean(-1),
        "a network without numbers counted as solved": [
            lambda predictions, y: 1 - (np.abs(predictions - y).max((-2, -1)) >= 0.1).mean(-1),
            lambda predictions, y: 1 - (np.abs(predictions - y) >= 0.1).any((-2, -1)).mean(-1),
        ],
        "the number of networks in place of their share": lambda predictions, y: solved_flags(
            predictions, y
        ).sum(axis=-1),
        "per cent in place of a share": lambda predictions, y: (
            100 * solved_flags(predictions, y).mean(-1)
        ),
        "one share for all the learning rates together": lambda predictions, y: solved_flags(
            predictions, y
        ).mean(),
        "the mean over the axis of the learning rates": lambda predictions, y: np.mean(
            solved_flags(predictions, y), axis=0
        ),
        "a yes or no for each network": solved_flags,
    },
    "6.5": {
        "both faults as they were": broken_sweep,
        "a training that goes on where the rate before has left off": median_but_trained_on,
        "the luckiest start in place of the median": of_copies(min),
        "the unluckiest start in place of the median": of_copies(np.max),
        "the mean in place of the median": [of_copies(np.mean), mean_and_trained_on],
        "one start for everything": [
            of_copies(lambda losses: losses[0]),
            of_copies(lambda losses: losses[-1]),
        ],
        "the loss before training": losses_of_the_starts,
        "the median over the rates": median_over_rates,
        "one median for all rates together": median_of_all,
        "all the losses in place of their median": of_copies(list),
    },
    "6.6": {
        "the scatter of one share alone": [(100, 400), (96, 396), (96, 400)],
        "twice as many starts as needed": [(392, 1592), (391.96, 1591.99)],
        "a difference of one standard deviation": (49, 199),
        "twice as many starts for half the difference": [(196, 392), (196, 398)],
        "a difference that is not squared": [(19.6, 39.8), (20, 40)],
        "the two numbers swapped": (796, 196),
    },
}
