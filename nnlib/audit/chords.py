"""A gradient that the program measures itself, on a step so wide that it is no slope any more."""

from __future__ import annotations

import itertools

import numpy as np

from nnlib.audit.comparison import Comparison
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.slopes import chosen_entries

WIDE = (
    "The slopes are measured by differences, and the step for that is too wide.",
    "Take h = 1e-5 and both sides: (L(w + h) - L(w - h)) / (2 * h).",
)
FORMS = (
    ("(L(w + h) - L(w - h)) / (2 h)", 1.0, -1.0),
    ("(L(w + h) - L(w)) / h", 1.0, 0.0),
    ("(L(w) - L(w - h)) / h", 0.0, -1.0),
)


def by_chords(c: Comparison, g: Arrays, where: str) -> bool:
    """See whether each entry is the rise of the loss on a wide step, divided by the step."""
    some = chosen_entries(c.point, 24, np.random.default_rng(13))
    entries = [(k, i) for k, each in enumerate(some) for i in each]
    if len(entries) < 6:
        return False
    try:
        for h, form in itertools.product((0.1, 0.5, 1.0, 2.0, 0.01, 0.2, 0.05), FORMS):
            # Three are enough to see what it is not.
            if not (fits(c, g, entries[:3], h, form) and fits(c, g, entries[3:], h, form)):
                continue
            c.exam.find(
                "gradient_wrong", "wrong", where,
                f"each entry is {form[0]} with h = {h:g}: the rise of the loss on a wide step, and "
                "not its slope.", c.worst(g), advice=WIDE,
            )  # fmt: skip
            return True
    except Failed:
        return False
    return False


def fits(
    c: Comparison,
    g: Arrays,
    entries: list[tuple[int, tuple[int, ...]]],
    h: float,
    form: tuple[str, float, float],
) -> bool:
    """Say whether some entries are differences of the loss."""
    _, high, low = form
    made = [
        (loss_at(c, k, i, high * h) - loss_at(c, k, i, low * h)) / ((high - low) * h)
        for k, i in entries
    ]
    largest = max(float(np.abs(x).max(initial=0)) for x in g)
    return all(abs(m - g[k][i]) <= 1e-6 * largest for m, (k, i) in zip(made, entries, strict=True))


def loss_at(c: Comparison, k: int, i: tuple[int, ...], step: float) -> float:
    """Return the loss where one entry is moved."""
    values = [v.copy() for v in c.point]
    values[k][i] += step
    return c.exam.loss(values, c.index)
