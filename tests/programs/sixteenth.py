"""Everyday mistakes, each beside itself mended (``ok``), and sound programs that look odd.

They were written before their author had read a rule or a program of the tests.
"""

import random
from itertools import pairwise

import numpy as np

from programs.case import pair, program


def xor():
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)


def clouds(n, d, k, seed, spread=0.9):
    r = np.random.RandomState(seed)
    centres = 2 * r.randn(k, d)
    y = np.arange(n) % k
    r.shuffle(y)
    return centres[y] + spread * r.randn(n, d), y


def rings(n, seed):
    r = np.random.RandomState(seed)
    y = np.arange(n) % 2
    t = r.uniform(0, 2 * np.pi, n)
    radius = np.where(y == 0, 0.5, 1.5) + 0.1 * r.randn(n)
    return np.c_[radius * np.cos(t), radius * np.sin(t)], y


def curve(n, seed):
    r = np.random.RandomState(seed)
    x = np.sort(r.uniform(-2, 2, n))
    return x[:, None], (np.sin(2 * x) + 0.05 * r.randn(n))[:, None]


def houses(n, seed):
    """Area in square feet, rooms, age; the price in thousands."""
    r = np.random.RandomState(seed)
    area = r.uniform(600, 3500, n)
    rooms = r.randint(1, 7, n)
    age = r.uniform(0, 90, n)
    return np.c_[area, rooms, age], (40 + 0.1 * area + 8 * rooms - 0.5 * age)[:, None]


def small_digits(n, k, seed):
    """Images of 6 by 6 with grey values 0 to 255, a bar at another place for each class."""
    r = np.random.RandomState(seed)
    y = np.arange(n) % k
    r.shuffle(y)
    images = r.randint(0, 60, (n, 6, 6))
    for image, label in zip(images, y):
        image[:, label] += r.randint(120, 190, 6)
        image[label, :] += 40
    return images.clip(0, 255).astype(np.uint8), y


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pair("updated_too_early", source="CodingTrain/Toy-Neural-Network-JS 72")
def toy_library(ok):
    X, y = xor()

    class NeuralNetwork:
        def __init__(self, n_in, n_hidden, n_out):
            r = np.random.RandomState(7)
            self.weights_ih = r.uniform(-1, 1, (n_hidden, n_in))
            self.weights_ho = r.uniform(-1, 1, (n_out, n_hidden))
            self.bias_h = r.uniform(-1, 1, (n_hidden, 1))
            self.bias_o = r.uniform(-1, 1, (n_out, 1))
            self.learning_rate = 0.5

        def feedforward(self, inputs):
            self.hidden = sigmoid(self.weights_ih @ inputs + self.bias_h)
            return sigmoid(self.weights_ho @ self.hidden + self.bias_o)

        def train(self, inputs, targets):
            outputs = self.feedforward(inputs)
            output_errors = targets - outputs
            gradients = outputs * (1 - outputs) * output_errors * self.learning_rate
            who_t = self.weights_ho.T.copy() if ok else self.weights_ho.T
            self.weights_ho += gradients @ self.hidden.T
            self.bias_o += gradients.sum(axis=1, keepdims=True)
            hidden_errors = who_t @ (gradients / self.learning_rate)
            hidden_gradient = self.hidden * (1 - self.hidden) * hidden_errors * self.learning_rate
            self.weights_ih += hidden_gradient @ inputs.T
            self.bias_h += hidden_gradient.sum(axis=1, keepdims=True)

        def error(self, inputs, targets):
            return 0.5 * np.sum((targets - self.feedforward(inputs)) ** 2)

    return dict(
        X=X.T,
        y=y.T,
        samples="columns",
        program=NeuralNetwork(2, 4, 1),
        arrays=["weights_ih", "weights_ho", "bias_h", "bias_o"],
        predict="feedforward",
        step="train",
        loss="error",
        learning_rate=0.5,
    )


@pair("updated_too_early", source="kim-marcel/basic_neural_network 7")
def layers_in_a_loop(ok):
    X, labels = rings(48, 2)
    y = labels[:, None].astype(float)
    r = np.random.RandomState(1)
    sizes = [2, 7, 5, 1]
    weights = [r.randn(a, b) / np.sqrt(a) for a, b in pairwise(sizes)]
    biases = [np.zeros(b) for b in sizes[1:]]

    def run(net, X):
        acts = [X]
        for i, (W, b) in enumerate(zip(net["W"], net["b"])):
            z = acts[-1] @ W + b
            acts.append(np.tanh(z) if i < 2 else sigmoid(z))
        return acts

    def cost(net, X, y):
        p = run(net, X)[-1]
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def fit_once(net, X, y, rate=0.4):
        acts = run(net, X)
        err = (acts[-1] - y) / len(X)
        for layer in (2, 1, 0):
            back = err @ net["W"][layer].T
            net["W"][layer] -= rate * acts[layer].T @ err
            net["b"][layer] -= rate * err.sum(axis=0)
            if not ok:
                back = err @ net["W"][layer].T
            err = back * (1 - acts[layer] ** 2)
        return net

    return dict(
        X=X,
        y=y,
        parameters={"W": weights, "b": biases},
        predict=lambda net, X: run(net, X)[-1],
        loss=cost,
        step=fit_once,
        learning_rate=0.4,
    )


@pair("slope_of_a", source="codereview.SE 206205")
def smoothed_weights(ok):
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    y = np.array([[0.0], [1.0], [1.0], [0.0]])

    def slope(x):
        if ok:
            return x * (1 - x)
        s = 1 / (1 + np.exp(-x))
        return s * (1 - s)

    r = np.random.RandomState(12)
    start = {"weights1": r.randn(3, 4), "weights2": r.randn(4, 1)}

    def feedforward(p, X):
        return sigmoid(sigmoid(X @ p["weights1"]) @ p["weights2"])

    def new_step():
        v = {"weights1": 0.0, "weights2": 0.0}

        def backprop(p, X, y, alpha=0.5, beta=0.5):
            layer1 = sigmoid(X @ p["weights1"])
            output = sigmoid(layer1 @ p["weights2"])
            d2 = 2 * (y - output) * slope(output)
            d1 = (d2 @ p["weights2"].T) * slope(layer1)
            v["weights2"] = beta * v["weights2"] + (1 - beta) * (layer1.T @ d2)
            v["weights1"] = beta * v["weights1"] + (1 - beta) * (X.T @ d1)
            return {k: p[k] + alpha * v[k] for k in p}

        return backprop

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=feedforward,
        loss=lambda p, X, y: np.sum((y - feedforward(p, X)) ** 2),
        new_step=new_step,
        learning_rate=0.5,
    )


@pair("slope_of_a", source="PacktPublishing/Neural-Network-Projects-with-Python 4")
def slope_given_z(ok):
    X, labels = clouds(60, 3, 2, 3)
    X, Y = X.T, labels[None, :].astype(float)
    r = np.random.RandomState(5)
    start = {
        "W1": r.randn(6, 3) * 0.6,
        "b1": r.randn(6, 1) * 0.1,
        "W2": r.randn(1, 6) * 0.6,
        "b2": np.zeros((1, 1)),
    }

    def sigmoid_derivative(x):
        return x * (1.0 - x)

    def forward(p, X):
        Z1 = p["W1"] @ X + p["b1"]
        A1 = sigmoid(Z1)
        return Z1, A1, sigmoid(p["W2"] @ A1 + p["b2"])

    def gradients(p, X, Y):
        m = X.shape[1]
        Z1, A1, A2 = forward(p, X)
        dZ2 = A2 - Y
        dZ1 = (p["W2"].T @ dZ2) * sigmoid_derivative(A1 if ok else Z1)
        return {
            "dW1": dZ1 @ X.T / m,
            "db1": dZ1.sum(axis=1, keepdims=True) / m,
            "dW2": dZ2 @ A1.T / m,
            "db2": dZ2.sum(axis=1, keepdims=True) / m,
        }

    def cost(p, X, Y):
        A = forward(p, X)[-1]
        return float(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))

    def update(p, X, Y):
        g = gradients(p, X, Y)
        return {k: p[k] - 0.6 * g["d" + k] for k in p}

    return dict(
        X=X,
        y=Y,
        samples="columns",
        parameters=start,
        predict=lambda p, X: forward(p, X)[-1],
        loss=cost,
        gradients=gradients,
        step=update,
        learning_rate=0.6,
    )


class Dense:
    """A layer of the kind that many repositories have; used by three programs below."""

    def __init__(self, n_in, n_out, seed, relu=False):
        self.w = np.random.RandomState(seed).randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros((1, n_out))
        self.relu = relu

    def __call__(self, x):
        self.x = x
        self.z = x @ self.w + self.b
        return np.maximum(0, self.z) if self.relu else self.z

    def backward(self, d):
        if self.relu:
            d = d * (self.z > 0)
        self.dw = self.x.T @ d
        self.db = d.sum(axis=0, keepdims=True)
        return d @ self.w.T


def softmax_rows(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pair("optimizer_formula", source="karpathy/convnetjs pull 70")
def adam_multiplied(ok):
    X, y = clouds(75, 2, 3, 8)

    class Model:
        def __init__(self):
            self.l1 = Dense(2, 10, 1, relu=True)
            self.l2 = Dense(10, 3, 2)
            self.t = 0
            self.m = [np.zeros_like(p) for p in self.weights()]
            self.v = [np.zeros_like(p) for p in self.weights()]

        def weights(self):
            return [self.l1.w, self.l1.b, self.l2.w, self.l2.b]

        def proba(self, X):
            return softmax_rows(self.l2(self.l1(X)))

        def loss(self, X, y):
            return -np.log(self.proba(X)[np.arange(len(y)), y]).mean()

        def train_step(self, X, y, lr=0.01, b1=0.9, b2=0.999):
            p = self.proba(X)
            p[np.arange(len(y)), y] -= 1
            self.l1.backward(self.l2.backward(p / len(y)))
            self.t += 1
            for i, (w, g) in enumerate(
                zip(self.weights(), [self.l1.dw, self.l1.db, self.l2.dw, self.l2.db])
            ):
                self.m[i] = b1 * self.m[i] + (1 - b1) * g
                self.v[i] = b2 * self.v[i] + (1 - b2) * g * g
                if ok:
                    m_hat = self.m[i] / (1 - b1**self.t)
                    v_hat = self.v[i] / (1 - b2**self.t)
                else:
                    m_hat = self.m[i] * (1 - b1**self.t)
                    v_hat = self.v[i] * (1 - b2**self.t)
                w -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)

    # its arrays lie in layers: functions of the parameters, around a model
    def wear(model, p):
        model.l1.w, model.l1.b, model.l2.w, model.l2.b = (a.copy() for a in p)
        return model

    def new_step():
        model = Model()

        def step(p, X, y):
            wear(model, p).train_step(X, y)
            return model.weights()

        return step

    return dict(
        X=X,
        y=y,
        parameters=Model().weights(),
        predict=lambda p, X: wear(Model(), p).proba(X),
        loss=lambda p, X, y: wear(Model(), p).loss(X, y),
        new_step=new_step,
        learning_rate=0.01,
    )


@pair("optimizer_formula", source="datascience.SE 48825")
def adam_moments_overwritten(ok):
    X, labels = rings(60, 5)
    y = labels[:, None].astype(float)
    r = np.random.RandomState(3)
    theta = [r.randn(2, 8), np.zeros(8), 0.5 * r.randn(8, 1), np.zeros(1)]

    def forward(theta, X):
        h = np.tanh(X @ theta[0] + theta[1])
        return h, sigmoid(h @ theta[2] + theta[3])

    def grad(theta, X, y):
        h, o = forward(theta, X)
        d = (o - y) / len(y)
        e = d @ theta[2].T * (1 - h * h)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def J(theta, X, y):
        o = forward(theta, X)[1]
        return -(y * np.log(o) + (1 - y) * np.log(1 - o)).mean()

    def new_step():
        V = [np.zeros_like(t) for t in theta]
        S = [np.zeros_like(t) for t in theta]
        count = [0]

        def step(theta, X, y, a=0.02, b1=0.9, b2=0.999, e=1e-8):
            count[0] += 1
            i = count[0]
            out = []
            for k, g in enumerate(grad(theta, X, y)):
                V[k] = b1 * V[k] + (1 - b1) * g
                S[k] = b2 * S[k] + (1 - b2) * g**2
                v, s = V[k] / (1 - b1**i), S[k] / (1 - b2**i)
                if not ok:
                    V[k], S[k] = v, s
                out.append(theta[k] - a * v / (np.sqrt(s) + e))
            return out

        return step

    return dict(
        X=X,
        y=y,
        parameters=theta,
        predict=lambda theta, X: forward(theta, X)[1],
        loss=J,
        gradients=grad,
        new_step=new_step,
        learning_rate=0.02,
    )


@pair(
    "optimizer_formula",
    source="the table: t is raised within the loop over the parameters, once for each array",
)
def adam_counts_arrays(ok):
    X, y = curve(50, 1)

    class Net:
        def __init__(self):
            r = np.random.RandomState(0)
            self.p = {
                "W1": r.randn(1, 12).astype(np.float32),
                "b1": r.randn(12).astype(np.float32),
                "W2": (0.3 * r.randn(12, 1)).astype(np.float32),
                "b2": np.zeros(1, np.float32),
            }
            self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
            self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
            self.t = 0

        def forward(self, X):
            self.h = np.tanh(X @ self.p["W1"] + self.p["b1"])
            return self.h @ self.p["W2"] + self.p["b2"]

        def mse(self, X, y):
            return float(np.mean((self.forward(X) - y) ** 2))

        def fit_batch(self, X, y):
            d = 2 * (self.forward(X) - y) / y.size
            e = d @ self.p["W2"].T * (1 - self.h**2)
            g = {"W1": X.T @ e, "b1": e.sum(0), "W2": self.h.T @ d, "b2": d.sum(0)}
            if ok:
                self.t += 1
            for k in self.p:
                if not ok:
                    self.t += 1
                self.m[k] = 0.9 * self.m[k] + 0.1 * g[k]
                self.v[k] = 0.999 * self.v[k] + 0.001 * g[k] ** 2
                mh = self.m[k] / (1 - 0.9**self.t)
                vh = self.v[k] / (1 - 0.999**self.t)
                self.p[k] -= np.float32(0.01) * (mh / (np.sqrt(vh) + 1e-8)).astype(np.float32)

    return dict(
        X=X.astype(np.float32),
        y=y.astype(np.float32),
        program=Net(),
        arrays=["p"],
        predict="forward",
        loss="mse",
        step="fit_batch",
        learning_rate=0.01,
    )


@pair("optimizer_formula", source="PaddlePaddle/Paddle pull 12231")
def velocity_pulls_back(ok):
    X, y = clouds(64, 4, 3, 4)
    Y = np.eye(3)[y]
    r = np.random.RandomState(9)
    shapes = {"w": (4, 8), "c": (8,), "u": (8, 3), "d": (3,)}
    start = {k: 0.4 * r.randn(*s) for k, s in shapes.items()}

    def feed(p, X):
        h = sigmoid(X @ p["w"] + p["c"])
        return h, softmax_rows(h @ p["u"] + p["d"])

    def new_step(lr=0.1, mu=0.8):
        velocity = {k: np.zeros(s) for k, s in shapes.items()}

        def step(p, X, Y):
            h, o = feed(p, X)
            e = (o - Y) / len(X)
            g = e @ p["u"].T * h * (1 - h)
            grads = {"w": X.T @ g, "c": g.sum(0), "u": h.T @ e, "d": e.sum(0)}
            for k in p:
                velocity[k] = mu * velocity[k] + grads[k]
                if ok:  # Nesterov's
                    p[k] -= (grads[k] + mu * velocity[k]) * lr
                else:
                    p[k] += -grads[k] * lr + mu * velocity[k] * lr

        return step

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: feed(p, X)[1],
        loss=lambda p, X, Y: -(Y * np.log(feed(p, X)[1])).sum() / len(X),
        new_step=new_step,
        learning_rate=0.1,
    )


def two_layers_of_numbers(seed, d, h, k, scale=0.5):
    r = np.random.RandomState(seed)
    return {
        "W1": scale * r.randn(d, h),
        "b1": np.zeros(h),
        "W2": scale * r.randn(h, k),
        "b2": np.zeros(k),
    }


@pair("printed_number", source="dmlc/minpy 180")
def index_against_table(ok):
    X, y = clouds(90, 3, 4, 6)
    Y = np.eye(4)[y]

    def forward(p, X):
        h = np.maximum(0, X @ p["W1"] + p["b1"])
        return h, softmax_rows(h @ p["W2"] + p["b2"])

    def loss(p, X, Y):
        return -np.mean(np.sum(Y * np.log(forward(p, X)[1] + 1e-12), axis=1))

    def gradients(p, X, Y):
        h, a = forward(p, X)
        d2 = (a - Y) / len(X)
        d1 = (d2 @ p["W2"].T) * (h > 0)
        return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": h.T @ d2, "b2": d2.sum(0)}

    def check_accuracy(p, X, Y):
        guess = np.argmax(forward(p, X)[1], axis=1)
        if ok:
            return np.mean(guess == np.argmax(Y, axis=1))
        count = 0
        for i in range(len(X)):
            count += np.sum(guess[i] == Y[i])
        return count / len(X)

    return dict(
        X=X,
        y=Y,
        parameters=two_layers_of_numbers(2, 3, 9, 4),
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.2 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.2,
        reports={"accuracy": check_accuracy},
    )


@pair("printed_number", source="lisa-lab/DeepLearningTutorials pull 15")
def argmax_of_all(ok):
    X, y = clouds(80, 2, 3, 21)

    class LogReg:
        def __init__(self):
            self.W = np.random.RandomState(1).randn(2, 3) * 0.1
            self.b = np.zeros(3)

        def p_y_given_x(self, X):
            return softmax_rows(X @ self.W + self.b)

        def negative_log_likelihood(self, X, y):
            return -np.mean(np.log(self.p_y_given_x(X))[np.arange(len(y)), y])

        def errors(self, X, y):
            p = self.p_y_given_x(X)
            y_pred = np.argmax(p, axis=1) if ok else np.argmax(p)
            return np.mean(y_pred == y)

        def update(self, X, y):
            d = self.p_y_given_x(X)
            d[np.arange(len(y)), y] -= 1
            self.W -= 0.13 * X.T @ d / len(y)
            self.b -= 0.13 * d.mean(axis=0)

    return dict(
        X=X,
        y=y,
        program=LogReg(),
        arrays=["W", "b"],
        predict="p_y_given_x",
        loss="negative_log_likelihood",
        step="update",
        learning_rate=0.13,
        reports={"accuracy": LogReg.errors},
    )


@pair("printed_number", "loss_formula", source="cs231n/cs231n.github.io pull 244")
def loss_below_zero(ok):
    X, y = clouds(90, 2, 3, 14)

    def scores(params, X):
        W, b, W2, b2 = params
        hidden = np.maximum(0, X @ W + b)
        return hidden, hidden @ W2 + b2

    def data_loss(params, X, y):
        probs = softmax_rows(scores(params, X)[1])
        logprobs = np.log(probs[range(len(X)), y])
        return -logprobs.sum() / len(X)

    def printed(params, X, y):
        probs = softmax_rows(scores(params, X)[1])
        logprobs = np.log(probs[range(len(X)), y])
        return (-1 if ok else 1) * np.sum(logprobs) / len(X)

    def grads(params, X, y):
        W2 = params[2]
        hidden, s = scores(params, X)
        ds = softmax_rows(s)
        ds[range(len(X)), y] -= 1
        ds /= len(X)
        dh = ds @ W2.T
        dh[hidden <= 0] = 0
        return X.T @ dh, dh.sum(axis=0, keepdims=True), hidden.T @ ds, ds.sum(axis=0, keepdims=True)

    r = np.random.RandomState(0)
    start = (0.5 * r.randn(2, 15), np.zeros((1, 15)), 0.5 * r.randn(15, 3), np.zeros((1, 3)))
    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda params, X: softmax_rows(scores(params, X)[1]),
        loss=data_loss,
        gradients=grads,
        step=lambda q, X, y: tuple(a - 0.3 * g for a, g in zip(q, grads(q, X, y))),
        learning_rate=0.3,
        reports={"loss": printed},
    )


@pair("loss_formula", "printed_number", source="datascience.SE 27146")
def cost_of_all_pairs(ok):
    X, y = clouds(30, 2, 2, 9)
    X, Y = X.T, y[None, :].astype(float)

    class Propagate:
        def __init__(self):
            self.w = np.array([[0.3], [-0.2]])
            self.b = np.zeros(1)

        def activation(self, X):
            return sigmoid(self.w.T @ X + self.b)

        def cost(self, X, Y):
            m = X.shape[1]
            A = self.activation(X)
            if ok:
                return (
                    -1 / m * np.sum(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T))
                ).item()
            return (
                -1 / m * np.sum(np.dot(Y.T, np.log(A)) + np.dot((1 - Y).T, np.log(1 - A)))
            ).item()

        def grads(self, X, Y):
            m = X.shape[1]
            A = self.activation(X)
            return {"w": X @ (A - Y).T / m, "b": np.array([np.sum(A - Y) / m])}

        def optimize(self, X, Y):
            g = self.grads(X, Y)
            self.w = self.w - 0.1 * g["w"]
            self.b = self.b - 0.1 * g["b"]

    return dict(
        X=X,
        y=Y,
        samples="columns",
        program=Propagate(),
        arrays=["w", "b"],
        predict="activation",
        loss="cost",
        gradients="grads",
        step="optimize",
        learning_rate=0.1,
    )


@pair("weight_term", source="jingtinghuang/CS231n-Spring-2017 3")
def half_a_penalty(ok):
    X, y = clouds(60, 5, 3, 31)
    reg = 0.05

    def forward(P, X):
        z = X.dot(P["W1"]) + P["b1"]
        h = np.maximum(0, z)
        return h, h.dot(P["W2"]) + P["b2"]

    def loss(P, X, y):
        f = forward(P, X)[1]
        f = f - f.max(axis=1, keepdims=True)
        data = np.mean(np.log(np.exp(f).sum(axis=1)) - f[np.arange(len(y)), y])
        return data + reg * np.sum(P["W1"] ** 2) + reg * np.sum(P["W2"] ** 2)

    def gradients(P, X, y):
        h, f = forward(P, X)
        d = softmax_rows(f)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        g = {"W2": h.T.dot(d), "b2": d.sum(axis=0)}
        dh = d.dot(P["W2"].T) * (h > 0)
        g["W1"] = X.T.dot(dh)
        g["b1"] = dh.sum(axis=0)
        for name in ("W1", "W2"):
            g[name] += (2 if ok else 1) * reg * P[name]
        return g

    return dict(
        X=X,
        y=y,
        parameters=two_layers_of_numbers(8, 5, 8, 3),
        predict=lambda P, X: softmax_rows(forward(P, X)[1]),
        loss=loss,
        gradients=gradients,
    )


@pair("weight_term", source="the table: weight decay with the wrong sign, within a step in place")
def decay_that_grows(ok):
    X, labels = clouds(50, 4, 2, 12)
    Y = labels.reshape(1, -1).astype(float)
    lam = 0.3

    class Mlp:
        def __init__(self):
            r = np.random.RandomState(4)
            self.W = [r.randn(5, 4) * 0.5, r.randn(1, 5) * 0.5]
            self.b = [np.zeros((5, 1)), np.zeros((1, 1))]

        def act(self, X):
            self.a1 = np.tanh(self.W[0] @ X.T + self.b[0])
            return sigmoid(self.W[1] @ self.a1 + self.b[1])

        def penalised(self, X, Y):
            a, m = self.act(X), len(X)
            bce = -np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a)) / m
            return float(bce + lam / (2 * m) * sum(np.sum(w * w) for w in self.W))

        def learn(self, X, Y, eta=0.25):
            m = len(X)
            d2 = self.act(X) - Y
            d1 = self.W[1].T @ d2 * (1 - self.a1**2)
            sign = 1 if ok else -1
            self.W[1] -= eta * (d2 @ self.a1.T + sign * lam * self.W[1]) / m
            self.W[0] -= eta * (d1 @ X + sign * lam * self.W[0]) / m
            self.b[1] -= eta * d2.mean(axis=1, keepdims=True)
            self.b[0] -= eta * d1.mean(axis=1, keepdims=True)

    return dict(
        X=X,
        y=Y,
        samples={"X": "rows", "y": "columns"},
        program=Mlp(),
        arrays=["W", "b"],
        predict="act",
        loss="penalised",
        step="learn",
        learning_rate=0.25,
    )


@pair("samples_mixed", source="stackoverflow 76450489")
def softmax_down_the_columns(ok):
    X, y = clouds(40, 6, 3, 17)
    X = X.astype(np.float32)

    def Softmax(z):
        e = np.exp(z)
        return e / (e.sum(axis=1, keepdims=True) if ok else sum(e))

    r = np.random.RandomState(1)
    start = [
        (r.rand(6, 10) - 0.5).astype(np.float32),
        (r.rand(1, 10) - 0.5).astype(np.float32),
        (r.rand(10, 3) - 0.5).astype(np.float32),
        (r.rand(1, 3) - 0.5).astype(np.float32),
    ]

    def f_propagation(p, a0):
        w1, b1, w2, b2 = p
        z1 = a0.dot(w1) + b1
        a1 = np.maximum(z1, 0)
        return z1, a1, Softmax(a1.dot(w2) + b2)

    def hot(y):
        table = np.zeros((y.size, 3), np.float32)
        table[np.arange(y.size), y] = 1
        return table

    def b_propagation(p, x, y):
        m = np.float32(len(y))
        z1, a1, a2 = f_propagation(p, x)
        d = a2 - hot(y)
        back = p[2].dot(d.T).T * (z1 > 0)
        return [
            1 / m * x.T.dot(back),
            1 / m * np.sum(back, axis=0, keepdims=True),
            1 / m * a1.T.dot(d),
            1 / m * np.sum(d, axis=0, keepdims=True),
        ]

    def update(p, x, y, alpha=np.float32(0.1)):  # noqa: B008
        return [w - alpha * g for w, g in zip(p, b_propagation(p, x, y))]

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: f_propagation(p, X)[2],
        loss=lambda p, X, y: -np.mean(np.log(f_propagation(p, X)[2][np.arange(len(y)), y])),
        gradients=b_propagation,
        step=update,
        learning_rate=0.1,
    )


@pair("slope_missing", source="stats.SE 550353")
def last_hidden_without_slope(ok):
    X, y = clouds(45, 3, 3, 40)
    Y = np.eye(3)[y]
    r = np.random.RandomState(6)
    sizes = (3, 6, 5, 3)
    w = [r.randn(b, a) * 0.8 for a, b in pairwise(sizes)]
    b = [np.zeros((n, 1)) for n in sizes[1:]]

    def forward_prop(q, x):
        a = {0: np.array(x).T}
        last = len(q["w"])
        for i in range(1, last + 1):
            z = q["w"][i - 1].dot(a[i - 1]) + q["b"][i - 1]
            if i == last:
                e = np.exp(z - z.max(axis=0))
                a[i] = e / e.sum(axis=0)
            else:
                a[i] = sigmoid(z)
        return a[last], a

    def back_prop(q, x, y):
        p, a = forward_prop(q, x)
        last, n = len(q["w"]), len(x)
        d, d_w, d_b = {last: (p - y.T) / n}, [0] * last, [0] * last
        for i in range(last - 1, -1, -1):
            if i == last - 1 and not ok:
                d[i] = q["w"][i].T.dot(d[i + 1])
            elif i != 0:
                d[i] = q["w"][i].T.dot(d[i + 1]) * a[i] * (1 - a[i])
            d_w[i] = d[i + 1].dot(a[i].T)
            d_b[i] = np.sum(d[i + 1], axis=1, keepdims=True)
        return {"w": d_w, "b": d_b}

    def update(q, x, y, rate=0.8):
        g = back_prop(q, x, y)
        for key in q:
            for i in range(len(q[key])):
                q[key][i] = q[key][i] - rate * g[key][i]
        return q

    return dict(
        X=X,
        y=Y,
        parameters={"w": w, "b": b},
        predict=lambda q, x: forward_prop(q, x)[0].T,
        loss=lambda q, x, y: -np.sum(y.T * np.log(forward_prop(q, x)[0])) / len(x),
        gradients=back_prop,
        step=update,
        learning_rate=0.8,
    )


@pair("target_range", source="stackoverflow 3644795")
def tanh_for_one_to_four(ok):
    r = np.random.RandomState(2)
    X = r.uniform(-1, 1, (40, 2))
    t = 1 + np.digitize(X.sum(axis=1), [-0.7, 0, 0.7]).astype(float)  # 1, 2, 3 or 4
    if ok:
        t = (t - 2.5) / 2

    class NN:
        def __init__(self, ni, nh, no):
            r = np.random.RandomState(10)
            self.wi = r.uniform(-0.5, 0.5, (ni + 1, nh))
            self.wo = r.uniform(-0.5, 0.5, (nh, no))

        def update(self, inputs):
            self.ai = np.hstack([inputs, np.ones((len(inputs), 1))])
            self.ah = np.tanh(self.ai @ self.wi)
            return np.tanh(self.ah @ self.wo)

        def error(self, inputs, targets):
            return 0.5 * np.sum((targets - self.update(inputs)) ** 2)

        def backPropagate(self, inputs, targets, N=0.02):
            ao = self.update(inputs)
            output_deltas = (1 - ao**2) * (targets - ao)
            hidden_deltas = (1 - self.ah**2) * (output_deltas @ self.wo.T)
            self.wo = self.wo + N * self.ah.T @ output_deltas
            self.wi = self.wi + N * self.ai.T @ hidden_deltas

    return dict(
        X=X,
        y=t[:, None],
        program=NN(2, 5, 1),
        arrays=["wi", "wo"],
        predict="update",
        loss="error",
        step="backPropagate",
        learning_rate=0.02,
    )


@pair("neurons_alike", source="wagonhelm/NaNmnist 2")
def all_start_alike(ok):
    images, y = small_digits(60, 4, 1)
    X = images.reshape(60, -1) / 255.0
    Y = np.eye(4)[y]
    r = np.random.RandomState(0)
    sizes = [36, 12, 8, 4]
    start = {}
    for i, (a, b) in enumerate(pairwise(sizes), 1):
        start[f"W{i}"] = r.randn(a, b) / np.sqrt(a) if ok else np.full((a, b), 0.01)
        start[f"b{i}"] = np.zeros((1, b))

    def forward(p, X):
        a1 = np.tanh(X @ p["W1"] + p["b1"])
        a2 = np.tanh(a1 @ p["W2"] + p["b2"])
        return a1, a2, softmax_rows(a2 @ p["W3"] + p["b3"])

    def grads(p, X, Y):
        a1, a2, o = forward(p, X)
        d3 = (o - Y) / len(X)
        d2 = (d3 @ p["W3"].T) * (1 - a2**2)
        d1 = (d2 @ p["W2"].T) * (1 - a1**2)
        out = {}
        for i, (a, d) in enumerate(((X, d1), (a1, d2), (a2, d3)), 1):
            out[f"W{i}"], out[f"b{i}"] = a.T @ d, d.sum(axis=0, keepdims=True)
        return out

    def step(p, X, Y):
        for k, g in grads(p, X, Y).items():
            p[k] -= 0.5 * g

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[-1],
        loss=lambda p, X, Y: -np.sum(Y * np.log(forward(p, X)[-1])) / len(X),
        gradients=grads,
        step=step,
        learning_rate=0.5,
    )


class Perceptrons:
    """One hidden layer, trained by batches; how the rows are drawn is the subclass's affair."""

    def __init__(self, d, h, k, seed=0, batch=10, lr=0.2):
        r = np.random.RandomState(seed)
        self.W1, self.b1 = r.randn(d, h) / np.sqrt(d), np.zeros(h)
        self.W2, self.b2 = r.randn(h, k) / np.sqrt(h), np.zeros(k)
        self.batch, self.lr = batch, lr

    def predict(self, X):
        self.H = sigmoid(X @ self.W1 + self.b1)
        return softmax_rows(self.H @ self.W2 + self.b2)

    def cross_entropy(self, X, y):
        return -np.mean(np.log(self.predict(X)[np.arange(len(y)), y]))

    def one_batch(self, X, y):
        d = self.predict(X)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        dh = d @ self.W2.T * self.H * (1 - self.H)
        self.W2 -= self.lr * self.H.T @ d
        self.b2 -= self.lr * d.sum(0)
        self.W1 -= self.lr * X.T @ dh
        self.b1 -= self.lr * dh.sum(0)


@pair("pairs_broken", source="mlcommons/GaNDLF pull 870")
def two_shuffles(ok):
    X, y = clouds(60, 2, 3, 50)

    class Net(Perceptrons):
        def epoch(self, X, y):
            order = np.random.permutation(len(X))  # noqa: NPY002
            x_train = X[order]
            y_train = y[order] if ok else np.random.permutation(y)  # noqa: NPY002
            for i in range(0, len(X), self.batch):
                self.one_batch(x_train[i : i + self.batch], y_train[i : i + self.batch])

    return dict(
        X=X,
        y=y,
        program=Net(2, 8, 3),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="cross_entropy",
        step="epoch",
        step_is="epoch",
        learning_rate=0.2,
    )


@pair("class_missing", source="zalandoresearch/fashion-mnist pull 5")
def sorted_and_split(ok):
    images, y = small_digits(100, 5, 3)
    order = np.argsort(y, kind="stable") if not ok else np.random.RandomState(0).permutation(100)
    images, y = images[order], y[order]
    x_train, y_train = images[:75].reshape(75, -1) / 255, np.eye(5)[y[:75]]
    p = two_layers_of_numbers(3, 36, 10, 5, scale=0.3)

    def predict(p, X):
        return softmax_rows(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def gradients(p, X, Y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        d = (softmax_rows(h @ p["W2"] + p["b2"]) - Y) / len(Y)
        e = (1 - h**2) * (d @ p["W2"].T)
        return dict(W1=X.T @ e, b1=e.sum(0), W2=h.T @ d, b2=d.sum(0))

    return dict(
        X=x_train,
        y=y_train,
        parameters=p,
        predict=predict,
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(predict(p, X)), axis=1)),
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.3 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.3,
    )


@pair("gradient_scale", source="stephencwelch/Neural-Networks-Demystified 15")
def cost_per_sample(ok):
    X = np.array([[3, 5], [5, 1], [10, 2], [6, 1.5], [4, 5.5]]) / 10
    y = np.array([[75], [82], [93], [70], [89]]) / 100

    class Neural_Network:
        def __init__(self, Lambda=0.001):
            r = np.random.RandomState(3)
            self.W1, self.W2 = r.randn(2, 3), r.randn(3, 1)
            self.Lambda = Lambda

        def forward(self, X):
            self.z2 = X @ self.W1
            self.a2 = sigmoid(self.z2)
            self.z3 = self.a2 @ self.W2
            return sigmoid(self.z3)

        def costFunction(self, X, y):
            yHat = self.forward(X)
            J = 0.5 * np.sum((y - yHat) ** 2) / X.shape[0]
            return J + (self.Lambda / 2) * (np.sum(self.W1**2) + np.sum(self.W2**2))

        def costFunctionPrime(self, X, y):
            yHat = self.forward(X)
            n = X.shape[0] if ok else 1
            delta3 = -(y - yHat) * yHat * (1 - yHat)
            dJdW2 = self.a2.T @ delta3 / n + self.Lambda * self.W2
            delta2 = delta3 @ self.W2.T * self.a2 * (1 - self.a2)
            dJdW1 = X.T @ delta2 / n + self.Lambda * self.W1
            return dJdW1, dJdW2

    return dict(
        X=X,
        y=y,
        program=Neural_Network(),
        arrays=["W1", "W2"],
        predict="forward",
        loss="costFunction",
        gradients="costFunctionPrime",
    )


@pair("loss_formula", "slope_missing", source="mnielsen/neural-networks-and-deep-learning 45")
def quadratic_cost_shown(ok):
    X, y = clouds(40, 4, 3, 23)
    pairs = [(x.reshape(-1, 1), np.eye(3)[[t]].T) for x, t in zip(X, y)]
    r = np.random.RandomState(1)
    start = {
        "biases": [r.randn(n, 1) for n in (6, 3)],
        "weights": [r.randn(b, a) / np.sqrt(a) for a, b in ((4, 6), (6, 3))],
    }

    def feedforward(net, X):
        a = X.T
        for b, w in zip(net["biases"], net["weights"]):
            a = sigmoid(w @ a + b)
        return a.T

    def backprop(net, x, y):
        a = [x]
        for b, w in zip(net["biases"], net["weights"]):
            a.append(sigmoid(w @ a[-1] + b))
        delta = a[-1] - y
        if ok:
            delta = delta * a[-1] * (1 - a[-1])
        nabla_b, nabla_w = [None, delta], [None, delta @ a[1].T]
        delta = net["weights"][1].T @ delta * a[1] * (1 - a[1])
        nabla_b[0], nabla_w[0] = delta, delta @ a[0].T
        return nabla_b, nabla_w

    def nabla(net, X, Y):
        total = None
        for x, y in zip(X, Y):
            one = backprop(net, x.reshape(-1, 1), y.reshape(-1, 1))
            flat = [*one[0], *one[1]]
            total = flat if total is None else [s + f for s, f in zip(total, flat)]
        mean = [t / len(X) for t in total]
        return {"biases": mean[:2], "weights": mean[2:]}

    def update_mini_batch(net, X, Y, eta=1.5):
        g = nabla(net, X, Y)
        return {k: [w - eta * nw for w, nw in zip(net[k], g[k])] for k in net}

    return dict(
        X=X,
        y=np.array([t.ravel() for _, t in pairs]),
        parameters=start,
        predict=feedforward,
        loss=lambda net, X, Y: 0.5 * np.sum((feedforward(net, X) - Y) ** 2) / len(X),
        gradients=nabla,
        step=update_mini_batch,
        learning_rate=1.5,
    )


@pair("gradient_wrong", "slope_missing", "slope_of_a", source="stackoverflow 75378819")
def error_times_output(ok):
    images, y = small_digits(36, 3, 7)
    X, Y = images.reshape(36, -1) / 255.0, np.eye(3)[y]

    class Layer:
        def __init__(self, n_in, n_out, seed):
            r = np.random.RandomState(seed)
            self.weights = r.randn(n_out, n_in) / np.sqrt(n_in)
            self.bias = np.zeros((n_out, 1))

        def calc(self, inputs):
            self.inputs = inputs
            self.fin_outputs = sigmoid(self.weights @ inputs + self.bias)
            return self.fin_outputs

    class Run:
        def __init__(self):
            self.hidden1, self.out = Layer(36, 9, 1), Layer(9, 3, 2)

        def run(self, X):
            return self.out.calc(self.hidden1.calc(X.T)).T

        def calculate_cost(self, X, Y):
            return np.mean(np.sum((self.run(X) - Y) ** 2, axis=1) / 3)

        def learn(self, X, Y, rate=2.0):
            NN_Output = self.run(X).T
            delta = 2 / 3 * (NN_Output - Y.T) / len(X)
            o, h = self.out, self.hidden1
            change = delta * o.fin_outputs
            if ok:
                change = change * (1 - o.fin_outputs)
            back = (o.weights.T @ change) * h.fin_outputs * (1 - h.fin_outputs)
            o.weights = o.weights - rate * change @ o.inputs.T
            o.bias = o.bias - rate * change.sum(axis=1, keepdims=True)
            h.weights = h.weights - rate * back @ h.inputs.T
            h.bias = h.bias - rate * back.sum(axis=1, keepdims=True)

    def get(net):
        return net.hidden1.weights, net.hidden1.bias, net.out.weights, net.out.bias

    # its arrays lie in layers: functions of the parameters, around a net that is made anew
    def wear(p):
        net = Run()
        net.hidden1.weights, net.hidden1.bias, net.out.weights, net.out.bias = p
        return net

    def step(p, X, Y):
        net = wear(p)
        net.learn(X, Y)
        return get(net)

    return dict(
        X=X,
        y=Y,
        parameters=get(Run()),
        predict=lambda p, X: wear(p).run(X),
        loss=lambda p, X, Y: wear(p).calculate_cost(X, Y),
        step=step,
        learning_rate=2.0,
    )


@pair("parameter_not_moved", source="mattm/simple-neural-network 5")
def derivative_is_updated(ok):
    X, y = clouds(50, 2, 2, 33)
    Y = np.eye(2)[y].T

    def init_params():
        r = np.random.RandomState(0)
        return r.rand(6, 2) - 0.5, r.rand(6, 1) - 0.5, r.rand(2, 6) - 0.5, r.rand(2, 1) - 0.5

    def forward(p, X):
        W1, b1, W2, b2 = p
        Z1 = W1.dot(X) + b1
        A1 = np.maximum(Z1, 0)
        Z2 = W2.dot(A1) + b2
        E = np.exp(Z2 - Z2.max(axis=0))
        return Z1, A1, E / E.sum(axis=0)

    def backward(p, X, Y):
        m = X.shape[1]
        Z1, A1, A2 = forward(p, X)
        dZ2 = A2 - Y
        dZ1 = p[2].T.dot(dZ2) * (Z1 > 0)
        return (
            dZ1.dot(X.T) / m,
            dZ1.sum(axis=1, keepdims=True) / m,
            dZ2.dot(A1.T) / m,
            dZ2.sum(axis=1, keepdims=True) / m,
        )

    def update_params(p, X, Y, alpha=0.1):
        W1, b1, W2, b2 = p
        dW1, db1, dW2, db2 = backward(p, X, Y)
        W1 = W1 - alpha * dW1
        W2 = W2 - alpha * dW2
        if ok:
            b1 = b1 - alpha * db1
            b2 = b2 - alpha * db2
        else:
            db1 = b1 - alpha * db1
            db2 = b2 - alpha * db2
        return W1, b1, W2, b2

    return dict(
        X=X.T,
        y=Y,
        samples="columns",
        parameters=init_params(),
        predict=lambda p, X: forward(p, X)[2],
        loss=lambda p, X, Y: -np.sum(Y * np.log(forward(p, X)[2])) / X.shape[1],
        gradients=backward,
        step=update_params,
        learning_rate=0.1,
    )


@pair("gradient_sign", source="ADGEfficiency/teaching-monolith 1")
def hidden_layer_uphill(ok):
    X, y = curve(40, 6)

    class Net:
        def __init__(self):
            r = np.random.RandomState(2)
            self.w_hidden, self.b_hidden = r.randn(1, 10), r.randn(1, 10)
            self.w_out, self.b_out = 0.4 * r.randn(10, 1), np.zeros((1, 1))
            self.learning_rate = 0.05

        def forward(self, x):
            self.hidden = np.tanh(x @ self.w_hidden + self.b_hidden)
            return self.hidden @ self.w_out + self.b_out

        def squared_error(self, x, y):
            return np.mean((y - self.forward(x)) ** 2)

        def train(self, x, y):
            n = len(x)
            error = y - self.forward(x)
            d_loss = -2 * error / n
            d_hidden = (d_loss if ok else 2 * error / n) @ self.w_out.T * (1 - self.hidden**2)
            self.w_out -= self.learning_rate * self.hidden.T @ d_loss
            self.b_out -= self.learning_rate * d_loss.sum(axis=0, keepdims=True)
            self.w_hidden -= self.learning_rate * x.T @ d_hidden
            self.b_hidden -= self.learning_rate * d_hidden.sum(axis=0, keepdims=True)

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["w_hidden", "b_hidden", "w_out", "b_out"],
        predict="forward",
        loss="squared_error",
        step="train",
        learning_rate=0.05,
    )


@pair("target_shape", source="HIPS/Kayak 14")
def y_without_its_axis(ok):
    X, y = houses(30, 2)
    X = (X - X.mean(0)) / X.std(0)
    y = ((y - y.mean()) / y.std()).ravel()
    r = np.random.RandomState(0)
    start = {"W": r.randn(3, 6) * 0.5, "b": np.zeros(6), "v": r.randn(6, 1) * 0.5, "c": np.zeros(1)}

    def predict(p, X):
        return np.tanh(X @ p["W"] + p["b"]) @ p["v"] + p["c"]

    def error(p, X, y):
        return predict(p, X) - (y.reshape(-1, 1) if ok else y)

    def loss(p, X, y):
        return np.mean(error(p, X, y) ** 2)

    def gradients(p, X, y):
        H = np.tanh(X @ p["W"] + p["b"])
        e = error(p, X, y)
        d = 2 * e.mean(axis=1, keepdims=True) / len(X)
        D = d @ p["v"].T * (1 - H**2)
        return {"W": X.T @ D, "b": D.sum(0), "v": H.T @ d, "c": d.sum(0)}

    def step(p, X, y):
        g = gradients(p, X, y)
        return {k: p[k] - 0.1 * g[k] for k in p}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=predict,
        loss=loss,
        gradients=gradients,
        step=step,
        learning_rate=0.1,
    )


@pair(
    "data_scale",
    "saturated",
    source="own: areas in square feet beside rooms and years, unscaled, before a tanh",
)
def unscaled_houses(ok):
    X, y = houses(40, 5)
    y = (y - y.mean()) / y.std()
    if ok:
        X = (X - X.mean(axis=0)) / X.std(axis=0)

    class Regressor:
        def __init__(self):
            r = np.random.RandomState(1)
            self.coefs = [r.randn(3, 8) * 0.5, r.randn(8, 1) * 0.3]
            self.intercepts = [np.zeros(8), np.zeros(1)]

        def forward(self, X):
            self.hidden = np.tanh(X @ self.coefs[0] + self.intercepts[0])
            return self.hidden @ self.coefs[1] + self.intercepts[1]

        def mse(self, X, y):
            return ((self.forward(X) - y) ** 2).mean()

        def fit_step(self, X, y):
            d = 2 * (self.forward(X) - y) / len(X)
            e = d @ self.coefs[1].T * (1 - self.hidden**2)
            for i, (a, g) in enumerate(((X, e), (self.hidden, d))):
                self.coefs[i] -= 0.05 * a.T @ g
                self.intercepts[i] -= 0.05 * g.sum(axis=0)

    return dict(
        X=X,
        y=y,
        program=Regressor(),
        arrays=["coefs", "intercepts"],
        predict="forward",
        loss="mse",
        step="fit_step",
        learning_rate=0.05,
    )


@pair("data_type", source="waveform80/picamera pull 263")
def bytes_that_wrap(ok):
    images, y = small_digits(48, 3, 11)
    Y = np.eye(3)[y]
    r = np.random.RandomState(4)
    start = [r.randn(36, 8) / 6, np.zeros((1, 8)), r.randn(8, 3) / 3, np.zeros((1, 3))]

    def prepare(images):
        x = images.astype(float) if ok else images
        return (x - 128).reshape(len(x), -1) / 128

    def forward(p, images):
        x = prepare(images)
        h = sigmoid(x @ p[0] + p[1])
        return x, h, softmax_rows(h @ p[2] + p[3])

    def gradients(p, images, Y):
        x, h, o = forward(p, images)
        d = (o - Y) / len(Y)
        e = d @ p[2].T * h * (1 - h)
        return [x.T @ e, e.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)]

    return dict(
        X=images,
        y=Y,
        parameters=start,
        predict=lambda p, images: forward(p, images)[2],
        loss=lambda p, images, Y: -np.sum(Y * np.log(forward(p, images)[2])) / len(Y),
        gradients=gradients,
        step=lambda p, X, Y: [a - 0.4 * g for a, g in zip(p, gradients(p, X, Y))],
        learning_rate=0.4,
    )


@pair(
    "samples_as_columns",
    "gradient_scale",
    source="own: samples lie in columns, and m is taken from X.shape[0]",
)
def features_for_samples(ok):
    X, y = clouds(80, 5, 2, 60)
    X, Y = X.T, y.reshape(1, -1).astype(float)
    r = np.random.RandomState(2)
    parameters = {
        "W1": r.randn(4, 5) * 0.4,
        "b1": np.zeros((4, 1)),
        "W2": r.randn(1, 4) * 0.4,
        "b2": np.zeros((1, 1)),
    }

    def forward_propagation(X, q):
        A1 = np.tanh(np.dot(q["W1"], X) + q["b1"])
        return A1, sigmoid(np.dot(q["W2"], A1) + q["b2"])

    def compute_cost(q, X, Y):
        A2 = forward_propagation(X, q)[1]
        logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
        return float(-np.sum(logprobs) / Y.shape[1])

    def backward_propagation(q, X, Y):
        m = X.shape[1] if ok else X.shape[0]
        A1, A2 = forward_propagation(X, q)
        dZ2 = A2 - Y
        dZ1 = np.multiply(np.dot(q["W2"].T, dZ2), 1 - np.power(A1, 2))
        return {
            "dW1": np.dot(dZ1, X.T) / m,
            "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
            "dW2": np.dot(dZ2, A1.T) / m,
            "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
        }

    def update_parameters(q, X, Y, learning_rate=0.3):
        grads = backward_propagation(q, X, Y)
        return {k: q[k] - learning_rate * grads["d" + k] for k in q}

    return dict(
        X=X,
        y=Y,
        samples="columns",
        parameters=parameters,
        predict=lambda q, X: forward_propagation(X, q)[1],
        loss=compute_cost,
        gradients=backward_propagation,
        step=update_parameters,
        learning_rate=0.3,
    )


@pair("loss_random", source="own: the loss that is shown is of 16 rows drawn anew at each call")
def loss_of_a_random_batch(ok):
    X, y = clouds(64, 3, 3, 70)

    class Net(Perceptrons):
        def show_loss(self, X, y):
            if not ok:
                rows = np.random.choice(len(X), 16)  # noqa: NPY002
                X, y = X[rows], y[rows]
            return self.cross_entropy(X, y)

    return dict(
        X=X,
        y=y,
        program=Net(3, 7, 3, seed=3),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="show_loss",
        step="one_batch",
        learning_rate=0.2,
    )


@pair("changes_its_arguments", source="pkmital/pycadl pull 5")
def divided_at_each_call(ok):
    images, y = small_digits(40, 4, 13)
    X, Y = images.reshape(40, -1).astype(float), np.eye(4)[y]
    p = two_layers_of_numbers(5, 36, 8, 4, scale=0.3)

    def normalise(X):
        if ok:
            return X / 255
        X /= 255
        return X

    def forward(p, X):
        x = normalise(X)
        h = np.maximum(0.01 * (x @ p["W1"] + p["b1"]), x @ p["W1"] + p["b1"])
        return x, h, softmax_rows(h @ p["W2"] + p["b2"])

    def gradients(p, X, Y):
        x, h, o = forward(p, X)
        d2 = (o - Y) / len(Y)
        d1 = d2 @ p["W2"].T * np.where(h > 0, 1, 0.01)
        return {"W1": x.T @ d1, "b1": d1.sum(0), "W2": h.T @ d2, "b2": d2.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[2],
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(forward(p, X)[2]), axis=1)),
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.3 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.3,
    )


@pair("same_array_returned", "state_kept", source="karpathy/micrograd 53")
def grads_never_zeroed(ok):
    X, y = curve(24, 9)

    class Model:
        def __init__(self):
            r = np.random.RandomState(7)
            self.params = [r.randn(1, 6), r.randn(6), r.randn(6, 1) * 0.4, np.zeros(1)]
            self.grads = [np.zeros_like(p) for p in self.params]

        def __call__(self, X):
            W, b, V, c = self.params
            return sigmoid(X @ W + b) @ V + c

        def loss(self, X, y):
            return 0.5 * np.mean((self(X) - y) ** 2)

        def backward(self, X, y):
            W, b, V, c = self.params
            if ok:
                self.grads = [np.zeros_like(p) for p in self.params]
            for i in range(len(X)):
                h = sigmoid(X[i] @ W + b)
                e = (h @ V + c - y[i]) / len(X)
                dh = (V @ e) * h * (1 - h)
                self.grads[0] += np.outer(X[i], dh)
                self.grads[1] += dh
                self.grads[2] += np.outer(h, e)
                self.grads[3] += e
            return self.grads

    return dict(
        X=X,
        y=y,
        program=Model(),
        arrays=["params"],
        predict="__call__",
        loss="loss",
        gradients="backward",
    )


@pair(
    "axis_missing",
    source="own: np.sum without an axis for the hidden bias, in a class that adds the way down",
)
def one_sum_for_all(ok):
    X, labels = rings(40, 8)
    y = labels[:, None].astype(float)

    class Brain:
        def __init__(self):
            r = np.random.RandomState(8)
            self.syn0, self.syn1 = r.randn(2, 6), r.randn(6, 1)
            self.bias0, self.bias1 = np.zeros((1, 6)), np.zeros((1, 1))

        def think(self, X):
            self.l1 = sigmoid(X @ self.syn0 + self.bias0)
            return sigmoid(self.l1 @ self.syn1 + self.bias1)

        def mistake(self, X, y):
            return 0.5 * np.mean((y - self.think(X)) ** 2)

        def study(self, X, y, alpha=2.0):
            l2 = self.think(X)
            l2_delta = (y - l2) * l2 * (1 - l2) / len(X)
            l1_delta = l2_delta.dot(self.syn1.T) * self.l1 * (1 - self.l1)
            self.syn1 += alpha * self.l1.T.dot(l2_delta)
            self.syn0 += alpha * X.T.dot(l1_delta)
            self.bias1 += alpha * np.sum(l2_delta)
            self.bias0 += alpha * (np.sum(l1_delta, axis=0) if ok else np.sum(l1_delta))

    return dict(
        X=X,
        y=y,
        program=Brain(),
        arrays=["syn0", "syn1", "bias0", "bias1"],
        predict="think",
        loss="mistake",
        step="study",
        learning_rate=2.0,
    )


@pair(
    "saturated",
    "nothing_compared",
    "data_scale",
    source="own: 36 grey values up to 255 under weights of rand(), a sigmoid: each slope is 0",
)
def grey_values_as_they_are(ok):
    images, y = small_digits(40, 2, 17)
    X = images.reshape(40, -1).astype(float)
    y = y.reshape(-1, 1).astype(float)
    r = np.random.RandomState(2)
    W1, W2 = r.rand(36, 5), r.rand(5, 1)
    if ok:
        X, W1, W2 = X / 255, (W1 - 0.5) / 2, W2 - 0.5
    start = {"W1": W1, "W2": W2}

    def predict(p, X):
        return sigmoid(sigmoid(X @ p["W1"]) @ p["W2"])

    def loss(p, X, y):
        return ((predict(p, X) - y) ** 2).sum() / (2 * len(y))

    def gradients(p, X, y):
        h = sigmoid(X @ p["W1"])
        o = sigmoid(h @ p["W2"])
        d = (o - y) * o * (1 - o) / len(y)
        return {"W1": X.T @ (d @ p["W2"].T * h * (1 - h)), "W2": h.T @ d}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=predict,
        loss=loss,
        gradients=gradients,
        step=lambda p, X, y: {k: p[k] - 1.0 * g for k, g in gradients(p, X, y).items()},
        learning_rate=1.0,
    )


@pair(
    "dead",
    "neurons_alike",
    "nothing_compared",
    source="own: weights and biases of zeros before a ReLU, so that each z is 0 exactly",
)
def zeros_before_relu(ok):
    X, y = clouds(50, 4, 3, 80)
    r = np.random.RandomState(1)
    params = {
        "W1": r.randn(4, 8) * 0.5 if ok else np.zeros((4, 8)),
        "b1": np.zeros((1, 8)),
        "W2": r.randn(8, 3) * 0.5 if ok else np.zeros((8, 3)),
        "b2": np.zeros((1, 3)),
    }

    def fwd(params, X):
        z1 = X @ params["W1"] + params["b1"]
        a1 = z1 * (z1 > 0)
        return z1, a1, softmax_rows(a1 @ params["W2"] + params["b2"])

    def bwd(params, X, y):
        z1, a1, probs = fwd(params, X)
        probs = probs.copy()
        probs[np.arange(len(y)), y] -= 1
        probs /= len(y)
        dz1 = (probs @ params["W2"].T) * (z1 > 0)
        return {
            "W1": X.T @ dz1,
            "b1": dz1.sum(0, keepdims=True),
            "W2": a1.T @ probs,
            "b2": probs.sum(0, keepdims=True),
        }

    return dict(
        X=X,
        y=y,
        parameters=params,
        predict=lambda params, X: fwd(params, X)[2],
        loss=lambda params, X, y: -np.log(fwd(params, X)[2][np.arange(len(y)), y]).mean(),
        gradients=bwd,
        step=lambda params, X, y: {k: params[k] - 0.1 * g for k, g in bwd(params, X, y).items()},
        learning_rate=0.1,
    )


@pair(
    "step_not_gradient",
    source="own: three layers of one size; a line copied: W3 is moved by W2's gradient",
)
def copied_line(ok):
    X, labels = rings(60, 9)
    y = labels[:, None].astype(float)

    class DeepNet:
        def __init__(self):
            r = np.random.RandomState(5)
            self.W1, self.b1 = r.randn(2, 6), np.zeros(6)
            self.W2, self.b2 = r.randn(6, 6) / 2, np.zeros(6)
            self.W3, self.b3 = r.randn(6, 6) / 2, np.zeros(6)
            self.W4, self.b4 = r.randn(6, 1) / 2, np.zeros(1)

        def forward(self, X):
            self.a1 = np.tanh(X @ self.W1 + self.b1)
            self.a2 = np.tanh(self.a1 @ self.W2 + self.b2)
            self.a3 = np.tanh(self.a2 @ self.W3 + self.b3)
            return sigmoid(self.a3 @ self.W4 + self.b4)

        def loss(self, X, y):
            p = self.forward(X)
            return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

        def backward(self, X, y):
            d4 = (self.forward(X) - y) / len(X)
            d3 = d4 @ self.W4.T * (1 - self.a3**2)
            d2 = d3 @ self.W3.T * (1 - self.a2**2)
            d1 = d2 @ self.W2.T * (1 - self.a1**2)
            self.dW4, self.db4 = self.a3.T @ d4, d4.sum(0)
            self.dW3, self.db3 = self.a2.T @ d3, d3.sum(0)
            self.dW2, self.db2 = self.a1.T @ d2, d2.sum(0)
            self.dW1, self.db1 = X.T @ d1, d1.sum(0)
            return {n: getattr(self, "d" + n) for n in NAMES}

        def train(self, X, y, lr=0.3):
            self.backward(X, y)
            self.W1 -= lr * self.dW1
            self.b1 -= lr * self.db1
            self.W2 -= lr * self.dW2
            self.b2 -= lr * self.db2
            self.W3 -= lr * (self.dW3 if ok else self.dW2)
            self.b3 -= lr * self.db3
            self.W4 -= lr * self.dW4
            self.b4 -= lr * self.db4

    NAMES = ["W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4"]
    return dict(
        X=X,
        y=y,
        program=DeepNet(),
        arrays=NAMES,
        predict="forward",
        loss="loss",
        gradients="backward",
        step="train",
        learning_rate=0.3,
    )


@pair(
    "integer_parameters",
    source="own: weights written as whole numbers, moved entry by entry: each is rounded to 0",
)
def whole_numbers(ok):
    X, y = xor()
    w = np.array([[1, -2, 2], [-1, 2, 1]])
    v = np.array([2, -1, 1])
    b = np.array([0, -1, 1])
    if ok:
        w, v, b = w.astype(float), v.astype(float), b.astype(float)

    def out(net, x):
        h = [sigmoid(sum(net["w"][i][j] * x[i] for i in range(2)) + net["b"][j]) for j in range(3)]
        return h, sigmoid(sum(net["v"][j] * h[j] for j in range(3)))

    def learn(net, X, y, eta=0.8):
        new = {k: a.copy() for k, a in net.items()}
        for x, t in zip(X, y):
            h, o = out(net, x)
            d = (o - t[0]) * o * (1 - o)
            for j in range(3):
                e = d * net["v"][j] * h[j] * (1 - h[j])
                new["v"][j] = new["v"][j] - eta * d * h[j]
                new["b"][j] = new["b"][j] - eta * e
                for i in range(2):
                    new["w"][i][j] = new["w"][i][j] - eta * e * x[i]
        return new

    return dict(
        X=X,
        y=y,
        parameters={"w": w, "v": v, "b": b},
        predict=lambda net, X: np.array([[out(net, x)[1]] for x in X]),
        loss=lambda net, X, y: 0.5 * sum((out(net, x)[1] - t[0]) ** 2 for x, t in zip(X, y)),
        step=learn,
        learning_rate=0.8,
    )


@pair(
    "dead",
    "nothing_compared",
    source="own: rand() - 1 makes each weight negative; inputs of 0 to 1 leave every ReLU off",
)
def every_relu_off(ok):
    images, y = small_digits(45, 3, 19)
    X, Y = images.reshape(45, -1) / 255.0, np.eye(3)[y]

    class Net:
        def __init__(self):
            r = np.random.RandomState(0)
            self.W1 = (r.rand(36, 12) - 0.5) / 2 if ok else r.rand(36, 12) - 1
            self.b1 = np.zeros(12)
            self.W2 = r.rand(12, 3) - 0.5
            self.b2 = np.zeros(3)

        def forward(self, X):
            self.hidden = np.maximum(X @ self.W1 + self.b1, 0)
            return softmax_rows(self.hidden @ self.W2 + self.b2)

        def loss(self, X, Y):
            return -np.sum(Y * np.log(self.forward(X))) / len(X)

        def train(self, X, Y):
            d = (self.forward(X) - Y) / len(X)
            g = d @ self.W2.T
            g[self.hidden <= 0] = 0
            self.W2 -= 0.2 * self.hidden.T @ d
            self.b2 -= 0.2 * d.sum(0)
            self.W1 -= 0.2 * X.T @ g
            self.b1 -= 0.2 * g.sum(0)

    return dict(
        X=X,
        y=Y,
        program=Net(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="forward",
        loss="loss",
        step="train",
        learning_rate=0.2,
    )


@pair(
    "divergence",
    "step_too_long",
    "target_range",
    "data_scale",
    source="own: prices in thousands as targets of a linear output, a sum of squares, rate 0.1",
)
def prices_to_infinity(ok):
    X, y = houses(50, 8)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    rate = 0.1
    if ok:
        y = (y - y.mean()) / y.std()
        rate = 0.001
    r = np.random.RandomState(3)
    start = [r.randn(3, 5), np.zeros((1, 5)), r.randn(5, 1), np.zeros((1, 1))]

    def forward(p, X):
        a = np.maximum(X.dot(p[0]) + p[1], 0)
        return a, a.dot(p[2]) + p[3]

    def grad(p, X, y):
        a, out = forward(p, X)
        grad_y = 2.0 * (out - y)
        grad_a = grad_y.dot(p[2].T)
        grad_a[a <= 0] = 0
        return [
            X.T.dot(grad_a),
            grad_a.sum(0, keepdims=True),
            a.T.dot(grad_y),
            grad_y.sum(0, keepdims=True),
        ]

    def step(p, X, y):
        for a, g in zip(p, grad(p, X, y)):
            a -= rate * g

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, y: np.square(forward(p, X)[1] - y).sum(),
        gradients=grad,
        step=step,
        learning_rate=rate,
    )


@pair(
    "step_too_long",
    "divergence",
    source="own: a sum over 200 rows, not a mean, with the rate 0.5 that a mean would bear",
)
def rate_for_a_mean(ok):
    X, labels = clouds(200, 4, 2, 90, spread=1.6)
    y = labels[:, None].astype(float)
    r = np.random.RandomState(3)
    rate = 0.005 if ok else 0.5
    p = {"W1": r.randn(4, 6) * 0.4, "b1": np.zeros(6), "W2": r.randn(6, 1) * 0.4, "b2": np.zeros(1)}

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def loss(p, X, y):
        o = np.clip(forward(p, X)[1], 1e-12, 1 - 1e-12)
        return -np.sum(y * np.log(o) + (1 - y) * np.log(1 - o))

    def gradients(p, X, y):
        h, o = forward(p, X)
        d = o - y
        e = d @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
        step=lambda p, X, y: {k: p[k] - rate * g for k, g in gradients(p, X, y).items()},
        learning_rate=rate,
    )


@pair(
    "cannot_memorise", source="own: two layers without an activation between them cannot learn XOR"
)
def no_activation_between(ok):
    X, y = xor()

    class Net:
        def __init__(self):
            r = np.random.RandomState(1)
            self.w1, self.b1 = r.randn(2, 5), r.randn(5)
            self.w2, self.b2 = r.randn(5, 1), np.zeros(1)

        def hidden(self, X):
            z = X @ self.w1 + self.b1
            return np.tanh(z) if ok else z

        def forward(self, X):
            return sigmoid(self.hidden(X) @ self.w2 + self.b2)

        def loss(self, X, y):
            p = self.forward(X)
            return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

        def gradients(self, X, y):
            h = self.hidden(X)
            d = (sigmoid(h @ self.w2 + self.b2) - y) / len(X)
            e = d @ self.w2.T
            if ok:
                e = e * (1 - h**2)
            return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

        def step(self, X, y):
            for a, g in zip((self.w1, self.b1, self.w2, self.b2), self.gradients(X, y)):
                a -= 0.5 * g

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["w1", "b1", "w2", "b2"],
        predict="forward",
        loss="loss",
        gradients="gradients",
        step="step",
        learning_rate=0.5,
    )


@pair("samples_unused", source="nlintz/TensorFlow-Tutorials pull 49")
def end_is_never_reached(ok):
    X, y = clouds(64, 3, 3, 100)

    class Net(Perceptrons):
        def fit_epoch(self, X, y):
            stop = len(X) + 1 if ok else len(X)
            starts = range(0, len(X), self.batch)
            for start, end in zip(starts, range(self.batch, stop, self.batch)):
                self.one_batch(X[start:end], y[start:end])

    return dict(
        X=X,
        y=y,
        program=Net(3, 8, 3, seed=1, batch=16),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="cross_entropy",
        step="fit_epoch",
        step_is="epoch",
        learning_rate=0.2,
    )


@pair(
    "parameter_shape",
    source="own: y (n,) and a slice of the output make the gradient (h,), and W2 (h, 1) grows",
)
def weights_that_grow(ok):
    X, labels = clouds(30, 3, 2, 110)
    y = labels.astype(float)

    class Net:
        def __init__(self):
            r = np.random.RandomState(6)
            self.W1, self.b1 = r.randn(3, 4), np.zeros(4)
            self.W2, self.b2 = r.randn(4, 1), 0.0

        def predict(self, X):
            self.h = sigmoid(X @ self.W1 + self.b1)
            return sigmoid(self.h @ self.W2 + self.b2)[:, 0]

        def loss(self, X, y):
            return np.mean((self.predict(X) - y) ** 2)

        def train(self, X, y, lr=0.5):
            o = self.predict(X)
            d = 2 * (o - y) * o * (1 - o) / len(y)
            e = np.outer(d, self.W2[:, 0]) * self.h * (1 - self.h)
            grad = self.h.T @ d
            self.W2 = self.W2 - lr * (grad.reshape(-1, 1) if ok else grad)
            self.b2 = self.b2 - lr * d.sum()
            self.W1 = self.W1 - lr * X.T @ e
            self.b1 = self.b1 - lr * e.sum(axis=0)

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="loss",
        step="train",
        learning_rate=0.5,
    )


@pair("raises", source="own: W2 without its transpose on the way back; the shapes do not fit")
def shapes_not_aligned(ok):
    X, y = clouds(40, 3, 4, 120)
    Y = np.eye(4)[y]

    def forward(p, X):
        h = sigmoid(X @ p["W1"] + p["b1"])
        return h, softmax_rows(h @ p["W2"] + p["b2"])

    def gradients(p, X, Y):
        h, o = forward(p, X)
        d2 = (o - Y) / len(X)
        d1 = np.dot(d2, p["W2"].T if ok else p["W2"]) * h * (1 - h)
        return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": h.T @ d2, "b2": d2.sum(0)}

    return dict(
        X=X,
        y=Y,
        parameters=two_layers_of_numbers(4, 3, 7, 4),
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, Y: -np.mean(np.sum(Y * np.log(forward(p, X)[1]), axis=1)),
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.5 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.5,
    )


@pair(
    "product_wrong",
    source="own: the gradient of the output's weights is taken with z of the hidden layer, not a",
)
def z_in_the_product(ok):
    X, y = curve(45, 12)

    class Net:
        def __init__(self):
            r = np.random.RandomState(9)
            self.theta1, self.theta2 = r.randn(2, 9), r.randn(10, 1) * 0.3

        def forward(self, X):
            self.a0 = np.c_[np.ones(len(X)), X]
            self.z1 = self.a0 @ self.theta1
            self.a1 = np.c_[np.ones(len(X)), np.tanh(self.z1)]
            return self.a1 @ self.theta2

        def half_mse(self, X, y):
            return np.sum((self.forward(X) - y) ** 2) / (2 * len(X))

        def update(self, X, y, lr=0.1):
            d2 = (self.forward(X) - y) / len(X)
            d1 = d2 @ self.theta2[1:].T * (1 - np.tanh(self.z1) ** 2)
            left = self.a1 if ok else np.c_[np.ones(len(X)), self.z1]
            self.theta2 -= lr * left.T @ d2
            self.theta1 -= lr * self.a0.T @ d1

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["theta1", "theta2"],
        predict="forward",
        loss="half_mse",
        step="update",
        learning_rate=0.1,
    )


@pair(
    "product_wrong",
    "gradient_wrong",
    source="the table: np.sum(w2) for w2[k], in loops over the neurons of two outputs",
)
def sum_of_the_weights(ok):
    X, y = clouds(24, 2, 2, 130)
    Y = np.eye(2)[y]
    r = np.random.RandomState(11)
    start = {"w1": r.randn(4, 2), "b1": np.zeros(4), "w2": r.randn(2, 4), "b2": np.zeros(2)}

    def fire(net, x):
        hidden = [sigmoid(np.dot(net["w1"][k], x) + net["b1"][k]) for k in range(4)]
        return hidden, [sigmoid(np.dot(net["w2"][j], hidden) + net["b2"][j]) for j in range(2)]

    def gradients(net, X, Y):
        g = {k: np.zeros_like(v) for k, v in net.items()}
        for x, t in zip(X, Y):
            hidden, out = fire(net, x)
            deltas = [(out[j] - t[j]) * out[j] * (1 - out[j]) for j in range(2)]
            for j in range(2):
                g["b2"][j] += deltas[j]
                for k in range(4):
                    g["w2"][j][k] += deltas[j] * hidden[k]
            for k in range(4):
                if ok:
                    back = sum(deltas[j] * net["w2"][j][k] for j in range(2))
                else:
                    back = sum(deltas[j] * np.sum(net["w2"][j]) for j in range(2))
                d = back * hidden[k] * (1 - hidden[k])
                g["b1"][k] += d
                g["w1"][k] += d * x
        return g

    def loss(net, X, Y):
        return sum(0.5 * np.sum((np.array(fire(net, x)[1]) - t) ** 2) for x, t in zip(X, Y))

    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda net, X: np.array([fire(net, x)[1] for x in X]),
        loss=loss,
        gradients=gradients,
        step=lambda net, X, Y: {k: net[k] - 0.2 * g for k, g in gradients(net, X, Y).items()},
        learning_rate=0.2,
    )


@pair(
    "slope_of_a",
    "gradient_wrong",
    "loss_formula",
    source="the table: a softmax whose error is multiplied by a (1 - a) once more",
)
def softmax_and_slope(ok):
    images, y = small_digits(60, 5, 23)
    X = (images.reshape(60, -1) / 255).astype(np.float32)

    class Classifier:
        def __init__(self):
            r = np.random.RandomState(3)
            self.W = [
                (r.randn(a, b) * np.sqrt(1 / a)).astype(np.float32)
                for a, b in ((36, 14), (14, 10), (10, 5))
            ]
            self.B = [np.zeros(b, np.float32) for b in (14, 10, 5)]

        def forward(self, X):
            self.A = [X]
            for W, B in zip(self.W[:-1], self.B[:-1]):
                self.A.append(sigmoid(self.A[-1] @ W + B))
            return softmax_rows(self.A[-1] @ self.W[-1] + self.B[-1])

        def loss(self, X, y):
            return float(-np.log(self.forward(X)[np.arange(len(y)), y]).mean())

        def train(self, X, y, lr=np.float32(1.0)):  # noqa: B008
            out = self.forward(X)
            target = np.eye(5, dtype=np.float32)[y]
            d = (out - target) / np.float32(len(X))
            if not ok:
                d = d * out * (1 - out)
            for i in (2, 1, 0):
                below = d @ self.W[i].T * self.A[i] * (1 - self.A[i]) if i else None
                self.W[i] -= lr * self.A[i].T @ d
                self.B[i] -= lr * d.sum(axis=0)
                d = below

    return dict(
        X=X,
        y=y,
        program=Classifier(),
        arrays=["W", "B"],
        predict="forward",
        loss="loss",
        step="train",
        learning_rate=1.0,
    )


@pair(
    "product_wrong",
    "gradient_wrong",
    source="the table: the hidden delta is the output's error, broadcast, without the weights",
)
def error_broadcast(ok):
    X, labels = rings(50, 14)
    y = labels[:, None].astype(float)

    def init():
        r = np.random.RandomState(5)
        return {
            "wh": r.randn(2, 8),
            "bh": r.randn(1, 8),
            "wout": r.randn(8, 1),
            "bout": r.randn(1, 1),
        }

    def forward(p, X):
        act = sigmoid(X @ p["wh"] + p["bh"])
        return act, sigmoid(act @ p["wout"] + p["bout"])

    def step(p, X, y, lr=0.05):
        act, output = forward(p, X)
        E = y - output
        d_output = E * output * (1 - output)
        error_at_hidden = d_output.dot(p["wout"].T) if ok else d_output
        d_hidden = error_at_hidden * act * (1 - act)
        p["wout"] += act.T.dot(d_output) * lr
        p["bout"] += np.sum(d_output, axis=0, keepdims=True) * lr
        p["wh"] += X.T.dot(d_hidden) * lr
        p["bh"] += np.sum(d_hidden, axis=0, keepdims=True) * lr
        return p

    return dict(
        X=X,
        y=y,
        parameters=init(),
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, y: np.sum((y - forward(p, X)[1]) ** 2) / 2,
        step=step,
        learning_rate=0.05,
    )


@pair("gradient_scale", source="the table: the mean in the biases, the total in the weights")
def mean_in_the_biases(ok):
    X, y = clouds(32, 3, 3, 140)
    Y = np.eye(3)[y]

    def forward(p, X):
        a = X
        acts = [a]
        for i in (1, 2):
            a = np.maximum(0, a @ p[f"theta{i}"] + p[f"bias{i}"])
            acts.append(a)
        acts.append(softmax_rows(a @ p["theta3"] + p["bias3"]))
        return acts

    def gradients(p, X, Y):
        acts = forward(p, X)
        g, d = {}, acts[3] - Y
        for i in (3, 2, 1):
            g[f"theta{i}"] = acts[i - 1].T @ d
            g[f"bias{i}"] = np.sum(d, axis=0) if ok else np.mean(d, axis=0)
            d = d @ p[f"theta{i}"].T * (acts[i - 1] > 0)
        return g

    r = np.random.RandomState(2)
    start = {}
    for i, (a, b) in enumerate(((3, 8), (8, 6), (6, 3)), 1):
        start[f"theta{i}"] = r.randn(a, b) * np.sqrt(2 / a)
        start[f"bias{i}"] = 0.1 * r.randn(b)
    return dict(
        X=X,
        y=Y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[3],
        loss=lambda p, X, Y: -np.sum(Y * np.log(forward(p, X)[3] + 1e-15)),
        gradients=gradients,
        step=lambda p, X, Y: {k: p[k] - 0.01 * g for k, g in gradients(p, X, Y).items()},
        learning_rate=0.01,
    )


@pair(
    "gradient_scale",
    "step_not_gradient",
    source="the table: a batch is a tuple (X, y), and len(batch) = 2 is taken for its rows",
)
def length_of_a_pair(ok):
    X, labels = clouds(40, 3, 2, 150)
    y = labels[:, None].astype(float)

    class Learner:
        def __init__(self):
            r = np.random.RandomState(8)
            self.W1, self.b1 = r.randn(3, 5) * 0.5, np.zeros((1, 5))
            self.W2, self.b2 = r.randn(5, 1) * 0.5, np.zeros((1, 1))

        def predict(self, X):
            self.H = np.tanh(X @ self.W1 + self.b1)
            return sigmoid(self.H @ self.W2 + self.b2)

        def logloss(self, X, y):
            p = self.predict(X)
            return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())

        def update_mini_batch(self, batch, eta=0.02):
            X, y = batch
            size = len(X) if ok else len(batch)
            d = self.predict(X) - y
            e = d @ self.W2.T * (1 - self.H**2)
            self.W2 -= eta / size * self.H.T @ d
            self.b2 -= eta / size * d.sum(axis=0)
            self.W1 -= eta / size * X.T @ e
            self.b1 -= eta / size * e.sum(axis=0)

    return dict(
        X=X,
        y=y,
        program=Learner(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="logloss",
        step=lambda net, X, y: net.update_mini_batch((X, y)),
        learning_rate=0.02,
    )


@pair(
    "pairs_broken",
    "changes_its_arguments",
    source="the table: X is shuffled in place at each epoch, and y stays where it was",
)
def rows_without_labels(ok):
    X, labels = rings(40, 16)
    y = labels[:, None].astype(float)
    r = np.random.RandomState(4)
    start = {"W1": 1.5 * r.randn(2, 8), "b1": r.randn(8), "W2": r.randn(8, 1), "b2": np.zeros(1)}

    def predict(p, X):
        return sigmoid(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def train_epoch(p, X, y, lr=0.1, size=8):
        if ok:
            order = np.random.permutation(len(X))  # noqa: NPY002
            X, y = X[order], y[order]
        else:
            np.random.shuffle(X)  # noqa: NPY002
        for s in range(0, len(X), size):
            xb, yb = X[s : s + size], y[s : s + size]
            h = np.tanh(xb @ p["W1"] + p["b1"])
            d = (sigmoid(h @ p["W2"] + p["b2"]) - yb) / len(xb)
            e = d @ p["W2"].T * (1 - h * h)
            p["W2"] -= lr * h.T @ d
            p["b2"] -= lr * d.sum(0)
            p["W1"] -= lr * xb.T @ e
            p["b1"] -= lr * e.sum(0)
        return p

    def loss(p, X, y):
        o = predict(p, X)
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=predict,
        loss=loss,
        step=train_epoch,
        step_is="epoch",
        learning_rate=0.1,
    )


@pair(
    "printed_number",
    source="the table: = for += in the loop over the batches that counts the right answers",
)
def correct_of_the_last_batch(ok):
    X, y = clouds(70, 4, 3, 160)

    class Net(Perceptrons):
        def evaluate(self, X, y):
            correct, total = 0, 0
            for i in range(0, len(X), self.batch):
                guess = self.predict(X[i : i + self.batch]).argmax(axis=1)
                hits = (guess == y[i : i + self.batch]).sum()
                correct = correct + hits if ok else hits
                total += len(guess)
            return correct / total

    return dict(
        X=X,
        y=y,
        program=Net(4, 6, 3, seed=2),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="cross_entropy",
        step="one_batch",
        step_is="update",
        learning_rate=0.2,
        reports={"accuracy": Net.evaluate},
    )


@pair("target_range", source="datascience.SE 21765")
def sums_from_a_sigmoid(ok):
    X = np.array([[2, 2, 2], [1, 2, 0], [1, 1, 2], [0, 1, 1], [2, 0, 1]], float)
    y = X.sum(axis=1, keepdims=True)
    if ok:
        y = y / 8

    class Neuron:
        def __init__(self):
            self.synaptic_weights = 2 * np.random.RandomState(1).random_sample((3, 1)) - 1

        def think(self, inputs):
            return 1 / (1 + np.exp(-np.dot(inputs, self.synaptic_weights)))

        def train(self, inputs, outputs):
            output = self.think(inputs)
            error = outputs - output
            self.synaptic_weights += np.dot(inputs.T, error * output * (1 - output))

        def squares(self, inputs, outputs):
            return 0.5 * np.sum((outputs - self.think(inputs)) ** 2)

    return dict(
        X=X,
        y=y,
        program=Neuron(),
        arrays=["synaptic_weights"],
        predict="think",
        loss="squares",
        step="train",
        learning_rate=1.0,
    )


@program()
def corner_of_xor():
    X, y = xor()
    r = np.random.RandomState(4)
    start = {"W1": r.randn(2, 8), "b1": np.zeros(8), "W2": r.randn(8, 1), "b2": np.zeros(1)}

    def forward(p, X):
        z = X @ p["W1"] + p["b1"]
        return z, z.clip(0) @ p["W2"] + p["b2"]

    def gradients(p, X, y):
        z, o = forward(p, X)
        d = 2 * (o - y) / len(X)
        e = d @ p["W2"].T * (z >= 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": z.clip(0).T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
        gradients=gradients,
        step=lambda p, X, y: {k: p[k] - 0.05 * g for k, g in gradients(p, X, y).items()},
        learning_rate=0.05,
    )


@program()
def one_seed_for_all_layers():
    X, labels = rings(60, 20)
    y = labels[:, None].astype(float)

    class Net:
        def __init__(self):
            self.Ws = [np.random.RandomState(13).randn(a, b) for a, b in ((2, 6), (6, 6), (6, 1))]
            self.bs = [np.zeros(b) for b in (6, 6, 1)]

        def forward(self, X):
            self.a = [X]
            for W, b in zip(self.Ws, self.bs):
                self.a.append(sigmoid(self.a[-1] @ W + b))
            return self.a[-1]

        def bce(self, X, y):
            p = self.forward(X)
            return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

        def step(self, X, y):
            d = (self.forward(X) - y) / len(X)
            for i in (2, 1, 0):
                gW, gb = self.a[i].T @ d, d.sum(0)
                d = d @ self.Ws[i].T * self.a[i] * (1 - self.a[i])
                self.Ws[i] -= 1.0 * gW
                self.bs[i] -= 1.0 * gb

    return dict(
        X=X,
        y=y,
        program=Net(),
        arrays=["Ws", "bs"],
        predict="forward",
        loss="bce",
        step="step",
        learning_rate=1.0,
    )


@program()
def nonlin():
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    y = np.array([[0, 1, 1, 0]]).T
    r = np.random.RandomState(1)
    start = {"syn0": 2 * r.random_sample((3, 4)) - 1, "syn1": 2 * r.random_sample((4, 1)) - 1}

    def nonlin(x, deriv=False):
        if deriv:
            return x * (1 - x)
        return 1 / (1 + np.exp(-x))

    def predict(s, X):
        return nonlin(nonlin(X @ s["syn0"]) @ s["syn1"])

    def step(s, X, y):
        l1 = nonlin(X @ s["syn0"])
        l2 = nonlin(l1 @ s["syn1"])
        l2_delta = (y - l2) * nonlin(l2, deriv=True)
        l1_delta = l2_delta.dot(s["syn1"].T) * nonlin(l1, deriv=True)
        s["syn1"] += l1.T.dot(l2_delta)
        s["syn0"] += X.T.dot(l1_delta)
        return s

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=predict,
        loss=lambda s, X, y: 0.5 * np.sum((y - predict(s, X)) ** 2),
        step=step,
        reports={"error": lambda s, X, y: np.mean(np.abs(y - predict(s, X)))},
        learning_rate=1.0,
    )


@program()
def velocity_that_is_added():
    X, y = clouds(50, 2, 3, 200)

    class Momentum(Perceptrons):
        def __init__(self):
            super().__init__(2, 6, 3, seed=5)
            self.v = {n: np.zeros_like(getattr(self, n)) for n in ("W1", "b1", "W2", "b2")}

        def learn(self, X, y):
            before = {n: getattr(self, n).copy() for n in self.v}
            self.one_batch(X, y)
            for n, old in before.items():
                rate_g = old - getattr(self, n)
                self.v[n] = 0.9 * self.v[n] - rate_g
                setattr(self, n, old + self.v[n])

    return dict(
        X=X,
        y=y,
        program=Momentum(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="cross_entropy",
        step="learn",
        learning_rate=0.2,
    )


@program()
def uphill_on_the_likelihood():
    X, labels = clouds(60, 4, 2, 210, spread=1.5)
    y = labels.astype(float)
    r = np.random.RandomState(6)
    start = (r.randn(4, 5) * 0.5, np.zeros(5), r.randn(5) * 0.5, 0.1)

    def p1(q, X):
        W, b, v, c = q
        return sigmoid(np.tanh(X @ W + b) @ v + c)

    def step(q, X, y, rate=0.02):
        W, b, v, c = q
        h = np.tanh(X @ W + b)
        up = y - sigmoid(h @ v + c)
        e = np.outer(up, v) * (1 - h**2)
        return W + rate * X.T @ e, b + rate * e.sum(0), v + rate * h.T @ up, c + rate * up.sum()

    def loss(q, X, y):
        p = p1(q, X)
        return -np.sum(np.log(np.where(y == 1, p, 1 - p)))

    return dict(X=X, y=y, parameters=start, predict=p1, loss=loss, step=step, learning_rate=0.02)


@program()
def one_at_a_time():
    X, labels = clouds(40, 2, 2, 220)
    y = np.where(labels == 1, 1.0, 0.0)[:, None]

    class Online:
        def __init__(self):
            r = np.random.RandomState(3)
            self.w1, self.w2 = r.randn(3, 4), r.randn(5, 1)

        def out(self, X):
            a = np.c_[X, np.ones(len(X))]
            h = np.c_[sigmoid(a @ self.w1), np.ones(len(X))]
            return sigmoid(h @ self.w2)

        def sse(self, X, y):
            return ((self.out(X) - y) ** 2).sum() / 2

        def epoch(self, X, y, eta=0.3):
            rows = list(range(len(X)))
            random.shuffle(rows)
            for i in rows:
                a = np.append(X[i], 1)
                h = np.append(sigmoid(a @ self.w1), 1)
                o = sigmoid(h @ self.w2)
                d = (o - y[i]) * o * (1 - o)
                e = (self.w2[:-1] @ d) * h[:-1] * (1 - h[:-1])
                self.w2 -= eta * np.outer(h, d)
                self.w1 -= eta * np.outer(a, e)

    return dict(
        X=X,
        y=y,
        program=Online(),
        arrays=["w1", "w2"],
        predict="out",
        loss="sse",
        step="epoch",
        step_is="epoch",
        learning_rate=0.3,
    )


@program()
def penalty_divided_by_m():
    X, labels = clouds(50, 3, 2, 230, spread=1.5)
    y = labels[:, None].astype(float)
    lam = 1.0
    r = np.random.RandomState(7)
    start = [r.randn(4, 5) * 0.4, r.randn(6, 1) * 0.4]

    def forward(thetas, X):
        a1 = np.hstack((np.ones((len(X), 1)), X))
        a2 = np.hstack((np.ones((len(X), 1)), sigmoid(a1 @ thetas[0])))
        return a1, a2, sigmoid(a2 @ thetas[1])

    def cost(thetas, X, y):
        h, m = forward(thetas, X)[2], len(X)
        J = -np.sum(y * np.log(h) + (1 - y) * np.log(1 - h)) / m
        return J + lam / (2 * m) * sum(np.sum(t[1:] ** 2) for t in thetas)

    def gradient(thetas, X, y):
        a1, a2, h = forward(thetas, X)
        d3 = h - y
        d2 = (d3 @ thetas[1].T * a2 * (1 - a2))[:, 1:]
        out = []
        for a, d, t in ((a1, d2, thetas[0]), (a2, d3, thetas[1])):
            reg = lam * t
            reg[0] = 0
            out.append((a.T @ d + reg) / len(X))
        return out

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda thetas, X: forward(thetas, X)[2],
        loss=cost,
        gradients=gradient,
        step=lambda t, X, y: [a - 0.8 * g for a, g in zip(t, gradient(t, X, y))],
        learning_rate=0.8,
    )


@program()
def columns_in_float32():
    X, y = clouds(48, 5, 4, 240)
    X = X.T.astype(np.float32)
    r = np.random.RandomState(1)
    f = np.float32
    start = {
        "W1": (r.randn(7, 5) * 0.4).astype(f),
        "b1": np.zeros((7, 1), f),
        "W2": (r.randn(4, 7) * 0.4).astype(f),
        "b2": np.zeros((4, 1), f),
    }

    def forward(p, X):
        A = np.tanh(p["W1"] @ X + p["b1"])
        Z = p["W2"] @ A + p["b2"]
        E = np.exp(Z - Z.max(axis=0))
        return A, E / E.sum(axis=0)

    def gradients(p, X, y):
        A, P = forward(p, X)
        D = P.copy()
        D[y, np.arange(len(y))] -= 1
        D /= f(len(y))
        E = p["W2"].T @ D * (1 - A * A)
        return {
            "W1": E @ X.T,
            "b1": E.sum(axis=1, keepdims=True),
            "W2": D @ A.T,
            "b2": D.sum(axis=1, keepdims=True),
        }

    return dict(
        X=X,
        y=y,
        samples={"X": "columns", "y": "rows"},
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, y: float(-np.log(forward(p, X)[1][y, np.arange(len(y))]).mean()),
        gradients=gradients,
        step=lambda p, X, y: {k: p[k] - f(0.2) * g for k, g in gradients(p, X, y).items()},
        learning_rate=0.2,
    )


@program()
def minus_one_and_one():
    X, labels = rings(50, 25)
    y = np.where(labels == 1, 1.0, -1.0)[:, None]

    class Tanh:
        def __init__(self):
            r = np.random.RandomState(2)
            self.weights = {"in": r.randn(2, 9), "out": r.randn(9, 1) * 0.4}
            self.shifts = {"in": r.randn(9), "out": np.zeros(1)}

        def forward(self, X):
            self.h = np.tanh(X @ self.weights["in"] + self.shifts["in"])
            return np.tanh(self.h @ self.weights["out"] + self.shifts["out"])

        def mse(self, X, y):
            return np.square(self.forward(X) - y).mean()

        def accuracy(self, X, y):
            return np.mean(np.sign(self.forward(X)) == y)

        def descend(self, X, y):
            o = self.forward(X)
            d = 2 * (o - y) * (1 - o**2) / y.size
            e = d @ self.weights["out"].T * (1 - self.h**2)
            self.weights["out"] -= 0.3 * self.h.T @ d
            self.shifts["out"] -= 0.3 * d.sum(0)
            self.weights["in"] -= 0.3 * X.T @ e
            self.shifts["in"] -= 0.3 * e.sum(0)

    return dict(
        X=X,
        y=y,
        program=Tanh(),
        arrays=["weights", "shifts"],
        predict="forward",
        loss="mse",
        step="descend",
        learning_rate=0.3,
        reports={"accuracy": Tanh.accuracy},
    )


@program()
def adam_by_batches():
    X, y = clouds(50, 3, 3, 250)
    start = two_layers_of_numbers(9, 3, 8, 3)

    def predict(p, X):
        return softmax_rows(np.maximum(X @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"])

    def grads(p, X, y):
        h = np.maximum(X @ p["W1"] + p["b1"], 0)
        d = softmax_rows(h @ p["W2"] + p["b2"])
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        e = d @ p["W2"].T * (h > 0)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def new_step():
        m = {k: np.zeros_like(v) for k, v in start.items()}
        s = {k: np.zeros_like(v) for k, v in start.items()}
        state = {"t": 0, "rng": np.random.default_rng(3)}

        def epoch(p, X, y, lr=0.01):
            order = state["rng"].permutation(len(X))
            for i in range(0, len(X), 16):
                rows = order[i : i + 16]
                state["t"] += 1
                for k, g in grads(p, X[rows], y[rows]).items():
                    m[k] = 0.9 * m[k] + 0.1 * g
                    s[k] = 0.999 * s[k] + 0.001 * g * g
                    m_hat = m[k] / (1 - 0.9 ** state["t"])
                    s_hat = s[k] / (1 - 0.999 ** state["t"])
                    p[k] = p[k] - lr * m_hat / (np.sqrt(s_hat) + 1e-8)
            return p

        return epoch

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=predict,
        loss=lambda p, X, y: -np.log(predict(p, X)[np.arange(len(y)), y]).mean(),
        gradients=grads,
        new_step=new_step,
        step_is="epoch",
        learning_rate=0.01,
    )


@program()
def scales_inside():
    X, y = houses(40, 12)
    middle, width = X.mean(axis=0), X.std(axis=0)
    y0, y1 = y.mean(), y.std()

    class Prices:
        def __init__(self):
            r = np.random.RandomState(3)
            self.W1, self.b1 = r.randn(3, 6) * 0.5, np.zeros(6)
            self.W2, self.b2 = r.randn(6, 1) * 0.5, np.zeros(1)

        def predict(self, X):
            self.x = (X - middle) / width
            self.h = np.tanh(self.x @ self.W1 + self.b1)
            return y0 + y1 * (self.h @ self.W2 + self.b2)

        def loss(self, X, y):
            return np.mean(((self.predict(X) - y) / y1) ** 2)

        def train(self, X, y):
            d = 2 * (self.predict(X) - y) / y1 / len(X)
            e = d @ self.W2.T * (1 - self.h**2)
            self.W2 -= 0.1 * self.h.T @ d
            self.b2 -= 0.1 * d.sum(0)
            self.W1 -= 0.1 * self.x.T @ e
            self.b1 -= 0.1 * e.sum(0)

    return dict(
        X=X,
        y=y,
        program=Prices(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="predict",
        loss="loss",
        step="train",
        learning_rate=0.1,
    )


@pair(
    "gradient_wrong",
    source="ddbourgin/numpy-ml 94: the mask of dropout is not applied on the way back; here it comes "
    "from a generator that the step keeps",
)
def mask_on_the_way_there(ok):
    X, y = clouds(60, 4, 3, 260)
    Y = np.eye(3)[y]

    def predict(p, X):
        return softmax_rows(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def new_step():
        rng = np.random.default_rng(3)

        def step(p, X, Y, keep=0.7):
            h = np.tanh(X @ p["W1"] + p["b1"])
            mask = (rng.random(h.shape) < keep) / keep
            d = (softmax_rows(h * mask @ p["W2"] + p["b2"]) - Y) / len(X)
            e = d @ p["W2"].T * (1 - h**2)
            if ok:
                e = e * mask
            g = {"W1": X.T @ e, "b1": e.sum(0), "W2": (h * mask).T @ d, "b2": d.sum(0)}
            return {k: p[k] - 0.1 * g[k] for k in p}

        return step

    return dict(
        X=X,
        y=Y,
        parameters=two_layers_of_numbers(4, 4, 12, 3),
        predict=predict,
        loss=lambda p, X, Y: -np.sum(Y * np.log(predict(p, X))) / len(X),
        new_step=new_step,
        learning_rate=0.1,
    )


@program()
def dropout_in_training_alone():
    X, y = clouds(60, 4, 3, 260)
    Y = np.eye(3)[y]

    def predict(p, X):
        return softmax_rows(np.maximum(X @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"])

    def new_step():
        rng = np.random.default_rng(0)

        def step(p, X, Y, keep=0.8):
            h = np.maximum(X @ p["W1"] + p["b1"], 0)
            mask = (rng.random(h.shape) < keep) / keep
            hd = h * mask
            d = (softmax_rows(hd @ p["W2"] + p["b2"]) - Y) / len(X)
            e = d @ p["W2"].T * mask * (h > 0)
            g = {"W1": X.T @ e, "b1": e.sum(0), "W2": hd.T @ d, "b2": d.sum(0)}
            return {k: p[k] - 0.1 * g[k] for k in p}

        return step

    return dict(
        X=X,
        y=Y,
        parameters=two_layers_of_numbers(4, 4, 12, 3),
        predict=predict,
        loss=lambda p, X, Y: -np.sum(Y * np.log(predict(p, X))) / len(X),
        new_step=new_step,
        learning_rate=0.1,
    )
