"""Gradients that are cut at a limit: each way by its own name, and what is no cut."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.audit.cuts import LIMITS, cut_gradients, cut_to_length, faster, is_cut, limits_seen

ORDER = np.array([0, 0, 0, 1, 1])  # a parameter of three entries and one of two
G = np.array([3.0, 0.0, -4.0, 0.6, 0.8])  # of the lengths 5 and 1
SMALL = G / 2000  # shorter than all limits
RATE = 0.07


def exam_with(rate=RATE, short_steps=False):
    """What these functions read of an audit."""
    looked = []
    return SimpleNamespace(
        learning_rate=rate, patient=SimpleNamespace(short_steps=short_steps),
        look=looked.append, looked=looked,
    )  # fmt: skip


def apart(flat):
    return [flat[:3], flat[3:]]


def ways(gs, **more):
    return {words: (sound, made) for sound, words, made in cut_gradients(gs, ORDER, **more)}


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
    }  # fmt: skip
    for words, (sound, made) in expected.items():
        assert found[words][0] == sound
        assert np.allclose(found[words][1][0], made)
        clipped = "0 to 2" in words
        assert np.allclose(found[words][1][1], np.maximum(SMALL, 0) if clipped else SMALL)


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
    assert not ways([np.abs(SMALL)])  # nothing is negative, nothing is long


def test_lengths_are_known_of_whole_gradients_alone_and_limits_may_be_seen():
    assert not any("length" in words for words in ways([G], whole=False))
    assert "whose entries are cut to -2 to 2" in ways([G], whole=False)
    assert "whose common length is cut to 0.7" not in ways([G])
    assert "whose common length is cut to 0.7" in ways([G], seen=(0.7,))
    assert limits_seen(RATE * G, RATE) == pytest.approx((np.sqrt(26), 4.0))
    assert limits_seen(RATE * G, None) == ()


@pytest.mark.parametrize("limit", LIMITS)
def test_a_step_along_a_cut_gradient_is_one(limit):
    found = [each for each in cut_gradients([4 * G], ORDER) if f" {limit:g}" in each[1]]
    for sound, words, (made,) in found:
        if sound or "entries" in words:  # a multiple of the gradient may be one by its length
            assert is_cut(exam_with(), apart(RATE * made), apart(4 * G)) == sound
            assert is_cut(exam_with(None), apart(9 * made), apart(4 * G)) == sound
    assert {sound for sound, _, _ in found} == {True, False}


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


@pytest.mark.parametrize(
    ("size", "short", "told"),
    [
        (1.0, False, True), (1 + 0.9e-4, False, True), (1 + 1.1e-4, False, False),
        (1 + 0.9e-2, True, True), (1 + 1.1e-2, True, False),
    ],
)  # fmt: skip
def test_a_step_has_a_usual_length_to_a_ten_thousandth(size, short, told):
    exam = exam_with(short_steps=short)
    assert cut_to_length(exam, apart(RATE * size * G / np.sqrt(26)), 0.2 * RATE) == told
    said = "a step goes along the gradient, which is cut to the length 1"
    assert exam.looked == [said] * told


def test_a_step_of_a_usual_length_is_cut_where_it_is_shorter_than_the_rate_says():
    u = apart(RATE * G / np.sqrt(26))
    assert cut_to_length(exam_with(), u, 0.99 * RATE)
    assert not cut_to_length(exam_with(), u, RATE)
    assert not cut_to_length(exam_with(), u, -0.2 * RATE)
    assert not cut_to_length(exam_with(None), u, 0.2 * RATE)


def test_a_factor_is_faster_by_a_fiftieth():
    assert not faster(1.019, 1.0)
    assert faster(1.021, 1.0)
    assert not faster(1.021, None)
