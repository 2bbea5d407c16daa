"""Programs after public questions and repositories, each beside itself mended, and odd sound ones.

They were written before their author had read a rule, but for the six whose source is our own and
that came with the mending of their kinds. ``ok`` is the one line that is mended.
"""

import itertools

import numpy as np

from programs.case import pair, program, sigmoid, softmax

XOR_IN = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_OUT = np.array([[0.0], [1.0], [1.0], [0.0]])


def clouds(n, d, k, seed):
    r = np.random.default_rng(seed)
    labels = r.permutation(np.arange(n) % k)
    return r.normal(scale=1.7, size=(k, d))[labels] + 0.8 * r.normal(size=(n, d)), labels


def waves(n, d, seed, size=1.0):
    r = np.random.default_rng(seed)
    X = r.uniform(-1.5, 1.5, (n, d))
    return X, size * (np.sin(2 * X[:, :1]) - X[:, 1:2] * X[:, :1])


def two_layers(d, h, k, seed, size=0.6):
    r = np.random.default_rng(seed)
    return {
        "W1": size * r.normal(size=(d, h)),
        "b1": 0.1 * r.normal(size=h),
        "W2": size * r.normal(size=(h, k)),
        "b2": 0.1 * r.normal(size=k),
    }


# -- losses ---------------------------------------------------------------------------------------


@pair(
    "loss_formula",
    source="marlbenchmark/on-policy 47: in a Huber loss the large errors are found by e > d, not "
    "by abs(e) > d: those far below 0 cost nothing",
)
def huber_sees_one_side(ok):
    X, y = waves(50, 2, 1, size=3.0)
    start = two_layers(2, 7, 1, 2)

    def net(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def huber(e, d):
        near = (np.abs(e) <= d).astype(float)
        far = (np.abs(e) > d).astype(float) if ok else (e > d).astype(float)
        return near * e**2 / 2 + far * d * (np.abs(e) - d / 2)

    def gradients(p, X, y):
        h, f = net(p, X)
        g = np.clip(f - y, -1.0, 1.0) / len(X)
        back = g @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ back, "b1": back.sum(0), "W2": h.T @ g, "b2": g.sum(0)}

    def step(p, X, y):
        g = gradients(p, X, y)
        return {k: p[k] - 0.2 * g[k] for k in p}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: net(p, X)[1],
        loss=lambda p, X, y: huber(net(p, X)[1] - y, 1.0).mean(),
        gradients=gradients,
        step=step,
        learning_rate=0.2,
    )


@pair(
    "loss_formula",
    "gradient_scale",
    source="jax-ml/jax 1023: np.mean over the table of classes: the loss is that of a sample "
    "divided by the number of classes",
)
def mean_over_the_classes(ok):
    X, labels = clouds(60, 3, 4, 5)
    T = np.eye(4)[labels]
    r = np.random.RandomState(0)
    layers = [(3, 8), (8, 6), (6, 4)]
    params = [(0.5 * r.randn(m, n), np.zeros(n)) for m, n in layers]

    def predict(params, inputs):
        for w, b in params[:-1]:
            inputs = np.tanh(np.dot(inputs, w) + b)
        w, b = params[-1]
        return softmax(np.dot(inputs, w) + b)

    def loss(params, inputs, targets):
        logp = np.log(predict(params, inputs))
        return -np.mean(np.sum(logp * targets, axis=1)) if ok else -np.mean(logp * targets)

    def update(params, inputs, targets):
        acts = [inputs]
        for w, b in params[:-1]:
            acts.append(np.tanh(np.dot(acts[-1], w) + b))
        delta = (predict(params, inputs) - targets) / inputs.shape[0]
        new = []
        for (w, b), a in zip(params[::-1], acts[::-1]):
            new.insert(0, (w - 0.3 * np.dot(a.T, delta), b - 0.3 * delta.sum(axis=0)))
            delta = np.dot(delta, w.T) * (1 - a**2)
        return new

    return dict(
        X=X, y=T, parameters=params, predict=predict, loss=loss, step=update, learning_rate=0.3
    )


@pair(
    "target_range",
    "loss_formula",
    source="bfortuner/ml-glossary pull 113: max(0, 1 - y * yhat) of labels 0 and 1: each 0 costs "
    "1, whatever is predicted",
)
def hinge_of_zeros_and_ones(ok):
    X, y = clouds(48, 2, 2, 8)

    class Machine:
        def __init__(self):
            r = np.random.default_rng(4)
            self.W, self.c = r.normal(size=(2, 5)) * 0.8, np.zeros(5)
            self.v, self.d = r.normal(size=5) * 0.8, np.zeros(1)

        def score(self, X):
            self.H = np.tanh(X @ self.W + self.c)
            return self.H @ self.v + self.d

        def cost(self, X, y):
            t = 2 * y - 1 if ok else y
            return np.maximum(0, 1 - t * self.score(X)).mean()

        def fit_once(self, X, y):
            t = 2 * y - 1 if ok else y
            g = -t * (t * self.score(X) < 1) / len(X)
            back = np.outer(g, self.v) * (1 - self.H**2)
            self.v = self.v - 0.1 * self.H.T @ g
            self.d = self.d - 0.1 * g.sum()
            self.W = self.W - 0.1 * X.T @ back
            self.c = self.c - 0.1 * back.sum(0)

    return dict(
        X=X,
        y=y,
        program=Machine(),
        arrays=["W", "c", "v", "d"],
        predict="score",
        loss="cost",
        step="fit_once",
        learning_rate=0.1,
    )


@pair(
    "loss_formula",
    source="lightaime/cs231n 9: the margin of the right class itself, which is always 1, is counted "
    "in the loss",
)
def svm_counts_its_own_class(ok):
    X, y = clouds(45, 4, 3, 11)
    r = np.random.default_rng(6)
    W = {"W": 0.3 * r.normal(size=(4, 3)), "b": np.zeros(3)}

    def margins(p, X, y):
        s = X @ p["W"] + p["b"]
        m = np.maximum(0, s - s[np.arange(len(y)), y][:, None] + 1)
        if ok:
            m[np.arange(len(y)), y] = 0
        return m

    def loss(p, X, y):
        return margins(p, X, y).sum() / len(y)

    def gradients(p, X, y):
        hit = (margins(p, X, y) > 0).astype(float)
        hit[np.arange(len(y)), y] = 0
        hit[np.arange(len(y)), y] = -hit.sum(axis=1)
        hit /= len(y)
        return {"W": X.T @ hit, "b": hit.sum(axis=0)}

    return dict(
        X=X,
        y=y,
        parameters=W,
        predict=lambda p, X: X @ p["W"] + p["b"],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "loss_formula",
    source="own: weights of the samples (n,) times squared errors (n, 1): NumPy stretches them to "
    "a table, whose mean does not see which sample has which weight",
)
def weights_of_samples_stretched(ok):
    X, y = waves(40, 2, 14)
    start = two_layers(2, 6, 1, 15)

    def importance(X):
        return np.where(X[:, 0] > 0, 2.0, 0.5)

    def forward(p, X):
        h = sigmoid(X @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def loss(p, X, y):
        w = importance(X)
        e2 = (forward(p, X)[1] - y) ** 2
        return np.mean(w[:, None] * e2) if ok else np.mean(w * e2)

    def gradients(p, X, y):
        h, f = forward(p, X)
        e = 2 * importance(X)[:, None] * (f - y) / len(X)
        d = e @ p["W2"].T * h * (1 - h)
        return {"W1": X.T @ d, "b1": d.sum(0), "W2": h.T @ e, "b2": e.sum(0)}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
    )


# -- slopes and products --------------------------------------------------------------------------


@pair(
    "slope_of_a",
    source="zserge/nanonn 4: the slope of softplus, 1 / (1 + exp(-x)), is taken of the layer's "
    "output, where it is 1 - exp(-a)",
)
def softplus_slope_of_its_output(ok):
    X, y = clouds(40, 3, 2, 21)
    y = y[:, None].astype(float)

    class Net:
        def __init__(self, sizes, seed):
            r = np.random.default_rng(seed)
            for i, (m, n) in enumerate(itertools.pairwise(sizes), 1):
                setattr(self, f"w{i}", r.normal(size=(m, n)) / np.sqrt(m))
                setattr(self, f"b{i}", np.zeros(n))

        def predict(self, X):
            self.a1 = np.log1p(np.exp(X @ self.w1 + self.b1))
            self.a2 = np.log1p(np.exp(self.a1 @ self.w2 + self.b2))
            return sigmoid(self.a2 @ self.w3 + self.b3)

        def train(self, X, y, rate=0.2):
            slope = (lambda a: 1 - np.exp(-a)) if ok else (lambda a: 1 / (1 + np.exp(-a)))
            d3 = (self.predict(X) - y) / len(y)
            d2 = d3 @ self.w3.T * slope(self.a2)
            d1 = d2 @ self.w2.T * slope(self.a1)
            for i, a, d in ((3, self.a2, d3), (2, self.a1, d2), (1, X, d1)):
                getattr(self, f"w{i}")[...] -= rate * a.T @ d
                getattr(self, f"b{i}")[...] -= rate * d.sum(axis=0)

    def bce(net, X, y):
        p = net.predict(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    return dict(
        X=X,
        y=y,
        program=Net((3, 6, 5, 1), 22),
        arrays=["w1", "b1", "w2", "b2", "w3", "b3"],
        predict="predict",
        step="train",
        loss=bce,
        learning_rate=0.2,
    )


@pair(
    "gradient_scale",
    "gradient_wrong",
    "slope_of_a",
    source="rushter/MLAlgorithms pull 50: a sigmoid written 0.5 * (tanh(z) + 1), without the half "
    "in tanh(z / 2): its slope is twice a (1 - a)",
)
def sigmoid_out_of_tanh(ok):
    X, y = clouds(36, 2, 2, 31)
    y = y.reshape(-1, 1).astype(float)
    r = np.random.default_rng(32)
    theta = [r.normal(size=(3, 5)), r.normal(size=(6, 4)), r.normal(size=(5, 1))]

    def squash(z):
        return 0.5 * (np.tanh(z / 2 if ok else z) + 1)

    def ones(a):
        return np.hstack([np.ones((len(a), 1)), a])

    def run(theta, X):
        out = [X]
        for t in theta:
            out.append(squash(ones(out[-1]) @ t))
        return out

    def predict(theta, X):
        return run(theta, X)[-1]

    def mse(theta, X, y):
        return 0.5 * np.mean((predict(theta, X) - y) ** 2)

    def backprop(theta, X, y):
        out = run(theta, X)
        d = (out[-1] - y) / len(X) * out[-1] * (1 - out[-1])
        grads = []
        for t, a in zip(theta[::-1], out[-2::-1]):
            grads.insert(0, ones(a).T @ d)
            d = (d @ t.T)[:, 1:] * a * (1 - a)
        return grads

    return dict(X=X, y=y, parameters=theta, predict=predict, loss=mse, gradients=backprop)


@pair(
    "slope_missing",
    "gradient_wrong",
    source="peteryuX/retinaface-tf2 pull 34: lambdas made in a loop all see its last value: here "
    "each layer gets the slope of the last one, which is linear",
)
def lambdas_see_the_last_slope(ok):
    X, y = waves(50, 2, 51)
    r = np.random.default_rng(52)
    sizes = [2, 6, 5, 1]
    Ws = [r.normal(size=s) * 0.6 for s in itertools.pairwise(sizes)]
    Bs = [0.1 * r.normal(size=s) for s in sizes[1:]]
    slopes = [lambda a: 1 - a * a, lambda a: 1 - a * a, lambda a: np.ones_like(a)]
    if ok:
        backs = [lambda g, a, s=s: g * s(a) for s in slopes]
    else:
        backs = []
        for slope in slopes:
            backs.append(lambda g, a: g * slope(a))  # noqa: B023

    def activations(params, X):
        Ws, Bs = params
        A = [X]
        for i, (W, B) in enumerate(zip(Ws, Bs)):
            Z = A[-1] @ W + B
            A.append(Z if i == len(Ws) - 1 else np.tanh(Z))
        return A

    def loss(params, X, y):
        return np.mean((activations(params, X)[-1] - y) ** 2)

    def gradients(params, X, y):
        Ws, _Bs = params
        A = activations(params, X)
        g = 2 * (A[-1] - y) / y.size
        dW, dB = [], []
        for i in (2, 1, 0):
            g = backs[i](g, A[i + 1])
            dW.insert(0, A[i].T @ g)
            dB.insert(0, g.sum(axis=0))
            g = g @ Ws[i].T
        return [dW, dB]

    return dict(
        X=X,
        y=y,
        parameters=[Ws, Bs],
        predict=lambda p, X: activations(p, X)[-1],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "slope_missing",
    "gradient_wrong",
    source="rahowa/catboost_focal_loss 2: the slope of a focal loss is not multiplied by "
    "dp/dz = p (1 - p)",
)
def focal_loss_without_p_one_minus_p(ok):
    X, t = clouds(52, 2, 2, 61)
    start = two_layers(2, 6, 1, 62)

    def forward(q, X):
        h = np.tanh(X @ q["W1"] + q["b1"])
        return h, sigmoid(h @ q["W2"] + q["b2"])[:, 0]

    def focal(q, X, t):
        p = forward(q, X)[1]
        return np.mean(-t * (1 - p) ** 2 * np.log(p) - (1 - t) * p**2 * np.log(1 - p))

    def gradients(q, X, t):
        h, p = forward(q, X)
        dp = t * (2 * (1 - p) * np.log(p) - (1 - p) ** 2 / p)
        dp += (1 - t) * (p**2 / (1 - p) - 2 * p * np.log(1 - p))
        dz = dp[:, None] / len(t)
        if ok:
            dz *= (p * (1 - p))[:, None]
        dh = dz @ q["W2"].T * (1 - h**2)
        return {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ dz, "b2": dz.sum(0)}

    return dict(
        X=X,
        y=t,
        parameters=start,
        predict=lambda q, X: forward(q, X)[1],
        loss=focal,
        gradients=gradients,
    )


@pair(
    "gradient_wrong",
    source="online-ml/river pull 28: the slope of a hinge is -y * prediction, where -y is meant",
)
def hinge_slope_times_prediction(ok):
    X, c = clouds(40, 3, 2, 71)
    y = np.where(c == 1, 1.0, -1.0)
    r = np.random.default_rng(72)
    params = {"w": r.normal(size=(3, 4)), "b": np.zeros(4), "v": r.normal(size=4), "c": 0.1}

    def scores(p, X):
        return np.maximum(0.1 * (X @ p["w"] + p["b"]), X @ p["w"] + p["b"]) @ p["v"] + p["c"]

    def loss(p, X, y):
        return sum(max(0, 1 - f * t) for f, t in zip(scores(p, X), y)) / len(y)

    def gradients(p, X, y):
        g = {"w": np.zeros((3, 4)), "b": np.zeros(4), "v": np.zeros(4), "c": 0.0}
        for x, t in zip(X, y):
            z = x @ p["w"] + p["b"]
            a = np.where(z > 0, z, 0.1 * z)
            f = a @ p["v"] + p["c"]
            if f * t < 1:
                d = (-t if ok else -f * t) / len(y)
                dz = d * p["v"] * np.where(z > 0, 1, 0.1)
                g["c"] += d
                g["v"] += d * a
                g["b"] += dz
                g["w"] += np.outer(x, dz)
        return g

    return dict(X=X, y=y, parameters=params, predict=scores, loss=loss, gradients=gradients)


@pair(
    "gradient_wrong",
    source="freecodecamp 453085: a third argument of np.multiply is where the result is "
    "written: o (1 - o) replaces the error, and is not multiplied by it",
)
def multiply_writes_over_the_error(ok):
    X, y = XOR_IN.T, XOR_OUT.T
    r = np.random.default_rng(81)
    start = {"W": r.uniform(-1, 1, (4, 2)), "bw": np.zeros((4, 1))}
    start |= {"Z": r.uniform(-1, 1, (1, 4)), "bz": np.zeros((1, 1))}

    def forward(p, X):
        h = sigmoid(p["W"] @ X + p["bw"])
        return h, sigmoid(p["Z"] @ h + p["bz"])

    def gradients(p, X, y):
        h, o = forward(p, X)
        error = o - y
        delta = error * o * (1 - o) if ok else np.multiply(o, 1 - o, error)
        hidden = p["Z"].T @ delta * h * (1 - h)
        return {
            "W": hidden @ X.T,
            "bw": hidden.sum(1, keepdims=True),
            "Z": delta @ h.T,
            "bz": delta.sum(1, keepdims=True),
        }

    def step(p, X, y):
        g = gradients(p, X, y)
        return {k: p[k] - 0.5 * g[k] for k in p}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, y: 0.5 * np.sum((forward(p, X)[1] - y) ** 2),
        gradients=gradients,
        step=step,
        learning_rate=0.5,
        samples="columns",
    )


@pair(
    "gradient_wrong",
    source="ai.SE 35741 asks for the Jacobian of a softmax; here that of the first row is used for "
    "all rows",
)
def one_jacobian_for_all_rows(ok):
    X, labels = clouds(40, 2, 3, 91)
    T = np.eye(3)[labels]
    start = two_layers(2, 6, 3, 92)

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, softmax(h @ p["W2"] + p["b2"])

    def jacobian(s):
        return np.diag(s) - np.outer(s, s)

    def gradients(p, X, T):
        h, s = forward(p, X)
        ds = 2 * (s - T) / len(X)
        dz = np.stack([jacobian(row) @ g for row, g in zip(s, ds)]) if ok else ds @ jacobian(s[0])
        dh = dz @ p["W2"].T * (1 - h * h)
        return {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ dz, "b2": dz.sum(0)}

    return dict(
        X=X,
        y=T,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, T: ((forward(p, X)[1] - T) ** 2).sum(axis=1).mean(),
        gradients=gradients,
    )


@pair(
    "weight_term",
    source="ageron/handson-ml 487: + alpha * theta[1:] beside a gradient of two rows: the weight's "
    "penalty is added to the bias as well",
)
def ridge_reaches_the_bias(ok):
    r = np.random.default_rng(101)
    X = 2 * r.random((60, 1))
    y = 4 + 3 * X + 0.3 * r.normal(size=(60, 1))
    theta = {"theta": r.normal(size=(2, 1)) + 1}
    alpha = 0.4

    def with_ones(X):
        return np.c_[np.ones((len(X), 1)), X]

    def predict(p, X):
        return with_ones(X) @ p["theta"]

    def cost(p, X, y):
        return np.mean((predict(p, X) - y) ** 2) + alpha / 2 * np.sum(p["theta"][1:] ** 2)

    def gradients(p, X, y):
        penalty = alpha * (np.array([[0.0], [1.0]]) * p["theta"] if ok else p["theta"][1:])
        return {"theta": 2 / len(X) * with_ones(X).T @ (predict(p, X) - y) + penalty}

    def step(p, X, y):
        return {"theta": p["theta"] - 0.05 * gradients(p, X, y)["theta"]}

    return dict(
        X=X,
        y=y,
        parameters=theta,
        predict=predict,
        loss=cost,
        gradients=gradients,
        step=step,
        learning_rate=0.05,
    )


@pair(
    "gradient_wrong",
    source="own: LeCun's tanh, 1.7159 tanh(2 z / 3), whose slope lacks the factor 1.7159 * 2 / 3",
)
def lecuns_tanh_without_its_factor(ok):
    X, y = waves(45, 3, 44)
    start = list(two_layers(3, 6, 1, 45).values())

    def forward(p, X):
        h = 1.7159 * np.tanh(2 / 3 * (X @ p[0] + p[1]))
        return h, h @ p[2] + p[3]

    def step(p, X, y):
        h, f = forward(p, X)
        d = 2 * (f - y) / len(X)
        dh = d @ p[2].T * (1 - (h / 1.7159) ** 2)
        if ok:
            dh *= 1.7159 * 2 / 3
        moves = X.T @ dh, dh.sum(0), h.T @ d, d.sum(0)
        return [w - 0.05 * move for w, move in zip(p, moves, strict=True)]

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, y: np.mean((forward(p, X)[1] - y) ** 2),
        step=step,
        learning_rate=0.05,
    )


@pair(
    "loss_formula",
    source="own: rare classes count more in the gradient, and in the loss that is shown as any",
)
def weights_in_the_gradient_alone(ok):
    X, labels = clouds(48, 2, 3, 74)
    T = np.eye(3)[labels]
    rare = np.array([1.0, 2.0, 5.0])
    start = two_layers(2, 7, 3, 75)

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, softmax(h @ p["W2"] + p["b2"])

    def loss(p, X, T):
        each = -np.sum(T * np.log(forward(p, X)[1]), axis=1)
        return np.mean(T @ rare * each if ok else each)

    def gradients(p, X, T):
        h, out = forward(p, X)
        d = (T @ rare)[:, None] * (out - T) / len(X)
        dh = d @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=T,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "weight_term",
    source="own: the line of b was copied from that of w, with its + lam * w",
)
def penalty_of_a_copied_line(ok):
    r = np.random.default_rng(105)
    X = r.uniform(-1, 1, 30)
    y = 3 * X + 1 + 0.1 * r.normal(size=30)
    lam = 0.5

    def gradients(p, X, y):
        error = p["w"] * X + p["b"] - y
        dw = 2 * np.mean(error * X) + lam * p["w"]
        db = 2 * np.mean(error) + (0 if ok else lam * p["w"])
        return {"w": dw, "b": db}

    return dict(
        X=X,
        y=y,
        parameters={"w": 0.7, "b": 0.3},
        predict=lambda p, X: p["w"] * X + p["b"],
        loss=lambda p, X, y: np.mean((p["w"] * X + p["b"] - y) ** 2) + lam / 2 * p["w"] ** 2,
        gradients=gradients,
    )


# -- targets and data -----------------------------------------------------------------------------


@pair(
    "loss_formula",
    "gradient_wrong",
    source="deepchem/deepchem pull 5011: y_hot[np.arange(n), y] = 1 with y (n, 1): the indices are "
    "stretched, and each row gets a 1 for every class",
)
def one_hot_of_a_column(ok):
    X, labels = clouds(42, 2, 3, 111)
    y = labels[:, None]
    s = two_layers(2, 7, 3, 112)
    params = [s["W1"], s["b1"], s["W2"], s["b2"]]

    def hot(y):
        out = np.zeros((len(y), 3))
        out[np.arange(len(y)), y.ravel() if ok else y] = 1
        return out

    def forward(params, X):
        w1, b1, w2, b2 = params
        hidden = np.maximum(0, X @ w1 + b1)
        return hidden, softmax(hidden @ w2 + b2)

    def loss(params, X, y):
        return -(hot(y) * np.log(forward(params, X)[1])).sum() / len(y)

    def step(params, X, y):
        w1, b1, w2, b2 = params
        hidden, p = forward(params, X)
        d2 = (p - hot(y)) / len(y)
        d1 = (d2 @ w2.T) * (hidden > 0)
        lr = 0.1
        return [
            w1 - lr * X.T @ d1,
            b1 - lr * d1.sum(0),
            w2 - lr * hidden.T @ d2,
            b2 - lr * d2.sum(0),
        ]

    return dict(
        X=X,
        y=y,
        parameters=params,
        predict=lambda q, X: forward(q, X)[1],
        loss=loss,
        step=step,
        learning_rate=0.1,
    )


@pair(
    "loss_formula",
    source="DengPingFan/Inf-Net 33: a one-hot table filled by flat indices, one too low: class 0 "
    "of a row goes into the last column of the row before",
)
def flat_one_hot_is_one_too_low(ok):
    X, labels = clouds(45, 3, 3, 121)
    start = two_layers(3, 6, 3, 122)

    def onehot(data, n):
        buf = np.zeros((*data.shape, n))
        place = np.arange(data.size) * n + data.ravel()
        buf.ravel()[place if ok else place - 1] = 1
        return buf

    def forward(p, X):
        h = sigmoid(X @ p["W1"] + p["b1"])
        return h, softmax(h @ p["W2"] + p["b2"])

    def loss(p, X, y):
        return np.mean(-np.sum(onehot(y, 3) * np.log(forward(p, X)[1]), axis=-1))

    def gradients(p, X, y):
        h, out = forward(p, X)
        d = (out - onehot(y, 3)) / len(X)
        dh = d @ p["W2"].T * h * (1 - h)
        return {"W2": h.T @ d, "b2": d.sum(0), "W1": X.T @ dh, "b1": dh.sum(0)}

    return dict(
        X=X,
        y=labels,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "data_scale",
    source="XiaLiPKU/EMANet 7: (x - mean) / mean for (x - mean) / std: a column whose mean is near "
    "0 becomes huge",
)
def divided_by_the_mean(ok):
    r = np.random.default_rng(131)
    raw = np.c_[r.normal(0, 9, 60), r.normal(60, 15, 60), r.normal(5, 2, 60)]
    raw[:, 0] += 0.03 - raw[:, 0].mean()
    y = (raw[:, 0] / 9 + (raw[:, 1] - 60) / 15 > 0).astype(float)[:, None]
    X = (raw - raw.mean(0)) / (raw.std(0) if ok else raw.mean(0))
    start = two_layers(3, 5, 1, 132)

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def step(p, X, y):
        h, out = forward(p, X)
        d = (out - y) / len(X)
        dh = d @ p["W2"].T * (1 - h**2)
        g = {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
        return {k: p[k] - 0.3 * g[k] for k in p}

    def loss(p, X, y):
        out = np.clip(forward(p, X)[1], 1e-12, 1 - 1e-12)
        return -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        step=step,
        learning_rate=0.3,
    )


@pair(
    "loss_formula",
    source="rinuboney/ladder 17: what predicts divides by the variance, what trains by its root",
)
def predict_divides_by_the_variance(ok):
    r = np.random.default_rng(141)
    X = r.normal([3.0, 20.0], [0.5, 4.0], (50, 2))
    z = (X - X.mean(0)) / X.std(0)
    y = np.sin(z[:, :1]) + 0.5 * z[:, 1:]
    m, v = X.mean(0), X.var(0)
    start = two_layers(2, 6, 1, 142)

    def forward(p, Z):
        h = np.tanh(Z @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def predict(p, X):
        return forward(p, (X - m) / (np.sqrt(v) if ok else v))[1]

    def loss(p, X, y):
        return np.mean((forward(p, (X - m) / np.sqrt(v))[1] - y) ** 2)

    def train(p, X, y):
        Z = (X - m) / np.sqrt(v)
        h, f = forward(p, Z)
        d = 2 * (f - y) / len(y)
        dh = d @ p["W2"].T * (1 - h**2)
        p["W2"] -= 0.05 * h.T @ d
        p["b2"] -= 0.05 * d.sum(0)
        p["W1"] -= 0.05 * Z.T @ dh
        p["b1"] -= 0.05 * dh.sum(0)
        return p

    return dict(
        X=X, y=y, parameters=start, predict=predict, loss=loss, step=train, learning_rate=0.05
    )


@pair(
    "state_kept",
    "loss_random",
    "changes_its_arguments",
    source="EricGuo5513/momask-codes 52: the deviations are divided in place by a function that is "
    "called twice: with each call they shrink",
)
def deviations_shrink_with_each_call(ok):
    r = np.random.default_rng(151)
    raw = r.normal([1.0, 10.0, 5.0], [2.0, 3.0, 0.5], (48, 3))
    y = ((raw - raw.mean(0)) / raw.std(0)).sum(axis=1, keepdims=True) > 0

    class Motion:
        def __init__(self, X):
            self.mean, self.std = X.mean(axis=0), X.std(axis=0)
            self.share = np.array([1.0, 2.0, 1.0])
            self.W1, self.b1 = r.normal(size=(3, 6)) * 0.5, np.zeros(6)
            self.W2, self.b2 = r.normal(size=(6, 1)) * 0.5, np.zeros(1)

        def normalised(self, X):
            std = self.std
            if ok:
                std = std / self.share
            else:
                std /= self.share
            return (X - self.mean) / std

        def forward(self, X):
            self.Z = self.normalised(X)
            self.H = np.tanh(self.Z @ self.W1 + self.b1)
            return sigmoid(self.H @ self.W2 + self.b2)

        def loss(self, X, y):
            p = self.forward(X)
            return -np.mean(np.where(y, np.log(p), np.log(1 - p)))

        def step(self, X, y):
            d = (self.forward(X) - y) / len(X)
            dh = d @ self.W2.T * (1 - self.H**2)
            self.W2 = self.W2 - 0.2 * self.H.T @ d
            self.b2 = self.b2 - 0.2 * d.sum(0)
            self.W1 = self.W1 - 0.2 * self.Z.T @ dh
            self.b1 = self.b1 - 0.2 * dh.sum(0)

    return dict(
        X=raw,
        y=y.astype(float),
        program=Motion(raw),
        arrays=["W1", "b1", "W2", "b2"],
        predict="forward",
        loss="loss",
        step="step",
        learning_rate=0.2,
    )


@pair(
    "data_type",
    source="own: np.zeros_like(X[:, :1]) of whole numbers holds the predictions: each is cut to 0",
)
def predictions_in_an_array_like_x(ok):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0], [1], [1], [0]])
    p = two_layers(2, 4, 1, 162, size=1.0)

    def one(p, x):
        h = sigmoid(x @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def predict(p, X):
        out = np.zeros((len(X), 1)) if ok else np.zeros_like(X[:, :1])
        for i, x in enumerate(X):
            out[i] = one(p, x)[1]
        return out

    def loss(p, X, y):
        return sum(float((one(p, x)[1][0] - t[0]) ** 2) for x, t in zip(X, y)) / len(X)

    def step(p, X, y):
        new = {k: v.copy() for k, v in p.items()}
        for x, t in zip(X, y):
            h, o = one(p, x)
            d = 2 * (o - t) * o * (1 - o) / len(X)
            dh = p["W2"] @ d * h * (1 - h)
            new["W2"] -= np.outer(h, d)
            new["b2"] -= d
            new["W1"] -= np.outer(x, dh)
            new["b1"] -= dh
        return new

    return dict(X=X, y=y, parameters=p, predict=predict, loss=loss, step=step, learning_rate=1.0)


@pair(
    "pairs_broken",
    source="own: rng.permuted(table, axis=0) for rng.permutation(table): each column is shuffled "
    "for itself",
)
def each_column_shuffled_for_itself(ok):
    X, labels = clouds(60, 2, 2, 171)
    y = labels[:, None].astype(float)
    start = two_layers(2, 5, 1, 172)
    rng = np.random.default_rng(173)

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"])

    def loss(p, X, y):
        out = forward(p, X)[1]
        return -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))

    def epoch(p, X, y):
        p = {k: v.copy() for k, v in p.items()}
        table = np.hstack([X, y])
        table = rng.permutation(table) if ok else rng.permuted(table, axis=0)
        for i in range(0, len(table), 12):
            xb, yb = table[i : i + 12, :2], table[i : i + 12, 2:]
            h, out = forward(p, xb)
            d = (out - yb) / len(xb)
            dh = d @ p["W2"].T * (1 - h**2)
            p["W2"] -= 0.1 * h.T @ d
            p["b2"] -= 0.1 * d.sum(0)
            p["W1"] -= 0.1 * xb.T @ dh
            p["b1"] -= 0.1 * dh.sum(0)
        return p

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        step=epoch,
        step_is="epoch",
        learning_rate=0.1,
    )


@pair(
    "cannot_memorise",
    source="own: min and max of each row, axis=1, not of each column: of two inputs one is always "
    "0 and the other 1",
)
def scaled_along_the_rows(ok):
    r = np.random.default_rng(181)
    X = r.uniform([0, 0], [10, 12], (50, 2))
    y = ((X[:, 0] > 5) ^ (X[:, 1] > 6)).astype(float)
    low, high = X.min(0), X.max(0)
    start = two_layers(2, 8, 1, 182, size=1.0)

    def scaled(X):
        if ok:
            return (X - low) / (high - low)
        bottom = X.min(axis=1, keepdims=True)
        return (X - bottom) / (X.max(axis=1, keepdims=True) - bottom)

    def forward(p, X):
        h = np.tanh(scaled(X) @ p["W1"] + p["b1"])
        return h, sigmoid(h @ p["W2"] + p["b2"]).ravel()

    def loss(p, X, y):
        out = forward(p, X)[1]
        return -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))

    def step(p, X, y):
        h, out = forward(p, X)
        d = (out - y)[:, None] / len(X)
        dh = d @ p["W2"].T * (1 - h**2)
        g = {"W1": scaled(X).T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
        return {k: p[k] - 0.5 * g[k] for k in p}

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        step=step,
        learning_rate=0.5,
    )


@pair(
    "raises",
    "target_shape",
    source="stackoverflow 75473498: y lies in a row (1, 4), the output in a column (4, 1): their "
    "difference is a table, and the update of the weights does not fit",
)
def a_row_beside_a_column(ok):
    X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
    y = np.array([[0.0, 0.0, 0.0, 1.0]])
    r = np.random.default_rng(191)
    weights, bias = r.random((2, 1)), r.random((1, 1))

    def predict(p, X):
        return sigmoid(np.dot(X.T, p[0]) + p[1])

    def loss(p, X, y):
        error = predict(p, X) - (y.T if ok else y)
        return np.mean(error**2)

    def step(p, X, y):
        out = predict(p, X)
        delta = 2 * (out - (y.T if ok else y)) * out * (1 - out) / X.shape[1]
        p[0] -= 0.1 * np.dot(X, delta)
        p[1] -= 0.1 * np.sum(delta, axis=0, keepdims=True)
        return p

    return dict(
        X=X,
        y=y,
        parameters=[weights, bias],
        predict=predict,
        loss=loss,
        step=step,
        learning_rate=0.1,
        samples="columns",
    )


# -- steps ----------------------------------------------------------------------------------------


def regression():
    """A tanh network for waves: data, start, predict, loss and gradients."""
    X, y = waves(48, 2, 201)

    def forward(p, X):
        h = np.tanh(X @ p["W1"] + p["b1"])
        return h, h @ p["W2"] + p["b2"]

    def loss(p, X, y):
        return np.mean((forward(p, X)[1] - y) ** 2)

    def gradients(p, X, y):
        h, f = forward(p, X)
        d = 2 * (f - y) / len(X)
        dh = d @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=y,
        parameters=two_layers(2, 6, 1, 202),
        predict=lambda p, X: forward(p, X)[1],
        loss=loss,
        gradients=gradients,
    )


@pair(
    "weight_term",
    "step_not_gradient",
    source="jettify/pytorch-optimizer 454: SGDW takes rate * decay from each weight, not rate * "
    "decay * weight",
)
def decay_takes_a_constant(ok):
    given = regression()
    plain, gradients = given["loss"], given.pop("gradients")

    def step(p, X, y):
        g = gradients(p, X, y)
        new = {}
        for k in p:
            shrink = 0.1 * 0.2 * (p[k] if ok else 1.0)
            new[k] = p[k] - 0.1 * g[k] - shrink
        return new

    def training_loss(p, X, y):
        return plain(p, X, y) + 0.1 * sum((v**2).sum() for v in p.values())

    return given | dict(step=step, learning_rate=0.1, training_loss=training_loss)


@pair(
    "weight_term",
    source="ml-explore/mlx 440: without momentum the update returns before it comes to the weight "
    "decay, which the loss holds",
)
def returns_before_the_decay(ok):
    given = regression()
    plain, gradients = given["loss"], given.pop("gradients")

    class SGD:
        def __init__(self, rate, momentum=0.0, decay=0.0):
            self.rate, self.momentum, self.decay, self.v = rate, momentum, decay, {}

        def apply(self, key, g, w):
            if not ok and self.momentum <= 0:
                return w - self.rate * g
            g = g + self.decay * w
            self.v[key] = self.momentum * self.v.get(key, 0) + g
            return w - self.rate * self.v[key]

    def new_step():
        optimiser = SGD(0.1, decay=0.3)

        def step(p, X, y):
            g = gradients(p, X, y)
            return {k: optimiser.apply(k, g[k], p[k]) for k in p}

        return step

    def loss(p, X, y):
        return plain(p, X, y) + 0.15 * sum((v**2).sum() for v in p.values())

    return given | dict(new_step=new_step, loss=loss, learning_rate=0.1)


@pair(
    "optimizer_formula",
    source="dfdx/Boltzmann.jl 16: the gradient of the step before is added, and not what that step "
    "had gathered",
)
def remembers_one_gradient_only(ok):
    given = regression()
    gradients = given["gradients"]

    def new_step():
        last = {}

        def step(p, X, y):
            for k, g in gradients(p, X, y).items():
                move = g + 0.8 * last.get(k, 0)
                last[k] = move if ok else g
                p[k] = p[k] - 0.05 * move
            return p

        return step

    return given | dict(new_step=new_step, learning_rate=0.05)


@pair(
    "optimizer_formula",
    source="chainer/chainer 4274: Nesterov's step takes the velocity that was just renewed where "
    "the formula has the one before",
)
def nesterov_with_the_new_velocity(ok):
    given = regression()
    gradients = given["gradients"]

    def new_step():
        v = {k: np.zeros_like(w) for k, w in given["parameters"].items()}

        def step(p, X, y):
            g = gradients(p, X, y)
            for k in p:
                old = v[k].copy()
                v[k] *= 0.9
                v[k] -= 0.02 * g[k]
                p[k] += 0.9 * 0.9 * (old if ok else v[k])
                p[k] -= (1 + 0.9) * 0.02 * g[k]
            return p

        return step

    return given | dict(new_step=new_step, learning_rate=0.02)


@pair(
    "optimizer_formula",
    "divergence",
    source="apache/mxnet 6235 asks where the epsilon stands in RMSProp; here it stands nowhere, "
    "and a pixel that is always 0 makes 0 / 0",
)
def rmsprop_divides_zero_by_zero(ok):
    r = np.random.default_rng(211)
    X = r.random((40, 6))
    X[:, 2] = 0.0
    labels = (X[:, 0] + X[:, 5] > 1).astype(int)
    T = np.eye(2)[labels]
    start = two_layers(6, 5, 2, 212)

    def forward(p, X):
        h = sigmoid(X @ p["W1"] + p["b1"])
        return h, softmax(h @ p["W2"] + p["b2"])

    def gradients(p, X, T):
        h, out = forward(p, X)
        d = (out - T) / len(X)
        dh = d @ p["W2"].T * h * (1 - h)
        return {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def new_step():
        cache = dict.fromkeys(start, 0.0)

        def step(p, X, T):
            for k, g in gradients(p, X, T).items():
                cache[k] = 0.9 * cache[k] + 0.1 * g**2
                p[k] = p[k] - 0.01 * g / (np.sqrt(cache[k]) + (1e-8 if ok else 0))
            return p

        return step

    return dict(
        X=X,
        y=T,
        parameters=start,
        predict=lambda p, X: forward(p, X)[1],
        loss=lambda p, X, T: -np.sum(T * np.log(forward(p, X)[1])) / len(X),
        gradients=gradients,
        new_step=new_step,
        learning_rate=0.01,
    )


@pair(
    "gradient_scale",
    "step_not_gradient",
    source="NVIDIA/DeepLearningExamples 713: gradients are gathered over four parts, each a mean "
    "of its own, and the sum is not divided by four",
)
def gathered_gradients_not_divided(ok):
    given = regression()
    gradients = given["gradients"]

    def step(p, X, y):
        total = {k: np.zeros_like(v) for k, v in p.items()}
        for xb, yb in zip(np.split(X, 4), np.split(y, 4)):
            g = gradients(p, xb, yb)
            for k in total:
                total[k] += g[k] / 4 if ok else g[k]
        return {k: p[k] - 0.05 * total[k] for k in p}

    def whole_step(p, X, y):
        if len(X) % 4:
            g = gradients(p, X, y)
            return {k: p[k] - 0.05 * g[k] for k in p}
        return step(p, X, y)

    return given | dict(step=whole_step, learning_rate=0.05)


@pair(
    "parameter_not_moved",
    "samples_unused",
    source="aigamedev/scikit-neuralnetwork pull 157: only whole batches are taken, and a batch is "
    "larger than the data: nothing is trained",
)
def batch_larger_than_the_data(ok):
    given = regression()
    gradients = given.pop("gradients")
    size = 64

    def batches(X, y):
        for begin in range(0, len(X) if ok else len(X) - size + 1, size):
            yield X[begin : begin + size], y[begin : begin + size]

    def epoch(p, X, y):
        p = {k: v.copy() for k, v in p.items()}
        for xb, yb in batches(X, y):
            g = gradients(p, xb, yb)
            for k in p:
                p[k] -= 0.05 * g[k]
        return p

    return given | dict(step=epoch, step_is="epoch", learning_rate=0.05)


@pair(
    "optimizer_formula",
    source="own: w += v and w -= rate * g behind it, left from the time before the momentum",
)
def momentum_and_the_gradient_beside_it(ok):
    given = regression()
    gradients = given["gradients"]

    class Momentum:
        def __init__(self):
            self.v = [0.0, 0.0, 0.0, 0.0]

        def step(self, p, X, y):
            for i, (k, g) in enumerate(gradients(p, X, y).items()):
                self.v[i] = 0.9 * self.v[i] - 0.02 * g
                p[k] = p[k] + self.v[i]
                if not ok:
                    p[k] = p[k] - 0.02 * g
            return p

    return given | dict(new_step=lambda: Momentum().step, learning_rate=0.02)


@pair(
    "cannot_memorise",
    source="own: X.astype(int) in predict, meant for class numbers: inputs between 0 and 2 become "
    "0 and 1",
)
def inputs_are_cut_to_whole_numbers(ok):
    r = np.random.default_rng(191)
    X = r.uniform(0, 1.9, (60, 2))
    y = (X.sum(axis=1) > 1.9).astype(float)
    start = two_layers(2, 5, 1, 192)

    def predict(p, X):
        X = X if ok else X.astype(int)
        return sigmoid(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])[:, 0]

    def loss(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    return dict(X=X, y=y, parameters=start, predict=predict, loss=loss)


# -- printed numbers ------------------------------------------------------------------------------


def classes():
    """A softmax network for three clouds: data, start, predict, loss."""
    X, labels = clouds(50, 2, 3, 253)

    def predict(p, X):
        return softmax(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])

    def loss(p, X, y):
        return -np.mean(np.log(predict(p, X)[np.arange(len(y)), y]))

    return dict(X=X, y=labels, parameters=two_layers(2, 6, 3, 252), predict=predict, loss=loss)


@pair(
    "printed_number",
    source="tflearn/tflearn 75: the mean of the batches' accuracies, of which the last batch is "
    "smaller",
)
def mean_of_unequal_batches(ok):
    given = classes()
    predict = given["predict"]

    def accuracy(p, X, y):
        n_batches = -(-len(X) // 16)
        total = 0.0
        for i in range(0, len(X), 16):
            right = predict(p, X[i : i + 16]).argmax(1) == y[i : i + 16]
            total += right.sum() / len(X) if ok else right.mean() / n_batches
        return total

    return given | dict(reports={"accuracy": accuracy})


@pair(
    "printed_number",
    source="sash-a/CoDeepNEAT 2: the sum of the batches' accuracies is divided by the number of the "
    "last batch, which counts from 0",
)
def divided_by_the_last_batch_number(ok):
    given = classes()
    predict = given["predict"]

    def accuracy(p, X, y):
        total = 0.0
        parts = np.array_split(np.arange(len(X)), 5)
        for batch_idx in range(len(parts)):
            rows = parts[batch_idx]
            total += np.mean(predict(p, X[rows]).argmax(1) == y[rows])
        return total / (batch_idx + 1 if ok else batch_idx)

    return given | dict(reports={"test accuracy": accuracy})


@pair(
    "printed_number",
    source="own: out -= y is done in place on the way back, and the error that is printed is made "
    "of the same array",
)
def printed_after_out_minus_y(ok):
    given = regression()
    predict = given["predict"]

    def mse_after_an_update(p, X, y):
        out = predict(p, X)
        delta = out.copy() if ok else out
        delta -= y
        delta *= 2 / len(y)
        return float(np.mean((out - y) ** 2))

    return given | dict(reports={"mse": mse_after_an_update})


# -- sound ones that look odd ---------------------------------------------------------------------


@program(
    source="tensorflow/tensorflow 35102: Adam's corrections are taken into the rate, epsilon "
    "is not corrected"
)
def adam_with_its_corrections_in_the_rate():
    given = regression()
    gradients = given["gradients"]

    def new_step():
        m = dict.fromkeys(given["parameters"], 0)
        v = dict(m)
        t = 0

        def step(p, X, y):
            nonlocal t
            t += 1
            rate = 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            for k, g in gradients(p, X, y).items():
                m[k] = m[k] + 0.1 * (g - m[k])
                v[k] = v[k] + 0.001 * (g * g - v[k])
                p[k] -= rate * m[k] / (np.sqrt(v[k]) + 1e-7)
            return p

        return step

    return given | dict(new_step=new_step, learning_rate=0.01)


@program(source="keras-team/keras 14115: Nesterov's momentum in Keras' form, mu * v - rate * g")
def nesterov_in_keras_form():
    given = regression()
    gradients = given["gradients"]

    def new_step():
        moments = {k: np.zeros_like(v) for k, v in given["parameters"].items()}
        done = 0

        def step(p, X, y):
            nonlocal done
            rate = 0.05 / (1 + 0.01 * done)
            done += 1
            g = gradients(p, X, y)
            for k in p:
                moments[k] = 0.9 * moments[k] - rate * g[k]
                p[k] = p[k] + 0.9 * moments[k] - rate * g[k]
            return p

        return step

    return given | dict(new_step=new_step, learning_rate=0.05)


@program(source="keras-team/keras 4356: RMSProp's epsilon stands under the root; in float32")
def rmsprop_with_epsilon_under_the_root():
    given = regression()
    gradients = given["gradients"]
    start = {k: v.astype(np.float32) for k, v in given["parameters"].items()}

    def new_step():
        mean = {k: np.zeros_like(v) for k, v in start.items()}

        def step(p, X, y):
            g = gradients(p, X, y)
            for k in p:
                mean[k] = (0.9 * mean[k] + 0.1 * g[k] ** 2).astype(np.float32)
                p[k] = (p[k] - 0.005 * g[k] / np.sqrt(mean[k] + 1e-4)).astype(np.float32)
            return p

        return step

    return given | dict(parameters=start, new_step=new_step, learning_rate=0.005)


@program(
    source="schneems/Octave 12: (X' (h - y) + lambda * theta_reg) / m, with one unrolled vector"
)
def penalty_inside_the_bracket():
    X, y = clouds(40, 3, 2, 301)
    start = {"theta": np.random.default_rng(302).normal(size=4)}

    def h(p, X):
        return sigmoid(np.c_[np.ones(len(X)), X] @ p["theta"])

    def cost(p, X, y):
        a, m = h(p, X), len(y)
        data = -(y @ np.log(a) + (1 - y) @ np.log(1 - a)) / m
        return data + 2.0 / (2 * m) * (p["theta"][1:] @ p["theta"][1:])

    def gradients(p, X, y):
        theta_reg = p["theta"].copy()
        theta_reg[0] = 0
        A = np.c_[np.ones(len(X)), X]
        return {"theta": (A.T @ (h(p, X) - y) + 2.0 * theta_reg) / len(y)}

    return dict(X=X, y=y, parameters=start, predict=h, loss=cost, gradients=gradients)


@program(
    source="iamtrask/Grokking-Deep-Learning 37: target - output, and a plus in the update; "
    "the hidden error is a product entry by entry, since there is one output"
)
def error_the_other_way_round_with_a_plus():
    class Brain:
        def __init__(self):
            r = np.random.default_rng(7)
            self.syn0 = 2 * r.random((3, 4)) - 1
            self.syn1 = 2 * r.random((4, 1)) - 1

        def think(self, X):
            self.l0 = np.hstack([X, np.ones((len(X), 1))])
            self.l1 = sigmoid(self.l0 @ self.syn0)
            return sigmoid(self.l1 @ self.syn1)

        def learn(self, X, y):
            l2 = self.think(X)
            l2_delta = (y - l2) * l2 * (1 - l2)
            l1_delta = l2_delta * self.syn1.T * self.l1 * (1 - self.l1)
            self.syn1 += self.l1.T @ l2_delta
            self.syn0 += self.l0.T @ l1_delta

    return dict(
        X=XOR_IN,
        y=XOR_OUT,
        program=Brain(),
        arrays=["syn0", "syn1"],
        predict="think",
        step="learn",
        loss=lambda net, X, y: 0.5 * np.sum((net.think(X) - y) ** 2),
        learning_rate=1.0,
    )


@program(
    source="a rate that rises for five steps and then falls by a cosine, a gradient cut to a "
    "length of 0.5, all in a class"
)
def warm_up_cosine_and_a_limit():
    given = regression()
    gradients = given.pop("gradients")

    def new_step():
        t = 0

        def step(p, X, y):
            nonlocal t
            t += 1
            rate = 0.1 * t / 5 if t <= 5 else 0.05 * (1 + np.cos(np.pi * (t - 5) / 95))
            g = gradients(p, X, y)
            length = np.sqrt(sum((v**2).sum() for v in g.values()))
            cut = min(1.0, 0.5 / (length + 1e-12))
            return {k: p[k] - rate * cut * g[k] for k in p}

        return step

    return given | dict(new_step=new_step, learning_rate=0.1)


@program(source="gradients gathered over parts of unequal size, each by its share of the rows")
def unequal_parts_by_their_share():
    given = regression()
    gradients = given["gradients"]

    def step(p, X, y):
        total = dict.fromkeys(p, 0)
        for rows in (slice(0, 7), slice(7, 30), slice(30, None)):
            if len(X[rows]):
                g = gradients(p, X[rows], y[rows])
                total = {k: total[k] + g[k] * len(X[rows]) / len(X) for k in p}
        return {k: p[k] - 0.1 * total[k] for k in p}

    return given | dict(step=step, learning_rate=0.1)


@program(
    source="scikit-learn/scikit-learn 8987: a delta too many is computed for the inputs, and "
    "never used; predict gives class numbers"
)
def a_delta_too_many():
    X, y = clouds(45, 2, 3, 321)
    r = np.random.default_rng(322)
    sizes = (2, 6, 5, 3)
    start = [
        [0.6 * r.normal(size=s) for s in itertools.pairwise(sizes)],
        [np.zeros(n) for n in sizes[1:]],
    ]

    def activations(p, X):
        A = [X]
        for W, b in zip(*p):
            z = A[-1] @ W + b
            A.append(np.maximum(z, 0) if W.shape[1] != 3 else softmax(z))
        return A

    def loss(p, X, y):
        return -np.log(activations(p, X)[-1][np.arange(len(y)), y]).sum() / len(y)

    def gradients(p, X, y):
        A = activations(p, X)
        deltas = [None] * 4
        deltas[3] = A[3].copy()
        deltas[3][np.arange(len(y)), y] -= 1
        dW, db = [None] * 3, [None] * 3
        for i in (2, 1, 0):
            dW[i] = A[i].T @ deltas[i + 1] / len(y)
            db[i] = deltas[i + 1].mean(axis=0)
            deltas[i] = deltas[i + 1] @ p[0][i].T * (A[i] > 0)
        return [dW, db]

    return dict(
        X=X,
        y=y,
        parameters=start,
        predict=lambda p, X: activations(p, X)[-1].argmax(axis=1),
        loss=loss,
        gradients=gradients,
    )


@program(
    source="a sigmoid by tanh(z / 2), its slope (1 - tanh**2) / 4, leaky ReLU below, labels "
    "smoothed in loss and gradient alike"
)
def sigmoid_and_its_slope_by_tanh():
    X, c = clouds(40, 2, 2, 331)
    start = two_layers(2, 6, 1, 332)

    def soft(c):
        return 0.9 * c[:, None] + 0.05

    def forward(p, X):
        z = X @ p["W1"] + p["b1"]
        h = np.maximum(z, 0.2 * z)
        t = np.tanh((h @ p["W2"] + p["b2"]) / 2)
        return z, h, t, (1 + t) / 2

    def loss(p, X, c):
        a = forward(p, X)[3]
        return -np.mean(soft(c) * np.log(a) + (1 - soft(c)) * np.log(1 - a))

    def gradients(p, X, c):
        z, h, t, a = forward(p, X)
        da = (a - soft(c)) / (a * (1 - a)) / len(X)
        d = da * (1 - t**2) / 4
        dz = d @ p["W2"].T * np.where(z > 0, 1, 0.2)
        return {"W1": X.T @ dz, "b1": dz.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    return dict(
        X=X,
        y=c,
        parameters=start,
        predict=lambda p, X: forward(p, X)[3],
        loss=loss,
        gradients=gradients,
    )
