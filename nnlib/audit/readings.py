"""Slopes that a program uses, read off its gradients for one sample at a time.

For one sample the gradient of a layer's weights is what came in, outer delta. So each delta can be
read off, and what it is divided by what came back is the slope, neuron by neuron, beside its z.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nnlib.audit.data import output_range
from nnlib.audit.exam import Exam
from nnlib.audit.formulas import ACTIVATIONS, LOG_SOFTMAX, SOFTMAX, Activation, Dense
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.slopes import flat_pairs, one_factor

Alone = Callable[[np.ndarray], Arrays]  # the gradient that the program uses for one sample
N_SAMPLES = 24  # with some neurons each: enough to see a function of z, and few calls
TOLERANCE = 1e-3


def tell_slopes(exam: Exam, alone: Alone, values: Arrays, entries: tuple[str, ...]) -> bool:
    """Say with which function of z, or of a, hidden deltas are made, if with a wrong one."""
    dense = exam.dense
    if dense is None or exam.patient.single or exam.patient.short_steps:
        return False
    read = slopes_read(exam, dense, alone, values)
    if read is None:
        return False
    told, layers, multiples = [], [], []
    for number in range(len(dense.layers) - 1, 0, -1):
        z, a, used = (np.array(each) for each in zip(*read[number], strict=True))
        own = dense.activations[number - 1]
        if len(used) < 8:
            return False
        if same(used, own.slope(z)):
            continue
        words = slope_words(own, z, a, used)
        if not words:
            return False
        multiples.append(one_factor(used, own.slope(z), TOLERANCE) is not None)
        layers.append(f"delta{number}")
        told.append(f"in delta{number} the slope {words}")
    if all(multiples):
        return False  # nothing is off, or a factor alone, and that is said of the gradient
    exam.find(
        "gradient_wrong", "wrong", ", ".join(layers), f"{'; '.join(told)}.", entries,
        advice=("The derivative that is written down is not that of the activation.",
                "Compare it with (f(z + h) - f(z - h)) / (2 h) at some z of either sign."),
    )  # fmt: skip
    return True


def tell_output_slope(exam: Exam, moved: Alone, values: Arrays, where: str) -> bool:
    """See whether each sample's gradient is off by a factor that the output's slope explains.

    This names a wrong slope at the output also in a network that could not be rebuilt. ``moved``
    returns the gradient that the program uses for one sample.
    """
    name, limits = output_range(exam)
    if not name or exam.n_outputs != 1 or limits not in ((0.0, 1.0), (-1.0, 1.0)):
        return False
    factors, answers = [], []
    for i in np.unique(np.linspace(0, exam.patient.n - 1, 5).astype(int)):
        index = np.array([i])
        try:
            measured = exam.measured(values, index, 60)
            f = one_factor(*flat_pairs(moved(index), measured), tolerance=1e-3)
            answers.append(float(exam.patient.predictions(values, index, exact=True)[0, 0]))
        except Failed:
            return False
        if f is None:
            return False
        factors.append(f)
    f, a = np.array(factors), np.array(answers)
    if len(f) < 3 or np.ptp(f) <= 1e-2 * np.abs(f).max():
        return False
    kind = "sigmoid" if limits[0] == 0 else "tanh"
    activation = next(each for each in ACTIVATIONS if each.name == kind)
    slope = activation.of_a(a)
    z = np.log(a / (1 - a)) if kind == "sigmoid" else np.arctanh(a)
    fitting = []
    for found, made, text in [
        ("slope_of_a", activation.slope(a), "with the derivative of z taken at a, f'(a)"),
        ("slope_missing", np.ones_like(a), "without the slope of the output's activation"),
        ("slope_of_a", activation.of_a(z), "with g(z), where g(a) is meant"),
        ("gradient_wrong", slope**2, "with the slope of the output twice"),
    ]:
        ratio = f * slope / made
        if np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-3 * np.abs(ratio).max():
            fitting.append((abs(ratio.mean() - 1), found, text))
    if not fitting or (min(fitting)[0] > 1e-2 and np.ptp(f) < 0.1 * np.abs(f).max()):
        return False
    _, found, text = min(fitting)
    exam.find(
        found, "wrong", where,
        f"sample by sample the gradient is {', '.join(f'{x:.4g}' for x in f[:3])}, … times the "
        f"slope of the loss: it is made {text}.",
    )  # fmt: skip
    return True


def slopes_read(
    exam: Exam, dense: Dense, alone: Alone, values: Arrays
) -> dict[int, list[tuple[float, float, float]]] | None:
    """Return by hidden layer z, a and the slope that was used, of neurons at some samples."""
    found: dict[int, list[tuple[float, float, float]]] = {
        k: [] for k in range(1, len(dense.layers))
    }
    count = N_SAMPLES if exam.work(np.arange(1)) < 20_000 else 6
    penalty = [np.zeros_like(v) for v in values]
    if exam.formula is not None:
        penalty = dense.penalty_slopes(values, exam.formula)
    for i in np.unique(np.linspace(0, exam.patient.n - 1, count).astype(int)):
        index = np.array([i])
        try:
            g = alone(index)
        except Failed:
            return None
        if any(
            x.size != v.size or not np.isfinite(x).all() for x, v in zip(g, values, strict=True)
        ):
            return None
        g = [x.reshape(v.shape) - p for x, v, p in zip(g, values, penalty, strict=True)]
        z, a = dense.forward(values, exam.X_rows[index])
        above: np.ndarray | None = None
        for number in range(len(dense.layers), 0, -1):
            delta = delta_read(dense, g, number, a[number - 1][0])
            if delta is None:
                return None
            if above is not None:
                back = above @ dense.layers[number].matrix(values).T
                clear = np.abs(back) > 1e-3 * np.abs(back).max(initial=0)
                rows = zip(z[number][0][clear], a[number][0][clear],
                           delta[clear] / back[clear], strict=True)  # fmt: skip
                found[number] += rows
            above = delta
    return found


def delta_read(dense: Dense, g: Arrays, number: int, before: np.ndarray) -> np.ndarray | None:
    """Return the delta of a layer for one sample, where W and b agree on it."""
    W, b = dense.split(g, number)
    size = float(before @ before)
    if size == 0:
        return b
    delta = before @ W / size
    scale = max(float(np.abs(W).max(initial=0)), 1e-300)
    if np.abs(np.outer(before, delta) - W).max() > 1e-6 * scale + 1e-12:
        return None
    if b is not None and np.abs(b - delta).max() > TOLERANCE * np.abs(b).max(initial=0) + 1e-12:
        return None
    return np.asarray(delta)


def same(used: np.ndarray, made: np.ndarray) -> bool:
    """Say whether the slopes that were used are these."""
    if not np.isfinite(made).all():
        return False
    scale = max(np.abs(used).max(), np.abs(made).max())
    return bool(np.abs(used - made).max() <= TOLERANCE * scale)


def slope_words(own: Activation, z: np.ndarray, a: np.ndarray, used: np.ndarray) -> str:
    """Say which function of z, or of a, the slopes are, or nothing if they are none."""
    if own.name.startswith(("ReLU", "leaky", "ELU")) and (words := pieces_words(own, z, a, used)):
        return words
    with np.errstate(all="ignore"):
        for text, made in known_slopes(own, z, a):
            if same(used, made):
                return f"is {text}, not that of {own.name} at z"
    return pieces_words(own, z, a, used) or table_words(own, z, used)


def known_slopes(own: Activation, z: np.ndarray, a: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield slopes that somebody may have written, and what they are."""
    for other in ACTIVATIONS:
        if other.name not in (own.name, "identity"):
            yield f"that of {other.name} at z", other.slope(z)
            if other.name not in ("sine", "arctan"):  # nobody writes those
                yield f"that of {other.name} at a", other.of_a(a)
            yield f"{other.name} itself, at z", other.value(z)


def pieces_words(own: Activation, z: np.ndarray, a: np.ndarray, used: np.ndarray) -> str:
    """Say what the slope is on each side of z = 0: a number, or a line in z or in a."""
    if own in (SOFTMAX, LOG_SOFTMAX):
        return ""
    said = []
    for side, where in ((z > 0, "z > 0"), (z < 0, "z < 0")):
        right = own.slope(z[side])
        if not side.any() or same(used[side], right):
            continue
        if side.sum() < 5:
            return ""
        for x, letter in ((None, ""), (a[side], "a"), (z[side], "z")):
            line = line_words(used[side], x, letter)
            if line:
                break
        else:
            return ""
        of_own = line_words(right, None, "") or line_words(right, a[side], "a")
        theirs = f", and {own.name}'s is {of_own}" if of_own else f", which is not {own.name}'s"
        said.append((line, where, theirs))
    if len({(line, theirs) for line, _, theirs in said}) == 1 < len(said):
        return f"is {line} at every z{said[0][2]}"
    return "; it ".join(f"is {line} where {where}{theirs}" for line, where, theirs in said)


def line_words(used: np.ndarray, x: np.ndarray | None, letter: str) -> str:
    """Write numbers as one number, or as a line in x; nothing if they are neither."""
    columns = [np.ones_like(used)] + ([] if x is None else [x])
    solution = np.linalg.lstsq(np.stack(columns, axis=1), used, rcond=None)[0]
    if not same(used, np.stack(columns, axis=1) @ solution):
        return ""
    level = f"{solution[0]:.4g}" if abs(solution[0]) > 1e-9 else "0"
    if x is None:
        return level
    factor = "" if abs(solution[1] - 1) < 1e-3 else f"{solution[1]:.4g} "
    if level == "0" or abs(solution[0]) < 1e-6 * abs(solution[1]):
        return f"{factor}{letter}"
    sign = "-" if solution[0] < 0 else "+"
    return f"{factor}{letter} {sign} {abs(solution[0]):.4g}"


def table_words(own: Activation, z: np.ndarray, used: np.ndarray) -> str:
    """Give the slope that was used at some z, if it is a function of z at all."""
    order = np.argsort(z)
    z, used = z[order], used[order]
    if len(z) < 20 or np.ptp(used) == 0:
        return ""
    # Each one has to lie near the line between its neighbours: else it is no function of z.
    middle = np.interp(z[1:-1], z, used)
    left, right = np.roll(z, 1)[1:-1], np.roll(z, -1)[1:-1]
    share = np.where(right > left, (z[1:-1] - left) / np.maximum(right - left, 1e-300), 0.5)
    between = used[:-2] + share * (used[2:] - used[:-2])
    off = np.abs(middle - between)
    if np.median(off) > 0.01 * np.ptp(used) or (off > 0.2 * np.ptp(used)).mean() > 0.1:
        return ""
    at = [0, len(z) // 2, len(z) - 1]
    pairs = ", ".join(f"{used[k]:.4g} at z = {z[k]:.4g}" for k in at)
    theirs = ", ".join(f"{v:.4g}" for v in own.slope(z[at]))
    return f"is {pairs}, where {own.name}'s is {theirs}"
