"""Other architectures: layers in lists, gates, norms, filters, recurrence, tied weights, short cuts.

Written before their author had read a rule. Each fault stands beside the same program without it;
``ok`` is the one line that is mended. The sound ones at the end look odd.
"""

import copy
from itertools import pairwise

import numpy as np

from programs.case import pair, program, sigmoid, softmax


def clouds(n, d, k, seed, spread=0.8):
    r = np.random.default_rng(seed)
    labels = r.permutation(np.arange(n) % k)
    return r.normal(scale=1.6, size=(k, d))[labels] + spread * r.normal(size=(n, d)), labels


def curve(n, d, k, seed):
    """A regression of k outputs."""
    r = np.random.default_rng(seed)
    X = r.normal(size=(n, d))
    return X, np.tanh(X @ r.normal(size=(d, k))) + 0.3 * X[:, :k] ** 2


def cross_entropy(P, Y):
    return -np.mean(np.sum(Y * np.log(P + 1e-12), axis=1))


class Soft:
    """A layer with softplus, or without an activation if it is the last one."""

    def __init__(self, fan_in, fan_out, last, r):
        self.W = r.normal(size=(fan_in, fan_out)) / np.sqrt(fan_in)
        self.b = np.zeros(fan_out)
        self.last = last

    def forward(self, x):
        self.x, self.z = x, x @ self.W + self.b
        return self.z if self.last else np.log1p(np.exp(self.z))

    def backward(self, g, rate, ok):
        if not self.last:
            g = g * sigmoid(self.z)
        back = g @ self.W.T if ok else None
        self.W -= rate * self.x.T @ g
        self.b -= rate * g.sum(axis=0)
        return back if ok else g @ self.W.T


@pair(
    "updated_too_early",
    source="CodingTrain/Toy-Neural-Network-JS 72: each layer of a list changes its weights and "
    "then sends the error back through the new ones",
)
def chain_of_layers(ok):
    X, Y = curve(40, 4, 2, 1)

    class Chain:
        def __init__(self):
            r = np.random.default_rng(3)
            sizes = [4, 7, 6, 2]
            self.layers = [Soft(a, b, i == 2, r) for i, (a, b) in enumerate(pairwise(sizes))]

        def forward(self, X):
            for layer in self.layers:
                X = layer.forward(X)
            return X

        def cost(self, X, Y):
            return ((self.forward(X) - Y) ** 2).mean()

        def train(self, X, Y):
            g = 2 * (self.forward(X) - Y) / Y.size
            for layer in reversed(self.layers):
                g = layer.backward(g, 0.3, ok)

    return dict(
        X=X, y=Y, program=Chain(), predict="forward", loss="cost", step="train", learning_rate=0.3
    )


def deep_relu(sizes, seed):
    """Parameters, a forward pass and gradients of ReLU layers under a softmax, samples as rows."""
    r = np.random.default_rng(seed)
    start = {}
    for i, (a, b) in enumerate(pairwise(sizes), 1):
        start[f"W{i}"] = r.normal(size=(a, b)) * np.sqrt(2 / a)
        start[f"b{i}"] = r.normal(size=b) * 0.1
    last = len(sizes) - 1

    def forward(p, X):
        acts = [X]
        for i in range(1, last + 1):
            z = acts[-1] @ p[f"W{i}"] + p[f"b{i}"]
            acts.append(softmax(z) if i == last else np.maximum(z, 0))
        return acts

    def gradients(p, X, Y):
        acts, grads = forward(p, X), {}
        delta = (acts[-1] - Y) / len(X)
        for i in range(last, 0, -1):
            grads[f"W{i}"] = acts[i - 1].T @ delta
            grads[f"b{i}"] = delta.sum(axis=0)
            delta = delta @ p[f"W{i}"].T * (acts[i - 1] > 0)
        return grads

    return start, forward, gradients


@pair(
    "optimizer_formula",
    source="Shubham-cyber-prog/100-Days-Of-Web-Development-ECWoC26 1575: Adam's update() is called "
    "for each parameter, and counts its step each time",
)
def adam_counts_calls(ok):
    X, labels = clouds(48, 6, 3, 7)
    start, forward, gradients = deep_relu([6, 9, 8, 7, 3], 8)

    class Adam:
        def __init__(self):
            self.t, self.m, self.v = 0, {}, {}

        def update(self, w, g, key):
            if not ok or key == "W1":
                self.t += 1
            m = self.m[key] = 0.9 * self.m.get(key, 0) + 0.1 * g
            v = self.v[key] = 0.999 * self.v.get(key, 0) + 0.001 * g * g
            m, v = m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)
            return w - 0.01 * m / (np.sqrt(v) + 1e-8)

    def new_step():
        adam = Adam()

        def step(p, X, Y):
            grads = gradients(p, X, Y)
            return {k: adam.update(p[k], grads[k], k) for k in p}

        return step

    return dict(
        X=X,
        y=np.eye(3)[labels],
        parameters=start,
        predict=lambda p, X: forward(p, X)[-1],
        loss=lambda p, X, Y: cross_entropy(forward(p, X)[-1], Y),
        gradients=gradients,
        new_step=new_step,
        learning_rate=0.01,
    )


@pair(
    "optimizer_formula",
    source="karpathy/convnetjs 70: Adam's moments are multiplied by 1 - beta**t where they are to "
    "be divided by it",
)
def adam_multiplies(ok):
    X, labels = clouds(36, 5, 2, 11)
    X, t = X.T, labels[None, :].astype(float)
    r = np.random.default_rng(12)
    start = [
        [r.normal(size=(6, 5)) * 0.4, np.zeros((6, 1))],
        [r.normal(size=(4, 6)) * 0.4, np.zeros((4, 1))],
        [r.normal(size=(1, 4)) * 0.4, np.zeros((1, 1))],
    ]

    def ahead(net, a):
        kept = [a]
        for i, (W, b) in enumerate(net):
            z = W @ kept[-1] + b
            kept.append(sigmoid(z) if i == 2 else np.tanh(z))
        return kept

    def slopes(net, X, t):
        kept = ahead(net, X)
        d = (kept[-1] - t) / t.shape[1]
        out = []
        for i in (2, 1, 0):
            out.insert(0, [d @ kept[i].T, d.sum(axis=1, keepdims=True)])
            d = net[i][0].T @ d * (1 - kept[i] ** 2)
        return out

    def cost(net, X, t):
        a = ahead(net, X)[-1]
        return -np.mean(t * np.log(a) + (1 - t) * np.log(1 - a))

    def new_step():
        m = [[0, 0] for _ in start]
        v = [[0, 0] for _ in start]
        count = 0

        def step(net, X, t):
            nonlocal count
            count += 1
            one, two = 1 - 0.9**count, 1 - 0.999**count
            g = slopes(net, X, t)
            for i in range(3):
                for j in range(2):
                    m[i][j] = 0.9 * m[i][j] + 0.1 * g[i][j]
                    v[i][j] = 0.999 * v[i][j] + 0.001 * g[i][j] ** 2
                    first = m[i][j] / one if ok else m[i][j] * one
                    second = v[i][j] / two if ok else v[i][j] * two
                    net[i][j] = net[i][j] - 0.02 * first / (np.sqrt(second) + 1e-8)
            return net

        return step

    return dict(
        X=X,
        y=t,
        parameters=start,
        predict=lambda net, X: ahead(net, X)[-1],
        loss=cost,
        gradients=slopes,
        new_step=new_step,
        learning_rate=0.02,
        samples="columns",
    )


@pair(
    "step_not_gradient",
    "gradient_wrong",
    source="the training scales its columns first, the forward pass that answers and the loss "
    "that is printed get them as they are",
)
def scaled_in_training_only(ok):
    X, labels = clouds(60, 4, 3, 18)
    X = X * np.array([1.0, 2.5, 0.6, 1.7]) + np.array([0.5, -1.0, 0.0, 1.5])
    mean, std = X.mean(axis=0), X.std(axis=0)
    start, forward, gradients = deep_relu([4, 10, 3], 19)

    def scaled(X):
        return (X - mean) / std

    def predict(p, X):
        return forward(p, scaled(X) if ok else X)[-1]

    def step(p, X, Y):
        g = gradients(p, scaled(X), Y)
        return {k: p[k] - 0.2 * g[k] for k in p}

    return dict(
        X=X,
        y=np.eye(3)[labels],
        parameters=start,
        predict=predict,
        loss=lambda p, X, Y: cross_entropy(predict(p, X), Y),
        step=step,
        learning_rate=0.2,
    )


def elman(seed, d=2, h=5, k=1):
    """A small recurrent network that reads (n, T, d) and answers after the last step."""
    r = np.random.default_rng(seed)
    start = dict(
        Wx=r.normal(size=(d, h)) * 0.6,
        Wh=r.normal(size=(h, h)) * 0.4,
        bh=r.normal(size=h) * 0.1,
        Wy=r.normal(size=(h, k)) * 0.6,
        by=np.zeros(k),
    )

    def read(p, X):
        states = [np.zeros((len(X), h))]
        for t in range(X.shape[1]):
            states.append(np.tanh(X[:, t] @ p["Wx"] + states[-1] @ p["Wh"] + p["bh"]))
        return states, states[-1] @ p["Wy"] + p["by"]

    def gradients(p, X, Y, back=True):
        states, out = read(p, X)
        g = {k: np.zeros_like(w) for k, w in p.items()}
        e = 2 * (out - Y) / Y.size
        g["Wy"], g["by"] = states[-1].T @ e, e.sum(0)
        dh = e @ p["Wy"].T
        for t in range(X.shape[1] - 1, -1, -1):
            dz = dh * (1 - states[t + 1] ** 2)
            g["Wx"] += X[:, t].T @ dz
            g["Wh"] += states[t].T @ dz
            g["bh"] += dz.sum(0)
            dh = dz @ p["Wh"].T
            if not back:
                break
        return g

    return start, read, gradients


def sequences(n, T, seed):
    X = np.random.default_rng(seed).normal(size=(n, T, 2))
    return X, (X[:, -1, :1] - 0.5 * X[:, -2, 1:] + 0.3 * X[:, 0, :1]).clip(-2, 2)


@pair(
    "pairs_broken",
    source="the sequences are read in a random order and their targets in batches as they lie",
)
def sequences_in_another_order(ok):
    X, Y = sequences(40, 4, 31)
    start, read, gradients = elman(32)

    def new_step():
        rng = np.random.default_rng(33)

        def epoch(p, X, Y):
            order = rng.permutation(len(X))
            for s in range(0, len(X), 8):
                chosen = order[s : s + 8]
                xb, yb = X[chosen], Y[chosen] if ok else Y[s : s + 8]
                g = gradients(p, xb, yb)
                p = {k: p[k] - 0.1 * g[k] for k in p}
            return p

        return epoch

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: read(p, X)[1],
        loss=lambda p, X, Y: np.mean((read(p, X)[1] - Y) ** 2),
        gradients=gradients,
        new_step=new_step,
        step_is="epoch",
        learning_rate=0.1,
    )


@pair(
    "samples_mixed",
    source="ethanfetaya/NRI 25 normalises along the batch; here layer norm does, by mean(axis=0)",
)
def layer_norm_across_the_batch(ok):
    X, labels = clouds(42, 5, 3, 43)
    r = np.random.default_rng(44)
    axis = 1 if ok else 0
    start = dict(
        W=r.normal(size=(5, 8)) * 0.5,
        gain=1 + 0.1 * r.normal(size=8),
        shift=0.1 * r.normal(size=8),
        V=r.normal(size=(8, 3)) * 0.5,
        c=np.zeros(3),
    )

    def norm(z):
        std = np.sqrt(z.var(axis=axis, keepdims=True) + 1e-5)
        return (z - z.mean(axis=axis, keepdims=True)) / std, std

    def forward(p, X):
        n, std = norm(X @ p["W"])
        h = np.maximum(n * p["gain"] + p["shift"], 0)
        return n, std, h, softmax(h @ p["V"] + p["c"])

    def gradients(p, X, Y):
        n, std, h, out = forward(p, X)
        d = (out - Y) / len(Y)
        e = d @ p["V"].T * (h > 0)
        f = e * p["gain"]
        means = f.mean(axis=axis, keepdims=True), (f * n).mean(axis=axis, keepdims=True)
        g = (f - means[0] - n * means[1]) / std
        return dict(W=X.T @ g, gain=(e * n).sum(0), shift=e.sum(0), V=h.T @ d, c=d.sum(0))

    return dict(
        X=X,
        y=np.eye(3)[labels],
        parameters=start,
        predict=lambda p, X: forward(p, X)[3],
        loss=lambda p, X, Y: cross_entropy(forward(p, X)[3], Y),
        gradients=gradients,
    )


@pair(
    "changes_its_arguments",
    source="a residual network that starts with h = X and goes on with h += ...: it adds to X",
)
def adds_to_its_input(ok):
    X, Y = curve(36, 5, 2, 52)
    r = np.random.default_rng(53)
    start = {
        "blocks": [[r.normal(size=(5, 5)) * 0.4, np.zeros(5)] for _ in range(3)],
        "head": [r.normal(size=(5, 2)) * 0.5, np.zeros(2)],
    }

    def predict(p, X):
        h = X.copy() if ok else X
        for W, b in p["blocks"]:
            h += np.tanh(h @ W + b)
        W, b = p["head"]
        return h @ W + b

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=predict,
        loss=lambda p, X, Y: np.mean(np.abs(predict(p, X) - Y)),
    )


@pair(
    "raises",
    source="the column of ones is made once, with as many rows as the training set has",
)
def ones_of_one_length(ok):
    X, labels = clouds(40, 3, 2, 55)
    r = np.random.default_rng(56)
    ones = np.ones((40, 1))
    start = {"theta1": r.normal(size=(4, 6)) * 0.4, "theta2": r.normal(size=(7, 1)) * 0.4}

    def glued(a):
        return np.concatenate([np.ones((len(a), 1)) if ok else ones, a], axis=1)

    def predict(p, X):
        return sigmoid(glued(sigmoid(glued(X) @ p["theta1"])) @ p["theta2"])

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    return dict(X=X, y=labels[:, None].astype(float), parameters=start, predict=predict, loss=loss)


@pair(
    "printed_number",
    source="rasbt/machine-learning-book 93: the means of the batches' hits are added up and "
    "divided by the number of samples",
)
def hits_divided_twice(ok):
    X, labels = clouds(60, 5, 3, 58)
    start, forward, gradients = deep_relu([5, 8, 8, 3], 59)

    def accuracy(p, X, Y):
        total = 0
        for s in range(0, len(X), 4):
            hit = forward(p, X[s : s + 4])[-1].argmax(1) == Y[s : s + 4].argmax(1)
            total += hit.sum() if ok else hit.mean()
        return total / len(X)

    return dict(
        X=X,
        y=np.eye(3)[labels],
        parameters=start,
        predict=lambda p, X: forward(p, X)[-1],
        loss=lambda p, X, Y: cross_entropy(forward(p, X)[-1], Y),
        gradients=gradients,
        reports={"accuracy": accuracy},
    )


@pair(
    "printed_number",
    source="an RMSE whose root is taken of the sum, and the number of samples divides it after",
)
def root_before_the_mean(ok):
    X, Y = curve(50, 4, 1, 61)
    r = np.random.default_rng(62)
    start = [r.normal(size=(4, 7)) * 0.4, np.zeros(7), r.normal(size=(7, 1)) * 0.4, np.zeros(1)]

    def elu(z):
        return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)

    def net(p, X):
        W, b, V, c = p
        return elu(X @ W + b) @ V + c

    def rmse(p, X, Y):
        squares = np.sum((net(p, X) - Y) ** 2)
        return np.sqrt(squares / len(Y)) if ok else np.sqrt(squares) / len(Y)

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=net,
        loss=lambda p, X, Y: np.mean((net(p, X) - Y) ** 2),
        reports={"RMSE": rmse},
    )


@pair(
    "loss_formula",
    source="a forgotten pair of brackets in the printed loss: Y log A + 1 - Y log(1 - A)",
)
def brackets_forgotten(ok):
    r = np.random.default_rng(64)
    X = r.normal(size=(5, 45))
    Y = (r.normal(size=(3, 5)) @ X > 0).astype(float)
    layers = [dict(W=r.normal(size=(b, a)) * 0.4, b=np.zeros((b, 1))) for a, b in ((5, 7), (7, 3))]

    def forward(layers, A):
        out = [A]
        for i, layer in enumerate(layers):
            z = layer["W"] @ out[-1] + layer["b"]
            out.append(sigmoid(z) if i else np.tanh(z))
        return out

    def cost(layers, X, Y):
        A = forward(layers, X)[-1]
        if ok:
            return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
        return -np.mean(Y * np.log(A) + 1 - Y * np.log(1 - A))

    def gradients(layers, X, Y):
        X, H, A = forward(layers, X)
        d = (A - Y) / Y.size
        e = layers[1]["W"].T @ d * (1 - H**2)
        return [
            dict(W=e @ X.T, b=e.sum(1, keepdims=True)),
            dict(W=d @ H.T, b=d.sum(1, keepdims=True)),
        ]

    return dict(
        X=X,
        y=Y,
        parameters=layers,
        predict=lambda layers, X: forward(layers, X)[-1],
        loss=cost,
        gradients=gradients,
        samples="columns",
    )


@pair(
    "weight_term",
    source="an L1 penalty, |W|, whose slope is written as |W| where it is the sign of W",
)
def slope_of_l1(ok):
    X, Y = curve(40, 5, 2, 66)
    r = np.random.default_rng(67)
    start = {
        n: r.normal(size=s) * 0.5
        for n, s in dict(w1=(5, 7), b1=(7,), w2=(7, 6), b2=(6,), w3=(6, 2), b3=(2,)).items()
    }
    lam = 0.01

    def run(p, X):
        one = np.tanh(X @ p["w1"] + p["b1"])
        two = np.tanh(one @ p["w2"] + p["b2"])
        return one, two, two @ p["w3"] + p["b3"]

    def loss(p, X, Y):
        return np.mean((run(p, X)[2] - Y) ** 2) + lam * sum(
            np.abs(p[w]).sum() for w in ("w1", "w2", "w3")
        )

    def gradients(p, X, Y):
        one, two, out = run(p, X)
        d3 = 2 * (out - Y) / Y.size
        d2 = d3 @ p["w3"].T * (1 - two**2)
        d1 = d2 @ p["w2"].T * (1 - one**2)
        g = dict(w1=X.T @ d1, w2=one.T @ d2, w3=two.T @ d3)
        for w in g:
            g[w] = g[w] + lam * (np.sign(p[w]) if ok else np.abs(p[w]))
        return g | dict(b1=d1.sum(0), b2=d2.sum(0), b3=d3.sum(0))

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: run(p, X)[2],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "weight_term",
    source="jingtinghuang/CS231n-Spring-2017 3: reg * sum(W * W) in the loss, reg * W in its slope",
)
def half_a_penalty(ok):
    X, labels = clouds(45, 6, 3, 69)
    r = np.random.default_rng(70)
    reg = 0.05

    class TwoLayerSVM:
        def __init__(self):
            self.params = {
                "W1": r.normal(size=(6, 8)) * 0.4,
                "b1": np.zeros(8),
                "W2": r.normal(size=(8, 3)) * 0.4,
                "b2": np.zeros(3),
            }

    def scores(p, X):
        h = np.maximum(0, X @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def margins(p, X, y):
        h, s = scores(p, X)
        rows = np.arange(len(y))
        m = np.maximum(0, s - s[rows, y][:, None] + 1)
        m[rows, y] = 0
        return h, m

    def loss(p, X, y):
        m = margins(p, X, y)[1]
        return m.sum() / len(y) + reg * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())

    def grads(p, X, y):
        h, m = margins(p, X, y)
        d = (m > 0) / len(y)
        d[np.arange(len(y)), y] = -d.sum(axis=1)
        e = d @ p["W2"].T * (h > 0)
        factor = 2 * reg if ok else reg
        return {
            "W1": X.T @ e + factor * p["W1"],
            "b1": e.sum(axis=0),
            "W2": h.T @ d + factor * p["W2"],
            "b2": d.sum(axis=0),
        }

    return dict(
        X=X,
        y=labels,
        parameters=TwoLayerSVM().params,
        predict=lambda p, X: scores(p, X)[1],
        loss=loss,
        gradients=grads,
    )


def filters(seed, k=3, classes=3):
    """Filters of 3 x 3 by hand: ReLU, the mean of each map, and a softmax."""
    r = np.random.default_rng(seed)
    start = {
        "filters": r.normal(size=(k, 3, 3)) * 0.4,
        "filter_bias": r.normal(size=k) * 0.1,
        "dense": r.normal(size=(k, classes)),
        "dense_bias": np.zeros(classes),
    }

    def maps(p, X):
        rows, cols = X.shape[1] - 2, X.shape[2] - 2
        z = np.zeros((len(X), rows, cols, k))
        for i in range(rows):
            for j in range(cols):
                z[:, i, j] = np.tensordot(
                    X[:, i : i + 3, j : j + 3], p["filters"], ((1, 2), (1, 2))
                )
        return z + p["filter_bias"]

    def forward(p, X):
        z = maps(p, X)
        pooled = np.maximum(z, 0).mean(axis=(1, 2))
        return z, pooled, softmax(pooled @ p["dense"] + p["dense_bias"])

    def gradients(p, X, Y, turn=False):
        z, pooled, out = forward(p, X)
        d = (out - Y) / len(X)
        rows, cols = z.shape[1:3]
        e = (d @ p["dense"].T)[:, None, None] * (z > 0) / (rows * cols)
        dK = np.zeros_like(p["filters"])
        for i in range(rows):
            for j in range(cols):
                dK += np.tensordot(e[:, i, j], X[:, i : i + 3, j : j + 3], ((0,), (0,)))
        if turn:
            dK = dK[:, ::-1, ::-1]
        return {
            "filters": dK,
            "filter_bias": e.sum(axis=(0, 1, 2)),
            "dense": pooled.T @ d,
            "dense_bias": d.sum(axis=0),
        }

    return start, forward, gradients


def strokes(n, seed):
    """Images of 6 x 6 with a line across, down, or none."""
    r = np.random.default_rng(seed)
    X, labels = 0.3 * r.normal(size=(n, 6, 6)), np.arange(n) % 3
    for i in range(n):
        at = r.integers(1, 5)
        if labels[i] == 0:
            X[i, at] += 1.5
        elif labels[i] == 1:
            X[i, :, at] += 1.5
    return X, np.eye(3)[labels]


@pair(
    "gradient_wrong",
    "product_wrong",
    source="ddbourgin/numpy-ml 27: the filters are turned where they need not be, in their own "
    "gradient",
)
def turned_filters(ok):
    X, Y = strokes(24, 81)
    start, forward, gradients = filters(82)
    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[2],
        loss=lambda p, X, Y: cross_entropy(forward(p, X)[2], Y),
        gradients=lambda p, X, Y: gradients(p, X, Y, turn=not ok),
    )


@pair(
    "slope_missing",
    "loss_formula",
    source="jiexunsee/Neural-Network-with-Python 1: the output's error is taken for its delta in a "
    "network of four sigmoid layers and squared errors",
)
def error_for_delta(ok):
    X, labels = clouds(40, 3, 2, 87)
    r = np.random.default_rng(88)

    class NeuralNetwork:
        def __init__(self):
            self.synaptic_weights1 = r.normal(size=(3, 6)) * 0.7
            self.synaptic_weights2 = r.normal(size=(6, 5)) * 0.7
            self.synaptic_weights3 = r.normal(size=(5, 4)) * 0.7
            self.synaptic_weights4 = r.normal(size=(4, 1)) * 0.7

        def forward(self, inputs):
            self.a2 = sigmoid(inputs @ self.synaptic_weights1)
            self.a3 = sigmoid(self.a2 @ self.synaptic_weights2)
            self.a4 = sigmoid(self.a3 @ self.synaptic_weights3)
            return sigmoid(self.a4 @ self.synaptic_weights4)

        def train_once(self, inputs, outputs):
            out = self.forward(inputs)
            del5 = outputs - out
            if ok:
                del5 = del5 * out * (1 - out)
            del4 = del5 @ self.synaptic_weights4.T * self.a4 * (1 - self.a4)
            del3 = del4 @ self.synaptic_weights3.T * self.a3 * (1 - self.a3)
            del2 = del3 @ self.synaptic_weights2.T * self.a2 * (1 - self.a2)
            n = len(inputs)
            self.synaptic_weights4 += 2 * self.a4.T @ del5 / n
            self.synaptic_weights3 += 2 * self.a3.T @ del4 / n
            self.synaptic_weights2 += 2 * self.a2.T @ del3 / n
            self.synaptic_weights1 += 2 * inputs.T @ del2 / n

    return dict(
        X=X,
        y=labels[:, None].astype(float),
        program=NeuralNetwork(),
        arrays=[f"synaptic_weights{i}" for i in range(1, 5)],
        predict="forward",
        loss=lambda net, X, y: np.mean((net.forward(X) - y) ** 2),
        step="train_once",
        learning_rate=1.0,
    )


@pair(
    "product_wrong",
    "gradient_wrong",
    source="stats.SE 464262: in a chain of single neurons each change is multiplied by the weight "
    "itself, where the neuron's input belongs",
)
def multiplied_by_itself(ok):
    x = np.arange(1, 10) / 10
    y = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0.0])

    def feed(p, x):
        h = sigmoid(x * p["w1"] + p["b1"])
        return h, sigmoid(h * p["w2"] + p["b2"])

    def backprop(p, x, y):
        total = dict.fromkeys(p, 0.0)
        for q, a in zip(x, y):
            h, guess = feed(p, q)
            g = 2 * (guess - a) * guess * (1 - guess)
            f = g * p["w2"] * h * (1 - h)
            total["w2"] += g * (h if ok else p["w2"])
            total["b2"] += g
            total["w1"] += f * (q if ok else p["w1"])
            total["b1"] += f
        return {k: s / len(x) for k, s in total.items()}

    return dict(
        X=x,
        y=y,
        parameters={"w1": 0.7, "w2": -0.4, "b1": 0.1, "b2": 0.2},
        predict=lambda p, x: feed(p, x)[1],
        loss=lambda p, x, y: np.mean((feed(p, x)[1] - y) ** 2),
        gradients=backprop,
    )


def vectors(sizes, seed):
    """Nielsen's way: lists of column vectors, one sample after another."""
    r = np.random.default_rng(seed)
    weights = [r.normal(size=(b, a)) / np.sqrt(a) for a, b in pairwise(sizes)]
    biases = [r.normal(size=(b, 1)) * 0.3 for b in sizes[1:]]

    def feedforward(p, a):
        for w, b in zip(*p):
            a = sigmoid(w @ a + b)
        return a

    def backprop(p, x, y):
        weights, biases = p
        acts = [x]
        for w, b in zip(weights, biases):
            acts.append(sigmoid(w @ acts[-1] + b))
        d = (acts[-1] - y) * acts[-1] * (1 - acts[-1])
        nw, nb = [d @ acts[-2].T], [d]
        for k in range(2, len(acts)):
            d = weights[1 - k].T @ d * acts[-k] * (1 - acts[-k])
            nw.insert(0, d @ acts[-k - 1].T)
            nb.insert(0, d)
        return nw, nb

    return [weights, biases], feedforward, backprop


def half_squares(feedforward):
    return lambda p, X, Y: (
        sum(0.5 * np.sum((feedforward(p, x) - y) ** 2) for x, y in zip(X, Y)) / len(X)
    )


@pair(
    "samples_unused",
    source="a line with too little indentation: the gradients are added up behind the loop, and "
    "only the last sample's count",
)
def added_behind_the_loop(ok):
    data, labels = clouds(20, 4, 3, 96)
    X, Y = list(data[..., None]), list(np.eye(3)[labels][..., None])
    start, feedforward, backprop = vectors([4, 6, 3], 97)

    class Network:
        def __init__(self):
            self.weights, self.biases = copy.deepcopy(start)

        def update(self, X, Y):
            nw = [np.zeros_like(w) for w in self.weights]
            nb = [np.zeros_like(b) for b in self.biases]
            for x, y in zip(X, Y):
                dw, db = backprop([self.weights, self.biases], x, y)
                if ok:
                    nw = [a + b for a, b in zip(nw, dw)]
                    nb = [a + b for a, b in zip(nb, db)]
            if not ok:
                nw = [a + b for a, b in zip(nw, dw)]
                nb = [a + b for a, b in zip(nb, db)]
            self.weights = [w - 2.0 / len(X) * g for w, g in zip(self.weights, nw)]
            self.biases = [b - 2.0 / len(X) * g for b, g in zip(self.biases, nb)]

    return dict(
        X=X,
        y=Y,
        program=Network(),
        arrays=["weights", "biases"],
        predict=lambda n, X: [feedforward([n.weights, n.biases], x) for x in X],
        loss=lambda n, X, Y: half_squares(feedforward)([n.weights, n.biases], X, Y),
        step="update",
        learning_rate=2.0,
    )


def gated(seed):
    """A gate beside a candidate, h = tanh(x Wc + bc) * sigmoid(x Wg + bg), and a line."""
    r = np.random.default_rng(seed)
    return dict(
        Wc=r.normal(size=(4, 6)) * 0.5,
        bc=r.normal(size=6) * 0.1,
        Wg=r.normal(size=(4, 6)) * 0.5,
        bg=r.normal(size=6) * 0.1,
        Wo=r.normal(size=(6, 2)) * 0.5,
        bo=np.zeros(2),
    )


@pair(
    "gradient_wrong",
    source="hanbt/learn_dl 53: a line that was copied: the gate's bias gets the candidate's delta",
)
def copied_line_of_a_gate(ok):
    X, Y = curve(40, 4, 2, 103)

    def forward(p, X):
        c = np.tanh(X @ p["Wc"] + p["bc"])
        g = sigmoid(X @ p["Wg"] + p["bg"])
        return c, g, (c * g) @ p["Wo"] + p["bo"]

    def gradients(p, X, Y):
        c, g, out = forward(p, X)
        d = 2 * (out - Y) / Y.size
        e = d @ p["Wo"].T
        dc = e * g * (1 - c**2)
        dg = e * c * g * (1 - g)
        return dict(
            Wc=X.T @ dc,
            bc=dc.sum(0),
            Wg=X.T @ dg,
            bg=(dg if ok else dc).sum(0),
            Wo=(c * g).T @ d,
            bo=d.sum(0),
        )

    return dict(
        X=X,
        y=Y,
        parameters=gated(104),
        predict=lambda p, X: forward(p, X)[2],
        loss=lambda p, X, Y: np.mean((forward(p, X)[2] - Y) ** 2),
        gradients=gradients,
    )


@pair(
    "gradient_wrong",
    "nothing_compared",
    source="ddbourgin/numpy-ml 42: a copied line: the gate is computed with the candidate's bias, "
    "and its own is never read",
)
def gate_without_its_bias(ok):
    X, Y = curve(40, 4, 2, 106)

    def forward(p, X):
        c = np.tanh(X @ p["Wc"] + p["bc"])
        g = sigmoid(X @ p["Wg"] + p["bg" if ok else "bc"])
        return c, g, (c * g) @ p["Wo"] + p["bo"]

    def step(p, X, Y):
        c, g, out = forward(p, X)
        d = 2 * (out - Y) / Y.size
        e = d @ p["Wo"].T
        dc = e * g * (1 - c**2)
        dg = e * c * g * (1 - g)
        new = dict(Wc=X.T @ dc, bc=dc.sum(0), Wg=X.T @ dg, bg=dg.sum(0), Wo=(c * g).T @ d)
        new["bo"] = d.sum(0)
        return {k: p[k] - 0.2 * new[k] for k in p}

    return dict(
        X=X,
        y=Y,
        parameters=gated(107),
        predict=lambda p, X: forward(p, X)[2],
        loss=lambda p, X, Y: np.mean((forward(p, X)[2] - Y) ** 2),
        step=step,
        learning_rate=0.2,
    )


@pair(
    "gradient_wrong",
    source="qixianbiao/RNN 2: the error of the later state is not handed to the earlier one",
)
def last_state_alone(ok):
    X, Y = sequences(36, 4, 109)
    start, read, gradients = elman(110)
    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: read(p, X)[1],
        loss=lambda p, X, Y: np.mean((read(p, X)[1] - Y) ** 2),
        gradients=lambda p, X, Y: gradients(p, X, Y, back=ok),
    )


@pair(
    "product_wrong",
    "gradient_wrong",
    source="a recurrent network: the error goes back in time through Wh where Wh.T belongs",
)
def recurrent_without_transpose(ok):
    X, Y = sequences(36, 3, 112)
    start, read, _ = elman(113)

    def step(p, X, Y):
        states, out = read(p, X)
        e = 2 * (out - Y) / Y.size
        g = dict(Wx=0, Wh=0, bh=0, Wy=states[-1].T @ e, by=e.sum(0))
        dh = e @ p["Wy"].T
        for t in (2, 1, 0):
            dz = dh * (1 - states[t + 1] ** 2)
            g["Wx"] = g["Wx"] + X[:, t].T @ dz
            g["Wh"] = g["Wh"] + states[t].T @ dz
            g["bh"] = g["bh"] + dz.sum(0)
            dh = dz @ (p["Wh"].T if ok else p["Wh"])
        return {k: p[k] - 0.1 * g[k] for k in p}

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: read(p, X)[1],
        loss=lambda p, X, Y: np.mean((read(p, X)[1] - Y) ** 2),
        step=step,
        learning_rate=0.1,
    )


@pair(
    "gradient_wrong",
    source="tied weights, samples as columns: only what the decoder does with W is in its gradient",
)
def tied_decoder_alone(ok):
    r = np.random.default_rng(115)
    X = sigmoid(2 * r.normal(size=(8, 3)) @ r.normal(size=(3, 40)))
    start = {"W": r.normal(size=(3, 8)) * 0.5, "b": np.zeros((3, 1)), "c": np.zeros((8, 1))}

    def forward(p, X):
        h = sigmoid(p["W"] @ X + p["b"])
        return h, sigmoid(p["W"].T @ h + p["c"])

    def gradients(p, X, T):
        h, out = forward(p, X)
        d = (out - T) / T.shape[1]
        e = p["W"] @ d * h * (1 - h)
        dW = h @ d.T
        if ok:
            dW = dW + e @ X.T
        return {
            "W": dW,
            "b": e.sum(axis=1, keepdims=True),
            "c": d.sum(axis=1, keepdims=True),
        }

    def loss(p, X, T):
        A = forward(p, X)[1]
        return -np.sum(T * np.log(A) + (1 - T) * np.log(1 - A)) / T.shape[1]

    return dict(
        X=X,
        y=X.copy(),
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
        samples="columns",
    )


@pair(
    "gradient_wrong",
    source="a short cut over two layers: the way back leads through the block alone",
)
def short_cut_forgotten(ok):
    X, labels = clouds(42, 4, 3, 117)
    r = np.random.default_rng(118)
    start = {
        n: r.normal(size=s) * 0.45
        for n, s in dict(A=(4, 6), a=(6,), B=(6, 6), b=(6,), C=(6, 3), c=(3,)).items()
    }

    def forward(p, X):
        u = np.tanh(X @ p["A"] + p["a"])
        v = np.tanh(u @ p["B"] + p["b"])
        return u, v, softmax((u + v) @ p["C"] + p["c"])

    def gradients(p, X, Y):
        u, v, out = forward(p, X)
        d = (out - Y) / len(X)
        s = d @ p["C"].T
        dv = s * (1 - v**2)
        du = dv @ p["B"].T
        if ok:
            du = du + s
        du = du * (1 - u**2)
        return dict(A=X.T @ du, a=du.sum(0), B=u.T @ dv, b=dv.sum(0), C=(u + v).T @ d, c=d.sum(0))

    return dict(
        X=X,
        y=np.eye(3)[labels],
        parameters=start,
        predict=lambda p, X: forward(p, X)[2],
        loss=lambda p, X, Y: cross_entropy(forward(p, X)[2], Y),
        gradients=gradients,
    )


@pair(
    "saturated",
    "nothing_compared",
    source="a highway layer whose gate starts at a bias of -40, not -4: it is closed, and nothing "
    "behind it gets a gradient",
)
def gate_that_is_shut(ok):
    X, Y = curve(40, 5, 1, 129)
    r = np.random.default_rng(130)
    start = dict(
        H=r.normal(size=(5, 5)) * 0.5,
        h=np.zeros(5),
        T=r.normal(size=(5, 5)) * 0.3,
        t=np.full(5, -1.0 if ok else -40.0),
        out=r.normal(size=(5, 1)) * 0.5,
        out0=np.zeros(1),
    )

    def forward(p, X):
        c = np.tanh(X @ p["H"] + p["h"])
        g = sigmoid(X @ p["T"] + p["t"])
        mix = g * c + (1 - g) * X
        return c, g, mix, mix @ p["out"] + p["out0"]

    def gradients(p, X, Y):
        c, g, mix, out = forward(p, X)
        d = 2 * (out - Y) / len(Y)
        e = d @ p["out"].T
        dc = e * g * (1 - c**2)
        dg = e * (c - X) * g * (1 - g)
        return dict(H=X.T @ dc, h=dc.sum(0), T=X.T @ dg, t=dg.sum(0), out=mix.T @ d, out0=d.sum(0))

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[3],
        loss=lambda p, X, Y: np.mean((forward(p, X)[3] - Y) ** 2),
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.1 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.1,
    )


@program()
def two_heads():
    """One trunk, a softmax of three classes and a number beside it, in one table of four columns."""
    X, labels = clouds(48, 5, 3, 201)
    Y = np.c_[np.eye(3)[labels], np.tanh(X[:, :1])]
    r = np.random.default_rng(202)
    p = dict(
        trunk=r.normal(size=(5, 8)) * 0.5,
        trunk0=np.zeros(8),
        kind=r.normal(size=(8, 3)) * 0.5,
        kind0=np.zeros(3),
        size=r.normal(size=(8, 1)) * 0.5,
        size0=np.zeros(1),
    )

    def run(p, X):
        h = np.tanh(X @ p["trunk"] + p["trunk0"])
        return h, softmax(h @ p["kind"] + p["kind0"]), h @ p["size"] + p["size0"]

    def loss(p, X, Y):
        _, P, s = run(p, X)
        return cross_entropy(P, Y[:, :3]) + 0.5 * np.mean((s - Y[:, 3:]) ** 2)

    def gradients(p, X, Y):
        h, P, s = run(p, X)
        d, e = (P - Y[:, :3]) / len(X), (s - Y[:, 3:]) / len(X)
        f = (d @ p["kind"].T + e @ p["size"].T) * (1 - h**2)
        return dict(
            trunk=X.T @ f,
            trunk0=f.sum(0),
            kind=h.T @ d,
            kind0=d.sum(0),
            size=h.T @ e,
            size0=e.sum(0),
        )

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: np.hstack(run(p, X)[1:]),
        loss=loss,
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.1 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.1,
    )


@program()
def climbs_a_likelihood():
    """The step goes up the log likelihood; the loss that is shown is minus that."""
    X, labels = clouds(40, 4, 2, 204)
    y = labels[:, None].astype(float)
    r = np.random.default_rng(205)
    start = [r.normal(size=(4, 5)) * 0.5, np.zeros(5), r.normal(size=(5, 1)) * 0.5, np.zeros(1)]

    def run(p, X):
        h = sigmoid(X @ p[0] + p[1])
        return h, sigmoid(h @ p[2] + p[3])

    def log_likelihood(p, X, y):
        a = run(p, X)[1]
        return np.sum(np.log(np.where(y == 1, a, 1 - a)))

    def climb(p, X, y):
        h, a = run(p, X)
        d = y - a
        e = d @ p[2].T * h * (1 - h)
        ups = X.T @ e, e.sum(0), h.T @ d, d.sum(0)
        return [w + 0.01 * u for w, u in zip(p, ups)]

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: run(p, X)[1],
        loss=lambda p, X, y: -log_likelihood(p, X, y),
        step=climb,
        learning_rate=0.01,
    )


@program()
def counts_by_poisson():
    """Counts up to a dozen, exp at the output, the loss exp(z) - y z."""
    r = np.random.default_rng(207)
    X = r.normal(size=(60, 3))
    y = r.poisson(np.exp(0.7 * X[:, :1] + 0.5))
    start = dict(a=r.normal(size=(3, 6)) * 0.4, b=np.zeros(6), c=r.normal(size=(6, 1)) * 0.3, d=0.0)

    def run(p, X):
        h = np.tanh(X @ p["a"] + p["b"])
        return h, np.exp(h @ p["c"] + p["d"])

    def loss(p, X, y):
        rate = run(p, X)[1]
        return np.mean(rate - y * np.log(rate))

    def gradients(p, X, y):
        h, rate = run(p, X)
        d = (rate - y) / len(y)
        e = d @ p["c"].T * (1 - h**2)
        return dict(a=X.T @ e, b=e.sum(0), c=h.T @ d, d=d.sum())

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: run(p, X)[1],
        loss=loss,
        gradients=gradients,
        step=lambda p, X, y: {k: p[k] - 0.05 * g for k, g in gradients(p, X, y).items()},
        learning_rate=0.05,
    )


@program()
def mean_and_spread():
    """Two outputs a sample, the mean and the log of the variance; the answer is the mean alone."""
    X, Y = curve(50, 3, 1, 209)
    r = np.random.default_rng(210)
    start = {
        "V": r.normal(size=(3, 7)) * 0.5,
        "v": np.zeros(7),
        "M": r.normal(size=(7, 2)) * 0.3,
        "m": np.zeros(2),
    }

    def run(p, X):
        z = X @ p["V"] + p["v"]
        h = z * sigmoid(z)
        out = h @ p["M"] + p["m"]
        return z, h, out[:, :1], out[:, 1:]

    def nll(p, X, Y):
        _, _, mean, log_var = run(p, X)
        return np.mean(0.5 * log_var + 0.5 * (Y - mean) ** 2 / np.exp(log_var))

    def gradients(p, X, Y):
        z, h, mean, log_var = run(p, X)
        inverse = np.exp(-log_var)
        d = np.hstack([(mean - Y) * inverse, 0.5 - 0.5 * (Y - mean) ** 2 * inverse]) / len(Y)
        s = sigmoid(z)
        e = d @ p["M"].T * (s + z * s * (1 - s))
        return {"V": X.T @ e, "v": e.sum(0), "M": h.T @ d, "m": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: run(p, X)[2],
        loss=nll,
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.03 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.03,
    )


@program()
def random_features():
    """The first layer is drawn once and never trained; only the two that follow are named."""
    X, labels = clouds(45, 4, 3, 212)

    class Features:
        def __init__(self):
            r = np.random.default_rng(213)
            self.fixed = r.normal(size=(4, 20))
            self.W, self.b = r.normal(size=(20, 8)) * 0.3, np.zeros(8)
            self.V, self.c = r.normal(size=(8, 3)) * 0.3, np.zeros(3)

        def forward(self, X):
            self.f = np.cos(X @ self.fixed)
            self.h = np.maximum(self.f @ self.W + self.b, 0)
            return softmax(self.h @ self.V + self.c)

        def loss(self, X, y):
            return -np.mean(np.log(self.forward(X)[np.arange(len(y)), y]))

        def step(self, X, y):
            d = self.forward(X)
            d[np.arange(len(y)), y] -= 1
            d /= len(y)
            e = d @ self.V.T * (self.h > 0)
            self.V -= 0.2 * self.h.T @ d
            self.c -= 0.2 * d.sum(0)
            self.W -= 0.2 * self.f.T @ e
            self.b -= 0.2 * e.sum(0)

    return dict(
        X=X,
        y=labels,
        program=Features(),
        arrays=["W", "b", "V", "c"],
        predict="forward",
        loss="loss",
        step="step",
        learning_rate=0.2,
    )


@program()
def squared_hinge_by_vectors():
    """Targets -1 and 1, max(0, 1 - y s)**2, one column vector after another, batches by zip."""
    data, labels = clouds(24, 3, 2, 215)
    X = [x.reshape(-1, 1) for x in data]
    Y = [2 * t - 1 for t in labels]
    r = np.random.default_rng(216)
    start = [r.normal(size=(6, 3)) * 0.5, r.normal(size=(6, 1)) * 0.1, r.normal(size=(1, 6)) * 0.5]

    def score(p, x):
        h = np.tanh(p[0] @ x + p[1])
        return h, (p[2] @ h).item()

    def loss(p, X, Y):
        return sum(max(0, 1 - y * score(p, x)[1]) ** 2 for x, y in zip(X, Y)) / len(X)

    def step(p, X, Y):
        sums = [0, 0, 0]
        for x, y in zip(X, Y):
            h, s = score(p, x)
            d = -2 * y * max(0, 1 - y * s)
            e = p[2].T * d * (1 - h**2)
            sums = [a + b for a, b in zip(sums, (e @ x.T, e, d * h.T))]
        return [w - 0.1 * g / len(X) for w, g in zip(p, sums)]

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: [score(p, x)[1] for x in X],
        loss=loss,
        step=step,
        learning_rate=0.1,
    )


@program()
def weights_by_length_and_direction():
    """Weight normalisation, W = g V / |V|, under Adam in float32."""
    X, Y = curve(40, 4, 2, 218)
    X, Y = X.astype(np.float32), Y.astype(np.float32)
    r = np.random.default_rng(219)
    start = {
        "V": r.normal(size=(4, 6)),
        "g": np.ones(6),
        "b": np.zeros(6),
        "out": r.normal(size=(6, 2)) * 0.5,
    }
    start = {k: w.astype(np.float32) for k, w in start.items()}

    def run(p, X):
        length = np.sqrt((p["V"] ** 2).sum(axis=0))
        W = p["g"] * p["V"] / length
        h = np.tanh(X @ W + p["b"])
        return length, h, h @ p["out"]

    def gradients(p, X, Y):
        length, h, out = run(p, X)
        d = 2 * (out - Y) / Y.size
        e = d @ p["out"].T * (1 - h**2)
        dW = X.T @ e
        dg = (dW * p["V"]).sum(axis=0) / length
        dV = p["g"] / length * dW - p["g"] * dg / length**2 * p["V"]
        return {"V": dV, "g": dg, "b": e.sum(axis=0), "out": h.T @ d}

    def new_step():
        m, v, t = {}, {}, 0

        def step(p, X, Y):
            nonlocal t
            t += 1
            for k, g in gradients(p, X, Y).items():
                m[k] = 0.9 * m.get(k, 0) + 0.1 * g
                v[k] = 0.999 * v.get(k, 0) + 0.001 * g**2
                rate = 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
                p[k] = (p[k] - rate * m[k] / (np.sqrt(v[k]) + 1e-8)).astype(np.float32)
            return p

        return step

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: run(p, X)[2],
        loss=lambda p, X, Y: np.mean((run(p, X)[2] - Y) ** 2),
        gradients=gradients,
        new_step=new_step,
        learning_rate=0.01,
    )


@program()
def larger_of_two_lines():
    """Maxout: each neuron is the larger of two sums; the rate falls along a cosine."""
    X, labels = clouds(36, 3, 2, 221)
    y = labels[:, None].astype(float)
    r = np.random.default_rng(222)
    start = {"W": r.normal(size=(3, 5, 2)), "b": r.normal(size=(5, 2)), "v": r.normal(size=(5, 1))}

    def run(p, X):
        z = np.einsum("nd,dhk->nhk", X, p["W"]) + p["b"]
        return z, z.max(axis=2), sigmoid(z.max(axis=2) @ p["v"])

    def loss(p, X, y):
        a = run(p, X)[2]
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(p, X, y):
        z, h, a = run(p, X)
        d = (a - y) / len(y)
        e = (d @ p["v"].T)[..., None] * (z == z.max(axis=2, keepdims=True))
        return {"W": np.einsum("nd,nhk->dhk", X, e), "b": e.sum(0), "v": h.T @ d}

    def new_step():
        t = 0

        def step(p, X, y):
            nonlocal t
            rate = 0.05 * (1 + np.cos(np.pi * t / 50))
            t += 1
            return {k: p[k] - rate * g for k, g in gradients(p, X, y).items()}

        return step

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: run(p, X)[2],
        loss=loss,
        gradients=gradients,
        new_step=new_step,
        learning_rate=0.1,
    )
