"""Digits in small and deeper networks: softmax, batch norm, dropout, penalties, skips and gates.

Each program beside itself mended, and sound ones that look odd. Written before their author had
read a rule. ``ok`` is the one line that is mended.
"""

import numpy as np

from programs.case import pair, program, sigmoid
from programs.case import softmax as rows_softmax


def digits(n, d, k, seed, noise=0.35):
    """Small pictures: k patterns of d pixels in 0..1 under noise."""
    r = np.random.default_rng(seed)
    shapes = r.random((k, d)) > 0.5
    y = np.arange(n) % k
    r.shuffle(y)
    return np.clip(shapes[y] + noise * r.normal(size=(n, d)), 0, 1), y


def _coursera(sizes, seed):
    r = np.random.RandomState(seed)
    p = {}
    for k in range(1, len(sizes)):
        p[f"W{k}"] = r.randn(sizes[k], sizes[k - 1]) / np.sqrt(sizes[k - 1])
        p[f"b{k}"] = 0.1 * r.randn(sizes[k], 1)
    return p


def L_forward(X, p, act):
    A, caches, L = X, [], len(p) // 2
    for k in range(1, L):
        prev = A
        Z = p[f"W{k}"] @ prev + p[f"b{k}"]
        A = act(Z)
        caches.append((prev, p[f"W{k}"], Z))
    Z = p[f"W{L}"] @ A + p[f"b{L}"]
    caches.append((A, p[f"W{L}"], Z))
    return sigmoid(Z), caches


def bce(AL, Y):
    return float(np.squeeze(-np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]))


@pair(
    "product_wrong",
    source="Kulbear/deep-learning-coursera 27: in the loop over the hidden layers the error "
    "of the output, dAL, "
    "is passed on instead of dA of the layer above",
)
def l_model_backward(ok):
    X, y = digits(40, 9, 2, 1)
    X, Y = X.T, y[None, :].astype(float)
    start = _coursera([9, 6, 5, 1], 1)

    def relu(z):
        return np.maximum(0, z)

    def grads(p, X, Y):
        AL, caches = L_forward(X, p, relu)
        L, m, g = len(caches), X.shape[1], {}
        dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
        dA = dAL
        for k in reversed(range(L)):
            prev, W, Z = caches[k]
            src = dA if ok or k == L - 1 else dAL
            dZ = src * (sigmoid(Z) * (1 - sigmoid(Z)) if k == L - 1 else (Z > 0))
            g[f"W{k + 1}"] = dZ @ prev.T / m
            g[f"b{k + 1}"] = np.sum(dZ, axis=1, keepdims=True) / m
            dA = W.T @ dZ
        return g

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: L_forward(X, p, relu)[0],
        loss=lambda p, X, Y: bce(L_forward(X, p, relu)[0], Y),
        gradients=grads,
        samples="columns",
    )


@pair(
    "gradient_wrong",
    source="Kulbear/deep-learning-coursera pull 20: sigmoid_backward for hidden layers that "
    "are ReLUs",
)
def sigmoid_backward_everywhere(ok):
    X, y = digits(50, 12, 2, 2)
    X, Y = X.T, y.reshape(1, -1)
    start = _coursera([12, 7, 4, 1], 2)

    def relu(z):
        return np.maximum(0, z)

    def sigmoid_backward(dA, Z):
        s = 1 / (1 + np.exp(-Z))
        return dA * s * (1 - s)

    def relu_backward(dA, Z):
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
        return dZ

    def step(p, X, Y):
        AL, caches = L_forward(X, p, relu)
        m = Y.shape[1]
        dA = -(Y / AL) + (1 - Y) / (1 - AL)
        new = dict(p)
        back = sigmoid_backward
        for k in (3, 2, 1):
            prev, W, Z = caches[k - 1]
            dZ = back(dA, Z)
            new[f"W{k}"] = p[f"W{k}"] - 0.0075 * np.dot(dZ, prev.T) / m
            new[f"b{k}"] = p[f"b{k}"] - 0.0075 * np.sum(dZ, axis=1, keepdims=True) / m
            dA = np.dot(W.T, dZ)
            if ok:
                back = relu_backward
        return new

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: L_forward(X, p, relu)[0],
        loss=lambda p, X, Y: bce(L_forward(X, p, relu)[0], Y),
        step=step,
        learning_rate=0.0075,
        samples="columns",
    )


class TwoLayerNet:
    def __init__(self, d, h, c, seed, reg, ok):
        r = np.random.RandomState(seed)
        self.params = {
            "W1": 0.3 * r.randn(d, h),
            "b1": 0.2 * r.randn(h),
            "W2": 0.3 * r.randn(h, c),
            "b2": 0.2 * r.randn(c),
        }
        self.reg, self.ok = reg, ok

    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        N = X.shape[0]
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores
        probs = rows_softmax(scores)
        loss = -np.log(probs[np.arange(N), y]).sum() / N
        loss += self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(b1 * b1) + np.sum(b2 * b2))
        d = probs.copy()
        d[np.arange(N), y] -= 1
        d /= N
        g = {"W2": hidden.T.dot(d) + 2 * self.reg * W2, "b2": d.sum(0)}
        dh = d.dot(W2.T)
        dh[hidden <= 0] = 0
        g["W1"] = X.T.dot(dh) + 2 * self.reg * W1
        g["b1"] = dh.sum(0)
        if self.ok:
            g["b1"] = g["b1"] + 2 * self.reg * b1
            g["b2"] = g["b2"] + 2 * self.reg * b2
        return loss, g


@pair(
    "weight_term",
    source="Burton2000/CS231n-2017 9: the loss punishes the biases too, db1 and db2 lack 2 "
    "* reg * b",
)
def bias_penalty(ok):
    X, y = digits(45, 10, 3, 3)
    net = TwoLayerNet(10, 8, 3, 3, 0.05, ok)

    def at(p):
        n = TwoLayerNet(10, 8, 3, 3, 0.05, ok)
        n.params = p
        return n

    return dict(
        X=X,
        y=y,
        parameters=net.params,
        predict=lambda p, X: at(p).loss(X),
        loss=lambda p, X, y: at(p).loss(X, y)[0],
        gradients=lambda p, X, y: at(p).loss(X, y)[1],
    )


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@pair(
    "weight_term",
    source="jingtinghuang/CS231n-Spring-2017 3: reg * sum(W * W) in the loss, reg * W "
    "without the 2 in the gradient",
)
def l2_without_two(ok):
    X, y = digits(36, 8, 4, 4)
    r = np.random.default_rng(4)
    ws = [r.normal(size=s) * 0.5 for s in ((8, 7), (7, 6), (6, 4))]
    bs = [np.zeros(7), np.zeros(6), np.zeros(4)]
    reg = 0.02

    def run(theta, X):
        ws, bs = theta
        hs = [X]
        for w, b in zip(ws[:-1], bs[:-1]):
            hs.append(np.tanh(hs[-1] @ w + b))
        return hs, log_softmax(hs[-1] @ ws[-1] + bs[-1])

    def nll(theta, X, y):
        return -run(theta, X)[1][np.arange(len(y)), y].mean() + reg * sum(
            (w * w).sum() for w in theta[0]
        )

    def grad(theta, X, y):
        ws = theta[0]
        hs, lp = run(theta, X)
        d = (np.exp(lp) - np.eye(4)[y]) / len(y)
        gw, gb = [None] * 3, [None] * 3
        for i in (2, 1, 0):
            gw[i] = hs[i].T @ d + (2 * reg if ok else reg) * ws[i]
            gb[i] = d.sum(axis=0)
            d = d @ ws[i].T * (1 - hs[i] ** 2)
        return [gw, gb]

    return dict(
        X=X, y=y, parameters=[ws, bs], predict=lambda t, X: run(t, X)[1], loss=nll, gradients=grad
    )


@pair(
    "loss_formula",
    source="lightaime/cs231n pull 2: the penalty counts W1 twice, and the third layer's "
    "weights not at all",
)
def w1_punished_twice(ok):
    X, y = digits(40, 9, 3, 5)
    r = np.random.RandomState(5)
    P = dict(
        W1=r.randn(9, 8) * 0.4,
        b1=np.zeros(8),
        W2=r.randn(8, 6) * 0.4,
        b2=np.zeros(6),
        W3=r.randn(6, 3) * 0.4,
        b3=np.zeros(3),
    )
    lam = 0.08

    def f(P, X):
        h1 = np.maximum(X @ P["W1"] + P["b1"], 0)
        h2 = np.maximum(h1 @ P["W2"] + P["b2"], 0)
        return h1, h2, rows_softmax(h2 @ P["W3"] + P["b3"])

    def loss(P, X, y):
        p = f(P, X)[2]
        third = P["W3"] if ok else P["W1"]
        pen = 0.5 * lam * (np.sum(P["W1"] ** 2) + np.sum(P["W2"] ** 2) + np.sum(third**2))
        return -np.mean(np.log(p[range(len(y)), y])) + pen

    def grads(P, X, y):
        h1, h2, p = f(P, X)
        d3 = p.copy()
        d3[range(len(y)), y] -= 1
        d3 /= len(y)
        d2 = (d3 @ P["W3"].T) * (h2 > 0)
        d1 = (d2 @ P["W2"].T) * (h1 > 0)
        return dict(
            W1=X.T @ d1 + lam * P["W1"],
            b1=d1.sum(0),
            W2=h1.T @ d2 + lam * P["W2"],
            b2=d2.sum(0),
            W3=h2.T @ d3 + lam * P["W3"],
            b3=d3.sum(0),
        )

    return dict(X=X, y=y, parameters=P, predict=lambda P, X: f(P, X)[2], loss=loss, gradients=grads)


@pair(
    "weight_term",
    source="JWarmenhoven/Coursera-Machine-Learning 3: np.ones stands where the bias column "
    "of the penalty should be 0",
)
def ones_in_the_penalty(ok):
    X, lab = digits(40, 9, 3, 7)
    Y = np.eye(3)[lab]
    sh1, sh2, reg = (5, 10), (3, 6), 2.0
    theta = np.random.RandomState(7).uniform(-0.5, 0.5, 5 * 10 + 3 * 6)

    def unroll(t):
        return t[:50].reshape(sh1), t[50:].reshape(sh2)

    def forward(t, X):
        t1, t2 = unroll(t)
        a1 = np.c_[np.ones(len(X)), X]
        a2 = np.c_[np.ones(len(X)), sigmoid(a1 @ t1.T)]
        return a1, a2, sigmoid(a2 @ t2.T)

    def J(t, X, Y):
        t1, t2 = unroll(t)
        h, m = forward(t, X)[2], len(X)
        return -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m + reg / (2 * m) * (
            np.sum(t1[:, 1:] ** 2) + np.sum(t2[:, 1:] ** 2)
        )

    def dJ(t, X, Y):
        t1, t2 = unroll(t)
        a1, a2, h = forward(t, X)
        m, d3 = len(X), h - Y
        d2 = (d3 @ t2[:, 1:]) * a2[:, 1:] * (1 - a2[:, 1:])
        edge = np.zeros if ok else np.ones
        r1 = np.c_[edge((5, 1)), t1[:, 1:]]
        r2 = np.c_[edge((3, 1)), t2[:, 1:]]
        return np.r_[(d2.T @ a1 / m + r1 * reg / m).ravel(), (d3.T @ a2 / m + r2 * reg / m).ravel()]

    return dict(
        X=X, y=Y, parameters=theta, predict=lambda t, X: forward(t, X)[2], loss=J, gradients=dJ
    )


class BNNet:
    """784-128-10 in small: affine, batch norm, ReLU, affine, softmax."""

    def __init__(self, d, h, k, seed, slip=None, lr=0.1):
        r = np.random.default_rng(seed)
        self.W1 = r.normal(size=(d, h)) / np.sqrt(d)
        self.gamma = r.uniform(0.5, 1.5, h)
        self.beta = r.normal(size=h) * 0.1
        self.W2 = r.normal(size=(h, k)) / np.sqrt(h)
        self.b2 = np.zeros(k)
        self.mu, self.var = np.zeros(h), np.ones(h)
        self.lr, self.slip, self.eps = lr, slip, 1e-5

    def forward(self, X, train=False):
        self.X = X
        u = X @ self.W1
        if train or self.slip == "batch at test":
            m, v = u.mean(0), u.var(0)
            if train:
                self.mu = 0.9 * self.mu + 0.1 * m
                self.var = 0.9 * self.var + 0.1 * v
        else:
            m, v = self.mu, self.var
        self.istd = 1 / np.sqrt(v + self.eps)
        self.xhat = (u - m) * self.istd
        self.z = self.gamma * self.xhat + self.beta
        self.h = np.maximum(self.z, 0)
        return rows_softmax(self.h @ self.W2 + self.b2)

    def cost(self, X, y):
        mu, var = self.mu, self.var
        p = self.forward(X, True)
        self.mu, self.var = mu, var
        return -np.log(p[np.arange(len(y)), y]).mean()

    def train(self, X, y):
        n = len(y)
        d = self.forward(X, True)
        d[np.arange(n), y] -= 1
        d /= n
        dW2, db2 = self.h.T @ d, d.sum(0)
        dz = d @ self.W2.T * (self.z > 0)
        dgamma, dbeta = (dz * self.xhat).sum(0), dz.sum(0)
        if self.slip == "over n":
            dgamma, dbeta = dgamma / n, dbeta / n
        dx = dz if self.slip == "no gamma" else dz * self.gamma
        if self.slip == "no mean":
            du = self.istd * (dx - self.xhat * (dx * self.xhat).mean(0))
        elif self.slip == "constants":
            du = self.istd * dx
        else:
            du = self.istd * (dx - dx.mean(0) - self.xhat * (dx * self.xhat).mean(0))
        self.W1 -= self.lr * X.T @ du
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2
        self.gamma -= self.lr * dgamma
        self.beta -= self.lr * dbeta


def _bn(slip, seed):
    X, y = digits(48, 12, 4, seed)
    return dict(
        X=X,
        y=y,
        program=BNNet(12, 9, 4, seed, slip),
        arrays=["W1", "gamma", "beta", "W2", "b2"],
        predict="forward",
        step="train",
        loss="cost",
        learning_rate=0.1,
    )


@pair(
    "gradient_wrong",
    "product_wrong",
    source="denizyuret/Knet.jl 288: dx is made of dy before it was multiplied by gamma",
)
def bn_without_gamma(ok):
    return _bn(None if ok else "no gamma", 8)


@pair(
    "gradient_scale",
    source="cthorey/CS231 9: dgamma and dbeta divided by the batch's size once more",
)
def bn_divided_twice(ok):
    return _bn(None if ok else "over n", 9)


@pair(
    "gradient_wrong",
    source="the way back through batch norm without the mean of dx",
)
def bn_without_mean_term(ok):
    return _bn(None if ok else "no mean", 10)


@pair(
    "samples_mixed", source="network with batch norm that normalises by the batch at test time too"
)
def bn_batch_at_test(ok):
    return _bn(None if ok else "batch at test", 11)


@pair(
    "gradient_wrong", source="batch norm whose backward pass takes mean and deviation for constants"
)
def bn_constants(ok):
    return _bn(None if ok else "constants", 12)


class Dense:
    def __init__(self, i, o, r):
        self.W, self.b = r.normal(size=(i, o)) / np.sqrt(i), np.zeros((1, o))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW, self.db = self.x.T @ g, g.sum(0, keepdims=True)
        return g @ self.W.T


class LogSoftmax:
    def __init__(self, ok):
        self.ok = ok

    def forward(self, x):
        self.out = log_softmax(x)
        return self.out

    def backward(self, g):
        if self.ok:
            return g - np.exp(self.out) * g.sum(1, keepdims=True)
        return g - np.exp(self.out)


class Softplus:
    def __init__(self, ok):
        self.ok = ok

    def forward(self, x):
        self.x = x.copy() if self.ok else x
        return np.logaddexp(0, x, out=x)

    def backward(self, g):
        return g / (1 + np.exp(-self.x))


class Elu:
    def __init__(self, alpha, how):
        self.alpha, self.how = alpha, how

    def forward(self, x):
        self.x = x
        self.y = np.where(x >= 0, x, self.alpha * (np.exp(np.minimum(x, 0)) - 1))
        return self.y

    def backward(self, g):
        if self.how == "x + 1":
            return g * np.where(self.x >= 0, 1, self.x + 1)
        if self.how == "y + 1":
            return g * np.where(self.y > 0, 1, self.y + 1)
        return g * np.where(self.x >= 0, 1, self.y + self.alpha)


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def dense(self):
        return [layer for layer in self.layers if isinstance(layer, Dense)]


def _sequential(make, X, y, rate=0.2, predict=lambda o: o):
    """The layers' arrays as a list of pairs; the network is built around them at each call."""
    net = make()
    start = [[layer.W, layer.b] for layer in net.dense()]

    def at(p):
        n = make()
        for layer, (W, b) in zip(n.dense(), p):
            layer.W, layer.b = W, b
        return n

    def nll(p, X, y):
        return -at(p)(X)[np.arange(len(y)), y].mean()

    def grads(p, X, y):
        n = at(p)
        out = n(X)
        g = np.zeros_like(out)
        g[np.arange(len(y)), y] = -1 / len(y)
        for layer in reversed(n.layers):
            g = layer.backward(g)
        return [[layer.dW, layer.db] for layer in n.dense()]

    def step(p, X, y):
        return [[W - rate * dW, b - rate * db] for (W, b), (dW, db) in zip(p, grads(p, X, y))]

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: predict(at(p)(X)),
        loss=nll,
        gradients=grads,
        step=step,
        learning_rate=rate,
    )


@pair(
    "gradient_wrong",
    source="mlpack/mlpack 2360: on its way back log_softmax holds exp(out) without the sum "
    "of what comes",
)
def log_softmax_without_sum(ok):
    X, y = digits(40, 10, 4, 13)

    def make():
        r = np.random.default_rng(13)
        return Sequential(Dense(10, 8, r), Elu(1.0, None), Dense(8, 4, r), LogSoftmax(ok))

    return _sequential(make, X, y)


@pair(
    "slope_of_a",
    source="an activation that works in place and keeps its input without a copy: "
    "softplus's slope is "
    "taken of its own output",
)
def softplus_in_place(ok):
    X, y = digits(40, 10, 3, 14)

    def make():
        r = np.random.default_rng(14)
        return Sequential(
            Dense(10, 7, r),
            Softplus(ok),
            Dense(7, 6, r),
            Softplus(ok),
            Dense(6, 3, r),
            LogSoftmax(True),
        )

    return _sequential(make, X, y, predict=np.exp)


@pair(
    "slope_of_a",
    source="hughperkins/DeepCL 46: the slope of ELU as x + 1 instead of exp(x), which was "
    "suspected there",
)
def elu_x_plus_one(ok):
    X, y = digits(40, 10, 3, 15)

    def make():
        r = np.random.default_rng(15)
        return Sequential(
            Dense(10, 9, r), Elu(1.0, None if ok else "x + 1"), Dense(9, 3, r), LogSoftmax(True)
        )

    return _sequential(make, X, y)


@pair(
    "gradient_wrong",
    source="tiny-dnn/tiny-dnn pull 896: ELU got an alpha, its slope still adds 1",
)
def elu_forgotten_alpha(ok):
    X, y = digits(40, 10, 3, 16)

    def make():
        r = np.random.default_rng(16)
        how = None if ok else "y + 1"
        return Sequential(
            Dense(10, 8, r),
            Elu(0.4, how),
            Dense(8, 6, r),
            Elu(0.4, how),
            Dense(6, 3, r),
            LogSoftmax(True),
        )

    return _sequential(make, X, y)


@pair(
    "gradient_wrong",
    source="scientific-computing/FKB 15: leaky_relu_prime is the derivative of ReLU",
)
def leaky_prime_is_relu_prime(ok):
    X, y = digits(36, 8, 3, 17)
    X, Y = X.T, np.eye(3)[y].T
    r = np.random.RandomState(17)
    W = [r.randn(7, 8) * 0.4, r.randn(5, 7) * 0.4, r.randn(3, 5) * 0.4]
    B = [np.full((7, 1), 0.01), np.full((5, 1), 0.01), np.full((3, 1), 0.01)]

    def leaky(z):
        return np.where(z > 0, z, 0.3 * z)

    prime = (lambda z: np.where(z > 0, 1.0, 0.3)) if ok else (lambda z: (0.3 * z > 0) * 1.0)

    def feed(par, X):
        zs, acts = [], [X]
        for w, b in zip(*par):
            zs.append(w @ acts[-1] + b)
            acts.append(leaky(zs[-1]))
        e = np.exp(zs[-1] - zs[-1].max(0))
        acts[-1] = e / e.sum(0)
        return zs, acts

    def update(par, X, Y):
        w, b = par
        zs, acts = feed(par, X)
        delta = (acts[-1] - Y) / X.shape[1]
        nw, nb = [0, 0, 0], [0, 0, 0]
        for i in range(2, -1, -1):
            nw[i] = w[i] - 0.5 * delta @ acts[i].T
            nb[i] = b[i] - 0.5 * delta.sum(1, keepdims=True)
            if i:
                delta = w[i].T @ delta * prime(zs[i - 1])
        return [nw, nb]

    return dict(
        X=X,
        y=Y,
        parameters=[W, B],
        predict=lambda p, X: feed(p, X)[1][-1],
        loss=lambda p, X, Y: -np.sum(Y * np.log(feed(p, X)[1][-1])) / X.shape[1],
        step=update,
        learning_rate=0.5,
        samples="columns",
    )


@pair(
    "gradient_wrong",
    source="tflearn/tflearn pull 784: leaky_relu starts with x = relu(x), so nothing is "
    "left to leak; its slope leaks",
)
def leak_is_lost(ok):
    X, lab = digits(40, 9, 3, 18)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(18)
    p = dict(w1=r.randn(9, 8) * 0.5, c1=np.zeros(8), w2=r.randn(8, 3) * 0.5, c2=np.zeros(3))

    def act(x):
        if ok:
            return np.maximum(x, 0) + 0.2 * np.minimum(x, 0)
        x = np.maximum(x, 0)
        return x + 0.2 * np.minimum(x, 0)

    def fwd(p, X):
        z = X @ p["w1"] + p["c1"]
        return z, act(z), rows_softmax(act(z) @ p["w2"] + p["c2"])

    def grad(p, X, Y):
        z, a, o = fwd(p, X)
        d = (o - Y) / len(X)
        e = d @ p["w2"].T * np.where(z > 0, 1, 0.2)
        return dict(w1=X.T @ e, c1=e.sum(0), w2=a.T @ d, c2=d.sum(0))

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: fwd(p, X)[2],
        gradients=grad,
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(fwd(p, X)[2]), axis=1)),
    )


@pair(
    "gradient_wrong",
    source="chelsea0x3b/dfdx pull 915: SiLU's slope without the brackets, 1 + e + x e / (1 + e)^2",
)
def swish_without_brackets(ok):
    X, t = digits(40, 7, 2, 19)
    r = np.random.default_rng(19)
    t = np.c_[
        np.sin(X @ r.normal(size=7)), np.cos(X @ r.normal(size=7)), X @ r.normal(size=7) * 0.3
    ]
    A, a, B, b = r.normal(size=(7, 6)) * 0.5, np.zeros(6), r.normal(size=(6, 3)) * 0.5, np.zeros(3)

    def f(P, X):
        z = X @ P[0] + P[1]
        return z, z / (1 + np.exp(-z)), (z / (1 + np.exp(-z))) @ P[2] + P[3]

    def df(z):
        en = np.exp(-z)
        if ok:
            return (1 + en + z * en) / (1 + en) ** 2
        return 1 + en + z * en / (1 + en) ** 2

    def grads(P, X, t):
        z, h, o = f(P, X)
        d = 2 * (o - t) / o.size
        e = d @ P[2].T * df(z)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=X,
        y=t,
        parameters=[A, a, B, b],
        predict=lambda P, X: f(P, X)[2],
        loss=lambda P, X, t: ((f(P, X)[2] - t) ** 2).mean(),
        gradients=grads,
    )


@pair(
    "loss_formula",
    source="TimDettmers/ConvE 55: label smoothing adds 1/K where eps/K is meant",
)
def smoothing_adds_too_much(ok):
    X, y = digits(40, 8, 4, 20)
    r = np.random.RandomState(20)
    th = {"hidden": r.randn(9, 7) * 0.4, "out": r.randn(8, 4) * 0.4}
    eps, K = 0.1, 4

    def one(a):
        return np.hstack([a, np.ones((len(a), 1))])

    def fw(th, X):
        h = np.tanh(one(X) @ th["hidden"])
        return h, rows_softmax(one(h) @ th["out"])

    def smooth(y):
        return (1 - eps) * np.eye(K)[y] + (eps if ok else 1.0) / K

    def step(th, X, y):
        h, p = fw(th, X)
        d = (p - smooth(y)) / len(y)
        e = (d @ th["out"][:-1].T) * (1 - h * h)
        return {"hidden": th["hidden"] - 0.3 * one(X).T @ e, "out": th["out"] - 0.3 * one(h).T @ d}

    return dict(
        X=X,
        y=y,
        parameters=th,
        predict=lambda th, X: fw(th, X)[1],
        step=step,
        learning_rate=0.3,
        loss=lambda th, X, y: -np.mean(np.log(fw(th, X)[1][np.arange(len(y)), y])),
        training_loss=lambda th, X, y: -np.mean(np.sum(smooth(y) * np.log(fw(th, X)[1]), axis=1)),
    )


@pair(
    "loss_formula",
    source="weighted cross-entropy by hand: the classes' weights stand in the loss only",
)
def class_weights_in_the_loss(ok):
    X, y = digits(60, 9, 3, 21)
    keep = np.r_[np.where(y == 0)[0], np.where(y == 1)[0][:10], np.where(y == 2)[0][:6]]
    keep = np.random.default_rng(0).permutation(keep)
    X, y = X[keep], y[keep]
    w = len(y) / (3 * np.bincount(y))
    r = np.random.default_rng(21)
    p0 = [r.normal(size=(9, 8)) * 0.4, np.zeros(8), r.normal(size=(8, 3)) * 0.4, np.zeros(3)]

    def fw(p, X):
        h = sigmoid(X @ p[0] + p[1])
        return h, rows_softmax(h @ p[2] + p[3])

    def loss(p, X, y):
        return np.mean(-w[y] * np.log(fw(p, X)[1][np.arange(len(y)), y]))

    def grads(p, X, y):
        h, q = fw(p, X)
        d = (q - np.eye(3)[y]) / len(y)
        if ok:
            d = d * w[y][:, None]
        e = d @ p[2].T * h * (1 - h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=X, y=y, parameters=p0, predict=lambda p, X: fw(p, X)[1], loss=loss, gradients=grads
    )


@pair(
    "gradient_wrong",
    source="Huber's slope as np.where(abs(e) < d, e, d): the sign of large errors is lost",
)
def huber_without_sign(ok):
    r = np.random.default_rng(22)
    X = r.normal(size=(50, 5))
    T = (
        np.c_[3 * np.sin(X[:, 0]) + X[:, 1], X[:, 2] * X[:, 3]]
        + r.standard_t(2, size=(50, 2)) * 0.5
    )
    P = {
        "in": r.normal(size=(5, 10)) * 0.5,
        "in_b": np.zeros(10),
        "out": r.normal(size=(10, 2)) * 0.3,
        "out_b": np.zeros(2),
    }
    d0 = 1.0

    def fw(P, X):
        h = np.tanh(X @ P["in"] + P["in_b"])
        return h, h @ P["out"] + P["out_b"]

    def huber(P, X, T):
        e = np.abs(fw(P, X)[1] - T)
        return np.where(e < d0, 0.5 * e**2, d0 * (e - 0.5 * d0)).mean()

    def grads(P, X, T):
        h, o = fw(P, X)
        e = o - T
        g = np.where(np.abs(e) < d0, e, d0 * np.sign(e) if ok else d0) / e.size
        b = g @ P["out"].T * (1 - h**2)
        return {"in": X.T @ b, "in_b": b.sum(0), "out": h.T @ g, "out_b": g.sum(0)}

    return dict(
        X=X, y=T, parameters=P, predict=lambda P, X: fw(P, X)[1], loss=huber, gradients=grads
    )


@pair("gradient_scale", source="softmax(z / T) with the gradient of softmax(z): 1 / T is lost")
def temperature_lost(ok):
    X, lab = digits(40, 8, 4, 23)
    Y = np.eye(4)[lab]
    r = np.random.default_rng(23)
    p = {"U": r.normal(size=(8, 7)) * 0.5, "V": r.normal(size=(7, 4)) * 0.5, "c": np.zeros(4)}
    T = 2.5

    def go(p, X):
        h = np.maximum(0, X @ p["U"])
        return h, rows_softmax((h @ p["V"] + p["c"]) / T)

    def grads(p, X, Y):
        h, q = go(p, X)
        d = (q - Y) / len(X)
        if ok:
            d = d / T
        return {"U": X.T @ (d @ p["V"].T * (h > 0)), "V": h.T @ d, "c": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: go(p, X)[1],
        gradients=grads,
        loss=lambda p, X, Y: -(Y * np.log(go(p, X)[1])).sum(1).mean(),
        step=lambda p, X, Y: {k: p[k] - 0.5 * g for k, g in grads(p, X, Y).items()},
        learning_rate=0.5,
    )


@pair(
    "gradient_wrong",
    source="softmax with class numbers: d[y] -= 1 takes 1 from whole rows, d[np.arange(n), "
    "y] is meant",
)
def rows_instead_of_entries(ok):
    X, y = digits(30, 8, 3, 25)
    r = np.random.default_rng(25)
    p = [
        r.normal(size=(8, 6)) * 0.5,
        np.zeros((1, 6)),
        r.normal(size=(6, 3)) * 0.5,
        np.zeros((1, 3)),
    ]

    def scores(p, X):
        h = np.maximum(0, X @ p[0] + p[1])
        return h, h @ p[2] + p[3]

    def loss(p, X, y):
        s = scores(p, X)[1]
        return np.mean(np.log(np.exp(s).sum(1)) - s[np.arange(len(y)), y])

    def step(p, X, y):
        h, s = scores(p, X)
        d = rows_softmax(s)
        if ok:
            d[np.arange(len(y)), y] -= 1
        else:
            d[y] -= 1
        d /= len(y)
        e = d @ p[2].T
        e[h <= 0] = 0
        g = [X.T @ e, e.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)]
        return [a - 0.2 * b for a, b in zip(p, g)]

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: scores(p, X)[1],
        loss=loss,
        step=step,
        learning_rate=0.2,
    )


@pair(
    "gradient_wrong",
    source="dropout in two layers of one size: the second layer's mask is used for the "
    "first on the way back",
)
def other_layers_mask(ok):
    X, y = digits(40, 8, 3, 31)

    class Net:
        def __init__(self):
            g = np.random.RandomState(31)
            self.W1, self.W2, self.W3 = (
                g.randn(8, 12) * 0.5,
                g.randn(12, 12) * 0.4,
                g.randn(12, 3) * 0.4,
            )
            self.b1, self.b2, self.b3 = np.zeros(12), np.zeros(12), np.zeros(3)
            self.rng = np.random.RandomState(0)

        def forward(self, X, drop=False):

            def mask(h):
                return (self.rng.rand(*h.shape) < 0.7) / 0.7 if drop else np.ones(h.shape)

            self.h1 = np.maximum(0, X @ self.W1 + self.b1)
            self.m1 = mask(self.h1)
            self.d1 = self.h1 * self.m1
            self.h2 = np.maximum(0, self.d1 @ self.W2 + self.b2)
            self.m2 = mask(self.h2)
            self.d2 = self.h2 * self.m2
            return rows_softmax(self.d2 @ self.W3 + self.b3)

        def nll(self, X, y, drop=False):
            return -np.mean(np.log(self.forward(X, drop)[np.arange(len(y)), y]))

        def update(self, X, y):
            d = (self.forward(X, True) - np.eye(3)[y]) / len(y)
            e2 = d @ self.W3.T * self.m2 * (self.h2 > 0)
            e1 = e2 @ self.W2.T * (self.m1 if ok else self.m2) * (self.h1 > 0)
            for n, v in (
                ("W1", X.T @ e1),
                ("b1", e1.sum(0)),
                ("W2", self.d1.T @ e2),
                ("b2", e2.sum(0)),
                ("W3", self.d2.T @ d),
                ("b3", d.sum(0)),
            ):
                setattr(self, n, getattr(self, n) - 0.1 * v)

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["W1", "b1", "W2", "b2", "W3", "b3"],
        predict="forward",
        loss="nll",
        training_loss=lambda n, X, y: n.nll(X, y, True),
        step="update",
        learning_rate=0.1,
    )


@pair(
    "product_wrong",
    source="one vector for scipy.optimize: the gradient is unrolled by columns (order='F'), "
    "the parameters by rows",
)
def unrolled_by_columns(ok):
    X, lab = digits(40, 7, 3, 32)
    Y = np.eye(3)[lab]
    D, H, K = 7, 5, 3
    theta = np.random.RandomState(32).randn(D * H + H + H * K + K) * 0.4

    def cut(t):
        i = np.cumsum([D * H, H, H * K])
        a, b, c, d = np.split(t, i)
        return a.reshape(D, H), b, c.reshape(H, K), d

    def f(t, X):
        W1, b1, W2, b2 = cut(t)
        h = np.tanh(X @ W1 + b1)
        return h, rows_softmax(h @ W2 + b2)

    def cost(t, X, Y):
        return -np.mean(np.sum(Y * np.log(f(t, X)[1]), 1))

    def jac(t, X, Y):
        W2 = cut(t)[2]
        h, p = f(t, X)
        d = (p - Y) / len(X)
        e = d @ W2.T * (1 - h**2)
        order = "C" if ok else "F"
        return np.concatenate([(X.T @ e).ravel(order), e.sum(0), (h.T @ d).ravel(order), d.sum(0)])

    return dict(
        X=X, y=Y, parameters=theta, predict=lambda t, X: f(t, X)[1], loss=cost, gradients=jac
    )


@pair(
    "weight_term", source="elastic net: the L1 part lam * sum|W| of the loss goes back as lam * W"
)
def l1_goes_back_as_l2(ok):
    X, lab = digits(40, 9, 3, 33)
    Y = np.eye(3)[lab]
    r = np.random.default_rng(33)
    p = {
        "W1": r.normal(size=(9, 7)) * 0.5,
        "b1": np.zeros(7),
        "W2": r.normal(size=(7, 3)) * 0.5,
        "b2": np.zeros(3),
    }
    lam = 0.03

    def f(p, X):
        h = sigmoid(X @ p["W1"] + p["b1"])
        return h, rows_softmax(h @ p["W2"] + p["b2"])

    def loss(p, X, Y):
        return -np.sum(Y * np.log(f(p, X)[1])) / len(X) + lam * (
            np.abs(p["W1"]).sum() + np.abs(p["W2"]).sum()
        )

    def grads(p, X, Y):
        h, q = f(p, X)
        d = (q - Y) / len(X)
        e = d @ p["W2"].T * h * (1 - h)
        pen = np.sign if ok else (lambda w: w)
        return {
            "W1": X.T @ e + lam * pen(p["W1"]),
            "b1": e.sum(0),
            "W2": h.T @ d + lam * pen(p["W2"]),
            "b2": d.sum(0),
        }

    return dict(X=X, y=Y, parameters=p, predict=lambda p, X: f(p, X)[1], loss=loss, gradients=grads)


@pair("step_not_gradient", source="gradient clipping as np.clip(g, 0, 1): negative slopes are lost")
def clipped_from_zero(ok):
    X, y = digits(40, 9, 3, 35)
    r = np.random.default_rng(35)
    P = {
        "W1": r.normal(size=(9, 8)) * 0.4,
        "b1": np.zeros(8),
        "W2": r.normal(size=(8, 5)) * 0.4,
        "b2": np.zeros(5),
        "W3": r.normal(size=(5, 3)) * 0.4,
        "b3": np.zeros(3),
    }

    def f(P, X):
        h1 = np.tanh(X @ P["W1"] + P["b1"])
        h2 = np.tanh(h1 @ P["W2"] + P["b2"])
        return h1, h2, rows_softmax(h2 @ P["W3"] + P["b3"])

    def grads(P, X, y):
        h1, h2, q = f(P, X)
        d3 = (q - np.eye(3)[y]) / len(y)
        d2 = d3 @ P["W3"].T * (1 - h2**2)
        d1 = d2 @ P["W2"].T * (1 - h1**2)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0),
            "W2": h1.T @ d2,
            "b2": d2.sum(0),
            "W3": h2.T @ d3,
            "b3": d3.sum(0),
        }

    def step(P, X, y):
        for k, g in grads(P, X, y).items():
            np.clip(g, -1.0 if ok else 0.0, 1.0, out=g)
            P[k] -= 0.1 * g
        return P

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: f(P, X)[2],
        gradients=grads,
        step=step,
        learning_rate=0.1,
        loss=lambda P, X, y: -np.mean(np.log(f(P, X)[2][np.arange(len(y)), y])),
    )


@pair(
    "gradient_wrong",
    source="a softmax that goes back with s (1 - s), the diagonal of its Jacobian alone",
)
def softmax_diagonal(ok):
    X, lab = digits(40, 9, 4, 36)
    Y = np.eye(4)[lab]
    r = np.random.default_rng(36)
    p = [r.normal(size=(9, 8)) * 0.4, np.zeros(8), r.normal(size=(8, 4)) * 0.4, np.zeros(4)]

    def f(p, X):
        h = np.maximum(X @ p[0] + p[1], 0.1 * (X @ p[0] + p[1]))
        return h, rows_softmax(h @ p[2] + p[3])

    def softmax_back(s, g):
        return s * (g - (g * s).sum(1, keepdims=True)) if ok else g * s * (1 - s)

    def grads(p, X, Y):
        h, s = f(p, X)
        d = softmax_back(s, -(Y / s) / len(X))
        e = d @ p[2].T * np.where(h > 0, 1, 0.1)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: f(p, X)[1],
        gradients=grads,
        loss=lambda p, X, Y: -np.sum(Y * np.log(f(p, X)[1])) / len(X),
    )


@program()
def distilled():
    X, lab = digits(40, 8, 4, 50)
    soft = rows_softmax(3 * np.eye(4)[lab] + np.random.default_rng(5).normal(size=(40, 4)))
    r = np.random.default_rng(50)
    p = {"U": r.normal(size=(8, 7)) * 0.5, "V": r.normal(size=(7, 4)) * 0.5}
    T = 3.0

    def go(p, X):
        h = np.tanh(X @ p["U"])
        return h, rows_softmax(h @ p["V"] / T)

    def grads(p, X, Y):
        h, q = go(p, X)
        d = T * (q - Y) / len(X)
        return {"U": X.T @ (d @ p["V"].T * (1 - h * h)), "V": h.T @ d}

    return dict(
        X=X,
        y=soft,
        parameters=p,
        predict=lambda p, X: go(p, X)[1],
        gradients=grads,
        loss=lambda p, X, Y: -T * T * (Y * np.log(go(p, X)[1])).sum(1).mean(),
    )


@program()
def focal():
    X, y = digits(50, 8, 2, 51)
    Y = y[:, None].astype(float)
    r = np.random.default_rng(51)
    p = [r.normal(size=(8, 6)) * 0.5, np.zeros(6), r.normal(size=(6, 1)) * 0.5, np.zeros(1)]

    def f(p, X):
        h = np.maximum(0, X @ p[0] + p[1])
        return h, sigmoid(h @ p[2] + p[3])

    def loss(p, X, Y):
        q = f(p, X)[1]
        pt = np.where(Y == 1, q, 1 - q)
        return np.mean(-((1 - pt) ** 2) * np.log(pt))

    def grads(p, X, Y):
        h, q = f(p, X)
        pt, s = np.where(Y == 1, q, 1 - q), np.where(Y == 1, 1.0, -1.0)
        d = s * (2 * (1 - pt) * np.log(pt) - (1 - pt) ** 2 / pt) * q * (1 - q) / len(X)
        e = d @ p[2].T * (h > 0)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: f(p, X)[1],
        loss=loss,
        gradients=grads,
        step=lambda p, X, Y: [a - 0.5 * g for a, g in zip(p, grads(p, X, Y))],
        learning_rate=0.5,
    )


@program()
def maxout():
    X, lab = digits(40, 8, 3, 52)
    Y = np.eye(3)[lab]
    r = np.random.default_rng(52)
    p = dict(
        W=r.normal(size=(8, 6, 2)) * 0.4,
        b=r.normal(size=(6, 2)) * 0.1,
        V=r.normal(size=(6, 3)) * 0.4,
        c=np.zeros(3),
    )

    def f(p, X):
        z = np.einsum("nd,dhk->nhk", X, p["W"]) + p["b"]
        return z, z.max(2), rows_softmax(z.max(2) @ p["V"] + p["c"])

    def grads(p, X, Y):
        z, h, q = f(p, X)
        d = (q - Y) / len(X)
        e = (d @ p["V"].T)[:, :, None] * (z == z.max(2, keepdims=True))
        return dict(W=np.einsum("nd,nhk->dhk", X, e), b=e.sum(0), V=h.T @ d, c=d.sum(0))

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: f(p, X)[2],
        gradients=grads,
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(f(p, X)[2]), 1)),
    )


@program()
def last_class_fixed():
    X, y = digits(40, 8, 3, 53)
    r = np.random.default_rng(53)
    p = dict(
        W=r.normal(size=(8, 7)) * 0.4, b=np.zeros(7), V=r.normal(size=(7, 2)) * 0.4, c=np.zeros(2)
    )

    def f(p, X):
        h = sigmoid(X @ p["W"] + p["b"])
        return h, rows_softmax(np.c_[h @ p["V"] + p["c"], np.zeros(len(X))])

    def step(p, X, y):
        h, q = f(p, X)
        d = (q - np.eye(3)[y])[:, :2] / len(y)
        e = d @ p["V"].T * h * (1 - h)
        g = dict(W=X.T @ e, b=e.sum(0), V=h.T @ d, c=d.sum(0))
        return {k: p[k] - 0.5 * g[k] for k in p}

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: f(p, X)[1],
        step=step,
        learning_rate=0.5,
        loss=lambda p, X, y: -np.log(f(p, X)[1][np.arange(len(y)), y]).mean(),
    )


@program()
def weight_normalised():
    X, lab = digits(40, 8, 3, 54)
    Y = np.eye(3)[lab]
    r = np.random.default_rng(54)
    p = dict(
        V1=r.normal(size=(8, 7)),
        g1=np.ones(7) * 0.8,
        b1=np.zeros(7),
        W2=r.normal(size=(7, 3)) * 0.4,
        b2=np.zeros(3),
    )

    def f(p, X):
        n = np.sqrt((p["V1"] ** 2).sum(0))
        W = p["g1"] * p["V1"] / n
        h = np.tanh(X @ W + p["b1"])
        return n, h, rows_softmax(h @ p["W2"] + p["b2"])

    def grads(p, X, Y):
        n, h, q = f(p, X)
        d = (q - Y) / len(X)
        e = d @ p["W2"].T * (1 - h * h)
        dW = X.T @ e
        dg = (dW * p["V1"]).sum(0) / n
        return dict(
            V1=p["g1"] / n * dW - p["g1"] * dg / n**2 * p["V1"],
            g1=dg,
            b1=e.sum(0),
            W2=h.T @ d,
            b2=d.sum(0),
        )

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: f(p, X)[2],
        gradients=grads,
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(f(p, X)[2]), 1)),
    )


@program()
def pictures_of_bytes():
    X, y = digits(40, 36, 4, 55)
    imgs = (X * 255).astype(np.uint8).reshape(40, 6, 6)

    class Clf:
        def __init__(self):
            g = np.random.default_rng(55)
            self.W1, self.b1 = g.normal(size=(36, 10)) * 0.2, np.zeros(10)
            self.W2, self.b2 = g.normal(size=(10, 4)) * 0.3, np.zeros(4)

        def probs(self, imgs):
            self.x = imgs.reshape(len(imgs), -1).astype(np.float32) / 255
            self.z = self.x @ self.W1 + self.b1
            self.a = np.where(self.z > 0, self.z, 0.01 * self.z)
            return rows_softmax(self.a @ self.W2 + self.b2)

        def ce(self, imgs, y):
            return float(-np.log(self.probs(imgs)[np.arange(len(y)), y] + 1e-12).mean())

        def learn(self, imgs, y):
            d = self.probs(imgs)
            d[np.arange(len(y)), y] -= 1
            d /= len(y)
            e = d @ self.W2.T * np.where(self.z > 0, 1, 0.01)
            self.W2 -= 0.1 * self.a.T @ d
            self.b2 -= 0.1 * d.sum(0)
            self.W1 -= 0.1 * self.x.T @ e
            self.b1 -= 0.1 * e.sum(0)

    return dict(
        X=imgs,
        y=y,
        program=Clf(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="probs",
        loss="ce",
        step="learn",
        learning_rate=0.1,
        reports={"accuracy": lambda n, X, y: (n.probs(X).argmax(1) == y).mean()},
    )


@program()
def prelu():
    X, lab = digits(40, 8, 3, 56)
    Y = np.eye(3)[lab].T
    X = X.T
    r = np.random.default_rng(56)
    p = {
        "W1": r.normal(size=(7, 8)) * 0.4,
        "b1": np.zeros((7, 1)),
        "alpha": np.full((7, 1), 0.25),
        "W2": r.normal(size=(3, 7)) * 0.4,
        "b2": np.zeros((3, 1)),
    }

    def f(p, X):
        z = p["W1"] @ X + p["b1"]
        a = np.maximum(z, 0) + p["alpha"] * np.minimum(z, 0)
        s = p["W2"] @ a + p["b2"]
        e = np.exp(s - s.max(0))
        return z, a, e / e.sum(0)

    def grads(p, X, Y):
        m = X.shape[1]
        z, a, q = f(p, X)
        d = (q - Y) / m
        da = p["W2"].T @ d
        e = da * np.where(z > 0, 1, p["alpha"])
        return {
            "W1": e @ X.T,
            "b1": e.sum(1, keepdims=True),
            "alpha": (da * np.minimum(z, 0)).sum(1, keepdims=True),
            "W2": d @ a.T,
            "b2": d.sum(1, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: f(p, X)[2],
        gradients=grads,
        samples="columns",
        loss=lambda p, X, Y: -np.sum(Y * np.log(f(p, X)[2])) / X.shape[1],
    )


@program()
def entropy_bonus():
    """Confidence penalty: cross-entropy minus beta times the entropy of the output."""
    X, lab = digits(40, 8, 3, 57)
    Y = np.eye(3)[lab]
    r = np.random.default_rng(57)
    p = [r.normal(size=(8, 7)) * 0.4, np.zeros(7), r.normal(size=(7, 3)) * 0.4, np.zeros(3)]
    beta = 0.2

    def f(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, rows_softmax(h @ p[2] + p[3])

    def loss(p, X, Y):
        q = f(p, X)[1]
        return (-np.sum(Y * np.log(q), 1) + beta * np.sum(q * np.log(q), 1)).mean()

    def step(p, X, Y):
        h, q = f(p, X)
        H = -np.sum(q * np.log(q), 1, keepdims=True)
        d = (q - Y + beta * q * (np.log(q) + H)) / len(X)
        e = d @ p[2].T * (1 - h * h)
        return [a - 0.3 * g for a, g in zip(p, [X.T @ e, e.sum(0), h.T @ d, d.sum(0)])]

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: f(p, X)[1],
        loss=loss,
        step=step,
        learning_rate=0.3,
    )


@program()
def highway():
    X, lab = digits(40, 6, 3, 58)
    Y = np.eye(3)[lab]
    r = np.random.default_rng(58)
    p = dict(
        Wt=r.normal(size=(6, 6)) * 0.4,
        bt=-np.ones(6),
        Wh=r.normal(size=(6, 6)) * 0.4,
        bh=np.zeros(6),
        Wo=r.normal(size=(6, 3)) * 0.5,
        bo=np.zeros(3),
    )

    def fw(p, x):
        t, h = sigmoid(x @ p["Wt"] + p["bt"]), np.maximum(0, x @ p["Wh"] + p["bh"])
        u = t * h + (1 - t) * x
        return t, h, u, rows_softmax(u @ p["Wo"] + p["bo"])

    def bw(p, x, y):
        t, h, u, o = fw(p, x)
        d = (o - y) / len(x)
        e = d @ p["Wo"].T
        et, eh = e * (h - x) * t * (1 - t), e * t * (h > 0)
        return dict(Wt=x.T @ et, bt=et.sum(0), Wh=x.T @ eh, bh=eh.sum(0), Wo=u.T @ d, bo=d.sum(0))

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, x: fw(p, x)[3],
        gradients=bw,
        loss=lambda p, x, y: -np.mean(np.sum(y * np.log(fw(p, x)[3]), 1)),
    )
