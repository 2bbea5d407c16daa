"""Parts of pictures that several widgets share: the plane with its samples, the loss, the units."""

from itertools import zip_longest
from math import ceil

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from nnlib.lab.figures.plane import MARKERS, colour_map, grid_of_points, wrongly_predicted
from nnlib.lab.figures.style import BLACK, GREY, ORANGE, STYLE
from nnlib.lab.words import signed

ACTIVATIONS = [("tanh", "tanh"), ("sigmoid", "sigmoid"), ("ReLU", "relu"), ("none", "identity")]
LOSSES = [("cross-entropy (BCE)", "bce"), ("squared error (MSE)", "mse")]
RESOLUTION, TILE_RESOLUTION = 51, 25  # points of a map, along each side
TILE_GAP = 8  # points between two tiles
TILE_PITCH = 1 + TILE_GAP / TILE_RESOLUTION  # from one tile to the next, in sides
NARROW = 4.4  # inches: a telephone has fewer
CURVE = 0.75  # height of a pane with a curve above panes with maps
# A legend beside a title on the left, where no curve can cross it.
BESIDE_TITLE = {"loc": "lower right", "bbox_to_anchor": (1, 1), "frameon": False, "borderpad": 0}
BESIDE_TITLE |= {"fontsize": 9, "ncols": 4, "handlelength": 1.6, "handletextpad": 0.4}
BESIDE_TITLE |= {"columnspacing": 0.4}


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
        self.map = colour_map(axes, np.zeros((1, 1)), (0, 1, 0, 1), "nearest")
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


class Curves:
    """Curves of a run over its epochs on a log scale, and in grey those of a kept run.

    Parameters
    ----------
    axes : matplotlib Axes
    looks : list of (colour, line style, line style of the kept run)
        One for each curve.
    edges : (low, high)
        What is beyond is drawn at the edge.

    Attributes
    ----------
    kept, lines : lists of matplotlib Line2D
    """

    def __init__(self, axes, looks, edges):
        self.axes, self.edges, self.named = axes, edges, ()
        axes.set(xlabel="epoch", yscale="log", xlim=(0, 1000))
        axes.minorticks_off()
        axes.locator_params(axis="x", nbins=4, integer=True)
        self.here = axes.axvline(0, color=BLACK, linewidth=1.2, linestyle=":")

        def plot(style, colour, **more):
            return axes.plot([], [], color=colour, linestyle=style, **more)[0]

        self.kept = [plot(style, GREY, linewidth=1.2) for _, _, style in looks]
        self.lines = [plot(style, colour, linewidth=1.8) for colour, style, _ in looks]
        self.kept_dot, self.dot = plot("", GREY, marker="s"), plot("", BLACK, marker="o")
        self.cross = plot("", ORANGE, marker="X", markersize=11, markeredgecolor="white")

    def update(self, run, frame, kept, curves_of):
        """Show a run at one of its measurements.

        Parameters
        ----------
        run : Run
        frame : int
        kept : Run or None
        curves_of : function(run)
            Returns its curves, at most one for each look.

        Returns
        -------
        list of arrays
            All that is drawn.
        """
        epoch, drawn = run.epoch[frame], []
        self.here.set_xdata([epoch, epoch])
        for each, lines, dot in ((kept, self.kept, self.kept_dot), (run, self.lines, self.dot)):
            curves = [] if each is None else [self.within(curve) for curve in curves_of(each)]
            for line, curve in zip_longest(lines, curves, fillvalue=[]):
                line.set_data(each.epoch if len(curve) else [], curve)
            at = [] if each is None else [each.frame_at(epoch)]
            dot.set_data(*((each.epoch[at], curves[0][at]) if at else ([], [])))
            drawn += curves
        ended = run.divergence is not None
        self.cross.set_data(*((run.epoch[-1:], curves[0][-1:]) if ended else ([], [])))
        last = max(each.last_epoch for each in (run, kept) if each is not None)
        self.axes.set_xlim(-0.02 * last, 1.02 * last)
        return drawn

    def within(self, curve):
        """Return a curve whose ends stand at the edge."""
        return np.clip(np.nan_to_num(curve, posinf=self.edges[1]), *self.edges)

    def fit(self, drawn):
        """Choose whole powers of ten around what is drawn."""
        low = 10 ** np.floor(np.log10(min(curve.min() for curve in drawn)))
        high = 10 ** np.ceil(np.log10(max(curve.max() for curve in drawn)) + 1e-9)
        if self.axes.get_ylim() != (low, high):
            decades = round(np.log10(high / low))
            inches = self.axes.get_window_extent().height / self.axes.figure.dpi
            most = np.clip(int(inches / 0.2), 1, 4)  # steps from number to number
            powers = np.arange(0, decades + 1, max(1, -(-decades // most)))
            self.axes.set(ylim=(low, high), yticks=low * 10.0**powers)
            self.axes.minorticks_off()

    def name(self, *names):
        """Write a legend: for each curve and for a kept run; "" leaves one out."""
        if self.named == names:  # a legend takes as long as all curves
            return
        self.named = names
        if self.axes.get_legend() is not None:
            self.axes.get_legend().remove()
        lines = zip(names, [*self.lines, self.kept[0]], strict=False)
        named = {name: line for name, line in lines if name}
        if named:
            self.axes.legend(named.values(), named, **BESIDE_TITLE)


class TileColumns:
    """What units answer over the plane, a tile each, below each other in columns.

    Parameters
    ----------
    axes : matplotlib Axes
    most : int
        Columns there can be.
    """

    def __init__(self, axes, most):
        self.columns = [
            colour_map(axes, np.zeros((1, 1)), (0, 1, 0, 1), "nearest") for _ in range(most)
        ]
        self.frames = axes.add_collection(LineCollection([], colors=GREY, linewidths=0.8))
        for part in (*self.columns, self.frames):
            part.set_zorder(2)
        axes.set_autoscale_on(False)

    def update(self, columns, side):
        """Show tiles.

        Parameters
        ----------
        columns : list of (answers (TILE_RESOLUTION**2, n_units), left, top)
            The answers as :func:`scaled` makes them; the place is that of the first unit.
        side : float
            Of a tile.

        Returns
        -------
        list of arrays (n_units, 2)
            The lower left corners of each column.
        """
        corners = []
        for image, column in zip_longest(self.columns, columns):
            image.set_visible(column is not None)
            if column is not None:
                answers, left, top = column
                bottoms = top - side - side * TILE_PITCH * np.arange(answers.shape[1])
                image.set_data(below_each_other(answers))
                image.set_extent((left, left + side, bottoms[-1], top))
                corners.append(np.column_stack([np.full(len(bottoms), left), bottoms]))
        self.frames.set_segments([square(*corner, side) for corner in np.concatenate(corners)])
        return corners


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
        self.columns = TileColumns(axes, ceil(most**0.5))
        self.marks = {
            label: axes.plot([], [], marker, color=colour)[0]
            for label, (marker, colour) in MARKERS.items()
        }
        style = {"fontsize": 9, "ha": "center", "va": "bottom"}
        self.labels = [axes.text(0, 0, "", **style) for _ in range(most)]

    def update(self, network, data):
        """Show the hidden units of a network with one hidden layer, and the samples in each."""
        n = network.layer_sizes[1]
        answers = scaled(network.forward(self.points)[1][1], network.hidden)
        places, side = tile_places(n)
        across = len(np.unique(places[:, 0]))
        self.columns.update(
            [(answers[:, k::across], *(places[k] + [0, side])) for k in range(across)], side
        )
        inches = self.axes.get_window_extent().width / self.axes.figure.dpi
        room = inches * side * (TILE_PITCH - 1) > 0.14  # between two rows, for a label
        for k, label in enumerate(self.labels):
            label.set_visible(room and k < n)
            if k < n:
                label.set_position(places[k] + [side / 2, side])
                label.set_text(signed(network.W[2][k, 0]))
        (x_low, x_high), (y_low, _) = self.span
        inside = (data.X - [x_low, y_low]) / (x_high - x_low) * side
        for target, marks in self.marks.items():
            samples = inside[data.y[:, 0] == target]
            marks.set_data(*np.concatenate([samples + place for place in places]).T)
            marks.set_markersize(max(3, 12 * side))


def tile_places(n):
    """Return the lower left corners (n, 2) of n tiles that share a unit square, and their side."""
    across = ceil(n**0.5)
    side = 1 / across / TILE_PITCH
    row, column = np.divmod(np.arange(n), across)
    gap = (1 / across - side) / 2
    return np.column_stack([column / across + gap, 1 - (row + 1) / across]), side


def scaled(answers, activation):
    """Return answers of units as colours: 0.5 is white, 0 and 1 are the ends."""
    if activation == "sigmoid":
        return answers
    reach = 1.0 if activation == "tanh" else max(np.abs(answers).max(), 1e-9)
    return answers / (2 * reach) + 0.5


def below_each_other(answers):
    """Put the answers (TILE_RESOLUTION**2, n_units) of a column into one picture."""
    n = answers.shape[1]
    column = np.full((n, TILE_RESOLUTION + TILE_GAP, TILE_RESOLUTION), np.nan)
    tiles = answers.T.reshape(n, TILE_RESOLUTION, TILE_RESOLUTION)
    column[:, TILE_GAP:] = tiles[::-1]  # the first unit is on top, and rows count from the bottom
    return column.reshape(-1, TILE_RESOLUTION)[TILE_GAP:]


def square(left, bottom, side):
    """Return the corners of a square, the first one twice."""
    right, top = left + side, bottom + side
    return [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
