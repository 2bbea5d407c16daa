"""A second fresh set: modules, tapes, gates, gradients by hand in other hands."""

import copy
import random

import numpy as np

from programs.case import blobs, one_hot, program, sigmoid, softmax

# A little library of layers, with an optimiser that holds references


class Linear:
    def __init__(self, rng, n, m):
        self.params = {"w": rng.normal(size=(n, m)) * np.sqrt(2 / n), "b": np.zeros(m)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["w"] + self.params["b"]

    def backward(self, d):
        self.grads["w"] = self.x.T @ d
        self.grads["b"] = d.sum(axis=0)
        return d @ self.params["w"].T


class Relu:
    params, grads = {}, {}

    def __init__(self, slip=""):
        self.slip = slip

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, d):
        return d * (d > 0) if self.slip == "guided" else d if self.slip == "open" else d * self.mask


class Stack:
    def __init__(self, slip="", mu=0.0, rate=0.1):
        rng = np.random.default_rng(17)
        self.slip, self.rate, self.mu = slip, rate, mu
        self.layers = [
            Linear(rng, 4, 7),
            Relu(slip),
            Linear(rng, 7, 5),
            Relu(""),
            Linear(rng, 5, 3),
        ]
        self.velocity = {}
        self.before = {}

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return softmax(x)

    def predict(self, x):
        return self(x)

    def loss(self, x, y):
        return -np.log(self(x)[np.arange(len(y)), y]).mean()

    def backward(self, x, y):
        d = self(x)
        d[np.arange(len(y)), y] -= 1
        if self.slip == "assign":
            d = self(x)
            d[np.arange(len(y)), y] = -1
        d = d / (x.shape[1] if self.slip == "shape" else len(x))
        for layer in reversed(self.layers):
            d = layer.backward(d)
            if self.slip == "skip" and layer is self.layers[2]:
                d = np.clip(d, -1e-3, 1e-3)

    def update(self, x, y):
        self.backward(x, y)
        for i, layer in enumerate(self.layers):
            for k, p in layer.params.items():
                g = layer.grads[k]
                v = self.velocity.get((i, k), np.zeros_like(p))
                if self.slip == "late velocity":
                    p -= self.rate * v
                    self.velocity[i, k] = self.mu * v + g
                    continue
                if self.slip == "never decays":
                    v = v + self.mu * g
                elif self.slip == "first unscaled":
                    v = self.mu * v + self.rate * g if (i, k) in self.velocity else g
                else:
                    v = self.mu * v + self.rate * g
                self.velocity[i, k] = v
                if self.slip == "once more":
                    p -= self.mu * v + self.rate * g
                elif self.slip == "never decays":
                    p -= self.rate * v
                else:
                    p -= v
        if self.slip == "tie":
            self.layers[0].params["b"][:] = self.layers[0].params["b"].mean()


def stack(slip="", mu=0.0, **more):
    X, y = blobs(n=33, k=3, d=4, seed=21)
    names = [f"layers[{i}].params['{k}']" for i in (0, 2, 4) for k in ("w", "b")]
    return {
        "X": X / 2, "y": y, "program": Stack(slip, mu), "arrays": names, "predict": "predict",
        "loss": "loss", "step": "update", "learning_rate": 0.1, "step_is": "update",
    } | more  # fmt: skip


@program("gradient_wrong", source="what comes back with a plus is let through, as if guided")
def layers_guided():
    return stack("guided")


@program("slope_missing", source="a Relu whose backward returns what it was given")
def layers_with_an_open_relu():
    return stack("open")


@program("gradient_wrong", source="bruceoutdoors/CS231n 5: = for -= at the right class")
def layers_that_assign():
    return stack("assign")


@program("gradient_scale", source="x.shape[1] for x.shape[0]: divided by the inputs")
def layers_divided_by_the_inputs():
    return stack("shape")


@program(
    "gradient_wrong",
    "slope_missing",
    "product_wrong",
    source="a clip of what comes back, between two layers, against gradients that explode",
)
def layers_that_clip_what_comes_back():
    return stack("skip")


@program(
    "optimizer_formula", source="mdenil/dropout 4: the step takes the velocity of the step before"
)
def velocity_of_the_step_before():
    return stack("late velocity", 0.9)


@program("optimizer_formula", source="ooples/AiDotNet 2008: v = v + mu * g, which never decays")
def velocity_that_never_decays():
    return stack("never decays", 0.9)


@program(
    "optimizer_formula",
    source="zc911/MatrixSlow pull 17: the first velocity is the gradient without the rate",
)
def velocity_that_starts_too_long():
    return stack("first unscaled", 0.9)


@program()
def sound_momentum_once_more():  # it is Nesterov's
    return stack("once more", 0.9)


@program(
    "step_not_gradient",
    source="biases of a layer set to their mean, left from a trial with shared biases",
)
def layers_whose_biases_are_tied():
    return stack("tie")


@program()
def sound_layers():
    return stack()


@program()
def sound_layers_with_momentum():
    return stack(mu=0.9)


# A gate, with everything in plain names


def gated(slip=""):
    """h = sigmoid(g) * tanh(c), a line on top, mean squared error."""
    rng = np.random.default_rng(44)
    X = rng.normal(size=(18, 3))
    y = (X[:, 0] * X[:, 1])[:, None]
    p = {
        "Wg": rng.normal(size=(3, 4)),
        "Wc": rng.normal(size=(3, 4)),
        "bg": 0.1 * np.ones(4),
        "bc": np.zeros(4),
        "V": rng.normal(size=(4, 1)),
        "a": np.zeros(1),
    }

    def run(p, X):
        g, c = sigmoid(X @ p["Wg"] + p["bg"]), np.tanh(X @ p["Wc"] + p["bc"])
        return g, c, g * c @ p["V"] + p["a"]

    def grads(p, X, y):
        g, c, out = run(p, X)
        d = 2 * (out - y) / len(X)
        dh = d @ p["V"].T
        dg, dc = dh * c * g * (1 - g), dh * g * (1 - c**2)
        if slip == "swap":
            dg, dc = dh * g * g * (1 - g), dh * c * (1 - c**2)
        if slip == "no product":
            dg = dh * g * (1 - g)
        return {
            "Wg": X.T @ dg,
            "Wc": X.T @ dc,
            "bg": dg.sum(0),
            "bc": dc.sum(0),
            "V": (c if slip == "V" else g * c).T @ d,
            "a": d.sum(0),
        }

    return {
        "X": X, "y": y, "parameters": p, "predict": lambda p, X: run(p, X)[2], "gradients": grads,
        "loss": lambda p, X, y: np.mean((run(p, X)[2] - y) ** 2),
        "step": lambda p, X, y: {k: p[k] - 0.1 * g for k, g in grads(p, X, y).items()},
        "learning_rate": 0.1, "step_is": "update",
    }  # fmt: skip


@program(
    "gradient_wrong",
    "product_wrong",
    source="the two factors of a product exchanged on the way back",
)
def gate_with_exchanged_factors():
    return gated("swap")


@program(
    "gradient_wrong",
    "product_wrong",
    source="the other factor of a product forgotten on the way back",
)
def gate_without_the_other_factor():
    return gated("no product")


@program(
    "gradient_wrong",
    "product_wrong",
    source="the candidate where the gated one is meant, in the last product",
)
def gate_whose_output_takes_the_candidate():
    return gated("V")


@program()
def sound_gate():
    return gated()


# One sample at a time, lists of neurons as in a well-known tutorial


def neurons(slip=""):
    draw = random.Random(11)
    X = [[draw.gauss(0, 1), draw.gauss(0, 1)] for _ in range(20)]
    y = [1.0 if a * b > 0 else 0.0 for a, b in X]
    net = [
        [{"weights": [draw.uniform(-1, 1) for _ in range(3)]} for _ in range(4)],
        [{"weights": [draw.uniform(-1, 1) for _ in range(5)]}],
    ]

    def act(weights, inputs):
        return 1 / (1 + np.exp(-(sum(w * v for w, v in zip(weights, inputs)) + weights[-1])))

    def forward(p, row):
        hidden = [act(n["weights"], row) for n in p[0]]
        return hidden, [act(n["weights"], hidden) for n in p[1]]

    def epoch(p, X, y):
        p = copy.deepcopy(p)
        for row, target in zip(X, y):
            hidden, out = forward(p, row)
            d_out = [(target - o) * o * (1 - o) for o in out]
            if slip == "error only":
                d_out = [target - o for o in out]
            d_hidden = [
                sum(d * n["weights"][j] for d, n in zip(d_out, p[1])) * h * (1 - h)
                for j, h in enumerate(hidden)
            ]
            if slip == "own output":
                d_hidden = [
                    sum(d * n["weights"][j] for d, n in zip(d_out, p[1])) * out[0] * (1 - out[0])
                    for j, h in enumerate(hidden)
                ]
            if slip == "order":
                d_hidden = None
            for n, d in zip(p[1], d_out):
                for j in range(len(hidden)):
                    n["weights"][j] += 0.2 * d * hidden[j]
                n["weights"][-1] += 0.0 if slip == "bias" else 0.2 * d
            if d_hidden is None:
                d_hidden = [
                    sum(d * n["weights"][j] for d, n in zip(d_out, p[1])) * h * (1 - h)
                    for j, h in enumerate(hidden)
                ]
            for n, d in zip(p[0], d_hidden):
                for j in range(2):
                    n["weights"][j] += 0.2 * d * (row[0] if slip == "index" else row[j])
                n["weights"][-1] -= 0.2 * d * (-1 if slip != "sign" else 1)
        return p

    return {
        "X": X, "y": y, "parameters": net, "predict": lambda p, X: [forward(p, r)[1][0] for r in X],
        "loss": lambda p, X, y: (
            sum((t - forward(p, r)[1][0]) ** 2 for r, t in zip(X, y)) / 2 / len(X)
        ),
        "step": epoch, "learning_rate": 0.2, "step_is": "epoch",
    }  # fmt: skip


@program(
    "slope_missing",
    source="Bot-Academy/NeuralNetworkFromScratch pull 3: the output's error without its slope",
)
def neurons_without_the_outputs_slope():
    return neurons("error only")


@program(
    "slope_of_a",
    "gradient_wrong",
    source="the transfer derivative taken of the output's neuron in the hidden layer",
)
def neurons_with_the_outputs_slope():
    return neurons("own output")


@program(
    "updated_too_early",
    source="the errors of the hidden layer computed after the output's weights have moved",
)
def neurons_updated_too_early():
    return neurons("order")


@program(
    "parameter_not_moved",
    source="mattm/simple-neural-network 5: no update of the bias, here of the output's",
)
def neurons_without_the_outputs_bias():
    return neurons("bias")


@program("product_wrong", "gradient_wrong", source="inputs[0] in an inner loop over the inputs")
def neurons_with_the_first_input():
    return neurons("index")


@program("gradient_sign", source="-= for += at the hidden biases alone")
def neurons_with_a_sign():
    return neurons("sign")


@program()
def sound_neurons():
    return neurons()


# Softmax regression, theta unrolled, with a penalty; the cost returns the gradient too


def unrolled(slip="", lam=0.1):
    X, y = blobs(n=36, k=3, d=3, seed=14)
    X = np.hstack([np.ones((36, 1)), X / 2])
    theta = 0.3 * np.random.default_rng(2).normal(size=12)

    def probabilities(theta, X):
        return softmax(X @ theta.reshape(4, 3))

    def cost(theta, X, y):
        T, P, m = theta.reshape(4, 3), probabilities(theta, X), len(X)
        J = -np.mean(np.log(P[np.arange(m), y])) + lam / (2 * m) * np.sum(T[1:] ** 2)
        g = X.T @ (P - one_hot(y, 3)) / m
        g[1:] += lam / m * T[1:] if slip != "no m" else lam * T[1:]
        if slip == "bias":
            g[0] += lam / m * T[0]
        if slip == "minus":
            g[1:] -= 2 * lam / m * T[1:]
        if slip == "order":
            return J, g.T.ravel()
        return J, g.ravel()

    def step(theta, X, y):
        return theta - 0.3 * cost(theta, X, y)[1]

    return {
        "X": X, "y": y, "parameters": theta, "predict": probabilities, "step": step,
        "loss": lambda t, X, y: cost(t, X, y)[0], "gradients": lambda t, X, y: cost(t, X, y)[1],
        "learning_rate": 0.3, "step_is": "update",
    }  # fmt: skip


@program(
    "weight_term",
    source="d2l-ai/d2l-zh pull 517 asks where the penalty is divided; here in the cost alone",
)
def penalty_divided_in_the_cost_alone():
    return unrolled("no m")


@program("weight_term", source="the first row, the bias, in the penalty of the gradient alone")
def penalty_of_the_bias_in_the_gradient():
    return unrolled("bias")


@program("weight_term", source="andersbll/nnet 4: weight decay with a minus")
def penalty_with_a_minus():
    return unrolled("minus")


@program(
    "gradient_wrong",
    "product_wrong",
    source="ravel of the transpose: the numbers of the gradient in another order",
)
def gradient_unrolled_by_columns():
    return unrolled("order")


@program()
def sound_unrolled():
    return unrolled()


# RMSProp, AdaGrad, Nesterov in a closure


def closed(slip="", rule="rmsprop"):
    rng = np.random.default_rng(61)
    X = rng.normal(size=(26, 3))
    y = np.tanh(X @ np.array([[1.0], [-2.0], [0.5]])) + 0.1
    start = [rng.normal(size=(3, 4)), np.zeros((1, 4)), rng.normal(size=(4, 1)), np.zeros((1, 1))]

    def forward(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, h @ p[2] + p[3]

    def grads(p, X, y):
        h, out = forward(p, X)
        d = (out - y) / len(X)
        e = d @ p[2].T * (1 - h**2)
        return [X.T @ e, e.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)]

    def new_step():
        s, v = [0 * w for w in start], [0 * w for w in start]
        count = [0]

        def step(p, X, y):
            count[0] += 1
            g = grads(p, X, y)
            new = []
            for k, (w, d) in enumerate(zip(p, g)):
                if rule == "adagrad":
                    s[k] = s[k] + (d if slip == "plain sum" else d * d)
                    root = np.sqrt(np.abs(s[k])) + 1e-8
                    new.append(w - 0.05 * d / root)
                    continue
                if rule == "nesterov":
                    old = v[k]
                    v[k] = 0.9 * v[k] - 0.05 * d
                    new.append(
                        w + (-0.9 * old + 1.9 * v[k] if slip != "plus" else 0.9 * old + 1.9 * v[k])
                    )
                    continue
                keep = 0.1 if slip == "exchanged" else 0.9
                first = slip == "first whole" and count[0] == 1
                s[k] = d * d if first else keep * s[k] + (1 - keep) * d * d
                root = np.sqrt(s[k]) + 1e-8
                if slip == "added":
                    new.append(w - 0.05 - d / root)
                elif slip == "no root":
                    new.append(w - 0.05 * d / (s[k] + 1e-3))
                else:
                    new.append(w - 0.05 * d / root)
            return new

        return step

    return {
        "X": X, "y": y, "parameters": start, "predict": lambda p, X: forward(p, X)[1],
        "loss": lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2) / 2, "gradients": grads,
        "new_step": new_step, "learning_rate": 0.05, "step_is": "update",
    }  # fmt: skip


@program(
    "optimizer_formula", source="zc911/MatrixSlow 28: the first mean of squares is the whole square"
)
def rmsprop_whose_mean_starts_whole():
    return closed("first whole")


@program(
    "optimizer_formula",
    source="torch/optim pull 57, as it was suspected there: the rate is added, not multiplied",
)
def rmsprop_that_adds_its_rate():
    return closed("added")


@program("optimizer_formula", source="the root forgotten under RMSProp's mean")
def rmsprop_without_its_root():
    return closed("no root")


@program("optimizer_formula", source="AdaGrad that adds up gradients, not their squares")
def adagrad_of_gradients():
    return closed("plain sum", "adagrad")


@program(
    "optimizer_formula", source="PaddlePaddle/Paddle pull 12231: a sign in Nesterov's momentum"
)
def nesterov_with_a_sign():
    return closed("plus", "nesterov")


@program()
def sound_rmsprop():
    return closed()


@program()
def sound_adagrad():
    return closed("", "adagrad")


@program()
def sound_nesterov():
    return closed("", "nesterov")


# Data and reports


def simple(slip="", n=40, **more):
    X, labels = blobs(n=n, k=2, d=2, seed=33)
    y = labels.astype(float)
    X = X / 3
    rng = np.random.default_rng(3)
    W = [rng.normal(size=(2, 6)), rng.normal(size=(6, 1)) / 2]
    b = [np.zeros(6), np.zeros(1)]
    p = {"W1": W[0], "b1": b[0], "W2": W[1], "b2": b[1]}

    def forward(p, X):
        z = X @ p["W1"] + p["b1"]
        h = np.where(z > 0, z, 0.1 * z)
        return z, h, sigmoid(h @ p["W2"] + p["b2"])[:, 0]

    def loss(p, X, y):
        a = forward(p, X)[2]
        return -np.mean(y * np.log(a + 1e-9) + (1 - y) * np.log(1 - a + 1e-9))

    def grads(p, X, y):
        z, h, a = forward(p, X)
        d = ((a - y) / len(y))[:, None]
        e = d @ p["W2"].T * np.where(z > 0, 1.0, 0.0 if slip == "relu" else 0.1)
        g = {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
        if slip == "two":
            g["W2"] = 2 * g["W2"]
        if slip == "four":
            g["b1"] = 4 * g["b1"]
        if slip == "mean first":
            g["W1"] = X.mean(axis=0)[:, None] * e.sum(axis=0)
        if slip == "values":
            g["b1"] = p["b1"] + 0.05
        return g

    def step(p, X, y):
        g = grads(p, X, y)
        return {k: p[k] - 0.5 * g[k] for k in p}

    return {
        "X": X, "y": y, "parameters": p, "predict": lambda p, X: forward(p, X)[2], "loss": loss,
        "gradients": grads, "step": step, "learning_rate": 0.5, "step_is": "update",
    } | more  # fmt: skip


@program(
    "gradient_wrong",
    "slope_missing",
    "slope_of_a",
    source="scientific-computing/FKB 15: the slope of ReLU under a leaky ReLU",
)
def leaky_with_the_slope_of_relu():
    return simple("relu")


@program("gradient_scale", source="bighuang624/Andrew-Ng-Deep-Learning-notes 10: dW2 times 2")
def twice_at_w2():
    return simple("two")


@program(
    "gradient_scale", source="bighuang624/Andrew-Ng-Deep-Learning-notes 10: 4 / m for 1 / m in db1"
)
def four_times_at_b1():
    return simple("four")


@program(
    "product_wrong",
    "gradient_wrong",
    source="FesianXu/AI_Blog 1: the inputs averaged over the batch before the product",
)
def inputs_averaged_over_the_batch():
    return simple("mean first")


@program("gradient_wrong", source="apache/systemds pull 2330: the bias where its gradient is meant")
def a_bias_for_its_gradient():
    return simple("values")


@program("printed_number", source="the accuracy counts a row as right if any of its entries is")
def an_accuracy_of_the_rounded_sum():
    return simple(reports={"accuracy": lambda p, X, y: float(np.round(sigmoid(X.sum())) == 1)})


@program(
    "printed_number",
    source="SewoongLab/spectre-defense 3: batch losses divided by the batch size, the last smaller",
)
def a_loss_that_divides_by_the_batch_size():
    case = simple(n=42)

    def shown(p, X, y):
        total = 0.0
        for i in range(0, len(X), 8):
            total += case["loss"](p, X[i : i + 8], y[i : i + 8])
        return total / (len(X) // 8)

    return case | {"reports": {"loss": shown}}


@program("class_missing", source="sorted by class, and the first part taken for training")
def only_the_first_classes():
    X, labels = blobs(n=60, k=3, d=2, seed=5)
    order = np.argsort(labels, kind="stable")
    X, labels = X[order][:40] / 2, labels[order][:40]
    rng = np.random.default_rng(1)

    def predict(p, X):
        return softmax(X @ p["W"] + p["b"])

    def step(p, X, y):
        d = (predict(p, X) - one_hot(y, 3)) / len(X)
        return {"W": p["W"] - 0.3 * X.T @ d, "b": p["b"] - 0.3 * d.sum(0)}

    return {
        "X": X, "y": labels, "parameters": {"W": rng.normal(size=(2, 3)), "b": np.zeros(3)},
        "predict": predict, "step": step, "learning_rate": 0.3, "step_is": "update",
        "loss": lambda p, X, y: -np.log(predict(p, X)[np.arange(len(y)), y]).mean(),
    }  # fmt: skip


@program()
def sound_leaky_with_an_epsilon():
    return simple()


@program()
def sound_report():
    case = simple(n=42)
    return case | {
        "reports": {
            "loss": case["loss"],
            "accuracy": lambda p, X, y: np.mean((case["predict"](p, X) > 0.5) == y),
        }
    }


# Layer norm, residual, attention in small


def residual(slip=""):
    """h = x W + b; h = h + relu(layer norm(h)) V; mean of h to one logit."""
    rng = np.random.default_rng(71)
    X = rng.normal(size=(17, 3))
    y = (X[:, :1] > X[:, 1:2]).astype(float)
    p = {
        "W": rng.normal(size=(3, 5)),
        "b": 0.1 * rng.normal(size=5),
        "V": rng.normal(size=(5, 5)) / 2,
        "u": rng.normal(size=(5, 1)),
        "s": np.zeros(1),
    }

    def run(p, X):
        h = X @ p["W"] + p["b"]
        mean, std = h.mean(1, keepdims=True), np.sqrt(h.var(1, keepdims=True) + 1e-5)
        hat = (h - mean) / std
        r = np.maximum(hat, 0)
        o = h + r @ p["V"]
        return h, std, hat, r, o, sigmoid(o @ p["u"] + p["s"])

    def grads(p, X, y):
        _h, std, hat, r, o, a = run(p, X)
        d = (a - y) / len(X)
        do = d @ p["u"].T
        dr = do @ p["V"].T
        dhat = dr * (hat > 0)
        dh = (dhat - dhat.mean(1, keepdims=True) - hat * (dhat * hat).mean(1, keepdims=True)) / std
        if slip == "norm":
            dh = dhat / std
        if slip == "axis":
            dh = (dhat - dhat.mean(0) - hat * (dhat * hat).mean(0)) / std
        if slip != "skip":
            dh = dh + do
        if slip == "norm only":
            dh = do
        return {"W": X.T @ dh, "b": dh.sum(0), "V": r.T @ do, "u": o.T @ d, "s": d.sum(0)}

    return {
        "X": X, "y": y, "parameters": p, "predict": lambda p, X: run(p, X)[-1], "gradients": grads,
        "loss": lambda p, X, y: (
            -np.mean(y * np.log(run(p, X)[-1]) + (1 - y) * np.log(1 - run(p, X)[-1]))
        ),
        "step": lambda p, X, y: {k: p[k] - 0.2 * g for k, g in grads(p, X, y).items()},
        "learning_rate": 0.2, "step_is": "update",
    }  # fmt: skip


@program("gradient_wrong", source="layer norm with constant statistics on the way back")
def residual_with_constant_statistics():
    return residual("norm")


@program("gradient_wrong", source="the means of layer norm over the samples on the way back")
def residual_with_the_wrong_axis():
    return residual("axis")


@program("gradient_wrong", source="the error does not go back over the short cut")
def residual_without_its_short_cut():
    return residual("skip")


@program("gradient_wrong", source="the error goes back over the short cut alone")
def residual_over_the_short_cut_alone():
    return residual("norm only")


@program()
def sound_residual():
    return residual()


@program(
    "gradient_wrong",
    "axis_missing",
    "gradient_scale",
    source="kvfrans/notes 5: jnp.mean for jnp.sum over the samples in db",
)
def mean_for_sum_in_a_bias():
    case = residual()
    own = case["gradients"]
    return case | {
        "gradients": lambda p, X, y: own(p, X, y) | {"b": own(p, X, y)["b"] / len(X)},
        "step": None,
    }


@program()
def sound_batches_drawn_at_random():
    case = simple()
    rng = np.random.default_rng(9)

    def step(p, X, y):
        rows = rng.integers(0, len(X), size=10)
        g = case["gradients"](p, X[rows], y[rows])
        return {k: p[k] - 0.5 * g[k] for k in p}

    return case | {"step": step, "step_is": "batch"}


@program()
def sound_decaying_rate():
    case = simple()

    def new_step():
        t = [0]

        def step(p, X, y):
            t[0] += 1
            g = case["gradients"](p, X, y)
            return {k: p[k] - 0.5 / (1 + 0.1 * (t[0] - 1)) * g[k] for k in p}

        return step

    return case | {"step": None, "new_step": new_step}
