"""An audit under way, for tests of single checks."""

import inspect
import warnings

import numpy as np

from nnlib.audit import KINDS, SEVERITIES, data
from nnlib.audit.exam import Exam
from nnlib.audit.patient import Patient


def exam_of(X, y, parameters=None, *, rate=None, step_is=None, reports=None, told=None, **given):
    """An audit that has found out how the data lie, and nothing else."""
    exam = Exam(Patient(X, y, parameters, given), rate, step_is, reports or {})
    with np.errstate(all="ignore"):
        data.look_at_types(exam)
        if not exam.stopped:
            data.find_layout(exam, told or {})
        if not exam.stopped:
            data.find_answers(exam)
    return exam


def well_said(exam):
    """The findings; each is of a kind that is listed, and advice of its own is in sentences."""
    for each in exam.findings:
        assert each.kind in KINDS
        assert each.severity in SEVERITIES
        for text in each.advice or ():
            assert text[0].isupper() or text.startswith("np.")
            assert text[1:] != text[1:].upper()
            assert text[-1] in ".?"
    return exam.findings


def said(exam):
    """What was found: kind, severity, place."""
    return [(f.kind, f.severity, f.where) for f in exam.findings]


def checked(check, exam):
    """Make one check; return what it found."""
    before = len(exam.findings)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(exam)
    return said(exam)[before:]


def words(exam):
    """What was seen, of the last finding."""
    return exam.findings[-1].seen


def handed(function, given, more=None, **wanted):
    """Check that a stand-in for a function is given these objects, or ones of these types."""
    bound = inspect.signature(function).bind(*given, **(more or {})).arguments
    for name, value in bound.items():
        right = wanted.get(name)
        if isinstance(right, type):
            assert isinstance(value, right), name
        elif right is not None:
            assert value is right, name
