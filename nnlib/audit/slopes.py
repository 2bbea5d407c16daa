"""Slopes of a program's own loss, measured with a step that suits each parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # a module that takes a while to load
    from numpy.typing import ArrayLike

Arrays = list[np.ndarray]


def flat_of(arrays: Arrays) -> np.ndarray:
    """Return all numbers in one row."""
    return np.concatenate([np.ravel(a) for a in arrays])


@dataclass
class Measured:
    """Slopes at some entries of the parameters; NaN where none was measured.

    ``low`` and ``high`` are the slopes on the two sides, apart only at a corner; ``noise`` is
    what rounding can make of a slope of 0.
    """

    slope: Arrays
    low: Arrays
    high: Arrays
    noise: float
    n_corners: int = 0

    def difference(self, computed: Arrays) -> Arrays:
        """Return by how much each computed entry lies outside of what was measured."""
        return [
            np.where(np.isnan(s), 0.0, np.maximum(np.maximum(low - g, g - high), 0.0))
            for g, s, low, high in zip(computed, self.slope, self.low, self.high, strict=True)
        ]


def chosen_entries(
    values: Arrays, at_most: int, rng: np.random.Generator
) -> list[list[tuple[int, ...]]]:
    """Return indices into each array: all if there is room, otherwise some of each."""
    if sum(value.size for value in values) <= at_most:
        return [list(np.ndindex(value.shape)) for value in values]
    share = max(2, at_most // max(len(values), 1))
    chosen = []
    for value in values:
        flat = rng.permutation(value.size)[:share]
        chosen.append([tuple(int(i) for i in np.unravel_index(k, value.shape)) for k in flat])
    return chosen


def measure(
    function: Callable[[Arrays], float],
    values: Arrays,
    entries: list[list[tuple[int, ...]]],
    single: bool = False,
) -> Measured:
    """Measure the slopes of a function of arrays at some entries."""
    here = function(values)
    precision = 6e-8 if single else 1.2e-16
    first = 3e-3 if single else 1e-5
    result = [np.full(value.shape, np.nan) for value in values]
    low, high = [r.copy() for r in result], [r.copy() for r in result]
    corners = 0
    for k, indices in enumerate(entries):
        moved = [np.array(value) for value in values]
        for i in indices:
            h = first * max(1.0, abs(values[k][i]))
            up, down = one_sided(function, moved, k, i, values[k][i], h, here)
            for _ in range(0 if single else 3):
                if (
                    abs(up - down)
                    <= 1e-3 * max(abs(up), abs(down)) + 50 * precision * abs(here) / h
                ):
                    break
                h /= 12
                up, down = one_sided(function, moved, k, i, values[k][i], h, here)
            slack = 50 * precision * abs(here) / h
            corner = abs(up - down) > 3e-3 * max(abs(up), abs(down)) + 4 * slack and not single
            corners += corner
            result[k][i] = (up + down) / 2
            low[k][i] = min(up, down) - slack if corner else (up + down) / 2 - slack
            high[k][i] = max(up, down) + slack if corner else (up + down) / 2 + slack
    noise = 50 * precision * max(abs(here), 1e-300) / first
    return Measured(result, low, high, noise, corners)


def one_sided(
    function: Callable[[Arrays], float],
    moved: Arrays,
    k: int,
    i: tuple[int, ...],
    value: float,
    h: float,
    here: float,
) -> tuple[float, float]:
    """Return the slopes upwards and downwards from one entry."""
    moved[k][i] = value + h
    above = (function(moved) - here) / (moved[k][i] - value)
    moved[k][i] = value - h
    below = (here - function(moved)) / (value - moved[k][i])
    moved[k][i] = value
    return above, below


def flat_pairs(g: Arrays, measured: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Return the computed and the measured slopes where there are both, flat."""
    keep = [~np.isnan(s) for s in measured.slope]
    a = np.concatenate([x[k] for x, k in zip(g, keep, strict=True)])
    b = np.concatenate([x[k] for x, k in zip(measured.slope, keep, strict=True)])
    return a, b


def one_factor(
    g: np.ndarray, s: np.ndarray, tolerance: float = 1e-3, noise: float = 0.0
) -> float | None:
    """Return f with g = f s, or None."""
    scale = float(np.abs(s).max(initial=0))
    if scale <= noise or scale == 0 or not np.isfinite(g).all():
        return None
    f = float(np.vdot(s / scale, g / scale) / np.sum((s / scale) ** 2))
    rest = float(np.abs(g - f * s).max())
    return (
        f
        if rest <= tolerance * max(float(np.abs(g).max()), abs(f) * scale) + abs(f) * noise
        else None
    )


def peak(a: ArrayLike) -> float:
    """Return the largest size of an entry; 0 if there is none."""
    return float(np.abs(a).max(initial=0))


def at_largest(a: np.ndarray) -> int:
    """Return the place of the largest entry, in the flat array.

    Of entries that rounding alone tells apart, it is the first: on every processor the same one.
    """
    largest = float(a.max())
    near = a >= largest - 1e-3 * abs(largest) if np.isfinite(largest) else a == a.max()
    return int(near.argmax())


def largest_first(sizes: list[float]) -> list[int]:
    """Return the places of numbers, the largest first."""
    left, found = list(range(len(sizes))), []
    while left:
        found.append(left.pop(at_largest(np.array([sizes[k] for k in left]))))
    return found
