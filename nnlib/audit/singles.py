"""What single samples cost: a loss of all of them that is not made of theirs, or of some only."""

from __future__ import annotations

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.formulas import BASES, WORDS, Formula, factor_words
from nnlib.audit.patient import Arrays, Failed

MOST = 60  # as many samples are asked for one by one
EVEN = ("squared", "absolute", "huber", "log_cosh", "binary")  # losses with errors of two signs


def asked(exam: Exam) -> np.ndarray:
    """Return the numbers of the samples that are asked for one by one."""
    return np.unique(np.linspace(0, exam.patient.n - 1, MOST).astype(int))


def costs(exam: Exam, name: str, values: Arrays) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what each of some samples costs alone, and the predictions of them."""
    index = asked(exam)
    try:
        alone = [exam.loss(values, index[i : i + 1], name) for i in range(len(index))]
        answers = exam.patient.predictions(values, index, exact=True)
    except Failed:
        return None
    return np.array(alone), answers


def tell_lost_weights(exam: Exam, name: str, formula: Formula) -> bool:
    """See whether each sample has a weight where it is alone, and all have one together."""
    y = exam.targets_of(asked(exam))
    if y is None or formula.penalised or formula.base not in EVEN or len(y) < 6:
        return False
    weights = []
    for values in exam.points[:2]:
        found = costs(exam, name, values)
        if found is None:
            return False
        own = np.array([BASES[formula.base](a[None], t[None])
                        for a, t in zip(found[1], y, strict=True)])  # fmt: skip
        clear = own > 1e-6 * own.max(initial=0)
        if not clear.all():
            return False
        weights.append(found[0] / own)
    first, second = weights
    if np.abs(first - second).max() > 1e-4 * first.max() or not first.min() > 0:
        return False  # it is no weight of a sample
    if np.ptp(first) <= 1e-2 * first.max():
        return False
    exam.loses_weights = True
    shown = ", ".join(list(dict.fromkeys(f"{w:.4g}" for w in first))[:4])
    what = WORDS[formula.base].removesuffix(",")
    exam.find(
        "loss_formula", "wrong", name,
        f"alone, samples cost {shown}, … times the {what}; together all have one factor: {name} is "
        f"{formula.words(exam.patient.n, exam.n_outputs)}. So the weights of the samples have no "
        "effect.",
        advice=("Weights (n,) times errors (n, 1) are stretched to a table (n, n), and its mean is "
                "the mean of the weights times that of the errors.",
                "Give the weights the shape of the errors: weights[:, None] * errors."),
    )  # fmt: skip
    return True


def look_for_costless(exam: Exam, name: str) -> bool:
    """See whether a loss is a known one, but that errors below, or above, some number cost 0."""
    y = exam.targets_of(asked(exam))
    if y is None or y.shape[1] != 1 or len(y) < 8:
        return False
    alone, answers = [], []
    for values in exam.points[:3]:
        found = costs(exam, name, values)
        if found is None:
            return False
        alone.append(found[0])
        answers.append(found[1])
    cost, a = np.concatenate(alone), np.concatenate(answers)
    t = np.concatenate([y] * len(alone))
    e = (a - t)[:, 0]
    nothing = np.abs(cost) <= 1e-12 * np.abs(cost).max(initial=0)
    lost = nothing & (np.abs(e) > 1e-6)
    if lost.sum() < 2 or (~nothing).sum() < 8:
        return False
    below = e[lost].max() < e[~lost].min()
    if not below and not e[lost].min() > e[~lost].max():
        return False
    for base in EVEN:
        if not exam.possible(base, answers, y):
            continue
        own = np.array([BASES[base](x[None], v[None]) for x, v in zip(a, t, strict=True)])
        ratio = cost[~nothing] / own[~nothing]
        if np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-5 * np.abs(ratio).max():
            tell_costless(exam, name, factor_words(ratio[0], WORDS[base], 1, 1), e, lost, below)
            return True
    return False


def tell_costless(
    exam: Exam, name: str, words: str, e: np.ndarray, lost: np.ndarray, below: bool
) -> None:
    """Report errors that cost nothing."""
    edge, words = e[lost].max() if below else e[lost].min(), words.replace("the sum of ", "")
    exam.find(
        "loss_formula", "wrong", name,
        f"sample by sample, {name} is {words}; but errors a - y {'below' if below else 'above'} "
        f"{edge:.3g}, {lost.sum()} of the {len(e)} that were tried, cost nothing.",
        advice=("Large errors are looked for by e > d, and those of the other sign are forgotten.",
                "Take the size first: abs(e) > d."),
    )  # fmt: skip
