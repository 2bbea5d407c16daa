"""Lesson 03: one prediction and its target, and what two losses make of them."""

from dataclasses import dataclass

import numpy as np

from nnlib.activations import sigmoid
from nnlib.lab.figures.style import BLACK, BLUE, GREY, ORANGE, new_figure
from nnlib.lab.widgets.kit.controls import Slider
from nnlib.lab.widgets.kit.painter import grid_for
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.losses import bce, bce_gradient, mse, mse_gradient

LOGITS, STEP_OF_LOGIT = (-12.0, 12.0), 0.5
TARGETS, STEP_OF_TARGET = (0.0, 1.0), 0.1
N_POINTS = 481  # of each curve
SMALLEST = 2e-11  # slope that is drawn on the logarithmic scale
LOWEST_PANEL, NARROWEST_PANEL = 1.5, 2.2  # inches: with less, there are two


@dataclass(frozen=True)
class Settings:
    """A neuron's weighted sum, and what it should have answered."""

    z: float = -5.0
    target: float = 1.0


@dataclass(frozen=True)
class Slopes:
    """Both losses of one answer, or of many, and their slopes with respect to z.

    Attributes
    ----------
    z, a, mse, bce, mse_slope, bce_slope : arrays of one shape
    """

    z: np.ndarray
    a: np.ndarray
    mse: np.ndarray
    bce: np.ndarray
    mse_slope: np.ndarray
    bce_slope: np.ndarray


@dataclass(frozen=True)
class Result:
    """What is drawn.

    Attributes
    ----------
    settings : Settings
    here : Slopes
        At the chosen z: numbers.
    curve : Slopes
        Over the whole range of z: arrays (N_POINTS,).
    """

    settings: Settings
    here: Slopes
    curve: Slopes


# --------------------------------------------------------------------------------- computing


def compute(settings):
    """Compute both losses and their slopes, at the chosen z and over its whole range.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Result
    """
    here = slopes_at(np.array([settings.z]), settings.target)
    numbers = {name: float(array[0]) for name, array in vars(here).items()}
    curve = slopes_at(np.linspace(*LOGITS, N_POINTS), settings.target)
    return Result(settings, Slopes(**numbers), curve)


def slopes_at(z, target):
    """Return the Slopes of answers that each stand alone, so that n m = 1."""
    a, y = sigmoid(z), np.array([[float(target)]])
    alone = z[:, None, None], a[:, None, None]  # (n, 1, 1): n stacked outputs of one neuron
    by_mse = mse_gradient(alone[1], y)[:, 0, 0] * a * (1 - a)
    by_bce = bce_gradient(alone[1], y)[:, 0, 0]
    return Slopes(z, a, mse(alone[1], y), bce(alone[0], y), by_mse, by_bce)


# ----------------------------------------------------------------------------------- drawing


class View:
    """The picture: both losses, their slopes, and the size of the slopes. Made once, then changed.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self, width=10.6, height=3.5):
        rows, columns, tall = grid_for(3, width, height, aspect=1.2)
        if rows == 2:  # no empty corner
            rows, columns = (1, 3) if width > 1.8 * height else (3, 1)
            tall = min(height, rows * width / columns / 1.2)
        names = ["loss", "slope", "size"]
        if tall / rows < LOWEST_PANEL or width / columns < NARROWEST_PANEL:
            names.remove("slope")  # the words have it, and the third panel its size
            rows, columns, tall = grid_for(2, width, height, aspect=1.2)
        self.figure, axes = new_figure(rows, columns, width=width, height=tall)
        self.losses, self.sizes = axes[0], axes[-1]
        for panel in axes:
            panel.set(xlabel="z", xlim=(LOGITS[0] - 0.6, LOGITS[1] + 0.6))
            panel.set_xticks(range(-12, 13, 4 if width / columns > 3 else 6))
        self.losses.set(title="Loss, and its slope at z", ylim=(-0.6, 12.6))
        if len(names) == 3:
            axes[1].set(title="The slope dL/dz", ylim=(-1.12, 1.12))
        self.sizes.set(title="Its size (log scale)", yscale="log", ylim=(SMALLEST, 6))
        self.sizes.set_yticks([1e-10, 1e-5, 1])
        style = {"color": GREY, "linewidth": 1, "linestyle": ":"}
        self.here = [panel.axvline(0, **style) for panel in axes]
        self.here[0].set_ydata([0, 0.8])  # of the axes; the legend stands above
        self.here[-1].set_ydata([0.13, 1])  # and here the words stand below
        self.gap = self.sizes.plot([], [], color=BLACK, linewidth=1.2)[0]
        self.curves, self.tangents, self.dots = {}, [], {}
        # The circle is the larger one: it shows around the square where the two meet.
        for name, colour, style, marker, size in (
            ("MSE", BLUE, "-", "o", 13),
            ("BCE", ORANGE, "--", "s", 7),
        ):
            self.curves[name] = {
                part: panel.plot([], [], color=colour, linestyle=style)[0]
                for part, panel in zip(names, axes, strict=True)
            }
            self.tangents.append(self.losses.plot([], [], color=BLACK, linewidth=2.6)[0])
            look = {"color": colour, "markeredgecolor": "white", "markersize": size, "zorder": 4}
            self.dots[name] = {
                part: panel.plot([], [], marker, **look)[0]
                for part, panel in zip(names, axes, strict=True)
            }
        place = {"transform": self.sizes.transAxes, "ha": "center", "size": 10}
        self.times = self.sizes.text(0.5, 0.04, "", **place)
        self.times.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 2})
        lines = [curves["loss"] for curves in self.curves.values()]
        self.losses.legend(lines, list(self.curves), loc="upper center", frameon=False)

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
        here, curve = result.here, result.curve
        for line in self.here:
            line.set_xdata([here.z, here.z])
        for name in self.curves:
            for curves, at in ((self.curves, curve), (self.dots, here)):
                slope = getattr(at, f"{name.lower()}_slope")
                loss = getattr(at, name.lower())
                heights = {"loss": loss, "slope": slope, "size": size_of(slope)}
                for part, line in curves[name].items():
                    line.set_data(np.atleast_1d(at.z), np.atleast_1d(heights[part]))
        tangents = ((here.mse, here.mse_slope), (here.bce, here.bce_slope))
        for line, (loss, slope) in zip(self.tangents, tangents, strict=True):
            line.set_data([here.z - 2, here.z + 2], [loss - 2 * slope, loss + 2 * slope])
        sizes = [size_of(here.mse_slope), size_of(here.bce_slope)]
        self.gap.set_data([here.z, here.z], sizes)
        undecided = np.isnan(sizes).any()
        self.times.set_text("" if undecided else f"BCE: {times_of(here)} times")
        return describe(result)


def size_of(slope):
    """Return how large a slope is; nan for 0, which has no place on a logarithmic scale."""
    size = np.abs(slope)
    return np.where(size > 0, size, np.nan)


def times_of(here):
    """Say how many times as hard BCE pushes: "2.0", "75", "81 379"."""
    ratio = here.bce_slope / here.mse_slope
    return f"{ratio:,.{1 if ratio < 10 else 0}f}".replace(",", " ")


def describe(result):
    """Say in words what the picture shows."""
    here, curve = result.here, result.curve
    text = (
        f"z = {here.z:g}, so a = {here.a:.6f}, and the target is {result.settings.target:g}. "
        f"MSE is {here.mse:.4f} and its slope {slope_in_words(here.mse_slope)}; "
        f"BCE is {here.bce:.4f} and its slope {slope_in_words(here.bce_slope)}. "
    )
    if here.bce_slope == 0 or here.mse_slope == 0:
        text += "The answer is the target, and nothing pushes."
    else:
        way = "up" if here.bce_slope < 0 else "down"
        text += f"Both push z {way}, BCE {times_of(here)} times as hard as MSE."
    text += (
        f" Over the whole range, {hardest_in_words('MSE', curve.z, curve.mse_slope)}, and "
        f"{hardest_in_words('BCE', curve.z, curve.bce_slope)}."
    )
    return text.replace("-", "−")


def hardest_in_words(name, z, slope):
    """Say where a loss pushes hardest, and how hard."""
    strongest = np.abs(slope).argmax()
    return f"{name} pushes hardest at z = {z[strongest]:.1f} ({abs(slope[strongest]):.4f})"


def slope_in_words(slope):
    """Write a slope with six decimals, or in powers of ten where those would all be 0."""
    if slope == 0 or abs(slope) >= 1e-5:
        return f"{slope + 0.0:.6f}"
    return f"{slope:.1e}"


# ----------------------------------------------------------------------------- on the page


def make_stage(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    controls = {
        "z": Slider("z of the neuron", s.z, low=LOGITS[0], high=LOGITS[1], step=STEP_OF_LOGIT),
        "target": Slider(
            "target y", s.target, low=TARGETS[0], high=TARGETS[1], step=STEP_OF_TARGET
        ),
    }
    what = "MSE, BCE and their slopes, with sliders for the weighted sum z and the target"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)
    return stage.follow(compute, Settings)


def show(*, hide=(), lock=(), large=False, **settings):
    """Put the widget on the page.

    Parameters
    ----------
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: "z", "target". They keep their value.
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`: ``show(z=-8, target=0)``.
    """
    make_stage(hide=hide, lock=lock, large=large, **settings).show()


def record():
    """Return the widget as HTML that needs no kernel, see :meth:`.Stage.record`."""
    low, high = (round(end) for end in LOGITS)
    return make_stage().record(
        {
            "z": [float(z) for z in range(low, high + 1)],
            "target": [0.0, 0.2, 0.5, 0.8, 1.0],
        }
    )
