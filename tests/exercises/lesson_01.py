"""Answers to the exercises of lesson 01."""

import math

import numpy as np


def naive_sigmoid(z):
    return 1 / (1 + np.exp(-z))


def safe_sigmoid(z):
    return np.where(z < 0, np.exp(-np.abs(z)), 1) / (1 + np.exp(-np.abs(z)))


# ------------------------------------------------------------------------------ Exercise 1.3


def weight_slope_by_loops(x, w, b):
    if np.ndim(x) == 0:
        a = 0.5 * (1 + math.tanh((w * x + b) / 2))
        return a * (1 - a) * x
    return [weight_slope_by_loops(entry, w, b) for entry in x]


def weight_slope_measured(x, w, b):
    h = 1e-5
    return (naive_sigmoid((w + h) * x + b) - naive_sigmoid((w - h) * x + b)) / (2 * h)


def weight_slope_in_float32(x, w, b):
    x = np.asarray(x, dtype=np.float32)
    a = naive_sigmoid(np.float32(w) * x + np.float32(b))
    return np.einsum("...,...,...->...", a, 1 - a, x)


# ------------------------------------------------------------------------------ Exercise 1.5


def slope_by_loops(z):
    if np.ndim(z) == 0:
        e = math.exp(-abs(z))
        return e / (1 + e) ** 2
    return [slope_by_loops(entry) for entry in z]


def slope_with_two_masks(z):
    e = np.empty(np.shape(z))
    e[np.asarray(z) < 0] = np.exp(np.asarray(z)[np.asarray(z) < 0])
    e[np.asarray(z) >= 0] = np.exp(-np.asarray(z)[np.asarray(z) >= 0])
    return e / (1 + e) ** 2


def slope_with_math_exp(z):
    if np.ndim(z) == 0:
        e = math.exp(-z)
        return e / (1 + e) ** 2
    return [slope_with_math_exp(entry) for entry in z]


# ------------------------------------------------------------------------------ Exercise 1.6


def leak_by_mask(z, a):
    slope = np.full(z.shape, 0.1)
    slope[z > 0] = 1
    return slope


def leak_by_loops(z, a):
    if np.ndim(z) == 0:
        return 1.0 if z > 0 else 0.1
    return [leak_by_loops(z_entry, a_entry) for z_entry, a_entry in zip(z, a, strict=True)]


def leak_by_arithmetic(z, a):
    return np.float32(0.1) + np.float32(0.9) * (a > 0)


RIGHT = {
    "1.1": [0.1192, 0.11920, np.float32(0.1192), 1 / (1 + math.exp(2))],
    "1.2": [(5, -10), (4.6, -9.2), (np.float64(40.0), np.array(-80.0)), (1e6, -2e6)],
    "1.3": [weight_slope_by_loops, weight_slope_measured, weight_slope_in_float32],
    "1.4": [37, 37.0, np.int64(37)],
    "1.5": [
        slope_by_loops,
        slope_with_two_masks,
    ],
    "1.6": [leak_by_mask, leak_by_loops, leak_by_arithmetic],
}

WRONG = {
    "1.2": {
        "a bias with the wrong sign": (5, 10),
        "a negative weight": [(-5, 10), (-5, -10)],
        "a bias of -2, whatever the weight is": [(5, -2), (2, -2)],
        "a weight divided where it should be multiplied": (6, -3),
        "the right place, but a curve that is too flat": [(1, -2), (4, -8)],
        "steep enough, but in another place": [(8, -8), (5, -15)],
        "a weight of 0": [(0, 0), (0, -2)],
        "neither steep enough nor in the right place": [(2, -7), (1, 0)],
    },
    "1.4": {
        "a slope that only prints as 0": [10, 17, 35],
        "a slope that is small, and not 0": [5, 0, 9.5],
        "a z beyond the first": [38, 100],
        "the end of the exponential": [709, 710, 745],
        "a number that is not whole": 36.5,
        "the other end of the curve": [-37, -746],
    },
}
