"""Lesson 03: one prediction and its target, and what two losses make of them."""

from dataclasses import dataclass

import numpy as np

from nnlib.activations import ACTIVATIONS
from nnlib.lab.figures.style import BLACK, BLUE, ORANGE
from nnlib.lab.widgets.kit.controls import Slider, setting
from nnlib.lab.widgets.kit.stage import follow
from nnlib.lab.widgets.panes import BESIDE_TITLE, Curve, lines_across, mosaic, share_x
from nnlib.lab.words import minus
from nnlib.losses import LOSSES

LOGITS, N_POINTS = (-12.0, 12.0), 481  # of each curve
LOWEST, NARROWEST = 1.5, 2.7  # inches of a pane: with less, there are two
PANES = {
    "loss": {"ylabel": "L", "ylim": (-0.6, 12.6)},
    "slope": {"ylabel": "∂L/∂z", "ylim": (-1.12, 1.12)},
    "size": {"ylabel": "|∂L/∂z|", "yscale": "log", "ylim": (2e-11, 6), "yticks": [1e-10, 1e-5, 1]},
}
TITLES = {"loss": "Loss", "slope": "Slope at z", "size": "Size of slope"}
# Colour, line, mark and its size. The circle is larger: it shows around the square it meets.
LOOKS = {"MSE": (BLUE, "-", "o", 13), "BCE": (ORANGE, "--", "s", 7)}


@dataclass(frozen=True)
class Settings:
    """A neuron's weighted sum, and what it should have answered."""

    z: float = setting(Slider("z of the neuron", -5.0, low=LOGITS[0], high=LOGITS[1], step=0.5))
    target: float = setting(Slider("target y", 1.0, low=0.0, high=1.0, step=0.1))


@dataclass(frozen=True)
class Slopes:
    """Both losses of one answer, or of many, and their slopes with respect to z.

    Attributes
    ----------
    z, a : numbers, or arrays of one shape
    losses, slopes : dicts of "MSE" and "BCE": the same
    """

    z: np.ndarray
    a: np.ndarray
    losses: dict
    slopes: dict

    def heights(self, name):
        """Return what is drawn of a loss, by pane."""
        slope = self.slopes[name]
        return {"loss": self.losses[name], "slope": slope, "size": size_of(slope)}


# --------------------------------------------------------------------------------- computing


def compute(settings):
    """Compute both losses and their slopes.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    here : Slopes
        At the chosen z: numbers.
    curve : Slopes
        Over the whole range of z: arrays (N_POINTS,).
    """
    over_all = np.linspace(*LOGITS, N_POINTS)
    return slopes_at(np.float64(settings.z), settings.target), slopes_at(over_all, settings.target)


def slopes_at(z, target):
    """Return the Slopes of answers that each stand alone, so that n m = 1."""
    neuron, y = ACTIVATIONS["sigmoid"], np.array([[float(target)]])
    a, losses, slopes = neuron.function(z), {}, {}
    alone = z[..., None, None], a[..., None, None], y  # a stack of outputs of one neuron
    for name in LOOKS:
        loss = LOSSES[name.lower()]
        losses[name] = loss.value(*alone)
        slopes[name] = loss.output_delta(*alone, neuron)[..., 0, 0]
    return Slopes(z, a, losses, slopes)


# ----------------------------------------------------------------------------------- drawing


class View:
    """The picture: both losses, their slopes, and the size of the slopes. Made once, then changed.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self, width=10.6, height=3.5):
        names = list(PANES)
        if width < 3 * NARROWEST and height < 3 * LOWEST:
            names.remove("slope")  # the words have it, and the last pane its size
        below_each_other, side_by_side = [[name] for name in names], [names]
        self.figure, axes = mosaic(width, height, below_each_other, side_by_side, aspect=2.0)
        inches = width / axes["size"].get_gridspec().ncols
        for name, pane in axes.items():
            pane.set(**PANES[name], xlim=(LOGITS[0] - 0.6, LOGITS[1] + 0.6))
            pane.set_title(TITLES[name], loc="left")
        share_x(axes.values(), xlabel="z", xticks=range(-12, 13, 4 if inches > 3 else 6))
        self.here = lines_across(axes.values())
        (self.gap,) = axes["size"].plot([], [], color=BLACK, linewidth=1.2)
        self.curves = {
            name: {part: Curve(pane, *look) for part, pane in axes.items()}
            for name, look in LOOKS.items()
        }
        self.tangents = {
            name: axes["loss"].plot([], [], color=BLACK, linewidth=2.6)[0] for name in LOOKS
        }
        place = {"transform": axes["size"].transAxes, "ha": "right", "va": "bottom", "size": 9}
        self.times = axes["size"].text(1, 1.03, "", **place)
        self.who = "BCE: " if inches >= 3 else ""  # the words say whose it is
        axes["loss"].legend([c["loss"].line for c in self.curves.values()], LOOKS, **BESIDE_TITLE)

    def update(self, settings, slopes):
        """Show the slopes of :func:`compute`, and return the description."""
        here, curve = slopes
        for line in self.here:
            line.set_xdata([here.z, here.z])
        for name, panes in self.curves.items():
            over_all, now = curve.heights(name), here.heights(name)
            for part, drawn in panes.items():
                drawn.set(curve.z, over_all[part], here.z, now[part])
            rise = 2 * now["slope"]
            ends = [now["loss"] - rise, now["loss"] + rise]
            self.tangents[name].set_data([here.z - 2, here.z + 2], ends)
        sizes = [size_of(slope) for slope in here.slopes.values()]
        self.gap.set_data([here.z, here.z], sizes)
        self.times.set_text("" if np.isnan(sizes).any() else f"{self.who}{times_of(here)} times")
        return describe(settings, *slopes)


def size_of(slope):
    """Return how large a slope is; nan for 0, which has no place on a logarithmic scale."""
    size = np.abs(slope)
    return np.where(size > 0, size, np.nan)


def times_of(here):
    """Say how many times as hard BCE pushes: "2.0", "75", "81 379"."""
    ratio = here.slopes["BCE"] / here.slopes["MSE"]
    return f"{ratio:,.{1 if ratio < 10 else 0}f}".replace(",", " ")


def describe(settings, here, curve):
    """Say in words what the picture shows."""
    each = "; ".join(
        f"{name} is {here.losses[name]:.4f} and its slope {slope_in_words(slope)}"
        for name, slope in here.slopes.items()
    )
    push = "The answer is the target, and nothing pushes."
    if all(here.slopes.values()):
        way = "up" if here.slopes["BCE"] < 0 else "down"
        push = f"Both push z {way}, BCE {times_of(here)} times as hard as MSE."
    hardest = ", and ".join(hardest_in_words(*item, curve.z) for item in curve.slopes.items())
    text = f"z = {here.z:g}, so a = {here.a:.6f}, and the target is {settings.target:g}. {each}. "
    return minus(f"{text}{push} Over the whole range, {hardest}.")


def hardest_in_words(name, slope, z):
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
    what = "MSE, BCE and their slopes, with sliders for the weighted sum z and the target"
    return follow(what, Settings, compute, View, settings, hide=hide, lock=lock, large=large)


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


def record(**room):
    """Return the widget as HTML that needs no kernel; the room is as in :meth:`.Stage.record`."""
    targets = [0.0, 0.2, 0.5, 0.8, 1.0]
    controls = {"z": list(np.arange(LOGITS[0], LOGITS[1] + 1)), "target": targets}
    return make_stage().record(controls, **room)
