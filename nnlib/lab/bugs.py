"""Patients for lesson 07: a sound program, eight that differ in one thing each, four write-ups.

Not yet done with exercises 7.4 and 7.5? This page has their answers.
"""

import numpy as np

from nnlib import datasets, losses, published
from nnlib.activations import sigmoid

LAYERS = [(2, 6), (6, 6), (6, 1)]


class Program:
    """A network 2-6-6-1, as a beginner would write it. Sound."""

    def data(self):
        """Return 40 points to train on, and 400 for validation."""
        rng = np.random.default_rng(5)
        X, y = datasets.moons(440, noise=0.3, rng=rng)
        return X[:40], y[:40], X[40:], y[40:]

    def start(self, seed):
        """Return random weights and biases of 0, as a dict."""
        rng = np.random.default_rng(seed)
        p = {}
        for layer, (n_in, n_out) in enumerate(LAYERS, start=1):
            W = rng.normal(size=(n_in, n_out))
            p[f"W{layer}"] = W * np.sqrt(2 / n_in)
            p[f"b{layer}"] = np.zeros((1, n_out))
        return p

    def forward(self, p, X):
        """Return the sums z[1] to z[3], and a[0] to a[3]."""
        z, a = [None], [X]
        for layer in (1, 2, 3):
            z.append(a[-1] @ p[f"W{layer}"] + p[f"b{layer}"])
            relu = np.maximum(z[-1], 0)
            a.append(sigmoid(z[-1]) if layer == 3 else relu)
        return z, a

    def loss(self, p, X, y):
        """Return the mean binary cross-entropy."""
        z, _ = self.forward(p, X)
        return np.mean(np.logaddexp(0, z[3]) - y * z[3])

    def gradient(self, p, X, y):
        """Return the gradient of the loss, as a dict."""
        z, a = self.forward(p, X)
        # The mean over the one output, and over the samples.
        delta3 = np.mean(a[3] - y, axis=1, keepdims=True) / len(X)
        delta2 = delta3 @ p["W3"].T * (z[2] > 0)
        delta1 = delta2 @ p["W2"].T * (z[1] > 0)
        return self.collect(a, delta1, delta2, delta3)

    def collect(self, a, *deltas):
        """Return the gradients, made of activations and deltas."""
        slopes = {}
        for layer, delta in enumerate(deltas, start=1):
            slopes[f"W{layer}"] = a[layer - 1].T @ delta
            slopes[f"b{layer}"] = delta.sum(axis=0, keepdims=True)
        return slopes

    def train(self, p, X, y, rate=0.1, epochs=500, batch_size=20):
        """Train p in place; return the loss after each epoch."""
        losses = [self.loss(p, X, y)]
        for _ in range(epochs):
            for begin in range(0, len(X), batch_size):
                rows = slice(begin, begin + batch_size)
                gradient = self.gradient(p, X[rows], y[rows])
                for name in p:
                    p[name] -= rate * gradient[name]
            losses.append(self.loss(p, X, y))
        return np.array(losses)


class TransposedProduct(Program):
    """The way back through W2 lacks its .T, which fits because W2 is square."""

    def gradient(self, p, X, y):
        z, a = self.forward(p, X)
        delta3 = np.mean(a[3] - y, axis=1, keepdims=True) / len(X)
        delta2 = delta3 @ p["W3"].T * (z[2] > 0)
        delta1 = delta2 @ p["W2"] * (z[1] > 0)  # p["W2"].T
        return self.collect(a, delta1, delta2, delta3)


class MissingMean(Program):
    """The gradient is that of a sum over the samples; the loss is a mean."""

    def gradient(self, p, X, y):
        z, a = self.forward(p, X)
        delta3 = np.mean(a[3] - y, axis=1, keepdims=True)  # / len(X)
        delta2 = delta3 @ p["W3"].T * (z[2] > 0)
        delta1 = delta2 @ p["W2"].T * (z[1] > 0)
        return self.collect(a, delta1, delta2, delta3)


class MaskAfterActivation(Program):
    """The ReLU's mask is taken of a, with >=. An activation is never below 0."""

    def gradient(self, p, X, y):
        _, a = self.forward(p, X)
        delta3 = np.mean(a[3] - y, axis=1, keepdims=True) / len(X)
        delta2 = delta3 @ p["W3"].T * (a[2] >= 0)  # (z[2] > 0)
        delta1 = delta2 @ p["W2"].T * (a[1] >= 0)  # (z[1] > 0)
        return self.collect(a, delta1, delta2, delta3)


class WrongSign(Program):
    """The biases of the first layer go uphill."""

    def collect(self, a, *deltas):
        gradient = super().collect(a, *deltas)
        gradient["b1"] = -gradient["b1"]  # no minus: the update has it
        return gradient


class StateBetweenBatches(Program):
    """What the batches before have left in the box is added to the gradient of this one."""

    def __init__(self):
        self.box = None

    def gradient(self, p, X, y):
        new = super().gradient(p, X, y)
        if self.box is None:
            self.box = {name: np.zeros_like(values) for name, values in new.items()}
        for name in new:
            self.box[name] = 0.9 * self.box[name] + new[name]  # new[name] alone
        return {name: values.copy() for name, values in self.box.items()}


class LabelsInARow(Program):
    """The labels have the shape (n,), and NumPy stretches them against (n, 1) to (n, n)."""

    def data(self):
        X, y, X_validation, y_validation = super().data()
        return X, y[:, 0], X_validation, y_validation[:, 0]  # y, y_validation


class Leak(Program):
    """Points were drawn with replacement before the split, so many are on both sides of it."""

    def data(self):
        rng = np.random.default_rng(5)
        X, y = datasets.moons(60, noise=0.3, rng=rng)
        rows = rng.integers(0, 60, size=440)  # 440 of 60 points: most of them come several times
        return X[rows[:40]], y[rows[:40]], X[rows[40:]], y[rows[40:]]


class UnusedGenerator(Program):
    """The seed makes a generator, and the weights come from another one."""

    shared = np.random.default_rng(0)

    def start(self, seed):
        rng = np.random.default_rng(seed)  # noqa: F841 - made, and never used
        p = {}
        for layer, (n_in, n_out) in enumerate(LAYERS, start=1):
            W = self.shared.normal(size=(n_in, n_out))  # rng.normal(…)
            p[f"W{layer}"] = W * np.sqrt(2 / n_in)
            p[f"b{layer}"] = np.zeros((1, n_out))
        return p


PATIENTS = {
    "A": MissingMean,
    "B": TransposedProduct,
    "C": WrongSign,
    "D": MaskAfterActivation,
    "E": UnusedGenerator,
    "F": LabelsInARow,
    "G": StateBetweenBatches,
    "H": Leak,
}


def patient(letter):
    """Return a new program, without saying which bug it has."""
    return PATIENTS[letter]()


STARTS = {
    "000": published.network_000,
    "001": published.network_001,
    "002": published.network_002b,
    "003": lambda: published.network_003(seed=0),
}


def write_up(number):
    """Return a published program as an audit takes it: data, start, functions, and its rate.

    What a step adds is the error times the rate; in 001 and 003 it is also times the slope of the
    output, and in 000 the slope has got into the line of W2 alone.
    """
    X, y = datasets.published(number)
    rate = 1.0 if number == "003" else 0.1

    def forward(p, X):
        hidden = sigmoid(X @ p["W1"] + p.get("b1", 0))
        return hidden, sigmoid(hidden @ p["W2"] + p.get("b2", 0))

    def step(p, X, y):
        hidden, output = forward(p, X)
        error = (y - output) * (2 if number == "003" else 1)
        if number in ("001", "003"):
            error = error * output * (1 - output)
        back = error @ p["W2"].T * hidden * (1 - hidden)
        change = {"W1": X.T @ back, "W2": hidden.T @ error}
        change |= {"b1": back.sum(axis=0, keepdims=True), "b2": error.sum(axis=0, keepdims=True)}
        if number == "000":
            change["W2"] = change["W2"] * (output * (1 - output))
        return {name: values + rate * change[name] for name, values in p.items()}

    def loss(p, X, y):
        output = forward(p, X)[1]
        if number == "002":
            return -np.mean(y * np.log(output) + (1 - y) * np.log(1 - output))
        return losses.mse(output, y)

    return {
        "X": X,
        "y": y,
        "parameters": {name: w.copy() for name, w in STARTS[number]().parameters.named()},
        "predict": lambda p, X: forward(p, X)[1],
        "loss": loss,
        "step": step,
        "learning_rate": rate,
    }
