"""The film of lesson 05, driven without a browser."""

import numpy as np
import pytest

from nnlib import Network, datasets, published, train
from nnlib.lab.figures.style import png
from nnlib.lab.runs import last_of
from nnlib.lab.widgets.film import (
    RECIPES,
    View,
    describe,
    frames_of,
    make_widget,
    show,
    slices,
)

X, y = datasets.xor()


def draw(run, frame=-1, kept=None):
    view = View()
    return view.figure, view.update(run, frame % len(run.epoch), kept)


@pytest.fixture(scope="module")
def runs():
    return {name: last_of(slices(RECIPES[name])) for name in RECIPES}


@pytest.fixture
def widget(runs):
    widget = make_widget()
    for run in runs.values():
        widget.runs.runs[run.settings] = run
    widget.stage.send()
    yield widget
    widget.stage.close()


def test_the_first_film_is_the_training_of_section_5_5(runs):
    rng = np.random.default_rng(42)
    network = Network.random([2, 4, 1], hidden="tanh", output="sigmoid", rng=rng)
    history = train(network, X, y, loss="bce", learning_rate=0.5, epochs=2000)
    assert np.array_equal(runs["solved"].loss, history.loss)
    assert runs["solved"].largest_error[-1] < 0.1


def test_the_stuck_film_is_that_of_section_5_6(runs):
    network = published.network_001()
    history = train(network, X, y, loss="mse", learning_rate=0.2, epochs=10_000)
    assert np.array_equal(runs["stuck"].loss, history.loss)
    assert runs["stuck"].largest_error[-1] > 0.5


def test_a_network_without_biases_stays_without(runs):
    networks = runs["without biases"].networks
    assert not networks.parameters.bias
    zero = np.zeros((1, 2))
    assert networks.member(-1).forward(zero)[1][1] == pytest.approx(0.5 * np.ones((1, 4)))


def test_the_rate_that_bounces_raises_the_loss_and_arrives(runs):
    run = runs["bouncing"]
    assert (np.diff(run.loss) > 0).sum() > 3
    assert run.largest_error[-1] < 0.1


@pytest.mark.parametrize("last", [1, 7, 40, 300, 2000, 10_000])
def test_a_film_begins_slowly_and_shows_the_first_and_the_last_epoch(last):
    frames = frames_of(last)
    assert (frames[0], frames[-1]) == (0, last)
    assert (np.diff(frames) > 0).all()
    assert (np.diff(frames[:80]) == 1).all() or last > 40
    assert len(frames) < 300


@pytest.mark.parametrize("name", RECIPES)
def test_every_film_is_described_with_its_own_numbers(runs, name):
    run = runs[name]
    last = RECIPES[name].epochs
    for epoch in (0, 1, last // 2, last):
        words = describe(run, epoch)
        assert f"At epoch {epoch} of {last} the loss is {run.loss[epoch]:.4f}" in words
        answers = run.networks.member(epoch).predict(X)
        assert f"{answers[1, 0]:.2f} at (0, 1)" in words
        assert f"the largest error is {run.largest_error[epoch]:.2f}" in words
        assert len(words) < 700


def test_a_run_is_drawn_on_a_figure_of_its_own(runs):
    figure, words = draw(runs["stuck"], 10_000)
    assert len(png(figure)) > 10_000
    assert "XOR is not learned" in words


def test_the_menu_shows_every_film_from_its_start(widget, runs):
    for name, recipe in RECIPES.items():
        widget.stage.change(run=name)
        assert widget.run.settings is recipe
        assert widget.stage.values["epoch"] == 0
        assert widget.stage.controls["epoch"].high == recipe.epochs
        assert widget.stage.words == describe(runs[name], 0)
        for epoch in (1, recipe.epochs // 2, recipe.epochs):
            widget.stage.change(epoch=epoch)
            assert widget.stage.words == describe(runs[name], epoch)
        assert widget.stage.message == ""


def test_a_film_that_was_shown_is_not_trained_again(widget):
    widget.slices = None
    widget.stage.change(epoch=30)
    widget.stage.change(run="stuck")
    widget.stage.change(run="solved")
    assert widget.stage.values["epoch"] == 0
    assert widget.stage.message == ""


def test_the_page_is_told_the_stops_of_the_film(widget):
    assert widget.stage.front.state["values"]["play"] == list(frames_of(2000))
    widget.stage.change(run="bouncing")
    assert widget.stage.front.state["values"]["play"] == list(frames_of(300))
    assert widget.stage.front.state["reach"]["epoch"] == (300, 2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"run": "lost"}, "'solved', 'bouncing', 'stuck', 'without biases'"),
        ({"epoch": 3000}, "epoch cannot be 3000. It takes whole numbers from 0 to 2000"),
    ],
)
def test_what_is_not_there_is_said_in_words(given, words):
    with pytest.raises(ValueError, match=words):
        show(**given)


def test_unknown_names_are_said_in_words():
    with pytest.raises(TypeError, match="run, epoch"):
        show(speed=3)
    with pytest.raises(ValueError, match="hide names 'speed'"):
        show(hide="speed")
