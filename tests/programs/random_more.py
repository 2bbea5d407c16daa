"""More random sound programs: other activations, losses, penalties, optimisers, schedules, dropout.

Their gradients come from a tape, so that any mixture of these is right.
"""

import numpy as np

from programs import tape
from programs.tape import Tape, either, exp, log, relu, sigmoid, size, softplus, tanh


def elu(z):
    below = z * (z.value <= 0)
    return either(z.value > 0, z, exp(below) - 1.0)


ACTIVATIONS = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "ReLU": relu,
    "leaky ReLU": lambda z: either(z.value > 0, z, z * 0.1),
    "ELU": elu,
    "SELU": lambda z: either(z.value > 0, z, elu(z) * 1.6732632) * 1.050701,
    "swish": lambda z: z * sigmoid(z),
    "GELU": lambda z: z * 0.5 * (tanh((z + z**3 * 0.044715) * 0.7978846) + 1.0),
    "mish": lambda z: z * tanh(softplus(z)),
    "softplus": softplus,
    "hard sigmoid": lambda z: either(np.abs(z.value) < 2.5, z * 0.2 + 0.5, 1.0 * (z.value > 0)),
    "hard tanh": lambda z: either(np.abs(z.value) < 1, z, np.sign(z.value)),
    "softsign": lambda z: z / (size(z) + 1.0),
    "sine": tape.curve(np.sin, np.cos),
    "scaled tanh": lambda z: tanh(z * (2 / 3)) * 1.7159,
}


def log_softmax(z):
    z = z - z.value.max(axis=1, keepdims=True)
    return z - log(exp(z).sum(axis=1))


OUTPUTS = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softplus": softplus,
    "exp": exp,
    "softmax": lambda z: exp(log_softmax(z)),
    "cool softmax": lambda z: exp(log_softmax(z * 0.5)),
}


def huber(a, y):
    e = a - y
    return either(np.abs(e.value) <= 1, e * e * 0.5, size(e) - 0.5).sum()


def log_cosh(a, y):
    e = a - y
    return (e + softplus(e * -2.0) - float(np.log(2))).sum()


def quantile(a, y):
    e = a - y
    return either(e.value > 0, e * 0.3, e * -0.7).sum()


# By the output: losses as sums over all samples, of the weighted sums z, the answers a and y.
LOSSES = {
    "sigmoid": {
        "binary cross-entropy": lambda z, a, y: (softplus(z) - z * y).sum(),
        "with smoothed labels": lambda z, a, y: (softplus(z) - z * (0.9 * y + 0.05)).sum(),
        "with weights": lambda z, a, y: (softplus(z) * (0.5 + 1.5 * y) - z * (2 * y)).sum(),
        "focal": lambda z, a, y: (
            ((1.0 - a) ** 2 * log(a) * y + a**2 * log(1.0 - a) * (1 - y)).sum() * -1.0
        ),
        "squared errors": lambda z, a, y: ((a - y) ** 2).sum(),
    },
    "softmax": {
        "cross-entropy": lambda z, a, y: (log_softmax(z) * -y).sum(),
        "with smoothed labels": lambda z, a, y: (
            log_softmax(z) * -(0.9 * y + 0.1 / y.shape[1])
        ).sum(),
        "with weights": lambda z, a, y: (
            log_softmax(z) * -(y * np.linspace(0.5, 2, y.shape[1]))
        ).sum(),
        "focal": lambda z, a, y: ((1.0 - a) ** 2 * log(a) * -y).sum(),
    },
    "cool softmax": {"cross-entropy": lambda z, a, y: (log_softmax(z * 0.5) * -y).sum()},
    "identity": {
        "squared errors": lambda z, a, y: ((a - y) ** 2).sum(),
        "absolute errors": lambda z, a, y: size(a - y).sum(),
        "Huber": lambda z, a, y: huber(a, y),
        "logarithm of cosh": lambda z, a, y: log_cosh(a, y),
        "quantile": lambda z, a, y: quantile(a, y),
        "hinge": lambda z, a, y: relu(1.0 - a * y).sum(),
        "squared hinge": lambda z, a, y: (relu(1.0 - a * y) ** 2).sum(),
    },
    "tanh": {"squared errors": lambda z, a, y: ((a - y) ** 2).sum()},
    "softplus": {
        "squared errors": lambda z, a, y: ((a - y) ** 2).sum(),
        "Poisson": lambda z, a, y: (a - log(a) * y).sum(),
    },
    "exp": {"Poisson": lambda z, a, y: (a - z * y).sum()},
}
PENALTIES = [None, None, None, "L2", "L2 of all", "L1", "L1 of all", "elastic"]


class Net:
    """What is random about a network, and what it computes with samples as rows."""

    def __init__(self, rng):
        pick = self.pick = lambda *things: things[int(rng.integers(len(things)))]
        self.output = pick(*LOSSES, "sigmoid", "softmax", "identity")
        self.loss = pick(*LOSSES[self.output])
        self.depth = pick(0, 1, 1, 1, 2, 2)
        self.hidden = [pick(*ACTIVATIONS) for _ in range(self.depth)]
        several = pick(2, 3, 4) if "softmax" in self.output else pick(1, 1, 2)
        self.m = 1 if "hinge" in self.loss else several
        self.d, self.n = pick(1, 2, 3, 5), pick(4, 6, 8, 12, 20)
        wide = pick(1, 3, 4, 6, 8)
        self.sizes = [self.d, *[wide] * self.depth, self.m]
        self.bias = pick(True, True, True, False)
        self.short_cut = self.depth == 2 and pick(True, False)
        self.layer_norm = self.depth > 0 and wide > 2 and pick(True, False, False, False)
        self.dropped = pick(*[0] * 10, 0.2, 0.5) if self.depth else 0
        self.words_in = self.depth > 0 and pick(True, *[False] * 9)  # an embedding of six words
        self.penalty, self.share = pick(*PENALTIES), pick(0.1, 0.01, 0.001)
        self.factor = pick(lambda n, m: 1 / (n * m), lambda n, m: 1 / n, lambda n, m: 0.5 / n,
                           lambda n, m: 1.0)  # fmt: skip

    def start(self, rng):
        p, zero = {}, rng.random() < 0.6
        if self.words_in:
            p["E"] = rng.normal(size=(6, self.d))
        for k, (i, o) in enumerate(zip(self.sizes, self.sizes[1:]), start=1):
            p[f"W{k}"] = rng.normal(size=(i, o)) / np.sqrt(i)
            if self.bias:
                p[f"b{k}"] = np.zeros((1, o)) if zero else 0.1 * rng.normal(size=(1, o))
            if self.layer_norm and k < len(self.sizes) - 1:
                p[f"g{k}"] = np.ones((1, o))
        return p

    def data(self, rng):
        X = rng.normal(size=(self.n, self.d))
        given = X
        if self.words_in:
            words = rng.integers(0, 6, size=(self.n, 1)).astype(float)
            words[:6, 0], X = np.arange(6)[: self.n], words
            given = rng.normal(size=(6, self.d))[words[:, 0].astype(int)]
        raw = given @ rng.normal(size=(self.d, self.m)) + 0.3 * rng.normal(size=(self.n, self.m))
        if "softmax" in self.output:
            labels = np.arange(self.n) % self.m
            return (X if self.words_in else X + labels[:, None] / 2), np.eye(self.m)[labels]
        above = (raw > np.median(raw, axis=0)) * 1.0
        if self.output == "sigmoid":
            return X, above
        if "hinge" in self.loss:
            return X, 2 * above - 1
        if self.output in ("softplus", "exp"):
            return X, np.round(np.exp(np.clip(raw, -2, 1.5)))
        return X, 0.9 * np.sin(raw)

    def forward(self, p, X, masks=None):
        a = (
            p["E"].rows(X[:, 0].astype(int))
            if self.words_in
            else Tape(X.astype(p["W1"].value.dtype))
        )
        for k, name in enumerate([*self.hidden, None], start=1):
            z = a @ p[f"W{k}"]
            z = z + p[f"b{k}"] if self.bias else z
            if name is None:
                return z, OUTPUTS[self.output](z)
            if self.layer_norm:
                z = z - z.mean(1)
                z = z / ((z * z).mean(1) + 1e-5) ** 0.5 * p[f"g{k}"]
            h = ACTIVATIONS[name](z)
            h = h + a if self.short_cut and k == 2 else h
            if self.dropped and masks is not None:
                h = h * ((masks.random(h.value.shape) >= self.dropped) / (1 - self.dropped))
            a = h
        raise AssertionError

    def punished(self, p):
        every = [v for k, v in p.items() if k[0] == "W" or "all" in self.penalty]
        total = 0.0
        for each in every:
            squares, sizes = (each * each).sum(), size(each).sum()
            total = total + {"2": squares, "1": sizes, "l": squares + sizes}[self.penalty[1]]
        return total * self.share

    def descended(self, p, X, y, masks=None, punished=True):
        z, a = self.forward(p, X, masks)
        loss = LOSSES[self.output][self.loss](z, a, y) * self.factor(*y.shape)
        return loss + self.punished(p) if punished and self.penalty else loss


def taped(p):
    return {name: Tape(np.asarray(value)) for name, value in p.items()}


def first_and_second(kind, t, x, m, v, w):
    """What an optimiser makes of a slope at a rate of 1, and its new memories."""
    if kind == "momentum":
        return (m := 0.9 * m + x), m, v, w
    if kind == "running mean":
        return (m := 0.9 * m + 0.1 * x), m, v, w
    if kind == "Nesterov":
        m = 0.9 * m + x
        return x + 0.9 * m, m, v, w
    if kind == "AdaGrad":
        v = v + x * x
        return x / (np.sqrt(v) + 1e-8), m, v, w
    if kind in ("RMSProp", "centred RMSProp"):
        v, m = 0.9 * v + 0.1 * x * x, 0.9 * m + 0.1 * x
        return x / np.sqrt(v - m * m * (kind != "RMSProp") + 1e-6), m, v, w
    if kind == "AdaDelta":
        v = 0.9 * v + 0.1 * x * x
        step = np.sqrt((w + 1e-6) / (v + 1e-6)) * x
        return step, m, v, 0.9 * w + 0.1 * step**2
    if kind == "Lion":
        return np.sign(0.9 * m + 0.1 * x), 0.99 * m + 0.01 * x, v, w
    m, v = 0.9 * m + 0.1 * x, 0.999 * v + 0.001 * x * x
    mean, square = m / (1 - 0.9**t), v / (1 - 0.999**t)
    if kind == "NAdam":
        mean = 0.9 * mean + 0.1 * x / (1 - 0.9**t)
    if kind == "AMSGrad":
        w = square = np.maximum(w, square)
    if kind == "Adamax":
        w = np.maximum(0.999 * w, np.abs(x))
        return mean / (w + 1e-8), m, v, w
    return mean / (np.sqrt(square) + 1e-8), m, v, w


KINDS = [
    "descent", "descent", "descent", "momentum", "running mean", "Nesterov", "AdaGrad", "RMSProp",
    "centred RMSProp", "AdaDelta", "Lion", "Adam", "Adam", "NAdam", "AMSGrad", "Adamax", "AdamW",
]  # fmt: skip
SCHEDULES = {
    "one rate": lambda t: 1.0,
    "1 / t": lambda t: 1 / (1 + 0.1 * (t - 1)),
    "cosine": lambda t: 0.5 * (1 + np.cos(np.pi * (t % 1000) / 1000)),
    "in steps": lambda t: 0.5 ** (t // 20),
    "warmed up": lambda t: min(1.0, t / 5),
}
CUTS = {
    "not cut": lambda g: g,
    "cut to one length": lambda g: {k: x * min(1, 1 / length(g)) for k, x in g.items()},
    "each cut to one length": lambda g: {k: x * min(1, 0.5 / length({0: x})) for k, x in g.items()},
    "each entry cut": lambda g: {k: np.clip(x, -0.5, 0.5) for k, x in g.items()},
}


def length(g):
    return np.sqrt(sum(float(np.sum(x**2)) for x in g.values())) + 1e-300


class Trainer:
    """An optimiser with its memory, and how it goes through the samples."""

    def __init__(self, net, rate, words, batch):
        self.net, self.rate, self.batch = net, rate, batch
        self.kind, self.schedule, self.cut, self.mode = words
        self.t, self.memory = 0, {}
        self.rng, self.masks = np.random.default_rng(3), np.random.default_rng(4)

    def gradient(self, p, X, y):
        p = taped(p)
        loss = self.net.descended(p, X, y, self.masks if self.net.dropped else None)
        return dict(zip(p, tape.gradients(loss, list(p.values()))))

    def update(self, p, g):
        self.t += 1
        new = {}
        for name, x in CUTS[self.cut](g).items():
            old = self.memory.get(name, (0 * x, 0 * x, 0 * x))
            step = x
            if self.kind != "descent":
                step, *memory = first_and_second(self.kind, self.t, x, *old)
                self.memory[name] = memory
            if self.kind == "AdamW":
                step = step + 0.01 * p[name]
            rate = self.rate * SCHEDULES[self.schedule](self.t)
            new[name] = (p[name] - rate * step).astype(p[name].dtype)
        return new

    def step(self, p, X, y):
        n = len(y)
        if self.mode == "whole":
            return self.update(p, self.gradient(p, X, y))
        if self.mode == "one batch":
            i = self.rng.permutation(n)[: self.batch]
            return self.update(p, self.gradient(p, X[i], y[i]))
        draw = np.random if self.mode == "epoch, global" else self.rng
        order = np.arange(n) if self.mode == "epoch in order" else draw.permutation(n)
        size = 1 if self.mode == "one by one" else self.batch
        for i in range(0, n, size):
            rows = order[i : i + size]
            p = self.update(p, self.gradient(p, X[rows], y[rows]))
        return p


STEP_IS = {"whole": "update", "one batch": "batch"}


class Program:
    """A program that keeps its arrays itself."""

    def __init__(self, start, trainer, unpack):
        self.names = list(start)
        self.__dict__.update(start)
        self.trainer, self.unpack = trainer, unpack

    def arrays(self):
        return {name: getattr(self, name) for name in self.names}

    def train(self, X, y):
        self.__dict__.update(self.trainer.step(self.arrays(), *self.unpack(X, y)))


def sound(seed):
    """The arguments of an audit of a random sound program, and a sentence that describes it."""
    rng = np.random.default_rng([seed, 77])
    net = Net(rng)
    pick, dtype = net.pick, np.float32 if rng.random() < 0.2 else np.float64
    X, y = net.data(rng)
    p = {name: value.astype(dtype) for name, value in net.start(rng).items()}
    X, y = (X if net.words_in else X.astype(dtype)), y.astype(dtype)
    kind, mode = pick(*KINDS), pick("whole", "whole", "whole", "epoch, own", "epoch, global",
                                    "epoch in order", "one by one", "one batch")  # fmt: skip
    schedule = pick(*["one rate"] * 5, *SCHEDULES)
    words = kind, schedule, pick(*["not cut"] * 5, *CUTS), mode
    rate = pick(0.01, 0.05, 0.003) * (0.1 if net.factor(2, 1) == 1 else 1)
    if kind in ("momentum", "Nesterov", "Lion", "centred RMSProp"):
        rate *= 0.1
    if kind == "AdaDelta":
        rate = 1.0
    batch, columns = pick(2, 5, 16), not net.words_in and rng.random() < 0.25
    labels, flat = "softmax" in net.output and rng.random() < 0.4, net.m == 1 and rng.random() < 0.4

    def unpack(X, y=None):
        X = np.asarray(X).T if columns else np.asarray(X)
        if y is None:
            return X
        if labels:
            return X, np.eye(net.m, dtype=dtype)[np.asarray(y, int)]
        return X, np.asarray(y).reshape(-1, 1) if flat else (y.T if columns else y)

    def trainer():
        return Trainer(net, rate, words, batch)

    def predict(p, X):
        a = net.forward(taped(p), unpack(X))[1].value
        return a.ravel() if flat else (a.T if columns else a)

    shown = bool(rng.random() < 0.7)
    masks = np.random.default_rng(9)

    def loss(p, X, y):
        return float(net.descended(taped(p), *unpack(X, y), punished=shown).value)

    def training_loss(p, X, y):
        return float(net.descended(taped(p), *unpack(X, y), masks if net.dropped else None).value)

    def new_step():
        own = trainer()
        return lambda p, X, y: own.step(p, *unpack(X, y))

    arguments = {"X": X.T.copy() if columns else X, "y": y.argmax(axis=1) if labels else
                 y[:, 0] if flat else y.T.copy() if columns else y}  # fmt: skip
    if rng.random() < 0.3:
        arguments |= {"program": Program(p, trainer(), unpack), "arrays": list(p), "step": "train",
                      "predict": lambda net, X: predict(net.arrays(), X),
                      "loss": lambda net, X, y: loss(net.arrays(), X, y)}  # fmt: skip
        if net.dropped or (net.penalty and not shown):
            arguments["training_loss"] = lambda net, X, y: training_loss(net.arrays(), X, y)
    else:
        arguments |= {"parameters": p, "predict": predict, "loss": loss, "new_step": new_step}
        if net.dropped or (net.penalty and not shown):
            arguments["training_loss"] = training_loss
        if not net.dropped and rng.random() < 0.5:
            arguments["gradients"] = lambda p, X, y: trainer().gradient(p, *unpack(X, y))
    if rng.random() < 0.75:
        arguments["learning_rate"] = rate
    if rng.random() < 0.6:
        arguments["step_is"] = STEP_IS.get(mode, "epoch")
    return arguments, (
        f"{net.sizes} {net.hidden} {net.output} {net.loss} {net.penalty} {words} rate {rate} "
        f"dropped {net.dropped} short cut {net.short_cut} norm {net.layer_norm} n {net.n} "
        f"{dtype.__name__} columns {columns} labels {labels} flat {flat} {sorted(arguments)}"
    )
