"""Faulty programs built to public questions and repositories: the same fault, in our own code."""

import numpy as np

from programs.case import XOR_X, XOR_Y, blobs, one_hot, program, sigmoid, softmax


def two_layers(seed, d, h, m, hidden="tanh"):
    """A sound 2-layer network as a dict of functions, for faults that need little else."""
    rng = np.random.default_rng(seed)
    p = {"W1": rng.normal(size=(d, h)) / np.sqrt(d), "b1": np.zeros((1, h)),
         "W2": rng.normal(size=(h, m)) / np.sqrt(h), "b2": np.zeros((1, m))}  # fmt: skip
    act = {"tanh": np.tanh, "sigmoid": sigmoid, "relu": lambda z: np.maximum(z, 0)}[hidden]
    return p, act


# The step is not the gradient


@program("updated_too_early", source="joelgrus/data-science-from-scratch 31; Bot-Academy pull 3")
def output_weights_changed_before_the_hidden_delta():
    p, act = two_layers(0, 2, 3, 1, "sigmoid")

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def step(p, X, y):
        h = act(X @ p["W1"] + p["b1"])
        o = sigmoid(h @ p["W2"] + p["b2"])
        d2 = 2 / y.size * (o - y) * o * (1 - o)
        p["W2"] -= 0.5 * h.T @ d2
        p["b2"] -= 0.5 * d2.sum(axis=0, keepdims=True)
        d1 = d2 @ p["W2"].T * h * (1 - h)
        p["W1"] -= 0.5 * X.T @ d1
        p["b1"] -= 0.5 * d1.sum(axis=0, keepdims=True)

    return dict(
        X=XOR_X, y=XOR_Y, parameters=p, predict=predict, loss=loss, step=step, learning_rate=0.5
    )


@program("integer_parameters", source="stackoverflow 38248657")
def weights_made_of_whole_numbers():
    """np.array([[1, -1], [2, 1]]) is an integer array, and W[:] = ... cuts off."""
    p = [np.array([[1, -1, 2], [2, 1, -1]]), np.array([[1], [-2], [1]])]

    def predict(p, X):
        return sigmoid(sigmoid(X @ p[0]) @ p[1])

    def loss(p, X, y):
        return ((predict(p, X) - y) ** 2).mean()

    def step(p, X, y):
        h = sigmoid(X @ p[0])
        o = sigmoid(h @ p[1])
        d = 2 * (o - y) * o * (1 - o) / len(X)
        g0, g1 = X.T @ (d @ p[1].T * h * (1 - h)), h.T @ d
        for w, g in zip(p, (g0, g1)):
            w[:] = w - 0.5 * g

    return dict(
        X=XOR_X, y=XOR_Y, parameters=p, predict=predict, loss=loss, step=step, learning_rate=0.5
    )


@program(
    "optimizer_formula",
    source="SkalskiP/ILearnDeepLearning.py 29; a counter raised for each parameter",
)
def adam_counts_each_parameter():
    X, labels = blobs(40, 3, 4, seed=1)
    Y = one_hot(labels, 3)
    p, act = two_layers(1, 4, 6, 3, "relu")

    def predict(p, X):
        return softmax(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, Y):
        return -np.mean(np.sum(Y * np.log(predict(p, X)), axis=1))

    def gradients(p, X, Y):
        h = act(X @ p["W1"] + p["b1"])
        d2 = (predict(p, X) - Y) / len(X)
        d1 = d2 @ p["W2"].T * (h > 0)
        return {
            "dW1": X.T @ d1,
            "db1": d1.sum(0, keepdims=True),
            "dW2": h.T @ d2,
            "db2": d2.sum(0, keepdims=True),
        }

    class Adam:
        def __init__(self):
            self.t, self.m, self.v = 0, {}, {}

        def __call__(self, p, X, Y):
            g = gradients(p, X, Y)
            for k in p:
                self.t += 1
                self.m[k] = 0.9 * self.m.get(k, 0) + 0.1 * g["d" + k]
                self.v[k] = 0.999 * self.v.get(k, 0) + 0.001 * g["d" + k] ** 2
                m, v = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
                p[k] = p[k] - 0.01 * m / (np.sqrt(v) + 1e-8)
            return p

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=predict,
        loss=loss,
        gradients=gradients,
        step=Adam(),
        new_step=Adam,
        learning_rate=0.01,
    )


@program("optimizer_formula", source="jorgenkg/python-neural-network 12; momentum applied twice")
def momentum_twice():
    X, labels = blobs(30, 2, 2, seed=2)
    y = labels[:, None] * 1.0
    p, act = two_layers(2, 2, 4, 1)

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        o = predict(p, X)
        return -np.mean(y * np.log(o) + (1 - y) * np.log(1 - o))

    def gradients(p, X, y):
        h = act(X @ p["W1"] + p["b1"])
        d2 = (predict(p, X) - y) / len(X)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    def new():
        velocity = {k: 0 * w for k, w in p.items()}

        def step(p, X, y):
            for k, g in gradients(p, X, y).items():
                velocity[k] = 0.9 * velocity[k] - 0.1 * g
                p[k] = p[k] + 0.9 * velocity[k] - 0.1 * g

        return step

    # this one is Nesterov's and sound; the fault is to add the velocity as well
    def faulty():
        velocity = {k: 0 * w for k, w in p.items()}

        def step(p, X, y):
            for k, g in gradients(p, X, y).items():
                velocity[k] = 0.9 * velocity[k] - 0.1 * g
                p[k] = p[k] + velocity[k]
                p[k] = p[k] + 0.9 * velocity[k]

        return step

    del new
    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=predict,
        loss=loss,
        gradients=gradients,
        step=faulty(),
        new_step=faulty,
        learning_rate=0.1,
    )


@program("parameter_not_moved", source="stackoverflow 23128401; the bias is left out of the update")
def the_first_bias_never_moves():
    p, _act = two_layers(3, 2, 4, 1)

    class Net:
        def __init__(self):
            self.__dict__.update(p)
            self.lr = 0.2

        def forward(self, X):
            self.h = np.tanh(X @ self.W1 + self.b1)
            return sigmoid(self.h @ self.W2 + self.b2)

        def loss(self, X, y):
            a = self.forward(X)
            return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

        def train(self, X, y):
            a = self.forward(X)
            d2 = (a - y) / len(X)
            d1 = d2 @ self.W2.T * (1 - self.h**2)
            self.W2 -= self.lr * self.h.T @ d2
            self.b2 -= self.lr * d2.sum(0, keepdims=True)
            self.W1 -= self.lr * X.T @ d1

    return dict(
        X=XOR_X,
        y=XOR_Y,
        program=Net(),
        arrays=["W1", "b1", "W2", "b2"],
        predict="forward",
        loss="loss",
        step="train",
        learning_rate=0.2,
    )


# Layout and number types


@program("samples_as_columns", source="Coursera-style code, samples as columns, given rows")
def rows_given_to_a_program_of_columns():
    X, labels = blobs(3, 2, 3, seed=3)
    X = np.vstack([X])  # (3, 3): as many samples as features
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(4)
    p = {
        "W1": rng.normal(size=(4, 3)),
        "b1": rng.normal(size=(4, 1)),
        "W2": rng.normal(size=(1, 4)),
        "b2": np.zeros((1, 1)),
    }

    def predict(p, X):
        return sigmoid(p["W2"] @ np.tanh(p["W1"] @ X + p["b1"]) + p["b2"])

    def loss(p, X, Y):
        A = predict(p, X)
        return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / X.shape[1]

    return dict(
        X=X, y=y.T, parameters=p, predict=predict, loss=loss, samples={"X": "rows", "y": "columns"}
    )


@program("data_type", source="a question on uint8 images: the subtraction wraps around")
def small_whole_numbers_wrap_around():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(20, 3))
    y = rng.integers(0, 200, size=(20, 1)).astype(np.uint8)
    p = {"w": rng.normal(size=(3, 1)), "b": np.array([[90.0]])}

    def predict(p, X):
        return X @ p["w"] + p["b"]

    def loss(p, X, y):
        mean = (y + y[::-1]) / 2  # wraps around at 256
        return np.mean((predict(p, X) - mean) ** 2)

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss)


@program("data_type", source="deepchem 51; labels read from a file as text")
def labels_are_text():
    X, labels = blobs(20, 2, 2, seed=6)
    p = {"w": np.zeros((2, 1)), "b": np.zeros((1, 1))}

    def predict(p, X):
        return sigmoid(X @ p["w"] + p["b"])

    return dict(
        X=X,
        y=np.array(["yes", "no"])[labels],
        parameters=p,
        predict=predict,
        loss=lambda p, X, y: np.mean((predict(p, X) - y) ** 2),
    )


# Zero on both sides


@program("dead", source="datascience.stackexchange 31384; biases start at -10")
def every_relu_is_off():
    X, labels = blobs(24, 2, 2, seed=7)
    y = labels[:, None] * 1.0
    p, act = two_layers(5, 2, 5, 1, "relu")
    p["b1"] = p["b1"] - 30.0

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(p, X, y):
        z = X @ p["W1"] + p["b1"]
        d2 = (predict(p, X) - y) / len(X)
        d1 = d2 @ p["W2"].T * (z > 0)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": act(z).T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program("saturated", source="stats.stackexchange 440558; weights drawn from -100 to 100")
def weights_far_too_large():
    X, labels = blobs(24, 2, 3, seed=8)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(6)
    p = [
        rng.uniform(-400, 400, size=(3, 6)),
        rng.uniform(-400, 400, size=(1, 6)),
        rng.normal(size=(6, 1)),
        np.zeros((1, 1)),
    ]

    def predict(p, X):
        return sigmoid(np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def step(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        o = predict(p, X)
        d2 = 2 * (o - y) * o * (1 - o) / len(X)
        d1 = d2 @ p[2].T * (1 - h**2)
        return [
            p[0] - 0.1 * X.T @ d1,
            p[1] - 0.1 * d1.sum(0, keepdims=True),
            p[2] - 0.1 * h.T @ d2,
            p[3] - 0.1 * d2.sum(0, keepdims=True),
        ]

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, step=step, learning_rate=0.1)


# Targets outside the output's range


@program("target_range", source="datascience.stackexchange 37545; a sigmoid asked for 1 to 4")
def a_sigmoid_asked_for_four():
    X, labels = blobs(32, 4, 2, seed=9)
    y = (labels + 1.0)[:, None]
    p, act = two_layers(7, 2, 5, 1, "sigmoid")

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        return 0.5 * np.mean((predict(p, X) - y) ** 2)

    def gradients(p, X, y):
        h = act(X @ p["W1"] + p["b1"])
        o = predict(p, X)
        d2 = (o - y) * o * (1 - o) / len(X)
        d1 = d2 @ p["W2"].T * h * (1 - h)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program("target_range", source="ai.stackexchange 27010; targets of -1 and 1 for a sigmoid")
def minus_one_for_a_sigmoid():
    X, labels = blobs(32, 2, 2, seed=10)
    y = np.where(labels == 1, 1, -1)
    p = [np.array([0.3, -0.2]), 0.1]

    def predict(p, X):
        return sigmoid(X @ p[0] + p[1])

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def step(p, X, y):
        a = predict(p, X)
        d = 2 * (a - y) * a * (1 - a) / len(X)
        return [p[0] - 0.1 * d @ X, p[1] - 0.1 * d.sum()]

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, step=step, learning_rate=0.1)


# Printed numbers


@program(
    "printed_number",
    source="fchollet/deep-learning-with-python-notebooks 289; an index compared with columns",
)
def index_compared_with_one_hot():
    X, labels = blobs(40, 4, 2, seed=11)
    Y = one_hot(labels, 4)
    p = {"W": np.random.default_rng(8).normal(size=(2, 4)), "b": np.zeros(4)}

    def predict(p, X):
        return softmax(X @ p["W"] + p["b"])

    def loss(p, X, Y):
        return -np.sum(Y * np.log(predict(p, X))) / len(X)

    def accuracy(p, X, Y):
        return np.mean(np.argmax(predict(p, X), axis=1)[:, None] == Y)

    return dict(X=X, y=Y, parameters=p, predict=predict, loss=loss, reports={"accuracy": accuracy})


@program(
    "printed_number",
    source="dibgerge/ml-coursera-python-assignments 45; the loss of the last batch",
)
def printed_loss_is_of_the_last_batch():
    X, labels = blobs(48, 2, 2, seed=12)
    y = labels[:, None] * 1.0
    p = {"w": np.array([[0.4], [-0.3]]), "b": np.array([[0.1]])}

    def predict(p, X):
        return sigmoid(X @ p["w"] + p["b"])

    def bce(a, y):
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def epoch_loss(p, X, y):
        for i in range(0, len(X), 16):
            current = bce(predict(p, X[i : i + 16]), y[i : i + 16])
        return current

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=predict,
        loss=lambda p, X, y: bce(predict(p, X), y),
        reports={"loss": epoch_loss},
    )


@program(
    "loss_formula", source="oreilly-japan/deep-learning-from-scratch 85; the second term forgotten"
)
def only_the_ones_count_in_the_loss():
    X, labels = blobs(36, 2, 3, seed=13)
    y = labels[:, None] * 1.0
    p, act = two_layers(9, 3, 4, 1)

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def cost(p, X, y):
        return -np.mean(y * np.log(predict(p, X)))

    def gradients(p, X, y):
        h = act(X @ p["W1"] + p["b1"])
        d2 = (predict(p, X) - y) / len(X)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(X=X, y=y, parameters=p, predict=predict, loss=cost, gradients=gradients)


@program(
    "loss_formula", source="network 000 of lesson 07: an MSE is printed, a cross-entropy descended"
)
def prints_an_mse_and_descends_a_cross_entropy():
    X, labels = blobs(30, 2, 2, seed=14)
    y = labels[:, None] * 1.0
    p, act = two_layers(10, 2, 4, 1, "sigmoid")

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def mse(p, X, y):
        return np.mean((y - predict(p, X)) ** 2)

    def step(p, X, y):
        h = act(X @ p["W1"] + p["b1"])
        error = y - predict(p, X)
        back = error @ p["W2"].T * h * (1 - h)
        return {"W1": p["W1"] + 0.1 * X.T @ back, "b1": p["b1"] + 0.1 * back.sum(0, keepdims=True),
                "W2": p["W2"] + 0.1 * h.T @ error, "b2": p["b2"] + 0.1 * error.sum(0, keepdims=True)}  # fmt: skip

    return dict(X=X, y=y, parameters=p, predict=predict, loss=mse, step=step, learning_rate=0.1)


# Data damaged in the loop


@program(
    "pairs_broken", source="mnielsen/neural-networks-and-deep-learning 73; X shuffled without y"
)
def rows_shuffled_without_their_labels():
    X, labels = blobs(40, 2, 2, seed=15)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(11)

    class Classifier:
        def __init__(self):
            self.w, self.b = rng.normal(size=(2, 1)), np.zeros((1, 1))
            self.rng = np.random.default_rng(0)

        def forward(self, X):
            return sigmoid(X @ self.w + self.b)

        def bce(self, X, y):
            a = self.forward(X)
            return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

        def epoch(self, X, y):
            shuffled = X[self.rng.permutation(len(X))]
            for i in range(0, len(X), 8):
                d = (self.forward(shuffled[i : i + 8]) - y[i : i + 8]) / 8
                self.w -= 0.1 * shuffled[i : i + 8].T @ d
                self.b -= 0.1 * d.sum()

    return dict(
        X=X,
        y=y,
        program=Classifier(),
        arrays=["w", "b"],
        predict="forward",
        loss="bce",
        step="epoch",
        step_is="epoch",
    )


@program("pairs_broken", source="fashion-mnist pull 5; np.random.shuffle(X) in place")
def shuffled_in_place():
    X, labels = blobs(30, 3, 2, seed=16)
    Y = one_hot(labels, 3)
    p = {"W": np.random.default_rng(12).normal(size=(2, 3)), "b": np.zeros((1, 3))}

    def predict(p, X):
        return softmax(X @ p["W"] + p["b"])

    def loss(p, X, Y):
        return -np.sum(Y * np.log(predict(p, X))) / len(X)

    def new_step():
        rng = np.random.default_rng(1)

        def step(p, X, Y):
            rng.shuffle(X)
            d = (predict(p, X) - Y) / len(X)
            return {"W": p["W"] - 0.1 * X.T @ d, "b": p["b"] - 0.1 * d.sum(0, keepdims=True)}

        return step

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=predict,
        loss=loss,
        step=new_step(),
        new_step=new_step,
        learning_rate=0.1,
    )


@program(
    "class_missing", source="stats.stackexchange 274046; classes sorted, then the first 70 % taken"
)
def sorted_and_cut():
    X, labels = blobs(100, 4, 3, seed=17)
    order = np.argsort(labels, kind="stable")
    X, Y = X[order][:70], one_hot(labels[order], 4)[:70]
    p = [np.random.default_rng(13).normal(size=(3, 4)) * 0.1, np.zeros(4)]

    def predict(p, X):
        return softmax(X @ p[0] + p[1])

    def gradients(p, X, Y):
        d = (predict(p, X) - Y) / len(X)
        return [X.T @ d, d.sum(0)]

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=predict,
        gradients=gradients,
        loss=lambda p, X, Y: -np.sum(Y * np.log(predict(p, X))) / len(X),
    )


# Samples mixed, functions that are none


@program("samples_mixed", source="chainer 777; statistics of the batch in the forward pass")
def standardised_inside_predict():
    X, labels = blobs(30, 2, 3, seed=18)
    y = labels[:, None] * 1.0
    p, _act = two_layers(14, 3, 4, 1)

    def predict(p, X):
        z = X @ p["W1"] + p["b1"]
        z = (z - z.mean(axis=0)) / (z.std(axis=0) + 1e-5)
        return sigmoid(np.tanh(z) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss)


@program("loss_random", source="numpy-ml 94; dropout is on while the loss is measured")
def dropout_while_measuring():
    X, labels = blobs(30, 2, 2, seed=19)
    y = labels[:, None] * 1.0
    p, _ = two_layers(15, 2, 8, 1)

    def predict(p, X, drop=False):
        h = np.tanh(X @ p["W1"] + p["b1"])
        if drop:
            h = h * (np.random.rand(*h.shape) > 0.5) * 2  # noqa: NPY002
        return sigmoid(h @ p["W2"] + p["b2"])

    def loss(p, X, y):
        a = predict(p, X, drop=True)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss)


@program("state_kept", source="pytorch/tutorials 522; gradients are not set to zero")
def gradients_add_up():
    X, labels = blobs(28, 2, 2, seed=20)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(16)

    class Layer:
        def __init__(self):
            self.W, self.b = rng.normal(size=(2, 1)), np.zeros((1, 1))
            self.dW, self.db = np.zeros((2, 1)), np.zeros((1, 1))

    layer = Layer()

    def predict(p, X):
        return sigmoid(X @ p[0] + p[1])

    def gradients(p, X, y):
        d = (predict(p, X) - y) / len(X)
        layer.dW += X.T @ d
        layer.db += d.sum(0, keepdims=True)
        return [layer.dW.copy(), layer.db.copy()]

    return dict(
        X=X,
        y=y,
        parameters=[layer.W, layer.b],
        predict=predict,
        gradients=gradients,
        loss=lambda p, X, y: np.mean(np.logaddexp(0, X @ p[0] + p[1]) - y * (X @ p[0] + p[1])),
    )


@program(
    "changes_its_arguments", source="casper-hansen/Neural-Network-From-Scratch pull 1; X -= mean"
)
def the_data_are_centred_in_place():
    X, labels = blobs(30, 2, 3, seed=21)
    X = X + 2.0
    y = labels[:, None] * 1.0
    p, act = two_layers(17, 3, 4, 1)

    def predict(p, X):
        X -= 2.0
        X /= 1.7
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=predict,
        loss=lambda p, X, y: np.mean((predict(p, X.copy()) - y) ** 2),
    )


# A term of the weights alone, other divisors


@program("weight_term", source="andersbll/nnet 4; the decay is subtracted")
def decay_with_the_wrong_sign():
    X, labels = blobs(30, 3, 4, seed=22)
    Y = one_hot(labels, 3)
    p, act = two_layers(18, 4, 5, 3, "relu")
    lam = 0.05

    def predict(p, X):
        return softmax(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, Y):
        return -np.sum(Y * np.log(predict(p, X))) / len(X) + lam / 2 * (
            np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)
        )

    def gradients(p, X, Y):
        h = act(X @ p["W1"] + p["b1"])
        d2 = (predict(p, X) - Y) / len(X)
        d1 = d2 @ p["W2"].T * (h > 0)
        return {"W1": X.T @ d1 - lam * p["W1"], "b1": d1.sum(0, keepdims=True),
                "W2": h.T @ d2 - lam * p["W2"], "b2": d2.sum(0, keepdims=True)}  # fmt: skip

    return dict(X=X, y=Y, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program("weight_term", source="chainer 261; decay in the gradient only")
def decay_on_one_side_only():
    X, labels = blobs(30, 2, 2, seed=23)
    Y = labels.reshape(1, -1) * 1.0
    rng = np.random.default_rng(19)
    p = {
        "W1": rng.normal(size=(4, 2)),
        "b1": np.zeros((4, 1)),
        "W2": rng.normal(size=(1, 4)),
        "b2": np.zeros((1, 1)),
    }

    def forward(p, X):
        A1 = np.tanh(p["W1"] @ X + p["b1"])
        return A1, sigmoid(p["W2"] @ A1 + p["b2"])

    def gradients(p, X, Y):
        A1, A2 = forward(p, X)
        m = X.shape[1]
        dZ2 = (A2 - Y) / m
        dZ1 = p["W2"].T @ dZ2 * (1 - A1**2)
        return {"dW1": dZ1 @ X.T + 0.1 * p["W1"], "db1": dZ1.sum(1, keepdims=True),
                "dW2": dZ2 @ A1.T + 0.1 * p["W2"], "db2": dZ2.sum(1, keepdims=True)}  # fmt: skip

    def loss(p, X, Y):
        A = forward(p, X)[1]
        return float(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A)))

    return dict(
        X=X.T,
        y=Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
    )


@program("gradient_scale", source="stackoverflow 65275522; len((X, y)) is 2")
def divided_by_the_length_of_a_pair():
    X, labels = blobs(40, 2, 2, seed=24)
    y = labels[:, None] * 1.0
    p, act = two_layers(20, 2, 4, 1, "sigmoid")

    def predict(p, X):
        return sigmoid(act(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def gradients(p, X, y):
        h = act(X @ p["W1"] + p["b1"])
        d2 = (predict(p, X) - y) / len((X, y))
        d1 = d2 @ p["W2"].T * h * (1 - h)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, gradients=gradients)


@program(
    "gradient_scale", source="kvfrans/notes 5; the bias takes a mean of what is a mean already"
)
def bias_divided_twice():
    X, labels = blobs(25, 3, 3, seed=25)
    p = [np.random.default_rng(21).normal(size=(3, 3)), np.zeros(3)]

    def predict(p, X):
        return softmax(X @ p[0] + p[1])

    def loss(p, X, y):
        return -np.log(predict(p, X)[np.arange(len(y)), y]).mean()

    def gradients(p, X, y):
        d = predict(p, X)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        return [X.T @ d, d.mean(axis=0)]

    return dict(X=X, y=labels, parameters=p, predict=predict, loss=loss, gradients=gradients)


# Slopes and products


@program(
    "slope_of_a", source="nn-from-scratch 13; the derivative of z is taken at a, in both layers"
)
def sigmoid_prime_of_the_activation():
    p, _act = two_layers(22, 2, 4, 1, "sigmoid")

    def prime(z):
        return sigmoid(z) * (1 - sigmoid(z))

    def forward(p, X):
        a1 = sigmoid(X @ p["W1"] + p["b1"])
        return a1, sigmoid(a1 @ p["W2"] + p["b2"])

    def gradients(p, X, y):
        a1, a2 = forward(p, X)
        d2 = 2 * (a2 - y) / len(X) * prime(a2)
        d1 = d2 @ p["W2"].T * prime(a1)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": a1.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        loss=lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
    )


@program("gradient_wrong", source="datascience.stackexchange 76545; a softmax with a (1 - a)")
def softmax_with_the_slope_of_a_sigmoid():
    X, labels = blobs(30, 3, 2, seed=26)
    Y = one_hot(labels, 3)
    p, act = two_layers(23, 2, 5, 3)

    def forward(p, X):
        h = act(X @ p["W1"] + p["b1"])
        return h, softmax(h @ p["W2"] + p["b2"])

    def gradients(p, X, Y):
        h, o = forward(p, X)
        d2 = (o - Y) * o * (1 - o) / len(X)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(
        X=X,
        y=Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        loss=lambda p, X, Y: -np.sum(Y * np.log(forward(p, X)[1])) / len(X),
    )


@program("product_wrong", source="ai.stackexchange 28864; np.sum(w2) where w2[k] is meant")
def the_sum_of_all_weights_goes_back():
    p, _act = two_layers(24, 2, 4, 1, "sigmoid")

    def forward(p, X):
        h = sigmoid(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def gradients(p, X, y):
        h, o = forward(p, X)
        d2 = 2 * (o - y) * o * (1 - o) / len(X)
        d1 = d2 * np.sum(p["W2"]) * h * (1 - h)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

    return dict(
        X=XOR_X,
        y=XOR_Y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        gradients=gradients,
        loss=lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
    )


@program(
    "slope_missing", source="Bot-Academy pull 3; the hidden error is made of the output's error"
)
def the_output_error_goes_back_without_its_slope():
    X, labels = blobs(30, 2, 3, seed=27)
    y = labels[:, None] * 1.0
    rng = np.random.default_rng(25)
    w = [
        [rng.normal(size=(3, 4)), rng.normal(size=(1, 4))],
        [rng.normal(size=(4, 1)), rng.normal(size=(1, 1))],
    ]

    def forward(w, X):
        h = sigmoid(X @ w[0][0] + w[0][1])
        return h, sigmoid(h @ w[1][0] + w[1][1])

    def gradients(w, X, y):
        h, o = forward(w, X)
        e = 2 * (o - y) / len(X)
        d2 = e * o * (1 - o)
        d1 = (e @ w[1][0].T) * h * (1 - h)
        return [[X.T @ d1, d1.sum(0, keepdims=True)], [h.T @ d2, d2.sum(0, keepdims=True)]]

    return dict(
        X=X,
        y=y,
        parameters=w,
        predict=lambda w, X: forward(w, X)[1],
        gradients=gradients,
        loss=lambda w, X, y: np.mean((forward(w, X)[1] - y) ** 2),
    )


@program("axis_missing", source="rasbt/stat453-deep-learning-ss21 5; the sum has no axis")
def one_bias_for_all_classes():
    X, labels = blobs(45, 3, 4, seed=28)
    Y = one_hot(labels, 3)

    class SoftmaxRegression:
        def __init__(self):
            self.w = np.random.default_rng(26).normal(size=(4, 3))
            self.b = np.array([0.1, -0.2, 0.3])

        def proba(self, X):
            return softmax(X @ self.w + self.b)

        def loss(self, X, Y):
            return -np.mean(np.log(np.sum(self.proba(X) * Y, axis=1)))

        def fit_step(self, X, Y):
            d = Y - self.proba(X)
            self.w += 0.1 * X.T @ d / len(X)
            self.b += 0.1 * np.sum(d * X[:, :1]) / len(X)

    def off(net, X, Y):
        d = (net.proba(X) - Y) / len(X)
        return {
            "w": X.T @ d,
            "b": np.full(3, d[:, 0].sum() * 0 + np.sum(d * (1 + 0 * d)) + d.sum()),
        }

    del off
    return dict(
        X=X,
        y=Y,
        program=SoftmaxRegression(),
        arrays=["w", "b"],
        predict="proba",
        loss="loss",
        gradients=lambda net, X, Y: {
            "w": X.T @ (net.proba(X) - Y) / len(X),
            "b": np.sum(net.proba(X) - Y) / len(X),
        },
    )


@program(
    "axis_missing",
    source="datascience.stackexchange 76545; np.sum(delta) for np.sum(delta, axis=0)",
)
def hidden_bias_gets_the_total():
    X, labels = blobs(34, 2, 2, seed=29)
    y = labels[:, None] * 1.0
    p, act = two_layers(27, 2, 5, 1)

    def forward(p, X):
        h = act(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def step(p, X, y):
        h, o = forward(p, X)
        d2 = (o - y) / len(X)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {"W1": p["W1"] - 0.3 * X.T @ d1, "b1": p["b1"] - 0.3 * np.sum(d1),
                "W2": p["W2"] - 0.3 * h.T @ d2, "b2": p["b2"] - 0.3 * np.sum(d2)}  # fmt: skip

    def loss(p, X, y):
        o = forward(p, X)[1]
        return np.mean(-y * np.log(o) - (1 - y) * np.log(1 - o))

    return dict(
        X=X,
        y=y,
        parameters=p,
        predict=lambda p, X: forward(p, X)[1],
        step=step,
        loss=loss,
        learning_rate=0.3,
    )


@program(
    "target_shape", source="datascience.stackexchange 76545; NeoAlgo 285: a (n,) y against (n, 1)"
)
def y_has_one_axis():
    X, labels = blobs(40, 2, 2, seed=30)
    y = labels * 1.0
    p, act = two_layers(28, 2, 4, 1, "relu")

    def forward(p, X):
        h = act(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def gradients(p, X, y):
        h, o = forward(p, X)
        d2 = np.mean(o - y, axis=1, keepdims=True) / len(X)
        d1 = d2 @ p["W2"].T * (h > 0)
        return {
            "W1": X.T @ d1,
            "b1": d1.sum(0, keepdims=True),
            "W2": h.T @ d2,
            "b2": d2.sum(0, keepdims=True),
        }

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
