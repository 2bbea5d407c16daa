"""Arrays in the parts of a program: layers in lists, in dicts, in other parts."""

import numpy as np
import pytest

import nnlib
from nnlib.audit.inside import arrays_inside, depends_on

RNG = np.random.default_rng(31)
X = RNG.normal(size=(9, 3))
Y = np.tanh(X[:, :2])


class Layer:
    def __init__(self, n_in, n_out):
        self.W = RNG.normal(size=(n_in, n_out))
        self.b = np.full(n_out, 0.1)
        self.velocity = np.zeros((n_in, n_out))
        self.counts = np.arange(n_out)

    def forward(self, x):
        self.x = x
        self.a = np.tanh(x @ self.W + self.b)
        return self.a

    def backward(self, d):
        d = d * (1 - self.a**2)
        back = d @ self.W.T
        self.W -= 0.1 * self.x.T @ d
        self.b -= 0.1 * d.sum(axis=0)
        return back


class Chain:
    def __init__(self, layers):
        self.layers = layers

    def each(self):
        return [*self.layers.values()] if isinstance(self.layers, dict) else [*self.layers]

    def forward(self, x):
        for layer in self.each():
            x = layer.forward(x)
        return x

    def cost(self, x, y):
        return np.mean((self.forward(x) - y) ** 2)

    def train(self, x, y):
        d = 2 * (self.forward(x) - y) / y.size
        for layer in reversed(self.each()):
            d = layer.backward(d)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (list, ["layers[0]", "layers[1]"]),
        (tuple, ["layers[0]", "layers[1]"]),
        (lambda pair: dict(zip("ab", pair, strict=True)), ["layers['a']", "layers['b']"]),
    ],
)
@pytest.mark.parametrize("used_before", [False, True])
def test_arrays_on_which_predictions_depend_are_found(kind, names, used_before):
    net = Chain(kind([Layer(3, 4), Layer(4, 2)]))
    if used_before:
        net.train(X, Y)  # its layers keep their inputs and outputs
    found = arrays_inside(net, "forward", X)
    assert found == [f"{name}.{array}" for name in names for array in ("W", "b")]
    before = net.layers["a"].W.copy() if isinstance(net.layers, dict) else None
    report = nnlib.audit(X, Y, program=net, predict="forward", loss="cost", step="train",
                         learning_rate=0.1)  # fmt: skip
    assert report
    assert "4 steps in a row are those of gradient descent with the rate 0.1" in str(report)
    if before is not None:
        np.testing.assert_array_equal(net.layers["a"].W, before)


def test_where_nothing_can_be_asked_all_arrays_are_there_once():
    net = Chain([Layer(3, 4)])
    net.first = net.layers[0]
    everything = ["layers[0].W", "layers[0].b", "layers[0].velocity"]
    for predict in (None, lambda net, X: 1 / 0, lambda net, X: X):
        assert arrays_inside(net, predict, X) == everything
    assert arrays_inside(object(), "forward", X) == []


def test_an_array_that_changes_no_answer_is_not_used():
    net = Chain([Layer(3, 4)])
    kept = net.layers[0].W.copy()
    assert depends_on(net, "layers[0].W", "forward", X)
    assert not depends_on(net, "layers[0].velocity", "forward", X)
    assert not depends_on(net, "layers[0].W", lambda net, X: X * np.nan, X)
    small = Chain([Layer(3, 4)])
    small.layers[0].b *= 0  # a share of the noise is added, no multiple of what is there
    assert depends_on(small, "layers[0].b", "forward", X)
    np.testing.assert_array_equal(net.layers[0].W, kept)
