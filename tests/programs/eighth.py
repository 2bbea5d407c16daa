"""Slips that the audit named wrongly at its last first look, and sound programs of new kinds.

They were written down before the audit saw them, with others that it named.
"""

import math
import random

import numpy as np

from programs.case import blobs, one_hot, program, sigmoid, softmax


def lists(slip=""):
    """Softmax regression in plain Python."""
    draw = random.Random(3).gauss
    X = [[draw(0, 1), draw(0, 1)] for _ in range(18)]
    y = [[1.0, 0.0] if a + b > 0 else [0.0, 1.0] for a, b in X]
    start = {"w": [[draw(0, 0.5) for _ in range(2)] for _ in range(2)], "b": [0.1, -0.1]}

    def shares(p, x):
        z = [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(p["w"], p["b"])]
        e = [math.exp(value) for value in z]
        return [value / sum(e) for value in e]

    def loss(p, X, y):
        terms = (t * math.log(a) for x, row in zip(X, y) for t, a in zip(row, shares(p, x)))
        return -sum(terms) / len(X)

    def step(p, X, y):
        gw, gb = [[0, 0], [0, 0]], [0, 0]
        for x, t in zip(X, y):
            a = shares(p, x)
            for k in range(2):
                d = abs(a[k] - t[k]) if slip == "size" else a[k] - t[k]
                for j in range(2):
                    gw[k][j] += d * x[j] / len(X)
                gb[k] = d / len(X) if slip == "last" else gb[k] + d / len(X)
        w = [[v - 0.5 * g for v, g in zip(row, slopes)] for row, slopes in zip(p["w"], gw)]
        return {"w": w, "b": [v - 0.5 * g for v, g in zip(p["b"], gb)]}

    return {
        "X": X, "y": y, "parameters": start, "loss": loss, "step": step, "learning_rate": 0.5,
        "predict": lambda p, X: [shares(p, x) for x in X], "step_is": "update",
    }  # fmt: skip


@program("gradient_wrong", source="gb[k] = d in a loop over the samples, for gb[k] += d")
def lists_with_the_bias_of_the_last_sample():
    return lists("last")


@program("gradient_wrong", source="the size of the error, as it is printed, in the gradient")
def lists_with_the_size_of_the_error():
    return lists("size")


@program()
def sound_lists():
    return lists()


class Rows:
    """Two layers with samples as columns inside, and rows outside."""

    def __init__(self, slip):
        rng = np.random.default_rng(38)
        self.slip, self.w1 = slip, rng.normal(size=(6, 3))
        self.b1, self.w2 = 0.1 * rng.normal(size=(6, 1)), rng.normal(size=(2, 6))
        self.b2 = np.zeros((2, 1))

    def out(self, X):
        self.x = X.T
        self.h = sigmoid(self.w1 @ self.x + self.b1)
        self.a = softmax((self.w2 @ self.h + self.b2).T).T
        return self.a.T

    def cost(self, X, y):
        return -np.mean(np.log(self.out(X)[np.arange(len(y)), y]))

    def learn(self, X, y):
        self.out(X)
        d = (self.a - one_hot(y, 2).T) / len(X)
        e = self.w2.T @ d * self.h * (1 - self.h)
        self.b1 = self.b1 - 0.3 * e.sum(axis=1, keepdims=self.slip != "table")
        self.b2 = self.b2 - 0.3 * d.sum(axis=1, keepdims=True)
        self.w2 = self.w2 - 0.3 * d @ self.h.T
        if self.slip == "late":
            e = self.w2.T @ d * self.h * (1 - self.h)
        self.w1 = self.w1 - 0.3 * e @ self.x.T
        if self.slip == "grows":
            self.w1 = self.w1 * 1.001


def rows(slip=""):
    X, y = blobs(n=30, k=2, d=3, seed=11)
    return {
        "X": X / 2, "y": y, "program": Rows(slip), "arrays": ["w1", "b1", "w2", "b2"],
        "predict": "out", "loss": "cost", "step": "learn", "learning_rate": 0.3,
        "step_is": "update",
    }  # fmt: skip


@program("parameter_shape", source="e.sum(axis=1) beside a column: the second step raises")
def a_bias_that_becomes_a_table():
    return rows("table")


@program(
    "updated_too_early", source="one line of four uses weights that the line above has changed"
)
def one_product_of_two_with_new_weights():
    return rows("late")


@program("weight_term", source="w1 * 1.001 after the update, left from a trial")
def weights_that_grow_a_little():
    return rows("grows")


@program()
def sound_rows():
    return rows()


@program()
def sound_tied_weights():
    rng = np.random.default_rng(31)
    X = rng.normal(size=(20, 5))

    def both(p, X):
        h = np.tanh(X @ p["W"] + p["b"])
        return h, h @ p["W"].T + p["c"]

    def gradients(p, X, y):
        h, out = both(p, X)
        d = 2 * (out - y) / len(X)
        dh = d @ p["W"] * (1 - h**2)
        return {"W": X.T @ dh + d.T @ h, "b": dh.sum(axis=0), "c": d.sum(axis=0)}

    return {
        "X": X, "y": X.copy(), "predict": lambda p, X: both(p, X)[1], "gradients": gradients,
        "loss": lambda p, X, y: np.sum((both(p, X)[1] - y) ** 2) / len(X),
        "parameters": {"W": rng.normal(size=(5, 3)) / 2, "b": np.zeros(3), "c": np.zeros(5)},
    }  # fmt: skip


@program()
def sound_hinge():
    rng = np.random.default_rng(33)
    X = rng.normal(size=(40, 3))

    def loss(p, X, y):
        margins = np.maximum(0, 1 - y * (X @ p["w"] + p["b"]))
        return np.mean(margins) + 0.1 * np.sum(p["w"] ** 2)

    def step(p, X, y):
        on = y * (y * (X @ p["w"] + p["b"]) < 1)
        slope = -on @ X / len(X) + 0.2 * p["w"]
        return {"w": p["w"] - 0.1 * slope, "b": p["b"] + 0.1 * on.mean()}

    return {
        "X": X, "y": np.where(X @ [1, -1, 0.5] > 0, 1.0, -1.0), "loss": loss, "step": step,
        "parameters": {"w": 0.3 * rng.normal(size=3), "b": 0.05}, "learning_rate": 0.1,
        "predict": lambda p, X: X @ p["w"] + p["b"], "step_is": "update",
    }  # fmt: skip


@program()
def sound_class_weights():
    X, y = blobs(n=36, k=3, d=2, seed=9)
    rng, weight = np.random.default_rng(34), np.array([1.0, 2.0, 4.0])

    def both(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, softmax(h @ p[2] + p[3])

    def loss(p, X, y):
        return -np.mean(weight[y] * np.log(both(p, X)[1][np.arange(len(y)), y]))

    def gradients(p, X, y):
        h, a = both(p, X)
        d = (a - one_hot(y, 3)) * weight[y][:, None] / len(X)
        dh = d @ p[2].T * (1 - h * h)
        return [X.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]

    return {
        "X": X / 3, "y": y, "predict": lambda p, X: both(p, X)[1], "loss": loss,
        "gradients": gradients,
        "parameters": [rng.normal(size=s) for s in ((2, 6), 6, (6, 3), 3)],
    }  # fmt: skip


def closure(kind):
    """A step made by a function, which keeps what it needs."""
    rng = np.random.default_rng(35)
    X = rng.normal(size=(25, 3))
    start = {"U": rng.normal(size=(3, 5)), "u": np.zeros(5), "V": rng.normal(size=(5, 1))}

    def both(p, X):
        h = np.tanh(X @ p["U"] + p["u"])
        return h, sigmoid(h @ p["V"])

    def loss(p, X, y):
        a = both(p, X)[1]
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def new_step():
        kept, count = {name: np.zeros_like(value) for name, value in start.items()}, [0]

        def step(p, X, y):
            h, a = both(p, X)
            d = (a - y) / len(X)
            dh = d @ p["V"].T * (1 - h * h)
            g = {"U": X.T @ dh, "u": dh.sum(axis=0), "V": h.T @ d}
            length = np.sqrt(sum(np.sum(value**2) for value in g.values()))
            result = {}
            for name, value in p.items():
                move = 0.1 * g[name]
                if kind == "clipped":
                    move = move * min(1, 0.05 / length)
                elif kind == "slower":
                    move = move / (1 + 0.1 * count[0])
                elif kind == "Nesterov":
                    old = kept[name]
                    kept[name] = 0.9 * old - move
                    move = 0.9 * old - 1.9 * kept[name]
                result[name] = value - move
            count[0] += 1
            return result

        return step

    return {
        "X": X, "y": (X[:, :1] * X[:, 1:2] > 0).astype(float), "parameters": start, "loss": loss,
        "predict": lambda p, X: both(p, X)[1], "new_step": new_step, "learning_rate": 0.1,
        "step_is": "update",
    }  # fmt: skip


@program()
def sound_steps_of_one_length():
    return closure("clipped")


@program()
def sound_steps_that_become_smaller():
    return closure("slower")


@program()
def sound_steps_by_nesterov():
    return closure("Nesterov")


@program()
def sound_gates():
    rng = np.random.default_rng(37)
    X = rng.normal(size=(12, 4, 2))

    def run(p, X):
        h, past = np.zeros((len(X), 3)), []
        for t in range(4):
            c = np.concatenate([h, X[:, t]], axis=1)
            z, new = sigmoid(c @ p["Wz"]), np.tanh(c @ p["Wh"])
            past.append((h, c, z, new))
            h = (1 - z) * h + z * new
        return past, h

    def gradients(p, X, y):
        past, h = run(p, X)
        d = 2 * (h @ p["out"] - y) / len(X)
        g = {"Wz": 0, "Wh": 0, "out": h.T @ d}
        dh = d @ p["out"].T
        for before, c, z, new in reversed(past):
            dz, dn = dh * (new - before) * z * (1 - z), dh * z * (1 - new * new)
            g["Wz"], g["Wh"] = g["Wz"] + c.T @ dz, g["Wh"] + c.T @ dn
            dh = (dz @ p["Wz"].T + dn @ p["Wh"].T)[:, :3] + dh * (1 - z)
        return g

    return {
        "X": X, "y": X.mean(axis=(1, 2))[:, None], "gradients": gradients,
        "predict": lambda p, X: run(p, X)[1] @ p["out"],
        "loss": lambda p, X, y: np.mean((run(p, X)[1] @ p["out"] - y) ** 2),
        "parameters": {"Wz": rng.normal(size=(5, 3)) / 2, "Wh": rng.normal(size=(5, 3)) / 2,
                       "out": rng.normal(size=(3, 1))},
    }  # fmt: skip
