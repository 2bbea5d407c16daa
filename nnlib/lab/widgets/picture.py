"""A picture on the page, with words for those who do not see it.

The picture is an ``<img>`` in an HTML widget: its description reaches the page as alternative
text, which the image widget of ipywidgets does not offer.
"""

import html
import struct
import zlib
from base64 import b64encode

import ipywidgets as widgets
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nnlib.lab.figures.style import STYLE

PIXELS_PER_INCH = 84  # as the static figures are shown: a dot of the picture is one of the page


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
        self.painter = None

    def show(self, figure, description, moving=None):
        """Replace the picture.

        Parameters
        ----------
        figure : matplotlib Figure
        description : str
            What it shows, in words, with the numbers that matter.
        moving : list of artists, optional
            The only ones that change, see :class:`Painter`.
        """
        self.description = description
        if self.painter is None or self.painter.figure is not figure:
            self.painter = Painter(figure)
        words = html.escape(description)
        width, height = (round(side * PIXELS_PER_INCH) for side in figure.get_size_inches())
        source = b64encode(self.painter.png(moving)).decode()
        # Both sides are given, and decoding is not put off: nothing jumps or flickers.
        self.widget.value = (
            f'<img alt="{words}" width="{width}" height="{height}" decoding="sync" '
            f'style="max-width: 100%; height: auto; display: block" '
            f'src="data:image/png;base64,{source}">'
            f'<p style="line-height: 1.4; margin: 0.3em 0; max-width: {width}px">{words}</p>'
        )


class Painter:
    """Draws one figure again and again, fast.

    If it is told which artists move, it draws the rest (axes, ticks, titles: most of the work) once
    and keeps it, until one of the axes changes its place, limits, words or legend.

    Parameters
    ----------
    figure : matplotlib Figure
    """

    def __init__(self, figure):
        self.figure = figure
        figure.set_dpi(PIXELS_PER_INCH)
        self.canvas = FigureCanvasAgg(figure)
        self.still, self.still_key = None, None

    def png(self, moving=None):
        """Return the figure as PNG, compressed little.

        Parameters
        ----------
        moving : list of artists, optional
            In the order in which they are drawn.

        Returns
        -------
        bytes
        """
        with rc_context(STYLE):
            if moving is None:
                self.canvas.draw()
            else:
                for artist in moving:
                    artist.set_animated(True)  # left out by canvas.draw, not when saved to a file
                self._draw_still()
                for artist in moving:
                    artist.axes.draw_artist(artist)
        return png_of(np.asarray(self.canvas.buffer_rgba()))

    def _draw_still(self):
        key = [key_of(axes) for axes in self.figure.axes]
        if key == self.still_key:
            self.canvas.restore_region(self.still)
        else:
            self.canvas.draw()
            self.still = self.canvas.copy_from_bbox(self.figure.bbox)
            self.still_key = key


def key_of(axes):
    """Return what the part of the axes that does not move depends on."""
    legend = axes.get_legend()
    return (
        *axes.viewLim.extents,
        *axes.get_position(original=True).extents,
        axes.get_visible(),
        axes.get_title(),
        axes.get_xlabel(),
        axes.get_ylabel(),
        () if legend is None else tuple(text.get_text() for text in legend.get_texts()),
        tuple((*t.get_position(), t.get_text()) for t in axes.texts if not t.get_animated()),
    )


def png_of(picture):
    """Write a picture as PNG, in half the time of a library that looks for the smallest file.

    Parameters
    ----------
    picture : array of uint8 (height, width, 4)
        Red, green, blue, opacity.

    Returns
    -------
    bytes

    Source: the PNG specification (third edition, 2025), sections 5 and 11.
    """
    height, width, _ = picture.shape
    rows = np.empty((height, 1 + 4 * width), np.uint8)
    rows[:, 0] = 0  # each row begins with its filter: none
    rows[:, 1:] = picture.reshape(height, 4 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)  # 8 bits each, with opacity
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def freeze_layout(figure):
    """Lay out a figure once, and keep it so: a layout for each picture would cost too much."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
