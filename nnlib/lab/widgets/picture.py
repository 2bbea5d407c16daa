"""A picture on the page, with words for those who do not see it.

The picture is an ``<img>`` in an HTML widget: its description reaches the page as alternative
text, which the image widget of ipywidgets does not offer.
"""

import html
import io
from base64 import b64encode

import ipywidgets as widgets
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from nnlib.lab.figures.style import STYLE

DOTS_PER_INCH = 100
SHOWN_PIXELS_PER_INCH = 84  # as the static figures


class Picture:
    """A picture and, under it, its description.

    Attributes
    ----------
    widget : ipywidgets HTML
    description : str
        The words that are shown now.
    """

    def __init__(self):
        self.widget = widgets.HTML()
        self.widget.layout.width = "100%"
        self.description = ""

    def show(self, figure, description):
        """Replace the picture.

        Parameters
        ----------
        figure : matplotlib Figure
        description : str
            What it shows, in words, with the numbers that matter.
        """
        self.description = description
        words = html.escape(description)
        width, height = (round(side * SHOWN_PIXELS_PER_INCH) for side in figure.get_size_inches())
        source = b64encode(quick_png(figure)).decode()
        # Both sides are given, and decoding is not put off: nothing jumps or flickers.
        self.widget.value = (
            f'<img alt="{words}" width="{width}" height="{height}" decoding="sync" '
            f'style="max-width: 100%; height: auto; display: block" '
            f'src="data:image/png;base64,{source}">'
            f'<p style="line-height: 1.4; margin: 0.3em 0; max-width: {width}px">{words}</p>'
        )


def quick_png(figure, dots_per_inch=DOTS_PER_INCH):
    """Draw a figure as PNG, compressed little: faster than ``savefig``, for pictures that move.

    Parameters
    ----------
    figure : matplotlib Figure
    dots_per_inch : int

    Returns
    -------
    bytes
    """
    if figure.get_dpi() != dots_per_inch:
        figure.set_dpi(dots_per_inch)
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        canvas = FigureCanvasAgg(figure)
    with rc_context(STYLE):
        canvas.draw()
    buffer = io.BytesIO()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.save(buffer, "png", compress_level=1)
    return buffer.getvalue()


def freeze_layout(figure):
    """Lay out a figure once, and keep it so: a layout for each picture would cost too much."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
