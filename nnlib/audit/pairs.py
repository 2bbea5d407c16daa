"""Checks of what an epoch leaves: do rows and labels still belong together?"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from nnlib.audit.answers import tell_strangers
from nnlib.audit.batches import in_turn
from nnlib.audit.exam import Exam, check
from nnlib.audit.optimisers import usual
from nnlib.audit.orders import better_order, different_samples
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.slopes import flat_of
from nnlib.audit.steps import tell_divergence
from nnlib.audit.update import (
    Steps,
    between,
    close,
    keeps_something,
    length,
    one_length,
    steps_in_a_row,
    together,
)

LATER = (
    "What was shuffled is kept and shuffled again in the next epoch; rows and labels are not "
    "kept alike.",
    "Draw one order in each epoch, and use it for both: order = rng.permutation(n); X[order], "
    "y[order].",
)


@check
def look_at_the_end_of_the_steps(exam: Exam) -> None:
    """The parameters stay finite numbers."""
    tell_divergence(exam)


@check
def look_at_pairs(exam: Exam) -> None:
    """Rows and labels belong together in an update."""
    patient = exam.patient
    if not patient.has("step") or exam.step_is == "update" or len(exam.chain) < 2 or exam.found():
        return
    if patient.random_loss and exam.dense is None and not patient.has("gradients"):
        return  # slopes of random numbers have no direction
    steps = Steps(exam)
    # Where each slope is measured, a second step or 24 orders would take seconds.
    rebuilt = exam.dense is not None and exam.formula is not None
    quick = rebuilt or patient.has("gradients")
    times, sizes = ((0, 1), (2, 3, 4)) if quick else ((0,), (2, 3))
    for before, size, number in itertools.product(times, sizes, range(4)):
        chosen = different_samples(exam, size)
        try:
            better = better_order(exam, steps, chosen, number, before)
        except Failed:
            return
        if better is not None and not (
            right_in_turn(exam, steps, chosen, number, before)
            or (not before and right_by_weights(exam, steps, chosen, number))
        ):
            own, other, order = better
            a_step = "the second step, and not the first," if before else "a step"
            exam.find(
                "pairs_broken", "wrong", "step",
                f"given the samples {', '.join(map(str, chosen))}, {a_step} learns for them the "
                f"targets of {', '.join(str(chosen[k]) for k in order)}: its cosine to that "
                f"gradient is {other:.4f}, and to the one with their own targets {own:.4f}.",
                advice=LATER if before else None,
            )  # fmt: skip
            return
    try:
        pairs_one_by_one(exam, steps)
    except Failed:
        return
    several = exam.step_is or any(f.kind == "step_not_gradient" for f in exam.findings)
    if several and not exam.found():
        tell_strangers(exam)


def right_in_turn(
    exam: Exam, steps: Steps, chosen: np.ndarray, number: int, before: int = 0
) -> bool:
    """Say whether right updates, one after the other, make a step that looks like another one."""
    values = exam.patient.held(exam.points[1])
    after = steps.once(values, exam.patient.data(chosen), number, before)
    u = between(values, after)
    rate = exam.learning_rate
    return rate is not None and in_turn(steps, values, chosen, u, rate)


def right_by_weights(exam: Exam, steps: Steps, chosen: np.ndarray, number: int) -> bool:
    """Say whether the samples' own gradients make a step, those of the first ones counting more.

    So momentum adds them up: of four updates the first has gone in up to four times.
    """
    values = exam.patient.held(exam.points[1])
    if not keeps_something(steps, values, chosen):
        return False
    alone = [steps.gradient(values, np.array([i])) for i in chosen]
    after = steps.once(values, exam.patient.data(chosen), number)
    u = between(values, after)
    both = [together(u, g) for g in alone if g is not None]
    if len(both) < len(chosen) or len({len(column) for _, column in both}) > 1:
        return False
    move, terms = both[0][0], np.stack([column for _, column in both], axis=1)
    shares = np.linalg.lstsq(terms, move, rcond=None)[0]
    if not shares.min() > 0 or shares.max() > 4 * shares.min():
        return False
    made = terms @ shares
    return float(np.vdot(made, move)) > 0.97 * length(made) * length(move)


def pairs_one_by_one(exam: Exam, steps: Steps) -> None:
    """See whether an optimiser with a memory, sample by sample, is given the targets of others.

    An adaptive one's updates have nearly one length each, and momentum counts the first samples
    more: so their sum has no gradient's direction.
    """
    rate, values = exam.learning_rate, exam.points[1]
    if rate is None or exam.dense is None or exam.formula is None or exam.patient.n < 3:
        return
    names = fitting_rules(exam, steps) if sum(v.size for v in values) <= 2000 else []
    for n_chosen in (2, 3) if names else ():
        chosen = different_samples(exam, n_chosen)
        moves = steps.moved(values, chosen)
        if all(one_length(x, np.sign(x)) for x in moves):
            return  # one update for all of them
        u = flat_of(moves)
        walk = walk_for(exam, names, values, chosen, u)
        if walk is not None and walk[1] != tuple(range(n_chosen)):
            name, moved = walk
            exam.find(
                "pairs_broken", "wrong", "step",
                f"given the samples {', '.join(map(str, chosen))}, a step makes the updates of "
                f"{name}, one sample at a time, for the targets of "
                f"{', '.join(str(chosen[k]) for k in moved)}.",
            )  # fmt: skip
            return


def walk_for(
    exam: Exam, names: list[str], values: Arrays, chosen: np.ndarray, u: np.ndarray
) -> tuple[str, tuple[int, ...]] | None:
    """Return which optimiser goes as far, sample by sample, and whose targets each one has.

    The targets' own order comes first. A random order may be that one, of two samples above all.
    """
    orders = list(itertools.permutations(range(len(chosen))))
    for moved, order in itertools.product(orders, orders):
        given, to = chosen[list(order)], chosen[[moved[k] for k in order]]
        name = same_walk(exam, names, values, given, to, u)
        if name:
            return name, moved
    return None


def fitting_rules(exam: Exam, steps: Steps) -> list[str]:
    """Return the usual optimisers by which updates on one sample are made, the nearest first."""
    index = np.array([0])
    points, gs, off = steps_in_a_row(exam, index), [], dict.fromkeys(usual([np.zeros(1)], 1.0), 0.0)
    for before, after in itertools.pairwise(points):
        g = steps.gradient(before, index)
        if g is None or not off:
            return []
        gs.append(flat_of(g))
        u = flat_of(between(before, after))
        made = usual(gs, exam.learning_rate or 0.0)
        off = {n: float(np.abs(made[n] - u).max()) for n in off if close(made[n], u, 2e-3)}
    return sorted(off, key=lambda name: off[name])


def same_walk(
    exam: Exam,
    names: list[str],
    values: Arrays,
    rows: np.ndarray,
    targets: np.ndarray,
    u: np.ndarray,
) -> str:
    """Return which of these optimisers goes as far in these updates, or nothing."""
    dense, formula = exam.dense, exam.formula
    assert dense is not None
    assert formula is not None
    factor = exam.factor_for(values, rows[:1], formula.base)
    here = {name: [v.copy() for v in values] for name in names}
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for i, j in zip(rows, targets, strict=True):
        y = exam.targets_of(np.array([j]))
        assert y is not None
        for name in names:
            g = dense.gradient(here[name], exam.X_rows[[i]], y, replace(formula, factor=factor))
            kept[name].append(flat_of(g))
            move, begin = usual(kept[name], exam.learning_rate or 0.0)[name], 0
            for v in here[name]:
                v -= move[begin : begin + v.size].reshape(v.shape)
                begin += v.size
    begin = flat_of(values)
    for name in names:
        end = flat_of(here[name])
        if close(begin - end, u, 1e-3):
            return name
    return ""
