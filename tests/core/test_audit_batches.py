"""Steps on few samples: how many are tried, in which order they are judged, and each verdict."""

from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of, handed, said, words
from small_network import START, X, Y, mse, predict

from nnlib.audit import batches
from nnlib.audit.batches import (
    another_factor,
    exact_equations,
    few_samples,
    in_own_turn,
    known_chain_on_one,
    on_all_samples,
    one_by_one,
    several_factors,
    several_updates,
    some_by_one_alone,
    tell_no_part,
    tell_not_looking,
    updates_without_looking,
    wrong_update,
)
from nnlib.audit.epochs import MOMENTA
from nnlib.audit.exam import Exam
from nnlib.audit.patient import Failed
from nnlib.audit.update import Steps

RATE = 0.3
N = len(X)
ORDER = np.random.default_rng(2).permutation(N)


def drawn(size):
    """The samples on which a step is asked for."""
    return tuple(int(i) for i in sorted(ORDER[:size]))


def exam_with(step=lambda p, X, y: p, **given):
    return exam_of(X, Y, START, **{"predict": predict, "loss": mse, "rate": RATE,
                                   "step": step, **given})  # fmt: skip


# How few samples are tried


@pytest.fixture
def judged(monkeypatch):
    """Let each part of the check answer as it is told; return which were asked, and for what."""
    asked, originals = [], dict(vars(batches))

    def plain(value):
        return tuple(map(int, value)) if isinstance(value, np.ndarray) else value

    def leave(**answers):
        asked.clear()
        for name in (
            "loss_mixes_samples", "in_own_turn", "where_no_slope_is", "explain",
            "several_factors", "one_by_one",
            "known_chain_on_one", "wrong_update", "updates_without_looking", "compare_chain",
            "another_factor", "some_by_one_alone", "exact_equations", "compare_single",
            "rule_on_one", "look_at_epoch", "several_updates", "on_all_samples", "tell_no_part",
        ):  # fmt: skip
            nothing = None if name in ("known_chain_on_one", "wrong_update", "rule_on_one") else 0

            def answer(exam, *given, name=name, nothing=nothing):
                handed(originals[name], (exam, *given), exam=Exam, steps=SimpleNamespace,
                       values=list)  # fmt: skip
                given = [plain(x) for x in given if not isinstance(x, (SimpleNamespace, list))]
                asked.append((name, *given))
                found = answers.get(name, nothing)
                return found(exam) if callable(found) else found

            monkeypatch.setattr(batches, name, answer)
        return asked

    return leave


def steps_from(size, fails=False):
    """Steps that move nothing, or fail, on fewer samples than so many."""

    def moved(values, index):
        if len(index) < size and fails:
            raise Failed("step", "raised ValueError: no.")
        return [np.full(1, float(len(index) >= size))]

    return SimpleNamespace(moved=moved)


@pytest.mark.parametrize(
    ("n", "mixes", "sizes"),
    [
        (129, False, [1, 2, 4, 8, 16, 32, 64, 100, 128]),
        (128, False, [1, 2, 4, 8, 16, 32, 64, 100]),
        (1, False, []),
        (129, True, [4, 8, 16, 32, 64, 100, 128]),
    ],
)
@pytest.mark.parametrize("fails", [False, True])
def test_a_step_is_asked_for_on_few_samples_then_on_more(n, mixes, sizes, fails, judged):
    exam = exam_with()
    exam.patient.n = n
    exam.dense = None if mixes else exam.dense
    asked = judged(loss_mixes_samples=mixes)
    tried = []

    def moved(values, index):
        order = np.random.default_rng(2).permutation(n)
        few = np.sort(order[: len(index)]) if len(index) > 1 else order[len(tried), None]
        np.testing.assert_array_equal(index, few)
        tried.append(len(index))
        if fails:
            raise Failed("step", "raised ValueError: no.")
        return [np.zeros(2)]

    few_samples(exam, SimpleNamespace(moved=moved), [])
    alone = (1 if fails else 24) if 1 in sizes else 0  # a sample that is right moves nothing
    assert tried == [1] * alone + [size for size in sizes if size > 1]
    last = [("explain", None), ("tell_no_part",)]
    assert asked == [("loss_mixes_samples",), ("in_own_turn",)] * mixes + last


@pytest.mark.parametrize("found", [False, True])
def test_why_no_fewer_samples_tell_more_is_said_where_nothing_else_is(found, judged):
    def finds(exam):
        exam.find("gradient_scale", "wrong", "step", "The step is too long.")

    exam = exam_with()
    asked = judged(explain=finds if found else None)
    few_samples(exam, steps_from(1000), [])
    assert [name for name, *_ in asked] == ["explain", *["tell_no_part"] * (not found)]


@pytest.mark.parametrize(("n", "fails"), [(2, True), (1, False), (2, False)])
def test_a_step_that_takes_no_single_sample_says_why(n, fails):
    exam = exam_with()
    exam.patient.n = n
    tell_no_part(exam, steps_from(2, fails or n == 1), [])
    line = (
        "the step beside the gradient: on all samples it fits nothing that is known here, and on "
        "one step raised ValueError: no."
    )
    assert exam.missing == [line] * fails


def test_a_step_on_samples_that_the_loss_mixes_may_be_several_of_its_own(judged):
    exam = exam_with()
    exam.dense = None
    asked = judged(loss_mixes_samples=True, in_own_turn=True)
    few_samples(exam, steps_from(1), [])
    assert asked == [("loss_mixes_samples",), ("in_own_turn",)]
    assert exam.missing == [
        "the updates within a step, where the loss mixes the samples of a batch"
    ]
    assert exam.compared == []


@pytest.mark.parametrize(
    ("formula", "found", "own", "left"),
    [(False, True, False, True), (True, True, False, False), (False, False, False, False),
     (False, True, True, False)],
)  # fmt: skip
def test_a_loss_that_has_to_be_mended_comes_first(formula, found, own, left, judged):
    exam = exam_with(**({"gradients": lambda p, X, y: p} if own else {}))
    if not formula:
        exam.formula = None
    if found:
        exam.find("loss_formula", "wrong", "loss", "seen")
    asked = judged(look_at_epoch=1)
    few_samples(exam, steps_from(1), [])
    assert (asked == []) == left
    line = "the updates within a step, beside a loss that has to be mended first"
    assert exam.missing[:1] == ([line] if left else [LINE])


LINE = 'whether that is meant: pass step_is="epoch" or "batch"'
ON_ONE = [
    ("where_no_slope_is", drawn(1)), ("known_chain_on_one", drawn(1)), ("wrong_update", drawn(1)),
]  # fmt: skip
RIGHT = [
    ("updates_without_looking", None), ("compare_chain", drawn(1)), ("another_factor", RATE),
    ("exact_equations", drawn(3), RATE), ("exact_equations", None, RATE),
    ("compare_single", None, True), ("rule_on_one", drawn(1)), ("look_at_epoch", None),
]  # fmt: skip


def after(exam, size=1, fails=False):
    few_samples(exam, steps_from(size, fails), [])
    return exam


def test_updates_that_are_right_are_compared_in_turn(judged):
    asked = judged()
    exam = after(exam_with())
    assert asked == [*ON_ONE, *RIGHT]
    assert said(exam) == [("step_not_gradient", "note", "step")]
    assert words(exam) == (
        "with 1 sample a step is the rate times the gradient, and with all 7 it is not: it seems "
        "to make several updates."
    )
    assert exam.missing == [LINE]
    assert exam.compared == ["on 1 sample a step is an update by the gradient"]


@pytest.mark.parametrize(
    "last", ["updates_without_looking", "another_factor", "exact_equations", "look_at_epoch"]
)
def test_of_right_updates_no_more_is_asked_once_something_is_known(last, judged):
    asked = judged(**{last: True})
    exam = after(exam_with())
    names = [name for name, *_ in RIGHT]
    assert asked == [*ON_ONE, *RIGHT[: names.index(last) + 1]]
    assert exam.compared == ["on 1 sample a step is an update by the gradient"] * (
        last == "look_at_epoch"
    )


def test_all_samples_are_asked_for_a_slip_where_few_show_none(judged):
    answers = iter([False, True])
    asked = judged(exact_equations=lambda exam: next(answers))
    assert after(exam_with()).compared == []
    assert asked == [*ON_ONE, *RIGHT[:5]]


def test_a_step_that_is_right_on_all_samples_is_noted_nowhere(judged):
    asked = judged(compare_single=True)
    exam = after(exam_with())
    assert asked == [*ON_ONE, *RIGHT]
    assert exam.findings == []
    assert exam.missing == []


@pytest.mark.parametrize("kind", ["optimizer_formula", "gradient_sign", "dead"])
@pytest.mark.parametrize("by", ["known_chain_on_one", "compare_chain"])
def test_an_optimiser_that_is_told_ends_it(by, kind, judged):
    asked = judged(**{by: lambda exam: exam.find(kind, "wrong", "step", "seen")})
    after(exam_with())
    if kind == "dead" or (kind, by) == ("gradient_sign", "compare_chain"):
        assert asked == [*ON_ONE, *RIGHT]
    else:
        assert asked == (ON_ONE[:2] if by == "known_chain_on_one" else [*ON_ONE, *RIGHT[:2]])


def test_the_first_factor_of_a_known_optimiser_is_taken_for_the_rate(judged):
    asked = judged(known_chain_on_one=0.7)
    after(exam_with())
    assert asked == [*ON_ONE[:2], RIGHT[0], RIGHT[1], ("another_factor", 0.7),
                     ("exact_equations", drawn(3), 0.7), ("exact_equations", None, 0.7),
                     *RIGHT[5:]]  # fmt: skip


@pytest.mark.parametrize("step_is", ["epoch", "batch"])
@pytest.mark.parametrize("rule", [None, "a rule"])
@pytest.mark.parametrize("size", [1, 2])
def test_an_epoch_or_a_batch_is_not_compared_on_all_samples(size, rule, step_is, judged):
    asked = judged(rule_on_one=rule)
    exam = after(exam_with(step_is=step_is), size)
    epoch, one = step_is == "epoch", size == 1
    assert asked == [
        *ON_ONE[:2] * one, ("wrong_update", drawn(size)),
        ("updates_without_looking", None), ("compare_chain", drawn(size)),
        *[("some_by_one_alone",)] * epoch, ("exact_equations", drawn(3), RATE),
        *[("rule_on_one", drawn(1))] * (epoch and one),
        ("look_at_epoch", rule if epoch and one else None),
    ]  # fmt: skip
    line = "the updates within an epoch, one by one: how many there are is not known"
    assert exam.missing == [line] * epoch
    assert exam.compared == [
        f"on {'1 sample' if one else '2 samples'} a step is an update by the gradient"
    ]
    assert exam.findings == []
    asked = judged(some_by_one_alone=True)
    after(exam_with(step_is=step_is))
    assert (asked[-1] == ("some_by_one_alone",)) == epoch


@pytest.mark.parametrize("factors", [False, True])
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("size", [1, 2])
def test_without_a_rate_steps_on_one_sample_each_are_asked_first(size, alone, factors, judged):
    asked = judged(several_factors=factors, one_by_one=alone)
    after(exam_with(rate=None), size)
    first = [ON_ONE[0], ("several_factors",)] + [("one_by_one", drawn(1))] * factors
    first *= size == 1
    assert asked[: len(first)] == first
    assert (len(asked) == len(first)) == (size == 1 and factors and alone)


WRONG = (4,)


@pytest.mark.parametrize("step_is", [None, "epoch", "batch"])
@pytest.mark.parametrize("size", [1, 2])
def test_updates_that_are_wrong_are_explained(size, step_is, judged):
    one, unknown = size == 1, step_is is None
    every = [
        *ON_ONE[:2] * one, ("wrong_update", drawn(size)),
        *[("updates_without_looking", WRONG)] * (step_is != "batch"), ("several_updates", WRONG),
        *[("one_by_one", WRONG)] * one, *[("on_all_samples",)] * unknown, ("explain", WRONG),
    ]  # fmt: skip
    wrong = np.array(WRONG)
    asked = judged(wrong_update=wrong)
    after(exam_with(step_is=step_is), size)
    assert asked == every
    for last in ("updates_without_looking", "several_updates", "one_by_one", "on_all_samples"):
        asked = judged(wrong_update=wrong, **{last: True})
        after(exam_with(step_is=step_is), size)
        names = [name for name, *_ in every]
        assert asked == every[: names.index(last) + 1 if last in names else None]


@pytest.mark.parametrize(
    ("step_is", "size", "more", "goes_on"),
    [(None, 1, {"loss": None}, False), (None, 1, {"predict": None}, False), (None, 1, {}, True),
     (None, 2, {"loss": None}, True), ("epoch", 1, {"loss": None}, True)],
)  # fmt: skip
def test_wrong_updates_on_one_sample_need_a_loss_and_answers(step_is, size, more, goes_on, judged):
    asked = judged(wrong_update=np.array(WRONG))
    exam = exam_with(step_is=step_is, gradients=lambda p, X, y: p, **more)
    after(exam, size)
    assert (asked[-1] == ("explain", WRONG)) == goes_on


def test_of_single_samples_the_first_at_which_a_step_moves_is_taken(judged):
    asked = judged()
    few_samples(exam_with(), SimpleNamespace(
        moved=lambda values, index: [1.0 * (index == ORDER[3])]), [])  # fmt: skip
    assert asked[0] == ("where_no_slope_is", (ORDER[3],))
    asked = judged(where_no_slope_is=True)
    few_samples(exam_with(), steps_from(1), [])
    assert asked == ON_ONE[:1]
    asked = judged()
    few_samples(exam_with(), steps_from(2), [])
    assert asked[0] == ("wrong_update", drawn(2))


@pytest.mark.parametrize("gradients", [None, lambda p, X, y: p])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("moves", "slopes", "told"), [
    ("1100111", "0011000", True), ("1010000", "0101111", True), ("1111100", "0000011", True),
    ("1111110", "0000001", False), ("1000000", "0111111", False), ("1110111", "0011000", False),
    ("1100011", "0011000", False),
])  # fmt: skip
def test_steps_that_move_where_the_loss_has_no_slope_alone_are_told(
    moves, slopes, told, first, gradients
):
    exam = exam_with(gradients=gradients)
    moves, slopes = (np.array([*map(float, each)])[np.argsort(ORDER)] for each in (moves, slopes))
    steps = SimpleNamespace(
        moved=lambda values, index: [moves[index], 0 * moves[index]],
        gradient=lambda values, index: [0 * slopes[index], 2e-9 * slopes[index]],
    )
    few = np.array([ORDER[[*slopes[ORDER]].index(first)]])
    told = told and first == 0 and gradients is None
    assert batches.where_no_slope_is(exam, steps, [], few) == told
    assert said(exam) == [("step_not_gradient", "wrong", "step")] * told
    if told:
        assert words(exam) == (
            f"of 7 samples one by one, a step moves at the {moves.sum():.0f} at which the loss has "
            f"no slope, and stays at the {7 - moves.sum():.0f} at which it has one."
        )
        assert exam.findings[0].advice == batches.TURNED
    steps.gradient = lambda values, index: None
    assert not batches.where_no_slope_is(exam, steps, [], few)
    steps.gradient = lambda values, index: [0.9e-9 * np.ones(1)]
    assert not batches.where_no_slope_is(exam, steps, [], few)


# Steps of a loss that mixes the samples


@pytest.mark.parametrize(
    ("parts", "known"),
    [
        ([1, 1, 1, 1], True), ([2, 2], True), ([3, 1], True), ([4], False), ([1, 3], False),
        ([2, 1, 1], False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]])
@pytest.mark.parametrize(("off", "near"), [(0.0, True), (0.9e-6, True), (1.2e-6, False)])
def test_a_step_on_four_samples_may_be_its_own_steps_on_parts(parts, known, order, off, near):
    def step(p, X, y):
        """On few samples: towards the last of them, by a share that each part has for itself."""
        if len(X) < 4:
            return {**p, "W1": p["W1"] * (1 - 0.1 * len(X)) + X[-1:].T * (1 + X[:, 1].sum())}
        begins = np.cumsum(parts) - parts
        rows = [np.sort(order[i : i + k]) for i, k in zip(begins, parts, strict=True)]
        for part in rows if len(parts) > 1 else []:
            p = step(p, X[part], y[part])
        return {**p, "W1": p["W1"] * (1 + off)} if len(parts) > 1 else {**p, "W1": p["W1"] + 9}

    exam = exam_with(step)
    assert in_own_turn(exam, Steps(exam), exam.patient.start) == (known and near)


# A step on all samples


G = [np.array([[1.0, -2.0], [0.5, 4.0]]), np.array([0.25, -1.0])]


@pytest.fixture
def whole(monkeypatch):
    """Look at a step on all samples, where each part answers as it is told."""
    originals = dict(vars(batches))

    def look(u, g=G, exam=None, keeps=False, short=False, **answers):
        exam = exam or exam_with()
        exam.patient.short_steps = short
        asked = look.asked = []
        look.comparison = []
        values = [np.ones(1)]

        def note(name):
            def answer(*given):
                handed(originals[name], given, exam=exam, steps=steps, values=values, u=u,
                       index=type(None))  # fmt: skip
                asked.append(name)
                look.given[name] = [x for x in given if not isinstance(x, list)]
                found = answers.get(name, False)
                return found(exam) if callable(found) else found

            monkeypatch.setattr(batches, name, answer)

        look.given = {}
        for name in ("cut_to_length", "too_early", "unsteady", "tell_factor", "still_parts",
                     "tell_other_gradient", "tell_lost", "tell_bare", "by_weight_term",
                     "by_other_parameter", "by_other_loss", "by_other_targets",
                     "by_equations"):  # fmt: skip
            note(name)

        def comparison(given_exam, point, index):
            assert given_exam is exam
            assert point is values
            assert index is None
            look.comparison.append(SimpleNamespace())
            return look.comparison[-1]

        def keeps_something(given_steps, point, index):
            assert given_steps is steps
            assert point is values
            assert index is None
            return keeps

        monkeypatch.setattr(batches, "keeps_something", keeps_something)
        monkeypatch.setattr(batches, "Comparison", comparison)
        steps = SimpleNamespace(
            moved=lambda point, index: u if point is values and index is None else 1 / 0,
            gradient=lambda point, index: g if point is values and index is None else 1 / 0,
        )
        return exam, on_all_samples(exam, steps, values)

    return look


def test_a_step_on_all_samples_needs_a_gradient(whole):
    assert whole(G, None)[1]
    assert whole.asked == []


FACTOR = ["cut_to_length", "unsteady", "tell_factor"]


@pytest.mark.parametrize(
    ("step_is", "short", "asked"),
    [(None, False, FACTOR), ("batch", False, FACTOR), ("epoch", False, [FACTOR[0], FACTOR[2]]),
     (None, True, ["cut_to_length", "too_early", *FACTOR[1:]])],
)  # fmt: skip
def test_one_multiple_on_all_samples_is_told_unless_it_is_something_else(
    step_is, short, asked, whole
):
    u = [0.5 * g for g in G]
    assert whole(u, exam=exam_with(step_is=step_is), short=short)[1]
    assert whole.asked == asked
    assert whole.given["tell_factor"][1:] == [pytest.approx(0.5), RATE, None]
    for k, name in enumerate(asked):
        assert whole(u, exam=exam_with(step_is=step_is), short=short, **{name: True})[1]
        assert whole.asked == asked[: k + 1]


@pytest.mark.parametrize(
    ("off", "short", "one"),
    [(2.9e-4, False, True), (3.2e-4, False, False), (1.9e-2, True, True), (2.2e-2, True, False)],
)
def test_one_multiple_fits_to_three_ten_thousandths(off, short, one, whole):
    """The entry that is off has hardly a slope, and no other factor takes it up."""
    g = [np.array([[1.0, -2.0], [0.0, 4.0]]), np.array([0.25, -1.0])]
    u = [2 * x for x in g]
    u[0][1, 0] += off * 8
    whole(u, g, short=short)
    assert ("cut_to_length" in whole.asked) == one


def test_no_step_and_a_single_sample_have_no_factor(whole):
    whole([0 * g for g in G])
    assert "cut_to_length" not in whole.asked
    exam = exam_with()
    exam.patient.n = 1
    whole([2 * g for g in G], exam=exam)
    assert "cut_to_length" not in whole.asked


OTHER = ["still_parts", "tell_other_gradient", "tell_lost", "tell_bare", "by_weight_term",
         "by_other_parameter", "by_other_loss", "by_other_targets", "by_equations"]  # fmt: skip
ODD = [G[0] * [[2, 1], [1, 3]], G[1]]


@pytest.mark.parametrize("rate", [RATE, None])
@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("step_is", [None, "epoch"])
def test_what_is_no_multiple_is_compared_with_other_losses(step_is, keeps, rate, whole):
    _, told = whole(ODD, exam=exam_with(step_is=step_is, rate=rate), keeps=keeps)
    assert not told
    asked = OTHER if step_is is None else OTHER[:7]
    assert whole.asked == asked
    (comparison,) = whole.comparison
    assert comparison.factor_known == (not keeps)
    given = whole.given
    for name in asked[4:]:
        assert given[name] == [comparison, "step", rate is None]
        assert whole(ODD, exam=exam_with(step_is=step_is, rate=rate), **{name: True})[1]
        assert whole.asked == asked[: asked.index(name) + 1]


@pytest.mark.parametrize("name", OTHER[:4])
def test_what_is_told_of_all_samples_ends_it(name, whole):
    for answer, told in (
        (True, False), (lambda exam: exam.find("dead", "wrong", "layer 1", "seen") or 1, True)
    ):  # fmt: skip
        assert whole(ODD, **{name: answer})[1] == told
        assert whole.asked == OTHER[: OTHER.index(name) + 1]


def test_other_losses_are_those_of_a_known_network_that_moves_throughout(whole):
    for exam in (exam_with(gradients=lambda p, X, y: p), exam_with(loss=None)):
        assert not whole(ODD, exam=exam)[1]
        assert whole.asked == []
    exam = exam_with()
    exam.dense = None
    assert not whole(ODD, exam=exam)[1]
    assert whole.asked == []
    assert not whole([ODD[0], 0 * G[1]])[1]  # a parameter that stays is told as that
    assert whole.asked == []


# Factors


def moving(u, g=G):
    """Steps that move so, beside these gradients, whatever the samples are."""
    return SimpleNamespace(moved=lambda values, index: u(index) if callable(u) else u,
                           gradient=lambda values, index: g)  # fmt: skip


@pytest.mark.parametrize(
    ("f", "chain", "twist", "asks"),
    [
        (2.0, True, False, True), (2.0, False, True, True), (2.0, False, False, True),
        (-2.0, True, True, False), (1.009 * RATE, True, True, False),
        (1.011 * RATE, True, True, True), (0.989 * RATE, True, True, True),
    ],
)  # fmt: skip
def test_the_factor_of_a_known_chain_on_one_sample(f, chain, twist, asks, monkeypatch):
    asked = []
    monkeypatch.setattr(batches, "compare_chain",
                        lambda *given, any_step: asked.append(any_step) or chain)  # fmt: skip
    monkeypatch.setattr(batches, "tell_twist", lambda *given: twist)
    one, u = np.array([2]), [f * g for g in G]
    found = known_chain_on_one(exam_with(), moving(u), [np.ones(1)], one)
    assert found == (pytest.approx(f) if asks and (chain or twist) else None)
    assert asked == [True] * asks
    assert known_chain_on_one(exam_with(rate=None), moving(u), [np.ones(1)], one) is None
    assert known_chain_on_one(exam_with(), moving(u, None), [np.ones(1)], one) is None
    assert known_chain_on_one(exam_with(), moving(ODD), [np.ones(1)], one) is None


@pytest.mark.parametrize(
    ("f", "rate", "told"),
    [(1.009, None, False), (1.011, None, True), (0.989, None, True), (1.0, 2 * RATE, True),
     (2.0, 2 * RATE, False)],
)  # fmt: skip
def test_another_factor_is_one_by_a_hundredth(f, rate, told, monkeypatch):
    given = []
    monkeypatch.setattr(batches, "tell_factor", lambda *more: given.append(more[1:]))
    for cut, other in ((True, False), (False, True), (False, False)):
        given.clear()
        monkeypatch.setattr(batches, "cut_to_length", lambda *more, cut=cut: cut)
        monkeypatch.setattr(batches, "unsteady", lambda *more, other=other: other)
        u = [f * RATE * g for g in G]
        assert another_factor(exam_with(), moving(u), [], rate) == told
        assert given == [(pytest.approx(f * RATE), RATE, None)] * (told and not cut and not other)
    assert not another_factor(exam_with(rate=None), moving(u), [], rate)
    assert not another_factor(exam_with(), moving(u, None), [], rate)
    for off, fits in ((1.9e-6, True), (2.2e-6, False)):  # several updates never fit so well
        near = [2 * g for g in G]
        near[1][0] += off * 8
        g = [G[0], G[1] * [1, 1]]
        assert another_factor(exam_with(), moving(near, g), []) == fits


@pytest.mark.parametrize(("last", "differ"), [(1.021, True), (1.0199, False), (0.979, True)])
@pytest.mark.parametrize("at", [0, 3, 4])
def test_factors_differ_by_more_than_a_fiftieth(at, last, differ):
    asked = [int(i) for i in ORDER]

    def moved(index):
        (i,) = index
        return [(last if asked.index(i) == at else 1.0) * g for g in G]

    differ = differ and at < 4  # four samples are asked
    assert several_factors(exam_with(), moving(moved), []) == differ
    assert not several_factors(exam_with(), moving(moved, None), [])
    assert not several_factors(exam_with(), moving(ODD), [])


# Several updates in one step


def slopes(p, X, y):
    """The gradient of the mean of the squared errors."""
    h, a = np.tanh(X @ p["W1"] + p["b1"]), predict(p, X)
    d2 = 2 * (a - y) / len(y) * a * (1 - a)
    d1 = d2 @ p["W2"].T * (1 - h**2)
    return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": h.T @ d2, "b2": d2.sum(axis=0)}


def repeated(k, keep=0.0, new=1.0, size=None, off=0.0):
    """A step of k updates on each batch, by a velocity that starts at 0 in each step."""

    def step(p, X, y):
        begin, v = p, dict.fromkeys(p, 0.0)
        for i in range(0, len(X), size or len(X)):
            for _ in range(k):
                g = slopes(p, X[i : i + (size or len(X))], y[i : i + (size or len(X))])
                v = {name: keep * v[name] + new * RATE * g[name] for name in p}
                p = {name: p[name] - v[name] for name in p}
        return {name: p[name] + off * (p[name] - begin[name]) for name in p}

    return step


PAIR, ONE = np.array([1, 4]), np.array([4])


def several(step, index=PAIR, **given):
    exam = exam_with(step, **given)
    return exam, several_updates(exam, Steps(exam), exam.points[0], index)


@pytest.mark.parametrize("rule", MOMENTA)
@pytest.mark.parametrize("k", [1, 2, 6])
def test_updates_in_a_step_are_counted_for_each_rule(rule, k, monkeypatch):
    asked = []
    monkeypatch.setattr(batches, "look_at_epoch", lambda *given, quiet: asked.append(
        (given[3], quiet)))  # fmt: skip
    exam, told = several(repeated(k, rule.keep, rule.new))
    assert told == (k > 1)
    name = rule.name if rule.keep else "the gradient"
    assert exam.compared == [f"a step makes {k} updates by {name}"] * told
    assert [(a.keep, a.new, a.repeats, quiet) for a, quiet in asked] == [
        (rule.keep, rule.new, k, True)
    ] * told
    assert exam.findings == []


@pytest.mark.parametrize(
    ("index", "step_is", "n", "told"),
    [(ONE, "epoch", 7, True), (PAIR, "epoch", 7, False), (ONE, "batch", 7, False),
     (ONE, None, 7, False), (ONE, "epoch", 1, False)],
)  # fmt: skip
def test_updates_of_an_epoch_are_counted_on_copies_of_a_sample(index, step_is, n, told):
    """In batches of two."""
    exam = exam_with(repeated(1, 0.9, size=2), step_is=step_is)
    exam.patient.n = n
    assert several_updates(exam, Steps(exam), exam.points[0], index) == told
    line = "a step on 7 copies of one sample makes 4 updates by momentum 0.9"
    assert exam.compared == [line] * told


@pytest.mark.parametrize(("n", "told"), [(2000, True), (2001, False)])
def test_of_many_samples_no_copies_are_made(n, told, monkeypatch):
    sizes = []
    exam = exam_with(step_is="epoch")
    assert exam.formula is not None
    exam.patient.n = n
    monkeypatch.setattr(exam.patient, "data", lambda index: len(index))
    monkeypatch.setattr(batches, "updates_by", lambda *given: 0)
    steps = SimpleNamespace(once=lambda values, data: sizes.append(data))
    assert not several_updates(exam, steps, [], ONE)
    assert sizes == [1, n, 1] if told else [1, 1]


@pytest.mark.parametrize("f", [0.5, 2.0, 0.1, 10.0])
def test_updates_at_another_rate_are_counted(f, monkeypatch):
    monkeypatch.setattr(batches, "MOMENTA", MOMENTA[:1])
    exam, told = several(repeated(3, new=f))
    assert told
    assert said(exam) == [("gradient_scale", "wrong", "step")]
    assert words(exam) == (
        f"a step makes 3 updates by the gradient with the rate {f * RATE:g}, and the rate is 0.3: "
        f"{f:g} times what it should be."
    )
    for off, fits in ((0.9e-6, True), (1.2e-6, False)):
        assert several(repeated(3, new=f, off=off))[1] == fits
    assert not several(repeated(1, new=f))[1]
    assert not several(repeated(3, new=3.0))[1]


@pytest.mark.parametrize(("work", "most"), [(9_999, 199), (10_000, 19)])
def test_as_many_updates_are_counted_as_there_is_time_for(work, most, monkeypatch):
    made = []

    def update(steps, here, v, *given):
        made.append(here)
        return [here[0] + 1e-6], v

    monkeypatch.setattr(batches, "update", update)
    exam = exam_with()
    exam.work = lambda index: work
    end = [np.ones(1)]
    assert batches.updates_by(Steps(exam), [np.zeros(1)], end, PAIR, MOMENTA[0]) == 0
    assert len(made) == most


def test_updates_are_counted_where_their_slopes_are_known():
    assert not several(repeated(3), rate=None)[1]
    unknown = {"predict": lambda p, X: predict(p, X) ** 1.3}
    assert not several(repeated(3), **unknown)[1]
    assert several(repeated(3), gradients=slopes, **unknown)[1]


def test_where_slopes_are_measured_plain_descent_alone_is_asked_for(monkeypatch):
    """The loss is none that is known, and the network is small."""

    def odd(p, X, y):
        return mse(p, X, y) ** 2

    def step_of(k, keep=0.0, new=1.0):
        def step(p, X, y):
            v = dict.fromkeys(p, 0.0)
            for _ in range(k):
                g = slopes(p, X, y)
                v = {n: keep * v[n] + new * RATE * 2 * mse(p, X, y) * g[n] for n in p}
                p = {n: p[n] - v[n] for n in p}
            return p

        return step

    assert several(step_of(3), loss=odd)[1]
    assert not several(step_of(3, 0.9), loss=odd)[1]
    assert not several(step_of(3, new=2.0), loss=odd)[1]
    exam = exam_with(step_of(3), loss=odd)
    assert exam.dense is not None
    assert exam.formula is None
    asked = []
    monkeypatch.setattr(batches, "updates_by", lambda *given: asked.append(given) or 0)
    for size in (60, 61):  # as many slopes as are measured
        steps = SimpleNamespace(once=lambda *given: None)
        assert not several_updates(exam, steps, [np.zeros(size)], PAIR)
        assert len(asked) == 1


# Steps on one sample each


def one_each(delta, limit=None, always=False, back=None):
    """A step of one update for each sample; delta(a, y): what the output's delta is."""

    def step(p, X, y):
        for i in range(len(X)):
            h, a = np.tanh(X[[i]] @ p["W1"] + p["b1"]), predict(p, X[[i]])
            d2 = delta(a, y[[i]])
            d1 = d2 @ p["W2"].T * (1 - h**2 if back is None else back(h))
            g = {"W1": X[[i]].T @ d1, "b1": d1.sum(0), "W2": h.T @ d2, "b2": d2.sum(0)}
            size = np.sqrt(sum(np.sum(x**2) for x in g.values()))
            cut = limit / size if limit and (always or size > limit) else 1.0
            p = {n: p[n] - RATE * cut * g[n] for n in p}
        return p

    return step


def right(a, y):
    return 2 * (a - y) * a * (1 - a)


def at_one(step, **given):
    exam = exam_with(step, step_is="epoch", **given)
    return exam, one_by_one(exam, Steps(exam), exam.points[0], np.array([3]))


SAMPLE_BY_SAMPLE = (
    "sample by sample the step is 0.2973, -0.5966, -1.923, 0.9869, … times the slope of"
)
ENTROPIES = (
    "the loss that is shown is the mean of the squared errors; what the steps on one sample each "
    "descend are binary cross-entropies."
)


@pytest.mark.parametrize("rate", [RATE, None])
@pytest.mark.parametrize(
    ("delta", "found"),
    [
        (right, None), (lambda a, y: 2 * right(a, y), None),
        (lambda a, y: a - y, ("loss_formula", "loss and step", ENTROPIES)),
        (lambda a, y: right(a, y) * a * (1 - a),
         ("gradient_wrong", "delta2", "delta2 = (a - y) * the slope, squared.")),
        (lambda a, y: 2 * (a - y) * np.cos(3 * a),
         ("gradient_wrong", "step", f"{SAMPLE_BY_SAMPLE} the loss, where one number is expected.")),
    ],
)  # fmt: skip
def test_steps_on_one_sample_each_tell_a_slip_together(delta, found, rate):
    exam, told = at_one(one_each(delta), rate=rate)
    assert told == (found is not None)
    assert said(exam) == ([(found[0], "wrong", found[1])] if found else [])
    if found:
        assert words(exam) == found[2]


def test_the_size_of_a_delta_tells_a_slope_from_a_loss_where_the_rate_is_known():
    exam, _ = at_one(one_each(lambda a, y: 2 * (a - y)))
    assert said(exam) == [("slope_missing", "wrong", "delta2")]
    exam, _ = at_one(one_each(lambda a, y: 2 * (a - y)), rate=None)
    assert words(exam) == ENTROPIES


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("limit", [0.05, 0.2, 3.0])
def test_on_one_sample_each_gradients_cut_to_a_length_are_no_slip(limit, always):
    exam, told = at_one(one_each(right, limit, always))
    assert not told
    assert exam.findings == []


def test_of_an_unusual_loss_its_words_stand_before_the_factors():
    def odd(p, X, y):
        return np.mean(np.abs(predict(p, X) - y) ** 1.3)

    exam, told = at_one(one_each(right), loss=odd)
    assert told
    assert exam.formula is None
    assert words(exam).startswith("sample by sample the step is 0.2603, 0.2105, 0.1235, 0.1899, …")
    assert said(exam) == [("gradient_wrong", "wrong", "step")]
    exam, told = at_one(
        one_each(right), loss=lambda p, X, y: np.mean((predict(p, X) - y) ** 4)
    )  # fmt: skip
    assert told
    assert said(exam) == [("loss_formula", "wrong", "step")]
    assert words(exam) == (
        "loss is the mean of the squared errors, but the fourth powers of the errors stand where "
        "their squares belong. Sample by sample the step is 0.7702, 1.414, 6.487, 1.897, … times "
        "the slope of the loss, where one number is expected."
    )


def test_steps_on_one_sample_each_are_one_factor_at_the_first():
    gradients = {"gradients": slopes}
    assert not at_one(one_each(lambda a, y: a - y), **gradients)[1]
    assert not at_one(one_each(lambda a, y: a - y, back=lambda h: 1))[1]  # more than a factor
    exam = exam_with(one_each(lambda a, y: a - y), step_is="epoch")
    exam.patient.short_steps = True
    assert not one_by_one(exam, Steps(exam), exam.points[0], np.array([3]))
    for n_known in range(3):
        exam = exam_with(one_each(lambda a, y: a - y), step_is="epoch")
        steps, asked = Steps(exam), []

        def gradient(values, index, steps=steps, asked=asked, n=n_known):
            asked.append(index)
            return steps.slopes(values, index) if len(asked) <= n else None

        steps.gradient = gradient
        assert not one_by_one(exam, steps, exam.points[0], np.array([3]))
        assert len(asked) == n_known + 1

    def still(p, X, y):
        """The first weight of W2 stays where it was."""
        new = one_each(lambda a, y: a - y)(p, X, y)
        return {**new, "W2": np.where(np.arange(3)[:, None] == 0, p["W2"], new["W2"])}

    assert not at_one(still)[1]


@pytest.mark.parametrize(("spread", "told"), [(0.0199, False), (0.021, True)])
def test_factors_of_one_sample_each_differ_by_a_fiftieth(spread, told):
    def uneven(a, y):
        return right(a, y) * (1 - spread * (a == lowest()))

    def lowest():
        return min(predict(START, X[[i]]).item() for i in range(N))

    exam = exam_with(one_each(uneven), step_is="epoch")
    values = exam.patient.start
    assert one_by_one(exam, Steps(exam), values, np.array([3])) == told


# A single update with a slip, exactly


@pytest.fixture
def walked(monkeypatch):
    """Look at a step on some samples, where the walk through its gradient ends as it is told."""
    originals = dict(vars(batches))

    class Walk:
        explained, deviations = True, [SimpleNamespace(where="W1"), SimpleNamespace(where="b2")]

        def __init__(self, exam, dense, values, X, y, formula, g, free):
            look.given = X, y, formula, g, free
            look.walk = self

        def go(self):
            look.asked.append(("go", self.tolerance))

        def report(self, lines, free):
            look.asked.append(("report", lines, free))

    def look(step, index=PAIR, rate=RATE, exam=None, deviations=None, explained=True, **answers):
        look.asked = []
        monkeypatch.setattr(Walk, "explained", explained)
        monkeypatch.setattr(Walk, "deviations", Walk.deviations if deviations is None else [
            SimpleNamespace(where=name) for name in deviations])  # fmt: skip
        monkeypatch.setattr(batches, "Walk", Walk)
        for name in ("in_turn", "cut_to_length", "tell_factor", "by_weight_term"):

            def answer(*given, name=name):
                handed(originals[name], given, exam=exam, steps=steps, values=exam.points[0],
                       index=index, u=list)  # fmt: skip
                numbers = [x for x in given if isinstance(x, (int, float, str))]
                look.asked.append((name, *numbers))
                return answers.get(name, False)

            monkeypatch.setattr(batches, name, answer)
        exam = exam or exam_with(step)
        steps = Steps(exam)
        return exam, exact_equations(exam, steps, exam.points[0], index, rate)

    return look


def slipped(f=1.0, bias=0.0):
    """One update, of which a bias goes elsewhere."""

    def step(p, X, y):
        g = slopes(p, X, y)
        return {n: p[n] - f * RATE * g[n] - bias * (n == "b1") for n in p}

    return step


@pytest.mark.parametrize("index", [None, PAIR])
def test_a_single_update_is_walked_through_exactly(index, walked):
    exam, told = walked(slipped(bias=0.1), index)
    assert told
    turn = [("in_turn", RATE)] * (index is not None)
    assert walked.asked == [*turn, ("go", 2e-6), ("report", (), False)]
    X_given, y_given, formula, g, free = walked.given
    rows = slice(None) if index is None else index
    np.testing.assert_array_equal(X_given, X[rows])
    np.testing.assert_array_equal(y_given, Y[rows])
    assert formula.factor == pytest.approx(1 / len(X[rows]))
    assert free is False
    u = Steps(exam).moved(exam.points[0], index)
    for a, b in zip(g, u, strict=True):
        np.testing.assert_allclose(a, b / RATE)


def test_what_the_walk_does_not_explain_exactly_is_not_told(walked):
    for index in (None, PAIR):
        for given, told in [
            ({"explained": False}, False), ({"deviations": []}, False),
            ({"deviations": ["W1", "W2"]}, index is not None), ({"deviations": ["W1", "b1"]}, True),
        ]:  # fmt: skip
            _, found = walked(slipped(bias=0.1), index, **given)
            assert found == told
            assert (walked.asked[-1][0] == "report") == told


def test_right_updates_in_turn_are_no_single_one(walked):
    assert not walked(slipped(bias=0.1), in_turn=True)[1]
    assert walked.asked == [("in_turn", RATE)]
    assert walked(slipped(bias=0.1), None, in_turn=True)[1]


@pytest.mark.parametrize(
    ("f", "told"), [(1.019, False), (1.021, True), (0.979, True), (-1.5, False)]
)
@pytest.mark.parametrize("cut", [False, True])
def test_one_multiple_of_the_gradient_is_told_as_a_factor(cut, f, told, walked):
    assert walked(slipped(f), cut_to_length=cut)[1]
    asked = [name for name, *_ in walked.asked]
    assert asked == ["in_turn", *(["cut_to_length", "tell_factor"][: 2 - cut] if told else
                                  ["go", "report"])]  # fmt: skip
    if told and not cut:
        assert walked.asked[-1] == ("tell_factor", pytest.approx(f * RATE), RATE)
    exam = exam_with(slipped(f), rate=None)
    walked(None, exam=exam)
    assert "cut_to_length" not in [name for name, *_ in walked.asked]  # nothing to compare it with
    walked(slipped(f), None)
    assert "cut_to_length" not in [name for name, *_ in walked.asked]


@pytest.mark.parametrize(("off", "told"), [(1.9e-6, True), (2.3e-6, False)])
def test_one_multiple_is_one_to_six_digits(off, told, walked):
    def step(p, X, y):
        g = slopes(p, X, y)
        most = max(np.abs(x).max() for x in g.values())
        g["W1"][np.unravel_index(np.abs(g["W1"]).argmin(), (2, 3))] += off * most
        return {n: p[n] - 2 * RATE * g[n] for n in p}

    walked(step)
    assert ("tell_factor" in [name for name, *_ in walked.asked]) == told


def test_a_rate_that_is_not_given_is_read_off_the_first_sample(walked):
    for index in (None, PAIR):
        exam = exam_with(slipped(2.0), rate=None)
        assert walked(None, index, None, exam)[1]
        if index is not None:
            assert walked.asked[0] == ("in_turn", pytest.approx(2 * RATE))
        np.testing.assert_allclose(
            walked.given[3][0], Steps(exam).moved(exam.points[0], index)[0] / (2 * RATE), rtol=1e-6
        )
    assert not walked(slipped(bias=0.1), rate=None)[1]  # no multiple at one sample
    asked = []
    exam = exam_with(slipped(), rate=None)
    steps = Steps(exam)
    steps.gradient = lambda values, index: asked.append(index)
    for index, one in ((None, 0), (PAIR, 1)):
        assert not exact_equations(exam, steps, exam.points[0], index, None)
        assert asked.pop().tolist() == [one]


def test_the_slope_of_a_penalty_is_looked_at_first(walked):
    def penalised(p, X, y):
        return mse(p, X, y) + 0.1 * sum(np.sum(p[n] ** 2) for n in ("W1", "W2"))

    for told in (True, False):
        exam = exam_with(slipped(bias=0.1), loss=penalised)
        assert walked(None, exam=exam, by_weight_term=told)[1]
        assert walked.asked[1] == ("by_weight_term", "step", False)
        assert (len(walked.asked) == 2) == told


def test_a_single_update_is_walked_through_where_all_is_known(walked):
    for name in ("dense", "targets", "formula"):
        exam = exam_with(slipped(bias=0.1))
        setattr(exam, name, None)
        assert not walked(None, exam=exam)[1]
    short, wrong = exam_with(slipped(bias=0.1)), exam_with(slipped(bias=0.1))
    short.patient.short_steps = True
    wrong.find("dead", "wrong", "layer 1", "seen")
    own = exam_with(slipped(bias=0.1), gradients=slopes)
    for exam in (short, wrong, own, exam_with(lambda p, X, y: p)):
        assert not walked(None, exam=exam)[1]
        assert walked.asked == []


# Updates by the first predictions


def blind(k, early=False, f=1.0, off=0.0, size=1.0):
    """A step of k updates, all by the errors that it began with."""

    def step(p, X, y):
        h, a = np.tanh(X @ p["W1"] + p["b1"]), predict(p, X)
        d2, begin = 2 * (a - y) / len(y) * a * (1 - a), p
        for _ in range(k):
            W2 = p["W2"] - f * RATE * h.T @ d2
            d1 = d2 @ (W2 if early else p["W2"]).T * (1 - h**2)
            g = {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": h.T @ d2, "b2": d2.sum(axis=0)}
            p = {name: p[name] - f * RATE * g[name] for name in p}
        return {n: p[n] + off * (p[n] - begin[n]) * (n == "W1") for n in p}

    return step


def unlooking(step, index=None, **given):
    exam = exam_with(step, **given)
    return exam, updates_without_looking(exam, Steps(exam), exam.points[0], index)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("index", [None, PAIR])
@pytest.mark.parametrize(("k", "told"), [(1, False), (2, True), (7, True), (64, True), (65, False)])
def test_updates_by_the_first_errors_are_counted(k, told, index, early):
    exam, found = unlooking(blind(k, early), index)
    assert found == told
    of = "all 7 samples" if index is None else "2 samples"
    assert [f.seen for f in exam.findings] == [
        f"a step on {of} makes {k} updates, all of them by the predictions that it began with."
    ] * told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"off": 0.9e-5}, True), ({"off": 1.2e-5}, False), ({"f": 1 + 0.9e-4 / 5}, False),
        ({"f": 1.1}, False),
    ],
)  # fmt: skip
def test_updates_by_the_first_errors_end_there_to_five_digits(changes, told):
    assert unlooking(blind(5, **changes))[1] == told


def test_of_many_samples_as_many_updates_are_counted():
    draw = np.random.default_rng(3)
    data = draw.normal(size=(70, 2))
    for k, told in ((70, True), (71, False)):
        exam = exam_of(data, (data[:, :1] > 0) * 1.0, START, predict=predict, loss=mse,
                       step=blind(k), rate=RATE)  # fmt: skip
        assert updates_without_looking(exam, Steps(exam), exam.points[0], None) == told


def test_updates_by_the_first_errors_need_slopes_on_the_way():
    exam = exam_with(blind(3))
    steps, asked = Steps(exam), []
    own = steps.gradient
    steps.gradient = lambda values, index: (
        asked.append(1) or (own(values, index) if len(asked) < 2 else None)
    )
    assert not updates_without_looking(exam, steps, exam.points[0], None)
    assert len(asked) == 2


def test_updates_by_the_first_errors_need_a_known_loss_and_a_rate():
    for name in ("dense", "formula", "targets", "learning_rate"):
        exam = exam_with(blind(3))
        setattr(exam, name, None)
        assert not updates_without_looking(exam, Steps(exam), exam.points[0], None)
    exam = exam_with(blind(3))
    exam.patient.short_steps = True
    assert not updates_without_looking(exam, Steps(exam), exam.points[0], None)
    exam = exam_with(blind(3))
    exam.patient.n = 1
    assert not updates_without_looking(exam, Steps(exam), exam.points[0], None)
    weights = ("W1", "W2")
    assert not unlooking(
        blind(3), loss=lambda p, X, y: mse(p, X, y) + 0.1 * sum(np.sum(p[n] ** 2) for n in weights)
    )[1]
    for step in (repeated(3), repeated(1), lambda p, X, y: p):
        assert not unlooking(step)[1]


def test_of_predictions_that_hardly_change_nothing_is_said():
    """From short steps on five by the first errors differ from others by less than a hundredth."""
    verdicts = set()
    for f in np.geomspace(1e-3, 1, 13):
        exam = exam_with(blind(5, f=f), rate=f * RATE)
        values = exam.points[0]
        p = dict(zip(START, values, strict=True))
        unseen, seen = blind(5, f=f)(p, X, Y), repeated(5, new=f)(p, X, Y)
        off = max(np.abs(unseen[n] - seen[n]).max() / np.abs(p[n] - unseen[n]).max() for n in p)
        told = updates_without_looking(exam, Steps(exam), values, None)
        assert told == (off >= 1e-2)
        verdicts.add(told)
    assert verdicts == {False, True}


def test_one_layer_on_some_samples_moves_as_by_a_gradient_that_is_too_long():
    line = {"W": START["W1"], "b": START["b1"]}

    def answer(p, X):
        return 1 / (1 + np.exp(-(X @ p["W"] + p["b"])))

    def step(p, X, y):
        a = answer(p, X)
        d = 2 * (a - y) / y.size * a * (1 - a)
        return {"W": p["W"] - 5 * RATE * X.T @ d, "b": p["b"] - 5 * RATE * d.sum(axis=0)}

    targets = np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]
    for index, told in ((None, True), (PAIR, False)):
        exam = exam_of(X, targets, line, predict=answer, step=step, rate=RATE,
                       loss=lambda p, X, y: np.mean((answer(p, X) - y) ** 2))  # fmt: skip
        assert exam.dense is not None
        assert updates_without_looking(exam, Steps(exam), exam.points[0], index) == told


# Some parameters by one sample alone


def alone(names, which, order=(0, 1), off=0.0):
    """An epoch in which these parameters move by one of two samples; of others, by all."""

    def step(p, X, y):
        begin = p
        for k, i in enumerate(order[: len(X)]):
            g = slopes(p, X[[i]], y[[i]])
            p = {n: p[n] - RATE * g[n] * (n not in names or k == which) for n in p}
        return {n: p[n] + off * (p[n] - begin[n]) for n in p}

    return step


def told_alone(step, **given):
    exam = exam_with(step, **{"step_is": "epoch", **given})
    return exam, some_by_one_alone(exam, Steps(exam), exam.points[0])


@pytest.mark.parametrize(
    "names", [["W1", "b1"], ["W2", "b2"], ["b1", "b2"], ["W1", "W2"], ["W1"], ["b1"], ["b2"]]
)
@pytest.mark.parametrize(("which", "place"), [(1, "last"), (0, "first")])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_parameters_that_move_by_one_of_two_samples_are_named(names, which, place, order):
    exam, told = told_alone(alone(names, which, order))
    assert told
    where = ", ".join(names)
    assert said(exam) == [("step_not_gradient", "wrong", where)]
    assert words(exam) == (
        f"given two samples, an epoch moves {where} by the {place} one alone, and all other "
        "parameters by both."
    )
    assert exam.findings[0].advice == (
        "The update of these parameters stands outside of the loop over the samples, often by its "
        "indent alone.",
        "Update all parameters in the same loop.",
    )


def test_parameters_that_move_by_both_are_none():
    assert not told_alone(alone([], 0))[1]
    assert not told_alone(repeated(1))[1]
    assert not told_alone(alone(["W1", "b2"], 0))[1]  # no group of a program
    assert not told_alone(alone(["W1"], 0), rate=None)[1]
    for name, value in (("short_steps", True), ("n", 1)):
        exam = exam_with(alone(["W1"], 0), step_is="epoch")
        setattr(exam.patient, name, value)
        assert not some_by_one_alone(exam, Steps(exam), exam.points[0])
    exam = exam_with(alone(["W1"], 0), step_is="epoch")
    steps = Steps(exam)
    steps.gradient = lambda values, index: None
    assert not some_by_one_alone(exam, steps, exam.points[0])
    exam = exam_with(alone(["W1"], 0), step_is="epoch")
    exam.dense = None
    assert not some_by_one_alone(exam, Steps(exam), exam.points[0])


@pytest.mark.parametrize(("off", "told"), [(0.9e-6, True), (1.2e-6, False)])
def test_one_sample_alone_ends_there_to_a_millionth(off, told):
    assert told_alone(alone(["W1"], 1, off=off))[1] == told


# What is said of updates that do not look


def test_updates_that_do_not_look_are_told_of_all_samples_or_of_some():
    exam = exam_with()
    tell_not_looking(exam, 5, None)
    assert said(exam) == [("step_not_gradient", "wrong", "step")]
    assert words(exam) == (
        "a step on all 7 samples makes 5 updates, all of them by the predictions that it began "
        "with."
    )
    assert exam.findings[0].advice == (
        "The update stands in a loop over the samples, such as one that counts right answers, and "
        "the error is computed once, before it.",
        "Put the update behind that loop: one for each time that the error is computed.",
    )
    exam = exam_with()
    tell_not_looking(exam, 5, np.array([1, 4]))
    assert words(exam).startswith("a step on 2 samples makes 5 updates, all of them by")
    assert exam.findings[0].advice == (
        "The forward pass, or the error, stands before the loop and is not computed again.",
        "Put it into the loop: predictions, error and gradient anew for each update.",
    )


# Exactly at a bound


def test_two_samples_are_enough(whole):
    pair = X[:2], Y[:2]
    given = {"predict": predict, "loss": mse, "rate": RATE, "step_is": "epoch"}
    exam = exam_of(*pair, START, step=alone(["W1"], 0), **given)
    assert some_by_one_alone(exam, Steps(exam), exam.points[0])
    exam = exam_of(*pair, START, step=blind(3), **given)
    assert updates_without_looking(exam, Steps(exam), exam.points[0], None)
    exam = exam_of(*pair, START, step=repeated(1, 0.9, size=1), **given)
    assert several_updates(exam, Steps(exam), exam.points[0], np.array([1]))
    exam = exam_with()
    exam.patient.n = 2
    assert whole([2 * g for g in G], exam=exam)[1]
    assert "cut_to_length" in whole.asked


def test_no_step_has_no_factor_of_a_known_chain(monkeypatch):
    monkeypatch.setattr(batches, "compare_chain", lambda *given, any_step: True)
    still = moving([0 * g for g in G])
    assert known_chain_on_one(exam_with(), still, [np.ones(1)], np.array([2])) is None


@pytest.mark.parametrize(("off", "right_in_turn"), [(1.0, True), (1.0000001, False)])
def test_a_right_update_ends_there_to_a_hundred_thousandth_exactly(off, right_in_turn):
    values, g = [np.zeros(2)], [np.array([1e5, 0.0])]
    steps = SimpleNamespace(gradient=lambda here, index: g)
    u = [np.array([1e5, off])]
    assert batches.in_turn(steps, values, np.array([0]), u, 1.0) == right_in_turn


def test_of_a_network_without_biases_some_weights_alone_are_looked_for():
    """All of its parameters by one sample alone are another thing."""
    bare = {"W1": START["W1"], "W2": START["W2"]}

    def whole(p):
        return {**p, "b1": np.zeros(3), "b2": np.zeros(1)}

    def step_of(names):
        def step(p, X, y):
            for k in range(len(X)):
                g = slopes(whole(p), X[[k]], y[[k]])
                p = {n: p[n] - RATE * g[n] * (n not in names or k == 1) for n in p}
            return p

        return step

    for names, told in ((["W1"], True), (["W1", "W2"], False)):
        exam = exam_of(
            X, Y, bare, predict=lambda p, X: predict(whole(p), X), rate=RATE, step_is="epoch",
            loss=lambda p, X, y: mse(whole(p), X, y), step=step_of(names),
        )  # fmt: skip
        assert exam.dense is not None
        assert some_by_one_alone(exam, Steps(exam), exam.points[0]) == told


@pytest.mark.parametrize(
    ("n", "size", "parts"),
    [(7, 1, [[0], [1], [2]]), (2, 1, [[0], [1]]), (7, 2, [[0, 1]]), (7, 4, [[0, 1, 2, 3]])],
)
def test_of_single_samples_three_are_asked_and_of_more_one_group(n, size, parts, monkeypatch):
    order = np.random.default_rng(2).permutation(n)
    parts = [sorted(order[part].tolist()) for part in parts]
    first, asked = np.array(parts[0]), []
    monkeypatch.setattr(batches, "compare_single", lambda *given: asked.append(
        given[3].tolist()) or len(asked) <= right)  # fmt: skip
    exam = exam_with()
    exam.patient.n = n
    if size == 1 and n > 3:  # the one at which the step was seen to move comes before the three
        parts, first = [[order[5]], *parts], order[[5]]
    for right in range(len(parts) + 1):
        asked.clear()
        found = wrong_update(exam, None, [], first)
        assert asked == parts[: right + 1]
        assert (None if found is None else found.tolist()) == (
            parts[right] if right < len(parts) else None
        )


@pytest.mark.parametrize(("n", "asked"), [(12, 12), (14, 12), (3, 3)])
def test_steps_on_up_to_twelve_samples_are_added_up(n, asked):
    draw = np.random.default_rng(3)
    data = draw.normal(size=(n, 2))
    exam = exam_of(data, (data[:, :1] > 0) * 1.0, START, predict=predict, loss=mse, rate=RATE,
                   step=one_each(lambda a, y: a - y), step_is="epoch")  # fmt: skip
    steps, samples = Steps(exam), []
    moved = steps.moved
    steps.moved = lambda values, index: samples.append(index.tolist()) or moved(values, index)
    assert one_by_one(exam, steps, exam.points[0], np.array([0]))
    first = np.sort(np.random.default_rng(2).permutation(n)[:12]).tolist()
    assert samples[1 : asked + 1] == [[i] for i in first]
    assert len(samples) == asked + 1


@pytest.mark.parametrize(("n", "told"), [(2, False), (3, True)])
def test_factors_of_two_samples_tell_nothing(n, told):
    exam = exam_of(X[:n], Y[:n], START, predict=predict, loss=mse, rate=RATE, step_is="epoch",
                   step=one_each(lambda a, y: 2 * (a - y) * np.cos(3 * a)))  # fmt: skip
    assert one_by_one(exam, Steps(exam), exam.points[0], np.array([0])) == told
