"""Samples that differ, and get the same answers."""

import numpy as np
import pytest
from exams import checked, exam_of, words
from small_network import predict

from nnlib.audit import blindness

RNG = np.random.default_rng(12)
X = RNG.uniform(0.1, 0.9, size=(24, 2))
Y = (X[:, :1] > X[:, 1:]) * 1.0
START = {
    "W1": RNG.normal(size=(2, 3)), "b1": RNG.normal(size=3),
    "W2": RNG.normal(size=(3, 1)), "b2": np.array([0.2]),
}  # fmt: skip


def blind(change, X=X, Y=Y, start=START, network=predict):
    """What is found where the network is given other inputs than it gets."""
    exam = exam_of(X, Y, start, predict=lambda p, X: network(p, change(X)))
    found = checked(blindness.look_for_blindness, exam)
    assert found in ([], [("cannot_memorise", "wrong", "predict")])
    return exam if found else None


def ranks(X):
    return np.argsort(X, axis=1).astype(float)


def largest(X):
    return (X.max(axis=1, keepdims=True) == X) * 1.0


def lengths(X):
    return X.sum(axis=1, keepdims=True) / np.abs(X).sum(axis=1, keepdims=True) * [1.0, 2.0]


SIGNS = np.where(X > 0.5, X, -X)
BEHIND, ROW, OWN = (why for _, why, _ in blindness.WAYS)


@pytest.mark.parametrize(("change", "X", "n_answers", "why"), [
    (np.trunc, X + RNG.integers(0, 2, size=(24, 1)), 2, BEHIND),
    (lambda X: X.astype(int), X + RNG.integers(0, 2, size=X.shape), 4, BEHIND),
    (ranks, X, 2, ROW),
    (largest, X, 2, ROW),
    (lengths, SIGNS * [[1.0, 1e-12]], 2, OWN),
    (lambda X: np.where(X > 0.5, 1.0, 0.0), X, 4, ""),
])  # fmt: skip
def test_what_is_lost_is_found_by_a_change_that_changes_no_answer(change, X, n_answers, why):
    exam = blind(change, X)
    assert words(exam) == (
        f"for 24 samples that differ, predict gives {n_answers} different answers, at all 3 sets "
        f"of parameters that were tried{why and ': '}{why}."
    )
    advice = {w: advice for _, w, advice in blindness.WAYS} | {"": blindness.ADVICE}
    assert exam.findings[0].advice == advice[why]


def test_twelve_different_samples_are_asked_for():
    assert blind(largest, np.tile(X[:11], (3, 1)), np.tile(Y[:11], (3, 1))) is None
    assert blind(largest, np.tile(X[:12], (3, 1)), np.tile(Y[:12], (3, 1))) is not None


@pytest.mark.parametrize(("n", "n_answers", "told"), [
    (24, 4, True), (24, 5, False), (25, 5, False), (60, 4, True), (60, 5, False), (15, 3, True),
    (14, 3, False), (24, 1, False), (24, 2, True),
])  # fmt: skip
def test_up_to_four_answers_and_a_fifth_of_the_samples_are_few(n, n_answers, told):
    X = RNG.uniform(0.1, 0.9, size=(n, 2))
    many = np.arange(n)[:, None] % n_answers

    def network(p, X):
        return predict(p, many[: len(X)] * [0.3, 1.0])

    Y = np.linspace(0, 1, n)[:, None]
    assert (blind(lambda X: X, X, Y, network=network) is not None) == told


def test_classes_and_sound_networks_are_not_called_blind():
    assert blind(lambda X: X) is None
    assert blind(ranks, network=lambda p, X: np.round(99 * predict(p, X))) is None
    assert blind(ranks, network=lambda p, X: np.round(99 * predict(p, X)) + 0.01) is not None
    # At one of the three sets of parameters it tells more of them apart.
    calls = []

    def network(p, X):
        if len(X) == 24 and not np.array_equal(p["b1"], START["b1"]):
            calls.append(0)
            return predict(p, X)
        return predict(p, ranks(X))

    assert blind(lambda X: X, network=network) is None
    assert calls


def test_it_is_not_asked_where_something_is_wrong_already_or_predict_fails():
    exam = exam_of(X, Y, START, predict=lambda p, X: predict(p, ranks(X)))
    exam.find("target_range", "wrong", "y", "seen.")
    assert checked(blindness.look_for_blindness, exam) == []
    exam = exam_of(X, Y, START, loss=lambda p, X, y: 1.0)
    assert checked(blindness.look_for_blindness, exam) == []

    def network(p, X):
        if not np.array_equal(p["b1"], START["b1"]):
            raise ValueError
        return predict(p, ranks(X))

    assert blind(lambda X: X, network=network) is None

    def only_these(p, given):
        if not np.array_equal(given, X):
            raise ValueError
        return predict(p, ranks(given))

    exam = blind(lambda X: X, network=only_these)
    assert words(exam).endswith("that were tried.")
    assert exam.findings[0].advice == blindness.ADVICE


def test_large_data_is_not_looked_at():
    for n, told in ((5000, True), (5001, False)):
        X = RNG.uniform(0.1, 0.9, size=(n, 2))
        assert (blind(ranks, X, (X[:, :1] > X[:, 1:]) * 1.0) is not None) == told


def test_rows_that_differ_by_rounding_alone_are_one():
    rows = np.array([[1.0, 2.0], [1.0, 2.0 + 1e-12], [1.0, 2.0001], [3.0, 2.0]])
    assert blindness.n_different(rows) == 3
    assert blindness.n_different(rows * 1e-6) == 3
    assert blindness.n_different(rows * 1e9) == 3
    assert blindness.n_different(rows.reshape(4, 1, 2)) == 3
    assert blindness.n_different(np.zeros((4, 2))) == 1
    assert blindness.n_different(np.array([[1.0], [1 + 4e-10], [1 + 2e-9]])) == 2


def test_a_change_that_changes_nothing_says_nothing():
    whole = RNG.integers(0, 2, size=(24, 2)) + np.arange(24)[:, None]
    exam = blind(lambda X: np.minimum(X, 2.0), whole * 1.0)
    assert "point" not in words(exam)
