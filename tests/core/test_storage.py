"""Saving and loading: what comes back, and what is said about files that do not fit."""

import contextlib
import io
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import tracemalloc
import zipfile

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
        ({"parameters": None}, "it has no parameters"),
        ({"bias": None}, "it has no bias"),
        ({"layer_sizes": np.array([2, np.inf, 1])}, "its layer sizes are no whole numbers"),
        (
            {"layer_sizes": np.array([10**6, 10**6])},
            "its parameters have shape (13,), but its layer sizes need (1000001000000,)",
        ),
        ({"hidden": np.array("tanh" * 100_000)}, "its hidden is 1600128 bytes long"),
        ({"hidden": np.array("x" * 24_969)}, "its hidden is 100004 bytes long"),
        ({"hidden": np.array("x" * 24_968)}, f"hidden is '{'x' * 56}... (str), which is not"),
        (
            {"parameters": np.zeros((5, 2, 12))},
            "its parameters have shape (5, 2, 12), but its layer sizes need (5, 2, 13)",
        ),
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
    assert ".." not in message.removeprefix(start)


@pytest.mark.parametrize("cut", [0, 10, 200])
def test_a_damaged_file_is_explained(tmp_path, cut):
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"is damaged, or no \.npz file") as caught:
        load_network(path)
    message = f"{path} is damaged, or no .npz file. Save the network again with save_network."
    assert str(caught.value) == message


def test_a_flipped_byte_is_noticed(tmp_path):
    path = saved(tmp_path)
    content = bytearray(path.read_bytes())
    where = content.index(b"NUMPY")  # the first array begins here
    content[where + 150] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"net\.npz"):
        load_network(path)


@pytest.mark.parametrize("name", ["format", "layer_sizes", "hidden", "bias", "parameters"])
def test_nothing_is_run_from_a_file(tmp_path, name):
    path = saved(tmp_path, **{name: np.array([{"an": "object"}], dtype=object)})
    why = f"in its {name} are Python's objects, which are not loaded"
    with pytest.raises(ValueError, match=f"does not hold a network .*: {why}"):
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


# Whatever happens, there is a whole file


class Full:
    """Stands for np.savez on a disk that fills up half-way, or a Ctrl-C."""

    def __init__(self, error):
        self.error = error

    def __call__(self, file, **fields):
        file.write(b"half of it")
        raise self.error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch, error):
    path, rng = tmp_path / "net.npz", np.random.default_rng(1)
    old, new = Network.random([2, 3, 1], rng=rng), Network.random([2, 3, 1], rng=rng)
    save_network(old, path)
    monkeypatch.setattr(np, "savez", Full(error))
    with pytest.raises(type(error)) as caught:
        save_network(new, path)
    if isinstance(error, OSError):
        assert "what was there before is unchanged" in str(caught.value)
        assert str(path) in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["net.npz"]
    np.testing.assert_array_equal(load_network(path).W[1], old.W[1])


def save_often(path, seed):
    net = Network.random([20, 30, 1], rng=np.random.default_rng(seed))
    for _ in range(20):
        save_network(net, path)


def test_two_who_write_at_once_leave_a_whole_file(tmp_path):
    path = tmp_path / "net.npz"
    save_often(path, 0)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=save_often, args=(path, seed)) for seed in (1, 2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        load_network(path)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert [each.name for each in tmp_path.iterdir()] == ["net.npz"]


def test_a_network_that_computes_nothing_is_refused_when_it_is_saved(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(1))
    net.parameters.vector[3] = np.nan
    with pytest.raises(ValueError, match="of whose parameters 1 are NaN or infinite"):
        save_network(net, tmp_path / "net.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(1))
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        save_network(net, tmp_path / "nowhere" / "net.npz")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no links and modes of this kind")
def test_a_link_and_the_permissions_stay(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(1))
    save_network(net, tmp_path / "real.npz")
    os.chmod(tmp_path / "real.npz", 0o640)
    os.symlink(tmp_path / "real.npz", tmp_path / "link.npz")
    save_network(net, tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    assert (tmp_path / "real.npz").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a name")
def test_a_pipe_or_a_folder_is_no_file(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(1))
    os.mkfifo(tmp_path / "pipe.npz")
    (tmp_path / "folder.npz").mkdir()
    for name in ("pipe.npz", "folder.npz"):
        with pytest.raises(ValueError, match="is no file"):
            save_network(net, tmp_path / name)
        with pytest.raises(ValueError, match="is no file"):
            load_network(tmp_path / name)


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    path = saved(tmp_path)

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", forbidden)
    with pytest.raises(PermissionError, match="may not be read by this user"):
        load_network(path)


def test_a_pickle_is_refused_without_advice_to_trust_it(tmp_path):
    path = tmp_path / "net.npz"
    path.write_bytes(pickle.dumps({"W": [1, 2]}))
    with pytest.raises(ValueError, match="is damaged") as caught:
        load_network(path)
    assert "unsafe" not in str(caught.value)


def test_what_is_not_needed_is_not_read(tmp_path):
    path = saved(tmp_path, junk=np.zeros(1))
    with np.load(path) as archive:
        fields = dict(archive)
    np.savez_compressed(path, **(fields | {"junk": np.zeros(20_000_000)}))
    tracemalloc.start()
    load_network(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("size", [-8, 8])
def test_a_file_with_more_or_fewer_numbers_than_it_says_is_damaged(tmp_path, size):
    path = saved(tmp_path)
    with np.load(path) as archive:
        fields = dict(archive)
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in fields.items():
            with archive.open(f"{name}.npy", "w") as member:
                content = io.BytesIO()
                np.lib.format.write_array(content, array)
                whole = content.getvalue() + bytes(8)
                end = len(whole) - 8 + size * (name == "parameters")
                member.write(whole[:end])
    with pytest.raises(ValueError, match=r"is damaged, or no \.npz file"):
        load_network(path)


@pytest.mark.parametrize("shape", [(10**9, 13), (10**15, 13)])
def test_a_file_that_says_it_is_larger_than_it_is_takes_no_memory(tmp_path, shape):
    path = saved(tmp_path)
    content = path.read_bytes()
    where = content.index(b"(13,)")
    header = f"{shape}".encode()
    forged = content[:where] + header + content[where + len(header) :]
    path.write_bytes(forged)
    tracemalloc.start()
    with contextlib.suppress(ValueError):
        load_network(path)
        raise AssertionError("it was loaded")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *[(None, TypeError), (3, TypeError), (["a.npz"], TypeError)],
        *[("", ValueError), ("a\0b.npz", ValueError)],
    ],
    ids=["None", "number", "list", "empty", "a zero in it"],
)
def test_a_path_is_the_name_of_a_file(path, kind):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    for use in (load_network, lambda path: save_network(net, path)):
        with pytest.raises(kind, match=r"^path is") as caught:
            use(path)
        assert caught.type is kind


@pytest.mark.parametrize(
    "bias",
    [np.array(np.nan), np.array("False"), np.array(2), np.array([True]), np.array([True, False])],
    ids=repr,
)
def test_a_file_whose_bias_is_neither_true_nor_false_is_foreign(tmp_path, bias):
    path = tmp_path / "net.npz"
    save_network(Network.random([2, 3, 1], rng=np.random.default_rng(0)), path)
    np.savez(path, **{**np.load(path), "bias": bias})
    with pytest.raises(ValueError, match="its bias is neither True nor False"):
        load_network(path)


@pytest.mark.parametrize("name", ["x" * 251, "ß" * 125])
def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path, name):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    save_network(net, tmp_path / f"{name}.npz")
    assert [each.name for each in tmp_path.iterdir()] == [f"{name}.npz"]
    np.testing.assert_array_equal(load_network(tmp_path / f"{name}.npz").W[1], net.W[1])


def test_a_path_that_ends_in_a_folder_is_given_a_name(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"that ends in \.npz is expected: \".*/network\.npz\""):
        save_network(net, f"{tmp_path}/")


@pytest.mark.parametrize(
    ("name", "better"),
    [
        *[(".", "./network.npz"), ("..", "../network.npz"), ("there/..", "there/../network.npz")],
        *[("net.npz.zip", "net.npz"), ("net.npz.", "net.npz"), ("net.npz.gz", "net.npz")],
        *[
            ("net.npz.1.npz.bak", "net.npz"),
            ("net.pt", "net.npz"),
            ("net", "net.npz"),
            ("v1.0/", "v1.0/network.npz"),
        ],
    ],
)
def test_a_better_name_is_given(name, better):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"that ends in \.npz is expected") as caught:
        save_network(net, name.replace("/", os.sep))
    assert str(caught.value).endswith(f': "{better}".'.replace("/", os.sep))


def test_a_file_that_is_not_whole_yet_is_hidden_and_named_after_the_one_to_be(
    tmp_path, monkeypatch
):
    seen = []
    monkeypatch.setattr("nnlib.storage.write_whole", lambda *paths: seen.append(paths[0]))
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    save_network(net, tmp_path / "net.npz")
    save_network(net, tmp_path / f"{'x' * 251}.npz")
    names = [os.path.basename(temporary) for temporary in seen]
    assert re.fullmatch(r"\.net\.npz\.[0-9a-f]{16}\.tmp", names[0])
    assert re.fullmatch(r"\.x{20}\.[0-9a-f]{16}\.tmp", names[1])
    assert {os.path.dirname(temporary) for temporary in seen} == {os.path.realpath(tmp_path)}


@pytest.mark.parametrize("mode", [0o444, 0o555])
def test_a_write_protected_file_stays_as_it_is(tmp_path, mode):
    path, rng = tmp_path / "net.npz", np.random.default_rng(0)
    old, new = Network.random([2, 3, 1], rng=rng), Network.random([2, 3, 1], rng=rng)
    save_network(old, path)
    path.chmod(mode)
    with pytest.raises(PermissionError, match="is write-protected, so it stays") as caught:
        save_network(new, path)
    np.testing.assert_array_equal(load_network(path).W[1], old.W[1])
    exec(str(caught.value).split("first: ")[1].rstrip("."), {"os": os, "path": path})
    save_network(new, path)
    np.testing.assert_array_equal(load_network(path).W[1], new.W[1])


def test_a_file_of_someone_elses_is_not_replaced(tmp_path, monkeypatch):
    path, net = tmp_path / "net.npz", Network.random([2, 3, 1], rng=np.random.default_rng(0))
    save_network(net, path)
    before = path.read_bytes()
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(PermissionError, match="is write-protected"):
        save_network(net, path)
    assert path.read_bytes() == before


def test_a_file_in_place_of_a_folder_is_named(tmp_path):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    save_network(net, tmp_path / "net.npz")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*\. That is a file\."):
        save_network(net, tmp_path / "net.npz" / "other.npz")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_network(tmp_path / "net.npz" / "other.npz")


def test_a_folder_that_may_not_be_entered_does_not_hide_the_file(tmp_path, monkeypatch):
    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", closed)
    with pytest.raises(PermissionError, match=r"the folder of .* may not be entered by this user"):
        load_network(tmp_path / "net.npz")


def test_a_network_too_large_for_the_machine_is_not_called_damaged(tmp_path, monkeypatch):
    path = saved(tmp_path)

    def no_room(*_, **__):
        raise MemoryError

    monkeypatch.setattr(np.lib.format, "read_array", no_room)
    with pytest.raises(MemoryError, match=r"more numbers than there is memory for\. Load it on"):
        load_network(path)


def test_a_home_is_written_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    for use in (lambda: save_network(net, "~/net.npz"), lambda: load_network("~/net.npz")):
        with pytest.raises(
            FileNotFoundError, match=r"Write ~ out first: os\.path\.expanduser\(path\)"
        ):
            use()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the current folder")
def test_a_current_folder_that_is_gone_is_named(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    with pytest.raises(FileNotFoundError, match="the current folder is not there any more"):
        save_network(net, "net.npz")
    save_network(net, tmp_path / "net.npz")


FULL = """
import resource, signal, sys
import numpy as np
from nnlib import Network, save_network

path, limit = sys.argv[1], int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    save_network(Network.random([100, 100, 1], rng=np.random.default_rng(1)), path)
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sets no such limits")
@pytest.mark.parametrize("limit", [0, 1000, 50_000])
def test_a_disk_that_is_really_full_leaves_the_old_file(tmp_path, limit):
    path = tmp_path / "net.npz"
    old = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    save_network(old, path)
    command = [sys.executable, "-c", FULL, str(path), str(limit)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "so the network is not saved; what was there before is unchanged" in said
    assert [each.name for each in tmp_path.iterdir()] == ["net.npz"]
    np.testing.assert_array_equal(load_network(path).W[1], old.W[1])


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_an_array_may_have_a_header_of_any_version(tmp_path, version):
    path = saved(tmp_path)
    old = load_network(path)
    with np.load(path) as archive:
        fields = dict(archive)
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in fields.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array, version)
    np.testing.assert_array_equal(load_network(path).parameters.vector, old.parameters.vector)
