"""Slips of one line each in one network: written down before the audit saw them."""

import itertools

import numpy as np

from programs.case import XOR_X, XOR_Y, program, sigmoid


class Net:
    """3-4-1 or deeper, tanh and a sigmoid; a slip is the name of the line that is wrong."""

    def __init__(self, slip="", sizes=(3, 4, 1), scale=1.0, decay=0.0, rate=0.3):
        rng = np.random.default_rng(6)
        self.slip, self.decay, self.rate = slip, decay, rate
        self.W = [scale * rng.normal(size=s) / np.sqrt(s[0]) for s in itertools.pairwise(sizes)]
        self.centre, self.spread = 0.0, 1.0
        self.b = [0.2 * rng.normal(size=(1, m)) for m in sizes[1:]]

    def layers(self, X):
        a = [self.scaled(X)]
        for k, (W, b) in enumerate(zip(self.W, self.b)):
            z = a[-1] @ W + b
            last = k == len(self.W) - 1
            a.append(sigmoid(z) if last else z if self.slip == "lines" else np.tanh(z))
        return a

    def scaled(self, X):
        if self.slip == "batch":
            return (X - X.mean(axis=0)) / X.std(axis=0)
        return (X - self.centre) / self.spread

    def predict(self, X):
        return self.layers(X)[-1]

    def loss(self, X, y):
        if self.slip == "part":
            X, y = X[:-4], y[:-4]
        penalty = self.decay * sum(np.sum(W**2) for W in self.W)
        return np.sum((self.predict(X) - y) ** 2) / len(X) + penalty

    def gradient(self, X, y, above=None):
        a, dW, db = self.layers(X), [], []
        error = 2 * (a[-1] - y) / len(X)
        delta = error if self.slip == "output" else error * a[-1] * (1 - a[-1])
        for k in range(len(self.W) - 1, -1, -1):
            before = X if self.slip == "raw" and k == 0 else a[k]
            sign = -1 if self.slip == "sign" and k == 0 else 1
            dW.insert(0, sign * before.T @ delta + 2 * self.decay * self.W[k])
            db.insert(0, sign * delta.sum(axis=0, keepdims=True))
            slope = 1 - a[k] ** 2
            if self.slip == "next" and k:
                slope = a[k + 1] * (1 - a[k + 1])
            if self.slip == "lines":
                slope = 1
            delta = delta @ (self.W if above is None else above)[k].T * slope
        return dW, db

    def step(self, X, y):
        if self.slip == "order":
            X = X[np.random.default_rng(2).permutation(len(X))]
        dW, db = self.gradient(X, y)
        if self.slip == "early":
            dW, db = self.gradient(X, y, [W - self.rate * d for W, d in zip(self.W, dW)])
        if self.slip == "other":
            db[0] = dW[0][:1]
        for k in range(len(self.W)):
            kept = 0 if self.slip == "lost" else self.W[k]
            self.W[k] = kept - self.rate * dW[k]
            self.b[k] = self.b[k] - self.rate * db[k]
        if self.slip == "back":
            self.b[-1] = self.b[-1] + self.rate * db[-1]

    def epoch(self, X, y):
        for x, t in zip(X, y):
            self.step(x[None], t[None])


def arguments(slip="", X_scale=1.0, X_shift=0.0, step="step", dtype=float, **how):
    rng = np.random.default_rng(5)
    X = X_shift + X_scale * rng.normal(size=(24, 3))
    y = (X[:, :1] + X[:, 1:2] > 2 * X_shift).astype(float)
    net = Net(slip, **how)
    if X_shift:
        net.centre, net.spread = X.mean(axis=0), X.std(axis=0)
    net.W, net.b = [W.astype(dtype) for W in net.W], [b.astype(dtype) for b in net.b]
    arrays = [f"{name}[{k}]" for k in range(len(net.W)) for name in ("W", "b")]
    return {
        "X": X.astype(dtype), "y": y.astype(dtype), "program": net, "arrays": arrays,
        "predict": "predict", "loss": "loss", "step": step, "learning_rate": net.rate,
        "step_is": "update" if step == "step" else "epoch",
    }  # fmt: skip


@program("samples_mixed", source="X.std(axis=0) in predict: for one sample alone it is 0")
def scaled_by_the_samples_of_the_call():
    return arguments("batch", 10, 50)


@program("product_wrong", source="X.T @ delta with the X from before it was scaled")
def the_gradient_takes_raw_inputs():
    return arguments("raw", 10, 50, rate=0.01)


@program(
    "slope_missing", source="stackoverflow 59399842: the output's slope is missing, by samples"
)
def one_sample_at_a_time_without_the_outputs_slope():
    return arguments("output", step="epoch")


@program("pairs_broken", source="X = X[rng.permutation(n)] in a step that takes all samples")
def shuffled_in_a_step_on_all_samples():
    return arguments("order")


@program("step_not_gradient", source="b1 -= rate * dW1[0], a slip of the name")
def a_bias_moves_by_the_weights_gradient():
    return arguments("other", sizes=(3, 4, 2, 1))


@program("step_not_gradient", source="W = -rate * dW for W -= rate * dW")
def the_weights_are_replaced():
    return arguments("lost")


@program("updated_too_early", source="joelgrus/data-science-from-scratch 31, with a small rate")
def updated_too_early_by_little():
    return arguments("early", scale=0.5)


@program("parameter_not_moved", source="b2 is subtracted in a loop, and added again below it")
def moved_and_moved_back():
    return arguments("back")


@program("samples_unused", source="X[:-k] in the loss alone, left from a split")
def the_loss_leaves_out_the_last_samples():
    return arguments("part")


@program("slope_of_a", source="nonlin(l2, deriv=True) where l1 is meant")
def the_slope_of_the_layer_above():
    return arguments("next")


@program("gradient_sign", source="dW1 with a minus, beside a penalty with a plus")
def one_layer_uphill_beside_a_penalty():
    return arguments("sign", decay=0.01)


@program("cannot_memorise", source="no activation between the layers of a classifier")
def lines_where_lines_would_do():
    return arguments("lines")


@program("saturated", source="weights of 200 in the first layer: nearly all slopes are 0")
def a_start_that_is_nearly_flat():
    return {k: v for k, v in arguments(scale=500).items() if k != "step"}


class Mine:
    """A linear output and biases of 0: at the input (0, 0) the first loss is exactly 0."""

    def __init__(self):
        draw = np.random.default_rng(0).normal
        self.W1, self.b1 = draw(size=(2, 4)), np.zeros((1, 4))
        self.W2, self.b2 = draw(size=(4, 1)), np.zeros((1, 1))

    def forward(self, X):
        self.hidden = np.tanh(X @ self.W1 + self.b1)
        return self.hidden @ self.W2 + self.b2

    def loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def train(self, X, y):
        delta2 = 2 * (self.forward(X) - y) / y.size
        self.W2 -= 0.1 * self.hidden.T @ delta2
        delta1 = delta2 @ self.W2.T * (1 - self.hidden**2)
        self.b2 -= 0.1 * delta2.sum(axis=0, keepdims=True)
        self.W1 -= 0.1 * X.T @ delta1
        self.b1 -= 0.1 * delta1.sum(axis=0, keepdims=True)


@program("updated_too_early", source="the program of exercise 7.7, with the line of delta1 moved")
def the_program_of_the_last_exercise():
    return {
        "X": XOR_X, "y": XOR_Y, "program": Mine(), "arrays": ["W1", "b1", "W2", "b2"],
        "predict": "forward", "loss": "loss", "step": "train", "learning_rate": 0.1,
    }  # fmt: skip


@program()
def large_weights_in_float32():
    return arguments(scale=12, dtype=np.float32)


@program()
def sound():
    return arguments()


@program()
def sound_sample_by_sample():
    return arguments(step="epoch")


@program()
def sound_with_inputs_that_it_scales():
    return arguments("", 10, 50)
