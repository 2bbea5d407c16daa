"""The problems by hand: a script with a variable for each array, as one writes it first."""

from time import process_time

import numpy as np

from benchmarks.problems import BATCH_SIZE, LARGE, XOR, shuffles


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def xor_steps(n_steps):
    X, y, network, _, learning_rate = XOR
    W1, W2 = (W.copy() for W in network.W[1:])
    b1, b2 = (b.copy() for b in network.b[1:])
    n = len(X)
    losses = []
    start = process_time()
    for _ in range(n_steps):
        z1 = X @ W1 + b1
        a1 = np.tanh(z1)
        z2 = a1 @ W2 + b2
        a2 = sigmoid(z2)
        losses.append(np.mean(np.logaddexp(-y * z2, (1 - y) * z2)))

        delta2 = (a2 - y) / n
        dW2 = a1.T @ delta2
        db2 = np.sum(delta2, axis=0, keepdims=True)
        delta1 = delta2 @ W2.T * (1 - a1**2)
        dW1 = X.T @ delta1
        db1 = np.sum(delta1, axis=0, keepdims=True)

        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2
    return np.array(losses), (process_time() - start) / n_steps


def large_epochs(n_epochs):
    X, y, network, _, learning_rate = LARGE
    W1, W2 = (W.copy() for W in network.W[1:])
    b1, b2 = (b.copy() for b in network.b[1:])
    rng = shuffles()
    start = process_time()
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for first in range(0, len(X), BATCH_SIZE):
            rows = order[first : first + BATCH_SIZE]
            x, targets = X[rows], y[rows]
            z1 = x @ W1 + b1
            a1 = np.maximum(z1, 0)
            z2 = a1 @ W2 + b2
            e = np.exp(z2 - np.max(z2, axis=1, keepdims=True))
            a2 = e / np.sum(e, axis=1, keepdims=True)

            delta2 = (a2 - targets) / len(x)
            dW2 = a1.T @ delta2
            db2 = np.sum(delta2, axis=0, keepdims=True)
            delta1 = delta2 @ W2.T * (z1 > 0)
            dW1 = x.T @ delta1
            db1 = np.sum(delta1, axis=0, keepdims=True)

            W1 -= learning_rate * dW1
            b1 -= learning_rate * db1
            W2 -= learning_rate * dW2
            b2 -= learning_rate * db2
    seconds = (process_time() - start) / n_epochs
    return np.concatenate([part.ravel() for part in (W1, b1, W2, b2)]), seconds


def large_products(n_epochs, gather=False):
    """The five matrix products of each batch and nothing else: a floor, not a network.

    With ``gather`` the rows of a batch are picked in shuffled order, as training has to.
    """
    X, _, network, _, _ = LARGE
    W1, W2 = network.W[1:]
    rng = shuffles()
    start = process_time()
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for first in range(0, len(X), BATCH_SIZE):
            batch = slice(first, first + BATCH_SIZE)
            x = X[order[batch]] if gather else X[batch]
            a1 = x @ W1
            delta2 = a1 @ W2
            a1.T @ delta2
            delta1 = delta2 @ W2.T
            x.T @ delta1
    return None, (process_time() - start) / n_epochs


def large_products_and_gather(n_epochs):
    return large_products(n_epochs, gather=True)
