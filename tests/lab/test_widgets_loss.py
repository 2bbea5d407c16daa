"""The widget of lesson 03, driven without a browser."""

import re
from itertools import product

import numpy as np
import pytest

from nnlib import numerical_gradient
from nnlib.activations import sigmoid
from nnlib.lab.figures.style import png
from nnlib.lab.widgets import loss as module
from nnlib.lab.widgets.loss import (
    LOGITS,
    Settings,
    View,
    compute,
    describe,
    make_stage,
    show,
    slope_in_words,
)
from nnlib.losses import bce, mse

WHOLE_RANGE = [
    Settings(z, target)
    for z, target in product((LOGITS[0], -5.0, -0.5, 0.0, 3.5, LOGITS[1]), (0.0, 0.3, 0.5, 1.0))
]


def words_for(settings):
    return describe(settings, *compute(settings))


@pytest.fixture
def stage():
    """The widget as it is at first."""
    stage = make_stage()
    stage.send()
    yield stage
    stage.close()


def numbers_in(words):
    """All numbers of a text, as they are written there."""
    return [float(number.replace("−", "-")) for number in re.findall(r"[−\d][\de.−]*\d|\d", words)]


@pytest.mark.parametrize("settings", WHOLE_RANGE, ids=str)
def test_losses_and_slopes_are_those_of_the_library_and_of_the_experiment(settings):
    here, _ = compute(settings)
    z, y = np.array([[settings.z]]), np.array([[settings.target]])
    assert here.losses["MSE"] == pytest.approx(mse(sigmoid(z), y))
    assert here.losses["BCE"] == pytest.approx(bce(z, y))
    measured = numerical_gradient(lambda z: mse(sigmoid(z), y), z)[0, 0]
    assert here.slopes["MSE"] == pytest.approx(measured, rel=1e-4, abs=1e-9)
    measured = numerical_gradient(lambda z: bce(z, y), z)[0, 0]
    assert here.slopes["BCE"] == pytest.approx(measured, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("settings", WHOLE_RANGE, ids=str)
def test_the_curves_go_through_the_dots(settings):
    here, curve = compute(settings)
    for kind, name in product(("losses", "slopes"), ("MSE", "BCE")):
        at_z = np.interp(settings.z, curve.z, getattr(curve, kind)[name])
        assert at_z == pytest.approx(getattr(here, kind)[name], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("settings", WHOLE_RANGE, ids=str)
def test_the_description_holds_the_numbers_of_the_picture(settings):
    words, (here, _) = words_for(settings), compute(settings)
    assert words.startswith(f"z = {here.z:g}, so a = {here.a:.6f}, and".replace("-", "−"))
    for name, slope in here.slopes.items():
        assert f"{name} is {here.losses[name]:.4f} and" in words
        assert any(np.isclose(number, slope, 0.05, 1e-9) for number in numbers_in(words))
    assert "nan" not in words
    assert "inf" not in words
    assert "-" not in words


def test_the_way_and_the_ratio_are_said():
    assert "Both push z up, BCE 75 times as hard as MSE." in words_for(Settings(-5))
    assert "Both push z down, BCE 2.0 times as hard" in words_for(Settings(0, 0))
    assert "BCE 81 378 times as hard" in words_for(Settings(-12))
    assert "The answer is the target, and nothing pushes." in words_for(Settings(0, 0.5))


def test_the_place_where_mse_pushes_hardest_is_the_one_of_the_lesson():
    words = words_for(Settings())
    assert "MSE pushes hardest at z = −0.7 (0.2963), and BCE" in words
    assert "BCE pushes hardest at z = −12.0 (1.0000)." in words


@pytest.mark.parametrize(
    ("slope", "words"), [(0.0, "0.000000"), (-0.0, "0.000000"), (-0.5, "-0.500000")]
)
def test_a_slope_in_words(slope, words):
    assert slope_in_words(slope) == words


def test_a_small_slope_is_not_written_as_zero():
    assert slope_in_words(-7.55e-11) == "-7.5e-11"
    assert slope_in_words(6.14e-6) == "6.1e-06"


def test_a_result_is_drawn_on_a_figure_of_its_own():
    view, settings = View(), Settings(-5)
    assert "75 times" in view.update(settings, compute(settings))
    assert len(png(view.figure)) > 10_000


def test_the_controls_reach_every_value(stage):
    pictures = set()
    for settings in WHOLE_RANGE:
        stage.change(z=settings.z)
        stage.change(target=settings.target)
        assert stage.shown[0] == settings
        assert stage.words == words_for(settings)
        assert stage.message == ""
        pictures.add(stage.front.picture)
    assert len(pictures) == len(WHOLE_RANGE)


def test_the_sliders_move_the_dots(stage):
    stage.change(z=4.0)
    stage.change(target=0.0)
    here, _ = compute(Settings(4.0, 0.0))
    loss, slope = here.losses["BCE"], here.slopes["BCE"]
    for name, height in {"loss": loss, "slope": slope, "size": abs(slope)}.items():
        mark = stage.view.curves["BCE"][name].mark
        assert mark.get_xydata() == pytest.approx(np.array([[4.0, height]]))


def test_the_tangents_have_the_slope_of_the_losses(stage):
    for name, line in stage.view.tangents.items():
        slope = stage.shown[1][0].slopes[name]
        (x0, y0), (x1, y1) = line.get_xydata()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)


def test_what_is_drawn_lies_inside_the_axes():
    view = module.View()
    for settings in WHOLE_RANGE:
        view.update(settings, compute(settings))
        for curves in view.curves.values():
            for curve in curves.values():
                (x, y), axes = curve.mark.get_xydata()[0], curve.mark.axes
                (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
                assert left < x < right
                assert np.isnan(y) or low < y < high


def test_a_setting_can_be_given():
    with pytest.raises(TypeError, match=r"no setting 'y'. The settings are z, target"):
        show(y=1)
    with pytest.raises(ValueError, match=r"cannot be 13. It takes numbers from -12 to 12"):
        show(z=13)
