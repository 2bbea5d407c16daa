"""Parts of pictures that several widgets share: the plane with its samples, the loss, the units."""

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from nnlib.lab.figures.plane import MAP_ALPHA, MARKERS, grid_of_points, wrongly_predicted
from nnlib.lab.figures.style import BLACK, BLUE_TO_ORANGE, GREY, STYLE
from nnlib.lab.words import signed

ACTIVATIONS = [("tanh", "tanh"), ("sigmoid", "sigmoid"), ("ReLU", "relu"), ("none", "identity")]
LOSSES = [("cross-entropy (BCE)", "bce"), ("squared error (MSE)", "mse")]
RESOLUTION, TILE_RESOLUTION = 51, 25  # points of a map, along each side
TILE_GAP = 8  # points between two tiles
CURVE = 0.75  # height of a pane with a curve above panes with maps


def word_for(activation):
    """Return the word that a reader knows an activation by."""
    word = next(label for label, name in ACTIVATIONS if name == activation)
    return "no activation" if word == "none" else word


def mosaic(width, height, usual, other, aspect):
    """Return a figure and its axes by name, laid out for the room there is.

    Parameters
    ----------
    width, height : float
        Of the room, in inches.
    usual, other : lists of rows of names
        As for ``Figure.subplot_mosaic``. The other one is taken where its panes are larger.
    aspect : float
        Width of a pane over its height, as it looks best.
    """

    def ratios(rows):
        return [CURVE if "curve" in row and len(rows) > 1 else 1.0 for row in rows]

    def room(rows):
        words = 0.3 * (len(rows) - 1)  # inches that the words of further rows take
        return min(width / len(rows[0]) / aspect, (height - words) / sum(ratios(rows)))

    rows = max((usual, other), key=room)
    shape = aspect if rows is usual else 0.8 * aspect  # where there is little room: all of it
    tall = min(height, sum(ratios(rows)) * width / len(rows[0]) / shape)
    with rc_context(STYLE):
        figure = Figure(figsize=(width, tall), layout="constrained")
        return figure, figure.subplot_mosaic(rows, height_ratios=ratios(rows))


class Curve:
    """A curve, and a mark where it is now.

    Attributes
    ----------
    line, mark : matplotlib Line2D
    """

    def __init__(self, axes, colour, style="-", marker="o", size=11):
        (self.line,) = axes.plot([], [], color=colour, linestyle=style)
        look = {"color": colour, "markeredgecolor": "white", "markersize": size, "zorder": 4}
        (self.mark,) = axes.plot([], [], marker, **look)

    def set(self, x, y, x_now, y_now):
        """Show other numbers: two arrays, and two numbers."""
        self.line.set_data(x, y)
        self.mark.set_data([x_now], [y_now])


def share_x(axes, **settings):
    """Give panes the same horizontal axis; of those below each other only the lowest says it."""
    for pane in axes:
        pane.set(**settings)
        if not pane.get_subplotspec().is_last_row():
            pane.set_xlabel("")
            pane.tick_params(labelbottom=False)


def lines_across(axes):
    """Return a dotted upright line on each of the axes, to mark a place."""
    style = {"color": GREY, "linewidth": 1, "linestyle": ":"}
    return [each.axvline(0, **style) for each in axes]


class Plane:
    """The plane of two inputs: a map of answers, the line where they are 0.5, the samples.

    Parameters
    ----------
    axes : matplotlib Axes
    span : ((left, right), (bottom, top))
    title : str
    size : float
        Of the samples' marks, in points.
    ticks : list of numbers, optional

    Attributes
    ----------
    points : array (RESOLUTION**2, 2)
        Where the map's answers are computed.
    """

    def __init__(self, axes, span, title, size=11, ticks=None):
        self.axes, self.size, self.ticks = axes, size, ticks
        axes.set(title=title, xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        axes.grid(False)
        self.map = colour_map(axes, np.zeros((RESOLUTION, RESOLUTION)), (0, 1, 0, 1))
        axes.set_autoscale_on(False)  # the span, whatever is drawn in it
        self.marks = {}
        for label, (marker, colour) in MARKERS.items():
            for filled in (False, True):
                face, edge = (colour, "white") if filled else ("white", colour)
                # The edge of a hollow mark is all that tells its class: wide enough over a cross.
                look = {"markersize": size, "markeredgewidth": size / (8 if filled else 3.5)}
                (self.marks[filled, label],) = axes.plot(
                    [], [], marker, color=face, markeredgecolor=edge, ls="", zorder=3, **look
                )
        # Behind the samples and larger, so that the true class stays in view.
        (self.wrong,) = axes.plot([], [], "x", color=BLACK, markersize=1.9 * size, zorder=2.5)
        self.wrong.set_markeredgewidth(size / 6 + 0.4)
        self.lines, self.span = {}, None
        self.set_span(span)

    def set_span(self, span):
        """Show another part of the plane."""
        if span == self.span:
            return
        self.span, self.extent = span, (*span[0], *span[1])
        self.points = grid_of_points(span, RESOLUTION)
        self.map.set_extent(self.extent)
        self.axes.set(xlim=span[0], ylim=span[1])
        if self.ticks is None:
            self.axes.locator_params(nbins=4)
        else:
            self.axes.set(xticks=self.ticks, yticks=self.ticks)

    def set_samples(self, X, y, hollow=slice(0)):
        """Show samples (n, 2) with their targets (n,), some of them hollow."""
        filled = np.ones(len(X), bool)
        filled[hollow] = False
        for (full, label), marks in self.marks.items():
            marks.set_data(*X[(filled == full) & ((y > 0.5) == label)].T)

    def set_map(self, answers):
        """Show the answers at ``points``, and the line where they are 0.5."""
        answers = answers.reshape(RESOLUTION, RESOLUTION)
        self.map.set_data(answers)
        self.set_line("here", answers, BLACK, "-")

    def set_line(self, name, answers, colour=GREY, style="--"):
        """Draw the line where answers at ``points`` are 0.5, if anywhere; None for no line."""
        if self.lines.get(name) is not None:
            self.lines[name].remove()
        self.lines[name] = None
        if answers is not None and answers.min() < 0.5 < answers.max():
            self.lines[name] = self.axes.contour(
                answers.reshape(RESOLUTION, RESOLUTION),
                levels=[0.5], colors=colour, linestyles=[style], linewidths=1.8,
                extent=self.extent, zorder=2,
            )  # fmt: skip

    def set_network(self, network, X, y):
        """Show what a network answers, and strike out the samples that it answers wrongly."""
        self.set_map(network.predict(self.points))
        self.set_wrong(X[wrongly_predicted(network.predict(X), y)])

    def set_wrong(self, X):
        """Strike out samples."""
        self.wrong.set_data(*X.T)


def colour_map(axes, values, extent):
    """Put a picture of values from 0 (blue) over 0.5 (white) to 1 (orange) on the axes."""
    return axes.imshow(
        values,
        cmap=BLUE_TO_ORANGE,
        vmin=0,
        vmax=1,
        extent=extent,
        origin="lower",
        alpha=MAP_ALPHA,
        interpolation="nearest",
    )


class Tiles:
    """What each hidden unit answers over the plane, a tile each, with its weight in the output.

    Parameters
    ----------
    axes : matplotlib Axes
    span : ((left, right), (bottom, top))
    most : int
        Units there can be.
    title : str
    """

    def __init__(self, axes, span, most, title):
        self.axes, self.span = axes, span
        axes.set(title=title, aspect="equal", xlim=(0, 1), ylim=(0, 1.03))
        axes.set_axis_off()
        self.points = grid_of_points(span, TILE_RESOLUTION)
        self.map = colour_map(axes, np.zeros((1, 1)), (0, 1, 0, 1))
        axes.set_autoscale_on(False)
        self.marks = {
            label: axes.plot([], [], marker, color=colour)[0]
            for label, (marker, colour) in MARKERS.items()
        }
        self.frames = axes.add_collection(LineCollection([], colors=GREY, linewidths=0.8))
        style = {"fontsize": 9, "ha": "center", "va": "bottom"}
        self.labels = [axes.text(0, 0, "", **style) for _ in range(most)]

    def update(self, network, data):
        """Show the hidden units of a network with one hidden layer, and the samples in each."""
        places = tile_places(network.layer_sizes[1])
        answers = network.forward(self.points)[1][1].T
        answers = answers.reshape(-1, TILE_RESOLUTION, TILE_RESOLUTION)
        middle, reach = colour_range(network.hidden, answers)
        self.map.set_data(mosaic_of((answers - middle) / (2 * reach) + 0.5, places))
        side = places[0][2]
        self.frames.set_segments([square(left, bottom, side) for left, bottom, _ in places])
        inches = self.axes.get_window_extent().width / self.axes.figure.dpi
        room = inches * side * TILE_GAP / TILE_RESOLUTION > 0.14  # between two rows, for a label
        for k, label in enumerate(self.labels):
            label.set_visible(room and k < len(places))
            if k < len(places):
                left, bottom, _ = places[k]
                label.set_position((left + side / 2, bottom + side))
                label.set_text(signed(network.W[2][k, 0]))
        (x_low, x_high), (y_low, _) = self.span
        corners = (data.X - [x_low, y_low]) / (x_high - x_low) * side
        for target, marks in self.marks.items():
            inside = corners[data.y[:, 0] == target]
            marks.set_data(*np.concatenate([inside + place[:2] for place in places]).T)
            marks.set_markersize(max(3, 12 * side))


def tile_places(n):
    """Return (left, bottom, side) for each of n square tiles that share the unit square."""
    columns = 1
    while columns * columns < n:
        columns += 1
    points = columns * (TILE_RESOLUTION + TILE_GAP)  # along the whole square
    side = TILE_RESOLUTION / points
    return [
        (
            k % columns / columns + TILE_GAP // 2 / points,
            1 - (k // columns + 1) / columns,
            side,
        )
        for k in range(n)
    ]


def colour_range(hidden, answers):
    """Return the answer that is drawn white, and how far the colours reach to each side."""
    if hidden == "sigmoid":
        return 0.5, 0.5
    return 0.0, 1.0 if hidden == "tanh" else max(np.abs(answers).max(), 1e-9)


def mosaic_of(tiles, places):
    """Put tiles (n, resolution, resolution) side by side into one picture, blank in between."""
    resolution = tiles.shape[-1]
    size = round(resolution / places[0][2])
    picture = np.full((size, size), np.nan)
    for tile, (left, bottom, _) in zip(tiles, places, strict=True):
        row, column = round(bottom * size), round(left * size)
        picture[row : row + resolution, column : column + resolution] = tile
    return picture


def square(left, bottom, side):
    """Return the corners of a square, the first one twice."""
    right, top = left + side, bottom + side
    return [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
