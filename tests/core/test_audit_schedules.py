"""Steps at a rate that changes, or along cut gradients: whose they are, and from where on."""

from types import SimpleNamespace

import numpy as np
import pytest
from anew import (
    BETAS,
    GS,
    LATER,
    MOMENTA,
    ORDER,
    RATE,
    VALUES,
    adadelta,
    adagrad,
    adam,
    centred,
    later,
    rmsprop,
    times,
    velocity,
    walked,
)

from nnlib.audit.schedules import by_schedule, in_step, with_momentum
from nnlib.audit.update import Chain

FACTORS = [0.2, 0.1, 0.15, 0.05]


@pytest.fixture(autouse=True)
def no_warnings():
    """An audit works without NumPy's warnings."""
    with np.errstate(all="ignore"):
        yield


def at_rates(steps, factors=FACTORS):
    return [f * u for f, u in zip(factors, steps, strict=True)]


# Optimisers at a rate that changes


def nesterov(mu):
    def step(memory, g, t):
        before = memory.get("v", 0)
        memory["v"] = mu * before + g
        return (1 + mu) * memory["v"] - mu * before

    return step


def corrected(mu):
    mean = velocity(mu, 1 - mu)
    return lambda memory, g, t: mean(memory, g, t) / (1 - mu**t)


def decayed(b1, b2, decay):
    def step(memory, g, t):
        return adam(b1, b2, 1e-8)(memory, g, t) / RATE + decay * VALUES[t - 1]

    return step


SIGN = "steps along the sign of the gradient"
BY_RATE = {  # these have the rate in them
    "Adam (0.9, 0.999)": [adam(0.9, 0.999, e) for e in (1e-8, 1e-7)],
    "Adam (0.9, 0.99)": [adam(0.9, 0.99, e) for e in (1e-8, 1e-7)],
    "AdaGrad": [adagrad(e, i) for e in (1e-8, 1e-7, 1e-6) for i in (False, True)],
    **{f"RMSProp ({rho})": [rmsprop(rho, e, inside=i) for e in (1e-8, 1e-7, 1e-6)
                            for i in (False, True)] for rho in (0.9, 0.99, 0.999, 0.95)},
    **{f"{name} (0.9, {b2})": [later(name, b2, e) for e in (1e-8, 1e-7, 1e-6)]
       for name in LATER if "," not in name for b2 in (0.999, 0.99)},
    "centred RMSProp (0.9)": [centred(0.9, 1e-8)],
}  # fmt: skip
AT_ONE = {
    "gradient descent": [lambda memory, g, t: g],
    SIGN: [lambda memory, g, t: np.sign(g)],
    "AdaDelta (0.9)": [adadelta(0.9, 1e-8)],
    **{f"AdamW ({b1}, {b2})": [decayed(b1, b2, d) for d in (0.01, 0.1, 0.001, 1e-4)]
       for b1, b2 in BETAS[:2]},
    **{f"momentum {mu}": [velocity(mu)] for mu in MOMENTA},
    **{f"Nesterov's momentum {mu}": [nesterov(mu)] for mu in MOMENTA},
    **{f"momentum {mu}, as a corrected running mean": [corrected(mu)] for mu in MOMENTA},
}  # fmt: skip
EVERY = AT_ONE | {name: [times(1 / RATE, s) for s in steps] for name, steps in BY_RATE.items()}


@pytest.mark.parametrize("name", EVERY)
def test_each_optimiser_is_known_by_its_direction_and_its_rates_are_read_off(name):
    for step in EVERY[name]:
        us = at_rates(walked(step))
        found = dict(in_step(us, GS, ORDER, 1e-9, VALUES))
        np.testing.assert_allclose(found[name], FACTORS, rtol=1e-6)
        assert not [n for n in found if "descent" in n and n != "gradient descent"]
        turned = [-u for u in us]
        assert name not in dict(in_step(turned, GS, ORDER, 1e-9, VALUES))


def test_small_parameters_have_their_own_bound():
    """The second one moves by a twentieth of the first, and by another rule."""
    gs = [np.array([1.0, 2, -3, 0.1, 0.1]) * (1 + k * np.arange(5) / 9) for k in range(4)]
    for off, fits in ((0.9e-2, True), (1.1e-2, False)):
        us = [g * np.where(ORDER == 0, 1, 1 + off) for g in gs]
        assert ("gradient descent" in dict(in_step(us, gs, ORDER, 2e-3, gs))) == fits


# Momentum into whose velocity goes a rate that changes

WIDE = list(np.random.default_rng(7).normal(size=(4, 6)))
ONE = np.zeros(6, dtype=int)


def into_the_velocity(mu, looks_back=False, rates=FACTORS, gs=WIDE):
    v, steps = 0, []
    for f, g in zip(rates, gs, strict=True):
        v = mu * v + f * g
        steps.append(mu * v + f * g if looks_back else v)
    return steps


def read(us, gs=WIDE, tolerance=2e-3):
    return dict(with_momentum(us, gs, np.zeros(len(gs[0]), int), tolerance))


@pytest.mark.parametrize(
    ("mu", "fits"),
    [(0.9, True), (0.051, True), (0.049, False), (0.999, True), (1.001, False), (-0.5, False)],
)
def test_rates_within_the_velocity_are_read_off(mu, fits):
    found = read(into_the_velocity(mu))
    assert ("momentum" in found) == fits
    if fits:
        np.testing.assert_allclose(found["momentum"], FACTORS, rtol=1e-6)


@pytest.mark.parametrize(
    ("mu", "fits"),
    [(0.9, True), (0.251, True), (0.249, False), (0.999, True), (1.001, False), (-0.5, False)],
)
def test_rates_within_nesterovs_velocity_are_read_off(mu, fits):
    found = read(into_the_velocity(mu, True))
    assert ("Nesterov's momentum" in found) == fits
    assert "momentum" not in found
    if fits:
        np.testing.assert_allclose(found["Nesterov's momentum"], FACTORS, rtol=1e-6)


def test_a_gradient_of_the_step_before_counts_against_it_alone():
    """Nesterov's share of it is below 0."""
    for sign, fits in ((-1, True), (1, False)):
        us = [0.2 * WIDE[0], 0.1 * WIDE[1] + 0.1 * WIDE[0]]
        for k in (2, 3):
            us.append(0.1 * WIDE[k] + 0.5 * us[-1] + sign * 0.05 * WIDE[k - 1])
        assert ("Nesterov's momentum" in read(us)) == fits
        assert "momentum" not in read(us)


@pytest.mark.parametrize("rates", [[-0.2, 0.1, 0.1, 0.1], [0.2, 0.1, -0.1, 0.1], [0, 0.1, 0, 0]])
@pytest.mark.parametrize("looks_back", [False, True])
def test_rates_within_the_velocity_are_above_0(rates, looks_back):
    assert not read(into_the_velocity(0.9, looks_back, rates))


def test_shares_of_few_numbers_and_of_steps_that_begin_elsewhere_say_nothing():
    five = [g[:5] for g in WIDE]
    assert read(into_the_velocity(0.9))
    assert not read(into_the_velocity(0.9, gs=five), five)
    us = into_the_velocity(0.9)
    assert not read([np.roll(us[0], 1), *us[1:]])


@pytest.mark.parametrize(("off", "fits"), [(0.9, True), (1.1, False)])
def test_the_shares_of_momentum_fit_ten_times_as_closely_as_one_factor(off, fits):
    gs = [np.array([1.0, 0, 0, 0, 0, 0]), np.array([0, 1.0, 0, 0, 0, 0])]
    us = [0.2 * gs[0], 0.1 * gs[1] + 0.1 * gs[0]]
    us[1] = us[1] + off * 0.1 * 1e-2 * 0.1 * np.eye(6)[5]
    assert ("momentum" in read(us, gs, 1e-2)) == fits


# What is said of them


def exam_with(rate=RATE, short=False):
    return SimpleNamespace(learning_rate=rate, patient=SimpleNamespace(short_steps=short))


def chain(us, gs=GS, order=ORDER, values=None):
    """Steps in a row, beside their gradients, of a parameter of three entries and one of two."""
    sizes = np.bincount(order)
    points = [[np.full(size, 1e-9) for size in sizes]] * (len(us) + 1)
    return Chain(None, points, us, gs, values or [0 * g for g in gs], order, [])


def told(us, rate=RATE, short=False, **more):
    return by_schedule(exam_with(rate, short), chain(us, **more))


NOTHING = "", ""


def test_a_rate_that_falls_is_a_note():
    rates = [0.07, 0.035, 0.0175, 0.00875]
    words = "with a rate that changes: 0.07, 0.035, 0.0175, 0.00875"
    assert told(at_rates(GS, rates)) == ("", f"gradient descent {words}")
    steps = at_rates(walked(times(1 / RATE, adam(0.9, 0.999, 1e-8))), rates)
    assert told(steps) == ("", f"Adam (0.9, 0.999) {words}")
    assert told(steps, None) == ("", f"Adam (0.9, 0.999) {words}")
    assert told([2 * u for u in steps]) == NOTHING  # faster than the rate


def test_a_schedule_has_three_steps_of_four_numbers_that_all_move():
    us = at_rates(GS, [0.07, 0.035, 0.0175, 0.00875])
    assert told(us[:3], gs=GS[:3])[1]
    assert told(us[:2], gs=GS[:2]) == NOTHING
    assert told([us[0], 0 * us[1], us[2]], gs=GS[:3]) == NOTHING
    for n in (3, 4):
        few = [u[:n] for u in us], [g[:n] for g in GS]
        assert bool(told(few[0], gs=few[1], order=ORDER[:n])[1]) == (n > 3)


@pytest.mark.parametrize(("last", "plain"), [(1.01, True), (1.0102, False), (0.991, True),
                                             (0.98, False), (0.9900, False)])  # fmt: skip
def test_one_multiple_of_the_gradient_is_no_schedule(last, plain):
    us = at_rates(GS, [RATE, RATE, RATE, last * RATE])
    assert (told(us) == NOTHING) == plain


@pytest.mark.parametrize(
    ("f", "rate", "sound"),
    [(1.0, RATE, True), (1.019, RATE, True), (1.021, RATE, False), (0.981, RATE, True),
     (0.979, RATE, False), (3.0, None, True)],
)  # fmt: skip
def test_an_optimiser_at_the_rate_is_sound_and_at_another_none(f, rate, sound):
    us = [f * u for u in walked(adam(0.9, 0.999, 1e-8))]
    assert told(us, rate) == (("Adam (0.9, 0.999)", "") if sound else NOTHING)


@pytest.mark.parametrize(("last", "note"), [(0.991, False), (0.989, True)])
def test_rates_change_by_more_than_a_hundredth(last, note):
    us = at_rates(walked(adam(0.9, 0.999, 1e-8)), [1, 1, last, 1])
    assert bool(told(us)[0]) == (not note)
    assert ("with a rate that changes: 0.07, 0.07, 0.06923, 0.07" in told(us)[1]) == note


def test_gradients_may_be_cut_beside_it():
    cut = [np.clip(g, -0.05, 0.05) for g in GS]
    rates = [0.07, 0.035, 0.0175, 0.00875]
    words = "along gradients whose entries are cut to -0.05 to 0.05"
    assert told(at_rates(cut, rates)) == (
        "", f"gradient descent {words} with a rate that changes: 0.07, 0.035, 0.0175, 0.00875"
    )  # fmt: skip
    steps = walked(adam(0.9, 0.999, 1e-8), cut)
    assert told(steps) == (f"Adam (0.9, 0.999) {words}", "")
    slip = [np.clip(g, 0, 0.05) for g in GS]  # no sound one
    assert told(at_rates(slip, rates)) == NOTHING


@pytest.mark.parametrize(
    ("off", "short", "fits"),
    [(1.9e-3, False, True), (2.1e-3, False, False), (2.1e-3, True, True)],
)
def test_a_schedule_fits_to_two_thousandths_and_in_float32_less_closely(off, short, fits):
    gs = [np.array([1.0, 0, -2, 3, 4]) * (1 + 0.1 * k * np.arange(5)) for k in range(4)]
    us = at_rates(gs, [0.07, 0.035, 0.0175, 0.00875])
    us[2] = us[2] + off * us[2].max() * np.eye(5)[1]
    one = np.zeros(5, dtype=int)
    assert bool(told(us, short=short, gs=gs, order=one)[1]) == fits


def test_of_several_that_fit_the_one_that_begins_at_the_rate_is_said():
    """Of the first gradient again and again, many are multiples."""
    gs = [np.array([1.0, -1, 1, 1, -1])] * 3 + [np.array([1.0, -1, 1, 1, -1.5])]
    us = at_rates(gs[:3], [0.07, 0.06, 0.05])
    found = dict(in_step(us, gs[:3], ORDER, 2e-3, gs[:3]))
    assert len(found) > 3
    assert told(us, gs=gs[:3])[1] == "gradient descent with a rate that changes: 0.07, 0.06, 0.05"


@pytest.mark.parametrize(("n", "at", "seen"), [(3999, 1, True), (4000, 1, False), (4000, 2, True)])
def test_of_many_numbers_some_are_enough(n, at, seen):
    gs = list(np.random.default_rng(0).normal(size=(3, n)))
    us = at_rates(gs, [0.07, 0.035, 0.0175])
    us[1][at] += 1.0
    order = np.zeros(n, dtype=int)
    assert (told(us, gs=gs, order=order) == NOTHING) == seen


def test_a_step_of_nothing_is_none_of_an_optimiser():
    us = [0 * GS[0], *GS[1:]]
    assert "gradient descent" not in dict(in_step(us, GS, ORDER, 1e-9, VALUES))
