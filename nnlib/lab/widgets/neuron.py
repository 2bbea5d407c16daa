"""Lesson 01: one neuron with one input, whose curve and slope move with its weight and bias."""

from dataclasses import dataclass

import numpy as np

from nnlib.activations import ACTIVATIONS
from nnlib.lab.figures.style import BLUE, ORANGE
from nnlib.lab.widgets.kit.controls import Choice, Slider, setting
from nnlib.lab.widgets.kit.stage import follow
from nnlib.lab.widgets.panes import Curve, lines_across, mosaic, share_x
from nnlib.lab.words import minus

INPUTS, N_POINTS = (-8.0, 8.0), 641  # of each curve
SATURATED = 0.01  # a slope below this is shaded
CHOICES = ["sigmoid", "tanh", "relu"]


@dataclass(frozen=True)
class Settings:
    """A neuron, and the input it is given."""

    weight: float = setting(Slider("weight w", 1.0, low=-10.0, high=10.0, step=0.5))
    bias: float = setting(Slider("bias b", 0.0, low=-10.0, high=10.0, step=0.5))
    x: float = setting(Slider("input x", 1.0, low=INPUTS[0], high=INPUTS[1], step=0.5))
    activation: str = setting(Choice("activation", "sigmoid", choices=CHOICES))


@dataclass(frozen=True)
class Answers:
    """What a neuron makes of an input, or of many.

    Attributes
    ----------
    x, z, a, slope : numbers, or arrays of one shape
        The slope is da/dz.
    """

    x: np.ndarray
    z: np.ndarray
    a: np.ndarray
    slope: np.ndarray


def compute(settings):
    """Compute the neuron's answers and their slopes.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    here : Answers
        At the chosen input: numbers.
    curve : Answers
        Over the whole range of inputs: arrays (N_POINTS,).
    """
    activation = ACTIVATIONS[settings.activation]

    def answer(x):
        z = settings.weight * x + settings.bias
        a = activation.function(z)
        return Answers(x, z, a, activation.derivative(z, a))

    return answer(np.float64(settings.x)), answer(np.linspace(*INPUTS, N_POINTS))


class View:
    """The picture: the answer above, its slope below. Made once, then changed."""

    def __init__(self, width=9.0, height=4.6):
        self.figure, axes = mosaic(
            width, height, [["answer"], ["slope"]], [["answer", "slope"]], aspect=2.0
        )
        top, bottom = axes["answer"], axes["slope"]
        top.set(ylabel="a", ylim=(-1.15, 2.3), title="The neuron's answer")
        bottom.set(ylabel="da/dz", ylim=(-0.06, 1.12), yticks=[0, 0.5, 1], title="Its slope")
        share_x(axes.values(), xlabel="x", xlim=INPUTS, xticks=range(-8, 9, 2 if width > 5 else 4))
        self.here = lines_across(axes.values())
        # One row of pixels, grey where the neuron is saturated, behind each curve.
        shade = {"cmap": "Greys", "vmin": 0, "vmax": 4, "aspect": "auto", "zorder": 0}
        self.shades = [
            each.imshow(np.zeros((1, N_POINTS)), extent=(*INPUTS, *each.get_ylim()), **shade)
            for each in axes.values()
        ]
        self.curve, self.slope = Curve(top, BLUE), Curve(bottom, ORANGE, "--", "s")
        self.highest = top.get_ylim()[1]

    def update(self, settings, answers):
        """Show the answers of :func:`compute`, and return the description."""
        here, curve = answers
        for line in self.here:
            line.set_xdata([here.x, here.x])
        for shade in self.shades:
            shade.set_data((curve.slope < SATURATED)[None, :].astype(float))
        self.curve.set(curve.x, curve.a, here.x, min(here.a, self.highest))
        self.slope.set(curve.x, curve.slope, here.x, here.slope)
        return describe(settings, *answers)


def describe(settings, here, curve):
    """Say in words what the picture shows."""
    flat = 100 * np.mean(curve.slope < SATURATED)
    return minus(
        f"A {settings.activation} neuron with weight {settings.weight:g} and bias "
        f"{settings.bias:g}. At x = {here.x:g} the sum is z = w x + b = {here.z:g}, so "
        f"a = {here.a:.4f}, and the slope da/dz is {here.slope:.4f}. "
        f"{turning_point(settings)} Over {flat:.0f} % of the range, shaded grey, the slope is "
        f"below {SATURATED:g}."
    )


def turning_point(settings):
    """Say where z is 0: the middle of the curve, or the corner of ReLU."""
    if settings.weight == 0:
        return "With weight 0 the input does not count, and z is the bias everywhere."
    where = -settings.bias / settings.weight
    return f"z is 0 at x = {where + 0.0:.4g}."


def make_stage(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    what = "one neuron, with sliders for its weight, its bias and its input"
    return follow(what, Settings, compute, View, settings, hide=hide, lock=lock, large=large)


def show(*, hide=(), lock=(), large=False, **settings):
    """Put the widget on the page.

    Parameters
    ----------
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: "weight", "bias", "x", "activation".
        They keep their value.
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`: ``show(weight=4, activation="tanh")``.
    """
    make_stage(hide=hide, lock=lock, large=large, **settings).show()


def record(**room):
    """Return the widget as HTML that needs no kernel; the room is as in :meth:`.Stage.record`."""
    controls = {
        "weight": [-10.0, -4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, 10.0],
        "bias": [-10.0, -4.0, -2.0, 0.0, 2.0, 4.0, 10.0],
        "activation": CHOICES,
    }
    return make_stage().record(controls, **room)
