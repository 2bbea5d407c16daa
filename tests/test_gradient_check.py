"""The gradient check: it acquits right gradients and catches wrong ones."""

import numpy as np
import pytest
from cases import LOSS_AND_OUTPUT, random_data, random_network, smooth_case

from nnlib import (
    Network,
    check_gradients,
    compare_gradients,
    datasets,
    gradients,
    numerical_gradient,
)
from nnlib.activations import ACTIVATIONS
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


def test_a_network_that_fits_perfectly_passes_the_check():
    net, X, _ = regression("tanh", 1.0)
    assert check_gradients(net, X, net.predict(X), "mse").ok


def test_rounding_is_no_fault_where_all_slopes_are_nearly_0():
    net = Network.from_weights([[[20.0]], [[20.0]]], [[[0.0]], [[0.0]]], hidden="sigmoid")
    report = check_gradients(net, [[1.0]], [[1.0]], "bce")
    assert report.ok


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
    assert "W1[1, 0] = 3.000000" in lines[1]
    assert "3.500000" in lines[1]
    assert "right" in lines[2]
    assert "below 1e-07" in lines[2]


@pytest.mark.parametrize(("tolerance", "ok"), [(0.2, True), (0.1, False)])
def test_the_tolerance_decides(tolerance, ok):
    report = compare_gradients({"W1": [8.0]}, {"W1": [7.0]}, tolerance=tolerance)
    assert report.ok == ok
    assert report.tolerance == tolerance


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


def test_the_gradient_check_is_still_a_check_when_data_are_given_as_lists():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    assert check_gradients(net, [[0, 1], [1, 1]], [[1], [0]], "bce").ok
