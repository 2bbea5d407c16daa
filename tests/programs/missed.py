"""Kinds that were known to be missed: under Adam and RMSProp, in float32, other losses, masks."""

import numpy as np

from programs.case import one_hot, program, sigmoid, softmax


class Net:
    """3-5-1, tanh and a sigmoid, the mean of the BCE; a slip and an optimiser by their names."""

    def __init__(self, slip, rule, rate, decay, dtype):
        rng = np.random.default_rng(31)
        self.slip, self.rule, self.rate, self.decay, self.t = slip, rule, rate, decay, 0
        shapes = [(3, 5), (1, 5), (5, 1), (1, 1)]
        self.P = [rng.normal(size=shape).astype(dtype) for shape in shapes]
        self.m, self.v = [0 * p for p in self.P], [0 * p for p in self.P]

    def forward(self, X):
        self.h = np.tanh(X @ self.P[0] + self.P[1])
        return sigmoid(self.h @ self.P[2] + self.P[3])

    def loss(self, X, y):
        a = self.forward(X)
        penalty = self.decay / 2 * (np.sum(self.P[0] ** 2) + np.sum(self.P[2] ** 2))
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)) + penalty

    def slopes(self, X, y):
        d = (self.forward(X) - y) / len(X)
        g = [None, None, self.h.T @ d, d.sum(axis=0, keepdims=True)]
        W2 = self.P[2] - self.rate * g[2] if self.slip == "early" else self.P[2]
        e = d @ W2.astype(d.dtype).T * (1 - self.h**2)
        g[0], g[1] = X.T @ e, e.sum(axis=0, keepdims=True)
        for k in range(4) if self.slip == "biases" else (0, 2):
            g[k] = g[k] + self.decay * self.P[k]
        if self.slip == "name":
            g[1] = g[0][:1]
        return g

    def apply(self, g):
        self.t += 1
        for k in range(4):
            u = g[k]
            if self.rule == "adam":
                self.m[k] = 0.9 * self.m[k] + 0.1 * g[k]
                self.v[k] = 0.999 * self.v[k] + 0.001 * g[k] ** 2
                u = self.m[k] / (1 - 0.9**self.t)
                u = u / (np.sqrt(self.v[k] / (1 - 0.999**self.t)) + 1e-8)
            elif self.rule == "rmsprop":
                self.v[k] = 0.9 * self.v[k] + 0.1 * g[k] ** 2
                u = g[k] / (np.sqrt(self.v[k]) + 1e-8)
            self.P[k] = (self.P[k] - self.rate * u).astype(self.P[k].dtype)

    def step(self, X, y):
        if self.slip == "shuffled":
            X = X[np.random.default_rng(3).permutation(len(X))]
        self.apply(self.slopes(X, y))

    def epoch(self, X, y):
        for i in range(len(X)):
            j = (i + 1) % len(X) if self.slip == "next" else i
            self.apply(self.slopes(X[i : i + 1], y[j : j + 1]))


def net(slip="", rule="plain", step="step", rate=0.01, decay=0.0, dtype=np.float64):
    rng = np.random.default_rng(8)
    X = rng.normal(size=(25, 3)).astype(dtype)
    y = (X[:, :1] * 1.5 - X[:, 1:2] > 0.1).astype(dtype)
    return {
        "X": X, "y": y, "program": Net(slip, rule, rate, decay, dtype), "predict": "forward",
        "arrays": ["P[0]", "P[1]", "P[2]", "P[3]"], "loss": "loss", "step": step,
        "learning_rate": rate, "step_is": "update" if step == "step" else "epoch",
    }  # fmt: skip


@program("pairs_broken", source="the target of the next sample, one sample an update, under Adam")
def the_next_target_under_adam():
    return net("next", "adam", "epoch")


@program("pairs_broken", source="the target of the next sample, one sample an update, RMSProp")
def the_next_target_under_rmsprop():
    return net("next", "rmsprop", "epoch")


@program(
    "pairs_broken", source="DrexelChatbotGroup/DrexelChatbot 15: X in a new order, y in the old"
)
def shuffled_rows_under_rmsprop():
    return net("shuffled", "rmsprop")


@program("step_not_gradient", source="dW1[0] where db1 is meant, and Adam hides its size")
def a_bias_moves_by_the_weights_gradient_under_adam():
    return net("name", "adam")


@program("step_not_gradient", source="dW1[0] where db1 is meant, and nobody says the rate")
def a_bias_moves_by_the_weights_gradient_at_no_known_rate():
    arguments = net("name", rate=0.3)
    del arguments["learning_rate"]
    return arguments


@program("weight_term", source="nyu-dl/dl4mt-tutorial 66: the penalty is taken of the biases, too")
def biases_in_the_penalty_under_adam():
    return net("biases", "adam", decay=0.05)


@program(
    "weight_term", source="ikhlestov/vision_networks 21: the penalty is taken of the biases, too"
)
def biases_in_the_penalty_of_the_step():
    return net("biases", decay=0.05, rate=0.3)


@program(
    "updated_too_early", source="Bot-Academy/NeuralNetworkFromScratch pull 3: W2 updated too early"
)
def early_in_float32():
    return net("early", rate=0.3, dtype=np.float32)


@program(
    "updated_too_early", source="Bot-Academy/NeuralNetworkFromScratch pull 3: the same, short steps"
)
def barely_early_in_float32():
    return net("early", rate=0.05, dtype=np.float32)


@program()
def sound_samples_one_by_one_under_adam():
    return net("", "adam", "epoch")


@program()
def sound_samples_one_by_one_under_rmsprop():
    return net("", "rmsprop", "epoch")


@program()
def sound_steps_in_float32():
    return net(rate=0.3, dtype=np.float32)


def hinge(mask):
    """A line with the hinge loss; ``mask`` says of the margin whether a sample counts."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20, 3))

    def margin(p, X, y):
        return y * (X @ p["w"] + p["b"])

    def gradients(p, X, y):
        on = mask(margin(p, X, y)) * y
        return {"w": -on @ X / len(X), "b": np.array([-on.sum() / len(X)])}

    return {
        "X": X, "y": np.where(X[:, 0] > X[:, 1], 1.0, -1.0), "gradients": gradients,
        "parameters": {"w": rng.normal(size=3), "b": np.zeros(1)},
        "predict": lambda p, X: X @ p["w"] + p["b"],
        "loss": lambda p, X, y: np.maximum(0, 1 - margin(p, X, y)).mean(),
    }  # fmt: skip


@program("gradient_wrong", source="the mask of a hinge the wrong way round: margin > 1")
def a_hinge_the_wrong_way_round():
    return hinge(lambda margin: margin > 1)


@program("gradient_wrong", source="the mask of a perceptron in the gradient of a hinge")
def a_hinge_with_the_perceptrons_mask():
    return hinge(lambda margin: margin < 0)


@program()
def sound_hinge_of_a_line():
    return hinge(lambda margin: margin < 1)


def squares(a, y):
    return 2 * (a - y) / a.size


def logs(a, y):
    return (a - y) / (a * (1 - a)) / a.size


def with_loss(value, slope):
    """2-4-1, tanh and a sigmoid; ``slope`` is that of the loss with respect to the predictions."""
    rng = np.random.default_rng(6)
    X = rng.normal(size=(16, 2))

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def gradients(p, X, y):
        h, a = forward(p, X)
        d = slope(a, y) * a * (1 - a)
        e = d @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ e, "b1": e.sum(axis=0), "W2": h.T @ d, "b2": d.sum(axis=0)}

    return {
        "X": X, "y": (X[:, :1] + X[:, 1:] > 0).astype(float), "gradients": gradients,
        "parameters": {"W1": rng.normal(size=(2, 4)), "b1": 0.1 * np.ones(4),
                       "W2": rng.normal(size=(4, 1)), "b2": np.zeros(1)},
        "predict": lambda p, X: forward(p, X)[1],
        "loss": lambda p, X, y: value(forward(p, X)[1], y),
    }  # fmt: skip


def bce(a, y, log=np.log):
    return -np.mean(y * log(a) + (1 - y) * log(1 - a))


def focal(a, y):
    return -np.mean(y * (1 - a) ** 2 * np.log(a) + (1 - y) * a**2 * np.log(1 - a))


def focal_slope(a, y):
    yes = -2 * (1 - a) * np.log(a) + (1 - a) ** 2 / a
    no = 2 * a * np.log(1 - a) - a**2 / (1 - a)
    return -(y * yes + (1 - y) * no) / a.size


def huber(a, y):
    e = np.abs(a - y)
    return np.mean(np.where(e < 0.5, e**2 / 2, 0.5 * (e - 0.25)))


@program("loss_formula", source="the root of the mean square is shown, the mean square descended")
def a_root_on_the_screen():
    return with_loss(lambda a, y: np.sqrt(np.mean((a - y) ** 2)), squares)


@program("loss_formula", source="huawei-noah/Efficient-Computing 12: other logarithms in one loss")
def logarithms_of_base_2():
    return with_loss(lambda a, y: bce(a, y, np.log2), logs)


@program("loss_formula", source="targets smoothed in the loss alone: 0.95 and 0.05")
def targets_smoothed_in_the_loss_alone():
    return with_loss(lambda a, y: bce(a, 0.9 * y + 0.05), logs)


@program("loss_formula", source="a focal loss is shown, and a - y is what goes back")
def a_focal_loss_on_the_screen():
    return with_loss(focal, logs)


@program()
def sound_focal_loss():
    return with_loss(focal, focal_slope)


@program()
def sound_huber_loss():
    return with_loss(huber, lambda a, y: np.clip(a - y, -0.5, 0.5) / a.size)


@program()
def sound_smoothed_targets():
    return with_loss(lambda a, y: bce(a, 0.9 * y + 0.05), lambda a, y: logs(a, 0.9 * y + 0.05))


@program()
def sound_log_cosh():
    return with_loss(
        lambda a, y: np.mean(np.log(np.cosh(a - y))), lambda a, y: np.tanh(a - y) / a.size
    )


@program("data_scale", source="MNIST as it comes: bytes from 0 to 255 that nobody divides")
def bytes_that_ruin_the_training():
    rng = np.random.default_rng(4)
    images = rng.integers(0, 256, size=(3, 64))
    y = np.arange(60) % 3
    X = np.clip(images[y] + rng.normal(scale=40, size=(60, 64)), 0, 255).astype(np.uint8)
    start = {"W1": 0.01 * rng.normal(size=(64, 16)), "W2": rng.normal(size=(16, 3)) / 4}

    def forward(p, X):
        h = np.tanh(X.astype(float) @ p["W1"])
        return h, softmax(h @ p["W2"])

    def step(p, X, y):
        h, a = forward(p, X)
        d = (a - one_hot(y, 3)) / len(y)
        e = d @ p["W2"].T * (1 - h**2)
        return {"W1": p["W1"] - 0.01 * X.T.astype(float) @ e, "W2": p["W2"] - 0.01 * h.T @ d}

    return {
        "X": X, "y": y, "parameters": start, "predict": lambda p, X: forward(p, X)[1],
        "loss": lambda p, X, y: -np.log(forward(p, X)[1][np.arange(len(y)), y]).mean(),
        "step": step, "learning_rate": 0.01, "step_is": "update",
    }  # fmt: skip


def in_place(slip):
    """4-6-1 with ReLU, the mean of the squares, updates written into a dict of dicts."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(28, 4))
    start = {
        "h": {"w": rng.normal(size=(4, 6)), "b": np.zeros((1, 6))},
        "o": {"w": rng.normal(size=(6, 1)), "b": np.zeros((1, 1))},
    }

    def forward(p, X):
        z = X @ p["h"]["w"] + p["h"]["b"]
        h = np.maximum(z, 0)
        return z, h, sigmoid(h @ p["o"]["w"] + p["o"]["b"])

    def step(p, X, y):
        z, h, a = forward(p, X)
        d = 2 * (a - y) / y.size * a * (1 - a)
        e = d @ p["o"]["w"].T * (z > 0)
        if slip == "centred":
            e = e - e.mean(axis=0)
        for layer, inputs, delta in (("o", h, d), ("h", X, e)):
            p[layer]["w"] -= 0.4 * inputs.T @ delta
            p[layer]["b"] -= 0.4 * delta.sum(axis=0, keepdims=True)
        if slip == "cut":
            np.clip(p["h"]["w"], -0.5, 0.5, out=p["h"]["w"])

    return {
        "X": X, "y": (X[:, [0]] * X[:, [1]] > 0).astype(float), "parameters": start,
        "predict": lambda p, X: forward(p, X)[2], "step": step, "learning_rate": 0.4,
        "loss": lambda p, X, y: np.mean((forward(p, X)[2] - y) ** 2), "step_is": "update",
    }  # fmt: skip


@program("gradient_wrong", source="delta centred over the samples: its sum, the bias's slope, is 0")
def a_delta_that_is_centred():
    return in_place("centred")


@program("step_not_gradient", source="np.clip of the weights, of which one is beyond the limit")
def one_weight_that_is_cut_off():
    return in_place("cut")
