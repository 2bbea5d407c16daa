"""Networks: layers as matrices, one vector of parameters with views into it."""

import copy
import pickle

import numpy as np
import pytest
from cases import random_network

import nnlib
from nnlib import Network, Parameters, datasets, forward_pass, train

# The forward pass


def test_the_forward_pass_by_hand():
    # z1 = 1*1 + 2*3 + 1 = 8 and 1*2 + 2*(-4) + 1 = -5; relu makes 8 and 0; z2 = 2*8 + 3*0 - 1.
    net = Network.from_weights(
        [[[1, 2], [3, -4]], [[2], [3]]], [[[1, 1]], [[-1]]], hidden="relu", output="identity"
    )
    z, a = net.forward([[1, 2]])
    np.testing.assert_array_equal(z[1], [[8, -5]])
    np.testing.assert_array_equal(a[1], [[8, 0]])
    np.testing.assert_array_equal(z[2], [[15]])
    np.testing.assert_array_equal(net.predict([[1, 2]]), [[15]])


def test_layers_count_from_1_and_layer_0_is_the_input():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    X, _ = datasets.xor()
    z, a = net.forward(X)
    assert len(z) == len(a) == 3
    assert z[0] is a[0]
    np.testing.assert_array_equal(a[0], X)
    assert [None if W is None else W.shape for W in net.W] == [None, (2, 3), (3, 1)]
    assert [None if b is None else b.shape for b in net.b] == [None, (1, 3), (1, 1)]


def test_the_checked_forward_pass_gives_the_numbers_of_the_plain_one():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    X, _ = datasets.xor()
    for checked, plain in zip(net.forward(X), forward_pass(net, X), strict=True):
        for one, other in zip(checked[1:], plain[1:], strict=True):
            np.testing.assert_array_equal(one, other)


def test_each_sample_is_computed_on_its_own():
    net = random_network([2, 5, 3], "tanh", "softmax")
    X = np.random.default_rng(0).normal(size=(6, 2))
    whole = net.predict(X)
    for row in range(6):
        np.testing.assert_allclose(net.predict(X[row : row + 1])[0], whole[row], rtol=1e-14)


def test_a_network_without_biases_answers_0_with_0():
    net = Network.random([2, 3, 1], output="tanh", bias=False, rng=np.random.default_rng(0))
    assert net.predict([[0, 0]]) == 0
    assert net.b[1:] == (None, None)
    assert net.parameters.vector.size == 2 * 3 + 3 * 1


def test_forward_keeps_nothing_behind():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    before = {name: getattr(net, name) for name in Network.__slots__}
    net.forward(datasets.xor()[0])
    assert {name: getattr(net, name) for name in Network.__slots__} == before


# One vector and its views


def test_the_vector_holds_W1_b1_W2_b2_in_this_order():
    W, b = [[[1, 2], [3, 4]], [[7], [8]]], [[[5, 6]], [[9]]]
    net = Network.from_weights(W, b)
    np.testing.assert_array_equal(net.parameters.vector, [1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert [name for name, _ in net.parameters.named()] == ["W1", "b1", "W2", "b2"]


@pytest.mark.parametrize("stack_shape", [(), (3,), (2, 3)], ids=str)
def test_the_views_look_into_the_vector(stack_shape):
    parameters = Parameters([2, 3, 1], stack_shape=stack_shape)
    parameters.vector[...] = np.arange(13)
    np.testing.assert_array_equal(
        parameters.W[1], np.broadcast_to([[0, 1, 2], [3, 4, 5]], (*stack_shape, 2, 3))
    )
    np.testing.assert_array_equal(parameters.b[2], np.full((*stack_shape, 1, 1), 12))
    parameters.W[2] = np.full((*stack_shape, 3, 1), -1.0)
    assert (parameters.vector[..., 9:12] == -1).all()
    parameters.b[1] += 100
    assert (parameters.vector[..., 6:9] == [106, 107, 108]).all()


def test_an_assigned_weight_is_the_one_that_is_used():
    net = Network.random([1, 1], output="identity", rng=np.random.default_rng(0))
    net.W[1] = [[3.0]]
    net.b[1] = [[0.5]]
    assert net.predict([[2.0]]) == 6.5


def test_zeros_like_has_the_same_layout_and_no_numbers():
    parameters = random_network([2, 3, 1], "tanh", "sigmoid", dtype=np.float32).parameters
    zeros = parameters.zeros_like()
    assert [(n, v.shape) for n, v in zeros.named()] == [(n, v.shape) for n, v in parameters.named()]
    assert zeros.vector.dtype == np.float32
    assert not zeros.vector.any()
    assert parameters.with_vector(np.zeros((5, 13))).W[1].shape == (5, 2, 3)


# Copies


def by_pickle(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("make", [Network.copy, copy.deepcopy, by_pickle])
@pytest.mark.parametrize("stack_shape", [(), (3,)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_a_copy_is_equal_and_independent_and_can_be_trained(make, stack_shape, bias):
    X, y = datasets.xor()
    options = {"loss": "bce", "learning_rate": 0.5, "epochs": 5}
    net = random_network([2, 3, 1], "relu", "sigmoid", stack_shape=stack_shape, bias=bias)
    start = net.parameters.vector.copy()
    duplicate = make(net)
    assert repr(duplicate) == repr(net)
    np.testing.assert_array_equal(duplicate.parameters.vector, start)
    train(duplicate, X, y, **options)
    np.testing.assert_array_equal(net.parameters.vector, start)
    train(net, X, y, **options)
    np.testing.assert_array_equal(duplicate.predict(X), net.predict(X))


@pytest.mark.parametrize("make", [Network.copy, copy.deepcopy, by_pickle])
def test_a_copy_has_the_float_type_of_the_network(make):
    assert make(random_network([2, 3, 1], "relu", "sigmoid", dtype=np.float32)).dtype == np.float32


def test_given_weights_are_copied():
    W1 = np.ones((2, 1))
    net = Network.from_weights([W1])
    net.W[1] = [[5], [5]]
    np.testing.assert_array_equal(W1, np.ones((2, 1)))
    W1[...] = 7
    np.testing.assert_array_equal(net.W[1], [[5], [5]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.float16])
def test_given_weights_are_float64_unless_all_are_float32(dtype):
    net = Network.from_weights([np.ones((2, 1), dtype)], [np.ones((1, 1), dtype)])
    assert net.dtype == (np.float32 if dtype == np.float32 else np.float64)
    mixed = Network.from_weights([np.ones((2, 2), np.float32), np.ones((2, 1))])
    assert mixed.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float64, np.float32, float, "float32", np.dtype("f4")])
def test_the_float_type_can_be_said_in_the_usual_ways(dtype):
    net = Network.random([2, 1], rng=np.random.default_rng(0), dtype=dtype)
    assert net.dtype == np.dtype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("stack_shape", [(2,), (20,), (4, 5)], ids=str)
def test_a_stack_has_the_float_type_that_is_asked_for_however_it_lies(stack_shape, dtype):
    assert Parameters([2, 1], stack_shape=stack_shape, dtype=dtype).vector.dtype == dtype


# What it says of itself


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Network(2-4-1, hidden tanh, output sigmoid)"),
        (
            {"hidden": "relu", "output": "identity", "bias": False},
            "Network(2-4-1, hidden relu, output identity, no biases)",
        ),
        ({"stack_shape": 1000}, "Network(2-4-1 × 1000, hidden tanh, output sigmoid)"),
        ({"stack_shape": (2, 3)}, "Network(2-4-1 × 6, hidden tanh, output sigmoid)"),
    ],
)
def test_a_network_names_its_layers_and_activations(options, expected):
    net = Network.random([2, 4, 1], rng=np.random.default_rng(0), **options)
    assert repr(net) == expected


def test_the_hidden_and_the_output_layers_have_their_own_activations():
    net = random_network([2, 3, 3, 2], "relu", "softmax")
    assert [a.name for a in net.activations] == ["identity", "relu", "relu", "softmax"]
    assert net.n_layers == 3


@pytest.mark.parametrize("stack_shape", [(), (3,), (2, 3)])
def test_an_architecture_around_other_parameters(stack_shape):
    network = random_network([2, 4, 1], "relu", "identity", bias=False)
    vector = np.random.default_rng(1).normal(size=(*stack_shape, 12))
    other = network.with_vector(vector)
    assert repr(other) == repr(Network(other.parameters, hidden="relu", output="identity"))
    assert (other.stack_shape, other.parameters.bias) == (stack_shape, False)
    np.testing.assert_array_equal(other.parameters.vector, vector)
    vector += 1
    assert not np.array_equal(other.parameters.vector, vector)


def test_a_vector_may_be_a_list_of_whole_numbers():
    other = random_network([2, 1], "tanh", "tanh").with_vector([1, 2, 3])
    assert other.dtype == np.float64
    np.testing.assert_array_equal(other.W[1], [[1], [2]])


def test_a_network_of_one_layer_may_have_no_biases():
    for b in (None, [None], (None, None)):
        net = Network.from_weights([np.ones((2, 1))], b)
        assert not net.parameters.bias
    with pytest.raises(ValueError, match="b holds 0 arrays and W holds 1"):
        Network.from_weights([np.ones((2, 1))], [])


def test_a_vector_of_16_bits_becomes_float64():
    other = random_network([2, 1], "tanh", "tanh").with_vector(np.ones(3, np.float16))
    assert other.dtype == np.float64


@pytest.mark.parametrize(
    "vector", [["a"] * 3, np.ones(3, np.longdouble), None, np.ones(3, complex)]
)
def test_a_vector_of_no_such_numbers_is_refused(vector):
    with pytest.raises(TypeError, match=r"^(vector|dtype) is "):
        random_network([2, 1], "tanh", "tanh").with_vector(vector)


@pytest.mark.parametrize("vector", [3.0, [], np.ones((2, 4)), np.ones((0, 3))])
def test_a_vector_of_another_form_is_refused(vector):
    with pytest.raises(ValueError, match="shape"):
        random_network([2, 1], "tanh", "tanh").with_vector(vector)


def test_a_vector_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"vector has shape \(16,\), but .* have 17 parameters"):
        random_network([2, 4, 1], "tanh", "sigmoid").with_vector(np.zeros(16))


# As one expects


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("stack_shape", [(), (3,), (2, 3)], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_network_can_be_made_from_the_weights_of_another(bias, stack_shape, dtype):
    net = random_network([2, 4, 1], "relu", "tanh", bias=bias, stack_shape=stack_shape, dtype=dtype)
    for W, b in [(net.W, net.b), ([*net.W], [*net.b]), (net.W[1:], net.b[1:] if bias else None)]:
        again = Network.from_weights(W, b, hidden="relu", output="tanh")
        assert again.architecture == net.architecture
        np.testing.assert_array_equal(again.parameters.vector, net.parameters.vector)
        again.W[1] = again.W[1] + 1
        assert again.W != net.W


def test_a_stack_has_a_length_and_an_index():
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(4, 5))
    assert len(stack) == 4
    assert len(stack[0]) == 5
    assert [each.stack_shape for each in stack] == [(5,)] * 4
    for index in [(1, 2), (-1, -2), (np.int64(1), 2), (0, 4)]:
        np.testing.assert_array_equal(
            stack[index].parameters.vector, stack.parameters.vector[index]
        )
        assert stack[index].stack_shape == ()
    assert stack[1:3].stack_shape == (2, 5)
    assert stack[::2, 1].stack_shape == (2,)
    np.testing.assert_array_equal(stack[::2, 1].W[1], stack.W[1][::2, 1])
    before = stack.parameters.vector.copy()
    stack[0].W[1] = stack[0].W[1] + 1  # of a copy
    np.testing.assert_array_equal(stack.parameters.vector, before)


def test_a_single_network_has_neither_and_is_true():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    with pytest.raises(TypeError, match="is a single network"):
        len(net)
    with pytest.raises(TypeError, match="this is a single network"):
        net[0]
    with pytest.raises(TypeError, match="this is a single network"):
        list(net)  # not an empty list, as an IndexError would make of it
    assert net


@pytest.mark.parametrize(
    "index", [True, None, "a", 1.0, ..., (0, 0, 0), (slice(None),) * 3, [0, 1]]
)
def test_an_index_picks_networks_and_nothing_else(index):
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(4, 5))
    with pytest.raises(IndexError, match="member"):
        stack[index]


@pytest.mark.parametrize("index", [False, True])
def test_no_is_no_number_of_a_member(index):
    with pytest.raises(IndexError, match="was asked for"):
        random_network([2, 1], "tanh", "tanh", stack_shape=(3,)).member(index)


def test_parameters_show_what_they_hold():
    net = random_network([2, 4, 1], "tanh", "sigmoid")
    assert repr(net.parameters) == (
        "Parameters(W1 (2, 4), b1 (1, 4), W2 (4, 1), b2 (1, 1): 17 numbers in float64)"
    )
    stack = random_network([2, 1], "tanh", "tanh", stack_shape=3, bias=False, dtype=np.float32)
    assert repr(stack.parameters) == "Parameters(W1 (3, 2, 1): 6 numbers in float32)"


def test_softmax_of_one_output_is_refused():
    with pytest.raises(ValueError, match=r'always be 1.*output="sigmoid"'):
        random_network([2, 3, 1], "tanh", "softmax")


def test_the_version_is_told():
    assert nnlib.__version__.count(".") == 2


@pytest.mark.parametrize("name", ["W", "b"])
def test_layers_can_be_exchanged_by_one_assignment(name):
    network = random_network([2, 2, 2], "tanh", "sigmoid")
    _, first, second = [None, *(each.copy() for each in getattr(network, name)[1:])]
    setattr(network, name, getattr(network, name)[:0:-1])
    assert np.array_equal(getattr(network, name)[1], second)
    assert np.array_equal(getattr(network, name)[2], first)
