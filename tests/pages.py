"""Reads the notebooks: what they state, their cells, sections, tables, formulas and links."""

import functools
import re
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
START = NOTEBOOKS / "00_start_here.ipynb"
REFRESHER = NOTEBOOKS / "refresher.ipynb"
# In the order in which they are read; the refresher is for whoever wants it, before lesson 01.
SITTINGS = [START, REFRESHER, *sorted(NOTEBOOKS.glob("[0-9][0-9][a-z]_*.ipynb"))]
GLOSSARY = NOTEBOOKS / "glossary.ipynb"


@functools.cache
def read(path):
    """The notebook; every test gets the same object, and leaves it as it is."""
    return nbformat.read(path, as_version=4)


def number(path):
    """The number of a sitting's lesson; the refresher, which has none, counts as 0."""
    return int(path.stem[:2]) if path.stem[0].isdigit() else 0


def label(path):
    """What a sitting is called in its title: 0, 1a, 2c, …; R for the refresher."""
    match = re.match(r"0?(\d+[a-z]?)_", path.stem)
    return match[1] if match else "R"


def stated(path):
    """The minutes that a sitting's first cell states, and whether it is "path" or "side trip"."""
    line = re.search(
        r"^\*\*Time:\*\* (\d+) minutes · (path|side trip)\b", read(path).cells[0].source, re.M
    )
    return int(line[1]), line[2]


def on_the_path():
    return [path for path in SITTINGS if stated(path)[1] == "path"]


def markdown(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    """All markdown as one text, without fenced code."""
    return "\n\n".join(re.sub(r"```.*?```", "", text, flags=re.S) for text in markdown(notebook))


def headings(notebook):
    """All headings in order, as (level, text)."""
    return [
        (len(level), title) for level, title in re.findall(r"^(#+) (.+)$", prose(notebook), re.M)
    ]


def sections(notebook):
    """What stands under each heading, by its anchor: down to the next one of its level or above.

    JupyterLab makes the anchor from the heading: spaces become hyphens, the rest is kept.
    """
    text, found = prose(notebook), {}
    for heading in re.finditer(r"^(#+) (.+)$", text, re.M):
        following = re.compile(rf"^#{{1,{len(heading[1])}}} ", re.M).search(text, heading.end())
        found[heading[2].replace(" ", "-")] = text[
            heading.end() : following.start() if following else None
        ]
    return found


def table_rows(text):
    """The rows of all tables in a text, as dicts from the column's heading to the cell."""
    header = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("|"):
            header = None
        elif header is None:
            header = cells
        elif not line.startswith("|--"):
            yield dict(zip(header, cells, strict=True))


def spans(text):
    """The inline code of a text."""
    return re.findall(r"`([^`\n]+)`", text)


def formulas(text):
    """What stands between $…$ and $$…$$, outside of inline code."""
    text = re.sub(r"`[^`\n]*`", "", text)
    return [shown or inline for shown, inline in re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.S)]


def links(text):
    """The links of a text, as (label, target)."""
    return re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", text)
