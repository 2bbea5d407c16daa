"""Checks at the door: bad input is named and explained before any arithmetic starts.

Every message says which argument it was, what came, what was expected, and what to do. A ``value``
is of type Any: whatever comes, a check can say what is wrong with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import DTypeLike

T = TypeVar("T")  # the type of what a check returns, where that depends on its arguments


def describe(value: Any) -> str:
    """Say in a few words what ``value`` is, for an error message."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    if len(text) > 60:
        text = text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def check_array(name: str, value: Any, dtype: DTypeLike | None = None) -> np.ndarray:
    """Return ``value`` as an array of finite real numbers.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array or nested list of numbers, any shape
    dtype : dtype, optional
        The float type to return; by default float64, and float32 stays float32.

    Returns
    -------
    array of floats, the shape of ``value``
        ``value`` itself if it already fits, a converted copy otherwise.

    Raises
    ------
    TypeError
        If the entries are not real numbers.
    ValueError
        If the rows have different lengths, or an entry is missing, NaN or infinite.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} is {describe(value)}, whose rows do not have the same length. "
            "Every row must hold the same number of entries."
        ) from None
    if np.ma.is_masked(value):
        raise ValueError(
            f"{name} is a masked array with {np.ma.count_masked(value)} entries missing, but every "
            f"entry must be a number. Fill them, {name}.filled(0), or drop their rows."
        )
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} is {describe(value)}, but real numbers are expected. "
            f"Convert it first, for example with np.array({name}, dtype=float)."
        )
    if dtype is None:
        dtype = array.dtype if array.dtype == np.float32 else np.float64
    with np.errstate(over="ignore"):  # a number too large for dtype becomes inf, and is reported
        array = np.asarray(array, dtype=dtype)
    if not np.isfinite(array).all():
        if array.ndim == 0:
            raise ValueError(
                f"{name} is {array}, but a finite number is expected. Find where it comes from: "
                "an overflow, a division by 0, the logarithm of 0?"
            )
        bad = np.argwhere(~np.isfinite(array))
        where = tuple(int(i) for i in bad[0])
        entries = "entries that are" if len(bad) > 1 else "entry that is"
        raise ValueError(
            f"{name} holds {len(bad)} {entries} NaN or infinite in {np.dtype(dtype)}; "
            f"the first is {name}[{', '.join(map(str, where))}] = {array[where]}. "
            f"Remove or replace them before training: np.isfinite({name}) finds them."
        )
    return array


def check_matrix(
    name: str, value: Any, columns: int, columns_are: str, dtype: DTypeLike | None = None
) -> np.ndarray:
    """Return ``value`` as a matrix of finite floats with one row a sample.

    Parameters
    ----------
    name : str
    value : array or nested list, shape (n_samples, columns)
    columns : int
        The number of columns expected.
    columns_are : str
        What a column stands for, for the message: "input of the network".
    dtype : dtype, optional
        As in :func:`check_array`.

    Raises
    ------
    TypeError, ValueError
        As :func:`check_array`; also for another shape or for no rows at all.
    """
    array = check_array(name, value, dtype)
    if array.ndim == 2 and array.shape[1] == columns and len(array) > 0:
        return array
    expected = f"(n_samples, {columns}): a row for each sample, a column for each {columns_are}"
    if array.size == 0:
        advice = "There is nothing to compute from an empty batch; pass at least one sample."
    elif array.ndim == 1 and columns == 1:
        advice = f"Use {name}.reshape(-1, 1) to make each number a row of its own."
    elif array.ndim == 1 and array.size == columns:
        advice = f"For a single sample use {name}.reshape(1, -1)."
    elif array.ndim == 2 and array.shape[0] == columns:
        advice = f"It looks transposed: use {name}.T if each column is a sample."
    else:
        advice = f"Reshape {name}, or build a network with matching layer sizes."
    raise ValueError(f"{name} has shape {array.shape}, but expected is {expected}. {advice}")


def check_choice(name: str, value: Any, choices: Mapping[str, T]) -> T:
    """Return ``choices[value]``, or raise a ValueError that names the nearest choice."""
    if isinstance(value, str) and value in choices:
        return choices[value]
    import difflib  # only needed for the message

    close = difflib.get_close_matches(value, choices, n=1) if isinstance(value, str) else []
    hint = f' Did you mean "{close[0]}"?' if close else ""
    known = ", ".join(f'"{choice}"' for choice in choices)
    raise ValueError(
        f"{name} is {describe(value)}, which is not known.{hint} Choose one of {known}."
    )


def check_integer(name: str, value: Any, what_to_do: str, *, at_least: int = 1) -> int:
    """Return ``value`` as an int of at least 1 (or of at least 0, for a seed)."""
    is_integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_integer or value < at_least:
        raise ValueError(
            f"{name} is {describe(value)}, but a whole number of at least {at_least} is expected. "
            f"{what_to_do}"
        )
    return int(value)


def check_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    what_to_do: str,
) -> float:
    """Return ``value`` as a float, finite and within the bound that is given."""
    bound = f"above {above}" if above is not None else f"of at least {at_least}"
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
        value, bool
    )
    within = is_number and math.isfinite(value)
    if within and above is not None:
        within = value > above
    if within and at_least is not None:
        within = value >= at_least
    if not within:
        raise ValueError(
            f"{name} is {describe(value)}, but a finite number {bound} is expected. {what_to_do}"
        )
    return float(value)


def check_generator(name: str, value: Any) -> np.random.Generator:
    """Return ``value`` if it is a numpy.random.Generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} is {describe(value)}, but a numpy.random.Generator is expected. "
            "Make one with np.random.default_rng(42); the seed makes the run repeatable."
        )
    return value


def check_instance(
    name: str, value: Any, expected: type[T] | tuple[type[T], ...], what_to_do: str
) -> T:
    """Return ``value`` if it is an instance of the class, or of one of the classes."""
    if not isinstance(value, expected):
        classes = expected if isinstance(expected, tuple) else (expected,)
        wanted = " or ".join(each.__name__ for each in classes)
        raise TypeError(f"{name} is {describe(value)}, but a {wanted} is expected. {what_to_do}")
    return value


def check_sequence(name: str, value: Any) -> list[Any]:
    """Return the entries of ``value`` as a list."""
    if isinstance(value, (str, bytes, dict, set)) or not hasattr(value, "__iter__"):
        raise TypeError(f"{name} is {describe(value)}, but a sequence is expected, such as a list.")
    if isinstance(value, np.ndarray) and value.ndim != 1:
        raise ValueError(f"{name} has shape {value.shape}, but one axis is expected. Pass a list.")
    return list(value)


def check_function(name: str, value: Any, what_to_do: str) -> Callable[..., Any]:
    """Return ``value`` if it can be called."""
    if not callable(value):
        raise TypeError(f"{name} is {describe(value)}, but a function is expected. {what_to_do}")
    return value
