"""Answers to the exercises of lesson 02."""

import math

import numpy as np


def naive_sigmoid(z):
    return 1 / (1 + np.exp(-z))


def table(function, n_rows, n_columns):
    """A nested list with an entry for each row and column."""
    return [[function(i, k) for k in range(n_columns)] for i in range(n_rows)]


# ------------------------------------------------------------------------------ Exercise 2.1


def layer_by_loops(X, W, b):
    z = np.zeros((len(X), len(W)))
    for i in range(len(X)):
        for k in range(len(W)):
            z[i, k] = b[k]
            for j in range(X.shape[1]):
                z[i, k] += X[i, j] * W[k, j]
    return z


def layer_by_lists(X, W, b):
    return table(
        lambda i, k: sum(x * w for x, w in zip(X[i], W[k], strict=True)) + b[k], len(X), len(W)
    )


def layer_by_einsum(X, W, b):
    return np.einsum("ij,kj->ik", X, W) + b


def layer_by_columns(X, W, b):
    return (W @ X.T + b.reshape(-1, 1)).T


def layer_in_float32(X, W, b):
    return np.dot(X.astype(np.float32), W.T.astype(np.float32)) + b.astype(np.float32)


# ------------------------------------------------------------------------------ Exercise 2.3


def forward_by_dot(X, W1, b1, W2, b2):
    z1 = np.dot(X, W1) + b1
    a1 = naive_sigmoid(z1)
    z2 = np.dot(a1, W2) + b2
    return [z1, a1, z2, naive_sigmoid(z2)]


def forward_by_a_loop(X, W1, b1, W2, b2):
    found, a = [], X
    for W, b in ((W1, b1), (W2, b2)):
        z = np.einsum("ij,jk->ik", a, W) + b
        a = 0.5 * (1 + np.tanh(z / 2))
        found += [z, a]
    return tuple(found)


def forward_by_lists(X, W1, b1, W2, b2):
    def layer(a, W, b):
        z = table(
            lambda i, k: b[0][k] + sum(a[i][j] * W[j][k] for j in range(len(W))), len(a), len(W[0])
        )
        return z, [[0.5 * (1 + math.tanh(entry / 2)) for entry in row] for row in z]

    z1, a1 = layer(X, W1, b1)
    z2, a2 = layer(a1, W2, b2)
    return z1, a1, z2, a2


def forward_in_float32(X, *parameters):
    return forward_by_dot(X, *(values.astype(np.float32) for values in parameters))


def forward_with_the_notebooks_variables(X_, W1_, b1_, W2_, b2_):
    X, W1 = np.array([[1.0, 2.0], [3.0, 4.0], [-6.0, 2.0]]), np.array([[0.1, 0.2], [0.3, 0.4]])
    return forward_by_dot(X, W1, np.array([[0.1, 0.2]]), np.array([[0.5], [0.6]]), 0.3)


# ------------------------------------------------------------------------------ Exercise 2.4


def share_by_reshape(a, y):
    return ((a > 0.5) == y.reshape(-1, 1)).mean()


def share_of_flattened(a, y):
    return np.mean((a.ravel() > 0.5) == np.ravel(y))


def share_by_loops(a, y):
    right = 0
    for prediction, target in zip(a.ravel().tolist(), y.ravel().tolist(), strict=True):
        right += (prediction > 0.5) == bool(target)
    return right / len(a)


def share_in_float32(a, y):
    said = (a[:, 0] > 0.5).astype(np.float32)
    return np.float32(1) - np.abs(said - y.astype(np.float32).reshape(len(a))).mean()


# ------------------------------------------------------------------------------ Exercise 2.6


def collapse_by_feeding_in(W1, b1, W2, b2, W3, b3):
    def through(X):
        return ((X @ W1 + b1) @ W2 + b2) @ W3 + b3

    b = through(np.zeros((1, len(W1))))
    return through(np.eye(len(W1))) - b, b


def collapse_by_multi_dot(W1, b1, W2, b2, W3, b3):
    return np.linalg.multi_dot([W1, W2, W3]), b1 @ W2 @ W3 + b2 @ W3 + b3


def collapse_two_and_two(W1, b1, W2, b2, W3, b3):
    W, b = W1, b1
    for W_next, b_next in ((W2, b2), (W3, b3)):
        W, b = W @ W_next, b @ W_next + b_next
    return [W.tolist(), b.tolist()]


# ------------------------------------------------------------------------------ Exercise 2.7


def columns(first, second):
    """W1 from the weights of the two hidden neurons."""
    return np.array([first, second]).T


ONES = [[1.0], [1.0]]
FOLD = columns([1.0, -1.0], [-1.0, 1.0])

RIGHT = {
    "2.1": [
        layer_by_loops,
        layer_by_lists,
        layer_by_einsum,
        layer_by_columns,
        layer_in_float32,
    ],
    "2.2": [(30, 5, 8, 3, 75), (30.0, np.int64(5), 8, 3, 5 * 8 + 8 + 8 * 3 + 3)],
    "2.3": [forward_by_dot, forward_by_a_loop, forward_by_lists, forward_in_float32],
    "2.4": [share_by_reshape, share_of_flattened, share_by_loops, share_in_float32],
    "2.5": [(-5, 15), (-4.6, 15.4), (np.float64(-5.4), np.array([[14.6]]))],
    "2.6": [collapse_by_feeding_in, collapse_by_multi_dot, collapse_two_and_two],
    "2.7": [
        (FOLD, ONES),
        ([[-1, 1], [1, -1]], [[1], [1]]),
        (10 * FOLD, 0.1 * np.array(ONES)),
        (columns([2.0, -2.0], [-0.5, 0.5]), np.array([[0.5], [2.0]])),
        (FOLD.astype(np.float32), np.array([[0.96], [1.04]])),
    ],
}

WRONG = {
    "2.2": {
        "the input and the output exchanged": [(30, 3, 8, 5, 75), (30, 3, 8, 5, 77)],
        "the hidden layer and the output exchanged": (30, 5, 3, 8, 50),
        "the input and the hidden layer exchanged": (30, 8, 5, 3, 63),
        "another number of samples": [(1, 5, 8, 3, 75), (8, 5, 30, 3, 75)],
        "the biases left out of the count": (30, 5, 8, 3, 64),
        "one bias for a whole layer": (30, 5, 8, 3, 66),
        "samples counted as parameters": [(30, 5, 8, 3, 225), (30, 5, 8, 3, 315)],
        "a bias for each sample": (30, 5, 8, 3, 394),
        "the biases alone": (30, 5, 8, 3, 11),
    },
    "2.3": {
        "the same four arrays for every input": (forward_with_the_notebooks_variables),
    },
    "2.5": {
        "the two biases exchanged": (15, -5),
        "an OR that does not say no to (0, 0)": [(5, 15), (0, 15), (5, 5)],
        "an AND in place of OR": [(-15, 15), (-11, 15)],
        "an OR that never says yes": [(-20, 15), (-25, 15)],
        "a NOT BOTH that never says yes": [(-5, -15), (-5, -5), (-5, 0)],
        "neither in place of not both": [(-5, 5), (-5, 9)],
        "a NOT BOTH that always says yes": [(-5, 21), (-5, 25)],
        "a line too close to a corner, or through it": [(-1, 15), (-5, 11), (-10, 15), (-5, 20)],
    },
    "2.7": {
        "an answer other than 0 at (1, 1)": [
            (columns([1.0, 1.0], [1.0, 1.0]), ONES),
            (columns([1.0, 0.0], [0.0, 1.0]), ONES),
            (columns([1.0, 2.0], [-1.0, 1.0]), ONES),
        ],
        "two hidden neurons that say the same": [
            (columns([10.0, 10.0], [10.0, 10.0]), [[10.0], [-10.0]]),
            (columns([1.0, -1.0], [1.0, -1.0]), ONES),
        ],
        "a network that says 0 to everything": [
            (columns([-1.0, -1.0], [-2.0, -1.0]), ONES),
            (FOLD, [[0.0], [0.0]]),
        ],
        "one of the two squares found": [
            (FOLD, [[1.0], [0.0]]),
            (columns([1.0, -1.0], [2.0, -2.0]), ONES),
        ],
        "opposite signs at the two squares": [
            (FOLD, [[1.0], [-1.0]]),
            (columns([1.0, 0.0], [0.0, 1.0]), [[1.0], [-1.0]]),
        ],
        "both squares found, with the wrong sign": (FOLD, [[-1.0], [-1.0]]),
        "the right pattern in another size": [(10 * FOLD, ONES), (FOLD, [[0.5], [1.0]])],
    },
}
