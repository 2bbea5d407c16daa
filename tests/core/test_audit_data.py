"""How the data lie, the range of the output, neurons in nested lists, other targets."""

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
    classify,
    mse,
    predict,
    sigmoid,
    softmax,
)

from nnlib.audit import data, unused
from nnlib.audit.exam import Exam
from nnlib.audit.patient import Patient


def found_of(exam):
    """The range that is found, whatever overflows on the way."""
    with np.errstate(all="ignore"):
        return data.output_range(exam)


@pytest.mark.parametrize(
    ("output", "name", "limits"),
    [
        (sigmoid, "a sigmoid", (0, 1)),
        (np.tanh, "a tanh", (-1, 1)),
        (lambda z: np.maximum(z, 0), "a ReLU", (0, np.inf)),
        (lambda z: z, "", (-np.inf, np.inf)),
    ],
)
def test_the_range_of_a_known_output_is_that_of_its_activation(output, name, limits):
    exam = exam_of(X, Y, START, predict=lambda p, X: predict(p, X, output))
    assert found_of(exam) == (name, limits)


NOTHING = ("", (-np.inf, np.inf))


def sum_of_cubes(p, X):
    """No network that is known: its sums take any size, of either sign, with the parameters."""
    return np.tanh(X @ p["W1"] + p["b1"]) ** 3 @ p["W2"] + p["b2"]


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (lambda z: 0.91 * sigmoid(z), ("the output", (0.0, 1.0))),
        (lambda z: 0.89 * sigmoid(z), NOTHING),
        (lambda z: sigmoid(z) + 0.01, NOTHING),
        (lambda z: 1.01 * sigmoid(z) - 0.01, NOTHING),
        (lambda z: 0.91 * np.tanh(z), ("the output", (-1.0, 1.0))),
        (lambda z: 0.89 * np.tanh(z), NOTHING),
        (lambda z: 1.01 * np.tanh(z), NOTHING),
        (lambda z: np.maximum(np.tanh(z), -0.89), NOTHING),
        (lambda z: np.minimum(np.tanh(z), 0.89), NOTHING),
        (lambda z: z, NOTHING),
        (lambda z: np.where(np.abs(z) > 100, np.nan, np.tanh(z)), ("the output", (-1.0, 1.0))),
        (lambda z: z * np.nan, NOTHING),
    ],
)
def test_the_range_of_an_unknown_output_is_seen_in_its_answers(output, found):
    exam = exam_of(X, Y, START, predict=lambda p, X: output(sum_of_cubes(p, X)))
    exam.dense = None
    assert found_of(exam) == found


def test_shares_that_add_up_to_1_are_a_softmax():
    for output, name in ((softmax, "a softmax"), (sigmoid, "the output")):
        exam = exam_of(X, CLASSES, START3, predict=lambda p, X, f=output: f(sum_of_cubes(p, X)))
        exam.dense = None
        assert found_of(exam) == (name, (0.0, 1.0))


def test_of_predictions_that_fail_no_range_is_known():
    def failing(p, X):
        if np.abs(p["b1"]).max() > 10:
            raise ValueError("too large")
        return sigmoid(sum_of_cubes(p, X))

    exam = exam_of(X, Y, START, predict=failing)
    exam.dense = None
    assert found_of(exam) == NOTHING


def test_neurons_in_lists_of_lists_are_taken_as_layers():
    first, last = [np.array([0.5, -0.3]), np.array([0.2, 0.7])], [np.array([1.0, -0.6])]

    def network(p, X):
        for layer in p["layers"]:
            X = np.stack([np.tanh(X @ w) for w in layer], axis=1)
        return X

    exam = exam_of(X, Y, {"layers": [first, last]}, predict=network)
    data.bundle_neurons(exam)
    assert exam.patient.names == ["layers[0][:]", "layers[1][:]"]
    assert exam.compared == ["the neurons are taken together as layers: layers[0][:], layers[1][:]"]


def test_neurons_are_not_looked_for_without_answers_or_in_a_known_network():
    lists = {"layers": [[np.array([0.5, -0.3]), np.array([0.2, 0.7])], [np.array([1.0, -0.6])]]}
    for network in (None, lambda p, X: 1 / 0, lambda p, X: np.tanh(X @ p["layers"][0][0])[:, None]):
        exam = exam_of(X, Y, lists, predict=network)
        data.bundle_neurons(exam)
        assert exam.patient.groups == exam.compared == []
    known = {"layers": [[np.array([0.5, -0.3])], [np.array([2.0])]]}
    exam = exam_of(X, Y, known, predict=lambda p, X: np.tanh(np.tanh(
        X @ p["layers"][0][0]) * p["layers"][1][0])[:, None])  # fmt: skip
    assert exam.dense is not None
    data.bundle_neurons(exam)
    assert exam.patient.groups == exam.compared == []


def test_a_vector_of_one_neuron_s_weights_is_not_cut():
    four = np.random.default_rng(2).normal(size=(7, 4))
    for network in (lambda p, X: np.tanh(X @ p["w"])[:, None], None, lambda p, X: 1 / 0):
        exam = exam_of(four, Y, {"w": np.array([0.5, -0.3, 0.2, 0.1])}, predict=network)
        data.cut_vector(exam)
        assert exam.patient.shapes == exam.compared == []


@pytest.mark.parametrize("pair", [(0, 0), (-1, -1), (0, -1)])
@pytest.mark.parametrize("across", [True, False])
def test_answers_may_lie_another_way_than_the_samples(pair, across):
    """Half of the samples get what they get among all, in rows or in columns."""
    given = X if pair[0] == 0 else X.T

    def rows(p, X):
        X = X if pair[0] == 0 else X.T
        return np.tanh(X @ p["W"])

    def answers(p, X, among=0.0):
        made = rows(p, X) + among * len(rows(p, X))
        return made.T if across else made

    start = {"W": np.arange(6.0).reshape(2, 3) / 5}
    exam = exam_of(given, Y, start, predict=answers)
    assert data.works(exam, pair)
    exam = exam_of(given, Y, start, predict=lambda p, X: answers(p, X, 0.1))
    assert not data.works(exam, pair)  # each answer hangs on how many there are


@pytest.mark.parametrize(
    ("y", "smaller"), [(CLASSES, True), (Y, False), (CLASSES.astype(int), False), (LABELS, False)]
)
def test_smaller_targets_are_shares_of_several_outputs(y, smaller):
    exam = exam_of(X, y, START3, predict=lambda p, X: predict(p, X, softmax))
    made = unused.smaller_targets(exam, np.array([1, 4]))
    right = np.array(y, dtype=float)
    if smaller:
        right[[1, 4]] = right[[1, 4]] / 2 + 0.1
    np.testing.assert_array_equal(made, right)


# Data that cannot be computed with: what to do about them

EMPTY = (
    "A variable of another meaning was passed, or one that was never filled.",
    "Pass an array with a row for each sample, such as np.array([[0.0, 1.0], [1.0, 0.0]]).",
)
GAPS = (
    "A cell of the table was empty, or a column that is constant was divided by its spread, 0.",
    "Fill these entries, or leave these samples out, before anything else.",
)


@pytest.mark.parametrize("name", ["X", "y"])
@pytest.mark.parametrize(
    ("bad", "advice", "entries"),
    [
        ([[1], [1, 2]],
         ("A row was read with an entry too few or too many.",
          "Print len(row) for each row of {}, and mend the odd ones."), ()),
        (np.ma.masked_equal([[1, 2], [2, 3]], 2),
         ("Entries were masked because they are missing, or not to be used.",
          "Fill them, {}.filled(0), or leave these samples out."), ("{}[0, 1]",)),
        (np.array([[1j]]),
         ("A Fourier transform, or the root of a negative number, gives complex ones.",
          "Take what is meant: {0}.real, or np.abs({0})."), ()),
        ([[1.0, np.nan]], GAPS, ("{}[0, 1]",)), (np.inf, GAPS, ("{}",)),
        ("text", EMPTY, ()), (np.zeros((0, 3)), EMPTY, ()), (3.0, EMPTY, ()),
        ([["a"]], None, ()), (iter([1.0]), None, ()),
    ],
)  # fmt: skip
def test_what_to_do_about_data_that_are_no_numbers(name, bad, advice, entries):
    given = {"X": [[1.0]], "y": [[1.0]]} | {name: bad}
    exam = Exam(Patient(given["X"], given["y"], None, {}), None, None, {})
    data.look_at_types(exam)
    (found,) = exam.findings
    assert (found.kind, found.severity, found.where) == ("data_type", "wrong", name)
    assert found.advice == (advice and tuple(text.format(name) for text in advice))
    assert found.entries == tuple(text.format(name) for text in entries)
    assert exam.stopped


def test_what_to_do_about_parameters_and_about_x_beside_y():
    exam = Exam(Patient([[1.0]], [[1.0]], {"W": [np.nan]}, {}), None, None, {})
    data.look_at_types(exam)
    assert exam.findings[0].advice == (
        "It was trained until it diverged, or never filled: np.empty holds what was there before.",
        "Draw its start anew, and pass that.",
    )
    assert exam_of(np.ones((5, 2)), np.ones((3, 4))).findings[0].advice == (
        "X and y were cut, filtered or split apart from each other.",
        "Print both shapes after each line that changes one of them.",
    )
    exam = exam_of(X, Y, START, predict=lambda p, X: np.ones((3, 4)))
    assert exam.findings[0].advice == (
        "Samples are dropped, doubled or summed over on the way to the output.",
        "Print the shape of what each line of predict makes.",
    )


def objects(*entries):
    made = np.empty(len(entries), dtype=object)
    made[:] = entries
    return made


@pytest.mark.parametrize(
    ("bad", "seen"),
    [
        (objects(1, 2.5, np.float32(3), True), "X has the type object: NumPy keeps its entries as "
                                               "Python's objects."),
        (objects(1, None, "a"), "X has the type object, and 2 of its entries are no numbers, such "
                                "as None."),
        (objects("b" * 99), f"X has the type object, and 1 of its entries are no numbers, such as "
                            f"'{'b' * 59}."),
        (np.array([["a"]]), "X has the type <U1: its entries are no numbers. Its first entry is "
                            "'a'."),
        (np.array([b"a"]), "X has the type |S1: its entries are no numbers. Its first entry is "
                           "b'a'."),
        (np.array(["2020-01-01"], dtype="datetime64[D]"),
         "X has the type datetime64[D]: its entries are no numbers."),
    ],
)  # fmt: skip
def test_what_is_no_number_is_named(bad, seen):
    told, advice = data.no_numbers("X", bad, np.asarray(bad))
    assert told == seen
    assert advice is None


class Thing:
    """An object that is no number."""


def test_an_object_is_told_without_its_address():
    told, _ = data.no_numbers("X", Thing(), np.asarray(Thing()))
    assert "Thing object" in told
    assert " at 0x" not in told
    told, _ = data.no_numbers("X", objects(Thing()), objects(Thing()))
    assert told.endswith("Thing object>.")
    assert " at 0x" not in told


# A target of another shape


def flat(p, X):
    return predict(p, X)[:, 0]


def stretched(p, X, y):
    return float(np.mean((flat(p, X) - y) ** 2))


def test_what_differs_at_each_call_is_not_told_as_a_shape():
    draws = np.random.default_rng(5)
    exam = exam_of(X, SOFT, START, predict=flat, loss=lambda *g: stretched(*g) + draws.random())
    assert checked(data.look_at_target_shape, exam) == []
    assert exam.compared[-1].startswith("y (7, 1) is brought into the shape of the predictions")
    exam = exam_of(X, SOFT, START, predict=flat, loss=stretched)
    assert checked(data.look_at_target_shape, exam) == [("target_shape", "wrong", "y")]
    assert exam.findings[-1].entries == ("y.shape = (7, 1)",)
    point = dict(zip(START, exam.points[0], strict=True))
    once, again = stretched(point, X, SOFT), stretched(point, X, SOFT[:, 0])
    assert words(exam) == (
        "y has shape (7, 1), the predictions have shape (7,), and NumPy stretches them to (7, 7). "
        f"loss gives something else with y.reshape(7,): {once:.4f} and {again:.4f}."
    )


def test_a_gradient_of_another_shape_is_told_without_numbers():
    def gradients(p, X, y):
        d = 2 * (flat(p, X) - y) / 7
        return {name: value + np.sum(d) for name, value in p.items()}

    def fitting(p, X, y):
        return float(np.mean((flat(p, X) - np.ravel(y)) ** 2))

    exam = exam_of(X, SOFT, START, predict=flat, loss=fitting, gradients=gradients)
    value, other = np.ones(13), 2 * np.ones(13)
    assert data.fits_as_it_came(exam, "gradients", value, value * (1 + 0.9e-3))
    assert data.fits_as_it_came(exam, "gradients", value, value)
    assert data.fits_as_it_came(exam, "step", value, other)
    slopes = np.concatenate([np.ravel(s) for s in exam.measured(exam.points[0], None).slope])
    largest = np.abs(slopes).max() * 1e-2
    for a, b, fits in ((0.0, 2.0, True), (2.0, 0.0, False), (0.9, 0.5, True), (1.1, 0.9, False),
                       (1.1, 1.1, True)):  # fmt: skip
        assert data.fits_as_it_came(exam, "gradients", slopes + a * largest,
                                    slopes + b * largest) is fits  # fmt: skip
    assert data.fits_as_it_came(exam, "gradients", slopes[1:] + largest, slopes)
    exam.formula = None
    assert data.fits_as_it_came(exam, "gradients", slopes + 2 * largest, slopes)
    exam = exam_of(X, SOFT, START, predict=flat, loss=fitting)
    assert exam.formula is not None
    exam.patient.functions["loss"] = lambda p, X, y: 1 / 0
    assert data.fits_as_it_came(exam, "gradients", slopes + 2 * largest, slopes)
    del exam.patient.functions["loss"]
    assert not data.fits_as_it_came(exam, "gradients", slopes + 2 * largest, slopes)
    assert data.fits_as_it_came(exam, "gradients", slopes, slopes)


def test_each_loss_fits_by_itself():
    def table(p, X, y):
        return stretched(p, X, y) ** 3

    def adding(p, X, y):
        return float(np.sum((flat(p, X) - np.ravel(y)) ** 4))

    one, two = np.ones(1), 2 * np.ones(1)
    exam = exam_of(X, SOFT, START, predict=flat, loss=table, training_loss=adding)
    assert not data.fits_as_it_came(exam, "loss", one, two)
    assert data.fits_as_it_came(exam, "training_loss", one, two)
    exam = exam_of(X, SOFT, START, predict=flat, loss=adding, training_loss=table)
    assert data.fits_as_it_came(exam, "loss", one, two)
    assert not data.fits_as_it_came(exam, "training_loss", one, two)


@pytest.mark.parametrize("n", [7, 12, 20])
@pytest.mark.parametrize("form", [np.sum, np.mean])
def test_a_loss_that_adds_up_is_no_table_s(n, form):
    rows, y = np.resize(X, (n, 2)), np.resize(SOFT, (n, 1))

    def loss(p, X, y, off=0.0):
        whole = float(form((flat(p, X) - np.ravel(y)) ** 4))
        return whole * (1 + off * (len(X) > 1))

    exam = exam_of(rows, y, START, predict=flat, loss=loss)
    assert data.adds_up(exam, "loss")
    for off, adds in ((0.9e-6, True), (1.1e-6, False), (-1.1e-6, False)):
        exam.patient.functions["loss"] = lambda *given, off=off: loss(*given, off)
        assert data.adds_up(exam, "loss") == adds
    sizes = []
    exam.patient.functions["loss"] = lambda p, X, y: sizes.append(len(X)) or 1 / 0
    assert not data.adds_up(exam, "loss")
    assert sizes == [min(n, 12)]
    exam.patient.functions["loss"] = lambda *given: loss(*given) + 1.0
    assert data.adds_up(exam, "loss") == (form is np.mean)


def test_functions_that_fail_with_a_target_are_no_number():
    def gradients(p, X, y):
        return {name: value * y.shape[1] for name, value in p.items()}

    def step(p, X, y):
        return {name: value - 0.1 for name, value in p.items()}

    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: 1 / 0,
                   training_loss=lambda p, X, y: 2.0, gradients=gradients, step=step)  # fmt: skip
    point = np.concatenate([np.ravel(v) for v in exam.points[0]])
    found = data.values_of(exam, Y)
    assert [name for name, _ in found] == ["loss", "training_loss", "gradients"]
    assert np.isnan(found[0][1]).all()
    assert found[1][1].tolist() == [2.0]
    np.testing.assert_array_equal(found[2][1], point)
    exam.patient.functions["new_step"] = lambda: step
    name, moved = data.values_of(exam, Y)[-1]
    assert name == "step"
    np.testing.assert_allclose(moved, point - 0.1)


def test_what_fails_is_not_asked_with_floats():
    exam = exam_of(X, Y, START, predict=predict, loss=lambda p, X, y: 1 / 0,
                   gradients=lambda p, X, y: p)  # fmt: skip
    found = data.asked(exam, X, Y)
    assert list(found) == ["predict", "gradients"]
    np.testing.assert_array_equal(found["predict"], predict(START, X)[:, 0])
    assert list(data.asked(exam_of(X, Y, START, loss=mse), X, Y)) == ["loss"]
    assert data.asked(exam_of(X, Y, START, loss=mse), X, Y)["loss"].shape == (1,)


def test_of_whole_numbers_the_first_that_is_off_is_told():
    rows = np.array([[1, 2], [3, 4], [5, 60], [7, 80]])

    def wraps(p, X):
        return (X % 50 if X.dtype.kind == "i" else X)[:, 1:] * p["w"]

    for role in ("predict", "gradients"):
        given = (
            {"predict": wraps}
            if role == "predict"
            else {"gradients": lambda p, X, y: {"w": 1.0} if X.dtype.kind == "i" else {"w": 1.0009}}
        )
        exam = exam_of(rows, np.ones((4, 1)), {"w": 1.0}, **given)
        found = checked(data.look_at_whole_numbers, exam)
        assert found == [("data_type", "wrong", "X")] * (role == "predict")
    exam = exam_of(rows, np.ones((4, 1)), {"w": 1.0}, predict=wraps)
    checked(data.look_at_whole_numbers, exam)
    assert words(exam) == (
        "X has the type int64. With it predict gives 10, and with the same numbers as floats 60."
    )
    exam = exam_of(rows, np.ones((4, 1)), {"w": 1.0}, predict=lambda p, X: (
        np.ones((4, 1)) if X.dtype.kind == "i" else 2 * np.ones((4, 2))))  # fmt: skip
    assert checked(data.look_at_whole_numbers, exam) == []


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([[5.0], [15.0]], False), ([[6.0], [16.0]], False), ([[14.0], [16.0]], False),
        ([[0.0, 0.0], [1 / 64, 300 / 64]], False), ([[0.0, 0.0], [1 / 64, 301 / 64]], True),
    ],
)  # fmt: skip
def test_inputs_at_a_bound_are_of_a_good_size(rows, found):
    exam = exam_of(np.array(rows), np.array([[0.0], [1.0]]))
    assert checked(data.look_at_scale, exam) == [("data_scale", "suspicious", "X")] * found


@pytest.mark.parametrize(("off", "told"), [(0.9e-4, True), (1.1e-4, False)])
def test_class_numbers_are_subtracted_where_the_loss_is_one_multiple_of_that(off, told):
    labels = np.arange(7.0)[:, None] % 3

    def loss(p, X, y):
        calls.append(1)
        a = classify(p, X)
        return np.mean((a - y) ** 2) * (1 - off * (len(calls) == 1))

    calls = [1]
    exam = exam_of(X, labels, START3, predict=classify, loss=loss)
    assert exam.formula is None
    calls.clear()
    data.compare_class_numbers(exam, exam.first_answers, labels)
    assert said(exam) == [("target_shape", "wrong", "y")] * told


def test_the_range_is_looked_for_with_parameters_of_six_sizes():
    exam = exam_of(X, Y, START, predict=lambda p, X: sigmoid(sum_of_cubes(p, X)))
    exam.dense = None
    scales, jittered = [], exam.jittered
    exam.jittered = lambda scale, rng: scales.append(scale) or jittered(scale, rng)
    found_of(exam)
    assert scales == [1.0, 10.0, -10.0, 100.0, -100.0, 1000.0]


@pytest.mark.parametrize(("shape", "takes", "turned"), [
    ((7, 2), (2, 7), True), ((7, 2), (9, 9), False), ((7, 2, 2), (2, 2, 7), False),
])  # fmt: skip
def test_a_network_that_takes_the_transpose_of_x_alone_is_asked_for_it(shape, takes, turned):
    def network(p, X):
        if X.shape != takes or p["W1"].shape != (2, 3):
            raise ValueError
        return np.ones((1, 7))

    patient = Patient(np.ones(shape), Y, START, {"predict": network})
    patient.n = 7
    exam = Exam(patient, None, None, {})
    assert data.turned_works(exam) == turned
