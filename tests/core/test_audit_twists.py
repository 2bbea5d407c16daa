"""Steps along gradients that are cut, or taken where the velocity alone would lead."""

import numpy as np
import pytest
from exams import exam_of, said, words
from xor_program import gradients, loss, predict, start

from nnlib import audit
from nnlib.audit import twists
from nnlib.audit.cuts import ADVICE
from nnlib.audit.twists import cut_gradient, looks_ahead, twisted
from nnlib.audit.update import Chain, Steps, chain_of

rng = np.random.default_rng(3)
X = rng.normal(size=(20, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)
RATE = 0.2


def nesterov(mu, taken_back, rate):
    """A maker of steps; the step ahead stays in the parameters where it is not taken back."""

    def new_step():
        v, count = {}, 0

        def step(parameters, X, y):
            nonlocal v, count
            v = v or {name: np.zeros_like(value) for name, value in parameters.items()}
            ahead = {name: value - mu * v[name] for name, value in parameters.items()}
            g = gradients(ahead, X, y)
            v = {name: mu * v[name] + rate(count) * g[name] for name in v}
            count += 1
            begin = parameters if taken_back else ahead
            return {name: begin[name] - v[name] for name in v}

        return step

    return new_step


def report_on(new_step):
    return audit(
        X, y, parameters=start(), predict=predict, loss=loss, gradients=gradients,
        step=new_step(), new_step=new_step, learning_rate=RATE,
    )  # fmt: skip


@pytest.mark.parametrize("mu", [0.9, 0.5, 0.8, 0.95, 0.99, 0.7, 0.6])
def test_nesterovs_momentum_is_known_and_so_is_a_step_ahead_that_stays(mu):
    words = f"Nesterov's momentum {mu}, with the gradient taken ahead"
    report = report_on(nesterov(mu, True, lambda count: RATE))
    assert report, str(report)
    assert any(words in line for line in report.compared)

    report = report_on(nesterov(mu, False, lambda count: RATE))
    (wrong,) = [f for f in report.findings if f.severity == "wrong"]
    assert wrong.kind == "optimizer_formula"
    assert f"{words}, and the step ahead is not taken back: {mu} times" in wrong.seen


def test_a_rate_that_falls_beside_nesterovs_momentum_is_a_note():
    report = report_on(nesterov(0.9, True, lambda count: RATE / (1 + 0.1 * count)))
    assert not [f for f in report.findings if f.severity == "wrong"], str(report)
    (note,) = [f for f in report.findings if f.kind == "optimizer_formula"]
    assert note.severity == "note"
    assert "taken ahead, at a rate that changes: 0.2, 0.1818, 0.1667" in note.seen


def test_a_rate_that_falls_within_nesterovs_velocity_is_a_note():
    """As Keras has it: v = mu v + rate g, and a step of mu v + rate g."""

    def new_step():
        v, count = {}, 0

        def step(parameters, X, y):
            nonlocal v, count
            g = gradients(parameters, X, y)
            rate = RATE / (1 + 0.1 * count)
            v = {name: 0.9 * v.get(name, 0) + rate * g[name] for name in g}
            count += 1
            return {name: parameters[name] - 0.9 * v[name] - rate * g[name] for name in g}

        return step

    report = report_on(new_step)
    assert report, str(report)
    (note,) = [f for f in report.findings if f.kind == "optimizer_formula"]
    assert note.severity == "note"
    assert note.seen == (
        "4 steps in a row are as those of Nesterov's momentum with a rate that changes: 0.2, "
        "0.1818, 0.1667, 0.1538."
    )


def arrays_of(p):
    return list(p.values())


def ahead(mu=0.9, rates=(RATE,) * 4, stays=False, off=None, given_rate=RATE, index=None, **given):
    """An audit, its steps, and a chain of so many of Nesterov's steps.

    ``off``: which step goes elsewhere, and by which share of the step beside the velocity.
    """
    given = {"predict": predict, "loss": loss} | given
    exam = exam_of(X, y, start(), rate=given_rate, **given)
    steps = Steps(exam)
    rows = slice(None) if index is None else index
    points, v = [start()], dict.fromkeys(start(), 0.0)
    for k, rate in enumerate(rates):
        here = points[-1]
        moved = {name: here[name] - mu * v[name] for name in v}
        g = gradients(moved, X[rows], y[rows])
        new = {name: rate * g[name] for name in v}
        if off and off[0] == k:
            least = np.unravel_index(np.abs(g["W1"]).argmin(), (2, 4))  # no factor takes it up
            new["W1"][least] += off[1] * max(np.abs(x).max() for x in new.values())
        v = {name: mu * v[name] + new[name] for name in v}
        begin = moved if stays else here
        points.append({name: begin[name] - v[name] for name in v})
    values = [arrays_of(p) for p in points]
    return exam, steps, chain_of(steps, index, values)


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, True), ({"rates": [RATE] * 3}, True), ({"rates": [RATE] * 2}, False),
        ({"mu": 0.85}, False), ({"given_rate": None}, True), ({"gradients": gradients}, True),
        ({"rates": [RATE, 1.009 * RATE, RATE]}, True),
        ({"rates": [RATE, 1.011 * RATE, RATE]}, False), ({"rates": [RATE, -RATE, RATE]}, False),
        ({"rates": [1.9e-3 * RATE + RATE, RATE, RATE]}, True),
        ({"rates": [2.1e-3 * RATE + RATE, RATE, RATE]}, False),
        ({"off": (0, 1.9e-3)}, True), ({"off": (0, 2.1e-3)}, False),
        ({"off": (2, 1.9e-3)}, True), ({"off": (2, 2.1e-3)}, False),
        ({"predict": lambda p, X: predict(p, X) ** 3}, False),  # all slopes would be measured
    ],
)  # fmt: skip
def test_steps_ahead_are_followed_as_far_as_slopes_tell(changes, known, stays):
    exam, steps, chain = ahead(stays=stays, **changes)
    assert looks_ahead(exam, steps, chain) == known
    if known and stays:
        assert said(exam) == [("optimizer_formula", "wrong", "step")]
    elif not known:
        assert exam.findings == []
        assert exam.compared == []


@pytest.mark.parametrize(("last", "note"), [(0.9901, False), (0.9899, True)])
@pytest.mark.parametrize(("index", "on"), [(None, ""), (np.array([1, 4, 5]), "on 3 samples ")])
def test_rates_ahead_change_by_more_than_a_hundredth(last, note, index, on):
    exam, steps, chain = ahead(rates=[RATE, RATE, last * RATE], index=index)
    assert looks_ahead(exam, steps, chain)
    line = f"{on}3 steps in a row are those of Nesterov's momentum 0.9, with the gradient taken "
    assert exam.compared == [f"{line}ahead"] * (not note)
    if note:
        assert words(exam) == f"{line}ahead, at a rate that changes: 0.2, 0.2, {last * RATE:.4g}."
        assert exam.findings[0].advice == (
            "The rate follows a schedule.",
            "Nothing, if that is meant; if not, look where the rate is changed.",
        )


def test_without_gradients_there_nothing_is_followed(monkeypatch):
    exam, steps, chain = ahead()
    monkeypatch.setattr(steps, "gradient", lambda values, index: None)
    assert not looks_ahead(exam, steps, chain)


def test_rates_of_their_own_are_no_look_ahead(monkeypatch):
    exam, steps, chain = ahead()
    for cut, own, asked in [(True, False, False), (False, True, False), (False, False, True)]:
        monkeypatch.setattr(twists, "cut_gradient", lambda *given, cut=cut: cut)
        monkeypatch.setattr(twists, "at_own_rates", lambda *given, own=own: own)
        assert twisted(exam, steps, chain) == (cut or asked)
        assert bool(exam.compared) == asked


# Gradients that are cut

ORDER = np.array([0, 0, 0, 1, 1])
G = np.array([2.04, 0.1, -1.0, 0.6, 0.8])


def cut_chain(us, gs, index=None):
    points = [[np.zeros(3), np.zeros(2)]] * (len(us) + 1)
    return Chain(index, points, us, gs, gs, ORDER, [])


@pytest.fixture
def follows(monkeypatch):
    """See whether steps go along cut gradients, where short ones are lengthened or are not."""

    def look(us, gs, lengthened=False, index=None, rate=RATE):
        asked = []

        def tell(given, steps, seen, always):
            assert given is exam
            assert steps == "the steps"
            asked.append((seen, always(G)))
            return lengthened

        monkeypatch.setattr(twists, "tell_lengthened", tell)
        exam = exam_of(X, y, start(), rate=rate)
        return exam, cut_gradient(exam, "the steps", cut_chain(us, gs, index)), asked

    return look


def brought(g, c):
    return g * c / np.sqrt(np.sum(g**2))


@pytest.mark.parametrize(("largest", "told"), [(2.0407, False), (2.0409, True)])
def test_gradients_are_cut_by_more_than_a_fiftieth(largest, told, follows):
    """A limit of 2: as near as that, other slips look alike."""
    gs = [G, 0.9 * G, np.where(G > 2, largest, G)]
    exam, known, _ = follows([RATE * np.clip(g, -2, 2) for g in gs], gs)
    assert known == told
    line = (
        "3 steps in a row are those of gradient descent with the rate 0.2 along gradients whose "
        "entries are cut to -2 to 2"
    )
    assert exam.compared == [line] * told


@pytest.mark.parametrize(("off", "told"), [(1.9e-3, True), (2.1e-3, False)])
@pytest.mark.parametrize(("index", "on"), [(None, ""), (np.array([3, 5]), "on 2 samples ")])
def test_steps_along_cut_gradients_fit_to_two_thousandths(index, on, off, told, follows):
    gs = [2 * G, -G, 3 * G]
    us = [RATE * np.clip(g, -1, 1) for g in gs]
    us[1] = us[1] + off * RATE * np.eye(5)[1]
    exam, known, asked = follows(us, gs, index=index)
    assert known == told
    assert exam.findings == []
    assert asked == []  # it has no length
    assert (
        exam.compared
        == [
            f"{on}3 steps in a row are those of gradient descent with the rate 0.2 along gradients "
            "whose entries are cut to -1 to 1"
        ]
        * told
    )


def test_gradients_cut_to_a_length_may_be_lengthened_too(follows):
    gs = [2 * G, -G, 3 * G]
    us = [RATE * brought(g, 1.0) for g in gs]
    line = (
        "3 steps in a row are those of gradient descent with the rate 0.2 along gradients whose "
        "common length is cut to 1"
    )
    for lengthened in (False, True):
        exam, known, asked = follows(us, gs, lengthened)
        assert known
        assert [seen for seen, _ in asked] == [line]
        np.testing.assert_allclose(asked[0][1], brought(G, 1.0))
        assert exam.compared == [line] * (not lengthened)
        assert exam.findings == []


def test_gradients_that_are_cut_with_a_slip_are_wrong(follows):
    gs = [2 * G, -G, 3 * G]
    exam, known, asked = follows([RATE * np.clip(g, 0, 1) for g in gs], gs)
    assert known
    assert asked == []
    assert said(exam) == [("optimizer_formula", "wrong", "step")]
    assert words(exam) == (
        "3 steps in a row are those of gradient descent with the rate 0.2 along gradients whose "
        "entries are cut to 0 to 1: where the slope is negative nothing moves."
    )
    assert exam.findings[0].advice is None


@pytest.mark.parametrize(("third", "told"), [(0.19, True), (0.2, False)])
def test_gradients_of_one_length_are_a_factor_where_all_had_one_before(third, told, follows):
    """Shorter ones than a limit, which are all brought to it: or a rate that is too large."""
    gs = [0.2 * G, -0.2 * G, third * G]
    exam, known, asked = follows([RATE * brought(g, 1.0) for g in gs], gs)
    assert known == told
    assert len(asked) >= 1
    if told:
        assert words(exam) == (
            "3 steps in a row are those of gradient descent with the rate 0.2 along gradients that "
            "are always brought to the length 1, also where they are shorter."
        )
        assert exam.findings[0].advice == ADVICE
    else:
        assert exam.findings == []


def test_cut_gradients_are_known_without_a_rate(follows):
    gs = [2 * G, -G, 3 * G]
    us = [RATE * np.clip(g, -1, 1) for g in gs]
    exam, known, _ = follows(us, gs, rate=None)
    assert known
    assert exam.compared == [
        "3 steps in a row are those of gradient descent with the rate 0.2 along gradients whose "
        "entries are cut to -1 to 1"
    ]
