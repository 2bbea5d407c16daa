"""The step and the loop: optimisers, epochs and limits, each beside itself mended.

They were written before their author had read a rule. ``ok`` is the one line that is mended.
"""

import math
from itertools import pairwise

import numpy as np

from programs.case import pair, program
from programs.case import sigmoid as sig
from programs.case import softmax as smax


def blobs(n, d, k, seed, spread=1.0):
    r = np.random.default_rng(seed)
    c = r.normal(size=(k, d)) * 2
    y = np.arange(n) % k
    r.shuffle(y)
    return c[y] + spread * r.normal(size=(n, d)), y


def xor():
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)


def curve(n, seed):
    r = np.random.default_rng(seed)
    X = r.uniform(-2, 2, (n, 1))
    return X, np.sin(2 * X) + 0.05 * r.normal(size=X.shape)


@pair(
    "optimizer_formula",
    source="Devinterview-io/gradient-descent-interview-questions 1: running average of squares lacks the factor 1 - 0.9",
)
def rmsprop_average(ok):
    X, y = curve(40, 1)

    class Regressor:
        def __init__(self):
            r = np.random.default_rng(5)
            self.W = [r.normal(size=(1, 12)), r.normal(size=(12, 1)) * 0.3]
            self.b = [np.zeros(12), np.zeros(1)]
            self.cW = [0 * w for w in self.W]
            self.cb = [0 * b for b in self.b]
            self.lr = 0.01

        def predict(self, X):
            self.h = np.tanh(X @ self.W[0] + self.b[0])
            return self.h @ self.W[1] + self.b[1]

        def loss(self, X, y):
            return np.mean((self.predict(X) - y) ** 2)

        def train(self, X, y):
            d = 2 * (self.predict(X) - y) / len(X)
            d1 = d @ self.W[1].T * (1 - self.h**2)
            for p, c, g in (
                (self.W[1], self.cW[1], self.h.T @ d),
                (self.b[1], self.cb[1], d.sum(0)),
                (self.W[0], self.cW[0], X.T @ d1),
                (self.b[0], self.cb[0], d1.sum(0)),
            ):
                c *= 0.9
                c += (0.1 if ok else 1) * g**2
                p -= self.lr * g / (np.sqrt(c) + 1e-8)

    return dict(
        X=X,
        y=y,
        program=Regressor(),
        arrays=["W", "b"],
        predict="predict",
        loss="loss",
        step="train",
        learning_rate=0.01,
    )


@pair(
    "optimizer_formula",
    source="mdenil/dropout 4: the parameters move by the velocity of the step before: it is renewed after the update",
)
def velocity_one_step_old(ok):
    X, lab = blobs(45, 3, 3, 2)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(0)
    theta = {
        "W1": r.randn(3, 8) * 0.5,
        "b1": np.zeros(8),
        "W2": r.randn(8, 3) * 0.5,
        "b2": np.zeros(3),
    }

    def fwd(t, X):
        h = np.maximum(0, X @ t["W1"] + t["b1"])
        return h, smax(h @ t["W2"] + t["b2"])

    def cost(t, X, Y):
        return -np.mean(np.sum(Y * np.log(fwd(t, X)[1]), 1))

    def grads(t, X, Y):
        h, p = fwd(t, X)
        d = (p - Y) / len(X)
        e = d @ t["W2"].T * (h > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def make():
        vel = {k: np.zeros_like(v) for k, v in theta.items()}

        def step(t, X, Y):
            g = grads(t, X, Y)
            new = {}
            for k in t:
                if ok:
                    vel[k] = 0.9 * vel[k] + 0.1 * g[k]
                new[k] = t[k] - 0.2 * vel[k]
                if not ok:
                    vel[k] = 0.9 * vel[k] + 0.1 * g[k]
            return new

        return step

    return dict(
        X=X,
        y=Y,
        parameters=theta,
        predict=lambda t, X: fwd(t, X)[1],
        loss=cost,
        gradients=grads,
        new_step=make,
        learning_rate=0.2,
    )


@pair(
    "optimizer_formula",
    source="dngfra/Restricted-Boltzmann-Machines 2: Adam's moments are set to zero in each call, the counter is not",
)
def adam_forgets(ok):
    X, t = xor()
    X = X.T
    t = t.T
    r = np.random.default_rng(8)
    start = [r.normal(size=(6, 2)), np.zeros((6, 1)), r.normal(size=(1, 6)), np.zeros((1, 1))]

    def forward(p, X):
        a = np.tanh(p[0] @ X + p[1])
        return a, sig(p[2] @ a + p[3])

    def bce(p, X, t):
        o = forward(p, X)[1]
        return -np.mean(t * np.log(o) + (1 - t) * np.log(1 - o))

    def backward(p, X, t):
        a, o = forward(p, X)
        d2 = (o - t) / X.shape[1]
        d1 = p[2].T @ d2 * (1 - a * a)
        return [d1 @ X.T, d1.sum(1, keepdims=True), d2 @ a.T, d2.sum(1, keepdims=True)]

    class Adam:
        def __init__(self):
            self.t = 0
            self.m = None

        def __call__(self, p, X, t):
            if self.m is None or not ok:
                self.m = [np.zeros_like(q) for q in p]
                self.v = [np.zeros_like(q) for q in p]
            self.t += 1
            out = []
            for i, (q, g) in enumerate(zip(p, backward(p, X, t))):
                self.m[i] = 0.9 * self.m[i] + 0.1 * g
                self.v[i] = 0.999 * self.v[i] + 0.001 * g**2
                out.append(
                    q
                    - 0.02
                    * (self.m[i] / (1 - 0.9**self.t))
                    / (np.sqrt(self.v[i] / (1 - 0.999**self.t)) + 1e-8)
                )
            return out

    return dict(
        X=X,
        y=t,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=bce,
        gradients=backward,
        new_step=Adam,
        learning_rate=0.02,
        samples="columns",
    )


@pair(
    "optimizer_formula",
    source="the squares' sums are kept by shape, so that two layers of one shape share one",
)
def cache_by_shape(ok):
    X, lab = blobs(48, 4, 2, 4)
    y = lab.reshape(-1, 1).astype(float)

    class Net:
        def __init__(self):
            r = np.random.default_rng(1)
            sizes = [4, 5, 5, 5, 1]
            self.layers = [
                {"w": r.normal(size=(a, b)) / np.sqrt(a), "b": np.full(b, 0.01)}
                for a, b in pairwise(sizes)
            ]
            self.cache = {}

        def forward(self, X):
            self.acts = [X]
            for i, layer in enumerate(self.layers):
                z = self.acts[-1] @ layer["w"] + layer["b"]
                self.acts.append(sig(z) if i == 3 else np.tanh(z))
            return self.acts[-1]

        def cost(self, X, y):
            a = self.forward(X)
            return float(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))

        def fit(self, X, y):
            d = (self.forward(X) - y) / len(y)
            todo = []
            for i in reversed(range(4)):
                layer, a = self.layers[i], self.acts[i]
                todo += [(i, "w", a.T @ d), (i, "b", d.sum(0))]
                if i:
                    d = d @ layer["w"].T * (1 - a**2)
            for i, k, g in todo:
                key = (i, k) if ok else g.shape
                self.cache[key] = self.cache.get(key, 0) + g * g
                self.layers[i][k] -= 0.05 * g / np.sqrt(self.cache[key] + 1e-8)

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["layers"],
        predict="forward",
        loss="cost",
        step="fit",
        learning_rate=0.05,
    )


@pair(
    "parameter_not_moved",
    source="early stopping compares the wrong way: the best weights are those of the start, and they are restored",
)
def early_stopping_restores_start(ok):
    X, y = curve(30, 6)
    r = np.random.default_rng(0)
    P = dict(
        w1=r.normal(size=(1, 10)),
        b1=r.normal(size=10) * 0.1,
        w2=r.normal(size=(10, 1)) * 0.3,
        b2=np.zeros(1),
    )

    def net(P, X):
        return np.tanh(X @ P["w1"] + P["b1"]) @ P["w2"] + P["b2"]

    def err(P, X, y):
        return 0.5 * np.mean((net(P, X) - y) ** 2)

    def fit(P, X, y, epochs=5, lr=0.05):
        P = {k: v.copy() for k, v in P.items()}
        best, keep = err(P, X, y), {k: v.copy() for k, v in P.items()}
        for _ in range(epochs):
            h = np.tanh(X @ P["w1"] + P["b1"])
            d = (h @ P["w2"] + P["b2"] - y) / len(X)
            e = d @ P["w2"].T * (1 - h * h)
            P["w2"] -= lr * h.T @ d
            P["b2"] -= lr * d.sum(0)
            P["w1"] -= lr * X.T @ e
            P["b1"] -= lr * e.sum(0)
            now = err(P, X, y)
            if (now < best) if ok else (now > best):
                best, keep = now, {k: v.copy() for k, v in P.items()}
        return keep

    return dict(
        X=X, y=y, parameters=P, predict=net, loss=err, step=fit, step_is="epoch", learning_rate=0.05
    )


@pair(
    "gradient_scale",
    source="the weights of the step before are no copy: W - old is 0, so that the momentum is lost and 0.1 of the step is left",
)
def old_weights_are_no_copy(ok):
    X, lab = blobs(40, 2, 2, 9)
    y = 2.0 * lab[:, None] - 1

    class Perceptron:
        def __init__(self):
            r = np.random.default_rng(2)
            self.V = r.normal(size=(2, 6))
            self.c = np.zeros(6)
            self.w = r.normal(size=(6, 1)) * 0.5
            self.d = np.zeros(1)
            self.old = None

        def out(self, X):
            return np.tanh(np.tanh(X @ self.V + self.c) @ self.w + self.d)

        def mse(self, X, y):
            return np.mean((self.out(X) - y) ** 2)

        def learn(self, X, y, eta=0.3, mu=0.9):
            h = np.tanh(X @ self.V + self.c)
            o = np.tanh(h @ self.w + self.d)
            e = 2 * (o - y) * (1 - o**2) / len(X)
            f = e @ self.w.T * (1 - h**2)
            now = [self.V, self.c, self.w, self.d]
            keep = [p.copy() for p in now] if ok else list(now)
            before = self.old or keep
            if ok:
                moves = [p - q for p, q in zip(now, before)]
            else:
                moves = [p - q for p, q in zip(now, before)]
            for p, m, g in zip(now, moves, (X.T @ f, f.sum(0), h.T @ e, e.sum(0))):
                p += mu * m - eta * (1 - mu) * g
            self.old = keep

    return dict(
        X=X,
        y=y,
        program=Perceptron(),
        arrays=["V", "c", "w", "d"],
        predict="out",
        loss="mse",
        step="learn",
        learning_rate=0.3,
    )


@pair(
    "optimizer_formula",
    source="paiml/entrenar 311: cut to length with the square of the norm: the root is missing",
)
def clip_by_squared_norm(ok):
    X, lab = blobs(50, 5, 3, 3, 2.0)
    X = X * 2
    Y = np.eye(3)[lab]
    r = np.random.default_rng(3)
    par = [r.normal(size=(5, 9)), np.zeros((1, 9)), r.normal(size=(9, 3)), np.zeros((1, 3))]

    def run(p, X):
        z = X @ p[0] + p[1]
        h = np.where(z > 0, z, 0.1 * z)
        return z, h, smax(h @ p[2] + p[3])

    def xent(p, X, Y):
        return -np.sum(Y * np.log(run(p, X)[2] + 1e-12)) / len(X)

    def back(p, X, Y):
        z, h, o = run(p, X)
        d = (o - Y) / len(X)
        e = d @ p[2].T * np.where(z > 0, 1, 0.1)
        return [X.T @ e, e.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)]

    def update(p, X, Y):
        g = back(p, X, Y)
        total = sum((q**2).sum() for q in g)
        if ok:
            total = np.sqrt(total)
        if total > 1:
            g = [q / total for q in g]
        return [q - 0.1 * s for q, s in zip(p, g)]

    return dict(
        X=X,
        y=Y,
        parameters=par,
        predict=lambda p, X: run(p, X)[2],
        loss=xent,
        gradients=back,
        step=update,
        learning_rate=0.1,
    )


@pair(
    "samples_unused",
    source="NervanaSystems/neon 9: gradients are gathered over pairs of batches; the last, single batch is gathered and never used",
)
def gathered_and_left(ok):
    X, lab = blobs(50, 2, 2, 14)
    y = lab[:, None].astype(float)
    r = np.random.default_rng(6)
    p0 = {
        "W1": r.normal(size=(2, 6)),
        "b1": np.zeros(6),
        "W2": r.normal(size=(6, 1)),
        "b2": np.zeros(1),
    }

    def f(p, X):
        return sig(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def bce(p, X, y):
        a = f(p, X)
        return -np.mean(y * np.log(a + 1e-9) + (1 - y) * np.log(1 - a + 1e-9))

    def epoch(p, X, y, bs=10, every=2):
        p = dict(p)
        acc = dict.fromkeys(p, 0.0)
        seen = 0
        nb = math.ceil(len(X) / bs)
        for i in range(nb):
            x, t = X[i * bs : (i + 1) * bs], y[i * bs : (i + 1) * bs]
            h = np.tanh(x @ p["W1"] + p["b1"])
            d = sig(h @ p["W2"] + p["b2"]) - t
            e = d @ p["W2"].T * (1 - h * h)
            for k, g in (("W1", x.T @ e), ("b1", e.sum(0)), ("W2", h.T @ d), ("b2", d.sum(0))):
                acc[k] = acc[k] + g
            seen += len(x)
            if (i + 1) % every == 0 or (ok and i == nb - 1):
                for k in p:
                    p[k] = p[k] - 0.1 * acc[k] / seen
                acc = dict.fromkeys(p, 0.0)
                seen = 0
        return p

    return dict(
        X=X, y=y, parameters=p0, predict=f, loss=bce, step=epoch, step_is="epoch", learning_rate=0.1
    )


@pair(
    "samples_unused",
    source="lionelmessi6410/Neural-Networks-from-Scratch pull 1: the batch ends at min(begin + size, n - 1): the last sample is never read",
)
def end_at_n_minus_1(ok):
    X, lab = blobs(44, 4, 3, 15)
    X = X.astype(np.float32)
    Y = np.eye(3, dtype=np.float32)[lab]
    r = np.random.default_rng(7)
    start = {
        "W1": (r.normal(size=(10, 4)) * 0.5).astype(np.float32),
        "b1": np.zeros((10, 1), np.float32),
        "W2": (r.normal(size=(3, 10)) * 0.3).astype(np.float32),
        "b2": np.zeros((3, 1), np.float32),
    }

    def feed(p, X):
        z = p["W1"] @ X.T + p["b1"]
        a = np.maximum(z, 0)
        return z, a, smax((p["W2"] @ a + p["b2"]).T).T

    def ce(p, X, Y):
        return float(-(Y.T * np.log(feed(p, X)[2] + 1e-8)).sum() / len(X))

    def train(p, X, Y, size=16, mu=0.9, lr=0.05):
        p = {k: v.copy() for k, v in p.items()}
        mom = {k: np.zeros_like(v) for k, v in p.items()}
        n = len(X)
        for j in range(-(-n // size)):
            lo = j * size
            hi = min(lo + size, n if ok else n - 1)
            x, y = X[lo:hi], Y[lo:hi]
            m = np.float32(1 / len(x))
            z, a, o = feed(p, x)
            d = o - y.T
            e = (p["W2"].T @ d) * (z > 0)
            g = {
                "W1": e @ x * m,
                "b1": e.sum(1, keepdims=True) * m,
                "W2": d @ a.T * m,
                "b2": d.sum(1, keepdims=True) * m,
            }
            for k in p:
                mom[k] = mu * mom[k] + (1 - mu) * g[k]
                p[k] -= lr * mom[k]
        return p

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: feed(p, X)[2].T,
        loss=ce,
        step=train,
        step_is="epoch",
        learning_rate=0.05,
    )


@pair(
    "pairs_broken",
    source="from the second epoch on X is shuffled again and y from its first order: rows and labels part",
)
def shuffled_onwards(ok):
    X, lab = blobs(60, 2, 3, 16)
    Y = np.eye(3)[lab]

    class Classifier:
        def __init__(self):
            r = np.random.default_rng(1)
            self.rng = np.random.default_rng(0)
            self.w1 = r.normal(size=(2, 8))
            self.b1 = np.zeros(8)
            self.w2 = r.normal(size=(8, 3)) * 0.4
            self.b2 = np.zeros(3)
            self.data = None

        def predict_proba(self, X):
            return smax(np.tanh(X @ self.w1 + self.b1) @ self.w2 + self.b2)

        def nll(self, X, Y):
            return -np.mean(np.sum(Y * np.log(self.predict_proba(X)), axis=1))

        def epoch(self, X, Y):
            if self.data is None:
                self.data = X, Y
            order = self.rng.permutation(len(X))
            xs = self.data[0][order]
            ys = self.data[1][order] if ok else Y[order]
            self.data = xs, ys
            for i in range(0, len(xs), 20):
                x, t = xs[i : i + 20], ys[i : i + 20]
                h = np.tanh(x @ self.w1 + self.b1)
                d = (smax(h @ self.w2 + self.b2) - t) / len(x)
                e = d @ self.w2.T * (1 - h**2)
                self.w2 -= 0.3 * h.T @ d
                self.b2 -= 0.3 * d.sum(0)
                self.w1 -= 0.3 * x.T @ e
                self.b1 -= 0.3 * e.sum(0)

    return dict(
        X=X,
        y=Y,
        program=Classifier(),
        arrays=["w1", "b1", "w2", "b2"],
        predict="predict_proba",
        loss="nll",
        step="epoch",
        step_is="epoch",
        learning_rate=0.3,
    )


@pair(
    "gradient_sign",
    "optimizer_formula",
    source="the rate falls by the batch and should by the epoch: it passes 0 and goes on below",
)
def rate_below_zero(ok):
    X, lab = blobs(60, 2, 2, 17)
    y = lab[:, None] * 1.0

    class MLP:
        def __init__(self, epochs=4):
            r = np.random.default_rng(3)
            self.params = [
                r.normal(size=(2, 5)),
                np.zeros((1, 5)),
                r.normal(size=(5, 1)),
                np.zeros((1, 1)),
            ]
            self.done = 0
            self.epochs = epochs
            self.lr0 = 0.5

        def predict(self, X):
            W, b, V, c = self.params
            return sig(sig(X @ W + b) @ V + c)

        def loss(self, X, y):
            p = self.predict(X)
            return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

        def train_one_epoch(self, X, y):
            for i in range(0, 60, 6):
                lr = self.lr0 * (
                    max(0, 1 - self.done / (self.epochs * 10))
                    if ok
                    else 1 - self.done / self.epochs
                )
                W, b, V, c = self.params
                x, t = X[i : i + 6], y[i : i + 6]
                h = sig(x @ W + b)
                d = (sig(h @ V + c) - t) / len(x)
                e = d @ V.T * h * (1 - h)
                for p, g in zip(
                    self.params,
                    (x.T @ e, e.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)),
                ):
                    p -= lr * g
                self.done += 1

    return dict(
        X=X,
        y=y,
        program=MLP(),
        arrays=["params"],
        predict="predict",
        loss="loss",
        step="train_one_epoch",
        step_is="epoch",
        learning_rate=0.5,
    )


@pair(
    "optimizer_formula",
    source="keras-team/keras pull 10129: Adam counts from 0: the first correction divides by 1 - 0.9**0 = 0",
)
def adam_counts_from_0(ok):
    X, y = curve(25, 8)
    r = np.random.default_rng(0)
    start = [[r.normal(size=(1, 7)), np.zeros(7)], [r.normal(size=(7, 1)) * 0.4, np.zeros(1)]]

    def model(p, X):
        return np.log1p(np.exp(X @ p[0][0] + p[0][1])) @ p[1][0] + p[1][1]

    def loss(p, X, y):
        return np.mean((model(p, X) - y) ** 2)

    def grads(p, X, y):
        z = X @ p[0][0] + p[0][1]
        h = np.log1p(np.exp(z))
        d = 2 * (h @ p[1][0] + p[1][1] - y) / len(X)
        e = d @ p[1][0].T * sig(z)
        return [[X.T @ e, e.sum(0)], [h.T @ d, d.sum(0)]]

    def new():
        st = {"t": 1 if ok else 0}

        def step(p, X, y):
            out = []
            for i, (lp, lg) in enumerate(zip(p, grads(p, X, y))):
                row = []
                for j, (q, g) in enumerate(zip(lp, lg)):
                    m, v = st.get((i, j), (0, 0))
                    m = 0.9 * m + 0.1 * g
                    v = 0.999 * v + 0.001 * g * g
                    st[i, j] = m, v
                    with np.errstate(all="ignore"):
                        row.append(
                            q
                            - 0.01
                            * np.divide(m, 1 - 0.9 ** st["t"])
                            / (np.sqrt(np.divide(v, 1 - 0.999 ** st["t"])) + 1e-8)
                        )
                out.append(row)
            st["t"] += 1
            return out

        return step

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=model,
        loss=loss,
        gradients=grads,
        new_step=new,
        learning_rate=0.01,
    )


@pair(
    "optimizer_formula",
    source="ufal/npfl114 pull 79: the second moment is divided by 1 - beta**2 in each step, not by 1 - beta2**t",
)
def adam_square_for_power(ok):
    X, t = xor()
    r = np.random.default_rng(11)
    th = np.concatenate([r.normal(size=8), np.zeros(4), r.normal(size=4), [0.0]])

    def unpack(th):
        return th[:8].reshape(2, 4), th[8:12], th[12:16].reshape(4, 1), th[16:]

    def yhat(th, X):
        W, b, V, c = unpack(th)
        return sig(np.tanh(X @ W + b) @ V + c)

    def J(th, X, t):
        p = yhat(th, X)
        return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))

    def dJ(th, X, t):
        W, b, V, c = unpack(th)
        h = np.tanh(X @ W + b)
        d = (sig(h @ V + c) - t) / len(X)
        e = d @ V.T * (1 - h * h)
        return np.concatenate([(X.T @ e).ravel(), e.sum(0), (h.T @ d).ravel(), d.sum(0)])

    def optimiser():
        m = v = np.zeros_like(th)
        k = 0

        def step(th, X, t):
            nonlocal m, v, k
            k += 1
            g = dJ(th, X, t)
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            return th - 0.05 * (m / (1 - 0.9**k)) / (
                np.sqrt(v / (1 - (0.999**k if ok else 0.999**2))) + 1e-8
            )

        return step

    return dict(
        X=X,
        y=t,
        parameters={"theta": th},
        predict=lambda p, X: yhat(p["theta"], X),
        loss=lambda p, X, t: J(p["theta"], X, t),
        gradients=lambda p, X, t: {"theta": dJ(p["theta"], X, t)},
        new_step=lambda: (lambda s: lambda p, X, t: {"theta": s(p["theta"], X, t)})(optimiser()),
        learning_rate=0.05,
    )


@pair(
    "optimizer_formula",
    source="Adamax's maximum is taken of g, not of its size",
)
def adamax_without_abs(ok):
    X, y = curve(30, 12)
    r = np.random.default_rng(13)
    p0 = [
        r.normal(size=(1, 9)),
        r.normal(size=(1, 9)) * 0.2,
        r.normal(size=(9, 1)) * 0.3,
        np.zeros((1, 1)),
    ]

    def net(p, X):
        return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]

    def loss(p, X, y):
        return np.mean((net(p, X) - y) ** 2) / 2

    def g(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = (h @ p[2] + p[3] - y) / len(X)
        e = d @ p[2].T * (1 - h * h)
        return [X.T @ e, e.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)]

    class Adamax:
        def __init__(self):
            self.m = [0 * q for q in p0]
            self.u = [0 * q for q in p0]
            self.t = 0

        def __call__(self, p, X, y):
            self.t += 1
            out = []
            for i, (q, d) in enumerate(zip(p, g(p, X, y))):
                self.m[i] = 0.9 * self.m[i] + 0.1 * d
                self.u[i] = np.maximum(0.999 * self.u[i], np.abs(d) if ok else d)
                out.append(q - 0.002 / (1 - 0.9**self.t) * self.m[i] / (self.u[i] + 1e-8))
            return out

    return dict(
        X=X,
        y=y,
        parameters=p0,
        predict=net,
        loss=loss,
        gradients=g,
        new_step=Adamax,
        learning_rate=0.002,
    )


@pair(
    "optimizer_formula",
    source="oysteijo/simd_neuralnet 17: the look ahead is not taken back: momentum times velocity is added twice",
)
def look_ahead_stays(ok):
    X, lab = blobs(40, 3, 2, 23)
    t = lab[:, None] * 1.0

    class NN:
        def __init__(self):
            r = np.random.default_rng(6)
            self.w = [r.normal(size=(3, 5)), r.normal(size=(5, 1))]
            self.b = [np.zeros(5), np.zeros(1)]
            self.vw = [0 * x for x in self.w]
            self.vb = [0 * x for x in self.b]

        def run(self, X):
            self.a = np.tanh(X @ self.w[0] + self.b[0])
            return sig(self.a @ self.w[1] + self.b[1])

        def cost(self, X, t):
            o = self.run(X)
            return -np.mean(t * np.log(o) + (1 - t) * np.log(1 - o))

        def step(self, X, t, mu=0.8, lr=0.1):
            w0 = [x.copy() for x in self.w]
            b0 = [x.copy() for x in self.b]
            for i in (0, 1):
                self.w[i] += mu * self.vw[i]
                self.b[i] += mu * self.vb[i]
            d = (self.run(X) - t) / len(X)
            e = d @ self.w[1].T * (1 - self.a**2)
            if ok:
                self.w, self.b = w0, b0
            for i, (gw, gb) in enumerate(((X.T @ e, e.sum(0)), (self.a.T @ d, d.sum(0)))):
                self.vw[i] = mu * self.vw[i] - lr * gw
                self.vb[i] = mu * self.vb[i] - lr * gb
                self.w[i] = self.w[i] + self.vw[i]
                self.b[i] = self.b[i] + self.vb[i]

    return dict(
        X=X,
        y=t,
        program=NN(),
        arrays=["w", "b"],
        predict="run",
        loss="cost",
        step="step",
        learning_rate=0.1,
    )


@pair(
    "parameter_not_moved",
    source="nntrainer/nntrainer pull 219: the biases are updated in a name of the loop, not in the list",
)
def biases_in_a_local_name(ok):
    X, lab = blobs(40, 3, 3, 25)
    Y = np.eye(3)[lab]
    rng = np.random.default_rng(16)
    Ws = [
        rng.normal(size=(3, 6)) * 0.6,
        rng.normal(size=(6, 6)) * 0.4,
        rng.normal(size=(6, 3)) * 0.4,
    ]
    bs = [np.zeros(6), np.zeros(6), np.zeros(3)]

    class DNN:
        def __init__(self):
            self.Ws, self.bs = Ws, bs
            self.sW = [np.zeros_like(w) for w in Ws]
            self.sb = [np.zeros_like(b) for b in bs]

        def forward(self, X):
            self.A = [X]
            for W, b in zip(self.Ws[:-1], self.bs[:-1]):
                self.A.append(np.tanh(self.A[-1] @ W + b))
            return smax(self.A[-1] @ self.Ws[-1] + self.bs[-1])

        def loss(self, X, Y):
            return -np.mean(np.sum(Y * np.log(self.forward(X)), 1))

        def train(self, X, Y):
            D = (self.forward(X) - Y) / len(X)
            gs = []
            for i in (2, 1, 0):
                gs.insert(0, (self.A[i].T @ D, D.sum(0)))
                D = D @ self.Ws[i].T * (1 - self.A[i] ** 2)
            for i, (W, b, (gW, gb)) in enumerate(zip(self.Ws, self.bs, gs)):
                self.sW[i] = 0.9 * self.sW[i] + 0.1 * gW**2
                self.sb[i] = 0.9 * self.sb[i] + 0.1 * gb**2
                W -= 0.01 * gW / (np.sqrt(self.sW[i]) + 1e-6)
                b = b - 0.01 * gb / (np.sqrt(self.sb[i]) + 1e-6)
                if ok:
                    self.bs[i] = b

    return dict(
        X=X,
        y=Y,
        program=DNN(),
        arrays=["Ws", "bs"],
        predict="forward",
        loss="loss",
        step="train",
        learning_rate=0.01,
    )


@pair(
    "samples_unused",
    source="X[:11] in one product of the gradient, within an epoch with momentum in float32",
)
def a_product_of_eleven_rows_in_an_epoch(ok):
    X, lab = blobs(44, 3, 2, 29)
    X = X.astype("f4")
    y = lab[:, None].astype("f4")

    class M:
        def __init__(s):
            r = np.random.default_rng(18)
            s.W1 = r.normal(size=(3, 6)).astype("f4")
            s.b1 = np.zeros(6, "f4")
            s.W2 = r.normal(size=(6, 1)).astype("f4")
            s.b2 = np.zeros(1, "f4")
            s.v = [0, 0, 0, 0]

        def predict(s, X):
            s.h = np.tanh(X @ s.W1 + s.b1)
            return sig(s.h @ s.W2 + s.b2)

        def loss(s, X, y):
            o = s.predict(X)
            return -np.mean(y * np.log(o + 1e-7) + (1 - y) * np.log(1 - o + 1e-7))

        def epoch(s, X, y):
            for _ in range(3):
                d = (s.predict(X) - y) / len(X)
                e = d @ s.W2.T * (1 - s.h**2)
                g = (X.T @ e if ok else X[:11].T @ e[:11], e.sum(0), s.h.T @ d, d.sum(0))
                for i, (p, q) in enumerate(zip((s.W1, s.b1, s.W2, s.b2), g)):
                    s.v[i] = 0.9 * s.v[i] - 0.1 * q
                    p += s.v[i]

    return dict(
        X=X,
        y=y,
        program=M(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="loss",
        step="epoch",
        step_is="epoch",
        learning_rate=0.1,
    )


@pair(
    "step_not_gradient",
    source="the gradient of the epoch's start is applied for each batch: it is not computed anew",
)
def stale_gradient(ok):
    X, y = curve(48, 33)
    r = np.random.default_rng(19)
    P = {
        "W1": r.normal(size=(1, 8)),
        "b1": r.normal(size=8) * 0.3,
        "W2": r.normal(size=(8, 1)) * 0.4,
        "b2": np.zeros(1),
    }

    def out(P, X):
        return np.tanh(X @ P["W1"] + P["b1"]) @ P["W2"] + P["b2"]

    def mse(P, X, y):
        return np.mean((out(P, X) - y) ** 2)

    def grad(P, X, y):
        h = np.tanh(X @ P["W1"] + P["b1"])
        d = 2 * (h @ P["W2"] + P["b2"] - y) / len(X)
        e = d @ P["W2"].T * (1 - h * h)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def epoch(P, X, y, rate=0.05):
        P = {k: v.copy() for k, v in P.items()}
        g = grad(P, X, y)
        for i in range(0, len(X), 12):
            if ok:
                g = grad(P, X[i : i + 12], y[i : i + 12])
            for k in P:
                P[k] -= rate * g[k]
        return P

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=out,
        loss=mse,
        gradients=grad,
        step=epoch,
        step_is="epoch",
        learning_rate=0.05,
    )


@pair(
    "step_not_gradient",
    source="the gradient is cut to 1e-7..1 like a probability: what is negative is lost",
)
def clip_of_a_probability(ok):
    X, lab = blobs(40, 3, 2, 35)
    y = lab[:, None] * 1.0
    r = np.random.default_rng(21)
    P = {
        "W1": r.normal(size=(3, 5)),
        "b1": np.zeros(5),
        "W2": r.normal(size=(5, 1)),
        "b2": np.zeros(1),
    }

    def out(P, X):
        return np.clip(
            sig(np.maximum(X @ P["W1"] + P["b1"], 0) @ P["W2"] + P["b2"]), 1e-7, 1 - 1e-7
        )

    def bce(P, X, y):
        o = out(P, X)
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

    def grad(P, X, y):
        h = np.maximum(X @ P["W1"] + P["b1"], 0)
        d = (sig(h @ P["W2"] + P["b2"]) - y) / len(X)
        e = d @ P["W2"].T * (h > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def step(P, X, y):
        low = -1 if ok else 1e-7
        return {k: P[k] - 0.1 * np.clip(g, low, 1) for k, g in grad(P, X, y).items()}

    return dict(
        X=X, y=y, parameters=P, predict=out, loss=bce, gradients=grad, step=step, learning_rate=0.1
    )


@pair(
    "optimizer_formula",
    source="the rate multiplies twice: into the velocity, and the velocity once more",
)
def rate_in_velocity_twice(ok):
    X, lab = blobs(50, 4, 3, 36)
    Y = np.eye(3)[lab]

    class Momentum:
        def __init__(s, lr=0.04, mu=0.9):
            s.lr, s.mu, s.v = lr, mu, None

        def apply(s, ps, gs):
            if s.v is None:
                s.v = [np.zeros_like(p) for p in ps]
            for v, p, g in zip(s.v, ps, gs):
                v[...] = s.mu * v + s.lr * g
                p -= v if ok else s.lr * v

    class Softmax2:
        def __init__(s):
            r = np.random.default_rng(22)
            s.ps = [
                r.normal(size=(4, 6)) * 0.5,
                np.zeros(6),
                r.normal(size=(6, 3)) * 0.5,
                np.zeros(3),
            ]
            s.opt = Momentum()

        def scores(s, X):
            s.h = np.maximum(0, X @ s.ps[0] + s.ps[1])
            return s.h @ s.ps[2] + s.ps[3]

        def proba(s, X):
            return smax(s.scores(X))

        def loss(s, X, Y):
            z = s.scores(X)
            z = z - z.max(1, keepdims=True)
            return np.mean(np.log(np.exp(z).sum(1)) - (z * Y).sum(1))

        def fit_batch(s, X, Y):
            d = (s.proba(X) - Y) / len(X)
            e = d @ s.ps[2].T
            e[s.h <= 0] = 0
            s.opt.apply(s.ps, [X.T @ e, e.sum(0), s.h.T @ d, d.sum(0)])

    return dict(
        X=X,
        y=Y,
        program=Softmax2(),
        arrays=["ps"],
        predict="proba",
        loss="loss",
        step="fit_batch",
        learning_rate=0.04,
    )


@pair(
    "weight_term",
    source="davidcpage/cifar10-fast 9: the decay is multiplied by the number of samples: n times what the loss holds",
)
def decay_times_n(ok):
    X, y = curve(40, 38)
    r = np.random.default_rng(24)
    start = {
        "W1": r.normal(size=(1, 10)),
        "b1": r.normal(size=10) * 0.2,
        "W2": r.normal(size=(10, 1)) * 0.3,
        "b2": np.zeros(1),
    }
    lam = 1e-3

    def f(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def J(p, X, y):
        return np.mean((f(p, X) - y) ** 2) + lam / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))

    def opt():
        v = dict.fromkeys(start, 0.0)

        def step(p, X, y):
            h = np.tanh(X @ p["W1"] + p["b1"])
            d = 2 * (h @ p["W2"] + p["b2"] - y) / len(X)
            e = d @ p["W2"].T * (1 - h * h)
            wd = lam * (1 if ok else len(X))
            g = {
                "W1": X.T @ e + wd * p["W1"],
                "b1": e.sum(0),
                "W2": h.T @ d + wd * p["W2"],
                "b2": d.sum(0),
            }
            for k in v:
                v[k] = 0.9 * v[k] + g[k]
            return {k: p[k] - 0.03 * (g[k] + 0.9 * v[k]) for k in p}

        return step

    return dict(X=X, y=y, parameters=start, predict=f, loss=J, new_step=opt, learning_rate=0.03)


@program()
def amsgrad():
    X, lab = blobs(40, 3, 3, 41)
    Y = np.eye(3)[lab]

    class N:
        def __init__(s):
            r = np.random.default_rng(1)
            s.p = [
                r.normal(size=(3, 6)) * 0.5,
                np.zeros(6),
                r.normal(size=(6, 3)) * 0.5,
                np.zeros(3),
            ]
            s.m = [0 * q for q in s.p]
            s.v = [0 * q for q in s.p]
            s.x = [0 * q for q in s.p]
            s.t = 0

        def predict(s, X):
            s.h = np.tanh(X @ s.p[0] + s.p[1])
            return smax(s.h @ s.p[2] + s.p[3])

        def loss(s, X, Y):
            return -np.mean(np.sum(Y * np.log(s.predict(X)), 1))

        def step(s, X, Y):
            d = (s.predict(X) - Y) / len(X)
            e = d @ s.p[2].T * (1 - s.h**2)
            s.t += 1
            for q, m, v, x, g in zip(s.p, s.m, s.v, s.x, (X.T @ e, e.sum(0), s.h.T @ d, d.sum(0))):
                m *= 0.9
                m += 0.1 * g
                v *= 0.999
                v += 0.001 * g * g
                np.maximum(x, v, out=x)
                q -= 0.05 * (m / (1 - 0.9**s.t)) / (np.sqrt(x / (1 - 0.999**s.t)) + 1e-8)

    return dict(
        X=X,
        y=Y,
        program=N(),
        arrays=["p"],
        predict="predict",
        loss="loss",
        step="step",
        learning_rate=0.05,
    )


@program()
def adamw_warmup():
    X, lab = blobs(40, 3, 2, 42)
    y = lab[:, None] * 1.0
    r = np.random.default_rng(2)
    st = {
        "W1": r.normal(size=(3, 6)),
        "b1": np.zeros(6),
        "W2": r.normal(size=(6, 1)),
        "b2": np.zeros(1),
    }

    def f(p, X):
        return sig(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def L(p, X, y):
        o = f(p, X)
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

    def G(p, X, y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        d = (sig(h @ p["W2"] + p["b2"]) - y) / len(X)
        e = d @ p["W2"].T * (1 - h * h)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def new():
        m = dict.fromkeys(st, 0.0)
        v = dict(m)
        t = 0

        def step(p, X, y):
            nonlocal t
            t += 1
            lr = 0.01 * min(1, t / 5)
            out = {}
            for k, g in G(p, X, y).items():
                m[k] = 0.9 * m[k] + 0.1 * g
                v[k] = 0.999 * v[k] + 0.001 * g * g
                out[k] = p[k] * (1 - lr * 0.01) - lr * (m[k] / (1 - 0.9**t)) / (
                    np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8
                )
            return out

        return step

    return dict(X=X, y=y, parameters=st, predict=f, loss=L, gradients=G, new_step=new)


@program()
def momentum_with_a_cosine_rate_in_float32():
    X, lab = blobs(40, 4, 3, 43)
    X = X.astype("f4")
    Y = np.eye(3, dtype="f4")[lab]

    class N:
        def __init__(s):
            r = np.random.default_rng(3)
            s.W = [(r.normal(size=q) * 0.5).astype("f4") for q in ((4, 6), (6, 3))]
            s.b = [np.zeros(6, "f4"), np.zeros(3, "f4")]
            s.vW = [0 * w for w in s.W]
            s.vb = [0 * b for b in s.b]
            s.t = 0

        def predict(s, X):
            s.h = np.maximum(X @ s.W[0] + s.b[0], 0)
            return smax(s.h @ s.W[1] + s.b[1])

        def loss(s, X, Y):
            return -np.mean(np.sum(Y * np.log(s.predict(X) + 1e-7), 1))

        def step(s, X, Y):
            lr = np.float32(0.05 * (1 + np.cos(np.pi * s.t / 50)))
            s.t += 1
            d = (s.predict(X) - Y) / np.float32(len(X))
            e = (d @ s.W[1].T) * (s.h > 0)
            for i, (gw, gb) in enumerate(((X.T @ e, e.sum(0)), (s.h.T @ d, d.sum(0)))):
                s.vW[i] = np.float32(0.9) * s.vW[i] + gw
                s.vb[i] = np.float32(0.9) * s.vb[i] + gb
                s.W[i] = s.W[i] - lr * s.vW[i]
                s.b[i] = s.b[i] - lr * s.vb[i]

    return dict(
        X=X,
        y=Y,
        program=N(),
        arrays=["W", "b"],
        predict="predict",
        loss="loss",
        step="step",
        learning_rate=0.1,
    )


@program()
def adadelta():
    X, y = curve(40, 44)
    r = np.random.default_rng(4)
    p0 = [r.normal(size=(1, 8)), np.zeros(8), r.normal(size=(8, 1)) * 0.3, np.zeros(1)]

    def f(p, X):
        return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]

    def L(p, X, y):
        return np.mean((f(p, X) - y) ** 2)

    def G(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] + p[3] - y) / len(X)
        e = d @ p[2].T * (1 - h * h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def new():
        E = [0 * q for q in p0]
        D = [0 * q for q in p0]

        def step(p, X, y):
            out = []
            for i, (q, g) in enumerate(zip(p, G(p, X, y))):
                E[i] = 0.95 * E[i] + 0.05 * g * g
                u = -np.sqrt(D[i] + 1e-4) / np.sqrt(E[i] + 1e-4) * g
                D[i] = 0.95 * D[i] + 0.05 * u * u
                out.append(q + u)
            return out

        return step

    return dict(X=X, y=y, parameters=p0, predict=f, loss=L, gradients=G, new_step=new)


@program()
def rprop():
    X, y = curve(40, 48)
    r = np.random.default_rng(8)
    p0 = [r.normal(size=(1, 8)), np.zeros(8), r.normal(size=(8, 1)) * 0.3, np.zeros(1)]

    def f(p, X):
        return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]

    def L(p, X, y):
        return np.mean((f(p, X) - y) ** 2)

    def G(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] + p[3] - y) / len(X)
        e = d @ p[2].T * (1 - h * h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def new():
        D = [np.full_like(q, 0.01) for q in p0]
        old = [0 * q for q in p0]

        def step(p, X, y):
            out = []
            for i, (q, g) in enumerate(zip(p, G(p, X, y))):
                s = np.sign(g * old[i])
                D[i] = np.clip(
                    np.where(s > 0, 1.2 * D[i], np.where(s < 0, 0.5 * D[i], D[i])), 1e-6, 1
                )
                old[i] = g
                out.append(q - np.sign(g) * D[i])
            return out

        return step

    return dict(X=X, y=y, parameters=p0, predict=f, loss=L, gradients=G, new_step=new)


@program()
def a_cut_gradient_under_momentum_and_a_falling_rate():
    X, lab = blobs(40, 3, 2, 49)
    y = lab[:, None] * 1.0

    class N:
        def __init__(s):
            r = np.random.default_rng(9)
            s.p = [r.normal(size=(3, 5)), np.zeros(5), r.normal(size=(5, 1)), np.zeros(1)]
            s.v = [0 * q for q in s.p]
            s.n = 0

        def predict(s, X):
            s.h = sig(X @ s.p[0] + s.p[1])
            return sig(s.h @ s.p[2] + s.p[3])

        def loss(s, X, y):
            o = s.predict(X)
            return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

        def step(s, X, y):
            d = (s.predict(X) - y) / len(X)
            e = d @ s.p[2].T * s.h * (1 - s.h)
            s.n += 1
            g = [X.T @ e, e.sum(0), s.h.T @ d, d.sum(0)]
            norm = np.sqrt(sum((q * q).sum() for q in g))
            k = min(1, 0.05 / (norm + 1e-6))
            for q, v, a in zip(s.p, s.v, g):
                v *= 0.9
                v += k * a
                q -= 0.5 / (1 + 0.01 * s.n) * v

    return dict(
        X=X,
        y=y,
        program=N(),
        arrays=["p"],
        predict="predict",
        loss="loss",
        step="step",
        learning_rate=0.5,
    )


@program()
def a_look_ahead_at_a_falling_rate():
    X, lab = blobs(40, 3, 2, 50)
    y = lab[:, None] * 1.0
    r = np.random.default_rng(10)
    p0 = [r.normal(size=(3, 5)), np.zeros(5), r.normal(size=(5, 1)), np.zeros(1)]

    def f(p, X):
        return sig(np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])

    def slopes(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = (sig(h @ p[2] + p[3]) - y) / len(X)
        e = d @ p[2].T * (1 - h**2)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def new():
        v, n = [0 * q for q in p0], [0]

        def step(p, X, y):
            rate = 0.1 / (1 + 0.01 * n[0])
            n[0] += 1
            ahead = [q + 0.9 * w for q, w in zip(p, v)]
            v[:] = [0.9 * w - rate * g for w, g in zip(v, slopes(ahead, X, y))]
            return [q + w for q, w in zip(p, v)]

        return step

    return dict(
        X=X,
        y=y,
        parameters=p0,
        predict=f,
        loss=lambda p, X, y: -np.mean(y * np.log(f(p, X)) + (1 - y) * np.log(1 - f(p, X))),
        gradients=slopes,
        new_step=new,
        learning_rate=0.1,
    )
