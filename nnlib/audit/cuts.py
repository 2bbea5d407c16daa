"""Gradients that are cut at a limit: soundly, or with a slip."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Arrays
from nnlib.audit.slopes import one_factor
from nnlib.audit.update import close, length, together

LIMITS = (0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
CHANGED = 1e-2  # rates that differ by less than this share are one rate
Cut = tuple[bool, str, list[np.ndarray]]


def cut_gradients(
    gs: list[np.ndarray], order: np.ndarray, whole: bool = True, seen: tuple[float, ...] = ()
) -> Iterator[Cut]:
    """Yield gradients that are cut: whether soundly, how, and what is left of them.

    They are cut at the usual limits, and at those that were ``seen``, where that changes them.
    Lengths are known only where the gradients are ``whole``.
    """
    parts = [order == k for k in np.unique(order)]

    def brought(g: np.ndarray, c: float, power: int = 1) -> np.ndarray:
        return g * min(1.0, c / max(length(g) ** power, 1e-300))

    def each_brought(g: np.ndarray, c: float) -> np.ndarray:
        made = g.copy()
        for part in parts:
            made[part] = brought(g[part], c)
        return made

    for c in (*LIMITS, *seen):
        ways = [
            (True, f"whose entries are cut to {-c:.4g} to {c:.4g}", [np.clip(g, -c, c) for g in gs])
        ]
        if whole:
            ways += [
                (True, f"whose common length is cut to {c:.4g}", [brought(g, c) for g in gs]),
                (True, f"of which each parameter's is cut to the length {c:.4g}",
                 [each_brought(g, c) for g in gs]),
                (False, "that are divided by the square of their length where it is above "
                        f"{c:.4g}: to be cut to a length, they are divided by the length itself, "
                        "the root of that sum", [brought(g, c, 2) for g in gs]),
            ]  # fmt: skip
        ways += [
            (False, f"whose entries are cut to 0 to {c:.4g}: where the slope is negative nothing "
                    "moves", [np.clip(g, 0, c) for g in gs]),
        ]  # fmt: skip
        for sound, words, made in ways:
            if not all(close(a, b, 1e-6) for a, b in zip(made, gs, strict=True)):
                yield sound, words, made


def limits_seen(u: np.ndarray, rate: float | None) -> tuple[float, ...]:
    """Return the limits that a first step would show: its length, and its largest entry."""
    return () if not rate else (length(u) / rate, float(np.abs(u).max(initial=0)) / rate)


def is_cut(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say whether a step goes along the gradient as it is when it is cut to a usual limit."""
    a, b = together(u, g)
    if len(b) < 4 or not b.any():
        return False
    order = np.concatenate([np.full(int(np.isfinite(x).sum()), k) for k, x in enumerate(g)])
    whole = len(b) == sum(x.size for x in g)
    for sound, _, made in cut_gradients([b], order, whole):
        f = one_factor(a, made[0], 2e-2 if exam.patient.short_steps else 1e-4) if sound else None
        if f is not None and f > 0 and not faster(f, exam.learning_rate):
            return True
    return False


def cut_to_length(exam: Exam, u: Arrays, f: float) -> bool:
    """Say whether a step is shorter than the rate says, and its length a usual one."""
    rate = exam.learning_rate
    if rate is None or not 0 < f < rate:
        return False
    size = float(np.sqrt(sum(float(np.sum(x**2)) for x in u))) / rate
    for limit in LIMITS:
        if abs(size - limit) <= (1e-2 if exam.patient.short_steps else 1e-4) * limit:
            exam.look(f"a step goes along the gradient, which is cut to the length {limit:g}")
            return True
    return False


def faster(f: float, rate: float | None) -> bool:
    """Say whether a factor is larger than the rate: no schedule and no limit makes it so."""
    return rate is not None and f > (1 + 2 * CHANGED) * rate
