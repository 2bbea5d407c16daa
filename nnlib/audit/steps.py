"""Checks of the update: does it take the step that the gradient and the rate say?"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam, check, seed
from nnlib.audit.formulas import SOFTMAX, WORDS, where_from
from nnlib.audit.functions import (
    advice_for,
    report_changes,
    rows,
    tell_fixed_target,
    tell_unused_targets,
    unused_rows,
    unused_targets,
)
from nnlib.audit.gradient import Comparison, tell_output_slope
from nnlib.audit.masks import look_at_masks
from nnlib.audit.optimisers import rules, shared_rules, uphill, usual
from nnlib.audit.patient import Arrays, Failed, fits, leaves
from nnlib.audit.slips import that_fits
from nnlib.audit.slopes import chosen_entries, measure, one_factor
from nnlib.audit.start import exam_scale
from nnlib.audit.walk import Walk

N_STEPS = 4


class Steps:
    """What the program's step does, from a fresh start."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.patient = exam.patient
        self.rate = exam.learning_rate

    def once(self, values: Arrays, data: tuple[Any, Any], number: int = 7) -> Arrays:
        """Return the parameters after one fresh step."""
        seed(number)
        return self.patient.stepped(values, data, self.patient.fresh_step(number))

    def moved(self, values: Arrays, index: Any) -> Arrays:
        """Return before - after of one fresh step on some samples."""
        values = self.patient.held(values)
        after = self.once(values, self.patient.data(index))
        moves = [a - b.reshape(a.shape) for a, b in zip(values, after, strict=True)]
        pairs = zip(moves, values, strict=True)
        return [
            np.zeros_like(u) if np.abs(u).max(initial=0) <= 1e-15 * max(np.abs(v).max(initial=0), 1)
            else u for u, v in pairs
        ]  # fmt: skip

    def gradient(self, values: Arrays, index: Any) -> Arrays | None:
        """Return the gradient that the program means: its own, or the slope of its loss."""
        exam, patient = self.exam, self.patient
        if patient.has("gradients") and not exam.found("state_kept", "same_array_returned"):
            seed(7)
            g = patient.gradients(values, patient.data(index))
            if all(fits(a, b) for a, b in zip(g, values, strict=True)):
                return [a.reshape(b.shape) for a, b in zip(g, values, strict=True)]
            return None
        return self.slopes(values, index)

    def slopes(self, values: Arrays, index: Any) -> Arrays | None:
        """Return the slopes of the loss: by the rebuilt network, or measured where not."""
        exam = self.exam
        y = exam.targets_of(index)
        if exam.dense is not None and exam.formula is not None and y is not None:
            X = exam.X_rows if index is None else exam.X_rows[index]
            n, part = exam.patient.n if exam.few is None else len(exam.few), len(X)
            formula = exam.formula
            scale = formula.factor
            if n != part and exam.patient.has(
                exam.loss_name
            ):  # how it is divided for fewer samples
                scale = self.factor_for(values, index, formula.base)
            return exam.dense.gradient(values, X, y, replace(formula, factor=scale))
        if not exam.patient.has(exam.loss_name):
            return None
        return exam.measured(values, index, 60).slope

    def factor_for(self, values: Arrays, index: Any, base: str) -> float:
        """Return the factor of a base in the loss for these samples."""
        return self.exam.factor_for(values, index, base)


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
    if bad and bad[0] == 1 and tell_no_number(exam):
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
    slope = np.concatenate([np.ravel(x) for x in g])
    if np.array_equal(lost, slope < 0) and not lost.all():
        why = (
            "wherever the gradient is negative, as where a root is taken of it, or of a running "
            "mean of it that should be one of its squares"
        )
    elif np.array_equal(lost, slope == 0) and not lost.all():
        why = "wherever the gradient is 0, as where something is divided by it"
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
        return np.concatenate([np.ravel(v) for v in values])

    def after_three(X: Any, y: Any) -> np.ndarray:
        seed(seeds[0])
        values, step = exam.points[0], patient.fresh_step(seeds[0])
        for _ in range(3):
            values = patient.stepped(values, (X, y), step)
        return np.concatenate([np.ravel(v) for v in values])

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
            exam.find(
                "samples_unused", "wrong" if len(unused) > n / 2 else "note", "step",
                f"an epoch looks at {'at most ' * (n > 200)}{n - len(unused)} of {n} samples, at "
                "others each time; the rest is left out.", advice=advice_for(unused, n),
            )  # fmt: skip
        elif exam.step_is is None:
            exam.miss('the rows of each batch: pass step_is="batch" if a step draws some rows')
        return
    exam.find(
        "samples_unused", "wrong", "step",
        f"a step goes to the same place whatever stands in {rows(unused)}: {len(unused)} of "
        f"{n} samples are never looked at.", advice=advice_for(unused, n),
    )  # fmt: skip


@check
def look_at_step(exam: Exam) -> None:
    """One step is the gradient, times the rate."""
    patient = exam.patient
    if not patient.has("step") or len(exam.chain) < 2 or exam.found("integer_parameters"):
        return
    if exam.found("loss_random", "data_type", "target_shape", "changes_its_arguments"):
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
                "the step beside the gradient: a step on one sample differs from seed to seed, as "
                "with dropout"
            )
            if patient.has("training_loss", "predict"):
                compare_single(exam, steps, values, None, True)
            else:
                look_at_masks(exam, steps, values)
            return
        moves = np.concatenate([np.ravel(u) for u in steps.moved(values, None)])
        if moves.any() and rounding(exam, moves, values) > 0.3:
            exam.miss("the step beside the gradient: it is so short that rounding makes most of it")
            return
        if not remembers_nothing(exam, steps, values):
            exam.miss(
                "the step from another point: it keeps state of its own, or draws at random. Pass "
                "new_step, which makes a fresh step"
            )
            compare_chain(exam, steps)
            return
        if compare_single(exam, steps, values, None) or exam.found("optimizer_formula"):
            return
        if keeps_something(exam, steps, values, None) and tell_shared_memory(exam, steps):
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


def remembers_nothing(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """Say whether two fresh steps from one point go to the same place."""
    a, b = (steps.once(values, steps.patient.data()) for _ in range(2))
    return all(np.allclose(x, y, rtol=1e-9, atol=1e-14) for x, y in zip(a, b, strict=True))


def keeps_something(exam: Exam, steps: Steps, values: Arrays, index: Any) -> bool:
    """Say whether a second step from one point, by the same object, goes elsewhere: momentum."""
    step, data = steps.patient.fresh_step(), steps.patient.data(index)
    after = []
    for _ in range(2):
        seed(7)
        after.append(steps.patient.stepped(values, data, step))
    return not all(np.allclose(a, b, rtol=1e-9, atol=1e-14) for a, b in zip(*after, strict=True))


def draws_at_random(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """Say whether the global generator decides where a step on one sample goes."""
    for sample in {0, exam.patient.n // 2, exam.patient.n - 1}:
        data = exam.patient.data(np.array([sample]))
        begin = steps.once(values, data, 7)
        for number in range(8, 13):  # a mask of few neurons may come twice
            pairs = zip(begin, steps.once(values, data, number), strict=True)
            if any(not np.allclose(a, b, rtol=1e-9, atol=1e-14) for a, b in pairs):
                return True
    return False


def compare_single(
    exam: Exam, steps: Steps, values: Arrays, index: Any, quiet: bool = False
) -> bool:
    """See whether a step is rate times gradient, or the first of a known optimiser."""
    u, g = steps.moved(values, index), steps.gradient(values, index)
    if g is None:
        exam.miss("the step beside the gradient: pass gradients, or loss and predict")
        return True
    verdict = relation(exam, u, g, values)
    if verdict == "plain":
        if barely_early(exam, steps, values, index, u, g):
            return True
        return quiet or compare_chain(exam, steps, index)
    if verdict == "optimiser" or (verdict == "scaled" and not quiet):
        return quiet or compare_chain(exam, steps, index)
    if not quiet and float(np.vdot(*together(u, g))) < 0:
        return compare_chain(exam, steps, index) and exam.found("gradient_sign")
    return False


def relation(exam: Exam, u: Arrays, g: Arrays, values: Arrays) -> str:
    """Say how a step and a gradient belong together."""
    a, b = together(u, g)
    tolerance = max(2e-2 if exam.patient.short_steps else 1e-3, rounding(exam, a, values))
    if not a.any() and np.abs(b).max(initial=0) < 1e-9:
        return "plain"
    f = common_factor(u, g, tolerance, rounding(exam, a, values))
    rate = exam.learning_rate
    if f is not None and f > 0:
        near = rate is None or abs(f - rate) <= max(1e-2, tolerance) * rate
        return "plain" if near else "scaled"
    single = all(x.size == 1 for x in u)  # then one length for each would say nothing
    if all(one_length(x, y) for x, y in zip(u, g, strict=True)) and (
        not single or one_length(a, b)
    ):
        return "optimiser"  # steps of one length: Adam and its relatives begin so
    return "none"


def common_factor(u: Arrays, g: Arrays, tolerance: float, rounded: float = 0) -> float | None:
    """Return f with u = f g, also at the parameters whose gradient is small; or None.

    ``rounded``: what rounding makes of a step, relative to the largest one.
    """
    a, b = together(u, g)
    f = one_factor(a, b, tolerance)
    if f is None:
        return None
    least = max(1e-5, rounded) * float(np.abs(a).max(initial=0))
    for x, y in zip(u, g, strict=True):
        own, slope = together([x], [y])
        room = max(tolerance * np.abs(own).max(initial=0), least)
        if np.abs(own - f * slope).max(initial=0) > 2 * room:
            return None
    return f


def one_length(u: np.ndarray, g: np.ndarray) -> bool:
    """Say whether a parameter moves by one length in all entries, against the gradient."""
    a, b = together([u], [g])
    keep = np.abs(b) > 1e-6 * np.abs(b).max(initial=0)
    sizes = np.abs(a[keep])
    if not len(sizes) or not sizes.min() > 0:
        return not len(sizes)
    same = np.median(np.abs(sizes / np.median(sizes) - 1)) < 0.05
    return bool(same and (np.sign(a[keep]) == np.sign(b[keep])).mean() > 0.9)


def rounding(exam: Exam, u: np.ndarray, values: Arrays) -> float:
    """Return what rounding the parameters makes of a step, relative to the step."""
    precision = 6e-8 if exam.patient.short_steps else 1.2e-16
    largest = max((float(np.abs(v).max(initial=0)) for v in values), default=0.0)
    return 20 * precision * largest / max(float(np.abs(u).max(initial=0)), 1e-300)


def together(u: Arrays, g: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and gradients where there are both, flat."""
    keep = [np.isfinite(b) for b in g]
    a = np.concatenate([x[k] for x, k in zip(u, keep, strict=True)])
    b = np.concatenate([x[k] for x, k in zip(g, keep, strict=True)])
    return a, b


def on_all_samples(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether a step on all samples is another multiple, or follows another known loss."""
    u, g = steps.moved(values, None), steps.gradient(values, None)
    if g is None:
        return True
    a = together(u, g)[0]
    tolerance = max(2e-2 if exam.patient.short_steps else 3e-4, rounding(exam, a, values))
    f = common_factor(u, g, tolerance, rounding(exam, a, values))
    if f is not None and abs(f) > 1e-12 and exam.patient.n > 1:
        if exam.patient.short_steps and too_early(exam, steps, values, None, u):
            return True
        if exam.step_is != "epoch" and unsteady(exam, steps, f):
            return True
        tell_factor(exam, f, exam.learning_rate, None)
        return True
    if exam.dense is None or exam.patient.has("gradients") or not exam.patient.has(exam.loss_name):
        return False
    comparison = Comparison(exam, values, None)
    comparison.factor_known = not keeps_something(exam, steps, values, None)
    rate = exam.learning_rate
    scaled = [x / (rate or 1.0) for x in u]
    if any(
        not x.any() and np.nanmax(np.abs(y), initial=0) > 1e-9 for x, y in zip(u, g, strict=True)
    ):
        return False  # a parameter that does not move is said to be so
    if still_parts(u, g) or tell_other_gradient(exam, u, g) or tell_lost(exam, u, g, values):
        return exam.found()
    if comparison.by_weight_term(scaled, "step", rate is None):
        return True
    if comparison.by_other_loss(scaled, "step", rate is None):
        return True
    return exam.step_is is None and comparison.by_equations(scaled, "step", rate is None)


def another_factor(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether a step on all samples is one update, exactly, with another factor."""
    g = steps.gradient(values, None)
    if g is None or exam.learning_rate is None:
        return False
    f = one_factor(
        *together(steps.moved(values, None), g), 2e-6
    )  # several updates never fit so well
    if f is None or abs(f - exam.learning_rate) < 1e-2 * exam.learning_rate:
        return False
    if unsteady(exam, steps, f):
        return True
    tell_factor(exam, f, exam.learning_rate, None)
    return True


# Several steps in a row


def steps_in_a_row(exam: Exam, index: Any) -> list[Arrays]:
    """Return the parameters at the start and after each of some steps, on some samples."""
    if index is None:
        return exam.chain
    values, step, points = exam.patient.start, exam.patient.fresh_step(), [exam.patient.start]
    seed(7)
    for _ in range(N_STEPS):
        values = exam.patient.stepped(values, exam.patient.data(index), step)
        points.append(values)
    return points


def moves_beside_slopes(
    steps: Steps, points: list[Arrays], index: Any
) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray, Arrays] | None:
    """Return the moves between points and the gradients there, flat, and whose each entry is."""
    us, gs = [], []
    for before, after in itertools.pairwise(points):
        g = steps.gradient(before, index)
        if g is None:
            return None
        u = [x - y.reshape(x.shape) for x, y in zip(before, after, strict=True)]
        a, b = together(u, g)
        us.append(a)
        gs.append(b)
    order = np.concatenate([np.full(int(np.isfinite(x).sum()), k) for k, x in enumerate(g)])
    return us, gs, order, g


def tell_shared_memory(exam: Exam, steps: Steps) -> bool:
    """See whether parameters of one size share the memory of an optimiser."""
    found = moves_beside_slopes(steps, exam.chain, None)
    if found is None:
        return False
    us, gs, order, _ = found
    if len(set(np.bincount(order))) == order.max(initial=0) + 1:
        return False
    for name, made in shared_rules(gs, exam.learning_rate, order, us):
        if all(close(m, u, 2e-3) for m, u in zip(made, us, strict=True)):
            exam.find(
                "optimizer_formula", "wrong", "step",
                f"{len(us)} steps in a row are those of {name}, and its memory is one array for "
                "the parameters of one size.",
                advice=("[np.zeros(shape)] * 2 is a list that holds one array twice, and += "
                        "changes it in both places.",
                        "Make one for each parameter: [np.zeros_like(p) for p in parameters]."),
            )  # fmt: skip
            return True
    return False


def compare_chain(exam: Exam, steps: Steps, index: Any = None) -> bool:
    """See which optimiser takes these steps; False where none is near."""
    points = steps_in_a_row(exam, index)
    if all(np.array_equal(a, b) for a, b in zip(points[0], points[-1], strict=True)):
        return True  # no slope at the start, and no step
    found = moves_beside_slopes(steps, points, index)
    if found is None:
        return False
    us, gs, order, g = found
    values = [together(p, g)[0] for p in points[:-1]]
    for sound, name, made in rules(gs, exam.learning_rate, order, us, values):
        if len(made) == len(us) and all(
            close(m, u, max(2e-3, rounding(exam, u, points[0]), 2e-2 * exam.patient.short_steps))
            and (exam.patient.short_steps or close_everywhere(m, u, order))
            for m, u in zip(made, us, strict=True)
        ):
            if sound:
                on = "" if index is None else f"on {some(index)} "
                exam.look(f"{on}{len(us)} steps in a row are those of {name}")
            else:
                exam.find(
                    "optimizer_formula", "wrong", "step",
                    f"{len(us)} steps in a row are those of {name}.",
                )  # fmt: skip
            return True
    if float(np.vdot(us[0], gs[0])) < 0:
        for _, name, made in uphill(gs, exam.learning_rate, us, values):
            if all(
                close(m, u, max(2e-3, 2e-2 * exam.patient.short_steps))
                for m, u in zip(made, us, strict=True)
            ):
                exam.find(
                    "gradient_sign", "wrong", "step",
                    f"{len(us)} steps in a row are those of {name}, but uphill: what should be "
                    "subtracted is added.",
                )  # fmt: skip
                return True
    if tell_slip(exam, steps, points, us, index) or tell_rate(exam, us, gs, order, values):
        return True
    rate = exam.learning_rate
    first = one_factor(us[0], gs[0], 1e-3)
    if index is None and exam.step_is != "update" and exam.patient.n > 1:
        return False  # it may be several updates: few samples will tell
    if first is not None and first > 0 and (rate is None or abs(first - rate) < 1e-2 * rate):
        tell_odd_steps(exam, us, gs)
        return True
    return first is None and looks_adaptive(exam, us, gs, points[0])


def tell_rate(
    exam: Exam, us: list[np.ndarray], gs: list[np.ndarray], order: np.ndarray, values: list[Any]
) -> bool:
    """See whether a sound optimiser takes these steps at another rate than the one it should."""
    rate = exam.learning_rate
    if rate is None or len(us) < 3 or exam.patient.short_steps or exam.step_is == "epoch":
        return False  # an epoch is as long as its updates together
    for sound, name, made in rules(gs, None, order, us, values):
        if not sound or "sign of" in name or "descent" in name or not made[0].any():
            continue
        if all(close(m, u, 1e-3) for m, u in zip(made, us, strict=True)):
            if "momentum" in name:
                first = one_factor(us[0], gs[0]) or 0.0
            else:
                first = float(np.median(np.abs(us[0])))
            if abs(first - rate) < 2e-2 * rate:
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
    factor = own.factor if index is None else steps.factor_for(points[0], index, own.base)
    fit = that_fits(exam, points, index, us, replace(own, factor=factor))
    if fit is None:
        return False
    step, optimiser = fit[0][0], fit[1]
    exam.find(
        step.kind, "wrong", step.where,
        f"{step.text}: {len(us)} steps in a row are those of {optimiser} along such gradients.",
    )  # fmt: skip
    return True


def close(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Say whether two steps are the same."""
    scale = float(np.abs(b).max(initial=0))
    return bool(np.isfinite(a).all() and np.abs(a - b).max(initial=0) <= tolerance * scale)


def close_everywhere(a: np.ndarray, b: np.ndarray, order: np.ndarray) -> bool:
    """Say whether two steps are the same, nearly, also at the parameters that move little."""
    least = 1e-4 * float(np.abs(b).max(initial=0))
    return all(
        np.abs(a - b)[order == k].max() <= max(1e-2 * np.abs(b)[order == k].max(), least)
        for k in np.unique(order)
    )


def tell_odd_steps(exam: Exam, us: list[np.ndarray], gs: list[np.ndarray]) -> None:
    """The first step is right, and a later one is not."""
    for k, (u, g) in enumerate(zip(us, gs, strict=True)):
        f = one_factor(u, g, 2e-3)
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
    if tell_epsilon(exam, us[0], gs[0]):
        return True
    if relation(exam, [us[0]], [gs[0]], values) != "optimiser":
        return False
    lengths = [float(np.median(np.abs(u))) for u in us]
    if np.ptp(lengths) < 2e-2 * max(lengths) and exam_scale(exam):
        exam.miss(
            "which optimiser it is: its steps are all of one length, the slopes hardly change"
        )
        return True
    kind = "optimizer_formula" if exam.patient.has("gradients") else "step_not_gradient"
    exam.find(
        kind, "wrong", "step",
        f"the first step has one length for all entries ({np.median(np.abs(us[0])):.4g}), as "
        "Adam's has; but the first "
        f"{len(us)} steps are those of no optimiser known here. Their lengths: "
        + ", ".join(f"{np.median(np.abs(u)):.4g}" for u in us) + ".",
    )  # fmt: skip
    return True


def tell_epsilon(exam: Exam, u: np.ndarray, g: np.ndarray) -> bool:
    """See whether the first step is that of Adam or RMSProp with a large epsilon."""
    rate, keep = exam.learning_rate, np.abs(g) > 1e-3 * np.abs(g).max(initial=0)
    if rate is None or keep.sum() < 4 or not (u[keep] * g[keep] > 0).all():
        return False
    sizes, divisor = np.abs(g[keep]), rate * g[keep] / u[keep]
    share, epsilon = np.polyfit(sizes, divisor, 1)
    rest = np.abs(share * sizes + epsilon - divisor).max()
    if rest > 1e-2 * divisor.min() or not epsilon > 5e-3 or not share > 1e-2:
        return False
    severity = "wrong" if epsilon > share * np.median(sizes) else "suspicious"
    exam.find(
        "optimizer_formula", severity, "step",
        f"the rate times the gradient is divided by {share:.3g} times its size and {epsilon:.3g} "
        "more. That is the first step of Adam or RMSProp with such an epsilon, which against a "
        "division by 0 need be 0.00000001 only.",
    )  # fmt: skip
    return True


# A step of several updates: asked about few samples, it makes one


def few_samples(exam: Exam, steps: Steps, values: Arrays) -> None:
    """Ask for an update on so few samples that a call makes only one."""
    patient = exam.patient
    sizes = [1, 2, 4, 8, 16, 32, 64, 100, 128]
    for size in [s for s in sizes if s < patient.n]:
        index = np.sort(np.random.default_rng(2).permutation(patient.n)[:size])
        try:
            u = steps.moved(values, index)
        except Failed:
            continue
        if any(x.any() for x in u):
            break
    else:
        explain(exam, steps, values, None)
        return
    free = exam.learning_rate is None and size == 1
    if free and several_factors(exam, steps, values) and one_by_one(exam, steps, values, index):
        return
    if one_update(exam, steps, values, index):
        if updates_without_looking(exam, steps, values):
            return
        compare_chain(exam, steps, index)
        if exam.found("optimizer_formula"):
            return
        if exam.step_is is None and another_factor(exam, steps, values):
            return
        pair = np.sort(np.random.default_rng(2).permutation(patient.n)[:3])
        if exact_equations(exam, steps, values, pair) or (
            exam.step_is is None and exact_equations(exam, steps, values, None)
        ):
            return  # with one sample some faults do not show
        if exam.step_is is None and not compare_single(exam, steps, values, None, True):
            exam.find(
                "step_not_gradient", "note", "step",
                f"with {some(index)} a step is the rate times the gradient, and "
                f"with all {patient.n} it is not: it seems to make several updates.",
            )  # fmt: skip
            exam.miss('whether that is meant: pass step_is="epoch" or "batch"')
        exam.look(f"on {some(index)} a step is an update by the gradient")
        if exam.step_is == "epoch":
            exam.miss("the updates within an epoch, one by one: how many there are is not known")
        return
    if exam.step_is is None and size == 1 and not patient.has(exam.loss_name, "predict"):
        return
    if several_updates(exam, steps, values, index):
        return
    if size == 1 and one_by_one(exam, steps, values, index):
        return
    if exam.step_is is not None or not on_all_samples(exam, steps, values):
        explain(exam, steps, values, index)


def some(index: np.ndarray) -> str:
    """Say "1 sample" or "4 samples"."""
    return f"{len(index)} sample{'s' * (len(index) > 1)}"


def several_factors(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """Say whether the steps on one sample each are different multiples of their gradients."""
    factors = []
    for i in np.random.default_rng(2).permutation(exam.patient.n)[:4]:
        u, g = steps.moved(values, np.array([i])), steps.gradient(values, np.array([i]))
        f = None if g is None else common_factor(u, g, 1e-3)
        if f is None:
            return False
        factors.append(f)
    return bool(np.ptp(factors) > 2e-2 * np.abs(factors).max())


def one_by_one(exam: Exam, steps: Steps, values: Arrays, first: np.ndarray) -> bool:
    """See what steps on one sample each are together: at one alone most slips are a factor."""
    n, rate = exam.patient.n, exam.learning_rate
    g = steps.gradient(values, first)
    if exam.patient.has("gradients") or g is None:
        return False
    if common_factor(steps.moved(values, first), g, 1e-3) is None:
        return False  # more than a factor: it shows at this sample
    index = np.sort(np.random.default_rng(2).permutation(n)[:12])
    more = False  # than a factor, at some samples
    factors: list[float] = []
    lengths, total = [], [np.zeros_like(v) for v in values]
    for i in index:
        alone = np.array([i])
        u, g = steps.moved(values, alone), steps.gradient(values, alone)
        if g is None:
            return False
        f = common_factor(u, g, 1e-3)
        if exam.patient.short_steps or still_parts(u, g):
            return False
        if f is None:
            more = True
        else:
            factors.append(f)
        lengths.append(length(np.concatenate([np.ravel(x) for x in u])))
        total = [a + b for a, b in zip(total, u, strict=True)]
    spread = float(np.ptp(factors)) if factors else 0.0
    if not more and (len(factors) < 3 or spread <= 2e-2 * np.abs(factors).max()):
        return False
    if min(lengths) > 0.999 * max(lengths):
        return False  # a gradient that is cut to one length
    dense, y, own = exam.dense, exam.targets_of(index), exam.formula
    if dense is not None and y is not None and own is not None:
        factor = steps.factor_for(values, index[:1], own.base)
        whole = replace(own, factor=factor, decay=own.decay * len(index),
                        sizes=own.sizes * len(index))  # fmt: skip
        X, scaled = exam.X_rows[index], [x / (rate or 1.0) for x in total]
        answers = exam.base_values[1]
        others = [replace(whole, base=base, factor=1.0) for base in ("squared", "binary", "cross")
                  if base != own.base and exam.possible(base, answers, y)]  # fmt: skip
        walks = [Walk(exam, dense, values, X, y, formula, scaled, free)
                 for formula in (whole, *others)
                 for free in (rate is None or formula is not whole, True)]  # fmt: skip
        for walk in walks:
            walk.go()
        known = [walk for walk in walks if walk.explained]
        best = min(known, key=lambda walk: walk.cost, default=None)
        if best is not None and best.deviations:
            best.report((), rate is None)
            return True
        if best is not None and best.formula.base != own.base:
            exam.find(
                "loss_formula", "wrong", "loss and step",
                f"the loss that is shown is {own.words(n, exam.n_outputs)}; what the steps on one "
                f"sample each descend are {WORDS[best.formula.base]}.",
            )  # fmt: skip
            return True
    if rate is not None and tell_output_slope(
        exam, lambda i: [x / rate for x in steps.moved(values, i)], values, "step"
    ):
        return True
    if more:
        return False
    exam.find(
        "gradient_wrong", "wrong", "step",
        f"sample by sample the step is {', '.join(f'{x:.4g}' for x in factors[:4])}, … times the "
        "slope of the loss, where one number is expected.",
    )  # fmt: skip
    return True


def exact_equations(exam: Exam, steps: Steps, values: Arrays, index: Any) -> bool:
    """See whether a step on some samples is a single update with a slip, exactly."""
    dense, y, rate = exam.dense, exam.targets_of(index), exam.learning_rate
    if dense is None or y is None or exam.formula is None:
        return False
    if exam.patient.short_steps or exam.patient.has("gradients") or exam.found():
        return False
    u = steps.moved(values, index)
    if not any(x.any() for x in u):
        return False
    if rate is None:
        one = np.array([0 if index is None else index[0]])
        g = steps.gradient(values, one)
        rate = None if g is None else common_factor(steps.moved(values, one), g, 1e-3)
    if rate is None or (index is not None and in_turn(exam, steps, values, index, u, rate)):
        return False
    g = steps.gradient(values, index)
    f = None if g is None or index is None else one_factor(*together(u, g), 2e-6)
    if f is not None and f > 0 and abs(f - rate) > 2e-2 * rate and exam.learning_rate is not None:
        tell_factor(exam, f, rate, index)
        return True
    scaled = [x / rate for x in u]
    if exam.formula.penalised:
        comparison = Comparison(exam, values, index)
        if comparison.by_weight_term(scaled, "step", False):
            return True
    X = exam.X_rows if index is None else exam.X_rows[index]
    formula = replace(exam.formula, factor=steps.factor_for(values, index, exam.formula.base))
    walk = Walk(exam, dense, values, X, y, formula, scaled, False)
    walk.tolerance = 2e-6  # several updates never fit so well
    walk.go()
    weights_alone = all(step.where.startswith("W") for step in walk.deviations)
    if not walk.explained or not walk.deviations or (weights_alone and index is None):
        return False  # weights alone may fit by chance, where samples do not overlap
    walk.report((), False)
    return True


def in_turn(
    exam: Exam, steps: Steps, values: Arrays, index: np.ndarray, u: Arrays, rate: float
) -> bool:
    """Say whether a step makes right updates, by samples or groups of them, in any order."""
    scale = max(float(np.abs(x).max(initial=0)) for x in u)
    for order in itertools.permutations(range(len(index))):
        for cuts in itertools.product((False, True), repeat=len(index) - 1):
            groups: list[list[int]] = [[order[0]]]
            for k, new in zip(order[1:], cuts, strict=True):
                groups = [*groups, [k]] if new else [*groups[:-1], [*groups[-1], k]]
            here = values
            for group in groups:
                g = steps.gradient(here, index[sorted(group)])
                if g is None:
                    return False
                here = [v - rate * x for v, x in zip(here, g, strict=True)]
            if all(np.abs(v - h - x).max(initial=0) <= 1e-5 * scale
                   for v, h, x in zip(values, here, u, strict=True)):  # fmt: skip
                return True
    return False


def several_updates(exam: Exam, steps: Steps, values: Arrays, index: np.ndarray) -> bool:
    """See whether a step is gradient descent, several updates long."""
    rate = exam.learning_rate
    if rate is None or not (exam.patient.has("gradients") or exam.dense is not None):
        return False
    after = steps.once(values, exam.patient.data(index))
    here = values
    for k in range(1, 200 if exam.work(index) < 10_000 else 20):
        g = steps.gradient(here, index)
        if g is None:
            return False
        here = [a - rate * b for a, b in zip(here, g, strict=True)]
        off = [
            np.abs(a - b.reshape(a.shape)).max(initial=0) for a, b in zip(here, after, strict=True)
        ]
        moved = [np.abs(a - b).max(initial=0) for a, b in zip(here, values, strict=True)]
        if k > 1 and max(off) <= 1e-3 * max(moved):
            exam.look(f"a step makes {k} updates by the gradient")
            return True
    return False


def updates_without_looking(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether a step on all samples makes several updates, all by its first predictions."""
    dense, y, rate = exam.dense, exam.targets, exam.learning_rate
    if dense is None or y is None or exam.formula is None or rate is None:
        return False
    if exam.patient.short_steps or exam.formula.penalised or exam.patient.n < 2:
        return False
    u, g = steps.moved(values, None), steps.gradient(values, None)
    last = dense.layers[-1].W
    f = None if g is None else one_factor(np.ravel(u[last]), np.ravel(g[last]), 2e-6)
    k = 0 if f is None else round(f / rate)
    if f is None or not 1 < k <= max(exam.patient.n, 64) or abs(f - k * rate) > 1e-4 * rate:
        return False
    looking = values
    for _ in range(k):
        slopes = steps.gradient(looking, None)
        if slopes is None:
            return False
        looking = [v - rate * x for v, x in zip(looking, slopes, strict=True)]
    if max(np.abs(v - h - x).max(initial=0) / np.abs(x).max(initial=1e-300)
           for v, h, x in zip(values, looking, u, strict=True)) < 1e-2:  # fmt: skip
        return False  # the predictions hardly change between the updates
    z, a = dense.forward(values, exam.X_rows)
    factor = steps.factor_for(values, None, exam.formula.base)
    output = factor * dense.output_delta(z[-1], a[-1], y, exam.formula.base)
    for early in (False, True):
        here = [v.copy() for v in values]
        for _ in range(k):
            delta, through = output, [v.copy() for v in here]
            for number in range(len(dense.layers), 0, -1):
                move = [np.zeros_like(v) for v in values]
                dense.put(move, number, a[number - 1].T @ delta, delta.sum(axis=0), values)
                here = [v - rate * x for v, x in zip(here, move, strict=True)]
                if number > 1:
                    back = delta @ dense.layers[number - 1].matrix(here if early else through).T
                    delta = back * dense.activations[number - 2].slope(z[number - 1])
        if all(np.abs(v - h - x).max(initial=0) <= 1e-5 * np.abs(x).max(initial=1e-300)
               for v, h, x in zip(values, here, u, strict=True)):  # fmt: skip
            exam.find(
                "step_not_gradient", "wrong", "step",
                f"a step on all {exam.patient.n} samples makes {k} updates, all of them by the "
                "predictions that it began with.",
                advice=("The update stands in a loop over the samples, such as one that counts "
                        "right answers, and the error is computed once, before it.",
                        "Put the update behind that loop: one for each time that the error is "
                        "computed."),
            )  # fmt: skip
            return True
    return False


def one_update(exam: Exam, steps: Steps, values: Arrays, index: np.ndarray) -> bool:
    """See whether updates on some few samples are right, at several of them."""
    size = len(index)
    order = np.random.default_rng(2).permutation(exam.patient.n)
    for k in range(min(3, exam.patient.n) if size == 1 else 1):
        if not compare_single(exam, steps, values, np.sort(order[k * size : (k + 1) * size]), True):
            return False
    return True


def explain(exam: Exam, steps: Steps, values: Arrays, index: Any) -> None:
    """Say what a step is that is not the rate times the gradient."""
    patient = exam.patient
    u = steps.moved(values, index)
    g = steps.gradient(values, index)
    assert g is not None
    a, b = together(u, g)
    rate = exam.learning_rate
    tolerance = max(2e-2 if patient.short_steps else 3e-4, rounding(exam, a, values))
    f = common_factor(u, g, tolerance, rounding(exam, a, values))
    stuck = [
        name
        for name, x, y in zip(patient.names, u, g, strict=True)
        if not x.any() and np.nanmax(np.abs(y), initial=0) > 1e-9
    ]
    if not a.any():
        if index is None and any(
            not np.array_equal(x, y) for x, y in zip(exam.chain[0], exam.chain[-1], strict=True)
        ):
            if not compare_chain(exam, steps):
                exam.find("optimizer_formula", "wrong", "step",
                          "the first step changes nothing, and a later one does.")  # fmt: skip
        elif index is None:
            exam.find("parameter_not_moved", "wrong", "step",
                      "the step changes nothing: all parameters are what they were.")  # fmt: skip
        return
    alone = rate is not None and exam.dense is None and index is not None and len(index) == 1
    if alone and tell_output_slope(
        exam, lambda i: [x / rate for x in steps.moved(values, i)], values, "step"
    ):
        return
    if f is not None and abs(f) > 1e-12:
        if abs(f - (rate or f)) < 2e-2 * abs(f) or not unsteady(exam, steps, f):
            tell_factor(exam, f, rate, index)
        return
    others = [
        common_factor([x], [y], tolerance)
        for name, x, y in zip(patient.names, u, g, strict=True)
        if name not in stuck and x.size > 1
    ]
    known = rate is None or exam.dense is None or patient.has("gradients")
    known = known or sums_over_everything(exam, u, g, stuck)
    if stuck and not known and any(f is None for f in others):
        comparison = Comparison(exam, values, exam.few if index is None else index)
        scaled = [x / (rate or 1.0) for x in u]
        if (index is not None or exam.few is None) and not exam.found():
            comparison.by_parameters(scaled, "step", False)
            return
    if stuck:
        slope = max(np.nanmax(np.abs(g[patient.names.index(name)])) for name in stuck)
        stays = "stay where they were" if len(stuck) > 1 else "stays where it was"
        seen = f"{', '.join(stuck)} {stays}, and the slope there is up to {slope:.4g}."
        if sums_over_everything(exam, u, g, stuck):
            exam.find(
                "axis_missing", "wrong", ", ".join(stuck),
                f"{seen} The other biases move by one number for all, the sum of all their slopes; "
                "at a softmax such a sum over samples and outputs is 0.",
            )  # fmt: skip
        else:
            exam.find("parameter_not_moved", "wrong", ", ".join(stuck), seen)
        return
    if exam.found("gradient_wrong", "gradient_sign", "samples_mixed", "loss_formula"):
        return
    if tell_parts(exam, u, g) or tell_other_gradient(exam, u, g):
        return
    if tell_lost(exam, u, g, values) or slip_of_some(exam, steps, u, index):
        return
    if tell_signs(exam, u, g):
        return
    if exam.learning_rate is not None and index is None and compare_chain(exam, steps):
        return
    if tell_epsilon(exam, a, b):
        return
    if tell_limit(exam, steps, values, u, g, index) or tell_few(exam, values, u, g):
        return
    if one_after_the_other(exam, steps, values, index, u):
        return
    if too_early(exam, steps, values, index, u):
        return
    if some_later(exam, steps, values, index, u, g):
        return
    if decays(exam, steps, u, g, values):
        return
    fitting = [one_factor(*together([x], [y]), 1e-3) for x, y in zip(u, g, strict=True)
               if x.size > 1]  # fmt: skip
    known = rate or next((f for f in fitting if f is not None and f > 0), None)
    scaled = [x / known for x in u] if known else [x * scale_to(a, b) for x in u]
    if patient.has(exam.loss_name) and not patient.has("gradients"):
        before = len(exam.findings)
        if not exam.found():
            comparison = Comparison(exam, values, exam.few if index is None else index)
            comparison.factor_known = not keeps_something(exam, steps, values, index)
            same_index = index is not None or exam.few is None
            if same_index and comparison.judge(scaled, "step", free=rate is None):
                return
        if any(f.severity == "wrong" for f in exam.findings[before:]):
            return
    factors = [one_factor(*together([x], [y]), 1e-3) for x, y in zip(scaled, g, strict=True)]
    off = [k for k, f in enumerate(factors) if f is None or abs(f - 1) > 1e-2]
    if known and 0 < len(off) < len(factors) and all((factors[k] or 0) < 0 for k in off):
        names = ", ".join(patient.names[k] for k in off)
        exam.find(
            "gradient_sign", "wrong", names,
            f"the step of {names} is {factors[off[0]]:.4g} times what it should be: it goes "
            "uphill. All other parameters move as they should.",
        )  # fmt: skip
        return
    odd = [
        f"{name} {ratio_words(x, y)}"
        for name, x, y in zip(patient.names, scaled, g, strict=True)
        if one_factor(*together([x], [y]), 1e-2) is None
        or abs((one_factor(*together([x], [y]), 1e-2) or 0) - 1) > 1e-2
    ]
    direction = float(np.vdot(a, b) / (length(a) * length(b) + 1e-300))
    severity = "wrong" if direction < 0.9 or len(odd) < len(patient.names) else "suspicious"
    exam.find(
        "step_not_gradient", severity, "step",
        f"the step is not the rate times the gradient: {'; '.join(odd)}. The two have the "
        f"cosine {direction:.4f}.",
    )  # fmt: skip


def sums_over_everything(exam: Exam, u: Arrays, g: Arrays, stuck: list[str]) -> bool:
    """Say whether biases move by the sum of their slopes, which is 0 at the softmax's."""
    if exam.dense is None or exam.dense.activations[-1] is not SOFTMAX:
        return False
    names, rate = exam.patient.names, exam.learning_rate
    biases = [layer.b for layer in exam.dense.layers]
    if biases[-1] is None or stuck != [names[biases[-1]]]:
        return False
    moved = []
    for k in biases[:-1]:
        if k is None or not np.isfinite(g[k]).all() or np.ptp(g[k]) <= 1e-9:
            return False
        total = float(g[k].sum()) * (rate or 1.0)
        one_number = np.ptp(u[k]) <= 1e-6 * np.abs(u[k]).max(initial=0)
        sums = [total / share for share in (1, u[k].size, len(exam.y_rows) * u[k].size)]
        fit = any(abs(u[k].flat[0] - value) < 1e-3 * abs(value) for value in sums)
        moved.append(one_number and (rate is None or fit or exam.patient.short_steps))
    return bool(moved) and all(moved)


def still_parts(u: Arrays, g: Arrays) -> list[np.ndarray]:
    """Return where each parameter does not move though it has a slope, if all else is right."""
    still = [(x == 0) & np.isfinite(y) & (np.abs(y) > 1e-9) for x, y in zip(u, g, strict=True)]
    rest = [np.where(s, np.nan, y) for s, y in zip(still, g, strict=True)]
    if not any(s.any() for s in still):
        return []
    if one_factor(*together(u, rest), 1e-3) is None and not (
        one_length(*together(u, rest)) and together(u, rest)[0].size > 8
    ):
        return []
    return still


def tell_parts(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say which entries of the parameters stay where they are, if all others move rightly."""
    places = []
    for name, off in zip(exam.patient.names, still_parts(u, g), strict=False):
        if not off.any():
            continue
        whole = [
            f"{word} {', '.join(map(str, np.flatnonzero(lines)))} of {name}"
            for word, lines in (("row", off.all(axis=-1)), ("column", off.T.all(axis=-1)))
            if off.ndim == 2 and lines.any() and off.sum() == lines.sum() * (off.size / lines.size)
        ]
        places += whole[:1] or [f"{int(off.sum())} of {off.size} entries of {name}"]
    if not places:
        return False
    exam.find(
        "parameter_not_moved", "wrong", "step",
        f"{'; '.join(places)}: not moved by the step, and the slope there is not 0. All other "
        "entries move as they should.",
    )  # fmt: skip
    return True


def tell_other_gradient(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say which parameter moves by the gradient of another one."""
    rate, names = exam.learning_rate, exam.patient.names
    if rate is None:  # it is read off the others
        own = [one_factor(*together([x], [y])) for x, y in zip(u, g, strict=True) if x.size > 1]
        fitting = [f for f in own if f is not None and f > 0]
        if len(fitting) > 1 and np.ptp(fitting) <= 1e-3 * max(fitting):
            rate = float(np.median(fitting))
    if rate is None or exam.patient.short_steps:
        return False
    for k, x in enumerate(u):
        least = 1e-5 if x.size > 1 else 1e-10  # one number fits by chance
        if x.size > 1 and one_factor(*together([x], [g[k]]), 1e-3) is not None:
            continue
        own = rate * g[k].flat[0]
        if x.size == 1 and (x.ndim == 0 or abs(x.flat[0] - own) <= 1e-3 * abs(x.flat[0])):
            continue
        for j, other in enumerate(g):
            first = np.ravel(other)[: x.size]
            if j == k or len(first) < x.size or not np.isfinite(first).all() or not first.any():
                continue
            if np.abs(np.ravel(x) - rate * first).max() <= least * np.abs(rate * first).max():
                exam.find(
                    "step_not_gradient", "wrong", names[k],
                    f"{names[k]} moves by the rate times the gradient of {names[j]}.",
                )  # fmt: skip
                return True
    return False


def slip_of_some(exam: Exam, steps: Steps, u: Arrays, index: Any) -> bool:
    """See whether steps that hide the sizes of the slopes are those along a known slip."""
    if not all(one_length(x, np.sign(x)) for x in u):
        return False
    several = index
    if index is not None and len(index) == 1 and exam.patient.n > 3:
        several = np.sort(np.random.default_rng(2).permutation(exam.patient.n)[:3])
    for part in {id(several): several, id(index): index}.values():
        points = steps_in_a_row(exam, part)
        us = [
            np.concatenate([np.ravel(x - y.reshape(x.shape)) for x, y in zip(a, b, strict=True)])
            for a, b in itertools.pairwise(points)
        ]
        if tell_slip(exam, steps, points, us, part):
            return True
    return False


def tell_signs(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Steps of one length each, as Adam's: say where their signs are not those of the slopes."""
    if tell_power(exam, *together(u, g)):
        return True
    if not all(one_length(x, np.sign(x)) for x in u):
        return False
    if all(one_length(x, -y) for x, y in zip(u, g, strict=True)):
        exam.find("gradient_sign", "wrong", "step",
                  "each step goes uphill: its signs are those of the slopes.")  # fmt: skip
        return True
    off = []
    for name, x, y in zip(exam.patient.names, u, g, strict=True):
        a, b = together([x], [y])
        keep = np.abs(b) > 1e-6 * np.abs(b).max(initial=0)
        wrong = int((np.sign(a[keep]) != np.sign(b[keep])).sum())
        if wrong:
            off.append(f"{wrong} of {int(keep.sum())} at {name}")
    if not off:
        return False
    turned = [n for n, x, y in zip(exam.patient.names, u, g, strict=True)
              if one_length(x, -y) and np.abs(y).max(initial=0) > 0]  # fmt: skip
    n_turned = sum(x.size for n, x in zip(exam.patient.names, u, strict=True) if n in turned)
    if len(turned) == len(off) and n_turned > 7:  # the signs of few fit by chance
        exam.find(
            "gradient_sign", "wrong", ", ".join(turned),
            f"{', '.join(turned)}: the step goes uphill, its signs are those of the slopes. All "
            "other parameters go downhill.",
        )  # fmt: skip
        return True
    exam.find(
        "step_not_gradient", "wrong", "step",
        f"steps of one length, as Adam's are at first, but with other signs than the slopes: "
        f"{', '.join(off)}.",
    )  # fmt: skip
    return True


def tell_power(exam: Exam, a: np.ndarray, b: np.ndarray) -> bool:
    """See whether the entries of a step go with another power of the slopes."""
    keep = np.abs(b) > 1e-2 * np.abs(b).max(initial=0)
    a, b = a[keep], b[keep]
    if len(a) < 4 or not (a * b > 0).all():
        return False
    x, y = np.log(np.abs(b)), np.log(np.abs(a))
    if np.ptp(x) < 0.7:
        return False
    share, epsilon = np.polyfit(b**2, b / a, 1)  # an epsilon bends the line of the logarithms
    rest = np.abs(share * b**2 + epsilon - b / a).max()
    p, c = np.polyfit(x, y, 1)
    if share > 0 and rest < 0.01 * (b / a).min() and share * b.max() ** 2 > abs(epsilon):
        p, c = -1.0, -np.log(share)
    elif np.abs(p * x + c - y).max() > 0.05 or abs(p - 1) < 0.1 or abs(p) < 0.1:
        return False
    if abs(p + 1) < 0.05:
        seen = (
            f"the smaller a slope, the larger its step: step times slope is nearly "
            f"{np.exp(c):.4g} everywhere, as where the gradient is divided by its square, without "
            "the root."
        )
    elif abs(p - 0.5) < 0.03:
        seen = (
            "each step is as the root of its slope, as where the running mean by whose root the "
            "gradient is divided is one of gradients, not of squares."
        )
    else:
        seen = f"each step is as its slope to the power of {p:.2f}."
    exam.find("optimizer_formula", "wrong", "step", seen)
    return True


def length(a: np.ndarray) -> float:
    """Return the length of a vector."""
    return float(np.sqrt(np.sum(np.square(a))))


def scale_to(a: np.ndarray, b: np.ndarray) -> float:
    """Return the number that makes a as long as b."""
    return float(length(b) / max(length(a), 1e-300))


def ratio_words(x: np.ndarray, y: np.ndarray) -> str:
    """Say how a step of one parameter and its gradient differ."""
    f = one_factor(*together([x], [y]), 1e-2)
    if f is not None:
        return f"is {f:.4g} times what it should be"
    a, b = together([x], [y])
    i = int(np.abs(a - b).argmax())
    return f"moves by the rate times {a[i]:.4g}, where the gradient is {b[i]:.4g}"


def unsteady(exam: Exam, steps: Steps, f: float) -> bool:
    """See whether the steps after the first have another relation to their gradients."""
    if len(exam.chain) < 3 or not (exam.patient.has("gradients") or exam.dense is not None):
        return False
    g = steps.gradient(exam.chain[1], None)
    if g is None:
        return False
    u = [a - b.reshape(a.shape) for a, b in zip(exam.chain[1], exam.chain[2], strict=True)]
    then = one_factor(*together(u, g), 1e-2)
    if then is not None and abs(then - f) < 2e-2 * abs(f):
        return False
    us, gs, values = [], [], []
    for before, after in itertools.pairwise(exam.chain):
        slopes = steps.gradient(before, None)
        if slopes is None:
            return False
        moves = [x - y.reshape(x.shape) for x, y in zip(before, after, strict=True)]
        us.append(together(moves, slopes)[0])
        gs.append(together(moves, slopes)[1])
        values.append(together(before, slopes)[0])
    order = np.concatenate([np.full(int(np.isfinite(x).sum()), k) for k, x in enumerate(g)])
    if tell_rate(exam, us, gs, order, values):
        return True
    for _, name, made in uphill(gs, None, us, values) if f < 0 else ():
        if all(close(m, x, 2e-3) for m, x in zip(made, us, strict=True)):
            exam.find(
                "gradient_sign", "wrong", "step",
                f"{len(us)} steps in a row are those of {name}, but uphill: what should be "
                "subtracted is added.",
            )  # fmt: skip
            return True
    if then is not None and then > 0 and f > 0:
        exam.find(
            "optimizer_formula", "note", "step",
            f"the steps go against the gradient; the first is {f:.4g} times it and the second "
            f"{then:.4g} times: a rate that changes, or a gradient that is cut.",
        )  # fmt: skip
        return True
    exam.find(
        "optimizer_formula", "wrong", "step",
        f"the first step is {f:.4g} times the gradient, and the second one is no positive multiple "
        "of it: it is neither gradient descent nor an optimiser that is known here.",
    )  # fmt: skip
    return True


def tell_factor(exam: Exam, f: float, rate: float | None, index: Any) -> None:
    """The step has the direction of the gradient, up or down, and another length."""
    if rate is not None and abs(f - rate) < 2e-2 * rate:
        return
    if f < 0:
        exam.find(
            "gradient_sign", "wrong", "step",
            f"the step is {-f:.4g} times the gradient, added: it goes uphill.",
        )  # fmt: skip
    elif rate is not None and not exam.found("gradient_scale"):
        n = exam.patient.n if index is None else len(index)
        why = where_from(f / rate, n, exam.n_outputs)
        if abs(f - rate**2) < 1e-3 * rate**2:
            twice = "The rate stands in it twice"
            plain = why.startswith("Which factor")
            why = f"{twice}." if plain else f"{twice}, or: {why}"
        own = exam.patient.has("gradients") and not exam.found("gradient_wrong")
        unknown = why.startswith("Which factor")
        exam.find(
            "step_not_gradient" if own and unknown else "gradient_scale", "wrong", "step",
            f"the step is {f:.4g} times the {'gradient' if own else 'slope of the loss'}, and the "
            f"rate is {rate:g}: {f / rate:.4g} times what it should be."
            + ("" if own and unknown else f" {why}"),
        )  # fmt: skip


def too_early(exam: Exam, steps: Steps, values: Arrays, index: Any, u: Arrays) -> bool:
    """See whether a layer's error went back through weights that were already changed."""
    dense, y = exam.dense, exam.targets_of(index)
    if dense is None or y is None or exam.formula is None or len(dense.layers) < 2:
        return False
    X = exam.X_rows if index is None else exam.X_rows[index]
    later = [v - x for v, x in zip(values, u, strict=True)]
    own = exam.formula
    factor = steps.factor_for(values, index, own.base)
    rate = exam.learning_rate
    for formula, any_factor in [
        (replace(own, factor=factor), rate is None),
        (replace(own, factor=factor), True),
        *((replace(own, base=base, factor=1.0), True) for base in ("squared", "binary", "cross")
          if base != own.base and exam.possible(base, [dense.forward(values, X)[1][-1]], y)),
    ]:  # fmt: skip
        g = [x / (rate or 1.0) for x in u]
        walk = Walk(exam, dense, values, X, y, formula, g, any_factor)
        walk.later = later
        walk.tolerance = max(walk.tolerance, rounding(exam, together(u, u)[0], values))
        walk.go()
        if walk.explained and any(s.kind == "updated_too_early" for s in walk.deviations):
            text = "; ".join(s.text for s in walk.deviations if s.kind == "updated_too_early")
            exam.find("updated_too_early", "wrong", "step", f"{text}.")
            return True
    return sequential(exam, steps, values, index, u, later)


def barely_early(
    exam: Exam, steps: Steps, values: Arrays, index: Any, u: Arrays, g: Arrays
) -> bool:
    """See whether what little is off is what an update made too early makes of it."""
    dense, y = exam.dense, exam.targets_of(index)
    n_layers = 0 if dense is None else len(dense.layers)
    if dense is None or y is None or exam.formula is None or n_layers < 2:
        return False
    a, b = together(u, g)
    f = one_factor(a, b, 1e-2)
    if f is None or f <= 0 or len(a) < sum(v.size for v in values):
        return False
    scale = float(np.abs(a).max())
    least = max((1 if exam.patient.short_steps else 20) * rounding(exam, a, values), 1e-9) * scale
    off = float(np.abs(a - f * b).max())
    if off <= (4 if exam.patient.short_steps else 1) * least:
        return False
    X = exam.X_rows if index is None else exam.X_rows[index]
    later = [v - x for v, x in zip(values, u, strict=True)]
    formula = replace(exam.formula, factor=steps.factor_for(values, index, exam.formula.base))
    walk = Walk(exam, dense, values, X, y, formula, g, False)
    delta = walk.dense.output_delta(walk.z[-1], walk.a[-1], y, formula.base) * formula.factor
    early = dense.penalty_slopes(values, formula)
    for number in range(n_layers, 0, -1):
        alone = [np.zeros_like(v) for v in values]
        dense.put(alone, number, walk.a[number - 1].T @ delta, delta.sum(axis=0), values)
        early = [x + part for x, part in zip(early, alone, strict=True)]
        if number > 1:
            back = delta @ dense.layers[number - 1].matrix(later).T
            delta = back * dense.activations[number - 2].slope(walk.z[number - 1])
    made = np.concatenate([np.ravel(x) for x in early])
    h = one_factor(a, made, 1e-2)
    if h is None or float(np.abs(a - h * made).max()) > max(0.02 * off, least):
        return False
    exam.find(
        "updated_too_early", "wrong", "step",
        f"the step differs from the rate times the gradient by {off / scale:.2g} of it only, and "
        "that is what comes of going back through the new weights, after their update.",
    )  # fmt: skip
    return True


def one_after_the_other(exam: Exam, steps: Steps, values: Arrays, index: Any, u: Arrays) -> bool:
    """See whether each parameter, or each entry, moves by a gradient taken after the last move."""
    rate, size = exam.learning_rate, sum(v.size for v in values)
    if rate is None or len(values) > 12 or exam.patient.short_steps:
        return False
    whole: list[list[tuple[int, Any]]] = [[(k, slice(None))] for k in range(len(values))]
    ways = [("parameter", whole), ("parameter", whole[::-1])] if len(values) > 1 else []
    if size <= 60:
        single: list[list[tuple[int, Any]]] = [
            [(k, i)] for k, v in enumerate(values) for i in range(v.size)
        ]
        ways += [("entry", single)] * (size > 1)
    scale = max(float(np.abs(x).max(initial=0)) for x in u)
    for word, order in ways:
        here = [v.copy() for v in values]
        for part in order:
            g = steps.gradient(here, index)
            if g is None or not all(np.isfinite(x).all() for x in g):
                break
            for k, place in part:
                here[k].reshape(-1)[place] -= rate * np.ravel(g[k])[place]
        else:
            moved = [v - h for v, h in zip(values, here, strict=True)]
            if all(np.abs(a - b).max(initial=0) <= 1e-4 * scale
                   for a, b in zip(moved, u, strict=True)):  # fmt: skip
                exam.find(
                    "updated_too_early", "wrong", "step",
                    f"each {word} is changed by a gradient that is computed after the change of "
                    f"the {word} before it.",
                )  # fmt: skip
                return True
    return False


def some_later(exam: Exam, steps: Steps, values: Arrays, index: Any, u: Arrays, g: Arrays) -> bool:
    """See whether some parameters move by a gradient taken when others had moved already."""
    rate, names = exam.learning_rate, exam.patient.names
    if rate is None or len(values) > 16:
        return False

    def follows(k: int, gradient: Arrays | None) -> bool:
        if gradient is None:
            return False
        a, b = together([u[k]], [gradient[k]])
        return len(a) > 0 and bool(
            np.abs(a - rate * b).max() <= 1e-4 * max(np.abs(rate * b).max(), 1e-300)
        )

    off = [k for k in range(len(values)) if not follows(k, g) and u[k].any()]
    if not 0 < len(off) < len(values):
        return False
    later = [v - x for v, x in zip(values, u, strict=True)]
    orders = [range(k) for k in range(1, len(values))]  # those before it, or those behind it
    orders += [range(k, len(values)) for k in range(1, len(values))]
    orders += [range(k, k + 1) for k in range(len(values))]
    told: dict[int, list[str]] = {}
    for moved in orders:
        left = [k for k in off if k not in told and k not in moved]
        if left:
            mixed = [later[i] if i in moved else v for i, v in enumerate(values)]
            there = steps.slopes(mixed, index)
            told |= {k: [names[i] for i in moved] for k in left if follows(k, there)}
    if len(told) < len(off):
        return False
    text = "; ".join(f"{names[k]} after {', '.join(by)}" for k, by in told.items())
    exam.find(
        "updated_too_early", "wrong", "step",
        f"the gradient of a parameter is computed when others have been changed: of {text}.",
    )  # fmt: skip
    return True


def tell_limit(exam: Exam, steps: Steps, values: Arrays, u: Arrays, g: Arrays, index: Any) -> bool:
    """See whether parameters are kept within limits after the step."""
    rate = exam.learning_rate
    cut = []
    for name, v, x, y in zip(exam.patient.names, values, u, g, strict=True):
        after = v - x
        limit = float(np.abs(after).max(initial=0))
        at_limit = (np.abs(np.abs(after) - limit) <= 1e-6 * limit) & np.isfinite(y)
        rest = np.where(at_limit, np.nan, y)
        right = rate is None or np.nanmax(np.abs(x - rate * rest), initial=0) <= (
            1e-3 * np.abs(rate * y[np.isfinite(y)]).max(initial=0)
        )
        one_number = after.size > 1 and np.ptp(after) <= 1e-9 * limit  # no limit makes them alike
        free = v - rate * y if rate is not None and np.isfinite(y).all() else after
        if one_number and np.ptp(free) > 1e-6 * limit:
            exam.find(
                "step_not_gradient", "wrong", name,
                f"after the step all {after.size} entries of {name} are {after.flat[0]:.4g}; the "
                "rate times the gradient would have left them different.",
            )  # fmt: skip
            return True
        if (
            at_limit.sum() > 1
            and right
            and not one_number
            and (np.abs(v) >= limit * (1 - 1e-6)).any()
        ):
            cut.append(f"{int(at_limit.sum())} of {after.size} entries of {name} at {limit:.4g}")
    if not cut:
        return False
    exam.find(
        "step_not_gradient", "wrong", "step",
        f"after the step there are {', '.join(cut)}, and none is beyond; all other entries have "
        "moved by the rate times the gradient.",
        advice=("The parameters are cut off at a limit after each step: np.clip of the weights, "
                "where np.clip of the gradient may have been meant.",
                "Leave the limit out; against weights that grow, use a penalty."),
    )  # fmt: skip
    return True


def tell_few(exam: Exam, values: Arrays, u: Arrays, g: Arrays) -> bool:
    """See whether all but some few entries move by the rate times the gradient."""
    rate, said, places = exam.learning_rate, [], []
    if rate is None or exam.patient.short_steps:
        return False
    largest = max(float(np.nanmax(np.abs(rate * y), initial=0)) for y in g)
    for name, v, x, y in zip(exam.patient.names, values, u, g, strict=True):
        off = np.isfinite(y) & (np.abs(x - rate * y) > 1e-3 * largest)
        if off.sum() > max(1, 0.1 * off.size) or (off.any() and off.size < 8):
            return False
        for i in np.argwhere(off):
            place = f"{name}[{', '.join(map(str, i))}]"
            places.append(place)
            at = tuple(i)
            said.append(f"{place} goes from {v[at]:.4g} to {(v - x)[at]:.4g}")
    if not said:
        return False
    exam.find(
        "step_not_gradient", "wrong", "step",
        f"{'; '.join(said[:3])}{' …' if len(said) > 3 else ''}. All other entries move by the rate "
        "times the gradient.", tuple(places[:8]),
        advice=("Single entries are set, or cut off at a limit, after the step.",
                "Look at every line that touches the parameters behind the update, such as "
                "np.clip."),
    )  # fmt: skip
    return True


def sequential(
    exam: Exam, steps: Steps, values: Arrays, index: Any, u: Arrays, later: Arrays
) -> bool:
    """See whether each gradient was computed after the other parameters had moved."""
    dense = exam.dense
    if dense is None:
        return False
    last = {dense.layers[-1].W, dense.layers[-1].b}
    mixed = [later[i] if i in last else v for i, v in enumerate(values)]
    g = steps.slopes(mixed, index)
    first = steps.slopes(values, index)
    if g is None or first is None:
        return False
    below = [i for i in range(len(values)) if i not in last]
    f = one_factor(*together([u[i] for i in below], [g[i] for i in below]), 1e-3)
    h = one_factor(*together([u[i] for i in last if i is not None],
                             [first[i] for i in last if i is not None]), 1e-3)  # fmt: skip
    if f is None or h is None or abs(f - h) > 1e-2 * abs(h):
        return False
    exam.find(
        "updated_too_early", "wrong", "step",
        "the gradients of the first layers are those after the last layer's update: the forward "
        "pass was made again in between.",
    )  # fmt: skip
    return True


def tell_lost(exam: Exam, u: Arrays, g: Arrays, values: Arrays) -> bool:
    """See whether parameters are replaced by minus the rate times their gradient."""
    rate = exam.learning_rate
    if rate is None:
        whole = one_factor(*together([v - x for v, x in zip(values, u, strict=True)], g), 1e-6)
        rate = -whole if whole is not None and whole < 0 else None
    if rate is None:
        return False
    lost = []
    for name, x, y, v in zip(exam.patient.names, u, g, values, strict=True):
        left = np.where(np.isfinite(y), v - x + rate * y, 0)
        if v.size > 1 and np.abs(left).max() <= 1e-6 * np.abs(v).max(initial=0):
            lost.append(name)
    if lost:
        exam.find(
            "step_not_gradient", "wrong", ", ".join(lost),
            f"after the step {', '.join(lost)} is minus the rate times its gradient: what it was "
            "before is lost.",
        )  # fmt: skip
    return bool(lost)


def decays(exam: Exam, steps: Steps, u: Arrays, g: Arrays, values: Arrays) -> bool:
    """See whether the step shrinks or grows the parameters beside the gradient."""
    rate = exam.learning_rate
    (a, b), w = together(u, g), together(values, g)[0]
    terms = np.stack([np.sign(b), w], axis=1)  # an adaptive optimiser's first step, and a share
    shares = np.linalg.lstsq(terms, a, rcond=None)[0]
    clear = np.abs(b) > 1e-3 * np.abs(b).max(initial=0)
    rest = np.abs(terms @ shares - a)[clear].max(initial=0)
    alone = np.abs(shares[0] * np.sign(b) - a)[clear].max(initial=0)
    if len(a) > 8 and rest <= 2e-2 * abs(shares[0]) < alone / 2 and shares[0] > 0 > shares[1]:
        exam.find(
            "weight_term", "wrong", "step",
            f"beside a step of one length, {shares[0]:.4g}, as Adam's is at first, each parameter "
            f"grows by {-shares[1]:.4g} times itself.",
        )  # fmt: skip
        return True
    if rate is None:  # it is read off, with the share that is taken away
        terms = np.stack([b, w], axis=1)
        shares = np.linalg.lstsq(terms, a, rcond=None)[0]
        rest = np.abs(terms @ shares - a).max(initial=0)
        if len(a) > 6 and rest <= 1e-4 * np.abs(a).max(initial=0) and shares[0] > 0:
            rate = float(shares[0])
    factors = []
    for name, x, y, v in zip(exam.patient.names, u, g, values, strict=True):
        keep = np.isfinite(y)
        if rate is None or keep.sum() < 2:
            continue
        rest = x[keep] - rate * y[keep]
        if np.abs(rest).max() <= 1e-4 * np.abs(rate * y[keep]).max(initial=0):
            continue
        f = one_factor(rest, v[keep], 1e-2)
        if f is None:  # what has moved already is made larger or smaller
            f = one_factor(rest, (v - rate * y)[keep], 1e-2)
        if f is None:
            return False
        factors.append((name, f))
    if not factors or np.ptp([f for _, f in factors]) > 0.02 * abs(factors[0][1]):
        return False
    f = factors[0][1]
    own, growing = exam.formula, f < 0
    names = ", ".join(n for n, _ in factors)
    of_weights = 2 * own.decay * (rate or 0) if own is not None else 0.0
    if of_weights and abs(f - of_weights) < 2e-2 * abs(of_weights):
        exam.find(
            "weight_term", "wrong", names,
            f"beside the gradient each step takes {f:.4g} times {names} away, the share that the "
            f"penalty in the loss takes of the weights: {own.penalty if own else ''}. Of "
            f"{names} there is nothing in it.",
        )  # fmt: skip
        return True
    severity = "wrong" if growing or f > 0.2 else "suspicious"  # no penalty takes so much
    exam.find(
        "weight_term", severity, names,
        "beside the gradient each step "
        + (f"adds {-f:.4g} times {factors[0][0]}: the weights grow." if growing else
           f"takes {f:.4g} times {factors[0][0]} away, and the loss holds no such term. Pass "
           "training_loss if a penalty is meant."),
    )  # fmt: skip
    return True


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
    steps = Steps(exam)
    for size in (2, 3, 4):
        chosen = different_samples(exam, size)
        for number in range(4):
            try:
                better = better_order(exam, steps, chosen, number)
            except Failed:
                return
            if better is not None and not right_in_turn(exam, steps, chosen, number):
                own, other, order = better
                exam.find(
                    "pairs_broken", "wrong", "step",
                    f"given the samples {', '.join(map(str, chosen))}, a step learns for them the "
                    f"targets of {', '.join(str(chosen[k]) for k in order)}: its cosine to that "
                    f"gradient is {other:.4f}, and to the one with their own targets {own:.4f}.",
                )  # fmt: skip
                return
    try:
        pairs_one_by_one(exam, steps)
    except Failed:
        return


def right_in_turn(exam: Exam, steps: Steps, chosen: np.ndarray, number: int) -> bool:
    """Say whether right updates, one after the other, make a step that looks like another one."""
    values = exam.patient.held(exam.points[1])
    after = steps.once(values, exam.patient.data(chosen), number)
    u = [a - b.reshape(a.shape) for a, b in zip(values, after, strict=True)]
    rate = exam.learning_rate
    return rate is not None and in_turn(exam, steps, values, chosen, u, rate)


def pairs_one_by_one(exam: Exam, steps: Steps) -> None:
    """See whether an adaptive optimiser, sample by sample, is given the targets of others.

    Its updates have nearly one length each, so their sum has no gradient's direction.
    """
    rate, values = exam.learning_rate, exam.points[1]
    if rate is None or exam.dense is None or exam.formula is None or exam.patient.n < 3:
        return
    size = sum(v.size for v in values)
    alone = steps.moved(values, np.array([0]))
    if size > 2000 or not all(one_length(x, np.sign(x)) for x in alone):
        return
    names: list[str] = []
    for n_chosen in (2, 3):
        chosen = different_samples(exam, n_chosen)
        moves = steps.moved(values, chosen)
        if all(one_length(x, np.sign(x)) for x in moves):
            return  # one update for all of them
        u = np.concatenate([np.ravel(x) for x in moves])
        names = names or fitting_rules(exam, steps)
        orders = list(itertools.permutations(range(n_chosen)))
        for moved in orders:  # the targets' own order first
            for order in orders:
                given, to = chosen[list(order)], chosen[[moved[k] for k in order]]
                name = same_walk(exam, names, values, given, to, u)
                if name and moved == orders[0]:
                    return
                if name:
                    exam.find(
                        "pairs_broken", "wrong", "step",
                        f"given the samples {', '.join(map(str, chosen))}, a step makes the "
                        f"updates of {name}, one sample at a time, for the targets of "
                        f"{', '.join(str(chosen[k]) for k in moved)}.",
                    )  # fmt: skip
                    return


def fitting_rules(exam: Exam, steps: Steps) -> list[str]:
    """Return the usual optimisers by which updates on one sample are made."""
    index = np.array([0])
    points, gs, us, names = steps_in_a_row(exam, index), [], [], set(usual([np.zeros(1)], 1.0))
    for before, after in itertools.pairwise(points):
        g = steps.gradient(before, index)
        if g is None or not names:
            return []
        gs.append(np.concatenate([np.ravel(x) for x in g]))
        us = [np.ravel(x - y.reshape(x.shape)) for x, y in zip(before, after, strict=True)]
        made = usual(gs, exam.learning_rate or 0.0)
        names = {n for n in names if close(made[n], np.concatenate(us), 2e-3)}
    return sorted(names)


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
    factor = Steps(exam).factor_for(values, rows[:1], formula.base)
    here = {name: [v.copy() for v in values] for name in names}
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for i, j in zip(rows, targets, strict=True):
        y = exam.targets_of(np.array([j]))
        if y is None:
            return ""
        for name in names:
            g = dense.gradient(here[name], exam.X_rows[[i]], y, replace(formula, factor=factor))
            kept[name].append(np.concatenate([np.ravel(x) for x in g]))
            move, begin = usual(kept[name], exam.learning_rate or 0.0)[name], 0
            for v in here[name]:
                v -= move[begin : begin + v.size].reshape(v.shape)
                begin += v.size
    begin = np.concatenate([np.ravel(v) for v in values])
    for name in names:
        end = np.concatenate([np.ravel(v) for v in here[name]])
        if close(begin - end, u, 1e-3):
            return name
    return ""


def in_other_order(exam: Exam, steps: Steps) -> bool:
    """See whether a single update is one by the targets of other samples, exactly."""
    rate = exam.learning_rate
    if exam.patient.n < 2:
        return False
    values = exam.points[1]
    if tell_columns(exam, steps, values):
        return True
    for size in (3, 4):
        if size > exam.patient.n:
            return False
        chosen = different_samples(exam, size)
        u = steps.moved(values, chosen)
        for order in itertools.permutations(range(size)):
            g = gradient_in_order(exam, values, chosen, np.array(order))
            signs = all(one_length(x, np.sign(x)) for x in u)
            if g is not None and signs:
                g = [(rate or 1.0) * np.sign(x) for x in g]
            f = None if g is None else one_factor(*together(u, g), 2e-2 if signs else 1e-3)
            if f is None or f <= 0 or (rate is None and not signs):
                continue
            if rate is not None and exam.patient.has("gradients") and abs(f - rate) > 1e-2 * rate:
                continue
            if order == tuple(range(size)):
                break  # its own order fits
            exam.find(
                "pairs_broken", "wrong", "step",
                f"given the samples {', '.join(map(str, chosen))}, a step goes along the "
                f"gradient for the targets of {', '.join(str(chosen[k]) for k in order)}.",
            )  # fmt: skip
            return True
    return False


def tell_columns(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether a step goes along the gradient for targets whose columns are moved along."""
    dense, m = exam.dense, exam.n_outputs
    if dense is None or exam.formula is None or not 2 < m < 30 or exam.patient.n <= m:
        return False
    chosen = different_samples(exam, m + 1)  # one class twice: no order of the rows does the same
    u, y = steps.moved(values, chosen), exam.targets_of(chosen)
    if y is None:
        return False
    factor = steps.factor_for(values, chosen, exam.formula.base)
    formula = replace(exam.formula, factor=factor)
    fitting = []
    for k in range(y.shape[1]):
        g = dense.gradient(values, exam.X_rows[chosen], np.roll(y, k, axis=1), formula)
        f = one_factor(*together(u, g), 1e-3)
        if f is not None and f > 0:
            fitting.append(k)
    if not fitting or fitting[0] == 0:
        return False
    exam.find(
        "gradient_wrong", "wrong", "step",
        f"the step goes along the gradient for targets whose columns are moved by {fitting[0]}: "
        "each class stands where another one should.",
    )  # fmt: skip
    return True


def different_samples(exam: Exam, size: int) -> np.ndarray:
    """Return some samples whose targets differ, as far as there are."""
    y = exam.y_rows
    chosen = [0]
    for i in [*np.flatnonzero((y != y[0]).any(axis=1)), *range(1, exam.patient.n)]:
        if len(chosen) < size and int(i) not in chosen:
            chosen.append(int(i))
    return np.array(chosen)


def better_order(
    exam: Exam, steps: Steps, chosen: np.ndarray, number: int
) -> tuple[float, float, tuple[int, ...]] | None:
    """Return the cosines of a step to the gradient with own and other targets, if others fit."""
    values = exam.points[1]
    u = steps.moved(values, chosen) if number == 0 else [
        a - b.reshape(a.shape)
        for a, b in zip(values, steps.once(values, exam.patient.data(chosen), number), strict=True)
    ]  # fmt: skip
    signs = all(one_length(x, np.sign(x)) for x in u)  # an adaptive optimiser shows them alone

    def cosine(order: tuple[int, ...]) -> float:
        g = gradient_in_order(exam, values, chosen, np.array(order))
        if g is None:
            return np.nan
        a, b = together(u, g)
        b = np.sign(b) if signs else b
        lengths = length(a) * length(b)
        return float(np.vdot(a, b) / lengths) if lengths > 0 else np.nan

    orders = list(itertools.permutations(range(len(chosen))))
    own = cosine(orders[0])
    if not own < 0.93:
        return None
    found = {order: cosine(order) for order in orders[1:]}
    best = max(found, key=lambda order: found[order])
    return (own, found[best], best) if found[best] > 0.97 else None


def gradient_in_order(
    exam: Exam, values: Arrays, chosen: np.ndarray, order: np.ndarray
) -> Arrays | None:
    """Return the gradient on some samples with their targets in another order."""
    patient = exam.patient
    X, y = patient.data(chosen)[0], patient.data(chosen[order])[1]
    if patient.has("gradients"):
        seed(7)
        g = patient.gradients(values, (X, y))
        return [a.reshape(b.shape) for a, b in zip(g, values, strict=True)]
    targets = exam.targets_of(chosen[order])
    if exam.dense is not None and exam.formula is not None and targets is not None:
        factor = Steps(exam).factor_for(values, chosen, exam.formula.base)
        formula = replace(exam.formula, factor=factor)
        return exam.dense.gradient(values, exam.X_rows[chosen], targets, formula)
    if not patient.has(exam.loss_name):
        return None
    entries = chosen_entries(values, 30, np.random.default_rng(1))
    name = exam.loss_name
    return measure(lambda p: patient.number(name, p, (X, y)), values, entries, patient.single).slope
