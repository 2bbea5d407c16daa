"""Lesson 08: a digit, chosen or drawn, and what a trained network makes of it."""

from dataclasses import dataclass

import numpy as np

from nnlib import Network
from nnlib.lab.figures.datasets import SIDE, bare
from nnlib.lab.figures.style import BLUE, GREY, ORANGE
from nnlib.lab.widgets.kit.controls import Button, Number, Pad, Tick
from nnlib.lab.widgets.kit.stage import Stage
from nnlib.lab.widgets.panes import NARROW, mosaic
from nnlib.lab.words import listed, minus
from nnlib.validation import check_instance

N_PIXELS = SIDE * SIDE
INK = 0.5  # from here on a pixel counts as inked


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
        From 0 (paper) to 1 (ink).
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
    neurons = [minus(f"number {i + 1} ({reading.a1[i]:.2f})") for i in strongest]
    verdict = ""
    if reading.label is not None:
        verdict = " That is right." if order[0] == reading.label else " That is wrong."
    return (
        f"The network answers {answers[0]}, then {listed(answers[1:])}.{verdict} {what}, with "
        f"{dark} of 64 pixels inked. {place_in_words(reading.pixels)} The furthest of the "
        f"{len(reading.a1)} hidden neurons from 0 are {listed(neurons)}."
    )


class View:
    """The picture, made once and then changed."""

    def __init__(self, n_hidden, width=9.0, height=3.1):
        wide = [["image", "hidden", "answers"]]
        narrow = [["image", "answers"], ["hidden", "hidden"]]
        if width < NARROW:  # the grid has the image too; there is room for what follows from it
            wide = narrow = [["hidden", "answers"]]
        self.figure, axes = mosaic(width, height, wide, narrow, aspect=0.7)
        left = axes.get("image") or self.figure.add_axes([0, 0, 1, 1], visible=False)
        middle, right = axes["hidden"], axes["answers"]
        self.image = left.imshow(np.zeros((SIDE, SIDE)), cmap="Greys", vmin=0, vmax=1)
        bare(left)
        left.set_title("The image")
        self.hidden = middle.bar(range(1, n_hidden + 1), np.zeros(n_hidden), color=BLUE)
        middle.axhline(0, color=GREY, linewidth=0.8)
        words = "Hidden activations" if width >= NARROW else "Hidden"
        middle.set(title=words, xlabel="neuron", ylim=(-1.05, 1.05))
        self.answers = right.barh(range(10), np.zeros(10), color=BLUE)
        style = {"textcoords": "offset points", "va": "center", "fontsize": 9}
        self.percents = [right.annotate("", (0, digit), (4, 0), **style) for digit in range(10)]
        right.tick_params(labelsize=9)
        longest = 1.6 if width > 6 else 2.4  # a bar and its words
        right.set(title="Probabilities", xlim=(0, longest), ylim=(9.6, -0.6), yticks=range(10))
        middle.locator_params(nbins=5)
        right.set(xticks=[0, 1], xticklabels=["0", "100 %"])
        right.grid(False)

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
            words.xy = share, digit
            words.set_weight("bold" if digit == best else "normal")
        return in_words(reading)


def offset_of(pixels):
    """Return how many rows down and columns right of the middle the ink lies, or None without ink.

    Parameters
    ----------
    pixels : array (64,)

    Returns
    -------
    array (2,), or None
    """
    image = np.reshape(pixels, (SIDE, SIDE))
    if not image.any():
        return None
    places = np.moveaxis(np.indices((SIDE, SIDE)), 0, -1)
    return (places * image[..., None]).sum((0, 1)) / image.sum() - (SIDE - 1) / 2


def centred(pixels):
    """Return the image with its ink moved to the middle, by whole pixels."""
    offset = offset_of(pixels)
    if offset is None:
        return pixels
    image, (down, right) = np.zeros((3 * SIDE, 3 * SIDE)), np.round(offset).astype(int)
    image[SIDE : 2 * SIDE, SIDE : 2 * SIDE] = np.reshape(pixels, (SIDE, SIDE))
    rows, columns = slice(SIDE + down, 2 * SIDE + down), slice(SIDE + right, 2 * SIDE + right)
    return image[rows, columns].ravel()


def place_in_words(pixels):
    """Say whether the ink is where the network has learned to look for it."""
    offset = offset_of(pixels)
    if offset is None:
        return "The grid is empty, and the network has no way to answer that it sees nothing."
    if np.abs(offset).max() < 1:
        return "The ink is centred, as in the images that the network was trained on."
    (down, right), parts = offset, []
    for far, words in ((down, ("above", "below")), (right, ("left of", "right of"))):
        if abs(far) >= 1:
            parts.append(f"{abs(far):.1f} pixels {words[int(far > 0)]}")
    return (
        f"The ink lies {listed(parts)} the middle. The network sees it there, and has learned "
        "from centred images only."
    )


class Widget:
    """Choose an image or draw one.

    Parameters
    ----------
    stage : Stage
    network : Network
    X : array (n_samples, 64)
    labels : array of int (n_samples,)
    """

    def __init__(self, stage, network, X, labels):
        self.stage, self.network, self.X, self.labels = stage, network, X, labels
        stage.on("image", lambda: stage.set(grid=X[stage.values["image"]]))
        stage.on("empty", lambda: stage.set(grid=np.zeros(N_PIXELS)))
        stage.on("centre", lambda: stage.set(grid=centred(stage.values["grid"])))
        stage.on(["image", "empty", "centre", "grid"], self.read)
        stage.guarded(self.read)

    def read(self):
        """Let the network read what is on the grid, and draw the result."""
        pixels, image = np.array(self.stage.values["grid"]), self.stage.values["image"]
        label = self.labels[image] if np.array_equal(pixels, self.X[image]) else None
        self.stage.draw(compute(self.network, pixels, label))


def make_widget(network, X, labels, *, image=0, hide=(), lock=(), large=False):
    """Return the widget; the arguments are those of :func:`show`."""
    check_inputs(network, X, labels)
    X, labels = np.asarray(X, float), np.asarray(labels)
    number = Number("image from the data", image, low=0, high=len(X) - 1)
    label = "the image: draw with mouse, pen or finger, or with the arrows and the space bar"
    controls = {
        "grid": Pad(label, list(X[number.value]), eraser="erase"),
        "erase": Tick("erase", False, hint="Take ink away; the right mouse button does so too"),
        "empty": Button("Empty grid", hint="Take all ink away, to draw a digit of your own"),
        "centre": Button("Centre it", hint="Move the ink to the middle, as in the data"),
        "image": number,
    }
    what = "a trained network that reads a digit you choose or draw"

    def make_view(width, height):
        return View(network.layer_sizes[1], width, height)

    stage = Stage(what, controls, make_view, hide=hide, lock=lock, large=large)
    return Widget(stage, network, X, labels)


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


def show(network, X, labels, *, image=0, hide=(), lock=(), large=False):
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
    hide, lock : collections of names
        Controls to leave out, or to hold still: "grid", "erase", "empty", "centre", "image".
    large : bool
        Large letters, for the wall.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    make_widget(network, X, labels, image=image, hide=hide, lock=lock, large=large).stage.show()
