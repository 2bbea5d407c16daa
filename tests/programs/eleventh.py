"""Programs after public questions, each beside itself mended, and sound ones that look odd.

They were written before their author had read a rule. ``ok`` is the one line that is mended.
"""

import random
from itertools import pairwise

import numpy as np

from programs.case import CASES, pair, program, sigmoid


def xor():
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)


def blobs(n, d, k, seed, spread=1.0):
    r = np.random.default_rng(seed)
    centres = r.normal(size=(k, d)) * 2
    y = np.arange(n) % k
    r.shuffle(y)
    return centres[y] + spread * r.normal(size=(n, d)), y


def moons(n, seed):
    r = np.random.default_rng(seed)
    t = r.uniform(0, np.pi, n)
    y = np.arange(n) % 2
    X = np.where(
        y[:, None] == 0, np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)]
    )
    return X + 0.1 * r.normal(size=X.shape), y


@pair(
    "loss_formula",
    source="a question on XOR whose loss stays near 0.6: the printed cost has the wrong sign in "
    "the (1 - y) term: -y log a + (1 - y) log(1 - a)",
)
def xor_cost_sign(ok):
    X, y = xor()
    X, Y = X.T, y.T
    m = 4
    r = np.random.RandomState(3)
    start = {
        "w1": r.randn(5, 2),
        "b1": np.zeros((5, 1)),
        "w2": r.randn(1, 5),
        "b2": np.zeros((1, 1)),
    }

    def forward(p, X):
        A1 = sigmoid(np.dot(p["w1"], X) + p["b1"])
        return A1, sigmoid(np.dot(p["w2"], A1) + p["b2"])

    def cost(p, X, Y):
        A2 = forward(p, X)[1]
        if ok:
            return np.sum(-Y * np.log(A2) - (1 - Y) * np.log(1 - A2)) / m
        return np.sum(-Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

    def grads(p, X, Y):
        A1, A2 = forward(p, X)
        dZ2 = A2 - Y
        dZ1 = np.dot(p["w2"].T, dZ2) * A1 * (1 - A1)
        return {
            "w1": np.dot(dZ1, X.T) / m,
            "b1": dZ1.sum(1, keepdims=True) / m,
            "w2": np.dot(dZ2, A1.T) / m,
            "b2": dZ2.sum(1, keepdims=True) / m,
        }

    def step(p, X, Y):
        g = grads(p, X, Y)
        return {k: p[k] - 0.1 * g[k] for k in p}

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=cost,
        gradients=grads,
        step=step,
        learning_rate=0.1,
        samples="columns",
    )


@pair(
    "parameter_shape",
    "axis_missing",
    source="pytroubles 1785: bias gradient summed over axis 1 instead of 0: (n, 1), so that the "
    "bias becomes (n, 10)",
)
def mnist_bias_axis(ok):
    X, lab = blobs(60, 16, 4, 1)
    Y = np.eye(4)[lab]
    r = np.random.RandomState(0)
    w = dict(
        w_in=r.randn(16, 10) * 0.3, b_in=np.zeros(10), w_out=r.randn(10, 4) * 0.3, b_out=np.zeros(4)
    )

    def forward(w, x):
        z1 = x.dot(w["w_in"]) + w["b_in"]
        a1 = np.maximum(z1, 0)
        z2 = a1.dot(w["w_out"]) + w["b_out"]
        e = np.exp(z2 - z2.max(axis=1, keepdims=True))
        return z1, a1, e / e.sum(axis=1, keepdims=True)

    def loss(w, x, y):
        return -np.mean(np.sum(y * np.log(forward(w, x)[2] + 1e-12), axis=1))

    def step(w, x, y):
        z1, a1, a2 = forward(w, x)
        n = len(x)
        d2 = (a2 - y) / n
        d1 = d2.dot(w["w_out"].T) * (z1 > 0)
        ax = 0 if ok else 1
        kd = dict(axis=ax) if ok else dict(axis=ax, keepdims=True)
        return dict(
            w_in=w["w_in"] - 0.1 * x.T.dot(d1),
            b_in=w["b_in"] - 0.1 * d1.sum(**kd),
            w_out=w["w_out"] - 0.1 * a1.T.dot(d2),
            b_out=w["b_out"] - 0.1 * d2.sum(**kd),
        )

    return dict(
        X=X,
        y=Y,
        parameters=w,
        predict=lambda w, x: forward(w, x)[2],
        loss=loss,
        step=step,
        learning_rate=0.1,
    )


@pair(
    "parameter_not_moved",
    source="an answer on stackoverflow: update_params writes db1 = b1 - alpha*db1, so that the "
    "biases never change",
)
def db_updated(ok):
    X, lab = blobs(80, 20, 3, 2)
    X, Y = X.T, np.eye(3)[lab].T
    r = np.random.RandomState(1)
    start = [r.randn(10, 20) * 0.2, r.randn(10, 1) * 0.1, r.randn(3, 10) * 0.3, r.randn(3, 1) * 0.1]

    def forward_prop(W1, b1, W2, b2, X):
        Z1 = W1.dot(X) + b1
        A1 = np.maximum(Z1, 0)
        Z2 = W2.dot(A1) + b2
        A2 = np.exp(Z2 - Z2.max(0)) / np.exp(Z2 - Z2.max(0)).sum(0)
        return Z1, A1, A2

    def back_prop(W1, b1, W2, b2, X, Y):
        Z1, A1, A2 = forward_prop(W1, b1, W2, b2, X)
        m = X.shape[1]
        dZ2 = A2 - Y
        dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
        return (
            1 / m * dZ1.dot(X.T),
            1 / m * dZ1.sum(1, keepdims=True),
            1 / m * dZ2.dot(A1.T),
            1 / m * dZ2.sum(1, keepdims=True),
        )

    def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
        W1 = W1 - alpha * dW1
        W2 = W2 - alpha * dW2
        if ok:
            b1 = b1 - alpha * db1
            b2 = b2 - alpha * db2
        else:
            db1 = b1 - alpha * db1
            db2 = b2 - alpha * db2
        return [W1, b1, W2, b2]

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: forward_prop(*p, X)[2],
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(forward_prop(*p, X)[2] + 1e-15), axis=0)),
        step=lambda p, X, Y: update_params(*p, *back_prop(*p, X, Y), 0.1),
        learning_rate=0.1,
        samples="columns",
    )


@pair(
    "printed_number",
    source="stackoverflow 76473561: accuracy takes argmax over axis 0 (the samples) though samples"
    " are rows",
)
def accuracy_axis0(ok):
    X, lab = blobs(50, 8, 3, 4)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(2)
    start = dict(
        w1=r.randn(8, 20) * 0.3, b1=np.zeros((1, 20)), w2=r.randn(20, 3) * 0.3, b2=np.zeros((1, 3))
    )

    def f(p, a0):
        z1 = a0 @ p["w1"] + p["b1"]
        a1 = np.maximum(z1, 0)
        z2 = a1 @ p["w2"] + p["b2"]
        e = np.exp(z2 - z2.max(1, keepdims=True))
        return z1, a1, e / e.sum(1, keepdims=True)

    def grads(p, x, y):
        m = len(x)
        z1, a1, a2 = f(p, x)
        d = a2 - y
        h = d @ p["w2"].T * (z1 > 0)
        return dict(
            w1=x.T @ h / m,
            b1=h.sum(0, keepdims=True) / m,
            w2=a1.T @ d / m,
            b2=d.sum(0, keepdims=True) / m,
        )

    def accuracy(p, x, y):
        ax = 1 if ok else 0
        return np.sum(np.argmax(f(p, x)[2], ax) == np.argmax(y, ax)) / np.argmax(y, ax).size

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, x: f(p, x)[2],
        gradients=grads,
        loss=lambda p, x, y: -np.mean(np.log(np.sum(f(p, x)[2] * y, 1))),
        reports={"accuracy": accuracy},
    )


@pair("samples_mixed", source="stats.SE 550353: softmax divides by the sum over the whole batch")
def softmax_over_batch(ok):
    X, lab = blobs(30, 6, 4, 5)
    Y = np.eye(4)[lab]
    r = np.random.RandomState(4)
    w = [r.randn(9, 6) * 0.5, r.randn(4, 9) * 0.5]
    b = [np.zeros((9, 1)), np.zeros((4, 1))]

    def softmax(x):
        z = np.exp(x - x.max())
        return z / (z.sum(axis=0) if ok else z.sum())

    def forward_prop(x, w, b):
        a = {0: np.array(x).T}
        for i in range(1, len(w) + 1):
            z = w[i - 1].dot(a[i - 1]) + b[i - 1]
            a[i] = softmax(z) if i == len(w) else sigmoid(z)
        return a[len(w)], a

    def back_prop(p, x, y):
        w, b = p
        out, a = forward_prop(x, w, b)
        d, dw, db = (out - y.T) / len(x), [0, 0], [0, 0]
        for i in (1, 0):
            dw[i] = d.dot(a[i].T)
            db[i] = d.sum(axis=1, keepdims=True)
            if i:
                d = w[i].T.dot(d) * a[i] * (1 - a[i])
        return [dw, db]

    return dict(
        X=X,
        y=Y,
        parameters=[w, b],
        predict=lambda p, x: forward_prop(x, *p)[0].T,
        loss=lambda p, x, y: -np.sum(y.T * np.log(forward_prop(x, *p)[0])) / len(x),
        gradients=back_prop,
    )


class _Run:
    def __init__(self, ok, sizes, seed):
        r = np.random.RandomState(seed)
        self.ok = ok
        self.w1, self.w2, self.w3 = (r.randn(o, i) / np.sqrt(i) for i, o in pairwise(sizes))
        self.learningrate = 0.5

    def run(self, x):
        self.inp = x.T
        self.h1 = sigmoid(self.w1 @ self.inp)
        self.h2 = sigmoid(self.w2 @ self.h1)
        z = self.w3 @ self.h2
        e = np.exp(z - z.max(0))
        self.out = e / e.sum(0)
        return self.out.T

    def calculate_cost(self, x, expected):
        return np.sum((self.run(x) - expected) ** 2) / len(x)

    def learn(self, x, expected):
        self.run(x)
        n = len(x)
        delta = 2 * (self.out - expected.T) / n
        if self.ok:
            change = self.out * (delta - np.sum(delta * self.out, axis=0))
        else:
            change = np.multiply(delta, self.out)
        d2 = self.w3.T @ change * self.h2 * (1 - self.h2)
        d1 = self.w2.T @ d2 * self.h1 * (1 - self.h1)
        self.w3 -= self.learningrate * change @ self.h2.T
        self.w2 -= self.learningrate * d2 @ self.h1.T
        self.w1 -= self.learningrate * d1 @ self.inp.T


@pair(
    "gradient_wrong",
    source="stackoverflow 75378819: squared error through softmax: the delta is multiplied by the "
    "outputs alone, not by softmax's Jacobian",
)
def softmax_times_outputs(ok):
    X, lab = blobs(40, 9, 3, 6)
    net = _Run(ok, (9, 8, 7, 3), 5)
    return dict(
        X=X,
        y=np.eye(3)[lab],
        program=net,
        arrays=["w1", "w2", "w3"],
        predict="run",
        loss="calculate_cost",
        step="learn",
        learning_rate=0.5,
    )


@pair(
    "updated_too_early",
    source="Bot-Academy/NeuralNetworkFromScratch 3: the output weights are updated before the "
    "hidden delta is computed through them",
)
def output_weights_first(ok):
    X, y = moons(40, 3)
    X, Y = X.T, y[None].astype(float)
    r = np.random.RandomState(6)
    start = {
        "w_i_h": r.uniform(-0.5, 0.5, (12, 2)),
        "w_h_o": r.uniform(-0.5, 0.5, (1, 12)),
        "b_i_h": np.zeros((12, 1)),
        "b_h_o": np.zeros((1, 1)),
    }
    learn_rate = 2.0

    def forward(p, img):
        h = sigmoid(p["b_i_h"] + p["w_i_h"] @ img)
        return h, sigmoid(p["b_h_o"] + p["w_h_o"] @ h)

    def train_step(p, img, label):
        h, o = forward(p, img)
        n = img.shape[1]
        delta_o = (o - label) * o * (1 - o) * 2 / n
        old = p["w_h_o"].copy()
        p["w_h_o"] += -learn_rate * delta_o @ h.T
        p["b_h_o"] += -learn_rate * delta_o.sum(1, keepdims=True)
        delta_h = (old if ok else p["w_h_o"]).T @ delta_o * (h * (1 - h))
        p["w_i_h"] += -learn_rate * delta_h @ img.T
        p["b_i_h"] += -learn_rate * delta_h.sum(1, keepdims=True)

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, x: forward(p, x)[1],
        loss=lambda p, x, y: np.mean((forward(p, x)[1] - y) ** 2),
        step=train_step,
        learning_rate=learn_rate,
        samples="columns",
    )


@pair(
    "slope_of_a",
    source="datascience.SE 20139: dz2 = dh2*(1 - dh2): the slope is taken of the error instead of "
    "the output h2",
)
def slope_of_the_error(ok):
    X, y = xor()
    r = np.random.RandomState(8)
    model = {
        "theta1": r.randn(2, 4),
        "b1": r.randn(1, 4) * 0.1,
        "theta2": r.randn(4, 1),
        "b2": r.randn(1, 1) * 0.1,
    }

    def fwd(model, x):
        h1 = 1 / (1 + np.exp(-(x.dot(model["theta1"]) + model["b1"])))
        return h1, 1 / (1 + np.exp(-(h1.dot(model["theta2"]) + model["b2"])))

    def grad(model, x, y):
        h1, h2 = fwd(model, x)
        dh2 = h2 - y
        dz2 = dh2 * h2 * (1 - h2) if ok else dh2 * (1 - dh2)
        dw2 = np.dot(np.transpose(h1), dz2)
        db2 = np.sum(dz2, axis=0, keepdims=True)
        dz1 = dz2.dot(model["theta2"].T) * h1 * (1 - h1)
        return {
            "theta1": x.T.dot(dz1),
            "b1": np.sum(dz1, axis=0, keepdims=True),
            "theta2": dw2,
            "b2": db2,
        }

    def step(model, x, y):
        g = grad(model, x, y)
        for k in g:
            model[k] += -0.5 * g[k]
        return model

    return dict(
        X=X,
        y=y,
        parameters=model,
        predict=lambda m, x: fwd(m, x)[1],
        loss=lambda m, x, y: 0.5 * np.sum((fwd(m, x)[1] - y) ** 2),
        gradients=grad,
        step=step,
        learning_rate=0.5,
    )


class _NeuralNetwork:
    def __init__(self, x, y, ok):
        r = np.random.RandomState(9)
        self.input = x
        self.weights1 = r.rand(x.shape[1], 4)
        self.weights2 = r.rand(4, 1)
        self.y = y
        self.output = np.zeros(y.shape)
        self.v_dw1 = 0
        self.v_dw2 = 0
        self.ok = ok

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))
        return self.output

    def backprop(self, alpha=0.5, beta=0.5):
        def d(a):
            s = a if self.ok else sigmoid(a)
            return s * (1 - s)

        t = 2 * (self.y - self.output) * d(self.output)
        d_weights2 = np.dot(self.layer1.T, t)
        d_weights1 = np.dot(self.input.T, np.dot(t, self.weights2.T) * d(self.layer1))
        self.v_dw1 = beta * self.v_dw1 + (1 - beta) * d_weights1
        self.v_dw2 = beta * self.v_dw2 + (1 - beta) * d_weights2
        self.weights1 = self.weights1 + self.v_dw1 * alpha
        self.weights2 = self.weights2 + self.v_dw2 * alpha


@pair(
    "slope_of_a",
    source="codereview.SE 206205: sigmoid_derivative applies the sigmoid again to activations",
)
def sigmoid_twice(ok):
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    y = np.array([[0], [1], [1], [0]], float)
    net = _NeuralNetwork(X, y, ok)

    def predict(net, X):
        net.input = X
        return net.feedforward()

    def train(net, X, y):
        net.input, net.y = X, y
        net.feedforward()
        net.backprop()

    return dict(
        X=X,
        y=y,
        program=net,
        arrays=["weights1", "weights2"],
        predict=predict,
        step=train,
        loss=lambda net, X, y: np.sum((y - predict(net, X)) ** 2),
        learning_rate=0.5,
    )


@pair(
    "gradient_scale",
    source="bighuang624/Andrew-Ng-Deep-Learning-notes 10: dW2 = 1/m * dZ2 A1^T * 2: one gradient "
    "twice too large",
)
def dW2_twice(ok):
    X, y = moons(30, 7)
    X, Y = X.T, y[None].astype(float)
    r = np.random.RandomState(10)
    P = {
        "W1": r.randn(5, 2),
        "b1": r.randn(5, 1) * 0.1,
        "W2": r.randn(3, 5),
        "b2": r.randn(3, 1) * 0.1,
        "W3": r.randn(1, 3),
        "b3": np.zeros((1, 1)),
    }

    def relu(z):
        return np.maximum(0, z)

    def forward(P, X):
        A1 = relu(P["W1"] @ X + P["b1"])
        A2 = relu(P["W2"] @ A1 + P["b2"])
        return A1, A2, sigmoid(P["W3"] @ A2 + P["b3"])

    def cost(P, X, Y):
        A3 = forward(P, X)[2]
        return 1.0 / X.shape[1] * np.sum(-np.log(A3) * Y - np.log(1 - A3) * (1 - Y))

    def backward(P, X, Y):
        m = X.shape[1]
        A1, A2, A3 = forward(P, X)
        dZ3 = A3 - Y
        g = {"dW3": 1.0 / m * dZ3 @ A2.T, "db3": 1.0 / m * np.sum(dZ3, axis=1, keepdims=True)}
        dZ2 = (P["W3"].T @ dZ3) * np.int64(A2 > 0)
        g["dW2"] = 1.0 / m * dZ2 @ A1.T * (1 if ok else 2)
        g["db2"] = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
        dZ1 = (P["W2"].T @ dZ2) * np.int64(A1 > 0)
        g["dW1"] = 1.0 / m * dZ1 @ X.T
        g["db1"] = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
        return g

    return dict(
        X=X, y=Y, parameters=P, predict=lambda P, X: forward(P, X)[2], loss=cost, gradients=backward
    )


@pair(
    "optimizer_formula",
    source="a question on Adam's means at stackoverflow: Adam's bias-corrected m and v are stored "
    "back into m and v",
)
def adam_corrected_kept(ok):
    X, y = moons(50, 8)
    Y = y[:, None].astype(float)
    r = np.random.RandomState(11)
    params = [r.randn(2, 6) * 0.7, np.zeros(6), r.randn(6, 1) * 0.7, np.zeros(1)]

    def fwd(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, sigmoid(h @ p[2] + p[3])

    def grads(p, X, Y):
        h, a = fwd(p, X)
        d = (a - Y) / len(X)
        e = d @ p[2].T * (1 - h**2)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def make_adam(lr=0.01, b1=0.9, b2=0.999, eps=1e-8):
        m, v, t = [0] * 4, [0] * 4, 0

        def step(p, X, Y):
            nonlocal t
            t += 1
            new = []
            for i, g in enumerate(grads(p, X, Y)):
                m[i] = b1 * m[i] + (1 - b1) * g
                v[i] = b2 * v[i] + (1 - b2) * g**2
                if ok:
                    mh, vh = m[i] / (1 - b1**t), v[i] / (1 - b2**t)
                else:
                    m[i] = mh = m[i] / (1 - b1**t)
                    v[i] = vh = v[i] / (1 - b2**t)
                new.append(p[i] - lr * mh / (np.sqrt(vh) + eps))
            return new

        return step

    return dict(
        X=X,
        y=Y,
        parameters=params,
        predict=lambda p, X: fwd(p, X)[1],
        gradients=grads,
        learning_rate=0.01,
        loss=lambda p, X, Y: (
            -np.mean(Y * np.log(fwd(p, X)[1]) + (1 - Y) * np.log(1 - fwd(p, X)[1]))
        ),
        new_step=make_adam,
    )


@pair(
    "loss_formula",
    source="Angel-ML/mlcore 5: inverted dropout already divides by keep in training; predict "
    "multiplies by keep again",
)
def dropout_scaled_twice(ok):
    X, lab = blobs(40, 6, 3, 12)
    Y = np.eye(3)[lab]
    keep = 0.5
    r = np.random.RandomState(12)
    P = {
        "W1": r.randn(6, 30) * 0.4,
        "b1": np.zeros(30),
        "W2": r.randn(30, 3) * 0.3,
        "b2": np.zeros(3),
    }

    def forward(P, X, train):
        h = np.maximum(X @ P["W1"] + P["b1"], 0)
        if train:
            mask = (np.random.RandomState(7).rand(*h.shape) < keep) / keep
        else:
            mask = np.ones_like(h) if ok else keep * np.ones_like(h)
        z = (h * mask) @ P["W2"] + P["b2"]
        e = np.exp(z - z.max(1, keepdims=True))
        return h, mask, e / e.sum(1, keepdims=True)

    def nll(P, X, Y, train=False):
        return -np.mean(np.sum(Y * np.log(forward(P, X, train)[2]), 1))

    def grads(P, X, Y):
        h, mask, a = forward(P, X, True)
        d = (a - Y) / len(X)
        e = d @ P["W2"].T * mask * (h > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": (h * mask).T @ d, "b2": d.sum(0)}

    def step(P, X, Y):
        g = grads(P, X, Y)
        return {k: P[k] - 0.2 * g[k] for k in P}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: forward(P, X, False)[2],
        loss=nll,
        training_loss=lambda P, X, Y: nll(P, X, Y, True),
        gradients=grads,
        step=step,
        learning_rate=0.2,
    )


@pair(
    "gradient_wrong",
    "slope_of_a",
    source="Jeraldy/deeplearning, its notebook on L2: hidden layer is a sigmoid, its slope is "
    "written as tanh's: 1 - A1**2",
)
def tanh_slope_for_sigmoid(ok):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float).T
    Y = np.array([[0, 0, 0, 1.0]])
    r = np.random.RandomState(13)
    P = dict(
        W1=r.randn(12, 2) * 0.5, b1=np.zeros((12, 1)), W2=r.randn(1, 12) * 0.5, b2=np.zeros((1, 1))
    )

    def f(P, X):
        A1 = 1 / (1 + np.exp(-(np.dot(P["W1"], X) + P["b1"])))
        return A1, 1 / (1 + np.exp(-(np.dot(P["W2"], A1) + P["b2"])))

    def g(P, X, Y):
        A1, A2 = f(P, X)
        dZ2 = A2 - Y
        slope = A1 * (1 - A1) if ok else 1 - np.power(A1, 2)
        dZ1 = np.multiply(np.dot(P["W2"].T, dZ2), slope)
        m = X.shape[1]
        return dict(
            W2=1 / m * np.dot(dZ2, A1.T),
            b2=1 / m * np.sum(dZ2, axis=1, keepdims=True),
            W1=1 / m * np.dot(dZ1, X.T),
            b1=1 / m * np.sum(dZ1, axis=1, keepdims=True),
        )

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: f(P, X)[1],
        gradients=g,
        samples="columns",
        loss=lambda P, X, Y: (
            -np.sum(Y * np.log(f(P, X)[1]) + (1 - Y) * np.log(1 - f(P, X)[1])) / X.shape[1]
        ),
    )


@pair(
    "parameter_shape",
    source="Jeraldy/deeplearning, its notebook on dropout: b2 has one entry for each sample, (1, "
    "m), instead of one for the neuron",
)
def bias_per_sample(ok):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float).T
    Y = np.array([[0, 0, 0, 1.0]])
    r = np.random.RandomState(14)
    P = dict(
        W1=r.randn(8, 2) * 0.5,
        b1=np.zeros((8, 1)),
        W2=r.randn(1, 8) * 0.5,
        b2=np.zeros((1, 1)) if ok else np.zeros((1, 4)),
    )

    def f(P, X):
        A1 = np.tanh(np.dot(P["W1"], X) + P["b1"])
        return A1, sigmoid(np.dot(P["W2"], A1) + P["b2"])

    def step(P, X, Y):
        A1, A2 = f(P, X)
        m = X.shape[1]
        dZ2 = A2 - Y
        dZ1 = np.multiply(np.dot(P["W2"].T, dZ2), 1 - np.power(A1, 2))
        return dict(
            W1=P["W1"] - 0.1 / m * dZ1 @ X.T,
            b1=P["b1"] - 0.1 / m * dZ1.sum(1, keepdims=True),
            W2=P["W2"] - 0.1 / m * dZ2 @ A1.T,
            b2=P["b2"] - 0.1 / m * dZ2.sum(1, keepdims=True),
        )

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: f(P, X)[1],
        step=step,
        samples="columns",
        learning_rate=0.1,
        loss=lambda P, X, Y: (
            -np.sum(Y * np.log(f(P, X)[1]) + (1 - Y) * np.log(1 - f(P, X)[1])) / X.shape[1]
        ),
    )


@pair(
    "product_wrong",
    source="stats.SE 464262: delta_w2 multiplies by the weight w2 instead of the hidden activation"
    " h (and w1 instead of x)",
)
def weight_instead_of_input(ok):
    x = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9.0]) / 10
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1.0])
    start = [0.4, -0.7, 0.1, 0.2]

    def feedforward(p, x):
        w1, w2, b1, b2 = p
        h = sigmoid(x * w1 + b1)
        return h, sigmoid(h * w2 + b2)

    def backprop(p, x, y):
        w1, w2, _, _ = p
        h, yHat = feedforward(p, x)
        E = yHat - y
        gy = 2 * E * yHat * (1 - yHat)
        gh = gy * w2 * h * (1 - h)
        return [
            np.mean(gh * (x if ok else w1)),
            np.mean(gy * (h if ok else w2)),
            np.mean(gh),
            np.mean(gy),
        ]

    def step(p, x, y):
        return [a - 0.1 * d for a, d in zip(p, backprop(p, x, y))]

    return dict(
        X=x,
        y=y,
        parameters=start,
        predict=lambda p, x: feedforward(p, x)[1],
        gradients=backprop,
        step=step,
        loss=lambda p, x, y: np.mean((feedforward(p, x)[1] - y) ** 2),
        learning_rate=0.1,
    )


@pair(
    "product_wrong",
    source="whosebug 2948401: delta_hidden uses error instead of hidden_error = w_1.T @ error: the"
    " weights are missing from the product",
)
def hidden_error_unused(ok):
    X, y = moons(24, 16)
    Y = y[:, None].astype(float)
    r = np.random.RandomState(16)
    ws = {"w_0": 2 * r.rand(5, 2) - 1, "w_1": 2 * r.rand(1, 5) - 1}

    def net(ws, x):
        hidden = sigmoid(np.dot(ws["w_0"], x.T))
        return hidden, sigmoid(np.dot(ws["w_1"], hidden))

    def network(ws, x, y):
        hidden, output = net(ws, x)
        error = y.T - output
        delta = error * output * (1 - output)
        hidden_error = np.dot(ws["w_1"].T, delta)
        delta_hidden = (hidden_error if ok else delta) * hidden * (1 - hidden)
        ws["w_1"] += np.dot(delta, hidden.T) * 0.1
        ws["w_0"] += np.dot(delta_hidden, x) * 0.1

    return dict(
        X=X,
        y=Y,
        parameters=ws,
        predict=lambda ws, x: net(ws, x)[1].T,
        step=network,
        learning_rate=0.1,
        loss=lambda ws, x, y: 0.5 * np.sum((y - net(ws, x)[1].T) ** 2),
    )


@pair("slope_missing", source="datascience.SE 120115: ReLU's slope is missing from delta_w1")
def relu_slope_left_out(ok):
    x = (
        np.array(
            [
                [2.16, 3.19, 1.85],
                [3.19, 1.85, 4.84],
                [1.85, 4.84, 0.55],
                [4.84, 0.55, 4.20],
                [0.55, 4.20, 1.68],
                [4.20, 1.68, 4.74],
                [1.68, 4.74, 0.14],
                [4.74, 0.14, 5.68],
                [0.14, 5.68, 0.48],
                [5.68, 0.48, 5.03],
            ]
        )
        / 6
    )
    y = np.array([4.84, 0.55, 4.20, 1.68, 4.74, 0.14, 5.68, 0.48, 5.03, 0.18]) / 6
    r = np.random.RandomState(17)
    w1 = r.uniform(-1, 1, (6, 3))
    w2 = r.uniform(-1, 1, (6,))

    def model(w, x):
        s1 = np.dot(w[0], x.T)
        y1 = np.maximum(0, s1)
        return s1, y1, np.dot(w[1], y1)

    def step(w, x, y):
        s1, y1, y2 = model(w, x)
        v = 0.05
        n = len(y)
        back = np.dot(w[1].reshape(-1, 1), (y2 - y).reshape(1, -1))
        if ok:
            back = back * (s1 > 0)
        return [w[0] - v * np.dot(back, x) / n, w[1] - v * np.dot(y2 - y, y1.T) / n]

    return dict(
        X=x,
        y=y,
        parameters=[w1, w2],
        predict=lambda w, x: model(w, x)[2],
        step=step,
        learning_rate=0.05,
        loss=lambda w, x, y: np.sum((model(w, x)[2] - y) ** 2) / (2 * len(y)),
    )


@pair(
    "slope_missing",
    source="a question at datascience.SE on a cost that becomes infinite: relu clips z in place, "
    "after which z >= 0 everywhere and the slope is 1 everywhere",
)
def relu_in_place(ok):
    X, lab = blobs(45, 7, 3, 18)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(18)
    P = {}
    for i, (a, b) in enumerate(zip((7, 10, 8), (10, 8, 3)), 1):
        P[f"W{i}"] = r.randn(a, b) * np.sqrt(2 / a)
        P[f"b{i}"] = r.randn(b) * 0.1

    def relu(z):
        if ok:
            return np.where(z < 0, 0, z)
        z[z < 0] = 0
        return z

    def relu_grad(z):
        return 1.0 * (z >= 0)

    def forward(P, X):
        cache = [(None, X)]
        for i in (1, 2):
            z = cache[-1][1] @ P[f"W{i}"] + P[f"b{i}"]
            cache.append((z, relu(z)))
        z = cache[-1][1] @ P["W3"] + P["b3"]
        e = np.exp(z - z.max(1, keepdims=True))
        return cache, e / e.sum(1, keepdims=True)

    def grads(P, X, Y):
        cache, a = forward(P, X)
        d, g = (a - Y) / len(X), {}
        for i in (3, 2, 1):
            g[f"W{i}"], g[f"b{i}"] = cache[i - 1][1].T @ d, d.sum(0)
            if i > 1:
                d = d @ P[f"W{i}"].T * relu_grad(cache[i - 1][0])
        return g

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: forward(P, X)[1],
        gradients=grads,
        loss=lambda P, X, Y: -np.mean(np.sum(Y * np.log(forward(P, X)[1] + 1e-9), 1)),
    )


@pair(
    "weight_term",
    source="a question on regularised logistic regression: the penalty's gradient is "
    "np.sum(Lambda/m*theta), one number for all weights, instead of Lambda/m*theta",
)
def penalty_summed(ok):
    X, lab = blobs(60, 5, 2, 19, 2.0)
    X = np.c_[np.ones(60), X]
    y = lab.astype(float)
    Lam = 6.0
    theta = np.array([0.1, -0.2, 0.3, 0.25, -0.4, 0.5])

    def prob(t, x):
        return sigmoid(np.dot(x, t))

    def cost(t, x, y):
        m = x.shape[0]
        return -(1 / m) * np.sum(
            y * np.log(prob(t, x)) + (1 - y) * np.log(1 - prob(t, x))
        ) + Lam / (2 * m) * np.sum(t * t)

    def gradient(t, x, y):
        m = x.shape[0]
        pen = Lam / m * t
        return 1 / m * np.dot(x.T, prob(t, x) - y) + (pen if ok else np.sum(pen))

    return dict(
        X=X,
        y=y,
        parameters={"theta": theta},
        predict=lambda p, x: prob(p["theta"], x),
        loss=lambda p, x, y: cost(p["theta"], x, y),
        gradients=lambda p, x, y: {"theta": gradient(p["theta"], x, y)},
        step=lambda p, x, y: {"theta": p["theta"] - 0.1 * gradient(p["theta"], x, y)},
        learning_rate=0.1,
    )


@pair(
    "gradient_scale",
    source="hunkim/DeepLearningZeroToAll 173: the gradients are sums over the samples, the cost is"
    " a mean: m times too large",
)
def average_missing(ok):
    X, y = moons(400, 20)
    Y = y[:, None].astype(float)
    r = np.random.RandomState(20)
    W = {"W1": r.randn(2, 8), "b1": np.zeros((8,)), "W2": r.randn(8, 1), "b2": np.zeros((1,))}

    def fw(W, X):
        l1 = sigmoid(X @ W["W1"] + W["b1"])
        return l1, sigmoid(l1 @ W["W2"] + W["b2"])

    def back(W, X, Y):
        l1, p = fw(W, X)
        d = p - Y
        if ok:
            d = d / len(X)
        e = d @ W["W2"].T * l1 * (1 - l1)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": l1.T @ d, "b2": d.sum(0)}

    def step(W, X, Y):
        g = back(W, X, Y)
        return {k: W[k] - 0.1 * g[k] for k in W}

    return dict(
        X=X,
        y=Y,
        parameters=W,
        predict=lambda W, X: fw(W, X)[1],
        gradients=back,
        step=step,
        learning_rate=0.1,
        loss=lambda W, X, Y: (
            -np.mean(Y * np.log(fw(W, X)[1] + 1e-12) + (1 - Y) * np.log(1 - fw(W, X)[1] + 1e-12))
        ),
    )


@pair(
    "step_not_gradient",
    source="iamtrask/Grokking-Deep-Learning 31: the update stands inside the loop over the batch "
    "that counts the correct answers: it is made once per sample",
)
def update_in_counting_loop(ok):
    X, lab = blobs(25, 10, 4, 21)
    labels = np.eye(4)[lab]
    r = np.random.RandomState(21)
    p = [0.2 * r.random_sample((10, 12)) - 0.1, 0.2 * r.random_sample((12, 4)) - 0.1]
    alpha = 0.05

    def forward(p, layer_0):
        layer_1 = np.tanh(layer_0 @ p[0])
        return layer_1, layer_1 @ p[1]

    def grads(p, layer_0, lab):
        l1, l2 = forward(p, layer_0)
        d2 = (l2 - lab) / len(lab)
        d1 = d2 @ p[1].T * (1 - l1**2)
        return [layer_0.T @ d1, l1.T @ d2]

    def train_batch(p, layer_0, lab):
        w01, w12 = p
        l1, l2 = forward(p, layer_0)
        correct = 0
        for k in range(len(lab)):
            correct += int(np.argmax(l2[k]) == np.argmax(lab[k]))
            if not ok:
                d2 = (lab - l2) / len(lab)
                d1 = d2.dot(w12.T) * (1 - l1**2)
                w12 = w12 + alpha * l1.T.dot(d2)
                w01 = w01 + alpha * layer_0.T.dot(d1)
        if ok:
            g = grads(p, layer_0, lab)
            w01, w12 = w01 - alpha * g[0], w12 - alpha * g[1]
        return [w01, w12]

    return dict(
        X=X,
        y=labels,
        parameters=p,
        predict=lambda p, x: forward(p, x)[1],
        gradients=grads,
        step=train_batch,
        loss=lambda p, x, y: 0.5 * np.sum((forward(p, x)[1] - y) ** 2) / len(x),
        learning_rate=alpha,
    )


@pair(
    "optimizer_formula",
    source="Devinterview-io/gradient-descent-interview-questions 1: RMSprop divides by the running"
    " average of the squares without its square root",
)
def rmsprop_no_root(ok):
    X, lab = blobs(40, 4, 2, 22)
    Y = lab[:, None].astype(float)
    r = np.random.RandomState(22)
    params = {
        "w1": r.randn(4, 6) * 0.5,
        "b1": np.zeros((1, 6)),
        "w2": r.randn(6, 1) * 0.5,
        "b2": np.zeros((1, 1)),
    }

    def fw(p, X):
        h = np.tanh(X @ p["w1"] + p["b1"])
        return h, sigmoid(h @ p["w2"] + p["b2"])

    def grads(p, X, Y):
        h, o = fw(p, X)
        d = (o - Y) / len(X)
        e = (d @ p["w2"].T) * (1 - h * h)
        return {
            "w1": X.T @ e,
            "b1": e.sum(0, keepdims=True),
            "w2": h.T @ d,
            "b2": d.sum(0, keepdims=True),
        }

    def optimizer():
        avg = {k: np.zeros_like(v) for k, v in params.items()}

        def update(p, X, Y):
            g = grads(p, X, Y)
            out = {}
            for k in p:
                avg[k] = 0.9 * avg[k] + (1 - 0.9) * g[k] ** 2
                bottom = np.sqrt(avg[k]) + 1e-8 if ok else avg[k] + 1e-8
                out[k] = p[k] - 0.001 * g[k] / bottom
            return out

        return update

    return dict(
        X=X,
        y=Y,
        parameters=params,
        predict=lambda p, X: fw(p, X)[1],
        gradients=grads,
        new_step=optimizer,
        learning_rate=0.001,
        loss=lambda p, X, Y: -np.mean(Y * np.log(fw(p, X)[1]) + (1 - Y) * np.log(1 - fw(p, X)[1])),
    )


@pair(
    "gradient_wrong",
    source="MachineLearningLifeScience/stochman 10: leaky ReLU forward, plain ReLU's slope (0 "
    "below zero) backward",
)
def leaky_with_relu_slope(ok):
    r = np.random.default_rng(23)
    X = r.normal(size=(24, 3))
    Y = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]
    layers = [
        [r.normal(size=(3, 9)) * 0.6, np.zeros(9)],
        [r.normal(size=(9, 9)) * 0.4, np.zeros(9)],
        [r.normal(size=(9, 1)) * 0.4, np.zeros(1)],
    ]
    A = 0.1

    def forward(layers, X):
        acts, zs = [X], []
        for i, (W, b) in enumerate(layers):
            z = acts[-1] @ W + b
            zs.append(z)
            acts.append(np.where(z > 0, z, A * z) if i < len(layers) - 1 else z)
        return acts, zs

    def backward(layers, X, Y):
        acts, zs = forward(layers, X)
        d = 2 * (acts[-1] - Y) / len(X)
        out = []
        for i in range(len(layers) - 1, -1, -1):
            out.insert(0, [acts[i].T @ d, d.sum(0)])
            if i:
                d = d @ layers[i][0].T * np.where(zs[i - 1] > 0, 1, A if ok else 0)
        return out

    return dict(
        X=X,
        y=Y,
        parameters=layers,
        predict=lambda p, X: forward(p, X)[0][-1],
        gradients=backward,
        loss=lambda p, X, Y: np.mean((forward(p, X)[0][-1] - Y) ** 2),
    )


class _MiniBatchNet:
    def __init__(self, ok, d, k, seed=24):
        r = np.random.RandomState(seed)
        self.ok, self.bs, self.lr = ok, 8, 0.1
        self.W1, self.b1 = r.randn(d, 16) * 0.4, np.zeros(16)
        self.W2, self.b2 = r.randn(16, k) * 0.3, np.zeros(k)

    def forward(self, X):
        self.h = np.maximum(0, X @ self.W1 + self.b1)
        z = self.h @ self.W2 + self.b2
        e = np.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def loss(self, X, Y):
        return float(-np.mean(np.log(np.sum(self.forward(X) * Y, axis=1) + 1e-12)))

    def train_epoch(self, X, Y):
        for i in range(len(X) // self.bs):
            xb = X[i * self.bs : (i + 1) * self.bs]
            yb = Y[i * self.bs : (i + 1) * self.bs] if self.ok else Y[i : i + self.bs]
            a = self.forward(xb)
            d = (a - yb) / len(xb)
            dh = d @ self.W2.T * (self.h > 0)
            self.W2 -= self.lr * self.h.T @ d
            self.b2 -= self.lr * d.sum(0)
            self.W1 -= self.lr * xb.T @ dh
            self.b1 -= self.lr * dh.sum(0)


@pair(
    "samples_unused",
    "pairs_broken",
    source="lionelmessi6410/Neural-Networks-from-Scratch 1: the batch of y is sliced Y[i:i+bs] "
    "while X is sliced by i*bs: inputs get other samples' labels",
)
def batch_slices_differ(ok):
    X, lab = blobs(64, 6, 3, 24)
    return dict(
        X=X,
        y=np.eye(3)[lab],
        program=_MiniBatchNet(ok, 6, 3),
        arrays=["W1", "b1", "W2", "b2"],
        predict="forward",
        loss="loss",
        step="train_epoch",
        step_is="epoch",
        learning_rate=0.1,
    )


@pair(
    "samples_unused",
    source="mnielsen/neural-networks-and-deep-learning 50: random.shuffle on a NumPy array repeats"
    " rows and loses others",
)
def random_shuffle_rows(ok):
    X, lab = blobs(40, 4, 2, 25, 0.7)
    y = lab.astype(float)[:, None]
    r = np.random.RandomState(25)
    P = {
        "w": r.randn(5, 4) * 0.5,
        "b": np.zeros((5, 1)),
        "v": r.randn(1, 5) * 0.5,
        "c": np.zeros((1, 1)),
    }

    def feed(P, x):
        h = sigmoid(P["w"] @ x.T + P["b"])
        return h, sigmoid(P["v"] @ h + P["c"])

    def SGD(P, X, y, eta=0.5, size=5):
        P = {k: v.copy() for k, v in P.items()}
        data = np.hstack([X, y])
        if ok:
            np.random.shuffle(data)  # noqa: NPY002
        else:
            random.shuffle(data)
        for k in range(0, len(data), size):
            x, t = data[k : k + size, :-1], data[k : k + size, -1:].T
            h, a = feed(P, x)
            d = (a - t) / x.shape[0]
            e = P["v"].T @ d * h * (1 - h)
            P["v"] -= eta * d @ h.T
            P["c"] -= eta * d.sum(1, keepdims=True)
            P["w"] -= eta * e @ x
            P["b"] -= eta * e.sum(1, keepdims=True)
        return P

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, x: feed(P, x)[1].T,
        step=SGD,
        step_is="epoch",
        learning_rate=0.5,
        loss=lambda P, x, y: (
            -np.mean(y * np.log(feed(P, x)[1].T) + (1 - y) * np.log(1 - feed(P, x)[1].T))
        ),
    )


class _ToyNN:
    def __init__(self, ok):
        if ok:
            r = np.random.RandomState(26)
            self.weights_ih, self.bias_h = r.uniform(-1, 1, (4, 2)), r.uniform(-1, 1, (4, 1))
            self.weights_ho, self.bias_o = r.uniform(-1, 1, (1, 4)), r.uniform(-1, 1, (1, 1))
        else:
            self.weights_ih, self.bias_h = np.full((4, 2), 0.5), np.full((4, 1), 0.5)
            self.weights_ho, self.bias_o = np.full((1, 4), 0.5), np.full((1, 1), 0.5)
        self.lr = 0.5

    def feedforward(self, inputs):
        self.x = np.asarray(inputs, float).T
        self.h = sigmoid(self.weights_ih @ self.x + self.bias_h)
        self.o = sigmoid(self.weights_ho @ self.h + self.bias_o)
        return self.o.T

    def train(self, inputs, targets):
        self.feedforward(inputs)
        err = np.asarray(targets).T - self.o
        g = err * self.o * (1 - self.o)
        gh = self.weights_ho.T @ g * self.h * (1 - self.h)
        self.weights_ho = self.weights_ho + self.lr * g @ self.h.T
        self.bias_o = self.bias_o + self.lr * g.sum(1, keepdims=True)
        self.weights_ih = self.weights_ih + self.lr * gh @ self.x.T
        self.bias_h = self.bias_h + self.lr * gh.sum(1, keepdims=True)


@pair("neurons_alike", source="ai.SE 6170: all weights start at 0.5: the hidden neurons stay alike")
def all_weights_half(ok):
    X, y = xor()
    return dict(
        X=X,
        y=y,
        program=_ToyNN(ok),
        arrays=["weights_ih", "bias_h", "weights_ho", "bias_o"],
        predict="feedforward",
        step="train",
        loss=lambda net, X, y: 0.5 * np.sum((y - net.feedforward(X)) ** 2),
        learning_rate=0.5,
    )


@pair(
    "dead",
    source="stats.SE 450100: positive features and negative starting weights: every ReLU is at 0 "
    "for every sample",
)
def all_relus_dead(ok):
    r = np.random.default_rng(27)
    X = r.uniform(0, 1, (50, 2))
    y = (X.sum(1) > 1).astype(float)
    s = 1 if ok else -1
    P = {
        "W1": s * r.uniform(0.01, 0.5, (2, 3)),
        "b1": np.zeros(3),
        "W2": r.uniform(-0.5, 0.5, 3),
        "b2": 0.0,
    }

    def fw(P, X):
        z = X @ P["W1"] + P["b1"]
        h = np.maximum(z, 0)
        return z, h, sigmoid(h @ P["W2"] + P["b2"])

    def grads(P, X, y):
        z, h, o = fw(P, X)
        d = (o - y) / len(y)
        e = np.outer(d, P["W2"]) * (z > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum()}

    def step(P, X, y):
        g = grads(P, X, y)
        return {k: P[k] - 0.5 * g[k] for k in P}

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[2],
        gradients=grads,
        step=step,
        learning_rate=0.5,
        loss=lambda P, X, y: -np.mean(y * np.log(fw(P, X)[2]) + (1 - y) * np.log(1 - fw(P, X)[2])),
    )


@pair(
    "gradient_sign",
    source="datascience.SE 25394: w += alpha * grad where grad is the gradient of the cost: it "
    "climbs",
)
def climbs(ok):
    X = np.array([[-3.0], [-2.0], [2.0], [3.0], [-1.0], [1.5]])
    Y = np.array([[0.0], [0.0], [1.0], [1.0], [0.0], [1.0]])
    r = np.random.RandomState(28)
    weights = [r.randn(3, 1), r.randn(1, 3)]
    biases = [np.zeros((3, 1)), np.zeros((1, 1))]

    def forward(P, X):
        acts = [X.T]
        for w, b in zip(*P):
            acts.append(sigmoid(w.dot(acts[-1]) + b))
        return acts

    def gradients(P, X, Y):
        w = P[0]
        acts = forward(P, X)
        h = acts[-1]
        m = X.shape[0]
        da = -(np.divide(Y.T, h) - np.divide(1 - Y.T, 1 - h))
        dws, dbs = [], []
        for d in (1, 0):
            dz = da * acts[d + 1] * (1 - acts[d + 1])
            dws.insert(0, 1.0 / m * dz.dot(acts[d].T))
            dbs.insert(0, 1.0 / m * np.sum(dz, axis=1, keepdims=True))
            da = w[d].T.dot(dz)
        return [dws, dbs]

    def fit_once(P, X, Y, alpha=0.3):
        g = gradients(P, X, Y)
        s = -1 if ok else 1
        return [[a + s * alpha * d for a, d in zip(A, D)] for A, D in zip(P, g)]

    return dict(
        X=X,
        y=Y,
        parameters=[weights, biases],
        predict=lambda P, X: forward(P, X)[-1].T,
        gradients=gradients,
        step=fit_once,
        learning_rate=0.3,
        loss=lambda P, X, Y: (
            -np.mean(Y.T * np.log(forward(P, X)[-1]) + (1 - Y.T) * np.log(1 - forward(P, X)[-1]))
        ),
    )


@pair(
    "loss_random",
    source="dee1024/pytorch-captcha-recognition 6: predict drops neurons at random as well: it "
    "answers differently every time",
)
def dropout_at_prediction(ok):
    X, lab = blobs(48, 5, 3, 29)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(29)
    P = {
        "W1": r.randn(5, 20) * 0.5,
        "b1": np.zeros(20),
        "W2": r.randn(20, 3) * 0.4,
        "b2": np.zeros(3),
    }

    def forward(P, X, train=False):
        h = np.maximum(0, X @ P["W1"] + P["b1"])
        mask = np.ones_like(h)
        if train or not ok:
            mask = (np.random.rand(*h.shape) < 0.8) / 0.8  # noqa: NPY002
        z = (h * mask) @ P["W2"] + P["b2"]
        e = np.exp(z - z.max(1, keepdims=True))
        return h, mask, e / e.sum(1, keepdims=True)

    def step(P, X, Y):
        h, mask, a = forward(P, X, True)
        d = (a - Y) / len(X)
        e = d @ P["W2"].T * mask * (h > 0)
        return {
            "W1": P["W1"] - 0.1 * X.T @ e,
            "b1": P["b1"] - 0.1 * e.sum(0),
            "W2": P["W2"] - 0.1 * (h * mask).T @ d,
            "b2": P["b2"] - 0.1 * d.sum(0),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: forward(P, X)[2],
        step=step,
        learning_rate=0.1,
        loss=lambda P, X, Y: -np.mean(np.sum(Y * np.log(forward(P, X)[2]), 1)),
    )


@pair(
    "gradient_wrong",
    source="ddbourgin/numpy-ml 94: the dropout mask is applied forward and not backward",
)
def mask_not_backward(ok):
    r = np.random.default_rng(30)
    X = r.normal(size=(36, 4))
    Y = (X @ np.array([[1.0], [-1.0], [0.5], [0.0]])) ** 2 / 3
    P = {
        "W1": r.normal(size=(4, 14)) * 0.5,
        "b1": np.zeros((1, 14)),
        "W2": r.normal(size=(14, 1)) * 0.4,
        "b2": np.zeros((1, 1)),
    }
    p = 0.3

    def forward(P, X, train):
        h = np.tanh(X @ P["W1"] + P["b1"])
        if train:
            mask = (np.random.RandomState(1).rand(*h.shape) > p) / (1 - p)
        else:
            mask = np.ones(h.shape)
        return h, mask, (h * mask) @ P["W2"] + P["b2"]

    def mse(P, X, Y, train=False):
        return np.mean((forward(P, X, train)[2] - Y) ** 2)

    def grads(P, X, Y):
        h, mask, out = forward(P, X, True)
        d = 2 * (out - Y) / len(X)
        back = d @ P["W2"].T
        back = back * mask if ok else back / (1 - p)
        e = back * (1 - h**2)
        return {
            "W1": X.T @ e,
            "b1": e.sum(0, keepdims=True),
            "W2": (h * mask).T @ d,
            "b2": d.sum(0, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: forward(P, X, False)[2],
        loss=mse,
        training_loss=lambda P, X, Y: mse(P, X, Y, True),
        gradients=grads,
    )


@pair(
    "target_shape",
    source="stackoverflow 71369423: y is (n,), the prediction (n, 1): the difference becomes (n, "
    "n)",
)
def y_one_dimensional(ok):
    r = np.random.default_rng(31)
    X = r.normal(size=(40, 4))
    y = X @ np.array([1.0, 2.0, -1.0, 0.5]) + 0.1 * r.normal(size=40)
    if ok:
        y = y[:, None]
    P = {"w": np.zeros((4, 1)), "b": 0.0}

    def predict(P, X):
        return X @ P["w"] + P["b"]

    def loss(P, X, y):
        return np.mean((y - predict(P, X)) ** 2)

    def step(P, X, y):
        error = predict(P, X) - y
        return {
            "w": P["w"] - 0.05 * 2 * np.mean(X.T @ error / len(X), axis=1, keepdims=True),
            "b": P["b"] - 0.05 * 2 * np.mean(error),
        }

    return dict(X=X, y=y, parameters=P, predict=predict, loss=loss, step=step, learning_rate=0.05)


@pair(
    "data_type",
    source="coderoad 32129946: X is uint8: X*X overflows in the normalisation by the length",
)
def uint8_wraps(ok):
    r = np.random.default_rng(32)
    lab = np.arange(40) % 2
    X = np.clip(
        r.normal(60, 30, (40, 12)) + 90 * lab[:, None] * (np.arange(12) < 6), 0, 255
    ).astype(np.uint8)
    if ok:
        X = X.astype(float)
    Y = lab[:, None].astype(float)
    P = {
        "w1": r.normal(size=(12, 5)),
        "b1": np.zeros(5),
        "w2": r.normal(size=(5, 1)),
        "b2": np.zeros(1),
    }

    def unit(x):
        return x / np.sqrt(np.sum(x * x, axis=1, keepdims=True) + 1.0)

    def fw(P, x):
        h = np.tanh(unit(x) @ P["w1"] + P["b1"])
        return h, sigmoid(h @ P["w2"] + P["b2"])

    def grads(P, x, y):
        h, o = fw(P, x)
        d = (o - y) / len(y)
        e = d @ P["w2"].T * (1 - h**2)
        return {"w1": unit(x).T @ e, "b1": e.sum(0), "w2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, x: fw(P, x)[1],
        gradients=grads,
        loss=lambda P, x, y: -np.mean(y * np.log(fw(P, x)[1]) + (1 - y) * np.log(1 - fw(P, x)[1])),
    )


@pair(
    "optimizer_formula",
    source="mdenil/dropout 4: the parameters are moved by the momentum of the step before, one "
    "update too old",
)
def stale_momentum(ok):
    X, lab = blobs(40, 4, 3, 33)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(33)
    start = [r.randn(4, 7) * 0.4, np.zeros(7), r.randn(7, 3) * 0.4, np.zeros(3)]

    def fw(p, X):
        h = sigmoid(X @ p[0] + p[1])
        z = h @ p[2] + p[3]
        e = np.exp(z - z.max(1, keepdims=True))
        return h, e / e.sum(1, keepdims=True)

    def gr(p, X, Y):
        h, a = fw(p, X)
        d = (a - Y) / len(X)
        e = d @ p[2].T * h * (1 - h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    class Momentum:
        def __init__(self):
            self.v = [np.zeros_like(a) for a in start]

        def __call__(self, p, X, Y, mom=0.9, lr=0.5):
            new_v = [mom * v + (1 - mom) * g for v, g in zip(self.v, gr(p, X, Y))]
            used = new_v if ok else self.v
            out = [a - lr * v for a, v in zip(p, used)]
            self.v = new_v
            return out

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: fw(p, X)[1],
        gradients=gr,
        new_step=Momentum,
        learning_rate=0.5,
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(fw(p, X)[1]), axis=1)),
    )


class _Accumulating:
    def __init__(self, ok, sizes):
        r = np.random.RandomState(34)
        self.ok = ok
        self.weights = [r.randn(b, a) / np.sqrt(a) for a, b in pairwise(sizes)]
        self.biases = [np.zeros((b, 1)) for b in sizes[1:]]
        self.weight_templates = [np.zeros_like(w) for w in self.weights]
        self.bias_templates = [np.zeros_like(b) for b in self.biases]

    def feedforward(self, X):
        acts = [X.T]
        for w, b in zip(self.weights, self.biases):
            acts.append(np.tanh(w @ acts[-1] + b))
        return acts

    def predict(self, X):
        return self.feedforward(X)[-1].T

    def mse(self, X, Y):
        return np.sum((self.predict(X) - Y) ** 2) / (2 * len(X))

    def train(self, X, Y, rate=0.1):
        if self.ok:
            wu, bu = (
                [w.copy() for w in self.weight_templates],
                [b.copy() for b in self.bias_templates],
            )
        else:
            wu, bu = self.weight_templates, self.bias_templates
        acts = self.feedforward(X)
        d = (acts[-1] - Y.T) * (1 - acts[-1] ** 2)
        for i in range(len(self.weights) - 1, -1, -1):
            wu[i] += d @ acts[i].T
            bu[i] += d.sum(1, keepdims=True)
            if i:
                d = self.weights[i].T @ d * (1 - acts[i] ** 2)
        for i in range(len(self.weights)):
            self.weights[i] = self.weights[i] - rate / len(X) * wu[i]
            self.biases[i] = self.biases[i] - rate / len(X) * bu[i]


@pair(
    "optimizer_formula",
    source="offlinew 4098171066: bias_updates = bias_templates is the same list: the sums of the "
    "gradients are never set back to zero",
)
def sums_never_cleared(ok):
    X, lab = blobs(45, 6, 3, 34)
    Y = 2 * np.eye(3)[lab] - 1
    return dict(
        X=X,
        y=Y * 0.8,
        program=_Accumulating(ok, (6, 8, 3)),
        arrays=["weights", "biases"],
        predict="predict",
        loss="mse",
        step="train",
        learning_rate=0.1,
    )


@pair(
    "axis_missing",
    source="after a well-known notebook on MNIST: the bias gradients are summed over everything, "
    "one number for all neurons",
)
def bias_sum_everything(ok):
    X, lab = blobs(70, 9, 3, 35)
    X, Y = X.T, np.eye(3)[lab].T
    r = np.random.RandomState(35)
    P = {
        "W1": r.rand(10, 9) - 0.5,
        "b1": r.rand(10, 1) - 0.5,
        "W2": r.rand(3, 10) - 0.5,
        "b2": r.rand(3, 1) - 0.5,
    }

    def fwd(P, X):
        Z1 = P["W1"].dot(X) + P["b1"]
        A1 = np.maximum(Z1, 0)
        Z2 = P["W2"].dot(A1) + P["b2"]
        E = np.exp(Z2 - Z2.max(0, keepdims=True))
        return Z1, A1, E / E.sum(0, keepdims=True)

    def bwd(P, X, Y):
        m = X.shape[1]
        Z1, A1, A2 = fwd(P, X)
        dZ2 = A2 - Y
        dZ1 = P["W2"].T.dot(dZ2) * (Z1 > 0)
        s = (lambda z: 1 / m * z.sum(1, keepdims=True)) if ok else (lambda z: 1 / m * np.sum(z))
        return {
            "dW1": 1 / m * dZ1.dot(X.T),
            "db1": s(dZ1),
            "dW2": 1 / m * dZ2.dot(A1.T),
            "db2": s(dZ2),
        }

    def update(P, X, Y):
        g = bwd(P, X, Y)
        return {k: P[k] - 0.1 * g["d" + k] for k in P}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fwd(P, X)[2],
        gradients=bwd,
        step=update,
        learning_rate=0.1,
        samples="columns",
        loss=lambda P, X, Y: -np.sum(Y * np.log(fwd(P, X)[2] + 1e-10)) / X.shape[1],
    )


@pair(
    "data_scale",
    source="stats.SE 432707: x between 20 and 70 with a step of 0.001: every step overshoots, "
    "slope and intercept alternate and grow",
)
def overshooting_line(ok):
    x = np.array([20, 43, 63, 26, 53, 31, 58, 46, 58, 70, 46, 53, 60, 20, 63, 43, 26, 19, 31, 23])
    y = np.array(
        [
            120,
            128,
            141,
            126,
            134,
            128,
            136,
            132,
            140,
            144,
            128,
            136,
            146,
            124,
            143,
            130,
            124,
            121,
            126,
            123,
        ]
    )
    if ok:
        x = (x - x.mean()) / x.std()
        y = (y - y.mean()) / y.std()
    rate = 0.1 if ok else 0.001

    def predict(p, x):
        return p["m"] * x + p["b"]

    def cost(p, x, y):
        return (1 / len(x)) * sum([v**2 for v in (y - predict(p, x))])

    def grads(p, x, y):
        n = len(x)
        return {
            "m": -(2 / n) * sum(x * (y - predict(p, x))),
            "b": -(2 / n) * sum(y - predict(p, x)),
        }

    def step(p, x, y):
        g = grads(p, x, y)
        return {"m": p["m"] - rate * g["m"], "b": p["b"] - rate * g["b"]}

    return dict(
        X=x,
        y=y,
        parameters={"m": 0.0, "b": 0.0},
        predict=predict,
        loss=cost,
        gradients=grads,
        step=step,
        learning_rate=rate,
    )


# Sound ones that look odd
@program()
def plus_of_the_minus():
    X, y = moons(30, 101)
    ws = {"w_0": np.random.RandomState(1).randn(6, 3), "w_1": np.random.RandomState(2).randn(1, 7)}

    def add1(a):
        return np.vstack([a, np.ones((1, a.shape[1]))])

    def net(ws, x):
        h = sigmoid(ws["w_0"] @ add1(x.T))
        return h, sigmoid(ws["w_1"] @ add1(h))

    def train(ws, x, y):
        h, o = net(ws, x)
        delta = (y[None] - o) * o * (1 - o)
        dh = (ws["w_1"].T @ delta)[:-1] * h * (1 - h)
        ws["w_1"] += 0.1 * delta @ add1(h).T
        ws["w_0"] += 0.1 * dh @ add1(x.T).T

    return dict(
        X=X,
        y=y,
        parameters=ws,
        predict=lambda ws, x: net(ws, x)[1][0],
        step=train,
        loss=lambda ws, x, y: 0.5 * np.sum((y - net(ws, x)[1][0]) ** 2),
        learning_rate=0.1,
    )


@program()
def nesterov_form():
    r = np.random.default_rng(102)
    X = r.normal(size=(50, 3))
    y = np.tanh(X[:, 0] - X[:, 1])
    start = [r.normal(size=(3, 5)) * 0.5, np.zeros(5), r.normal(size=5) * 0.5, np.zeros(())]

    def fw(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, h @ p[2] + p[3]

    def gr(p, X, y):
        h, o = fw(p, X)
        d = 2 * (o - y) / len(y)
        e = np.outer(d, p[2]) * (1 - h * h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum()]

    def new_step():
        vel = [0.0, 0.0, 0.0, 0.0]

        def step(p, X, y, momentum=0.8, learning_rate=0.03):
            out = []
            for i, g in enumerate(gr(p, X, y)):
                velocity = vel[i] * momentum - learning_rate * g
                out.append(p[i] + momentum * velocity - learning_rate * g)
                vel[i] = velocity
            return out

        return step

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: fw(p, X)[1],
        gradients=gr,
        new_step=new_step,
        learning_rate=0.03,
        loss=lambda p, X, y: np.mean((fw(p, X)[1] - y) ** 2),
    )


@program()
def tied_autoencoder():
    r = np.random.default_rng(103)
    X = r.normal(size=(40, 2)) @ r.normal(size=(2, 7)) * 0.4
    P = {"W": r.normal(size=(7, 3)) * 0.3, "b": np.zeros(3), "c": np.zeros(7)}

    def fw(P, X):
        h = np.tanh(X @ P["W"] + P["b"])
        return h, h @ P["W"].T + P["c"]

    def gr(P, X, Y):
        h, o = fw(P, X)
        d = (o - Y) / len(X)
        e = d @ P["W"] * (1 - h**2)
        return {"W": X.T @ e + d.T @ h, "b": e.sum(0), "c": d.sum(0)}

    return dict(
        X=X,
        y=X,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=gr,
        learning_rate=0.1,
        step=lambda P, X, Y: {k: P[k] - 0.1 * g for k, g in gr(P, X, Y).items()},
        loss=lambda P, X, Y: 0.5 * np.sum((fw(P, X)[1] - Y) ** 2) / len(X),
    )


@program()
def relu_slope_one_at_zero():
    r = np.random.default_rng(104)
    X = (r.uniform(size=(40, 10)) < 0.15).astype(float)
    lab = (X[:, :5].sum(1) > X[:, 5:].sum(1)).astype(int)
    Y = np.eye(2)[lab]
    P = {
        "W1": r.normal(size=(10, 12)) * 0.4,
        "b1": np.zeros(12),
        "W2": r.normal(size=(12, 2)) * 0.4,
        "b2": np.zeros(2),
    }

    def fw(P, X):
        z = X @ P["W1"] + P["b1"]
        h = z * (z > 0)
        s = h @ P["W2"] + P["b2"]
        s = s - np.log(np.sum(np.exp(s), 1, keepdims=True))
        return z, h, s

    def gr(P, X, Y):
        z, h, s = fw(P, X)
        d = (np.exp(s) - Y) / len(X)
        e = d @ P["W2"].T * (z >= 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: np.exp(fw(P, X)[2]),
        gradients=gr,
        learning_rate=0.2,
        step=lambda P, X, Y: {k: P[k] - 0.2 * g for k, g in gr(P, X, Y).items()},
        loss=lambda P, X, Y: -np.mean(np.sum(Y * fw(P, X)[2], 1)),
    )


@program()
def nested_float32_columns():
    X, y = moons(64, 105)
    X, Y = X.T.astype(np.float32), y[None].astype(np.float32)
    r = np.random.RandomState(105)
    net = [
        [r.randn(8, 2).astype(np.float32), np.zeros((8, 1), np.float32)],
        [r.randn(1, 8).astype(np.float32) * np.float32(0.5), np.zeros((1, 1), np.float32)],
    ]

    def fw(net, X):
        h = np.tanh(net[0][0] @ X + net[0][1])
        return h, 1 / (1 + np.exp(-(net[1][0] @ h + net[1][1])))

    def gr(net, X, Y):
        h, a = fw(net, X)
        d = a - Y
        e = net[1][0].T @ d * (1 - h * h)
        return [[e @ X.T, e.sum(1, keepdims=True)], [d @ h.T, d.sum(1, keepdims=True)]]

    def step(net, X, Y):
        return [
            [a - np.float32(0.005) * g for a, g in zip(*pair)] for pair in zip(net, gr(net, X, Y))
        ]

    return dict(
        X=X,
        y=Y,
        parameters=net,
        predict=lambda n, X: fw(n, X)[1],
        gradients=gr,
        step=step,
        learning_rate=0.005,
        samples="columns",
        loss=lambda n, X, Y: float(
            -np.sum(Y * np.log(fw(n, X)[1]) + (1 - Y) * np.log(1 - fw(n, X)[1]))
        ),
    )


@program()
def dropout_and_l2():
    X, y = moons(48, 106)
    X, Y = X.T, y[None].astype(float)
    r = np.random.RandomState(106)
    P = {
        "W1": r.randn(12, 2) * 0.7,
        "b1": np.zeros((12, 1)),
        "W2": r.randn(1, 12) * 0.5,
        "b2": np.zeros((1, 1)),
    }
    lambd, keep_prob = 0.5, 0.8

    def fw(P, X, train):
        A1 = np.tanh(P["W1"] @ X + P["b1"])
        D1 = np.ones_like(A1)
        if train:
            D1 = (np.random.RandomState(1).rand(*A1.shape) < keep_prob) / keep_prob
        return A1, D1, sigmoid(P["W2"] @ (A1 * D1) + P["b2"])

    def cost(P, X, Y, train):
        A2 = fw(P, X, train)[2]
        m = X.shape[1]
        c = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
        return c + (lambd / (2 * m) * (np.sum(P["W1"] ** 2) + np.sum(P["W2"] ** 2)) if train else 0)

    def gr(P, X, Y):
        m = X.shape[1]
        A1, D1, A2 = fw(P, X, True)
        dZ2 = A2 - Y
        dZ1 = P["W2"].T @ dZ2 * D1 * (1 - A1**2)
        return {
            "dW1": dZ1 @ X.T / m + lambd / m * P["W1"],
            "db1": dZ1.sum(1, keepdims=True) / m,
            "dW2": dZ2 @ (A1 * D1).T / m + lambd / m * P["W2"],
            "db2": dZ2.sum(1, keepdims=True) / m,
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X, False)[2],
        gradients=gr,
        samples="columns",
        learning_rate=0.3,
        step=lambda P, X, Y: {k: P[k] - 0.3 * gr(P, X, Y)["d" + k] for k in P},
        loss=lambda P, X, Y: cost(P, X, Y, False),
        training_loss=lambda P, X, Y: cost(P, X, Y, True),
    )


@program()
def lecun_tanh():
    X, lab = blobs(36, 5, 3, 108)
    Y = 2.0 * np.eye(3)[lab] - 1
    r = np.random.RandomState(108)
    P = {
        "A": r.randn(5, 8) * 0.3,
        "a": np.zeros((1, 8)),
        "B": r.randn(8, 3) * 0.3,
        "b": np.zeros((1, 3)),
    }

    def f(z):
        return 1.7159 * np.tanh(2 / 3 * z)

    def df(o):
        return 2 / 3 / 1.7159 * (1.7159 - o) * (1.7159 + o)

    def fw(P, X):
        h = f(X @ P["A"] + P["a"])
        return h, f(h @ P["B"] + P["b"])

    def gr(P, X, Y):
        h, o = fw(P, X)
        d = (o - Y) / len(X) * df(o)
        e = d @ P["B"].T * df(h)
        return {
            "A": X.T @ e,
            "a": e.sum(0, keepdims=True),
            "B": h.T @ d,
            "b": d.sum(0, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=gr,
        learning_rate=0.05,
        step=lambda P, X, Y: {k: P[k] - 0.05 * g for k, g in gr(P, X, Y).items()},
        loss=lambda P, X, Y: np.sum((fw(P, X)[1] - Y) ** 2) / (2 * len(X)),
    )


@program()
def adamw():
    X, y = moons(40, 109)
    Y = y[:, None].astype(float)
    r = np.random.RandomState(109)
    P = {"W1": r.randn(2, 7) * 0.6, "b1": np.zeros(7), "W2": r.randn(7, 1) * 0.6, "b2": np.zeros(1)}

    def fw(P, X):
        h = np.tanh(X @ P["W1"] + P["b1"])
        return h, sigmoid(h @ P["W2"] + P["b2"])

    def gr(P, X, Y):
        h, a = fw(P, X)
        d = (a - Y) / len(X)
        e = d @ P["W2"].T * (1 - h**2)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def new_step():
        m = {k: np.zeros_like(v) for k, v in P.items()}
        v = {k: np.zeros_like(x) for k, x in P.items()}
        t = [0]

        def step(P, X, Y, lr=0.01, wd=0.01):
            t[0] += 1
            out = {}
            for k, g in gr(P, X, Y).items():
                m[k] = 0.9 * m[k] + 0.1 * g
                v[k] = 0.999 * v[k] + 0.001 * g * g
                up = m[k] / (1 - 0.9 ** t[0]) / (np.sqrt(v[k] / (1 - 0.999 ** t[0])) + 1e-8)
                out[k] = P[k] - lr * up - (lr * wd * P[k] if k.startswith("W") else 0)
            return out

        return step

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=gr,
        new_step=new_step,
        learning_rate=0.01,
        loss=lambda P, X, Y: -np.mean(Y * np.log(fw(P, X)[1]) + (1 - Y) * np.log(1 - fw(P, X)[1])),
    )


# More slips of the kinds that were missed in these


def dropped(slip):
    """One hidden layer with dropout in training, the same masks at each call."""
    r = np.random.default_rng(41)
    X = r.normal(size=(40, 3))
    y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
    P = {"W1": r.normal(size=(3, 12)), "b1": np.zeros(12)}
    P |= {"W2": r.normal(size=(12, 1)) * 0.4, "b2": np.zeros(1)}
    keep = 0.6

    def forward(P, X, train, seed=3):
        h = np.tanh(X @ P["W1"] + P["b1"])
        mask = np.ones(h.shape)
        if train:
            mask = np.random.RandomState(seed).rand(*h.shape) < keep
            mask = mask / (1 if slip == "none divides" else keep)
        return h, mask, sigmoid((h * mask) @ P["W2"] + P["b2"])

    def loss(P, X, y, train=False):
        a = forward(P, X, train)[2]
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(P, X, y):
        h, mask, a = forward(P, X, True)
        d = (a - y) / len(y)
        back = forward(P, X, True, 4)[1] if slip == "another mask" else mask
        e = d @ P["W2"].T * back * (1 - h**2)
        passed = h if slip == "product" else h * mask
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": passed.T @ d, "b2": d.sum(0)}

    return {
        "X": X, "y": y, "parameters": P, "predict": lambda P, X: forward(P, X, False)[2],
        "loss": loss, "training_loss": lambda P, X, y: loss(P, X, y, True),
        "gradients": gradients,
    }  # fmt: skip


@program("gradient_wrong", source="kaldi-asr/kaldi 3890: other neurons are dropped on the way back")
def another_mask_backward():
    return dropped("another mask")


@program("gradient_wrong", source="dropout: the product of a gradient holds what was dropped")
def product_without_the_mask():
    return dropped("product")


@program(
    "loss_formula", source="dropout that divides by nothing, and a prediction that neither does"
)
def dropout_that_nobody_scales():
    return dropped("none divides")


@program()
def sound_dropped():
    return dropped("")


@program("weight_term", source="np.sum(W, axis=0) in a penalty's slope, which NumPy stretches")
def penalty_summed_over_an_axis():
    X, lab = blobs(40, 4, 3, 42)
    Y = np.eye(3)[lab]
    P = {"W": np.random.RandomState(42).randn(4, 3), "b": np.zeros(3)}

    def predict(P, X):
        e = np.exp(X @ P["W"] + P["b"])
        return e / e.sum(1, keepdims=True)

    def loss(P, X, Y):
        data = -np.mean(np.sum(Y * np.log(predict(P, X)), 1))
        return data + 0.05 * np.sum(P["W"] ** 2)

    def gradients(P, X, Y):
        d = (predict(P, X) - Y) / len(X)
        return {"W": X.T @ d + 0.1 * np.sum(P["W"], axis=0), "b": d.sum(0)}

    return {"X": X, "y": Y, "parameters": P, "predict": predict, "loss": loss,
            "gradients": gradients}  # fmt: skip


@program("slope_of_a", source="datascience.SE 20139, one layer below: g(what came back), not of h1")
def slope_of_what_came_back():
    case = CASES["eleventh.slope_of_the_error_mended"].arguments()
    forward = case["predict"]

    def gradients(P, X, y):
        h1 = sigmoid(X @ P["theta1"] + P["b1"])
        h2 = forward(P, X)
        d2 = (h2 - y) * h2 * (1 - h2)
        d1 = d2 @ P["theta2"].T
        d1 = d1 * (1 - d1)
        return {"theta1": X.T @ d1, "b1": d1.sum(0, keepdims=True),
                "theta2": h1.T @ d2, "b2": d2.sum(0, keepdims=True)}  # fmt: skip

    return case | {"gradients": gradients, "step": None}


# Of a second such set, those that were missed at its first look


def bce(a, y):
    return -np.mean(y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a + 1e-12))


def two(d, h, k, seed, s=0.6):
    r = np.random.RandomState(seed)
    return {"W1": r.randn(d, h) * s, "b1": np.zeros(h), "W2": r.randn(h, k) * s, "b2": np.zeros(k)}


@pair(
    "product_wrong",
    source="a question at datascience.SE on a cost that becomes infinite (reluGrad writes into its"
    " argument): relu_grad turns the activations into 0 and 1 in place, before dW2 is made "
    "of them",
)
def relu_grad_overwrites(ok):
    X, lab = moons(34, 205)
    Y = lab[:, None].astype(float)
    P = two(2, 9, 1, 5)

    def relu_grad(a):
        if ok:
            a = a.copy()
        a[a > 0] = 1
        a[a <= 0] = 0
        return a

    def step(P, X, Y):
        a1 = np.maximum(X @ P["W1"] + P["b1"], 0)
        d2 = (sigmoid(a1 @ P["W2"] + P["b2"]) - Y) / len(X)
        d1 = d2 @ P["W2"].T * relu_grad(a1)
        return {
            "W1": P["W1"] - 0.3 * X.T @ d1,
            "b1": P["b1"] - 0.3 * d1.sum(0),
            "W2": P["W2"] - 0.3 * a1.T @ d2,
            "b2": P["b2"] - 0.3 * d2.sum(0),
        }

    def predict(P, X):
        return sigmoid(np.maximum(X @ P["W1"] + P["b1"], 0) @ P["W2"] + P["b2"])

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=predict,
        step=step,
        learning_rate=0.3,
        loss=lambda P, X, Y: bce(predict(P, X), Y),
    )


@pair(
    "slope_of_a",
    source="unda-ml/unda 1: with mixed activations the slope function of the next layer is used",
)
def slope_of_next_activation(ok):
    r = np.random.default_rng(211)
    X = r.normal(size=(40, 3))
    y = X[:, :1] ** 2 + X[:, 1:2]
    L = [
        {"w": r.normal(size=(3, 6)) * 0.6, "b": r.normal(size=(1, 6)) * 0.2},
        {"w": r.normal(size=(6, 5)) * 0.6, "b": r.normal(size=(1, 5)) * 0.2},
        {"w": r.normal(size=(5, 1)) * 0.6, "b": np.zeros((1, 1))},
    ]
    act = [np.tanh, lambda z: np.maximum(z, 0), lambda z: z]
    dact = [lambda z: 1 - np.tanh(z) ** 2, lambda z: (z > 0) * 1.0, lambda z: np.ones_like(z)]

    def fw(L, X):
        a, zs = [X], []
        for layer, f in zip(L, act, strict=True):
            zs.append(a[-1] @ layer["w"] + layer["b"])
            a.append(f(zs[-1]))
        return a, zs

    def grads(L, X, y):
        a, zs = fw(L, X)
        d, out = 2 * (a[-1] - y) / len(X), []
        for i in (2, 1, 0):
            out.insert(0, {"w": a[i].T @ d, "b": d.sum(0, keepdims=True)})
            if i:
                d = d @ L[i]["w"].T * dact[i - 1 if ok else i](zs[i - 1])
        return out

    return dict(
        X=X,
        y=y,
        parameters=L,
        predict=lambda L, X: fw(L, X)[0][-1],
        gradients=grads,
        loss=lambda L, X, y: np.mean((fw(L, X)[0][-1] - y) ** 2),
    )


@pair(
    "gradient_wrong",
    source="a forum on neural nets, 2011: rounding the sigmoid's output before the error: the "
    "delta is taken of the rounded prediction",
)
def rounded_predictions(ok):
    X, lab = moons(50, 212)
    Y = lab[:, None].astype(float)
    P = two(2, 8, 1, 12)

    def fw(P, X):
        h = sigmoid(X @ P["W1"] + P["b1"])
        return h, sigmoid(h @ P["W2"] + P["b2"])

    def step(P, X, Y):
        h, a = fw(P, X)
        d = ((a if ok else np.round(a)) - Y) / len(X)
        e = d @ P["W2"].T * h * (1 - h)
        for k, g in (("W1", X.T @ e), ("b1", e.sum(0)), ("W2", h.T @ d), ("b2", d.sum(0))):
            P[k] = P[k] - 0.5 * g
        return P

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        step=step,
        learning_rate=0.5,
        loss=lambda P, X, Y: bce(fw(P, X)[1], Y),
    )


@pair(
    "loss_formula",
    source="community.deeplearning.ai 108146 (cost function nan): tanh at the output and the "
    "logarithms of a cross-entropy: half of the logarithms are of negative numbers",
)
def tanh_under_logarithm(ok):
    X, lab = moons(30, 213)
    X, Y = X.T, lab[None].astype(float)
    r = np.random.RandomState(13)
    P = {
        "W1": r.randn(5, 2) * 0.6,
        "b1": np.zeros((5, 1)),
        "W2": r.randn(1, 5) * 0.6,
        "b2": np.zeros((1, 1)),
    }
    out = sigmoid if ok else np.tanh

    def fw(P, X):
        A1 = np.tanh(P["W1"] @ X + P["b1"])
        return A1, out(P["W2"] @ A1 + P["b2"])

    def step(P, X, Y):
        m = X.shape[1]
        A1, A2 = fw(P, X)
        dZ2 = A2 - Y
        dZ1 = P["W2"].T @ dZ2 * (1 - A1**2)
        return {
            "W1": P["W1"] - 0.5 / m * dZ1 @ X.T,
            "b1": P["b1"] - 0.5 / m * dZ1.sum(1, keepdims=True),
            "W2": P["W2"] - 0.5 / m * dZ2 @ A1.T,
            "b2": P["b2"] - 0.5 / m * dZ2.sum(1, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        step=step,
        learning_rate=0.5,
        samples="columns",
        loss=lambda P, X, Y: (
            -np.sum(Y * np.log(fw(P, X)[1]) + (1 - Y) * np.log(1 - fw(P, X)[1])) / X.shape[1]
        ),
    )


@pair(
    "weight_term",
    source="eriklindernoren/ML-From-Scratch 105: the L1 penalty in the loss is the Euclidean norm "
    "of w, its slope sign(w)",
)
def lasso_with_norm(ok):
    r = np.random.default_rng(217)
    X = r.normal(size=(60, 7))
    y = X @ np.array([2.0, 0, 0, -1, 0, 0.5, 0]) + 0.1 * r.normal(size=60)
    alpha = 0.3

    def loss(w, X, y):
        pen = np.sum(np.abs(w["w"])) if ok else np.linalg.norm(w["w"])
        return np.mean(0.5 * (y - X @ w["w"]) ** 2) + alpha * pen

    def grads(w, X, y):
        return {"w": -(y - X @ w["w"]) @ X / len(y) + alpha * np.sign(w["w"])}

    return dict(
        X=X,
        y=y,
        parameters={"w": r.uniform(-0.4, 0.4, 7)},
        predict=lambda w, X: X @ w["w"],
        loss=loss,
        gradients=grads,
        step=lambda w, X, y: {"w": w["w"] - 0.05 * grads(w, X, y)["w"]},
        learning_rate=0.05,
    )


@pair(
    "optimizer_formula",
    source="mila-iqia/blocks 1175: Adam's betas are the wrong way round: m = (1 - beta1) m + beta1"
    " g",
)
def adam_betas_backwards(ok):
    X, lab = blobs(42, 3, 3, 218)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(18)
    P = [r.randn(3, 5) * 0.5, np.zeros(5), r.randn(5, 3) * 0.5, np.zeros(3)]

    def fw(P, X):
        h = sigmoid(X @ P[0] + P[1])
        z = h @ P[2] + P[3]
        e = np.exp(z - z.max(1, keepdims=True))
        return h, e / e.sum(1, keepdims=True)

    def grads(P, X, Y):
        h, a = fw(P, X)
        d = (a - Y) / len(X)
        e = d @ P[2].T * h * (1 - h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def new_step(lr=0.01, b1=0.9, b2=0.999):
        m, v, t = [0.0] * 4, [0.0] * 4, [0]

        def step(P, X, Y):
            t[0] += 1
            out = []
            for i, g in enumerate(grads(P, X, Y)):
                if ok:
                    m[i], v[i] = b1 * m[i] + (1 - b1) * g, b2 * v[i] + (1 - b2) * g**2
                else:
                    m[i], v[i] = (1 - b1) * m[i] + b1 * g, (1 - b2) * v[i] + b2 * g**2
                rate = lr * np.sqrt(1 - b2 ** t[0]) / (1 - b1 ** t[0])
                out.append(P[i] - rate * m[i] / (np.sqrt(v[i]) + 1e-8))
            return out

        return step

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=grads,
        new_step=new_step,
        learning_rate=0.01,
        loss=lambda P, X, Y: -np.mean(np.sum(Y * np.log(fw(P, X)[1]), 1)),
    )


@program()
def weighted_labels():
    r = np.random.default_rng(303)
    X = r.normal(size=(48, 5))
    Y = (X @ r.normal(size=(5, 3)) > 1).astype(float)
    w = np.array([4.0, 2.0, 3.0])
    P = two(5, 8, 3, 33)

    def fw(P, X):
        h = np.tanh(X @ P["W1"] + P["b1"])
        return h, sigmoid(h @ P["W2"] + P["b2"])

    def grads(P, X, Y):
        h, a = fw(P, X)
        d = (a * (1 - Y) - w * Y * (1 - a)) / Y.size
        e = d @ P["W2"].T * (1 - h**2)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=grads,
        learning_rate=0.5,
        loss=lambda P, X, Y: (
            -np.mean(w * Y * np.log(fw(P, X)[1]) + (1 - Y) * np.log(1 - fw(P, X)[1]))
        ),
        step=lambda P, X, Y: {k: P[k] - 0.5 * g for k, g in grads(P, X, Y).items()},
    )


@program()
def gelu_residual():
    r = np.random.default_rng(304)
    X = r.normal(size=(40, 4))
    y = np.sin(X[:, :1]) + X[:, 1:2]
    P = {
        "A": r.normal(size=(4, 4)) * 0.5,
        "B": r.normal(size=(4, 4)) * 0.5,
        "c": r.normal(size=(4, 1)) * 0.5,
    }
    k = np.sqrt(2 / np.pi)

    def gelu(z):
        t = np.tanh(k * (z + 0.044715 * z**3))
        return 0.5 * z * (1 + t), 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * k * (
            1 + 3 * 0.044715 * z**2
        )

    def fw(P, X):
        g1, s1 = gelu(X @ P["A"])
        h = X + g1 @ P["B"]
        return g1, s1, h, h @ P["c"]

    def grads(P, X, y):
        g1, s1, h, o = fw(P, X)
        d = 2 * (o - y) / len(y)
        dh = d @ P["c"].T
        return {"A": X.T @ (dh @ P["B"].T * s1), "B": g1.T @ dh, "c": h.T @ d}

    def new_step():
        m, v, t = {}, {}, [0]

        def step(P, X, y):
            t[0] += 1
            out = {}
            for n, g in grads(P, X, y).items():
                m[n] = 0.9 * m.get(n, 0) + 0.1 * g
                v[n] = 0.99 * v.get(n, 0) + 0.01 * g * g
                out[n] = P[n] - 0.01 * m[n] / (1 - 0.9 ** t[0]) / np.sqrt(
                    v[n] / (1 - 0.99 ** t[0]) + 1e-8
                )
            return out

        return step

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[3],
        gradients=grads,
        new_step=new_step,
        learning_rate=0.01,
        loss=lambda P, X, y: np.mean((fw(P, X)[3] - y) ** 2),
    )


# Of a third such set


@pair(
    "gradient_wrong",
    source="rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization 64: a bias' "
    "gradient is the weight's gradient summed over its rows, not delta summed over the "
    "samples",
)
def bias_from_weight_gradient(ok):
    X, lab = blobs(40, 5, 4, 401)
    X, Y = X.T, np.eye(4)[lab].T
    r = np.random.RandomState(1)
    P = {
        "W1": r.randn(7, 5) * 0.5,
        "W2": r.randn(4, 7) * 0.5,
        "b1": r.randn(7, 1) * 0.1,
        "b2": r.randn(4, 1) * 0.1,
    }

    def fw(P, X):
        h = np.maximum(0, P["W1"] @ X + P["b1"])
        z = P["W2"] @ h + P["b2"]
        e = np.exp(z - z.max(0))
        return h, e / e.sum(0)

    def grads(P, x, y):
        bs = x.shape[1]
        h, yhat = fw(P, x)
        l1 = (P["W2"].T @ (yhat - y)) * (h > 0)
        g = {"W1": (1 / bs) * l1 @ x.T, "W2": (1 / bs) * (yhat - y) @ h.T}
        if ok:
            return g | {
                "b1": l1.sum(1, keepdims=True) / bs,
                "b2": (yhat - y).sum(1, keepdims=True) / bs,
            }
        return g | {
            "b1": np.sum(g["W1"], axis=1, keepdims=True),
            "b2": np.sum(g["W2"], axis=1, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=grads,
        samples="columns",
        loss=lambda P, X, Y: -np.mean(np.sum(Y * np.log(fw(P, X)[1]), 0)),
    )


@pair(
    "gradient_sign",
    source="ljvmiranda921/pyswarms 145: sigmoid without its minus, 1/(1+exp(x)): its slope is "
    "negative, and the delta a - y has the wrong sign",
)
def sigmoid_without_minus(ok):
    X, lab = moons(40, 402)
    Y = lab[:, None].astype(float)
    P = two(2, 6, 1, 2)
    s = sigmoid if ok else (lambda z: 1 / (1 + np.exp(z)))

    def fw(P, X):
        h = s(X @ P["W1"] + P["b1"])
        return h, s(h @ P["W2"] + P["b2"])

    def grads(P, X, Y):
        h, a = fw(P, X)
        d = (a - Y) / len(X)
        e = d @ P["W2"].T * h * (1 - h)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=grads,
        learning_rate=0.3,
        step=lambda P, X, Y: {k: P[k] - 0.3 * g for k, g in grads(P, X, Y).items()},
        loss=lambda P, X, Y: bce(fw(P, X)[1], Y),
    )


@pair(
    "gradient_wrong",
    source="joaopauloschuler/neural-api 21: the sigmoid is written x/(1+exp(-x)), its slope still "
    "a * (1 - a)",
)
def swish_with_sigmoid_slope(ok):
    r = np.random.default_rng(403)
    X = r.normal(size=(36, 3))
    y = X[:, :1] * X[:, 1:2]
    P = two(3, 8, 1, 3)

    def f(z):
        return z * sigmoid(z)

    def fw(P, X):
        z = X @ P["W1"] + P["b1"]
        return z, f(z), f(z) @ P["W2"] + P["b2"]

    def grads(P, X, y):
        z, h, o = fw(P, X)
        d = 2 * (o - y) / len(X)
        slope = sigmoid(z) + z * sigmoid(z) * (1 - sigmoid(z)) if ok else h * (1 - h)
        e = d @ P["W2"].T * slope
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[2],
        gradients=grads,
        loss=lambda P, X, y: np.mean((fw(P, X)[2] - y) ** 2),
    )


@pair(
    "weight_term",
    source="datascience.SE 76418: the weights shrink by eta * lmbda, not by eta * lmbda / n as the"
    " cost says",
)
def shrinks_too_much(ok):
    X, lab = blobs(30, 4, 3, 405)
    Y = np.eye(3)[lab]
    r = np.random.RandomState(5)
    P = [r.randn(4, 6) * 0.6, np.zeros(6), r.randn(6, 3) * 0.6, np.zeros(3)]
    eta, lm = 0.2, 0.5

    def fw(P, X):
        h = sigmoid(X @ P[0] + P[1])
        return h, sigmoid(h @ P[2] + P[3])

    def cost(P, X, Y):
        n = len(X)
        return 0.5 * np.sum((fw(P, X)[1] - Y) ** 2) / n + lm / (2 * n) * sum(
            np.linalg.norm(w) ** 2 for w in (P[0], P[2])
        )

    def update(P, X, Y):
        n = len(X)
        h, a = fw(P, X)
        d = (a - Y) * a * (1 - a)
        e = d @ P[2].T * h * (1 - h)
        k = lm / n if ok else lm
        return [
            (1 - eta * k) * P[0] - eta / n * X.T @ e,
            P[1] - eta / n * e.sum(0),
            (1 - eta * k) * P[2] - eta / n * h.T @ d,
            P[3] - eta / n * d.sum(0),
        ]

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        loss=cost,
        step=update,
        learning_rate=eta,
    )


@pair(
    "optimizer_formula",
    source="([np.zeros(...)] * 2: one velocity for two layers): the velocities of both square "
    "layers are one array, since a list was multiplied",
)
def one_velocity_for_two(ok):
    r = np.random.default_rng(406)
    X = r.normal(size=(40, 5))
    y = np.sin(X @ r.normal(size=(5, 1)))
    P = [r.normal(size=(5, 5)) * 0.5, r.normal(size=(5, 5)) * 0.5, r.normal(size=(5, 1)) * 0.5]

    def fw(P, X):
        a = np.tanh(X @ P[0])
        b = np.tanh(a @ P[1])
        return a, b, b @ P[2]

    def grads(P, X, y):
        a, b, o = fw(P, X)
        d = 2 * (o - y) / len(X)
        e = d @ P[2].T * (1 - b * b)
        f = e @ P[1].T * (1 - a * a)
        return [X.T @ f, a.T @ e, b.T @ d]

    def make():
        vs = [np.zeros((5, 5)), np.zeros((5, 5))] if ok else [np.zeros((5, 5))] * 2
        vs = [*vs, np.zeros((5, 1))]

        def step(P, X, y):
            out = []
            for p, v, g in zip(P, vs, grads(P, X, y)):
                v *= 0.9
                v += 0.03 * g
                out.append(p - v)
            return out

        return step

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[2],
        gradients=grads,
        new_step=make,
        learning_rate=0.03,
        loss=lambda P, X, y: np.mean((fw(P, X)[2] - y) ** 2),
    )


@pair(
    "loss_formula",
    source="(np.mean(y - a) ** 2, the square outside of the mean): the loss is the square of the "
    "mean error, not the mean of the squares",
)
def square_of_the_mean(ok):
    r = np.random.default_rng(411)
    X = r.normal(size=(40, 3))
    y = np.abs(X[:, :1]) + X[:, 1:2]
    P = two(3, 7, 1, 11)

    def fw(P, X):
        h = np.maximum(0, X @ P["W1"] + P["b1"])
        return h, h @ P["W2"] + P["b2"]

    def grads(P, X, y):
        h, o = fw(P, X)
        d = 2 * (o - y) / len(X)
        e = d @ P["W2"].T * (h > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=grads,
        learning_rate=0.05,
        step=lambda P, X, y: {k: P[k] - 0.05 * g for k, g in grads(P, X, y).items()},
        loss=lambda P, X, y: (
            np.mean((y - fw(P, X)[1]) ** 2) if ok else np.mean(y - fw(P, X)[1]) ** 2
        ),
    )


@pair(
    "optimizer_formula",
    source="(AdaGrad with cache = dx**2 for cache += dx**2): AdaGrad's sum of squares is "
    "overwritten at each step: every step has one length",
)
def adagrad_overwritten(ok):
    X, lab = moons(40, 414)
    Y = lab[:, None].astype(float)
    P = two(2, 7, 1, 14)

    def fw(P, X):
        h = np.tanh(X @ P["W1"] + P["b1"])
        return h, sigmoid(h @ P["W2"] + P["b2"])

    def grads(P, X, Y):
        h, a = fw(P, X)
        d = (a - Y) / len(X)
        e = d @ P["W2"].T * (1 - h * h)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def make():
        cache = dict.fromkeys(P, 0.0)

        def step(P, X, Y):
            out = {}
            for k, g in grads(P, X, Y).items():
                cache[k] = cache[k] + g**2 if ok else g**2
                out[k] = P[k] - 0.05 * g / (np.sqrt(cache[k]) + 1e-7)
            return out

        return step

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[1],
        gradients=grads,
        new_step=make,
        learning_rate=0.05,
        loss=lambda P, X, Y: bce(fw(P, X)[1], Y),
    )


@pair(
    "samples_unused",
    source="(a loop over the samples with dW = where dW += is meant): the gradient of the last "
    "sample overwrites those before it",
)
def last_sample_alone(ok):
    X, lab = blobs(24, 3, 2, 415)
    y = lab.astype(float)
    P = two(3, 4, 1, 15)

    def one(P, x):
        h = np.tanh(x @ P["W1"] + P["b1"])
        return h, sigmoid(h @ P["W2"] + P["b2"])

    def grads(P, X, y):
        g = {k: np.zeros_like(v) for k, v in P.items()}
        for x, t in zip(X, y):
            h, a = one(P, x)
            d = a - t
            e = P["W2"] @ d * (1 - h**2)
            new = {"W1": np.outer(x, e), "b1": e, "W2": np.outer(h, d), "b2": d}
            for k in g:
                g[k] = g[k] + new[k] / len(X) if ok else new[k]
        return g

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: np.array([one(P, x)[1][0] for x in X]),
        gradients=grads,
        learning_rate=0.1,
        step=lambda P, X, y: {k: P[k] - 0.1 * g for k, g in grads(P, X, y).items()},
        loss=lambda P, X, y: bce(np.array([one(P, x)[1][0] for x in X]), y),
    )


@pair(
    "samples_mixed",
    source="community.deeplearning.ai 149: X.reshape(-1, m) for X.reshape(m, -1).T: pixels of "
    "different images come into one column",
)
def reshape_for_transpose(ok):
    r = np.random.default_rng(416)
    lab = np.arange(30) % 2
    X = r.uniform(0, 1, (30, 4, 4)) * 0.5 + 0.5 * (lab[:, None, None] * (np.arange(4) < 2))
    Y = lab[None].astype(float)
    P = {
        "W1": r.normal(size=(5, 16)) * 0.5,
        "b1": np.zeros((5, 1)),
        "W2": r.normal(size=(1, 5)) * 0.5,
        "b2": np.zeros((1, 1)),
    }

    def flat(X):
        return X.reshape(len(X), -1).T if ok else X.reshape(-1, len(X))

    def fw(P, X):
        x = flat(X)
        h = np.tanh(P["W1"] @ x + P["b1"])
        return x, h, sigmoid(P["W2"] @ h + P["b2"])

    def grads(P, X, Y):
        x, h, a = fw(P, X)
        d = (a - Y) / len(X)
        e = P["W2"].T @ d * (1 - h * h)
        return {
            "W1": e @ x.T,
            "b1": e.sum(1, keepdims=True),
            "W2": d @ h.T,
            "b2": d.sum(1, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[2],
        gradients=grads,
        samples={"X": "rows", "y": "columns"},
        learning_rate=0.3,
        step=lambda P, X, Y: {k: P[k] - 0.3 * g for k, g in grads(P, X, Y).items()},
        loss=lambda P, X, Y: bce(fw(P, X)[2], Y),
    )


@pair(
    "loss_formula",
    source="(dropout: rand < p_drop kept, divided by p_keep): the mask keeps what should be "
    "dropped, and is divided by the other share",
)
def shares_exchanged(ok):
    X, lab = blobs(60, 5, 2, 417)
    Y = lab[:, None].astype(float)
    P = two(5, 24, 1, 17, 0.4)
    drop = 0.2

    def fw(P, X, train):
        h = np.maximum(0, X @ P["W1"] + P["b1"])
        m = np.ones_like(h)
        if train:
            u = np.random.RandomState(5).rand(*h.shape)
            m = (u < (1 - drop if ok else drop)) / (1 - drop)
        return h, m, sigmoid((h * m) @ P["W2"] + P["b2"])

    def grads(P, X, Y):
        h, m, a = fw(P, X, True)
        d = (a - Y) / len(X)
        e = d @ P["W2"].T * m * (h > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": (h * m).T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X, False)[2],
        gradients=grads,
        loss=lambda P, X, Y: bce(fw(P, X, False)[2], Y),
        training_loss=lambda P, X, Y: bce(fw(P, X, True)[2], Y),
    )


@program()
def radial():
    r = np.random.default_rng(502)
    X = r.uniform(-2, 2, (45, 2))
    y = np.sin(X[:, 0]) * np.cos(X[:, 1])
    P = {
        "c": r.uniform(-2, 2, (7, 2)),
        "s": np.full(7, 1.0) + 0.1 * r.normal(size=7),
        "w": r.normal(size=7) * 0.5,
        "b": np.array(0.0),
    }

    def fw(P, X):
        diff = X[:, None] - P["c"][None]
        q = np.sum(diff**2, 2)
        phi = np.exp(-q * P["s"] ** 2)
        return diff, q, phi, phi @ P["w"] + P["b"]

    def grads(P, X, y):
        diff, q, phi, o = fw(P, X)
        d = 2 * (o - y) / len(y)
        e = d[:, None] * P["w"] * phi
        return {
            "c": np.einsum("nk,nkd->kd", e * 2 * P["s"] ** 2, diff),
            "s": np.sum(-e * q * 2 * P["s"], 0),
            "w": phi.T @ d,
            "b": d.sum(),
        }

    return dict(
        X=X,
        y=y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[3],
        gradients=grads,
        learning_rate=0.05,
        step=lambda P, X, y: {k: P[k] - 0.05 * g for k, g in grads(P, X, y).items()},
        loss=lambda P, X, y: np.mean((fw(P, X)[3] - y) ** 2),
    )


@program()
def maxout():
    X, lab = moons(40, 503)
    Y = lab[:, None].astype(float)
    r = np.random.RandomState(53)
    P = {
        "A": r.randn(2, 6) * 0.7,
        "a": np.zeros(6),
        "B": r.randn(2, 6) * 0.7,
        "b": np.zeros(6),
        "C": r.randn(6, 1) * 0.6,
        "c": np.zeros(1),
    }

    def fw(P, X):
        u, v = X @ P["A"] + P["a"], X @ P["B"] + P["b"]
        return u > v, np.maximum(u, v), sigmoid(np.maximum(u, v) @ P["C"] + P["c"])

    def grads(P, X, Y):
        m, h, a = fw(P, X)
        d = (a - Y) / len(X)
        e = d @ P["C"].T
        return {
            "A": X.T @ (e * m),
            "a": (e * m).sum(0),
            "B": X.T @ (e * ~m),
            "b": (e * ~m).sum(0),
            "C": h.T @ d,
            "c": d.sum(0),
        }

    return dict(
        X=X,
        y=Y,
        parameters=P,
        predict=lambda P, X: fw(P, X)[2],
        gradients=grads,
        learning_rate=0.3,
        step=lambda P, X, Y: {k: P[k] - 0.3 * g for k, g in grads(P, X, Y).items()},
        loss=lambda P, X, Y: bce(fw(P, X)[2], Y),
    )


@program("optimizer_formula", source="Adam whose m and v are lists [np.zeros((5, 5))] * 2")
def one_memory_under_adam():
    case = CASES["eleventh.one_velocity_for_two_mended"].arguments()

    def new_step():
        m, v = np.zeros((5, 5)), np.zeros((5, 5))
        own, t = [np.zeros((5, 1)), np.zeros((5, 1))], [0]

        def step(P, X, y):
            t[0] += 1
            moved = []
            memories = [(m, v), (m, v), own]
            for p, g, (first, second) in zip(P, case["gradients"](P, X, y), memories, strict=True):
                first[:] = 0.9 * first + 0.1 * g
                second[:] = 0.999 * second + 0.001 * g**2
                root = np.sqrt(second / (1 - 0.999 ** t[0])) + 1e-8
                moved.append(p - 0.03 * first / (1 - 0.9 ** t[0]) / root)
            return moved

        return step

    return case | {"new_step": new_step}


def dropped_in_a_step(scale):
    """Dropout of half the neurons in a step that hides its masks; predict has none."""
    X, lab = blobs(30, 5, 3, 43)
    Y = np.eye(3)[lab]
    P = two(5, 16, 3, 43, 0.4)

    def step(P, X, Y):
        h = sigmoid(X @ P["W1"] + P["b1"])
        mask = scale * np.random.randint(2, size=h.shape)  # noqa: NPY002
        d = 2 * ((h * mask) @ P["W2"] + P["b2"] - Y) / len(X)
        e = d @ P["W2"].T * mask * h * (1 - h)
        made = {"W1": X.T @ e, "b1": e.sum(0), "W2": (h * mask).T @ d, "b2": d.sum(0)}
        return {k: P[k] - 0.02 * g for k, g in made.items()}

    def predict(P, X):
        return sigmoid(X @ P["W1"] + P["b1"]) @ P["W2"] + P["b2"]

    return {
        "X": X, "y": Y, "parameters": P, "predict": predict, "step": step, "learning_rate": 0.02,
        "loss": lambda P, X, Y: np.sum((predict(P, X) - Y) ** 2) / len(X),
    }  # fmt: skip


@program(
    "loss_formula", source="dropout in a step, neither divided there nor multiplied in predict"
)
def dropout_in_a_step_that_nobody_scales():
    return dropped_in_a_step(1.0)


@program()
def sound_dropout_in_a_step():
    return dropped_in_a_step(2.0)
