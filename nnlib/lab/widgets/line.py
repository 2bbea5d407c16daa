"""Lesson 02: one neuron's line against XOR, and against what a line can do."""

from dataclasses import dataclass

import numpy as np

from nnlib.activations import sigmoid
from nnlib.lab.figures.plane import grid_of_points, span_of, wrongly_predicted
from nnlib.lab.figures.style import BLACK, new_figure
from nnlib.lab.runs import XOR
from nnlib.lab.widgets.kit.controls import Choice, Slider
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.widgets.panes import RESOLUTION, Plane
from nnlib.lab.words import listed

REACH, STEP = 10.0, 0.5  # of the weights and the bias
CORNERS = XOR.X
TARGETS = {"XOR": XOR.y[:, 0], "AND": CORNERS.min(axis=1), "OR": CORNERS.max(axis=1)}
SPAN = span_of(CORNERS)


@dataclass(frozen=True)
class Settings:
    """A neuron with two inputs, and what it should answer."""

    w1: float = 4.0
    w2: float = 0.0
    b: float = -2.0
    target: str = "XOR"


@dataclass(frozen=True)
class Result:
    """What is drawn.

    Attributes
    ----------
    settings : Settings
    answers, targets : arrays (4,)
        At the corners.
    over_the_plane : array (RESOLUTION, RESOLUTION)
    """

    settings: Settings
    answers: np.ndarray
    targets: np.ndarray
    over_the_plane: np.ndarray

    @property
    def wrong(self):
        """Which corners are answered wrongly: array of bool (4,)."""
        return wrongly_predicted(self.answers[:, None], self.targets[:, None])


def compute(settings):
    """Compute the neuron's answers at the corners and over the plane.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Result
    """
    w = np.array([settings.w1, settings.w2])
    points = grid_of_points(SPAN, RESOLUTION)
    over_the_plane = sigmoid(points @ w + settings.b).reshape(RESOLUTION, RESOLUTION)
    answers = sigmoid(CORNERS @ w + settings.b)
    return Result(settings, answers, TARGETS[settings.target], over_the_plane)


class View:
    """The picture: the plane, the line, the corners. Made once, then changed."""

    def __init__(self, width=4.6, height=4.2):
        side = min(width, height)
        self.figure, axes = new_figure(width=min(width, 1.25 * side), height=side)
        self.plane = Plane(axes, SPAN, "The line where the answer is 0.5", ticks=[0, 1])
        (self.arrow,) = axes.plot([], [], color=BLACK, linewidth=3, marker="o", markevery=[0])

    def update(self, result):
        """Show a result, and return its description."""
        s = result.settings
        self.plane.set_samples(CORNERS, result.targets)
        self.plane.set_map(result.over_the_plane)
        self.plane.set_wrong(CORNERS[result.wrong])
        w = np.array([s.w1, s.w2])
        if length := np.hypot(*w):  # from the line towards where the answer grows
            foot = np.array([0.5, 0.5]) - w * (w @ [0.5, 0.5] + s.b) / length**2
            self.arrow.set_data(*np.array([foot, foot + 0.25 * w / length]).T)
        else:
            self.arrow.set_data([], [])
        return describe(result)


def describe(result):
    """Say in words what the picture shows."""
    s, wrong = result.settings, result.wrong
    answers = listed(
        f"{answer:.2f} at ({x1:.0f}, {x2:.0f})"
        for (x1, x2), answer in zip(CORNERS, result.answers, strict=True)
    )
    right = 4 - wrong.sum()
    text = f"{right} of the 4 corners of {s.target} {'is' if right == 1 else 'are'} right"
    if wrong.any() and not wrong.all():
        text += f", not {listed(f'({x1:.0f}, {x2:.0f})' for x1, x2 in CORNERS[wrong])}"
    line = f"{s.w1:g} x1 {s.w2:+g} x2 {s.b:+g} = 0"
    if s.w1 == s.w2 == 0:
        line = "no line at all, as both weights are 0"
    return f"{text}. The line is {line}. The neuron answers {answers}.".replace("-", "−")


def make_stage(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    ends = {"low": -REACH, "high": REACH, "step": STEP}
    controls = {
        "w1": Slider("weight w1", s.w1, **ends),
        "w2": Slider("weight w2", s.w2, **ends),
        "b": Slider("bias b", s.b, **ends),
        "target": Choice("target", s.target, choices=list(TARGETS)),
    }
    what = "one neuron's line against the four corners of XOR"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)
    return stage.follow(compute, Settings)


def show(*, hide=(), lock=(), large=False, **settings):
    """Put the widget on the page: ``line.show(w1=4, w2=4, b=-2, target="XOR")``.

    Parameters
    ----------
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: "w1", "w2", "b", "target".
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`.
    """
    make_stage(hide=hide, lock=lock, large=large, **settings).show()


def record():
    """Return the widget as HTML that needs no kernel, see :meth:`.Stage.record`."""
    weights = [-10.0, -4.0, 0.0, 4.0, 10.0]
    controls = {
        "w1": weights,
        "w2": weights,
        "b": [-10.0, -6.0, -2.0, 2.0, 6.0, 10.0],
        "target": list(TARGETS),
    }
    return make_stage().record(controls)
