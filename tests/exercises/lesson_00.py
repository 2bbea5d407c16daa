"""Answers to the exercises of the refresher."""

import math

import numpy as np


def logs_by_loop(p):
    total = 0.0
    for number in p:
        total += math.log(number)
    return total


def logs_in_float32(p):
    return np.log(np.asarray(p, np.float32)).sum()


RIGHT = {
    "0.1": [-0.1221, -math.e / (2 + math.e) ** 2, np.float32(-0.12210)],
    "0.2": [logs_by_loop, logs_in_float32, lambda p: float(np.log(p).sum())],
    "0.3": [(2, 4, 7), (2.0, 4.0, 7.0)],
}

WRONG = {
    "0.1": {
        "the minus of 1/u lost": 0.1221,
        "the inner link forgotten": -0.0449,
        "the outer link forgotten": [2.7183, math.e],
        "slopes added where they multiply": 2.6734,
        "the value where the slope is asked for": 0.2119,
        "the slope at z = 0": -0.1111,
        "the square forgotten": -0.5761,
    },
    "0.2": {
        "the product before the logarithm": lambda p: np.log(p.prod()),
        "a product of logarithms": lambda p: np.log(p).prod(),
        "the logarithm of the sum": lambda p: math.log(sum(p)),
        "the mean where the sum is asked for": lambda p: np.log(p).mean(),
        "a logarithm to another base": lambda p: sum(math.log10(number) for number in p),
        "one logarithm for each number": lambda p: [math.log(number) for number in p],
    },
    "0.3": {
        "the inner length in the shape": [(3, 3, 7), (2, 3, 7)],
        "rows and columns exchanged": (4, 2, 7),
        "another row or column": [(2, 4, 10), (2, 4, -10), (2, 4, 2)],
        "only a part of the sum": [(2, 4, -1), (2, 4, 9)],
        "another sum than that of the three products": [(2, 4, -6), (2, 4, 12)],
    },
}
