"""Known optimisers with a twist: gradients that are cut, a look ahead."""

from __future__ import annotations

import itertools

import numpy as np

from nnlib.audit.cuts import ADVICE, at_own_rates, cut_gradients, limits_seen, tell_lengthened
from nnlib.audit.exam import Exam
from nnlib.audit.optimisers import common_rules
from nnlib.audit.slopes import one_factor
from nnlib.audit.update import Chain, Steps, alike, all_close, between, close, together


def twisted(exam: Exam, steps: Steps, chain: Chain) -> bool:
    """See whether these steps are those of a known optimiser with one twist; say which."""
    if cut_gradient(exam, steps, chain):
        return True
    return not at_own_rates(chain, exam.learning_rate) and looks_ahead(exam, steps, chain)


def cut_gradient(exam: Exam, steps: Steps, chain: Chain) -> bool:
    """See whether the steps go along gradients that are cut at a limit."""
    rate, us, gs = exam.learning_rate, chain.us, chain.gs
    seen = limits_seen(us[0], chain.order, rate)
    for cut in cut_gradients(gs, chain.order, chain.whole, seen):
        if all_close(cut.gs, gs, 2e-2):
            continue  # so little is cut that other slips look alike
        for name, made in common_rules(cut.gs, us, rate):
            if not all_close(made, us):
                continue
            said = f"{chain.said} {name} along gradients {cut.words}"
            if cut.always is not None and tell_lengthened(exam, steps, said, cut.always):
                return True
            if cut.sound:
                exam.look(f"{chain.on}{said}")
            elif cut.always is None or not in_proportion(cut.gs, gs, chain.order):
                exam.find(
                    "optimizer_formula", "wrong", "step", f"{said}.",
                    advice=None if cut.always is None else ADVICE,
                )  # fmt: skip
            else:
                continue
            return True
    return False


def in_proportion(cut: list[np.ndarray], gs: list[np.ndarray], order: np.ndarray) -> bool:
    """Say whether each parameter has one multiple of its gradient at all steps: a factor."""
    for k in np.unique(order):
        factors = [one_factor(a[order == k], b[order == k]) for a, b in zip(cut, gs, strict=True)]
        known = [f for f in factors if f is not None]
        if known and not alike(known, 1e-2):
            return False
    return True


def looks_ahead(exam: Exam, steps: Steps, chain: Chain) -> bool:
    """See whether each gradient is taken where the velocity alone would lead: Nesterov's way."""
    points, us, gs = chain.points, chain.us, chain.gs
    rate = exam.learning_rate or one_factor(us[0], gs[0])
    if exam.dense is None and not exam.patient.has("gradients"):
        return False  # to measure so many slopes takes too long
    if rate is None or not close(rate * gs[0], us[0], 2e-3) or len(us) < 3:
        return False
    moves = [between(p, q) for p, q in itertools.pairwise(points)]
    for mu, stays in itertools.product((0.9, 0.5, 0.8, 0.95, 0.99, 0.7, 0.6), (False, True)):
        v, rates = moves[0], [rate]
        for here, move in zip(points[1:-1], moves[1:], strict=True):
            g = steps.gradient([p - mu * x for p, x in zip(here, v, strict=True)], chain.index)
            if g is None:
                return False
            carried = 2 * mu if stays else mu
            rest = [x - carried * y for x, y in zip(move, v, strict=True)]
            factor = one_factor(*together(rest, g), 2e-3)
            if factor is None or not 0 < factor < 1.01 * rate:
                break
            rates.append(factor)
            v = [x - mu * y for x, y in zip(move, v, strict=True)] if stays else move
        else:
            return say_ahead(exam, mu, rates, stays, chain)
    return False


def say_ahead(exam: Exam, mu: float, rates: list[float], stays: bool, chain: Chain) -> bool:
    """Say of steps by Nesterov's momentum what is in order, and what is not."""
    said = f"{chain.said} Nesterov's momentum {mu}, with the gradient taken ahead"
    if stays:
        exam.find(
            "optimizer_formula", "wrong", "step",
            f"{said}, and the step ahead is not taken back: {mu} times the velocity is added "
            "twice.",
        )  # fmt: skip
    elif not alike(rates, 1e-2):
        exam.find(
            "optimizer_formula", "note", "step",
            f"{chain.on}{said}, at a rate that changes: {', '.join(f'{f:.4g}' for f in rates)}.",
            advice=("The rate follows a schedule.",
                    "Nothing, if that is meant; if not, look where the rate is changed."),
        )  # fmt: skip
    else:
        exam.look(f"{chain.on}{said}")
    return True
