"""A step of several updates: asked about few samples, it makes one."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from nnlib.audit.chains import compare_chain, tell_twist
from nnlib.audit.comparison import Comparison
from nnlib.audit.cuts import cut_to_length
from nnlib.audit.epochs import (
    MOMENTA,
    Momentum,
    Slopes,
    ends_at,
    look_at_epoch,
    rule_on_one,
    update,
)
from nnlib.audit.exam import Exam
from nnlib.audit.formulas import WORDS
from nnlib.audit.gradient import by_equations
from nnlib.audit.mismatches import (
    by_other_loss,
    by_other_parameter,
    by_other_targets,
    by_weight_term,
)
from nnlib.audit.missteps import (
    compare_single,
    explain,
    tell_bare,
    tell_factor,
    tell_lost,
    tell_other_gradient,
    too_early,
    unsteady,
)
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.readings import tell_output_slope
from nnlib.audit.slopes import flat_of, one_factor, peak
from nnlib.audit.terms import unusual_words
from nnlib.audit.update import (
    Steps,
    alike,
    between,
    close,
    common_factor,
    drawn,
    keeps_something,
    length,
    loss_mixes_samples,
    near,
    rounding,
    some,
    stays,
    still_parts,
    together,
    zeros,
)
from nnlib.audit.walk import Walk


def few_samples(exam: Exam, steps: Steps, values: Arrays) -> None:
    """Ask for an update on so few samples that a call makes only one."""
    patient = exam.patient
    unlike = exam.formula is None or exam.loses_weights
    if unlike and exam.found("loss_formula") and not patient.has("gradients"):
        exam.miss("the updates within a step, beside a loss that has to be mended first")
        return
    sizes = [1, 2, 4, 8, 16, 32, 64, 100, 128]
    if exam.dense is None and loss_mixes_samples(exam):
        if in_own_turn(exam, steps, values):
            exam.miss("the updates within a step, where the loss mixes the samples of a batch")
            return
        sizes = sizes[2:]  # behind batch norm one sample has no slope, and two hardly any
    for size in [s for s in sizes if s < patient.n]:
        index = that_move(exam, steps, values, size)
        if index is not None:
            break
    else:
        before = exam.n_lines
        explain(exam, steps, values, None)
        if exam.n_lines == before and not exam.found():
            tell_no_part(exam, steps, values)
        return
    if size == 1 and where_no_slope_is(exam, steps, values, index):
        return
    free = exam.learning_rate is None and size == 1
    if free and several_factors(exam, steps, values) and one_by_one(exam, steps, values, index):
        return
    first = known_chain_on_one(exam, steps, values, index) if size == 1 else None
    if exam.found("optimizer_formula", "gradient_sign"):
        return
    wrong = None if first is not None else wrong_update(exam, steps, values, index)
    if wrong is None:
        if updates_without_looking(exam, steps, values, None):
            return
        compare_chain(exam, steps, index)
        if exam.found("optimizer_formula"):
            return
        rate = first or exam.learning_rate
        if exam.step_is is None and another_factor(exam, steps, values, rate):
            return
        if exam.step_is == "epoch" and some_by_one_alone(exam, steps, values):
            return
        pair = np.sort(drawn(patient.n, 3))
        if exact_equations(exam, steps, values, pair, rate) or (
            exam.step_is is None and exact_equations(exam, steps, values, None, rate)
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
        alone = size == 1 and exam.step_is != "batch"
        rule = rule_on_one(exam, steps, index) if alone else None
        if look_at_epoch(exam, steps, values, rule):
            return
        if exam.step_is == "epoch":
            exam.miss("the updates within an epoch, one by one: how many there are is not known")
        return
    if exam.step_is is None and size == 1 and not patient.has(exam.loss_name, "predict"):
        return
    if exam.step_is != "batch" and updates_without_looking(exam, steps, values, wrong):
        return
    index = wrong  # the first one may be right: a sample at which all ReLUs are off, say
    if several_updates(exam, steps, values, index):
        return
    if size == 1 and one_by_one(exam, steps, values, index):
        return
    if exam.step_is is not None or not on_all_samples(exam, steps, values):
        explain(exam, steps, values, index)


def that_move(exam: Exam, steps: Steps, values: Arrays, size: int) -> np.ndarray | None:
    """Return so many samples at which a step moves; of single ones the first of several such.

    At a sample that is right already a perceptron stays where it is, and so does a hinge.
    """
    order = drawn(exam.patient.n, exam.patient.n)
    for few in order[:24, None] if size == 1 else [np.sort(order[:size])]:
        try:
            if any(x.any() for x in steps.moved(values, few)):
                return few
        except Failed:
            return None
    return None


def tell_no_part(exam: Exam, steps: Steps, values: Arrays) -> None:
    """Note why no step on fewer samples tells more, if the program takes no fewer."""
    if exam.patient.n < 2:
        return
    try:
        steps.moved(values, drawn(exam.patient.n, 1))
    except Failed as error:
        exam.miss(
            "the step beside the gradient: on all samples it fits nothing that is known here, and "
            f"on one {error}"
        )


TURNED = (
    "The condition under which a sample counts is turned round: >= stands where <= is meant.",
    "Let those samples move the parameters that lie on the wrong side: if y * score <= 0.",
)


def where_no_slope_is(exam: Exam, steps: Steps, values: Arrays, first: np.ndarray) -> bool:
    """See whether single samples move a step where the loss has no slope, and only there."""

    def has_slope(few: np.ndarray) -> bool | None:
        g = steps.gradient(values, few)
        return None if g is None else bool(peak(together(g, g)[0]) > 1e-9)

    if exam.patient.has("gradients") or has_slope(first) is not False:
        return False
    order = drawn(exam.patient.n, 24)[:, None]
    moves = [any(x.any() for x in steps.moved(values, few)) for few in order]
    slopes = [has_slope(few) for few in order]
    n_moves, n_stays = moves.count(True), moves.count(False)
    if any(a == b for a, b in zip(moves, slopes, strict=True)) or min(n_moves, n_stays) < 2:
        return False
    exam.find(
        "step_not_gradient", "wrong", "step",
        f"of {len(order)} samples one by one, a step moves at the {n_moves} at which the "
        f"loss has no slope, and stays at the {n_stays} at which it has one.",
        advice=TURNED,
    )  # fmt: skip
    return True


def in_own_turn(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """Say whether a step on four samples is several of the program's own, on fewer each."""
    index = np.sort(drawn(exam.patient.n, 4))
    whole = steps.once(values, exam.patient.data(index))
    for order in itertools.permutations(range(4)):
        for ends in ((0, 1, 2, 3, 4), (0, 2, 4), (0, 3, 4)):
            here = values
            for a, b in itertools.pairwise(ends):
                here = steps.once(here, exam.patient.data(np.sort(index[list(order[a:b])])))
            if all(np.allclose(a, b, rtol=1e-6, atol=1e-9)
                   for a, b in zip(here, whole, strict=True)):  # fmt: skip
                return True
    return False


def on_all_samples(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether a step on all samples is another multiple, or follows another known loss."""
    u, g = steps.moved(values, None), steps.gradient(values, None)
    if g is None:
        return True
    a = together(u, g)[0]
    tolerance = max(2e-2 if exam.patient.short_steps else 3e-4, rounding(exam, a, values))
    f = common_factor(u, g, tolerance, rounding(exam, a, values))
    if f is not None and abs(f) > 1e-12 and exam.patient.n > 1:
        if cut_to_length(exam, steps, u, f):
            return True
        if exam.patient.short_steps and too_early(exam, steps, values, None, u):
            return True
        if exam.step_is != "epoch" and unsteady(exam, steps, f):
            return True
        tell_factor(exam, f, exam.learning_rate, None)
        return True
    if exam.dense is None or exam.patient.has("gradients") or not exam.patient.has(exam.loss_name):
        return False
    comparison = Comparison(exam, values, None)
    comparison.factor_known = not keeps_something(steps, values, None)
    rate = exam.learning_rate
    scaled = [x / (rate or 1.0) for x in u]
    if any(stays(x, y) for x, y in zip(u, g, strict=True)):
        return False  # a parameter that does not move is said to be so
    if (
        still_parts(u, g)
        or tell_other_gradient(exam, u, g)
        or tell_lost(exam, u, g, values)
        or tell_bare(exam, u, g)
    ):
        return exam.found()
    if rate is not None:
        comparison.elsewhere = lambda p: [x / rate for x in steps.moved(p, None)]
    if by_weight_term(comparison, scaled, "step", rate is None):
        return True
    if by_other_parameter(comparison, scaled, "step", rate is None):
        return True
    if by_other_loss(comparison, scaled, "step", rate is None):
        return True
    if exam.step_is is None and by_other_targets(comparison, scaled, "step", rate is None):
        return True
    return exam.step_is is None and by_equations(comparison, scaled, "step", rate is None)


def known_chain_on_one(exam: Exam, steps: Steps, values: Arrays, index: np.ndarray) -> float | None:
    """Return by what the gradient is multiplied in the first of the steps of a known optimiser.

    That is another number than the rate where a first step is longer or shorter, as Nesterov's.
    """
    g = steps.gradient(values, index)
    if g is None or exam.learning_rate is None:
        return None
    u = steps.moved(values, index)
    f = common_factor(u, g, max(1e-3, rounding(exam, together(u, g)[0], values)))
    if f is None or f <= 0 or near(f, exam.learning_rate, 1e-2):
        return None
    known = compare_chain(exam, steps, index, any_step=True) or tell_twist(exam, steps, index)
    return f if known else None


def another_factor(exam: Exam, steps: Steps, values: Arrays, rate: float | None = None) -> bool:
    """See whether a step on all samples is one update, exactly, with another factor."""
    g, rate = steps.gradient(values, None), rate or exam.learning_rate
    if g is None or rate is None or exam.learning_rate is None:
        return False
    f = one_factor(
        *together(steps.moved(values, None), g), 2e-6
    )  # several updates never fit so well
    if f is None or near(f, rate, 1e-2):
        return False
    if cut_to_length(exam, steps, steps.moved(values, None), f) or unsteady(exam, steps, f):
        return True
    tell_factor(exam, f, exam.learning_rate, None)
    return True


def several_factors(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """Say whether the steps on one sample each are different multiples of their gradients."""
    factors = []
    for i in drawn(exam.patient.n, 4):
        u, g = steps.moved(values, np.array([i])), steps.gradient(values, np.array([i]))
        f = None if g is None else common_factor(u, g)
        if f is None:
            return False
        factors.append(f)
    return not alike(factors, 2e-2)


def one_by_one(exam: Exam, steps: Steps, values: Arrays, first: np.ndarray) -> bool:
    """See what steps on one sample each are together: at one alone most slips are a factor."""
    n, rate = exam.patient.n, exam.learning_rate
    g = steps.gradient(values, first)
    if exam.patient.has("gradients") or g is None:
        return False
    if common_factor(steps.moved(values, first), g) is None:
        return False  # more than a factor: it shows at this sample
    index = np.sort(drawn(n, 12))
    more = False  # than a factor, at some samples
    factors: list[float] = []
    lengths, total = [], zeros(values)
    for i in index:
        alone = np.array([i])
        u, g = steps.moved(values, alone), steps.gradient(values, alone)
        if g is None:
            return False
        f = common_factor(u, g)
        if exam.patient.short_steps or still_parts(u, g):
            return False
        if f is None:
            more = True
        else:
            factors.append(f)
        lengths.append(length(flat_of(u)))
        total = [a + b for a, b in zip(total, u, strict=True)]
    if not more and (len(factors) < 3 or alike(factors, 2e-2)):
        return False
    if not more and all(f > 0.99 * max(factors) or size > 0.999 * max(lengths)
                        for f, size in zip(factors, lengths, strict=True)):  # fmt: skip
        return False  # gradients that are cut to one length, where they are longer
    dense, y, own = exam.dense, exam.targets_of(index), exam.formula
    if dense is not None and y is not None and own is not None:
        factor = exam.factor_for(values, index[:1], own.base)
        k = len(index)
        whole = replace(
            own,
            factor=factor,
            decay=own.decay * k,
            sizes=own.sizes * k,
            decay_of_all=own.decay_of_all * k,
            sizes_of_all=own.sizes_of_all * k,
        )
        X, scaled = exam.X_rows[index], [x / (rate or 1.0) for x in total]
        answers = exam.base_values[1]
        others = [replace(whole, base=base) for base in ("squared", "binary", "cross")
                  if base != own.base and exam.possible(base, answers, y)]  # fmt: skip
        ways = [(whole, rate is None), *((formula, True) for formula in (whole, *others))]
        walks = [Walk(exam, dense, values, X, y, formula, scaled, free) for formula, free in ways]
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
    words = unusual_words(exam) if own is None else ""
    seen = f"ample by sample the step is {', '.join(f'{x:.4g}' for x in factors[:4])}, … times the "
    seen += "slope of the loss, where one number is expected."
    exam.find(
        "loss_formula" if words else "gradient_wrong", "wrong", "step",
        f"{exam.loss_name} is {words}. S{seen}" if words else f"s{seen}",
    )  # fmt: skip
    return True


def exact_equations(
    exam: Exam, steps: Steps, values: Arrays, index: Any, rate: float | None
) -> bool:
    """See whether a step on some samples is a single update with a slip, exactly."""
    dense, y = exam.dense, exam.targets_of(index)
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
        rate = None if g is None else common_factor(steps.moved(values, one), g)
    if rate is None or (index is not None and in_turn(steps, values, index, u, rate)):
        return False
    g = steps.gradient(values, index)
    f = None if g is None or index is None else one_factor(*together(u, g), 2e-6)
    if f is not None and f > 0 and not near(f, rate, 2e-2) and exam.learning_rate is not None:
        own = near(rate, exam.learning_rate, 1e-2)
        if not own and known_chain_on_one(exam, steps, values, index) is not None:
            return False  # on one sample the gradient was cut, and here it is not
        if not cut_to_length(exam, steps, u, f):
            tell_factor(exam, f, rate, index)
        return True
    scaled = [x / rate for x in u]
    if exam.formula.penalised:
        comparison = Comparison(exam, values, index)
        if by_weight_term(comparison, scaled, "step", False):
            return True
    X = exam.rows_of(index)
    formula = replace(exam.formula, factor=exam.factor_for(values, index, exam.formula.base))
    walk = Walk(exam, dense, values, X, y, formula, scaled, False)
    walk.tolerance = 2e-6  # several updates never fit so well
    walk.go()
    weights_alone = all(step.where.startswith("W") for step in walk.deviations)
    if not walk.explained or not walk.deviations or (weights_alone and index is None):
        return False  # weights alone may fit by chance, where samples do not overlap
    walk.report((), False)
    return True


def in_turn(steps: Steps, values: Arrays, index: np.ndarray, u: Arrays, rate: float) -> bool:
    """Say whether a step makes right updates, by samples or groups of them, in any order."""
    scale = max(peak(x) for x in u)
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
            if all(peak(v - h - x) <= 1e-5 * scale
                   for v, h, x in zip(values, here, u, strict=True)):  # fmt: skip
                return True
    return False


def several_updates(exam: Exam, steps: Steps, values: Arrays, index: np.ndarray) -> bool:
    """See whether a step is several updates long: by gradient descent, or by momentum.

    In an epoch on copies of one sample each batch has the gradient of that sample, whatever the
    order and the sizes of the batches: so also a velocity that starts at 0 in each epoch is seen.
    """
    rate, patient = exam.learning_rate, exam.patient
    few = sum(v.size for v in values) <= 60  # as many slopes as are measured
    rebuilt = exam.dense is not None and (exam.formula is not None or few)
    if rate is None or not (patient.has("gradients") or rebuilt):
        return False
    # Where each slope is measured, plain descent alone is asked for: more takes long.
    measured = exam.formula is None and not patient.has("gradients")
    rules = MOMENTA[:1] if measured else MOMENTA
    asked = [(index, "")]
    if exam.step_is == "epoch" and len(index) == 1 and 1 < patient.n <= 2000:
        asked.append((np.repeat(index, patient.n), f" on {patient.n} copies of one sample"))
    for chosen, copies in asked:
        after = steps.once(values, patient.data(chosen))
        for rule in rules:
            k = updates_by(steps, values, after, chosen, rule)
            if k > 1:
                name = rule.name if rule.keep else "the gradient"
                exam.look(f"a step{copies} makes {k} updates by {name}")
                each = rule if copies else replace(rule, repeats=k)
                look_at_epoch(exam, steps, values, each, quiet=True)
                return True
    if measured:
        return False
    after = steps.once(values, patient.data(index))
    for f in (0.5, 2.0, 0.1, 10.0):
        # Only what fits better than chance allows: nobody said how many updates there are.
        k = updates_by(steps, values, after, index, Momentum(new=f), 1e-6)
        if k > 1:
            exam.find(
                "gradient_scale", "wrong", "step",
                f"a step makes {k} updates by the gradient with the rate {f * rate:g}, and the "
                f"rate is {rate:g}: {f:g} times what it should be.",
            )  # fmt: skip
            return True
    return False


def updates_by(
    steps: Steps,
    values: Arrays,
    after: Arrays,
    index: np.ndarray,
    rule: Momentum,
    tolerance: float = 1e-3,
) -> int:
    """Return how many updates lead from values to after, 0 if none do."""
    many = 200 if steps.exam.work(index) < 10_000 else 20
    slopes = steps.gradient if steps.patient.has("gradients") else Slopes(steps.exam, steps)
    here, v = values, zeros(values)
    whole, first, pace, way = distance(values, after), 0.0, 0.0, 0.0
    for k in range(1, many):
        pace = rule.keep * pace + rule.new
        way += pace  # in first updates of plain descent, while the slopes hardly change
        if rule.keep and k > 1 and way * first > 4 * whole:
            return 0
        moved = update(steps, here, v, index, rule, slopes)
        if moved is None or distance(values, here) > 2 * whole:
            return 0  # farther than the step has gone
        first = first or distance(values, moved[0]) / rule.new
        here, v = moved
        if k > 1 and ends_at(here, after, values, tolerance):
            return k
    return 0


def distance(a: Arrays, b: Arrays) -> float:
    """Return by how much two sets of parameters differ at most."""
    return max(peak(x) for x in between(a, b))


def updates_without_looking(exam: Exam, steps: Steps, values: Arrays, index: Any) -> bool:
    """See whether a step on some samples makes several updates, all by its first predictions."""
    dense, y, rate = exam.dense, exam.targets_of(index), exam.learning_rate
    if dense is None or y is None or exam.formula is None or rate is None:
        return False
    if exam.patient.short_steps or exam.formula.penalised or exam.patient.n < 2:
        return False
    if index is not None and len(dense.layers) < 2:
        return False  # one layer would move as by a gradient that is so many times too long
    u, g = steps.moved(values, index), steps.gradient(values, index)
    last = dense.layers[-1].W
    f = None if g is None else one_factor(np.ravel(u[last]), np.ravel(g[last]), 2e-6)
    k = 0 if f is None else round(f / rate)
    if f is None or not 1 < k <= max(exam.patient.n, 64) or not near(f, k * rate, 1e-4 / k):
        return False
    looking = values
    for _ in range(k):
        slopes = steps.gradient(looking, index)
        if slopes is None:
            return False
        looking = [v - rate * x for v, x in zip(looking, slopes, strict=True)]
    if max(peak(v - h - x) / max(peak(x), 1e-300)
           for v, h, x in zip(values, looking, u, strict=True)) < 1e-2:  # fmt: skip
        return False  # the predictions hardly change between the updates
    z, a = dense.forward(values, exam.rows_of(index))
    factor = exam.factor_for(values, index, exam.formula.base)
    output = factor * dense.output_delta(z[-1], a[-1], y, exam.formula.base)
    for early in (False, True):
        here = [v.copy() for v in values]
        for _ in range(k):
            delta, through = output, [v.copy() for v in here]
            for number in range(len(dense.layers), 0, -1):
                move = zeros(values)
                dense.put(move, number, a[number - 1].T @ delta, delta.sum(axis=0), values)
                here = [v - rate * x for v, x in zip(here, move, strict=True)]
                if number > 1:
                    back = delta @ dense.layers[number - 1].matrix(here if early else through).T
                    delta = back * dense.activations[number - 2].slope(z[number - 1])
        if all(close(v - h, x, 1e-5)
               for v, h, x in zip(values, here, u, strict=True)):  # fmt: skip
            tell_not_looking(exam, k, index)
            return True
    return False


def some_by_one_alone(exam: Exam, steps: Steps, values: Arrays) -> bool:
    """See whether an epoch on two samples moves some parameters by one of them alone."""
    dense, rate = exam.dense, exam.learning_rate
    if dense is None or rate is None or exam.patient.short_steps or exam.patient.n < 2:
        return False
    pair = np.sort(drawn(exam.patient.n, 2))
    u = steps.moved(values, pair)

    def follows(order: tuple[int, ...], alone: set[int], which: int) -> bool:
        here = values
        for k, sample in enumerate(order):
            g = steps.gradient(here, pair[[sample]])
            if g is None:
                return False
            moves = [rate * x * (i not in alone or k == which) for i, x in enumerate(g)]
            here = [v - x for v, x in zip(here, moves, strict=True)]
        return ends(here)

    def ends(here: Arrays) -> bool:
        return all(
            peak(v - h - x) <= 1e-6 * max(peak(x), 1e-12)
            for v, h, x in zip(values, here, u, strict=True)
        )

    orders, both = [(0, 1), (1, 0)], steps.gradient(values, pair)
    if any(follows(order, set(), 0) for order in orders):
        return False
    if both is not None and ends([v - rate * x for v, x in zip(values, both, strict=True)]):
        return False  # one batch, whose samples may have gradients that are alike
    parts = [{k for k in (layer.W, layer.b) if k is not None} for layer in dense.layers]
    groups = [set().union(*parts[:k]) for k in range(1, len(parts))]  # the first layers
    groups += [set().union(*parts[k:]) for k in range(1, len(parts))]  # the last ones
    groups += [{layer.b for layer in dense.layers if layer.b is not None}]
    groups += [{layer.W for layer in dense.layers}]
    groups = [group for group in groups if len(group) < len(values)]
    groups += [{k} for k in range(len(values)) if len(values) > 1]
    for order, alone, which in itertools.product(orders, groups, (1, 0)):
        if not follows(order, alone, which):
            continue
        names = [exam.patient.names[k] for k in sorted(alone)]
        place = "last" if which else "first"
        exam.find(
            "step_not_gradient", "wrong", ", ".join(names),
            f"given two samples, an epoch moves {', '.join(names)} by the {place} one alone, and "
            "all other parameters by both.",
            advice=("The update of these parameters stands outside of the loop over the samples, "
                    "often by its indent alone.",
                    "Update all parameters in the same loop."),
        )  # fmt: skip
        return True
    return False


def tell_not_looking(exam: Exam, k: int, index: Any) -> None:
    """Report updates that are all made by the same predictions."""
    which = f"all {exam.patient.n} samples" if index is None else some(index)
    advice = (
        "The update stands in a loop over the samples, such as one that counts right answers, and "
        "the error is computed once, before it.",
        "Put the update behind that loop: one for each time that the error is computed.",
    )
    if index is not None:
        advice = (
            "The forward pass, or the error, stands before the loop and is not computed again.",
            "Put it into the loop: predictions, error and gradient anew for each update.",
        )
    exam.find(
        "step_not_gradient", "wrong", "step",
        f"a step on {which} makes {k} updates, all of them by the predictions that it began with.",
        advice=advice,
    )  # fmt: skip


def wrong_update(exam: Exam, steps: Steps, values: Arrays, index: np.ndarray) -> np.ndarray | None:
    """Return the first few samples, out of several such, on which an update is not right."""
    others = [few for few in drawn(exam.patient.n, 3)[:, None] if few[0] != index[0]]
    for few in (index, *others * (len(index) == 1)):
        if not compare_single(exam, steps, values, few, True):
            return few
    return None
