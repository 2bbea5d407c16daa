"""Lesson 05: a training as a film, the loss and the decision boundary side by side."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib import published
from nnlib.lab.figures.plane import point_name
from nnlib.lab.figures.style import BLACK, BLUE, GREY, LIGHT_GREY, ORANGE, new_figure
from nnlib.lab.widgets.controls import Menu, NumberSlider
from nnlib.lab.widgets.learning_rate_and_hidden_size import (
    RESOLUTION,
    SPAN,
    Run,
    X,
    colour_map,
    contour_at,
    corners_in_words,
    milestones_in_words,
    predictions_over_the_plane,
    wrongly_predicted,
    y,
)
from nnlib.lab.widgets.panel import Panel, make_settings
from nnlib.lab.widgets.player import Player
from nnlib.network import Network
from nnlib.training import train

EXTENT = (*SPAN[0], *SPAN[1])
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


def start_of_003():
    """Return one of the starts of section 5.8."""
    return published.network_003(0)


RECIPES = {
    "solved": Recipe(
        "XOR, solved (5.5)", "A 2-4-1 network with tanh learns XOR", own_start, "bce", 0.5, 2000
    ),
    "bouncing": Recipe(
        "the same, ten times the rate",
        "The same 2-4-1 network with ten times the learning rate",
        own_start,
        "bce",
        5.0,
        300,
    ),
    "stuck": Recipe(
        "network 001, stuck (5.6)",
        "The published network 001, 2-2-1 with sigmoids",
        published.network_001,
        "mse",
        0.2,
        10_000,
    ),
    "without biases": Recipe(
        "network 003, no biases (5.8)",
        "The published network 003, 2-4-1 with sigmoids and without biases, from start 0",
        start_of_003,
        "mse",
        4.0,
        1500,
    ),
}


@dataclass(frozen=True)
class Settings:
    """Which film, and where it begins.

    Attributes
    ----------
    run : str
        A name of :data:`RECIPES`: "solved", "bouncing", "stuck" or "without biases".
    epoch : int
    """

    run: str = "solved"
    epoch: int = 0


# --------------------------------------------------------------------------------- computing


def compute(settings, callback=None):
    """Train a network on XOR and keep every epoch of it.

    Parameters
    ----------
    settings : Settings
    callback : function, optional
        As in ``train``: it can end the training early.

    Returns
    -------
    Run
        Its ``settings`` are the Recipe.

    Raises
    ------
    ValueError
        If there is no such run.
    """
    recipe = recipe_of(settings.run)
    network = recipe.start()
    history = train(
        network,
        X,
        y,
        loss=recipe.loss,
        learning_rate=recipe.learning_rate,
        epochs=recipe.epochs,
        keep_parameters=True,
        callback=callback,
    )
    networks = network.with_vector(history.parameters)
    errors = np.abs(networks.predict(X) - y).max(axis=(-2, -1))
    return Run(recipe, history.epoch, history.loss, networks, errors, None)


def recipe_of(name):
    """Return a recipe by its name.

    Raises
    ------
    ValueError
        If there is none.
    """
    if name not in RECIPES:
        raise ValueError(f"run is {name!r}, but the runs are {', '.join(map(repr, RECIPES))}.")
    return RECIPES[name]


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

    def __init__(self):
        self.figure, (self.curve, self.plane) = new_figure(
            1, 2, width=9.0, height=3.8, width_ratios=[1.35, 1]
        )
        self._prepare_curve()
        self._prepare_plane()
        self.figure.set_layout_engine(None)  # fixed margins: no time for a layout
        self.figure.subplots_adjust(left=0.085, right=0.985, bottom=0.14, top=0.91, wspace=0.14)
        self.run = None

    @property
    def moving(self):
        """All that changes from picture to picture, in the order in which it is drawn."""
        curve = [self.whole, self.line, self.dot]
        plane = [self.map, *self.first_boundary, *self.boundary, *self.corners, self.wrong]
        spines = [self.plane.spines["left"], self.plane.spines["bottom"]]  # the map covers them
        return [*curve, *plane, *spines, *self.answers]

    def _prepare_curve(self):
        axes = self.curve
        axes.set(title="Loss", xlabel="epoch (log scale)", ylabel="loss")
        axes.set_xscale("symlog", linthresh=FIRST_DECADE, linscale=0.7)
        (self.whole,) = axes.plot([], [], color=LIGHT_GREY, linewidth=1.6)
        (self.line,) = axes.plot([], [], color=BLUE)
        (self.dot,) = axes.plot([], [], "o", color=BLACK, markersize=8)

    def _prepare_plane(self):
        axes = self.plane
        axes.set(
            title="Boundary (dashed: at the start)", xlabel="$x_1$", ylabel="$x_2$", aspect="equal"
        )
        axes.set(xlim=SPAN[0], ylim=SPAN[1], xticks=[0, 1], yticks=[0, 1])
        axes.grid(False)
        self.map = colour_map(axes, np.zeros((RESOLUTION, RESOLUTION)), EXTENT)
        self.boundary, self.first_boundary, self.corners = [], [], []
        for label, (marker, colour) in {0: ("o", BLUE), 1: ("s", ORANGE)}.items():
            corners = X[y[:, 0] == label]
            style = {"marker": marker, "s": 110, "color": colour, "edgecolors": "white"}
            self.corners.append(axes.scatter(*corners.T, linewidths=1.5, zorder=3, **style))
        (self.wrong,) = axes.plot([], [], "x", color=BLACK, markersize=15, zorder=4)
        self.wrong.set_markeredgewidth(2.2)
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
        style = {"textcoords": "offset points", "fontsize": 9, "ha": "center", "bbox": box}
        self.answers = [axes.annotate("", x, (0, 13), **style) for x in X]

    def update(self, run, epoch):
        """Show a run at an epoch.

        Parameters
        ----------
        run : Run
        epoch : int

        Returns
        -------
        str
            The description.
        """
        if run is not self.run:
            self._begin(run)
        network = run.networks.member(epoch)
        self.line.set_data(run.epoch[: epoch + 1], run.loss[: epoch + 1])
        self.dot.set_data([epoch], [run.loss[epoch]])
        for line in self.boundary:
            line.remove()
        self.boundary = self._draw_boundary(network, BLACK, "-")
        a = network.predict(X)
        self.wrong.set_data(*X[wrongly_predicted(a, y)].T)
        for words, answer in zip(self.answers, a[:, 0], strict=True):
            words.set_text(f"{answer:.2f}")
        return describe(run, epoch)

    def _begin(self, run):
        """Fit the axes to a run, which does not change until the next one."""
        self.run = run
        self.whole.set_data(run.epoch, run.loss)
        last = run.epoch[-1]
        self.curve.set(xlim=(-0.5, 1.25 * last), ylim=(0, 1.08 * run.loss.max()))
        ticks = [0, 5, *(10**k for k in range(1, 6) if 10**k <= last)]
        self.curve.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        self.curve.set_xticks([], minor=True)
        for line in self.first_boundary:
            line.remove()
        self.first_boundary = self._draw_boundary(run.networks.member(0), GREY, "--")

    def _draw_boundary(self, network, colour, style):
        a = predictions_over_the_plane(network)
        self.map.set_data(a)
        return contour_at(self.plane, a, 0.5, EXTENT, colour, style)


def draw(run, epoch):
    """Draw a run at an epoch on a figure of its own.

    Parameters
    ----------
    run : Run
    epoch : int

    Returns
    -------
    figure : matplotlib Figure
    description : str
    """
    view = View()
    description = view.update(run, epoch)
    return view.figure, description


def describe(run, epoch):
    """Say in words what the picture shows."""
    recipe, network = run.settings, run.networks.member(epoch)
    answers = ", ".join(
        f"{answer:.2f} at {point_name(x)}"
        for x, answer in zip(X, network.predict(X)[:, 0], strict=True)
    )
    rises = int((np.diff(run.loss[: epoch + 1]) > 0).sum())
    ups = f" and has risen in {rises} steps so far" if rises else ""
    return (
        f"{recipe.words}; {recipe.loss.upper()}, learning rate {recipe.learning_rate:g}. At epoch "
        f"{epoch} of {recipe.epochs} the loss is {run.loss[epoch]:.4f}{ups} (at the start "
        f"{run.loss[0]:.4f}, at the end {run.loss[-1]:.4f}). The network answers {answers}: "
        f"{corners_in_words(network)} {milestones_in_words(run)}"
    )


# ----------------------------------------------------------------------------- on the page


class Widget:
    """The controls, and what they do.

    Parameters
    ----------
    settings : Settings
    hide : collection of str
        Names of controls to leave out.

    Attributes
    ----------
    panel : Panel
    player : Player
    run : Run
        The one that is shown.
    frames : array of int
        The epochs of the film.
    """

    def __init__(self, settings, hide=()):
        self.run, self.frames = None, None
        self.runs = {}  # those that were trained already
        self.view, self.player = View(), Player(self.show_frame)
        epochs = recipe_of(settings.run).epochs
        controls = {
            "run": Menu("film", settings.run, [(r.title, name) for name, r in RECIPES.items()]),
            **self.player.controls,
            "epoch": NumberSlider("epoch", settings.epoch, 0, epochs),
        }
        rows = [["run"], ["play", "step", "reset", "clock", "epoch"]]
        what = "a training as a film, with buttons to play, pause, step and reset it"
        self.panel = Panel(what, controls, hide=hide, rows=rows)
        self.changing = False  # the film is being changed: draw once, at the end
        self.panel.on_change(["run"], self.change_film)
        self.panel.on_change(["epoch"], self.epoch_changed)
        self.player.connect(self.panel)
        self.panel.guarded(self.train)

    def change_film(self):
        """Begin another film at its start."""
        self.player.pause()
        recipe = RECIPES[self.panel.controls["run"].value]
        epoch = self.panel.controls["epoch"]
        self.run, self.changing = None, True
        try:
            epoch.value = 0
            epoch.reach(recipe.epochs, 1)
        finally:
            self.changing = False
        self.train()

    def train(self):
        """Train the film that is chosen, unless that is done already."""
        name = self.panel.controls["run"].value
        if name in self.runs:
            self.panel.work(lambda job: self.runs[name], self.deliver, "")
            return
        self.panel.work(
            lambda job: compute(Settings(name), job.stop_training),
            self.deliver,
            f"Training {RECIPES[name].epochs:,} epochs …",
        )

    def deliver(self, run):
        """Show a new run."""
        name = next(name for name, recipe in RECIPES.items() if recipe is run.settings)
        self.runs[name] = self.run = run
        self.frames = frames_of(run.settings.epochs)
        self.panel.message.say("")
        self.redraw()

    def epoch_changed(self):
        """Show the epoch; if it was not the clock that moved it, the clock stops."""
        if self.changing:
            return
        if not self.player.counting:
            self.player.pause()
        self.redraw()

    def show_frame(self, frame):
        """Show a picture of the film by its number; the control for the epoch follows."""
        if self.run is not None:
            frame = min(frame, len(self.frames) - 1)
            self.panel.controls["epoch"].value = int(self.frames[frame])

    def redraw(self):
        """Show the run at the epoch of the control."""
        if self.run is not None:
            self.panel.draw(self._redraw)

    def _redraw(self):
        epoch = self.panel.controls["epoch"].value
        frame = int(np.searchsorted(self.frames, epoch, side="right")) - 1
        self.player.tell(frame, len(self.frames) - 1)
        description = self.view.update(self.run, epoch)
        self.panel.picture.show(self.view.figure, description, self.view.moving)


def show(*, hide=(), **settings):
    """Put the film on the page.

    Parameters
    ----------
    hide : collection of str
        Names of controls to leave out: "run", "play", "step", "reset", "epoch". What is hidden
        keeps its value.
    settings
        Any of :class:`Settings`: ``show(run="stuck", epoch=100)``.
    """
    Widget(make_settings(Settings, settings), hide).panel.show()
