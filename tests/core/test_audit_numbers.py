"""Numbers that a program prints: errors that are taken between two scales."""

import numpy as np
import pytest

from nnlib.audit.numbers import on_two_scales

RNG = np.random.default_rng(7)
Y = RNG.uniform(1, 3, size=(9, 1))
ANSWERS = [Y + RNG.normal(size=(9, 1)) for _ in range(8)]
FORMS = {
    "the mean of the squared errors": lambda e: np.mean(e**2),
    "half the mean of the squared errors": lambda e: np.mean(e**2) / 2,
    "the root of the mean of the squared errors": lambda e: np.sqrt(np.mean(e**2)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("s", "t", "line"), [(4, 2, "4 y + 2"), (0.5, -3, "0.5 y - 3")])
def test_scaled_targets_are_told(form, s, t, line):
    says = np.array([FORMS[form](a - (s * Y + t)) for a in ANSWERS])
    told = f"{form} between the predictions and {line}, on another scale"
    assert on_two_scales(Y, ANSWERS, says) == told


@pytest.mark.parametrize("form", ["the mean of the squared errors",
                                  "the root of the mean of the squared errors"])  # fmt: skip
@pytest.mark.parametrize(("s", "t", "line"), [(4, 2, "4 + 2"), (3, -5, "3 - 5")])
def test_scaled_predictions_are_told(form, s, t, line):
    says = np.array([FORMS[form](s * a + t - Y) for a in ANSWERS])
    told = f"{form} between y and the predictions times {line}, on another scale"
    assert on_two_scales(Y, ANSWERS, says) == told


def test_near_numbers_are_not():
    says = np.array([np.mean((a - (4 * Y + 2)) ** 2) for a in ANSWERS])
    assert on_two_scales(Y, ANSWERS[:6], says[:6]) != ""
    assert on_two_scales(Y, ANSWERS[:5], says[:5]) == ""
    assert on_two_scales(Y, ANSWERS, says + 1e-6 * RNG.normal(size=8)) == ""
    assert on_two_scales(np.round(Y), ANSWERS, says) == ""  # a few classes have no scale
    assert on_two_scales(Y, ANSWERS, np.array([np.mean(np.abs(a - Y)) for a in ANSWERS])) == ""
