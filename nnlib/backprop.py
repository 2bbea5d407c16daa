"""Backpropagation: the gradient of the loss with respect to every weight and bias.

The error signal of a layer is ``delta[l] = dL/dz[l]``. Four equations do the work:

    1  delta[L] = dL/dz at the output, from the loss
    2  delta[l] = (delta[l+1] @ W[l+1].T) * f'(z[l])
    3  dL/dW[l] = a[l-1].T @ delta[l]
    4  dL/db[l] = the sum of delta[l] over the samples

The mean over the samples is in ``delta[L]`` already, so it is in everything that follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnlib.losses import Loss
from nnlib.network import Network
from nnlib.parameters import Parameters
from nnlib.stacks import matmul
from nnlib.validation import check_network

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


def backward_pass(
    network: Network,
    z: list[np.ndarray],
    a: list[np.ndarray],
    y: np.ndarray,
    loss: Loss,
    out: Parameters | None = None,
) -> Parameters:
    """Compute the gradient of the loss from the results of a forward pass.

    Parameters
    ----------
    network : Network
    z, a : lists
        What ``forward_pass`` returned.
    y : array (n_samples, n_outputs)
        Targets; not checked here, ``gradients`` is the checked way in.
    loss : Loss
        An entry of ``nnlib.losses.LOSSES``.
    out : Parameters, optional
        Where to write the gradient, so that a training loop can use one array again.

    Returns
    -------
    Parameters
        ``W[l]`` holds dL/dW[l] and ``b[l]`` holds dL/db[l], with the shapes of the
        network's own.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), equations BP1 to BP4, with
    samples as rows.
    """
    # The numbers are those of the four equations. matmul(A, B) is A @ B, .mT transposes, and
    # axis=-2 adds over the samples; all three serve a stack of networks just as well.
    gradients = network.parameters.zeros_like() if out is None else out
    W, f, L = network.W, network.activations, network.n_layers
    delta = {L: loss.output_delta(z[L], a[L], y, f[L])}  # 1
    for l in range(L, 0, -1):  # noqa: E741 - the l of the formulas
        if l < L:
            delta[l] = matmul(delta[l + 1], W[l + 1].mT) * f[l].derivative(z[l], a[l])  # 2
        gradients.W[l][...] = matmul(a[l - 1].mT, delta[l])  # 3, into the array that is there
        if gradients.bias:
            gradients.b[l][...] = delta[l].sum(axis=-2, keepdims=True)  # 4
    return gradients


def gradients(network: Network, X: ArrayLike, y: ArrayLike, loss: str) -> Parameters:
    """Return the gradient of the loss for inputs ``X`` and targets ``y``, after checking both.

    Parameters
    ----------
    network : Network
    X : array (n_samples, n_in)
    y : array (n_samples, n_outputs)
    loss : str
        "mse", "bce" or "cross_entropy".

    Returns
    -------
    Parameters
        ``gradients(...).W[1]`` is dL/dW[1], and so on.

    Raises
    ------
    TypeError, ValueError
        If ``X``, ``y`` or ``loss`` do not fit the network.
    OverflowError
        If the forward pass or the gradient leaves the finite numbers.

    Source: as :func:`backward_pass`.
    """
    check_network(network, Network)
    X, y, found = network.check_data(X, y, loss)
    z, a = network.forward(X)
    with np.errstate(all="ignore"):  # looked at in the next line
        result = backward_pass(network, z, a, y, found)
    if not np.isfinite(result.vector).all():
        raise OverflowError(
            "the gradient left the finite numbers. The largest entry of X is "
            f"{np.abs(a[0]).max():.3g}, of y {np.abs(y).max():.3g}. Bring both to a scale near 1."
        )
    return result
