"""Figures of lesson 08: handwritten digits."""

import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from nnlib.lab.figures.style import (
    BLACK,
    BLUE,
    BLUE_TO_ORANGE,
    COLOURS,
    GREY,
    LINE_STYLES,
    ORANGE,
    new_figure,
    show,
)
from nnlib.lab.words import listed

SIDE = 8  # pixels
NAMES = {"gradient_descent": "gradient descent", "momentum": "momentum", "adam": "Adam"}


# ---------------------------------------------------------------------------------- the images


def draw_image(axes, pixels):
    """Draw one image: 0 is white, 1 is black.

    Parameters
    ----------
    axes : matplotlib Axes
    pixels : array (64,)
    """
    axes.imshow(pixels.reshape(SIDE, SIDE), cmap="Greys", vmin=0, vmax=1)
    bare(axes)


def bare(axes):
    """Take ticks and grid away, and put a thin frame around."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.8)


def images(X, labels):
    """Show images with their labels, ten in a row.

    Parameters
    ----------
    X : array (n_samples, 64)
        A multiple of ten samples.
    labels : array of int (n_samples,)
    """
    rows = len(X) // 10
    figure, grid = new_figure(rows, 10, height=1.15 * rows)
    for axes, pixels, label in zip(grid.ravel(), X, labels, strict=True):
        draw_image(axes, pixels)
        axes.set_title(str(label), fontsize=11)
    most, least = X.mean(axis=1).argmax(), X.mean(axis=1).argmin()
    show(
        figure,
        f"{len(X)} images of 8 by 8 pixels, with the label above each. Row by row: "
        f"{listed(map(str, labels))}. On average a pixel is {X.mean():.2f} dark, in the darkest "
        f"image (a {labels[most]}) {X[most].mean():.2f}, in the lightest (a {labels[least]}) "
        f"{X[least].mean():.2f}.",
    )


def mean_images(X, labels):
    """Show the mean image of each digit, and how many there are.

    Parameters
    ----------
    X : array (n_samples, 64)
    labels : array of int (n_samples,)
        Each of 0 to 9 occurs.
    """
    figure, row = new_figure(1, 10, height=1.35)
    counts = np.bincount(labels, minlength=10)
    for digit, axes in enumerate(row):
        draw_image(axes, X[labels == digit].mean(axis=0))
        axes.set_title(f"{digit}", fontsize=11)
        axes.set_xlabel(f"{counts[digit]}", fontsize=10)
    pixels = X.mean(axis=0)
    show(
        figure,
        "The mean of all images of each digit; below it, how many there are: "
        f"{listed(f'{count} of {digit}' for digit, count in enumerate(counts))}. "
        f"{(pixels == 0).sum()} of the 64 pixels are white in every image, and the darkest "
        f"pixel is {pixels.max():.2f} dark on average.",
    )


# -------------------------------------------------------------------------------- optimisers


def narrow_valley(paths, curvature):
    """Show how optimisers walk through a valley: a loss of two parameters, much steeper one way.

    Parameters
    ----------
    paths : dict of name: array (n_steps + 1, 2)
        The points of each walk; at most three, all with the same start.
    curvature : array (2,)
        The loss is ``0.5 * sum(curvature * theta**2)``.
    """
    figure, column = new_figure(len(paths), 1, height=1.75 * len(paths), sharex=True, squeeze=False)
    points = np.concatenate(list(paths.values()))
    reach = 1.12 * np.abs(points).max(axis=0)
    across, up = np.meshgrid(
        np.linspace(-reach[0], reach[0], 161), np.linspace(-reach[1], reach[1], 81)
    )
    loss = 0.5 * (curvature[0] * across**2 + curvature[1] * up**2)
    texts = []
    for i, (axes, (name, path)) in enumerate(zip(column[:, 0], paths.items(), strict=True)):
        axes.contour(
            across, up, loss, levels=np.geomspace(0.1, 300, 9), colors=GREY, linewidths=0.6
        )
        axes.plot(*path.T, color=COLOURS[i], linewidth=1.2, marker="o", markersize=3)
        axes.plot(*path[0], "o", color=BLACK, markersize=10, markerfacecolor="none")
        axes.plot(0, 0, "*", color=BLACK, markersize=13)
        axes.set(title=name, ylabel=r"$\theta_2$, stretched")
        axes.grid(False)
        turns = int((np.diff(np.sign(path[:, 1])) != 0).sum())
        end = 0.5 * (curvature * path[-1] ** 2).sum()
        texts.append(
            f"{name} crosses the floor of the valley {turns} times and ends at a loss of {end:.4f}"
        )
    column[-1, 0].set_xlabel(r"$\theta_1$, along the valley")
    begin = 0.5 * (curvature * points[0] ** 2).sum()
    show(
        figure,
        f"{len(path) - 1} steps from the ring, where the loss is {begin:.4f}, towards the star, "
        f"where it is 0: {'; '.join(texts)}. The axis across the valley is stretched: drawn to "
        "scale, it would be a flat line.",
    )


def losses_per_optimizer(histories):
    """Show the training loss over the epochs, for several optimisers.

    Parameters
    ----------
    histories : dict of name: History
    """
    figure, axes = new_figure(height=3.4)
    texts = []
    for i, (name, history) in enumerate(histories.items()):
        label = NAMES.get(name, name)
        axes.semilogy(
            history.epoch,
            history.loss,
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            label=label,
        )
        texts.append(f"{label} goes from {history.loss[0]:.2f} to {history.loss[-1]:.3f}")
    axes.set(xlabel="epoch", ylabel="training loss (log scale)", title="Three ways to step")
    lowest = min(history.loss.min() for history in histories.values())
    ticks = [tick for tick in (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3) if tick > lowest / 3]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    show(figure, f"Loss over {history.epoch[-1]} epochs, log scale: {'; '.join(texts)}.")


# ------------------------------------------------------------------------------- overfitting


def learning_curve(training, validation):
    """Show how often networks are right, against the number of images they learned from.

    Parameters
    ----------
    training, validation : dict of number of images: array (n_starts,)
        The share of images that each start gets right.
    """
    figure, axes = new_figure(height=3.5)
    sizes = np.array(list(training))
    texts = []
    for shares, name, colour, style, marker in [
        (training, "images learned from", BLUE, "-", "o"),
        (validation, "validation images", ORANGE, "--", "s"),
    ]:
        values = 100 * np.array([shares[size] for size in sizes])
        axes.semilogx(
            sizes, values.mean(axis=1), color=colour, linestyle=style, marker=marker, label=name
        )
        axes.fill_between(
            sizes, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.2, linewidth=0
        )
        parts = [f"{mean:.1f} %" for mean in values.mean(axis=1)]
        texts.append(f"of the {name} {listed(parts)} are right")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(
        xlabel="training images (log scale)", ylabel="% right", title="More data, less guessing"
    )
    axes.legend(loc="lower right")
    starts = len(next(iter(training.values())))
    show(
        figure,
        f"Means of {starts} starts, and as bands from the worst to the best, with "
        f"{listed(map(str, sizes))} training images: {'; '.join(texts)}.",
    )


# -------------------------------------------------------------------------------- evaluation


def confusion(table):
    """Show a confusion matrix, its diagonal left white so that the mistakes stand out.

    Parameters
    ----------
    table : array of int (n_classes, n_classes)
        Row: the true digit. Column: the network's answer.
    """
    figure, axes = new_figure(width=6.2, height=5.2)
    mistakes = table * (1 - np.eye(len(table), dtype=int))
    shown = np.ma.masked_equal(mistakes, 0)
    axes.imshow(shown, cmap="Oranges", vmin=0, vmax=max(4, 1.6 * mistakes.max()))
    for true, row in enumerate(table):
        for answer, count in enumerate(row):
            if count:
                weight = "normal" if true == answer else "bold"
                axes.text(answer, true, str(count), ha="center", va="center", weight=weight)
    axes.set(
        xticks=range(len(table)),
        yticks=range(len(table)),
        xlabel="answer of the network",
        ylabel="what it is",
    )
    axes.grid(False)
    often = [f"{true} as {answer}" for true, answer in np.argwhere(mistakes == mistakes.max())]
    show(
        figure,
        f"{table.sum()} answers: {table.trace()} on the diagonal are right, {mistakes.sum()} "
        f"beside it are wrong. The most frequent mistake, {mistakes.max()} times: {listed(often)}.",
    )


def wrong_images(X, labels, probabilities):
    """Show up to ten images that were read wrongly, beginning with the surest mistake.

    Parameters
    ----------
    X : array (n_samples, 64)
        Images that were all read wrongly.
    labels : array of int (n_samples,)
        What they are.
    probabilities : array (n_samples, 10)
        The answers of the network.
    """
    sure = probabilities.max(axis=1)
    order = np.argsort(-sure)[:10]
    figure, row = new_figure(1, 10, height=1.6)
    texts = []
    for axes, i in zip(row, order, strict=False):
        answer = probabilities[i].argmax()
        draw_image(axes, X[i])
        axes.set_title(f"{labels[i]} → {answer}", fontsize=11)
        axes.set_xlabel(f"{100 * sure[i]:.0f} %", fontsize=10)
        texts.append(f"{labels[i]} read as {answer} ({100 * sure[i]:.0f} %)")
    for axes in row[len(order) :]:
        axes.set_visible(False)
    show(
        figure,
        f"{len(order)} of {len(X)} mistakes, with the probability of the answer, the surest "
        f"first: {listed(texts)}.",
    )


# ------------------------------------------------------------------------------ hidden units


def hidden_units(network, always_white):
    """Show the weights from the image to each hidden neuron, as images.

    Parameters
    ----------
    network : Network
        64 inputs, one hidden layer.
    always_white : array of bool (64,)
        Pixels that are white in every image it was trained with; they are marked by a dot.
    """
    W = network.W[1]
    columns = 8
    rows = -(-W.shape[1] // columns)
    figure, grid = new_figure(rows, columns, height=1.15 * rows, squeeze=False)
    reach = np.abs(W).max()
    places = np.flatnonzero(always_white)
    for neuron, axes in enumerate(grid.ravel()):
        axes.set_visible(neuron < W.shape[1])
        if neuron < W.shape[1]:
            weights = W[:, neuron].reshape(SIDE, SIDE)
            axes.imshow(weights, cmap=BLUE_TO_ORANGE, vmin=-reach, vmax=reach)
            axes.plot(places % SIDE, places // SIDE, ".", color=BLACK, markersize=2.5)
            bare(axes)
    strongest = np.unravel_index(np.abs(W).argmax(), W.shape)
    seen = np.abs(W[~always_white]).mean()
    show(
        figure,
        f"The 64 weights of each of the {W.shape[1]} hidden neurons, laid out as the pixels they "
        f"belong to: orange above 0, blue below. The strongest is {W[strongest]:.2f}, from the "
        f"pixel in row {strongest[0] // SIDE + 1}, column {strongest[0] % SIDE + 1} to neuron "
        f"{strongest[1] + 1}. Dots mark the {len(places)} pixels that were white in every training "
        f"image; the mean size of the other weights is {seen:.2f}.",
    )
