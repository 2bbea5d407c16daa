"""A gradient beside measured slopes: what agrees, and in which order causes are looked for."""

from types import SimpleNamespace

import numpy as np
import pytest
from comparisons import S, W, X, problem, told, y
from exams import exam_of
from xor_program import NAMES, gradients, loss, predict, start

from nnlib.audit import gradient
from nnlib.audit.comparison import Comparison
from nnlib.audit.formulas import ACTIVATIONS, Formula, where_from
from nnlib.audit.gradient import (
    by_equations,
    by_mask,
    by_measured_delta,
    by_one_factor,
    by_slopes,
    explain,
    judge,
)
from nnlib.audit.slopes import Measured

rng = np.random.default_rng(11)


# Shapes


def test_gradients_of_other_shapes_are_named():
    s = [np.ones((3, 2))]
    made = problem(s)
    (g,) = made.shaped([np.ones((1, 3, 2))], "gradients")
    assert g.shape == (3, 2)
    assert made.exam.findings == []
    for array, text in [
        (np.ones((2, 3)), "wrong product_wrong (p0): the gradient of p0 has shape (2, 3), the "
                          "transpose of (3, 2)."),
        (np.ones((3, 4)), "wrong parameter_shape (p0): the gradient of p0 has shape (3, 4), but p0 "
                          "has shape (3, 2)."),
        (np.ones((12, 3, 2)), "wrong parameter_shape (p0): the gradient of p0 has shape "
                              "(12, 3, 2), but p0 has shape (3, 2). It has a row for each sample: "
                              "it is not summed over them."),
        (np.ones(()), "wrong axis_missing (p0): the gradient of p0 is one number, 1, but p0 has "
                      "shape (3, 2): the sum runs over everything."),
    ]:  # fmt: skip
        made = problem([s[0] / 6])
        assert made.shaped([array], "gradients") is None
        assert told(made) == [text]
    made = problem([np.arange(6.0).reshape(3, 2)])
    (g,) = made.shaped([np.array([7.0])], "gradients")
    assert g.tolist() == [[7, 7]] * 3
    assert made.stretched == ["p0"]
    assert made.exam.findings == []


@pytest.mark.parametrize("share", [1, 1 / 6, 1 / 12, 1 / 72])
@pytest.mark.parametrize(("off", "sums"), [(0, True), (0.9e-3, True), (1.2e-3, False)])
def test_one_number_is_a_sum_or_a_mean_to_a_thousandth(share, off, sums):
    s = np.array([[1.0, 2], [3, -1], [0.5, 4]])
    number = np.array(s.sum() * share * (1 + off))
    assert problem([s]).sums_up([number]) == sums
    assert problem([s, s]).sums_up([s, number]) == sums
    s[0, 0] = np.nan
    assert problem([s]).sums_up([number])  # not all were measured


def test_a_sum_that_is_0_but_for_rounding_is_one():
    s = np.array([1.0, -3.0, 2.0])
    assert problem([s]).sums_up([np.array(2.9e-6)])
    assert not problem([s]).sums_up([np.array(3.1e-6)])
    assert problem([np.array([5.0])]).sums_up([np.array([9.0])])  # a parameter of one number
    assert problem([np.array([5.0, 1.0])]).sums_up([np.array([9.0, 9.0])])  # of two, as it


@pytest.mark.parametrize("share", [1, 12, 1 / 12, 1 / 3, 4, 1 / 36])
def test_a_number_that_may_be_a_sum(share):
    s, noise = np.array([1.0, -3.0, 5.0]), 0.01
    room = (1e-2 * 9 + noise) * max(share, 1) * 1e-2 + 1e-3 * 3 * share
    for off, fits in ((0.98, True), (1.02, False)):
        made = problem([s], noise=noise)
        assert made.is_a_sum("p0", np.array(3 * share + off * room)) == fits
    made = problem([np.array([1.0, np.nan])])
    assert made.is_a_sum("p0", np.array(99.0))


def test_single_numbers_that_are_no_sums_are_told_as_wrong():
    made = problem([np.array([1.0, 2.0]), S], noise=0)
    made.tell_single_numbers([np.array(9.5), np.array([-77.25])])
    assert told(made) == [
        "wrong gradient_wrong (p0, p1): the gradient of p0 is one number, 9.5, but p0 has shape "
        "(2,); the gradient of p1 is one number, -77.25, but p1 has shape (4, 5)."
    ]
    assert made.exam.findings[0].entries == ("p0", "p1")
    made = problem([np.array([1.0, 2.0]), S], noise=0)
    made.tell_single_numbers([np.array(3.0), S])
    assert told(made) == [
        "wrong axis_missing (p0): the gradient of p0 is one number, 3, but p0 has shape (2,): the "
        "sum runs over everything."
    ]
    assert made.exam.findings[0].entries == ("p0",)


def test_a_gradient_that_makes_a_table_is_marked():
    made = problem([np.ones(3)])
    (g,) = made.shaped([np.ones((3, 1))], "gradients")
    assert g.shape == (3,)
    assert told(made) == [
        "wrong parameter_shape (p0): the gradient of p0 has shape (3, 1), and p0 has shape (3,): "
        "NumPy makes a table (3, 3) of p - rate * g."
    ]
    assert made.exam.findings[0].entries == ("p0",)


# Nothing, and numbers that are none


def test_nothing_is_what_noise_makes_on_both_sides():
    for slope, g, nothing in (
        (0.9, 0.9, True), (1.1, 0.9, False), (0.9, 1.1, False), (1.0, 1.0, True)
    ):  # fmt: skip
        made = problem([np.array([slope, np.nan])], noise=1.0)
        assert made.nothing(0, [np.array([-g, 0.0])]) == nothing


def test_a_judgement_begins_with_what_cannot_be_compared():
    made = problem([S, S])
    assert not judge(made, [S, np.where(S > 1, np.inf, S)], "step")
    assert told(made) == ["wrong gradient_wrong (p1): the gradient of p1 is not finite."]
    made = problem([0 * S, 0 * S])
    assert not judge(made, [0 * S, 0 * S], "step")
    assert told(made) == [
        "suspicious nothing_compared (step): all slopes are 0 on both sides: nothing was compared."
    ]
    made = problem([0 * S, S, 0 * S])
    made.measured = Measured(made.measured.slope, made.measured.low, made.measured.high, 1e-9, 3)
    assert judge(made, [0 * S, S, 0 * S], "step")
    assert told(made) == [
        "note nothing_compared (p0, p2): 2 of 3 gradients are 0 on both sides (p0, p2): nothing "
        "was compared there.",
        "note at_a_corner (step): 3 of the measured entries lie exactly at a corner.",
    ]


@pytest.mark.parametrize(
    ("f", "free", "right"),
    [(3.0, True, True), (3.0, False, False), (-3.0, True, False), (1.0, True, True)],
)
def test_a_common_factor_may_be_free(f, free, right):
    made = problem([S, W])
    assert judge(made, [f * S, f * W], "step", free) == right
    assert bool(made.exam.findings) == (not right)


def test_a_cosine_is_that_of_what_was_measured():
    made = problem([np.array([1.0, np.nan, 0.0])])
    assert made.cosine([np.array([1.0, 9.0, 1.0])]) == (
        " The gradient and the slopes have the cosine 0.7071."
    )
    assert made.cosine([np.zeros(3)]) == ""


# One factor


@pytest.mark.parametrize(
    ("f", "told_as"),
    [
        (1.004, None), (0.996, None), (1.006, "gradient_scale"), (0.994, "gradient_scale"),
        (0.0, None), (0.9e-9, None), (1.1e-9, "gradient_scale"), (-1.0, "gradient_sign"),
    ],
)  # fmt: skip
def test_one_factor_is_one_from_bounds_on(f, told_as):
    made = problem([S, W], noise=0)
    g = [f * S, f * W]
    found = by_one_factor(made, g, "gradients", False)
    assert found == (told_as is not None)
    assert [each.kind for each in made.exam.findings] == [told_as] * found
    assert [each.entries for each in made.exam.findings] == [made.worst(g)] * found
    if told_as == "gradient_sign":
        assert told(made, [-S, -W]) == [
            "wrong gradient_sign (gradients): every entry is -1.0000 times the slope of the loss: "
            "it points uphill."
        ]
    free = problem([S, W], noise=0)
    assert by_one_factor(free, [f * S, f * W], "gradients", True) == found
    assert len(free.exam.findings) == (told_as == "gradient_sign")


@pytest.mark.parametrize(("off", "fits"), [(4.5e-4, True), (7e-4, False)])
def test_one_factor_is_one_to_five_ten_thousandths(off, fits):
    g = [2 * S, 2 * W]
    g[0][0, 0] += off * 2 * max(np.abs(S).max(), np.abs(W).max())
    assert by_one_factor(problem([S, W]), g, "gradients", False) == fits


@pytest.mark.parametrize(
    ("name", "f", "told_so"),
    [
        ("sigmoid of 2 z", 0.5, "2"), ("sigmoid of 2 z", 0.5 * (1 + 0.9e-3), "2"),
        ("sigmoid of 2 z", 0.5 * (1 + 1.1e-3), None), ("sigmoid of 2 z", 2.0, None),
        ("1.7159 tanh(2 z / 3)", 1 / 1.14393, "1.144"), ("sigmoid", 1.0, None), (None, 0.5, None),
    ],
)  # fmt: skip
def test_a_factor_may_be_that_of_the_output_s_slope(name, f, told_so):
    made = problem([S])
    own = [each for each in ACTIVATIONS if each.name == name]
    made.exam.dense = SimpleNamespace(activations=[None, *own]) if own else None
    words = f"the slope of {name} has a factor {told_so}, forgotten?"
    assert (made.factor_words(f) == words) == bool(told_so)
    assert bool(told_so) or made.factor_words(f) == where_from(f, 12, 1)


def test_the_columns_of_X_count_in_a_factor():
    made = problem([S])
    made.exam.patient.X = np.ones((12, 5))
    assert made.factor_words(12 / 5).startswith("2.4 = 12 / 5, and there are 12 samples and 5 ")
    made.exam.patient.X, made.exam.patient.axis["X"] = np.ones((7, 12)), -1
    words = "A division by the 7 rows of X where the 12 samples are meant?"
    assert made.factor_words(12 / 7) == words
    assert made.exam.features == (7, "rows")
    made.exam.patient.X = np.ones((7, 3, 12))
    assert made.exam.features == (0, "")


# The order in which a gradient is explained

ATTEMPTS = [
    "by_one_factor", "by_mask", "by_unrolling", "by_weight_term", "by_factor_beside_penalty",
    "by_smoothed_targets", "by_other_loss", "by_other_targets", "by_equations",
    "by_other_forward", "by_measured_delta", "by_slopes", "by_patterns", "by_paths",
    "by_parts", "in_general",
]  # fmt: skip


def attempted(monkeypatch, found=None, where="gradients", size=2.0, corners=0, dense=None):
    """Explain a gradient; return which attempts were made, of which one finds what it is."""
    asked = []
    made = problem([S, W])
    made.exam.dense = dense
    made.measured = Measured(*[[S, W]] * 3, 1.0, corners)
    given = [size * S / np.abs(S).max(), 0 * W]

    def attempt(name):
        def make(c, g, at, free):
            assert (c, g, at, free) == (made, given, where, True)
            asked.append(name)
            return name == found

        return make

    def tell(name):
        def make(exam, own, *more):
            assert exam is made.exam
            assert where in more
            point = [made.exam.points[1], np.array([2])] if name == "tell_copied" else [FEW]
            made.point = made.exam.points[0]
            p = dict(zip(NAMES, point[0] if name == "tell_copied" else made.point, strict=True))
            rows = point[-1]
            for a, b in zip(own(*point), gradients(p, X[rows], y[rows]).values(), strict=True):
                np.testing.assert_allclose(a, b)
            asked.append(name)
            return name == found

        return make

    for name in [*ATTEMPTS, "by_parameters"]:
        monkeypatch.setattr(gradient, name, attempt(name))
    for name in ("tell_output_slope", "tell_copied"):
        monkeypatch.setattr(gradient, name, tell(name))
    explain(made, given, where, True)
    return asked


FEW = np.array([1, 4])


def test_causes_of_a_wrong_gradient_are_looked_for_in_this_order(monkeypatch):
    begin = ["tell_output_slope", "tell_copied"]
    assert attempted(monkeypatch) == [*begin, *ATTEMPTS]
    for n, name in enumerate([*begin, *ATTEMPTS]):
        assert attempted(monkeypatch, name) == [*begin, *ATTEMPTS][: n + 1]
    assert attempted(monkeypatch, dense="known") == ["tell_copied", *ATTEMPTS]
    assert attempted(monkeypatch, corners=1) == ["tell_copied", *ATTEMPTS]
    assert attempted(monkeypatch, where="step") == ATTEMPTS


@pytest.mark.parametrize(("size", "all_of_them"), [(0.99, False), (1.01, True)])
def test_a_gradient_that_is_noise_is_told_by_parameters(size, all_of_them, monkeypatch):
    asked = attempted(monkeypatch, where="step", size=size)
    assert asked == (ATTEMPTS if all_of_them else ["by_parameters"])


def test_masks_are_looked_for_in_a_program_s_own_gradient(monkeypatch):
    asked = []
    monkeypatch.setattr(gradient, "tell_gradient_mask", lambda *given: asked.append(given) or True)
    made = problem([S])
    assert by_mask(made, [S], "gradients", False)
    assert asked == [(made.exam, made.point)]
    assert not by_mask(made, [S], "step", False)
    monkeypatch.setattr(gradient, "tell_slopes", lambda *given: asked.append(given) or True)
    assert not by_slopes(made, [S], "step", False)
    made.alone = len
    assert by_slopes(made, [2 * S], "step", False)
    assert asked[1:] == [(made.exam, len, made.point, made.worst([2 * S]))]


@pytest.mark.parametrize("index", [None, FEW])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("factor_known", [True, False])
def test_equations_are_walked_for_the_loss_and_for_others(
    index, known, free, factor_known, monkeypatch
):
    costs, walked, reported = {}, [], []

    class Way:
        def __init__(self, exam, dense, point, X, y, formula, g, any_factor):
            assert (exam, dense, point, g) == (made.exam, made.exam.dense, made.point, given)
            np.testing.assert_array_equal(
                X, made.exam.X_rows[slice(None) if index is None else FEW]
            )
            np.testing.assert_array_equal(
                y, made.exam.targets[slice(None) if index is None else FEW]
            )
            self.key, self.explained = (formula.base, formula.factor, any_factor), False
            walked.append(self.key)

        def go(self):
            self.explained = self.key in costs
            self.cost = costs.get(self.key)

        def report(self, entries, free):
            reported.append((self.key, entries, free))

    monkeypatch.setattr(gradient, "Walk", Way)
    exam = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
    own = exam.formula.factor * (12 / 2 if index is not None else 1)
    if not known:
        exam.formula = None
    made = Comparison(exam, exam.points[0], index)
    made.factor_known = factor_known
    given = [2 * s for s in made.measured.slope]
    assert not by_equations(made, given, "gradients", free)
    keys = [("squared", 1.0, True), ("binary", 1.0, True), ("cross", 1.0, True)]
    if known:
        keys = [("binary", own, False), ("binary", own, True), keys[0], keys[2]]
    assert walked == [(base, pytest.approx(f), any_factor) for base, f, any_factor in keys]
    keys = walked[: len(keys)]
    for best in range(len(keys)):
        costs.update({key: 2 - (k == best) for k, key in enumerate(keys)})
        assert by_equations(made, given, "gradients", free)
        assert reported[-1] == (keys[best], made.worst(given), free or not factor_known)
    costs.update(dict.fromkeys(keys, 2))
    assert by_equations(made, given, "gradients", free)
    assert reported[-1][0] == keys[0]  # of those that take as much the first
    assert reported[-1][1]
    exam.dense = None
    assert not by_equations(made, given, "gradients", free)


# A loss that is not known


def of_unknown_loss(
    slip, *, summed=False, free=False, mixed=False, f=1.0, n=12, off=0.0, index=None, **changes
):
    """The gradient of a loss of no known formula, on a known network; its first delta slips.

    ``off``: what the loss holds of the weights; ``changes``: what the audit knows.
    """
    X = np.random.default_rng(n).normal(size=(n, 2))
    y = X[:, :2]

    def answer(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def cost(p, X, y):
        each = np.abs(answer(p, X) - y) ** 1.7 + 0.2 * (answer(p, X) - y) ** 4
        whole = np.sum(each) / (1 if summed else len(X)) + off * np.sum(p["W2"] ** 3)
        return whole**2 if mixed else whole

    p = {"W1": W1, "b1": B1, "W2": W2, "b2": B2}
    exam = exam_of(X, y, p, predict=answer, loss=cost, gradients=lambda p, X, y: p)
    assert exam.dense is not None
    assert exam.formula is None
    made = Comparison(exam, exam.points[0], index)
    if index is not None:
        X, y, n = X[index], y[index], len(index)
    for name, value in changes.items():
        setattr({"single": exam.patient, "formula": made}.get(name, exam), name, value)
    p = dict(zip(p, made.point, strict=True))
    h, e = np.tanh(X @ p["W1"] + p["b1"]), answer(p, X) - y
    d2 = f * (1.7 * np.sign(e) * np.abs(e) ** 0.7 + 0.8 * e**3) / (1 if summed else n)
    if mixed:
        d2 = d2 * 2 * np.sqrt(cost(p, X, y))
    d1 = d2 @ p["W2"].T * slip(h)
    g = [X.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)]
    found = by_measured_delta(made, g, "gradients", free)
    return found, told(made, g if found else None)


W1, B1, W2, B2 = (rng.normal(size=s) for s in ((2, 3), (3,), (3, 2), (2,)))


@pytest.mark.parametrize("summed", [False, True])
def test_the_way_back_is_followed_from_a_delta_that_is_measured(summed):
    found, lines = of_unknown_loss(lambda h: 1.0 + 0 * h, summed=summed)
    assert found
    assert lines == [
        "wrong slope_missing (delta1): delta1 = delta2 @ W2.T * 1: the slope is missing."
    ]


def test_a_delta_is_measured_where_the_loss_is_one_of_the_samples():
    def missing(h):
        return 1.0 + 0 * h

    assert not of_unknown_loss(lambda h: 1 - h**2)[0]
    assert not of_unknown_loss(missing, free=True)[0]
    assert not of_unknown_loss(missing, mixed=True)[0]
    assert not of_unknown_loss(missing, f=1.5)[0]
    assert of_unknown_loss(missing)[0]
    one_layer = SimpleNamespace(layers=[SimpleNamespace(b=1)])
    for name, value in (("dense", None), ("dense", one_layer), ("targets", None), ("single", True),
                        ("formula", Formula("squared", 1.0))):  # fmt: skip
        assert not of_unknown_loss(missing, **{name: value})[0]
    for off, found in ((0.9e-4, True), (0.1, False)):  # the loss is made of more than predictions
        assert of_unknown_loss(missing, off=off)[0] == found
    for n, found in ((150, True), (151, False)):
        assert of_unknown_loss(missing, n=n)[0] == found
    for index in ([0, 1, 2, 3, 4, 5], [1, 4, 6, 7, 9, 11]):
        assert of_unknown_loss(missing, index=np.array(index))[0]


@pytest.mark.parametrize(("off", "exact"), [(0.0, True), (0.9e-11, True), (2e-11, False)])
def test_a_multiple_of_the_gradient_is_exact_or_was_measured(off, exact):
    """A difference is off by more; twice the gradient may be one that is divided by h."""
    exam = exam_of(X, y, start(), predict=predict, loss=loss)
    index = np.arange(8)
    point = dict(zip(NAMES, exam.points[0], strict=True))
    g = [2 * x for x in gradients(point, X[index], y[index]).values()]
    k = int(np.argmax([np.abs(x).max() for x in g]))
    largest = np.abs(g[k]).max()
    g[0].flat[0] += off * largest
    made = Comparison(exam, exam.points[0], index)
    assert made.exact(g) == exact
    assert by_one_factor(made, g, "gradients", False)
    assert ("a central difference that is divided by h" in exam.findings[0].seen) != exact
    for name, of in (("dense", exam), ("formula", made), ("targets", exam)):
        kept = getattr(of, name)
        setattr(of, name, None)
        assert not made.exact(g)
        setattr(of, name, kept)


def test_of_a_program_in_float32_the_slopes_are_those_of_the_rebuilt_network():
    def single():
        exam = exam_of(X, y, start(), predict=predict, loss=loss)
        assert exam.formula is not None
        exam.patient.single = True
        return exam

    for index in (np.arange(4), None):
        exam = single()
        made = Comparison(exam, exam.points[0], index)
        known = exam.dense.gradient(
            made.point, exam.rows_of(index), exam.targets_of(index), made.formula
        )
        for k, g in enumerate(known):
            for each in (made.measured.slope, made.measured.low, made.measured.high):
                np.testing.assert_array_equal(each[k], g)
        assert made.measured.noise == 1e-6
    for name in ("dense", "targets"):
        other = single()
        setattr(other, name, None)
        rough = Comparison(other, other.points[0], None).measured
        assert not all(np.array_equal(a, b) for a, b in zip(rough.slope, known, strict=True))
