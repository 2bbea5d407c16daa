"""An output that falls where its sum rises: what tells it from a bias that is subtracted."""

from dataclasses import replace

import numpy as np
import pytest
from exams import exam_of, words

from nnlib.audit.chains import tell_uphill
from nnlib.audit.falling import WITH_MINUS, advice_for, falling, falling_step, way_of
from nnlib.audit.missteps import tell_factor
from nnlib.audit.update import Steps, chain_of, steps_in_a_row

rng = np.random.default_rng(3)
X = rng.normal(size=(7, 2))
y = np.array([[0.0], [1.0], [1.0], [0.0], [1.0], [0.0], [1.0]])
DEEP = {"W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=3), "W2": rng.normal(size=(3, 1)),
        "b2": np.array([0.3])}  # fmt: skip
LACKS = "1 / (1 + exp(z)) lacks the minus of a sigmoid"


def relu(z):
    return np.maximum(z, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network(hidden, sign=1, bias=1, outputs=1):
    """A network whose output's sum is taken times a sign, and its biases too."""

    def predict(p, X):
        h = hidden(X @ p["W1"] + p["b1"])
        return np.repeat(sigmoid(sign * (h @ p["W2"] + bias * p["b2"])), outputs, axis=1)

    return predict


def told(predict, wrong, start=DEEP, rows=X):
    """What is said where these parameters' gradients have the wrong sign."""
    exam = exam_of(rows, y, start, predict=predict)
    return falling(exam, exam.patient.start, None, wrong)


@pytest.mark.parametrize(
    ("hidden", "sign", "bias", "wrong", "seen"),
    [
        (sigmoid, -1, 1, [2, 3], f"b2 rises: {LACKS}."),
        (relu, -1, 1, [0, 1, 2, 3], f"b2 rises: {LACKS}."),
        (sigmoid, -1, 1, [2], f"W2 rises: {LACKS}."),
        (sigmoid, -1, -1, [2], f"W2 rises: {LACKS}."),
        (sigmoid, -1, 1, [0, 1], ""),
        (sigmoid, -1, 1, [3], ""),  # the weights' gradient is right: the program knows it falls
        (sigmoid, 1, 1, [0, 1, 2, 3], ""),
        (sigmoid, 1, -1, [0, 1, 2, 3], ""),  # the error's sign, and b2 is subtracted
        (sigmoid, 1, -1, [3], "b2 rises, as where it is subtracted."),
        (sigmoid, 1, -1, [1, 3], "b2 rises, as where it is subtracted."),
        (np.tanh, 1, -1, [1, 3], "b2 rises, as where it is subtracted."),
        (np.tanh, -1, 1, [0, 1, 2, 3], f"b2 rises: {LACKS}, or b2 is subtracted."),
        (np.tanh, 1, 1, [0, 1, 2, 3], ""),
        (np.tanh, -1, 1, [0, 1, 2], ""),  # its weights alone do not tell
        (lambda z: z, -1, 1, [0, 1, 2], ""),
    ],
)  # fmt: skip
def test_an_output_that_falls_is_told_from_a_bias_that_is_subtracted(
    hidden, sign, bias, wrong, seen
):
    line = f" The predictions fall where {seen}" if seen else ""
    assert told(network(hidden, sign, bias), wrong) == line
    assert (advice_for(line) == WITH_MINUS) == line.endswith(f"{LACKS}.")


@pytest.mark.parametrize("shift", [-4, 0, 4])
@pytest.mark.parametrize("shape", [(2, 1), (1, 2), (2,), (3, 1), (1, 3)])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("first", [True, False])
def test_of_weights_of_the_samples_the_samples_tell(shape, shift, sign, first):
    def predict(p, X):
        W = np.reshape(p["W"], (-1, 1))
        ones = np.ones((len(X), 1))
        rows = X if len(W) == 2 else np.hstack([ones, X] if first else [X, ones])
        return sigmoid(sign * rows @ W)

    seen = f" The predictions fall where X times W rises: {LACKS}." * (sign < 0)
    assert told(predict, [0], {"W": np.ones(shape) / 9}, X + shift) == seen


def test_what_is_no_sigmoid_does_not_fall():
    for predict in (
        lambda p, X: 1 / 0,
        lambda p, X: -((X @ p["W1"] + p["b1"]) ** 3) @ p["W2"] - p["b2"],
        lambda p, X: np.tanh(-sigmoid(X @ p["W1"] + p["b1"]) @ p["W2"] - p["b2"]),
        lambda p, X: sigmoid(-sigmoid(X @ p["W1"] + p["b1"]) @ p["W2"] - p["b2"]) ** 2,
        lambda p, X: np.ones((len(X), 1)),
    ):
        assert told(predict, [0, 1, 2, 3]) == ""


def test_a_sum_falls_or_rises_by_each_of_its_weights():
    # Two draws, two rows, three samples, one output.
    up = np.array([[[0.1, 0.2, 0.0], [0.3, 0.1, 0.4]], [[0.2, 0.1, 0.3], [0.0, 0.5, 0.1]]])
    up = up[..., None]
    rows, few = np.array([0, 1]), np.zeros((3, 5))
    assert way_of(up, few, rows, 2) == "falls"
    assert way_of(-up, few, rows, 2) == "rises"
    mixed = up * np.array([1, -1])[None, :, None, None]
    assert way_of(mixed, few, rows, 2) == ""
    assert way_of(np.stack([up[0], up[0]]), few, rows, 2) == ""  # no other parameter changes it
    assert way_of(1e-9 * up, few, rows, 2) == ""
    inputs = np.array([[1.0, 2.0], [-1.0, 3.0], [0.5, -2.0]])
    same = np.stack([0.1 * inputs.T] * 2)[..., None]
    assert way_of(same, inputs, rows, 2) == "falls of X"
    assert way_of(-same, inputs, rows, 2) == "rises of X"
    assert way_of(same + 0.9e-5, inputs, rows, 2) == "falls of X"
    assert way_of(same + 1.1e-5, inputs, rows, 2) == ""


@pytest.mark.parametrize("given", [True, False])
def test_steps_uphill_are_told_with_an_output_that_falls(given):
    predict = network(sigmoid, -1)

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def step(p, X, y):
        h = sigmoid(X @ p["W1"] + p["b1"])
        a = predict(p, X)
        d = -2 * (a - y) * a * (1 - a) / len(X)
        e = d @ p["W2"].T * h * (1 - h)
        slopes = {"W1": X.T @ e, "b1": e.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
        return {k: p[k] + 0.5 * slopes[k] for k in p}

    made = {"gradients": lambda *g: DEEP} if given else {}
    exam = exam_of(X, y, DEEP, predict=predict, loss=loss, step=step, **made)
    line = f" The predictions fall where b2 rises: {LACKS}." * (not given)
    assert falling_step(exam, None) == line
    tell_factor(exam, -0.5, None, None)
    assert words(exam) == f"the step is 0.5 times the gradient, added: it goes uphill.{line}"
    assert exam.findings[-1].advice == (None if given else WITH_MINUS)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_row_of_steps_uphill_is_told_with_an_output_that_falls(sign):
    predict = network(sigmoid, sign)

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    exam = exam_of(X, y, DEEP, predict=predict, loss=loss,
                   step=lambda p, X, y: {k: p[k] + 0.5 * np.cos(p[k]) for k in p})  # fmt: skip
    every = np.arange(7)
    chain = chain_of(Steps(exam), every, steps_in_a_row(exam, every))
    chain = replace(chain, us=[-0.5 * g for g in chain.gs])
    assert tell_uphill(exam, chain, 0.5, 1e-3)
    end = (
        f"but uphill. The predictions fall where b2 rises: {LACKS}."
        if sign < 0
        else "but uphill: what should be subtracted is added."
    )
    assert words(exam).endswith(end)
