"""Slopes read off the gradients of single samples: which wrong ones are named, and near ones."""

from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of, said, words
from small_network import sigmoid

from nnlib.audit.formulas import ACTIVATIONS, SOFTMAX, Dense, Layer
from nnlib.audit.patient import Failed
from nnlib.audit.readings import (
    N_SAMPLES,
    delta_read,
    known_slopes,
    line_words,
    pieces_words,
    same,
    slope_words,
    slopes_read,
    table_words,
    tell_output_slope,
    tell_slopes,
)
from nnlib.audit.slopes import Measured

NAMED = {each.name: each for each in ACTIVATIONS}
RNG = np.random.default_rng(9)
X = RNG.normal(size=(40, 2))
Y = (X[:, :1] > X[:, 1:]) * 1.0
START = {
    "W1": RNG.normal(size=(2, 4)), "b1": RNG.normal(size=4) / 3, "W2": RNG.normal(size=(4, 3)),
    "b2": RNG.normal(size=3) / 3, "W3": RNG.normal(size=(3, 1)), "b3": np.array([0.2]),
}  # fmt: skip
TANH = (np.tanh, lambda z: 1 - np.tanh(z) ** 2)
RELU = (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)
LEAKY = (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1))


def forward(p, X, f):
    z1 = X @ p["W1"] + p["b1"]
    z2 = f(z1) @ p["W2"] + p["b2"]
    return z1, z2, sigmoid(f(z2) @ p["W3"] + p["b3"])


def gradient(p, X, y, f, slopes):
    """The gradient of the mean of the squared errors; ``slopes``: of the two hidden layers."""
    z1, z2, a = forward(p, X, f)
    d3 = 2 * (a - y) / len(y) * a * (1 - a)
    d2 = d3 @ p["W3"].T * slopes[1](z2)
    d1 = d2 @ p["W2"].T * slopes[0](z1)
    return [
        X.T @ d1, d1.sum(axis=0), f(z1).T @ d2, d2.sum(axis=0), f(z2).T @ d3, d3.sum(axis=0),
    ]  # fmt: skip


def look(activation, slopes, penalty=0.0, **given):
    """What is said of a gradient whose hidden slopes are these."""
    f = activation[0]

    def loss(p, X, y):
        squares = sum(np.sum(p[name] ** 2) for name in ("W1", "W2", "W3"))
        return np.mean((forward(p, X, f)[2] - y) ** 2) + penalty * squares

    exam = exam_of(X, Y, START, predict=lambda p, X: forward(p, X, f)[2], loss=loss, **given)
    point = exam.points[0]
    p = dict(zip(START, point, strict=True))

    def alone(i):
        g = gradient(p, X[i], Y[i], f, slopes)
        return [x + 2 * penalty * v * (v.ndim > 1) for x, v in zip(g, point, strict=True)]

    return exam, alone, point


def told(activation, slopes, **given):
    exam, alone, point = look(activation, slopes, **given)
    with np.errstate(all="ignore"):
        found = tell_slopes(exam, alone, point, ("an entry",))
    assert found == bool(exam.findings)
    return exam


# What is said


@pytest.mark.parametrize(
    ("activation", "used", "text"),
    [
        (TANH, lambda z: sigmoid(z) * (1 - sigmoid(z)), "is that of sigmoid at z, not that of tanh "
         "at z"),
        (TANH, lambda z: np.tanh(z) * (1 - np.tanh(z)), "is that of sigmoid at a, not that of tanh "
         "at z"),
        (TANH, sigmoid, "is sigmoid itself, at z, not that of tanh at z"),
        (TANH, lambda z: np.sin(z), "is sine itself, at z, not that of tanh at z"),
        (TANH, lambda z: z * 0 + 1, "is 1 at every z, which is not tanh's"),
        (RELU, lambda z: z * 0 + 1, "is 1 where z < 0, and ReLU's is 0"),
        (RELU, lambda z: np.maximum(z, 0), "is a where z > 0, and ReLU's is 1"),
        (RELU, lambda z: np.where(z > 0, 2, 0.5),
         "is 2 where z > 0, and ReLU's is 1; it is 0.5 where z < 0, and ReLU's is 0"),
        (RELU, lambda z: np.where(z > 0, 1 - 2 * z, 0), "is -2 a + 1 where z > 0, and ReLU's is 1"),
        (LEAKY, lambda z: np.where(z > 0, 1, 0.01),
         "is 0.01 where z < 0, and leaky ReLU (0.1)'s is 0.1"),
    ],
)  # fmt: skip
def test_a_wrong_hidden_slope_is_named(activation, used, text):
    for slopes, place in (((used, activation[1]), "delta1"), ((activation[1], used), "delta2")):
        exam = told(activation, slopes)
        assert said(exam) == [("gradient_wrong", "wrong", place)]
        assert words(exam) == f"in {place} the slope {text}."
        assert exam.findings[0].entries == ("an entry",)
        assert exam.findings[0].advice == (
            "The derivative that is written down is not that of the activation.",
            "Compare it with (f(z + h) - f(z - h)) / (2 h) at some z of either sign.",
        )


def test_both_layers_are_told_from_the_output_backwards():
    def slope(z):
        return np.where(z > 0, 1, 0.3)

    exam = told(RELU, (slope, slope))
    assert said(exam) == [("gradient_wrong", "wrong", "delta2, delta1")]
    assert words(exam) == (
        "in delta2 the slope is 0.3 where z < 0, and ReLU's is 0; in delta1 the slope is 0.3 where "
        "z < 0, and ReLU's is 0."
    )


def test_right_slopes_and_multiples_of_them_are_not_told():
    assert said(told(TANH, (TANH[1], TANH[1]))) == []
    assert said(told(TANH, (lambda z: 2 * TANH[1](z), TANH[1]))) == []
    assert said(told(TANH, (lambda z: 2 * TANH[1](z), lambda z: z * 0 + 1))) != []
    rng = np.random.default_rng(3)
    assert said(told(TANH, (TANH[1], lambda z: rng.normal(size=z.shape)))) == []


def test_a_penalty_in_the_gradient_is_taken_away_first():
    exam = told(RELU, (lambda z: z * 0 + 1, RELU[1]), penalty=0.1)
    assert words(exam) == "in delta1 the slope is 1 where z < 0, and ReLU's is 0."
    assert said(told(TANH, (TANH[1], TANH[1]), penalty=0.1)) == []


def test_where_slopes_are_not_read():
    exam, alone, point = look(RELU, (lambda z: z * 0 + 1, RELU[1]))
    assert tell_slopes(exam, alone, point, ())
    for failing in (
        lambda i: [x * np.nan for x in alone(i)], lambda i: [x[..., None] @ [[1, 1]] for x in
                                                             alone(i)],
        lambda i: [x + 0.1 * (k == 2) * np.eye(4, 3) if k == 2 else x
                   for k, x in enumerate(alone(i))],
        lambda i: [x * (1 + (k == 3)) for k, x in enumerate(alone(i))],
    ):  # fmt: skip
        assert not tell_slopes(exam, failing, point, ())
        assert slopes_read(exam, exam.dense, failing, point) is None
    assert tell_slopes(exam, lambda i: [x.ravel() for x in alone(i)], point, ())
    for name in ("single", "short_steps"):
        exam, alone, point = look(RELU, (lambda z: z * 0 + 1, RELU[1]))
        setattr(exam.patient, name, True)
        assert not tell_slopes(exam, alone, point, ())
    exam, alone, point = look(RELU, (lambda z: z * 0 + 1, RELU[1]))
    exam.dense = None
    assert not tell_slopes(exam, alone, point, ())
    line = {"W": np.array([[0.5], [-0.3]]), "b": np.array([0.1])}
    exam = exam_of(X, Y, line, predict=lambda p, X: sigmoid(X @ p["W"] + p["b"]))
    assert not tell_slopes(exam, lambda i: [X[i].T, np.ones(1)], exam.points[0], ())


def test_samples_are_taken_from_the_first_to_the_last():
    exam, alone, point = look(TANH, (TANH[1], TANH[1]))
    asked = []

    def counting(i):
        asked.append(int(i[0]))
        return alone(i)

    read = slopes_read(exam, exam.dense, counting, point)
    assert asked[0] == 0
    assert asked[-1] == 39
    assert len(asked) == N_SAMPLES
    z1, z2, _ = forward(dict(zip(START, point, strict=True)), X[asked], np.tanh)
    assert len(read[1]) <= z1.size
    assert len(read[2]) == z2.size
    np.testing.assert_allclose([z for z, _, _ in read[2]], z2.ravel())
    np.testing.assert_allclose([a for _, a, _ in read[2]], np.tanh(z2).ravel())
    np.testing.assert_allclose([s for _, _, s in read[2]], TANH[1](z2).ravel(), rtol=1e-6)
    asked.clear()
    exam.work = lambda index: 20_000
    slopes_read(exam, exam.dense, counting, point)
    assert len(asked) == 6


# What is read off


LAYERS = Dense((Layer(0, 1, False), Layer(2, None, False)), (NAMED["tanh"], NAMED["sigmoid"]))


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_a_delta_is_read_where_weights_and_biases_agree(size):
    before, delta = np.array([0.5, -2.0]), size * np.array([0.3, 0.0, -0.7])
    g = [np.outer(before, delta), delta, np.outer(delta, [2.0])]
    np.testing.assert_allclose(delta_read(LAYERS, g, 1, before), delta)
    np.testing.assert_allclose(delta_read(LAYERS, g, 2, delta / size), [2.0 * size])  # no bias
    for off, agrees in ((0.9e-3, True), (1.1e-3, False), (-1.1e-3, False)):
        other = [g[0], g[1] + off * 0.7 * size * np.array([1, 0, 0]), g[2]]
        assert (delta_read(LAYERS, other, 1, before) is not None) == agrees
    for off, agrees in ((0.9e-6, True), (1.1e-6, False)):
        # Of what is added to the first row, 16 of 17 parts are not along what came in.
        other = [g[0] + off * 1.4 * size * 17 / 16 * np.array([[1, 0, 0], [0, 0, 0]]), g[1], g[2]]
        assert (delta_read(LAYERS, other, 1, before) is not None) == agrees
    assert delta_read(LAYERS, g, 1, np.zeros(2)).tolist() == delta.tolist()
    assert delta_read(LAYERS, g, 2, np.zeros(3)) is None
    assert delta_read(LAYERS, [0 * x for x in g], 1, before).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("used", "made", "alike"),
    [
        ([1, 2], [1, 2], True), ([1, 2], [1, 2.0019], True), ([1, 2], [1, 2.0021], False),
        ([1, 2.0021], [1, 2], False), ([1, 2.0019], [1, 2], True), ([1, 2], [1, np.nan], False),
        ([1, 2], [1, np.inf], False), ([-2, 0], [-2, 0.0019], True),
        ([-2, 0], [-2, 0.0021], False), ([1, 0.001], [1, 0], True),
    ],
)  # fmt: skip
def test_slopes_are_the_same_within_a_thousandth_of_the_largest(used, made, alike):
    assert same(np.array(used, dtype=float), np.array(made, dtype=float)) == alike


@pytest.mark.parametrize(
    ("level", "factor", "text"),
    [
        (0, 1, "z"), (0, 2.5, "2.5 z"), (0.5, 1, "z + 0.5"), (-0.5, 1, "z - 0.5"),
        (1, -1, "-1 z + 1"),
        (0, 1.0009, "z"), (0, 1.0011, "1.001 z"), (1e-7, 1, "z"), (2e-6, 1, "z + 2e-06"),
        (1e-10, 1e-4, "0.0001 z"), (1.1e-9, 1e-4, "0.0001 z + 1.1e-09"),
    ],
)  # fmt: skip
def test_a_line_is_written_down(level, factor, text):
    x = np.array([-1.0, 0.5, 2.0, 3.0])
    assert line_words(level + factor * x, x, "z") == text
    assert line_words(level + 0 * x, None, "") == (f"{level:.4g}" if abs(level) > 1e-9 else "0")
    assert line_words(x**2, x, "z") == ""
    assert line_words(x, None, "") == ""


def test_known_slopes_are_those_of_other_activations():
    z = np.linspace(-1, 1, 5)
    made = dict(known_slopes(NAMED["tanh"], z, np.tanh(z)))
    assert "that of tanh at z" not in made
    assert not any("identity" in text for text in made)
    np.testing.assert_allclose(made["that of sigmoid at z"], sigmoid(z) * (1 - sigmoid(z)))
    np.testing.assert_allclose(made["that of sigmoid at a"], np.tanh(z) * (1 - np.tanh(z)))
    np.testing.assert_allclose(made["sigmoid itself, at z"], sigmoid(z))
    assert "that of sine at z" in made
    assert "that of sine at a" not in made
    assert "that of arctan at a" not in made
    assert "that of SiLU at a" in made


Z = np.linspace(-2, 2, 41)


@pytest.mark.parametrize(
    ("own", "used", "text"),
    [
        ("ReLU", np.where(Z > 0, 1, 0.2), "is 0.2 where z < 0, and ReLU's is 0"),
        ("ReLU", np.where(Z > 0, 1 + Z, 0), "is a + 1 where z > 0, and ReLU's is 1"),
        ("ReLU", np.where(Z > 0, 1, np.sin(5 * Z)), ""),
        ("ELU", np.where(Z > 0, 1, np.expm1(Z)), "is a where z < 0, and ELU's is a + 1"),
        ("ELU", np.where(Z > 0, 1, Z), "is z where z < 0, and ELU's is a + 1"),
        ("sigmoid", np.where(Z > 0, 3, sigmoid(Z) * (1 - sigmoid(Z))),
         "is 3 where z > 0, which is not sigmoid's"),
        ("ReLU", (Z > 0) * 1.0, ""),
        ("ReLU", 3 + 0 * Z,
         "is 3 where z > 0, and ReLU's is 1; it is 3 where z < 0, and ReLU's is 0"),
        ("sigmoid", np.where(Z > 0, 3, 2),
         "is 3 where z > 0, which is not sigmoid's; it is 2 where z < 0, which is not sigmoid's"),
        ("sigmoid", 0 * Z + 3, "is 3 at every z, which is not sigmoid's"),
    ],
)  # fmt: skip
def test_each_side_of_0_is_told(own, used, text):
    a = NAMED[own].value(Z)
    assert pieces_words(NAMED[own], Z, a, used) == text
    if text:
        assert slope_words(NAMED[own], Z, a, used) == text
    assert pieces_words(SOFTMAX, Z, a, used) == ""


@pytest.mark.parametrize(
    ("own", "other", "text"),
    [
        ("ReLU", "leaky ReLU (0.1)", "is 0.1 where z < 0, and ReLU's is 0"),
        ("leaky ReLU (0.1)", "ReLU", "is 0 where z < 0, and leaky ReLU (0.1)'s is 0.1"),
        ("ELU", "ReLU", "is 0 where z < 0, and ELU's is a + 1"),
        ("softplus", "ReLU", "is that of ReLU at z, not that of softplus at z"),
    ],
)
def test_what_has_two_sides_is_told_by_them_first(own, other, text):
    own, used = NAMED[own], NAMED[other].slope(Z)
    assert slope_words(own, Z, own.value(Z), used) == text


@pytest.mark.parametrize(("count", "named"), [(5, True), (4, False)])
def test_a_side_is_told_from_five_neurons_on(count, named):
    z = np.array([1.0] * 9 + [-1.0, -0.5, -2.0, -0.3, -0.7][:count])
    used = np.where(z > 0, 1.0, 0.5)
    assert bool(pieces_words(NAMED["ReLU"], z, np.maximum(z, 0), used)) == named
    assert pieces_words(NAMED["ReLU"], z[:9], z[:9], used[:9]) == ""
    assert pieces_words(NAMED["ReLU"], z[:9], z[:9], 3 * used[:9]) == (
        "is 3 where z > 0, and ReLU's is 1"
    )


def test_another_function_of_z_is_told_at_three_places():
    used = np.exp(-(Z**2)) + 0.3 * Z
    text = (
        f"is {used[0]:.4g} at z = -2, 1 at z = 0, {used[-1]:.4g} at z = 2, where tanh's is "
        "0.07065, 1, 0.07065"
    )
    assert table_words(NAMED["tanh"], Z, used) == text
    order = np.random.default_rng(2).permutation(len(Z))
    assert table_words(NAMED["tanh"], Z[order], used[order]) == text
    assert slope_words(NAMED["tanh"], Z, np.tanh(Z), used) == text
    assert table_words(NAMED["tanh"], Z, np.random.default_rng(2).normal(size=41)) == ""
    assert table_words(NAMED["tanh"], Z, np.full(41, 0.5)) == ""
    twice = np.repeat(Z, 2)
    assert table_words(NAMED["tanh"], twice, np.exp(-(twice**2)) + 0.3 * twice)[:10] == text[:10]
    for count, known in ((20, True), (19, False)):
        assert bool(table_words(NAMED["tanh"], Z[:count], used[:count])) == known


@pytest.mark.parametrize(("jumps", "named"), [(1, True), (2, False)])
def test_a_function_of_z_jumps_in_few_places(jumps, named):
    """One jump puts three of 39 neurons off the line between their neighbours; two put six."""
    used = 0.1 * Z.copy()
    used[[10, 25][:jumps]] += 4.0
    assert bool(table_words(NAMED["tanh"], Z, used)) == named


@pytest.mark.parametrize(("size", "named"), [(0.9, True), (1.1, False)])
def test_a_function_of_z_is_smooth_to_a_hundredth(size, named):
    """Each neuron lies off the line between its neighbours by twice what it is moved."""
    used = Z / 4 + size * 0.005 * np.tile([1.0, -1.0], 21)[:41]
    assert np.ptp(used) == pytest.approx(1)
    assert bool(table_words(NAMED["tanh"], Z, used)) == named


# The slope at the output, from factors sample by sample

FAR = np.array([0.2, 0.4, 0.6, 0.8, 0.9])


def of_output(factors, answers=FAR, output="sigmoid", **changes):
    """What is found where each sample's gradient is so many times the slope of the loss."""
    found, asked = [], []
    slope = np.array([1.0, -2.0])

    def measured(values, index, at_most):
        assert (values, at_most) == ("values", 60)
        return Measured([slope], [slope], [slope], 0.0)

    def moved(index):
        asked.append(int(index[0]))
        return [factors[index[0]] * slope]

    exam = SimpleNamespace(
        dense=SimpleNamespace(activations=[None, NAMED[output]]), n_outputs=1, measured=measured,
        patient=SimpleNamespace(
            n=len(answers), predictions=lambda values, index, exact: answers[index][:, None]),
        find=lambda *parts: found.append(parts),
    )  # fmt: skip
    vars(exam).update(changes)
    with np.errstate(all="ignore"):
        told_of = tell_output_slope(exam, changes.get("moved", moved), "values", "step")
    assert told_of == bool(found)
    return found[0] if found else None, asked


@pytest.mark.parametrize(
    ("kind", "made", "text"),
    [
        ("slope_of_a", lambda f, a: f.slope(a),
         "with the derivative of z taken at a, f'(a)"),
        ("slope_missing", lambda f, a: np.ones_like(a),
         "without the slope of the output's activation"),
        ("slope_of_a", lambda f, a: f.of_a(np.log(a / (1 - a)) if f.name == "sigmoid" else
                                           np.arctanh(a)), "with g(z), where g(a) is meant"),
        ("gradient_wrong", lambda f, a: f.of_a(a) ** 2,
         "with the slope of the output twice"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("output", ["sigmoid", "tanh"])
@pytest.mark.parametrize("times", [1.0, -1.0, 3.0])
def test_a_slope_at_the_output_is_read_off_single_samples(kind, made, text, output, times):
    answers = FAR if output == "sigmoid" else 1.5 * FAR - 0.7
    own = NAMED[output]
    f = times * made(own, answers) / own.of_a(answers)
    found, asked = of_output(f, answers, output)
    assert asked == [0, 1, 2, 3, 4]
    assert found == (
        kind, "wrong", "step",
        f"sample by sample the gradient is {f[0]:.4g}, {f[1]:.4g}, {f[2]:.4g}, … times the slope "
        f"of the loss: it is made {text}.",
    )  # fmt: skip


def test_five_samples_are_asked_for_the_slope_at_the_output():
    answers = np.linspace(0.1, 0.9, 12)
    assert of_output(1 / (answers * (1 - answers)), answers)[1] == [0, 2, 5, 8, 11]
    for n, told_of in ((2, False), (3, True)):
        assert (of_output(1 / (FAR * (1 - FAR)), FAR[:n])[0] is not None) == told_of


@pytest.mark.parametrize(("off", "told_of"), [(0.9e-3, True), (1.1e-3, False)])
def test_the_slope_at_the_output_explains_the_factors_to_a_thousandth(off, told_of):
    f = 1 / (FAR * (1 - FAR))
    f[2] *= 1 - off
    assert (of_output(f)[0] is not None) == told_of


@pytest.mark.parametrize(("spread", "told_of"), [(0.9e-2, False), (1.1e-2, True)])
def test_factors_differ_by_a_hundredth(spread, told_of):
    low = 0.5 - np.sqrt(0.25 * spread)  # whose slope is smaller by this share
    answers = np.array([0.5, 0.5, low])
    assert (of_output(1 / (answers * (1 - answers)), answers)[0] is not None) == told_of


@pytest.mark.parametrize(
    ("spread", "times", "told_of"),
    [(0.09, 1.009, True), (0.09, 1.011, False), (0.11, 1.011, True), (0.09, 0.989, False)],
)
def test_factors_that_hardly_differ_have_to_be_the_slope_itself(spread, times, told_of):
    low = 0.5 - np.sqrt(0.25 * spread)
    answers = np.array([0.5, 0.5, low])
    assert (of_output(times / (answers * (1 - answers)), answers)[0] is not None) == told_of


def test_where_the_slope_at_the_output_is_not_read_off():
    f = 1 / (FAR * (1 - FAR))
    assert of_output(f)[0] is not None
    assert of_output(f, n_outputs=2)[0] is None
    for output in ("ReLU", "identity"):
        assert of_output(f, output=output)[0] is None
    assert of_output(np.cos(9 * FAR))[0] is None
    assert of_output(f * [1, 1, 1, 0, 1])[0] is None
    assert of_output(f, moved=lambda index: [np.array([1.0, 1.0])])[0] is None

    def fails(index):
        raise Failed("step", "raised ValueError.")

    assert of_output(f, moved=fails)[0] is None
