"""The widget of lesson 04, driven without a browser."""

from dataclasses import replace

import numpy as np
import pytest

from nnlib import Network, gradients
from nnlib.lab.figures.style import png
from nnlib.lab.widgets import journey as module
from nnlib.lab.widgets.journey import (
    INPUTS,
    LOSS_NAMES,
    PARAMETERS,
    STEPS,
    TARGETS,
    WEIGHTS,
    Settings,
    compute,
    draw,
    formulas,
    go_round,
    make_widget,
    show,
    take_update,
)
from nnlib.lab.widgets.kit.controls import RATES
from nnlib.lab.words import decimal, trimmed
from nnlib.losses import LOSSES

LESSON = Settings()
LOSS = [name for _, name in LOSS_NAMES]
WHOLE_RANGE = [
    *({"step": step} for step in STEPS),
    *({"loss": loss} for loss in LOSS),
    *({"learning_rate": rate} for rate in (RATES[0], 1.0, RATES[1])),
    *({"x1": value} for value in (INPUTS[0], 0.0, INPUTS[1])),
    *({"y2": value} for value in (TARGETS[0], 0.5, TARGETS[1])),
    *({"W1[0, 1]": value} for value in (WEIGHTS[0], 0.0, WEIGHTS[1])),
    *({"b2[0, 0]": value} for value in (WEIGHTS[0], 0.0, WEIGHTS[1])),
]


@pytest.fixture
def widget():
    widget = make_widget()
    widget.stage.send()
    yield widget
    widget.stage.close()


def set_to(widget, **values):
    widget.stage.change(**values)


def network_of(settings):
    W = [np.array(settings.W1), np.array(settings.W2)]
    b = [np.array([settings.b1]), np.array([settings.b2])]
    return Network.from_weights(W, b, hidden="sigmoid", output="sigmoid")


def other_settings(rng, n_in, n_hidden, n_out, **more):
    return Settings(
        x=rng.normal(size=n_in),
        y=rng.integers(0, 2, n_out),
        W1=rng.normal(size=(n_in, n_hidden)),
        b1=rng.normal(size=n_hidden),
        W2=rng.normal(size=(n_hidden, n_out)),
        b2=rng.normal(size=n_out),
        **more,
    )


# ------------------------------------------------------------------------------------- compute


@pytest.mark.parametrize("loss", LOSS)
@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 2, 1), (1, 3, 2), (1, 1, 1), (3, 3, 3)])
def test_the_gradient_is_that_of_the_library(sizes, loss):
    settings = other_settings(np.random.default_rng(3), *sizes, loss=loss)
    journey = compute(settings)
    network = network_of(settings)
    expected = gradients(network, [settings.x], [settings.y], loss=loss)
    for name, array in expected.named():
        assert np.allclose(getattr(journey, f"d{name}"), array, rtol=1e-12, atol=1e-15)
    z, a = network.forward([settings.x])
    assert journey.loss == (loss, pytest.approx(LOSSES[loss].value(z[2], a[2], journey.y)))
    assert np.allclose(journey.back, journey.delta2 @ journey.W2.T)
    network.parameters.vector -= settings.learning_rate * expected.vector
    for name, stepped in network.parameters.named():
        assert np.allclose(getattr(journey, f"new_{name}"), stepped)
    assert np.allclose(journey.new_a2, network.predict([settings.x]))


def test_the_lesson_s_numbers():
    journey = compute(LESSON)
    assert np.round([journey.L, journey.new_L], 4).tolist() == [0.1741, 0.1298]
    assert np.round(journey.delta2, 4).tolist() == [[-0.124, 0.0695]]


def test_going_round_takes_each_update_as_the_new_start():
    settings, losses = go_round(LESSON, 3)
    assert len(losses) == 4
    assert losses[1] == pytest.approx(compute(LESSON).new_L, abs=1e-5)
    assert losses == sorted(losses, reverse=True)
    assert compute(settings).loss == ("mse", losses[-1])
    assert settings.x == LESSON.x
    assert settings == take_update(take_update(take_update(LESSON)))


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"W1 has shape \(2, 3\).*\(3, 3\)"):
        compute(replace(LESSON, x=(1.0, 2.0, 3.0)))
    with pytest.raises(ValueError, match="b2 has shape"):
        compute(replace(LESSON, b2=(1.0,)))
    with pytest.raises(ValueError, match="room for 3"):
        compute(other_settings(np.random.default_rng(0), 2, 4, 1))


def test_an_update_out_of_the_range_of_the_boxes_is_explained():
    far = replace(LESSON, b2=(999.9, 0.0), y=(0.0, 0.0), loss="bce", learning_rate=-1.0)
    with pytest.raises(ValueError, match="as large as 1000, and the boxes end at 1000"):
        take_update(far)


# ---------------------------------------------------------------------------------------- draw


@pytest.mark.parametrize("loss", LOSS)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_described_with_its_own_numbers(step, loss):
    settings = replace(LESSON, loss=loss, learning_rate=0.7)
    journey = compute(settings)
    figure, words = draw(journey, step)
    assert words.startswith(f"Step {STEPS.index(step) + 1} of 5, {step}. ")
    shown = {
        "predict": [journey.z1, journey.a1, journey.z2, journey.a2],
        "compare": [journey.a2 - journey.y, journey.L, journey.delta2],
        "send back": [journey.delta2, journey.back, journey.delta1],
        "gradients": [journey.dW1, journey.db1, journey.dW2, journey.db2],
        "update": [journey.new_W1, journey.new_b2, journey.new_a2, journey.new_L],
    }[step]
    for value in np.concatenate([np.ravel(array) for array in shown]):
        assert decimal(value) in words
    for formula, shapes, values in formulas(journey, step):
        assert f"{formula}, {shapes}: {values}" in words
    assert len(words) < 1200
    assert loss != "mse" or len(png(figure)) > 10_000


@pytest.mark.parametrize("step", STEPS)
def test_the_formulas_are_python_and_give_the_values_beside_them(step):
    for loss in LOSS:
        journey = compute(replace(LESSON, loss=loss))
        names = dict(vars(journey))
        names |= {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "mean": np.mean}
        names |= {"bce": lambda z, y: np.mean(np.logaddexp(-y * z, (1 - y) * z))}
        a = journey.a2 if step == "compare" else journey.a1
        names |= {"back": journey.back, "slope": a * (1 - a)}
        for formula, shapes, values in formulas(journey, step):
            right = formula.split(" = ")[-1]
            if right.startswith("sum of the rows of "):
                right = f"{right.split()[-1]}.sum(axis=0, keepdims=True)"
            result = np.asarray(eval(right, names))
            assert shapes == "one number" or str(result.shape) in shapes.split(" = ")[-1]
            for value in result.ravel():
                assert decimal(value) in values


def test_numbers_are_written_for_people():
    assert [decimal(value) for value in (-0.5, 0, -0.0, 3e-6)] == [
        "−0.5000",
        "0.0000",
        "0.0000",
        "3e−06",
    ]
    assert [decimal(value) for value in (12.34567, -123.4567)] == ["12.346", "−123.46"]
    assert [trimmed(value) for value in (1, -0.00001, 0.25, -1000)] == [
        "1",
        "−1e−05",
        "0.25",
        "−1000",
    ]


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 3, 1), (3, 3, 3)])
def test_other_sizes_are_drawn_too(sizes):
    settings = other_settings(np.random.default_rng(1), *sizes)
    for step in STEPS:
        figure, words = draw(compute(settings), step)
        assert "Step" in words
        assert figure.axes


# ----------------------------------------------------------------------------------- the widget


def test_the_controls_reach_every_value(widget):
    for change in WHOLE_RANGE:
        ((name, value),) = change.items()
        before = widget.stage.front.picture
        changes = widget.stage.values[name] != value
        set_to(widget, **change)
        assert widget.stage.values[name] == value
        journey = compute(widget.settings)
        assert widget.losses == [journey.L]
        assert widget.stage.message == ""
        words = widget.stage.words
        assert all(line[2] in words for line in formulas(journey, widget.settings.step))
        following = f"at learning rate {journey.learning_rate:g}, would take the loss to"
        assert f"{following} {decimal(journey.new_L)} (square)." in words
        assert "nan" not in words
        if changes:
            assert widget.stage.front.picture != before


def test_every_box_is_one_number_of_the_settings(widget):
    for k, (array, names) in enumerate(widget.boxes.items()):
        widget.stage.set(**{name: 0.01 * (10 * k + i) for i, name in enumerate(names)})
        widget.start()
        values = np.ravel(getattr(widget.settings, array))
        assert np.allclose(values, 0.01 * (10 * k + np.arange(len(names))))
        assert np.allclose(np.ravel(getattr(widget.journey, array)), values)


def test_every_box_has_a_name_of_its_own(widget):
    names = [widget.stage.controls[name].label for group in widget.boxes.values() for name in group]
    assert len(set(names)) == len(names) == 21
    assert names[:4] == ["input 1", "input 2", "target 1", "target 2"]
    assert "W2[1, 0]" in names


def test_next_and_previous_go_through_the_steps_and_stop_at_the_ends(widget):
    seen = [widget.stage.values["step"]]
    for _ in STEPS[1:]:
        widget.stage.press("next")
        seen.append(widget.stage.values["step"])
        assert widget.stage.words.startswith(f"Step {len(seen)} of 5")
    assert seen == STEPS
    assert widget.stage.message == ""
    widget.stage.press("next")
    assert "last step" in widget.stage.message
    assert widget.stage.values["step"] == STEPS[-1]
    for _ in STEPS[1:]:
        widget.stage.press("previous")
    assert widget.stage.message == ""
    assert widget.stage.values["step"] == STEPS[0]
    widget.stage.press("previous")
    assert "first step" in widget.stage.message


def test_the_update_becomes_the_new_start_and_the_loss_is_watched(widget):
    set_to(widget, step="update")
    after = {name: getattr(widget.journey, f"new_{name}") for name in PARAMETERS}
    for _ in range(9):
        widget.stage.press("take")
        for name, array in after.items():
            assert np.allclose(getattr(widget.journey, name), array, atol=1e-5)
        after = {}
    assert widget.stage.values["step"] == "predict"
    assert widget.losses == go_round(LESSON, 9)[1]
    assert widget.stage.view.line.get_ydata() == pytest.approx(widget.losses)
    numbers = [f"{loss:.4f}" for loss in widget.losses]
    words = f"Updates taken: 9. The loss went {', '.join(numbers[:3])}, …, "
    assert words + ", ".join(numbers[-3:]) in widget.stage.words
    assert widget.stage.message == (
        f"Round 9: the loss has gone from {numbers[-2]} to {numbers[-1]}."
    )
    set_to(widget, learning_rate=2.0)
    assert len(widget.losses) == 10  # the same weights, so the same losses
    set_to(widget, x1=0.9)
    assert len(widget.losses) == 1  # of another sample
    assert widget.stage.message == ""


def test_back_to_the_first_weights(widget):
    before = widget.stage.words
    set_to(widget, **{"x2": 3.0, "W2[0, 0]": 5.0, "step": "gradients"})
    widget.stage.press("take")
    widget.stage.press("back")
    assert widget.stage.words == before
    assert widget.settings == widget.first


def test_a_step_out_of_range_is_said_in_words_and_changes_nothing(widget):
    set_to(widget, **{"b2[0, 0]": -1000.0, "x1": 10.0, "loss": "bce", "learning_rate": 100.0})
    set_to(widget, **{"W2[1, 1]": 999.0, "W2[0, 1]": -1000.0, "y2": 0.0, "y1": 1.0})
    set_to(widget, **{"b2[0, 1]": 200.0, "W1[0, 0]": -3.0})
    settings = widget.settings
    for _ in range(30):
        widget.stage.press("take")
        if "did not work" in widget.stage.message:
            break
        settings = widget.settings
    assert "the boxes end at 1000. A smaller learning rate" in widget.stage.message
    assert widget.stage.alert
    assert widget.settings == settings


def test_an_error_is_said_in_words(widget, monkeypatch):
    monkeypatch.setattr(module, "compute", lambda settings: 1 / 0)
    set_to(widget, x1=2.0)
    assert "did not work: division by zero" in widget.stage.message


def test_any_setting_can_be_given_and_any_control_hidden():
    arrays = other_settings(np.random.default_rng(5), 3, 2, 1, step="update", loss="bce")
    widget = make_widget(**vars(arrays), hide=["W1", "b1", "take"])
    assert widget.stage.values["step"] == "update"
    assert np.allclose(widget.settings.W1, arrays.W1)
    shown = [spec["name"] for spec in widget.stage.front.plan["controls"]]
    assert "W1[0, 0]" not in shown
    assert "W2[2, 0]" not in shown
    assert "W2[1, 0]" in shown
    widget.stage.close()
    with pytest.raises(ValueError, match="hide names 'W3'"):
        make_widget(hide="W3")
    with pytest.raises(TypeError, match="no setting 'rate'"):
        show(rate=1)
    with pytest.raises(ValueError, match="input 1 cannot be 11"):
        make_widget(x=(11.0, 0.0))


def test_pictures_pile_up_no_artists(widget):
    set_to(widget, step="update")
    set_to(widget, step="predict")
    count = len(widget.stage.view.network.get_children())
    for k in range(10):
        set_to(widget, x1=float(k) / 10)
    assert len(widget.stage.view.network.get_children()) == count
    assert len(widget.stage.view.figure.axes) == 3
