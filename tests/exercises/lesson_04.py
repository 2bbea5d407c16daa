"""Answers to the exercises of lesson 04."""

import math

import numpy as np

from nnlib.activations import sigmoid


def total(delta):
    return np.sum(delta, axis=0, keepdims=True)


# ------------------------------------------------------------------------------ Exercise 4.4


def backward_by_loops(X, W2, z1, a1, delta2):
    (n, n_in), (n_hidden, n_out) = X.shape, W2.shape
    dW1, db1 = np.zeros((n_in, n_hidden)), np.zeros((1, n_hidden))
    dW2, db2 = np.zeros((n_hidden, n_out)), np.zeros((1, n_out))
    for i in range(n):
        for k in range(n_out):
            db2[0, k] += delta2[i, k]
            for j in range(n_hidden):
                dW2[j, k] += a1[i, j] * delta2[i, k]
        for j in range(n_hidden):
            back = sum(delta2[i, k] * W2[j, k] for k in range(n_out))
            delta = back * a1[i, j] * (1 - a1[i, j])
            db1[0, j] += delta
            for m in range(n_in):
                dW1[m, j] += X[i, m] * delta
    return dW1, db1, dW2, db2


def backward_by_einsum(X, W2, z1, a1, delta2):
    delta1 = np.einsum("ik,jk,ij,ij->ij", delta2, W2, a1, 1 - a1)
    return [
        np.einsum("im,ij->mj", X, delta1),
        np.einsum("ij->j", delta1)[None, :],
        np.einsum("ij,ik->jk", a1, delta2),
        np.einsum("ik->k", delta2)[None, :],
    ]


def backward_with_the_bias_as_a_weight(X, W2, z1, a1, delta2):
    ones = np.ones((len(X), 1))
    delta1 = (W2 @ delta2.T).T * (a1 - a1**2)
    layer1 = (delta1.T @ np.hstack([X, ones])).T
    layer2 = (delta2.T @ np.hstack([a1, ones])).T
    return layer1[:-1], layer1[-1:], layer2[:-1], layer2[-1:].tolist()


def backward_in_float32(X, W2, z1, a1, delta2):
    X, W2, z1, delta2 = (part.astype(np.float32) for part in (X, W2, z1, delta2))
    a1 = sigmoid(z1)
    delta1 = np.matmul(delta2, np.transpose(W2)) * a1 * (1 - a1)
    return X.T @ delta1, delta1.sum(0).reshape(1, -1), a1.T @ delta2, delta2.sum(0).reshape(1, -1)


def backward_other(
    dW=lambda a, delta: np.dot(a.T, delta),
    db=total,
    back=lambda delta2, W2: np.dot(delta2, W2.T),
    slope=lambda z1, a1: a1 - a1 * a1,
):
    def backward(X, W2, z1, a1, delta2):
        dW2, db2 = dW(a1, delta2), db(delta2)
        delta1 = back(delta2, W2) * slope(z1, a1)
        return dW(X, delta1), db(delta1), dW2, db2

    return backward


# ------------------------------------------------------------------------------ Exercise 4.5


def step_other(
    delta2, *, W2_first=False, rate=None, dW=lambda a, d: a.T @ d, db=total, uphill=False
):
    def step(X, y, W1, b1, W2, b2, learning_rate):
        eta = learning_rate if rate is None else rate
        eta = -eta if uphill else eta
        a1 = sigmoid(X @ W1 + b1)
        a2 = sigmoid(a1 @ W2 + b2)
        d2 = delta2(a2, y)
        old_W2 = W2
        W2 = W2 - eta * dW(a1, d2)
        b2 = b2 - eta * db(d2)
        d1 = d2 @ (W2 if W2_first else old_W2).T * a1 * (1 - a1)
        return W1 - eta * dW(X, d1), b1 - eta * db(d1), W2, b2

    return step


def right_delta(a2, y):
    return (a2 - y) / a2.size


def step_with_backward(X, y, W1, b1, W2, b2, learning_rate):
    z1 = X @ W1 + b1
    a1 = 1 / (1 + np.exp(-z1))
    a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    found = backward_by_einsum(X, W2, z1, a1, (a2 - y) / y.size)
    parameters = W1, b1, W2, b2
    return [old - learning_rate * slope for old, slope in zip(parameters, found, strict=True)]


def step_on_copies(X, y, W1, b1, W2, b2, learning_rate):
    W1, b1, W2, b2 = W1.copy(), b1.copy(), W2.copy(), b2.copy()
    a1 = sigmoid(X @ W1 + b1)
    delta2 = (sigmoid(a1 @ W2 + b2) - y) / np.prod(y.shape)
    delta1 = delta2 @ W2.T * a1 * (1 - a1)
    W1 -= learning_rate * X.T @ delta1
    b1 -= learning_rate * delta1.sum(axis=0)
    W2 -= learning_rate * a1.T @ delta2
    b2 -= learning_rate * delta2.sum(axis=0)
    return W1, b1, W2, b2


# ------------------------------------------------------------------------------ Exercise 4.8


def tanh_other(
    *,
    hidden=np.tanh,
    output=lambda z: z,
    delta2=lambda z2, a2, y: 2 * (a2 - y) / y.size,
    slope=lambda z1, a1: 1 - a1 * a1,
    back=lambda delta2, W2: delta2 @ W2.T,
    dW=lambda a, delta: a.T @ delta,
    db=total,
):
    def gradients(X, y, W1, b1, W2, b2):
        z1 = X @ W1 + b1
        a1 = hidden(z1)
        z2 = a1 @ W2 + b2
        a2 = output(z2)
        d2 = delta2(z2, a2, y)
        d1 = back(d2, W2) * slope(z1, a1)
        return dW(X, d1), db(d1), dW(a1, d2), db(d2)

    return gradients


def tanh_by_loops(X, y, W1, b1, W2, b2):
    n, m = y.shape
    gradient = [np.zeros(part.shape) for part in (W1, b1, W2, b2)]
    for i in range(n):
        a1 = [math.tanh(z) for z in (X[i] @ W1 + b1[0]).tolist()]
        a2 = [float(np.dot(a1, W2[:, k]) + b2[0, k]) for k in range(m)]
        d2 = np.array([(a2[k] - y[i, k]) * 2 / (n * m) for k in range(m)])
        d1 = np.array([float(W2[j] @ d2) * (1 - a1[j] ** 2) for j in range(len(a1))])
        gradient[0] += np.outer(X[i], d1)
        gradient[1] += d1
        gradient[2] += np.outer(a1, d2)
        gradient[3] += d2
    return gradient


def tanh_in_another_form(X, y, W1, b1, W2, b2):
    a1 = 2 / (1 + np.exp(-2 * np.clip(X @ W1 + b1, -300, 300))) - 1
    miss = a1 @ W2 + b2 - y
    delta2 = miss * (2 / miss.size)
    delta1 = delta2 @ W2.T * (1 - a1) * (1 + a1)
    return X.T @ delta1, total(delta1), a1.T @ delta2, total(delta2)


# ------------------------------------------------------------------------------ Exercise 4.9


def deep_by_einsum(X, W2, W3, a1, a2, delta3):
    delta2 = np.einsum("ik,jk,ij,ij->ij", delta3, W3, a2, 1 - a2)
    delta1 = np.einsum("ik,jk,ij,ij->ij", delta2, W2, a1, 1 - a1)
    pairs = (X, delta1), (a1, delta2), (a2, delta3)
    return [np.einsum("ij,ik->jk", a, delta) for a, delta in pairs]


def deep_in_a_loop(X, W2, W3, a1, a2, delta3):
    a, W, delta = [X, a1, a2], [None, W2, W3], delta3
    found = []
    for layer in (2, 1, 0):
        found.insert(0, np.dot(a[layer].T, delta))
        if layer:
            delta = (a[layer] - np.square(a[layer])) * np.dot(delta, W[layer].T)
    return found


def deep_in_float32(*arguments):
    return deep_by_einsum(*(array.astype(np.float32) for array in arguments))


def tanh_measured(X, y, *parameters):
    """Every slope from two losses."""

    def loss(W1, b1, W2, b2):
        return np.mean((np.tanh(X @ W1 + b1) @ W2 + b2 - y) ** 2)

    slopes = [np.zeros(part.shape) for part in parameters]
    for k, slope in enumerate(slopes):
        for index in np.ndindex(slope.shape):
            there = [[part.copy() for part in parameters] for _ in range(2)]
            there[0][k][index] += 1e-5
            there[1][k][index] -= 1e-5
            slope[index] = (loss(*there[0]) - loss(*there[1])) / 2e-5
    return slopes


RIGHT = {
    "4.1": [(-0.2127, -0.2909), (-0.21270, np.array([[-0.29095]])), (-0.7311 * 0.2909, -0.2909)],
    "4.2": [(-0.0370, -0.0154), (-0.037, np.float32(-0.01542)), (-0.0369, -0.0155)],
    "4.3": [0.1565, 0.156, 0.158, np.array([0.15646])],
    "4.4": [
        backward_by_loops,
        backward_by_einsum,
        backward_with_the_bias_as_a_weight,
        backward_in_float32,
        backward_other(),
    ],
    "4.5": [step_other(right_delta), step_with_backward, step_on_copies],
    "4.6": [
        (0.2, "half the sum", 1.2),
        (0.03 / 0.15, "Half the sum", 6 * 0.2),
        (np.float64(0.2), " half the sum ", np.array(1.2)),
    ],
    "4.7": [(2, 4, 1, 0.2), (2.0, 4.0, 1.0, 1 / 5), (2, 4, 1, 0.006112 / 0.030562)],
    "4.8": [tanh_by_loops, tanh_in_another_form, tanh_other()],
    "4.9": [deep_by_einsum, deep_in_a_loop, deep_in_float32],
}

WRONG = {
    "4.1": {
        "the input of the network in place of what this weight is multiplied with": (
            -0.2909 * 1.5,
            -0.2909,
        ),
        "the weight itself in place of what it is multiplied with": (0.5819, -0.2909),
        "the slope of the sigmoid left out": (-1.2270 * 0.7311, -1.2270),
        "the slope of z2 in place of the slope of the loss": (0.7311, 1),
        "the slope of the output's sigmoid alone": (0.7311 * 0.2371, 0.2371),
        "the deltas of the other layer": (0.1716, 0.1144),
    },
    "4.2": {"the delta of the picture": (-0.037, 0.0029)},
    "4.3": {
        "an output without an error": [0.3195, 0.319],
        "the delta in place of the target": 0.008860,
        "the difference in place of the target": 0.1630,
        "the slope of the output forgotten": [0.3106, 0.2840],
        "an error in the wrong direction": [0.4825, 0.482],
        "two deltas that cancel without their weights": [-0.2511, -0.25],
        "the weights of hidden neuron 1": 1.0802,
        "a column of W2 where a row is meant": -0.0473,
        "the target as it was": [0, 0.0],
        "one minus the target": 0.8436,
        "a target that is not between 0 and 1": [-0.1564, 1.3],
        "a target above the answer of output 2": [0.5, 1],
        "the right side, and not the place where they cancel": [0.1, 0.2, 0.25],
    },
    "4.8": {"slopes that are right to a few digits only": tanh_measured},
    "4.6": {
        "a learning rate with a sign": [(-0.2, "half the sum", 1.2), (-0.2, "sum", -1.2)],
        "the gradient divided by the step": [(5, "half the sum", 30), (5.0, "sum", 60)],
        "the length of the step in place of the rate": (0.03, "half the sum", 0.18),
        "another loss than the one whose gradient this is": [
            (0.2, "sum", 1.2),
            (0.2, "mean over the samples", 0.4),
        ],
        "a division where a product is needed": [
            (0.2, "half the sum", 0.0333333),
            (0.2, "sum", 0.2 / 12),
        ],
        "a name that is none of the four": (0.2, "the sum", 1.2),
        "the factor of the sum": (0.2, "sum", 2.4),
        "their rate with our gradient": [(0.2, "mean", 0.2), (0.2, "half the sum", 0.2)],
    },
    "4.7": {
        "the line of a bias for program A": [(3, 4, 1, 0.2), (6, 4, 1, 0.2)],
        "a delta for program A, where both biases are right": [(1, 4, 1, 0.2), (4, 4, 4, 4)],
        "the other layer in program A": (5, 4, 1, 0.2),
        "one of two symptoms in program B": [(2, 5, 1, 0.2), (2, 6, 1, 5)],
        "the output for program B, where layer 2 is right": [(2, 1, 1, 0.2), (2, 3, 1, 0.2)],
        "a line of program C that not everything goes through": [(2, 4, 4, 0.2), (2, 4, 2, 5)],
        "the relative error in place of the factor": (2, 4, 1, 0.8),
        "the factor upside down": (2, 4, 1, 5),
        "the right lines, and another factor": (2, 4, 1, 0.5),
    },
}
