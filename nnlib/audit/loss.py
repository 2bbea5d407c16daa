"""Checks of the loss alone: which formula it is, of which targets, of which predictions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlib.audit.exam import STRETCHED, Exam, check
from nnlib.audit.formulas import BASES, fitted, solved
from nnlib.audit.patient import Failed
from nnlib.audit.predictions import look_for_other_predictions
from nnlib.audit.singles import look_for_costless, tell_lost_weights
from nnlib.audit.slopes import one_factor
from nnlib.audit.terms import at_points, look_for_odd_terms, look_for_raw_hinge


@check
def look_at_formula(exam: Exam) -> None:
    """The loss is a known one, without a slip."""
    patient = exam.patient
    if any((f.kind, f.where) == ("data_type", "y") for f in exam.findings):
        return  # its terms are off because of that
    for name in {"loss": None, exam.loss_name: None}:
        if not patient.has(name) or exam.found("loss_random", "samples_mixed"):
            continue
        formula = exam.formula_of(name)
        if formula is None:
            looks = (
                look_for_terms, look_for_other_targets, look_for_odd_terms, look_for_raw_hinge,
                look_for_square_of_mean, look_for_costless,
            )  # fmt: skip
            if not any(look(exam, name) for look in looks):
                look_for_stretching(exam, name)
            if not exam.found():
                look_for_other_predictions(exam, name)
            continue
        n, m = len(exam.targets_of(exam.few)), exam.n_outputs  # type: ignore[arg-type]
        words = formula.words(n, m)
        half = formula.base == "cross" and m == 1 and not exam.labels
        if formula.factor < 0:
            seen = f"{name} is {words}: the better the predictions, the larger it is."
        elif half:
            seen = f"{name} is {words}: samples with y = 0 have no part in it. The other term, "
            seen += "(1 - y) log(1 - a), is missing."
        elif formula.base == "other_half":
            seen = f"{name} is {words}: samples with y = 1 have no part in it."
        elif formula.base == "plain_error":
            seen = f"{name} is {words}: errors of either sign cancel."
        elif tell_lost_weights(exam, name, formula):
            continue
        else:
            exam.look(f"{name} is {words}" + ", where that is a number" * (name in exam.no_numbers))
            continue
        exam.find("loss_formula", "wrong", name, seen)


def look_for_terms(exam: Exam, name: str) -> bool:
    """See whether the two terms of a binary cross-entropy have different signs."""
    numbers = at_points(exam, name)
    if numbers is None or "other_half" not in exam.base_values[0]:
        return False
    losses, bases = numbers[0], exam.base_values[0]
    squares = np.array([exam.squares(values) for values in exam.points])
    terms = [bases["cross"], bases["other_half"], squares]
    for columns in (terms[:2], terms):
        A = np.stack(columns, axis=1)
        factors = solved(A, losses)
        rest, (first, second) = np.abs(A @ factors - losses), factors[:2]
        if not rest.max() <= 1e-6 * np.ptp(losses) or not first * second < 0:
            continue
        exam.find(
            "loss_formula", "wrong", name,
            f"{name} is {first:.4g} times the terms -y log(a) and {second:.4g} times the terms "
            "-(1 - y) log(1 - a): one of the two has the wrong sign.",
        )  # fmt: skip
        return True
    return False


def look_for_square_of_mean(exam: Exam, name: str) -> bool:
    """See whether the loss is the square of the errors' mean or sum, in place of their squares."""
    numbers = at_points(exam, name)
    if numbers is None:
        return False
    losses, answers, y = numbers
    squares = np.array([float(np.mean(a - y) ** 2) for a in answers])
    f = one_factor(losses, squares, 1e-6)
    if f is None or not f > 0 or np.ptp(squares) <= 1e-3 * squares.max():
        return False
    what = "the square of the mean of the errors"
    text = what if abs(f - 1) < 1e-4 else f"{f:.4g} times {what}"
    exam.find(
        "loss_formula", "wrong", name,
        f"{name} is {text}, not the mean of their squares: errors of either sign cancel.",
        advice=("The square stands outside of the mean: np.mean(y - a) ** 2.",
                "Square first: np.mean((y - a) ** 2)."),
    )  # fmt: skip
    return True


def look_for_other_targets(exam: Exam, name: str) -> bool:
    """See whether the loss is a known one for another table, or of a softmax over the samples."""
    numbers = at_points(exam, name)
    if numbers is None or len(numbers[2]) < 3:
        return False
    losses, answers, y = numbers
    weights = np.array([exam.squares(p) for p in exam.points])
    everything = np.array([sum(float(np.sum(v**2)) for v in p) for p in exam.points])
    if y.shape[1] > 1:
        tops = [a.max(axis=0) + np.log(np.exp(a - a.max(axis=0)).sum(axis=0)) for a in answers]
        mixed = [float(np.sum(y * (top - a))) for top, a in zip(tops, answers, strict=True)]
        if fitted(losses, {"cross": np.array(mixed)}, weights, everything, 1e-6) is not None:
            exam.find(
                "samples_mixed", "wrong", name,
                f"{name} is that of a softmax whose sums run over the samples, not the classes.",
            )  # fmt: skip
            return True
    for kind, words, other in other_tables(y):
        bases = {
            base: np.array([f(a, other) for a in answers])
            for base, f in BASES.items()
            if exam.possible(base, answers, other)
        }
        if np.array_equal(other, y) or fitted(losses, bases, weights, everything, 1e-6) is None:
            continue
        exam.find(
            "loss_formula" if kind == "gradient_wrong" else kind, "wrong", name,
            f"{name} is a known one, but for other targets than y: {words}.",
            advice=advice_on_targets(kind),
        )  # fmt: skip
        return True
    return False


def advice_on_targets(kind: str) -> tuple[str, str] | None:
    """Return what to do about other targets; what is usual for this kind where it says it."""
    if kind == "pairs_broken":
        return None
    return (
        "The table of targets is filled at wrong places.",
        "Print some rows of this table beside the y of these rows.",
    )


def other_tables(y: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield tables that may have been made of the targets by mistake: kind, words, table."""
    yield "pairs_broken", "each sample has those of the sample before it", np.roll(y, 1, axis=0)
    yield "pairs_broken", "each sample has those of the sample behind it", np.roll(y, -1, axis=0)
    yield "pairs_broken", "the samples have them in the reverse order", y[::-1]
    if y.shape[1] > 1 and (y.sum(axis=1) == 1).all():
        every = np.broadcast_to(y.max(axis=0), y.shape)
        words = (
            "each sample has a 1 for every class that any of them has, as table[:, y] = 1 makes, "
            "and table[np.arange(n), y] = 1 with a y of the shape (n, 1)"
        )
        yield "gradient_wrong", words, every
        for k in range(1, min(y.shape[1], 12)):
            by = k if 2 * k <= y.shape[1] else k - y.shape[1]
            words = f"the columns are moved by {by}, each class stands where another one should"
            yield "gradient_wrong", words, np.roll(y, k, axis=1)
        for by, words in ((-1, "before"), (1, "behind")):
            words = (
                f"each 1 stands one entry {words} its place, as a flat index makes it that is one "
                "off: at the edge it comes into the next row"
            )
            yield "gradient_wrong", words, np.roll(y.ravel(), by).reshape(y.shape)
        classes = np.unique(y.argmax(axis=1))
        if classes[-1] < len(y):
            rows = np.zeros_like(y)
            rows[classes] = 1
            numbers = ", ".join(map(str, classes[:4])) + ", …" * (len(classes) > 4)
            words = f"a whole row of ones for the samples with index {numbers}, the numbers of the "
            words += "classes, as d[y] -= 1 makes, where d[np.arange(n), y] -= 1 is meant"
            yield "gradient_wrong", words, rows


def look_for_stretching(exam: Exam, name: str) -> None:
    """See whether the loss is that of a table into which NumPy stretches y."""
    patient = exam.patient
    if exam.first_answers is None or exam.found("target_shape"):
        return
    y = np.asarray(patient.y, dtype=float)
    losses: list[float] = []
    tables: dict[str, list[float]] = {base: [] for base in STRETCHED}
    try:
        for values in exam.points[:5]:
            a = patient.predict(values, patient.X, exact=True)
            if a.shape == y.shape:
                return
            losses.append(exam.loss(values, None, name))
            for base, function in STRETCHED.items():
                tables[base].append(function(a, y))
    except (Failed, ValueError):
        return
    for sums in tables.values():
        ratio = np.array(losses) / np.array(sums)
        if np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-4 * np.abs(ratio).max():
            shape = np.broadcast_shapes(a.shape, y.shape)
            exam.find(
                "target_shape", "wrong", "y",
                f"y has shape {y.shape}, the predictions have shape {a.shape}: {name} is that of "
                f"the {shape} table into which NumPy stretches them.",
            )  # fmt: skip
            return
