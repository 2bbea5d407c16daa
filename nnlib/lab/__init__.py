"""What a lesson shows and asks: figures, widgets, exercise checks. Needs the lab packages.

``nnlib.lab`` imports ``nnlib``, and never the other way round.
"""

from importlib.util import find_spec

NEEDED = ("IPython", "anywidget", "ipywidgets", "matplotlib", "tqdm")

if missing := [name for name in NEEDED if find_spec(name) is None]:
    raise ModuleNotFoundError(
        f"nnlib.lab needs {', '.join(missing)}, which nnlib itself does not. Install what the "
        'lessons need: pip install "nnlib[lab]"'
    )

from nnlib.lab.bar import progress_bar  # noqa: E402 - after the look at what there is
from nnlib.lab.checks import check  # noqa: E402
from nnlib.lab.set_up import check_set_up  # noqa: E402
from nnlib.lab.solved import own_answer, progress  # noqa: E402
from nnlib.lab.source import show_source  # noqa: E402

__all__ = ["check", "check_set_up", "own_answer", "progress", "progress_bar", "show_source"]
