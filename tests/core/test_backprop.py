"""Backpropagation gives the gradient of exactly the loss that is reported.

Three judges that share no code with it: central differences of nnlib's loss, central
differences of the textbook formula, and the autograd library.
"""

import autograd_judge as judge
import numpy as np
import pytest
from cases import (
    LAYER_SIZES,
    LOSS_AND_OUTPUT,
    NETWORKS,
    members,
    random_data,
    random_network,
    relative_error,
    smooth_case,
)

from nnlib import backward_pass, check_gradients, forward_pass, gradients
from nnlib.losses import LOSSES
from nnlib.training import add_weight_decay

EVERY_NETWORK = pytest.mark.parametrize(("hidden", "loss", "output", "depth"), NETWORKS)
BIASES = pytest.mark.parametrize("bias", [True, False], ids=["biases", "no_biases"])
STACKS = pytest.mark.parametrize("stack_shape", [(), (3,), (2, 3)], ids=str)


@EVERY_NETWORK
@BIASES
@STACKS
def test_autograd_finds_the_same_gradient(hidden, loss, output, depth, bias, stack_shape):
    net, X, y = smooth_case(hidden, loss, output, depth, bias=bias, stack_shape=stack_shape)
    found = dict(gradients(net, X, y, loss).named())
    for index, member in members(net):
        expected = judge.gradient_of(member, X, y, loss)
        assert found.keys() == expected.keys()
        for name in expected:
            assert relative_error(found[name][index], expected[name]) <= 1e-12, (index, name)


@EVERY_NETWORK
@BIASES
@pytest.mark.parametrize("stack_shape", [(), (2,)], ids=str)
def test_central_differences_measure_the_same_gradient(
    hidden, loss, output, depth, bias, stack_shape
):
    net, X, y = smooth_case(hidden, loss, output, depth, bias=bias, stack_shape=stack_shape)
    found = dict(gradients(net, X, y, loss).named())
    for index, member in members(net):
        expected = judge.central_differences(member, X, y, loss)
        for name in expected:
            assert relative_error(found[name][index], expected[name]) <= 1e-7, (index, name)


@EVERY_NETWORK
@BIASES
def test_the_gradient_check_agrees(hidden, loss, output, depth, bias):
    net, X, y = smooth_case(hidden, loss, output, depth, bias=bias)
    report = check_gradients(net, X, y, loss)
    assert report.ok
    assert report.worst <= 1e-7
    assert len(report.rows) == depth * (2 if bias else 1)


@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
@pytest.mark.parametrize("stack_shape", [(), (3,)], ids=str)
def test_weight_decay_adds_the_gradient_of_half_its_sum_of_squares(loss, output, stack_shape):
    net, X, y = smooth_case("tanh", loss, output, 2, stack_shape=stack_shape)
    found = gradients(net, X, y, loss)
    add_weight_decay(found, net, 0.3)
    found = dict(found.named())
    for index, member in members(net):
        expected = judge.gradient_of(member, X, y, loss, weight_decay=0.3)
        for name in expected:
            assert relative_error(found[name][index], expected[name]) <= 1e-12, (index, name)


@pytest.mark.parametrize("n_samples", [1, 2, 7])
@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
def test_the_mean_is_right_for_any_number_of_samples(loss, output, n_samples):
    net, X, y = smooth_case("tanh", loss, output, 2, n_samples=n_samples)
    found = dict(gradients(net, X, y, loss).named())
    expected = judge.gradient_of(net, X, y, loss)
    for name in expected:
        assert relative_error(found[name], expected[name]) <= 1e-12, name


@pytest.mark.parametrize("depth", LAYER_SIZES)
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_mean_is_right_for_any_number_of_outputs(loss, n_outputs, depth):
    net = random_network([*LAYER_SIZES[depth][:-1], n_outputs], "tanh", "sigmoid")
    X, y = random_data(net, loss)
    found = dict(gradients(net, X, y, loss).named())
    expected = judge.gradient_of(net, X, y, loss)
    for name in expected:
        assert relative_error(found[name], expected[name]) <= 1e-12, name


def test_the_gradient_has_the_layout_of_the_parameters():
    net, X, y = smooth_case("tanh", "bce", "sigmoid", 3, stack_shape=(2,))
    gradient = gradients(net, X, y, "bce")
    shapes = [(name, values.shape) for name, values in gradient.named()]
    assert shapes == [(name, values.shape) for name, values in net.parameters.named()]
    assert gradient.vector.shape == net.parameters.vector.shape


def test_a_gradient_can_be_written_into_an_array_that_is_there():
    net, X, y = smooth_case("tanh", "bce", "sigmoid", 2)
    out = net.parameters.zeros_like()
    out.vector[...] = 7.0  # whatever stood there is overwritten, not added to
    z, a = forward_pass(net, X)
    result = backward_pass(net, z, a, y, LOSSES["bce"], out=out)
    assert result is out
    np.testing.assert_array_equal(out.vector, gradients(net, X, y, "bce").vector)


def test_relu_at_its_corner_has_slope_0():
    net = random_network([1, 1, 1], "relu", "identity")
    net.W[1], net.b[1], net.W[2], net.b[2] = [[2.0]], [[-2.0]], [[3.0]], [[0.5]]
    gradient = gradients(net, [[1.0]], [[0.0]], "mse")  # z[1] = 2 * 1 - 2 = 0
    assert gradient.W[1] == 0
    assert gradient.b[1] == 0
    assert gradient.b[2] == 1.0  # 2 * (0.5 - 0)
