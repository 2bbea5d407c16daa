"""All programs of this folder, and what the audit says of one."""

import importlib

import pytest

from nnlib import audit
from programs.case import CASES

FILES = [
    "from_questions", "found", "held_out", "second", "third", "fourth", "sixth", "seventh",
    "eighth", "ninth", "missed", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth",
    "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twentyfirst",
    "sound",
]  # fmt: skip
for name in FILES:
    importlib.import_module(f"programs.{name}")

FAULTY = [case for case in CASES.values() if case.kinds]
SOUND = [case for case in CASES.values() if not case.kinds]


def shared_out(cases):
    """All cases; the long tests take two of three, but for those of a new kind."""
    kinds, shared = set(), []
    for number, case in enumerate(cases):
        now = number % 3 == 0 or not kinds.issuperset(case.kinds)
        kinds.update(case.kinds)
        shared.append(case if now else pytest.param(case, marks=pytest.mark.long))
    return shared


def report_on(arguments):
    arguments = dict(arguments)
    return audit(arguments.pop("X"), arguments.pop("y"), **arguments)


def wrong(report):
    return [finding for finding in report.findings if finding.severity == "wrong"]
