"""A gradient that is that of another loss: each is told from both sides of its bounds."""

from types import SimpleNamespace

import numpy as np
import pytest
from comparisons import S, W, X, problem, told, y
from exams import exam_of
from xor_program import NAMES, gradients, loss, predict, start

from nnlib.audit.comparison import Comparison
from nnlib.audit.formulas import BASES, WORDS, Formula, factor_words
from nnlib.audit.mismatches import (
    by_factor_beside_penalty,
    by_norm,
    by_other_forward,
    by_other_loss,
    by_other_parameter,
    by_other_targets,
    by_sample_weights,
    by_smoothed_targets,
    multiple_of,
    multiples,
    penalties,
    penalty_is,
    said_of_penalty,
    shares_of_targets,
    weight_term,
    with_penalty,
)
from nnlib.audit.patient import Failed
from nnlib.audit.slopes import Measured

rng = np.random.default_rng(11)


# What a gradient holds of the weights


def off_by(pattern, factors, slopes=None, **given):
    """A comparison, and gradients that are off by a factor times a pattern of the parameters."""
    slopes = [S, W] if slopes is None else slopes
    made = problem(slopes, [W, S], **given)
    return made, [s + f * pattern(v) for s, v, f in zip(slopes, made.point, factors, strict=True)]


@pytest.mark.parametrize(("other", "one"), [(0.2, True), (0.2039, True), (0.2043, False)])
def test_a_term_of_the_weights_has_one_factor(other, one):
    made, g = off_by(lambda v: v, (0.2, other))
    assert weight_term(made, g, made.measured.slope) == one
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
    assert weight_term(made, g, made.measured.slope) == told_of


def test_a_gradient_that_is_off_in_another_way_holds_no_term_of_the_weights():
    made, g = off_by(lambda v: v, (0.2, 0.2))
    g[1] = W + 0.1 * np.cos(7 * S)
    assert not weight_term(made, g, made.measured.slope)
    assert made.exam.findings == []


@pytest.mark.parametrize(
    ("sizes", "form", "found"),
    [((2,), "{}", False), ((3,), "{}", True), ((5,), "{} whatever", False),
     ((6,), "{} whatever", True), ((2, 1), "{}", True)],
)  # fmt: skip
def test_a_term_needs_some_entries(sizes, form, found):
    off = [(f"p{k}", 0.5 * np.arange(1.0, n + 1), {form: np.arange(1.0, n + 1)}, True)
           for k, n in enumerate(sizes)]  # fmt: skip
    factors = multiples(problem([S]), form, off)
    assert factors == ({f"p{k}": pytest.approx(0.5) for k in range(len(sizes))} if found else {})


def test_what_is_off_by_little_may_be_left_out_of_a_term():
    line = np.arange(1.0, 6.0)
    for clearly in (False, True):
        off = [("p0", 0.5 * line, {"{}": line}, True), ("p1", line**2, {"{}": line}, clearly),
               ("p2", line, {"other": line}, False)]  # fmt: skip
        factors = multiples(problem([S]), "{}", off)
        assert list(factors) == ([] if clearly else ["p0"])


@pytest.mark.parametrize(
    ("f", "same"),
    [(0.2, True), (0.2038, True), (0.2042, False), (0.1963, True), (0.1959, False), (-0.2, False)],
)
def test_a_penalty_is_known_by_its_slope_to_a_fiftieth(f, same):
    for penalty in ({"decay": 0.1}, {"decay_of_all": 0.1}):
        made = problem([S])
        made.formula = Formula("squared", 1.0, **penalty)
        assert penalty_is(made, f) == same
    assert not penalty_is(problem([S]), f)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (None, ""), (Formula("squared", 1.0), " The loss holds no such penalty."),
        *((Formula("squared", 1.0, **{name: 0.05}),
           f" The loss holds 0.05 times the {what}, whose slope is {slope}.")
          for name, what, slope in (
            ("decay", "squares of the weights", "0.1 W"),
            ("decay_of_all", "squares of the weights and biases", "0.1 W"),
            ("sizes", "sizes of the weights", "0.05 sign(W)"),
            ("sizes_of_all", "sizes of the weights and biases", "0.05 sign(W)"))),
    ],
)  # fmt: skip
def test_the_penalty_of_the_loss_is_said(formula, said):
    made = problem([S])
    made.formula = formula
    assert said_of_penalty(made) == said


def signs_for_norm(f=0.3, slope=None, value=W):
    norm = np.linalg.norm(value)
    slope = S if slope is None else slope
    return slope + f * (np.sign(value) - value / norm)


def test_a_norm_beside_signs_is_told():
    made = problem([S, S], [W, S])
    g = [signs_for_norm(), S]
    assert by_norm(made, g)
    assert told(made, g) == [
        "wrong weight_term (p0): the gradient holds 0.3000 sign(p0), the slope of the sum of the "
        "sizes, and the loss 0.3000 times the norm of p0, the root of the sum of its squares, "
        "whose slope is 0.3000 p0 / norm(p0)."
    ]
    assert made.exam.findings[0].advice == (
        "np.linalg.norm(w) is not the sum of the sizes of w.",
        "For L1 write np.sum(np.abs(w)) into the loss; for L2 np.sum(w**2), with the slope 2 w.",
    )
    assert not by_norm(problem([S, S], [W, S]), [S, S])
    assert not by_norm(problem([S, S], [W, S]), [signs_for_norm(), S + 1.0])
    assert not by_norm(problem([S], [0 * W]), [S + 1.0])
    few = np.array([1.0, -2, 3, 4])
    for n, enough in ((3, False), (4, True)):
        made = problem([few[:n]], [few[:n]])
        g = [signs_for_norm(0.3, few[:n], few[:n])]
        assert by_norm(made, g) == enough
    gap = np.where(S.max() == S, np.nan, S)
    made = problem([gap, S], [W, W])
    assert by_norm(made, [signs_for_norm(), signs_for_norm()])
    assert [f.where for f in made.exam.findings] == ["p1"]


def test_patterns_of_a_penalty_are_these():
    value, ones = np.array([[1.0, -2.0], [3.0, 4.0], [-5.0, 6.0]]), np.ones((3, 2))
    made = {form.format(0.5, "W"): pattern for form, pattern in penalties(value, True)}
    wanted = {
        "0.5000 W": value,
        "0.5000 sign(W)": np.sign(value),
        "0.5000 |W|": np.abs(value),
        "0.5000 W**2": value**2,
        "0.5000 times the sum of W, one number for all": np.full((3, 2), 7.0),
        "0.5000 times W summed over axis 0": np.array([[-1.0, 8.0]] * 3),
        "0.5000 times W summed over axis 1": np.array([[-1.0] * 2, [7.0] * 2, [1.0] * 2]),
        "0.5000 at each entry of W, whatever it is": ones,
        "0.5000 W without its first column": value * [0, 1],
        "0.5000 times the first column of W": value * [1, 0],
        "0.5000 at each entry of the first column of W, whatever it is": ones * [1, 0],
        "0.5000 W without its last column": value * [1, 0],
        "0.5000 times the last column of W": value * [0, 1],
        "0.5000 at each entry of the last column of W, whatever it is": ones * [0, 1],
        "0.5000 W without its first row": value * [[0], [1], [1]],
        "0.5000 times the first row of W": value * [[1], [0], [0]],
        "0.5000 at each entry of the first row of W, whatever it is": ones * [[1], [0], [0]],
        "0.5000 W without its last row": value * [[1], [1], [0]],
        "0.5000 times the last row of W": value * [[0], [0], [1]],
        "0.5000 at each entry of the last row of W, whatever it is": ones * [[0], [0], [1]],
    }
    assert list(made) == list(wanted)
    for text, pattern in wanted.items():
        np.testing.assert_array_equal(made[text], pattern)
    assert len([*penalties(value, False)]) == 17
    assert [form for form, _ in penalties(np.ones(3), True)] == [
        "{:.4f} {}", "{:.4f} sign({})", "{:.4f} |{}|", "{:.4f} {}**2",
        "{:.4f} times the sum of {}, one number for all",
        "{:.4f} at each entry of {}, whatever it is",
    ]  # fmt: skip
    assert len([*penalties(np.ones((1, 3)), True)]) == 8
    assert len([*penalties(np.ones(1), True)]) == 5
    assert len([*penalties(np.ones(3), False)]) == 5


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
    assert by_factor_beside_penalty(made, g, "gradients", False) == (kind is not None)
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
        assert not by_factor_beside_penalty(other, g, "gradients", False)
        setattr(exam, name, y if name == "targets" else made.exam.dense)
    bare = exam_of(X, y, start(), predict=predict, loss=loss, gradients=gradients)
    plain = Comparison(bare, bare.points[0], None)
    assert not by_factor_beside_penalty(plain, [2 * x for x in g], "gradients", False)


# Losses and targets


def of_targets(other, f=1.0, free=False, rows=slice(None), **changes):
    exam = exam_of(X[rows], y[rows], start(), predict=predict, loss=loss, gradients=gradients)
    p = dict(zip(NAMES, exam.points[0], strict=True))
    g = [f * gradients(p, X[rows], other(y[rows]))[name] for name in NAMES]
    made = Comparison(exam, exam.points[0], None)
    for name, value in changes.items():
        setattr(made if name == "formula" else exam, name, value)
    found = by_other_targets(made, g, "gradients", free)
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
    assert by_other_loss(made, g, "gradients", free)
    down = "the squared errors" if free else "the mean of the squared errors"
    assert told(made, g) == [
        "wrong loss_formula (loss and gradient): the loss that is shown is the mean of the binary "
        f"cross-entropies; what is descended is {down}. If the first is meant, the output's delta "
        "is a - y, and a slope a * (1 - a) stands in it that has cancelled already."
    ]
    exam.findings.clear()
    right = [gradients(p, X, y)[name] for name in NAMES]
    assert not by_other_loss(made, right, "gradients", free)
    exam.targets = None
    assert not by_other_loss(made, g, "gradients", free)
    exam = exam_of(X, y, start(), loss=loss, gradients=gradients)
    assert not by_other_loss(Comparison(exam, made.point, None), g, "gradients", free)


def answer(output, width):
    """A program whose output has some width, and its start."""
    draws = np.random.default_rng(width)
    p = {"W1": draws.normal(size=(2, 3)), "b1": draws.normal(size=3),
         "W2": draws.normal(size=(3, width)), "b2": draws.normal(size=width)}  # fmt: skip
    return p, lambda p, X: output(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])


def line(z):
    return 3 * z / 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


REAL, THREE = 3 * X[:, :1] ** 2, np.eye(3)[np.arange(12) % 3]


def odd(a):
    """A loss of no known formula."""
    return float(np.sum(np.cos(2 * a)))


@pytest.mark.parametrize(
    ("base", "output", "y"),
    [
        ("squared", line, REAL), ("absolute", line, REAL), ("root", line, REAL),
        ("huber", line, REAL), ("log_cosh", line, REAL), ("binary", sigmoid, y),
        ("other_half", sigmoid, y), ("focal", sigmoid, y), ("smoothed_binary", sigmoid, y),
        ("log_squared", sigmoid, y), ("cross", softmax, THREE), ("smoothed_cross", softmax, THREE),
        ("binary_from_logits", line, y), ("cross_from_logits", line, THREE),
        ("hinge", line, 2 * y - 1), ("squared_hinge", line, 2 * y - 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_each_usual_loss_is_known_by_its_gradient(base, output, y, known):
    start, predict = answer(output, y.shape[1])
    exam = exam_of(X, y, start, predict=predict, loss=lambda p, X, y: odd(predict(p, X)))
    assert exam.formula is None
    g = exam.dense.gradient(exam.points[0], X, y, Formula(base, 1.0))
    if not known:
        exam.dense = None
    made = Comparison(exam, exam.points[0], None)
    few = ("huber", "log_cosh", "focal", "hinge", "squared_hinge", "smoothed_binary",
           "smoothed_cross", "log_squared")  # fmt: skip
    told_of = known or base not in few
    assert by_other_loss(made, g, "gradients", False) is told_of
    words = factor_words(1.0, WORDS["squared" if base == "root" else base], 12, y.shape[1])
    if base == "root":
        a = predict(dict(zip(start, exam.points[0], strict=True)), X)
        words = factor_words(0.5 / np.sqrt(np.sum((a - y) ** 2)), WORDS["squared"], 12, 1)
    assert told(made, g if told_of else None) == [
        "wrong loss_formula (loss and gradient): the loss that is shown is no formula that is "
        f"known here; what is descended is {words}."
    ] * told_of  # fmt: skip


def of_other_loss(own, base, size=1.0, n=12, free=False, factor=1.0, extra=None):
    """The gradient of a base beside a known loss, on a line whose errors have some size."""
    start, predict = answer(line, 1)
    exam = exam_of(X[:n], REAL[:n], start, predict=predict, loss=lambda p, X, y: odd(predict(p, X)))
    a = exam.base_values[1][0]
    exam.targets = a + size / np.abs(a - REAL[:n]).max() * (REAL[:n] - a)
    exam.base_values = exam.base_values[0], [a] * 8
    exam.formula = Formula(*own)
    exam.patient.functions.pop("loss")
    exam.loss = lambda values, index=None, name="": BASES[own[0]](
        exam.dense.forward(values, exam.X_rows)[1][-1], exam.targets)  # fmt: skip
    g = exam.dense.gradient(exam.points[0], X[:n], exam.targets, Formula(base, factor))
    g = [x if extra is None else x + extra(v) for x, v in zip(g, exam.points[0], strict=True)]
    made = Comparison(exam, exam.points[0], None)
    found = by_other_loss(made, g, "gradients", free)
    return found, [f.seen for f in made.exam.findings]


def test_a_square_and_its_root_have_one_gradient():
    for own, base in (("root", "squared"), ("squared", "root")):
        assert not of_other_loss((own, 1.0), base, size=3)[0]
    assert of_other_loss(("absolute", 1.0), "squared")[0]


@pytest.mark.parametrize(("size", "one"), [(0.99, True), (1.5, False)])
def test_near_to_the_targets_a_square_and_a_huber_loss_are_one(size, one):
    found, lines = of_other_loss(("squared", 1.0), "huber", size)
    assert found is not one
    assert ("Huber" in "".join(lines)) is not one
    assert of_other_loss(("absolute", 1.0), "huber", size)[0]


def test_at_one_sample_an_absolute_error_is_a_multiple_of_any_other():
    for n, named in ((1, False), (2, True)):
        _, (seen,) = of_other_loss(("squared", 1.0), "absolute", n=n)
        assert ("absolute" in seen) is named


@pytest.mark.parametrize(
    ("free", "text"),
    [(True, "minus the absolute errors"), (False, "minus 2 times the sum of the absolute errors")],
)
def test_a_loss_that_is_climbed_is_told(free, text):
    found, lines = of_other_loss(("squared", 1.0), "absolute", free=free, factor=-2.0)
    assert found
    assert lines == [
        f"the loss that is shown is the sum of the squared errors; what is descended is {text}."
    ]


def test_of_a_loss_with_the_wrong_sign_no_other_one_is_told():
    assert of_other_loss(("squared", -1.0), "absolute") == (True, [])
    assert len(of_other_loss(("squared", -1.0), "absolute", factor=-1.0)[1]) == 1


@pytest.mark.parametrize(("of_all", "beside"), [(False, True), (True, True)])
def test_another_loss_may_stand_beside_a_penalty(of_all, beside):
    found, (seen,) = of_other_loss(("squared", 1.0), "absolute", extra=lambda v: (
        0.5 * v * (of_all or v.ndim > 1)))  # fmt: skip
    assert found
    assert seen == (
        "the loss that is shown is the sum of the squared errors; what is descended is the sum of "
        "the absolute errors, and 0.25 times the squares of the weights."
    )


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
    return made, g, by_smoothed_targets(made, g, "gradients", False)


@pytest.mark.parametrize("summed", [False, True])
def test_targets_that_do_not_sum_to_1_are_told(summed):
    made, g, found = smoothed(0.9, 0.1, summed=summed)
    assert found
    assert told(made, g) == [
        "wrong loss_formula (loss and gradient): loss is a cross-entropy for the targets t = 0.9 y "
        "+ 0.1, which sum to 1.2 for each sample. What is descended is the softmax minus t: that "
        "is its slope only where they sum to 1."
    ]
    assert made.exam.findings[0].advice == (
        "Smoothed labels are (1 - e) * y + e / K for K classes, and a factor of these is lost.",
        "Print the row sums of the smoothed targets.",
    )
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
        assert not by_smoothed_targets(made, g, "gradients", False)
    made, g, _ = smoothed(0.9, 0.1)
    made.formula = Formula("cross", 1.0)
    assert not by_smoothed_targets(made, g, "gradients", False)


def test_shares_of_targets_are_read_off_the_loss():
    made, _, _ = smoothed(0.9, 0.1)
    np.testing.assert_allclose(shares_of_targets(made, CLASSES), [0.9 / 12, 0.1 / 12], rtol=1e-4)
    assert shares_of_targets(made, 2 * CLASSES) is None

    def fails(p, X, y):
        raise ValueError

    made.exam.patient.functions["loss"] = fails
    assert shares_of_targets(made, CLASSES) is None


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
    found = by_other_forward(made, g, "gradients", free)
    assert {f.advice for f in exam.findings} <= {
        ("Training has a forward pass of its own, and it differs.",
         "Write the forward pass once, and call it in both."),
    }  # fmt: skip
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


# Numbers of other parameters


def holding(changes, *, penalty=0.0, elsewhere=True, rows=12, **given):
    """A gradient some of whose entries hold multiples of numbers of the parameters.

    ``changes``: parameter, entry, and a function of the parameters for what it holds.
    """

    def cost(p, X, y):
        return loss(p, X, y) + penalty * np.sum(p["W1"] ** 2)

    def slipped(p):
        g = gradients(p, X, y)
        g["W1"] = g["W1"] + 2 * penalty * p["W1"]
        for name, i, held in changes:
            g[name][i] += held(p)
        return [g[name] for name in NAMES]

    exam = exam_of(X, y, start(), predict=predict, loss=cost, gradients=gradients, **given)
    made = Comparison(exam, exam.points[0], None)
    if elsewhere:
        made.elsewhere = lambda point: slipped(dict(zip(NAMES, point, strict=True)))
    g = slipped(dict(zip(NAMES, made.point, strict=True)))
    found = by_other_parameter(made, g, "gradients", False)
    return found, told(made, g if found else None), made


@pytest.mark.parametrize(
    ("changes", "where", "holds"),
    [
        ([("b2", (0, 0), lambda p: 0.3 * p["W1"][0, 1])], "b2",
         "the gradient of b2[0, 0] holds 0.3 W1[0, 1], another number"),
        ([("W1", (1, 2), lambda p: -2 * p["b1"][0, 3]), ("W1", (0, 0), lambda p: p["W2"][1, 0])],
         "W1", "the gradient of W1[0, 0] holds 1 W2[1, 0], another number; the gradient of "
               "W1[1, 2] holds -2 b1[0, 3], another number"),
        ([("b2", (0, 0), lambda p: 0.3 * p["b2"][0, 0])], None, ""),
        ([("b2", (0, 0), lambda p: 0.3 * p["W1"][0, 1] + 0.01)], None, ""),
        ([("b2", (0, 0), lambda p: 0.3 * p["W1"][0, 1]),
          ("W2", (0, 0), lambda p: np.cos(9 * p["W1"][0, 1]))], None, ""),
        ([], None, ""),
        ([("b1", (0, k), lambda p: 0.3 * p["W1"][0, 1]) for k in range(4)] +
         [("W2", (k, 0), lambda p: 0.3 * p["W1"][0, 1]) for k in range(3)], None, ""),
    ],
)  # fmt: skip
def test_entries_that_hold_another_number_are_told(changes, where, holds):
    found, lines, made = holding(changes)
    assert found == (where is not None)
    assert (
        lines == [f"wrong weight_term ({where}): {holds}. The loss holds no such penalty."] * found
    )
    assert {f.advice for f in made.exam.findings} <= {
        ("A slice of the weights is stretched over all of them in the line of the penalty, or a "
         "name in it is that of another number.",
         "Give the penalty's slope the shape of its parameter, and 0 for the biases."),
    }  # fmt: skip


def test_up_to_six_entries_are_told_where_the_program_is_asked_elsewhere():
    six = [("b1", (0, k), lambda p: 0.3 * p["W1"][0, 1]) for k in range(4)]
    six += [("W2", (k, 0), lambda p: 0.3 * p["W1"][0, 1]) for k in range(2)]
    assert holding(six)[0]
    assert not holding(six, elsewhere=False)[0]
    found, (line,), _ = holding(six[:1], penalty=0.05)
    assert found
    assert "holds 0.3 W1[0, 1], another number." in line
    _, _, made = holding(six[:1])
    made.exam.findings.clear()

    def fails(point):
        raise Failed("gradients", "raised ValueError.")

    made.elsewhere = fails
    assert not by_other_parameter(
        made, [s + 1 for s in made.measured.slope][:1] + made.measured.slope[1:], "gradients", False
    )


@pytest.mark.parametrize(("off", "fits"), [(0.9e-4, True), (1.2e-4, False)])
def test_another_number_is_held_to_a_ten_thousandth(off, fits):
    flat = np.random.default_rng(3).uniform(1, 2, size=(5, 3))
    rest = -0.5 * flat[:, 1]
    rest[2] += off * np.abs(rest).max()
    words = "-0.5 b, another number" if fits else None
    assert multiple_of(rest, flat, ["a", "b", "c"], "a") == words
    assert multiple_of(rest, flat, ["a", "b", "c"], "b") is None
    for f, told_of in ((0.9e-9, None), (1.1e-9, "1.1e-09 a, another number")):
        assert multiple_of(f * flat[:, 0], flat, ["a", "b", "c"], "c") == told_of


# Weights of the samples


def weighted(weights, *, n=12, alone=True, known=True, f=1.0, penalty=0.0):
    """A gradient in which samples have weights that the loss has not."""
    rows = np.random.default_rng(n).normal(size=(n, 2))
    targets = 1.0 * (rows[:, :1] > rows[:, 1:])

    def cost(p, X, y):
        return loss(p, X, y) + penalty * np.sum(p["W1"] ** 2)

    exam = exam_of(rows, targets, start(), predict=predict, loss=cost, gradients=gradients)
    made = Comparison(exam, exam.points[0], None)
    p = dict(zip(NAMES, made.point, strict=True))
    each = np.resize(weights, n)

    def of_one(i):
        g = gradients(p, rows[i], targets[i])
        return [each[i[0]] * g[name] for name in NAMES]

    if alone:
        made.alone = of_one
    if not known:
        exam.dense = None
    parts = [of_one(np.array([i])) for i in range(n)]
    g = [f * sum(part[k] for part in parts) / n for k in range(4)]
    found = by_sample_weights(made, g, "gradients", False)
    return found, told(made, g if found else None), made


@pytest.mark.parametrize("f", [1.0, 3.0, -1.0])
def test_weights_of_samples_that_the_loss_has_not_are_told(f):
    found, lines, made = weighted([1.0, 3.0, 0.5], f=f)
    assert found == (f > 0)
    assert lines == [
        "wrong loss_formula (loss and gradient): the loss is the mean of the binary "
        "cross-entropies, with one weight for all samples; in the gradient a sample counts 1, 3, "
        "0.5 times."
    ] * found  # fmt: skip
    assert [f.advice for f in made.exam.findings] == [
        ("Weights of the samples, or of the classes, stand in the gradient, and in the loss they "
         "are missing or have no effect.",
         "Multiply the loss of each sample by its weight, before the mean is taken."),
    ] * found  # fmt: skip


def test_weights_of_samples_are_few_and_differ():
    for weights, n, found in (
        ([1.0, 1.009], 12, False), ([1.0, 1.011], 12, True), ([1.0, -1.0], 12, False),
        ([1.0, 2.0, 3.0, 4.0], 12, True), ([1.0, 2.0, 3.0, 4.0, 5.0], 12, False),
        (np.arange(1.0, 7), 24, True), (np.arange(1.0, 8), 24, False), ([1.0, 2.0], 6, True),
        ([1.0, 2.0], 5, False),
    ):  # fmt: skip
        assert weighted(weights, n=n)[0] is found
    assert not weighted([1.0, 3.0], alone=False)[0]
    assert not weighted([1.0, 3.0], known=False)[0]
    assert not weighted([1.0, 3.0], penalty=0.05)[0]


# A penalty beside another loss


@pytest.mark.parametrize(
    ("size", "off", "found"),
    [(5, 0.0, True), (4, 0.0, False), (8, 0.9, True), (8, 1.1, False)],
)
def test_slopes_and_weights_make_a_gradient_of_five_entries_or_more(size, off, found):
    draws = np.random.default_rng(size)
    s, w, other = draws.normal(size=(3, size))
    A = np.stack([s, w], axis=1)
    rest = other - A @ np.linalg.lstsq(A, other, rcond=None)[0]  # neither of them makes any of it
    asked = []

    def penalty_slopes(point, formula):
        asked.append(formula)
        return [w if formula.decay else 0 * w]

    c = SimpleNamespace(
        exam=SimpleNamespace(dense=SimpleNamespace(penalty_slopes=penalty_slopes)), point="here",
        loose=5e-4,
    )  # fmt: skip
    g = 2 * s + 0.3 * w
    g = g + off * 5e-4 * np.abs(g).max() * rest / np.abs(rest).max()
    at = Measured([s], [s], [s], 0.0)
    f, text = with_penalty(c, [g], at)
    if found:
        assert f == pytest.approx(2, rel=2e-3)
        assert text == ", and 0.15 times the squares of the weights"
        assert asked == [Formula("squared", 0.0, decay=0.5)]
    else:
        assert (f, text) == (None, "")
        assert asked[1:] == [Formula("squared", 0.0, decay_of_all=0.5)]
    c.exam.dense = None
    assert with_penalty(c, [g], at) == (None, "")
