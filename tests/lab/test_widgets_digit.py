"""The widget of lesson 08, driven without a browser."""

import gc
import re

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

from nnlib import Network, datasets
from nnlib.lab.figures.style import png
from nnlib.lab.widgets import digit as module
from nnlib.lab.widgets.digit import N_PIXELS, Widget, compute, draw, show

X, LABELS = datasets.digits()


def network_with(n_hidden=7):
    rng = np.random.default_rng(0)
    return Network.random([64, n_hidden, 10], output="softmax", rng=rng)


@pytest.fixture
def widget():
    widget = Widget(network_with(), X[:20], LABELS[:20], image=3)
    yield widget
    widget.panel.close()


def description(widget):
    return widget.panel.picture.description


def test_a_reading_is_the_forward_pass_of_one_image():
    network = network_with()
    reading = compute(network, X[5], LABELS[5])
    _, a = network.forward(X[5:6])
    np.testing.assert_array_equal(reading.a1, a[1][0])
    np.testing.assert_array_equal(reading.a2, a[2][0])
    assert reading.label == LABELS[5]


@pytest.mark.parametrize("pixels", [X[0], X[9], np.zeros(64), np.ones(64)])
def test_the_words_say_what_is_drawn(pixels):
    reading = compute(network_with(), pixels)
    figure, words = draw(reading)
    image, hidden, answers = figure.axes
    assert np.array_equal(image.images[0].get_array().ravel(), pixels)
    assert f"{(pixels >= 0.5).sum()} of 64 pixels dark" in words
    shares = np.array([bar.get_width() for bar in answers.patches])
    order = np.argsort(-shares, kind="stable")
    told = re.findall(r"(\d) \(([\d.]+) %\)", words)
    assert told == [(str(k), f"{100 * shares[k]:.1f}") for k in order[:3]]
    heights = np.array([bar.get_height() for bar in hidden.patches])
    for neuron, value in re.findall(r"number (\d+) \((.+?)\)", words):
        assert f"{heights[int(neuron) - 1]:.2f}" == value.replace("−", "-")
    assert png(figure)


def test_it_says_whether_the_answer_is_right():
    network = network_with()
    reading = compute(network, X[0])
    best = int(reading.a2.argmax())
    assert "That is right." in draw(compute(network, X[0], best))[1]
    assert "That is wrong." in draw(compute(network, X[0], (best + 1) % 10))[1]
    assert "That is" not in draw(reading)[1]


@pytest.mark.parametrize("image", [0, 10, 19])
def test_choosing_an_image_puts_it_on_the_grid(widget, image):
    widget.panel.controls["image"].value = image
    assert np.array_equal(widget.grid.pixels, X[image])
    assert description(widget) == draw(compute(widget.network, X[image], LABELS[image]))[1]
    assert widget.panel.message.words == ""


def test_pressing_a_pixel_turns_it_and_the_network_reads_again(widget):
    place = int(np.flatnonzero(X[3] == 0)[0])
    before = description(widget)
    widget.grid.buttons[place].click()
    assert widget.grid.pixels[place] == 1
    assert widget.grid.buttons[place].tooltip.endswith("100 % dark")
    assert description(widget).startswith("Your own drawing")
    widget.grid.buttons[place].click()
    assert description(widget) == before


def test_every_pixel_has_a_name_of_its_own(widget):
    names = [button.tooltip for button in widget.grid.buttons]
    assert len({name.partition(":")[0] for name in names}) == N_PIXELS
    assert names[0].startswith("row 1, column 1: ")
    assert names[-1].startswith("row 8, column 8: ")


def test_an_empty_grid_is_white_and_can_be_drawn_on(widget):
    widget.panel.controls["empty"].press()
    assert not widget.grid.pixels.any()
    assert "Your own drawing, with 0 of 64 pixels dark" in description(widget)
    for row in range(8):
        widget.grid.buttons[8 * row + 4].click()
    assert "with 8 of 64 pixels dark" in description(widget)


def test_an_error_is_said_in_words(widget, monkeypatch):
    def broken(*_):
        raise OverflowError("the sums left the finite numbers")

    monkeypatch.setattr(module, "compute", broken)
    widget.panel.controls["image"].value = 4
    assert "the sums left the finite numbers" in widget.panel.message.words


@pytest.mark.parametrize("hidden", ["image", "empty", "grid"])
def test_any_control_can_be_hidden(hidden):
    widget = Widget(network_with(), X[:5], LABELS[:5], hide=(hidden,))
    assert description(widget)
    widget.panel.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((Network.random([2, 3, 1], rng=np.random.default_rng(0)), X, LABELS), "64 inputs"),
        ((network_with(), X[:, :2], LABELS), "X has shape"),
        ((network_with(), X, LABELS[:3]), "labels has shape"),
    ],
)
def test_what_does_not_fit_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        show(*arguments)


def test_running_it_ten_times_leaves_nothing_behind():
    def run():
        Widget(network_with(), X[:3], LABELS[:3]).panel.close()

    run()
    gc.collect()
    before = len(_instances)
    for _ in range(10):
        run()
    gc.collect()
    assert len(_instances) <= before
