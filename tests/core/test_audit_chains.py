"""Several steps in a row: in which order they are judged, and what is said of them."""

from types import SimpleNamespace

import anew
import numpy as np
import pytest
from exams import exam_of, handed, said, words
from small_network import CLASSES, START, START3, X, Y, classify, mse, predict

from nnlib.audit import chains
from nnlib.audit.chains import (
    by_parameter,
    compare_chain,
    fits_chain,
    known_chain,
    looks_adaptive,
    tell_odd_steps,
    tell_other_loss,
    tell_rate,
    tell_schedule,
    tell_shared_memory,
    tell_slip,
    tell_uphill,
)
from nnlib.audit.exam import Exam
from nnlib.audit.update import Chain

RATE = 0.3
rng = np.random.default_rng(9)
GS = list(rng.normal(size=(4, 13)))  # as many numbers as the network has
ORDER = np.repeat([0, 1, 2, 3], [6, 3, 3, 1])
POINTS = [[np.full(v.shape, 1e-9) for v in START.values()]] * 5


@pytest.fixture(autouse=True)
def no_warnings():
    with np.errstate(all="ignore"):
        yield


def exam_with(rate=RATE, step_is="update", **given):
    given = {"predict": predict, "loss": mse, "step": lambda p, X, y: p} | given
    return exam_of(X, Y, START, rate=rate, step_is=step_is, **given)


def chain(us, gs=GS, index=None):
    g = [np.zeros(v.shape) for v in START.values()]
    return Chain(index, POINTS[: len(us) + 1], us, gs, [0 * u for u in us], ORDER, g)


# The order in which steps in a row are judged


@pytest.fixture
def judged(monkeypatch):
    """Let each part of the check answer as it is told; return which were asked."""
    asked, originals = [], dict(vars(chains))

    def leave(us=None, moves=True, fits=(), closer=None, index=None, gs=GS, **answers):
        asked.clear()
        us = [RATE * g for g in gs] if us is None else us
        points = [[np.full(1, float(k * bool(moves)))] for k in range(5)]
        if moves == "at first":
            points = points[:2] + points[1:2] * 3
        monkeypatch.setattr(chains, "steps_in_a_row", lambda exam, index: points)
        steps = SimpleNamespace(closer=lambda: closer)

        def made(steps, given_index, given):
            assert given is points
            asked.append(("chain_of", *([] if given_index is None else [len(given_index)])))
            return None if us == "none" else chain(us, gs, given_index)

        monkeypatch.setattr(chains, "chain_of", made)
        monkeypatch.setattr(chains, "fitting", lambda exam, chain: iter(fits))
        for name in ("tell_uphill", "twisted", "tell_schedule", "at_own_rates", "tell_slip",
                     "tell_rate", "tell_other_loss", "tell_odd_steps",
                     "looks_adaptive"):  # fmt: skip

            def answer(*given, name=name):
                handed(originals[name], given, exam=Exam, steps=SimpleNamespace, chain=Chain,
                       points=points, us=us, gs=list, order=ORDER, values=list)  # fmt: skip
                numbers = [x for x in given if isinstance(x, (int, float))]
                asked.append((name, *numbers) if name == "tell_uphill" else (name,))
                return answers.get(name, False)

            monkeypatch.setattr(chains, name, answer)
        return asked, steps

    return leave


BEGIN = [("chain_of",), ("twisted",), ("tell_schedule",), ("at_own_rates",)]
LAST = [("tell_slip",), ("tell_rate",), ("tell_other_loss",)]


def test_no_step_at_all_is_right(judged):
    asked, steps = judged(moves=False)
    assert compare_chain(exam_with(), steps)
    assert asked == []
    asked, steps = judged(moves="at first")
    compare_chain(exam_with(), steps)
    assert asked[:4] == BEGIN


def test_without_gradients_nothing_is_compared(judged):
    asked, steps = judged("none")
    assert not compare_chain(exam_with(), steps)
    assert asked == [("chain_of",)]


@pytest.mark.parametrize(("index", "on"), [(None, ""), (np.array([2]), "on 1 sample ")])
def test_the_first_optimiser_that_fits_is_said(index, on, judged):
    for sound in (True, False):
        _, steps = judged(fits=[(sound, "the first one"), (True, "another one")])
        exam = exam_with()
        assert compare_chain(exam, steps, index)
        line = "4 steps in a row are those of the first one"
        assert exam.compared == [f"{on}{line}"] * sound
        assert [f.seen for f in exam.findings] == [f"{line}."] * (not sound)
        assert said(exam) == [("optimizer_formula", "wrong", "step")] * (not sound)


@pytest.mark.parametrize("last", ["twisted", "tell_schedule", "at_own_rates", "tell_slip",
                                  "tell_rate", "tell_other_loss"])  # fmt: skip
def test_steps_are_asked_for_one_thing_after_the_other(last, judged):
    asked, steps = judged(**{last: True})
    exam = exam_with()
    assert compare_chain(exam, steps)
    every = BEGIN + LAST
    assert asked == every[: every.index((last,)) + 1]
    line = "which optimiser it is: each step is its gradient times a rate that changes"
    assert exam.missing == [line] * (last == "at_own_rates")


def test_where_any_step_will_do_only_whole_optimisers_are_tried(judged):
    asked, steps = judged(twisted=True)
    assert not compare_chain(exam_with(), steps, None, any_step=True)
    assert asked == [("chain_of",)]


@pytest.mark.parametrize(("short", "tolerance"), [(False, 2e-3), (True, 2e-2)])
def test_steps_that_begin_uphill_are_asked_for_it(short, tolerance, judged):
    uphill = ("tell_uphill", RATE, tolerance)
    for told in (True, False):
        asked, steps = judged([-RATE * g for g in GS], tell_uphill=told)
        exam = exam_with()
        exam.patient.short_steps = short
        assert compare_chain(exam, steps, np.array([1])) == told
        assert asked[:2] == [("chain_of", 1), uphill]
        assert (len(asked) == 2) == told


def test_steps_at_right_angles_to_the_slopes_do_not_go_uphill(judged):
    gs = [np.eye(13)[0]] * 4
    asked, steps = judged([np.eye(13)[1]] * 4, gs=gs)
    compare_chain(exam_with(), steps)
    assert asked[1][0] == "twisted"


@pytest.mark.parametrize("told", [True, False])
def test_all_slopes_are_measured_before_a_slip_is_sought(told, judged):
    more = SimpleNamespace(closer=lambda: None)
    asked, steps = judged(closer=more, tell_slip=told)
    compare_chain(exam_with(), steps, np.array([3]))
    begin = [("chain_of", 1), *BEGIN[1:]]
    assert asked[:9] == [*begin, *begin, ("tell_slip",)]


@pytest.mark.parametrize(
    ("index", "step_is", "n", "told"),
    [(None, "update", 7, True), (None, "epoch", 7, False), (None, None, 7, False),
     (None, "epoch", 1, True), (np.array([1]), "epoch", 7, True)],
)  # fmt: skip
def test_an_odd_later_step_is_told_of_single_updates(index, step_is, n, told, judged):
    asked, steps = judged()
    exam = exam_with(step_is=step_is)
    exam.patient.n = n
    assert compare_chain(exam, steps, index) == told
    assert (asked[-1] == ("tell_odd_steps",)) == told


@pytest.mark.parametrize(
    ("first", "rate", "last"),
    [(1.009, RATE, "tell_odd_steps"), (1.011, RATE, None), (5.0, None, "tell_odd_steps"),
     (-1.0, None, None), (None, RATE, "looks_adaptive")],
)  # fmt: skip
def test_the_first_step_decides_what_is_said_of_later_ones(first, rate, last, judged):
    us = [RATE * g for g in GS]
    us[0] = np.sign(us[0]) if first is None else first * us[0]
    for adaptive in (True, False):
        asked, steps = judged(us, looks_adaptive=adaptive)
        answer = compare_chain(exam_with(rate), steps)
        assert asked[-1] == (last or "tell_other_loss",)
        assert answer == (last == "tell_odd_steps" or (last == "looks_adaptive" and adaptive))


# What fits, and in which words


def test_steps_are_those_of_an_optimiser_where_each_is_near_and_each_parameter(judged):
    exam, made = exam_with(), [RATE * g for g in GS]
    for off, at, short, fits in [
        (1.9e-3, 0, False, True), (2.1e-3, 0, False, False), (1.9e-2, 0, True, True),
        (2.1e-2, 0, True, False),
    ]:  # fmt: skip
        us = [u.copy() for u in made]
        us[2][at] += off * np.abs(us[2]).max()
        exam.patient.short_steps = short
        assert fits_chain(exam, chain(us), made) == fits
    assert not fits_chain(exam, chain(made), made[:3])
    gs = [g * np.where(ORDER == 3, 0.05, 1) for g in GS]  # the last parameter moves little
    us = [RATE * g for g in gs]
    us[1] = us[1] * np.where(ORDER == 3, 1.02, 1)
    exam.patient.short_steps = False
    assert not fits_chain(exam, chain(us), [RATE * g for g in gs])
    exam.patient.short_steps = True
    assert fits_chain(exam, chain(us), [RATE * g for g in gs])


def heavy(gs, rate=RATE):
    v, steps = 0, []
    for g in gs:
        v = 0.9 * v + rate * g
        steps.append(v)
    return steps


@pytest.mark.parametrize(("off", "told"), [(0.9e-2, True), (1.1e-2, False)])
def test_an_optimiser_that_goes_uphill_is_named(off, told):
    us = [-u for u in heavy(GS)]
    us[3] = us[3] + off * np.abs(us[3]).max() * np.eye(13)[np.abs(us[3]).argmin()]
    exam = exam_with()
    assert tell_uphill(exam, chain(us), RATE, 1e-2) == told
    assert said(exam) == [("gradient_sign", "wrong", "step")] * told
    if told:
        assert words(exam) == (
            "4 steps in a row are those of momentum 0.9, but uphill: what should be subtracted is "
            "added."
        )


@pytest.mark.parametrize(("index", "on"), [(None, ""), (np.array([1, 2]), "on 2 samples ")])
def test_a_schedule_is_said_or_noted(index, on, monkeypatch):
    for sound, noted in (("Adam", ""), ("", "Adam with a rate"), ("", "")):
        monkeypatch.setattr(chains, "by_schedule", lambda *given, a=sound, b=noted: (a, b))
        exam = exam_with()
        assert tell_schedule(exam, chain(GS, index=index)) == bool(sound or noted)
        assert exam.compared == [f"{on}4 steps in a row are those of Adam"] * bool(sound)
        assert said(exam) == [("optimizer_formula", "note", "step")] * bool(noted)
        if noted:
            assert words(exam) == f"{on}4 steps in a row are as those of Adam with a rate."
            assert exam.findings[0].advice == (
                "The rate follows a schedule, or gradients are cut to a length.",
                "Nothing, if that is meant; if not, look where the rate is changed.",
            )


def test_a_sound_optimiser_is_known_whatever_its_first_step_is(monkeypatch):
    monkeypatch.setattr(chains, "tell_schedule", lambda *given: "a schedule")
    for fits, answer, lines in [
        ([(True, "Adam"), (False, "no")], True, ["on 1 sample 4 steps in a row are those of Adam"]),
        ([(False, "no"), (True, "Adam")], False, []), ([], "a schedule", []),
    ]:  # fmt: skip
        monkeypatch.setattr(chains, "fitting", lambda *given, fits=fits: iter(fits))
        exam, index = exam_with(), np.array([3])
        monkeypatch.setattr(chains, "chain_of", lambda steps, index: chain(GS, index=index))
        assert known_chain(exam, None, index) == answer
        assert exam.compared == lines
        still = [0 * g for g in GS]
        monkeypatch.setattr(chains, "chain_of", lambda steps, index, us=still: chain(us))
        assert not known_chain(exam, None, index)
        some = [*still[:3], GS[3]]
        monkeypatch.setattr(chains, "chain_of", lambda steps, index, us=some: chain(us))
        assert known_chain(exam, None, index) == answer
        monkeypatch.setattr(chains, "chain_of", lambda steps, index: None)
        assert not known_chain(exam, None, index)


# One memory for several parameters


@pytest.mark.parametrize(
    ("shapes", "share", "word"),
    [
        ([(2, 3), (3, 2), (1,)], [(0, 1)], "size"), ([(2, 3), (2, 3), (6,)], [(0, 1)], "shape"),
        ([(2, 3), (3,), (4,)], [], None), ([(2, 3), (3, 2), (1,)], [], None),
    ],
)  # fmt: skip
def test_parameters_of_one_size_or_shape_share_a_memory(shapes, share, word, monkeypatch):
    draw = np.random.default_rng(2)
    g = [np.zeros(shape) for shape in shapes]
    order = np.concatenate([np.full(x.size, k) for k, x in enumerate(g)])
    gs = list(draw.normal(size=(4, len(order))))
    memory, us = {}, []
    for each in gs:
        u = np.zeros(len(order))
        for k in range(len(shapes)):
            key = "shared" if any(k in pair for pair in share) else k
            memory[key] = 0.9 * memory.get(key, 0) + RATE * each[order == k]
            u[order == k] = memory[key]
        us.append(u)
    for off, near in ((1.9e-3, True), (2.1e-3, False)):
        moved = [u.copy() for u in us]
        moved[1][np.abs(us[1]).argmin()] += off * np.abs(us[1]).max()
        made = Chain(None, [g] * 5, moved, gs, gs, order, g)
        monkeypatch.setattr(chains, "chain_of", lambda steps, made=made: made)
        exam = exam_with()
        assert tell_shared_memory(exam, None) == (word is not None and near)
        if word and near:
            assert said(exam) == [("optimizer_formula", "wrong", "step")]
            assert words(exam) == (
                "4 steps in a row are those of momentum 0.9, and its memory is one array for the "
                f"parameters of one {word}."
            )
            assert exam.findings[0].advice == (
                "[np.zeros(shape)] * 2 is a list that holds one array twice, and += changes it in "
                "both places; a dictionary by shapes holds one for two layers.",
                "Make one for each parameter: [np.zeros_like(p) for p in parameters].",
            )
    part = Chain(None, [g] * 5, us, gs, gs, order, [*g, np.zeros(1)])  # not all was measured
    monkeypatch.setattr(chains, "chain_of", lambda steps: part)
    assert not tell_shared_memory(exam_with(), None)
    monkeypatch.setattr(chains, "chain_of", lambda steps: None)
    assert not tell_shared_memory(exam_with(), None)


# Another rate


def rate_told(us, gs=GS, index=None, **given):
    exam = exam_with(**given)
    told = tell_rate(exam, us, gs, ORDER, [0 * g for g in gs], index)
    assert told == bool(exam.findings)
    return words(exam) if told else None


def test_a_rate_is_compared_by_three_steps_in_full_precision():
    us = heavy(GS, 0.6)
    line = "the rate 0.6, and the rate is 0.3: 2 times what it should be."
    assert rate_told(us) == f"4 steps in a row are those of momentum 0.9 with {line}"
    assert rate_told(us[:3], GS[:3]) == f"3 steps in a row are those of momentum 0.9 with {line}"
    assert rate_told(us[:2], GS[:2]) is None
    assert rate_told(us, rate=None) is None
    short = exam_with()
    short.patient.short_steps = True
    assert not tell_rate(short, us, GS, ORDER, us)


@pytest.mark.parametrize(
    ("step_is", "index", "told"),
    [("epoch", None, False), ("epoch", [1, 2], False), ("epoch", [1], True), ("batch", None, True),
     (None, [1, 2], True)],
)  # fmt: skip
def test_of_an_epoch_on_several_samples_no_rate_is_read(step_is, index, told):
    assert (rate_told(heavy(GS, 0.6), index=index, step_is=step_is) is not None) == told


@pytest.mark.parametrize(("f", "told"), [(1.019, False), (1.021, True), (0.979, True)])
@pytest.mark.parametrize("kind", ["momentum", "Adam (0.9, 0.99)"])
def test_a_rate_is_another_one_from_a_fiftieth_on(kind, f, told):
    if kind == "momentum":
        us = heavy(GS, f * RATE)
    else:
        us = [f * RATE / anew.RATE * u for u in anew.walked(anew.adam(0.9, 0.99, 1e-8), GS)]
    said_of_it = rate_told(us)
    assert (said_of_it is not None) == told
    assert not told or f"those of {kind}" in said_of_it
    assert not told or f"with the rate {f * RATE:.4g}, " in said_of_it


@pytest.mark.parametrize(("off", "told"), [(0.9e-3, True), (1.1e-3, False)])
def test_a_rate_is_read_off_to_a_thousandth(off, told):
    us = heavy(GS, 0.6)
    us[2] = us[2] + off * np.abs(us[2]).max() * np.eye(13)[np.abs(us[2]).argmin()]
    assert (rate_told(us) is not None) == told


def test_descent_and_steps_along_signs_have_no_rate_of_their_own():
    assert rate_told([0.6 * g for g in GS]) is None
    assert rate_told([0.6 * np.sign(g) for g in GS]) is None
    w, v, steps = 0, 0, []
    for g in GS:  # AdaDelta has no rate at all
        v = 0.9 * v + 0.1 * g**2
        step = np.sqrt((w + 1e-6) / (v + 1e-6)) * g
        w = 0.9 * w + 0.1 * step**2
        steps.append(step)
    assert rate_told(steps) is None
    assert rate_told([0 * g for g in GS]) is None


# Later steps that go elsewhere


def odd(us, gs=GS, **given):
    exam = exam_with(**given)
    tell_odd_steps(exam, us, gs, ORDER)
    (found,) = exam.findings
    return (found.kind, found.severity, found.where), found.seen


@pytest.mark.parametrize(("f", "named"), [(1.009, False), (1.011, True), (0.989, True)])
def test_parameters_that_move_by_another_multiple_are_named(f, named):
    exam = exam_with()
    u = RATE * GS[0] * np.where(ORDER == 2, f, 1)
    found = by_parameter(exam, u, GS[0], ORDER)
    assert [name for name, _ in found] == ["W2"] * named
    assert [x for _, x in found] == pytest.approx([f] * named)


def test_no_parameter_is_named_where_one_moves_by_no_multiple():
    exam = exam_with()
    u = RATE * GS[0] * np.where(ORDER == 2, 2, 1)
    for off, all_fit in ((0.9e-4, True), (1.2e-4, False)):
        moved = u.copy()
        moved[0] += off * np.abs(u[ORDER == 0]).max()
        gs = np.where(np.arange(13) == 0, 0.0, GS[0])
        moved[0] = off * np.abs(u[1:6]).max()
        assert bool(by_parameter(exam, moved, gs, ORDER)) == all_fit
    still = np.where(ORDER == 1, 0, GS[0])  # a parameter without a slope counts for none
    assert [name for name, _ in by_parameter(exam, u, still, ORDER)] == ["W2"]


def test_what_is_odd_of_later_steps_is_said():
    us = [RATE * g for g in GS]
    parts = [*us[:2], us[2] * np.where((ORDER == 1) | (ORDER == 3), 1.5, 1), us[3]]
    assert odd(parts) == (
        ("step_not_gradient", "wrong", "b1, b2"),
        "step 3 moves b1 by 1.5 times, b2 by 1.5 times what gradient and rate say, and all else by "
        "what they say.",
    )
    turned = [*us[:1], np.roll(us[1], 1), *us[2:]]
    a, b = turned[1], GS[1]
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert odd(turned) == (
        ("optimizer_formula", "wrong", "step"),
        "the first step is the rate times the gradient; step 2 is not, and follows neither "
        f"momentum nor Adam (cosine {cosine:.4f} to its gradient, length 0.3 of it).",
    )
    assert odd([*us[:3], 0 * us[3]]) == (
        ("step_not_gradient", "wrong", "step"),
        "step 4 moves nothing, and its gradient is not 0. Is the rate 0 by then?",
    )
    assert odd([us[0], -us[1], *us[2:]]) == (
        ("gradient_sign", "wrong", "step"), "step 2 goes uphill."
    )  # fmt: skip
    assert odd([us[0], 0.5 * us[1], us[2] / 3, us[3]]) == (
        ("optimizer_formula", "note", "step"),
        "the steps are the gradient times a rate that changes: 0.3, 0.15, 0.1, 0.3.",
    )
    all_parts = [us[0], us[1] * np.array([2.0, 3, 4, 5])[ORDER], *us[2:]]
    assert "follows neither momentum nor Adam" in odd(all_parts)[1]  # none is right
    assert "follows neither momentum nor Adam" in odd(parts, rate=None)[1]


@pytest.mark.parametrize(("off", "is_odd"), [(1.9e-3, False), (2.1e-3, True)])
def test_a_step_is_odd_from_two_thousandths_on(off, is_odd):
    us = [RATE * g for g in GS]
    gs = [g * (np.arange(13) > 0) for g in GS]
    us = [RATE * g for g in gs]
    us[2] = us[2] + off * np.abs(us[2]).max() * np.eye(13)[0]
    assert ("follows neither" in odd(us, gs)[1]) == is_odd


# Steps of one length


def test_steps_of_one_length_that_no_known_optimiser_takes_are_told():
    us = [c * np.sign(g) for c, g in zip([0.1, 0.2, 0.15, 0.1], GS, strict=True)]
    for given, kind in (({}, "step_not_gradient"), ({"gradients": predict}, "optimizer_formula")):
        exam = exam_with(**given)
        assert looks_adaptive(exam, us, GS, POINTS[0])
        assert said(exam) == [(kind, "wrong", "step")]
        assert words(exam) == (
            "the first step has one length for all entries (0.1), as Adam's has; but the first 4 "
            "steps are those of no optimiser known here. Their lengths: 0.1, 0.2, 0.15, 0.1."
        )


@pytest.mark.parametrize(
    ("size", "missed"), [(0.9e-12, True), (1.1e-12, False), (0.9e15, False), (1.1e15, True)]
)
def test_slopes_of_outputs_that_are_sure_tell_no_optimiser(size, missed):
    gs = [g * size / max(np.abs(each).max() for each in GS) for g in GS]
    us = [c * np.sign(g) for c, g in zip([0.1, 0.2, 0.15, 0.1], gs, strict=True)]
    exam = exam_with()
    assert looks_adaptive(exam, us, gs, POINTS[0])
    assert [line[:55] for line in exam.missing] == (
        ["which optimiser it is: the outputs are so sure that the"] * missed
    )
    assert len(exam.findings) == (not missed)


@pytest.mark.parametrize(("share", "missed"), [(0.981, True), (0.979, False)])
@pytest.mark.parametrize("scaled", [False, True])
def test_of_inputs_out_of_scale_steps_of_one_length_tell_no_optimiser(scaled, share, missed):
    us = [0.1 * c * np.sign(g) for c, g in zip([1, 1, share, 1], GS, strict=True)]
    exam = exam_with()
    if scaled:
        exam.find("data_scale", "suspicious", "X", "seen")
    assert looks_adaptive(exam, us, GS, POINTS[0])
    line = "which optimiser it is: its steps are all of one length, the slopes hardly change"
    assert exam.missing == [line] * (missed and scaled)
    assert len(exam.findings) == (1 if missed or not scaled else 2)


# A slip behind an optimiser


def test_a_slip_is_sought_where_the_network_is_known_and_small(monkeypatch):
    asked = []

    def fit(exam, points, index, us, formula):
        asked.append((len(us), index, formula.factor))
        return fits

    monkeypatch.setattr(chains, "that_fits", fit)
    fits = ([SimpleNamespace(kind="gradient_sign", where="W1", text="the gradient of W1 is 0")],
            "Adam")  # fmt: skip
    exam = exam_with()
    index = np.array([1, 4])
    assert tell_slip(exam, None, POINTS, GS, index)
    assert asked == [(4, index, exam.factor_for(POINTS[0], index, "squared"))]
    assert said(exam) == [("gradient_sign", "wrong", "W1")]
    assert words(exam) == (
        "the gradient of W1 is 0: 4 steps in a row are those of Adam along such gradients."
    )
    asked.clear()
    assert not tell_slip(exam, None, POINTS, GS, None)  # something is found
    exam = exam_with()
    assert tell_slip(exam, None, POINTS[:3], GS[:2], None)
    assert asked == [(2, None, exam.formula.factor)]
    fits = None
    assert not tell_slip(exam_with(), None, POINTS, GS, None)
    asked.clear()
    fits = ()
    for name in ("dense", "formula", "targets"):
        exam = exam_with()
        setattr(exam, name, None)
        assert not tell_slip(exam, None, POINTS, GS, None)
    assert not tell_slip(exam_with(gradients=predict), None, POINTS, GS, None)
    assert not tell_slip(exam_with(), None, POINTS[:2], GS[:1], None)
    assert not tell_slip(exam_with(), None, POINTS, [g[:12] for g in GS], None)
    assert asked == []


@pytest.mark.parametrize(("size", "sought"), [(2000, True), (2001, False)])
def test_of_many_numbers_no_slip_is_sought(size, sought, monkeypatch):
    asked = []
    monkeypatch.setattr(chains, "that_fits", lambda *given: asked.append(1))
    exam = exam_with()
    assert not tell_slip(exam, None, [[np.zeros(size)]] * 3, [np.ones(size)] * 2, None)
    assert bool(asked) == sought


# Another loss behind an adaptive optimiser


def slopes(p, X, y, base):
    """The gradient of a mean; of the cross-entropies behind a softmax."""
    answer = classify if base == "cross" else predict
    h, a = np.tanh(X @ p["W1"] + p["b1"]), answer(p, X)
    d2 = (a - y) / len(X) * (2 * a * (1 - a) if base == "squared" else 1)
    d1 = d2 @ p["W2"].T * (1 - h**2)
    return [X.T @ d1, d1.sum(axis=0), h.T @ d2, d2.sum(axis=0)]


def adaptive(base, index=None, rate=0.01, off=0.0, share=1.0):
    """An audit of a loss of no known formula, and Adam's steps along that of another one."""
    p = dict(START3 if base == "cross" else START)
    y = CLASSES if base == "cross" else Y
    answer = classify if base == "cross" else predict
    exam = exam_of(X, y, p, rate=rate, predict=answer,
                   loss=lambda p, X, y: np.mean(np.abs(answer(p, X) - y) ** 1.3))  # fmt: skip
    rows = slice(None) if index is None else index
    points, us, m, v = [list(p.values())], [], 0, 0
    for t in (1, 2, 3):
        g = slopes(dict(zip(p, points[-1], strict=True)), X[rows], y[rows], base)
        g = share * np.concatenate([np.ravel(x) for x in g])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        us.append(0.01 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8))
        us[-1][0] += off * np.abs(us[-1]).max() * (t == 2)
        cut = np.split(us[-1], np.cumsum([x.size for x in p.values()])[:-1])
        points.append([a - b.reshape(a.shape) for a, b in zip(points[-1], cut, strict=True)])
    return exam, points, us


@pytest.mark.parametrize("index", [None, np.array([0, 1, 4])])
@pytest.mark.parametrize(
    ("base", "words_of_it"),
    [("squared", "squared errors"), ("binary", "binary cross-entropies"),
     ("cross", "cross-entropies")],
)  # fmt: skip
def test_an_adaptive_optimiser_tells_the_loss_that_it_follows(base, words_of_it, index):
    exam, points, us = adaptive(base, index, share=7.0)
    assert tell_other_loss(exam, points, us, index)
    assert said(exam) == [("loss_formula", "wrong", "loss and step")]
    assert words(exam).startswith(
        "the loss that is shown is no formula that is known here; 3 steps"
    )
    assert f" in a row are those of Adam (0.9, 0.999) along the slopes of the {words_of_it}" in (
        words(exam)
    )


@pytest.mark.parametrize(("off", "told"), [(1.9e-3, True), (2.1e-3, False)])
def test_steps_along_another_loss_fit_to_two_thousandths(off, told):
    exam, *rest = adaptive("squared", off=off)
    assert tell_other_loss(exam, *rest, None) == told


def test_another_loss_is_sought_where_the_network_is_known_and_the_loss_is_not():
    for name in ("dense", "targets"):
        exam, *rest = adaptive("squared")
        setattr(exam, name, None)
        assert not tell_other_loss(exam, *rest, None)
    exam, points, us = adaptive("squared")
    assert not tell_other_loss(exam, points, [u[:-1] for u in us], None)
    exam.patient.functions["gradients"] = lambda p, X, y: p
    assert not tell_other_loss(exam, points, us, None)
    exam, *rest = adaptive("squared")
    exam.formula = exam_with().formula
    assert not tell_other_loss(exam, *rest, None)
    exam, *rest = adaptive("squared", rate=0.02)
    assert not tell_other_loss(exam, *rest, None)
    exam, points, us = adaptive("squared")
    assert tell_other_loss(exam, points, us, None)


def test_of_an_unusual_loss_its_words_are_said(monkeypatch):
    monkeypatch.setattr(chains, "unusual_words", lambda exam: "half of nothing")
    exam, *rest = adaptive("squared")
    assert tell_other_loss(exam, *rest, None)
    assert words(exam).startswith("the loss that is shown is half of nothing; 3 steps in a row")


def test_a_first_step_of_nothing_decides_nothing(judged):
    us = [0 * GS[0], *(RATE * g for g in GS[1:])]
    for rate in (RATE, None):
        asked, steps = judged(us, looks_adaptive=True)
        assert not compare_chain(exam_with(rate), steps)
        assert asked[-1] == ("tell_other_loss",)


def test_a_slope_of_exactly_a_thousandth_is_not_looked_at():
    g = np.array([1000.0, -500.0, 300.0, 200.0, 1.0])
    u = RATE * g / (np.abs(g) + 100)
    for small, told in ((1.0, True), (1.0000001, False)):
        slopes = np.where(np.arange(5) == 4, small, g)
        assert (
            chains.tell_epsilon(exam_with(), np.where(np.arange(5) == 4, -1.0, u), slopes) == told
        )
    assert not chains.tell_epsilon(exam_with(), u * [1, 1, 1, 1, 0], g * [1, 1, 1, 1, 9])


@pytest.mark.parametrize(("noise", "told"), [(0.0, True), (4e-4, True), (1e-2, False)])
def test_a_divisor_that_hardly_changes_fits_by_chance(noise, told):
    g = np.linspace(1, 2, 6)
    divisor = 0.02 * g + 1 + noise * np.array([1, -1, 1, -1, 1, -1])
    assert chains.tell_epsilon(exam_with(), RATE * g / divisor, g) == told


@pytest.mark.parametrize("index", [None, np.array([2])])
@pytest.mark.parametrize("twist", [True, False])
def test_a_twist_is_sought_in_steps_in_a_row(twist, index, monkeypatch):
    exam, made, asked = exam_with(), chain(GS), []

    def rows(steps, given):
        assert steps == "the steps"
        assert given is index
        return made if asked == [] else None

    def twisted(*given):
        asked.append(given)
        return twist

    monkeypatch.setattr(chains, "chain_of", rows)
    monkeypatch.setattr(chains, "twisted", twisted)
    assert chains.tell_twist(exam, "the steps", index) == twist
    assert asked == [(exam, "the steps", made)]
    assert not chains.tell_twist(exam, "the steps", index)  # no gradient
    assert len(asked) == 1
