"""Activations: the right values to the last digits, everywhere, in every float type."""

import numpy as np
import pytest
import references

from nnlib.activations import (
    ACTIVATIONS,
    identity,
    identity_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)

WITH_A_DERIVATIVE = ["sigmoid", "tanh", "relu", "identity"]
FROM_TINY_TO_HUGE = np.array([0, 1e-300, 1e-8, 0.1, 0.5, 1, 2, 5, 20, 36, 37, 100, 500, 709, 1000])
BOTH_SIGNS = np.concatenate([-FROM_TINY_TO_HUGE[::-1], FROM_TINY_TO_HUGE])


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_the_values_agree_with_decimal_arithmetic_from_minus_to_plus_1000(name):
    expected = [float(getattr(references, name)(z)) for z in BOTH_SIGNS]
    found = ACTIVATIONS[name].function(BOTH_SIGNS)
    # A float nearest to exp(-1000) is 0; nothing else may be lost.
    np.testing.assert_allclose(found, expected, rtol=4e-16, atol=1e-307)


def test_the_sigmoid_keeps_small_probabilities():
    # 1 - sigmoid(40) would be 0; sigmoid(-40) is not.
    np.testing.assert_allclose(sigmoid(np.array(-40.0)), np.exp(-40.0), rtol=1e-15)


def test_the_sigmoid_at_0_is_one_half_and_tanh_is_0():
    assert sigmoid(np.array(0.0)) == 0.5
    assert tanh(np.array(0.0)) == 0.0


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_the_sigmoid_and_tanh_never_fall(name):
    z = np.linspace(-50, 50, 10_001)
    assert (np.diff(ACTIVATIONS[name].function(z)) >= 0).all()


def test_tanh_is_a_stretched_sigmoid():
    z = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(tanh(z), 2 * sigmoid(2 * z) - 1, rtol=1e-13, atol=1e-15)


def test_relu_keeps_the_positive_and_drops_the_rest():
    np.testing.assert_array_equal(relu(np.array([-2.0, -0.0, 0.0, 3.5])), [0, 0, 0, 3.5])
    np.testing.assert_array_equal(
        relu_derivative(np.array([-2.0, 0.0, 3.5]), np.array([0.0, 0.0, 3.5])), [0, 0, 1]
    )


def test_identity_changes_nothing():
    z = np.array([[-1.5, 0.0, 1e300]])
    np.testing.assert_array_equal(identity(z), z)
    np.testing.assert_array_equal(identity_derivative(z, z), [[1, 1, 1]])


def test_softmax_agrees_with_decimal_arithmetic():
    rows = np.array([[0.0, 0, 0], [1, 2, 3], [-1000, 0, 1000], [1000, 1000, 999], [-5, 700, 690]])
    expected = [[float(a) for a in references.softmax(row)] for row in rows]
    np.testing.assert_allclose(softmax(rows), expected, rtol=1e-15, atol=1e-307)


def test_each_row_of_softmax_sums_to_1():
    z = np.random.default_rng(0).normal(scale=100, size=(3, 4, 5))
    np.testing.assert_allclose(softmax(z).sum(axis=-1), np.ones((3, 4)), rtol=1e-15)


def test_softmax_takes_each_row_on_its_own():
    z = np.random.default_rng(0).normal(size=(2, 3, 4))
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(softmax(z)[index], softmax(z[index][np.newaxis])[0])


def test_softmax_of_two_is_the_sigmoid_of_their_difference():
    z = np.random.default_rng(0).normal(scale=10, size=(20, 2))
    np.testing.assert_allclose(softmax(z)[:, 0], sigmoid(z[:, 0] - z[:, 1]), rtol=1e-14)


@pytest.mark.parametrize("name", WITH_A_DERIVATIVE)
def test_the_derivative_is_the_slope_with_respect_to_z(name):
    activation = ACTIVATIONS[name]
    z = np.linspace(-4, 4, 80)  # an even number of points, so that 0 is not among them
    epsilon = 1e-5
    slope = (activation.function(z + epsilon) - activation.function(z - epsilon)) / (2 * epsilon)
    derivative = activation.derivative(z, activation.function(z))
    np.testing.assert_allclose(derivative, slope, rtol=1e-8, atol=1e-10)


def test_the_steepest_slopes_are_a_quarter_and_one():
    zero = np.array(0.0)
    assert sigmoid_derivative(zero, sigmoid(zero)) == 0.25
    assert tanh_derivative(zero, tanh(zero)) == 1.0


def test_softmax_has_no_derivative_of_its_own():
    with pytest.raises(TypeError, match="softmax has no derivative entry by entry"):
        ACTIVATIONS["softmax"].derivative(np.ones((1, 2)), np.full((1, 2), 0.5))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_entry_of_the_table_carries_its_own_name(name):
    assert ACTIVATIONS[name].name == name
    assert ACTIVATIONS[name].function.__name__ == name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_float_type_and_shape_stay(name, dtype):
    z = np.linspace(-9, 9, 24).astype(dtype).reshape(2, 3, 4)
    a = ACTIVATIONS[name].function(z)
    assert (a.dtype, a.shape) == (dtype, (2, 3, 4))
    if name != "softmax":
        slope = ACTIVATIONS[name].derivative(z, a)
        assert (slope.dtype, slope.shape) == (dtype, (2, 3, 4))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_agrees_with_float64(name):
    z = np.linspace(-9, 9, 24).reshape(4, 6)
    single = ACTIVATIONS[name].function(z.astype(np.float32))
    np.testing.assert_allclose(single, ACTIVATIONS[name].function(z), rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_weighted_sums_up_to_1000_give_finite_numbers_and_no_warning(name, dtype):
    z = np.linspace(-1000, 1000, 41).astype(dtype).reshape(1, -1)
    a = ACTIVATIONS[name].function(z)
    assert np.isfinite(a).all()
    if name != "softmax":
        assert np.isfinite(ACTIVATIONS[name].derivative(z, a)).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_input_is_not_changed(name):
    z = np.linspace(-3, 3, 12).reshape(3, 4)
    before = z.copy()
    z.flags.writeable = False
    a = ACTIVATIONS[name].function(z)
    if name != "softmax":
        ACTIVATIONS[name].derivative(z, a)
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("rows", [2.0, [], np.zeros((2, 0))])
def test_softmax_needs_rows_with_classes(rows):
    with pytest.raises(ValueError, match=r"^z has shape .* Give at least one class"):
        softmax(rows)


@pytest.mark.parametrize("function", [sigmoid_derivative, tanh_derivative, relu_derivative])
def test_a_derivative_wants_z_and_a_of_one_layer(function):
    with pytest.raises(ValueError, match=r"z has shape \(2, 2\), but a has shape \(3, 2\)"):
        function(np.ones((2, 2)), np.ones((3, 2)))
