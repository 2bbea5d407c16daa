"""Gradients that a program measures itself: on a wide step they are no slopes."""

import numpy as np
import pytest
from exams import exam_of, said, words
from xor_program import loss, predict, start

from nnlib.audit.chords import FORMS, by_chords
from nnlib.audit.comparison import Comparison

X = np.random.default_rng(23).normal(size=(8, 2))
Y = 1.0 * (X[:, :1] > 0)


def measured(values, high, low, h, index=slice(None)):
    made = {name: np.zeros_like(v) for name, v in values.items()}
    for name, v in values.items():
        for i in np.ndindex(v.shape):
            ends = []
            for side in (high, low):
                moved = {**values, name: v.copy()}
                moved[name][i] += side * h
                ends.append(loss(moved, X[index], Y[index]))
            made[name][i] = (ends[0] - ends[1]) / ((high - low) * h)
    return made


def test_the_samples_that_are_compared_make_the_rise():
    """And of many entries each has to fit, those that are looked at later too."""
    values, few = start(), np.arange(4)
    exam = exam_of(X, Y, values, predict=predict, loss=loss)
    c = Comparison(exam, exam.patient.start, few)
    whole = [*measured(values, 1.0, -1.0, 0.5).values()]
    part = [*measured(values, 1.0, -1.0, 0.5, few).values()]
    assert not by_chords(c, whole, "step")
    assert by_chords(c, part, "step")
    off = [g * (1 + (k == 3)) for k, g in enumerate(part)]  # the last parameter
    assert not by_chords(c, off, "step")


@pytest.mark.parametrize(("form", "high", "low"), FORMS)
@pytest.mark.parametrize(
    ("h", "told"), [(h, h != 0.3) for h in (2.0, 1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.01)]
)
def test_a_rise_on_a_wide_step_is_told(form, high, low, h, told):
    values = start()
    exam = exam_of(X, Y, values, predict=predict, loss=loss)
    c = Comparison(exam, exam.patient.start, None)
    g = list(measured(values, high, low, h).values())
    assert by_chords(c, g, "gradients") == told
    assert said(exam) == [("gradient_wrong", "wrong", "gradients")] * told
    if told:
        assert words(exam).startswith(f"each entry is {form} with h = {h:g}: the rise")


def test_of_few_numbers_or_of_a_loss_that_fails_nothing_is_told():
    exam = exam_of(X, Y, {"W": np.ones((2, 1)), "b": np.ones(1)}, predict=lambda p, X: X @ p["W"],
                   loss=lambda p, X, y: np.mean(X @ p["W"]))  # fmt: skip
    c = Comparison(exam, exam.patient.start, None)
    assert not by_chords(c, [np.ones((2, 1)), np.ones(1)], "step")
    exam = exam_of(X, Y, start(), predict=predict, loss=loss)
    c = Comparison(exam, exam.patient.start, None)
    exam.patient.functions["loss"] = lambda p, X, y: 1 / 0
    assert not by_chords(c, exam.patient.start, "step")
