"""The widget of lesson 06, driven without a browser."""

import gc
import time
from dataclasses import replace

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

from nnlib import Network, datasets, train
from nnlib.lab.figures.style import png
from nnlib.lab.widgets import learning_rate_and_hidden_size as module
from nnlib.lab.widgets.learning_rate_and_hidden_size import (
    ACTIVATIONS,
    LOSSES,
    RATES,
    SIZES,
    STARTS,
    Settings,
    Widget,
    compute,
    describe,
    draw,
    show,
    tile_places,
)

X, y = datasets.xor()
FEW = Settings(epochs=60)
WHOLE_RANGE = [
    *({"learning_rate": rate} for rate in (RATES[0], 1.0, RATES[1])),
    *({"hidden_size": size} for size in (SIZES[0], 2, 8, SIZES[1])),
    *({"hidden": name} for _, name in ACTIVATIONS),
    *({"loss": name} for _, name in LOSSES),
    *({"start": start} for start in (STARTS[0], 50, STARTS[1])),
]


@pytest.fixture
def widget():
    widget = Widget(FEW)
    widget.panel.wait()
    yield widget
    widget.panel.close()


def set_to(widget, **values):
    for name, value in values.items():
        widget.panel.controls[name].value = value
    widget.panel.wait()


def test_compute_is_the_training_of_the_lessons():
    run = compute(FEW)
    network = Network.random(
        [2, 4, 1], hidden="tanh", output="sigmoid", rng=np.random.default_rng(42)
    )
    history = train(network, X, y, loss="bce", learning_rate=0.5, epochs=60)
    assert np.array_equal(run.loss, history.loss)
    assert np.allclose(run.networks.member(-1).predict(X), network.predict(X))
    assert run.largest_error[-1] == pytest.approx(np.abs(network.predict(X) - y).max())


def test_each_setting_is_trained_once_and_the_next_step_is_trained_ahead(widget, monkeypatch):
    trained = []
    monkeypatch.setattr(
        module, "compute", lambda settings, callback: trained.append(settings) or compute(settings)
    )
    set_to(widget, hidden_size=5)
    assert replace(FEW, hidden_size=6) in wait_until_stored(widget, 3)
    set_to(widget, hidden_size=6)
    assert replace(FEW, hidden_size=7) in wait_until_stored(widget, 4)
    set_to(widget, hidden_size=4)
    assert widget.run.settings == FEW
    assert [settings.hidden_size for settings in trained[:3]] == [5, 6, 7]
    assert FEW not in trained
    set_to(widget, loss="mse")
    assert widget.next_step(FEW, widget.run.settings) is None
    for start in range(2 * module.RUNS_KEPT):
        set_to(widget, start=start)
    assert len(widget.runs) == module.RUNS_KEPT
    assert widget.run.settings in widget.runs


def wait_until_stored(widget, number):
    """Wait until the work ahead has stored so many runs."""
    end = time.monotonic() + 10
    while len(widget.runs) < number and time.monotonic() < end:
        time.sleep(0.01)
    return widget.runs


def test_a_long_training_is_stored_in_about_a_thousand_steps():
    run = compute(replace(FEW, epochs=2500))
    assert len(run.epoch) == 1251
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
        set_to(widget, **{name: getattr(FEW, name) for name in change})  # back to the default
        before = widget.panel.picture.widget.value
        set_to(widget, **change)
        (name, value) = next(iter(change.items()))
        assert getattr(widget.run.settings, name) == value
        assert widget.panel.picture.description == describe(widget.run, 60)
        if value != getattr(FEW, name):
            assert widget.panel.picture.widget.value != before


def test_moving_through_the_epochs_trains_nothing_again(widget):
    run = widget.run
    for epoch in (0, 30, 60):
        set_to(widget, epoch=epoch)
        assert f"At epoch {epoch} of 60" in widget.panel.picture.description
    assert widget.run is run


def test_a_kept_run_is_drawn_and_described_against_the_next(widget):
    widget.panel.controls["keep"].press()
    kept = widget.run
    assert "Kept: Learning rate 0.5, 4 hidden units" in widget.panel.message.words
    set_to(widget, learning_rate=2.0)
    words = widget.panel.picture.description
    assert "The kept run (dashed): learning rate 0.5; at epoch 60" in words
    assert f"{kept.loss[60]:.4f}" in words
    assert np.array_equal(widget.view.kept_line.get_ydata(), kept.loss)
    widget.panel.controls["forget"].press()
    assert "kept" not in widget.panel.picture.description
    assert len(widget.view.kept_line.get_ydata()) == 0


def test_divergence_is_explained_and_the_history_up_to_it_is_drawn(widget):
    set_to(widget, hidden="identity", learning_rate=100.0)
    set_to(widget, epoch=60)
    assert "The run ended" not in widget.panel.picture.description
    deep = Widget(replace(FEW, hidden="identity", learning_rate=100.0, epochs=200))
    deep.panel.wait()
    words = deep.panel.message.words
    epoch = deep.run.divergence.epoch
    assert words.startswith(
        f"At learning rate 100 the loss left the finite numbers at epoch {epoch}: "
    )
    assert f"The run ended: at epoch {epoch}" in deep.panel.picture.description
    assert len(deep.view.line.get_xdata()) == epoch
    set_to(deep, learning_rate=0.1)
    assert deep.panel.message.words == ""
    deep.panel.close()


def test_an_error_is_said_in_words(widget, monkeypatch):
    monkeypatch.setattr(module, "compute", lambda *arguments: 1 / 0)
    set_to(widget, learning_rate=3.0)
    assert "division by zero" in widget.panel.message.words


def test_slow_training_says_that_it_works_and_the_last_of_many_changes_wins():
    widget = Widget(replace(FEW, epochs=100_000))
    assert widget.panel.message.words == "Training 100,000 epochs with 4 hidden units …"
    for size in (3, 2, 1):
        widget.panel.controls["hidden_size"].value = size
    set_to(widget, learning_rate=100.0, hidden="identity")  # ends early
    assert widget.run.settings.hidden_size == 1
    assert widget.run.divergence is not None
    widget.panel.close()


def test_any_setting_can_be_given_and_any_control_hidden():
    widget = Widget(Settings(hidden_size=2, epochs=50), hide=("start", "hidden", "loss", "keep"))
    widget.panel.wait()
    assert widget.run.settings == Settings(hidden_size=2, epochs=50)
    widget.panel.close()
    with pytest.raises(TypeError, match=r"no setting 'hidden_sise'\. The settings are learning_"):
        show(hidden_sise=3)
    with pytest.raises(ValueError, match="learning rate is 1000, but its control reaches from"):
        show(learning_rate=1000)


@pytest.mark.parametrize("n", range(SIZES[0], SIZES[1] + 1))
def test_tiles_do_not_overlap_and_stay_inside(n):
    places = np.array(tile_places(n))
    assert len(places) == n
    assert places[:, :2].min() >= -1e-9
    assert (places[:, :2] + places[:, 2:]).max() <= 1
    for k in range(n):
        for other in range(k):
            assert np.abs(places[k, :2] - places[other, :2]).max() > places[0, 2]


def number_of_views():
    return sum(isinstance(thing, module.View) for thing in gc.get_objects())


def test_closed_widgets_leave_nothing_behind():
    def run():
        widget = Widget(replace(FEW, epochs=5))
        widget.panel.wait()
        widget.panel.close()

    run()
    gc.collect()
    before = len(_instances), number_of_views()
    for _ in range(3):
        run()
    gc.collect()
    # A view that another test left behind may go meanwhile; none may come.
    assert len(_instances) <= before[0]
    assert number_of_views() <= before[1]
