"""One way back that is missing or goes another way, in networks that no rule rebuilds."""

import numpy as np
import pytest

from nnlib.audit import audit
from nnlib.audit.paths import name_of, other_slopes, shortened

rng = np.random.default_rng(5)
X = rng.normal(size=(13, 4))
y = np.sin(X[:, :1] * 2) + X[:, 1:2] ** 2 / 3


def wrong(start, loss, gradients, data=(X, y), **more):
    """Kind, place and words of the only thing that is wrong."""
    found = [
        (f.kind, f.where, f.seen)
        for f in audit(*data, parameters=start, loss=loss, gradients=gradients, **more).findings
        if f.severity == "wrong"
    ]
    assert len(found) <= 1
    return found[0] if found else None


def but_for(names, what):
    return f"the gradient of {names} is the slope of the loss but for one thing: {what}"


# Short cuts, gates, tied weights


def short_cut(slip=""):
    start = {"V": rng.normal(size=(4, 4)) / 2, "c": rng.normal(size=4) / 5,
             "W": rng.normal(size=(4, 4)) / 2, "u": rng.normal(size=(4, 1))}  # fmt: skip

    def run(p):
        h = np.tanh(X @ p["V"] + p["c"])
        r = np.tanh(h @ p["W"])
        return h, r, h + r

    def loss(p, X, y):
        return np.mean((run(p)[2] @ p["u"] - y) ** 2)

    def gradients(p, X, y):
        h, r, o = run(p)
        d = 2 * (o @ p["u"] - y) / len(X)
        do = d @ p["u"].T
        dr = do * (1 - r**2)
        dh = dr @ (p["W"] if slip == "transpose" else p["W"].T)
        dh = {"cut": dh, "alone": do, "twice": 2 * do + dh, "minus": dh - do}.get(slip, do + dh)
        dz = dh * {
            "slope": 1, "squared": (1 - h**2) ** 2, "at a": 1 - np.tanh(h) ** 2, "line": 1 - h,
            "sigmoid": h * (1 - h), "at z": 1 - (X @ p["V"] + p["c"]) ** 2,
        }.get(slip, 1 - h**2)  # fmt: skip
        above = {"product": r, "input": o}.get(slip, h)
        return {"V": X.T @ dz, "c": dz.sum(axis=0), "W": above.T @ dr, "u": o.T @ d}

    return start, loss, gradients


TANH = 'np.tanh(X @ p["V"] + p["c"]), in run'


@pytest.mark.parametrize(
    ("slip", "kind", "what"),
    [
        ("cut", "gradient_wrong", "the way back through h (h + r, in run) is left out."),
        ("alone", "gradient_wrong", 'the way back through h (h @ p["W"], in run) is left out.'),
        ("twice", "gradient_wrong", "what comes back through h (h + r, in run) counts 2 times."),
        ("minus", "gradient_sign", "what comes back through h (h + r, in run) has the wrong sign."),
        ("transpose", "product_wrong", 'on the way back to h (h @ p["W"], in run) '
         "p['W'] stands where its transpose belongs."),
        ("slope", "slope_missing", f"the slope of a function ({TANH}) is left out: it is taken "
         "as 1."),
        ("squared", "gradient_wrong", f"the slope of a function ({TANH}) stands there twice."),
        ("at a", "slope_of_a", f"the slope of a function ({TANH}) is taken at a, where it belongs "
         "to z: 1 - tanh(a)**2."),
        ("at z", "slope_of_a", f"the slope of a function ({TANH}) is 1 - a**2 with z in the place "
         "of a."),
        ("line", "gradient_wrong", f"the slope of a function ({TANH}) is taken as 1 - a, without "
         "the square."),
        ("sigmoid", "gradient_wrong", f"the slope of a function ({TANH}) is taken as a * (1 - a), "
         "that of a sigmoid."),
        ("product", "product_wrong", "on the way back to p['W'] (h @ p[\"W\"], in run) r stands "
         "where h belongs."),
        ("input", "product_wrong", "on the way back to p['W'] (h @ p[\"W\"], in run) run(p)[2] "
         "stands where h belongs."),
    ],
)  # fmt: skip
def test_a_short_cut(slip, kind, what):
    names = "W" if slip in ("product", "input") else "V, c"
    assert wrong(*short_cut(slip)) == (kind, names, but_for(names, what))


def test_a_sound_short_cut():
    assert wrong(*short_cut()) is None


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gated(slip=""):
    """Two gates' worth: g * c + (1 - g) * s."""
    start = [0.5 * rng.normal(size=s) for s in ((4, 3), (4, 3), (4, 3), (3, 1))]

    def run(p, X):
        G, C, S, _ = p
        g, c, s = sigmoid(X @ G), np.tanh(X @ C), X @ S
        return g, c, s, g * c + (1 - g) * s

    def loss(p, X, y):
        return np.mean((run(p, X)[3] @ p[3] - y) ** 2)

    def gradients(p, X, y):
        g, c, s, h = run(p, X)
        d = 2 * (h @ p[3] - y) / len(X)
        dh = d @ p[3].T
        dg = dh * {"sign": c + s, "first": c, "bare": 1 - s}.get(slip, c - s)
        dc = dh * {"other": 1 - g, "none": 1}.get(slip, g)
        if slip == "exchanged":
            dg, dc = dh * (g - s), dh * c
        ds = dh * (g if slip == "g" else 1 - g)
        dz = dg * {"one": g, "rest": 1 - g}.get(slip, g * (1 - g))
        return [X.T @ dz, X.T @ (dc * (1 - c**2)), X.T @ ds, h.T @ d]

    return start, loss, gradients


@pytest.mark.parametrize(
    ("slip", "kind", "names", "what"),
    [
        ("sign", "gradient_sign", "[0]", "what comes back through g (1 - g, in run) has the wrong "
         "sign."),
        ("first", "gradient_wrong", "[0]", "the way back through g (1 - g, in run) is left out."),
        ("bare", "product_wrong", "[0]", "on the way back to g (g * c, in run) the other factor, "
         "c, is left out."),
        ("other", "product_wrong", "[1]", "on the way back to c (g * c, in run) 1 - g "
         "stands where g belongs."),
        ("none", "product_wrong", "[1]", "on the way back to c (g * c, in run) the other factor, "
         "g, is left out."),
        ("exchanged", "product_wrong", "[0], parameters[1]", "on the way back through a product "
         "(g * c, in run) the two factors are exchanged: what comes back to each is multiplied by "
         "itself."),
        ("g", "product_wrong", "[2]", "on the way back to s ((1 - g) * s, in run) g stands where 1 "
         "- g belongs."),
        ("one", "gradient_wrong", "[0]", "the slope of a function (sigmoid(X @ G), in "
         "run) is taken as a, without the factor (1 - a)."),
        ("rest", "gradient_wrong", "[0]", "the slope of a function (sigmoid(X @ G), in "
         "run) is taken as 1 - a, without the factor a."),
    ],
)  # fmt: skip
def test_a_gate(slip, kind, names, what):
    names = f"parameters{names}"
    assert wrong(*gated(slip)) == (kind, names, but_for(names, what))


def test_a_sound_gate():
    assert wrong(*gated()) is None


class Tied:
    """An autoencoder that uses its weights twice, as a class that changes itself."""

    def __init__(self, slip):
        self.slip, self.W = slip, 0.5 * np.random.default_rng(2).normal(size=(4, 3))
        self.b, self.c = np.zeros(3), np.zeros(4)

    def forward(self, X):
        self.h = np.tanh(X.dot(self.W) + self.b)
        return self.h.dot(self.W.T) + self.c

    def loss(self, X, y):
        return np.sum((self.forward(X) - X) ** 2) / len(X)

    def backward(self, X, y):
        d = 2 * (self.forward(X) - X) / len(X)
        dz = d.dot(self.W) * (1 - self.h**2)
        parts = {"decoder": X.T.dot(dz), "encoder": d.T.dot(self.h)}
        W = sum(part for name, part in parts.items() if name != self.slip)
        return {"W": W, "b": dz.sum(axis=0), "c": d.sum(axis=0)}


@pytest.mark.parametrize(
    ("slip", "what"),
    [
        ("decoder", "self.W (X.dot(self.W), in forward)"),
        ("encoder", "self.W.T (self.h.dot(self.W.T), in forward)"),
    ],
)
def test_weights_that_are_used_twice(slip, what):
    report = audit(X, X, program=Tied(slip), arrays=["W", "b", "c"], predict="forward",
                   loss="loss", gradients="backward")  # fmt: skip
    found = next(f for f in report.findings if f.severity == "wrong")
    assert (found.kind, found.where) == ("gradient_wrong", "W")
    assert found.seen == but_for("W", f"the way back through {what} is left out.")
    assert found.advice[0].startswith("A parameter acts on several ways")


def test_weights_that_are_used_twice_and_soundly():
    report = audit(X, X, program=Tied(""), arrays=["W", "b", "c"], predict="forward",
                   loss="loss", gradients="backward")  # fmt: skip
    assert not [f for f in report.findings if f.severity == "wrong"]


# Through time


T = rng.normal(size=(9, 5, 2))
AT_THE_END = T[:, :, :1].sum(axis=1)


def recurrent(slip=""):
    p = {"W": rng.normal(size=(2, 3)) / 2, "U": rng.normal(size=(3, 3)) / 2, "b": np.zeros(3),
         "v": rng.normal(size=(3, 1))}  # fmt: skip

    def states(p, X):
        h, found = np.zeros((len(X), 3)), []
        for t in range(5):
            found.append(h)
            h = np.tanh(X[:, t] @ p["W"] + h @ p["U"] + p["b"])
        return [*found, h]

    def loss(p, X, y):
        return np.mean((states(p, X)[-1] @ p["v"] - y) ** 2)

    def gradients(p, X, y):
        h = states(p, X)
        d = 2 * (h[-1] @ p["v"] - y) / len(X)
        g = {k: np.zeros_like(w) for k, w in p.items()}
        g["v"], dh = h[2 if slip == "third" else -1].T @ d, d @ p["v"].T
        for t in range(4, -1, -1):
            dz = dh if slip == "slope" else dh * (1 - h[t + 1] ** 2)
            if slip == "last slope" and t < 4:
                dz = dh
            g["W"] += X[:, t].T @ dz
            g["U"] += h[t + (slip == "after")].T @ dz
            g["b"] += dz.sum(axis=0)
            dh = dz @ (p["U"] if slip == "transpose" else p["U"].T)
            if slip == "one" or (slip == "two" and t == 3):
                break
        return g

    return p, loss, gradients, (T, AT_THE_END)


H = 'h @ p["U"], in states'


@pytest.mark.parametrize(
    ("slip", "kind", "names", "what"),
    [
        ("one", "gradient_wrong", "W, U, b", f"the way back through h ({H}) is left out."),
        ("two", "gradient_wrong", "W, U, b", f"the way back through h at turn 4 of 5 ({H}) is "
         "left out."),
        ("transpose", "product_wrong", "W, U, b", f"on the way back to h ({H}) p['U'] "
         "stands where its transpose belongs."),
        ("after", "product_wrong", "U", f"on the way back to p['U'] ({H}) the result of "
         'np.tanh(X[:, t] @ p["W"] + h @ p["U"] + p["b"]) stands where h belongs.'),
        ("third", "product_wrong", "v", "on the way back to p['v'] (states(p, X)[-1] @ p[\"v\"], "
         "in loss) h, at turn 3 of 5, stands where states(p, X)[-1] belongs."),
        ("slope", "slope_missing", "W, U, b", "the slope of a function "
         '(np.tanh(X[:, t] @ p["W"] + h @ p["U"] + p["b"]), in states) is left out: it is taken '
         "as 1."),
        ("last slope", "slope_missing", "W, U, b", "the slope of a function "
         '(np.tanh(X[:, t] @ p["W"] + h @ p["U"] + p["b"]), in states) at all turns but the last '
         "is left out: it is taken as 1."),
    ],
)  # fmt: skip
def test_through_time(slip, kind, names, what):
    assert wrong(*recurrent(slip)) == (kind, names, but_for(names, what))


def test_soundly_through_time():
    assert wrong(*recurrent()) is None


# Statistics


def layer_norm(slip=""):
    start = [rng.normal(size=s) for s in ((4, 5), (5, 1))]

    def norm(z):
        spread = np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)
        return spread, (z - z.mean(axis=1, keepdims=True)) / spread

    def run(p, X):
        z = X @ p[0]
        spread, a = norm(z)
        return spread, a, a @ p[1] + z.sum(axis=1, keepdims=True) / 5

    def loss(p, X, y):
        return np.mean((run(p, X)[2] - y) ** 2)

    def gradients(p, X, y):
        spread, a, o = run(p, X)
        d = 2 * (o - y) / len(X)
        da = d @ p[1].T
        centre = 0 if slip in ("both", "mean") else da.mean(axis=1, keepdims=True)
        along = 0 if slip in ("both", "spread") else a * (da * a).mean(axis=1, keepdims=True)
        return [X.T @ ((da - centre - along) / spread + d / 5), a.T @ d]

    return start, loss, gradients


@pytest.mark.parametrize(
    ("slip", "what"),
    [
        ("both", "z.var(axis=1, keepdims=True) and z.mean(axis=1, keepdims=True) are taken for "
         "constants: nothing goes back through them."),
        ("mean", "the way back through z (z.mean(axis=1, keepdims=True), in norm) is left out."),
        ("spread", "the way back through z (z.var(axis=1, keepdims=True), in norm) is left out."),
    ],
)  # fmt: skip
def test_layer_norm(slip, what):
    found = wrong(*layer_norm(slip))
    assert found == ("gradient_wrong", "parameters[0]", but_for("parameters[0]", what))


def test_sound_layer_norm():
    assert wrong(*layer_norm()) is None


# Attention


WORDS = np.random.default_rng(8).normal(size=(6, 4, 3))
PAIRS = WORDS[:, 0, :1] * WORDS[:, 1, 1:2]


def attention(slip="", shift=True):
    start = [rng.normal(size=(3, 3)) / 2 for _ in "QKV"]
    u = np.array([[1.0], [-0.5], [2.0]])

    def run(p, X):
        Q, K, V = (X @ W for W in p)
        S = Q @ K.transpose(0, 2, 1)
        e = np.exp(S - S.max(axis=2, keepdims=True)) if shift else np.exp(S)
        A = e / e.sum(axis=2, keepdims=True)
        return Q, K, V, A, (A @ V).mean(axis=1)

    def loss(p, X, y):
        return np.mean((run(p, X)[4] @ u - y) ** 2)

    def gradients(p, X, y):
        Q, K, V, A, o = run(p, X)
        d = 2 * (o @ u - y) / len(X)
        dO = np.repeat((d @ u.T)[:, None, :], 4, axis=1) / 4
        dA = dO @ V.transpose(0, 2, 1)
        dS = A * (dA - (0 if slip == "constant" else (dA * A).sum(axis=2, keepdims=True)))
        dS = {"diagonal": dA * A * (1 - A), "none": dA}.get(slip, dS)
        dV = (A if slip == "A" else A.transpose(0, 2, 1)) @ dO
        dK = (dS if slip == "dK" else dS.transpose(0, 2, 1)) @ Q
        return [np.einsum("ntd,nte->de", X, d) for d in (dS @ K, dK, dV)]

    return start, loss, gradients, (WORDS, PAIRS)


SUM = "e.sum(axis=2, keepdims=True)"
DIAGONAL = (
    f"the slope of a softmax (e / {SUM}, in run) is taken as a * (1 - a), the diagonal of its "
    "table of slopes: each output depends on the others' inputs, too."
)


@pytest.mark.parametrize(
    ("slip", "shift", "kind", "wrong_ones", "what"),
    [
        ("constant", True, "gradient_wrong", (0, 1), f"S.max(axis=2, keepdims=True) and {SUM} are "
         "taken for constants: nothing goes back through them."),
        ("constant", False, "gradient_wrong", (0, 1), f"the way back through e ({SUM}, in run) is "
         "left out."),
        ("diagonal", True, "gradient_wrong", (0, 1), DIAGONAL),
        ("diagonal", False, "gradient_wrong", (0, 1), DIAGONAL),
        ("A", True, "product_wrong", (2,), "on the way back to V (A @ V, in run) A stands where "
         "its transpose belongs."),
        ("dK", True, "product_wrong", (1,), "what comes back to K.transpose(0, 2, 1) (Q @ "
         "K.transpose(0, 2, 1), in run) comes by the transpose of the product's own error."),
    ],
)  # fmt: skip
def test_attention(slip, shift, kind, wrong_ones, what):
    names = ", ".join(f"parameters[{k}]" for k in wrong_ones)
    assert wrong(*attention(slip, shift)) == (kind, names, but_for(names, what))


@pytest.mark.parametrize("shift", [True, False])
def test_sound_attention(shift):
    assert wrong(*attention(shift=shift)) is None


# Filters


def filters(slip=""):
    images = np.random.default_rng(4).normal(size=(8, 5, 5))
    wanted = images[:, :1, 0] * images[:, 1:2, 1]
    start = {"K": rng.normal(size=(3, 3)) / 2, "w": rng.normal(size=(9, 1)) / 2}

    def run(p, X):
        out = np.zeros((len(X), 3, 3))
        for i in range(3):
            for j in range(3):
                out[:, i, j] = np.sum(X[:, i : i + 3, j : j + 3] * p["K"], axis=(1, 2))
        top = np.max(out, axis=2) + out.min(axis=(1, 2), keepdims=True)[:, 0]
        return out, np.maximum(out, 0).reshape(len(X), -1), top

    def loss(p, X, y):
        _, a, top = run(p, X)
        return np.mean((a @ p["w"] + top.sum(axis=1, keepdims=True) - y) ** 2)

    def gradients(p, X, y):
        out, a, top = run(p, X)
        d = 2 * (a @ p["w"] + top.sum(axis=1, keepdims=True) - y) / len(X)
        dz = (d @ p["w"].T).reshape(out.shape)
        dz = dz if slip == "slope" else dz * (out > 0)
        largest = 1.0 * (out == out.max(axis=2, keepdims=True))
        least = 1.0 * (out == out.min(axis=(1, 2), keepdims=True))
        largest = {"all": np.ones_like(out), "shared": np.ones_like(out) / 3}.get(slip, largest)
        least = {"all least": np.ones_like(out), "shared least": 1 / 9}.get(slip, least)
        dz = dz + d[:, :, None] * largest + 3 * d[:, :, None] * least
        K = np.zeros((3, 3))
        for i in range(3):
            for j in range(3):
                K += np.einsum("n,nab->ab", dz[:, i, j], X[:, i : i + 3, j : j + 3])
        return {"K": K[::-1, ::-1] if slip == "turned" else K, "w": a.T @ d}

    return start, loss, gradients, (images, wanted)


@pytest.mark.parametrize(
    ("slip", "kind", "what"),
    [
        ("turned", "product_wrong", None),
        ("all", "gradient_wrong", "what comes back to out (np.max(out, axis=2), in run) goes to "
         "all entries, the whole of it to each, and not to the one that was taken."),
        ("shared", "gradient_wrong", "what comes back to out (np.max(out, axis=2), in run) goes to "
         "all entries, the same share to each, and not to the one that was taken."),
        ("all least", "gradient_wrong", "what comes back to out (out.min(axis=(1, 2), "
         "keepdims=True), in run) goes to all entries, the whole of it to each, and not to the one "
         "that was taken."),
        ("shared least", "gradient_wrong", "what comes back to out (out.min(axis=(1, 2), "
         "keepdims=True), in run) goes to all entries, the same share to each, and not to the one "
         "that was taken."),
        ("slope", "slope_missing", "the slope of a function (np.maximum(out, 0), in run) is left "
         "out: it is taken as 1."),
    ],
)  # fmt: skip
def test_filters_in_loops(slip, kind, what):
    turned = "the gradient of K has the right numbers in other places: flipped along axes 0 and 1."
    assert wrong(*filters(slip)) == (kind, "K", but_for("K", what) if what else turned)


def test_sound_filters():
    assert wrong(*filters()) is None


def test_words_that_stand_twice_are_told_by_their_line():
    start, loss, gradients = short_cut()

    def twice(p, X, y):
        h = np.tanh(X @ p["V"] + p["c"])
        more = np.sum(h @ p["W"])
        return loss(p, X, y) + more + np.sum(np.tanh(h @ p["W"]))

    def more(p, X, y):
        g, h = gradients(p, X, y), np.tanh(X @ p["V"] + p["c"])
        d = 1 - np.tanh(h @ p["W"]) ** 2
        g["W"] = g["W"] + h.T @ (1 + d)
        dh = d @ p["W"].T * (1 - h**2)  # and not what comes back from the bare sum
        return {**g, "V": g["V"] + X.T @ dh, "c": g["c"] + dh.sum(axis=0)}

    place = '(h @ p["W"], in "more = np.sum(h @ p["W"])", in twice)'
    what = f"the way back through h {place} is left out."
    assert wrong(start, twice, more) == ("gradient_wrong", "V, c", but_for("V, c", what))


# What is not there


def test_what_is_written_nowhere_is_named_by_what_is_done():
    text = """
def run(p):
    h = np.tanh(X @ p[0])
    return h, h + np.tanh(h @ p[1])
def loss(p, X, y):
    return np.mean((run(p)[1] @ p[2] - y) ** 2)
def gradients(p, X, y):
    h, o = run(p)
    d = 2 * (o @ p[2] - y) / len(X)
    dr = (d @ p[2].T) * (1 - np.tanh(h @ p[1]) ** 2)
    return [X.T @ ((dr @ p[1].T) * (1 - h**2)), h.T @ dr, o.T @ d]
"""
    names = {"np": np, "X": X}
    exec(text, names)
    start = [0.5 * rng.normal(size=s) for s in ((4, 4), (4, 4), (4, 1))]
    what = "the way back through operand 1 (a add, in run) is left out."
    assert wrong(start, names["loss"], names["gradients"]) == (
        "gradient_wrong", "parameters[0]", but_for("parameters[0]", what)
    )  # fmt: skip


def test_two_slips_are_not_one():
    start, loss, _ = short_cut()
    cut, twice = short_cut("cut")[2], short_cut("input")[2]
    found = wrong(start, loss, lambda p, X, y: {**cut(p, X, y), "W": twice(p, X, y)["W"]})
    assert found[:2] == ("gradient_wrong", "V, c, W")
    assert "but for one thing" not in found[2]


@pytest.mark.parametrize("strict", ["refuses", "counts"])
def test_a_program_that_does_other_things_when_it_is_watched_is_located_all_the_same(strict):
    start, loss, gradients = short_cut("cut")
    calls = []

    def watchful(p, X, y):
        if strict == "refuses" and type(p["V"]) is not np.ndarray:
            raise TypeError("an array, please")
        calls.append(1)
        return loss(p, X, y) + (0 * np.sum(p["V"] * 1.0) if len(calls) % 2 else 0.0)

    found = wrong(start, watchful, gradients)
    assert found[:2] == ("gradient_wrong", "V, c")
    assert "but for one thing" not in found[2]


def test_numpy_is_as_it_was_afterwards():
    before = {name: getattr(np, name) for name in dir(np)}
    wrong(*short_cut("cut"))
    start, _, gradients = short_cut("cut")

    def fails(p, X, y):
        if type(p["V"]) is not np.ndarray:
            raise KeyError
        return short_cut()[1](p, X, y)

    wrong(start, fails, gradients)
    assert {name: getattr(np, name) for name in dir(np)} == before


def test_what_a_program_keeps_is_of_no_consequence_afterwards():
    start, loss, gradients = short_cut("cut")
    kept = []

    def keeps(p, X, y):
        kept.append(p["V"] * 1.0)
        kept.append(np.zeros(3))
        return loss(p, X, y)

    assert "but for one thing" in wrong(start, keeps, gradients)[2]
    for each in kept:
        assert type(each + 1.0) is np.ndarray
        assert type(np.concatenate([each, each])) is np.ndarray
        assert type(each[:1]) is np.ndarray
        each += 1.0
        assert each.sum() == pytest.approx(float(np.sum(each.tolist())))


@pytest.mark.parametrize("form", [float, np.float32, "lists"])
def test_numbers_lists_and_short_floats(form):
    """A neuron for each sign, on numbers one by one: h = tanh(w x), a = v h + u x."""
    given = {"w": 0.7, "v": -1.2, "u": 0.4}
    start = {k: [v] if form == "lists" else form(v) for k, v in given.items()}
    x = X[:, 0].tolist()

    def loss(p, X, y):
        w, v, u = (np.ravel(p[k])[0] for k in "wvu")
        return sum(
            (v * np.tanh(w * x) + u * np.tanh(w * x) * x - t) ** 2
            for x, t in zip(X, y, strict=True)
        )

    def gradients(p, X, y):
        w, v, u = (float(np.ravel(p[k])[0]) for k in "wvu")
        g = {"w": 0.0, "v": 0.0, "u": 0.0}
        for x, t in zip(X, y, strict=True):
            h = np.tanh(w * x)
            d = 2 * (v * h + u * h * x - t)
            g["v"] += d * h
            g["u"] += d * h * x
            g["w"] += d * v * (1 - h**2) * x  # and not what u brings back
        return g

    found = wrong(start, loss, gradients, (x, [t**2 for t in x]))
    assert found[:2] == ("gradient_wrong", "w")
    if form is float:
        line = "(v * np.tanh(w * x) + u * np.tanh(w * x) * x - t) ** 2"
        what = f'the way back through w (w * x, in "{line}", in a loop in brackets) is left out.'
        assert found[2] == but_for("w", what)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
        (f"np.tanh({'a' * 60})", "np.tanh(…)"),
        (f"np.tanh({'a' * 60}) + b", f"np.tanh({'a' * 51}…"),
        (f"({'a' * 60})", f"({'a' * 58}…"),
        (f"{'f' * 30}({'a' * 40})", f"{'f' * 30}(…)"),
        (f"{'f' * 31}({'a' * 40})", f"{'f' * 31}({'a' * 27}…"),
        ("", ""),
    ],
)
def test_long_expressions_are_shortened(text, short):
    assert shortened(text) == short


def test_a_place_says_who_called_where_that_tells_it_from_others():
    spots = [(compile("0", "-", "eval"), 0), ((lambda: 0).__code__, 0), (shortened.__code__, 0)]
    assert name_of(spots[::-1][:1]) == ", in shortened"
    assert name_of(spots[::-1]) == (
        ", in shortened, called by a line, in a lambda, called by a line, in the script"
    )


ALONE = "slope_missing is left out: it is taken as 1."
TWICE = "gradient_wrong stands there twice."


@pytest.mark.parametrize(
    ("function", "slope", "expected"),
    [
        (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a), {
            "slope_of_a is taken at a, where it belongs to z: sigmoid'(a).":
                lambda z, a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
            "slope_of_a is a * (1 - a) with z in the place of a.": lambda z, a: z - z**2,
            "gradient_wrong is taken as a, without the factor (1 - a).": lambda z, a: a,
            "gradient_wrong is taken as 1 - a, without the factor a.": lambda z, a: 1 - a,
            "gradient_wrong is taken as 1 - a**2, that of a tanh.": lambda z, a: (1 - a) * (1 + a),
        }),
        (np.tanh, lambda z, a: 1 / np.cosh(z) ** 2, {
            "slope_of_a is taken at a, where it belongs to z: 1 - tanh(a)**2.":
                lambda z, a: 1 / np.cosh(a) ** 2,
            "slope_of_a is 1 - a**2 with z in the place of a.": lambda z, a: (1 - z) * (1 + z),
            "gradient_wrong is taken as 1 - a, without the square.": lambda z, a: 1 - a,
            "gradient_wrong is taken as a * (1 - a), that of a sigmoid.": lambda z, a: a - a**2,
        }),
        (np.exp, lambda z, a: a, {}),
    ],
)  # fmt: skip
def test_slopes_that_people_take_for_that_of_a_function(function, slope, expected):
    z = np.linspace(-2, 2, 9)
    a, own = function(z), slope(z, function(z))
    found = {f"{kind} {words}": made for kind, words, made in other_slopes(z, a, own)}
    assert [*found] == [ALONE, TWICE, *expected]
    np.testing.assert_array_equal(found[ALONE], np.ones(9))
    np.testing.assert_allclose(found[TWICE], own * own)
    for words, made in expected.items():
        np.testing.assert_allclose(found[words], made(z, a), rtol=1e-9, atol=1e-12)
    off = own + 0.9e-4 * own.max() * (np.arange(9) == 4)
    assert len([*other_slopes(z, a, off)]) == len(found)
    off = own + 1.1e-4 * own.max() * (np.arange(9) == 4)
    assert len([*other_slopes(z, a, off)]) == 2
    assert [*other_slopes(z, 2 * z, np.full(9, 2.0))] == []  # a line has one slope
