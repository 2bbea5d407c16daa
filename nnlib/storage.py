"""Save a network to a file, and load it again.

The file is an ``.npz`` archive of plain arrays, which other programs can read too. Nothing in it is
ever run, as a pickle would be, so a file from a stranger can do no harm.
"""

import os

import numpy as np

from nnlib.network import Network
from nnlib.parameters import Parameters
from nnlib.validation import check_array, check_network

FORMAT = "nnlib network, version 1"


def save_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network, or a stack, to a file.

    Parameters
    ----------
    network : Network
    path : str or path
        Has to end in ``.npz``. A file of that name is replaced.

    Raises
    ------
    TypeError, ValueError
        If ``network`` is no network, or ``path`` does not end in ``.npz``.
    OSError
        If the file cannot be written.

    Source: the NumPy reference, ``numpy.savez``.
    """
    check_network(network, Network)
    path = os.fspath(path)
    if not path.endswith(".npz"):
        raise ValueError(f'path is "{path}", but a name that ends in .npz is expected.')
    np.savez(
        path,
        format=np.array(FORMAT),
        layer_sizes=np.array(network.layer_sizes),
        hidden=np.array(network.hidden),
        output=np.array(network.output),
        bias=np.array(network.parameters.bias),
        parameters=network.parameters.vector,
    )


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
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, or was not written by ``save_network``.

    Source: the NumPy reference, ``numpy.load`` with ``allow_pickle=False``.
    """
    path = os.fspath(path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no file {path}. Look at the name and the folder.")
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            fields = {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive can fail in a dozen ways
        raise ValueError(
            f"{path} is damaged, or no .npz file ({error}). Save the network again with "
            "save_network."
        ) from None
    try:
        return _network_from_fields(fields)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is an .npz file, but does not hold a network as save_network writes it: "
            f"{error}. Save the network again with save_network."
        ) from None


def _network_from_fields(fields: dict[str, np.ndarray]) -> Network:
    """Return the network that the arrays of a file describe, or raise an error that says why."""
    if "format" not in fields or str(fields["format"]) != FORMAT:
        raise ValueError(f'it is not marked as "{FORMAT}"')
    vector = check_array("parameters", fields["parameters"])
    if vector.dtype != fields["parameters"].dtype or vector.ndim < 1:
        raise ValueError("its parameters are not a vector of float64 or float32")
    parameters = Parameters(
        [int(size) for size in fields["layer_sizes"]],
        bias=bool(fields["bias"]),
        stack_shape=vector.shape[:-1],
        dtype=vector.dtype,
    )
    if vector.shape != parameters.vector.shape:
        raise ValueError(
            f"its parameters have shape {vector.shape}, but its layer sizes need "
            f"{parameters.vector.shape}"
        )
    parameters.vector[...] = vector
    return Network(parameters, hidden=str(fields["hidden"]), output=str(fields["output"]))
