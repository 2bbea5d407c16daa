"""An error that proposes code is followed.

The code is cut out of the message, run on what was refused, and the call succeeds with its result.
"""

import re
import sys

import numpy as np
import pytest
from cases import random_network

import nnlib
from nnlib import (
    Network,
    activations,
    check_gradients,
    compare_gradients,
    datasets,
    gradients,
    losses,
    numerical_gradient,
    optimizers,
    save_network,
    train,
)
from nnlib.activations import ACTIVATIONS
from nnlib.losses import LOSSES, bce, mse

X, Y = datasets.xor()
NET = random_network([2, 4, 1], "tanh", "sigmoid")
CLASSES = random_network([2, 4, 3], "tanh", "softmax")
WORDS = [["yes"], ["no"], ["no"], ["yes"]]


class Sparse:
    """A matrix that holds its entries in a way of its own, as SciPy's do."""

    def toarray(self):
        return X


def train_on(y, network=NET, loss="bce", **options):
    options = {"learning_rate": 0.1, "epochs": 1} | options
    return train(network.copy(), X, y, loss=loss, **options)


def assign_to_layer_1(W):
    random_network([2, 2, 1], "tanh", "sigmoid").W[1] = W


# What is refused, the name it has in the message, the call, and the code that the message proposes.
CASES = {
    "X of one sample": (X[1], "X", NET.predict, r"use (X\.reshape\(1, -1\))"),
    "X of one sample as a list": ([0, 1], "X", NET.predict, r"use (np\.array\(X\).*\))\."),
    "X transposed": (X.T, "X", NET.predict, r"use (X\.T)"),
    "X transposed, as lists": (X.T.tolist(), "X", NET.predict, r"use (np\.array\(X\)\.T)"),
    "X of one column": (
        [1, 2, 3], "X", random_network([1, 2, 1], "tanh", "tanh").predict,
        r"Use (np\.array\(X\)\.reshape\(-1, 1\))",
    ),
    "images": (
        X.reshape(4, 2, 1), "X", NET.predict, r"row: (X\.reshape\(4, -1\))",
    ),
    "labels as floats": (
        [0.0, 1.0], "labels", lambda labels: datasets.one_hot(labels, 2), r"Use (np.*\))\.$",
    ),
    "labels in a column": (
        [[0], [1]], "labels", lambda labels: datasets.one_hot(labels, 2), r"Use (np.*\))\.$",
    ),
    "a function that returns a dict": (
        lambda theta: {"loss": theta @ theta}, "function",
        lambda function: numerical_gradient(function, [1.0, 2.0]), r": (lambda theta: .*)\.$",
    ),
    "X as text": ([["1", "2"]], "X", NET.predict, r"first: (.*)\.$"),
    "X of objects": (X.astype(object), "X", NET.predict, r"first: (.*)\.$"),
    "X masked": (np.ma.masked_equal(X, 1), "X", NET.predict, r"(X\.filled\(0\))"),
    "X complex": (X + 1j, "X", NET.predict, r"numbers, (np\.real\(X\))"),
    "X complex, as lists": ([[1j, 1.0]], "X", NET.predict, r"numbers, (np\.real\(X\))"),
    "X complex, its size": (X + 1j, "X", NET.predict, r"size, (np\.abs\(X\))"),
    "X sparse": (Sparse(), "X", NET.predict, r"out: (X\.toarray\(\))"),
    "X from a generator": ((row for row in X), "X", NET.predict, r"list: (list\(X\))"),
    "X of fields": (
        np.array([(0.0, 1.0), (1.0, 1.0)], [("a", float), ("b", float)]), "X", NET.predict,
        r"one column each: (np.*\))\.$",
    ),
    "y of bytes": (np.array(WORDS).astype(bytes), "y", train_on, r"for example (.*)\.$"),
    "labels in words": (
        ["red", "blue", "red"], "labels", lambda labels: datasets.one_hot(labels, 2),
        r"alphabetical order: (np.*\])\.$",
    ),
    "labels in bytes": (
        np.array([b"red", b"blue"]), "labels", lambda labels: datasets.one_hot(labels, 2),
        r"alphabetical order: (np.*\])\.$",
    ),
    "labels masked": (
        np.ma.masked_equal([0, 1], 1), "labels", lambda labels: datasets.one_hot(labels, 2),
        r"Fill them, (labels\.filled\(0\))",
    ),
    "y flat": (Y.ravel(), "y", train_on, r"Use (y\.reshape\(-1, 1\))"),
    "y flat, the other way": (Y.ravel(), "y", train_on, r", or (y\[:, None\])"),
    "y flat, as a list": ([0, 1, 1, 0], "y", train_on, r"Use (np\.array\(y\)\.reshape\(-1, 1\))"),
    "y transposed": (Y.T, "y", train_on, r"use (y\.T)"),
    "y transposed, as lists": (Y.T.tolist(), "y", train_on, r"use (np\.array\(y\)\.T)"),
    "y in words": (WORDS, "y", train_on, r"for example (.*)\.$"),
    "y in words, an array": (np.array(WORDS), "y", train_on, r"for example (.*)\.$"),
    "classes in words": (
        ["red", "blue", "red", "green"], "y", lambda y: datasets.one_hot(y, 3) if len(y) == 4
        and not isinstance(y[0], str) else train_on(y), r"order: (np.*\))\.$",
    ),
    "a dict of numbers": (
        {"a": [0.0, 1], "b": [1.0, 1]}, "X", NET.predict, r"order: (list.*\))\.$"
    ),
    "y of -1 and 1": (2 * Y - 1, "y", train_on, r": (\(np\.array\(y\) \+ 1\) / 2)"),
    "y of -1 and 1, as lists": (
        (2 * Y - 1).tolist(), "y", train_on, r": (\(np\.array\(y\) \+ 1\) / 2)",
    ),
    "y in words, as pandas holds them": (
        np.array(WORDS, dtype=object), "y", train_on, r"for example (.*)\.$",
    ),
    "y in words of NumPy's newer kind": (
        np.array(WORDS, dtype=np.dtypes.StringDType()), "y", train_on, r"for example (.*)\.$",
    ),
    "a layer, masked": (
        np.ma.masked_equal(np.eye(2), 1), "it", lambda W: assign_to_layer_1(W),
        r"Fill them, (it\.filled\(0\))",
    ),
    "a layer, complex": (
        [[1j, 0], [0, 1]], "it", lambda W: assign_to_layer_1(W), r"numbers, (np\.real\(it\))",
    ),
    "numbers of classes": (
        [0, 2, 1, 0], "y", lambda y: train_on(y, CLASSES, "cross_entropy"),
        r"column: (datasets.*\))\.$",
    ),
    "numbers of classes in a column of floats": (
        np.array([[0.0], [2], [1], [0]]), "y",
        lambda y: train_on(y, CLASSES, "cross_entropy"), r"column: (datasets.*\))\.$",
    ),
    "numbers of two classes": (
        [0, 1, 1, 0], "y",
        lambda y: train_on(y, random_network([2, 4, 2], "tanh", "softmax"), "cross_entropy"),
        r"column: (datasets.*\))\.$",
    ),
    "rows that do not sum to 1": (
        [[1, 1, 1], [2, 0, 0], [0, 0, 1], [0, 1, 0]], "y",
        lambda y: train_on(y, CLASSES, "cross_entropy"), r"sum: (y / .*\))\.$",
    ),
    "classes under bce": (
        [[0], [2], [1], [0]], "y",
        lambda y: train_on(y) if np.shape(y) == (4, 1) else train_on(y, CLASSES, "cross_entropy"),
        r"targets (datasets\..*, 3\))\.",
    ),
    "targets of a loss": (
        Y.ravel(), "y", lambda y: mse(Y, y), r"that is (np\.reshape\(y, \(-1, 1\)\))",
    ),
    "labels of a loss": (2 * Y - 1, "y", lambda y: bce(Y, y), r": (\(np.*\) / 2)"),
    "labels of a loss, as lists": (
        (2 * Y - 1).tolist(), "y", lambda y: bce(Y, y), r": (\(np.*\) / 2)",
    ),
    "a flat bias": (
        [1, 2], "b1", lambda b1: Network.from_weights([[[1, 2]]], [b1]), r"Use (np.*\))\.$"
    ),
    "a bias as a column": (
        np.ones((3, 1)), "b1", lambda b1: Network.from_weights([np.ones((2, 3))], [b1]),
        r"Use (np.*\))\.$",
    ),
    "a bias of a stack": (
        np.ones((5, 3)), "b1", lambda b1: Network.from_weights([np.ones((5, 2, 3))], [b1]),
        r"Use (np.*\))\.$",
    ),
    "a class in place of an optimiser": (
        optimizers.Adam, "optimizer", lambda optimizer: train_on(Y, optimizer=optimizer),
        r"of it: (Adam\(\))\.$",
    ),
    "a stack that is checked": (
        random_network([2, 4, 1], "tanh", "sigmoid", stack_shape=(2, 3)), "network",
        lambda network: check_gradients(network, X, Y, "bce"), r"them: (network\.member\(0, 0\))",
    ),
    "a function that returns more": (
        lambda theta: (theta @ theta, 2 * theta), "function",
        lambda function: numerical_gradient(function, [1.0, 2.0]), r": (lambda theta: .*)\.$",
    ),
    "a function that returns a matrix": (
        lambda theta: (theta @ theta).reshape(1, 1), "function",
        lambda function: numerical_gradient(function, [1.0, 2.0]), r": (lambda theta: .*)\.$",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("value", "name", "call", "code"), CASES.values(), ids=CASES)
def test_the_advice_cures_what_was_refused(value, name, call, code):
    with pytest.raises((TypeError, ValueError)) as caught:
        call(value)
    message = str(caught.value)
    found = re.search(code, message)
    assert found, message
    names = {"np": np, "datasets": datasets, "Adam": optimizers.Adam, name: value}
    if isinstance(value, type(row for row in X)):
        names[name] = (row for row in X)  # the first was used up
    call(eval(found[1], names))


def test_the_words_become_1_where_the_first_of_them_stands():
    with pytest.raises(TypeError) as caught:
        train_on(WORDS)
    code = re.search(r"for example (.*)\.$", str(caught.value))[1]
    np.testing.assert_array_equal(eval(code, {"np": np, "y": WORDS}), [[1], [0], [0], [1]])


def test_the_data_sets_that_need_no_scikit_learn_are_made_as_the_message_says():
    codes = re.search(r"or use (.*) or (.*)\.$", datasets.NO_SCIKIT_LEARN).groups()
    for code in codes:
        X, y = eval(code, {"datasets": datasets, "np": np})
        assert len(X) == len(y) > 0


NO_CURE_BY_CODE = {
    "b1 for another layer": (
        lambda: Network.from_weights([np.ones((2, 8))], [np.ones((1, 5))]),
        "The layer has 8 neurons; give it as many biases.",
    ),
    "b1 for each sample": (
        lambda: Network.from_weights([np.ones((2, 8))], [np.ones((40, 8))]),
        "The biases are the same for all samples: give one row of them.",
    ),
    "targets of any size under bce": (lambda: train_on(7.5 * Y), 'output="identity"'),
    "NaN in a gradient": (
        lambda: compare_gradients({"W1": [np.nan]}, {"W1": [1.0]}),
        "Find where they come from: an overflow, a division by 0, the logarithm of 0?",
    ),
    "None in a row": (lambda: NET.predict([[None, 1.0]]), "An entry is None: put a number in its"),
    "a number of 400 digits": (lambda: NET.predict([[10**400, 1]]), "ends at 1.8e308. Divide it"),
    "the largest float as a whole number": (
        lambda: NET.predict([[int(sys.float_info.max), object()]]), "Give each entry a number",
    ),
    "an object of another kind": (lambda: NET.predict([[object(), 1]]), "Give each entry a number"),
    "a number that no float can hold": (
        lambda: NET.predict([[np.longdouble("1e400"), 0]]),
        "too large for float64: divide them." if np.finfo(np.longdouble).max > 1e308 * 10 else "",
    ),
    "fields of words": (
        lambda: NET.predict(np.array([(0.0, "a")], [("a", float), ("b", "U1")])),
        "Give each entry a number first.",
    ),
    "None": (lambda: NET.predict(None), "Was it made by a function that returns nothing?"),
    "a function without return": (
        lambda: numerical_gradient(lambda theta: None, [1.0]), "Does it end in return loss?"
    ),
    "a number that only float32 cannot hold": (
        lambda: random_network([2, 1], "tanh", "tanh", dtype=np.float32).predict([[1e300, 0]]),
        "The numbers are too large for float32: divide them, or use float64.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "words"), NO_CURE_BY_CODE.values(), ids=NO_CURE_BY_CODE)
def test_where_no_code_can_cure_the_message_says_what_to_look_for(call, words):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert words in str(caught.value)


@pytest.mark.parametrize("given", [np.tanh, activations.tanh, ACTIVATIONS["tanh"]])
def test_a_function_stands_for_its_name(given):
    with pytest.raises(ValueError, match='Did you mean "tanh"'):
        random_network([2, 3, 1], given, "sigmoid")


@pytest.mark.parametrize("given", [losses.bce, LOSSES["bce"]])
def test_a_loss_stands_for_its_name(given):
    with pytest.raises(ValueError, match='Did you mean "bce"'):
        gradients(NET, X, Y, given)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ReLU", "relu"), ("RELU", "relu"), ("Tanh", "tanh"), ("linear", "identity"),
        ("logistic", "sigmoid"), ("Sigmoid", "sigmoid"), ("expit", "sigmoid"), ("none", "identity"),
    ],
)  # fmt: skip
def test_an_activation_may_have_another_name_elsewhere(name, meant):
    with pytest.raises(ValueError, match=f'Did you mean "{meant}"'):
        random_network([2, 3, 1], name, "sigmoid")
    random_network([2, 3, 1], meant, "sigmoid")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("binary_cross_entropy", "bce"), ("BCE", "bce"), ("binary_crossentropy", "bce"),
        ("log_loss", "bce"), ("BCEWithLogitsLoss", "bce"), ("MSELoss", "mse"),
        ("MSE", "mse"), ("l2", "mse"),
        ("mean_squared_error", "mse"), ("mean squared error", "mse"), ("squared-error", "mse"),
        ("categorical_crossentropy", "cross_entropy"), ("cross-entropy", "cross_entropy"),
        ("CrossEntropyLoss", "cross_entropy"), ("nll", "cross_entropy"), ("cce", "cross_entropy"),
        ("ce", "cross_entropy"), ("sse", "mse"), ("least squares", "mse"),
        ("logistic loss", "bce"),
    ],
)  # fmt: skip
def test_a_loss_may_have_another_name_elsewhere(name, meant):
    with pytest.raises(ValueError, match=f'Did you mean "{meant}"'):
        gradients(NET, X, Y, name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sgd", "gradient_descent"),
        ("SGD", "gradient_descent"),
        ("Adam", "adam"),
        ("GD", "gradient_descent"),
        ("momentun", "momentum"),
    ],
)
def test_an_optimizer_may_have_another_name_elsewhere(name, meant):
    with pytest.raises(ValueError, match=f'Did you mean "{meant}"'):
        train_on(Y, optimizer=name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("xavier", "glorot"), ("kaiming", "he"), ("he_normal", "he"), ("He", "he"),
        ("xavier_normal", "glorot"), ("glorot_normal", "glorot"), ("he_uniform", "he"),
        ("kaiming_uniform_", "he"), ("randn", "normal"), ("standard_normal", "normal"),
    ],
)  # fmt: skip
def test_a_start_may_have_another_name_elsewhere(name, meant):
    with pytest.raises(ValueError, match=f'Did you mean "{meant}"'):
        Network.random([2, 1], rng=np.random.default_rng(0), initialization=name)


@pytest.mark.parametrize(
    "name", ["elu", "gelu", "SELU", "LeakyReLU", "relu6", "hard_tanh", "logsigmoid", "softmin"]
)
def test_another_activation_is_not_taken_for_one_that_is_here(name):
    with pytest.raises(ValueError, match=r"which is not known\. Choose one of"):
        random_network([2, 3, 1], name, "sigmoid")


@pytest.mark.parametrize("name", ["mae", "MAE", "RMSE", "msle"])
def test_another_loss_is_not_taken_for_one_that_is_here(name):
    with pytest.raises(ValueError, match=r"which is not known\. Choose one of"):
        gradients(NET, X, Y, name)


@pytest.mark.parametrize("name", ["uniform", "lecun_normal", "truncated_normal"])
def test_another_start_is_not_taken_for_one_that_is_here(name):
    with pytest.raises(ValueError, match=r"which is not known\. Choose one of"):
        Network.random([2, 1], rng=np.random.default_rng(0), initialization=name)


# What users of other libraries ask a network, its parameters or a gradient for.
ELSEWHERE = {
    "fit": "train(net, X, y, loss=loss, learning_rate=0.1, epochs=100)",
    "train": "train(net, X, y, loss=loss, learning_rate=0.1, epochs=100)",
    "predict_proba": "net.predict(X)",
    "predict_classes": "classify(net, X)",
    "classify": "classify(net, X)",
    "score": "evaluate(net, X, y, loss)",
    "evaluate": "evaluate(net, X, y, loss)",
    "loss": "evaluate(net, X, y, loss)",
    "backward": "gradients(net, X, y, loss)",
    "grad": "gradients(net, X, y, loss)",
    "zero_grad": "gradients(net, X, y, loss)",
    "weights": "net.W[1]",
    "coefs_": "net.W[1]",
    "get_weights": "net.b[1]",
    "state_dict": "net.W[1]",
    "biases": "net.b[1]",
    "intercepts_": "net.b[1]",
    "theta": "net.parameters.vector",
    "vector": "net.parameters.vector",
    "n_parameters": "net.parameters.vector",
    "clone": "net.copy()",
    "summary": "print(net)",
    "activation": "net.hidden",
    "sizes": "net.layer_sizes",
    "set_weights": "net.W = [W1, W2]",
    "W1": "W[1]",
    "b2": "b[2]",
    "dW": "gradients(net, X, y, loss).W[1]",
    "db2": "gradients(net, X, y, loss).b[2]",
    "save": 'save_network(net, "network.npz")',
    "load": 'load_network("network.npz")',
}


@pytest.mark.parametrize(("name", "code"), ELSEWHERE.items(), ids=ELSEWHERE)
def test_what_has_another_name_elsewhere_is_explained(name, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net = NET.copy()
    with pytest.raises(
        AttributeError, match=f"^'Network' object has no attribute '{name}'"
    ) as error:
        getattr(net, name)
    assert code in str(error.value)
    assert (error.value.name, error.value.obj) == (name, net)
    save_network(net, "network.npz")
    W1, W2 = (2 * W for W in net.W[1:])
    names = {**vars(nnlib), "net": net, "X": X, "y": Y, "loss": "bce", "W": net.W, "b": net.b}
    exec(code, {**names, "W1": W1, "W2": W2})  # the code of the message runs
    assert hasattr(net.parameters, name) == (name == "vector")


@pytest.mark.parametrize("name", ["shape", "flatten", "ravel", "numpy", "size"])
def test_of_parameters_the_vector_is_named(name):
    with pytest.raises(
        AttributeError, match=r"'Parameters' .* '\w+'\. .*: net\.parameters\.vector"
    ):
        getattr(gradients(NET, X, Y, "bce"), name)


def test_of_a_name_that_nobody_knows_python_says_what_it_always_says():
    for thing in (NET, NET.parameters):
        with pytest.raises(AttributeError, match=r"object has no attribute 'colour'$"):
            _ = thing.colour
    assert not hasattr(NET, "__array__")
