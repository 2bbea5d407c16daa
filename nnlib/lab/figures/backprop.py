"""The figures of lesson 04: slopes along paths, a network with its numbers, gradient checks."""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from nnlib.lab.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT_GREY,
    ORANGE,
    PURPLE,
    YELLOW,
    new_figure,
    show,
)
from nnlib.lab.words import decimal, entries, minus, trimmed, written

DARK_PURPLE = "#8E3B6D"  # the palette's purple, dark enough for small print
DARK_GREEN = "#00704F"
FORWARD = {"arrowstyle": "-|>", "color": BLUE, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
BACKWARD = FORWARD | {"color": ORANGE, "linestyle": (0, (4, 2))}
NO_DIRECTION = {"arrowstyle": "-", "color": LIGHT_GREY, "linewidth": 1.2}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
CENTRED = {"ha": "center", "va": "center"}


def drawing(width, height, x_limits, y_limits, title):
    """Return a figure with one bare drawing area."""
    figure, axes = new_figure(width=width, height=height)
    axes.set(xlim=x_limits, ylim=y_limits, title=title)
    axes.set_axis_off()
    return figure, axes


def arrow(axes, start, end, style):
    """Draw an arrow between two points."""
    axes.annotate("", xy=end, xytext=start, arrowprops=style)


# ----------------------------------------------------------------------------------------- paths


def symbol(name):
    """Write "w⁽¹⁾" as mathematics, in which the layer is large enough to be read."""
    letter, layer = name[0], name[1:].translate(str.maketrans("⁽⁾¹²", "()12"))
    return f"{letter}^{{{layer}}}" if layer else letter


def box(axes, x, y, name, value):
    """Draw a box with a value in it and its name above."""
    style = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": BLUE, "linewidth": 1.6}
    axes.text(x, y, value, bbox=style, **CENTRED)
    axes.text(x, y + 0.24, name, ha="center", va="bottom", fontsize=12)


def one_path(names, values, slopes):
    """Show a chain of quantities: values forwards, and slopes of the loss backwards.

    Parameters
    ----------
    names : list of str
        The quantities in order, from a weight to the loss. The slopes below those that begin
        with "z" are framed: they are the deltas.
    values : list of numbers
        Their values.
    slopes : list of numbers, one fewer
        How fast each quantity moves the next.
    """
    last = len(names) - 1
    of_the_loss = [float(np.prod(slopes[i:])) for i in range(len(names))]
    title = f"From ${symbol(names[0])}$ to the loss, and back"
    figure, axes = drawing(9.0, 3.4, (-0.6, 1.6 * last + 0.5), (-1.45, 0.8), title)
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        x = 1.6 * i
        box(axes, x, 0.2, f"${symbol(name)}$", decimal(value))
        frame = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": ORANGE}
        frame = frame if name.startswith("z") else None
        axes.text(x, -0.85, decimal(of_the_loss[i]), color=ORANGE, bbox=frame, **CENTRED)
        slope = rf"$\partial {names[-1]}/\partial {symbol(name)}$"
        axes.text(x, -1.19, slope, color=ORANGE, fontsize=12, **CENTRED)
        if i < last:
            arrow(axes, (x + 0.42, 0.2), (x + 1.18, 0.2), FORWARD)
            arrow(axes, (x + 1.18, -0.85), (x + 0.42, -0.85), BACKWARD)
            axes.text(x + 0.8, -0.2, f"× {trimmed(slopes[i])}", **CENTRED)
            link = rf"$\partial {symbol(names[i + 1])}/\partial {symbol(name)}$"
            axes.text(x + 0.8, -0.5, link, fontsize=11, color=GREY, **CENTRED)
    there = ", ".join(f"{n} = {decimal(v)}" for n, v in zip(names, values, strict=True))
    links = " × ".join(f"({trimmed(s)})" for s in slopes)
    framed = " and ".join(f"∂{names[-1]}/∂{name}" for name in names if name.startswith("z"))
    show(
        figure,
        f"Top, forwards (solid arrows): {there}. Middle: the slope of each link. Bottom, backwards "
        f"(dashed arrows): the slopes multiplied from the right. All of them together, {links}, "
        f"make ∂{names[-1]}/∂{names[0]} = {decimal(of_the_loss[0])}. Framed are {framed}.",
    )


def two_paths(a_hidden, z, a, slopes, targets):
    """Show one hidden activation that reaches the loss through two outputs.

    Parameters
    ----------
    a_hidden : number
        The hidden activation.
    z, a : arrays of two numbers
        The weighted sums and activations of the two outputs.
    slopes : array (2, 3)
        A row for each path: dz/da of the hidden activation, da/dz, ∂L/∂a.
    targets : array of two numbers
    """
    products = np.prod(slopes, axis=1)
    loss = np.mean(np.square(a - targets))
    title = "One hidden neuron, two outputs, one loss"
    figure, axes = drawing(9.0, 4.3, (-0.95, 7.35), (-1.75, 1.95), title)
    box(axes, 0.0, 0.0, "$a^{(1)}$", decimal(a_hidden))
    axes.add_patch(Circle((0.8, 0), 0.12, facecolor="white", edgecolor=ORANGE, linewidth=1.6))
    axes.text(0.8, -0.01, "+", color=ORANGE, **CENTRED)
    total = rf"$\partial L/\partial a^{{(1)}}$ = {decimal(products.sum())}"
    axes.text(-0.1, -0.5, f"{total},\nboth paths added", color=ORANGE, **CENTRED)
    arrow(axes, (0.68, 0.0), (0.32, 0.0), BACKWARD)
    box(axes, 6.8, 0.0, "$L$", decimal(loss))
    for k, (height, index, above) in enumerate([(1.05, 1, 0.68), (-1.05, 2, -0.5)]):
        near = 0.1 * np.sign(height)
        box(axes, 2.6, height, f"$z^{{(2)}}_{index}$", decimal(z[k]))
        wanted = f"$a^{{(2)}}_{index}$, wanted {trimmed(targets[k])}"
        box(axes, 4.6, height, wanted, decimal(a[k]))
        arrow(axes, (1.62, 0.36 * np.sign(height)), (0.91, 0.6 * near), BACKWARD)
        axes.text(1.95, 0.4 * np.sign(height), decimal(products[k]), color=ORANGE, **CENTRED)
        arrow(axes, (0.45, near), (2.15, height), FORWARD)
        arrow(axes, (3.05, height), (4.15, height), FORWARD)
        arrow(axes, (5.05, height), (6.4, near), FORWARD)
        for x, y, slope in (
            (1.3, (near + height) / 2, slopes[k][0]),
            (3.6, height, slopes[k][1]),
            (5.72, (near + height) / 2, slopes[k][2]),
        ):
            axes.text(x, y, f"× {trimmed(slope)}", bbox=PAPER, **CENTRED)
        along = " × ".join(f"({trimmed(slope)})" for slope in slopes[k])
        text = f"along this path:  {along} = {decimal(products[k])}"
        axes.text(3.4, height + above, text, color=ORANGE, **CENTRED)
    show(
        figure,
        f"From a⁽¹⁾ = {decimal(a_hidden)} two paths lead to the loss, {decimal(loss)}. The upper "
        f"one, through output 1, has the slope {decimal(products[0])}; the lower one, through "
        f"output 2, {decimal(products[1])}. Together ∂L/∂a⁽¹⁾ = {decimal(products.sum())}.",
    )


# ------------------------------------------------------------------- a network with its numbers

COLUMNS = (0.0, 3.5, 7.0)  # where the inputs, the hidden neurons and the outputs stand
RADIUS = 0.37


def heights(n):
    """Return where the n neurons of a layer stand, the first on top."""
    return 0.87 * np.arange(n - 1, -n, -2)


def network_limits(sizes):
    """Return the limits in x and in y that hold a network of three columns, about in inches."""
    reach = 0.87 * (max(sizes) - 1)
    return (-0.6, 8.4), (-reach - 0.9, reach + 0.9)


def network_drawing(sizes):
    """Return a figure and its axes for a network of three columns."""
    below, above = network_limits(sizes)[1]
    return new_figure(height=above - below + 0.3)


def prepare(axes, sizes, title):
    """Make axes ready for a network of three columns."""
    x_limits, y_limits = network_limits(sizes)
    axes.set(xlim=x_limits, ylim=y_limits, title=title, aspect="equal")
    axes.set_axis_off()


def nodes(axes, layer, symbol, inside, outside, *, colour=BLACK):
    """Draw one layer: a text in each node, its symbol on one side, a few lines on the other.

    The lines stand above the upper nodes and below the others, where no arrow crosses them.
    """
    for k, (y, text, lines) in enumerate(zip(heights(len(inside)), inside, outside, strict=True)):
        place = (COLUMNS[layer], y)
        if layer == 0:
            corner = (place[0] - 0.3, y - 0.3)
            shape = Rectangle(corner, 0.6, 0.6, facecolor="#F2F2F2", edgecolor=BLACK)
        else:
            shape = Circle(place, RADIUS, facecolor="white", edgecolor=colour)
        shape.set(linewidth=1.5, zorder=3)
        axes.add_patch(shape)
        paper = PAPER | {"facecolor": shape.get_facecolor(), "pad": 0}
        axes.text(*place, text, zorder=4, bbox=paper, **CENTRED)
        index = "{" + str(k + 1) + "}"
        name = f"$x_{index}$" if layer == 0 else f"${symbol}^{{({layer})}}_{index}$"
        above = {"y": y + 0.42, "ha": "center", "va": "bottom"}
        below = {"y": y - 0.45, "ha": "center", "va": "top"}
        side, other = (below, above) if lines and y > 0 else (above, below)
        axes.text(place[0], s=name, color=GREY, **side)
        axes.text(place[0], s="\n".join(lines), fontsize=10, color=colour, **other)


def inputs(axes, x):
    """Draw the inputs of one sample."""
    nodes(axes, 0, "x", written(x, trimmed)[0], [[]] * x.shape[1])


def clearest(n_from, n_to):
    """Return the part of the way between two layers at which the lines are furthest apart."""
    starts, ends = heights(n_from)[:, np.newaxis], heights(n_to)

    def closest(part):
        return np.diff(np.sort(np.ravel(starts + part * (ends - starts)))).min(initial=9)

    return max(np.linspace(0.25, 0.4, 16), key=closest)


def lines(axes, layer, labels, style, *, colour=BLACK, backwards=False):
    """Draw the lines into a layer, each with its label where they are furthest apart."""
    n_from, n_to = np.shape(labels)
    place = clearest(n_from, n_to)
    for j, y_from in enumerate(heights(n_from)):
        for k, y_to in enumerate(heights(n_to)):
            start, end = np.array([COLUMNS[layer - 1], y_from]), np.array([COLUMNS[layer], y_to])
            gap = 0.45 * (end - start) / np.hypot(*(end - start))
            ends = (end - gap, start + gap) if backwards else (start + gap, end - gap)
            arrow(axes, *ends, style)
            if labels[j, k]:
                at = start + place * (end - start)
                axes.text(*at, labels[j, k], bbox=PAPER, fontsize=10.5, color=colour, **CENTRED)


def beside_outputs(axes, texts):
    """Write a text to the right of each output."""
    for y, text in zip(heights(len(texts)), texts, strict=True):
        axes.text(COLUMNS[2] + 0.45, y, text, va="center", fontsize=10, color=DARK_GREEN)


def in_words(loss):
    """Write a loss as "mean squared error of this sample is 0.2432"."""
    name = {"mse": "mean squared error", "bce": "binary cross-entropy"}[loss[0]]
    return f"{name} of this sample is {decimal(loss[1])}"


def draw_prediction(axes, x, W1, b1, z1, a1, W2, b2, z2, a2, y, loss):
    """Draw what :func:`prediction` shows, and return the description.

    ``loss`` is a pair, its name and its value: ("mse", 0.25).
    """
    sizes = [x.shape[1], a1.shape[1], a2.shape[1]]
    prepare(axes, sizes, "Predict: values from left to right")
    inputs(axes, x)
    for layer, W, b, z, a in ((1, W1, b1, z1, a1), (2, W2, b2, z2, a2)):
        lines(axes, layer, written(W, trimmed), FORWARD | {"linewidth": 1.1})
        below = [[f"b = {trimmed(b[0, k])}", f"z = {decimal(z[0, k])}"] for k in range(len(a[0]))]
        nodes(axes, layer, "a", written(a)[0], below, colour=BLUE)
    beside_outputs(axes, [f"wanted {trimmed(target)}" for target in y[0]])
    return (
        f"The inputs {entries(x, trimmed)} make the hidden activations {entries(a1)} and the "
        f"outputs {entries(a2)}. Wanted are {entries(y, trimmed)}. The {in_words(loss)}."
    )


def prediction(x, W1, b1, z1, a1, W2, b2, z2, a2, y):
    """Show one sample on its way through the network: weights on the lines, answers in the nodes.

    Parameters
    ----------
    x, W1, b1, z1, a1, W2, b2, z2, a2 : arrays
        The forward pass of one sample, a row each.
    y : array (1, n_outputs)
        The target.
    """
    figure, axes = network_drawing([x.shape[1], a1.shape[1], a2.shape[1]])
    loss = ("mse", np.square(a2 - y).mean())
    show(figure, draw_prediction(axes, x, W1, b1, z1, a1, W2, b2, z2, a2, y, loss))


def draw_error(axes, x, a1, a2, y, delta2, loss):
    """Draw the outputs of one sample with their errors and deltas; return the description."""
    sizes = [x.shape[1], a1.shape[1], a2.shape[1]]
    prepare(axes, sizes, "Compare: how wrong, and how readily it moves")
    inputs(axes, x)
    for layer in (1, 2):
        lines(axes, layer, np.full(sizes[layer - 1 : layer + 1], ""), NO_DIRECTION)
    nodes(axes, 1, "a", written(a1)[0], [[]] * sizes[1], colour=BLUE)
    below = [[f"a = {decimal(a)}"] for a in a2[0]]
    nodes(axes, 2, r"\delta", written(delta2)[0], below, colour=ORANGE)
    beside_outputs(
        axes,
        [
            f"wanted {trimmed(target)}\na − y =\n{decimal(a - target)}"
            for a, target in zip(a2[0], y[0], strict=True)
        ],
    )
    return (
        f"The outputs are {entries(a2)}, and {entries(y, trimmed)} are wanted: they miss by "
        f"{entries(a2 - y)}. The {in_words(loss)}. Delta, its slope for the weighted sums of the "
        f"outputs, is {entries(delta2)}."
    )


def draw_deltas_sent_back(axes, x, a1, W2, a2, y, delta1, delta2):
    """Draw what :func:`deltas_sent_back` shows, and return the description."""
    sizes = [x.shape[1], a1.shape[1], a2.shape[1]]
    prepare(axes, sizes, "Compare, and send back: deltas from right to left")
    inputs(axes, x)
    lines(axes, 1, np.full((sizes[0], sizes[1]), ""), NO_DIRECTION)
    factors = written(W2, lambda w: f"× ({trimmed(w)})" if w < 0 else f"× {trimmed(w)}")
    arriving = factors + "\n= " + written(delta2 * W2)  # two lines keep clear of other arrows
    lines(axes, 2, arriving, BACKWARD | {"linewidth": 1.3}, backwards=True)
    to_hidden = delta2 @ W2.T
    arrivals = " ".join(
        f"At hidden neuron {j} arrive {entries(parts)}."
        for j, parts in enumerate(delta2 * W2, start=1)
    )
    below = [
        [f"a = {decimal(a)}", f"∂L/∂a = {decimal(s)}"]
        for s, a in zip(to_hidden[0], a1[0], strict=True)
    ]
    nodes(axes, 1, r"\delta", written(delta1)[0], below, colour=ORANGE)
    below = [[f"a = {decimal(a)}"] for a in a2[0]]
    nodes(axes, 2, r"\delta", written(delta2)[0], below, colour=ORANGE)
    beside_outputs(axes, [f"a − y =\n{decimal(miss)}" for miss in (a2 - y)[0]])
    return (
        f"The outputs miss their targets by {entries(a2 - y)}. Delta is {entries(delta2)} at the "
        "outputs. It travels back over the same weights, against the direction of the prediction. "
        f"{arrivals} Added up, that is ∂L/∂a = {entries(to_hidden)} at the hidden neurons. Their "
        f"slopes a(1 − a) make it delta = {entries(delta1)}."
    )


def deltas_sent_back(x, a1, W2, a2, y, delta1, delta2):
    """Show the deltas of one sample, from the outputs back to the hidden neurons.

    Parameters
    ----------
    x, a1, W2, a2, y : arrays
        From the forward pass of one sample, with its target.
    delta1, delta2 : arrays
        ∂L/∂z of the hidden and of the output layer.
    """
    figure, axes = network_drawing([x.shape[1], a1.shape[1], a2.shape[1]])
    show(figure, draw_deltas_sent_back(axes, x, a1, W2, a2, y, delta1, delta2))


def draw_gradients_on_network(axes, x, a1, delta1, delta2, dW1, db1, dW2, db2):
    """Draw, for one sample, the slope of the loss for every weight and bias.

    Parameters
    ----------
    axes : matplotlib Axes
    x, a1 : arrays
        What the weights are multiplied with.
    delta1, delta2 : arrays
        ∂L/∂z of the two layers.
    dW1, db1, dW2, db2 : arrays
        The gradient.

    Returns
    -------
    str
        The description.
    """
    sizes = [x.shape[1], a1.shape[1], delta2.shape[1]]
    prepare(axes, sizes, "Gradients: a slope for every weight and bias")
    inputs(axes, x)
    lines(axes, 1, written(dW1), NO_DIRECTION, colour=DARK_PURPLE)
    lines(axes, 2, written(dW2), NO_DIRECTION, colour=DARK_PURPLE)
    below = [
        [f"a = {decimal(a)}", f"∂L/∂b = {decimal(s)}"] for a, s in zip(a1[0], db1[0], strict=True)
    ]
    nodes(axes, 1, r"\delta", written(delta1)[0], below, colour=ORANGE)
    nodes(
        axes,
        2,
        r"\delta",
        written(delta2)[0],
        [[f"∂L/∂b = {decimal(s)}"] for s in db2[0]],
        colour=ORANGE,
    )
    weights = np.concatenate([dW1.ravel(), dW2.ravel()])
    return (
        "On each line stands ∂L/∂w: the activation at its left end times the delta at its right "
        f"end. From input 1 to hidden neuron 1: {trimmed(x[0, 0])} × {decimal(delta1[0, 0])} = "
        f"{decimal(dW1[0, 0])}. From hidden neuron 1 to output 1: {decimal(a1[0, 0])} × "
        f"({decimal(delta2[0, 0])}) = {decimal(dW2[0, 0])}. The slopes of the weights lie between "
        f"{decimal(weights.min())} and {decimal(weights.max())}."
    )


def draw_step_on_network(
    axes, x, y, W1, b1, W2, b2, a2, new_W1, new_b1, new_W2, new_b2, new_a1, new_a2, L, new_L
):
    """Draw the weights before and after one step, and what the network answers now.

    Parameters
    ----------
    axes : matplotlib Axes
    x : array (1, n_inputs)
    y : array (1, n_outputs)
    W1, b1, W2, b2, a2, L
        Before the step; L is the loss.
    new_W1, new_b1, new_W2, new_b2, new_a1, new_a2, new_L
        After it.

    Returns
    -------
    str
        The description.
    """
    sizes = [x.shape[1], W1.shape[1], y.shape[1]]
    prepare(axes, sizes, "Update: every weight a step against its slope")

    def change(old, new):
        texts = [
            f"{trimmed(o)} → {trimmed(round(n, 3))}"
            for o, n in zip(old.flat, new.flat, strict=True)
        ]
        return np.array(texts, object).reshape(old.shape)

    inputs(axes, x)
    for layer, weights, biases, a in (
        (1, change(W1, new_W1), change(b1, new_b1), new_a1),
        (2, change(W2, new_W2), change(b2, new_b2), new_a2),
    ):
        lines(axes, layer, weights, FORWARD | {"linewidth": 1.1})
        below = [[f"b: {text}"] for text in biases[0]]
        nodes(axes, layer, "a", written(a)[0], below, colour=BLUE)
    texts = zip(a2[0], y[0], strict=True)
    beside_outputs(axes, [f"was {decimal(a)}\nwanted {trimmed(target)}" for a, target in texts])
    return (
        f"After the step the outputs are {entries(new_a2)}; they were {entries(a2)}, and "
        f"{entries(y, trimmed)} are wanted. The loss has gone from {decimal(L)} to "
        f"{decimal(new_L)}."
    )


# ---------------------------------------------------------------------------------------- shapes

CELL = 0.26


def grid(axes, left, name, shape, colour):
    """Draw a matrix as a grid of cells, centred on y = 0; return its right end."""
    rows, columns = shape
    bottom, width = -rows * CELL / 2, columns * CELL
    for i in range(rows):
        for j in range(columns):
            corner = (left + j * CELL, bottom + i * CELL)
            axes.add_patch(Rectangle(corner, CELL, CELL, facecolor=f"{colour}40", edgecolor=colour))
    axes.text(left + width / 2, -bottom + 0.1, name, ha="center", va="bottom")
    shape_text = f"({rows}, {columns})"
    axes.text(left + width / 2, bottom - 0.1, shape_text, ha="center", va="top", color=GREY)
    return left + width


def shapes_of_the_four_equations(n_samples, n_hidden, n_out):
    """Show each matrix of the four equations as a grid of cells, at one scale.

    Parameters
    ----------
    n_samples, n_hidden, n_out : int
        Rows of the data, neurons of layer 1, neurons of layer 2.
    """
    n, h, m = n_samples, n_hidden, n_out
    delta1, delta2 = (r"$\delta^{(1)}$", (n, h), ORANGE), (r"$\delta^{(2)}$", (n, m), ORANGE)
    loss_slope, W2 = (
        (r"$\partial L/\partial a^{(2)}$", (n, m), GREY),
        (r"$W^{(2)\top}$", (m, h), PURPLE),
    )
    slope1, slope2 = (r"$f'(z^{(1)})$", (n, h), GREEN), (r"$f'(z^{(2)})$", (n, m), GREEN)
    dW2, db2 = (
        (r"$\partial L/\partial W^{(2)}$", (h, m), PURPLE),
        (r"$\partial L/\partial b^{(2)}$", (1, m), YELLOW),
    )
    a1 = (r"$a^{(1)\top}$", (h, n), BLUE)
    equations = {
        "1   delta at the output": [delta2, "=", loss_slope, "$\\odot$", slope2],
        "2   delta one layer back": [delta1, "= (", delta2, "@", W2, ") $\\odot$", slope1],
        "3   the weights": [dW2, "=", a1, "@", delta2],
        "4   the biases": [db2, "= sum of rows of", delta2],
    }
    widths = (4.6, 6.4)
    figure, panels = new_figure(2, 2, height=5.0, gridspec_kw={"width_ratios": widths})
    for i, (axes, (title, parts)) in enumerate(zip(panels.flat, equations.items(), strict=True)):
        axes.set(xlim=(0, widths[i % 2]), ylim=(-1.05, 1.05))
        axes.set_title(title, loc="left")
        axes.set_axis_off()
        right = 0.3
        for part in parts:
            if isinstance(part, str):
                room = 0.8 if len(part) < 12 else 1.9
                axes.text(right + room / 2, 0, part, fontsize=13 if room == 0.8 else 11, **CENTRED)
                right += room
            else:
                right = grid(axes, right, *part)
    show(
        figure,
        f"The four equations for {n} samples, {h} hidden neurons and {m} outputs, as grids of "
        f"cells. Each delta has a row for each of the {n} samples. In equation 3 the {n} samples "
        "stand side by side in the transposed activations and below each other in delta, so the "
        f"matrix product @ adds over them: the result is ({h}, {m}), like the weights. Equation 4 "
        f"adds the {n} rows of delta to one: (1, {m}), like the biases.",
    )


# ------------------------------------------------------------------------------------- measuring


def error_against_epsilon(epsilons, forward_errors, central_errors):
    """Show how far off measured slopes are, for steps of many sizes.

    Parameters
    ----------
    epsilons : array
        The sizes of the step, falling.
    forward_errors, central_errors : arrays
        The relative errors of the two kinds of differences.
    """
    figure, axes = new_figure(height=4.2)
    for errors, style, colour, name in (
        (forward_errors, "s--", ORANGE, "forward difference"),
        (central_errors, "o-", BLUE, "central difference"),
    ):
        axes.loglog(epsilons, errors, style, color=colour, label=name, markersize=5)
    axes.set(xlabel="ε, the size of the step", ylabel="relative error of the slope")
    axes.set_title("Too large a step bends, too small a step rounds")
    axes.legend(loc="upper center")

    def at(epsilon, errors):
        return errors[np.abs(np.log(epsilons / epsilon)).argmin()]

    def bounds(value, *limits):  # rounding differs between processors: say no more than is sure
        return next((f"more than {limit:g}" for limit in limits if value > limit), "little")

    lowest = "below 1e-8" if at(1e-5, central_errors) < 1e-8 else "above 1e-8"
    lost = bounds(min(at(1e-14, forward_errors), at(1e-14, central_errors)), 1e-3, 1e-5)
    show(
        figure,
        "Both curves have the shape of a V. On the right the step is too large: at ε = 0.01 the "
        f"forward difference is off by {at(1e-2, forward_errors):.1e} and the central one by "
        f"{at(1e-2, central_errors):.1e}. At ε = 1e-5 the central difference is {lowest}. On the "
        f"left the step is too small: at ε = 1e-14 both are off by {lost}.",
    )


def right_and_wrong(relative_errors, tolerance):
    """Show the relative errors of right and of wrong gradients on one logarithmic scale.

    Parameters
    ----------
    relative_errors : dict of arrays
        For each name, one relative error for each network that was tried. The right code is first.
    tolerance : float
        The limit of the gradient check.
    """
    names = list(relative_errors)
    figure, axes = new_figure(height=1.2 + 0.5 * len(names))
    for row, name in enumerate(names):
        errors = np.maximum(relative_errors[name], 1e-12)
        spread = np.linspace(-0.22, 0.22, len(errors))
        style = {"color": BLUE, "marker": "o"} if row == 0 else {"color": ORANGE, "marker": "x"}
        axes.plot(errors, row + spread, linestyle="none", markersize=5, alpha=0.7, **style)
    axes.axvline(tolerance, color=BLACK, linewidth=1.4, linestyle="--")
    axes.text(tolerance * 1.3, -0.6, minus(f"limit {tolerance:.0e}"), va="center")
    axes.set(xscale="log", xlim=(1e-12, 3), ylim=(len(names) - 0.5, -0.9))
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="largest relative error of a network", title="Right code and wrong code")
    right = relative_errors[names[0]]
    wrong = np.concatenate([relative_errors[name] for name in names[1:]])
    smallest = ", ".join(f"{relative_errors[name].min():.3f} ({name})" for name in names[1:])
    show(
        figure,
        f"Right code (circles): {int((right < tolerance).sum())} of {len(right)} networks lie "
        f"below the limit of {tolerance:.0e}. Wrong code (crosses): "
        f"{int((wrong > tolerance).sum())} of {len(wrong)} lie above it. "
        f"The smallest relative error of each mistake: {smallest}.",
    )


def wishes(shares):
    """Show what each sample wishes of one weight, and their sum.

    Parameters
    ----------
    shares : array (n_samples,)
        The slope of the loss for this weight, sample by sample.
    """
    names = [f"sample {i}" for i in range(1, len(shares) + 1)] + ["all together"]
    values = [*shares, shares.sum()]
    figure, axes = new_figure(height=2.8)
    places = np.arange(len(names))[::-1]
    colours = [BLUE] * len(shares) + [ORANGE]
    axes.barh(places, values, height=0.6, color=colours)
    axes.axvline(0, color=BLACK, linewidth=1)
    reach = 1.35 * np.abs(values).max()
    for place, value in zip(places, values, strict=True):
        side = 1 if value >= 0 else -1
        text = {"ha": "left" if side > 0 else "right", "va": "center"}
        axes.text(value + side * 0.02 * reach, place, decimal(value), **text)
    axes.set(yticks=places, yticklabels=names, xlim=(-reach, reach))
    axes.set_xlabel("slope of the loss for the weight")
    axes.set_title("← wants it larger          wants it smaller →", fontsize=11)
    axes.grid(visible=False, axis="y")
    larger = int((shares < 0).sum())
    show(
        figure,
        f"The slopes for one weight, from {len(shares)} samples: {entries(shares)}. {larger} want "
        f"the weight larger (a negative slope), {len(shares) - larger} want it smaller. Together "
        f"they make {decimal(shares.sum())}.",
    )
