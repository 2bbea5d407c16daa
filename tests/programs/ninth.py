"""Programs in styles of public code: batch norm, recurrence, one-vs-rest, pooling, Adam by hand.

They were written down before the audit saw them, and before its rules were read.
"""

import copy

import numpy as np

from programs.case import blobs, one_hot, program, sigmoid, softmax


class Normed:
    """Dense, batch norm, ReLU, dense, sigmoid, with running means for whoever only asks."""

    def __init__(self, slip=""):
        rng = np.random.default_rng(41)
        self.slip = slip
        self.W1, self.b1 = rng.normal(size=(3, 5)), 0.1 * rng.normal(size=5)
        self.gamma, self.beta = 1 + 0.3 * rng.normal(size=5), 0.2 * rng.normal(size=5)
        self.W2, self.b2 = rng.normal(size=(5, 1)) / 2, np.zeros(1)
        self.running_mean, self.running_var = np.zeros(5), np.ones(5)

    def forward(self, X, train):
        self.X, self.z = X, X @ self.W1 + self.b1
        if train or self.slip == "batch":
            self.mean, self.var = self.z.mean(axis=0), self.z.var(axis=0)
        else:
            self.mean, self.var = self.running_mean, self.running_var
        if train:
            self.running_mean = 0.9 * self.running_mean + 0.1 * self.mean
            self.running_var = 0.9 * self.running_var + 0.1 * self.var
        self.hat = (self.z - self.mean) / np.sqrt(self.var + 1e-5)
        self.out = self.gamma * self.hat + self.beta
        self.h = np.maximum(self.out, 0)
        return sigmoid(self.h @ self.W2 + self.b2)

    def predict(self, X):
        return self.forward(X, train=False)

    def loss(self, X, y, train=False):
        p = self.forward(X, train)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def training_loss(self, X, y):
        return self.loss(X, y, train=True)

    def grads(self, X, y):
        n = len(X)
        d2 = (self.forward(X, train=True) - y) / n
        g = {"W2": self.h.T @ d2, "b2": d2.sum(axis=0)}
        d = d2 @ self.W2.T * (self.out > 0)
        g["gamma"], g["beta"] = (d * self.hat).sum(axis=0), d.sum(axis=0)
        dhat = d if self.slip == "gamma" else d * self.gamma
        spread = np.sqrt(self.var + 1e-5)
        dz = (dhat - dhat.mean(axis=0) - self.hat * (dhat * self.hat).mean(axis=0)) / spread
        if self.slip == "constant":
            dz = dhat / spread
        g["W1"], g["b1"] = X.T @ dz, dz.sum(axis=0)
        return g

    def train(self, X, y):
        for name, slope in self.grads(X, y).items():
            if self.slip == "beta" and name == "beta":
                continue
            setattr(self, name, getattr(self, name) - 0.2 * slope)


def normed(slip="", **more):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 3))
    y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
    return {
        "X": X, "y": y, "program": Normed(slip), "learning_rate": 0.2, "step_is": "update",
        "arrays": ["W1", "b1", "gamma", "beta", "W2", "b2"], "predict": "predict",
        "loss": "loss", "training_loss": "training_loss", "gradients": "grads", "step": "train",
    } | more  # fmt: skip


@program(
    "gradient_wrong",
    "product_wrong",
    "slope_missing",
    source="denizyuret/Knet.jl 288: dy for gamma * dy in batch norm",
)
def batch_norm_goes_back_without_gamma():
    return normed("gamma")


@program(
    "gradient_wrong", source="apache/mxnet 1053: another mean in the slope of batch norm; here none"
)
def batch_norm_with_constant_statistics_on_the_way_back():
    return normed("constant")


@program("samples_mixed", source="statistics of the batch where only a prediction is asked for")
def batch_norm_that_predicts_with_its_batch():
    return normed("batch", training_loss=None)


@program("parameter_not_moved", source="a list of trained parameters that was not extended by beta")
def batch_norm_with_a_fixed_beta():
    return normed("beta")


@program()
def sound_batch_norm():
    return normed()


def recurrent(slip=""):
    """Many steps to one number, tanh, all by hand."""
    rng = np.random.default_rng(12)
    X = rng.normal(size=(14, 4, 2))
    y = X[:, :, :1].sum(axis=1) - X[:, :1, 1]
    start = {
        "w_xh": rng.normal(size=(2, 3)) / 2, "w_hh": rng.normal(size=(3, 3)) / 2,
        "b_h": 0.1 * rng.normal(size=3), "w_hy": rng.normal(size=(3, 1)), "b_y": np.zeros(1),
    }  # fmt: skip

    def run(p, X):
        hs = [np.zeros((len(X), 3))]
        for t in range(X.shape[1]):
            hs.append(np.tanh(X[:, t] @ p["w_xh"] + hs[-1] @ p["w_hh"] + p["b_h"]))
        return hs

    def predict(p, X):
        return run(p, X)[-1] @ p["w_hy"] + p["b_y"]

    def gradients(p, X, y):
        hs = run(p, X)
        d = 2 * (predict(p, X) - y) / len(X)
        g = {name: np.zeros_like(value) for name, value in p.items()}
        g["w_hy"], g["b_y"] = hs[-1].T @ d, d.sum(axis=0)
        if slip == "first":
            g["w_hy"] = hs[1].T @ d
        dh = d @ p["w_hy"].T
        for t in range(X.shape[1] - 1, -1, -1):
            dz = dh if slip == "slope" else dh * (1 - hs[t + 1] ** 2)
            g["w_xh"] += X[:, t].T @ dz
            g["w_hh"] += (hs[t + 1] if slip == "index" else hs[t]).T @ dz
            g["b_h"] += dz.sum(axis=0)
            if slip == "one":
                break
            dh = dz @ (p["w_hh"] if slip == "transpose" else p["w_hh"].T)
        return g

    return {
        "X": X, "y": y, "parameters": start, "predict": predict, "gradients": gradients,
        "loss": lambda p, X, y: np.mean((predict(p, X) - y) ** 2),
        "step": lambda p, X, y: {k: p[k] - 0.05 * g for k, g in gradients(p, X, y).items()},
        "learning_rate": 0.05, "step_is": "update",
    }  # fmt: skip


@program("gradient_wrong", source="qixianbiao/RNN 2: the error does not go back to earlier moments")
def recurrent_that_forgets_the_past():
    return recurrent("one")


@program(
    "gradient_wrong",
    "slope_missing",
    source="CaptainE/RNN-LSTM-in-numpy pull 2: the derivative left out on the way back",
)
def recurrent_without_its_slope():
    return recurrent("slope")


@program(
    "gradient_wrong",
    "product_wrong",
    source="hs[t] for hs[t - 1] in dWhh, one of the indices of a recurrence",
)
def recurrent_with_the_next_state():
    return recurrent("index")


@program("gradient_wrong", "product_wrong", source="d @ Whh for d @ Whh.T, which is square")
def recurrent_without_a_transpose():
    return recurrent("transpose")


@program(
    "gradient_wrong", "product_wrong", source="the first state for the last in the output's product"
)
def recurrent_with_the_first_state():
    return recurrent("first")


@program()
def sound_recurrence():
    return recurrent()


def one_vs_rest(slip=""):
    """A logistic regression for each class, a column of ones glued to X."""
    X, labels = blobs(n=45, k=3, d=2, seed=6)
    ones = np.ones((45, 1))
    X = np.hstack([ones, X / 2])
    theta = [0.1 * np.random.default_rng(k).normal(size=3) for k in range(3)]

    def hypothesis(p, X):
        return np.stack([sigmoid(X @ t) for t in p], axis=1)

    def cost(p, X, y):
        total = 0.0
        for k, t in enumerate(p):
            h, is_k = sigmoid(X @ t), (y == k).astype(float)
            total += -np.mean(is_k * np.log(h) + (1 - is_k) * np.log(1 - h))
        return -total if slip == "minus" else total

    def grad(p, X, y):
        found = []
        for k, t in enumerate(p):
            is_k = (y == (k + 1 if slip == "from 1" else k)).astype(float)
            error = sigmoid(X @ t) - is_k
            if slip == "first" and k == 2:
                error = sigmoid(X @ p[0]) - is_k
            g = X.T @ error / (3 if slip == "features" else len(X))
            if slip == "pair" and k == 1:
                g[0] = 0
            found.append(g)
        return found

    return {
        "X": X, "y": labels, "parameters": theta, "predict": hypothesis, "loss": cost,
        "gradients": grad, "learning_rate": 0.5, "step_is": "update",
        "step": lambda p, X, y: [t - 0.5 * g for t, g in zip(p, grad(p, X, y))],
    }  # fmt: skip


@program(
    "loss_formula",
    "gradient_sign",
    source="datascience.SE 104852: where does the minus of the cross-entropy stand?",
)
def one_vs_rest_without_the_minus():
    return one_vs_rest("minus")


@program("gradient_wrong", "loss_formula", source="classes counted from 1 in one of two places")
def one_vs_rest_counted_from_one():
    return one_vs_rest("from 1")


@program("gradient_scale", source="len(X[0]) for len(X): divided by the number of features")
def one_vs_rest_divided_by_the_features():
    return one_vs_rest("features")


@program("gradient_wrong", "product_wrong", source="p[0] left in a loop over the classes")
def one_vs_rest_with_another_classs_answer():
    return one_vs_rest("first")


@program()
def sound_one_vs_rest():
    return one_vs_rest()


def leaky(slip="", top=1.0, rate=0.05):
    """Regression with a leaky ReLU, samples as columns."""
    rng = np.random.default_rng(8)
    X = rng.normal(size=(2, 21))
    Y = top * (X[:1] * X[1:] + 0.5 * X[:1])
    start = {
        "W1": rng.normal(size=(4, 2)),
        "b1": 0.1 * rng.normal(size=(4, 1)),
        "W2": rng.normal(size=(1, 4)),
        "b2": np.zeros((1, 1)),
    }

    def forward(p, X):
        Z1 = p["W1"] @ X + p["b1"]
        A1 = np.where(Z1 > 0, Z1, 0.01 * Z1) if slip != "steep" else np.where(Z1 > 0, Z1, 0.2 * Z1)
        return Z1, A1, p["W2"] @ A1 + p["b2"]

    def gradients(p, X, Y):
        m = X.shape[0] if slip == "m" else X.shape[1]
        Z1, A1, A2 = forward(p, X)
        dZ2 = Y - A2
        leak = 0.01
        drel = np.where(Z1 < 0, leak, 1.0)
        dZ1 = p["W2"].T @ dZ2 * drel
        f = 1 if slip == "two" else -2
        return {
            "W2": -2 * dZ2 @ A1.T / m,
            "b2": -2 * dZ2.sum(axis=1, keepdims=True) / m,
            "W1": f * dZ1 @ X.T / m,
            "b1": f * dZ1.sum(axis=1, keepdims=True) / m,
        }

    return {
        "X": X, "y": Y, "parameters": start, "predict": lambda p, X: forward(p, X)[2],
        "loss": lambda p, X, Y: np.sum((Y - forward(p, X)[2]) ** 2) / X.shape[1],
        "gradients": gradients, "learning_rate": rate, "samples": "columns", "step_is": "update",
        "step": lambda p, X, y: {k: p[k] - rate * g for k, g in gradients(p, X, y).items()},
    }  # fmt: skip


@program(
    "gradient_sign",
    "gradient_scale",
    source="stackoverflow 62714729: the factor -2 is in the gradients of one layer only",
)
def leaky_with_a_factor_in_one_layer():
    return leaky("two")


@program(
    "gradient_wrong",
    "slope_missing",
    "slope_of_a",
    source="deeplearning4j/deeplearning4j 8178: the way back knows no alpha",
)
def leaky_with_two_leaks():
    return leaky("steep")


@program("gradient_scale", source="m = X.shape[0] where samples are columns")
def leaky_divided_by_the_inputs():
    return leaky("m")


@program(
    "divergence",
    "step_too_long",
    "target_range",
    "data_scale",
    source="targets up to 500 that nobody scaled, with the rate of an example",
)
def leaky_with_unscaled_targets():
    return leaky(top=300.0, rate=0.6)


@program()
def sound_leaky():
    return leaky()


class Tanh:
    """Targets -1 and 1, tanh all over, a list of weights with the bias as last row."""

    def __init__(self, slip=""):
        rng = np.random.default_rng(15)
        self.slip = slip
        self.weights = [rng.normal(size=(3, 4)) * 0.7, rng.normal(size=(5, 1)) * 0.7]

    def activation(self, z):
        return sigmoid(z) if self.slip == "sigmoid" else np.tanh(z)

    def slope(self, a):
        if self.slip == "logistic":
            return a * (1 - a)
        if self.slip == "itself":
            return a
        return 1 - a**2

    def feed(self, X):
        self.a = [X]
        for w in self.weights:
            self.a.append(np.tanh(np.c_[self.a[-1], np.ones(len(X))] @ w))
        if self.slip == "sigmoid":
            self.a[-1] = sigmoid(np.arctanh(np.clip(self.a[-1], -0.9999, 0.9999)))
        return self.a[-1]

    def error(self, X, y):
        return 0.5 * np.sum((self.feed(X) - y) ** 2)

    def learn(self, X, y, rate=0.05):
        self.feed(X)
        d = (self.a[-1] - y) * (
            self.a[-1] * (1 - self.a[-1]) if self.slip == "sigmoid" else self.slope(self.a[-1])
        )
        for k in (1, 0):
            w = self.weights[k]
            g = np.c_[self.a[k], np.ones(len(X))].T @ d
            if self.slip == "no bias":
                g[-1] = 0
            back = d @ (w if self.slip != "new" else w - rate * g)[:-1].T
            if self.slip == "with bias":
                back = d @ w[1:].T
            d = back * self.slope(self.a[k])
            self.weights[k] = w - rate * g


def tanh(slip=""):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(26, 2))
    return {
        "X": X, "y": np.where(X[:, :1] + X[:, 1:] > 0.2, 1.0, -1.0), "program": Tanh(slip),
        "arrays": ["weights[0]", "weights[1]"], "predict": "feed", "loss": "error",
        "step": "learn", "learning_rate": 0.05, "step_is": "update",
    }  # fmt: skip


@program(
    "slope_of_a",
    "gradient_wrong",
    source="the slope of the sigmoid, left from an earlier version, under tanh",
)
def tanh_with_the_sigmoids_slope():
    return tanh("logistic")


@program(
    "slope_of_a",
    "gradient_wrong",
    "slope_missing",
    source="andersbll/nnet 4: tanh_d returns tanh itself",
)
def tanh_whose_slope_is_itself():
    return tanh("itself")


@program("target_range", source="a sigmoid put at the end, targets still -1 and 1")
def sigmoid_with_targets_of_a_tanh():
    return tanh("sigmoid")


@program(
    "parameter_not_moved",
    "gradient_wrong",
    source="mattm/simple-neural-network 5: the bias is never updated",
)
def tanh_whose_bias_rows_stay():
    return tanh("no bias")


@program(
    "updated_too_early",
    source="Bot-Academy/NeuralNetworkFromScratch pull 3: updated before the error goes back",
)
def tanh_updated_on_the_way():
    return tanh("new")


@program(
    "product_wrong",
    "gradient_wrong",
    source="the row of the bias is not the one that is cut off: w[1:] for w[:-1]",
)
def tanh_that_cuts_off_the_wrong_row():
    return tanh("with bias")


@program()
def sound_tanh():
    return tanh()


class Adam:
    """Softmax regression behind one hidden layer; Adam written out, a dict of moments."""

    def __init__(self, slip="", decay=0.0):
        rng = np.random.default_rng(19)
        self.slip, self.decay, self.t = slip, decay, 1 if slip == "late" else 0
        self.params = {
            "W1": rng.normal(size=(4, 6)) / 2, "b1": np.zeros((1, 6)) + 0.05,
            "W2": rng.normal(size=(6, 3)) / 2, "b2": np.zeros((1, 3)),
        }  # fmt: skip
        self.m = {k: np.zeros_like(v) for k, v in self.params.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.params.items()}

    def predict(self, X):
        p = self.params
        self.h = np.tanh(X @ p["W1"] + p["b1"])
        return softmax(self.h @ p["W2"] + p["b2"])

    def loss(self, X, y):
        nll = -np.log(self.predict(X)[np.arange(len(y)), y] + 1e-12).mean()
        return nll + self.decay / 2 * sum(np.sum(self.params[k] ** 2) for k in ("W1", "W2"))

    def backward(self, X, y):
        p = self.params
        d = (self.predict(X) - one_hot(y, 3)) / len(X)
        g = {"W2": self.h.T @ d, "b2": d.sum(axis=0, keepdims=True)}
        d = d @ p["W2"].T * (1 - self.h**2)
        g |= {"W1": X.T @ d, "b1": d.sum(axis=0, keepdims=True)}
        for k in ("W1", "W2"):
            g[k] = g[k] + self.decay * p[k]
        return g

    def update(self, X, y, rate=0.02, b1=0.9, b2=0.999):
        g = self.backward(X, y)
        self.t += 1
        for k in self.params:
            self.m[k] = b1 * self.m[k] + (1 - b1) * g[k]
            self.v[k] = b2 * self.v[k] + (1 - b2) * (g[k] if self.slip == "square" else g[k] ** 2)
            c1, c2 = 1 - b1**self.t, 1 - b2**self.t
            if self.slip == "power":
                c1, c2 = 1 - b1 * self.t if self.t < 10 else 1.0, 1 - b2**2
            mh, vh = self.m[k] / c1, self.v[k] / c2
            if self.slip == "times":
                mh, vh = self.m[k] * c1, self.v[k] * c2
            if self.slip == "twice":
                vh = self.v[k] / (1 - c2)
            if self.slip == "square":
                vh = np.abs(vh)
            root = vh if self.slip == "root" else np.sqrt(vh)
            self.params[k] = self.params[k] - rate * mh / (root + 1e-8)


def adam(slip="", decay=0.0):
    X, y = blobs(n=36, k=3, d=4, seed=9)
    first = Adam(slip, decay)

    def new_step():
        kept = copy.deepcopy(first)

        def step(p, X, y):
            kept.params = {k: np.array(v) for k, v in p.items()}
            kept.update(X, y)
            return kept.params

        return step

    def at(p):
        copied = copy.deepcopy(first)
        copied.params = p
        return copied

    return {
        "X": X / 2, "y": y, "parameters": first.params, "learning_rate": 0.02,
        "step_is": "update", "predict": lambda p, X: at(p).predict(X),
        "loss": lambda p, X, y: at(p).loss(X, y), "new_step": new_step,
        "gradients": lambda p, X, y: at(p).backward(X, y),
    }  # fmt: skip


@program(
    "optimizer_formula", source="karpathy/convnetjs pull 107: the corrections are multiplied with"
)
def adam_that_multiplies():
    return adam("times")


@program(
    "optimizer_formula",
    source="kozistr/AdaBound-tensorflow 3: sqrt(1 - c2), where c2 is 1 - beta2 ** t",
)
def adam_with_one_minus_too_many():
    return adam("twice")


@program("optimizer_formula", source="ufal/npfl114 pull 79: 1 - beta ** 2 for 1 - beta2 ** t")
def adam_with_the_wrong_powers():
    return adam("power")


@program(
    "optimizer_formula",
    source="tensorflow/tensorflow 35444, as suspected there: the counter is 2 at the first step",
)
def adam_that_starts_at_two():
    return adam("late")


@program("optimizer_formula", source="no root under the second moment")
def adam_without_its_root():
    return adam("root")


@program()
def sound_adam():
    return adam()


@program()
def sound_adam_with_decay():
    return adam(decay=0.01)


class Batches:
    """Momentum and mini-batches; fit() makes one epoch."""

    def __init__(self, slip="", drop=0.0, lam=0.0):
        rng = np.random.default_rng(23)
        self.slip, self.drop, self.lam = slip, drop, lam
        self.rng = np.random.default_rng(77)
        self.w1, self.c1 = rng.normal(size=(3, 6)) / 1.7, np.zeros(6)
        self.w2, self.c2 = rng.normal(size=(6, 1)) / 2.4, np.zeros(1)
        self.names = ["w1", "c1", "w2", "c2"]
        self.v = dict.fromkeys(self.names, 0.0)
        self.acc = dict.fromkeys(self.names, 0.0)

    def hidden(self, X):
        return sigmoid(X @ self.w1 + self.c1)

    def predict(self, X):
        return sigmoid(self.hidden(X) @ self.w2 + self.c2)

    def loss(self, X, y):
        p = self.predict(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def penalised(self, X, y):
        return self.loss(X, y) + self.lam * (np.abs(self.w1).sum() + np.abs(self.w2).sum())

    def slopes(self, X, y):
        h = self.hidden(X)
        mask = 1.0
        if self.drop:
            mask = (self.rng.random(h.shape) > self.drop) / (1 - self.drop)
        kept = h * mask
        d2 = (sigmoid(kept @ self.w2 + self.c2) - y) / len(X)
        back = d2 @ self.w2.T * (1.0 if self.slip == "mask" else mask)
        d1 = back * h * (1 - h)
        g = {"w1": X.T @ d1, "c1": d1.sum(axis=0), "w2": kept.T @ d2, "c2": d2.sum(axis=0)}
        if self.lam:
            for k in ("w1", "w2"):
                w = getattr(self, k)
                extra = {"l1 as l2": w, "l1 minus": -np.sign(w)}.get(self.slip, np.sign(w))
                g[k] = g[k] + self.lam * extra
        return g

    def one(self, X, y, rate=0.3, mu=0.9):
        g = self.slopes(X, y)
        for k in self.names:
            if self.slip == "sum":
                self.acc[k] = self.acc[k] + g[k]
                g[k] = self.acc[k]
            keep = 0.0 if (self.drop or self.lam) else mu
            sign = 1 if self.slip == "gain" else -1
            self.v[k] = keep * self.v[k] + sign * rate * g[k]
            setattr(self, k, getattr(self, k) + self.v[k])

    def fit(self, X, y, size=8):
        n = len(X)
        order = np.arange(n) if self.slip == "drop" else self.rng.permutation(n)
        Xs, ys = X[order], y[order]
        if self.slip == "unpaired":
            ys = y
        stop = n - n % size if self.slip == "drop" else n
        if self.slip == "one batch":
            stop = size
        for i in range(0, stop, size):
            self.one(Xs[i : i + size], ys[i : i + size])


def batches(slip="", step="fit", drop=0.0, lam=0.0, **more):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(44, 3))
    y = (X[:, :1] - X[:, 2:] > 0).astype(float)
    return {
        "X": X, "y": y, "program": Batches(slip, drop, lam), "arrays": ["w1", "c1", "w2", "c2"],
        "predict": "predict", "loss": "penalised" if lam else "loss", "step": step,
        "learning_rate": 0.3, "step_is": "update" if step == "one" else "epoch",
    } | more  # fmt: skip


@program(
    "samples_unused",
    source="jadore801120/attention-is-all-you-need-pytorch pull 14: the last batch is dropped",
)
def batches_without_the_last():
    return batches("drop")


@program(
    "pairs_broken",
    source="DrexelChatbotGroup/DrexelChatbot 15: X in a new order, y in the old",
)
def batches_whose_labels_stay():
    return batches("unpaired")


@program(
    "gradient_sign",
    "optimizer_formula",
    source="fchollet/deep-learning-with-python-notebooks 19: + rate * g, then w += v",
)
def momentum_uphill():
    return batches("gain", step="one")


@program(
    "state_kept",
    "step_not_gradient",
    "optimizer_formula",
    source="jcjohnson/pytorch-examples 31: what if nobody sets the gradients to 0?",
)
def gradients_that_add_up():
    return batches("sum", step="one")


@program(
    "step_not_gradient",
    "gradient_wrong",
    "slope_missing",
    source="ddbourgin/numpy-ml 94: the mask of dropout is not applied on the way back",
)
def dropout_without_its_mask_back():
    return batches("mask", step="one", drop=0.4)


@program("weight_term", source="the slope of a sum of squares under a sum of sizes")
def l1_with_the_slope_of_l2():
    return batches("l1 as l2", step="one", lam=0.01, gradients="slopes")


@program("weight_term", source="andersbll/nnet 4: the penalty with a minus, here of sizes")
def l1_with_a_minus():
    return batches("l1 minus", step="one", lam=0.01)


@program()
def sound_batches():
    return batches()


@program()
def sound_dropout():
    return batches(step="one", drop=0.4)


@program()
def sound_l1():
    return batches(step="one", lam=0.01, gradients="slopes")


def pooled(slip=""):
    """Two filters of 3 x 3, ReLU, pooling, a dense softmax; loops over all."""
    rng = np.random.default_rng(29)
    images = rng.normal(size=(9, 6, 6))
    labels = np.arange(9) % 3
    start = [
        rng.normal(size=(2, 3, 3)) / 2,
        0.1 * rng.normal(size=2),
        rng.normal(size=(8, 3)) / 2,
        np.zeros(3),
    ]

    def forward(p, images):
        maps = np.zeros((len(images), 2, 4, 4))
        for i in range(4):
            for j in range(4):
                patch = images[:, i : i + 3, j : j + 3]
                maps[:, :, i, j] = np.einsum("nab,fab->nf", patch, p[0]) + p[1]
        on = np.maximum(maps, 0)
        small = on.reshape(len(images), 2, 2, 2, 2, 2).max(axis=(3, 5))
        return on, small, softmax(small.reshape(len(images), -1) @ p[2] + p[3])

    def gradients(p, images, y):
        on, small, a = forward(p, images)
        n = len(images)
        d = (a - one_hot(y, 3)) / n
        flat = small.reshape(n, -1)
        dW, dc = flat.T @ d, d.sum(axis=0)
        dsmall = (d @ p[2].T).reshape(small.shape)
        dmaps = np.zeros_like(on)
        for i in range(2):
            for j in range(2):
                part = on[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                top = part == small[:, :, i, j][:, :, None, None]
                dmaps[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = (
                    top * dsmall[:, :, i, j][:, :, None, None]
                )
            if slip == "return":
                break
        if slip != "slope":
            dmaps *= on > 0
        dK = np.zeros_like(p[0])
        for i in range(4):
            for j in range(4):
                dK += np.einsum("nab,nf->fab", images[:, i : i + 3, j : j + 3], dmaps[:, :, i, j])
        if slip == "flip":
            dK = dK[:, ::-1, ::-1]
        db = dmaps.mean(axis=(0, 2, 3)) if slip == "mean" else dmaps.sum(axis=(0, 2, 3))
        return [dK, db, dW, dc]

    return {
        "X": images, "y": labels, "parameters": start, "gradients": gradients,
        "predict": lambda p, X: forward(p, X)[2],
        "loss": lambda p, X, y: -np.log(forward(p, X)[2][np.arange(len(y)), y]).mean(),
    }  # fmt: skip


@program(
    "gradient_wrong",
    source="riccardoandreoni0/CNN-from-scratch 1: a return one indentation too far in the pooling",
)
def pooling_that_returns_early():
    return pooled("return")


@program(
    "gradient_wrong",
    "product_wrong",
    source="amsukdu/SimplePythonCNN 6 asks why to rotate; here the wrong one is rotated",
)
def filters_rotated_in_their_own_gradient():
    return pooled("flip")


@program(
    "gradient_scale",
    "gradient_wrong",
    "axis_missing",
    source="kvfrans/notes 5: mean for sum in the gradient of a bias; here of filters",
)
def filters_whose_bias_takes_the_mean():
    return pooled("mean")


@program()
def sound_pooling():
    return pooled()


def scalars(slip=""):
    """One neuron a layer, four numbers, one sample after the other in plain Python."""
    X = [0.1 * i for i in range(1, 10)]
    y = [float(i % 3 == 0) for i in range(1, 10)]

    def both(p, x):
        h = sigmoid(x * p["w1"] + p["b1"])
        return h, sigmoid(h * p["w2"] + p["b2"])

    def gradients(p, X, y):
        g = dict.fromkeys(p, 0.0)
        for x, t in zip(X, y):
            h, a = both(p, x)
            d2 = 2 * (a - t) * a * (1 - a) / len(X)
            d1 = (
                (2 * (a - t) * p["w2"] / len(X) if slip == "output" else d2 * p["w2"]) * h * (1 - h)
            )
            g["w2"] += d2 * (p["w2"] if slip == "weight" else h)
            g["w1"] += d1 * (p["w1"] if slip == "weight" else x)
            g["b2"] += d2
            g["b1"] += d1
        return g

    return {
        "X": X, "y": y, "parameters": {"w1": 0.8, "w2": -0.6, "b1": 0.1, "b2": 0.2},
        "predict": lambda p, X: [both(p, x)[1] for x in X],
        "loss": lambda p, X, y: sum((both(p, x)[1] - t) ** 2 for x, t in zip(X, y)) / len(X),
        "gradients": gradients,
    }  # fmt: skip


@program(
    "product_wrong",
    "gradient_wrong",
    source="stats.SE 464262: delta times the weight, for delta times what came in",
)
def scalars_times_their_own_weight():
    return scalars("weight")


@program(
    "slope_missing",
    source="stats.SE 464262: the hidden error made of the output's without its slope",
)
def scalars_without_the_outputs_slope():
    return scalars("output")


@program()
def sound_scalars():
    return scalars()


def words(slip=""):
    """Word numbers to vectors, their mean, ReLU, softmax; a named bias for each layer."""
    rng = np.random.default_rng(33)
    X = rng.integers(0, 12, size=(20, 4))
    y = (X.sum(axis=1) > 22).astype(int)
    start = {
        "emb": rng.normal(size=(12, 3)), "W": rng.normal(size=(3, 5)), "b": 0.1 * np.ones(5),
        "U": rng.normal(size=(5, 2)) / 2, "c": np.zeros(2),
    }  # fmt: skip

    def forward(p, X):
        m = p["emb"][X].mean(axis=1)
        h = np.maximum(m @ p["W"] + p["b"], 0)
        return m, h, softmax(h @ p["U"] + p["c"])

    def cost(p, X, y):
        a = forward(p, X)[2]
        return -np.sum(one_hot(y, 2) * np.log(a)) / (a.size if slip == "size" else len(X))

    def gradients(p, X, y):
        m, h, a = forward(p, X)
        d = (a - one_hot(y, 2)) / len(X)
        if slip == "softmax":
            d = d * a * (1 - a)
        dh = d @ p["U"].T * (h > 0)
        dm = dh @ p["W"].T
        g = {
            "U": h.T @ d,
            "c": d.sum(axis=0),
            "W": m.T @ dh,
            "b": dh.sum(axis=0),
            "emb": np.zeros_like(p["emb"]),
        }
        for i, row in enumerate(X):
            for word in row:
                g["emb"][word] += dm[i] if slip == "mean" else dm[i] / 4
        return g

    def step(p, X, y):
        g = gradients(p, X, y)
        new = {k: p[k] - 0.3 * g[k] for k in p}
        if slip == "frozen":
            new["emb"] = p["emb"]
        return new

    return {
        "X": X, "y": y, "parameters": start, "predict": lambda p, X: forward(p, X)[2],
        "loss": cost, "gradients": gradients, "step": step, "learning_rate": 0.3,
        "step_is": "update",
    }  # fmt: skip


@program(
    "gradient_scale",
    "gradient_wrong",
    source="the mean over the words of a text forgotten on the way back",
)
def words_without_the_mean():
    return words("mean")


@program(
    "loss_formula",
    source="stackoverflow 75378819: a softmax, and the sigmoid's slope behind it",
)
def words_with_a_slope_behind_the_softmax():
    return words("softmax")


@program(
    "parameter_not_moved", source="the table of word vectors is not in the list of what is trained"
)
def words_whose_vectors_stay():
    return words("frozen")


@program(
    "gradient_scale",
    "loss_formula",
    source="np.mean of the table where a mean over samples is meant: half the loss",
)
def words_divided_by_the_table():
    return words("size")


@program()
def sound_words():
    return words()


class Columns:
    """A list of layers, samples as columns, a bias for each layer, cost of logs."""

    def __init__(self, slip="", dtype=np.float64):
        rng = np.random.default_rng(37)
        self.slip = slip
        self.W = [
            rng.normal(size=(5, 2)).astype(dtype),
            rng.normal(size=(4, 5)).astype(dtype) / 2,
            rng.normal(size=(1, 4)).astype(dtype),
        ]
        self.b = [np.zeros((k, 1), dtype) + dtype(0.1) for k in (5, 4, 1)]

    def forward(self, X):
        self.A = [X]
        for W, b in zip(self.W, self.b):
            self.A.append(1 / (1 + np.exp(-(W @ self.A[-1] + b))))
        return self.A[-1]

    def cost(self, X, Y):
        Yh, m = self.forward(X), Y.shape[1]
        return -(np.sum(Y * np.log(Yh)) + np.sum((1 - Y) * np.log(1 - Yh))) / m

    def backward(self, X, Y):
        m = Y.shape[1]
        Yh = self.forward(X)
        d = Yh - Y
        gW, gb = [], []
        for k in (2, 1, 0):
            gW.insert(0, d @ self.A[k].T / m)
            if self.slip == "bias product" and k == 1:
                gb.insert(0, np.sum(d @ self.A[k].T / m, axis=1, keepdims=True))
            else:
                gb.insert(0, d.sum(axis=1, keepdims=True) / m)
            if self.slip == "delta" and k == 1:
                d = self.W[1].T @ d
            else:
                below = self.A[k + 1] if self.slip == "z" else self.A[k]
                slope = below * (1 - below)
                if self.slip == "z" and slope.shape != self.A[k].shape:
                    slope = slope.mean(axis=0)
                d = self.W[k].T @ d * slope
        return gW, gb

    def update(self, X, Y):
        gW, gb = self.backward(X, Y)
        for k in range(3):
            if self.slip == "not summed":
                d = self.A[-1] - Y
                if k == 2:
                    gb[k] = d / Y.shape[1]
            self.W[k] = self.W[k] - 0.5 * gW[k]
            self.b[k] = self.b[k] - 0.5 * gb[k]


def columns(slip="", dtype=np.float64, **more):
    rng = np.random.default_rng(7)
    X = rng.normal(size=(2, 31)).astype(dtype)
    y = (X[:1] * X[1:] > 0).astype(dtype)
    net = Columns(slip, dtype)
    names = [f"{a}[{k}]" for k in range(3) for a in ("W", "b")]
    return {
        "X": X, "y": y, "program": net, "arrays": names, "predict": "forward", "loss": "cost",
        "step": "update", "learning_rate": 0.5, "samples": "columns", "step_is": "update",
    } | more  # fmt: skip


@program(
    "gradient_wrong",
    "product_wrong",
    source="rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization 64: X in db",
)
def columns_whose_bias_takes_a_product():
    return columns("bias product")


@program(
    "parameter_shape",
    source="datascience.SE 54364: the delta of all samples as the bias's gradient",
)
def columns_whose_bias_takes_every_sample():
    return columns("not summed")


@program(
    "slope_missing",
    source="louisjc/mnist-neural-network 1: a hidden error without its slope, here in float32",
)
def columns_without_a_slope_in_float32():
    return columns("delta", np.float32)


@program("slope_of_a", "gradient_wrong", source="the slope of the layer above, broadcast")
def columns_with_the_slope_of_the_layer_above():
    return columns("z")


@program()
def sound_columns_in_float32():
    return columns("", np.float32)


@program(
    "printed_number",
    source="mitmul/chainer-cifar10 1: each batch's accuracy times the batch size, the last too",
)
def an_accuracy_that_overcounts_the_last_batch():
    case = columns()

    def accuracy(net, X, Y):
        right = 0.0
        for i in range(0, X.shape[1], 8):
            got = net.forward(X[:, i : i + 8]) > 0.5
            right += np.mean(got == Y[:, i : i + 8]) * 8
        return right / X.shape[1]

    return case | {"reports": {"accuracy": accuracy}}


@program()
def sound_early_stopping():
    case = batches()
    held = np.random.default_rng(5).normal(size=(12, 3))
    target = (held[:, :1] - held[:, 2:] > 0).astype(float)

    def epoch(net, X, y):
        kept = [getattr(net, k).copy() for k in net.names]
        before = net.loss(held, target)
        net.fit(X, y)
        if net.loss(held, target) > before + 0.5:
            for k, value in zip(net.names, kept):
                setattr(net, k, value)

    return case | {"step": epoch}
