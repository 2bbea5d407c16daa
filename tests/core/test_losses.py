"""Losses: the right value, from the logits, and the gradient of exactly that value."""

import numpy as np
import pytest
import references

from nnlib import Network, gradients
from nnlib.activations import sigmoid, softmax
from nnlib.losses import (
    LOSSES,
    bce,
    bce_gradient,
    cross_entropy,
    cross_entropy_gradient,
    mse,
    mse_gradient,
)

RNG = np.random.default_rng(3)
Z = RNG.normal(scale=2, size=(5, 3))
A = RNG.uniform(size=(5, 3))
Y = RNG.uniform(size=(5, 3))
ROWS = Y / Y.sum(axis=1, keepdims=True)
SATURATED = [-1000.0, -745, -710, -100, -37, -5, -1e-9, 0, 1e-9, 5, 37, 100, 710, 745, 1000]

EVERY_FUNCTION = pytest.mark.parametrize(
    "function", [mse, mse_gradient, bce, bce_gradient, cross_entropy, cross_entropy_gradient]
)


def numerical(function, x, epsilon=1e-6):
    """The slope of a function of a matrix, entry by entry."""
    slope = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = epsilon
        slope[index] = (function(x + step) - function(x - step)) / (2 * epsilon)
    return slope


def test_mse_by_hand():
    # Errors 1, 2, 0 and 3: the squares are 1, 4, 0 and 9, and their mean is 3.5.
    a = np.array([[1.0, 2.0], [5.0, -1.0]])
    y = np.array([[0.0, 4.0], [5.0, 2.0]])
    assert mse(a, y) == 3.5
    np.testing.assert_array_equal(mse_gradient(a, y), [[0.5, -1.0], [0.0, -1.5]])


def test_bce_by_hand():
    # A prediction of 1/4 for a target of 0 costs log(4/3), for a target of 1 log(4).
    z = np.log(np.array([[1 / 3], [1 / 3]]))
    y = np.array([[0.0], [1.0]])
    np.testing.assert_allclose(bce(z, y), (np.log(4 / 3) + np.log(4)) / 2, rtol=1e-15)
    np.testing.assert_allclose(bce_gradient(sigmoid(z), y), [[1 / 8], [-3 / 8]], rtol=1e-15)


def test_cross_entropy_by_hand():
    # Probabilities 1/4 and 3/4; the mean is over the 2 samples, not over the 4 entries.
    z = np.log(np.array([[1.0, 3.0], [1.0, 3.0]]))
    y = np.array([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(cross_entropy(z, y), (np.log(4) + np.log(4 / 3)) / 2, rtol=1e-15)
    np.testing.assert_allclose(
        cross_entropy_gradient(softmax(z), y), [[-3 / 8, 3 / 8], [1 / 8, -1 / 8]], rtol=1e-15
    )


def test_a_perfect_prediction_costs_nothing():
    assert mse(Y, Y) == 0
    assert bce(np.array([[1000.0, -1000.0]]), np.array([[1.0, 0.0]])) == 0
    assert cross_entropy(np.array([[1000.0, -1000.0]]), np.array([[1.0, 0.0]])) == 0


@pytest.mark.parametrize("y", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("z", SATURATED)
def test_bce_agrees_with_decimal_arithmetic(z, y):
    expected = float(references.binary_cross_entropy(z, y))
    np.testing.assert_allclose(bce(np.array([[z]]), np.array([[y]])), expected, rtol=1e-15)


@pytest.mark.parametrize("y", [[1.0, 0, 0], [0, 0, 1], [0.5, 0.25, 0.25]])
@pytest.mark.parametrize("z", [[0, 0, 0], [1, 2, 3], [-1000, 0, 1000], [999, 1000, 1000.0]])
def test_cross_entropy_agrees_with_decimal_arithmetic(z, y):
    expected = float(references.cross_entropy(z, y))
    found = cross_entropy(np.array([z], float), np.array([y]))
    np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_cross_entropy_of_two_classes_is_the_bce_of_their_difference():
    y = np.array([[1.0, 0.0], [0.0, 1.0], [0.3, 0.7]])
    z = Z[:3, :2]
    np.testing.assert_allclose(cross_entropy(z, y), bce(z[:, :1] - z[:, 1:], y[:, :1]), rtol=1e-14)


def test_the_gradient_of_mse_is_its_slope_in_the_prediction():
    slope = numerical(lambda a: mse(a, Y), A)
    np.testing.assert_allclose(mse_gradient(A, Y), slope, rtol=1e-8, atol=1e-10)


def test_the_gradient_of_bce_is_its_slope_in_the_logit():
    slope = numerical(lambda z: bce(z, Y), Z)
    np.testing.assert_allclose(bce_gradient(sigmoid(Z), Y), slope, rtol=1e-7, atol=1e-10)


def test_the_gradient_of_cross_entropy_is_its_slope_in_the_logit():
    slope = numerical(lambda z: cross_entropy(z, ROWS), Z)
    np.testing.assert_allclose(
        cross_entropy_gradient(softmax(Z), ROWS), slope, rtol=1e-7, atol=1e-10
    )


@pytest.mark.parametrize("value", [mse, bce, cross_entropy])
@pytest.mark.parametrize("leading", [(), (4,), (2, 3)], ids=str)
def test_a_loss_leaves_the_leading_axes(value, leading):
    values = RNG.normal(size=(*leading, 5, 3))
    found = value(values, ROWS)
    assert np.shape(found) == leading
    for index in np.ndindex(leading):
        assert found[index] == value(values[index], ROWS)


@pytest.mark.parametrize("gradient", [mse_gradient, bce_gradient, cross_entropy_gradient])
@pytest.mark.parametrize("leading", [(4,), (2, 3)], ids=str)
def test_a_gradient_has_the_leading_axes(gradient, leading):
    values = RNG.uniform(size=(*leading, 5, 3))
    found = gradient(values, ROWS)
    for index in np.ndindex(leading):
        np.testing.assert_array_equal(found[index], gradient(values[index], ROWS))


@EVERY_FUNCTION
def test_float32_stays_float32(function):
    z, y = A.astype(np.float32), ROWS.astype(np.float32)
    found = function(z, y)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, function(A, ROWS), rtol=1e-5, atol=1e-7)


@EVERY_FUNCTION
@pytest.mark.parametrize("wrong", [(5,), (5, 1), (1, 3), (3, 5), (1, 5, 3)], ids=str)
def test_targets_of_another_shape_are_not_stretched(function, wrong):
    with pytest.raises(ValueError, match="shape") as error:
        function(A, np.ones(wrong))
    assert "(5, 3)" in str(error.value)
    assert str(wrong) in str(error.value)


@EVERY_FUNCTION
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 1)], ids=str)
def test_targets_are_a_matrix(function, shape):
    with pytest.raises(ValueError, match="n_samples, n_outputs"):
        function(np.ones(shape), np.ones(shape))


@EVERY_FUNCTION
def test_no_samples_have_no_mean(function):
    with pytest.raises(ValueError, match="at least one sample"):
        function(np.ones((0, 3)), np.ones((0, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("loss", "output", "right", "wrong"),
    [
        ("bce", "sigmoid", [[1.0]], [[0.0]]),
        ("mse", "sigmoid", [[1.0]], [[0.0]]),
        ("mse", "tanh", [[1.0]], [[-1.0]]),
    ],
)
def test_a_saturated_network_has_a_finite_loss_and_the_right_gradient(
    loss, output, right, wrong, dtype
):
    net = Network.from_weights(
        [np.array([[1000.0]], dtype)], [np.array([[0.0]], dtype)], output=output
    )
    # z = 1000: the answer is 1, exactly.
    assert gradients(net, [[1.0]], right, loss).W[1] == 0
    z, a = net.forward([[1.0]])
    loss_when_wrong = LOSSES[loss].value(z[-1], a[-1], np.array(wrong, dtype))
    expected = {"bce": 1000, "mse": 1 if output == "sigmoid" else 4}[loss]
    assert loss_when_wrong == expected
    # BCE pushes with all its force, dL/dW = (a - y) x = 1; the slope in the MSE is 0.
    assert gradients(net, [[1.0]], wrong, loss).W[1] == (1 if loss == "bce" else 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_saturated_softmax_has_a_finite_loss_and_the_right_gradient(dtype):
    net = Network.from_weights([np.array([[1000.0, -1000.0]], dtype)], output="softmax")
    z, a = net.forward([[1.0]])
    assert LOSSES["cross_entropy"].value(z[-1], a[-1], np.array([[0, 1]], dtype)) == 2000
    gradient = gradients(net, [[1.0]], [[0.0, 1.0]], "cross_entropy")
    np.testing.assert_array_equal(gradient.W[1], [[1, -1]])


@pytest.mark.parametrize("z", [-1000.0, -50.0, -5.0, 5.0, 50.0, 1000.0])
def test_the_gradient_of_a_saturated_neuron_agrees_with_decimal_arithmetic(z):
    net = Network.from_weights([[[z]]], output="sigmoid")
    for y in (0.0, 1.0):
        # dL/dW = (a - y) x, with x = 1. As a number near 0, a - 1 is -sigmoid(-z).
        a = float(references.sigmoid(z))
        expected = a if y == 0 else -float(references.sigmoid(-z))
        found = gradients(net, [[1.0]], [[y]], "bce").W[1]
        np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1.2e-16)


@pytest.mark.parametrize("name", LOSSES)
def test_each_entry_of_the_table_carries_its_own_name(name):
    assert LOSSES[name].name == name
    z, a, y = (Z, softmax(Z), ROWS) if name == "cross_entropy" else (Z, sigmoid(Z), Y)
    function, values = {"mse": (mse, a), "bce": (bce, z), "cross_entropy": (cross_entropy, z)}[name]
    expected = function(values, y)
    assert LOSSES[name].value(z, a, y) == expected


@EVERY_FUNCTION
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_target_that_is_no_finite_number_is_refused(function, bad):
    y = ROWS.copy()
    y[1, 2] = bad
    with pytest.raises(ValueError, match=r"y holds 1 entry .* y\[1, 2\] ="):
        function(A, y)


@pytest.mark.parametrize("n_classes", [10, 100])
def test_rows_of_float32_may_miss_a_sum_of_1_by_their_rounding(n_classes):
    eps = np.finfo(np.float32).eps
    for missing, fits in [(4 * n_classes, True), (4 * n_classes + 1, False)]:
        y = np.zeros((2, n_classes), np.float32)
        y[:, 0] = 1 - missing * eps
        z = np.zeros((2, n_classes), np.float32)
        if fits:
            cross_entropy(z, y)
        else:
            with pytest.raises(ValueError, match="must be a distribution"):
                cross_entropy(z, y)
        with pytest.raises(ValueError, match="must be a distribution"):
            cross_entropy(z.astype(float), y.astype(float))
