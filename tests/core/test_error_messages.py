"""Bad input is refused at the door.

The message names the argument, what came, what was expected and what to do. Every message stands
in ``__snapshots__``, to the letter; ``pytest tests/core/test_error_messages.py --snapshot-update``
renews it, and ``git diff`` shows what has changed.
"""

import sys

import numpy as np
import pytest
from cases import random_network

from nnlib import (
    DivergenceError,
    Network,
    Parameters,
    activations,
    autodiff,
    check_gradients,
    compare_gradients,
    datasets,
    gradients,
    load_network,
    losses,
    numerical_gradient,
    published,
    save_network,
    train,
)
from nnlib.autodiff import Tensor
from nnlib.losses import mse
from nnlib.optimizers import Adam, Momentum

X, Y = datasets.xor()
WITH_NAN = np.where(X == 1, np.nan, X)
WITH_INFINITY = np.where(X == 1, -np.inf, X)
RNG = np.random.default_rng(0)
FROZEN = np.zeros(3)
FROZEN.setflags(write=False)


def net(output="sigmoid", **options):
    return random_network([2, 4, 1], "tanh", output, **options)


def train_with(network=None, X=X, y=Y, **options):
    options = {"loss": "bce", "learning_rate": 0.5, "epochs": 3, **options}
    return train(net() if network is None else network, X, y, **options)


@pytest.fixture(autouse=True)
def stored_messages(snapshot):
    refused.stored = snapshot


def refused(function, kind, *parts):
    """The call raises exactly this kind of error, and the message holds all the parts.

    The whole message has to be the stored one, unless it shows an address or a folder.
    """
    with pytest.raises(kind) as caught:
        function()
    assert caught.type is kind  # no subclass
    message = str(caught.value)
    for part in parts:
        assert part in message
    assert " at 0x" in message or "<module" in message or message == refused.stored


# X


BAD_X = {
    "one column": (X[:, :1], ValueError, ["X has shape (4, 1)", "(n_samples, 2)", "a column for"]),
    "three columns": (np.ones((4, 3)), ValueError, ["X has shape (4, 3)", "(n_samples, 2)"]),
    "transposed": (X.T, ValueError, ["X has shape (2, 4)", "transposed", "X.T"]),
    "one sample": (X[1], ValueError, ["X has shape (2,)", "X.reshape(1, -1)"]),
    "flat": (X.ravel(), ValueError, ["X has shape (8,)", "(n_samples, 2)"]),
    "a number": (3.0, ValueError, ["X has shape ()", "(n_samples, 2)"]),
    "three axes": (X[np.newaxis], ValueError, ["X has shape (1, 4, 2)", "(n_samples, 2)"]),
    "empty batch": (
        X[:0],
        ValueError,
        ["X has shape (0, 2)", "empty batch", "at least one sample"],
    ),
    "empty list": ([], ValueError, ["X has shape (0,)", "empty batch"]),
    "NaN": (WITH_NAN, ValueError, ["X holds 4 entries", "NaN or infinite", "X[1, 1] = nan"]),
    "infinity": (
        WITH_INFINITY,
        ValueError,
        ["X holds 4 entries", "X[1, 1] = -inf", "np.isfinite(X)"],
    ),
    "None": (None, TypeError, ["X is None", "real numbers are expected"]),
    "words": ([["a", "b"]], TypeError, ["X is [['a', 'b']] (list)", "np.array(X) == 'a'"]),
    "numbers as text": ([["1", "2.5"]], TypeError, ["np.array(X, dtype=float)"]),
    "complex": (X + 1j, TypeError, ["X is an array of shape (4, 2) and dtype complex128"]),
    "objects": (X.astype(object), TypeError, ["dtype object", "real numbers"]),
    "dates": (np.zeros((4, 2), "datetime64[s]"), TypeError, ["datetime64", "real numbers"]),
    "ragged": ([[1, 2], [3]], ValueError, ["X is [[1, 2], [3]]", "same length"]),
    "masked": (
        np.ma.masked_equal(X, 1),
        ValueError,
        ["X is a masked array", "4 entries missing", "filled"],
    ),
}


@pytest.mark.parametrize(("bad", "kind", "parts"), BAD_X.values(), ids=BAD_X)
@pytest.mark.parametrize("where", ["predict", "forward", "gradients", "check_gradients", "train"])
def test_bad_inputs_are_refused_everywhere(where, bad, kind, parts):
    calls = {
        "predict": lambda: net().predict(bad),
        "forward": lambda: net().forward(bad),
        "gradients": lambda: gradients(net(), bad, Y, "bce"),
        "check_gradients": lambda: check_gradients(net(), bad, Y, "bce"),
        "train": lambda: train_with(X=bad),
    }
    refused(calls[where], kind, *parts)


def test_a_column_as_long_as_a_row_looks_transposed():
    refused(
        lambda: net().predict([[1], [2]]), ValueError, "X has shape (2, 1)", "use np.array(X).T"
    )


def test_inputs_that_only_float32_cannot_hold_are_refused_there():
    bad = [[1e300, 0.0]]
    refused(
        lambda: net(dtype=np.float32).predict(bad),
        ValueError, "X holds 1 entry", "infinite in float32", "X[0, 0] = inf",
    )  # fmt: skip


def test_parameters_that_only_float32_cannot_hold_are_refused_there():
    def assign():
        net(dtype=np.float32).W[2] = np.full((2, 1), 1e300)

    refused(assign, ValueError, "the parameter of layer 2 holds 2 entries", "infinite in float32")


def test_an_overflow_that_tanh_would_hide_is_seen():
    one = Network.from_weights([[[1e200]], [[1.0]]])  # tanh of infinity is 1
    refused(
        lambda: one.predict([[1e200]]), OverflowError, "z[1] of layer 1 left the finite numbers"
    )


def test_a_single_column_for_a_network_of_one_input():
    one = Network.random([1, 1], rng=np.random.default_rng(0))
    refused(
        lambda: one.predict([1, 2, 3]), ValueError, "X has shape (3,)", "np.array(X).reshape(-1, 1)"
    )


def test_numbers_too_large_to_compute_with_are_refused():
    large = random_network([2, 4, 1], "identity", "identity")
    large.W[2] *= 1e300
    refused(
        lambda: large.predict([[1e300, 0]]),
        OverflowError, "z[2]", "layer 2", "largest entry of X is 1e+300", "Scale X",
    )  # fmt: skip
    huge = np.array([[0], [0], [0], [1e308]])
    refused(
        lambda: gradients(random_network([2, 1], "tanh", "identity"), 1e3 * X, huge, "mse"),
        OverflowError, "the gradient", "of X is 1e+03, of y 1e+308", "near 1",
    )  # fmt: skip
    opposite = np.array([[0], [1e308], [-1e308], [0]])  # infinity minus infinity
    refused(
        lambda: gradients(random_network([2, 1], "tanh", "identity"), 0 * X + 1e3, opposite, "mse"),
        OverflowError, "the gradient", "of X is 1e+03, of y 1e+308",
    )  # fmt: skip
    refused(
        lambda: check_gradients(net("identity"), X, huge, "mse"),
        OverflowError, "no finite numbers", "near 1",
    )  # fmt: skip


# y


BAD_Y = {
    "(n,) for (n, 1)": (
        Y.ravel(),
        ValueError,
        ["y has shape (4,)", "shape (4, 1)", "(4, 4) table", "y.reshape(-1, 1)", "y[:, None]"],
    ),
    "transposed": (Y.T, ValueError, ["y has shape (1, 4)", "(4, 1)", "y.T"]),
    "too few rows": (Y[:3], ValueError, ["y has shape (3, 1)", "these 4 samples", "(4, 1)"]),
    "too many columns": (
        np.ones((4, 2)),
        ValueError,
        ["y has shape (4, 2)", "one column for each output"],
    ),
    "empty": (Y[:0], ValueError, ["y has shape (0, 1)", "(4, 1)"]),
    "a number": (1.0, ValueError, ["y has shape ()", "(4, 1)"]),
    "NaN": (np.where(Y == 1, np.nan, Y), ValueError, ["y holds 2 entries", "y[1, 0] = nan"]),
    "None": (None, TypeError, ["y is None", "real numbers"]),
    "words": ([["yes"], ["no"]] * 2, TypeError, ["y is [['yes']", "real numbers"]),
    "masked": (np.ma.masked_equal(Y, 1), ValueError, ["y is a masked array", "2 entries missing"]),
    "labels -1 and 1": (
        2 * Y - 1,
        ValueError,
        ["y ranges from -1 to 1", "between 0 and 1", "(np.array(y) + 1) / 2"],
    ),
    "label 2": (2 * Y, ValueError, ["y ranges from 0 to 2", "between 0 and 1"]),
    "label 0.5 below": (Y - 0.5, ValueError, ["y ranges from -0.5 to 0.5", '"identity"']),
}


@pytest.mark.parametrize(("bad", "kind", "parts"), BAD_Y.values(), ids=BAD_Y)
@pytest.mark.parametrize("where", ["gradients", "check_gradients", "train"])
def test_bad_targets_are_refused_everywhere(where, bad, kind, parts):
    calls = {
        "gradients": lambda: gradients(net(), X, bad, "bce"),
        "check_gradients": lambda: check_gradients(net(), X, bad, "bce"),
        "train": lambda: train_with(y=bad),
    }
    refused(calls[where], kind, *parts)


@pytest.mark.parametrize(("bad", "kind", "parts"), BAD_Y.values(), ids=BAD_Y)
def test_bad_validation_targets_are_refused_and_called_so(bad, kind, parts):
    refused(lambda: train_with(validation=(X, bad)), kind, "in the validation data", *parts)


@pytest.mark.parametrize(("bad", "kind", "parts"), BAD_X.values(), ids=BAD_X)
def test_bad_validation_inputs_are_refused_and_called_so(bad, kind, parts):
    refused(lambda: train_with(validation=(bad, Y)), kind, "in the validation data", *parts)


@pytest.mark.parametrize("bad", [X, (X,), (X, Y, Y), "Xy", {"X": X, "y": Y}])
def test_validation_must_be_a_pair(bad):
    refused(
        lambda: train_with(validation=bad),
        TypeError, "validation is", "a pair (X, y)", "validation=(X_validation, y_validation)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([[1, 1], [0, 1], [0, 1], [0, 1]], ["row 0 sums to 2", "sum 1"]),
        ([[1, 0], [0, 1], [0, 0], [0, 1]], ["row 2 sums to 0", "datasets.one_hot(labels, 2)"]),
        ([[1, 0], [0, 1], [1.5, -0.5], [0, 1]], ["smallest entry -0.5", "distribution"]),
    ],
)
def test_rows_that_are_no_distribution_are_refused_under_cross_entropy(rows, parts):
    classes = random_network([2, 3, 2], "tanh", "softmax")
    refused(lambda: gradients(classes, X, rows, "cross_entropy"), ValueError, *parts)


# Names


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        (lambda: net("sigmod"), ["output is 'sigmod'", 'Did you mean "sigmoid"?', '"softmax"']),
        (lambda: random_network([2, 2, 1], "Relu", "tanh"), ["hidden is 'Relu'", '"relu"?']),
        (lambda: net(3), ["output is 3 (int)", 'Choose one of "sigmoid", "tanh"']),
        (lambda: net(["tanh"]), ["output is ['tanh'] (list)"]),
        (lambda: gradients(net(), X, Y, "bec"), ["loss is 'bec'", 'Did you mean "bce"?']),
        (lambda: train_with(loss="crossentropy"), ["loss is 'crossentropy'", '"cross_entropy"?']),
        (lambda: train_with(loss=None), ["loss is None (NoneType)", '"mse", "bce"']),
        (lambda: train_with(divergence="rise"), ["divergence is 'rise'", 'Did you mean "raise"?']),
        (lambda: datasets.published("004"), ["name is '004'", '"000"']),
        (
            lambda: Network.random([2, 1], rng=RNG, initialization="xavier"),
            ["initialization is 'xavier'", 'mean "glorot"?', '"normal", "glorot", "he"'],
        ),
    ],
)
def test_an_unknown_name_gets_the_nearest_one_and_all_there_are(call, parts):
    refused(call, ValueError, "not known", "Choose one of", *parts)


def test_a_name_that_is_near_to_nothing_gets_no_guess():
    with pytest.raises(ValueError, match="not known") as error:
        net("qqqq")
    assert "Did you mean" not in str(error.value)


def test_softmax_in_a_hidden_layer_is_refused():
    refused(
        lambda: random_network([2, 2, 1], "softmax", "sigmoid"),
        ValueError, 'hidden is "softmax"', "output layer only", '"relu"',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "output", "parts"),
    [
        ("bce", "tanh", ['loss "bce"', 'output is "tanh"', 'output="sigmoid"']),
        ("bce", "identity", ['output is "identity"', 'output="sigmoid"']),
        ("bce", "softmax", ['output is "softmax"', 'output="sigmoid"']),
        ("cross_entropy", "sigmoid", ['loss "cross_entropy"', 'output="softmax"']),
        ("cross_entropy", "relu", ['output is "relu"', 'output="softmax"']),
        ("mse", "softmax", ['loss "mse"', "derivative", 'loss="cross_entropy"']),
    ],
)
@pytest.mark.parametrize("where", ["gradients", "check_gradients", "train"])
def test_a_loss_with_an_output_that_it_is_not_made_for_is_refused(loss, output, parts, where):
    network = random_network([2, 4, 2], "tanh", output)
    y = np.hstack([Y, 1 - Y])
    calls = {
        "gradients": lambda: gradients(network, X, y, loss),
        "check_gradients": lambda: check_gradients(network, X, y, loss),
        "train": lambda: train_with(network, y=y, loss=loss),
    }
    refused(calls[where], ValueError, *parts)


# Numbers


NUMBERS = [0, -0.1, np.nan, np.inf, -np.inf, None, "0.1", True, 1j, np.float64("nan")]


@pytest.mark.parametrize("rate", NUMBERS)
def test_a_learning_rate_must_be_a_positive_number(rate):
    refused(
        lambda: train_with(learning_rate=rate),
        ValueError, "learning_rate is", str(rate), "finite number above 0", "Try 0.1",
    )  # fmt: skip


@pytest.mark.parametrize("decay", [-0.1, np.nan, np.inf, None, "0.1", True])
def test_weight_decay_must_not_be_negative(decay):
    refused(
        lambda: train_with(weight_decay=decay),
        ValueError, "weight_decay is", str(decay), "at least 0", "Use 0 for none",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["epochs", "measure_every", "batch_size"])
@pytest.mark.parametrize("number", [0, -1, 2.5, 3.0, "3", True, np.nan, [3]])
def test_counts_must_be_whole_and_positive(name, number):
    refused(
        lambda: train_with(**{name: number}, rng=RNG),
        ValueError, f"{name} is", str(number), "whole number of at least 1",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["epochs", "measure_every"])
def test_none_is_no_count(name):
    refused(lambda: train_with(**{name: None}), ValueError, f"{name} is None")


def test_a_batch_cannot_hold_more_than_there_is():
    refused(
        lambda: train_with(batch_size=5, rng=RNG),
        ValueError, "batch_size is 5", "only 4 samples", "Leave it out",
    )  # fmt: skip


@pytest.mark.parametrize("rng", [None, 42, np.random.RandomState(0), np.random, "seed"])
def test_only_a_generator_draws(rng):
    parts = ["rng is", "numpy.random.Generator is expected", "np.random.default_rng(42)"]
    refused(lambda: Network.random([2, 1], rng=rng), TypeError, *parts)
    refused(lambda: train_with(batch_size=2, rng=rng), TypeError, *parts)
    refused(lambda: datasets.moons(10, rng=rng), TypeError, *parts)
    refused(lambda: datasets.spirals(10, rng=rng), TypeError, *parts)


def test_a_wrong_generator_is_refused_even_where_none_is_needed():
    refused(lambda: train_with(rng=42), TypeError, "rng is 42 (int)", "default_rng(42)")


@pytest.mark.parametrize(
    "make", [datasets.circles, datasets.moons, datasets.blobs, datasets.spirals]
)
def test_clouds_need_a_number_of_points_and_a_width(make):
    for number in (0, -3, 2.5, None, "10"):
        refused(lambda n=number: make(n, rng=RNG), ValueError, "n_samples is", "at least 1")
    for noise in (-0.1, np.nan, np.inf, None, "0.1"):
        refused(lambda n=noise: make(10, noise=n, rng=RNG), ValueError, "noise is", "at least 0")
    refused(lambda: make(10, noise=1e308, rng=RNG), ValueError, "noise")


def test_a_published_start_needs_a_seed():
    refused(lambda: published.network_003(None), ValueError, "seed is None", "at least 0")
    refused(lambda: published.network_001(seed=-1), ValueError, "seed is -1")
    with pytest.raises(ValueError, match="Seed must be between"):  # NumPy's own words
        published.network_001(seed=2**32)
    refused(lambda: published.network_001(hidden_size=0), ValueError, "hidden_size is 0")


# Building networks


@pytest.mark.parametrize(
    ("sizes", "kind", "parts"),
    [
        ([2], ValueError, ["layer_sizes is [2]", "at least two numbers", "[2, 4, 1]"]),
        ([], ValueError, ["layer_sizes is []", "at least two numbers"]),
        ([2, 0, 1], ValueError, ["layer_sizes is 0", "at least 1"]),
        ([2, -4, 1], ValueError, ["layer_sizes is -4", "number of neurons"]),
        ([2, 4.0, 1], ValueError, ["layer_sizes is 4.0 (float)", "whole number"]),
        ([2, "4", 1], ValueError, ["layer_sizes is '4' (str)"]),
        (3, TypeError, ["layer_sizes is 3 (int)", "sequence"]),
        (None, TypeError, ["layer_sizes is None", "sequence"]),
        ("2-4-1", TypeError, ["layer_sizes is '2-4-1'", "sequence"]),
        # A name with an end of a line in it is another one when pytest runs again in one process.
        pytest.param(
            np.ones((2, 2)), ValueError, ["layer_sizes has shape (2, 2)", "one axis"], id="table"
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("make", [lambda sizes: Network.random(sizes, rng=RNG), Parameters])
def test_layer_sizes_are_two_or_more_positive_whole_numbers(make, sizes, kind, parts):
    refused(lambda: make(sizes), kind, *parts)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (0, ValueError),
        (-1, ValueError),
        ((2, 0), ValueError),
        (2.5, ValueError),
        (None, ValueError),
        ("3", TypeError),
        (True, ValueError),
    ],
)
def test_a_stack_has_a_positive_whole_number_of_networks(shape, kind):
    refused(lambda: Network.random([2, 1], rng=RNG, stack_shape=shape), kind, "stack_shape is")


@pytest.mark.parametrize("dtype", [int, np.float16, "float128", "nonsense", None, 64, complex, X])
def test_the_float_type_is_one_of_two(dtype):
    refused(
        lambda: Network.random([2, 1], rng=RNG, dtype=dtype),
        TypeError, "dtype is", "np.float64 or np.float32", "Leave it out",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("W", "b", "kind", "parts"),
    [
        ([], None, ValueError, ["W holds", "a matrix (n_in, n_out)", "one or more layers"]),
        ([[1, 2]], None, ValueError, ["W holds arrays of shapes [(2,)]", "matrix"]),
        (None, None, TypeError, ["W is None", "list", "[W1, W2]"]),
        (np.ones((2, 2)), None, TypeError, ["W is an array of shape (2, 2)", "[W1, W2]"]),
        ([np.ones((2, 0))], None, ValueError, ["is 0", "number of neurons"]),
        (
            [np.ones((2, 3)), np.ones((4, 1))],
            None,
            ValueError,
            ["W1 has shape (2, 3)", "W2 has 4 rows"],
        ),
        ([[[np.nan]]], None, ValueError, ["W1 holds 1 entry", "W1[0, 0] = nan"]),
        ([[["a"]]], None, TypeError, ["W1 is [['a']]", "real numbers"]),
        ([[[1]], [[np.inf]]], None, ValueError, ["W2 holds 1 entry", "inf"]),
        ([[[1]]], [], ValueError, ["b holds 0 arrays and W holds 1", "b=None"]),
        ([[[1]]], [[[1]], [[1]]], ValueError, ["b holds 2 arrays and W holds 1"]),
        (
            [[[1, 2]]],
            [[1, 2]],
            ValueError,
            ["b1 has shape (2,)", "(1, 2)", "np.reshape(b1, (1, -1))"],
        ),
        ([[[1, 2]]], [[[1], [2]]], ValueError, ["b1 has shape (2, 1)", "(1, 2)"]),
        ([[[1]]], [[[np.nan]]], ValueError, ["b1 holds 1 entry", "nan"]),
        ([[[1]]], 5, TypeError, ["b is 5 (int)", "[b1, b2]"]),
        ([np.ones((1, 1), np.float32)], [[[1e300]]], ValueError, ["b1 holds", "float32"]),
    ],
)
def test_given_weights_must_fit_each_other(W, b, kind, parts):
    refused(lambda: Network.from_weights(W, b), kind, *parts)


def test_new_values_for_a_parameter_have_its_shape():
    network, bare = net(), net(bias=False)
    refused(lambda: network.W.__setitem__(1, [1, 2]), ValueError, "layer 1", "(2, 4)", "(2,)")
    refused(lambda: network.b.__setitem__(2, 1.0), ValueError, "layer 2", "(1, 1)", "()")
    refused(lambda: network.W.__setitem__(0, [[1]]), ValueError, "Layers count from 1")
    refused(lambda: bare.b.__setitem__(1, [[1] * 4]), ValueError, "every b[l] is None")
    refused(lambda: network.W.__setitem__(slice(1, 3), [1, 2]), ValueError, "one at a time")
    refused(lambda: network.W.__setitem__(2, np.full((4, 1), np.nan)), ValueError, "4 entries")
    assert np.isfinite(network.parameters.vector).all()
    for layer in (3, -4, 1.0, "1", None, True):
        refused(
            lambda n=layer: network.W.__setitem__(n, [[1]]), ValueError, f"parameter at {layer!r}"
        )
    network.W[-1] = network.W[2] + 1


def test_parameters_must_be_parameters():
    refused(
        lambda: Network([np.ones((2, 1))], hidden="tanh", output="tanh"),
        TypeError, "parameters is", "a Parameters is expected", "from_weights",
    )  # fmt: skip


# Stacks


def test_only_single_networks_of_one_architecture_make_a_stack():
    first = net()
    for other in (
        random_network([2, 3, 1], "tanh", "sigmoid"),
        random_network([2, 4, 1], "relu", "sigmoid"),
        net("identity"),
        net(bias=False),
        net(dtype=np.float32),
        net(stack_shape=(2,)),
    ):
        refused(
            lambda other=other: Network.stack([first, other]),
            ValueError, "network 1 is Network(", "first is Network(2-4-1", "one architecture",
        )  # fmt: skip
    refused(lambda: Network.stack([]), ValueError, "networks is empty", "at least one")
    refused(lambda: Network.stack(first), TypeError, "networks is Network(", "sequence")
    refused(lambda: Network.stack([first, None]), TypeError, "networks[1] is None")


@pytest.mark.parametrize("index", [(), (0, 0), ("a",), (1.0,), (None,), (slice(0, 2),), (True,)])
def test_a_member_is_asked_for_by_one_number_for_each_axis(index):
    stack = net(stack_shape=(3,))
    refused(lambda: stack.member(*index), IndexError, "member(", "1 axis", "(3,)")


def test_a_member_beyond_the_stack_is_refused():
    stack = net(stack_shape=(3,))
    for member in (3, -4):
        refused(lambda n=member: stack.member(n), IndexError, f"member({member})", "from 0 to 2")
        refused(lambda n=member: stack[n], IndexError, f"member({member})", "stack has shape (3,)")
    refused(lambda: stack[5:], IndexError, "takes no network from a stack of 3")
    refused(lambda: net(stack_shape=(3, 2)).member(1, 2), IndexError, "member(1, 2)", "from 0 to 1")
    refused(lambda: net().member(0), TypeError, "a single network")


@pytest.mark.parametrize(
    ("rates", "kind", "parts"),
    [
        ([0.1, 0.2], ValueError, ["learning_rate has shape (2,)", "(3,)", "one for each network"]),
        (np.full((3, 1), 0.1), ValueError, ["learning_rate has shape (3, 1)", "(3,)"]),
        ([0.1, 0, 0.2], ValueError, ["smallest learning_rate is 0", "above 0", "Try 0.1"]),
        ([0.1, -1, 0.2], ValueError, ["smallest learning_rate is -1"]),
        (
            [0.1, np.nan, 0.2],
            ValueError,
            ["learning_rate holds 1 entry", "learning_rate[1] = nan"],
        ),
        (["a", "b", "c"], TypeError, ["learning_rate is ['a', 'b', 'c']", "real numbers"]),
        ([[0.1], [0.2, 0.3]], ValueError, ["learning_rate is", "same length"]),
    ],
)
def test_learning_rates_of_a_stack_are_one_for_each_member(rates, kind, parts):
    refused(lambda: train_with(net(stack_shape=(3,)), learning_rate=rates), kind, *parts)


def test_a_learning_rate_for_each_member_needs_a_stack():
    refused(lambda: train_with(learning_rate=[0.1, 0.2]), ValueError, "(2,)", "shape ()")


def test_a_gradient_check_takes_one_network_at_a_time():
    refused(
        lambda: check_gradients(net(stack_shape=(3,)), X, Y, "bce"),
        ValueError, "network is Network(2-4-1 × 3", "a single network", "network.member(0)",
    )  # fmt: skip


# Things that are something else


@pytest.mark.parametrize("bad", [None, 3, "net", [1, 2], Network])
def test_a_network_must_be_a_network(bad):
    parts = ["network is", "a Network is expected", "Network.random"]
    refused(lambda: train(bad, X, Y, loss="mse", learning_rate=1, epochs=1), TypeError, *parts)
    refused(lambda: gradients(bad, X, Y, "bce"), TypeError, *parts)
    refused(lambda: check_gradients(bad, X, Y, "bce"), TypeError, *parts)


@pytest.mark.parametrize("name", ["callback", "progress"])
@pytest.mark.parametrize("bad", [3, "tqdm", True, [print]])
def test_callback_and_progress_must_be_functions(name, bad):
    refused(lambda: train_with(**{name: bad}), TypeError, f"{name} is", "a function is expected")


@pytest.mark.parametrize("optimizer", ["adamm", None, 3])
def test_an_optimizer_is_one_of_the_names_or_has_a_step(optimizer):
    refused(lambda: train_with(optimizer=optimizer), ValueError, "optimizer is", "Choose one of")


def test_the_class_is_not_the_optimizer():
    refused(lambda: train_with(optimizer=Adam), TypeError, "the class Adam", "Adam()")


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda: Momentum(1.0), "momentum is 1, but a number below 1"),
        (lambda: Momentum(-0.1), "momentum is -0.1 (float)"),
        (lambda: Adam(beta1=1), "beta1 is 1, but a number below 1"),
        (lambda: Adam(beta2=1.5), "beta2 is 1.5, but a number below 1"),
        (lambda: Adam(beta1="0.9"), "beta1 is '0.9' (str)"),
        (lambda: Adam(epsilon=0.0), "epsilon is 0.0 (float)"),
    ],
)
def test_the_settings_of_an_optimizer_lie_in_their_range(make, part):
    refused(make, ValueError, part)


# Data sets


@pytest.mark.parametrize(
    ("labels", "n_classes", "kind", "part"),
    [
        ([0, 1], 0, ValueError, "n_classes is 0"),
        ([0, 1], 2.0, ValueError, "n_classes is 2.0"),
        ([0.0, 1.0], 2, TypeError, "dtype float64"),
        ([[0], [1]], 2, TypeError, "shape (2, 1)"),
        (np.array([], int), 2, TypeError, "shape (0,)"),
        ([0, 2], 2, ValueError, "from 0 to 2"),
        ([-1, 1], 2, ValueError, "from -1 to 1"),
    ],
)
def test_labels_are_whole_numbers_from_0_to_below_the_number_of_classes(
    labels, n_classes, kind, part
):
    refused(lambda: datasets.one_hot(labels, n_classes), kind, part)


@pytest.mark.parametrize(
    ("n_samples", "sizes", "rng", "kind", "part"),
    [
        (0, [1], RNG, ValueError, "n_samples is 0"),
        (10, 5, RNG, TypeError, "sizes is 5"),
        (10, [5, 0], RNG, ValueError, "sizes is 0"),
        (10, [5, 6], RNG, ValueError, "sizes add up to 11"),
        (10, [5, 5], 42, TypeError, "rng is 42"),
    ],
)
def test_a_split_has_sets_that_fit_into_the_data(n_samples, sizes, rng, kind, part):
    refused(lambda: datasets.split(n_samples, sizes, rng=rng), kind, part)


def test_clouds_without_scikit_learn_say_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    for make in (datasets.circles, datasets.moons, datasets.blobs):
        refused(lambda make=make: make(10, rng=np.random.default_rng(0)), ImportError, "Install")
    refused(datasets.digits, ImportError, "Install")


# Files


def test_only_networks_are_saved_and_only_under_a_name_in_npz():
    refused(lambda: save_network([1, 2], "net.npz"), TypeError, "network is [1, 2]")
    refused(lambda: save_network(net(), "net.txt"), ValueError, 'path is "net.txt"')
    refused(lambda: load_network("nowhere.npz"), FileNotFoundError, "nowhere.npz")


# Losses


@pytest.mark.parametrize("y", [Y.ravel(), Y[:3], Y.T], ids=["flat", "3 rows", "transposed"])
def test_a_loss_stretches_nothing(y):
    refused(lambda: mse(Y, y), ValueError, f"y has shape {y.shape}", "(4, 1)")


def test_a_loss_needs_a_sample():
    refused(lambda: mse(Y[:0], Y[:0]), ValueError, "at least one sample")


@pytest.mark.parametrize("epoch", [0, 1, 12])
def test_a_divergence_is_put_down_to_the_steps_or_to_the_start(epoch):
    def diverge():
        raise DivergenceError(epoch, 0.5, history=None)

    refused(diverge, DivergenceError, f"epoch {epoch}", "learning_rate 0.5")


# Comparing gradients


@pytest.mark.parametrize(
    ("analytic", "numerical", "kind", "parts"),
    [
        ({"W1": [1.0]}, {"W2": [1.0]}, ValueError, ["['W1']", "['W2']", "same names"]),
        ({"W1": [1.0]}, {"W1": [1.0], "b1": [1.0]}, ValueError, ["['W1', 'b1']", "same names"]),
        (
            {"W1": [1.0, 2]},
            {"W1": [[1.0, 2]]},
            ValueError,
            ["analytic W1 has shape (2,)", "(1, 2)"],
        ),
        ({"W1": [np.nan]}, {"W1": [1.0]}, ValueError, ["analytic W1 holds", "nan"]),
        ({"W1": [1.0]}, {"W1": [np.inf]}, ValueError, ["numerical W1 holds", "inf"]),
        ([1.0], {"W1": [1.0]}, TypeError, ["a gradient is [1.0]", "Parameters or a dict"]),
        ({}, {}, ValueError, ["empty", "at least one"]),
        ({"W1": []}, {"W1": []}, ValueError, ["W1 is empty"]),
    ],
)
def test_gradients_that_cannot_be_compared_are_refused(analytic, numerical, kind, parts):
    refused(lambda: compare_gradients(analytic, numerical), kind, *parts)


@pytest.mark.parametrize("name", ["n_samples", "n_outputs"])
def test_a_number_of_samples_is_whole_and_positive(name):
    refused(
        lambda: compare_gradients({"W1": [1.0]}, {"W1": [1.0]}, **{name: 0}),
        ValueError, f"{name} is 0", "Leave it out if it is not known.",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["tolerance", "noise"])
def test_a_tolerance_is_a_number(name):
    for bad in (-1, np.nan, "small"):
        refused(
            lambda bad=bad: compare_gradients({"W1": [1.0]}, {"W1": [1.0]}, **{name: bad}),
            ValueError, f"{name} is", "at least 0",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("function", "theta", "kind", "parts"),
    [
        (lambda t: t, [1.0, 2.0], ValueError, ["shape (2,)", "one number is expected", "the loss"]),
        (lambda t: t, [1.0], ValueError, ["shape (1,)", "function(theta).item()"]),
        (lambda t: (t[0], t), [1.0], TypeError, ["a tuple of 2", "function(theta)[0]"]),
        (lambda t: {"loss": t[0]}, [1.0], TypeError, ["a dict with ['loss']", "['loss']"]),
        (lambda t: None, [1.0], TypeError, ["the function's value is None", "return loss"]),
        ("loss", [1.0], TypeError, ["function is 'loss'"]),
        (lambda t: np.nan, [1.0], ValueError, ["the function's value is nan"]),
        (lambda t: np.inf, [1.0], ValueError, ["the function's value is inf"]),
        (3, [1.0], TypeError, ["function is 3 (int)", "a function is expected"]),
        (np.sum, ["a"], TypeError, ["theta is ['a']", "real numbers"]),
        (np.sum, [np.nan], ValueError, ["theta holds 1 entry"]),
        (lambda t: 1e308 * np.sign(t[0]), [0.0], ValueError, ["more than a float can", "1.2e-05"]),
    ],
)
def test_slopes_that_cannot_be_measured_are_refused(function, theta, kind, parts):
    refused(lambda: numerical_gradient(function, theta), kind, *parts)


def test_a_function_that_gives_another_number_each_time_is_refused():
    calls = iter(range(9))
    refused(
        lambda: numerical_gradient(lambda theta: next(calls), [1.0]),
        ValueError, "gave 0.0 and then 1.0 for the same theta", "Does it draw random numbers",
    )  # fmt: skip


def test_a_step_that_moves_nothing_is_refused():
    refused(
        lambda: numerical_gradient(np.sum, [1.0, 1e6], epsilon=1e-18),
        ValueError, "epsilon is 1e-18", "lost in rounding beside the parameter 1.", "6e-6",
    )  # fmt: skip


@pytest.mark.parametrize("epsilon", [0, -1e-6, np.nan, None, "small"])
def test_epsilon_is_a_positive_number(epsilon):
    refused(
        lambda: numerical_gradient(np.sum, [1.0], epsilon=epsilon),
        ValueError, "epsilon is", "above 0", "6e-6",
    )  # fmt: skip


def test_a_long_value_is_cut_short_in_the_message():
    with pytest.raises(TypeError, match="X is ") as error:
        net().predict(["word"] * 10_000)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("value", ["no", None, 2, 0.0, []])
def test_a_switch_is_true_or_false(value):
    random = {"layer_sizes": [2, 1], "rng": RNG, "bias": value}
    for call in (
        lambda: Parameters([2, 1], bias=value),
        lambda: Network.random(**random),
        lambda: train_with(keep_parameters=value),
    ):
        with pytest.raises(TypeError, match=r"^(bias|keep_parameters) is .*True or False"):
            call()


def test_names_of_gradients_are_words():
    with pytest.raises(TypeError, match=r"the key 1 \(int\), but names are expected"):
        compare_gradients({1: X}, {1: X})


# The whole of a message is stored


def test_a_function_that_returns_an_empty_dict_is_refused():
    refused(
        lambda: numerical_gradient(lambda theta: {}, [1.0]), TypeError, "function(theta)['loss']"
    )


@pytest.mark.parametrize(("a", "b"), [((2, 3), (2, 2)), ((3,), (4,)), ((2, 1, 3), (5, 4))])
def test_two_tensors_fit_together(a, b):
    refused(lambda: Tensor(np.ones(a)) + np.ones(b), ValueError, "which do not fit", str(a), str(b))


def test_a_matrix_product_of_a_row_is_refused():
    refused(lambda: Tensor(np.ones(3)) @ np.ones((3, 2)), ValueError, ".reshape(1, -1)")
    refused(lambda: Tensor(np.ones((3, 2, 2))) @ np.ones((4, 2, 2)), ValueError, "do not fit")


def test_softmax_of_a_single_output_is_refused():
    refused(lambda: net(output="softmax"), ValueError, "softmax", "always be 1")


def test_what_a_tape_refuses():
    x = Tensor([[1.0, 2.0]])
    wrong = Tensor([1.0])
    refused(lambda: x.sum(2), ValueError, "axis is 2", "(1, 2)")
    refused(lambda: x.sum(0, "no"), TypeError, "keepdims is 'no'")
    refused(lambda: Tensor(np.ones((0, 2))).mean(), ValueError, "no numbers")
    refused(lambda: setattr(x * x, "value", [[1.0, 2.0]]), AttributeError, "cannot be set")
    refused(lambda: autodiff.exp(x * 1000.0), OverflowError, "exp of entries as large as 2000")
    refused(lambda: autodiff.log(x - 1.0), ValueError, "the logarithm of 0")
    with np.errstate(over="ignore"):
        refused((x * 1e300 * 1e300).sum().backward, OverflowError, "sum of entries as large as inf")
    refused(autodiff.made_by("mine", x.value, (x, lambda s: None)).backward, ValueError, "made_by")
    of_another_shape = autodiff.made_by("mine", x.value, (x, lambda s: np.ones(5)))
    refused(of_another_shape.backward, ValueError, "gives an array of shape (5,) and dtype float64")
    loss = (wrong * wrong).sum()
    wrong.value += 1.0
    refused(loss.backward, ValueError, "has changed since")


def test_what_an_optimiser_refuses():
    adam, theta, slopes = Adam(), np.zeros(3), np.ones(3)
    refused(lambda: setattr(adam, "learning_rate", 0.1), AttributeError, "learning_rate=0.1")
    refused(lambda: delattr(adam, "beta1"), AttributeError, "cannot be deleted")
    refused(lambda: setattr(adam, "epsilon", 0), ValueError, "epsilon is 0", "1e-8")
    refused(lambda: adam.step([0.0], slopes, 0.1), TypeError, "np.array(theta, dtype=float)")
    refused(lambda: adam.step(FROZEN, slopes, 0.1), ValueError, "theta.copy()")
    refused(lambda: adam.step(theta, slopes[:2], 0.1), ValueError, "this very theta")
    refused(lambda: adam.step(theta, slopes, -0.1), ValueError, "Take the sign away")
    refused(lambda: adam.step(theta, slopes, [0.1, 0.2]), ValueError, "shape (1,)")
    adam.step(theta, slopes, 0.1)
    refused(lambda: adam.step(theta[:2], slopes[:2], 0.1), ValueError, "Take a new one for these")
    adam.left = theta
    refused(lambda: train_with(optimizer=adam), ValueError, "has trained other parameters")
    adam.left, adam.mean[0] = None, np.nan
    refused(lambda: train_with(optimizer=adam), ValueError, "left the finite numbers")


def test_what_training_refuses_of_what_it_is_given():
    refused(
        lambda: train_with(callback=lambda epoch, network: X),
        TypeError,
        "callback returned an array",
    )
    refused(lambda: train_with(progress=lambda epochs: None), TypeError, "progress returned None")
    refused(
        lambda: train_with(network=net(dtype=np.float32), learning_rate=1e-50),
        ValueError,
        "0 in float32",
    )
    frozen = net()
    frozen.parameters.vector.setflags(write=False)
    refused(lambda: train_with(network=frozen), ValueError, "network.copy()")


def test_what_is_no_number_in_a_public_function():
    refused(lambda: activations.tanh([[0, np.nan], [np.nan, 1]]), ValueError, "z holds 2 entries")
    refused(lambda: activations.tanh([np.nan]), ValueError, "z holds 1 entry that is NaN", "z[0]")
    refused(lambda: activations.tanh(np.nan), ValueError, "z is NaN")
    refused(lambda: activations.softmax([[0.0, np.inf]]), ValueError, "the largest number is inf")
    refused(lambda: activations.softmax([[]]), ValueError, "(1, 0)")
    refused(lambda: losses.mse([[np.inf]], [[0.0]]), ValueError, "a holds 1 entry")


def test_what_there_is_no_room_for():
    refused(lambda: datasets.one_hot([0], 10**14), MemoryError, "1 × 100000000000000 numbers")
    refused(lambda: datasets.spirals(10**15, rng=RNG), MemoryError, "n_samples points")
    refused(lambda: datasets.moons(10**15, rng=RNG), MemoryError, "n_samples points")
    refused(lambda: datasets.split(10**15, [1], rng=RNG), MemoryError, "n_samples rows")
    refused(lambda: Parameters([10**8, 10**8]), MemoryError, "these layer_sizes")


def test_what_is_written_over_something_else():
    other = Parameters([16, 1])  # as many numbers
    refused(lambda: setattr(net(), "parameters", other), ValueError, "same layers")
    refused(lambda: net().W * 2, TypeError, "W[1] * 2")


@pytest.mark.parametrize(
    "X",
    [[[None, 1]], [[10**400, 1]], [[b"a", b"b"]], [["a", "b"]], [["a", "b"], ["c", "d"]],
     np.zeros(2, [("a", float), ("b", float)]), {1, 2}, {"a": 1}, np.zeros((1, 2), "m8[s]")],
    ids=["None", "400 digits", "bytes", "words", "many words", "fields", "set", "dict", "times"],
)  # fmt: skip
def test_inputs_of_many_kinds_are_explained(X):
    refused(lambda: net().predict(X), TypeError, "X is ", "real numbers are expected")


@pytest.mark.parametrize("labels", [["a", "b"], [b"a"], np.array(["x"]), [0.5], [[1]], []], ids=str)
def test_labels_of_many_kinds_are_explained(labels):
    refused(lambda: datasets.one_hot(labels, 2), TypeError, "labels is ", "whole numbers")


@pytest.mark.parametrize("given", [np.tanh, activations.tanh, activations.ACTIVATIONS["tanh"]])
def test_a_function_is_no_name(given):
    refused(lambda: random_network([2, 1], given, "tanh"), ValueError, 'Did you mean "tanh"')


def test_what_a_file_cannot_hold_or_be_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    broken = net()
    broken.parameters.vector[3] = np.nan
    refused(lambda: save_network(broken, "net.npz"), ValueError, "1 are NaN or infinite")
    refused(lambda: load_network("~/net.npz"), FileNotFoundError, "os.path.expanduser(path)")
    monkeypatch.setattr("os.path.realpath", lambda path: "/home/~/net.npz")
    refused(lambda: save_network(net(), "~/net.npz"), FileNotFoundError, "os.path.expanduser(path)")

    def gone(path):
        raise FileNotFoundError

    monkeypatch.setattr("os.path.realpath", gone)
    refused(lambda: save_network(net(), "net.npz"), FileNotFoundError, "the current folder is not")


def test_a_value_that_has_become_infinite_has_no_slopes():
    x = Tensor([1.0, 2.0])
    x.value[1] = np.inf
    refused(x.backward, OverflowError, "value of entries as large as inf")
