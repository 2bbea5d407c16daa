"""Steps at a rate that changes, and along gradients that are cut: sound, whatever the optimiser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.optimisers import momentum_rules, published, run, sound_updates
from nnlib.audit.patient import Arrays
from nnlib.audit.slopes import one_factor
from nnlib.audit.update import Chain, close_everywhere, rounding, together

LIMITS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)  # what gradients are cut to
CHANGED = 1e-2  # rates that differ by less than this share are one rate


def cut(
    gs: list[np.ndarray], order: np.ndarray, whole: bool = True
) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the gradients as they are cut to usual limits, where that changes them, and how.

    Lengths are known only where they are ``whole``.
    """
    parts = [order == k for k in np.unique(order)]

    def shortened(g: np.ndarray, part: np.ndarray, limit: float) -> np.ndarray:
        size = float(np.linalg.norm(g[part]))
        return np.where(part, g * min(1.0, limit / max(size, 1e-300)), g)

    everything = np.ones(len(order), dtype=bool)
    for limit in LIMITS:
        entries = [np.clip(g, -limit, limit) for g in gs]
        short = [shortened(g, everything, limit) for g in gs]
        each = []
        for g in gs:
            for part in parts:
                g = shortened(g, part, limit)
            each.append(g)
        for words, made in (
            (f"each entry of the gradient cut at {limit:g}", entries),
            (f"each gradient cut to the length {limit:g}", short),
            (f"each parameter's gradient cut to the length {limit:g}", each),
        )[: 3 if whole else 1]:
            if any(not np.allclose(a, b, rtol=1e-6) for a, b in zip(made, gs, strict=True)):
                yield words, made


def is_cut(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say whether a step goes along the gradient as it is when it is cut to a usual limit."""
    a, b = together(u, g)
    if len(b) < sum(x.size for x in g) or len(b) < 4 or not b.any():
        return False
    order = np.concatenate([np.full(x.size, k) for k, x in enumerate(g)])
    for _, made in cut([b], order):
        f = one_factor(a, made[0], 2e-2 if exam.patient.short_steps else 1e-4)
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


def by_schedule(exam: Exam, chain: Chain) -> tuple[str, str]:
    """Say which optimiser makes these steps at a rate that changes, or along cut gradients.

    The first text is for what is in order, the second for what is worth a note.
    """
    us, gs, order, start = chain.us, chain.gs, chain.order, chain.points[0]
    rate, size = exam.learning_rate, sum(v.size for v in start)
    if len(us) < 3 or len(us[0]) < 4 or not all(u.any() for u in us):
        return "", ""
    plain = [one_factor(u, g, 1e-3) for u, g in zip(us, gs, strict=True)]
    if all(f is not None and abs(f - (plain[0] or f)) <= CHANGED * abs(f) for f in plain):
        return "", ""  # one multiple of the gradient at all steps: that is no schedule
    rounded = max(rounding(exam, u, start) for u in us)
    tolerance = max(2e-3, rounded, 2e-2 * exam.patient.short_steps)
    ways = [("", gs)]
    ways += [(f", {words}", made) for words, made in cut(gs, order, len(us[0]) == size)]
    some = np.arange(len(order))[:: max(1, len(order) // 2000)]  # enough to tell them apart
    for words, all_of_them in ways:
        some_us, made = [u[some] for u in us], [g[some] for g in all_of_them]
        weights = [v[some] for v in chain.values]
        found = [(name, factors)
                 for name, factors in in_step(some_us, made, order[some], tolerance, weights)
                 if not any(faster(f, rate) for f in factors)]  # fmt: skip
        if not found:
            continue
        # several fit where little was seen: the one that begins at the rate
        name, factors = min(found, key=lambda each: abs(each[1][0] - (rate or each[1][0])))
        own = rate if rate is not None else max(factors)
        if np.ptp(factors) > CHANGED * max(factors):
            rates = ", ".join(f"{f:.4g}" for f in factors)
            return "", f"{name} with a rate that changes: {rates}{words}"
        if abs(factors[0] - own) <= 2 * CHANGED * own:
            return f"{name}{words}", ""
        return "", ""  # one factor at all steps, and not the rate: that is no schedule
    return "", ""


def in_step(
    us: list[np.ndarray],
    gs: list[np.ndarray],
    order: np.ndarray,
    tolerance: float,
    flat: list[np.ndarray],
) -> Iterator[tuple[str, list[float]]]:
    """Yield the optimisers whose steps have the direction of these, with the rates."""
    candidates = list(published(gs, us))
    for b1, b2 in ((0.9, 0.999), (0.9, 0.99)):
        adam = run(gs, b1, b2, sound_updates(b1, b2, 1e-8)["Adam"])
        candidates += [(f"AdamW ({b1}, {b2})",
                        [x + decay * p for x, p in zip(adam, flat, strict=True)])
                       for decay in (0.01, 0.1, 0.001, 1e-4)]  # fmt: skip
    candidates += [(name, made) for sound, name, made in momentum_rules(gs, 1.0, False)
                   if sound and "descent" not in name]  # fmt: skip
    for name, made in candidates:
        factors = []
        for u, m in zip(us, made, strict=True):
            f = one_factor(u, m, tolerance)
            if f is None or f <= 0 or not close_everywhere(f * m, u, order):
                break
            factors.append(f)
        else:
            yield name, factors
    yield from with_momentum(us, gs, order, tolerance)


def with_momentum(
    us: list[np.ndarray], gs: list[np.ndarray], order: np.ndarray, tolerance: float
) -> Iterator[tuple[str, list[float]]]:
    """Yield momentum into whose velocity a rate goes that changes.

    Each step is then its gradient, and a share of the step before; in Nesterov's form the gradient
    before counts too.
    """
    first = one_factor(us[0], gs[0], tolerance)
    if first is None or first <= 0 or len(us[0]) < 6:
        return  # three shares fit few numbers by chance
    for name, looks_back in (("momentum", False), ("Nesterov's momentum", True)):
        rates = [first]
        for k in range(1, len(us)):
            terms = np.stack([gs[k], us[k - 1], *[gs[k - 1]] * looks_back], axis=1)
            shares = np.linalg.lstsq(terms, us[k], rcond=1e-6)[0]
            made = terms @ shares
            scale = float(np.abs(us[k]).max(initial=0))
            near = np.abs(made - us[k]).max(initial=0) <= 0.1 * tolerance * scale
            if not near or shares[0] <= 0 or not 0.05 < shares[1] < 1:
                break
            if looks_back and shares[2] > 0:
                break
            rates.append(float(shares[0]))
        else:
            if looks_back:  # a velocity v is added (1 + mu) times, the first one too
                rates = [rate / (1 + shares[1]) for rate in rates]
            yield name, rates
