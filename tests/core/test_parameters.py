"""Assigning to a public attribute of a network or of parameters writes through or is refused."""

import re
from operator import delitem, setitem

import numpy as np
import pytest
from cases import random_network

from nnlib import Network, Parameters, datasets, load_network, save_network, train
from nnlib.backprop import gradients

X, Y = datasets.xor()


def make(bias=True, stack_shape=()):
    return random_network([2, 4, 1], "tanh", "sigmoid", bias=bias, stack_shape=stack_shape)


def is_whole(network):
    """Whether everything that a network offers still speaks of the same numbers."""
    parameters = network.parameters
    assert network.W == parameters.W
    assert network.b == parameters.b
    flat = [values.reshape(*network.stack_shape, -1) for _, values in parameters.named()]
    np.testing.assert_array_equal(np.concatenate(flat, axis=-1), parameters.vector)
    for layer, (W, b, activation) in enumerate(network.layers, start=1):
        assert W is network.W[layer]
        assert b is network.b[layer]
        assert activation is network.activations[layer]
    again = Network(parameters, hidden=network.hidden, output=network.output)
    np.testing.assert_array_equal(network.predict(X), again.predict(X))
    np.testing.assert_array_equal(
        gradients(network, X, Y, "bce").vector, gradients(again, X, Y, "bce").vector
    )
    return True


NEW = random_network([2, 4, 1], "tanh", "sigmoid", seed=5)
WRITES = {
    "vector": lambda net: setattr(net.parameters, "vector", NEW.parameters.vector),
    "vector as a list": lambda net: setattr(net.parameters, "vector", [*NEW.parameters.vector]),
    "parameters": lambda net: setattr(net, "parameters", NEW.parameters),
    "W and b": lambda net: [setattr(net, "W", NEW.W), setattr(net, "b", NEW.b)],
    "lists": lambda net: [setattr(net, "W", [*NEW.W[1:]]), setattr(net, "b", [*NEW.b[1:]])],
    "of the parameters": lambda net: [
        setattr(net.parameters, "W", NEW.W),
        setattr(net.parameters, "b", NEW.b),
    ],
    "one by one": lambda net: [
        (net.W.__setitem__(layer, NEW.W[layer]), net.b.__setitem__(layer, NEW.b[layer]))
        for layer in (1, 2)
    ],
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_assigned_is_what_computes(write):
    network = make()
    vector = network.parameters.vector
    write(network)
    assert network.parameters.vector is vector
    np.testing.assert_array_equal(vector, NEW.parameters.vector)
    np.testing.assert_array_equal(network.predict(X), NEW.predict(X))
    assert is_whole(network)


@pytest.mark.parametrize("stack_shape", [(), (3,), (40,)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_the_ways_of_descending_by_hand_are_the_same(stack_shape, bias):
    steps = [make(bias, stack_shape) for _ in range(4)]
    gradient = gradients(steps[0], X, Y, "bce")
    steps[0].parameters.vector -= 0.5 * gradient.vector
    steps[1].parameters.vector = steps[1].parameters.vector - 0.5 * gradient.vector
    for layer in (1, 2):
        steps[2].W[layer] -= 0.5 * gradient.W[layer]
        if bias:
            steps[2].b[layer] -= 0.5 * gradient.b[layer]
    W = [values - 0.5 * slope for values, slope in zip(steps[3].W[1:], gradient.W[1:], strict=True)]
    steps[3].W = W
    if bias:
        steps[3].b = [b - 0.5 * db for b, db in zip(steps[3].b[1:], gradient.b[1:], strict=True)]
    for network in steps:
        np.testing.assert_array_equal(network.parameters.vector, steps[0].parameters.vector)
        assert is_whole(network)


def test_a_step_by_hand_does_not_stop_the_training_after_it(tmp_path):
    network = make()
    step = 0.5 * gradients(network, X, Y, "bce").vector
    network.parameters.vector = network.parameters.vector - step
    history = train(network, X, Y, loss="bce", learning_rate=0.5, epochs=50)
    assert history.loss[-1] < history.loss[0]
    save_network(network, tmp_path / "net.npz")
    np.testing.assert_array_equal(load_network(tmp_path / "net.npz").predict(X), network.predict(X))


ATTRIBUTES = [
    ("Network", name) for name in Network.__slots__ if name not in {"W", "b", "parameters"}
] + [("Parameters", name) for name in ("layer_sizes", "bias", "stack_shape")]


@pytest.mark.parametrize(("kind", "name"), ATTRIBUTES)
def test_what_is_fixed_says_how_to_make_another(kind, name):
    network = make()
    thing = network if kind == "Network" else network.parameters
    with pytest.raises(AttributeError, match=f"{name} of a {kind} cannot be changed") as caught:
        setattr(thing, name, "relu")
    assert "Make " in str(caught.value)
    assert is_whole(network)


def test_the_advice_for_another_activation_works():
    net = make()
    with pytest.raises(AttributeError) as caught:
        net.hidden = "relu"
    code = str(caught.value).split("same parameters: ")[1].rstrip(".")
    other = eval(code)
    assert other.hidden == "relu"
    assert other.parameters is net.parameters


@pytest.mark.parametrize("name", ["activations", "layers"])
def test_an_entry_of_what_is_fixed_is_fixed_too(name):
    network = make()
    for change in (setitem, lambda entries, index, _: delitem(entries, index)):
        with pytest.raises(AttributeError, match=r"entry 1 of a Network's .*Make another"):
            change(getattr(network, name), 1, None)
    assert is_whole(network)


@pytest.mark.parametrize("name", ["W", "b"])
def test_a_layer_cannot_be_taken_away(name):
    network = make()
    before = getattr(network, name)[1].copy()
    with pytest.raises(TypeError, match=r"the parameter of layer 1 cannot be taken away"):
        del getattr(network, name)[1]
    np.testing.assert_array_equal(getattr(network, name)[1], before)
    assert is_whole(network)


def test_what_is_read_only_is_not_written_to():
    network = make()
    network.parameters.vector.flags.writeable = False
    with pytest.raises(
        ValueError, match="vector is read-only, so nothing can be written"
    ) as caught:
        network.parameters = NEW.parameters
    unlock = str(caught.value).split("unlock it: ")[1].rstrip(".")
    exec(unlock, {"net": network})
    network.parameters = NEW.parameters
    assert network.W == NEW.W


@pytest.mark.parametrize("name", ["dtype", "hidden", "layer_sizes"])
def test_the_advice_for_what_is_fixed_makes_another_network(name):
    net = Network.random([2, 3, 3], output="softmax", rng=np.random.default_rng(0))
    wanted = {"dtype": np.float32, "hidden": "relu", "layer_sizes": (2, 8, 1)}[name]
    with pytest.raises(AttributeError, match=f"^{name} of a Network cannot") as caught:
        setattr(net, name, wanted)
    code = re.search(r": (\S+\(.*\))\.$", str(caught.value))[1]
    other = eval(code, {"net": net, "Network": Network, "np": np})
    assert getattr(other, name) == wanted
    if name == "hidden":
        assert other.output == "softmax"
    if name == "dtype":
        np.testing.assert_array_equal(other.W[1], net.W[1].astype(np.float32))
        with pytest.raises(AttributeError, match=r"astype\(np\.float64\)"):
            other.dtype = float


@pytest.mark.parametrize(
    "change",
    [
        lambda net: net.activations.append(None),
        lambda net: net.layers.clear(),
        lambda net: net.W.append(net.W[1]),
        lambda net: net.W.pop(),
        lambda net: net.W.clear(),
        lambda net: net.b.reverse(),
        lambda net: net.parameters.W.sort(),
        lambda net: setattr(net, "weights", net.W),
        lambda net: setattr(net.parameters, "note", "mine"),
        lambda net: setattr(net, "stack_shape", (3,)),
        lambda net: setattr(net, "dtype", np.float32),
    ],
)
def test_what_would_detach_does_not_exist(change):
    network = make()
    with pytest.raises((AttributeError, TypeError)):
        change(network)
    assert is_whole(network)


REFUSED = {
    "a vector of another length": lambda net: setattr(net.parameters, "vector", np.zeros(5)),
    "NaN": lambda net: setattr(net.parameters, "vector", np.full(17, np.nan)),
    "parameters of another layout": lambda net: setattr(net, "parameters", Parameters([2, 3, 1])),
    "as many parameters in another layout": lambda net: setattr(
        net, "parameters", Parameters([16, 1])
    ),
    "parameters without biases": lambda net: setattr(
        net, "parameters", Parameters([17, 1], bias=False)
    ),
    "too few matrices": lambda net: setattr(net, "W", [NEW.W[1]]),
    "a second matrix that does not fit": lambda net: setattr(net, "W", [NEW.W[1], NEW.W[1]]),
    "one matrix for all": lambda net: setattr(net, "W", NEW.W[1]),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_changes_nothing_at_all(change):
    network = make()
    before = network.parameters.vector.copy()
    with pytest.raises(ValueError, match=r"shape|arrays|NaN|same layers"):
        change(network)
    np.testing.assert_array_equal(network.parameters.vector, before)
    assert is_whole(network)


@pytest.mark.parametrize(
    "compute",
    [lambda W: W * 2, lambda W: 2 * W, lambda W: W + (NEW.W[1],), lambda W: W + 1],  # noqa: RUF005
)
def test_arithmetic_on_all_matrices_at_once_is_refused(compute):
    network = make()
    with pytest.raises(TypeError, match=r"Compute with one, W\[1\] \* 2, or with all numbers"):
        compute(network.W)
    with pytest.raises(TypeError, match="hold an array for each layer"):
        network.b += 1
    assert is_whole(network)


def test_parameters_are_not_replaced_by_something_else():
    network = make()
    with pytest.raises(AttributeError, match="parameters of a Network cannot be changed"):
        network.parameters = network.parameters.vector


def test_views_are_compared_by_their_numbers():
    network = make()
    assert network.W == network.copy().W
    assert network.W != NEW.W
    assert [*network.W] == network.W
    assert network.W[1:] != network.W
    assert network.W != 3
    assert network.layers == network.copy().layers
    assert network.layers != make(stack_shape=2).layers
    assert network.activations == tuple(network.activations)
    assert network.layers[:1] != network.layers


@pytest.mark.parametrize("name", ["W", "b", "parameters", "hidden", "layers", "vector", "bias"])
def test_an_attribute_cannot_be_deleted(name):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    thing = net if hasattr(net, name) else net.parameters
    with pytest.raises(AttributeError, match=f"^{name} of a .* cannot be changed") as caught:
        delattr(thing, name)
    assert hasattr(thing, name)
    written = name in ("W", "b", "parameters", "vector")
    assert ("Write other numbers of the same shape into it" in str(caught.value)) == written


@pytest.mark.parametrize("options", [{}, {"stack_shape": 1000}, {"stack_shape": (10**9, 10**9)}])
def test_more_parameters_than_there_is_memory_for_are_refused(options):
    with pytest.raises(MemoryError, match=r"the parameters of these layer_sizes would be .* GB"):
        Parameters([10**7, 10**7], **options)


def square(**options):
    return Network.random([3, 3, 3, 3], rng=np.random.default_rng(0), **options)


PARTS_OF_OTHERS = {
    "a matrix": ("W", lambda net: net.W[2]),
    "a matrix, turned": ("W", lambda net: net.W[2].mT),
    "a part of the vector": ("W", lambda net: net.parameters.W[3][..., ::-1]),
    "biases": ("b", lambda net: net.b[2]),
    "biases, out of a matrix": ("b", lambda net: net.W[2][..., :1, :]),
}


@pytest.mark.parametrize("stack_shape", [(), (2,), (40,)], ids=str)
@pytest.mark.parametrize(("name", "other"), PARTS_OF_OTHERS.values(), ids=PARTS_OF_OTHERS)
def test_a_layer_is_not_given_what_changes_with_it(name, other, stack_shape):
    network = square(stack_shape=stack_shape)
    before, views = network.parameters.vector.copy(), getattr(network, name)
    with pytest.raises(ValueError, match=r"in a swap one of the two would be written twice"):
        views[1] = other(network)
    np.testing.assert_array_equal(network.parameters.vector, before)
    views[1] = other(network).copy()
    np.testing.assert_array_equal(views[1], other(network))


@pytest.mark.parametrize("stack_shape", [(), (2,), (40,)], ids=str)
def test_two_layers_are_swapped_as_the_message_says(stack_shape):
    net = square(stack_shape=stack_shape)
    before = net.copy()
    with pytest.raises(ValueError, match="copy") as caught:
        net.W[1], net.W[2] = net.W[2], net.W[1]
    exec(str(caught.value).split("copy, as in ")[1].rstrip("."))
    np.testing.assert_array_equal(net.W[1], before.W[2])
    np.testing.assert_array_equal(net.W[2], before.W[1])


@pytest.mark.parametrize("stack_shape", [(), (2,), (40,)], ids=str)
def test_a_layer_may_be_given_what_is_its_own_or_another_networks(stack_shape):
    net, other = square(stack_shape=stack_shape), square(stack_shape=stack_shape)
    before = net.copy()
    net.W[1] = net.W[1].mT
    np.testing.assert_array_equal(net.W[1], before.W[1].mT)
    net.W[2] = net.W[2][..., ::-1, :]
    np.testing.assert_array_equal(net.W[2], before.W[2][..., ::-1, :])
    net.W[3] = other.W[2]
    np.testing.assert_array_equal(net.W[3], other.W[2])


@pytest.mark.parametrize("stack_shape", [(), (2,), (40,)], ids=str)
def test_the_vector_cannot_be_torn_from_its_views(stack_shape):
    network = make(stack_shape=stack_shape)
    for vector in (network.parameters.vector, gradients(network, X, Y, "bce").vector):
        with pytest.raises(ValueError, match="does not own its data"):
            vector.resize(3, refcheck=False)
    assert is_whole(network)


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.parametrize("stack_shape", [(), (40,)], ids=str)
@pytest.mark.parametrize("name", ["W[1]", "W[2]", "b[1]", "b[2]", "parameters.vector"])
def test_a_shape_that_is_set_from_outside_is_seen(name, stack_shape):
    network = Network.random([3, 4, 2], rng=np.random.default_rng(0), stack_shape=stack_shape)
    inputs, targets = np.ones((4, 3)), np.ones((4, 2))
    before, array = network.predict(inputs), eval(f"network.{name}")
    own, array.shape = array.shape, (*array.shape, 1)
    words = f"{name} of network was given the shape {array.shape}, but the network computes with"
    for use in (
        network.predict,
        lambda X: train(network, X, targets, loss="mse", learning_rate=0.1, epochs=1),
        lambda X: gradients(network, X, targets, "mse"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(words)} its own") as caught:
            use(inputs)
    exec(str(caught.value).split("Set it back, ")[1].split(";")[0])
    assert array.shape == own
    np.testing.assert_array_equal(network.predict(inputs), before)


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
def test_a_shape_that_is_set_is_seen_without_biases_too():
    network = Network.random([3, 4, 2], rng=np.random.default_rng(0), bias=False)
    assert network.predict(np.ones((4, 3))).shape == (4, 2)
    network.W[1].shape = (12, 1)
    with pytest.raises(ValueError, match=r"^W\[1\] of network was given the shape \(12, 1\)"):
        network.predict(np.ones((4, 3)))


class Mine(Network):
    """A user's own kind of network, which counts."""

    steps = 0

    def predict(self, X):
        return super().predict(X) + 1


def mine():
    return Mine.random([2, 3, 1], rng=np.random.default_rng(0))


def test_what_a_class_of_ones_own_adds_can_be_set_and_deleted():
    network = mine()
    network.steps += 1
    network.steps += 1
    network.note = None
    network.note = "mine"
    assert vars(network) == {"steps": 2, "note": "mine"}
    del network.note
    assert vars(network) == {"steps": 2}


@pytest.mark.parametrize("name", ["hidden", "output", "activations", "layers"])
def test_in_place_of_other_activations_another_network_is_made(name):
    with pytest.raises(AttributeError, match="Make another network around the same parameters"):
        setattr(make(), name, "relu")


@pytest.mark.parametrize("name", ["hidden", "layers", "predict", "dtype"])
def test_what_nnlib_gave_a_class_of_ones_own_is_fixed(name):
    network = mine()
    for change in (lambda: setattr(network, name, "relu"), lambda: delattr(network, name)):
        with pytest.raises(AttributeError, match=rf"^{name} of a Mine cannot .*\.$") as caught:
            change()
        own = "Give a class of your own another predict: class Mine(Mine)."
        assert str(caught.value).endswith(own) == (name == "predict")
    assert is_whole(Network(network.parameters, hidden="tanh", output="sigmoid"))
