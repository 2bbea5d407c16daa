"""Make a copy of the sittings for a class: no outputs, no solutions, a line for the name.

What the text says beneath a guess is folded, so that it is read after the guess.

usage: python tools/class_copy.py [keep|drop] [FOLDER] [SITTING ...]
       (default: keep build/class and all sittings; make class)

"keep" leaves the folded hints in, "drop" takes them out too. A sitting is named by its number, 04a.
Beside the folder lies a ZIP of it.
"""

import copy
import re
import shutil
import sys
from pathlib import Path

import nbformat
from exercise_cells import beneath, find

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
NAME = "**Name:** …"
ANSWER = "Guess, run the cell above, then open this"
ABOUT = """# For the class

Put this folder into your copy of the series, beside the folder `notebooks`; `make lab` opens
JupyterLab there. Open a notebook of this folder, write your name into the line beneath its title,
and work from top to bottom. Where the text asks, guess first, run the cell, and then open what is
folded beneath it. Replace the `...` of an exercise and run its cell: the check says
whether it is right. Hand in the notebook as it is; it need not be finished.
"""


def for_class(notebook, hints=True):
    """A copy of a notebook without outputs and solutions; the hints are kept or dropped."""
    notebook = copy.deepcopy(notebook)
    folded = {
        cell.id: cell for cells in find(notebook) for cell in beneath(notebook.cells, cells.index)
    }
    kept, guess = [], False
    for cell in notebook.cells:
        is_solution = cell.id in folded and "<summary>Solution" in cell.source
        if is_solution or (cell.id in folded and not hints):
            continue
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            guess = cell.metadata.get("jupyter", {}).pop("outputs_hidden", False)
        elif guess:
            cell.source, guess = folded_answer(cell.source), False
        kept.append(cell)
    name = nbformat.v4.new_markdown_cell(NAME, id="name")
    notebook.cells = [*kept[:1], name, *kept[1:]] if find(notebook) else kept
    return notebook


def folded_answer(source):
    """The text that follows a guess, folded as far as the next heading."""
    heading = re.search(r"^#{2,4} ", source, re.M)
    end = heading.start() if heading else len(source)
    if not source[:end].strip() or "<details>" in source[:end]:
        return source
    fold = f"<details><summary>{ANSWER}</summary>\n\n{source[:end].strip()}\n\n</details>"
    return f"{fold}\n\n{source[end:]}".strip()


def chosen(sittings):
    """The notebooks that these numbers name; all, if none is named."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    known = [path.stem.partition("_")[0] for path in paths]
    if unknown := [name for name in sittings if name not in known]:
        sys.exit(f"There is no sitting {unknown[0]!r}. There are {', '.join(known)}.")
    return [
        path for path, name in zip(paths, known, strict=True) if not sittings or name in sittings
    ]


def write(folder, hints=True, sittings=()):
    """Write the copies of the notebooks into an empty folder, and a ZIP beside it."""
    paths = chosen(sittings)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in paths:
        nbformat.write(for_class(nbformat.read(path, as_version=4), hints), folder / path.name)
    (folder / "README.md").write_text(ABOUT, "utf-8")
    return shutil.make_archive(str(folder), "zip", folder.parent, folder.name)


def main():
    hints, folder, *sittings = (*sys.argv[1:], *["keep", "build/class"][len(sys.argv) - 1 :])
    if hints not in ("keep", "drop"):
        sys.exit(f"HINTS is {hints!r}: choose keep or drop, as in `make class HINTS=drop`.")
    archive = write(ROOT / folder, hints == "keep", sittings)
    print(
        f"The copies for the class lie in {folder}, and packed in {Path(archive).name} beside it."
    )


if __name__ == "__main__":
    main()
