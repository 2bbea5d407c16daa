"""The figures of lesson 03: two losses, their slopes, and what the slopes do in training."""

import numpy as np

from nnlib import numerical_gradient
from nnlib.activations import sigmoid, sigmoid_derivative
from nnlib.lab.figures.style import BLACK, BLUE, GREY, ORANGE, new_figure, show
from nnlib.losses import mse


def losses_against_prediction():
    """Show MSE and BCE of one answer against the prediction, for both targets."""
    a = np.linspace(0.001, 0.999, 999)
    figure, (left, right) = new_figure(1, 2, sharey=True)
    for axes, target in ((left, 1), (right, 0)):
        p = a if target else 1 - a
        axes.plot(a, (1 - p) ** 2, color=BLUE)
        axes.plot(a, -np.log(p), color=ORANGE, linestyle="--")
        axes.set(title=f"What happened: y = {target}", xlabel="prediction a", ylim=(-0.1, 5))
        at, side = (0.12, "left") if target else (0.88, "right")
        axes.text(at, 2.3, "BCE", color=ORANGE, ha=side)
        axes.text(0.02 if target else 0.98, 1.12, "MSE", color=BLUE, ha=side)
    left.set_ylabel("loss")
    values = "; ".join(
        f"{(1 - p) ** 2:.4f} and {-np.log(p):.4f} at a = {p:g}" for p in (0.9, 0.5, 0.1, 0.001)
    )
    show(
        figure,
        f"Left, for the target 1, MSE and BCE are {values}. MSE ends at 1, BCE has no end. "
        "Right, for the target 0, both curves are mirrored.",
    )


def slopes_against_logit():
    """Show the slopes of MSE and BCE with respect to z, for the target 1."""
    z = np.linspace(-8, 8, 1601)
    a = sigmoid(z)
    mse_slope, bce_slope = 2 * (a - 1) * sigmoid_derivative(z, a), a - 1
    figure, (left, right) = new_figure(1, 2)
    left.plot(z, mse_slope, color=BLUE)
    left.plot(z, bce_slope, color=ORANGE, linestyle="--")
    left.text(-7.8, -0.94, "BCE", color=ORANGE)
    left.text(-7.8, -0.08, "MSE", color=BLUE)
    left.text(-4, -0.6, "wrong", color=GREY, ha="center")
    left.text(5.5, -0.6, "right", color=GREY, ha="center")
    left.axvline(0, color=GREY, linewidth=1, linestyle=":")
    left.set(title="The slope ∂L/∂z, target 1", xlabel="z", ylabel="∂L/∂z", ylim=(-1.05, 0.05))
    right.semilogy(z, -mse_slope, color=BLUE)
    right.semilogy(z, -bce_slope, color=ORANGE, linestyle="--")
    right.text(-7.8, 1.4, "BCE", color=ORANGE)
    right.text(-7.8, 4e-3, "MSE", color=BLUE)
    right.set(
        title="Its size, on a logarithmic scale", xlabel="z", ylabel="|∂L/∂z|", ylim=(1e-7, 6)
    )
    ratio = bce_slope / mse_slope
    five = np.isclose(z, -5)
    ends = (-mse_slope[five][0], -bce_slope[five][0])
    arrow = {"arrowstyle": "<->", "color": BLACK, "shrinkA": 0, "shrinkB": 0}
    right.annotate("", (-5, ends[0]), (-5, ends[1]), arrowprops=arrow)
    right.text(-5.2, 0.09, f"{ratio[five][0]:.0f} times", ha="right", size=10)
    for axes in (left, right):
        axes.set_xticks(range(-8, 9, 2))
    peak = mse_slope.argmin()
    show(
        figure,
        "Left of 0 the neuron is wrong. There the slope of BCE goes to −1: at z = −8 it is "
        f"−{-bce_slope[0]:.4f}. The slope of MSE is largest at z = −{-z[peak]:.2f}, where "
        f"a = {a[peak]:.2f}: there it is −{-mse_slope[peak]:.4f}, and beyond it goes back to 0. "
        f"BCE pushes {ratio.min():.0f} times as hard at z = {abs(z[ratio.argmin()]):.0f}, "
        f"{ratio[five][0]:.0f} times at z = −5, and {ratio[0]:.0f} times at z = −8.",
    )


def predictions_of(history, network, X):
    """Return the predictions at each measurement of a history with parameters.

    Parameters
    ----------
    history : History
        Of one network, with its parameters kept.
    network : Network
        One of the same architecture.
    X : array (n_samples, n_in)

    Returns
    -------
    array (n_measured, n_samples, n_outputs)
    """
    return network.with_vector(history.parameters).predict(X)


def two_trainings(history_mse, history_bce, network, X, y, n_shown=300):
    """Show one network's training under MSE and under BCE, from the same start.

    Parameters
    ----------
    history_mse, history_bce : History
        With the parameters kept, measured each epoch.
    network : Network
        One of the same architecture.
    X, y : arrays
        One output, targets 0 and 1.
    n_shown : int
        How many epochs to draw.
    """
    figure, panels = new_figure(1, 3, height=3.5, sharey=True)
    epochs = np.arange(n_shown + 1)
    stories = []
    for name, history, colour, style in (
        ("MSE", history_mse, BLUE, "-"),
        ("BCE", history_bce, ORANGE, "--"),
    ):
        a = predictions_of(history, network, X)
        error = mse(a, y)
        panels[0].plot(epochs, error[epochs], color=colour, linestyle=style)
        panels[0].text(n_shown, error[n_shown] + 0.03, f"under {name}", color=colour, ha="right")
        for axes, target in ((panels[1], 1), (panels[2], 0)):
            for k, row in enumerate(np.flatnonzero(y[:, 0] == target)):
                marks = {"marker": "os^Dv"[k % 5], "markevery": (12 + 20 * k, 60), "markersize": 6}
                axes.plot(epochs, a[epochs, row, 0], color=colour, linestyle=style, **marks)
        stories.append(
            f"Under {name} it goes from {error[0]:.4f} to {error[100]:.4f} at epoch 100 and "
            f"{error[-1]:.4f} at epoch {history.epoch[-1]}, and {verdict(a, y)}"
        )
    panels[0].axhline(0.25, color=GREY, linewidth=1, linestyle=":")
    panels[0].text(n_shown, 0.27, "always saying 0.5", color=GREY, ha="right", size=9)
    panels[0].set(title="Squared error", xlabel="epoch", ylabel="MSE", ylim=(-0.03, 1.05))
    for axes, target in ((panels[1], 1), (panels[2], 0)):
        for k, row in enumerate(np.flatnonzero(y[:, 0] == target)):
            name = f"morning {row + 1}"
            axes.plot([], [], "os^Dv"[k % 5], color=GREY, markersize=6, label=name)
        axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.4 if target else 0.6))
        axes.set(title=f"Answers, target {target}", xlabel="epoch", ylabel="answer a")
    show(
        figure,
        f"The first {n_shown} epochs, solid under MSE and dashed under BCE. Left, the squared "
        f"error of both networks. {'. '.join(stories)}. In the middle, the answers to the "
        f"{(y == 1).sum()} mornings that should go up to 1; on the right, those to the "
        f"{(y == 0).sum()} that should go down to 0, and under MSE do not. "
        "Each morning has a mark of its own.",
    )


def verdict(a, y):
    """Say from when on all answers were on the right side of 0.5, or how many were at the end.

    Parameters
    ----------
    a : array (n_measured, n_samples, n_outputs)
        Predictions, measured each epoch.
    y : array (n_samples, n_outputs)
        Targets 0 and 1.
    """
    n_right = ((a > 0.5) == (y > 0.5)).sum(axis=(-2, -1))
    if n_right[-1] < y.size:
        return f"at the end {n_right[-1]} of {y.size} answers are right"
    wrong = np.flatnonzero(n_right < y.size)
    since = wrong[-1] + 1 if len(wrong) else 0
    return f"all {y.size} answers are right from epoch {since} on"


def clipped_loss(bce_clipped, bce):
    """Show a clipped cross-entropy beside the exact one, and their measured slopes.

    Parameters
    ----------
    bce_clipped, bce : functions of (z, y)
        Each takes two arrays (1, 1) and returns one number.
    """
    z = np.linspace(-5, 30, 141)
    y = np.zeros((1, 1))
    figure, (left, right) = new_figure(1, 2)
    ends = []
    for name, function, colour, style, at in (
        ("clipped", bce_clipped, BLUE, "-", (30, 13.5)),
        ("from the logit", bce, ORANGE, "--", (23, 24.5)),
    ):
        points = z.reshape(-1, 1, 1)
        values = np.array([float(function(point, y)) for point in points])
        slopes = np.array(
            [numerical_gradient(lambda t, f=function: f(t, y), point)[0, 0] for point in points]
        )
        left.plot(z, values, color=colour, linestyle=style)
        right.plot(z, slopes, color=colour, linestyle=style)
        left.text(*at, name, color=colour, ha="right")
        right.text(30, slopes[-1] + 0.03, name, color=colour, ha="right")
        ends.append((values[-1], slopes[-1]))
    left.set(title="Loss, target 0", xlabel="z", ylabel="BCE")
    right.set(title="Its slope", xlabel="z", ylabel="∂L/∂z", ylim=(-0.05, 1.15))
    (value, slope), (exact_value, exact_slope) = ends
    show(
        figure,
        "The target is 0, so the neuron is the more wrong the larger z is. From the logit, the "
        f"loss goes on growing, to {exact_value:.4f} at z = 30, and its slope stays at "
        f"{exact_slope:.4f}. Clipped, the loss grows to {value:.4f} and no further, and its slope "
        f"drops to {abs(slope):.4f}.",
    )
