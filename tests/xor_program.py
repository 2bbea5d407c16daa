"""A sound program that learns XOR: under the usual names, or others of the test's own choice."""

import numpy as np


def xor_program(W1, b1, W2, b2):
    """Return start(seed), forward, predict, loss, gradients and a step in place."""

    def start(seed=0):
        rng = np.random.default_rng(seed)
        return {
            W1: rng.normal(size=(2, 4)),
            b1: 0.1 * rng.normal(size=(1, 4)),
            W2: rng.normal(size=(4, 1)),
            b2: np.zeros((1, 1)),
        }

    def forward(p, X):
        h = np.tanh(X @ p[W1] + p[b1])
        return h, 1 / (1 + np.exp(-(h @ p[W2] + p[b2])))

    def predict(p, X):
        return forward(p, X)[1]

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(p, X, y):
        h, a = forward(p, X)
        d2 = (a - y) / len(X)
        d1 = d2 @ p[W2].T * (1 - h**2)
        return {
            W1: X.T @ d1,
            b1: d1.sum(0, keepdims=True),
            W2: h.T @ d2,
            b2: d2.sum(0, keepdims=True),
        }

    def step(p, X, y):
        for name, g in gradients(p, X, y).items():
            p[name] -= 0.5 * g

    return start, forward, predict, loss, gradients, step


NAMES = ("W1", "b1", "W2", "b2")
start, forward, predict, loss, gradients, step = xor_program(*NAMES)
