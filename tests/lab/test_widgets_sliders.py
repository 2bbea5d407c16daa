"""The widget of lesson 06, driven without a browser."""

from dataclasses import replace

import numpy as np
import pytest

from nnlib import Network, datasets, train
from nnlib.lab.figures.style import png
from nnlib.lab.widgets.kit.controls import RATES
from nnlib.lab.widgets.panes import tile_places
from nnlib.lab.widgets.sliders import (
    ACTIVATIONS,
    LOSSES,
    Settings,
    View,
    compute,
    describe,
    make_widget,
    show,
)

X, y = datasets.xor()
FEW = Settings(epochs=60)
WHOLE_RANGE = [
    *({"learning_rate": rate} for rate in (RATES[0], 1.0, RATES[1])),
    *({"hidden_size": size} for size in (1, 2, 8, 16)),
    *({"hidden": name} for _, name in ACTIVATIONS),
    *({"loss": name} for _, name in LOSSES),
    *({"start": start} for start in (0, 50, 99)),
]


def draw(run, frame=-1, kept=None):
    view = View()
    return view.figure, view.update(run, frame % len(run.epoch), kept)


@pytest.fixture
def widget():
    widget = make_widget(epochs=60)
    widget.stage.send()
    yield widget
    widget.stage.close()


def test_compute_is_the_training_of_the_lessons():
    run = compute(FEW)
    network = Network.random(
        [2, 4, 1], hidden="tanh", output="sigmoid", rng=np.random.default_rng(42)
    )
    history = train(network, X, y, loss="bce", learning_rate=0.5, epochs=60)
    assert np.array_equal(run.loss, history.loss)
    assert np.allclose(run.networks.member(-1).predict(X), network.predict(X))
    assert run.largest_error[-1] == pytest.approx(np.abs(network.predict(X) - y).max())


def test_each_setting_is_trained_once(widget):
    trained = []
    slices = widget.slices
    widget.slices = lambda settings: trained.append(settings) or slices(settings)
    for size in (5, 6, 4, 5, 6):
        widget.stage.change(hidden_size=size)
        assert widget.run.settings.hidden_size == size
    assert [settings.hidden_size for settings in trained] == [5, 6]
    for start in range(2 * widget.runs.size):
        widget.stage.change(start=start)
    assert len(widget.runs.runs) == widget.runs.size
    assert widget.run.settings in widget.runs.runs


def test_a_long_training_is_stored_in_about_a_thousand_steps():
    run = compute(replace(FEW, epochs=2500))
    assert len(run.epoch) == 835
    assert run.epoch[-1] == 2500


def test_milestones_are_those_of_the_run():
    run = compute(replace(FEW, epochs=1000))
    for limit in (0.5, 0.1):
        epoch = run.holds_from(limit)
        assert (run.largest_error[epoch:] < limit).all()
        assert run.largest_error[epoch - 1] >= limit
    assert compute(replace(FEW, hidden_size=1)).holds_from(0.5) is None


@pytest.mark.parametrize("change", WHOLE_RANGE, ids=str)
def test_every_setting_computes_and_is_described_with_its_own_numbers(change):
    run = compute(replace(FEW, **change))
    for frame in (0, len(run.epoch) // 2, len(run.epoch) - 1):
        words = describe(run, frame)
        assert f"epoch {run.epoch[frame]} of 60" in words
        assert f"{run.loss[frame]:.4f}" in words or run.loss[frame] > 1e4
        assert f"largest error is {run.largest_error[frame]:.2f}" in words
        assert "nan" not in words.lower()
        assert len(words) < 1000


def test_a_run_is_drawn_on_a_figure_of_its_own():
    figure, words = draw(compute(FEW), kept=compute(replace(FEW, hidden_size=16)))
    assert len(png(figure)) > 10_000
    assert "16 hidden units" in words


def test_the_controls_reach_every_value(widget):
    for change in WHOLE_RANGE:
        widget.stage.change(**{name: getattr(FEW, name) for name in change})  # to the default
        before = widget.stage.front.picture
        widget.stage.change(**change)
        (name, value) = next(iter(change.items()))
        assert getattr(widget.run.settings, name) == value
        assert widget.stage.words == describe(widget.run, 60)
        if value != getattr(FEW, name):
            assert widget.stage.front.picture != before


def test_moving_through_the_epochs_trains_nothing_again(widget):
    run = widget.run
    for epoch in (0, 30, 60):
        widget.stage.change(epoch=epoch)
        assert f"At epoch {epoch} of 60" in widget.stage.words
    assert widget.run is run


def test_a_kept_run_is_drawn_and_described_against_the_next(widget):
    widget.stage.press("keep")
    kept = widget.run
    assert "Kept." in widget.stage.message
    widget.stage.change(learning_rate=2.0)
    words = widget.stage.words
    assert "The kept run (dashed): learning rate 0.5; at epoch 60" in words
    assert f"{kept.loss[60]:.4f}" in words
    assert np.array_equal(widget.stage.view.losses.kept[0].get_ydata(), kept.loss)
    widget.stage.press("forget")
    assert "kept" not in widget.stage.words
    assert len(widget.stage.view.losses.kept[0].get_ydata()) == 0


def test_divergence_is_explained_and_the_history_up_to_it_is_drawn(widget):
    widget.stage.change(hidden="identity", learning_rate=100.0)
    assert "The run ended" not in widget.stage.words
    deep = make_widget(hidden="identity", learning_rate=100.0, epochs=200)
    deep.stage.send()
    epoch = deep.run.divergence.epoch
    assert deep.stage.message.startswith(
        f"At learning rate 100 the loss left the finite numbers at epoch {epoch}: "
    )
    assert f"The run ended: at epoch {epoch}" in deep.stage.words
    assert len(deep.stage.view.losses.lines[0].get_xdata()) == epoch
    assert deep.stage.values["epoch"] == deep.run.epoch[-1]  # what the picture shows
    deep.stage.change(learning_rate=0.1)
    assert deep.stage.message == ""
    assert deep.stage.values["epoch"] == 200
    deep.stage.close()


def test_an_error_is_said_in_words(widget):
    widget.slices = lambda settings: iter([1 / 0])
    widget.stage.change(learning_rate=3.0)
    assert "division by zero" in widget.stage.message


def test_any_setting_can_be_given_and_any_control_hidden():
    widget = make_widget(hidden_size=2, epochs=50, hide=("start", "hidden", "loss", "keep"))
    assert widget.run.settings == Settings(hidden_size=2, epochs=50)
    widget.stage.close()
    with pytest.raises(TypeError, match=r"no setting 'hidden_sise'\. The settings are learning_"):
        show(hidden_sise=3)
    with pytest.raises(ValueError, match="learning rate cannot be 1000"):
        show(learning_rate=1000)


@pytest.mark.parametrize("n", range(1, 17))
def test_tiles_do_not_overlap_and_stay_inside(n):
    places, side = tile_places(n)
    assert len(places) == n
    assert places.min() >= -1e-9
    assert (places + side).max() <= 1
    for k in range(n):
        for other in range(k):
            assert np.abs(places[k] - places[other]).max() > side
