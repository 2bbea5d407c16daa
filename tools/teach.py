"""Renew what is computed on the teacher's pages: minutes, exercises, and the mistakes with a name.

usage: python tools/teach.py      (make teach)

The rest of a page is written by hand. A sitting without a page gets one with the computed part.
"""

from pathlib import Path

import minutes
import nbformat
from exercise_cells import find

from nnlib.lab import checks

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS, PAGES = ROOT / "notebooks", ROOT / "teach" / "sittings"
START, END = "<!-- computed: make teach -->\n", "<!-- end of what is computed -->\n"


def computed(path):
    """The computed part of a sitting's page: a table of its sections, and of its exercises."""
    lines = ["| section | minutes |", "|---|---|"]
    for title, counts in minutes.sections(path):
        lines.append(f"| {title.replace('|', '/')} | {minutes.minutes(counts):.0f} |")
    lines.append(f"| **in all** | **{minutes.of_notebook(path):.0f}** |")
    exercises = find(nbformat.read(path, as_version=4))
    if exercises:
        lines += ["", "| exercise | what the check knows by name |", "|---|---|"]
    for cells in exercises:
        known = getattr(checks.find(cells.number), "mistakes", [])  # none if it is not declared
        names = "; ".join(mistake.name for mistake in known)
        lines.append(f"| {cells.number} | {names.replace('|', '/')} |")
    return START + "\n".join(lines) + "\n" + END


def renewed(path):
    """The text of a sitting's page with its computed part as it has to be now."""
    page = PAGES / f"{path.stem}.md"
    if page.exists():
        before, _, rest = page.read_text("utf-8").partition(START)
        return before + computed(path) + rest.partition(END)[2]
    title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
    return f"{title}\n\n[The sitting](../../notebooks/{path.name})\n\n{computed(path)}"


def main():
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if path.stem != "glossary":
            (PAGES / f"{path.stem}.md").write_text(renewed(path), "utf-8")


if __name__ == "__main__":
    main()
