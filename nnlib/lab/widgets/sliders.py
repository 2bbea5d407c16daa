"""Lesson 06: what the learning rate and the number of hidden neurons do to one training."""

from dataclasses import dataclass, replace

import numpy as np

from nnlib.lab.figures.plane import point_name, span_of, wrongly_predicted
from nnlib.lab.figures.style import BLACK, BLUE, GREY, ORANGE
from nnlib.lab.runs import XOR, in_slices, last_of
from nnlib.lab.widgets.kit.controls import Choice, Slider, rate_slider
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.widgets.panes import ACTIVATIONS, LOSSES, Plane, Tiles, mosaic, word_for
from nnlib.lab.widgets.run_widget import (
    RunWidget,
    corners_in_words,
    keep_buttons,
    milestones_in_words,
)
from nnlib.lab.words import fixed, signed
from nnlib.network import Network

SIZES, STARTS = (1, 16), (0, 99)
TRAINS = ["learning_rate", "hidden_size", "start", "hidden", "loss"]
LONGEST_HISTORY = 1000  # measurements: beyond that, not every epoch is kept
SPAN = span_of(XOR.X)
LOWEST_LOSS, HIGHEST_LOSS = 1e-5, 20.0  # of the picture; it stays, so that runs compare


@dataclass(frozen=True)
class Settings:
    """What one training depends on."""

    learning_rate: float = 0.5
    hidden_size: int = 4
    hidden: str = "tanh"
    loss: str = "bce"
    start: int = 42
    epochs: int = 1000


# --------------------------------------------------------------------------------- computing


def slices(settings):
    """Train a network; yield the share that is done, and the Run so far."""
    network = Network.random(
        [2, settings.hidden_size, 1],
        hidden=settings.hidden,
        output="sigmoid",
        rng=np.random.default_rng(settings.start),
    )
    return in_slices(
        settings,
        XOR,
        network,
        loss=settings.loss,
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        measure_every=max(1, settings.epochs // LONGEST_HISTORY),
    )


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
        self.curve = axes["curve"]
        self._prepare_curve()
        self.plane = Plane(axes["plane"], SPAN, "Boundary", ticks=[0, 1])
        self.plane.set_samples(XOR.X, XOR.y[:, 0])
        self.tiles = Tiles(axes["units"], SPAN, SIZES[1], "Hidden units")

    def _prepare_curve(self):
        axes = self.curve
        axes.set(title="Loss (log scale)", xlabel="epoch", yscale="log")
        axes.set(ylim=(LOWEST_LOSS, HIGHEST_LOSS), xlim=(0, 1000))
        axes.minorticks_off()
        axes.locator_params(axis="x", nbins=4)
        (self.kept_line,) = axes.plot([], [], color=GREY, linestyle="--", label="kept run")
        (self.line,) = axes.plot([], [], color=BLUE, linewidth=1.6, label="this run")
        (self.kept_dot,) = axes.plot([], [], "s", color=GREY, markersize=7)
        (self.dot,) = axes.plot([], [], "o", color=BLACK, markersize=8)
        self.cross = axes.plot([], [], "X", color=ORANGE, markersize=12, label="diverged")[0]
        self.legend, self.named = axes.legend(handles=[self.line]), None

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
        self._update_curve(run, frame, kept, kept_frame)
        network = run.networks.member(frame)
        points = self.plane.points
        other = None if kept is None else kept.networks.member(kept_frame).predict(points)
        self.plane.set_map(network.predict(points))
        self.plane.set_line("kept", other)
        self.plane.set_wrong(XOR.X[wrongly_predicted(network.predict(XOR.X), XOR.y)])
        self.tiles.update(network, XOR)
        return describe(run, frame, kept, kept_frame)

    def _update_curve(self, run, frame, kept, kept_frame):
        loss = np.clip(run.loss, LOWEST_LOSS, HIGHEST_LOSS)  # the rest stands at the edge
        self.line.set_data(run.epoch, loss)
        self.dot.set_data([run.epoch[frame]], [loss[frame]])
        line, dot = ([], []), ([], [])
        if kept is not None:
            kept_loss = np.clip(kept.loss, LOWEST_LOSS, HIGHEST_LOSS)
            line = kept.epoch, kept_loss
            dot = [kept.epoch[kept_frame]], [kept_loss[kept_frame]]
        self.kept_line.set_data(*line)
        self.kept_dot.set_data(*dot)
        ended = run.divergence is not None
        self.cross.set_data([run.epoch[-1]] if ended else [], [loss[-1]] if ended else [])
        lines = [self.line, *([self.kept_line] if kept else []), *([self.cross] if ended else [])]
        if lines != self.named:  # making a legend takes as long as all curves together
            self.named = lines
            self.legend.remove()
            self.legend = self.curve.legend(handles=lines, loc="upper right")
            self.legend.set_visible(len(lines) > 1)
        last = max(each.epochs for each in (run, kept) if each is not None)
        if self.curve.get_xlim() != (-0.02 * last, 1.02 * last):
            self.curve.set_xlim(-0.02 * last, 1.02 * last)


# ------------------------------------------------------------------------------- the words


def describe(run, frame, kept=None, kept_frame=None):
    """Say in words what the picture shows."""
    network = run.networks.member(frame)
    text = (
        f"{name_of(run.settings)}. At epoch {run.epoch[frame]} of {run.settings.epochs} the loss "
        f"is {fixed(run.loss[frame], 4)} (at the start {run.loss[0]:.4f}, lowest "
        f"{run.loss.min():.4f}). "
        f"{corners_in_words(network)} {milestones_in_words(run)}"
    )
    text += f" {units_in_words(network)}"
    if kept is not None:
        text += (
            f" The kept run (dashed): {name_of(kept.settings, than=run.settings)}; at epoch "
            f"{kept.epoch[kept_frame]} its loss is {fixed(kept.loss[kept_frame], 4)}, its largest "
            f"error {kept.largest_error[kept_frame]:.2f}."
        )
    return text


def name_of(settings, than=None):
    """Name the settings, or only those that are others ``than`` the given."""
    n = settings.hidden_size
    words = {
        "learning_rate": f"learning rate {settings.learning_rate:g}",
        "hidden_size": f"{n} hidden unit{'s' if n > 1 else ''}",
        "hidden": word_for(settings.hidden),
        "loss": settings.loss.upper(),
        "start": f"start {settings.start}",
        "epochs": f"{settings.epochs} epochs",
    }
    if than is None:
        del words["epochs"]
    else:
        same = [name for name in words if getattr(settings, name) == getattr(than, name)]
        for name in same:
            del words[name]
        if not words:
            return "the same settings"
    text = ", ".join(words.values())
    return text[0].upper() + text[1:] if than is None else text


def units_in_words(network):
    """Say what the hidden units answer to the corners, and how they count."""
    answers, weights = network.forward(XOR.X)[1][1], network.W[2][:, 0]
    if len(weights) <= 4:
        units = (
            f"unit {k} ({signed(weight)}): {', '.join(fixed(a, 1) for a in column)}"
            for k, (weight, column) in enumerate(zip(weights, answers.T, strict=True), start=1)
        )
        names = ", ".join(point_name(x) for x in XOR.X)
        text = f"Hidden units, with their weight in the output, at {names}: {'; '.join(units)}."
    else:
        text = (
            f"The {len(weights)} hidden units count in the output with weights from "
            f"{signed(weights.min())} to {signed(weights.max())}."
        )
    return text.replace("-", "−")


# ----------------------------------------------------------------------------- on the page


def in_words(settings):
    """Say what is being trained."""
    return f"Training {settings.epochs:,} epochs with {settings.hidden_size} hidden units …"


def make_widget(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    controls = {
        "learning_rate": rate_slider(s.learning_rate),
        "hidden_size": Slider("hidden size", s.hidden_size, low=SIZES[0], high=SIZES[1]),
        "epoch": Slider("epoch", s.epochs, low=0, high=s.epochs, step=max(1, s.epochs // 200)),
        "start": Slider("start (seed)", s.start, low=STARTS[0], high=STARTS[1]),
        **keep_buttons(),
        "hidden": Choice("activation", s.hidden, choices=ACTIVATIONS),
        "loss": Choice("loss", s.loss, choices=LOSSES),
    }
    what = "a training with sliders for its learning rate and its hidden size"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)

    def now():
        return replace(s, **stage.settings(Settings))

    return RunWidget(stage, now, slices, in_words, TRAINS)


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


def record():
    """Return the widget as HTML that needs no kernel, see :meth:`.Stage.record`."""
    rates = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]
    controls = {
        "learning_rate": rates,
        "hidden_size": [1, 2, 3, 4, 8, 16],
        "epoch": [0, 30, 100, 300, 1000],
    }
    return make_widget().stage.record(controls)
