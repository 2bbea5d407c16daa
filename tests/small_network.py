"""A small network and its losses, for tests of single checks."""

import numpy as np

RNG = np.random.default_rng(2)
X = RNG.normal(size=(7, 2))
Y = (X[:, :1] * X[:, 1:] > 0) * 1.0
SOFT = RNG.uniform(0.1, 0.9, size=(7, 1))
START = {
    "W1": RNG.normal(size=(2, 3)), "b1": RNG.normal(size=3) / 3,
    "W2": RNG.normal(size=(3, 1)), "b2": np.array([0.2]),
}  # fmt: skip
LABELS = np.array([0, 1, 2, 0, 1, 2, 1])
CLASSES = np.eye(3)[LABELS]
START3 = START | {"W2": RNG.normal(size=(3, 3)), "b2": RNG.normal(size=3) / 3}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def predict(p, X, output=sigmoid):
    return output(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])


def classify(p, X):
    return predict(p, X, softmax)


def unknown(p, X):
    """No network that the audit knows; its outputs lie between 0 and 1."""
    return sigmoid(np.tanh(X @ p["W1"] + p["b1"]) ** 3 @ p["W2"] + p["b2"])


def mse(p, X, y, predict=predict):
    return np.mean((predict(p, X) - y) ** 2)


def bce(p, X, y, predict=predict):
    a = predict(p, X)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def ce(p, X, y):
    return -np.sum(y * np.log(classify(p, X))) / len(X)
