"""Programs in more styles: scripts, unrolled vectors, scalars, optimiser objects, layers."""

import itertools
import random

import numpy as np

from programs.case import XOR_X, XOR_Y, program, sigmoid


def digits():
    """Pictures of four kinds, 36 pixels each, with their class numbers."""
    rng = np.random.default_rng(0)
    kinds, labels = rng.random((4, 36)), np.arange(60) % 4
    return np.clip(kinds[labels] + rng.normal(scale=0.2, size=(60, 36)), 0, 1), labels


# A script for digits, with samples as columns, whose functions hand a tuple around


def script(backward=None, update=None, with_gradients=True, softmax_axis=0):
    X, labels = digits()
    rng = np.random.default_rng(1)
    W1, b1 = rng.random((10, 36)) - 0.5, rng.random((10, 1)) - 0.5
    W2, b2 = rng.random((4, 10)) - 0.5, rng.random((4, 1)) - 0.5

    def forward(p, X):
        W1, b1, W2, b2 = p
        Z1 = W1 @ X + b1
        A1 = np.maximum(Z1, 0)
        e = np.exp(W2 @ A1 + b2)
        return Z1, A1, e / np.sum(e, axis=softmax_axis, keepdims=True)

    def back(p, X, Y):
        Z1, A1, A2 = forward(p, X)
        m = X.shape[1]
        dZ2 = A2 - np.eye(4)[Y].T
        dZ1 = p[2].T @ dZ2 * (Z1 > 0)
        if backward:
            return backward(p, X, Z1, A1, dZ1, dZ2)
        db1, db2 = dZ1.sum(axis=1, keepdims=True), dZ2.sum(axis=1, keepdims=True)
        return dZ1 @ X.T / m, db1 / m, dZ2 @ A1.T / m, db2 / m

    def step(p, X, Y):
        g = back(p, X, Y)
        return update(p, g) if update else tuple(a - 0.1 * b for a, b in zip(p, g))

    def loss(p, X, Y):
        return -np.mean(np.log(forward(p, X)[2][Y, np.arange(len(Y))]))

    functions = {"gradients": back} if with_gradients else {}
    return functions | {
        "X": X.T.copy(),
        "y": labels,
        "parameters": (W1, b1, W2, b2),
        "predict": lambda p, X: forward(p, X)[2],
        "loss": loss,
        "step": step,
        "learning_rate": 0.1,
    }


def sums_of_everything(p, X, Z1, A1, dZ1, dZ2):
    m = X.shape[1]
    return dZ1 @ X.T / m, np.sum(dZ1) / m, dZ2 @ A1.T / m, np.sum(dZ2) / m


@program("axis_missing", source="db1 = 1 / m * np.sum(dZ1), in a video on digits in NumPy")
def a_sum_over_everything_in_the_step_alone():
    return script(sums_of_everything, with_gradients=False)


def one_bias_for_all(p, X, Z1, A1, dZ1, dZ2):
    m = X.shape[1]
    db1, db2 = dZ1.sum(axis=1, keepdims=True), np.full((4, 1), np.mean(dZ2))
    return dZ1 @ X.T / m, db1 / m, dZ2 @ A1.T / m, db2


@program("axis_missing", source="np.mean(dZ2) of a softmax, whose sum is 0")
def the_mean_of_a_softmaxs_delta():
    return script(one_bias_for_all)


def always_open(p, X, Z1, A1, dZ1, dZ2):
    m = X.shape[1]
    open_dZ1 = p[2].T @ dZ2 * (A1 >= 0)
    db1, db2 = open_dZ1.sum(axis=1, keepdims=True), dZ2.sum(axis=1, keepdims=True)
    return open_dZ1 @ X.T / m, db1 / m, dZ2 @ A1.T / m, db2 / m


@program("slope_missing", source="iamtrask/Grokking-Deep-Learning 13: a >= 0, given the activation")
def a_mask_that_is_always_open():
    return script(always_open, with_gradients=False)


@program("parameter_not_moved", source="db1 = b1 - alpha * db1, a slip of the name")
def the_derivatives_are_updated():
    return script(
        update=lambda p, g: (p[0] - 0.1 * g[0], p[1], p[2] - 0.1 * g[2], p[3]),
        with_gradients=False,
    )


@program("step_not_gradient", source="b2 -= alpha * db1, a line that was copied")
def the_bias_of_another_layer():
    def update(p, g):
        return *(a - 0.1 * b for a, b in zip(p[:3], g)), p[3] - 0.1 * g[1][:4]

    return script(update=update)


@program("step_not_gradient", source="np.clip of the weights, for np.clip of the gradient")
def weights_that_are_cut_off():
    def update(p, g):
        return tuple(np.clip(a - 0.1 * b, -0.4, 0.4) for a, b in zip(p, g))

    return script(update=update)


@program("samples_mixed", source="stackoverflow 76450489: sum(np.exp(z)) over the samples")
def a_softmax_over_the_samples():
    return script(softmax_axis=1)


@program()
def sound_script():
    return script(with_gradients=False)


# All parameters in one vector, as in a course: theta, with a penalty that spares the biases


def course(slope=None, penalty=lambda T: T, cost_sign=-1):
    rng = np.random.default_rng(4)
    labels = np.arange(30) % 3 + 1
    X = (rng.normal(size=(3, 4)) * 2)[labels - 1] + rng.normal(size=(30, 4))
    theta = rng.uniform(-0.5, 0.5, 5 * 5 + 3 * 6)

    def cut(t):
        return t[:25].reshape(5, 5), t[25:].reshape(3, 6)

    def with_ones(a):
        return np.c_[np.ones(len(a)), a]

    def forward(t, X):
        T1, T2 = cut(t)
        z2 = with_ones(X) @ T1.T
        return z2, with_ones(sigmoid(z2)), sigmoid(with_ones(sigmoid(z2)) @ T2.T)

    def spared(T):
        return np.c_[np.zeros(len(T)), T[:, 1:]]

    def table(y):
        return (y[:, None] == np.arange(1, 4)).astype(float)

    def cost(t, X, y):
        h, Y = forward(t, X)[2], table(y)
        J = np.sum(-Y * np.log(h) + cost_sign * (1 - Y) * np.log(1 - h)) / len(X)
        return J + sum(np.sum(spared(T) ** 2) for T in cut(t)) / (2 * len(X))

    def gradient(t, X, y):
        z2, a2, a3 = forward(t, X)
        d3 = a3 - table(y)
        s = sigmoid(z2) * (1 - sigmoid(z2)) if slope is None else slope(z2)
        d2 = (d3 @ cut(t)[1])[:, 1:] * s
        both = zip((d2.T @ with_ones(X), d3.T @ a2), cut(t))
        return np.concatenate([((G + penalty(spared(T))) / len(X)).ravel() for G, T in both])

    return {
        "X": X,
        "y": labels,
        "parameters": theta,
        "predict": lambda t, X: forward(t, X)[2],
        "loss": cost,
        "gradients": gradient,
    }


@program("slope_missing", source="sigmoidGradient left out, with theta of all layers in one vector")
def theta_without_the_hidden_slope():
    return course(slope=np.ones_like)


@program("slope_of_a", source="OpenANN/OpenANN 164: sigmoidGradient(a2), not of z2")
def theta_with_the_slope_at_a():
    return course(slope=lambda z: sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z))))


@program("weight_term", source="andersbll/nnet 4: lambda / m with a minus")
def theta_with_a_penalty_that_rewards():
    return course(penalty=lambda T: -T)


@program("weight_term", source="the cost has a penalty, the gradient has none")
def theta_with_a_penalty_in_the_cost_alone():
    return course(penalty=np.zeros_like)


@program("loss_formula", source="-y log h + (1 - y) log(1 - h): one minus is lost")
def a_cost_with_one_minus_only():
    return course(cost_sign=1)


@program()
def sound_theta_with_classes_from_1():
    return course()


# Nine scalars, one sample after the other


class OurNetwork:
    names = ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3")

    def __init__(self):
        numbers = random.Random(5)
        for name in self.names:
            setattr(self, name, numbers.gauss(0, 1))

    def sums(self, x):
        z1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
        z2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
        return z1, z2, self.w5 * sigmoid(z1) + self.w6 * sigmoid(z2) + self.b3

    def output(self, x):
        return sigmoid(self.sums(x)[2])

    def slope(self, z):
        return sigmoid(z) * (1 - sigmoid(z))

    def parts(self, x, dz):
        z1, z2, _ = self.sums(x)
        d1, d2 = self.w5 * dz * self.slope(z1), self.w6 * dz * self.slope(z2)
        return {
            "w1": d1 * x[0], "w2": d1 * x[1], "w3": d2 * x[0], "w4": d2 * x[1], "b1": d1, "b2": d2,
            "w5": dz * sigmoid(z1), "w6": dz * sigmoid(z2), "b3": dz,
        }  # fmt: skip

    def train(self, X, y):
        for x, t in zip(X, y):
            z3 = self.sums(x)[2]
            parts = self.parts(x, -2 * (t - sigmoid(z3)) * self.slope(z3))
            for name, part in parts.items():
                setattr(self, name, getattr(self, name) - 0.1 * part)


def scalars(network):
    X = np.array([[-2, -1], [25, 6], [17, 4], [-15, -6], [3, -8], [1, 2.0]]) / 10

    def predict(n, X):
        return np.array([n.output(x) for x in X])

    return {
        "X": X,
        "y": np.array([1, 0, 0, 1, 1, 0]),
        "program": network(),
        "arrays": OurNetwork.names,
        "predict": predict,
        "loss": lambda n, X, y: np.mean((y - predict(n, X)) ** 2),
        "step": "train",
        "step_is": "epoch",
        "learning_rate": 0.1,
    }


@program("slope_of_a", source="deriv_sigmoid(o) for deriv_sigmoid(sum_o)")
def scalars_with_the_outputs_slope_at_a():
    class Net(OurNetwork):
        def train(self, X, y):
            for x, t in zip(X, y):
                o = self.output(x)
                for name, part in self.parts(x, -2 * (t - o) * self.slope(o)).items():
                    setattr(self, name, getattr(self, name) - 0.1 * part)

    return scalars(Net)


@program("gradient_wrong", source="w4 takes the first input, a line that was copied")
def scalars_with_the_other_input():
    class Net(OurNetwork):
        def parts(self, x, dz):
            made = super().parts(x, dz)
            return made | {"w4": made["w3"]}

    return scalars(Net)


@program("parameter_not_moved", source="mattm/simple-neural-network 5: no update of the bias")
def scalars_with_a_bias_that_stays():
    class Net(OurNetwork):
        def parts(self, x, dz):
            made = super().parts(x, dz)
            del made["b3"]
            return made

    return scalars(Net)


@program()
def sound_scalars():
    return scalars(OurNetwork)


# Layer objects, column vectors, weights that change on the way back


class Layer:
    def __init__(self, n_in, n_out, rng):
        self.weights = rng.normal(size=(n_out, n_in)) / np.sqrt(n_in)
        self.bias = np.zeros((n_out, 1))

    def forward(self, x):
        self.input, self.output = x, np.tanh(self.weights @ x + self.bias)
        return self.output

    def backward(self, back):
        delta = back * (1 - self.output**2)
        before = self.weights.T @ delta
        self.weights = self.weights - 0.1 * delta @ self.input.T
        self.bias = self.bias - 0.1 * delta
        return before


class UpdatesFirst(Layer):
    def backward(self, back):
        super().backward(back)
        return self.weights.T @ (back * (1 - self.output**2))


class WithoutTranspose(Layer):
    def backward(self, back):
        before, delta = super().backward(back), back * (1 - self.output**2)
        square = self.weights.shape[0] == self.weights.shape[1]
        return (self.weights + 0.1 * delta @ self.input.T) @ delta if square else before


class SlopeOfTheInput(Layer):
    def backward(self, back):
        z, a = self.weights @ self.input + self.bias, self.output
        with np.errstate(all="ignore"):
            return super().backward(back * (1 - z**2) / (1 - a**2))


class Stack:
    def __init__(self, layer, targets=1.0):
        rng = np.random.default_rng(1)
        sizes = [2, 3, 3, 1]
        self.layers = [layer(a, b, rng) for a, b in itertools.pairwise(sizes)]

    def one(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def predict(self, X):
        return np.array([self.one(x) for x in X])

    def error(self, samples, targets):
        return np.mean((self.predict(samples) - targets) ** 2)

    def epoch(self, X, Y):
        for x, y in zip(X, Y):
            back = 2 * (self.one(x) - y)
            for layer in reversed(self.layers):
                back = layer.backward(back)


def stack(layer):
    return {
        "X": XOR_X.reshape(4, 2, 1),
        "y": XOR_Y.reshape(4, 1, 1),
        "program": Stack(layer),
        "arrays": [f"layers[{k}].{name}" for k in range(3) for name in ("weights", "bias")],
        "predict": "predict",
        "loss": "error",
        "step": "epoch",
        "step_is": "epoch",
        "learning_rate": 0.1,
    }


@program(
    "updated_too_early", source="Bot-Academy/NeuralNetworkFromScratch 3: W changes before W.T @ g"
)
def a_layer_that_updates_first():
    return stack(UpdatesFirst)


@program("product_wrong", source="self.weights @ delta, where the layer is square")
def a_layer_without_its_transpose():
    return stack(WithoutTranspose)


@program("slope_of_a", source="1 - x**2 with the sum, in a tanh layer")
def a_layer_with_the_slope_of_its_input():
    return stack(SlopeOfTheInput)


@program()
def sound_layers():
    return stack(Layer)


# Optimisers that are objects, with a dict of means


class Adam:
    counts = 1

    def __init__(self):
        self.m, self.v, self.t = {}, {}, 0

    def means(self, key, g):
        self.m[key] = 0.9 * self.m.get(key, 0) + 0.1 * g
        self.v[key] = 0.999 * self.v.get(key, 0) + 0.001 * g**2
        return self.m[key], self.v[key]

    def length(self, m, v):
        return m / (1 - 0.9**self.t) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)

    def update(self, p, g):
        self.t += 1
        for key in p:
            p[key] = p[key] - 0.01 * self.length(*self.means(key, g[key]))


def optimised(optimiser, with_gradients=True):
    rng = np.random.default_rng(8)
    X = rng.normal(size=(32, 3))
    p = {
        "W1": rng.normal(size=(3, 7)) / 2,
        "b1": np.zeros(7),
        "W2": rng.normal(size=(7, 2)) / 3,
        "b2": np.zeros(2),
    }

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def gradients(p, X, y):
        h, a = forward(p, X)
        d2 = 2 * (a - y) / a.size
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": h.T @ d2, "b2": d2.sum(axis=0)}

    def new_step():
        own = optimiser()
        return lambda p, X, y: own.update(p, gradients(p, X, y))

    functions = {"gradients": gradients} if with_gradients else {}
    return functions | {
        "X": X,
        "y": np.c_[np.sin(X[:, 0]), X[:, 1] * X[:, 2]],
        "parameters": p,
        "predict": lambda p, X: forward(p, X)[1],
        "loss": lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
        "new_step": new_step,
        "learning_rate": 0.01,
    }


@program("optimizer_formula", source="t += 1 inside the loop over the parameters, and before it")
def adam_that_counts_parameters_too():
    class Own(Adam):
        def length(self, m, v):
            self.t += 1
            return super().length(m, v)

    return optimised(Own, with_gradients=False)


@program("optimizer_formula", source="ufal/npfl114 79: 1 - beta**2 for 1 - beta**t")
def adam_corrected_by_a_square():
    class Own(Adam):
        def length(self, m, v):
            return m / (1 - 0.9**2) / (np.sqrt(v / (1 - 0.999**2)) + 1e-8)

    return optimised(Own)


@program("optimizer_formula", source="karpathy/convnetjs 70: multiplied, not divided")
def adam_multiplied_by_its_corrections():
    class Own(Adam):
        def length(self, m, v):
            return m * (1 - 0.9**self.t) / (np.sqrt(v * (1 - 0.999**self.t)) + 1e-8)

    return optimised(Own)


@program("optimizer_formula", source="frgfm/holocron 1: corrected in place")
def adam_that_keeps_what_it_corrects():
    class Own(Adam):
        def means(self, key, g):
            m, v = super().means(key, g)
            self.m[key], self.v[key] = m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)
            return self.m[key] * (1 - 0.9**self.t), self.v[key] * (1 - 0.999**self.t)

    return optimised(Own)


@program("optimizer_formula", source="kozistr/AdaBound 3: sqrt(1 - correction) of the correction")
def adam_with_a_correction_of_the_correction():
    class Own(Adam):
        def length(self, m, v):
            return m / (1 - 0.9**self.t) / (np.sqrt(v / 0.999**self.t) + 1e-8)

    return optimised(Own)


@program("optimizer_formula", source="the second mean without its square")
def adam_with_a_mean_of_gradients():
    class Own(Adam):
        def means(self, key, g):
            m, _ = super().means(key, g)
            return m, np.abs(0.001 * g) * (1 if self.t == 1 else 2)

    return optimised(Own)


@program("optimizer_formula", source="np.sqrt of a mean of gradients: NaN after one step")
def adam_with_the_root_of_negative_numbers():
    class Own(Adam):
        def means(self, key, g):
            m, _ = super().means(key, g)
            return m, 0.001 * g

    return optimised(Own)


@program("gradient_sign", source="params += rate * step")
def adam_uphill():
    class Own(Adam):
        def length(self, m, v):
            return -super().length(m, v)

    return optimised(Own)


@program("optimizer_formula", source="pytorch 23737: the root was forgotten")
def rmsprop_without_the_root():
    class Own(Adam):
        def length(self, m, v):
            return 0.1 * m / (v + 1e-8)

    return optimised(Own)


@program("gradient_sign", source="v = 0.9 * v + rate * g; p += v")
def momentum_uphill():
    class Own(Adam):
        def update(self, p, g):
            for key in p:
                self.v[key] = 0.9 * self.v.get(key, 0) + 0.01 * g[key]
                p[key] = p[key] + self.v[key]

    return optimised(Own)


@program("gradient_sign", source="one += among the updates")
def one_matrix_uphill():
    class Own(Adam):
        def update(self, p, g):
            for key in p:
                p[key] = p[key] + (0.01 if key == "W2" else -0.01) * g[key]

    return optimised(Own)


@program("updated_too_early", source="gradients(p)[key] inside the loop that changes p")
def parameters_one_after_the_other():
    case = optimised(Adam)
    own = case["gradients"]

    def step(p, X, y):
        for key in p:
            p[key] = p[key] - 0.01 * own(p, X, y)[key]

    del case["new_step"]
    return case | {"step": step}


@program("updated_too_early", source="b1 from a second backward pass, after W1 has changed")
def one_bias_late():
    case = optimised(Adam)
    own = case["gradients"]

    def step(p, X, y):
        g = own(p, X, y)
        for key in p:
            p[key] = p[key] - 0.01 * (own(p, X, y) if key == "b1" else g)[key]

    del case["new_step"]
    return case | {"step": step}


@program()
def sound_adam_object():
    return optimised(Adam, with_gradients=False)


# A class that keeps more than its weights


class Classifier:
    def __init__(self):
        rng = np.random.default_rng(0)
        self.Wh, self.bh = rng.normal(size=(2, 6)), np.zeros((1, 6))
        self.Wo, self.bo = rng.normal(size=(6, 1)), np.zeros((1, 1))
        self.rng, self.kept = np.random.default_rng(0), np.zeros((2, 6))

    def predict_proba(self, X):
        self.h = np.tanh(X @ self.Wh + self.bh)
        return sigmoid(self.h @ self.Wo + self.bo)

    def bce(self, features, labels):
        p = np.clip(self.predict_proba(features), 1e-7, 1 - 1e-7)
        return -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))

    def grads(self, X, y):
        d = (self.predict_proba(X) - y) / len(X)
        dh = d @ self.Wo.T * (1 - self.h**2)
        sums = {"bh": dh.sum(axis=0, keepdims=True), "bo": d.sum(axis=0, keepdims=True)}
        return {"Wh": X.T @ dh, "Wo": self.h.T @ d} | sums

    def batches(self, X, y):
        order = self.rng.permutation(len(X))
        for k in range(0, len(X), 8):
            yield X[order[k : k + 8]], y[order[k : k + 8]]

    def fit(self, X, y):
        for rows, targets in self.batches(X, y):
            for name, g in self.grads(rows, targets).items():
                setattr(self, name, getattr(self, name) - 0.3 * g)


def classified(classifier):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 2))
    return {
        "X": X,
        "y": (X[:, :1] * X[:, 1:] > 0).astype(float),
        "program": classifier(),
        "arrays": ["Wh", "bh", "Wo", "bo"],
        "predict": "predict_proba",
        "loss": "bce",
        "gradients": "grads",
        "step": "fit",
        "step_is": "epoch",
        "learning_rate": 0.3,
    }


@program("loss_random", source="dropout from the object's own generator, in predict as well")
def dropout_from_an_own_generator():
    class Own(Classifier):
        def predict_proba(self, X):
            super().predict_proba(X)
            self.h = self.h * (self.rng.random(self.h.shape) > 0.5)
            return sigmoid(self.h @ self.Wo + self.bo)

    return classified(Own)


@program("state_kept", source="self.dW += ..., never set to 0")
def a_gradient_that_adds_up_in_the_object():
    class Own(Classifier):
        def grads(self, X, y):
            made = super().grads(X, y)
            self.kept = self.kept + made["Wh"]
            return made | {"Wh": self.kept}

    return classified(Own)


@program("samples_unused", source="X[k:k + size] beside y[:size]")
def the_targets_of_the_first_batch():
    class Own(Classifier):
        def batches(self, X, y):
            for k in range(0, len(X), 8):
                yield X[k : k + 8], y[: len(X[k : k + 8])]

    return classified(Own)


@program("samples_unused", source="the first batch in each round, of shuffled rows")
def the_first_batch_of_shuffled_rows():
    class Own(Classifier):
        def batches(self, X, y):
            order = self.rng.permutation(len(X))
            for _ in range(5):
                yield X[order[:8]], y[order[:8]]

    return classified(Own)


@program()
def sound_last_batch_is_left_out():
    class Own(Classifier):
        def batches(self, X, y):
            yield from list(super().batches(X, y))[:-1]

    return classified(Own)


@program()
def sound_classifier():
    return classified(Classifier)
