"""The way back through a network: each slip in an equation has its kind, its place, its words."""

import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest
import reports

from nnlib.audit.formulas import ACTIVATIONS, LOG_SOFTMAX, SOFTMAX, Dense, Formula, Layer
from nnlib.audit.walk import Step, Walk

stored = reports.stored
NAMED = {each.name: each for each in [*ACTIVATIONS, SOFTMAX, LOG_SOFTMAX]}
N = 9


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Net:
    """A network, its data, and what stands in its equations: z, a, W, b, s, back, d by layer."""

    def __init__(self, names, sizes, base, y, seed=5, later=False, formula=None, scaled=None):
        rng = np.random.default_rng(seed)
        self.n, self.last, self.base, self.y = N, len(names), base, y(rng, sizes[-1])
        layers = tuple(Layer(2 * k, 2 * k + 1, False) for k in range(self.last))
        divisor, shift = scaled or (1.0, 0.0)
        self.dense = Dense(layers, tuple(NAMED[name] for name in names), divisor, shift)
        self.values = []
        for before, after in itertools.pairwise(sizes):
            self.values += [rng.normal(size=(before, after)) / 2, rng.normal(size=after) / 4]
        self.raw = rng.normal(size=(N, sizes[0])) * divisor + shift
        self.f = 1 / N
        self.formula = formula or Formula(base, self.f)
        self.z, self.a = self.dense.forward(self.values, self.raw)
        self.W = [None, *self.values[::2]]
        self.b = [None, *self.values[1::2]]
        self.s = [None, *(
            each.slope(z) for each, z in zip(self.dense.activations, self.z[1:], strict=True)
        )]  # fmt: skip
        self.error = self.a[-1] - self.y
        if base == "squared":
            self.error = 2 * self.error
        self.error = self.f * self.error
        self.d = self.back = None
        self.back, self.d = self.way()
        self.new = [v + 0.3 * rng.normal(size=v.shape) for v in self.values] if later else None

    def way(self, **own):
        """What comes back and the deltas, with some of them changed; those below follow."""
        d, back = [None] * (self.last + 1), [None] * (self.last + 1)
        for k in range(self.last, 0, -1):
            if k == self.last:
                d[k] = self.f * self.dense.output_delta(self.z[-1], self.a[-1], self.y, self.base)
            else:
                back[k] = (
                    own[f"back{k}"](d[k + 1]) if f"back{k}" in own else d[k + 1] @ self.W[k + 1].T
                )
                d[k] = back[k] * own.get(f"s{k}", self.s[k])
            if f"d{k}" in own:
                d[k] = own[f"d{k}"](back[k]) if callable(own[f"d{k}"]) else own[f"d{k}"]
            d[k] = np.broadcast_to(d[k], self.z[k].shape)
        return back, d

    def told(self, any_factor=False, **own):
        """Walk through a gradient with slips; return the walk."""
        _, d = self.way(**own)
        g = []
        for k in range(1, self.last + 1):
            W = own[f"W{k}"](d[k]) if f"W{k}" in own else self.a[k - 1].T @ d[k]
            b = own[f"b{k}"](d[k]) if f"b{k}" in own else d[k].sum(axis=0)
            g += [W, np.broadcast_to(b, self.b[k].shape)]
        slopes = self.dense.penalty_slopes(self.values, self.formula)
        g = [x + slope for x, slope in zip(g, slopes, strict=True)]
        exam = SimpleNamespace(
            patient=SimpleNamespace(single=False),
            formula=self.formula,
            n_outputs=self.y.shape[1],
            features=(0, ""),
        )
        walk = Walk(exam, self.dense, self.values, self.raw, self.y, self.formula, g, any_factor)
        walk.later = self.new
        with np.errstate(all="ignore"):
            walk.go()
        return walk


def between(rng, m):
    return rng.uniform(0.1, 0.9, size=(N, m))


def classes(rng, m):
    return np.eye(m)[np.arange(N) % m]


def ones(rng, m):
    return 1.0 * (rng.random((N, m)) > 0.5)


def signs(rng, m):
    return 2 * ones(rng, m) - 1


DEEP = Net(("tanh", "tanh", "sigmoid"), (3, 5, 5, 2), "squared", between)
CLASSES = Net(("ReLU", "softmax"), (4, 6, 3), "cross", classes)
YES = Net(("sigmoid", "tanh", "sigmoid"), (3, 4, 5, 1), "binary", ones)
TANH = Net(("sigmoid", "tanh"), (3, 4, 2), "squared", between)
HINGE = Net(("tanh", "identity"), (3, 12, 1), "hinge", signs)
SOFT = Net(("tanh", "softmax"), (3, 4, 3), "squared", between)
AFTER = Net(("tanh", "tanh", "sigmoid"), (3, 5, 4, 2), "squared", between, later=True)
WIDE = Net(("tanh", "sigmoid", "identity"), (6, 4, 4, 9), "squared", between)


def far(rng, m):
    return rng.uniform(-4, 4, size=(N, m))


HUBER = Net(("tanh", "identity"), (3, 4, 2), "huber", far)
CHANCE = Net(("tanh", "sigmoid"), (9, 4, 2), "squared", between)
PIXELS = Net(("tanh", "sigmoid"), (3, 4, 2), "squared", between, scaled=(255.0, 20.0))
LEAKY = Net(("leaky ReLU (0.1)", "tanh", "sigmoid"), (3, 5, 4, 1), "binary", ones)
LOGS = Net(("tanh", "log-softmax"), (3, 4, 3), "cross_from_logits", classes)
LINES = Net(("ReLU", "ReLU", "identity"), (3, 4, 4, 2), "squared", between)
ROOT = Net(("softplus", "sigmoid"), (3, 4, 2), "root", between)
TWICE = Net(("sigmoid of 2 z", "1.7159 tanh(2 z / 3)", "sigmoid"), (3, 4, 4, 2), "squared", between)
NETS = {
    "deep": DEEP, "classes": CLASSES, "yes": YES, "tanh": TANH, "hinge": HINGE, "soft": SOFT,
    "after": AFTER, "wide": WIDE, "pixels": PIXELS, "huber": HUBER, "chance": CHANCE,
    "leaky": LEAKY, "logs": LOGS, "lines": LINES, "root": ROOT, "twice": TWICE,
}  # fmt: skip


def g_of(a):
    return a * (1 - a)


# network, what is changed, and the deviations that are told
SLIPS = [
    # the output's delta
    ("deep", lambda c: {"d3": c.error},
     "slope_missing", "delta3", "delta3 = (a - y) * 1: the slope is missing (or, which is the same "
     "at these samples: delta3 = (a - y) * the slope of ReLU, at a)"),
    ("deep", lambda c: {"d3": c.error * g_of(sigmoid(c.a[3]))},
     "slope_of_a", "delta3", "delta3 = (a - y) * f'(a): the derivative of z is taken at a"),
    ("deep", lambda c: {"d3": c.error * g_of(c.z[3])},
     "slope_of_a", "delta3",
     "delta3 = (a - y) * g(z), where g(a) is meant: the derivative is taken at z"),
    ("deep", lambda c: {"d3": c.error * c.s[3] ** 2},
     "gradient_wrong", "delta3", "delta3 = (a - y) * the slope, squared"),
    ("deep", lambda c: {"d3": c.error * c.s[3].mean(axis=0)},
     "gradient_wrong", "delta3", "delta3 = (a - y) * the mean of the slopes over the samples"),
    ("deep", lambda c: {"d3": c.error * c.a[3]},
     "gradient_wrong", "delta3", "delta3 = (a - y) * f(z): the activation itself, not its slope"),
    ("deep", lambda c: {"d3": c.error * (1 - c.a[3])},
     "gradient_wrong", "delta3", "delta3 = (a - y) * (1 - a), which lacks a factor"),
    ("deep", lambda c: {"d3": c.error * (1 - np.tanh(c.z[3]) ** 2)},
     "gradient_wrong", "delta3", "delta3 = (a - y) * the slope of tanh, at z"),
    ("deep", lambda c: {"d3": c.error * (1 - c.a[3] ** 2)},
     "gradient_wrong", "delta3", "delta3 = (a - y) * the slope of tanh, at a"),
    ("deep", lambda c: {"d3": c.error * (c.z[3] > 0)},
     "gradient_wrong", "delta3", "delta3 = (a - y) * the slope of ReLU, at z"),
    ("tanh", lambda c: {"d2": c.error * g_of(sigmoid(c.z[2]))},
     "gradient_wrong", "delta2", "delta2 = (a - y) * the slope of sigmoid, at z"),
    ("tanh", lambda c: {"d2": c.error * (1 + c.a[2] ** 2)},
     "gradient_wrong", "delta2", "delta2 = (a - y) * (1 + a**2)"),
    ("tanh", lambda c: {"d2": c.error * (1 - np.tanh(c.a[2]) ** 2)},
     "slope_of_a", "delta2", "delta2 = (a - y) * f'(a): the derivative of z is taken at a"),
    ("tanh", lambda c: {"d2": c.error},
     "slope_missing", "delta2", "delta2 = (a - y) * 1: the slope is missing"),
    ("deep", lambda c: {"d3": 2 * c.f * g_of(c.a[3] - c.y)},
     "slope_of_a", "delta3", "delta3 = g(a - y): the slope of the error, and nothing else, where "
                             "(a - y) * g(a) belongs"),
    ("deep", lambda c: {"d3": -2 * c.f * g_of(c.y - c.a[3])},
     "slope_of_a", "delta3", "delta3 = g(y - a): the slope of the error, and nothing else, where "
                             "(a - y) * g(a) belongs"),
    ("deep", lambda c: {"d3": c.error * g_of(c.a[3] - c.y)},
     "slope_of_a", "delta3", "delta3 = (a - y) * g(a - y): the slope of the error, where "
                             "(a - y) * g(a) belongs"),
    ("deep", lambda c: {"d3": c.error * g_of(c.y - c.a[3])},
     "slope_of_a", "delta3", "delta3 = (a - y) * g(y - a): the slope of the error, where "
                             "(a - y) * g(a) belongs"),
    ("yes", lambda c: {"d3": c.error * g_of(c.y - c.a[3])},
     "slope_of_a", "delta3", "delta3 = (a - y) * g(y - a): the slope of the error, where (a - y) * "
                             "g(a) belongs"),
    ("yes", lambda c: {"d3": c.f * g_of(c.a[3] - c.y)},
     "slope_of_a", "delta3", "delta3 = g(a - y): the slope of the error, and nothing else, where "
                             "(a - y) * g(a) belongs"),
    ("classes", lambda c: {"d2": c.error * g_of(c.a[2])},
     "gradient_wrong", "delta2", "delta2 = (a - y) * a * (1 - a): with this loss the slope of the "
                                 "activation has cancelled already"),
    ("yes", lambda c: {"d3": c.error * g_of(c.a[3])},
     "gradient_wrong", "delta3", "delta3 = (a - y) * a * (1 - a): with this loss the slope of the "
                                 "activation has cancelled already"),
    ("classes", lambda c: {"d2": c.error * g_of(sigmoid(c.z[2]))},
     "slope_of_a", "delta2", "delta2 = (a - y) * f'(z) of a sigmoid, for a softmax"),
    ("classes", lambda c: {"d2": c.error * c.a[2]},
     "gradient_wrong", "delta2", "delta2 = (a - y) * a: the softmax itself, not its slopes"),
    ("soft", lambda c: {"d2": c.error * c.a[2]},
     "gradient_wrong", "delta2", "delta2 = (a - y) * a: the softmax itself, not its slopes"),
    ("soft", lambda c: {"d2": c.error * g_of(c.a[2])},
     "gradient_wrong", "delta2", "delta2 = (a - y) * a * (1 - a): with this loss the slope of the "
                                 "activation has cancelled already"),
    ("classes", lambda c: {"d2": c.f * (np.eye(3)[c.a[2].argmax(axis=1)] - c.y)},
     "gradient_wrong", "delta2", "delta2 is made of predictions that are rounded to 0 and 1"),
    ("yes", lambda c: {"d3": c.f * (np.round(c.a[3]) - c.y)},
     "gradient_wrong", "delta3", "delta3 is made of predictions that are rounded to 0 and 1"),
    ("deep", lambda c: {"d3": 2 * c.f * (np.round(c.a[3]) - c.y) * g_of(c.a[3])},
     "gradient_wrong", "delta3", "delta3 is made of predictions that are rounded to 0 and 1"),
    ("deep", lambda c: {"d3": 2 * c.f * (np.round(c.a[3]) - c.y)},
     "gradient_wrong", "delta3", "delta3 is made of predictions that are rounded to 0 and 1"),
    ("hinge", lambda c: {"d2": c.f * -c.y * (c.a[2] * c.y > 1)}, "gradient_wrong", "delta2",
     "in delta2 the mask a * y < 1 of the hinge is the wrong way round: a * y > 1"),
    ("hinge", lambda c: {"d2": c.f * -c.y * (c.a[2] * c.y < 0)}, "gradient_wrong", "delta2",
     "in delta2 the mask a * y < 1 of the hinge is taken at 0, not at 1"),
    ("hinge", lambda c: {"d2": c.f * -c.y * (c.a[2] * c.y > 0)}, "gradient_wrong", "delta2",
     "in delta2 the mask a * y < 1 of the hinge is taken at 0, and the wrong way round"),
    ("deep", lambda c: {"d3": c.f * np.sign(c.a[3] - c.y) * c.s[3]},
     "gradient_wrong", "delta3", "delta3 holds the sign of the error, not the error"),
    ("deep", lambda c: {"d3": c.f * np.abs(c.a[3] - c.y) * c.s[3]},
     "gradient_wrong", "delta3", "delta3 holds the size of the error, without its sign"),
    ("deep", lambda c: {"d3": c.f * (c.a[3] - c.y) ** 2 * c.s[3]},
     "gradient_wrong", "delta3", "delta3 holds the squared error, not the error"),
    ("deep", lambda c: {"d3": c.f * (c.a[3] - c.y) ** 2},
     "gradient_wrong", "delta3", "delta3 holds the squared error, not the error"),
    ("deep", lambda c: {"d3": c.d[3].mean(axis=0)},
     "gradient_wrong", "delta3", "delta3 is averaged over the samples too early"),
    ("deep", lambda c: {"d3": c.d[3].sum(axis=1, keepdims=True)},
     "gradient_wrong", "delta3", "delta3 is summed over the outputs"),
    *(("huber", lambda c, to=to: {"d2": c.f * np.where(np.abs(c.a[2] - c.y) > 1, to, c.a[2] - c.y)},
       "gradient_wrong", "delta2", f"where an error is beyond 1, delta2 holds {words} for it")
      for to, words in ((1, "1, without their sign"), (-1, "-1, without their sign"), (0, "0"))),
    ("yes", lambda c: {"d3": c.f * (c.z[3] - c.y)}, "gradient_wrong", "delta3",
     "delta3 is made of z - y, not of a - y: the activation is missing"),
    ("deep", lambda c: {"d3": 2 * c.f * (c.z[3] - c.y) * c.s[3]}, "gradient_wrong", "delta3",
     "delta3 is made of z - y, not of a - y: the activation is missing"),
    ("deep", lambda c: {"d3": 2 * c.f * (c.z[3] - c.y)}, "gradient_wrong", "delta3",
     "delta3 is made of z3 - y, the weighted sum, where a3 - y belongs"),
    ("yes", lambda c: {"d3": c.error / g_of(c.a[3])}, "gradient_wrong", "delta3",
     "delta3 = (a - y) * 1 / the slope: a division where a product belongs (or, which is the same "
     "at these samples: delta3 = the slope of the loss by a, (a - y) / (a * (1 - a)), * 1: the "
     "slope is missing)"),
    ("yes", lambda c: {"d3": c.error / g_of(c.a[3]) * g_of(sigmoid(c.a[3]))}, "slope_of_a",
     "delta3", "delta3 = the slope of the loss by a, (a - y) / (a * (1 - a)), * f'(a): the "
               "derivative of z is taken at a"),
    ("hinge", lambda c: {"d2": -c.f * c.y}, "gradient_wrong", "delta2",
     "in delta2 the mask a * y < 1 of the hinge is missing"),
    ("classes", lambda c: {"d2": -c.f * c.y * (1 - c.a[2])}, "gradient_wrong", "delta2",
     "delta2 holds the diagonal of the softmax's Jacobian alone, a * (1 - a)"),
    ("classes", lambda c: {"d2": -c.f * c.y / c.a[2]}, "slope_missing", "delta2",
     "delta2 is the slope of the loss with respect to a: the softmax's is missing"),
    ("classes", lambda c: {"d2": -c.f * c.y}, "gradient_wrong", "delta2",
     "delta2 lacks the sum over the classes in the softmax's slope"),
    ("classes", lambda c: {"d2": c.f * c.a[2]}, "gradient_wrong", "delta2",
     "delta2 holds the softmax alone, without the targets"),
    *((name, lambda c: {"d2": -c.f * c.y - np.exp(c.z[2]) / np.exp(c.z[2]).sum(1)[:, None]},
       "gradient_wrong", "delta2", "delta2 is g - softmax(z), where g - softmax(z) * "
       "g.sum(axis=1) is log-softmax's way back, with g = -0.1111 * y")
      for name in ("classes", "logs")),
    ("logs", lambda c: {"d2": -c.f * c.y}, "gradient_wrong", "delta2",
     "delta2 holds the targets' part alone, without the softmax"),
    ("logs", lambda c: {"d2": c.f * np.exp(c.a[2])}, "gradient_wrong", "delta2",
     "delta2 holds the softmax alone, without the targets"),
    # hidden deltas
    *(("leaky", lambda c, slope=slope: {"s1": slope(c.z[1])}, kind, "delta1",
       f"delta1 = delta2 @ W2.T * {text}") for slope, kind, text in (
        (lambda z: z > 0, "gradient_wrong",
         "the slope of a plain ReLU, 0 where z < 0, and that of leaky ReLU (0.1) is 0.1"),
        (lambda z: np.where(z > 0, 0.1, 1), "slope_of_a",
         "the slopes 1 and 0.1, the wrong way round"),
        (lambda z: np.where(z > 0, 1, 10), "gradient_wrong",
         "1 / the slope: a division where a product belongs"))),
    ("twice", lambda c: {"s1": c.s[1] / 2}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the slope of sigmoid of 2 z without its factor 2"),
    ("twice", lambda c: {"s2": c.s[2] / (1.7159 * 2 / 3)}, "gradient_wrong", "delta2",
     "delta2 = delta3 @ W3.T * the slope of 1.7159 tanh(2 z / 3) without its factor 1.144"),
    ("leaky", lambda c: {"s2": 1 / c.s[2]}, "gradient_wrong", "delta2",
     "delta2 = delta3 @ W3.T * 1 / the slope: a division where a product belongs"),
    ("yes", lambda c: {"s1": c.a[1] / (1 - c.a[1])}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * a / (1 - a), where a * (1 - a) belongs"),
    ("deep", lambda c: {"s2": 1.0},
     "slope_missing", "delta2", "delta2 = delta3 @ W3.T * 1: the slope is missing"),
    ("classes", lambda c: {"s1": 1.0}, "slope_missing", "delta1",
     "delta1 = delta2 @ W2.T * 1: the slope is missing, or its mask is always open (a >= 0)"),
    ("classes", lambda c: {"s1": c.z[1] < 0}, "slope_of_a", "delta1",
     "delta1 = delta2 @ W2.T * the mask z >= 0 or z < 0, the wrong way round"),
    ("classes", lambda c: {"s1": c.z[1]}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * z in place of the mask"),
    ("classes", lambda c: {"s1": c.a[1]}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * f(z): the activation itself, not its slope"),
    ("classes", lambda c: {"s1": 1 - np.tanh(c.z[1]) ** 2}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the slope of tanh, at z"),
    ("classes", lambda c: {"s1": c.s[1].mean(axis=0)}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the mean of the slopes over the samples"),
    ("classes", lambda c: {"d1": lambda back: back * (back > 0)}, "gradient_wrong", "delta1",
     "delta1 lets through what comes back with a plus, not where its ReLU is on"),
    ("classes", lambda c: {"d1": lambda back: back * c.s[1] * (back > 0)},
     "gradient_wrong", "delta1",
     "delta1 lets through what comes back with a plus, not where its ReLU is on"),
    ("deep", lambda c: {"s1": 1 - np.tanh(c.a[1]) ** 2}, "slope_of_a", "delta1",
     "delta1 = delta2 @ W2.T * f'(a): the derivative of z is taken at a"),
    ("deep", lambda c: {"s1": 1 - c.z[1] ** 2}, "slope_of_a", "delta1",
     "delta1 = delta2 @ W2.T * g(z), where g(a) is meant: the derivative is taken at z"),
    ("yes", lambda c: {"s1": g_of(sigmoid(c.a[1]))}, "slope_of_a", "delta1",
     "delta1 = delta2 @ W2.T * f'(a): the derivative of z is taken at a"),
    ("deep", lambda c: {"s1": c.s[1] ** 2}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the slope, squared"),
    ("deep", lambda c: {"s1": 1 - c.a[1]}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * (1 - a), without the square"),
    ("deep", lambda c: {"s1": 1 + c.a[1] ** 2}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * (1 + a**2)"),
    ("deep", lambda c: {"s1": g_of(sigmoid(c.z[1]))}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the slope of sigmoid, at z"),
    ("deep", lambda c: {"s1": g_of(c.a[1])}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the slope of sigmoid, at a"),
    ("deep", lambda c: {"s1": c.z[1] > 0}, "gradient_wrong", "delta1",
     "delta1 = delta2 @ W2.T * the slope of ReLU, at z"),
    ("deep", lambda c: {"s1": c.s[2]}, "slope_of_a", "delta1",
     "delta1 = delta2 @ W2.T * the slope at layer 2"),
    ("deep", lambda c: {"s2": c.s[1]}, "slope_of_a", "delta2",
     "delta2 = delta3 @ W3.T * the slope at layer 1"),
    ("yes", lambda c: {"s2": c.s[3]}, "slope_of_a", "delta2",
     "delta2 = delta3 @ W3.T * the slope at layer 3"),
    ("deep", lambda c: {"d1": lambda back: (back * c.s[1]).mean(axis=0)}, "gradient_wrong",
     "delta1", "delta1 is averaged over the samples too early, or what it is multiplied by"),
    ("deep", lambda c: {"d1": lambda back: 1 - back**2}, "slope_of_a", "delta1",
     "delta1 = g(back): the slope is taken of what came back, not of a1"),
    ("deep", lambda c: {"d1": lambda back: back * (1 - back**2)}, "slope_of_a", "delta1",
     "delta1 = back * g(back): the slope is taken of what came back, not of a1"),
    ("yes", lambda c: {"d1": lambda back: back * (1 - back)}, "slope_of_a", "delta1",
     "delta1 = g(back): the slope is taken of what came back, not of a1"),
    ("deep", lambda c: {"s2": 1 - np.tanh(c.a[1] @ c.W[2]) ** 2}, "gradient_wrong", "delta2",
     "the slope of delta2 is taken before b2 is added"),
    ("deep", lambda c: {"d1": lambda back: back * c.s[1] / N}, "gradient_scale", "delta1",
     "delta1 is divided by the 9 samples once more, after the output's delta"),
    ("deep", lambda c: {"d1": lambda back: back * c.s[1] * N}, "gradient_scale", "delta1",
     "delta1 is multiplied by 9 once more, after the output's delta"),
    ("deep", lambda c: {"d1": lambda back: -back * c.s[1]}, "gradient_sign", "delta1",
     "delta1 has the wrong sign: it points uphill"),
    # ways back
    ("after", lambda c: {"back2": lambda d: d @ c.new[4].T}, "updated_too_early", "delta2",
     "delta2 goes back through the new W3, after its update"),
    ("after", lambda c: {"back1": lambda d: d @ c.new[2].T}, "updated_too_early", "delta1",
     "delta1 goes back through the new W2, after its update"),
    ("after", lambda c: {"W2": lambda d: c.a[1].T @ (c.d[3] @ c.new[4].T * c.s[2])},
     "updated_too_early", "W2",
     "the gradient of W2 is made with the new W3, after its update"),
    ("deep", lambda c: {"back2": lambda d: c.error @ c.W[3].T}, "slope_missing", "delta3",
     "delta2 is made of the output's error, without the slope of the output's activation"),
    ("tanh", lambda c: {"back1": lambda d: c.error.sum(axis=1, keepdims=True)}, "product_wrong",
     "delta1", "delta1 is made of the output's error itself: neither W2 nor the slope of the "
               "output's activation stands in it"),
    ("deep", lambda c: {"back1": lambda d: c.back[2] @ c.W[2].T}, "slope_missing", "delta1",
     "delta1 is made of what came back to layer 2, without the slope of that layer's activation"),
    ("deep", lambda c: {"back1": lambda d: d @ c.W[2]}, "product_wrong", "delta1",
     "delta1 goes back through W2 without its transpose"),
    ("after", lambda c: {"back2": lambda d: d @ c.W[1][:2, :4]}, "product_wrong", "delta2",
     "delta2 goes back through the first (2, 4) of W1, not W3.T"),
    ("after", lambda c: {"back2": lambda d: d @ c.W[1][-2:, -4:]}, "product_wrong", "delta2",
     "delta2 goes back through the last (2, 4) of W1, not W3.T"),
    ("deep", lambda c: {"back2": lambda d: d @ np.broadcast_to(c.W[3].sum(axis=0), (5, 2)).T},
     "product_wrong", "delta2", "delta2 goes back through the sum of W3 over its rows"),
    ("deep", lambda c: {"back2": lambda d: d.sum(axis=1, keepdims=True) * c.W[3].sum(axis=1)},
     "product_wrong", "delta2", "delta2 goes back through the summed delta3"),
    ("deep", lambda c: {"back2": lambda d: d.sum(axis=1, keepdims=True) * c.W[3].sum()},
     "product_wrong", "delta2", "delta2 goes back through the sum of all of W3"),
    ("deep", lambda c: {"back2": lambda d: d @ np.abs(c.W[3]).T},
     "product_wrong", "delta2", "delta2 goes back through the sizes of W3"),
    ("deep", lambda c: {"back2": lambda d: d.sum(axis=1, keepdims=True) + 0 * c.z[2]},
     "product_wrong", "delta2", "delta2 goes back through no W3 at all"),
    ("deep", lambda c: {"back2": lambda d: d.mean(axis=0, keepdims=True) @ c.W[3].T + 0 * c.z[2]},
     "product_wrong", "delta2", "delta2 goes back through the mean over the samples"),
    *(("deep", lambda c, k=k: {"back2": lambda d: np.outer(d[:, k], c.W[3][:, k])},
       "product_wrong", "delta2", f"delta2 is made of the {which} output's part of delta3 alone")
      for k, which in ((0, "first"), (-1, "last"))),
    *(("deep", lambda c, k=k: {"back1": lambda d: np.outer(d[:, k], c.W[2][:, k])},
       "product_wrong", "delta1", f"delta1 is made of the {which} neuron's part of delta2 alone")
      for k, which in ((0, "first"), (-1, "last"))),
    ("yes", lambda c: {"back2": lambda d: c.error / g_of(c.a[3])}, "product_wrong", "delta2",
     "delta2 is made of the slope of the loss with respect to a3, not of what comes back through "
     "W3"),
    ("yes", lambda c: {"back1": lambda d: c.error / g_of(c.a[3])}, "product_wrong", "delta1",
     "delta1 is made of the slope of the loss with respect to a3, not of what comes back through "
     "W2"),
    ("yes", lambda c: {"back1": lambda d: c.error}, "product_wrong", "delta1",
     "delta1 is made of delta3, not of what comes back through W2"),
    # the gradient of a bias
    ("deep", lambda c: {"b2": lambda d: d.sum()}, "axis_missing", "b2",
     "the gradient of b2 is one number for all: the sum of delta over samples and neurons, "
     f"{DEEP.d[2].sum():.6g}"),
    ("deep", lambda c: {"b2": lambda d: d.mean()}, "axis_missing", "b2",
     "the gradient of b2 is the mean of delta over everything"),
    ("deep", lambda c: {"b2": lambda d: d.sum() / N}, "axis_missing", "b2",
     "the gradient of b2 is the sum over all neurons, per sample"),
    ("deep", lambda c: {"b2": lambda d: d[0]}, "gradient_wrong", "b2",
     "the gradient of b2 is delta of the first sample alone"),
    ("deep", lambda c: {"b2": lambda d: d[-1]}, "gradient_wrong", "b2",
     "the gradient of b2 is delta of the last sample alone"),
    ("deep", lambda c: {"b2": lambda d: (c.a[1].T @ d).sum(axis=0)}, "gradient_wrong", "b2",
     "the gradient of b2 is that of W2, summed over the inputs, where delta summed over the "
     "samples belongs"),
    ("wide", lambda c: {"b3": lambda d: d.sum(axis=1)}, "axis_missing", "b3",
     "delta is summed over the neurons, not the samples, in b3"),
    ("deep", lambda c: {"b2": lambda d: (d / c.s[2]).sum(axis=0)}, "slope_missing", "b2",
     "the slope of the activation is missing in b2"),
    ("deep", lambda c: {"b2": lambda d: d.mean(axis=0)}, "gradient_scale", "b2",
     "the gradient of b2 is 0.1111 times the slope: it is divided by the 9 samples once more"),
    ("deep", lambda c: {"b2": lambda d: N * d.sum(axis=0)}, "gradient_scale", "b2",
     "the gradient of b2 is 9.0000 times the slope: it is not divided by the 9 samples"),
    ("deep", lambda c: {"b2": lambda d: -d.sum(axis=0)}, "gradient_sign", "b2",
     "the gradient of b2 is -1.0000 times the slope"),
    ("deep", lambda c: {"b2": lambda d: 0 * d.sum(axis=0)}, "gradient_wrong", "b2",
     "the gradient of b2 is 0"),
    ("deep", lambda c: {"b2": lambda d: 0.37 * d.sum(axis=0)}, "gradient_scale", "b2",
     "the gradient of b2 is 0.3700 times the slope"),
    ("yes", lambda c: {"b3": lambda d: 0.37 * d.sum(axis=0)}, "gradient_wrong", "b3",
     "the gradient of W3 is right, so delta3 is right; the gradient of b3 is not its sum over the "
     "samples"),
    ("yes", lambda c: {"b3": lambda d: 2 * d.sum(axis=0)}, "gradient_scale", "b3",
     "the gradient of b3 is 2.0000 times the slope: perhaps the 2 of a square, once too often"),
    ("yes", lambda c: {"b3": lambda d: 0.5 * d.sum(axis=0)}, "gradient_scale", "b3",
     "the gradient of b3 is 0.5000 times the slope: perhaps the 2 of a square, forgotten"),
    ("yes", lambda c: {"b3": lambda d: -0.37 * d.sum(axis=0)}, "gradient_wrong", "b3",
     "the gradient of W3 is right, so delta3 is right; the gradient of b3 is not its sum over the "
     "samples"),
    *(("yes", lambda c, f=f: {"b3": lambda d: f * d.sum(axis=0)}, kind, "b3",
       f"the gradient of b3 is {text}") for f, kind, text in (
        (0, "gradient_wrong", "0"),
        (N / 2, "gradient_scale", "4.5000 times the slope: perhaps half a sum of squares where the "
                                  "loss is their mean, or a division by 2 where 9 is meant"),
        (-0.5, "gradient_sign", "-0.5000 times the slope"),
        (-2, "gradient_sign", "-2.0000 times the slope"),
        (-1 / N, "gradient_sign", "-0.1111 times the slope"),
        (-N, "gradient_sign", "-9.0000 times the slope"),
        (5, "gradient_scale", "5 times the slope, as where it is counted in the loop over the 5 "
                              "inputs of its layer, once for each"))),
    *(("deep", lambda c, of=of, form=form: {"b2": lambda d: form(vars(c)[of][2], axis=0)},
       "gradient_wrong", "b2", f"the gradient of b2 is the {form.__name__} of {of}2 over the "
       "samples, not that of delta2") for of in "az" for form in (np.sum, np.mean)),
    *(("deep", lambda c, k=k: {"b2": lambda d: c.a[1][:, k] @ d}, "product_wrong", "b2",
       f"the gradient of b2 is that of the weights from input {k}: delta is multiplied by column "
       f"{k} of a1, where a bias has a 1") for k in (0, 4)),
    *(("deep", lambda c, k=k: {"b1": lambda d: c.raw[:, k] @ d}, "product_wrong", "b1",
       f"the gradient of b1 is that of the weights from input {k}: delta is multiplied by column "
       f"{k} of X, where a bias has a 1") for k in (0, 2)),
    ("deep", lambda c: {"W2": lambda d: 2 * c.a[1].T @ d, "b2": lambda d: 2 * d.sum(axis=0)},
     "gradient_scale", "W2, b2", "the gradient of W2, b2 is 2.0000 times the slope: perhaps a sum "
     "where the loss is a mean over 2 outputs, or the 2 of a square, once too often"),
    ("classes", lambda c: {"b2": lambda d: d.sum()}, "axis_missing", "b2",
     "the gradient of b2 is 0 but for rounding: it is never computed, or it is the sum of delta "
     "over samples and outputs, which is 0 at a softmax"),
    ("classes", lambda c: {"b2": lambda d: 0 * d.sum(axis=0)}, "axis_missing", "b2",
     "the gradient of b2 is 0 but for rounding: it is never computed, or it is the sum of delta "
     "over samples and outputs, which is 0 at a softmax"),
    ("deep", lambda c: {"b2": lambda d: 5 * d.sum(axis=0)}, "gradient_scale", "b2",
     "the gradient of b2 is 5 times the slope, as where it is counted in the loop over the 5 "
     "inputs of its layer, once for each"),
    # the gradient of a weight matrix
    ("yes", lambda c: {"W3": lambda d: np.full((5, 1), (c.a[3].T @ d).item())}, "product_wrong",
     "W3", "the gradient of W3 is a3.T @ delta3, one number that NumPy stretches, not a2.T @ "
           "delta3"),
    ("chance", lambda c: {"W1": lambda d: c.a[0].T @ d * g_of(c.a[1])}, "product_wrong", "W1",
     "the gradient of W1 is multiplied by the slope of the samples' outputs, entry by entry; "
     "(9, 4) and (9, 4) fit by chance"),
    ("deep", lambda c: {"W2": lambda d: (c.a[1].T @ d).T}, "product_wrong", "W2",
     "the gradient of W2 is the transpose of what it should be"),
    ("deep", lambda c: {"W3": lambda d: c.z[2].T @ d}, "product_wrong", "W3",
     "the gradient of W3 is z2.T @ delta3, not a2.T @ delta3"),
    ("deep", lambda c: {"W3": lambda d: c.a[1].T @ d}, "product_wrong", "W3",
     "the gradient of W3 is a1.T @ delta3, not a2.T @ delta3"),
    ("wide", lambda c: {"W2": lambda d: c.a[0][:, :4].T @ d}, "product_wrong", "W2",
     "the gradient of W2 is made of the first 4 columns of a0, not of a1"),
    ("wide", lambda c: {"W2": lambda d: c.a[0][:, -4:].T @ d}, "product_wrong", "W2",
     "the gradient of W2 is made of the last 4 columns of a0, not of a1"),
    ("pixels", lambda c: {"W1": lambda d: c.raw.T @ d}, "product_wrong", "W1",
     "the gradient of W1 is made of X before it is scaled"),
    ("deep", lambda c: {"W2": lambda d: c.s[1].T @ d}, "product_wrong", "W2",
     "the gradient of W2 holds the slopes of a1, not a1, as if they had been written into the same "
     "array, in place"),
    ("deep", lambda c: {"W2": lambda d: np.tanh(c.a[1]).T @ d}, "product_wrong", "W2",
     "the gradient of W2 is f(a1).T @ delta2: the activation is applied a second time"),
    ("deep", lambda c: {"W2": lambda d: c.W[2] * d.sum(axis=0)}, "product_wrong", "W2",
     "the gradient of W2 is delta2 times W2 itself, not times what came in"),
    ("deep", lambda c: {"W2": lambda d: np.outer(c.a[1].sum(axis=0), d.sum(axis=0))},
     "product_wrong", "W2", "the gradient of W2 is the sum of a1 times that of delta2"),
    ("deep", lambda c: {"W2": lambda d: np.outer(c.a[1].mean(axis=0), d.sum(axis=0))},
     "product_wrong", "W2", "the gradient of W2 holds the means of a1 and of delta2"),
    ("deep", lambda c: {"W2": lambda d: np.outer(c.a[1][-1], d[-1])}, "gradient_wrong", "W2",
     "the gradient of W2 is that of the last sample alone"),
    ("deep", lambda c: {"W2": lambda d: np.outer(c.a[1][0], d[0])}, "gradient_wrong", "W2",
     "the gradient of W2 is that of the first sample alone"),
    ("deep", lambda c: {"W2": lambda d: c.a[1].T @ (d / c.s[2])}, "slope_missing", "W2",
     "the slope of the activation is missing in the gradient of W2"),
    ("deep", lambda c: {"W3": lambda d: c.a[2].T @ (d / c.s[3])}, "slope_missing", "W3",
     "the slope of the activation is missing in the gradient of W3"),
    ("deep", lambda c: {"W2": lambda d: c.a[1].T @ (d * c.s[2])}, "gradient_wrong", "W2",
     "the slope stands twice in the gradient of W2"),
    ("deep", lambda c: {"W2": lambda d: np.abs(c.a[1]).T @ d}, "product_wrong", "W2",
     "the gradient of W2 holds the sizes of a1"),
    ("deep", lambda c: {"W2": lambda d: 0 * c.W[2]}, "gradient_wrong", "W2",
     "the gradient of W2 is 0"),
    ("deep", lambda c: {"W2": lambda d: N * c.a[1].T @ d}, "gradient_scale", "W2",
     "the gradient of W2 is 9.0000 times the slope: it is not divided by the 9 samples"),
    ("deep", lambda c: {"W2": lambda d: c.a[1].T @ d / N}, "gradient_scale", "W2",
     "the gradient of W2 is 0.1111 times the slope: it is divided by the 9 samples once more"),
    ("deep", lambda c: {"W2": lambda d: -c.a[1].T @ d}, "gradient_sign", "W2",
     "the gradient of W2 is -1.0000 times the slope"),
    ("deep", lambda c: {"W2": lambda d: c.a[1].T @ d + np.cos(c.W[2])}, "product_wrong", "W2",
     "the gradient of b2 is right, so delta2 is right; the product a1.T @ delta2 is not"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SLIPS)))
def test_a_slip_has_its_kind_its_place_and_its_words(number):
    name, slip, kind, where, text = SLIPS[number]
    net = NETS[name]
    walk = net.told(**slip(net))
    (step,) = walk.deviations
    assert re.sub(r"[\d.]+e-\d+", "#", step.text) == text
    assert (step.kind, step.where) == (kind, where)
    assert walk.explained


@pytest.mark.parametrize("name", NETS)
def test_without_a_slip_nothing_is_told(name):
    walk = NETS[name].told()
    assert walk.deviations == []
    assert not walk.explained
    assert walk.cost == 0


# Several slips, factors, penalties


def test_two_slips_are_told_both():
    walk = DEEP.told(s2=1.0, W1=lambda d: DEEP.z[0].T @ d * N)
    assert [(s.kind, s.where) for s in walk.deviations] == [
        ("slope_missing", "delta2"), ("gradient_scale", "W1"),
    ]  # fmt: skip
    assert walk.cost == 2
    walk = DEEP.told(back1=lambda d: d @ DEEP.W[2], s1=DEEP.s[1] ** 2)
    assert [(s.kind, s.text) for s in walk.deviations] == [
        ("product_wrong", "delta1 goes back through W2 without its transpose"),
        ("gradient_wrong", "its slope is the slope, squared"),
    ]


def test_one_number_is_a_multiple_of_any_other():
    """So only a factor that slips make is told of a single weight."""
    net = Net(("tanh", "sigmoid"), (3, 1, 1), "squared", between)
    (step,) = net.told(W2=lambda d: 2 * net.a[1].T @ d).deviations
    assert step.text.startswith("the gradient of W2 is 2.0000 times the slope")
    (step,) = net.told(W2=lambda d: 0.37 * net.a[1].T @ d).deviations
    assert step.text == (
        "the gradient of b2 is right, so delta2 is right; the product a1.T @ delta2 is not"
    )


@pytest.mark.parametrize("row", [0, -1])
def test_weights_that_hold_the_biases_are_gone_through_without_them(row):
    rng = np.random.default_rng(1)
    layers = (Layer(0, None, False, row), Layer(1, None, False, row))
    dense = Dense(layers, (NAMED["tanh"], NAMED["sigmoid"]))
    values = [rng.normal(size=(4, 5)), rng.normal(size=(6, 2))]
    X, y = rng.normal(size=(N, 3)), rng.uniform(size=(N, 2))
    formula = Formula("squared", 1 / N)
    a = dense.forward(values, X)[1]
    d2 = 2 / N * (a[2] - y) * a[2] * (1 - a[2])
    whole, part = values[1].T, (slice(0, 5) if row == 0 else slice(1, 6))
    d1 = d2 @ whole[:, part] * (1 - a[1] ** 2)

    def glued(b, W):
        return np.concatenate([b[None], W] if row == 0 else [W, b[None]])

    g = [glued(d.sum(axis=0), before.T @ d) for d, before in ((d1, X), (d2, a[1]))]
    exam = SimpleNamespace(patient=SimpleNamespace(single=False), formula=formula, n_outputs=2,
                           features=(7, "columns"))  # fmt: skip
    walk = Walk(exam, dense, values, X, y, formula, g, False)
    walk.go()
    (step,) = walk.deviations
    which = "first" if row == 0 else "last"
    assert step.text == (
        f"delta1 goes back through the {which} (2, 5) of W2.T with the biases, not W2.T"
    )


def test_an_output_s_delta_may_be_given():
    walk = DEEP.told(d3=np.cos(DEEP.z[3]), s2=1.0)
    assert not walk.explained
    walk.given = np.cos(DEEP.z[3])
    walk.go()
    assert [(step.kind, step.where) for step in walk.deviations] == [("slope_missing", "delta2")]


def test_what_nothing_explains_is_not_explained():
    rng = np.random.default_rng(0)
    walk = DEEP.told(W2=lambda d: rng.normal(size=(5, 5)), b2=lambda d: rng.normal(size=5))
    assert walk.deviations == []
    assert not walk.explained


@pytest.mark.parametrize("factor", [3.0, -0.7])
def test_a_factor_in_all_is_found_beside_a_slip(factor):
    scaled = {"d3": lambda back: factor * DEEP.d[3]}
    walk = DEEP.told(any_factor=True, **scaled)
    assert walk.deviations == []
    assert walk.explained
    assert walk.factor == pytest.approx(factor)
    assert walk.cost == 0.6
    walk = DEEP.told(any_factor=True, **scaled, s2=1.0)
    assert [s.where for s in walk.deviations] == ["delta2"]
    assert walk.factor == pytest.approx(factor)
    walk = DEEP.told(**scaled, s2=1.0)
    assert not walk.explained or len(walk.deviations) > 1


def test_a_slip_beside_a_factor_is_told_with_the_factor_in_its_error():
    walk = DEEP.told(
        any_factor=True, d3=3 * DEEP.d[3], back2=lambda d: 3 * DEEP.error @ DEEP.W[3].T
    )
    (step,) = walk.deviations
    assert step.text.startswith("delta2 is made of the output's error, without the slope")


@pytest.mark.parametrize("name", ["deep", "classes", "yes"])
def test_a_penalty_is_left_out_of_the_way(name):
    net = NETS[name]
    names, sizes = [a.name for a in net.dense.activations], [net.raw.shape[1]]
    sizes += [len(b) for b in net.b[1:]]
    made = {"deep": between, "classes": classes, "yes": ones}[name]
    formula = Formula(net.base, 1 / N, decay=0.05, sizes=0.01)
    own = Net(names, sizes, net.base, made, formula=formula)
    assert own.told().deviations == []
    (step,) = own.told(s1=own.s[1] * 0 + 1).deviations
    assert (step.kind, step.where) == ("slope_missing", "delta1")


def test_a_penalty_with_the_same_factor_as_the_product_is_one_factor():
    own = Net(
        ("tanh", "sigmoid"), (3, 5, 2), "squared", between,
        formula=Formula("squared", 1 / N, decay=0.05),
    )  # fmt: skip
    (step,) = own.told(W1=lambda d: 3 * own.a[0].T @ d + 2 * 2 * 0.05 * own.W[1]).deviations
    assert step.text.startswith("the gradient of W1 is 3.0000 times the slope: perhaps a mean")


def test_two_descriptions_of_the_same_numbers_are_told_both():
    """With two classes, a softmax's a (1 - a) is alike in both columns."""
    walk = DEEP.told()
    made = DEEP.d[2]
    first, second = Step("slope_of_a", "delta2", "first"), Step("product_wrong", "delta2", "second")
    candidates = [(2 * made, []), (made, [first]), (made.copy(), [second])]
    (step,) = walk.or_else(made, [first], candidates)
    assert step == Step(
        "slope_of_a", "delta2", "first (or, which is the same at these samples: second)"
    )
    assert walk.or_else(made, [], candidates) == []
    assert walk.or_else(made, [first, second], candidates) == [first, second]
    assert walk.or_else(made, [first], candidates[:2]) == [first]
    assert walk.or_else(made, [first], [*candidates[:2], (1.1 * made, [second])]) == [first]
    walk.factor = 3.0  # what is found is scaled already, the others are not
    (step,) = walk.or_else(3 * made, [first], candidates)
    assert "second" in step.text


def test_a_layer_s_slopes_may_all_be_those_of_its_neighbour():
    net = Net(("tanh", "sigmoid", "identity"), (3, 5, 5, 2), "squared", between)
    walk = net.told(s1=g_of(sigmoid(net.z[1])), s2=1.0)
    (step,) = walk.of_another_layer()
    assert step == Step(
        "slope_of_a", "delta2, delta1",
        "the slopes in delta2, delta1 are those of the activation of the next layer",
    )  # fmt: skip
    net = Net(("tanh", "sigmoid", "tanh", "sigmoid"), (3, 5, 5, 5, 2), "squared", between)
    walk = net.told(s2=1 - np.tanh(net.z[2]) ** 2, s3=g_of(sigmoid(net.z[3])))
    (step,) = walk.of_another_layer()
    assert step.text == (
        "the slopes in delta3, delta2 are those of the activation of the layer before"
    )
    walk = net.told(s2=1 - np.tanh(net.z[2]) ** 2)
    assert walk.of_another_layer() == walk.deviations


def test_nothing_is_near_to_something_and_rounding_is_nothing():
    walk = DEEP.told()
    a = np.array([[1.0, -2.0]])
    assert walk.near(a, a + 2 * 1.9e-4)
    assert walk.near(np.array([5000.0, 1.0]), np.array([5000.0, 0.0]))
    assert not walk.near(a, a + 2 * 2.2e-4)
    assert not walk.near(a, a.T)
    assert not walk.near(a, np.array([[1.0, np.nan]]))
    assert walk.near(0 * a, 0 * a + walk.nothing)
    assert not walk.near(0 * a, 0 * a + 2 * walk.nothing)
    largest = max(np.abs(g).max() for g in walk.g)
    assert walk.nothing == pytest.approx(1e-12 * largest)


def test_of_many_deltas_those_are_found_that_make_a_gradient(monkeypatch):
    walk, d = DEEP.told(), DEEP.d[2]
    W = DEEP.a[1].T @ d
    deltas = [d, 1.003 * d, 1.00015 * d, DEEP.d[3], np.nan * d, 1.001 * d]
    made, near = [], walk.near
    monkeypatch.setattr(walk, "near", lambda a, b: made.append(a) or near(a, b))
    assert walk.near_to(DEEP.a[1], deltas, W) == [True, False, True, False, False, False]
    assert len(made) == 4  # of what is far no product is made; another shape is no gradient at all
    assert walk.near_to(DEEP.a[1], [d, 0 * d], 0 * W) == [False, True]
    assert walk.near_to(DEEP.a[1], [], W) == []
    assert walk.near_to(np.ones((len(d), 1)), [d, 1.01 * d], d.sum(axis=0)[None]) == [True, False]


@pytest.mark.parametrize(
    ("f", "round_"),
    [(-1, True), (0.5, True), (2, True), (9, True), (1 / 9, True), (-2, True), (-0.5, True),
     (0, True), (2.0019, True), (2.0021, False), (3, False), (1, False), (1e-8, False)],
)  # fmt: skip
def test_factors_that_slips_make_are_round(f, round_):
    assert DEEP.told().is_round(f) == round_


# What a walk reports


def report_of(net, own=True, free=False, entries=("entry",), n_outputs=None, few=None, **slip):
    """The findings that are made of a walk."""
    found = []
    walk = net.told(**slip)
    formula = walk.formula if own is True else own
    walk.exam = SimpleNamespace(
        formula=formula, n_outputs=n_outputs or net.y.shape[1], few=few,
        features=(0, ""),
        patient=SimpleNamespace(n=N, single=False),
        find=lambda *parts: found.append(parts), in_own_names=lambda text: text,
    )  # fmt: skip
    walk.report(entries, free)
    return found


def test_slips_of_one_kind_are_one_finding():
    slip = {"b2": lambda d: N * d.sum(axis=0), "b1": lambda d: N * d.sum(axis=0), "s2": 1.0}
    found = report_of(DEEP, **slip)
    assert [each[:3] for each in found] == [
        ("slope_missing", "wrong", "delta2"), ("gradient_scale", "wrong", "b2, b1"),
    ]  # fmt: skip
    text = "times the slope: it is not divided by the 9 samples"
    assert found[1][3] == (
        f"the gradient of b2 is 9.0000 {text}; the gradient of b1 is 9.0000 {text}."
    )
    assert found[0][4] == ("entry",)  # said once
    assert found[1][4] == ()


def test_a_walk_on_another_loss_says_which_is_shown():
    shown = Formula("binary", 1 / 18)
    (found,) = report_of(DEEP, own=shown, s1=1.0)
    assert found[3] == (
        "delta1 = delta2 @ W2.T * 1: the slope is missing. (The other equations descend the sum of "
        "the squared errors divided by the 9 samples; the loss shown is the mean of the binary "
        "cross-entropies.)"
    )
    assert found[4] == ()  # they are measured on the loss that is shown
    (found,) = report_of(DEEP, own=None, s1=1.0)
    assert found[3].endswith("; the loss shown is no known formula.)")
    (found,) = report_of(DEEP, own=Formula("binary", 1 / 4), few=range(4), s1=1.0)
    assert "binary cross-entropies divided by the 4 samples.)" in found[3]


def test_a_walk_with_a_factor_says_it_where_it_is_known():
    slip = {"any_factor": True, "d3": 3 * DEEP.d[3], "s2": 1.0}
    (found,) = report_of(DEEP, **slip)
    assert found[3].endswith(
        "(The other equations descend 0.3333 times the sum of the squared errors; the loss shown "
        "is the sum of the squared errors divided by the 9 samples.)"
    )
    (found,) = report_of(DEEP, free=True, **slip)
    assert "The other equations" not in found[3]
    (found,) = report_of(DEEP, any_factor=True, d3=3 * DEEP.d[3])
    assert found == (
        "gradient_scale", "wrong", "gradients",
        "every entry is 3.0000 times the slope of 0.3333 times the sum of the squared errors",
        ("entry",),
    )  # fmt: skip
    (found,) = report_of(DEEP, any_factor=True, d3=-3 * DEEP.d[3])
    assert found[0] == "gradient_sign"


def test_a_walk_on_a_root_names_the_root():
    share = 1 / np.sqrt(N * 2)
    net = Net(("tanh", "sigmoid"), (3, 4, 2), "root", between, formula=Formula("root", share))
    (found,) = report_of(net, own=Formula("squared", 1 / N), s1=1.0, d2=share * N * net.d[2])
    assert (
        "(The other equations descend the root of the mean of the squared errors; the loss shown is"
    ) in found[3]


def test_means_over_everything_go_with_means_of_one_neuron():
    net = Net(("tanh", "sigmoid"), (3, 4, 1), "squared", between)
    mean = {f"b{k}": lambda d: d.mean() for k in (1, 2)}
    (found,) = report_of(net, **mean)
    assert found[:3] == ("axis_missing", "wrong", "b2, b1")


def test_equations_are_told_with_the_numbers_of_the_layers():
    for number in range(len(SLIPS)):
        for a, b in re.findall(r"delta(\d) = delta(\d)", SLIPS[number][4]):
            assert int(b) == int(a) + 1


def number_of(a):
    """A number that hangs on each entry of an array."""
    return np.sum(a * np.cos(1.0 + np.arange(np.size(a))).reshape(np.shape(a)))


@pytest.mark.parametrize("name", ["after", "classes", "soft", "leaky", "logs", "wide"])
def test_what_is_tried_at_each_layer_is_stored(name, stored):
    """All slips in their order, each with its words and a number for what it makes."""
    net = NETS[name]
    walk, lines = net.told(), []

    def put(kind, where, text, made):
        lines.append(f"{kind} ({where}): {text} {number_of(made):.6g}")

    with np.errstate(all="ignore"):
        deltas = [[*walk.output_deltas()]]
        for number in range(net.last - 1, 0, -1):
            walk.bare = net.back[number + 1]
            deltas.append([*walk.hidden_deltas(number, net.d[number + 1])])
        for (right, none), *others in deltas:
            assert none == []
            put("right", "delta", "", right)
            for delta, (step, *more) in others:
                if not more:
                    put(step.kind, step.where, step.text, delta)
            pairs = [(steps[1].text, delta) for delta, steps in others if len(steps) == 2]
            for text in dict.fromkeys(text for text, _ in pairs):  # beside another way back
                put("and", "delta", text, np.array([number_of(d) for t, d in pairs if t == text]))
        for number in range(net.last, 0, -1):
            for form in (walk.bias_forms, walk.weight_forms):
                for kind, text, made in form(number, net.d[number]):
                    put(kind, form.__name__, text, made)
    assert lines == stored


def test_at_a_corner_a_slope_is_that_of_what_is_negative():
    walk, z = DEEP.told(), np.array([[-1.0, 0.0, 1.0]])
    for name, text, wanted in (
        ("ReLU", "the mask z >= 0 or z < 0, the wrong way round", [1, 0, 0]),
        ("leaky ReLU (0.1)", "the slopes 1 and 0.1, the wrong way round", [1, 1, 0.1]),
        ("leaky ReLU (0.1)", "the slope of a plain ReLU, 0 where z < 0, and that of leaky ReLU "
                             "(0.1) is 0.1", [0, 0, 1]),
    ):  # fmt: skip
        own = NAMED[name]
        made = {words: numbers for _, words, numbers in walk.slopes(own, z, own.value(z), 1)}
        assert made[text].tolist() == [wanted]


@pytest.mark.parametrize(
    ("number", "others"), [(1, ["layer 2"]), (2, ["layer 3", "layer 1"]), (3, [])]
)
def test_slopes_of_other_layers_are_those_of_hidden_neighbours_and_the_output(number, others):
    net = Net(("tanh", "tanh", "sigmoid"), (4, 4, 4, 4), "squared", between)
    made = net.told().slopes(NAMED["tanh"], net.z[number], net.a[number], number)
    assert [text[13:] for _, text, _ in made if text.startswith("the slope at ")] == others
