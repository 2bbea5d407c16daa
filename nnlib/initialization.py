"""Random starts: where a network's weights are before training.

All three draw around 0 and differ in how wide. Biases start at 0.
"""

from __future__ import annotations  # np.random is slow to load: not for an annotation

import numpy as np


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal weights, whatever the layer's size.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple (..., n_in, n_out)

    Returns
    -------
    array of ``shape``

    Source: the plainest choice; the published network 001 starts this way.
    """
    return rng.normal(size=shape)


def glorot(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform weights with variance ``2 / (n_in + n_out)``; made for tanh and sigmoid.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple (..., n_in, n_out)

    Returns
    -------
    array of ``shape``

    Source: Glorot & Bengio, *Understanding the difficulty of training deep feedforward
    neural networks* (2010), equation 16.
    """
    n_in, n_out = shape[-2:]
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, size=shape)


def he(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Normal weights with variance ``2 / n_in``; made for ReLU, which silences half of ``z``.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple (..., n_in, n_out)

    Returns
    -------
    array of ``shape``

    Source: He, Zhang, Ren & Sun, *Delving Deep into Rectifiers* (2015), equation 10.
    """
    return rng.normal(scale=np.sqrt(2 / shape[-2]), size=shape)


INITIALIZATIONS = {"normal": normal, "glorot": glorot, "he": he}
