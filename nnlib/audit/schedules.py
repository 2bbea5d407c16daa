"""Steps at a rate that changes, and along gradients that are cut: sound, whatever the optimiser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlib.audit.cuts import CHANGED, cut_gradients, faster, limits_seen
from nnlib.audit.exam import Exam
from nnlib.audit.optimisers import momentum_rules, published, run, sound_updates
from nnlib.audit.slopes import one_factor
from nnlib.audit.update import Chain, alike, close, close_everywhere, near, rounding


def by_schedule(exam: Exam, chain: Chain) -> tuple[str, str]:
    """Say which optimiser makes these steps at a rate that changes, or along cut gradients.

    The first text is for what is in order, the second for what is worth a note.
    """
    us, gs, order, start = chain.us, chain.gs, chain.order, chain.points[0]
    rate = exam.learning_rate
    if len(us) < 3 or len(us[0]) < 4 or not all(u.any() for u in us):
        return "", ""
    plain = [one_factor(u, g) for u, g in zip(us, gs, strict=True)]
    if all(f is not None and near(plain[0] or f, f, CHANGED) for f in plain):
        return "", ""  # one multiple of the gradient at all steps: that is no schedule
    rounded = max(rounding(exam, u, start) for u in us)
    tolerance = max(2e-3, rounded, 2e-2 * exam.patient.short_steps)
    cut = cut_gradients(gs, order, chain.whole, limits_seen(us[0], order, rate))
    ways = [("", gs)]
    ways += [(f" along gradients {each.words}", each.gs) for each in cut if each.sound]
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
        if not alike(factors, CHANGED):
            rates = ", ".join(f"{f:.4g}" for f in factors)
            return "", f"{name}{words} with a rate that changes: {rates}"
        if near(factors[0], own, 2 * CHANGED):
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
            back = looks_back and k > 1  # the first step has the direction of its gradient
            terms = np.stack([gs[k], us[k - 1], *[gs[k - 1]] * back], axis=1)
            shares = np.linalg.lstsq(terms, us[k], rcond=1e-6)[0]
            made = terms @ shares
            fits = close(made, us[k], 0.1 * tolerance)
            if not fits or shares[0] <= 0 or not 0.05 < shares[1] < 1:
                break
            if back and shares[2] > 0:
                break
            rates.append(float(shares[0]))
        else:
            if looks_back:  # a velocity v is added (1 + mu) times, the first one too
                rates = [rate / (1 + shares[1]) for rate in rates]
            yield name, rates
