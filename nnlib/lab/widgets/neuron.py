"""Lesson 01: one neuron with one input, whose curve and slope move with its weight and bias."""

from dataclasses import dataclass

import numpy as np

from nnlib.activations import ACTIVATIONS
from nnlib.lab.figures.style import BLUE, GREY, ORANGE, new_figure
from nnlib.lab.widgets.kit.controls import Choice, Slider
from nnlib.lab.widgets.kit.painter import grid_for
from nnlib.lab.widgets.kit.stage import Stage, make_settings

WEIGHTS, BIASES, INPUTS, STEP = (-10.0, 10.0), (-10.0, 10.0), (-8.0, 8.0), 0.5
N_POINTS = 641  # of each curve
SATURATED = 0.01  # a slope below this is shaded
CHOICES = ["sigmoid", "tanh", "relu"]


@dataclass(frozen=True)
class Settings:
    """A neuron, and the input it is given."""

    weight: float = 1.0
    bias: float = 0.0
    activation: str = "sigmoid"
    x: float = 1.0


@dataclass(frozen=True)
class Result:
    """What is drawn.

    Attributes
    ----------
    settings : Settings
    z, a, slope : float
        At the chosen input; the slope is da/dz.
    inputs, activations, slopes : arrays (N_POINTS,)
        Over the whole range of inputs.
    """

    settings: Settings
    z: float
    a: float
    slope: float
    inputs: np.ndarray
    activations: np.ndarray
    slopes: np.ndarray


def compute(settings):
    """Compute the neuron's answers and their slopes, at the chosen input and at all others.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Result
    """
    inputs = np.linspace(*INPUTS, N_POINTS)
    _, activations, slopes = answer(settings, inputs)
    here = answer(settings, np.array([settings.x]))
    z, a, slope = (float(values[0]) for values in here)
    return Result(settings, z, a, slope, inputs, activations, slopes)


def answer(settings, x):
    """Return z, a and da/dz of the neuron for the inputs x."""
    activation = ACTIVATIONS[settings.activation]
    z = settings.weight * x + settings.bias
    a = activation.function(z)
    return z, a, activation.derivative(z, a)


class View:
    """The picture: the answer above, its slope below. Made once, then changed."""

    def __init__(self, width=9.0, height=4.6):
        rows, columns, height = grid_for(2, width, height, aspect=2.0)
        self.figure, (self.top, self.bottom) = new_figure(
            rows, columns, width=width, height=height, sharex=True
        )
        self.top.set(ylabel="a", ylim=(-1.15, 2.3), xlim=INPUTS, title="The neuron's answer")
        self.bottom.set(ylabel="da/dz", xlabel="x", ylim=(-0.06, 1.12), title="Its slope")
        self.bottom.set_yticks([0, 0.5, 1])
        style = {"color": GREY, "linewidth": 1, "linestyle": ":"}
        self.here = [axes.axvline(0, **style) for axes in (self.top, self.bottom)]
        # One row of pixels, grey where the neuron is saturated, behind each curve.
        shade = {"cmap": "Greys", "vmin": 0, "vmax": 4, "aspect": "auto", "zorder": 0}
        self.shades = [
            axes.imshow(np.zeros((1, N_POINTS)), extent=(*INPUTS, *axes.get_ylim()), **shade)
            for axes in (self.top, self.bottom)
        ]
        (self.curve,) = self.top.plot([], [], color=BLUE)
        (self.slope,) = self.bottom.plot([], [], color=ORANGE, linestyle="--")
        dot = {"markeredgecolor": "white", "markersize": 11, "zorder": 4}
        (self.dot,) = self.top.plot([], [], "o", color=BLUE, **dot)
        (self.slope_dot,) = self.bottom.plot([], [], "s", color=ORANGE, **dot)

    def update(self, result):
        """Show a result.

        Parameters
        ----------
        result : Result

        Returns
        -------
        str
            The description.
        """
        x = result.settings.x
        for line in self.here:
            line.set_xdata([x, x])
        for shade in self.shades:
            shade.set_data((result.slopes < SATURATED)[None, :].astype(float))
        self.curve.set_data(result.inputs, result.activations)
        self.slope.set_data(result.inputs, result.slopes)
        self.dot.set_data([x], [min(result.a, self.top.get_ylim()[1])])
        self.slope_dot.set_data([x], [result.slope])
        return describe(result)


def describe(result):
    """Say in words what the picture shows."""
    settings = result.settings
    flat = 100 * np.mean(result.slopes < SATURATED)
    text = (
        f"A {settings.activation} neuron with weight {settings.weight:g} and bias "
        f"{settings.bias:g}. At x = {settings.x:g} the sum is z = w x + b = {result.z:g}, so "
        f"a = {result.a:.4f}, and the slope da/dz is {result.slope:.4f}. "
        f"{turning_point(settings)} Over {flat:.0f} % of the range, shaded grey, the slope is "
        f"below {SATURATED:g}."
    )
    return text.replace("-", "−")


def turning_point(settings):
    """Say where z is 0: the middle of the curve, or the corner of ReLU."""
    if settings.weight == 0:
        return "With weight 0 the input does not count, and z is the bias everywhere."
    where = -settings.bias / settings.weight
    return f"z is 0 at x = {where + 0.0:.4g}."


def make_stage(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    controls = {
        "weight": Slider("weight w", s.weight, low=WEIGHTS[0], high=WEIGHTS[1], step=STEP),
        "bias": Slider("bias b", s.bias, low=BIASES[0], high=BIASES[1], step=STEP),
        "x": Slider("input x", s.x, low=INPUTS[0], high=INPUTS[1], step=STEP),
        "activation": Choice("activation", s.activation, choices=CHOICES),
    }
    what = "one neuron, with sliders for its weight, its bias and its input"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)
    return stage.follow(compute, Settings)


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


def record():
    """Return the widget as HTML that needs no kernel, see :meth:`.Stage.record`."""
    controls = {
        "weight": [-10.0, -4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, 10.0],
        "bias": [-10.0, -4.0, -2.0, 0.0, 2.0, 4.0, 10.0],
        "activation": CHOICES,
    }
    return make_stage().record(controls)
