"""Save a network to a file, and load it again.

The file is an ``.npz`` archive of plain arrays, which other programs can read too. Nothing in it is
ever run, as a pickle would be, so a file from a stranger can do no harm.
"""

from __future__ import annotations

import contextlib
import math
import os
import stat
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nnlib.network import Network
from nnlib.parameters import restore
from nnlib.validation import check_array, check_layer_sizes, check_network, check_path

if TYPE_CHECKING:  # a module that takes a while to load
    import zipfile

FORMAT = "nnlib network, version 1"
SMALL = 100_000  # bytes: more than a name or the layer sizes ever need


def save_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network, or a stack, to a file.

    The new file takes the old one's place at the very end, when all of it is on the disk. Until
    then, and if anything goes wrong, the old one stays as it is.

    Parameters
    ----------
    network : Network
    path : str or path
        Has to end in ``.npz``. A file of that name is replaced.

    Raises
    ------
    TypeError, ValueError
        If ``network`` is no network, or not finite, or ``path`` does not end in ``.npz``.
    OSError
        If the file cannot be written, or the one that is there is write-protected.

    Source: the NumPy reference, ``numpy.savez``; the Python reference, ``os.replace``.
    """
    check_network(network, Network)
    bad = np.count_nonzero(~np.isfinite(network.parameters.vector))
    if bad:
        raise ValueError(
            f"network is {network!r}, of whose parameters {bad} are NaN or infinite. Save one that "
            "computes: start from new weights, or train with a smaller learning rate."
        )
    path = place_for(path)
    folder, name = os.path.split(path)
    fields = {
        "format": np.array(FORMAT),
        "layer_sizes": np.array(network.layer_sizes),
        "hidden": np.array(network.hidden),
        "output": np.array(network.output),
        "bias": np.array(network.parameters.bias),
        "parameters": network.parameters.vector,
    }
    short = name[:20]  # a name may be no longer than 255 bytes
    write_whole(os.path.join(folder, f".{short}.{os.urandom(8).hex()}.tmp"), path, fields)


def place_for(path: str | os.PathLike[str]) -> str:
    """Return the whole path of a file that can be written, or raise.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        If it is no name of an ``.npz`` file, or something else is there.
    OSError
        If there is no such folder, or a file that is write-protected.

    Source: the Python reference, ``os.path``.
    """
    path = check_path(path)
    if not path.endswith(".npz"):
        stem = path.partition(".npz")[0] if ".npz." in path else os.path.splitext(path)[0]
        if os.path.basename(stem) in ("", ".", ".."):  # a folder
            stem = os.path.join(stem, "network")
        better = f'"{stem}.npz"'
        raise ValueError(f'path is "{path}", but a name that ends in .npz is expected: {better}.')
    written, path = os.path.dirname(path), real_path(path)
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(f"{path} is there already, and is no file. Take another name.")
    if os.path.exists(path) and not may_be_written(path):
        raise PermissionError(
            f"{path} is write-protected, so it stays as it is. Take another name, or lift the "
            "protection first: os.chmod(path, 0o644)."
        )
    folder = os.path.dirname(path)
    if os.path.isdir(folder) and not os.path.isdir(written or os.curdir):
        folder = written  # of "there/none/.." real_path makes "there"
    if not os.path.isdir(folder):
        advice = "Make it first: os.makedirs."
        if os.path.isfile(folder):
            advice = "That is a file. Look at the name."
        elif "~" in folder:
            advice = "Write ~ out first: os.path.expanduser(path)."
        raise FileNotFoundError(f"there is no folder {folder}. {advice}")
    return path


def may_be_written(path: str) -> bool:
    """Whether a file is open to writing; to replace it, the folder's permission is enough.

    Parameters
    ----------
    path : str

    Returns
    -------
    bool
        False also for the superuser, if nobody is meant to write to it.

    Source: the Python reference, ``os.access``.
    """
    return os.access(path, os.W_OK) and os.stat(path).st_mode & 0o222 != 0


def real_path(path: str) -> str:
    """Return the whole path; what a link points to is replaced, and not the link.

    Parameters
    ----------
    path : str

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError
        If the path begins in the current folder, and that is gone.

    Source: the Python reference, ``os.path.realpath``.
    """
    try:
        return os.path.realpath(path)
    except FileNotFoundError:
        raise FileNotFoundError(
            "the current folder is not there any more. Go to another, os.chdir, or give the whole "
            "path."
        ) from None


def write_whole(temporary: str, path: str, fields: dict[str, np.ndarray]) -> None:
    """Write the arrays to a temporary file, and put it in the place of ``path`` when it is whole.

    Parameters
    ----------
    temporary, path : str
        In the same folder, so that the one can be renamed to the other.
    fields : dict of arrays of any shape

    Raises
    ------
    OSError
        If the file cannot be written.

    Source: the Python reference, ``os.replace``.
    """
    try:
        with open(temporary, "xb") as file:
            np.savez(file, **fields)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(
            error.errno,
            f"{error.strerror}, so the network is not saved; what was there before is unchanged",
            path,
        ) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def load_network(path: str | os.PathLike[str]) -> Network:
    """Read a network, or a stack, that :func:`save_network` has written.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Network
        With exactly the parameters that were saved.

    Raises
    ------
    FileNotFoundError, PermissionError
        If there is no such file, or it may not be read.
    MemoryError
        If there is no room for the network.
    TypeError
        If ``path`` is no name of a file.
    ValueError
        If the file is damaged, or was not written by ``save_network``.

    Source: the NumPy reference, ``numpy.lib.format``, read with ``allow_pickle=False``.
    """
    import zipfile

    path = check_path(path)
    try:
        kind = os.stat(path).st_mode
    except PermissionError:
        raise PermissionError(
            f"the folder of {path} may not be entered by this user. Change its permissions."
        ) from None
    except OSError:
        advice = "Look at the name and the folder."
        if path.startswith("~"):
            advice = "Write ~ out first: os.path.expanduser(path)."
        raise FileNotFoundError(f"there is no file {path}. {advice}") from None
    if not stat.S_ISREG(kind):
        raise ValueError(f"{path} is no file, but a folder or a device. Look at the name.")
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            return _network_from(archive)
    except PermissionError:
        raise PermissionError(
            f"{path} may not be read by this user. Change its permissions, or copy it."
        ) from None
    except _ForeignFileError as error:
        raise ValueError(
            f"{path} is an .npz file, but does not hold a network as save_network writes it: "
            f"{error}. Save the network again with save_network."
        ) from None
    except MemoryError:
        raise MemoryError(
            f"{path} says that it holds more numbers than there is memory for. Load it on a larger "
            "machine."
        ) from None
    except Exception:  # a damaged archive can fail in a dozen ways
        raise ValueError(
            f"{path} is damaged, or no .npz file. Save the network again with save_network."
        ) from None


class _ForeignFileError(Exception):
    """A whole archive, but not of a network."""


def _network_from(archive: zipfile.ZipFile) -> Network:
    """Return the network that an archive holds; nothing larger than it is ever in memory."""
    if "format.npy" not in archive.namelist() or str(_read(archive, "format")) != FORMAT:
        raise _ForeignFileError(f'it is not marked as "{FORMAT}"')
    small = {name: _read(archive, name) for name in ("layer_sizes", "hidden", "output", "bias")}
    try:
        if small["layer_sizes"].dtype.kind not in "iu":
            raise ValueError("its layer sizes are no whole numbers")
        layer_sizes = check_layer_sizes(small["layer_sizes"].tolist())
        if small["bias"].dtype != bool or small["bias"].shape:
            raise ValueError("its bias is neither True nor False")
        bias = bool(small["bias"])
        shape = (sum((n_in + bias) * n_out for n_in, n_out in pairwise(layer_sizes)),)
        vector = _read(archive, "parameters", shape)
        parameters = restore(layer_sizes, bias, check_array("parameters", vector))
        return Network(parameters, hidden=str(small["hidden"]), output=str(small["output"]))
    except (TypeError, ValueError) as error:
        raise _ForeignFileError(str(error).removesuffix(".")) from None


def _read(archive: zipfile.ZipFile, name: str, last_axis: tuple[int, ...] = ()) -> np.ndarray:
    """Return one array of an archive, after a look at how large it says that it is."""
    if f"{name}.npy" not in archive.namelist():
        raise _ForeignFileError(f"it has no {name}")
    size = archive.getinfo(f"{name}.npy").file_size
    with archive.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        reader = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            reader = np.lib.format.read_array_header_2_0
        shape, _, dtype = reader(member)
        if dtype.hasobject:
            raise _ForeignFileError(f"in its {name} are Python's objects, which are not loaded")
        if not last_axis and size > SMALL:
            raise _ForeignFileError(f"its {name} is {size} bytes long")
        if last_axis and (shape[-1:] != last_axis or dtype not in (np.float64, np.float32)):
            if dtype not in (np.float64, np.float32) or not shape:
                raise _ForeignFileError("its parameters are not a vector of float64 or float32")
            needed = (*shape[:-1], *last_axis)
            raise _ForeignFileError(
                f"its parameters have shape {shape}, but its layer sizes need {needed}"
            )
        if math.prod(shape) * dtype.itemsize != size - member.tell():
            raise EOFError  # less or more than it says
    with archive.open(f"{name}.npy") as member:
        return np.lib.format.read_array(member, allow_pickle=False)
