"""Lesson 02: one neuron's line against XOR, and against what a line can do."""

from dataclasses import dataclass

import numpy as np

from nnlib.lab.figures.plane import point_name, span_of, wrongly_predicted
from nnlib.lab.figures.style import BLACK, new_figure
from nnlib.lab.runs import XOR
from nnlib.lab.widgets.kit.controls import Choice, Slider, setting
from nnlib.lab.widgets.kit.stage import follow
from nnlib.lab.widgets.panes import Plane
from nnlib.lab.widgets.run_widget import right_in_words
from nnlib.lab.words import listed, minus
from nnlib.network import Network

CORNERS = XOR.X
TARGETS = {
    "XOR": XOR.y,
    "AND": CORNERS.min(axis=1, keepdims=True),
    "OR": CORNERS.max(axis=1, keepdims=True),
}


def slider(label, value):
    """Return the control for a weight or the bias."""
    return Slider(label, value, low=-10.0, high=10.0, step=0.5)


@dataclass(frozen=True)
class Settings:
    """A neuron with two inputs, and what it should answer."""

    w1: float = setting(slider("weight w₁", 4.0))
    w2: float = setting(slider("weight w₂", 0.0))
    b: float = setting(slider("bias b", -2.0))
    target: str = setting(Choice("target", "XOR", choices=list(TARGETS)))


def compute(settings):
    """Return the neuron, as a Network of one."""
    weights = np.array([[settings.w1], [settings.w2]])
    return Network.from_weights([weights], [np.array([[settings.b]])], output="sigmoid")


def wrong_corners(settings, neuron):
    """Return which corners are answered wrongly: array of bool (4,)."""
    return wrongly_predicted(neuron.predict(CORNERS), TARGETS[settings.target])


class View:
    """The picture: the plane, the line, the corners. Made once, then changed."""

    def __init__(self, width=4.6, height=4.2):
        side = min(width, height)
        self.figure, axes = new_figure(width=min(width, 1.25 * side), height=side)
        title = "The line where the answer is 0.5"
        self.plane = Plane(axes, span_of(CORNERS), title, ticks=[0, 1])
        (self.arrow,) = axes.plot([], [], color=BLACK, linewidth=3, marker="o", markevery=[0])

    def update(self, settings, neuron):
        """Show a neuron, and return its description."""
        target = TARGETS[settings.target]
        self.plane.set_samples(CORNERS, target[:, 0])
        self.plane.set_network(neuron, CORNERS, target)
        w, middle = neuron.W[1][:, 0], np.array([0.5, 0.5])
        if length := np.hypot(*w):  # from the line towards where the answer grows
            foot = middle - w * (w @ middle + settings.b) / length**2
            self.arrow.set_data(*np.array([foot, foot + 0.25 * w / length]).T)
        else:
            self.arrow.set_data([], [])
        return describe(settings, neuron)


def describe(settings, neuron):
    """Say in words what the picture shows."""
    s = settings
    answers = listed(
        f"{answer:.2f} at {point_name(x)}"
        for x, answer in zip(CORNERS, neuron.predict(CORNERS)[:, 0], strict=True)
    )
    right = right_in_words(wrong_corners(settings, neuron), f"corners of {s.target}")
    line = f"The line is {s.w1:g} x₁ {sum_of(s.w2)} x₂ {sum_of(s.b)} = 0"
    if s.w1 == s.w2 == 0:
        line = "There is no line, as both weights are 0"
    return minus(f"{right}. {line}. The neuron answers {answers}.")


def sum_of(number):
    """Write a number as what is added: "+ 4", "− 0.5", "+ 0"."""
    return f"{'-' if number < 0 else '+'} {abs(number):g}"


def make_stage(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    what = "one neuron's line against the four corners of XOR"
    return follow(what, Settings, compute, View, settings, hide=hide, lock=lock, large=large)


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


def record(**room):
    """Return the widget as HTML that needs no kernel; the room is as in :meth:`.Stage.record`."""
    weights = [-10.0, -4.0, 0.0, 4.0, 10.0]
    controls = {
        "w1": weights,
        "w2": weights,
        "b": [-10.0, -6.0, -2.0, 2.0, 6.0, 10.0],
        "target": list(TARGETS),
    }
    return make_stage().record(controls, **room)
