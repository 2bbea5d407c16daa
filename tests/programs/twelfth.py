"""Programs of beginners, of video courses and of posts, each beside itself mended.

They were written before their author had read a rule, but for those at the end. ``ok`` is the one
line that is mended.
"""

import math
from itertools import pairwise

import numpy as np

from programs.case import XOR_X, XOR_Y, pair, program
from programs.case import sigmoid as sig


def wine(seed, n=48, raw=False):
    """Three cultivars, five columns of very different sizes."""
    r = np.random.default_rng(seed)
    y = np.arange(n) % 3
    r.shuffle(y)
    m = np.array([[13.7, 2.0, 17, 106, 1100], [12.3, 1.9, 20, 94, 520], [13.1, 3.3, 21, 99, 630]])
    s = np.array([0.5, 0.8, 2.5, 10, 150])
    X = m[y] + s * r.normal(size=(n, 5))
    return (X if raw else (X - X.mean(0)) / X.std(0)), y


def houses(seed, n=40):
    """Square metres, rooms, age -> price in thousands."""
    r = np.random.default_rng(seed)
    area = r.uniform(40, 220, n)
    rooms = np.round(area / 30 + r.normal(size=n))
    age = r.uniform(0, 80, n)
    price = 2.1 * area + 9 * rooms - 0.9 * age + 0.004 * area**2 + r.normal(size=n) * 8
    return np.column_stack([area, rooms, age]), price


def rings(seed, n=40):
    r = np.random.default_rng(seed)
    y = np.arange(n) % 2
    t = r.uniform(0, 2 * np.pi, n)
    rad = np.where(y == 0, 0.6, 1.6) + 0.1 * r.normal(size=n)
    return np.c_[rad * np.cos(t), rad * np.sin(t)], y


@pair(
    "product_wrong",
    source="stackoverflow 55858141: dW2 is made of A2, the layer's own output, not of A1",
)
def sine_a2(ok):
    r = np.random.default_rng(4)
    X = r.uniform(-3, 3, (1, 30))
    Y = (np.sin(X) + 1) / 2
    par = {
        "W1": r.normal(size=(6, 1)),
        "b1": r.normal(size=(6, 1)) * 0.1,
        "W2": r.normal(size=(1, 6)),
        "b2": np.zeros((1, 1)),
    }

    def forward(X, par):
        A1 = np.tanh(par["W1"] @ X + par["b1"])
        return A1, sig(par["W2"] @ A1 + par["b2"])

    def cost(par, X, Y):
        A2 = forward(X, par)[1]
        return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / X.shape[1]

    def back(par, X, Y):
        m = X.shape[1]
        A1, A2 = forward(X, par)
        dZ2 = A2 - Y
        dW2 = dZ2 @ (A1 if ok else A2).T / m
        dZ1 = par["W2"].T * dZ2 * (1 - A1**2)
        return {
            "dW1": dZ1 @ X.T / m,
            "db1": dZ1.sum(axis=1, keepdims=True) / m,
            "dW2": dW2,
            "db2": dZ2.sum(axis=1, keepdims=True) / m,
        }

    def update(par, X, Y):
        g = back(par, X, Y)
        return {k: par[k] - 0.3 * g["d" + k] for k in par}

    return dict(
        X=X,
        y=Y,
        parameters=par,
        predict=lambda p, X: forward(X, p)[1],
        loss=cost,
        gradients=back,
        step=update,
        learning_rate=0.3,
        samples="columns",
    )


@pair(
    "gradient_scale",
    source="Kulbear/deep-learning-coursera 48: the bias is added inside the sum over the "
    "inputs, so once for each input",
)
def bias_in_sum(ok):
    X, y = wine(2, 30)
    y = (y == 1).astype(float)
    r = np.random.default_rng(1)
    start = {
        "w": r.normal(size=(4, 5)) * 0.5,
        "b": r.normal(size=4) * 0.2,
        "v": r.normal(size=4),
        "c": 0.1,
    }

    def layer(x, w, b):
        return np.array(
            [np.sum(x * w[k]) + b[k] if ok else np.sum(x * w[k] + b[k]) for k in range(len(w))]
        )

    def one(p, x):
        h = np.tanh(layer(x, p["w"], p["b"]))
        return h, sig(np.sum(h * p["v"]) + p["c"])

    def predict(p, X):
        return np.array([one(p, x)[1] for x in X])

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(p, X, y):
        g = {"w": np.zeros((4, 5)), "b": np.zeros(4), "v": np.zeros(4), "c": 0.0}
        for x, t in zip(X, y):
            h, a = one(p, x)
            d = (a - t) / len(X)
            g["v"] += d * h
            g["c"] += d
            e = d * p["v"] * (1 - h * h)
            g["w"] += np.outer(e, x)
            g["b"] += e
        return g

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss, gradients=gradients)


@pair(
    "loss_formula",
    source="rasbt/machine-learning-book 100: predict leaves the output's bias out; training "
    "and loss have it",
)
def predict_no_bias(ok):
    X, y = rings(5, 40)
    y = y.reshape(-1, 1).astype(float)

    class Model:
        def __init__(self, n_hidden=8):
            r = np.random.RandomState(0)
            self.W1 = r.randn(2, n_hidden)
            self.b1 = r.randn(1, n_hidden) * 0.1
            self.W2 = r.randn(n_hidden, 1)
            self.b2 = np.array([[0.4]])

        def forward(self, X):
            self.a1 = np.tanh(X @ self.W1 + self.b1)
            self.a2 = sig(self.a1 @ self.W2 + self.b2)
            return self.a2

        def compute_loss(self, X, y):
            a = self.forward(X)
            return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

        def backward(self, X, y, lr=0.5):
            self.forward(X)
            m = X.shape[0]
            dz2 = (self.a2 - y) / m
            dz1 = dz2 @ self.W2.T * (1 - self.a1**2)
            self.W2 -= lr * self.a1.T @ dz2
            self.b2 -= lr * dz2.sum(0, keepdims=True)
            self.W1 -= lr * X.T @ dz1
            self.b1 -= lr * dz1.sum(0, keepdims=True)

        def predict(self, X):
            a1 = np.tanh(X @ self.W1 + self.b1)
            return sig(a1 @ self.W2 + self.b2) if ok else sig(a1 @ self.W2)

    return dict(
        X=X,
        y=y,
        program=Model(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="compute_loss",
        step="backward",
        learning_rate=0.5,
    )


@pair(
    "loss_formula",
    source="statsmaths/kerasR 21: predict standardises inputs that are standardised "
    "already, with the raw data's mean and std",
)
def scaled_twice(ok):
    raw, price = houses(1)
    mu, sd = raw.mean(0), raw.std(0)
    X = (raw - mu) / sd
    y = ((price - price.mean()) / price.std()).reshape(-1, 1)
    r = np.random.default_rng(2)
    start = [
        r.normal(size=(3, 6)) * 0.6,
        np.zeros((1, 6)),
        r.normal(size=(6, 1)) * 0.6,
        np.zeros((1, 1)),
    ]

    def net(params, X):
        W1, b1, W2, b2 = params
        h = np.maximum(0, X @ W1 + b1)
        return h, h @ W2 + b2

    def predict(params, X_new):
        if not ok:
            X_new = (X_new - mu) / sd
        return net(params, X_new)[1]

    def mse(params, X, y):
        return np.mean((net(params, X)[1] - y) ** 2)

    def backprop(params, X, y):
        h, out = net(params, X)
        d = 2 * (out - y) / len(X)
        dh = d @ params[2].T * (h > 0)
        return [X.T @ dh, dh.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)]

    return dict(X=X, y=y, parameters=start, predict=predict, loss=mse, gradients=backprop)


@pair(
    "printed_number",
    source="chemprop/chemprop 512: the root mean squared error is taken between scaled "
    "predictions and prices in thousands",
)
def rmse_scaled(ok):
    raw, price = houses(3)
    X = (raw - raw.mean(0)) / raw.std(0)
    pm, ps = price.mean(), price.std()
    t = ((price - pm) / ps)[:, None]
    r = np.random.default_rng(5)
    theta = {
        "A": r.normal(size=(3, 5)),
        "a": np.zeros(5),
        "B": r.normal(size=(5, 1)) * 0.4,
        "c": np.zeros(1),
    }

    def hidden(q, X):
        return np.tanh(X @ q["A"] + q["a"])

    def model(q, X):
        return hidden(q, X) @ q["B"] + q["c"]

    def loss(q, X, t):
        return 0.5 * np.mean((model(q, X) - t) ** 2)

    def grad(q, X, t):
        h = hidden(q, X)
        d = (h @ q["B"] + q["c"] - t) / len(X)
        e = d @ q["B"].T * (1 - h**2)
        return {"A": X.T @ e, "a": e.sum(0), "B": h.T @ d, "c": d.sum(0)}

    def rmse(q, X, t):
        out = model(q, X)
        if ok:
            return float(np.sqrt(np.mean((out - t) ** 2)))
        return float(np.sqrt(np.mean((out - (t * ps + pm)) ** 2)))

    return dict(
        X=X, y=t, parameters=theta, predict=model, loss=loss, gradients=grad, reports={"rmse": rmse}
    )


@pair(
    "printed_number",
    source="keras-team/keras 2736: the accuracy is the mean label among those called 0: "
    "labels[pred < 0.5].mean()",
)
def accuracy_labels(ok):
    X, y = rings(8, 50)
    y = y.astype(float)
    r = np.random.default_rng(3)
    P = {"W": r.normal(size=(2, 6)), "b": r.normal(size=6) * 0.1, "w": r.normal(size=6), "c": 0.0}

    def fwd(P, X):
        h = np.maximum(0.1 * (X @ P["W"] + P["b"]), X @ P["W"] + P["b"])
        return h, sig(h @ P["w"] + P["c"])

    def loss(P, X, y):
        p = fwd(P, X)[1]
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    def step(P, X, y):
        h, p = fwd(P, X)
        d = (p - y) / len(y)
        dh = np.outer(d, P["w"]) * np.where(h > 0, 1, 0.1)
        return {
            "W": P["W"] - 0.3 * X.T @ dh,
            "b": P["b"] - 0.3 * dh.sum(0),
            "w": P["w"] - 0.3 * h.T @ d,
            "c": P["c"] - 0.3 * d.sum(),
        }

    def acc(P, X, y):
        p = fwd(P, X)[1]
        return np.mean((p > 0.5) == y) if ok else y[p.ravel() < 0.5].mean()

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fwd(P, X)[1],
        loss=loss,
        step=step,
        learning_rate=0.3,
        reports={"accuracy": acc},
    )


@pair(
    "printed_number",
    source="DataScienceHamburg/PyTorchUltimateMaterial 5: L_train is the loss of one "
    "sample, the last, not a mean over all",
)
def one_point_loss(ok):
    X, y = wine(7, 30)
    y = (y == 0).astype(float)

    class FromScratch:
        def __init__(self):
            r = np.random.RandomState(4)
            self.w, self.b = r.randn(5) * 0.5, np.array(0.1)

        def forward(self, X):
            return sig(np.dot(X, self.w) + self.b)

        def mse(self, X, y):
            return float(np.mean((self.forward(X) - y) ** 2))

        def dmse(self, X, y):
            d = 2 * (self.forward(X) - y) * self.forward(X) * (1 - self.forward(X)) / len(y)
            return {"w": X.T @ d, "b": d.sum()}

        def L_train(self, X, y):
            L = 0.0
            for xi, yi in zip(X, y):
                e = (self.forward(xi) - yi) ** 2
                if ok:
                    L += e / len(y)
                else:
                    L = e
            return float(L)

    return dict(
        X=X,
        y=y,
        program=FromScratch(),
        arrays=["w", "b"],
        predict="forward",
        loss="mse",
        gradients="dmse",
        reports={"L_train": FromScratch.L_train},
    )


@pair(
    "product_wrong",
    source="coderoad 45640357: the bias is moved by error * input (the loop's last input), "
    "not by error * 1",
)
def bias_times_input(ok):
    X = XOR_X.copy()
    y = np.array([0.0, 0, 0, 1])

    class Perceptron:
        def __init__(self):
            self.weights = [0.3, -0.2]
            self.bias_weight = 0.1

        def guess(self, X):
            out = []
            for row in X:
                s = self.bias_weight * 1
                for k in range(2):
                    s += self.weights[k] * row[k]
                out.append(1 / (1 + math.exp(-s)))
            return np.array(out)

        def cost(self, X, y):
            g = self.guess(X)
            return float(-np.mean(y * np.log(g) + (1 - y) * np.log(1 - g)))

        def train(self, X, y, rate=0.1):
            errors = [t - g for t, g in zip(y, self.guess(X))]
            for row, error in zip(X, errors):
                for k in range(2):
                    value = row[k]
                    self.weights[k] += value * error * rate
                self.bias_weight += (1 if ok else value) * error * rate

    return dict(
        X=X,
        y=y,
        program=Perceptron(),
        arrays=["weights", "bias_weight"],
        predict="guess",
        loss="cost",
        step="train",
    )


@pair(
    "gradient_sign",
    source="b1 is added where all else is subtracted",
)
def b1_plus(ok):
    rnd = np.random.RandomState(11)
    net = {
        "hidden": [{"w": rnd.randn(2), "b": float(rnd.randn())} for _ in range(3)],
        "out": {"w": rnd.randn(3), "b": 0.2},
    }

    def feed(net, x):
        h = np.array([np.tanh(n["w"] @ x + n["b"]) for n in net["hidden"]])
        return h, sig(net["out"]["w"] @ h + net["out"]["b"])

    def predict(net, X):
        return np.array([[feed(net, x)[1]] for x in X])

    def mse(net, X, y):
        return float(np.mean((predict(net, X) - y) ** 2))

    def train(net, X, y):
        gw = [np.zeros(2) for _ in range(3)]
        gb, gv, gc = [0.0] * 3, np.zeros(3), 0.0
        for x, t in zip(X, y[:, 0]):
            h, o = feed(net, x)
            d = 2 / len(X) * (o - t) * o * (1 - o)
            gv, gc = gv + d * h, gc + d
            for k in range(3):
                e = d * net["out"]["w"][k] * (1 - h[k] ** 2)
                gw[k] = gw[k] + e * x
                gb[k] += e
        net["out"]["w"] = net["out"]["w"] - 0.8 * gv
        net["out"]["b"] -= 0.8 * gc
        for k, n in enumerate(net["hidden"]):
            n["w"] = n["w"] - 0.8 * gw[k]
            n["b"] += (-1 if ok else 1) * 0.8 * gb[k]
        return net

    return dict(
        X=XOR_X, y=XOR_Y, parameters=net, predict=predict, loss=mse, step=train, learning_rate=0.8
    )


@pair(
    "gradient_wrong",
    source="the gradient's one-hot is one column off: eye(3)[y - 1], the loss has eye(3)[y]",
)
def shifted_one_hot(ok):
    X, y = wine(9)
    r = np.random.default_rng(0)
    model = dict(
        W1=r.normal(size=(5, 7)) * 0.5,
        b1=np.zeros((1, 7)),
        W2=r.normal(size=(7, 3)) * 0.5,
        b2=np.zeros((1, 3)),
    )

    def forward(model, x):
        a1 = np.tanh(x @ model["W1"] + model["b1"])
        z = a1 @ model["W2"] + model["b2"]
        e = np.exp(z - z.max(1, keepdims=True))
        return a1, e / e.sum(1, keepdims=True)

    def loss(model, x, y):
        return -np.log(forward(model, x)[1][np.arange(len(y)), y]).mean()

    def grads(model, x, y):
        a1, p = forward(model, x)
        Y = np.eye(3)[y if ok else y - 1]
        d = (p - Y) / len(x)
        e = d @ model["W2"].T * (1 - a1 * a1)
        return dict(W1=x.T @ e, b1=e.sum(0, keepdims=True), W2=a1.T @ d, b2=d.sum(0, keepdims=True))

    def step(model, x, y):
        g = grads(model, x, y)
        for k in model:
            model[k] -= 0.2 * g[k]
        return model

    return dict(
        X=X,
        y=y,
        parameters=model,
        predict=lambda m, x: forward(m, x)[1],
        loss=loss,
        gradients=grads,
        step=step,
        learning_rate=0.2,
    )


@pair(
    "step_not_gradient",
    source="the forward pass stands before the loop of 20 iterations and is not repeated",
)
def forward_once(ok):
    X, y = XOR_X, XOR_Y
    r = np.random.RandomState(2)
    P = [r.randn(2, 4), np.zeros((1, 4)), r.randn(4, 1), np.zeros((1, 1))]

    def forward(P, X):
        h = sig(X @ P[0] + P[1])
        return h, sig(h @ P[2] + P[3])

    def loss(P, X, y):
        o = forward(P, X)[1]
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

    def fit(P, X, y, epochs=20, lr=0.5):
        W1, b1, W2, b2 = [p.copy() for p in P]
        h, o = forward([W1, b1, W2, b2], X)
        for _ in range(epochs):
            if ok:
                h, o = forward([W1, b1, W2, b2], X)
            d2 = (o - y) / len(X)
            d1 = d2 @ W2.T * h * (1 - h)
            W2 = W2 - lr * h.T @ d2
            b2 = b2 - lr * d2.sum(0, keepdims=True)
            W1 = W1 - lr * X.T @ d1
            b1 = b1 - lr * d1.sum(0, keepdims=True)
        return [W1, b1, W2, b2]

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: forward(P, X)[1],
        loss=loss,
        step=fit,
        step_is="epoch",
        learning_rate=0.5,
    )


@pair(
    "loss_formula",
    source="predict's sigmoid is 1 / 1 + exp(-z): its parentheses are missing",
)
def parentheses(ok):
    X, y = rings(21, 36)
    y = y[:, None].astype(float)
    r = np.random.default_rng(8)
    start = {
        "w0": r.normal(size=(2, 5)),
        "b0": np.zeros(5),
        "w1": r.normal(size=(5, 1)),
        "b1": np.zeros(1),
    }

    def logits(p, X):
        h = np.tanh(X @ p["w0"] + p["b0"])
        return h, h @ p["w1"] + p["b1"]

    def predict(p, X):
        z = logits(p, X)[1]
        return 1 / (1 + np.exp(-z)) if ok else 1 / 1 + np.exp(-z)

    def loss(p, X, y):
        a = sig(logits(p, X)[1])
        return float(-(y * np.log(a) + (1 - y) * np.log(1 - a)).mean())

    def grads(p, X, y):
        h, z = logits(p, X)
        d = (sig(z) - y) / len(X)
        e = (d @ p["w1"].T) * (1 - h**2)
        return {"w0": X.T @ e, "b0": e.sum(0), "w1": h.T @ d, "b1": d.sum(0)}

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss, gradients=grads)


@pair(
    "printed_number",
    source="argmax over the one column of a sigmoid is always 0, so the accuracy is the "
    "share of zeros",
)
def argmax_one_column(ok):
    X, y = rings(14, 45)
    y = y.reshape(-1, 1)

    class BinaryNet:
        def __init__(self, n=6):
            r = np.random.default_rng(14)
            self.W1, self.b1 = r.normal(size=(2, n)), np.zeros((1, n))
            self.W2, self.b2 = r.normal(size=(n, 1)), np.zeros((1, 1))

        def predict_proba(self, X):
            self.A1 = np.tanh(X @ self.W1 + self.b1)
            self.A2 = sig(self.A1 @ self.W2 + self.b2)
            return self.A2

        def log_loss(self, X, y):
            p = self.predict_proba(X)
            return -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))

        def fit(self, X, y, lr=0.4):
            self.predict_proba(X)
            dZ2 = (self.A2 - y) / len(X)
            dZ1 = dZ2 @ self.W2.T * (1 - self.A1**2)
            for name, g in dict(
                W2=self.A1.T @ dZ2,
                b2=dZ2.sum(0, keepdims=True),
                W1=X.T @ dZ1,
                b1=dZ1.sum(0, keepdims=True),
            ).items():
                setattr(self, name, getattr(self, name) - lr * g)

        def accuracy(self, X, y):
            p = self.predict_proba(X)
            labels = (p > 0.5).astype(int) if ok else np.argmax(p, axis=1).reshape(-1, 1)
            return float((labels == y).mean())

    return dict(
        X=X,
        y=y,
        program=BinaryNet(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict_proba",
        loss="log_loss",
        step="fit",
        learning_rate=0.4,
        reports={"accuracy": BinaryNet.accuracy},
    )


@pair(
    "gradient_wrong",
    source="tanh's derivative is written 1 - tanh(z), without the square",
)
def tanh_no_square(ok):
    raw, price = houses(12, 30)
    X = ((raw - raw.mean(0)) / raw.std(0)).T
    y = ((price - price.mean()) / price.std())[None, :]
    r = np.random.default_rng(12)
    sizes = [3, 6, 4, 1]
    start = [(r.normal(size=(o, i)) / np.sqrt(i), np.zeros((o, 1))) for i, o in pairwise(sizes)]

    def forward(ps, X):
        a = [X]
        for k, (W, b) in enumerate(ps):
            z = W @ a[-1] + b
            a.append(np.tanh(z) if k < 2 else z)
        return a

    def loss(ps, X, y):
        return np.sum((forward(ps, X)[-1] - y) ** 2) / (2 * X.shape[1])

    def train(ps, X, y, eta=0.1):
        a = forward(ps, X)
        d = (a[-1] - y) / X.shape[1]
        out = []
        for k in (2, 1, 0):
            W, b = ps[k]
            out.insert(0, (W - eta * d @ a[k].T, b - eta * d.sum(1, keepdims=True)))
            d = (W.T @ d) * (1 - (a[k] ** 2 if ok else a[k]))
        return out

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda ps, X: forward(ps, X)[-1],
        loss=loss,
        step=train,
        learning_rate=0.1,
        samples="columns",
    )


@pair(
    "gradient_wrong",
    source="the delta is made of the squared error (the loss), so its sign is lost",
)
def squared_delta(ok):
    X, y = XOR_X, XOR_Y
    r = np.random.RandomState(9)
    start = {
        "wh": r.uniform(-1, 1, (2, 3)),
        "bh": r.uniform(-1, 1, (1, 3)),
        "wout": r.uniform(-1, 1, (3, 1)),
        "bout": r.uniform(-1, 1, (1, 1)),
    }

    def act(p, X):
        h = sig(X @ p["wh"] + p["bh"])
        return h, sig(h @ p["wout"] + p["bout"])

    def cost(p, X, y):
        return np.sum((act(p, X)[1] - y) ** 2) / 2

    def grad(p, X, y):
        h, o = act(p, X)
        E = (o - y) if ok else (o - y) ** 2
        d_out = E * o * (1 - o)
        d_hid = d_out.dot(p["wout"].T) * h * (1 - h)
        return {
            "wh": X.T.dot(d_hid),
            "bh": d_hid.sum(0, keepdims=True),
            "wout": h.T.dot(d_out),
            "bout": d_out.sum(0, keepdims=True),
        }

    return dict(
        X=X, y=y, parameters=start, predict=lambda p, X: act(p, X)[1], loss=cost, gradients=grad
    )


@pair(
    "gradient_wrong",
    source="infer-actively/pypc 2: the bias is added after the activation, its gradient is "
    "that of a bias inside",
)
def bias_outside(ok):
    X, y = rings(41, 40)
    y = y.astype(float)
    r = np.random.default_rng(41)
    start = {
        "W": r.normal(size=(2, 7)),
        "b": r.normal(size=7) * 0.3,
        "v": r.normal(size=7),
        "c": 0.1,
    }

    def forward(p, X):
        t = np.tanh(X @ p["W"])
        return t, t + p["b"], sig((t + p["b"]) @ p["v"] + p["c"])

    def loss(p, X, y):
        a = forward(p, X)[2]
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(p, X, y):
        t, h, a = forward(p, X)
        d = (a - y) / len(X)
        up = np.outer(d, p["v"])
        e = up * (1 - t**2)
        return {"W": X.T @ e, "b": (up if ok else e).sum(0), "v": h.T @ d, "c": d.sum()}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[2],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "parameter_not_moved",
    source="W1 is a local name in train: the new array is not stored in self.W1",
)
def local_w1(ok):
    X, lab = wine(4)
    Y = np.eye(3)[lab]

    class WineNet:
        def __init__(self):
            r = np.random.RandomState(8)
            self.W1, self.b1 = r.randn(5, 6) * 0.4, np.zeros(6)
            self.W2, self.b2 = r.randn(6, 3) * 0.4, np.zeros(3)

        def forward(self, X):
            self.h = np.maximum(0, X @ self.W1 + self.b1)
            z = self.h @ self.W2 + self.b2
            e = np.exp(z - z.max(axis=1, keepdims=True))
            return e / e.sum(axis=1, keepdims=True)

        def loss(self, X, Y):
            return -np.mean(np.sum(Y * np.log(self.forward(X)), axis=1))

        def train(self, X, Y, lr=0.2):
            W1 = self.W1
            p = self.forward(X)
            d2 = (p - Y) / len(X)
            d1 = d2 @ self.W2.T * (self.h > 0)
            W1 = W1 - lr * X.T @ d1
            if ok:
                self.W1 = W1
            self.b1 = self.b1 - lr * d1.sum(axis=0)
            self.W2 = self.W2 - lr * self.h.T @ d2
            self.b2 = self.b2 - lr * d2.sum(axis=0)

    return dict(
        X=X,
        y=Y,
        program=WineNet(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="forward",
        loss="loss",
        step="train",
        learning_rate=0.2,
    )


@pair(
    "optimizer_formula",
    source="the sums of the gradients are never set to 0 between the epochs",
)
def sums_never_reset(ok):
    class Neuron:
        def __init__(self):
            self.w = [0.4, -0.3, 0.2]
            self.b = 0.05
            self.dw = [0.0, 0.0, 0.0]
            self.db = 0.0

        def out(self, X):
            return np.array([sum(w * x for w, x in zip(self.w, row)) + self.b for row in X])

        def cost(self, X, y):
            return float(np.mean((self.out(X) - y) ** 2))

        def epoch(self, X, y):
            if ok:
                self.dw, self.db = [0.0] * 3, 0.0
            for row, t, o in zip(X, y, self.out(X)):
                for k in range(3):
                    self.dw[k] += 2 * (o - t) * row[k] / len(X)
                self.db += 2 * (o - t) / len(X)
            for k in range(3):
                self.w[k] -= 0.02 * self.dw[k]
            self.b -= 0.02 * self.db

    raw, price = houses(15, 25)
    X = (raw - raw.mean(0)) / raw.std(0)
    y = (price - price.mean()) / price.std()
    return dict(
        X=X,
        y=y,
        program=Neuron(),
        arrays=["w", "b"],
        predict="out",
        loss="cost",
        step="epoch",
        learning_rate=0.02,
    )


@pair(
    "step_not_gradient",
    source="the biases are multiplied by the learning rate twice",
)
def rate_twice(ok):
    X, y = rings(51, 40)
    Y = np.eye(2)[y]
    r = np.random.default_rng(51)
    P = {
        "W1": r.normal(size=(2, 5)),
        "b1": r.normal(size=(1, 5)),
        "W2": r.normal(size=(5, 2)),
        "b2": np.zeros((1, 2)),
    }

    def fwd(P, X):
        h = np.tanh(X @ P["W1"] + P["b1"])
        e = np.exp(h @ P["W2"] + P["b2"])
        return h, e / e.sum(1, keepdims=True)

    def loss(P, X, Y):
        return -np.sum(Y * np.log(fwd(P, X)[1])) / len(X)

    def grads(P, X, Y):
        h, p = fwd(P, X)
        d = (p - Y) / len(X)
        e = d @ P["W2"].T * (1 - h * h)
        return {
            "W1": X.T @ e,
            "b1": e.sum(0, keepdims=True),
            "W2": h.T @ d,
            "b2": d.sum(0, keepdims=True),
        }

    def step(P, X, Y, eps=0.1):
        g = grads(P, X, Y)
        for k in ("b1", "b2"):
            if not ok:
                g[k] *= eps
        return {k: P[k] - eps * g[k] for k in P}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fwd(P, X)[1],
        loss=loss,
        gradients=grads,
        step=step,
        learning_rate=0.1,
    )


@pair(
    "loss_formula",
    source="predict has a sigmoid in the hidden layer, training has tanh",
)
def other_activation(ok):
    X, y = wine(6)
    Y = np.eye(3)[y]
    r = np.random.default_rng(16)
    P = {
        "W1": r.normal(size=(5, 6)) * 0.6,
        "b1": np.zeros(6),
        "W2": r.normal(size=(6, 3)),
        "b2": np.zeros(3),
    }

    def soft(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def forward(P, X):
        h = np.tanh(X @ P["W1"] + P["b1"])
        return h, soft(h @ P["W2"] + P["b2"])

    def predict(P, X):
        act = np.tanh if ok else sig
        return soft(act(X @ P["W1"] + P["b1"]) @ P["W2"] + P["b2"])

    def loss(P, X, Y):
        return -np.mean(np.log(forward(P, X)[1])[Y == 1])

    def step(P, X, Y):
        h, p = forward(P, X)
        d = (p - Y) / len(X)
        e = d @ P["W2"].T * (1 - h**2)
        return {
            "W1": P["W1"] - 0.3 * X.T @ e,
            "b1": P["b1"] - 0.3 * e.sum(0),
            "W2": P["W2"] - 0.3 * h.T @ d,
            "b2": P["b2"] - 0.3 * d.sum(0),
        }

    return dict(X=X, y=Y, parameters=P, predict=predict, loss=loss, step=step, learning_rate=0.3)


@pair(
    "updated_too_early",
    source="kim-marcel/basic_neural_network 7; CodingTrain/Toy-Neural-Network-JS 72: the "
    "hidden error goes back through weights that are updated already",
)
def toy_network(ok):
    class ToyNN:
        def __init__(self):
            r = np.random.default_rng(72)
            self.weights_ih = r.uniform(-1, 1, (4, 2))
            self.weights_ho = r.uniform(-1, 1, (1, 4))
            self.bias_h = r.uniform(-1, 1, (4, 1))
            self.bias_o = r.uniform(-1, 1, (1, 1))
            self.learning_rate = 0.1

        def predict(self, inputs):
            x = np.array(inputs, float).reshape(-1, 1)
            h = sig(self.weights_ih @ x + self.bias_h)
            return sig(self.weights_ho @ h + self.bias_o).ravel()

        def train(self, inputs, target):
            x = np.array(inputs, float).reshape(-1, 1)
            h = sig(self.weights_ih @ x + self.bias_h)
            o = sig(self.weights_ho @ h + self.bias_o)
            output_errors = np.array(target, float).reshape(-1, 1) - o
            grad = o * (1 - o) * output_errors * self.learning_rate
            if ok:
                hidden_errors = self.weights_ho.T @ (o * (1 - o) * output_errors)
            self.weights_ho = self.weights_ho + grad @ h.T
            self.bias_o = self.bias_o + grad
            if not ok:
                hidden_errors = self.weights_ho.T @ (o * (1 - o) * output_errors)
            hg = h * (1 - h) * hidden_errors * self.learning_rate
            self.weights_ih = self.weights_ih + hg @ x.T
            self.bias_h = self.bias_h + hg

    def predict(nn, X):
        return np.array([nn.predict(x) for x in X])

    def epoch(nn, X, y):
        for x, t in zip(X, y):
            nn.train(x, t)

    return dict(
        X=XOR_X,
        y=XOR_Y,
        program=ToyNN(),
        arrays=["weights_ih", "weights_ho", "bias_h", "bias_o"],
        predict=predict,
        step=epoch,
        step_is="epoch",
        learning_rate=0.1,
        loss=lambda nn, X, y: 0.5 * float(np.sum((predict(nn, X) - y) ** 2)),
    )


# Written after the first look, for kinds that were missed


def network(sizes, activations, seed):
    """Start parameters, and a forward pass with them."""
    r = np.random.default_rng(seed)
    start = {}
    for k, (i, o) in enumerate(pairwise(sizes)):
        start[f"W{k}"] = r.normal(size=(i, o)) * 0.7
        start[f"b{k}"] = r.normal(size=(1, o)) * 0.2

    def forward(P, X, activations=activations):
        for k, activation in enumerate(activations):
            X = activation(X @ P[f"W{k}"] + P[f"b{k}"])
        return X

    return start, forward


def itself(z):
    return z


@pair(
    "loss_formula",
    source="mlverse/tabnet 58: what predicts and what trains do not scale alike; here the loss "
    "scales the columns itself, and predict takes them as they are",
)
def scaled_in_the_loss_alone(ok):
    X, price = houses(3)
    y = ((price - price.mean()) / price.std())[:, None]
    start, forward = network([3, 5, 1], [np.tanh, itself], 1)

    def scaled(X_new):
        return (X_new - X.mean(0)) / X.std(0)

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda P, X: forward(P, scaled(X) if ok else X),
        loss=lambda P, X, y: np.mean((forward(P, scaled(X)) - y) ** 2),
    )


@pair("loss_formula", source="predict divides by 255, and what it is given is divided already")
def divided_again(ok):
    r = np.random.default_rng(5)
    X = r.uniform(0, 1, (30, 16))
    y = (X.sum(1) > 8).astype(float)[:, None]
    start, forward = network([16, 5, 1], [sig, sig], 3)
    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda P, X: forward(P, X if ok else X / 255),
        loss=lambda P, X, y: np.mean((forward(P, X) - y) ** 2),
    )


def nine_numbers(slip):
    """A well-known post's network of nine single numbers, and a line that was copied."""

    def run(p, x):
        h1 = sig(p["w1"] * x[0] + p["w2"] * x[1] + p["b1"])
        h2 = sig(p["w3"] * x[0] + p["w4"] * x[1] + p["b2"])
        return h1, h2, sig(p["w5"] * h1 + p["w6"] * h2 + p["b3"])

    def predict(p, X):
        return np.array([run(p, x)[2] for x in X])

    def train(p, X, y, slip=slip):
        p = dict(p)
        for x, t in zip(X, y, strict=True):
            h1, h2, o = run(p, x)
            slope, slope1, slope2 = o * (1 - o), h1 * (1 - h1), h2 * (1 - h2)
            back1, back2 = p["w5"] * slope, p["w6"] * slope
            g = {"w5": h1 * slope, "w6": h2 * slope, "b3": slope}
            g["w1"] = back1 * x[0] * slope1
            g["w2"] = back1 * x[0 if slip == "w2" else 1] * slope1
            g["b1"] = back1 * slope1
            g["w3"] = back2 * x[0] * slope2
            g["w4"] = back2 * x[1] * (slope1 if slip == "w4" else slope2)
            g["b2"] = (back1 if slip == "b2" else back2) * slope2
            for k in p:
                p[k] += 0.1 * 2 * (t - o) * g[k]
        return p

    r = np.random.RandomState(1)
    start = {k: float(r.normal()) for k in ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3")}
    return dict(
        X=np.array([[-2.0, -1], [2.5, 0.6], [1.7, 0.4], [-1.5, -0.6], [0.4, -0.9]]),
        y=np.array([1.0, 0, 0, 1, 1]),
        parameters=start,
        predict=predict,
        loss=lambda p, X, y: float(np.mean((predict(p, X) - y) ** 2)),
        step=train,
        step_is="epoch",
        learning_rate=0.1,
    )


@pair("gradient_wrong", source="nine numbers: the line of w2 was copied from w1, with its x[0]")
def copied_input(ok):
    return nine_numbers("" if ok else "w2")


@pair("gradient_wrong", source="nine numbers: the line of w4 has the slope of the first neuron")
def copied_slope(ok):
    return nine_numbers("" if ok else "w4")


@pair("gradient_wrong", source="nine numbers: the line of b2 has the way back through w5")
def copied_way_back(ok):
    return nine_numbers("" if ok else "b2")


@pair("gradient_scale", source="the output's bias is updated in the loop over the hidden neurons")
def bias_in_the_loop(ok):
    start = {
        "v": [[0.5, -0.4, 0.3, 0.8], [0.1, 0.9, -0.7, 0.2]],
        "vb": [0.1, -0.1, 0.2, 0.0],
        "w": [0.6, -0.5, 0.4, 0.9],
        "wb": 0.1,
    }

    def out(p, x):
        sums = [p["v"][0][j] * x[0] + p["v"][1][j] * x[1] + p["vb"][j] for j in range(4)]
        h = [1 / (1 + math.exp(-z)) for z in sums]
        z = sum(a * b for a, b in zip(h, p["w"], strict=True)) + p["wb"]
        return h, 1 / (1 + math.exp(-z))

    def predict(p, X):
        return [out(p, x)[1] for x in X]

    def train(p, X, y, rate=0.5):
        for x, t in zip(X, y, strict=True):
            h, o = out(p, x)
            d = (o - t) * o * (1 - o)
            for j in range(4):
                e = d * p["w"][j] * h[j] * (1 - h[j])
                p["w"][j] -= rate * d * h[j]
                p["vb"][j] -= rate * e
                for k in range(2):
                    p["v"][k][j] -= rate * e * x[k]
                if not ok or j == 3:
                    p["wb"] -= rate * d
        return p

    return dict(
        X=XOR_X.tolist(),
        y=[0.0, 1.0, 1.0, 0.0],
        parameters=start,
        predict=predict,
        loss=lambda p, X, y: sum((o - t) ** 2 for o, t in zip(predict(p, X), y, strict=True)) / 2,
        step=train,
        step_is="epoch",
        learning_rate=0.5,
    )


@pair("product_wrong", source="error[j] = in the loop over the outputs, where += is meant")
def last_output_alone(ok):
    X, labels = wine(13, 24)
    Y = np.eye(3)[labels]
    start, forward = network([5, 4, 3], [sig, sig], 7)

    def step(P, X, Y):
        h = sig(X @ P["W0"] + P["b0"])
        o = sig(h @ P["W1"] + P["b1"])
        d = (o - Y) * o * (1 - o) / len(X)
        error = np.zeros_like(h)
        for j in range(4):
            for k in range(3):
                part = d[:, k] * P["W1"][j, k]
                error[:, j] = error[:, j] + part if ok else part
        e = error * h * (1 - h)
        g = {"W0": X.T @ e, "b0": e.sum(0), "W1": h.T @ d, "b1": d.sum(0)}
        return {k: P[k] - 0.5 * g[k] for k in P}

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=forward,
        loss=lambda P, X, Y: 0.5 * np.sum((forward(P, X) - Y) ** 2) / len(X),
        step=step,
        learning_rate=0.5,
    )


def circles(wrong, with_step=False):
    """Binary classes, and a training that has its own forward pass."""
    X, y = rings(6, 30)
    start, forward = network([2, 5, 1], [np.tanh, sig], 8)

    def gradients(P, X, y):
        other = wrong == "activation"
        h = (sig if other else np.tanh)(X @ P["W0"] + P["b0"] * (wrong != "b0"))
        z = h @ P["W1"] + P["b1"]
        d = ((z if wrong == "z" else sig(z)) - y) / len(X)
        e = d @ P["W1"].T * (h * (1 - h) if other else 1 - h * h)
        sums = {"b0": e.sum(0, keepdims=True), "b1": d.sum(0, keepdims=True)}
        return {"W0": X.T @ e, "W1": h.T @ d, **sums}

    def loss(P, X, y):
        a = forward(P, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def step(P, X, y):
        g = gradients(P, X, y)
        return {k: P[k] - 0.3 * g[k] for k in P}

    given = dict(step=step, learning_rate=0.3) if with_step else dict(gradients=gradients)
    y = y[:, None].astype(float)
    return dict(X=X, y=y, parameters=start, predict=forward, loss=loss, **given)


@pair("gradient_wrong", source="delta = z - y: the weighted sum in place of the activation")
def weighted_sum_minus_target(ok):
    return circles("" if ok else "z")


@pair("gradient_wrong", source="training's own forward pass forgets the hidden bias")
def training_without_bias(ok):
    return circles("" if ok else "b0")


@pair("gradient_wrong", source="training's own forward pass has a sigmoid for a tanh")
def training_with_a_sigmoid(ok):
    return circles("" if ok else "activation", with_step=True)


@pair("loss_formula", source="a ReLU at the output in the loss alone, of prices in hundreds")
def relu_in_the_loss_alone(ok):
    raw, price = houses(4)
    start, forward = network([3, 5, 1], [np.tanh, lambda z: np.maximum(0, z)], 1)
    start["b1"] += 1
    ends = [np.tanh, lambda z: np.maximum(0, z) if ok else z]
    return dict(
        X=(raw - raw.mean(0)) / raw.std(0),
        y=(price / 100)[:, None],
        parameters=start,
        predict=lambda P, X: forward(P, X, ends),
        loss=lambda P, X, y: np.mean((forward(P, X) - y) ** 2),
    )


@pair("step_not_gradient", source="the hidden layer's update stands behind the loop, by its indent")
def hidden_update_behind_the_loop(ok):
    X, y = rings(6, 20)

    class Net:
        def __init__(self):
            r = np.random.RandomState(3)
            self.w1, self.b1 = r.randn(2, 4), np.zeros(4)
            self.w2, self.b2 = r.randn(4), 0.0

        def run(self, X):
            self.h = np.tanh(X @ self.w1 + self.b1)
            return sig(self.h @ self.w2 + self.b2)

        def loss(self, X, y):
            return float(np.mean((self.run(X) - y) ** 2))

        def epoch(self, X, y):
            for k, (x, t) in enumerate(zip(X, y, strict=True)):
                o = self.run(x)
                d = 2 * (o - t) * o * (1 - o)
                e = d * self.w2 * (1 - self.h**2)
                self.w2 = self.w2 - 0.1 * d * self.h
                self.b2 = self.b2 - 0.1 * d
                if ok or k == len(X) - 1:
                    self.w1 = self.w1 - 0.1 * np.outer(x, e)
                    self.b1 = self.b1 - 0.1 * e

    return dict(
        X=X,
        y=y.astype(float),
        program=Net(),
        arrays=["w1", "b1", "w2", "b2"],
        predict="run",
        loss="loss",
        step="epoch",
        step_is="epoch",
        learning_rate=0.1,
    )


def prices(answer, rmse=None):
    """A regression on scaled prices; what predict makes of the network's output is given."""
    raw, price = houses(3)
    mean, std = price.mean(), price.std()
    X, y = (raw - raw.mean(0)) / raw.std(0), ((price - mean) / std)[:, None]
    start, forward = network([3, 5, 1], [np.tanh, itself], 1)
    given = dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda P, X: answer(forward(P, X), mean, std),
        loss=lambda P, X, y: np.mean((forward(P, X) - y) ** 2),
    )
    if rmse is not None:
        error = {"rmse": lambda P, X, y: rmse(np.sqrt(np.mean((forward(P, X) - y) ** 2)), std)}
        given["reports"] = error
    return given


@program()
def prices_scaled_back():
    return prices(lambda a, mean, std: a * std + mean)


@program()
def error_in_thousands():
    return prices(lambda a, mean, std: a, lambda error, std: error * std)


@program()
def one_hot_of_the_largest():
    X, labels = wine(3)
    Y = np.eye(3)[labels]

    def soft(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    start, forward = network([5, 6, 3], [lambda z: np.maximum(0, z), soft], 4)
    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda P, X: np.eye(3)[forward(P, X).argmax(1)],
        loss=lambda P, X, Y: -np.sum(Y * np.log(forward(P, X))) / len(X),
    )


@program()
def predict_gives_labels():
    X, y = rings(71, 40)
    y = y.reshape(-1, 1).astype(float)
    r = np.random.default_rng(71)
    P = {
        "W1": r.normal(size=(2, 6)),
        "b1": np.zeros((1, 6)),
        "W2": r.normal(size=(6, 1)),
        "b2": np.zeros((1, 1)),
    }

    def forward(P, X):
        h = np.tanh(X @ P["W1"] + P["b1"])
        return h, sig(h @ P["W2"] + P["b2"])

    def loss(P, X, y):
        a = forward(P, X)[1]
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def grads(P, X, y):
        h, a = forward(P, X)
        d = (a - y) / len(X)
        e = d @ P["W2"].T * (1 - h**2)
        return {
            "W1": X.T @ e,
            "b1": e.sum(0, keepdims=True),
            "W2": h.T @ d,
            "b2": d.sum(0, keepdims=True),
        }

    def step(P, X, y):
        g = grads(P, X, y)
        return {k: P[k] - 0.4 * g[k] for k in P}

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: (forward(P, X)[1] > 0.5).astype(int),
        loss=loss,
        gradients=grads,
        step=step,
        learning_rate=0.4,
    )


@program()
def same_seed_twice():
    X, y = rings(81, 24)
    y = y.astype(float)
    P = {
        "w": np.random.default_rng(1).normal(size=(2, 5)),
        "b": np.zeros(5),
        "v": np.random.default_rng(2).normal(size=5),
        "c": np.zeros(1),
    }

    def fwd(P, X):
        h = sig(X @ P["w"] + P["b"])
        return h, sig(h @ P["v"] + P["c"])

    def loss(P, X, y):
        return np.mean((fwd(P, X)[1] - y) ** 2)

    def epoch(P, X, y, lr=0.2):
        X, y = X.copy(), y.copy()
        np.random.seed(7)  # noqa: NPY002
        np.random.shuffle(X)  # noqa: NPY002
        np.random.seed(7)  # noqa: NPY002
        np.random.shuffle(y)  # noqa: NPY002
        P = {k: v.copy() for k, v in P.items()}
        for i in range(len(X)):
            h, o = fwd(P, X[i])
            d = 2 * (o - y[i]) * o * (1 - o)
            e = d * P["v"] * h * (1 - h)
            P["v"] -= lr * d * h
            P["c"] -= lr * d
            P["w"] -= lr * np.outer(X[i], e)
            P["b"] -= lr * e
        return P

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fwd(P, X)[1],
        loss=loss,
        step=epoch,
        step_is="epoch",
        learning_rate=0.2,
    )


@program()
def threshold_subtracted():
    """The bias is a threshold: z = w x - theta, and theta's slope has the other sign."""
    X, y = XOR_X, np.array([0.0, 1, 1, 0])
    r = np.random.RandomState(3)

    class Net:
        def __init__(self):
            self.w = r.uniform(-2, 2, (3, 2))
            self.theta = r.uniform(-1, 1, 3)
            self.v = r.uniform(-2, 2, 3)
            self.theta_out = r.uniform(-1, 1)

        def run(self, X):
            self.h = sig(X @ self.w.T - self.theta)
            return sig(self.h @ self.v - self.theta_out)

        def sse(self, X, y):
            return float(np.sum((y - self.run(X)) ** 2))

        def train(self, X, y, alpha=0.1):
            o = self.run(X)
            delta = o * (1 - o) * (y - o)
            dh = self.h * (1 - self.h) * np.outer(delta, self.v)
            self.v = self.v + alpha * 2 * self.h.T @ delta
            self.theta_out = self.theta_out + alpha * 2 * np.sum(-1 * delta)
            self.w = self.w + alpha * 2 * dh.T @ X
            self.theta = self.theta + alpha * 2 * np.sum(-1 * dh, axis=0)

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["w", "theta", "v", "theta_out"],
        predict="run",
        loss="sse",
        step="train",
        learning_rate=0.1,
    )


@program()
def gaussian_hidden():
    r = np.random.default_rng(23)
    P = {
        "W": r.normal(size=(2, 4)),
        "b": r.normal(size=4) * 0.3,
        "v": r.normal(size=(4, 1)),
        "c": np.zeros(1),
    }

    def fwd(P, X):
        z = X @ P["W"] + P["b"]
        h = np.exp(-(z**2))
        return z, h, sig(h @ P["v"] + P["c"])

    def loss(P, X, y):
        o = fwd(P, X)[2]
        return -np.sum(y * np.log(o) + (1 - y) * np.log(1 - o))

    def grads(P, X, y):
        z, h, o = fwd(P, X)
        d = o - y
        e = d @ P["v"].T * (-2 * z * h)
        return {"W": X.T @ e, "b": e.sum(0), "v": h.T @ d, "c": d.sum(0)}

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=P,
        predict=lambda P, X: fwd(P, X)[2],
        loss=loss,
        gradients=grads,
    )


@program()
def signs_and_tanh():
    X, y = rings(33, 30)
    t = np.where(y == 1, 1.0, -1.0)
    r = np.random.default_rng(34)
    P = {
        "hidden": [(r.normal(size=2), r.normal() * 0.3) for _ in range(5)],
        "out": (r.normal(size=5), 0.0),
    }

    def fwd(P, x):
        h = np.array([np.tanh(w @ x + b) for w, b in P["hidden"]])
        return h, np.tanh(P["out"][0] @ h + P["out"][1])

    def predict(P, X):
        return np.array([fwd(P, x)[1] for x in X])

    def loss(P, X, t):
        return 0.5 * np.mean((predict(P, X) - t) ** 2)

    def step(P, X, t, lr=0.3):
        n = len(X)
        gw = [np.zeros(2) for _ in range(5)]
        gb = np.zeros(5)
        gv, gc = np.zeros(5), 0.0
        for x, target in zip(X, t):
            h, o = fwd(P, x)
            d = (o - target) * (1 - o * o) / n
            gv += d * h
            gc += d
            for k in range(5):
                e = d * P["out"][0][k] * (1 - h[k] ** 2)
                gw[k] += e * x
                gb[k] += e
        return {
            "hidden": [(w - lr * a, b - lr * c) for (w, b), a, c in zip(P["hidden"], gw, gb)],
            "out": (P["out"][0] - lr * gv, P["out"][1] - lr * gc),
        }

    return dict(
        X=X,
        y=t,
        parameters=P,
        predict=predict,
        loss=loss,
        step=step,
        learning_rate=0.3,
        reports={"accuracy": lambda P, X, t: np.mean(np.sign(predict(P, X)) == t)},
    )
