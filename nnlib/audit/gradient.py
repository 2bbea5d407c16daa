"""Checks of the gradient: whether it is the slope of the loss, and where the error comes in."""

from __future__ import annotations

import numpy as np

from nnlib.audit.comparison import Comparison
from nnlib.audit.exam import Exam, check
from nnlib.audit.falling import advice_for, falling
from nnlib.audit.formulas import Formula, also_in_differences
from nnlib.audit.masks import tell_gradient_mask, tell_share
from nnlib.audit.mismatches import (
    by_factor_beside_penalty,
    by_form_of_loss,
    by_other_forward,
    by_other_loss,
    by_other_parameter,
    by_other_targets,
    by_sample_weights,
    by_smoothed_targets,
    by_weight_term,
)
from nnlib.audit.paths import by_paths
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.places import (
    by_parameters,
    by_parts,
    by_patterns,
    by_unrolling,
    in_general,
    tell_copied,
)
from nnlib.audit.readings import tell_output_slope, tell_slopes
from nnlib.audit.slopes import flat_pairs, one_factor
from nnlib.audit.walk import Walk


@check
def look_at_dropout(exam: Exam) -> None:
    """Behind dropout, training passes on as much on average as predict does."""
    if not exam.found("loss_random", "samples_mixed", "target_shape", "data_type"):
        tell_share(exam)


@check
def look_at_gradient(exam: Exam) -> None:
    """The gradient is the slope of the loss."""
    patient = exam.patient
    if not patient.has("gradients") or exam.found("loss_random", "state_kept", "data_type"):
        return
    if not patient.has(exam.loss_name) and exam.formula is None:
        exam.miss("the gradient beside the slope of the loss: pass loss(parameters, X, y)")
        return
    if patient.random_loss:
        return
    for point in exam.points[:2]:
        try:
            problem = Comparison(exam, point, exam.few)
            problem.alone = lambda i, p=point: patient.gradients(p, patient.data(i))
            problem.elsewhere = lambda p: patient.gradients(p, patient.data(exam.few))
            g = patient.gradients(point, patient.data(exam.few))
        except Failed as error:
            exam.failed(error)
            return
        if not judge(problem, g, "gradients"):
            return
    exam.look("the gradient is the slope of the loss, parameter by parameter")


def judge(c: Comparison, g: Arrays, where: str, free: bool = False) -> bool:
    """Compare, and report what is wrong; True if all is right.

    ``free``: a common positive factor is not known, and no finding.
    """
    shaped = c.shaped(g, where)
    if shaped is None:
        return False
    g = shaped
    if not all(np.isfinite(x).all() for x in g):
        bad = [name for name, x in zip(c.names, g, strict=True) if not np.isfinite(x).all()]
        c.exam.find("gradient_wrong", "wrong", ", ".join(bad),
                    f"the gradient of {', '.join(bad)} is not finite.")  # fmt: skip
        return False
    zero = [c.nothing(k, g) for k in range(len(g))]
    if all(zero):
        c.exam.find("nothing_compared", "suspicious", where,
                    "all slopes are 0 on both sides: nothing was compared.")  # fmt: skip
        return False
    if any(zero):
        names = ", ".join(n for n, z in zip(c.names, zero, strict=True) if z)
        c.exam.find(
            "nothing_compared", "note", names,
            f"{sum(zero)} of {len(zero)} gradients are 0 on both sides ({names}): nothing was "
            "compared there.",
        )  # fmt: skip
    if c.measured.n_corners:
        c.exam.find(
            "at_a_corner", "note", where,
            f"{c.measured.n_corners} of the measured entries lie exactly at a corner.",
        )  # fmt: skip
    factor = 1.0
    if free:
        factor = one_factor(*flat_pairs(g, c.measured), tolerance=1e-2) or 1.0
        factor = factor if factor > 0 else 1.0
    if all(c.right(k, g, factor) for k in range(len(g))) or c.right_by_formula(g, factor):
        return True
    explain(c, g, where, free)
    return False


def explain(c: Comparison, g: Arrays, where: str, free: bool) -> None:
    """Say what a wrong gradient is."""
    if not any(np.abs(x).max(initial=0) > c.measured.noise for x in g):
        by_parameters(c, g, where, free)  # nothing of it shows a cause
        return
    patient, seen = c.exam.patient, c.measured.n_corners
    if c.exam.dense is None and where == "gradients" and not seen and tell_output_slope(
        c.exam, lambda i: patient.gradients(c.point, patient.data(i)), c.point, where
    ):  # fmt: skip
        return
    if where == "gradients" and tell_copied(
        c.exam, lambda v, i: patient.gradients(v, patient.data(i)), where, c.exam.points[:2]
    ):  # fmt: skip
        return
    for attempt in (
        by_one_factor,
        by_mask,
        by_unrolling,
        by_weight_term,
        by_other_parameter,
        by_factor_beside_penalty,
        by_smoothed_targets,
        by_other_loss,
        by_other_targets,
        by_equations,
        by_other_forward,
        by_measured_delta,
        by_sample_weights,
        by_slopes,
        by_patterns,
        by_paths,
        by_parts,
        in_general,
    ):
        if attempt(c, g, where, free):
            return


def by_one_factor(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether one number makes the whole gradient right."""
    f = one_factor(*flat_pairs(g, c.measured), tolerance=c.loose, noise=c.measured.noise)
    if f is None or abs(f) < 1e-9 or abs(f - 1) < 5e-3:
        return False
    formula = c.formula
    if f < 0 and formula is not None and formula.factor < 0:
        return True  # the loss has the wrong sign, and that was said
    if f < 0:
        falls = falling(c.exam, c.point, c.index, range(len(g)))
        seen = f"every entry is {f:.4f} times the slope of the loss: it points uphill.{falls}"
        c.exam.find("gradient_sign", "wrong", where, seen, c.worst(g), advice_for(falls))
    elif not free and not by_form_of_loss(c, g, f):
        why = c.factor_words(f)
        why = why if c.exact(g) else also_in_differences(why, f)
        c.exam.find("gradient_scale", "wrong", where,
                    f"every entry is {f:.4f} times the slope of the loss: {why}",
                    c.worst(g))  # fmt: skip
    return True


def by_mask(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether a mask of dropout in the training loss is not that of the gradient."""
    return where == "gradients" and tell_gradient_mask(c.exam, c.point)


# Equation by equation, on the network rebuilt


def by_equations(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """Go back from the output, and say which equation differs."""
    dense, y = c.exam.dense, c.exam.targets_of(c.index)
    if dense is None or y is None:
        return False
    X = c.exam.rows_of(c.index)
    bases = [c.formula] if c.formula is not None else []
    own = bases[0].base if bases else ""
    answers = c.exam.base_values[1]
    bases += [
        Formula(base, 1.0)
        for base in ("squared", "binary", "cross")
        if base != own and c.exam.possible(base, answers, y)
    ]
    best: Walk | None = None
    for formula in bases:
        for any_factor in (False, True) if formula.base == own else (True,):
            walk = Walk(c.exam, dense, c.point, X, y, formula, g, any_factor)
            walk.go()
            if walk.explained and (best is None or walk.cost < best.cost):
                best = walk
    if best is None:
        return False
    best.report(c.worst(g), free or not c.factor_known)
    return True


def by_measured_delta(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """Go back from the output where the loss is not known: its delta is measured.

    At one sample the slope of the loss by the output's bias is the output's delta.
    """
    exam, dense, y = c.exam, c.exam.dense, c.exam.targets_of(c.index)
    if dense is None or y is None or c.formula is not None or free:
        return False
    last, n = dense.layers[-1], c.n
    if last.b is None or len(dense.layers) < 2 or n * y.shape[1] > 300 or exam.patient.single:
        return False
    entries = [list(np.ndindex(v.shape)) if k == last.b else []
               for k, v in enumerate(c.point)]  # fmt: skip
    index = c.samples
    try:
        delta = np.stack([
            np.ravel(c.slopes_at(index[i : i + 1], entries)[last.b]) for i in range(n)
        ])  # fmt: skip
    except Failed:
        return False
    whole = np.ravel(c.measured.slope[last.b])
    f = None if np.isnan(whole).any() else one_factor(whole, delta.sum(axis=0), c.loose)
    if f is None or not any(abs(f - v) < 1e-3 * v for v in (1.0, 1 / n)):
        return False  # the loss is not the sum, nor the mean, of those of the samples
    X = exam.rows_of(c.index)
    _, a = dense.forward(c.point, X)
    W = dense.split(c.measured.slope, len(dense.layers))[0]
    seen = ~np.isnan(W)
    off = np.abs(a[-2].T @ (f * delta) - W)[seen]
    if off.max(initial=0) > 1e-3 * np.abs(W[seen]).max(initial=0):
        return False  # the loss is made with another network than the predictions
    walk = Walk(exam, dense, c.point, X, y, Formula("binary", 1.0), g, False)
    walk.given, walk.tolerance = f * delta, c.loose
    walk.go()
    if not walk.explained or not walk.deviations:
        return False
    walk.report(c.worst(g), False)
    return True


def by_slopes(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether the slopes, sample by sample, are those of another function of z."""
    alone = c.alone
    return alone is not None and tell_slopes(c.exam, alone, c.point, c.worst(g))
