"""Every audit in a test gets the time that it needs: no report hangs on a processor."""

import sys

import pytest

import nnlib  # noqa: F401 - the module is patched, and nnlib.audit is the function


@pytest.fixture(autouse=True)
def a_patient_clock(monkeypatch):
    for name in ("SECONDS", "SECONDS_BY_THE_CLOCK"):
        monkeypatch.setattr(sys.modules["nnlib.audit"], name, 120.0)
