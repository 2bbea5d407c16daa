"""Each rule of the audit at both sides of its threshold, on small exact programs."""

import itertools
import random
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from exams import checked, exam_of, said, words

from nnlib import audit
from nnlib.audit import KINDS, Finding, Report, data, functions, numbers, start, training, unused
from nnlib.audit.exam import Exam, table
from nnlib.audit.findings import in_order
from nnlib.audit.patient import Patient


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# Findings and the report


CAUSE = Finding("loss_formula", "wrong", "loss", "loss is another one", entries=("a", "b"))
EFFECT = Finding("gradient_wrong", "wrong", "W1", "the gradient is wrong")


def test_a_report_is_printed_to_the_letter():
    finding = Finding(
        "dead", "wrong", "layer 1", "seen " * 20, ("first", "second"), ("entry 1", "entry 2")
    )
    assert str(Report((finding,), ("one", "two"), ("three",))) == (
        "1 thing wrong. Mend the first, then audit again.\n"
        "\n"
        "WRONG  dead  (layer 1)\n"
        "  seen       seen seen seen seen seen seen seen seen seen seen seen seen seen\n"
        "             seen seen seen seen seen seen seen\n"
        "  usually    A ReLU that is off for every sample has slope 0: its own weights\n"
        "             get no gradient.\n"
        "  do         Start with smaller weights and biases of 0, or take a smaller\n"
        "             rate.\n"
        "  entries    entry 1, entry 2\n"
        "  follows    first\n"
        "  follows    second\n"
        "  explained  section 1.8, in 1c. Two relatives: what else can a neuron's curve\n"
        "             be?\n"
        "\n"
        "Compared:\n"
        "  - one\n"
        "  - two\n"
        "\n"
        "Not looked at:\n"
        "  - three"
    )
    note = Finding("dead", "note", "layer 1", "seen", advice=("It is so.", "Do that."))
    assert str(note) == (
        "NOTE  dead  (layer 1)\n"
        "  seen       seen\n"
        "  usually    It is so.\n"
        "  do         Do that.\n"
        "  explained  section 1.8, in 1c. Two relatives: what else can a neuron's curve\n"
        "             be?"
    )
    assert str(Report((), ("one",), ())) == (
        "Nothing wrong was found in what was compared.\n\nCompared:\n  - one"
    )
    assert str(Report((), (), ())) == "Nothing was compared: pass more of the program."
    assert str(Report((CAUSE, EFFECT), (), ())).startswith("2 things wrong. Mend the first, then")


def test_a_report_is_a_table_to_the_letter():
    left = "style='text-align:left'"
    finding = Finding("dead", "wrong", "<W>", "a & b", ("c < d",), ("e > f", "g"))
    html = Report((finding,), ("h < i", "j"), ("k",))._repr_html_()
    titles = ("severity", "kind", "where", "what was seen, and what to do", "section")
    assert html == (
        "<p><b>1 thing wrong. Mend the first, then audit again.</b></p>"
        f"<table><thead><tr>{''.join(f'<th {left}>{title}</th>' for title in titles)}"
        "</tr></thead><tbody><tr>"
        f"<td {left}><b>wrong</b></td><td {left}><code>dead</code></td><td {left}>&lt;W&gt;</td>"
        f"<td {left}>a &amp; b<br><mark>e &gt; f</mark><br><mark>g</mark>"
        f"<br><i>{KINDS['dead'].usually}</i><br>{KINDS['dead'].what_to_do}"
        "<br>Follows: c &lt; d</td>"
        f"<td {left}>1.8, in 1c. Two relatives: what else can a neuron's curve be?</td>"
        "</tr></tbody></table>"
        "<p>Compared:<br>  - h &lt; i<br>  - j</p><p>Not looked at:<br>  - k</p>"
    )
    row = html[html.index("<tbody>") + 7 : html.index("</tbody>")]
    assert f"<tbody>{row}{row}</tbody>" in Report((finding, finding), (), ())._repr_html_()
    assert Report((), ("one",), ())._repr_html_() == (
        "<p><b>Nothing wrong was found in what was compared.</b></p><p>Compared:<br>  - one</p>"
    )


def test_what_follows_is_said_once_under_its_cause():
    again = Finding("gradient_wrong", "wrong", "W2", "the gradient is wrong")
    other = Finding("axis_missing", "wrong", "b2", "summed over all")
    same = Finding("gradient_wrong", "wrong", "W3", "loss is another one")
    (only,) = in_order([EFFECT, again, other, same, CAUSE])
    assert only.kind == "loss_formula"
    assert only.follows == ("summed over all", "the gradient is wrong")
    assert only.entries == ("a", "b")


@pytest.mark.parametrize(
    ("cause", "finding", "alone"),
    [
        # one kind at two places is one finding
        (("dead", "wrong"), ("dead", "wrong"), False),
        (("dead", "wrong"), ("dead", "suspicious"), False),
        (("dead", "suspicious"), ("dead", "suspicious"), False),
        (("dead", "note"), ("dead", "note"), False),
        # notes stand for themselves
        (("dead", "wrong"), ("dead", "note"), True),
        (("dead", "note"), ("at_a_corner", "note"), True),
        (("data_scale", "note"), ("saturated", "note"), True),
        # what a kind follows from
        (("data_scale", "suspicious"), ("saturated", "suspicious"), False),
        (("data_scale", "suspicious"), ("saturated", "wrong"), True),
        (("data_scale", "wrong"), ("dead", "suspicious"), False),
        (("data_scale", "wrong"), ("weight_term", "wrong"), True),
        # roots of what is seen in a gradient or a step
        (("state_kept", "wrong"), ("weight_term", "wrong"), False),
        (("state_kept", "suspicious"), ("weight_term", "suspicious"), True),
        (("state_kept", "wrong"), ("printed_number", "wrong"), True),
        (("pairs_broken", "wrong"), ("weight_term", "wrong"), True),
        # what a wrong slope makes
        (("weight_term", "wrong"), ("cannot_memorise", "wrong"), False),
        (("weight_term", "suspicious"), ("cannot_memorise", "suspicious"), True),
        (("saturated", "wrong"), ("cannot_memorise", "wrong"), True),
        (("weight_term", "wrong"), ("printed_number", "wrong"), True),
    ],
)
def test_one_finding_is_the_consequence_of_another(cause, finding, alone):
    made = [Finding(*cause, "a", "first"), Finding(*finding, "b", "second")]
    assert len(in_order(made[::-1])) == 1 + alone


def test_a_report_is_true_where_nothing_is_wrong_and_something_was_compared():
    for severity in ("wrong", "suspicious", "note"):
        report = Report((Finding("dead", severity, "a", "b"),), ("c",), ())
        assert bool(report) == (severity != "wrong")


# What an exam holds


def test_of_two_findings_at_one_place_the_worse_one_stays():
    exam = exam_of([[1.0]], [[1.0]])
    exam.find("dead", "suspicious", "a", "first")
    exam.find("dead", "note", "a", "second")
    assert words(exam) == "first"
    exam.find("dead", "suspicious", "a", "third")
    assert words(exam) == "first"
    exam.find("dead", "wrong", "a", "fourth", ("entry",), ("why", "what"))
    assert said(exam) == [("dead", "wrong", "a")]
    assert words(exam) == "fourth"
    assert exam.findings[0].entries == ("entry",)
    assert exam.findings[0].usually == "why"
    exam.find("dead", "note", "b", "fifth")
    exam.find("saturated", "note", "a", "sixth")
    assert len(exam.findings) == 3


def test_a_finding_is_made_a_note_or_worse():
    exam = exam_of([[1.0]], [[1.0]])
    for kind, severity, where in [
        ("dead", "suspicious", "a"), ("dead", "wrong", "b"), ("saturated", "suspicious", "c"),
        ("dead", "note", "d"),
    ]:  # fmt: skip
        exam.find(kind, severity, where, "seen.")
    exam.make_note("dead", "Still.")
    assert said(exam)[0] == ("dead", "note", "a")
    assert [f.seen for f in exam.findings] == ["seen. Still.", "seen.", "seen.", "seen."]
    assert [f.severity for f in exam.findings] == ["note", "wrong", "suspicious", "note"]
    exam.worsen("saturated")
    assert [f.severity for f in exam.findings] == ["note", "wrong", "wrong", "note"]
    exam.worsen("dead")
    assert [f.severity for f in exam.findings] == ["note", "wrong", "wrong", "note"]
    assert exam.found()
    assert exam.found("dead", "raises")
    assert not exam.found("raises")
    assert not exam_of([[1.0]], [[1.0]]).found()


def test_lines_are_noted_once_and_a_failure_is_a_finding():
    exam = exam_of([[1.0]], [[1.0]], loss=len, step=len)
    missing = list(exam.missing)
    for _ in range(2):
        exam.look("one")
        exam.miss("two")
    assert exam.compared == ["one"]
    assert exam.missing == [*missing, "two"]
    exam.failed(functions.Failed("loss", "raised ValueError."), "its value")
    assert said(exam) == [("raises", "wrong", "loss")]
    assert words(exam) == "loss raised ValueError. It was asked for its value."
    exam.failed(functions.Failed("step", "raised ValueError."))
    assert words(exam) == "step raised ValueError."
    exam.failed(functions.Failed("step", "was not asked any more: the time is up."))
    assert exam.missing[-1] == "more of step: the time for the audit was up"
    exam.failed(functions.Failed("gradients", "was not passed."))
    assert len(exam.findings) == 2


def test_two_arrays_make_a_table_or_do_not():
    for a, b, made in [
        ((3,), (3, 1), True), ((3, 1), (1, 3), True), ((3, 1), (3, 1), False), ((3,), (3,), False),
        ((3, 1), (3, 2), False), ((3,), (2, 3), False), ((3, 1), (1,), False), ((2,), (3,), False),
        ((1, 1), (1,), False), ((1, 3), (3,), False), ((1, 2), (2, 1, 1), True),
    ]:  # fmt: skip
        assert table(np.ones(a), np.ones(b)) == made, (a, b)
        assert table(np.ones(b), np.ones(a)) == made, (a, b)


# The data: types


@pytest.mark.parametrize(
    ("X", "seen"),
    [
        ([[1], [1, 2]], "the rows of X have different lengths."),
        ([["a", "b"]], "X has the type <U1: its entries are no numbers. Its first entry is 'a'."),
        (np.array([[1j]]), "X has the type complex128: a network here takes real numbers."),
        (np.empty((0,), dtype="U3"), "X has the type <U3: its entries are no numbers."),
        ("abc", "X is 'abc' (str), not an array of numbers."),
        (None, "X is None (NoneType), not an array of numbers."),
        ([[1.0, np.nan], [np.inf, 2.0]],
         "2 entries of X are NaN or infinite, the first at X[0, 1]. No sum over all entries is a "
         "finite number."),
        ([[1.0], [np.nan]], "1 entry of X is NaN or infinite, the first at X[1, 0]. "
                            "No sum over all entries is a finite number."),
        (np.nan, "1 entry of X is NaN or infinite, the first at X. "
                 "No sum over all entries is a finite number."),
        (np.zeros((0, 2)), "X has shape (0, 2): no samples."),
        (3.0, "X has shape (): no samples."),
        (iter([1.0]), "X is a list_iterator, which can be read once only: pass list(X)."),
        (np.ma.masked_equal([[1, 2], [2, 3]], 2),
         "X is a masked array, and 2 of its entries are masked, the first at X[0, 1]. What becomes "
         "of them in a sum or a product is not said."),
    ],
)  # fmt: skip
def test_data_that_cannot_be_computed_with_are_named(X, seen):
    exam = Exam(Patient(X, [[1.0]], None, {}), None, None, {})
    data.look_at_types(exam)
    assert said(exam) == [("data_type", "wrong", "X")]
    assert words(exam) == seen
    assert exam.stopped


def test_a_masked_array_without_a_mask_is_an_array():
    exam = Exam(Patient(np.ma.array([[1.0]]), [[1]], None, {}), None, None, {})
    data.look_at_types(exam)
    assert not exam.stopped
    assert said(exam) == []


def test_parameters_that_are_no_numbers_stop_the_audit():
    p = {"a": np.array([1.0]), "b": np.array([[1.0, np.inf]]), "c": np.nan, "d": np.zeros(0)}
    exam = Exam(Patient([[1.0]], [[1.0]], p, {}), None, None, {})
    data.look_at_types(exam)
    assert said(exam) == [("data_type", "wrong", "b"), ("data_type", "wrong", "c")]
    assert exam.findings[0].seen == (
        "1 entry of b is NaN or infinite before anything is computed, the first at b[0, 1]."
    )
    assert exam.findings[0].entries == ("b[0, 1]",)
    assert exam.findings[1].entries == ("c",)
    assert exam.stopped


# The data: layout


@pytest.mark.parametrize(
    ("shape_X", "shape_y", "told", "axes", "n", "note"),
    [
        ((5, 2), (5, 1), {}, (0, 0), 5, False),
        ((5, 2), (5,), {}, (0, 0), 5, False),
        ((2, 5), (1, 5), {}, (-1, -1), 5, True),
        ((2, 5), (5,), {}, (-1, -1), 5, True),
        ((5, 2), (1, 5), {}, (0, -1), 5, True),
        ((2, 5), (5, 1), {}, (-1, 0), 5, True),
        ((5,), (5,), {}, (0, 0), 5, False),
        ((5,), (5, 1), {}, (0, 0), 5, False),
        ((5,), (1, 5), {}, (0, -1), 5, True),
        ((5, 5), (5, 5), {}, (0, 0), 5, False),
        ((5, 5), (5, 5), {"X": -1, "y": -1}, (-1, -1), 5, False),
        ((5, 5), (5, 5), {"X": -1}, (-1, -1), 5, False),
        ((5, 5), (5, 5), {"y": -1}, (-1, -1), 5, False),
        ((5, 5), (5, 5), {"X": 0, "y": -1}, (0, -1), 5, False),
        ((2, 5), (5,), {"X": -1, "y": 0}, (-1, -1), 5, False),
        ((25, 1), (25, 1), {}, (0, 0), 25, False),
        ((1, 25), (1, 25), {}, (-1, -1), 25, True),
        ((1, 1), (1, 1), {}, (0, 0), 1, False),
        ((5, 8, 8), (5, 1), {}, (0, 0), 5, False),
    ],
)
def test_samples_lie_where_x_and_y_have_as_many(shape_X, shape_y, told, axes, n, note):
    exam = exam_of(np.ones(shape_X), np.ones(shape_y), told=told)
    assert (exam.patient.axis["X"], exam.patient.axis["y"]) == axes
    assert exam.patient.n == n
    assert said(exam) == [("samples_as_columns", "note", "X, y")] * note


def test_a_layout_is_put_in_words():
    assert words(exam_of(np.ones((2, 5)), np.ones((1, 5)))) == (
        "X (2, 5) and y (1, 5) fit together as samples in columns, and were taken so."
    )
    assert words(exam_of(np.ones((5, 2)), np.ones((1, 5)))) == (
        "X (5, 2) and y (1, 5) fit together as samples in rows of X and in columns of y, and were "
        "taken so."
    )
    exam = exam_of(np.ones((5, 2)), np.ones((5, 1)), told={"X": -1, "y": -1})
    assert said(exam) == [("samples_as_columns", "wrong", "X, y")]
    assert words(exam) == (
        "samples was given as X: columns, y: columns, but then X (5, 2) and y (5, 1) do not hold "
        "the same number of samples. As samples in rows they do."
    )
    assert exam.patient.n == 5
    exam = exam_of(np.ones((5, 2)), np.ones((3, 4)))
    assert said(exam) == [("target_shape", "wrong", "y")]
    assert words(exam) == (
        "X has shape (5, 2) and y has shape (3, 4): they do not hold the same number of samples on "
        "their first or last axis."
    )
    assert exam.stopped


@pytest.mark.parametrize("columns", [False, True])
def test_where_both_layouts_fit_the_program_s_answers_decide(columns):
    X = np.array([[1.0, 2.0], [3.0, 5.0]])

    def predict(p, X):
        return np.cumsum(X, axis=0)[-1:] if columns else np.cumsum(X, axis=1)[:, -1:]

    exam = exam_of(X, np.ones((2, 2)), {"w": 1.0}, predict=predict)
    assert exam.patient.axis == {"X": -columns, "y": -columns, "predictions": -columns}
    assert said(exam) == [("samples_as_columns", "note", "X, y")] * columns
    (data_works,) = {data.works(exam, (-columns, -columns))}
    assert data_works
    assert not data.works(exam, (columns - 1, columns - 1))


def test_a_program_that_answers_half_the_samples_otherwise_does_not_work():
    four = np.arange(8.0).reshape(4, 2)
    exam = exam_of(four, np.ones((4, 1)), {"w": 1.0}, predict=lambda p, X: X - X.mean())
    assert not data.works(exam, (0, 0))
    exam = exam_of(four, np.ones((4, 1)), {"w": 1.0}, predict=lambda p, X: X)
    assert data.works(exam, (0, 0))
    exam.patient.functions["predict"] = lambda p, X: X[:4] if len(X) < 4 else 1 / 0
    assert not data.works(exam, (0, 0))


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((5, 1), 0), ((5,), 0), ((5, 3), 0), ((1, 5), -1), ((3, 5), -1), ((5, 5), 0),
        ((4, 1), None), ((), None), ((3, 4), None),
    ],
)  # fmt: skip
def test_answers_lie_where_there_is_one_for_each_sample(shape, axis):
    exam = exam_of(np.ones((5, 2)), np.ones((5, 1)), {"w": 1.0},
                   predict=lambda p, X: np.ones(shape))  # fmt: skip
    if axis is None:
        assert said(exam) == [("raises", "wrong", "predict")]
        assert words(exam) == (
            f"predict returned the shape {shape} for 5 samples. An answer for each sample was "
            "expected."
        )
        assert not exam.patient.has("predict")
    else:
        assert exam.patient.axis["predictions"] == axis
        assert said(exam) == []


def test_answers_lie_as_y_does_where_they_have_its_shape():
    for shape_X, shape_y, shape, axis in [
        ((5, 2), (1, 5), (1, 5), -1), ((2, 5), (1, 5), (5, 1), 0), ((2, 5), (1, 5), (3, 5), -1),
        ((5, 2), (1, 5), (5, 5), 0), ((2, 5), (5, 1), (5, 3), 0), ((5, 5), (5, 5), (5, 5), 0),
    ]:  # fmt: skip
        exam = exam_of(np.ones(shape_X), np.ones(shape_y), {"w": 1.0},
                       predict=lambda p, X, shape=shape: np.ones(shape))  # fmt: skip
        assert exam.patient.axis["predictions"] == axis, (shape_X, shape_y, shape)
    exam = exam_of(np.ones((1, 2)), np.ones((1, 1)), {"w": 1.0}, predict=lambda p, X: 3.0)
    assert said(exam) == []


def test_predictions_that_fail_are_told_and_tried_the_other_way():
    def predict(p, X):
        return np.ones((2, 3)) @ X

    exam = exam_of(np.ones((4, 3)), np.ones((4, 1)), {"w": 1.0}, predict=predict)
    assert said(exam) == [("raises", "wrong", "predict"), ("samples_as_columns", "wrong", "X")]
    assert exam.findings[0].seen.endswith(
        ". It was asked for the predictions for X of shape (4, 3)."
    )
    assert words(exam) == (
        "predict refuses X of shape (4, 3), and takes its transpose: it expects samples as columns."
    )
    assert not exam.patient.has("predict")
    exam = exam_of(np.ones((3, 4)), np.ones((1, 4)), {"w": 1.0},
                   predict=lambda p, X: X @ np.ones((3, 1)))  # fmt: skip
    assert words(exam).endswith("it expects samples as rows.")
    for bad in (lambda p, X: 1 / 0, lambda p, X: np.ones(7) if len(X) == 3 else 1 / 0):
        exam = exam_of(np.ones((4, 3)), np.ones((4, 1)), {"w": 1.0}, predict=bad)
        assert said(exam) == [("raises", "wrong", "predict")]
    exam = exam_of(np.ones(4), np.ones(4), {"w": 1.0}, predict=lambda p, X: 1 / 0)
    assert said(exam) == [("raises", "wrong", "predict")]
    assert exam_of(np.ones((4, 3)), np.ones(4)).missing == [
        "the predictions: pass predict(parameters, X)"
    ]


# The data: shape, range, classes, scale


def line(p, X):
    return X @ p["W"] + p["b"]


LINE = {"W": np.array([[0.5], [-0.25]]), "b": np.array([0.1])}
POINTS = np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 0.25], [0.5, -1.0], [0.3, 0.8]])
HIGH = np.array([[1.0], [0.0], [1.0], [1.0], [0.0]])


def squares(p, X, y):
    return np.mean((line(p, X) - y) ** 2)


def test_y_has_the_shape_of_the_predictions_or_is_brought_into_it():
    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares)
    assert checked(data.look_at_target_shape, exam) == []
    assert exam.compared == ["y has the shape of the predictions, (5, 1)"]
    exam = exam_of(POINTS, HIGH.ravel(), LINE, predict=line, loss=squares)
    assert checked(data.look_at_target_shape, exam) == [("target_shape", "wrong", "y")]
    assert words(exam).startswith(
        "y has shape (5,), the predictions have shape (5, 1), and NumPy stretches them to (5, 5). "
        "loss gives something else with y.reshape(5, 1): "
    )
    exam = exam_of(POINTS, HIGH.ravel(), LINE, predict=line,
                   loss=lambda p, X, y: squares(p, X, y.reshape(-1, 1)))  # fmt: skip
    assert checked(data.look_at_target_shape, exam) == []
    assert exam.compared == ["y (5,) is brought into the shape of the predictions, (5, 1)"]
    exam = exam_of(POINTS, np.c_[HIGH, HIGH], LINE, predict=line)
    assert checked(data.look_at_target_shape, exam) == [("target_shape", "wrong", "y")]
    assert words(exam) == (
        "y has shape (5, 2), but the predictions have shape (5, 1). NumPy stretches them to (5, 2)."
    )
    exam = exam_of(POINTS, np.c_[HIGH, HIGH], {"w": 1.0}, predict=lambda p, X: np.ones((5, 3)))
    checked(data.look_at_target_shape, exam)
    assert words(exam).endswith("They do not fit together.")
    exam = exam_of(POINTS, HIGH)
    assert checked(data.look_at_target_shape, exam) == []


def test_a_gradient_that_takes_y_as_it_is_is_looked_at_too():
    def gradients(p, X, y):
        error = 2 * (line(p, X) - y) / 5
        return {"W": (X.T @ error).sum(axis=1, keepdims=True), "b": [error.sum()]}

    def right(p, X, y):
        return gradients(p, X, np.reshape(y, (-1, 1)))

    def loss(p, X, y):
        return squares(p, X, np.reshape(y, (-1, 1)))

    for function, found in ((gradients, True), (right, False)):
        exam = exam_of(POINTS, HIGH.ravel(), LINE, predict=line, loss=loss, gradients=function)
        assert checked(data.look_at_target_shape, exam) == [("target_shape", "wrong", "y")] * found
    assert data.values_of(exam, HIGH)[0][0] == "loss"
    assert data.values_of(exam, "text")[0][1].tolist() != []


@pytest.mark.parametrize(
    ("top", "used", "found"),
    [
        (2, True, None), (3, True, "wrong"), (3, False, "suspicious"), (-1, True, "wrong"),
    ],
)  # fmt: skip
def test_class_numbers_are_counted_from_0_to_the_last_column(top, used, found):
    y = np.array([0, 1, 2, 1, top])

    def loss(p, X, y):
        return float(np.sum(p["W"][0, y]))

    exam = exam_of(POINTS, y, {"W": np.ones((2, 3))}, predict=lambda p, X: X @ p["W"],
                   **({"loss": loss} if used else {}))  # fmt: skip
    assert checked(data.look_at_target_range, exam) == (
        [("target_range", found, "y")] if found else []
    )
    if found:
        assert words(exam) == (
            f"y holds class numbers from {min(0, top)} to {max(2, top)}, but the 3 columns of the "
            "predictions are counted from 0 to 2."
        )
        assert exam.findings[-1].entries == (f"y = {top}",)


@pytest.mark.parametrize(
    ("activation", "name", "low", "high"),
    [
        (sigmoid, "a sigmoid", 0, 1), (np.tanh, "a tanh", -1, 1),
        (lambda z: np.maximum(z, 0), "a ReLU", 0, np.inf), (lambda z: z, "", -np.inf, np.inf),
        # no network that is known: seen in the answers
        (lambda z: np.sin(z) ** 2, "the output", 0, 1), (np.cos, "the output", -1, 1),
        (np.square, "", -np.inf, np.inf),
    ],
)  # fmt: skip
def test_targets_just_outside_of_the_output_s_range_are_wrong(activation, name, low, high):
    def predict(p, X):
        return activation(line(p, X))

    for y in (low, high):
        for off in (0, -1e-8, 1e-8):
            if not np.isfinite(y):
                continue
            targets = np.full((5, 1), 0.5)
            targets[3] = y + off
            exam = exam_of(POINTS, targets, LINE, predict=predict)
            outside = name and not low <= y + off <= high
            wanted = [("target_range", "wrong", "y")] if outside else []
            assert checked(data.look_at_target_range, exam) == wanted
            if wanted:
                assert words(exam) == (
                    f"y reaches from {targets.min():g} to {targets.max():g}, but {name} gives "
                    f"numbers from {low:g} to {high:g}: 1 of 5 targets cannot be reached."
                )
                assert exam.findings[-1].entries == (f"y = {y + off:g}",)
            elif name:
                assert exam.compared == [f"the targets lie in the range of {name}"]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("off", [0.0009, 0.0011, -0.0011])
@pytest.mark.parametrize("power", [1, 2])
def test_targets_of_a_softmax_add_up_to_1(off, power):
    def predict(p, X):
        return softmax((X @ p["W"]) ** power)

    targets = np.eye(3)[[0, 1, 2, 0, 1]]
    targets[2, 2] += min(off, 0)
    targets[2, 0] += max(off, 0)
    exam = exam_of(POINTS, targets, {"W": np.arange(6.0).reshape(2, 3) / 4}, predict=predict)
    assert data.output_range(exam)[0] == "a softmax"
    found = checked(data.look_at_target_range, exam)
    assert found == [("target_range", "wrong", "y")] * (abs(off) > 1e-3)
    if found:
        assert words(exam) == (
            "a softmax gives shares that add up to 1, but in 1 of 5 rows the targets do not."
        )


@pytest.mark.parametrize(
    ("y", "n_outputs", "found"),
    [
        ([0, 1, 2, 0, 1], 3, None),
        ([0, 1, 0, 0, 1], 3, ("suspicious", "class 2. 5 samples are of 2 classes")),
        ([0, 1] * 7, 3, ("suspicious", "class 2. 14 samples are of 2 classes")),
        ([0, 1] * 7 + [0], 3, ("wrong", "class 2. 15 samples are of 2 classes")),
        ([0] * 20, 3, ("wrong", "classes 1, 2. 20 samples are of 1 classes")),
        ([0, 1, 0], 3, None),  # so few cannot have all
    ],
)
def test_a_class_that_no_sample_has_is_missing(y, n_outputs, found):
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    for targets in (np.array(y), np.eye(n_outputs)[y]):
        exam = exam_of(X, targets, {"W": np.ones((2, n_outputs))}, predict=lambda p, X: X @ p["W"])
        assert checked(data.look_at_classes, exam) == (
            [("class_missing", found[0], "y")] if found else []
        )
        if found:
            assert words(exam) == (
                f"the predictions have 3 columns, but no sample belongs to {found[1]}."
            )
        elif len(y) > 3:
            assert exam.compared == ["all 3 classes are there"]


@pytest.mark.parametrize(
    ("y", "found"),
    [([1, 1, 1, 1], True), ([-1, -1, -1, -1], True), ([1, 1, 1], False), ([1, 1, 1, 0], False),
     ([2, 2, 2, 2], False)],
)  # fmt: skip
def test_one_target_for_all_is_nothing_to_tell_apart(y, found):
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    y = np.array(y, dtype=float)[:, None]
    exam = exam_of(X, y, LINE, predict=lambda p, X: np.tanh(line(p, X)))
    assert checked(data.look_at_classes, exam) == [("class_missing", "wrong", "y")] * found
    if found:
        assert (
            words(exam) == f"all {len(y)} targets are {y[0, 0]:g}: there is nothing to tell apart."
        )
    exam = exam_of(X, y, LINE, predict=line)  # an output without a range may have one target
    assert checked(data.look_at_classes, exam) == []


@pytest.mark.parametrize(
    ("X", "found"),
    [
        # far from 0: a largest size of 15, a spread of 5, a mean of 15
        ([[0.0], [14.9]], None),
        ([[0.0], [15.1]], "X reaches from 0 to 15.1, and its columns have standard deviations up "
                          "to 7.55."),
        ([[5.2], [15.1]], None),
        ([[5.0], [15.1]], "X reaches from 5 to 15.1, and its columns have standard deviations up "
                          "to 5.05."),
        ([[14.8], [15.1]], None),
        ([[15.0], [15.1]], "X reaches from 15 to 15.1, and its columns have standard deviations up "
                           "to 0.05."),
        ([[-15.1], [0.0]], "X reaches from -15.1 to 0, and its columns have standard deviations up "
                           "to 7.55."),
        ([[20.0], [20.0]], None),  # a column that is constant is a bias
        # one column against the other
        ([[0.0, 0.0], [1.0, 299.0 / 100]], None),
        ([[0.0, 0.0], [0.01, 2.99]], None),
        ([[0.0, 0.0], [0.01, 3.01]], "the columns of X have standard deviations from 0.005 to "
                                     "1.505."),
        ([[0.0, 0.0, 1.0], [0.01, 2.0, 1.0]], None),
        ([[0.01, 3.01] + [0.0] * 198, [0.0] * 200], None),  # pixels at the edge hardly differ
        ([[0.01, 3.01] + [0.0] * 197, [0.0] * 199], "the columns of X have standard deviations "
                                                     "from 0.005 to 1.505."),
    ],
)  # fmt: skip
def test_inputs_are_of_a_size_to_start_from(X, found):
    X = np.array(X)
    exam = exam_of(X, [[0.0], [1.0]], {"w": 1.0}, predict=lambda p, X: np.cos(X[:, :1]))
    assert checked(data.look_at_scale, exam) == [("data_scale", "suspicious", "X")] * bool(found)
    if found:
        assert words(exam) == found
        if "reaches" in found:
            assert exam.findings[-1].entries == (f"largest |X| = {np.abs(X).max():g}",)
    else:
        assert exam.compared == [f"X is of a good size, at most {np.abs(X).max():.4g}"]
    assert exam_of(X, [[0.0], [1.0]]).compared == []


def test_inputs_that_the_program_scales_itself_are_of_a_good_size():
    X = np.random.default_rng(0).uniform(0, 255, size=(6, 2))
    y = np.ones((6, 1))
    p = {"W": np.array([[0.5], [-0.7]]), "b": np.zeros(1)}
    exam = exam_of(X, y, p, predict=lambda p, X: sigmoid(line(p, X / 255)))
    assert checked(data.look_at_scale, exam) == []
    assert exam.compared == ["X, divided by 255 by the program, is of a good size"]
    mean, spread = X.mean(axis=0), X.std(axis=0)
    exam = exam_of(X, y, p, predict=lambda p, X: sigmoid(line(p, (X - mean) / spread)))
    assert checked(data.look_at_scale, exam) == []
    assert exam.compared == ["X, scaled column by column by the program, is of a good size"]


@pytest.mark.parametrize(
    ("kind", "role", "found"),
    [
        (np.uint8, "predict", True), (np.uint8, "loss", True), (np.uint8, "gradients", True),
        (np.float32, "predict", False), (int, "predict", False),
    ],
)  # fmt: skip
def test_whole_numbers_that_wrap_around_are_named(kind, role, found):
    X = np.array([[200, 100], [100, 250]], dtype=kind)

    def odd(p, X, y=None):
        return np.sum(X + X[:, ::-1], axis=1, keepdims=True, dtype=X.dtype) * p["w"]

    given = {
        "predict": odd,
        "loss": lambda p, X, y: np.sum(odd(p, X)),
        "gradients": lambda p, X, y: {"w": np.sum(odd(p, X))},
    }
    exam = exam_of(X, [[0.0], [1.0]], {"w": 1.0}, **{role: given[role]})
    assert checked(data.look_at_whole_numbers, exam) == [("data_type", "wrong", "X")] * found
    if found:
        assert words(exam).startswith(f"X has the type uint8. With it {role} gives ")
        assert ", and with the same numbers as floats " in words(exam)


def test_whole_numbers_in_y_are_named_where_they_wrap():
    y = np.array([[0], [1]], dtype=np.uint8)

    def loss(p, X, y):
        return float(np.sum((y - 2 * np.ones_like(y)) ** 2.0))

    exam = exam_of([[0.0], [1.0]], y, {"w": 1.0}, predict=lambda p, X: p["w"] * X, loss=loss)
    assert checked(data.look_at_whole_numbers, exam) == [("data_type", "wrong", "y")]
    assert words(exam) == (
        "y has the type uint8. With it loss gives 129541, and with the same numbers as floats 5."
    )
    labels = np.array([0, 1, 2], dtype=int)
    exam = exam_of(np.eye(3), labels, {"W": np.eye(3)}, predict=lambda p, X: X @ p["W"],
                   loss=lambda p, X, y: float(p["W"][y, y].sum()))  # fmt: skip
    assert checked(data.look_at_whole_numbers, exam) == []


# The start


def of_layers(activation, output=lambda z: z):
    def predict(p, X):
        return output(activation(X @ p["W1"] + p["b1"]) @ p["W2"])

    return predict


def hidden(W1, b1=None, W2=None, activation=np.tanh, X=POINTS, **given):
    W1 = np.array(W1, dtype=float)
    n = W1.shape[1]
    p = {
        "W1": W1,
        "b1": np.zeros(n) if b1 is None else np.array(b1, dtype=float),
        "W2": np.linspace(0.5, 1, n)[:, None] if W2 is None else np.array(W2, dtype=float),
    }
    y = np.ones((len(X), 1))
    return exam_of(X, y, p, predict=of_layers(activation), **given)


@pytest.mark.parametrize(
    ("W1", "b1", "W2", "found"),
    [
        ([[0.5, 0.5], [0.2, 0.2]], [0, 0], [[1.0], [1.0]], "wrong"),
        ([[0.5, 0.5], [0.2, 0.3]], [0, 0], [[1.0], [1.0]], None),
        ([[0.5, 0.5], [0.2, 0.2]], [0, 0.1], [[1.0], [1.0]], None),
        ([[0.5, 0.5], [0.2, 0.2]], [0, 0], [[1.0], [1.1]], None),
        ([[0.5], [0.2]], [0], [[1.0]], None),  # one neuron has no twin
        ([[0.5, 0.5, 0.1, 0.1], [0.2, 0.2, 0.3, 0.3]], [0] * 4, [[1.0]] * 4, "suspicious"),
        ([[0.5, 0.5, 0.1, 0.4], [0.2, 0.2, 0.3, 0.3]], [0] * 4, [[1.0]] * 4, None),
    ],
)
def test_neurons_that_start_alike_are_named(W1, b1, W2, found):
    exam = hidden(W1, b1, W2)
    assert checked(start.look_for_twins, exam) == (
        [("neurons_alike", found, "layer 1")] if found else []
    )
    if found == "wrong":
        assert words(exam) == (
            "all 2 neurons of layer 1 start with the same weights, 0.5 for the first input: they "
            "get the same gradient and stay alike."
        )
        assert exam.findings[-1].entries == ("W1", "W2")
        assert exam.compared == []
    elif found:
        assert words(exam) == "of the 4 neurons of layer 1 only 2 are different."
        assert exam.compared == ["the hidden neurons start differently"]
    else:
        assert exam.compared == ["the hidden neurons start differently"]


def test_weights_of_0_are_said_to_be_0():
    exam = hidden(np.zeros((2, 3)), None, np.zeros((3, 1)))
    assert checked(start.look_for_twins, exam) == [("neurons_alike", "wrong", "layer 1")]
    assert words(exam).startswith("all 3 neurons of layer 1 start with the same weights, all 0: ")
    exam = hidden(np.zeros((2, 3)), None, np.ones((3, 1)))
    checked(start.look_for_twins, exam)
    assert ", 0 for the first input" in words(exam)
    exam = exam_of(POINTS, HIGH, LINE, predict=line)  # no hidden layer
    assert checked(start.look_for_twins, exam) == []
    assert exam.compared == []
    exam = exam_of(POINTS, HIGH, LINE, predict=lambda p, X: np.cos(line(p, X)) ** 3)
    assert checked(start.look_for_twins, exam) == []


def test_two_parameters_that_are_one_array_are_told():
    one = np.ones((2, 2))
    for second, severity in ((one, "wrong"), (one.T, "suspicious")):
        exam = exam_of(
            POINTS, HIGH, {"W1": one, "b": np.ones(2), "W2": second}, predict=lambda p, X: X
        )
        assert checked(start.look_for_one_array, exam) == [("neurons_alike", severity, "W1, W2")]
        assert words(exam) == (
            "W1 and W2 are one array in memory: what is written into one stands in the other, too."
        )
        assert exam.stopped
        assert exam.missing == ["all else: no parameter may change with another one"]
        assert exam.findings[0].advice[0].startswith("One array was given to both")
    exam = exam_of(POINTS, HIGH, [one] * 6, predict=lambda p, X: X)
    checked(start.look_for_one_array, exam)
    assert words(exam).count("are one array") == 3
    assert exam.findings[0].where.count("parameters") == 6
    exam = exam_of(POINTS, HIGH, {"W1": one, "W2": one.copy()}, predict=lambda p, X: X)
    assert checked(start.look_for_one_array, exam) == []
    assert not exam.stopped
    report = audit(POINTS, HIGH, parameters=[one, one], predict=lambda p, X: X @ p[0] @ p[1])
    assert not report
    assert [f.kind for f in report.findings] == ["neurons_alike"]
    assert report.compared == ()


@pytest.mark.parametrize(
    ("b1", "severity", "seen"),
    [
        ([0, 0, 0, 0], None, ""),
        ([-9, 0, 0, 0], "note", "1 of 4 ReLU neurons of layer 1 is off for every sample at the "
                                "start."),
        ([-9, -9, 0, 0], "note", "2 of 4 ReLU neurons of layer 1 are off for every sample at the "
                                 "start."),
        ([-9, -9, -9, 0], "suspicious", "3 of 4 ReLU neurons of layer 1 are off for every sample "
                                        "at the start."),
        ([-9, -9, -9, -9], "wrong", "4 of 4 ReLU neurons of layer 1 are off for every sample at "
                                    "the start: no gradient comes back through this layer."),
    ],
)  # fmt: skip
def test_relus_that_are_off_are_counted(b1, severity, seen):
    exam = hidden([[1.0, -1.0, 0.5, 0.7], [0.5, 1.0, -0.5, 0.1]], b1,
                  activation=lambda z: np.maximum(z, 0))  # fmt: skip
    found = checked(start.look_for_silence, exam)
    assert found == ([("dead", severity, "layer 1")] if severity else [])
    if severity:
        assert words(exam) == seen
        off = [f"neuron with index {i}" for i in range(4) if b1[i]]
        assert exam.findings[-1].entries == tuple(off)


@pytest.mark.parametrize("activation", [np.tanh, sigmoid])
@pytest.mark.parametrize(
    ("n_flat", "severity", "noted"),
    [(39, None, False), (40, None, False), (41, None, True), (90, None, True),
     (91, "suspicious", True), (98, "suspicious", True), (99, "wrong", True)],
)  # fmt: skip
def test_slopes_that_are_flat_are_counted(activation, n_flat, severity, noted):
    """One neuron, 100 samples: flat where the slope is below a quarter of a thousandth."""
    edge = np.arctanh(np.sqrt(1 - 0.25e-3))
    if activation is sigmoid:
        edge = -np.log(0.25e-3)  # a (1 - a) is nearly exp(-z)
    X = np.where(np.arange(100) < n_flat, 1.02 * edge, 0.98 * edge)[:, None]
    X[::2] *= -1
    exam = hidden([[1.0]], [0.0], activation=activation, X=X)
    assert checked(start.look_for_silence, exam) == (
        [("saturated", severity, "layer 1")] if severity else []
    )
    assert (1 in exam.flat) == noted
    if noted:
        assert exam.flat[1][0] == pytest.approx(n_flat / 100)
        assert exam.flat[1][1] == pytest.approx(edge, rel=0.03)
    if severity:
        assert words(exam) == (
            f"{n_flat} % of the slopes of layer 1 are below 0.00025: its weighted sums reach "
            f"{1.02 * edge:.4g}."
        )


def test_flat_slopes_of_data_out_of_scale_are_suspicious_only():
    X = np.full((10, 1), 30.0)
    for scaled, severity in ((False, "wrong"), (True, "suspicious")):
        exam = hidden([[1.0]], [0.0], X=X)
        if scaled:
            exam.find("data_scale", "suspicious", "X", "large")
        assert checked(start.look_for_silence, exam) == [("saturated", severity, "layer 1")]


def test_lines_are_never_flat():
    for activation in (lambda z: z, np.sin, lambda z: np.logaddexp(0, z)):
        exam = hidden([[1e-5, 1e-5]], X=np.array([[np.pi / 2e-5]] * 3), activation=activation)
        assert checked(start.look_for_silence, exam) == []
        assert 1 not in exam.flat


@pytest.mark.parametrize("output", [sigmoid, np.tanh])
@pytest.mark.parametrize(("n_sure", "found"), [(90, False), (91, True)])
def test_outputs_that_are_sure_before_they_have_learned_are_suspicious(output, n_sure, found):
    edge = 13.8155 if output is sigmoid else 7.6009  # where a slope is a millionth
    X = np.where(np.arange(100) < n_sure, 1.01 * edge, 0.99 * edge)[:, None]
    exam = exam_of(X, np.ones((100, 1)), {"W": np.ones((1, 1))},
                   predict=lambda p, X: output(X @ p["W"]))  # fmt: skip
    assert checked(start.look_for_silence, exam) == [("saturated", "suspicious", "layer 1")] * found
    assert exam.flat[1][0] == 1
    if found:
        assert words(exam) == (
            f"91 % of the outputs are within 0.000001 of their limit at the start: the weighted "
            f"sums reach {1.01 * edge:.4g}."
        )


@pytest.mark.parametrize(
    ("edge", "n_sure", "found"),
    [(13.7, 20, False), (14.0, 20, True), (14.0, 18, False), (14.0, 19, True), (14.0, 1, False)],
)  # fmt: skip
def test_a_softmax_that_is_sure_is_suspicious(edge, n_sure, found):
    """From more than nine samples in ten on; exp(-13.8) is a millionth."""
    X = np.where(np.arange(20) < n_sure, edge, 1.0)[:, None]
    exam = exam_of(X, np.ones((20, 2)) / 2, {"W": np.array([[0.0, 1.0]])},
                   predict=lambda p, X: softmax(X @ p["W"]))  # fmt: skip
    assert checked(start.look_for_silence, exam) == [("saturated", "suspicious", "layer 1")] * found


def test_flat_outputs_are_noted_from_two_fifths_on():
    edge = -np.log(0.25e-3)
    for n_flat in (40, 41):
        X = np.where(np.arange(100) < n_flat, 1.02 * edge, 0.98 * edge)[:, None]
        exam = exam_of(X, np.ones((100, 1)), {"W": np.ones((1, 1))},
                       predict=lambda p, X: sigmoid(X @ p["W"]))  # fmt: skip
        assert checked(start.look_for_silence, exam) == []
        assert exam.flat == ({1: (0.41, pytest.approx(0.98 * edge))} if n_flat > 40 else {})


@pytest.mark.parametrize(
    ("name", "a"), [("sigmoid", [0.5]), ("tanh", [np.sqrt(0.75)]), ("softmax", [0.5, 0.5])]
)
@pytest.mark.parametrize(("bound", "flat"), [(0.25, 0), (0.26, 1)])
def test_slopes_at_the_bound_itself_are_not_flat(name, a, bound, flat, monkeypatch):
    monkeypatch.setattr(start, "FLAT", bound)
    rows = np.array([a] * 4)
    output = SimpleNamespace(name=name, value=lambda z: rows, slope=lambda z: rows * 0 + 0.25)
    exam = exam_of(POINTS, HIGH)
    exam.dense = SimpleNamespace(activations=[output], layers=[None])
    start.look_at_output(exam, rows * 3)
    assert exam.flat == ({1: (1.0, 3 * rows[0, 0])} if flat else {})
    exam.flat = {}
    exam.first_answers = rows
    exam.dense = SimpleNamespace(
        activations=[SimpleNamespace(name="tanh", slope=output.slope, value=None)] * 2,
        layers=[None] * 2, forward=lambda values, X: ([None, rows, rows], None),
    )  # fmt: skip
    monkeypatch.setattr(start, "look_at_output", lambda exam, z: None)
    checked(start.look_for_silence, exam)
    assert bool(exam.flat) == flat


def test_an_output_s_relu_that_is_off_is_dead():
    for bias, found in ((-9.0, True), (0.0, False)):
        exam = exam_of(POINTS, HIGH, {"W": np.ones((2, 1)), "b": np.array([bias])},
                       predict=lambda p, X: np.maximum(line(p, X), 0))  # fmt: skip
        assert checked(start.look_for_silence, exam) == [("dead", "wrong", "layer 1")] * found
        if found:
            assert words(exam) == "the output's ReLU is off for every sample at the start."


def test_a_loss_without_a_slope_is_nothing_to_compare():
    def loss(p, X, y):
        return np.sum((p["a"] * p["on"] - 1) ** 2) + np.sum(p["b"] * 0)

    p = {"a": np.ones(2), "b": np.ones(2), "on": 3.0}
    exam = exam_of(POINTS, HIGH, p, loss=loss)
    assert checked(start.look_for_slopes_of_zero, exam) == [("nothing_compared", "note", "b")]
    assert words(exam) == (
        "at the start 1 of 3 parameters have no slope at all (b): the loss does not change when "
        "they do."
    )
    none = {"predict": None, "loss": lambda p, X, y: 5.0}
    exam = exam_of(POINTS, HIGH, p, **none)
    exam.find("saturated", "suspicious", "layer 1", "flat")
    assert checked(start.look_for_slopes_of_zero, exam) == [
        ("nothing_compared", "wrong", "a, b, on")
    ]
    assert exam.found("saturated")
    exam = exam_of(POINTS, HIGH, p, **none)
    exam.find("data_scale", "suspicious", "X", "large")
    exam.find("saturated", "suspicious", "layer 1", "flat")
    assert checked(start.look_for_slopes_of_zero, exam) == [
        ("nothing_compared", "suspicious", "a, b, on")
    ]
    assert not exam.found("saturated")
    exam = exam_of(POINTS, HIGH, p, **none)
    exam.find("loss_random", "wrong", "loss", "random")
    assert checked(start.look_for_slopes_of_zero, exam) == []
    exam = exam_of(POINTS, HIGH, p, loss=lambda p, X, y: np.nan)
    assert checked(start.look_for_slopes_of_zero, exam) == []
    exam = exam_of(POINTS, HIGH, p, loss=lambda p, X, y: 1 / 0)
    assert checked(start.look_for_slopes_of_zero, exam) == []
    exam = exam_of(POINTS, HIGH, p, loss=squares, predict=line)
    assert checked(start.look_for_slopes_of_zero, exam_of(POINTS, HIGH, p)) == []


# The functions: numbers, changes, the same answer twice


def test_what_cannot_be_called_is_left_out():
    def raises(p, X, y):
        raise KeyError("b2")

    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares, gradients=raises)
    assert checked(functions.call_each_once, exam) == [("raises", "wrong", "gradients")]
    assert words(exam) == (
        "gradients raised KeyError: 'b2'. It was asked for its value for X (5, 2) and y (5, 1)."
    )
    assert not exam.patient.has("gradients")
    assert exam.patient.has("loss")
    assert exam.missing == ["the update: pass step(parameters, X, y)"]
    exam = exam_of(POINTS, HIGH, LINE, step=len)
    assert checked(functions.call_each_once, exam) == []
    assert exam.missing[1:] == [
        "the loss: pass loss(parameters, X, y)",
        "the gradient: pass gradients(parameters, X, y)",
    ]


@pytest.mark.parametrize(
    ("predict", "X", "found", "seen"),
    [
        (lambda p, X: sigmoid(line(p, X)), POINTS, ("loss_formula", "wrong", "loss"),
         "loss is nan at the start, and the predictions are numbers from 0.3864 to 0.6457. So "),
        (lambda p, X: np.clip(line(p, X), 0, 0.5), POINTS, ("saturated", "wrong", "loss"),
         "loss is nan at the start, and all predictions are finite numbers, 2 of 5 exactly 0 or 1. "
         "For example it is the logarithm of 0, or a number too large for a float."),
        (lambda p, X: np.clip(line(p, X), 0, 0.5), 15 * POINTS, ("saturated", "wrong", "loss"),
         "loss is nan at the start, and all predictions are finite numbers, 3 of 5 exactly 0 or 1. "
         "For example it is the logarithm of 0, or a number too large for a float."),
        (lambda p, X: np.clip(line(p, X), 0, 0.5), 15.5 * POINTS,
         ("data_scale", "suspicious", "loss"),
         "loss is nan at the start, and all predictions are finite numbers, 3 of 5 exactly 0 or 1. "
         "For example it is the logarithm of 0, or a number too large for a float. X reaches "
         "15.5."),
    ],
)  # fmt: skip
def test_a_loss_that_is_no_number_at_the_start_is_told(predict, X, found, seen):
    exam = exam_of(X, HIGH, LINE, predict=predict, loss=lambda p, X, y: np.nan)
    assert checked(functions.call_each_once, exam) == [found]
    assert words(exam).startswith(seen)


def test_a_loss_that_is_no_number_after_predictions_that_are_none_is_not_told():
    exam = exam_of(POINTS, HIGH, LINE, loss=lambda p, X, y: np.nan,
                   predict=lambda p, X: np.log(line(p, X)))  # fmt: skip
    assert checked(functions.call_each_once, exam) == [("saturated", "wrong", "predict")]
    assert words(exam) == (
        "predict gives nan for 2 of 5 samples at the start, with parameters and an X of finite "
        "numbers."
    )
    exam = exam_of(POINTS, HIGH, LINE, gradients=lambda p, X, y: {"W": p["W"] * np.nan, "b": 1.0})
    assert checked(functions.call_each_once, exam) == []


def test_a_logarithm_of_negative_predictions_is_named():
    def loss(p, X, y):
        a = line(p, X)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=loss)
    assert checked(functions.call_each_once, exam) == [("loss_formula", "wrong", "loss")]
    assert words(exam) == (
        "loss is no number at the start, just where a prediction lies outside of 0 to 1: the "
        "predictions reach from -0.4625 to 0.6, and a negative number has no logarithm."
    )
    assert exam.findings[-1].advice == (
        "A cross-entropy is taken of an output that is no sigmoid and no softmax.",
        "Give the output a sigmoid or a softmax, or take the squared error.",
    )
    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=lambda p, X, y: np.inf)
    assert checked(functions.call_each_once, exam) == [("saturated", "wrong", "loss")]
    exam = exam_of(POINTS, HIGH, LINE, predict=line,
                   loss=lambda p, X, y: np.nan if len(X) > 1 else 1 / 0)  # fmt: skip
    assert checked(functions.call_each_once, exam) == [("saturated", "wrong", "loss")]


def test_a_loss_in_float32_is_noticed():
    for kind, single in ((np.float32, True), (np.float64, False)):
        exam = exam_of(POINTS, HIGH, LINE, loss=lambda p, X, y, kind=kind: kind(squares(p, X, y)))
        functions.look_at_precision(exam)
        assert exam.patient.single == single
    for loss in (lambda *g: 0.5, lambda *g: np.nan, lambda *g: 1 / 0, None):
        exam = exam_of(POINTS, HIGH, LINE, loss=loss)
        functions.look_at_precision(exam)
        assert not exam.patient.single


def changing(role, what):
    """Functions of which one changes one of its arguments."""

    def change(p, X, y=None):
        if what == "X":
            X[0, 0] += 1
        elif what == "y":
            y[0, 0] += 1
        elif what == "b":
            p["b"] += 1
        elif what == "shape":
            p["b"] = np.zeros(3)

    def predict(p, X):
        change(p, X) if role == "predict" else None
        return line(p, X)

    def loss(p, X, y):
        change(p, X, y) if role == "loss" else None
        return float(np.mean((X @ p["W"] - y) ** 2))

    def step(p, X, y):
        change(p, X, y) if role == "step" else None
        return p

    return {"predict": predict, "loss": loss, "step": step, "new_step": lambda: step}


@pytest.mark.parametrize(
    ("role", "what", "told"),
    [
        ("predict", "X", "X"), ("loss", "X", "X"), ("loss", "y", "y"), ("loss", "b", "b"),
        ("loss", "shape", "b"), ("step", "X", "X"), ("step", "y", "y"), ("step", "b", None),
        (None, None, None),
    ],
)  # fmt: skip
def test_an_argument_that_is_changed_is_named(role, what, told):
    exam = exam_of(POINTS, HIGH, LINE, **changing(role, what))
    step = exam.patient.functions["step"]
    found = checked(functions.look_for_changes, exam)
    assert found == ([("changes_its_arguments", "wrong", role)] if told else [])
    if told:
        assert words(exam) == (
            f"{role} changes {told}, which it was given: after one call the caller has other "
            "numbers."
        )
        assert exam.findings[-1].entries == (told,)
    assert exam.patient.functions["step"] is step


@pytest.mark.parametrize(("order_of_y", "text"), [
    (None, "those of y stay where they are."), ([1, 0, 2, 3, 4], "those of y into a third one."),
    ([4, 3, 2, 1, 0], ""),
])  # fmt: skip
def test_rows_that_a_step_brings_into_another_order_are_told(order_of_y, text):
    y = np.arange(5.0)[:, None]

    def step(p, X, y):
        X[...] = X[::-1].copy()
        if order_of_y:
            y[...] = y[order_of_y].copy()

    exam = exam_of(POINTS, y, LINE, step=step, new_step=lambda: step)
    found = checked(functions.look_for_changes, exam)
    assert found == [("pairs_broken", "wrong", "step")] * bool(text)
    if text:
        assert words(exam) == (
            f"step brings the rows of X into another order, in place, and {text}"
        )


def test_a_type_that_changes_is_a_change():
    assert functions.same([1, 2], np.array([1, 2]))
    assert not functions.same([1, 2], [1.0, 2.0])
    assert not functions.same([1, 2], [1, 3])
    assert not functions.same([1, 2], [[1, 2]])


def counting(values):
    """A loss, or a gradient, that gives one value after the other."""
    given = iter(values)
    return lambda p, X, y: next(given)


@pytest.mark.parametrize(("off", "found"), [(0.9e-9, False), (1.1e-9, True), (-1.1e-9, True)])
@pytest.mark.parametrize("place", [1, 2])
def test_two_calls_give_the_same_but_for_rounding(off, found, place):
    values = [2.0, 2.0, 2.0]
    values[place] += 2 * off
    exam = exam_of(POINTS, HIGH, LINE, loss=counting(values))
    assert checked(functions.ask_twice, exam) == [("loss_random", "wrong", "loss")] * found
    if found:
        assert words(exam) == "two calls with the same arguments gave 2 and 2."


def test_a_loss_that_is_no_number_is_not_called_random():
    for values in ([np.nan] * 3, [0.0] * 3):
        exam = exam_of(POINTS, HIGH, LINE, loss=counting(values))
        assert checked(functions.ask_twice, exam) == []
    exam = exam_of(POINTS, HIGH, LINE, loss=counting([0.0, 1e-290, 0.0]))
    assert checked(functions.ask_twice, exam) == [("loss_random", "wrong", "loss")]


@pytest.mark.parametrize(
    ("third", "kind"),
    [([3.0, 5.0], "state_kept"), ([1.0, 1.0], "loss_random"), ([3.0, 5.4], "loss_random"),
     ([2.9, 4.8], "state_kept")],
)  # fmt: skip
def test_a_gradient_that_grows_by_the_same_each_time_keeps_something(third, kind):
    parts = [{"W": np.array([[a], [b]]), "b": np.zeros(1)} for a, b in ([1, 1], [2, 3], third)]
    exam = exam_of(POINTS, HIGH, LINE, gradients=counting(parts))
    assert checked(functions.ask_twice, exam) == [(kind, "wrong", "gradients")]
    beginning = "two calls with the same arguments gave 1 and 3"
    if kind == "state_kept":
        assert words(exam) == (
            f"{beginning}, and a third one {third[1]:g}: what changes is the same each time, so "
            "something is kept from call to call."
        )
    else:
        assert words(exam) == f"{beginning}."


def test_small_changes_that_are_alike_are_state_too():
    parts = [{"W": 1e-6 * np.array([[k], [2 * k]]), "b": np.zeros(1)} for k in (1.0, 2.0, 3.0)]
    exam = exam_of(POINTS, HIGH, LINE, gradients=counting(parts))
    assert checked(functions.ask_twice, exam) == [("state_kept", "wrong", "gradients")]


def test_a_gradient_of_one_number_that_changes_is_random():
    exam = exam_of(POINTS, HIGH, {"w": 1.0}, gradients=counting([1.0, 2.0, 3.0]))
    assert checked(functions.ask_twice, exam) == [("loss_random", "wrong", "gradients")]


def test_what_fails_is_not_asked_twice():
    exam = exam_of(POINTS, HIGH, LINE, loss=lambda p, X, y: 1 / 0)
    assert checked(functions.ask_twice, exam) == []
    shapes = counting([np.ones(1), np.ones(2), np.ones(2)])
    exam = exam_of(POINTS, HIGH, {"w": np.ones(2)}, gradients=shapes)
    exam.find("changes_its_arguments", "wrong", "gradients", "said")
    assert checked(functions.ask_twice, exam) == []


def test_a_training_loss_may_be_random():
    def drawn(p, X, y):
        return squares(p, X, y) + np.random.rand()  # noqa: NPY002

    own = np.random.default_rng(0)

    def drawn_by_its_own(p, X, y):
        return squares(p, X, y) + own.random()

    for loss, drawn_anew in ((drawn, False), (drawn_by_its_own, True)):
        exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares, training_loss=loss)
        assert checked(functions.ask_twice, exam) == []
        assert exam.patient.random_loss == drawn_anew
        assert ("the slopes of training_loss, which draws new random numbers at each call"
                in exam.missing) == drawn_anew  # fmt: skip


def test_a_gradient_that_is_random_as_the_training_loss_is_is_sound():
    own = np.random.default_rng(0)

    def gradients(p, X, y):
        return {"W": own.normal(size=(2, 1)), "b": np.zeros(1)}

    exam = exam_of(POINTS, HIGH, LINE, training_loss=squares, gradients=gradients)
    assert checked(functions.ask_twice, exam) == []
    assert exam.patient.random_loss
    exam = exam_of(POINTS, HIGH, LINE, gradients=gradients)
    assert checked(functions.ask_twice, exam) == [("loss_random", "wrong", "gradients")]


def test_one_array_that_is_returned_each_time_is_named():
    buffer = {"W": np.zeros((2, 1)), "b": np.zeros(1)}

    def gradients(p, X, y):
        error = 2 * (line(p, X) - y) / 5
        buffer["W"][...] = X.T @ error
        return {"W": buffer["W"], "b": error.sum(axis=0)}

    exam = exam_of(POINTS, HIGH, LINE, gradients=gradients)
    assert checked(functions.look_for_one_array, exam) == [
        ("same_array_returned", "wrong", "gradients")
    ]
    assert words(exam) == (
        "two calls with different parameters returned the same array for W: the second call has "
        "overwritten what the first one returned."
    )
    exam = exam_of(POINTS, HIGH, LINE, gradients=gradients)
    exam.patient.functions["gradients of one object"] = gradients
    assert checked(functions.look_for_one_array, exam) == [
        ("same_array_returned", "suspicious", "gradients")
    ]

    def views(p, X, y):  # one array, of which nothing is overwritten
        return {"W": buffer["W"] * 1, "b": CONSTANT}

    exam = exam_of(POINTS, HIGH, LINE, gradients=views)
    assert checked(functions.look_for_one_array, exam) == []
    exam = exam_of(POINTS, HIGH, LINE, gradients=lambda p, X, y: 1 / 0)
    assert checked(functions.look_for_one_array, exam) == []
    assert checked(functions.look_for_one_array, exam_of(POINTS, HIGH, LINE)) == []


CONSTANT = np.zeros(1)


# One sample alone


def test_a_sample_alone_and_among_others_gets_the_same():
    for off, single, found in [(0, False, False), (0.9e-6, False, False), (1.1e-6, False, True),
                               (0.9e-3, True, False), (1.1e-3, True, True)]:  # fmt: skip

        def predict(p, X, off=off):
            return np.ones((len(X), 1)) * (1 + off * (len(X) > 1))

        exam = exam_of(POINTS, HIGH, LINE, predict=predict)
        exam.patient.single = single
        assert checked(functions.ask_one_alone, exam) == (
            [("samples_mixed", "wrong", "predict")] * found
        )
        assert exam.compared == ["a sample alone and among others gets the same answer"] * (
            not found
        )


def test_predictions_that_mix_the_samples_say_how():
    def over_samples(p, X):
        e = np.exp(X @ p["W"])
        return e / e.sum(axis=0)

    def over_all(p, X):
        e = np.exp(X @ p["W"])
        return e / e.sum()

    def centred(p, X):
        return X @ p["W"] - np.mean(X)

    p = {"W": np.array([[0.5, 0.1], [-0.25, 0.3]])}
    for predict, text in [
        (over_samples, " For each output the predictions of all samples add up to 1."),
        (over_all, " All predictions of all samples together add up to 1."), (centred, ""),
    ]:  # fmt: skip
        exam = exam_of(POINTS, np.c_[HIGH, 1 - HIGH], p, predict=predict)
        assert checked(functions.ask_one_alone, exam) == [("samples_mixed", "wrong", "predict")]
        among = exam.patient.predictions(exam.points[0], exact=True)
        alone = [
            exam.patient.predictions(exam.points[0], np.array([i]), exact=True)[0] for i in range(5)
        ]
        off = np.array([np.abs(a - b).max() for a, b in zip(alone, among, strict=True)])
        asked = [0, 1, 2, 4]
        place = next(i for i in asked if off[i] > off[asked].max() * (1 - 1e-6))
        far = np.abs(alone[place] - among[place])
        k = int(np.argmax(far > far.max() * (1 - 1e-6)))  # the first, but for rounding
        assert words(exam) == (
            f"sample {place} alone gets {alone[place][k]:.4f}, and among all 5 samples it gets "
            f"{among[place][k]:.4f}.{text}"
        )
        assert exam.findings[-1].entries == (f"sample {place}, output {k}",)


def test_a_reshape_that_turns_nothing_round_is_named():
    def predict(p, X):
        return (X.reshape(2, -1).T @ p["W"]) + p["b"]

    exam = exam_of(POINTS, HIGH, LINE, predict=predict)
    assert checked(functions.ask_one_alone, exam) == [("samples_mixed", "wrong", "predict")]
    assert words(exam).endswith(
        "It is given numbers of several samples, those in its place after a reshape."
    )
    assert exam.findings[-1].advice == (
        "X.reshape(-1, n) only cuts the numbers into other rows, it turns nothing round.",
        "Make a row of each sample, then turn the table: X.reshape(n, -1).T.",
    )


def test_a_spread_over_the_samples_gives_no_number_to_one_alone():
    def predict(p, X):
        return line(p, (X - X.mean(axis=0)) / X.std(axis=0))

    exam = exam_of(POINTS, HIGH, LINE, predict=predict)
    assert checked(functions.ask_one_alone, exam) == [("samples_mixed", "wrong", "predict")]
    assert " alone gets nan" in words(exam)


def test_one_sample_alone_that_fails_or_gets_other_answers_is_told():
    def refuses(p, X):
        return line(p, X) if len(X) > 1 else 1 / 0

    exam = exam_of(POINTS, HIGH, LINE, predict=refuses)
    assert checked(functions.ask_one_alone, exam) == []
    assert exam.missing[-1].startswith("one sample alone: predict raised ZeroDivisionError")

    def glued(p, X):
        return np.hstack([X, np.ones((5, 1))]) @ np.vstack([p["W"], p["b"]])

    for some, told in ((0, True), (4, False), (2, False)):  # 2 are half of them
        exam = exam_of(POINTS, HIGH, LINE, predict=lambda p, X, some=some: (
            line(p, X) if len(X) == some else glued(p, X)))  # fmt: skip
        assert checked(functions.ask_one_alone, exam) == [("raises", "wrong", "predict")] * told
        assert bool(exam.missing) != told
    exam = exam_of(POINTS, HIGH, LINE, predict=glued)
    checked(functions.ask_one_alone, exam)
    start = "predict answers for all 5 samples, and for no part of them, not for 4 and not for one:"
    assert words(exam).startswith(f"{start} it raised ValueError: ")
    turned = exam_of(POINTS, HIGH, LINE, predict=lambda p, X: (
        glued(p, X) if X.shape[1] > 1 else X))  # fmt: skip
    assert checked(functions.ask_one_alone, turned) == []  # by the other axis it takes a part

    def by_entry(p, X):
        return X @ p["W"] + p["b"]

    exam = exam_of(POINTS, HIGH, LINE, predict=lambda p, X: line(p, X) + np.zeros((5, 1)))
    assert checked(functions.ask_one_alone, exam) == [("raises", "wrong", "predict")]
    assert words(exam) == (
        "one sample alone gets 5 answers, and 4 of the 5 samples get none: predict raises an error."
    )
    p = {"W": np.array([[0.5], [-0.25]]), "b": np.linspace(0, 1, 5)[:, None]}
    exam = exam_of(POINTS, HIGH, p, predict=by_entry)
    assert checked(functions.ask_one_alone, exam) == [("parameter_shape", "wrong", "b")]
    assert words(exam) == (
        "one sample alone gets 5 answers: b has an entry for each of the 5 samples, and other "
        "samples it cannot serve."
    )
    assert exam.findings[-1].advice == (
        "A bias was made as wide as the data, such as np.zeros((1, m)) with m samples.",
        "A bias has one entry for each neuron, whatever the number of samples is.",
    )
    p["c"] = p["b"].copy()
    exam = exam_of(POINTS, HIGH, p, predict=lambda p, X: by_entry(p, X) + p["c"])
    assert checked(functions.ask_one_alone, exam) == [("parameter_shape", "wrong", "b, c")]
    assert "b and c have an entry for each of the 5 samples, and other samples they" in words(exam)
    exam = exam_of(POINTS, HIGH, LINE,
                   predict=lambda p, X: line(p, X) if len(X) > 1 else np.ones((1, 3)))  # fmt: skip
    assert checked(functions.ask_one_alone, exam) == []
    assert exam.missing[-1] == "one sample alone: it gets 3 numbers, not 1"

    def deeper(p, X):
        return line(p, X) if len(X) > 1 else line(p, X)[None]

    exam = exam_of(POINTS, HIGH, LINE, predict=deeper)
    assert checked(functions.ask_one_alone, exam) == []
    assert exam.compared[-1] == "a sample alone and among others gets the same answer"


def test_an_entry_that_two_samples_share_is_not_one_for_each():
    def predict(p, X):
        b = p["b"] if len(X) == 5 else p["b"][:1]
        return X @ p["W"] + b + (b[:1] if len(X) == 5 else 0) * np.eye(5)[:, 1:2][: len(X)]

    p = {"W": np.array([[0.5], [-0.25]]), "b": np.linspace(0.1, 1, 5)[:, None]}
    exam = exam_of(POINTS, HIGH, p, predict=predict)
    assert not functions.by_sample(exam, 1)
    exam = exam_of(POINTS, HIGH, p, predict=lambda p, X: X @ p["W"] + p["b"])
    assert functions.by_sample(exam, 1)
    assert not functions.by_sample(exam, 0)


def test_one_sample_is_not_asked_alone():
    exam = exam_of(POINTS[:1], HIGH[:1], LINE, predict=line)
    assert checked(functions.ask_one_alone, exam) == []
    assert exam.compared == []
    exam = exam_of(POINTS, HIGH, LINE, predict=lambda p, X: line(p, X) - np.mean(X))
    exam.find("loss_random", "wrong", "predict", "random")
    assert checked(functions.ask_one_alone, exam) == []


def test_a_square_x_that_lies_the_other_way_is_noticed():
    X = np.random.default_rng(0).normal(size=(4, 4))
    p = {"W": np.random.default_rng(1).normal(size=(1, 4))}
    exam = exam_of(X, np.ones((4, 1)), p, predict=lambda p, X: np.tanh(p["W"] @ X))
    assert exam.patient.axis["X"] in (0, -1)
    exam.patient.axis = {"X": 0, "y": 0, "predictions": -1}
    turned = exam_of(X, np.ones((4, 1)), {"W": p["W"].T}, predict=lambda p, X: np.tanh(X @ p["W"]))
    turned.patient.axis = {"X": -1, "y": 0, "predictions": 0}
    assert checked(functions.ask_one_alone, turned) == [("samples_as_columns", "wrong", "X")]
    assert "with the samples in its columns, but the program takes its rows for" in words(turned)
    assert checked(functions.ask_one_alone, exam) == [("samples_as_columns", "wrong", "X")]
    assert words(exam) == (
        "X has shape (4, 4), with the samples in its rows, but the program takes its columns for "
        "samples: one of them alone gets an answer."
    )


# Samples that no one looks at


def loss_of(rows=slice(None), targets=None):
    def loss(p, X, y):
        own = y[rows] if targets is None else y[targets]
        return float(np.mean((line(p, X[rows]) - own) ** 2))

    return loss


MANY = np.random.default_rng(4).normal(size=(12, 2))
GOALS = np.random.default_rng(5).normal(size=(12, 1))


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (slice(0, 11), "sample 11: 1 of 12 samples have"),
        (slice(0, 8), "samples 8 to 11: 4 of 12 samples have"),
        (slice(1, None), "sample 0: 1 of 12 samples have"),
        (slice(None, None, 2), "samples 1, 3, 5, 7, 9, 11: 6 of 12 samples have"),
        (slice(None, None, 11), "samples 1 to 10: 10 of 12 samples have"),
        (slice(None), None),
    ],
)  # fmt: skip
def test_samples_without_a_part_in_the_loss_are_counted(rows, text):
    exam = exam_of(MANY, GOALS, LINE, predict=line, loss=loss_of(rows))
    found = checked(unused.look_for_unused_samples, exam)
    assert found == [("samples_unused", "wrong", "loss")] * bool(text)
    if text:
        assert words(exam) == (f"loss gives the same whatever stands in {text} no part in it.")
        more = int(text.split(": ")[1].split()[0]) > 6
        assert ("A loop over batches or samples" in exam.findings[-1].usually) == more


def test_targets_without_a_part_are_told_apart_from_inputs():
    index = np.array([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5])
    exam = exam_of(MANY, GOALS, LINE, predict=line, loss=loss_of(targets=index))
    assert checked(unused.look_for_unused_samples, exam) == [("samples_unused", "wrong", "loss")]
    assert words(exam) == (
        "loss gives the same whatever the targets of samples 6 to 11 are, but not whatever their "
        "inputs are: 6 of 12 targets are never looked at."
    )
    assert "stay where they are" in exam.findings[-1].usually
    for first in (0, -1):
        exam = exam_of(MANY, GOALS, LINE, predict=line, loss=loss_of(targets=[first] * 12))
        (found,) = checked(unused.look_for_unused_samples, exam)
        assert found == ("samples_unused", "wrong", "loss")
        assert words(exam) == (
            f"loss gives the same whatever the targets are, but for y[{first % 12}]: it stands for "
            "all samples."
        )


def test_a_margin_hides_no_sample():
    def hinge(p, X, y):
        return float(np.sum(np.maximum(0, 0.2 - line(p, X) * y)))

    y = np.where(GOALS > 0, 1.0, -1.0)
    exam = exam_of(MANY, y, {"W": np.zeros((2, 1)), "b": np.array([0.0])}, predict=line, loss=hinge)
    assert checked(unused.look_for_unused_samples, exam) == []


def test_advice_is_for_more_than_half():
    assert unused.advice_for([1, 2], 4) is None
    assert unused.advice_for([1, 2, 3], 4)[1].endswith("with +=.")


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([4], "sample 4"), ([4, 5], "samples 4 to 5"), ([4, 6], "samples 4, 6"),
        ([*range(0, 16, 2)], "samples 0, 2, 4, 6, 8, 10, 12, 14"),
        ([*range(0, 18, 2)], "samples 0, 2, 4, 6, 8, 10, 12, 14 …"),
    ],
)  # fmt: skip
def test_samples_are_put_in_words(numbers, text):
    assert unused.rows(numbers) == text


def test_samples_are_looked_at_one_by_one_where_a_group_was_none():
    def asked(n, free, size):
        groups = np.array_split(np.arange(n), size)
        return unused.one_by_one(groups, lambda g: set(map(int, g)) <= set(free), n)

    assert asked(6, [], 3) == []
    assert asked(6, range(6), 3) == [0, 1, 2, 3, 4, 5]
    assert asked(6, [2, 3, 5], 3) == [2, 3, 5]
    assert asked(6, [1, 2], 3) == []  # no group was
    assert asked(200, [0, 197, 198, 199], 100) == [0, 197, 198, 199]
    assert asked(201, [0, 196, 197, 198, 199, 200], 100) == [196, 197, 198, 199, 200]
    assert asked(202, [*range(202 - 7, 202)], 50) == [*range(202 - 7, 202)]
    assert asked(202, [*range(5)], 50) == [0, 1, 2, 3, 4]


def test_far_targets_lie_beyond_all_predictions():
    exam = exam_of(POINTS, [[0.0], [1.0], [0.5], [0.2], [0.3]], LINE, predict=line)
    assert unused.far_targets(exam) == (
        pytest.approx(1 + 3 * 1.4625), pytest.approx(-0.4625 - 3 * 1.4625)
    )  # fmt: skip
    exam = exam_of(POINTS, [[0.0], [1.0], [0.5], [0.2], [0.3]])
    assert unused.far_targets(exam) == (4, -3)
    assert unused.far_targets(exam_of(POINTS, HIGH)) is None
    shares = np.array([[0.1, 0.9], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6], [0.5, 0.5]])
    assert unused.far_targets(exam_of(POINTS, shares)) is None


def test_targets_are_changed_for_other_ones():
    y = np.array([[0.0], [0.0], [1.0], [2.0]])
    exam = exam_of(POINTS[:4], y)
    group = np.array([0, 1])
    assert [unused.other_targets(exam, group, k).ravel().tolist() for k in range(3)] == [
        [1, 1, 1, 2], [2, 2, 1, 2], [1, 1, 1, 2]
    ]  # fmt: skip
    assert unused.other_targets(exam, group, 0, (9.0, -9.0)).ravel().tolist() == [9, 9, 1, 2]
    assert unused.other_targets(exam, group, 1, (9.0, -9.0)).ravel().tolist() == [-9, -9, 1, 2]
    assert unused.other_targets(exam, group, 2, (9.0, -9.0)).ravel().tolist() == [1, 1, 1, 2]
    whole = exam_of(POINTS[:4], y.astype(int))
    assert unused.other_targets(whole, group, 0, (9.0, -9.0)).ravel().tolist() == [1, 1, 1, 2]
    assert unused.none_its_own(exam, np.arange(4)).ravel().tolist() == [1, 1, 0, 0]
    same = exam_of(POINTS[:4], np.ones((4, 1)))
    assert unused.other_targets(same, group, 0).ravel().tolist() == [1, 1, 1, 1]
    assert unused.none_its_own(same, group).ravel().tolist() == [1, 1, 1, 1]
    X, other = unused.disturbed(exam, group, 1)
    assert other.ravel().tolist() == [2, 2, 1, 2]
    assert (X[:2] != POINTS[:2]).any(axis=1).all()
    assert (X[2:] == POINTS[2:4]).all()
    assert X.min() >= POINTS[:4].min()
    assert X.max() <= POINTS[:4].max()


# Numbers that are printed


def accuracy(p, X, y):
    return float(np.mean((line(p, X) > 0.5) == (y > 0.5)))


def pairs(p, X, y):
    return (line(p, X) > 0.5) == (y > 0.5).ravel()


OF_PAIRS = (
    " two are equal in a table of all 5 x 5 pairs of a prediction and a target: NumPy stretches "
    "(n, 1) against (n,) to one."
)


def test_a_number_that_stays_the_same_may_be_one_of_a_table():
    exam = exam_of(POINTS[:2], HIGH[:2], LINE, predict=line, reports={"accuracy": lambda *g: 0.5})
    assert HIGH[:2].mean() == 0.5
    assert checked(numbers.compute_again, exam)
    assert words(exam).endswith(
        "It is the same whatever the parameters are, as in a table of all pairs of a prediction "
        "and a target, to which NumPy stretches (n, 1) against (n,), and as where one class is "
        "always answered."
    )


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (accuracy, None),
        (lambda *g: 100 * accuracy(*g), None),
        (lambda *g: 5 * accuracy(*g), None),
        (lambda *g: accuracy(*g) + 0.0059, None),
        (lambda *g: accuracy(*g) + 0.0061, ""),
        (lambda *g: 100 * accuracy(*g) + 0.59, None),
        (lambda *g: 0.0, " It is 0 with all 11 sets of parameters that were tried: are floats "
         "compared with whole numbers, numbers with columns, or the labels with one argmax of the "
         "whole table?"),
        (lambda *g: 0.35, " It is the same whatever the parameters are."),
        (lambda *g: 25 * accuracy(*g), " It is 25.0000 times the right number."),
        (lambda *g: float(pairs(*g).mean()), " It is how often" + OF_PAIRS),
        (lambda *g: float(100 * pairs(*g).mean()), " It is how often" + OF_PAIRS),
        (lambda *g: float(pairs(*g).sum() / 5), " It is 5 times how often" + OF_PAIRS),
        (lambda *g: float(100 * pairs(*g).sum() / 5), " It is 500 times how often" + OF_PAIRS),
        (lambda *g: float(pairs(*g).sum()), " It is 25 times how often" + OF_PAIRS),
        (lambda *g: float(pairs(*g).mean() + 0.9e-6), " It is how often" + OF_PAIRS),
        (lambda *g: float(pairs(*g).mean() + 1.1e-6), ""),
        (lambda *g: float(pairs(*g).sum() + 9), " Does it count entries of a table, not samples?"),
    ],
)  # fmt: skip
def test_a_printed_accuracy_is_the_share_that_is_right(function, text):
    exam = exam_of(
        POINTS, HIGH, LINE, predict=line, loss=squares, reports={"accuracy": function}
    )  # fmt: skip
    found = checked(numbers.compute_again, exam)
    assert found == [("printed_number", "wrong", "accuracy")] * (text is not None)
    if text is None:
        assert exam.compared == [
            f"accuracy is the share of samples that are right, {accuracy(LINE, POINTS, HIGH):.4f}"
        ]
    else:
        assert words(exam).startswith("the program reports ")
        assert " as accuracy; of the 5 predictions the share that is right is " in words(exam)
        assert words(exam).split("share that is right is ")[1][6:] == f".{text}"
        assert exam.findings[-1].entries[0].startswith("accuracy = ")


def table_of_classes(p, X):
    return 1 / (1 + np.exp(-X @ p["W"]))


def by_rows(p, X, y):
    return float(np.mean(table_of_classes(p, X).argmax(axis=0) == y.argmax(axis=0)))


def three_classes(n, ends):
    """Rows of three classes, three of them far out, and weights that tell the classes."""
    rng = np.random.default_rng(3)
    y = np.eye(3)[np.arange(n) % 3]
    middles = np.array([[0.0, 2.0], [-1.7, -1.0], [1.7, -1.0]])
    data = y @ middles + 0.1 * rng.normal(size=(n, 2))
    data[ends] *= 30  # in each column the largest number stands in one of these rows
    return data, y, {"W": middles.T.copy()}


FAR = [-3, -2, -1]  # beside the first rows, which hold the first 1 of each column


@pytest.mark.parametrize(
    ("turned", "ends", "function", "nothing", "named"),
    [
        (-1, [0, 1, 2], by_rows, False, True),
        (-1, [0, 1, 2], lambda *g: 100 * by_rows(*g), False, True),
        (-1, [0, 1, 2], lambda *g: by_rows(*g) + 2e-6, False, False),
        (1, [0, 1, 2], by_rows, False, True),  # all are right at the start
        (-1, FAR, by_rows, True, True),  # it is 0: of one sample alone it is 1
        (-1, FAR, lambda *g: 100 * by_rows(*g), True, True),
        (-1, FAR, lambda *g: 0.0, True, False),
        (1, FAR, by_rows, True, False),
    ],
)
def test_an_accuracy_of_the_largest_rows_is_named(turned, ends, function, nothing, named):
    data, y, start = three_classes(30, ends)
    start["W"] *= turned
    asked = []

    def recorded(p, X, y):
        asked.append((len(X), function(p, X, y)))
        return asked[-1][1]

    exam = exam_of(data, y, start, predict=table_of_classes, reports={"accuracy": recorded})
    assert checked(numbers.compute_again, exam) == [("printed_number", "wrong", "accuracy")]
    assert all(share == 0 for n, share in asked if n == 30) is nothing
    assert ("It is the share of the 3 columns whose largest prediction" in words(exam)) is named


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Acc", "Acc is the share of samples that are right"),
        ("n correct", "n correct is the share"), ("right", "right is the share"),
        ("Loss", "Loss is the mean of the squared errors"), ("cost", "cost is the mean"),
        ("error", "error is the mean"), ("MSE", "MSE is the mean"), ("bce", "bce is the mean"),
        ("entropy", "entropy is the mean"),
        *((name, f"{name} is the mean") for name in (
            "L_train", "J", "e", "err 2", "test MAE", "CE", "nll")),
    ],
)  # fmt: skip
def test_a_printed_number_is_known_by_its_name(name, line):
    function = accuracy if "is the share" in line else squares
    exam = exam_of(POINTS, HIGH, LINE, predict=globals()["line"], reports={name: function})
    assert checked(numbers.compute_again, exam) == []
    assert exam.compared[0].startswith(line)


def test_other_printed_numbers_are_not_looked_at():
    exam = exam_of(POINTS, HIGH, LINE, predict=line, reports={"epoch": accuracy})
    numbers.compute_again(exam)
    assert exam.missing[-1] == "the number 'epoch': only losses and accuracies are known here"
    exam = exam_of(POINTS, HIGH, LINE, reports={"accuracy": accuracy, "loss": squares})
    numbers.compute_again(exam)
    assert exam.missing[-2:] == [
        "accuracy: the predictions do not fit the targets",
        "loss: there is nothing to compute it from; pass predict or loss",
    ]
    exam = exam_of(POINTS, HIGH, LINE, predict=line, reports={"loss": lambda p, X, y: 1 / 0})
    assert checked(numbers.compute_again, exam) == [("raises", "wrong", "reports['loss']")]
    assert words(exam).endswith("It was asked for the printed number 'loss'.")


def test_ways_to_decide_are_told_apart():
    a = np.array([[0.5], [0.2], [0.9], [0.6], [0.4]])
    exam = exam_of(POINTS, HIGH)
    assert numbers.accuracies(exam, a) == [0.8, 1, 0.8, 1, 0.8]
    exam = exam_of(POINTS, 2 * HIGH - 1)
    assert numbers.accuracies(exam, a - 0.5)[:4] == [0.8, 1, 0.8, 1]
    exam = exam_of(POINTS, np.c_[HIGH, HIGH], {"w": 1.0}, predict=lambda p, X: np.ones((5, 2)))
    assert numbers.accuracies(exam, np.c_[a, 1 - a]) == [0, 0.2, 0.4, 0.6, 0.4]
    exam = exam_of(POINTS, np.c_[HIGH, 1 - HIGH], {"w": 1.0}, predict=lambda p, X: np.ones((5, 2)))
    assert numbers.accuracies(exam, np.c_[a, 1 - a]) == [1]
    assert numbers.accuracies(exam, np.c_[1 - a, a - 1e-9]) == [0.2]
    exam = exam_of(POINTS, np.ones((5, 1)))  # one column that adds up to 1 is no table of classes
    assert numbers.accuracies(exam, a) == [1, 1, 1, 1, 0.4]


def test_a_printed_loss_is_one_of_all_predictions():
    def also(factor, p=squares):
        return lambda *g: factor * p(*g)

    for function, given, text in [
        (squares, {}, None), (also(5), {}, None), (also(0.5), {}, None),
        (also(1.0009), {"loss": squares}, None),
        (also(1 / 5), {}, None),  # divided twice, which has a name
        (also(-1), {}, "the program reports -0.4571 as loss. It is minus the mean of the squared "
                       "errors."),
        (also(0.3), {}, "the program reports 0.1371 as loss. It is 0.06 times the sum of the "
                        "squared errors."),
        (also(0.3), {"loss": squares}, "the program reports 0.1371 as loss, and the function loss "
                                       "gives 0.4571. It is 0.06 times the sum of the squared "
                                       "errors."),
        (lambda p, X, y: squares(p, X[:2], y[:2]), {}, "It is the mean of the squared errors of "
                                                       "the first 2 samples alone."),
        (lambda p, X, y: np.mean(line(p, X) - y), {}, ". No loss that is known here gives such "
                                                      "numbers for all predictions."),
        (lambda p, X, y: np.sum(line(p, X) ** 3), {}, ". No loss that is known here gives such "
                                                      "numbers for all predictions."),
    ]:  # fmt: skip
        exam = exam_of(POINTS, HIGH, LINE, predict=line, reports={"loss": function}, **given)
        found = checked(numbers.compute_again, exam)
        assert found == [("printed_number", "wrong", "loss")] * (text is not None), text
        if text:
            value = function(dict(zip("Wb", exam.points[0], strict=True)), POINTS, HIGH)
            own = squares(dict(zip("Wb", exam.points[0], strict=True)), POINTS, HIGH)
            text = text.replace("-0.4571", f"{value:.4f}").replace("0.1371", f"{value:.4f}")
            assert words(exam).endswith(text.replace("0.4571", f"{own:.4f}"))
            assert exam.findings[-1].entries == (f"loss = {value:.4f}",)


def test_what_is_called_an_error_may_be_another_measure():
    def wrong_share(p, X, y):
        return 1 - accuracy(p, X, y)

    for name, function, severity, told in [
        ("max error", lambda p, X, y: np.abs(line(p, X) - y).max(), None, "the largest size of an "
                                                                          "error"),
        ("error", wrong_share, None, "the share of samples that are wrong"),
        ("error in %", lambda *g: 100 * wrong_share(*g), None, "the share of samples that are "
                                                               "wrong, times 100"),
        ("errors", lambda *g: 5 * wrong_share(*g), None, "the share of samples that are wrong, "
                                                         "times 5"),
        ("error", lambda p, X, y: np.sum(line(p, X) ** 3), "suspicious", ""),
        ("loss of errors", lambda p, X, y: np.sum(line(p, X) ** 3), "wrong", ""),
    ]:  # fmt: skip
        exam = exam_of(POINTS, HIGH, LINE, predict=line, reports={name: function})
        found = checked(numbers.compute_again, exam)
        assert found == [("printed_number", severity, name)] * (severity is not None), name
        if told:
            assert exam.compared[-1].startswith(f"{name} is {told}, ")


def test_a_printed_loss_may_be_the_training_loss():
    def other(p, X, y):
        return 0.3 * squares(p, X, y) + 1

    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares, training_loss=other,
                   reports={"loss": other})  # fmt: skip
    assert checked(numbers.compute_again, exam) == []
    assert exam.compared[0].startswith("loss is what training_loss gives, ")


# Training a little


def test_what_a_loss_falls_by_is_a_share():
    assert training.fell([4.0, 3.0]) == 0.25
    assert training.fell([-4.0, -5.0]) == 0.25
    assert training.fell([4.0, np.nan]) == training.fell([4.0]) == training.fell([]) == 0
    assert training.fell([0.0, 0.0]) == 0
    assert [training.falls([1.0, x]) for x in (0.96, 0.94)] == [False, True]
    assert [training.stuck([1.0, x]) for x in (0.995, 0.98)] == [True, False]


def trained_by(rate, loss=squares, slopes=None, **given):
    def gradients(p, X, y):
        error = 2 * (line(p, X) - y) / len(X)
        return X.T @ error, error.sum(axis=0)

    def step(p, X, y):
        W, b = gradients(p, X, y)
        p["W"] -= rate * W
        p["b"] -= rate * b

    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=loss, step=step, rate=abs(rate), **given)
    values = exam.patient.start
    exam.chain = [values, exam.patient.stepped(values, exam.patient.data())]
    return exam


def test_a_training_ends_when_it_is_enough_or_breaks():
    exam = trained_by(0.1)
    way = training.trained(exam, exam.patient.data(), 5, 60)
    assert way.n_steps == 60
    assert len(way.losses) == 1 + 40 + 1 + 1  # the first, forty, the 41st and the last
    assert way.losses[0] == pytest.approx(squares(LINE, POINTS, HIGH))
    again = training.trained(exam, exam.patient.data(), 5, 60, 0.9)
    assert again.n_steps < 10
    assert again.losses[-1] < 0.9 * again.losses[0] <= again.losses[-2]
    other = training.trained(exam, exam.patient.data(), 5, 3, start=exam.points[0])
    assert other.losses[0] == pytest.approx(exam.loss(exam.points[0]))
    assert len(other.losses) == 4
    broken = trained_by(np.nan)
    way = training.trained(broken, broken.patient.data(), 5, 60)
    assert way.n_steps == 1
    assert np.isnan(way.losses[-1])
    far = trained_by(1e300)
    with np.errstate(all="ignore"):
        way = training.trained(far, far.patient.data(), 5, 60)
    assert way.n_steps < 5
    assert not np.isfinite(way.losses[-1])


@pytest.mark.parametrize(("work", "steps"), [(1, 60), (2_000_000, 50), (10**8, 10), (10**9, 10)])
def test_a_training_takes_fewer_steps_where_each_is_long(work, steps, monkeypatch):
    exam = trained_by(0.1)
    monkeypatch.setattr(exam, "work", lambda rows: work * (len(rows) == 5))
    assert training.trained(exam, exam.patient.data(), 5, 60).n_steps == steps


@pytest.mark.parametrize(
    ("rate", "found"),
    [
        (0.1, None), (-0.001, "suspicious"), (0.9, "step_too_long"), (4.0, "divergence"),
    ],
)  # fmt: skip
def test_the_way_down_is_looked_at(rate, found):
    exam = trained_by(rate)
    kinds = checked(training.look_at_the_way_down, exam)
    losses = training.trained(exam, exam.patient.data(), 5, 60).losses
    if found is None:
        assert kinds == []
        assert exam.compared == [
            f"in 60 steps the loss falls, from {losses[0]:.4g} to {losses[-1]:.4g}"
        ]
    elif found == "divergence":
        assert kinds == [("divergence", "wrong", "step")]
        assert f"the loss goes from {losses[0]:.4g} to " in words(exam)
        assert " within 60 steps." in words(exam)
    elif found == "suspicious":
        assert kinds == [("step_too_long", "suspicious", "step")]
        assert words(exam) == (
            f"the loss rises from {losses[0]:.4g} to {losses[-1]:.4g} in 60 steps."
        )


def test_nothing_is_trained_without_a_step_or_after_what_is_wrong():
    exam = trained_by(4.0)
    exam.find("dead", "wrong", "layer 1", "dead")
    assert checked(training.look_at_the_way_down, exam) == []
    exam = trained_by(4.0)
    exam.chain = exam.chain[:1]
    assert checked(training.look_at_the_way_down, exam) == []
    exam = trained_by(4.0, loss=None)
    assert checked(training.look_at_the_way_down, exam) == []
    exam = trained_by(4.0, loss=lambda p, X, y: np.nan)
    assert checked(training.look_at_the_way_down, exam) == []
    exam = trained_by(0.1, loss=lambda p, X, y: 1 / 0)
    assert checked(training.look_at_the_way_down, exam) == []
    assert exam.missing[-1].startswith("a short training: loss raised ZeroDivisionError")


def test_a_loss_that_rises_is_wrong_where_a_shorter_step_would_lower_it():
    def chosen(losses, begin, near, **given):
        """The verdict on a way, where a hundredth of the first step gives ``near``."""
        exam = trained_by(0.1, loss=lambda p, X, y: near, **given)
        training.risen(exam, training.Way([begin, *losses], len(losses)))
        return exam

    exam = chosen([1.1] * 5, 1.0, 0.9)
    assert said(exam) == [("step_too_long", "wrong", "step")]
    assert words(exam) == (
        "the loss rises from 1 to 1.1 in 5 steps; a hundredth of the first step lowers it, to 0.9."
    )
    assert said(chosen([1.1] * 5, 1.0, 1.0)) == [("step_too_long", "suspicious", "step")]
    assert said(chosen([1.019] * 5, 1.0, 0.9)) == [("step_too_long", "suspicious", "step")]
    assert said(chosen([1.021] * 5, 1.0, 0.9)) == [("step_too_long", "wrong", "step")]
    assert said(chosen([1.01, 1.0, 1.01, 1.0, 1.01], 1.0, 0.9)) == [
        ("step_too_long", "wrong", "step")
    ]  # it rises in three of five steps
    assert said(chosen([1.01, 1.0, 1.01, 1.01, 1.01], 1.0, 0.9)) == [
        ("step_too_long", "suspicious", "step")
    ]
    assert said(chosen([1.1] * 5, 1.0, 0.9, step_is="batch")) == [
        ("step_too_long", "suspicious", "step")
    ]
    exam = trained_by(0.1, loss=lambda p, X, y: 1 / 0)
    training.risen(exam, training.Way([1.0, 2.0], 1))
    assert said(exam) == []


@pytest.mark.parametrize(("end", "found"), [(3.0, False), (3.01, True)])
def test_a_random_loss_rises_where_it_is_beyond_all_that_it_is_at_the_start(end, found):
    draws = itertools.cycle([1.0, 3.0, 2.0])
    exam = trained_by(0.1, loss=lambda p, X, y: next(draws))
    exam.patient.random_loss = True
    training.risen(exam, training.Way([2.5, end], 1))
    assert said(exam) == [("step_too_long", "suspicious", "step")] * found
    assert exam.missing == [
        "whether the loss falls: it is random, and at the start it is between 1 and 3"
    ] * (not found)


def test_the_best_single_answer_is_the_mean():
    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares)
    assert training.of_one_answer(exam) == pytest.approx(np.var(HIGH))
    exam = exam_of(POINTS, HIGH, LINE, predict=line,
                   loss=lambda p, X, y: np.mean(np.abs(line(p, X) - y)))  # fmt: skip
    assert training.of_one_answer(exam) is None
    assert training.of_one_answer(exam_of(POINTS, HIGH, LINE, predict=line)) is None


def test_inputs_are_scaled_in_the_form_in_which_they_came():
    X = np.array([[1.0, 5.0], [3.0, 5.0]])
    exam = exam_of(X, [[1.0], [0.0]])
    np.testing.assert_allclose(training.scaled_inputs(exam), [[-1, 0], [1, 0]])
    exam = exam_of(X.tolist(), [[1.0], [0.0]])
    assert training.scaled_inputs(exam) == [[-1, 0], [1, 0]]
    exam = exam_of(np.array([[1.0, 3.0, 8.0], [5.0, 5.0, 5.0]]), np.ones((1, 3)))
    assert training.scaled_inputs(exam).shape == (2, 3)
    np.testing.assert_allclose(training.scaled_inputs(exam).std(axis=1), [1, 0])


def test_a_few_different_samples_are_chosen():
    X = np.array([[0.0], [0.0], [1.0], [2.0], [1.0], [3.0]])
    exam = exam_of(X, np.ones((6, 1)))
    chosen = training.few_different(exam, 8)
    assert X[chosen].ravel().tolist() == sorted(X[chosen].ravel()) or len(chosen) == 4
    assert len(np.unique(X[chosen])) == len(chosen) == 4
    assert chosen.tolist() == sorted(chosen)
    assert len(training.few_different(exam, 3)) == 3


def test_straight_lines_are_enough_or_not():
    X = np.linspace(-1, 1, 40)[:, None]
    X = X + np.sign(X)  # the sides stand apart
    for y, enough in [
        (X > 0, True), ((X > 0) ^ (X > 1.96), True), ((X > 0) ^ (X > 1.92), False),
        (3 * X + 1, True), (X**2, False), (X + 0.6 * X**2, False), (X + 0.5 * X**2, True),
    ]:  # fmt: skip
        assert training.by_lines(exam_of(X, 1.0 * y)) == enough
    assert training.by_lines(exam_of(X, np.where(X > 0, 5.0, 3.0)))


def memory(activation, output=lambda z: z, y=HIGH, **given):
    def loss(p, X, y):
        return np.mean((of_layers(activation, output)(p, X) - y) ** 2)

    p = {"W1": np.array([[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]]), "b1": np.array([0.1, 0.2, 0.3]),
         "W2": np.array([[0.3], [-0.2], [0.5]])}  # fmt: skip
    return exam_of(POINTS, y, p, predict=of_layers(activation, output), loss=loss, **given)


def test_layers_without_an_activation_can_only_draw_lines():
    exam = memory(lambda z: z)
    assert checked(training.learn_by_heart, exam) == [("cannot_memorise", "wrong", "predict")]
    assert words(exam) == (
        "1 hidden layer without an activation: together the layers are one, and can only draw "
        "straight lines."
    )
    lines = POINTS @ np.array([[1.0], [2.0]])
    exam = memory(lambda z: z, y=lines)
    assert checked(training.learn_by_heart, exam) == [("cannot_memorise", "suspicious", "predict")]
    exam = memory(lambda z: z, sigmoid, y=lines)
    assert checked(training.learn_by_heart, exam) == [("cannot_memorise", "wrong", "predict")]
    assert checked(training.learn_by_heart, memory(np.tanh)) == []
    exam = memory(lambda z: z)
    exam.find("data_scale", "suspicious", "X", "large")
    assert checked(training.learn_by_heart, exam) == []
    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares)  # no hidden layer
    assert checked(training.learn_by_heart, exam) == []


def test_samples_that_are_learned_by_heart_are_said():
    def stepped(rate):
        def step(p, X, y):
            h = np.tanh(X @ p["W1"] + p["b1"])
            d = 2 * (h @ p["W2"] - y) / len(X)
            back = d @ p["W2"].T * (1 - h**2)
            p["W2"] -= rate * h.T @ d
            p["W1"] -= rate * X.T @ back
            p["b1"] -= rate * back.sum(axis=0)

        return step

    for rate, learned in ((0.2, True), (1e-4, False)):
        exam = memory(np.tanh, step=stepped(rate))
        exam.chain = [exam.patient.start] * 2
        assert checked(training.learn_by_heart, exam) == []
        assert len(exam.compared) == learned
        if learned:
            assert exam.compared[0].startswith(
                "3 samples are being learned by heart: the loss goes from "
            )
    exam = memory(np.tanh, step=stepped(0.2))
    checked(training.learn_by_heart, exam)
    assert exam.compared == []  # without a chain of steps it cannot train


def test_what_was_suspicious_and_did_not_learn_is_wrong():
    exam = exam_of(POINTS, HIGH)
    exam.find("saturated", "suspicious", "layer 1", "flat")
    exam.find("same_array_returned", "suspicious", "gradients", "same")
    training.look_back(exam)
    assert [f.severity for f in exam.findings] == ["wrong", "suspicious"]
    exam = exam_of(POINTS, HIGH)
    exam.find("saturated", "suspicious", "layer 1", "flat")
    exam.find("same_array_returned", "suspicious", "gradients", "same")
    exam.find("step_not_gradient", "wrong", "step", "wrong")
    training.look_back(exam)
    assert [f.severity for f in exam.findings] == ["suspicious", "wrong", "wrong"]
    exam = exam_of(POINTS, HIGH)
    exam.find("saturated", "suspicious", "layer 1", "flat")
    exam.find("data_scale", "suspicious", "X", "large")
    training.look_back(exam)
    assert [f.severity for f in exam.findings] == ["suspicious", "suspicious"]


# The door

package = sys.modules["nnlib.audit"]  # the name in nnlib is that of the function


class Holds:
    """A program with two arrays and what is none."""

    def __init__(self):
        self.W1, self.b1 = np.array([[0.5], [-0.25]]), np.array([0.1])
        self.n, self.names, self.whole = 3, ["a"], np.arange(3)

    def forward(self, X):
        return X @ self.W1 + self.b1

    def cost(self, X, y):
        return float(np.mean((self.forward(X) - y) ** 2))

    def accuracy(self, X, y):
        return float(np.mean((self.forward(X) > 0.5) == (y > 0.5)))


def test_layouts_are_given_as_one_word_or_by_name():
    assert package.layouts(None) == {}
    assert package.layouts("rows") == {"X": 0, "y": 0}
    assert package.layouts("columns") == {"X": -1, "y": -1}
    assert package.layouts({"y": "columns"}) == {"y": -1}
    assert package.layouts({}) == {}
    for bad in ("row", {"X": "row"}, {"Z": "rows"}, {"X": 0}, 3, ["rows"]):
        with pytest.raises(ValueError, match='but "rows" or "columns" is expected, or a dict'):
            package.layouts(bad)


def test_arrays_of_a_program_are_its_floats_or_those_that_are_named():
    assert package.check_arrays(Holds(), None) == ["W1", "b1"]
    assert package.check_arrays(Holds(), ("b1",)) == ["b1"]
    with pytest.raises(ValueError, match=r"no arrays were found in it\. Pass arrays, the names"):
        package.check_arrays(object(), None)
    with pytest.raises(ValueError, match="no arrays were found in it"):
        package.check_arrays(Holds(), [])
    with pytest.raises(ValueError, match=r"'W2', which Holds does not have\. It has W1, b1, n, "):
        package.check_arrays(Holds(), ["W1", "W2"])
    for bad in ("W1", ["W1", 3]):
        with pytest.raises(TypeError, match="but a list of names is expected"):
            package.check_arrays(Holds(), bad)
    for bad in ("names[3]", "names['a']", "n[0]"):
        with pytest.raises(ValueError, match="which Holds does not have"):
            package.check_arrays(Holds(), [bad])


def test_functions_and_names_of_methods_are_told_apart():
    package.check_roles({"loss": None, "predict": len}, None)
    package.check_roles({"loss": "cost", "predict": len}, Holds())
    with pytest.raises(TypeError) as caught:
        package.check_roles({"loss": 3}, None)
    assert str(caught.value) == (
        "loss is 3 (int), but a function of (parameters, X, y) is expected."
    )
    with pytest.raises(TypeError) as caught:
        package.check_roles({"loss": 3}, Holds())
    assert str(caught.value) == "loss is 3 (int), but a method's name, or a function is expected."
    with pytest.raises(
        TypeError, match=r"expected\. Pass program too, if it is a method's name\.$"
    ):
        package.check_roles({"loss": "cost"}, None)
    for bad in ("costs", "n", "names[7]", "n[0]"):
        with pytest.raises(ValueError, match=r"Holds has no such method\. It has W1, accuracy, b1"):
            package.check_roles({"loss": bad}, Holds())
    with pytest.raises(ValueError, match=r"object has no such method\. It has none\."):
        package.check_roles({"loss": "cost"}, object())


def test_options_are_of_their_kind():
    package.check_options(None, None, None, None, None)
    package.check_options(0.1, "update", {"loss": len}, len, None)
    for step_is in ("batch", "epoch"):
        package.check_options(1, step_is, {}, None, None)
    for bad, error, text in [
        ((0, None, None, None), ValueError, "learning_rate is 0"),
        ((None, "", None, None), ValueError, "step_is is ''"),
        ((None, None, {3: len}, None), TypeError, "reports is {3: "),
        ((None, None, None, "f"), TypeError, "new_step is 'f' .* a function is expected that"),
    ]:
        with pytest.raises(error, match=text):
            package.check_options(*bad, None)


def test_what_an_object_prints_is_computed_on_its_arrays():
    net = Holds()
    (printed,) = [
        package.audit(POINTS, HIGH, program=net, predict="forward", loss="cost",
                      reports={"accuracy": "accuracy", "loss": lambda n, X, y: n.cost(X, y)})
    ]  # fmt: skip
    shown = accuracy({"W": net.W1, "b": net.b1}, POINTS, HIGH)
    assert f"accuracy is the share of samples that are right, {shown:.4f}" in printed.compared
    assert any(text.startswith("loss is what loss gives, ") for text in printed.compared)
    assert not printed.findings


def test_random_numbers_and_warnings_are_left_as_they_were(capsys):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002

    def talk():
        print("said")
        print("said", file=sys.stderr)
        warnings.warn("warned", stacklevel=1)
        np.log(np.zeros(1))
        random.random()
        np.random.rand()  # noqa: NPY002
        raise KeyError

    with pytest.raises(KeyError), package.quiet():
        talk()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # noqa: NPY002
    assert capsys.readouterr() == ("", "")


def test_a_step_that_is_made_anew_is_enough():
    def step(p, X, y):
        error = 2 * (line(p, X) - y) / len(X)
        return {"W": p["W"] - 0.1 * X.T @ error, "b": p["b"] - 0.1 * error.sum(axis=0)}

    report = package.audit(POINTS, HIGH, parameters=LINE, predict=line, loss=squares,
                           new_step=lambda: step, learning_rate=0.1)  # fmt: skip
    assert report
    assert any("steps in a row are those of gradient descent" in text for text in report.compared)


def test_a_check_that_fails_itself_is_said_to_be_missing(monkeypatch):
    """Whatever is odd in a program, the other checks are made."""

    def odd(exam):
        """It looks at something."""
        raise error

    for error in (ValueError("why"), ZeroDivisionError("why"), KeyError("why"), TypeError("why"),
                  np.linalg.LinAlgError("why")):  # fmt: skip
        monkeypatch.setattr(package, "CHECKS", [data.look_at_types, odd, data.look_at_scale])
        report = package.audit(POINTS, HIGH, parameters=LINE, predict=line)
        assert f"It looks at something ({type(error).__name__}: {error})" in report.not_looked_at
        assert report.compared == ("X is of a good size, at most 1",)
    error = functions.Failed("predict", "raised it.")
    report = package.audit(POINTS, HIGH, parameters=LINE, predict=line)
    assert [f.seen for f in report.findings] == ["predict raised it."]
    error = package.TooLong()
    report = package.audit(POINTS, HIGH, parameters=LINE, predict=line)
    assert report.not_looked_at[-1] == "more: the time for the audit was up"
    assert report.compared == ()


def test_what_came_too_late_is_said(monkeypatch):
    def late(exam):
        """It is late."""
        exam.patient.start_the_clock(-1, -1)

    monkeypatch.setattr(package, "CHECKS", [data.look_at_types, late, data.look_at_scale])
    report = package.audit(POINTS, HIGH, parameters=LINE, predict=line)
    assert report.not_looked_at == (
        "all of this: It is late (the time for the audit was up)",
        "The inputs are of a size that a network can start from (the time for the audit was up)",
    )
    assert package.line_of(lambda exam: None) == ""


def test_without_parameters_no_function_is_asked():
    report = package.audit(POINTS, HIGH, predict=lambda p, X: 1 / 0, loss=lambda p, X, y: 1 / 0)
    assert report.findings == ()
    assert "the program: pass its parameters, or program and arrays" in report.not_looked_at
    report = package.audit([["a"]], HIGH, predict=line)
    assert [f.kind for f in report.findings] == ["data_type"]
    assert report.not_looked_at == ()
    report = package.audit(POINTS, HIGH[:3], parameters=LINE, predict=lambda p, X: 1 / 0)
    assert [f.kind for f in report.findings] == ["target_shape"]


def test_data_have_a_row_for_each_sample_in_any_layout():
    exam = exam_of(np.arange(12).reshape(2, 2, 3), np.arange(6.0).reshape(2, 3), told={"X": -1})
    assert exam.X_rows.tolist() == [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]
    assert exam.X_rows.dtype == np.float64
    assert exam.y_rows.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert exam.n_outputs == 2
    assert exam.first_answers is None


@pytest.mark.parametrize(
    ("y", "m", "labels", "first"),
    [
        ([0, 1, 2, 1, 0], 3, True, 0), ([1, 2, 3, 1, 1], 3, True, 1), ([1, 2, 2, 1, 1], 3, True, 0),
        ([0, 1, 2, 3, 0], 3, True, 0), ([0.5, 1, 2, 1, 0], 3, False, 0),
        ([0, 1, 1, 0, 1], 1, False, 0), ([0, 1, np.nan, 1, 1], 3, False, 0),
    ],
)  # fmt: skip
def test_class_numbers_are_known_and_where_they_begin(y, m, labels, first):
    exam = exam_of(POINTS, np.zeros(5), {"W": np.ones((2, m))}, predict=lambda p, X: X @ p["W"],
                   loss=lambda p, X, y: 1.0)  # fmt: skip
    exam.__dict__["y_rows"] = np.array(y, dtype=float)[:, None]
    assert exam.labels == labels
    assert exam.first_class == first
    targets = exam.targets
    if labels and max(y) - first < m:
        assert targets.argmax(axis=1).tolist() == [int(each) - first for each in y]
        assert targets.sum() == 5
    elif labels:
        assert targets is None


def test_classes_count_from_1_only_where_the_program_takes_that():
    y = np.array([1, 2, 3, 1, 2])
    given = {"predict": lambda p, X: X @ p["W"]}
    p = {"W": np.ones((2, 3))}
    for role, function, first in [
        ("loss", lambda p, X, y: 1.0, 1), ("loss", lambda p, X, y: 1 / 0, 0),
        ("training_loss", lambda p, X, y: 1.0, 1), ("gradients", lambda p, X, y: 1 / 0, 0),
        ("step", lambda p, X, y: p, 1), ("other", lambda p, X, y: 1.0, 0),
    ]:  # fmt: skip
        assert exam_of(POINTS, y, p, **given, **{role: function}).first_class == first


def test_targets_fit_the_predictions_or_are_none():
    p = {"W": np.ones((2, 2))}
    exam = exam_of(POINTS, np.ones((5, 3)), p, predict=lambda p, X: X @ p["W"])
    assert exam.targets is None
    assert exam.targets_of(np.array([1])) is None
    exam = exam_of(POINTS, HIGH)
    assert exam.targets_of(None).tolist() == HIGH.tolist()
    assert exam.targets_of(np.array([1, 2])).tolist() == HIGH[[1, 2]].tolist()


def test_of_many_samples_a_few_are_asked():
    exam = exam_of(np.ones((100, 2)), np.ones((100, 1)), {"W": np.ones((2, 1))})
    assert exam.index(100) is None
    some = exam.index(99)
    assert len(some) == len(set(some)) == 99
    assert some.tolist() == sorted(some)
    assert exam.work(None) == 200
    assert exam.work(np.arange(7)) == 14
    assert exam_of(POINTS, HIGH).work(None) == 5
    assert exam.few is None
    for size, few in ((1999, False), (2000, True)):  # 200 000 products
        exam = exam_of(np.ones((100, 1)), np.ones((100, 1)), {"W": np.ones((1, size))})
        assert (exam.few is not None) == few
    assert len(exam.few) == 64


def test_a_loss_is_asked_with_the_same_random_numbers():
    def drawn(p, X, y):
        return np.random.rand() + random.random()  # noqa: NPY002

    exam = exam_of(POINTS, HIGH, LINE, loss=drawn, training_loss=lambda p, X, y: len(X))
    assert exam.loss(exam.patient.start, None, "loss") == exam.loss(
        exam.patient.start, None, "loss"
    )
    assert exam.loss_name == "training_loss"
    assert exam.loss(exam.patient.start) == 5
    assert exam.loss(exam.patient.start, np.array([1, 2])) == 2
    assert exam_of(POINTS, HIGH).loss_name == "loss"


def test_points_lie_around_the_start():
    p = {"a": np.array([1.0, 3.0]), "b": np.array([5.0]), "c": np.array([1e-9, 0.0]),
         "d": np.array([0.0, 100.0])}  # fmt: skip
    exam = exam_of(POINTS, HIGH, p)

    class Ones:
        def normal(self, size):
            return np.ones(size)

    a, b, c, d = exam.jittered(0.5, Ones())
    assert a.tolist() == [0.5 * 1.7, 0.5 * 3.7]  # its spread is 1
    assert b.tolist() == [pytest.approx(0.5 * 5.21)]  # one number has none: 0.3
    assert c.tolist() == pytest.approx([0.5 * 0.035] * 2, rel=1e-6)  # 0.05 at least
    assert d.tolist() == pytest.approx([0.5 * 2.1, 0.5 * 102.1])  # 3 at most
    assert len(exam.points) == 8
    again = np.random.default_rng(3)
    for point in exam.points:
        for x, y in zip(point, exam.jittered(1.0, again), strict=True):
            np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("answers", "far"),
    [
        ([[0.3], [0.6]], 0.3), ([[0.3], [0.9]], 0.1), ([[0.3], [0.3]], 0.3e-3),
        ([[-0.3], [0.6]], 0.4), ([[-0.95], [0.6]], 0.05), ([[2.0], [0.6]], 1), ([[0.0], [0.6]], 0),
        ([[np.nan], [0.5]], -1), ([[0.0], [0.0]], 0), ([[1.0], [-1.0]], 0),
    ],
)  # fmt: skip
def test_answers_are_far_from_flat_or_not(answers, far):
    exam = exam_of([[1.0], [2.0]], [[0.0], [1.0]], LINE, predict=lambda p, X: np.array(answers))
    assert exam.distance(exam.patient.start) == pytest.approx(far)


def test_points_are_made_smaller_until_the_outputs_are_not_flat():
    start = {"W": np.array([[400.0], [-300.0]])}

    def steep(p, X):
        return sigmoid(np.clip(X @ p["W"], -700, 700))

    exam = exam_of(POINTS, HIGH, start, predict=steep)
    (W,) = exam.points[0]
    assert np.abs(W).max() < 10
    assert exam.distance(exam.points[0]) > 0.01
    assert exam_of(POINTS, HIGH, start).distance([]) == 1
    exam = exam_of(POINTS, HIGH, LINE, predict=line)
    exam.patient.functions["predict"] = lambda p, X: 1 / 0
    assert exam.distance(exam.patient.start) == 1


def test_a_formula_is_that_of_some_samples_too():
    for scale, factor in ((lambda X: 1 / 5, 1 / 5), (lambda X: 1 / len(X), 1 / 2)):

        def loss(p, X, y, scale=scale):
            return scale(X) * np.sum((line(p, X) - y) ** 2) + 0.3 * np.sum(p["W"] ** 2)

        exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=loss)
        assert exam.formula.factor == pytest.approx(1 / 5)
        assert exam.formula.decay == pytest.approx(0.3)
        two = exam.formula_at(exam.points[0], np.array([0, 1]))
        assert two.factor == pytest.approx(factor)
        assert two.decay == pytest.approx(0.3)
        assert exam.formula_at(exam.points[0], None) is exam.formula
        assert exam.formula_at(exam.points[0], np.arange(5)) is exam.formula
    exact = exam_of(POINTS, line(LINE, POINTS), LINE, predict=line, loss=squares)
    assert exact.factor_for(exact.patient.start, np.array([1]), "squared") == exact.formula.factor
    assert exam_of(POINTS, HIGH, LINE, predict=line).formula_at([], np.array([0])) is None


@pytest.mark.parametrize(("single", "off", "fits"), [
    (False, 5e-4, True), (False, 5e-3, False), (True, 5e-3, True), (True, 5e-2, False),
])  # fmt: skip
def test_float32_fits_a_formula_less_closely(single, off, fits):
    calls = []

    def loss(p, X, y):
        calls.append(1)
        return squares(p, X, y) * (1 + off * (-1) ** len(calls))

    exam = exam_of(POINTS, HIGH, LINE, predict=line, loss=loss)
    exam.patient.single = single
    assert (exam.formula is not None) == fits


@pytest.mark.parametrize(
    ("base", "a", "y", "possible"),
    [
        ("squared", 5, 5, True), ("absolute", -5, 5, True), ("binary", 0.5, 1, True),
        ("binary", 1, 1, True), ("binary", 0, 1, True), ("binary", 1.1, 1, False),
        ("cross", -0.1, 1, False), ("other_half", -0.1, 1, False), ("focal", 1.1, 1, False),
        ("focal", 0.4, 1, True), ("cross_from_logits", 3, 1, False), ("cosine", 3, 1, False),
        ("focal_cross", 0.5, 1, False), ("smoothed_binary", 0.5, 1, True),
        ("smoothed_binary", 0.5, 0.3, False), ("smoothed_binary", 1.5, 1, False),
        ("smoothed_cross", 0.5, 0, True), ("divergence", 0.5, 0.5, True),
        ("divergence", 0.5, 1, False), ("divergence", 0.5, 1.5, False),
        ("divergence", 0.5, -0.5, False), ("divergence", 1.5, 0.5, False), ("hinge", 3, -1, False),
        ("hinge", 3, 1, False), ("squared_hinge", 3, 0, False), ("hinge", 3, 0.5, False),
        ("log_squared", -0.5, 0, True), ("log_squared", -1, 0, False),
        ("log_squared", -0.5, -1, False), ("poisson", 0.1, 0, True), ("poisson", 0, 0, False),
        ("poisson", 0.1, -1, False),
    ],
)  # fmt: skip
def test_a_loss_makes_sense_for_some_predictions_and_targets(base, a, y, possible):
    exam = exam_of(POINTS, HIGH)
    inside = 0.5 if base != "hinge" else 0.0
    answers = [np.array([[inside]]), np.array([[float(a)]])]
    assert exam.possible(base, answers, np.array([[float(y)]])) == possible
    if base in ("cross_from_logits", "cosine", "focal_cross"):
        both = [np.repeat(each, 2, axis=1) for each in answers]
        assert exam.possible(base, both, np.ones((1, 2)))


@pytest.mark.parametrize(
    ("y", "possible"),
    [([0.0, 0.4], True), ([1.0, 0.4], True), ([-0.1, 0.4], False), ([1.1, 0.4], False),
     ([0.0, 1.0], False)],
)  # fmt: skip
def test_a_divergence_is_that_of_shares(y, possible):
    answers = [np.array([[0.0], [1.0]])]
    assert exam_of(POINTS, HIGH).possible("divergence", answers, np.array([y]).T) is possible


@pytest.mark.parametrize("base", ["hinge", "squared_hinge"])
@pytest.mark.parametrize(
    ("a", "y", "possible"),
    [
        ([[3.0], [0.2]], [[-1.0], [1.0]], True), ([[0.3], [0.2]], [[-1.0], [1.0]], True),
        ([[3.0], [0.2]], [[0.0], [1.0]], True), ([[0.3], [0.2]], [[0.0], [1.0]], False),
        ([[3.0, 0.0], [0.2, 0.0]], [[0.0, 1.0], [1.0, 0.0]], False),
        ([[3.0, 0.0], [0.2, 0.0]], [[-1.0, 1.0], [1.0, -1.0]], True),
        ([[3.0], [0.2]], [[-1.0], [0.0]], False), ([[3.0], [0.2]], [[1.0], [1.0]], False),
    ],
)  # fmt: skip
def test_a_hinge_loss_needs_both_classes(base, a, y, possible):
    assert exam_of(POINTS, HIGH).possible(base, [np.array(a)], np.array(y)) is possible


@pytest.mark.parametrize(
    ("a", "y", "possible"),
    [
        ([[3.0, 0.0], [0.2, 0.0]], [[0.0, 1.0], [1.0, 0.0]], True),
        ([[0.3, 0.7], [0.2, 0.8]], [[0.0, 1.0], [1.0, 0.0]], False),
        ([[3.0, 0.0], [0.2, 0.0]], [[1.0, 1.0], [1.0, 0.0]], False),
        ([[3.0, 0.0], [0.2, 0.0]], [[0.5, 0.5], [1.0, 0.0]], False),
        ([[3.0], [0.2]], [[1.0], [1.0]], False),
    ],
)
def test_a_hinge_loss_of_classes_needs_one_class_for_each_sample(a, y, possible):
    exam = exam_of(POINTS, HIGH)
    assert exam.possible("class_hinge", [np.array(a)], np.array(y)) is possible


def test_weights_are_those_of_the_layers_or_matrices():
    exam = exam_of(POINTS, HIGH, LINE, predict=line)
    assert exam.weights == [0]
    values = exam.patient.start
    assert exam.squares(values) == pytest.approx(0.3125)
    assert exam.sizes(values) == pytest.approx(0.75)
    p = {"a": np.ones((2, 3)), "b": np.ones((1, 3)), "c": np.ones((3, 1)), "d": np.ones(3),
         "e": np.ones((1, 1))}  # fmt: skip
    exam = exam_of(POINTS, HIGH, p)
    assert exam.weights == [0, 2]
    values = [2 * v for v in exam.patient.start]
    assert exam.squares(values) == 4 * 9
    assert exam.sizes([-v for v in values]) == 2 * 9
    glued = exam_of(POINTS, HIGH, {"W": np.array([[0.5], [-0.25], [7.0]])},
                    predict=lambda p, X: X @ p["W"][:2] + p["W"][2])  # fmt: skip
    assert glued.dense.layers[0].bias_column == -1
    assert glued.squares(glued.patient.start) == pytest.approx(0.3125)
    assert glued.sizes(glued.patient.start) == pytest.approx(0.75)


def test_slopes_of_a_known_loss_are_those_of_the_network_or_measured():
    known = exam_of(POINTS, HIGH, LINE, predict=line, loss=squares)
    odd = exam_of(POINTS, HIGH, LINE, predict=lambda p, X: np.cos(line(p, X)) ** 3, loss=squares)
    for exam, deep in ((known, True), (odd, False)):
        assert (exam.dense is not None) == deep
        for index in (None, np.array([0, 3])):
            values = exam.points[0]
            like = exam.measured(values, index)
            slopes = exam.known_slopes(values, "squared", index, like)
            p = dict(zip("Wb", values, strict=True))
            X, y = exam.patient.data(index)
            a = exam.patient.functions["predict"](p, X)
            z = line(p, X)
            inner = 1.0 if deep else -3 * np.cos(z) ** 2 * np.sin(z)
            np.testing.assert_allclose(slopes[0], X.T @ (2 * (a - y) * inner), rtol=1e-5, atol=1e-7)
    several = exam_of(POINTS, np.ones((5, 3)), LINE, predict=line)
    assert several.known_slopes(several.patient.start, "squared", None, None) is None
    odd.patient.functions["predict"] = lambda p, X: 1 / 0
    assert odd.known_slopes(odd.points[0], "squared", None, like) is None


def test_as_many_slopes_are_measured_as_there_is_time_for():
    for n, measured in ((5, 400), (2000, 24), (150, 320)):
        X = np.ones((n, 1))
        exam = exam_of(X, np.ones((n, 1)), {"W": np.ones((1, 500))},
                       loss=lambda p, X, y: float(np.sum(p["W"])))  # fmt: skip
        found = exam.measured(exam.patient.start, None).slope[0]
        assert np.sum(~np.isnan(found)) == measured
        found = exam.measured(exam.patient.start, None, 60).slope[0]
        assert np.sum(~np.isnan(found)) == 60


# Training beside one with scaled inputs or smaller weights


def regression(scale, rate, target=None):
    """A line that is trained on inputs of some size; its step goes along the gradient."""
    X = scale * POINTS
    y = POINTS @ np.array([[1.0], [-2.0]]) if target is None else target

    def step(p, X, y):
        error = 2 * (line(p, X) - y) / len(X)
        p["W"] -= rate * X.T @ error
        p["b"] -= rate * error.sum(axis=0)

    exam = exam_of(X, y, LINE, predict=line, loss=squares, step=step)
    exam.chain = [exam.patient.start, exam.patient.stepped(exam.patient.start, exam.patient.data())]
    if scale > 15:
        exam.find("data_scale", "suspicious", "X", "X is large.")
    return exam


def both(exam):
    """The losses of the two trainings that are compared."""
    n = exam.patient.n
    raw = training.trained(exam, exam.patient.data(), n, 300)
    scaled = training.scaled_inputs(exam), exam.patient.data()[1]
    return raw, training.trained(exam, scaled, n, 300).losses


def test_a_training_that_breaks_on_inputs_out_of_scale_is_told_as_that():
    exam = regression(100, 0.1)
    checked(training.look_at_the_way_down, exam)
    with np.errstate(all="ignore"):
        raw, scaled = both(exam)
    assert ("data_scale", "wrong", "X") in said(exam)
    assert words(exam) == (
        f"the loss goes from {raw.losses[0]:.4g} to {raw.losses[-1]:.4g} within {raw.n_steps} "
        f"steps; with X scaled it goes from {scaled[0]:.4g} to {scaled[-1]:.4g}."
    )
    exam = regression(100, -0.1)  # scaled inputs are of no help
    assert checked(training.look_at_the_way_down, exam) == [("divergence", "wrong", "step")]


def test_a_training_that_gets_nowhere_on_inputs_out_of_scale_is_told_as_that():
    exam = regression(100, 1e-9)
    checked(training.look_at_the_way_down, exam)
    assert [f.severity for f in exam.findings] == ["suspicious"]  # nor does it with scaled ones


def saturated(scale, only_first=True, weights=0.5, rate=0.5):
    """Hidden neurons that are flat where inputs or weights are large; their layer alone learns."""
    X = scale * POINTS
    y = np.tanh(POINTS @ np.array([[1.0, -0.5], [0.3, 0.8]])) @ np.array([[1.0], [-1.0]])

    def step(p, X, y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        d = 2 * (h @ p["W2"] - y) / len(X)
        back = d @ p["W2"].T * (1 - h**2)
        p["W1"] -= rate * X.T @ back
        p["b1"] -= rate * back.sum(axis=0)
        if not only_first:
            p["W2"] -= rate * h.T @ d

    p = {"W1": weights * np.array([[-1.0, 0.4], [0.7, 0.9]]), "b1": np.array([0.1, -0.1]),
         "W2": np.array([[1.0], [-1.0]])}  # fmt: skip

    def loss(p, X, y):
        return np.mean((of_layers(np.tanh)(p, X) - y) ** 2)

    exam = exam_of(X, y, p, predict=of_layers(np.tanh), loss=loss, step=step)
    exam.chain = [exam.patient.start, exam.patient.stepped(exam.patient.start, exam.patient.data())]
    if scale > 15:
        exam.find("data_scale", "suspicious", "X", "X is large.")
    return exam


def test_flat_neurons_on_inputs_out_of_scale_that_do_not_learn_are_told_as_that():
    exam = saturated(300.0)
    checked(training.look_at_the_way_down, exam)
    raw, scaled = both(exam)
    assert said(exam)[-1] == ("data_scale", "wrong", "X")
    assert words(exam) == (
        f"in {raw.n_steps} steps the loss goes from {raw.losses[0]:.4g} to {raw.losses[-1]:.4g}; "
        f"with X scaled, from the same start, from {scaled[0]:.4g} to {scaled[-1]:.4g}."
    )


def test_a_few_samples_learned_with_scaled_inputs_alone_show_their_scale():
    exam = saturated(300.0)
    assert training.ruined_by_scale(exam)
    chosen = training.few_different(exam, 8)
    raw = training.trained(exam, exam.patient.data(chosen), 5, 400, 0.3).losses
    tamed = (training.scaled_inputs(exam)[chosen], exam.patient.data(chosen)[1])
    tamed = training.trained(exam, tamed, 5, 400, 0.1).losses
    assert words(exam) == (
        f"5 samples are not learned by heart, the loss goes from {raw[0]:.4g} to {raw[-1]:.4g}; "
        f"with X scaled, from the same start, from {tamed[0]:.4g} to {tamed[-1]:.4g}."
    )
    assert not training.ruined_by_scale(saturated(1.0))
    fine = regression(20, 0.001)
    assert not training.ruined_by_scale(fine)  # it learns as it is
    assert not training.ruined_by_scale(regression(100, 1e-9))  # nor with scaled inputs


def test_flat_slopes_are_wrong_where_smaller_weights_learn():
    exam = saturated(1.0, weights=60.0)
    exam.flat = {1: (0.8, 30.0)}
    losses = training.trained(exam, exam.patient.data(), 5, 60).losses
    assert training.fell(losses) <= 0.05
    assert training.tell_flat(exam, losses)
    assert said(exam) == [("saturated", "wrong", "layer 1")]
    start = [v / 30 if k < 2 else v for k, v in enumerate(exam.patient.start)]
    tamed = training.trained(exam, exam.patient.data(), 5, 60, start=start).losses
    assert words(exam) == (
        "of the slopes 80 % of layer 1 are as good as 0, and in a short training the loss goes "
        f"from {losses[0]:.4g} to {losses[-1]:.4g}; with the weights of layer 1 divided by 30, "
        f"from {tamed[0]:.4g} to {tamed[-1]:.4g}."
    )
    exam.findings.clear()
    assert training.tell_flat(exam, [1.0, 0.94])
    assert said(exam) == [("saturated", "note", "layer 1")]
    exam.findings.clear()
    assert not training.tell_flat(exam, [1.0, 0.89])  # it learns
    assert not training.tell_flat(exam, [tamed[-1] / 0.59, tamed[-1] / 0.61])  # not far better
    exam.find("data_scale", "suspicious", "X", "large")
    assert not training.tell_flat(exam, losses)
    exam.findings.clear()
    exam.flat = {1: (0.8, 0.5)}  # weights are never made larger
    assert not training.tell_flat(exam, losses)
    exam.flat = {}
    assert not training.tell_flat(exam, losses)


def test_what_was_suspicious_is_a_note_where_the_program_learns():
    exam = regression(1, 0.1)
    for kind in ("data_scale", "saturated", "dead"):
        exam.find(kind, "suspicious", "X", "seen.")
    checked(training.look_at_the_way_down, exam)
    assert {f.severity for f in exam.findings} == {"note"}
    assert exam.findings[0].seen == "seen. All the same, the program learns."
    exam = regression(1, 0.1, target=np.full((5, 1), 3.0))
    exam.find("dead", "suspicious", "X", "seen.")
    checked(training.look_at_the_way_down, exam)  # no better than one answer for all
    assert [f.severity for f in exam.findings] == ["suspicious"]


# Vectors and neurons that are taken as layers


def test_neurons_that_hold_their_own_weights_are_taken_as_layers():
    neurons = [{"w": np.array([0.5, -0.3]), "b": 0.1}, {"w": np.array([0.2, 0.7]), "b": -0.2}]
    last = [{"w": np.array([1.0, -0.6]), "b": 0.3}]

    def predict(p, X, name="layers"):
        for layer in p[name]:
            X = np.stack([np.tanh(X @ each["w"] + each["b"]) for each in layer], axis=1)
        return X

    exam = exam_of(POINTS, HIGH, {"layers": [neurons, last]}, predict=predict)
    data.bundle_neurons(exam)
    names = ["layers[0][:]['w']", "layers[0][:]['b']", "layers[1][:]['w']", "layers[1][:]['b']"]
    assert exam.patient.names == names
    assert exam.compared == [f"the neurons are taken together as layers: {', '.join(names)}"]
    assert exam.dense is not None
    assert [v.shape for v in exam.points[0]] == [(2, 2), (2,), (1, 2), (1,)]
    odd = exam_of(POINTS, HIGH, {"layers": [neurons, last]},
                  predict=lambda p, X: np.cos(predict(p, X)) ** 3)  # fmt: skip
    names = list(odd.patient.names)
    data.bundle_neurons(odd)  # no network
    assert odd.patient.names == names
    assert odd.patient.groups == []
    assert len(odd.points[0]) == 6
    neurons[1]["w"] = np.array([0.2, 0.7, 0.1])
    uneven = exam_of(POINTS, HIGH, {"layers": [neurons, last]},
                     predict=lambda p, X: np.ones((5, 1)) * p["layers"][0][0]["b"])  # fmt: skip
    data.bundle_neurons(uneven)
    assert uneven.patient.groups == []


def test_a_plain_list_of_vectors_is_left_as_it_is():
    p = [np.array([0.5, -0.3]), np.array([0.2, 0.7])]
    exam = exam_of(POINTS, HIGH, p, predict=lambda p, X: np.cos(X @ p[0] + X @ p[1])[:, None])
    data.bundle_neurons(exam)
    assert exam.patient.groups == []
    assert exam.compared == []


def test_a_vector_that_makes_a_network_is_cut():
    t = np.random.default_rng(0).normal(size=9)

    def predict(p, X):
        return np.tanh(X @ p["t"][:4].reshape(2, 2) + p["t"][4:6]) @ p["t"][6:8, None] + p["t"][8]

    exam = exam_of(POINTS, HIGH, {"t": t}, predict=predict)
    data.cut_vector(exam)
    assert exam.compared == [
        "the vector is cut into t[0:4] as (2, 2), t[4:6] as (2,), t[6:8] as (1, 2), t[8:9] as (1,)"
    ]
    assert [v.shape for v in exam.points[0]] == [(2, 2), (2,), (1, 2), (1,)]
    assert exam.dense is not None
    for size in (3, 4):  # so few are no vector of a network, and these are none
        W = np.arange(1.0, size + 1)
        exam = exam_of(np.ones((5, size)) + np.eye(5, size), HIGH, {"t": W},
                       predict=lambda p, X: np.cos(X @ p["t"])[:, None])  # fmt: skip
        data.cut_vector(exam)
        assert exam.patient.names == ["t"]
    exam = exam_of(POINTS, HIGH, {"t": t.reshape(3, 3)}, predict=lambda p, X: np.ones((5, 1)))
    data.cut_vector(exam)
    assert exam.patient.shapes == []


def test_class_numbers_that_are_subtracted_from_columns_are_told():
    labels = np.array([0, 1, 2, 1, 0])
    p = {"W": np.array([[0.5, 0.1, -0.2], [-0.25, 0.3, 0.7]])}

    def predict(p, X):
        return X @ p["W"]

    def loss(p, X, y):
        return np.mean((predict(p, X) - (y[:, None] if y.ndim == 1 else y)) ** 2)

    y = labels[:, None]
    exam = exam_of(POINTS, y, p, predict=predict, loss=loss)
    assert checked(data.look_at_target_shape, exam) == [("target_shape", "wrong", "y")]
    point = {"W": exam.points[0][0]}
    assert words(exam) == (
        "y holds class numbers, shape (5, 1), and they are subtracted from 3 columns of "
        f"predictions as if they were targets: the loss is {loss(point, POINTS, y):.4f}, and with "
        f"a column for each class it is {loss(point, POINTS, np.eye(3)[labels]):.4f}."
    )
    rows = np.arange(5)
    exam = exam_of(POINTS, labels, p, predict=predict,
                   loss=lambda p, X, y: -np.mean(predict(p, X)[rows, y]))  # fmt: skip
    assert checked(data.look_at_target_shape, exam) == []
    exam = exam_of(POINTS, labels, p, predict=predict, loss=lambda p, X, y: 1 / 0)
    assert checked(data.look_at_target_shape, exam) == []
