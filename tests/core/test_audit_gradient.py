"""The gradient of the loss: which factor, which term, and what is right."""

import numpy as np
import pytest
from exams import checked, exam_of, said, words
from small_network import (
    CLASSES,
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
    sigmoid,
    unknown,
)

from nnlib.audit import gradient
from nnlib.audit.comparison import Comparison
from nnlib.audit.loss import advice_on_targets
from nnlib.audit.slopes import Measured, flat_pairs


def of_unknown(p, X, y):
    return mse(p, X, y, unknown)


def slopes_of(loss):
    """The gradient of a loss, by differences."""

    def gradients(p, X, y):
        g = {name: np.zeros(np.shape(value)) for name, value in p.items()}
        for name, value in p.items():
            for i in np.ndindex(np.shape(value)):
                both = []
                for sign in (1, -1):
                    moved = np.array(value)
                    moved[i] += sign * 1e-6
                    both.append(loss({**p, name: moved}, X, y))
                g[name][i] = (both[0] - both[1]) / 2e-6
        return g

    return gradients


def exam_on(slip=None, loss=mse, of=None, y=Y, start=START, predict=predict, data=X, **given):
    """An audit of a network whose gradient has a slip: a function of (gradient, parameters)."""
    right = slopes_of(of or loss)

    def gradients(p, X, y):
        g = right(p, X, y)
        return g if slip is None else (slip(g, p) or g)

    return exam_of(data, y, start, predict=predict, loss=loss, gradients=gradients, **given)


def found(exam, check=gradient.look_at_gradient):
    """The one finding that is made; none is None."""
    made = checked(check, exam)
    assert len(made) <= 1, made
    return made[0] if made else None


def times(f, *names):
    def slip(g, p):
        return {name: f * x if not names or name in names else x for name, x in g.items()}

    return slip


def comparison(exam, point=None):
    return Comparison(exam, point or exam.points[0], None)


# What is right, and what is only near


@pytest.mark.parametrize("loss", [mse, bce])
def test_a_right_gradient_is_right(loss):
    exam = exam_on(loss=loss)
    assert found(exam) is None
    assert exam.compared == ["the gradient is the slope of the loss, parameter by parameter"]
    exam = exam_on(loss=of_unknown, predict=unknown)
    assert found(exam) is None


@pytest.mark.parametrize(("off", "right"), [(1.5e-4, True), (3e-4, False), (-3e-4, False)])
def test_a_gradient_is_right_within_a_few_ten_thousandths(off, right):
    exam = exam_on()
    problem = comparison(exam)
    g = [s.copy() for s in problem.measured.slope]
    largest = np.abs(g[0]).max()
    g[0][np.unravel_index(np.abs(g[0]).argmin(), g[0].shape)] += off * largest
    assert problem.right(0, g) == right
    problem.measured = Measured(*[[np.array([5000.0, 0.0])]] * 3, 0.0)
    assert problem.right(0, [np.array([5000.0, 1.0])])
    problem = comparison(exam)
    assert problem.right(1, g)
    assert problem.largest == max(np.abs(s).max() for s in problem.measured.slope)
    assert problem.loose == 5e-4
    exam.patient.single = True
    assert comparison(exam).tolerance == 5e-2
    assert comparison(exam).loose == 5e-2


def test_a_parameter_with_tiny_slopes_is_measured_by_the_others():
    problem = comparison(exam_on())
    zero = np.zeros(3)
    problem.measured.slope[1] = problem.measured.low[1] = problem.measured.high[1] = zero
    g = [s.copy() for s in problem.measured.slope]
    g[1] = g[1] + 1.5e-10 * problem.largest
    assert problem.right(1, g)
    g[1] = g[1] + 1e-10 * problem.largest
    assert not problem.right(1, g)


def test_without_a_loss_there_is_nothing_to_compare_with():
    exam = exam_of(X, Y, START, predict=predict, gradients=slopes_of(mse))
    assert found(exam) is None
    assert exam.missing[-1] == (
        "the gradient beside the slope of the loss: pass loss(parameters, X, y)"
    )
    for kind in ("loss_random", "state_kept", "data_type"):
        exam = exam_on(times(2))
        exam.find(kind, "wrong", "loss", "said before")
        assert found(exam) is None
    exam = exam_on(times(2))
    exam.patient.random_loss = True
    assert found(exam) is None
    assert exam.compared == []
    exam = exam_on(lambda g, p: 1 / 0)
    assert found(exam) == ("raises", "wrong", "gradients")


# Shapes


@pytest.mark.parametrize(
    ("slip", "kind", "where", "text"),
    [
        (lambda g, p: {**g, "W1": g["W1"].T}, "product_wrong", "W1",
         "the gradient of W1 has shape (3, 2), the transpose of (2, 3)."),
        (lambda g, p: {**g, "b1": np.ones((7, 3))}, "parameter_shape", "b1",
         "the gradient of b1 has shape (7, 3), but b1 has shape (3,). It has a row for each "
         "sample: it is not summed over them."),
        (lambda g, p: {**g, "b1": np.ones((4, 3))}, "parameter_shape", "b1",
         "the gradient of b1 has shape (4, 3), but b1 has shape (3,)."),
        (lambda g, p: {**g, "b1": g["b1"].sum(), "W2": g["W2"].sum()}, "axis_missing", "b1, W2",
         "the gradient of b1 is one number, {b1:.6g}, but b1 has shape (3,); the gradient of W2 is "
         "one number, {W2:.6g}, but W2 has shape (3, 1): the sum runs over everything."),
        (lambda g, p: {**g, "b1": g["b1"][:, None]}, "parameter_shape", "b1",
         "the gradient of b1 has shape (3, 1), and b1 has shape (3,): NumPy makes a table (3, 3) "
         "of p - rate * g."),
        (lambda g, p: {**g, "b1": g["b1"] * np.nan}, "gradient_wrong", "b1",
         "the gradient of b1 is not finite."),
    ],
)  # fmt: skip
def test_a_gradient_of_another_shape_is_named(slip, kind, where, text):
    exam = exam_on(slip)
    point = dict(zip(START, exam.points[0], strict=True))
    g = slopes_of(mse)(point, X, Y)
    text = text.format(**{name: x.sum() for name, x in g.items()})
    assert found(exam) == (kind, "wrong", where)
    assert words(exam) == text


def test_a_gradient_that_lies_across_is_a_note_where_a_step_may_turn_it():
    exam = exam_on(lambda g, p: {**g, "b1": g["b1"][:, None]}, step=len)
    assert found(exam) == ("parameter_shape", "note", "b1")
    exam = exam_on(lambda g, p: {**g, "b1": g["b1"][None]})
    assert found(exam) is None


def test_slopes_of_0_on_both_sides_are_told():
    start = START | {"c": np.ones(2)}
    exam = exam_on(start=start)
    assert found(exam) == ("nothing_compared", "note", "c")
    assert words(exam) == ("1 of 5 gradients are 0 on both sides (c): nothing was compared there.")
    exam = exam_on(loss=lambda p, X, y: 0.5)
    assert found(exam) == ("nothing_compared", "suspicious", "gradients")
    assert words(exam) == "all slopes are 0 on both sides: nothing was compared."
    exam = exam_on(lambda g, p: {**g, "c": np.ones(2)}, start=start)
    assert found(exam) == ("gradient_wrong", "wrong", "c")
    assert words(exam) == (
        "the loss does not change when c changes, and yet the gradient of c is not 0. Either "
        "predict does not use it, or takes another array in its place, or something takes its "
        "effect away again, as batch norm does."
    )


def test_corners_are_a_note():
    def relu(p, X):
        return np.maximum(X @ p["W"], 0)

    def loss(p, X, y):
        return np.mean(np.abs(relu(p, X) - y))

    exam = exam_of(X, Y, {"W": np.ones((2, 1))}, predict=relu, loss=loss, gradients=slopes_of(loss))
    problem = comparison(exam)
    problem.measured.n_corners = 2
    assert gradient.judge(problem, problem.measured.slope, "gradients")
    assert said(exam) == [("at_a_corner", "note", "gradients")]
    assert words(exam) == "2 of the measured entries lie exactly at a corner."


# One factor


@pytest.mark.parametrize(
    ("f", "kind", "text"),
    [
        (7, "gradient_scale", "7.0000 times the slope of the loss: A sum where the loss is a mean "
                              "over 7 samples"),
        (-1, "gradient_sign", "-1.0000 times the slope of the loss: it points uphill."),
        (-0.3, "gradient_sign", "-0.3000 times the slope of the loss: it points uphill."),
        (1.006, "gradient_scale", "1.0060 times the slope of the loss: Which factor"),
        (0.994, "gradient_scale", "0.9940 times the slope of the loss: Which factor"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_one_factor_throughout_is_told(f, kind, text, known):
    given = {} if known else {"loss": of_unknown, "predict": unknown}
    exam = exam_on(times(f), **given)
    assert found(exam) == (kind, "wrong", "gradients")
    assert words(exam).startswith(f"every entry is {text}")
    assert len(exam.findings[-1].entries) == 3
    entry = exam.findings[-1].entries[0]
    assert ": computed " in entry
    assert ", the loss says " in entry


def test_a_wrong_sign_of_the_loss_is_not_told_twice():
    exam = exam_on(times(-1), loss=lambda *g: -mse(*g))
    assert exam.formula.factor < 0
    assert found(exam) is None
    exam = exam_on(times(-1), loss=lambda *g: -of_unknown(*g), predict=unknown)
    assert found(exam) is None


def test_a_factor_may_be_free():
    exam = exam_on()
    problem = comparison(exam)
    g = [3 * s for s in problem.measured.slope]
    assert gradient.judge(problem, g, "step", free=True)
    assert said(exam) == []
    assert not gradient.judge(problem, [-s for s in g], "step", free=True)
    assert said(exam) == [("gradient_sign", "wrong", "step")]


@pytest.mark.parametrize(
    ("loss", "of", "text"),
    [
        (lambda *g: np.sqrt(mse(*g)), mse,
         "the loss that is shown is the root of the mean of the squared errors; what is descended "
         "is the mean of the squared errors."),
        (lambda *g: bce(*g) / np.log(2), bce,
         "the loss that is shown is the mean of the binary cross-entropies, with logarithms of "
         "base 2; what is descended is the mean of the binary cross-entropies, with natural "
         "logarithms."),
    ],
)  # fmt: skip
def test_a_root_or_a_base_that_only_the_loss_has_is_told(loss, of, text):
    exam = exam_on(loss=loss, of=of)
    assert found(exam) == ("loss_formula", "wrong", "loss and gradient")
    assert words(exam) == text
    assert len(exam.findings[-1].entries) == 3
    exam = exam_on(times(0.77), loss=loss)
    assert found(exam) == ("gradient_scale", "wrong", "gradients")


# Penalties


def decayed(c, *names):
    """The squared error with a penalty on the weights, and its slope."""
    names = names or ("W1", "W2")

    def loss(p, X, y):
        return mse(p, X, y) + c * sum(np.sum(p[name] ** 2) for name in names)

    return loss


@pytest.mark.parametrize(
    ("loss", "slip", "where", "text"),
    [
        (mse, lambda g, p: {k: x + 0.2 * p[k] * (k[0] == "W") for k, x in g.items()}, "W1, W2",
         "the gradient minus the slope of the loss is 0.2000 W1, 0.2000 W2. The loss holds no such "
         "penalty."),
        (mse, lambda g, p: {k: x + 0.2 * p[k] for k, x in g.items()}, "W1, W2",
         "the gradient minus the slope of the loss is 0.2000 W1, 0.2000 W2. The loss holds no such "
         "penalty."),
        (mse, lambda g, p: {k: x + 0.2 * np.sign(p[k]) * (k[0] == "W") for k, x in g.items()},
         "W1, W2",
         "the gradient minus the slope of the loss is 0.2000 sign(W1), 0.2000 sign(W2). The loss "
         "holds no such penalty."),
        (decayed(0.1), lambda g, p: {k: x - 0.4 * p[k] * (k[0] == "W") for k, x in g.items()},
         "W1, W2",
         "the gradient minus the slope of the loss is -0.4000 W1, -0.4000 W2. The loss holds 0.1 "
         "times the squares of the weights, whose slope is 0.2 W."),
        (decayed(0.1), lambda g, p: {k: x - 0.2 * p[k] * (k[0] == "W") for k, x in g.items()},
         "W1, W2",
         "the gradient minus the slope of the loss is -0.2000 W1, -0.2000 W2. The loss holds 0.1 "
         "times the squares of the weights, whose slope is 0.2 W."),
        (mse, lambda g, p: {k: x + 0.2 * p[k] * (k == "W1") for k, x in g.items()}, "W1",
         "the gradient minus the slope of the loss is 0.2000 W1. The loss holds no such penalty."),
    ],
)  # fmt: skip
def test_a_term_of_the_weights_is_told(loss, slip, where, text):
    exam = exam_on(slip, loss=loss)
    assert found(exam) == ("weight_term", "wrong", where)
    assert words(exam) == text


def test_a_penalty_s_slope_summed_to_one_number_is_told():
    def slip(g, p):
        return {k: x + 0.2 * (p[k].sum() - p[k]) * (k[0] == "W") for k, x in g.items()}

    exam = exam_on(slip, loss=decayed(0.1))
    assert found(exam) == ("weight_term", "wrong", "W1, W2")
    assert words(exam) == (
        "the gradient minus the slope of the loss without its penalty is 0.2000 times the sum of "
        "W1, one number for all, 0.2000 times the sum of W2, one number for all. The loss holds "
        "0.1 times the squares of the weights, whose slope is 0.2 W."
    )


def test_a_norm_in_the_loss_beside_signs_in_the_gradient_is_told():
    def loss(p, X, y):
        return mse(p, X, y) + 0.1 * np.linalg.norm(p["W1"])

    def slip(g, p):
        W = p["W1"]
        return {**g, "W1": g["W1"] + 0.1 * (np.sign(W) - W / np.linalg.norm(W))}

    exam = exam_on(slip, loss=loss)
    assert found(exam) == ("weight_term", "wrong", "W1")
    assert words(exam).startswith("the gradient holds 0.1000 sign(W1), the slope of the sum of the")
    assert "0.1000 times the norm of W1" in words(exam)


@pytest.mark.parametrize(("f", "kind"), [(7, "gradient_scale"), (-1, "gradient_sign")])
def test_a_factor_beside_a_right_penalty_is_told(f, kind):
    def slip(g, p):
        penalty = {k: 0.2 * p[k] * (k[0] == "W") for k in g}
        return {k: f * (x - penalty[k]) + penalty[k] for k, x in g.items()}

    exam = exam_on(slip, loss=decayed(0.1))
    assert found(exam) == (kind, "wrong", "gradients")
    end = "it points uphill." if f < 0 else "A sum where the loss is a mean over 7 samples"
    assert words(exam).startswith(
        f"without the penalty every entry is {f:.4f} times the slope of the loss: {end}"
    )


# Another loss, other targets


@pytest.mark.parametrize(
    ("loss", "of", "text"),
    [
        (mse, bce, "the loss that is shown is the mean of the squared errors; what is descended is "
                   "the mean of the binary cross-entropies. If the first is meant, the output's "
                   "delta lacks the slope a * (1 - a)."),
        (bce, mse, "the loss that is shown is the mean of the binary cross-entropies; what is "
                   "descended is the mean of the squared errors. If the first is meant, the "
                   "output's delta is a - y, and a slope a * (1 - a) stands in it that has "
                   "cancelled already."),
        (mse, lambda p, X, y: np.mean(np.abs(predict(p, X) - y)),
         "the loss that is shown is the mean of the squared errors; what is descended is the mean "
         "of the absolute errors."),
        (mse, lambda p, X, y: bce(p, X, y) + 0.05 * sum(np.sum(p[k] ** 2) for k in ("W1", "W2")),
         "the loss that is shown is the mean of the squared errors; what is descended is the mean "
         "of the binary cross-entropies, and 0.05 times the squares of the weights. If the first "
         "is meant, the output's delta lacks the slope a * (1 - a)."),
        (lambda p, X, y: np.sum(predict(p, X) ** 3 - y), mse,
         "the loss that is shown is no formula that is known here; what is descended is the mean "
         "of the squared errors."),
    ],
)  # fmt: skip
def test_a_gradient_of_another_loss_is_named(loss, of, text):
    exam = exam_on(loss=loss, of=of)
    assert found(exam) == ("loss_formula", "wrong", "loss and gradient")
    assert words(exam) == text
    exam = exam_of(X, Y, START, predict=predict, training_loss=loss, gradients=slopes_of(of))
    assert found(exam) == ("loss_formula", "wrong", "loss and gradient")
    assert words(exam).startswith("the training loss is ")


@pytest.mark.parametrize(
    ("order", "kind", "text"),
    [
        (lambda y: np.roll(y, 1, axis=0), "pairs_broken",
         "each sample has those of the sample before it."),
        (lambda y: y[::-1], "pairs_broken", "the samples have them in the reverse order."),
        (lambda y: np.roll(y, 1, axis=1), "gradient_wrong",
         "the columns are moved by 1, each class stands where another one should."),
    ],
)  # fmt: skip
def test_a_gradient_for_other_targets_is_named(order, kind, text):
    exam = exam_on(loss=ce, of=lambda p, X, y: ce(p, X, order(y)), y=CLASSES, start=START3,
                   predict=classify)  # fmt: skip
    assert found(exam) == (kind, "wrong", "gradients")
    assert words(exam) == (f"the gradient belongs to other targets than those of the loss: {text}")
    assert exam.findings[-1].advice == advice_on_targets(kind)


# Parameter by parameter


def test_a_wrong_slope_at_the_output_of_an_unknown_network_is_named():
    def broken(how, loss=of_unknown, network=unknown):
        """The gradient, whose slope at the output is another one for each sample."""

        def gradients(p, X, y):
            total = {name: np.zeros(np.shape(v)) for name, v in p.items()}
            for i in range(len(X)):
                a = float(network(p, X[i : i + 1])[0, 0])
                for name, g in slopes_of(loss)(p, X[i : i + 1], y[i : i + 1]).items():
                    total[name] += g * how(a) / len(X)
            return total

        return gradients

    def falls(p, X):
        return np.tanh(np.tanh(X @ p["W1"] + p["b1"]) ** 3 @ p["W2"] + p["b2"])

    for how, kind, text in [
        (lambda a: 1 / (a * (1 - a)), "slope_missing", "without the slope of the output's activa"),
        (lambda a: sigmoid(a) * (1 - sigmoid(a)) / (a * (1 - a)), "slope_of_a",
         "with the derivative of z taken at a, f'(a)"),
        (lambda a: (1 - (z := np.log(a / (1 - a)))) * z / (a * (1 - a)), "slope_of_a",
         "with g(z), where g(a) is meant"),
        (lambda a: a * (1 - a), "gradient_wrong", "with the slope of the output twice"),
    ]:  # fmt: skip
        exam = exam_of(X, SOFT, START, predict=unknown, loss=of_unknown, gradients=broken(how))
        assert found(exam) == (kind, "wrong", "gradients"), text
        assert f"times the slope of the loss: it is made {text}" in words(exam)
        assert words(exam).startswith("sample by sample the gradient is ")

    def loss(p, X, y):
        return mse(p, X, y, falls)

    exam = exam_of(X, 2 * SOFT - 1, START, predict=falls, loss=loss,
                   gradients=broken(lambda a: 1 / (1 - a**2), loss, falls))  # fmt: skip
    assert found(exam) == ("slope_missing", "wrong", "gradients")


@pytest.mark.parametrize(
    ("slip", "kind", "where", "text"),
    [
        (times(7, "W1"), "gradient_scale", "W1",
         "the gradient of W1 is 7.0000 times the slope of the loss: A sum where the loss is a mean "
         "over 7 samples"),
        (times(-1, "W1", "b1"), "gradient_sign", "W1, b1",
         "the gradient of W1, b1 is -1.0000 times the slope of the loss: it points uphill."),
        (times(0, "W1"), "gradient_wrong", "W1",
         "the gradient of W1 is 0, and the slope of the loss is not."),
        (times(1.7, "b2"), "gradient_wrong", "b2",
         "the gradient of b2 is 1.7000 times the slope of the loss: no usual factor; other samples "
         "may have another."),
        (lambda g, p: {**g, "b1": np.full(3, g["b1"].sum())}, "axis_missing", "b1",
         "all entries of the gradient of b1 are "),
        (lambda g, p: {**g, "W1": g["W1"] + np.cos(p["W1"])}, "gradient_wrong", "W1",
         "the gradient of W1 is not the slope of the loss. Right: b1, W2, b2. Its equation cannot "
         "be named: the predictions are not those of dense layers that are known here. The "
         "gradient and the slopes have the cosine "),
    ],
)  # fmt: skip
def test_a_wrong_parameter_of_an_unknown_network_is_named(slip, kind, where, text):
    exam = exam_on(slip, loss=of_unknown, predict=unknown)
    assert found(exam) == (kind, "wrong", where)
    assert words(exam).startswith(text)


def test_the_sum_of_a_bias_slopes_is_told_with_its_number():
    exam = exam_on(lambda g, p: {**g, "b1": np.full(3, g["b1"].sum())}, loss=of_unknown,
                   predict=unknown)  # fmt: skip
    found(exam)
    total = slopes_of(of_unknown)(dict(zip(START, exam.points[0], strict=True)), X, Y)["b1"].sum()
    assert words(exam) == (
        f"all entries of the gradient of b1 are {total:.6g}, the sum of the slopes of all its "
        "entries."
    )


def test_a_parameter_without_effect_is_told_beside_one_that_is_off():
    start = START | {"c": np.ones(2)}
    exam = exam_on(lambda g, p: {**g, "c": np.ones(2), "W1": g["W1"] + np.cos(p["W1"])},
                   loss=of_unknown, predict=unknown, start=start)  # fmt: skip
    assert found(exam) == ("gradient_wrong", "wrong", "c")
    assert words(exam).endswith("as batch norm does. The gradient of W1 is off, too.")


@pytest.mark.parametrize(("f", "told"), [(2.0, True), (3.0, False)])
@pytest.mark.parametrize("names", [(), ("W2",)])
def test_a_central_difference_divided_by_h_makes_every_entry_twofold(f, told, names):
    exam = exam_on(times(f, *names))  # of measured slopes
    found(exam)
    words_of_it = "or a central difference that is divided by h where 2 h is meant?"
    assert words(exam).endswith(words_of_it) == (told and not names)


def test_a_falling_output_is_told():
    def falls(p, X):
        return 1 / (1 + np.exp(np.tanh(X @ p["W1"] + p["b1"]) ** 2 @ p["W2"] + p["b2"]))

    def loss(p, X, y):
        return mse(p, X, y, falls)

    exam = exam_on(times(-1, "W2", "b2"), loss=loss, predict=falls)
    assert found(exam) == ("gradient_sign", "wrong", "W2, b2")
    assert words(exam).endswith(
        "it points uphill. The predictions fall where b2 rises: 1 / (1 + exp(z)) lacks the minus "
        "of a sigmoid."
    )
    exam = exam_on(times(-1, "W2", "b2"), loss=of_unknown, predict=unknown)
    found(exam)
    assert words(exam).endswith("it points uphill.")


def test_rows_that_are_read_more_than_once_are_told():
    index = np.array([[0.0, 2.0], [2.0, 1.0], [3.0, 2.0], [0.0, 3.0], [4.0, 4.0]])
    y = np.array([[0.3], [0.1], [0.6], [0.2], [0.9]])
    start = {"E": np.random.default_rng(2).normal(size=(6, 2))}

    def look_up(p, X):
        return np.tanh(p["E"][X.astype(int)].sum(axis=1)).sum(axis=1, keepdims=True) ** 3

    def loss(p, X, y):
        return np.mean((look_up(p, X) - y) ** 2)

    def once(g, p):
        """What E[row] = d makes: of each row the last one that is written stays."""
        rows = index.astype(int)
        h = np.tanh(p["E"][rows].sum(axis=1))
        s = h.sum(axis=1, keepdims=True)
        d = 2 * (s**3 - y) / len(y) * 3 * s**2 * (1 - h**2)
        E = np.zeros_like(g["E"])
        for sample, each in enumerate(rows):
            E[each] = d[sample]
        return {"E": E}

    exam = exam_on(once, loss=loss, predict=look_up, start=start, y=y, data=index)
    assert found(exam) == ("gradient_wrong", "wrong", "E")
    assert words(exam) == (
        "in E the rows 0, 2, 3, 4 are off: each of them is read more than once, and gets the "
        "gradient of its last use alone. Rows that are read once or never are right."
    )
    assert exam.findings[-1].what_to_do == "np.add.at(E, index, d) adds each time."

    def other(g, p):
        return {"E": g["E"] + np.array([[0], [1], [0], [0], [0], [0]]) * [[0.5, 0.1]]}

    exam = exam_on(other, loss=loss, predict=look_up, start=start, y=y, data=index)
    found(exam)
    assert "read more than once" not in words(exam)


def test_a_vector_in_another_order_is_told():
    shapes = [(2, 3), (3,), (3, 1), (1,)]
    vector = np.concatenate([np.ravel(START[name]) for name in START])

    def parts(t):
        pieces = np.split(t, [6, 9, 12])
        return dict(zip(START, [p.reshape(s) for p, s in zip(pieces, shapes, strict=True)],
                        strict=True))  # fmt: skip

    def loss(t, X, y):
        return mse(parts(t), X, y)

    def gradients(t, X, y):
        g = slopes_of(mse)(parts(t), X, y)
        return np.concatenate([np.ravel(g[name]) for name in ("W1", "W2", "b1", "b2")])

    exam = exam_of(X, Y, {"t": vector}, predict=lambda t, X: predict(parts(t["t"]), X),
                   loss=lambda t, X, y: loss(t["t"], X, y),
                   gradients=lambda t, X, y: {"t": gradients(t["t"], X, y)})  # fmt: skip
    exam.patient.cut(shapes)
    assert found(exam) == ("gradient_wrong", "wrong", "gradients")
    assert words(exam) == (
        "the gradients stand in another order than the parameters: t[0:6], t[9:12], t[6:9], "
        "t[12:13]."
    )


def test_equations_are_told_of_a_known_network():
    def slip(g, p):
        return {**g, "b1": np.full(3, g["b1"].sum())}

    exam = exam_on(slip)
    assert found(exam) == ("axis_missing", "wrong", "b1")
    assert words(exam).startswith("the gradient of b1 is one number for all: the sum of delta over")
    problem = comparison(exam)
    p = dict(zip(START, exam.points[0], strict=True))
    assert exam.findings[-1].entries == problem.worst([*slip(slopes_of(mse)(p, X, Y), p).values()])
    exam = exam_on(lambda g, p: {**g, "W1": g["W1"] + np.cos(p["W1"]),
                                 "b1": g["b1"] + np.sin(p["b1"] + 1)})  # fmt: skip
    assert found(exam) == ("gradient_wrong", "wrong", "W1, b1")
    assert words(exam).startswith(
        "the gradient of W1, b1 is not the slope of the loss. Right: W2, b2. The gradient and the "
        "slopes have the cosine "
    )


# Small parts


def test_pairs_are_taken_where_both_are_known():
    nan = np.nan
    measured = Measured([np.array([1.0, nan]), np.array([[2.0], [nan]])], [], [], 0.0)
    a, b = flat_pairs([np.array([3.0, 4.0]), np.array([[5.0], [6.0]])], measured)
    assert a.tolist() == [3, 5]
    assert b.tolist() == [1, 2]


def test_the_entries_furthest_off_are_named():
    problem = comparison(exam_on())
    g = [s.copy() for s in problem.measured.slope]
    assert problem.worst(g) == ()
    g[0][1, 2] += 0.5
    g[3][0] -= 1
    slope = problem.measured.slope
    assert problem.worst(g) == (
        f"b2[0]: computed {g[3][0]:.6g}, the loss says {slope[3][0]:.6g}",
        f"W1[1, 2]: computed {g[0][1, 2]:.6g}, the loss says {slope[0][1, 2]:.6g}",
    )
    g[1] += 0.3
    g[2] += 0.2
    assert [entry.split("[")[0] for entry in problem.worst(g)] == ["b2", "W1", "b1"]


def test_a_cosine_says_whether_a_step_goes_downhill():
    problem = comparison(exam_on())
    assert problem.cosine([-s for s in problem.measured.slope]) == (
        " The gradient and the slopes have the cosine -1.0000."
    )
    assert problem.cosine([0 * s for s in problem.measured.slope]) == ""


def test_a_small_number_in_a_logarithm_makes_no_gradient_wrong():
    def padded(p, X, y):
        a = predict(p, X)
        return -np.mean(y * np.log(a + 2e-4) + (1 - y) * np.log(1 - a + 2e-4))

    exam = exam_on(loss=padded, of=bce)
    problem = comparison(exam)
    point = dict(zip(START, exam.points[0], strict=True))
    g = [*slopes_of(bce)(point, X, Y).values()]
    assert not all(problem.right(k, g) for k in range(4))
    assert problem.right_by_formula(g, 1.0)
    assert problem.right_by_formula(g, 1.004)
    assert not problem.right_by_formula(g, 1.006)
    assert problem.right_by_formula([3 * x for x in g], 3.0)
    assert not problem.right_by_formula([x + 0.1 for x in g], 1.0)
    assert found(exam) is None
    assert not comparison(exam_on(loss=of_unknown, predict=unknown)).right_by_formula(g, 1.0)


def test_slopes_in_float32_are_those_of_the_rebuilt_network():
    exam = exam_on()
    exact = comparison(exam).measured.slope
    exam.patient.single = True
    problem = comparison(exam)
    for a, b in zip(problem.measured.slope, exact, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-8)
    assert problem.measured.noise == 1e-6
    assert problem.measured.low is problem.measured.high is problem.measured.slope
    few = Comparison(exam, exam.points[0], np.array([0, 3]))
    assert few.n == 2
    assert problem.n == 7
    odd = exam_on(loss=of_unknown, predict=unknown)
    odd.patient.single = True
    assert comparison(odd).measured.noise != 1e-6


def test_nothing_is_what_rounding_makes():
    problem = comparison(exam_on())
    noise = problem.measured.noise
    zero = [np.zeros(np.shape(v)) for v in START.values()]
    problem.measured.slope[1] = np.full(3, 0.9 * noise)
    assert problem.nothing(1, zero)
    assert problem.nothing(1, [x + 0.9 * noise for x in zero])
    assert not problem.nothing(1, [x + 1.1 * noise for x in zero])
    problem.measured.slope[1] = np.full(3, 1.1 * noise)
    assert not problem.nothing(1, zero)


def test_a_factor_near_to_1_may_be_that_of_a_small_number_in_a_logarithm():
    assert found(exam_on(times(1.004))) is None
    exam = exam_on(times(1.004), loss=of_unknown, predict=unknown)
    assert found(exam) == ("gradient_wrong", "wrong", "W1, b1, W2, b2")  # no slip makes it
    assert words(exam).endswith("The gradient and the slopes have the cosine 1.0000.")


def test_biases_may_be_in_the_penalty_of_another_loss():
    def of(p, X, y):
        return bce(p, X, y) + 0.05 * sum(np.sum(v**2) for v in p.values())

    exam = exam_on(of=of)
    assert found(exam) == ("loss_formula", "wrong", "loss and gradient")
    assert "binary cross-entropies, and 0.05 times the squares of the weights" in words(exam)


def test_of_a_step_without_a_rate_the_factor_is_not_told():
    exam = exam_on(of=bce)
    problem = comparison(exam)
    g = [3 * x for x in slopes_of(bce)(dict(zip(START, problem.point, strict=True)), X, Y).values()]
    assert not gradient.judge(problem, g, "step", free=True)
    assert words(exam).startswith(
        "the loss that is shown is the mean of the squared errors; what is descended is the binary "
        "cross-entropies."
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_of_a_loss_with_the_wrong_sign_the_other_loss_is_told_unless_it_was(sign):
    exam = exam_on(times(sign), loss=lambda *g: -mse(*g), of=bce)
    made = found(exam)
    if sign > 0:
        assert made is None  # the loss's sign was said
    else:
        assert made == ("loss_formula", "wrong", "loss and gradient")
        assert "what is descended is minus the mean of the binary cross-entropies" in words(exam)


def test_few_numbers_are_no_penalty():
    """One weight and one bias are a multiple of themselves by chance."""
    start = {"W": np.array([[0.7]]), "b": np.array([0.3])}

    def tiny(p, X):
        return sigmoid(X[:, :1] @ p["W"] + p["b"])

    exam = exam_on(lambda g, p: {k: x + 0.2 * p[k] for k, x in g.items()},
                   loss=lambda p, X, y: mse(p, X, y, tiny), predict=tiny, start=start,
                   data=X[:, :1])  # fmt: skip
    assert found(exam) == ("gradient_wrong", "wrong", "gradients")
    assert words(exam).endswith("So not all of it comes of predict's answers minus the targets.")


def test_a_norm_of_few_weights_is_no_norm():
    start = {"W": np.array([[0.7], [-0.4], [0.2]]), "b": np.array([0.3])}

    def three(p, X):
        return sigmoid(np.c_[X, X[:, :1] ** 2] @ p["W"] + p["b"])

    def slip(g, p):
        W = p["W"]
        return {**g, "W": g["W"] + 0.1 * (np.sign(W) - W / np.linalg.norm(W))}

    exam = exam_on(slip, loss=lambda p, X, y: mse(p, X, y, three), predict=three, start=start)
    made = found(exam)
    assert made[0] != "weight_term"


def test_the_dropout_check_waits_for_what_is_wrong_before_it():
    exam = exam_on()
    assert checked(gradient.look_at_dropout, exam) == []
    for kind in ("loss_random", "samples_mixed", "target_shape", "data_type"):
        exam = exam_on()
        exam.find(kind, "wrong", "loss", "said before")
        assert checked(gradient.look_at_dropout, exam) == []
