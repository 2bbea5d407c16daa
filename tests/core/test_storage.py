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
        ({"format": None}, 'it is not marked as "nnlib network, version 1"'),
        (
            {"format": np.array("another program, version 7")},
            'it is not marked as "nnlib network, version 1"',
        ),
        ({"parameters": None}, "'parameters'"),
        (
            {"parameters": np.zeros(5)},
            "its parameters have shape (5,), but its layer sizes need (13,)",
        ),
        ({"parameters": np.full(13, np.nan)}, "parameters holds 13 entries that are NaN"),
        ({"parameters": np.zeros(13, int)}, "its parameters are not a vector of float64 or"),
        ({"parameters": np.float64(1)}, "its parameters are not a vector of float64 or float32"),
        ({"layer_sizes": np.array([2, 0, 1])}, "layer_sizes is 0"),
        ({"hidden": np.array("sigmod")}, "hidden is 'sigmod' (str), which is not known."),
    ],
)
def test_a_foreign_file_is_explained(tmp_path, changes, why):
    path = saved(tmp_path, **changes)
    with pytest.raises(ValueError, match="save_network") as caught:
        load_network(path)
    message = str(caught.value)
    start = f"{path} is an .npz file, but does not hold a network as save_network writes it: {why}"
    assert message.startswith(start)
    assert message.endswith(". Save the network again with save_network.")


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_a_damaged_file_is_explained(tmp_path, cut):
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"is damaged, or no \.npz file") as caught:
        load_network(path)
    assert str(caught.value).startswith(f"{path} is damaged, or no .npz file (")
    assert str(caught.value).endswith("). Save the network again with save_network.")


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
