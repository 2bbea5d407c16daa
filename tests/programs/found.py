"""Faulty programs built to faults that we found in public questions and repositories."""

import numpy as np

from programs.case import XOR_X, XOR_Y, blobs, one_hot, program, sigmoid, softmax


@program(
    "slope_missing", source="datascience.stackexchange 120115; no mask of the ReLU on the way back"
)
def relu_without_its_mask():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 3, size=(12, 3))
    y = x.sum(axis=1) / 3
    w = {"w1": rng.uniform(-1, 1, size=(4, 3)), "w2": rng.uniform(-1, 1, size=4)}

    def forward(w, x):
        h = np.maximum(0, np.dot(w["w1"], x.T))
        return h, np.dot(w["w2"], h)

    def gradients(w, x, y):
        h, o = forward(w, x)
        e = (o - y) / len(y)
        return {"w1": np.outer(w["w2"], e) @ x, "w2": e @ h.T}

    return dict(
        X=x,
        y=y,
        parameters=w,
        predict=lambda w, x: forward(w, x)[1],
        gradients=gradients,
        loss=lambda w, x, y: np.sum((forward(w, x)[1] - y) ** 2) / (2 * len(y)),
    )


@program(
    "slope_missing",
    "gradient_wrong",
    "product_wrong",
    source="stackoverflow 59399842; dW of the output lacks y (1 - y)",
)
def output_weights_lack_the_slope():
    rng = np.random.default_rng(1)
    w = [rng.normal(size=(2, 3)), rng.normal(size=(3, 1))]

    def run(w, x):
        h = sigmoid(x @ w[0])
        return h, sigmoid(h @ w[1])

    def grads(w, x, y):
        h, o = run(w, x)
        e = (o - y) / len(x)
        return [x.T @ ((e * o * (1 - o)) @ w[1].T * h * (1 - h)), h.T @ e]

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=w,
        predict=lambda w, x: run(w, x)[1],
        gradients=grads,
        loss=lambda w, x, y: 0.5 * np.mean((run(w, x)[1] - y) ** 2),
    )


@program(
    "optimizer_formula", source="oxiglade/mlx-rs 301; Adam without the correction of its means"
)
def adam_without_correction():
    x, labels = blobs(30, 2, 3, seed=1)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(2)
    p = [rng.normal(size=(3, 1)), np.zeros((1, 1))]

    def predict(p, x):
        return sigmoid(x @ p[0] + p[1])

    def grads(p, x, y):
        d = (predict(p, x) - y) / len(x)
        return [x.T @ d, d.sum(0, keepdims=True)]

    def make():
        m, v = [0, 0], [0, 0]

        def step(p, x, y):
            for i, g in enumerate(grads(p, x, y)):
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g * g
                p[i] = p[i] - 0.02 * m[i] / (np.sqrt(v[i]) + 1e-8)
            return p

        return step

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=predict,
        gradients=grads,
        step=make(),
        new_step=make,
        learning_rate=0.02,
        step_is="update",
        loss=lambda p, x, y: (
            -np.mean(y * np.log(predict(p, x)) + (1 - y) * np.log(1 - predict(p, x)))
        ),
    )


@program("optimizer_formula", source="karpathy/convnetjs 70 and 107; multiplied by the correction")
def adam_multiplied_by_the_correction():
    x, labels = blobs(30, 3, 3, seed=2)
    y = one_hot(labels, 3)
    rng = np.random.default_rng(3)

    class Trainer:
        def __init__(self):
            self.w = {"a": rng.normal(size=(3, 5)), "b": rng.normal(size=(5, 3))}
            self.k, self.gsum, self.xsum = 0, {}, {}

        def forward(self, x):
            self.h = np.tanh(x @ self.w["a"])
            return softmax(self.h @ self.w["b"])

        def cost(self, x, y):
            return -np.sum(y * np.log(self.forward(x))) / len(x)

        def train(self, x, y):
            d = (self.forward(x) - y) / len(x)
            g = {"b": self.h.T @ d, "a": x.T @ (d @ self.w["b"].T * (1 - self.h**2))}
            self.k += 1
            for n in g:
                self.gsum[n] = self.gsum.get(n, 0) * 0.9 + 0.1 * g[n]
                self.xsum[n] = self.xsum.get(n, 0) * 0.999 + 0.001 * g[n] ** 2
                c1, c2 = self.gsum[n] * (1 - 0.9**self.k), self.xsum[n] * (1 - 0.999**self.k)
                self.w[n] -= 0.01 * c1 / (np.sqrt(c2) + 1e-8)

    return dict(
        X=x,
        y=y,
        program=Trainer(),
        arrays=["w"],
        predict="forward",
        loss="cost",
        step="train",
        learning_rate=0.01,
    )


@program("weight_term", source="jingtinghuang/CS231n-Spring-2017 3; the 2 of the penalty's slope")
def penalty_lacks_its_two():
    x, labels = blobs(30, 3, 3, seed=3)
    W = np.random.default_rng(4).normal(size=(3, 3))
    reg = 0.1

    def predict(W, x):
        return softmax(x @ W["W"])

    def loss(W, x, y):
        return -np.log(predict(W, x)[range(len(y)), y]).mean() + reg * np.sum(W["W"] * W["W"])

    def gradients(W, x, y):
        d = predict(W, x)
        d[range(len(y)), y] -= 1
        return {"W": x.T @ d / len(y) + reg * W["W"]}

    return dict(X=x, y=labels, parameters={"W": W}, predict=predict, loss=loss, gradients=gradients)


@program("slope_of_a", source="llSourcell/recurrent_neural_net_demo 2; iamtrask.github.io 32")
def x_one_minus_x_given_z():
    rng = np.random.default_rng(5)
    syn = [2 * rng.random((3, 4)) - 1, 2 * rng.random((4, 1)) - 1]
    X = np.column_stack([XOR_X, np.ones(4)])

    def nonlin(x, deriv=False):
        return x * (1 - x) if deriv else 1 / (1 + np.exp(-x))

    def predict(s, X):
        return nonlin(nonlin(X @ s[0]) @ s[1])

    def step(s, X, y):
        l1 = nonlin(X @ s[0])
        l2 = nonlin(l1 @ s[1])
        d2 = (y - l2) * nonlin(l2, True)
        d1 = d2 @ s[1].T * nonlin(X @ s[0], True)
        s[1] += l1.T @ d2
        s[0] += X.T @ d1

    return dict(
        X=X,
        y=XOR_Y,
        parameters=syn,
        predict=predict,
        step=step,
        learning_rate=1,
        loss=lambda s, X, y: np.sum((y - predict(s, X)) ** 2) / 2,
    )


@program("parameter_shape", source="hanbt/learn_dl 6; a column meets a row")
def a_row_of_errors_meets_a_column():
    x, _ = blobs(18, 2, 2, seed=6)
    y = x @ np.array([1.0, 2.0])
    p = {"w": np.zeros((2,)), "c": np.array(0.5)}

    def predict(p, x):
        return x @ p["w"] + p["c"]

    def step(p, x, y):
        e = predict(p, x) - y
        return {"w": p["w"] - 0.1 * x.T @ e / len(x), "c": p["c"] - 0.1 * e}

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=predict,
        step=step,
        learning_rate=0.1,
        loss=lambda p, x, y: 0.5 * np.mean((predict(p, x) - y) ** 2),
    )


@program("samples_mixed", source="ethanfetaya/NRI 25; softmax along the samples")
def softmax_over_the_wrong_axis():
    x, labels = blobs(24, 3, 2, seed=7)
    y = one_hot(labels, 3)
    p = {"w": np.random.default_rng(6).normal(size=(2, 3)), "b": np.zeros((1, 3))}

    def predict(p, x):
        e = np.exp(x @ p["w"] + p["b"])
        return e / np.sum(e, axis=0, keepdims=True)

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=predict,
        loss=lambda p, x, y: -np.sum(y * np.log(predict(p, x))) / len(x),
    )


@program(
    "raises", source="mnielsen/neural-networks-and-deep-learning 36; 3 columns for a network of 2"
)
def one_column_too_many():
    x, labels = blobs(20, 2, 3, seed=8)
    p = {"w": np.ones((2, 1)), "b": np.zeros(1)}

    def predict(p, x):
        return sigmoid(x @ p["w"] + p["b"])

    return dict(
        X=x,
        y=labels[:, None] * 1.0,
        parameters=p,
        predict=predict,
        loss=lambda p, x, y: np.mean((predict(p, x) - y) ** 2),
    )


@program("neurons_alike", source="nndl/nndl-discussion 14: all weights start at 0")
def zeros_everywhere():
    p = [np.zeros((2, 3)), np.zeros(3), np.zeros((3, 1)), np.zeros(1)]

    def predict(p, X):
        return sigmoid(np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])

    def grads(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = (predict(p, X) - y) / len(X)
        e = d @ p[2].T * (1 - h**2)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def step(p, X, y):
        return [a - 0.5 * g for a, g in zip(p, grads(p, X, y))]

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=p,
        predict=predict,
        gradients=grads,
        step=step,
        learning_rate=0.5,
        loss=lambda p, X, y: (
            -np.mean(y * np.log(predict(p, X)) + (1 - y) * np.log(1 - predict(p, X)))
        ),
    )


@program(
    "cannot_memorise", source="datascience.stackexchange 68362; no activation between the layers"
)
def two_layers_that_are_one():
    rng = np.random.default_rng(7)
    p = {
        "W1": rng.normal(size=(2, 4)),
        "b1": np.zeros(4),
        "W2": rng.normal(size=(4, 1)),
        "b2": np.zeros(1),
    }

    def predict(p, X):
        return sigmoid((X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def grads(p, X, y):
        h = X @ p["W1"] + p["b1"]
        d = (predict(p, X) - y) / len(X)
        e = d @ p["W2"].T
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=p,
        predict=predict,
        loss=loss,
        gradients=grads,
        step=lambda p, X, y: {k: p[k] - 0.3 * g for k, g in grads(p, X, y).items()},
        learning_rate=0.3,
    )


@program(
    "divergence",
    "step_too_long",
    source="datascience.stackexchange 115761; a sum over many samples, the rate of a mean",
)
def a_sum_with_the_rate_of_a_mean():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(200, 4))
    y = (x @ np.array([1.0, -1, 2, 0.5]))[:, None]
    p = {"w": np.zeros((4, 1))}

    def step(p, x, y):
        p["w"] -= 0.1 * 2 * x.T @ (x @ p["w"] - y)

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=lambda p, x: x @ p["w"],
        step=step,
        learning_rate=0.1,
        loss=lambda p, x, y: np.sum((x @ p["w"] - y) ** 2),
    )


@program("gradient_sign", source="makeyourownneuralnetwork 82; error = target - output, subtracted")
def the_error_the_other_way_round():
    x, labels = blobs(30, 2, 2, seed=9)
    t = labels[:, None] * 1.0
    rng = np.random.default_rng(9)

    class neuralNetwork:
        def __init__(self):
            self.wih = rng.normal(0, 0.7, (5, 2))
            self.who = rng.normal(0, 0.7, (1, 5))
            self.lr = 0.1

        def query(self, x):
            self.h = sigmoid(self.wih @ x.T)
            return sigmoid(self.who @ self.h).T

        def train(self, x, t):
            o = self.query(x)
            e = (t - o).T
            d = e * o.T * (1 - o.T) / len(x)
            hidden = self.who.T @ d * self.h * (1 - self.h)
            self.who -= self.lr * d @ self.h.T
            self.wih -= self.lr * hidden @ x

    def loss(net, x, t):
        return 0.5 * np.mean((net.query(x) - t) ** 2)

    return dict(
        X=x,
        y=t,
        program=neuralNetwork(),
        arrays=["wih", "who"],
        predict="query",
        step="train",
        loss=loss,
        learning_rate=0.1,
    )


@program("gradient_sign", source="a sign forgotten in one line of four")
def one_bias_goes_uphill():
    x, labels = blobs(30, 2, 2, seed=10)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(10)
    p = {
        "theta1": rng.normal(size=(2, 4)),
        "bias1": np.zeros(4),
        "theta2": rng.normal(size=(4, 1)),
        "bias2": np.zeros(1),
    }

    def forward(p, x):
        h = np.maximum(x @ p["theta1"] + p["bias1"], 0)
        return h, sigmoid(h @ p["theta2"] + p["bias2"])

    def grads(p, x, y):
        h, o = forward(p, x)
        d2 = (o - y) / len(x)
        d1 = d2 @ p["theta2"].T * (h > 0)
        return {
            "grad_theta1": x.T @ d1,
            "grad_bias1": -d1.sum(0),
            "grad_theta2": h.T @ d2,
            "grad_bias2": d2.sum(0),
        }

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=lambda p, x: forward(p, x)[1],
        gradients=grads,
        loss=lambda p, x, y: (
            -np.mean(y * np.log(forward(p, x)[1]) + (1 - y) * np.log(1 - forward(p, x)[1]))
        ),
    )


@program("samples_unused", source="SkalskiP style loops; range(n - 1)")
def the_last_sample_is_left_out_of_the_gradient():
    x, labels = blobs(16, 2, 2, seed=11)
    y = labels * 1.0
    p = [0.2, -0.1, 0.05]

    def one(p, v):
        return 1 / (1 + np.exp(-(p[0] * v[0] + p[1] * v[1] + p[2])))

    def loss(p, x, y):
        return sum(
            -t * np.log(one(p, v)) - (1 - t) * np.log(1 - one(p, v)) for v, t in zip(x, y)
        ) / len(x)

    def grads(p, x, y):
        g = [0.0, 0.0, 0.0]
        for i in range(len(x) - 1):
            e = (one(p, x[i]) - y[i]) / len(x)
            g[0] += e * x[i][0]
            g[1] += e * x[i][1]
            g[2] += e
        return g

    return dict(
        X=x.tolist(),
        y=y.tolist(),
        parameters=p,
        predict=lambda p, x: [one(p, v) for v in x],
        loss=loss,
        gradients=grads,
    )


@program(
    "product_wrong",
    source="stephencwelch/Neural-Networks-Demystified 3; the wrong activation in the product",
)
def the_input_of_the_wrong_layer():
    x, labels = blobs(30, 2, 4, seed=12)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(11)
    p = {
        "W1": rng.normal(size=(4, 4)),
        "W2": rng.normal(size=(4, 4)),
        "W3": rng.normal(size=(4, 1)),
    }

    def forward(p, x):
        a1 = sigmoid(x @ p["W1"])
        a2 = sigmoid(a1 @ p["W2"])
        return a1, a2, sigmoid(a2 @ p["W3"])

    def grads(p, x, y):
        a1, a2, a3 = forward(p, x)
        d3 = (a3 - y) * a3 * (1 - a3) * 2 / len(x)
        d2 = d3 @ p["W3"].T * a2 * (1 - a2)
        d1 = d2 @ p["W2"].T * a1 * (1 - a1)
        return {"W1": x.T @ d1, "W2": a2.T @ d2, "W3": a2.T @ d3}

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=lambda p, x: forward(p, x)[2],
        gradients=grads,
        loss=lambda p, x, y: np.mean((forward(p, x)[2] - y) ** 2),
    )


@program("step_not_gradient", source="a gradient that is rounded before it is used")
def the_step_uses_one_layer_twice_as_fast():
    x, labels = blobs(30, 2, 3, seed=13)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(12)
    p = {"W1": rng.normal(size=(3, 4)), "W2": rng.normal(size=(4, 1))}

    def forward(p, x):
        h = np.tanh(x @ p["W1"])
        return h, sigmoid(h @ p["W2"])

    def grads(p, x, y):
        h, o = forward(p, x)
        d = (o - y) / len(x)
        return {"W1": x.T @ (d @ p["W2"].T * (1 - h**2)), "W2": h.T @ d}

    def step(p, x, y):
        g = grads(p, x, y)
        return {"W1": p["W1"] - 0.2 * np.round(g["W1"], 1), "W2": p["W2"] - 0.2 * g["W2"]}

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=lambda p, x: forward(p, x)[1],
        gradients=grads,
        step=step,
        learning_rate=0.2,
        step_is="update",
        loss=lambda p, x, y: (
            -np.mean(y * np.log(forward(p, x)[1]) + (1 - y) * np.log(1 - forward(p, x)[1]))
        ),
    )


@program(
    "loss_formula",
    "nothing_compared",
    "parameter_not_moved",
    source="a loss that does not use the predictions of this call",
)
def the_loss_does_not_see_the_parameters():
    x, labels = blobs(20, 2, 2, seed=14)
    y = labels[:, None] * 1.0
    p = {"w": np.array([[0.3], [0.4]]), "b": np.zeros((1, 1))}
    stored = sigmoid(x @ p["w"] + p["b"])

    def predict(p, x):
        return sigmoid(x @ p["w"] + p["b"])

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=predict,
        loss=lambda p, x, y: float(np.mean((stored[: len(x)] - y) ** 2)),
        gradients=lambda p, x, y: {"w": np.zeros((2, 1)), "b": np.zeros((1, 1))},
    )


@program("data_scale", source="raw columns of very different size, a rate for scaled ones")
def raw_columns():
    rng = np.random.default_rng(13)
    x = np.column_stack([rng.uniform(0, 1, 60), rng.uniform(500, 2500, 60)])
    y = (x[:, 0] + (x[:, 1] - 1500) / 1000 > 0.5)[:, None] * 1.0
    p = {
        "W1": rng.normal(size=(2, 5)),
        "b1": np.zeros(5),
        "W2": rng.normal(size=(5, 1)),
        "b2": np.zeros(1),
    }

    def forward(p, x):
        h = np.tanh(x @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def step(p, x, y):
        h, o = forward(p, x)
        d2 = (o - y) / len(x)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {
            "W1": p["W1"] - 0.5 * x.T @ d1,
            "b1": p["b1"] - 0.5 * d1.sum(0),
            "W2": p["W2"] - 0.5 * h.T @ d2,
            "b2": p["b2"] - 0.5 * d2.sum(0),
        }

    def loss(p, x, y):
        o = np.clip(forward(p, x)[1], 1e-12, 1 - 1e-12)
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=lambda p, x: forward(p, x)[1],
        loss=loss,
        step=step,
        learning_rate=0.5,
    )
