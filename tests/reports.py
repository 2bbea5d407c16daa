"""Reports of the audit beside stored ones: the words are the same, the numbers nearly."""

import re
import sys

import numpy as np
import pytest
from syrupy.extensions.amber import AmberSnapshotExtension

from nnlib.audit import Report

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\binf\b|\bnan\b")
# Steps that overshoot make more of each last digit: where they end differs between processors.
OVERSHOT = re.compile(r"((?:rises|goes) from \S+ to )\S+(?= (?:in|within) \d+ steps)")


class NearlyTheSame(AmberSnapshotExtension):
    """Stored reports, whose numbers may differ a little from one processor to another."""

    def matches(self, *, serialized_data, snapshot_data):
        new, old = (OVERSHOT.sub(r"\1…", text) for text in (serialized_data, snapshot_data))
        texts = NUMBER.sub("#", new), NUMBER.sub("#", old)
        new, old = ([*map(float, NUMBER.findall(text))] for text in (new, old))
        return (
            texts[0] == texts[1]
            and len(new) == len(old)
            and np.allclose(new, old, rtol=1e-2, atol=1e-8, equal_nan=True)
        )


@pytest.fixture
def stored(snapshot):
    return snapshot.use_extension(NearlyTheSame)


RAISED = re.compile(
    r"(raised \w+): .*?(?=\.? It was asked for | usually | follows | explained | - | Compared:"
    r"| Not looked at:|$)"
)


def in_one_line(report):
    """Return a report without the words of Python's and NumPy's own errors, which change."""
    text = re.sub(r"\b0x[0-9a-f]+", "0x", " ".join(str(report).split()))
    return RAISED.sub(r"\1", text)


@pytest.fixture
def all_are_stored(monkeypatch, stored):
    """Compare every report that is made within a test with the stored one."""
    made = []

    def recorded(*parts):
        report = Report(*parts)
        made.append(in_one_line(report))
        return report

    monkeypatch.setattr(sys.modules["nnlib.audit"], "Report", recorded)
    yield
    if made:
        assert made == stored
