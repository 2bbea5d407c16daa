"""Diagnosis: the report of a gradient check, and what a wrong gradient looks like.

Mistakes leave patterns: one factor throughout, one layer from which everything is wrong, a
transpose, a column. The report names the pattern that it finds.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class ParameterCheck:
    """The comparison of one parameter's analytic and numerical gradient.

    Attributes
    ----------
    name : str
        "W1", "b1", …
    relative_error : float
        The largest ``|analytic - numerical|``, divided by the largest entry of either.
    index : tuple of int
        Where that largest difference is.
    analytic, numerical : float
        The two values there.
    ok : bool
        Whether the difference is within the tolerance.
    computed, measured : arrays of the parameter's shape
        The two whole gradients, of which ``analytic`` and ``numerical`` are entries.
    """

    name: str
    relative_error: float
    index: tuple[int, ...]
    analytic: float
    numerical: float
    ok: bool
    computed: np.ndarray = field(repr=False, compare=False)
    measured: np.ndarray = field(repr=False, compare=False)


@dataclass
class GradientReport:
    """The verdict of a gradient check, one row a parameter. ``print(report)`` shows it.

    ``print(report.explain())`` adds the reason for the limit, and what the errors look like.

    Attributes
    ----------
    rows : list of ParameterCheck
    tolerance : float
    n_samples, n_outputs : int, or None
        Of the data, if they are known: they make numbers like 4 or 1/8 speak.
    """

    rows: list[ParameterCheck]
    tolerance: float
    n_samples: int | None = None
    n_outputs: int | None = None

    @property
    def ok(self) -> bool:
        """Whether every parameter agrees."""
        return all(row.ok for row in self.rows)

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max(row.relative_error for row in self.rows)

    def __str__(self) -> str:
        lines = [f"{'parameter':<10} {'relative error':<16} verdict"]
        for row in self.rows:
            if row.ok:
                lines.append(f"{row.name:<10} {f'below {self.tolerance:.0e}':<16} right")
            else:
                entry = f"{row.name}[{', '.join(map(str, row.index))}]"
                lines.append(
                    f"{row.name:<10} {row.relative_error:<16.4f} WRONG: the formula says "
                    f"{entry} = {row.analytic:.6f}, the loss says {row.numerical:.6f}"
                )
        return "\n".join(lines)

    def explain(self, *, reason: bool = True) -> str:
        """Return the report as a text, with the reason for the limit and the suggestions."""
        text = (
            f"The limit is {self.tolerance:.0e}. In float64 a right formula is off by about 1e-09, "
            "from rounding,\nand a wrong one by percents: whatever lies between tells them apart."
        )
        marked = [
            textwrap.fill(line, 92, initial_indent="- ", subsequent_indent="  ")
            for line in self.suggestions()
        ]
        return "\n\n".join([str(self)] + [text] * reason + ["\n".join(marked)] * bool(marked))

    def suggestions(self) -> list[str]:
        """Return what the pattern of the errors suggests: sentences, none if all is right."""
        if self.ok:
            return []
        everywhere = suggest_from_one_factor(self.rows, self.n_samples, self.n_outputs)
        if everywhere:
            return [everywhere]
        lines = [suggest_from_place(self.rows)]
        for row in self.rows:
            if not row.ok:
                lines.append(suggest_from_entries(row, self.n_samples, self.n_outputs))
        lines.append(suggest_from_direction(self.rows))
        return [line for line in lines if line]


def factor_between(computed: np.ndarray, measured: np.ndarray) -> float | None:
    """Return the number ``f`` with ``computed = f * measured``, or None if there is none.

    Parameters
    ----------
    computed, measured : arrays of one shape
        The gradient by the formula, and the measured one.

    Returns
    -------
    float, or None
        None also if ``measured`` is 0 throughout, where any factor would do.

    Source: least squares, which finds the factor; then the rest is looked at.
    """
    scale = np.abs(measured).max()
    if scale < 1e-12:
        return None
    f = float(np.vdot(measured / scale, computed / scale) / np.square(measured / scale).sum())
    rest = np.abs(computed - f * measured).max()
    return f if rest <= 1e-5 * max(np.abs(computed).max(), scale) else None


def factor_in_words(f: float, n_samples: int | None, n_outputs: int | None) -> str:
    """Say where a stray factor might come from.

    Parameters
    ----------
    f : float
    n_samples, n_outputs : int, or None

    Returns
    -------
    str
        A question, or several; empty if nothing is known about such a number.

    Source: lesson 03, on sums and means.
    """
    if abs(f) < 1e-5:
        return "Is this gradient computed at all?"
    n, m = n_samples or 0, n_outputs or 0
    known: dict[str, float] = {
        "a sum where the loss is a mean over {n} samples": n,
        "a sum where the loss is a mean over {n} samples and {m} outputs": n * m if m > 1 else 0,
        "a sum where the loss is a mean over {m} outputs": m,
        "half a sum of squares where the loss is their mean": n * m / 2,
        "a mean taken twice, over {n} samples": 1 / n if n else 0,
        "a mean taken twice, over {n} samples and {m} outputs": 1 / (n * m) if m > 1 and n else 0,
        "the 2 of a square, once too often": 2,
        "the 2 of a square, forgotten": 0.5,
    }
    found = [
        text.format(n=n, m=m)
        for text, value in known.items()
        if value != 1 and abs(abs(f) - value) < 1e-4 * value
    ]
    if f < 0:
        found.insert(0, "a sign: a step against it goes uphill")
    if not found:
        return "Which factor of your formula has this value?"
    return f"{', or '.join(found)}?".capitalize()


def suggest_from_one_factor(
    rows: list[ParameterCheck], n_samples: int | None, n_outputs: int | None
) -> str:
    """Say so if the whole gradient is the right one times a single number.

    Parameters
    ----------
    rows : list of ParameterCheck
    n_samples, n_outputs : int, or None

    Returns
    -------
    str, empty if it is not so

    Source: lesson 07, whose networks 001, 002 and 003 are of this kind.
    """
    computed = np.concatenate([row.computed.ravel() for row in rows])
    measured = np.concatenate([row.measured.ravel() for row in rows])
    f = factor_between(computed, measured)
    if f is None or len(rows) == 1 or not any(row.measured.any() and not row.ok for row in rows):
        return ""
    where_to_look = factor_in_words(f, n_samples, n_outputs)
    if f == 0:
        return f"Every entry of every parameter is 0. {where_to_look}"
    direction = "is right, and only its length is not" if f > 0 else "is the opposite one"
    return (
        f"Every entry of every parameter is {f:.4f} times what the loss says: the direction "
        f"{direction}. {where_to_look}"
    )


def suggest_from_place(rows: list[ParameterCheck]) -> str:
    """Say which step of the backward pass the wrong parameters have in common.

    Parameters
    ----------
    rows : list of ParameterCheck
        Named W1, b1, W2, …; with other names nothing is said.

    Returns
    -------
    str, possibly empty

    Source: the order of the four equations in :mod:`nnlib.backprop`.
    """
    if not all(re.fullmatch(r"[Wb]\d+", row.name) for row in rows):
        return ""
    wrong = {(row.name[0], int(row.name[1:])) for row in rows if not row.ok}
    right = {(row.name[0], int(row.name[1:])) for row in rows if row.ok}
    last = max(layer for _, layer in wrong | right)
    first_bad = max(layer for _, layer in wrong)  # seen from the output
    layers = {layer for _, layer in wrong}
    kinds = {kind for kind, _ in wrong}
    b_right = all(("b", layer) in right for layer in layers)
    W_right = all(("W", layer) in right for layer in layers)
    if kinds == {"W"} and b_right:
        names = " and ".join(f"W{layer}" for layer in sorted(layers))
        return (
            f"Only weights are wrong ({names}), and the biases of the same layers are right, so "
            "delta is right. Look at the product a.T @ delta."
        )
    if kinds == {"b"} and W_right:
        names = " and ".join(f"b{layer}" for layer in sorted(layers))
        return (
            f"Only biases are wrong ({names}), and the weights of the same layers are right, so "
            "delta is right. Look at the sum of delta over the samples."
        )
    if first_bad == last:
        return (
            f"The error is there at the output already, in layer {last}. Look at the delta of the "
            "output, and whether the loss that is printed is the one that was derived."
        )
    if {layer for _, layer in right} >= set(range(first_bad + 1, last + 1)):
        return (
            f"From layer {first_bad + 1} on all is right, so delta{first_bad + 1} is right. The "
            f"error comes in at delta{first_bad}: the way back through W{first_bad + 1}, or the "
            f"slope of layer {first_bad}'s activation."
        )
    return ""


def suggest_from_entries(row: ParameterCheck, n_samples: int | None, n_outputs: int | None) -> str:
    """Say what the errors inside one wrong parameter have in common.

    Parameters
    ----------
    row : ParameterCheck
    n_samples, n_outputs : int, or None

    Returns
    -------
    str, possibly empty

    Source: lesson 07.
    """
    computed, measured = row.computed, row.measured
    f = factor_between(computed, measured)
    if f is not None:
        return (
            f"{row.name} is {f:.4f} times what the loss says. "
            f"{factor_in_words(f, n_samples, n_outputs)}"
        )
    limit = 1e-6 * max(np.abs(computed).max(), np.abs(measured).max())
    if computed.ndim != 2:
        return ""
    turned = computed.T.shape == measured.shape and np.abs(computed.T - measured).max() <= limit
    if turned and min(computed.shape) > 1:
        return f"{row.name} is the transpose of what the loss says."
    wrong = np.abs(computed - measured) > limit
    columns, rows = np.flatnonzero(wrong.any(axis=0)), np.flatnonzero(wrong.any(axis=1))
    dead = np.abs(measured).max(axis=0) <= limit
    if dead[columns].all():
        return (
            f"{row.name} is wrong only in {listed('column', columns)}, where the loss says 0: "
            "these neurons are dead for all the samples. Is their slope taken from z, and is it 0?"
        )
    speaks = np.abs(measured) > limit  # where the loss says 0, a wrong factor does not show
    if len(columns) < np.count_nonzero(speaks.any(axis=0)):
        return f"{row.name} is wrong only in {listed('column', columns)}: look at these neurons."
    if len(rows) < np.count_nonzero(speaks.any(axis=1)):
        return f"{row.name} is wrong only in {listed('row', rows)}: look at these inputs."
    return ""


def listed(word: str, numbers: Sequence[int] | np.ndarray) -> str:
    """Return "column 2" or "columns 0, 2", for example.

    Parameters
    ----------
    word : str
    numbers : sequence, or array (n,), of int

    Returns
    -------
    str

    Source: none needed.
    """
    return f"{word}{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def suggest_from_direction(rows: list[ParameterCheck]) -> str:
    """Say whether a step along the wrong gradient goes downhill all the same.

    Parameters
    ----------
    rows : list of ParameterCheck

    Returns
    -------
    str, possibly empty

    Source: lesson 05, section 5.2: the change of the loss is the cosine's.
    """
    computed = np.concatenate([row.computed.ravel() for row in rows])
    measured = np.concatenate([row.measured.ravel() for row in rows])
    with np.errstate(over="ignore"):  # looked at in the next line
        lengths = np.linalg.norm(computed) * np.linalg.norm(measured)
    if not 0 < lengths < np.inf:
        return ""
    cosine = float(np.vdot(computed, measured) / lengths)
    effect = "so the loss falls all the same" if cosine > 0 else "so a step goes uphill"
    return f"Taken together the two gradients have the cosine {cosine:.4f}, {effect}."
