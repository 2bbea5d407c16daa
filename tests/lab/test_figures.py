"""Every figure of the lessons: its words say what is drawn, and nothing else is touched."""

import dataclasses
import functools
import inspect
import re
import subprocess
import sys
import time

import figure_cases
import matplotlib as mpl
import numpy as np
import pytest
from figure_cases import CASES, Picture
from matplotlib.figure import Figure

from nnlib import Network
from nnlib.lab.figures import activations, drawing, losses, plane, style

EVERY_FIGURE = pytest.mark.parametrize("name", CASES)
MOST_SECONDS = 5  # of computing, for one figure


def draw(case, arguments, changed=None):
    """Draw a figure without showing it."""
    caught = []
    options = {"title": "A title"} if "title" in needed_by_name(case.function) else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case.module, "show", lambda *shown: caught.append(shown))
        if changed is not None:
            patch.setattr(case.module, *changed)
        case.function(*arguments, **options)
    ((figure, description),) = caught
    return Picture(figure, description)


def needed_by_name(function):
    """The arguments that can only be given by their names, and must be."""
    every = inspect.signature(function).parameters.values()
    return [p.name for p in every if p.kind == p.KEYWORD_ONLY and p.default is p.empty]


def arguments_of(case, seed=1):
    return list(case.data(np.random.default_rng(seed)))


@functools.cache
def drawn(name):
    """A figure, drawn once for several tests, and its arguments."""
    case = CASES[name]
    arguments = arguments_of(case)
    return draw(case, arguments), arguments


def frozen(value):
    """Something that compares equal as long as nothing inside a value has changed."""
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, Network):
        return repr(value), value.parameters.vector.tobytes()
    if dataclasses.is_dataclass(value):
        return [frozen(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        return [(key, frozen(entry)) for key, entry in value.items()]
    if isinstance(value, (list, tuple)):
        return [frozen(entry) for entry in value]
    return value


def test_every_function_that_shows_a_figure_is_tested():
    assert sorted(CASES) == sorted(figure_cases.figure_functions())
    assert len(CASES) >= 43


@EVERY_FIGURE
def test_the_numbers_in_the_words_are_those_of_the_picture(name):
    picture, arguments = drawn(name)
    CASES[name].numbers(picture, *arguments)


@EVERY_FIGURE
def test_other_data_are_described_in_other_words(name):
    case = CASES[name]
    arguments = arguments_of(case, seed=2)
    if case.changed is None:
        assert frozen(arguments) != frozen(arguments_of(case))
    other = draw(case, arguments, case.changed)
    assert other.description != drawn(name)[0].description
    if case.changed is None:
        case.numbers(other, *arguments)


@EVERY_FIGURE
def test_the_words_are_sentences_with_finite_numbers(name):
    description = drawn(name)[0].description
    assert re.fullmatch(r"[A-Z0-9].{60,}\.", description)
    assert re.search(r"\d", description)
    assert not re.search(r"\bnan\b|\binf\b|np\.|array\(|None|  ", description)


@EVERY_FIGURE
def test_drawing_leaves_its_inputs_and_the_settings_as_they_were(name):
    case = CASES[name]
    arguments, settings = arguments_of(case), dict(mpl.rcParams)
    before = frozen(arguments)
    started = time.process_time()
    again = draw(case, arguments)
    assert time.process_time() - started < MOST_SECONDS
    assert frozen(arguments) == before
    assert dict(mpl.rcParams) == settings
    first = drawn(name)[0]
    assert again.figure is not first.figure
    assert again.description == first.description
    assert [len(axes.get_children()) for axes in again.axes] == [
        len(axes.get_children()) for axes in first.axes
    ]


@EVERY_FIGURE
def test_the_picture_can_be_made_without_a_warning(name):
    """A character without a glyph, or a layout that does not fit, would be one."""
    figure = drawn(name)[0].figure
    assert isinstance(figure, Figure)
    with mpl.rc_context(style.STYLE):
        figure.draw_without_rendering()


def test_figures_never_load_pyplot():
    program = (
        "import sys; import numpy as np; from nnlib.lab.figures import *; "
        "from nnlib.lab.figures import (activations, backprop, losses, network, start, training, "
        "learning_rate_and_hidden_size); activations.sigmoid_curve(); "
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    for path in figure_cases.FOLDER.glob("*.py"):
        assert "import pyplot" not in path.read_text(encoding="utf-8")
        assert "matplotlib.pyplot" not in path.read_text(encoding="utf-8")


def test_a_figure_is_shown_with_the_same_words_beneath_it_as_for_a_screen_reader(monkeypatch):
    shown = []
    monkeypatch.setattr(style, "display", lambda what, **options: shown.append((what, options)))
    figure, _ = style.new_figure(width=5.0)
    style.show(figure, "The loss is < 0.1 & falls.")
    (picture, settings), (caption, options) = shown
    assert picture["image/png"].startswith(b"\x89PNG")
    assert picture["text/plain"] == "A figure."  # on a folded output: it gives nothing away
    of_the_picture = settings["metadata"]["image/png"]
    assert of_the_picture["alt"] == "The loss is < 0.1 & falls."
    assert of_the_picture["width"] == 5 * style.SHOWN_PIXELS_PER_INCH
    assert caption["text/plain"] == "Figure. The loss is < 0.1 & falls."
    assert "The loss is &lt; 0.1 &amp; falls." in caption["text/html"]
    assert options == {"raw": True}


def test_pictures_of_the_same_figure_are_the_same_bytes():
    pictures = [style.png(draw(CASES["activations.sigmoid_curve"], []).figure) for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG")


# ------------------------------------------------------------------------- where words branch


def test_the_verdict_on_a_training_counts_from_the_last_wrong_answer():
    y = np.array([[1.0], [0.0]])
    wrong, right = [[0.4], [0.1]], [[0.6], [0.1]]
    assert losses.verdict(np.array([wrong, right, wrong, right]), y).endswith("from epoch 3 on")
    assert losses.verdict(np.array([right, right]), y).endswith("from epoch 0 on")
    assert losses.verdict(np.array([right, wrong]), y) == "at the end 1 of 2 answers are right"


def test_above_one_half_counts_as_1_and_anything_else_as_0():
    a, y = np.array([[0.5], [0.6], [0.4], [0.6]]), np.array([[1.0], [1.0], [0.0], [0.0]])
    assert plane.wrongly_predicted(a, y).tolist() == [True, False, False, True]
    assert plane.wrongly_predicted(a, np.zeros((4, 1))).tolist() == [False, True, False, True]


def test_a_large_network_is_described_by_the_range_of_its_weights():
    net = Network.random([4, 8, 3], rng=np.random.default_rng(1))
    text = drawing.describe_network(net)
    low, high = (
        f(W_f)
        for f, W_f in ((min, [W.min() for W in net.W[1:]]), (max, [W.max() for W in net.W[1:]]))
    )
    assert f"lie between {low:.2f} and {high:.2f}".replace("-", "−") in text
    assert "8 tanh hidden neurons and 3 sigmoid outputs" in text


def test_a_curve_for_every_weight_has_a_style_of_its_own():
    assert len(set(map(str, style.LINE_STYLES))) == len(style.LINE_STYLES) == len(style.COLOURS)
    case = CASES["activations.neurons_with_weights_and_biases"]
    lines = draw(case, [[1, 2, 3, 4, 5, 6], [0]]).axes[0].lines
    assert len({line.get_color() for line in lines}) == 6
    assert activations.LINE_STYLES is style.LINE_STYLES
