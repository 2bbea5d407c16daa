"""Whatever nnlib gives or raises can be pickled and deep-copied, and so sent to other processes."""

import concurrent.futures
import copy
import multiprocessing
import operator
import pickle

import numpy as np
import pytest
from cases import random_network

from nnlib import (
    DivergenceError,
    Network,
    TrainingInterrupted,
    check_gradients,
    datasets,
    evaluate,
    gradients,
    train,
)
from nnlib.activations import ACTIVATIONS
from nnlib.losses import LOSSES
from nnlib.optimizers import Adam, GradientDescent, Momentum

X, Y = datasets.xor()
CLONES = pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))],
    ids=["copy", "deepcopy", "pickle"],
)  # fmt: skip


def history(**options):
    options = {"loss": "bce", "learning_rate": 0.5, "epochs": 3} | options
    return train(random_network([2, 3, 1], "tanh", "sigmoid"), X, Y, **options)


@CLONES
@pytest.mark.parametrize("keep", [True, False])
def test_a_history(clone, keep):
    one = history(keep_parameters=keep, validation=(X, Y) if keep else None)
    other = clone(one)
    assert other == one
    assert one != history(epochs=4)
    assert one != "history"


def diverge(seed=0):
    net = random_network([2, 3, 1], "identity", "identity", seed=seed)
    train(net, X, Y, loss="mse", learning_rate=100.0, epochs=1000)


@CLONES
def test_a_divergence(clone):
    with pytest.raises(DivergenceError) as caught:
        diverge()
    error, other = caught.value, clone(caught.value)
    assert type(other) is DivergenceError
    assert str(other) == str(error)
    assert (other.epoch, other.learning_rate) == (error.epoch, error.learning_rate)
    assert other.history == error.history


def test_a_divergence_comes_back_from_another_process():
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        error = pool.submit(diverge).exception(timeout=60)
    assert isinstance(error, DivergenceError)
    assert error.history.loss[-1] == np.inf


@CLONES
def test_an_interruption(clone):
    error = TrainingInterrupted(3, history())
    other = clone(error)
    assert (type(other), str(other), other.epoch) == (TrainingInterrupted, str(error), 3)
    assert other.history == error.history


@CLONES
@pytest.mark.parametrize("entry", [*ACTIVATIONS.values(), *LOSSES.values()], ids=lambda e: e.name)
def test_an_entry_of_a_table_is_found_by_its_name(clone, entry):
    assert clone(entry) is entry


@CLONES
@pytest.mark.parametrize("stack_shape", [(), (3,), (50,)], ids=str)
def test_networks_parameters_and_gradients(clone, stack_shape):
    net = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=stack_shape)
    for thing in (net.parameters, gradients(net, X, Y, "bce")):
        other = clone(thing)
        np.testing.assert_array_equal(other.vector, thing.vector)
        other.W[1] = other.W[1] + 1
        assert not np.array_equal(other.vector, thing.vector)
        assert repr(other) == repr(thing)
    other = clone(net)
    np.testing.assert_array_equal(other.predict(X), net.predict(X))
    assert repr(other) == repr(net)
    assert clone(net.W) == net.W


@CLONES
def test_a_report_and_an_evaluation(clone):
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    report = check_gradients(net, X, Y, "bce")
    assert str(clone(report)) == str(report)
    assert clone(report) == report
    found = evaluate(net, X, Y, "bce")
    assert clone(found) == found


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Adam])
def test_an_optimizer_goes_on_in_a_copy(clone, kind):
    net, optimizer = random_network([2, 3, 1], "tanh", "sigmoid"), kind()
    options = {"loss": "bce", "learning_rate": 0.1, "epochs": 5}
    train(net, X, Y, **options, optimizer=optimizer)
    other, again = clone(net), clone(optimizer)
    for network, used in [(net, optimizer), (other, again)]:
        train(network, X, Y, **options, optimizer=used)
    np.testing.assert_array_equal(net.parameters.vector, other.parameters.vector)


@CLONES
def test_a_network_of_another_process_is_whole(clone):
    other = clone(Network.random([2, 3, 1], rng=np.random.default_rng(0)))
    assert other.W[1].base is not None
    other.parameters.vector[...] = 0
    assert not other.W[1].any()


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
@pytest.mark.parametrize("make", [DivergenceError, TrainingInterrupted])
def test_a_note_on_an_error_comes_along(clone, make):
    error = make(3, 0.1, history()) if make is DivergenceError else make(3, history())
    error.add_note("in the second of three runs")
    other = clone(error)
    assert other.__notes__ == ["in the second of three runs"]
    assert str(other) == str(error)


class OwnDivergence(DivergenceError):
    """A user's own kind of error, made from something else."""

    def __init__(self, where, *arguments):
        self.where = where
        super().__init__(*arguments)


class OwnInterruption(TrainingInterrupted):
    pass


@CLONES
def test_an_error_of_ones_own_class_stays_one(clone):
    for error in (OwnDivergence("here", 3, 0.1, history()), OwnInterruption(3, history())):
        other = clone(error)
        assert (type(other), str(other)) == (type(error), str(error))
        assert vars(other) == vars(error)


@CLONES
def test_an_evaluation_of_a_stack_equals_its_copy(clone):
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(3,))
    found = evaluate(stack, X, Y, "bce")
    assert clone(found) == found
    assert not operator.ne(clone(found), found)
    assert found != evaluate(stack, X, Y, "mse")
    assert found in [found]
    assert found != found.loss


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_what_belongs_together_stays_together(clone):
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    again, parameters, first = clone([net, net.parameters, net])
    assert again is first
    parameters.vector[...] = 0
    assert not again.W[1].any()


class Mine(Network):
    """A user's own kind of network."""

    def predict(self, X):
        return super().predict(X) + 1


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))]
)
def test_a_network_of_ones_own_class_stays_one(clone):
    net = Mine.random([2, 3, 1], rng=np.random.default_rng(0))
    net.note = ["mine"]
    other = clone(net)
    assert (type(other), vars(other)) == (Mine, {"note": ["mine"]})
    for each in (other, net.copy(), Network.stack([net, net])[1]):
        assert type(each) is Mine
        np.testing.assert_array_equal(each.predict(X), net.predict(X))
