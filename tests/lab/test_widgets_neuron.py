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
    Widget,
    compute,
    draw,
    show,
)

WHOLE_RANGE = [
    Settings(weight, bias, activation, x)
    for weight, bias, activation, x in product(
        (WEIGHTS[0], 0.0, WEIGHTS[1]), (BIASES[0], 0.5, BIASES[1]), CHOICES, (INPUTS[0], INPUTS[1])
    )
]


@pytest.fixture(scope="module")
def shared():
    widget = Widget(Settings())
    yield widget
    widget.panel.close()


@pytest.fixture
def widget(shared):
    """The widget as it is at first."""
    for name, value in vars(Settings()).items():
        shared.panel.controls[name].value = value
    return shared


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


def test_the_words_say_what_the_picture_shows(widget):
    widget.panel.controls["weight"].value = 4.0
    widget.panel.controls["bias"].value = -3.0
    words = widget.panel.picture.description
    assert "weight 4 and bias −3" in words
    assert f"a = {widget.result.a:.4f}" in words
    assert f"da/dz is {widget.result.slope:.4f}" in words
    assert "z is 0 at x = 0.75" in words
    flat = 100 * np.mean(widget.result.slopes < SATURATED)
    assert f"Over {flat:.0f} % of the range" in words


def test_a_weight_of_0_has_words_of_its_own(widget):
    widget.panel.controls["weight"].value = 0.0
    assert "With weight 0 the input does not count" in widget.panel.picture.description


@pytest.mark.parametrize("name", ["weight", "bias", "x"])
def test_each_slider_moves_the_picture_from_end_to_end(widget, name):
    control = widget.panel.controls[name]
    seen = set()
    for value in (control.slider.min, (control.slider.min + control.slider.max) / 2 + 0.5, 8.0):
        control.slider.value = value
        assert control.value == value
        seen.add(widget.panel.picture.description)
        assert widget.panel.message.words == ""
    assert len(seen) == 3


@pytest.mark.parametrize("activation", CHOICES)
def test_each_activation_can_be_chosen(widget, activation):
    widget.panel.controls["activation"].value = activation
    assert widget.panel.picture.description.startswith(f"A {activation} neuron")


def test_a_control_can_be_hidden_and_keeps_its_value():
    widget = Widget(Settings(weight=4.0), hide=("weight",))
    assert widget.result.settings.weight == 4.0
    widget.panel.close()


def test_unknown_settings_are_named():
    with pytest.raises((TypeError, ValueError), match="wieght"):
        show(wieght=3.0)
