"""The figures of lesson 01: curves of activation functions and of their slopes."""

import numpy as np

from nnlib.activations import ACTIVATIONS, sigmoid, sigmoid_derivative
from nnlib.lab.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    LIGHT_GREY,
    LINE_STYLES,
    ORANGE,
    new_figure,
    show,
)
from nnlib.lab.words import minus, short


def sigmoid_curve():
    """Show the sigmoid from -8 to 8."""
    z = np.linspace(-8, 8, 321)
    figure, axes = new_figure(height=3.2)
    axes.plot(z, sigmoid(z), color=BLUE)
    axes.axhline(0.5, color=GREY, linewidth=1, linestyle=":")
    axes.axvline(0, color=GREY, linewidth=1, linestyle=":")
    axes.set(xlabel="z", ylabel="a = σ(z)", title="The sigmoid", yticks=[0, 0.25, 0.5, 0.75, 1])
    show(
        figure,
        f"The sigmoid rises from {sigmoid(z[0]):.4f} at z = −8 over 0.5 at z = 0 to "
        f"{sigmoid(z[-1]):.4f} at z = 8. Most of the way lies between z = −2 and z = 2, where "
        f"it has come to {sigmoid(2.0):.4f}.",
    )


def neurons_with_weights_and_biases(weights, biases):
    """Show the answer of a neuron to one input, for several weights and for several biases.

    Parameters
    ----------
    weights, biases : lists of numbers, at most 6
        The left panel has the weights with bias 0, the right one the biases with weight 1.
    """
    x = np.linspace(-8, 8, 641)
    figure, (left, right) = new_figure(1, 2, sharey=True)
    for i, w in enumerate(weights):
        left.plot(
            x,
            sigmoid(w * x),
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            label=minus(f"w = {w}"),
        )
    for i, b in enumerate(biases):
        right.plot(
            x,
            sigmoid(x + b),
            color=COLOURS[i],
            linestyle=LINE_STYLES[i],
            label=minus(f"b = {b}"),
        )
    left.set(title="Weights, with b = 0", xlabel="x", ylabel="a = σ(w x + b)")
    right.set(title="Biases, with w = 1", xlabel="x", ylabel="a = σ(x + b)")
    for axes in (left, right):
        axes.set_xticks(range(-8, 9, 4))
    left.legend()
    right.legend()
    slopes = ", ".join(f"{short(w / 4)} for w = {short(w)}" for w in weights)
    centres = ", ".join(f"x = {short(-b)} for b = {short(b)}" for b in biases)
    show(
        figure,
        f"Left: the weight sets how steep the curve is. Its slope at x = 0 is {slopes}. "
        f"Right: the bias moves the curve sideways. It crosses 0.5 at {centres}.",
    )


def sigmoid_and_its_slope():
    """Show the sigmoid above, and its derivative below, over the same z."""
    z = np.linspace(-8, 8, 321)
    a = sigmoid(z)
    slope = sigmoid_derivative(z, a)
    figure, (top, bottom) = new_figure(2, 1, height=4.6, sharex=True)
    top.plot(z, a, color=BLUE)
    top.set(ylabel="a = σ(z)", title="The sigmoid")
    bottom.plot(z, slope, color=ORANGE, linestyle="--")
    bottom.set(ylabel="da/dz", xlabel="z", title="Its slope")
    flat = z[(z > 0) & (slope < 0.01)][0]
    for axes in (top, bottom):
        axes.axvspan(z[0], -flat, color=LIGHT_GREY, alpha=0.6)
        axes.axvspan(flat, z[-1], color=LIGHT_GREY, alpha=0.6)
    show(
        figure,
        f"The slope is largest, {slope.max():.4f}, at z = {abs(z[slope.argmax()]):.0f}, and falls "
        f"on both sides. In the grey parts, |z| of {flat:.2f} and more, it is below 0.01. At z = 8 "
        f"only {slope[-1]:.6f} is left.",
    )


def slopes_of_three_activations():
    """Show sigmoid, tanh and ReLU, and their derivatives."""
    z = np.linspace(-4, 4, 401)
    figure, (left, right) = new_figure(1, 2)
    slope_at_3 = []
    for i, name in enumerate(["sigmoid", "tanh", "relu"]):
        activation = ACTIVATIONS[name]
        a = activation.function(z)
        slope = activation.derivative(z, a)
        label = "ReLU" if name == "relu" else name
        left.plot(z, a, color=COLOURS[i], linestyle=LINE_STYLES[i], label=label)
        slope_at_3.append(f"{slope[np.isclose(z, 3)][0]:.4f} for {label}")
        if name == "relu":
            slope[np.isclose(z, 0)] = np.nan  # it jumps there: no line joins the two parts
        right.plot(z, slope, color=COLOURS[i], linestyle=LINE_STYLES[i], label=label)
    left.set(title="Activation", xlabel="z", ylabel="a", ylim=(-1.2, 4))
    right.set(title="Slope", xlabel="z", ylabel="da/dz")
    left.legend()
    show(
        figure,
        "Left: sigmoid stays between 0 and 1, tanh between −1 and 1, ReLU grows without end. "
        f"Right: at z = 3 the slope is {', '.join(slope_at_3)}.",
    )


def shrinking_through_layers(n_layers):
    """Show what is left of a slope after it has passed through several layers.

    Parameters
    ----------
    n_layers : int
        Up to how many layers to show.
    """
    layers = np.arange(1, n_layers + 1)
    at_best = 0.25**layers
    z = 2.0
    at_2 = sigmoid_derivative(z, sigmoid(z)) ** layers
    figure, axes = new_figure(height=3.2)
    axes.semilogy(layers, at_best, "o-", color=BLUE, label="every neuron at z = 0 (the best)")
    axes.semilogy(layers, at_2, "s--", color=ORANGE, label="every neuron at z = 2")
    axes.set(xlabel="number of sigmoid layers", ylabel="product of the slopes", xticks=layers)
    axes.set_title("What is left of a slope")
    axes.legend()
    show(
        figure,
        f"On a logarithmic scale both lines fall straight. After {n_layers} sigmoid layers, "
        f"{at_best[-1]:.1e} of the slope is left at best, and {at_2[-1]:.1e} if every neuron sits "
        "at z = 2.",
    )
