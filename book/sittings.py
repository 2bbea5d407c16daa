"""What the web pages know of the notebooks: all of it is read from them, nothing is listed here."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import links
import minutes
import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


@dataclass(frozen=True)
class Sitting:
    """One notebook, as its first cell presents it.

    Attributes
    ----------
    path : Path
    title : str
        With its number: "2a. A network as matrices".
    minutes : int or None
        With everything done; None for a page to look things up in.
    on_path : bool
        False for a side trip, and for a page to look things up in.
    question, learn : str
        The paragraphs before "What you will do", and the one of "What you will learn".
    """

    path: Path
    title: str
    minutes: int | None
    on_path: bool
    question: str
    learn: str

    @property
    def name(self):
        return self.path.stem

    @property
    def is_sitting(self):
        return self.minutes is not None

    @property
    def is_side_trip(self):
        return self.is_sitting and not self.on_path


def read_sitting(path):
    """Read what the first cell of a notebook says about it."""
    first = read(path).cells[0].source
    time = re.search(r"^\*\*Time:\*\* (\d+) minutes(?: · (path|side trip))?.*$", first, re.M)
    introduction = first[time.end() :] if time else ""
    question = re.split(r"^\*\*What you", introduction, maxsplit=1, flags=re.M)[0]
    learn = re.search(r"^\*\*What you will learn\.?\*\*\s*(.+?)(?=\n\n|\Z)", first, re.M | re.S)
    return Sitting(
        path=path,
        title=re.match(r"# (.+)", first)[1].strip(),
        minutes=int(time[1]) if time else None,
        on_path=bool(time) and path.stem[:1].isdigit() and time[2] != "side trip",
        question=" ".join(question.split()),
        learn=learn[1].strip() if learn else "",
    )


def sittings(folder=NOTEBOOKS):
    """All notebooks in reading order; those to look things up in come last."""
    pages = {path.name: read_sitting(path) for path in folder.glob("*.ipynb")}
    timed = links.in_reading_order(name for name, page in pages.items() if page.is_sitting)
    return [pages[name] for name in [*timed, *sorted(pages.keys() - timed)]]


def neighbours(name, every):
    """The pages before and after one on the path; a side trip leaves the path and leads back."""
    names = [sitting.name for sitting in every if sitting.is_sitting]
    path = [sitting.name for sitting in every if sitting.on_path]
    if name not in names:
        return None, None
    before = [one for one in path if names.index(one) < names.index(name)]
    after = [one for one in path if names.index(one) > names.index(name)]
    return (before[-1] if before else None), (after[0] if after else None)


@functools.cache
def read(path):
    return nbformat.read(path, as_version=4)


def description(outputs, k):
    """What the figure ``outputs[k]`` shows, in words, and whether the next output says it too."""
    stored = outputs[k].get("metadata", {}).get("image/png", {}).get("alt", "")
    following = outputs[k + 1] if k + 1 < len(outputs) else {}
    text = following.get("data", {}).get("text/plain", "")
    if text.startswith("Figure. "):
        return text.removeprefix("Figure. "), True
    return stored, False


def headings(notebook):
    """The headings of a notebook as (index of the cell, level, text)."""
    return [
        (k, len(heading[1]), heading[2].strip())
        for k, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for heading in re.finditer(r"^(#+) (.+)$", FENCE.sub("", cell.source), re.M)
    ]


def section_of_cell(notebook, index):
    """The heading of level 2 that a cell stands under."""
    found = [title for k, level, title in headings(notebook) if level == 2 and k < index]
    return found[-1] if found else None


def reading_minutes(path):
    """Minutes to read a page without doing its exercises and moving its widgets."""
    done = ("words", "code lines", "figures")
    total = sum(
        minutes.WEIGHTS[name] * counts[name]
        for _, counts in minutes.sections(path)
        for name in done
    )
    return max(5, 5 * round(total / 5))
