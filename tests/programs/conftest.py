"""Every program of this folder gets the time that its audit needs."""

import sys

import pytest


@pytest.fixture(autouse=True)
def a_patient_clock(monkeypatch):
    """A busy machine gives an audit little time in what the clock allows it."""
    monkeypatch.setattr(sys.modules["nnlib.audit"], "SECONDS_BY_THE_CLOCK", 120)
