"""What the audit compares a program with: losses, slopes, networks, and the words for a factor."""

import itertools
import math
import sys

import numpy as np
import pytest

from nnlib.audit import formulas
from nnlib.audit.formulas import (
    ACTIVATIONS,
    BASES,
    LOG_SOFTMAX,
    RANGES,
    SLOPES,
    SOFTMAX,
    WORDS,
    Activation,
    Dense,
    Formula,
    Layer,
    activation_choices,
    agrees,
    also_in_differences,
    chains,
    cuts,
    disorder,
    factor_words,
    fitted,
    hidden_sizes,
    led,
    log_of,
    networks,
    orientations,
    rebuilt,
    scalings_by,
    where_from,
)

NAMED = {each.name: each for each in [*ACTIVATIONS, SOFTMAX]}
A = np.array([[0.2, 0.7], [0.9, 0.4], [0.3, 0.6]])
Y = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
SIGNS = 2 * Y - 1
BY_ENTRY = {  # a loss of one prediction and one target, written once more
    "squared": lambda a, y: (a - y) ** 2,
    "absolute": lambda a, y: abs(a - y),
    "binary": lambda a, y: -math.log(a if y == 1 else 1 - a),
    "cross": lambda a, y: -math.log(a) if y == 1 else 0,
    "other_half": lambda a, y: -math.log(1 - a) if y == 0 else 0,
    "plain_error": lambda a, y: a - y,
    "binary_from_logits": lambda a, y: (
        -math.log(1 / (1 + math.exp(-a)) if y == 1 else 1 / (1 + math.exp(a)))
    ),
    "hinge": lambda a, y: max(0, 1 - a * y),
    "squared_hinge": lambda a, y: max(0, 1 - a * y) ** 2,
    "huber": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - 1 / 2,
    "log_cosh": lambda a, y: math.log(math.cosh(a - y)),
    "focal": lambda a, y: -((1 - a) ** 2) * math.log(a) if y == 1 else -(a**2) * math.log(1 - a),
    "focal_cross": lambda a, y: -((1 - a) ** 2) * math.log(a) if y == 1 else 0,
    "divergence": lambda a, y: -math.log(a) if y == 1 else 0,
    "log_squared": lambda a, y: (math.log(1 + a) - math.log(1 + y)) ** 2,
    "poisson": lambda a, y: a - y * math.log(a),
    "smoothed_binary": lambda a, y: (
        -(0.95 if y == 1 else 0.05) * math.log(a) - (0.05 if y == 1 else 0.95) * math.log(1 - a)
    ),
    "smoothed_cross": lambda a, y: -(0.95 if y == 1 else 0.05) * math.log(a),
}
BY_SAMPLE = {
    "cross_from_logits": lambda a, y: (
        -math.log(math.exp(a[y.argmax()]) / sum(math.exp(each) for each in a))
    ),
    "cosine": lambda a, y: 1 - a @ y / math.sqrt(a @ a) / math.sqrt(y @ y),
    "class_hinge": lambda a, y: sum(
        max(0, a[k] - a[y.argmax()] + 1) for k in range(len(y)) if k != y.argmax()
    ),
}


def points_of(base):
    """Predictions and targets at which a loss has all of its cases."""
    if "hinge" in base:
        return np.array([[0.5, -0.3], [1.5, 0.2], [-2.0, 0.4]]), Y if "class" in base else SIGNS
    if base in ("huber", "log_cosh", "squared", "absolute", "binary_from_logits", "cosine"):
        return np.array([[0.5, -1.3], [3.5, 0.2], [-2.0, 0.4]]), Y
    return A, Y


@pytest.mark.parametrize("base", BASES)
def test_a_loss_is_the_sum_of_what_the_entries_cost(base):
    a, y = points_of(base)
    if base == "root":
        wanted = math.sqrt(sum((p - t) ** 2 for p, t in zip(a.flat, y.flat, strict=True)))
    elif base in BY_SAMPLE:
        wanted = sum(BY_SAMPLE[base](*pair) for pair in zip(a, y, strict=True))
    else:
        wanted = sum(BY_ENTRY[base](p, t) for p, t in zip(a.flat, y.flat, strict=True))
    assert BASES[base](a, y) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("base", BASES)
def test_the_slope_of_a_loss_is_what_differences_say(base):
    a, y = points_of(base)
    measured = np.empty_like(a)
    for i in np.ndindex(a.shape):
        up, down = a.copy(), a.copy()
        up[i] += 1e-6
        down[i] -= 1e-6
        measured[i] = (BASES[base](up, y) - BASES[base](down, y)) / 2e-6
    np.testing.assert_allclose(SLOPES[base](a, y), measured, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("base", ["hinge", "squared_hinge"])
def test_a_hinge_takes_0_and_1_for_minus_1_and_1(base):
    a, _ = points_of(base)
    assert BASES[base](a, Y) == BASES[base](a, SIGNS)
    assert np.array_equal(SLOPES[base](a, Y), SLOPES[base](a, SIGNS))


def test_every_loss_has_a_slope_and_a_name():
    assert list(BASES) == list(SLOPES) == list(WORDS)


def test_targets_between_0_and_1_have_a_divergence_of_their_own():
    soft = np.array([[0.2, 0.8]])
    assert BASES["divergence"](soft, soft) == 0
    assert BASES["divergence"](np.array([[0.5, 0.5]]), soft) == pytest.approx(
        0.2 * math.log(0.4) + 0.8 * math.log(1.6)
    )


def test_losses_of_extreme_predictions_are_numbers():
    none, one = np.array([[0.0]]), np.array([[1.0]])
    assert log_of(np.array(0.0)) == pytest.approx(-744.44, abs=0.01)
    assert BASES["binary"](none, one) == pytest.approx(744.44, abs=0.01)
    assert BASES["binary"](none, none) == BASES["binary"](one, one) == 0
    assert BASES["cross_from_logits"](np.array([[1000.0, 0.0]]), np.eye(2)[[1]]) == 1000
    assert BASES["log_cosh"](np.array([[1000.0]]), none) == pytest.approx(1000 - math.log(2))
    assert BASES["cosine"](np.zeros((1, 2)), np.ones((1, 2))) == 1
    for base in ("binary", "cross", "other_half", "root", "divergence", "poisson", "focal_cross",
                 "smoothed_binary", "smoothed_cross", "cosine"):  # fmt: skip
        for a, y in itertools.product((none, one), repeat=2):
            assert np.isfinite(SLOPES[base](a, y)).all(), (base, a, y)
    assert SLOPES["cross"](none, one) < -1e290
    assert SLOPES["other_half"](one, none) > 1e290
    assert SLOPES["binary"](np.array([[1e-20]]), none) == pytest.approx(1)


def test_the_slope_of_a_loss_of_tables_with_several_ones():
    y = np.array([[1.0, 1.0], [0.0, 0.0]])
    z = np.array([[0.3, -0.2], [1.0, 2.0]])
    share = np.exp(0.3) / (np.exp(0.3) + np.exp(-0.2))
    np.testing.assert_allclose(
        SLOPES["cross_from_logits"](z, y), [[2 * share - 1, 1 - 2 * share], [0, 0]]
    )
    assert BASES["cross_from_logits"](z, y) == pytest.approx(
        2 * np.log(np.exp(0.3) + np.exp(-0.2)) - 0.1
    )


# Words


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (1, "the sum of the squared errors"),
        (1 / 15, "the mean of the squared errors"),
        (1 / 5, "the sum of the squared errors divided by the 5 samples"),
        (1 / 3, "the sum of the squared errors divided by the 3 outputs"),
        (1 / 2, "half the sum of the squared errors"),
        (1 / 30, "half the mean of the squared errors"),
        (1 / 10, "half the sum of the squared errors divided by the 5 samples"),
        (1 / 25, "the sum of the squared errors divided twice by the 5 samples"),
        (-1 / 2, "minus half the sum of the squared errors"),
        (1 / np.log(2), "1.443 times the sum of the squared errors"),
        (1.0019, "the sum of the squared errors"),
        (0.9981, "the sum of the squared errors"),
        (1.0021, "1.002 times the sum of the squared errors"),
        (0.9979, "0.9979 times the sum of the squared errors"),
        (-0.0123456, "minus 0.01235 times the sum of the squared errors"),
    ],
)
def test_a_factor_of_5_samples_with_3_outputs_has_a_name(f, words):
    assert factor_words(f, WORDS["squared"], 5, 3) == words


def test_a_logarithm_of_another_base_and_a_root_have_a_name():
    what = WORDS["binary"]
    for base in (2, 10):
        for f, words in ((1, "sum"), (1 / 15, "mean")):
            assert factor_words(f / np.log(base), what, 5, 3) == (
                f"the {words} of the {what}, with logarithms of base {base}"
            )
    assert factor_words(0.2 / np.log(2), what, 5, 3) == (
        f"the sum of the {what} divided by the 5 samples, with logarithms of base 2"
    )
    assert factor_words(1 / 3 / np.log(2), what, 5, 3).startswith("0.4809 times")
    under = WORDS["root"]
    assert factor_words(1 / np.sqrt(15), under, 5, 3, True) == (
        "the root of the mean of the squared errors"
    )
    assert factor_words(1, under, 5, 3, True) == "the sum of the squared errors, under a root"
    assert factor_words(0.7, under, 5, 3, True) == (
        "0.7 times the sum of the squared errors, under a root"
    )
    for f, by in ((1 / 5, "5 samples"), (1 / 15, "15 entries")):
        assert factor_words(f, under, 5, 3, True) == (
            f"the sum of the squared errors, under a root, divided by the {by} only behind the root"
        )
    assert factor_words(1 / np.sqrt(5), under, 5, 3, True) == (
        "the root of the sum of the squared errors divided by the 5 samples"
    )
    assert factor_words(-0.5, under, 5, 3, True).startswith("minus half the sum of")
    assert factor_words(1 / np.sqrt(15), "squared errors", 5, 3).startswith("0.2582 times")


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (1 / np.sqrt(15), "the root of the mean of the squared errors"),
        (1, "{}"),
        (1 / np.sqrt(5), "the root of the sum of the squared errors divided by the 5 samples"),
        (1 / 15, "{}, divided by the 15 entries only behind the root"),
        (1 / 5, "{}, divided by the 5 samples only behind the root"),
        (0.5, "half {}"), (0.5 * 1.0019, "half {}"), (0.5012, "0.5012 times {}"),
        (-1 / 5, "minus {}, divided by the 5 samples only behind the root"),
    ],
)  # fmt: skip
def test_a_root_of_5_samples_with_3_outputs_has_a_name(f, words):
    told = words.format("the sum of the squared errors, under a root")
    assert factor_words(f, WORDS["root"], 5, 3, True) == told


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (Formula("squared", 1 / 4), ""),
        (Formula("squared", 1 / 4, decay=0.125), "0.125 times the squares of the weights"),
        (
            Formula("squared", 1 / 4, decay_of_all=0.5),
            "0.5 times the squares of the weights and biases",
        ),
        (Formula("squared", 1 / 4, sizes=0.03), "0.03 times the sizes of the weights"),
        (
            Formula("squared", 1 / 4, sizes_of_all=0.03),
            "0.03 times the sizes of the weights and biases",
        ),
    ],
)
def test_a_formula_says_its_penalty(formula, words):
    assert formula.penalty == words
    assert formula.penalised == bool(words)
    said = "the mean of the squared errors"
    assert formula.words(4, 1) == (f"{said} and {words}" if words else said)
    assert Formula("root", 0.5).words(4, 1) == "the root of the mean of the squared errors"


@pytest.mark.parametrize(
    ("f", "n", "m", "words"),
    [
        (2, 21, 1, "The 2 of a square, once too often?"),
        (2, 20, 1, "The 2 of a square, once too often, or a division by 10 where 20 is meant?"),
        (0.5, 20, 1, "The 2 of a square, forgotten?"),
        (20, 20, 1, "A sum where the loss is a mean over 20 samples?"),
        (1 / 20, 20, 1, "A mean taken twice, over 20 samples?"),
        # what is known is near to it, and so is a division by a fifth of the samples
        (0.5, 1, 1, "Half a sum of squares where the loss is their mean, or the 2 of a square, "
                    "forgotten?"),
        (2, 6, 1, "The 2 of a square, once too often, or a division by 3 where 6 is meant?"),
        (10, 20, 1, "Half a sum of squares where the loss is their mean, or a division by 2 "
                    "where 20 is meant?"),
        (2, 4, 1, "Half a sum of squares where the loss is their mean, or the 2 of a square, "
                  "once too often?"),
        # what is not known
        (7, 20, 1, "A mean over 7 that is left out, or a sum that is taken 7 times?"),
        (3, 20, 1, "A mean over 3 that is left out, or a sum that is taken 3 times?"),
        (12, 20, 1, "A mean over 12 that is left out, or a sum that is taken 12 times?"),
        (13, 20, 1, "Which factor of your formula has this value?"),
        (7.0002, 20, 1, "Which factor of your formula has this value?"),
        (4, 20, 1, "A mean over 4 that is left out, or 4 = 20 / 5, with the 20 samples: which "
                   "divisor is meant?"),
        (20 / 3, 20, 1, "6.667 = 20 / 3, and there are 20 samples. Which divisor is meant?"),
        (8 / 10, 8, 1, "0.8 = 8 / 10, and there are 8 samples. Which divisor is meant?"),
        (1 / 7, 20, 1, "It is divided by 7, and the loss is not. Which divisor is meant?"),
        (1 / 60, 20, 1, "It is divided by 60, and the loss is not. 60 = 20 * 3, and there are "
                        "20 samples. Which divisor is meant?"),
        (1 / 7.01, 20, 1, "Which factor of your formula has this value?"),
        (0.7, 20, 1, "Which factor of your formula has this value?"),
        (0.6667, 0, 1, "Which factor of your formula has this value?"),
        (1 / 3, 20, 3, "Which"),
    ],
)  # fmt: skip
def test_where_a_factor_may_come_from(f, n, m, words):
    if words == "Which":
        assert where_from(f, n, m) == (
            "It is divided by 3, and the loss is not. Which divisor is meant?"
        )
    else:
        assert where_from(f, n, m) == words


@pytest.mark.parametrize(
    ("f", "summed"),
    [(1, True), (1 / 3, True), (0.5, True), (-1, True), (1 / 5, False), (0.1, False),
     (1 / 15, False), (1 / 30, False), (0.3, False)],
)  # fmt: skip
def test_a_loss_of_5_samples_with_3_outputs_is_a_sum_over_them_or_not(f, summed):
    assert Formula("squared", f).is_sum(5, 3) is summed


def test_where_a_factor_beside_a_sum_may_come_from():
    whole, mean = Formula("squared", 1.0), Formula("squared", 1 / 5)
    text = "The loss is a sum over the 5 samples, and this belongs to their mean."
    assert where_from(1 / 5, 5, 1, whole) == text
    assert where_from(1 / 2, 2, 1, whole) != text
    for n, own in ((5, mean), (5, None)):
        assert where_from(1 / 5, n, 1, own) == "A mean taken twice, over 5 samples?"
    assert where_from(2, 7, 1, whole) == where_from(2, 7, 1)
    times = "{} = {} * {}: multiplied by the {} samples, not divided by them?"
    assert where_from(49, 7, 1) == times.format(49, 7, 7, 7)
    assert where_from(49 * (1 + 0.9e-4), 7, 1) == times.format(49, 7, 7, 7)
    assert where_from(49 * (1 + 1.1e-4), 7, 1) == "Which factor of your formula has this value?"
    assert "multiplied by" not in where_from(4, 2, 1)
    assert where_from(9, 3, 1) == times.format(9, 3, 3, 3)


BY_COLUMNS = "a division by the {} columns of X where the {} samples are meant?"
BY_LOSS = "a loss that is divided by the {} columns of X, and not by the {} samples?"
UNKNOWN = "Which factor of your formula has this value?"


@pytest.mark.parametrize(
    ("f", "n", "m", "d", "words"),
    [
        (110 / 64, 110, 10, 64, "A" + BY_COLUMNS.format(64, 110)[1:]),
        (110 / 64 * (1 + 0.9e-4), 110, 10, 64, "A" + BY_COLUMNS.format(64, 110)[1:]),
        (110 / 64 * (1 + 1.1e-4), 110, 10, 64, UNKNOWN),
        (64 / 110, 110, 10, 64, UNKNOWN),  # of a mean over the samples it is no such thing
        (110 / 64, 110, 64, 64, UNKNOWN), (110 / 64, 110, 10, 0, UNKNOWN),
        (2.0, 128, 10, 64, "The 2 of a square, once too often, or " + BY_COLUMNS.format(64, 128)),
        (2.0, 8, 3, 4, "The 2 of a square, once too often, or a division by 4, as many as X has "
                       "columns, where 8 is meant?"),
        (2.0, 8, 3, 5, "The 2 of a square, once too often, or a division by 4 where 8 is meant?"),
        (4.0, 128, 3, 32, "A mean over 4 that is left out, or a sum that is taken 4 times, or "
                          + BY_COLUMNS.format(32, 128)),
        (20 / 3, 20, 1, 3, "6.667 = 20 / 3, and there are 20 samples and 3 columns of X. Which "
                           "divisor is meant?"),
        (4.0, 20, 1, 5, "A mean over 4 that is left out, or 4 = 20 / 5, with the 20 samples and 5 "
                        "columns of X: which divisor is meant?"),
        (1 / 7, 20, 1, 7, "It is divided by 7, and the loss is not. X has 7 columns. Which divisor "
                          "is meant?"),
        (1 / 7, 20, 1, 6, "It is divided by 7, and the loss is not. Which divisor is meant?"),
        (2.0, 4, 1, 2, "Half a sum of squares where the loss is their mean, or the 2 of a square, "
                       "once too often?"),
        (20.0, 20, 2, 1, "A sum where the loss is a mean over 20 samples, or half a sum of squares "
                         "where the loss is their mean?"),
        (1 / 7, 1, 2, 7, "It is divided by 7, and the loss is not. 7 = 1 * 7, and there "
                         "are 1 samples. Which divisor is meant?"),
    ],
)  # fmt: skip
def test_the_columns_of_X_may_stand_for_the_samples(f, n, m, d, words):
    for factor in (1 / n, 0.5 / n, 1 / (n * m), 0.5 / (n * m)):
        assert where_from(f, n, m, Formula("squared", factor), (d, "columns")) == words
    assert where_from(f, n, m, None, (d, "columns")) == words
    turned = where_from(f, n, m, None, (d, "rows"))
    assert turned == words.replace("columns", "rows")


@pytest.mark.parametrize("share", [1, 0.5, 1 / 3, 1 / 6])
def test_the_loss_may_be_divided_by_the_columns_of_X(share):
    for n, f, words in (
        (110, 64 / 110, "A" + BY_LOSS.format(64, 110)[1:]),
        (110, 64 / 110 * (1 + 0.9e-4), "A" + BY_LOSS.format(64, 110)[1:]),
        (110, 64 / 110 * (1 + 1.1e-4), UNKNOWN),
        (128, 0.5, "The 2 of a square, forgotten, or " + BY_LOSS.format(64, 128)),
        (192, 1 / 3, "A" + BY_LOSS.format(64, 192)[1:]),
    ):
        own = Formula("squared", share / 64 * (1 + 0.9e-3))
        assert where_from(f, n, 3, own, (64, "columns")) == words
    assert where_from(110 / 64, 110, 3, own, (64, "columns")) == UNKNOWN
    assert where_from(64 / 110, 110, 3, Formula("squared", 1.0), (64, "columns")) == UNKNOWN


def test_a_central_difference_divided_by_h_makes_all_entries_twofold():
    words = where_from(2.0, 7, 1)
    more = "The 2 of a square, once too often, or a central difference that is divided by h where "
    for f, told in ((2.0, True), (2.00019, True), (2.00021, False), (1.99979, False), (4, False)):
        assert also_in_differences(words, f) == (f"{more}2 h is meant?" if told else words)
    assert also_in_differences("It is known.", 2.0) == "It is known."


# Activations


@pytest.mark.parametrize("name", NAMED)
def test_the_slope_of_an_activation_is_that_of_its_curve_also_told_by_its_height(name):
    each = NAMED[name]
    z = np.array([[-1.3, -0.2, 0.3, 1.2]])
    a = each.value(z)
    if name == "softmax":
        assert a.sum() == pytest.approx(1)
        np.testing.assert_allclose(each.of_a(a), a * (1 - a))
        np.testing.assert_array_equal(each.slope(z), 1)
        return
    measured = (each.value(z + 1e-6) - each.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(each.slope(z), measured, rtol=1e-7, atol=1e-9)
    if name == "SiLU":
        assert np.isnan(each.of_a(a)).all()
        assert each.of_a(a).shape == a.shape
    else:
        np.testing.assert_allclose(each.of_a(a), measured, rtol=1e-7, atol=1e-9)


def test_activations_have_their_well_known_values():
    at = np.array([[-2.0, 0.0, 3.0]])
    known = {
        "sigmoid": [[0.119203, 0.5, 0.952574]],
        "tanh": [[-0.964028, 0, 0.995055]],
        "ReLU": [[0, 0, 3]],
        "identity": [[-2, 0, 3]],
        "leaky ReLU (0.01)": [[-0.02, 0, 3]],
        "leaky ReLU (0.1)": [[-0.2, 0, 3]],
        "leaky ReLU (0.2)": [[-0.4, 0, 3]],
        "softplus": [[0.126928, 0.693147, 3.048587]],
        "ELU": [[-0.864665, 0, 3]],
        "sine": [[-0.909297, 0, 0.141120]],
        "SiLU": [[-0.238406, 0, 2.857722]],
        "arctan": [[-1.107149, 0, 1.249046]],
        "sigmoid of 2 z": [[0.017986, 0.5, 0.997527]],
        "1.7159 tanh(2 z / 3)": [[-1.492939, 0, 1.654175]],
        "softmax": [[0.006377, 0.047123, 0.946499]],
    }
    assert set(known) == set(NAMED)
    for name, values in known.items():
        np.testing.assert_allclose(NAMED[name].value(at), values, atol=1e-6)
    corner = np.zeros((1, 1))
    for name in ("ReLU", "leaky ReLU (0.1)"):  # at 0 they are off
        assert NAMED[name].slope(corner) == NAMED[name].of_a(corner) == (0.1 if "l" in name else 0)
    assert NAMED["ELU"].slope(corner) == NAMED["ELU"].of_a(corner) == 1
    assert NAMED["ELU"].value(np.array([1e4, -1e4])).tolist() == [1e4, -1]
    assert NAMED["ELU"].slope(np.array([1e4, -1e4])).tolist() == [1, 0]
    assert NAMED["sine"].of_a(np.array(1.0 + 1e-12)) == 0
    assert {
        "sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "ReLU": (0, np.inf),
        "sigmoid of 2 z": (0, 1), "1.7159 tanh(2 z / 3)": (-1.7159, 1.7159),
    } == RANGES  # fmt: skip
    assert {each.name: each.factor for each in NAMED.values() if each.factor != 1} == {
        "sigmoid of 2 z": 2, "1.7159 tanh(2 z / 3)": pytest.approx(1.143933)
    }  # fmt: skip


# Layers


RNG = np.random.default_rng(8)
LAYERS = {  # the layers of a network 2-3-1, and the shapes of its parameters
    "as usual": ((Layer(0, 1, False), Layer(2, 3, False)), [(2, 3), (3,), (3, 1), (1,)]),
    "turned": ((Layer(0, 1, True), Layer(2, 3, True)), [(3, 2), (3, 1), (1, 3), (1, 1)]),
    "no biases": ((Layer(1, None, False), Layer(0, None, False)), [(3, 1), (2, 3)]),
    "bias first": ((Layer(0, None, False, 0), Layer(1, None, True, 0)), [(3, 3), (1, 4)]),
    "bias last": ((Layer(0, None, True, -1), Layer(1, None, False, -1)), [(3, 3), (4, 1)]),
    "one dimension": ((Layer(0, 1, False), Layer(2, 3, False)), [(2, 3), (1, 3), (3,), ()]),
}


@pytest.mark.parametrize("base", ["squared", "cross_from_logits", "absolute"])
@pytest.mark.parametrize("output", ["sigmoid", "identity", "softmax"])
@pytest.mark.parametrize("how", LAYERS)
def test_the_gradient_of_a_rebuilt_network_is_the_slope_of_its_loss(how, output, base):
    layers, shapes = LAYERS[how]
    dense = Dense(layers, (NAMED["tanh"], NAMED[output]), 2.0, 0.5)
    values = [RNG.normal(size=shape) for shape in shapes]
    X, y = RNG.normal(size=(5, 2)), RNG.uniform(size=(5, 1))
    formula = Formula(base, 0.3, decay=0.2, decay_of_all=0.07, sizes=0.05, sizes_of_all=0.03)

    def loss():
        total = 0.3 * BASES[base](dense.forward(values, X)[1][-1], y)
        for layer in layers:
            total += 0.2 * np.sum(layer.matrix(values) ** 2)
            total += 0.05 * np.sum(np.abs(layer.matrix(values)))
        return total + sum(0.07 * np.sum(v**2) + 0.03 * np.sum(np.abs(v)) for v in values)

    gradient = dense.gradient(values, X, y, formula)
    assert [g.shape for g in gradient] == shapes
    for value, g in zip(values, gradient, strict=True):
        for i in np.ndindex(value.shape):
            kept = value[i]
            value[i] = kept + 1e-6
            above = loss()
            value[i] = kept - 1e-6
            measured = (above - loss()) / 2e-6
            value[i] = kept
            assert g[i] == pytest.approx(measured, rel=1e-5, abs=1e-8)


def test_an_output_s_delta_is_taken_before_rounding_makes_it_none():
    one, two = np.array([[40.0]]), np.array([[800.0, 0.0]])
    dense = Dense((Layer(0, None, False),), (NAMED["sigmoid"],))
    a = NAMED["sigmoid"].value(one)
    assert dense.output_delta(one, a, 0 * a, "binary") == 1
    dense = Dense((Layer(0, None, False),), (SOFTMAX,))
    a = SOFTMAX.value(two)
    assert dense.output_delta(two, a, np.array([[0.0, 1.0]]), "cross").tolist() == [[1, -1]]
    assert dense.output_delta(two, a, np.array([[1.0, 1.0]]), "cross").tolist() == [[1, -1]]


@pytest.mark.parametrize("base", ["squared", "absolute", "binary", "cross", "cosine", "poisson"])
@pytest.mark.parametrize("output", ["sigmoid", "softmax", "log-softmax", "tanh"])
def test_an_output_s_delta_is_the_slope_of_the_loss_by_its_sums(output, base):
    output = (NAMED | {"log-softmax": LOG_SOFTMAX})[output]
    z, y = RNG.uniform(0.1, 1, size=(4, 3)), RNG.uniform(0.1, 0.9, size=(4, 3))
    dense = Dense((Layer(0, None, False),), (output,))
    if base in ("binary", "cross", "poisson") and output is LOG_SOFTMAX:
        return  # a logarithm of negative numbers
    measured = np.empty_like(z)
    for i in np.ndindex(z.shape):
        both = []
        for h in (1e-6, -1e-6):
            moved = z.copy()
            moved[i] += h
            both.append(BASES[base](output.value(moved), y))
        measured[i] = (both[0] - both[1]) / 2e-6
    delta = dense.output_delta(z, output.value(z), y, base)
    np.testing.assert_allclose(delta, measured, rtol=1e-5, atol=1e-8)


def test_a_delta_may_be_given():
    layers, shapes = LAYERS["as usual"]
    dense = Dense(layers, (NAMED["tanh"], NAMED["sigmoid"]))
    values = [RNG.normal(size=shape) for shape in shapes]
    X, delta = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 1))
    g = dense.gradient(values, X, 0 * delta, Formula("squared", 3.0), delta)
    np.testing.assert_allclose(g[3], delta.sum(axis=0))
    np.testing.assert_allclose(g[2], np.tanh(X @ values[0] + values[1]).T @ delta)


@pytest.mark.parametrize("how", LAYERS)
def test_the_numbers_of_a_layer_are_found_and_put_back(how):
    layers, shapes = LAYERS[how]
    dense = Dense(layers, (NAMED["tanh"], NAMED["identity"]))
    values = [RNG.normal(size=shape) for shape in shapes]
    assert dense.words(values) == "a network 2-3-1 (tanh, identity)"
    result = [np.zeros(shape) for shape in shapes]
    for number in (1, 2):
        W, b = dense.split(values, number)
        assert W.shape == ((2, 3), (3, 1))[number - 1]
        assert (b is None) == (how == "no biases")
        bias = layers[number - 1].bias(values)
        if b is None:
            assert bias == 0
            b = np.zeros(W.shape[1])
        else:
            assert bias.shape == (1, len(b))
        dense.put(result, number, W, b, values)
    for a, b in zip(result, values, strict=True):
        np.testing.assert_array_equal(a, b)


def test_x_is_shifted_then_divided():
    dense = Dense((Layer(0, None, False),), (NAMED["identity"],), 4.0, 2.0)
    z, a = dense.forward([np.array([[3.0]])], np.array([[10.0]]))
    assert [v.item() for v in z] == [2, 6]
    assert [v.item() for v in a] == [2, 6]


# How arrays make a network


def test_an_array_is_used_in_these_ways():
    assert [*orientations((2, 5), 2)] == [(5, False, None)]
    assert [*orientations((5, 2), 2)] == [(5, True, None)]
    assert [*orientations((3, 5), 2)] == [(5, False, -1), (5, False, 0)]
    assert [*orientations((5, 3), 2)] == [(5, True, -1), (5, True, 0)]
    assert [*orientations((2, 2), 2)] == [(2, False, None), (2, True, None)]
    assert [*orientations((2,), 2)] == [(1, False, None)]
    assert [*orientations((3,), 2)] == [(1, False, -1), (1, False, 0)]
    assert [*orientations((), 1)] == [(1, False, None), (1, True, None)]
    assert [*orientations((4,), 1)] == [(4, True, None)]
    assert [*orientations((2, 5, 1), 2)] == []
    assert [*orientations((4, 5), 2)] == []


def test_arrays_make_layers_in_these_ways():
    layers = [*chains([(2, 4), (4,), (4, 1), (1,)], 2, 1)]
    assert layers[0] == (Layer(0, 1, False), Layer(2, 3, False))
    assert len(layers) == len(set(layers)) == 6
    assert sum(len(each) == 2 for each in layers) == 2  # b1 and W2 may change places
    assert [*chains([(2, 5), (5, 1)], 2, 1)] == [(Layer(0, None, False), Layer(1, None, False))]
    assert [*chains([(5, 1), (2, 5)], 2, 1)] == [(Layer(1, None, False), Layer(0, None, False))]
    assert [*chains([(2, 1), (1, 1)], 2, 1)] == [
        (Layer(0, 1, False),),
        (Layer(0, None, False), Layer(1, None, False)),
        (Layer(0, None, False), Layer(1, None, True)),
    ]
    assert [*chains([(3, 1)], 2, 1)] == [(Layer(0, None, False, -1),), (Layer(0, None, False, 0),)]
    assert [*chains([(3, 6), (7, 1)], 2, 1)] == [
        (Layer(0, None, False, row), Layer(1, None, False, other))
        for row in (-1, 0) for other in (-1, 0)
    ]  # fmt: skip
    assert [*chains([(2, 5), (4,)], 2, 1)] == []
    # a bias has one long axis: (2, 2) is none for four neurons
    assert [*chains([(3, 4), (2, 2)], 3, 4)] == []
    for shape in ((4,), (4, 1), (1, 4)):
        assert (Layer(0, 1, False),) in [*chains([(3, 4), shape], 3, 4)]


def test_a_vector_is_cut_in_these_ways():
    assert [*hidden_sizes(2, 2, 1)] == [(0, ())]
    assert [*hidden_sizes(3, 2, 1)] == [(1, ()), (0, (1,))]  # without biases 2-1-1
    assert [*hidden_sizes(12, 3, 1)] == [(0, (3,)), (0, (2, 2))]
    assert [*hidden_sizes(23, 2, 1)] == [(1, (2, 4)), (0, (4, 3))]
    assert [*hidden_sizes(26, 3, 2)] == [(1, (4,)), (1, (3, 2)), (0, (2, 5))]
    assert [*cuts(2, 2, 1)] == [[(1, 2)], [(2, 1)]]
    assert [*cuts(3, 2, 1)] == [
        [(1, 3)], [(1, 2), (1,)], [(3, 1)], [(2, 1), (1,)],
        [(1, 2), (1, 1)], [(2, 1), (1, 1)],
    ]  # fmt: skip
    assert [*cuts(17, 2, 1)] == [
        [(4, 3), (1, 5)],
        [(4, 2), (4,), (1, 4), (1,)],
        [(4, 2), (1, 4), (4,), (1,)],
        [(3, 4), (5, 1)],
        [(2, 4), (4,), (4, 1), (1,)],
        [(2, 4), (4, 1), (4,), (1,)],
    ]
    for size in range(3, 120):
        for shapes in cuts(size, 3, 2):
            assert sum(math.prod(shape) for shape in shapes) == size


def test_layers_in_the_usual_order_come_first():
    def order(*layers):
        return disorder(tuple(Layer(W, b, turned) for W, b, turned in layers))

    assert order((0, 1, False), (2, 3, False)) == 1
    assert order((0, 1, False), (2, 3, True)) == 2
    assert order((2, 1, False), (0, 3, False)) == 2
    assert order((2, 3, False), (0, 1, False)) == 3
    assert order((0, None, True), (1, None, True)) == 1
    glued = [(Layer(0, None, False, first), Layer(1, None, False, -1)) for first in (-1, 0)]
    assert [disorder(layers) for layers in glued] == [1, 2]


def test_activations_are_tried_in_this_order():
    one = [*activation_choices(1, False)]
    assert [each.name for (each,) in one] == [
        "sigmoid", "softmax", "identity", "tanh", "ReLU", "leaky ReLU (0.01)",
        "leaky ReLU (0.1)", "leaky ReLU (0.2)", "softplus", "ELU", "sine", "SiLU", "arctan",
        "sigmoid of 2 z", "1.7159 tanh(2 z / 3)",
    ]  # fmt: skip
    assert [*activation_choices(1, True)] == [*activation_choices(2, True)] == []
    three = [[each.name for each in some] for some in activation_choices(3, False)]
    assert three[:6] == [
        *(["sigmoid", "sigmoid", each.name] for (each,) in one[:5]),
        ["tanh", "tanh", "sigmoid"],
    ]  # fmt: skip
    assert len(three) == 5 * len(ACTIVATIONS) + len(ACTIVATIONS[4:]) + 3
    assert three[-4:] == [
        ["1.7159 tanh(2 z / 3)"] * 3,  # also behind the last layer
        *([name, name, "sigmoid of 2 z"] for name in ("sigmoid", "tanh", "ReLU")),
    ]
    mixed = [[each.name for each in some] for some in activation_choices(3, True)]
    assert mixed[0] == ["sigmoid", "tanh", "sigmoid"]
    assert len(mixed) == 5 * (5 * 5 - 5)


def test_the_likeliest_networks_come_first():
    found = [(Layer(k, None, False),) * 3 for k in range(6)]
    said = [
        (layers[0].W, scaling, len({each.name for each in activations[:-1]}) > 1)
        for layers, activations, scaling in networks(found, ["none", "some"])
    ]
    turns = [key for key, _ in itertools.groupby(said)]
    assert turns == [
        *((k, s, False) for k in range(4) for s in ("none", "some")),
        *((k, "none", True) for k in range(4)),
        *((k, s, False) for k in (4, 5) for s in ("none", "some")),
        *((k, "some", True) for k in range(4)),
        *((k, s, True) for k in (4, 5) for s in ("none", "some")),
    ]


def test_columns_are_scaled_in_the_usual_ways():
    X = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 50.0]])
    ways = [*scalings_by(X)]
    wanted = [
        (X.mean(axis=0), np.sqrt(np.mean((X - X.mean(axis=0)) ** 2, axis=0))),
        (X.mean(axis=0), np.sqrt(np.sum((X - X.mean(axis=0)) ** 2, axis=0) / 2)),
        (np.array([1.0, 10.0]), np.array([5.0, 40.0])),
        (99 / 6, np.sqrt(np.mean((X - 99 / 6) ** 2))),
    ]
    assert len(ways) == len(wanted)
    for pair, other in zip(ways, wanted, strict=True):
        for a, b in zip(pair, other, strict=True):
            np.testing.assert_allclose(a, b)
    assert [*scalings_by(None)] == []
    assert [*scalings_by(np.array([[1.0, 2.0], [1.0, 3.0]]))] == []  # a spread of 0 divides none


def built(activations, scale=1.0, shift=0.0, n=6, wide=1.0, layers=None, shapes=None):
    """Rebuild a network from its predictions."""
    rng = np.random.default_rng(len(activations))
    sizes = [2, *[3] * (len(activations) - 1), 2]
    if shapes is None:
        shapes = [s for a, b in itertools.pairwise(sizes) for s in [(a, b), (b,)]]
        layers = tuple(Layer(2 * k, 2 * k + 1, False) for k in range(len(activations)))
    X = wide * rng.normal(size=(n, 2))
    names = NAMED | {"log-softmax": LOG_SOFTMAX}
    true = Dense(layers, tuple(names[name] for name in activations), scale, shift)
    points = [[rng.normal(size=shape) for shape in shapes] for _ in range(2)]
    return rebuilt(lambda p: true.forward(p, X)[1][-1], points, X, whole=X), true


@pytest.mark.parametrize("hidden", [each.name for each in ACTIVATIONS])
@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity", "tanh", "ReLU"])
def test_a_network_is_known_by_its_predictions(hidden, output):
    found, true = built([hidden, output])
    assert found == true


@pytest.mark.parametrize("output", [each.name for each in ACTIVATIONS])
def test_one_layer_may_have_any_activation(output):
    found, true = built([output])
    assert found.activations == true.activations


def test_layers_may_differ_in_their_activations():
    found, true = built(["ReLU", "tanh", "sigmoid"])
    assert found == true


@pytest.mark.parametrize("divisor", [255.0, 256.0, 16.0])
def test_pixels_may_be_divided_within_the_program(divisor):
    found, _ = built(["tanh", "sigmoid"], scale=divisor, wide=100)
    assert found.divisor == divisor
    assert built(["sigmoid"], scale=divisor, wide=0.1)[0] is None  # no pixels


@pytest.mark.parametrize("one", [formulas._elu(0.7), formulas._leaky(0.3)])
def test_of_what_is_negative_the_slope_is_that_of_the_curve(one):
    z = np.array([[-2.0, -0.5, 0.5, 2.0]])
    rises = (one.value(z + 1e-6) - one.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(one.slope(z), rises, rtol=1e-8)
    np.testing.assert_allclose(one.of_a(one.value(z)), rises, rtol=1e-8)


def curve(kind, share):
    """A leaky ReLU with some share of what is negative, or an ELU that ends at minus it."""
    below = (lambda z: share * z) if kind == "leaky" else (lambda z: share * np.expm1(z))
    return Activation(kind, lambda z: np.where(z > 0, z, below(np.minimum(z, 0))), None, None)


def bent(kind, share, output, depth=2, X=None, ask=True):
    """What is found where hidden neurons have an activation of which a number is not usual."""
    rng = np.random.default_rng(depth)
    sizes = [2, *[3] * (depth - 1), 2]
    shapes = [s for a, b in itertools.pairwise(sizes) for s in [(a, b), (b,)]]
    layers = tuple(Layer(2 * k, 2 * k + 1, False) for k in range(depth))
    true = Dense(layers, (*[curve(kind, share)] * (depth - 1), output))
    X = rng.normal(size=(6, 2)) if X is None else X
    points = [[rng.normal(size=shape) for shape in shapes] for _ in range(2)]
    found = rebuilt(lambda p: true.forward(p, X)[1][-1], points, X, 40, whole=X, ask=ask)
    return found and [each.name for each in found.activations]


@pytest.mark.parametrize(
    ("output", "depth"),
    [("identity", 2), ("sigmoid", 2), ("softmax", 2), ("log-softmax", 2), ("identity", 3),
     ("identity", 4)],
)  # fmt: skip
@pytest.mark.parametrize(
    ("kind", "share", "name"),
    [("leaky", 0.3, "leaky ReLU (0.3)"), ("leaky", 0.05, "leaky ReLU (0.05)"),
     ("ELU", 0.7, "ELU (0.7)"), ("ELU", 1.6732632, "ELU (1.673)")],
)  # fmt: skip
def test_the_share_of_what_is_negative_is_read_off(kind, share, name, output, depth):
    output = (NAMED | {"log-softmax": LOG_SOFTMAX})[output]
    with np.errstate(all="ignore"):
        assert bent(kind, share, output, depth) == [*[name] * (depth - 1), output.name]


@pytest.mark.parametrize(
    ("kind", "share", "found"),
    [("leaky", 9.9, True), ("leaky", 10.1, False), ("leaky", 1.2e-4, True),
     ("leaky", 0.9e-4, False), ("ELU", 9.9 / -np.expm1(-1), True),
     ("ELU", 10.1 / -np.expm1(-1), False), ("leaky", -0.5, False)],
)  # fmt: skip
def test_shares_of_what_is_negative_lie_within_bounds(kind, share, found):
    assert (bent(kind, share, NAMED["identity"]) is not None) is found


def test_a_share_is_read_off_where_other_parameters_may_be_asked():
    assert bent("leaky", 0.3, NAMED["identity"], ask=False) is None
    assert bent("leaky", 0.3, NAMED["tanh"]) is None
    assert bent("leaky", 0.3, NAMED["identity"], X=np.zeros((3, 2))) is None
    assert bent("leaky", 0.3, NAMED["identity"], depth=1) == ["identity"]


@pytest.mark.parametrize("t", [1.0, -1.0, -2.0])
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_one_sample_is_led_through_a_network_as_one_number(t, depth):
    sizes = [2, *[5, 6, 7][: depth - 1], 2]
    shapes = [s for a, b in itertools.pairwise(sizes) for s in [(a, b), (b,)]]
    layers = tuple(Layer(2 * k, 2 * k + 1, False) for k in range(depth))
    start, x = [np.full(shape, 9.0) for shape in shapes], np.array([[0.3, -1.7]])
    values = led(layers, start, x[0], t)
    assert [v.shape for v in values] == shapes
    own = curve("leaky", 0.3)
    z, a = Dense(layers, (*[own] * (depth - 1), NAMED["identity"])).forward(values, x)
    np.testing.assert_allclose(z[1], t)
    wanted = float(own.value(np.array(t)))
    for k in range(2, depth):  # behind the first layer all is positive
        np.testing.assert_allclose(z[k], abs(wanted))
    np.testing.assert_allclose(a[-1], [[wanted, 0.0]], atol=1e-15)


def test_logarithms_of_a_softmax_are_known_by_their_sum():
    found, true = built(["tanh", "log-softmax"])
    assert found == true
    assert LOG_SOFTMAX.value(np.array([[1000.0, 0.0]])).tolist() == [[0, -1000]]
    z = np.array([[0.3, -0.2, 1.0]])
    np.testing.assert_allclose(LOG_SOFTMAX.value(z), np.log(SOFTMAX.value(z)))
    assert LOG_SOFTMAX.slope(z).tolist() == LOG_SOFTMAX.of_a(z).tolist() == [[1, 1, 1]]


def test_a_network_that_is_none_is_not_found():
    X = np.ones((3, 2))
    points = [[np.ones((2, 1))], [np.zeros((2, 1))]]
    assert rebuilt(lambda p: np.full((3, 1), np.nan), points, X) is None
    assert rebuilt(lambda p: np.ones((2, 1)), points, X) is None
    assert rebuilt(lambda p: X @ p[0], points, X).activations[0].name == "identity"
    assert rebuilt(lambda p: X @ p[0], points, X, room=2) is None  # the third that is tried
    assert rebuilt(lambda p: X @ p[0], points, X, room=3) is not None
    assert rebuilt(lambda p: X @ p[0] + (p[0][0, 0] == 0), points, X) is None  # at one point only


@pytest.mark.parametrize(
    ("size", "room", "tried"), [(9_999, 4000, 4000), (10_000, 4000, 600), (10_000, 50, 50)]
)
def test_fewer_networks_are_tried_with_many_parameters(size, room, tried, monkeypatch):
    count = []
    layers = (Layer(0, None, False),)

    def endless(found, scalings):
        while True:
            count.append(1)
            yield layers, (NAMED["sigmoid"],), (0.0, 1.0)

    monkeypatch.setattr(sys.modules["nnlib.audit.formulas"], "networks", endless)
    W = np.zeros((1, size))
    X = np.ones((1, 1))
    assert rebuilt(lambda p: X @ p[0] + 3, [[W]], X, room) is None
    assert len(count) == tried


def test_arrays_are_equal_but_for_rounding():
    a = np.array([[2.0, -1.0]])
    assert agrees(a + 1.9e-5, a)
    assert not agrees(a + 2.1e-5, a)
    assert agrees(np.array([1.0, 1e-5]), np.array([1.0, 0.0]))
    assert agrees(a + 0.19, a, 0.1)
    assert not agrees(a, np.array([[2.0, np.nan]]))
    assert not agrees(a, a.T)
    assert agrees(np.zeros(2), np.zeros(2))
    assert agrees(np.full(2, 0.9e-17), np.zeros(2))
    assert not agrees(np.full(2, 1.1e-17), np.zeros(2))
    assert agrees(np.zeros(0), np.zeros(0))


# Which formula fits


LOSSES = np.array([1.0, 2.0, 3.5, 5.0, 4.0])
OTHER = np.array([2.0, 1.0, 0.5, 3.0, 7.0])
THIRD = np.array([1.0, 5.0, 2.0, 2.0, 0.0])


def test_the_formula_that_fits_is_found_with_its_penalty():
    nothing = np.zeros(5)
    assert fitted(3 * LOSSES, {"squared": LOSSES}, OTHER, THIRD).factor == pytest.approx(3)
    for name, penalty in (("decay", OTHER), ("decay_of_all", THIRD)):
        formula = fitted(3 * LOSSES + 0.2 * penalty, {"squared": LOSSES}, OTHER, THIRD)
        assert formula.factor == pytest.approx(3)
        assert getattr(formula, name) == pytest.approx(0.2)
        assert formula.penalty
    sizes = np.array([1.0, 0.0, 4.0, 0.0, 2.0])
    total = 3 * LOSSES + 0.2 * sizes
    assert fitted(total, {"squared": LOSSES}, OTHER, THIRD) is None
    assert fitted(total, {"squared": LOSSES}, OTHER, THIRD, sizes=sizes).sizes == pytest.approx(0.2)
    of_all = np.array([2.0, 0.5, 4.0, 1.0, 2.0])
    total = 3 * LOSSES + 0.2 * of_all
    formula = fitted(total, {"squared": LOSSES}, OTHER, THIRD, sizes=sizes, sizes_of_all=of_all)
    assert formula.sizes_of_all == pytest.approx(0.2)
    assert formula.sizes == 0
    assert fitted(OTHER, {"squared": LOSSES, "cross": nothing}, THIRD, THIRD) is None
    assert fitted(OTHER, {"squared": nothing}, OTHER, THIRD) is None  # a penalty alone is no loss
    assert fitted(OTHER, {}, OTHER, THIRD) is None


def test_a_formula_fits_within_a_thousandth_of_the_spread():
    off = np.array([1.0, -1.0, 1.0, -1.0, 0.0])
    off -= off @ LOSSES / (LOSSES @ LOSSES) * LOSSES  # no multiple of the losses
    off *= np.ptp(LOSSES) / np.abs(off).max()

    def fits(share, **others):
        nothing = np.ones(5), np.ones(5)
        found = fitted(LOSSES + share * off, {"squared": LOSSES}, *nothing, **others)
        return found is not None and not found.penalised

    assert fits(0.98e-3)
    assert not fits(1.02e-3)
    assert fits(0.95e-2, tolerance=1e-2)
    assert not fits(1.05e-2, tolerance=1e-2)


def test_losses_that_hardly_differ_fit_within_a_millionth():
    off = np.array([1.0, -1.0, 1.0, -1.0, 0.0])
    for share, fits in ((0.9e-6, True), (1.2e-6, False)):
        found = fitted(
            5 + 5 * share * off, {"squared": np.full(5, 2.0)}, np.full(5, 2.0), np.full(5, 2.0)
        )
        assert (found is not None) == fits
    assert fitted(OTHER, {"squared": LOSSES}, OTHER, THIRD) is None  # a penalty alone is no loss


def test_with_a_penalty_it_fits_more_closely():
    penalty = np.array([5.0, 1.0, 1.0, 5.0, 9.0])
    off = np.array([1.0, -1.0, 1.0, -1.0, 0.0])
    known = np.stack([LOSSES, penalty], axis=1)
    off -= known @ np.linalg.lstsq(known, off, rcond=None)[0]
    off *= np.ptp(LOSSES + penalty) / np.abs(off).max()
    for share, found in ((0.28e-3, True), (0.33e-3, False)):
        total = LOSSES + penalty + share * off
        assert (fitted(total, {"squared": LOSSES}, penalty, penalty) is not None) == found


def test_of_two_penalties_the_one_that_fits_far_better_is_taken():
    near = THIRD + 1e-3 * np.array([1, -1, 1, -1, 0])  # without the biases, say
    formula = fitted(LOSSES + 0.2 * THIRD, {"squared": LOSSES}, near, THIRD)
    assert formula.decay == 0
    assert formula.decay_of_all == pytest.approx(0.2)
    formula = fitted(LOSSES + 0.2 * near, {"squared": LOSSES}, near, THIRD)
    assert formula.decay == pytest.approx(0.2)
    assert formula.decay_of_all == 0


def test_points_at_which_something_is_no_number_are_left_out():
    gap = np.where(np.arange(5) == 2, np.nan, LOSSES)
    assert fitted(2 * LOSSES, {"squared": gap}, OTHER, THIRD).factor == pytest.approx(2)
    assert fitted(2 * gap, {"squared": LOSSES}, OTHER, THIRD).factor == pytest.approx(2)
    gap[0] = np.inf
    assert fitted(2 * LOSSES, {"squared": gap}, OTHER, THIRD) is None  # three are too few


def test_of_two_formulas_the_one_that_fits_far_better_is_taken():
    near = LOSSES * (1 + 5e-4 * np.array([1, -1, 1, -1, 1]))
    assert fitted(LOSSES, {"squared": near, "binary": LOSSES}, OTHER, THIRD).base == "binary"
    assert fitted(LOSSES, {"squared": LOSSES, "binary": near}, OTHER, THIRD).base == "squared"
    half = LOSSES * (1 + 2e-4 * np.array([1, -1, 1, -1, 1]))
    assert fitted(LOSSES, {"squared": near, "binary": half}, OTHER, THIRD).base == "squared"
    assert fitted(LOSSES, {"squared": LOSSES, "binary": LOSSES}, OTHER, THIRD).base == "squared"
