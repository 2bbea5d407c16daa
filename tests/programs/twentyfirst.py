"""Programs as beginners write them, each beside itself mended, and sound ones that were accused.

Their kinds were found when seventy-four pairs of an author who had read no rule were looked at.
``ok`` is the one line that is mended.
"""

import numpy as np

from programs.case import pair, program, sigmoid, softmax


def halves(seed, n=40):
    r = np.random.default_rng(seed)
    X = r.normal(size=(n, 2)) + np.array([1.5, 0])
    return X, np.where(X[:, 0] - X[:, 1] > 1, 1, -1)


class Perceptron:
    def __init__(self, ok=True):
        self.w, self.b, self.ok = np.array([0.1, 0.2]), np.zeros(1), ok

    def score(self, X):
        return X @ self.w + self.b

    def loss(self, X, y):
        return np.mean(np.maximum(0, -y * self.score(X)))

    def epoch(self, X, y):
        for x, t in zip(X, y):
            margin = t * (x @ self.w + self.b[0])
            if margin <= 0 if self.ok else margin >= 0:
                self.w += 0.1 * t * x
                self.b += 0.1 * t


def learning(net, X, y):
    return dict(X=X, y=y, program=net, predict="score", loss="loss", step="epoch",
                step_is="epoch", learning_rate=0.1)  # fmt: skip


@pair(
    "step_not_gradient",
    source="apache/systemds 2330: the sign of a condition in a perceptron's rule; those that are "
    "right move the weights",
)
def perceptron_that_learns_from_what_is_right(ok):
    return learning(Perceptron(ok), *halves(63))


@program()
def perceptron_at_some_of_whose_samples_nothing_moves():
    return learning(Perceptron(), *halves(1063))


class HalfWave:
    """A network whose output is a ReLU, for targets that are never negative."""

    def __init__(self, seed):
        r = np.random.default_rng(seed)
        self.W1, self.b1 = r.normal(size=(1, 12)), r.normal(size=12)
        self.W2, self.b2 = 0.4 * r.normal(size=(12, 1)), np.full(1, 0.1)

    def predict(self, X):
        self.h = np.tanh(X @ self.W1 + self.b1)
        self.z = self.h @ self.W2 + self.b2
        return np.maximum(0, self.z)

    def loss(self, X, y):
        return 0.5 * np.mean((self.predict(X) - y) ** 2)

    def train(self, X, y):
        d = (self.predict(X) - y) * (self.z > 0) / len(X)
        dh = d @ self.W2.T * (1 - self.h**2)
        self.W2 -= 0.1 * self.h.T @ d
        self.b2 -= 0.1 * d.sum(axis=0)
        self.W1 -= 0.1 * X.T @ dh
        self.b1 -= 0.1 * dh.sum(axis=0)


def half_wave(seed, y_of):
    X = np.linspace(-3, 3, 60)[:, None]
    return dict(X=X, y=y_of(np.sin(X)), program=HalfWave(seed), predict="predict", loss="loss",
                step="train", learning_rate=0.1)  # fmt: skip


@program()
def relu_at_the_output_that_is_on_for_some():
    return half_wave(14, lambda y: np.maximum(0, y))


@program()
def relu_at_the_output_that_is_off_for_most():
    return half_wave(39, lambda y: np.maximum(0, y))


@program("target_range", source="ReLU at the output, and a sine for its targets")
def relu_at_the_output_for_a_sine():
    return half_wave(14, lambda y: y)


@pair("neurons_alike", source="W1 = W2 = H: two layers share one array")
def two_layers_in_one_array(ok):
    r = np.random.default_rng(62)
    X = r.normal(size=(50, 5))
    y = np.cos(X[:, :1])

    class Deep:
        def __init__(self):
            H = 0.5 * r.normal(size=(5, 5))
            self.W1, self.W2 = H, H.copy() if ok else H
            self.W3 = r.normal(size=(5, 1))
            self.b1, self.b2, self.b3 = np.zeros(5), np.zeros(5), np.zeros(1)

        def predict(self, X):
            self.h1 = np.tanh(X @ self.W1 + self.b1)
            self.h2 = np.tanh(self.h1 @ self.W2 + self.b2)
            return self.h2 @ self.W3 + self.b3

        def loss(self, X, y):
            return np.mean((self.predict(X) - y) ** 2)

        def step(self, X, y):
            d3 = 2 * (self.predict(X) - y) / len(X)
            d2 = d3 @ self.W3.T * (1 - self.h2**2)
            d1 = d2 @ self.W2.T * (1 - self.h1**2)
            for W, a, b, d in ((self.W3, self.h2, self.b3, d3), (self.W2, self.h1, self.b2, d2),
                               (self.W1, X, self.b1, d1)):  # fmt: skip
                W -= 0.05 * a.T @ d
                b -= 0.05 * d.sum(axis=0)

    return dict(X=X, y=y, program=Deep(), arrays=["W1", "b1", "W2", "b2", "W3", "b3"],
                predict="predict", loss="loss", step="step", learning_rate=0.05)  # fmt: skip


@pair("gradient_wrong", source="vb1 = mu * vb1 - rate * b1, where db1 belongs")
def velocity_of_the_bias_itself(ok):
    r = np.random.default_rng(7)
    X = np.linspace(-3, 3, 80).reshape(-1, 1)  # with mean 0, so that the mean of z1 is b1, too
    y = np.sin(X)
    start = {"W1": r.normal(size=(1, 12)), "b1": 0.5 * r.normal(size=12),
             "W2": 0.5 * r.normal(size=(12, 1)), "b2": np.full(1, 0.2)}  # fmt: skip

    def predict(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def gradients(p, X, y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        e = 2 * (h @ p["W2"] + p["b2"] - y) / len(X)
        dh = e @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ dh, "b1": dh.sum(axis=0), "W2": h.T @ e, "b2": e.sum(axis=0)}

    def new_step():
        v = {k: np.zeros_like(a) for k, a in start.items()}

        def step(p, X, y):
            g = gradients(p, X, y)
            for k in p:
                v[k] = 0.9 * v[k] - 0.05 * (p[k] if k == "b1" and not ok else g[k])
            return {k: p[k] + v[k] for k in p}

        return step

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss, new_step=new_step,
                learning_rate=0.05)  # fmt: skip


@pair("state_kept", source="a default argument that is a list, acts=[], grows with each call")
def activations_in_a_default_argument(ok):
    r = np.random.default_rng(50)
    X = r.normal(size=(40, 3))
    y = np.sin(X.sum(axis=1, keepdims=True))

    class Net:
        def __init__(self):
            self.Ws = [0.6 * r.normal(size=(3, 6)), 0.6 * r.normal(size=(6, 1))]
            self.bs = [np.zeros(6), np.zeros(1)]

        def forward(self, X, acts=[]):  # noqa: B006 - the slip
            if ok:
                acts = []
            acts.append(X)
            acts.append(np.tanh(X @ self.Ws[0] + self.bs[0]))
            return acts, acts[-1] @ self.Ws[1] + self.bs[1]

        def predict(self, X):
            return np.tanh(X @ self.Ws[0] + self.bs[0]) @ self.Ws[1] + self.bs[1]

        def loss(self, X, y):
            return 0.5 * np.mean((self.predict(X) - y) ** 2)

        def step(self, X, y):
            acts, out = self.forward(X)
            d = (out - y) / len(X)
            dh = d @ self.Ws[1].T * (1 - acts[1] ** 2)
            self.Ws[1] -= 0.2 * acts[1].T @ d
            self.bs[1] -= 0.2 * d.sum(axis=0)
            self.Ws[0] -= 0.2 * acts[0].T @ dh
            self.bs[0] -= 0.2 * dh.sum(axis=0)

    return dict(X=X, y=y, program=Net(), predict="predict", loss="loss", step="step",
                learning_rate=0.2)  # fmt: skip


@pair("samples_mixed", source="predict standardises with the mean and std of the batch it is given")
def standardised_by_its_own_batch(ok):
    r = np.random.default_rng(29)
    X = r.normal(size=(60, 4)) * [10, 1, 5, 0.2] + [100, 0, -5, 3]
    y = (X[:, 0] - 100 > 4 * X[:, 1]).astype(float)[:, None]
    mean, std = X.mean(axis=0), X.std(axis=0)
    start = [r.normal(size=(4, 5)), np.zeros(5), r.normal(size=(5, 1)), np.zeros(1)]

    def scale(X):
        return (X - mean) / std if ok else (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8)

    def predict(p, X):
        return sigmoid(np.tanh(scale(X) @ p[0] + p[1]) @ p[2] + p[3])

    def loss(p, X, y):
        q = predict(p, X)
        return -np.mean(y * np.log(q + 1e-9) + (1 - y) * np.log(1 - q + 1e-9))

    def step(p, X, y):
        Z = scale(X)
        h = np.tanh(Z @ p[0] + p[1])
        d = (predict(p, X) - y) / len(X)
        dh = d @ p[2].T * (1 - h * h)
        moves = Z.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)
        return [a - 0.3 * g for a, g in zip(p, moves)]

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss, step=step,
                learning_rate=0.3)  # fmt: skip


@pair(
    "saturated",
    "divergence",
    "raises",
    source="a softmax without the largest subtracted: exp overflows, and inf / inf is nan",
)
def softmax_that_overflows(ok):
    r = np.random.default_rng(46)
    X = np.round(r.uniform(0, 254, size=(120, 30)))
    y = r.integers(0, 5, 120)
    start = {"W": r.normal(size=(30, 5)), "b": np.zeros(5)}

    def scores(p, X):
        z = X @ p["W"] + p["b"]
        return z - z.max(axis=1, keepdims=True) if ok else z

    def predict(p, X):
        e = np.exp(scores(p, X))
        return e / e.sum(axis=1, keepdims=True)

    def loss(p, X, y):
        s = scores(p, X)
        return -np.mean(s[np.arange(len(y)), y] - np.log(np.exp(s).sum(axis=1)))

    def step(p, X, y):
        d = predict(p, X)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        return {"W": p["W"] - 1e-5 * X.T @ d, "b": p["b"] - 1e-5 * d.sum(axis=0)}

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss, step=step,
                learning_rate=1e-5)  # fmt: skip


@pair("printed_number", source="tanh at the output and targets -1 and 1, cut at 0.5")
def accuracy_cut_at_a_half(ok):
    r = np.random.default_rng(2)
    X = r.normal(size=(150, 2))
    y = np.where(X[:, :1] * X[:, 1:] > 0.1, 1.0, -1.0)
    start = [r.normal(size=(2, 6)), np.zeros((1, 6)), r.normal(size=(6, 1)), np.zeros((1, 1))]

    def predict(w, X):
        return np.tanh(np.tanh(X @ w[0] + w[1]) @ w[2] + w[3])

    def loss(w, X, y):
        return np.mean((predict(w, X) - y) ** 2)

    def accuracy(w, X, y):
        return np.mean((predict(w, X) > (0 if ok else 0.5)) == (y > 0))

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss,
                reports={"accuracy": accuracy})  # fmt: skip


@pair("gradient_sign", "gradient_wrong", source="1 / (1 + exp(z)) for a sigmoid")
def sigmoid_that_falls(ok):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0], [1], [1], [0]])
    r = np.random.default_rng(58)
    start = [2 * r.random((2, 5)) - 1, 2 * r.random((5, 1)) - 1]

    def act(z):
        return 1 / (1 + np.exp(-z if ok else z))

    def run(syn, X):
        first = act(X @ syn[0])
        return first, act(first @ syn[1])

    def loss(syn, X, y):
        return np.mean((y - run(syn, X)[1]) ** 2)

    def gradients(syn, X, y):
        a1, a2 = run(syn, X)
        d2 = 2 * (a2 - y) / len(X) * a2 * (1 - a2)
        d1 = d2 @ syn[1].T * a1 * (1 - a1)
        return [X.T @ d1, a1.T @ d2]

    def step(syn, X, y):
        return [s - 2.0 * g for s, g in zip(syn, gradients(syn, X, y))]

    return dict(X=X, y=y, parameters=start, predict=lambda syn, X: run(syn, X)[1], loss=loss,
                gradients=gradients, step=step, learning_rate=2.0)  # fmt: skip


@pair("gradient_scale", source="m = X.shape[1]: divided by the columns where the samples are meant")
def divided_by_the_columns(ok):
    r = np.random.default_rng(54)
    X = r.random((110, 64))
    y = np.eye(10)[r.integers(0, 10, 110)]
    start = [0.2 * r.normal(size=(64, 14)), np.zeros(14), 0.3 * r.normal(size=(14, 10)),
             np.zeros(10)]  # fmt: skip

    def forward(p, X):
        a = sigmoid(X @ p[0] + p[1])
        return a, softmax(a @ p[2] + p[3])

    def loss(p, X, y):
        return -np.sum(y * np.log(forward(p, X)[1] + 1e-12)) / X.shape[0]

    def gradients(p, X, y):
        m = X.shape[0 if ok else 1]
        a, o = forward(p, X)
        d = o - y
        dh = d @ p[2].T * a * (1 - a)
        return [X.T @ dh / m, dh.sum(axis=0) / m, a.T @ d / m, d.sum(axis=0) / m]

    return dict(X=X, y=y, parameters=start, predict=lambda p, X: forward(p, X)[1], loss=loss,
                gradients=gradients)  # fmt: skip


@program()
def biases_that_learn_at_twice_the_rate():
    r = np.random.default_rng(71)
    X = r.normal(size=(60, 3))
    y = np.sin(X[:, :1]) + 0.3 * X[:, 1:2]
    start = {"W1": 0.6 * r.normal(size=(3, 8)), "b1": np.zeros(8),
             "W2": 0.5 * r.normal(size=(8, 1)), "b2": np.zeros(1)}  # fmt: skip

    def predict(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def gradients(p, X, y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        d = 2 * (predict(p, X) - y) / len(X)
        dh = d @ p["W2"].T * (1 - h * h)
        return {"W1": X.T @ dh, "b1": dh.sum(axis=0), "W2": h.T @ d, "b2": d.sum(axis=0)}

    def step(p, X, y):
        g = gradients(p, X, y)
        return {k: p[k] - (0.1 if k[0] == "b" else 0.05) * g[k] for k in p}

    return dict(X=X, y=y, parameters=start, predict=predict,
                loss=lambda p, X, y: np.mean((predict(p, X) - y) ** 2), gradients=gradients,
                step=step)  # fmt: skip
