"""Lesson 06: what the learning rate and the number of hidden neurons do to one training."""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.patches import Rectangle

from nnlib import datasets
from nnlib.history import DivergenceError
from nnlib.lab.figures.plane import (
    MAP_ALPHA,
    grid_of_points,
    point_name,
    span_of,
    wrongly_predicted,
)
from nnlib.lab.figures.style import (
    BLACK,
    BLUE,
    BLUE_TO_ORANGE,
    GREY,
    LIGHT_GREY,
    ORANGE,
    new_figure,
)
from nnlib.lab.widgets.controls import Button, Menu, NumberSlider
from nnlib.lab.widgets.panel import Panel, make_settings
from nnlib.lab.words import listed
from nnlib.network import Network
from nnlib.training import train

RATES = (0.01, 100.0)
SIZES = (1, 16)
STARTS = (0, 99)
ACTIVATIONS = [("tanh", "tanh"), ("sigmoid", "sigmoid"), ("ReLU", "relu"), ("none", "identity")]
LOSSES = [("cross-entropy (BCE)", "bce"), ("squared error (MSE)", "mse")]
SLIDERS = ["learning_rate", "hidden_size", "start"]
RUNS_KEPT = 20
LONGEST_HISTORY = 1000  # measurements: beyond that, not every epoch is kept
SOLVED = 0.1  # the largest error that counts as solved, as in lesson 05

X, y = datasets.xor()
SPAN = span_of(X)
RESOLUTION, TILE_RESOLUTION = 51, 25
TILE_GAP = 6  # grid points between two tiles
POINTS, TILE_POINTS = grid_of_points(SPAN, RESOLUTION), grid_of_points(SPAN, TILE_RESOLUTION)
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


@dataclass(frozen=True)
class Run:
    """A training, stored: moving through its epochs trains nothing again.

    Attributes
    ----------
    settings : Settings
    epoch : array of int (n_measured,)
    loss : array (n_measured,)
    networks : Network
        A stack: the network at each of these epochs.
    largest_error : array (n_measured,)
        Over the four corners.
    divergence : DivergenceError or None
        If it diverged, what happened; the arrays end before.
    """

    settings: Settings
    epoch: np.ndarray
    loss: np.ndarray
    networks: Network
    largest_error: np.ndarray
    divergence: DivergenceError | None

    def frame_at(self, epoch):
        """Return the row that is nearest to an epoch."""
        return int(np.abs(self.epoch - epoch).argmin())

    def holds_from(self, limit):
        """Return the epoch from which on the largest error stays below ``limit``, or None."""
        above = np.flatnonzero(self.largest_error >= limit)
        if len(above) == 0:
            return int(self.epoch[0])
        return None if above[-1] + 1 == len(self.epoch) else int(self.epoch[above[-1] + 1])


# --------------------------------------------------------------------------------- computing


def compute(settings, callback=None):
    """Train a network on XOR and keep everything that is drawn.

    Parameters
    ----------
    settings : Settings
    callback : function, optional
        As in ``train``: it can end the training early.

    Returns
    -------
    Run
    """
    network = Network.random(
        [2, settings.hidden_size, 1],
        hidden=settings.hidden,
        output="sigmoid",
        rng=np.random.default_rng(settings.start),
    )
    divergence = None
    try:
        history = train(
            network,
            X,
            y,
            loss=settings.loss,
            learning_rate=settings.learning_rate,
            epochs=settings.epochs,
            measure_every=max(1, settings.epochs // LONGEST_HISTORY),
            keep_parameters=True,
            callback=callback,
        )
    except DivergenceError as error:
        divergence, history = error, error.history
    sound = np.isfinite(history.loss) & np.isfinite(history.parameters).all(axis=-1)
    networks = network.with_vector(history.parameters[sound])
    errors = np.abs(networks.predict(X) - y).max(axis=(-2, -1))
    return Run(settings, history.epoch[sound], history.loss[sound], networks, errors, divergence)


# ----------------------------------------------------------------------------------- drawing


class View:
    """The picture: loss curve, decision boundary, hidden units. Made once, and then changed.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self):
        self.figure, (self.curve, self.plane, self.units) = new_figure(
            1, 3, width=10.6, height=3.7, width_ratios=[1.25, 1, 1]
        )
        self._prepare_curve()
        self._prepare_plane()
        self._prepare_units()
        self.figure.set_layout_engine(None)  # fixed margins: no time for a layout
        self.figure.subplots_adjust(left=0.065, right=0.995, bottom=0.14, top=0.9, wspace=0.16)
        self.legend = None

    @property
    def moving(self):
        """All that changes from picture to picture, in the order in which it is drawn."""
        curve = [self.kept_line, self.line, self.kept_dot, self.dot, self.cross]
        curve += [] if self.legend is None else [self.legend]
        plane = [self.map, *self.boundaries, *self.corners, self.wrong]
        plane += [self.plane.spines["left"], self.plane.spines["bottom"]]  # the map covers them
        units = [self.tiles, *self.tile_lines, self.tile_zeros, self.tile_ones]
        return [*curve, *plane, *units, *self.frames, *self.labels]

    def _prepare_curve(self):
        axes = self.curve
        axes.set(title="Loss", xlabel="epoch", ylabel="loss (log scale)", yscale="log")
        axes.set(ylim=(LOWEST_LOSS, HIGHEST_LOSS), xlim=(0, 1000))
        axes.minorticks_off()
        (self.kept_line,) = axes.plot([], [], color=GREY, linestyle="--", label="kept run")
        (self.line,) = axes.plot([], [], color=BLUE, linewidth=1.6, label="this run")
        (self.kept_dot,) = axes.plot([], [], "s", color=GREY, markersize=7)
        (self.dot,) = axes.plot([], [], "o", color=BLACK, markersize=8)
        self.cross = axes.plot([], [], "X", color=ORANGE, markersize=12, label="diverged")[0]

    def _prepare_plane(self):
        axes = self.plane
        axes.set(title="Decision boundary", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        axes.set(xlim=SPAN[0], ylim=SPAN[1], xticks=[0, 1], yticks=[0, 1])
        axes.grid(False)
        self.map = colour_map(axes, np.zeros((RESOLUTION, RESOLUTION)), (*SPAN[0], *SPAN[1]))
        self.boundaries, self.corners = [], []
        for label, (marker, colour) in {0: ("o", BLUE), 1: ("s", ORANGE)}.items():
            corners = X[y[:, 0] == label]
            style = {"color": colour, "markersize": 12, "markeredgecolor": "white"}
            self.corners += axes.plot(*corners.T, marker, markeredgewidth=1.5, zorder=3, **style)
        (self.wrong,) = axes.plot([], [], "x", color=BLACK, markersize=15, zorder=4)
        self.wrong.set_markeredgewidth(2.2)

    def _prepare_units(self):
        axes = self.units
        axes.set(title="What each hidden unit answers", aspect="equal", xlim=(0, 1), ylim=(0, 1))
        axes.set_axis_off()
        self.tiles = colour_map(axes, np.zeros((1, 1)), (0, 1, 0, 1))
        (self.tile_zeros,) = axes.plot([], [], "o", color=BLUE, markersize=4)
        (self.tile_ones,) = axes.plot([], [], "s", color=ORANGE, markersize=4)
        style = {"facecolor": "none", "edgecolor": LIGHT_GREY}
        self.frames = [axes.add_patch(Rectangle((0, 0), 0, 0, **style)) for _ in range(SIZES[1])]
        style = {"fontsize": 9, "ha": "center", "va": "bottom"}
        self.labels = [axes.text(0, 0, "", **style) for _ in range(SIZES[1])]
        self.tile_lines = []

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
        self._update_plane(run, frame, kept, kept_frame)
        self._update_units(run, frame)
        return describe(run, frame, kept, kept_frame)

    def _update_curve(self, run, frame, kept, kept_frame):
        loss = visible(run.loss)
        self.line.set_data(run.epoch, loss)
        self.dot.set_data([run.epoch[frame]], [loss[frame]])
        if kept is None:
            self.kept_line.set_data([], [])
            self.kept_dot.set_data([], [])
        else:
            kept_loss = visible(kept.loss)
            self.kept_line.set_data(kept.epoch, kept_loss)
            self.kept_dot.set_data([kept.epoch[kept_frame]], [kept_loss[kept_frame]])
        ended = run.divergence is not None
        self.cross.set_data([run.epoch[-1]] if ended else [], [loss[-1]] if ended else [])
        lines = [self.line]
        lines += [self.kept_line] if kept is not None else []
        lines += [self.cross] if ended else []
        if self.legend is not None:
            self.legend.remove()
        self.legend = None
        if len(lines) > 1:
            self.legend = self.curve.legend(handles=lines, loc="upper right")
        last = max(each.settings.epochs for each in (run, kept) if each is not None)
        if self.curve.get_xlim() != (-0.02 * last, 1.02 * last):
            self.curve.set_xlim(-0.02 * last, 1.02 * last)

    def _update_plane(self, run, frame, kept, kept_frame):
        for contour in self.boundaries:
            contour.remove()
        network = run.networks.member(frame)
        a = predictions_over_the_plane(network)
        self.map.set_data(a)
        self.boundaries = contour_at(self.plane, a, 0.5, (*SPAN[0], *SPAN[1]), BLACK, "-")
        if kept is not None:
            a = predictions_over_the_plane(kept.networks.member(kept_frame))
            extent = (*SPAN[0], *SPAN[1])
            self.boundaries += contour_at(self.plane, a, 0.5, extent, GREY, "--")
        self.wrong.set_data(*X[wrongly_predicted(network.predict(X), y)].T)

    def _update_units(self, run, frame):
        network = run.networks.member(frame)
        places = tile_places(network.layer_sizes[1])
        answers = network.forward(TILE_POINTS)[1][1].T.reshape(-1, TILE_RESOLUTION, TILE_RESOLUTION)
        middle, reach = colour_range(network.hidden, answers)
        self.tiles.set_data(mosaic((answers - middle) / (2 * reach) + 0.5, places))
        for line in self.tile_lines:
            line.remove()
        self.tile_lines = []
        side = places[0][2]
        for k, (frame_patch, label) in enumerate(zip(self.frames, self.labels, strict=True)):
            there = k < len(places)
            frame_patch.set_visible(there)
            label.set_visible(there)
            if there:
                left, bottom, _ = places[k]
                frame_patch.set_bounds(left, bottom, side, side)
                label.set_position((left + side / 2, bottom + side))
                label.set_text(signed(network.W[2][k, 0]))
        corners = (X - [SPAN[0][0], SPAN[1][0]]) / (SPAN[0][1] - SPAN[0][0]) * side
        for marks, target in ((self.tile_zeros, 0), (self.tile_ones, 1)):
            inside = corners[y[:, 0] == target]
            marks.set_data(*np.concatenate([inside + place[:2] for place in places]).T)
            marks.set_markersize(max(3, 12 * side))


def visible(loss):
    """Return losses with those that the picture has no room for moved to its edge."""
    return np.clip(loss, LOWEST_LOSS, HIGHEST_LOSS)


def colour_map(axes, values, extent):
    """Put a picture of values from 0 (blue) over 0.5 (white) to 1 (orange) on the axes."""
    return axes.imshow(
        values,
        cmap=BLUE_TO_ORANGE,
        vmin=0,
        vmax=1,
        extent=extent,
        origin="lower",
        alpha=MAP_ALPHA,
        interpolation="nearest",
    )


def predictions_over_the_plane(network):
    """Return the predictions on a grid (RESOLUTION, RESOLUTION), from the lower left."""
    return network.predict(POINTS).reshape(RESOLUTION, RESOLUTION)


def contour_at(axes, values, level, extent, colour, style):
    """Draw the line where values have a level, if they do anywhere; return a list with it."""
    if not values.min() < level < values.max():
        return []
    options = {"levels": [level], "colors": colour, "linestyles": [style], "extent": extent}
    return [axes.contour(values, linewidths=1.8, **options)]


def tile_places(n):
    """Return (left, bottom, side) for each of n square tiles that share the unit square."""
    columns = 1
    while columns * columns < n:
        columns += 1
    points = columns * (TILE_RESOLUTION + TILE_GAP)  # along the whole square
    side = TILE_RESOLUTION / points
    return [
        (
            k % columns / columns + TILE_GAP // 2 / points,
            1 - (k // columns + 1) / columns,
            side,
        )
        for k in range(n)
    ]


def colour_range(hidden, answers):
    """Return the answer that is drawn white, and how far the colours reach to each side."""
    if hidden == "sigmoid":
        return 0.5, 0.5
    return 0.0, 1.0 if hidden == "tanh" else max(np.abs(answers).max(), 1e-9)


def mosaic(tiles, places):
    """Put tiles (n, resolution, resolution) side by side into one picture, blank in between."""
    resolution = tiles.shape[-1]
    size = round(resolution / places[0][2])
    picture = np.full((size, size), np.nan)
    for tile, (left, bottom, _) in zip(tiles, places, strict=True):
        row, column = round(bottom * size), round(left * size)
        picture[row : row + resolution, column : column + resolution] = tile
    return picture


def signed(number):
    """Write a weight with its sign: "+2.3", "−0.4", "+3e+40"."""
    return (f"{number:+.1f}" if abs(number) < 1e4 else f"{number:+.0e}").replace("-", "−")


def short(number, decimals):
    """Write a number with fixed decimals, or, if it is huge, as a power of ten."""
    return f"{number:.{decimals}f}" if abs(number) < 1e4 else f"{number:.1e}"


def draw(run, frame=-1, kept=None):
    """Draw a run on a figure of its own.

    Parameters
    ----------
    run : Run
    frame : int
        The row of the run's arrays; by default the last.
    kept : Run, optional

    Returns
    -------
    figure : matplotlib Figure
    description : str
    """
    view = View()
    description = view.update(run, frame % len(run.epoch), kept)
    return view.figure, description


# ------------------------------------------------------------------------------- the words


def describe(run, frame, kept=None, kept_frame=None):
    """Say in words what the picture shows."""
    network = run.networks.member(frame)
    text = (
        f"{name_of(run.settings)}. At epoch {run.epoch[frame]} of {run.settings.epochs} the loss "
        f"is {short(run.loss[frame], 4)} (at the start {run.loss[0]:.4f}, lowest "
        f"{run.loss.min():.4f}). "
        f"{corners_in_words(network)} {milestones_in_words(run)}"
    )
    text += f" {units_in_words(network)}"
    if kept is not None:
        text += (
            f" The kept run (dashed): {name_of(kept.settings, than=run.settings)}; at epoch "
            f"{kept.epoch[kept_frame]} its loss is {short(kept.loss[kept_frame], 4)}, its largest "
            f"error {kept.largest_error[kept_frame]:.2f}."
        )
    return text


def name_of(settings, than=None):
    """Name the settings, or only those that are others ``than`` the given."""
    n = settings.hidden_size
    words = {
        "learning_rate": f"learning rate {settings.learning_rate:g}",
        "hidden_size": f"{n} hidden unit{'s' if n > 1 else ''}",
        "hidden": next(label for label, name in ACTIVATIONS if name == settings.hidden),
        "loss": settings.loss.upper(),
        "start": f"start {settings.start}",
        "epochs": f"{settings.epochs} epochs",
    }
    if words["hidden"] == "none":
        words["hidden"] = "no activation"
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


def corners_in_words(network):
    """Say how many of the four corners are right, and how far off the worst is."""
    a = network.predict(X)
    wrong = wrongly_predicted(a, y)
    error = np.abs(a - y).max()
    text = f"{4 - wrong.sum()} of the 4 corners are right"
    if 0 < wrong.sum() < 4:
        text += f" (not {listed(point_name(x) for x in X[wrong])})"
    return f"{text}, the largest error is {error:.2f}."


def milestones_in_words(run):
    """Say from when on the run was right and solved, or how it ended."""
    right, solved = run.holds_from(0.5), run.holds_from(SOLVED)
    if run.divergence is not None:
        return f"The run ended: at epoch {run.divergence.epoch} the loss left the finite numbers."
    if solved is not None:
        return f"All four stay right from epoch {right} on, solved from epoch {solved} on."
    if right is not None:
        return f"All four stay right from epoch {right} on; XOR is not solved (error below 0.1)."
    rises = int((np.diff(run.loss) > 0).sum())
    ups = f"; the loss rose in {rises} steps" if rises else ""
    return f"XOR is not learned{ups}."


def units_in_words(network):
    """Say what the hidden units answer to the corners, and how they count."""
    answers, weights = network.forward(X)[1][1], network.W[2][:, 0]
    if len(weights) <= 4:
        units = (
            f"unit {k} ({signed(weight)}): {', '.join(short(a, 1) for a in column)}"
            for k, (weight, column) in enumerate(zip(weights, answers.T, strict=True), start=1)
        )
        names = ", ".join(point_name(x) for x in X)
        text = f"Hidden units, with their weight in the output, at {names}: {'; '.join(units)}."
    else:
        text = (
            f"The {len(weights)} hidden units count in the output with weights from "
            f"{signed(weights.min())} to {signed(weights.max())}."
        )
    return text.replace("-", "−")


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
    run : Run
        The newest.
    kept : Run or None
    """

    def __init__(self, settings, hide=()):
        self.settings, self.run, self.kept = settings, None, None
        self.runs = {}  # the newest trainings, by their settings
        self.view = View()
        controls = {
            "learning_rate": NumberSlider(
                "learning rate", settings.learning_rate, *RATES, 0.1, logarithmic=True
            ),
            "hidden_size": NumberSlider("hidden size", settings.hidden_size, *SIZES),
            "hidden": Menu("activation", settings.hidden, ACTIVATIONS),
            "loss": Menu("loss", settings.loss, LOSSES),
            "start": NumberSlider("start (seed)", settings.start, *STARTS),
            "epoch": NumberSlider(
                "epoch", settings.epochs, 0, settings.epochs, max(1, settings.epochs // 200)
            ),
            "keep": Button("Keep this run", "Draw the next runs against this one"),
            "forget": Button("Forget it", "Take the kept run out of the picture"),
        }
        rows = [
            ["learning_rate", "hidden_size", "start"],
            ["hidden", "loss", "keep", "forget"],
            ["epoch"],
        ]
        what = "a training with sliders for its learning rate and its hidden size"
        self.panel = panel = Panel(what, controls, hide=hide, rows=rows)
        panel.on_change([*SLIDERS, "hidden", "loss"], self.train)
        panel.on_change(["epoch"], self.redraw)
        panel.on_change(["keep"], self.keep)
        panel.on_change(["forget"], self.forget)
        panel.guarded(self.train)

    def train(self):
        """Train with the settings that the controls have now."""
        settings = replace(self.settings, **self.panel.values(Settings))
        self.panel.work(
            lambda job: self.trained(settings, job),
            self.deliver,
            f"Training {settings.epochs:,} epochs with {settings.hidden_size} hidden units …",
        )

    def trained(self, settings, job):
        """Return the run with these settings; each is trained once, as long as it is stored."""
        run = self.runs.get(settings) or compute(settings, job.stop_training)
        if not job.cancelled:
            self.runs.pop(settings, None)
            self.runs[settings] = run  # the newest stand last
            for old in [*self.runs][:-RUNS_KEPT]:
                del self.runs[old]
        return run

    def deliver(self, run):
        """Show a new run, and train meanwhile what one more step of the slider will ask for."""
        expected = None if self.run is None else self.next_step(self.run.settings, run.settings)
        self.run = run
        if run.divergence is None:
            self.panel.message.say("")
        else:
            self.panel.complain(run.divergence)
        self.redraw()
        if expected is not None:
            self.panel.work_ahead(lambda job: self.trained(expected, job))

    def next_step(self, old, new):
        """Return the settings one more step away, if a slider led from the old to the new ones."""
        for name in SLIDERS:
            before, now = getattr(old, name), getattr(new, name)
            if now != before and replace(old, **{name: now}) == new:
                value = self.panel.controls[name].neighbour(1 if now > before else -1)
                return replace(new, **{name: value})
        return None

    def redraw(self):
        """Show the run at the epoch of the slider."""
        if self.run is not None:
            self.panel.draw(self._redraw)

    def _redraw(self):
        frame = self.run.frame_at(self.panel.controls["epoch"].value)
        description = self.view.update(self.run, frame, self.kept)
        self.panel.picture.show(self.view.figure, description, self.view.moving)

    def keep(self):
        """Pin the run that is shown."""
        self.kept = self.run
        self.redraw()
        self.panel.message.say(f"Kept: {name_of(self.kept.settings)}. Now change something.")

    def forget(self):
        """Take the pinned run away."""
        self.kept = None
        self.redraw()
        self.panel.message.say("")


def show(*, hide=(), **settings):
    """Put the widget on the page.

    Parameters
    ----------
    hide : collection of str
        Names of controls to leave out: "learning_rate", "hidden_size", "hidden", "loss", "start",
        "epoch", "keep", "forget". What is hidden keeps its value.
    settings
        Any of :class:`Settings`: ``show(learning_rate=50, hidden_size=2, epochs=3000)``.
    """
    Widget(make_settings(Settings, settings), hide).panel.show()
