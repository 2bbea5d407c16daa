"""Checks of the numbers that a program prints about itself: each is computed again."""

from __future__ import annotations

import numpy as np

from nnlib.audit.exam import Exam, check
from nnlib.audit.formulas import BASES, fitted
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.slopes import at_largest


@check
def compute_again(exam: Exam) -> None:
    """What is printed is what the predictions say."""
    for name in exam.reports:
        lower = name.lower()
        try:
            if "acc" in lower or "correct" in lower or "right" in lower:
                compare_accuracy(exam, name)
            elif any(word in lower for word in ("loss", "cost", "error", "mse", "bce", "entropy")):
                compare_loss(exam, name)
            else:
                exam.miss(f"the number {name!r}: only losses and accuracies are known here")
        except Failed as error:
            exam.failed(error, f"the printed number {name!r}")


def printed(exam: Exam, name: str, values: Arrays) -> float:
    """Return what the program prints, as a number."""
    patient = exam.patient
    patient.functions[f"reports[{name!r}]"] = exam.reports[name]
    return patient.number(f"reports[{name!r}]", values, patient.data(), exact=False)


def compare_accuracy(exam: Exam, name: str) -> None:
    """Compare a printed accuracy with the share of samples that are right."""
    if exam.targets is None or not exam.patient.has("predict"):
        exam.miss(f"{name}: the predictions do not fit the targets")
        return
    rows = []
    for values in [exam.patient.start, *exam.points[:4], *far_points(exam)]:
        a = exam.patient.predictions(values)
        rows.append((printed(exam, name, values), *accuracies(exam, a)))
    table = np.array(rows)
    shares = table[:, 1:]
    n = exam.patient.n
    for factor in (1.0, 100.0, float(n)):
        for column in range(shares.shape[1]):
            if np.abs(table[:, 0] - factor * shares[:, column]).max() <= 0.006 * factor:
                exam.look(f"{name} is the share of samples that are right, {shares[0, 0]:.4f}")
                return
    off = np.abs(table[:, 0] - shares[:, 0])
    k = 0 if off[0] > 0.006 else at_largest(off)  # at the start, which the reader knows
    where = "" if k == 0 else "with other parameters than those of the start, "
    exam.find(
        "printed_number", "wrong", name,
        f"{where}the program reports {table[k, 0]:.4f} as {name}; of the {n} predictions the share "
        f"that is right is {shares[k, 0]:.4f}.{accuracy_words(exam, table)}",
        (f"{name} = {table[k, 0]:.4f}",),
    )  # fmt: skip


def far_points(exam: Exam) -> list[Arrays]:
    """Return parameters far from the start, at which other samples are right."""
    rng = np.random.default_rng(9)
    return [[rng.normal(size=v.shape) for v in exam.patient.start] for _ in range(6)]


def accuracies(exam: Exam, a: np.ndarray) -> list[float]:
    """Return the share of samples that are right, by each way to decide."""
    y = exam.targets
    assert y is not None
    if a.shape[1] > 1 and (y.sum(axis=1) == 1).all():
        return [float((a.argmax(axis=1) == y.argmax(axis=1)).mean())]
    low, high = float(y.min()), float(y.max())
    middle = (low + high) / 2
    decided = np.where(a > middle, high, low), np.where(a >= middle, high, low)
    whole = [float((d == y).all(axis=1).mean()) for d in decided]
    entries = [float((d == y).mean()) for d in decided]
    return [*whole, *entries, float((np.round(a) == y).mean())]


def accuracy_words(exam: Exam, table: np.ndarray) -> str:
    """Say what a wrong accuracy looks like."""
    says = table[:, 0]
    if not says.any():
        return " It is always 0: are floats compared with whole numbers, or numbers with columns?"
    if np.ptp(says) == 0:
        return " It is the same whatever the parameters are."
    ratio = says / np.where(table[:, 1] > 0, table[:, 1], np.nan)
    if np.isfinite(ratio).all() and np.ptp(ratio) < 1e-6:
        return f" It is {ratio[0]:.4f} times the right number."
    if says.max() > 1.5 * exam.patient.n:
        return " Does it count entries of a table, not samples?"
    return ""


def compare_loss(exam: Exam, name: str) -> None:
    """Compare a printed loss with the known losses of all predictions."""
    exam_has = exam.patient.has("predict")
    says = np.array([printed(exam, name, values) for values in exam.points])
    for own in ("loss", "training_loss"):
        if exam.patient.has(own):
            theirs = np.array([exam.loss(values, None, own) for values in exam.points])
            if np.allclose(says, theirs, rtol=1e-3):
                exam.look(f"{name} is what {own} gives, {says[0]:.4f}")
                return
    y = exam.targets
    if not exam_has or y is None:
        exam.miss(f"{name}: there is nothing to compute it from; pass predict or loss")
        return
    answers = [exam.patient.predictions(values, exact=True) for values in exam.points]
    bases = {
        base: np.array([f(a, y) for a in answers])
        for base, f in BASES.items()
        if exam.possible(base, answers, y) and base not in ("other_half", "plain_error")
    }
    squares = np.array([exam.squares(p) for p in exam.points])
    everything = np.array([sum(float(np.sum(v**2)) for v in p) for p in exam.points])
    formula = fitted(says, bases, squares, everything)
    n, m = y.shape
    words = formula.words(n, m) if formula is not None else ""
    if formula is not None and formula.factor > 0 and "times the sum" not in words:
        exam.look(f"{name} is {words}")
        return
    seen = f"the program reports {says[0]:.4f} as {name}"
    if exam.patient.has("loss"):
        seen += f", and the function loss gives {exam.loss(exam.points[0], None, 'loss'):.4f}"
    seen += f". It is {words}." if words else (
        ". No loss that is known here gives such numbers for all predictions.")  # fmt: skip
    exam.find("printed_number", "wrong", name, seen, (f"{name} = {says[0]:.4f}",))
