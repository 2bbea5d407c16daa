"""Checks of the numbers that a program prints about itself: each is computed again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from nnlib.audit.exam import Exam, check
from nnlib.audit.formulas import BASES, WORDS, Formula, factor_words, fitted
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.slopes import at_largest, one_factor

LOSSES = ("loss", "cost", "error", "mse", "bce", "entropy")
BEHIND_THE_ROOT = (
    "The root is taken of the sum, and the number of samples divides what comes out of it.",
    "Take the mean first: np.sqrt(np.mean((a - y) ** 2)).",
)
OTHER_CUT = (
    "The cut was taken over from a program with other targets, or with another output.",
    "Cut half way between the two targets; logits, and what a hinge loss takes, at 0.",
)
NO_BOOLEANS = (
    "True and False are compared with targets of -1 and 1.",
    "Compare with True and False: (a > 0) == (y > 0).",
)
LETTERS = {"l", "j", "e", "err", "mae", "ce", "nll"}  # as words of their own: L_train, J


@check
def compute_again(exam: Exam) -> None:
    """What is printed is what the predictions say."""
    for name in exam.reports:
        lower = name.lower()
        try:
            if "acc" in lower or "correct" in lower or "right" in lower:
                compare_accuracy(exam, name)
            elif any(word in lower for word in LOSSES) or LETTERS & {*re.findall("[a-z]+", lower)}:
                compare_loss(exam, name)
            else:
                exam.miss(f"the number {name!r}: only losses and accuracies are known here")
        except Failed as error:
            exam.failed(error, f"the printed number {name!r}")


def printed(exam: Exam, name: str, values: Arrays, index: np.ndarray | None = None) -> float:
    """Return what the program prints, as a number, for all samples or for some."""
    patient = exam.patient
    patient.functions[f"reports[{name!r}]"] = exam.reports[name]
    return patient.number(f"reports[{name!r}]", values, patient.data(index), exact=False)


def compare_accuracy(exam: Exam, name: str) -> None:
    """Compare a printed accuracy with the share of samples that are right."""
    if exam.targets is None or not exam.patient.has("predict"):
        exam.miss(f"{name}: the predictions do not fit the targets")
        return
    rows, answers = [], []
    shifts = shifts_of(exam, exam.targets)
    for values in [exam.patient.start, *exam.points[:4], *far_points(exam)]:
        a = exam.patient.predictions(values)
        answers.append(a)
        shares = [share for s in shifts for share in accuracies(exam, a + s)]
        rows.append((printed(exam, name, values), *shares))
    table = np.array(rows)
    shares = table[:, 1:]
    n = exam.patient.n
    for factor in (1.0, 100.0, float(n)):
        for column in range(shares.shape[1]):
            if np.abs(table[:, 0] - factor * shares[:, column]).max() <= 0.006 * factor:
                exam.look(f"{name} is the share of samples that are right, {shares[0, 0]:.4f}")
                return
    off = np.nan_to_num(np.abs(table[:, 0] - shares[:, 0]))
    k = 0 if off[0] > 0.006 else at_largest(off)  # at the start, which the reader knows
    where = "" if k == 0 else "with other parameters than those of the start, "
    words, advice = cut_words(exam, table[:, 0], answers, shifts)
    words = words or accuracy_words(exam, name, table, answers, shifts[0])
    right = f"{shares[k, 0]:.4f}"
    if len(shifts) > 1 and shares[k, 0] != shares[k, shares.shape[1] // 2]:
        right += f" with a cut at 0.5, and {shares[k, shares.shape[1] // 2]:.4f} with one at 0"
    exam.find(
        "printed_number", "wrong", name,
        f"{where}the program reports {table[k, 0]:.4f} as {name}; of the {n} predictions the share "
        f"that is right is {right}.{words}",
        (f"{name} = {table[k, 0]:.4f}",), advice=advice,
    )  # fmt: skip


def shifts_of(exam: Exam, y: np.ndarray) -> list[float]:
    """Return what to add to the predictions, so that the middle of the targets decides them.

    Logits and margins are decided at 0, also where the targets are 0 and 1. Where the loss is not
    known, and the predictions are no shares, either may be meant.
    """
    _, answers = exam.base_values
    inside = all(a.min() >= 0 and a.max() <= 1 for a in answers)
    if inside or set(np.unique(y)) != {0.0, 1.0} or of_classes(y):
        return [0.0]
    if exam.formula is None:
        return [0.0, 0.5]
    return [0.5 if parts_at_zero(exam.formula.base) else 0.0]


def of_classes(y: np.ndarray) -> bool:
    """Say whether targets have a column for each class, and one 1 in each row."""
    return y.shape[1] > 1 and bool((y.sum(axis=1) == 1).all())


def parts_at_zero(base: str) -> bool:
    """Say whether a loss takes predictions above 0 for a yes."""
    return base in ("binary_from_logits", "hinge", "squared_hinge")


def cut_words(
    exam: Exam, says: np.ndarray, answers: Arrays, shifts: list[float]
) -> tuple[str, tuple[str, str] | None]:
    """Say whether an accuracy cuts the predictions at 0.5 in place of 0, or at 0 in place of 0.5.

    With it goes what helps against it. ``shifts``: what brings the right cut to the middle of the
    targets.
    """
    y = exam.targets
    assert y is not None
    low, high = float(y.min()), float(y.max())
    middle = (low + high) / 2
    if (low, high) not in ((-1, 1), (0, 1)) or len(np.unique(y)) > 2 or of_classes(y):
        return "", None
    for cut in (0.0, 0.5):
        hits = [(a > cut) == (y > middle) for a in answers]
        if cut + shifts[0] != middle and len(shifts) == 1 and is_share(says, hits):
            if shifts[0] == 0:
                known = f"The targets are {low:g} and {high:g}, and their middle is {middle:g}."
            else:
                assert exam.formula is not None
                known = f"The loss is made of {WORDS[exam.formula.base]}: they part at 0."
            by_rows = is_share(says, [h.all(axis=1, keepdims=True) for h in hits])
            each = "" if by_rows else ", entry by entry"
            return f" It is what a cut at {cut:g} gives{each}. {known}", OTHER_CUT
        if low < 0 and is_share(says, [(a > cut) & (y > 0) for a in answers]):
            words = f" Right are only predictions above {cut:g} with a target of 1: False is 0, "
            return f"{words}and equals no -1.", NO_BOOLEANS
    return "", None


def is_share(says: np.ndarray, hits: Arrays) -> bool:
    """Say whether printed numbers are shares of hits, of the entries or of whole rows."""
    entries, rows = ([float(h.mean()) for h in some]
                     for some in (hits, [h.all(axis=1) for h in hits]))  # fmt: skip
    return any(
        np.ptp(share) > 0 and np.allclose(says, f * np.array(share), rtol=0, atol=1e-6 * f)
        for share in (entries, rows)
        for f in (1.0, 100.0, float(len(hits[0])))
    )


def far_points(exam: Exam) -> list[Arrays]:
    """Return parameters far from the start, at which other samples are right."""
    rng = np.random.default_rng(9)
    return [[rng.normal(size=v.shape) for v in exam.patient.start] for _ in range(6)]


def accuracies(exam: Exam, a: np.ndarray) -> list[float]:
    """Return the share of samples that are right, by each way to decide."""
    y = exam.targets
    assert y is not None
    if of_classes(y):
        return [float((a.argmax(axis=1) == y.argmax(axis=1)).mean())]
    low, high = float(y.min()), float(y.max())
    middle = (low + high) / 2
    decided = np.where(a > middle, high, low), np.where(a >= middle, high, low)
    whole = [float((d == y).all(axis=1).mean()) for d in decided]
    entries = [float((d == y).mean()) for d in decided]
    return [*whole, *entries, float((np.round(a) == y).mean())]


def accuracy_words(exam: Exam, name: str, table: np.ndarray, answers: Arrays, shift: float) -> str:
    """Say what a wrong accuracy looks like; ``shift`` brings the cut to the targets' middle."""
    says, y = table[:, 0], exam.targets
    assert y is not None
    above = all_above_zero(y, says, answers)
    answers = [a + shift for a in answers]
    others = other_shares(y, answers)
    if shift:  # of logits; the last one is made of errors
        others = [(values, words.replace("0.5", "0")) for values, words in others[:-1]]
    for other, words in others:
        for factor in (1.0, 100.0):
            if np.allclose(says, factor * other, rtol=0, atol=1e-6 * factor, equal_nan=True):
                return f" It is {words}."
    if rows_are_compared(exam, name, says, answers):
        return (
            f" It is the share of the {y.shape[1]} columns whose largest prediction and whose "
            "first 1 stand in one row, as argmax(axis=0) makes it. argmax(axis=1) gives a class "
            "for each sample."
        )
    if not says.any():
        return (
            f" It is 0 with all {len(says)} sets of parameters that were tried: are floats "
            "compared with whole numbers, numbers with columns, or the labels with one argmax of "
            "the whole table?"
        )
    table_of_pairs = words_of_pairs(y, answers, says)
    if table_of_pairs:
        return table_of_pairs + above
    if np.ptp(says) == 0:
        return f" It is the same whatever the parameters are.{share_of_one(y, says[0])}{above}"
    batches = of_batches(who_is_right(y, answers), says)
    some = table[:, 1] > 0
    ratio = says[some] / table[some, 1]
    if some.any() and not says[~some].any() and np.ptp(ratio) < 1e-6:
        also = f", as is {batches}" if batches else ""
        return f" It is {ratio[0]:.4f} times the right number{also}."
    if batches:
        return f" It is {batches}."
    part = right_in_a_part(y, answers, says)
    if part:
        return part
    if says.max() > 1.5 * exam.patient.n:
        return " Does it count entries of a table, not samples?"
    return ""


def all_above_zero(y: np.ndarray, says: np.ndarray, answers: Arrays) -> str:
    """Say whether a cut at 0 takes all predictions of yes and no for a yes, as an accuracy does."""
    if y.shape[1] > 1 or set(np.unique(y)) != {0.0, 1.0} or min(a.min() for a in answers) <= 0:
        return ""
    if not any(np.abs(says - f * y.mean()).max() < 1e-6 * f for f in (1.0, 100.0, float(len(y)))):
        return ""
    return " A cut at 0 gives this number, too: all predictions lie above 0."


def rows_are_compared(exam: Exam, name: str, says: np.ndarray, answers: Arrays) -> bool:
    """Say whether the rows of the largest numbers in each column are compared, not the classes."""
    y = exam.targets
    assert y is not None
    if y.shape[1] < 2 or len(y) < 2:
        return False
    shares = np.array([np.mean(a.argmax(axis=0) == y.argmax(axis=0)) for a in answers])
    if not any(np.allclose(says, f * shares, rtol=0, atol=1e-6 * f) for f in (1.0, 100.0)):
        return False
    if shares.any():
        return True
    # Many things make it 0. But of one sample alone the first row is the only one: all are right.
    missed = np.flatnonzero(answers[0].argmax(axis=1) != y.argmax(axis=1))[:1]
    return len(missed) > 0 and printed(exam, name, exam.patient.start, missed) in (1.0, 100.0)


def words_of_pairs(y: np.ndarray, answers: Arrays, says: np.ndarray) -> str:
    """Say whether each prediction is compared with all targets, in a table; nothing if not."""
    n, several = len(y), y.shape[1] > 1
    middle = (y.min() + y.max()) / 2
    guessed = [a.argmax(axis=1) if several else a[:, 0] > middle for a in answers]
    true = y.argmax(axis=1) if several else y[:, 0] > middle
    shares = np.array([np.mean(g[:, None] == true) for g in guessed])
    for factor in (1.0, 100.0, float(n), 100.0 * n, float(n * n)):
        if not np.allclose(says, factor * shares, rtol=0, atol=1e-6 * factor):
            continue
        if np.ptp(says) > 0:
            how = "how often" if factor < n or factor == 100 else f"{factor:g} times how often"
            return (
                f" It is {how} two are equal in a table of all {n} x {n} pairs of a prediction and "
                "a target: NumPy stretches (n, 1) against (n,) to one."
            )
        return (
            " It is the same whatever the parameters are, as in a table of all pairs of a "
            "prediction and a target, to which NumPy stretches (n, 1) against (n,), and as where "
            "one class is always answered."
        )
    return ""


def other_shares(y: np.ndarray, answers: Arrays) -> list[tuple[np.ndarray, str]]:
    """Return shares that are taken for an accuracy, of yes and no, and what they are."""
    if of_classes(y):
        hits = np.array([np.sum(a.argmax(axis=1)[:, None] == y) for a in answers])
        words = "how often the number of the guessed class stands in the sample's row of 0 and 1"
        return [(hits / share, f"{words}, by {by}") for share, by in (
            (len(y), "samples"), (y.size, "entries"))]  # fmt: skip
    if y.shape[1] > 1 or len(np.unique(y)) != 2 or y.min() != 0 or y.max() != 1:
        return []
    t = y[:, 0] == 1
    found = []
    with np.errstate(all="ignore"):
        for over, side in ((True, "above"), (False, "below")):
            said = [(a[:, 0] > 0.5) == over for a in answers]
            ones = np.array([t[s].sum() / s.sum() for s in said])  # NaN where none is there
            words = f"the share of targets of 1 among the predictions {side} 0.5"
            found.append((ones, words + ", the precision" * over))
            zeros = 1 - ones
            found.append((zeros, f"the share of targets of 0 among the predictions {side} 0.5"))
        for target in (1, 0):
            hit = np.array([((a[:, 0] > 0.5) == target)[t == target].mean() for a in answers])
            words = f"the share of right ones among the samples with y = {target} alone"
            found.append((hit, words))
    errors = [np.abs(a[:, 0] - y[:, 0]).mean() for a in answers]
    words = "1 minus the mean size of the errors: the predictions are not decided to 0 or 1 first"
    return [*found, (1 - np.array(errors), words)]


def share_of_one(y: np.ndarray, share: float) -> str:
    """Say of which class a number is the share, if it is of one alone."""
    for factor in (1.0, 100.0):
        if y.shape[1] == 1:
            which = [v for v in np.unique(y) if abs(share - factor * np.mean(y == v)) < 1e-9]
            column = " argmax of a single column is always 0." if which == [0.0] else ""
        else:
            hits = np.abs(share - factor * y.mean(axis=0)) < 1e-9
            which, column = list(np.flatnonzero(hits)), ""
        if len(which) == 1:
            what = f"with y = {which[0]:g}" if y.shape[1] == 1 else f"of class {which[0]}"
            return f" It is the share of samples {what}.{column}"
    return ""


def who_is_right(y: np.ndarray, answers: Arrays) -> np.ndarray:
    """Return which samples are right, a row for each set of parameters."""
    if y.shape[1] > 1:
        return np.array([a.argmax(axis=1) == y.argmax(axis=1) for a in answers])
    middle = (y.min() + y.max()) / 2
    return np.array([((a > middle) == (y > middle)).all(axis=1) for a in answers])


def of_batches(each: np.ndarray, says: np.ndarray) -> str:
    """Say whether a number is made of the means of batches, and divided or added up wrongly.

    ``each``: what the samples add to the sum, a row for each set of parameters.
    """
    n = each.shape[1]
    if n > 1000 or not np.ptp(says) > 0:
        return ""
    for size in range(2, n):
        starts = np.arange(0, n, size)
        lengths = np.minimum(starts + size, n) - starts
        means = (np.add.reduceat(each, starts, axis=1) / lengths).sum(axis=1)
        for factor in (1.0, 100.0):
            for made, words in forms_of_batches(means, n, size):
                if np.abs(factor * made - says).max() <= 1e-6 * np.abs(says).max():
                    return words
    return ""


def forms_of_batches(means: np.ndarray, n: int, size: int) -> Iterator[tuple[np.ndarray, str]]:
    """Yield what may be made of the sum of the means over batches, and what it is."""
    b, last = -(-n // size), n % size
    summed = f"the sum of the means over batches of {size}"
    yield means / n, f"{summed}, divided by all {n} samples"
    yield means, f"{summed}, not divided by the {b} batches"
    if last:
        text = f"the mean of the means over {b} batches of {size}, of which the last has {last} "
        yield means / b, f"{text}row{'s' * (last > 1)}, and counts as much as the others"
    if b > 2:
        text = f"{summed}, divided by {b - 1}, where there are {b} of them: "
        whole = f"{b - 1} of them are whole, and " if last else ""
        text += f"{whole}the last one has the number {b - 1} if they are counted from 0"
        yield means / (b - 1), text


def right_in_a_part(y: np.ndarray, answers: Arrays, says: np.ndarray) -> str:
    """Say of which part of the samples it is the share that is right, the first or the last."""
    n, right = len(y), who_is_right(y, answers)
    for k in range(1, n):
        for which, part in (("first", right[:, :k]), ("last", right[:, n - k :])):
            for divisor, words in ((k, ""), (n, f", divided by all {n}")):
                for factor in (1.0, 100.0):
                    made = factor * part.sum(axis=1) / divisor
                    if np.ptp(made) > 0 and np.abs(made - says).max() < 1e-6 * factor:
                        return f" It is the share of right ones among the {which} {k} alone{words}."
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
    late = "behind the root" in words and "rms" in name.lower()
    if formula is not None and formula.factor > 0 and not late and "times the sum" not in words:
        exam.look(f"{name} is {words}")
        return
    if formula is not None and in_other_units(y, formula):
        exam.look(f"{name} is {words}: a known loss in other units, perhaps those of the data")
        return
    other = other_errors(exam, answers, y, says)
    if other:
        exam.look(f"{name} is {other}, {says[0]:.4f}")
        return
    seen = f"the program reports {says[0]:.4f} as {name}"
    if exam.patient.has("loss"):
        seen += f", and the function loss gives {exam.loss(exam.points[0], None, 'loss'):.4f}"
    words = loss_of_batches(y, answers, says) or words or on_two_scales(y, answers, says)
    words = words or loss_of_a_part(y, answers, says)
    seen += f". It is {words}." if words else (
        ". No loss that is known here gives such numbers for all predictions.")  # fmt: skip
    # What is called an error and is no loss may be any measure.
    is_loss = any(word in name.lower() for word in ("loss", "cost", "mse", "bce", "entropy"))
    severity = "wrong" if words or is_loss else "suspicious"
    exam.find("printed_number", severity, name, seen, (f"{name} = {says[0]:.4f}",),
              advice=BEHIND_THE_ROOT if late else None)  # fmt: skip


def other_errors(exam: Exam, answers: Arrays, y: np.ndarray, says: np.ndarray) -> str:
    """Say which measure of errors a number is that is no loss: the largest, or the share wrong."""
    if np.allclose(says, [np.abs(a - y).max() for a in answers], rtol=1e-3):
        return "the largest size of an error"
    shifts = shifts_of(exam, y)
    shares = 1 - np.array([[v for s in shifts for v in accuracies(exam, a + s)] for a in answers])
    for factor in (1.0, 100.0, float(len(y))):
        if np.ptp(says) > 0 and (np.abs(says[:, None] - factor * shares).max(axis=0) < 1e-6).any():
            return "the share of samples that are wrong" if factor == 1 else (
                f"the share of samples that are wrong, times {factor:g}")  # fmt: skip
    return ""


def loss_of_each(y: np.ndarray, answers: Arrays) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the usual losses, and what they are of each sample, a row for each set of answers."""
    if len(y) > 400:
        return
    inside = all(a.min() >= 0 and a.max() <= 1 for a in answers)
    for base in ("squared", "absolute", *(("binary", "cross") if inside else ())):
        each = [[BASES[base](a[i : i + 1], y[i : i + 1]) for i in range(len(y))] for a in answers]
        yield base, np.array(each)


def loss_of_batches(y: np.ndarray, answers: Arrays, says: np.ndarray) -> str:
    """Say of which loss's means over batches a number is made, and how; or nothing."""
    for base, each in loss_of_each(y, answers):
        for share in dict.fromkeys((1 / y.shape[1], 1.0, 0.5)):
            words = of_batches(share * each, says)
            if words:
                return f"made of {WORDS[base]}: {words}"
    return ""


def loss_of_a_part(y: np.ndarray, answers: Arrays, says: np.ndarray) -> str:
    """Say of which part of the samples it is a known loss, the first or the last; or nothing."""
    n, m = y.shape
    for base, each in loss_of_each(y, answers):
        sums = np.cumsum(each, axis=1)
        for k in range(1, n):
            for which, part in (("first", sums[:, k - 1]), ("last", sums[:, -1] - sums[:, -1 - k])):
                f = one_factor(says, part, 1e-6)
                if f is None or not np.ptp(part) > 1e-9 * np.abs(part).max():
                    continue
                words = factor_words(f, WORDS[base], k, m)
                if f > 0 and "times the sum" not in words:
                    of = "sample" if k == 1 else f"{k} samples"
                    return f"{words} of the {which} {of} alone"
    return ""


def in_other_units(y: np.ndarray, formula: Formula) -> bool:
    """Say whether targets were scaled, and a loss has a factor that no count of samples makes."""
    f, n = formula.factor, y.size
    standard = abs(y.mean()) < 1e-2 and abs(y.std() - 1) < 5e-2
    between = abs(y.min()) < 1e-9 and abs(y.max() - 1) < 1e-9
    if formula.base not in ("squared", "absolute", "root") or f <= 0:
        return False
    if len(np.unique(y)) < 5 or not (standard or between):
        return False
    counts = [2 * f, 2 * f * n, 2 * f * np.sqrt(n), 1 / f, 2 * n * f * f]
    return not any(abs(c - round(c)) < 1e-4 for c in counts if c < 1000)


def on_two_scales(y: np.ndarray, answers: Arrays, says: np.ndarray) -> str:
    """See whether squared errors are taken between numbers on two scales.

    The sum of (s a + t - y)**2 has four terms, each a number times what the predictions show; so
    has that of (a - s y - t)**2.
    """
    if len(np.unique(y)) < 5:
        return ""
    n, m = y.shape
    seen = np.array([[np.sum(a * a), np.sum(a * y), np.sum(a), 1.0] for a in answers])
    scale = np.abs(seen).max(axis=0)
    for power, mean in ((2, "the root of the mean of the squared errors"),
                        (1, "the mean of the squared errors"),
                        (1, "half the mean of the squared errors")):  # fmt: skip
        values = says**power
        found = np.linalg.lstsq(seen / scale, values, rcond=None)[0] / scale
        rest = np.abs(seen @ found - values).max()
        if not rest <= 1e-9 * np.abs(values).max() or len(answers) < 6 or found[0] <= 0:
            continue
        c = (0.5 if mean.startswith("half") else 1.0) / (n * m)
        s = float(np.sqrt(found[0] / c))  # s (a - y) and y
        made = [-2 * c * s * (1 + s), c * np.sum(((1 + s) * y) ** 2)]
        if near(found[1], made[0]) and near(found[3], made[1]) and abs(found[2]) < 1e-6 * c * n:
            return (
                f"{mean} between {factor_of(s)}(a - y) and y: the predictions were overwritten, as "
                "by out -= y, before the error was taken"
            )
        s, t = -found[1] / (2 * c), -found[2] / (2 * c)  # a and s y + t
        if abs(found[0] - c) < 1e-4 * c and near(found[3], c * np.sum((s * y + t) ** 2)):
            return f"{mean} between the predictions and {s:.4g} y {signed(t)}, on another scale"
        s = float(np.sqrt(found[0] / c))
        t = found[2] / (2 * c * s)
        right = near(found[1], -2 * c * s) and near(found[3], c * np.sum((t - y) ** 2))
        if right and abs(s - 1) > 1e-3:
            return (
                f"{mean} between y and the predictions times {s:.4g} {signed(t)}, on another scale"
            )
    return ""


def factor_of(s: float) -> str:
    """Write a factor, or nothing for 1."""
    return "" if abs(s - 1) < 1e-4 else f"{s:.4g} "


def signed(t: float) -> str:
    """Say "+ 3" or "- 3"."""
    return f"{'-' if t < 0 else '+'} {abs(t):.4g}"


def near(a: float, b: float) -> bool:
    """Say whether two numbers are equal but for rounding."""
    return bool(abs(a - b) <= 1e-4 * max(abs(a), abs(b)))
