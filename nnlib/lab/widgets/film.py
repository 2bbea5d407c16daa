"""Lesson 05: a training as a film, the loss and the decision boundary side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from nnlib import published
from nnlib.lab.figures.plane import point_name, span_of
from nnlib.lab.figures.style import BLUE, LIGHT_GREY
from nnlib.lab.runs import XOR
from nnlib.lab.widgets import run_widget
from nnlib.lab.widgets.kit.controls import Choice, Player, controls_of, setting
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.widgets.panes import Curve, Plane, mosaic
from nnlib.network import Network

SLOW_MOTION = 40  # each frame goes on by a 40th of the epochs that are over, at least by one
FIRST_DECADE = 10  # up to here the axis of the epochs is linear, from here on logarithmic


@dataclass(frozen=True)
class Recipe:
    """A training that the lesson shows; all of them learn XOR, or try.

    Attributes
    ----------
    title : str
        For the menu.
    words : str
        What it is, for the description.
    start : function()
        Returns the Network before its first step.
    loss : str
    learning_rate : float
    epochs : int
    """

    title: str
    words: str
    start: Callable
    loss: str
    learning_rate: float
    epochs: int


def own_start():
    """Return the start of section 5.5."""
    return Network.random([2, 4, 1], hidden="tanh", output="sigmoid", rng=np.random.default_rng(42))


RECIPES = {
    "solved": Recipe(
        "XOR, solved (5.5)",
        "A 2-4-1 network with tanh learns XOR",
        *(own_start, "bce", 0.5, 2000),
    ),
    "bouncing": Recipe(
        "the same, ten times the rate",
        "The same 2-4-1 network with ten times the learning rate",
        *(own_start, "bce", 5.0, 300),
    ),
    "stuck": Recipe(
        "network 001 (5.6)",
        "The published network 001, 2-2-1 with sigmoids",
        *(published.network_001, "mse", 0.2, 10_000),
    ),
    "without biases": Recipe(
        "network 003, no biases (5.8)",
        "The published network 003, 2-4-1 with sigmoids and without biases, from start 0",
        *(partial(published.network_003, 0), "mse", 4.0, 1500),
    ),
}


FILMS = [(recipe.title, name) for name, recipe in RECIPES.items()]


@dataclass(frozen=True)
class Settings:
    """Which film, and where it begins.

    Attributes
    ----------
    run : str
        A name of :data:`RECIPES`: "solved", "bouncing", "stuck" or "without biases".
    epoch : int
    """

    run: str = setting(Choice("film", "solved", choices=FILMS))
    epoch: int = 0


# --------------------------------------------------------------------------------- computing


def slices(recipe):
    """Train a network on XOR; yield the share that is done, and the Run so far."""
    return run_widget.training(recipe, XOR, recipe.start(), most=recipe.epochs)


def in_words(recipe):
    """Say what is being trained."""
    return f"Training {recipe.epochs:,} epochs …"


def frames_of(last_epoch):
    """Return the epochs that the film shows: all of them at first, then fewer and fewer."""
    epochs = [0]
    while epochs[-1] < last_epoch:
        epochs.append(min(epochs[-1] + max(1, epochs[-1] // SLOW_MOTION), last_epoch))
    return np.array(epochs)


# ----------------------------------------------------------------------------------- drawing


class View:
    """The picture: the loss so far, and the boundary now. Made once, and then changed.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self, width=9.0, height=3.8):
        self.figure, axes = mosaic(
            width, height, [["curve", "plane"]], [["curve"], ["plane"]], aspect=1.2
        )
        self.curve = axes["curve"]
        self.curve.set(title="Loss", xlabel="epoch (log scale from 10)", ylim=(0, 1))
        self.curve.yaxis.set_major_formatter("{x:.2f}")  # as wide in every film
        self.curve.set_xscale("symlog", linthresh=FIRST_DECADE, linscale=0.7)
        (self.whole,) = self.curve.plot([], [], color=LIGHT_GREY, linewidth=1.6)
        self.now = Curve(self.curve, BLUE)
        title = "Boundary (dashed: at the start)" if width > 6.5 else "Boundary"
        self.plane = Plane(axes["plane"], span_of(XOR.X), title, ticks=[0, 1])
        self.plane.set_samples(XOR.X, XOR.y[:, 0])
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
        style = {"textcoords": "offset points", "fontsize": 9, "ha": "center", "bbox": box}
        self.answers = [axes["plane"].annotate("", x, (0, 14), **style) for x in XOR.X]
        self.run = None
        self._set_ticks(1000)

    def update(self, run, frame, kept=None):
        """Show a run at one of its epochs.

        Parameters
        ----------
        run : Run
        frame : int
            The epoch; every one was measured.

        Returns
        -------
        str
            The description.
        """
        if run is not self.run:
            self._begin(run)
        network = run.networks.member(frame)
        self.now.set(run.epoch[: frame + 1], run.loss[: frame + 1], frame, run.loss[frame])
        self.plane.set_network(network, XOR.X, XOR.y)
        for words, answer in zip(self.answers, network.predict(XOR.X)[:, 0], strict=True):
            words.set_text(f"{answer:.2f}")
        return describe(run, frame)

    def _begin(self, run):
        """Fit the axes to a run, which does not change until the next one."""
        self.run = run
        self.whole.set_data(run.epoch, run.loss)
        self.curve.set(xlim=(-0.5, 1.25 * run.epochs), ylim=(0, 1.08 * run.loss.max()))
        self._set_ticks(run.epochs)
        self.plane.set_line("start", run.networks.member(0).predict(self.plane.points))

    def _set_ticks(self, last):
        ticks = [0, *(10**k for k in range(1, 6) if 10**k <= last)]
        self.curve.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        self.curve.set_xticks([], minor=True)


def describe(run, epoch):
    """Say in words what the picture shows."""
    recipe, network = run.settings, run.networks.member(epoch)
    answers = ", ".join(
        f"{answer:.2f} at {point_name(x)}"
        for x, answer in zip(XOR.X, network.predict(XOR.X)[:, 0], strict=True)
    )
    rises = int((np.diff(run.loss[: epoch + 1]) > 0).sum())
    end = "at the end" if run.epoch[-1] == run.epochs else "so far"
    ups = f" and has risen in {rises} steps so far" if rises else ""
    return (
        f"{recipe.words}; {recipe.loss.upper()}, learning rate {recipe.learning_rate:g}. At epoch "
        f"{epoch} of {recipe.epochs} the loss is {run.loss[epoch]:.4f}{ups} (at the start "
        f"{run.loss[0]:.4f}, {end} {run.loss[-1]:.4f}). The network answers {answers}: "
        f"{run_widget.corners_in_words(network)} {run_widget.milestones_in_words(run)}"
    )


# ----------------------------------------------------------------------------- on the page


def make_widget(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    own = controls_of(s)
    epoch = run_widget.epoch_slider(RECIPES[s.run].epochs, s.epoch)
    controls = {"play": Player("film", [0], target="epoch"), "epoch": epoch, **own}
    what = "a training as a film, with buttons to play, pause, step and reset it"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)

    def recipe():
        return RECIPES[stage.values["run"]]

    def frames(run):
        return frames_of(run.epoch[-1])

    return run_widget.RunWidget(stage, recipe, slices, in_words, ["run"], frames)


def show(*, hide=(), lock=(), large=False, **settings):
    """Put the film on the page.

    Parameters
    ----------
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: "play", "epoch", "run". They keep their
        value.
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`: ``show(run="stuck", epoch=100)``.
    """
    make_widget(hide=hide, lock=lock, large=large, **settings).stage.show()


def record(run="solved", **room):
    """Return a film as HTML that needs no kernel.

    Parameters
    ----------
    run : str
        A name of :data:`RECIPES`.
    room
        As in :meth:`.Stage.record`.
    """
    stage = make_widget(run=run).stage
    frames = [int(epoch) for epoch in frames_of(RECIPES[run].epochs)]
    return stage.record({"epoch": frames}, extra=["play"], **room)
