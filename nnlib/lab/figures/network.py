"""The figures of lesson 02: a layer as matrices, and what a hidden layer does to the plane.

A function named ``draw_…`` draws on axes that it is given and returns a description in words.
The others make a figure of their own and show it with its description.
"""

import numpy as np
from matplotlib.patches import Rectangle

from nnlib.lab.figures.plane import (
    add_colour_bar,
    draw_decision_boundary,
    draw_hidden_unit,
    draw_map,
    draw_points,
    grid_of_points,
    point_name,
    span_of,
    wrongly_predicted,
)
from nnlib.lab.figures.style import (
    BLUE,
    COLOURS,
    GREY,
    LINE_STYLES,
    ORANGE,
    WHITE_BOX,
    new_figure,
    show,
)
from nnlib.lab.words import listed, short
from nnlib.network import Network

HIDDEN_SCALES = {
    "sigmoid": "blue for 0 and orange for 1, with a black line at 0.5",
    "tanh": "blue for −1 and orange for 1, with a black line at 0",
    "relu": "blue for 0 and orange for its largest answer",
    "identity": "blue for 0 and below, and orange for its largest answer",
}


def draw_matrix(axes, left, shape, label, values=None, marked=()):
    """Draw a matrix as a grid, centred on y = 0, a unit for each cell.

    Parameters
    ----------
    axes : matplotlib Axes
    left : float
        Where its left edge is.
    shape : (rows, columns)
    label : str
        Written below.
    values : array of ``shape``, optional
        The numbers in the cells.
    marked : collection of (row, column)
        Cells to emphasize.

    Returns
    -------
    float
        Where its right edge is.
    """
    rows, columns = shape
    for row, column in np.ndindex(rows, columns):
        mark = (row, column) in marked
        corner = (left + column, rows / 2 - row - 1)
        face, width = ("#FBE3D6", 2.2) if mark else ("white", 0.8)
        cell = Rectangle(corner, 1, 1, facecolor=face, edgecolor=ORANGE if mark else GREY)
        cell.set(linewidth=width, zorder=3 if mark else 2)
        axes.add_patch(cell)
        if values is not None:
            x, y = corner[0] + 0.5, corner[1] + 0.5
            weight = "bold" if mark else "normal"
            text = short(values[row, column])
            axes.text(x, y, text, ha="center", va="center", weight=weight, zorder=4)
    axes.text(left + columns / 2, -rows / 2 - 0.25, label, ha="center", va="top")
    return left + columns


def draw_product_and_sum(axes, matrices, left=0.0, gap=1.4):
    """Draw ``first @ second + third = fourth`` and return where it ends.

    ``matrices`` holds the four sets of arguments of :func:`draw_matrix` after ``left``.
    """
    right = left
    for sign, arguments in zip(["", "@", "+", "="], matrices, strict=True):
        if sign:
            axes.text(right + gap / 2, 0, sign, ha="center", va="center", fontsize=15)
            right += gap
        right = draw_matrix(axes, right, **arguments)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return right


def layer_as_product(X, W, b, row, column):
    """Show ``X @ W + b = z`` with all its numbers, and where one entry of ``z`` comes from.

    Parameters
    ----------
    X : array (n, n_in)
    W : array (n_in, n_out)
    b : array (1, n_out)
    row, column : int
        The entry of ``z`` to trace, counted from 0.
    """
    z = X @ W + b
    figure, axes = new_figure(height=0.55 * max(len(X), len(W)) + 0.75)
    matrices = [
        {"label": "X", "values": X, "marked": [(row, j) for j in range(len(W))]},
        {"label": "W", "values": W, "marked": [(j, column) for j in range(len(W))]},
        {"label": "b", "values": b, "marked": [(0, column)]},
        {"label": "z", "values": z, "marked": [(row, column)]},
    ]
    for matrix in matrices:
        matrix["shape"] = matrix["values"].shape
        matrix["label"] += f"  {matrix['shape']}"
    width = draw_product_and_sum(axes, matrices)
    height = max(len(X), len(W)) / 2
    axes.set(xlim=(-0.2, width + 0.2), ylim=(-height - 0.9, height + 0.1))
    products = " + ".join(
        f"{short(x)} × {short(w)}" for x, w in zip(X[row], W[:, column], strict=True)
    )
    show(
        figure,
        f"Row {row + 1} of X meets column {column + 1} of W, number by number. With the bias of "
        f"column {column + 1} that is {products} + {short(b[0, column])} = {z[row, column]:.2f}, "
        f"which stands in row {row + 1}, column {column + 1} of z.",
    )


def shapes_of_a_pass(layer_sizes, n_samples):
    """Show the shapes of every array of a forward pass, to scale.

    Parameters
    ----------
    layer_sizes : sequence of int
    n_samples : int
    """
    tallest = max(n_samples, *layer_sizes[:-1])
    figure, axes = new_figure(height=0.22 * tallest + 1.1)
    lines, end = [], -4.0
    for layer in range(1, len(layer_sizes)):
        n_in, n_out = layer_sizes[layer - 1 : layer + 1]
        shapes = [(n_samples, n_in), (n_in, n_out), (1, n_out), (n_samples, n_out)]
        before = "X" if layer == 1 else f"a[{layer - 1}]"
        names = [before, f"W[{layer}]", f"b[{layer}]", f"z[{layer}]"]
        matrices = [
            {"shape": shape, "label": f"{name}\n{shape}"}
            for name, shape in zip(names, shapes, strict=True)
        ]
        start, end = end + 4, draw_product_and_sum(axes, matrices, end + 4, gap=2.0)
        axes.text((start + end) / 2, tallest / 2 + 0.5, f"layer {layer}", ha="center", va="bottom")
        lines.append(f"layer {layer}: {shapes[0]} @ {shapes[1]} + {shapes[2]} = {shapes[3]}")
    axes.set(xlim=(-0.8, end + 0.8), ylim=(-tallest / 2 - 2.5, tallest / 2 + 1.8))
    show(
        figure,
        f"The arrays of a network with layer sizes {listed(map(str, layer_sizes))}, for "
        f"{n_samples} samples, drawn to scale. In {'; in '.join(lines)}.",
    )


def hidden_units_and_output(network, X, y, titles):
    """Show what each hidden neuron of layer 1 answers over the plane, and what comes of it.

    Parameters
    ----------
    network : Network
        With two inputs and one output.
    X : array (n, 2)
    y : array (n, 1)
    titles : list of str
        For each hidden neuron and for the output.
    """
    figure, row = new_figure(1, len(titles), height=7.3 / len(titles) + 0.6, squeeze=False)
    texts = []
    for unit, (axes, title) in enumerate(zip(row[0][:-1], titles[:-1], strict=True)):
        texts.append(f"{title}: {draw_hidden_unit(axes, network, unit, X, y)}")
        axes.set_title(title)
        axes.label_outer()
    texts.append(f"{titles[-1]}: {draw_decision_boundary(row[0][-1], network, X, y)}")
    row[0][-1].set_title(titles[-1])
    row[0][-1].label_outer()
    add_colour_bar(figure, list(row[0]), "activation")
    show(
        figure,
        f"What each neuron answers over the plane, {HIDDEN_SCALES[network.hidden]}. "
        f"{' '.join(texts)}",
    )


def hidden_space(network, X, y):
    """Show the samples as the inputs place them, and as two hidden neurons place them.

    Parameters
    ----------
    network : Network
        With two inputs, one hidden layer of two neurons, and one output.
    X : array (n, 2)
    y : array (n, 1)
    """
    figure, (left, right) = new_figure(1, 2, height=4.1)
    span = span_of(X)
    plane = grid_of_points(span, 29)
    left.scatter(plane[:, 0], plane[:, 1], s=3, color=GREY)
    draw_points(left, X, y, size=110)
    name_points(left, X, X)
    left.set(title="The plane of the inputs", xlabel="$x_1$", ylabel="$x_2$")
    left.set(xlim=span[0], ylim=span[1], aspect="equal")
    left.grid(False)
    left.locator_params(nbins=4)
    hidden = network.forward(X)[1][1]
    moved_plane = network.forward(plane)[1][1]
    b = network.b[2:] if network.parameters.bias else None
    last = Network.from_weights(network.W[2:], b, output=network.output)
    span = span_of(moved_plane, 0.3)
    draw_map(right, last.predict(grid_of_points(span, 101))[:, 0].reshape(101, 101), span)
    right.scatter(moved_plane[:, 0], moved_plane[:, 1], s=3, color=GREY)
    show_covered(right, hidden, y)
    draw_points(right, hidden, y, size=110)
    name_points(right, hidden, X, moved_plane)
    right.set(title="As the hidden layer places them")
    right.set(xlabel="$a^{(1)}_1$", ylabel="$a^{(1)}_2$")
    add_colour_bar(figure, right)
    moved = (f"{point_name(x)} to ({h[0]:.2f}, {h[1]:.2f})" for x, h in zip(X, hidden, strict=True))
    right_side = len(X) - wrongly_predicted(last.predict(hidden), y).sum()
    on_one_line = np.linalg.matrix_rank(network.W[1]) == 1  # both look along one direction
    shape = "they lie on one bent line" if on_one_line else "the grid is bent and squeezed"
    show(
        figure,
        f"The hidden layer moves {listed(moved)}. The small grey points are a grid over the "
        f"plane; on the right {shape}. There, one straight cut (black) leaves {right_side} of "
        f"{len(X)} samples on their sides.",
    )


def show_covered(axes, places, y):
    """Put a large disc beneath each sample of class 0 that one of class 1 would cover."""
    zeros, ones = places[y[:, 0] < 0.5], places[y[:, 0] > 0.5]
    distances = np.linalg.norm(zeros[:, np.newaxis] - ones, axis=-1)  # (zeros, ones)
    covered = zeros[(distances < 0.05).any(axis=1)]
    axes.scatter(*covered.T, s=420, color=BLUE, edgecolors="white", zorder=2.5)


def name_points(axes, places, X, avoid=()):
    """Write beside each place which input it is; inputs that share a place share the label.

    A label stands above its place, or below it if that covers fewer of the points in ``avoid``.
    """
    shared = {}
    for place, x in zip(places, X, strict=True):
        shared.setdefault(tuple(np.round(place, 1)), (place, []))[1].append(point_name(x))
    for place, names in shared.values():
        text = " and ".join(names)
        width, height = 0.025 * len(text) * np.ptp(axes.get_xlim()), 0.12 * np.ptp(axes.get_ylim())
        above, below = (
            sum(
                abs(x - place[0]) < width and height / 6 < side * (y - place[1]) < height
                for x, y in avoid
            )
            for side in (1, -1)
        )
        offset, va = ((0, 14), "baseline") if above <= below else ((0, -12), "top")
        ha = "center"
        if len(names) > 1:  # a cut may run close by: the long label goes to the left
            offset, ha = (10, offset[1]), "right"
        options = {"textcoords": "offset points", "ha": ha, "va": va, "bbox": WHITE_BOX}
        axes.annotate(text, place, offset, zorder=5, **options)


def logits_along_a_line(networks, x2, x1_range, samples):
    """Show the output neuron's weighted sum while the first input moves and the second stays.

    Parameters
    ----------
    networks : dict of label: Network
        With two inputs and one output.
    x2 : float
        The second input.
    x1_range : (from, to)
    samples : list of numbers
        Values of the first input to mark.
    """
    x1 = np.linspace(*x1_range, 401)
    figure, axes = new_figure(height=3.2)
    texts = []
    for i, (label, network) in enumerate(networks.items()):
        z, _ = network.forward(np.column_stack([x1, np.full_like(x1, x2)]))
        axes.plot(x1, z[-1][:, 0], color=COLOURS[i], linestyle=LINE_STYLES[i], label=label)
        z, _ = network.forward([[value, x2] for value in samples])
        size = 11 - 5 * (i % 2)  # where two marks share a place, both can be seen
        axes.plot(samples, z[-1][:, 0], "os"[i % 2], color=COLOURS[i], markersize=size)
        at = (f"{height:.2f} at {short(x)}" for x, height in zip(samples, z[-1][:, 0], strict=True))
        texts.append(f"{label}: {listed(at)}")
        if network.hidden == "relu" and network.n_layers == 2:
            bends = draw_bends(axes, network, x2, x1_range)
            if bends:
                texts[-1] += f", with bends at {listed(short(x) for x in bends)}"
    axes.set(xlabel=f"$x_1$, with $x_2 = {x2:g}$", ylabel="z of the output neuron")
    axes.set_title("A straight line and a bent one")
    axes.legend(loc="lower right")
    show(figure, f"The output neuron's weighted sum along x2 = {x2:g}. {'; '.join(texts)}.")


def draw_bends(axes, network, x2, x1_range):
    """Mark where the weighted sums of the hidden neurons pass through 0; return the places."""
    bends = []
    for k, (w1, w2) in enumerate(network.W[1].T):
        bias = network.b[1][0, k] if network.parameters.bias else 0.0
        place = -(w2 * x2 + bias) / w1 if w1 else np.inf
        if x1_range[0] < place < x1_range[1]:
            axes.axvline(place, color=GREY, linewidth=1, linestyle=":")
            label = f"$z^{{(1)}}_{{{k + 1}}} = 0$"
            edge = axes.get_xaxis_transform()  # x in data units, y as a part of the height
            beside = {"xytext": (4, 0), "textcoords": "offset points", "va": "top"}
            axes.annotate(label, (place, 0.97), xycoords=edge, **beside)
            bends.append(place)
    return sorted(bends)
