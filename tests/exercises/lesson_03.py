"""Answers to the exercises of lesson 03."""

import math

import numpy as np


def naive_sigmoid(z):
    return 1 / (1 + np.exp(-z))


def safe_sigmoid(z):
    return np.where(z < 0, np.exp(-np.abs(z)), 1) / (1 + np.exp(-np.abs(z)))


# ------------------------------------------------------------------------------ Exercise 3.2


def tanh_delta_by_loops(z, a, y):
    n, m = y.shape
    delta = [[0.0] * m for _ in range(n)]
    for i in range(n):
        for k in range(m):
            delta[i][k] = 2 * (a[i, k] - y[i, k]) * (1 - a[i, k] ** 2) / (n * m)
    return delta


def tanh_delta_from_z(z, a, y):
    return np.mean(2.0) * (np.tanh(z) - y) * (1 - np.tanh(z)) * (1 + np.tanh(z)) / (z.size)


def tanh_delta_in_float32(z, a, y):
    a, y = a.astype(np.float32), y.astype(np.float32)
    return np.einsum("ik,ik->ik", a - y, 1 - a * a) * np.float32(2 / y.size)


def tanh_delta_measured(z, a, y):
    h = 1e-5
    return ((np.tanh(z + h) - y) ** 2 - (np.tanh(z - h) - y) ** 2) / (2 * h) / y.size


# ------------------------------------------------------------------------------ Exercise 3.5


def mended_by_maximum(z, t):
    return np.mean(np.maximum(0, -t * z) + np.log1p(np.exp(-np.abs(z))))


def mended_by_relabelling(z, t):
    y = (t + 1) / 2
    return np.logaddexp(-y * z, (1 - y) * z).mean()


def mended_by_loops(z, t):
    total = 0.0
    for row, labels in zip(z.tolist(), t.tolist(), strict=True):
        for entry, label in zip(row, labels, strict=True):
            s = -label * entry
            total += max(s, 0) + math.log1p(math.exp(-abs(s)))
    return total / t.size


def broken(z, t):
    return np.log(1 + np.exp(-t * z)).sum() / t.size


def broken_by_loops(z, t):
    terms = [
        math.log(1 + math.exp(-label * entry)) for entry, label in zip(z.flat, t.flat, strict=True)
    ]
    return sum(terms) / t.size


def chosen_afterwards(z, t):
    s = t * z
    return np.where(s > 0, np.log1p(np.exp(-s)), np.log1p(np.exp(s)) - s).mean()


def by_way_of_a(z, t):
    return -np.log(safe_sigmoid(t * z)).mean()


def by_way_of_a_naive(z, t):
    return -np.log(naive_sigmoid(t * z)).mean()


def clipped_z(z, t):
    return np.log(1 + np.exp(np.clip(-t * z, -500, 500))).sum() / t.size


def clipped_a(z, t):
    return -np.log(np.clip(safe_sigmoid(t * z), 1e-12, 1)).mean()


def with_an_epsilon(z, t):
    return -np.log(safe_sigmoid(t * z) + 1e-15).mean()


def without_the_maximum(z, t):
    return np.log(1 + np.exp(-np.abs(t * z))).mean()


# ------------------------------------------------------------------------------ Exercise 3.7


def stable_loss(z, y):
    return np.logaddexp(-y * z, (1 - y) * z).sum() / y.size


def own_by_maximum(z, y):
    loss = np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))
    return loss, (safe_sigmoid(z) - y) / y.size


def own_by_loops(z, y):
    n, m = y.shape
    total, delta = 0.0, []
    for i in range(n):
        delta.append([])
        for k in range(m):
            logit, target = float(z[i, k]), float(y[i, k])
            total += max(logit, 0) - target * logit + math.log1p(math.exp(-abs(logit)))
            a = (1 + math.tanh(logit / 2)) / 2
            delta[i].append((a - target) / (n * m))
    return [total / (n * m), delta]


def own_in_float32(z, y):
    z, y = z.astype(np.float32), y.astype(np.float32)
    a = np.exp(-np.logaddexp(np.float32(0), -z))
    return np.logaddexp(0, z).mean() - (y * z).mean(), (a - y) / np.float32(y.size)


def own_with_another_sigmoid(z, y):
    a = 0.5 * (1 + np.tanh(0.5 * z))
    return stable_loss(z, y), np.divide(np.subtract(a, y), np.size(y))


def loss_from_a(z, y):
    a = safe_sigmoid(z)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / y.size, (a - y) / y.size


def loss_from_a_naive(z, y):
    a = naive_sigmoid(z)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (a - y) / y.size


def with_a_naive_sigmoid(z, y):
    return stable_loss(z, y), (naive_sigmoid(z) - y) / y.size


def with_a_naive_loss(z, y):
    return np.mean(np.log(1 + np.exp(z)) - y * z), (safe_sigmoid(z) - y) / y.size


def own_with_clipped_a(z, y):
    a = np.clip(safe_sigmoid(z), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), (a - y) / y.size


def own_with_clipped_z(z, y):
    z = np.clip(z, -30, 30)
    return stable_loss(z, y), (naive_sigmoid(z) - y) / y.size


def slope_for_a(z, y):
    a = safe_sigmoid(z)
    return stable_loss(z, y), (a - y) / (a * (1 - a)) / y.size


def slope_for_a_in_two_terms(z, y):
    a = naive_sigmoid(z)
    return stable_loss(z, y), (-y / a + (1 - y) / (1 - a)) / y.size


def own_in_an_array_like_y(z, y):
    delta = np.zeros_like(y)
    delta[...] = (safe_sigmoid(z) - y) / y.size
    return stable_loss(z, y), delta


RIGHT = {
    "3.1": [(0.7, 0.7, 1), (0.7, 0.7, 0.999), (np.float32(0.7), 0.701, 1.0)],
    "3.2": [
        tanh_delta_by_loops,
        tanh_delta_from_z,
        tanh_delta_in_float32,
        tanh_delta_measured,
    ],
    "3.3": [(11034, 11), (1507 * 7.39, 11), (1507 * 7, 11), (11_000, 11.0)],
    "3.4": [0.5, 0.4, 0.45, np.array([0.5])],
    "3.5": [mended_by_maximum, mended_by_relabelling, mended_by_loops],
    "3.6": [0.3, np.float32(0.3), 0.004 * 50 * 3 / 2],
    "3.7": [own_by_maximum, own_by_loops, own_in_float32, own_with_another_sigmoid],
}

WRONG = {
    "3.1": {
        "the share of all three": (0.7, 0.7, 0.7),
        "the last answer that the loop tried": [(0.7, 0.7, 0.99), (0.7, 0.7, 0.95)],
        "the more frequent answer for all three": [(1, 1, 1), (1.0, 0.999, 1.0)],
        "the share of the other answer": [(0.3, 0.3, 0.0), (0.3, 0.3, 0.3)],
        "an answer without an opinion": [(0.5, 0.5, 0.5), (0.5, 0.5, 1.0)],
        "the smallest loss in place of the answer that gives it": [
            (0.21, 0.61, 0.3),
            (0.21, 0.6109, 0.3),
        ],
    },
    "3.2": {
        "the derivative taken at z instead of at a": lambda z, a, y: (
            2 * (a - y) * (1 - z * z) / y.size
        ),
        "the slope of the sigmoid": lambda z, a, y: 2 * (a - y) * (a - a**2) / y.size,
        "the gradient with respect to a": lambda z, a, y: (a - y) * (2 / y.size),
        "the output delta of BCE": lambda z, a, y: (a - y) / y.size,
        "the factor 2 left out": lambda z, a, y: (a - y) * (1 - a**2) / y.size,
        "the sum where the loss is a mean": lambda z, a, y: 2 * (a - y) * (1 - a**2),
        "half the sum where the loss is a mean": lambda z, a, y: (a - y) * (1 - a**2),
        "the mean over the samples alone": lambda z, a, y: 2 * (a - y) * (1 - a**2) / len(y),
        "the target minus the prediction": lambda z, a, y: 2 / y.size * (y - a) * (1 - a**2),
        "a sum over the samples": [
            lambda z, a, y: (2 / y.size * (a - y) * (1 - a**2)).sum(axis=0),
            lambda z, a, y: (2 / y.size * (a - y) * (1 - a**2)).sum(axis=0, keepdims=True),
            lambda z, a, y: np.sum(2 / y.size * (a - y) * (1 - a**2)),
        ],
        "(n,) for (n, 1)": lambda z, a, y: (2 / y.size * (a - y) * (1 - a**2)).flatten(),
    },
    "3.3": {
        "a straight line for MSE": [(2800, 11), (1884, 11), (1721, 11)],
        "a factor for BCE too": [(11034, 66), (2800, 66), (11034, 22)],
        "a factor for each unit of z": [(81402, 11), (1507 * 7.39**2, 11)],
        "the counts from z = -8": (1507, 9),
        "the two losses swapped": (11, 11034),
    },
    "3.4": {
        "a start that is still too sure": [0.6, 0.9, 1.0, 1],
        "a start that is even more sure": [1.5, 2, 1e300],
        "a start with more doubt than needed": [0.1, 0.3],
        "the undecided start": [0, 0.0],
        "a start that is right already": [-1, -0.5, -1e9],
    },
    "3.5": {
        "overflow in exp": [broken, broken_by_loops, lambda z, t: np.log1p(np.exp(-t * z)).mean()],
        "overflow in exp, in the branch that is thrown away": chosen_afterwards,
        "log of 0": [by_way_of_a, by_way_of_a_naive],
        "a clip, which makes the loss level off": [clipped_z, clipped_a, with_an_epsilon],
        "the formula for the labels 0 and 1": lambda z, t: np.logaddexp(-t * z, (1 - t) * z).mean(),
        "the larger exponential taken out and not put back": without_the_maximum,
        "an exponent with the other sign": lambda z, t: np.logaddexp(t * z, 0).mean(),
        "the sum where the loss is a mean": lambda z, t: np.logaddexp(-t * z, 0).sum(),
        "one loss for each entry": [
            lambda z, t: np.logaddexp(-t * z, 0),
            lambda z, t: np.logaddexp(-t * z, 0) / t.size,
        ],
    },
    "3.6": {
        "the half left out": 0.6,
        "the half turned into a double": 1.2,
        "the outputs left out": [0.1, 0.2],
        "the samples left out": [0.006, 0.012],
        "a division where a product is needed": [0.004 / 75, 0.004 / 150, 0.004 * 2 / 600, 8e-5],
        "the rate as it was": 0.004,
    },
    "3.7": {
        "log of 0": [loss_from_a, loss_from_a_naive],
        "overflow in exp": [with_a_naive_sigmoid, with_a_naive_loss],
        "a clip, which makes the loss level off": [own_with_clipped_a, own_with_clipped_z],
        "the squared error beside the delta of the cross-entropy": lambda z, y: (
            np.mean((safe_sigmoid(z) - y) ** 2),
            (safe_sigmoid(z) - y) / y.size,
        ),
        "a delta with the slope of the sigmoid in it": lambda z, y: (
            stable_loss(z, y),
            (safe_sigmoid(z) - y) / y.size * safe_sigmoid(z) * safe_sigmoid(-z),
        ),
        "the slope with respect to a": [slope_for_a, slope_for_a_in_two_terms],
        "a mean for the loss, but the delta of the sum": lambda z, y: (
            stable_loss(z, y),
            safe_sigmoid(z) - y,
        ),
        "the sum where the loss is a mean": [
            lambda z, y: (stable_loss(z, y) * y.size, safe_sigmoid(z) - y),
            lambda z, y: (stable_loss(z, y) * y.size, (safe_sigmoid(z) - y) / y.size),
        ],
        "the mean over the samples alone": [
            lambda z, y: (stable_loss(z, y), (safe_sigmoid(z) - y) / len(y)),
            lambda z, y: (stable_loss(z, y) * y.shape[1], (safe_sigmoid(z) - y) / len(y)),
        ],
        "the target minus the prediction": lambda z, y: (
            stable_loss(z, y),
            (y - safe_sigmoid(z)) / y.size,
        ),
        "a loss with the wrong sign": lambda z, y: (
            -stable_loss(z, y),
            (safe_sigmoid(z) - y) / y.size,
        ),
        "z and y the wrong way round in the loss": lambda z, y: (
            stable_loss(y, z),
            (safe_sigmoid(z) - y) / y.size,
        ),
        "a loss that takes a for the logit": lambda z, y: (
            stable_loss(safe_sigmoid(z), y),
            (safe_sigmoid(z) - y) / y.size,
        ),
        "the logit where the prediction is meant": lambda z, y: (
            stable_loss(z, y),
            (z - y) / y.size,
        ),
        "a delta summed over the samples": [
            lambda z, y: (stable_loss(z, y), (safe_sigmoid(z) - y).sum(axis=0) / y.size),
            lambda z, y: (stable_loss(z, y), (safe_sigmoid(z) - y).mean(axis=0) / y.shape[1]),
        ],
        "a loss for each entry": [
            lambda z, y: (
                np.logaddexp(-y * z, (1 - y) * z),
                (safe_sigmoid(z) - y) / y.size,
            ),
        ],
        "integer arrays": own_in_an_array_like_y,
    },
}
