"""What holds for every widget: no threads, a picture that fits its place, locked controls."""

import importlib
import threading

import numpy as np
import pytest

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
            stage.change(**{key: control.neighbour(-1) if not control.stops else control.low})
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
