"""Evaluation: the loss and the share that is right, for one network and for a stack."""

import copy
import pickle

import numpy as np
import pytest
from cases import random_data, random_network

from nnlib import Network, classify, datasets, evaluate
from nnlib.losses import bce, cross_entropy, mse

X, Y = datasets.xor()


def test_a_sigmoid_output_says_yes_or_no():
    net = Network.from_weights([[[4.0], [-4.0]]], [[[1.0]]])  # z = 4 x1 - 4 x2 + 1
    np.testing.assert_array_equal(classify(net, X), [1, 0, 1, 1])
    assert classify(net, X).dtype == int
    found = evaluate(net, X, Y, "bce")
    assert found.accuracy == 0.25  # only (1, 0) is both yes and 1
    z, _ = net.forward(X)
    assert found.loss == bce(z[-1], Y)


def test_exactly_one_half_is_no():
    assert classify(Network.from_weights([[[0.0]]]), [[1.0]]) == 0


def test_a_softmax_output_says_which_class():
    net = Network.from_weights([[[1.0, 0.0, -1.0]]], output="softmax")
    inputs = [[1.0], [-1.0], [-2.0]]
    np.testing.assert_array_equal(classify(net, inputs), [0, 2, 2])
    y = datasets.one_hot([0, 2, 1], 3)
    found = evaluate(net, inputs, y, "cross_entropy")
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.loss == cross_entropy(net.forward(inputs)[0][-1], y)


def test_with_several_sigmoid_outputs_a_sample_is_right_if_all_are():
    net = Network.from_weights([[[1.0, -1.0]]])
    np.testing.assert_array_equal(classify(net, [[1.0], [-1.0]]), [[1, 0], [0, 1]])
    assert evaluate(net, [[1.0], [-1.0]], [[1, 0], [1, 1]], "bce").accuracy == 0.5


def test_a_stack_with_one_sample_has_a_class_for_each_output():
    stack = random_network([2, 3, 2], "tanh", "sigmoid", stack_shape=3)
    assert classify(stack, X[:1]).shape == (3, 1, 2)
    assert evaluate(stack, X[:1], [[1, 0]], "bce").accuracy.shape == (3,)


def test_a_loss_beyond_the_finite_numbers_is_infinite_without_a_warning():
    net = Network.from_weights([[[1e200]]], output="identity")
    assert evaluate(net, [[1.0]], [[1.0]], "mse") == (np.inf, None)


def test_a_network_that_tells_no_classes_apart_has_a_loss_alone():
    net = random_network([2, 3, 1], "tanh", "identity")
    found = evaluate(net, X, Y, "mse")
    assert found == (mse(net.predict(X), Y), None)
    with pytest.raises(
        ValueError, match=r'no probability\. Build the network with output="sigmoid"'
    ):
        classify(net, X)


@pytest.mark.parametrize(("output", "loss"), [("sigmoid", "bce"), ("softmax", "cross_entropy")])
@pytest.mark.parametrize("stack_shape", [(3,), (2, 3)], ids=str)
def test_a_member_of_a_stack_is_judged_like_the_network_alone(output, loss, stack_shape):
    stack = random_network([2, 4, 3], "tanh", output, stack_shape=stack_shape)
    inputs, y = random_data(stack, loss, n_samples=7)
    found, classes = evaluate(stack, inputs, y, loss), classify(stack, inputs)
    assert found.loss.shape == found.accuracy.shape == stack_shape
    for index in np.ndindex(stack_shape):
        alone = evaluate(stack[index], inputs, y, loss)
        assert found.accuracy[index] == alone.accuracy
        np.testing.assert_allclose(found.loss[index], alone.loss, rtol=1e-14)
        np.testing.assert_array_equal(classes[index], classify(stack[index], inputs))


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_an_evaluation_can_be_copied_and_pickled(clone):
    found = evaluate(random_network([2, 3, 1], "tanh", "sigmoid"), X, Y, "bce")
    assert clone(found) == found
