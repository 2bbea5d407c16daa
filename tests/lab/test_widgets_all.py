"""What holds for every widget: no threads, a picture that fits its place, locked controls."""

import importlib
import threading
from itertools import combinations

import numpy as np
import pytest
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from nnlib import Network, datasets
from nnlib.lab.widgets.kit.controls import Button, Choice, Slider

NAMES = ["neuron", "line", "loss", "journey", "film", "sliders", "playground", "digit"]
QUICK = {"sliders": {"epochs": 60}, "playground": {"epochs": 20, "samples": 20}}
# A telephone, a projector, a tablet and a laptop with the side bar open, a low window.
NARROW = [[284, 320, 1], [441, 270, 1], [620, 360, 1], [599, 285, 1], [783, 372, 1]]
PLACES = [[300, 390, 2], [441, 263, 1.5], [783, 560, 1], [1400, 560, 1]]


def make(name, **options):
    module = importlib.import_module(f"nnlib.lab.widgets.{name}")
    if hasattr(module, "make_stage"):
        return module.make_stage(**options)
    given = ()
    if name == "digit":
        X, labels = datasets.digits()
        net = Network.random([64, 6, 10], output="softmax", rng=np.random.default_rng(0))
        given = net.with_vector(20 * net.parameters.vector), X[:9], labels[:9]  # it is sure
    return module.make_widget(*given, **QUICK.get(name, {}) | options).stage


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


def words_of(axes):
    """The words of a pane that are on the page, those of its ticks and its legend included."""
    (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    at = Text.get_position
    ticks = [label for label in axes.get_xticklabels() if left <= at(label)[0] <= right]
    ticks += [label for label in axes.get_yticklabels() if low <= at(label)[1] <= high]
    words = [*axes.texts, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
    words += ticks if axes.axison else []
    words += axes.get_legend().get_texts() if axes.get_legend() else []
    return [text for text in words if text.get_visible() and text.get_text().strip()]


def lines_of(axes):
    """The lines and marks of a pane: what they are, their points in pixels, their reach."""
    for text in axes.texts:
        if getattr(text, "arrow_patch", None) is not None:
            yield "arrow", axes.transData.transform([text.xy, text.xyann]), 0
    for line in axes.lines:
        points = line.get_transform().transform(line.get_xydata())
        points = points[np.isfinite(points).all(axis=1)]
        if not line.get_visible() or not len(points):
            continue
        if line.get_linestyle() != "None":
            yield "line", points, 0
        for mark in points if line.get_marker() != "None" else []:
            yield "mark", [mark], 0.4 * line.get_markersize() / 72 * axes.figure.dpi
    for segments in (part for part in axes.collections if hasattr(part, "get_segments")):
        for points in segments.get_segments():
            yield "line", axes.transData.transform(points), 0


def shapes_of(axes):
    """The bars and the neurons of a pane, in pixels."""
    return [patch.get_window_extent() for patch in axes.patches if patch.get_visible()]


def collisions(stage):
    """Words of a picture that are cut, or that lie on other words, on a line or on a mark.

    Words with paper behind them may interrupt a line or the ring of a neuron: those of a line.
    """
    hair, figure, found = stage.place[2], stage.view.figure, []
    renderer = stage.painter.canvas.get_renderer()
    panes = [axes for axes in figure.axes if axes.get_visible()]
    words = [
        (text, axes, text.get_window_extent(renderer)) for axes in panes for text in words_of(axes)
    ]
    for text, axes, box in words:
        name = text.get_text()
        if (
            box.x0 < 0
            or box.x1 > figure.bbox.x1
            or box.y0 < -hair
            or box.y1 > figure.bbox.y1 + hair
        ):
            found.append(("cut", name))
        inner = Bbox.from_extents(
            box.x0 + hair, box.y0 + 2 * hair, box.x1 - hair, box.y1 - 2 * hair
        )
        paper = text.get_bbox_patch() is not None
        for kind, points, reach in lines_of(axes):
            if paper and kind != "mark":
                continue
            area = Bbox.intersection(inner.padded(reach), axes.bbox)
            if area is not None and Path(points).intersects_bbox(area, filled=False):
                found.append((kind, name))
        for shape in shapes_of(axes):
            common = Bbox.intersection(shape, inner)
            inside = common is not None and common.width > 0.99 * inner.width
            if common is not None and not inside and not paper:
                found.append(("shape", name))
    for (one, _, a), (other, _, b) in combinations(words, 2):
        across, up = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > hair and up > 3 * hair:
            found.append(("words", f"{one.get_text()} | {other.get_text()}"))
    return sorted(set(found))


# What a reader does to each widget, one after the other, beside what it shows at first.
SCENES = {
    "neuron": [{"weight": -4.0, "activation": "relu"}, {"weight": 10.0, "activation": "tanh"}],
    "line": [{"w1": 0.0}, {"w2": -6.0, "b": 4.0, "target": "AND"}],
    "loss": [{"z": 3.0, "target": 0.0}, {"z": 12.0, "target": 0.0}, {"z": -12.0, "target": 1.0}],
    "journey": [{"step": step} for step in ("compare", "send back", "gradients", "update")],
    "film": [{"epoch": 30}, {"run": "stuck"}, {"run": "without biases", "epoch": 70}],
    "sliders": ["keep", {"learning_rate": 100.0}, {"hidden": "identity", "hidden_size": 16}],
    "playground": [
        "keep",
        {"learning_rate": 100.0},
        {"layer_2": 8, "validation_share": 0},
        "forget",
    ],
    "digit": ["empty"],
}


@pytest.mark.browser  # needs none, but a change of something else need not wait for it
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_no_words_of_a_picture_lie_on_words_lines_or_marks(name, large):
    stage = make(name, large=large)
    for scene in [None, *SCENES[name]]:
        if isinstance(scene, str):
            stage.press(scene)
        elif scene is not None:
            stage.change(**scene)
        for place in ([600, 400, 1], *([] if large else [[783, 560, 1], *NARROW])):
            stage.change(place=place)
            assert collisions(stage) == [], (scene, place)
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
    assert collisions(stage) == []
    assert number in stage.words
    for neuron in stage.view.network.patches:
        _, _, width, height = neuron.get_window_extent().bounds
        assert width == pytest.approx(height, rel=0.05)
    stage.close()


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("journey", {"x": "ab"}, "x is 'ab'"),
        ("journey", {"W1": [[1, 2], [3]]}, "W1"),
        ("sliders", {"epochs": "a"}, "epochs is 'a'"),
        ("sliders", {"epochs": 0}, "epochs is 0"),
    ],
)
def test_what_has_no_control_is_refused_in_words_too(name, wrong, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make(name, **wrong)
