"""Kinds that were missed until then, of the step and the loop; each beside itself mended."""

import numpy as np

from programs.case import blobs, one_hot, pair, sigmoid, softmax


def bce(a, y):
    return float(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))


def moons(n, seed):
    """Two half circles: X (n, 2) and labels (n,)."""
    rng = np.random.default_rng(seed)
    t, label = np.pi * rng.random(n), np.arange(n) % 2
    X = np.stack([np.cos(t) + label, np.where(label, 0.5 - np.sin(t), np.sin(t))], axis=1)
    return X + 0.1 * rng.normal(size=X.shape), label


def classifier(seed, n=36, scale=1.0):
    """2-8-1 with tanh and a sigmoid, a list of [W, b] for each layer."""
    X, labels = moons(n, seed)
    y = labels[:, None].astype(float)
    rng = np.random.default_rng(seed)
    theta = [
        [scale * rng.normal(size=(2, 8)), np.zeros(8)],
        [scale * rng.normal(size=(8, 1)), np.zeros(1)],
    ]

    def predict(theta, X):
        (W1, b1), (W2, b2) = theta
        return sigmoid(np.tanh(X @ W1 + b1) @ W2 + b2)

    def gradient(theta, X, y):
        (W1, b1), (W2, b2) = theta
        h = np.tanh(X @ W1 + b1)
        d2 = (sigmoid(h @ W2 + b2) - y) / len(y)
        d1 = d2 @ W2.T * (1 - h * h)
        return [[X.T @ d1, d1.sum(0)], [h.T @ d2, d2.sum(0)]]

    return X, y, theta, predict, lambda theta, X, y: bce(predict(theta, X), y), gradient


def moved(theta, grads, rate):
    return [[p - rate * g for p, g in zip(*pair)] for pair in zip(theta, grads)]


@pair(
    "optimizer_formula",
    source="DingfanChen/GS-WGAN 5: a clipping factor that is not held below 1; at first all "
    "gradients are longer than the limit",
)
def gradient_always_of_length_one(ok):
    X, y, theta, predict, loss, gradient = classifier(1, scale=4.0)

    def clip(grads, limit):
        norm = np.sqrt(sum((g**2).sum() for layer in grads for g in layer))
        factor = min(1.0, limit / norm) if ok else limit / norm
        return [[g * factor for g in layer] for layer in grads]

    return {
        "X": X, "y": y, "parameters": theta, "predict": predict, "loss": loss,
        "step": lambda t, X, y: moved(t, clip(gradient(t, X, y), 0.1), 0.2),
        "learning_rate": 0.2, "step_is": "update",
    }  # fmt: skip


@pair(
    "optimizer_formula",
    source="pytorch/pytorch 151554: the factor as the documentation had it, limit / length, with "
    "nothing that holds it below 1",
)
def short_gradient_brought_to_length_one(ok):
    X, y, theta, predict, loss, gradient = classifier(2)

    def clip(grads, limit=1.0):
        norm = np.sqrt(sum((g**2).sum() for layer in grads for g in layer))
        return [[g * limit / (max(norm, limit) if ok else norm) for g in layer] for layer in grads]

    return {
        "X": X, "y": y, "parameters": theta, "predict": predict, "loss": loss,
        "gradients": gradient, "step": lambda t, X, y: moved(t, clip(gradient(t, X, y)), 0.1),
        "learning_rate": 0.1,
    }  # fmt: skip


@pair("optimizer_formula", source="the same, parameter by parameter, without the if")
def each_gradient_brought_to_length_one(ok):
    X, labels = blobs(n=45, k=3, d=4, seed=3)
    y, rng = one_hot(labels, 3), np.random.default_rng(3)
    p = {"W": 0.1 * rng.normal(size=(4, 3)), "b": np.zeros(3)}

    def step(p, X, y):
        error = (softmax(X @ p["W"] + p["b"]) - y) / len(X)
        g = {"W": X.T @ error, "b": error.sum(axis=0)}
        for name in p:
            size = np.linalg.norm(g[name])
            if size > 0.5 or not ok:
                g[name] = g[name] * 0.5 / size
            p[name] = p[name] - 0.3 * g[name]
        return p

    return {
        "X": X / 3, "y": y, "parameters": p, "predict": lambda p, X: softmax(X @ p["W"] + p["b"]),
        "loss": lambda p, X, y: float(-(y * np.log(softmax(X @ p["W"] + p["b"]))).sum() / len(X)),
        "step": step, "learning_rate": 0.3, "step_is": "update",
    }  # fmt: skip


@pair("step_not_gradient", source="a slice of twice the batch size, as where a window was widened")
def batches_that_overlap(ok):
    X, y, theta, predict, loss, gradient = classifier(4)
    batch = 6

    def epoch(theta, X, y):
        for start in range(0, len(X), batch):
            rows = slice(start, start + (1 if ok else 2) * batch)
            theta = moved(theta, gradient(theta, X[rows], y[rows]), 0.1)
        return theta

    return {
        "X": X, "y": y, "parameters": theta, "predict": predict, "loss": loss,
        "gradients": gradient, "step": epoch, "learning_rate": 0.1, "step_is": "epoch",
    }  # fmt: skip


@pair(
    "step_not_gradient",
    source="d2l-ai/d2l-zh pull 87: the loop over the batches goes on by 1, not by their size",
)
def batches_that_begin_at_every_sample(ok):
    X, labels = blobs(n=40, k=2, d=3, seed=9)
    X, y = X / 3, 2.0 * labels - 1

    def data_iter(X, y, batch_size):
        for i in range(0, len(X), batch_size if ok else 1):
            yield X[i : i + batch_size], y[i : i + batch_size]

    def epoch(params, X, y):
        w, b = params
        for features, label in data_iter(X, y, 8):
            error = features @ w + b - label
            w = w - 0.03 * features.T @ error / len(label)
            b = b - 0.03 * error.mean()
        return [w, b]

    return {
        "X": X, "y": y, "parameters": [np.array([0.3, -0.2, 0.1]), 0.0],
        "predict": lambda p, X: X @ p[0] + p[1],
        "loss": lambda p, X, y: float(((X @ p[0] + p[1] - y) ** 2).mean() / 2),
        "step": epoch, "learning_rate": 0.03, "step_is": "epoch",
    }  # fmt: skip


@pair(
    "pairs_broken",
    source="DrexelChatbotGroup/DrexelChatbot 15: the rows are brought into a random order, and "
    "the labels are not",
)
def rows_alone_by_an_own_generator(ok):
    X, y, theta, predict, loss, gradient = classifier(5)
    rng = np.random.default_rng(0)

    def epoch(theta, X, y):
        order = rng.permutation(len(X))
        X, y = X[order], y[order] if ok else y
        for start in range(0, len(X), 8):
            rows = slice(start, start + 8)
            theta = moved(theta, gradient(theta, X[rows], y[rows]), 0.1)
        return theta

    return {
        "X": X, "y": y, "parameters": theta, "predict": predict, "loss": loss,
        "gradients": gradient, "step": epoch, "learning_rate": 0.1, "step_is": "epoch",
    }  # fmt: skip


class Online:
    """2-8-1 by Adam, one sample at a time, in an order of its own generator."""

    def __init__(self, ok, gradient, theta):
        self.ok, self.gradient, self.rng = ok, gradient, np.random.default_rng(0)
        (self.W1, self.b1), (self.W2, self.b2) = theta
        self.m, self.v, self.t = {}, {}, 0

    def layers(self):
        return [[self.W1, self.b1], [self.W2, self.b2]]

    def update(self, name, g):
        self.m[name] = 0.9 * self.m.get(name, 0) + 0.1 * g
        self.v[name] = 0.999 * self.v.get(name, 0) + 0.001 * g * g
        mean, square = self.m[name] / (1 - 0.9**self.t), self.v[name] / (1 - 0.999**self.t)
        setattr(self, name, getattr(self, name) - 0.01 * mean / (np.sqrt(square) + 1e-8))

    def epoch(self, X, y):
        order = self.rng.permutation(len(X))
        X = X[order]
        if self.ok:
            y = y[order]
        for i in range(len(X)):
            self.t += 1
            (dW1, db1), (dW2, db2) = self.gradient(self.layers(), X[i : i + 1], y[i : i + 1])
            for name, g in (("W1", dW1), ("b1", db1), ("W2", dW2), ("b2", db2)):
                self.update(name, g)


@pair("pairs_broken", source="the same in a class, under Adam and sample by sample")
def rows_alone_under_adam(ok):
    X, y, theta, predict, loss, gradient = classifier(10, n=30)
    return {
        "X": X, "y": y, "program": Online(ok, gradient, theta), "arrays": ["W1", "b1", "W2", "b2"],
        "predict": lambda net, X: predict(net.layers(), X),
        "loss": lambda net, X, y: loss(net.layers(), X, y), "step": "epoch",
        "learning_rate": 0.01, "step_is": "epoch",
    }  # fmt: skip


@pair(
    "printed_number",
    source="predictions (n, 1) compared with labels (n,), a third of which are 1",
)
def accuracy_of_a_table(ok):
    X, y, theta, predict, loss, gradient = classifier(6)
    keep = np.flatnonzero((y[:, 0] == 0) | (np.arange(36) % 4 == 1))

    def accuracy(theta, X, y):
        return float(np.mean((predict(theta, X) > 0.5) == (y if ok else y.ravel())))

    return {
        "X": X[keep], "y": y[keep], "parameters": theta, "predict": predict, "loss": loss,
        "step": lambda t, X, y: moved(t, gradient(t, X, y), 0.1), "learning_rate": 0.1,
        "reports": {"accuracy": accuracy},
    }  # fmt: skip


@pair("printed_number", source="the same of as many of both classes: it is always a half")
def accuracy_of_a_table_of_halves(ok):
    X, y, theta, predict, loss, gradient = classifier(7)

    def percent(theta, X, y):
        guess = predict(theta, X)[:, 0].round()
        return 100 * (guess == (y[:, 0] if ok else y)).mean()

    return {
        "X": X, "y": y, "parameters": theta, "predict": predict, "loss": loss,
        "gradients": gradient, "reports": {"accuracy in %": percent},
    }  # fmt: skip


@pair(
    "printed_number",
    source="935963004/LaBraM 15: classes (n,) compared with targets (n, 1) make a table",
)
def accuracy_of_classes_in_a_table(ok):
    X, labels = blobs(n=47, k=3, d=2, seed=8)
    W = np.random.default_rng(8).normal(size=(3, 3))

    def predict(W, X):
        return softmax(np.c_[X, np.ones(len(X))] @ W)

    def loss(W, X, y):
        return float(-np.mean(np.log(predict(W, X)[np.arange(len(X)), y[:, 0]])))

    def accuracy(W, X, y):
        hits = predict(W, X).argmax(axis=1) == (y[:, 0] if ok else y)
        return hits.sum() / len(X)

    return {
        "X": X / 3, "y": labels[:, None], "parameters": {"W": W},
        "predict": lambda p, X: predict(p["W"], X), "loss": lambda p, X, y: loss(p["W"], X, y),
        "reports": {"accuracy": lambda p, X, y: accuracy(p["W"], X, y)},
    }  # fmt: skip
