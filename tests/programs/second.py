"""More faulty programs, written after the rules and before they were tried on them."""

import numpy as np

from programs.case import XOR_X, XOR_Y, blobs, one_hot, program, sigmoid, softmax


class Base:
    """A sound class, as many people write it; each case changes one thing."""

    def __init__(self, d, h, m, lr=0.1, seed=0):
        rng = np.random.default_rng(seed)
        self.W1, self.b1 = rng.normal(size=(d, h)) / np.sqrt(d), np.zeros((1, h))
        self.W2, self.b2 = rng.normal(size=(h, m)) / np.sqrt(h), np.zeros((1, m))
        self.lr = lr

    def forward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = np.maximum(self.z1, 0)
        self.a2 = softmax(self.a1 @ self.W2 + self.b2)
        return self.a2

    def loss(self, X, y):
        return -np.mean(np.sum(y * np.log(self.forward(X) + 1e-12), axis=1))

    def grads(self, X, y):
        d2 = (self.forward(X) - y) / len(X)
        d1 = d2 @ self.W2.T * (self.z1 > 0)
        return X.T @ d1, d1.sum(0, keepdims=True), self.a1.T @ d2, d2.sum(0, keepdims=True)

    def train(self, X, y):
        for name, g in zip(["W1", "b1", "W2", "b2"], self.grads(X, y)):
            setattr(self, name, getattr(self, name) - self.lr * g)


NAMES = ["W1", "b1", "W2", "b2"]


def of_class(cls, seed=1, n=45, k=3, d=3, **more):
    X, labels = blobs(n, k, d, seed=seed)
    return {
        "X": X,
        "y": one_hot(labels, k),
        "program": cls(d, 6, k),
        "arrays": NAMES,
        "predict": "forward",
        "loss": "loss",
        "step": "train",
        "learning_rate": 0.1,
    } | more


@program("updated_too_early", source="joelgrus/data-science-from-scratch 31")
def class_updates_the_output_first():
    class Net(Base):
        def train(self, X, y):
            d2 = (self.forward(X) - y) / len(X)
            self.W2 = self.W2 - self.lr * self.a1.T @ d2
            self.b2 = self.b2 - self.lr * d2.sum(0, keepdims=True)
            d1 = d2 @ self.W2.T * (self.z1 > 0)
            self.W1 = self.W1 - self.lr * X.T @ d1
            self.b1 = self.b1 - self.lr * d1.sum(0, keepdims=True)

    return of_class(Net)


@program(
    "slope_missing",
    "slope_of_a",
    source="NumPy's tutorial on MNIST; the mask of a ReLU taken of a, with >=",
)
def class_with_an_open_mask():
    class Net(Base):
        def grads(self, X, y):
            d2 = (self.forward(X) - y) / len(X)
            d1 = d2 @ self.W2.T * (self.a1 >= 0)
            return X.T @ d1, d1.sum(0, keepdims=True), self.a1.T @ d2, d2.sum(0, keepdims=True)

    return of_class(Net)


@program("parameter_not_moved", source="setattr of a local name")
def class_forgets_the_biases():
    class Net(Base):
        def train(self, X, y):
            g = self.grads(X, y)
            self.W1 = self.W1 - self.lr * g[0]
            self.W2 = self.W2 - self.lr * g[2]
            b1, b2 = self.b1, self.b2
            b1, b2 = b1 - self.lr * g[1], b2 - self.lr * g[3]

    return of_class(Net)


@program("gradient_scale", source="stackoverflow 65275522; not divided by the batch")
def class_with_a_sum():
    class Net(Base):
        def grads(self, X, y):
            return tuple(len(X) * g for g in super().grads(X, y))

    return of_class(Net)


@program("gradient_sign", source="plus where minus is meant")
def class_goes_uphill():
    class Net(Base):
        def train(self, X, y):
            for name, g in zip(NAMES, self.grads(X, y)):
                setattr(self, name, getattr(self, name) + self.lr * g)

    return of_class(Net)


@program("axis_missing", source="rasbt/stat453-deep-learning-ss21 5")
def class_sums_everything():
    class Net(Base):
        def grads(self, X, y):
            a, b, c, d = super().grads(X, y)
            return a, np.full_like(b, b.sum()), c, d

    return of_class(Net)


@program("samples_mixed", source="rickwierenga/MLFundamentals 1")
def class_normalises_over_all():
    class Net(Base):
        def forward(self, X):
            self.z1 = X @ self.W1 + self.b1
            self.a1 = np.maximum(self.z1, 0)
            e = np.exp(self.a1 @ self.W2 + self.b2)
            self.a2 = e / e.sum()
            return self.a2

    return of_class(Net)


@program("optimizer_formula", source="kept means that are set to 0 in each call")
def class_adam_forgets_its_means():
    class Net(Base):
        t = 0

        def train(self, X, y):
            self.t += 1
            for name, g in zip(NAMES, self.grads(X, y)):
                m, v = 0.1 * g, 0.001 * g**2
                step = (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)
                setattr(self, name, getattr(self, name) - self.lr * step)

    _X, _labels = blobs(45, 3, 3, seed=1)
    return of_class(Net) | {"gradients": lambda net, X, y: dict(zip(NAMES, net.grads(X, y)))}


@program("optimizer_formula", source="the velocity of all parameters in one variable")
def momentum_with_a_wrong_sign():
    X, labels = blobs(30, 2, 2, seed=3)
    y = labels[:, None] * 1.0
    p = {"w": np.random.default_rng(3).normal(size=(2, 1)), "b": np.zeros((1, 1))}

    def gradients(p, X, y):
        d = (sigmoid(X @ p["w"] + p["b"]) - y) / len(X)
        return {"w": X.T @ d, "b": d.sum(0, keepdims=True)}

    def make():
        v = {"w": 0, "b": 0}

        def step(p, X, y):
            for k, g in gradients(p, X, y).items():
                v[k] = 0.9 * v[k] - 0.1 * g
                p[k] = p[k] - 0.1 * g - 0.9 * v[k]
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


@program("pairs_broken", source="mnielsen 73; two permutations for X and y")
def two_orders_for_rows_and_labels():
    X, labels = blobs(36, 2, 2, seed=4)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(4)
    p = [rng.normal(size=(2, 1)), np.zeros((1, 1))]

    def step(p, X, y):
        i, j = rng.permutation(len(X)), rng.permutation(len(X))
        X, y = X[i], y[j]
        for k in range(0, len(X), 6):
            d = (sigmoid(X[k : k + 6] @ p[0] + p[1]) - y[k : k + 6]) / 6
            p = [p[0] - 0.1 * X[k : k + 6].T @ d, p[1] - 0.1 * d.sum(0, keepdims=True)]
        return p

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p[0] + p[1]),
        step=step,
        new_step=lambda: step,
        step_is="epoch",
        learning_rate=0.1,
        loss=lambda p, X, y: np.mean(np.logaddexp(0, X @ p[0] + p[1]) - y * (X @ p[0] + p[1])),
    )


@program("samples_unused", source="lionelmessi6410/Neural-Networks-from-Scratch 1: X[:batch]")
def always_the_first_batch():
    X, labels = blobs(40, 2, 2, seed=5)
    y = labels[:, None] * 1.0
    p = [np.random.default_rng(5).normal(size=(2, 1)), np.zeros((1, 1))]

    def epoch(p, X, y):
        for i in range(0, len(X), 8):
            del i
            d = (sigmoid(X[:8] @ p[0] + p[1]) - y[:8]) / 8
            p = [p[0] - 0.1 * X[:8].T @ d, p[1] - 0.1 * d.sum(0, keepdims=True)]
        return p

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p[0] + p[1]),
        step=epoch,
        step_is="epoch",
        learning_rate=0.1,
        loss=lambda p, X, y: np.mean(np.logaddexp(0, X @ p[0] + p[1]) - y * (X @ p[0] + p[1])),
    )


@program("target_shape", source="class numbers subtracted from a softmax")
def class_numbers_subtracted():
    X, labels = blobs(40, 3, 2, seed=6)
    p = [np.random.default_rng(6).normal(size=(2, 3)), np.zeros((1, 3))]

    def predict(p, X):
        return softmax(X @ p[0] + p[1])

    def gradients(p, X, y):
        d = (predict(p, X) - y) / len(X)
        return [X.T @ d, d.sum(0, keepdims=True)]

    return dict(
        X=X,
        y=labels[:, None],
        parameters=p,
        predict=predict,
        gradients=gradients,
        loss=lambda p, X, y: np.mean((predict(p, X) - y) ** 2),
    )


@program("data_type", source="labels as uint8: y - 1 is 255")
def labels_of_eight_bits():
    X, labels = blobs(40, 2, 2, seed=7)
    p = {"w": np.random.default_rng(7).normal(size=(2, 1)), "b": np.zeros((1, 1))}

    def loss(p, X, y):
        signs = 2 * y - 1  # 0 becomes 255
        return np.mean(np.logaddexp(0, -signs * (X @ p["w"] + p["b"])))

    return dict(
        X=X,
        y=labels[:, None].astype(np.uint8),
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]),
        loss=loss,
    )


@program("printed_number", source="accuracy of a table: (n, 1) against (n,)")
def accuracy_of_a_table():
    X, labels = blobs(40, 2, 2, seed=8)
    p = {"w": np.random.default_rng(8).normal(size=(2, 1)), "b": np.zeros((1, 1))}

    def bce(p, X, y):
        z = (X @ p["w"] + p["b"])[:, 0]
        return np.mean(np.logaddexp(0, z) - y * z)

    return dict(
        X=X,
        y=labels * 1.0,
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]),
        loss=bce,
        reports={"accuracy": lambda p, X, y: np.mean((X @ p["w"] + p["b"] > 0) == y)},
    )


@program("printed_number", source="a running loss divided by the number of samples, not of batches")
def mean_of_means_divided_by_samples():
    X, labels = blobs(40, 2, 2, seed=9)
    y = labels[:, None] * 1.0
    p = {"w": np.random.default_rng(9).normal(size=(2, 1)), "b": np.zeros((1, 1))}

    def bce(p, X, y):
        z = X @ p["w"] + p["b"]
        return np.mean(np.logaddexp(0, z) - y * z)

    def shown(p, X, y):
        return sum(bce(p, X[i : i + 8], y[i : i + 8]) for i in range(0, 40, 8)) / 40

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]),
        loss=bce,
        reports={"loss": shown},
    )


@program("weight_term", source="andersbll/nnet 4: weight decay that makes the weights grow")
def step_that_grows_the_weights():
    X, labels = blobs(40, 2, 3, seed=10)
    y = labels[:, None] * 1.0
    p = {"w": np.random.default_rng(10).normal(size=(3, 1)), "b": np.zeros((1, 1))}

    def gradients(p, X, y):
        d = (sigmoid(X @ p["w"] + p["b"]) - y) / len(X)
        return {"w": X.T @ d, "b": d.sum(0, keepdims=True)}

    def step(p, X, y):
        g = gradients(p, X, y)
        return {"w": p["w"] - 0.1 * (g["w"] - 0.05 * p["w"]), "b": p["b"] - 0.1 * g["b"]}

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]),
        gradients=gradients,
        step=step,
        learning_rate=0.1,
        loss=lambda p, X, y: np.mean(
            np.logaddexp(0, X @ p["w"] + p["b"]) - y * (X @ p["w"] + p["b"])
        ),
    )


@program(
    "changes_its_arguments", source="y is turned into one-hot in place; d = a; d[range(n), y] -= 1"
)
def gradient_changes_the_parameters():
    X, labels = blobs(30, 3, 2, seed=11)
    p = {"W": np.random.default_rng(11).normal(size=(2, 3)), "b": np.zeros(3)}

    def predict(p, X):
        return softmax(X @ p["W"] + p["b"])

    def gradients(p, X, y):
        d = predict(p, X)
        d[np.arange(len(y)), y] -= 1
        g = p["W"]
        g *= 0.999
        return {"W": X.T @ d / len(y), "b": d.mean(0)}

    return dict(
        X=X,
        y=labels,
        parameters=p,
        predict=predict,
        gradients=gradients,
        loss=lambda p, X, y: -np.log(predict(p, X)[np.arange(len(y)), y]).mean(),
    )


@program("loss_random", source="a random batch inside the loss")
def loss_of_a_random_batch():
    X, labels = blobs(50, 2, 2, seed=12)
    y = labels[:, None] * 1.0
    p = {"w": np.random.default_rng(12).normal(size=(2, 1)), "b": np.zeros((1, 1))}
    rng = np.random.default_rng(1)

    def loss(p, X, y):
        rows = rng.choice(len(X), 10)
        z = X[rows] @ p["w"] + p["b"]
        return np.mean(np.logaddexp(0, z) - y[rows] * z)

    return dict(
        X=X, y=y, parameters=p, predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]), loss=loss
    )


@program("raises", source="mnielsen 29; a list of layers in the wrong order")
def layers_in_the_wrong_order():
    X, labels = blobs(20, 2, 3, seed=13)
    p = [np.ones((4, 1)), np.ones((3, 4))]
    return dict(
        X=X,
        y=labels[:, None] * 1.0,
        parameters=p,
        predict=lambda p, X: sigmoid(np.tanh(X @ p[0]) @ p[1]),
        loss=lambda p, X, y: 0.0,
    )


@program("dead", source="a large negative bias, after a step that was too long")
def all_relus_off_in_a_class():
    class Net(Base):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.b1 = self.b1 - 50

    return of_class(Net)


@program("class_missing", source="only one class is left after a filter")
def one_class_only():
    X, _ = blobs(30, 2, 2, seed=14)
    p = {"w": np.zeros((2, 1)), "b": np.zeros((1, 1))}
    return dict(
        X=X,
        y=np.ones((30, 1)),
        parameters=p,
        predict=lambda p, X: sigmoid(X @ p["w"] + p["b"]),
        loss=lambda p, X, y: np.mean((sigmoid(X @ p["w"] + p["b"]) - y) ** 2),
    )


@program("neurons_alike", source="np.ones for all weights")
def ones_in_a_class():
    class Net(Base):
        def __init__(self, d, h, m):
            super().__init__(d, h, m)
            self.W1, self.W2 = np.ones((d, h)), np.ones((h, m))

    return of_class(Net)


@program("divergence", "step_too_long", source="a rate of 50")
def a_rate_of_fifty():
    X = np.linspace(-2, 2, 30)[:, None]
    y = X**2
    rng = np.random.default_rng(15)
    p = [rng.normal(size=(1, 5)), rng.normal(size=5), rng.normal(size=(5, 1)), np.zeros(1)]

    def forward(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, h @ p[2] + p[3]

    def gradients(p, X, y):
        h, a = forward(p, X)
        d = 2 * (a - y) / len(X)
        e = d @ p[2].T * (1 - h**2)
        return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        step=lambda p, X, y: [w - 50 * g for w, g in zip(p, gradients(p, X, y))],
        learning_rate=50,
        loss=lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
    )


@program(
    "product_wrong", source="datascience.stackexchange 76545; the error of the output through W1"
)
def back_through_the_wrong_matrix():
    p = {
        "W1": np.random.default_rng(16).normal(size=(2, 2)),
        "W2": np.random.default_rng(17).normal(size=(2, 2)),
        "W3": np.random.default_rng(18).normal(size=(2, 1)),
    }

    def forward(p, X):
        a1 = sigmoid(X @ p["W1"])
        a2 = sigmoid(a1 @ p["W2"])
        return a1, a2, sigmoid(a2 @ p["W3"])

    def step(p, X, y):
        a1, a2, a3 = forward(p, X)
        d3 = 2 * (a3 - y) * a3 * (1 - a3) / 4
        d2 = d3 @ p["W3"].T * a2 * (1 - a2)
        d1 = d2 @ p["W1"].T * a1 * (1 - a1)
        return {"W1": p["W1"] - X.T @ d1, "W2": p["W2"] - a1.T @ d2, "W3": p["W3"] - a2.T @ d3}

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[2],
        step=step,
        learning_rate=1,
        loss=lambda p, X, y: np.mean((forward(p, X)[2] - y) ** 2),
    )
