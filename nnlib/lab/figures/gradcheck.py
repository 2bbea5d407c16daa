"""The figures of lesson 07: two descents, a valley, a half turn, the curves of a ward."""

import numpy as np

from nnlib.lab.figures.style import (
    BLACK,
    BLUE,
    COLOURS,
    GREEN,
    GREY,
    LINE_STYLES,
    ORANGE,
    new_figure,
    show,
)
from nnlib.losses import mse


def two_descents(losses, every):
    """Show the losses of several runs on a logarithmic scale.

    Parameters
    ----------
    losses : dict of label: list of float
    every : int
        Epochs from one number to the next.
    """
    figure, axes = new_figure(height=3.3)
    texts = []
    for i, (label, values) in enumerate(losses.items()):
        epochs = every * np.arange(len(values))
        axes.semilogy(epochs, values, color=COLOURS[i], linestyle=LINE_STYLES[i], label=label)
        texts.append(f"{label}: from {values[0]:.4f} to {values[-1]:.7f}")
    axes.set(xlabel="epoch", ylabel="MSE (log scale)", title="Write-up 000, as it is and cured")
    axes.legend()
    text = "; ".join(texts)
    text = f"{text[0].upper()}{text[1:]}."
    show(figure, f"The MSE over the first {epochs[-1]} epochs, log scale. {text}")


def losses_of(network, vectors, X, y):
    """The MSE of the network with other parameters, one loss for each row of ``vectors``."""
    return mse(network.with_vector(vectors).predict(X), y)


def valley(network, directions, solved, X, y):
    """Show the loss around a trained network, and on the straight ways to networks that solve it.

    Parameters
    ----------
    network : Network
    directions : array (n_parameters, 2)
        The flattest and the steepest direction, each of length 1.
    solved : list of Network
    X, y : arrays
    """
    here = network.parameters.vector
    figure, (left, right) = new_figure(1, 2, height=3.8)
    along, across = np.linspace(-8, 8, 81), np.linspace(-1.6, 1.6, 65)
    grid = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2)
    losses = losses_of(network, here + grid @ directions.T, X, y).reshape(65, 81)
    lines = left.contour(
        along, across, losses, levels=[0.129, 0.135, 0.15, 0.2, 0.25, 0.3], colors=GREY,
        linewidths=1,
    )  # fmt: skip
    left.clabel(lines, fontsize=8, fmt="%g")
    left.plot(0, 0, "o", color=BLACK)
    left.set(xlabel="along the flattest direction", ylabel="along the steepest direction")
    left.set_title("The valley, with 001 at the dot")
    left.grid(False)

    t = np.linspace(0, 1, 101)
    highest = []
    for other in solved:
        way = here + t[:, None] * (other.parameters.vector - here)
        losses_on_the_way = losses_of(network, way, X, y)
        highest.append(losses_on_the_way.max())
        right.plot(t, losses_on_the_way, color=BLUE, linewidth=0.8, alpha=0.5)
    start = losses_of(network, here[None], X, y)[0]
    right.axhline(start, color=ORANGE, linestyle="--", linewidth=1.4)
    right.annotate("the loss of 001", (0, start), (0, -14), textcoords="offset points")
    right.set(xlabel="part of the way", ylabel="loss", title="Straight ways to a solution")
    middle = losses[32]
    show(
        figure,
        f"Left: the loss around the end of 001, at {start:.4f}. Along the flattest direction it "
        f"is {middle[0]:.4f} eight units to the one side and {middle[-1]:.4f} eight units to the "
        f"other; across, one unit away, {losses[12, 40]:.4f} and {losses[52, 40]:.4f}. Right: the "
        f"loss on the straight ways to {len(solved)} networks that solve XOR. "
        f"{sum(top > 1.05 * start for top in highest)} of them climb first: the lowest "
        f"pass is at {min(highest):.4f}, the highest at {max(highest):.4f}.",
    )


def loss_curves(curves):
    """Show many loss curves, a small panel each.

    Parameters
    ----------
    curves : dict of title: array
    """
    n_columns = 5
    n_rows = -(-len(curves) // n_columns)
    figure, grid = new_figure(n_rows, n_columns, height=2.0 * n_rows, sharex=True, sharey=True)
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)
    texts, highest = [], max(losses.max() for losses in curves.values())
    for axes, (title, losses) in zip(grid.flat, curves.items(), strict=False):
        axes.plot(losses, color=BLUE)
        axes.set_title(title)
        axes.set_ylim(0, 1.05 * highest)
        texts.append(f"{title} from {losses[0]:.2f} to {losses[-1]:.2f}")
    for axes in grid[:, 0]:
        axes.set_ylabel("loss")
    for axes in grid.flat[: len(curves)][-n_columns:]:  # the lowest of each column
        axes.set_xlabel("epoch")
        axes.tick_params(labelbottom=True)
    fallen = sum(losses[-1] < losses[0] for losses in curves.values())
    show(
        figure,
        f"The training losses of {len(curves)} programs, of which {fallen} have fallen: "
        f"{', '.join(texts)}.",
    )


def logits_through_the_origin(networks, direction, reach=6.0):
    """Show the output's weighted sum of networks without biases, on a line through the origin.

    Parameters
    ----------
    networks : list of Network
        At most three, with sigmoids.
    direction : array (n_in,)
    reach : float
        How far the line goes to either side.
    """
    figure, axes = new_figure(height=3.2)
    t = np.linspace(-reach, reach, 201)
    texts = []
    for i, network in enumerate(networks):
        z = network.forward(t[:, None] * direction)[0][-1][:, 0]
        axes.plot(t, z, color=COLOURS[i], linestyle=LINE_STYLES[i], label=f"start {i}")
        axes.plot(0, z[100], "o", color=COLOURS[i])
        texts.append(f"{z[50]:.2f}, {z[100]:.2f} and {z[150]:.2f}")
    axes.set(xlabel="t, for the input t · (1, 1)", ylabel="logit z of the output")
    axes.set_title("A half turn about the dot changes nothing")
    axes.axhline(0, color=GREEN, linewidth=0.8, linestyle=":")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    show(
        figure,
        f"The logit along a line through the origin, for {len(networks)} networks without biases. "
        f"At t = {t[50]:g}, 0 and {t[150]:g} the logits are {'; '.join(texts)}: the one at 0 is "
        "always the middle of the two others.",
    )
