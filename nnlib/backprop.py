"""Backpropagation: the gradient of the loss with respect to every weight and bias.

The error signal of a layer is ``delta[l] = dL/dz[l]``. Four equations do the work:

    delta[L] = dL/dz at the output, from the loss
    delta[l] = (delta[l+1] @ W[l+1].T) * f'(z[l])
    dL/dW[l] = a[l-1].T @ delta[l]
    dL/db[l] = the sum of delta[l] over the samples

The mean over the samples is in ``delta[L]`` already, so it is in everything that follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnlib.losses import Loss, check_loss
from nnlib.network import Network
from nnlib.parameters import ByLayer, Parameters
from nnlib.stacks import matmul
from nnlib.validation import check_instance

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike


def backward_pass(
    network: Network,
    z: ByLayer,
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
    gradients = network.parameters.zeros_like() if out is None else out
    delta = loss.output_delta(z[-1], a[-1], y, network.activations[-1])
    for l in range(network.n_layers, 0, -1):  # noqa: E741 - the l of the formulas
        matmul(a[l - 1].mT, delta, out=gradients.W[l])
        if gradients.b[l] is not None:
            delta.sum(axis=-2, keepdims=True, out=gradients.b[l])
        if l > 1:
            slope = network.activations[l - 1].derivative(z[l - 1], a[l - 1])
            delta = matmul(delta, network.W[l].mT) * slope
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
    check_instance("network", network, Network, "Make one with Network.random([2, 4, 1], …).")
    z, a = network.forward(X)
    y = network.check_targets(a[0], y)
    loss = check_loss(loss, network.activations[-1], y)
    with np.errstate(over="ignore", invalid="ignore"):  # looked at in the next line
        result = backward_pass(network, z, a, y, loss)
    if not np.isfinite(result.vector).all():
        raise OverflowError(
            "the gradient left the finite numbers. The largest entry of X is "
            f"{np.abs(a[0]).max():.3g}, of y {np.abs(y).max():.3g}. Bring both to a scale near 1."
        )
    return result
