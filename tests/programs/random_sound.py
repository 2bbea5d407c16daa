"""Random sound programs: any layout, loss, activation, optimiser and number type, all in order."""

import numpy as np

ACTS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda z, a: (z > 0) * 1.0),
    "leaky": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z, a: np.where(z > 0, 1.0, 0.01)),
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
}


def normalised(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Net:
    """A dense network with samples as rows; the dressing is put around it."""

    def __init__(self, rng):
        self.rng = rng
        self.task = rng.choice(["binary", "several", "classes", "numbers", "bounded"])
        depth = int(rng.integers(0, 3))
        self.hidden = rng.choice(["sigmoid", "tanh", "relu", "leaky"])
        self.m = {"binary": 1, "several": 3, "classes": int(rng.integers(2, 5)),
                  "numbers": int(rng.integers(1, 3)), "bounded": 1}[self.task]  # fmt: skip
        self.output = {"binary": "sigmoid", "several": "sigmoid", "classes": "softmax",
                       "numbers": "identity", "bounded": "tanh"}[self.task]  # fmt: skip
        self.loss = {"binary": rng.choice(["bce", "mse"]), "several": "bce", "classes": "ce"}.get(
            self.task, "mse")  # fmt: skip
        self.d = int(rng.integers(2, 6))
        self.sizes = [self.d, *(int(rng.integers(3, 9)) for _ in range(depth)), self.m]
        self.divide = rng.choice(["mean", "samples", "half", "sum"])
        self.decay = float(rng.choice([0, 0, 0, 0.01]))
        self.bias = bool(rng.random() < 0.85)
        self.n = int(rng.choice([4, 12, 30, 50, 96]))

    def factor(self, n):
        return {"mean": 1 / (n * self.m), "samples": 1 / n, "half": 0.5 / n, "sum": 1.0}[
            self.divide
        ]

    def start(self):
        rng, p = self.rng, []
        for i, o in zip(self.sizes, self.sizes[1:]):
            p.append(rng.normal(size=(i, o)) / np.sqrt(i))
            if self.bias:
                p.append(np.zeros((1, o)) if rng.random() < 0.6 else 0.1 * rng.normal(size=(1, o)))
        return p

    def forward(self, p, x):
        a, zs, acts = x, [], [x]
        width = 2 if self.bias else 1
        layers = [p[k : k + width] for k in range(0, len(p), width)]
        for k, (w, *b) in enumerate(layers):
            z = a @ w + (b[0] if b else 0)
            last = k == len(layers) - 1
            name = self.output if last else self.hidden
            a = normalised(z) if name == "softmax" else ACTS[name][0](z)
            zs.append(z)
            acts.append(a)
        return zs, acts

    def value(self, p, x, y):
        zs, acts = self.forward(p, x)
        a, z, f = acts[-1], zs[-1], self.factor(len(x))
        if self.loss == "bce":
            total = np.sum(np.logaddexp(0, z) - y * z)
        elif self.loss == "ce":
            top = z.max(axis=1, keepdims=True)
            total = np.sum(np.log(np.exp(z - top).sum(axis=1)) + top[:, 0]) - np.sum(y * z)
        else:
            total = np.sum((a - y) ** 2)
        return f * total + self.decay * sum(np.sum(w**2) for w in p[:: 2 if self.bias else 1])

    def slope(self, p, x, y):
        zs, acts = self.forward(p, x)
        f = self.factor(len(x))
        d = f * (acts[-1] - y)
        if self.loss == "mse":
            d = 2 * d * ACTS[self.output][1](zs[-1], acts[-1])
        width = 2 if self.bias else 1
        out = [None] * len(p)
        for k in range(len(zs) - 1, -1, -1):
            w = p[k * width]
            out[k * width] = acts[k].T @ d + 2 * self.decay * w
            if self.bias:
                out[k * width + 1] = d.sum(axis=0, keepdims=True)
            if k:
                d = d @ w.T * ACTS[self.hidden][1](zs[k - 1], acts[k])
        return out


def data_for(net, rng):
    """X (n, d) and y (n, m) that suit the task."""
    x = rng.normal(size=(net.n, net.d))
    if net.n == 4:
        x = np.array([[i >> k & 1 for k in range(net.d)] for i in range(4)], float)
    if net.task == "classes":
        labels = np.arange(net.n) % net.m
        x[:, 0] += labels
        return x, np.eye(net.m)[labels]
    if net.task in ("binary", "several"):
        y = (x @ rng.normal(size=(net.d, net.m)) > 0) * 1.0
        y[0], y[1] = 0, 1
        return x, y
    y = np.sin(x @ rng.normal(size=(net.d, net.m)))
    return x, y if net.task == "numbers" else 0.9 * y


def make_step(net, rate, kind, batch, in_place, use, order_seed):
    """A fresh step of some optimiser; ``use`` gives the gradient in the program's own form."""

    def fresh():
        state = {"t": 0, "m": None, "v": None, "rng": np.random.default_rng(order_seed)}

        def one(p, g):
            state["t"] += 1
            if state["m"] is None:
                state["m"] = [np.zeros_like(x) for x in g]
                state["v"] = [np.zeros_like(x) for x in g]
            for k, x in enumerate(g):
                if kind == "sgd":
                    change = rate * x
                elif kind == "momentum":
                    state["m"][k] = 0.9 * state["m"][k] + rate * x
                    change = state["m"][k]
                elif kind == "rmsprop":
                    state["v"][k] = 0.9 * state["v"][k] + 0.1 * x**2
                    change = rate * x / (np.sqrt(state["v"][k]) + 1e-8)
                else:
                    state["m"][k] = 0.9 * state["m"][k] + 0.1 * x
                    state["v"][k] = 0.999 * state["v"][k] + 0.001 * x**2
                    m = state["m"][k] / (1 - 0.9 ** state["t"])
                    change = rate * m / (np.sqrt(state["v"][k] / (1 - 0.999 ** state["t"])) + 1e-8)
                if in_place:
                    p[k] -= change.astype(p[k].dtype)
                else:
                    p[k] = p[k] - change

        def step(p, x, y):
            n = len(x)
            if batch is None:
                one(p, use(p, x, y))
                return
            order = state["rng"].permutation(n)
            for i in range(0, n, batch):
                part = order[i : i + batch]
                one(p, use(p, x[part], y[part]))

        return step

    return fresh


def sound(seed):
    """The arguments of an audit of a random sound program, and a sentence that describes it."""
    rng = np.random.default_rng(seed)
    net = Net(rng)
    x, y = data_for(net, rng)
    p = net.start()
    unscaled = rng.random() < 0.12
    if unscaled:
        x = x * rng.choice([40.0, 300.0]) + rng.choice([0.0, 100.0])
    dtype = np.float32 if rng.random() < 0.15 else np.float64
    kind = str(rng.choice(["sgd", "sgd", "momentum", "adam", "rmsprop"]))
    batch = None if rng.random() < 0.6 else int(rng.integers(2, 12))
    columns = rng.random() < 0.25
    form = str(rng.choice(["dict", "list", "nested"]))
    target = str(rng.choice(["as is", "as is", "flat", "labels"]))
    rate = float(rng.choice([0.01, 0.05])) * (0.1 if net.divide == "sum" else 1)
    if unscaled:
        rate *= 1e-5
    use_step = rng.random() < 0.7
    in_place = bool(rng.random() < 0.5)

    x, y, p = x.astype(dtype), y.astype(dtype), [w.astype(dtype) for w in p]
    names = [f"{n}{k // 2 + 1}" if net.bias else f"W{k + 1}"
             for k, n in enumerate(["W", "b"] * len(p))][: len(p)]  # fmt: skip

    def pack(ws):
        ws = [w.T for w in ws] if columns else list(ws)
        if form == "dict":
            return dict(zip(names, ws))
        return ws if form == "list" else {"layers": [ws[k : k + 2] for k in range(0, len(ws), 2)]}

    def unpack(q):
        if form == "dict":
            ws = [q[n] for n in names]
        else:
            ws = q if form == "list" else [w for layer in q["layers"] for w in layer]
        return [w.T for w in ws] if columns else list(ws)

    def rows(a):
        return np.asarray(a).T if columns else np.asarray(a)

    given_y = y.T if columns else y
    if target == "labels" and net.task == "classes":
        given_y = y.argmax(axis=1)
    elif target == "flat" and net.m == 1:
        given_y = y[:, 0]

    def wanted(t):
        t = np.asarray(t)
        if target == "labels" and net.task == "classes":
            return np.eye(net.m, dtype=dtype)[t]
        if target == "flat" and net.m == 1:
            return t.reshape(-1, 1)
        return rows(t)

    fresh = make_step(net, rate, kind, batch, in_place, net.slope, 3)

    def new_step():
        inner = fresh()

        def step(q, x, y):
            ws = unpack(q)
            inner(ws, rows(x), wanted(y))
            return pack(ws)

        return step

    arguments = dict(
        X=x.T.copy() if columns else x, y=given_y.copy(), parameters=pack(p),
        predict=lambda q, x: rows(net.forward(unpack(q), rows(x))[1][-1]),
        loss=lambda q, x, y: net.value(unpack(q), rows(x), wanted(y)),
        gradients=lambda q, x, y: pack(net.slope(unpack(q), rows(x), wanted(y))),
    )  # fmt: skip
    if columns and rng.random() < 0.5:
        arguments["samples"] = "columns"
    if use_step:
        arguments |= {"new_step": new_step, "step": new_step(), "learning_rate": rate}
        if batch is not None and rng.random() < 0.6:
            arguments["step_is"] = "epoch"
    if rng.random() < 0.2:
        del arguments["gradients"]
    if rng.random() < 0.1:
        del arguments["loss"]
    words = f"{net.task} {net.sizes} {net.hidden} {net.loss} {net.divide} decay {net.decay} {dtype.__name__} " \
        f"{kind} batch {batch} columns {columns} {form} {target} unscaled {unscaled} n {net.n} bias {net.bias}"  # fmt: skip
    return arguments, words, bool(unscaled)
