"""What nnlib says is held to the letter: the reports of the gradient check and the messages.

``pytest tests/core/test_sentences.py --snapshot-update`` renews what is stored.
"""

import ast
import errno
import os
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from cases import random_network

import nnlib
from nnlib import (
    Network,
    Parameters,
    activations,
    check_gradients,
    compare_gradients,
    datasets,
    evaluation,
    gradients,
    load_network,
    losses,
    numerical_gradient,
    optimizers,
    published,
    save_network,
    train,
)
from nnlib.autodiff import Tensor
from nnlib.diagnosis import both_numbers
from nnlib.gradcheck import compare_parameter
from nnlib.history import TrainingInterrupted
from nnlib.validation import ELSEWHERE_METHODS

X, Y = datasets.xor()


def net(output="sigmoid", sizes=(2, 4, 1), **options):
    return random_network([*sizes], "tanh", output, **options)


# Reports

RIGHT = {
    "W1": np.array([[0.1, -0.2, 0.3], [0.5, 0.25, -0.4]]),
    "b1": np.array([[0.15, 0.35, -0.45]]),
    "W2": np.array([[0.2, -0.1], [0.45, 0.3], [-0.6, 0.7]]),
    "b2": np.array([[-0.9, 0.8]]),
}


def changed(**changes):
    """The right gradient with some arrays put through a function."""
    return RIGHT | {name: change(RIGHT[name].copy()) for name, change in changes.items()}


def times(factor):
    return {name: factor * values for name, values in RIGHT.items()}


def put(*index):
    """A change that adds 0.05 in one place."""

    def change(values):
        values[index] += 0.05
        return values

    return change


def reversed_rows(values):
    return values[::-1] * np.linspace(0.5, 2, values.size).reshape(values.shape)


DEAD = RIGHT | {"W1": RIGHT["W1"] * [1, 0, 1], "b1": RIGHT["b1"] * [1, 0, 1]}
SQUARE = {"W1": np.array([[0.1, 0.2], [0.3, 0.4]]), "b1": np.array([[0.5, 0.6]])}
FACTORS = {
    "0": 0,
    "almost 0": 1e-7,
    "the samples": 5,
    "samples and outputs": 10,
    "the outputs, or the 2 of a square": 2,
    "a mean twice": 1 / 5,
    "a mean twice, outputs too": 1 / 10,
    "half": 0.5,
    "a sign": -1,
    "a sign and the samples": -5,
    "another": 1.37,
}
GRADIENTS = {
    "right": (RIGHT, RIGHT),
    "only weights": (changed(W1=put(0, 0), W2=put(1, 1)), RIGHT),
    "only biases": (changed(b1=put(0, 2), b2=put(0, 1)), RIGHT),
    "at the output": (changed(W2=reversed_rows, b2=put(0, 0)), RIGHT),
    "the way back": (changed(W1=reversed_rows, b1=put(0, 0)), RIGHT),
    "one of them": (changed(W1=lambda values: 3 * values), RIGHT),
    "one column": (changed(W1=put(0, 2)), RIGHT),
    "two rows": (changed(W2=lambda W: W + np.array([[0.1, 0.2], [0, 0], [0.3, -0.1]])), RIGHT),
    "dead neurons": (RIGHT, DEAD),
    "transposed": (SQUARE | {"W1": SQUARE["W1"].T}, SQUARE),
    "uphill": (changed(W1=reversed_rows, W2=lambda W: -2 * W), RIGHT),
    "huge": ({"W": np.full(3, 1e7)}, {"W": np.array([1e-3, 2e-3, 5e-4])}),
    "all zeros": ({"W": np.zeros(2)}, {"W": np.zeros(2)}),
    "one number": ({"w": np.array([2.0])}, {"w": np.array([3.0])}),
    "float32": (changed(W1=lambda W: W.astype(np.float32)), RIGHT),
}
GRADIENTS |= {f"times {name}": (times(factor), RIGHT) for name, factor in FACTORS.items()}


@pytest.mark.parametrize("numbers", [(5, 2), (5, 1), (4, 3), None], ids=str)
@pytest.mark.parametrize("name", GRADIENTS)
def test_a_report_says_this(name, numbers, snapshot):
    options = {} if numbers is None else {"n_samples": numbers[0], "n_outputs": numbers[1]}
    assert compare_gradients(*GRADIENTS[name], **options).explain() == snapshot


@pytest.mark.parametrize("factor", [4, 12, 3, 6, 1 / 4, 1 / 12])
def test_a_report_names_every_mean_that_may_be_meant(factor, snapshot):
    report = compare_gradients(times(factor), RIGHT, n_samples=4, n_outputs=3)
    assert report.explain(reason=False) == snapshot


def test_a_report_of_a_network_says_this(snapshot):
    ones = [np.eye(2), np.ones((2, 1))]
    corner = Network.from_weights(ones, [[[0.0, 1.0]], [[0.1]]], output="identity", hidden="relu")
    assert check_gradients(corner, X, Y, "mse").explain() == snapshot
    zeros = Network(Parameters([2, 3, 1]), hidden="relu", output="identity")
    assert check_gradients(zeros, X, Y, "mse").explain() == snapshot
    fits = Network.from_weights([np.zeros((2, 1))], [[[0.5]]], output="identity")
    assert check_gradients(fits, X, np.full((4, 1), 0.5), "mse").explain() == snapshot
    assert (
        check_gradients(net(dtype=np.float32), 40 * X, Y, "bce").explain(reason=False) == snapshot
    )


def test_what_lies_at_a_corner_does_not_widen_the_limit():
    computed, measured = np.array([1e-3, 2e-3, 7.0]), np.array([1.001e-3, 2e-3, 0.0])
    row = compare_parameter("W1", computed, measured, 1e-5, np.array([1e-9, 1e-9, np.inf]))
    assert row.wrong
    assert row.relative_error == pytest.approx(5e-4)


def test_two_numbers_are_shown_so_that_they_differ():
    assert both_numbers(0.25, 0.5) == ("0.250000", "0.500000")
    assert both_numbers(0.25, 0.2500000001) == ("0.25", "0.2500000001")
    assert both_numbers(1e-5, 2e-5) == ("1e-05", "2e-05")
    assert both_numbers(0.00078544, 0.000392719) == ("0.0007854", "0.0003927")
    assert both_numbers(1e7, 3.0) == ("1e+07", "3")
    assert both_numbers(1e6, 3.0) == ("1e+06", "3")
    assert both_numbers(-999999.5, 3.0) == ("-999999.500000", "3.000000")
    assert both_numbers(1e-3, 5e-4) == ("0.001000", "0.000500")
    assert both_numbers(9.99e-4, 5e-4) == ("0.000999", "0.0005")
    assert both_numbers(0.1, 0.1 + 2e-17) == ("0.1", "0.10000000000000002")
    assert both_numbers(0.25, 0.25) == ("0.25", "0.25")


# Messages


class Returning:
    def step(self, theta, gradient, learning_rate):
        return theta - learning_rate * gradient


class Sparse:
    def __repr__(self):
        return "<Sparse>"

    def toarray(self):
        return np.eye(2)


def assign(thing, name, value):
    return lambda: setattr(thing, name, value)


def trains(network=None, y=Y, **options):
    options = {"loss": "bce", "learning_rate": 0.5, "epochs": 2} | options
    return lambda: train(net() if network is None else network, X, y, **options)


def lock(network):
    network.parameters.vector.flags.writeable = False


def spoiled():
    inputs, targets = X.copy(), Y.copy()

    def spoil(epoch, network):
        inputs[0, 0] = targets[1, 0] = np.nan

    data = {"X": inputs, "y": targets, "validation": (inputs, targets)}
    train(net(), **data, loss="bce", learning_rate=0.5, epochs=2, callback=spoil)


def exchange(network):
    network.W[1], network.W[2] = network.W[2], network.W[1]


def own_kind():
    class Mine(Network):
        pass

    return Mine(Parameters([2, 1]), hidden="tanh", output="identity")


def without_permission(folder):
    """A file that may not be read; root may read everything, so the system's answer is made."""
    save_network(net(), folder / "closed.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", refuse_to_open)
        load_network(folder / "closed.npz")


def stored(**changes):
    """A file of a network in which some arrays are others, or missing where they are None."""

    def load(folder):
        save_network(net(), folder / "net.npz")
        with np.load(folder / "net.npz") as file:
            fields = {**file, **changes}
        whole = {name: value for name, value in fields.items() if value is not None}
        np.savez(folder / "forged.npz", **whole)
        load_network(folder / "forged.npz")

    return load


def of_another_kind(folder):
    (folder / "text.npz").write_text("not an archive", encoding="utf-8")
    load_network(folder / "text.npz")


def full_disk(folder):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        save_network(net(), folder / "net.npz")


def refuse_to_open(*_, **__):
    raise PermissionError(errno.EACCES, "Permission denied")


def folder_in_the_way(folder):
    (folder / "net.npz").mkdir(exist_ok=True)
    save_network(net(), folder / "net.npz")


def write_protected(folder):
    save_network(net(), folder / "kept.npz")
    (folder / "kept.npz").chmod(0o444)
    save_network(net(), folder / "kept.npz")


def file_in_the_way(folder):
    save_network(net(), folder / "file.npz")
    save_network(net(), folder / "file.npz" / "net.npz")


def patched(owner, name, error):
    """Load a file while a function of the system, or of NumPy's, raises an error."""

    def load(folder):
        save_network(net(), folder / "net.npz")

        def fail(*_, **__):
            raise error

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, fail)
            load_network(folder / "net.npz")

    return load


def changes_nothing():
    class Rebinding:
        def step(self, theta, gradient, learning_rate):
            theta = theta - learning_rate * gradient

    trains(optimizer=Rebinding(), epochs=101)()  # a warning is an error in the tests


def give_a_shape(network):
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        network.b[1].shape = (4, 1)
    network.predict(X)


def change_locked():
    network = net()
    lock(network)
    network.parameters.vector = np.zeros(17)


def asks_elsewhere():
    """Of each name that has another one here, what is said; the first error stands for all."""
    said = {}
    for name in [*ELSEWHERE_METHODS, "W1", "b2", "dW", "db2", "colour"]:
        try:
            getattr(net(), name)
        except AttributeError as error:
            said[name] = str(error)
    raise AttributeError("\n".join(said.values()))


MESSAGES = {
    "write-protected": write_protected,
    "a file in the way": file_in_the_way,
    "a closed folder": patched(os, "stat", PermissionError(13, "Permission denied")),
    "no room": patched(np.lib.format, "read_array", MemoryError()),
    "read-only": lambda folder: change_locked(),
    "a shape from outside": lambda folder: give_a_shape(net()),
    "names of other libraries": lambda folder: asks_elsewhere(),
    "entry of what is fixed": lambda folder: net().activations.__setitem__(1, None),
    "a layer taken away": lambda folder: net().W.__delitem__(1),
    "dtype": lambda folder: assign(net(), "dtype", np.float32)(),
    "a rate on an optimiser": lambda folder: assign(optimizers.Adam(), "lr", 0.5)(),
    "a step that changes nothing": lambda folder: changes_nothing(),
    "a tensor as an array": lambda folder: np.asarray(Tensor(X)),
    "a tensor divided": lambda folder: Tensor(X) / 2,
    "a tensor with a name": lambda folder: Tensor(X, "x"),
    "a tensor without a value": lambda folder: delattr(Tensor(X), "value"),
    "a number for W": lambda folder: assign(net(), "W", 3)(),
    "None for b": lambda folder: assign(net().parameters, "b", None)(),
    "a gap in a layer": lambda folder: net().W.__setitem__(1, np.ma.masked_equal(np.eye(2, 4), 1)),
    "dtype of float32": lambda folder: assign(net(dtype=np.float32), "dtype", float)(),
    "layers": lambda folder: assign(net("softmax", (2, 3, 2)), "layers", [])(),
    "layer_sizes of a network": lambda folder: assign(net(), "layer_sizes", [2, 1])(),
    "predict": lambda folder: assign(net(), "predict", None)(),
    "parameters deleted": lambda folder: delattr(net(), "parameters"),
    "softmax has no derivative": lambda folder: activations.softmax_derivative(X, X),
    "no classes": lambda folder: evaluation.classify(net("identity"), X),
    "interrupted": lambda folder: raised(TrainingInterrupted(7, None)),
    "no len": lambda folder: len(net()),
    "no folder": lambda folder: save_network(net(), folder / "there" / "net.npz"),
    "a folder in the way": folder_in_the_way,
    "a folder to load": lambda folder: load_network(folder),
    "no permission": without_permission,
    "a full disk": full_disk,
    "no archive": of_another_kind,
    "another format": stored(format=np.array("something else")),
    "no hidden": stored(hidden=None),
    "sizes with decimals": stored(layer_sizes=np.array([2.0, 4.0, 1.0])),
    "a number for bias": stored(bias=np.array(1)),
    "objects": stored(parameters=np.array([None] * 17)),
    "a long name": stored(hidden=np.array("x" * 100_000)),
    "whole numbers": stored(parameters=np.arange(17)),
    "too few parameters": stored(parameters=np.zeros(16)),
    "an address to save to": lambda folder: save_network(net(), "https://example.org/net.npz"),
    "an address to load": lambda folder: load_network("s3://bucket/net.npz"),
    "no folder on the way": lambda folder: save_network(net(), f"{folder}/none/../net.npz"),
    "no name": lambda folder: save_network(net(), ""),
    "a number for a name": lambda folder: load_network(3),
    "hidden": lambda folder: assign(net(), "hidden", "relu")(),
    "layer_sizes": lambda folder: assign(Parameters([2, 1]), "layer_sizes", [2, 2])(),
    "hidden of a kind of Network": lambda folder: assign(own_kind(), "hidden", "relu")(),
    "sparse": lambda folder: net().predict(Sparse()),
    "sparse, for a layer": lambda folder: assign(net(), "W", [Sparse(), np.ones((4, 1))])(),
    "one class": lambda folder: losses.cross_entropy(np.zeros((4, 1)), np.ones((4, 1))),
    "bce for identity": trains(net("identity")),
    "rows of biases": lambda folder: Network.from_weights([np.ones((2, 3))], [np.ones((4, 3))]),
    "too many biases": lambda folder: Network.from_weights([np.ones((2, 3))], [np.ones((1, 5))]),
    "numbers of classes": trains(net("softmax", (2, 3, 3)), [0, 1, 2, 1], loss="cross_entropy"),
    "too few arrays": lambda folder: assign(net(), "W", [np.ones((2, 4))])(),
    "a short vector": lambda folder: net().with_vector(np.ones(5)),
    "z and a": lambda folder: activations.tanh_derivative(np.ones((2, 1)), np.ones((2, 2))),
    "step returns": trains(optimizer=Returning()),
    "an image": lambda folder: net().predict(np.ones((3, 1, 2))),
    "float32 function": lambda folder: numerical_gradient(lambda t: np.float32(1), [1.0]),
    "key of a gradient": lambda folder: compare_gradients({1: X}, {1: X}),
    "a list of gradients": lambda folder: compare_gradients([X], [X]),
    "parameters locked": trains(callback=lambda epoch, network: lock(network)),
    "data spoiled": lambda folder: spoiled(),
    "one layer for another": lambda folder: exchange(net(sizes=(2, 2, 2))),
    "part of a stack": lambda folder: net(stack_shape=3)["a":"b"],
    "some of a stack": lambda folder: net(stack_shape=3)[[0, 2]],
    "vector deleted": lambda folder: delattr(Parameters([2, 1]), "vector"),
    "progress hands on a number": trains(progress=lambda epochs: 7),
    "words among numbers": lambda folder: net().predict([["a", "b"]]),
    "gaps among numbers": lambda folder: net().predict([[1.0, None]]),
}


def raised(error):
    raise error


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_this(name, tmp_path, snapshot):
    make = MESSAGES[name]
    with pytest.raises(
        (
            *(ValueError, TypeError, AttributeError, LookupError),
            *(OSError, MemoryError, KeyboardInterrupt, RuntimeWarning),
        )
    ) as caught:
        make(tmp_path) if make.__code__.co_argcount else make()
    said = f"{caught.type.__name__}: {caught.value}"
    assert said.replace(str(tmp_path), "FOLDER").replace(os.sep, "/") == snapshot


def rng():
    return np.random.default_rng(0)


CALLS = {
    "train": lambda: (train, {
        "network": net(), "X": X, "y": Y, "loss": "bce", "learning_rate": 0.5, "epochs": 2,
        "batch_size": 2, "rng": rng(), "weight_decay": 0.0, "optimizer": "momentum",
        "validation": (X, Y), "measure_every": 1, "keep_parameters": False, "callback": None,
        "progress": None, "divergence": "raise",
    }),
    "gradients": lambda: (gradients, {"network": net(), "X": X, "y": Y, "loss": "mse"}),
    "evaluate": lambda: (evaluation.evaluate, {"network": net(), "X": X, "y": Y, "loss": "bce"}),
    "classify": lambda: (evaluation.classify, {"network": net(), "X": X}),
    "check_gradients": lambda: (check_gradients, {
        "network": net(), "X": X, "y": Y, "loss": "bce", "tolerance": 1e-7,
    }),
    "compare_gradients": lambda: (compare_gradients, {
        "analytic": RIGHT, "numerical": RIGHT, "tolerance": 1e-7, "noise": 1e-10, "n_samples": 5,
        "n_outputs": 2,
    }),
    "numerical_gradient": lambda: (numerical_gradient, {
        "function": np.sum, "theta": [1.0, 2.0], "epsilon": 1e-5,
    }),
    "Network": lambda: (Network, {
        "parameters": Parameters([2, 1]), "hidden": "tanh", "output": "identity",
    }),
    "Network.random": lambda: (Network.random, {
        "layer_sizes": [2, 3, 1], "hidden": "tanh", "output": "sigmoid", "rng": rng(),
        "initialization": "glorot", "bias": True, "stack_shape": (), "dtype": float,
    }),
    "Network.from_weights": lambda: (Network.from_weights, {
        "W": [np.ones((2, 1))], "b": [np.ones((1, 1))], "hidden": "tanh", "output": "sigmoid",
    }),
    "Parameters": lambda: (Parameters, {
        "layer_sizes": [2, 3, 1], "bias": True, "stack_shape": (), "dtype": float,
    }),
    "one_hot": lambda: (datasets.one_hot, {"labels": [0, 1], "n_classes": 2}),
    "split": lambda: (datasets.split, {"n_samples": 5, "sizes": [3, 2], "rng": rng()}),
    "published": lambda: (datasets.published, {"name": "xor"}),
    "network_001": lambda: (published.network_001, {"seed": 42, "hidden_size": 2}),
    "network_003": lambda: (published.network_003, {"seed": 42}),
    "Momentum": lambda: (optimizers.Momentum, {"momentum": 0.9}),
    "Adam": lambda: (optimizers.Adam, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
}  # fmt: skip
for cloud in (datasets.circles, datasets.moons, datasets.blobs, datasets.spirals):
    CALLS[cloud.__name__] = lambda cloud=cloud: (
        cloud,
        {"n_samples": 8, "noise": 0.1, "rng": rng()},
    )
NONSENSE = [None, -1, "nonsense", ..., 1j, float("nan"), 10**19, [[]], {}]
ENDLESS = {"epochs", "seed"}  # not refused, however large


@pytest.mark.parametrize("call", CALLS)
def test_of_nonsense_in_any_argument_this_is_said(call, snapshot):
    _, usual = CALLS[call]()
    for name in usual:
        for value in NONSENSE:
            if name in ENDLESS and value == 10**19:
                continue
            function, arguments = CALLS[call]()
            try:
                function(**{**arguments, name: value})
                said = "taken"
            except (ValueError, TypeError, OverflowError, MemoryError, AttributeError) as error:
                said = f"{type(error).__name__}: {error}"
            assert f"{name}={value!r}: {said}" == snapshot


def test_an_error_of_the_system_keeps_its_number(tmp_path):
    with pytest.raises(OSError, match="so the network is not saved") as caught:
        full_disk(tmp_path)
    assert (caught.value.errno, Path(caught.value.filename).name) == (errno.ENOSPC, "net.npz")


# All of them


def sentences(path):
    """The parts of texts with two words or more that a module holds, besides docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            for part in re.split(r"\{[^{}]*\}", node.value):
                part = " ".join(part.split()).strip(" .,:")
                if " " in part and not part.startswith(("Tensor |", "tuple[")):
                    yield part


def test_every_sentence_of_nnlib_is_held_by_a_stored_text():
    stored = " ".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("*.ambr")
    )
    stored = " ".join(stored.split()).replace("\\'", "'").lower()
    modules = sorted(Path(nnlib.__file__).parent.glob("*.py"))
    unheld = [
        (path.name, part)
        for path in modules
        for part in sentences(path)
        if part.lower() not in stored
    ]
    assert not unheld, "\n".join(map(str, ["Add a case above for:", *unheld]))
