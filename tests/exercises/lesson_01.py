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


def weight_slope_at_z(x, w, b):
    z = x * w + b
    return x * (z - z**2)


def weight_slope_without_chain_rule(x, w, b):
    z = x * w + b
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def weight_slope_for_x(x, w, b):
    a = naive_sigmoid(x * w + b)
    return w * a * (1 - a)


def weight_slope_of_z(x, w, b):
    return x


def weight_slope_from_a_alone(x, w, b):
    return naive_sigmoid(w * x + b) * x


def weight_slope_sigmoid_twice(x, w, b):
    a = naive_sigmoid(w * x + b)
    return naive_sigmoid(a) * (1 - naive_sigmoid(a)) * x


def weight_slope_without_bias(x, w, b):
    a = naive_sigmoid(w * x)
    return a * (1 - a) * x


# ------------------------------------------------------------------------------ Exercise 1.5


def slope_from_a(z):
    a = safe_sigmoid(z)
    return a * (1 - a)


def slope_by_loops(z):
    if np.ndim(z) == 0:
        e = math.exp(-abs(z))
        return e / (1 + e) ** 2
    return [slope_by_loops(entry) for entry in z]


def slope_from_tanh(z):
    return (1 - np.tanh(np.asarray(z) / 2) ** 2) / 4


def slope_from_a_clipped_z(z):
    a = naive_sigmoid(np.clip(z, -300, 300))
    return a * (1 - a)


def slope_with_two_masks(z):
    e = np.empty(np.shape(z))
    e[np.asarray(z) < 0] = np.exp(np.asarray(z)[np.asarray(z) < 0])
    e[np.asarray(z) >= 0] = np.exp(-np.asarray(z)[np.asarray(z) >= 0])
    return e / (1 + e) ** 2


def slope_as_it_stands(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def slope_from_the_naive_sigmoid(z):
    a = naive_sigmoid(z)
    return a * (1 - a)


def slope_with_math_exp(z):
    if np.ndim(z) == 0:
        e = math.exp(-z)
        return e / (1 + e) ** 2
    return [slope_with_math_exp(entry) for entry in z]


def slope_with_the_other_sign(z):
    u = 1 + np.exp(z)
    return np.exp(z) / u**2


def slope_from_the_other_form(z):
    a = np.exp(z) / (np.exp(z) + 1)
    return a * (1 - a)


def slope_by_where(z):
    left = np.exp(z) / (1 + np.exp(z)) ** 2
    right = np.exp(-z) / (1 + np.exp(-z)) ** 2
    return np.where(z < 0, left, right)


def slope_with_a_positive_exponent(z):
    e = np.exp(np.abs(z))
    return e / (1 + e) ** 2


def slope_without_square(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e)


def slope_with_the_wrong_sign(z):
    e = np.exp(-np.abs(z))
    return -e / (1 + e) ** 2


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


def leak_in_an_array_like_z(z, a):
    slope = np.ones_like(z)
    slope[z <= 0] = 0.1
    return slope


def leak_of_relu_after_the_activation(z, a):
    return (a >= 0).astype(float)


RIGHT = {
    "1.1": [0.1192, 0.11920, np.float32(0.1192), 1 / (1 + math.exp(2))],
    "1.2": [(5, -10), (4.6, -9.2), (np.float64(40.0), np.array(-80.0)), (1e6, -2e6)],
    "1.3": [weight_slope_by_loops, weight_slope_measured, weight_slope_in_float32],
    "1.4": [37, 37.0, np.int64(37)],
    "1.5": [
        slope_from_a,
        slope_by_loops,
        slope_from_tanh,
        slope_from_a_clipped_z,
        slope_with_two_masks,
    ],
    "1.6": [leak_by_mask, leak_by_loops, leak_by_arithmetic],
}

WRONG = {
    "1.1": {
        "the other side with a minus sign": [-0.8808, -0.880797],
        "the same answer on both sides": 0.8808,
        "one divided by the other answer": 1.1353,
        "half of something": [0.4404, 0.3808],
    },
    "1.2": {
        "a bias with the wrong sign": (5, 10),
        "a negative weight": [(-5, 10), (-5, -10)],
        "the position used as the bias": [(5, -2), (2, -2)],
        "a weight divided where it should be multiplied": (6, -3),
        "the right place, but a curve that is too flat": [(1, -2), (4, -8)],
        "steep enough, but in another place": [(8, -8), (5, -15)],
    },
    "1.3": {
        "the derivative taken at z instead of at a": weight_slope_at_z,
        "da/dz where da/dw is asked for": weight_slope_without_chain_rule,
        "da/dx where da/dw is asked for": weight_slope_for_x,
        "dz/dw where da/dw is asked for": weight_slope_of_z,
        "the activation where its slope is meant": weight_slope_from_a_alone,
        "the sigmoid taken twice": weight_slope_sigmoid_twice,
        "the bias left out": weight_slope_without_bias,
    },
    "1.4": {
        "a slope that only prints as 0": [10, 17, 35],
        "one too few": 36,
        "a z beyond the first": [38, 100],
        "the end of the exponential": [709, 710, 745],
        "the other end of the curve": [-37, -746],
    },
    "1.5": {
        "overflow in exp, for large negative z": [
            slope_as_it_stands,
            slope_from_the_naive_sigmoid,
            slope_with_math_exp,
        ],
        "overflow in exp, for large positive z": [
            slope_with_the_other_sign,
            slope_from_the_other_form,
        ],
        "overflow in exp, in the branch that is thrown away": slope_by_where,
        "an exponent that is positive": slope_with_a_positive_exponent,
        "the square left out": slope_without_square,
        "the derivative taken at z instead of at a": lambda z: z * (1 - z),
        "the activation where its slope is meant": safe_sigmoid,
        "the sign of z lost on the way to a": slope_with_the_wrong_sign,
    },
    "1.6": {
        "the slope of the plain ReLU": [
            lambda z, a: (z > 0).astype(float),
            leak_of_relu_after_the_activation,
        ],
        "the activation where its slope is meant": lambda z, a: np.where(z > 0, z, 0.1 * z),
        "a mask with >= where > is asked for": lambda z, a: np.where(z < 0, 0.1, 1.0),
        "a slope of 1 everywhere": lambda z, a: np.ones(z.shape),
        "integer arrays": leak_in_an_array_like_z,
        "the two sides swapped": lambda z, a: np.where(z < 0, 1.0, 0.1),
        "a leak with the wrong sign": lambda z, a: np.where(a > 0, 1.0, -0.1),
    },
}
