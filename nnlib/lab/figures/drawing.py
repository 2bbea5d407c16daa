"""A network as a drawing: neurons, weights, and the numbers of one sample.

A function named ``draw_…`` draws on axes that it is given and returns a description in words.
"""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from nnlib.lab.figures.style import BLACK, BLUE, GREY, ORANGE, WHITE_BOX, new_figure, show
from nnlib.lab.words import listed, minus, short


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
    return minus(text)


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
