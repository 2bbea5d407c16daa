"""Answers to the exercises of lesson 09."""

import math
from fractions import Fraction

import numpy as np

from nnlib.autodiff import Tensor, tanh

# ------------------------------------------------------------------------------ Exercise 9.1


def divide_by_entries(x, y, slope):
    slope_x, slope_y = np.empty(np.shape(x)), np.empty(np.shape(x))
    for i in np.ndindex(np.shape(x)):
        slope_x[i] = slope[i] * (1 / y[i])
        slope_y[i] = slope[i] * (-x[i] / (y[i] * y[i]))
    return slope_x, slope_y


def divide_by_the_quotient(x, y, slope):
    slope_x = np.multiply(slope, y**-1.0)
    return slope_x.tolist(), (-slope_x * (x / y)).astype(np.float32)


# ------------------------------------------------------------------------------ Exercise 9.2


def walk_with_setdefault(tape, end):
    slopes = {end: 1.0}
    for result, arguments in tape[::-1]:
        for name, local in arguments:
            slopes.setdefault(name, 0.0)
            slopes[name] += local * slopes[result]
    return slopes["x"]


def walk_by_calling_itself(tape, end):
    def slope(name):
        if name == end:
            return 1.0
        return sum(
            slope(result) * local
            for result, arguments in tape
            for argument, local in arguments
            if argument == name
        )

    return slope("x")


def walk_that_replaces(tape, end):
    slopes = {end: 1.0}
    for result, arguments in reversed(tape):
        for name, local in arguments:
            slopes[name] = slopes[result] * local
    return slopes["x"]


# ------------------------------------------------------------------------------ Exercise 9.3


def swish_by_the_tape():
    z = Tensor(1.0)
    (z * (0.5 * tanh(0.5 * z) + 0.5)).backward()
    return z.grad


def swish_by_hand():
    a = 1 / (1 + math.exp(-1))
    return a + a * (1 - a)


# ------------------------------------------------------------------------------ Exercise 9.5


def momentum_by_parts(theta, velocity, gradient, rate, momentum):
    step = rate * momentum * velocity + rate * gradient
    return theta - step, np.add(gradient, momentum * velocity)


def momentum_by_entries(theta, velocity, gradient, rate, momentum):
    new = [momentum * v + g for v, g in zip(velocity, gradient, strict=True)]
    return [t - rate * v for t, v in zip(theta, new, strict=True)], new


RIGHT = {
    "9.1": [divide_by_entries, divide_by_the_quotient],
    "9.2": [walk_with_setdefault, walk_by_calling_itself],
    "9.3": [swish_by_the_tape(), swish_by_hand(), 0.9277],
    "9.4": [0.125, Fraction(1, 8), np.float32(0.125)],
    "9.5": [momentum_by_parts, momentum_by_entries],
    "9.6": [math.log1p(math.exp(-0.9)), float(np.logaddexp(0, -0.9)), 0.3412],
}

WRONG = {"9.4": {"a rate that is larger than ours": [1, 8]}}
