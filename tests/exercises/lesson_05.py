"""Answers to the exercises of lesson 05."""

import numpy as np

from nnlib import Network, datasets, train
from nnlib.activations import sigmoid

# ------------------------------------------------------------------------------ Exercise 5.1


def step_by_loops(parameters, slopes, learning_rate):
    new = []
    for k in range(4):
        array = np.zeros(np.shape(parameters[k]))
        for i in range(array.shape[0]):
            for j in range(array.shape[1]):
                array[i, j] = parameters[k][i, j] - slopes[k][i, j] * learning_rate
        new.append(array)
    return new


def step_in_float_copies(parameters, slopes, learning_rate):
    new = [np.array(p, dtype=float) for p in parameters]
    for k in range(len(new)):
        new[k] -= learning_rate * slopes[k]
    return tuple(new)


def step_in_float32(parameters, slopes, learning_rate):
    W1, b1, W2, b2 = (p.astype(np.float32) for p in parameters)
    dW1, db1, dW2, db2 = (np.float32(learning_rate) * s.astype(np.float32) for s in slopes)
    return W1 - dW1, b1 - db1, W2 - dW2, b2 - db2


def step_as_lists(parameters, slopes, learning_rate):
    pairs = zip(parameters, slopes, strict=True)
    return [np.add(p, np.multiply(-learning_rate, s)).tolist() for p, s in pairs]


def each(move):
    def step(parameters, slopes, learning_rate):
        W1, b1, W2, b2 = parameters
        dW1, db1, dW2, db2 = slopes
        eta = learning_rate
        return move(W1, dW1, eta), move(b1, db1, eta), move(W2, dW2, eta), move(b2, db2, eta)

    return step


# ------------------------------------------------------------------------------ Exercise 5.2


def total(delta):
    return delta.sum(axis=0, keepdims=True)


def log_loss(z, y):
    return np.mean(np.logaddexp(-y * z, (1 - y) * z))


def training_by_parts(X, y, W1, b1, W2, b2, learning_rate, epochs):
    curve = []
    for _ in range(epochs):
        a1 = sigmoid(X @ W1 + b1)
        z2 = a1 @ W2 + b2
        curve.append(log_loss(z2, y))
        delta2 = (sigmoid(z2) - y) / y.size
        delta1 = delta2 @ W2.T * a1 * (1 - a1)
        slopes = [X.T @ delta1, total(delta1), a1.T @ delta2, total(delta2)]
        W1, b1, W2, b2 = step_by_loops([W1, b1, W2, b2], slopes, learning_rate)
    return curve, W1, b1, W2, b2


def training_in_place_of_copies(X, y, W1, b1, W2, b2, learning_rate, epochs):
    W1, b1, W2, b2 = (np.array(p, dtype=float) for p in (W1, b1, W2, b2))
    curve = np.zeros(epochs)
    for epoch in range(epochs):
        a1 = sigmoid(X @ W1 + b1)
        a2 = sigmoid(a1 @ W2 + b2)
        curve[epoch] = -np.mean(y * np.log(a2) + (1 - y) * np.log(1 - a2))
        delta2 = (a2 - y) / y.size
        delta1 = np.einsum("ik,jk->ij", delta2, W2) * a1 * (1 - a1)
        W2 -= learning_rate * np.einsum("ij,ik->jk", a1, delta2)
        b2 -= learning_rate * total(delta2)
        W1 -= learning_rate * np.einsum("ij,ik->jk", X, delta1)
        b1 -= learning_rate * total(delta1)
    return curve, W1, b1, W2, b2


def training_again_and_again(X, y, W1, b1, W2, b2, learning_rate, epochs):
    """One step, and then the rest of the way: the function calls itself."""
    if epochs == 0:
        return [], W1, b1, W2, b2
    first, *now = training_by_parts(X, y, W1, b1, W2, b2, learning_rate, 1)
    rest, *end = training_again_and_again(X, y, *now, learning_rate, epochs - 1)
    return [*first, *rest], *end


# ------------------------------------------------------------------------------ Exercise 5.3

X, Y = datasets.xor()


def trained(learning_rate=2.0, seed=0, loss="bce"):
    rng = np.random.default_rng(seed)
    network = Network.random([2, 4, 1], hidden="sigmoid", output="sigmoid", rng=rng)
    return train(network, X, Y, loss=loss, learning_rate=learning_rate, epochs=1000).loss


CURVE = trained()


def trained_by_parts():
    rng = np.random.default_rng(0)
    start = Network.random([2, 4, 1], hidden="sigmoid", output="sigmoid", rng=rng)
    weights = start.W[1], start.b[1], start.W[2], start.b[2]
    return training_by_parts(X, Y, *weights, 2.0, 1000)[0]


# ------------------------------------------------------------------------------ Exercise 5.5


def epoch_by_slices(X, y, w, order, batch_size, learning_rate):
    X, y = X[order], y[order]
    w = np.array(w, dtype=float)
    for i in range(-(-len(X) // batch_size)):
        part = slice(i * batch_size, (i + 1) * batch_size)
        error = X[part] @ w - y[part]
        w -= 2 * learning_rate * np.einsum("ij,ik->jk", X[part], error) / error.size
    return w


def epoch_by_a_list(X, y, w, order, batch_size, learning_rate):
    waiting = list(order)
    while waiting:
        rows, waiting = waiting[:batch_size], waiting[batch_size:]
        steps = [np.outer(X[i], X[i] @ w - y[i]) for i in rows]
        w = w - learning_rate * 2 * np.mean(steps, axis=0) / y.shape[1]
    return w


def epoch_in_float32(X, y, w, order, batch_size, learning_rate):
    X, y, w = (part.astype(np.float32) for part in (X, y, w))
    return epoch_by_slices(X, y, w, order, batch_size, np.float32(learning_rate))


RIGHT = {
    "5.1": [step_by_loops, step_in_float_copies, step_in_float32, step_as_lists],
    "5.2": [training_by_parts, training_in_place_of_copies, training_again_and_again],
    "5.3": [(CURVE[:-1], 150), (list(trained_by_parts()), np.int64(150))],
    "5.4": [0.3, 1, 0.5],
    "5.5": [epoch_by_slices, epoch_by_a_list, epoch_in_float32],
    "5.6": [1, 1.0, 0.9999, np.float64(1)],
    "5.7": [(46, 2), (46.0, 2.0), (np.int64(46), np.float64(2))],
}

WRONG = {
    "5.3": {
        "losses measured after the step": (CURVE[1:], 150),
        "one loss too many": (CURVE, 150),
        "the losses of the squared error": (trained(2.0, loss="mse")[:-1], 150),
        "another first step": (trained(0.5)[:-1], 600),
        "the right curve, and another number of steps": [(CURVE[:-1], 1000), (CURVE[:-1], 0)],
        "right in place of solved": (CURVE[:-1], 49),
        "a small loss in place of a small error": (CURVE[:-1], 145),
        "errors that are compared with their signs": (CURVE[:-1], 144),
        "the mean error in place of the largest": (CURVE[:-1], 142),
        "one epoch off": [(CURVE[:-1], 149), (CURVE[:-1], 151)],
    },
    "5.4": {
        "the number that the write-up begins with": [-0.1383, -0.13826430117118466],
        "a number beyond the limits": [2, -3.0],
        "a move in the wrong direction": [-0.5, -1],
        "a move in the right direction that is too short": [0, 0.1],
    },
    "5.6": {
        "a learning rate that is not above 0": [-1, 0],
        "a rate so small that nothing moves": [1e-5, 0.0001],
        "a rate with which the loss falls": [0.1, 0.5, 0.99],
        "a rate that diverges": [1.1, 20],
    },
    "5.7": {
        "a bias that moves": [(46, 2 * 0.985**46), (46, 0)],
        "another number of steps": [(67, 2), (1386, 2)],
        "a step too few": (45, 2),
        "a number of steps that is not whole": (45.86, 2),
        "a weight that loses the same amount in each step": [(33, 2), (34, 2)],
        "the learning rate forgotten": [(23, 2), (22, 2)],
        "half of the decay": [(92, 2), (93, 2)],
    },
}
