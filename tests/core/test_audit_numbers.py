"""Numbers that a program prints: shares, parts, other units and errors between two scales."""

import warnings

import numpy as np
import pytest
from exams import exam_of

from nnlib.audit.formulas import Formula
from nnlib.audit.numbers import (
    NO_BOOLEANS,
    OTHER_CUT,
    all_above_zero,
    compute_again,
    cut_words,
    in_other_units,
    is_share,
    loss_of_a_part,
    loss_of_batches,
    near,
    of_batches,
    on_two_scales,
    other_errors,
    other_shares,
    right_in_a_part,
    rows_are_compared,
    share_of_one,
    words_of_pairs,
)

RNG = np.random.default_rng(7)
Y = RNG.uniform(1, 3, size=(9, 1))
ANSWERS = [Y + RNG.normal(size=(9, 1)) for _ in range(8)]
FORMS = {
    "the mean of the squared errors": lambda e: np.mean(e**2),
    "half the mean of the squared errors": lambda e: np.mean(e**2) / 2,
    "the root of the mean of the squared errors": lambda e: np.sqrt(np.mean(e**2)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("s", "t", "line"), [(4, 2, "4 y + 2"), (0.5, -3, "0.5 y - 3")])
def test_scaled_targets_are_told(form, s, t, line):
    says = np.array([FORMS[form](a - (s * Y + t)) for a in ANSWERS])
    told = f"{form} between the predictions and {line}, on another scale"
    assert on_two_scales(Y, ANSWERS, says) == told


@pytest.mark.parametrize("form", ["the mean of the squared errors",
                                  "the root of the mean of the squared errors"])  # fmt: skip
@pytest.mark.parametrize(("s", "t", "line"), [(4, 2, "4 + 2"), (3, -5, "3 - 5")])
def test_scaled_predictions_are_told(form, s, t, line):
    says = np.array([FORMS[form](s * a + t - Y) for a in ANSWERS])
    told = f"{form} between y and the predictions times {line}, on another scale"
    assert on_two_scales(Y, ANSWERS, says) == told


def test_near_numbers_are_not():
    says = np.array([np.mean((a - (4 * Y + 2)) ** 2) for a in ANSWERS])
    assert on_two_scales(Y, ANSWERS[:6], says[:6]) != ""
    assert on_two_scales(Y, ANSWERS[:5], says[:5]) == ""
    assert on_two_scales(Y, ANSWERS, says + 1e-6 * RNG.normal(size=8)) == ""
    scaled = np.array([np.mean((4 * a + 2 - Y) ** 2) for a in ANSWERS])
    for more in (5.0, np.array([np.mean(a) for a in ANSWERS])):
        assert on_two_scales(Y, ANSWERS, says + more) == ""
        assert on_two_scales(Y, ANSWERS, scaled + more) == ""
    assert on_two_scales(np.round(Y), ANSWERS, says) == ""  # a few classes have no scale
    for values, scaled in ((5, True), (4, False)):
        y = np.resize(Y[:values], (9, 1))
        says_so = np.array([np.mean((a - (4 * y + 2)) ** 2) for a in ANSWERS])
        assert bool(on_two_scales(y, ANSWERS, says_so)) == scaled
    assert on_two_scales(Y, ANSWERS, np.array([np.mean(np.abs(a - Y)) for a in ANSWERS])) == ""


def test_numbers_are_near_to_a_ten_thousandth_of_the_larger():
    for a, b, alike in (
        (10_000.0, 9999.0, True), (1.0, 1 + 0.9e-4, True), (1.0, 1 + 1.1e-4, False),
        (-2.0, -2.0, True), (-2.0, 2.0, False), (0.0, 0.0, True), (0.0, 1e-9, False),
    ):  # fmt: skip
        assert near(a, b) is alike
        assert near(b, a) is alike


# An accuracy


def accuracy_of(function):
    """What is said of a printed accuracy: a function of (share that is right, predictions)."""

    def report(p, X, y):
        a = X @ p["W"]
        return function(float(np.mean((a > 0.5) == (y > 0.5))), a)

    rows = np.random.default_rng(1).normal(size=(5, 2))
    exam = exam_of(rows, BINARY, {"W": np.array([[0.5], [-1.0]])}, predict=lambda p, X: X @ p["W"],
                   loss=lambda p, X, y: np.mean((X @ p["W"] - y) ** 2),
                   reports={"accuracy": report})  # fmt: skip
    compute_again(exam)
    return exam.findings[0].seen if exam.findings else None


def test_an_accuracy_may_be_wrong_with_other_parameters_alone():
    first = []

    def right_at_first(share, a):
        first.append(share)
        return share + 3 * (len(first) == 8) + 2 * (len(first) > 8)

    with np.errstate(all="ignore"):
        seen = accuracy_of(right_at_first)
    assert seen.startswith(
        f"with other parameters than those of the start, the program reports {first[7] + 3:.4f} as "
        f"accuracy; of the 5 predictions the share that is right is {first[7]:.4f}."
    )
    with np.errstate(all="ignore"):
        seen = accuracy_of(lambda share, a: np.nan)
    assert seen.startswith("the program reports nan as accuracy; of the 5 predictions the share")
    assert seen.split("right is ")[1][6:] == "."


def test_numbers_of_other_targets_are_not_computed():
    rows = np.random.default_rng(1).normal(size=(5, 2))
    exam = exam_of(rows, np.ones((5, 2)), {"W": np.ones((2, 1))}, predict=lambda p, X: X @ p["W"],
                   reports={"accuracy": lambda *g: 0.5, "loss": lambda *g: 0.5})  # fmt: skip
    assert exam.targets is None
    compute_again(exam)
    assert exam.missing == [
        "accuracy: the predictions do not fit the targets",
        "loss: there is nothing to compute it from; pass predict or loss",
    ]


def test_rows_are_compared_where_there_are_several_of_several_columns():
    for y, several in ((np.eye(3)[[0, 1, 2]], True), (np.eye(3)[[0]], False),
                       (np.eye(3)[[0, 1, 2]][:, :1], False)):  # fmt: skip
        exam = exam_of(np.ones((len(y), 2)), y)
        answers, says = [y + 0.1, y - 0.1], np.ones(2)
        assert rows_are_compared(exam, "accuracy", says, answers) is several


@pytest.mark.parametrize(("off", "at_first"), [(0.0059, False), (0.0061, True)])
def test_an_accuracy_is_told_at_the_start_where_it_is_off_there(off, at_first):
    asked = []

    def wrong(share, a):
        asked.append(1)
        return share + (off if len(asked) == 1 else 3.0)

    with np.errstate(all="ignore"):
        assert accuracy_of(wrong).startswith("the program reports") is at_first


@pytest.mark.parametrize("factor", [1, 100])
@pytest.mark.parametrize(
    ("of", "words"),
    [
        (lambda right, one: BINARY[one].mean(),
         "the share of targets of 1 among the predictions above 0.5, the precision"),
        (lambda right, one: right[:3].mean(), "the share of right ones among the first 3 alone"),
        (lambda right, one: 3 * right.mean(), "3.0000 times the right number"),
    ],
)  # fmt: skip
def test_what_a_wrong_accuracy_is_is_told(of, words, factor):
    def printed(share, a):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return factor * of((a > 0.5) == (BINARY > 0.5), a > 0.5)

    with np.errstate(all="ignore"):
        seen = accuracy_of(printed)
    if words.startswith("3."):
        words = words.replace("3.0", f"{3 * factor}.0")
    assert seen.split("right is ")[1][6:] == f". It is {words}."


def cut_of(targets, loss, share, factor=1.0, above=False):
    """What is said of a printed share of 12 samples, whose predictions are one sum each."""
    rng = np.random.default_rng(4)
    rows = np.c_[rng.normal(size=(12, 2)), np.ones(12)]
    y = np.where(np.arange(12) % 3 > 0, *targets)[:, None] * 1.0

    def predict(p, X):
        z = X @ p["W"]
        return 1 / (1 + np.exp(-z)) if above else z

    def report(p, X, y):
        return factor * share(predict(p, X), y)

    given = {} if loss is None else {"loss": lambda p, X, y: loss(predict(p, X), y)}
    exam = exam_of(rows, y, {"W": np.array([[0.5], [-1.0], [0.4]])}, predict=predict, **given,
                   reports={"accuracy": report})  # fmt: skip
    compute_again(exam)
    assert len(exam.findings) < 2
    return exam.findings[0] if exam.findings else None


def at(cut, middle):
    return lambda a, y: np.mean((a > cut) == (y > middle))


def of_squares(a, y):
    return np.mean((a - y) ** 2)


def of_logits(a, y):
    return np.mean(np.logaddexp(0, a) - y * a)


def of_margins(a, y):
    return np.mean(np.maximum(0, 1 - a * (2 * y - 1)))


def of_squared_margins(a, y):
    return np.mean(np.maximum(0, 1 - a * (2 * y - 1)) ** 2)


def unknown(a, y):
    return np.mean(np.abs(a - y) ** 1.5)


AT_HALF, AT_ZERO = " It is what a cut at 0.5 gives. ", " It is what a cut at 0 gives. "
PARTED = "The loss is made of {}: they part at 0."


@pytest.mark.parametrize("factor", [1, 100, 12])
@pytest.mark.parametrize(
    ("targets", "loss", "cut", "words"),
    [
        ((-1, 1), of_squares, 0.5, AT_HALF + "The targets are -1 and 1, and their middle is 0."),
        ((-1, 1), None, 0.5, AT_HALF + "The targets are -1 and 1, and their middle is 0."),
        ((-1, 1), of_squares, 0, None),
        ((0, 1), of_squares, 0, AT_ZERO + "The targets are 0 and 1, and their middle is 0.5."),
        ((0, 1), of_squares, 0.5, None),
        ((0, 1), of_logits, 0.5,
         AT_HALF + PARTED.format("binary cross-entropies of logits")),
        ((0, 1), of_margins, 0.5, AT_HALF + PARTED.format("hinge losses")),
        ((0, 1), of_squared_margins, 0.5, AT_HALF + PARTED.format("squared hinge losses")),
        ((0, 1), of_logits, 0, None), ((0, 1), of_margins, 0, None),
        ((0, 1), of_squared_margins, 0, None),
        ((0, 1), unknown, 0, None), ((0, 1), unknown, 0.5, None),  # either may be meant
        ((0, 1), None, 0, None), ((0, 1), None, 0.5, None),
        ((2, 3), of_squares, 0.5, ""), ((0, 2), of_squares, 0.5, ""),
    ],
)  # fmt: skip
def test_a_cut_that_is_not_in_the_middle_is_told(targets, loss, cut, words, factor):
    found = cut_of(targets, loss, at(cut, sum(targets) / 2), factor)
    assert (found is None) == (words is None)
    if words is not None:
        told = found.seen.split("right is ")[1][6:]
        assert told == f".{words}" or ("a cut at" not in told and not words)
        assert (found.advice == OTHER_CUT) == bool(words)


@pytest.mark.parametrize(("off", "told"), [(0.9e-6, True), (1.1e-6, False)])
def test_a_cut_gives_a_number_exactly(off, told):
    def share(a, y):
        return at(0.5, 0)(a, y) + off

    assert ("a cut at" in cut_of((-1, 1), None, share).seen) is told


def test_where_either_cut_may_be_meant_both_shares_are_told():
    found = cut_of((0, 1), unknown, lambda a, y: 1.5 * at(0.5, 0.5)(a, y))
    seen = "of the 12 predictions the share that is right is 0.5000{}. It is 1.5000 times the"
    assert seen.format(" with a cut at 0.5, and 0.6667 with one at 0") in found.seen
    found = cut_of((0, 1), of_squares, lambda a, y: 1.5 * at(0.5, 0.5)(a, y))
    assert seen.format("") in found.seen


@pytest.mark.parametrize("cut", [0, 0.5])
def test_truth_values_are_no_targets_of_minus_1(cut):
    found = cut_of((-1, 1), of_squares, lambda a, y: np.mean((a > cut) == y))
    assert found.seen.endswith(
        f". Right are only predictions above {cut} with a target of 1: False is 0, and equals no "
        "-1."
    )
    assert found.advice == NO_BOOLEANS
    found = cut_of((0, 1), of_squares, lambda a, y: np.mean((a > 0) & (y == 1)))
    assert "False" not in found.seen


@pytest.mark.parametrize("factor", [1, 100, 12])
def test_above_0_lie_all_predictions_of_a_sigmoid(factor):
    line = " A cut at 0 gives this number, too: all predictions lie above 0."
    found = cut_of((0, 1), None, at(0, 0.5), factor, above=True)
    assert "It is the same whatever the parameters are." in found.seen
    assert found.seen.endswith(line)
    found = cut_of((0, 1), None, lambda a, y: 0.35, factor, above=True)
    assert found.seen.endswith("It is the same whatever the parameters are.")
    y = np.array([[0.0], [1.0], [1.0]])
    for low, off, told in (
        (1e-9, 0, True), (0.0, 0, False), (0.1, 0.9e-6, True), (0.1, 1.1e-6, False),
    ):  # fmt: skip
        says = factor * (np.full(2, 2 / 3) + off)
        says = says if factor < 12 or factor > 99 else says / 4  # of 3 samples
        assert all_above_zero(y, says, [y + low, y + 0.1]) == line * told
    assert all_above_zero(y + 1, says, [y + 1, y + 1]) == ""
    assert all_above_zero(np.c_[y, y], says, [y + 1, y + 1]) == ""


def test_an_accuracy_of_logits_is_explained_with_the_cut_at_0():
    for share, words in (
        (lambda a, y: np.mean(((a > 0) == (y > 0.5))[:5]), "right ones among the first 5 alone."),
        (lambda a, y: np.mean(((a > 0) == (y > 0.5))[y > 0.5]),
         "right ones among the samples with y = 1 alone."),
        (lambda a, y: np.mean(y[a <= 0]) if (a <= 0).any() else np.nan,
         "targets of 1 among the predictions below 0."),
    ):  # fmt: skip
        assert cut_of((0, 1), of_logits, share).seen.endswith(f". It is the share of {words}")
    found = cut_of((0, 1), of_logits, lambda a, y: 1 - np.mean(np.abs(a - y)))
    assert "mean size of the errors" not in found.seen


def test_two_columns_of_yes_and_no_are_cut_by_entries_or_by_rows():
    rng = np.random.default_rng(4)
    hits = [rng.random((9, 2)) > 0.4 for _ in range(4)]
    for share in (lambda h: h.mean(), lambda h: h.all(axis=1).mean()):
        assert is_share(np.array([share(h) for h in hits]), hits)
    assert not is_share(np.array([h.any(axis=1).mean() for h in hits]), hits)
    assert not is_share(np.full(4, hits[0].mean()), [hits[0]] * 4)  # it is always the same
    y = np.where(rng.random((9, 2)) > 0.5, 1.0, -1.0)
    answers = [rng.normal(size=(9, 2)) for _ in range(4)]
    exam = exam_of(np.ones((9, 2)), y)
    exam.targets = y
    for share, each in (
        (lambda h: h.mean(), ", entry by entry"), (lambda h: h.all(axis=1).mean(), ""),
    ):  # fmt: skip
        says = np.array([share((a > 0.5) == (y > 0)) for a in answers])
        words, _ = cut_words(exam, says, answers, [0.0])
        assert words.startswith(f" It is what a cut at 0.5 gives{each}. The targets are -1 and 1,")


def test_a_loss_in_other_units_may_be_meant():
    y, rows = spread(9), np.random.default_rng(1).normal(size=(9, 2))

    def predict(p, X):
        return X @ p["W"]

    for factor, meant in ((41.237, True), (7 / 18, False)):
        exam = exam_of(rows, y, {"W": np.array([[0.5], [-1.0]])}, predict=predict, reports={
            "cost": lambda p, X, y, f=factor: f * np.sum((predict(p, X) - y) ** 2)})  # fmt: skip
        compute_again(exam)
        words = f"{factor:.4g} times the sum of the squared errors"
        line = f"cost is {words}: a known loss in other units, perhaps those of the data"
        assert exam.compared == [line] * meant
        assert [f.kind for f in exam.findings] == ["printed_number"] * (not meant)


@pytest.mark.parametrize("factor", [1, 100, 5, 500, 25])
@pytest.mark.parametrize("several", [False, True])
def test_a_table_of_pairs_is_told(factor, several):
    rng = np.random.default_rng(2)
    labels = np.array([0, 1, 1, 0, 1])
    guesses = [rng.integers(0, 2, 5) for _ in range(6)]
    says = factor * np.array([np.mean(g[:, None] == labels) for g in guesses])
    assert np.ptp(says) > 0
    if several:
        y, answers = np.eye(2)[labels], [0.3 * np.eye(2)[g] for g in guesses]
    else:  # they are decided half way between the targets, 2 and 4
        y, answers = 2 + 2.0 * labels[:, None], [2.9 + 0.2 * g[:, None] for g in guesses]
    how = "how often" if factor in (1, 100) else f"{factor} times how often"
    text = (
        f" It is {how} two are equal in a table of all 5 x 5 pairs of a prediction and a target: "
        "NumPy stretches (n, 1) against (n,) to one."
    )
    assert words_of_pairs(y, answers, says + 0.9e-6 * factor) == text
    assert words_of_pairs(y, answers, says + 1.1e-6 * factor) == ""


@pytest.mark.parametrize(
    ("n", "factor", "how"), [(3, 3, "3 times how often"), (120, 100, "how often"),
                             (120, 120, "120 times how often")],
)  # fmt: skip
def test_a_percentage_of_pairs_is_how_often_they_are_equal(n, factor, how):
    y = (np.arange(n) % 3 > 0.0)[:, None]
    answers = [np.zeros((n, 1)), np.ones((n, 1))]
    told = words_of_pairs(y * 1.0, answers, factor * np.array([1 / 3, 2 / 3]))
    assert told.startswith(f" It is {how} two are equal")
    told = words_of_pairs(y * 1.0, answers[:1], factor * np.array([1 / 3]))
    assert told == (
        " It is the same whatever the parameters are, as in a table of all pairs of a prediction "
        "and a target, to which NumPy stretches (n, 1) against (n,), and as where one class is "
        "always answered."
    )


# Shares that are taken for an accuracy

BINARY = np.array([[1.0], [0.0], [1.0], [1.0], [0.0]])
GUESSES = [
    np.array([[0.9], [0.8], [0.6], [0.2], [0.1]]),
    np.array([[0.9], [0.7], [0.8], [0.7], [0.6]]),  # none is below 0.5
]


@pytest.mark.parametrize(
    ("words", "shares"),
    [
        ("the share of targets of 1 among the predictions above 0.5, the precision",
         (2 / 3, 3 / 5)),
        ("the share of targets of 0 among the predictions above 0.5", (1 / 3, 2 / 5)),
        ("the share of targets of 1 among the predictions below 0.5", (1 / 2, np.nan)),
        ("the share of targets of 0 among the predictions below 0.5", (1 / 2, np.nan)),
        ("the share of right ones among the samples with y = 1 alone", (2 / 3, 1)),
        ("the share of right ones among the samples with y = 0 alone", (1 / 2, 0)),
        ("1 minus the mean size of the errors: the predictions are not decided to 0 or 1 first",
         (1 - (0.1 + 0.8 + 0.4 + 0.8 + 0.1) / 5, 1 - (0.1 + 0.7 + 0.2 + 0.3 + 0.6) / 5)),
    ],
)  # fmt: skip
def test_other_shares_of_yes_and_no_are_these(words, shares):
    found = {text: values for values, text in other_shares(BINARY, GUESSES)}
    assert len(found) == 7
    np.testing.assert_allclose(found[words], shares, rtol=1e-12)


def test_a_prediction_of_exactly_one_half_is_below():
    half = [np.array([[0.5], [0.9]])]
    found = {text: values for values, text in other_shares(np.array([[1.0], [0.0]]), half)}
    assert found["the share of targets of 1 among the predictions below 0.5"] == [1]
    assert found["the share of right ones among the samples with y = 1 alone"] == [0]


def test_other_shares_of_classes_are_hits_by_samples_or_entries():
    y = np.eye(3)[[0, 1, 2, 1]]
    answers = [np.eye(3)[[0, 1, 1, 1]], np.eye(3)[[2, 0, 0, 0]]]
    words = "how often the number of the guessed class stands in the sample's row of 0 and 1"
    # A guessed 0 or 1 is compared with each entry of the row; a guessed 2 stands in none.
    by_hand = [
        sum(sum(guess == t for t in row) for guess, row in zip(guesses, y, strict=True))
        for guesses in ([0, 1, 1, 1], [2, 0, 0, 0])
    ]
    for (values, text), (share, by) in zip(
        other_shares(y, answers), ((4, "samples"), (12, "entries")), strict=True
    ):
        assert text == f"{words}, by {by}"
        np.testing.assert_allclose(values, np.array(by_hand) / share)


@pytest.mark.parametrize(
    "y",
    [[[0.0], [0.5], [1.0]], [[0.0], [2.0], [0.0]], [[-1.0], [1.0], [1.0]], [[1.0], [1.0], [1.0]],
     [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]],
)  # fmt: skip
def test_other_targets_than_0_and_1_have_no_such_shares(y):
    y = np.array(y)
    assert other_shares(y, [np.full(y.shape, 0.7)]) == []


@pytest.mark.parametrize("factor", [1.0, 100.0])
def test_a_number_may_be_the_share_of_one_class(factor):
    text = " It is the share of samples with y = "
    column = " argmax of a single column is always 0."
    assert share_of_one(BINARY, factor * 0.6) == f"{text}1."
    assert share_of_one(BINARY, factor * 0.4) == f"{text}0.{column}"
    assert share_of_one(2 * BINARY, factor * 0.6) == f"{text}2."
    assert share_of_one(BINARY, factor * 0.5) == ""
    assert share_of_one(BINARY[:4], factor * 0.25 + 0.9e-9) == f"{text}0.{column}"
    assert share_of_one(BINARY[:4], factor * 0.25 + 1.1e-9) == ""
    assert share_of_one(BINARY[:2], factor * 0.5) == ""  # it may be either of them
    y = np.eye(3)[[0, 1, 1, 2, 2, 2]]
    for k in range(3):
        text = f" It is the share of samples of class {k}."
        assert share_of_one(y, factor * (k + 1) / 6) == text
        assert share_of_one(y, factor * (k + 1) / 6 + 0.9e-9) == text
        assert share_of_one(y, factor * (k + 1) / 6 + 1.1e-9) == ""
    assert share_of_one(y[:3], factor / 3) == f"{text[:-2]}0."
    assert share_of_one(y[[0, 1]], factor / 2) == ""


@pytest.mark.parametrize("factor", [1.0, 100.0])
@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("which", ["first", "last"])
@pytest.mark.parametrize("of_all", [False, True])
@pytest.mark.parametrize("classes", [False, True])
def test_a_share_of_a_part_is_told(factor, k, which, of_all, classes):
    rng = np.random.default_rng(4)
    labels = np.array([0, 1, 1, 0, 1, 0])
    guesses = [(labels + (rng.random(6) < 0.4)) % 2 for _ in range(20)]
    right = np.array([g == labels for g in guesses])
    part = right[:, :k] if which == "first" else right[:, 6 - k :]
    if classes:
        y, answers = np.eye(2)[labels], [0.6 * np.eye(2)[g] + 0.2 for g in guesses]
    else:  # what is decided between the targets, 2 and 4
        y, answers = 2 + 2.0 * labels[:, None], [2.9 + 0.2 * g[:, None] for g in guesses]
    says = factor * part.sum(axis=1) / (6 if of_all else k)
    told = f" It is the share of right ones among the {which} {k} alone"
    told += ", divided by all 6." if of_all else "."
    assert right_in_a_part(y, answers, says) == told
    assert right_in_a_part(y, answers, says + 0.9e-6 * factor) == told
    assert right_in_a_part(y, answers, says + 1.1e-6 * factor) == ""


@pytest.mark.parametrize("factor", [1.0, 100.0])
@pytest.mark.parametrize("size", [2, 4, 8])
def test_the_means_of_batches_are_told(factor, size):
    each = RNG.uniform(size=(6, 9)) < 0.5  # the last batch is shorter
    means = np.array([sum(row[i : i + size].mean() for i in range(0, 9, size)) for row in each])
    summed = f"the sum of the means over batches of {size}"
    assert of_batches(each, factor * means / 9) == f"{summed}, divided by all 9 samples"
    count = -(-9 // size)
    assert of_batches(each, factor * means) == f"{summed}, not divided by the {count} batches"
    assert of_batches(each, factor * means / count) == (
        f"the mean of the means over {count} batches of {size}, of which the last has 1 row, and "
        "counts as much as the others"
    )
    if count > 2:
        fewer = count - 1
        assert of_batches(each, factor * means / fewer) == (
            f"{summed}, divided by {fewer}, where there are {count} of them: {fewer} of them are "
            f"whole, and the last one has the number {fewer} if they are counted from 0"
        )
    assert of_batches(each, factor * means / 7) == ""
    assert of_batches(each, np.full(6, means[0])) == ""


@pytest.mark.parametrize(
    ("what", "cost"), [("squared errors", np.square), ("absolute errors", abs)]
)
def test_a_loss_that_is_made_of_the_means_of_batches_is_told(what, cost):
    sums = np.array([sum(cost(a - Y)[i : i + 4].mean() for i in (0, 4, 8)) for a in ANSWERS])
    summed = f"made of {what}: the sum of the means over batches of 4"
    assert loss_of_batches(Y, ANSWERS, sums / 9) == f"{summed}, divided by all 9 samples"
    assert loss_of_batches(Y, ANSWERS, sums) == f"{summed}, not divided by the 3 batches"
    assert loss_of_batches(Y, ANSWERS, sums / 3) == (
        f"made of {what}: the mean of the means over 3 batches of 4, of which the last has 1 row, "
        "and counts as much as the others"
    )
    assert loss_of_batches(Y, ANSWERS, sums / 7) == ""


@pytest.mark.parametrize(("s", "words"), [(1.0, ""), (0.25, "0.25 ")])
def test_predictions_that_were_overwritten_are_told(s, words):
    says = np.array([np.mean((s * (a - PRICES) - PRICES) ** 2) for a in TRIES])
    assert on_two_scales(PRICES, TRIES, says) == (
        f"the mean of the squared errors between {words}(a - y) and y: the predictions were "
        "overwritten, as by out -= y, before the error was taken"
    )


def test_a_part_that_is_always_right_tells_nothing():
    y = BINARY[:3]
    answers = [np.where(y > 0, 0.9, 0.1)] * 4
    assert right_in_a_part(y, answers, np.ones(4)) == ""
    assert right_in_a_part(y[:1], answers, np.ones(4)) == ""


# Losses of a part, other measures, other units

PRICES = np.random.default_rng(2).uniform(0.1, 0.9, size=(6, 2))
TRIES = [np.random.default_rng(k).uniform(0.1, 0.9, size=(6, 2)) for k in range(8)]


@pytest.mark.parametrize(
    ("cost", "what"),
    [
        (lambda a, y: (a - y) ** 2, "squared errors"),
        (lambda a, y: np.abs(a - y), "absolute errors"),
        (lambda a, y: -y * np.log(a) - (1 - y) * np.log(1 - a), "binary cross-entropies"),
        (lambda a, y: -y * np.log(a), "cross-entropies -y log(a)"),
    ],
)
@pytest.mark.parametrize(("k", "of"), [(1, "sample"), (2, "2 samples"), (5, "5 samples")])
def test_a_loss_of_a_part_is_told(cost, what, k, of):
    for which, part in (("first", slice(None, k)), ("last", slice(6 - k, None))):
        says = np.array([np.mean(cost(a[part], PRICES[part])) for a in TRIES])
        told = f"the mean of the {what} of the {which} {of} alone"
        assert loss_of_a_part(PRICES, TRIES, says) == told
        assert loss_of_a_part(PRICES, TRIES, -says) == ""
        assert loss_of_a_part(PRICES, TRIES, 0.3 * says) == ""
        says[says.argmax()] *= 1 + 1e-5
        assert loss_of_a_part(PRICES, TRIES, says) == ""


def test_of_predictions_beyond_0_and_1_no_cross_entropy_of_a_part_is_told():
    for off in (-1.0, 1.0):
        answers = [a + off * (i == 5) for i, a in enumerate(TRIES)]
        says = np.array([-np.mean(PRICES[:2] * np.log(np.maximum(a[:2], 5e-324))) for a in answers])
        assert loss_of_a_part(PRICES, answers, says) == ""


def test_a_part_whose_loss_stays_the_same_tells_nothing():
    answers = [np.vstack([PRICES[:1] + 0.1, a[1:]]) for a in TRIES]
    assert loss_of_a_part(PRICES, answers, np.full(8, 0.01)) == ""
    for n, known in ((400, True), (401, False)):
        y = np.resize(PRICES, (n, 1))
        answers = [np.resize(a, (n, 1)) for a in TRIES]
        says = np.array([np.mean((a[:1] - y[:1]) ** 2) for a in answers])
        assert bool(loss_of_a_part(y, answers, says)) == known


def spread(n):
    """Targets of mean 0 and deviation 1."""
    y = np.arange(float(n))
    return ((y - y.mean()) / y.std())[:, None]


@pytest.mark.parametrize(
    ("y", "units"),
    [
        (spread(9), True), (spread(9) * 1.049, True), (spread(9) * 1.051, False),
        (spread(9) * 0.951, True), (spread(9) * 0.949, False), (spread(9) + 0.9e-2, True),
        (spread(9) - 1.1e-2, False), (spread(5), True), (spread(4), False),
        (np.arange(9.0)[:, None] / 8, True), (np.arange(9.0)[:, None] / 8 + 0.9e-9, True),
        (np.arange(9.0)[:, None] / 8 + 1.1e-9, False),
        (np.arange(9.0)[:, None] / 8 * (1 + 1.1e-9), False),
    ],
)  # fmt: skip
def test_targets_that_were_scaled_may_have_a_loss_in_other_units(y, units):
    assert in_other_units(y, Formula("squared", 41.237)) is units


@pytest.mark.parametrize(
    ("base", "f", "units"),
    [
        ("squared", 41.237, True), ("absolute", 41.237, True), ("root", 41.237, True),
        ("binary", 41.237, False), ("squared", -41.237, False), ("squared", 0.0, False),
        # twice the factor, or that times 9 or 3, or 1 over it, or 18 times its square: whole
        ("squared", 41.5, False), ("squared", 41.5 + 0.4e-4, False),
        ("squared", 41.5 + 0.6e-4, True),
        ("squared", 1 / 18, False), ("squared", 7 / 18, False), ("squared", 7 / 6, False),
        ("squared", 1 / 7, False), ("squared", np.sqrt(7 / 18), False),
        ("squared", 1000.5, True), ("squared", 500.0, True), ("squared", 499.5, False),
    ],
)  # fmt: skip
def test_a_factor_that_counts_make_is_in_no_other_units(base, f, units):
    assert in_other_units(spread(9), Formula(base, f)) is units
    assert in_other_units(spread(8), Formula("root", 7 / (2 * np.sqrt(8)))) is False


@pytest.mark.parametrize(("off", "told"), [(0.0, True), (0.9e-3, True), (1.2e-3, False)])
def test_the_largest_error_is_no_loss(off, told):
    exam = exam_of(np.ones((6, 1)), PRICES)
    says = np.array([np.abs(a - PRICES).max() for a in TRIES]) * (1 + off)
    assert other_errors(exam, TRIES, PRICES, says) == "the largest size of an error" * told


@pytest.mark.parametrize("factor", [1, 100, 5])
def test_a_share_that_is_wrong_is_no_loss(factor):
    exam = exam_of(np.ones((5, 1)), BINARY)
    rng = np.random.default_rng(3)
    answers = [rng.random((5, 1)) for _ in range(8)]
    wrong = np.array([np.mean((a > 0.5) != BINARY) for a in answers])
    assert np.ptp(wrong) > 0
    words = "the share of samples that are wrong" + f", times {factor}" * (factor > 1)
    assert other_errors(exam, answers, BINARY, factor * wrong + 0.9e-6) == words
    assert other_errors(exam, answers, BINARY, factor * wrong + 1.1e-6) == ""
    assert other_errors(exam, answers[:1] * 8, BINARY, np.full(8, factor * wrong[0])) == ""


@pytest.mark.parametrize("cut", [0, 0.5])
def test_an_error_rate_of_logits_may_be_cut_at_0(cut):
    exam = exam_of(np.arange(-2.0, 3)[:, None], BINARY, {"w": 1.0}, predict=lambda p, X: X * p["w"])
    answers = [RNG.normal(size=(5, 1)) for _ in range(8)]
    wrong = np.array([np.mean((a > cut) != (BINARY > 0.5)) for a in answers])
    assert other_errors(exam, answers, BINARY, wrong) == "the share of samples that are wrong"
