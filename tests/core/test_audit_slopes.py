"""Slopes that are measured: their steps and corners, the largest of them, a common factor."""

import numpy as np
import pytest

from nnlib.audit.slopes import (
    Measured,
    at_largest,
    chosen_entries,
    flat_pairs,
    largest_first,
    measure,
    one_factor,
)


@pytest.mark.parametrize(
    ("numbers", "place"),
    [
        ([1.0, 3.0, 2.0], 1), ([2.0, 2.0, 1.0], 0), ([998.9, 1000.0], 1), ([999.0, 1000.0], 0),
        ([-1001.1, -1000.0], 1), ([-1001.0, -1000.0], 0), ([5.0, np.inf, np.inf], 1),
        ([-np.inf, 3.0], 1), ([0.0, 0.0], 0),
    ],
)  # fmt: skip
def test_the_largest_is_the_first_of_those_that_rounding_tells_apart(numbers, place):
    assert at_largest(np.array(numbers)) == place
    assert at_largest(np.array(numbers).reshape(-1, 1)) == place


def test_numbers_are_put_in_order_the_largest_first():
    assert largest_first([1.0, 3.0, 2.0]) == [1, 2, 0]
    assert largest_first([3.0, 3.001, 5.0, 0.0]) == [2, 0, 1, 3]
    assert largest_first([]) == []


def test_what_lies_outside_of_the_measured_is_the_difference():
    nan = np.nan
    low, high = [np.array([1.0, 1.0, 1.0, nan])], [np.array([2.0, 2.0, 2.0, nan])]
    measured = Measured([np.array([1.5, 1.5, 1.5, nan])], low, high, 0.0)
    (off,) = measured.difference([np.array([0.5, 1.7, 2.25, 9.0])])
    assert off.tolist() == [0.5, 0.0, 0.25, 0.0]
    a, b = flat_pairs([np.arange(4.0)], measured)
    assert a.tolist() == [0, 1, 2]
    assert b.tolist() == [1.5] * 3


def test_a_factor_fits_up_to_its_bound():
    s = np.array([1.0, 0.0])
    for g, fits in ((1e-3, True), (1.001e-3, False)):
        assert (one_factor(np.array([1.0, g]), s) is not None) is fits
    for g, fits in ((0.5, True), (0.501, False)):
        assert (one_factor(np.array([1.0, g]), s, 0.0, noise=0.5) is not None) is fits
    # of a small factor the gradient's largest entry counts
    g = np.array([0.0, 1.0])
    assert one_factor(g, s, 1.0) == 0
    assert one_factor(g, s, 0.99) is None


def test_entries_are_some_of_each_array():
    values = [np.zeros((3, 4)), np.zeros(5), np.zeros(())]
    rng = np.random.default_rng(0)
    assert chosen_entries(values, 18, rng) == [list(np.ndindex(v.shape)) for v in values]
    some = chosen_entries(values, 17, rng)
    assert [len(each) for each in some] == [5, 5, 1]  # a third of 17 for each array
    assert [len(set(each)) for each in some] == [5, 5, 1]
    few = chosen_entries(values, 1, rng)
    assert [len(each) for each in few] == [2, 2, 1]
    assert chosen_entries([], 0, rng) == []


def test_a_step_suits_the_size_of_each_entry():
    """A millionth of a large number; of one below 1, a hundred thousandth of 1."""
    asked = []

    def function(p):
        asked.append(float(p[0][0]))
        return 3 * p[0][0]

    for value, single, h in ((0.5, False, 1e-5), (-4.0, False, 4e-5), (-4.0, True, 1.2e-2)):
        asked.clear()
        found = measure(function, [np.array([value])], [[(0,)]], single)
        assert asked == [value, value + h, value - h]
        assert found.slope[0][0] == pytest.approx(3)
        assert found.n_corners == 0
        slack = 50 * (6e-8 if single else 1.2e-16) * abs(3 * value) / h
        assert found.high[0][0] - found.slope[0][0] == pytest.approx(slack, rel=1e-3)
        assert found.slope[0][0] - found.low[0][0] == pytest.approx(slack, rel=1e-3)
        assert found.noise == pytest.approx(slack * max(1, abs(value)))


@pytest.mark.parametrize(("share", "corner"), [(2.9e-3, False), (3.1e-3, True)])
def test_a_corner_is_one_from_three_thousandths_on(share, corner):
    """Its two slopes are 1 and a little less, however short the steps are."""

    def function(p):
        x = float(p[0][0])
        return x if x > 0 else (1 - share) * x

    found = measure(function, [np.zeros(1)], [[(0,)]])
    assert found.n_corners == corner
    assert found.slope[0][0] == pytest.approx(1 - share / 2)
    assert found.high[0][0] == pytest.approx(1.0 if corner else 1 - share / 2)
    assert found.low[0][0] == pytest.approx(1 - share if corner else 1 - share / 2)
    assert measure(function, [np.zeros(1)], [[(0,)]], single=True).n_corners == 0


@pytest.mark.parametrize(("share", "asked"), [(0.9e-3, 3), (1.1e-3, 9)])
def test_steps_get_shorter_where_the_two_sides_differ(share, asked):
    steps = []

    def function(p):
        x = float(p[0][0])
        steps.append(x)
        return x if x > 0 else (1 - share) * x

    measure(function, [np.zeros(1)], [[(0,)]])
    assert len(steps) == asked
    lengths = steps[1::2]
    np.testing.assert_allclose(lengths, [1e-5 / 12**k for k in range(len(lengths))])
    steps.clear()
    measure(function, [np.zeros(1)], [[(0,)]], single=True)
    assert steps == [0.0, 3e-3, -3e-3]
