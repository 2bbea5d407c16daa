"""Slips that a machine made in sound programs, rebuilt, each beside itself mended.

One line was changed at a time, as people slip; these were missed, or named wrongly.
"""

import numpy as np

from programs.case import blobs, one_hot, pair, sigmoid, softmax


def bce(a, y):
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def yes_no(seed, loss=bce, error=None, slope=None, hidden=np.tanh, update=None, **more):
    """3-6-1, tanh and a sigmoid, a dictionary; the lines that slip are handed in."""
    X, labels = blobs(n=30 + seed, k=2, d=3, seed=seed)
    y = labels[:, None].astype(float)
    rng = np.random.default_rng(seed)
    start = {
        "W1": 0.6 * rng.normal(size=(3, 6)),
        "b1": 0.1 * rng.normal(size=6),
        "W2": 0.6 * rng.normal(size=(6, 1)),
        "b2": 0.1 * rng.normal(size=1),
    }
    slope = slope or (lambda z, h: 1 - h**2)
    error = error or (lambda z, a, y: (a - y) / len(y))
    update = update or (lambda p, g: {k: p[k] - 0.3 * g[k] for k in p})

    def forward(p, X):
        z1 = X @ p["W1"] + p["b1"]
        h = hidden(z1)
        z2 = h @ p["W2"] + p["b2"]
        return z1, h, z2, sigmoid(z2)

    def gradients(p, X, y):
        z1, h, z2, a = forward(p, X)
        d = error(z2, a, y)
        e = d @ p["W2"].T * slope(z1, h)
        return {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return {
        "X": X / 2, "y": y, "parameters": start, "predict": lambda p, X: forward(p, X)[3],
        "loss": lambda p, X, y: loss(forward(p, X)[3], y), "gradients": gradients,
        "step": lambda p, X, y: update(p, gradients(p, X, y)), "learning_rate": 0.3,
    } | more  # fmt: skip


@pair(
    "loss_formula",
    source="deeplearning4j/nd4j 1319: a binary cross-entropy of another formula; here y * a, "
    "without its logarithm",
)
def logarithm_left_out(ok):
    def loss(a, y):
        return -np.mean(y * (np.log(a) if ok else a) + (1 - y) * np.log(1 - a))

    return yes_no(1, loss)


@pair("loss_formula", source="the factor (1 - y) left out before log(1 - a)")
def factor_of_the_target_left_out(ok):
    def loss(a, y):
        return -np.mean(y * np.log(a + 1e-9) + ((1 - y) if ok else 1) * np.log(1 - a + 1e-9))

    return yes_no(2, loss)


@pair("loss_formula", source="1 + y typed for 1 - y, in a program that passes no gradient")
def plus_for_minus_in_the_loss(ok):
    def loss(a, y):
        return -np.mean(y * np.log(a) + ((1 - y) if ok else (1 + y)) * np.log(1 - a))

    case = yes_no(3, loss, step_is="update")
    del case["gradients"]
    return case


@pair("loss_formula", source="the loss of dropout's predictions: log(1 - a) left out")
def logarithm_left_out_beside_dropout(ok):
    case = dropped(4)
    predict = case["predict"]

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * (np.log(1 - a) if ok else 1))

    return case | {"loss": loss}


@pair(
    "gradient_scale",
    source="Open-Deep-ML/DML-OpenProblem pull 358: a mean where the sum was meant; here the loss "
    "is the sum, and the gradient that of the mean",
)
def sum_for_mean_in_the_loss(ok):
    def loss(a, y):
        return bce(a, y) if ok else -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))

    return yes_no(5, loss)


@pair("gradient_scale", source="* len(y) typed for / len(y)")
def multiplied_by_the_samples(ok):
    return yes_no(6, error=lambda z, a, y: (a - y) / len(y) if ok else (a - y) * len(y))


@pair("gradient_wrong", source="a division by the slope, / typed for *")
def divided_by_the_slope(ok):
    return yes_no(7, slope=lambda z, h: 1 - h**2 if ok else 1 / (1 - h**2))


@pair("gradient_wrong", source="h / (1 - h) typed for h * (1 - h)")
def divided_within_the_slope(ok):
    slope = (lambda z, h: h * (1 - h)) if ok else (lambda z, h: h / (1 - h))
    return yes_no(8, slope=slope, hidden=sigmoid)


@pair("slope_of_a", source="np.where(z > 0, 0.1, 1) typed for np.where(z < 0, 0.1, 1)")
def leaky_the_wrong_way_round(ok):
    def slope(z, h):
        return np.where(z < 0, 0.1, 1.0) if ok else np.where(z > 0, 0.1, 1.0)

    return yes_no(9, slope=slope, hidden=lambda z: np.where(z < 0, 0.1 * z, z))


@pair("gradient_wrong", source="the sigmoid left out where the error is computed: z - y")
def error_of_the_weighted_sum(ok):
    return yes_no(10, error=lambda z, a, y: ((a if ok else z) - y) / len(y))


@pair("gradient_wrong", source="dA * (1 - a**2) at a sigmoid: the derivative of another activation")
def tanh_slope_behind_the_slope_of_the_loss(ok):
    def error(z, a, y):
        by_a = (a - y) / (a * (1 - a))
        return by_a * (a * (1 - a) if ok else 1 - a**2) / len(y)

    return yes_no(11, error=error)


@pair("gradient_wrong", source="weighted classes in the loss, and a sigmoid's slope at a tanh")
def slope_exchanged_under_a_loss_of_ones_own(ok):
    def loss(a, y):
        return -np.mean(3 * y * np.log(a) + (1 - y) * np.log(1 - a))

    def error(z, a, y):
        return (a * (3 * y + 1 - y) - 3 * y) / len(y)

    return yes_no(12, loss, error, slope=lambda z, h: 1 - h**2 if ok else h * (1 - h))


@pair("step_not_gradient", source="p - rate, the gradient left out of one update")
def update_without_its_gradient(ok):
    def update(p, g):
        new = {k: p[k] - 0.3 * g[k] for k in p}
        return new if ok else new | {"W1": p["W1"] - 0.3}

    return yes_no(13, update=update)


@pair("step_not_gradient", source="= typed for -= at the output's bias, which is one number")
def bias_replaced_by_its_step(ok):
    def update(p, g):
        new = {k: p[k] - 0.3 * g[k] for k in p}
        return new if ok else new | {"b2": -0.3 * g["b2"]}

    return yes_no(14, update=update, step_is="update")


@pair("step_not_gradient", source="a line copied, and one of its two names left as it was")
def bias_begins_from_another_one(ok):
    X = np.linspace(-1, 1, 12)[:, None]
    start = {"m": np.array(0.4), "b": np.array(-0.2)}

    def gradients(p, X, y):
        e = 2 * (X[:, 0] * p["m"] + p["b"] - y) / len(y)
        return {"m": np.sum(e * X[:, 0]), "b": np.sum(e)}

    def step(p, X, y):
        g = gradients(p, X, y)
        return {"m": p["m"] - 0.1 * g["m"], "b": p["b" if ok else "m"] - 0.1 * g["b"]}

    return {
        "X": X, "y": 2 * X[:, 0] - 1 + 0.1 * np.cos(9 * X[:, 0]), "parameters": start,
        "predict": lambda p, X: X[:, 0] * p["m"] + p["b"], "gradients": gradients, "step": step,
        "loss": lambda p, X, y: np.mean((X[:, 0] * p["m"] + p["b"] - y) ** 2),
        "learning_rate": 0.1,
    }  # fmt: skip


# Optimisers by hand


def adaptive(seed, update):
    """Softmax of three classes behind a ReLU; ``update`` makes a step that keeps its memory."""
    X, labels = blobs(n=36, k=3, d=4, seed=seed)
    rng = np.random.default_rng(seed)
    start = [0.5 * rng.normal(size=(4, 7)), np.full(7, 0.1), 0.5 * rng.normal(size=(7, 3)),
             0.1 * rng.normal(size=3)]  # fmt: skip

    def forward(p, X):
        h = np.maximum(X @ p[0] + p[1], 0)
        return h, softmax(h @ p[2] + p[3])

    def gradients(p, X, y):
        h, a = forward(p, X)
        d = (a - y) / len(X)
        e = d @ p[2].T * (h > 0)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    def new_step():
        memory = [[np.zeros_like(p), np.zeros_like(p)] for p in start]
        count = [0]
        return lambda p, X, y: update(p, gradients(p, X, y), memory, count)

    return {
        "X": X / 2, "y": one_hot(labels, 3), "parameters": start, "new_step": new_step,
        "predict": lambda p, X: forward(p, X)[1], "gradients": gradients, "learning_rate": 0.02,
        "loss": lambda p, X, y: -np.mean(np.sum(y * np.log(forward(p, X)[1]), axis=1)),
    }  # fmt: skip


@pair("optimizer_formula", source="deeplearning4j/nd4j pull 1227: t should start from 1")
def counter_of_adam_begins_at_0(ok):
    def update(p, g, memory, count):
        count[0] += ok
        new = []
        for w, d, mv in zip(p, g, memory, strict=True):
            mv[0] = 0.9 * mv[0] + 0.1 * d
            mv[1] = 0.999 * mv[1] + 0.001 * d * d
            m, v = mv[0] / (1 - 0.9 ** count[0]), mv[1] / (1 - 0.999 ** count[0])
            new.append(w - 0.02 * m / (np.sqrt(v) + 1e-8))
        count[0] += not ok
        return new

    return adaptive(16, update)


@pair("optimizer_formula", source="two lines of AdaGrad exchanged: the root is taken too early")
def root_before_the_square_is_added(ok):
    def update(p, g, memory, count):
        new = []
        for w, d, mv in zip(p, g, memory, strict=True):
            before = np.sqrt(mv[0])
            mv[0] = mv[0] + d * d
            new.append(w - 0.02 * d / ((np.sqrt(mv[0]) if ok else before) + 1e-7))
        return new

    return adaptive(17, update)


# Dropout within the step


def dropped(seed, slip=""):
    """3-8-1 whose steps drop a third; ``slip`` says which line of the way back is wrong."""
    case = yes_no(seed, hidden=lambda z: np.maximum(z, 0))
    rng = np.random.default_rng(seed)
    start = {
        "W1": rng.normal(size=(3, 8)), "b1": 0.3 * np.ones(8),
        "W2": rng.normal(size=(8, 1)), "b2": np.zeros(1),
    }  # fmt: skip

    def step(p, X, y):
        z = X @ p["W1"] + p["b1"]
        mask = (np.random.random(z.shape) < 2 / 3) * 1.5  # noqa: NPY002
        h = np.maximum(z, 0) * (1 if slip == "there" else mask)
        d = (sigmoid(h @ p["W2"] + p["b2"]) - y) / len(X)
        e = d @ p["W2"].T * mask * ((z < 0) if slip == "off" else (z > 0))
        passed = mask if slip == "mask" else h
        g = {"W1": X.T @ e, "b1": e.sum(0), "W2": passed.T @ d, "b2": d.sum(0)}
        return {k: p[k] - 0.3 * g[k] for k in p}

    del case["gradients"]
    return case | {"parameters": start, "step": step, "step_is": "update"}


@pair("gradient_wrong", source="z < 0 typed for z > 0, on the way back of a step with dropout")
def wrong_half_of_the_relus_behind_dropout(ok):
    return dropped(18, "" if ok else "off")


@pair("gradient_wrong", source="dropout whose forward pass returns x, not x * mask")
def dropped_on_the_way_back_alone(ok):
    return dropped(19, "" if ok else "there")


@pair("gradient_wrong", source="mask.T @ d typed for (h * mask).T @ d")
def gradient_of_the_mask(ok):
    return dropped(20, "" if ok else "mask")
