"""What an audit knows of a program: how it is asked, its points, its loss, its slopes."""

import numpy as np
import pytest
from exams import exam_of
from small_network import START, X, Y, bce, mse, predict, sigmoid, unknown

from nnlib.audit import data, functions, loss, numbers, unused
from nnlib.audit.comparison import Comparison
from nnlib.audit.exam import cut_off
from nnlib.audit.falling import falling
from nnlib.audit.formulas import Formula
from nnlib.audit.mismatches import by_form_of_loss, shares_of_targets
from nnlib.audit.patient import Failed
from nnlib.audit.predictions import (
    bias_behind_the_activation,
    biases_in_the_sum,
    lines_before,
    look_for_other_predictions,
)
from nnlib.audit.readings import tell_output_slope

# In which precision a program is asked

SHORT = {name: value.astype(np.float32) for name, value in START.items()}


def recorded(network=unknown, x=X, y=Y, parameters=SHORT, own=mse, **given):
    """An audit of a program in float32, and the types in which its functions are asked."""
    seen = set()

    def noted(*given):
        arrays = [each for each in given if isinstance(each, np.ndarray)]
        seen.update(array.dtype for array in [*arrays, *given[0].values()])

    def answer(p, X):
        noted(p, X)
        return network(p, X)

    def cost(p, X, y):
        noted(p, X, y)
        return own(p, X, y, network)

    def gradients(p, X, y):
        noted(p, X, y)
        return p

    made = {"predict": answer, "loss": cost, "gradients": gradients} | given
    exam = exam_of(x.astype(np.float32), y.astype(np.float32), parameters, **made)
    assert exam.points
    assert exam.labels is False
    assert exam.targets is not None
    seen.clear()
    return exam, seen


def without_network(question):
    def ask(exam):
        exam.dense = None
        question(exam)

    return ask


def compared(question):
    def ask(exam):
        exam.formula = Formula("squared", 1.0)
        question(Comparison(exam, exam.points[0], None))

    return ask


MEASURED = {
    "distance": lambda exam: exam.distance(exam.patient.start),
    "dense": lambda exam: exam.dense,
    "base values": lambda exam: exam.base_values,
    "factor": lambda exam: exam.factor_for(exam.points[0], np.arange(3), "squared",
                                           Formula("squared", 1.0)),
    "formula": lambda exam: exam.formula,
    "known slopes": without_network(lambda exam: exam.known_slopes(
        exam.points[0], "squared", None, exam.measured(exam.points[0], None))),
    "range": without_network(data.output_range),
    "one alone": functions.ask_one_alone,
    "by sample": lambda exam: functions.by_sample(exam, 0),
    "unused": unused.look_for_unused_samples,
    "twice": lambda exam: functions.ask(exam, "gradients"),
    "formula of the loss": loss.look_at_formula,
    "form of the loss": compared(lambda c: by_form_of_loss(
        setattr(c, "formula", Formula("root", 1.0)) or c, c.measured.slope, 2.0)),
    "shares of targets": compared(lambda c: shares_of_targets(c, np.eye(7))),
    "falling": compared(lambda c: falling(c.exam, c.point, c.index, [3])),
    "slopes of some": compared(lambda c: c.slopes_at(np.arange(2), [[(0, 0)], [], [], []])),
    "output's slope": lambda exam: tell_output_slope(
        exam, lambda i: exam.measured(exam.points[0], i).slope, exam.points[0], "gradients"),
}  # fmt: skip


@pytest.mark.parametrize("name", MEASURED)
def test_what_is_measured_is_asked_in_float64(name):
    exam, seen = recorded()
    with np.errstate(all="ignore"):
        MEASURED[name](exam)
    assert seen == {np.dtype(np.float64)}


SHOWN = {
    "answers": lambda exam: exam.__dict__.pop("first_answers") is exam.first_answers,
    "predict": lambda exam: functions.ask(exam, "predict"),
    "loss": lambda exam: functions.ask(exam, "loss"),
    "printed": lambda exam: numbers.printed(exam, "cost", exam.patient.start),
    "asked": lambda exam: data.asked(exam, *exam.patient.data()),
    "changes": functions.look_for_changes,
    "calls": functions.call_each_once,
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_program_shows_itself_is_asked_in_its_own_types(name):
    exam, seen = recorded()
    exam.reports["cost"] = exam.patient.functions["loss"]
    if name == "calls":  # gradients are always compared with what is measured
        del exam.patient.functions["gradients"]
    SHOWN[name](exam)
    assert seen == {np.dtype(np.float32)}


def behind(p, X):
    """The hidden bias stands behind the activation."""
    return sigmoid((np.tanh(X @ p["W1"]) + p["b1"]) @ p["W2"] + p["b2"])


def counted(p, X):
    """The output's bias stands within the sum over its three inputs."""
    return sigmoid(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + 3 * p["b2"])


def scaled(p, X):
    return predict(p, X / 4)


def test_other_predictions_are_asked_in_float64():
    exam, seen = recorded(scaled)
    exam.patient.functions["loss"] = lambda p, X, y: mse(p, X, y)
    look_for_other_predictions(exam, "loss")
    assert len(exam.findings) == 1
    assert ": it first divides X by 4" in exam.findings[0].seen
    assert seen == {np.dtype(np.float64)}
    exam, seen = recorded(counted)
    exam.dense = None
    seen.clear()
    assert biases_in_the_sum(exam, {3: 3.0})
    assert seen == {np.dtype(np.float64)}
    exam, seen = recorded(behind)
    assert exam.formula is not None
    seen.clear()
    bias_behind_the_activation(exam, exam.points[0], None, 1, np.zeros(3))
    assert seen == {np.dtype(np.float64)}
    exam, seen = recorded(predict)
    network = exam.dense
    seen.clear()
    lines_before(exam, network)
    assert seen == {np.dtype(np.float64)}


def test_of_flat_answers_a_factor_is_asked_at_another_point_in_float64():
    exam, seen = recorded(lambda p, X: sigmoid(1e3 * p["b2"] + 0 * X[:, :1]))
    exam.points[0] = [0 * v for v in exam.points[0]]  # there they are a half
    exam.points[1] = [1 + 0 * v for v in exam.points[1]]
    exam.loss = lambda values, index, name: 3.0 if values is exam.points[0] else 5.0
    some = np.arange(4)
    found = exam.factor_for(exam.points[1], some, "binary", Formula("binary", 1.0))
    assert found == pytest.approx(3 / (4 * np.log(2)))
    assert seen == {np.dtype(np.float64)}
    far = exam.factor_for(exam.points[1], some, "squared", Formula("squared", 1.0))
    assert far == pytest.approx(5 / np.sum(Y[:4] == 0))  # of a square there is nothing to be cut


def test_a_vector_is_cut_by_answers_in_float64():
    t = np.random.default_rng(0).normal(size=9).astype(np.float32)

    def network(p, X):
        t = p["t"]
        return np.tanh(X @ t[:4].reshape(2, 2) + t[4:6]) @ t[6:8, None] + t[8]

    exam, seen = recorded(network, parameters={"t": t})
    data.cut_vector(exam)
    assert len(exam.patient.shapes) == 4
    assert seen == {np.dtype(np.float64)}


def test_class_numbers_are_compared_in_float64():
    start = {"W": np.arange(6, dtype=np.float32).reshape(2, 3) / 6}
    labels = np.arange(7) % 3
    seen = set()

    def network(p, X):
        seen.update((p["W"].dtype, X.dtype))
        return X @ p["W"]

    def cost(p, X, y):
        return np.mean((X @ p["W"] - (y[:, None] if y.ndim == 1 else y)) ** 2)

    exam = exam_of(X.astype(np.float32), labels, start, predict=network, loss=cost)
    answer = exam.first_answers
    assert exam.formula is None
    seen.clear()
    data.compare_class_numbers(exam, answer, labels[:, None])
    assert len(exam.findings) == 1
    assert seen == {np.dtype(np.float64)}


def test_a_stretched_table_and_a_printed_loss_are_computed_in_float64():
    exam, seen = recorded(lambda p, X: unknown(p, X)[:, 0])
    loss.look_for_stretching(exam, "loss")
    assert len(exam.findings) == 1
    assert seen == {np.dtype(np.float64)}
    exam, seen = recorded()
    exam.reports["cost"] = lambda p, X, y: 0.5
    numbers.compare_loss(exam, "cost")
    assert seen == {np.dtype(np.float64)}


# Its loss


@pytest.mark.parametrize(
    ("penalty", "name"),
    [
        (lambda p: np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2), "decay"),
        (lambda p: sum(np.sum(v**2) for v in p.values()), "decay_of_all"),
        (lambda p: np.sum(np.abs(p["W1"])) + np.sum(np.abs(p["W2"])), "sizes"),
        (lambda p: sum(np.sum(np.abs(v)) for v in p.values()), "sizes_of_all"),
    ],
)
@pytest.mark.parametrize("c", [0.03, -0.1])
def test_each_penalty_is_known_by_its_name(penalty, name, c):
    exam = exam_of(X, Y, START, predict=predict,
                   loss=lambda p, X, y: 2 * mse(p, X, y) + c * penalty(p))  # fmt: skip
    for few in (None, np.array([0, 2, 3, 5])):
        formula = exam.formula if few is None else exam.formula_at(exam.points[1], few)
        assert formula.base == "squared"
        assert formula.factor == pytest.approx(2 / (7 if few is None else 4))
        names = ("decay", "decay_of_all", "sizes", "sizes_of_all")
        assert {each: getattr(formula, each) for each in names} == {
            each: pytest.approx(c * (each == name)) for each in names
        }


def test_a_formula_needs_numbers_and_a_loss_that_does_not_fail():
    for of in (lambda p, X, y: 1 / 0, lambda p, X, y: np.nan):
        exam = exam_of(X, Y, START, predict=predict, loss=of)
        assert exam.formula is None
    exam = exam_of(X, Y, START, loss=mse)
    assert exam.formula is None
    exam = exam_of(X, Y, START, predict=predict, loss=mse)
    broken = iter([np.nan] * 3 + [1.0] * 99)
    exam.patient.functions["loss"] = lambda p, X, y: next(broken) * mse(p, X, y)
    assert exam.formula.factor == pytest.approx(1 / 7)  # the other points are enough


def test_a_loss_of_its_own_name_is_asked():
    exam = exam_of(X, Y, START, predict=predict, loss=mse, training_loss=bce)
    assert exam.formula.base == "binary"
    assert exam.formula_of("loss").base == "squared"
    own = Formula("squared", 1 / 7)
    index = np.array([1, 4, 6])
    found = exam.factor_for(exam.points[2], index, "squared", own, "loss")
    assert found == pytest.approx(1 / 3)


# Its slopes


def test_slopes_of_rounded_answers_are_measured_with_longer_steps():
    def rounded(p, X):
        return np.float32(unknown(p, X))

    exact = exam_of(X, Y, START, predict=unknown, loss=mse)
    exam = exam_of(X, Y, START, predict=rounded, loss=mse)
    exam.patient.single = True
    like = exact.measured(exact.points[0], None)
    wanted = exact.known_slopes(exact.points[0], "squared", None, like)
    found = exam.known_slopes(exam.points[0], "squared", None, like)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, atol=5e-3 * np.abs(b).max())


# Its points


def test_points_are_those_at_which_the_answers_are_furthest_from_flat():
    for far, tried, best in (
        ([0.0, 0.01, 0.015, 0.01, 0.0, 0.0], 6, 0.1),
        ([0.021], 1, 1.0),
        ([0.01, 0.01, 0.019, 0.02, 0.021], 5, 0.01),
        ([-1.0, -1.0, -1.0, -1.0, -1.0, -1.0], 6, 1.0),
        ([0.0, 0.0, 0.0, 0.0, 0.0, 0.001], 6, 0.001),
    ):
        exam = exam_of(X, Y, START, predict=predict)
        scales, left = [], iter(far)
        exam.distance = lambda values, left=left: next(left)
        exam.jittered = lambda scale, rng, scales=scales: scales.append(scale) or [scale]
        assert exam.points == [[best]] * 8
        assert scales == [1.0, 0.3, 0.1, 0.03, 0.01, 0.001][:tried] + [best] * 8


def test_of_one_sample_answers_are_as_far_from_flat_as_of_several():
    exam = exam_of(X[:1], Y[:1], START, predict=lambda p, X: np.array([[0.3]]))
    assert exam.distance(exam.patient.start) == pytest.approx(0.3)
    for off, share in ((0.9e-9, 1e-3), (1.1e-9, 1.0)):
        answers = np.array([[0.3], [0.3 + off]])
        exam = exam_of(X[:2], Y[:2], START, predict=lambda p, X, answers=answers: answers)
        assert exam.distance(exam.patient.start) == pytest.approx(0.3 * share)
    alike = np.array([[0.3, 0.6], [0.3, 0.6]])  # whatever X is; the outputs differ
    exam = exam_of(X[:2], alike, START, predict=lambda p, X: alike)
    assert exam.distance(exam.patient.start) == pytest.approx(0.3e-3)


def test_a_network_is_also_looked_for_where_all_neurons_are_awake():
    """At a start at which a ReLU is off for all samples, it may be anything."""
    start = {"W": -np.ones((2, 3)), "b": np.full(3, -50.0), "V": np.ones((3, 1)),
             "c": np.array([0.5])}  # fmt: skip

    def network(p, X):
        return np.maximum(X @ p["W"] + p["b"], 0) @ p["V"] + p["c"]

    exam = exam_of(np.abs(X), Y, start, predict=network)
    assert [each.name for each in exam.dense.activations] == ["ReLU", "identity"]
    exam = exam_of(np.abs(X), Y, start, predict=network)
    exam.patient.functions["predict"] = lambda p, X: (
        network(p, X) if np.abs(p["b"]).max() > 10 else np.full((len(X), 1), np.nan))  # fmt: skip
    assert exam.dense is not None
    exam.patient.functions["predict"] = lambda p, X: 1 / 0
    del exam.__dict__["dense"]
    assert exam.dense is None


@pytest.mark.parametrize(("n", "asked_for"), [(40, {6, 40}), (130, {6, 130, 44})])
def test_a_network_answers_alike_for_all_samples_at_all_points(n, asked_for):
    """The first six samples do not show that the output is a ReLU; others do."""
    X = np.where(np.arange(n) < 6, np.linspace(1.0, 1.5, n), -np.linspace(1.0, 1.5, n))[:, None]
    start = {"W": np.full((1, 3), 0.7), "V": np.full((3, 1), 0.8)}
    asked = []

    def network(p, X):
        asked.append(len(X))
        return np.maximum(np.tanh(X @ p["W"]) @ p["V"], 0)

    def names(function):
        exam = exam_of(X, np.ones((n, 1)), start, predict=function)
        exam.points = [[v * (1 + 0.1 * k) for v in exam.patient.start] for k in range(8)]
        asked.clear()
        return [each.name for each in exam.dense.activations]

    assert names(network) == ["tanh", "ReLU"]
    assert set(asked) == asked_for
    # Answers that are cut off are those of no network; that of the six samples is kept.
    assert names(lambda p, X: np.maximum(network(p, X), 0.1)) == ["tanh", "identity"]


@pytest.mark.parametrize(("low", "cut"), [(0.9e-9, True), (1.1e-9, False)])
def test_answers_are_cut_off_near_0_and_1(low, cut):
    for edge in (low, 1 - low):
        assert cut_off(np.array([[0.5, edge]])) is cut
    assert not cut_off(np.zeros((0, 1)))


def test_names_of_layers_are_those_of_the_program():
    start = {"first": START["W1"], "c": START["b1"], "W1": START["W2"]}

    def network(p, X):
        return np.tanh(X @ p["first"] + p["c"]) @ p["W1"]

    exam = exam_of(X, Y, start, predict=network)
    assert exam.in_own_names("W1, b1; W2.T, W3, dW1, b2") == "first, c; W1.T, W3, dW1, b2"
    exam.dense = None
    assert exam.in_own_names("W1, b1") == "W1, b1"
    start = {"V": np.array([[0.3], [0.4], [-0.7]])}
    exam = exam_of(X, Y, start, predict=lambda p, X: X @ p["V"][1:] + p["V"][0])
    assert exam.in_own_names("b1 of W1") == "the biases in V of V"


# Sentences on few of many samples


def few_of_many(divisor, n=200):
    """An exam in which few samples are asked of a loss that is divided by a number of them."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(n, 3)), rng.normal(size=(n, 2))
    p = {"W1": 0.3 * rng.normal(size=(3, 4)), "b1": np.zeros(4),
         "W2": 0.3 * rng.normal(size=(4, 2)), "b2": np.zeros(2)}  # fmt: skip

    def predict(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def loss(p, X, y):
        return np.sum((predict(p, X) - y) ** 2) / divisor(len(y))

    exam = exam_of(X, y, p, predict=predict, loss=loss)
    exam.few = exam.index(64)
    return exam


@pytest.mark.parametrize(
    ("divisor", "told"),
    [(lambda n: n, "by the number of samples"), (lambda n: 64, "by 64"),
     (lambda n: 1, "by the number of samples")],
)  # fmt: skip
def test_a_divisor_is_the_number_of_samples_where_it_is_another_for_fewer(divisor, told):
    exam = few_of_many(divisor)
    exam.look("it is divided by the 64 samples")
    exam.miss("It is divided by the 64 samples.")
    exam.find("loss_formula", "wrong", "loss", "It is divided twice by the 64 samples.")
    assert exam.compared == [f"it is divided {told}"]
    assert exam.missing == [f"It is divided {told}."]
    assert exam.findings[0].seen == f"It is divided twice {told}."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("64 = 64 / 1, and there are 64 samples.", "64 = 64 / 1, and 64 samples were asked."),
        ("A sum over the 64 samples.", "A sum over the samples."),
        ("A mean over 64 samples?", "A mean over the 64 samples asked?"),
        ("Multiplied by 64 once more.", "Multiplied by 64 once more."),
        ("multiplied by 64 once more", "multiplied by the number of samples once more"),
        ("It is divided by the 128 entries.", "It is divided by the number of entries."),
        ("It is 64 times the slope on 200 samples.", "It is 64 times the slope on 200 samples."),
    ],
)  # fmt: skip
def test_of_few_samples_no_sentence_speaks_as_of_all(text, told):
    exam = few_of_many(lambda n: n)
    assert exam.of_all(text) == told
    exam.few = None
    assert exam.of_all(text) == text
    del exam.few  # nothing was asked of few yet
    assert exam.of_all(text) == text


def test_a_loss_that_fails_on_fewer_samples_is_taken_to_be_divided_by_their_number(monkeypatch):
    exam = few_of_many(lambda n: n)
    assert exam.formula is not None

    def fail(*given):
        raise Failed("loss", "raised ValueError.")

    monkeypatch.setattr(exam, "factor_for", fail)
    assert exam.shares_out
