"""What a step did: factors, directions, rounding, steps in a row, on both sides of each bound."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of
from xor_program import NAMES, gradients, loss, predict, start

from nnlib.audit.patient import Failed
from nnlib.audit.slopes import Measured, chosen_entries, measure, one_factor, peak
from nnlib.audit.update import (
    N_STEPS,
    Steps,
    alike,
    all_close,
    chain_of,
    close,
    close_everywhere,
    common_factor,
    draws_at_random,
    keeps_something,
    leaves_still,
    length,
    loss_mixes_samples,
    near,
    one_length,
    ratio_words,
    relation,
    remembers_nothing,
    rounding,
    scale_to,
    some,
    stays,
    steps_in_a_row,
    still_parts,
    together,
    zeros,
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


def test_a_number_is_near_another_by_a_share_of_that():
    """A share that is reached exactly is near."""
    assert near(51.0, 50.0, 2e-2)
    assert near(49.0, 50.0, 2e-2)
    assert near(-51.0, -50.0, 2e-2)
    assert not near(51.0000001, 50.0, 2e-2)
    assert not near(48.9999999, 50.0, 2e-2)
    assert not near(-50.0, 50.0, 2e-2)
    assert near(0.0, 0.0, 0.0)


def test_numbers_are_alike_by_a_share_of_the_largest():
    assert alike([49.0, 50.0, 49.5], 2e-2)
    assert alike(np.array([-49.0, -50.0]), 2e-2)
    assert not alike([48.9999999, 50.0], 2e-2)
    assert not alike([-50.0, 50.0], 1.0)
    assert alike([0.0, 0.0], 1e-9)


def test_steps_are_close_that_reach_the_share_exactly():
    b, off = np.array([50.0, -100.0]), np.array([1.0, 0.0])
    assert close(b + 2 * off, b, 2e-2)
    assert not close(b + 2.0000001 * off, b, 2e-2)
    assert all_close([b, b + 2 * off], [b, b], 2e-2)
    assert not all_close([b + 2.1 * off, b], [b, b], 2e-2)
    assert all_close([b + 0.19 * off], [b])
    assert not all_close([b + 0.21 * off], [b])


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


def test_a_parameter_stays_though_it_has_a_slope():
    still = np.zeros(2)
    assert stays(still, np.array([np.nan, -1.1e-9]))
    assert not stays(still, np.array([np.nan, 0.9e-9]))
    assert not stays(np.array([0.0, 1e-300]), np.ones(2))
    assert not stays(np.zeros(0), np.zeros(0))


def test_lengths():
    assert peak(np.array([0.25, -0.5])) == 0.5
    assert peak(np.zeros((0, 3))) == 0
    made = zeros([np.array([[1.0, 2.0]]), np.array(3.0)])
    assert [(z.tolist(), z.dtype) for z in made] == [([[0, 0]], float), (0, float)]
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


@pytest.mark.parametrize(("off", "twice"), [(0.9e-4, True), (1.1e-4, False)])
def test_a_factor_that_is_the_rate_is_said_to_be_in_it_twice(off, twice):
    g, why = np.array([1.0, -2.0, 4.0]), ", which is the rate, as where it is multiplied in twice"
    words = ratio_words(0.5 * (1 + off) * g, g, 0.5)
    assert words == f"is {0.5 * (1 + off):.4g} times what it should be" + why * twice
    assert ratio_words(0.5 * g[:1], g[:1], 0.5) == "is 0.5 times what it should be"
    assert ratio_words(0.5 * g, g) == "is 0.5 times what it should be"


# What a program's step does

X = np.random.default_rng(3).normal(size=(12, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)


def descend(p, X, y, rate=0.5):
    return {name: p[name] - rate * g for name, g in gradients(p, X, y).items()}


def program(step=descend, data=(X, y), **given):
    """An audit of a program, and its steps."""
    exam = exam_of(*data, start(), **{"predict": predict, "loss": loss, "step": step, **given})
    exam.chain = [exam.patient.start] * 5
    return exam, Steps(exam)


def right(values, index=slice(None)):
    """The gradient that is meant, in the order of the parameters."""
    g = gradients(dict(zip(NAMES, values, strict=True)), X[index], y[index])
    return [g[name] for name in NAMES]


def same(a, b, tolerance=1e-9):
    return all(np.allclose(x, y, rtol=tolerance, atol=1e-12) for x, y in zip(a, b, strict=True))


def counting():
    """A step whose n-th call goes n times as far."""
    calls = []

    def step(p, X, y):
        calls.append(1)
        return descend(p, X, y, 0.1 * len(calls))

    return step


@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize(("draws", "number", "more"), [(False, 9, 0), (True, 9, 2), (True, 7, 0)])
def test_a_step_is_asked_after_some_others(before, draws, number, more):
    """Where it draws from its own generator, another number is as many steps later."""
    exam, steps = program(new_step=counting)
    steps.own_draws = draws
    values = exam.points[0]
    after = steps.once(values, exam.patient.data(), number, before)
    far = 0.1 * (1 + before + more)
    assert same(after, [v - far * g for v, g in zip(values, right(values), strict=True)])


def test_a_step_is_seeded_by_its_number():
    def step(p, X, y):
        return {name: v - np.random.random() for name, v in p.items()}  # noqa: NPY002

    exam, steps = program(step)
    values, drawn = exam.points[0], []
    for number in (7, 8):
        drawn.append(np.random.RandomState(number).random_sample(4))
        after = steps.once(values, exam.patient.data(), number)
        moves = [v - w for v, w in zip(values, after, strict=True)]
        assert same(moves, [np.full(v.shape, x) for v, x in zip(values, drawn[-1], strict=True)])
    moves = steps.moved(values, None)
    assert same(moves, [np.full(v.shape, x) for v, x in zip(values, drawn[0], strict=True)])


@pytest.mark.parametrize("index", [None, np.array([2, 5, 7])])
@pytest.mark.parametrize("known", ["gradients", "network", "loss"])
def test_the_gradient_that_is_meant(known, index):
    exam, steps = program(**({"gradients": gradients} if known == "gradients" else {}))
    if known == "loss":
        exam.dense = None
    values = exam.points[0]
    rows = slice(None) if index is None else index
    assert same(steps.gradient(values, index), right(values, rows), 1e-5)
    u = steps.moved(values, index)
    assert same(u, [0.5 * g for g in right(values, rows)])


def test_a_gradient_of_its_own_is_read_in_the_shape_of_the_parameters_or_not_at_all():
    exam, steps = program(gradients=lambda p, X, y: {
        n: g.reshape(1, *g.shape) for n, g in gradients(p, X, y).items()})  # fmt: skip
    values = exam.points[0]
    g = steps.gradient(values, None)
    assert [x.shape for x in g] == [v.shape for v in values]
    assert same(g, right(values))
    exam, steps = program(gradients=lambda p, X, y: {n: v.T for n, v in p.items()})
    assert steps.gradient(exam.points[0], None) is None
    exam, steps = program(gradients=lambda p, X, y: {n: 0 * v for n, v in p.items()})
    for kind in ("state_kept", "same_array_returned"):
        exam.findings.clear()
        assert not any(g.any() for g in steps.gradient(exam.points[0], None))
        exam.find(kind, "wrong", "gradients", "seen")
        assert same(steps.gradient(exam.points[0], None), right(exam.points[0]))


def test_without_a_loss_or_targets_there_are_no_slopes():
    exam, steps = program(loss=None)
    assert steps.slopes(exam.points[0], None) is None
    assert chain_of(steps) is None
    exam, steps = program()
    exam.targets = None
    assert same(steps.slopes(exam.points[0], None), right(exam.points[0]), 1e-5)


def test_of_the_slopes_of_an_unknown_network_sixty_are_measured():
    rng = np.random.default_rng(0)
    wide = {"A": rng.normal(size=(2, 40)), "B": rng.normal(size=(40, 1))}

    def answer(p, X):
        return np.tanh(X @ p["A"]) ** 3 @ p["B"]

    exam = exam_of(X, y, wide, predict=answer,
                   loss=lambda p, X, y: np.mean((answer(p, X) - y) ** 2))  # fmt: skip
    slopes = Steps(exam).slopes(exam.points[0], None)
    assert [int(np.isfinite(s).sum()) for s in slopes] == [30, 30]


def test_steps_in_a_row_are_those_of_the_audit_or_made_on_some_samples():
    exam, _ = program(new_step=counting)
    assert steps_in_a_row(exam, None) is exam.chain
    index = np.array([1, 4])
    points = steps_in_a_row(exam, index)
    assert len(points) == N_STEPS + 1
    assert points[0] is exam.patient.start
    for k in range(N_STEPS):
        far = [0.1 * (k + 1) * g for g in right(points[k], index)]
        assert same(points[k + 1], [v - u for v, u in zip(points[k], far, strict=True)])


@pytest.mark.parametrize("index", [None, np.array([1, 4, 9])])
def test_a_chain_holds_the_moves_beside_the_gradients(index):
    exam, steps = program(new_step=counting)
    if index is None:
        exam.chain = steps_in_a_row(exam, np.arange(12))
    chain = chain_of(steps, index)
    given = chain_of(steps, index, chain.points)
    assert given.points is chain.points
    rows = slice(None) if index is None else index
    for k in range(N_STEPS):
        flat = np.concatenate([np.ravel(g) for g in right(chain.points[k], rows)])
        np.testing.assert_allclose(chain.gs[k], flat, rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(chain.us[k], 0.1 * (k + 1) * flat, rtol=1e-7, atol=1e-12)
        here = np.concatenate([np.ravel(v) for v in chain.points[k]])
        np.testing.assert_array_equal(chain.values[k], here)
    assert chain.order.tolist() == [0] * 8 + [1] * 4 + [2] * 4 + [3]
    assert same(chain.g, right(chain.points[3], rows))
    assert chain.said == "4 steps in a row are those of"
    assert chain.on == ("" if index is None else "on 3 samples ")


# What a step remembers, and what it draws


@pytest.mark.parametrize(("off", "same_place"), [(0.9e-9, True), (1.2e-9, False)])
def test_two_fresh_steps_go_to_the_same_place_but_for_rounding(off, same_place):
    calls = []

    def step(p, X, y):
        calls.append(1)
        return {name: 1 + off * (len(calls) % 2) + 0 * v for name, v in p.items()}

    exam, steps = program(step)
    assert remembers_nothing(steps, exam.points[0]) == same_place
    assert keeps_something(steps, exam.points[0], None) == (not same_place)
    assert keeps_something(steps, exam.points[0], np.array([1])) == (not same_place)


@pytest.mark.parametrize("sample", [0, 3, 6, 11])
def test_a_step_that_draws_is_noticed_at_three_samples(sample):
    def step(p, X, y):
        far = 1 + (X[0, 0] == at) * np.random.random()  # noqa: NPY002
        return descend(p, X, y, 0.1 * far)

    at = X[sample, 0]
    exam, steps = program(step)
    assert draws_at_random(exam, steps, exam.points[0]) == (sample != 3)


@pytest.mark.parametrize(("number", "drawn"), [(7, True), (8, True), (12, True), (13, False)])
def test_five_other_draws_are_compared(number, drawn):
    """One draw is another one than all the rest, as a mask of few neurons may be."""
    first = np.random.RandomState(number).random_sample()

    def step(p, X, y):
        return descend(p, X, y, 0.1 + 0.1 * (np.random.random() == first))  # noqa: NPY002

    exam, steps = program(step)
    assert draws_at_random(exam, steps, exam.points[0]) == drawn


def test_a_step_that_takes_no_single_sample_is_asked_on_all():
    def picky(random):
        def step(p, X, y):
            if len(X) < 3:
                raise ValueError
            return descend(p, X, y, 0.1 + random * np.random.random())  # noqa: NPY002

        return step

    exam, steps = program(picky(0))
    assert not draws_at_random(exam, steps, exam.points[0])
    exam, steps = program(picky(1))
    with pytest.raises(Failed):
        draws_at_random(exam, steps, exam.points[0])


@pytest.mark.parametrize(
    ("pattern", "still"),
    [
        ([1, 1, 1, 1], False), ([1, 0, 1, 1], True), ([1, 1, 1, 0], True), ([0, 1, 1, 1], False),
        ([1, 1, 0, 0], True),
    ],
)  # fmt: skip
def test_what_moved_before_and_is_left_still_is_dropped(pattern, still):
    """By calls: whether the first weights move; the others always do."""

    def new_step():
        calls = iter(pattern)

        def step(p, X, y):
            moves = np.ones((2, 4))
            moves[0, 0] = next(calls)
            return {**p, "W1": p["W1"] - moves}

        return step

    exam, steps = program(new_step())
    exam.patient.functions["new_step"] = new_step
    assert leaves_still(steps, exam.points[0], exam.patient.data()) == still


def test_a_step_that_ends_drops_nothing():
    def new_step():
        calls = iter([1, 0, 0, 0])
        return lambda p, X, y, calls=calls: descend(p, X, y, next(calls))

    exam, steps = program(descend)
    exam.patient.functions["new_step"] = new_step
    assert not leaves_still(steps, exam.points[0], exam.patient.data())


# Losses of samples together


def mixing(how, data=(X, y), **given):
    def answer(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) ** 3 @ p["W2"] + p["b2"]

    def cost(p, X, y):
        error = np.abs(answer(p, X) - y) ** 1.3
        return how(error, p)

    return program(data=data, predict=answer, **{"loss": cost, **given})[0]


@pytest.mark.parametrize(
    ("how", "mixed"),
    [
        (lambda e, p: np.mean(e), False),
        (lambda e, p: np.sum(e), False),
        (lambda e, p: np.sum(e) + np.sum(p["W1"] ** 2), False),
        (lambda e, p: np.mean(e) + np.sum(p["W1"] ** 2), False),
        (lambda e, p: np.mean((e - e.mean(axis=0)) ** 2), True),
        (lambda e, p: np.sum(e) + np.sum(e) ** 2, True),
    ],
)
def test_a_loss_is_a_mean_or_a_sum_or_mixes_the_samples(how, mixed):
    exam = mixing(how)
    assert exam.formula is None
    assert loss_mixes_samples(exam) == mixed


def test_samples_are_mixed_in_an_unknown_loss_of_eight_or_more():
    def apart(e, p):
        return np.mean((e - e.mean(axis=0)) ** 2)

    def fails(e, p):
        return apart(e, p) if len(e) > 1 else 1 / 0

    assert loss_mixes_samples(mixing(apart, (X[:8], y[:8])))
    assert not loss_mixes_samples(mixing(apart, (X[:7], y[:7])))
    assert not loss_mixes_samples(mixing(apart, loss=None))
    assert not loss_mixes_samples(mixing(fails))
    exam = mixing(apart)
    exam.formula = object()
    assert not loss_mixes_samples(exam)


# Exactly at a bound


def test_moves_of_exactly_what_is_lost_are_none():
    for off, moves in ((1e-15, False), (1.0000001e-15, True)):
        exam, steps = program(lambda p, X, y, off=off: {n: 0 * v - off for n, v in p.items()})
        still = [0 * v for v in exam.patient.start]
        assert all(u.any() == moves for u in steps.moved(still, None))


def test_slopes_of_exactly_a_billionth_are_some():
    still, g = [np.zeros(2)], [np.array([1e-9, 0.0])]
    assert relation(exam_with(), still, g, VALUES[1:]) == "none"
    assert relation(exam_with(), still, [0.9999999 * g[0]], VALUES[1:]) == "plain"
    assert not stays(still[0], g[0])
    assert stays(still[0], 1.0000001 * g[0])
    g = [np.array([1.0, 2.0, 1e-9])]
    assert still_parts([np.array([1.0, 2.0, 0.0])], g) == []
    assert still_parts([np.array([1.0, 2.0, 0.0])], [g[0] + [0, 0, 1e-16]])


def test_a_factor_of_exactly_a_hundredth_more_is_plain():
    g = [np.ones(2)]
    assert relation(exam_with(100.0), [101.0 * g[0]], g, VALUES[1:]) == "plain"
    assert relation(exam_with(100.0), [101.00001 * g[0]], g, VALUES[1:]) == "scaled"


def test_a_small_parameter_may_be_off_by_exactly_twice_its_room():
    g = [np.array([1000.0]), np.array([0.0])]
    for own, fits in ((100.0, True), (100.1, False)):
        assert (common_factor([g[0], np.array([own])], g, 0.2, 0.05) is not None) == fits


def test_slopes_of_exactly_a_millionth_do_not_count_for_one_length():
    g = np.array([1e6, -1e6, 1e6, 1.0])
    assert one_length(np.array([1.0, -1.0, 1.0, 0.0]), g)
    g[3] = 1.0000001
    assert not one_length(np.array([1.0, -1.0, 1.0, 0.0]), g)


@pytest.mark.parametrize(("n", "same"), [(10, False), (11, True)])
def test_nine_signs_in_ten_are_too_few(n, same):
    u = np.ones(n)
    u[0] = -1
    assert one_length(u, np.ones(n)) == same


def test_close_everywhere_reaches_its_bounds():
    order, b = np.array([0, 0, 1, 1]), np.array([1000.0, 1.0, 100.0, 50.0])
    for off, near_enough in ((1.0, True), (1.0000001, False)):
        assert close_everywhere(b + np.array([0, 0, 0, off]), b, order) == near_enough
    tiny = np.array([1e4, 1.0, 1e-3, 1e-3])
    for off, near_enough in ((1.0, True), (1.0000001, False)):
        assert close_everywhere(tiny + np.array([0, 0, off, 0]), tiny, order) == near_enough


@pytest.mark.parametrize(("n", "closer"), [(60, False), (61, True)])
def test_of_more_than_sixty_slopes_more_are_measured(n, closer):
    given = {"loss": loss, "step": None}
    exam = exam_of(X, y, {"w": np.zeros(n)}, **given)
    assert (Steps(exam).closer() is not None) == closer


def test_of_a_known_network_no_more_slopes_are_measured():
    rng = np.random.default_rng(0)
    wide = {"W1": rng.normal(size=(2, 20)), "b1": np.zeros(20), "W2": rng.normal(size=(20, 1)),
            "b2": np.zeros(1)}  # fmt: skip

    def answer(p, X):
        return 1 / (1 + np.exp(-(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])))

    def squares(p, X, y):
        return np.mean((answer(p, X) - y) ** 2)

    exam = exam_of(X, y, wide, predict=answer, loss=squares)
    assert exam.dense is not None
    assert exam.formula is not None
    assert Steps(exam).closer() is None
    for name in ("dense", "formula"):
        exam = exam_of(X, y, wide, predict=answer, loss=squares)
        setattr(exam, name, None)
        closer = Steps(exam).closer()
        assert closer.room == 81
        assert closer.exam is exam


def drawn_after(count):
    """What is drawn first behind the seed of the audit."""
    return np.random.RandomState(7).random_sample(count)


def test_gradients_and_steps_in_a_row_are_asked_for_behind_one_seed():
    def drawing(p, X, y):
        return {name: np.full_like(v, np.random.random()) for name, v in p.items()}  # noqa: NPY002

    exam, steps = program(gradients=drawing)
    for index in (None, np.array([1, 4])):
        g = steps.gradient(exam.points[0], index)
        assert [x.flat[0] for x in g] == drawn_after(4).tolist()
    exam, _ = program(lambda p, X, y: {n: p[n] - g for n, g in drawing(p, X, y).items()})
    points = steps_in_a_row(exam, np.array([2]))
    moves = [a[0].flat[0] - b[0].flat[0] for a, b in itertools.pairwise(points)]
    assert moves == pytest.approx(drawn_after(16)[::4])


def test_a_second_step_is_seeded_as_the_first():
    """So that what is drawn alone does not make them differ."""

    def new_step():
        return lambda p, X, y: {n: v - np.random.random() for n, v in p.items()}  # noqa: NPY002

    exam, steps = program(new_step(), new_step=new_step)
    assert not keeps_something(steps, exam.points[0], None)
    assert remembers_nothing(steps, exam.points[0])
