"""Sound programs, each in its own words: nothing wrong may be found in them."""

import itertools

import numpy as np

from programs.case import XOR_X, XOR_Y, blobs, one_hot, program, sigmoid, softmax


@program()
def xor_by_descent():
    rng = np.random.default_rng(0)
    p = {
        "W1": rng.normal(size=(2, 4)),
        "b1": np.zeros((1, 4)),
        "W2": rng.normal(size=(4, 1)),
        "b2": np.zeros((1, 1)),
    }

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def gradients(p, X, y):
        h, a = forward(p, X)
        d2 = (a - y) / len(X)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {
            "dW1": X.T @ d1,
            "db1": d1.sum(0, keepdims=True),
            "dW2": h.T @ d2,
            "db2": d2.sum(0, keepdims=True),
        }

    def step(p, X, y):
        g = gradients(p, X, y)
        for name in p:
            p[name] -= 0.5 * g["d" + name]

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        step=step,
        loss=lambda p, X, y: (
            -np.mean(y * np.log(forward(p, X)[1]) + (1 - y) * np.log(1 - forward(p, X)[1]))
        ),
        learning_rate=0.5,
        step_is="update",
    )


@program()
def relu_exactly_at_its_corner():
    """XOR has the sample (0, 0), and the biases are 0: each ReLU sits on its corner."""
    rng = np.random.default_rng(1)
    p = [rng.normal(size=(2, 5)), np.zeros(5), rng.normal(size=(5, 1)), np.zeros(1)]

    def run(p, X):
        h = np.maximum(0, X @ p[0] + p[1])
        return h, sigmoid(h @ p[2] + p[3])

    def gradients(p, X, y):
        h, a = run(p, X)
        d = (a - y) / 4
        e = d @ p[2].T * (h > 0)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=XOR_X.astype(int),
        y=XOR_Y.astype(int),
        parameters=p,
        predict=lambda p, X: run(p, X)[1],
        gradients=gradients,
        loss=lambda p, X, y: np.mean(
            -y * np.log(run(p, X)[1]) - (1 - y) * np.log(1 - run(p, X)[1])
        ),
    )


@program()
def columns_as_in_a_course():
    X, labels = blobs(40, 2, 3, seed=1)
    rng = np.random.default_rng(2)
    p = {
        f"{n}{k}": v
        for k, (o, i) in enumerate([(5, 3), (4, 5), (1, 4)], 1)
        for n, v in [("W", rng.normal(size=(o, i)) * np.sqrt(2 / i)), ("b", np.zeros((o, 1)))]
    }

    def forward(p, X):
        A, caches = X, []
        for k in (1, 2, 3):
            Z = p[f"W{k}"] @ A + p[f"b{k}"]
            caches.append((A, Z))
            A = sigmoid(Z) if k == 3 else np.maximum(0, Z)
        return A, caches

    def backward(p, X, Y):
        AL, caches = forward(p, X)
        dZ, grads = AL - Y, {}
        for k in (3, 2, 1):
            A, _ = caches[k - 1]
            grads[f"dW{k}"] = dZ @ A.T / X.shape[1]
            grads[f"db{k}"] = np.sum(dZ, axis=1, keepdims=True) / X.shape[1]
            if k > 1:
                dZ = p[f"W{k}"].T @ dZ * (caches[k - 2][1] > 0)
        return grads

    def cost(p, X, Y):
        A = forward(p, X)[0]
        return float(np.squeeze(-(Y @ np.log(A).T + (1 - Y) @ np.log(1 - A).T) / X.shape[1]))

    return dict(
        X=X.T,
        y=labels.reshape(1, -1),
        parameters=p,
        predict=lambda p, X: forward(p, X)[0],
        loss=cost,
        gradients=backward,
        step=lambda p, X, Y: {k: v - 0.1 * backward(p, X, Y)["d" + k] for k, v in p.items()},
        learning_rate=0.1,
    )


@program()
def column_vectors_in_lists():
    """Weights and biases in two lists, one sample at a time, as a well-known book does."""
    X, labels = blobs(30, 3, 2, seed=2)
    rng = np.random.default_rng(3)
    sizes = [2, 6, 3]
    p = {
        "biases": [rng.normal(size=(k, 1)) for k in sizes[1:]],
        "weights": [rng.normal(size=(o, i)) for i, o in itertools.pairwise(sizes)],
    }

    def feed(p, a):
        for b, w in zip(p["biases"], p["weights"]):
            a = sigmoid(w @ a + b)
        return a

    def update(p, X, Y):
        nb, nw = [np.zeros_like(b) for b in p["biases"]], [np.zeros_like(w) for w in p["weights"]]
        for x, y in zip(X, Y):
            a = [x.reshape(-1, 1)]
            for b, w in zip(p["biases"], p["weights"]):
                a.append(sigmoid(w @ a[-1] + b))
            d = (a[-1] - y.reshape(-1, 1)) * a[-1] * (1 - a[-1])
            for layer in (1, 0):
                nb[layer] += d
                nw[layer] += d @ a[layer].T
                d = p["weights"][layer].T @ d * a[layer] * (1 - a[layer])
        p["weights"] = [w - 3.0 / len(X) * g for w, g in zip(p["weights"], nw)]
        p["biases"] = [b - 3.0 / len(X) * g for b, g in zip(p["biases"], nb)]

    def predict(p, X):
        return np.array([feed(p, x.reshape(-1, 1)).ravel() for x in X])

    return dict(
        X=X,
        y=one_hot(labels, 3),
        parameters=p,
        predict=predict,
        step=update,
        learning_rate=3.0,
        loss=lambda p, X, Y: 0.5 * np.sum((predict(p, X) - Y) ** 2) / len(X),
    )


@program()
def softmax_with_class_numbers():
    X, y = blobs(60, 4, 3, seed=3)
    p = {"W": np.random.default_rng(4).normal(size=(3, 4)) * 0.1, "b": np.zeros(4)}

    def probs(p, X):
        return softmax(X @ p["W"] + p["b"])

    def gradients(p, X, y):
        d = probs(p, X)
        d[np.arange(len(y)), y] -= 1
        return {"W": X.T @ d / len(y), "b": d.mean(axis=0)}

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=probs,
        gradients=gradients,
        loss=lambda p, X, y: -np.log(probs(p, X)[np.arange(len(y)), y]).mean(),
        reports={"accuracy": lambda p, X, y: np.mean(probs(p, X).argmax(axis=1) == y)},
    )


@program()
def a_class_that_trains_itself():
    X, labels = blobs(32, 2, 2, seed=4)
    rng = np.random.default_rng(5)

    class NeuralNetwork:
        def __init__(self, lr):
            self.W1, self.W2 = rng.normal(size=(2, 4)), rng.normal(size=(4, 1))
            self.b1, self.b2 = np.zeros((1, 4)), np.zeros((1, 1))
            self.lr = lr
            self.losses = []

        def forward(self, X):
            self.a1 = sigmoid(X @ self.W1 + self.b1)
            self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
            return self.a2

        def loss(self, y, output):
            return np.mean((y - output) ** 2)

        def train(self, X, y):
            out = self.forward(X)
            self.losses.append(self.loss(y, out))
            d2 = 2 * (out - y) / y.size * out * (1 - out)
            d1 = d2 @ self.W2.T * self.a1 * (1 - self.a1)
            self.W2 -= self.lr * self.a1.T @ d2
            self.b2 -= self.lr * d2.sum(axis=0, keepdims=True)
            self.W1 -= self.lr * X.T @ d1
            self.b1 -= self.lr * d1.sum(axis=0, keepdims=True)
            print("loss", self.losses[-1])

    return dict(
        X=X,
        y=labels[:, None],
        program=NeuralNetwork(0.5),
        arrays=["W1", "b1", "W2", "b2"],
        predict="forward",
        loss="loss",
        step="train",
        learning_rate=0.5,
    )


@program()
def adam_in_a_class():
    X, labels = blobs(45, 3, 2, seed=5)
    rng = np.random.default_rng(6)

    class Net:
        def __init__(self):
            self.params = {
                "W": rng.normal(size=(2, 8)),
                "b": np.zeros(8),
                "V": rng.normal(size=(8, 3)),
                "c": np.zeros(3),
            }
            self.m = {k: np.zeros_like(v) for k, v in self.params.items()}
            self.v = {k: np.zeros_like(v) for k, v in self.params.items()}
            self.t = 0

        def predict(self, X):
            self.h = np.maximum(X @ self.params["W"] + self.params["b"], 0)
            return softmax(self.h @ self.params["V"] + self.params["c"])

        def cost(self, X, Y):
            return -np.sum(Y * np.log(self.predict(X) + 1e-9)) / len(X)

        def step(self, X, Y):
            d = (self.predict(X) - Y) / len(X)
            e = d @ self.params["V"].T * (self.h > 0)
            g = {"W": X.T @ e, "b": e.sum(0), "V": self.h.T @ d, "c": d.sum(0)}
            self.t += 1
            for k in g:
                self.m[k] = 0.9 * self.m[k] + 0.1 * g[k]
                self.v[k] = 0.999 * self.v[k] + 0.001 * g[k] ** 2
                self.params[k] -= (
                    0.01
                    * (self.m[k] / (1 - 0.9**self.t))
                    / (np.sqrt(self.v[k] / (1 - 0.999**self.t)) + 1e-8)
                )

    return dict(
        X=X,
        y=one_hot(labels, 3),
        program=Net(),
        arrays=["params"],
        predict="predict",
        loss="cost",
        step="step",
        learning_rate=0.01,
    )


@program()
def epochs_of_shuffled_batches():
    X, labels = blobs(50, 2, 3, seed=6)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(7)
    p = [rng.normal(size=(3, 1)), np.zeros((1, 1))]

    def predict(p, X):
        return sigmoid(X @ p[0] + p[1])

    def make():
        order_rng = np.random.default_rng(8)

        def epoch(p, X, y):
            order = order_rng.permutation(len(X))
            for i in range(0, len(X), 16):
                rows = order[i : i + 16]
                d = (predict(p, X[rows]) - y[rows]) / len(rows)
                p = [p[0] - 0.2 * X[rows].T @ d, p[1] - 0.2 * d.sum(0, keepdims=True)]
            return p

        return epoch

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=predict,
        step=make(),
        new_step=make,
        step_is="epoch",
        learning_rate=0.2,
        loss=lambda p, X, y: np.mean(np.logaddexp(0, X @ p[0] + p[1]) - y * (X @ p[0] + p[1])),
    )


@program()
def float32_throughout():
    X, labels = blobs(40, 2, 4, seed=7)
    X, y = X.astype(np.float32), labels[:, None].astype(np.float32)
    rng = np.random.default_rng(9)
    p = {
        k: v.astype(np.float32)
        for k, v in {
            "W1": rng.normal(size=(4, 6)),
            "b1": np.zeros((1, 6)),
            "W2": rng.normal(size=(6, 1)),
            "b2": np.zeros((1, 1)),
        }.items()
    }

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"]).astype(np.float32)
        return h, sigmoid(h @ p["W2"] + p["b2"]).astype(np.float32)

    def gradients(p, X, y):
        h, a = forward(p, X)
        d = ((a - y) / len(X)).astype(np.float32)
        e = d @ p["W2"].T * (1 - h**2)
        return {
            "W1": X.T @ e,
            "b1": e.sum(0, keepdims=True),
            "W2": h.T @ d,
            "b2": d.sum(0, keepdims=True),
        }

    def loss(p, X, y):
        a = forward(p, X)[1]
        return np.float32(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
    )


@program()
def images_divided_by_255_inside():
    rng = np.random.default_rng(10)
    X = rng.integers(0, 256, size=(40, 6, 6)).astype(np.uint8)
    labels = (X[:, :3].mean(axis=(1, 2)) > X[:, 3:].mean(axis=(1, 2))).astype(int)
    p = [rng.normal(size=(36, 7)) / 6, np.zeros(7), rng.normal(size=(7, 2)) / 3, np.zeros(2)]

    def forward(p, X):
        flat = X.reshape(len(X), -1) / 255.0
        h = np.maximum(flat @ p[0] + p[1], 0)
        return flat, h, softmax(h @ p[2] + p[3])

    def gradients(p, X, y):
        flat, h, a = forward(p, X)
        d = (a - np.eye(2)[y]) / len(X)
        e = d @ p[2].T * (h > 0)
        return [flat.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=X,
        y=labels,
        parameters=p,
        predict=lambda p, X: forward(p, X)[2],
        gradients=gradients,
        loss=lambda p, X, y: -np.mean(np.log(forward(p, X)[2][np.arange(len(y)), y])),
    )


@program()
def a_line_in_plain_python():
    x = [0.0, 1.0, 2.0, 3.0, 4.0]
    y = [1.0, 3.1, 4.9, 7.2, 9.0]

    def predict(p, x):
        return [p["slope"] * v + p["shift"] for v in x]

    def loss(p, x, y):
        return sum((a - t) ** 2 for a, t in zip(predict(p, x), y)) / len(x)

    def gradients(p, x, y):
        e = [a - t for a, t in zip(predict(p, x), y)]
        return {
            "slope": 2 * sum(d * v for d, v in zip(e, x)) / len(x),
            "shift": 2 * sum(e) / len(x),
        }

    def step(p, x, y):
        g = gradients(p, x, y)
        return {k: p[k] - 0.05 * g[k] for k in p}

    return dict(
        X=x,
        y=y,
        parameters={"slope": 0, "shift": 0.5},
        predict=predict,
        loss=loss,
        gradients=gradients,
        step=step,
        learning_rate=0.05,
    )


@program()
def regression_with_a_flat_y():
    X, _ = blobs(30, 2, 3, seed=8)
    y = np.sin(X[:, 0])
    rng = np.random.default_rng(11)
    p = {"W": rng.normal(size=(3, 6)), "b": np.zeros(6), "v": rng.normal(size=6), "c": 0.0}

    def forward(p, X):
        h = np.tanh(X @ p["W"] + p["b"])
        return h, h @ p["v"] + p["c"]

    def gradients(p, X, y):
        h, a = forward(p, X)
        e = 2 * (a - y) / len(y)
        d = np.outer(e, p["v"]) * (1 - h**2)
        return {"W": X.T @ d, "b": d.sum(0), "v": h.T @ e, "c": e.sum()}

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        loss=lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
    )


@program()
def decay_on_both_sides():
    X, labels = blobs(36, 3, 2, seed=9)
    Y = one_hot(labels, 3)
    rng = np.random.default_rng(12)
    p = [rng.normal(size=(2, 5)), np.zeros((1, 5)), rng.normal(size=(5, 3)), np.zeros((1, 3))]

    def forward(p, X):
        h = sigmoid(X @ p[0] + p[1])
        return h, softmax(h @ p[2] + p[3])

    def gradients(p, X, Y):
        h, a = forward(p, X)
        d = (a - Y) / len(X)
        e = d @ p[2].T * h * (1 - h)
        return [
            X.T @ e + 0.02 * p[0],
            e.sum(0, keepdims=True),
            h.T @ d + 0.02 * p[2],
            d.sum(0, keepdims=True),
        ]

    def loss(p, X, Y):
        return -np.mean(np.sum(Y * np.log(forward(p, X)[1]), axis=1)) + 0.01 * (
            np.sum(p[0] ** 2) + np.sum(p[2] ** 2)
        )

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
        step=lambda p, X, Y: [w - 0.1 * g for w, g in zip(p, gradients(p, X, Y))],
        learning_rate=0.1,
    )


@program()
def dropout_that_is_told():
    X, labels = blobs(40, 2, 2, seed=10)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(13)
    p = {"W": rng.normal(size=(2, 8)), "v": rng.normal(size=(8, 1))}

    def predict(p, X):
        return sigmoid(np.tanh(X @ p["W"]) @ p["v"])

    def bce(a, y):
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def noisy(p, X, y):
        h = np.tanh(X @ p["W"])
        return bce(sigmoid(h * (np.random.rand(*h.shape) > 0.5) * 2 @ p["v"]), y)  # noqa: NPY002

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=predict,
        loss=lambda p, X, y: bce(predict(p, X), y),
        training_loss=noisy,
    )


@program()
def neurons_as_dicts():
    """A list of layers, each a list of neurons, each a dict: lists of floats throughout."""
    X, labels = blobs(12, 2, 2, seed=11)
    rng = np.random.default_rng(14)
    net = [
        [{"weights": rng.normal(size=2).tolist(), "bias": 0.1} for _ in range(3)],
        [{"weights": rng.normal(size=3).tolist(), "bias": -0.1}],
    ]

    def predict(net, X):
        answers = []
        for x in X:
            row = list(x)
            for layer in net:
                row = [
                    float(sigmoid(sum(w * v for w, v in zip(n["weights"], row)) + n["bias"]))
                    for n in layer
                ]
            answers.append(row[0])
        return answers

    return dict(
        X=X.tolist(),
        y=labels.tolist(),
        parameters=net,
        predict=predict,
        loss=lambda net, X, y: sum((a - t) ** 2 for a, t in zip(predict(net, X), y)) / len(y),
    )


@program()
def momentum_with_a_new_step():
    X, labels = blobs(30, 2, 2, seed=12)
    y = labels[:, None] * 1.0
    p = {"w": np.random.default_rng(15).normal(size=(2, 1)), "b": np.zeros((1, 1))}

    def gradients(p, X, y):
        d = (sigmoid(X @ p["w"] + p["b"]) - y) / len(X)
        return {"w": X.T @ d, "b": d.sum(0, keepdims=True)}

    def make():
        v = {}

        def step(p, X, y):
            for k, g in gradients(p, X, y).items():
                v[k] = 0.9 * v.get(k, 0) - 0.1 * g
                p[k] = p[k] + v[k]
            return p

        return step

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]),
        gradients=gradients,
        step=make(),
        new_step=make,
        learning_rate=0.1,
        loss=lambda p, X, y: np.mean(
            np.logaddexp(0, X @ p["w"] + p["b"]) - y * (X @ p["w"] + p["b"])
        ),
    )


@program()
def bias_in_the_last_row():
    X, labels = blobs(30, 2, 3, seed=13)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(16)
    theta = {"theta1": rng.normal(size=(4, 5)), "theta2": rng.normal(size=(6, 1))}

    def ones(a):
        return np.column_stack([a, np.ones(len(a))])

    def forward(t, X):
        h = np.tanh(ones(X) @ t["theta1"])
        return h, sigmoid(ones(h) @ t["theta2"])

    def gradients(t, X, y):
        h, a = forward(t, X)
        d = (a - y) / len(X)
        e = d @ t["theta2"][:-1].T * (1 - h**2)
        return {"theta1": ones(X).T @ e, "theta2": ones(h).T @ d}

    return dict(
        X=X,
        y=y,
        parameters=theta,
        predict=lambda t, X: forward(t, X)[1],
        gradients=gradients,
        loss=lambda t, X, y: (
            -np.mean(y * np.log(forward(t, X)[1]) + (1 - y) * np.log(1 - forward(t, X)[1]))
        ),
    )


@program()
def a_convolution_that_is_not_dense():
    rng = np.random.default_rng(17)
    X = rng.normal(size=(20, 9))
    y = (X[:, :3].sum(axis=1) > 0)[:, None] * 1.0
    p = {"kernel": rng.normal(size=3), "v": rng.normal(size=(7, 1))}

    def windows(X):
        return np.stack([X[:, k : k + 7] for k in range(3)], axis=2)  # (n, 7, 3)

    def forward(p, X):
        h = np.tanh(windows(X) @ p["kernel"])
        return h, sigmoid(h @ p["v"])

    def gradients(p, X, y):
        h, a = forward(p, X)
        d = (a - y) / len(X)
        e = d @ p["v"].T * (1 - h**2)
        return {"kernel": np.einsum("nk,nkc->c", e, windows(X)), "v": h.T @ d}

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        loss=lambda p, X, y: (
            -np.mean(y * np.log(forward(p, X)[1]) + (1 - y) * np.log(1 - forward(p, X)[1]))
        ),
    )


@program()
def a_huber_loss_that_is_not_known():
    X, _ = blobs(30, 2, 2, seed=14)
    y = (X[:, :1] * 2 - X[:, 1:]) / 3
    p = [np.random.default_rng(18).normal(size=(2, 1)), np.zeros((1, 1))]

    def predict(p, X):
        return X @ p[0] + p[1]

    def loss(p, X, y):
        e = np.abs(predict(p, X) - y)
        return np.mean(np.where(e < 1, 0.5 * e**2, e - 0.5))

    def gradients(p, X, y):
        d = np.clip(predict(p, X) - y, -1, 1) / len(X)
        return [X.T @ d, d.sum(0, keepdims=True)]

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program()
def only_a_prediction():
    X, labels = blobs(20, 2, 2, seed=15)
    p = {"w": np.array([[0.5], [-0.5]])}
    return dict(
        X=X, y=labels[:, None] * 1.0, parameters=p, predict=lambda p, X: sigmoid(X @ p["w"])
    )


def logistic(seed):
    """Parts of a sound logistic regression, for the programs below."""
    X, labels = blobs(40, 2, 3, seed=seed)
    p = {"w": np.random.default_rng(seed).normal(size=(3, 1)), "b": np.zeros((1, 1))}

    def predict(p, X):
        return sigmoid(X @ p["w"] + p["b"])

    def gradients(p, X, y):
        d = (predict(p, X) - y) / len(X)
        return {"w": X.T @ d, "b": d.sum(axis=0, keepdims=True)}

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    return dict(
        X=X, y=labels[:, None], parameters=p, predict=predict, loss=loss, gradients=gradients
    )


@program()
def a_small_number_in_the_logarithm():
    parts = logistic(16)
    predict = parts["predict"]

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a + 1e-4) + (1 - y) * np.log(1 - a + 1e-4))

    return parts | {"loss": loss}


@program()
def a_gradient_that_is_cut_and_a_rate_that_falls():
    parts = logistic(17)

    def make():
        t = [0]

        def step(p, X, y):
            t[0] += 1
            g = parts["gradients"](p, X, y)
            size = np.sqrt(sum((v**2).sum() for v in g.values()))
            return {k: p[k] - 0.1 / t[0] * min(1, 0.05 / size) * v for k, v in g.items()}

        return step

    return parts | {"step": make(), "new_step": make, "learning_rate": 0.1}


@program()
def twenty_updates_in_a_call():
    parts = logistic(18)

    def train(p, X, y):
        for _ in range(20):
            g = parts["gradients"](p, X, y)
            p = {k: p[k] - 0.1 * v for k, v in g.items()}
        return p

    return parts | {"step": train, "learning_rate": 0.1}


@program()
def a_batch_drawn_at_random():
    parts = logistic(19)

    def step(p, X, y):
        rows = np.random.choice(len(X), 8, replace=False)  # noqa: NPY002
        g = parts["gradients"](p, X[rows], y[rows])
        return {k: p[k] - 0.1 * v for k, v in g.items()}

    return parts | {"step": step, "learning_rate": 0.1}


@program()
def a_flat_y_for_a_column_of_predictions():
    parts = logistic(20)

    def loss(p, X, y):
        z = (X @ p["w"] + p["b"])[:, 0]
        return np.mean(np.logaddexp(0, z) - y * z)

    def gradients(p, X, y):
        return parts["gradients"](p, X, y[:, None])

    return parts | {"y": parts["y"][:, 0], "loss": loss, "gradients": gradients}
