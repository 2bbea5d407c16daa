"""The figure of lesson 00: a network before, while and after it learns."""

import numpy as np

from nnlib.lab.figures.plane import draw_decision_boundary, wrongly_predicted
from nnlib.lab.figures.style import BLUE, GREY, new_figure, show


def learning(start, network, history, X, y):
    """Show the loss over the epochs, and the answers of the network before and after.

    Parameters
    ----------
    start, network : Network
        Before and after training.
    history : History
    X : array (n_samples, 2)
    y : array (n_samples, 1)
    """
    figure, (left, middle, right) = new_figure(1, 3, width_ratios=[1.5, 1, 1])
    left.plot(history.epoch, history.loss, color=BLUE)
    left.axhline(np.log(2), color=GREY, linestyle=":", linewidth=1)
    left.set(title="Loss", xlabel="epoch", ylabel="loss", ylim=(0, 1.1 * history.loss.max()))
    above = {"xytext": (0, 3), "textcoords": "offset points", "ha": "right", "va": "bottom"}
    left.annotate("always saying 0.5", (history.epoch[-1], np.log(2)), **above)
    draw_decision_boundary(middle, start, X, y)
    draw_decision_boundary(right, network, X, y)
    middle.set_title("Before")
    right.set_title("After")
    half = history.epoch[np.argmax(history.loss < history.loss[0] / 2)]
    errors = [np.abs(each.predict(X) - y).max() for each in (start, network)]
    n_right = [int((~wrongly_predicted(each.predict(X), y)).sum()) for each in (start, network)]
    show(
        figure,
        f"Left: the loss falls from {history.loss[0]:.4f} to {history.loss[-1]:.4f}; after {half} "
        f"of {history.epoch[-1]} epochs it has halved. Dotted: {np.log(2):.4f}, the loss of always "
        "saying 0.5. Right: the answers over the whole square, the first switch to the right, "
        "the second upwards, before and after: blue for 0, white for 0.5, orange for 1. "
        "Circles have target 0, squares target 1, and a cross marks a wrong answer. "
        f"Before, {n_right[0]} of {len(X)} corners are right, after, {n_right[1]} of {len(X)}; "
        f"the largest error falls from {errors[0]:.4f} to {errors[1]:.4f}.",
    )
