"""Targets that are the program's own answers: what moves all the same, and what does not."""

import numpy as np
import pytest
from exams import exam_of, said, words

from nnlib.audit.answers import (
    SCALED,
    beside_nothing,
    by_own_answers,
    line,
    no_slope,
    own_answers,
    scaled_in_training,
    tell_strangers,
)
from nnlib.audit.comparison import Comparison

RNG = np.random.default_rng(21)
X = RNG.normal(size=(12, 2))
Y = np.tanh(X @ np.array([[1.0, -0.5], [0.3, 0.8]]))
START = {"W": RNG.normal(size=(2, 2)), "b": np.array([0.2, -0.1])}


def predict(p, X):
    return np.tanh(X @ p["W"] + p["b"])


def loss(p, X, y):
    return np.mean((predict(p, X) - y) ** 2)


def slopes(p, X, y, scale=1.0):
    a = predict(p, scale * X)
    d = 2 * (a - y) * (1 - a**2) / y.size
    return {"W": X.T @ d, "b": d.sum(axis=0)}


def moved(p, X, y):
    return {k: p[k] - 0.1 * g for k, g in slopes(p, X, y).items()}


def program(y=Y, **given):
    return exam_of(X, y, START, **{"predict": predict, "loss": loss, **given})


def test_own_answers_have_the_form_of_the_targets():
    exam = program()
    values = exam.patient.start
    np.testing.assert_array_equal(own_answers(exam, values), predict(START, X))
    np.testing.assert_array_equal(own_answers(exam, values, X[::-1]), predict(START, X[::-1]))
    as_list = own_answers(program(Y.tolist()), values)
    assert isinstance(as_list, list)
    flat = program(Y[:, 0], predict=lambda p, X: predict(p, X)[:, :1])
    np.testing.assert_array_equal(own_answers(flat, values), predict(START, X)[:, 0])
    assert own_answers(program(np.arange(12) % 2), values) is None  # class numbers
    assert own_answers(program(loss=None), values) is None
    assert own_answers(program(Y[:, 0], predict=lambda p, X: predict(p, X)), values) is None


@pytest.mark.parametrize(
    ("cost", "none"),
    [
        (loss, True),
        (lambda p, X, y: np.mean(np.abs(predict(p, X) - y)), True),
        (lambda p, X, y: loss(p, X, y) + 0.01 * np.sum(p["W"] ** 2), False),
        (lambda p, X, y: np.mean((predict(p, X) - 0.9 * y) ** 2), False),
    ],
)
def test_the_loss_has_no_slope_where_each_answer_is_its_target(cost, none):
    exam = program(loss=cost)
    values = exam.patient.start
    assert no_slope(exam, values, own_answers(exam, values)) == none
    assert not no_slope(exam, values, Y)


@pytest.mark.parametrize("where", ["gradients", "step"])
@pytest.mark.parametrize(("scale", "told_so"), [(1.0, False), (1.01, False), (1.5, True)])
def test_a_gradient_of_another_forward_pass_moves_beside_nothing(where, scale, told_so):
    def other(p, X, y):
        return slopes(p, X, y, scale)

    def step(p, X, y):
        return {k: p[k] - 0.1 * g for k, g in other(p, X, y).items()}

    exam = program(gradients=other, step=step)
    share = beside_nothing(exam, exam.points[0], where)
    assert (share > 1e-2) == told_so
    c = Comparison(exam, exam.patient.start, None)
    g = exam.patient.gradients(exam.patient.start, exam.patient.data())
    assert by_own_answers(c, g, where) == told_so
    assert said(exam) == [("gradient_wrong", "wrong", where)] * told_so
    if told_so:
        what = "gradient" if where == "gradients" else "step"
        assert words(exam) == (
            "with targets that are what predict answers there is no error, and the loss has no "
            f"slope; the {what} is {share:.3g} times what it is with y. So not all of it comes of "
            "predict's answers minus the targets."
        )
        assert exam.findings[0].entries == c.worst(g) != ()


def test_a_slip_on_the_way_back_does_not():
    exam = program(gradients=lambda p, X, y: {k: -(g**2) for k, g in slopes(p, X, y).items()})
    assert beside_nothing(exam, exam.patient.start, "gradients") < 1e-12
    exam.patient.random_loss = True
    assert beside_nothing(exam, exam.patient.start, "gradients") == 0

    def fails(p, X, y):
        raise ValueError

    assert beside_nothing(program(gradients=fails), exam.patient.start, "gradients") == 0


MEAN, STD = X.mean(axis=0), X.std(axis=0)
WIDE = 3 * X + 1
FAR = 4 * Y + 2
LINE = f"(x - {3 * MEAN[0] + 1:.4g}) / {3 * STD[0]:.4g} in column 0"
LINE_Y = f"(y - {FAR[:, 0].mean():.4g}) / {FAR[:, 0].std():.4g} in column 0"


def standard(rows, own):
    return (rows - own.mean(axis=0)) / own.std(axis=0)


@pytest.mark.parametrize(
    ("in_training", "in_predict", "of_y", "told"),
    [
        (True, False, False, f"scales X first, {LINE}; predict does not"),
        (False, True, False, f"takes X as it is, and predict scales it first, {LINE}"),
        (False, False, True, f"takes {LINE_Y} in place of y, and the loss takes y"),
        (True, False, True, f"takes {LINE} and {LINE_Y} for X and y; predict does not"),
        (False, False, False, ""),
    ],
)
@pytest.mark.parametrize("columns", [False, True])
def test_what_training_scales_and_predict_does_not_is_told(
    in_training, in_predict, of_y, told, columns
):
    def answer(p, X):
        return np.tanh(X @ p["W"] + p["b"]) + X[:, :1]  # no dense network

    def scaled_answer(p, X):
        X = X.T if columns else X
        a = answer(p, standard(X, WIDE) if in_predict else X)
        return a.T if columns else a

    def grads(p, X, y):
        X, y = (X.T, y.T) if columns else (X, y)
        X, y = standard(X, WIDE) if in_training else X, standard(y, FAR) if of_y else y
        a = np.tanh(X @ p["W"] + p["b"])
        d = 2 * (answer(p, X) - y) * (1 - a**2) / y.size
        return {"W": X.T @ d, "b": d.sum(axis=0)}

    data = (WIDE.T, FAR.T) if columns else (WIDE, FAR)
    exam = exam_of(
        *data, START, told={"X": -1, "y": -1} if columns else None, gradients=grads,
        predict=scaled_answer, loss=lambda p, X, y: np.mean((scaled_answer(p, X) - y) ** 2),
    )  # fmt: skip
    values = exam.points[0]
    assert scaled_in_training(exam, values, "gradients") == told
    if told:
        c = Comparison(exam, values, None)
        assert by_own_answers(c, exam.patient.gradients(values, data), "gradients")
        assert words(exam) == f"the gradient {told}."
        assert exam.findings[0].advice == SCALED


def test_a_line_is_told_of_its_first_column():
    assert line("x", 0.0, 255.0) == "x / 255"
    assert line("y", -1.5, 2.0) == "(y + 1.5) / 2"
    assert line("y", np.array([1, 2]), np.array([3, 4])) == "(y - 1) / 3 in column 0"


def epoch(order_of_y, noise=0.0, decay=0.0, slower=1.0):
    def new_step():
        rng = np.random.default_rng(5)

        def step(p, X, y):
            order = rng.permutation(len(X))
            X, y = X[order] + noise * rng.normal(size=X.shape), y[order_of_y(order)]
            for i in range(0, len(X), 4):
                there = moved(p, X[i : i + 4], y[i : i + 4])
                p = {k: v + slower * (there[k] - v) for k, v in p.items()}
            return {k: (1 - decay) * v for k, v in p.items()}

        return step

    return {"step": new_step(), "new_step": new_step}


@pytest.mark.parametrize(
    ("order", "more", "told_so"),
    [
        (lambda order: np.arange(len(order)), {}, True),
        (lambda order: order[::-1], {}, True),
        (lambda order: order, {}, False),
        (lambda order: order, {"noise": 0.1}, False),
        (lambda order: order[::-1], {"decay": 0.01}, False),  # that moves it, too
    ],
)
def test_rows_that_meet_the_targets_of_others_are_told(order, more, told_so):
    exam = program(**epoch(order, **more))
    assert tell_strangers(exam) == told_so
    assert said(exam) == [("pairs_broken", "wrong", "step")] * told_so
    if told_so:
        assert "With 12 copies of one sample it does not move" in words(exam)


def test_where_nothing_can_be_asked_no_rows_are_told():
    broken = epoch(lambda order: order[::-1])
    for given in (
        {"loss": None}, {"loss": lambda p, X, y: loss(p, X, y) + np.sum(p["W"] ** 2)},
    ):  # fmt: skip
        assert not tell_strangers(program(**broken, **given))
    exam = program(**broken)
    exam.patient.random_loss = True
    assert not tell_strangers(exam)

    def fails(p, X, y):
        raise ValueError

    assert not tell_strangers(program(step=fails))

    def fails_on_copies(p, X, y):
        if (X[0] == X).all():
            raise ValueError
        return moved(p, X, y[::-1])

    assert not tell_strangers(program(step=fails_on_copies))


def test_of_short_steps_the_share_counts():
    assert tell_strangers(program(**epoch(lambda order: order[::-1], slower=1e-4)))


def test_where_the_loss_is_random_or_has_a_slope_nothing_is_beside_it():
    def other(p, X, y):
        return slopes(p, X, y, 1.5)

    values = program().points[0]
    exam = program(gradients=other)
    assert beside_nothing(exam, values, "gradients") > 1e-2
    exam.patient.random_loss = True
    assert beside_nothing(exam, values, "gradients") == 0
    exam = program(gradients=other, loss=lambda p, X, y: loss(p, X, y) + np.sum(p["W"] ** 2))
    assert beside_nothing(exam, values, "gradients") == 0
