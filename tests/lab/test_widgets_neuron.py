"""The widget of lesson 01, driven without a browser."""

from itertools import product

import numpy as np
import pytest

from nnlib import activations, numerical_gradient
from nnlib.lab.figures.style import png
from nnlib.lab.widgets.neuron import (
    CHOICES,
    INPUTS,
    SATURATED,
    Settings,
    View,
    compute,
    make_stage,
    show,
)

WHOLE_RANGE = [
    Settings(weight, bias, x, activation)
    for weight, bias, x, activation in product(
        (-10.0, 0.0, 10.0), (-10.0, 0.5, 10.0), INPUTS, CHOICES
    )
]


@pytest.fixture
def stage():
    stage = make_stage()
    stage.send()
    yield stage
    stage.close()


@pytest.mark.parametrize("settings", WHOLE_RANGE, ids=str)
def test_the_answer_and_its_slope_are_those_of_the_library_and_of_the_experiment(settings):
    here, curve = compute(settings)
    z = settings.weight * settings.x + settings.bias
    function = getattr(activations, settings.activation)
    assert here.z == z
    assert here.a == pytest.approx(float(function(np.float64(z))))
    assert here.slope == pytest.approx(float(numerical_gradient(function, z)), abs=1e-8)
    assert np.isfinite([curve.a, curve.slope]).all()


def test_the_curve_passes_through_the_chosen_point():
    here, curve = compute(Settings(weight=2.0, bias=-1.0, activation="tanh", x=1.5))
    assert here.x == 1.5
    assert np.interp(1.5, curve.x, curve.a) == pytest.approx(here.a)


@pytest.mark.parametrize("activation", CHOICES)
def test_every_setting_can_be_drawn(activation):
    view, settings = View(), Settings(weight=-10.0, bias=10.0, activation=activation)
    assert activation in view.update(settings, compute(settings))
    assert png(view.figure).startswith(b"\x89PNG")


def test_the_words_say_what_the_picture_shows(stage):
    stage.change(weight=4.0, bias=-3.0)
    here, curve = compute(Settings(weight=4.0, bias=-3.0))
    assert "weight 4 and bias −3" in stage.words
    assert f"a = {here.a:.4f}" in stage.words
    assert f"da/dz is {here.slope:.4f}" in stage.words
    assert "z is 0 at x = 0.75" in stage.words
    flat = 100 * np.mean(curve.slope < SATURATED)
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
