"""Lesson 04: one sample's journey through a network and back, step by step."""

import re
from dataclasses import dataclass, replace
from inspect import signature
from types import SimpleNamespace

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from nnlib.backprop import backward_pass
from nnlib.lab import example
from nnlib.lab.figures import backprop as figures
from nnlib.lab.figures.style import BLUE, GREY, ORANGE, STYLE, new_figure
from nnlib.lab.widgets.kit.controls import Button, Choice, Number, rate_slider
from nnlib.lab.widgets.kit.stage import Stage, make_settings
from nnlib.lab.words import decimal
from nnlib.losses import LOSSES
from nnlib.network import Network, forward_pass
from nnlib.validation import as_floats

LOSS_NAMES = [("squared error (MSE)", "mse"), ("cross-entropy (BCE)", "bce")]
INPUTS, TARGETS = (-10.0, 10.0), (0.0, 1.0)
WEIGHTS = (-1000.0, 1000.0)
DECIMALS = 5  # of the weights that are taken into the boxes
LARGEST_LAYER = 3  # neurons; more of them do not leave room for the numbers
PARAMETERS = ("W1", "b1", "W2", "b2")
# The lines of each step: a formula; what its shape is made of; the name of its value.
FORMULAS = {
    "predict": [
        ("z1 = x @ W1 + b1", "x @ W1 + b1", "z1"),
        ("a1 = sigmoid(z1)", "a1", "a1"),
        ("z2 = a1 @ W2 + b2", "a1 @ W2 + b2", "z2"),
        ("a2 = sigmoid(z2)", "a2", "a2"),
    ],
    "compare mse": [
        ("a2 - y", "a2 - y", "error"),
        ("L = mean((a2 - y) ** 2)", "one number", "L"),
        ("slope = a2 * (1 - a2)", "a2", "slope2"),
        ("delta2 = 2 * (a2 - y) / {y.size} * slope", "a2", "delta2"),
    ],
    "compare bce": [
        ("a2 - y", "a2 - y", "error"),
        ("L = bce(z2, y)", "one number", "L"),
        ("delta2 = (a2 - y) / {y.size}", "a2", "delta2"),
    ],
    "send back": [
        ("back = delta2 @ W2.T", "delta2 @ W2.T = a1", "back"),
        ("slope = a1 * (1 - a1)", "a1", "slope1"),
        ("delta1 = back * slope", "a1 * a1", "delta1"),
    ],
    "gradients": [
        ("dW2 = a1.T @ delta2", "a1.T @ delta2 = W2", "dW2"),
        ("db2 = sum of the rows of delta2", "b2", "db2"),
        ("dW1 = x.T @ delta1", "x.T @ delta1 = W1", "dW1"),
        ("db1 = sum of the rows of delta1", "b1", "db1"),
    ],
    "update": [
        (f"{name} = {name} - {{learning_rate:g}} * d{name}", name, f"new_{name}")
        for name in ("W2", "b2", "W1", "b1")
    ],
}
DRAWINGS = {
    "predict": figures.draw_prediction,
    "compare": figures.draw_error,
    "send back": figures.draw_deltas_sent_back,
    "gradients": figures.draw_gradients_on_network,
    "update": figures.draw_step_on_network,
}
STEPS = list(DRAWINGS)


AT_THE_END = "This is the last step. Take the update as the new start to go round again."


def as_tuple(array):
    """Return an array as a tuple of numbers, or of tuples."""
    return tuple(map(as_tuple, array)) if np.ndim(array) else float(array)


@dataclass(frozen=True)
class Settings:
    """A sample, its target, and a network with one hidden layer; all neurons are sigmoids."""

    x: tuple = as_tuple(example.X[0])
    y: tuple = as_tuple(example.y[0])
    W1: tuple = as_tuple(example.W1)
    b1: tuple = as_tuple(example.b1[0])
    W2: tuple = as_tuple(example.W2)
    b2: tuple = as_tuple(example.b2[0])
    learning_rate: float = 1.0
    loss: str = "mse"
    step: str = "predict"


# --------------------------------------------------------------------------------- computing


class Journey(SimpleNamespace):
    """Everything that is computed on the way, under the names of the lesson.

    Attributes
    ----------
    x, y, W1, b1, z1, a1, W2, b2, z2, a2 : arrays
        The forward pass; one row, as there is one sample.
    error, slope2, delta2, back, slope1, delta1 : arrays
        a2 - y, da2/dz2, dL/dz2, dL/da1, da1/dz1, dL/dz1.
    dW1, db1, dW2, db2 : arrays
        The gradient.
    new_W1, new_b1, new_W2, new_b2, new_a1, new_a2 : arrays
        After a step: the parameters, and what the network answers then.
    learning_rate : float
    loss : pair of its name and its value
    L, new_L : float
        The loss before the step and after it.
    """


def compute(settings):
    """Carry one sample through the network and back, and take a step.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Journey
    """
    arrays, loss = arrays_of(settings), LOSSES[settings.loss]
    x, y, W1, b1, W2, b2 = arrays.values()
    network = Network.from_weights([W1, W2], [b1, b2], hidden="sigmoid", output="sigmoid")
    z, a = forward_pass(network, x)
    gradient = backward_pass(network, z, a, y, loss)
    rate, delta1, delta2 = settings.learning_rate, gradient.b[1], gradient.b[2]  # of one sample
    stepped = network.with_vector(network.parameters.vector - rate * gradient.vector)
    new_z, new_a = forward_pass(stepped, x)
    L, new_L = (float(loss.value(*each, y)) for each in ((z[2], a[2]), (new_z[2], new_a[2])))
    slope1, slope2 = (each * (1 - each) for each in a[1:])
    return Journey(
        **arrays, z1=z[1], a1=a[1], z2=z[2], a2=a[2],
        error=a[2] - y, slope2=slope2, delta2=delta2,
        back=delta2 @ W2.T, slope1=slope1, delta1=delta1,
        **{f"d{name}": array for name, array in gradient.named()},
        **{f"new_{name}": array for name, array in stepped.parameters.named()},
        new_a1=new_a[1], new_a2=new_a[2],
        learning_rate=rate, loss=(settings.loss, L), L=L, new_L=new_L,
    )  # fmt: skip


def arrays_of(settings):
    """Return x, y, W1, b1, W2, b2 by name, all with two axes, after a look at their shapes.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a layer is too large for the picture.
    """
    arrays = {name: as_floats(name, getattr(settings, name)) for name in ("x", "y", *PARAMETERS)}
    for name in ("x", "y", "b1", "b2"):
        arrays[name] = arrays[name].reshape(1, -1)
    n_in, n_hidden, n_out = sizes = [arrays[name].size for name in ("x", "b1", "y")]
    wanted = {"W1": (n_in, n_hidden), "W2": (n_hidden, n_out), "b2": (1, n_out)}
    for name, shape in wanted.items():
        if arrays[name].shape != shape:
            raise ValueError(
                f"{name} has shape {arrays[name].shape}, but the sizes of x, b1 and y make it "
                f"{shape}. Give it that shape."
            )
    if max(sizes) > LARGEST_LAYER:
        raise ValueError(
            f"a layer has {max(sizes)} neurons, but there is room for {LARGEST_LAYER}. Take fewer."
        )
    return arrays


def take_update(settings):
    """Return the settings with the weights after a step, rounded as the boxes show them.

    Raises
    ------
    ValueError
        If a weight leaves the range of its box.
    """
    journey = compute(settings)
    new = {name: np.round(getattr(journey, f"new_{name}"), DECIMALS) for name in PARAMETERS}
    largest = max(np.abs(array).max() for array in new.values())
    if largest > WEIGHTS[1]:
        raise ValueError(
            f"the step would make a weight as large as {largest:.0f}, and the boxes end at "
            f"{WEIGHTS[1]:.0f}. A smaller learning rate takes shorter steps"
        )
    return replace(settings, **{name: as_tuple(array) for name, array in new.items()})


def go_round(settings, rounds):
    """Take the update as the new start, again and again.

    Parameters
    ----------
    settings : Settings
    rounds : int

    Returns
    -------
    settings : Settings
        Those of the last round.
    losses : list of float
        At the start of each round, the first one included: ``rounds + 1`` numbers.
    """
    losses = [compute(settings).L]
    for _ in range(rounds):
        settings = take_update(settings)
        losses.append(compute(settings).L)
    return settings, losses


# --------------------------------------------------------------------- formulas, shapes, values


def formulas(journey, step):
    """Return the lines of one step: a list of (formula, shapes, values)."""

    def shape_of(word):
        if word in ("one", "number", "@", "+", "-", "*", "="):
            return word
        rows, columns = getattr(journey, word.removesuffix(".T")).shape
        return str((columns, rows) if word.endswith(".T") else (rows, columns))

    lines = FORMULAS[f"compare {journey.loss[0]}" if step == "compare" else step]
    return [
        (
            formula.format_map(vars(journey)),
            " ".join(map(shape_of, shapes.split())),
            values_of(getattr(journey, name)),
        )
        for formula, shapes, name in lines
    ]


def values_of(array):
    """Write the entries of an array, its rows side by side."""
    if np.ndim(array) == 0:
        return decimal(array)
    lines = [f"[{'  '.join(line)}]" for line in figures.written(array)]
    return lines[0] if len(lines) == 1 else f"[{' '.join(lines)}]"


# ----------------------------------------------------------------------------------- drawing

WIDTH, TITLE, STRIP = 10.6, 0.35, 1.75  # inches; the strip holds formulas and losses
COLUMNS = (0.0, 2.7, 4.8)  # of the formulas, inches from the left
LINE = 0.26  # inches
LONGEST = 45  # characters of a value that there is room for; the words have it anyway
SMALLEST = 9  # points, of letters
SMALL = 0.9  # of its full size: a smaller picture says less
LARGER = 1.15  # its neurons
SHORTER = [
    (r"^× .*\s= ", ""),
    ("(b: )?[^ ]+ → ", ""),
    ("(∂L/∂.) = ", r"\1\n"),
    (r"\b\d\.\d{3,}\b", lambda found: f"{float(found[0]):.2g}"),
]


class View:
    """The picture: the network with its numbers, the formulas, the losses of all rounds.

    Where there is little room it is the network alone; the formulas stand in the words.

    Attributes
    ----------
    figure : matplotlib Figure
    """

    def __init__(self, sizes, width=WIDTH, height=None):
        (left, right), (below, above) = figures.network_limits(sizes)
        self.scale = min(1.0, width / (right - left))
        room = 0.2 if self.scale < SMALL else 0.0  # letters do not shrink
        tall, below = above - below + 2 * room, below - room
        height = tall + TITLE + STRIP if height is None else height
        self.whole = width >= 7.4 and height >= 0.95 * tall + TITLE + STRIP
        strip = STRIP if self.whole else 0.0
        up = min(1.0, 1.5 * self.scale, (height - strip - TITLE) / tall)
        right += 1 / self.scale - 1  # room for the words on the right
        self.right, self.heights = right, (below, below + tall)
        height = strip + up * tall + TITLE
        self.inch_across, self.inch_up = width / (right - left), up
        self.figure, self.network = new_figure(width=width, height=height)
        self.figure.set_layout_engine("none")

        def place(left, bottom, across, up):
            return left / width, bottom / height, across / width, up / height

        self.network.set_position(place(0, strip, width, up * tall))
        with rc_context(STYLE):
            self.strip = self.figure.add_axes(place(0.1, 0, width - 2.2, STRIP - 0.1))
            self.curve = self.figure.add_axes(place(width - 1.75, 0.45, 1.6, STRIP - 0.85))
        self.strip.set_visible(self.whole)
        self.curve.set_visible(self.whole and width >= 9.6)
        self.strip.set(xlim=(0, width - 2.2), ylim=(0, STRIP - 0.1))
        self._prepare_strip()
        self._prepare_curve()

    def _prepare_strip(self):
        self.strip.set_axis_off()
        top = STRIP - 0.3
        for x, name in zip(COLUMNS, ("formula", "shape", "values"), strict=True):
            self.strip.text(x, top, name, fontsize=9, color=GREY, va="center")
        style = {"fontsize": 9, "family": "monospace", "va": "center"}
        self.cells = [
            [self.strip.text(x, top - i * LINE, "", **style) for x in COLUMNS] for i in range(1, 5)
        ]

    def _prepare_curve(self):
        style = {"color": BLUE, "markersize": 5, "linewidth": 1.4}
        (self.line,) = self.curve.plot([], [], "o-", **style)
        style = {"color": ORANGE, "markersize": 6, "fillstyle": "none"}
        (self.following,) = self.curve.plot([], [], "s", **style)
        self.curve.set_title("loss, round by round", fontsize=10)
        self.curve.tick_params(labelsize=9)

    def update(self, journey, step, losses):
        """Show one step of a journey.

        Parameters
        ----------
        journey : Journey
        step : str
            One of STEPS.
        losses : list of float
            At the start of each round so far; the last is the journey's own.

        Returns
        -------
        str
            The description.
        """
        lines = formulas(journey, step)
        words = self._draw_network(journey, step)
        for i, line in enumerate(self.cells):
            for k, cell in enumerate(line):
                text = lines[i][k] if i < len(lines) else ""
                cell.set_text(text if len(text) <= LONGEST else "on the lines above")
        self._draw_losses(journey, losses)
        spelled = "; ".join(f"{formula}, {shapes}: {values}" for formula, shapes, values in lines)
        where = f"Step {STEPS.index(step) + 1} of {len(STEPS)}, {step}."
        return f"{where} {words} In code: {spelled}. {losses_in_words(journey, losses)}"

    def _draw_network(self, journey, step):
        axes = self.network
        for artist in [*axes.patches, *axes.texts]:
            artist.remove()
        words = draw_network(axes, journey, step)
        axes.set_aspect("auto")  # the room there is, in both directions
        axes.set_xlim(right=self.right)
        axes.set_ylim(self.heights)
        if self.scale < SMALL:
            self._make_room()
        # The title becomes an ordinary text, so that all else can stay as it is.
        style = {"transform": axes.transAxes, "ha": "center", "fontsize": 12}
        axes.text(0.5, 1.02, axes.get_title(), **style)
        axes.set_title("")
        for text in axes.texts:
            text.set_fontsize(max(SMALLEST, self.scale * text.get_fontsize()))
        return words

    def _make_room(self):
        """Write less, and put it where it is readable; the words have every number in full."""
        for node in self.network.patches:  # as round as in a large picture
            middle = node.get_center()
            across = node.get_width() * min(LARGER, self.inch_up / self.inch_across)
            node.set(width=across, height=across * self.inch_across / self.inch_up)
            if isinstance(node, Rectangle):
                node.set_xy(middle - np.array([node.get_width(), node.get_height()]) / 2)
        for text in self.network.texts:
            text.set(text=in_short(text.get_text()), linespacing=0.95)
            x, _ = text.get_position()
            # Away from nodes and arrows: labels of lines, and the symbols of outputs.
            if x not in figures.COLUMNS or (x, text.get_color()) == (figures.COLUMNS[2], GREY):
                text.set_x(x + 0.3)

    def _draw_losses(self, journey, losses):
        self.line.set_data(range(len(losses)), losses)
        self.following.set_data([len(losses)], [journey.new_L])
        highest = max(*losses, journey.new_L, 0.01)
        right = 5
        while right < len(losses):
            right *= 2
        self.curve.set(xlim=(-0.06 * right, 1.08 * right), ylim=(-0.04 * highest, 1.15 * highest))
        self.curve.set_xticks([0, right])


def in_short(words):
    """Write less: of a product its value, of a change the new value, of numbers two digits."""
    words = "\n".join(line for line in words.split("\n") if "∂" in line) or words
    for long, short in SHORTER:
        words = re.sub(long, short, words)
    return words


def draw_network(axes, journey, step):
    """Draw the network with the numbers of one step; return the description."""
    function = DRAWINGS[step]
    _, *names = signature(function).parameters  # besides the axes: those of the lesson
    return function(axes, *(getattr(journey, name) for name in names))


def losses_in_words(journey, losses):
    """Say how the loss has gone so far, and where the next update would take it."""
    shown = [decimal(loss) for loss in losses]
    if len(shown) > 7:
        shown = [*shown[:3], "…", *shown[-3:]]
    following = f"the next, at learning rate {journey.learning_rate:g}, would take the loss to"
    following = f"{following} {decimal(journey.new_L)} (square)."
    if len(losses) == 1:
        return f"No update has been taken yet; {following}"
    return f"Updates taken: {len(losses) - 1}. The loss went {', '.join(shown)}; {following}"


def draw(journey, step, losses=None):
    """Draw one step of a journey on a figure of its own.

    Parameters
    ----------
    journey : Journey
    step : str
        One of STEPS.
    losses : list of float, optional
        At the start of each round; by default there has been one.

    Returns
    -------
    figure : matplotlib Figure
    description : str
    """
    view = View([journey.x.size, journey.a1.size, journey.y.size])
    return view.figure, view.update(journey, step, losses or [journey.L])


# ----------------------------------------------------------------------------- on the page


class Widget:
    """The controls, and what they do.

    Parameters
    ----------
    stage : Stage
    first : Settings
        Those of the beginning.
    boxes : dict of array: list of names
        The controls that hold the entries of each array.

    Attributes
    ----------
    journey : Journey
        The one that is shown.
    losses : list of float
        At the start of each round.
    """

    def __init__(self, stage, first, boxes):
        self.stage, self.first, self.boxes = stage, first, boxes
        self.journey, self.losses = None, []
        stage.on(["loss", *(name for names in boxes.values() for name in names)], self.start)
        stage.on(["step", "learning_rate"], self.redraw)
        stage.on("previous", lambda: self.go(-1))
        stage.on("next", lambda: self.go(1))
        stage.on("take", self.take)
        stage.on("back", self.back)
        stage.guarded(self.start)

    @property
    def settings(self):
        """What the controls say now."""
        values, arrays = self.stage.values, {}
        for array, names in self.boxes.items():
            shape = np.shape(getattr(self.first, array))
            arrays[array] = as_tuple(np.reshape([values[name] for name in names], shape))
        return replace(self.stage.settings(self.first), **arrays)

    def fill(self, settings):
        """Put the arrays and the step of the settings into the controls."""
        for array, names in self.boxes.items():
            values = map(float, np.ravel(getattr(settings, array)))
            self.stage.set(**dict(zip(names, values, strict=True)))
        self.stage.set(step=settings.step)

    def start(self):
        """Begin with round 0: the loss of another sample or start has nothing to do with ours."""
        self.losses = [compute(self.settings).L]
        self.redraw()

    def redraw(self):
        """Show the step that is chosen."""
        settings = self.settings
        self.journey = compute(settings)
        self.stage.draw(self.journey, settings.step, list(self.losses))

    def go(self, steps):
        """Go forwards or backwards on the journey."""
        target = STEPS.index(self.stage.values["step"]) + steps
        if 0 <= target < len(STEPS):
            self.stage.set(step=STEPS[target])
            self.redraw()
        else:
            self.stage.say(AT_THE_END if steps > 0 else "This is the first step.")

    def take(self):
        """Begin the next round with the weights after the step."""
        settings = replace(take_update(self.settings), step=STEPS[0])
        before = self.losses[-1]
        self.fill(settings)
        self.losses.append(compute(settings).L)
        self.redraw()
        self.stage.say(
            f"Round {len(self.losses) - 1}: the loss has gone from {decimal(before)} to "
            f"{decimal(self.losses[-1])}."
        )

    def back(self):
        """Begin again with the sample and the weights of the beginning."""
        self.fill(replace(self.first, step=STEPS[0]))
        self.start()


def boxes_of(name, array):
    """Return the boxes for the entries of an array, by their names: "x1", "W1[0, 1]"."""
    word, (low, high) = {"x": ("input", INPUTS), "y": ("target", TARGETS)}.get(name, ("", WEIGHTS))
    group = "Sample" if word else "Weights and biases"
    boxes = {}
    for (j, k), value in np.ndenumerate(array):
        entry = f"{name}{k + 1}" if word else f"{name}[{j}, {k}]"
        spoken = f"{word} {k + 1}" if word else entry
        boxes[entry] = Number(spoken, float(value), low=low, high=high, step=0.1, group=group)
    return boxes


def make_widget(*, hide=(), lock=(), large=False, **settings):
    """Return the widget; the arguments are those of :func:`show`."""
    s = make_settings(Settings, settings)
    arrays = arrays_of(s)
    boxes = {name: boxes_of(name, array) for name, array in arrays.items()}
    numbered = [(f"{i} {name}", name) for i, name in enumerate(STEPS, start=1)]
    controls = {
        "next": Button("Next step", hint="One step further on the journey"),
        "previous": Button("Previous step", hint="One step back on the journey"),
        "step": Choice("step", s.step, choices=numbered),
        "take": Button("Take the update as the new start", hint="Go round the loop once more"),
        "back": Button("Back to the first weights", hint="Forget all updates"),
        "learning_rate": rate_slider(s.learning_rate),
        "loss": Choice("loss", s.loss, choices=LOSS_NAMES),
        **{name: box for group in boxes.values() for name, box in group.items()},
    }

    def spelled_out(names):  # a group of boxes, or a control
        names = [names] if isinstance(names, str) else names
        return [one for name in names for one in boxes.get(name, [name])]

    def make_view(width, height):
        return View([arrays[name].size for name in ("x", "b1", "y")], width, height)

    what = "one sample's journey through a network, step by step, with weights to edit"
    options = {"hide": spelled_out(hide), "lock": spelled_out(lock), "large": large}
    stage = Stage(what, controls, make_view, **options)
    first = replace(s, **{name: as_tuple(array) for name, array in arrays.items()})
    return Widget(stage, first, {name: list(group) for name, group in boxes.items()})


def show(*, hide=(), lock=(), large=False, **settings):
    """Put the widget on the page.

    Parameters
    ----------
    hide, lock : collections of str
        Names of controls to leave out, or to hold still: "step", "previous", "next", "take",
        "back", "learning_rate", "loss", or all the boxes of "x", "y", "W1", "b1", "W2" or "b2".
        They keep their value.
    large : bool
        Large letters, for the wall.
    settings
        Any of :class:`Settings`: ``show(x=[1, 0], loss="bce", step="update")``.
    """
    make_widget(hide=hide, lock=lock, large=large, **settings).stage.show()
