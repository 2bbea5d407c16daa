"""The checks of arguments hand back what is fit to compute with.

What they say when it is not stands in test_error_messages.
"""

import sys

import numpy as np
import pytest

from nnlib import validation


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_that_fits_is_handed_back_itself(dtype):
    array = np.ones((2, 3), dtype)
    assert validation.check_array("X", array) is array
    assert validation.check_matrix("X", array, 3, "input") is array


@pytest.mark.parametrize(
    "given", [[[1, 2]], ((1, 2),), np.array([[1, 2]]), np.array([[1, 2]], "f2")]
)
def test_other_numbers_become_float64(given):
    found = validation.check_array("X", given)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [[1, 2]])


def test_the_float_type_that_is_asked_for_is_given():
    assert validation.check_array("X", np.ones(3), np.float32).dtype == np.float32
    assert validation.check_array("X", np.ones(3, np.float32), np.float64).dtype == np.float64


def test_a_mask_that_hides_nothing_is_no_fault():
    masked = np.ma.masked_array([[1.0, 2.0]], mask=False)
    np.testing.assert_array_equal(validation.check_array("X", masked), [[1, 2]])


def test_what_is_masked_under_a_name_that_is_no_code_is_called_it():
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    for name, code in [("X", "X"), ("analytic W1", "it")]:
        with pytest.raises(ValueError, match=rf"Fill them, {code}\.filled\(0\), or drop"):
            validation.check_real(name, masked)


def test_words_as_pandas_holds_them_are_compared_with_the_first():
    for words in (np.array(["yes", "no"], object), ["yes", "no"]):
        with pytest.raises(TypeError, match=r"for example \(np\.array\(X\) == 'yes'\) \* 1\.0"):
            validation.check_real("X", words)


@pytest.mark.skipif(np.finfo(np.longdouble).max < 1e308 * np.longdouble(10), reason="no wider type")
def test_numbers_too_large_for_float64_are_to_be_divided():
    with pytest.raises(ValueError, match="are too large for float64: divide them"):
        validation.check_array("X", np.longdouble([1e308]) * 10)


def test_words_among_numbers_are_no_classes():
    with pytest.raises(TypeError, match=r"Give each entry a number first\.$"):
        validation.check_real("X", np.array([1.5, "a"], object))


def test_the_largest_float_is_a_constant_like_any_other():
    assert type(validation.check_constant("a", sys.float_info.max)) is float


def test_fields_of_every_kind_of_number_are_put_side_by_side():
    table = np.zeros(2, [("yes", bool), ("n", int), ("byte", np.uint8), ("x", float)])
    with pytest.raises(TypeError, match="Put the fields side by side, one column each"):
        validation.check_real("X", table)
    with pytest.raises(TypeError, match=r"Give each entry a number first\.$"):
        validation.check_real("X", np.zeros(2, [("x", float), ("z", complex)]))


def test_rows_that_miss_1_by_four_last_digits_stay_and_others_are_divided_by_their_sum():
    eps = np.finfo(float).eps
    for missing, stays in [(4, True), (5, False)]:
        y = np.array([[1 + missing * eps, 0.0], [0.0, 1.0]])
        found = validation.check_distributions(y)
        assert (found is y) == stays
        assert np.array_equal(found.sum(axis=1), [1, 1]) != stays


@pytest.mark.parametrize(
    ("labels", "advice"),
    [(range(100), "np.ravel(y).astype(int), 100)"), ([0, 100], "Bring the labels to 0 and 1;")],
    ids=["0 to 99", "0 and 100"],
)
def test_up_to_a_hundred_whole_numbers_are_taken_for_classes(labels, advice):
    with pytest.raises(ValueError, match="expects labels between 0 and 1") as caught:
        validation.check_probabilities(np.array(labels, float)[:, None])
    assert advice in str(caught.value)


def test_a_number_too_large_for_a_float_is_not_finite():
    with pytest.raises(ValueError, match="but a finite number above 0 is expected"):
        validation.check_number("rate", 10**400, above=0, advice="")


def test_a_name_in_capitals_without_its_line_is_known():
    assert validation.nearest_choice("GRADIENTDESCENT", ["gradient_descent"]) == "gradient_descent"


@pytest.mark.parametrize(("shape", "advice"), [((5,), "Reshape X"), ((), "Reshape X")], ids=str)
def test_numbers_in_no_matrix_are_to_be_reshaped(shape, advice):
    with pytest.raises(ValueError, match=advice):
        validation.check_matrix("X", np.ones(shape), 3, "input")
    with pytest.raises(ValueError, match="X has shape"):
        validation.check_matrix("X", np.ones(shape), 1, "input")


def test_each_check_hands_back_what_it_was_given():
    rng = np.random.default_rng(0)
    assert validation.check_generator("rng", rng) is rng
    assert validation.check_function("callback", print, "") is print
    assert validation.check_instance("network", 3, int, "") == 3
    assert validation.check_sequence("sizes", (1, 2)) == [1, 2]
    assert validation.check_choice("loss", "b", {"a": 1, "b": 2}) == 2


@pytest.mark.parametrize("number", [3, np.int64(3), np.uint8(3)])
def test_whole_numbers_of_any_type_become_int(number):
    found = validation.check_integer("epochs", number, "")
    assert (type(found), found) == (int, 3)


@pytest.mark.parametrize("number", [3, 3.0, np.float32(3), np.int64(3)])
def test_numbers_of_any_type_become_float(number):
    found = validation.check_number("rate", number, above=0, advice="")
    assert (type(found), found) == (float, 3.0)


def test_bounds_are_where_they_are_said_to_be():
    assert validation.check_number("rate", 0, at_least=0, advice="") == 0
    with pytest.raises(ValueError, match="above 0"):
        validation.check_number("rate", 0, above=0, advice="")
    assert validation.check_integer("epochs", 1, "") == 1
    assert validation.check_integer("seed", 0, "", at_least=0) == 0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None (NoneType)"),
        ("tanh", "'tanh' (str)"),
        (0.5, "0.5 (float)"),
        (np.ones((2, 3)), "an array of shape (2, 3) and dtype float64"),
        ("x" * 58, "'" + "x" * 58 + "' (str)"),
        ("x" * 59, "'" + "x" * 56 + "... (str)"),
    ],
    ids=["None", "text", "number", "array", "60 characters", "61 characters"],
)
def test_a_value_is_described_in_a_few_words(value, words):
    assert validation.describe(value) == words


def test_an_array_of_another_class_becomes_a_plain_one():
    class Marked(np.ndarray):
        pass

    marked = np.ones((2, 3)).view(Marked)
    found = validation.check_array("X", marked)
    assert type(found) is np.ndarray
    plain = np.ones((2, 3))
    assert validation.check_array("X", plain) is plain


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([0.0, 2.0, 1.0], True),
        ([0.5, 2.0, 1.0], False),
        ([0.0, 2.0], False),
        ([-1.0, 2, 1], False),
        ([1, 2, 3], False),
    ],
)
def test_only_whole_numbers_one_for_each_sample_are_taken_for_classes(y, classes):
    with pytest.raises(ValueError, match="y has shape") as caught:
        validation.check_targets(y, (3, 3))
    assert ("the numbers of the classes" in str(caught.value)) == classes


def test_zeros_for_one_output_are_no_classes():
    with pytest.raises(ValueError, match=r"Use np\.array\(y\)\.reshape\(-1, 1\)"):
        validation.check_targets([0, 0, 0], (3, 1))
    with pytest.raises(ValueError, match="Give one row for each sample"):
        validation.check_targets([], (0, 3))


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        *[([2, 0, 1], (2, 0, 1)), ([-3, 2], (-3, 2)), ([True, False, True], (0, 2))],
        *[([-4], ()), ([3], ()), ([True, False], ()), ([0.5], ()), ([[0]], ())],
    ],
    ids=str,
)
def test_some_networks_of_three_are_asked_for_by_numbers_or_by_yes_and_no(asked, numbers):
    assert validation.some_of(asked, 3) == numbers
