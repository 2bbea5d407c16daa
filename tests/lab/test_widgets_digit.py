"""The widget of lesson 08, driven without a browser."""

import re

import numpy as np
import pytest

from nnlib import Network, datasets
from nnlib.lab.figures.style import png
from nnlib.lab.widgets import digit as module
from nnlib.lab.widgets.digit import View, centred, compute, in_words, make_widget, show

X, LABELS = datasets.digits()


def network_with(n_hidden=7):
    rng = np.random.default_rng(0)
    return Network.random([64, n_hidden, 10], output="softmax", rng=rng)


@pytest.fixture
def widget():
    widget = make_widget(network_with(), X[:20], LABELS[:20], image=3)
    widget.stage.send()
    yield widget
    widget.stage.close()


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
    view = View(len(reading.a1))
    words = view.update(reading)
    image, hidden, answers = view.figure.axes
    assert np.array_equal(image.images[0].get_array().ravel(), pixels)
    assert f"{(pixels >= 0.5).sum()} of 64 pixels inked" in words
    shares = np.array([bar.get_width() for bar in answers.patches])
    order = np.argsort(-shares, kind="stable")
    told = re.findall(r"(\d) \(([\d.]+) %\)", words)
    assert told == [(str(k), f"{100 * shares[k]:.1f}") for k in order[:3]]
    heights = np.array([bar.get_height() for bar in hidden.patches])
    for neuron, value in re.findall(r"number (\d+) \((.+?)\)", words):
        assert f"{heights[int(neuron) - 1]:.2f}" == value.replace("−", "-")
    assert png(view.figure)


def test_it_says_whether_the_answer_is_right():
    network = network_with()
    reading = compute(network, X[0])
    best = int(reading.a2.argmax())
    assert "That is right." in in_words(compute(network, X[0], best))
    assert "That is wrong." in in_words(compute(network, X[0], (best + 1) % 10))
    assert "That is" not in in_words(reading)


@pytest.mark.parametrize("image", [0, 10, 19])
def test_choosing_an_image_puts_it_on_the_grid(widget, image):
    widget.stage.change(image=image)
    assert np.array_equal(widget.stage.values["grid"], X[image])
    assert widget.stage.words == in_words(compute(widget.network, X[image], LABELS[image]))
    assert widget.stage.message == ""


def test_what_is_drawn_is_read_and_is_no_image_of_the_data_any_more(widget):
    before = widget.stage.words
    drawn = list(X[3])
    drawn[int(np.flatnonzero(X[3] == 0)[0])] = 1.0
    widget.stage.change(grid=drawn)
    assert "Your own drawing" in widget.stage.words
    widget.stage.change(grid=list(X[3]))
    assert widget.stage.words == before


def test_an_empty_grid_is_white_and_can_be_drawn_on(widget):
    widget.stage.press("empty")
    assert not any(widget.stage.values["grid"])
    assert "Your own drawing, with 0 of 64 pixels inked" in widget.stage.words
    assert "The grid is empty" in widget.stage.words
    widget.stage.change(grid=[float(k % 8 == 4) for k in range(64)])
    assert "with 8 of 64 pixels inked" in widget.stage.words


def test_it_says_where_the_ink_lies_and_moves_it_to_the_middle(widget):
    corner = [float(k // 8 < 2 and k % 8 < 2) for k in range(64)]
    widget.stage.change(grid=corner)
    assert "3.0 pixels above and 3.0 pixels left of the middle" in widget.stage.words
    widget.stage.press("centre")
    assert "The ink is centred" in widget.stage.words
    moved = np.reshape(widget.stage.values["grid"], (8, 8))
    assert moved[3:5, 3:5].all()
    assert moved.sum() == 4


def test_what_is_centred_is_not_moved():
    for pixels in (np.zeros(64), *X[:50]):
        again = centred(centred(pixels))
        assert np.array_equal(again, centred(pixels))


def test_an_error_is_said_in_words(widget, monkeypatch):
    def broken(*_):
        raise OverflowError("the sums left the finite numbers")

    monkeypatch.setattr(module, "compute", broken)
    widget.stage.change(image=4)
    assert "the sums left the finite numbers" in widget.stage.message


@pytest.mark.parametrize("hidden", ["image", "empty", "grid", "erase", "centre"])
def test_any_control_can_be_hidden(hidden):
    widget = make_widget(network_with(), X[:5], LABELS[:5], hide=(hidden,))
    widget.stage.send()
    assert widget.stage.words
    widget.stage.close()


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
