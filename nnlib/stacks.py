"""Stacks: how many networks of one architecture lie in memory, and their matrix products."""

from __future__ import annotations

import numpy as np

from nnlib.validation import room_for


def zeros_for_stack(
    stack_shape: tuple[int, ...], n_parameters: int, side_by_side: bool, dtype: np.dtype
) -> np.ndarray:
    """Return zeros (*stack_shape, n_parameters), if wanted with the networks side by side.

    NumPy works through an array along the memory. Side by side it finds the first weight of
    all networks, then the second weight of all, …: runs of S numbers, S the size of the stack.
    In the usual order, one network after the other, the runs are as short as a layer, and for
    small layers most of the time goes into starting the next run.

    Parameters
    ----------
    stack_shape : tuple of int
    n_parameters : int
    side_by_side : bool
    dtype : dtype

    Returns
    -------
    array (*stack_shape, n_parameters)

    Raises
    ------
    MemoryError
        If there is no room for them.

    Source: Fog, *Optimizing software in C++* (2023), on structures of arrays.
    """
    with room_for("the parameters of these layer_sizes", *stack_shape, n_parameters):
        if side_by_side:
            return np.moveaxis(np.zeros((n_parameters, *stack_shape), dtype), 0, -1)
        # A view of them: NumPy would resize the array itself, and leave W and b in freed memory.
        return np.zeros((*stack_shape, n_parameters), dtype).view()


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The matrix product ``A @ B`` for one network or a stack.

    ``@`` is made for matrices with their entries side by side. For networks side by side,
    ``einsum`` is several times faster: it sums ``A[..., i, j] * B[..., j, k]`` over j, one
    term for all networks at a time.

    Parameters
    ----------
    A : array (..., n_rows, n)
    B : array (..., n, n_columns)

    Returns
    -------
    array (..., n_rows, n_columns)

    Source: the NumPy reference, ``numpy.einsum``.
    """
    if B.ndim > 2 and B.strides[-3] == B.itemsize:  # networks side by side
        return np.einsum("...ij,...jk->...ik", A, B)
    return A @ B
