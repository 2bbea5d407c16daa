"""Gradients that are cut at a limit: soundly, or with a slip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.slopes import flat_of, one_factor, peak
from nnlib.audit.update import (
    Chain,
    Steps,
    alike,
    all_close,
    close,
    drawn,
    length,
    near,
    together,
)

LIMITS = (0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
CHANGED = 1e-2  # rates that differ by less than this share are one rate
ADVICE = (
    "A limit is meant to shorten what is too long. Without that comparison each step has one "
    "length, whatever the slope is, and training never comes to rest.",
    "Write gradient * min(1, limit / length); or, if steps of one length are meant, let the rate "
    "fall.",
)
Brought = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Cut:
    """Gradients that are cut: how, what is left of them, and whether that is sound.

    ``always`` brings a gradient to the length of the limit, also where it is shorter.
    """

    words: str
    gs: list[np.ndarray]
    sound: bool = True
    always: Brought | None = None


def cut_gradients(
    gs: list[np.ndarray], order: np.ndarray, whole: bool = True, seen: tuple[float, ...] = ()
) -> Iterator[Cut]:
    """Yield what is left of gradients that are cut at a limit, where that changes them.

    The limits are the usual ones, and those that were ``seen``. Lengths are known only where the
    gradients are ``whole``.
    """
    for c in (*LIMITS, *seen):
        ways = [
            Cut(f"whose entries are cut to {-c:.4g} to {c:.4g}", [np.clip(g, -c, c) for g in gs])
        ]
        if whole:
            ways += cut_by_length(gs, order, c)
        ways.append(Cut(
            f"whose entries are cut to 0 to {c:.4g}: where the slope is negative nothing moves",
            [np.clip(g, 0, c) for g in gs], sound=False,
        ))  # fmt: skip
        for cut in ways:
            if not all_close(cut.gs, gs, 1e-6):
                yield cut


def brought(g: np.ndarray, c: float) -> np.ndarray:
    """Return a gradient brought to a length."""
    return g * (c / max(length(g), 1e-300))


def cut_by_length(gs: list[np.ndarray], order: np.ndarray, c: float) -> list[Cut]:
    """Return what is left of gradients whose length is cut, of all together or one by one."""
    parts = [order == k for k in np.unique(order)]

    together_to = partial(brought, c=c)

    def each_to(g: np.ndarray) -> np.ndarray:
        made = g.copy()
        for part in parts:
            made[part] = together_to(g[part])
        return made

    def where_longer(g: np.ndarray, always: Brought) -> np.ndarray:
        made = always(g)
        return np.where(np.abs(made) < np.abs(g), made, g)

    ways = [
        Cut(f"whose common length is cut to {c:.4g}",
            [where_longer(g, together_to) for g in gs], always=together_to),
        Cut(f"of which each parameter's is cut to the length {c:.4g}",
            [where_longer(g, each_to) for g in gs], always=each_to),
        Cut(f"that are divided by the square of their length where it is above {c:.4g}: to be cut "
            "to a length, they are divided by the length itself, the root of that sum",
            [g * min(1.0, c / max(length(g) ** 2, 1e-300)) for g in gs], sound=False),
        Cut(f"that are always brought to the length {c:.4g}, also where they are shorter",
            [together_to(g) for g in gs], sound=False, always=together_to),
    ]  # fmt: skip
    if len(parts) > 1 and len(order) > len(parts):  # of single numbers there are but the signs
        ways.append(Cut(
            f"of which each parameter's is always brought to the length {c:.4g}, also where it is "
            "shorter", [each_to(g) for g in gs], sound=False, always=each_to,
        ))  # fmt: skip
    return ways


def limits_seen(u: np.ndarray, order: np.ndarray, rate: float | None) -> tuple[float, ...]:
    """Return the limits that a first step would show: its length, a parameter's, an entry's."""
    if not rate:
        return ()
    longest = max(length(u[order == k]) for k in np.unique(order))
    found = length(u) / rate, longest / rate, peak(u) / rate
    return tuple(dict.fromkeys(found))


def tell_lengthened(exam: Exam, steps: Steps, said: str, always: Brought) -> bool:
    """See whether gradients that are shorter than a limit are brought to it all the same.

    ``said``: what has been seen so far, which is true of a sound limit too.
    """
    try:
        where = lengthened(exam, steps, always)
    except Failed:  # it takes no single sample
        return False
    if where:
        exam.find("optimizer_formula", "wrong", "step", f"{said}; and {where}.", advice=ADVICE)
    return bool(where)


def lengthened(exam: Exam, steps: Steps, always: Brought) -> str:
    """Say where a gradient that is shorter than a limit is brought to it; nothing if nowhere.

    Steps on one sample each are asked. If none has a short gradient, one is learned on the way.
    """
    rate = exam.learning_rate
    if rate is None or not (exam.patient.has("gradients") or exam.dense is not None):
        return ""
    for sample in drawn(exam.patient.n, 6):
        index, here = np.array([sample]), exam.points[0]
        for k in range(50):
            g = steps.gradient(here, index)
            if g is None or not all(np.isfinite(x).all() for x in g):
                return ""
            flat = flat_of(g)
            size, wanted = length(flat), rate * always(flat)
            if not size > 1e-6:
                break  # nothing to bring to any length
            if size < 0.5 * length(wanted) / rate:
                u = flat_of(steps.moved(here, index))
                if not close(u, wanted, 2e-2 if exam.patient.short_steps else 1e-3):
                    return ""
                learned = ", once it is learned," if k else ""
                return (
                    f"on sample {sample} alone{learned} the gradient is {size:.4g} long, and the "
                    f"step {length(u) / size:.4g} times as long, where the rate is {rate:g}"
                )
            here = [v - 0.3 * x / max(size, 1.0) for v, x in zip(here, g, strict=True)]
    return ""


def is_cut(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say whether a step goes along the gradient as it is when it is cut to a usual limit."""
    a, b = together(u, g)
    if len(b) < 4 or not b.any():
        return False
    order = np.concatenate([np.full(int(np.isfinite(x).sum()), k) for k, x in enumerate(g)])
    whole = len(b) == sum(x.size for x in g)
    for cut in cut_gradients([b], order, whole, limits_seen(a, order, exam.learning_rate)):
        f = one_factor(a, cut.gs[0], 2e-2 if exam.patient.short_steps else 1e-4)
        if f is None or f <= 0 or faster(f, exam.learning_rate):
            continue
        if cut.sound or cut.always is not None:
            return True
    return False


def cut_to_length(exam: Exam, steps: Steps, u: Arrays, f: float) -> bool:
    """See whether the length of a step is a usual limit times the rate; say if it always is.

    ``f``: how many times the gradient it is, which with a limit is less than the rate.
    """
    rate = exam.learning_rate
    if rate is None or not f > 0:
        return False
    size = length(flat_of(u)) / rate
    for limit in LIMITS:
        if not near(size, limit, 1e-2 if exam.patient.short_steps else 1e-4):
            continue
        said = f"a step goes along the gradient, which is cut to the length {limit:g}"
        if tell_lengthened(exam, steps, said, partial(brought, c=limit)):
            return True
        if f < rate:
            exam.look(said)
        return f < rate
    return False


def faster(f: float, rate: float | None) -> bool:
    """Say whether a factor is larger than the rate: no schedule and no limit makes it so."""
    return rate is not None and f > (1 + 2 * CHANGED) * rate


def at_own_rates(chain: Chain, rate: float | None) -> bool:
    """Say whether each step is exactly a multiple of its own gradient, at rates that change.

    While gradients hardly turn, a rate that rises looks nearly like gradients that add up. Where
    they do not turn at all, nothing tells the two apart, but that no rate rises above the given.
    """
    us, gs = chain.us, chain.gs
    factors = [one_factor(u, g, 1e-7) for u, g in zip(us, gs, strict=True)]
    known = [f for f in factors if f is not None and f > 0]
    if len(known) < len(us) or alike(known, 1e-3):
        return False
    turning = any(one_factor(g, gs[0], 1e-5) is None for g in gs[1:])
    return turning or not faster(max(known), rate)
