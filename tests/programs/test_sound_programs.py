"""The audit finds nothing wrong with sound programs."""

from collections import Counter

import pytest
import reports
from reports import NUMBER, in_one_line

from programs.random_sound import sound
from programs.tried import SOUND, report_on, shared_out, wrong

stored = reports.stored


@pytest.mark.parametrize("case", shared_out(SOUND), ids=lambda case: case.name)
def test_nothing_is_wrong_with_a_sound_program(case, stored):
    report = report_on(case.arguments())
    assert in_one_line(report) == stored
    assert not wrong(report), str(report)
    assert report, str(report)


def more(seeds):
    return [pytest.param(seed, marks=pytest.mark.long) for seed in seeds]


@pytest.mark.parametrize("seed", [*range(0, 100, 10), *more(range(100, 300, 10))])
def test_nothing_is_wrong_with_random_sound_programs(seed, snapshot):
    said = Counter()
    for each in range(seed, seed + 10):
        arguments, words, unscaled = sound(each)
        report = report_on(arguments)
        assert not wrong(report), f"{words}\n{report}"
        assert report, words
        suspicious = {f.kind for f in report.findings if f.severity == "suspicious"}
        assert suspicious <= ({"data_scale"} if unscaled else {"dead"}), f"{words}\n{report}"
        lines = [f"{f.severity} {f.kind} {f.seen}" for f in report.findings]
        lines += [*report.compared, *report.not_looked_at]
        said.update(NUMBER.sub("#", line) for line in lines)
    assert dict(said) == snapshot


@pytest.mark.parametrize("seed", [606, 637, 916, 926, 959, 992, 1300, 1500, 1585, 2650])
def test_nothing_is_wrong_with_random_sound_programs_that_were_accused_once(seed):
    arguments, words, _ = sound(seed)
    report = report_on(arguments)
    assert not wrong(report), f"{words}\n{report}"
    assert report, words
