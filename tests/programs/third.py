"""Programs by which the rules were mended: a third set, tried on them at first sight."""

import itertools

import numpy as np

from programs.case import XOR_X, XOR_Y, program, sigmoid
from programs.second import NAMES, Base, of_class


def with_ones(a):
    return np.c_[a, np.ones(len(a))]


def glued(step):
    """XOR with the biases in the last column of each matrix, as in loops over neurons."""
    rng = np.random.default_rng(3)

    def forward(p, X):
        h = sigmoid(with_ones(X) @ p["hidden"].T)
        return h, sigmoid(with_ones(h) @ p["output"].T)

    def gradients(p, X, y):
        h, a = forward(p, X)
        d2 = (a - y) * a * (1 - a)
        d1 = d2 @ p["output"][:, :-1] * h * (1 - h)
        return {"hidden": d1.T @ with_ones(X), "output": d2.T @ with_ones(h)}

    return {
        "X": XOR_X,
        "y": XOR_Y,
        "parameters": {"hidden": rng.normal(size=(3, 3)), "output": rng.normal(size=(1, 4))},
        "predict": lambda p, X: forward(p, X)[1],
        "loss": lambda p, X, y: 0.5 * np.sum((forward(p, X)[1] - y) ** 2),
        "gradients": gradients,
        "step": lambda p, X, y: step(p, X, y, gradients(p, X, y)),
        "learning_rate": 0.5,
    }


@program("parameter_not_moved", source="a loop over range(len(weights) - 1) leaves the bias out")
def the_column_of_the_biases_stays():
    def step(p, X, y, g):
        for k in p:
            p[k][:, :-1] -= 0.5 * g[k][:, :-1]

    return glued(step)


@program("step_not_gradient", source="a rate that stands in another place as well")
def a_step_of_another_rate():
    return glued(lambda p, X, y, g: {k: p[k] - 50 * g[k] for k in p})


@program("changes_its_arguments", source="X -= X.mean(axis=0) within the training loop")
def the_step_scales_X_in_place():
    def step(p, X, y, g):
        X -= X.mean(axis=0)
        return {k: p[k] - 0.5 * g[k] for k in p}

    return glued(step)


@program("samples_unused", source="y[0] in a loop over the samples")
def the_first_target_for_all():
    case = glued(None)
    own = case["gradients"]

    def step(p, X, y):
        for x in X:
            g = own(p, x[None], y[:1])
            p = {k: p[k] - 0.5 * g[k] for k in p}
        return p

    del case["gradients"]
    return case | {"step": step, "step_is": "epoch"}


@program("samples_unused", source="nabla = delta_nabla for nabla += delta_nabla")
def the_last_sample_overwrites_the_others():
    class Net(Base):
        def train(self, X, y):
            for i in range(len(X)):
                g = self.grads(X[i : i + 1], y[i : i + 1])
            for name, each in zip(NAMES, g):
                setattr(self, name, getattr(self, name) - self.lr * each)

    return of_class(Net)


@program("samples_unused", source="the batch is X[:size] in each round, of shuffled rows")
def an_epoch_of_one_shuffled_batch():
    class Net(Base):
        def train(self, X, y):
            order = np.random.permutation(len(X))  # noqa: NPY002
            for _ in range(0, len(X), 9):
                super().train(X[order[:9]], y[order[:9]])

    return of_class(Net, step_is="epoch")


@program("optimizer_formula", source="m / v for m / sqrt(v)")
def adam_without_the_root():
    class Net(Base):
        t = 0

        def train(self, X, y):
            self.t += 1
            self.means = getattr(self, "means", [(0, 0)] * 4)
            grads = self.grads(X, y)
            self.means = [
                (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g)
                for (m, v), g in zip(self.means, grads)
            ]
            for name, (m, v) in zip(NAMES, self.means):
                step = m / (1 - 0.9**self.t) / (v / (1 - 0.999**self.t) + 1e-8)
                setattr(self, name, getattr(self, name) - 0.003 * step)

    return of_class(Net, gradients="grads", learning_rate=0.003)


def deep(slope_of_2):
    """Four layers of tanh, with three hidden ones of the same size."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 3))
    y = 0.8 * np.tanh(X @ [[1.0], [-2.0], [0.5]])
    sizes = [3, 6, 6, 6, 1]
    p = []
    for a, b in itertools.pairwise(sizes):
        p += [rng.normal(size=(a, b)) / np.sqrt(a), np.zeros(b)]

    def forward(p, X):
        a = [X]
        for k in range(0, 8, 2):
            a.append(np.tanh(a[-1] @ p[k] + p[k + 1]))
        return a

    def gradients(p, X, y):
        a, g = forward(p, X), []
        d = 2 * (a[4] - y) / len(X) * (1 - a[4] ** 2)
        for k in (3, 2, 1, 0):
            g = [a[k].T @ d, d.sum(axis=0), *g]
            d = d @ p[2 * k].T * (slope_of_2(a[2]) if k == 2 else 1 - a[k] ** 2)
        return g

    return {
        "X": X,
        "y": y,
        "parameters": p,
        "predict": lambda p, X: forward(p, X)[4],
        "loss": lambda p, X, y: np.mean((forward(p, X)[4] - y) ** 2),
        "gradients": gradients,
    }


@program("slope_missing", source="one layer of a loop without its slope")
def the_slope_of_the_second_of_four_layers_is_missing():
    return deep(np.ones_like)


@program("gradient_wrong", source="db2 = dh.sum(), a line copied from the layer before")
def a_bias_from_another_layers_delta():
    case = glued(lambda p, X, y, g: {k: p[k] - 0.5 * g[k] for k in p})
    own = case["gradients"]

    def gradients(p, X, y):
        g = own(p, X, y)
        return g | {"output": np.c_[g["output"][:, :-1], g["hidden"][:, -1].sum()]}

    return case | {"gradients": gradients}


@program()
def sound_dropout_within_the_step():
    class Net(Base):
        def train(self, X, y):
            self.forward(X)
            mask = (np.random.random(self.a1.shape) < 0.8) / 0.8  # noqa: NPY002
            out = self.a1 * mask @ self.W2 + self.b2
            e = np.exp(out - out.max(axis=1, keepdims=True))
            d2 = (e / e.sum(axis=1, keepdims=True) - y) / len(X)
            d1 = d2 @ self.W2.T * mask * (self.z1 > 0)
            self.W2 = self.W2 - self.lr * (self.a1 * mask).T @ d2
            self.b2 = self.b2 - self.lr * d2.sum(axis=0)
            self.W1 = self.W1 - self.lr * X.T @ d1
            self.b1 = self.b1 - self.lr * d1.sum(axis=0)

    return of_class(Net)


@program()
def sound_four_layers():
    return deep(lambda a: 1 - a**2)
