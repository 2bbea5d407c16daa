"""Each slip in an equation of the way back is told by its kind, its place and its words."""

import sys

import numpy as np
import pytest
import reports

from nnlib import audit

all_are_stored, stored = reports.all_are_stored, reports.stored
pytestmark = pytest.mark.usefixtures("all_are_stored")

N = 9
RNG = np.random.default_rng(5)
X = RNG.normal(size=(N, 3))
Y = RNG.uniform(0.1, 0.9, size=(N, 2))
SIZES = [(3, 5), (5, 5), (5, 2)]  # the middle one is square: a missing transpose fits
START = {}
for k, size in enumerate(SIZES, start=1):
    START[f"W{k}"] = RNG.normal(size=size) / 2
    START[f"b{k}"] = RNG.normal(size=size[1]) / 4


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(p, X):
    z, a = [X], [X]
    for k in (1, 2, 3):
        z.append(a[-1] @ p[f"W{k}"] + p[f"b{k}"])
        a.append(sigmoid(z[-1]) if k == 3 else np.tanh(z[-1]))
    return z, a


def report_on(slip):
    """Audit a gradient; the slip is given what stands in it and returns what is to be changed."""

    def gradients(p, X, y):
        z, a = forward(p, X)
        n = len(X)
        error = 2 * (a[3] - y) / n
        s = {1: 1 - a[1] ** 2, 2: 1 - a[2] ** 2, 3: a[3] * (1 - a[3])}
        own = slip(p=p, z=z, a=a, error=error, s=s, n=n)
        d3 = own.get("d3", error * s[3])
        d3 = own["from_d3"](d3) if "from_d3" in own else d3
        d2 = own["d2"](d3) if "d2" in own else d3 @ p["W3"].T * s[2]
        d1 = own["d1"](d2) if "d1" in own else d2 @ p["W2"].T * s[1]
        g = {}
        for k, d in ((1, d1), (2, d2), (3, d3)):
            g |= {f"W{k}": a[k - 1].T @ d, f"b{k}": d.sum(axis=0)}
            g |= {f"W{k}": own[f"W{k}"](d)} if f"W{k}" in own else {}
            g |= {f"b{k}": own[f"b{k}"](d)} if f"b{k}" in own else {}
        return g

    return audit(
        X, Y, parameters=START, predict=lambda p, X: forward(p, X)[1][3],
        loss=lambda p, X, y: np.sum((forward(p, X)[1][3] - y) ** 2) / len(X), gradients=gradients,
    )  # fmt: skip


def at_a(s):
    return 1 - np.tanh(s) ** 2


SLIPS = {
    # the output's delta
    "no slope at the output": (
        lambda error, **_: {"d3": error},
        "loss_formula", "binary cross-entropies",
    ),
    "f'(a) at the output": (
        lambda error, a, **_: {"d3": error * sigmoid(a[3]) * (1 - sigmoid(a[3]))},
        "slope_of_a", "delta3 = (a - y) * f'(a): the derivative of z is taken at a",
    ),
    "g(z) at the output": (
        lambda error, z, **_: {"d3": error * z[3] * (1 - z[3])},
        "slope_of_a", "delta3 = (a - y) * g(z), where g(a) is meant",
    ),
    "the slope twice": (
        lambda error, s, **_: {"d3": error * s[3] ** 2},
        "gradient_wrong", "the slope, squared",
    ),
    "the sign of the error": (
        lambda error, s, n, **_: {"d3": np.sign(error) * s[3] / n},
        "loss_formula", "absolute errors",
    ),
    "the squared error": (
        lambda error, s, n, **_: {"d3": (error * n / 2) ** 2 / n * s[3]},
        "gradient_wrong", "delta3 holds the squared error",
    ),
    "summed outputs": (
        lambda error, s, **_: {"from_d3": lambda d: d.sum(axis=1, keepdims=True) + 0 * d},
        "gradient_wrong", "delta3 is summed over the outputs",
    ),
    "averaged too early": (
        lambda **_: {"from_d3": lambda d: d.mean(axis=0) + 0 * d},
        "gradient_wrong", "delta3 is averaged over the samples too early",
    ),
    # the way back
    "the output's slope is left out on the way": (
        lambda error, p, s, **_: {"d2": lambda d: error @ p["W3"].T * s[2]},
        "slope_missing", "delta2 is made of the output's error",
    ),
    "a layer's slope is left out on the way": (
        lambda error, p, s, **_: {
            "d1": lambda d: error * s[3] @ p["W3"].T @ p["W2"].T * s[1]
        },
        "slope_missing", "delta1 is made of what came back to layer 2",
    ),
    "no transpose": (
        lambda p, s, **_: {"d1": lambda d: d @ p["W2"] * s[1]},
        "product_wrong", "delta1 goes back through W2 without its transpose",
    ),
    "the weights summed": (
        lambda p, s, **_: {
            "d2": lambda d: d @ (0 * p["W3"] + p["W3"].sum(axis=0)).T * s[2]
        },
        "product_wrong", "delta2 goes back through the sum of W3 over its rows",
    ),
    "the sum of all weights": (
        lambda p, s, **_: {"d2": lambda d: d.sum(axis=1, keepdims=True) * p["W3"].sum() * s[2]},
        "product_wrong", "delta2 goes back through the sum of all of W3",
    ),
    "the sizes of the weights": (
        lambda p, s, **_: {"d2": lambda d: d @ np.abs(p["W3"]).T * s[2]},
        "product_wrong", "delta2 goes back through the sizes of W3",
    ),
    "no weights": (
        lambda s, **_: {"d2": lambda d: d.sum(axis=1, keepdims=True) * s[2]},
        "product_wrong", "delta2 goes back through no W3 at all",
    ),
    "the mean over the samples": (
        lambda p, s, **_: {"d2": lambda d: d.mean(axis=0, keepdims=True) @ p["W3"].T * s[2]},
        "product_wrong", "delta2 goes back through the mean over the samples",
    ),
    # hidden slopes
    "no hidden slope": (
        lambda p, **_: {"d2": lambda d: d @ p["W3"].T},
        "slope_missing", "delta2 = delta3 @ W3.T * 1: the slope is missing",
    ),
    "f'(a) in a hidden layer": (
        lambda p, a, **_: {"d2": lambda d: d @ p["W3"].T * at_a(a[2])},
        "slope_of_a", "delta2 = delta3 @ W3.T * f'(a)",
    ),
    "g(z) in a hidden layer": (
        lambda p, z, **_: {"d1": lambda d: d @ p["W2"].T * (1 - z[1] ** 2)},
        "slope_of_a", "delta1 = delta2 @ W2.T * g(z)",
    ),
    "1 - a": (
        lambda p, a, **_: {"d1": lambda d: d @ p["W2"].T * (1 - a[1])},
        "gradient_wrong", "delta1 = delta2 @ W2.T * (1 - a)",
    ),
    "1 + a**2": (
        lambda p, a, **_: {"d1": lambda d: d @ p["W2"].T * (1 + a[1] ** 2)},
        "gradient_wrong", "1 + a**2",
    ),
    "the activation for its slope": (
        lambda p, a, **_: {"d1": lambda d: d @ p["W2"].T * a[1]},
        "gradient_wrong", "f(z): the activation itself, not its slope",
    ),
    "a hidden slope squared": (
        lambda p, s, **_: {"d1": lambda d: d @ p["W2"].T * s[1] ** 2},
        "gradient_wrong", "the slope, squared",
    ),
    "the slope of a sigmoid": (
        lambda p, a, **_: {"d1": lambda d: d @ p["W2"].T * a[1] * (1 - a[1])},
        "gradient_wrong", "the slope of sigmoid, at a",
    ),
    "the slope of another layer": (
        lambda p, s, **_: {"d2": lambda d: d @ p["W3"].T * s[1]},
        "slope_of_a", "the slope at layer 1",
    ),
    # the product of a weight matrix
    "z for a": (
        lambda z, **_: {"W3": lambda d: z[2].T @ d},
        "product_wrong", "the gradient of W3 is z2.T @ delta3, not a2.T @ delta3",
    ),
    "another layer's a": (
        lambda a, **_: {"W3": lambda d: a[1].T @ d},
        "product_wrong", "the gradient of W3 is a1.T @ delta3, not a2.T @ delta3",
    ),
    "turned": (
        lambda a, **_: {"W2": lambda d: d.T @ a[1]},
        "product_wrong", "the gradient of W2 is the transpose of what it should be",
    ),
    "the product of sums": (
        lambda a, **_: {"W1": lambda d: np.outer(a[0].sum(axis=0), d.sum(axis=0))},
        "product_wrong", "the gradient of W1 is the sum of a0 times that of delta1",
    ),
    "the product of means": (
        lambda a, **_: {"W2": lambda d: np.outer(a[1].mean(axis=0), d.sum(axis=0))},
        "product_wrong", "the gradient of W2 holds the means of a1 and of delta2",
    ),
    "the last sample alone": (
        lambda a, **_: {"W1": lambda d: np.outer(a[0][-1], d[-1])},
        "gradient_wrong", "the gradient of W1 is that of the last sample alone",
    ),
    "the first sample alone": (
        lambda a, **_: {"W1": lambda d: np.outer(a[0][0], d[0])},
        "gradient_wrong", "the gradient of W1 is that of the first sample alone",
    ),
    "no slope in W": (
        lambda a, s, **_: {"W2": lambda d: a[1].T @ (d / s[2])},
        "slope_missing", "the slope of the activation is missing in the gradient of W2",
    ),
    "the slope twice in W": (
        lambda a, s, **_: {"W2": lambda d: a[1].T @ (d * s[2])},
        "gradient_wrong", "the slope stands twice in the gradient of W2",
    ),
    "sizes": (
        lambda a, **_: {"W2": lambda d: np.abs(a[1]).T @ d},
        "product_wrong", "the gradient of W2 holds the sizes of a1",
    ),
    "W not divided": (
        lambda a, n, **_: {"W2": lambda d: n * a[1].T @ d},
        "gradient_scale", f"times the slope: it is not divided by the {N} samples",
    ),
    "W uphill": (
        lambda a, **_: {"W2": lambda d: -a[1].T @ d},
        "gradient_sign", "the gradient of W2 is -1.0000 times the slope",
    ),
    # the sum of a bias
    "one number": (
        lambda **_: {"b2": lambda d: d.sum() + np.zeros(5)},
        "axis_missing", "the gradient of b2 is one number for all: the sum of delta",
    ),
    "one mean": (
        lambda **_: {"b2": lambda d: d.mean() + np.zeros(5)},
        "axis_missing", "the gradient of b2 is the mean of delta over everything",
    ),
    "a sum over neurons": (
        lambda n, **_: {"b2": lambda d: d.sum() / n + np.zeros(5)},
        "axis_missing", "the gradient of b2 is the sum over all neurons, per sample",
    ),
    "the bias of the first sample": (
        lambda **_: {"b2": lambda d: d[0]},
        "gradient_wrong", "the gradient of b2 is delta of the first sample alone",
    ),
    "the bias of the last sample": (
        lambda **_: {"b2": lambda d: d[-1]},
        "gradient_wrong", "the gradient of b2 is delta of the last sample alone",
    ),
    "no slope in b": (
        lambda s, **_: {"b2": lambda d: (d / s[2]).sum(axis=0)},
        "slope_missing", "the slope of the activation is missing in b2",
    ),
    "b divided twice": (
        lambda n, **_: {"b2": lambda d: d.mean(axis=0)},
        "gradient_scale", f"times the slope: it is divided by the {N} samples once more",
    ),
    "b uphill": (
        lambda **_: {"b2": lambda d: -d.sum(axis=0)},
        "gradient_sign", "the gradient of b2 is -1.0000 times the slope",
    ),
    "no b": (
        lambda **_: {"b2": lambda d: 0 * d.sum(axis=0)},
        "gradient_wrong", "the gradient of b2 is 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_an_equation_is_named(name):
    slip, kind, words = SLIPS[name]
    report = report_on(slip)
    wrong = [finding for finding in report.findings if finding.severity == "wrong"]
    assert [finding.kind for finding in wrong] == [kind], str(report)
    assert words in wrong[0].seen, wrong[0].seen


def test_without_a_slip_nothing_is_named():
    assert report_on(lambda **_: {})
    assert not report_on(lambda **_: {}).findings


# Arguments of an object


class Model:
    def forward(self, X):
        return X


class Nothing:
    __slots__ = ()


def test_a_name_that_is_missing_is_answered_with_those_that_there_are():
    model = Model()
    model.W, model.b = np.ones((2, 1)), np.zeros(1)
    with pytest.raises(ValueError, match=r"Model has no such method\. It has W, b, forward\."):
        audit([[0.0, 1.0]], [[1.0]], program=model, predict="forwards")
    with pytest.raises(ValueError, match=r"'V', which Model does not have\. It has W, b\."):
        audit([[0.0, 1.0]], [[1.0]], program=model, arrays=["V"], predict="forward")
    with pytest.raises(ValueError, match=r"Nothing does not have\. It has no attributes\."):
        audit([[0.0, 1.0]], [[1.0]], program=Nothing(), arrays=["V"])


def test_arrays_in_lists_and_dicts_of_an_object_are_assigned():
    patient = sys.modules["nnlib.audit.patient"]

    class Holder:
        pass

    holder = Holder()
    holder.numbers, holder.named = [1.0, np.zeros(2)], {"a": 1.0, "b": np.zeros(2)}
    held = holder.named["b"]
    patient.assign(holder, "named['a']", 3.0)
    patient.assign(holder, "numbers[0]", 2.0)
    patient.assign(holder, "named", {"a": 4.0, "b": np.ones(2)})
    assert holder.numbers[0] == 2.0
    assert holder.named["a"] == 4.0
    assert held.tolist() == [1.0, 1.0]
