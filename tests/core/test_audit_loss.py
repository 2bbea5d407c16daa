"""The loss alone: which formula it is, of which targets, of which predictions."""

import numpy as np
import pytest
from exams import checked, exam_of, said, words
from small_network import (
    CLASSES,
    LABELS,
    SOFT,
    START,
    START3,
    X,
    Y,
    bce,
    ce,
    classify,
    mse,
    predict,
    softmax,
)

from nnlib.audit.loss import (
    advice_on_targets,
    look_at_formula,
    look_for_other_targets,
    look_for_square_of_mean,
    look_for_stretching,
    look_for_terms,
    other_tables,
)
from nnlib.audit.predictions import look_for_other_predictions
from nnlib.audit.terms import look_for_odd_terms, look_for_raw_hinge, one_number


def found(exam, check=look_at_formula):
    """The one finding that is made; none is None."""
    made = checked(check, exam)
    assert len(made) <= 1, made
    return made[0] if made else None


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (mse, None),
        (lambda p, X, y: -bce(p, X, y),
         "minus the mean of the binary cross-entropies: the better the predictions, the larger it "
         "is."),
        (lambda p, X, y: -np.mean(y * np.log(predict(p, X))),
         "the mean of the cross-entropies -y log(a): samples with y = 0 have no part in it. The "
         "other term, (1 - y) log(1 - a), is missing."),
        (lambda p, X, y: -np.mean((1 - y) * np.log(1 - predict(p, X))),
         "the mean of the terms -(1 - y) log(1 - a): samples with y = 1 have no part in it."),
        (lambda p, X, y: np.mean(predict(p, X) - y),
         "the mean of the errors, neither squared nor made positive: errors of either sign "
         "cancel."),
        (lambda p, X, y: np.mean(predict(p, X) - y) ** 2,
         "the square of the mean of the errors, not the mean of their squares: errors of either "
         "sign cancel."),
        (lambda p, X, y: np.sum(predict(p, X) - y) ** 2,
         "49 times the square of the mean of the errors, not the mean of their squares: errors of "
         "either sign cancel."),
        (lambda p, X, y: -np.mean(y * np.log(predict(p, X)) - (1 - y) * np.log(1 - predict(p, X))),
         "0.1429 times the terms -y log(a) and -0.1429 times the terms -(1 - y) log(1 - a): one "
         "of the two has the wrong sign."),
        (lambda p, X, y: 0.1 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)) - np.mean(
            y * np.log(predict(p, X)) - (1 - y) * np.log(1 - predict(p, X))),
         "0.1429 times the terms -y log(a) and -0.1429 times the terms -(1 - y) log(1 - a): one "
         "of the two has the wrong sign."),
    ],
)  # fmt: skip
def test_a_loss_with_a_slip_is_named(loss, text):
    for name in ("loss", "training_loss"):
        exam = exam_of(X, Y, START, predict=predict, **{name: loss})
        assert found(exam) == (("loss_formula", "wrong", name) if text else None)
        if text:
            assert words(exam) == f"{name} is {text}"
        else:
            assert exam.compared == [f"{name} is the mean of the squared errors"]


def test_a_cross_entropy_of_classes_has_one_term():
    def of_columns(p, X, y):
        return ce(p, X, y if y.ndim > 1 else np.eye(3)[y])

    for y in (CLASSES, LABELS):
        exam = exam_of(X, y, START3, predict=classify, loss=of_columns)
        assert found(exam) is None
        assert exam.compared[0].startswith("loss is the sum of the cross-entropies -y log(a) divid")


def test_both_losses_are_looked_at_unless_they_are_random():
    exam = exam_of(X, Y, START, predict=predict, loss=lambda *g: -mse(*g),
                   training_loss=lambda *g: -2 * mse(*g))  # fmt: skip
    assert [w for _, _, w in checked(look_at_formula, exam)] == ["loss", "training_loss"]
    exam = exam_of(X, Y, START, predict=predict, loss=lambda *g: -mse(*g))
    exam.find("loss_random", "wrong", "loss", "random")
    assert checked(look_at_formula, exam) == []


@pytest.mark.parametrize(
    ("order", "kind", "text"),
    [
        (lambda y: np.roll(y, 1, axis=0), "pairs_broken",
         "each sample has those of the sample before it."),
        (lambda y: np.roll(y, -1, axis=0), "pairs_broken",
         "each sample has those of the sample behind it."),
        (lambda y: y[::-1], "pairs_broken", "the samples have them in the reverse order."),
        (lambda y: np.roll(y, 1, axis=1), "loss_formula",
         "the columns are moved by 1, each class stands where another one should."),
        (lambda y: np.roll(y, 2, axis=1), "loss_formula",
         "the columns are moved by -1, each class stands where another one should."),
    ],
)  # fmt: skip
def test_a_loss_of_other_targets_is_named(order, kind, text):
    exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y: ce(p, X, order(y)))
    assert found(exam) == (kind, "wrong", "loss")
    assert words(exam) == f"loss is a known one, but for other targets than y: {text}"


def test_a_softmax_over_the_samples_is_named():
    def logits(p, X):
        return predict(p, X, lambda z: z)

    def loss(p, X, y):
        return -np.mean(np.sum(y * np.log(softmax(logits(p, X).T).T), axis=1))

    exam = exam_of(X, CLASSES, START3, predict=logits, loss=loss)
    assert found(exam) == ("samples_mixed", "wrong", "loss")
    assert words(exam) == (
        "loss is that of a softmax whose sums run over the samples, not the classes."
    )


def test_a_loss_of_a_stretched_table_is_named():
    def flat(p, X):
        return predict(p, X)[:, 0]

    for formula in (
        lambda a, y: np.mean((a - y) ** 2), lambda a, y: np.sum(np.abs(a - y)),
        lambda a, y: -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)),
        lambda a, y: -np.sum(y * np.log(a)),
    ):  # fmt: skip
        exam = exam_of(X, SOFT, START, predict=flat,
                       loss=lambda p, X, y, f=formula: f(flat(p, X), y))  # fmt: skip
        assert found(exam) == ("target_shape", "wrong", "y")
        assert words(exam) == (
            "y has shape (7, 1), the predictions have shape (7,): loss is that of the (7, 7) table "
            "into which NumPy stretches them."
        )
    exam.findings.clear()
    exam.find("target_shape", "wrong", "predictions", "said before")
    assert checked(look_for_stretched, exam) == []
    exam = exam_of(X, SOFT, START, predict=flat, loss=lambda p, X, y: np.sum(flat(p, X) ** 3))
    assert checked(look_at_formula, exam) == []
    exam = exam_of(X, SOFT, START, predict=predict, loss=lambda *g: 1.7 * mse(*g))
    assert checked(look_for_stretched, exam) == []  # it has the shape of y
    exam = exam_of(X, SOFT, START, loss=mse)
    assert checked(look_for_stretched, exam) == []


def look_for_stretched(exam):
    """Look for a stretched table, whatever the loss is."""
    look_for_stretching(exam, "loss")


@pytest.mark.parametrize(("off", "told"), [(0.9e-4, True), (1.1e-4, False)])
def test_a_stretched_table_fits_to_a_ten_thousandth(off, told):
    calls = []

    def loss(p, X, y):
        """The first call is off by a share that the others are not."""
        calls.append(1)
        a = predict(p, X)[:, 0]
        return np.mean((a - y) ** 2) * (1 - off * (len(calls) == 1))

    exam = exam_of(X, SOFT, START, predict=lambda p, X: predict(p, X)[:, 0], loss=loss)
    assert len(exam.points) == 8
    calls.clear()
    assert bool(checked(look_for_stretched, exam)) == told
    assert len(calls) == 5


# Near cases


def look_for(check, exam):
    """What one look finds; it returns whether it has found something."""
    answer = check(exam, "loss")
    assert answer == bool(exam.findings)
    return said(exam)


@pytest.mark.parametrize(("share", "told"), [(0.9, True), (1.1, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_terms_of_different_signs_fit_to_a_millionth(share, told, sign):
    def terms(p):
        a = predict(p, X)
        return -np.sum(Y * np.log(a)), -np.sum((1 - Y) * np.log(1 - a)), penalty(p)

    def penalty(p):
        return np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2)

    exam = exam_of(X, Y, START, predict=predict, loss=len)
    points = [dict(zip(START, p, strict=True)) for p in exam.points]
    A = np.array([terms(p) for p in points])
    other = np.array([p["b1"].sum() for p in points])
    left = min(
        np.abs(other - B @ np.linalg.lstsq(B, other, rcond=None)[0]).max() for B in (A[:, :2], A)
    )
    size = share * 1e-6 * np.ptp(A @ [2, -sign, 0]) / left
    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: (
        np.dot(terms(p), [2, -sign, 0]) + size * p["b1"].sum()))  # fmt: skip
    named = told and sign > 0  # with one sign they are a cross-entropy with weights
    assert look_for(look_for_terms, exam) == [("loss_formula", "wrong", "loss")] * named
    if named:
        assert "loss is 2 times the terms -y log(a) and -1 times the terms" in words(exam)


def test_terms_are_looked_for_where_answers_are_probabilities():
    def line(p, X):
        return predict(p, X, lambda z: 3 * z)

    exam = exam_of(X, Y, START, predict=line, loss=lambda p, X, y: np.sum(line(p, X) * y))
    assert look_for(look_for_terms, exam) == []
    exam = exam_of(X, Y, START, loss=mse)
    for check in (look_for_terms, look_for_square_of_mean, look_for_other_targets):
        assert look_for(check, exam) == []


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (1, "the square of"), (1 + 0.9e-4, "the square of"), (1 + 1.2e-4, "1 times the square of"),
        (0.5, "0.5 times the square of"),
    ],
)  # fmt: skip
def test_the_factor_of_a_squared_mean_is_told(f, text):
    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: (
        f * np.mean(predict(p, X) - y) ** 2))  # fmt: skip
    assert look_for(look_for_square_of_mean, exam) == [("loss_formula", "wrong", "loss")]
    assert words(exam).startswith(f"loss is {text} the mean of the errors, not the mean of their")
    assert exam.findings[0].advice == (
        "The square stands outside of the mean: np.mean(y - a) ** 2.",
        "Square first: np.mean((y - a) ** 2).",
    )


@pytest.mark.parametrize(("share", "told"), [(0.9, False), (1.1, True)])
def test_a_squared_mean_has_to_change(share, told):
    """By a thousandth of it; of numbers that are nearly one anything is a multiple."""
    exam = exam_of(X, Y, START, predict=predict, loss=mse)
    means = np.sqrt(np.linspace(1 - share * 1e-3, 1, 8))
    exam.base_values = ({}, [Y + m for m in means])
    values = iter(means**2)
    exam.loss = lambda *given: next(values)
    assert bool(look_for(look_for_square_of_mean, exam)) == told


def test_a_softmax_over_the_samples_needs_classes_and_three_samples():
    def logits(p, X):
        return predict(p, X, lambda z: z)

    def loss(p, X, y):
        return -np.sum(y * np.log(softmax(logits(p, X).T).T))

    for count, columns, told in ((7, 2, True), (3, 3, True), (2, 3, False), (7, 1, False)):
        start = START3 | {"W2": START3["W2"][:, :columns], "b2": START3["b2"][:columns]}
        y = np.eye(columns)[np.arange(count) % columns]
        exam = exam_of(X[:count], y, start, predict=logits, loss=loss)
        made = look_for(look_for_other_targets, exam)
        assert made == [("samples_mixed", "wrong", "loss")] * told


def test_other_targets_that_are_the_same_are_not_told():
    same = CLASSES[[0, 0, 0, 0, 0, 0, 0]]
    exam = exam_of(X, same, START3, predict=classify, loss=ce)
    assert look_for(look_for_other_targets, exam) == []


def test_other_targets_may_stand_beside_a_penalty():
    for names in (("W1", "W2"), tuple(START3)):
        exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y, names=names: (
            ce(p, X, y[::-1]) + 0.1 * sum(np.sum(p[name] ** 2) for name in names)))  # fmt: skip
        assert look_for(look_for_other_targets, exam) == [("pairs_broken", "wrong", "loss")]
    exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y: (
        ce(p, X, y[::-1]) + 0.1 * np.sum(p["b1"] ** 2)))  # fmt: skip
    assert look_for(look_for_other_targets, exam) == []


def test_every_class_for_each_sample_is_told():
    exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y: (
        ce(p, X, np.ones_like(y))))  # fmt: skip
    assert look_for(look_for_other_targets, exam) == [("loss_formula", "wrong", "loss")]
    assert words(exam) == (
        "loss is a known one, but for other targets than y: each sample has a 1 for every class "
        "that any of them has, as table[:, y] = 1 makes, and table[np.arange(n), y] = 1 with a y "
        "of the shape (n, 1)."
    )


def test_ones_that_stand_one_entry_off_are_told():
    for by, where in ((-1, "before"), (1, "behind")):
        exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y, by=by: (
            ce(p, X, np.roll(y.ravel(), by).reshape(y.shape))))  # fmt: skip
        assert look_for(look_for_other_targets, exam) == [("loss_formula", "wrong", "loss")]
        assert words(exam) == (
            "loss is a known one, but for other targets than y: each 1 stands one entry "
            f"{where} its place, as a flat index makes it that is one off: at the edge it comes "
            "into the next row."
        )


@pytest.mark.parametrize(("classes", "numbers"), [(3, "0, 1, 2"), (4, "0, 1, 2, 3"),
                                                  (5, "0, 1, 2, 3, …")])  # fmt: skip
def test_rows_of_ones_are_told_with_their_numbers(classes, numbers):
    y = np.eye(classes)[np.arange(2 * classes) % classes]
    *_, (kind, text, table) = other_tables(y)
    assert kind == "gradient_wrong"
    assert text == (
        f"a whole row of ones for the samples with index {numbers}, the numbers of the classes, as "
        "d[y] -= 1 makes, where d[np.arange(n), y] -= 1 is meant"
    )
    assert table.tolist() == [[1.0] * classes] * classes + [[0.0] * classes] * classes
    moved = [text.split(",")[0] for _, text, _ in other_tables(y)][4:-3]
    by = {3: [1, -1], 4: [1, 2, -1], 5: [1, 2, -2, -1]}[classes]
    assert moved == [f"the columns are moved by {k}" for k in by]


def test_rows_of_ones_need_as_many_samples_as_classes():
    for classes, told in ((3, True), (4, False)):
        y = np.eye(classes)[[0, classes - 1, 1]]
        assert any("row of ones" in text for _, text, _ in other_tables(y)) == told


def test_other_predictions_are_looked_for_where_nothing_was_found():
    def bare(p, X):
        return predict({**p, "b1": 0 * p["b1"]}, X)

    start = START | {"b1": START["b1"] + 1}
    exam = exam_of(X, Y, start, loss=mse, predict=bare)
    assert found(exam) == ("loss_formula", "wrong", "predict")
    exam = exam_of(X, Y, start, loss=mse, predict=bare)
    exam.find("data_type", "wrong", "X", "said before")
    assert found(exam) is None


def test_other_tables_are_these():
    y = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    tables = [(kind, table.tolist()) for kind, _, table in other_tables(y)]
    assert tables == [
        ("pairs_broken", y[[2, 0, 1]].tolist()), ("pairs_broken", y[[1, 2, 0]].tolist()),
        ("pairs_broken", y[::-1].tolist()), ("gradient_wrong", [[1, 1, 0]] * 3),
        ("gradient_wrong", y[:, [2, 0, 1]].tolist()), ("gradient_wrong", y[:, [1, 2, 0]].tolist()),
        ("gradient_wrong", [[0, 0, 0], [1, 0, 1], [0, 0, 1]]),  # each 1 an entry before its place
        ("gradient_wrong", [[0, 1, 0], [0, 0, 1], [0, 1, 0]]),
        ("gradient_wrong", [[1, 1, 1], [1, 1, 1], [0, 0, 0]]),  # the rows 0 and 1, as the classes
    ]  # fmt: skip
    assert len([*other_tables(y[:, :1])]) == 3
    assert len([*other_tables(y[:, :2] + 0.1)]) == 3
    assert len([*other_tables(np.eye(20))]) == 4 + 11 + 2 + 1


def test_what_fails_on_the_way_is_not_told_as_a_formula():
    for look in (look_for_terms, look_for_other_targets, look_for_square_of_mean):
        exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: 1 / 0)
        assert not look(exam, "loss")
        exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: np.nan)
        assert not look(exam, "loss")
        exam = exam_of(X, Y, START, predict=predict, loss=mse)
        assert not look(exam, "loss")
        assert said(exam) == []
        exam = exam_of(X[:1], Y[:1], START, predict=predict, loss=lambda *g: -mse(*g))
        assert not look(exam, "loss")


# Each loss by its own name


def logits(p, X):
    return predict(p, X, lambda z: 3 * z)


def shown_flat(p, X):
    return predict(p, X)[:, 0]


SLIPPED = {
    "terms": (look_for_terms, predict, Y, lambda a, y: (
        -np.mean(y * np.log(a) - (1 - y) * np.log(1 - a)))),
    "square of mean": (look_for_square_of_mean, predict, Y, lambda a, y: np.mean(a - y) ** 2),
    "other targets": (look_for_other_targets, predict, SOFT, lambda a, y: np.mean(
        (a - y[::-1]) ** 2)),
    "odd terms": (look_for_odd_terms, predict, Y, lambda a, y: np.mean((a + y) ** 2)),
    "one number": (one_number, predict, Y, lambda a, y: 0.5),
    "raw hinge": (look_for_raw_hinge, logits, Y, lambda a, y: np.mean(np.maximum(0, 1 - a * y))),
    "stretching": (look_for_stretching, shown_flat, SOFT, lambda a, y: np.mean((a - y) ** 2)),
    "other predictions": (look_for_other_predictions, lambda p, X: predict(p, X / 4), SOFT, None),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPPED)
@pytest.mark.parametrize("role", ["loss", "training_loss"])
def test_each_slip_is_looked_for_in_the_loss_that_is_named(name, role):
    look, network, y, of = SLIPPED[name]

    def slipped(p, X, y):
        return mse(p, X, y) if of is None else of(network(p, X), y)

    def sound(p, X, y):
        return np.mean((np.ravel(network(p, X)) - np.ravel(y)) ** 2)

    losses = {"loss": sound, "training_loss": sound} | {role: slipped}
    for other in losses:
        exam = exam_of(X, y, START, predict=network, **losses)
        look(exam, other)
        assert len(exam.findings) == (other == role)


def test_what_to_do_about_other_targets_hangs_on_their_kind():
    assert advice_on_targets("pairs_broken") is None
    text = (
        "The table of targets is filled at wrong places.",
        "Print some rows of this table beside the y of these rows.",
    )
    assert advice_on_targets("gradient_wrong") == text
    for order, advice in ((lambda y: y[::-1], None), (lambda y: np.roll(y, 1, axis=1), text)):
        exam = exam_of(X, CLASSES, START3, predict=classify, loss=lambda p, X, y, order=order: (
            ce(p, X, order(y))))  # fmt: skip
        assert look_for_other_targets(exam, "loss")
        assert exam.findings[0].advice == advice


@pytest.mark.parametrize(("where", "kind", "looked"), [
    ("y", "data_type", False), ("X", "data_type", True), ("y", "class_missing", True),
])  # fmt: skip
def test_a_loss_is_not_looked_at_where_its_targets_are_of_a_wrong_type(where, kind, looked):
    exam = exam_of(X, Y, START, predict=predict, loss=mse)
    exam.find(kind, "wrong", where, "said before")
    look_at_formula(exam)
    assert exam.compared == ["loss is the mean of the squared errors"] * looked
