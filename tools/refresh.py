"""Run notebooks from top to bottom and store their outputs.

usage: python tools/refresh.py [NOTEBOOK ...]      (default: all)

Only what a reader sees is stored. What changes from run to run stays out: times, the state of
widgets, how the kernel cut a long print into pieces. So a second run changes nothing.
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT = ["tags", "jupyter", "slideshow"]  # of a cell's metadata


def clean(notebook):
    """Drop what changes from run to run. Cell ids and the outputs themselves stay."""
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        # Whole, as the kernel gives it: JupyterLab would add what is missing, and then ask whether
        # to save a notebook that nobody has changed.
        "language_info": notebook.metadata.language_info,
    }
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
        for output in cell.get("outputs", []):
            # Its random id means nothing to the next reader, who would see "model not found".
            output.get("data", {}).pop(WIDGET, None)


def refresh(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    clean(notebook)
    nbformat.write(notebook, path)


def main():
    paths = [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as ipython_directory:
        # The same settings as in conftest.py: no progress bars, nothing kept of what is solved,
        # none of the user's own settings.
        os.environ.update(TQDM_DISABLE="1", NNLIB_PROGRESS="off", IPYTHONDIR=ipython_directory)
        for path in paths:
            print(path.name, flush=True)
            refresh(path)


if __name__ == "__main__":
    main()
