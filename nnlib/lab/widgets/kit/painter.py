"""A figure as a picture, again and again, fast."""

import struct
import zlib

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nnlib.lab.figures.style import STYLE

PIXELS_PER_INCH = 88  # of the page; the smallest letters, 9 points, are 11 pixels high


class Painter:
    """Draws one figure again and again.

    It lays the figure out once, and draws ticks, titles and backgrounds once, which is most of the
    work, until one of the axes changes its place, limits, words or legend. What is drawn on the
    axes is new in each picture.

    Parameters
    ----------
    figure : matplotlib Figure
    dpi : float
    """

    def __init__(self, figure, dpi):
        self.figure = figure
        if figure.get_layout_engine() is not None:  # for each picture it would cost too much
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        figure.set_dpi(dpi)
        self.canvas = FigureCanvasAgg(figure)
        self.still, self.still_key = None, None

    def pixels(self):
        """Return the figure as an array of uint8 (height, width, 4)."""
        moving = [part for axes in self.figure.axes for part in drawn_on(axes)]
        with rc_context(STYLE):
            for artist in moving:
                artist.set_animated(True)  # left out by canvas.draw, not when saved to a file
            key = [key_of(axes) for axes in self.figure.axes]
            if key == self.still_key:
                self.canvas.restore_region(self.still)
            else:
                self.canvas.draw()
                self.still = self.canvas.copy_from_bbox(self.figure.bbox)
                self.still_key = key
            for artist in moving:
                artist.axes.draw_artist(artist)
        return np.asarray(self.canvas.buffer_rgba())


def drawn_on(axes):
    """Return what is drawn on the axes, and the frame of a map, which covers it, lowest first."""
    if not axes.get_visible():
        return []
    still = [axes.patch, axes.xaxis, axes.yaxis, axes.title, axes.get_legend()]
    still += [] if axes.axison and axes.images else axes.spines.values()
    parts = [part for part in axes.get_children() if part not in still]
    return sorted(parts, key=lambda part: part.get_zorder())


def key_of(axes):
    """Return what the part of the axes that does not move depends on."""
    return (
        axes.get_legend(),
        *axes.viewLim.extents,
        *axes.get_position(original=True).extents,
        axes.get_visible(),
        axes.get_title(),
        axes.get_xlabel(),
        axes.get_ylabel(),
    )


def png_of(pixels):
    """Write a picture as PNG, in half the time of a library that looks for the smallest file.

    Parameters
    ----------
    pixels : array of uint8 (height, width, 4)
        Red, green, blue; the opacity is left out.

    Returns
    -------
    bytes

    Source: the PNG specification (third edition, 2025), sections 5 and 11.
    """
    height, width, _ = pixels.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    rows[:, 0] = 0  # each row begins with its filter: none
    rows[:, 1:] = pixels[..., :3].reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits for each colour
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
