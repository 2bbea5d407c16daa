"""Small data sets: the logic gates, the published ones, clouds of points, handwritten digits.

The functions return ``X`` (n_samples, n_features) and ``y`` (n_samples, n_outputs), in float64.
The clouds and the digits come from scikit-learn, which has to be installed for them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.validation import (
    check_choice,
    check_generator,
    check_instance,
    check_integer,
    check_number,
    check_real,
    describe,
    room_for,
)

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike

GATE_INPUTS = [[0, 0], [0, 1], [1, 0], [1, 1]]
NO_SCIKIT_LEARN = (
    "this data set comes from scikit-learn, which is not installed. "
    "Install scikit-learn, or use datasets.xor() or "
    "datasets.spirals(rng=np.random.default_rng(42))."
)


def and_gate() -> tuple[np.ndarray, np.ndarray]:
    """Return the four corners and their AND: 1 where both inputs are 1.

    Returns
    -------
    X : array (4, 2)
    y : array (4, 1)

    Source: Boole, *The Laws of Thought* (1854).
    """
    return np.array(GATE_INPUTS, float), np.array([[0.0], [0], [0], [1]])


def or_gate() -> tuple[np.ndarray, np.ndarray]:
    """Return the four corners and their OR: 1 where at least one input is 1.

    Returns
    -------
    X : array (4, 2)
    y : array (4, 1)

    Source: Boole, *The Laws of Thought* (1854).
    """
    return np.array(GATE_INPUTS, float), np.array([[0.0], [1], [1], [1]])


def xor() -> tuple[np.ndarray, np.ndarray]:
    """Return the four corners and their XOR: 1 where the inputs differ.

    Returns
    -------
    X : array (4, 2)
    y : array (4, 1)

    Source: Minsky & Papert, *Perceptrons* (1969): no straight line separates the two classes.
    """
    return np.array(GATE_INPUTS, float), np.array([[0.0], [1], [1], [0]])


def published(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the data of one of the four published networks.

    Parameters
    ----------
    name : str
        "000", "001", "002" or "003"; 001 and 003 learn XOR.

    Returns
    -------
    X : array (4, 3), (4, 2), (2, 2) or (4, 2)
    y : array (4, 2), (4, 1), (2, 1) or (4, 1)

    Raises
    ------
    ValueError
        For another name.

    Source: the write-ups that this series grew out of; :mod:`nnlib.published` has their networks.
    """
    data: dict[str, tuple[ArrayLike, ArrayLike]] = {
        "000": (
            [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]],
            [[0, 1], [1, 0], [1, 0], [0, 1]],
        ),
        "001": xor(),
        "002": ([[1, 2], [2, 3]], [[1], [0]]),
        "003": xor(),
    }
    X, y = check_choice("name", name, data)
    return np.array(X, float), np.array(y, float)


def circles(
    n_samples: int = 200, *, noise: float = 0.1, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return two rings, one inside the other; label 1 is the inner one.

    Parameters
    ----------
    n_samples : int
    noise : float
        Standard deviation of the Gaussian noise added to each coordinate; the outer radius is 1.
    rng : numpy.random.Generator

    Returns
    -------
    X : array (n_samples, 2)
    y : array (n_samples, 1)

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    TypeError, ValueError
        If an argument does not fit.

    Source: ``sklearn.datasets.make_circles`` with ``factor=0.5``.
    """
    return _from_scikit_learn("make_circles", n_samples, rng, noise=_noise(noise), factor=0.5)


def moons(
    n_samples: int = 200, *, noise: float = 0.1, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return two half circles that reach into each other.

    Parameters
    ----------
    n_samples : int
    noise : float
        Standard deviation of the Gaussian noise added to each coordinate; the radius is 1.
    rng : numpy.random.Generator

    Returns
    -------
    X : array (n_samples, 2)
    y : array (n_samples, 1)

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    TypeError, ValueError
        If an argument does not fit.

    Source: ``sklearn.datasets.make_moons``.
    """
    return _from_scikit_learn("make_moons", n_samples, rng, noise=_noise(noise))


def blobs(
    n_samples: int = 200, *, noise: float = 0.3, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return two round clouds with their centres at (-1, -1) and (1, 1).

    Parameters
    ----------
    n_samples : int
    noise : float
        Standard deviation of a cloud, in each coordinate.
    rng : numpy.random.Generator

    Returns
    -------
    X : array (n_samples, 2)
    y : array (n_samples, 1)

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    TypeError, ValueError
        If an argument does not fit.

    Source: ``sklearn.datasets.make_blobs``.
    """
    return _from_scikit_learn(
        "make_blobs", n_samples, rng, cluster_std=_noise(noise), centers=[[-1, -1], [1, 1]]
    )


def spirals(
    n_samples: int = 200, *, noise: float = 0.05, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return two spiral arms that wind around each other, one and a half turns each.

    scikit-learn has no flat spirals, so these are our own.

    Parameters
    ----------
    n_samples : int
    noise : float
        Standard deviation of the Gaussian noise added to each coordinate; the radius is 1.
    rng : numpy.random.Generator

    Returns
    -------
    X : array (n_samples, 2)
    y : array (n_samples, 1)
        The first half of the rows is arm 0, the second is arm 1.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    Source: after Lang & Witbrock, *Learning to Tell Two Spirals Apart* (1988).
    """
    check_integer("n_samples", n_samples, "It is the number of points to draw.")
    check_generator("rng", rng)
    with room_for("n_samples points", n_samples, 2):
        y = np.arange(n_samples) >= n_samples // 2
        radius = np.sqrt(rng.uniform(0.01, 1, n_samples))  # the square root spreads them evenly
    angle = 3 * np.pi * radius + np.pi * y
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + _noise(noise) * rng.normal(size=X.shape), y[:, None].astype(float)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1797 handwritten digits, images of 8 by 8 pixels, and which digit each one is.

    The images come with scikit-learn; nothing is downloaded.

    Returns
    -------
    X : array (1797, 64)
        Darkness of each pixel, row by row, from 0 (white) to 1 (black).
    labels : array of int (1797,)
        0 to 9; :func:`one_hot` makes targets of them.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    Source: Alpaydin & Kaynak, *Optical Recognition of Handwritten Digits* (1998), the test set,
    as in ``sklearn.datasets.load_digits``.
    """
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise ImportError(NO_SCIKIT_LEARN)
    # The file alone: importing load_digits() takes 85 MB, for a class on a hub in every kernel.
    file = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    rows = np.loadtxt(file, delimiter=",")
    return rows[:, :-1] / 16, rows[:, -1].astype(int)


def one_hot(labels: ArrayLike, n_classes: int) -> np.ndarray:
    """Return a row for each label, 1 in the column of its class and 0 elsewhere.

    Parameters
    ----------
    labels : array of int (n_samples,)
        From 0 to ``n_classes - 1``.
    n_classes : int

    Returns
    -------
    array (n_samples, n_classes)

    Raises
    ------
    TypeError, ValueError
        If the labels are not whole numbers in this range.
    MemoryError
        If there is no room for so many classes.

    Source: Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.4.
    """
    check_integer("n_classes", n_classes, "It is the number of different labels.")
    entries = labels if isinstance(labels, (list, tuple, np.ndarray)) else []
    if any(isinstance(label, (str, bytes)) for label in entries):
        raise TypeError(
            f"labels is {describe(labels)}, but whole numbers are expected. Number the words in "
            "alphabetical order: np.unique(labels, return_inverse=True)[1]."
        )
    labels = check_real("labels", labels)
    if labels.dtype.kind not in "iu" or labels.ndim != 1 or labels.size == 0:
        advice = "Use np.ravel(labels).astype(int)." if labels.size else "Give at least one label."
        raise TypeError(
            f"labels is {describe(labels)}, but an array of whole numbers of shape (n_samples,) is "
            f"expected. {advice}"
        )
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}, but 0 to {n_classes - 1} is "
            f"expected for {n_classes} classes. Number the classes from 0."
        )
    with room_for("n_classes columns for each label", len(labels), n_classes):
        rows = np.zeros((len(labels), n_classes))
    rows[np.arange(len(labels)), labels] = 1
    return rows


def split(
    n_samples: int, sizes: list[int] | tuple[int, ...], *, rng: np.random.Generator
) -> list[np.ndarray]:
    """Deal the rows 0 to ``n_samples - 1`` out to several sets at random, each row to one set.

    Parameters
    ----------
    n_samples : int
    sizes : list or tuple of int
        How many rows each set gets. Together at most ``n_samples``; the rest is left out.
    rng : numpy.random.Generator

    Returns
    -------
    list of arrays of int
        The rows of each set: ``X[rows], y[rows]``.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    Source: Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009),
    section 7.2.
    """
    advice = "It is a number of samples."
    n_samples = check_integer("n_samples", n_samples, advice)
    check_instance("sizes", sizes, (list, tuple), "For example [1000, 300, 497].")
    sizes = [check_integer("sizes", size, advice) for size in sizes]
    check_generator("rng", rng)
    if sum(sizes) > n_samples:
        raise ValueError(
            f"sizes add up to {sum(sizes)}, but there are only {n_samples} samples. "
            "Make a set smaller."
        )
    with room_for("n_samples rows", n_samples):
        order = rng.permutation(n_samples)
    return np.split(order, np.cumsum(sizes))[: len(sizes)]


def _noise(noise: float) -> float:
    noise = check_number("noise", noise, at_least=0, advice="Use 0 for none.")
    if noise > 1e6:
        raise ValueError(
            f"noise is {noise:g}, but at most 1e6 is expected. The shape is about 1 wide and "
            "drowns in noise above 1. Try 0.1."
        )
    return noise


def _from_scikit_learn(
    maker: str, n_samples: int, rng: np.random.Generator, **options: Any
) -> tuple[np.ndarray, np.ndarray]:
    check_integer("n_samples", n_samples, "It is the number of points to draw.")
    check_generator("rng", rng)
    seed = int(rng.integers(2**32))  # scikit-learn takes a seed, not a Generator
    try:
        import sklearn.datasets
    except ImportError:
        raise ImportError(NO_SCIKIT_LEARN) from None
    make = getattr(sklearn.datasets, maker)
    with room_for("n_samples points", n_samples, 2):
        X, labels = make(n_samples, random_state=seed, **options)
    return X, labels[:, np.newaxis].astype(float)
