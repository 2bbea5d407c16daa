"""A gradient that is wrong in some places: each pattern from both sides of its bounds."""

from types import SimpleNamespace

import numpy as np
import pytest
from comparisons import S, W, X, problem, told, y
from exams import exam_of
from xor_program import predict, start

from nnlib.audit import places
from nnlib.audit.comparison import Comparison
from nnlib.audit.patient import Failed
from nnlib.audit.places import (
    COPIED,
    by_neurons,
    by_offset,
    by_parameters,
    by_rows,
    by_scaling,
    by_turning,
    by_unrolling,
    copied_from,
    factor_named,
    factors_of,
    in_other_order,
    is_slope_of,
    last_alone,
    of_others,
    shared_factor,
    shares,
    tell_copied,
    unrolled,
    usual,
    without_effect,
)

rng = np.random.default_rng(11)
S6 = rng.normal(size=(6, 6))


# Parameter by parameter


def of_parameters(g, slopes, **given):
    made = problem(slopes, **given)
    assert by_parameters(made, g, "gradients", False)
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
    assert by_parameters(made, [S, noise, S, 0 * S], "gradients", False)
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
    assert shares(made) == (line if said else "")
    made.exam.base_values = {}, [a[:4] for a in answers]
    assert shares(made) == (line if said else "")
    for other in ([a[:3] for a in answers], [a[:, :1] for a in answers], [],
                  [a * np.linspace(1, 1 + 1e-8, 12)[:, None] for a in answers]):  # fmt: skip
        made.exam.base_values = {}, other
        assert shares(made) == ""


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
    assert without_effect(made, 1) == none


def test_the_samples_that_are_compared_say_what_has_no_effect():
    exam = exam_of(X, y, start(), predict=predict,
                   loss=lambda p, X, y: float(np.sum(p["b1"])) if len(X) > 5 else 1.0)  # fmt: skip
    for index, none in ((None, False), (np.arange(6), False), (np.arange(5), True)):
        assert without_effect(Comparison(exam, exam.points[0], index), 1) == none


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("random", [False, True])
def test_a_gradient_of_what_has_no_effect_is_told(others, random):
    made = problem([S, 0 * W, 0 * W, S])
    made.exam.loss = lambda values, index: float(np.sum(values[3]))
    made.exam.patient.random_loss = random
    g = [S, S, W, np.cos(9 * S) if others else S]
    assert by_parameters(made, g, "gradients", False)
    (line,) = told(made, g)
    also = " The gradient of p3 is off, too." * others
    assert (line == (
        "wrong gradient_wrong (p1, p2): the loss does not change when p1, p2 changes, and yet the "
        "gradient of p1, p2 is not 0. Either predict does not use it, or takes another array in "
        f"its place, or something takes its effect away again, as batch norm does.{also}"
    )) != random  # fmt: skip


# An output that falls, and vectors in another order


def test_a_parameter_in_the_place_of_its_gradient_is_told():
    for size, itself in ((3, True), (2, False)):
        made = problem([S, np.arange(1.0, size + 1)])
        made.point[1] = np.linspace(2, -1, size)
        by_parameters(made, [S, made.point[1].copy()], "gradients", False)
        text = "wrong gradient_wrong (p1): the gradient of p1 is p1 itself."
        assert (told(made, [S, made.point[1]]) == [text]) == itself


@pytest.mark.parametrize(("off", "told_so"), [(0.0, True), (1e-4, True), (3e-4, False)])
def test_a_gradient_that_is_another_parameter_s_is_told(off, told_so):
    one, two, three = (np.array(v) for v in ([1.0, -2.0, 0.5], [0.3, 1.5, -1.0], [2.0, 1.0, 0.1]))
    (line,) = of_parameters([S, two * (1 + off), three], [S, one, two])
    assert not line.startswith("wrong gradient_wrong (p1): the gradient of p1 is that of p2.")
    lines = of_parameters([two * (1 + off), two, one], [one, two, three])
    text = "wrong gradient_wrong (p0, p2): the gradient of p0 is that of p1; "
    assert (lines == [f"{text}the gradient of p2 is that of p0."]) == told_so
    (line,) = of_parameters([two[:2], two[:2]], [one[:2], two[:2]])
    assert "is that of" not in line  # two numbers are others by chance


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (lambda s: s[:, ::-1, ::-1], "flipped along axes 1 and 2"),
        (lambda s: s[::-1], "flipped along axis 0"),
        (lambda s: s[::-1, ::-1, ::-1], "flipped along axes 0, 1 and 2"),
        (lambda s: s.swapaxes(1, 2), "with axes 1 and 2 exchanged"),
        (lambda s: 1.0003 * s[::-1], ""),
        (lambda s: s[:, :, [1, 2, 0]], ""),
    ],
)
def test_a_gradient_whose_numbers_stand_in_other_places_is_told(turn, words):
    s = np.random.default_rng(8).normal(size=(2, 3, 3))
    (line,) = of_parameters([S, turn(s)], [S, s])
    text = "wrong product_wrong (p1): the gradient of p1 has the right numbers in other places: "
    assert line.startswith(text + words + ".") == bool(words)
    assert line.startswith(text) == bool(words)


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
        assert in_other_order(made, moved) == told_of
        assert told(made, moved if told_of else None) == [line] * told_of
    made = problem([a, b, c])
    made.exam.patient.shapes = [(3,), (4,), (2,)]
    assert not in_other_order(made, [a, b, c])
    made = problem([np.array([1.0, np.nan, 3]), b, c])
    made.exam.patient.shapes = [(3,), (4,), (2,)]
    assert not in_other_order(made, g)


# Another order


def test_numbers_that_are_read_by_columns_are_told():
    written = np.ravel(S, order="F").reshape(S.shape)
    made = problem([W, S])
    assert by_unrolling(made, [W, written], "gradients", False)
    assert told(made, [W, written]) == [
        "wrong product_wrong (p1): the gradient of p1 has the right numbers in another order: they "
        "were read column by column and written row by row."
    ]
    assert made.exam.findings[0].advice == (
        "It was unrolled in the other order than the parameters, as by order='F' or a transpose "
        "before ravel(), or reshape stands where .T is meant.",
        "Unroll parameters and gradients by the same lines, with order='C' in both.",
    )
    assert not by_unrolling(problem([W, S]), [W, S], "gradients", False)
    assert not by_unrolling(problem([W, S]), [written, written], "gradients", False)
    for bad in (np.where(S > 1, np.nan, S), S[:, :4], S[:1], S[0]):
        assert not by_unrolling(problem([bad]), [2 * np.nan_to_num(bad) + 1], "gradients", False)
    made = problem([S])
    for off, same in ((0.9, True), (1.1, False)):
        moved = written.copy()
        moved[1, 1] += off * made.tolerance * np.abs(S).max()
        assert unrolled(made, moved, S) == same
    assert not unrolled(made, S[:, :1], S[:, :1])


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


# Neurons, offsets, lengths


def test_neurons_with_factors_of_their_own_are_told_by_line():
    f = np.array([0.5, 2.0, -1.0, 4.0, 1.0])
    made = problem([S])
    assert by_neurons(made, [S * f], 0)
    assert told(made, [S * f]) == [
        "wrong gradient_wrong (p0): each column of the gradient of p0 is the slope times a factor "
        "of its own: 0.5, 2, -1, 4, …."
    ]
    assert made.exam.findings[0].advice == (
        "Something that has one number for each neuron is lost on the way back, or stands in it "
        "twice: a scale, or a deviation.",
        "Look at each factor of that neuron in the forward pass: it belongs into its delta once.",
    )
    made = problem([S])
    assert by_neurons(made, [S * f[:4, None]], 0)
    assert told(made, [S * f[:4, None]]) == [
        "wrong gradient_wrong (p0): each row of the gradient of p0 is the slope times a factor of "
        "its own: 0.5, 2, -1, 4."
    ]


def test_neurons_need_three_factors_that_differ_and_several_samples():
    f = np.array([0.5, 2.0, -1.0, 4.0, 1.0])
    assert not by_neurons(problem([S], n=2), [S * f], 0)
    assert by_neurons(problem([S], n=3), [S * f], 0)
    gap = np.where(S.max() == S, np.nan, S)
    assert not by_neurons(problem([gap]), [np.nan_to_num(gap) * f], 0)
    assert not by_neurons(problem([S[0]]), [S[0] * f], 0)
    assert not by_neurons(problem([S[:1]]), [S[:1] * f], 0)
    for spread, differ in ((0.9e-2, False), (1.1e-2, True)):
        near = np.linspace(2 * (1 - spread), 2.0, 5)
        assert by_neurons(problem([S]), [S * near], 0) == differ
    for zeros, enough in ((2, True), (3, False)):
        silent = np.where(np.arange(5) < zeros, 0, f)
        assert by_neurons(problem([S]), [S * silent], 0) == enough
    odd = S * f
    odd[0, 0] += 1.0  # this column has no factor
    assert not by_neurons(problem([S]), [odd], 0)
    quiet = S.copy()
    quiet[:, 0] = 0.9e-9
    assert by_neurons(problem([quiet]), [odd], 0)  # nothing is known of it
    quiet[:, 0] = 1.1e-9
    assert not by_neurons(problem([quiet]), [odd], 0)


@pytest.mark.parametrize(
    ("power", "words"),
    [(-1, "1 / p1: p1 is missing"), (1, "p1: p1 stands there twice"),
     (-2, "1 / p1**2: p1 is missing twice")],
)  # fmt: skip
def test_factors_are_named_by_the_parameter_that_makes_them(power, words):
    scale = np.array([0.5, 2.0, 1.5, 4.0, 3.0])
    made = problem([S, scale], [W, scale])
    f, known = scale**power, [0, 1, 2, 3, 4]
    assert factor_named(made, f, known, S.shape) == f" They are {words}."
    assert factor_named(made, f[:3], known[:3], S.shape) == f" They are {words}."
    for off, fits in ((0.9e-3, True), (1.1e-3, False)):
        moved = f * (1 + off * (np.arange(5) == 2))
        assert bool(factor_named(made, moved, known, S.shape)) == fits
    assert factor_named(made, f, known, (4, 6)) == ""
    assert factor_named(problem([S, scale], [W, 0 * scale]), f, known, S.shape) == ""


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
        assert by_offset(made, [g.T if turned else g], 0) == fits
        assert told(made, [g.T if turned else g]) == [line] * fits
        assert [f.advice for f in made.exam.findings] == [
            (
                "A term that is a mean over the samples is lost, as in the way back through batch "
                "norm: dx - dx.mean(axis=0) - ...",
                "Write down the way back through the mean as well as the one past it.",
            )
        ] * fits  # fmt: skip
    exam = offset_exam(exam)
    assert by_offset(problem([S[:, :3]], n=3, exam=exam), [(S + off)[:, :3]], 0)
    exam = offset_exam(exam)
    for s, g, n in (
        (S, S + off, 2), (S[0], S[0], 9), (S[:, :2], (S + off)[:, :2], 9),
        (np.vstack([S, S[:1]]), np.vstack([S + off, S[:1]]), 9),
        (np.where(S.max() == S, np.nan, S), S + off, 9),
    ):  # fmt: skip
        assert not by_offset(problem([s], n=n, exam=exam), [g], 0)


def offset_exam(exam):
    exam.findings.clear()
    exam.patient.functions.update(loss=lambda p, X, y: 1.0)
    return exam


def test_rows_are_looked_at_where_too_few_columns_have_a_slope():
    W = rng.normal(size=(4, 6))
    s = np.zeros((4, 6))
    s[:, :2] = np.stack([W[:, 1], -W[:, 0]], axis=1)
    made = problem([s], [W])
    assert by_scaling(made, [s + W], 0)
    assert "along a row of p0" in told(made)[0]


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
        assert by_scaling(made, [across + claimed * step], 0) == told_of
        assert told(made, [across + claimed * step] if told_of else None) == [
            f"wrong gradient_wrong (p0): the loss has no slope along a {line} of p0, only across "
            "it: it does not change when a neuron's weights are all made larger, as in front of "
            "batch norm. The gradient of p0 has one."
        ] * told_of  # fmt: skip
        assert [f.advice for f in made.exam.findings] == [
            (
                "What a neuron is divided by, its deviation or its length, is taken for a constant "
                "on the way back, or a term of that is lost.",
                "The way back through batch norm has three terms: dx, its mean, and x_hat * "
                "mean(dx * x_hat).",
            )
        ] * told_of  # fmt: skip
    for along, none in ((0.9e-3, True), (1.1e-3, False)):
        made = problem([across + along * step], [W])
        assert by_scaling(made, [across + 0.1 * step], 0) == none
    loud = np.sort(size)[-3] / 1e3
    for noise, enough in ((0.99 * loud, True), (1.01 * loud, False)):
        made = problem([across], [W], noise=noise)
        assert by_scaling(made, [across + step], 0) == enough
    made = problem([across[:2]], [W[:2]])
    assert not by_scaling(made, [across[:2]], 0)
    made = problem([across], [W])
    made.exam.dense = "known"
    assert not by_scaling(made, [across + step], 0)


# Rows that are read more than once

INDEX = np.array([[0.0, 2], [2, 1], [3, 2], [0, 3], [4, 4]])  # row 1 once, row 5 never
READ = [0, 2, 3, 4]  # the others, of which some are off


def of_rows(off, monkeypatch, index=INDEX, slopes=S6[:, :2], share=0.3, last=None, **given):
    """Look for rows that get their last use alone; ``off``: which ones are off, by a share."""
    exam = exam_of(index, np.arange(float(len(index)))[:, None], start())
    exam.dense = exam.formula = None
    made = problem([slopes], exam=offset_exam(exam), **given)
    g = np.array(slopes)
    g[off] *= share
    asked = []

    def last_uses(c, X, k, rows):
        asked.append(rows.tolist())
        if last is not None:
            return last(g[rows])
        return np.array([np.cos(9 * g[rows]), 2 * g[rows]])  # of all columns together

    monkeypatch.setattr(places, "last_alone", last_uses)
    found = by_rows(made, [g], 0)
    assert [f.advice for f in made.exam.findings] == [
        ("E[index] += d adds once where an index comes several times.",
         "np.add.at(E, index, d) adds each time."),
    ] * found  # fmt: skip
    return found, told(made, [g] if found else None), asked


def rows_told(rows, others=True, use="last use"):
    return [
        f"wrong gradient_wrong (p0): in p0 the rows {rows} are off: each of them is read more than "
        f"once, and gets the gradient of its {use} alone."
        + " Rows that are read once or never are right."
        * others
    ]


def test_rows_that_are_off_where_they_are_read_twice_are_told(monkeypatch):
    assert of_rows(READ, monkeypatch) == (True, rows_told("0, 2, 3, 4"), [READ])
    assert of_rows([2, 3], monkeypatch)[1] == rows_told("2, 3")
    assert of_rows([2, 3], monkeypatch, share=3)[0] is False  # what is left out makes it smaller
    assert of_rows(READ, monkeypatch, share=3)[0] is True  # or larger, where all are off
    for off in ([], [0, 1, 2, 3, 4], [0, 2, 3, 4, 5]):
        assert of_rows(off, monkeypatch)[0] is False
    every = np.repeat(np.arange(8.0), 2).reshape(-1, 2)
    slopes = np.random.default_rng(2).normal(size=(8, 3))
    found, lines, asked = of_rows(list(range(8)), monkeypatch, every, slopes)
    assert found
    assert lines == rows_told("0, 1, 2, 3, 4, 5", others=False)
    assert asked == [[0, 1, 2, 3, 4, 5]]


def test_rows_are_looked_for_where_x_is_a_table_of_row_numbers(monkeypatch):
    for index in (INDEX + 0.5, INDEX - 1, INDEX + 2):
        assert of_rows(READ, monkeypatch, index)[0] is False
    assert of_rows(READ, monkeypatch, INDEX + 1)[0] is False  # then row 1 is off, read twice
    few = np.array([[0.0, 1], [1, 0], [0, 0]])
    assert of_rows([0, 1], monkeypatch, few, S6[:3, :2])[0] is True
    assert of_rows([0, 1], monkeypatch, few, S6[:2, :2])[0] is False
    assert of_rows(READ, monkeypatch, slopes=S6[:, 0])[0] is False
    gap = np.where(S6[1, 1] == S6, np.nan, S6)
    assert of_rows(READ, monkeypatch, slopes=gap)[0] is False


def test_rows_get_the_last_use_up_to_a_factor(monkeypatch):
    def noisy(size):
        def last(g):
            off = np.zeros_like(g)
            off.flat[np.abs(g).argmin()] = size * np.abs(g).max()
            return np.array([-g, g + off])

        return last

    for size, fits in ((4e-3, True), (6e-3, False), (-6e-3, False)):
        assert of_rows(READ, monkeypatch, last=noisy(size))[0] is fits

    def fails(g):
        raise Failed("loss", "raised ValueError.")

    assert of_rows(READ, monkeypatch, last=fails)[0] is False
    assert of_rows(READ, monkeypatch, last=lambda g: np.array([-g, -g]))[0] is False
    lines = rows_told("0, 2, 3, 4", use="last use in each column")
    assert of_rows(READ, monkeypatch, last=lambda g: np.array([3 * g, -g]))[1] == lines
    assert of_rows(READ, monkeypatch, last=lambda g: np.array([3 * g, g]))[1] == (
        rows_told("0, 2, 3, 4")
    )


def test_of_a_row_the_last_use_in_each_column_or_in_all_counts():
    X = np.array([[0, 1], [1, 1], [0, 3], [2, 0], [3, 2]])
    values = np.random.default_rng(0).normal(size=(5, 4, 2))  # by sample and row
    asked = []

    def slopes_at(index, entries):
        (i,) = index
        ((row, _), _) = entries[1]
        assert entries == [[], [(row, 0), (row, 1)]]
        asked.append((int(i), row))
        return [np.zeros(1), np.where(np.arange(4)[:, None] == row, values[i], np.nan)]

    for samples in (np.arange(5), np.arange(5)[::-1]):
        c = SimpleNamespace(
            samples=samples, slopes_at=slopes_at, point=[np.zeros(1), np.zeros((4, 2))]
        )
        asked.clear()
        v = values[samples]
        by_column, by_all = last_alone(c, X, 1, np.array([0, 1, 3]))
        np.testing.assert_allclose(by_column[0], v[2, 0] + v[3, 0])  # once in each column
        np.testing.assert_allclose(by_all[0], v[3, 0])
        np.testing.assert_allclose(by_column[1], v[1, 1])  # twice in sample 1, the last of both
        np.testing.assert_allclose(by_all[1], v[1, 1] / 2)
        np.testing.assert_allclose(by_column[2], v[2, 3] + v[4, 3])
        np.testing.assert_allclose(by_all[2], v[4, 3])
        assert len(asked) == 5


# Those of other parameters, and numbers in other places


def test_gradients_of_other_parameters_are_told():
    T = S[::-1] + 0.3
    for g, line in (
        ([S, S, T], "(p1): the gradient of p1 is that of p0."),
        ([T, W, S], "(p0, p2): the gradient of p0 is that of p2; the gradient of p2 is that of "
                    "p0."),
        ([S, S, W + S], None),
    ):  # fmt: skip
        made = problem([S, W, T])
        assert of_others(made, g, [k for k in range(3) if not made.right(k, g)]) == bool(line)
        assert told(made, g if line else None) == [f"wrong gradient_wrong {line}"] * bool(line)
        assert [f.advice for f in made.exam.findings] == [COPIED] * bool(line)


@pytest.mark.parametrize(
    ("x", "s", "noise", "same"),
    [
        ([1.0, 5000, 7], [0.0, 5000, 7], 0.0, True), ([1.1, 5000, 7], [0.0, 5000, 7], 0.0, False),
        ([5.0, 2], [5.0, 2], 0.0, False), ([5.0, 2, 3], [5.0, np.nan, 3], 0.0, False),
        ([5.0, 2, 9, 3], [5.0, 2, np.nan, 3], 0.0, True), ([5.0, 2, 3], [[5.0, 2, 3]], 0.0, False),
        ([0.0, 0, 0], [0.0, 0, 0], 0.0, False), ([10.0, 1, 2], [10.0, 1, 2], 1.0, False),
        ([10.1, 1, 2], [10.1, 1, 2], 1.0, True),
    ],
)  # fmt: skip
def test_numbers_are_the_slopes_of_a_parameter_or_not(x, s, noise, same):
    assert is_slope_of(problem([s], noise=noise), np.array(x), 0) is same


FILTERS = rng.normal(size=(3, 3, 2))


def test_numbers_are_turned_in_tables_and_fit_to_the_tolerance():
    for off, fits in ((0.9, True), (1.1, False)):
        made = problem([FILTERS])
        moved = np.flip(FILTERS, 1).copy()
        moved[0, 0, 0] += off * made.tolerance * np.abs(FILTERS).max()
        assert by_turning(made, [moved], 0) == fits
        assert [f.advice for f in made.exam.findings] == [
            (
                "A filter is turned round on the way back to its input, not in its own gradient; "
                "or an axis is flipped or exchanged with another one.",
                "Sum the products of each delta with the inputs under it, at the filter's own "
                "places.",
            )
        ] * fits  # fmt: skip
    gap = np.where(FILTERS > 1, np.nan, FILTERS)
    for bad in (FILTERS[:1, :2], FILTERS[0, :1], FILTERS[0, 0], gap):
        assert not by_turning(problem([bad]), [np.flip(np.nan_to_num(bad), 0)], 0)
    assert by_turning(problem([S[:2, :2]]), [S[:2, :2][::-1]], 0)
    assert by_turning(problem([S[0, :4]]), [S[0, :4][::-1]], 0)
    assert not by_turning(problem([S[0, :3]]), [S[0, :3][::-1]], 0)


# Factors


@pytest.mark.parametrize(
    ("factors", "shared"),
    [
        ([2.0, 2.019], 2.0), ([2.0, 2.021], None), ([99.0, 100.0], 99.0), ([None, 2.0], None),
        ([1.004], None), ([1.006], 1.006), ([0.996], None), ([0.994], 0.994), ([-1.0, -1.0], -1.0),
        ([-2.0, 2.0], None), ([0.0, 0.0], 0.0),
    ],
)  # fmt: skip
def test_one_factor_is_shared_by_all_that_are_wrong(factors, shared):
    assert shared_factor(factors) == shared


@pytest.mark.parametrize(
    ("f", "known"),
    [(0.0, True), (0.9e-9, True), (-0.9e-9, True), (-1.1e-9, False), (-1.0, True), (-1.009, True),
     (-1.011, False), (-0.991, True), (-0.989, False), (12.0, True), (1 / 12, True), (2.0, True),
     (3.3, False)],
)  # fmt: skip
def test_usual_factors_are_those_that_people_lose(f, known):
    assert usual(problem([S]), f) is known


def test_factors_are_those_of_what_was_measured():
    gap = np.where(S.max() == S, np.nan, S)
    found = factors_of(problem([gap, S, W]), [2 * S, W, -W], [0, 1, 2])
    assert found == {0: pytest.approx(2), 1: None, 2: pytest.approx(-1)}
    for off, fits in ((4.5e-4, True), (7e-4, False)):
        moved = 2 * S
        moved[0, 0] += off * 2 * np.abs(S).max()
        assert (factors_of(problem([S]), [moved], [0])[0] is not None) is fits
    quiet = problem([1e-3 * S], noise=1.0)
    assert factors_of(quiet, [S], [0]) == {0: None}  # all of it may be noise
