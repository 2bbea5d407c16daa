"""The audit accuses none of the random sound programs with more ingredients."""

import pytest

from nnlib import audit
from programs.random_more import sound


def shared_out(seeds):
    """All seeds; the long tests take two of three."""
    long = pytest.mark.long
    return [pytest.param(s, marks=long) if k % 3 else s for k, s in enumerate(seeds)]


@pytest.mark.parametrize("seed", shared_out(range(0, 15, 5)))
def test_nothing_is_wrong_with_random_sound_programs_of_more_kinds(seed):
    for each in range(seed, seed + 5):
        arguments, words = sound(each)
        report = audit(arguments.pop("X"), arguments.pop("y"), **arguments)
        assert not [f for f in report.findings if f.severity == "wrong"], f"{words}\n{report}"
        assert report, words


@pytest.mark.parametrize("seed", shared_out(
    [30, 42, 88, 134, 220, 237, 246, 268, 346, 381, 482, 569, 2980, 3022, 3061, 3078]
))  # fmt: skip
def test_nothing_is_wrong_with_random_sound_programs_that_were_accused_once(seed):
    arguments, words = sound(seed)
    report = audit(arguments.pop("X"), arguments.pop("y"), **arguments)
    assert not [f for f in report.findings if f.severity == "wrong"], f"{words}\n{report}"
    assert report, words
