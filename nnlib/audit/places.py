"""A gradient that is wrong in some places: in which parameters, rows or neurons, and how."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from nnlib.audit.answers import by_own_answers
from nnlib.audit.chords import by_chords
from nnlib.audit.comparison import Comparison
from nnlib.audit.exam import Exam
from nnlib.audit.falling import advice_for, falling
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.predictions import bias_behind_the_activation, biases_in_the_sum
from nnlib.audit.slopes import flat_of, one_factor

WITHOUT_BIASES = (np.s_[:], np.s_[:-1], np.s_[1:], np.s_[:, :-1], np.s_[:, 1:])
COPIED = (
    "A line was copied for the next parameter, and not every name in it was changed.",
    "Compare the line of this parameter with those of its neighbours, name by name.",
)
TURNED = (
    "A filter is turned round on the way back to its input, not in its own gradient; or an axis "
    "is flipped or exchanged with another one.",
    "Sum the products of each delta with the inputs under it, at the filter's own places.",
)

# Parameters


def by_parameters(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """Say parameter by parameter what is off."""
    ways = (by_patterns, by_parts, in_general)
    return any(attempt(c, g, where, free) for attempt in ways)


def by_patterns(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether wrong gradients have something in common with the slopes."""
    wrong = [k for k in range(len(g)) if not c.right(k, g)]
    factors = factors_of(c, g, wrong)
    if any(holds_the_sum(c, g, k) for k in wrong):
        return True
    if biases_in_the_sum(c.exam, {k: 1 / f if f else 0.0 for k, f in factors.items()}):
        return True
    f = shared_factor(list(factors.values()))
    if f is not None and (max(g[k].size for k in wrong) > 1 or usual(c, f)):
        tell_factor(c, g, wrong, f)
        return True
    if len(wrong) == 1 and bias_behind_the_activation(
        c.exam, c.point, c.index, wrong[0], g[wrong[0]]
    ):
        return True
    if in_other_order(c, g) or of_others(c, g, wrong):
        return True
    if len(wrong) == 1 and by_rows(c, g, wrong[0]):
        return True
    return any(by_turning(c, g, k) for k in reversed(wrong))


def by_parts(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether neurons are off, each by a number of its own, or parameters have no effect."""
    wrong = [k for k in range(len(g)) if not c.right(k, g)]
    attempts = (by_neurons, by_offset, by_scaling)
    if any(attempt(c, g, k) for attempt in attempts for k in reversed(wrong)):
        return True
    unused = [k for k in wrong if without_effect(c, k)]
    if unused and not c.exam.patient.random_loss:
        others = ", ".join(c.names[k] for k in wrong if k not in unused)
        also = f" The gradient of {others} is off, too." if others else ""
        names = ", ".join(c.names[k] for k in unused)
        c.exam.find(
            "gradient_wrong", "wrong", names,
            f"the loss does not change when {names} changes, and yet the gradient of {names} "
            "is not 0. Either predict does not use it, or takes another array in its place, or "
            f"something takes its effect away again, as batch norm does.{also}", c.worst(g),
        )  # fmt: skip
        return True
    return False


def holds_the_sum(c: Comparison, g: Arrays, k: int) -> bool:
    """See whether all entries of a gradient are the sum of the slopes of all its entries."""
    s, x = c.measured.slope[k], g[k]
    total = float(np.nansum(s))
    if np.isnan(s).any() or x.size < 2 or np.ptp(s) == 0 or np.ptp(x) > 1e-6 * np.abs(x).max():
        return False
    if abs(x.flat[0] - total) > 1e-3 * abs(total):
        return False
    c.exam.find(
        "axis_missing", "wrong", c.names[k],
        f"all entries of the gradient of {c.names[k]} are {x.flat[0]:.6g}, the sum of the slopes "
        "of all its entries.", c.worst(g),
    )  # fmt: skip
    return True


def shared_factor(factors: list[float | None]) -> float | None:
    """Return the factor by which all wrong gradients are off, if it is one, and not nearly 1."""
    known = [f for f in factors if f is not None]
    if len(known) < len(factors) or np.ptp(known) > 1e-2 * np.abs(known).max():
        return None
    return known[0] if abs(known[0] - 1) > 5e-3 else None


def usual(c: Comparison, f: float) -> bool:
    """Say whether a factor is one that people lose; of a single number any other is one, too."""
    return abs(f) < 1e-9 or (
        abs(f + 1) <= 1e-2 if f < 0 else not c.factor_words(f).startswith("Which factor")
    )


def tell_factor(c: Comparison, g: Arrays, wrong: list[int], f: float) -> None:
    """Say by which factor all wrong gradients are off."""
    names = ", ".join(c.names[k] for k in wrong)
    if abs(f) < 1e-9:
        c.exam.find("gradient_wrong", "wrong", names,
                    f"the gradient of {names} is 0, and the slope of the loss is not.",
                    c.worst(g))  # fmt: skip
        return
    kind = "gradient_sign" if f < 0 else "gradient_scale"
    falls = falling(c.exam, c.point, c.index, wrong) if f < 0 else ""
    text = f"it points uphill.{falls}" if f < 0 else c.factor_words(f)
    if max(g[k].size for k in wrong) == 1 and not usual(c, f):
        kind, text = "gradient_wrong", "no usual factor; other samples may have another."
        if f < 0:
            text = "it points uphill, and -1 would be a lost sign."
    c.exam.find(
        kind, "wrong", names,
        f"the gradient of {names} is {f:.4f} times the slope of the loss: {text}",
        c.worst(g), advice_for(falls),
    )  # fmt: skip


def factors_of(c: Comparison, g: Arrays, wrong: list[int]) -> dict[int, float | None]:
    """Return by which factor each wrong gradient is off, where it is one."""
    found = {}
    for k in wrong:
        keep = ~np.isnan(c.measured.slope[k])
        found[k] = one_factor(g[k][keep], c.measured.slope[k][keep], c.loose, c.measured.noise)
    return found


def in_general(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """Say which parameters' gradients are off, where nothing says how."""
    wrong = [k for k in range(len(g)) if not c.right(k, g)]
    right = [k for k in range(len(g)) if k not in wrong and not c.nothing(k, g)]
    names = ", ".join(c.names[k] for k in wrong)
    f = shared_factor(list(factors_of(c, g, wrong).values()))
    if f is not None:
        tell_factor(c, g, wrong, f)
        return True
    if by_chords(c, g, where) or (not right and by_own_answers(c, g, where)):
        return True
    others = f" Right: {', '.join(c.names[k] for k in right)}." if right else ""
    if c.exam.dense is None and c.exam.patient.has("predict"):
        others += (
            " Its equation cannot be named: the predictions are not those of dense layers "
            f"that are known here.{shares(c)}"
        )
    others += "".join(
        f" That of {name} is one number, which NumPy stretches." for name in c.stretched
    )
    c.exam.find(
        "gradient_wrong", "wrong", names,
        f"the gradient of {names} is not the slope of the loss.{others}{c.cosine(g)}",
        c.worst(g),
    )  # fmt: skip
    return True


def shares(c: Comparison) -> str:
    """Say what the predictions of a sample add up to, where that is one number, and not 1."""
    answers = c.exam.base_values[1]
    if not answers or answers[0].shape[1] < 2 or min(a.min() for a in answers) < 0:
        return ""
    sums = np.concatenate([a.sum(axis=1) for a in answers])
    if np.ptp(sums) > 1e-9 * sums.max() or abs(sums[0] - 1) < 1e-6 or len(sums) < 8:
        return ""
    return (
        f" The predictions of each sample add up to {sums[0]:.4g}; those of a softmax add up "
        "to 1. What is it divided by?"
    )


def without_effect(c: Comparison, k: int) -> bool:
    """Say whether the loss stays what it is, exactly, whatever a parameter is."""
    rng = np.random.default_rng(4)
    values = [v.copy() for v in c.point]
    try:
        begin = c.exam.loss(values, c.index)
        for _ in range(3):
            values[k] = c.point[k] + rng.normal(size=c.point[k].shape)
            if c.exam.loss(values, c.index) != begin:
                return False
    except Failed:
        return False
    return True


# Another parameter, another order


def by_turning(c: Comparison, g: Arrays, k: int) -> bool:
    """See whether a gradient holds the right numbers, flipped along axes or with two exchanged."""
    x, s, name = g[k], c.measured.slope[k], c.names[k]
    if np.isnan(s).any() or s.size < 4 or min(s.shape, default=1) < 2:
        return False
    size = c.tolerance * np.abs(s).max()
    axes = range(s.ndim)
    ways = [(f"flipped along {axes_named(some)}", np.flip(s, some))
            for count in range(1, s.ndim + 1)
            for some in itertools.combinations(axes, count)]  # fmt: skip
    ways += [(f"with {axes_named(pair)} exchanged", np.swapaxes(s, *pair))
             for pair in itertools.combinations(axes, 2)]  # fmt: skip
    for words, made in ways:
        if made.shape == x.shape and np.abs(x - made).max() <= size:
            c.exam.find(
                "product_wrong", "wrong", name,
                f"the gradient of {name} has the right numbers in other places: {words}.",
                c.worst(g), advice=TURNED,
            )  # fmt: skip
            return True
    return False


def axes_named(some: tuple[int, ...]) -> str:
    """Return "axis 0", or "axes 1 and 2"."""
    numbers = [str(axis) for axis in some]
    if len(numbers) == 1:
        return f"axis {numbers[0]}"
    return f"axes {', '.join(numbers[:-1])} and {numbers[-1]}"


def by_unrolling(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether gradients hold the right numbers, read by columns and written by rows."""
    told = []
    for k, (x, s) in enumerate(zip(g, c.measured.slope, strict=True)):
        if c.right(k, g):
            continue
        if s.ndim != 2 or min(s.shape) < 2 or s.shape[0] == s.shape[1] or np.isnan(s).any():
            return False
        if not any(unrolled(c, x[part], s[part]) for part in WITHOUT_BIASES):
            return False
        told.append(c.names[k])
    if not told:
        return False
    names = ", ".join(told)
    c.exam.find(
        "product_wrong", "wrong", names,
        f"the gradient of {names} has the right numbers in another order: they were read "
        "column by column and written row by row.", c.worst(g),
        advice=("It was unrolled in the other order than the parameters, as by order='F' or a "
                "transpose before ravel(), or reshape stands where .T is meant.",
                "Unroll parameters and gradients by the same lines, with order='C' in both."),
    )  # fmt: skip
    return True


def unrolled(c: Comparison, x: np.ndarray, s: np.ndarray) -> bool:
    """Say whether x is s with its columns written as rows; a row of biases may stand apart."""
    if min(s.shape) < 2:
        return False
    made = np.ravel(s, order="F").reshape(s.shape)
    return bool(np.abs(x - made).max() <= c.tolerance * c.largest)


def in_other_order(c: Comparison, g: Arrays) -> bool:
    """See whether a vector of all gradients is put together in another order."""
    if not c.exam.patient.shapes or any(np.isnan(s).any() for s in c.measured.slope):
        return False
    flat = flat_of(g)
    for order in itertools.islice(itertools.permutations(range(len(g))), 1, 130):
        other = np.concatenate([np.ravel(c.measured.slope[k]) for k in order])
        if np.abs(flat - other).max() <= c.tolerance * c.largest:
            names = ", ".join(c.names[k] for k in order)
            c.exam.find(
                "gradient_wrong", "wrong", "gradients",
                f"the gradients stand in another order than the parameters: {names}.",
                c.worst(g),
            )  # fmt: skip
            return True
    return False


def of_others(c: Comparison, g: Arrays, wrong: list[int]) -> bool:
    """See whether each wrong gradient is that of another parameter, or the parameter itself."""
    told = []
    for k in wrong:
        if g[k].size > 2 and np.allclose(g[k], c.point[k], rtol=1e-9, atol=0):
            told.append(f"the gradient of {c.names[k]} is {c.names[k]} itself")
            continue
        j = next((j for j in range(len(g)) if j != k and is_slope_of(c, g[k], j)), None)
        if j is None:
            return False
        told.append(f"the gradient of {c.names[k]} is that of {c.names[j]}")
    names = ", ".join(c.names[k] for k in wrong)
    c.exam.find("gradient_wrong", "wrong", names, f"{'; '.join(told)}.", c.worst(g), COPIED)
    return True


def is_slope_of(c: Comparison, x: np.ndarray, j: int) -> bool:
    """Say whether some numbers are the slopes of a parameter."""
    s = c.measured.slope[j]
    keep = ~np.isnan(s)
    if x.shape != s.shape or keep.sum() < 3 or np.abs(s[keep]).max() <= 10 * c.measured.noise:
        return False  # few numbers are others by chance
    return bool(np.abs(x - s)[keep].max() <= c.tolerance * np.abs(s[keep]).max())


def tell_copied(
    exam: Exam, moved: Callable[[Arrays, np.ndarray], Arrays], where: str, points: list[Arrays]
) -> bool:
    """See whether, of single numbers, some gradients hold the names of a neighbour's.

    Then each is the slope of some number, times the ratio of two parameters, at all samples and
    at all ``points``. ``moved`` returns the gradient that the program uses for some samples.
    """
    n, size = exam.patient.n, len(exam.patient.start)
    if not 4 < size < 25 or any(v.size > 1 for v in exam.patient.start):
        return False
    used, slopes, numbers = [], [], []
    try:
        for values in points:
            for i in np.unique(np.linspace(0, n - 1, 5).astype(int)):
                index = np.array([i])
                used.append([float(x.ravel()[0]) for x in moved(values, index)])
                measured = exam.measured(values, index).slope
                slopes.append([float(x.ravel()[0]) for x in measured])
                numbers.append([float(v.ravel()[0]) for v in values])
    except (Failed, IndexError):
        return False
    u, s, p = np.array(used), np.array(slopes), np.array(numbers)
    if not (np.isfinite(u).all() and np.isfinite(s).all() and p.all()):
        return False
    room = 1e-4 * np.abs(s).max()
    wrong = [k for k in range(size) if np.abs(u[:, k] - s[:, k]).max() > room]
    if not 0 < len(wrong) <= size // 3:
        return False
    names, told = exam.patient.names, []
    for k in wrong:
        text = copied_from(u[:, k], s, p, k, names)
        if not text:
            return False
        told.append(text)
    exam.find("gradient_wrong", "wrong", ", ".join(names[k] for k in wrong),
              f"{'; '.join(told)}.", advice=COPIED)  # fmt: skip
    return True


def copied_from(u: np.ndarray, s: np.ndarray, p: np.ndarray, k: int, names: list[str]) -> str:
    """Say of which number's slope a gradient is a multiple, by the ratio of two parameters."""
    size = s.shape[1]
    others = [(j, k, k) for j in range(size) if j != k]
    ratios = [(j, a, b) for j in [k, *range(size)] for a in range(size) for b in range(size)]
    for j, a, b in [*others, *(each for each in ratios if each[1] != each[2])]:
        if np.abs(u - s[:, j] * p[:, a] / p[:, b]).max() > 1e-5 * np.abs(u).max():
            continue
        if a == b:
            return f"the gradient of {names[k]} is that of {names[j]}"
        if j == k:
            return f"in the gradient of {names[k]}, {names[a]} stands where {names[b]} belongs"
        return f"the gradient of {names[k]} is that of {names[j]}, times {names[a]} / {names[b]}"
    return ""


# Rows and neurons


def by_rows(c: Comparison, g: Arrays, k: int) -> bool:
    """See whether the wrong rows are those to which X points more than once."""
    X, s = c.exam.rows_of(c.index), g[k]
    whole = (np.round(X) == X).all() and X.min() >= 0 and s.ndim == 2 and X.max() < len(s)
    if not whole or len(s) < 3 or np.isnan(c.measured.slope[k]).any():
        return False
    counts = np.bincount(X.astype(int).ravel(), minlength=len(s))
    off = c.measured.difference(g)[k].max(axis=1) > c.tolerance * c.largest
    smaller = np.abs(s[off]).sum() < np.abs(c.measured.slope[k][off]).sum()
    if not off.any() or (counts[off] < 2).any() or ((counts[~off] > 1).any() and not smaller):
        return False
    try:
        some = np.flatnonzero(off)[:6]
        ways = last_alone(c, X, k, some)
    except Failed:
        return False
    by_column, by_all = ((one_factor(np.ravel(s[some]), np.ravel(w), 5e-3) or 0) > 0 for w in ways)
    if not by_column and not by_all:
        return False
    use = "last use alone" if by_all else "last use in each column alone"
    rows = ", ".join(map(str, np.flatnonzero(off)[:6]))
    others = " Rows that are read once or never are right." * bool((counts < 2).any())
    c.exam.find(
        "gradient_wrong", "wrong", c.names[k],
        f"in {c.names[k]} the rows {rows} are off: each of them is read more than once, and "
        f"gets the gradient of its {use}.{others}", c.worst(g),
        advice=("E[index] += d adds once where an index comes several times.",
                "np.add.at(E, index, d) adds each time."),
    )  # fmt: skip
    return True


def last_alone(c: Comparison, X: np.ndarray, k: int, rows: np.ndarray) -> np.ndarray:
    """Return what rows of an embedding get where of several uses the last one alone counts.

    Of each column of X, or of all: two stacks of rows, up to one factor.
    """
    index, made = c.samples, np.zeros((2, len(rows), c.point[k].shape[1]))
    for place, row in enumerate(rows):
        samples, columns = np.nonzero(X.astype(int) == row)
        wanted = {int(samples[columns == column].max()): 0.0 for column in np.unique(columns)}
        for i in wanted:
            entries: list[list[tuple[int, ...]]] = [[] for _ in c.point]
            entries[k] = [(int(row), j) for j in range(made.shape[2])]
            slope = c.slopes_at(index[i : i + 1], entries)[k]
            share = slope[row] / max((samples == i).sum(), 1)
            uses = sum(samples[columns == column].max() == i for column in np.unique(columns))
            made[0, place] += uses * share
            if i == samples.max():
                made[1, place] = share
    return made


def by_neurons(c: Comparison, g: Arrays, k: int) -> bool:
    """See whether each neuron's weights are off by a factor of their own."""
    x, s = g[k], c.measured.slope[k]
    if x.ndim != 2 or min(x.shape) < 2 or np.isnan(s).any() or c.n < 3:
        return False  # at one sample any delta makes such factors
    for line, of_g, slopes in (("column", x.T, s.T), ("row", x, s)):
        found = [one_factor(a, b, c.loose, c.measured.noise)
                 for a, b in zip(of_g, slopes, strict=True)]  # fmt: skip
        known = [j for j, f in enumerate(found) if f is not None and abs(f) > 1e-9]
        if any(found[j] is None and np.abs(slopes[j]).max() > c.measured.noise
               for j in range(len(found))) or len(known) < 3:  # fmt: skip
            continue
        f = np.array([found[j] for j in known], dtype=float)
        if np.ptp(f) < 1e-2 * np.abs(f).max():
            continue
        name = c.names[k]
        seen = f"each {line} of the gradient of {name} is the slope times a factor of its own: "
        seen += f"{', '.join(f'{v:.4g}' for v in f[:4])}{', …' * (len(f) > 4)}."
        c.exam.find(
            "gradient_wrong", "wrong", name, f"{seen}{factor_named(c, f, known, x.shape)}",
            c.worst(g),
            advice=("Something that has one number for each neuron is lost on the way back, or "
                    "stands in it twice: a scale, or a deviation.",
                    "Look at each factor of that neuron in the forward pass: it belongs into "
                    "its delta once."),
        )  # fmt: skip
        return True
    return False


def factor_named(c: Comparison, f: np.ndarray, known: list[int], shape: tuple[int, ...]) -> str:
    """Say of which parameter these factors are made."""
    for name, value in zip(c.names, c.point, strict=True):
        v = np.ravel(value)
        if v.size not in shape or v.size <= max(known) or not v[known].all():
            continue
        for power, words in ((-1, "1 / {}: {} is missing"), (1, "{}: {} stands there twice"),
                             (-2, "1 / {}**2: {} is missing twice")):  # fmt: skip
            if np.abs(f * v[known] ** -power - 1).max() < 1e-3:
                return f" They are {words.format(name, name)}."
    return ""


def by_offset(c: Comparison, g: Arrays, k: int) -> bool:
    """See whether what is off is the same for all samples: a mean that is not taken away."""
    X = c.exam.rows_of(c.index)
    off, total = g[k] - c.measured.slope[k], X.sum(axis=0)
    if off.ndim != 2 or min(off.shape) < 3 or np.isnan(off).any() or c.n < 3:
        return False
    off = off if off.shape[0] == len(total) else off.T
    if off.shape[0] != len(total) or not total.any():
        return False
    made = np.outer(total, total @ off / (total @ total))
    if np.abs(off - made).max() > c.loose * np.abs(off).max():
        return False
    name = c.names[k]
    c.exam.find(
        "gradient_wrong", "wrong", name,
        f"the gradient of {name} is off by the summed inputs times one number for each neuron: "
        "the delta of each neuron is off by the same number at all samples.", c.worst(g),
        advice=("A term that is a mean over the samples is lost, as in the way back through "
                "batch norm: dx - dx.mean(axis=0) - ...",
                "Write down the way back through the mean as well as the one past it."),
    )  # fmt: skip
    return True


def by_scaling(c: Comparison, g: Arrays, k: int) -> bool:
    """See whether weights whose size has no effect, as before batch norm, get a slope by it."""
    x, s, W = g[k], c.measured.slope[k], c.point[k]
    if c.exam.dense is not None or x.ndim != 2 or min(x.shape) < 3 or np.isnan(s).any():
        return False
    for axis, line in ((0, "column"), (1, "row")):
        size = np.sqrt(np.sum(s**2, axis=axis) * np.sum(W**2, axis=axis))
        along, claimed = (np.sum(each * W, axis=axis) for each in (s, x))
        if not (size > 1e3 * c.measured.noise).sum() > 2:
            continue
        # A random slope has some 1 / sqrt(rows) of its length along the weights.
        if np.abs(along).max() > 1e-3 * size.max() or np.abs(claimed).max() < 0.03 * size.max():
            continue
        name = c.names[k]
        c.exam.find(
            "gradient_wrong", "wrong", name,
            f"the loss has no slope along a {line} of {name}, only across it: it does not "
            "change when a neuron's weights are all made larger, as in front of batch norm. "
            f"The gradient of {name} has one.", c.worst(g),
            advice=("What a neuron is divided by, its deviation or its length, is taken for a "
                    "constant on the way back, or a term of that is lost.",
                    "The way back through batch norm has three terms: dx, its mean, and "
                    "x_hat * mean(dx * x_hat)."),
        )  # fmt: skip
        return True
    return False
