"""The audit names the fault of each faulty program."""

from pathlib import Path

import pytest
import reports
from reports import in_one_line

from nnlib.audit import KINDS
from programs.tried import FAULTY, SOUND, report_on, shared_out, wrong

stored = reports.stored


@pytest.mark.parametrize("case", shared_out(FAULTY), ids=lambda case: case.name)
def test_the_fault_is_the_first_thing_that_is_wrong_and_nothing_else_is(case, stored):
    report = report_on(case.arguments())
    assert in_one_line(report) == stored
    assert [finding.kind for finding in wrong(report)], str(report)
    for finding in wrong(report):
        assert finding.kind in case.kinds, str(report)
    assert not report


def test_there_are_programs_of_every_kind():
    tried = {kind for case in FAULTY for kind in case.kinds}
    assert set(KINDS) - tried == {"at_a_corner"}  # a note, never wrong: tested with the notes
    assert len(FAULTY) >= 60
    assert len(SOUND) >= 20


def test_half_of_the_faulty_programs_come_from_public_places():
    public = [case.name for case in FAULTY if case.public]
    table = Path(__file__).parents[2] / "docs" / "audit.md"
    assert len(public) >= len(FAULTY) / 2
    assert f"{len(public)} of the {len(FAULTY)} faulty ones" in table.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.name)
def test_every_faulty_program_says_where_its_fault_was_met(case):
    assert len(case.source) > 10
