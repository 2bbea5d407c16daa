"""Renew what is computed on the teacher's pages: minutes, and the mistakes that the checks name.

The exercises come by difficulty: the one with the shortest solution first.

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
    for cells in sorted(exercises, key=lines_of_solution):
        n_lines = lines_of_solution(cells)
        lines += [
            "",
            f"**Exercise {cells.number}.** Lines to write in our solution: {n_lines}.",
            "",
        ]
        lines += ["| the check names | and says |", "|---|---|"]
        for mistake in getattr(checks.find(cells.number), "mistakes", []):  # none if not declared
            lines.append(f"| {no_bar(mistake.name)} | {no_bar(sentence(mistake))} |")
    return START + "\n".join(lines) + "\n" + END


def lines_of_solution(cells):
    """How many lines of the solution are the learner's: the harder exercise has more."""
    given = {line.strip() for line in cells.code.splitlines()}
    written = (cells.solution or "").splitlines()
    return sum(line.strip() not in given for line in written if line.strip())


def sentence(mistake):
    """What the check says of a known mistake; the report on a class says the same."""
    if isinstance(mistake.hint, str):
        return mistake.hint
    return "A sentence with the learner's own numbers."


def no_bar(text):
    return text.replace("|", "/")


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
