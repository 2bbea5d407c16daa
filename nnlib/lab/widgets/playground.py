"""Lesson 06: the playground, where data, network and training are all yours to choose."""

from dataclasses import dataclass, fields, replace
from itertools import zip_longest

import numpy as np
from matplotlib.collections import LineCollection

from nnlib import datasets
from nnlib.lab.figures.plane import grid_of_points, wrongly_predicted
from nnlib.lab.figures.style import BLACK, BLUE, COLOURS, LINE_STYLES, ORANGE, new_figure
from nnlib.lab.runs import Data, last_of
from nnlib.lab.widgets import panes, run_widget
from nnlib.lab.widgets.kit.controls import (
    Button,
    Choice,
    Number,
    Player,
    Slider,
    Tick,
    controls_of,
    rate_slider,
    setting,
)
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.words import capital, fixed, signed
from nnlib.network import Network, forward_pass
from nnlib.validation import check_choice, check_integer, check_number

LAST_SEED = 99
DATA = [("XOR", "xor"), *((name, name) for name in ("circles", "moons", "spirals", "blobs"))]
MOST_FRAMES = 200  # measurements of a training, beside the start
LOSS_EDGES = (1e-6, 1e3)  # of the picture: what is beyond is drawn at the edge
GRADIENT_EDGES = (1e-9, 1e3)
WIDEST_LINE = 4.5
LARGEST_TILE = 0.62  # inches
L2 = [0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]


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

    data: str = setting(Choice("data", "circles", choices=DATA))
    samples: int = setting(Slider("samples", 200, stops=[20, 60, 100, 200, 400], group="Data"))
    noise: float = setting(Slider("noise", 0.1, low=0.0, high=1.0, step=0.05, group="Data"))
    validation_share: int = setting(
        Slider("for validation, in %", 50, low=0, high=90, step=10, group="Data")
    )
    sample: int = setting(Number("sample (seed)", 0, low=0, high=LAST_SEED, group="Data"))
    layer_1: int = setting(Slider("units in layer 1", 4, low=1, high=8))
    layer_2: int = setting(Slider("units in layer 2 (0: none)", 0, low=0, high=8, group="Network"))
    hidden: str = setting(Choice("activation", "tanh", choices=panes.ACTIVATIONS, group="Network"))
    loss: str = setting(Choice("loss", "bce", choices=panes.LOSSES, group="Training"))
    learning_rate: float = setting(rate_slider(0.5))
    weight_decay: float = setting(Slider("L2", 0.0, stops=L2, group="Training"))
    batch_size: int = setting(
        Slider("batch size (0: all samples)", 0, stops=[1, 5, 10, 20, 50], group="Training")
    )
    start: int = setting(Number("start (seed)", 42, low=0, high=LAST_SEED, group="Network"))
    epochs: int = setting(
        Slider("epochs", 1000, stops=[100, 300, 1000, 3000, 10_000], group="Training")
    )

    def __post_init__(self):
        # What has a menu that takes further values is looked at here; the other controls do it.
        check_integer("samples", self.samples, "Try 200.", at_least=4)
        check_integer("epochs", self.epochs, "Try 1000.")
        check_number("weight_decay", self.weight_decay, at_least=0, advice="Use 0 for none.")
        check_integer("batch_size", self.batch_size, "Use 0 for all samples at once.", at_least=0)

    @property
    def layer_sizes(self):
        """The sizes of all layers: [2, 4, 1]."""
        return [2, self.layer_1, *([self.layer_2] if self.layer_2 else []), 1]

    @property
    def n_samples(self):
        """How many samples there are; for XOR as many at each corner."""
        return self.samples // 4 * 4 if self.data == "xor" else self.samples

    @property
    def n_training(self):
        """How many samples are left to train on."""
        return self.n_samples - round(self.n_samples * self.validation_share / 100)

    @property
    def batch(self):
        """The number of samples in a step, or None for all."""
        return self.batch_size if 0 < self.batch_size < self.n_training else None


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
        options = {"batch_size": settings.batch, "weight_decay": settings.weight_decay}
        return run_widget.training(settings, data, network, MOST_FRAMES, epochs, rng=rng, **options)

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
    wrong = wrong_ones(run.networks.member(frame), run.data, run.data.validation)
    return 1 - float(wrong.mean()) if len(wrong) else None


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
    return Data(X, y, order[: settings.n_training], order[settings.n_training :])


def new_network(settings):
    """Return the network before its first step, and the Generator that goes on to shuffle."""
    rng = np.random.default_rng(settings.start)
    options = {"hidden": settings.hidden, "output": "sigmoid", "rng": rng}
    return Network.random(settings.layer_sizes, **options), rng


def answers_of(network, points):
    """Return the activations of every layer; what leaves the finite numbers is cut off."""
    with np.errstate(over="ignore", invalid="ignore"):
        _, a = forward_pass(network, points)
    return [np.nan_to_num(each, posinf=1e300, neginf=-1e300) for each in a]


def wrong_ones(network, data, rows=slice(None)):
    """Return which samples are on the wrong side of the line."""
    return wrongly_predicted(answers_of(network, data.X[rows])[-1], data.y[rows])


def hidden_units(network):
    """Return all hidden units as pairs (layer, unit), from left to right and from the top."""
    sizes = list(enumerate(network.layer_sizes))[1:-1]
    return [(layer, unit) for layer, size in sizes for unit in range(size)]


# ------------------------------------------------------------------------------------ the code

CODE = """\
import numpy as np

from nnlib import Network, datasets, train
from nnlib.lab.figures import plane

rng = np.random.default_rng({s.sample})  # sample {s.sample}
{data}
order = rng.permutation(len(X))
{parts}

rng = np.random.default_rng({s.start})  # start {s.start}
net = Network.random(
    {s.layer_sizes}, hidden="{s.hidden}", output="sigmoid", rng=rng
)
{note}history = train(
    {net}, X[training], y[training],
    {options},
)
print(f"training loss {{history.loss[{row}]:.4f}}")
{validation_loss}plane.decision_boundary(net, X, y)"""
XOR_CODE = """\
corners, answers = datasets.xor()
X = np.repeat(corners, {n}, axis=0)
X = X + {s.noise!r} * rng.normal(size=X.shape)
y = np.repeat(answers, {n}, axis=0)"""
DATA_CODE = "X, y = datasets.{s.data}({s.samples}, noise={s.noise!r}, rng=rng)"
NOTE = "# Epoch 0: the copy makes one step, net stays as it is.\n"


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
    s, n = settings, settings.n_training
    epoch = s.epochs if epoch is None else epoch
    net, row, note = ("net", -1, "") if epoch > 0 else ("net.copy()", 0, NOTE)
    parts, validation_loss = "training = order", ""
    options = [f'loss="{s.loss}"', f"learning_rate={s.learning_rate!r}", f"epochs={max(epoch, 1)}"]
    if s.batch is not None:
        options += [f"batch_size={s.batch}", "rng=rng"]
    if s.weight_decay:
        options += [f"weight_decay={s.weight_decay!r}"]
    if n < s.n_samples:
        parts = f"training, validation = order[:{n}], order[{n}:]"
        options += ["validation=(X[validation], y[validation])"]
        validation_loss = f'print(f"validation loss {{history.validation_loss[{row}]:.4f}}")\n'
    return CODE.format(
        s=s,
        data=(XOR_CODE if s.data == "xor" else DATA_CODE).format(s=s, n=s.samples // 4),
        parts=parts,
        net=net,
        row=row,
        note=note,
        options=",\n    ".join(options),
        validation_loss=validation_loss,
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


def places_for(width, height, kept):
    """Return where the parts of the picture stand, in inches: (left, bottom, across, up).

    Parameters
    ----------
    width, height : float
        Of the picture. Where it is narrow, the network stands above, planes and losses below.
    kept : bool
        Whether there is a kept run, which takes the room of the losses there.
    """
    if width <= panes.NARROW:
        side = min(0.42 * height, (width - 0.95) / 2 if kept else 0.42 * width)
        right = (width - side - 0.1, 0.3, side, side)
        losses = (side + 1.0, 0.45, width - side - 1.15, side - 0.15)
        return {
            "net": (0.0, side + 0.65, width, height - side - 0.65),
            "plane": (0.4, 0.3, side, side),
            **({"kept": right} if kept else {"losses": losses}),
        }
    curves = max(0.32, 0.24 * height - 0.35)  # the height of the two below
    floor, above = curves + 0.8, height - curves - 0.85
    side = min(above - 0.5, (0.29 if kept else 0.42) * width - 0.35)
    lefts = [width - k * (side + 0.45) + 0.35 for k in ((2, 1) if kept else (1,))]
    return {
        "net": (0.05, floor, lefts[0] - 0.45, above),
        **{
            name: (left, floor + (above - side) / 2, side, side)
            for name, left in zip(("plane", "kept"), lefts, strict=False)
        },
        "losses": (0.6, 0.42, width / 2 - 0.8, curves),
        "slopes": (width / 2 + 0.6, 0.42, width / 2 - 0.8, curves),
    }


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
        self.narrow = width <= panes.NARROW
        height = height if self.narrow else min(height, 0.62 * width)
        self.figure, axes = new_figure(1, 5, width=width, height=height)
        self.figure.set_layout_engine(None)  # places are given: no time for a layout
        self.axes = dict(zip(("net", "plane", "kept", "losses", "slopes"), axes, strict=True))
        span, size = ((-1.0, 1.0), (-1.0, 1.0)), 3.5 if self.narrow else 4.5
        self.plane, self.kept_plane = (
            panes.Plane(self.axes[name], span, "", size) for name in ("plane", "kept")
        )
        for plane in (self.plane, self.kept_plane):
            plane.axes.set(xlabel="", ylabel="")
        self.spots, self.places = [], {}
        self._prepare_net(self.axes["net"])
        self._prepare_curves()

    def _prepare_net(self, axes):
        axes.set_axis_off()
        self.weights = [
            axes.add_collection(LineCollection([], colors=colour, linestyles=[style], alpha=0.75))
            for colour, style in ((ORANGE, "-"), (BLUE, (0, (2.5, 1.2))))
        ]
        self.tiles = panes.TileColumns(axes, 4)
        (self.ring,) = axes.plot([], [], color=BLACK, linewidth=2.4, zorder=4)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # in front of the lines
        style = {"ha": "center", "va": "bottom", "fontsize": 9.5, "bbox": paper}
        self.headings = [axes.text(0, 0, "", **style) for _ in range(4)]

    def _prepare_curves(self):
        looks = [(BLUE, "-", "-"), (ORANGE, "--", "--")]
        self.losses = panes.Curves(self.axes["losses"], looks, LOSS_EDGES)
        looks = [(COLOURS[k], LINE_STYLES[k], LINE_STYLES[k]) for k in range(3)]
        self.slopes = panes.Curves(self.axes["slopes"], looks, GRADIENT_EDGES)
        for axes in (self.losses.axes, self.slopes.axes):
            axes.tick_params(labelsize=9)
            axes.xaxis.labelpad = 0
        self.losses.axes.locator_params(axis="x", nbins=2 if self.narrow else 4)

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
        self._arrange(kept is not None)
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

    def _arrange(self, kept):
        """Give every part its place."""
        width, height = self.figure.get_size_inches()
        places = places_for(width, height, kept)
        if places != self.places:
            self.places = places
            for name, axes in self.axes.items():
                axes.set_visible(name in places)
                if name in places:
                    axes.set_position(np.divide(places[name], (width, height, width, height)))

    def _update_curves(self, run, frame, kept):
        def losses_of(each):
            return [loss for loss in (each.loss, each.validation_loss) if loss is not None]

        self.losses.fit(self.losses.update(run, frame, kept, losses_of))
        self.slopes.fit(self.slopes.update(run, frame, kept, lambda each: list(each.slopes)))
        runs = [each for each in (run, kept) if each is not None]
        validated = any(each.validation_loss is not None for each in runs)
        _, _, across, _ = self.places.get("losses", [0, 0, 1, 0])
        roomy = across > (2.3 if kept is None else 3.1)  # inches, for legends beside the titles
        names = ("training", "validation", "kept run") if roomy else ("", "valid.", "kept")
        if not self.narrow:
            self.losses.name(names[0], names[1] * validated, names[2] * (kept is not None))
        layers = ["layer 1" if across > 2.7 else "1", "2", "3"]
        self.slopes.name(*layers[: max(each.networks.n_layers for each in runs)])
        title = {"fontsize": 10, "loc": "left"}
        self.slopes.axes.set_title("Mean |∂L/∂W|" if across > 2.2 else "|∂L/∂W|", **title)
        words, x, pad = "Loss", 0, 6
        if self.narrow and validated:  # no room for a legend: further left, clear of the numbers
            words, x, pad = "Loss (dashed:\nvalidation)", -0.5, 9
        self.losses.axes.set_title(words, x=x, pad=pad, **title)

    def _update_plane(self, plane, run, network, chosen=None):
        X, y = run.data.X, run.data.y
        plane.set_span(square_around(X))
        plane.set_samples(X, y[:, 0], hollow=run.data.validation)
        layer, unit = chosen or (-1, 0)
        answers = answers_of(network, plane.points)[layer][:, unit]
        plane.set_map(answers if chosen is None else panes.scaled(answers, network.hidden))
        if chosen is not None and network.hidden == "relu":
            plane.set_line("here", None)  # it is 0 over a whole part of the plane
        wrong = wrong_ones(network, run.data)
        plane.set_wrong(X[wrong] if chosen is None else X[:0])

    def _update_net(self, network, chosen):
        _, _, width, height = self.places["net"]
        sizes, room = network.layer_sizes, height - 0.35  # for the headings, and a little below
        side = min(LARGEST_TILE, room / (1 + panes.TILE_PITCH * (max(sizes) - 1)))
        lefts = np.linspace(0.12, width - 0.12 - side, len(sizes))
        maps = answers_of(network, grid_of_points(self.plane.span, panes.TILE_RESOLUTION))
        columns = []
        for layer, (a, left) in enumerate(zip(maps, lefts, strict=True)):
            kind = network.activations[layer].name if layer > 0 else "identity"
            tall = side * (1 + panes.TILE_PITCH * (sizes[layer] - 1))
            columns.append((panes.scaled(a, kind), left, 0.1 + (room + tall) / 2))
        corners = self.tiles.update(columns, side)
        self.axes["net"].set(xlim=(0, width), ylim=(0, height))
        names = headings(network, width / len(sizes))
        for heading, name, column in zip_longest(self.headings, names, columns):
            heading.set_visible(name is not None)
            if name is not None:
                _, left, top = column
                middle = np.clip(left + side / 2, 0.3, width - 0.3)  # no letter is cut
                heading.set(position=(middle, top + 0.05), text=name)
        ring = panes.square(*corners[chosen[0]][chosen[1]], side) if chosen else []
        self.ring.set_data(*np.reshape(ring, (-1, 2)).T)
        self.spots = self._spots(network, corners, side, chosen)
        self._update_weights(network, corners, side)

    def _spots(self, network, corners, side, chosen):
        """Return where the units can be pressed; the last one is the output."""
        width, height = self.figure.get_size_inches()
        net_left, net_bottom, _, _ = self.places["net"]
        spots = []
        for place in (*hidden_units(network), None):
            left, bottom = corners[-1][0] if place is None else corners[place[0]][place[1]]
            x, y = net_left + left, height - net_bottom - bottom - side
            box = [x / width, y / height, side / width, side / height]
            label = "Output" if place is None else unit_name(*place)
            spots.append({"label": label, "chosen": place == chosen, "box": list(map(float, box))})
        return spots

    def _update_weights(self, network, corners, side):
        segments, weights = [], []
        for layer, W in enumerate(network.W[1:]):
            starts, ends = corners[layer] + [side, side / 2], corners[layer + 1] + [0, side / 2]
            for (j, k), weight in np.ndenumerate(W):
                segments.append([starts[j], ends[k]])
                weights.append(weight)
        segments, weights = np.array(segments), np.array(weights)
        widths = 0.4 + WIDEST_LINE * np.abs(weights) / max(np.abs(weights).max(), 1e-300)
        for lines, shown in zip(self.weights, (weights >= 0, weights < 0), strict=True):
            lines.set_segments(segments[shown])
            lines.set_linewidths(widths[shown])


def square_around(X):
    """Return ((left, right), (bottom, top)), a square with round numbers around the points."""
    low, high = X.min(axis=0) - 0.2, X.max(axis=0) + 0.2
    middle = np.round(2 * (low + high)) / 4  # whole quarters, so that samples share a frame
    reach = np.ceil(2 * np.max(np.maximum(high - middle, middle - low))) / 2
    return tuple((float(centre - reach), float(centre + reach)) for centre in middle)


def unit_name(layer, unit):
    """Name a hidden unit."""
    return f"Unit {unit + 1} of layer {layer}"


def headings(network, room):
    """Return what stands above each layer, shorter where there is little room (in inches)."""
    word = next(label for label, name in panes.ACTIVATIONS if name == network.hidden)
    layers = range(1, network.n_layers)
    names = [word if room < 1.15 else f"layer {layer}: {word}" for layer in layers]
    return ["in", *names, "out"] if room < 0.75 else ["inputs", *names, "output"]


# ------------------------------------------------------------------------------- the words


def describe(run, frame, kept=None, kept_frame=None):
    """Say in words what the picture shows."""
    words = words_of(run.settings)
    text = f"{state_in_words(run, frame)} {capital(', '.join(words.values()))}."
    if run.validation_loss is not None:
        best = run.validation_loss.argmin()
        lowest = run.validation_loss[best]
        text += f" The validation loss is lowest at epoch {run.epoch[best]}: {lowest:.4f}."
    if run.divergence is not None:
        text += f" The run ended: at epoch {run.divergence.epoch} the loss left the finite numbers."
    text += f" {network_in_words(run.networks.member(frame))}"
    if kept is not None:
        other = run_widget.differences(words_of(kept.settings), words) or "with the same settings"
        text += f" The kept run, {other}: a{state_in_words(kept, kept_frame)[1:]}"
    return text


def words_of(settings):
    """Return words for everything a training depends on, by part."""
    s = settings
    data = next(label for label, name in DATA if name == s.data)
    return {
        "data": f"{data} with noise {s.noise:g}, sample {s.sample}",
        "samples": f"{s.n_training} training samples",
        "network": f"network {'-'.join(map(str, s.layer_sizes))}",
        "hidden": panes.word_for(s.hidden),
        "loss": s.loss.upper(),
        "learning_rate": f"learning rate {s.learning_rate:g}",
        "weight_decay": f"L2 {s.weight_decay:g}" if s.weight_decay else "no L2",
        "batch_size": "all at once" if s.batch is None else f"batches of {s.batch}",
        "start": f"start {s.start}",
    }


def state_in_words(run, frame):
    """Say where a run stands: losses, right answers, gradients."""
    network, data = run.networks.member(frame), run.data
    losses, rights = [], []
    for name, loss in (("training", run.loss), ("validation", run.validation_loss)):
        if loss is not None:
            wrong = wrong_ones(network, data, getattr(data, name))
            losses.append(f"the {name} loss is {fixed(loss[frame], 4)}")
            rights.append(f"{(~wrong).sum()} of {len(wrong)} {name} samples")
    slopes = ", ".join(
        f"{slope:.2g} in layer {layer}" for layer, slope in enumerate(run.slopes[:, frame], start=1)
    )
    if not run.slopes[:, frame].any():
        slopes += ": nothing moves any more"
    return (
        f"At epoch {run.epoch[frame]} of {run.settings.epochs} {' and '.join(losses)}; "
        f"{' and '.join(rights)} are on their side of the line. Mean |∂L/∂W|: {slopes}."
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


class Playground(run_widget.RunWidget):
    """A :class:`.RunWidget` with presets, new samples, units to choose, and the code."""

    def __init__(self, stage, base):
        self.chosen = None
        names = [field.name for field in fields(Settings)]
        stage.on(names, lambda: stage.set(preset=""))  # the settings are the reader's own now
        stage.on("preset", self.load_preset)
        stage.on("new_sample", self.draw_new_sample)
        trains = [*names, "preset", "new_sample"]
        super().__init__(stage, lambda: stage.settings(base), slices, in_words, trains)
        stage.on("show_code", self.draw)
        stage.on("spot", self.choose)

    def load_preset(self):
        """Set every control as a preset says."""
        name = self.stage.values["preset"]
        if name:
            self.stage.set(**vars(Settings(**PRESETS[name])))
            self.at_the_end = True

    def draw_new_sample(self):
        """Draw other data from the same source."""
        self.stage.set(sample=(self.stage.values["sample"] + 1) % (LAST_SEED + 1), preset="")

    def choose(self, number):
        """Show the map of a unit large; that of the output if it was shown already."""
        chosen = [*hidden_units(self.run.networks), None][number]
        self.chosen = None if chosen == self.chosen else chosen
        self.draw()

    def draw_frame(self, run, frame):
        """Draw a run at one of its measurements, and write its code."""
        if self.chosen not in hidden_units(run.networks):
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


def make_widget(preset=None, *, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    given = {} if preset is None else check_choice("preset", preset, PRESETS)
    s = make_settings(Settings, {**given, **settings})
    presets = [("your own", ""), *((name, name) for name in PRESETS)]
    controls = {
        "play": Player("training", [0], target="epoch"),
        "preset": Choice("preset", "" if settings else preset or "circles", choices=presets),
        **controls_of(s),
        "epoch": run_widget.epoch_slider(s.epochs),
        **run_widget.keep_buttons(),
        "new_sample": Button("New sample", hint="Draw new data from the same source", group="Data"),
        "show_code": Tick("show the code", False, group="Code"),
    }
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
