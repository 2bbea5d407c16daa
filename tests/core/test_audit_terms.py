"""A loss of no known formula: one but for one term, or with other weights; and near ones."""

import numpy as np
import pytest
from exams import checked, exam_of, said, words
from small_network import (
    CLASSES,
    LABELS,
    SOFT,
    START,
    START3,
    X,
    Y,
    bce,
    ce,
    classify,
    mse,
    predict,
    sigmoid,
    unknown,
)

from nnlib.audit.terms import (
    factors_of,
    fit,
    look_for_odd_terms,
    look_for_raw_hinge,
    mixed_words,
    odd_loss,
    one_number,
    sum_in_penalty,
    unusual_words,
)

LINEAR = {"W": np.array([[0.4], [-0.7]]), "b": np.array([0.3])}
EVERY = (
    "the target of each sample meets the prediction of every sample, as where the entries of a "
    "product Y.T @ log(A) are summed: n rows and n columns for n samples"
)


def exam_with(of, y=Y, start=START, predict=predict, **given):
    """An audit of a network whose loss is a function of (predictions, targets)."""
    return exam_of(X, y, start, predict=predict, loss=lambda p, X, y: of(predict(p, X), y), **given)


def words_of(exam, name="loss"):
    """Which known loss it nearly is, and whether that may be meant."""
    odd = odd_loss(exam, name)
    return None if odd is None else (odd.words, odd.meant)


def look(exam):
    """Make the check of odd terms."""
    look_for_odd_terms(exam, "loss")


def mean(terms):
    """The mean over the samples of minus the terms."""
    return -np.sum(terms) / len(terms)


def squares(p):
    return np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)


# One term of a cross-entropy

YES, NO = "y log(a)", "(1 - y) log(1 - a)"


@pytest.mark.parametrize("y", [Y, SOFT])
@pytest.mark.parametrize(
    ("term", "right", "stands", "why"),
    [
        (lambda a, y: y * a, YES, "y a", "the logarithm is missing"),
        (lambda a, y: np.log(a), YES, "log(a)", "the factor y is missing"),
        (lambda a, y: y + np.log(a), YES, "y + log(a)", "a plus stands for a times"),
        (lambda a, y: a * np.log(a), YES, "a log(a)", "the prediction stands for the target"),
        (lambda a, y: y, YES, "y", "the factor log(a) is missing"),
        (lambda a, y: (1 - y) * (1 - a), NO, "(1 - y) (1 - a)", "the logarithm is missing"),
        (lambda a, y: np.log(1 - a), NO, "log(1 - a)", "the factor 1 - y is missing"),
        (lambda a, y: (1 - a) * np.log(1 - a), NO, "(1 - a) log(1 - a)",
         "the prediction stands for the target"),
        (lambda a, y: 1 - y, NO, "1 - y", "the factor log(1 - a) is missing"),
        (lambda a, y: (1 + y) * np.log(1 - a), NO, "(1 + y) log(1 - a)",
         "a plus stands for a minus"),
        (lambda a, y: (1 - y) * np.log(1 + a), NO, "(1 - y) log(1 + a)",
         "a plus stands for a minus"),
        (lambda a, y: (1 - y) * np.log(a), NO, "(1 - y) log(a)",
         "it is the logarithm of a, not of 1 - a"),
        (lambda a, y: 1 - y * np.log(1 - a), NO, "1 - y log(1 - a)", "the brackets are missing"),
        (lambda a, y: y * np.log(1 - a), NO, "y log(1 - a)", "the factor is y, not 1 - y"),
    ],
)  # fmt: skip
def test_a_term_of_a_binary_cross_entropy_that_is_another_one_is_named(term, right, stands, why, y):
    def of(a, y):
        rest = (1 - y) * np.log(1 - a) if right == YES else y * np.log(a)
        return mean(term(a, y) + rest)

    told = f"the mean of the binary cross-entropies, but {stands} stands where {right} belongs: "
    exam = exam_with(of, y)
    assert words_of(exam) == (told + why, False)
    assert checked(look, exam) == [("loss_formula", "wrong", "loss")]
    assert words(exam) == f"loss is {told}{why}."


def test_brackets_that_are_missing_around_a_difference_before_it_is_summed_are_told():
    def cost(a, y):
        return -(np.sum(y * np.log(a)) + 1 - np.sum(y * np.log(1 - a))) / len(y)

    told, _ = words_of(exam_with(cost))
    assert told.endswith(
        "but 1 - sum(y log(1 - a)) stands where sum((1 - y) log(1 - a)) belongs: the brackets are "
        "missing"
    )


@pytest.mark.parametrize(
    ("term", "stands", "why", "meant"),
    [
        (lambda a, y: y * a, "y a", "the logarithm is missing", True),
        (lambda a, y: np.log(a), "log(a)", "the factor y is missing", False),
        (lambda a, y: y + np.log(a), "y + log(a)", "a plus stands for a times", False),
        (lambda a, y: a * np.log(a), "a log(a)", "the prediction stands for the target", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("count", [2, 3])
def test_a_term_of_the_cross_entropy_of_classes_is_named(term, stands, why, meant, count):
    start = START3 | {name: START3[name][..., :count] for name in ("W2", "b2")}
    y = np.eye(count)[LABELS % count]
    told = "the sum of the cross-entropies -y log(a) divided by the 7 samples, but "
    told += f"{stands} stands where y log(a) belongs: {why}"
    if count == 2 and stands == "log(a)":  # of two columns these are one number
        told = "the sum of the binary cross-entropies divided by the 7 samples, but (1 - y) log(a) "
        told += f"stands where {NO} belongs: it is the logarithm of a, not of 1 - a"
    exam = exam_with(lambda a, y: mean(term(a, y)), y, start, classify)
    assert words_of(exam) == (told, meant)


@pytest.mark.parametrize(
    "of",
    [
        lambda a, y: mean(y * np.log(a) + (1 - y) * np.log(1 - a)),
        lambda a, y: np.mean((a - y) ** 2),
        lambda a, y: mean(y * np.log(a) * 2 + (1 - y) * np.log(1 - a)),
        lambda a, y: np.mean(np.abs(a - y) ** 3),
        lambda a, y: np.mean(np.cos(a * y)),
    ],
)
def test_other_losses_are_none_with_a_slip_in_one_term(of):
    assert words_of(exam_with(of)) is None


def test_a_product_of_tables_is_named():
    def of_pairs(a, y):
        return -np.sum(y.T @ np.log(a) + (1 - y).T @ np.log(1 - a)) / len(y)

    def of_classes(a, y):
        return -np.sum(y.T @ np.log(a)) / len(y)

    def every_pair(a, y):
        return -sum(np.sum(s * np.log(b)) for s in y for b in a) / len(y)

    seven = "the sum of the {} divided by the 7 samples, but "
    exam = exam_with(lambda a, y: mean(y @ np.log(a).T + (1 - y) @ np.log(1 - a).T))
    assert words_of(exam) == (f"the mean of the binary cross-entropies, but {EVERY}", False)
    sums = CLASSES.sum(axis=0)  # in a product of two tables each class meets each other one
    exam = exam_with(lambda a, y: -np.sum(sums * np.log(a)) / 7, CLASSES, START3, classify)
    told = seven.format("cross-entropies -y log(a)") + EVERY
    assert words_of(exam) == (told, False)
    exam = exam_with(every_pair, CLASSES, START3, classify)
    assert words_of(exam) == (told, False)
    assert words_of(exam_with(of_pairs)) is None  # the diagonal alone: it is the right one


def test_powers_and_signs_of_errors_are_named():
    exam = exam_with(lambda a, y: np.mean((a - y) ** 4))
    fourth = "the mean of the squared errors, but the fourth powers of the errors stand where "
    assert words_of(exam) == (f"{fourth}their squares belong", True)
    exam = exam_with(lambda a, y: np.sum((a + y) ** 2) / 2)
    told = "half the sum of the squared errors, but a + y stands where a - y belongs"
    assert words_of(exam) == (told, False)


def test_of_what_is_no_probability_only_the_errors_are_looked_at():
    def line(p, X):
        return 3 * (X @ p["W"] + p["b"])

    exam = exam_with(lambda a, y: np.mean((a + y) ** 2), Y, LINEAR, line)
    assert words_of(exam)[0].endswith("but a + y stands where a - y belongs")
    exam = exam_with(lambda a, y: mean(y * a + (1 - y) * np.log(np.abs(1 - a))), Y, LINEAR, line)
    assert words_of(exam) is None


def test_a_penalty_may_stand_beside_what_is_odd():
    def odd(p, X, y):
        a = predict(p, X)
        return mean(y * a + (1 - y) * np.log(1 - a))

    told = "the mean of the binary cross-entropies, but y a stands where y log(a) belongs: the "
    for penalty, named in (
        (squares, True), (lambda p: np.sum(p["b1"] ** 2), False), (lambda p: 1.0, False),
        (lambda p: squares(p) + np.sum(p["b1"] ** 2), False),
    ):  # fmt: skip
        exam = exam_of(X, Y, START, predict=predict,
                       loss=lambda *g, f=penalty: odd(*g) + 0.1 * f(g[0]))  # fmt: skip
        assert words_of(exam) == ((f"{told}logarithm is missing", False) if named else None)


@pytest.mark.parametrize(("share", "named"), [(0.9, True), (1.1, False)])
def test_a_hundred_thousandth_of_the_range_may_be_off(share, named):
    def sums(p):
        a = predict(p, X)
        return np.sum(Y * a + (1 - Y) * np.log(1 - a))

    exam = exam_of(X, Y, START, predict=predict, loss=len)
    points = [dict(zip(START, p, strict=True)) for p in exam.points]
    column = np.array([sums(p) for p in points])
    other = np.array([p["b1"].sum() for p in points])
    both = np.stack([column, [squares(p) for p in points]], axis=1)
    left = min(
        np.abs(other - A @ np.linalg.lstsq(A, other, rcond=None)[0]).max()
        for A in (column[:, None], both)
    )
    size = share * 1e-5 * np.ptp(column) / left
    exam = exam_of(X, Y, START, predict=predict,
                   loss=lambda p, X, y: -sums(p) + size * p["b1"].sum())  # fmt: skip
    assert (words_of(exam) is not None) == named


def test_of_two_that_fit_the_better_one_is_told():
    """At answers of a half each the two terms have one slope; so near to it both fit."""
    start = {name: 1e-4 * value for name, value in START.items()}
    assert words_of(exam_with(lambda a, y: mean(y * a + (1 - y) * np.log(1 - a)), Y, start)) == (
        "the mean of the binary cross-entropies, but y a stands where y log(a) belongs: the "
        "logarithm is missing", False,
    )  # fmt: skip


@pytest.mark.parametrize("loss", [lambda p, X, y: 1 / 0, lambda p, X, y: np.nan, lambda *g: 2.0])
def test_without_numbers_that_differ_nothing_is_named(loss):
    exam = exam_of(X, Y, START, predict=predict, loss=loss)
    assert odd_loss(exam, "loss") is None
    assert mixed_words(exam) == ""
    assert unusual_words(exam) == ""


def test_without_predictions_nothing_is_named():
    exam = exam_of(X, Y, START, loss=lambda p, X, y: np.mean((predict(p, X) + y) ** 2))
    assert odd_loss(exam, "loss") is None
    assert mixed_words(exam) == ""


def test_how_well_columns_fit():
    column = np.array([1.0, 2.0, 4.0, 8.0])
    other = np.array([1.0, -1.0, 2.0, 0.5])
    factor, error = fit([column], 3 * column)
    assert factor == pytest.approx(3)
    assert error < 1e-12
    factor, error = fit([column, other], 3 * column - 1e8 * other)
    assert factor == pytest.approx(3)
    factor, error = fit([column], np.array([1.0, 2.0, 4.0, 9.0]))
    best = column @ [1, 2, 4, 9] / (column @ column)
    assert factor == pytest.approx(best)
    assert error == pytest.approx((4 * best - 4) / 8)  # at the third, where it is largest
    assert fit([np.full(4, 2.0)], column) == (0.0, np.inf)
    assert fit([np.array([1.0, np.nan, 2.0, 3.0])], column) == (0.0, np.inf)
    assert fit([column, np.array([1.0, np.inf, 2.0, 3.0])], column) == (0.0, np.inf)


# One output alone


@pytest.mark.parametrize(
    ("of", "what"),
    [
        (lambda a, y: np.mean((a - y) ** 2), "squared errors"),
        (lambda a, y: np.mean(np.abs(a - y)), "absolute errors"),
        (lambda a, y: -np.mean(y * np.log(a)), "cross-entropies -y log(a)"),
        (lambda a, y: -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)), "binary cross-entropies"),
    ],
)
@pytest.mark.parametrize("k", [0, 2])
def test_a_loss_of_one_output_is_named(of, what, k):
    exam = exam_with(lambda a, y: of(a[:, k], y[:, k]), CLASSES, START3, classify)
    told = f"the mean of the {what}, but of output {k} alone: the others have no part in it"
    assert words_of(exam) == (told, False)
    exam = exam_with(lambda a, y: of(a[:, [0, 2]], y[:, [0, 2]]), CLASSES, START3, classify)
    assert words_of(exam) is None


@pytest.mark.parametrize(("outputs", "named"), [(29, True), (30, False)])
def test_of_many_outputs_none_is_tried_alone(outputs, named):
    rng = np.random.default_rng(5)
    start = {"W": rng.normal(size=(2, outputs))}
    targets = rng.uniform(size=(7, outputs))
    exam = exam_with(lambda a, y: np.sum((a - y)[:, 3] ** 2), targets, start,
                     lambda p, X: sigmoid(X @ p["W"]))  # fmt: skip
    told = "the sum of the squared errors, but of output 3 alone: the others have no part in it"
    assert words_of(exam) == ((told, False) if named else None)


# A sum in a penalty


@pytest.mark.parametrize(
    ("penalty", "which"),
    [
        (lambda p: np.sum(p["W1"]), "W1"),
        (lambda p: np.sum(p["W2"]), "W2"),
        (lambda p: np.sum(p["W1"]) + np.sum(p["W2"]), "W1, W2"),
        (lambda p: np.sum(p["W1"]) + 3 * np.sum(p["W2"] ** 2), "W1"),
        (lambda p: np.sum(p["W2"]) - 2 * np.sum(p["W1"] ** 2), "W2"),
        (lambda p: squares(p), None),
        (lambda p: np.sum(p["b1"]), None),
        (lambda p: np.sum(np.abs(p["W1"])), None),
        (lambda p: np.sum(p["W1"]) + 3 * np.sum(p["W2"]), None),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_penalty_of_sums_is_named(penalty, which, known):
    exam = exam_of(X, Y, START, predict=predict,
                   loss=lambda p, X, y: mse(p, X, y) + 0.1 * penalty(p))  # fmt: skip
    if not known:
        exam.dense = None  # then what is a table of numbers is a weight
    told = f"the mean of the squared errors and a penalty, but that is the sum of {which}, where "
    told += "the sum of the squares belongs: negative weights lower it"
    assert words_of(exam) == ((told, False) if which else None)


@pytest.mark.parametrize(("share", "named"), [(0.9, False), (1.1, True)])
def test_a_penalty_of_sums_has_to_matter(share, named):
    """A millionth of the range of the losses; rounding would not make it."""
    exam = exam_of(X, Y, START, predict=predict, loss=len)
    points = [dict(zip(START, p, strict=True)) for p in exam.points]
    errors = np.array([mse(p, X, Y) for p in points])
    sums = np.array([p["W1"].sum() for p in points])
    others = np.array([np.sum(p["W2"] ** 2) for p in points])
    A = np.stack([errors, others], axis=1)
    left = np.abs(sums - A @ np.linalg.lstsq(A, sums, rcond=None)[0]).max()
    size = share * 1e-6 * np.ptp(errors) / left
    odd = sum_in_penalty(exam, errors + size * sums)
    assert (odd is not None) == named


def test_without_weights_there_is_no_penalty():
    exam = exam_of(X, Y, {"w": np.array([0.4, -0.7])}, loss=lambda *g: 1.0,
                   predict=lambda p, X: sigmoid(X @ p["w"])[:, None] ** 2)  # fmt: skip
    assert exam.weights == []
    assert sum_in_penalty(exam, np.arange(8.0)) is None


def test_a_bias_in_a_row_of_the_weights_is_none_of_them():
    def glued(p, X):
        return sigmoid(np.c_[np.ones(len(X)), X] @ p["W"])

    start = {"W": np.array([[0.3], [0.4], [-0.7]])}
    for rows, named in ((slice(1, None), True), (slice(None), False)):
        exam = exam_of(X, Y, start, predict=glued, loss=lambda p, X, y, rows=rows: (
            mse(p, X, y, glued) + 0.1 * np.sum(p["W"][rows])))  # fmt: skip
        assert (odd_loss(exam, "loss") is not None) == named


# Nothing of the predictions


def test_one_number_is_no_loss():
    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: 0.75)
    assert one_number(exam, "loss")
    assert said(exam) == [("loss_formula", "wrong", "loss")]
    assert words(exam) == (
        "loss is 0.75 at 8 points, and the predictions differ: they have no part in it."
    )
    for loss, network in (
        (mse, predict), (lambda p, X, y: 1 / 0, predict),
        (lambda p, X, y: 0.75, lambda p, X: np.full((len(X), 1), 0.5)),
    ):  # fmt: skip
        exam = exam_of(X, Y, START, predict=network, loss=loss)
        assert not one_number(exam, "loss")
        assert said(exam) == []
    exam = exam_of(X, Y, START, loss=lambda p, X, y: 0.75)
    assert not one_number(exam, "loss")


@pytest.mark.parametrize(("off", "named"), [(0.9e-6, False), (1.1e-6, True)])
def test_predictions_differ_by_more_than_a_millionth(off, named):
    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: 0.75)
    steps = np.linspace(0, off, 8)
    exam.base_values = ({}, [np.full((7, 1), 0.5 + step) for step in steps])
    assert one_number(exam, "loss") == named


# What is said of it


def test_what_may_be_meant_is_suspicious_where_no_gradient_tells():
    def of(a, y):
        return np.mean((a - y) ** 4)

    exam = exam_with(of)
    assert checked(look, exam) == [("loss_formula", "suspicious", "loss")]
    assert exam.findings[-1].advice == (
        "A slip in the line of the loss. If the gradient was derived from the right one, the "
        "program learns well, and shows another number.",
        "Write this term down beside the formula, and correct it.",
    )
    exam = exam_with(of, gradients=len)
    assert checked(look, exam) == []
    exam = exam_with(lambda a, y: np.mean((a + y) ** 2), gradients=len)
    assert checked(look, exam) == [("loss_formula", "wrong", "loss")]
    exam = exam_with(lambda a, y: 0.5)
    assert checked(look, exam) == [("loss_formula", "wrong", "loss")]
    assert "at 8 points" in words(exam)
    exam = exam_with(lambda a, y: np.mean((a - y) ** 2))
    assert checked(look, exam) == []


def test_a_stretched_table_is_no_odd_term_and_class_numbers_are_none():
    def flat(p, X):
        return predict(p, X)[:, 0]

    exam = exam_of(X, Y, START, predict=flat,
                   loss=lambda p, X, y: np.mean((flat(p, X)[:, None] + y) ** 2))  # fmt: skip
    assert odd_loss(exam, "loss") is not None
    assert checked(look, exam) == []
    exam = exam_of(X, LABELS, START3, predict=classify,
                   loss=lambda p, X, y: -np.sum(np.log(classify(p, X))))  # fmt: skip
    assert checked(look, exam) == [("loss_formula", "wrong", "loss")]


# A weight for each class, or for each matrix


def weighted(p, X, y, of=(1.0, 2.0, 5.0), network=classify):
    return mean(y * np.log(network(p, X)) * np.array(of))


def test_weights_of_classes_are_told():
    exam = exam_of(X, CLASSES, START3, predict=classify, loss=weighted)
    told = "the mean over the 7 samples of cross-entropies -y log(a) with a weight for each class "
    assert mixed_words(exam) == f"{told}(1 for class 0, 2 for class 1, 5 for class 2)"
    assert unusual_words(exam) == mixed_words(exam)
    assert odd_loss(exam, "loss") is None
    for of, said_of in (
        ((1.0, 0.0, 5.0), "1 for class 0, 0 for class 1, 5 for class 2"),
        ((0.0, 2.0, 5.0), "0 for class 0, 2 for class 1, 5 for class 2"),
        ((1.0, 2e-6, 1.9), "1 for class 0, 2e-06 for class 1, 1.9 for class 2"),
        ((1.0, -1.9e-6, 2.0), "1 for class 0, 0 for class 1, 2 for class 2"),
    ):
        exam = exam_of(X, CLASSES, START3, predict=classify,
                       loss=lambda *g, of=of: weighted(*g, of=of))  # fmt: skip
        assert mixed_words(exam) == f"{told}({said_of})"
    exam = exam_of(X, CLASSES, START3, predict=classify,
                   loss=lambda *g: weighted(*g, of=(1.0, -2.0, 5.0)))  # fmt: skip
    assert mixed_words(exam) == ""
    exam = exam_of(X, CLASSES, START3, predict=classify, loss=weighted,
                   training_loss=lambda *g: weighted(*g, of=(3.0, 3.0, 0.5)))  # fmt: skip
    assert mixed_words(exam) == f"{told}(3 for class 0, 3 for class 1, 0.5 for class 2)"


def test_weights_of_yes_and_no_are_told():
    def of(a, y):
        return mean(4 * y * np.log(a) + 0.5 * (1 - y) * np.log(1 - a))

    assert mixed_words(exam_with(of)) == (
        "the mean over the 7 samples of binary cross-entropies with a weight for each class "
        "(0.5 for class 0, 4 for class 1)"
    )
    assert mixed_words(exam_with(lambda a, y: np.mean(np.where(y > 0, 3, 1) * (a - y) ** 2))) == (
        "the mean over the 7 samples of squared errors with a weight for each class (1 for class "
        "0, 3 for class 1)"
    )
    assert mixed_words(exam_with(of, SOFT)) == ""  # seven targets are no classes
    assert mixed_words(exam_of(X, Y, START, predict=unknown, loss=lambda p, X, y: (
        of(unknown(p, X), y)))) == ""  # fmt: skip


@pytest.mark.parametrize(("classes", "named"), [(6, True), (7, False)])
def test_up_to_six_classes_are_told(classes, named):
    """Of more there are not two points more than weights: any numbers would fit."""
    rng = np.random.default_rng(8)
    y = np.eye(classes)[np.arange(14) % classes]
    start = {"W": rng.normal(size=(2, classes)), "b": rng.normal(size=classes)}
    data = rng.normal(size=(14, 2))

    def network(p, X):
        e = np.exp(X @ p["W"] + p["b"])
        return e / e.sum(axis=1, keepdims=True)

    exam = exam_of(data, y, start, predict=network, loss=lambda *g: (
        weighted(*g, of=np.arange(1.0, classes + 1), network=network)))  # fmt: skip
    assert bool(mixed_words(exam)) == named


def test_penalties_of_their_own_are_told():
    told = "the mean of the squared errors, with "
    for first, second, said_of in (
        (0.1, 0.02, "0.1 times the squares of W1, 0.02 times the squares of W2"),
        (0.0, 0.3, "nothing of W1, 0.3 times the squares of W2"),
        (-0.1, 0.0, "-0.1 times the squares of W1, nothing of W2"),
    ):
        exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y, c=first, d=second: (
            mse(p, X, y) + c * np.sum(p["W1"] ** 2) + d * np.sum(p["W2"] ** 2)))  # fmt: skip
        assert mixed_words(exam) == told + said_of
    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: (
        bce(p, X, y) + 0.1 * np.sum(p["W1"] ** 4)))  # fmt: skip
    assert mixed_words(exam) == ""
    exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y: (
        ce(p, X, y) + 0.1 * np.sum(p["W1"] ** 2)))  # fmt: skip
    assert mixed_words(exam) == (
        "the sum of the cross-entropies -y log(a) divided by the 7 samples, with 0.1 times the "
        "squares of W1, nothing of W2"
    )


def test_of_an_odd_term_and_of_weights_the_odd_term_is_said():
    exam = exam_with(lambda a, y: np.mean((a + y) ** 2))
    assert unusual_words(exam) == odd_loss(exam, "loss").words
    exam = exam_with(lambda a, y: np.mean(np.cos(a + y)))
    assert unusual_words(exam) == ""


def test_factors_are_those_of_all_columns():
    rng = np.random.default_rng(6)
    columns = [*rng.normal(size=(3, 6))]
    losses = 2 * columns[0] - columns[1] + 1e-3 * columns[2]
    np.testing.assert_allclose(factors_of(losses, columns), [2, -1, 1e-3])
    assert factors_of(losses[:5], [c[:5] for c in columns]) is not None
    assert factors_of(losses[:4], [c[:4] for c in columns]) is None  # any numbers nearly fit
    assert factors_of(losses, [*columns[:2], columns[0] - columns[1]]) is None
    assert factors_of(losses, [columns[0], columns[1], np.full(6, np.nan)]) is None
    assert factors_of(np.full(6, np.inf), columns) is None
    assert factors_of(np.zeros(6), columns).tolist() == [0, 0, 0]


@pytest.mark.parametrize(("share", "fits"), [(0.9, True), (1.1, False)])
def test_factors_fit_to_a_ten_millionth_of_the_range(share, fits):
    columns = [np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([1.0, 0.0, 2.0, -1.0, 1.0])]
    A = np.stack(columns, axis=1)
    other = np.array([1.0, -1.0, 0.0, 0.0, 2.0])
    left = np.abs(other - A @ np.linalg.lstsq(A, other, rcond=None)[0]).max()
    losses = A @ [3.0, 1.0]
    losses += share * 1e-7 * np.ptp(losses) / left * other
    assert (factors_of(losses, columns) is not None) == fits


# Hinge losses


def raw(a, y, power=1):
    """A hinge loss of targets as they are."""
    return np.sum(np.maximum(0, 1 - a * y) ** power)


def logits(p, X):
    return predict(p, X, lambda z: 3 * z)


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (lambda a, y: raw(a, y) / 7, "the mean of the hinge losses"),
        (lambda a, y: raw(a, y, 2), "the sum of the squared hinge losses"),
        (lambda a, y: raw(a, 2 * y - 1), None),
        (lambda a, y: np.mean((a - y) ** 2), None),
    ],
)
def test_a_hinge_loss_of_0_and_1_is_told(of, told):
    exam = exam_with(of, Y, START, logits)
    assert look_for_raw_hinge(exam, "loss") == bool(told)
    assert said(exam) == [("target_range", "wrong", "y")] * bool(told)
    if told:
        assert words(exam) == (
            f"y holds 0 and 1, and loss is {told}, which are made for -1 and 1: of each sample "
            "with y = 0, max(0, 1 - y * a) is 1, whatever is predicted."
        )
        assert exam.findings[0].advice == (
            "Labels of a sigmoid, 0 and 1, were given to a loss of signed labels.",
            "Use t = 2 * y - 1 in the loss and in its gradient.",
        )


def test_where_a_hinge_loss_of_0_and_1_is_not_looked_for():
    for y, network in ((2 * Y - 1, logits), (Y, predict), (SOFT, logits)):
        exam = exam_with(raw, y, START, network)
        assert not look_for_raw_hinge(exam, "loss")
        assert said(exam) == []
    exam = exam_of(X, Y, START, predict=logits, loss=lambda *g: 1 / 0)
    assert not look_for_raw_hinge(exam, "loss")


def test_the_margin_of_the_right_class_itself_is_told():
    def of(a, y):
        right = np.sum(a * y, axis=1, keepdims=True)
        return np.mean(np.sum(np.maximum(0, a - right + 1), axis=1))

    exam = exam_with(of, CLASSES, START3, logits)
    assert words_of(exam) == (
        "the sum of the hinge losses of classes divided by the 7 samples, but the margin of the "
        "right class itself, which is always 1, is counted as well", False,
    )  # fmt: skip
    assert words_of(exam_with(lambda a, y: of(a, y) - 1, CLASSES, START3, logits)) is None
