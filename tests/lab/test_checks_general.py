"""What the checks say, to the letter: values in words, and the hints for general mistakes."""

import numpy as np
import pytest

from nnlib.lab.checks.general import always_the_same, error, mistake, ratio, value
from nnlib.lab.checks.observe import Outcome
from nnlib.lab.checks.plain import (
    LARGEST,
    argument_in_words,
    as_numbers,
    in_words,
    plain,
    safe_text,
    same,
    what_it_is,
)

LONG_ROW = np.arange(12.0)


class Shy:
    def __repr__(self):
        raise RuntimeError


# ------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (..., "..."),
        (None, "nothing (None)"),
        ("up", 'the text "up"'),
        ({"a": 1}, "{'a': 1} (dict)"),
        (Shy(), "an object of type Shy that cannot be shown"),
        ([1, [2, 3]], "rows of different lengths"),
        (np.array([1 + 2j]), "complex numbers"),
        (np.array(["a"]), "an array of shape (1,) and dtype <U1"),
        (np.zeros(LARGEST + 1), f"an array of shape ({LARGEST + 1},)"),
        (2.0, "2"),
        (-0.0, "0"),
        (np.pi, "3.142"),
        ([], "an empty array of shape (0,)"),
        (np.zeros((0, 3)), "an empty array of shape (0, 3)"),
        ([1, 2.5, -3], "[1 2.5 -3]"),
        (LONG_ROW[:8], "[0 1 2 3 4 5 6 7]"),
        (LONG_ROW, "shape (12,), [0 1 2 3 4 5 6 7 …]"),
        (LONG_ROW.reshape(4, 3), "shape (4, 3), row 0: [0 1 2]"),
        (LONG_ROW.reshape(2, 2, 3), "shape (2, 2, 3), row 0, 0: [0 1 2]"),
    ],
)
def test_values_in_words(given, words):
    assert in_words(plain(given)) == words


def test_an_array_of_the_largest_size_is_still_looked_at():
    assert plain(np.zeros(LARGEST)).kind == "numbers"
    assert as_numbers([[...]]).unfinished


@pytest.mark.parametrize(
    ("given", "other", "words"),
    [
        (1.0, 1.00004, "1"),
        (1.00004, 1.0, "1.00004"),
        (1 + 1e-15, 1.0, "1.0000000000000011"),
        ([1, 2.00004], [1, 2.0], "[1 2.00004]"),
        ([1.0, 2.0], 1.0, "[1 2]"),
        # the row that differs
        (np.eye(3), np.eye(3) + np.array([[0], [0], [1]]), "shape (3, 3), row 2: [0 0 1]"),
        (np.zeros((2, 2, 1)), [[[0], [0]], [[0], [1]]], "shape (2, 2, 1), row 1, 1: [0]"),
        # of a long row, the part that differs
        (LONG_ROW, LONG_ROW + (LONG_ROW == 2), "shape (12,), [2 3 4 5 6 7 8 9 …]"),
        (LONG_ROW, LONG_ROW + (LONG_ROW == 10), "shape (12,), [4 5 6 7 8 9 10 11]"),
        (LONG_ROW, LONG_ROW, "shape (12,), [0 1 2 3 4 5 6 7 …]"),
    ],
)
def test_a_value_is_told_from_another(given, other, words):
    assert in_words(plain(given), plain(other)) == words


def test_the_part_that_differs():
    names = ("W", "b")
    ours, theirs = (plain((np.eye(2), last), 2) for last in ([1.0, 2.0], [1.0, 2.1]))
    assert in_words(theirs, ours, names) == "b = [1 2.1]"
    assert in_words(ours, ours, names) == "W = shape (2, 2), row 0: [1 0], b = [1 2]"
    assert in_words(theirs, plain(3.0), names) == "2 values"
    assert in_words(plain((1, 2, 3), 2), ours, names) == "3 values"
    nearly = plain((np.eye(2), [1.0, 2.00001]), 2)  # within the tolerance
    assert in_words(nearly, ours, names).startswith("W = ")


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("x", 3, "x = 3"),
        ("x", 3.0, "x = 3"),
        ("loss", "mse", "loss = 'mse'"),
        ("x", np.array([1.0, 2.0]), "x = [1 2]"),
        ("x", np.array([1, 2]), "x = [1 2] (whole numbers)"),
        ("x", np.int64(2), "x = 2"),
        ("X", np.eye(2), "X of shape (2, 2), row 0: [1 0]"),
        ("a", [1, 2], "a, a list of 2"),
        ("a", (1, 2, 3), "a, a tuple of 3"),
        ("f", np.sum, "f = sum"),
        ("f", Shy(), "f = Shy"),
    ],
)
def test_arguments_in_words(name, given, words):
    assert argument_in_words(name, given) == words


def test_a_text_becomes_one_short_line():
    assert safe_text("a \n b\tc") == "a b c"
    assert safe_text("<f at 0x7f00aB>") == "<f>"
    assert safe_text("a\x07b") == "a?b"
    assert safe_text("a" * 200) == "a" * 200
    assert safe_text("a" * 201) == "a" * 199 + "…"
    assert safe_text("abcd", 3) == "ab…"
    assert safe_text(" " * 15 + "a", 3) == ""  # beyond 5 times the length nobody looks
    assert what_it_is({"a": "b" * 100}) == "{'a': '" + "b" * 52 + "… (dict)"


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [
        (1.0, 1.00009, True),
        (1.0, 1.0002, False),
        ("Up ", " uP", True),
        ("up", "down", False),
        (None, None, True),
        ({}, {}, False),  # who knows
        (1.0, "1", False),
        ([1.0, 2.0], [[1.0], [2.0]], False),
        ([], np.zeros((0, 3)), True),
        (np.zeros((0, 3)), [], True),
        (np.zeros((0, 2)), np.zeros((0, 3)), False),
    ],
)
def test_what_counts_as_the_same(ours, theirs, equal):
    assert same(plain(ours), plain(theirs), 1e-4, 1e-6) is equal


def test_what_counts_as_the_same_several():
    two, other, three = (plain(values, 2) for values in [(1, 2), (1, 3), (1, 2, 3)])
    assert same(two, two, 1e-4, 1e-6)
    assert not same(two, other, 1e-4, 1e-6)
    assert not same(two, three, 1e-4, 1e-6)
    nan = plain(np.nan)
    assert not same(nan, nan, 1e-4, 1e-6)
    assert same(nan, nan, 1e-4, 1e-6, equal_nan=True)


# ------------------------------------------------------------------------ hints, to the letter


class Exercise:
    """What the general mistakes ask of an exercise."""

    returns = ("W", "b")
    may_change_inputs = must_stay_quiet = False


class Loud(Exercise):
    must_stay_quiet = True


class Free(Exercise):
    may_change_inputs = True


def outcomes(*values, n_parts=1, **options):
    """What a function gave that returned these values, one a call."""
    return [Outcome(plain(each, n_parts), **options) for each in values]


RIGHT = outcomes([1.0, 2.0], [3.0, 5.0], [1.0, 2.0])
COLUMN = 2 * outcomes([[1.0], [2.0]])
TWO = 2 * outcomes((1.0, [1.0, 2.0]), n_parts=2)
SHAPES = (
    "Write the shape of each array beside the line that computes it.",
    "Each entry of the input needs an answer of its own.",
    "The numbers may be right, but NumPy treats these shapes differently: reshape, or sum with "
    "keepdims=True.",
)
LEFT = "It comes from an overflow, a division by 0 or the logarithm of 0 on the way."


@pytest.mark.parametrize(
    ("exercise", "came", "right", "case", "name", "hint"),
    [
        (Exercise, outcomes(None), RIGHT, 0, "a missing return",
         "A function without return gives None."),
        (Exercise, outcomes(None, printed="2"), RIGHT, 0, "printing in place of returning",
         "Give the result back with return."),
        (Exercise, outcomes(1.0, changed=("W", "b")), RIGHT, 0, "an input that is changed",
         "After the call, W, b is no longer what it was. Whoever called the function still needs "
         "it; make a new array."),
        (Free, outcomes([[1.0, 2.0]], changed=("W",)), RIGHT, 0, "shape (1, 2) for (2,)",
         SHAPES[2]),
        (Exercise, RIGHT, RIGHT, 2, "an answer that depends on what was called before",
         "The same input gave another answer the second time. Let the function use only its "
         "arguments."),
        (Exercise, outcomes(3.0), RIGHT, 0, "one number for many", SHAPES[1]),
        (Exercise, outcomes([[1.0, 2.0]]), COLUMN, 0, "a transposed result",
         "Rows and columns are swapped."),
        (Exercise, outcomes([1.0, 2.0]), COLUMN, 0, "shape (2,) for (2, 1)", SHAPES[2]),
        (Exercise, outcomes([1.0, 2.0, 3.0, 4.0]), COLUMN, 0, "another shape", SHAPES[0]),
        (Exercise, outcomes(np.zeros((0, 2))), 2 * outcomes(np.zeros(0)), 0, "another shape",
         SHAPES[0]),
        (Exercise, outcomes([np.nan, np.inf]), RIGHT, 0,
         "numbers that left the floats: nan (not a number)", LEFT),
        (Exercise, outcomes([1.0, np.inf]), RIGHT, 0,
         "numbers that left the floats: inf (infinity)", LEFT),
        (Exercise, outcomes([np.inf, 1.0]), 2 * outcomes([np.inf, 2.0]), 0, None, None),
        (Loud, outcomes([1.0, 2.0], warned=frozenset(["overflow"])), RIGHT, 0,
         "a computation that left the floats on its way: overflow",
         "The numbers come out right, but NumPy has warned about a step in between."),
        (Exercise, outcomes([1.0, 9.0], [1.0, 9.0], [1.0, 9.0]), RIGHT, 0,
         "the same answer for every input",
         "Is there a variable of the notebook where an argument is meant?"),
        (Exercise, outcomes([-1.0, -2.0], [-3.0, -5.0], [-1.0, -2.0]), RIGHT, 0,
         "the opposite sign", "Every number is right but for its sign."),
        (Exercise, outcomes([0.5, 1.0], [1.5, 2.5], [0.5, 1.0]), RIGHT, 0,
         "a factor", "Every number is 0.5 times what it should be."),
        (Exercise, outcomes([0.0, 1.0], [1.5, 2.5], [0.5, 1.0]), RIGHT, 0, None, None),
        (Exercise, outcomes("one", n_parts=2), TWO, 0, "another number of results",
         "Return 2 values: return W, b"),
        (Exercise, outcomes((1, 2, 3), n_parts=2), TWO, 0, "another number of results",
         "Return 2 values: return W, b"),
        (Exercise, outcomes((1.0, [[1.0, 2.0]]), n_parts=2), TWO, 0, "shape (1, 2) for (2,)",
         SHAPES[2]),
        (Exercise, outcomes((1.0, "two"), n_parts=2), TWO, 0, None, None),
        (Exercise, outcomes("one"), RIGHT, 0, None, None),
    ],
)  # fmt: skip
def test_a_general_mistake_and_its_hint(exercise, came, right, case, name, hint):
    assert mistake(exercise(), came, right, case, ended=True) == (name, hint)


@pytest.mark.parametrize(
    ("ended", "hint"),
    [
        (True, "Is there a loop that does not end, or a sleep?"),
        (False, "It is still running; restart the kernel to stop it. Is there a loop without end?"),
    ],
)
def test_a_function_without_an_answer(ended, hint):
    name = "a function that takes too long"
    assert mistake(Exercise(), [], RIGHT, 0, ended) == (name, hint)


def reads_too_early():
    if used > 0:  # noqa: F821 - that is the mistake
        used = 1
    return used


ARRAY = np.ones(3)


@pytest.mark.parametrize(
    ("function", "name", "hint"),
    [
        (lambda: 1 if ARRAY > 0 else 2, "an if on a whole array",
         "An if decides once, but each entry needs its own decision. np.where decides for each."),
        (reads_too_early, "a name used before it has a value",
         "Look at the line that the message names."),
        (lambda: nobody_knows,  # noqa: F821
         "a name that is not known", "Is it spelled right, and was its cell run?"),
        (lambda: 10.0**1000, "an overflow", "A number on the way is too large for a float."),
        (lambda: None + 1, "a function that returns nothing",
         "Something that is used here is None. Is a return missing?"),
        (lambda: None.sum(), "a function that returns nothing",
         "Something that is used here is None. Is a return missing?"),
        (lambda: __import__("math").exp(ARRAY), "a function for single numbers, given an array",
         "The functions of math take one number. Those of NumPy take arrays too: np.exp."),
        *[
            (function, "shapes that do not fit",
             "Write the shape of each array beside it; is one transposed?")
            for function in [
                lambda: ARRAY @ np.ones(2),
                lambda: np.dot(ARRAY, np.ones(2)),
                lambda: ARRAY + np.ones(2),
            ]
        ],
        (lambda: 1 / 0, None, "Your function stopped with this error. Call it yourself to see the "
         "line."),
    ],
)  # fmt: skip
def test_an_error_and_its_hint(function, name, hint):
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one does not matter here
        function()
    kind = type(raised.value).__name__
    outcome = Outcome(error=f"{kind}: {raised.value}", error_type=kind)
    assert error(outcome) == (name, hint)


def test_arguments_that_do_not_fit():
    outcome = Outcome(error="it is defined with (x)", error_type="TypeError", does_not_fit=True)
    hint = "Take as many arguments as the exercise says, in that order."
    assert error(outcome) == ("other arguments", hint)


@pytest.mark.parametrize(
    ("answer", "name", "hint"),
    [
        (np.sum, "a function where a value is asked for", "Call it, and hand in what comes back."),
        ("3", "a text where a number is asked for", "Leave the quotation marks out."),
        (np.inf, "a number that is not finite", "nan and inf are no answers here."),
        ([1.0, np.nan], "a number that is not finite", "nan and inf are no answers here."),
        (3.0, None, None),
    ],
)
def test_a_general_mistake_in_a_value(answer, name, hint):
    assert value([answer], [plain(answer)], "numbers") == (name, hint)
    if not callable(answer):
        assert value([answer], [plain(answer)], "text") == (None, None)


@pytest.mark.parametrize(
    "came",
    [
        outcomes([2.0, 4.0]),  # the second case is missing: who knows
        outcomes([2.0, 4.0], None),
        outcomes([2.0, 4.0], [[6.0, 10.0]]),
        outcomes([2.0, 4.0], [6.0, np.inf]),
        outcomes([0.0, 0.0], [0.0, 0.0]),
        outcomes([2.0, 4.0], [6.0, 10.1]),
    ],
)
def test_no_factor(came):
    expected = RIGHT[:2] if len(came) == 2 else outcomes([0.0, 0.0])
    assert ratio(came, expected) == (None, None)


@pytest.mark.parametrize(
    ("came", "right", "same_for_all"),
    [
        (outcomes(7.0, 7.0, 7.0), outcomes(1.0, 2.0, 1.0), True),
        (outcomes(7.0, 8.0, 7.0), outcomes(1.0, 2.0, 1.0), False),
        (outcomes(7.0, 7.0, 7.0), outcomes(1.0, 1.0, 1.0), False),  # as it should be
        (outcomes(np.nan, np.nan, np.nan), outcomes(1.0, 2.0, 1.0), True),
        (outcomes(7.0, "7", 7.0), outcomes(1.0, 2.0, 1.0), False),
        (outcomes(7.0, [7.0], 7.0), outcomes(1.0, 2.0, 1.0), False),
        # one input of each shape: nothing to compare
        (outcomes(7.0, [7.0, 7.0], 7.0), outcomes(1.0, [2.0, 3.0], 1.0), False),
        (outcomes(7.0, 7.0), outcomes(1.0, 2.0, 1.0), False),  # the time was up
        (outcomes(7.0, [], 7.0, 7.0), outcomes(1.0, [], 2.0, 1.0), True),
    ],
)
def test_the_same_answer_for_every_input(came, right, same_for_all):
    assert always_the_same(came, right) is same_for_all
