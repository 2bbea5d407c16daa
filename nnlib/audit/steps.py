"""Checks of the update: does it take the step that the gradient and the rate say?"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlib.audit.batches import few_samples, on_all_samples
from nnlib.audit.chains import compare_chain, fitting, tell_shared_memory
from nnlib.audit.exam import Exam, check, seed
from nnlib.audit.functions import report_changes
from nnlib.audit.masks import look_at_masks
from nnlib.audit.missteps import compare_single, explain, tell_faster_biases
from nnlib.audit.orders import in_other_order
from nnlib.audit.patient import Arrays, Failed, fits, leaves
from nnlib.audit.slopes import flat_of, peak
from nnlib.audit.states import ONE_FOR_ALL, as_they_were, content, differs
from nnlib.audit.unused import (
    advice_for,
    rows,
    tell_fixed_target,
    tell_unused_targets,
    unused_rows,
    unused_targets,
)
from nnlib.audit.update import (
    N_STEPS,
    Steps,
    between,
    chain_of,
    close,
    draws_at_random,
    keeps_something,
    relation,
    remembers_nothing,
    rounding,
    together,
)


@check
def look_at_shapes(exam: Exam) -> None:
    """A step leaves each parameter its shape and its type."""
    patient = exam.patient
    if not patient.has("step"):
        return
    whole = [
        name
        for name, array in zip(patient.names, patient.as_given, strict=True)
        if array.dtype.kind in "iu" and array.size
    ]
    hold = "holds" if len(whole) == 1 else "hold"
    try:
        values, exam.chain = patient.start, [patient.start]
        patient.renew()
        step = patient.fresh_step()
        seed(7)
        for _ in range(N_STEPS):
            X, y = patient.data()
            values = patient.stepped(values, (X, y), step)
            exam.chain.append(values)
            if len(exam.chain) == 2 and not exam.found("changes_its_arguments", "pairs_broken"):
                report_changes(exam, "step", [], (), X, y)
    except Failed as error:
        if whole and ("Casting" in error.what or "cast" in error.what):
            exam.find(
                "integer_parameters", "wrong", ", ".join(whole),
                f"{', '.join(whole)} {hold} whole numbers, and {error}",
            )  # fmt: skip
        elif len(exam.chain) < 2 or not grown(exam):
            exam.failed(error, f"one update for X {np.shape(patient.X)}")
        if len(exam.chain) < 2:
            del patient.functions["step"]
            patient.functions.pop("new_step", None)
            return
    for name, before, after in grown(exam):
        exam.find(
                "parameter_shape", "wrong", name,
                f"{name} has shape {before.shape} before the step and {after.shape} after it.",
            )  # fmt: skip
        del patient.functions["step"]
        patient.functions.pop("new_step", None)
        return
    if whole and stays_whole(exam):
        exam.find(
            "integer_parameters", "wrong", ", ".join(whole),
            f"{', '.join(whole)} {hold} whole numbers, before a step and after it: what a step "
            "adds is cut off.",
        )  # fmt: skip
    bad = [k for k, p in enumerate(exam.chain) if not all(np.isfinite(v).all() for v in p)]
    if bad and bad[0] == 1 and "predict" in exam.no_numbers:
        exam.miss("the steps: where predict gives no finite numbers, the first one gives none")
        exam.chain = exam.chain[:1]
        patient.functions.pop("step")
        patient.functions.pop("new_step", None)
    elif bad and bad[0] == 1 and tell_no_number(exam):
        patient.functions.pop("step")
        patient.functions.pop("new_step", None)
    elif bad:
        big = np.abs(exam.X_rows).max() > 15
        exam.diverged = (
            "data_scale" if big else "divergence",
            "X" if big else "step",
            f"after {bad[0]} step{'s' * (bad[0] > 1)} the parameters are no finite numbers."
            + (f" X reaches {np.abs(exam.X_rows).max():g}." if big else ""),
        )
        exam.chain = exam.chain[: bad[0]]
        if len(exam.chain) < 2:
            tell_divergence(exam)


def grown(exam: Exam) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return the parameters to which the first step gave another shape."""
    return [
        (name, before, after)
        for name, before, after in zip(
            exam.patient.names, exam.patient.start, exam.chain[1], strict=True
        )
        if before.shape != after.shape and not (before.size == after.size and fits(before, after))
    ]


def tell_divergence(exam: Exam) -> None:
    """Report steps that end in no finite numbers; no further step is looked at."""
    if exam.diverged is not None:
        kind, where, seen = exam.diverged
        exam.find(kind, "wrong", where, seen)
        exam.patient.functions.pop("step")
        exam.patient.functions.pop("new_step", None)
        exam.diverged = None


def tell_no_number(exam: Exam) -> bool:
    """Say why the first step gives NaN, if the gradient is made of finite numbers."""
    try:
        g = Steps(exam).gradient(exam.chain[0], None)
    except Failed:
        return False
    if g is None or not all(np.isfinite(x).all() for x in g):
        return False
    lost = np.concatenate([~np.isfinite(np.ravel(v)) for v in exam.chain[1]])
    slope = flat_of(g)
    if np.array_equal(lost, slope < 0) and not lost.all():
        why = (
            "wherever the gradient is negative, as where a root is taken of it, or of a running "
            "mean of it that should be one of its squares"
        )
    elif np.array_equal(lost, slope == 0) and not lost.all():
        why = "wherever the gradient is 0, as where something is divided by it"
    elif lost.all() and np.abs(slope).max() < 1e6:
        why = (
            "and the gradient is one of finite numbers: as where the update divides by 0, such as "
            "by 1 - beta**t with t = 0"
        )
    else:
        return False
    exam.find(
        "optimizer_formula", "wrong", "step",
        f"after one step {int(lost.sum())} of {lost.size} numbers are no finite numbers, {why}.",
    )  # fmt: skip
    return True


def stays_whole(exam: Exam) -> bool:
    """Say whether whole numbers are kept whole by a step that should move them."""
    patient = exam.patient
    given = patient.made(None)
    try:
        seed(7)
        answer = patient.call("step", given, *patient.data())
    except Failed:
        return False
    found = leaves(answer) or leaves(given)
    if len(found) != len(patient.start):
        found = leaves(given)
    kinds = [
        array.dtype.kind in "iu"
        for (_, array), old in zip(found, patient.as_given, strict=False)
        if old.dtype.kind in "iu" and old.ndim
    ]
    return bool(kinds) and all(kinds)


@check
def look_for_rows_unused_by_step(exam: Exam) -> None:
    """Every sample has a part in an update, or in an epoch."""
    patient = exam.patient
    if not patient.has("step") or exam.step_is == "batch" or len(exam.chain) < 2:
        return
    if exam.found():
        return
    steps = Steps(exam)

    seeds = [7]

    def after(X: Any, y: Any) -> np.ndarray:
        values = steps.once(exam.points[0], (X, y), seeds[0])
        return flat_of(values)

    def after_three(X: Any, y: Any) -> np.ndarray:
        seed(seeds[0])
        values, step = exam.points[0], patient.fresh_step(seeds[0])
        for _ in range(3):
            values = patient.stepped(values, (X, y), step)
        return flat_of(values)

    if along_signs(exam.chain, patient.short_steps):
        exam.miss("the rows that a step looks at: it goes along signs, which few samples change")
        return
    if tell_fixed_target(exam, "step", after):
        return
    unused = unused_rows(exam, after)
    if not unused:
        targets = unused_targets(exam, after)
        if targets:
            tell_unused_targets(exam, "step", targets)
        return
    n, left_out = patient.n, unused_rows(exam, after_three)
    seeds[0] = 8
    if unused_rows(exam, after) != unused or left_out != unused:  # others in the next step
        if exam.step_is == "epoch":
            others = "later ones also at others" if left_out != unused else "at others each time"
            exam.find(
                "samples_unused", "wrong" if len(unused) > n / 2 else "note", "step",
                f"an epoch looks at {'at most ' * (n > 200)}{n - len(unused)} of {n} samples, "
                f"{others}; the rest is left out.", advice=advice_for(unused, n),
            )  # fmt: skip
        elif exam.step_is is None:
            exam.miss('the rows of each batch: pass step_is="batch" if a step draws some rows')
        return
    exam.find(
        "samples_unused", "wrong", "step",
        f"a step goes to the same place whatever stands in {rows(unused)}: {len(unused)} of "
        f"{n} samples are never looked at.", advice=advice_for(unused, n),
    )  # fmt: skip


def along_signs(chain: list[Arrays], short: bool = False) -> bool:
    """Say whether the first step has one length in all entries that it moves, but for rounding."""
    sizes = np.abs(flat_of(between(chain[0], chain[1])))
    sizes = sizes[sizes > 0]
    largest = max(peak(v) for v in chain[0])
    # what subtracting from the parameters rounds; an epsilon of 1e-8 makes Adam's differ by more,
    # but not in float32
    precision = 2e-7 if short else 4e-16
    return len(sizes) > 3 and float(np.ptp(sizes)) <= precision * max(largest, sizes.max())


@check
def look_at_what_a_step_keeps(exam: Exam) -> None:
    """A step goes by what it is given, not by what a default argument kept of the first call."""
    if not exam.patient.defaults or not exam.patient.has("step") or len(exam.chain) < 3:
        return
    steps = Steps(exam)
    with as_they_were(exam.patient.defaults):
        for index in (None, np.array([0])):
            try:
                if not exam.found() and tell_kept(exam, steps, index):
                    return
            except Failed:
                continue


def tell_kept(exam: Exam, steps: Steps, index: Any) -> bool:
    """See whether fresh steps are right and later ones are not, by what was never renewed.

    That is a list that grows with each call, or what is filled once. An optimiser's memory is
    neither.
    """
    patient = exam.patient
    patient.renew()
    kept = never_renewed(exam, index)
    patient.renew()
    chain = chain_of(steps, index) if kept else None
    if chain is None or any(sound for sound, _ in fitting(exam, chain)):
        return False
    before, off, moves = chain.points[:-1], [], []
    for values, u in zip(before, chain.us, strict=True):
        patient.renew()
        fresh, g = steps.moved(values, index), steps.gradient(values, index)
        if g is None or relation(exam, fresh, g, values) != "plain":
            return False
        moves.append(together(fresh, g)[0])
        off.append(not close(u, moves[-1], 1e-3))
    if off[0] or not any(off):
        return False
    k = off.index(True)

    def mends(default: Any) -> bool:
        patient.renew()
        steps.moved(before[0], index)
        default.refresh()
        return close(together(steps.moved(before[k], index), chain.g)[0], moves[k], 1e-3)

    kept = [each for each in kept if mends(each)] or kept
    exam.find(
        "state_kept", "wrong", "step",
        f"{' and '.join(map(str, kept))} calls, keeps what the first call left in it: {chain.on}"
        f"step {k + 1} is not the one along its gradient, and it is, if nothing was kept before "
        "it.",
        advice=ONE_FOR_ALL,
    )  # fmt: skip
    return True


def never_renewed(exam: Exam, index: Any) -> list[Any]:
    """Return the default arguments that grow with each step, or are filled once for all."""
    patient, defaults = exam.patient, exam.patient.defaults
    step, values, sizes, held = patient.fresh_step(), patient.start, [], []
    for _ in range(3):
        values = patient.stepped(values, patient.data(index), step)
        sizes.append([len(each.value) for each in defaults])
        held.append([content(each.value) for each in defaults])
    found = []
    for k, each in enumerate(defaults):
        grows = sizes[0][k] < sizes[1][k] < sizes[2][k]
        once = not differs(each.value, held[0][k]) and not differs(each.value, held[1][k])
        if each.changed() and (grows or once):
            found.append(each)
    return found


@check
def look_at_step(exam: Exam) -> None:
    """One step is the gradient, times the rate."""
    if not exam.patient.has("step") or len(exam.chain) < 2:
        return
    before = exam.n_lines
    compare_step(exam)
    if exam.n_lines == before and not exam.found():
        exam.miss(
            "the step beside the gradient: it is no step of an optimiser that is known here, and "
            "none that is known to be wrong"
        )


def compare_step(exam: Exam) -> None:
    """See what one step is, on all samples or on few, and some steps in a row."""
    patient = exam.patient
    if exam.found("integer_parameters"):
        return
    if exam.found("loss_random", "data_type", "target_shape", "changes_its_arguments"):
        return
    if any((f.kind, f.where) == ("state_kept", "step") for f in exam.findings):
        return
    if patient.random_loss:
        exam.miss("the step beside the gradient, where the loss is random")
        return
    if any((f.kind, f.where) == ("samples_unused", "step") for f in exam.findings):
        exam.miss("the step beside the gradient, where it leaves samples out")
        return
    steps = Steps(exam)
    try:
        values = exam.chain[0] if exam.diverged else exam.points[0]
        if draws_at_random(exam, steps, values):
            exam.miss(
                "the step beside the gradient: a step on one sample differs from call to call, as "
                "with dropout"
            )
            beside = patient.has("training_loss", "predict")
            if not (beside and compare_single(exam, steps, values, None, True)):
                look_at_masks(exam, steps, values)
            return
        moves = flat_of(steps.moved(values, None))
        if moves.any() and rounding(exam, moves, values) > 0.3:
            exam.miss("the step beside the gradient: it is so short that rounding makes most of it")
            return
        if not remembers_nothing(steps, values):
            exam.miss(
                "the step from another point: it keeps state of its own, or draws at random. Pass "
                "new_step, which makes a fresh step"
            )
            compare_chain(exam, steps)
            return
        if compare_single(exam, steps, values, None) or exam.found("optimizer_formula"):
            return
        if keeps_something(steps, values, None) and tell_shared_memory(exam, steps):
            return
        if tell_faster_biases(exam, steps, values):
            return
        if exam.step_is == "update":
            if in_other_order(exam, steps):
                return
            if not on_all_samples(exam, steps, values):
                explain(exam, steps, values, None)
            return
        few_samples(exam, steps, values)
    except Failed as error:
        exam.miss(f"the step: {error}")
