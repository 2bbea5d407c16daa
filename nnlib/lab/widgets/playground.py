"""Lesson 06: the playground, where data, network and training are all yours to choose."""

from dataclasses import dataclass, fields, replace

import numpy as np
from matplotlib.collections import LineCollection

from nnlib import datasets
from nnlib.lab.figures.plane import grid_of_points, wrongly_predicted
from nnlib.lab.figures.style import BLACK, BLUE, COLOURS, GREY, LINE_STYLES, ORANGE, new_figure
from nnlib.lab.runs import Data, in_slices, last_of
from nnlib.lab.widgets.kit.controls import (
    Button,
    Choice,
    Number,
    Player,
    Slider,
    Tick,
    rate_slider,
)
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.widgets.panes import (
    ACTIVATIONS,
    LOSSES,
    TILE_GAP,
    TILE_RESOLUTION,
    Plane,
    colour_map,
    colour_range,
    square,
    word_for,
)
from nnlib.lab.widgets.run_widget import RunWidget, keep_buttons, step_of
from nnlib.lab.words import fixed, signed
from nnlib.network import Network, forward_pass
from nnlib.validation import check_choice, check_integer, check_number

STARTS = (0, 99)
DATA = [("XOR", "xor"), *((name, name) for name in ("circles", "moons", "spirals", "blobs"))]
SAMPLES = [20, 60, 100, 200, 400]
NOISES = (0.0, 1.0)
VALIDATION_SHARES = (0, 90)
FIRST_SIZES, SECOND_SIZES = (1, 8), (0, 8)
WEIGHT_DECAYS = [0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
BATCH_SIZES = [0, 1, 5, 10, 20, 50]
EPOCHS = [100, 300, 1000, 3000, 10_000]
MOST_FRAMES = 200  # measurements of a training, beside the start
LOSS_EDGES = (1e-6, 1e3)  # of the picture: what is beyond is drawn at the edge
GRADIENT_EDGES = (1e-9, 1e3)
WIDEST_LINE = 4.5
NARROW = 4.4  # inches: up to here the planes stand below the network
LARGEST_TILE = 0.62  # inches


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
    validation_share : int
        How many percent of the samples are kept for validation.
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
    validation_share: int = 50
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
        check_number("weight_decay", self.weight_decay, at_least=0, advice="Use 0 for none.")
        advice = "Use 0 for all samples at once."
        check_integer("batch_size", self.batch_size, advice, at_least=0)

    @property
    def layer_sizes(self):
        """The sizes of all layers: [2, 4, 1]."""
        hidden = [self.layer_1, self.layer_2] if self.layer_2 else [self.layer_1]
        return [2, *hidden, 1]


# Beginnings for a lecture or an investigation: what is not named has its default.
DEEP = {"layer_1": 8, "layer_2": 8}
PRESETS = {
    "circles": {},
    "too small": {"layer_1": 2},
    "overfitting": DEEP | {"data": "moons", "samples": 60, "noise": 0.35, "learning_rate": 0.2},
    "stuck": DEEP | {"hidden": "sigmoid", "loss": "mse", "learning_rate": 1.0},
    "spirals": DEEP | {"data": "spirals", "noise": 0.02, "batch_size": 10, "epochs": 300},
    "too fast": DEEP | {"hidden": "identity", "learning_rate": 50.0},
    "dead": DEEP | {"hidden": "relu", "learning_rate": 10.0},
}


# --------------------------------------------------------------------------------- computing


def slices(settings):
    """Train a network, measured about ``MOST_FRAMES`` times; yield the share done and the Run."""
    data = load(settings)

    def train(epochs):
        network, rng = new_network(settings)
        return in_slices(
            settings,
            data,
            network,
            loss=settings.loss,
            learning_rate=settings.learning_rate,
            epochs=epochs,
            batch_size=batch_size_of(settings),
            rng=rng,
            weight_decay=settings.weight_decay,
            measure_every=-(-epochs // MOST_FRAMES),
        )

    for share, run in train(settings.epochs):
        if run.divergence is not None and run.divergence.epoch > 0:
            finer = last_of(train(run.divergence.epoch))  # in small steps: when exactly was it?
            run = run if finer.divergence is None else replace(finer, epochs=settings.epochs)
        yield share, run


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


def share_right(run, frame):
    """Return which part of the validation samples is on its side of the line; None without any."""
    rows = run.data.validation
    if len(rows) == 0:
        return None
    return 1 - float(wrong_ones(run.networks.member(frame), run.data, rows).mean())


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
    return n - round(n * settings.validation_share / 100)


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
    has_validation = number_for_training(s) < number_of_samples(s)
    lines += ["order = rng.permutation(len(X))"]
    if has_validation:
        n = number_for_training(s)
        lines += [f"training, validation = order[:{n}], order[{n}:]"]
    else:
        lines += ["training = order"]
    options = [f'loss="{s.loss}"', f"learning_rate={s.learning_rate!r}", f"epochs={max(epoch, 1)}"]
    if batch_size_of(s) is not None:
        options += [f"batch_size={batch_size_of(s)}", "rng=rng"]
    if s.weight_decay:
        options += [f"weight_decay={s.weight_decay!r}"]
    if has_validation:
        options += ["validation=(X[validation], y[validation])"]
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
    if has_validation:
        lines += [f'print(f"validation loss {{history.validation_loss[{row}]:.4f}}")']
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
    """The picture, from left to right: the inputs, a map in each unit, the output; losses below.

    A kept run has its own plane beside that of the run, and grey curves.

    Attributes
    ----------
    figure : matplotlib Figure
    spots : list of dict
        The units, to be pressed: each has a label, whether it is chosen, and its box.
    """

    def __init__(self, width=10.6, height=5.7):
        height = min(height, 0.62 * width if width > NARROW else height)
        self.figure, axes = new_figure(2, 3, width=width, height=height)
        self.figure.set_layout_engine(None)  # places are given: no time for a layout
        (self.net, here, there), (self.losses, self.slopes, spare) = axes
        spare.remove()
        self.net.set_axis_off()
        span = ((-1.0, 1.0), (-1.0, 1.0))
        size = 4.5 if width > NARROW else 3.5
        self.plane, self.kept_plane = (Plane(each, span, "", size) for each in (here, there))
        for each in (here, there):
            each.set(xlabel="", ylabel="")
        self._prepare_net()
        self.epoch_lines = []
        self.loss_lines = self._prepare_curves(
            self.losses, "Loss", [(BLUE, "-", 1.8), (ORANGE, "--", 1.8)]
        )
        self.slope_lines = self._prepare_curves(
            self.slopes,
            "Mean |dL/dW|",
            [(COLOURS[k], LINE_STYLES[k], 1.8) for k in range(3)],
        )
        self.cross = self.losses.plot([], [], "X", color=BLACK, markersize=11)[0]
        self.shape, self.data, self.spots = None, None, []

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
        (self.ring,) = self.net.plot([], [], color=BLACK, linewidth=2.4, zorder=4)
        style = {"ha": "center", "va": "bottom", "fontsize": 9.5, "color": BLACK}
        self.headings = [self.net.text(0, 0, "", **style) for _ in range(4)]
        self.net.set(aspect="auto")

    def _prepare_curves(self, axes, title, styles):
        """Return pairs of lines: of this run, of the kept run."""
        axes.set(xlabel="epoch", yscale="log")
        axes.set_title(title, fontsize=10)
        axes.tick_params(labelsize=9)
        axes.xaxis.labelpad = 0
        axes.minorticks_off()
        axes.locator_params(axis="x", nbins=4)
        self.epoch_lines.append(axes.axvline(0, color=BLACK, linewidth=1.2, linestyle=":"))
        return [
            (
                axes.plot([], [], color=colour, linestyle=style, linewidth=width)[0],
                axes.plot([], [], color=GREY, linestyle=style, linewidth=1.1)[0],
            )
            for colour, style, width in styles
        ]

    def update(self, run, frame, kept=None, chosen=None):
        """Show a run at one of its measurements.

        Parameters
        ----------
        run : Run
        frame : int
            The row of the run's arrays.
        kept : Run, optional
            Another run, to compare with.
        chosen : pair (layer, unit), optional
            The unit whose map is shown large; by default the output.

        Returns
        -------
        str
            The description.
        """
        kept_frame = None if kept is None else kept.frame_at(run.epoch[frame])
        network = run.networks.member(frame)
        self._arrange(run, kept)
        self._update_curves(run, frame, kept)
        self._update_plane(self.plane, run, network, chosen)
        self.plane.axes.set_title("Output" if chosen is None else unit_name(*chosen))
        self._update_net(network, chosen)
        if kept is not None:
            self._update_plane(self.kept_plane, kept, kept.networks.member(kept_frame))
            self.kept_plane.axes.set_title("Kept run")
        words = describe(run, frame, kept, kept_frame)
        if chosen is None:
            return words
        layer, unit = chosen
        weights = ", ".join(signed(weight) for weight in network.W[layer + 1][unit])
        return f"{unit_name(*chosen)} is shown large; it counts with {weights}. {words}"

    def _update_plane(self, plane, run, network, chosen=None):
        X, y = run.data.X, run.data.y
        plane.set_span(square_around(X))
        plane.set_samples(X, y[:, 0], hollow=run.data.validation)
        a = answers_of(network, plane.points)
        layer, unit = chosen or (-1, 0)
        answers = a[layer][:, unit]
        if chosen is not None:
            middle, reach = colour_range(network.hidden, answers)
            answers = (answers - middle) / (2 * reach) + 0.5
        plane.set_map(answers)
        if chosen is not None and network.hidden == "relu":
            plane.set_line("here", None)  # it is 0 over a whole part of the plane
        wrong = wrong_ones(network, run.data)
        plane.set_wrong(X[wrong] if chosen is None else X[:0])

    def _arrange(self, run, kept):
        """Give every part its place and its legend, if something has changed there."""
        n_layers = max(each.networks.n_layers for each in (run, kept) if each is not None)
        validated = [each is not None and each.validation_loss is not None for each in (run, kept)]
        shape = (n_layers, kept is not None, *validated)
        if shape == self.shape:
            return
        self.shape = shape
        width, height = self.figure.get_size_inches()

        def place(axes, left, bottom, across, up):
            axes.set_position([left / width, bottom / height, across / width, up / height])

        narrow = width <= NARROW
        curves = max(0.32, 0.24 * height - 0.35)  # the height of the two below
        above = height - curves - 0.85  # of the network and the planes
        side = min(above - 0.5, (0.42 if kept is None else 0.29) * width - 0.35)
        planes = side + 0.45 if kept is None else 2 * side + 0.9
        self.net_size = (width - planes - 0.1, above)
        self.net_corner = (0.05, curves + 0.8)
        right, bottom = width - side - 0.1, curves + 0.8 + (above - side) / 2
        if narrow:  # the network above, planes and losses below
            side = min(0.42 * height, 0.42 * width)
            self.net_size, self.net_corner = (width, height - side - 0.65), (0.0, side + 0.65)
            right, bottom = width - side - 0.1, 0.3
            curves = side - 0.15
        here = 0.4 if narrow else (right if kept is None else right - side - 0.45)
        place(self.net, *self.net_corner, *self.net_size)
        self.net.set(xlim=(0, self.net_size[0]), ylim=(0, self.net_size[1]))
        place(self.plane.axes, here, bottom, side, side)
        place(self.kept_plane.axes, right, bottom, side, side)
        self.kept_plane.axes.set_visible(kept is not None)
        half = width / 2
        if narrow:
            place(self.losses, side + 1.0, 0.45, width - side - 1.15, curves)
        else:
            place(self.losses, 0.6, 0.42, half - 0.8, curves)
            place(self.slopes, half + 0.6, 0.42, half - 0.8, curves)
        self.losses.set_visible(not narrow or kept is None)
        self.slopes.set_visible(not narrow)
        small = narrow or curves < 0.6  # no room for legends
        title = "Loss (dashed: valid.)" if small and any(validated) else "Loss (log scale)"
        self.losses.set_title("Loss" if narrow else title, fontsize=10)
        self.losses.locator_params(axis="x", nbins=2 if narrow else 4)
        names = ["training", "validation"][: 0 if small else 1 + any(validated)]
        self._legend(self.losses, self.loss_lines, names, kept)
        names = [f"layer {layer + 1}" for layer in range(0 if small else n_layers)]
        self._legend(self.slopes, self.slope_lines, names, kept)

    def _legend(self, axes, lines, names, kept):
        handles = [pair[0] for pair in lines[: len(names)]]
        if axes.get_legend() is not None:
            axes.get_legend().remove()
        if not names:
            return
        if kept is not None:
            handles, names = [*handles, lines[0][1]], [*names, "kept run"]
        style = {"loc": "upper right", "framealpha": 0.7, "borderpad": 0.1, "labelspacing": 0.1}
        legend = axes.legend(
            handles, names, fontsize=9, handlelength=1.6, ncols=len(names), **style
        )
        legend.set_zorder(-1)  # behind the curves, and drawn once

    def _update_curves(self, run, frame, kept):
        both = (run, kept)
        validation_losses = [each and each.validation_loss for each in both]
        losses = [
            (each and each.loss, other) for each, other in zip(both, validation_losses, strict=True)
        ]
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

    def _update_net(self, network, chosen):
        sizes = network.layer_sizes
        width, height = self.net_size
        height -= 0.35  # for the headings, and a little below
        share = TILE_GAP / TILE_RESOLUTION  # of a gap, in sides
        side = min(LARGEST_TILE, height / (max(sizes) * (1 + share) - share))
        lefts = np.linspace(0.12, width - 0.12 - side, len(sizes))
        maps = answers_of(network, grid_of_points(self.plane.span, TILE_RESOLUTION))
        names = headings(network, width / len(sizes))
        places, frames, self.spots = [], [], []
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
            if layer > 0:
                self._add_spots(layer, left, tops, side, chosen, output=layer == len(sizes) - 1)
        self.frames.set_segments(frames)
        self.net.set(xlim=(0, width), ylim=(0, self.net_size[1]))
        if chosen is None:
            self.ring.set_data([], [])
        else:
            layer, unit = chosen
            left, middles = places[layer]
            self.ring.set_data(*np.transpose(square(left, middles[unit] - side / 2, side)))
        self._update_weights(network, places, side)

    def _add_spots(self, layer, left, tops, side, chosen, output):
        """Note where the units of a layer can be pressed."""
        width, height = self.figure.get_size_inches()
        for unit, top in enumerate(tops):
            x = float(self.net_corner[0] + left)
            y = float(height - self.net_corner[1] - top)
            here = chosen is None if output else chosen == (layer, unit)
            self.spots.append({
                "label": "Output" if output else unit_name(layer, unit),
                "chosen": here,
                "box": [x / width, y / height, side / width, side / height],
            })  # fmt: skip

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


def unit_name(layer, unit):
    """Name a hidden unit."""
    return f"Unit {unit + 1} of layer {layer}"


def headings(network, room):
    """Return what stands above each layer, shorter where there is little room (in inches)."""
    word = next(label for label, name in ACTIVATIONS if name == network.hidden)
    names = [f"layer {layer}: {word}" for layer in range(1, network.n_layers)]
    if room < 1.15:
        names = [word] * (network.n_layers - 1)
    return ["inputs", *names, "output"]


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
    made_of = ", ".join(names.values())
    text = f"{state_in_words(run, frame)} {made_of[0].upper()}{made_of[1:]}."
    if run.validation_loss is not None:
        best = run.validation_loss.argmin()
        lowest = f"{run.epoch[best]}: {run.validation_loss[best]:.4f}"
        text += f" The validation loss is lowest at epoch {lowest}."
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
    parts = [
        ("training", data.training, run.loss),
        ("validation", data.validation, run.validation_loss),
    ]
    losses, rights = [], []
    for name, rows, loss in parts:
        if loss is not None:
            losses.append(f"the {name} loss is {fixed(loss[frame], 4)}")
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


class Playground(RunWidget):
    """A :class:`RunWidget` with presets, new samples, units to choose, and the code."""

    def __init__(self, stage, base):
        self.base, self.chosen = base, None
        names = [field.name for field in fields(Settings)]
        stage.on(names, lambda: stage.set(preset=""))  # the settings are the reader's own now
        stage.on("preset", self.load_preset)
        stage.on("new_sample", self.draw_new_sample)
        super().__init__(stage, self.now, slices, in_words, [*names, "preset", "new_sample"])
        stage.on("show_code", self.draw)
        stage.on("spot", self.choose)

    def now(self):
        """Return the settings that the controls say."""
        return replace(self.base, **self.stage.settings(Settings))

    def load_preset(self):
        """Set every control as a preset says."""
        name = self.stage.values["preset"]
        if name:
            self.stage.set(**vars(Settings(**PRESETS[name])))
            self.at_the_end = True

    def draw_new_sample(self):
        """Draw other data from the same source."""
        self.stage.set(sample=(self.stage.values["sample"] + 1) % (STARTS[1] + 1), preset="")

    def choose(self, number):
        """Show the map of a unit large; that of the output if it was shown already."""
        units = [
            (layer, unit)
            for layer, size in enumerate(self.run.networks.layer_sizes[1:-1], start=1)
            for unit in range(size)
        ]
        chosen = units[number] if number < len(units) else None
        self.chosen = None if chosen == self.chosen else chosen
        self.draw()

    def draw(self):
        """Draw the run at the epoch of the control, and write its code."""
        self.epoch = self.stage.values["epoch"]
        if self.run is None:
            return
        run, frame = self.run, self.run.frame_at(self.stage.values["epoch"])
        sizes = run.networks.layer_sizes[:-1]
        if self.chosen is not None and (
            self.chosen[0] >= len(sizes) or self.chosen[1] >= sizes[self.chosen[0]]
        ):
            self.chosen = None  # that unit is gone
        self.stage.draw(run, frame, self.kept, self.chosen)
        self.stage.code = None
        if self.stage.values["show_code"]:
            text = code(run.settings, int(run.epoch[frame]))
            if run.divergence is not None:
                text += f"\n# With epochs={run.divergence.epoch} it ends in a DivergenceError."
            self.stage.code = f"{text}\n\n# In the playground: {call(run.settings)}"


def in_words(settings):
    """Say what is being trained."""
    sizes = "-".join(map(str, settings.layer_sizes))
    return f"Training {settings.epochs:,} epochs of a {sizes} network …"


def make_controls(s, preset):
    """Return all controls by name, for the settings ``s``."""
    presets = [("your own", ""), *((name, name) for name in PRESETS)]
    data, network, training = "Data", "Network", "Training"
    return {
        "play": Player("training", [0], target="epoch"),
        "preset": Choice("preset", preset or "", choices=presets),
        "data": Choice("data", s.data, choices=DATA),
        "layer_1": Slider("units in layer 1", s.layer_1, low=FIRST_SIZES[0], high=FIRST_SIZES[1]),
        "learning_rate": rate_slider(s.learning_rate),
        "epoch": Slider("epoch", s.epochs, low=0, high=s.epochs, step=step_of(s.epochs)),
        **keep_buttons(),
        "samples": Slider("samples", s.samples, stops=SAMPLES, group=data),
        "noise": Slider(
            "noise", float(s.noise), low=NOISES[0], high=NOISES[1], step=0.05, group=data
        ),
        "validation_share": Slider(
            "for validation, in %",
            s.validation_share,
            low=0,
            high=VALIDATION_SHARES[1],
            step=10,
            group=data,
        ),
        "sample": Number("sample (seed)", s.sample, low=0, high=STARTS[1], group=data),
        "new_sample": Button("New sample", hint="Draw new data from the same source", group=data),
        "layer_2": Slider(
            "units in layer 2 (0: none)", s.layer_2, low=0, high=SECOND_SIZES[1], group=network
        ),
        "hidden": Choice("activation", s.hidden, choices=ACTIVATIONS, group=network),
        "start": Number("start (seed)", s.start, low=0, high=STARTS[1], group=network),
        "loss": Choice("loss", s.loss, choices=LOSSES, group=training),
        "weight_decay": Slider("L2", float(s.weight_decay), stops=WEIGHT_DECAYS, group=training),
        "batch_size": Slider(
            "batch size (0: all samples)", s.batch_size, stops=BATCH_SIZES, group=training
        ),
        "epochs": Slider("epochs", s.epochs, stops=EPOCHS, group=training),
        "show_code": Tick("show the code", False, group="Code"),
    }


def make_widget(preset=None, *, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    given = dict(settings)
    if preset is not None:
        given = {**check_choice("preset", preset, PRESETS), **given}
    s = make_settings(Settings, given)
    controls = make_controls(s, None if settings else preset)
    what = "a playground, with controls for the data, the network and its training"
    stage = Stage(what, controls, View, hide=hide, lock=lock, large=large)
    return Playground(stage, s)


def show(preset=None, *, hide=(), lock=(), large=False, **settings):
    """Put the playground on the page.

    Parameters
    ----------
    preset : str, optional
        A beginning from :data:`PRESETS`: "circles", "too small", "overfitting", "stuck",
        "spirals", "too fast", "dead".
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: those of the settings, and "preset",
        "new_sample", "play", "epoch", "keep", "forget", "show_code". They keep their value.
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`, in place of what the preset says:
        ``show("overfitting", weight_decay=0.01, hide=("data", "noise"))``.

    Raises
    ------
    TypeError, ValueError
        For a name or a value that is not known.
    """
    make_widget(preset, hide=hide, lock=lock, large=large, **settings).stage.show()
