"""Lesson 08: a digit, chosen or drawn, and what a trained network makes of it."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from nnlib import Network
from nnlib.lab.figures.datasets import SIDE, bare
from nnlib.lab.figures.style import BLUE, GREY, ORANGE, new_figure
from nnlib.lab.widgets.controls import Button, NumberBox
from nnlib.lab.widgets.panel import Panel
from nnlib.lab.widgets.picture import freeze_layout
from nnlib.lab.words import listed
from nnlib.validation import check_instance

N_PIXELS = SIDE * SIDE
INK = 0.5  # from here on a pixel counts as dark


@dataclass(frozen=True)
class Reading:
    """One image, and what the network computes from it.

    Attributes
    ----------
    pixels : array (64,)
    a1 : array (n_hidden,)
        The activations of the hidden layer.
    a2 : array (10,)
        The probabilities.
    label : int, or None
        What it is, if it comes from the data and was not changed.
    """

    pixels: np.ndarray
    a1: np.ndarray
    a2: np.ndarray
    label: int | None


def compute(network, pixels, label=None):
    """Return what the network computes from one image.

    Parameters
    ----------
    network : Network
        64 inputs, one hidden layer, 10 softmax outputs.
    pixels : array (64,)
        From 0 (white) to 1 (black).
    label : int, optional
        What it is.

    Returns
    -------
    Reading
    """
    pixels = np.asarray(pixels, float)
    _, a = network.forward(pixels.reshape(1, N_PIXELS))
    return Reading(pixels, a[1][0], a[2][0], None if label is None else int(label))


def in_words(reading):
    """Say what the picture shows."""
    order = np.argsort(-reading.a2, kind="stable")
    answers = [f"{digit} ({100 * reading.a2[digit]:.1f} %)" for digit in order[:3]]
    what = "Your own drawing" if reading.label is None else f"The image of a {reading.label}"
    dark = int((reading.pixels >= INK).sum())
    strongest = np.argsort(-np.abs(reading.a1), kind="stable")[:3]
    neurons = [f"number {i + 1} ({reading.a1[i]:.2f})".replace("-", "−") for i in strongest]
    verdict = ""
    if reading.label is not None:
        verdict = " That is right." if order[0] == reading.label else " That is wrong."
    return (
        f"{what}, with {dark} of 64 pixels dark. The network answers {answers[0]}, then "
        f"{listed(answers[1:])}.{verdict} The furthest of the {len(reading.a1)} hidden neurons "
        f"from 0 are {listed(neurons)}."
    )


class View:
    """The picture, made once and then changed."""

    def __init__(self, n_hidden):
        self.figure, (left, middle, right) = new_figure(
            1, 3, height=3.1, width_ratios=[1, 1.35, 1.15]
        )
        self.image = left.imshow(np.zeros((SIDE, SIDE)), cmap="Greys", vmin=0, vmax=1)
        bare(left)
        left.set_title("The image")
        self.hidden = middle.bar(range(1, n_hidden + 1), np.zeros(n_hidden), color=BLUE)
        middle.axhline(0, color=GREY, linewidth=0.8)
        middle.set(title="Hidden activations", xlabel="neuron", ylim=(-1.05, 1.05))
        self.answers = right.barh(range(10), np.zeros(10), color=BLUE)
        self.percents = [right.text(0, digit, "", va="center", fontsize=9) for digit in range(10)]
        right.set(title="Probabilities", xlim=(0, 1.3), ylim=(9.6, -0.6), yticks=range(10))
        right.set(xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
        right.grid(axis="y", visible=False)
        freeze_layout(self.figure)
        self.moving = [self.image, *self.hidden, *self.answers, *self.percents]
        self.moving += list(left.spines.values())  # the image covers them

    def update(self, reading):
        """Draw a reading, and return its description."""
        self.image.set_data(reading.pixels.reshape(SIDE, SIDE))
        for bar, activation in zip(self.hidden, reading.a1, strict=True):
            bar.set_height(activation)
            bar.set_facecolor(ORANGE if activation > 0 else BLUE)
        best = reading.a2.argmax()
        for digit, (bar, words) in enumerate(zip(self.answers, self.percents, strict=True)):
            share = reading.a2[digit]
            bar.set_width(share)
            bar.set_facecolor(ORANGE if digit == best else BLUE)
            words.set_text(f"{100 * share:.1f} %" if share >= 0.0005 else "")
            words.set_x(share + 0.02)
            words.set_weight("bold" if digit == best else "normal")
        return in_words(reading)


def draw(reading):
    """For the static figure: ``style.show(*draw(compute(network, X[0], labels[0])))``.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    figure, description
    """
    view = View(len(reading.a1))
    return view.figure, view.update(reading)


class Grid:
    """An image to draw on: 64 buttons, each with its place and its darkness as its name.

    Attributes
    ----------
    widget : ipywidgets GridBox
    pixels : array (64,)
    """

    def __init__(self, pixels):
        layout = widgets.Layout(width="1.7em", height="1.7em", margin="0", padding="0")
        self.buttons = [widgets.Button(layout=layout) for _ in range(N_PIXELS)]
        grid = widgets.Layout(grid_template_columns=f"repeat({SIDE}, 1.75em)", grid_gap="1px")
        self.widget = widgets.GridBox(self.buttons, layout=grid)
        self.functions = []
        self.pixels = np.full(N_PIXELS, np.nan)
        for place, button in enumerate(self.buttons):
            button.on_click(lambda _, place=place: self.turn(place))
        self.fill(pixels)

    def observe(self, function):
        """Call ``function()`` after each press on a pixel."""
        self.functions.append(function)

    def turn(self, place):
        """Make a dark pixel white, and any other black."""
        pixels = self.pixels.copy()
        pixels[place] = 0.0 if pixels[place] >= INK else 1.0
        self.fill(pixels)
        for function in self.functions:
            function()

    def fill(self, pixels):
        """Show an image on the buttons; only those that change are touched."""
        for place in np.flatnonzero(pixels != self.pixels):
            grey = round(255 * (1 - pixels[place]))
            button = self.buttons[place]
            button.style.button_color = f"rgb({grey}, {grey}, {grey})"
            row, column = divmod(int(place), SIDE)
            kind = "white" if pixels[place] == 0 else f"{100 * pixels[place]:.0f} % dark"
            button.tooltip = f"row {row + 1}, column {column + 1}: {kind}"
        self.pixels = np.array(pixels, float)


class Widget:
    """Choose an image or draw one.

    Parameters
    ----------
    network : Network
    X : array (n_samples, 64)
    labels : array of int (n_samples,)
    image : int
        Row of ``X`` to begin with.
    hide : collection of names
        Of "image", "empty" and "grid".
    """

    def __init__(self, network, X, labels, image=0, hide=()):
        check_inputs(network, X, labels)
        self.network, self.X, self.labels = network, np.asarray(X, float), np.asarray(labels)
        self.view = View(network.layer_sizes[1])
        controls = {
            "image": NumberBox("image", image, 0, len(X) - 1),
            "empty": Button("Empty grid", "Make all pixels white, to draw a digit of your own"),
            "grid": Grid(self.X[image]),
        }
        self.panel = Panel(
            "a trained network that reads a digit you choose or draw",
            controls,
            hide=hide,
            rows=[["image", "empty"], ["grid"]],
        )
        self.grid = controls["grid"]
        self.panel.on_change(["image"], self.choose)
        self.panel.on_change(["empty"], self.empty)
        self.panel.on_change(["grid"], self.read)
        self.panel.guarded(self.read)

    def choose(self):
        """Put the chosen image on the grid."""
        self.grid.fill(self.X[self.panel.controls["image"].value])
        self.read()

    def empty(self):
        """Make all pixels white."""
        self.grid.fill(np.zeros(N_PIXELS))
        self.read()

    def read(self):
        """Let the network read what is on the grid, and draw the result."""
        image = self.panel.controls["image"].value
        unchanged = np.array_equal(self.grid.pixels, self.X[image])
        label = self.labels[image] if unchanged else None
        description = self.view.update(compute(self.network, self.grid.pixels, label))
        self.panel.picture.show(self.view.figure, description, self.view.moving)
        self.panel.message.say("")


def check_inputs(network, X, labels):
    """Raise an error in words if the three do not belong together."""
    check_instance("network", network, Network, "Train one with layer sizes [64, 32, 10].")
    sizes, one = network.layer_sizes, not network.stack_shape
    if not (one and len(sizes) == 3 and sizes[0] == N_PIXELS and sizes[2] == 10):
        raise ValueError(
            f"network is {network!r}, but a single one with 64 inputs, one hidden layer and 10 "
            "outputs is expected. Of a stack, take .member(0)."
        )
    if np.ndim(X) != 2 or np.shape(X)[1] != N_PIXELS or np.shape(labels) != (len(X),):
        raise ValueError(
            f"X has shape {np.shape(X)} and labels has shape {np.shape(labels)}, but (n, 64) and "
            "(n,) are expected. Pass rows of datasets.digits()."
        )


def show(network, X, labels, *, image=0, hide=()):
    """Put the widget on the page.

    Parameters
    ----------
    network : Network
        Trained: 64 inputs, one hidden layer, 10 softmax outputs.
    X : array (n_samples, 64)
        The images to choose from.
    labels : array of int (n_samples,)
    image : int
        Row of ``X`` to begin with.
    hide : collection of names
        Controls to leave out: "image", "empty", "grid".

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    Widget(network, X, labels, image, hide).panel.show()
