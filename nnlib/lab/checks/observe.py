"""Call a learner's function and write down what happens, whatever happens.

The calls run in a thread of their own, so that the check can stop waiting. What is printed, shown,
warned about or raised there goes into an :class:`Outcome`, and never reaches the page.

Limits. A function that runs too long is stopped at its next line of Python; one long call inside
NumPy, or code that catches every exception for ever, cannot be stopped: the check ends all the
same, and says that it is still running. Where Python has no threads (in a browser) the clock is
looked at before every line of the learner's instead; there the two just named are waited for. A
function that ends the whole process (``os._exit``, a crash in C) ends it. If you interrupt the
kernel yourself, the check is interrupted.
"""

import builtins
import contextlib
import copy
import inspect
import io
import linecache
import re
import sys
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnlib.lab.checks.plain import Plain, plain, safe_text, type_name

LONGEST_PRINT = 400  # characters that are kept of what one call prints
MOST_SHAPES = 5  # arrays of a line whose shapes are given
OWN = str(Path(__file__).parents[2])  # the folder of nnlib
# Before 3.12 Python says nothing of a loop that stays in one line, such as "while True: pass".
OF_ONE_LINE = sys.version_info < (3, 12)
VARIANT = "<variant>"  # the file that our own variants of a solution are said to come from


@dataclass
class Outcome:
    """What one call brought.

    Attributes
    ----------
    result : Plain or None
        None if there was an error, or no time.
    error, error_type : str
        "ValueError: the message" and "ValueError"; empty without an error.
    line : int
        The learner's line that stopped with the error, counted in its cell; 0 if it is not known.
    code, shapes : str
        That line, and the arrays in it: "X is (3, 2), W1 is (4, 3)".
    does_not_fit : bool
        Whether it could not be called with these arguments.
    warned : set of str
        "overflow", "invalid value", "divide by zero", as NumPy says.
    changed : tuple of str
        Names of the arguments that were changed.
    printed : str
    """

    result: Plain | None = None
    error: str = ""
    error_type: str = ""
    line: int = 0
    code: str = ""
    shapes: str = ""
    does_not_fit: bool = False
    warned: frozenset = frozenset()
    changed: tuple = ()
    printed: str = ""


class TimeIsUp(SystemExit):
    """Raised inside a function that runs too long. Threads end on a SystemExit without a word."""


def observe(function, arguments, names, n_parts, seconds):
    """Call ``function`` once for each case, and a second time for the first.

    Parameters
    ----------
    function : callable
    arguments : function without arguments, returning the list of cases
        Called anew for every call, so that no case can be spoilt by another. A case is a tuple.
    names : tuple of str
        Names of the arguments.
    n_parts : int
        How many values the function returns.
    seconds : float
        For all the calls together.

    Returns
    -------
    outcomes : list of Outcome
        Fewer than the cases and one if the time was up: then the next one was running.
    ended : bool
        False if the function is still running in the background.
    """
    outcomes = []
    printed = Printed()
    late = threading.Event()

    def work():
        for case in [*range(len(arguments())), 0]:
            outcome = call(function, arguments, case, names, n_parts, printed)
            if late.is_set():
                return
            outcomes.append(outcome)

    with quiet(printed):
        ended = within(seconds, work, late)
    return list(outcomes), ended


class Copies:
    """Cases, each copied when it is asked for: no call can spoil it for another."""

    def __init__(self, cases):
        self.cases = cases

    def __len__(self):
        return len(self.cases)

    def __getitem__(self, i):
        return copy.deepcopy(self.cases[i])


def copies_of(cases):
    """A function without arguments that returns the cases, for :func:`observe`."""
    return lambda: Copies(cases)


def call(function, arguments, case, names, n_parts, printed):
    """Call ``function`` with one case and return the Outcome."""
    given, original = arguments()[case], arguments()[case]
    outcome = Outcome()
    warned = set()
    printed.forget()
    remember = np.errstate(
        over="call", divide="call", invalid="call", call=lambda kind, _: warned.add(kind)
    )
    try:
        problem = does_not_fit(function, given)
        if problem:
            outcome.does_not_fit, outcome.error, outcome.error_type = True, problem, "TypeError"
        else:
            with remember:
                value = function(*given)
            outcome.result = plain(value, n_parts)
        outcome.changed = tuple(
            name
            for name, now, before in zip(names, given, original, strict=True)
            if not unchanged(now, before)
        )
    except TimeIsUp:
        raise
    except BaseException as error:
        outcome.result = None
        outcome.error_type = type_name(error)
        outcome.error = error_in_words(error)
        outcome.line, outcome.code, outcome.shapes = place_of(error, function)
    if outcome.error_type == "OverflowError":
        warned.add("overflow")
    outcome.warned = frozenset(warned)
    outcome.printed = printed.text()
    return outcome


def does_not_fit(function, given):
    """Say why ``function`` cannot be called with so many arguments; "" if it can."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return ""
    try:
        signature.bind(*given)
    except TypeError:
        return f"it is defined with ({', '.join(map(safe_text, signature.parameters))})"
    return ""


def error_in_words(error):
    """Return "ValueError: the message", also if the error cannot be shown."""
    try:
        message = without_signature(safe_text(str(error)))
    except BaseException as second:
        if isinstance(second, TimeIsUp):
            raise
        message = ""
    return f"{type_name(error)}: {message}" if message else type_name(error)


def without_signature(message):
    """Say of a matrix product that does not fit which lengths have met."""
    sizes = re.search(r"^matmul: .*\(size (\d+) is different from (\d+)\)$", message)
    return f"in a matrix product a length of {sizes[2]} meets {sizes[1]}" if sizes else message


def place_of(error, function):
    """The learner's line in which an error arose: its number, its text, the shapes in it."""
    home = getattr(function, "__globals__", None)
    frames, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is home:
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    if not frames:
        return 0, "", ""
    frame, number = frames[-1]
    code = linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
    known = {**frame.f_globals, **frame.f_locals}
    read = re.sub(r"^[\w, ]+=(?!=)", "", code)  # what the line assigns has no value yet
    names = [name for name in dict.fromkeys(re.findall(r"[^\W\d]\w*", read)) if name in known]
    arrays = [(name, known[name]) for name in names if type(known[name]) is np.ndarray]
    shapes = ", ".join(
        f"{name} is {array.shape}" + ("" if name in frame.f_locals else " (the notebook's)")
        for name, array in arrays[:MOST_SHAPES]
    )
    return number, safe_text(code, 80), shapes


def unchanged(now, before):
    """Return whether an argument still is what it was."""
    if isinstance(before, np.ndarray):
        return now.shape == before.shape and np.array_equal(now, before, equal_nan=True)
    if isinstance(before, (list, tuple)):
        return len(now) == len(before) and all(map(unchanged, now, before))
    if isinstance(before, dict):
        return now.keys() == before.keys() and all(unchanged(now[k], before[k]) for k in before)
    if isinstance(before, (int, float)):
        return isinstance(now, (int, float)) and (now == before or now != now)
    return True


# ----------------------------------------------------------------------- quiet, and in good time


class Printed(io.TextIOBase):
    """Takes the place of stdout: keeps the first characters that are printed."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.kept, self.room = [], LONGEST_PRINT

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("only text can be printed")
        if self.room > 0:
            self.kept.append(str.__getitem__(text, slice(0, self.room)))
            self.room -= len(self.kept[-1])
        return len(text)

    def text(self):
        """What was printed, as one line: " | " stands between the lines."""
        lines = "".join(self.kept).strip().splitlines()
        return " | ".join(safe_text(line) for line in lines if line.strip())


@contextlib.contextmanager
def quiet(printed):
    """Keep everything that is printed, shown, asked or warned about off the page."""
    asked = builtins.input
    out, err = sys.stdout, sys.stderr
    with warnings.catch_warnings(), nothing_displayed():
        warnings.simplefilter("ignore")
        try:
            sys.stdout = sys.stderr = printed
            builtins.input = no_input
            yield
        finally:
            sys.stdout, sys.stderr, builtins.input = out, err, asked


def no_input(*_):
    raise EOFError("a check cannot type an answer for input()")


def nothing_displayed():
    """Keep what ``display`` shows off the page, if this is IPython."""
    if "IPython" not in sys.modules:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False, display=True)


def within(seconds, work, late):
    """Run ``work`` in a thread; when ``seconds`` are over, set the event ``late`` and stop it.

    Returns
    -------
    bool
        False if it could not be stopped and is still running.
    """
    done = threading.Event()  # Thread.join would lose count when the kernel is interrupted

    def run():
        try:
            with contextlib.suppress(BaseException):  # errors are written down; this is TimeIsUp
                work()
        finally:
            done.set()

    thread = threading.Thread(target=run, daemon=True)
    try:
        try:
            thread.start()
        except RuntimeError:  # no threads here
            with watched(seconds, late):
                run()
        done.wait(seconds)
    finally:  # also if the learner interrupts the kernel
        for _ in range(25):  # a bare "except:" may swallow one or two
            if done.is_set() or thread.ident is None:
                break
            late.set()
            stop(thread)
            done.wait(0.02)
    return done.is_set() or not thread.is_alive()


def stop(thread):
    """Raise TimeIsUp in a thread, before its next line."""
    import ctypes  # here, since a Python in the browser need not have it

    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident), ctypes.py_object(TimeIsUp)
    )


@contextlib.contextmanager
def watched(seconds, late):
    """Raise TimeIsUp in this thread before a line of the learner's, when ``seconds`` are over."""
    end = time.monotonic() + seconds
    libraries = (OWN, str(Path(np.__file__).parent))

    def look(frame, event, argument):
        if frame.f_code.co_filename.startswith(libraries):
            return None  # at full speed
        frame.f_trace_opcodes = OF_ONE_LINE and frame.f_code.co_filename != VARIANT
        if time.monotonic() > end:
            late.set()
            raise TimeIsUp
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
