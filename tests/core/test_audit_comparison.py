"""A gradient beside measured slopes: what is told of each pattern, from both sides of its bound."""

from types import SimpleNamespace

import numpy as np
import pytest
from exams import exam_of, well_said
from xor_program import NAMES, gradients, loss, predict, start

from nnlib.audit import gradient
from nnlib.audit.formulas import Formula
from nnlib.audit.gradient import COPIED, Comparison, copied_from, tell_copied
from nnlib.audit.patient import Failed
from nnlib.audit.slopes import Measured

rng = np.random.default_rng(7)
X = rng.normal(size=(12, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)
W = rng.normal(size=(4, 5))
S, S6 = rng.normal(size=(4, 5)), rng.normal(size=(6, 6))


def problem(slopes, point=None, n=12, noise=1e-9, exam=None):
    """A comparison whose measured slopes are given; no network is known in it."""
    if exam is None:
        exam = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
        exam.dense = exam.formula = None
    made = Comparison(exam, exam.points[0], None)
    made.formula, made.n = exam.formula, n
    slopes = [np.asarray(s, dtype=float) for s in slopes]
    made.measured = Measured(slopes, slopes, slopes, noise)
    made.point = [np.ones_like(s) for s in slopes] if point is None else point
    made.names = [f"p{k}" for k in range(len(slopes))]
    exam.weights = list(range(len(slopes)))
    made.without_effect = lambda k: False
    made.falling = lambda wrong: ""
    return made


def told(made, g=None):
    """The findings, in one line each; they mark the worst entries of a gradient."""
    if g is not None:
        assert [f.entries for f in made.exam.findings] == [made.worst(g)] * bool(made.exam.findings)
        assert made.worst(g)
    return [f"{f.severity} {f.kind} ({f.where}): {f.seen}" for f in well_said(made.exam)]


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
    assert not made.judge([S, np.where(S > 1, np.inf, S)], "step")
    assert told(made) == ["wrong gradient_wrong (p1): the gradient of p1 is not finite."]
    made = problem([0 * S, 0 * S])
    assert not made.judge([0 * S, 0 * S], "step")
    assert told(made) == [
        "suspicious nothing_compared (step): all slopes are 0 on both sides: nothing was compared."
    ]
    made = problem([0 * S, S, 0 * S])
    made.measured = Measured(made.measured.slope, made.measured.low, made.measured.high, 1e-9, 3)
    assert made.judge([0 * S, S, 0 * S], "step")
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
    assert made.judge([f * S, f * W], "step", free) == right
    assert bool(made.exam.findings) == (not right)


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
    found = made.by_one_factor([f * S, f * W], "gradients", False)
    assert found == (told_as is not None)
    assert [each.kind for each in made.exam.findings] == [told_as] * found
    if told_as == "gradient_sign":
        assert told(made, [-S, -W]) == [
            "wrong gradient_sign (gradients): every entry is -1.0000 times the slope of the loss: "
            "it points uphill."
        ]
    free = problem([S, W], noise=0)
    assert free.by_one_factor([f * S, f * W], "gradients", True) == found
    assert len(free.exam.findings) == (told_as == "gradient_sign")


@pytest.mark.parametrize(("off", "fits"), [(4.5e-4, True), (7e-4, False)])
def test_one_factor_is_one_to_five_ten_thousandths(off, fits):
    g = [2 * S, 2 * W]
    g[0][0, 0] += off * 2 * max(np.abs(S).max(), np.abs(W).max())
    assert problem([S, W]).by_one_factor(g, "gradients", False) == fits


# Another forward pass


def of_another_network(lost, f=1.0, free=False, **changes):
    """The gradient of a network without some biases, times a factor: is it told?"""
    exam = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
    p = dict(zip(NAMES, exam.points[0], strict=True))
    g = gradients({**p, **{name: 0 * p[name] for name in lost}}, X, y)
    g = [f * g[name] for name in NAMES]
    made = Comparison(exam, exam.points[0], None)
    for name, value in changes.items():
        setattr(made if name == "formula" else exam, name, value)
    found = made.by_other_forward(g, "gradients", free)
    return found, told(made, g if found else None)


@pytest.mark.parametrize(
    ("lost", "text"),
    [(["b1"], "without the bias of layer 1"), (["b2"], "without the bias of layer 2"),
     (["b1", "b2"], "without its biases"), ([], None)],
)  # fmt: skip
def test_the_gradient_of_another_network_is_told(lost, text):
    found, lines = of_another_network(lost)
    assert found == (text is not None)
    assert lines == [
        "wrong gradient_wrong (gradients): the gradient is that of another network than the one "
        f"that predict and the loss are made of, one {text}."
    ] * found  # fmt: skip


def test_another_network_has_its_own_gradient_up_to_a_free_factor():
    for f, free, fits in (
        (1.004, False, True), (1.006, False, False), (0.994, False, False), (3.0, True, True),
        (-1.0, True, False),
    ):  # fmt: skip
        assert of_another_network(["b1"], f, free)[0] == fits
    for name in ("dense", "formula", "targets"):
        assert not of_another_network(["b1"], **{name: None})[0]


# Another order


def test_numbers_that_are_read_by_columns_are_told():
    written = np.ravel(S, order="F").reshape(S.shape)
    made = problem([W, S])
    assert made.by_unrolling([W, written], "gradients", False)
    assert told(made, [W, written]) == [
        "wrong product_wrong (p1): the gradient of p1 has the right numbers in another order: they "
        "were read column by column and written row by row."
    ]
    assert not problem([W, S]).by_unrolling([W, S], "gradients", False)
    assert not problem([W, S]).by_unrolling([written, written], "gradients", False)
    for bad in (np.where(S > 1, np.nan, S), S[:, :4], S[:1], S[0]):
        assert not problem([bad]).by_unrolling([2 * np.nan_to_num(bad) + 1], "gradients", False)
    made = problem([S])
    for off, same in ((0.9, True), (1.1, False)):
        moved = written.copy()
        moved[1, 1] += off * made.tolerance * np.abs(S).max()
        assert made.unrolled(moved, S) == same
    assert not made.unrolled(S[:, :1], S[:, :1])


# Neurons, offsets, lengths


def test_neurons_with_factors_of_their_own_are_told_by_line():
    f = np.array([0.5, 2.0, -1.0, 4.0, 1.0])
    made = problem([S])
    assert made.by_neurons([S * f], 0)
    assert told(made, [S * f]) == [
        "wrong gradient_wrong (p0): each column of the gradient of p0 is the slope times a factor "
        "of its own: 0.5, 2, -1, 4, …."
    ]
    made = problem([S])
    assert made.by_neurons([S * f[:4, None]], 0)
    assert told(made, [S * f[:4, None]]) == [
        "wrong gradient_wrong (p0): each row of the gradient of p0 is the slope times a factor of "
        "its own: 0.5, 2, -1, 4."
    ]


def test_neurons_need_three_factors_that_differ_and_several_samples():
    f = np.array([0.5, 2.0, -1.0, 4.0, 1.0])
    assert not problem([S], n=2).by_neurons([S * f], 0)
    assert problem([S], n=3).by_neurons([S * f], 0)
    gap = np.where(S.max() == S, np.nan, S)
    assert not problem([gap]).by_neurons([np.nan_to_num(gap) * f], 0)
    assert not problem([S[0]]).by_neurons([S[0] * f], 0)
    assert not problem([S[:1]]).by_neurons([S[:1] * f], 0)
    for spread, differ in ((0.9e-2, False), (1.1e-2, True)):
        near = np.linspace(2 * (1 - spread), 2.0, 5)
        assert problem([S]).by_neurons([S * near], 0) == differ
    for zeros, enough in ((2, True), (3, False)):
        silent = np.where(np.arange(5) < zeros, 0, f)
        assert problem([S]).by_neurons([S * silent], 0) == enough
    odd = S * f
    odd[0, 0] += 1.0  # this column has no factor
    assert not problem([S]).by_neurons([odd], 0)
    quiet = S.copy()
    quiet[:, 0] = 0.9e-9
    assert problem([quiet]).by_neurons([odd], 0)  # nothing is known of it
    quiet[:, 0] = 1.1e-9
    assert not problem([quiet]).by_neurons([odd], 0)


@pytest.mark.parametrize(
    ("power", "words"),
    [(-1, "1 / p1: p1 is missing"), (1, "p1: p1 stands there twice"),
     (-2, "1 / p1**2: p1 is missing twice")],
)  # fmt: skip
def test_factors_are_named_by_the_parameter_that_makes_them(power, words):
    scale = np.array([0.5, 2.0, 1.5, 4.0, 3.0])
    made = problem([S, scale], [W, scale])
    f, known = scale**power, [0, 1, 2, 3, 4]
    assert made.factor_named(f, known, S.shape) == f" They are {words}."
    assert made.factor_named(f[:3], known[:3], S.shape) == f" They are {words}."
    for off, fits in ((0.9e-3, True), (1.1e-3, False)):
        moved = f * (1 + off * (np.arange(5) == 2))
        assert bool(made.factor_named(moved, known, S.shape)) == fits
    assert made.factor_named(f, known, (4, 6)) == ""
    assert problem([S, scale], [W, 0 * scale]).factor_named(f, known, S.shape) == ""


@pytest.mark.parametrize("turned", [False, True])
def test_an_offset_by_the_summed_inputs_is_told(turned):
    exam = exam_of(np.random.default_rng(1).normal(size=(9, 4)) + 1, np.ones((9, 1)), start())
    exam.dense = exam.formula = None
    total = exam.X_rows.sum(axis=0)
    off = np.outer(total, np.array([0.3, -0.2, 0.5, 1.0, 0.1]))
    line = (
        "wrong gradient_wrong (p0): the gradient of p0 is off by the summed inputs times one "
        "number for each neuron: the delta of each neuron is off by the same number at all samples."
    )
    for extra, fits in ((0, True), (0.8, True), (2, False)):
        made = problem([S.T if turned else S], exam=offset_exam(exam))
        g = S + off
        g[0, 0] += extra * 5e-4 * np.abs(off).max()
        assert made.by_offset([g.T if turned else g], 0) == fits
        assert told(made, [g.T if turned else g]) == [line] * fits
        assert [f.advice for f in made.exam.findings] == [
            (
                "A term that is a mean over the samples is lost, as in the way back through batch "
                "norm: dx - dx.mean(axis=0) - ...",
                "Write down the way back through the mean as well as the one past it.",
            )
        ] * fits  # fmt: skip
    exam = offset_exam(exam)
    for s, g, n in (
        (S, S + off, 2), (S[0], S[0], 9), (S[:, :2], (S + off)[:, :2], 9),
        (np.vstack([S, S[:1]]), np.vstack([S + off, S[:1]]), 9),
        (np.where(S.max() == S, np.nan, S), S + off, 9),
    ):  # fmt: skip
        assert not problem([s], n=n, exam=exam).by_offset([g], 0)


def offset_exam(exam):
    exam.findings.clear()
    exam.patient.functions.update(loss=lambda p, X, y: 1.0)
    return exam


@pytest.mark.parametrize("axis", [0, 1])
def test_weights_whose_length_has_no_effect_are_told(axis):
    W = rng.normal(size=(6, 6))
    across = S6 - np.sum(S6 * W, axis=axis, keepdims=True) / np.sum(
        W**2, axis=axis, keepdims=True
    ) * W  # fmt: skip
    line = ("column", "row")[axis]
    size = np.sqrt(np.sum(across**2, axis=axis) * np.sum(W**2, axis=axis))
    step = W / np.sum(W**2, axis=axis, keepdims=True) * size.max()
    for claimed, told_of in ((0.031, True), (0.029, False), (0.0, False)):
        made = problem([across], [W])
        assert made.by_scaling([across + claimed * step], 0) == told_of
        assert told(made, [across + claimed * step] if told_of else None) == [
            f"wrong gradient_wrong (p0): the loss has no slope along a {line} of p0, only across "
            "it: it does not change when a neuron's weights are all made larger, as in front of "
            "batch norm. The gradient of p0 has one."
        ] * told_of  # fmt: skip
    for along, none in ((0.9e-3, True), (1.1e-3, False)):
        made = problem([across + along * step], [W])
        assert made.by_scaling([across + 0.1 * step], 0) == none
    loud = np.sort(size)[-3] / 1e3
    for noise, enough in ((0.99 * loud, True), (1.01 * loud, False)):
        made = problem([across], [W], noise=noise)
        assert made.by_scaling([across + step], 0) == enough
    made = problem([across[:2]], [W[:2]])
    assert not made.by_scaling([across[:2]], 0)
    made = problem([across], [W])
    made.exam.dense = "known"
    assert not made.by_scaling([across + step], 0)


# Parameter by parameter


def of_parameters(g, slopes, **given):
    made = problem(slopes, **given)
    assert made.by_parameters(g, "gradients", False)
    return told(made, g)


def test_a_bias_that_gets_the_sum_of_all_its_slopes_is_told():
    s = np.array([1.0, 2.0, -0.5, 0.25])
    text = (
        "wrong axis_missing (p1): all entries of the gradient of p1 are {:.6g}, the sum of the "
        "slopes of all its entries."
    )
    for off, sums in ((0, True), (0.9e-3, True), (1.1e-3, False)):
        total = s.sum() * (1 + off)
        lines = of_parameters([S, np.full(4, total)], [S, s])
        assert (lines == [text.format(total)]) == sums
    spread = np.full(4, s.sum())
    for off, alike in ((0.9e-6, True), (1.1e-6, False)):
        moved = spread * (1 + off * np.array([0, 0, 0, -1]))
        assert (of_parameters([S, moved], [S, s]) == [text.format(s.sum())]) == alike


@pytest.mark.parametrize(
    ("f", "kind", "words"),
    [
        (0.0, "gradient_wrong", "is 0, and the slope of the loss is not."),
        (-2.0, "gradient_sign", "is -2.0000 times the slope of the loss: it points uphill."),
        (2.0, "gradient_scale", "is 2.0000 times the slope of the loss: "),
        (1.004, "gradient_wrong", "is not the slope of the loss."),
        (1.006, "gradient_scale", "is 1.0060 times the slope of the loss: "),
    ],
)
def test_one_factor_of_some_parameters_is_told(f, kind, words):
    (line,) = of_parameters([S, f * W, f * S], [S, W, S], noise=1e-12)
    assert line.startswith(f"wrong {kind} (p1, p2): the gradient of p1, p2 {words}")


@pytest.mark.parametrize(("other", "one"), [(2.019, True), (2.021, False)])
def test_one_factor_is_that_of_all_that_are_wrong(other, one):
    (line,) = of_parameters([2 * S, other * W, S], [S, W, S])
    assert ("2.0000 times" in line or f"{other:.4f} times" in line) == one


@pytest.mark.parametrize(
    ("f", "kind", "words"),
    [
        (-1.009, "gradient_sign", "it points uphill."),
        (-1.011, "gradient_wrong", "it points uphill, and -1 would be a lost sign."),
        (-3.3, "gradient_wrong", "it points uphill, and -1 would be a lost sign."),
        (3.3, "gradient_wrong", "no usual factor; other samples may have another."),
    ],
)
def test_of_one_number_a_factor_says_less(f, kind, words):
    (line,) = of_parameters([S, np.array([f])], [S, np.ones(1)])
    assert line == (
        f"wrong {kind} (p1): the gradient of p1 is {f:.4f} times the slope of the loss: {words}"
    )


def test_what_is_right_is_said_beside_what_is_wrong():
    noise = rng.normal(size=(4, 5))
    made = problem([S, W, S, 0 * S])
    made.stretched = ["p1"]
    made.exam.dense = "known"
    assert made.by_parameters([S, noise, S, 0 * S], "gradients", False)
    a, b = (np.concatenate([np.ravel(x) for x in each]) for each in ((S, noise, S), (S, W, S)))
    cosine = a @ b / np.sqrt((a @ a) * (b @ b))
    assert told(made) == [
        "wrong gradient_wrong (p1): the gradient of p1 is not the slope of the loss. Right: p0, "
        "p2. That of p1 is one number, which NumPy stretches. The gradient and the slopes have the "
        f"cosine {cosine:.4f}."
    ]
    (line,) = of_parameters([noise, noise], [S, W])
    assert "Right:" not in line
    assert (
        "not the slope of the loss. Its equation cannot be named: the predictions are not those of "
        "dense layers that are known here. The gradient and" in line
    )


@pytest.mark.parametrize(
    ("sums", "said"),
    [(2.0, "2"), (1 + 0.9e-6, None), (1 + 1.1e-6, "1"), (0.5, "0.5"), (-2.0, None)],
)
def test_predictions_that_add_up_to_another_number_than_1(sums, said):
    made = problem([S])
    share = np.linspace(0.1, 0.9, 12)[:, None]
    answers = [sums * np.hstack([share, 1 - share])] * 2
    made.exam.base_values = {}, answers
    line = (
        f" The predictions of each sample add up to {said}; those of a softmax add up to 1. What "
        "is it divided by?"
    )
    assert made.shares() == (line if said else "")
    made.exam.base_values = {}, [a[:4] for a in answers]
    assert made.shares() == (line if said else "")
    for other in ([a[:3] for a in answers], [a[:, :1] for a in answers], [],
                  [a * np.linspace(1, 1 + 1e-8, 12)[:, None] for a in answers]):  # fmt: skip
        made.exam.base_values = {}, other
        assert made.shares() == ""


def test_a_cosine_is_that_of_what_was_measured():
    made = problem([np.array([1.0, np.nan, 0.0])])
    assert made.cosine([np.array([1.0, 9.0, 1.0])]) == (
        " The gradient and the slopes have the cosine 0.7071."
    )
    assert made.cosine([np.zeros(3)]) == ""


@pytest.mark.parametrize(
    ("cost", "none"),
    [
        (lambda p: float(np.sum(p["W1"])), True),
        (lambda p: float(np.sum(p["b1"])), False),
        (lambda p: 1 / 0, False),
    ],
)
def test_a_parameter_without_effect_changes_no_loss(cost, none):
    exam = exam_of(X, y, start(), predict=predict, loss=lambda p, X, y: cost(p))
    made = Comparison.__new__(Comparison)
    made.exam, made.point, made.index = exam, exam.points[0], None
    assert made.without_effect(1) == none


# What a gradient holds of the weights


def off_by(pattern, factors, slopes=None, **given):
    """A comparison, and gradients that are off by a factor times a pattern of the parameters."""
    slopes = [S, W] if slopes is None else slopes
    made = problem(slopes, [W, S], **given)
    return made, [s + f * pattern(v) for s, v, f in zip(slopes, made.point, factors, strict=True)]


@pytest.mark.parametrize(("other", "one"), [(0.2, True), (0.2039, True), (0.2043, False)])
def test_a_term_of_the_weights_has_one_factor(other, one):
    made, g = off_by(lambda v: v, (0.2, other))
    assert made.weight_term(g, made.measured.slope) == one
    if one:
        (line,) = told(made, g)
        assert line.startswith(
            "wrong weight_term (p0, p1): the gradient minus the slope of the loss is "
        )


@pytest.mark.parametrize(("size", "told_of"), [(0.9, False), (1.1, True)])
def test_a_term_of_the_weights_is_more_than_the_tolerance(size, told_of):
    made, g = off_by(lambda v: size * v / np.abs(v).max(), (0, 0))
    least = made.tolerance * max(np.abs(S).max(), made.largest * 1e-3)
    g = [S + size * least * W / np.abs(W).max(), W]
    assert made.weight_term(g, made.measured.slope) == told_of


def test_a_gradient_that_is_off_in_another_way_holds_no_term_of_the_weights():
    made, g = off_by(lambda v: v, (0.2, 0.2))
    g[1] = W + 0.1 * np.cos(7 * S)
    assert not made.weight_term(g, made.measured.slope)
    assert made.exam.findings == []


@pytest.mark.parametrize(
    ("sizes", "form", "found"),
    [((2,), "{}", False), ((3,), "{}", True), ((5,), "{} whatever", False),
     ((6,), "{} whatever", True), ((2, 1), "{}", True)],
)  # fmt: skip
def test_a_term_needs_some_entries(sizes, form, found):
    off = [(f"p{k}", 0.5 * np.arange(1.0, n + 1), {form: np.arange(1.0, n + 1)}, True)
           for k, n in enumerate(sizes)]  # fmt: skip
    factors = problem([S]).multiples(form, off)
    assert factors == ({f"p{k}": pytest.approx(0.5) for k in range(len(sizes))} if found else {})


def test_what_is_off_by_little_may_be_left_out_of_a_term():
    line = np.arange(1.0, 6.0)
    for clearly in (False, True):
        off = [("p0", 0.5 * line, {"{}": line}, True), ("p1", line**2, {"{}": line}, clearly),
               ("p2", line, {"other": line}, False)]  # fmt: skip
        factors = problem([S]).multiples("{}", off)
        assert list(factors) == ([] if clearly else ["p0"])


@pytest.mark.parametrize(
    ("f", "same"),
    [(0.2, True), (0.2038, True), (0.2042, False), (0.1963, True), (0.1959, False), (-0.2, False)],
)
def test_a_penalty_is_known_by_its_slope_to_a_fiftieth(f, same):
    for penalty in ({"decay": 0.1}, {"decay_of_all": 0.1}):
        made = problem([S])
        made.formula = Formula("squared", 1.0, **penalty)
        assert made.penalty_is(f) == same
    assert not problem([S]).penalty_is(f)


def signs_for_norm(f=0.3, slope=None, value=W):
    norm = np.linalg.norm(value)
    slope = S if slope is None else slope
    return slope + f * (np.sign(value) - value / norm)


def test_a_norm_beside_signs_is_told():
    made = problem([S, S], [W, S])
    g = [signs_for_norm(), S]
    assert made.by_norm(g)
    assert told(made, g) == [
        "wrong weight_term (p0): the gradient holds 0.3000 sign(p0), the slope of the sum of the "
        "sizes, and the loss 0.3000 times the norm of p0, the root of the sum of its squares, "
        "whose slope is 0.3000 p0 / norm(p0)."
    ]
    assert not problem([S, S], [W, S]).by_norm([S, S])
    assert not problem([S, S], [W, S]).by_norm([signs_for_norm(), S + 1.0])
    assert not problem([S], [0 * W]).by_norm([S + 1.0])
    few = np.array([1.0, -2, 3, 4])
    for n, enough in ((3, False), (4, True)):
        made = problem([few[:n]], [few[:n]])
        g = [signs_for_norm(0.3, few[:n], few[:n])]
        assert made.by_norm(g) == enough
    gap = np.where(S.max() == S, np.nan, S)
    made = problem([gap, S], [W, W])
    assert made.by_norm([signs_for_norm(), signs_for_norm()])
    assert [f.where for f in made.exam.findings] == ["p1"]


# An output that falls, and vectors in another order


def test_an_output_that_falls_as_its_bias_rises_is_told():
    def falling(p, X):
        return 1 / (1 + np.exp(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]))

    for answer, told_of in ((falling, True), (predict, False), (lambda p, X: 1 / 0, False)):
        exam = exam_of(X, y, start(), predict=predict, loss=loss)
        made = Comparison(exam, exam.points[0], None)
        exam.patient.functions["predict"] = answer
        line = (
            " The predictions fall where b2 rises: 1 / (1 + exp(z)) lacks the minus of a sigmoid."
        )
        assert made.falling([0, 1, 2, 3]) == line * told_of
        assert made.falling([0, 1, 2]) == ""


def test_a_vector_that_is_put_together_in_another_order_is_told():
    a, b, c = np.arange(1.0, 4), np.arange(9.0, 5, -1), np.array([20.0, -3])
    line = (
        "wrong gradient_wrong (gradients): the gradients stand in another order than the "
        "parameters: p2, p0, p1."
    )
    flat = np.concatenate([c, a, b])
    g = [flat[:3], flat[3:7], flat[7:]]
    for shapes, off, told_of in (
        ([(3,), (4,), (2,)], 0.0, True), ([], 0.0, False), ([(3,), (4,), (2,)], 0.9, True),
        ([(3,), (4,), (2,)], 1.1, False),
    ):  # fmt: skip
        made = problem([a, b, c])
        made.exam.patient.shapes = shapes
        moved = [g[0] + off * made.tolerance * 20.0 * np.array([1, 0, 0]), *g[1:]]
        assert made.in_other_order(moved) == told_of
        assert told(made, moved if told_of else None) == [line] * told_of
    made = problem([a, b, c])
    made.exam.patient.shapes = [(3,), (4,), (2,)]
    assert not made.in_other_order([a, b, c])
    made = problem([np.array([1.0, np.nan, 3]), b, c])
    made.exam.patient.shapes = [(3,), (4,), (2,)]
    assert not made.in_other_order(g)


# Losses and targets


def of_targets(other, f=1.0, free=False, rows=slice(None), **changes):
    exam = exam_of(X[rows], y[rows], start(), predict=predict, loss=loss, gradients=gradients)
    p = dict(zip(NAMES, exam.points[0], strict=True))
    g = [f * gradients(p, X[rows], other(y[rows]))[name] for name in NAMES]
    made = Comparison(exam, exam.points[0], None)
    for name, value in changes.items():
        setattr(made if name == "formula" else exam, name, value)
    found = made.by_other_targets(g, "gradients", free)
    return found, told(made, g if found else None)


def test_a_gradient_for_other_targets_is_told():
    found, (line,) = of_targets(lambda y: y[::-1])
    assert found
    assert line.startswith(
        "wrong pairs_broken (gradients): the gradient belongs to other targets than those of the "
        "loss: "
    )
    for f, free, fits in ((1.004, False, True), (1.006, False, False), (2.0, True, True),
                          (-1.0, True, False)):  # fmt: skip
        assert of_targets(lambda y: y[::-1], f, free)[0] == fits
    assert not of_targets(lambda y: y)[0]
    for name in ("dense", "formula", "targets"):
        assert not of_targets(lambda y: y[::-1], **{name: None})[0]
    zeros, ones = np.flatnonzero(y[:, 0] == 0), np.flatnonzero(y[:, 0] == 1)
    assert of_targets(lambda y: y[::-1], rows=[zeros[0], ones[0], ones[1]])[0]
    assert not of_targets(lambda y: y[::-1], rows=[zeros[0], ones[0]])[0]


@pytest.mark.parametrize("free", [False, True])
def test_a_gradient_of_another_loss_is_told(free):
    exam = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
    p = dict(zip(NAMES, exam.points[0], strict=True))
    a = predict(p, X)
    h = np.tanh(X @ p["W1"] + p["b1"])
    d2 = 2 * (a - y) * a * (1 - a) / 12
    d1 = d2 @ p["W2"].T * (1 - h**2)
    g = [X.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)]
    made = Comparison(exam, exam.points[0], None)
    g = [x.reshape(v.shape) for x, v in zip(g, made.point, strict=True)]
    assert made.by_other_loss(g, "gradients", free)
    down = "the squared errors" if free else "the mean of the squared errors"
    assert told(made, g) == [
        "wrong loss_formula (loss and gradient): the loss that is shown is the mean of the binary "
        f"cross-entropies; what is descended is {down}. If the first is meant, the output's delta "
        "is a - y, and a slope a * (1 - a) stands in it that has cancelled already."
    ]
    exam.findings.clear()
    right = [gradients(p, X, y)[name] for name in NAMES]
    assert not made.by_other_loss(right, "gradients", free)
    exam.targets = None
    assert not made.by_other_loss(g, "gradients", free)


# The order in which a gradient is explained

ATTEMPTS = [
    "by_one_factor", "by_mask", "by_unrolling", "by_weight_term", "by_factor_beside_penalty",
    "by_smoothed_targets", "by_other_loss", "by_other_targets", "by_equations",
    "by_other_forward", "by_measured_delta", "by_slopes", "by_parameters",
]  # fmt: skip


def attempted(monkeypatch, found=None, where="gradients", size=2.0, corners=0, dense=None):
    """Explain a gradient; return which attempts were made, of which one finds what it is."""
    asked = []
    made = problem([S, W])
    made.exam.dense = dense
    made.measured = Measured(*[[S, W]] * 3, 1.0, corners)
    given = [size * S / np.abs(S).max(), 0 * W]

    def attempt(name):
        def make(g, at, free):
            assert (g, at, free) == (given, where, True)
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

    for name in ATTEMPTS:
        setattr(made, name, attempt(name))
    for name in ("tell_output_slope", "tell_copied"):
        monkeypatch.setattr(gradient, name, tell(name))
    made.explain(given, where, True)
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
    assert made.by_mask([S], "gradients", False)
    assert asked == [(made.exam, made.point)]
    assert not made.by_mask([S], "step", False)
    monkeypatch.setattr(gradient, "tell_slopes", lambda *given: asked.append(given) or True)
    assert not made.by_slopes([S], "step", False)
    made.alone = len
    assert made.by_slopes([2 * S], "step", False)
    assert asked[1:] == [(made.exam, len, made.point, made.worst([2 * S]))]


# A factor beside a right penalty


@pytest.mark.parametrize(
    ("f", "kind"),
    [(2.0, "gradient_scale"), (-1.0, "gradient_sign"), (1.004, None), (1.006, "gradient_scale"),
     (0.994, "gradient_scale"), (0.0, None)],
)  # fmt: skip
def test_a_factor_that_the_penalty_does_not_have_is_told(f, kind):
    def penalised(p, X, y):
        return loss(p, X, y) + 0.05 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))

    exam = exam_of(X, y, start(), predict=predict, loss=penalised, gradients=gradients)
    made = Comparison(exam, exam.points[0], None)
    p = dict(zip(NAMES, made.point, strict=True))
    g = [f * gradients(p, X, y)[n] + 0.1 * p[n] * (n[0] == "W") for n in NAMES]
    assert made.by_factor_beside_penalty(g, "gradients", False) == (kind is not None)
    if kind:
        (line,) = told(made, g)
        words = "it points uphill." if f < 0 else made.factor_words(f)
        assert line == (
            f"wrong {kind} (gradients): without the penalty every entry is {f:.4f} times the slope "
            f"of the loss: {words}"
        )
    for name in ("dense", "targets"):
        other = Comparison(exam, exam.points[0], None)
        setattr(exam, name, None)
        assert not other.by_factor_beside_penalty(g, "gradients", False)
        setattr(exam, name, y if name == "targets" else made.exam.dense)
    bare = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
    plain = Comparison(bare, bare.points[0], None)
    assert not plain.by_factor_beside_penalty([2 * x for x in g], "gradients", False)


# Targets that do not sum to 1

CLASSES = np.eye(3)[np.arange(12) % 3]
SOFTMAX = {
    "A": rng.normal(size=(2, 4)), "a": rng.normal(size=4),
    "B": rng.normal(size=(4, 3)), "b": rng.normal(size=3),
}  # fmt: skip


def classify(p, X):
    e = np.exp(np.tanh(X @ p["A"] + p["a"]) @ p["B"] + p["b"])
    return e / e.sum(axis=1, keepdims=True)


def smoothed(c, d, *, summed=False, size=1.0, of=None):
    """A loss for the targets c y + d, and the gradient of a softmax minus these."""
    divisor = 1.0 if summed else 12.0

    def cost(p, X, y):
        return -np.sum((c * y + d) * np.log(classify(p, X))) / divisor

    exam = exam_of(X, CLASSES, SOFTMAX, predict=classify, loss=cost, gradients=lambda p, X, y: p)
    made = Comparison(exam, exam.points[0], None)
    p = dict(zip(SOFTMAX, made.point, strict=True))
    h = np.tanh(X @ p["A"] + p["a"])
    total = c + 3 * d if of == "right" else 1.0
    d2 = size * (total * classify(p, X) - (c * CLASSES + d)) / divisor
    d1 = d2 @ p["B"].T * (1 - h**2)
    g = [X.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)]
    return made, g, made.by_smoothed_targets(g, "gradients", False)


@pytest.mark.parametrize("summed", [False, True])
def test_targets_that_do_not_sum_to_1_are_told(summed):
    made, g, found = smoothed(0.9, 0.1, summed=summed)
    assert found
    assert told(made, g) == [
        "wrong loss_formula (loss and gradient): loss is a cross-entropy for the targets t = 0.9 y "
        "+ 0.1, which sum to 1.2 for each sample. What is descended is the softmax minus t: that "
        "is its slope only where they sum to 1."
    ]
    assert not smoothed(0.9, 0.1, summed=summed, of="right")[2]


def test_smoothed_targets_that_sum_to_1_or_another_gradient_are_left_alone():
    assert not smoothed(0.7, 0.1)[2]
    for off, fits in ((0.9e-3, False), (1.1e-3, True)):
        assert smoothed(0.7 + off, 0.1)[2] == fits
    for size, fits in ((1.004, True), (1.006, False), (0.994, False), (-1.0, False)):
        assert smoothed(0.9, 0.1, size=size)[2] == fits
    for name in ("dense", "targets"):
        made, g, _ = smoothed(0.9, 0.1)
        setattr(made.exam, name, None)
        assert not made.by_smoothed_targets(g, "gradients", False)
    made, g, _ = smoothed(0.9, 0.1)
    made.formula = Formula("cross", 1.0)
    assert not made.by_smoothed_targets(g, "gradients", False)


def test_shares_of_targets_are_read_off_the_loss():
    made, _, _ = smoothed(0.9, 0.1)
    np.testing.assert_allclose(made.shares_of_targets(CLASSES), [0.9 / 12, 0.1 / 12], rtol=1e-4)
    assert made.shares_of_targets(2 * CLASSES) is None

    def fails(p, X, y):
        raise ValueError

    made.exam.patient.functions["loss"] = fails
    assert made.shares_of_targets(CLASSES) is None


# A loss that is not known


def of_unknown_loss(slip, *, summed=False, free=False, mixed=False, f=1.0, y=X[:, :2]):
    """The gradient of a loss of no known formula, on a known network; its first delta slips."""

    def answer(p, X):
        return np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def cost(p, X, y):
        each = np.abs(answer(p, X) - y) ** 1.7 + 0.2 * (answer(p, X) - y) ** 4
        whole = np.sum(each) / (1 if summed else len(X))
        return whole**2 if mixed else whole

    p = {"W1": W1, "b1": B1, "W2": W2, "b2": B2}
    exam = exam_of(X, y, p, predict=answer, loss=cost, gradients=lambda p, X, y: p)
    assert exam.dense is not None
    assert exam.formula is None
    made = Comparison(exam, exam.points[0], None)
    p = dict(zip(p, made.point, strict=True))
    h, e = np.tanh(X @ p["W1"] + p["b1"]), answer(p, X) - y
    d2 = f * (1.7 * np.sign(e) * np.abs(e) ** 0.7 + 0.8 * e**3) / (1 if summed else 12)
    if mixed:
        d2 = d2 * 2 * np.sqrt(cost(p, X, y))
    d1 = d2 @ p["W2"].T * slip(h)
    g = [X.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)]
    found = made.by_measured_delta(g, "gradients", free)
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


# Single numbers whose lines were copied


class Numbers:
    """A program of single numbers; at each point and sample their slopes are drawn once."""

    def __init__(self, size, n=12):
        draws = np.random.default_rng(size)
        self.size, self.n, self.found, self.asked = size, n, [], []
        self.points = [[np.array(x) for x in draws.uniform(1, 2, size)] for _ in range(2)]
        self.slopes = draws.uniform(1, 2, size=(2, n, size))
        self.patient = SimpleNamespace(
            n=n, start=self.points[0], names=[f"p{k}" for k in range(size)]
        )

    def slope(self, values, index):
        number = [values is each for each in self.points].index(True)
        self.asked.append((number, int(index[0])))
        return self.slopes[number, index[0]]

    def measured(self, values, index):
        return SimpleNamespace(slope=[np.array([x]) for x in self.slope(values, index)])

    def find(self, *parts, **more):
        self.found.append((*parts, more["advice"]))

    def told(self, change):
        """See whether gradients are copied; ``change`` turns slopes into them."""

        def moved(values, index):
            s = self.slope(values, index).copy()
            change(s, [float(v) for v in values])
            return [np.array([[x]]) for x in s]

        self.found.clear()
        return tell_copied(self, moved, "gradients", self.points)


def test_gradients_that_hold_a_neighbour_s_names_are_told():
    numbers = Numbers(6)

    def both(s, p):
        s[1], s[4] = s[2], s[4] * p[0] / p[3]

    assert numbers.told(both)
    assert numbers.found == [
        (
            "gradient_wrong", "wrong", "p1, p4",
            "the gradient of p1 is that of p2; in the gradient of p4, p0 stands where p3 belongs.",
            COPIED,
        )
    ]  # fmt: skip
    assert sorted(set(numbers.asked)) == [(k, i) for k in (0, 1) for i in (0, 2, 5, 8, 11)]

    def times(s, p):
        s[5] = s[0] * p[2] / p[1]

    assert numbers.told(times)
    assert numbers.found[0][2:4] == ("p5", "the gradient of p5 is that of p0, times p2 / p1.")


def test_copied_lines_are_few_and_all_of_them_are_known():
    def copy(s, p, n=1):
        for k in range(n):
            s[k] = s[k + n]

    for size, few in ((4, False), (5, True), (24, True), (25, False)):
        assert Numbers(size).told(copy) == few
    for n, few in ((0, False), (2, True), (3, False)):
        assert Numbers(6).told(lambda s, p, n=n: copy(s, p, n)) == few

    def odd(s, p):
        s[0], s[1] = s[2], np.cos(9 * s[1])

    assert not Numbers(6).told(odd)
    numbers = Numbers(6)
    numbers.points[1][3] = np.array(0.0)
    assert not numbers.told(copy)
    numbers = Numbers(6)
    numbers.slopes[1, 5, 2] = np.nan
    assert not numbers.told(copy)
    numbers = Numbers(6)
    numbers.patient.start = [np.ones(2), *numbers.points[0][1:]]
    assert not numbers.told(copy)

    def fails(s, p):
        raise Failed("gradients", "raised ValueError.")

    assert not Numbers(6).told(fails)


@pytest.mark.parametrize(("share", "wrong"), [(0.9, False), (1.1, True)])
def test_a_gradient_is_off_by_more_than_a_ten_thousandth_of_the_largest(share, wrong):
    numbers = Numbers(6)
    asked = [numbers.slopes[:, i] for i in (0, 2, 5, 8, 11)]
    least = share * 1e-4 * np.max(asked)
    numbers.slopes[..., 0] = 1.0
    numbers.slopes[..., 1] = 1.0 + least  # what its line is copied from

    def copy(s, p):
        s[0] = s[1]

    assert numbers.told(copy) == wrong


@pytest.mark.parametrize(("off", "fits"), [(0.9e-5, True), (1.1e-5, False)])
def test_a_copied_line_fits_to_a_hundred_thousandth(off, fits):
    draws = np.random.default_rng(0)
    s, p = draws.uniform(1, 2, size=(2, 10, 5))
    u = s[:, 3].copy()
    u[4] += off * np.abs(u).max()
    names = list("abcde")
    assert copied_from(u, s, p, 1, names) == "the gradient of b is that of d" * fits
