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
    look_at_formula,
    look_for_other_targets,
    look_for_square_of_mean,
    look_for_terms,
    other_tables,
)


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
    exam.find("target_shape", "wrong", "y", "said before")
    assert checked(look_at_formula, exam) == []
    exam = exam_of(X, SOFT, START, predict=flat, loss=lambda p, X, y: np.sum(flat(p, X) ** 3))
    assert checked(look_at_formula, exam) == []


def test_other_tables_are_these():
    y = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    tables = [(kind, table.tolist()) for kind, _, table in other_tables(y)]
    assert tables == [
        ("pairs_broken", y[[2, 0, 1]].tolist()), ("pairs_broken", y[[1, 2, 0]].tolist()),
        ("pairs_broken", y[::-1].tolist()), ("samples_mixed", [[1, 1, 0]] * 3),
        ("gradient_wrong", y[:, [2, 0, 1]].tolist()), ("gradient_wrong", y[:, [1, 2, 0]].tolist()),
        ("gradient_wrong", [[1, 1, 1], [1, 1, 1], [0, 0, 0]]),  # the rows 0 and 1, as the classes
    ]  # fmt: skip
    assert len([*other_tables(y[:, :1])]) == 3
    assert len([*other_tables(y[:, :2] + 0.1)]) == 3
    assert len([*other_tables(np.eye(20))]) == 4 + 11 + 1


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
