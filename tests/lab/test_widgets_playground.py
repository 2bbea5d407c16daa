"""The playground, driven without a browser; the code that it shows is run."""

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from nnlib import check_gradients, gradients
from nnlib.lab.figures import plane
from nnlib.lab.figures.style import BLUE, ORANGE, new_figure, png
from nnlib.lab.widgets import playground as module
from nnlib.lab.widgets.kit.controls import RATES, controls_of
from nnlib.lab.widgets.kit.painter import PIXELS_PER_INCH, Painter
from nnlib.lab.widgets.panes import (
    ACTIVATIONS,
    LOSSES,
    RESOLUTION,
    TILE_RESOLUTION,
    Plane,
    below_each_other,
    scaled,
)
from nnlib.lab.widgets.playground import (
    DATA,
    LAST_SEED,
    MOST_FRAMES,
    PRESETS,
    Settings,
    call,
    code,
    compute,
    describe,
    load,
    make_widget,
    share_right,
    show,
)

FEW = Settings(epochs=20, samples=40)
CONTROLS = controls_of(Settings())
WHOLE_RANGE = [
    *({"data": name} for _, name in DATA),
    *({"samples": n} for n in CONTROLS["samples"].stops),
    *({"noise": noise} for noise in (0.0, 0.5, 1.0)),
    *({"validation_share": share} for share in (0, 50, 90)),
    *({"sample": sample} for sample in (0, 50, LAST_SEED)),
    *({"layer_1": size} for size in (1, 4, 8)),
    *({"layer_2": size} for size in (0, 4, 8)),
    *({"hidden": name} for _, name in ACTIVATIONS),
    *({"loss": name} for _, name in LOSSES),
    *({"learning_rate": rate} for rate in (RATES[0], 1.0, RATES[1])),
    *({"weight_decay": strength} for strength in CONTROLS["weight_decay"].stops),
    *({"batch_size": size} for size in CONTROLS["batch_size"].stops),
    *({"start": start} for start in (0, 50, LAST_SEED)),
    *({"epochs": n} for n in CONTROLS["epochs"].stops[:2]),
]


@pytest.fixture
def widget():
    widget = make_widget(**{"epochs": 20, "samples": 40})
    widget.stage.send()
    yield widget
    widget.stage.close()


def set_to(widget, **values):
    widget.stage.change(**values)


# ---------------------------------------------------------------------------- computing


@pytest.mark.parametrize("change", WHOLE_RANGE, ids=str)
def test_every_setting_computes_and_is_described_with_its_own_numbers(change):
    run = compute(replace(FEW, **change))
    for frame in (0, len(run.epoch) - 1):
        words = describe(run, frame)
        assert f"At epoch {run.epoch[frame]} of {run.settings.epochs}" in words
        assert f"training loss is {run.loss[frame]:.4f}" in words or run.loss[frame] > 1e4
        if run.validation_loss is not None and run.validation_loss[frame] < 1e4:
            assert f"validation loss is {run.validation_loss[frame]:.4f}" in words
        for layer, slope in enumerate(run.slopes[:, frame], start=1):
            assert f"{slope:.2g} in layer {layer}" in words
        assert "nan" not in words.lower()
        assert len(words) < 1000


@pytest.mark.parametrize("name", [name for _, name in DATA])
def test_the_two_parts_of_the_data_have_no_sample_in_common_and_miss_none(name):
    for share in (0, 30, 50, 90):
        data = load(replace(FEW, data=name, validation_share=share))
        assert sorted([*data.training, *data.validation]) == list(range(40))
        assert len(data.validation) == round(40 * share / 100)
        assert set(data.y[:, 0]) == {0.0, 1.0}


def test_xor_without_noise_is_the_xor_of_the_lessons():
    data = load(replace(FEW, data="xor", noise=0.0))
    assert (data.y[:, 0] == (data.X[:, 0] != data.X[:, 1])).all()
    assert len(np.unique(data.X, axis=0)) == 4


def test_the_slopes_are_those_of_the_network_at_that_epoch():
    run = compute(replace(FEW, layer_2=3, loss="mse"))
    X, y = (values[run.data.training] for values in (run.data.X, run.data.y))
    for frame in (0, 10, 20):
        network = run.networks.member(frame)
        expected = [np.abs(dW).mean() for dW in gradients(network, X, y, "mse").W[1:]]
        assert run.slopes[:, frame] == pytest.approx(expected, rel=1e-9)
    check_gradients(network, X, y, loss="mse")


@pytest.mark.parametrize("epochs", [1, 7, 199, 200, 201, 399, 1001])
def test_a_training_is_stored_in_at_most_two_hundred_steps(epochs):
    run = compute(replace(FEW, samples=8, epochs=epochs))
    assert len(run.epoch) <= MOST_FRAMES + 1
    assert (run.epoch[0], run.epoch[-1]) == (0, epochs)


def test_divergence_is_found_to_the_epoch_and_kept_up_to_there():
    run = compute(Settings(**PRESETS["too fast"]))
    assert run.divergence.epoch > 0
    assert list(run.epoch) == list(range(run.divergence.epoch))
    assert f"at epoch {run.divergence.epoch} the loss left the finite" in describe(run, 3)


def test_what_the_presets_promise():
    runs = {name: compute(Settings(**given)) for name, given in PRESETS.items()}

    def right(name):
        return share_right(runs[name], -1)

    assert right("circles") > 0.95
    assert right("too small") < 0.9
    run = runs["overfitting"]
    assert run.loss[-1] < 0.5 * run.loss[0]
    assert run.validation_loss[-1] > 1.5 * run.validation_loss.min()
    with_l2 = compute(replace(run.settings, weight_decay=0.03))
    assert with_l2.validation_loss[-1] < 0.6 * run.validation_loss[-1]
    run = runs["stuck"]
    other = compute(replace(run.settings, loss="bce"))
    assert right("stuck") < 0.6
    assert share_right(other, -1) > 0.9
    assert right("spirals") > 0.85
    assert runs["too fast"].divergence is not None
    assert not runs["dead"].slopes[:, -1].any()
    assert "nothing moves any more" in describe(runs["dead"], -1)


# ----------------------------------------------------------------------------- the code


def run_code(text, monkeypatch):
    """Run shown code; return its names and what it printed and drew."""
    drawn = []
    monkeypatch.setattr(plane, "decision_boundary", lambda *given: drawn.append(given))
    names = {}
    exec(text, names)
    assert drawn[0][0] is names["net"]
    return names


def assert_the_code_reproduces(run, frame, monkeypatch):
    epoch = int(run.epoch[frame])
    names = run_code(code(run.settings, epoch), monkeypatch)
    row = -1 if epoch > 0 else 0
    history = names["history"]
    assert history.loss[row] == pytest.approx(run.loss[frame], rel=1e-12, abs=1e-12)
    if run.validation_loss is None:
        assert history.validation_loss is None
    else:
        shown = run.validation_loss[frame]
        assert history.validation_loss[row] == pytest.approx(shown, rel=1e-12, abs=1e-12)
    a = run.networks.member(frame).predict(run.data.X)
    assert np.abs(names["net"].predict(names["X"]) - a).max() <= 1e-12
    assert np.array_equal(names["y"], run.data.y)


@pytest.mark.parametrize("change", WHOLE_RANGE, ids=str)
def test_the_shown_code_reproduces_every_setting(change, monkeypatch):
    run = compute(replace(FEW, **change))
    if run.divergence is None:
        assert_the_code_reproduces(run, len(run.epoch) - 1, monkeypatch)


@pytest.mark.parametrize(
    ("loss", "layer_2", "batch_size", "weight_decay"),
    list(product(["mse", "bce"], [0, 3], [0, 7], [0.0, 0.01])),
)
def test_the_shown_code_reproduces_combinations(
    loss, layer_2, batch_size, weight_decay, monkeypatch
):
    for data, validation_share in (("xor", 0), ("moons", 40)):
        settings = replace(
            FEW,
            data=data,
            validation_share=validation_share,
            loss=loss,
            layer_2=layer_2,
            batch_size=batch_size,
            weight_decay=weight_decay,
        )
        run = compute(settings)
        for frame in (0, 9, 20):
            assert_the_code_reproduces(run, frame, monkeypatch)


@pytest.mark.parametrize("name", PRESETS)
def test_the_shown_code_reproduces_the_presets(name, monkeypatch):
    run = compute(Settings(**PRESETS[name]))
    assert_the_code_reproduces(run, len(run.epoch) - 1, monkeypatch)


def test_the_shown_code_prints_what_is_on_the_screen_and_draws_it(widget, capsys):
    set_to(widget, show_code=True, epoch=10)
    exec(widget.stage.code, {})
    printed = capsys.readouterr().out
    description = widget.stage.words
    training, validation = (line.split()[-1] for line in printed.splitlines()[:2])
    assert (
        f"the training loss is {training} and the validation loss is {validation};" in description
    )
    assert "Figure. " in printed


def test_the_last_line_of_the_code_opens_the_playground_with_the_same_settings(monkeypatch):
    opened = []
    monkeypatch.setattr(module, "show", lambda **given: opened.append(Settings(**given)))
    for settings in [Settings(), FEW, *(Settings(**given) for given in PRESETS.values())]:
        exec(call(settings), {"playground": module})
        assert opened.pop() == settings


# ------------------------------------------------------------------------------ drawing


@pytest.mark.parametrize("kept", [None, FEW, Settings(data="moons", layer_2=8, epochs=50)])
@pytest.mark.parametrize("sizes", [(1, 0), (8, 0), (1, 8), (8, 8)])
def test_a_run_is_drawn_on_a_figure_of_its_own(sizes, kept):
    run = compute(replace(FEW, layer_1=sizes[0], layer_2=sizes[1]))
    view = module.View()
    words = view.update(run, len(run.epoch) - 1, kept and compute(kept))
    assert len(png(view.figure)) > 20_000
    assert ("kept" in words) == (kept is not None)


def test_lines_stand_for_the_weights():
    run = compute(FEW)
    view = module.View()
    view.update(run, 20)
    network = run.networks.member(20)
    weights = np.concatenate([W.ravel() for W in network.W[1:]])
    positive, negative = (lines.get_linewidths() for lines in view.weights)
    assert (len(positive), len(negative)) == ((weights >= 0).sum(), (weights < 0).sum())
    expected = module.WIDEST_LINE * np.abs(weights) / np.abs(weights).max() + 0.4
    assert sorted([*positive, *negative]) == pytest.approx(sorted(expected))


def test_the_first_unit_is_the_uppermost_tile():
    column = below_each_other(scaled(np.array([[-1.0, 1.0]] * TILE_RESOLUTION**2), "tanh"))
    assert (column[0, 0], column[-1, 0]) == (1.0, 0.0)  # rows count from the bottom
    assert np.isnan(column[TILE_RESOLUTION:-TILE_RESOLUTION]).all()


def test_the_frame_of_the_plane_holds_all_samples_and_is_a_square():
    for _, name in DATA:
        X = load(replace(FEW, data=name, noise=0.7, samples=400)).X
        (left, right), (bottom, top) = module.square_around(X)
        assert left < X[:, 0].min() < X[:, 0].max() < right
        assert bottom < X[:, 1].min() < X[:, 1].max() < top
        assert right - left == pytest.approx(top - bottom)


# ------------------------------------------------------------------------- on the page


def test_the_controls_reach_every_value(widget):
    default = replace(FEW, samples=200)  # so that every batch size is another training
    set_to(widget, samples=200)
    before = widget.stage.front.picture
    for change in WHOLE_RANGE:
        ((name, value),) = change.items()
        if value != getattr(default, name):
            set_to(widget, **change)
            assert widget.run.settings == replace(default, **change)
            assert widget.stage.words == describe(widget.run, -1)
            assert widget.stage.front.picture != before
            widget.stage.set(**{name: getattr(default, name)})  # back, without training


def test_the_plane_is_the_square_around_the_samples_whatever_was_shown_before(widget):
    for data in ("blobs", "moons", "xor", "spirals", "circles"):
        set_to(widget, data=data)
        axes, extent = widget.stage.view.plane.axes, widget.stage.view.plane.extent
        assert (
            (*axes.get_xlim(), *axes.get_ylim())
            == extent
            == tuple(widget.stage.view.plane.map.get_extent())
        )


@pytest.mark.parametrize("size", [3.5, 4.5])  # of the narrow and of the wide picture
@pytest.mark.parametrize(("target", "colour"), [(0.0, BLUE), (1.0, ORANGE)])
def test_a_cross_leaves_the_class_of_a_hollow_mark_to_be_seen(size, target, colour):
    figure, axes = new_figure(width=2, height=2)
    pane = Plane(axes, ((-1.0, 1.0), (-1.0, 1.0)), "", size)
    X = np.array([[0.013, 0.017]])  # on no border of a pixel
    pane.set_samples(X, np.array([target]), hollow=slice(None))
    pane.set_map(np.full((RESOLUTION, RESOLUTION), 1 - target))
    pane.set_wrong(X)
    pixels = Painter(figure, PIXELS_PER_INCH).pixels()[..., :3]
    far = np.abs(pixels - 255 * np.array(to_rgb(colour))).max(axis=2)
    assert (far < 70).sum() >= 0.8 * size**2


def test_moving_through_the_epochs_and_going_back_to_a_setting_train_nothing_again(widget):
    run = widget.run
    for epoch in (0, 10, 20):
        set_to(widget, epoch=epoch)
        assert f"At epoch {epoch} of 20" in widget.stage.words
    set_to(widget, learning_rate=2.0)
    set_to(widget, learning_rate=0.5)
    assert widget.run is run


def test_more_epochs_make_a_longer_control_and_show_the_end(widget):
    widget.stage.change(epochs=300)
    assert (widget.stage.values["epoch"], widget.stage.controls["epoch"].high) == (300, 300)
    assert widget.stage.front.state["reach"]["epoch"] == (300, 2)
    widget.stage.change(epochs=100)
    assert (widget.stage.values["epoch"], widget.stage.controls["epoch"].high) == (100, 100)
    assert "At epoch 100 of 100" in widget.stage.words


def test_an_epoch_that_was_not_measured_is_said(widget):
    widget.stage.change(epochs=1000)
    widget.stage.change(epoch=503)
    assert widget.stage.values["epoch"] == 505
    assert widget.stage.message == "Epoch 503 was not measured; this is epoch 505."


def test_the_film_has_a_stop_for_every_measurement(widget):
    assert widget.stage.front.state["values"]["play"] == list(range(21))


def test_a_unit_that_is_pressed_is_shown_large(widget):
    widget.stage.change(layer_2=3)
    spots = widget.stage.front.state["spots"]
    assert [spot["label"] for spot in spots[3:6]] == [
        "Unit 4 of layer 1", "Unit 1 of layer 2", "Unit 2 of layer 2"
    ]  # fmt: skip
    assert [spot["chosen"] for spot in spots] == [False] * 7 + [True]
    widget.stage.receive({"events": [["spot", 5]]})
    assert widget.stage.words.startswith("Unit 2 of layer 2 is shown large; it counts with ")
    assert widget.stage.front.state["spots"][5]["chosen"]
    assert widget.stage.view.plane.axes.get_title() == "Unit 2 of layer 2"
    answers = module.answers_of(widget.run.networks.member(-1), widget.stage.view.plane.points)
    shown = np.asarray(widget.stage.view.plane.map.get_array()).ravel()
    assert np.allclose(shown, answers[2][:, 1] / 2 + 0.5)
    widget.stage.change(layer_2=1)  # it is gone
    assert widget.stage.view.plane.axes.get_title() == "Output"


def test_a_kept_run_stands_beside_the_next_and_is_described_against_it(widget):
    widget.stage.press("keep")
    kept = widget.run
    assert widget.stage.view.kept_plane.axes.get_visible()
    set_to(widget, learning_rate=2.0, epoch=10)
    words = widget.stage.words
    assert "The kept run, learning rate 0.5: at epoch 10 of 20 the training loss is" in words
    assert f"{kept.loss[10]:.4f}" in words
    assert np.array_equal(widget.stage.view.losses.kept[0].get_ydata(), kept.loss)
    assert np.array_equal(widget.stage.view.slopes.kept[1].get_ydata(), kept.slopes[1])
    set_to(widget, learning_rate=0.5)
    assert "The kept run, with the same settings: " in widget.stage.words
    widget.stage.press("forget")
    assert not widget.stage.view.kept_plane.axes.get_visible()
    assert "kept" not in widget.stage.words


def test_a_new_sample_is_other_data_from_the_same_source(widget):
    before = widget.run
    widget.stage.press("new_sample")
    assert widget.run.settings == replace(before.settings, sample=1)
    assert not np.array_equal(widget.run.data.X, before.data.X)
    set_to(widget, sample=LAST_SEED)
    widget.stage.press("new_sample")
    assert widget.run.settings.sample == 0


def test_the_preset_that_is_shown_first_is_named():
    assert make_widget().stage.values["preset"] == "circles"
    assert make_widget("stuck").stage.values["preset"] == "stuck"
    assert make_widget("stuck", samples=20).stage.values["preset"] == ""


def test_a_preset_sets_every_control_and_trains_once(widget):
    trained = []
    widget.slices = lambda settings: trained.append(settings) or module.slices(settings)
    for name, given in PRESETS.items():
        set_to(widget, preset=name)
        assert widget.run.settings == Settings(**given)
        assert trained.pop() == widget.run.settings
        assert trained == []
        assert widget.stage.values["preset"] == name
    set_to(widget, learning_rate=1.0)
    assert widget.stage.values["preset"] == ""


def test_divergence_is_explained_in_words(widget):
    set_to(widget, preset="too fast")
    words = widget.stage.message
    epoch = widget.run.divergence.epoch
    assert words.startswith(
        f"At learning rate 50 the loss left the finite numbers at epoch {epoch}: "
    )
    assert f"The run ended: at epoch {epoch}" in widget.stage.words
    set_to(widget, learning_rate=0.1)
    assert widget.stage.message == ""


def test_the_epoch_box_says_what_the_picture_shows_when_a_run_ends_early(widget):
    widget.stage.change(preset="too fast")
    assert widget.stage.values["epoch"] == widget.run.epoch[-1] < 20
    widget.stage.change(preset="circles")
    assert widget.stage.values["epoch"] == 1000


def test_any_setting_can_be_given_and_any_control_hidden():
    settings = Settings(epochs=17, samples=33, weight_decay=0.002, batch_size=6, noise=1)
    widget = make_widget(**vars(settings), hide=("preset", "data", "noise", "play", "show_code"))
    assert widget.run.settings == settings
    widget.stage.close()
    hidden = [field.name for field in fields(Settings)]
    widget = make_widget(epochs=20, hide=hidden, lock=["epoch"])
    assert widget.run.settings == Settings(epochs=20)
    widget.stage.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden_size": 3}, "there is no setting 'hidden_size'. The settings are data, samples"),
        ({"learning_rate": 1000.0}, "learning rate cannot be 1000.0. It takes numbers from 0.01"),
        ({"data": "moon"}, "data is 'moon', but the choices are 'xor', 'circles'"),
        ({"samples": 2}, r"samples is 2 \(int\), but a whole number of at least 4 is expected"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"weight_decay": -1.0}, "weight_decay is -1.0"),
        ({"epochs": 0}, "epochs is 0"),
        ({"preset": "overfit"}, "preset is 'overfit'.* Did you mean \"overfitting\""),
        ({"hide": ("colour",)}, "hide names 'colour', but the controls are play, preset"),
    ],
)
def test_what_does_not_exist_is_named(given, message):
    with pytest.raises((TypeError, ValueError), match=message):
        show(**given)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("place", [[441, 263, 2], [600, 400, 1], [783, 560, 1], [1100, 560, 1]])
def test_each_curve_is_named_beside_the_title(place, large):
    stage = make_widget(epochs=20, layer_2=3, large=large).stage
    stage.change(place=place)
    for kept in (False, True):
        if kept:
            stage.press("keep")
            stage.change(learning_rate=2.0)
        names = []
        for name in ("losses", "slopes"):
            axes, renderer = stage.view.axes[name], stage.painter.canvas.get_renderer()
            box = axes.get_legend().get_window_extent(renderer)
            assert box.y0 >= axes.bbox.y1 - 1
            assert box.y1 <= stage.view.figure.bbox.y1
            [title] = [
                text for text in axes.findobj(Text) if text.get_text() == axes.get_title("left")
            ]
            assert title.get_window_extent(renderer).x1 < box.x0
            names += [text.get_text()[:4] for text in axes.get_legend().get_texts()]
        assert names[-2:] == ["2", "3"]
        assert "vali" in names
        assert kept == ("kept" in names)
