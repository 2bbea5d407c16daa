"""Lesson 06: what the learning rate and the number of hidden neurons do to one training."""

from dataclasses import dataclass

import numpy as np

from nnlib.lab.figures.plane import point_name, span_of
from nnlib.lab.figures.style import BLUE
from nnlib.lab.runs import XOR, last_of
from nnlib.lab.widgets import run_widget
from nnlib.lab.widgets.kit.controls import Choice, Slider, controls_of, rate_slider, setting
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.widgets.panes import ACTIVATIONS, LOSSES, Curves, Plane, Tiles, mosaic, word_for
from nnlib.lab.words import capital, fixed, minus, signed
from nnlib.network import Network
from nnlib.validation import check_integer

LARGEST = 16  # hidden layer
LONGEST_HISTORY = 1000  # measurements: beyond that, not every epoch is kept
EDGES = (1e-5, 20.0)  # of the picture of the loss; they stay, so that runs compare


@dataclass(frozen=True)
class Settings:
    """What one training depends on."""

    learning_rate: float = setting(rate_slider(0.5))
    hidden_size: int = setting(Slider("hidden size", 4, low=1, high=LARGEST))
    start: int = setting(Slider("start (seed)", 42, low=0, high=99))
    hidden: str = setting(Choice("activation", "tanh", choices=ACTIVATIONS))
    loss: str = setting(Choice("loss", "bce", choices=LOSSES))
    epochs: int = 1000

    def __post_init__(self):
        check_integer("epochs", self.epochs, "Try 1000.")  # the others have a control


# --------------------------------------------------------------------------------- computing


def slices(settings):
    """Train a network; yield the share that is done, and the Run so far."""
    sizes, rng = [2, settings.hidden_size, 1], np.random.default_rng(settings.start)
    network = Network.random(sizes, hidden=settings.hidden, output="sigmoid", rng=rng)
    return run_widget.training(settings, XOR, network, LONGEST_HISTORY)


def compute(settings):
    """Train a network and keep everything that is drawn.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Run
    """
    return last_of(slices(settings))


# ----------------------------------------------------------------------------------- drawing


class View:
    """The picture: loss curve, decision boundary, hidden units. Made once, and then changed.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self, width=10.6, height=3.7):
        wide, narrow = [["curve", "plane", "units"]], [["curve", "curve"], ["plane", "units"]]
        self.figure, axes = mosaic(width, height, wide, narrow, aspect=1.05)
        axes["curve"].set_title("Loss", loc="left")
        self.losses = Curves(axes["curve"], [(BLUE, "-", "--")], EDGES)
        axes["curve"].set_ylim(EDGES)
        self.plane = Plane(axes["plane"], span_of(XOR.X), "Boundary", ticks=[0, 1])
        self.plane.set_samples(XOR.X, XOR.y[:, 0])
        self.tiles = Tiles(axes["units"], self.plane.span, LARGEST, "Hidden units")

    def update(self, run, frame, kept=None):
        """Show a run at one of its measurements.

        Parameters
        ----------
        run : Run
        frame : int
            The row of the run's arrays.
        kept : Run, optional
            Another run, to compare with.

        Returns
        -------
        str
            The description.
        """
        kept_frame = None if kept is None else kept.frame_at(run.epoch[frame])
        self.losses.update(run, frame, kept, lambda each: [each.loss])
        self.losses.name("", "kept run" * (kept is not None))
        network, points = run.networks.member(frame), self.plane.points
        other = None if kept is None else kept.networks.member(kept_frame).predict(points)
        self.plane.set_network(network, XOR.X, XOR.y)
        self.plane.set_line("kept", other)
        self.tiles.update(network, XOR)
        return describe(run, frame, kept, kept_frame)


# ------------------------------------------------------------------------------- the words


def describe(run, frame, kept=None, kept_frame=None):
    """Say in words what the picture shows."""
    network, words = run.networks.member(frame), words_of(run.settings)
    text = (
        f"{capital(', '.join(words.values()))}. At epoch {run.epoch[frame]} of "
        f"{run.settings.epochs} the loss is {fixed(run.loss[frame], 4)} (at the start "
        f"{run.loss[0]:.4f}, lowest {run.loss.min():.4f}). "
        f"{run_widget.corners_in_words(network)} {run_widget.milestones_in_words(run)} "
        f"{units_in_words(network)}"
    )
    if kept is not None:
        other = run_widget.differences(words_of(kept.settings), words) or "the same settings"
        text += (
            f" The kept run (dashed): {other}; at epoch {kept.epoch[kept_frame]} its loss is "
            f"{fixed(kept.loss[kept_frame], 4)}, its largest error "
            f"{kept.largest_error[kept_frame]:.2f}."
        )
    return text


def words_of(settings):
    """Return words for everything a training depends on, by part."""
    n = settings.hidden_size
    return {
        "learning_rate": f"learning rate {settings.learning_rate:g}",
        "hidden_size": f"{n} hidden unit{'s' if n > 1 else ''}",
        "hidden": word_for(settings.hidden),
        "loss": settings.loss.upper(),
        "start": f"start {settings.start}",
    }


def units_in_words(network):
    """Say what the hidden units answer to the corners, and how they count."""
    answers, weights = network.forward(XOR.X)[1][1], network.W[2][:, 0]
    if len(weights) > 4:
        ends = f"{signed(weights.min())} to {signed(weights.max())}"
        return f"The {len(weights)} hidden units count in the output with weights from {ends}."
    units = "; ".join(
        f"unit {k} ({signed(weight)}): {', '.join(fixed(a, 1) for a in column)}"
        for k, (weight, column) in enumerate(zip(weights, answers.T, strict=True), start=1)
    )
    names = ", ".join(point_name(x) for x in XOR.X)
    return f"Hidden units, with their weight in the output, at {names}: {minus(units)}."


# ----------------------------------------------------------------------------- on the page


def in_words(settings):
    """Say what is being trained."""
    return f"Training {settings.epochs:,} epochs with {settings.hidden_size} hidden units …"


def make_widget(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    own = controls_of(s)
    seldom = {name: own.pop(name) for name in ("hidden", "loss")}
    controls = (
        own | {"epoch": run_widget.epoch_slider(s.epochs)} | run_widget.keep_buttons() | seldom
    )
    what = "a training with sliders for its learning rate and its hidden size"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)
    return run_widget.RunWidget(stage, lambda: stage.settings(s), slices, in_words, [*own, *seldom])


def show(*, hide=(), lock=(), large=False, **settings):
    """Put the widget on the page.

    Parameters
    ----------
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: "learning_rate", "hidden_size",
        "hidden", "loss", "start", "epoch", "keep", "forget". They keep their value.
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`: ``show(learning_rate=50, hidden_size=2, epochs=3000)``.
    """
    make_widget(hide=hide, lock=lock, large=large, **settings).stage.show()


def record(**room):
    """Return the widget as HTML that needs no kernel; the room is as in :meth:`.Stage.record`."""
    rates = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]
    controls = {
        "learning_rate": rates,
        "hidden_size": [1, 2, 3, 4, 8, 16],
        "epoch": [0, 30, 100, 300, 1000],
    }
    return make_widget().stage.record(controls, **room)
