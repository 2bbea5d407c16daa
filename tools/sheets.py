"""Make the sheets to print, on A4 and on Letter, in black and white: build/sheets.

usage: python tools/sheets.py      (make sheets)

The network is that of lesson 04, the table is XOR's, the equations are those of 04b, and the exit
tickets are read from the teacher's pages.
"""

import re
import textwrap
from itertools import pairwise
from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from nnlib import datasets
from nnlib.lab import example

ROOT = Path(__file__).resolve().parents[1]
PAGES, BUILD = ROOT / "teach" / "sittings", ROOT / "build" / "sheets"
SIZES = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}  # inches
STARTS = 28  # of a class
KEYS = 18  # on a page
EQUATIONS = [
    (r"$\delta^{(L)} = \partial L/\partial a^{(L)} \odot f'(z^{(L)})$", "at the output"),
    (r"$\delta^{(l)} = (\delta^{(l+1)}\, W^{(l+1)\top}) \odot f'(z^{(l)})$", "one layer back"),
    (r"$\partial L/\partial W^{(l)} = a^{(l-1)\top}\, \delta^{(l)}$", "the weights"),
    (r"$\partial L/\partial b^{(l)} = \sum_{\mathrm{samples}} \delta^{(l)}$", "the biases"),
]


def sheet(size, title):
    """A page with a title and a line for the name; its axes are centimetres from the top left."""
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    width, height = (2.54 * inches for inches in size)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    axes.text(2, 2, title, fontsize=17, weight="bold", va="center")
    axes.text(width - 8.5, 2, "Name: " + "_" * 24, fontsize=10, va="center")
    return figure, axes, width, height


def network(size):
    figure, axes, width, _ = sheet(size, "The 2-3-2 network, empty")
    layers = [example.W1.shape[0], *example.W1.shape[1:], example.W2.shape[1]]
    columns = [4, width / 2, width - 4]
    places = [
        [(x, 9 + 4.2 * (k - (n - 1) / 2)) for k in range(n)]
        for x, n in zip(columns, layers, strict=True)
    ]
    for left, right in pairwise(places):
        for start in left:
            for end in right:
                axes.plot(*zip(start, end, strict=True), color="black", linewidth=0.7, zorder=1)
    for layer, nodes in enumerate(places):
        for x, y in nodes:
            shape = Rectangle((x - 0.9, y - 0.9), 1.8, 1.8) if layer == 0 else Circle((x, y), 1.05)
            shape.set(facecolor="white", edgecolor="black", linewidth=1.2, zorder=2)
            axes.add_patch(shape)
    lines = [
        "On each line: its weight.",
        "In each circle: a. Below it: z.",
        "In a second colour: δ.",
    ]
    for i, text in enumerate(lines):
        axes.text(2, 18.5 + 0.8 * i, text, fontsize=11)
    return figure


def table(axes, left, top, widths, rows, height=0.9):
    """Draw a table; an empty text is a field to write in."""
    for i, row in enumerate(rows):
        x = left
        for width, text in zip(widths, row, strict=True):
            y = top + i * height
            axes.add_patch(Rectangle((x, y), width, height, fill=False, linewidth=0.8))
            weight = "bold" if i == 0 else "normal"
            axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", weight=weight)
            x += width


def xor_table(size):
    figure, axes, width, _ = sheet(size, "XOR, two switches")
    X, y = datasets.xor()
    head = ["x₁", "x₂", "target", "z of neuron 1", "z of neuron 2", "answer", "right?"]
    rows = [
        [f"{a:.0f}", f"{b:.0f}", f"{t[0]:.0f}", *[""] * 4] for (a, b), t in zip(X, y, strict=True)
    ]
    table(axes, 2, 4, [1.3, 1.3, 1.9, *[(width - 8.5) / 4] * 4], [head, *rows])
    axes.add_patch(Rectangle((width / 2 - 4, 11), 8, 8, fill=False, linewidth=0.8))
    for (a, b), target in zip(X, y, strict=True):
        style = {"markersize": 14, "color": "black", "fillstyle": "full" if target[0] else "none"}
        axes.plot(width / 2 - 3 + 6 * a, 18 - 6 * b, "s" if target[0] else "o", **style)
    axes.text(width / 2, 20, "Draw a line that parts the squares from the circles.", ha="center")
    return figure


def predictions(size):
    figure, axes, width, _ = sheet(size, "Guess first")
    head = ["section", "my guess, and why", "what it was", "surprised?"]
    table(axes, 2, 4, [2, width - 13, 4.5, 2.5], [head, *[[""] * 4] * 9], height=2.1)
    return figure


def tally(size):
    figure, axes, width, _ = sheet(size, f"{STARTS} starts: learned or stuck?")
    head = ["seed", "learned", "stuck", "loss"]
    half = STARTS // 2
    for side in (0, 1):
        rows = [[str(side * half + k), "", "", ""] for k in range(1, half + 1)]
        left = 2 + side * (width / 2 - 1)
        table(axes, left, 4, [1.3, 1.8, 1.6, (width - 6) / 2 - 4.9], [head, *rows], height=1.05)
    axes.text(2, 21.5, "Learned: _____ of _____, which is _____ %.", fontsize=13)
    return figure


def equations(size):
    figure, axes, width, _ = sheet(size, "The four equations")
    for i, (formula, words) in enumerate(EQUATIONS):
        y = 5.5 + 4 * i
        axes.text(2, y, str(i + 1), fontsize=20, weight="bold", va="center")
        axes.text(3.5, y, formula, fontsize=22, va="center")
        axes.text(width - 2, y, words, fontsize=12, va="center", ha="right")
        axes.text(3.5, y + 1.5, "shapes: " + "_" * 60, fontsize=10, va="center")
    return figure


def tickets():
    """Of each page that has one: the title, and its two questions with their keys."""
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text("utf-8")
        found = re.findall(r"^\d\. (.+?) \*Key: (.+)\*$", text.partition("## Exit ticket")[2], re.M)
        if found:
            yield text.splitlines()[0].lstrip("# "), found


def exit_tickets(size):
    """Four tickets a page; the last pages are the keys."""
    found = list(tickets())
    for first in range(0, len(found), 4):
        figure, axes, width, height = sheet(size, "Exit tickets")
        for i, (title, questions) in enumerate(found[first : first + 4]):
            top = 3.3 + i * (height - 4) / 4
            axes.plot([1, width - 1], [top, top], color="black", linestyle=":", linewidth=0.8)
            axes.text(2, top + 0.8, title, weight="bold")
            for k, (question, _) in enumerate(questions):
                wrapped = textwrap.fill(f"{k + 1}. {plain(question)}", 88)
                axes.text(2, top + 1.4 + 2.1 * k, wrapped, va="top")
        yield figure
    for first in range(0, len(found), KEYS):
        figure, axes, _, _ = sheet(size, "Exit tickets: the keys")
        for i, (title, questions) in enumerate(found[first : first + KEYS]):
            keys = "   ".join(f"{k + 1}. {plain(key)}" for k, (_, key) in enumerate(questions))
            text = textwrap.fill(f"{title}   {keys}", 105)
            axes.text(2, 3.5 + 1.3 * i, text, va="center", fontsize=8)
        yield figure


def plain(text):
    """Markdown as plain text; matplotlib sets what stands between dollars."""
    return text.replace("`", "").replace("*", "")


SHEETS = {
    "network": network,
    "xor": xor_table,
    "guesses": predictions,
    "tally": tally,
    "equations": equations,
    "exit_tickets": exit_tickets,
}


def main():
    BUILD.mkdir(parents=True, exist_ok=True)
    with rc_context({"font.size": 10.5, "mathtext.fontset": "dejavusans"}):
        for paper, size in SIZES.items():
            for name, draw in SHEETS.items():
                made = draw(size)
                with PdfPages(
                    BUILD / f"{name}_{paper}.pdf", metadata={"CreationDate": None}
                ) as pdf:
                    for figure in [made] if isinstance(made, Figure) else made:
                        pdf.savefig(figure)
    print(f"{len(SHEETS)} sheets, each for {' and '.join(SIZES)}, lie in build/sheets.")


if __name__ == "__main__":
    main()
