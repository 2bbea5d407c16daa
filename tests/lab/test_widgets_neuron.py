"""The widget of lesson 01, driven without a browser."""

from itertools import product

import numpy as np
import pytest

from nnlib import activations, numerical_gradient
from nnlib.lab.figures.style import png
from nnlib.lab.widgets.neuron import (
    BIASES,
    CHOICES,
    INPUTS,
    SATURATED,
    WEIGHTS,
    Settings,
    View,
    compute,
    make_stage,
    show,
)

WHOLE_RANGE = [
    Settings(weight, bias, activation, x)
    for weight, bias, activation, x in product(
        (WEIGHTS[0], 0.0, WEIGHTS[1]), (BIASES[0], 0.5, BIASES[1]), CHOICES, (INPUTS[0], INPUTS[1])
    )
]


def draw(result):
    view = View()
    return view.figure, view.update(result)


@pytest.fixture
def stage():
    stage = make_stage()
    stage.send()
    yield stage
    stage.close()


@pytest.mark.parametrize("settings", WHOLE_RANGE, ids=str)
def test_the_answer_and_its_slope_are_those_of_the_library_and_of_the_experiment(settings):
    result = compute(settings)
    z = settings.weight * settings.x + settings.bias
    function = getattr(activations, settings.activation)
    assert result.z == z
    assert result.a == pytest.approx(float(function(np.float64(z))))
    assert result.slope == pytest.approx(float(numerical_gradient(function, z)), abs=1e-8)
    assert np.isfinite([result.activations, result.slopes]).all()


def test_the_curve_passes_through_the_chosen_point():
    result = compute(Settings(weight=2.0, bias=-1.0, activation="tanh", x=1.5))
    at = np.interp(result.settings.x, result.inputs, result.activations)
    assert at == pytest.approx(result.a)


@pytest.mark.parametrize("activation", CHOICES)
def test_every_setting_can_be_drawn(activation):
    figure, description = draw(compute(Settings(weight=-10.0, bias=10.0, activation=activation)))
    assert activation in description
    assert png(figure).startswith(b"\x89PNG")


def test_the_words_say_what_the_picture_shows(stage):
    stage.change(weight=4.0, bias=-3.0)
    result = compute(Settings(weight=4.0, bias=-3.0))
    assert "weight 4 and bias −3" in stage.words
    assert f"a = {result.a:.4f}" in stage.words
    assert f"da/dz is {result.slope:.4f}" in stage.words
    assert "z is 0 at x = 0.75" in stage.words
    flat = 100 * np.mean(result.slopes < SATURATED)
    assert f"Over {flat:.0f} % of the range" in stage.words


def test_a_weight_of_0_has_words_of_its_own(stage):
    stage.change(weight=0.0)
    assert "With weight 0 the input does not count" in stage.words


@pytest.mark.parametrize("name", ["weight", "bias", "x"])
def test_each_slider_moves_the_picture_from_end_to_end(stage, name):
    control = stage.controls[name]
    seen = set()
    for value in (control.low, (control.low + control.high) / 2 + 0.5, control.high):
        stage.change(**{name: value})
        assert control.value == value
        seen.add((stage.words, stage.front.picture))
        assert stage.message == ""
    assert len(seen) == 3


@pytest.mark.parametrize("activation", CHOICES)
def test_each_activation_can_be_chosen(stage, activation):
    stage.change(activation=activation)
    assert stage.words.startswith(f"A {activation} neuron")


def test_unknown_settings_are_named():
    with pytest.raises((TypeError, ValueError), match="wieght"):
        show(wieght=3.0)
