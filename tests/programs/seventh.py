"""Programs as they are met in public: each host in its own style, its slips from issues and posts.

Written down before the audit saw them. The facts are from where ``source`` says, the code is ours.
"""

import itertools
import random

import numpy as np

from programs.case import XOR_X, XOR_Y, blobs, one_hot, program, sigmoid, softmax

# A network of lists and column vectors, sample by sample


class Columns:
    def __init__(self, sizes, slip=""):
        rng = np.random.default_rng(1)
        self.slip, self.eta = slip, 0.5
        self.biases = [0.3 * rng.normal(size=(m, 1)) for m in sizes[1:]]
        self.weights = [rng.normal(size=(m, k)) for k, m in itertools.pairwise(sizes)]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))

        def slope(z):
            return sigmoid(z) * (1 - sigmoid(z))

        error = activations[-1] - y
        if self.slip == "sign":
            error = -error
        delta = error * slope(activations[-1] if self.slip == "prime of a" else zs[-1])
        nabla_b[-1], nabla_w[-1] = delta, delta @ activations[-2].T
        for layer in range(2, len(zs) + 1):
            W = self.weights[-layer if self.slip == "index" else -layer + 1]
            z = activations[-layer] if self.slip == "prime of a" else zs[-layer]
            delta = W.T @ delta * slope(z)
            nabla_b[-layer], nabla_w[-layer] = delta, delta @ activations[-layer - 1].T
        return nabla_b, nabla_w

    def update_mini_batch(self, batch):
        nb = [np.zeros(b.shape) for b in self.biases]
        nw = [np.zeros(w.shape) for w in self.weights]
        for x, y in batch:
            db, dw = self.backprop(x[:, None], y[:, None])
            if self.slip == "last":
                nb, nw = db, dw
            else:
                nb = [a + b for a, b in zip(nb, db)]
                nw = [a + b for a, b in zip(nw, dw)]
        rate = self.eta if self.slip == "length" else self.eta / len(batch)
        self.weights = [w - rate * d for w, d in zip(self.weights, nw)]
        self.biases = [b - rate * d for b, d in zip(self.biases, nb)]

    def epoch(self, X, y):
        pairs = list(zip(X, y))
        random.shuffle(pairs)
        for k in range(0, len(pairs), 5):
            self.update_mini_batch(pairs[k : k + 5])


def columns(slip="", sizes=(3, 5, 2), step=None, step_is="update"):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20, 3))
    y = (X @ rng.normal(size=(3, sizes[-1])) > 0).astype(float)

    def answers(net, X):
        return np.array([net.feedforward(x[:, None])[:, 0] for x in X])

    return {
        "X": X, "y": y, "program": Columns(list(sizes), slip), "arrays": ["weights", "biases"],
        "predict": answers, "learning_rate": 0.5, "step_is": step_is,
        "loss": lambda net, X, y: 0.5 * np.sum((answers(net, X) - y) ** 2) / len(X),
        "step": step or (lambda net, X, y: net.update_mini_batch(list(zip(X, y)))),
    }  # fmt: skip


@program("samples_unused", source="nabla_b = delta_nabla_b in the loop over the mini-batch")
def only_the_last_sample_of_a_mini_batch():
    return columns("last")


@program("gradient_scale", source="eta in place of eta / len(mini_batch)")
def the_rate_is_not_divided_by_the_batch():
    return columns("length")


@program("slope_of_a", source="OpenANN/OpenANN 164: the derivative is applied to the output")
def sigmoid_prime_of_the_activation():
    return columns("prime of a")


@program("product_wrong", source="self.weights[-l] where self.weights[-l + 1] is meant")
def one_index_too_far_back():
    return columns("index", sizes=(3, 3, 3, 3))


@program("gradient_sign", source="Site1997/LeNet-python 2: y - output, and an update with a minus")
def cost_derivative_the_other_way_round():
    return columns("sign")


@program()
def sound_mini_batches_of_columns():
    return columns(step="epoch", step_is="epoch")


# Digits with samples as columns: functions that pass tuples on


def digits(slip="", scaled=True):
    rng = np.random.default_rng(3)
    labels = rng.permutation(np.arange(40) % 4)
    X = rng.integers(0, 90, size=(12, 40)) + 40 * (np.arange(12)[:, None] // 3 == labels)
    X = X / 255.0 if scaled else X.astype(float)
    start = (
        rng.uniform(-0.5, 0.5, (8, 12)), rng.uniform(-0.5, 0.5, (8, 1)),
        rng.uniform(-0.5, 0.5, (4, 8)), rng.uniform(-0.5, 0.5, (4, 1)),
    )  # fmt: skip
    if slip == "zeros":
        start = tuple(np.zeros_like(p) for p in start)

    def forward(p, X):
        W1, b1, W2, b2 = p
        Z1 = W1.dot(X) + b1
        A1 = np.maximum(Z1, 0)
        Z2 = W2.dot(A1) + b2
        e = np.exp(Z2 - Z2.max(axis=0))
        return Z1, A1, e / sum(e)

    def table(y):
        hot = np.zeros((len(y), 4))
        if slip == "all rows":
            hot[:, y] = 1
        elif slip == "rows of the classes":
            hot[np.arange(len(y)), np.roll(y, 1)] = 1
        else:
            hot[np.arange(len(y)), y] = 1
        return hot.T

    def loss(p, X, y):
        return -np.mean(np.log(forward(p, X)[2][y, np.arange(len(y))]))

    def gradients(p, X, y):
        Z1, A1, A2 = forward(p, X)
        m = len(y)
        dZ2 = A2 - table(y)
        dW2 = 1 / m * dZ2.dot(A1.T)
        dZ1 = p[2].T.dot(dZ2) * ((A1 >= 0) if slip == ">=" else (Z1 > 0))
        dW1 = 1 / m * dZ1.dot(X.T)
        if slip == "sum":
            return dW1, 1 / m * np.sum(dZ1), dW2, 1 / m * np.sum(dZ2)
        db1 = 1 / m * dZ1.sum(axis=1, keepdims=True)
        db2 = 1 / m * dZ2.sum(axis=1, keepdims=True)
        if slip == "twice":
            dW1, dW2 = dW1 / m, dW2 / m
        return dW1, db1, dW2, db2

    def step(p, X, y):
        W1, b1, W2, b2 = p
        dW1, db1, dW2, db2 = gradients(p, X, y)
        new = W1 if slip == "W1 is forgotten" else W1 - 0.5 * dW1
        return new, b1 - 0.5 * db1, W2 - 0.5 * dW2, b2 - 0.5 * db2

    return {
        "X": X, "y": labels, "parameters": start, "predict": lambda p, X: forward(p, X)[2],
        "loss": loss, "step": step, "learning_rate": 0.5, "step_is": "update",
        "samples": {"X": "columns", "y": "rows"},
    }  # fmt: skip


@program("axis_missing", source="rasbt/stat453-deep-learning-ss21 5: one sum for all biases")
def digits_with_one_number_for_all_biases():
    return digits("sum")


@program("gradient_wrong", "samples_mixed", "pairs_broken", source="one_hot[:, y] = 1")
def digits_whose_table_has_ones_everywhere():
    return digits("all rows")


@program("pairs_broken", "gradient_wrong", source="one_hot[i, y[i - 1]] = 1: labels off by one row")
def digits_with_labels_of_the_row_before():
    return digits("rows of the classes")


@program("slope_missing", source="iamtrask/Grokking-Deep-Learning 13: >= 0, of what a ReLU gives")
def digits_with_an_open_mask():
    return digits(">=")


@program("neurons_alike", source="wagonhelm/NaNmnist 2: zeros, which one layer alone forgives")
def digits_from_zero():
    return digits("zeros")


@program("gradient_scale", source="BitTiger-MP/DS502-AI-Engineer 17: divided by the batch, or not?")
def digits_divided_twice():
    return digits("twice")


@program("parameter_not_moved", source="a tuple is returned with the old W1 in it")
def digits_that_forget_an_update():
    return digits("W1 is forgotten")


@program("printed_number", source="casper-hansen/Neural-Network-From-Scratch 1: it prints 0")
def digits_whose_accuracy_is_always_zero():
    made = digits()
    predict = made["predict"]
    made["reports"] = {
        "accuracy": lambda p, X, y: float(np.mean(predict(p, X).argmax(axis=1)[:4] == 9))
    }
    return made


@program()
def sound_digits():
    return digits()


@program()
def sound_digits_with_a_table_of_the_largest_label():
    made = digits()
    inner = made["step"]

    def step(p, X, y):
        hot = np.zeros((y.size, y.max() + 1))
        hot[np.arange(y.size), y] = 1
        return inner(p, X, hot.argmax(axis=1))

    made["step"] = step
    return made


# A deep network in a dictionary, with caches


def deep(slip="", lambd=0.0, keys=True):
    rng = np.random.default_rng(4)
    sizes = [4, 5, 3, 1]
    X = rng.normal(size=(4, 30))
    Y = (X[:1] * X[1:2] > 0).astype(float)
    parameters = {}
    for number in range(1, 4):
        shape = sizes[number], sizes[number - 1]
        parameters[f"W{number}"] = rng.normal(size=shape) / np.sqrt(shape[1])
        parameters[f"b{number}"] = 0.1 * rng.normal(size=(shape[0], 1))

    def model_forward(p, X):
        caches, A = [], X
        for number in range(1, 4):
            Z = p[f"W{number}"] @ A + p[f"b{number}"]
            caches.append((A, Z))
            A = sigmoid(Z) if number == 3 else np.tanh(Z)
        return A, caches

    def cost(p, X, Y):
        AL, m = model_forward(p, X)[0], X.shape[1]
        if slip == "sign of a term":
            return np.sum(-Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
        penalty = sum(np.sum(p[f"W{k}"] ** 2) for k in (1, 2, 3))
        if slip == "biases too":
            penalty += sum(np.sum(p[f"b{k}"] ** 2) for k in (1, 2, 3))
        data = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
        return data + lambd / (2 * m) * penalty

    def model_backward(p, X, Y):
        AL, caches = model_forward(p, X)
        m, grads = X.shape[1], {}
        dA = -(Y / AL) + (1 - Y) / (1 - AL)
        if slip == "dA":
            dA = -dA
        for number in (3, 2, 1):
            A, Z = caches[number - 1]
            slope = sigmoid(Z) * (1 - sigmoid(Z)) if number == 3 else 1 - np.tanh(Z) ** 2
            dZ = dA if slip == "top" and number == 2 else dA * slope
            share = 1 if slip == "no m" else 1 / m
            more = {"cost alone": 0, "minus": -lambd / m, "two": lambd / (2 * m)}
            grads[f"dW{number}"] = share * dZ @ A.T + more.get(slip, lambd / m) * p[f"W{number}"]
            grads[f"db{number}"] = share * dZ.sum(axis=1, keepdims=True)
            dA = p[f"W{number}"].T @ dZ
        return grads

    return {
        "X": X, "y": Y, "parameters": parameters, "loss": cost, "gradients": model_backward,
        "predict": lambda p, X: model_forward(p, X)[0], "samples": "columns",
    }  # fmt: skip


@program(
    "loss_formula", source="a question of XOR: -Y log(A) + (1 - Y) log(1 - A), one bracket less"
)
def a_bracket_is_missing_in_the_cost():
    return deep("sign of a term")


@program("gradient_sign", source="dA without its minus: Y / A - (1 - Y) / (1 - A)")
def deep_uphill():
    return deep("dA")


@program("gradient_scale", source="andersbll/nnet 4: is it divided by n, or not?")
def deep_without_the_division():
    return deep("no m")


@program("weight_term", source="a penalty in the cost alone")
def deep_with_a_penalty_that_is_not_descended():
    return deep("cost alone", lambd=2.0)


@program("weight_term", source="andersbll/nnet 4: - weight_decay * W in the gradient")
def deep_with_weights_that_grow():
    return deep("minus", lambd=2.0)


@program("weight_term", source="jingtinghuang/CS231n-Spring-2017 3: a factor of 2 is missing")
def deep_with_half_of_the_penalty():
    return deep("two", lambd=2.0)


@program("weight_term", source="Burton2000/CS231n-2017 9: the loss holds the biases, too")
def deep_with_biases_in_the_penalty_of_the_loss():
    return deep("biases too", lambd=2.0)


@program("slope_missing", source="stats.SE 550353: no derivative at the layer below the output")
def deep_without_the_slope_of_the_last_hidden_layer():
    return deep("top")


@program()
def sound_deep():
    return deep()


@program()
def sound_deep_with_a_penalty():
    return deep(lambd=2.0)


# Modules with forward and backward, a loss object and an optimiser


class Linear:
    def __init__(self, rng, k, m, slip):
        self.weight = rng.normal(size=(m, k)) * np.sqrt(2 / k)
        self.bias, self.slip = 0.1 * rng.normal(size=m), slip
        self.grad = {"weight": np.zeros((m, k)), "bias": np.zeros(m)}

    def forward(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, up):
        if self.slip == "adds up":
            self.grad["weight"] = self.grad["weight"] + up.T @ self.x
            self.grad["bias"] = self.grad["bias"] + up.sum(axis=0)
        else:
            self.grad["weight"], self.grad["bias"] = up.T @ self.x, up.sum(axis=0)
        if self.slip == "not summed":
            self.grad["bias"] = up
        if self.slip == "early":
            self.weight = self.weight - 0.1 * self.grad["weight"]
        return up @ self.weight


class Relu:
    def __init__(self, slip=""):
        self.slip = slip

    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, up):
        return up * (up > 0) if self.slip == "mask of the gradient" else up * self.on


class Dropout:
    def __init__(self, slip="", p=0.4):
        self.slip, self.p, self.training = slip, p, True

    def draw(self, x):
        return (np.random.rand(*x.shape) > self.p) / (1 - self.p)  # noqa: NPY002

    def forward(self, x):
        if not self.training and self.slip != "always":
            return x
        self.mask = self.draw(x)
        return x * self.mask

    def backward(self, up):
        if self.slip == "no mask":
            return up
        if self.slip == "another mask":
            return up * self.draw(up)
        return up / (1 - self.p) if self.slip == "scale alone" else up * self.mask


class Momentum:
    def __init__(self, slip=""):
        self.v, self.slip = {}, slip

    def step(self, layers, lr=0.1, mu=0.9):
        for k, layer in enumerate(layers):
            for name in ("weight", "bias"):
                p, g = getattr(layer, name), layer.grad[name]
                old = self.v.get((k, name), np.zeros_like(p))
                if self.slip == "sign":
                    new = mu * old + lr * g
                    p = p + mu * new - lr * g
                elif self.slip == "old":
                    new = mu * old + (1 - mu) * g
                    p = p - (1 - mu) * lr * old
                elif self.slip == "product":
                    new = mu * old * old + g
                    p = p - lr * new
                else:
                    new = mu * old + lr * g
                    p = p - new
                self.v[k, name] = new
                setattr(layer, name, p)


class Adam:
    def __init__(self, slip=""):
        self.m, self.s, self.t, self.slip = {}, {}, 0, slip

    def step(self, layers, lr=0.01, b1=0.9, b2=0.999):
        self.t += 1
        t = self.t + 1 if self.slip == "from 2" else 2 if self.slip == "squared" else self.t
        for k, layer in enumerate(layers):
            for name in ("weight", "bias"):
                g, key = layer.grad[name], (k, name)
                self.m[key] = b1 * self.m.get(key, 0) + (1 - b1) * g
                self.s[key] = b2 * self.s.get(key, 0) + (1 - b2) * g * g
                root = np.sqrt(self.s[key] / (1 - b2**t)) + 1e-8
                move = lr * self.m[key] / (1 - b1**t) / root
                if self.slip == "wrong root":
                    move = lr * np.sqrt(b2**t) / (1 - b1**t) * self.m[key]
                    move = move / (np.sqrt(self.s[key]) + 1e-8)
                setattr(layer, name, getattr(layer, name) - move)


class Sgd:
    def step(self, layers, lr=0.1):
        for layer in layers:
            layer.weight = layer.weight - lr * layer.grad["weight"]
            layer.bias = layer.bias - lr * layer.grad["bias"]


class SgdOfCopies:
    def __init__(self, layers):
        self.parameters = [layer.weight.copy() for layer in layers]

    def step(self, layers, lr=0.1):
        for k, layer in enumerate(layers):
            self.parameters[k] -= lr * layer.grad["weight"]
            layer.bias = layer.bias - lr * layer.grad["bias"]


class Model:
    def __init__(self, slip="", dropout=None, optimiser=None, relu="", where=""):
        rng = np.random.default_rng(5)
        self.first, self.last = Linear(rng, 4, 6, slip), Linear(rng, 6, 3, slip)
        self.drop = Dropout(dropout, 0.4) if dropout is not None else None
        middle = [Relu(relu)] + [self.drop] * (self.drop is not None)
        self.layers = [self.first, *middle, self.last]
        self.where, self.slip = where, slip
        self.optimiser = SgdOfCopies([self.first, self.last]) if where == "copies" else (
            optimiser or Sgd())  # fmt: skip

    def __call__(self, x):
        if self.drop is not None:
            self.drop.training = False
        return self.run(x)

    def run(self, x):
        for layer in self.layers:
            x = layer.forward(x)
            if self.where == "batch" and layer is self.first:
                x = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
        return softmax(x)

    def fit_batch(self, x, y):
        if self.drop is not None:
            self.drop.training = True
        up = self.run(x) - one_hot(y, 3)
        if self.where != "no mean":
            up = up / len(y)
        for layer in reversed(self.layers):
            up = layer.backward(up)
        self.optimiser.step([self.first, self.last])


def modules(rate=0.1, **how):
    X, y = blobs(n=36, d=4, seed=6)

    def cross(model, X, y):
        return -np.mean(np.log(model(X)[np.arange(len(y)), y] + 1e-12))

    return {
        "X": X / 3, "y": y, "program": Model(**how), "loss": cross, "predict": "__call__",
        "arrays": ["first.weight", "first.bias", "last.weight", "last.bias"],
        "step": "fit_batch", "learning_rate": rate, "step_is": "update",
    }  # fmt: skip


@program("optimizer_formula", source="no zero_grad(): the gradients of all steps add up")
def modules_whose_gradients_add_up():
    return modules(slip="adds up")


@program(
    "updated_too_early", source="Bot-Academy/NeuralNetworkFromScratch 3: updated on the way back"
)
def modules_that_update_in_backward():
    made = modules(slip="early")
    made["program"].optimiser = type(
        "Biases",
        (),
        {
            "step": lambda self, layers: [
                setattr(layer, "bias", layer.bias - 0.1 * layer.grad["bias"]) for layer in layers
            ]
        },
    )()
    return made  # fmt: skip


@program("gradient_wrong", source="ddbourgin/numpy-ml 94: the mask is not applied on the way back")
def modules_with_a_mask_that_is_forgotten():
    return modules(dropout="scale alone")


@program("gradient_wrong", source="a new mask is drawn in backward")
def modules_with_a_mask_that_is_drawn_again():
    return modules(dropout="another mask")


@program("loss_random", source="jfrancis71/CognitoNet 2: dropout is on where one predicts")
def modules_that_predict_with_dropout():
    return modules(dropout="always")


@program("gradient_wrong", "slope_of_a", source="grad * (grad > 0) for a ReLU: a guided backward")
def modules_with_the_mask_of_the_gradient():
    return modules(relu="mask of the gradient")


@program(
    "gradient_scale", source="hunkim/DeepLearningZeroToAll 173: the gradient grows with the samples"
)
def modules_without_the_mean():
    return modules(where="no mean")


@program("samples_mixed", source="PABannier/nanograd 2: the batch's mean, where one predicts")
def modules_that_predict_with_the_batch():
    return modules(where="batch")


@program("optimizer_formula", source="fchollet/deep-learning-with-python-notebooks 19: + lr * g")
def modules_with_momentum_of_a_wrong_sign():
    return modules(optimiser=Momentum("sign"))


@program(
    "optimizer_formula", source="mdenil/dropout 4: the momentum of the step before, shrunk twice"
)
def modules_with_old_momentum():
    return modules(optimiser=Momentum("old"))


@program("optimizer_formula", source="pjreddie/darknet 2203: updates *= momentum * updates")
def modules_with_squared_momentum():
    return modules(optimiser=Momentum("product"))


@program("optimizer_formula", source="ufal/npfl114 79: 1 - beta ** 2 for 1 - beta ** t")
def modules_with_adam_corrected_by_two():
    return modules(rate=0.01, optimiser=Adam("squared"))


@program("optimizer_formula", source="tensorflow/tensorflow 35444: does the counter begin at 2?")
def modules_with_adam_from_two():
    return modules(rate=0.01, optimiser=Adam("from 2"))


@program(
    "optimizer_formula", source="kozistr/AdaBound-tensorflow 3: 1 - (1 - beta2 ** t) in the root"
)
def modules_with_adam_of_a_wrong_root():
    return modules(rate=0.01, optimiser=Adam("wrong root"))


@program("parameter_shape", source="jimfleming/differentiation 1: biases become a table")
def modules_with_a_bias_for_each_sample():
    return modules(slip="not summed")


@program("parameter_not_moved", source="an optimiser that was given copies of the weights")
def modules_whose_weights_are_copied():
    return modules(where="copies")


@program()
def sound_modules():
    return modules()


@program()
def sound_modules_with_dropout():
    return modules(dropout="")


@program()
def sound_modules_with_adam():
    return modules(rate=0.01, optimiser=Adam())


@program()
def sound_modules_with_momentum():
    return modules(optimiser=Momentum())


# Scores in place of shares, and a loss that gives its gradient too


def scores(slip="", reg=0.0):
    X, y = blobs(n=45, d=3, seed=7)
    rng = np.random.default_rng(8)
    params = {
        "W1": rng.normal(size=(3, 7)), "b1": 0.1 * rng.normal(size=7),
        "W2": rng.normal(size=(7, 3)), "b2": 0.1 * rng.normal(size=3),
    }  # fmt: skip

    def both(p, X, y):
        hidden = np.maximum(0, X @ p["W1"] + p["b1"])
        raw = hidden @ p["W2"] + p["b2"]
        axis = 0 if slip == "axis" else 1
        e = np.exp(raw - raw.max(axis=axis, keepdims=True))
        probs = e / e.sum(axis=axis, keepdims=True)
        n = len(X)
        loss = -np.log(probs[range(n), y]).mean()
        loss += reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        d = probs.copy()
        d[range(n), y] -= 1
        if slip != "no mean":
            d = d / n
        grads = {"W2": hidden.T @ d, "b2": d.sum(axis=0)}
        dh = d @ p["W2"].T
        dh[(X @ p["W1"] if slip == "before the bias" else hidden) <= 0] = 0
        grads |= {"W1": X.T @ dh, "b1": dh.sum(axis=0)}
        for name in ("W1", "W2"):
            grads[name] = grads[name] + reg * (1 if slip == "half" else 2) * p[name]
        return loss, grads

    def predict(p, X):
        return np.maximum(0, X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    return {
        "X": X / 3, "y": y, "parameters": params, "predict": predict, "loss": both,
        "gradients": lambda p, X, y: both(p, X, y)[1],
    }  # fmt: skip


@program("samples_mixed", "loss_formula", source="JayChanHoi/Lattice_LSTM 5: a softmax over axis 0")
def scores_whose_loss_mixes_the_samples():
    return scores("axis")


@program(
    "gradient_scale", source="victorlempitsky/Mate 2: a softmax's loss whose slope is not divided"
)
def scores_without_the_mean():
    return scores("no mean")


@program("gradient_wrong", "slope_of_a", source="the mask is taken of X W1, before b1 is added")
def scores_with_a_mask_before_the_bias():
    return scores("before the bias")


@program()
def sound_scores():
    return scores(reg=0.01)


@program()
def sound_scores_that_predict_class_numbers():
    made = scores()
    inner = made["predict"]
    made["predict"] = lambda p, X: inner(p, X).argmax(axis=1)
    return made


# One number for each weight


class Numbers:
    def __init__(self, slip=""):
        rng = np.random.default_rng(9)
        for name in ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"):
            setattr(self, name, float(rng.normal()))
        self.slip = slip

    def feedforward(self, x):
        h1 = sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        h2 = sigmoid(self.w3 * x[0] + self.w4 * x[1] + self.b2)
        return sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)

    def train_one(self, x, y, rate=0.1):
        s1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
        s2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
        h1, h2 = sigmoid(s1), sigmoid(s2)
        o = sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)

        def slope(z):
            return sigmoid(z) * (1 - sigmoid(z))

        d = -2 * (y - o) * o * (1 - o)
        if self.slip == "sign":
            d = -d
        d1 = d * self.w5 * slope(h1 if self.slip == "h" else s1)
        d2 = d * self.w6 * slope(h2 if self.slip == "h" else s2)
        self.w5 -= rate * d * h1
        self.w6 -= rate * d * h2
        self.b3 -= rate * d
        self.w1 -= rate * d1 * x[0]
        self.w2 -= rate * d1 * x[1]
        self.b1 -= rate * d1
        self.w3 -= rate * d2 * x[0]
        self.w4 -= rate * d2 * x[1]
        if self.slip != "b2":
            self.b2 -= rate * d2

    def train(self, data, targets):
        for x, y in zip(data, targets):
            self.train_one(x, y)


def numbers(slip=""):
    def answers(net, X):
        return np.array([net.feedforward(x) for x in X])

    return {
        "X": np.array([[-2.0, -1], [2.5, 0.6], [1.7, 0.4], [-1.5, -0.6], [0.3, 1.2]]),
        "y": np.array([1.0, 0, 0, 1, 1]), "program": Numbers(slip),
        "arrays": ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"], "predict": answers,
        "loss": lambda net, X, y: np.mean((y - answers(net, X)) ** 2), "step": "train",
        "learning_rate": 0.1, "step_is": "epoch",
    }  # fmt: skip


@program("slope_of_a", "gradient_wrong", source="deriv_sigmoid(h1) for deriv_sigmoid(sum_h1)")
def numbers_with_the_slope_of_h():
    return numbers("h")


@program("gradient_sign", source="2 * (y_true - y_pred) for -2 * (y_true - y_pred)")
def numbers_uphill():
    return numbers("sign")


@program("parameter_not_moved", source="nine updates by hand, and one line is left out")
def numbers_with_a_line_left_out():
    return numbers("b2")


@program()
def sound_numbers():
    return numbers()


# A script of XOR, with a function that gives its own derivative


def script(slip=""):
    rng = np.random.default_rng(10)

    def nonlin(x, deriv=False):
        return x * (1 - x) if deriv else 1 / (1 + np.exp(-x))

    def step(syn, X, y):
        l1 = nonlin(X @ syn[0])
        l2 = nonlin(l1 @ syn[1])
        error = y - l2
        if slip == "twice":
            delta2 = error * nonlin(nonlin(l2), True)
            delta1 = delta2 @ syn[1].T * nonlin(nonlin(l1), True)
        else:
            delta2 = error * nonlin(l2, True)
            above = error if slip == "error" else delta2
            back = error * np.ones_like(l1) if slip == "no weights" else above @ syn[1].T
            delta1 = back * nonlin(l1, True)
        syn[1] += 0.5 * l1.T @ delta2
        syn[0] += 0.5 * X.T @ delta1
        return syn

    def predict(syn, X):
        return nonlin(nonlin(X @ syn[0]) @ syn[1])

    return {
        "X": np.hstack([XOR_X, np.ones((4, 1))]), "y": XOR_Y,
        "parameters": [rng.normal(size=(3, 5)), rng.normal(size=(5, 1))], "predict": predict,
        "loss": lambda syn, X, y: 0.5 * np.sum((y - predict(syn, X)) ** 2), "step": step,
        "learning_rate": 0.5, "step_is": "update",
    }  # fmt: skip


@program("slope_of_a", source="a Chinese forum's XOR, 2018: sigmoid(pred) * (1 - sigmoid(pred))")
def xor_with_the_activation_twice():
    return script("twice")


@program("product_wrong", source="whosebug 2948401: error * sigmoid(hidden, True)")
def xor_without_the_weights_on_the_way_back():
    return script("no weights")


@program(
    "slope_missing", source="Bot-Academy/NeuralNetworkFromScratch 3: the outer slope is missing"
)
def xor_with_the_error_sent_back():
    return script("error")


# A tape of arrays


class Node:
    def __init__(self, data, parents=(), back=None):
        self.data, self.parents, self.back = np.asarray(data), parents, back
        self.grad = np.zeros_like(self.data, dtype=float)

    def run_back(self, slip=""):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            if node.back is None:
                continue
            for parent, g in zip(node.parents, node.back(node.grad)):
                if slip == "=":
                    parent.grad = g
                else:
                    parent.grad = parent.grad + g


def tape(slip=""):
    rng = np.random.default_rng(11)
    X = rng.normal(size=(15, 4))
    y = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]

    def times(a, b):
        return Node(a.data @ b.data, (a, b), lambda g: (g @ b.data.T, a.data.T @ g))

    def plus(a, b):
        def small(g):
            return g if slip == "broadcast" else g.sum(axis=0)

        second = small if b.data.ndim == 1 else lambda g: g
        return Node(a.data + b.data, (a, b), lambda g: (g, second(g)))

    def tanh(a):
        value = np.tanh(a.data)
        slope = 1 - a.data**2 if slip == "slope" else 1 - value**2
        return Node(value, (a,), lambda g: (g * slope,))

    def network(p, X):
        W1, b1, W2, b2, W3, b3 = nodes = [Node(each) for each in p]
        h = tanh(plus(times(Node(X), W1), b1))
        h = plus(h, tanh(plus(times(h, W2), b2))) if slip in ("=", "skip") else tanh(
            plus(times(h, W2), b2))  # fmt: skip
        return plus(times(h, W3), b3), nodes

    def loss(p, X, y):
        return float(np.mean((network(p, X)[0].data - y) ** 2))

    def gradients(p, X, y):
        out, nodes = network(p, X)
        value = np.mean((out.data - y) ** 2)
        Node(value, (out,), lambda g: (g * 2 * (out.data - y) / y.size,)).run_back(slip)
        return [node.grad for node in nodes]

    shapes = [(4, 5), 5, (5, 5), 5, (5, 1), 1]
    return {
        "X": X, "y": y, "parameters": [0.5 * rng.normal(size=s) for s in shapes],
        "predict": lambda p, X: network(p, X)[0].data, "loss": loss, "gradients": gradients,
    }  # fmt: skip


@program("parameter_shape", source="jimfleming/differentiation 1: a sum's gradient is not summed")
def a_tape_that_does_not_undo_broadcasting():
    return tape("broadcast")


@program("gradient_wrong", source="a tape with = for +=: a value used twice keeps one part")
def a_tape_that_overwrites():
    return tape("=")


@program(
    "slope_of_a",
    "gradient_wrong",
    source="mlpack/mlpack 3478: a derivative written for the output, at the input",
)
def a_tape_with_the_slope_at_z():
    return tape("slope")


@program()
def sound_tape():
    return tape()


@program()
def sound_tape_with_a_skip():
    return tape("skip")


# A recurrent network, a convolution, an embedding: no dense networks


def recurrent(slip=""):
    rng = np.random.default_rng(12)
    X, kept = rng.normal(size=(14, 5, 2)), [None]
    y = X[:, :, 0].mean(axis=1, keepdims=True)
    p = {"Wxh": 0.6 * rng.normal(size=(2, 4)), "Whh": 0.5 * rng.normal(size=(4, 4)),
         "bh": 0.1 * rng.normal(size=4), "Why": rng.normal(size=(4, 1))}  # fmt: skip

    def states(p, X):
        h = np.zeros((len(X), 4))
        if slip == "kept" and kept[0] is not None and len(kept[0]) == len(X):
            h = kept[0]
        hs = [h]
        for t in range(X.shape[1]):
            hs.append(np.tanh(X[:, t] @ p["Wxh"] + hs[-1] @ p["Whh"] + p["bh"]))
        kept[0] = hs[-1]
        return hs

    def gradients(p, X, y):
        hs = states(p, X)
        d = 2 * (hs[-1] @ p["Why"] - y) / len(X)
        g = {name: np.zeros_like(value) for name, value in p.items()}
        g["Why"] = hs[-1].T @ d
        dh = d @ p["Why"].T
        for t in reversed(range(X.shape[1])):
            dz = dh * (1 - hs[t + 1] ** 2)
            g["Wxh"] += X[:, t].T @ dz
            g["Whh"] += (hs[t + 1] if slip == "h[t]" else hs[t]).T @ dz
            g["bh"] += dz.sum(axis=0)
            dh = dz @ p["Whh"].T
            if slip == "last":
                break
        return g

    def predict(p, X):
        return states(p, X)[-1] @ p["Why"]

    return {
        "X": X, "y": y, "parameters": p, "predict": predict, "gradients": gradients,
        "loss": lambda p, X, y: np.mean((predict(p, X) - y) ** 2),
    }  # fmt: skip


@program("gradient_wrong", source="qixianbiao/RNN 2: the gradient does not go back through time")
def a_recurrence_cut_after_one_step():
    return recurrent("last")


@program("gradient_wrong", "product_wrong", source="h[t] for h[t - 1] beside Whh: one index off")
def a_recurrence_with_the_state_after():
    return recurrent("h[t]")


@program("loss_random", "state_kept", source="the hidden state of the last call is the next one's")
def a_recurrence_that_remembers():
    return recurrent("kept")


@program()
def sound_recurrence():
    return recurrent()


def convolution(slip=""):
    rng = np.random.default_rng(13)
    images = rng.normal(size=(16, 6, 6))
    y = (images[:, 2:4, 2:4].sum(axis=(1, 2)) > 0).astype(float)[:, None]
    p = {"kernel": rng.normal(size=(3, 3, 2)), "shift": 0.1 * rng.normal(size=2),
         "W": rng.normal(size=(32, 1)) / 6, "b": np.zeros(1)}  # fmt: skip

    def maps(p, X):
        windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3), axis=(1, 2))
        return windows, np.einsum("nijkl,klc->nijc", windows, p["kernel"]) + p["shift"]

    def predict(p, X):
        z = maps(p, X)[1]
        return sigmoid(np.tanh(z).reshape(len(X), -1) @ p["W"] + p["b"])

    def gradients(p, X, y):
        windows, z = maps(p, X)
        a = np.tanh(z)
        d = (predict(p, X) - y) / len(X)
        dz = (d @ p["W"].T).reshape(z.shape) * (1 - a**2)
        dk = np.einsum("nijkl,nijc->klc", windows, dz)
        shift = np.full(2, dz.sum()) if slip == "sum" else dz.sum(axis=(0, 1, 2))
        return {"kernel": dk[::-1, ::-1] if slip == "turned" else dk, "shift": shift,
                "W": a.reshape(len(X), -1).T @ d, "b": d.sum(axis=0)}  # fmt: skip

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    return {"X": images, "y": y, "parameters": p, "predict": predict, "loss": loss,
            "gradients": gradients}  # fmt: skip


@program(
    "gradient_wrong", "product_wrong", source="Site1997/LeNet-python 2: a kernel's gradient, turned"
)
def a_convolution_with_a_turned_gradient():
    return convolution("turned")


@program(
    "axis_missing",
    source="deeplearning4j/deeplearning4j 8280: over which axes a convolution's bias is summed",
)
def a_convolution_with_one_number_for_its_biases():
    return convolution("sum")


@program()
def sound_convolution():
    return convolution()


def embedding(slip=""):
    rng = np.random.default_rng(14)
    words = rng.integers(0, 8, size=(24, 4))
    y = one_hot((words.sum(axis=1) > 14).astype(int), 2)
    p = {"E": rng.normal(size=(8, 5)), "W": rng.normal(size=(5, 2))}

    def predict(p, X):
        return softmax(p["E"][np.asarray(X, dtype=int)].mean(axis=1) @ p["W"])

    def step(p, X, y):
        X = np.asarray(X, dtype=int)
        middle = p["E"][X].mean(axis=1)
        d = (predict(p, X) - y) / len(X)
        back = d @ p["W"].T / (1 if slip == "mean" else X.shape[1])
        E, W = p["E"].copy(), p["W"] - 0.3 * middle.T @ d
        if slip == "lost":
            for k in range(X.shape[1]):
                E[X[:, k]] -= 0.3 * back
        else:
            for k in range(X.shape[1]):
                np.add.at(E, X[:, k], -0.3 * back)
        return {"E": E, "W": W}

    return {
        "X": words, "y": y, "parameters": p, "predict": predict, "step": step,
        "loss": lambda p, X, y: -np.sum(y * np.log(predict(p, X))) / len(X),
        "learning_rate": 0.3, "step_is": "update",
    }  # fmt: skip


@program(
    "gradient_wrong",
    "step_not_gradient",
    source="joey00072/Tinytorch 2: x[[0, 0]] gets one gradient, not two",
)
def an_embedding_that_loses_repeated_words():
    return embedding("lost")


@program("gradient_scale", source="the mean over the words is forgotten on the way back")
def an_embedding_without_the_mean():
    return embedding("mean")


@program()
def sound_embedding():
    return embedding()


# Products by einsum, in float32


def products(slip=""):
    rng = np.random.default_rng(15)

    def f(*s):
        return rng.normal(size=s).astype(np.float32)

    X = f(20, 4)
    y = np.tanh(X @ f(4, 4))
    p = {"A": f(4, 4) / 2, "a": f(4) / 4, "B": f(4, 4) / 2, "b": f(4) / 4}

    def forward(p, X):
        h = np.tanh(np.einsum("ni,ij->nj", X, p["A"]) + p["a"])
        return h, np.einsum("nj,jk->nk", h, p["B"]) + p["b"]

    def gradients(p, X, y):
        h, out = forward(p, X)
        d = 2 * (out - y) / np.float32(y.size)
        back = np.einsum("nk,kj->nj" if slip == "index" else "nk,jk->nj", d, p["B"])
        dz = back * (1 - h * h)
        return {"A": np.einsum("nj,ni->ji" if slip == "turned" else "ni,nj->ij",
                               *((dz, X) if slip == "turned" else (X, dz))),
                "a": dz.sum(axis=0), "B": np.einsum("nj,nk->jk", h, d), "b": d.sum(axis=0)}  # fmt: skip

    return {"X": X, "y": y, "parameters": p, "predict": lambda p, X: forward(p, X)[1],
            "loss": lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
            "gradients": gradients}  # fmt: skip


@program("product_wrong", source="einsum kj for jk: with square weights both run")
def einsum_with_an_index_exchanged():
    return products("index")


@program("product_wrong", source="einsum ->ji for ->ij: with square weights both fit")
def einsum_whose_result_is_turned():
    return products("turned")


@program()
def sound_einsum():
    return products()


# Slopes measured by the program itself


def measured(slip=""):
    rng = np.random.default_rng(16)
    X = rng.normal(size=(12, 2))
    y = (X[:, :1] * X[:, 1:] > 0).astype(float)
    sizes = [(2, 3), (1, 3), (3, 1), (1, 1)]

    def predict(p, X):
        return sigmoid(np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def gradients(p, X, y, h=1e-5):
        h = 2.0 if slip == "wide" else h
        result = []
        for array in p:
            g = np.zeros_like(array)
            for i in np.ndindex(array.shape):
                kept = array[i]
                array[i] = kept + h
                above = loss(p, X, y)
                array[i] = kept - h
                below = loss(p, X, y)
                g[i] = (above - below) / (h if slip == "h" else 2 * h)
                if slip != "not put back":
                    array[i] = kept
            result.append(g)
        return result

    def step(p, X, y):
        return [a - 0.5 * g for a, g in zip(p, gradients([q.copy() for q in p], X, y))]

    return {"X": X, "y": y, "parameters": [rng.normal(size=s) for s in sizes], "loss": loss,
            "predict": predict, "gradients": gradients, "step": step, "learning_rate": 0.5}  # fmt: skip


@program("gradient_scale", source="a difference of both sides, divided by h in place of 2 h")
def slopes_divided_by_h():
    return measured("h")


@program("changes_its_arguments", source="a parameter is moved by h and not put back")
def slopes_that_move_the_parameters():
    return measured("not put back")


@program("gradient_wrong", source="h = 2: that is no slope, it is a chord")
def slopes_with_a_wide_step():
    return measured("wide")


@program()
def sound_slopes():
    return measured()


# One vector of all parameters, with biases in the first column


def unrolled(slip=""):
    rng = np.random.default_rng(17)
    X, labels = blobs(n=30, k=3, d=2, seed=18)
    y, lam = one_hot(labels, 3), 1.0
    theta = 0.5 * rng.normal(size=4 * 3 + 3 * 5)

    def parts(theta):
        return theta[:12].reshape(4, 3), theta[12:].reshape(3, 5)

    def forward(theta, X):
        t1, t2 = parts(theta)
        a1 = np.c_[np.ones(len(X)), X]
        a2 = np.c_[np.ones(len(X)), sigmoid(a1 @ t1.T)]
        return a1, a2, sigmoid(a2 @ t2.T)

    def cost(theta, X, y):
        h, m = forward(theta, X)[2], len(X)
        t1, t2 = parts(theta)
        data = -np.sum(y * np.log(h) + (1 - y) * np.log(1 - h)) / m
        return data + lam / (2 * m) * (np.sum(t1[:, 1:] ** 2) + np.sum(t2[:, 1:] ** 2))

    def gradient(theta, X, y):
        a1, a2, h = forward(theta, X)
        t1, t2 = parts(theta)
        m, d3 = len(X), h - y
        back = d3 @ (t2[:, :-1] if slip == "column" else t2[:, 1:])
        d2 = back * a2[:, 1:] * (1 - a2[:, 1:])
        first = np.ones if slip == "ones" else np.zeros
        g1 = d2.T @ a1 / m + lam / m * np.c_[first(4), t1[:, 1:]]
        g2 = d3.T @ a2 / m + lam / m * np.c_[first(3), t2[:, 1:]]
        both = [g2, g1] if slip == "order" else [g1, g2]
        return np.concatenate([each.ravel() for each in both])

    return {"X": X / 3, "y": y, "parameters": theta, "loss": cost, "gradients": gradient,
            "predict": lambda theta, X: forward(theta, X)[2]}  # fmt: skip


@program(
    "weight_term",
    "gradient_wrong",
    source="JWarmenhoven/Coursera-Machine-Learning 3: ones for zeros",
)
def unrolled_with_ones_beside_the_penalty():
    return unrolled("ones")


@program(
    "product_wrong", source="louisjc/mnist-neural-network 1: which column to delete on the way back"
)
def unrolled_without_the_last_column():
    return unrolled("column")


@program(
    "gradient_wrong", source="the gradients are put together in another order than the parameters"
)
def unrolled_in_another_order():
    return unrolled("order")


@program()
def sound_unrolled():
    return unrolled()


# One neuron


def neuron(slip="", labels=(0, 1), whole=False, column=False):
    rng = np.random.default_rng(19)
    X = rng.normal(size=(25, 3))
    y = np.where(X @ np.array([1.0, -2.0, 0.5]) > 0, labels[1], labels[0]).astype(float)
    if slip == "sorted":
        y[:] = 0
    if slip == "bytes":
        y = y.astype(np.uint8)
    w = np.array([1, 0, -1]) if whole else 0.3 * rng.normal(size=3)

    def predict(p, X):
        return sigmoid(X @ p["w"] + p["b"])

    def loss(p, X, y):
        a = predict(p, X)
        if slip in ("two", "two, sound"):
            return np.mean((a - y) ** 2)
        return np.mean((-y) * np.log(a) - (1 - y) * np.log(1 - a))

    def step(p, X, y):
        a = predict(p, X)
        d = a - y
        if slip in ("two", "two, sound"):
            d = (1 if slip == "two" else 2) * d * a * (1 - a)
        w = p["w"].copy()
        w -= (0.5 * X.T @ d / len(X)).astype(w.dtype)
        return {"w": w, "b": p["b"] - 0.5 * d.mean()}

    return {"X": X, "y": y[:, None] if column else y, "parameters": {"w": w, "b": 0.1},
            "predict": predict, "loss": loss, "step": step, "learning_rate": 0.5,
            "step_is": "update"}  # fmt: skip


@program(
    "gradient_scale", source="Open-Deep-ML/DML-OpenProblem 54: 2 / n in the text, 1 / n in the code"
)
def a_neuron_without_the_two():
    return neuron("two")


@program("target_shape", source="y from a table's column, (n, 1), beside predictions (n,)")
def a_neuron_with_y_as_a_column():
    return neuron(column=True)


@program("target_range", source="labels of -1 and 1, as for a perceptron, and a sigmoid")
def a_neuron_with_labels_of_minus_one():
    return neuron(labels=(-1, 1))


@program("integer_parameters", source="np.array([1, 0, -1]) as a start, and w -= ...")
def a_neuron_with_whole_weights():
    return neuron(whole=True)


@program(
    "class_missing", source="ageron/handson-ml 115: sorted data, and only the first part of it"
)
def a_neuron_that_sees_one_class():
    return neuron("sorted")


@program("data_type", source="labels of 8 bits, as a file of digits holds them: -y wraps around")
def a_neuron_with_labels_of_eight_bits():
    return neuron("bytes")


@program()
def sound_neuron():
    return neuron()


@program()
def sound_neuron_of_squares():
    return neuron("two, sound")


# A notebook: globals that its cells change


def notebook(slip="", rate=0.2, scale=1.0, batch=6):
    rng = np.random.default_rng(20)
    X = rng.normal(size=(27, 3))
    y = np.column_stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2] / 2])
    world = {"W": [scale * rng.normal(size=(3, 8)) / 2, rng.normal(size=(8, 2)) / 3],
             "b": [np.zeros((1, 8)), np.zeros((1, 2))]}  # fmt: skip
    act = (lambda z: z) if slip == "lines" else np.tanh
    slope = (lambda a: 1) if slip == "lines" else (lambda a: 1 - a**2)

    def predict(w, X):
        if slip == "in place":
            X -= X.mean()
        return act(X @ w["W"][0] + w["b"][0]) @ w["W"][1] + w["b"][1]

    def mse(w, X, y):
        return ((predict(w, X) - y) ** 2).mean()

    def update(w, x, t):
        h = act(x @ w["W"][0] + w["b"][0])
        d2 = 2 * (h @ w["W"][1] + w["b"][1] - t) / t.size
        d1 = d2 @ w["W"][1].T * slope(h)
        w["W"][1] -= rate * h.T @ d2
        w["W"][0] -= rate * x.T @ d1
        w["b"][1] -= rate * d2.sum(axis=0, keepdims=True)
        w["b"][0] -= rate * d1.sum(axis=0, keepdims=True)

    def epoch(w, X, y):
        if slip == "apart":
            X, y = X.copy(), y.copy()
            np.random.shuffle(X)  # noqa: NPY002
            np.random.shuffle(y)  # noqa: NPY002
        for i in range(0, len(X) - batch + 1 if slip == "last" else len(X), batch):
            stop = batch if slip == "stop" else i + batch
            if len(X[i:stop]):
                update(w, X[i:stop], y[i:stop])

    return {"X": X, "y": y, "parameters": world, "predict": predict, "loss": mse, "step": epoch,
            "learning_rate": rate, "step_is": "epoch"}  # fmt: skip


@program(
    "samples_unused",
    source="lionelmessi6410/Neural-Networks-from-Scratch 1: wrong slices of a batch",
)
def a_notebook_that_reads_the_first_batch_alone():
    return notebook("stop")


@program("pairs_broken", source="mlcommons/GaNDLF 870: data and labels are shuffled separately")
def a_notebook_that_shuffles_twice():
    return notebook("apart")


@program(
    "samples_unused", source="NVlabs/VILA 123: the same last samples are dropped in each epoch"
)
def a_notebook_that_drops_the_last_batch():
    return notebook("last")


@program("cannot_memorise", source="no activation between two layers: they are one")
def a_notebook_of_lines():
    return notebook("lines", rate=0.02)


@program("changes_its_arguments", source="X -= X.mean() in predict")
def a_notebook_that_moves_its_data():
    return notebook("in place")


@program("step_too_long", "divergence", source="a rate of 20, from a list of rates to try")
def a_notebook_with_a_long_step():
    return notebook(rate=20.0, batch=27)


@program("saturated", source="weights of 60: randn without a factor, and columns in the hundreds")
def a_notebook_with_flat_neurons():
    return notebook(scale=400.0)


@program("printed_number", source="the loss of the last batch is printed as that of the epoch")
def a_notebook_that_prints_the_last_batch():
    made = notebook()
    loss = made["loss"]
    made["reports"] = {"loss": lambda w, X, y: loss(w, X[-3:], y[-3:])}
    return made


@program()
def sound_notebook():
    return notebook()


# Kinds that were missed before


class OneBuffer:
    """A network of one layer that fills one array with its gradients and hands it out."""

    def __init__(self):
        self.W, self.b = 0.5 * np.random.default_rng(21).normal(size=(3, 2)), np.zeros(2)
        self.all = {"W": np.zeros((3, 2)), "b": np.zeros(2)}

    def predict(self, X):
        return np.tanh(X @ self.W + self.b)

    def loss(self, X, y):
        return np.sum((self.predict(X) - y) ** 2) / len(X)

    def gradient(self, X, y):
        a = self.predict(X)
        delta = 2 * (a - y) * (1 - a**2) / len(X)
        self.all["W"][:], self.all["b"][:] = X.T @ delta, delta.sum(axis=0)
        return self.all

    def train(self, X, y):
        kept = [self.gradient(X[i : i + 4], y[i : i + 4]) for i in range(0, len(X), 4)]
        self.W = self.W - 0.1 * np.mean([g["W"] for g in kept], axis=0)
        self.b = self.b - 0.1 * np.mean([g["b"] for g in kept], axis=0)


@program("same_array_returned", source="a list of gradients that are all one array, the last")
def an_object_that_hands_out_its_buffer():
    rng = np.random.default_rng(22)
    X = rng.normal(size=(24, 3))
    return {
        "X": X, "y": np.tanh(X @ rng.normal(size=(3, 2))), "program": OneBuffer(),
        "arrays": ["W", "b"], "predict": "predict", "loss": "loss", "gradients": "gradient",
        "step": "train", "learning_rate": 0.1, "step_is": "update",
    }  # fmt: skip


@program("parameter_shape", source="delta.sum(axis=0).reshape(-1, 1) for a bias that is a row")
def a_gradient_that_lies_across_its_bias():
    made = scores()
    inner = made["gradients"]
    made["parameters"]["b1"] = made["parameters"]["b1"].reshape(1, -1)

    def gradients(p, X, y):
        g = inner({**p, "b1": np.ravel(p["b1"])}, X, y)
        return {**g, "b1": g["b1"].reshape(-1, 1)}

    return {**made, "gradients": gradients}


@program("updated_too_early", source="the second layer first, with a rate of 0.0001")
def updated_too_early_by_a_hundred_thousandth():
    rng = np.random.default_rng(23)
    X = rng.normal(size=(20, 3))
    start = [rng.normal(size=(3, 4)), rng.normal(size=(4, 1))]

    def predict(p, X):
        return np.tanh(X @ p[0]) @ p[1]

    def step(p, X, y):
        h = np.tanh(X @ p[0])
        d = 2 * (h @ p[1] - y) / len(y)
        second = p[1] - 1e-4 * h.T @ d
        return [p[0] - 1e-4 * X.T @ (d @ second.T * (1 - h**2)), second]

    return {
        "X": X, "y": X[:, :1] * X[:, 1:2], "parameters": start, "predict": predict, "step": step,
        "loss": lambda p, X, y: np.mean((predict(p, X) - y) ** 2), "learning_rate": 1e-4,
        "step_is": "update",
    }  # fmt: skip


@program(
    "slope_missing", source="Adam hides the sizes of the slopes: the mask is open, and it shrinks"
)
def modules_with_adam_and_an_open_mask():
    made = modules(rate=0.01, optimiser=Adam())
    made["program"].layers[1].backward = lambda up: up
    return made


@program("dead", source="biases of -30: all ReLUs are off, which is not the same as saturated")
def scores_whose_relus_are_all_off():
    made = scores()
    made["parameters"]["b1"] = made["parameters"]["b1"] - 30
    return made


class Doubled(Dropout):
    def backward(self, up):
        return up * (self.mask > 0)


@program("gradient_wrong", source="the mask without its 1 / (1 - p) on the way back")
def modules_with_half_a_mask():
    made = modules(dropout="")
    made["program"].layers[2] = made["program"].drop = Doubled("", 0.4)
    return made


@program("saturated", source="weights of 30 in both layers: three in four slopes are 0, not all")
def a_notebook_whose_neurons_are_mostly_flat():
    rng = np.random.default_rng(24)
    X = rng.normal(size=(30, 2))
    y = one_hot((X[:, 0] > 0).astype(int) + (X[:, 1] > 0), 3)
    start = [30 * rng.normal(size=(2, 6)), 30 * rng.normal(size=(6, 3))]

    def predict(p, X):
        return sigmoid(sigmoid(X @ p[0]) @ p[1])

    def step(p, X, y):
        h = sigmoid(X @ p[0])
        a = sigmoid(h @ p[1])
        d = 2 * (a - y) * a * (1 - a) / len(X)
        first = X.T @ (d @ p[1].T * h * (1 - h))
        return [p[0] - 0.5 * first, p[1] - 0.5 * h.T @ d]

    return {
        "X": X, "y": y, "parameters": start, "predict": predict, "step": step,
        "loss": lambda p, X, y: np.sum((predict(p, X) - y) ** 2) / len(X), "learning_rate": 0.5,
        "step_is": "update",
    }  # fmt: skip
