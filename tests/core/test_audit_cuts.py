"""Gradients that are cut at a limit: each way by its own name, and what is no cut."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import reports

from nnlib.audit.cuts import (
    ADVICE,
    LIMITS,
    at_own_rates,
    brought,
    cut_gradients,
    cut_to_length,
    faster,
    is_cut,
    lengthened,
    limits_seen,
    tell_lengthened,
)
from nnlib.audit.exam import Exam
from nnlib.audit.missteps import compare_single
from nnlib.audit.patient import Patient
from nnlib.audit.twists import in_proportion
from nnlib.audit.update import Steps

stored = reports.stored

ORDER = np.array([0, 0, 0, 1, 1])  # a parameter of three entries and one of two
G = np.array([3.0, 0.0, -4.0, 0.6, 0.8])  # of the lengths 5 and 1
SMALL = G / 2000  # shorter than all limits
RATE = 0.07


@pytest.fixture(autouse=True)
def no_warnings():
    """An audit works without NumPy's warnings."""
    with np.errstate(all="ignore"):
        yield


def exam_with(rate=RATE, short_steps=False):
    """What these functions read of an audit."""
    return SimpleNamespace(learning_rate=rate, patient=SimpleNamespace(short_steps=short_steps))


def apart(flat):
    return [flat[:3], flat[3:]]


def ways(gs, **more):
    return {cut.words: (cut.sound, cut.gs) for cut in cut_gradients(gs, ORDER, **more)}


def test_gradients_are_cut_by_entries_and_by_lengths():
    found = ways([G, SMALL])
    expected = {
        "whose entries are cut to -2 to 2": (True, np.array([2, 0, -2, 0.6, 0.8])),
        "whose common length is cut to 2": (True, G * 2 / np.sqrt(26)),
        "of which each parameter's is cut to the length 2": (
            True, np.array([1.2, 0, -1.6, 0.6, 0.8])),
        "of which each parameter's is cut to the length 0.5": (
            True, np.array([0.3, 0, -0.4, 0.3, 0.4])),
        "whose entries are cut to 0 to 2: where the slope is negative nothing moves": (
            False, np.array([2, 0, 0, 0.6, 0.8])),
        "that are divided by the square of their length where it is above 2: to be cut to a "
        "length, they are divided by the length itself, the root of that sum": (
            False, G * 2 / 26),
        "that are always brought to the length 2, also where they are shorter": (
            False, G * 2 / np.sqrt(26)),
        "of which each parameter's is always brought to the length 2, also where it is shorter": (
            False, np.array([1.2, 0, -1.6, 1.2, 1.6])),
    }  # fmt: skip
    for words, (sound, made) in expected.items():
        assert found[words][0] == sound
        assert np.allclose(found[words][1][0], made)
        if sound or "divided" in words:
            assert (found[words][1][1] == SMALL).all()
    always = "that are always brought to the length 2, also where they are shorter"
    assert np.allclose(found[always][1][1], G * 2 / np.sqrt(26))


def test_a_limit_that_changes_nothing_is_no_cut():
    found = ways([G])
    sound = [words for words, (sound, _) in found.items() if sound]
    for limit, entries, common, each in ((3.0, 1, 1, 1), (5.0, 0, 1, 0), (10.0, 0, 0, 0)):
        for words, there in (
            (f"whose entries are cut to {-limit:g} to {limit:g}", entries),
            (f"whose common length is cut to {limit:g}", common),
            (f"of which each parameter's is cut to the length {limit:g}", each),
        ):
            assert (words in sound) == bool(there)
    assert not any(sound for sound, _ in ways([SMALL]).values())
    assert {words.split(" to ")[0] for words in ways([np.abs(SMALL)])} == {
        "that are always brought", "of which each parameter's is always brought"
    }  # fmt: skip
    singles = [*cut_gradients([G], np.arange(5))]  # of single numbers there are but the signs
    assert not any("each parameter's is always" in cut.words for cut in singles)


def test_lengths_are_known_of_whole_gradients_alone_and_limits_may_be_seen():
    assert not any("length" in words for words in ways([G], whole=False))
    assert "whose entries are cut to -2 to 2" in ways([G], whole=False)
    assert "whose common length is cut to 0.7" not in ways([G])
    assert "whose common length is cut to 0.7" in ways([G], seen=(0.7,))
    assert limits_seen(RATE * G, ORDER, RATE) == pytest.approx((np.sqrt(26), 5.0, 4.0))
    assert limits_seen(RATE * G, np.zeros(5, int), RATE) == pytest.approx((np.sqrt(26), 4.0))
    assert limits_seen(RATE * G, ORDER, None) == ()


@pytest.mark.parametrize("limit", LIMITS)
def test_a_step_along_a_cut_gradient_is_one(limit):
    found = [cut for cut in cut_gradients([4 * G], ORDER) if f" {limit:g}" in cut.words]
    for cut in found:
        told = cut.sound or "0 to" not in cut.words  # a multiple may be one by its length
        assert is_cut(exam_with(), apart(RATE * cut.gs[0]), apart(4 * G)) == told
        assert is_cut(exam_with(None), apart(9 * cut.gs[0]), apart(4 * G)) == told
    assert len(found) > 5


def test_a_step_that_is_longer_or_goes_elsewhere_is_not_cut():
    cut = np.clip(G, -1, 1)
    assert is_cut(exam_with(), apart(1.019 * RATE * cut), apart(G))
    assert not is_cut(exam_with(), apart(1.021 * RATE * cut), apart(G))
    assert not is_cut(exam_with(), apart(-RATE * cut), apart(G))
    off = np.array([0, 1.0, 0, 0, 0])
    assert is_cut(exam_with(), apart(RATE * (cut + 0.9e-4 * off)), apart(G))
    assert not is_cut(exam_with(), apart(RATE * (cut + 1.1e-4 * off)), apart(G))
    assert is_cut(exam_with(short_steps=True), apart(RATE * (cut + 1.9e-2 * off)), apart(G))
    assert not is_cut(exam_with(short_steps=True), apart(RATE * (cut + 2.1e-2 * off)), apart(G))


def test_of_a_gradient_that_was_measured_in_part_entries_are_compared():
    part = np.where(np.arange(5) == 1, np.nan, G)
    assert is_cut(exam_with(), apart(RATE * np.clip(G, -1, 1)), apart(part))
    each = np.array([0.3, 0, -0.4, 0.3, 0.4])
    assert is_cut(exam_with(), apart(RATE * each), apart(G))
    assert not is_cut(exam_with(), apart(RATE * each), apart(part))
    few = np.where(np.arange(5) < 2, np.nan, G)  # three entries fit by chance
    assert not is_cut(exam_with(), apart(RATE * np.clip(G, -1, 1)), apart(few))
    assert not is_cut(exam_with(), apart(0 * G), apart(0 * G))


# A gradient that is always brought to one length

rng = np.random.default_rng(4)
X = rng.normal(size=(9, 3))
START = {"W": np.array([[0.5], [-2.0], [1.0]]), "b": np.array([0.3])}


def errors(p, X, y):
    return X @ p["W"] + p["b"] - y


def slopes(p, X, y):
    e = errors(p, X, y) / len(X)
    return {"W": X.T @ e, "b": e.sum(axis=0)}


def going(limit, always, each=False, takes_one=True):
    """Gradient descent with a limit, which is always reached or not."""

    def step(p, X, y):
        if not takes_one and len(X) < 2:
            raise ValueError
        g = slopes(p, X, y)
        sizes = {k: np.linalg.norm(v) for k, v in g.items()}
        whole = np.sqrt(sum(s**2 for s in sizes.values()))
        sizes = sizes if each else dict.fromkeys(g, whole)
        return {
            k: p[k] - RATE * g[k] * (limit / sizes[k] if always or sizes[k] > limit else 1)
            for k in p
        }

    return step


def exam_of(step, own=True, rate=RATE):
    functions = {"step": step, "loss": lambda p, X, y: float(np.mean(errors(p, X, y) ** 2) / 2)}
    if own:
        functions["gradients"] = slopes
    y = np.linspace(-4, 9, 9)[:, None]
    exam = Exam(Patient(X, y, START, functions), rate, "update", {})
    exam.patient.n = 9
    exam.chain = [exam.patient.start]
    for _ in range(4):
        exam.chain.append(exam.patient.stepped(exam.chain[-1], exam.patient.data()))
    return exam


@pytest.mark.parametrize("limit", [0.5, 0.7, 10.0])
@pytest.mark.parametrize("each", [False, True])
@pytest.mark.parametrize("always", [False, True])
def test_a_limit_that_is_always_reached_is_told(limit, each, always, stored):
    exam = exam_of(going(limit, always, each))
    compare_single(exam, Steps(exam), exam.patient.start, None)
    assert [f.kind for f in exam.findings] == ["optimizer_formula"] * always
    assert [*(f.seen for f in exam.findings), *exam.compared] == stored


def test_where_a_short_gradient_is_lengthened_is_said(stored):
    always = partial(brought, c=0.5)
    exam = exam_of(going(0.5, True))
    assert lengthened(exam, Steps(exam), always) == stored
    for step, more in (
        (going(0.5, False), {}),  # it is sound
        (going(0.52, True), {}),  # another limit
        (going(0.5, True), {"rate": None}),
        (going(0.5, True), {"own": False}),  # measured slopes take long
    ):
        exam = exam_of(step, **more)
        assert not lengthened(exam, Steps(exam), always)
    exam = exam_of(going(0.5, True, takes_one=False))
    assert not tell_lengthened(exam, Steps(exam), "seen", always)
    assert not exam.findings


@pytest.mark.parametrize(
    ("size", "sample"), [(0.0, 7), (1e-6, 7), (1.01e-6, 2), (0.249, 2), (0.251, 7), (np.nan, None)]
)
@pytest.mark.parametrize(
    ("off", "short", "fits"),
    [(0.9e-3, False, True), (1.1e-3, False, False), (1.9e-2, True, True), (2.1e-2, True, False)],
)
def test_a_gradient_of_half_the_length_at_most_is_brought_to_it(size, sample, off, short, fits):
    """The two samples that are asked first are 2 and 7; the second one's is 0.1 long."""
    exam, places = exam_of(going(0.5, True)), {2: [size, 0.0], 7: [0.1, 0.0]}
    exam.patient.short_steps = short
    steps = SimpleNamespace(
        gradient=lambda values, index: [np.array(places[int(index[0])])],
        moved=lambda values, index: [RATE * 0.5 * np.array([1.0, off])],
    )
    exam.points[0] = [np.zeros(2)]
    found = lengthened(exam, steps, partial(brought, c=0.5))
    if not fits or sample is None:
        assert found == ""
    else:
        long = size if sample == 2 else 0.1
        times = np.sqrt(1 + off**2) * RATE * 0.5 / long
        assert found == (
            f"on sample {sample} alone the gradient is {long:.4g} long, and the step {times:.4g} "
            "times as long, where the rate is 0.07"
        )
    steps.gradient = lambda values, index: None
    assert lengthened(exam, steps, partial(brought, c=0.5)) == ""


@pytest.mark.parametrize(("k", "found"), [(49, True), (50, False)])
def test_a_gradient_is_learned_in_fifty_small_steps(k, found):
    """Each moves by 0.3 of what is longer than 1, or by 0.3 of the gradient."""
    exam, here = exam_of(going(0.5, True)), []

    def gradient(values, index):
        here.append(values[0].copy())
        return [np.array([0.1 if len(here) == k + 1 else 0.5 * len(here), 0.0])]

    steps = SimpleNamespace(gradient=gradient,
                            moved=lambda values, index: [RATE * np.array([0.5, 0.0])])  # fmt: skip
    exam.points[0] = [np.zeros(2)]
    exam.patient.n = 1
    said = lengthened(exam, steps, partial(brought, c=0.5))
    assert bool(said) == found
    assert not found or said.startswith(
        "on sample 0 alone, once it is learned, the gradient is 0.1"
    )
    moves = -np.diff([x[0] for x in here[:4]])
    np.testing.assert_allclose(moves, [0.15, 0.3, 0.3])


def test_where_no_other_slopes_are_known_the_steps_in_a_row_tell_it():
    exam = exam_of(going(10.0, True), own=False)
    compare_single(exam, Steps(exam), exam.patient.start, None)
    assert [f.seen for f in exam.findings] == [
        "4 steps in a row are those of gradient descent with the rate 0.07 along gradients that "
        "are always brought to the length 10, also where they are shorter."
    ]
    assert exam.findings[0].usually == ADVICE[0]


def test_one_multiple_of_a_gradient_at_all_steps_is_a_factor():
    gs = [G, 2 * G, np.where(ORDER == 0, G, 3 * G)]

    def scaled(*factors):
        return [np.where(ORDER == 0, a, b) * g for (a, b), g in zip(factors, gs, strict=True)]

    assert in_proportion(scaled((2, 3), (2, 3), (2, 3)), gs, ORDER)
    assert in_proportion(scaled((2, 3), (2, 3), (2, 3.029)), gs, ORDER)
    assert not in_proportion(scaled((2, 3), (2, 3), (2, 3.031)), gs, ORDER)
    assert not in_proportion(scaled((2, 3), (2.03, 3), (2, 3)), gs, ORDER)


@pytest.mark.parametrize(
    ("size", "short", "told"),
    [
        (0.5, False, True), (0.5 + 0.45e-4, False, True), (0.5 + 0.55e-4, False, False),
        (0.5 + 0.45e-2, True, True), (0.5 + 0.55e-2, True, False),
    ],
)  # fmt: skip
def test_a_step_has_a_usual_length_to_a_ten_thousandth(size, short, told):
    exam = exam_of(going(0.5, False))
    exam.patient.short_steps = short
    u = apart(RATE * size * G / np.sqrt(26))
    assert cut_to_length(exam, Steps(exam), u, 0.2 * RATE) == told
    said = "a step goes along the gradient, which is cut to the length 0.5"
    assert exam.compared == [said] * told


@pytest.mark.parametrize(
    ("f", "always", "told", "found"),
    [
        (0.99, False, True, False), (1.0, False, False, False), (-0.2, False, False, False),
        (0.99, True, True, True), (1.5, True, True, True), (-0.2, True, False, False),
    ],
)  # fmt: skip
def test_a_step_of_a_usual_length_is_cut_or_always_brought_to_it(f, always, told, found):
    u = apart(RATE * 0.5 * G / np.sqrt(26))
    exam = exam_of(going(0.5, always))
    assert cut_to_length(exam, Steps(exam), u, f * RATE) == told
    assert len(exam.findings) == found
    assert len(exam.compared) == (told and not found)
    exam = exam_of(going(0.5, always), rate=None)
    assert not cut_to_length(exam, Steps(exam), u, f * RATE)


def test_a_factor_is_faster_by_a_fiftieth():
    assert not faster(1.019, 1.0)
    assert faster(1.021, 1.0)
    assert not faster(1.021, None)


# Exactly at a bound


def test_a_gradient_of_exactly_half_the_length_is_not_brought_to_it():
    exam = exam_of(going(0.5, True), rate=0.5)
    exam.patient.n = 1
    for size, found in ((0.25, False), (0.2499999, True)):
        steps = SimpleNamespace(
            gradient=lambda values, index, size=size: [np.array([size, 0.0])],
            moved=lambda values, index: [np.array([0.25, 0.0])],
        )
        exam.points[0] = [np.zeros(2)]
        assert bool(lengthened(exam, steps, partial(brought, c=0.5))) == found


def test_no_step_is_cut_and_four_entries_are_enough():
    assert not is_cut(exam_with(), apart(0 * G), apart(G))
    four = np.where(np.arange(5) < 1, np.nan, G)
    assert is_cut(exam_with(), apart(RATE * np.clip(G, -1, 1)), apart(four))
    exam = exam_of(going(0.5, False))
    assert not cut_to_length(exam, Steps(exam), apart(RATE * 0.5 * G / np.sqrt(26)), 0.0)
    assert not faster(1.02, 1.0)
    gs = [G, 2 * G[::-1]]
    chain = SimpleNamespace(us=[0 * gs[0], gs[1]], gs=gs)
    assert not at_own_rates(chain, RATE)


def test_six_samples_are_asked_for_a_short_gradient():
    exam, asked = exam_of(going(0.5, True)), []
    steps = SimpleNamespace(gradient=lambda values, index: asked.append(int(index[0])) or
                            [np.zeros(2)])  # fmt: skip
    exam.points[0] = [np.zeros(2)]
    assert lengthened(exam, steps, partial(brought, c=0.5)) == ""
    assert asked == np.random.default_rng(2).permutation(9)[:6].tolist()
