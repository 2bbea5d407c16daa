"""Saving and loading: what comes back, and what is said about files that do not fit."""

import numpy as np
import pytest

from nnlib import Network, load_network, save_network

X = np.array([[0.5, -1.0]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("stack_shape", [(), (5,), (2, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_loaded_network_is_the_saved_one(tmp_path, dtype, stack_shape, bias):
    net = Network.random(
        [2, 3, 4], hidden="relu", output="softmax", rng=np.random.default_rng(1),
        bias=bias, stack_shape=stack_shape, dtype=dtype,
    )  # fmt: skip
    save_network(net, tmp_path / "net.npz")
    loaded = load_network(tmp_path / "net.npz")
    assert repr(loaded) == repr(net)
    assert loaded.dtype == net.dtype
    np.testing.assert_array_equal(loaded.parameters.vector, net.parameters.vector)
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))


def saved(tmp_path, **changes):
    """A file like save_network's, with some fields changed; None takes one out."""
    net = Network.random([2, 3, 1], rng=np.random.default_rng(1))
    save_network(net, tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as archive:
        fields = {name: archive[name] for name in archive.files}
    fields.update(changes)
    np.savez(tmp_path / "net.npz", **{k: v for k, v in fields.items() if v is not None})
    return tmp_path / "net.npz"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": None}, "not marked"),
        ({"format": np.array("another program, version 7")}, "not marked"),
        ({"parameters": None}, "parameters"),
        ({"parameters": np.zeros(5)}, "its parameters have shape (5,)"),
        ({"parameters": np.full(13, np.nan)}, "NaN or infinite"),
        ({"parameters": np.zeros(13, int)}, "not a vector of float64 or float32"),
        ({"layer_sizes": np.array([2, 0, 1])}, "layer_sizes"),
        ({"hidden": np.array("sigmod")}, 'Did you mean "sigmoid"?'),
    ],
)
def test_a_foreign_file_is_explained(tmp_path, changes, why):
    path = saved(tmp_path, **changes)
    with pytest.raises(ValueError, match="does not hold a network as save_network") as caught:
        load_network(path)
    assert why in str(caught.value)


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_a_damaged_file_is_explained(tmp_path, cut):
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"is damaged, or no \.npz file"):
        load_network(path)


def test_a_flipped_byte_is_noticed(tmp_path):
    path = saved(tmp_path)
    content = bytearray(path.read_bytes())
    where = content.index(b"NUMPY")  # the first array begins here
    content[where + 150] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"net\.npz"):
        load_network(path)


def test_nothing_is_run_from_a_file(tmp_path):
    path = saved(tmp_path, hidden=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(ValueError, match=r"is damaged, or no \.npz file"):
        load_network(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nowhere.npz"):
        load_network(tmp_path / "nowhere.npz")


def test_a_path_without_npz_is_refused_before_anything_is_written(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"ends in \.npz"):
        save_network(net, tmp_path / "net.txt")
    assert list(tmp_path.iterdir()) == []


def test_only_networks_are_saved(tmp_path):
    with pytest.raises(TypeError, match="network is"):
        save_network([1, 2, 3], tmp_path / "net.npz")
