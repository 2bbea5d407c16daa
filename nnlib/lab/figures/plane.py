"""A network with two inputs as a map: its answers over the plane, with the samples on it.

A function named ``draw_…`` draws on axes that it is given; those that draw a network's answers
return a description in words.
"""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from nnlib.lab.figures.style import BLACK, BLUE, BLUE_TO_ORANGE, ORANGE, new_figure, show
from nnlib.lab.words import listed, minus, short

MARKERS = {0: ("o", BLUE), 1: ("s", ORANGE)}
MAP_ALPHA = 0.6  # lets the samples stand out
ROUNDING = 1e-6  # so little above 0.5 is taken for 0.5


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
    colour_map(axes, values, extent)
    if line and values.min() < 0.5 < values.max():
        axes.contour(values, levels=[0.5], colors=BLACK, linewidths=1.6, extent=extent)
    axes.set(xlim=span[0], ylim=span[1])
    axes.grid(False)
    axes.locator_params(nbins=4)


def colour_map(axes, values, extent, interpolation="bilinear"):
    """Put a picture of values from 0 (blue) over 0.5 (white) to 1 (orange) on the axes."""
    return axes.imshow(
        values,
        cmap=BLUE_TO_ORANGE,
        vmin=0,
        vmax=1,
        extent=extent,
        origin="lower",
        interpolation=interpolation,
        alpha=MAP_ALPHA,
    )


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
    """Put a cross behind what is predicted wrongly, so that the true class stays in view."""
    size = marker_size(X) if size is None else size
    scale, width = (5, 2.2) if size > 50 else (4, 1.1)
    points = X[wrong]
    axes.scatter(*points.T, marker="x", s=scale * size, color=BLACK, linewidths=width, zorder=2.5)


def draw_decision_boundary(axes, network, X, y, *, span=None, resolution=101, size=None):
    """Draw what a network predicts over the plane, with the samples on it.

    Blue is a prediction of 0, white 0.5, orange 1; the black line is where it is 0.5. A sample
    that is predicted wrongly has a cross: see :func:`wrongly_predicted`.

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
    text = f"{len(X) - wrong.sum()} of {len(X)} samples are predicted right"
    if 0 < wrong.sum() <= 4:
        text += f", all but {listed(point_name(point) for point in X[wrong])}"
    return f"{text}."


def wrongly_predicted(a, y):
    """Return which predictions (n, 1) are wrong: above 0.5 counts as 1, anything else as 0."""
    return ((a > 0.5 + ROUNDING) != (y > 0.5))[:, 0]


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
        "for 1, with a black line at 0.5. Circles have target 0, squares target 1; a cross marks "
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
    return minus(text)
