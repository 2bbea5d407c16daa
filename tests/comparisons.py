"""A gradient beside slopes that are given, for tests of single patterns."""

import numpy as np
from exams import exam_of, well_said
from xor_program import gradients, loss, predict, start

from nnlib.audit.comparison import Comparison
from nnlib.audit.patient import Failed
from nnlib.audit.slopes import Measured

rng = np.random.default_rng(7)
X = rng.normal(size=(12, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)
W, S = rng.normal(size=(2, 4, 5))


def fails(*given, **more):
    raise Failed("loss", "was asked about parameters that are made up.")


def problem(slopes, point=None, n=12, noise=1e-9, exam=None):
    """A comparison whose measured slopes are given; no network is known in it."""
    fresh = exam is None
    if fresh:
        exam = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
        exam.dense = exam.formula = None
    made = Comparison(exam, exam.points[0], None)
    made.formula, made.n = exam.formula, n
    slopes = [np.asarray(s, dtype=float) for s in slopes]
    made.measured = Measured(slopes, slopes, slopes, noise)
    made.point = [np.ones_like(s) for s in slopes] if point is None else point
    made.names = [f"p{k}" for k in range(len(slopes))]
    exam.weights = list(range(len(slopes)))
    if fresh:
        assert exam.base_values  # kept from now on
        exam.loss = exam.patient.predictions = fails
    return made


def told(made, g=None):
    """The findings, in one line each; they mark the worst entries of a gradient."""
    if g is not None:
        assert [f.entries for f in made.exam.findings] == [made.worst(g)] * bool(made.exam.findings)
        assert made.worst(g)
    return [f"{f.severity} {f.kind} ({f.where}): {f.seen}" for f in well_said(made.exam)]
