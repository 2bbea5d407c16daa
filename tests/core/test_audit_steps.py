"""The audit's checks of steps: what they promise, on both sides of each bound."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.audit.slopes import Measured, chosen_entries, measure, one_factor
from nnlib.audit.update import (
    close,
    close_everywhere,
    common_factor,
    length,
    one_length,
    ratio_words,
    relation,
    rounding,
    scale_to,
    some,
    still_parts,
    together,
)

G = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.25, -1.0])]  # a gradient: W and b
VALUES = [np.ones((2, 2)), np.ones(2)]


def exam_with(rate=0.5, short_steps=False):
    """What these functions read of an audit."""
    return SimpleNamespace(learning_rate=rate, patient=SimpleNamespace(short_steps=short_steps))


def off_by(share, f=0.5):
    """F times the gradient, but for one entry: off by a share of the largest one."""
    u = [f * g for g in G]
    u[0][0, 0] += share * f * 3.0
    return u


# One factor


def test_one_factor_is_read_off_two_arrays():
    assert one_factor(-2.5 * G[0], G[0]) == pytest.approx(-2.5)
    assert one_factor(0 * G[0], G[0]) == 0
    assert one_factor(G[0], 1e200 * G[0]) == pytest.approx(1e-200)  # no overflow on the way


@pytest.mark.parametrize(("share", "fits"), [(0.9e-3, True), (1.3e-3, False)])
def test_one_factor_may_be_off_by_a_thousandth_of_the_largest_entry(share, fits):
    u = np.array([1.0, 2.0, 3.0, 4.0])
    u[0] += share * 4
    assert (one_factor(u, np.array([1.0, 2.0, 3.0, 4.0])) is not None) == fits


def test_one_factor_takes_the_tolerance_and_the_noise_that_it_is_given():
    s, off = np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 4.03])
    assert one_factor(off, s, 1e-2) is not None
    assert one_factor(off, s, 1e-4) is None
    assert one_factor(off, s, 1e-4, noise=0.05) is not None
    assert one_factor(s, s, noise=4.0) is None  # all of it may be noise
    assert one_factor(s, s, noise=3.9) == pytest.approx(1)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_there_is_no_factor_without_a_slope_or_with_what_is_no_number(bad):
    assert one_factor(np.ones(3), np.zeros(3)) is None
    assert one_factor(np.zeros(0), np.zeros(0)) is None
    assert one_factor(np.array([1.0, bad]), np.ones(2)) is None


# Measured slopes


def test_slopes_are_measured_at_the_entries_that_are_asked_for():
    values = [np.array([[1.0, 2.0]]), np.array([3.0])]
    found = measure(lambda p: p[0][0, 0] ** 2 + 5 * p[1][0], values, [[(0, 0)], [(0,)]])
    assert found.slope[0][0, 0] == pytest.approx(2, rel=1e-9)
    assert np.isnan(found.slope[0][0, 1])
    assert found.slope[1][0] == pytest.approx(5, rel=1e-9)
    assert found.n_corners == 0
    assert found.low[1][0] < found.slope[1][0] < found.high[1][0]
    assert found.high[1][0] - found.low[1][0] < 1e-6
    np.testing.assert_array_equal(values[0], [[1.0, 2.0]])


def test_at_a_corner_all_between_the_two_slopes_is_right():
    found = measure(lambda p: 2 * max(p[0][0], 0.0) + 7, [np.zeros(1)], [[(0,)]])
    assert found.n_corners == 1
    assert found.slope[0][0] == pytest.approx(1)
    for g, off in [(-0.5, 0.5), (0.0, 0.0), (1.3, 0.0), (2.0, 0.0), (2.5, 0.5)]:
        assert found.difference([np.array([g])])[0] == pytest.approx(off, abs=1e-4)


def test_a_corner_near_by_is_left_behind():
    """Its slope is 3 here, and the corner is nearer than the first distance that is tried."""
    found = measure(lambda p: 3 * max(p[0][0], 2e-6) + 1, [np.array([7e-6])], [[(0,)]])
    assert found.n_corners == 0
    assert found.slope[0][0] == pytest.approx(3, rel=1e-4)


def test_a_loss_in_float32_is_measured_over_longer_distances():
    def loss(p):
        return float(np.float32(1 + p[0][0] ** 2))

    exact = measure(loss, [np.array([0.5])], [[(0,)]], single=True)
    assert exact.slope[0][0] == pytest.approx(1, abs=2e-3)
    assert exact.low[0][0] <= 1 <= exact.high[0][0]
    assert exact.n_corners == 0
    assert exact.noise == pytest.approx(50 * 6e-8 * 1.25 / 3e-3)


def test_the_noise_is_what_rounding_makes_of_a_slope():
    found = measure(lambda p: 4.0, [np.array([0.5])], [[(0,)]])
    assert found.noise == pytest.approx(50 * 1.2e-16 * 4 / 1e-5)
    assert measure(lambda p: 0.0, [np.array([0.5])], [[(0,)]]).noise > 0


def test_what_was_not_measured_does_not_differ():
    measured = Measured([np.array([np.nan, 1.0])], *([np.array([np.nan, 1.0])],) * 2, 0.0)
    np.testing.assert_array_equal(measured.difference([np.array([9.0, 3.0])])[0], [0.0, 2.0])


def test_all_entries_are_measured_where_there_is_room_and_some_of_each_where_not():
    values = [np.zeros((2, 3)), np.zeros(()), np.zeros(4)]
    rng = np.random.default_rng(0)
    whole = chosen_entries(values, 11, rng)
    assert [len(each) for each in whole] == [6, 1, 4]
    assert whole[0][4] == (1, 1)
    few = chosen_entries(values, 10, rng)
    assert [len(each) for each in few] == [3, 1, 3]
    assert all(len(set(each)) == len(each) for each in few)
    assert all(0 <= i < 2 and 0 <= j < 3 for i, j in few[0])
    assert [len(each) for each in chosen_entries(values, 1, rng)] == [2, 1, 2]  # two of each


# How a step and a gradient belong together


@pytest.mark.parametrize(
    ("f", "rate", "words"),
    [
        (0.5, 0.5, "plain"), (0.5, None, "plain"), (0.504, 0.5, "plain"), (0.496, 0.5, "plain"),
        (0.506, 0.5, "scaled"), (0.494, 0.5, "scaled"), (1.0, 0.5, "scaled"),
        (-0.5, 0.5, "none"), (0.5 * 1.009, 0.5, "plain"),
    ],
)  # fmt: skip
def test_a_step_is_plain_where_its_factor_is_the_rate_to_a_hundredth(f, rate, words):
    assert relation(exam_with(rate), [f * g for g in G], G, VALUES) == words


@pytest.mark.parametrize(
    ("share", "short", "words"),
    [(0.9e-3, False, "plain"), (1.5e-3, False, "none"), (1.5e-3, True, "plain"),
     (1.8e-2, True, "plain"), (2.5e-2, True, "none")],
)  # fmt: skip
def test_a_step_may_be_off_by_a_thousandth_and_in_float32_by_two_hundredths(share, short, words):
    assert relation(exam_with(short_steps=short), off_by(share), G, VALUES) == words


def test_no_step_without_a_slope_is_as_it_should_be():
    still = [np.zeros((2, 2)), np.zeros(2)]
    assert relation(exam_with(), still, [0 * g for g in G], VALUES) == "plain"
    assert relation(exam_with(), still, [g * 3e-10 for g in G], VALUES) == "plain"
    assert relation(exam_with(), still, [g * 3.4e-10 for g in G], VALUES) == "none"
    assert relation(exam_with(), still, G, VALUES) == "none"


def test_steps_of_one_length_are_an_optimisers():
    signs = [0.01 * np.sign(g) for g in G]
    assert relation(exam_with(), signs, G, VALUES) == "optimiser"
    by_parameter = [signs[0], 3 * signs[1]]
    assert relation(exam_with(), by_parameter, G, VALUES) == "optimiser"
    assert relation(exam_with(), [signs[0], -signs[1]], G, VALUES) == "none"


def test_single_numbers_all_have_one_length_only_where_it_is_the_same():
    """Each is as long as itself: only all together show an optimiser."""
    g = [np.array([1.0]), np.array([-2.0]), np.array([0.3])]
    values = [np.ones(1)] * 3
    assert relation(exam_with(), [0.01 * np.sign(x) for x in g], g, values) == "optimiser"
    odd = [np.array([0.01]), np.array([-0.05]), np.array([0.02])]
    assert relation(exam_with(), odd, g, values) == "none"


def test_what_rounding_makes_of_a_step_is_allowed():
    """Steps of 1e-13 on parameters of 1 are rounded by about a thousandth."""
    u = [1e-13 * g + 1e-16 * np.sign(g) for g in G]
    assert relation(exam_with(None), u, G, VALUES) == "plain"
    assert relation(exam_with(None), u, G, [1e-6 * v for v in VALUES]) == "plain"
    rough = off_by(5e-3, 1e-13)
    assert relation(exam_with(None), rough, G, VALUES) == "plain"
    assert relation(exam_with(None), rough, G, [1e-3 * v for v in VALUES]) == "none"


def test_rounding_goes_with_the_largest_parameter_and_the_float_type():
    u = np.array([0.0, -0.25])
    values = [np.array([1.0, -3.0]), np.array([2.0])]
    assert rounding(exam_with(), u, values) == pytest.approx(20 * 1.2e-16 * 3 / 0.25)
    short = rounding(exam_with(short_steps=True), u, values)
    assert short == pytest.approx(20 * 6e-8 * 3 / 0.25)
    assert rounding(exam_with(), np.zeros(2), values) > 1
    assert rounding(exam_with(), u, []) == 0


def test_a_common_factor_holds_at_parameters_with_small_slopes_too():
    """To the whole, b is within a thousandth whatever it does; by itself it is not."""
    g = [np.array([100.0, -300.0]), np.array([0.01, 0.02])]
    assert common_factor([2 * x for x in g], g, 1e-3) == pytest.approx(2)
    near, far = ([2 * g[0], 2 * g[1] + off] for off in (0.0119, 0.0121))
    assert common_factor(near, g, 1e-3) is not None  # twice a hundred-thousandth of the 600
    assert common_factor(far, g, 1e-3) is None
    assert common_factor(far, g, 1e-3, rounded=1e-4) is not None
    g = [np.array([100.0, -300.0]), np.array([10.0, 20.0])]
    near, far = ([2 * g[0], 2 * g[1] + [0, off]] for off in (0.0799, 0.0805))
    assert common_factor(near, g, 1e-3) is not None  # twice a thousandth of its own 40
    assert common_factor(far, g, 1e-3) is None


def test_a_common_factor_leaves_out_what_was_not_measured():
    g = [np.array([1.0, np.nan]), np.array([np.nan])]
    assert common_factor([np.array([2.0, 9.0]), np.array([7.0])], g, 1e-3) == pytest.approx(2)


# Steps of one length


@pytest.mark.parametrize(("spread", "same"), [(0.04, True), (0.06, False)])
def test_one_length_is_one_to_a_twentieth_at_half_of_the_entries(spread, same):
    g = np.array([1.0, -2.0, 3.0, -4.0, 5.0])
    u = np.sign(g) * [1 - spread, 1 - spread, 1.0, 1 + spread, 1 + spread]
    assert one_length(u, g) == same


@pytest.mark.parametrize(("turned", "same"), [(1, True), (2, False), (3, False)])
def test_one_length_goes_against_the_slopes_at_more_than_nine_in_ten(turned, same):
    g = np.linspace(1, 2, 19)
    u = np.ones(19)
    u[:turned] *= -1
    assert one_length(u, g) == same


def test_one_length_has_no_entry_that_stays():
    assert not one_length(np.array([1.0, 1.0, 0.0]), np.array([1.0, 2.0, 3.0]))
    assert one_length(np.array([1.0, 1.0, 0.0]), np.array([1.0, 2.0, 1e-6]))  # no slope to speak of
    assert not one_length(np.array([1.0, 1.0, 0.0]), np.array([1.0, 2.0, 3e-6]))
    assert one_length(np.array([1.0]), np.array([0.0]))  # nothing speaks against it
    assert one_length(np.array([1.0]), np.array([np.nan]))


# Steps beside steps


def test_two_steps_are_close_by_their_largest_entry():
    b = np.array([0.0, -4.0])
    assert close(b + np.array([0.04, 0]), b, 1e-2)
    assert not close(b + np.array([0.05, 0]), b, 1e-2)
    assert not close(np.array([np.nan, -4.0]), b, 1e-2)
    assert not close(np.array([np.inf, -4.0]), b, 1e-2)
    assert close(np.zeros(2), np.zeros(2), 1e-2)
    assert close(np.zeros(0), np.zeros(0), 1e-2)


def test_close_everywhere_looks_at_each_parameter():
    order, b = np.array([0, 0, 1, 1]), np.array([10.0, 1.0, 1.0, 0.5])
    assert close_everywhere(b + np.array([0, 0, 0, 0.0099]), b, order)  # a hundredth of its largest
    assert not close_everywhere(b + np.array([0, 0, 0, 0.0101]), b, order)
    assert close_everywhere(
        b + np.array([0, 0.099, 0, 0]), b, order
    )  # beside the 10 of its parameter
    assert not close_everywhere(b + np.array([0, 0.101, 0, 0]), b, order)
    tiny = np.array([100.0, 1.0, 1e-3, 1e-3])  # a ten-thousandth of the largest of all
    assert close_everywhere(tiny + np.array([0, 0, 0.009, 0]), tiny, order)
    assert not close_everywhere(tiny + np.array([0, 0, 0.011, 0]), tiny, order)


def test_together_leaves_out_what_was_not_measured():
    a, b = together([np.array([[1.0, 2.0]]), np.array([3.0])], [np.array([[np.nan, 5.0]]),
                                                               np.array([np.inf])])  # fmt: skip
    assert (a.tolist(), b.tolist()) == ([2.0], [5.0])


def test_still_parts_are_entries_that_stay_beside_others_that_move_rightly():
    u = [0.5 * G[0], 0.5 * G[1]]
    u[0][1, 0] = 0
    still = still_parts(u, G)
    assert still[0].tolist() == [[False, False], [True, False]]
    assert not still[1].any()
    assert still_parts([0.5 * g for g in G], G) == []  # none stays
    u[0][0, 0] += 0.1  # the rest is not right either
    assert still_parts(u, G) == []


def test_an_entry_that_stays_without_a_slope_is_no_still_part():
    g = [np.array([1.0, 2.0, 0.9e-9]), np.array([np.nan, 1.0])]
    assert still_parts([np.array([1.0, 2.0, 0.0]), np.array([0.0, 1.0])], g) == []
    g[0][2] = 1.1e-9
    assert still_parts([np.array([1.0, 2.0, 0.0]), np.array([0.0, 1.0])], g)[0][2]


@pytest.mark.parametrize(("size", "told"), [(9, True), (8, False)])
def test_among_steps_of_one_length_still_parts_need_more_than_eight_entries(size, told):
    g = np.linspace(1, 3, size + 1)
    u = np.full(size + 1, 0.1)
    u[0] = 0
    assert bool(still_parts([u], [g])) == told


def test_lengths():
    assert length(np.array([3.0, -4.0])) == 5
    assert scale_to(np.array([3.0, 4.0]), np.array([0.0, -10.0])) == pytest.approx(2)
    assert scale_to(np.zeros(2), np.zeros(2)) == 0


def test_how_a_step_differs_in_words():
    g = np.array([1.0, -2.0, 4.0])
    assert ratio_words(3 * g, g) == "is 3 times what it should be"
    assert ratio_words(3 * g + [0, 0, 0.1], g) == "is 3.019 times what it should be"
    odd = np.array([1.0, -2.0, 9.0])
    assert ratio_words(odd, g) == "moves by the rate times 9, where the gradient is 4"
    assert some(np.array([4])) == "1 sample"
    assert some(np.array([4, 5])) == "2 samples"
