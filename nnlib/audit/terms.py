"""A loss of no known formula: is it a known one but for one term, or with other weights?

A term without its logarithm, without its target, a penalty without its square, a class or a matrix
with a weight of its own: each is tried at all points, and only what gives the program's numbers
there is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.formulas import BASES, WORDS, factor_words, fitted, log_of, solved
from nnlib.audit.patient import Arrays, Failed

# Of the range of the losses. At eight points one factor, or two, do not fit so well by chance; a
# small number inside of a logarithm, against log(0), changes less.
EXACT = 1e-5


@dataclass(frozen=True)
class OddLoss:
    """A loss that is a known one but for one thing.

    ``words``: which loss it is, and what is odd. ``meant``: whether somebody may mean it so.
    """

    words: str
    meant: bool = False


def at_points(exam: Exam, name: str = "") -> tuple[np.ndarray, list[np.ndarray], np.ndarray] | None:
    """Return a loss and the predictions at all points, and the targets; None without numbers.

    Without a name it is the loss that is descended.
    """
    try:
        answers, y = exam.base_values[1], exam.targets_of(exam.few)
        losses = np.array([exam.loss(values, exam.few, name) for values in exam.points])
    except Failed:
        return None
    if y is None or not answers or not np.isfinite(losses).all():
        return None
    return losses, answers, y


def odd_loss(exam: Exam, name: str) -> OddLoss | None:
    """Return which known loss a function is but for one term, or None."""
    numbers = at_points(exam, name)
    if numbers is None or np.ptp(numbers[0]) == 0:
        return None
    losses, answers, y = numbers
    squares = np.array([exam.squares(values) for values in exam.points])
    fitting: list[tuple[float, OddLoss]] = []
    every = itertools.chain(odd_sums(exam, answers, y), odd_hinges(exam, answers, y))
    for base, what, meant, sums in every:
        for columns in ([sums], [sums, squares]):
            factor, error = fit(columns, losses)
            if error < EXACT:
                words = factor_words(factor, WORDS[base], *y.shape)
                fitting.append((error * len(columns), OddLoss(f"{words}, but {what}", meant)))
                break
    if fitting:
        return min(fitting, key=lambda each: each[0])[1]
    return of_one_output(exam, answers, y, losses) or sum_in_penalty(exam, losses)


def fit(columns: list[np.ndarray], losses: np.ndarray) -> tuple[float, float]:
    """Return the factor of the first column in the losses, and what the columns leave of them."""
    A = np.stack(columns, axis=1)
    if not np.isfinite(A).all() or np.ptp(A[:, 0]) == 0:
        return 0.0, np.inf
    solution = solved(A, losses)
    return float(solution[0]), float(np.abs(A @ solution - losses).max() / np.ptp(losses))


def odd_sums(
    exam: Exam, answers: list[np.ndarray], y: np.ndarray
) -> Iterator[tuple[str, str, bool, np.ndarray]]:
    """Yield a base, what is odd about it, whether that may be meant, and its sums at the points."""
    fourth = "the fourth powers of the errors stand where their squares belong"
    yield "squared", fourth, True, np.array([np.sum((a - y) ** 4) for a in answers])
    plus = "a + y stands where a - y belongs"
    yield "squared", plus, False, np.array([np.sum((a + y) ** 2) for a in answers])
    if not exam.possible("binary", answers, y):
        return
    every = (
        "the target of each sample meets the prediction of every sample, as where the entries of a "
        "product Y.T @ log(A) are summed: n rows and n columns for n samples"
    )
    yes = np.array([y.sum(axis=0) @ log_of(a).sum(axis=0) for a in answers])
    no = np.array([(1 - y).sum(axis=0) @ log_of(1 - a).sum(axis=0) for a in answers])
    yield "binary", every, False, -yes - no
    if y.shape[1] > 1:
        yield "cross", every, False, -yes
    pairs = [(term("y log(a)", a, y), 1 - term("y log(1 - a)", a, y)) for a in answers]
    what = (
        "1 - sum(y log(1 - a)) stands where sum((1 - y) log(1 - a)) belongs: the brackets are "
        "missing"
    )
    yield "binary", what, False, np.array([-one - other for one, other in pairs])
    for right, stands, why in (
        ("y log(a)", "y a", "the logarithm is missing"),
        ("y log(a)", "log(a)", "the factor y is missing"),
        ("y log(a)", "y + log(a)", "a plus stands for a times"),
        ("y log(a)", "a log(a)", "the prediction stands for the target"),
        ("y log(a)", "y", "the factor log(a) is missing"),
        ("(1 - y) log(1 - a)", "(1 - y) (1 - a)", "the logarithm is missing"),
        ("(1 - y) log(1 - a)", "log(1 - a)", "the factor 1 - y is missing"),
        ("(1 - y) log(1 - a)", "(1 - a) log(1 - a)", "the prediction stands for the target"),
        ("(1 - y) log(1 - a)", "1 - y", "the factor log(1 - a) is missing"),
        ("(1 - y) log(1 - a)", "(1 + y) log(1 - a)", "a plus stands for a minus"),
        ("(1 - y) log(1 - a)", "(1 - y) log(1 + a)", "a plus stands for a minus"),
        ("(1 - y) log(1 - a)", "(1 - y) log(a)", "it is the logarithm of a, not of 1 - a"),
        ("(1 - y) log(1 - a)", "y log(1 - a)", "the factor is y, not 1 - y"),
        ("(1 - y) log(1 - a)", "1 - y log(1 - a)", "the brackets are missing"),
    ):
        rest = "(1 - y) log(1 - a)" if right == "y log(a)" else "y log(a)"
        what = f"{stands} stands where {right} belongs: {why}"
        pairs = [(term(stands, a, y), term(rest, a, y)) for a in answers]
        yield "binary", what, False, np.array([-one - other for one, other in pairs])
        classes = y.shape[1] > 1 and right == "y log(a)" and stands != "y"
        if classes:  # a mean of the right class's predictions can be meant, a sum of all cannot
            yield "cross", what, stands == "y a", np.array([-one for one, _ in pairs])


def odd_hinges(
    exam: Exam, answers: list[np.ndarray], y: np.ndarray
) -> Iterator[tuple[str, str, bool, np.ndarray]]:
    """Yield hinge losses of classes with a margin too many, as ``odd_sums`` does."""
    if exam.possible("class_hinge", answers, y):
        own = "the margin of the right class itself, which is always 1, is counted as well"
        sums = [BASES["class_hinge"](a, y) + len(y) for a in answers]
        yield "class_hinge", own, False, np.array(sums)


def term(words: str, a: np.ndarray, y: np.ndarray) -> float:
    """Return the sum of a term of a cross-entropy, right or wrong."""
    yes, no = log_of(a), log_of(1 - a)
    terms = {
        "y log(a)": y * yes, "y a": y * a, "log(a)": yes, "y + log(a)": y + yes,
        "a log(a)": a * yes, "y": y, "(1 - y) log(1 - a)": (1 - y) * no,
        "(1 - y) (1 - a)": (1 - y) * (1 - a), "log(1 - a)": no, "(1 - a) log(1 - a)": (1 - a) * no,
        "1 - y": 1 - y, "(1 + y) log(1 - a)": (1 + y) * no,
        "(1 - y) log(1 + a)": (1 - y) * np.log1p(a), "(1 - y) log(a)": (1 - y) * yes,
        "y log(1 - a)": y * no, "1 - y log(1 - a)": 1 - y * no,
    }  # fmt: skip
    return float(np.sum(terms[words]))


def of_one_output(
    exam: Exam, answers: list[np.ndarray], y: np.ndarray, losses: np.ndarray
) -> OddLoss | None:
    """See whether one output alone has a part in the loss."""
    n, m = y.shape
    if not 1 < m < 30:
        return None
    nothing = np.zeros(len(losses))
    for k in range(m):
        parts = [a[:, k : k + 1] for a in answers]
        bases = {
            base: np.array([BASES[base](a, y[:, k : k + 1]) for a in parts])
            for base in ("squared", "binary", "absolute", "cross")
            if exam.possible(base, answers, y)
        }
        formula = fitted(losses, bases, nothing, nothing, EXACT)
        if formula is not None:
            words = factor_words(formula.factor, WORDS[formula.base], n, 1)
            return OddLoss(f"{words}, but of output {k} alone: the others have no part in it")
    return None


def sum_in_penalty(exam: Exam, losses: np.ndarray) -> OddLoss | None:
    """See whether a penalty adds up weights themselves, where their squares belong."""
    weights = [matrices_of(exam, values) for values in exam.points]
    names, count = [exam.patient.names[k] for k in exam.weights], len(exam.weights)
    if not count:
        return None
    sums = np.array([[float(W.sum()) for W in each] for each in weights])
    squares = np.array([[float(np.sum(W**2)) for W in each] for each in weights])
    y = exam.targets_of(exam.few)
    assert y is not None
    for base, data in exam.base_values[0].items():
        for some in [[k] for k in range(count)] + [list(range(count))] * (count > 1):
            others = [k for k in range(count) if k not in some]
            columns = [data, sums[:, some].sum(axis=1)]
            columns += [squares[:, others].sum(axis=1)] if others else []
            factor, error = fit(columns, losses)
            without = fit([columns[0], *columns[2:]], losses)[1]
            if error < EXACT and without > 100 * max(error, 1e-3 * EXACT):
                told = factor_words(factor, WORDS[base], *y.shape)
                which = ", ".join(names[k] for k in some)
                return OddLoss(
                    f"{told} and a penalty, but that is the sum of {which}, where the sum of "
                    "the squares belongs: negative weights lower it"
                )
    return None


def matrices_of(exam: Exam, values: list[np.ndarray]) -> list[np.ndarray]:
    """Return the weights, without the biases that stand in a row or a column of them."""
    if exam.dense is None:
        return [values[k] for k in exam.weights]
    return [layer.matrix(values) for layer in exam.dense.layers]


def unusual_words(exam: Exam) -> str:
    """Say which loss the program shows where it is no known formula; nothing if that is unknown."""
    odd = odd_loss(exam, exam.loss_name)
    return odd.words if odd is not None else mixed_words(exam)


def mixed_words(exam: Exam) -> str:
    """Say what a loss is made of, where each class or each matrix has a factor of its own.

    There have to be more points than factors; then what fits them all is no chance.
    """
    numbers = at_points(exam)
    if numbers is None or exam.dense is None:
        return ""
    losses, answers, y = numbers
    layers = list(enumerate(exam.dense.layers, start=1))
    for base in ("cross", "squared", "binary", "cross_from_logits", "binary_from_logits"):
        if not exam.possible(base, answers, y):
            continue
        total = [np.array([BASES[base](a, y) for a in answers])]
        squares = [
            np.array([np.sum(each.matrix(p) ** 2) for p in exam.points]) for _, each in layers
        ]
        f = factors_of(losses, total + squares)
        if f is not None:
            parts = [
                f"{k:.4g} times the squares of W{i}"
                if abs(k) > 1e-6 * abs(f[0])
                else f"nothing of W{i}"
                for (i, _), k in zip(layers, f[1:], strict=True)
            ]
            told = factor_words(f[0], WORDS[base], len(y), y.shape[1])
            return f"{told}, with {', '.join(parts)}"
        names, rows = np.unique(y, axis=0, return_inverse=True)
        if len(names) > 6:
            continue
        by_class = [
            np.array([BASES[base](a[np.ravel(rows) == k], y[np.ravel(rows) == k]) for a in answers])
            for k in range(len(names))
        ]
        f = factors_of(losses, by_class)
        if f is not None:
            f[np.abs(f) < 1e-6 * np.abs(f).max()] = 0.0  # but for rounding
        if f is not None and (f >= 0).all():
            each = names.argmax(axis=1) if y.shape[1] > 1 else names[:, 0]
            pairs = sorted(zip(each, f, strict=True))
            parts = [f"{k * len(y):.4g} for class {label:g}" for label, k in pairs]
            return (
                f"the mean over the {len(y)} samples of {WORDS[base]} with a weight for each class "
                f"({', '.join(parts)})"
            )
    return ""


def factors_of(losses: np.ndarray, columns: Arrays) -> np.ndarray | None:
    """Return by which factors columns make losses; None if they do not, or if any might."""
    A = np.stack(columns, axis=1)
    if len(losses) < len(columns) + 2 or not np.isfinite([*A.T, losses]).all():
        return None
    f = solved(A, losses)
    good = np.abs(A @ f - losses).max() <= 1e-7 * max(np.ptp(losses), 1e-300)
    scale = np.maximum(np.abs(A).max(axis=0), 1e-300)
    return f if good and np.linalg.matrix_rank(A / scale) == len(columns) else None


def one_number(exam: Exam, name: str) -> bool:
    """See whether the loss is one number, whatever the predictions are."""
    numbers = at_points(exam, name)
    if numbers is None:
        return False
    losses, answers, _ = numbers
    if np.ptp(losses) > 0 or np.ptp([a.mean() for a in answers]) <= 1e-6:
        return False
    exam.find(
        "loss_formula", "wrong", name,
        f"{name} is {losses.max():.6g} at {len(losses)} points, and the predictions differ: they "
        "have no part in it.",
    )  # fmt: skip
    return True


def look_for_odd_terms(exam: Exam, name: str) -> bool:
    """See whether a loss is a known one but for a term that nobody can mean."""
    answer = exam.patient.predict(exam.patient.start, exam.patient.X)
    if answer.shape != np.shape(exam.patient.y) and not exam.labels:
        return False  # a table into which NumPy stretches y can look like a lost factor
    odd = odd_loss(exam, name)
    if odd is None or (odd.meant and exam.patient.has("gradients")):
        return one_number(exam, name)
    exam.find(
        "loss_formula", "suspicious" if odd.meant else "wrong", name, f"{name} is {odd.words}.",
        advice=("A slip in the line of the loss. If the gradient was derived from the right one, "
                "the program learns well, and shows another number.",
                "Write this term down beside the formula, and correct it."),
    )  # fmt: skip
    return True


def look_for_raw_hinge(exam: Exam, name: str) -> bool:
    """See whether a hinge loss is taken of targets of 0 and 1, where it needs -1 and 1."""
    numbers = at_points(exam, name)
    if numbers is None or not exam.possible("hinge", *numbers[1:]) or numbers[2].min() < 0:
        return False
    losses, answers, y = numbers
    for base, power in (("hinge", 1), ("squared_hinge", 2)):
        raw = np.array([float(np.sum(np.maximum(0, 1 - a * y) ** power)) for a in answers])
        factor, error = fit([raw], losses)
        if error >= EXACT:
            continue
        exam.find(
            "target_range", "wrong", "y",
            f"y holds 0 and 1, and {name} is {factor_words(factor, WORDS[base], *y.shape)}, which "
            "are made for -1 and 1: of each sample with y = 0, max(0, 1 - y * a) is 1, whatever "
            "is predicted.",
            advice=("Labels of a sigmoid, 0 and 1, were given to a loss of signed labels.",
                    "Use t = 2 * y - 1 in the loss and in its gradient."),
        )  # fmt: skip
        return True
    return False
