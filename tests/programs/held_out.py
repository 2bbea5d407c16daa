"""Faulty programs that were written before the rules of the audit, and kept apart from them."""

import itertools

import numpy as np

from programs.case import XOR_X, XOR_Y, blobs, one_hot, program, sigmoid, softmax


@program("slope_of_a", source="datascience.stackexchange 68362")
def derivative_of_a_value_given_the_sum():
    """The helper wants the activation, and gets z: z (1 - z)."""
    rng = np.random.default_rng(3)
    layers = [
        rng.normal(size=(2, 5)),
        rng.normal(size=(1, 5)),
        rng.normal(size=(5, 1)),
        np.zeros((1, 1)),
    ]

    def derived(x):
        return x * (1 - x)

    def forward(p, x):
        u, c, v, d = p
        z = x @ u + c
        h = sigmoid(z)
        return z, h, sigmoid(h @ v + d)

    def gradients(p, x, t):
        z, h, o = forward(p, x)
        e = (o - t) / len(x)
        g = e @ p[2].T * derived(z)
        return [x.T @ g, g.sum(0, keepdims=True), h.T @ e, e.sum(0, keepdims=True)]

    def loss(p, x, t):
        o = forward(p, x)[-1]
        return -np.mean(t * np.log(o) + (1 - t) * np.log(1 - o))

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=layers,
        predict=lambda p, x: forward(p, x)[-1],
        loss=loss,
        gradients=gradients,
    )


@program("samples_mixed", source="rickwierenga/MLFundamentals 1; stats.stackexchange 550353")
def softmax_divided_by_everything():
    """exp(z) / exp(z).sum(): all answers of all samples add up to one."""
    x, labels = blobs(45, 3, 4, seed=2)
    rng = np.random.default_rng(1)
    theta = {"theta": rng.normal(scale=0.1, size=(4, 3)), "bias": np.zeros(3)}

    def predict(p, x):
        e = np.exp(x @ p["theta"] + p["bias"])
        return e / e.sum()

    def cost(p, x, t):
        return -np.sum(t * np.log(predict(p, x))) / len(x)

    def gradient(p, x, t):
        d = (predict(p, x) - t) / len(x)
        return {"theta": x.T @ d, "bias": d.sum(0)}

    return dict(
        X=x, y=one_hot(labels, 3), parameters=theta, predict=predict, loss=cost, gradients=gradient
    )


@program("optimizer_formula", source="eriklindernoren/ML-From-Scratch 35")
def adam_corrected_by_the_same_factor_for_ever():
    """m / (1 - beta1), v / (1 - beta2): not to the power of the step."""
    x, labels = blobs(40, 2, 2, seed=5)
    t = labels.reshape(-1, 1).astype(float)
    rng = np.random.default_rng(8)
    start = {
        "w": rng.normal(size=(2, 6)),
        "c": np.zeros(6),
        "v": rng.normal(size=(6, 1)),
        "d": np.zeros(1),
    }

    def predict(p, x):
        return sigmoid(np.tanh(x @ p["w"] + p["c"]) @ p["v"] + p["d"])

    def loss(p, x, t):
        o = predict(p, x)
        return np.mean(-t * np.log(o) - (1 - t) * np.log(1 - o))

    def grads(p, x, t):
        h = np.tanh(x @ p["w"] + p["c"])
        e = (predict(p, x) - t) / len(t)
        b = e @ p["v"].T * (1 - h**2)
        return {"w": x.T @ b, "c": b.sum(0), "v": h.T @ e, "d": e.sum(0)}

    def make():
        m, s = {}, {}

        def step(p, x, t):
            new = {}
            for k, g in grads(p, x, t).items():
                m[k] = 0.9 * m.get(k, 0) + 0.1 * g
                s[k] = 0.999 * s.get(k, 0) + 0.001 * g**2
                new[k] = p[k] - 0.01 * (m[k] / (1 - 0.9)) / (np.sqrt(s[k] / (1 - 0.999)) + 1e-8)
            return new

        return step

    return dict(
        X=x,
        y=t,
        parameters=start,
        predict=predict,
        loss=loss,
        gradients=grads,
        step=make(),
        new_step=make,
        learning_rate=0.01,
    )


@program("slope_missing", source="stats.stackexchange 550353")
def hidden_slope_left_out_in_the_loop():
    """The condition of the loop skips the derivative of the last hidden layer."""
    x, labels = blobs(30, 3, 2, seed=9)
    rng = np.random.default_rng(4)
    sizes = [2, 5, 4, 3]
    start = {
        "W": [rng.normal(size=(o, i)) for i, o in itertools.pairwise(sizes)],
        "b": [rng.normal(size=(o, 1)) * 0.1 for o in sizes[1:]],
    }

    def run(p, x):
        a = [x.T]
        for i, (w, b) in enumerate(zip(p["W"], p["b"])):
            z = w @ a[-1] + b
            a.append(sigmoid(z) if i < 2 else softmax(z.T).T)
        return a

    def gradients(p, x, t):
        a, n = run(p, x), len(x)
        d = (a[-1] - t.T) / n
        dw, db = [None] * 3, [None] * 3
        for i in (2, 1, 0):
            dw[i], db[i] = d @ a[i].T, d.sum(1, keepdims=True)
            d = p["W"][i].T @ d
            if i != 2:
                d = d * a[i] * (1 - a[i]) if i else d
        return {"W": dw, "b": db}

    def loss(p, x, t):
        return -np.sum(t * np.log(run(p, x)[-1].T)) / len(x)

    return dict(
        X=x,
        y=one_hot(labels, 3),
        parameters=start,
        predict=lambda p, x: run(p, x)[-1].T,
        loss=loss,
        gradients=gradients,
    )


@program("target_range", source="hunkim/DeepLearningZeroToAll pull 21")
def classes_counted_from_one():
    """Labels 1, 2, 3 for the columns 0, 1, 2."""
    x, labels = blobs(36, 3, 2, seed=11)
    rng = np.random.default_rng(2)
    p = [rng.normal(size=(2, 4)) * 0.5, np.zeros(4), rng.normal(size=(4, 3)) * 0.5, np.zeros(3)]

    def predict(p, x):
        return softmax(np.maximum(x @ p[0] + p[1], 0) @ p[2] + p[3])

    def loss(p, x, y):
        return -np.log(predict(p, x)[np.arange(len(x)), y]).mean()

    return dict(X=x, y=labels + 1, parameters=p, predict=predict, loss=loss)


@program(
    "printed_number",
    source="oreilly-japan/deep-learning-from-scratch, an accuracy overwritten batch by batch",
)
def accuracy_of_the_last_batch():
    """correct = ... where correct += ... is meant, then divided by all."""
    x, labels = blobs(50, 2, 3, seed=4)
    t = labels[:, None] * 1.0
    rng = np.random.default_rng(0)
    w = {"a": rng.normal(size=(3, 1)), "b": np.zeros((1, 1))}

    def predict(p, x):
        return sigmoid(x @ p["a"] + p["b"])

    def loss(p, x, t):
        o = predict(p, x)
        return float(np.mean(-(t * np.log(o) + (1 - t) * np.log(1 - o))))

    def accuracy(p, x, t):
        for i in range(0, len(x), 10):
            right = np.sum((predict(p, x[i : i + 10]) > 0.5) == t[i : i + 10])
        return right / len(x)

    return dict(X=x, y=t, parameters=w, predict=predict, loss=loss, reports={"accuracy": accuracy})


@program("samples_unused", source="NVlabs/VILA pull 123")
def the_last_rows_never_come():
    """An epoch of whole batches; 5 of 37 rows are never seen."""
    x, labels = blobs(37, 2, 2, seed=6)
    t = labels[:, None].astype(float)
    rng = np.random.default_rng(6)

    class Model:
        def __init__(self):
            self.w1, self.b1 = rng.normal(size=(2, 4)), np.zeros((1, 4))
            self.w2, self.b2 = rng.normal(size=(4, 1)), np.zeros((1, 1))

        def forward(self, x):
            self.h = np.tanh(x @ self.w1 + self.b1)
            self.o = sigmoid(self.h @ self.w2 + self.b2)
            return self.o

        def cost(self, x, t):
            return np.mean((self.forward(x) - t) ** 2)

        def epoch(self, x, t, size=8):
            for i in range(len(x) // size):
                xb, tb = x[i * size : (i + 1) * size], t[i * size : (i + 1) * size]
                o = self.forward(xb)
                e = 2 * (o - tb) * o * (1 - o) / len(xb)
                g = e @ self.w2.T * (1 - self.h**2)
                self.w2 -= 0.1 * self.h.T @ e
                self.b2 -= 0.1 * e.sum(0, keepdims=True)
                self.w1 -= 0.1 * xb.T @ g
                self.b1 -= 0.1 * g.sum(0, keepdims=True)

    return dict(
        X=x,
        y=t,
        program=Model(),
        arrays=["w1", "b1", "w2", "b2"],
        predict="forward",
        loss="cost",
        step="epoch",
        step_is="epoch",
        learning_rate=0.1,
    )


@program("parameter_shape", source="zotroneneis/machine_learning_basics pull 13")
def bias_grows_a_row_for_each_sample():
    """The error is not summed over the samples: the bias becomes a column of them."""
    x, labels = blobs(20, 2, 3, seed=12)
    t = labels[:, None] * 1.0
    rng = np.random.default_rng(5)
    p = {"weights": rng.normal(size=(3, 1)), "bias": np.zeros((1, 1))}

    def predict(p, x):
        return sigmoid(np.dot(x, p["weights"]) + p["bias"])

    def loss(p, x, t):
        o = predict(p, x)
        return -(t * np.log(o) + (1 - t) * np.log(1 - o)).mean()

    def step(p, x, t):
        o = predict(p, x)
        return {
            "weights": p["weights"] - 0.1 * x.T @ (o - t) / len(x),
            "bias": p["bias"] - 0.1 * (o - t),
        }

    return dict(X=x, y=t, parameters=p, predict=predict, loss=loss, step=step, learning_rate=0.1)


@program("weight_term", source="andersbll/deeppy 17")
def penalty_taken_off_the_gradient():
    """The loss adds lambda times the squares, the gradient takes it off."""
    x, labels = blobs(32, 2, 3, seed=13)
    y = np.where(labels == 1, 1.0, -1.0)[:, None]
    rng = np.random.default_rng(7)
    p = [rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), rng.normal(size=1)]

    def predict(p, x):
        return np.tanh(np.tanh(x @ p[0] + p[1]) @ p[2] + p[3])

    def loss(p, x, y):
        return 0.5 * np.mean((predict(p, x) - y) ** 2) + 0.01 * (
            np.sum(p[0] ** 2) + np.sum(p[2] ** 2)
        )

    def gradients(p, x, y):
        h = np.tanh(x @ p[0] + p[1])
        o = np.tanh(h @ p[2] + p[3])
        e = (o - y) * (1 - o**2) / len(x)
        g = e @ p[2].T * (1 - h**2)
        return [x.T @ g - 0.02 * p[0], g.sum(0), h.T @ e - 0.02 * p[2], e.sum(0)]

    return dict(X=x, y=y, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program("updated_too_early", source="louisjc/mnist-neural-network 1")
def one_sample_at_a_time_with_the_new_weights():
    """Stochastic descent by np.outer; the hidden error goes back through weights just changed."""
    x, labels = blobs(24, 3, 2, seed=14)
    rng = np.random.default_rng(9)
    t = one_hot(labels, 3)
    start = [
        rng.normal(size=(5, 3)),
        rng.normal(size=(3, 6)),
    ]  # the last column of each is the bias

    def one(p, v):
        h = sigmoid(p[0] @ np.append(v, 1))
        return h, sigmoid(p[1] @ np.append(h, 1))

    def predict(p, x):
        return np.array([one(p, v)[1] for v in x])

    def loss(p, x, t):
        return 0.5 * np.sum((predict(p, x) - t) ** 2) / len(x)

    def step(p, x, t):
        for v, target in zip(x, t):
            h, o = one(p, v)
            do = o * (1 - o) * (o - target)
            p[1] -= 0.3 * np.outer(do, np.append(h, 1))
            dh = h * (1 - h) * (p[1][:, :-1].T @ do)
            p[0] -= 0.3 * np.outer(dh, np.append(v, 1))

    return dict(
        X=x,
        y=t,
        parameters=start,
        predict=predict,
        loss=loss,
        step=step,
        learning_rate=0.3,
        step_is="epoch",
    )


@program("product_wrong", source="stackoverflow 59399842")
def square_matrix_without_its_transpose():
    """Hidden layers of equal width, and dot(d, W2) for dot(d, W2.T)."""
    x, labels = blobs(26, 2, 3, seed=15)
    t = labels[:, None] * 1.0
    rng = np.random.default_rng(10)
    p = {
        f"{k}{i}": rng.normal(size=s)
        for i, (a, b) in enumerate([(3, 4), (4, 4), (4, 1)], 1)
        for k, s in [("w", (a, b)), ("b", (b,))]
    }

    def acts(p, x):
        a = [x]
        for i in (1, 2):
            a.append(np.tanh(a[-1] @ p[f"w{i}"] + p[f"b{i}"]))
        return [*a, a[-1] @ p["w3"] + p["b3"]]

    def gradients(p, x, t):
        a = acts(p, x)
        d3 = 2 * (a[3] - t) / t.size
        d2 = d3 @ p["w3"].T * (1 - a[2] ** 2)
        d1 = np.dot(d2, p["w2"]) * (1 - a[1] ** 2)
        out = {}
        for i, d in ((1, d1), (2, d2), (3, d3)):
            out[f"dw{i}"], out[f"db{i}"] = a[i - 1].T @ d, d.sum(0)
        return out

    return dict(
        X=x,
        y=t,
        parameters=p,
        predict=lambda p, x: acts(p, x)[-1],
        loss=lambda p, x, t: np.mean((acts(p, x)[-1] - t) ** 2),
        gradients=gradients,
    )


@program("neurons_alike", source="BitTiger-MP/DS502-AI-Engineer 27: all weights start alike")
def all_weights_start_alike():
    p = {
        "W1": np.full((2, 4), 0.5),
        "b1": np.zeros((1, 4)),
        "W2": np.full((4, 1), 0.5),
        "b2": np.zeros((1, 1)),
    }

    def predict(p, x):
        return sigmoid(sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, x, t):
        return np.mean((predict(p, x) - t) ** 2)

    def step(p, x, t):
        h = sigmoid(x @ p["W1"] + p["b1"])
        o = predict(p, x)
        d = 2 * (o - t) * o * (1 - o) / len(x)
        g = d @ p["W2"].T * h * (1 - h)
        return {
            "W1": p["W1"] - x.T @ g,
            "b1": p["b1"] - g.sum(0, keepdims=True),
            "W2": p["W2"] - h.T @ d,
            "b2": p["b2"] - d.sum(0, keepdims=True),
        }

    return dict(
        X=XOR_X, y=XOR_Y, parameters=p, predict=predict, loss=loss, step=step, learning_rate=1.0
    )


@program("target_shape", source="stackoverflow, (n,) against (n, 1)")
def a_row_of_targets_against_a_column():
    x, _ = blobs(30, 2, 2, seed=16)
    y = x[:, 0] * 0.5 - x[:, 1]
    rng = np.random.default_rng(11)

    class Regression:
        def __init__(self):
            self.coef, self.intercept = rng.normal(size=(2, 1)), np.zeros(1)

        def predict(self, x):
            return x.dot(self.coef) + self.intercept

        def mse(self, x, y):
            return ((self.predict(x) - y) ** 2).mean()

        def fit_once(self, x, y):
            r = self.predict(x) - y
            self.coef -= 0.05 * 2 * x.T.dot(r).mean(axis=1, keepdims=True) / len(x)
            self.intercept -= 0.05 * 2 * r.mean()
            return self

    return dict(
        X=x,
        y=y,
        program=Regression(),
        arrays=["coef", "intercept"],
        predict="predict",
        loss="mse",
        step="fit_once",
        learning_rate=0.05,
    )


@program(
    "loss_formula",
    source="oreilly-japan/deep-learning-from-scratch 85, a missing minus in what is shown",
)
def cross_entropy_without_its_minus():
    x, labels = blobs(33, 3, 3, seed=17)
    t = one_hot(labels, 3)
    rng = np.random.default_rng(12)
    p = [[rng.normal(size=(3, 5)), np.zeros(5)], [rng.normal(size=(5, 3)), np.zeros(3)]]

    def predict(p, x):
        (w, b), (v, c) = p
        return softmax(np.maximum(0, x @ w + b) @ v + c)

    def loss(p, x, t):
        return np.sum(t * np.log(predict(p, x) + 1e-12)) / len(x)

    def gradients(p, x, t):
        (w, b), (v, _) = p
        h = np.maximum(0, x @ w + b)
        d = (predict(p, x) - t) / len(x)
        e = d @ v.T * (h > 0)
        return [[x.T @ e, e.sum(0)], [h.T @ d, d.sum(0)]]

    return dict(X=x, y=t, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program(
    "same_array_returned",
    "state_kept",
    source="jimfleming/differentiation; buffers kept between calls",
)
def gradient_in_a_buffer_of_its_own():
    x, labels = blobs(21, 2, 2, seed=18)
    t = labels[:, None] * 1.0
    rng = np.random.default_rng(13)
    p = {"w": rng.normal(size=(2, 1)), "b": np.zeros((1, 1))}
    buffer = {"w": np.zeros((2, 1)), "b": np.zeros((1, 1))}

    def predict(p, x):
        return sigmoid(x @ p["w"] + p["b"])

    def loss(p, x, t):
        z = x @ p["w"] + p["b"]
        return np.mean(np.logaddexp(0, z) - t * z)

    def gradients(p, x, t):
        e = (predict(p, x) - t) / len(x)
        buffer["w"][...] = x.T @ e
        buffer["b"][...] = e.sum()
        return buffer

    return dict(X=x, y=t, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program("data_scale", source="a question asked in many places: pixels from 0 to 255")
def pixels_as_they_are():
    rng = np.random.default_rng(14)
    labels = np.arange(40) % 2
    x = rng.integers(0, 120, size=(40, 8, 8)).astype(np.uint8)
    x[labels == 1, 2:6, 2:6] += 120
    t = labels[:, None].astype(float)
    p = [rng.normal(size=(64, 12)), np.zeros(12), rng.normal(size=(12, 1)), np.zeros(1)]

    def predict(p, x):
        return sigmoid(
            np.clip(
                sigmoid(np.clip(x.reshape(len(x), -1) @ p[0] + p[1], -500, 500)) @ p[2] + p[3],
                -500,
                500,
            )
        )

    def loss(p, x, t):
        return np.mean((predict(p, x) - t) ** 2)

    def step(p, x, t):
        flat = x.reshape(len(x), -1)
        h = sigmoid(np.clip(flat @ p[0] + p[1], -500, 500))
        o = predict(p, x)
        d = 2 * (o - t) * o * (1 - o) / len(x)
        g = d @ p[2].T * h * (1 - h)
        return [
            p[0] - 0.1 * flat.T @ g,
            p[1] - 0.1 * g.sum(0),
            p[2] - 0.1 * h.T @ d,
            p[3] - 0.1 * d.sum(0),
        ]

    return dict(X=x, y=t, parameters=p, predict=predict, loss=loss, step=step, learning_rate=0.1)


@program(
    "step_too_long", "divergence", source="datascience.stackexchange 31384, a rate far too large"
)
def the_rate_is_too_large():
    rng = np.random.default_rng(15)
    x = rng.normal(size=(50, 3))
    y = (x @ np.array([1.0, -2.0, 0.5]) + 0.1 * rng.normal(size=50))[:, None]
    p = {"w": np.zeros((3, 1)), "b": np.zeros((1, 1))}

    def predict(p, x):
        return x @ p["w"] + p["b"]

    def loss(p, x, y):
        return np.mean((predict(p, x) - y) ** 2)

    def gradients(p, x, y):
        e = 2 * (predict(p, x) - y) / len(x)
        return {"w": x.T @ e, "b": e.sum(0, keepdims=True)}

    def step(p, x, y):
        g = gradients(p, x, y)
        for k in p:
            p[k] = p[k] - 1.4 * g[k]

    return dict(
        X=x,
        y=y,
        parameters=p,
        predict=predict,
        loss=loss,
        gradients=gradients,
        step=step,
        learning_rate=1.4,
    )


@program("axis_missing", source="SethHWeidman/DLFS_code 8; rasbt/stat453-deep-learning-ss21 5")
def bias_gets_the_sum_of_everything():
    x, labels = blobs(28, 4, 2, seed=19)
    t = one_hot(labels, 4).T
    rng = np.random.default_rng(16)
    p = {
        "W1": rng.normal(size=(6, 2)),
        "b1": np.zeros((6, 1)),
        "W2": rng.normal(size=(4, 6)),
        "b2": np.zeros((4, 1)),
    }

    def forward(p, x):
        h = np.tanh(p["W1"] @ x + p["b1"])
        return h, softmax((p["W2"] @ h + p["b2"]).T).T

    def gradients(p, x, t):
        h, o = forward(p, x)
        m = x.shape[1]
        d2 = (o - t) / m
        d1 = p["W2"].T @ d2 * (1 - h**2)
        return {
            "W1": d1 @ x.T,
            "b1": np.sum(d1),
            "W2": d2 @ h.T,
            "b2": np.sum(d2, axis=1, keepdims=True),
        }

    return dict(
        X=x.T,
        y=t,
        parameters=p,
        predict=lambda p, x: forward(p, x)[1],
        gradients=gradients,
        loss=lambda p, x, t: -np.sum(t * np.log(forward(p, x)[1])) / x.shape[1],
        samples="columns",
    )
