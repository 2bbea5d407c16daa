"""A step that is not the one along the gradient: what is it instead?"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from nnlib.audit.chains import (
    compare_chain,
    known_chain,
    tell_epsilon,
    tell_rate,
    tell_slip,
    tell_twist,
    tell_uphill,
)
from nnlib.audit.comparison import Comparison
from nnlib.audit.cuts import cut_to_length, is_cut
from nnlib.audit.exam import Exam
from nnlib.audit.falling import advice_for, falling_step
from nnlib.audit.formulas import SOFTMAX, where_from
from nnlib.audit.gradient import judge
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.places import by_parameters, tell_copied
from nnlib.audit.readings import tell_output_slope
from nnlib.audit.slopes import flat_of, one_factor, peak
from nnlib.audit.update import (
    Steps,
    alike,
    between,
    chain_of,
    close,
    common_factor,
    drawn,
    keeps_something,
    length,
    near,
    one_length,
    ratio_words,
    relation,
    rounding,
    scale_to,
    stays,
    steps_in_a_row,
    still_parts,
    together,
    zeros,
)
from nnlib.audit.walk import Walk

TWICE_THE_RATE = (
    "The biases have a rate of their own, or a 2 stands in their lines alone.",
    "Nothing, if that is meant; if not, compare the lines of the biases with the weights'.",
)


def compare_single(
    exam: Exam, steps: Steps, values: Arrays, index: Any, quiet: bool = False
) -> bool:
    """See whether a step is rate times gradient, or the first of a known optimiser."""
    u, g = steps.moved(values, index), steps.gradient(values, index)
    if g is None:
        own = exam.patient.has("gradients")
        why = ", which has other shapes" if own else ": pass gradients, or loss and predict"
        exam.miss(f"the step beside the gradient{why}")
        return True
    if not peak(together(u, g)[1]) > 0 and exam.found("loss_formula"):
        exam.miss("the step beside the slope of the loss, which is 0 everywhere")
        return True
    verdict = relation(exam, u, g, values)
    if verdict == "plain":
        if barely_early(exam, steps, values, index, u, g):
            return True
        return quiet or compare_chain(exam, steps, index)
    cut = verdict == "none" and is_cut(exam, u, g)
    if cut or verdict == "optimiser" or (verdict == "scaled" and not quiet):
        return quiet or compare_chain(exam, steps, index)
    if not quiet and float(np.vdot(*together(u, g))) < 0:
        return compare_chain(exam, steps, index) and exam.found("gradient_sign")
    return False


def explain(exam: Exam, steps: Steps, values: Arrays, index: Any) -> None:
    """Say what a step is that is not the rate times the gradient."""
    patient, closer = exam.patient, steps.closer()
    if closer is not None:
        if compare_single(exam, closer, values, index):
            return
        steps = closer
    u = steps.moved(values, index)
    g = steps.gradient(values, index)
    assert g is not None
    a, b = together(u, g)
    rate = exam.learning_rate
    tolerance = max(2e-2 if patient.short_steps else 3e-4, rounding(exam, a, values))
    f = common_factor(u, g, tolerance, rounding(exam, a, values))
    stuck = [name for name, x, y in zip(patient.names, u, g, strict=True) if stays(x, y)]
    if not a.any():
        first = zip(exam.chain[0], exam.chain[1], strict=True)
        if not patient.has("new_step") and any(not np.array_equal(x, y) for x, y in first):
            exam.miss(
                "the step from another point: it moved at first, and does not any more, as where "
                "its rate has come to 0. Pass new_step, which makes a fresh step"
            )
        elif index is None and any(
            not np.array_equal(x, y) for x, y in zip(exam.chain[0], exam.chain[-1], strict=True)
        ):
            if not compare_chain(exam, steps):
                exam.find("optimizer_formula", "wrong", "step",
                          "the first step changes nothing, and a later one does.")  # fmt: skip
        elif index is None:
            tell_nothing_moved(exam, steps, values)
        return
    alone = rate is not None and exam.dense is None and index is not None and len(index) == 1
    if alone and tell_output_slope(
        exam, lambda i: [x / rate for x in steps.moved(values, i)], values, "step"
    ):
        return
    if (
        rate is not None
        and not patient.has("gradients")
        and tell_copied(
            exam, lambda v, i: [x / rate for x in steps.moved(v, i)], "step", exam.points[:2]
        )
    ):
        return
    if f is not None and abs(f) > 1e-12:
        if cut_to_length(exam, steps, u, f):
            return
        if b.size > 1 and peak(np.abs(b) - np.abs(b[0])) <= 1e-6 * peak(b):
            exam.miss("the length of a step: all slopes have one, as the steps of Adam have")
            return
        other = index is not None and f > 0 and not near(rate or f, f, 2e-2)
        if other and keeps_something(steps, values, index) and compare_chain(
            exam, steps, index
        ):  # fmt: skip
            return  # the first step of momentum in another form
        if near(rate or f, f, 2e-2) or not unsteady(exam, steps, f, index):
            tell_factor(exam, f, rate, index)
        return
    if stuck and tell_one_side(exam, a, b):
        return  # a parameter all of whose slopes have the other sign
    others = [
        common_factor([x], [y], tolerance)
        for name, x, y in zip(patient.names, u, g, strict=True)
        if name not in stuck and x.size > 1
    ]
    known = rate is None or exam.dense is None or patient.has("gradients")
    known = known or sums_over_everything(exam, u, g, stuck)
    known = known or all(  # the others move by one length each, as Adam's and RMSProp's do
        one_length(x, y) for name, x, y in zip(patient.names, u, g, strict=True)
        if name not in stuck
    )  # fmt: skip
    if stuck and not known and any(f is None for f in others):
        comparison = Comparison(exam, values, exam.few if index is None else index)
        scaled = [x / (rate or 1.0) for x in u]
        if (index is not None or exam.few is None) and not exam.found():
            by_parameters(comparison, scaled, "step", False)
            return
    if stuck:
        slope = max(np.nanmax(np.abs(g[patient.names.index(name)])) for name in stuck)
        they = "stay where they were" if len(stuck) > 1 else "stays where it was"
        seen = f"{', '.join(stuck)} {they}, and the slope there is up to {slope:.4g}."
        if sums_over_everything(exam, u, g, stuck):
            exam.find(
                "axis_missing", "wrong", ", ".join(stuck),
                f"{seen} The other biases move by one number for all, the sum of all their slopes; "
                "at a softmax such a sum over samples and outputs is 0.",
            )  # fmt: skip
        else:
            if at_a_softmax(exam, stuck):
                seen += (
                    " Its gradient may be missing in the update, or be a sum over samples and "
                    "outputs, which is 0 at a softmax."
                )
            exam.find("parameter_not_moved", "wrong", ", ".join(stuck), seen)
        return
    if exam.found("gradient_wrong", "gradient_sign", "samples_mixed", "loss_formula"):
        return
    if tell_one_side(exam, a, b) or tell_parts(exam, u, g):
        return
    if tell_other_gradient(exam, u, g) or tell_bare(exam, u, g):
        return
    if tell_lost(exam, u, g, values) or slip_of_some(exam, steps, u, index):
        return
    if tell_signs(exam, u, g):
        return
    if exam.learning_rate is not None and index is None and compare_chain(exam, steps):
        return
    if keeps_something(steps, values, index) and known_chain(exam, steps, index):
        return
    if tell_twist(exam, steps, index):
        return
    if tell_epsilon(exam, a, b):
        return
    if tell_limit(exam, values, u, g) or tell_few(exam, values, u, g):
        return
    if one_after_the_other(exam, steps, values, index, u):
        return
    if too_early(exam, steps, values, index, u):
        return
    if some_later(exam, steps, values, index, u, g):
        return
    if decays(exam, u, g, values) or compare_chain(exam, steps, index, any_step=True):
        return
    fitting = [one_factor(*together([x], [y])) for x, y in zip(u, g, strict=True)
               if x.size > 1]  # fmt: skip
    known = rate or next((f for f in fitting if f is not None and f > 0), None)
    scaled = [x / known for x in u] if known else [x * scale_to(a, b) for x in u]
    if patient.has(exam.loss_name) and not patient.has("gradients"):
        before = len(exam.findings)
        if not exam.found():
            comparison = Comparison(exam, values, exam.few if index is None else index)
            comparison.factor_known = not keeps_something(steps, values, index)
            if rate is not None:
                comparison.alone = lambda i: [x / rate for x in steps.moved(values, i)]
                comparison.elsewhere = lambda p: [x / rate for x in steps.moved(p, index)]
            same_index = index is not None or exam.few is None
            if same_index and judge(comparison, scaled, "step", free=rate is None):
                return
        if any(f.severity == "wrong" for f in exam.findings[before:]):
            return
    factors = [one_factor(*together([x], [y])) for x, y in zip(scaled, g, strict=True)]
    off = [k for k, f in enumerate(factors) if f is None or not near(f, 1, 1e-2)]
    if known and 0 < len(off) < len(factors) and all((factors[k] or 0) < 0 for k in off):
        names = ", ".join(patient.names[k] for k in off)
        exam.find(
            "gradient_sign", "wrong", names,
            f"the step of {names} is {factors[off[0]]:.4g} times what it should be: it goes "
            "uphill. All other parameters move as they should.",
        )  # fmt: skip
        return
    odd = []
    for name, x, y in zip(patient.names, scaled, g, strict=True):
        f = one_factor(*together([x], [y]), 1e-2)
        if f is None or not near(f, 1, 1e-2):
            odd.append(f"{name} {ratio_words(x, y, rate)}")
    if not odd:
        exam.find(
            "step_not_gradient", "suspicious", "step",
            "the step is only nearly the rate times the gradient: parameter by parameter it is off "
            "by up to a hundredth.",
        )  # fmt: skip
        return
    direction = float(np.vdot(a, b) / (length(a) * length(b) + 1e-300))
    severity = "wrong" if direction < 0.9 or len(odd) < len(patient.names) else "suspicious"
    exam.find(
        "step_not_gradient", severity, "step",
        f"the step is not the rate times the gradient: {'; '.join(odd)}. The two have the "
        f"cosine {direction:.4f}.",
    )  # fmt: skip


def tell_faster_biases(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether all biases, and they alone, move twice as far as the weights: it may be meant."""
    u, g = steps.moved(values, None), steps.gradient(values, None)
    if exam.learning_rate is not None or g is None:
        return False
    factors = [one_factor(*together([x], [y])) for x, y in zip(u, g, strict=True)]
    weights = [f or 0.0 for k, f in enumerate(factors) if k in exam.weights]
    biases = [f or 0.0 for k, f in enumerate(factors) if k not in exam.weights]
    if not weights or not biases or min(weights) <= 0 or not alike(weights, 1e-3):
        return False
    if exam.dense is None and len(weights) != len(biases):
        return False  # a vector may be weights, too
    if not all(near(f, 2 * weights[0], 1e-3) for f in biases):
        return False
    names = [name for k, name in enumerate(exam.patient.names) if k not in exam.weights]
    exam.find(
        "step_not_gradient", "suspicious", ", ".join(names),
        f"{', '.join(names)} {'moves' if len(names) == 1 else 'move'} by twice as much of "
        "the gradient as the weights do. That may be meant: some give all biases twice the rate.",
        advice=TWICE_THE_RATE,
    )  # fmt: skip
    return True


def tell_nothing_moved(exam: Exam, steps: Steps, values: Arrays) -> None:
    """Report a step that changes nothing, and whether it takes more samples than there are."""
    seen = "the step changes nothing: all parameters are what they were."
    n = exam.patient.n
    for times in (2, 4, 8) if n <= 500 else ():
        try:
            moves = steps.moved(values, np.tile(np.arange(n), times))
        except Failed:
            break
        if any(u.any() for u in moves):
            seen = (
                f"with the {n} samples the step changes nothing; with these {times} times over, "
                f"{times * n} rows, it does. Is a batch larger than the data, and only whole "
                "batches are taken?"
            )
            exam.find("parameter_not_moved", "wrong", "step", seen, advice=(
                "With range(0, n - size + 1, size), or n // size, there is no batch where n < "
                "size.",
                "Let the last batch be shorter: range(0, n, size).",
            ))  # fmt: skip
            return
    exam.find("parameter_not_moved", "wrong", "step", seen)


def at_a_softmax(exam: Exam, stuck: list[str]) -> bool:
    """Say whether the output's bias alone does not move, and the output is a softmax."""
    if exam.dense is None or exam.dense.activations[-1] is not SOFTMAX:
        return False
    b = exam.dense.layers[-1].b
    return b is not None and stuck == [exam.patient.names[b]]


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
        one_number = alike(u[k], 1e-6)
        sums = [total / share for share in (1, u[k].size, len(exam.y_rows) * u[k].size)]
        fit = any(near(u[k].flat[0], value, 1e-3) for value in sums)
        moved.append(one_number and (rate is None or fit or exam.patient.short_steps))
    return bool(moved) and all(moved)


def tell_one_side(exam: Exam, a: np.ndarray, b: np.ndarray) -> bool:
    """See whether only the entries whose slope has one sign move."""
    clear = 1e-3 * peak(b)
    up, down = b > clear, b < -clear
    if min(up.sum(), down.sum()) < 3:
        return False
    for moving, still, word, other in (
        (up, down, "negative", "positive"), (down, up, "positive", "negative")
    ):  # fmt: skip
        f = one_factor(a[moving], b[moving], 1e-2)
        # What is left of a range that begins at 0.0000001 counts as nothing.
        if f is None or np.abs(a[still]).max() > 1e-4 * np.abs(a[moving]).max():
            continue
        rate = exam.learning_rate or f
        if f <= 0 or not near(f, rate, 2e-2):
            continue
        exam.find(
            "step_not_gradient", "wrong", "step",
            f"of the {int(still.sum())} entries whose slope is {word} none moves"
            + (f" by more than {np.abs(a[still]).max():.2g}" if a[still].any() else "")
            + f"; the {int(moving.sum())} with a {other} one move by {f:.4g} times it.",
            advice=("The gradient is cut to a range that ends at 0, as np.clip(g, 1e-7, 1) does, "
                    "which is meant for probabilities, or a ReLU is taken of it.",
                    "Cut it on both sides alike: np.clip(g, -1, 1)."),
        )  # fmt: skip
        return True
    return False


def tell_parts(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say which entries of the parameters stay where they are, if all others move rightly."""
    places = []
    for name, off in zip(exam.patient.names, still_parts(u, g), strict=False):
        if not off.any():
            continue
        whole = [
            f"{word if lines.sum() == 1 else f'{word}s'} "
            f"{', '.join(map(str, np.flatnonzero(lines)))} of {name}"
            for word, lines in (("row", off.all(axis=-1)), ("column", off.T.all(axis=-1)))
            if off.ndim == 2 and lines.any() and off.sum() == lines.sum() * (off.size / lines.size)
        ]
        places += whole[:1] or [f"{int(off.sum())} of {off.size} entries of {name}"]
    if not places:
        return False
    seen = (
        f"{'; '.join(places)}: not moved by the step, and the slope there is not 0. All other "
        "entries move as they should."
    )
    still, (_, slope) = flat_of(still_parts(u, g)), together(g, g)
    clear = np.abs(slope) > 1e-9
    for sign, word in ((-1, "negative"), (1, "positive")):
        lost = clear & (sign * slope > 0)
        if len(slope) == len(still) and lost.sum() > 7 and np.array_equal(lost, still & clear):
            exam.find(
                "step_not_gradient", "wrong", "step",
                f"{seen} Those are the {int(lost.sum())} whose slope is {word}.",
                advice=("Slopes of one sign are cut off to 0, as by np.clip(g, 0, limit) or "
                        "np.maximum(g, 0).", "Clip on both sides: np.clip(g, -limit, limit)."),
            )  # fmt: skip
            return True
    exam.find("parameter_not_moved", "wrong", "step", seen)
    return True


def tell_other_gradient(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Say which parameter moves by the gradient of another one."""
    rate, names = exam.learning_rate, exam.patient.names
    if rate is None:  # it is read off the others
        own = [one_factor(*together([x], [y])) for x, y in zip(u, g, strict=True) if x.size > 1]
        fitting = [f for f in own if f is not None and f > 0]
        if len(fitting) > 1 and alike(fitting, 1e-3):
            rate = float(np.median(fitting))
    if rate is None or exam.patient.short_steps:
        return False
    for k, x in enumerate(u):
        least = 1e-5 if x.size > 1 else 1e-10  # one number fits by chance
        if x.size > 1 and one_factor(*together([x], [g[k]])) is not None:
            continue
        own = rate * g[k].flat[0]
        if x.size == 1 and (x.ndim == 0 or near(own, x.flat[0], 1e-3)):
            continue
        for j, other in enumerate(g):
            first = np.ravel(other)[: x.size]
            if j == k or len(first) < x.size or not np.isfinite(first).all() or not first.any():
                continue
            if close(np.ravel(x), rate * first, least):
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
        several = np.sort(drawn(exam.patient.n, 3))
    for part in {id(several): several, id(index): index}.values():
        points = steps_in_a_row(exam, part)
        us = [flat_of(between(a, b)) for a, b in itertools.pairwise(points)]
        if tell_slip(exam, steps, points, us, part):
            return True
    return False


def tell_signs(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """Steps of one length each, as Adam's: say where their signs are not those of the slopes."""
    if tell_power(exam, *together(u, g)):
        return True
    if not all(one_length(x, np.sign(x)) for x in u):
        return False
    if any(peak(x) > 10 * np.median(np.abs(x[x != 0])) for x in u if x.any()):
        return False  # some entries move much farther than most
    if all(one_length(x, -y) for x, y in zip(u, g, strict=True)):
        exam.find("gradient_sign", "wrong", "step",
                  "each step goes uphill: its signs are those of the slopes.")  # fmt: skip
        return True
    off = []
    for name, x, y in zip(exam.patient.names, u, g, strict=True):
        a, b = together([x], [y])
        keep = np.abs(b) > 1e-6 * peak(b)
        wrong = int((np.sign(a[keep]) != np.sign(b[keep])).sum())
        if wrong:
            off.append(f"{wrong} of {int(keep.sum())} at {name}")
    if not off:
        return False
    turned = [n for n, x, y in zip(exam.patient.names, u, g, strict=True)
              if one_length(x, -y) and peak(y) > 0]  # fmt: skip
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
    keep = np.abs(b) > 1e-2 * peak(b)
    a, b = a[keep], b[keep]
    if len(a) < 4 or not (a * b > 0).all():
        return False
    x, y = np.log(np.abs(b)), np.log(np.abs(a))
    if np.ptp(x) < 0.7:
        return False
    share, epsilon = np.polyfit(b**2, b / a, 1)  # an epsilon bends the line of the logarithms
    rest = np.abs(share * b**2 + epsilon - b / a).max()
    p, c = np.polyfit(x, y, 1)
    if rest < 0.01 * (b / a).min() and share * b.max() ** 2 > abs(epsilon):
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


def unsteady(exam: Exam, steps: Steps, f: float, index: Any = None) -> bool:
    """See whether the steps after the first have another relation to their gradients."""
    if len(exam.chain) < 3 or not (exam.patient.has("gradients") or exam.dense is not None):
        return False
    points = steps_in_a_row(exam, index)
    g = steps.gradient(points[1], index)
    if g is None:
        return False
    u = between(points[1], points[2])
    then = one_factor(*together(u, g), 1e-2)
    if then is not None and near(then, f, 2e-2):
        return False
    chain = chain_of(steps, index, points)
    if chain is None:
        return False
    if tell_rate(exam, chain.us, chain.gs, chain.order, chain.values, index):
        return True
    if f < 0 and tell_uphill(exam, chain, None, 2e-3):
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
        "of it: it is no single update of gradient descent, and no optimiser known here.",
    )  # fmt: skip
    return True


def tell_factor(exam: Exam, f: float, rate: float | None, index: Any) -> None:
    """The step has the direction of the gradient, up or down, and another length."""
    if rate is not None and near(f, rate, 2e-2):
        return
    if f < 0:
        falls = falling_step(exam, index)
        exam.find(
            "gradient_sign", "wrong", "step",
            f"the step is {-f:.4g} times the gradient, added: it goes uphill.{falls}",
            advice=advice_for(falls),
        )  # fmt: skip
    elif rate is not None and not exam.found("gradient_scale"):
        n = exam.patient.n if index is None else len(index)
        own_loss = exam.formula if index is None else None
        why = where_from(f / rate, n, exam.n_outputs, own_loss, exam.features)
        lost = next((mu for mu in (0.9, 0.99, 0.95) if near((1 - mu) * rate, f, 1e-4)), 0)
        if lost and not near(f * n, rate, 1e-2):  # not the n samples' own divisor
            why += (
                f" Or, since {1 - lost:.4g} is 1 - {lost}: momentum as a running mean, whose "
                "velocity is lost from step to step?"
            )
        if near(f, rate**2, 1e-3):
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
    X = exam.rows_of(index)
    later = [v - x for v, x in zip(values, u, strict=True)]
    own = exam.formula
    factor = exam.factor_for(values, index, own.base)
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
            exam.find("updated_too_early", "wrong", "step", f"{exam.in_own_names(text)}.")
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
    X = exam.rows_of(index)
    later = [v - x for v, x in zip(values, u, strict=True)]
    formula = replace(exam.formula, factor=exam.factor_for(values, index, exam.formula.base))
    walk = Walk(exam, dense, values, X, y, formula, g, False)
    delta = walk.dense.output_delta(walk.z[-1], walk.a[-1], y, formula.base) * formula.factor
    early = dense.penalty_slopes(values, formula)
    for number in range(n_layers, 0, -1):
        alone = zeros(values)
        dense.put(alone, number, walk.a[number - 1].T @ delta, delta.sum(axis=0), values)
        early = [x + part for x, part in zip(early, alone, strict=True)]
        if number > 1:
            back = delta @ dense.layers[number - 1].matrix(later).T
            delta = back * dense.activations[number - 2].slope(walk.z[number - 1])
    made = flat_of(early)
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
    scale = max(peak(x) for x in u)
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
            if all(peak(a - b) <= 1e-4 * scale
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
        return len(a) > 0 and close(a, rate * b, 1e-4)

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
    f = one_factor(*together([u[i] for i in below], [g[i] for i in below]))
    h = one_factor(*together([u[i] for i in last if i is not None],
                             [first[i] for i in last if i is not None]))  # fmt: skip
    if f is None or h is None or not near(f, h, 1e-2):
        return False
    exam.find(
        "updated_too_early", "wrong", "step",
        "the gradients of the first layers are those after the last layer's update: the forward "
        "pass was made again in between.",
    )  # fmt: skip
    return True


def tell_limit(exam: Exam, values: Arrays, u: Arrays, g: Arrays) -> bool:
    """See whether parameters are kept within limits after the step."""
    rate = exam.learning_rate
    cut = []
    for name, v, x, y in zip(exam.patient.names, values, u, g, strict=True):
        after = v - x
        limit = peak(after)
        at_limit = (np.abs(np.abs(after) - limit) <= 1e-6 * limit) & np.isfinite(y)
        rest = np.where(at_limit, np.nan, y)
        right = rate is None or np.nanmax(np.abs(x - rate * rest), initial=0) <= (
            1e-3 * peak(rate * y[np.isfinite(y)])
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
        f"after the step there are {', '.join(cut)}, and none is beyond"
        + ("." if rate is None else "; their other entries have moved by the rate times the "
           "gradient."),
        advice=("The parameters are cut off at a limit after each step: np.clip of the weights, "
                "where np.clip of the gradient may have been meant.",
                "Leave the limit out; against weights that grow, use a penalty."),
    )  # fmt: skip
    return True


def scale_of_most(u: Arrays, g: Arrays, rate: float) -> float:
    """Return the largest of the steps that are meant, without those that are clearly other ones."""
    a, b = together(u, g)
    for _ in range(3):
        largest = peak(rate * b)
        near = np.abs(a - rate * b) <= 1e-3 * largest
        a, b = a[near], b[near]
    return peak(rate * b)


def tell_few(exam: Exam, values: Arrays, u: Arrays, g: Arrays) -> bool:
    """See whether all but some few entries move by the rate times the gradient."""
    rate, said, places = exam.learning_rate, [], []
    if rate is None or exam.patient.short_steps:
        return False
    largest = scale_of_most(u, g, rate)
    for name, v, x, y in zip(exam.patient.names, values, u, g, strict=True):
        off = np.isfinite(y) & (np.abs(x - rate * y) > 1e-3 * largest)
        moving = np.isfinite(y) & ((x != 0) | (np.abs(rate * y) > 1e-9))
        if off.sum() > max(1, 0.1 * moving.sum()) or (off.any() and off.size < 8):
            return False
        for i in np.argwhere(off):
            place = f"{name}[{', '.join(map(str, i))}]"
            places.append(place)
            at = tuple(i)
            said.append(f"{place} goes from {v[at]:.4g} to {(v - x)[at]:.4g}")
    if not said:
        return False
    measured = all(np.isfinite(y).all() for y in g)
    exam.find(
        "step_not_gradient", "wrong", "step",
        f"{'; '.join(said[:3])}{' …' if len(said) > 3 else ''}. All other entries"
        f"{'' if measured else ' that were measured'} move by the rate times the gradient.",
        tuple(places[:8]),
        advice=("Single entries are set, or cut off at a limit, after the step.",
                "Look at every line that touches the parameters behind the update, such as "
                "np.clip."),
    )  # fmt: skip
    return True


def tell_bare(exam: Exam, u: Arrays, g: Arrays) -> bool:
    """See whether parameters move by one number, in all entries, in place of their gradient."""
    names, bare = exam.patient.names, []
    for name, x, y in zip(names, u, g, strict=True):
        a, b = together([x], [y])
        if len(a) and alike(a, 1e-9) and a.any():
            # Adam's first steps have one length too, but the signs of the slopes; and a sum over
            # everything is one number as well, which is told elsewhere.
            total = float(b.sum())
            summed = any(near(s * total, a[0], 2e-2) for s in of_rate(exam, len(b)))
            if len(a) > 1 and b.min() < 0 < b.max() and not summed:
                bare.append((name, float(a[0])))
    everything = all(x.size == 1 or any(n == name for n, _ in bare)
                     for name, x in zip(names, u, strict=True))  # fmt: skip
    if not bare or (not everything and exam.learning_rate is None):
        return False
    rate = exam.learning_rate
    numbers = {round(v, 12) for _, v in bare}
    if not everything and not all(abs(v - (rate or 0.0)) <= 1e-9 for v in numbers):
        return False
    said = " or ".join(f"{-v:.4g}" for v in sorted(numbers))
    exam.find(
        "step_not_gradient", "wrong", ", ".join(name for name, _ in bare),
        f"in {', '.join(name for name, _ in bare)} all entries move by one number, {said}, "
        "whatever their slopes are, and against some of them.",
        advice=("The gradient is missing in the line of the update.",
                "Write rate * gradient, and look whether the entries move differently."),
    )  # fmt: skip
    return True


def of_rate(exam: Exam, size: int) -> list[float]:
    """Return the factors by which a sum over everything may stand in a step."""
    rate, n = exam.learning_rate or 1.0, exam.patient.n
    return [rate * s for s in (1, 1 / size, 1 / n, 1 / (n * size), float(n))]


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
        least = 1e-6 if v.size > 1 else 1e-9  # one number may come near to 0 by chance
        if np.abs(left).max() <= least * peak(v):
            lost.append(name)
        elif v.size > 3:
            gone = (np.abs(left) <= 1e-6 * np.abs(v)) & (np.abs(v) > 1e-3) & np.isfinite(y)
            kept = np.isfinite(y) & ~gone
            if gone.sum() > 2 and np.abs(left - v)[kept].max(initial=0) <= 1e-6 * np.abs(v).max():
                lost.append(f"{int(gone.sum())} of {v.size} entries of {name}")
        for other, w in zip(exam.patient.names, values, strict=True):
            there = other != name and w.shape == v.shape and close(left, w, least)
            if there and not close(v, w, 1e-3):
                exam.find(
                    "step_not_gradient", "wrong", name,
                    f"after the step {name} is {other} minus the rate times the gradient of "
                    f"{name}: {other} stands where {name} belongs.",
                )  # fmt: skip
                return True
    if lost:
        exam.find(
            "step_not_gradient", "wrong", ", ".join(lost),
            f"after the step there is nothing in {', '.join(lost)} but minus the rate times the "
            "gradient: what was there before is lost.",
        )  # fmt: skip
    return bool(lost)


def decays(exam: Exam, u: Arrays, g: Arrays, values: Arrays) -> bool:
    """See whether the step shrinks or grows the parameters beside the gradient."""
    rate = exam.learning_rate
    (a, b), w = together(u, g), together(values, g)[0]
    terms = np.stack([np.sign(b), w], axis=1)  # an adaptive optimiser's first step, and a share
    shares = np.linalg.lstsq(terms, a, rcond=None)[0]
    clear = np.abs(b) > 1e-3 * peak(b)
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
        if len(a) > 6 and close(terms @ shares, a, 1e-4) and shares[0] > 0:
            rate = float(shares[0])
    if rate is None:
        return False
    factors = []
    for name, x, y, v in zip(exam.patient.names, u, g, values, strict=True):
        keep = np.isfinite(y)
        if keep.sum() < 2:
            continue
        rest = x[keep] - rate * y[keep]
        if close(x[keep], rate * y[keep], 1e-4):
            continue
        f = one_factor(rest, v[keep], 1e-2)
        if f is None:  # what has moved already is made larger or smaller
            f = one_factor(rest, (v - rate * y)[keep], 1e-2)
        if f is None:
            return False
        factors.append((name, f))
    if not factors or not alike([f for _, f in factors], 2e-2):
        return False
    f = factors[0][1]
    own, growing = exam.formula, f < 0
    names = ", ".join(n for n, _ in factors)
    of_weights = 2 * own.decay * rate if own is not None else 0.0
    if of_weights and near(f, of_weights, 2e-2):
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
