"""What holds for every widget: no threads, a picture that fits its place, locked controls."""

import importlib
import threading
from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text

from nnlib import Network, datasets
from nnlib.lab.widgets.kit.controls import Button, Choice, Slider

NAMES = ["neuron", "line", "loss", "journey", "film", "sliders", "playground", "digit"]
QUICK = {"sliders": {"epochs": 60}, "playground": {"epochs": 20, "samples": 20}}
PLACES = [[300, 390, 2], [441, 263, 1.5], [783, 560, 1], [1400, 560, 1]]


def make(name, **options):
    module = importlib.import_module(f"nnlib.lab.widgets.{name}")
    if hasattr(module, "make_stage"):
        return module.make_stage(**options)
    given = ()
    if name == "digit":
        X, labels = datasets.digits()
        rng = np.random.default_rng(0)
        given = Network.random([64, 6, 10], output="softmax", rng=rng), X[:9], labels[:9]
    return module.make_widget(*given, **QUICK.get(name, {}), **options).stage


@pytest.mark.parametrize("name", NAMES)
def test_a_widget_works_where_no_thread_can_start(name, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    stage = make(name)
    stage.send()
    for key, control in stage.controls.items():
        before = stage.message
        if isinstance(control, Button):
            stage.press(key)
        elif isinstance(control, Slider):
            stage.change(**{key: control.low})
        elif isinstance(control, Choice):
            stage.change(**{key: control.choices[-1][1]})
        assert "did not work" not in stage.message, (key, before)
        assert "cannot be" not in stage.message
    assert stage.words
    stage.close()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_picture_fits_its_place_and_no_letter_is_small(name, large):
    stage = make(name, large=large)
    for place in PLACES:
        stage.change(place=place)
        assert stage.message == ""
        width, height = stage.size
        assert width <= place[0]
        assert height <= place[1] + 1
        per_inch = stage.view.figure.dpi / place[2]
        texts = stage.view.figure.findobj(lambda artist: hasattr(artist, "get_fontsize"))
        for text in texts:
            if text.get_visible() and text.get_text().strip():
                assert text.get_fontsize() / 72 * per_inch >= 10.9, (place, text.get_text())
    stage.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_control_can_be_locked_and_hidden(name):
    controls = list(make(name).controls)
    stage = make(name, lock=controls)
    before = stage.values
    for key, value in before.items():
        stage.change(**{key: value})
    assert stage.values == before
    stage.close()
    stage = make(name, hide=controls)
    stage.send()
    assert stage.front.plan["controls"] == []
    assert stage.words
    stage.close()


def overlapping_words(stage):
    """Pairs of words in the picture that lie on each other by more than a hair."""
    hair, renderer, boxes = 2 * stage.place[2], stage.painter.canvas.get_renderer(), []
    at = Text.get_position
    for axes in stage.view.figure.axes:
        (left, right), (low, high) = axes.get_xlim(), sorted(axes.get_ylim())
        labels = [label for label in axes.get_xticklabels() if left <= at(label)[0] <= right]
        labels += [label for label in axes.get_yticklabels() if low <= at(label)[1] <= high]
        labels = labels if axes.axison else []
        words = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts, *labels]
        boxes += [
            (text.get_text(), text.get_window_extent(renderer))
            for text in words
            if axes.get_visible() and text.get_visible() and text.get_text()
        ]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > hair and min(a.y1, b.y1) - max(a.y0, b.y0) > 2 * hair
    ]


@pytest.mark.parametrize("name", ["neuron", "line", "loss", "journey", "film", "digit"])
def test_no_words_of_a_picture_lie_on_each_other_on_a_telephone(name):
    stage = make(name)
    for place in ([284, 320, 2], [441, 270, 1]):
        stage.change(place=place)
        assert overlapping_words(stage) == [], place
    stage.close()


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("compare", "−0.4962"),
        ("send back", "−0.4962"),
        ("gradients", "−0.1240"),
        ("update", "0.7790"),
    ],
)
def test_the_journey_writes_short_numbers_on_a_telephone(step, number):
    stage = make("journey", step=step)
    stage.change(place=[284, 320, 2])
    assert overlapping_words(stage) == []
    assert number in stage.words
    for neuron in stage.view.network.patches:
        _, _, width, height = neuron.get_window_extent().bounds
        assert width == pytest.approx(height, rel=0.05)
    stage.close()
