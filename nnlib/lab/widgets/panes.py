"""Parts of pictures that several widgets share: the plane with its samples, the loss, the units."""

import numpy as np

from nnlib.lab.figures.plane import MAP_ALPHA, MARKERS, grid_of_points
from nnlib.lab.figures.style import BLACK, BLUE_TO_ORANGE, GREY

RESOLUTION = 51  # points of a map, along each side


class Plane:
    """The plane of two inputs: a map of answers, the line where they are 0.5, the samples.

    Parameters
    ----------
    axes : matplotlib Axes
    span : ((left, right), (bottom, top))
    title : str
    size : float
        Of the samples' marks, in points.

    Attributes
    ----------
    points : array (RESOLUTION**2, 2)
        Where the map's answers are computed.
    """

    def __init__(self, axes, span, title, size=11):
        self.axes, self.size = axes, size
        axes.set(title=title, xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        axes.grid(False)
        self.map = colour_map(axes, np.zeros((RESOLUTION, RESOLUTION)), (0, 1, 0, 1))
        axes.set_autoscale_on(False)  # the span, whatever is drawn in it
        style = {"linestyle": "", "markeredgewidth": size / 8}
        self.marks = {}
        for label, (marker, colour) in MARKERS.items():
            for filled in (False, True):
                face, edge = (colour, "white") if filled else ("white", colour)
                look = {"markersize": size * (1 if filled else 0.85), "zorder": 3, **style}
                (self.marks[filled, label],) = axes.plot(
                    [], [], marker, color=face, markeredgecolor=edge, **look
                )
        (self.wrong,) = axes.plot([], [], "x", color=BLACK, markersize=1.3 * size, zorder=4)
        self.wrong.set_markeredgewidth(size / 6 + 0.4)
        self.lines = {}
        self.set_span(span)

    @property
    def moving(self):
        """What changes from picture to picture, in the order in which it is drawn."""
        spines = [self.axes.spines["left"], self.axes.spines["bottom"]]  # the map covers them
        lines = [line for line in self.lines.values() if line is not None]
        return [self.map, *lines, *self.marks.values(), self.wrong, *spines]

    def set_span(self, span):
        """Show another part of the plane."""
        self.extent = (*span[0], *span[1])
        self.points = grid_of_points(span, RESOLUTION)
        self.map.set_extent(self.extent)
        if (*self.axes.get_xlim(), *self.axes.get_ylim()) != self.extent:
            self.axes.set(xlim=span[0], ylim=span[1])
            self.axes.locator_params(nbins=4)

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
