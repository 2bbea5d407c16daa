"""What the audit says of a step and a gradient that do not belong together, bound by bound."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import reports
from exams import well_said

from nnlib.audit import audit, missteps
from nnlib.audit.chains import (
    fitting,
    looks_adaptive,
    tell_epsilon,
    tell_odd_steps,
    tell_rate,
)
from nnlib.audit.cuts import at_own_rates
from nnlib.audit.exam import Exam
from nnlib.audit.formulas import Formula
from nnlib.audit.missteps import (
    TWICE_THE_RATE,
    decays,
    scale_of_most,
    slip_of_some,
    tell_bare,
    tell_factor,
    tell_faster_biases,
    tell_few,
    tell_limit,
    tell_lost,
    tell_one_side,
    tell_other_gradient,
    tell_parts,
    tell_power,
    tell_signs,
)
from nnlib.audit.patient import Patient
from nnlib.audit.update import Chain

stored = reports.stored
RATE = 0.5
rng = np.random.default_rng(4)
SHAPES = {"W1": (2, 5), "b1": (5,), "W2": (5, 2), "b2": (2,)}
START = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
VALUES = list(START.values())
G = [rng.normal(size=shape) for shape in SHAPES.values()]
X, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))


def exam_of(rate=RATE, parameters=START, **functions):
    return Exam(Patient(X, y, parameters, functions), rate, "update", {})


def said(exam):
    """What was found, in one line each."""
    return [f"{f.severity} {f.kind} ({f.where}): {f.seen}" for f in well_said(exam)]


def moves(f=RATE):
    return [f * g for g in G]


@pytest.fixture(autouse=True)
def no_warnings():
    with np.errstate(all="ignore"):
        yield


# The factor of a step


@pytest.mark.parametrize("f", [0.5, 0.509, 0.491])
def test_a_factor_that_is_nearly_the_rate_is_none(f):
    exam = exam_of()
    tell_factor(exam, f, RATE, None)
    assert not exam.findings


@pytest.mark.parametrize("f", [0.511, 0.489, 0.25, 1.0, 3.0, 0.2501, 0.2506, -0.5, 0.0831, 0.1])
@pytest.mark.parametrize("own", [False, True])
def test_another_factor_is_told_with_what_it_might_be(f, own, stored):
    exam = exam_of(gradients=print) if own else exam_of()
    tell_factor(exam, f, RATE, None)
    assert said(exam) == stored


def test_of_some_samples_their_number_counts_and_not_that_of_all(stored):
    for index in (None, np.arange(3)):
        exam = exam_of()
        tell_factor(exam, RATE * 3, RATE, index)
        tell_factor(exam, RATE * 6, RATE, index)  # the same cause: told once
        assert said(exam) == stored


def test_of_a_loss_that_is_a_sum_over_all_samples_the_mean_is_told():
    words = "The loss is a sum over the 6 samples, and this belongs to their mean."
    for index, told in ((None, True), (np.arange(6), False)):
        exam = exam_of()
        exam.patient.n = 6
        exam.formula = Formula("squared", 1.0)
        tell_factor(exam, RATE / 6, RATE, index)
        assert said(exam)[0].endswith(words) == told


def test_without_a_rate_only_the_sign_is_told():
    exam = exam_of(None)
    tell_factor(exam, 7.0, None, None)
    assert not exam.findings
    tell_factor(exam, -7.0, None, None)
    assert said(exam) == [
        "wrong gradient_sign (step): the step is 7 times the gradient, added: it goes uphill."
    ]


# Biases that move faster


def faster(factors, rate=None, dense=None, g=G):
    """What is said of steps that are these multiples of the gradients of W1, b1, W2 and b2."""
    exam = exam_of(rate)
    exam.dense = dense
    u = [f * x for f, x in zip(factors, G, strict=True)]
    steps = SimpleNamespace(moved=lambda values, index: u, gradient=lambda values, index: g)
    told = tell_faster_biases(exam, steps, VALUES)
    assert told == bool(exam.findings)
    assert [f.advice for f in exam.findings] == [TWICE_THE_RATE] * told
    return said(exam)


FASTER = (
    "suspicious step_not_gradient ({}): {} by twice as much of the gradient as the weights do. "
    "That may be meant: some give all biases twice the rate."
)


@pytest.mark.parametrize(
    ("factors", "told"),
    [
        ((0.3, 0.6, 0.3, 0.6), True), ((0.3, 0.6 * (1 + 0.9e-3), 0.3, 0.6), True),
        ((0.3, 0.6 * (1 + 1.1e-3), 0.3, 0.6), False), ((0.3, 0.6, 0.3, 0.3), False),
        ((0.3, 0.3, 0.3, 0.6), False), ((0.3, 0.9, 0.3, 0.9), False),
        ((0.3, 0.15, 0.3, 0.15), False), ((0.3, 0.6, 0.6, 0.6), False),
        ((0.3, 0.3, 0.3, 0.3), False), ((-0.3, -0.6, -0.3, -0.6), False),
        ((0.3, 0.6, 0.3 * (1 + 0.9e-3), 0.6), True), ((0.3, 0.6, 0.3 * (1 + 1.1e-3), 0.6), False),
        ((0.0, 0.0, 0.0, 0.0), False),
    ],
)  # fmt: skip
def test_all_biases_may_learn_twice_as_fast(factors, told):
    line = FASTER.format("b1, b2", "b1, b2 move")
    assert faster(factors) == [line] * told
    assert faster(factors, rate=0.3) == []
    layers = [SimpleNamespace(W=0), SimpleNamespace(W=1), SimpleNamespace(W=2)]
    one = faster((0.3, 0.3, 0.3, 0.6), dense=SimpleNamespace(layers=layers))
    assert one == [FASTER.format("b2", "b2 moves")]


def test_what_is_no_bias_learns_no_faster():
    layers = [SimpleNamespace(W=k) for k in range(4)]
    assert faster((0.3, 0.6, 0.3, 0.6), dense=SimpleNamespace(layers=layers)) == []
    assert faster((0.3, 0.6, 0.3, 0.6), g=None) == []
    exam = Exam(Patient(X, y, {"W1": VALUES[0], "w2": VALUES[1], "b": VALUES[3]}, {}), None, "", {})
    exam.dense = None
    g = [G[0], G[1], G[3]]
    steps = SimpleNamespace(
        moved=lambda values, index: [g[0], 2 * g[1], 2 * g[2]], gradient=lambda values, index: g
    )
    assert not tell_faster_biases(exam, steps, VALUES)  # w2 may be weights


def test_a_step_with_faster_biases_is_told_before_others():
    def predict(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def loss(p, X, y):
        return np.mean((predict(p, X) - y) ** 2)

    def step(p, X, y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        d = 2 * (predict(p, X) - y) / y.size
        e = d @ p["W2"].T * (1 - h * h)
        moved = {"W1": X.T @ e, "b1": 2 * e.sum(0), "W2": h.T @ d, "b2": 2 * d.sum(0)}
        return {k: p[k] - 0.05 * moved[k] for k in p}

    for rate, told in ((None, "suspicious"), (0.05, "wrong")):
        functions = {"predict": predict, "loss": loss, "step": step}
        report = audit(X, y, parameters=START, learning_rate=rate, **functions)
        (finding,) = (f for f in report.findings if f.severity != "note")
        assert finding.severity == told
        assert bool(report) == (rate is None)


# Entries that do not move


def test_rows_columns_and_single_entries_that_stay_are_named(stored):
    for places in [
        [(0, (1, slice(None)))], [(0, (slice(None), 3))], [(0, (1, 3))], [(2, ([0, 4],))],
        [(2, (slice(None), 1)), (0, (slice(None), 0))], [(0, (slice(None), slice(0, 2)))],
        [(1, 2)], [(1, slice(None))], [(0, ([0, 1], [1, 2]))],
    ]:  # fmt: skip
        u, exam = moves(), exam_of()
        for k, place in places:
            u[k][place] = 0
        assert tell_parts(exam, u, G)
        assert said(exam) == stored
    assert not tell_parts(exam_of(), moves(), G)


@pytest.mark.parametrize(("sign", "word"), [(-1, "negative"), (1, "positive")])
@pytest.mark.parametrize("n", [7, 8])
def test_entries_with_slopes_of_one_sign_that_all_stay_are_said_to_be_so(n, sign, word):
    """Where there are eight of them: of fewer it may be chance."""
    g = [np.abs(x) * sign for x in G]
    g[0] = -g[0].ravel()
    g[0][:n] *= -1
    g[0] = -sign * np.abs(g[0]) * np.where(np.arange(10) < n, -1, 1)
    g[1], g[2], g[3] = (-sign * np.abs(x) for x in G[1:])
    u = [np.where(sign * x > 0, 0, RATE * x) for x in g]
    exam = exam_of()
    assert tell_parts(exam, u, g)
    seen = (
        f"{n} of 10 entries of W1: not moved by the step, and the slope there is not 0. All other "
        "entries move as they should."
    )
    if n == 7:
        assert said(exam) == [f"wrong parameter_not_moved (step): {seen}"]
        return
    assert said(exam) == [
        f"wrong step_not_gradient (step): {seen} Those are the 8 whose slope is {word}."
    ]
    assert exam.findings[0].advice == (
        "Slopes of one sign are cut off to 0, as by np.clip(g, 0, limit) or np.maximum(g, 0).",
        "Clip on both sides: np.clip(g, -limit, limit).",
    )


# Entries whose slope has one sign


def one_sided(sign=1, left=0.0, f=RATE):
    """Moves of the entries whose slope has this sign; of others, this share of the largest one."""
    a, b = (np.concatenate([np.ravel(x) for x in each]) for each in (moves(f), G))
    largest = np.abs(a[sign * b > 0]).max()
    return np.where(sign * b > 0, a, left * largest), b


@pytest.mark.parametrize(("sign", "still", "moving"), [(1, "negative", "positive"),
                                                       (-1, "positive", "negative")])  # fmt: skip
@pytest.mark.parametrize("rate", [RATE, None])
def test_entries_with_slopes_of_one_sign_that_do_not_move_are_counted(sign, still, moving, rate):
    a, b = one_sided(sign)
    exam = exam_of(rate)
    assert tell_one_side(exam, a, b)
    assert said(exam) == [
        f"wrong step_not_gradient (step): of the {(sign * b < 0).sum()} entries whose slope is "
        f"{still} none moves; the {(sign * b > 0).sum()} with a {moving} one move by 0.5 times it."
    ]


@pytest.mark.parametrize(("left", "told"), [(0.9e-4, True), (1.1e-4, False)])
def test_what_is_left_of_a_range_is_nothing(left, told):
    a, b = one_sided(left=left)
    exam = exam_of()
    assert tell_one_side(exam, a, b) == told
    words = f"none moves by more than {left * np.abs(a).max():.2g}; the"
    assert [words in f.seen for f in exam.findings] == [True] * told


@pytest.mark.parametrize(
    ("f", "told"), [(0.509, True), (0.511, False), (0.491, True), (0.489, False), (-0.5, False)]
)
def test_what_moves_on_one_side_moves_by_the_rate(f, told):
    assert tell_one_side(exam_of(), *one_sided(f=f)) == told
    assert tell_one_side(exam_of(None), *one_sided(f=f)) == (f > 0)


def test_one_side_has_three_entries_at_least_with_clear_slopes():
    b = np.array([1.0, 2, 3, -1, -2, -3, -2.9e-3])
    a = np.where(b > 0, RATE * b, 0.0)
    a[-1] = -1.0  # its slope is hardly any
    assert tell_one_side(exam_of(), a, b)
    for left_out in (0, 3):
        keep = np.arange(7) != left_out
        assert not tell_one_side(exam_of(), a[keep], b[keep])
    b[-1] = -3.1e-3
    assert not tell_one_side(exam_of(), a, b)


# One number in the place of the gradient


BOTH = [*G[:3], G[3] * [1, -1]]  # slopes of both signs in each parameter


def of_six(rate=RATE):
    exam = exam_of(rate)
    exam.patient.n = 6
    return exam


def bare(names, number=RATE):
    return [np.full(g.shape, number) if n in names else RATE * g
            for n, g in zip(SHAPES, BOTH, strict=True)]  # fmt: skip


BARE = "all entries move by one number, {}, whatever their slopes are, and against some of them."


@pytest.mark.parametrize("names", [["W1"], ["W1", "W2"], ["b1", "W2"], list(SHAPES)])
def test_parameters_that_move_by_one_number_are_named(names):
    exam = of_six()
    assert tell_bare(exam, bare(names), BOTH)
    places = ", ".join(names)
    assert said(exam) == [f"wrong step_not_gradient ({places}): in {places} {BARE.format('-0.5')}"]


@pytest.mark.parametrize(("off", "told"), [(0.9e-9, True), (1.1e-9, False)])
def test_one_number_is_the_rate_unless_all_move_by_it(off, told):
    assert tell_bare(of_six(), bare(["W1"], RATE + off), BOTH) == told
    assert tell_bare(of_six(), bare(SHAPES, RATE + off), BOTH)
    assert not tell_bare(of_six(None), bare(["W1"]), BOTH)
    exam = of_six(None)
    u = [np.full(g.shape, x) for g, x in zip(G, (0.1, 0.2, 0.1, 0.2), strict=True)]
    assert tell_bare(exam, u, BOTH)
    assert said(exam) == [
        f"wrong step_not_gradient (W1, b1, W2, b2): in W1, b1, W2, b2 {BARE.format('-0.1 or -0.2')}"
    ]


@pytest.mark.parametrize(("spread", "told"), [(0.9e-9, True), (1.1e-9, False)])
def test_entries_move_alike_but_for_rounding(spread, told):
    u = bare(["W1"])
    u[0][0, 0] *= 1 - spread
    assert tell_bare(of_six(), u, BOTH) == told


def test_steps_down_the_slopes_and_sums_over_everything_are_no_bare_number():
    one_sign = [np.abs(g) for g in G]
    assert not tell_bare(of_six(), bare(["W1"]), one_sign)
    assert not tell_bare(of_six(), [RATE * g for g in BOTH], BOTH)
    assert not tell_bare(of_six(), [0 * g for g in G], BOTH)


@pytest.mark.parametrize("share", [1, 1 / 10, 1 / 6, 1 / 60, 6])
@pytest.mark.parametrize(("off", "told"), [(1.0, False), (1.019, False), (1.03, True)])
def test_a_sum_over_samples_and_neurons_is_told_elsewhere(share, off, told):
    """W1 has ten entries, and there are six samples; the others move by 0.7."""
    number = RATE * G[0].sum() * share * off
    u = [np.full(g.shape, number if k == 0 else 0.7) for k, g in enumerate(G)]
    assert tell_bare(of_six(), u, BOTH) == told


# The gradient of another parameter


def test_a_parameter_that_moves_by_anothers_gradient_is_named():
    for rate in (RATE, None):
        u, exam = moves(), exam_of(rate)
        u[1] = RATE * G[2].ravel()[:5]
        assert tell_other_gradient(exam, u, G)
        assert said(exam) == [
            "wrong step_not_gradient (b1): b1 moves by the rate times the gradient of W2."
        ]


@pytest.mark.parametrize(("off", "told"), [(0.9e-5, True), (1.1e-5, False)])
def test_anothers_gradient_fits_to_a_hundred_thousandth(off, told):
    u = moves()
    u[1] = RATE * G[2].ravel()[:5]
    u[1][0] += off * np.abs(u[1]).max()
    assert tell_other_gradient(exam_of(), u, G) == told


def test_one_number_that_fits_by_chance_tells_nothing():
    start = {"W": VALUES[0], "b": np.zeros(1)}
    g = [G[0], np.array([0.3])]
    by_W = RATE * G[0].flat[0]
    for b, told in [
        (by_W, True), (by_W * (1 + 1e-8), False), (by_W * (1 + 0.9e-10), True),
        (RATE * 0.3, False),
    ]:  # fmt: skip
        exam = exam_of(parameters=start)
        assert tell_other_gradient(exam, [RATE * G[0], np.array([b])], g) == told


def test_parameters_that_move_rightly_or_in_float32_are_left_alone():
    assert not tell_other_gradient(exam_of(), moves(), G)
    g = [G[0], G[0].copy(), G[2], G[3]]  # two gradients that are the same
    assert not tell_other_gradient(exam_of(), [RATE * x for x in g], g)
    u = moves()
    u[1] = RATE * G[2].ravel()[:5]
    short = exam_of(parameters={n: v.astype(np.float32) for n, v in START.items()})
    assert not tell_other_gradient(short, u, G)


def test_no_rate_is_read_off_one_parameter_or_off_two_that_differ():
    u = [RATE * G[0], RATE * G[2].ravel()[:5], 0.6 * G[2], 0.7 * G[3]]
    assert not tell_other_gradient(exam_of(None), u, G)


# Signs


def test_steps_of_one_length_uphill(stored):
    exam = exam_of()
    assert tell_signs(exam, [-0.1 * np.sign(g) for g in G], G)
    assert said(exam) == stored


@pytest.mark.parametrize("names", [["W1"], ["W2"], ["b1"], ["b1", "b2"], ["b1", "b2", "W1"]])
def test_parameters_whose_steps_go_uphill_are_named_where_there_are_enough(names, stored):
    u = [(-0.1 if n in names else 0.1) * np.sign(g) for n, g in zip(SHAPES, G, strict=True)]
    exam = exam_of()
    assert tell_signs(exam, u, G)
    assert said(exam) == stored


def test_single_signs_that_are_others_are_counted(stored):
    u = [0.1 * np.sign(g) for g in G]
    u[0][0, :2] *= -1
    u[3][1] *= -1
    exam = exam_of()
    assert tell_signs(exam, u, G)
    assert said(exam) == stored


def test_signs_say_nothing_where_they_fit_or_where_the_lengths_differ():
    assert not tell_signs(exam_of(), [0.1 * np.sign(g) for g in G], G)
    assert not tell_signs(exam_of(), [-x for x in moves()], G)


@pytest.mark.parametrize(("far", "told"), [(1.0, True), (1.01, False)])
def test_signs_say_nothing_where_one_entry_moves_much_farther(far, told):
    u = [-0.1 * np.sign(g) for g in G]
    u[0][0, 0] *= 10 * far
    assert tell_signs(exam_of(), u, G) == told


def test_a_power_of_the_slopes_comes_before_their_signs():
    g = [np.array([1.0, 2.0, 0.5, 4.0])]
    exam = exam_of()
    assert tell_signs(exam, [g[0] ** 2], g)
    assert [f.kind for f in exam.findings] == ["optimizer_formula"]


def test_steps_of_one_length_are_followed_for_slips_on_three_samples_too(monkeypatch):
    asked = []

    def slip(exam, steps, points, us, part):
        asked.append(part if part is None else part.tolist())
        moved = [np.concatenate([np.ravel(a - b) for a, b in zip(*pair, strict=True)])
                 for pair in itertools.pairwise(points)]  # fmt: skip
        np.testing.assert_array_equal(us, moved)
        return len(asked) == found

    def along(exam, part):
        return [[v - 0.1 * k * np.ones_like(v) for v in VALUES] for k in range(3)]

    monkeypatch.setattr(missteps, "tell_slip", slip)
    monkeypatch.setattr(missteps, "steps_in_a_row", along)
    signs = [0.1 * np.sign(g) for g in G]
    one, two = np.array([4]), np.array([1, 4])
    three = np.sort(np.random.default_rng(2).permutation(6)[:3]).tolist()
    for index, n, parts in [
        (None, 6, [None]), (two, 6, [[1, 4]]), (one, 6, [three, [4]]), (one, 3, [[4]]),
    ]:  # fmt: skip
        exam = exam_of()
        exam.patient.n = n
        for found in range(len(parts) + 1):
            asked.clear()
            assert slip_of_some(exam, None, signs, index) == (found > 0)
            assert asked == parts[: found or None]
    asked.clear()
    assert not slip_of_some(exam_of(), None, moves(), None)
    assert asked == []


# Powers


@pytest.mark.parametrize("power", [-1.0, 0.5, 2.0, 3.0, 1.2, 0.2, -0.5, -2.0])
def test_another_power_of_the_slopes_is_read_off(power, stored):
    g = np.array([0.1, -0.3, 1.0, 2.0, -4.0])
    exam = exam_of()
    assert tell_power(exam, 0.2 * np.sign(g) * np.abs(g) ** power, g)
    assert said(exam) == stored


@pytest.mark.parametrize("power", [1.0, 1.09, 0.91, 0.09, -0.09, 0.0])
def test_the_first_power_and_none_at_all_are_as_they_should_be(power):
    g = np.array([0.1, -0.3, 1.0, 2.0, -4.0])
    assert not tell_power(exam_of(), 0.2 * np.sign(g) * np.abs(g) ** power, g)


def test_a_power_needs_four_slopes_of_several_sizes_all_downhill():
    g = np.array([0.1, -0.3, 1.0, 2.0])
    assert tell_power(exam_of(), g * np.abs(g), g)
    assert not tell_power(exam_of(), (g * np.abs(g))[:3], g[:3])
    assert not tell_power(exam_of(), g * np.abs(g) * [1, 1, 1, -1], g)
    near = np.array([1.0, 1.2, 1.5, 1.99])  # less than twice as large
    assert not tell_power(exam_of(), near**2, near)
    wide = np.array([1.0, 1.2, 1.5, 2.03])
    assert tell_power(exam_of(), wide**2, wide)
    assert not tell_power(exam_of(), g * np.abs(g) * [1, 1.2, 0.8, 1], g)  # no power at all
    tiny = np.array([*g, 0.019])  # less than a hundredth of the largest is not looked at
    assert tell_power(exam_of(), np.array([*(g * np.abs(g)), -5.0]), tiny)


def test_an_epsilon_beside_the_square_does_not_hide_it(stored):
    g = np.array([0.1, -0.3, 1.0, 2.0, -4.0])
    for epsilon in (1e-3, 0.1, 17.0):
        exam = exam_of()
        tell_power(exam, 0.2 * g / (g**2 + epsilon), g)
        assert said(exam) == stored


# Limits, single entries, what is lost


def limited(limit, u, rate=RATE):
    after = [np.clip(v - x, -limit, limit) for v, x in zip(VALUES, u, strict=True)]
    return [v - w for v, w in zip(VALUES, after, strict=True)]


@pytest.mark.parametrize("rate", [RATE, None])
@pytest.mark.parametrize("limit", [0.5, 1.0])
def test_weights_that_are_cut_off_at_a_limit(rate, limit, stored):
    exam = exam_of(rate)
    told = tell_limit(exam, VALUES, limited(limit, moves()), G)
    assert [told, *said(exam)] == stored


def test_a_limit_is_none_where_the_others_do_not_move_rightly_or_only_one_is_there():
    exam = exam_of()
    assert not tell_limit(exam, VALUES, moves(), G)
    wrong = limited(0.5, moves(0.6))
    assert not tell_limit(exam, VALUES, wrong, G)


def test_entries_that_a_step_makes_alike(stored):
    u, exam = moves(), exam_of()
    u[1] = VALUES[1] - 0.25
    assert tell_limit(exam, VALUES, u, G)
    assert said(exam) == stored
    unknown = exam_of(None)  # without a rate it is not known where they would have gone
    assert not tell_limit(unknown, VALUES, u, G)


def test_single_entries_that_are_set_are_named(stored):
    for places in [[(0, (1, 3))], [(0, (1, 3)), (2, (4, 0))]]:
        u, exam = moves(), exam_of()
        for k, place in places:
            u[k][place] = VALUES[k][place]  # it is 0 afterwards
        assert tell_few(exam, VALUES, u, G)
        assert said(exam) == stored
        assert [f.entries for f in exam.findings] == stored


def test_of_many_single_entries_three_are_shown():
    """Nine of a hundred, of which three are told with their numbers, and eight are marked."""
    W, g = rng.normal(size=(10, 10)), rng.normal(size=(10, 10))
    for n in (3, 4, 9, 10, 11):
        exam, u = exam_of(parameters={"W": W}), RATE * g
        u[range(n - 1), range(n - 1)] = 9.0
        u[0, 5] = 9.0
        told = tell_few(exam, [W], [u], [g])
        assert told == (n <= 10)
        assert [f.seen.count("goes from") for f in exam.findings] == [3] * told
        assert [" …" in f.seen for f in exam.findings] == [n > 3] * told
        assert [len(f.entries) for f in exam.findings] == [min(n, 8)] * told


def test_more_than_a_tenth_or_one_of_few_is_no_single_entry():
    for places in [[(0, (1, 3)), (0, (1, 2))], [(1, (2,))], [(3, (0,))]]:
        u = moves()
        for k, place in places:
            u[k][place] = VALUES[k][place]
        assert not tell_few(exam_of(), VALUES, u, G)
    assert not tell_few(exam_of(), VALUES, moves(), G)
    u = moves()
    u[0][1, 3] = 0
    assert not tell_few(exam_of(None), VALUES, u, G)


@pytest.mark.parametrize(("off", "told"), [(0.9e-3, False), (1.1e-3, True)])
def test_an_entry_is_off_by_more_than_a_thousandth_of_the_largest_move(off, told):
    u = moves()
    u[0][1, 3] += off * max(np.abs(x).max() for x in u)
    assert tell_few(exam_of(), VALUES, u, G) == told


def test_the_scale_is_that_of_most_steps_without_three_sizes_of_others():
    """What is off by more than a thousandth of the largest one is left out, three times."""
    g = np.array([1e3, 1.0, 1e-3, 1e-6, 1e-9])
    off = np.array([1e3, 0.9, 0.9e-3, 0.9e-6, 0])
    for kept in range(4):
        u = RATE * (g - np.where(np.arange(5) < kept, off, 0))
        assert scale_of_most([u], [g], RATE) == pytest.approx(RATE * g[kept])
    u = RATE * (g - off)
    assert scale_of_most([u], [g], RATE) == pytest.approx(RATE * g[3])
    assert scale_of_most([np.zeros(2)], [np.ones(2)], RATE) == 0


@pytest.mark.parametrize("rate", [RATE, None])
def test_parameters_that_are_lost_are_named(rate):
    lost = [v + RATE * g for v, g in zip(VALUES, G, strict=True)]  # after it is -rate * g
    exam = exam_of(rate)
    assert tell_lost(exam, lost, G, VALUES)
    assert said(exam) == [
        "wrong step_not_gradient (W1, b1, W2, b2): after the step there is nothing in W1, b1, W2, "
        "b2 but minus the rate times the gradient: what was there before is lost."
    ]
    u = moves()
    u[2] = lost[2]
    exam = exam_of(rate)
    assert tell_lost(exam, u, G, VALUES) == (rate is not None)
    assert [f.where for f in exam.findings] == ["W2"] * (rate is not None)
    assert not tell_lost(exam_of(rate), moves(), G, VALUES)


@pytest.mark.parametrize(("off", "told"), [(0.9e-6, True), (1.1e-6, False)])
def test_what_is_left_of_a_lost_parameter_is_less_than_a_millionth(off, told):
    u = moves()
    u[2] = VALUES[2] + RATE * G[2]
    u[2][0, 0] += off * np.abs(VALUES[2]).max()
    assert tell_lost(exam_of(), u, G, VALUES) == told


@pytest.mark.parametrize(("n", "told"), [(2, False), (3, True)])
@pytest.mark.parametrize("off", [0.0, 0.9e-6, 1.2e-6])
def test_entries_that_are_lost_are_counted_from_three_on(off, n, told):
    u = moves()
    lost = np.arange(10) < n
    u[0] = np.where(lost, VALUES[0].ravel(), 0).reshape(2, 5) * (1 + off) + u[0]
    exam = exam_of()
    told = told and off < 1e-6
    assert tell_lost(exam, u, G, VALUES) == told
    assert said(exam) == [
        "wrong step_not_gradient (3 of 10 entries of W1): after the step there is nothing in 3 of "
        "10 entries of W1 but minus the rate times the gradient: what was there before is lost."
    ] * told  # fmt: skip


@pytest.mark.parametrize(("size", "told"), [(3, False), (4, True)])
def test_entries_of_few_that_are_lost_are_not_counted(size, told):
    v, g = np.arange(1.0, size + 1), np.ones(size)
    u = RATE * g + np.where(np.arange(size) < 3, v, 0) * (np.arange(size) < size - (size < 4))
    exam = exam_of(parameters={"w": v})
    assert tell_lost(exam, [u], [g], [v]) == told


@pytest.mark.parametrize(("off", "told"), [(0.9e-6, True), (1.1e-6, False)])
def test_entries_beside_those_that_are_lost_move_rightly(off, told):
    u = moves()
    u[0].flat[:3] += VALUES[0].flat[:3]
    u[0].flat[9] += off * np.abs(VALUES[0]).max()
    assert tell_lost(exam_of(), u, G, VALUES) == told
    small = [v.copy() for v in VALUES]  # a number near 0 may be lost by chance
    small[0].flat[:3] = 0.9e-3, 1.0, 1.0
    u = moves()
    u[0].flat[:3] += small[0].flat[:3]
    assert not tell_lost(exam_of(), u, G, small)


@pytest.mark.parametrize(
    ("off", "apart", "told"), [(0, 1, True), (0.9e-6, 1, True), (1.2e-6, 1, False), (0, 0, False),
                               (0, 1.1e-3, True), (0, 0.9e-3, False)]
)  # fmt: skip
def test_a_parameter_in_the_place_of_another_is_named(off, apart, told):
    draw = np.random.default_rng(3)
    A, g = draw.normal(size=(2, 3)), [draw.normal(size=(2, 3)) for _ in range(2)]
    B = A + apart * np.abs(A).max() * np.eye(2, 3)[::-1] if apart < 1 else draw.normal(size=(2, 3))
    B = B if apart == 1 else B * np.abs(A).max() / np.abs(A).max()
    exam = exam_of(parameters={"A": A, "B": B})
    u = [A - B + RATE * g[0], RATE * g[1]]
    u[0][0, 0] += off * np.abs(B).max()
    assert tell_lost(exam, u, g, [A, B]) == told
    assert said(exam) == [
        "wrong step_not_gradient (A): after the step A is B minus the rate times the gradient of "
        "A: B stands where A belongs."
    ] * told  # fmt: skip


# Weights that shrink or grow beside the gradient


@pytest.mark.parametrize(("f", "own"), [(1.0, True), (1.019, True), (1.021, False)])
def test_a_penalty_that_is_taken_of_the_biases_too_is_told(f, own):
    """Its share is that of the weights in the loss."""
    exam = exam_of()
    exam.formula = Formula("squared", 1.0, decay=0.05)
    u = moves()
    for k in (1, 3):
        u[k] = u[k] + f * 2 * 0.05 * RATE * VALUES[k]
    assert decays(exam, u, G, VALUES)
    (line,) = said(exam)
    words = (
        f"wrong weight_term (b1, b2): beside the gradient each step takes {f * 0.05:.4g} times b1, "
        "b2 away, the share that the penalty in the loss takes of the weights: "
        f"{exam.formula.penalty}. Of b1, b2 there is nothing in it."
    )
    assert (line == words) == own


@pytest.mark.parametrize("share", [0.01, 0.19, 0.21, -0.01, -0.3])
@pytest.mark.parametrize("rate", [RATE, None])
def test_weights_that_shrink_or_grow(share, rate, stored):
    u, exam = moves(), exam_of(rate)
    for k in (0, 2):
        u[k] = u[k] + share * VALUES[k]
    assert decays(exam, u, G, VALUES) == (rate is not None)
    assert said(exam) == stored


@pytest.mark.parametrize("rate", [RATE, None])
def test_where_all_shrink_the_rate_is_read_off(rate, stored):
    exam = exam_of(rate)
    u = [x + 0.02 * v for x, v in zip(moves(), VALUES, strict=True)]
    assert decays(exam, u, G, VALUES)
    assert said(exam) == stored


def test_shares_that_differ_are_no_penalty():
    for other, told in [(0.0203, True), (0.0206, False)]:
        exam = exam_of()
        u = moves()
        u[0], u[2] = u[0] + 0.02 * VALUES[0], u[2] + other * VALUES[2]
        assert decays(exam, u, G, VALUES) == told
    u = moves()
    u[0][0, 0] += 0.1
    assert not decays(exam_of(), u, G, VALUES)
    assert not decays(exam_of(), moves(), G, VALUES)


def test_what_has_moved_already_may_shrink_too(stored):
    """W = (1 - share)(W - rate g): the share is that of the new weights."""
    u = moves()
    u[0] = u[0] + 0.05 * (VALUES[0] - u[0])
    exam = exam_of()
    assert decays(exam, u, G, VALUES)
    assert said(exam) == stored


def test_a_step_of_one_length_beside_weights_that_grow(stored):
    exam = exam_of()
    u = [0.1 * np.sign(g) - 0.01 * v for g, v in zip(G, VALUES, strict=True)]
    assert decays(exam, u, G, VALUES)
    assert said(exam) == stored
    shrinking = [0.1 * np.sign(g) + 0.01 * v for g, v in zip(G, VALUES, strict=True)]
    assert not decays(exam_of(), shrinking, G, VALUES)  # AdamW does that


# Steps in a row

ORDER = np.concatenate([np.full(g.size, k) for k, g in enumerate(G)])
FLAT = [np.concatenate([np.ravel(g) for g in G])]
FLAT += [FLAT[0] * 0.9 + 0.1 * rng.normal(size=FLAT[0].size) for _ in range(3)]


def test_later_steps_that_go_elsewhere_are_told(stored):
    for change in [
        lambda u: u + 0.3 * np.roll(u, 1), lambda u: 0 * u, lambda u: -u, lambda u: 0.7 * u,
    ]:  # fmt: skip
        exam = exam_of()
        us = [RATE * g for g in FLAT]
        us[2] = change(us[2])
        tell_odd_steps(exam, us, FLAT, ORDER)
        assert said(exam) == stored


@pytest.mark.parametrize("epsilon", [1.0, 0.5, 0.0051, 0.0049])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.011, 0.009])
def test_a_large_epsilon_is_read_off_the_first_step(epsilon, share, stored):
    exam = exam_of()
    told = tell_epsilon(exam, RATE * FLAT[0] / (share * np.abs(FLAT[0]) + epsilon), FLAT[0])
    assert [told, *said(exam)] == stored


def test_an_epsilon_needs_a_rate_and_four_slopes_all_downhill():
    g = np.array([1.0, -2.0, 0.5, 3.0])
    u = RATE * g / (np.abs(g) + 0.1)
    assert tell_epsilon(exam_of(), u, g)
    assert not tell_epsilon(exam_of(None), u, g)
    assert not tell_epsilon(exam_of(), u[:3], g[:3])
    assert not tell_epsilon(exam_of(), u * [1, 1, 1, -1], g)
    assert not tell_epsilon(exam_of(), u * [1, 1, 1, 1.2], g)
    small = np.array([*g, 2e-3])  # a slope below a thousandth of the largest is not looked at
    assert tell_epsilon(exam_of(), np.array([*u, -1.0]), small)


def test_a_sound_optimiser_at_another_rate(stored):
    values = [np.concatenate([np.ravel(v) for v in VALUES])] * 4
    v, heavy = 0, []
    for g in FLAT:
        v = 0.9 * v + g
        heavy.append(v)
    for f, told in [(0.25, True), (0.511, True), (0.509, False), (0.5, False)]:
        exam = exam_of()
        assert tell_rate(exam, [f * u for u in heavy], FLAT, ORDER, values) == told
        assert said(exam) == stored
    us = [0.25 * u for u in heavy]
    assert not tell_rate(exam_of(None), us, FLAT, ORDER, values)
    assert not tell_rate(exam_of(), us[:2], FLAT[:2], ORDER, values[:2])
    assert tell_rate(exam_of(), us[:3], FLAT[:3], ORDER, values[:3])
    epoch = exam_of()
    epoch.step_is = "epoch"  # as long as its updates together
    assert not tell_rate(epoch, us, FLAT, ORDER, values)


def test_adam_at_another_rate(stored):
    values = [np.concatenate([np.ravel(v) for v in VALUES])] * 4
    m = v = 0
    us = []
    for t, g in enumerate(FLAT, start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        us.append(0.01 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8))
    exam = exam_of()
    assert tell_rate(exam, us, FLAT, ORDER, values)
    assert said(exam) == stored
    assert not tell_rate(exam_of(0.01), us, FLAT, ORDER, values)


@pytest.mark.parametrize(("share", "told"), [(1.019, False), (1.03, True)])
def test_slopes_of_one_size_tell_no_rate(share, told):
    gs = [np.array([1.0, -1.0, 1.0, -1.0 * (share if k == 2 else 1)]) for k in range(4)]
    v, heavy = 0, []
    for g in gs:
        v = 0.9 * v + g
        heavy.append(0.25 * v)
    order = np.zeros(4, dtype=int)
    assert tell_rate(exam_of(), heavy, gs, order, [np.zeros(4)] * 4) == told


def test_steps_of_one_length_of_no_known_optimiser(stored):
    us = [c * np.sign(g) for c, g in zip([0.1, 0.2, 0.15, 0.1], FLAT, strict=True)]
    for functions in ({}, {"gradients": print}):
        exam = exam_of(**functions)
        assert looks_adaptive(exam, us, FLAT, VALUES)
        assert said(exam) == stored
    assert not looks_adaptive(exam_of(), [RATE * g for g in FLAT], FLAT, VALUES)
    even = exam_of()
    even.find("data_scale", "suspicious", "X", "")
    alike = [c * np.sign(g) for c, g in zip([0.1, 0.1, 0.1, 0.101], FLAT, strict=True)]
    assert looks_adaptive(even, alike, FLAT, VALUES)
    assert len(even.findings) == 1
    assert even.missing == stored


@pytest.mark.parametrize("moving", [3, 4])
def test_steps_of_three_numbers_do_not_tell_an_adaptive_optimiser(moving):
    g = np.array([1.0, -2.0, 3.0, 0.5, 4.0])[:moving]
    us = [c * np.sign(g) for c in (0.1, 0.2, 0.15, 0.1)]
    exam = exam_of()
    assert looks_adaptive(exam, us, [g] * 4, [np.zeros(moving)])
    assert [f.kind for f in exam.findings] == ["step_not_gradient"] * (moving > 3)
    few = ["which optimiser it is: the steps of so few numbers do not tell"]
    assert exam.missing == few * (moving < 4)


def chain_of(us, gs):
    return SimpleNamespace(us=us, gs=gs)


@pytest.mark.parametrize("n", [4000, 4001, 9999])
def test_of_long_steps_some_entries_are_looked_at_first(n):
    draw = np.random.default_rng(0)
    u, order = draw.normal(size=n), np.repeat([0, 1], [n - 1, 1])
    chain = Chain(None, [], [u, 2 * u], [3 * u, 4 * u], [u, u], order, [])
    some = chain.some
    if n == 4000:
        assert some is chain
        return
    assert 2000 <= len(some.order) <= 4200
    assert np.abs(some.us[0]).max() == np.abs(u).max()
    for made, factor in zip((*some.us, *some.gs, *some.values), (1, 2, 3, 4, 1, 1), strict=True):
        assert (made == factor * some.us[0]).all()
        assert len(made) == len(some.order)


def test_a_slip_in_one_entry_is_seen_among_many():
    draw = np.random.default_rng(1)
    gs = [draw.normal(size=9000) for _ in range(4)]
    us = [RATE * g for g in gs]
    order = np.zeros(9000, dtype=int)
    exam = exam_of()
    chain = Chain(None, [[np.zeros(9000)]] * 5, us, gs, [np.zeros(9000)] * 4, order, [])
    assert next(fitting(exam, chain)) == (True, f"gradient descent with the rate {RATE:.4g}")
    one = next(i for i in range(9000) if i not in np.flatnonzero(np.isin(gs[1], chain.some.gs[1])))
    us[1] = us[1].copy()
    us[1][one] += 1.0
    chain = Chain(None, [[np.zeros(9000)]] * 5, us, gs, [np.zeros(9000)] * 4, order, [])
    assert not [*fitting(exam, chain)]


def test_a_rate_that_changes_is_told_from_gradients_that_add_up():
    turned = np.array([1.0, 0.0, -1.0, 0.5])
    gs = [np.array([1.0, 2.0, 3.0, 4.0]) + k * 2e-5 * turned for k in range(4)]
    rates = [0.1, 0.2, 0.3, 0.4]
    along = [f * g for f, g in zip(rates, gs, strict=True)]
    assert at_own_rates(chain_of(along, gs), 0.09)
    assert not at_own_rates(chain_of([0.1 * g for g in gs], gs), 0.09)  # one rate
    assert not at_own_rates(chain_of([-u for u in along], gs), 0.09)
    assert not at_own_rates(chain_of(list(np.cumsum([0.1 * g for g in gs], axis=0)), gs), 0.09)
    still = chain_of([f * gs[0] for f in rates], [gs[0]] * 4)  # none turns
    assert at_own_rates(still, None)
    assert at_own_rates(still, 0.4)
    assert not at_own_rates(still, 0.39)
    for off, exact in ((1.1e-7, True), (1.2e-7, False)):  # a seventh of it is fitted
        u = along[1].copy()
        u[1] += off * 0.8
        assert at_own_rates(chain_of([along[0], u, *along[2:]], gs), RATE) == exact
    for change, changes in ((1.1e-3, True), (0.9e-3, False)):
        even = [f * g for f, g in zip([0.1, 0.1, 0.1, 0.1 * (1 + change)], gs, strict=True)]
        assert at_own_rates(chain_of(even, gs), 0.09) == changes


# Exactly at a bound


def test_slopes_of_exactly_a_share_of_the_largest_are_hardly_any():
    for share, check in ((1e-3, "side"), (1e-2, "power")):
        b = np.array([1000.0, 500, 200, -1000, -500, -200])
        small = share * 1000
        if check == "side":  # three of each sign have a clear slope
            for edge, told in ((small, True), (1.0000001 * small, False)):
                slopes = np.append(b, -edge)
                a = np.where(slopes > 0, RATE * slopes, 0.0)
                a[-1] = -900.0  # as it does not count, it may move
                assert tell_one_side(exam_of(), a, slopes) == told
                assert tell_one_side(exam_of(), -a, -slopes) == told
        else:
            for edge, told in ((small, True), (1.0000001 * small, False)):
                slopes = np.append(np.abs(b), edge)
                a = np.append(np.abs(b) ** 2, -5.0)
                assert tell_power(exam_of(), a, slopes) == told


def test_one_side_may_keep_a_ten_thousandth_exactly():
    b = np.array([1e4, 5e3, 2e3, -1e4, -5e3, -2e3])
    for left, told in ((1.0, True), (1.0000001, False)):
        assert tell_one_side(exam_of(1.0), np.where(b > 0, b, left), b) == told


def test_a_factor_of_0_is_none_uphill():
    exam = exam_of()
    tell_factor(exam, 0.0, RATE, None)
    assert [f.kind for f in exam.findings] == ["gradient_scale"]


def test_signs_count_where_the_slope_is_more_than_a_millionth():
    g = [np.array([1e6, -2e5, 3e5, 1.0, 4e5, 2e5, -1e5, 3e5, 1e5])]
    u = [0.1 * np.sign(g[0]) * np.where(np.arange(9) == 3, -1, 1)]
    assert not tell_signs(exam_of(parameters={"w": g[0]}), u, g)
    g[0][3] = 1.0000001
    assert tell_signs(exam_of(parameters={"w": g[0]}), u, g)


def test_an_entry_that_is_off_by_exactly_a_thousandth_is_not_set():
    w, g = np.arange(9.0), np.linspace(100, 1000, 9)
    for off, told in ((1.0, False), (1.0000001, True)):
        u = g + off * (np.arange(9) == 2)
        assert tell_few(exam_of(1.0, {"w": w}), [w], [u], [g]) == told
        assert scale_of_most([g - off * (np.arange(9) == 8)], [g], 1.0) == (g[7] if told else 1000)


@pytest.mark.parametrize(("size", "told"), [(7, False), (8, True)])
def test_single_entries_are_told_of_eight_or_more(size, told):
    w, g = np.arange(float(size)), np.linspace(1, 2, size)
    u = RATE * g + 9.0 * (np.arange(size) == 3)
    assert tell_few(exam_of(parameters={"w": w}), [w], [u], [g]) == told


def test_a_limit_holds_what_is_within_a_millionth_exactly():
    v = np.array([1e6, 1e6, 5.0, -3.0, 2.0])
    for after, told in ((1e6 - 1.0, True), (1e6 - 1.1, False)):
        x = v - np.array([1e6, after, 4.5, -2.5, 1.5])
        g = np.where(np.arange(5) < 2, 7.0, 0.5 / RATE)
        u, exam = x.copy(), exam_of(parameters={"w": v})
        g = np.where(np.abs(v - x) > 1e5, 99.0, x / RATE)
        assert tell_limit(exam, [v], [u], [g]) == told


def test_slopes_of_one_sign_and_none_do_not_speak_against_a_bare_number():
    """Some of the slopes have to be against it."""
    g = [np.abs(x) for x in BOTH]
    g[0][0, 0] = 0.0
    assert not tell_bare(of_six(), bare(["W1"]), g)
    g[0] = -g[0]
    assert not tell_bare(of_six(), bare(["W1"]), g)


@pytest.mark.parametrize(("n", "told"), [(8, False), (9, True)])
def test_of_nine_numbers_growth_beside_steps_of_one_length_is_read(n, told):
    draw = np.random.default_rng(1)
    v, g = draw.normal(size=n), draw.normal(size=n)
    exam = exam_of(None, {"w": v})
    assert decays(exam, [0.1 * np.sign(g) - 0.01 * v], [g], [v]) == told


@pytest.mark.parametrize(("n", "told"), [(6, False), (7, True)])
def test_of_seven_numbers_a_share_is_read_off_without_a_rate(n, told):
    draw = np.random.default_rng(1)
    v, g = draw.normal(size=n), draw.normal(size=n)
    exam = exam_of(None, {"w": v})
    assert decays(exam, [0.5 * g + 0.02 * v], [g], [v]) == told


@pytest.mark.parametrize(("n", "told"), [(1, False), (2, True)])
def test_a_share_of_one_number_is_none(n, told):
    v, g = np.array([2.0, 3.0])[:n], np.array([1.0, -1.0])[:n]
    assert decays(exam_of(parameters={"w": v}), [RATE * g + 0.02 * v], [g], [v]) == told


@pytest.mark.parametrize(("n", "named"), [(7, False), (8, True)])
def test_eight_signs_do_not_turn_by_chance(n, named):
    draw = np.random.default_rng(2)
    g = [draw.normal(size=n), draw.normal(size=9)]
    u = [-0.1 * np.sign(g[0]), 0.1 * np.sign(g[1])]
    exam = exam_of(parameters={"a": g[0], "b": g[1]})
    assert tell_signs(exam, u, g)
    kind = ("gradient_sign", "a") if named else ("step_not_gradient", "step")
    assert [(f.kind, f.where) for f in exam.findings] == [kind]


@pytest.mark.parametrize(("off", "told"), [(0.9e-3, True), (1.1e-3, False)])
@pytest.mark.parametrize("rate", [RATE, 50 * RATE])
def test_beside_a_limit_others_move_by_the_rate_to_a_thousandth(rate, off, told):
    v, g = np.array([3.0, -3.0, 0.2, 0.1]), np.array([-0.9, 0.8, 0.1, 0.001])
    after = np.clip(v - rate * g, -3, 3) if rate == RATE else v - rate * g
    after[:2] = 3.0, -3.0
    after[3] -= off * rate * 0.9
    after = after if rate == RATE else np.where(np.arange(4) == 2, 0.2 - rate * 0.1, after)
    assert tell_limit(exam_of(rate, {"w": v}), [v], [v - after], [g]) == told


@pytest.mark.parametrize("mu", [0.9, 0.99, 0.95])
@pytest.mark.parametrize(("off", "told"), [(0.9e-4, True), (1.1e-4, False)])
def test_a_step_of_what_a_running_mean_adds_may_be_one_without_its_memory(mu, off, told):
    exam = exam_of()
    exam.patient.n = 7
    tell_factor(exam, (1 - mu) * RATE * (1 + off), RATE, None)
    words = (
        f" Or, since {1 - mu:.4g} is 1 - {mu}: momentum as a running mean, whose velocity is lost "
        "from step to step?"
    )
    assert exam.findings[0].seen.endswith(words) == told


@pytest.mark.parametrize(("n", "told"), [(10, False), (11, True)])
def test_a_tenth_may_be_that_of_ten_samples(n, told):
    """Then their number is the cause."""
    exam = exam_of()
    exam.patient.n = n
    tell_factor(exam, 0.1 * RATE, RATE, None)
    assert ("running mean" in exam.findings[0].seen) == told
