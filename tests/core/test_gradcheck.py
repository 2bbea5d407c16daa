"""The gradient check: it acquits right gradients and catches wrong ones."""

import numpy as np
import pytest
from cases import LOSS_AND_OUTPUT, random_data, random_network, smooth_case

from nnlib import (
    Network,
    Parameters,
    check_gradients,
    compare_gradients,
    datasets,
    gradcheck,
    gradients,
    numerical_gradient,
)
from nnlib.activations import ACTIVATIONS
from nnlib.diagnosis import GradientReport, factor_between, factor_in_words
from nnlib.gradcheck import numerical_gradients
from nnlib.losses import LOSSES

# Measured slopes


def test_the_slope_of_a_formula_is_found():
    theta = np.array([[1.0, -2.0], [0.5, 3.0]])
    slope = numerical_gradient(lambda t: np.sum(t**3) + t[0, 0] * t[1, 1], theta)
    expected = 3 * theta**2 + [[3.0, 0], [0, 1.0]]
    np.testing.assert_allclose(slope, expected, rtol=1e-8)


def test_theta_is_not_changed_even_by_a_function_that_changes_its_argument():
    theta = np.ones(3)
    theta.flags.writeable = False

    def function(t):
        t *= 2
        return t.sum()

    np.testing.assert_allclose(numerical_gradient(function, theta), [2, 2, 2], rtol=1e-8)


def test_a_wider_step_measures_a_coarser_slope():
    # The error of central differences is epsilon**2 / 6 times the third derivative, exp.
    for epsilon in (1e-1, 1e-2):
        slope = numerical_gradient(np.exp, 1.0, epsilon=epsilon)
        np.testing.assert_allclose(slope - np.e, np.e * epsilon**2 / 6, rtol=1e-2)


def test_a_tiny_step_is_fine_beside_tiny_parameters():
    slope = numerical_gradient(np.sum, [1e-9, 2e-9], epsilon=1e-18)
    np.testing.assert_allclose(slope, [1, 1], rtol=1e-6)


def test_of_no_numbers_there_are_no_slopes():
    assert numerical_gradient(lambda theta: 1.0, np.zeros((0, 2))).shape == (0, 2)


def test_slopes_are_float64_whatever_comes():
    slope = numerical_gradient(lambda t: float(np.sign(t[0])), np.zeros(1, np.float32))
    assert slope.dtype == np.float64
    np.testing.assert_allclose(slope, 2 / (2 * 6e-6), rtol=1e-14)  # to more digits than float32 has


@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
@pytest.mark.parametrize("bias", [True, False])
def test_all_slopes_at_once_are_the_slopes_one_by_one(loss, output, bias):
    net, X, y = smooth_case("tanh", loss, output, 2, bias=bias)

    def function(vector):
        moved = net.copy()
        moved.parameters.vector[...] = vector
        z, a = moved.forward(X)
        return LOSSES[loss].value(z[-1], a[-1], y)

    one_by_one = numerical_gradient(function, net.parameters.vector)
    at_once = numerical_gradients(net, X, y, loss).vector
    np.testing.assert_allclose(at_once, one_by_one, rtol=1e-6, atol=1e-10)


def test_a_network_too_large_for_one_stack_is_measured_in_parts():
    net = random_network([40, 60, 1], "tanh", "sigmoid")  # 2521 parameters, 1586 at once
    X, y = random_data(net, "mse", n_samples=2)
    assert check_gradients(net, X, y, "mse").ok


# The verdict


def plant(monkeypatch, name, derivative):
    """Give an activation a wrong derivative."""
    wrong = ACTIVATIONS[name]._replace(derivative=derivative)
    monkeypatch.setitem(ACTIVATIONS, name, wrong)


@pytest.mark.parametrize(
    ("name", "derivative"),
    [
        ("sigmoid", lambda z, a: z * (1 - z)),  # the published networks' a, read as z
        ("sigmoid", lambda z, a: a),
        ("tanh", lambda z, a: 1 - a),
        ("relu", lambda z, a: (a >= 0).astype(float)),  # always 1
        ("identity", lambda z, a: z),
    ],
)
def test_a_wrong_derivative_is_caught_in_the_layer_that_it_feeds(monkeypatch, name, derivative):
    plant(monkeypatch, name, derivative)
    net = random_network([2, 4, 1], name, "sigmoid")
    X, y = datasets.xor()
    report = check_gradients(net, X + 0.1, y, "bce")
    assert {row.name: row.ok for row in report.rows} == {
        "W1": False, "b1": False, "W2": True, "b2": True,
    }  # fmt: skip
    assert not report.ok
    assert report.worst > 1e-3


@pytest.mark.parametrize("factor", [2, 0.5, -1, 1.00001])
def test_a_gradient_with_a_stray_factor_is_caught(factor):
    net, X, y = smooth_case("tanh", "bce", "sigmoid", 2)
    analytic = dict(gradients(net, X, y, "bce").named())
    analytic["W2"] = analytic["W2"] * factor
    report = compare_gradients(analytic, numerical_gradients(net, X, y, "bce"))
    assert [row.name for row in report.rows if not row.ok] == ["W2"]


SIZES = pytest.mark.parametrize("size", [1e-6, 1e-3, 1e3, 1e6])


def regression(hidden, size):
    """A network for targets of a given size, with such targets."""
    net = random_network([3, 4, 2], hidden, "identity")
    X, y = random_data(net, "mse")
    net.W[2] *= size
    net.b[2] *= size
    return net, X, size * y


@SIZES
@pytest.mark.parametrize("hidden", ["tanh", "sigmoid"])
def test_a_right_gradient_is_right_whatever_the_size_of_the_targets(hidden, size):
    assert check_gradients(*regression(hidden, size), "mse").ok


@SIZES
def test_a_wrong_derivative_is_caught_whatever_the_size_of_the_targets(monkeypatch, size):
    plant(monkeypatch, "tanh", lambda z, a: 1.01 * (1 - a * a))
    report = check_gradients(*regression("tanh", size), "mse")
    assert [row.ok for row in report.rows] == [False, False, True, True]


def test_a_network_that_fits_perfectly_has_nothing_to_compare():
    net, X, _ = regression("tanh", 1.0)
    report = check_gradients(net, X, net.predict(X), "mse")
    assert not report.ok
    assert not any(row.wrong for row in report.rows)
    assert str(report).count("nothing compared: both are smaller than the rounding") == 4


def test_rounding_is_no_fault_where_all_slopes_are_nearly_0():
    net = Network.from_weights([[[20.0]], [[20.0]]], [[[0.0]], [[0.0]]], hidden="sigmoid")
    report = check_gradients(net, [[1.0]], [[1.0]], "bce")
    assert report.ok


@pytest.mark.parametrize("shift", [37.0, 85.0, 200.0])
@pytest.mark.parametrize(
    ("output", "loss", "y"),
    [
        ("sigmoid", "bce", np.ones((4, 1))),
        ("softmax", "cross_entropy", np.tile([0.0, 1.0], (4, 1))),
    ],
)
def test_predictions_as_good_as_their_targets_are_no_fault(output, loss, y, shift):
    # The gradient is 0 there, as far as floats go; the loss has more digits.
    net = random_network([2, 3, y.shape[1]], "tanh", output)
    net.b[2][..., -1] += shift
    X, _ = datasets.xor()
    report = check_gradients(net, X, y, loss)
    assert not any(row.wrong for row in report.rows)
    assert "smaller than the rounding" in str(report) or "both gradients are 0" in str(report)


def test_the_report_names_the_worst_entry_and_both_its_values():
    report = compare_gradients(
        {"W1": [[1.0, 2.0], [3.0, 4.0]], "b1": [[5.0, 6.0]]},
        {"W1": [[1.0, 2.0], [3.5, 4.0]], "b1": [[5.0, 6.0]]},
    )
    wrong, right = report.rows
    assert (wrong.name, wrong.index, wrong.analytic, wrong.numerical) == ("W1", (1, 0), 3.0, 3.5)
    assert wrong.relative_error == report.worst == 0.125  # 0.5 / 4
    assert not wrong.ok
    assert right.ok
    assert right.relative_error == 0
    lines = str(report).splitlines()
    assert len(lines) == 3
    assert "0.1250" in lines[1]
    assert "WRONG" in lines[1]
    assert "W1[1, 0] is 3.000000" in lines[1]
    assert "3.500000" in lines[1]
    assert "right" in lines[2]
    assert "below 1e-07" in lines[2]


REPORT = """\
parameter  relative error  verdict
W1         0.1250          WRONG: W1[1, 0] is 3.000000, the loss says 3.500000
b1         0.3333          WRONG: b1[0, 1] is 6.000000, the loss says 9.000000
W2         below 1e-07     right
b2         2.0000          WRONG: b2[0, 1] is 2.000000, the loss says -2.000000

The limit is 1e-07. In float64 a right formula is off by about 1e-09, from
rounding, and a wrong one by percents: whatever lies between tells them apart.

- The error is there at the output already, in layer 2. Look at the delta of
  the output, and whether the loss that is printed is the one that was derived.
- W1 is wrong only in column 0: look at these neurons.
- b1 is wrong only in column 1: look at these neurons.
- b2 is -1.0000 times what the loss says. A sign: a step against it goes
  uphill?
- Taken together the two gradients have the cosine 0.9145, so the loss falls
  all the same."""


def test_the_whole_report_with_its_explanation():
    report = compare_gradients(
        {"W1": [[1, 2], [3, 4]], "b1": [[5, 6]], "W2": [[1, 3], [2, 4]], "b2": [[-1, 2]]},
        {"W1": [[1, 2], [3.5, 4]], "b1": [[5, 9]], "W2": [[1, 3], [2, 4]], "b2": [[1, -2]]},
    )
    assert report.explain() == REPORT
    table, _, marked = REPORT.split("\n\n")
    assert str(report) == table
    assert report.explain(reason=False) == f"{table}\n\n{marked}"


@pytest.mark.parametrize(("tolerance", "ok"), [(0.2, True), (0.125, True), (0.1, False)])
def test_the_tolerance_decides(tolerance, ok):
    report = compare_gradients({"W1": [8.0]}, {"W1": [7.0]}, tolerance=tolerance)
    assert report.ok == ok
    assert report.tolerance == tolerance


def test_equal_gradients_agree_without_any_tolerance():
    assert compare_gradients({"W1": [8.0]}, {"W1": [8.0]}, tolerance=0, noise=0).ok


def test_an_infinite_difference_is_wrong_and_warns_of_nothing():
    report = compare_gradients({"W1": [1e308]}, {"W1": [-1e308]})
    assert not report.ok
    assert report.worst == np.inf


def test_gradients_are_compared_in_float64():
    (row,) = compare_gradients({"W1": np.ones(1, "f4")}, {"W1": np.ones(1, "f4")}).rows
    assert row.computed.dtype == row.measured.dtype == np.float64


def test_the_report_of_a_network_knows_the_data_and_the_tolerance():
    net = random_network([2, 3, 3], "tanh", "sigmoid")
    X, y = random_data(net, "bce", n_samples=4)
    report = check_gradients(net, X, y, "bce", tolerance=1e-3)
    assert (report.n_samples, report.n_outputs, report.tolerance) == (4, 3, 1e-3)


def test_a_large_loss_leaves_more_rounding_in_its_slopes():
    # The loss is 1000 and its slope 0.001: of the difference 1e-8 digits are rounding.
    net = Network.from_weights([[[1e6]]], [[[0.0]]], output="sigmoid")
    assert check_gradients(net, [[1e-3]], [[0.0]], "bce").ok


def test_two_gradients_of_0_agree():
    assert compare_gradients({"W1": [[0.0]]}, {"W1": [[0.0]]}).worst == 0


def test_the_network_is_not_changed():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    before = net.parameters.vector.copy()
    check_gradients(net, *datasets.xor(), "bce")
    np.testing.assert_array_equal(net.parameters.vector, before)


@pytest.mark.parametrize("bias", [True, False])
def test_a_float32_network_is_checked_in_float64(bias):
    net = random_network([2, 3, 1], "tanh", "sigmoid", dtype=np.float32, bias=bias)
    report = check_gradients(net, *datasets.xor(), "bce")
    assert report.ok
    assert len(report.rows) == (4 if bias else 2)
    assert net.dtype == np.float32


def test_a_float32_network_is_checked_with_its_own_activations():
    net = random_network([2, 3, 1], "sigmoid", "identity", dtype=np.float32)
    wide = Network.from_weights(
        [W.astype(float) for W in net.W[1:]],
        [b.astype(float) for b in net.b[1:]],
        hidden="sigmoid",
        output="identity",
    )
    X, y = datasets.xor()
    slopes, expected = (numerical_gradients(each, X, y, "mse").vector for each in (net, wide))
    np.testing.assert_array_equal(slopes, expected)


def test_the_gradient_check_is_still_a_check_when_data_are_given_as_lists():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    assert check_gradients(net, [[0, 1], [1, 1]], [[1], [0]], "bce").ok


# What the pattern of the errors suggests


def right_and_wrong(change, *, sizes=(3, 4, 4, 2), n_samples=5):
    """The report on a gradient in which ``change`` has put an error; tanh, MSE."""
    net = random_network(list(sizes), "tanh", "sigmoid")
    X, y = random_data(net, "mse", n_samples=n_samples)
    numerical = numerical_gradients(net, X, y, "mse")
    analytic = {name: values.copy() for name, values in gradients(net, X, y, "mse").named()}
    change(analytic)
    shape = {"n_samples": n_samples, "n_outputs": sizes[-1]}
    return compare_gradients(analytic, numerical, **shape)


def multiply(factor, *names):
    def change(gradient):
        for name in names or gradient:
            gradient[name] *= factor

    return change


def spoil(*names):
    def change(gradient):
        for name in names:
            gradient[name] += np.random.default_rng(1).normal(size=gradient[name].shape)

    return change


def test_a_right_gradient_gets_no_suggestion_and_the_reason_for_the_limit():
    report = right_and_wrong(multiply(1.0))
    assert report.suggestions() == []
    assert report.explain().startswith(str(report))
    assert "The limit is 1e-07." in report.explain()
    assert report.explain(reason=False) == str(report)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (5, "A sum where the loss is a mean over 5 samples"),
        (10, "a mean over 5 samples and 2 outputs?"),
        (2, "or the 2 of a square, once too often?"),
        (0.5, "The 2 of a square, forgotten?"),
        (1 / 5, "A mean taken twice, over 5 samples?"),
        (-1, "A sign: a step against it goes uphill?"),
        (-5, "goes uphill, or a sum where the loss is a mean over 5 samples"),
        (3.3, "Which factor of your formula has this value?"),
    ],
)
def test_one_factor_for_all_is_named_with_where_it_may_come_from(factor, words):
    (suggestion,) = right_and_wrong(multiply(factor)).suggestions()
    direction = "is right, and only its length is not" if factor > 0 else "is the opposite one"
    assert suggestion.startswith(
        f"Every entry of every parameter is {factor:.4f} times what the loss says: the direction "
        f"{direction}. "
    )
    assert words in suggestion


@pytest.mark.parametrize(
    ("factor", "n_samples", "n_outputs", "words"),
    [
        (
            5, 5, 2,
            "A sum where the loss is a mean over 5 samples, or half a sum of squares where the "
            "loss is their mean?",
        ),
        (8, 4, 2, "A sum where the loss is a mean over 4 samples and 2 outputs?"),
        (
            2, 5, 2,
            "A sum where the loss is a mean over 2 outputs, or the 2 of a square, once too often?",
        ),
        (3, None, 3, "A sum where the loss is a mean over 3 outputs?"),
        (5, 10, 1, "Half a sum of squares where the loss is their mean?"),
        (1.5, 1, 3, "Half a sum of squares where the loss is their mean?"),
        (0.5, 2, 1, "A mean taken twice, over 2 samples, or the 2 of a square, forgotten?"),
        (0.1, 5, 2, "A mean taken twice, over 5 samples and 2 outputs?"),
        (1 / 6, 2, 3, "A mean taken twice, over 2 samples and 3 outputs?"),
        (0.5, None, None, "The 2 of a square, forgotten?"),
        (0.5, None, 2, "The 2 of a square, forgotten?"),
        (-1, 5, 2, "A sign: a step against it goes uphill?"),
        (
            -5, 5, 1,
            "A sign: a step against it goes uphill, or a sum where the loss is a mean over 5 "
            "samples?",
        ),
        (3.3, 5, 2, "Which factor of your formula has this value?"),
        (1, 1, 1, "Which factor of your formula has this value?"),
        (2.5, 5, None, "Which factor of your formula has this value?"),
        (5.0003, 5, 1, "A sum where the loss is a mean over 5 samples?"),
        (2.0003, 5, 1, "Which factor of your formula has this value?"),
        (0, 5, 2, "Is this gradient computed at all?"),
        (
            -9e-6, 5, 2,
            "Is this gradient computed at all? Or does the loss differ from call to call, through "
            "dropout or shuffled samples?",
        ),
        (1.1e-5, 5, 2, "Which factor of your formula has this value?"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_factor(factor, n_samples, n_outputs, words):
    assert factor_in_words(factor, n_samples, n_outputs) == words


def test_with_2_samples_a_factor_of_2_may_be_the_mean_or_the_square():
    (suggestion,) = right_and_wrong(multiply(2), sizes=(3, 4, 1), n_samples=2).suggestions()
    assert "2.0000 times" in suggestion
    assert "A sum where the loss is a mean over 2 samples, or the 2 of a square" in suggestion


def test_without_the_numbers_of_samples_the_factor_alone_is_named():
    report = compare_gradients({"W1": [[5.0]], "b1": [[10.0]]}, {"W1": [[1.0]], "b1": [[2.0]]})
    assert report.suggestions() == [
        "Every entry of every parameter is 5.0000 times what the loss says: the direction is "
        "right, and only its length is not. Which factor of your formula has this value?"
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            ["W2"],
            "Only weights are wrong (W2), and the biases of the same layers are right, so delta "
            "is right. Look at the product a.T @ delta.",
        ),
        (
            ["W1", "W2", "W3"],
            "Only weights are wrong (W1 and W2 and W3), and the biases of the same layers are "
            "right, so delta is right. Look at the product a.T @ delta.",
        ),
        (
            ["b3"],
            "Only biases are wrong (b3), and the weights of the same layers are right, so delta "
            "is right. Look at the sum of delta over the samples.",
        ),
        (
            ["b1", "b2", "b3"],
            "Only biases are wrong (b1 and b2 and b3), and the weights of the same layers are "
            "right, so delta is right. Look at the sum of delta over the samples.",
        ),
        (
            ["W1", "b1"],
            "From layer 2 on all is right, so delta2 is right. The error comes in at delta1: the "
            "way back through W2, or the slope of layer 1's activation.",
        ),
        (
            ["W1", "b1", "W2", "b2"],
            "From layer 3 on all is right, so delta3 is right. The error comes in at delta2: the "
            "way back through W3, or the slope of layer 2's activation.",
        ),
        (
            ["W1", "b1", "W2", "b2", "W3", "b3"],
            "The error is there at the output already, in layer 3. Look at the delta of the "
            "output, and whether the loss that is printed is the one that was derived.",
        ),
    ],
)
def test_the_place_of_the_errors_names_the_step_they_share(wrong, words):
    assert right_and_wrong(spoil(*wrong)).suggestions()[0] == words


def test_without_biases_wrong_weights_behind_right_ones_are_a_wrong_way_back():
    (suggestion, *_) = compare_gradients(
        {"W1": [[1.0, 5.0]], "W2": [[1.0, 2.0]]}, {"W1": [[1.0, 2.0]], "W2": [[1.0, 2.0]]}
    ).suggestions()
    assert suggestion.startswith("From layer 2 on all is right, so delta2 is right.")


def test_biases_compared_alone_say_nothing_of_the_weights():
    suggestions = compare_gradients({"b1": [[1.0, 5.0]]}, {"b1": [[1.0, 2.0]]}).suggestions()
    assert suggestions[0].startswith("The error is there at the output already, in layer 1.")


def test_a_wrong_layer_before_one_that_is_not_compared_has_no_place():
    rows = {"W1": [[1.0, 5.0]], "b1": [[1.0, 3.0]], "W3": [[1.0]]}
    report = compare_gradients(rows, {"W1": [[1.0, 2.0]], "b1": [[1.0, 2.0]], "W3": [[1.0]]})
    assert report.suggestions()[0] == "W1 is wrong only in column 1: look at these neurons."


def test_a_factor_in_one_parameter_is_named_for_it_alone():
    suggestions = right_and_wrong(multiply(-1, "b1")).suggestions()
    assert "Only biases are wrong (b1)" in suggestions[0]
    assert suggestions[1] == (
        "b1 is -1.0000 times what the loss says. A sign: a step against it goes uphill?"
    )
    assert len(suggestions) == 3


def test_a_factor_in_one_parameter_is_compared_with_the_numbers_of_samples_and_outputs():
    assert right_and_wrong(multiply(10, "b1")).suggestions()[1] == (
        "b1 is 10.0000 times what the loss says. A sum where the loss is a mean over 5 samples "
        "and 2 outputs?"
    )


def test_one_parameter_alone_says_nothing_of_the_whole():
    report = compare_gradients({"theta": [[2.0, 4.0]]}, {"theta": [[1.0, 2.0]]})
    assert report.suggestions() == [
        "theta is 2.0000 times what the loss says. The 2 of a square, once too often?",
        "Taken together the two gradients have the cosine 1.0000, so the loss falls all the same.",
    ]


def test_a_small_error_beside_large_right_slopes_is_no_factor():
    report = compare_gradients({"W1": [[1e6]], "b1": [[1.0]]}, {"W1": [[1e6]], "b1": [[0.0]]})
    assert report.suggestions()[0].startswith("Only biases are wrong (b1)")


def test_a_factor_is_seen_through_the_rounding_of_large_slopes():
    assert factor_between(np.array([2e6, 4e6 + 30]), np.array([1e6, 2e6])) == pytest.approx(
        2, rel=1e-4
    )
    assert factor_between(np.array([2e6, 4e6 + 300]), np.array([1e6, 2e6])) is None


def test_a_gradient_of_0_is_asked_about_and_has_no_direction():
    assert right_and_wrong(multiply(0)).suggestions() == [
        "Every entry of every parameter is 0. Is this gradient computed at all?"
    ]
    only = compare_gradients({"theta": [[0.0, 0.0]]}, {"theta": [[1.0, 2.0]]})
    assert only.suggestions() == [
        "theta is 0.0000 times what the loss says. Is this gradient computed at all?"
    ]


def test_nothing_is_said_of_a_direction_too_long_to_measure():
    report = compare_gradients({"theta": [[1e200, 2e200]]}, {"theta": [[1e200, 1e200]]})
    assert report.suggestions() == ["theta is wrong only in column 1."]


def test_errors_everywhere_in_a_parameter_have_no_place_in_it():
    suggestions = right_and_wrong(spoil("W1")).suggestions()
    assert len(suggestions) == 2
    assert suggestions[0].startswith("Only weights are wrong (W1)")
    assert suggestions[1].startswith("Taken together")


def test_an_error_in_most_neurons_is_located_by_column():
    measured = np.ones((2, 4))
    computed = measured + np.array([[1, 2, 0, 4], [5, 3, 0, 1]])
    suggestions = compare_gradients({"W1": computed}, {"W1": measured}).suggestions()
    assert "W1 is wrong only in columns 0, 1, 3." in suggestions


def test_an_error_is_located_through_the_rounding_of_large_slopes():
    measured = np.array([[1e6, 2e6], [3e6, 4e6]])
    computed = measured + np.array([[0.1, 1e5], [0.1, 3e5]])
    suggestions = compare_gradients({"W1": computed}, {"W1": measured}).suggestions()
    assert "W1 is wrong only in column 1." in suggestions


def test_a_transposed_square_of_two_rows_is_recognised():
    report = compare_gradients({"W1": [[1.0, 2.0], [3.0, 4.0]]}, {"W1": [[1.0, 3.0], [2.0, 4.0]]})
    assert "W1 is the transpose of what the loss says." in report.suggestions()


def test_a_parameter_without_a_gradient_is_asked_about():
    suggestions = right_and_wrong(multiply(0, "W2")).suggestions()
    assert "W2 is 0.0000 times what the loss says. Is this gradient computed at all?" in suggestions


def test_a_transposed_gradient_is_recognised_where_its_shape_fits():
    def transpose(gradient):
        gradient["W2"] = gradient["W2"].T.copy()

    suggestions = right_and_wrong(transpose).suggestions()
    assert "W2 is the transpose of what the loss says." in suggestions


def test_errors_in_some_neurons_or_inputs_only_are_located():
    def some(gradient):
        gradient["W1"][:, 2] += [1, 2, 3]
        gradient["W2"][[0, 3]] += 1

    suggestions = right_and_wrong(some).suggestions()
    assert "W1 is wrong only in column 2: look at these neurons." in suggestions
    assert "W2 is wrong only in rows 0, 3: look at these inputs." in suggestions


def test_a_slope_of_dead_neurons_is_recognised(monkeypatch):
    plant(monkeypatch, "relu", lambda z, a: (a >= 0).astype(float))
    net = Network.from_weights(
        [[[1.0, -1.0, 2.0], [0.5, -2.0, 1.0]], [[1.0], [2.0], [-1.0]]],
        [[[0.1, -0.1, 0.2]], [[0.0]]],
        hidden="relu",
    )
    X, y = [[1.0, 2.0], [0.5, 1.0]], [[1.0], [0.0]]
    suggestions = check_gradients(net, X, y, "bce").suggestions()
    assert "delta1" in suggestions[0]
    for name in ("W1", "b1"):
        assert (
            f"{name} is wrong only in column 1, where the loss says 0: these neurons are dead for "
            "all the samples. Is their slope taken from z, and is it 0?"
        ) in suggestions


@pytest.mark.parametrize(
    ("sign", "words"), [(1, ", so the loss falls all the same."), (-1, ", so a step goes uphill.")]
)
def test_the_direction_of_the_whole_says_whether_the_loss_falls(sign, words):
    def bend(gradient):
        for values in gradient.values():
            values *= sign
        gradient["b1"][0, 0] += 1e-3

    line = right_and_wrong(bend).suggestions()[-1]
    assert line.startswith(f"Taken together the two gradients have the cosine {sign}.0000")
    assert line.endswith(words)


def test_suggestions_need_no_names_of_layers():
    report = compare_gradients({"theta": [1.0, 2.0]}, {"theta": [1.0, 3.0]})
    assert len(report.suggestions()) == 1
    assert "cosine" in report.suggestions()[0]


def test_the_explanation_fits_on_a_page():
    text = right_and_wrong(spoil("W1", "b1", "b3")).explain()
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", ["n_samples", "n_outputs"])
def test_a_number_of_samples_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match=name):
        compare_gradients({"W1": [1.0]}, {"W1": [1.0]}, **{name: 0})


@pytest.mark.parametrize(
    "function",
    [
        lambda theta: int(theta.sum()),
        lambda theta: bool(theta.sum() > 1),
        lambda theta: (theta.astype(np.float32) ** 2).sum(),
        lambda theta: np.float16(theta.sum()),
    ],
)
def test_a_function_that_rounds_is_refused(function):
    with pytest.raises(TypeError, match=r"^the function's value is .*, which has too few digits"):
        numerical_gradient(function, [1.0, 2.0])


@pytest.mark.parametrize("theta", [1.0, -1.0])
def test_a_step_that_is_lost_on_one_side_only_is_refused(theta):
    step = 1e-16  # below 1 the floats lie closer together than above
    assert (theta + step == theta) != (theta - step == theta)
    with pytest.raises(ValueError, match="epsilon is 1e-16, which is lost in rounding"):
        numerical_gradient(lambda t: float(t[0]), [theta], epsilon=step)


def test_a_step_of_ones_own_is_taken_for_every_parameter():
    net, X, y = smooth_case("tanh", "mse", "identity", 2)
    net.parameters.vector[0] = 3.0  # a step that is longer, in its share

    def function(vector):
        z, a = net.with_vector(vector).forward(X)
        return float(LOSSES["mse"].value(z[-1], a[-1], y))

    expected = numerical_gradient(function, net.parameters.vector, epsilon=0.1)
    found = numerical_gradients(net, X, y, "mse", epsilon=0.1).vector
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert np.abs(found - gradients(net, X, y, "mse").vector).max() > 1e-6  # far too long a step


def test_names_of_no_layer_come_first_in_their_order():
    names = ["W2", "W1", "z", "b1", "scale"]
    one = {name: np.ones((1, 1)) for name in names}
    report = compare_gradients(one, one)
    assert [row.name for row in report.rows] == ["z", "scale", "W1", "b1", "W2"]


def test_the_layout_of_a_network_is_known_without_biases_too():
    net = random_network([2, 3, 1], "tanh", "identity", bias=False)
    assert check_gradients(net, *random_data(net, "mse"), "mse").samples_are_rows is True


def test_parameters_without_biases_tell_inputs_from_neurons_all_the_same():
    net = random_network([3, 4, 2], "tanh", "identity", bias=False)
    right = gradients(net, *random_data(net, "mse"), "mse")
    wrong = right.with_vector(right.vector)
    wrong.W[1][:, 2] += [5.0, 1.0, 3.0]
    for one, other in [(wrong, right), (wrong, dict(right.named())), (dict(wrong.named()), right)]:
        suggestions = compare_gradients(one, other).suggestions()
        assert "W1 is wrong only in column 2: look at these neurons." in suggestions
    suggestions = compare_gradients(dict(wrong.named()), dict(right.named())).suggestions()
    assert "W1 is wrong only in column 2." in suggestions  # here it cannot be told


@pytest.mark.parametrize(("size", "is_said"), [(30.0, False), (30.5, True)])
def test_a_large_entry_of_x_is_said(size, is_said):
    net = random_network([2, 3, 1], "tanh", "identity")
    X = np.array([[0.1, size], [0.2, 0.3]])
    report = check_gradients(net, X, np.zeros((2, 1)), "mse")
    assert any(f"largest entry of X is {size:g}" in note for note in report.notes) == is_said


def test_inputs_are_told_from_neurons_where_samples_are_columns():
    right = {"W1": np.arange(1.0, 13).reshape(3, 4), "b1": np.ones((3, 1))}  # a bias for each row
    for place, words in [
        (np.s_[:, 2], "column 2: look at these inputs."),
        (np.s_[1], "row 1: look at these neurons."),
    ]:
        wrong = {name: values.copy() for name, values in right.items()}
        wrong["W1"][place] += [5, 1, 3, 9][: wrong["W1"][place].size]
        suggestions = compare_gradients(wrong, right).suggestions()
        assert f"W1 is wrong only in {words}" in suggestions


def test_biases_that_fit_no_axis_of_the_weights_tell_no_layout():
    right = {"W1": np.arange(1.0, 13).reshape(4, 3), "b1": np.ones((1, 4))}  # outputs by inputs
    wrong = right | {"W1": right["W1"] + [0, 0, 1]}
    assert "W1 is wrong only in column 2." in compare_gradients(wrong, right).suggestions()


def test_an_error_of_a_thousandth_is_written_with_four_decimals():
    for computed, words in [(999.0, "0.0010  "), (999.001, "1.0e-03 ")]:
        report = compare_gradients({"W1": [computed]}, {"W1": [1000.0]})
        assert f" {words}" in str(report)


def test_entries_that_were_not_compared_do_not_hide_a_factor():
    computed, measured = np.array([2.0, 4.0, 7.0]), np.array([1.0, 2.0, 9.0])
    row = gradcheck.compare_parameter("W1", computed, measured, 1e-7, np.array([0, 0, np.inf]))
    right = gradcheck.compare_parameter("b1", measured, measured, 1e-7, 0.0)
    said = GradientReport([row, right], 1e-7).suggestions()
    assert "W1 is 2.0000 times what the loss says. The 2 of a square, once too often?" in said


def test_a_factor_needs_slopes_and_fits_all_but_a_hundred_thousandth():
    assert factor_between(np.array([3e-12]), np.array([1e-12])) == pytest.approx(3)
    assert factor_between(np.array([3e-12]), np.array([0.99e-12])) is None
    assert factor_between(np.array([1.0, 1e-5]), np.array([1.0, 0.0])) == 1
    assert factor_between(np.array([1.0, 1.01e-5]), np.array([1.0, 0.0])) is None
    assert factor_in_words(10000.9, 10000, None).startswith("A sum where the loss is a mean")
    assert factor_in_words(10001.0, 10000, None).startswith("Which factor")


def test_errors_and_slopes_of_a_millionth_count_as_0_when_a_mistake_is_located():
    measured = np.array([[1.0, 0.5], [0.0, 0.25]])
    computed = np.array([[1.0, 0.6], [1e-6, 0.25]])
    said = compare_gradients({"W1": computed}, {"W1": measured}).suggestions()
    assert "W1 is wrong only in column 1." in said
    measured = np.array([[1.0, 1e-6], [0.5, 0.0]])  # only the first column speaks
    computed = np.array([[0.8, 1e-6], [0.7, 0.0]])
    said = compare_gradients({"W1": computed}, {"W1": measured}).suggestions()
    assert not any("wrong only" in line for line in said)


def test_gradients_at_right_angles_go_uphill_and_a_small_factor_is_one():
    report = compare_gradients({"W1": [[1.0, 0.0]]}, {"W1": [[0.0, 1.0]]})
    assert report.suggestions()[-1].endswith("the cosine 0.0000, so a step goes uphill.")
    assert "computed at all?" in factor_in_words(0.99e-5, 3, 2)
    assert "computed at all?" not in factor_in_words(1e-5, 3, 2)


def test_as_many_parameters_are_moved_at_once_as_two_million_numbers_hold():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    numbers = 2 * 13 + 3 * 5000 * 4  # two networks; sums, activations and a temporary each
    first, *_ = gradcheck.parts(net, 5000, np.arange(100))
    assert len(first) == 2_000_000 // numbers
    alone, *_ = gradcheck.parts(net, 1, np.arange(60_000))
    assert len(alone) == 2_000_000 // (2 * 13 + 3 * 4)
    smallest = random_network([1, 1], "tanh", "sigmoid")  # 666667 numbers each: three are too many
    assert [len(part) for part in gradcheck.parts(smallest, 222_221, np.arange(3))] == [2, 1]
    whole = np.concatenate(list(gradcheck.parts(net, 5000, np.arange(100))))
    np.testing.assert_array_equal(whole, np.arange(100))


@pytest.mark.parametrize("height", [1e-5, -1e-5, 1e-6, -1e-6])
def test_beside_a_corner_a_shorter_step_measures_every_slope(height):
    W, b = [np.ones((1, 1)), np.ones((1, 1))], [[[-1 + height]], [[0.5]]]
    network = Network.from_weights(W, b, hidden="relu", output="identity")
    report = check_gradients(network, [[1.0]], [[2.0]], "mse")
    assert report
    rows = {row.name: row for row in report.rows}
    assert rows["b2"].compared.all()
    if height > 0:
        assert all(row.compared.all() for name, row in rows.items() if name in ("W1", "b1"))


class Measured:
    """In place of ``differences``: gives slopes that are set, and remembers what was asked."""

    def __init__(self, *slopes, crossed=()):
        self.slopes, self.crossed, self.asked = slopes, crossed, []

    def __call__(self, network, X, y, loss, index, steps):
        number = len(self.asked)
        self.asked.append((network, index.copy(), steps.copy()))
        slopes = np.array(self.slopes[min(number, len(self.slopes) - 1)], float)
        slopes = slopes if len(slopes) == len(index) else slopes[index]
        return slopes, np.full(len(index), number in self.crossed)


def measured(monkeypatch, differences, expected=None, rounding=1e-15):
    """What measure_slopes makes of slopes that are set, for W1 (2, 1) and b1 (1, 1)."""
    net = Network.from_weights([[[3.0], [-0.5]]], [[[1.0]]], output="identity")
    monkeypatch.setattr(gradcheck, "differences", differences)
    monkeypatch.setattr(gradcheck, "loss_rounding", lambda *_: rounding)
    slopes, noise = gradcheck.measure_slopes(net, None, None, None, expected)
    return net, slopes, noise


UNIT = np.array([3.0, 1.0, 1.0])  # a step is longer for a parameter above 1


def test_two_steps_from_two_places_say_how_far_off_a_slope_may_be(monkeypatch):
    differences = Measured([1.0, 2.0, 3.0], [1.0, 2.0, 3.0 + 1e-9])
    net, slopes, noise = measured(monkeypatch, differences)
    (beside, every, coarse), (itself, all_of_them, fine) = differences.asked
    np.testing.assert_array_equal(
        beside.parameters.vector, gradcheck.other_last_digits(net, seed=0).parameters.vector
    )
    assert itself is net
    np.testing.assert_array_equal([*every], [*all_of_them])
    np.testing.assert_allclose(coarse, 4 * gradcheck.EPSILON * UNIT, rtol=1e-12)
    np.testing.assert_allclose(fine, gradcheck.EPSILON * UNIT, rtol=1e-12)
    np.testing.assert_array_equal(slopes, [1.0, 2.0, 3.0 + 1e-9])
    by_rounding = 8e-15 / (gradcheck.EPSILON * UNIT)
    np.testing.assert_allclose(noise, by_rounding + np.array([0, 0, 4e-9]), rtol=1e-6)


def test_where_the_slope_is_not_sure_three_equal_ones_are_taken(monkeypatch):
    later = [[5.0], [6.0], [7.0], [2.25], [2.25], [2.25], [2.25], [9.0], [1.0]]
    differences = Measured([1.0, 2.0, 3.0], [1.0, 2.5, 3.0], *later)
    net, slopes, noise = measured(monkeypatch, differences)
    assert len(differences.asked) == 2 + len(gradcheck.STEPS)
    for number, (network, index, steps) in enumerate(differences.asked[2:]):
        assert [*index] == [1]  # its two slopes differ
        np.testing.assert_array_equal(steps, [gradcheck.STEPS[number]])
        digits = gradcheck.other_last_digits(net, seed=number).parameters.vector
        np.testing.assert_array_equal(network.parameters.vector, digits)
    np.testing.assert_array_equal(slopes, [1.0, 2.25, 3.0])
    assert noise[1] == pytest.approx(8e-15 / gradcheck.STEPS[5], rel=1e-6)


def test_a_slope_is_not_taken_where_a_corner_lies_between(monkeypatch):
    later = [[5.0], [6.0], [2.25], [2.25], [2.25], [2.125], [2.125], [2.125], [9.0]]
    differences = Measured([1.0, 2.0, 3.0], [1.0, 2.5, 3.0], *later, crossed=[4 + 2])
    _, slopes, noise = measured(monkeypatch, differences)
    assert slopes[1] == 2.125
    assert noise[1] == pytest.approx(8e-15 / gradcheck.STEPS[7], rel=1e-6)
    crossed_at_first = Measured([1.0, 2.0, 3.0], crossed=range(100))
    _, _, noise = measured(monkeypatch, crossed_at_first)
    assert np.isinf(noise).all()
    for number in (0, 1):  # one of the two first steps is enough
        crossed_once = Measured([1.0, 2.0, 3.0], crossed=[number])
        _, _, noise = measured(monkeypatch, crossed_once)
        assert np.isfinite(noise).all()
        assert len(crossed_once.asked) == 2 + len(gradcheck.STEPS)


def test_of_slopes_that_differ_the_surest_is_taken_and_of_equal_ones_the_first(monkeypatch):
    far = [[100.0], [-100.0], [300.0]] * 5
    first = [[1.0, 2.0, 3.0], [1.0, 2.5, 3.0]]
    _, slopes, noise = measured(monkeypatch, Measured(*first, [2.0], [2.0], [2.25], *far))
    assert slopes[1] == 2.25
    assert noise[1] == pytest.approx(4 * 0.25)
    later = [[2.0], [2.0], [2.0], *far[:3], [7.0], [7.0], [7.0], *far]
    _, slopes, noise = measured(monkeypatch, Measured(*first, *later), rounding=0.0)
    assert (slopes[1], noise[1]) == (2.0, 0.0)


def test_slopes_are_held_against_the_gradient_in_question(monkeypatch):
    net, X, y = smooth_case("tanh", "mse", "identity", 2)
    asked, whole = [], gradcheck.measure_slopes

    def noted(*arguments):
        asked.append(arguments)
        return whole(*arguments)

    monkeypatch.setattr(gradcheck, "measure_slopes", noted)
    assert check_gradients(net, X, y, "mse")
    (*_, expected), vector = asked[0], gradients(net, X, y, "mse").vector
    np.testing.assert_array_equal(expected, vector)  # where they agree, one look is enough


def test_the_later_steps_are_longer_for_large_parameters_too(monkeypatch):
    differences = Measured([1.0, 2.0, 3.0], [1.5, 2.0, 3.0], [1.0])  # the first parameter is 3
    measured(monkeypatch, differences)
    steps = np.concatenate([steps for _, _, steps in differences.asked[2:]])
    np.testing.assert_array_equal(steps, 3 * np.array(gradcheck.STEPS))


def test_a_corner_in_one_of_two_layers_is_seen():
    network = Network.from_weights(
        [np.ones((1, 1))] * 3, [[[-1.0]], [[1.0]], [[0.0]]], hidden="relu", output="identity"
    )
    X, steps = np.ones((1, 1)), np.full(6, 1e-3)
    y, every = np.zeros((1, 1)), np.arange(6)
    _, crossed = gradcheck.differences(network, X, y, LOSSES["mse"], every, steps)
    np.testing.assert_array_equal(crossed, [True, True, False, False, False, False])


def test_sums_beyond_the_finite_numbers_have_no_slope():
    network = Network.from_weights([[[1e200]], [[1.0]]], hidden="identity", output="identity")
    with pytest.raises(OverflowError, match="are no finite numbers, so there is no slope"):
        numerical_gradients(network, [[1e200]], [[1.0]], "mse", epsilon=1e-5)


@pytest.mark.parametrize(("expected", "again"), [(5e-7, []), (1e-6, []), (2e-6, [1])])
def test_what_agrees_with_the_gradient_in_question_is_not_measured_again(
    monkeypatch, expected, again
):
    # The limit is 1e-7 of the largest entry of W1 in either gradient, which is 10.
    differences = Measured([1.0, 0.0, 3.0])
    measured(monkeypatch, differences, np.array([10.0, expected, 3.0]), rounding=1.0)
    asked = {tuple(index) for _, index, _ in differences.asked[2:]}
    assert asked == {(0, *again)}


def test_at_least_one_parameter_is_moved_however_many_samples_there_are():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    assert [len(part) for part in gradcheck.parts(net, 10**7, np.arange(3))] == [1, 1, 1]


def test_noise_of_a_hundredth_leaves_an_entry_that_can_be_compared():
    computed = np.array([1.0, 0.25])
    for noise, compared in [(0.01, True), (0.010001, False)]:
        row = gradcheck.compare_parameter("W1", computed, computed, 1e-7, np.array([0, noise]))
        assert [*row.compared] == [True, compared]
    half = gradcheck.compare_parameter("W1", np.array([1.0, 0.5]), np.array([1.0, 0.5]), 1e-7, 0.1)
    assert [*half.compared] == [True, False]  # more than half of the largest is asked for


def test_of_two_entries_a_factor_of_no_known_meaning_is_named():
    found = compare_gradients({"W1": [[1.37, 2.74]], "b1": [[1.0]]}, {"W1": [[1, 2]], "b1": [[1]]})
    assert "W1 is 1.3700 times what the loss says. Which factor" in " ".join(found.suggestions())
    alone = compare_gradients({"W1": [[1.37]], "b1": [[1.0]]}, {"W1": [[1]], "b1": [[1]]})
    assert "Which factor" not in " ".join(alone.suggestions())


@pytest.mark.parametrize("seed", range(20))
def test_a_perfect_fit_of_large_terms_is_no_fault(seed):
    # The prediction is a small sum of large terms, and as good as its target: a - y is rounding.
    rng = np.random.default_rng(seed)
    net = Network.random([3, 8, 8, 8, 8, 2], output="identity", rng=rng, initialization="normal")
    X, net.b[5] = rng.normal(size=(1, 3)), net.b[5] + rng.normal(size=(1, 2))
    net.b[5] = net.b[5] - net.predict(X) + 1e-3
    report = check_gradients(net, X, net.predict(X) + 1e-18, "mse")
    assert not any(row.wrong for row in report.rows)


@pytest.mark.parametrize(("noise", "wrong"), [(0.25, True), (0.2500001, False)])
def test_a_slope_that_is_little_more_than_noise_proves_nothing_wrong(noise, wrong):
    row = gradcheck.compare_parameter("W1", np.array([1.0]), np.array([0.1]), 1e-7, noise)
    assert row.wrong == wrong
    assert not row.ok
    row = gradcheck.compare_parameter("W1", np.array([1.0]), np.array([0.75]), 1e-7, noise)
    assert not row.wrong  # a difference as large as the noise may be the noise


def test_of_zeros_nothing_is_compared_even_without_noise():
    report = compare_gradients({"W1": [0.0]}, {"W1": [0.0]}, noise=0)
    assert not report
    assert "nothing compared: both gradients are 0" in str(report)


def test_a_wrong_gradient_in_float32_is_caught():
    report = compare_gradients({"W1": np.float32([1.0, 2.0])}, {"W1": [1.0, 2.01]})
    assert [row.wrong for row in report.rows] == [True]


def test_the_rounding_of_a_loss_is_looked_for_at_eight_places_that_stay_the_same(monkeypatch):
    net, X, y = smooth_case("tanh", "mse", "identity", 2)
    seeds, whole = [], gradcheck.other_last_digits

    def noted(network, seed):
        seeds.append(seed)
        return whole(network, seed)

    monkeypatch.setattr(gradcheck, "other_last_digits", noted)
    first = gradcheck.loss_rounding(net, X, y, LOSSES["mse"])
    assert first == gradcheck.loss_rounding(net, X, y, LOSSES["mse"])
    assert seeds == 2 * list(range(8))
    assert 1e-18 < first < 1e-13
    seeds.clear()
    gradcheck.gradient_rounding(net, X, y, LOSSES["mse"])
    assert seeds == list(range(4))


def test_last_digits_are_up_to_four_in_either_direction_each_number_on_its_own():
    net = Network(Parameters([30, 30, 1]), hidden="tanh", output="identity")
    net.parameters.vector[...] = 1.0
    moved = gradcheck.other_last_digits(net, seed=1).parameters.vector
    digits = (moved - 1.0) / np.finfo(float).eps
    assert -4 <= digits.min() < -3.9
    assert 3.9 < digits.max() <= 4
    assert len(np.unique(digits)) > 10


def test_the_rounding_of_a_large_loss_is_a_share_of_it():
    net = Network.from_weights([[[1.0]]], output="identity")
    found = gradcheck.loss_rounding(net, [[1.0]], np.array([[1001.0]]), LOSSES["mse"])
    assert found == pytest.approx(1e6 * np.finfo(float).eps, rel=0.1)


def test_beyond_the_finite_numbers_rounding_has_no_limit_and_warns_of_nothing():
    net = Network.from_weights([[[1e200]]], output="identity")
    X, y = np.array([[1e200]]), np.array([[0.0]])
    assert gradcheck.loss_rounding(net, X, y, LOSSES["mse"]) == np.inf
    assert not np.isfinite(gradcheck.gradient_rounding(net, X, y, LOSSES["mse"])).any()


def test_the_rounding_of_a_gradient_counts_four_last_digits_of_a_target():
    net = Network(Parameters([1, 1]), hidden="tanh", output="identity")  # 0 has no last digits
    found = gradcheck.gradient_rounding(net, np.ones((1, 1)), np.ones((1, 1)), LOSSES["mse"])
    np.testing.assert_allclose(found, 2 * 4 * np.finfo(float).eps, rtol=0.01)


def test_a_loss_of_softmax_is_rounded_as_a_probability_near_1_is():
    eps, X = np.finfo(float).eps, [[1.0]]
    classes = Network.from_weights([[[50.0, -50.0]]], output="softmax")
    y = np.array([[1.0, 0.0]])
    found = gradcheck.loss_rounding(classes, X, y, LOSSES["cross_entropy"])
    assert found == pytest.approx(eps, rel=0.01, abs=0)
    yes = Network.from_weights([[[100.0]]], output="sigmoid")
    assert gradcheck.loss_rounding(yes, X, np.ones((1, 1)), LOSSES["bce"]) < 1e-40


def test_the_rounding_of_a_gradient_is_that_of_its_last_digits():
    X, y = datasets.xor()
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    found = gradcheck.gradient_rounding(net, X, y, LOSSES["bce"])
    gradient = gradients(net, X, y, "bce")
    for (_, rounding), (_, values) in zip(
        net.parameters.with_vector(found).named(), gradient.named(), strict=True
    ):
        assert len(np.unique(rounding)) == 1  # the largest of the parameter, for all its entries
        assert 1e-18 < rounding.max() < 1e-13 * np.abs(values).max()


def test_what_is_off_by_a_millionth_of_the_largest_entry_counts_as_equal():
    rest = {"b1": np.array([[1.0, 2.0]])}
    measured = {"W1": np.array([[1.0, 0.25], [0.5, 0.0]])}
    for off, turned in [(1e-6, True), (1.1e-6, False)]:
        computed = {"W1": np.array([[1.0, 0.5], [0.25, off]])}
        said = " ".join(compare_gradients(computed | rest, measured | rest).suggestions())
        assert ("W1 is the transpose of what the loss says." in said) == turned
