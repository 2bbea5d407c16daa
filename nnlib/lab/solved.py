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
import time
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import numpy as np

from nnlib import activations, losses

FILE, ASIDE, LOCK, OFF = "solved.json", "solved-damaged.json", "solved.lock", "off"
FORM = 1  # of the file; a file without a form is read as this one
WIDTH = 90
WAIT = 2.0  # seconds for another kernel that is writing
HEADING = re.compile(r"^### Exercise (\d\.\d{1,2}) · (.+)$", re.M)
NUMBER = re.compile(r"\d\.\d{1,2}")

DAMAGED = (
    f"The file in which it is kept is damaged. When you next solve an exercise it is put aside, as "
    f"{ASIDE}, and a new one is begun."
)
OF_ANOTHER_FORM = (
    "The file in which it is kept was written by another version of nnlib, and this one leaves it "
    "as it is."
)
UNTIL_THEN = "What you solve here is shown until this notebook's kernel stops."

unsaved: dict = {}  # solved here, and not written down yet
here: dict = {"off": False}  # where the switch cannot be written down


class Progress:
    """Shows what is solved, sitting by sitting, and what to do next: ``progress()``.

    ``progress.off()`` stops keeping it and ``progress.on()`` goes on; ``progress.delete()`` deletes
    what is kept.
    """

    def __call__(self) -> None:
        trouble = save() if unsaved and is_kept() else look()[1]
        say(text({**read(), **unsaved}, sittings(), trouble))

    def off(self) -> None:
        """Keep nothing from now on, in no notebook."""
        trouble = attempt(switch_off)
        here["off"] = bool(trouble)
        if trouble:
            say(
                f"That cannot be written down ({trouble}). In this notebook nothing is kept from "
                "now on; with NNLIB_PROGRESS=off in the environment nothing is kept in any."
            )
        else:
            say("From now on nothing is kept. progress.on() goes on.")

    def on(self) -> None:
        """Keep what is solved again."""
        here["off"] = False
        trouble = attempt(switch_on)
        reasons = why_not_kept()
        if trouble:
            say(f"It cannot be switched on again ({trouble}).")
        elif reasons:
            say(f"It is switched on again. {reasons}")
        else:
            say("What you solve is kept again.")

    def delete(self) -> None:
        """Delete all that is kept."""
        unsaved.clear()
        trouble = attempt(delete_all)
        if trouble:
            say(f"It cannot be deleted ({trouble}).")
        else:
            say("Deleted: nothing is kept of what you have solved.")

    def __repr__(self) -> str:
        return "Call it, with brackets: progress()"


progress = Progress()


def say(words):
    """Print in lines that are not too long; where a terminal lacks a sign, with another one."""
    form = {"subsequent_indent": "    ", "break_long_words": False, "break_on_hyphens": False}
    words = "\n".join(textwrap.fill(line, WIDTH, **form) for line in words.splitlines())
    try:
        print(words)
    except UnicodeEncodeError:
        print(words.encode("ascii", "replace").decode())


# -------------------------------------------------------------------------------- where it is kept


def folder():
    """The folder of nnlib in Jupyter's data folder."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()).absolute() / "nnlib"


def attempt(action):
    """Do something with the folder; return why it could not be done, "" if it could."""
    try:
        action()
    except ImportError:
        return "Jupyter is not installed here"
    except OSError as error:
        return reason(error)
    except ValueError as error:  # a path that can be none
        return str(error)
    return ""


def reason(error):
    """An OSError in a few words."""
    where = f": {error.filename}" if error.filename else ""
    return f"{error.strerror or type(error).__name__}{where}"


def switch_off():
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / OFF).touch()


def switch_on():
    folder().mkdir(parents=True, exist_ok=True)
    delete(OFF)


def delete_all():
    delete(FILE)
    delete(ASIDE)


def delete(name):
    if (folder() / name).exists():  # otherwise a folder that is read only says no
        (folder() / name).unlink(missing_ok=True)


def is_kept():
    """Whether what is solved is written down: someone sits there, and has not switched it off."""
    return not why_not_kept()


def why_not_kept():
    """Why nothing is added to what is kept, in a sentence; "" if it is."""
    if os.environ.get("NNLIB_PROGRESS") == "off":
        return "NNLIB_PROGRESS=off is set: nothing is added to it."
    if not is_somebody_there():
        return "Nothing is added to it from here, where nobody can be asked anything."
    switched_off = here["off"]
    with contextlib.suppress(ImportError, OSError):
        switched_off = switched_off or (folder() / OFF).exists()
    return "It is switched off, and progress.on() switches it on again." if switched_off else ""


def is_somebody_there():
    """Whether the notebook could ask its reader something; tools that run notebooks say no."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return bool(getattr(getattr(get_ipython(), "kernel", None), "_allow_stdin", False))


def read():
    """What is kept: a dict from the exercise's number to the answer's source, None for values."""
    return look()[0]


def look():
    """What is kept, and what is the matter with it, in words; "" if nothing is."""
    try:
        kept = json.loads((folder() / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ""
    except ImportError:
        return {}, f"There is no Jupyter here in whose data folder it could be kept. {UNTIL_THEN}"
    except OSError as error:
        return {}, f"What is kept cannot be read ({reason(error)}). {UNTIL_THEN}"
    except (ValueError, RecursionError):  # no JSON, or no text
        return {}, DAMAGED
    if isinstance(kept, dict) and "form" in kept:
        if kept["form"] != FORM:
            return {}, f"{OF_ANOTHER_FORM} {UNTIL_THEN}"
        kept = kept.get("solved")
    if not isinstance(kept, dict):
        return {}, DAMAGED
    return {
        number: source
        for number, source in kept.items()
        if NUMBER.fullmatch(number) and (source is None or isinstance(source, str))
    }, ""


def note(number, answers):
    """Write down that an exercise is solved, with the source of the function that solves it."""
    if is_kept():
        unsaved[number] = source_of(answers[0]) if len(answers) == 1 else None
        save()


def save():
    """Write down what is not yet; return why it could not be done, in a sentence."""
    trouble = []

    def write():
        folder().mkdir(parents=True, exist_ok=True)
        with alone():
            kept, problem = look()
            if problem == DAMAGED:
                (folder() / FILE).replace(folder() / ASIDE)
            elif problem:
                trouble.append(problem)
                return
            content = {"form": FORM, "solved": {**kept, **unsaved}}
            new = folder() / f"{FILE}.{os.getpid()}"
            try:
                new.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
                new.replace(folder() / FILE)  # whole or not at all
            finally:
                new.unlink(missing_ok=True)
        unsaved.clear()

    failed = attempt(write)
    if failed:
        trouble.append(f"It cannot be written down ({failed}). {UNTIL_THEN}")
    return "".join(trouble)


@contextlib.contextmanager
def alone():
    """Keep other kernels from writing at the same time; one that has died is waited for briefly."""
    lock, end = folder() / LOCK, time.monotonic() + WAIT
    while time.monotonic() < end:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            time.sleep(0.02)
        except PermissionError:  # also of a file that is just being deleted, on Windows
            if not lock.exists():
                raise
            time.sleep(0.02)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink(missing_ok=True)


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

    function = built({**read(), **unsaved}.get(number)) if is_kept() else None
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
    paths = []
    with contextlib.suppress(OSError):  # the folder may be gone
        paths = [*sorted(Path().glob("[0-9]*.ipynb")), *Path().glob("refresher.ipynb")]
    for path in paths:
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        exercises = dict(match for text in texts for match in HEADING.findall(text))
        if exercises:
            title = texts[0].partition("\n")[0].removeprefix("# ")
            found.append((path.name, title, exercises))
    return found


def text(kept, found, trouble=""):
    """What is solved, as text; ``trouble`` is a sentence on what is the matter."""
    if not found:
        solved = ", ".join(sorted(kept, key=in_order)) or "nothing yet"
        lines = [f"Solved: {solved}. Run this in the folder of the notebooks to see it in order."]
        return "\n".join([*lines, *filter(None, [trouble or why_not_kept()])])
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
    lines += filter(None, [trouble or why_not_kept()])
    lines.append(
        "This is kept in Jupyter's data folder on this computer. progress.off() stops that, "
        "progress.delete() deletes it."
    )
    return "\n".join(lines)


def in_order(number):
    lesson, _, place = number.partition(".")
    return int(lesson), int(place)
