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
        "an answer in between for the misses": [(0.7, 0.7, 0.99), (0.7, 0.7, 0.85)],
        "a certainty under BCE": [(0.7, 1.0, 1.0), (0.7, 0.0, 1.0)],
        "almost a certainty under BCE": [(0.7, 0.99, 0.99), (0.7, 0.99, 1.0)],
        "a certainty under MSE": (1.0, 0.7, 1.0),
        "the share of the other answer": [(0.3, 0.3, 0.0), (0.3, 0.3, 0.3)],
        "an answer without an opinion": [(0.5, 0.5, 0.5), (0.7, 0.5, 1.0)],
        "the smallest loss in place of the answer that gives it": [
            (0.21, 0.61, 0.3),
            (0.21, 0.6109, 0.3),
        ],
    },
    "3.3": {
        "a count under MSE that grows too slowly": [(2800, 11), (1884, 11), (1721, 11)],
        "another factor under MSE": [(9000, 11), (15_000, 12)],
        "a count under BCE that grows too fast": [(11034, 66), (2800, 66), (11034, 22)],
        "fewer steps under MSE than from -8": [(1, 1), (754, 11)],
        "a factor for each unit of z": [(81402, 11), (1507 * 7.39**2, 11)],
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
        "the right numbers, and an overflow on the way": chosen_afterwards,
        "a logarithm of 0, or a division by 0": [by_way_of_a, by_way_of_a_naive],
        "a loss that is too small far out": [clipped_z, clipped_a, with_an_epsilon],
    },
    "3.7": {
        "a logarithm of 0, or a division by 0": [loss_from_a, loss_from_a_naive],
        "overflow in exp": [with_a_naive_sigmoid, with_a_naive_loss],
        "a loss that is too small far out": [own_with_clipped_a, own_with_clipped_z],
        "the slope with respect to a": [slope_for_a, slope_for_a_in_two_terms],
    },
}
