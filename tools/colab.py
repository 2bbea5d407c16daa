"""Write the sittings as Colab needs them: with a first cell that brings nnlib.

usage: python tools/colab.py FOLDER

Colab opens a single file of a repository, without the rest. So the copies begin with one quiet cell
that installs nnlib from the repository where it cannot be imported, and does nothing elsewhere. It
keeps the NumPy and the ipywidgets that are there: nnlib's bounds admit them, so pip has no reason
to replace them, and Colab no reason to restart. The publishing workflow puts the copies on the
branch that the Colab links name, so the notebooks themselves hold no such cell.
"""

import sys
from pathlib import Path

import links
import nbformat

ROOT = Path(__file__).resolve().parents[1]
CELL = """\
# In Colab this brings the series' own package, once; elsewhere it does nothing.
import importlib.util

if importlib.util.find_spec("nnlib") is None:
    get_ipython().run_line_magic("pip", "install --quiet anywidget {source}")
"""


def first_cell(address):
    """The cell for the repository at ``address``; Colab shows it folded."""
    source = f"git+{address}"
    return nbformat.v4.new_code_cell(
        CELL.format(source=source).rstrip(), id="colab", metadata={"cellView": "form"}
    )


def write(folder, address):
    """Fill ``folder``/notebooks with the copies."""
    target = folder / "notebooks"
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, first_cell(address))
        nbformat.write(notebook, target / path.name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    write(Path(sys.argv[1]), links.published_address())
