"""The widget of lesson 02, driven without a browser."""

from itertools import product

import numpy as np
import pytest

from nnlib.activations import sigmoid
from nnlib.lab.runs import XOR
from nnlib.lab.widgets.line import Settings, View, compute, make_stage, wrong_corners


def right(**settings):
    s = Settings(**settings)
    return 4 - int(wrong_corners(s, compute(s)).sum())


def test_the_answers_are_those_of_the_library():
    answers = compute(Settings(w1=3.0, w2=-2.0, b=0.5)).predict(XOR.X)
    np.testing.assert_allclose(answers[:, 0], sigmoid(XOR.X @ [3.0, -2.0] + 0.5))


def test_no_setting_of_the_sliders_gets_more_than_three_corners_of_xor_right():
    values = np.arange(-10.0, 10.5, 2.0)
    counts = {right(w1=a, w2=b, b=c) for a, b, c in product(values, values, values)}
    assert max(counts) == 3


@pytest.mark.parametrize(("target", "b"), [("AND", -6.0), ("OR", -2.0)])
def test_a_line_can_do_and_and_or(target, b):
    assert right(w1=4.0, w2=4.0, b=b, target=target) == 4


def test_the_words_say_where_the_line_is_and_what_is_wrong():
    stage = make_stage(w1=4, w2=4, b=-2)
    stage.send()
    assert stage.words.startswith("3 of the 4 corners of XOR are right (not (1, 1)).")
    assert "The line is 4 x₁ + 4 x₂ − 2 = 0." in stage.words
    stage.change(w2=0.0, b=0.5)
    assert "The line is 4 x₁ + 0 x₂ + 0.5 = 0." in stage.words
    stage.change(w1=0.0)
    assert "There is no line" in stage.words
    stage.close()


def test_the_drawn_line_passes_where_the_answer_is_one_half():
    view = View()
    settings = Settings(w1=4.0, w2=4.0, b=-2.0)
    view.update(settings, compute(settings))
    (path,) = view.plane.lines["here"].get_paths()
    np.testing.assert_allclose(path.vertices.sum(axis=1), 0.5, atol=0.01)
