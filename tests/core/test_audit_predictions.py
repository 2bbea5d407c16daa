"""A loss of other predictions than those of predict: which line differs; and near cases."""

import numpy as np
import pytest
from exams import exam_of, said, words
from small_network import CLASSES, SOFT, START, START3, X, Y, bce, classify, mse, predict, sigmoid

from nnlib.audit.formulas import ACTIVATIONS, SOFTMAX, Dense, Formula, Layer
from nnlib.audit.predictions import (
    bias_behind_the_activation,
    biases_in_the_sum,
    in_the_same_order,
    lines_before,
    look_for_other_predictions,
    named,
    on_scaled,
    relatives,
    rising,
)

NAMED = {each.name: each for each in ACTIVATIONS}
DEEP = {
    "W1": np.array([[0.5, -0.4, 0.3], [0.8, 0.2, -0.6]]), "b1": np.array([0.1, -0.2, 0.3]),
    "W2": np.array([[0.4, -0.7], [0.3, 0.6], [-0.5, 0.2]]), "b2": np.array([0.2, -0.1]),
    "W3": np.array([[0.9], [-0.8]]), "b3": np.array([0.15]),
}  # fmt: skip
LINE = {"W": np.array([[0.4], [-0.7]]), "b": np.array([0.3])}
TWO = Dense((Layer(0, 1, False), Layer(2, 3, False)), (NAMED["tanh"], NAMED["sigmoid"]))


def network(p, X, hidden=np.tanh, output=sigmoid, biases=(1, 1, 1)):
    """A network of three layers, of which some lack their bias."""
    a = hidden(X @ p["W1"] + biases[0] * p["b1"])
    a = hidden(a @ p["W2"] + biases[1] * p["b2"])
    return output(a @ p["W3"] + biases[2] * p["b3"])


def look(shown, meant=network, start=DEEP, y=Y, data=X, loss=mse, **given):
    """What is found where predict is one network and the loss is made of another."""
    exam = exam_of(data, y, start, predict=shown, loss=lambda p, X, y: loss(p, X, y, meant),
                   **given)  # fmt: skip
    with np.errstate(all="ignore"):
        found = look_for_other_predictions(exam, "loss")
    assert found == bool(exam.findings)
    return exam


def relu(z):
    return np.maximum(z, 0)


def without(*layers):
    """The network without the biases of some layers."""
    biases = [k not in layers for k in (1, 2, 3)]
    return lambda p, X: network(p, X, biases=biases)


# Which line differs


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (without(1), " but one without the bias of layer 1"),
        (without(2), " but one without the bias of layer 2"),
        (without(3), " but one without the bias of layer 3"),
        (without(1, 2, 3), " but one without its biases"),
        (without(1, 2), ""),
        (lambda p, X: network(p, X, relu),
         " but one with a ReLU in the hidden layers, in place of a tanh"),
        (lambda p, X: network(p, X, sigmoid),
         " but one with a sigmoid in the hidden layers, in place of a tanh"),
        (lambda p, X: network(p, X, lambda z: z),
         " but one with no activation in the hidden layers, in place of a tanh"),
        (lambda p, X: network(p, X, output=np.sin),
         " but one with a sine in layer 3, in place of a sigmoid"),
        (lambda p, X: network(p, X, output=lambda z: 1 / 1 + np.exp(-z)),
         " but one that ends in 1 / 1 + exp(-z), which lacks the parentheses of 1 / (1 + exp(-z))"),
        (lambda p, X: network(p, X / 4), ": it first divides X by 4"),
        (lambda p, X: network(p, (X - [1, 0]) / [2, 5]),
         ": it first scales X, column 0 by (x - 1) / 2, and the other columns in their own way"),
        (lambda p, X: network(p, X - [1, 1]),
         ": it first scales X, column 0 by (x - 1) / 1, and the other columns in their own way"),
        (lambda p, X: 1 - network(p, X),
         ", its answers fall where those of the network rise"),
        (lambda p, X: 0.5 + 0.4 * np.cos(9 * network(p, X)), ""),
    ],
)  # fmt: skip
def test_the_line_in_which_two_forward_passes_differ_is_named(shown, text):
    exam = look(shown)
    assert said(exam) == [("loss_formula", "wrong", "predict")]
    point = dict(zip(DEEP, exam.points[0], strict=True))
    answers, made = shown(point, X), network(point, X)
    i = np.abs(made - answers).argmax()
    assert words(exam) == (
        "loss is the mean of the squared errors of a network 2-3-2-1 (tanh, tanh, sigmoid) "
        f"with these parameters, and predict is not that network{text}: for sample {i} predict "
        f"gives {answers[i, 0]:.4f}, where the loss is made of {made[i, 0]:.4f}."
    )
    assert exam.findings[0].advice == (
        "The forward pass is written twice, in predict and in the loss, and the two differ.",
        "Write the forward pass once, and call it in both.",
    )


def test_of_two_layers_the_hidden_one_is_named():
    exam = look(lambda p, X: sigmoid(relu(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]), predict,
                START)  # fmt: skip
    assert " but one with a ReLU in layer 1, in place of a tanh: for sample" in words(exam)


def test_one_scaled_column_is_told_without_others():
    start = {"W1": START["W1"][:1], "b1": START["b1"], "W2": START["W2"], "b2": START["b2"]}
    exam = look(lambda p, X: predict(p, (X - 0.5) / 2), predict, start, data=X[:, :1])
    assert ": it first scales X, column 0 by (x - 0.5) / 2: for sample" in words(exam)


@pytest.mark.parametrize("divisor", [255.0, "columns"])
def test_a_loss_whose_network_scales_x_is_known(divisor):
    data = 100 + 60 * X

    def scaled(p, X):
        own = (X - data.mean(axis=0)) / data.std(axis=0)
        return predict(p, own if divisor == "columns" else X / divisor)

    exam = look(predict, scaled, START, data=data)
    assert " but one that takes X as it is, and does not scale it first: for" in words(exam)


@pytest.mark.parametrize(("loss", "told"), [
    (bce, "the mean of the binary cross-entropies"),
    (lambda p, X, y, f: np.sum(np.abs(f(p, X) - y)), "the sum of the absolute errors"),
    (lambda p, X, y, f: mse(p, X, y, f) + 0.1 * sum(np.sum(p[k] ** 2) for k in ("W1", "W2", "W3")),
     "the mean of the squared errors"),
])  # fmt: skip
def test_the_loss_is_told_without_its_penalty(loss, told):
    assert words(look(without(1), loss=loss)).startswith(f"loss is {told} of a network 2-3-2")


@pytest.mark.parametrize(
    "loss",
    [
        lambda p, X, y, f: -mse(p, X, y, f),
        lambda p, X, y, f: np.mean((f(p, X) - y) ** 4),
        lambda p, X, y, f: np.nan,
        lambda p, X, y, f: 2.0,
        lambda p, X, y, f: 1 / 0,
    ],
)
def test_another_loss_is_not_known(loss):
    assert said(look(without(1), loss=loss)) == []


@pytest.mark.parametrize(
    "shown",
    [
        lambda p, X: network(p, X, output=lambda z: z),  # logits
        lambda p, X: 3 + 100 * network(p, X),  # prices
        lambda p, X: (network(p, X) > 0.5) * 1.0,  # classes
    ],
)
def test_what_rises_with_the_network_may_be_meant(shown):
    assert said(look(shown)) == []


def test_classes_of_a_softmax_may_be_meant():
    for shown in (lambda p, X: np.eye(3)[classify(p, X).argmax(axis=1)],
                  lambda p, X: np.log(classify(p, X))):  # fmt: skip
        exam = exam_of(X, CLASSES, START3, predict=shown, loss=lambda p, X, y: (
            -np.sum(y * np.log(classify(p, X)))))  # fmt: skip
        assert not look_for_other_predictions(exam, "loss")


def test_where_it_is_not_looked_for():
    exam = exam_of(X, Y, DEEP, loss=lambda p, X, y: mse(p, X, y, network))
    assert not look_for_other_predictions(exam, "loss")
    exam = exam_of(X, Y, DEEP, predict=without(1), loss=lambda p, X, y: mse(p, X, y, network))
    exam.patient.single = True
    assert not look_for_other_predictions(exam, "loss")
    exam.patient.single, exam.patient.shapes = False, [(2, 3)]
    assert not look_for_other_predictions(exam, "loss")
    exam.patient.shapes = []
    assert look_for_other_predictions(exam, "loss")
    exam = exam_of(X, np.c_[Y, Y, Y], DEEP, predict=without(1),
                   loss=lambda p, X, y: mse(p, X, y[:, :1], network))  # fmt: skip
    assert exam.targets is None
    assert not look_for_other_predictions(exam, "loss")


def test_a_sample_is_named_by_its_number_among_all():
    rng = np.random.default_rng(4)
    data = rng.normal(size=(30_000, 2))
    exam = look(without(1), y=(data[:, :1] > 0) * 1.0, data=data)
    index = exam.few
    assert len(index) == 64
    point = dict(zip(DEEP, exam.points[0], strict=True))
    off = np.abs(without(1)(point, data[index]) - network(point, data[index]))
    assert f": for sample {index[off.argmax()]} predict gives " in words(exam)
    assert words(exam).startswith("loss is the mean of the squared errors of a network")


# Orders


@pytest.mark.parametrize(
    ("made", "answers", "alike", "same"),
    [
        ([1, 2, 3], [0, 5, 6], False, True),
        ([3, 1, 2], [9, -4, 0], False, True),
        ([1, 2, 3], [0, 5, 4], False, False),
        ([1, 2, 3], [5, 5, 5], False, True),
        ([1, 2, 2], [0, 1, 3], False, True),
        ([1, 2, 2], [0, 1, 3], True, False),
        ([1, 2, 2], [0, 1, 1], True, True),
        ([1, 2, 2], [0, 1, 1 + 2e-6], True, False),
        ([1, 2, 2], [0, 1, 1 + 0.9e-6], True, True),
        ([1, 2, 3], [0, 1, 1 - 0.9e-9], False, True),
        ([1, 2, 3], [0, 1, 1 - 1.1e-9], False, False),
        ([1, 2 + 1e-8, 2], [0, 1, 2], False, False),
        ([1, 2 + 1e-10, 2], [0, 1, 2], False, True),  # equal but for rounding
    ],
)
def test_answers_rise_with_those_of_the_network(made, answers, alike, same):
    made, answers = ([np.array(each, dtype=float)[:, None]] for each in (made, answers))
    assert in_the_same_order(made, answers, alike) == same


def test_answers_of_several_outputs_rise_within_each_sample():
    made = [np.array([[0.1, 0.9], [0.6, 0.4]]), np.array([[0.3, 0.7]])]
    assert in_the_same_order(made, [np.array([[-5.0, 1], [9, 8]]), np.array([[2.0, 3]])])
    assert not in_the_same_order(made, [np.array([[-5.0, 1], [8, 9]]), np.array([[2.0, 3]])])
    assert not in_the_same_order(made, [np.array([[-5.0, 1], [9, 8]]), np.array([[3.0, 2]])])
    assert in_the_same_order(made, [np.zeros((2, 1)), np.zeros((1, 1))])  # nothing can be said
    one = [np.array([[0.1], [0.9]])]
    assert not in_the_same_order(one, [np.array([[1.0], [0.0]])])


# How X is scaled


def line_exam(scale, data=X, start=START, network=predict):
    return exam_of(data, Y, start, predict=lambda p, X: network(p, scale(X)), loss=mse)


@pytest.mark.parametrize(
    ("scale", "lines"),
    [
        (lambda X: X / [2, 4], [(0, 2), (0, 4)]),
        (lambda X: (X - [1, -2]) / [2, 4], [(1, 2), (-2, 4)]),
        (lambda X: X, []),
        (lambda X: X * (1 + 0.9e-4), []),
        (lambda X: X * (1 + 1.2e-4), [(0, 1 - 1.2e-4), (0, 1 - 1.2e-4)]),
        (lambda X: X - [0.9e-4, 0], []),
        (lambda X: X - [1.2e-4, 0], [(1.2e-4, 1), (0, 1)]),
        (lambda X: -X, []),
        (lambda X: X**3, []),
        (lambda X: X * 1e5, []),  # more than is looked for
    ],
)
def test_lines_before_the_network_are_found(scale, lines):
    found = lines_before(line_exam(scale), TWO)
    np.testing.assert_allclose(np.array(found), np.array(lines), atol=1e-6)


@pytest.mark.parametrize(
    ("scale", "lines"),
    [
        (lambda X: (X - 0.5) * 100, [(0.5, 0.01)] * 2),
        (lambda X: X * 1e5, []),
        (lambda X: (X - 1) * 1e3, []),
    ],
)
def test_of_two_numbers_in_a_column_both_lie_within_what_is_looked_for(scale, lines):
    """Through what lies at an edge there would be a line as well."""

    def network(p, X):
        return relu(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    two = np.array([[0.0, 1], [1, 0], [1, 1], [0, 0], [1, 0], [0, 1], [1, 1]])
    own = Dense(TWO.layers, (NAMED["ReLU"], NAMED["identity"]))
    found = lines_before(line_exam(scale, two, network=network), own)
    np.testing.assert_allclose(np.array(found), np.array(lines), atol=1e-6)


def test_lines_are_not_looked_for_where_x_is_scaled_or_wide():
    exam = line_exam(lambda X: X / 2)
    assert lines_before(exam, Dense(TWO.layers, TWO.activations, 2.0)) == []
    glued = Dense((Layer(0, None, False, 0), TWO.layers[1]), TWO.activations)
    assert lines_before(exam, glued) == []
    same = np.c_[X[:, :1], np.ones((7, 1))]
    assert lines_before(line_exam(lambda X: X / 2, same), TWO) == []
    rng = np.random.default_rng(1)
    for width, known in ((20, True), (21, False)):
        start = START | {"W1": rng.normal(size=(width, 3))}
        exam = line_exam(lambda X: X / 2, rng.normal(size=(7, width)), start)
        assert (len(lines_before(exam, TWO)) == width) == known


@pytest.mark.parametrize("hidden", ["tanh", "ReLU", "softplus", "ELU", "sigmoid", "identity"])
def test_the_answer_rises_with_one_column_alone(hidden):
    exam = exam_of(X, CLASSES, START3, predict=classify)
    network = Dense(TWO.layers, (NAMED[hidden], SOFTMAX))
    for column in (0, 1):
        values = rising(exam, network, column)
        assert [v.shape for v in values] == [v.shape for v in START3.values()]
        points = np.zeros((5, 2))
        points[:, column] = [-3.0, -1.0, 0.0, 1.0, 3.0]
        z = network.forward(values, points)[0][-1]
        assert (np.diff(z[:, 0]) > 0).all()
        assert (z[:, 1:] == z[0, 1:]).all()
        points[:, 1 - column] = [5.0, -1, 2, 9, 4]
        np.testing.assert_array_equal(network.forward(values, points)[0][-1], z)
        awake = 0.01 * 100 * (hidden in ("ReLU", "softplus", "ELU"))
        assert np.abs(z[:, 0] - awake).max() < 0.05
        assert abs(network.forward(values, np.zeros((1, 2)))[0][-1][0, 0] - awake) < 0.006


# Relatives


def test_relatives_have_one_slip_each():
    others = [name for name in NAMED if name != "tanh"]
    told = [text for _, text in relatives(TWO)]
    assert told[:3] == [
        "without the bias of layer 1", "without the bias of layer 2", "without its biases",
    ]  # fmt: skip
    assert told[3 : 3 + len(others)] == [
        f"with {named(name)} in layer 1, in place of a tanh" for name in others
    ]
    assert told[-1].startswith("that ends in 1 / 1 + exp(-z)")
    assert len(told) == 3 + 2 * len(others) + 1
    deep = Dense((*TWO.layers, Layer(4, None, False)), (NAMED["tanh"], *TWO.activations), 2.0)
    made = {text: other for other, text in relatives(deep)}
    first = "that takes X as it is, and does not scale it first"
    assert next(iter(made)) == first
    assert made[first].divisor == 1
    assert "without its biases" not in made
    assert "without the bias of layer 3" not in made
    relu = made["with a ReLU in the hidden layers, in place of a tanh"]
    assert [each.name for each in relu.activations] == ["ReLU", "ReLU", "sigmoid"]
    mixed = Dense(deep.layers, (NAMED["ReLU"], *TWO.activations))
    assert not any("hidden layers" in text for _, text in relatives(mixed))
    made = {text: other for other, text in relatives(TWO)}
    assert [each.b for each in made["without the bias of layer 2"].layers] == [1, None]
    assert [each.b for each in made["without its biases"].layers] == [None, None]
    ends = made[told[-1]].activations[-1]
    z = np.array([-1.0, 0.5])
    np.testing.assert_allclose(ends.value(z), 1 + np.exp(-z))
    np.testing.assert_allclose(ends.slope(z), -np.exp(-z))
    np.testing.assert_allclose(ends.of_a(ends.value(z)), -np.exp(-z))
    plain = Dense(TWO.layers[:1], (NAMED["tanh"],))
    assert next(text for _, text in relatives(plain)) == "without the bias of layer 1"
    assert not any("its biases" in text or "ends in" in text for _, text in relatives(plain))


def test_activations_are_named_with_their_article():
    assert [named(name) for name in ("tanh", "arctan", "ELU", "identity", "ReLU")] == [
        "a tanh", "an arctan", "an ELU", "no activation", "a ReLU",
    ]  # fmt: skip


# Biases that predict adds in another place


def counted(p, X, times=(2, 3)):
    """Biases within the sum over the inputs: 2 for the first layer, 3 for the second one."""
    return sigmoid(np.tanh(X @ p["W1"] + times[0] * p["b1"]) @ p["W2"] + times[1] * p["b2"])


@pytest.mark.parametrize(
    ("times", "off", "told"),
    [
        ((2, 3), {1: 2.0, 3: 3.0}, "b1, b2"),
        ((2, 1), {1: 2.0}, "b1"),
        ((1, 3), {3: 3.0}, "b2"),
        ((1, 3), {3: 3.0029}, "b2"),
        ((1, 3), {3: 3.0031}, None),
        ((1, 3), {3: 2.9971}, "b2"),
        ((1, 3), {3: 2.9969}, None),
        ((1, 2), {3: 2.0}, None),  # there are three inputs
        ((2, 3), {1: 2.0}, None),
        ((1, 1), {}, None),
        ((1, 1), {3: 1.0}, None),
    ],
)
def test_biases_that_are_added_once_for_each_input_are_named(times, off, told):
    exam = exam_of(X, Y, START, predict=lambda p, X: counted(p, X, times), loss=mse)
    if times == (2, 1) or times == (1, 3):
        exam.dense = None  # as where the start's zeros hide nothing
    assert biases_in_the_sum(exam, off) == (told is not None)
    assert said(exam) == ([("gradient_scale", "wrong", told)] if told else [])
    if told:
        assert words(exam) == "; ".join(
            f"predict adds {name} {f} times, once for each of the {f} inputs of its layer, and the "
            f"gradient of {name} counts it once"
            for name, f in (("b1", 2), ("b2", 3)) if name in told
        ) + "."  # fmt: skip
        assert exam.findings[0].advice == (
            "The bias stands inside the sum over the inputs: np.sum(x * w + b).",
            "Add it once, after the sum: np.sum(x * w) + b.",
        )


def test_where_biases_in_the_sum_are_not_looked_for():
    exam = exam_of(X, Y, START, predict=predict, loss=mse)
    assert not biases_in_the_sum(exam, {1: 2.0, 3: 3.0})
    exam = exam_of(X, Y, START, loss=mse)
    assert not biases_in_the_sum(exam, {1: 2.0, 3: 3.0})
    exam = exam_of(X, Y, START, predict=counted, loss=mse)
    assert exam.dense is None
    exam.patient.shapes = [(2, 3)]
    assert not biases_in_the_sum(exam, {1: 2.0, 3: 3.0})
    assert said(exam) == []


def behind(p, X):
    """The hidden bias stands behind the activation."""
    return sigmoid((np.tanh(X @ p["W1"]) + p["b1"]) @ p["W2"] + p["b2"])


@pytest.mark.parametrize(
    ("network", "k", "factor", "y", "named"),
    [
        (behind, 1, 1.0, Y, True),
        (behind, 1, 1 + 0.9e-3, Y, True),
        (behind, 1, 1 + 1.2e-3, Y, False),
        (behind, 1, 1.0, SOFT, True),
        (behind, 3, 1.0, Y, False),
        (lambda p, X: sigmoid((np.tanh(X @ p["W1"]) + 2 * p["b1"]) @ p["W2"] + p["b2"]), 1, 1.0, Y,
         False),
        (predict, 1, 1.0, Y, False),
    ],
)  # fmt: skip
def test_a_bias_behind_the_activation_is_named(network, k, factor, y, named):
    exam = exam_of(X, y, START, predict=network, loss=lambda *g: mse(*g, network))
    p = dict(zip(START, exam.points[0], strict=True))
    z = X @ p["W1"]
    a = network(p, X)
    delta = 2 * (a - y) / len(y) * a * (1 - a)
    inside = ((delta @ p["W2"].T) * (1 - np.tanh(z) ** 2)).sum(axis=0)
    found = bias_behind_the_activation(exam, exam.points[0], None, k, factor * inside)
    assert found == named
    assert said(exam) == ([("gradient_wrong", "wrong", "b1")] if named else [])
    if named:
        assert words(exam) == (
            "predict adds b1 behind the activation, f(z) + b1, and the gradient of b1 holds the "
            "activation's slope, as if it stood inside, f(z + b1)."
        )
        assert exam.findings[0].advice == (
            "A bias belongs to the weighted sum, and comes before the activation.",
            "Write f(x @ W + b); or leave the slope out of the gradient of this bias.",
        )
    some = np.array([0, 2, 3, 6])
    delta = delta[some] * len(y) / len(some)
    inside = ((delta @ p["W2"].T) * (1 - np.tanh(z[some]) ** 2)).sum(axis=0)
    exam.findings.clear()
    exam.formula = exam.formula_at(exam.points[0], some)
    assert bias_behind_the_activation(exam, exam.points[0], some, k, inside) == (
        named or (network is behind and k == 1)
    )


def test_where_a_bias_behind_the_activation_is_not_looked_for():
    def line(p, X):
        return (X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]  # inside and behind are one

    exam = exam_of(X, Y, START, predict=line, loss=lambda *g: mse(*g, line))
    p = dict(zip(START, exam.points[0], strict=True))
    inside = (2 * (line(p, X) - Y) / 7 @ p["W2"].T).sum(axis=0)
    assert exam.formula.base == "squared"
    assert exam.dense is not None
    assert not bias_behind_the_activation(exam, exam.points[0], None, 1, inside)
    exam.dense = None
    assert bias_behind_the_activation(exam, exam.points[0], None, 1, inside)
    for name, value in (("targets", None), ("formula", None)):
        other = exam_of(X, Y, START, predict=line, loss=lambda *g: mse(*g, line))
        assert other.formula.base == "squared"
        other.dense = None
        setattr(other, name, value)
        assert not bias_behind_the_activation(other, other.points[0], None, 1, inside)
    exam.patient.shapes = [(2, 3)]
    assert not bias_behind_the_activation(exam, exam.points[0], None, 1, inside)


def test_predictions_that_fail_on_the_way_name_no_bias():
    exam = exam_of(X, Y, START, predict=counted, loss=mse)
    assert exam.dense is None
    assert exam.formula is None
    exam.formula = Formula("squared", 1 / 7)
    assert exam.points
    exam.patient.functions["predict"] = lambda p, X: 1 / 0
    assert not biases_in_the_sum(exam, {1: 2.0, 3: 3.0})
    assert not bias_behind_the_activation(exam, exam.points[0], None, 1, np.ones(3))
    assert not look_for_other_predictions(exam, "loss")
    assert said(exam) == []


@pytest.mark.parametrize(
    ("shift", "texts"),
    [
        ([1.0, -3.0], ["X", "square", "there", "bare", "mean"]),
        ([1.0, 0.0], ["X", "square", "there", "bare"]),
        ([0.0, 0.0], ["X", "square"]),
    ],
)
def test_relatives_scale_x_in_another_way(shift, texts):
    shift, divisor, none = np.array(shift), np.array([2.0, 4.0]), np.zeros(2)
    ways = {
        "X": ("that takes X as it is, and does not scale it first", none, none + 1),
        "square": ("that divides by the square of what X is to be divided by: a variance?", shift,
                   divisor**2),
        "there": ("that divides X as it should, and takes nothing from it before", none, divisor),
        "bare": ("that takes the mean, or the minimum, from X, and does not divide it", shift,
                 none + 1),
        "mean": ("that divides X by what is taken from it, the mean or the minimum", shift, shift),
    }  # fmt: skip
    own = Dense(TWO.layers, TWO.activations, divisor, shift)
    made = [(text, other) for other, text in relatives(own) if " X" in text]
    assert [text for text, _ in made] == [ways[name][0] for name in texts]
    for (_, other), name in zip(made, texts, strict=True):
        np.testing.assert_array_equal(none + other.shift, ways[name][1])
        np.testing.assert_array_equal(none + other.divisor, ways[name][2])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_network_may_be_trained_on_scaled_inputs(sign):
    data = sign * np.array([[1.0, 10.0], [3.0, 30.0], [8.0, 50.0]])
    mean, spread = data.mean(axis=0), np.sqrt(np.mean((data - data.mean(axis=0)) ** 2, axis=0))
    ways = [
        (mean, spread), (mean, spread * np.sqrt(3 / 2)), (data.min(axis=0), np.array([7.0, 40.0])),
        (np.mean(data), np.sqrt(np.mean((data - np.mean(data)) ** 2))),
    ]  # fmt: skip
    made = [*on_scaled(TWO, data)]
    assert len(made) == (6 if sign > 0 else 5)
    for (other, text), (shift, divisor) in zip(made, ways, strict=False):
        np.testing.assert_allclose(other.shift, shift)
        np.testing.assert_allclose(other.divisor, divisor)
        t, s = np.ravel(shift)[0], np.ravel(divisor)[0]
        less = f"- {t:.4g}" if sign > 0 else f"+ {-t:.4g}"
        assert text == f"that scales X first, column 0 by (x {less}) / {s:.4g}"
    for (other, text), number in zip(made[4:], (255, 50), strict=False):
        assert (other.divisor, other.shift) == (number, 0)
        assert text == f"that divides X by {number} first"
    assert len([*on_scaled(TWO, np.round(np.abs(data) * 5.1))]) == 5  # the largest is 255
    assert [*on_scaled(Dense(TWO.layers, TWO.activations, np.array([1.0, 2.0])), data)] == []
    square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # from 0 to 1 already
    made = [*on_scaled(TWO, square)]
    assert [np.ravel(other.divisor)[0] for other, _ in made[1:]] == [np.sqrt(1 / 3), 0.5, 255]
    assert len(made) == 4
    assert len([*on_scaled(TWO, 2 * square)]) == 6
