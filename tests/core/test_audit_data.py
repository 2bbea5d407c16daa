"""How the data lie, the range of the output, neurons in nested lists, other targets."""

import numpy as np
import pytest
from exams import exam_of
from small_network import CLASSES, LABELS, START, START3, X, Y, predict, sigmoid, softmax

from nnlib.audit import data, functions


def found_of(exam):
    """The range that is found, whatever overflows on the way."""
    with np.errstate(all="ignore"):
        return data.output_range(exam)


@pytest.mark.parametrize(
    ("output", "name", "limits"),
    [
        (sigmoid, "a sigmoid", (0, 1)),
        (np.tanh, "a tanh", (-1, 1)),
        (lambda z: np.maximum(z, 0), "a ReLU", (0, np.inf)),
        (lambda z: z, "", (-np.inf, np.inf)),
    ],
)
def test_the_range_of_a_known_output_is_that_of_its_activation(output, name, limits):
    exam = exam_of(X, Y, START, predict=lambda p, X: predict(p, X, output))
    assert found_of(exam) == (name, limits)


NOTHING = ("", (-np.inf, np.inf))


def sum_of_cubes(p, X):
    """No network that is known: its sums take any size, of either sign, with the parameters."""
    return np.tanh(X @ p["W1"] + p["b1"]) ** 3 @ p["W2"] + p["b2"]


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (lambda z: 0.91 * sigmoid(z), ("the output", (0.0, 1.0))),
        (lambda z: 0.89 * sigmoid(z), NOTHING),
        (lambda z: sigmoid(z) + 0.01, NOTHING),
        (lambda z: 1.01 * sigmoid(z) - 0.01, NOTHING),
        (lambda z: 0.91 * np.tanh(z), ("the output", (-1.0, 1.0))),
        (lambda z: 0.89 * np.tanh(z), NOTHING),
        (lambda z: 1.01 * np.tanh(z), NOTHING),
        (lambda z: np.maximum(np.tanh(z), -0.89), NOTHING),
        (lambda z: np.minimum(np.tanh(z), 0.89), NOTHING),
        (lambda z: z, NOTHING),
        (lambda z: np.where(np.abs(z) > 100, np.nan, np.tanh(z)), ("the output", (-1.0, 1.0))),
        (lambda z: z * np.nan, NOTHING),
    ],
)
def test_the_range_of_an_unknown_output_is_seen_in_its_answers(output, found):
    exam = exam_of(X, Y, START, predict=lambda p, X: output(sum_of_cubes(p, X)))
    exam.dense = None
    assert found_of(exam) == found


def test_shares_that_add_up_to_1_are_a_softmax():
    for output, name in ((softmax, "a softmax"), (sigmoid, "the output")):
        exam = exam_of(X, CLASSES, START3, predict=lambda p, X, f=output: f(sum_of_cubes(p, X)))
        exam.dense = None
        assert found_of(exam) == (name, (0.0, 1.0))


def test_of_predictions_that_fail_no_range_is_known():
    def failing(p, X):
        if np.abs(p["b1"]).max() > 10:
            raise ValueError("too large")
        return sigmoid(sum_of_cubes(p, X))

    exam = exam_of(X, Y, START, predict=failing)
    exam.dense = None
    assert found_of(exam) == NOTHING


def test_neurons_in_lists_of_lists_are_taken_as_layers():
    first, last = [np.array([0.5, -0.3]), np.array([0.2, 0.7])], [np.array([1.0, -0.6])]

    def network(p, X):
        for layer in p["layers"]:
            X = np.stack([np.tanh(X @ w) for w in layer], axis=1)
        return X

    exam = exam_of(X, Y, {"layers": [first, last]}, predict=network)
    data.bundle_neurons(exam)
    assert exam.patient.names == ["layers[0][:]", "layers[1][:]"]
    assert exam.compared == ["the neurons are taken together as layers: layers[0][:], layers[1][:]"]


@pytest.mark.parametrize("pair", [(0, 0), (-1, -1), (0, -1)])
@pytest.mark.parametrize("across", [True, False])
def test_answers_may_lie_another_way_than_the_samples(pair, across):
    """Half of the samples get what they get among all, in rows or in columns."""
    given = X if pair[0] == 0 else X.T

    def rows(p, X):
        X = X if pair[0] == 0 else X.T
        return np.tanh(X @ p["W"])

    def answers(p, X, among=0.0):
        made = rows(p, X) + among * len(rows(p, X))
        return made.T if across else made

    start = {"W": np.arange(6.0).reshape(2, 3) / 5}
    exam = exam_of(given, Y, start, predict=answers)
    assert data.works(exam, pair)
    exam = exam_of(given, Y, start, predict=lambda p, X: answers(p, X, 0.1))
    assert not data.works(exam, pair)  # each answer hangs on how many there are


@pytest.mark.parametrize(
    ("y", "smaller"), [(CLASSES, True), (Y, False), (CLASSES.astype(int), False), (LABELS, False)]
)
def test_smaller_targets_are_shares_of_several_outputs(y, smaller):
    exam = exam_of(X, y, START3, predict=lambda p, X: predict(p, X, softmax))
    made = functions.smaller_targets(exam, np.array([1, 4]))
    right = np.array(y, dtype=float)
    if smaller:
        right[[1, 4]] = right[[1, 4]] / 2 + 0.1
    np.testing.assert_array_equal(made, right)
