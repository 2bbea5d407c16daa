"""Functions that fail on the way, samples that no one looks at, and how they are grouped."""

import random

import numpy as np
import pytest
from exams import checked, exam_of, said, words
from small_network import CLASSES, LABELS, START, START3, X, Y, classify, mse, predict

from nnlib import audit
from nnlib.audit import data, functions, unused
from nnlib.audit.formulas import ACTIVATIONS, Dense, Layer
from nnlib.audit.patient import Failed, of_an_object
from nnlib.audit.states import KEPT

GOALS = np.linspace(-1, 1, 7)[:, None] ** 3


def failing(after=0):
    """A function that fails, after some calls."""
    left = [after]

    def ask(*given):
        left[0] -= 1
        if left[0] < 0:
            raise Failed("loss", "raised ValueError.")
        return np.ones(1)

    return ask


def fails_at(n):
    """Predictions that fail for so many samples, and for no others."""
    return lambda p, X: 1 / 0 if len(X) == n else predict(p, X)


# The same random numbers


def test_what_is_random_is_asked_with_the_same_numbers():
    def drawn(*given):
        return np.random.rand() + random.random()  # noqa: NPY002

    exam = exam_of(
        X, Y, START, predict=lambda p, X: predict(p, X) + drawn(), loss=drawn,
        gradients=lambda p, X, y: {name: value + drawn() for name, value in p.items()},
    )  # fmt: skip
    assert exam.points
    for ask in (
        lambda: unused.flat(exam, "loss", *exam.patient.data()),
        lambda: unused.flat(exam, "gradients", *exam.patient.data()),
        lambda: np.concatenate([v for _, v in data.values_of(exam, Y)]),
        lambda: np.concatenate([*data.asked(exam, X, Y).values()]),
    ):
        np.testing.assert_array_equal(ask(), ask())
    assert functions.repeats(exam, "loss")


# Numbers at the start


@pytest.mark.parametrize(
    ("edge", "inside"), [(0.9e-12, False), (1.1e-12, True), (1 - 0.9e-12, False),
                         (1 - 1.1e-12, True)],
)  # fmt: skip
def test_a_prediction_of_0_or_1_may_make_a_loss_no_number(edge, inside):
    answers = np.full((7, 1), 0.5)
    answers[3] = edge
    exam = exam_of(X, Y, START, predict=lambda p, X: answers, loss=lambda p, X, y: np.inf)
    found = checked(functions.call_each_once, exam)
    assert found == [("loss_formula" if inside else "saturated", "wrong", "loss")]
    if inside:
        assert words(exam) == (
            f"loss is inf at the start, and the predictions are numbers from {answers.min():.4g} "
            f"to {answers.max():.4g}. So it divides by 0, or takes a root or a logarithm of "
            "something else than a prediction."
        )


def test_what_a_program_scales_itself_is_not_out_of_scale():
    def scaled(p, X):
        return predict(p, X / 255, lambda z: z)

    for network, kind in (
        (scaled, "saturated"), (lambda p, X: np.cos(scaled(p, X)) + 1, "data_scale"),
    ):  # fmt: skip
        exam = exam_of(100 * X, Y, START, predict=network)
        functions.not_finite(exam, "predict", np.array([np.inf]))
        assert [each for each, _, _ in said(exam)] == [kind]


def test_negative_numbers_are_looked_for_in_predictions_that_are_numbers():
    for network in (lambda p, X: predict(p, X) * np.nan, predict, None):
        exam = exam_of(X, Y, START, predict=network, loss=lambda p, X, y: np.nan)
        assert not functions.by_negative_numbers(exam, "loss")
        assert said(exam) == []


@pytest.mark.parametrize(("n", "asked"), [(5, 5), (6, 6), (7, 6)])
def test_of_each_side_six_samples_are_asked_alone(n, asked):
    """Predictions below 0 in the first rows, within 0 and 1 in others, above 1 in the last."""
    sides = np.repeat([-0.5, 0.5, 1.5], [n - 1, n, 1])[:, None]
    seen = []

    def loss(p, X, y):
        seen.append(float(X[0, 0]))
        return np.nan if abs(X[0, 0] - 0.5) > 0.5 else 1.0

    exam = exam_of(sides, sides, START, predict=lambda p, X: X, loss=loss)
    assert functions.by_negative_numbers(exam, "loss")
    assert len(seen) == 2 * asked
    assert seen.count(0.5) == asked
    assert (1.5 in seen) == (n < 7)
    exam.patient.functions["loss"] = lambda p, X, y: np.nan if X[0, 0] != 0.5 else failing()()
    assert not functions.by_negative_numbers(exam, "loss")


# One sample alone


def test_predictions_that_fail_are_not_asked_for_one_sample():
    exam = exam_of(X, Y, START, predict=predict)
    assert exam.first_answers is not None
    assert exam.points
    exam.patient.functions["predict"] = fails_at(7)
    assert checked(functions.ask_one_alone, exam) == []
    assert exam.compared == exam.missing == []


def test_predictions_that_are_no_numbers_among_others_are_not_compared():
    def predict_some(p, X):
        a = predict(p, X)
        a[0] = np.nan if len(X) == 7 and np.abs(p["b2"] - 0.2).max() > 0 else a[0]
        return a + 0.1 * (len(X) == 1)

    exam = exam_of(X, Y, START, predict=predict_some)
    assert np.isfinite(exam.first_answers).all()
    assert checked(functions.ask_one_alone, exam) == []
    assert exam.compared == []


def test_four_samples_are_asked_alone_from_the_first_to_the_last():
    rows = np.arange(22.0).reshape(11, 2)
    asked = []

    def network(p, X):
        if len(X) == 1:
            asked.append(int(X[0, 0]) // 2)
        return predict(p, X)

    exam = exam_of(rows, Y[[0] * 11], START, predict=network)
    functions.ask_one_alone(exam)
    assert asked == [0, 3, 6, 10]


@pytest.mark.parametrize(("off", "one"), [(0.9e-6, True), (1.1e-6, False), (-1.1e-6, False)])
def test_shares_add_up_to_1_to_a_millionth(off, one):
    table = np.array([[0.1, 0.4], [0.2, 0.3]])
    all_of_them = " All predictions of all samples together add up to 1."
    assert functions.sums(table + off / 4) == all_of_them * one
    table = np.array([[0.4, 0.3], [0.6, 0.7]])
    table[0, 0] += off
    each = " For each output the predictions of all samples add up to 1."
    assert functions.sums(table) == each * one


def test_a_square_x_is_turned_where_its_program_answers_that():
    square = np.random.default_rng(3).normal(size=(4, 4))
    W = np.random.default_rng(4).normal(size=(4, 1))

    def columns(p, X):
        return np.tanh(W.T @ X)

    exam = exam_of(square, np.ones((4, 1)), {"w": 1.0}, predict=columns)
    exam.patient.axis = {"X": 0, "y": 0, "predictions": -1}
    assert functions.by_columns(exam, exam.patient.start)
    exam.patient.functions["predict"] = lambda p, X: columns(p, X) + 0.1 * X.shape[1]
    assert not functions.by_columns(exam, exam.patient.start)
    exam.patient.functions["predict"] = lambda p, X: columns(p, X) if X.shape[1] == 4 else 1 / 0
    assert not functions.by_columns(exam, exam.patient.start)
    exam = exam_of(square, np.ones((4, 1)), {"w": 1.0}, predict=lambda p, X: X[:, :1])
    exam.patient.axis = {"X": 0, "y": 0, "predictions": 0}
    assert not functions.by_columns(exam, exam.patient.start)  # it looks at the first column alone
    exam = exam_of(X, Y, START, predict=predict)
    assert not functions.by_columns(exam, exam.patient.start)


def test_a_program_that_mixes_columns_and_fails_alone_is_turned():
    square = np.random.default_rng(3).normal(size=(4, 4))
    W = np.random.default_rng(4).normal(size=(4, 1))
    exam = exam_of(square, np.ones((4, 1)), {"w": 1.0}, predict=lambda p, X: np.tanh(W.T @ X))
    for network, turned in ((lambda p, X: np.tanh(W.T @ X), True),
                            (lambda p, X: np.tanh(W.T @ (X - X.mean())), False)):  # fmt: skip
        exam.patient.axis = {"X": 0, "y": 0, "predictions": -1}
        exam.patient.functions["predict"] = network
        exam.missing.clear()
        assert checked(functions.ask_one_alone, exam) == (
            [("samples_as_columns", "wrong", "X")] * turned
        )
        assert [line[:18] for line in exam.missing] == ["one sample alone: "] * (not turned)
        exam.findings.clear()


def test_a_reshape_is_asked_for_five_samples():
    exam = exam_of(X, Y, START, predict=predict)
    values = exam.points[0]
    p = dict(zip(START, values, strict=True))
    among = predict(p, X.reshape(2, 7).T)
    assert functions.takes_across(exam, values, among)
    for i in range(7):
        other = among.copy()
        other[i] += 1e-3
        assert functions.takes_across(exam, values, other) == (i > 4)
    assert not functions.takes_across(exam, values, np.hstack([among, among]))
    exam.patient.functions["predict"] = lambda p, X: 1 / 0
    assert not functions.takes_across(exam, values, among)


# Samples that no one looks at


@pytest.mark.parametrize(
    ("n", "work", "sizes"),
    [
        (5, 1, [1] * 5), (24, 1, [1] * 24), (26, 1, [2, 2, *[1] * 22]),
        (48, 1, [*[2] * 23, 1, 1]), (48, 999_999, [*[2] * 23, 1, 1]),
        (48, 1_000_000, [*[6] * 7, 5, 1]), (6, 1_000_000, [1] * 6),
    ],
)  # fmt: skip
def test_samples_are_looked_at_in_groups(n, work, sizes, monkeypatch):
    asked = []
    monkeypatch.setattr(unused, "one_by_one", lambda *given: asked.append(given) or [])
    exam = exam_of(np.arange(2.0 * n).reshape(n, 2), np.arange(float(n))[:, None])
    exam.work = lambda index: work
    assert unused.unused_rows(exam, lambda X, y: np.ones(1)) == []
    ((groups, _, count),) = asked
    assert count == n
    assert [len(group) for group in groups] == sizes
    assert np.concatenate(groups).tolist() == list(range(n))
    asked.clear()
    assert unused.unused_targets(exam, lambda X, y: np.ones(1)) == []
    ((groups, _, count),) = asked
    assert count == n
    assert len(groups) == min(n, 6 if work < 1_000_000 else 3)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_sample_is_unused_where_none_of_four_changes_moves_anything(number):
    exam = exam_of(X, GOALS)
    at = unused.disturbed(exam, np.array([2]), number)[0]
    found = unused.unused_rows(exam, lambda X, y: np.array([1.0 + np.array_equal(X, at)]))
    assert found == [0, 1, 3, 4, 5, 6]


def test_samples_are_not_looked_at_where_the_function_fails_or_differs():
    exam = exam_of(X, GOALS)
    calls = iter(range(1000))
    for function in (
        lambda X, y: np.array([np.nan]), lambda X, y: np.array([float(next(calls))]), failing(),
        failing(1), failing(3), lambda X, y: np.ones(1),
    ):  # fmt: skip
        assert unused.unused_rows(exam, function) == []
        assert unused.unused_targets(exam, function) == []
        assert not unused.tell_fixed_target(exam, "loss", function)
    assert unused.unused_rows(exam_of(X[:1], Y[:1]), lambda X, y: np.ones(1)) == []
    assert said(exam) == []


def test_far_away_a_sample_may_count():
    exam = exam_of(X, GOALS)
    begin, seen = np.ones(1), []

    def function(x, y):
        seen.append(x)
        return begin + (np.abs(x[2]).max() > limit)

    for limit, n in ((1e9, 3), (29 * X.std(), 3), (9 * X.std(), 2), (2.9 * X.std(), 1)):
        seen.clear()
        assert unused.counts_at_a_distance(exam, function, begin, [2, 4]) == (limit < 1e9)
        assert len(seen) == n
        for x, far in zip(seen, (3, 10, 30), strict=False):
            np.testing.assert_allclose(np.abs(x[[2, 4]]), far * X.std())
            assert len(np.unique(np.sign(x[[2, 4]]))) == 2
            assert (x[[0, 1, 3, 5, 6]] == X[[0, 1, 3, 5, 6]]).all()
    assert not unused.counts_at_a_distance(exam, failing(), begin, [2])
    assert not unused.counts_at_a_distance(exam, lambda X, y: np.array([np.nan]), begin, [2])
    for whole in (np.round(X), np.round(X).astype(int)):
        exam = exam_of(whole, GOALS)
        assert not unused.counts_at_a_distance(exam, lambda X, y: 2 * begin, begin, [2])


@pytest.mark.parametrize("many", [False, True])
def test_samples_count_that_have_a_part_with_the_inputs_of_others(many):
    """A ReLU of the output may be off for them where they stand, and wherever they were moved."""
    seen, idle = [], [3, 4, 5, 6] if many else [2, 4]
    used = [i for i in range(7) if i not in idle]
    exam = exam_of(X, GOALS)

    def function(x, y):
        seen.append(x.copy())
        return np.array([np.sum(np.isin(x[:, 0], X[used, 0])), np.sum(y[used])])

    begin = function(X, GOALS)
    seen.clear()
    assert unused.counts_with_others(exam, function, begin, idle)
    for x in seen:
        np.testing.assert_array_equal(x[used], X[used])
        np.testing.assert_array_equal(x[idle], X[np.resize(used, len(idle))])
    assert not unused.counts_with_others(exam, lambda x, y: x[used].sum(), X[used].sum(), idle)
    # It may show in the targets alone, and with some of them only.
    others = [unused.other_targets(exam, np.array(idle), k) for k in range(4)]
    for other in others:
        assert unused.counts_with_others(
            exam, lambda x, y, at=other: np.array(float((y == at).all())), np.array(0.0), idle
        )


def test_targets_are_looked_at_where_there_are_three_that_differ():
    def last(X, y):
        return np.array([y[-1, 0] + X.sum()])

    assert unused.unused_targets(exam_of(X, GOALS), last) == [0, 1, 2, 3, 4, 5]
    assert unused.unused_targets(exam_of(X[:3], GOALS[:3]), last) == [0, 1]
    assert unused.unused_targets(exam_of(X[:2], GOALS[:2]), last) == []
    assert unused.unused_targets(exam_of(X, np.ones((7, 1))), last) == []
    both = exam_of(X, GOALS)
    assert unused.unused_targets(both, lambda X, y: np.array([y[1:].sum() + X.sum()])) == []
    assert unused.unused_targets(both, lambda X, y: np.array([y[2:].sum() + X.sum()])) == [0, 1]


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_target_may_count_at_one_of_four_inputs_alone(number):
    """A prediction of exactly a half, or a ReLU that is off, hides a target at the others."""
    exam = exam_of(X, GOALS)
    at = unused.disturbed(exam, np.arange(7), number)[0]

    def function(X, y):
        return np.array([X.sum() + y[0, 0] + (y.sum() if (at == X).all() else 0)])

    assert unused.unused_targets(exam, function) == []


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("number", [0, 1])
def test_a_target_may_count_on_one_side_alone(side, number):
    exam = exam_of(X, GOALS)
    far = unused.far_targets(exam)[side]
    at = unused.disturbed(exam, np.arange(7), number)[0]

    def function(X, y):
        return np.array([X.sum() + y[0, 0] + ((y == far).sum() if (at == X).all() else 0)])

    assert unused.unused_targets(exam, function) == []


def test_a_sum_over_the_outputs_hides_no_target():
    shares = np.random.default_rng(1).dirichlet(np.ones(3), size=7)

    def totals(X, y):
        return np.array([X.sum() + y[0, 0] + y[1:].sum().round(9)])

    assert unused.unused_targets(exam_of(X, shares), totals) == []
    rows = np.arange(7)
    exam = exam_of(X, LABELS, START3, predict=classify,
                   loss=lambda p, X, y: -np.mean(np.log(classify(p, X)[rows, y[0]])))  # fmt: skip
    assert checked(unused.look_for_unused_samples, exam) == [("samples_unused", "wrong", "loss")]
    assert "but for y[0]: it stands for all samples" in words(exam)


def test_one_target_for_all_is_told_where_their_inputs_count():
    def of(used, inputs=True):
        def function(X, y):
            return np.array([y[used, 0] + (X.sum() if inputs else X[used].sum())])

        exam = exam_of(X, GOALS)
        return unused.tell_fixed_target(exam, "loss", function), said(exam)

    for used in (0, 6):
        assert of(used) == (True, [("samples_unused", "wrong", "loss")])
        assert of(used, False) == (False, [])
    assert of(3) == (False, [])
    for count, told in ((3, True), (2, False)):
        exam = exam_of(X[:count], GOALS[:count])
        function = lambda X, y: np.array([y[0, 0] + X.sum()])  # noqa: E731
        assert unused.tell_fixed_target(exam, "loss", function) == told
    exam = exam_of(X, np.ones((7, 1)))
    assert not unused.tell_fixed_target(exam, "loss", lambda X, y: np.array([X.sum()]))


def test_advice_for_unused_samples_is_about_loops():
    assert unused.advice_for([0, 1, 2, 3], 7) == (
        "A loop over batches or samples takes the same rows in each round, ends after the first, "
        "or keeps only what the last one gave.",
        "Let the rows follow the loop, X[i:i + batch_size] and y[i:i + batch_size], and add up "
        "what the samples give with +=.",
    )
    exam = exam_of(X, GOALS)
    unused.tell_unused_targets(exam, "loss", [2, 3])
    assert exam.findings[0].advice == (
        "The rows of X follow the loop, and those of y stay where they are: y[0], or "
        "y[:batch_size].",
        "Take both with the same index: X[i:i + batch_size] and y[i:i + batch_size].",
    )


def test_what_a_random_loss_draws_hides_no_samples():
    def loss(p, X, y):
        return mse(p, X[:5], y[:5]) + np.random.rand()  # noqa: NPY002

    exam = exam_of(X, CLASSES[:, :1], START, predict=predict, loss=loss)
    assert checked(unused.look_for_unused_samples, exam) == [("samples_unused", "wrong", "loss")]
    assert words(exam).startswith("loss gives the same whatever stands in samples 5 to 6: 2 of 7")


# As many samples as there are, and what an object keeps


def only(*sizes):
    """Predictions for some numbers of samples alone, in rows."""
    return lambda p, X: predict(p, X) if len(X) in sizes else 1 / 0


@pytest.mark.parametrize(
    ("network", "none"),
    [(only(7), True), (only(7, 6), False), (only(7, 3), False), (only(7, 5), True),
     (lambda p, X: predict(p, X[:, :2]) if len(X) == 7 and X.shape[1] > 1 else 1 / 0, True),
     (lambda p, X: predict(p, np.c_[X, X][:, :2]) if len(X) == 7 else 1 / 0, False)],
)  # fmt: skip
def test_predictions_for_no_part_of_the_samples_are_told(network, none):
    exam = exam_of(X, Y, START, predict=network)
    assert functions.takes_no_part(exam) is none
    found = checked(functions.ask_one_alone, exam)
    assert found == [("raises", "wrong", "predict")] * none
    if none:
        assert words(exam) == (
            "predict answers for all 7 samples, and for no part of them, not for 6 and not for "
            "one: it raised ZeroDivisionError: division by zero"
        )
        assert exam.findings[0].advice == (
            "Something in it has a row for each sample and was made once: a column of ones, a "
            "state, a bias.",
            "Make it as long as the X that comes: np.ones((len(X), 1)). New samples have no answer "
            "else.",
        )
    else:
        assert exam.missing[-1].startswith("one sample alone: predict raised ZeroDivisionError")


def test_parts_of_few_samples_are_not_asked_for():
    for count, told in ((4, True), (3, False)):
        exam = exam_of(X[:count], Y[:count], START, predict=only(count))
        assert bool(checked(functions.ask_one_alone, exam)) == told
    images = np.stack([X, X], axis=2)
    for sizes, none in (((7,), True), ((7, 6), False)):
        network = only(*sizes)
        exam = exam_of(images, Y, START, predict=lambda p, X, f=network: f(p, X[:, :, 0]))
        assert functions.takes_no_part(exam) is none


class Counts:
    """A program that keeps a number, which is another one at each call."""

    def __init__(self):
        self.W, self.n, self.words = START["W1"].copy(), 1.0, "kept"

    def answer(self, X):
        self.n += 1
        return np.tanh(X @ self.W).sum(axis=1, keepdims=True) + self.n

    def cost(self, X, y):
        self.n *= 2
        return float(np.mean(np.tanh(X @ self.W))) + self.n


@pytest.mark.parametrize(("role", "method"), [("predict", "answer"), ("loss", "cost")])
def test_what_an_object_keeps_from_call_to_call_is_told(role, method):
    p, made, _ = of_an_object(Counts(), ["W"], {role: method})
    exam = exam_of(X, Y, p, **made)
    assert checked(functions.ask_twice, exam) == [("loss_random", "wrong", role)]
    said_of, kept = words(exam).split(": each call changes n, which the object keeps: from ")
    assert said_of.startswith("two calls with the same arguments gave ")
    first, rest = kept.split(" to ", 1)
    then, rest = rest.split(" in one of them", 1)
    assert float(then) == (float(first) + 1 if role == "predict" else 2 * float(first))
    assert rest == ". With the number that it had before, the answer before comes again."
    assert exam.findings[0].advice == KEPT
    del exam.patient.functions[f"{role} of one object"]
    assert functions.what_is_kept(exam, role) == ""


def test_what_an_object_keeps_is_not_known_where_it_fails():
    p, made, _ = of_an_object(Counts(), ["W"], {"predict": "answer"})
    exam = exam_of(X, Y, p, **made)
    assert functions.what_is_kept(exam, "predict") != ""
    assert functions.what_is_kept(exam, "loss") == ""
    exam.patient.functions["predict of one object"].work.answer = None
    assert functions.what_is_kept(exam, "predict") == ""


@pytest.mark.parametrize(
    ("count", "answers", "part", "line"),
    [
        (7, 7, False, None), (4, 4, False, None), (3, 3, False, "one sample alone: it gets 3 "
                                                                "numbers, not 1"),
        (7, 7, True, "one sample alone: it gets 7 numbers, not 1"),
        (7, 5, False, "one sample alone: it gets 5 numbers, not 1"),
    ],
)  # fmt: skip
def test_a_state_that_was_made_for_all_samples_is_told(count, answers, part, line):
    def network(p, X):
        if len(X) == 1:
            return np.repeat(predict(p, X), answers, axis=0)
        return predict(p, X) if len(X) == count or part else 1 / 0

    exam = exam_of(X[:count], Y[:count], START, predict=network)
    assert checked(functions.ask_one_alone, exam) == [("raises", "wrong", "predict")] * (not line)
    assert exam.missing[:1] == [line] * bool(line)
    if not line:
        assert words(exam) == (
            f"one sample alone gets {count} answers, and {count - 1} of the {count} samples get "
            "none: predict raises an error."
        )
        assert exam.findings[0].advice == functions.ROWS_MADE_ONCE


# Predictions that are no numbers


def exp_first(axis=1):
    """A softmax, or a sigmoid for one output, that takes exp of the weighted sums as they are."""

    def predict(p, X):
        W, b = p.values()
        e = np.exp(X @ W + b) if axis else np.exp(W.T @ X + b[:, None])
        return e / e.sum(axis=axis, keepdims=True) if len(b) > 1 else e / (1 + e)

    return predict


def with_sums(*largest, n_out=3):
    """Inputs and parameters by which the largest weighted sums of the samples are these."""
    rng = np.random.default_rng(4)
    W = np.abs(rng.normal(size=(2, n_out))) * ([1.0] + [0.5] * (n_out - 1))
    W[:, 0] += 1.0
    X = np.abs(rng.normal(size=(len(largest), 2))) + 0.1
    X *= (np.array(largest) / (X @ W).max(axis=1))[:, None]
    return X, {"W": W, "b": np.zeros(n_out)}


@pytest.mark.parametrize(("n_out", "axis"), [(3, 1), (3, 0), (1, 1)])
def test_sums_whose_exp_is_no_finite_number_are_told(n_out, axis):
    X, p = with_sums(1.0, 720.0, 5.0, 800.0, 3.0, 2.0, 4.0, n_out=n_out)
    y = np.eye(n_out)[np.arange(7) % n_out]
    exam = exam_of(X if axis else X.T, y if axis else y.T, p, predict=exp_first(axis),
                   told={} if axis else {"X": -1, "y": -1})  # fmt: skip
    assert checked(functions.call_each_once, exam) == [("saturated", "wrong", "predict")]
    assert words(exam) == (
        "predict gives nan for 2 of 7 samples at the start, with parameters and an X of finite "
        "numbers. The weighted sums of the output reach 800, and exp of more than 709 is inf."
    )
    assert exam.no_numbers == {"predict"}
    usually, do = functions.OVERFLOW[n_out > 1]
    assert exam.findings[0].usually == usually
    assert exam.findings[0].what_to_do == (
        do if axis else do.replace("axis=1", "axis=0").replace("row", "column")
    )


@pytest.mark.parametrize(
    ("largest", "bad", "told"),
    [
        ((1.0, 710.1), [1], True), ((1.0, 709.9), [1], False),  # above the limit by 1
        ((800.0, 704.1), [0, 1], True), ((800.0, 703.9), [0, 1], False),  # below by 5
        ((800.0, 1.0), [], False), ((800.0, 1.0), [0, 1], False), ((800.0, 800.0), [0], False),
        ((800.0, -710.0), [0, 1], True), ((800.0, -708.0), [0, 1], False),
    ],
)  # fmt: skip
def test_sums_are_too_large_for_those_samples_alone(largest, bad, told):
    X, p = with_sums(*np.abs(largest), n_out=1)
    X *= np.sign(largest)[:, None]
    exam = exam_of(X, np.ones((2, 1)), p, predict=exp_first())
    kinds = {each.name: each for each in ACTIVATIONS}
    exam.dense = Dense((Layer(0, 1, False),), (kinds["sigmoid"],))
    which = np.isin(np.arange(2), bad)
    assert (functions.too_large(exam, which) is not None) == told
    exam.dense = Dense((Layer(0, 1, False),), (kinds["identity"],))
    assert functions.too_large(exam, which) is None
    exam.dense = None
    assert functions.too_large(exam, which) is None


@pytest.mark.parametrize(("single", "short"), [(False, False), (True, False), (False, True)])
def test_exp_ends_earlier_in_float32(single, short):
    exam = exam_of(X, Y, START, predict=predict)
    exam.patient.single, exam.patient.short_steps = single, short
    assert functions.highest(exam) == (88.0 if single or short else 709.0)


def test_predictions_of_both_kinds_and_of_an_unknown_cause_are_told():
    answers = np.ones((len(X), 1))
    answers[1:3] = [[np.nan], [np.inf]]
    exam = exam_of(X, Y, START, predict=lambda p, X: answers[: len(X)])
    assert checked(functions.call_each_once, exam) == [("saturated", "wrong", "predict")]
    assert words(exam) == (
        f"predict gives nan and inf for 2 of {len(X)} samples at the start, with parameters and "
        "an X of finite numbers."
    )
    assert exam.findings[0].advice == functions.NO_NUMBER


@pytest.mark.parametrize("bad", [False, True])
def test_what_holds_at_smaller_parameters_says_so(bad):
    """At the start exp is inf; a loss that is nan with it is not told once more."""
    X, p = with_sums(*[800.0 if bad else 8.0] * 4, 1.0, 2.0, 3.0)
    labels = np.arange(7) % 3

    def loss(p, X, y):
        a = exp_first()(p, X)
        return -np.mean(np.log(a[np.arange(len(y)), y]))

    def step(p, X, y):
        d = (exp_first()(p, X) - np.eye(3)[y]) / len(y)
        return {"W": p["W"] - 0.01 * X.T @ d, "b": p["b"] - 0.01 * d.sum(0)}

    report = audit(X, labels, parameters=p, predict=exp_first(), loss=loss, step=step,
                   learning_rate=0.01)  # fmt: skip
    wrong = [(f.kind, f.where) for f in report.findings if f.severity == "wrong"]
    assert wrong == [("saturated", "predict")] * bad
    ends = ", where that is a number"
    alone = "a sample alone and among others gets the same answer"
    assert alone + ends * bad in report.compared
    assert (
        any(line.endswith(ends) and line.startswith("loss is ") for line in report.compared) == bad
    )
    missing = {
        "the slopes at the start, where loss is no finite number",
        "the steps: where predict gives no finite numbers, the first one gives none",
    }
    assert (missing <= set(report.not_looked_at)) == bad


# What is scaled by the samples that come with it


def by_its_batch(how):
    """A network that scales X, or its first weighted sums, by the samples that it is given."""

    def scale(Z):
        if how == "extremes":
            return (Z - Z.min(axis=0)) / (Z.max(axis=0) - Z.min(axis=0) + 1e-8)
        if how == "mean alone":
            return Z - Z.mean(axis=0)
        whole = how == "all numbers"
        return (Z - Z.mean(axis=None if whole else 0)) / (Z.std(axis=None if whole else 0) + 1e-8)

    def network(p, X):
        if how == "sums":
            return np.tanh(scale(X @ p["W1"])) @ p["W2"] + p["b2"]
        return np.tanh(scale(X) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    return network


COLUMNS = "With each column of X times a number and plus another one, for all samples, all answers "
ALL = (
    "With 3 X + 2 for all samples, all answers stay as they are: X, or what the first layer makes "
)


@pytest.mark.parametrize("layout", [0, -1])
@pytest.mark.parametrize(
    ("how", "told"),
    [("deviation", COLUMNS), ("extremes", COLUMNS), ("all numbers", ALL), ("sums", ALL),
     ("mean alone", "")],
)  # fmt: skip
@pytest.mark.parametrize("number", range(3))
def test_inputs_that_are_scaled_by_their_own_batch_are_told(how, told, layout, number):
    rng = np.random.default_rng(number)
    data = rng.normal(size=(20, 3)) * [10.0, 1.0, 0.2] + [100.0, 0.0, 3.0]
    p = {"W1": rng.normal(size=(3, 4)), "b1": rng.normal(size=4),
         "W2": rng.normal(size=(4, 1)), "b2": np.zeros(1)}  # fmt: skip
    network = by_its_batch(how)
    exam = exam_of(
        data if layout == 0 else data.T, np.ones((20, 1)) if layout == 0 else np.ones((1, 20)), p,
        predict=network if layout == 0 else lambda p, X: network(p, X.T).T,
        told={"X": layout, "y": layout},
    )  # fmt: skip
    exam.find("data_scale", "suspicious", "X", "X reaches 120.")
    assert checked(functions.ask_one_alone, exam)[-1] == ("samples_mixed", "wrong", "predict")
    finding = exam.findings[-1]
    assert told in finding.seen
    assert ("all answers stay" in finding.seen) == bool(told)
    advice = {COLUMNS: functions.BY_ITS_BATCH, ALL: functions.NORM_BY_ITS_BATCH}
    assert finding.advice == advice.get(told)
    note = "X reaches 120. The program scales it, by the samples that it is given."
    assert (exam.findings[0].seen == note) == (told == COLUMNS)


def test_answers_that_never_change_or_fail_are_not_scaled_by_their_batch():
    for predictions in (lambda p, X: np.ones((len(X), 1)), fails_at(len(X))):
        exam = exam_of(X, Y, START, predict=predictions)
        among = np.linspace(0, 1, len(X))[:, None]
        assert not functions.scales_by_batch(exam, exam.patient.start, among, by_column=True)
