"""The figures of lesson 02: a network as a drawing, as matrices, and as a map of its answers.

A function named ``draw_…`` draws on axes that it is given and returns a description in words.
The others make a figure of their own and show it with its description.
"""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Circle, Rectangle

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
from nnlib.network import Network

MARKERS = {0: ("o", BLUE), 1: ("s", ORANGE)}
MAP_ALPHA = 0.6  # lets the samples stand out
UNDECIDED = 1e-6  # this close to 0.5 a prediction is on neither side
HIDDEN_SCALES = {
    "sigmoid": "blue for 0 and orange for 1, with a black line at 0.5",
    "tanh": "blue for −1 and orange for 1, with a black line at 0",
    "relu": "blue for 0 and orange for its largest answer",
    "identity": "blue for 0 and below, and orange for its largest answer",
}
WHITE_BOX = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"}


def short(number):
    """Write a number with three significant digits and a real minus sign."""
    return f"{number:.3g}".replace("-", "−")


def listed(words):
    """Join words as a sentence does: "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# ---------------------------------------------------------------------- the network as a drawing


def draw_network(axes, network, x=None, *, numbers=True):
    """Draw the neurons and weights of a network, and the numbers of one sample if it is given.

    A line is the wider the larger its weight is, whatever the sign. Positive weights are orange
    and solid, negative ones blue and dashed.

    Parameters
    ----------
    axes : matplotlib Axes
    network : Network
        A single one. A unit of the drawing is an inch of a full-size figure.
    x : sequence of n_in numbers, optional
        One sample: its activations stand in the nodes, its weighted sums below them.
    numbers : bool
        Write each weight on its line, unless a layer has too many, and each bias below its neuron.

    Returns
    -------
    str
        The description.
    """
    z, a = (None, None) if x is None else network.forward(np.reshape(x, (1, -1)))
    places = node_places(network.layer_sizes, node_spacing(x))
    largest = max(np.abs(W).max() for W in network.W[1:])
    for layer, W in enumerate(network.W[1:], start=1):
        near = 0.27 if W.shape[0] >= W.shape[1] else 0.73  # where there is most room for numbers
        numbered = numbers and W.size <= 16
        for (j, k), weight in np.ndenumerate(W):
            ends = places[layer - 1][j], places[layer][k]
            draw_weight(axes, *ends, weight, largest, near, numbered)
    for layer, layer_places in enumerate(places):
        for k, place in enumerate(layer_places):
            below = []
            if layer > 0 and numbers and network.parameters.bias:
                below.append(f"b = {short(network.b[layer][0, k])}")
            if layer > 0 and x is not None:
                below.append(f"z = {short(z[layer][0, k])}")
            inside = None if x is None else short(a[layer][0, k])
            draw_node(axes, place, node_name(layer, k), inside, below, is_input=layer == 0)
    top = max(place[1] for layer_places in places for place in layer_places)
    above, below = (0.45, 0.65) if x is None else (0.75, 0.85)
    for layer, layer_places in enumerate(places):
        kind = "inputs" if layer == 0 else f"layer {layer}: {activation_name(network, layer)}"
        axes.text(layer_places[0][0], top + above, kind, ha="center", va="bottom", color=GREY)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set(xlim=(-0.8, places[-1][0][0] + 0.8), ylim=(-top - below, top + above + 0.25))
    return describe_network(network, a)


def node_spacing(x):
    """Return the distance of two nodes of a layer; the numbers of a sample ``x`` take room."""
    return 1.15 if x is None else 1.5


def node_places(layer_sizes, spacing):
    """Return the (x, y) of every node, a list for each layer, centred on y = 0."""
    return [
        [(3.3 * layer, spacing * ((size - 1) / 2 - k)) for k in range(size)]
        for layer, size in enumerate(layer_sizes)
    ]


def node_name(layer, k):
    """Return the symbol of a node, as in the formulas."""
    return f"$x_{{{k + 1}}}$" if layer == 0 else f"$a^{{({layer})}}_{{{k + 1}}}$"


def activation_name(network, layer):
    """Return the name of a layer's activation, as the text writes it."""
    name = network.activations[layer].name
    return "ReLU" if name == "relu" else name


def draw_weight(axes, start, end, weight, largest, near, numbers):
    """Draw one weight as a line, with its number on it at the fraction ``near`` of the way."""
    width = 0.8 + 3.7 * abs(weight) / largest if largest > 0 else 0.8
    style = "-" if weight >= 0 else (0, (3, 1.2))
    colour = ORANGE if weight >= 0 else BLUE
    axes.plot(
        *zip(start, end, strict=True), color=colour, linewidth=width, linestyle=style, zorder=1
    )
    if numbers:
        x, y = np.add(start, near * np.subtract(end, start))
        axes.text(x, y, short(weight), ha="center", va="center", bbox=WHITE_BOX, zorder=2)


def draw_node(axes, place, name, inside, below, is_input):
    """Draw an input as a square and a neuron as a circle, with its texts."""
    x, y = place
    if is_input:
        shape = Rectangle((x - 0.29, y - 0.29), 0.58, 0.58, facecolor="#F2F2F2")
    else:
        shape = Circle(place, 0.33, facecolor="white")
    shape.set(edgecolor=BLACK, linewidth=1.4, zorder=3)
    axes.add_patch(shape)
    axes.text(x, y, inside or name, ha="center", va="center", zorder=4)
    if inside:
        axes.text(x, y + 0.38, name, ha="center", va="bottom", color=GREY, zorder=4)
    if below:
        text = "\n".join(below)
        axes.text(x, y - 0.4, text, ha="center", va="top", fontsize=10, color=GREY, zorder=4)


def describe_network(network, a=None):
    """Say in words what :func:`draw_network` draws; ``a`` holds one sample's activations."""
    sizes = [f"{network.layer_sizes[0]} inputs"]
    for layer in range(1, network.n_layers + 1):
        n, name = network.layer_sizes[layer], activation_name(network, layer)
        kind = "output" if layer == network.n_layers else "hidden neuron"
        sizes.append(f"{n} {name} {kind}{'s' if n > 1 else ''}")
    text = f"A network with {listed(sizes)}."
    if sum(network.layer_sizes[1:]) <= 5:
        for layer, W in enumerate(network.W[1:], start=1):
            for k, column in enumerate(W.T, start=1):
                bias = (
                    f", bias {short(network.b[layer][0, k - 1])}" if network.parameters.bias else ""
                )
                weights = listed(short(weight) for weight in column)
                text += f" Into neuron {k} of layer {layer}: weights {weights}{bias}."
    else:
        low = min(W.min() for W in network.W[1:])
        high = max(W.max() for W in network.W[1:])
        text += f" Its weights lie between {low:.2f} and {high:.2f}."
    if a is not None:
        text += f" For the inputs {listed(short(value) for value in a[0][0])}"
        for layer in range(1, network.n_layers + 1):
            text += f", layer {layer} answers {listed(f'{value:.4f}' for value in a[layer][0])}"
        text += "."
    return text.replace("-", "−")


def network_diagram(network, x=None, *, numbers=True):
    """Show the drawing of a network, with one sample's numbers if it is given.

    Parameters
    ----------
    network, x, numbers
        As in :func:`draw_network`.
    """
    height = node_spacing(x) * max(network.layer_sizes) + (0.3 if x is None else 0.4)
    figure, axes = new_figure(height=height)
    show(figure, draw_network(axes, network, x, numbers=numbers))


# -------------------------------------------------------------------------- the layer as matrices


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


# --------------------------------------------------------------------- the network as a map


def grid_of_points(span, resolution):
    """Return points (resolution**2, 2) that cover ``span``, row by row from the lower left."""
    (left, right), (bottom, top) = span
    x1, x2 = np.meshgrid(np.linspace(left, right, resolution), np.linspace(bottom, top, resolution))
    return np.column_stack([x1.ravel(), x2.ravel()])


def span_of(X, margin=0.5):
    """Return ((left, right), (bottom, top)) around the points, with room on each side."""
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    return tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))


def draw_map(axes, values, span, *, line=True):
    """Colour a rectangle by values from 0 (blue) over 0.5 (white, black line) to 1 (orange).

    Parameters
    ----------
    axes : matplotlib Axes
    values : array (resolution, resolution)
        Row by row from the bottom, as :func:`grid_of_points` orders them.
    span : ((left, right), (bottom, top))
    line : bool
        Draw the black line.
    """
    extent = (*span[0], *span[1])
    axes.imshow(
        values,
        cmap=BLUE_TO_ORANGE,
        vmin=0,
        vmax=1,
        extent=extent,
        origin="lower",
        interpolation="bilinear",
        alpha=MAP_ALPHA,
    )
    if line and values.min() < 0.5 < values.max():
        axes.contour(values, levels=[0.5], colors=BLACK, linewidths=1.6, extent=extent)
    axes.set(xlim=span[0], ylim=span[1])
    axes.grid(False)
    axes.locator_params(nbins=4)


def marker_size(X):
    """Return the size of markers for that many samples."""
    return 70 if len(X) <= 20 else 24


def draw_points(axes, X, y, size=None):
    """Draw the samples: class 0 as blue circles, class 1 as orange squares.

    Parameters
    ----------
    axes : matplotlib Axes
    X : array (n, 2)
    y : array (n, 1)
    size : float, optional
        Of the markers; by default smaller for many samples.
    """
    size = marker_size(X) if size is None else size
    for label, (marker, colour) in MARKERS.items():
        points = X[(y[:, 0] > 0.5) == label]
        axes.scatter(
            points[:, 0],
            points[:, 1],
            marker=marker,
            s=size,
            color=colour,
            edgecolors="white",
            linewidths=1.5 if size > 50 else 0.7,
            zorder=3,
            label=f"target {label}",
        )


def draw_wrong(axes, X, wrong, size=None):
    """Strike out the points that are predicted wrongly; few large, many small."""
    size = marker_size(X) if size is None else size
    scale, width = (3, 2) if size > 50 else (1.2, 1)
    points = X[wrong]
    axes.scatter(*points.T, marker="x", s=scale * size, color=BLACK, linewidths=width, zorder=4)


def draw_decision_boundary(axes, network, X, y, *, span=None, resolution=101, size=None):
    """Draw what a network predicts over the plane, with the samples on it.

    Blue is a prediction of 0, white 0.5, orange 1; the black line is where it is 0.5. A sample
    on the wrong side of that line, or on it, is struck out.

    Parameters
    ----------
    axes : matplotlib Axes
    network : Network
        With two inputs and one output between 0 and 1.
    X : array (n, 2)
    y : array (n, 1)
        Targets 0 or 1.
    span : ((left, right), (bottom, top)), optional
        The part of the plane to draw; by default the samples and 0.5 on each side.
    resolution : int
        Points along each side.
    size : float, optional
        Of the markers; by default smaller for many samples.

    Returns
    -------
    str
        The description.
    """
    span = span_of(X) if span is None else span
    a = network.predict(grid_of_points(span, resolution))[:, 0]
    draw_map(axes, a.reshape(resolution, resolution), span)
    wrong = wrongly_predicted(network.predict(X), y)
    draw_points(axes, X, y, size)
    draw_wrong(axes, X, wrong, size)
    axes.set(xlabel="$x_1$", ylabel="$x_2$")
    text = f"{len(X) - wrong.sum()} of {len(X)} samples are on their side of the 0.5 line"
    if 0 < wrong.sum() <= 4:
        text += f" (not {listed(point_name(point) for point in X[wrong])})"
    share = 100 * np.mean(a > 0.5 + UNDECIDED)
    return f"{text}; {share:.0f} % of the area shown is predicted above 0.5."


def wrongly_predicted(a, y):
    """Return which predictions (n, 1) are not clearly on the side of their targets (n, 1)."""
    return ((a - 0.5) * np.where(y > 0.5, 1, -1) < UNDECIDED)[:, 0]


def point_name(point):
    """Write a point as ``(0, 1)``."""
    return f"({', '.join(short(value) for value in point)})"


def add_colour_bar(figure, axes, label="prediction"):
    """Add the scale of :func:`draw_map` beside the axes, or the list of axes."""
    mappable = ScalarMappable(Normalize(0, 1), BLUE_TO_ORANGE)
    options = {"ticks": [0, 0.5, 1], "aspect": 14, "shrink": 0.9, "alpha": MAP_ALPHA}
    bar = figure.colorbar(mappable, ax=axes, label=label, **options)
    bar.ax.axhline(0.5, color=BLACK, linewidth=1.6)


def decision_boundaries(panels, *, span=None):
    """Show what several networks predict over the plane, side by side.

    Parameters
    ----------
    panels : list of (title, network, X, y)
        At most four.
    span : ((left, right), (bottom, top)), optional
        As in :func:`draw_decision_boundary`.
    """
    width = min(9.0, 2.8 * len(panels) + 1.4)
    height = (width - 1.7) / len(panels) + 0.6
    figure, row = new_figure(1, len(panels), width=width, height=height, squeeze=False)
    descriptions = []
    for axes, (title, network, X, y) in zip(row[0], panels, strict=True):
        text = draw_decision_boundary(axes, network, X, y, span=span)
        axes.set_title(title)
        axes.label_outer()
        descriptions.append(f"{title}: {text}" if len(panels) > 1 else text)
    add_colour_bar(figure, list(row[0]))
    show(
        figure,
        "The plane of the inputs, coloured by the prediction: blue for 0, white for 0.5, orange "
        "for 1, with a black line at 0.5. Circles have target 0, squares target 1; struck out is "
        f"what is predicted wrongly. {' '.join(descriptions)}",
    )


def decision_boundary(network, X, y, *, title="Prediction", span=None):
    """Show what one network predicts over the plane, see :func:`draw_decision_boundary`.

    Parameters
    ----------
    network : Network
    X : array (n, 2)
    y : array (n, 1)
    title : str
    span : ((left, right), (bottom, top)), optional
    """
    decision_boundaries([(title, network, X, y)], span=span)


def draw_hidden_unit(axes, network, unit, X, y, *, layer=1, span=None, resolution=101, size=None):
    """Draw what one hidden neuron answers over the plane of the inputs.

    Parameters
    ----------
    axes : matplotlib Axes
    network : Network
        With two inputs. The colours run from 0 to 1, for tanh from -1 to 1, for ReLU from 0 to
        the largest activation in view, without the black line.
    unit, layer : int
        The unit is counted from 0, the layer from 1.
    X, y, span, resolution, size
        As in :func:`draw_decision_boundary`.

    Returns
    -------
    str
        The description: the unit's answers to the samples, if they are few.
    """
    span = span_of(X) if span is None else span
    a = network.forward(grid_of_points(span, resolution))[1][layer][:, unit]
    low = -1 if network.hidden == "tanh" else 0
    high = 1 if network.hidden in ("tanh", "sigmoid") else max(a.max(), 1e-9)
    values = ((a - low) / (high - low)).reshape(resolution, resolution)
    draw_map(axes, values, span, line=network.hidden in ("tanh", "sigmoid"))
    draw_points(axes, X, y, size)
    axes.set(xlabel="$x_1$", ylabel="$x_2$")
    answers = network.forward(X)[1][layer][:, unit]
    if len(X) > 4:
        text = f"from {answers.min():.2f} to {answers.max():.2f} over the samples."
    else:
        pairs = (f"{value:.2f} at {point_name(x)}" for x, value in zip(X, answers, strict=True))
        text = f"{listed(pairs)}."
    return text.replace("-", "−")


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
    draw_points(right, hidden, y, size=110)
    name_points(right, hidden, X)
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


def name_points(axes, places, X):
    """Write beside each place which input it is; inputs that share a place share the label."""
    shared = {}
    for place, x in zip(places, X, strict=True):
        shared.setdefault(tuple(np.round(place, 1)), (place, []))[1].append(point_name(x))
    for place, names in shared.values():
        text = " and ".join(names)
        axes.annotate(
            text, place, (0, 12), textcoords="offset points", ha="center", bbox=WHITE_BOX, zorder=5
        )


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
        axes.plot(samples, z[-1][:, 0], "os"[i % 2], color=COLOURS[i])
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
            axes.text(place, 0.97, label, ha="center", va="top", bbox=WHITE_BOX, transform=edge)
            bends.append(place)
    return sorted(bends)
