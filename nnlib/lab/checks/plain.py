"""From whatever is handed in to plain arrays, and from arrays to words.

A learner's value may be anything, also an object whose methods raise. ``plain`` looks at it once,
where errors and time are watched (see :mod:`nnlib.lab.checks.observe`), and makes a ``Plain`` of
it: from there on there are only NumPy arrays and strings.
"""

import re
from dataclasses import dataclass

import numpy as np

LARGEST = 1_000_000  # entries; a larger array is not copied, only described
WIDEST = 8  # entries that are shown of a row
DIGITS = (4, 6, 9, 13, 17)  # significant ones: as few as tell two numbers apart


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
    """

    kind: str
    array: np.ndarray | None = None
    parts: tuple = ()
    words: str = ""
    sequence: bool = False

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
        if isinstance(value, (list, tuple)) and len(value) <= 20:
            return Plain("several", parts=tuple(plain(part) for part in value))
        return Plain("other", words=what_it_is(value))
    return as_numbers(value)


def as_numbers(value):
    """Return ``value`` as a Plain of kind "numbers" if it is an array of real numbers."""
    if isinstance(value, np.ndarray) and value.size > LARGEST:
        return Plain("other", words=f"an array of shape {tuple(value.shape)}")
    sequence = isinstance(value, (list, tuple))
    try:
        array = np.array(value, subok=False)
    except ValueError:
        words = "rows of different lengths" if sequence else what_it_is(value)
        return Plain("other", words=words)
    if array.dtype.kind == "O" and any(entry is Ellipsis for entry in array.flat):
        return Plain("dots")
    if array.dtype.kind == "c":
        return Plain("other", words="complex numbers")
    if array.dtype.kind not in "biuf" or array.size > LARGEST:
        return Plain("other", words=what_it_is(value))
    with np.errstate(all="ignore"):
        return Plain("numbers", array=array.astype(np.float64), sequence=sequence)


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


def in_words(value, other=None, names=()):
    """Describe a Plain; with ``other``, as precisely as it takes to tell the two apart.

    Parameters
    ----------
    value, other : Plain
    names : tuple of str
        Names of the parts, for a Plain of kind "several".
    """
    if value.kind == "several":
        return several_in_words(value, other, names)
    if value.kind != "numbers":
        return {
            "dots": "...",
            "nothing": "nothing (None)",
            "text": f'the text "{value.words}"',
        }.get(value.kind, value.words)
    array = value.array
    against = other.array if other is not None and other.kind == "numbers" else None
    if against is None or against.shape != array.shape:
        against = None
    digits = next((d for d in DIGITS if against is None or _differ(array, against, d)), 4)
    if array.ndim == 0:
        return number_in_words(array, digits)
    if array.size == 0:
        return f"an empty array of shape {array.shape}"
    if array.ndim == 1 and len(array) <= WIDEST:
        return row_in_words(array, digits)
    index, row = _row_to_show(array, against)
    where = f"row {', '.join(map(str, index))}: " if index else ""
    return f"shape {array.shape}, {where}{row_in_words(row, digits)}"


def several_in_words(value, other, names):
    """Describe the part that differs, or what there is if their number is not right."""
    parts = value.parts
    if other is None or other.kind != "several" or len(other.parts) != len(parts):
        return f"{len(parts)} values"
    for name, part, counterpart in zip(names, parts, other.parts, strict=True):
        if not same(part, counterpart, 1e-4, 1e-6):
            return f"{name} = {in_words(part, counterpart)}"
    return ", ".join(f"{n} = {in_words(part)}" for n, part in zip(names, parts, strict=True))


def number_in_words(number, digits=4):
    return f"{float(number) + 0.0:.{digits}g}"


def row_in_words(row, digits=4):
    shown = [number_in_words(number, digits) for number in row[:WIDEST]]
    return f"[{' '.join(shown)}{' …' if len(row) > WIDEST else ''}]"


def _differ(array, against, digits):
    pairs = zip(array.ravel(), against.ravel(), strict=True)
    return any(number_in_words(a, digits) != number_in_words(b, digits) for a, b in pairs)


def _row_to_show(array, against):
    """The first row that differs, or the first of all, with its index."""
    rows = array.reshape(-1, array.shape[-1])
    first = 0
    if against is not None:
        close = np.isclose(rows, against.reshape(rows.shape), 1e-4, 1e-6).all(axis=1)
        first = int(np.argmin(close))
    row = rows[first]
    if against is not None and len(row) > WIDEST:  # the part of the row where they differ
        differs = ~np.isclose(row, against.reshape(rows.shape)[first], 1e-4, 1e-6)
        start = max(0, min(int(np.argmax(differs)), len(row) - WIDEST))
        row = row[start:]
    index = np.unravel_index(first, array.shape[:-1]) if array.ndim > 1 else ()
    return tuple(int(i) for i in index), row


def argument_in_words(name, value):
    """Describe an argument of ours: ``z = [-1000 0 1000]``."""
    if isinstance(value, (bool, int, str)):
        return f"{name} = {value!r}"
    if isinstance(value, (float, np.number, np.ndarray)):
        described = in_words(as_numbers(value))
        whole = np.asarray(value).dtype.kind in "iu" and np.ndim(value) > 0
        joint = " of " if described.startswith("shape") else " = "
        return f"{name}{joint}{described}{' (whole numbers)' if whole else ''}"
    if isinstance(value, (list, tuple)):
        return f"{name}, a {type(value).__name__} of {len(value)}"
    return f"{name} = {getattr(value, '__name__', type_name(value))}"
