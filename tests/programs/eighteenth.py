"""What a later first look had missed, each beside itself mended."""

import itertools

import numpy as np

from programs.case import pair, softmax


@pair(
    "optimizer_formula",
    source="eriklindernoren/ML-From-Scratch 35: a correction that is no power of t",
)
def correction_is_no_power(ok):
    class Net:
        def __init__(self):
            g = np.random.default_rng(8)
            self.w = [g.normal(0, 0.5, (4, 9)), g.normal(0, 0.4, (9, 1))]
            self.b = [np.zeros(9), np.zeros(1)]
            self.m = [np.zeros_like(p) for p in self.w + self.b]
            self.v = [np.zeros_like(p) for p in self.w + self.b]
            self.t = 0

        def predict(self, X):
            self.a = np.maximum(0, X @ self.w[0] + self.b[0])
            return self.a @ self.w[1] + self.b[1]

        def loss(self, X, y):
            return np.mean((self.predict(X) - y) ** 2)

        def step(self, X, y, lr=0.003, b1=0.9, b2=0.999):
            self.t += 1
            d2 = 2 * (self.predict(X) - y) / len(X)
            d1 = d2 @ self.w[1].T * (self.a > 0)
            grads = [X.T @ d1, self.a.T @ d2, d1.sum(0), d2.sum(0)]
            for i, (p, g) in enumerate(zip(self.w + self.b, grads, strict=True)):
                self.m[i] = b1 * self.m[i] + (1 - b1) * g
                self.v[i] = b2 * self.v[i] + (1 - b2) * g * g
                corrected = self.m[i] / (1 - (b1**self.t if ok else b1 * self.t))
                p -= lr * corrected / (np.sqrt(self.v[i] / (1 - b2**self.t)) + 1e-8)

    X = np.random.default_rng(2).uniform(-1, 1, (64, 4))
    y = X[:, :1] ** 2 + 0.5 * X[:, 1:2] - X[:, 2:3] * X[:, 3:4]
    return {
        "X": X, "y": y, "program": Net(), "arrays": ["w", "b"], "predict": "predict",
        "loss": "loss", "step": "step", "learning_rate": 0.003,
    }  # fmt: skip


def leaky_network(ok, share, sizes):
    """Layers in lists, with leaky ReLUs, whose way back is a plain ReLU's if it is not ok."""

    class Net:
        def __init__(self):
            r = np.random.default_rng(15)
            pairs = list(itertools.pairwise(sizes))
            self.Ws = [r.normal(0, 1 / np.sqrt(a), (a, b)) for a, b in pairs]
            self.bs = [r.normal(0, 0.05, b) for _, b in pairs]

        def forward(self, X):
            self.zs, self.acts = [], [X]
            for W, b in zip(self.Ws, self.bs, strict=True):
                z = self.acts[-1] @ W + b
                self.zs.append(z)
                self.acts.append(np.where(z > 0, z, share * z))
            return z

        def loss(self, X, y):
            return np.sum((self.forward(X) - y) ** 2) / (2 * len(X))

        def learn(self, X, y, lr=0.05):
            d = (self.forward(X) - y) / len(X)
            for i in reversed(range(len(self.Ws))):
                gW, gb = self.acts[i].T @ d, d.sum(axis=0)
                if i:
                    slope = np.where(self.zs[i - 1] > 0, 1.0, share if ok else 0.0)
                    d = (d @ self.Ws[i].T) * slope
                self.Ws[i] -= lr * gW
                self.bs[i] -= lr * gb

    r = np.random.default_rng(16)
    X = r.normal(size=(66, 5))
    return {
        "X": X, "y": np.stack([X[:, 0] * X[:, 1], X[:, 2]], axis=1), "program": Net(),
        "arrays": ["Ws", "bs"], "predict": "forward", "loss": "loss", "step": "learn",
        "learning_rate": 0.05,
    }  # fmt: skip


@pair("gradient_wrong", source="network of our own: a plain ReLU's slope for a leaky one's")
def leaky_with_the_slope_of_a_relu(ok):
    return leaky_network(ok, 0.2, (5, 9, 7, 2))


@pair("gradient_wrong", source="network of our own: the same, with a share of 0.01")
def hardly_leaky_with_the_slope_of_a_relu(ok):
    return leaky_network(ok, 0.01, (5, 9, 2))


@pair("printed_number", source="tensorflow/tfjs-examples pull 154: argmax along the wrong axis")
def accuracy_by_columns(ok):
    r = np.random.default_rng(55)
    X = r.normal(size=(72, 4))
    Y = np.eye(3)[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]

    def forward(w, X):
        h = 1 / (1 + np.exp(-(X @ w[0] + w[1])))
        return h, softmax(h @ w[2] + w[3])

    def predict(w, X):
        return forward(w, X)[1]

    def gradients(w, X, Y):
        h, p = forward(w, X)
        d2 = (p - Y) / len(X)
        d1 = d2 @ w[2].T * h * (1 - h)
        return X.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)

    def accuracy(w, X, Y):
        axis = 1 if ok else 0
        return np.mean(np.argmax(predict(w, X), axis=axis) == np.argmax(Y, axis=axis))

    w = [r.normal(size=(4, 10)), np.zeros(10), r.normal(size=(10, 3)) * 0.5, np.zeros(3)]
    return {
        "X": X, "y": Y, "parameters": w, "predict": predict, "gradients": gradients,
        "loss": lambda w, X, Y: -np.mean(np.sum(Y * np.log(predict(w, X)), axis=1)),
        "step": lambda w, X, Y: [a - 0.8 * g for a, g in zip(w, gradients(w, X, Y), strict=True)],
        "learning_rate": 0.8, "reports": {"accuracy": accuracy},
    }  # fmt: skip


@pair(
    "gradient_scale",
    source="ageron/handson-ml 179: what a division by the full set does to mini-batches",
)
def batches_divided_by_all(ok):
    class Net:
        def __init__(self):
            r = np.random.default_rng(140)
            self.W1, self.b1 = r.normal(size=(3, 10)) * 0.6, np.zeros(10)
            self.W2, self.b2 = r.normal(size=(10, 1)) * 0.4, np.zeros(1)

        def predict(self, X):
            self.h = np.tanh(X @ self.W1 + self.b1)
            return self.h @ self.W2 + self.b2

        def loss(self, X, y):
            return 0.5 * np.mean((self.predict(X) - y) ** 2)

        def epoch(self, X, y, lr=0.1):
            for s in range(0, len(X), 12):
                X_batch, y_batch = X[s : s + 12], y[s : s + 12]
                d = (self.predict(X_batch) - y_batch) / len(X_batch if ok else X)
                dh = d @ self.W2.T * (1 - self.h**2)
                self.W2 -= lr * self.h.T @ d
                self.b2 -= lr * d.sum(0)
                self.W1 -= lr * X_batch.T @ dh
                self.b1 -= lr * dh.sum(0)

    X = np.random.default_rng(141).normal(size=(120, 3))
    return {
        "X": X, "y": (np.sin(X[:, 0]) + X[:, 1] * 0.5)[:, None], "program": Net(),
        "arrays": ["W1", "b1", "W2", "b2"], "predict": "predict", "loss": "loss", "step": "epoch",
        "step_is": "epoch", "learning_rate": 0.1,
    }  # fmt: skip
