"""Several steps in a row: which optimiser took them?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from nnlib.audit.cuts import at_own_rates
from nnlib.audit.exam import Exam
from nnlib.audit.falling import advice_for, falling_step
from nnlib.audit.formulas import WORDS, Formula
from nnlib.audit.optimisers import Rule, adaptive_and_sound, rules, shared_rules, uphill
from nnlib.audit.patient import Arrays
from nnlib.audit.schedules import by_schedule
from nnlib.audit.slips import that_fits
from nnlib.audit.slopes import flat_of, one_factor, peak
from nnlib.audit.start import exam_scale
from nnlib.audit.terms import unusual_words
from nnlib.audit.twists import twisted
from nnlib.audit.update import (
    Chain,
    Steps,
    alike,
    all_close,
    chain_of,
    close,
    close_everywhere,
    length,
    near,
    relation,
    rounding,
    steps_in_a_row,
)


def compare_chain(exam: Exam, steps: Steps, index: Any = None, any_step: bool = False) -> bool:
    """See which optimiser takes these steps; False where none is near.

    ``any_step``: of the first step nothing is known, so that only whole optimisers are tried.
    """
    points = steps_in_a_row(exam, index)
    if all(np.array_equal(a, b) for a, b in zip(points[0], points[-1], strict=True)):
        return True  # no slope at the start, and no step
    chain = chain_of(steps, index, points)
    if chain is None:
        return False
    us, gs, order, values = chain.us, chain.gs, chain.order, chain.values
    for sound, name in fitting(exam, chain):
        if sound:
            exam.look(f"{chain.on}{chain.said} {name}")
        else:
            exam.find("optimizer_formula", "wrong", "step", f"{chain.said} {name}.")
        return True
    if float(np.vdot(us[0], gs[0])) < 0:
        tolerance = max(2e-3, 2e-2 * exam.patient.short_steps)
        if tell_uphill(exam, chain, exam.learning_rate, tolerance):
            return True
    if any_step:
        return False
    if twisted(exam, steps, chain) or tell_schedule(exam, chain):
        return True
    if at_own_rates(chain, exam.learning_rate):
        exam.miss("which optimiser it is: each step is its gradient times a rate that changes")
        return True
    closer = steps.closer()
    if closer is not None:
        return compare_chain(exam, closer, index)
    if tell_slip(exam, steps, points, us, index):
        return True
    if tell_rate(exam, us, gs, order, values, index):
        return True
    if tell_other_loss(exam, points, us, index):
        return True
    rate = exam.learning_rate
    first = one_factor(us[0], gs[0])
    if index is None and exam.step_is != "update" and exam.patient.n > 1:
        return False  # it may be several updates: few samples will tell
    if first is not None and first > 0 and (rate is None or near(first, rate, 1e-2)):
        tell_odd_steps(exam, us, gs, order)
        return True
    return first is None and looks_adaptive(exam, us, gs, points[0])


def fitting(exam: Exam, chain: Chain) -> Iterator[tuple[bool, str]]:
    """Yield the optimisers that take these steps: whether sound, and the name."""
    scheduled, some = at_own_rates(chain, exam.learning_rate), chain.some
    for sound, name, made in rules_for(exam, some):
        if not fits_chain(exam, some, made) or (scheduled and not sound):
            continue
        if some is chain or any(n == name and fits_chain(exam, chain, whole)
                                for _, n, whole in rules_for(exam, chain)):  # fmt: skip
            yield sound, name


def rules_for(exam: Exam, chain: Chain) -> Iterator[Rule]:
    """Yield the optimisers with the steps that they would take."""
    return rules(chain.gs, exam.learning_rate, chain.order, chain.us, chain.values)


def fits_chain(exam: Exam, chain: Chain, made: list[np.ndarray]) -> bool:
    """Say whether these are the steps of a chain."""
    short, start = exam.patient.short_steps, chain.points[0]
    return len(made) == len(chain.us) and all(
        close(m, u, max(2e-3, rounding(exam, u, start), 2e-2 * short))
        and (short or close_everywhere(m, u, chain.order))
        for m, u in zip(made, chain.us, strict=True)
    )


def tell_uphill(exam: Exam, chain: Chain, rate: float | None, tolerance: float) -> bool:
    """See whether an optimiser takes these steps in the wrong direction."""
    us = chain.us
    for _, name, made in uphill(chain.gs, rate, us, chain.values):
        if all_close(made, us, tolerance):
            falls = falling_step(exam, chain.index)
            exam.find(
                "gradient_sign", "wrong", "step",
                f"{chain.said} {name}, but uphill"
                f"{'.' if advice_for(falls) else ': what should be subtracted is added.'}{falls}",
                advice=advice_for(falls),
            )  # fmt: skip
            return True
    return False


def known_chain(exam: Exam, steps: Steps, index: Any) -> bool:
    """Say whether a sound optimiser takes these steps, whatever the first of them looks like."""
    chain = chain_of(steps, index)
    if chain is None or not any(u.any() for u in chain.us):
        return False
    for sound, name in fitting(exam, chain):
        if sound:
            exam.look(f"{chain.on}{chain.said} {name}")
        return sound
    return tell_schedule(exam, chain)


def tell_schedule(exam: Exam, chain: Chain) -> bool:
    """See whether a sound optimiser takes these steps at a rate that changes, or cuts gradients."""
    sound, noted = by_schedule(exam, chain)
    if sound:
        exam.look(f"{chain.on}{chain.said} {sound}")
    elif noted:
        exam.find(
            "optimizer_formula", "note", "step",
            f"{chain.on}{len(chain.us)} steps in a row are as those of {noted}.",
            advice=("The rate follows a schedule, or gradients are cut to a length.",
                    "Nothing, if that is meant; if not, look where the rate is changed."),
        )  # fmt: skip
    return bool(sound or noted)


def tell_twist(exam: Exam, steps: Steps, index: Any) -> bool:
    """See whether the steps are those of a known optimiser with a twist."""
    chain = chain_of(steps, index)
    return chain is not None and twisted(exam, steps, chain)


def tell_shared_memory(exam: Exam, steps: Steps) -> bool:
    """See whether parameters of one size, or of one shape, share the memory of an optimiser."""
    chain = chain_of(steps)
    if chain is None:
        return False
    us, gs, order, g = chain.us, chain.gs, chain.order, chain.g
    if len(order) != sum(x.size for x in g):
        return False
    for word, keys in (("size", [x.size for x in g]), ("shape", [x.shape for x in g])):
        if len(set(keys)) == len(keys):
            continue
        for name, made in shared_rules(gs, exam.learning_rate, order, us, keys):
            if all_close(made, us):
                exam.find(
                    "optimizer_formula", "wrong", "step",
                    f"{len(us)} steps in a row are those of {name}, and its memory is one array "
                    f"for the parameters of one {word}.",
                    advice=("[np.zeros(shape)] * 2 is a list that holds one array twice, and += "
                            "changes it in both places; a dictionary by shapes holds one for two "
                            "layers.",
                            "Make one for each parameter: [np.zeros_like(p) for p in parameters]."),
                )  # fmt: skip
                return True
    return False


def tell_rate(
    exam: Exam,
    us: list[np.ndarray],
    gs: list[np.ndarray],
    order: np.ndarray,
    values: list[Any],
    index: Any = None,
) -> bool:
    """See whether a sound optimiser takes these steps at another rate than the one it should."""
    rate = exam.learning_rate
    if rate is None or len(us) < 3 or exam.patient.short_steps:
        return False
    if exam.step_is == "epoch" and (index is None or len(index) > 1):
        return False  # an epoch is as long as its updates together
    if alike(np.abs(gs), 2e-2):
        return False  # slopes of one size: all optimisers take such steps, at a rate of their own
    for sound, name, made in rules(gs, None, order, us, values):
        if not sound or "sign of" in name or "descent" in name or "AdaDelta" in name:
            continue
        if not made[0].any():
            continue
        if all_close(made, us, 1e-3):
            if "momentum" in name:
                first = one_factor(us[0], gs[0]) or 0.0
            else:
                first = float(np.median(np.abs(us[0])))
            if near(first, rate, 2e-2):
                return False
            exam.find(
                "gradient_scale", "wrong", "step",
                f"{len(us)} steps in a row are those of {name} with the rate {first:.4g}, and the "
                f"rate is {rate:g}: {first / rate:.4g} times what it should be.",
            )  # fmt: skip
            return True
    return False


def tell_slip(
    exam: Exam, steps: Steps, points: list[Arrays], us: list[np.ndarray], index: Any
) -> bool:
    """See whether an optimiser takes these steps along a gradient with one known slip."""
    y = exam.targets_of(index)
    if exam.dense is None or exam.formula is None or y is None or exam.found():
        return False
    if exam.patient.has("gradients") or len(us) < 2 or us[0].size > 2000:
        return False
    if us[0].size != sum(v.size for v in points[0]):
        return False
    own = exam.formula
    factor = own.factor if index is None else exam.factor_for(points[0], index, own.base)
    fit = that_fits(exam, points, index, us, replace(own, factor=factor))
    if fit is None:
        return False
    step, optimiser = fit[0][0], fit[1]
    exam.find(
        step.kind, "wrong", exam.in_own_names(step.where),
        f"{exam.in_own_names(step.text)}: {len(us)} steps in a row are those of {optimiser} along "
        "such gradients.",
    )  # fmt: skip
    return True


def tell_other_loss(exam: Exam, points: list[Arrays], us: list[np.ndarray], index: Any) -> bool:
    """See whether an adaptive optimiser follows a known loss, where the one shown is none.

    The size of the slopes does not matter to it, so that any factor of that loss will do.
    """
    dense, y = exam.dense, exam.targets_of(index)
    if dense is None or y is None or exam.formula is not None or exam.patient.has("gradients"):
        return False
    if us[0].size != sum(v.size for v in points[0]):
        return False
    X = exam.rows_of(index)
    flat = [flat_of(p) for p in points[:-1]]
    for base in ("squared", "binary", "cross"):
        if not exam.possible(base, exam.base_values[1], y):
            continue
        known = Formula(base, 1 / len(X))
        gs = [flat_of(dense.gradient(values, X, y, known))
              for values in points[:-1]]  # fmt: skip
        for name, made in adaptive_and_sound(gs, exam.learning_rate, us, flat):
            if len(made) == len(us) and all_close(made, us):
                shown = unusual_words(exam) or "no formula that is known here"
                exam.find(
                    "loss_formula", "wrong", "loss and step",
                    f"the loss that is shown is {shown}; {len(us)} steps in a row are those of "
                    f"{name} along the slopes of the {WORDS[base]}.",
                )  # fmt: skip
                return True
    return False


def by_parameter(
    exam: Exam, u: np.ndarray, g: np.ndarray, order: np.ndarray
) -> list[tuple[str, float]]:
    """Return the parameters that move by another multiple of their gradients, if all move so."""
    parts = [(u[order == k], g[order == k]) for k in range(len(exam.patient.names))]
    rate = exam.learning_rate or 1.0
    factors = [one_factor(a, b, 1e-4) if b.any() else rate for a, b in parts]
    if any(f is None for f in factors):
        return []
    pairs = zip(exam.patient.names, factors, strict=True)
    return [(name, f / rate) for name, f in pairs if f is not None and not near(f, rate, 1e-2)]


def tell_odd_steps(
    exam: Exam, us: list[np.ndarray], gs: list[np.ndarray], order: np.ndarray
) -> None:
    """The first step is right, and a later one is not."""
    for k, (u, g) in enumerate(zip(us, gs, strict=True)):
        f = one_factor(u, g, 2e-3)
        off = by_parameter(exam, u, g, order) if f is None and exam.learning_rate else []
        if 0 < len(off) < len(exam.patient.names):
            said = ", ".join(f"{name} by {x:.4g} times" for name, x in off)
            exam.find(
                "step_not_gradient", "wrong", ", ".join(name for name, _ in off),
                f"step {k + 1} moves {said} what gradient and rate say, and all else by what they "
                "say.",
            )  # fmt: skip
            return
        if f is None:
            cosine = float(np.vdot(u, g) / (length(u) * length(g) + 1e-300))
            exam.find(
                "optimizer_formula", "wrong", "step",
                f"the first step is the rate times the gradient; step {k + 1} is not, and follows "
                f"neither momentum nor Adam (cosine {cosine:.4f} to its gradient, length "
                f"{length(u) / max(length(g), 1e-300):.4g} of it).",
            )  # fmt: skip
            return
        if not u.any():
            exam.find(
                "step_not_gradient", "wrong", "step",
                f"step {k + 1} moves nothing, and its gradient is not 0. Is the rate 0 by then?",
            )  # fmt: skip
            return
        if f <= 0:
            exam.find("gradient_sign", "wrong", "step", f"step {k + 1} goes uphill.")
            return
    factors = [one_factor(u, g, 2e-3) or 0.0 for u, g in zip(us, gs, strict=True)]
    exam.find(
        "optimizer_formula", "note", "step",
        "the steps are the gradient times a rate that changes: "
        + ", ".join(f"{f:.4g}" for f in factors) + ".",
    )  # fmt: skip


def looks_adaptive(exam: Exam, us: list[np.ndarray], gs: list[np.ndarray], values: Arrays) -> bool:
    """See whether the steps are those of an adaptive optimiser whose formula is not known."""
    slope = max(peak(g) for g in gs)
    if not 1e-12 < slope < 1e15:
        exam.miss(
            "which optimiser it is: the outputs are so sure that the slopes of the loss are up to "
            f"{slope:.4g}"
        )
        return True
    if tell_epsilon(exam, us[0], gs[0]):
        return True
    if relation(exam, [us[0]], [gs[0]], values) != "optimiser":
        return False
    if np.count_nonzero(us[0]) < 4:
        exam.miss("which optimiser it is: the steps of so few numbers do not tell")
        return True
    lengths = [float(np.median(np.abs(u[u != 0]))) if u.any() else 0.0 for u in us]
    if alike(lengths, 2e-2) and exam_scale(exam):
        exam.miss(
            "which optimiser it is: its steps are all of one length, the slopes hardly change"
        )
        return True
    kind = "optimizer_formula" if exam.patient.has("gradients") else "step_not_gradient"
    exam.find(
        kind, "wrong", "step",
        f"the first step has one length for all entries ({lengths[0]:.4g}), as "
        "Adam's has; but the first "
        f"{len(us)} steps are those of no optimiser known here. Their lengths: "
        + ", ".join(f"{x:.4g}" for x in lengths) + ".",
    )  # fmt: skip
    return True


def tell_epsilon(exam: Exam, u: np.ndarray, g: np.ndarray) -> bool:
    """See whether the first step is that of Adam or RMSProp with a large epsilon."""
    rate, keep = exam.learning_rate, np.abs(g) > 1e-3 * peak(g)
    if rate is None or keep.sum() < 4 or not (u[keep] * g[keep] > 0).all():
        return False
    sizes, divisor = np.abs(g[keep]), rate * g[keep] / u[keep]
    share, epsilon = np.polyfit(sizes, divisor, 1)
    rest = np.abs(share * sizes + epsilon - divisor).max()
    if rest > 1e-2 * divisor.min() or not epsilon > 5e-3 or not share > 1e-2:
        return False
    if rest > 5e-2 * np.ptp(divisor):  # a divisor that is nearly 1 fits, whatever moves it
        return False
    severity = "wrong" if epsilon > share * np.median(sizes) else "suspicious"
    exam.find(
        "optimizer_formula", severity, "step",
        f"the rate times the gradient is divided by {share:.3g} times its size and {epsilon:.3g} "
        "more. That is the first step of Adam or RMSProp with such an epsilon, which against a "
        "division by 0 need be 0.00000001 only.",
    )  # fmt: skip
    return True
