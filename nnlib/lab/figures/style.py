"""One style for every figure: sizes, colours, and how a figure reaches the page."""

import html
import io

from IPython.display import display
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

# Colours that people with any common colour blindness can tell apart.
# Source: Okabe & Ito, "Color Universal Design" (2008).
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, SKY, YELLOW = "#CC79A7", "#56B4E9", "#E69F00"
BLACK, GREY, LIGHT_GREY = "#000000", "#6E6E6E", "#D9D9D9"

# The order in which curves take their colour, each with a line style of its own, so that colour
# is never the only difference.
COLOURS = [BLUE, ORANGE, GREEN, PURPLE, YELLOW, SKY]
LINE_STYLES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2))]

# From 0 (blue) over undecided (white) to 1 (orange), for predictions and for signed numbers.
BLUE_TO_ORANGE = LinearSegmentedColormap.from_list("blue_to_orange", [BLUE, "#FFFFFF", ORANGE])

# Behind a number that stands on a line.
WHITE_BOX = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"}

SHOWN_PIXELS_PER_INCH = 84
DOTS_PER_INCH = 2 * SHOWN_PIXELS_PER_INCH  # sharp on dense screens, and enlarged on a projector

STYLE = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E6E6E6",
    "axes.axisbelow": True,
    "lines.linewidth": 2,
    "mathtext.fontset": "dejavusans",
}


def new_figure(rows=1, columns=1, *, width=9.0, height=3.4, **options):
    """Return a figure in the house style and its axes (an array if there are several).

    The figure belongs to nobody but the caller: it is not registered with pyplot, so a cell can
    be run a hundred times without piling up figures.

    Parameters
    ----------
    rows, columns : int
    width, height : float
        In inches; 9 inches fill a lesson's column.
    options
        Passed on to ``Figure.subplots``.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(rows, columns, **options)
    return figure, axes


def png(figure):
    """Return the figure as the bytes of a PNG picture."""
    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return buffer.getvalue()


def show(figure, description):
    """Show a figure, with its description as visible text beneath it.

    Parameters
    ----------
    figure : matplotlib Figure
    description : str
        What the picture shows, in words, with the numbers that matter.
    """
    shown_width = round(figure.get_figwidth() * SHOWN_PIXELS_PER_INCH)
    show_png(png(figure), shown_width, description, "A figure.")
    caption = f"<p><small><em>Figure.</em> {html.escape(description)}</small></p>"
    display({"text/html": caption, "text/plain": f"Figure. {description}"}, raw=True)


def show_png(data, width, description, text):
    """Show a PNG picture.

    Parameters
    ----------
    data : bytes
    width : int
        CSS pixels.
    description : str
        For who cannot see it.
    text : str
        In the picture's place where there are no pictures, and on the bar of an output that is
        folded: it must not give away what the picture shows.
    """
    metadata = {"image/png": {"width": width, "alt": description}}
    display({"image/png": data, "text/plain": text}, metadata=metadata, raw=True)
