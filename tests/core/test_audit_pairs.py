"""Rows and labels within an epoch: which steps are asked, and what is right all the same."""

from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of, said, words
from xor_program import NAMES, gradients, loss, predict, start

from nnlib.audit import orders, pairs
from nnlib.audit.orders import better_order, gradient_in_order, in_other_order
from nnlib.audit.pairs import (
    fitting_rules,
    look_at_pairs,
    pairs_one_by_one,
    right_by_weights,
    right_in_turn,
    same_walk,
)
from nnlib.audit.patient import Failed
from nnlib.audit.update import Steps

RATE = 0.1
rng = np.random.default_rng(1)
X = rng.normal(size=(8, 2))
y = np.array([[0.0], [1], [0], [1], [1], [0], [1], [0]])


def descend(p, X, y):
    g = gradients(p, X, y)
    return {name: p[name] - RATE * g[name] for name in p}


def exam_with(step=descend, step_is="epoch", rate=RATE, data=(X, y), **given):
    functions = {"predict": predict, "loss": loss, "step": step, **given}
    exam = exam_of(*data, start(), rate=rate, step_is=step_is, **functions)
    exam.chain = [exam.patient.start] * 2
    return exam


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def slopes_at(values, rows, targets):
    """The program's gradient on some rows for the targets of others."""
    g = gradients(dict(zip(NAMES, values, strict=True)), X[rows], y[targets])
    return [g[name] for name in NAMES]


@pytest.fixture(autouse=True)
def no_warnings():
    with np.errstate(all="ignore"):
        yield


# Which steps are asked


@pytest.fixture
def asked(monkeypatch):
    """The tries of an audit: of how many samples, by which draw, after how many steps."""
    tries = []

    def better(exam, steps, chosen, number, before):
        tries.append((before, len(chosen), number))
        return (0.25, 0.98765, (1, 0)) if (before, len(chosen), number) in found else None

    found = []
    monkeypatch.setattr(pairs, "better_order", better)
    return tries, found


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_more_is_asked_where_slopes_are_quick_to_compute(known, own, asked):
    exam = exam_with(**({"gradients": gradients} if own else {}))
    if not known:
        exam.dense = None
    look_at_pairs(exam)
    quick = known or own
    assert asked[0] == [
        (before, size, number)
        for before in ((0, 1) if quick else (0,))
        for size in ((2, 3, 4) if quick else (2, 3))
        for number in range(4)
    ]


def test_a_network_without_a_known_loss_is_not_quick(asked):
    exam = exam_with()
    exam.formula = None
    look_at_pairs(exam)
    assert asked[0] == [(0, size, number) for size in (2, 3) for number in range(4)]


def test_pairs_are_not_asked_for_where_something_is_wrong_or_nothing_is_shuffled(asked):
    tries, _ = asked
    looked = exam_with()
    look_at_pairs(looked)
    assert tries
    tries.clear()
    stepless = exam_with(step=None)
    update = exam_with(step_is="update")
    short = exam_with()
    short.chain = short.chain[:1]
    wrong = exam_with()
    wrong.find("dead", "wrong", "layer 1", "seen")
    random = exam_with()
    random.patient.random_loss = True
    random.dense = None
    for exam in (stepless, update, short, wrong, random):
        look_at_pairs(exam)
        assert not tries
    random = exam_with(gradients=gradients)
    random.patient.random_loss = True
    random.dense = None
    look_at_pairs(random)
    assert tries
    tries.clear()
    known = exam_with()
    known.patient.random_loss = True
    look_at_pairs(known)
    assert tries


@pytest.mark.parametrize(("before", "step"), [(0, "a step"), (1, "the second step, and not the "
                                                                 "first,")])  # fmt: skip
def test_other_targets_that_fit_better_are_told(before, step, asked):
    tries, found = asked
    found.append((before, 2, 3))
    exam = exam_with(lambda p, X, y: p)
    look_at_pairs(exam)
    assert said(exam) == [("pairs_broken", "wrong", "step")]
    assert words(exam) == (
        f"given the samples 0, 1, {step} learns for them the targets of 1, 0: its cosine to that "
        "gradient is 0.9877, and to the one with their own targets 0.2500."
    )
    assert (exam.findings[0].advice == pairs.LATER) == (before == 1)
    assert tries[-1] == (before, 2, 3)


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize(
    ("turn", "weights"), [(False, False), (True, False), (False, True), (True, True)]
)
def test_right_updates_in_turn_or_of_momentum_are_right(before, turn, weights, asked, monkeypatch):
    given = []

    def right(answer):
        def say(exam, steps, chosen, *numbers):
            given.append((len(chosen), *numbers))
            return answer

        return say

    monkeypatch.setattr(pairs, "right_in_turn", right(turn))
    monkeypatch.setattr(pairs, "right_by_weights", right(weights))
    asked[1].append((before, 3, 2))
    exam = exam_with()
    look_at_pairs(exam)
    assert bool(exam.findings) == (not turn and (bool(before) or not weights))
    assert given == [(3, 2, before), *[(3, 2)] * (not turn and not before)]


def test_a_step_that_fails_on_few_samples_is_left_alone(monkeypatch):
    def fails(*given):
        raise Failed("step", "raised ValueError: no.")

    for name in ("better_order", "pairs_one_by_one"):
        monkeypatch.undo()
        monkeypatch.setattr(pairs, name, fails)
        exam = exam_with()
        look_at_pairs(exam)
        assert exam.findings == []


def test_a_step_is_asked_from_a_point_near_the_start_on_these_samples():
    """The first try is as any step is asked; others draw anew, or come later."""
    asked = []

    class Asked(Steps):
        def moved(self, values, index):
            asked.append("moved")
            return super().moved(values, index)

        def once(self, values, data, number=7, before=0):
            assert values is exam.points[1] or "moved" in asked
            asked.append((number, before))
            return super().once(values, data, number, before)

    exam = exam_with()
    chosen = np.array([0, 1])
    for number, before, calls in [
        (0, 0, ["moved", (7, 0)]), (2, 0, [(2, 0)]), (0, 1, [(0, 1)]), (1, 1, [(1, 1)])
    ]:  # fmt: skip
        asked.clear()
        better_order(exam, Asked(exam), chosen, number, before)
        assert asked == calls


# Better orders


def as_arrays(vector):
    """A vector of 17 numbers as parameters of this program."""
    shapes = [v.shape for v in start().values()]
    cut = np.split(vector, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
    return [part.reshape(s) for part, s in zip(cut, shapes, strict=True)]


def at_an_angle(cosine):
    """Numbers whose cosine to those for 1.0 is this one."""
    one, other = np.linspace(1, 3, 17), np.linspace(1, 3, 17) * np.where(np.arange(17) % 2, 1, -1)
    other -= (other @ one) / (one @ one) * one
    one, other = (x / np.linalg.norm(x) for x in (one, other))
    return as_arrays(3 * (cosine * one + np.sqrt(1 - cosine**2) * other))


def better(monkeypatch, cosines, size=2, move=None):
    """Ask for a better order, where the gradient on each part has this cosine to the step."""

    def gradient(exam, values, rows, order):
        found = cosines(tuple(rows), tuple(order))
        return found if found is None or isinstance(found, list) else at_an_angle(found)

    monkeypatch.setattr(orders, "gradient_in_order", gradient)
    move = [0.2 * x for x in at_an_angle(1.0)] if move is None else move
    steps = SimpleNamespace(moved=lambda values, index: move)
    return better_order(exam_with(), steps, np.arange(size), 0)


@pytest.mark.parametrize(("own", "fits"), [(0.929, True), (0.931, False), (-1.0, True)])
def test_the_own_targets_do_not_fit_a_step_well(own, fits, monkeypatch):
    found = better(monkeypatch, lambda rows, order: (own if order == (0, 1) else 0.99)
                   if len(rows) > 1 else 0.0)  # fmt: skip
    assert (found is not None) == fits
    if fits:
        assert found[:2] == pytest.approx((own, 0.99))
        assert found[2] == (1, 0)


@pytest.mark.parametrize(("other", "fits"), [(0.971, True), (0.969, False)])
def test_other_targets_fit_a_step_well(other, fits, monkeypatch):
    def cosines(rows, order):
        return 0.0 if len(rows) < 3 else {(2, 0, 1): other, (0, 1, 2): 0.1}.get(order, 0.5)

    found = better(monkeypatch, cosines, 3)
    assert (found is not None) == fits
    if fits:
        assert found[:2] == pytest.approx((0.1, other))
        assert found[2] == (2, 0, 1)


@pytest.mark.parametrize(("alone", "fits"), [(0.929, True), (0.931, False)])
@pytest.mark.parametrize("part", [(0,), (2,), (0, 2), (1, 2)])
def test_no_step_on_some_of_the_samples_fits_as_well(part, alone, fits, monkeypatch):
    def cosines(rows, order):
        if len(rows) == 3:
            return 0.99 if order == (2, 1, 0) else 0.1
        assert order == tuple(range(len(rows)))
        return alone if rows == part else -0.5

    assert (better(monkeypatch, cosines, 3) is not None) == fits


def test_what_has_no_gradient_or_none_but_0_fits_nothing(monkeypatch):
    zero = as_arrays(np.zeros(17))
    for nothing in (None, zero):
        for length in (1, 2):

            def cosines(rows, order, length=length, nothing=nothing):
                if len(rows) == 1:
                    return nothing if length == 1 else 0.0
                return nothing if length == 2 else 0.99 if order == (1, 0) else 0.1

            assert (better(monkeypatch, cosines) is not None) == (length == 1)


def test_of_a_step_along_signs_those_of_the_gradient_count(monkeypatch):
    sizes = np.linspace(1, 30, 17)
    signs = np.where(np.arange(17) % 3, 1.0, -1.0)

    def cosines(rows, order):
        """For other targets the signs fit, and the cosine is that of signs with sizes."""
        if len(rows) == 1:
            return as_arrays(-signs)
        return as_arrays(signs * sizes) if order == (1, 0) else as_arrays(sizes)

    own, other, order = better(monkeypatch, cosines, move=as_arrays(0.01 * signs))
    assert (own, other) == pytest.approx((signs.mean(), 1.0))
    assert order == (1, 0)


def test_a_gradient_for_other_targets_is_the_program_s_own_or_that_of_its_loss():
    chosen, order = np.array([2, 1, 3]), np.array([1, 0, 2])
    shaped = exam_with(
        gradients=lambda p, X, y: {n: g[None] for n, g in gradients(p, X, y).items()}
    )
    measured = exam_with()
    measured.dense = None
    for exam in (exam_with(), exam_with(gradients=gradients), shaped, measured):
        values = exam.points[2]
        right = slopes_at(values, chosen, chosen[order])
        made = gradient_in_order(exam, values, chosen, order)
        assert [g.shape for g in made] == [v.shape for v in values]
        np.testing.assert_allclose(flat(made), flat(right), rtol=1e-5, atol=1e-8)
    blind = exam_with(loss=None)
    assert gradient_in_order(blind, blind.points[2], chosen, order) is None


def test_of_two_samples_no_third_is_asked(monkeypatch):
    pair = exam_with(step_is="update", data=(X[:2], y[:2]))
    assert not in_other_order(pair, Steps(pair))
    one = exam_with(step_is="update", data=(X[:1], y[:1]))
    monkeypatch.setattr(orders, "tell_columns", lambda *given: True)
    assert in_other_order(pair, Steps(pair))
    assert not in_other_order(one, Steps(one))


# Right all the same


def test_a_step_right_in_turn_needs_a_rate():
    for rate in (RATE, None):
        exam = exam_with(rate=rate)
        assert right_in_turn(exam, Steps(exam), np.arange(3), 0) == (rate is not None)


def by_weights(shares, monkeypatch, extra=0.0, keeps=True, gs=None):
    """Steps that move by the gradients of three samples, each times its share."""
    gs = np.eye(17)[:3] if gs is None else gs
    move = np.array(shares) @ np.eye(17)[:3]
    move[5] = extra
    exam = exam_with()
    monkeypatch.setattr(pairs, "keeps_something", lambda steps, values, index: keeps)
    steps = SimpleNamespace(
        gradient=lambda values, index: None if gs[index[0]] is None else as_arrays(gs[index[0]]),
        once=lambda values, data, number: [
            v - u for v, u in zip(values, as_arrays(move), strict=True)
        ],
    )
    return right_by_weights(exam, steps, np.arange(3), 7)


@pytest.mark.parametrize(
    ("shares", "right"),
    [
        ([1, 1, 1], True), ([4, 2, 1], True), ([1, 3.99, 2], True), ([4.01, 2, 1], False),
        ([1, 1, 0], False), ([1, 1, -1], False), ([1, 1, 0.3], True),
    ],
)  # fmt: skip
def test_of_momentum_the_first_samples_count_up_to_four_times(shares, right, monkeypatch):
    assert by_weights(shares, monkeypatch) == right
    assert not by_weights(shares, monkeypatch, keeps=False)


@pytest.mark.parametrize(("cosine", "right"), [(0.971, True), (0.969, False)])
def test_the_samples_gradients_make_nearly_all_of_a_step(cosine, right, monkeypatch):
    extra = np.sqrt(3) * np.sqrt(1 - cosine**2) / cosine
    assert by_weights([1, 1, 1], monkeypatch, extra) == right


def test_each_sample_has_its_gradient(monkeypatch):
    axes = np.eye(17)[:3]
    assert not by_weights([1, 1, 1], monkeypatch, gs=[axes[0], None, axes[2]])
    gap = axes[1].copy()
    gap[9] = np.nan
    assert not by_weights([1, 1, 1], monkeypatch, gs=[axes[0], gap, axes[2]])
    gaps = [np.where(np.arange(17) == 9, np.nan, g) for g in axes]
    assert by_weights([1, 1, 1], monkeypatch, gs=gaps)


def test_momentum_sample_by_sample_is_right_on_these_samples():
    """On all others it goes another way."""

    def new_step():
        velocity = dict.fromkeys(NAMES, 0.0)

        def step(p, X, y):
            for i in range(len(X)):
                g = gradients(p, X[[i]], y[[i]])
                for name in p:
                    velocity[name] = 0.5 * velocity[name] + (g[name] if len(X) == 3 else 1.0)
                p = {name: p[name] - 1e-3 * velocity[name] for name in p}
            return p

        return step

    exam = exam_with(new_step(), new_step=new_step)
    assert right_by_weights(exam, Steps(exam), np.arange(3), 7)


# An adaptive optimiser, sample by sample


def adam(gs, b2=0.999, rate=RATE):
    m = sum(0.1 * 0.9 ** (len(gs) - 1 - k) * g for k, g in enumerate(gs))
    v = sum((1 - b2) * b2 ** (len(gs) - 1 - k) * g**2 for k, g in enumerate(gs))
    return rate * m / (1 - 0.9 ** len(gs)) / (np.sqrt(v / (1 - b2 ** len(gs))) + 1e-8)


def adagrad(gs, rate=RATE):
    return rate * gs[-1] / (np.sqrt(sum(g * g for g in gs)) + 1e-8)


def heavy(gs, mu=0.9, rate=RATE):
    return rate * sum(mu ** (len(gs) - 1 - k) * g for k, g in enumerate(gs))


def by_rule(rule, turn):
    """Make fresh steps of an optimiser, one sample at a time, for the targets in this order."""

    def new_step():
        gs = []

        def step(p, X, y):
            for i, j in enumerate(turn(len(X))):
                g = gradients(p, X[[i]], y[[j]])
                gs.append(flat([g[name] for name in NAMES]))
                p = {name: p[name] - u
                     for name, u in zip(NAMES, as_arrays(rule(gs)), strict=True)}  # fmt: skip
            return p

        return step

    return new_step


def backwards(n):
    return range(n - 1, -1, -1)


def exam_by(rule, turn=range, **given):
    new_step = by_rule(rule, turn)
    return exam_with(new_step(), new_step=new_step, **given)


@pytest.mark.parametrize(
    ("rule", "name"),
    [(adam, "Adam (0.9, 0.999)"), (lambda gs: adam(gs, 0.99), "Adam (0.9, 0.99)"),
     (adagrad, "AdaGrad"), (heavy, "momentum 0.9"),
     (lambda gs: heavy(gs, 0.5), "momentum 0.5")],
)  # fmt: skip
def test_an_optimiser_is_known_by_its_steps_on_one_sample(rule, name):
    exam = exam_by(rule)
    assert fitting_rules(exam, Steps(exam))[0] == name
    steps = Steps(exam)
    steps.gradient = lambda values, index: None
    assert fitting_rules(exam, steps) == []


@pytest.mark.parametrize(("off", "known"), [(1.9e-3, True), (2.1e-3, False)])
def test_an_optimiser_is_known_to_two_thousandths(off, known):
    exam = exam_by(lambda gs: (1 + off * (len(gs) == 3)) * adagrad(gs))
    assert fitting_rules(exam, Steps(exam)) == ["AdaGrad"] * known


@pytest.mark.parametrize("rows", [[0, 1], [2, 1, 0]])
def test_updates_by_these_targets_end_where_the_step_does(rows):
    exam = exam_by(adam)
    values, targets = exam.points[1], [rows[-1], *rows[:-1]]
    p = dict(zip(NAMES, values, strict=True))
    gs = []
    for i, j in zip(rows, targets, strict=True):
        gs.append(flat(slopes_at(list(p.values()), [i], [j])))
        p = {n: p[n] - u for n, u in zip(NAMES, as_arrays(adam(gs)), strict=True)}
    u = flat([v - w for v, w in zip(values, p.values(), strict=True)])
    rows, targets = np.array(rows), np.array(targets)
    names = ["AdaGrad", "Adam (0.9, 0.999)"]
    assert same_walk(exam, names, values, rows, targets, u) == names[1]
    assert same_walk(exam, names[:1], values, rows, targets, u) == ""
    assert same_walk(exam, names, values, rows, rows, u) == ""
    for off, fits in ((0.9e-3, True), (1.1e-3, False)):
        moved = u.copy()
        moved[4] += off * np.abs(u).max()
        assert bool(same_walk(exam, names, values, rows, targets, moved)) == fits


def test_an_optimiser_that_is_given_the_targets_of_others_is_told():
    exam = exam_by(adam, backwards)
    pairs_one_by_one(exam, Steps(exam))
    assert said(exam) == [("pairs_broken", "wrong", "step")]
    assert words(exam) == (
        "given the samples 0, 1, a step makes the updates of Adam (0.9, 0.999), one sample at a "
        "time, for the targets of 1, 0."
    )
    exam = exam_by(heavy, backwards)
    pairs_one_by_one(exam, Steps(exam))
    assert words(exam) == (
        "given the samples 0, 1, a step makes the updates of momentum 0.9, one sample at a time, "
        "for the targets of 1, 0."
    )
    for rule in (adam, heavy):
        exam = exam_by(rule)
        pairs_one_by_one(exam, Steps(exam))
        assert exam.findings == []

    def of_three(n):
        return [1, 2, 0] if n == 3 else range(n)

    exam = exam_by(adam, of_three)
    pairs_one_by_one(exam, Steps(exam))
    assert words(exam).endswith("for the targets of 1, 3, 0.")  # two of them were right


def test_an_adaptive_optimiser_is_followed_where_all_is_known_and_little():
    def told(**changes):
        exam = exam_by(adam, backwards, **changes.pop("given", {}))
        for name, value in changes.items():
            setattr(exam, name, value)
        pairs_one_by_one(exam, Steps(exam))
        return bool(exam.findings)

    assert told()
    assert not told(learning_rate=None)
    assert not told(dense=None)
    assert not told(formula=None)
    assert not told(given={"data": (X[:2], y[:2])})
    assert told(given={"data": (X[:3], y[:3])})
    plain = exam_with(lambda p, X, y: descend(p, X, y[::-1]))
    pairs_one_by_one(plain, Steps(plain))
    assert plain.findings == []


@pytest.mark.parametrize(
    ("moves", "asked"),
    [
        ({1: "signs", 2: "odd", 3: "odd"}, [2, 3]),
        ({1: "odd", 2: "odd", 3: "odd"}, [2, 3]),
        ({1: "signs", 2: "signs", 3: "odd"}, []),
        ({1: "signs", 2: "odd", 3: "signs"}, [2]),
    ],
)
def test_steps_of_one_length_on_several_samples_are_one_update(moves, asked, monkeypatch):
    tries = []

    def walk(exam, names, values, given, to, u):
        tries.append(len(given))
        return ""

    monkeypatch.setattr(pairs, "fitting_rules", lambda exam, steps: ["AdaGrad"])
    monkeypatch.setattr(pairs, "same_walk", walk)
    made = {"signs": np.ones(17), "odd": np.linspace(1, 9, 17)}
    steps = SimpleNamespace(moved=lambda values, index: as_arrays(made[moves[len(index)]]))
    pairs_one_by_one(exam_with(), steps)
    assert sorted(set(tries)) == asked
    assert len(tries) == sum({2: 4, 3: 36}[n] for n in asked)


@pytest.mark.parametrize(("size", "followed"), [(2000, True), (2001, False)])
def test_of_many_parameters_no_walk_is_followed(size, followed, monkeypatch):
    tries = []
    monkeypatch.setattr(pairs, "fitting_rules", lambda exam, steps: tries.append(1) or ["AdaGrad"])
    monkeypatch.setattr(pairs, "same_walk", lambda *given: "")
    odd = np.linspace(1, 9, size)
    steps = SimpleNamespace(moved=lambda values, index: [odd if len(index) > 1 else np.ones(size)])
    exam = exam_with()
    assert exam.dense is not None
    assert exam.formula is not None
    exam.points[1] = [np.zeros(size)]
    pairs_one_by_one(exam, steps)
    assert bool(tries) == followed


def test_a_gradient_for_other_targets_is_asked_for_behind_one_seed():
    def drawing(p, X, y):
        return {name: np.full_like(v, np.random.random()) for name, v in p.items()}  # noqa: NPY002

    exam = exam_with(gradients=drawing)
    g = gradient_in_order(exam, exam.points[2], np.array([0, 1]), np.array([1, 0]))
    assert [x.flat[0] for x in g] == np.random.RandomState(7).random_sample(4).tolist()
