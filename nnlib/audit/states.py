"""What an object keeps from call to call, so that the same question gets another answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.audit.patient import assign, attribute, copied, generators, leaves

KEPT = (
    "An array that the object keeps is changed in place where it is used, as self.std /= k or "
    "std = self.std; std /= k do it, or a number moves on.",
    "Make a new one: std = self.std / k.",
)


def kept(work: Any, ask: Callable[[], np.ndarray]) -> str:
    """Say which attribute of an object makes that its answers differ from call to call.

    It is the one with which the answer before comes again, once it is given its number before.
    """
    if generators(work):
        return ""  # it may draw at random
    ask()  # what is there from the first call on
    before = numbers_of(work)
    first = ask()
    after = numbers_of(work)
    for name, value in before.items():
        now = after.get(name)
        if now is None or now.shape != value.shape or np.array_equal(now, value, equal_nan=True):
            continue
        assign(work, name, copied(value))
        if np.array_equal(ask(), first, equal_nan=True):
            k = int(np.argmax(np.abs(np.ravel(now) - np.ravel(value))))
            old, new = np.ravel(value)[k], np.ravel(now)[k]
            return (
                f"each call changes {name.lstrip('.')}, which the object keeps: from {old:.6g} to "
                f"{new:.6g} in one of them. With the number that it had before, the answer before "
                "comes again"
            )
    return ""


def numbers_of(work: Any) -> dict[str, np.ndarray]:
    """Return copies of the arrays and numbers that an object holds."""
    found = {}
    for name, array in leaves(work):
        if array.dtype.kind in "fiu" and np.shape(attribute(work, name)) == array.shape:
            found[name] = array.copy()
    return found
