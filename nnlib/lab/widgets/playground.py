"""Lesson 06: the playground, where data, network and training are all yours to choose."""

from dataclasses import dataclass, fields, replace

import ipywidgets as widgets
import numpy as np
from matplotlib.collections import LineCollection

from nnlib import datasets
from nnlib.backprop import backward_pass
from nnlib.history import DivergenceError
from nnlib.lab.figures.plane import grid_of_points, wrongly_predicted
from nnlib.lab.figures.style import BLACK, BLUE, COLOURS, GREY, LINE_STYLES, ORANGE, new_figure
from nnlib.lab.widgets.controls import Button, Menu, NumberBox, NumberSlider, Tick
from nnlib.lab.widgets.learning_rate_and_hidden_size import (
    ACTIVATIONS,
    LOSSES,
    RATES,
    STARTS,
    TILE_GAP,
    TILE_RESOLUTION,
    colour_map,
    colour_range,
    contour_at,
    short,
    signed,
)
from nnlib.lab.widgets.panel import Panel, make_settings
from nnlib.lab.widgets.player import Player
from nnlib.losses import LOSSES as KNOWN_LOSSES
from nnlib.network import Network, forward_pass
from nnlib.training import train
from nnlib.validation import check_choice, check_integer, check_number

DATA = [
    ("XOR", "xor"),
    ("circles", "circles"),
    ("moons", "moons"),
    ("spirals", "spirals"),
    ("blobs", "blobs"),
]
SAMPLES = [20, 60, 100, 200, 400]
NOISES = (0.0, 1.0)
TEST_SHARES = (0, 90)
FIRST_SIZES, SECOND_SIZES = (1, 8), (0, 8)
WEIGHT_DECAYS = [0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
BATCH_SIZES = [0, 1, 5, 10, 20, 50]
EPOCHS = [100, 300, 1000, 3000, 10_000]
MOST_FRAMES = 200  # measurements of a training, beside the start
RUNS_KEPT = 30  # trainings that can be returned to without training again

RESOLUTION = 51
LOSS_EDGES = (1e-6, 1e3)  # of the picture: what is beyond is drawn at the edge
GRADIENT_EDGES = (1e-9, 1e3)
WIDEST_LINE = 4.5
LARGEST_TILE = 0.66  # inches


@dataclass(frozen=True)
class Settings:
    """Everything that a training in the playground depends on.

    Attributes
    ----------
    data : str
        "xor", "circles", "moons", "spirals" or "blobs".
    samples : int
    noise : float
        Standard deviation, added to each coordinate.
    test_share : int
        How many percent of the samples are kept for the test.
    sample : int
        The seed from which the data is drawn.
    layer_1, layer_2 : int
        Units in the hidden layers; 0 in the second for a single hidden layer.
    hidden, loss : str
    learning_rate, weight_decay : float
        The second is the strength of L2.
    batch_size : int
        0 for all training samples at once.
    start : int
        The seed from which the weights are drawn, and the order of the batches.
    epochs : int
    """

    data: str = "circles"
    samples: int = 200
    noise: float = 0.1
    test_share: int = 50
    sample: int = 0
    layer_1: int = 4
    layer_2: int = 0
    hidden: str = "tanh"
    loss: str = "bce"
    learning_rate: float = 0.5
    weight_decay: float = 0.0
    batch_size: int = 0
    start: int = 42
    epochs: int = 1000

    def __post_init__(self):
        # What has a menu that takes further values is looked at here; the other controls do it.
        check_integer("samples", self.samples, "Try 200.", at_least=4)
        check_integer("epochs", self.epochs, "Try 1000.")
        check_number("weight_decay", self.weight_decay, at_least=0, what_to_do="Use 0 for none.")
        advice = "Use 0 for all samples at once."
        check_integer("batch_size", self.batch_size, advice, at_least=0)

    @property
    def layer_sizes(self):
        """The sizes of all layers: [2, 4, 1]."""
        hidden = [self.layer_1, self.layer_2] if self.layer_2 else [self.layer_1]
        return [2, *hidden, 1]


# Beginnings for a lecture or an investigation: what is not named has its default.
PRESETS = {
    "circles": {},
    "too small": {"layer_1": 2},
    "overfitting": {
        "data": "moons",
        "samples": 60,
        "noise": 0.35,
        "layer_1": 8,
        "layer_2": 8,
        "learning_rate": 0.2,
    },
    "stuck": {
        "layer_1": 8,
        "layer_2": 8,
        "hidden": "sigmoid",
        "loss": "mse",
        "learning_rate": 1.0,
    },
    "spirals": {
        "data": "spirals",
        "noise": 0.02,
        "layer_1": 8,
        "layer_2": 8,
        "batch_size": 10,
        "epochs": 300,
    },
    "too fast": {"layer_1": 8, "layer_2": 8, "hidden": "identity", "learning_rate": 50.0},
    "dead": {"layer_1": 8, "layer_2": 8, "hidden": "relu", "learning_rate": 10.0},
}


@dataclass(frozen=True)
class Data:
    """Samples, split into those to train on and those to test with.

    Attributes
    ----------
    X, y : arrays (n_samples, 2), (n_samples, 1)
        All of them.
    training, test : arrays of int
        Their rows.
    """

    X: np.ndarray
    y: np.ndarray
    training: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Run:
    """A training, stored: moving through its epochs trains nothing again.

    Attributes
    ----------
    settings : Settings
    data : Data
    epoch : array of int (n_frames,)
    loss : array (n_frames,)
        Over the training samples, without the term of L2.
    test_loss : array (n_frames,) or None
    networks : Network
        A stack: the network at each of these epochs.
    slopes : array (n_layers, n_frames)
        For each layer the mean of ``|dL/dW|``, over all training samples and without L2.
    divergence : DivergenceError or None
        If it diverged, what happened; the arrays end before.
    """

    settings: Settings
    data: Data
    epoch: np.ndarray
    loss: np.ndarray
    test_loss: np.ndarray | None
    networks: Network
    slopes: np.ndarray
    divergence: DivergenceError | None

    @property
    def last_epoch(self):
        """How far the picture of the curves reaches."""
        return self.settings.epochs if self.divergence is None else self.divergence.epoch

    def share_right(self, frame):
        """Return which part of the test samples is on its side of the line; None without any."""
        rows = self.data.test
        if len(rows) == 0:
            return None
        return 1 - float(wrong_ones(self.networks.member(frame), self.data, rows).mean())

    def frame_at(self, epoch):
        """Return the row that is nearest to an epoch."""
        return int(np.abs(self.epoch - epoch).argmin())


# --------------------------------------------------------------------------------- computing


def compute(settings, callback=None):
    """Train a network and keep everything that is drawn.

    Parameters
    ----------
    settings : Settings
    callback : function, optional
        As in ``train``: it can end the training early.

    Returns
    -------
    Run
    """
    data = load(settings)
    divergence = None
    try:
        network, history = train_once(settings, data, settings.epochs, callback)
    except DivergenceError as error:
        divergence = error
    if divergence is not None and divergence.epoch > 0:
        try:  # once more up to there, in small steps: when exactly was it?
            train_once(settings, data, divergence.epoch, callback)
        except DivergenceError as error:
            divergence = error
    if divergence is not None:
        network, history = new_network(settings)[0], divergence.history
    sound = np.isfinite(history.loss) & np.isfinite(history.parameters).all(axis=-1)
    networks = network.with_vector(history.parameters[sound])
    test_loss = None if history.validation_loss is None else history.validation_loss[sound]
    slopes = slopes_of(networks, data.X[data.training], data.y[data.training], settings.loss)
    epoch, loss = history.epoch[sound], history.loss[sound]
    return Run(settings, data, epoch, loss, test_loss, networks, slopes, divergence)


def load(settings):
    """Return the data of the settings."""
    check_choice("data", settings.data, dict.fromkeys(name for _, name in DATA))
    rng = np.random.default_rng(settings.sample)
    if settings.data == "xor":
        X, y = (np.repeat(each, settings.samples // 4, axis=0) for each in datasets.xor())
        X = X + settings.noise * rng.normal(size=X.shape)
    else:
        make = getattr(datasets, settings.data)
        X, y = make(settings.samples, noise=settings.noise, rng=rng)
    order = rng.permutation(len(X))
    n_training = number_for_training(settings)
    return Data(X, y, order[:n_training], order[n_training:])


def number_of_samples(settings):
    """Return how many samples there are; for XOR as many at each corner."""
    return settings.samples // 4 * 4 if settings.data == "xor" else settings.samples


def number_for_training(settings):
    """Return how many samples are left to train on."""
    n = number_of_samples(settings)
    return n - round(n * settings.test_share / 100)


def batch_size_of(settings):
    """Return the number of samples in a step, or None for all."""
    n_training = number_for_training(settings)
    return settings.batch_size if 0 < settings.batch_size < n_training else None


def new_network(settings):
    """Return the network before its first step, and the Generator that goes on to shuffle."""
    rng = np.random.default_rng(settings.start)
    return Network.random(
        settings.layer_sizes, hidden=settings.hidden, output="sigmoid", rng=rng
    ), rng


def train_once(settings, data, epochs, callback):
    """Return a trained network and its history, measured about ``MOST_FRAMES`` times."""
    network, rng = new_network(settings)
    X, y, test = data.X, data.y, data.test
    history = train(
        network,
        X[data.training],
        y[data.training],
        loss=settings.loss,
        learning_rate=settings.learning_rate,
        epochs=epochs,
        batch_size=batch_size_of(settings),
        rng=rng,
        weight_decay=settings.weight_decay,
        validation=(X[test], y[test]) if len(test) else None,
        measure_every=-(-epochs // MOST_FRAMES),
        keep_parameters=True,
        callback=callback,
    )
    return network, history


def slopes_of(networks, X, y, loss):
    """Return the mean of ``|dL/dW|`` for each layer and each network of a stack."""
    with np.errstate(over="ignore", invalid="ignore"):
        z, a = forward_pass(networks, X)
        gradients = backward_pass(networks, z, a, y, KNOWN_LOSSES[loss])
        return np.array([np.abs(dW).mean(axis=(-2, -1)) for dW in gradients.W[1:]])


def answers_of(network, points):
    """Return the activations of every layer; what leaves the finite numbers is cut off."""
    with np.errstate(over="ignore", invalid="ignore"):
        _, a = forward_pass(network, points)
    return [np.nan_to_num(each, posinf=1e300, neginf=-1e300) for each in a]


# ------------------------------------------------------------------------------------ the code


def code(settings, epoch=None):
    """Write the lines of nnlib that make the data, the network and its training.

    Parameters
    ----------
    settings : Settings
    epoch : int, optional
        How long to train; by default to the end. Training repeats exactly, so this is the network
        that the widget shows at that epoch.

    Returns
    -------
    str
        Python: after it ran, ``net`` is the network and ``history`` what was measured.
    """
    s = settings
    epoch = s.epochs if epoch is None else epoch
    if s.data == "xor":
        lines = [
            "corners, answers = datasets.xor()",
            f"X = np.repeat(corners, {s.samples // 4}, axis=0)",
            f"X = X + {s.noise!r} * rng.normal(size=X.shape)",
            f"y = np.repeat(answers, {s.samples // 4}, axis=0)",
        ]
    else:
        lines = [f"X, y = datasets.{s.data}({s.samples}, noise={s.noise!r}, rng=rng)"]
    has_test = number_for_training(s) < number_of_samples(s)
    lines += ["order = rng.permutation(len(X))"]
    if has_test:
        n = number_for_training(s)
        lines += [f"training, test = order[:{n}], order[{n}:]"]
    else:
        lines += ["training = order"]
    options = [f'loss="{s.loss}"', f"learning_rate={s.learning_rate!r}", f"epochs={max(epoch, 1)}"]
    if batch_size_of(s) is not None:
        options += [f"batch_size={batch_size_of(s)}", "rng=rng"]
    if s.weight_decay:
        options += [f"weight_decay={s.weight_decay!r}"]
    if has_test:
        options += ["validation=(X[test], y[test])"]
    net = "net" if epoch > 0 else "net.copy()"
    row = -1 if epoch > 0 else 0
    lines += [
        "",
        f"rng = np.random.default_rng({s.start})  # start {s.start}",
        "net = Network.random(",
        f'    {s.layer_sizes}, hidden="{s.hidden}", output="sigmoid", rng=rng',
        ")",
        *([] if epoch > 0 else ["# Epoch 0: the copy makes one step, net stays as it is."]),
        "history = train(",
        f"    {net}, X[training], y[training],",
        *(f"    {option}," for option in options),
        ")",
        f'print(f"training loss {{history.loss[{row}]:.4f}}")',
    ]
    if has_test:
        lines += [f'print(f"test loss {{history.validation_loss[{row}]:.4f}}")']
    return "\n".join(
        [
            "import numpy as np",
            "",
            "from nnlib import Network, datasets, train",
            "from nnlib.lab.figures import plane",
            "",
            f"rng = np.random.default_rng({s.sample})  # sample {s.sample}",
            *lines,
            "plane.decision_boundary(net, X, y)",
        ]
    )


def call(settings):
    """Write the line that opens the playground with these settings."""
    changed = [
        f"{field.name}={getattr(settings, field.name)!r}".replace("'", '"')
        for field in fields(settings)
        if getattr(settings, field.name) != field.default
    ]
    return f"playground.show({', '.join(changed)})"


# ----------------------------------------------------------------------------------- drawing


class View:
    """The picture: the network with a map in each unit, the plane, losses and gradients.

    A kept run has its own plane beside that of the run, and grey curves.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self):
        self.figure, axes = new_figure(2, 3, width=10.6, height=5.7)
        self.figure.set_layout_engine(None)  # places are given: no time for a layout
        (self.net, here, there), (self.losses, self.slopes, spare) = axes
        spare.remove()
        self.net.set_axis_off()
        self.plane, self.kept_plane = Plane(here, "This run"), Plane(there, "Kept run")
        self._prepare_net()
        self.epoch_lines = []
        self.loss_lines = self._prepare_curves(
            self.losses, "Loss (log scale)", [(BLUE, "-", 1.8), (ORANGE, "--", 1.8)]
        )
        self.slope_lines = self._prepare_curves(
            self.slopes,
            "Mean |dL/dW| (log scale)",
            [(COLOURS[k], LINE_STYLES[k], 1.8) for k in range(3)],
        )
        self.cross = self.losses.plot([], [], "X", color=BLACK, markersize=11)[0]
        self.shape = None

    def _prepare_net(self):
        self.weights = []
        for colour, style in ((ORANGE, "-"), (BLUE, (0, (2.5, 1.2)))):
            lines = LineCollection([], colors=colour, linestyles=[style], alpha=0.75)
            self.weights.append(self.net.add_collection(lines))
        grid = np.zeros((1, 1))
        self.columns = [colour_map(self.net, grid, (0, 1, 0, 1)) for _ in range(4)]
        for column in self.columns:
            column.set_zorder(2)
        self.frames = LineCollection([], colors=GREY, linewidths=0.8, zorder=3)
        self.net.add_collection(self.frames)
        style = {"ha": "center", "va": "bottom", "fontsize": 9.5, "color": BLACK}
        self.headings = [self.net.text(0, 0, "", **style) for _ in range(4)]
        self.net.set(aspect="auto")

    def _prepare_curves(self, axes, title, styles):
        """Return pairs of lines: of this run, of the kept run."""
        axes.set(title=title, xlabel="epoch", yscale="log")
        axes.minorticks_off()
        self.epoch_lines.append(axes.axvline(0, color=BLACK, linewidth=1.2, linestyle=":"))
        return [
            (
                axes.plot([], [], color=colour, linestyle=style, linewidth=width)[0],
                axes.plot([], [], color=GREY, linestyle=style, linewidth=1.1)[0],
            )
            for colour, style, width in styles
        ]

    @property
    def moving(self):
        """All that changes from picture to picture, in the order in which it is drawn."""
        pairs = [*self.loss_lines, *self.slope_lines]
        curves = [pair[1] for pair in pairs] + [pair[0] for pair in pairs]
        net = [*self.weights, *self.columns, self.frames]
        kept = self.kept_plane.moving if self.kept_plane.axes.get_visible() else []
        return [*curves, *self.epoch_lines, self.cross, *net, *self.plane.moving, *kept]

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
        self._arrange(run, kept)
        self._update_curves(run, frame, kept)
        self.plane.update(run, frame)
        self._update_net(run.networks.member(frame))
        if kept is not None:
            self.kept_plane.update(kept, kept_frame)
        return describe(run, frame, kept, kept_frame)

    def _arrange(self, run, kept):
        """Give every part its place and its legend, if something has changed there."""
        n_layers = max(each.networks.n_layers for each in (run, kept) if each is not None)
        tests = [each is not None and each.test_loss is not None for each in (run, kept)]
        shape = (n_layers, kept is not None, *tests)
        if shape == self.shape:
            return
        self.shape = shape
        width, height = self.figure.get_size_inches()

        def place(axes, left, bottom, across, up):
            axes.set_position([left / width, bottom / height, across / width, up / height])

        self.net_size = (6.55, 3.3) if kept is None else (4.0, 3.3)
        place(self.net, 0.05, 2.3, *self.net_size)
        self.net.set(xlim=(0, self.net_size[0]), ylim=(0, self.net_size[1]))
        place(self.plane.axes, *((7.2, 2.4, 3.0, 3.0) if kept is None else (4.6, 2.5, 2.6, 2.6)))
        place(self.kept_plane.axes, 7.85, 2.5, 2.6, 2.6)
        self.kept_plane.axes.set_visible(kept is not None)
        place(self.losses, 0.7, 0.5, 3.4, 1.25)
        place(self.slopes, 6.0, 0.5, 3.5, 1.25)
        names = ["training", "test"][: 1 + any(tests)]
        self._legend(self.losses, self.loss_lines, names, kept)
        names = [f"layer {layer + 1}" for layer in range(n_layers)]
        self._legend(self.slopes, self.slope_lines, names, kept)

    def _legend(self, axes, lines, names, kept):
        handles = [pair[0] for pair in lines[: len(names)]]
        if kept is not None:
            handles, names = [*handles, lines[0][1]], [*names, "kept run"]
        style = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "frameon": False}
        axes.legend(handles, names, fontsize=8.5, handlelength=2.4, **style)

    def _update_curves(self, run, frame, kept):
        both = (run, kept)
        test_losses = [each and each.test_loss for each in both]
        losses = [(each and each.loss, test) for each, test in zip(both, test_losses, strict=True)]
        self._update_lines(self.losses, self.loss_lines, both, losses, LOSS_EDGES)
        slopes = [() if each is None else list(each.slopes) for each in both]
        self._update_lines(self.slopes, self.slope_lines, both, slopes, GRADIENT_EDGES)
        for line in self.epoch_lines:
            line.set_xdata([run.epoch[frame]] * 2)
        ended = run.divergence is not None
        last = np.clip(run.loss[-1:], *LOSS_EDGES)
        self.cross.set_data(*((run.epoch[-1:], last) if ended else ([], [])))

    def _update_lines(self, axes, lines, runs, values, edges):
        """Draw the curves of both runs, and choose whole powers of ten around them."""
        seen = []
        for k, pair in enumerate(lines):
            for line, run, curves in zip(pair, runs, values, strict=True):
                curve = curves[k] if k < len(curves) else None
                if run is None or curve is None:
                    line.set_data([], [])
                    continue
                curve = np.clip(np.nan_to_num(curve, posinf=edges[1]), *edges)
                line.set_data(run.epoch, curve)
                seen.append(curve)
        low = 10 ** np.floor(np.log10(min(curve.min() for curve in seen)))
        high = 10 ** np.ceil(np.log10(max(curve.max() for curve in seen)) + 1e-9)
        last = max(run.last_epoch for run in runs if run is not None)
        if (*axes.get_xlim(), *axes.get_ylim()) != (0, last, low, high):
            axes.set(xlim=(0, last), ylim=(low, high))
            decades = round(np.log10(high / low))
            powers = np.arange(0, decades + 1, max(1, -(-decades // 4)))
            axes.set_yticks(low * 10.0**powers)
            axes.minorticks_off()

    def _update_net(self, network):
        sizes = network.layer_sizes
        width, height = self.net_size
        height -= 0.4  # for the headings, and a little below
        share = TILE_GAP / TILE_RESOLUTION  # of a gap, in sides
        side = min(LARGEST_TILE, height / (max(sizes) * (1 + share) - share))
        lefts = np.linspace(0.15, width - 0.15 - side, len(sizes))
        maps = answers_of(network, self.plane.tile_points)
        names = headings(network)
        places, frames = [], []
        for layer, (column, heading) in enumerate(zip(self.columns, self.headings, strict=True)):
            column.set_visible(layer < len(sizes))
            heading.set_visible(layer < len(sizes))
            if layer == len(sizes):
                continue
            n, left = sizes[layer], lefts[layer]
            total = side * (n + share * (n - 1))
            bottom = 0.1 + (height - total) / 2
            kind = network.activations[layer].name if layer > 0 else "identity"
            column.set_data(column_of_tiles(maps[layer], kind))
            column.set_extent((left, left + side, bottom, bottom + total))
            heading.set_position((left + side / 2, bottom + total + 0.05))
            heading.set_text(names[layer])
            tops = bottom + total - side * (1 + share) * np.arange(n)
            places.append((left, tops - side / 2))
            frames += [square(left, top - side, side) for top in tops]
        self.frames.set_segments(frames)
        self.net.set(xlim=(0, width), ylim=(0, self.net_size[1]))
        self._update_weights(network, places, side)

    def _update_weights(self, network, places, side):
        segments, weights = [], []
        for layer, W in enumerate(network.W[1:]):
            (left, middles), (right, ends) = places[layer : layer + 2]
            for (j, k), weight in np.ndenumerate(W):
                segments.append([(left + side, middles[j]), (right, ends[k])])
                weights.append(weight)
        segments, weights = np.array(segments), np.array(weights)
        widths = 0.4 + WIDEST_LINE * np.abs(weights) / max(np.abs(weights).max(), 1e-300)
        for lines, chosen in zip(self.weights, (weights >= 0, weights < 0), strict=True):
            lines.set_segments(segments[chosen])
            lines.set_linewidths(widths[chosen])


class Plane:
    """The plane of the inputs with a run's predictions and its samples.

    Attributes
    ----------
    axes : matplotlib Axes
    tile_points : array (n, 2)
        A coarse grid over the same part of the plane, for the maps in the units.
    """

    def __init__(self, axes, title):
        self.axes = axes
        axes.set_title(title)
        axes.grid(False)
        self.map = colour_map(axes, np.zeros((RESOLUTION, RESOLUTION)), (0, 1, 0, 1))
        axes.set_autoscale_on(False)  # the square around the samples, whatever is drawn in it
        self.boundary = []
        style = {"linestyle": "", "markeredgewidth": 0.7}
        self.dots = {}
        for label, (marker, colour) in {0: ("o", BLUE), 1: ("s", ORANGE)}.items():
            for part, size in (("test", 4.2), ("training", 5)):
                filled = part == "training"
                face, edge = (colour, "white") if filled else ("white", colour)
                self.dots[part, label] = axes.plot(
                    [], [], marker, markersize=size, color=face, markeredgecolor=edge, **style
                )[0]
        (self.wrong,) = axes.plot([], [], "x", color=BLACK, markersize=7, markeredgewidth=1.1)
        self.data = self.span = None

    @property
    def moving(self):
        """What changes from picture to picture, in the order in which it is drawn."""
        spines = [self.axes.spines["left"], self.axes.spines["bottom"]]  # the map covers them
        return [self.map, *self.boundary, *self.dots.values(), self.wrong, *spines]

    def update(self, run, frame):
        """Show a run at one of its measurements."""
        if run.data is not self.data:
            self._update_data(run.data)
        network = run.networks.member(frame)
        for line in self.boundary:
            line.remove()
        a = answers_of(network, self.points)[-1].reshape(RESOLUTION, RESOLUTION)
        self.map.set_data(a)
        self.boundary = contour_at(self.axes, a, 0.5, self.extent, BLACK, "-")
        self.wrong.set_data(*run.data.X[wrong_ones(network, run.data)].T)

    def _update_data(self, data):
        self.data = data
        for (part, label), dots in self.dots.items():
            rows = getattr(data, part)
            dots.set_data(*data.X[rows[data.y[rows, 0] == label]].T)
        (left, right), (bottom, top) = square_around(data.X)
        self.extent = (left, right, bottom, top)
        self.points = grid_of_points(((left, right), (bottom, top)), RESOLUTION)
        self.tile_points = grid_of_points(((left, right), (bottom, top)), TILE_RESOLUTION)
        self.map.set_extent(self.extent)
        if (*self.axes.get_xlim(), *self.axes.get_ylim()) != self.extent:
            self.axes.set(xlim=(left, right), ylim=(bottom, top))
            self.axes.locator_params(nbins=4)


def square_around(X):
    """Return ((left, right), (bottom, top)), a square with round numbers around the points."""
    low, high = X.min(axis=0) - 0.2, X.max(axis=0) + 0.2
    middle = np.round(2 * (low + high)) / 4  # whole quarters, so that samples share a frame
    reach = np.ceil(2 * np.max(np.maximum(high - middle, middle - low))) / 2
    return tuple((float(centre - reach), float(centre + reach)) for centre in middle)


def column_of_tiles(a, activation):
    """Put the answers (n_points, n_units) of a layer below each other, as values from 0 to 1."""
    n = a.shape[1]
    tiles = a.T.reshape(n, TILE_RESOLUTION, TILE_RESOLUTION)
    middle, reach = colour_range(activation, tiles)
    tiles = (tiles - middle) / (2 * reach) + 0.5
    column = np.full((n, TILE_RESOLUTION + TILE_GAP, TILE_RESOLUTION), np.nan)
    column[:, TILE_GAP:] = tiles[::-1]  # the first unit is on top, and rows count from the bottom
    return column.reshape(-1, TILE_RESOLUTION)[TILE_GAP:]


def square(left, bottom, side):
    """Return the corners of a square, the first one twice."""
    right, top = left + side, bottom + side
    return [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]


def headings(network):
    """Return what stands above each layer."""
    names = ["inputs"]
    word = next(label for label, name in ACTIVATIONS if name == network.hidden)
    names += [f"layer {layer}: {word}" for layer in range(1, network.n_layers)]
    return [*names, "output"]


def word_for(activation):
    """Return the word that a reader knows an activation by."""
    word = next(label for label, name in ACTIVATIONS if name == activation)
    return "no activation" if word == "none" else word


def wrong_ones(network, data, rows=slice(None)):
    """Return which samples are on the wrong side of the line."""
    return wrongly_predicted(answers_of(network, data.X[rows])[-1], data.y[rows])


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
    names = words_of(run.settings)
    text = f"{', '.join(names.values())}. {state_in_words(run, frame)}"
    if run.test_loss is not None:
        best = run.test_loss.argmin()
        text += f" The test loss is lowest at epoch {run.epoch[best]}: {run.test_loss[best]:.4f}."
    if run.divergence is not None:
        text += f" The run ended: at epoch {run.divergence.epoch} the loss left the finite numbers."
    text += f" {network_in_words(run.networks.member(frame))}"
    if kept is not None:
        others = words_of(kept.settings)
        changed = [others[name] for name in others if others[name] != names[name]]
        text += f" The kept run, {', '.join(changed) or 'with the same settings'}: "
        state = state_in_words(kept, kept_frame)
        text += state[0].lower() + state[1:]
    return text[0].upper() + text[1:]


def words_of(settings):
    """Return words for everything a training depends on, by part."""
    data = next(label for label, name in DATA if name == settings.data)
    n_training = number_for_training(settings)
    batch_size = batch_size_of(settings)
    words = {
        "data": f"{data} with noise {settings.noise:g}, sample {settings.sample}",
        "samples": f"{n_training} training samples",
        "network": f"network {'-'.join(map(str, settings.layer_sizes))}",
        "hidden": word_for(settings.hidden),
        "loss": settings.loss.upper(),
        "learning_rate": f"learning rate {settings.learning_rate:g}",
        "weight_decay": f"L2 {settings.weight_decay:g}" if settings.weight_decay else "no L2",
        "batch_size": "all at once" if batch_size is None else f"batches of {batch_size}",
        "start": f"start {settings.start}",
    }
    return words


def state_in_words(run, frame):
    """Say where a run stands: losses, right answers, gradients."""
    network, data = run.networks.member(frame), run.data
    parts = [("training", data.training, run.loss), ("test", data.test, run.test_loss)]
    losses, rights = [], []
    for name, rows, loss in parts:
        if loss is not None:
            losses.append(f"the {name} loss is {short(loss[frame], 4)}")
            right = len(rows) - int(wrong_ones(network, data, rows).sum())
            rights.append(f"{right} of {len(rows)} {name} samples")
    slopes = ", ".join(
        f"{slope:.2g} in layer {layer}" for layer, slope in enumerate(run.slopes[:, frame], start=1)
    )
    if not run.slopes[:, frame].any():
        slopes += ": nothing moves any more"
    return (
        f"At epoch {run.epoch[frame]} of {run.settings.epochs} {' and '.join(losses)}; "
        f"{' and '.join(rights)} are on their side of the line. Mean |dL/dW|: {slopes}."
    )


def network_in_words(network):
    """Say how large the weights are, and which unit counts most."""
    low = min(W.min() for W in network.W[1:])
    high = max(W.max() for W in network.W[1:])
    last = network.W[-1][:, 0]
    most = int(np.abs(last).argmax())
    return (
        f"The weights lie between {signed(low)} and {signed(high)}; the output listens most to "
        f"unit {most + 1} of layer {network.n_layers - 1} ({signed(last[most])})."
    )


# ----------------------------------------------------------------------------- on the page


class CodeBox:
    """The code for what is on the screen, to read and to copy.

    Attributes
    ----------
    widget : ipywidgets widget
    """

    def __init__(self):
        layout = widgets.Layout(width="100%")
        self.area = widgets.Textarea(
            description="the code", rows=24, layout=layout, style={"description_width": "initial"}
        )
        self.area.add_class("nnlib-code")
        font = widgets.HTML("<style>.nnlib-code textarea {font-family: monospace}</style>")
        self.widget = widgets.VBox([font, self.area])
        self.widget.layout.display = "none"

    def observe(self, function):
        """Nothing: it is there to be read."""

    def show(self, text):
        """Show the code, or hide the box if ``text`` is None."""
        if text is not None:
            self.area.value = text
            self.area.rows = text.count("\n") + 2
        self.widget.layout.display = "none" if text is None else "flex"


def menu(name, value, choices, words=None):
    """Return a Menu of numbers, with ``value`` among them."""
    choices, words = sorted({value, *choices}), words or {}
    return Menu(name, value, [(words.get(n, f"{n:,}"), n) for n in choices])


class Widget:
    """The controls, and what they do.

    Parameters
    ----------
    settings : Settings
    hide : collection of str
        Names of controls to leave out.
    preset : str, optional
        The name that the menu of presets shows.

    Attributes
    ----------
    panel : Panel
    player : Player
    run : Run
        The newest.
    kept : Run or None
    """

    def __init__(self, settings, hide=(), preset=None):
        self.settings, self.run, self.kept = settings, None, None
        self.runs = {}  # the newest trainings, by their settings
        self.view, self.code = View(), CodeBox()
        self.player = Player(self.show_frame)
        controls = self.make_controls(settings, preset)
        rows = [
            ["preset"],
            ["data", "samples"],
            ["noise", "test_share", "sample", "new_sample"],
            ["layer_1", "layer_2"],
            ["hidden", "loss"],
            ["weight_decay", "batch_size"],
            ["epochs", "learning_rate", "start"],
            ["play", "step", "reset", "clock", "epoch", "keep", "forget", "show_code"],
        ]
        what = "a playground, with controls for the data, the network and its training"
        self.panel = panel = Panel(what, controls, hide=hide, rows=rows)
        panel.root.children = (*panel.root.children, self.code.widget)
        self.names = [field.name for field in fields(Settings)]
        self.together = False  # several controls are being changed: train once, at the end
        panel.on_change(self.names, self.changed)
        panel.on_change(["preset"], self.load_preset)
        panel.on_change(["new_sample"], self.draw_new_sample)
        panel.on_change(["epoch"], self.epoch_changed)
        panel.on_change(["keep"], self.keep)
        panel.on_change(["forget"], self.forget)
        panel.on_change(["show_code"], self.redraw)
        self.player.connect(panel)
        panel.guarded(self.train)

    def make_controls(self, settings, preset):
        """Return all controls by name."""
        s = settings
        presets = [("your own", ""), *((name, name) for name in PRESETS)]
        share = (s.test_share, *TEST_SHARES, 10)
        return {
            "preset": Menu("preset", preset or "", presets),
            "data": Menu("data", s.data, DATA),
            "samples": menu("samples", s.samples, SAMPLES),
            "noise": NumberSlider("noise", float(s.noise), *NOISES, 0.05),
            "test_share": NumberSlider("for the test, in %", *share),
            "sample": NumberBox("sample (seed)", s.sample, *STARTS),
            "new_sample": Button("New sample", "Draw new data from the same source"),
            "layer_1": NumberSlider("units in layer 1", s.layer_1, *FIRST_SIZES),
            "layer_2": NumberSlider("units in layer 2 (0: none)", s.layer_2, *SECOND_SIZES),
            "hidden": Menu("activation", s.hidden, ACTIVATIONS),
            "start": NumberBox("start (seed)", s.start, *STARTS),
            "learning_rate": NumberSlider(
                "learning rate", float(s.learning_rate), *RATES, 0.1, logarithmic=True
            ),
            "loss": Menu("loss", s.loss, LOSSES),
            "weight_decay": menu("L2", float(s.weight_decay), WEIGHT_DECAYS, {0.0: "none"}),
            "batch_size": menu("batch size", s.batch_size, BATCH_SIZES, {0: "all samples"}),
            "epochs": menu("epochs", s.epochs, EPOCHS),
            **self.player.controls,
            "epoch": NumberSlider("epoch", s.epochs, 0, s.epochs, step_of(s)),
            "keep": Button("Keep this run", "Draw the next runs against this one"),
            "forget": Button("Forget it", "Take the kept run out of the picture"),
            "show_code": Tick("show the code", False),
        }

    # ---------------------------------------------------------------------- what controls do

    def changed(self):
        """Train with the new settings; they are the reader's own now."""
        if not self.together:
            self.set(preset="")
            self.train()

    def set(self, **values):
        """Change controls, without training in between."""
        self.together = True
        try:
            for name, value in values.items():
                self.panel.controls[name].value = value
        finally:
            self.together = False

    def load_preset(self):
        """Set every control as a preset says."""
        name = self.panel.controls["preset"].value
        if self.together or not name:
            return
        settings = Settings(**PRESETS[name])
        self.set(**{name: getattr(settings, name) for name in self.names})
        self.train()

    def draw_new_sample(self):
        """Draw other data from the same source."""
        box = self.panel.controls["sample"]
        box.value = (box.value + 1) % (STARTS[1] + 1)

    def train(self):
        """Train with the settings that the controls have now, unless that is done already."""
        settings = replace(self.settings, **self.panel.values(Settings))
        if settings in self.runs:
            self.panel.work(lambda job: self.runs[settings], self.deliver, "")
            return
        sizes = "-".join(map(str, settings.layer_sizes))
        self.panel.work(
            lambda job: compute(settings, job.stop_training),
            self.deliver,
            f"Training {settings.epochs:,} epochs of a {sizes} network …",
        )

    def deliver(self, run):
        """Show a new run."""
        self.run = run
        self.runs[run.settings] = run
        while len(self.runs) > RUNS_KEPT:
            del self.runs[next(iter(self.runs))]
        if run.divergence is None:
            self.panel.message.say("")
        else:
            self.panel.complain(run.divergence)
        epoch = self.panel.controls["epoch"]
        if epoch.box.max != run.settings.epochs:
            self.together = True
            try:
                epoch.reach(run.settings.epochs, step_of(run.settings))
                epoch.value = run.settings.epochs
            finally:
                self.together = False
        self.redraw()

    def epoch_changed(self):
        """Show the epoch; if it was not the clock that moved it, the clock stops."""
        if not self.player.counting:
            self.player.pause()
        if not self.together:
            self.redraw()

    def show_frame(self, frame):
        """Show a stored measurement by its number; the control for the epoch follows."""
        if self.run is not None:
            frame = min(frame, len(self.run.epoch) - 1)
            self.panel.controls["epoch"].value = int(self.run.epoch[frame])

    def redraw(self):
        """Show the run at the epoch of the control."""
        if self.run is not None:
            self.panel.draw(self._redraw)

    def _redraw(self):
        run = self.run
        frame = run.frame_at(self.panel.controls["epoch"].value)
        self.player.tell(frame, len(run.epoch) - 1)
        description = self.view.update(run, frame, self.kept)
        self.panel.picture.show(self.view.figure, description, self.view.moving)
        text = None
        if self.panel.controls["show_code"].value:
            text = code(run.settings, int(run.epoch[frame]))
            if run.divergence is not None:
                text += f"\n# With epochs={run.divergence.epoch} it ends in a DivergenceError."
            text += f"\n\n# In the playground: {call(run.settings)}"
        self.code.show(text)

    def keep(self):
        """Pin the run that is shown."""
        self.kept = self.run
        self.redraw()
        self.panel.message.say("Kept. It stands on the right. Now change something.")

    def forget(self):
        """Take the pinned run away."""
        self.kept = None
        self.redraw()
        self.panel.message.say("")


def step_of(settings):
    """Return the epochs from one measurement to the next."""
    return -(-settings.epochs // MOST_FRAMES)


def show(preset=None, *, hide=(), **settings):
    """Put the playground on the page.

    Parameters
    ----------
    preset : str, optional
        A beginning from :data:`PRESETS`: "circles", "too small", "overfitting", "stuck",
        "spirals", "too fast", "dead".
    hide : collection of str
        Names of controls to leave out: those of the settings, and "preset", "new_sample", "play",
        "step", "reset", "epoch", "keep", "forget", "show_code". What is hidden keeps its value.
    settings
        Any of :class:`Settings`, in place of what the preset says:
        ``show("overfitting", weight_decay=0.01, hide=("data", "noise"))``.

    Raises
    ------
    TypeError, ValueError
        For a name or a value that is not known.
    """
    given = dict(settings)
    if preset is not None:
        given = {**check_choice("preset", preset, PRESETS), **given}
    Widget(make_settings(Settings, given), hide, None if settings else preset).panel.show()
