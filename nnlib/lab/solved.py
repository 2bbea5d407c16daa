"""What you have solved: kept on your own computer, if you like, and never in the notebooks.

It lies in Jupyter's own data folder, one small file. Nothing is written where no one sits in front
of the notebook: by tests, by tools that run notebooks, or with ``NNLIB_PROGRESS=off`` in the
environment.
"""

import contextlib
import inspect
import json
import os
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import numpy as np

from nnlib import activations, losses

FILE, OFF = "solved.json", "off"
HEADING = re.compile(r"^### Exercise (\d\.\d{1,2}) · (.+)$", re.M)


class Progress:
    """Shows what is solved, sitting by sitting, and what to do next: ``progress()``.

    ``progress.off()`` stops keeping it and ``progress.on()`` goes on; ``progress.delete()`` deletes
    what is kept.
    """

    def __call__(self) -> None:
        print(text(read(), sittings()))

    def off(self) -> None:
        """Keep nothing from now on, in no notebook."""
        with contextlib.suppress(OSError):
            folder().mkdir(parents=True, exist_ok=True)
            (folder() / OFF).touch()
        print("From now on nothing is kept. progress.on() goes on.")

    def on(self) -> None:
        """Keep what is solved again."""
        with contextlib.suppress(OSError):
            (folder() / OFF).unlink(missing_ok=True)
        print("What you solve is kept again.")

    def delete(self) -> None:
        """Delete all that is kept."""
        with contextlib.suppress(OSError):
            (folder() / FILE).unlink(missing_ok=True)
        print("Deleted: nothing is kept of what you have solved.")

    def __repr__(self) -> str:
        return "Call it, with brackets: progress()"


progress = Progress()


def folder():
    """The folder of nnlib in Jupyter's data folder."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "nnlib"


def is_kept():
    """Whether what is solved is written down: someone sits there, and has not switched it off."""
    if os.environ.get("NNLIB_PROGRESS") == "off" or not is_somebody_there():
        return False
    try:
        return not (folder() / OFF).exists()
    except (ImportError, OSError):
        return False


def is_somebody_there():
    """Whether the notebook could ask its reader something; tools that run notebooks say no."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return bool(getattr(getattr(get_ipython(), "kernel", None), "_allow_stdin", False))


def read():
    """What is kept: a dict from the exercise's number to the answer's source, None for values."""
    try:
        kept = json.loads((folder() / FILE).read_text(encoding="utf-8"))
    except (ImportError, OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def note(number, answers):
    """Write down that an exercise is solved, with the source of the function that solves it."""
    if not is_kept():
        return
    kept = {**read(), number: source_of(answers[0]) if len(answers) == 1 else None}
    with contextlib.suppress(ImportError, OSError):
        folder().mkdir(parents=True, exist_ok=True)
        new = folder() / f"{FILE}.{os.getpid()}"
        new.write_text(json.dumps(kept, indent=1, sort_keys=True), encoding="utf-8")
        new.replace(folder() / FILE)  # whole or not at all


def source_of(answer):
    """The source of a function, and of those of its own notebook that it calls."""
    if type(answer) is not FunctionType:
        return None
    found, names = [answer], [*answer.__code__.co_names]
    while names:
        other = answer.__globals__.get(names.pop())
        if type(other) is not FunctionType or other in found:
            continue
        if other.__globals__ is answer.__globals__:
            found.append(other)
            names += other.__code__.co_names
    try:
        return "\n\n".join(textwrap.dedent(inspect.getsource(one)) for one in reversed(found))
    except (OSError, TypeError):
        return None


def own_answer(number: str, otherwise: Callable) -> Callable:
    """Return your own function that solved an exercise, if it is kept and still right.

    Parameters
    ----------
    number : str
        The exercise's number, "2.3".
    otherwise : function
        What to take if there is none.

    Prints a line that says which of the two it is.
    """
    from nnlib.lab.checks import find

    function = built(read().get(number)) if is_kept() else None
    if function is not None and find(number).judge(function).status == "right":
        print(f"{number}: your own {function.__name__}")
        return function
    print(f"{number}: {otherwise.__name__} as it stands here")
    return otherwise


def built(source):
    """The last function that a piece of source defines; None if it defines none."""
    if not isinstance(source, str):
        return None
    namespace = {"np": np, **vars(losses), **vars(activations)}
    known = {*namespace}
    try:
        exec(compile(source, "<your own answer>", "exec"), namespace)
    except Exception:
        return None
    functions = [v for k, v in namespace.items() if k not in known and type(v) is FunctionType]
    last = re.findall(r"^def (\w+)", source, re.M)[-1:]
    return namespace.get(last[0]) if last and functions else None


# ------------------------------------------------------------------------------- as it is shown


def sittings():
    """The sittings in this folder that have exercises: (file, title, {number: title})."""
    found = []
    for path in sorted(Path().glob("[0-9]*.ipynb")) + sorted(Path().glob("refresher.ipynb")):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError):
            continue
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        exercises = dict(match for text in texts for match in HEADING.findall(text))
        if exercises:
            title = texts[0].partition("\n")[0].removeprefix("# ")
            found.append((path.name, title, exercises))
    return found


def text(kept, found):
    """What is solved, as text."""
    if not found:
        solved = ", ".join(sorted(kept)) or "nothing yet"
        return f"Solved: {solved}. Run this in the folder of the notebooks to see it in order."
    known = [number for _, _, exercises in found for number in exercises]
    lines = [f"{sum(n in kept for n in known)} of {len(known)} exercises solved"]
    for _, title, exercises in found:
        marks = ", ".join(f"{n} {'✓' if n in kept else '–'}" for n in exercises)
        lines.append(f"  {title}: {marks}")
    following = next(
        (
            (name, n, t)
            for name, _, exercises in found
            for n, t in exercises.items()
            if n not in kept
        ),
        None,
    )
    if following:
        name, number, title = following
        lines.append(f"Next: exercise {number}, {title}, in {name}")
    lines.append(
        "This is kept in Jupyter's data folder on this computer. "
        + ("" if is_kept() else "At present nothing is added to it. ")
        + "progress.off() stops that, progress.delete() deletes it."
    )
    return "\n".join(lines)
