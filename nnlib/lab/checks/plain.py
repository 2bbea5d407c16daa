"""From whatever is handed in to plain arrays, and from arrays to words.

A learner's value may be anything, also an object whose methods raise. ``plain`` looks at it once,
where errors and time are watched (see :mod:`nnlib.lab.checks.observe`), and makes a ``Plain`` of
it: from there on there are only NumPy arrays and strings.
"""

import itertools
import numbers
import re
import types
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

LARGEST = 1_000_000  # entries; a larger array is not copied, only described
DEEPEST = 10  # lists within lists
MOST_PARTS = 20  # results of one function
WIDEST = 8  # entries that are shown of a row
DIGITS = (4, 6, 9, 13, 17)  # significant ones: as few as tell two numbers apart
PASTED = 80  # numbers that a call may hold to be written out
USUAL = (1e-4, 1e-6)  # rtol and atol, the least that numbers in single precision may differ by


@dataclass(frozen=True)
class Plain:
    """A value, made harmless.

    Attributes
    ----------
    kind : str
        "numbers", "several" (a tuple or list of values), "text", "dots" (``...``), "nothing"
        (None), or "other".
    array : array of float64, for "numbers"
    parts : tuple of Plain, for "several"
    words : str
        The text itself for "text"; what it is for "other".
    sequence : bool
        For "numbers": whether it came as a list or a tuple.
    single : bool
        For "numbers": whether they came in single precision, or less.
    """

    kind: str
    array: np.ndarray | None = None
    parts: tuple = ()
    words: str = ""
    sequence: bool = False
    single: bool = False

    @property
    def unfinished(self):
        """Whether a ``...`` is left in it."""
        return self.kind == "dots" or any(part.unfinished for part in self.parts)


def plain(value, n_parts=1):
    """Return ``value`` as a :class:`Plain`.

    Parameters
    ----------
    value : anything
    n_parts : int
        How many values it should hold; with 1 a list or tuple is read as one array.
    """
    if value is Ellipsis:
        return Plain("dots")
    if value is None:
        return Plain("nothing")
    if isinstance(value, str):
        return Plain("text", words=safe_text(value))
    if n_parts > 1:
        if isinstance(value, (types.GeneratorType, map, zip)):  # unpacks like a tuple
            value = list(itertools.islice(value, MOST_PARTS + 1))
        if isinstance(value, (list, tuple)) and len(value) <= MOST_PARTS:
            return Plain("several", parts=tuple(plain(part) for part in value))
        return Plain("other", words=what_it_is(value))
    return as_numbers(value)


def as_numbers(value):
    """Return ``value`` as a Plain of kind "numbers" if it is an array of real numbers."""
    if isinstance(value, np.ndarray) and value.size > LARGEST:
        return Plain("other", words=f"an array of shape {tuple(value.shape)}")
    sequence = isinstance(value, (list, tuple))
    if sequence and not can_be_counted(value):
        return Plain("other", words="lists within lists without end, or very many numbers")
    try:
        array = np.array(value, subok=False)
    except ValueError:
        words = "rows of different lengths" if sequence else what_it_is(value)
        return Plain("other", words=words)
    if array.dtype.kind == "O" and any(entry is Ellipsis for entry in array.flat):
        return Plain("dots")
    if array.dtype.kind == "c":
        return Plain("other", words="complex numbers")
    if array.dtype.kind == "O":
        array = floats_of(array)
    if array.dtype.kind not in "biuf" or array.size > LARGEST:
        return Plain("other", words=what_it_is(value))
    with np.errstate(all="ignore"):
        single = array.dtype.kind == "f" and array.dtype.itemsize < 8
        return Plain("numbers", array.astype(np.float64), sequence=sequence, single=single)


def can_be_counted(value):
    """Whether lists within lists have an end, and not too many entries; one may hold itself."""
    waiting, seen = [(value, 1)], 0
    while waiting:
        sequence, depth = waiting.pop()
        if depth > DEEPEST:
            return False
        inner = [(item, depth + 1) for item in sequence if type(item) in (list, tuple)]
        seen += len(sequence)
        if seen > LARGEST:
            return False
        waiting += inner
    return True


def floats_of(array):
    """Return fractions, decimals and whole numbers of any size as floats; others as they are."""
    if array.size > LARGEST or not all(isinstance(e, (numbers.Real, Decimal)) for e in array.flat):
        return array
    try:
        return np.array([float(entry) for entry in array.flat]).reshape(array.shape)
    except OverflowError:
        return array


def same(ours, theirs, rtol, atol, equal_nan=False):
    """Return whether two Plains hold the same, numbers within the tolerances."""
    if ours.kind != theirs.kind:
        return False
    if ours.kind == "several":
        return len(ours.parts) == len(theirs.parts) and all(
            same(a, b, rtol, atol, equal_nan) for a, b in zip(ours.parts, theirs.parts, strict=True)
        )
    if ours.kind == "text":
        return ours.words.strip().casefold() == theirs.words.strip().casefold()
    if ours.kind != "numbers":
        return ours.kind != "other"
    if ours.array.shape != theirs.array.shape:
        # An empty list has no way to say how many columns it would have had.
        return ours.array.size == theirs.array.size == 0 and (ours.sequence or theirs.sequence)
    if theirs.single:
        rtol, atol = max(rtol, USUAL[0]), max(atol, USUAL[1])
    return bool(np.allclose(theirs.array, ours.array, rtol, atol, equal_nan))


# ---------------------------------------------------------------------------------- into words


def safe_text(text, longest=200):
    """Return the text in one line of printable characters, cut where it is too long."""
    text = str.__getitem__(text, slice(0, 5 * longest))
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(text.split()))
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def type_name(value):
    """Return the name of the type, whatever its metaclass says."""
    return safe_text(type.__dict__["__name__"].__get__(type(value)), 60)


def what_it_is(value):
    """Say in a few words what an object is, even if it cannot be shown."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {tuple(value.shape)} and dtype {value.dtype}"
    try:
        return f"{safe_text(repr(value), 60)} ({type_name(value)})"
    except Exception:
        return f"an object of type {type_name(value)} that cannot be shown"


def in_words(value, other=None, names=(), tolerance=USUAL):
    """Describe a Plain; with ``other``, as precisely as it takes to tell the two apart.

    Parameters
    ----------
    value, other : Plain
    names : tuple of str
        Names of the parts, for a Plain of kind "several".
    tolerance : (rtol, atol)
        What differs by less is not told apart.
    """
    if value.kind == "several":
        return several_in_words(value, other, names, tolerance)
    if value.kind != "numbers":
        return {
            "dots": "...",
            "nothing": "nothing (None)",
            "text": f'the text "{value.words}"',
        }.get(value.kind, value.words)
    array = value.array
    against = other.array if other is not None and other.kind == "numbers" else None
    if against is None or against.shape != array.shape:
        against = array
    differs = ~np.isclose(array, against, *tolerance, equal_nan=True)
    digits = next((d for d in DIGITS if told_apart(array[differs], against[differs], d)), 4)
    if array.ndim == 0:
        return number_in_words(array, digits)
    if array.size == 0:
        return f"an empty array of shape {array.shape}"
    if array.ndim == 1 and len(array) <= WIDEST:
        return row_in_words(array, digits)
    index, row, start = row_to_show(array, differs)
    where = f"row {', '.join(map(str, index))}" if index else ""
    if start:
        where += f"{' ' if where else ''}from entry {start} on"
    return f"shape {array.shape}, {where}{': ' if where else ''}{row_in_words(row, digits)}"


def several_in_words(value, other, names, tolerance=USUAL):
    """Describe the part that differs, or what there is if their number is not right."""
    parts = value.parts
    if other is None or other.kind != "several" or len(other.parts) != len(parts):
        return f"{len(parts)} value{'s' * (len(parts) != 1)}"
    for name, part, counterpart in zip(names, parts, other.parts, strict=True):
        if not same(part, counterpart, *tolerance):
            return f"{name} = {in_words(part, counterpart, tolerance=tolerance)}"
    return ", ".join(f"{n} = {in_words(part)}" for n, part in zip(names, parts, strict=True))


def number_in_words(number, digits=4):
    return f"{float(number) + 0.0:.{digits}g}"


def row_in_words(row, digits=4):
    shown = [number_in_words(number, digits) for number in row[:WIDEST]]
    return f"[{' '.join(shown)}{' …' if len(row) > WIDEST else ''}]"


def told_apart(array, against, digits):
    """Whether no number looks like its counterpart when both are written with so many digits."""
    pairs = zip(array, against, strict=True)
    return all(number_in_words(a, digits) != number_in_words(b, digits) for a, b in pairs)


def row_to_show(array, differs):
    """The first row with an entry that differs, or the first of all.

    Returns its index, its numbers, and where they start: of a long row only the end is shown in
    which the difference lies.
    """
    rows, marked = (a.reshape(-1, array.shape[-1]) for a in (array, differs))
    first = int(np.argmax(marked.any(axis=1)))
    start = max(0, min(int(np.argmax(marked[first])), array.shape[-1] - WIDEST))
    index = np.unravel_index(first, array.shape[:-1]) if array.ndim > 1 else ()
    return tuple(int(i) for i in index), rows[first, start:], start


# ------------------------------------------------------------------------------- as it is pasted


def call_in_words(name, parameters, arguments):
    """Write a call of the learner's function that can be pasted into a cell.

    Parameters
    ----------
    name : str
    parameters : tuple of str
        The arguments' names; empty if they are to be given by their position.
    arguments : tuple

    What holds too many numbers to be written out is described.
    """
    if sum(map(count, arguments)) > PASTED:
        names = parameters or [f"argument {i}" for i in range(1, len(arguments) + 1)]
        return ", ".join(map(argument_in_words, names, arguments))
    texts = map(pasted, arguments)
    if parameters:
        texts = (f"{one}={text}" for one, text in zip(parameters, texts, strict=True))
    return f"{name}({', '.join(texts)})"


def count(value):
    """How many numbers an argument holds."""
    if isinstance(value, np.ndarray):
        return value.size
    return sum(map(count, value)) if isinstance(value, (list, tuple)) else 1


def pasted(value):
    """Write an argument as Python code."""
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return f"np.zeros({value.shape})"
        return f"np.array({pasted(value.tolist())})"
    if isinstance(value, list):
        return f"[{', '.join(map(pasted, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(pasted, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            return f"np.{float(value)}" if value >= 0 or value != value else "-np.inf"
        exact, short = repr(float(value)), f"{float(value):.6g}"
        return exact if len(exact) <= 8 else short
    if isinstance(value, (bool, int, str, np.integer)):
        return repr(value if not isinstance(value, np.integer) else int(value))
    return getattr(value, "__name__", type_name(value))


def argument_in_words(name, value):
    """Describe an argument of ours that is too large to be written out."""
    if isinstance(value, np.ndarray):
        whole = value.dtype.kind in "iu" and value.ndim > 0
        joint = " of " if value.ndim > 1 else " = "
        return f"{name}{joint}{in_words(as_numbers(value))}{' (whole numbers)' if whole else ''}"
    if isinstance(value, (list, tuple)):
        return f"{name}, a {type(value).__name__} of {len(value)}"
    return f"{name} = {pasted(value)}"
