"""A gradient that is that of another loss: with other penalties, targets or predictions.

Such a gradient may be right in itself, and still not the slope of the loss that is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nnlib.activations import softmax
from nnlib.audit.comparison import Comparison
from nnlib.audit.formulas import BASES, WORDS, Formula, factor_words
from nnlib.audit.loss import advice_on_targets, other_tables
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.predictions import on_scaled, relatives
from nnlib.audit.slopes import Measured, flat_of, flat_pairs, one_factor
from nnlib.audit.terms import factors_of, unusual_words

Place = tuple[int, tuple[int, ...]]  # of an entry: which parameter, and where in it

# Penalties


def penalties(value: np.ndarray, summed: bool) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what the slope of a penalty on a parameter is a multiple of, and how to say it.

    ``summed``: also where np.sum has made one number, or one for each row or column, of it.
    """
    yield "{:.4f} {}", value
    yield "{:.4f} sign({})", np.sign(value)
    yield "{:.4f} |{}|", np.abs(value)
    yield "{:.4f} {}**2", value**2
    if summed and value.size > 1:
        yield "{:.4f} times the sum of {}, one number for all", np.full(value.shape, value.sum())
        for axis in range(value.ndim if value.ndim > 1 else 0):
            total = np.broadcast_to(value.sum(axis=axis, keepdims=True), value.shape)
            yield f"{{:.4f}} times {{}} summed over axis {axis}", total
    yield "{:.4f} at each entry of {}, whatever it is", np.ones(value.shape)
    if value.ndim != 2 or min(value.shape) < 2:
        return
    for line, turned in (("column", value.T), ("row", value)):
        for which, k in (("first", 0), ("last", -1)):
            alone = np.zeros_like(turned)
            alone[k] = turned[k]
            alone = alone.T if line == "column" else alone
            yield f"{{:.4f}} {{}} without its {which} {line}", value - alone
            yield f"{{:.4f}} times the {which} {line} of {{}}", alone
            one = np.zeros_like(turned)
            one[k] = 1.0
            one = one.T if line == "column" else one
            yield f"{{:.4f}} at each entry of the {which} {line} of {{}}, whatever it is", one


def by_weight_term(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether the difference is a multiple of the parameters themselves."""
    if weight_term(c, g, c.measured.slope) or by_norm(c, g):
        return True
    dense, formula = c.exam.dense, c.formula
    if dense is None or formula is None or not formula.penalised:
        return False
    penalty = dense.penalty_slopes(c.point, formula)
    bare = [s - p for s, p in zip(c.measured.slope, penalty, strict=True)]
    return weight_term(c, g, bare, " without its penalty")


def weight_term(c: Comparison, g: Arrays, slopes: Arrays, without: str = "") -> bool:
    """Report a difference that is a multiple of the parameters, or of their signs."""
    off = []
    for name, x, s, value in zip(c.names, g, slopes, c.point, strict=True):
        keep = ~np.isnan(s)
        rest = (x - s)[keep]
        scale = max(float(np.abs(s[keep]).max(initial=0)), c.largest * 1e-3)
        size = np.abs(rest).max(initial=0) / (c.tolerance * scale)
        if size > 1:
            made = {form: pattern[keep] for form, pattern in penalties(value, bool(without))}
            off.append((name, rest, made, bool(size > 10)))
    for form in dict.fromkeys(form for _, _, made, _ in off for form in made):
        factors = multiples(c, form, off)
        whole = all(c.names.index(n) in c.exam.weights for n in factors)
        whole = whole and not any(mark in form for mark in ("sum", "sign", "|", "**"))
        if without and whole and all(penalty_is(c, f) for f in factors.values()):
            continue  # it is the penalty itself, and nothing is off but by rounding
        if factors:
            tell_weight_term(c, g, form, factors, without)
            return True
    return False


def multiples(
    c: Comparison, form: str, off: list[tuple[str, np.ndarray, dict[str, np.ndarray], bool]]
) -> dict[str, float]:
    """Return by parameter the one factor with which a form makes all that is off, or none."""
    factors: dict[str, float] = {}
    n_entries = 0
    for name, rest, made, clearly in off:
        f = one_factor(rest, made[form], c.loose * 5) if form in made else None
        if f is not None and (" sum" not in form or penalty_is(c, f)):
            factors[name] = f
            n_entries += rest.size
        elif clearly:
            return {}
    found = [*factors.values()]
    least = 6 if "whatever" in form else 3
    if n_entries < least or np.ptp(found) > 0.02 * abs(found[0]):
        return {}  # so few fit by chance: one number is a multiple of any other
    return factors


def tell_weight_term(
    c: Comparison, g: Arrays, form: str, factors: dict[str, float], without: str
) -> None:
    """Report what a gradient holds of the weights, beside what the loss holds."""
    weights = [c.names[i] for i in c.exam.weights]
    known = [name for name in factors if name in weights] or [*factors]
    text = ", ".join(form.format(factors[name], name) for name in known)
    c.exam.find(
        "weight_term", "wrong", ", ".join(known),
        f"the gradient minus the slope of the loss{without} is {text}.{said_of_penalty(c)}",
        c.worst(g),
    )  # fmt: skip


def said_of_penalty(c: Comparison) -> str:
    """Say which penalty the loss holds, where its formula is known."""
    formula = c.formula
    if formula is None:
        return ""
    if not formula.penalised:
        return " The loss holds no such penalty."
    decay = formula.decay or formula.decay_of_all
    sizes = formula.sizes or formula.sizes_of_all
    slope = f"{2 * decay:.4g} W" if decay else f"{sizes:.4g} sign(W)"
    return f" The loss holds {formula.penalty}, whose slope is {slope}."


def penalty_is(c: Comparison, f: float) -> bool:
    """Say whether the slope of the loss's penalty is f times the weights."""
    own = c.formula
    return own is not None and abs(f / 2 - (own.decay or own.decay_of_all)) < 0.02 * abs(f / 2)


def by_norm(c: Comparison, g: Arrays) -> bool:
    """See whether the loss holds the norm of weights, and the gradient the signs of them."""
    found: list[tuple[str, float]] = []
    for name, x, s, value in zip(c.names, g, c.measured.slope, c.point, strict=True):
        norm = float(np.linalg.norm(value))
        rest = x - s
        if np.isnan(s).any() or np.abs(rest).max(initial=0) <= c.tolerance * c.largest:
            continue
        if value.size < 4 or not norm:
            return False
        f = one_factor(rest, np.sign(value) - value / norm, c.loose * 5)
        if f is None:
            return False
        found.append((name, f))
    for name, f in found:
        c.exam.find(
            "weight_term", "wrong", name,
            f"the gradient holds {f:.4f} sign({name}), the slope of the sum of the sizes, and "
            f"the loss {f:.4f} times the norm of {name}, the root of the sum of its squares, "
            f"whose slope is {f:.4f} {name} / norm({name}).", c.worst(g),
            advice=("np.linalg.norm(w) is not the sum of the sizes of w.",
                    "For L1 write np.sum(np.abs(w)) into the loss; for L2 np.sum(w**2), with "
                    "the slope 2 w."),
        )  # fmt: skip
    return bool(found)


def by_other_parameter(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether some entries hold a multiple of another parameter, at all points alike."""
    if c.elsewhere is None or c.stretched or not c.exam.patient.has(c.exam.loss_name):
        return False
    size = sum(value.size for value in c.point)
    if size > 60 or any(np.isnan(s).any() for s in c.measured.slope):
        return False
    off = [(k, i) for k, slope in enumerate(c.measured.slope) if not c.right(k, g)
           for i in np.ndindex(slope.shape)
           if np.abs(g[k][i] - slope[i]) > c.tolerance * c.largest]  # fmt: skip
    if not off or len(off) > 6:
        return False
    points = c.exam.points[:5]
    try:
        rest = np.array([differences(c, p, off) for p in points])
    except Failed:
        return False
    numbers = np.array([flat_of(p) for p in points])
    names = [entry_name(c, k, i)
             for k, value in enumerate(c.point)
             for i in np.ndindex(value.shape)]  # fmt: skip
    found = []
    for column, (k, i) in enumerate(off):
        holds = multiple_of(rest[:, column], numbers, names, entry_name(c, k, i))
        if holds is None:
            return False
        found.append(f"the gradient of {entry_name(c, k, i)} holds {holds}")
    where = ", ".join(dict.fromkeys(c.names[k] for k, _ in off))
    c.exam.find(
        "weight_term", "wrong", where, f"{'; '.join(found)}.{said_of_penalty(c)}", c.worst(g),
        advice=("A slice of the weights is stretched over all of them in the line of the penalty, "
                "or a name in it is that of another number.",
                "Give the penalty's slope the shape of its parameter, and 0 for the biases."),
    )  # fmt: skip
    return True


def entry_name(c: Comparison, k: int, i: tuple[int, ...]) -> str:
    """Name an entry of a parameter."""
    return f"{c.names[k]}[{', '.join(map(str, i))}]" if i else c.names[k]


def differences(c: Comparison, point: Arrays, off: list[Place]) -> list[float]:
    """Return what the program's gradient is more than the slope of the loss, at some entries."""
    assert c.elsewhere is not None
    g = c.elsewhere(point)
    slopes = c.exam.measured(point, c.index).slope
    return [float(g[k].reshape(point[k].shape)[i] - slopes[k][i]) for k, i in off]


def multiple_of(rest: np.ndarray, numbers: np.ndarray, names: list[str], own: str) -> str | None:
    """Say of which number of the parameters something is a multiple, at all points."""
    for column, name in enumerate(names):
        f = one_factor(rest, numbers[:, column], 1e-4)
        if f is not None and abs(f) > 1e-9 and name != own:
            return f"{f:.4g} {name}, another number"
    return None


def by_factor_beside_penalty(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether the part that the samples make is a multiple, and the penalty is right."""
    exam, y = c.exam, c.exam.targets_of(c.index)
    own = c.formula
    if own is None or exam.dense is None or y is None or not own.penalised:
        return False
    X = exam.rows_of(c.index)
    penalty = exam.dense.penalty_slopes(c.point, own)
    bare = exam.dense.gradient(c.point, X, y, Formula(own.base, own.factor))
    part = np.concatenate([np.ravel(a - b) for a, b in zip(g, penalty, strict=True)])
    f = one_factor(part, flat_of(bare), c.loose)
    if f is None or abs(f) < 1e-9 or abs(f - 1) < 5e-3:
        return False
    exam.find(
        "gradient_scale" if f > 0 else "gradient_sign", "wrong", where,
        f"without the penalty every entry is {f:.4f} times the slope of the loss: "
        f"{c.factor_words(f) if f > 0 else 'it points uphill.'}", c.worst(g),
    )  # fmt: skip
    return True


# Formulas


def by_form_of_loss(c: Comparison, g: Arrays, f: float) -> bool:
    """See whether it is the gradient of the loss without its root, or with other logarithms."""
    own, y, m = c.formula, c.exam.targets_of(c.index), c.exam.n_outputs
    if own is None or y is None or own.penalised:
        return False
    base, factor = own.base, f * own.factor
    if base == "root":
        a = c.exam.patient.predictions(c.point, c.index, exact=True)
        base, factor = "squared", factor / (2 * BASES["root"](a, y))
    elif "of base" not in own.words(c.n, m):
        return False
    down = factor_words(factor, WORDS[base], c.n, m)
    if "times the sum" in down or "of base" in down:
        return False
    logs = "" if base == "squared" else ", with natural logarithms"
    c.exam.find(
        "loss_formula", "wrong", "loss and gradient",
        f"the loss that is shown is {own.words(c.n, m)}; what is descended is "
        f"{down}{logs}.", c.worst(g),
    )  # fmt: skip
    return True


def by_other_loss(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether it is the gradient of another known loss."""
    own = c.formula
    answers = c.exam.base_values[1]
    y = c.exam.targets_of(c.index)
    if y is None:
        return False
    others = ("huber", "log_cosh", "focal", "hinge", "squared_hinge", "smoothed_binary",
              "smoothed_cross", "log_squared") * (c.exam.dense is not None)  # fmt: skip
    for base in ("squared", "binary", "cross", "absolute", "binary_from_logits",
                 "cross_from_logits", "other_half", "root", *others):  # fmt: skip
        if c.n == 1 and base == "absolute" and own is not None:
            continue  # at one sample its slopes may be a multiple of any other's
        if own is not None and {base, own.base} <= {"squared", "root"}:
            continue  # at one point the slopes of a square and of its root are alike
        if own is not None and {base, own.base} == {"squared", "huber"} and all(
            np.abs(a - c.exam.targets_of(c.exam.few)).max() < 1 for a in answers
        ):  # fmt: skip
            continue  # so near to the targets they are one loss
        if (own is not None and base == own.base) or not c.exam.possible(base, answers, y):
            continue
        slopes = c.exam.known_slopes(c.point, base, c.index, c.measured)
        if slopes is None:
            continue
        pairs = zip(c.measured.slope, slopes, strict=True)
        at = replace(c.measured, slope=[np.where(np.isnan(s), np.nan, k) for s, k in pairs])
        f = one_factor(*flat_pairs(g, at), tolerance=c.loose)
        beside = ""
        if f is None:
            f, beside = with_penalty(c, g, at)
        if f is not None and abs(f) > 1e-9:
            tell_other_loss(c, g, base, f, free, beside)
            return True
    return False


def by_sample_weights(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether samples have weights in the gradient, and none in the loss."""
    exam, y, formula = c.exam, c.exam.targets_of(c.index), c.formula
    if exam.dense is None or formula is None or formula.penalised or y is None:
        return False
    w = weights_of_samples(c, y, formula)
    if w is None or np.ptp(w) <= 1e-2 * w.max():
        return False
    X = exam.X_rows[c.samples]
    z, a = exam.dense.forward(c.point, X)
    delta = formula.factor * exam.dense.output_delta(z[-1], a[-1], y, formula.base)
    made = exam.dense.gradient(c.point, X, y, formula, w[:, None] * delta)
    f = one_factor(flat_of(g), flat_of(made), c.loose)
    different = dict.fromkeys(f"{each:.4g}" for each in w)
    if f is None or f <= 0 or len(different) > min(6, c.n // 3):
        return False  # so many may be slopes, or what the sample's own prediction makes
    exam.find(
        "loss_formula", "wrong", "loss and gradient",
        f"the loss is {formula.words(c.n, exam.n_outputs)}, with one weight for all samples; in "
        f"the gradient a sample counts {', '.join(different)} times.", c.worst(g),
        advice=("Weights of the samples, or of the classes, stand in the gradient, and in the "
                "loss they are missing or have no effect.",
                "Multiply the loss of each sample by its weight, before the mean is taken."),
    )  # fmt: skip
    return True


def weights_of_samples(c: Comparison, y: np.ndarray, formula: Formula) -> np.ndarray | None:
    """Return by what the gradient of each sample alone is multiplied, if all are multiples."""
    exam, weights = c.exam, []
    if exam.dense is None or c.alone is None or not 6 <= c.n <= 300:
        return None
    try:
        for k, i in enumerate(c.samples):
            one = np.array([i])
            alone = replace(formula, factor=exam.factor_for(c.point, one, formula.base))
            own = exam.dense.gradient(c.point, exam.X_rows[one], y[k : k + 1], alone)
            f = one_factor(flat_of(c.alone(one)), flat_of(own), c.loose)
            if f is None or f <= 0:
                return None
            weights.append(f)
    except Failed:
        return None
    return np.array(weights)


def with_penalty(c: Comparison, g: Arrays, at: Measured) -> tuple[float | None, str]:
    """Return f where g is f times some slopes, and a multiple of the weights."""
    if c.exam.dense is None:
        return None, ""
    for formula in (Formula("squared", 0.0, decay=0.5), Formula("squared", 0.0, 0.0, 0.5)):
        weights = c.exam.dense.penalty_slopes(c.point, formula)
        a, b = flat_pairs(g, at)
        w = flat_pairs(weights, at)[0]
        A = np.stack([b, w], axis=1)
        scale = np.maximum(np.abs(A).max(axis=0, initial=0), 1e-300)
        f, decay = np.linalg.lstsq(A / scale, a, rcond=None)[0] / scale
        rest = np.abs(A @ np.array([f, decay]) - a).max(initial=0)
        if a.size > 4 and rest <= c.loose * np.abs(a).max(initial=0):
            return float(f), f", and {0.5 * decay:.4g} times the squares of the weights"
    return None, ""


def tell_other_loss(
    c: Comparison, g: Arrays, base: str, f: float, free: bool, beside: str = ""
) -> None:
    """Report which loss is shown and which one is descended."""
    own, m = c.formula, c.exam.n_outputs
    unknown = "no formula that is known here"
    shown = own.words(c.n, m) if own is not None else unusual_words(c.exam) or unknown
    name = c.exam.loss_name
    found = [(f.kind, f.severity, f.where) for f in c.exam.findings]
    told = own is None and ("loss_formula", "wrong", name) in found
    if free:
        down = f"{'minus ' if f < 0 else ''}the {WORDS[base]}"
    else:
        down = factor_words(f, WORDS[base], c.n, m, base == "root")
    if own is not None and own.factor < 0 and f > 0:
        return  # said already, of the loss
    lacks = ""
    if own is not None and own.base == "squared" and base == "binary" and f > 0:
        lacks = " If the first is meant, the output's delta lacks the slope a * (1 - a)."
    elif own is not None and own.base in ("binary", "cross") and base == "squared" and f > 0:
        lacks = (
            " If the first is meant, the output's delta is a - y, and a slope a * (1 - a) "
            "stands in it that has cancelled already."
        )
    what = "the loss that is shown" if name == "loss" else "the training loss"
    c.exam.find(
        "loss_formula", "wrong", "loss and gradient",
        f"{'' if told else f'{what} is {shown}; '}what is descended is {down}{beside}.{lacks}",
        c.worst(g),
    )  # fmt: skip


# Targets and predictions


def by_smoothed_targets(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether a - t is descended for targets t that do not sum to 1, as they have to."""
    exam, y, dense = c.exam, c.exam.targets_of(c.index), c.exam.dense
    if c.formula is not None or dense is None or y is None or y.shape[1] < 2:
        return False
    f = shares_of_targets(c, y)
    if f is None:
        return False
    f = np.where(np.abs(f) < 1e-9 * np.abs(f).max(), 0.0, f)
    X = exam.rows_of(c.index)
    p = softmax(dense.forward(c.point, X)[0][-1])
    for whole in (1 / len(y), 1.0):
        known = dense.gradient(c.point, X, y, Formula("cross", 1.0), whole * p - (f[0] * y + f[1]))
        a, b = (flat_of(each) for each in (g, known))
        factor = one_factor(a, b, c.loose)
        total = f[0] + y.shape[1] * f[1]
        if factor is None or abs(factor - 1) > 5e-3 or abs(total - whole) < 1e-3 * whole:
            continue
        exam.find(
            "loss_formula", "wrong", f"{exam.loss_name} and gradient",
            f"{exam.loss_name} is a cross-entropy for the targets t = {f[0] / whole:.4g} y + "
            f"{f[1] / whole:.4g}, which sum to {total / whole:.4g} for each sample. What is "
            "descended is the softmax minus t: that is its slope only where they sum to 1.",
            c.worst(g),
            advice=("Smoothed labels are (1 - e) * y + e / K for K classes, and a factor of "
                    "these is lost.", "Print the row sums of the smoothed targets."),
        )  # fmt: skip
        return True
    return False


def shares_of_targets(c: Comparison, y: np.ndarray) -> np.ndarray | None:
    """Return c and d where the loss is the cross-entropy for the targets c y + d, undivided."""
    exam, index = c.exam, c.index
    if not (y.sum(axis=1) == 1).all():
        return None
    try:
        answers = [exam.patient.predictions(p, index, exact=True) for p in exam.points]
        losses = np.array([exam.loss(values, index) for values in exam.points])
    except Failed:
        return None
    base = "cross" if exam.possible("cross", answers, y) else "cross_from_logits"
    parts = [np.array([BASES[base](a, t) for a in answers]) for t in (y, np.ones_like(y))]
    return factors_of(losses, parts)


def by_other_targets(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether it is the gradient for another table of targets."""
    exam, y = c.exam, c.exam.targets_of(c.index)
    if exam.dense is None or c.formula is None or y is None or c.n < 3:
        return False
    X = exam.rows_of(c.index)
    for kind, words, other in other_tables(y):
        if np.array_equal(other, y):
            continue
        delta = None
        if c.formula.base in ("cross", "cross_from_logits"):
            z, a = exam.dense.forward(c.point, X)  # a - y, also for rows of several ones
            answers = softmax(z[-1]) if c.formula.base == "cross_from_logits" else a[-1]
            delta = c.formula.factor * (answers - other)
        known = exam.dense.gradient(c.point, X, other, c.formula, delta)
        a, b = (flat_of(each) for each in (g, known))
        f = one_factor(a, b, c.loose)
        if f is not None and f > 0 and (free or abs(f - 1) < 5e-3):
            exam.find(
                kind, "wrong", where,
                f"the gradient belongs to other targets than those of the loss: {words}.",
                c.worst(g), advice_on_targets(kind),
            )  # fmt: skip
            return True
    return False


def by_other_forward(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether it is the gradient of a network whose forward pass differs in one place."""
    exam, y = c.exam, c.exam.targets_of(c.index)
    if exam.dense is None or c.formula is None or y is None:
        return False
    X = exam.rows_of(c.index)
    a, own = flat_of(g), exam.dense
    for network, text in itertools.chain(relatives(own), on_scaled(own, exam.X_rows)):
        lost = {each.b for each in own.layers} - {each.b for each in network.layers}
        values = [v * (k not in lost) for k, v in enumerate(c.point)]
        known = replace(network, layers=own.layers).gradient(values, X, y, c.formula)
        f = one_factor(a, flat_of(known), c.loose)
        if f is None or f <= 0 or (not free and abs(f - 1) > 5e-3):
            continue
        exam.find(
            "gradient_wrong", "wrong", where,
            f"the gradient is that of another network than the one that predict and the loss "
            f"are made of, one {text}.", c.worst(g),
            advice=("Training has a forward pass of its own, and it differs.",
                    "Write the forward pass once, and call it in both."),
        )  # fmt: skip
        return True
    return False
