"""A gradient by automatic differentiation: nnlib's tape, the autograd library, a tape of numbers.

The loss is the mean squared error of a network with one hidden tanh layer and no output activation.
The third tape holds a Python object for each number, as micrograd's does.
"""

import math
from time import process_time

import autograd.numpy as anp
import numpy as np
from autograd import grad

from benchmarks.problems import BATCH_SIZE, LARGE, XOR
from nnlib.autodiff import Tensor, tanh

PROBLEMS = {"large": (LARGE, BATCH_SIZE), "XOR": (XOR, 4)}


def of_problem(name):
    """X, y and the parameters of a problem, in float64."""
    problem, n_samples = PROBLEMS[name]
    arrays = [values.astype(float) for _, values in problem.network.parameters.named()]
    return problem.X[:n_samples].astype(float), problem.y[:n_samples].astype(float), arrays


def timed(gradient, times):
    """The gradient in one vector, and the seconds that one takes."""
    start = process_time()
    for _ in range(times):
        found = gradient()
    return np.concatenate([np.ravel(part) for part in found]), (process_time() - start) / times


def with_nnlib(times, name="large"):
    X, y, arrays = of_problem(name)

    def gradient():
        W1, b1, W2, b2 = parameters = [Tensor(array) for array in arrays]
        error = tanh(X @ W1 + b1) @ W2 + b2 - y
        (error * error).mean().backward()
        return [parameter.grad for parameter in parameters]

    return timed(gradient, times)


def with_autograd(times, name="large"):
    X, y, arrays = of_problem(name)

    def loss(parameters):
        W1, b1, W2, b2 = parameters
        error = anp.dot(anp.tanh(anp.dot(X, W1) + b1), W2) + b2 - y
        return anp.mean(error * error)

    slopes = grad(loss)
    return timed(lambda: slopes(arrays), times)


class Number:
    """One number that remembers how it was made."""

    def __init__(self, value, made_from=()):
        self.value, self.made_from, self.grad = value, made_from, 0.0

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value * other.value, ((self, other.value), (other, self.value)))

    def tanh(self):
        result = math.tanh(self.value)
        return Number(result, ((self, 1 - result * result),))

    def backward(self):
        order, seen = [], set()

        def visit(number):
            if number not in seen:
                seen.add(number)
                for argument, _ in number.made_from:
                    visit(argument)
                order.append(number)

        visit(self)
        self.grad = 1.0
        for number in reversed(order):
            for argument, slope in number.made_from:
                argument.grad += slope * number.grad


def with_numbers(times):
    X, y, arrays = of_problem("XOR")

    def gradient():
        W1, b1, W2, b2 = (np.vectorize(Number, otypes=[object])(array) for array in arrays)
        total = Number(0.0)
        for x, target in zip(X.tolist(), y[:, 0].tolist(), strict=True):
            answer = b2[0, 0]
            for k in range(W1.shape[1]):
                hidden = (W1[0, k] * x[0] + W1[1, k] * x[1] + b1[0, k]).tanh()
                answer = answer + hidden * W2[k, 0]
            error = answer + -target
            total = total + error * error
        (total * (1 / len(X))).backward()
        return [[number.grad for number in array.ravel()] for array in (W1, b1, W2, b2)]

    return timed(gradient, times)
