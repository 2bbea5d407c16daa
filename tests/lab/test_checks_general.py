"""What the checks say, to the letter: values in words, and the hints for general mistakes."""

import itertools

import numpy as np
import pytest

from nnlib.lab.checks import Function, Mistake, Value
from nnlib.lab.checks.general import error
from nnlib.lab.checks.observe import Outcome
from nnlib.lab.checks.plain import (
    LARGEST,
    argument_in_words,
    as_numbers,
    call_in_words,
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
        (1.0003, 1.0, "1.0003"),
        (1.00004, 1.0, "1"),  # within the tolerance
        ([1, 2.0003], [1, 2.0], "[1 2.0003]"),
        ([1.0, 2.0], 1.0, "[1 2]"),
        # the row that differs
        (np.eye(3), np.eye(3) + np.array([[0], [0], [1]]), "shape (3, 3), row 2: [0 0 1]"),
        (np.zeros((2, 2, 1)), [[[0], [0]], [[0], [1]]], "shape (2, 2, 1), row 1, 1: [0]"),
        # of a long row, the part that differs
        (LONG_ROW, LONG_ROW + (LONG_ROW == 2), "shape (12,), from entry 2 on: [2 3 4 5 6 7 8 9 …]"),
        (
            LONG_ROW,
            LONG_ROW + (LONG_ROW == 10),
            "shape (12,), from entry 4 on: [4 5 6 7 8 9 10 11]",
        ),
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
        ("x", 3.0, "x = 3.0"),
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


# ------------------------------------------------------------------- how wrong stands to right


def curve(X):
    return X**2 + 0.37


def inputs(rng):
    shapes = [(3, 2), (4, 3), (2, 5), (5, 1), (4, 3)]
    return [(rng.normal(size=shape),) for shape in shapes]


CURVE = Function(number="9.1", inputs=inputs, answer=curve, why="A bowl.", has_variants=False)


def but(X, where, new):
    return np.where(where, new, curve(X))


FACTS = {
    "the opposite sign": lambda X: -curve(X),
    "a factor": lambda X: 3 * curve(X),
    "everything multiplied by the number of rows of X": lambda X: curve(X) * len(X),
    "everything divided by the number of entries of X": lambda X: curve(X) / X.size,
    "nothing but zeros": lambda X: 0 * X,
    "one minus what is asked for": lambda X: 1 - curve(X),
    "one divided by what is asked for": lambda X: 1 / curve(X),
    "the square of what is asked for": lambda X: curve(X) ** 2,
    "the square root of what is asked for": lambda X: np.sqrt(curve(X)),
    "the logarithm of what is asked for": lambda X: np.log(curve(X)),
    "the exponential of what is asked for": lambda X: np.exp(curve(X)),
    "the sigmoid of what is asked for": lambda X: 1 / (1 + np.exp(-curve(X))),
    "whole numbers, cut off at the point": lambda X: curve(X).astype(int),
    "numbers rounded to 2 decimals": lambda X: curve(X).round(2),
    "numbers that stop at 1": lambda X: np.minimum(curve(X), 1),
    "nearly the right numbers": lambda X: 1.001 * curve(X) + 1e-4,
    "an offset": lambda X: curve(X) + 1,
    "the right numbers from the last to the first": lambda X: curve(X)[::-1],
    "the right numbers, sorted": lambda X: np.sort(curve(X), axis=0),
    "X as it came in": lambda X: X.copy(),
    "the factor X too many": lambda X: X * curve(X),
    "X not added": lambda X: curve(X) - X,
    "numbers that are wrong only where X is negative": lambda X: but(X, X < 0, 7),
    "numbers that are wrong only in the last row": lambda X: but(
        X, np.arange(len(X))[:, None] == len(X) - 1, 7
    ),
    "the right numbers, transposed": lambda X: curve(X).T,
    "the right numbers in shape (5,) for (5, 1)": lambda X: curve(X).ravel(),
    "the right numbers, added up over the rows": lambda X: curve(X).sum(axis=0),
    "the right numbers, averaged all together": lambda X: curve(X).mean(),
    "2 numbers missing at the end": lambda X: curve(X)[: len(X) - 2] if len(X) > 2 else curve(X),
    "a single number": lambda X: 7.0,
    "shape (2, 2) for (5, 1)": lambda X: np.ones((2, 2)),
    "numbers that left the floats: nan (not a number)": lambda X: but(X, X > 0, np.nan),
    "numbers that left the floats: inf (infinity)": lambda X: but(X, X > 0, np.inf),
    "an answer that is right only where X has a second column": lambda X: (
        curve(X) if X.shape[1] > 2 else X**3
    ),
    "another kind of result": lambda X: "many",
}


@pytest.mark.parametrize("name", [name for name in FACTS if "missing" not in name])
def test_how_wrong_numbers_stand_to_the_right_ones(name):
    if "second column" in name:
        name = "an answer that is right only where X has several columns"
        verdict = CURVE.judge(lambda X: curve(X) if X.shape[1] > 1 else X**3)
        assert verdict.mistake != name  # a single input is wrong: it could be anything
        return
    assert CURVE.judge(FACTS[name]).mistake == name


def test_numbers_that_are_not_finite_do_not_hide_what_the_finite_ones_show():
    verdict = CURVE.judge(lambda X: 3 * curve(X) if len(X) < 5 else np.inf * curve(X))
    assert verdict.mistake == "a factor, in the 4 inputs (of 5) where the numbers are finite"


@pytest.mark.parametrize(
    ("broken", "otherwise", "said"),
    [
        (lambda X: True, curve, "So it is with every input that was tried."),
        (
            lambda X: len(X) == 5,
            curve,
            "So it is with 1 of the 5 inputs that were tried, this one alone. "
            "In the others the numbers are right.",
        ),
        (
            lambda X: len(X) == 4,
            curve,
            "So it is with 2 of the 5 inputs that were tried, this one among them. "
            "In the others the numbers are right.",
        ),
        (
            lambda X: X.shape == (2, 5),
            np.cos,
            "So it is with one of the 5 inputs that were tried, not with this one. An example: "
            "(X=np.array([[",
        ),
        (lambda X: X.shape == (2, 5), np.cos, "In the others the numbers are not all right."),
    ],
)
def test_it_says_with_which_inputs_the_numbers_are_not_finite(broken, otherwise, said):
    verdict = CURVE.judge(lambda X: np.nan * X if broken(X) else otherwise(X))
    assert verdict.mistake == "numbers that left the floats: nan (not a number)"
    assert said in verdict.remarks[0]


def test_inputs_that_have_something_in_common_are_named_by_it():
    three = Function(
        number="9.1",
        inputs=lambda rng: [(np.array([1.0, x]),) for x in (2.0, 30.0, 3.0, 40.0)],
        answer=lambda x: np.cos(x),
        has_variants=False,
        why="Large.",
    )
    verdict = three.judge(lambda x: np.cos(x) if x.max() < 20 else x * np.inf)
    assert (
        "with 2 of the 4 inputs that were tried: where x reaches 20 or -20." in (verdict.remarks[0])
    )


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (
            lambda x: (np.exp(1000 * x), x**2 + 1)[1],
            "a computation that left the floats on its way: overflow",
            "So it is with 1 of the 3 inputs that were tried, this one alone. "
            "All numbers are right.",
        ),
        (lambda x: (np.exp(1000 * x), 2 * x**2 + 2)[1], "a factor", "Every number is 2 times"),
        (
            lambda x: (np.exp(-1000 * x), np.cos(x))[1],
            "a computation that left the floats on its way: overflow",
            "So it is with 2 of the 3 inputs that were tried, this one among them. "
            "Some numbers are wrong, too.",
        ),
    ],
)
def test_a_warning_comes_after_what_explains_the_numbers(answer, name, said):
    quiet = Function(
        number="9.1",
        inputs=lambda rng: [(np.array([-2.0]),), (np.array([-1.0, -3.0]),), (np.array([2.0]),)],
        answer=lambda x: x**2 + 1,
        must_stay_quiet=True,
        has_variants=False,
        why="Quiet.",
    )
    verdict = quiet.judge(answer)
    assert verdict.mistake == name
    assert said in verdict.remarks[0]


def test_right_only_for_some_of_the_inputs():
    verdict = CURVE.judge(lambda X: curve(X) if X.shape[0] <= 3 else X**3)
    assert not verdict.is_known
    two = Function(
        number="9.1",
        inputs=lambda rng: [(rng.normal(size=(3, k)),) for k in (1, 1, 2, 3)],
        answer=curve,
        has_variants=False,
        why="Two and two.",
    )
    verdict = two.judge(lambda X: curve(X) if X.shape[1] == 1 else X**3)
    assert verdict.mistake == "an answer that is right only where X has a single column"


# ------------------------------------------------------------------------------------- trials


def total(X, t, rate):
    return X.T @ t * rate


TOTAL = Function(
    number="9.2",
    inputs=lambda rng: [
        (rng.normal(size=(n, k)), rng.normal(size=(n, 1)), rate)
        for n, k, rate in [(3, 2, 0.5), (5, 4, 0.25), (1, 3, 2.0), (4, 4, 0.75)]
    ],
    answer=total,
    why="A total.",
)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda X, t, rate: X[:1].T @ t[:1] * rate, "the first row of X and t alone"),
        (lambda X, t, rate: X[-1:].T @ t[-1:] * rate, "the last row of X and t alone"),
        (lambda X, t, rate: X[1:].T @ t[1:] * rate, "everything but the first row of X and t"),
        (lambda X, t, rate: X[:-1].T @ t[:-1] * rate, "everything but the last row of X and t"),
        (lambda X, t, rate: X.T @ t * 0.3, "a result that does not depend on rate"),
        (lambda X, t, rate: np.cos(X.T @ t), "a result that does not depend on rate"),
        (lambda X, t, rate: X.sum(axis=0)[:, None] * rate, "a result that does not depend on t"),
        (lambda X, t, rate: np.sort(X, axis=1).T @ np.argsort(t, axis=0) * rate, None),
    ],
)
def test_what_a_trial_with_other_inputs_shows(answer, name):
    verdict = TOTAL.judge(answer)
    assert (verdict.mistake if verdict.is_known else None) == name


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda X, t, rate: X.T @ abs(t) * rate, "t without its sign in place of t"),
        (lambda X, t, rate: X.T @ (t * t) * rate, "t squared in place of t"),
        (lambda X, t, rate: (X * X).T @ t * rate, "X squared in place of X"),
        # with a sign, a factor, an axis on top
        (lambda X, t, rate: -(X.T @ abs(t)) * rate, "t without its sign in place of t, and the "
         "opposite sign"),
        (lambda X, t, rate: (X.T @ (t * t) * rate).T, "t squared in place of t, transposed"),
        (lambda X, t, rate: X.T @ t**2 * rate / len(X), "t squared in place of t, and everything "
         "divided by the number of rows of X"),
        (lambda X, t, rate: X.T @ (t * t) * rate + 3, "t squared in place of t, and 3 added"),
        (lambda X, t, rate: (X.T @ (t * t)).sum(0) * rate, "t squared in place of t, added up over "
         "the rows"),
        # an argument, as it is or nearly
        (lambda X, t, rate: X.T, "X, transposed"),
        (lambda X, t, rate: -X, "X, and the opposite sign"),
        (lambda X, t, rate: X.mean(axis=0), "X, averaged over the rows"),
    ],
)  # fmt: skip
def test_other_numbers_that_are_known(answer, name):
    assert TOTAL.judge(answer).mistake == name


def test_exchanged_arguments_of_a_right_answer():
    blend = Function(
        number="9.2",
        inputs=lambda rng: [(*rng.normal(size=(2, n)), 0.25) for n in (2, 3, 5, 4)],
        answer=lambda one, other, share: share * one**2 + other,
        why="A blend.",
    )
    said = "one and other exchanged"
    assert blend.judge(lambda one, other, share: share * other**2 + one).mistake == said


def test_other_results_and_mistakes_stand_for_what_came():
    assert PARTS.judge(lambda X, t: (X + t, -X - t)).mistake == (
        "sum in its place, and the opposite sign, in product"
    )
    assert PARTS.judge(lambda X, t: (X + t, (X * t / 7).T)).mistake == (
        "a mean of both, transposed, in product"
    )


PARTS = Function(
    number="9.2",
    inputs=lambda rng: [(rng.normal(size=(3, 2)), rng.normal(size=(3, 2))) for _ in range(3)],
    answer=lambda X, t: (X + t, X * t),
    returns=("sum", "product"),
    mistakes=[
        Mistake(
            name="a mean of both",
            hint=lambda arguments, ours, theirs: f"There are {len(theirs.parts)}.",
            wrong=lambda X, t: ((X + t) / 7, X * t / 7),
        ),
        Mistake(
            name="exchanged",
            hint="The sum comes first.",
            in_parts=False,
            wrong=lambda X, t: (X * t + 1, X + t + 1),
        ),
    ],
    has_variants=False,
    why="Parts.",
)


def test_a_mistake_in_some_of_the_results_is_named_with_them():
    verdict = PARTS.judge(lambda X, t: (X + t, X * t / 7))
    assert verdict.mistake == "a mean of both, in product"
    assert "There are 2." in verdict.remarks[0]
    assert PARTS.judge(lambda X, t: ((X + t) / 7, X * t)).mistake == "a mean of both, in sum"
    assert PARTS.judge(lambda X, t: (X + t, X + t + 1)).mistake != "exchanged, in product"


def test_changes_of_the_solution_are_looked_for_in_each_result():
    either = Function(
        number="9.2", inputs=PARTS.inputs, answer=of_one_delta, returns=("a", "b"), why="Two."
    )
    verdict = either.judge(lambda X, t: ((X - t) * X, (X + t) * t))
    assert verdict.mistake == "a + where a − is meant, in b"
    assert "exactly your b, for every input" in verdict.remarks[0]


def of_one_delta(X, t):
    delta = X - t
    return delta * X, delta * t


def test_a_mistake_for_want_of_another_gives_way():
    value = Value(
        number="9.3",
        wanted="a number",
        answer=5,
        why="Five.",
        mistakes=[
            Mistake(name="too large", hint="?", otherwise=True, looks_like=lambda x: x > 5),
            Mistake(name="twice", hint="?", wrong=10),
            Mistake(name="above 7", hint="?", otherwise=True, looks_like=lambda x: x > 7),
        ],
    )
    assert [m.name for m in value.mistakes_like(10)] == ["twice"]
    assert [m.name for m in value.mistakes_like(8)] == ["too large"]


def test_numbers_too_many_or_missing():
    count = Function(
        number="9.1",
        inputs=lambda rng: [(n, rng.normal()) for n in (3, 4, 7)],
        answer=lambda n, step: np.arange(n) ** 2 * step,
        has_variants=False,
        why="A few.",
    )
    squares = lambda n, step: np.arange(n) ** 2 * step  # noqa: E731
    for function, name in [
        (lambda n, step: squares(n + 1, step), "1 number too many at the end"),
        (lambda n, step: squares(n - 1, step), "1 number missing at the end"),
        (lambda n, step: squares(n, step)[2:], "2 numbers missing at the beginning"),
        (lambda n, step: np.append(9, squares(n, step)), "1 number too many at the beginning"),
    ]:
        assert count.judge(function).mistake == name


def test_always_the_same_and_an_array_of_the_notebook():
    line = Function(
        number="9.1",
        inputs=lambda rng: [(rng.normal(size=3),) for _ in range(4)],
        answer=lambda x: 3 * x + 1,
        has_variants=False,
        why="A line.",
    )
    verdict = line.judge(lambda x: np.array([1.0, 2.0, 4.0]))
    assert verdict.mistake == "the same answer for every input"
    verdict = line.judge(lambda x: np.sin(x) + LONG_ROW[:3])
    assert verdict.mistake == "arrays of the notebook inside the function"
    assert "Your function reads LONG_ROW" in " ".join(verdict.text("9.1").split())
    verdict = line.judge(lambda x: [np.sin(number) + LONG_ROW[0] for number in x])
    assert verdict.mistake == "arrays of the notebook inside the function"


def row_of_numbers(n):
    return [number for number in LONG_ROW[:n]]  # noqa: C416 - a comprehension is what is meant


def test_an_array_that_a_right_answer_needs_is_no_mistake():
    line = Function(
        number="9.1",
        inputs=lambda rng: [(n,) for n in (2, 3)],
        answer=lambda n: row_of_numbers(n),
        has_variants=False,
        why="A row.",
    )
    for answer in (lambda n: np.sin(LONG_ROW[:n]), lambda n: [np.sin(x) for x in LONG_ROW[:n]]):
        assert line.judge(answer).mistake != "arrays of the notebook inside the function"


def both(X, c):
    return X.sum(axis=0) + c, c * X


BOTH = Function(
    number="9.2",
    inputs=lambda rng: [(rng.normal(size=(n, 3)), rng.normal()) for n in (2, 3, 4)],
    answer=both,
    returns=("total", "scaled"),
    why="Two things.",
)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda X, c: (both(X, c)[0], None), "None, in scaled"),
        (lambda X, c: ("total", both(X, c)[1]), "something that is no number, in total"),
        (lambda X, c: (1j * X, {}), "something that is no number, in total and scaled"),
    ],
)
def test_a_result_that_is_no_number(answer, name):
    assert BOTH.judge(answer).mistake == name


@pytest.mark.parametrize(
    ("function", "name", "so_far"),
    [
        (lambda X, c: both(X, c)[::-1], "the results in another order", None),
        (lambda X, c: (-both(X, c)[0], -both(X, c)[1]), "the opposite sign, in total and scaled",
         None),
        (lambda X, c: (both(X, c)[0], 2 * both(X, c)[1]), "a factor, in scaled",
         "1 of 2 right: total. Not yet: scaled."),
        (lambda X, c: (both(X, c)[0], X), "X as it came in, in scaled",
         "1 of 2 right: total. Not yet: scaled."),
        (lambda X, c: (X.sum(axis=0) - c, c * X), "a − where a + is meant",
         "1 of 2 right: scaled. Not yet: total."),
        (lambda X, c: (X.sum(axis=0), c * X), "c not added, in total",
         "1 of 2 right: scaled. Not yet: total."),
        (lambda X, c: c * X, "another number of results", None),
        (lambda c, X: both(X, c), "the arguments in another order",
         "1 of 2 right: scaled. Not yet: total."),
    ],
)  # fmt: skip
def test_of_several_results(function, name, so_far):
    verdict = BOTH.judge(function)
    assert verdict.mistake == name
    assert dict(verdict.rows).get("so far") == so_far


def test_a_variant_that_never_ends_is_left():
    endless = Function(
        number="9.3",
        inputs=lambda rng: [(n,) for n in (3, 4, 5, 6)],
        answer=count_down,
        why="Down to 0.",
        own_seconds=0.5,
    )
    assert endless.judge(lambda n: 3 * n + 2).status == "wrong"


def count_down(n):
    steps = 0
    while n > 0:
        n = n - 1
        steps = steps + 1
    return steps


# ------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("function", "name", "hint"),
    [
        (lambda: [] if ARRAY else 1, "an if on a whole array", "An if decides once, but each entry "
         "needs its own decision. np.where decides for each."),
        (lambda: nobody_knows,  # noqa: F821
         "a name that is not known", "Is it spelled right, and was its cell run?"),
        (lambda: 10.0**1000, "an overflow", "A number on the way is too large for a float."),
        (lambda: None + 1, "None where something else is meant",
         "Which name in this line is None, and why?"),
        (lambda: __import__("math").exp(ARRAY), "a function for single numbers, given an array",
         "The functions of math take one number. Those of NumPy take arrays too: np.exp."),
        *[
            (function, "shapes that do not fit", "Which length should have met which?")
            for function in [
                lambda: ARRAY @ np.ones(2),
                lambda: np.dot(ARRAY, np.ones(2)),
                lambda: ARRAY + np.ones(2),
            ]
        ],
        (lambda: 1 / 0, "an error, ZeroDivisionError",
         "Call your function with this input, and Python names the line."),
        (lambda: np.subtract(np.ones(2, int), 0.5, out=np.ones(2, int)),
         "floats written into an array of whole numbers",
         "+=, -=, *= and /= write into the array itself. Make a new one: a = a - b."),
        *[
            (function, "a list where an array is meant",
             "Lists are not multiplied or subtracted as a whole. Take the arrays in it one by one.")
            for function in [lambda: 0.5 * [1, 2], lambda: [1] - [2]]
        ],
    ],
)  # fmt: skip
def test_an_error_and_its_hint(function, name, hint):
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one does not matter here
        function()
    kind = type(raised.value).__name__
    outcome = Outcome(error=f"{kind}: {raised.value}", error_type=kind)
    assert error(outcome, ("x",)) == (name, hint)


def test_the_line_of_an_error_is_spoken_of_only_where_it_is_shown():
    outcome = Outcome(error="KeyError: 'u'", error_type="KeyError", line=3, code="slopes[name]")
    _, hint = error(outcome, ("x",))
    assert hint == "The line is named above; call your function with this input."


@pytest.mark.parametrize(("code", "told"), [("z = X * W", True), ("z = X @ W * 2", False)])
def test_a_star_whose_shapes_do_not_fit_is_told_the_sign_of_the_matrix_product(code, told):
    text = "ValueError: operands could not be broadcast together with shapes (3,2) (2,2)"
    _, hint = error(Outcome(error=text, error_type="ValueError", line=2, code=code), ("x",))
    assert hint.endswith("its sign is @.") == told


ARRAY = np.ones(3)


def test_an_error_comes_with_its_line_and_the_shapes_in_it():
    def transposed(X, c):
        weights = np.ones((3, 2))
        return X.T @ weights, c

    verdict = BOTH.judge(transposed)
    rows = dict(verdict.rows)
    assert "return X.T @ weights, c: ValueError: in a matrix product a length of 2 meets 3" in (
        " ".join(rows["yours"].split())
    )
    assert verdict.mistake == "shapes that do not fit"
    assert "There X is (2, 3), weights is (3, 2)." in " ".join(verdict.text("9.2").split())


NOTEBOOK = np.ones((4, 3))


def test_of_the_shapes_it_leaves_out_what_the_line_assigns_and_says_what_is_the_notebook_s():
    def product(X, c):
        ARRAY = X @ NOTEBOOK  # a name of the notebook, too
        return ARRAY, c

    text = " ".join(BOTH.judge(product).text("9.2").split())
    assert "There X is (2, 3), NOTEBOOK is (4, 3) (the notebook's)." in text


def test_results_of_a_generator_are_results():
    assert BOTH.judge(lambda X, c: (part for part in both(X, c))).status == "right"
    assert plain(map(abs, itertools.count()), 2).kind == "other"  # without end


@pytest.mark.parametrize("values", [np.ones(3), [1, 1, 1]], ids=["array", "list"])
def test_an_index_that_is_not_there(values):
    with pytest.raises(IndexError) as raised:
        values[8]
    outcome = Outcome(error=f"IndexError: {raised.value}", error_type="IndexError")
    assert error(outcome, ("x",))[0] == "an index that is not there"


def test_arrays_of_different_shapes_in_one_array():
    with pytest.raises(ValueError, match="inhomogeneous") as raised:
        np.array([np.ones((2, 2)), np.ones((1, 2))])
    outcome = Outcome(error=f"ValueError: {raised.value}", error_type="ValueError")
    assert error(outcome, ("x",))[0] == "arrays of different shapes put into one array"


def test_arguments_that_do_not_fit():
    outcome = Outcome(error="it is defined with (x)", error_type="TypeError", does_not_fit=True)
    hint = "check hands in X, W: so many, in that order."
    assert error(outcome, ("X", "W")) == ("other arguments", hint)


# ------------------------------------------------------------------------------------- values

PAIR = Value(
    number="9.4",
    names=("loss", "label"),
    wanted="a loss and a label",
    answer=(0.73125, "cat"),
    decimals=4,
    why="Two values.",
)
SHARE = Value(number="9.5", wanted="a share", answer=0.73125, decimals=4, why="One value.")
BESIDE = Value(
    number="9.5",
    wanted="a share",
    answer=0.25,
    decimals=4,
    beside={"the share of the others": 0.3125},
    why="One value.",
)
CURVE_OF_FIVE = Value(number="9.5", wanted="a curve", answer=np.arange(1.0, 6), why="A curve.")
LOSSES = Value(
    number="9.5",
    names=("one", "two"),
    wanted="two losses",
    answer=(3.2581, 0.5),
    decimals=4,
    mistakes=[Mistake(name="half of it", hint="Twice.", wrong=(3.2581, 0.25))],
    why="Two.",
)
THREE_TENTHS = Value(number="9.5", wanted="a rate", answer=0.3, why="One value.")
COUNTS = Value(number="9.6", names=("n", "m"), wanted="counts", answer=(12, 5), why="Counts.")


@pytest.mark.parametrize(
    ("exercise", "answers", "name"),
    [
        (SHARE, (0.73,), "an answer that is right so far, but rounded"),
        (SHARE, (0.731,), "an answer that is right so far, but rounded"),
        (SHARE, (0.7,), "an answer that is right so far, but rounded"),
        (SHARE, (0.74,), "a number that is too large"),  # neither rounded nor cut off
        (SHARE, (0.8,), "a number that is too large"),
        (SHARE, (0.2,), "a number that is too small"),
        (SHARE, (-0.2,), "a number with the wrong sign"),
        (SHARE, (0,), "a number that is 0"),
        (SHARE, (1.73125,), "exactly 1 more than what is asked for"),
        (SHARE, ([0.7, 0.8],), "several numbers where one is asked for"),
        (BESIDE, (0.31,), "a number that is too large"),  # too few digits to be 0.3125
        (BESIDE, (0.3125,), "the share of the others"),
        (BESIDE, (0.625,), "twice the share of the others"),
        (BESIDE, (0.07813,), "what is asked for, times the share of the others"),
        (CURVE_OF_FIVE, ([1, 2, 3, 4, 6],), "4 of 5 numbers right"),
        (CURVE_OF_FIVE, (5,), "a single number"),
        (CURVE_OF_FIVE, ([2, 4, 6, 8, 11],), "none of 5 numbers right"),
        (SHARE, (-0.73125,), "the opposite sign"),
        (SHARE, (73.125,), "a factor of 100"),
        (SHARE, (1.4625,), "a factor of 2 too many"),
        (SHARE, (0.26875,), "one minus what is asked for"),
        (SHARE, (1 / 0.73125,), "one divided by what is asked for"),
        (SHARE, (0.7352,), "nearly right"),
        (SHARE, (np.sum,), "a function where a value is asked for"),
        (SHARE, ("0.7",), "a text where a number is asked for"),
        (SHARE, (np.inf,), "a number that is not finite"),
        (SHARE, (0.7 + 1j,), "something that is no real number"),
        (COUNTS, (12, {5}), "something that is no real number, in m"),
        (SHARE, (5.0,), "a number that is too large"),
        (COUNTS, (5, 5), "a number that is too small, in n"),
        (LOSSES, (0.5, 0.5), "what two asks for, in one"),
        (THREE_TENTHS, (0.2,), "a number that is too small"),  # 0.3 - 0.2 is below 0.1
        (THREE_TENTHS, (1.3,), "exactly 1 more than what is asked for"),
        (COUNTS, (12, 9), "a number that is too large, in m"),
        (LOSSES, (3.26, 1.0), "a number that is right so far, but rounded, in one"),
        (LOSSES, (3.0, 0.5), "an answer that is right so far, but rounded"),
        (LOSSES, (4.0, 0.25), "half of it, in two"),
        (COUNTS, (5, 12), "the values in another order"),
        (COUNTS, (12, 6), "one off, in m"),
        (PAIR, (0.73, "cat"), "an answer that is right so far, but rounded"),
        (PAIR, (0.7312, 3), "a number where a text is asked for, in label"),
        (PAIR, (0.7312, "dog"), None),
        (PAIR, ("0.7312", "cat"), "a text where a number is asked for, in loss"),
    ],
)
def test_how_a_wrong_value_stands_to_the_right_one(exercise, answers, name):
    verdict = exercise.judge(*answers)
    assert (verdict.status, verdict.mistake) == ("wrong", name)


def test_which_values_are_right_is_said():
    assert dict(COUNTS.judge(12, 9).rows)["so far"] == "1 of 2 right: n. Not yet: m."
    assert "so far" not in dict(COUNTS.judge(1, 9).rows)
    assert dict(PAIR.judge(0.7, "cat").rows)["so far"] == "1 of 2 right: label. Not yet: loss."


def test_the_precision_is_that_of_the_task():
    for answer in (0.7312, 0.7313, 0.73125, "four decimals"):
        assert SHARE.judge(answer).status == ("wrong" if isinstance(answer, str) else "right")
    assert SHARE.judge(0.73).remarks[-1].endswith("rounded. Give four decimals.")


# ------------------------------------------------------------------------ a call to be pasted


def test_a_call_can_be_pasted():
    arguments = (np.array([[1.0, -0.25], [np.nan, np.inf]]), 3, [np.zeros((0, 2)), 0.1], (1,))
    text = call_in_words("f", ("X", "n", "all", "one"), arguments)
    assert text == (
        "f(X=np.array([[1.0, -0.25], [np.nan, np.inf]]), n=3, all=[np.zeros((0, 2)), 0.1], "
        "one=(1,))"
    )
    X, n, both, one = eval(text, {"np": np, "f": lambda X, n, all, one: (X, n, all, one)})
    np.testing.assert_array_equal(X, arguments[0])
    assert (n, one, both[0].shape) == (3, (1,), (0, 2))
    assert call_in_words("f", (), (np.arange(3), True)) == "f(np.array([0, 1, 2]), True)"
    assert call_in_words("f", ("X",), (np.zeros((20, 20)),)).startswith("X of shape (20, 20)")
