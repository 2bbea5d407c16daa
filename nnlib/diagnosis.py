"""Diagnosis: the report of a gradient check, and what a wrong gradient looks like.

Mistakes leave patterns: one factor throughout, one layer from which everything is wrong, a
transpose, a column. The report names the pattern that it finds.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

USUAL = "float64 a right formula is off by about 1e-09, "


@dataclass
class ParameterCheck:
    """The comparison of one parameter's analytic and numerical gradient.

    Its verdict is one of three: ``ok``, ``wrong``, or neither if nothing could be compared.

    Attributes
    ----------
    name : str
        "W1", "b1", …
    relative_error : float
        The largest ``|analytic - numerical|``, divided by the largest entry of either. A
        difference that rounding explains counts as 0.
    index : tuple of int
        Where that largest difference is.
    analytic, numerical : float
        The two values there.
    ok : bool
        Whether entries were compared, and all of them agree.
    computed, measured : arrays of the parameter's shape
        The two whole gradients, of which ``analytic`` and ``numerical`` are entries.
    compared : array of bool, the parameter's shape
        Which entries could be compared.
    wrong : bool
        Whether an entry differs by more than tolerance and rounding allow.
    note : str
        Why entries were not compared; empty if all were.
    """

    name: str
    relative_error: float
    index: tuple[int, ...]
    analytic: float
    numerical: float
    ok: bool
    computed: np.ndarray = field(repr=False, compare=False)
    measured: np.ndarray = field(repr=False, compare=False)
    compared: np.ndarray = field(repr=False, compare=False)
    wrong: bool = False
    note: str = ""


@dataclass
class GradientReport:
    """The verdict of a gradient check, one row a parameter. ``print(report)`` shows it.

    It is true if something was compared and nothing is wrong: ``assert check_gradients(…)``.
    ``print(report.explain())`` adds the reason for the limit, and what the errors look like.

    Attributes
    ----------
    rows : list of ParameterCheck
    tolerance : float
    n_samples, n_outputs : int, or None
        Of the data, if they are known: they make numbers like 4 or 1/8 speak.
    notes : list of str
        What made the measurement coarse: inputs that are not scaled, float32.
    samples_are_rows : bool, or None
        The layout, if it is known: W is (n_in, n_out) then, and a column of it is a neuron.
    """

    rows: list[ParameterCheck]
    tolerance: float
    n_samples: int | None = None
    n_outputs: int | None = None
    notes: list[str] = field(default_factory=list)
    samples_are_rows: bool | None = None

    def __bool__(self) -> bool:
        return self.ok

    @property
    def ok(self) -> bool:
        """Whether something was compared, and no parameter is wrong."""
        return any(row.ok for row in self.rows) and not any(row.wrong for row in self.rows)

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max(row.relative_error for row in self.rows)

    def __str__(self) -> str:
        lines = [f"{'parameter':<10} {'relative error':<15} verdict"]
        lines += [row_in_words(row, self.tolerance) for row in self.rows]
        return "\n".join(lines + [filled(note) for note in self.notes])

    def explain(self, *, reason: bool = True) -> str:
        """Return the report as a text, with the reason for the limit and the suggestions."""
        short = any("is in float32, which" in note for note in self.notes)
        usual = "float32 a right formula is off by about 1e-05, " if short else USUAL
        text = (
            f"The limit is {self.tolerance:.0e}. In {usual}"
            "from rounding, and a wrong one by percents: whatever lies between tells them apart."
        )
        marked = [filled(line, "- ", "  ") for line in self.suggestions()]
        return "\n\n".join(
            [str(self)] + [filled(text)] * reason + ["\n".join(marked)] * bool(marked)
        )

    def suggestions(self) -> list[str]:
        """Return what the pattern of the errors suggests: sentences, none if nothing is wrong."""
        wrong = [row for row in self.rows if row.wrong]
        if not wrong:
            return []
        everywhere = suggest_from_one_factor(self.rows, self.n_samples, self.n_outputs)
        if everywhere:
            return [everywhere]
        lines = [suggest_from_place(self.rows)]
        axes = meaning_of_axes(self.rows, self.samples_are_rows)
        last = max(row.name[1:].zfill(9) for row in self.rows)
        for row in wrong:
            hidden = row.name[1:].zfill(9) < last
            lines.append(suggest_from_entries(row, self.n_samples, self.n_outputs, axes, hidden))
        lines.append(suggest_from_direction(self.rows))
        return [line for line in lines if line]


def filled(text: str, first: str = "", rest: str = "") -> str:
    """Return a text in lines of at most 79 characters.

    Parameters
    ----------
    text, first, rest : str
        ``first`` begins the first line, ``rest`` the others.

    Returns
    -------
    str

    Source: ``textwrap.fill``.
    """
    return textwrap.fill(text, 79, initial_indent=first, subsequent_indent=rest)


def row_in_words(row: ParameterCheck, tolerance: float) -> str:
    """Return the line of the report for one parameter.

    Parameters
    ----------
    row : ParameterCheck
    tolerance : float

    Returns
    -------
    str

    Source: lesson 04.
    """
    if row.ok:
        note = f" ({row.note})" if row.note else ""
        return f"{row.name:<10} {f'below {tolerance:.0e}':<15} right{note}"
    if not row.wrong:
        return f"{row.name:<10} {'-':<15} nothing compared: {row.note}"
    error = row.relative_error
    error_text = f"{error:.4f}" if error >= 1e-3 else f"{error:.1e}"
    analytic, numerical = both_numbers(row.analytic, row.numerical)
    entry = f"{row.name}[{', '.join(map(str, row.index))}]"
    return (
        f"{row.name:<10} {error_text:<15} WRONG: {entry} is {analytic}, the loss says {numerical}"
    )


def both_numbers(a: float, b: float) -> tuple[str, str]:
    """Return two different numbers as texts that are short, and differ.

    Parameters
    ----------
    a, b : float

    Returns
    -------
    two str
        With six decimals if that shows them well, else with four digits, or as many as it takes.

    Source: our own.
    """
    size = max(abs(a), abs(b))
    texts = [(f"{a:.6f}", f"{b:.6f}")] if 1e-3 <= size < 1e6 else []
    texts += [(f"{a:.{digits}g}", f"{b:.{digits}g}") for digits in range(4, 17)]
    return next((pair for pair in texts if pair[0] != pair[1]), (str(a), str(b)))


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
    if f == 0:
        return "Is this gradient computed at all?"
    if abs(f) < 1e-5:
        return (
            "Is this gradient computed at all? Or does the loss differ from call to call, through "
            "dropout or shuffled samples?"
        )
    n, m = n_samples or math.nan, n_outputs or math.nan  # which no factor is near
    known: dict[str, float] = {
        "a sum where the loss is a mean over {n} samples": n,
        "a sum where the loss is a mean over {n} samples and {m} outputs": n * m
        if m > 1
        else math.nan,
        "a sum where the loss is a mean over {m} outputs": m,
        "half a sum of squares where the loss is their mean": n * m / 2,
        "a mean taken twice, over {n} samples": 1 / n,
        "a mean taken twice, over {n} samples and {m} outputs": 1 / (n * m) if m > 1 else math.nan,
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
    question = ", or ".join(found)
    return f"{question[0].upper()}{question[1:]}?"


def joined(rows: list[ParameterCheck]) -> tuple[np.ndarray, np.ndarray]:
    """Return the two gradients as two vectors, of the entries that could be compared.

    Parameters
    ----------
    rows : list of ParameterCheck

    Returns
    -------
    computed, measured : arrays (n_compared,)

    Source: our own.
    """
    computed = np.concatenate([row.computed[row.compared] for row in rows])
    return computed, np.concatenate([row.measured[row.compared] for row in rows])


def meaning_of_axes(rows: list[ParameterCheck], samples_are_rows: bool | None) -> dict[str, str]:
    """Say what a row and a column of a W stand for; if it is not known, the shapes of b tell.

    Parameters
    ----------
    rows : list of ParameterCheck
    samples_are_rows : bool, or None

    Returns
    -------
    dict
        From "row" and "column" to "inputs" and "neurons"; empty if it cannot be told.

    Source: one bias for each neuron.
    """
    shapes = {row.name: row.computed.shape for row in rows}
    for name, shape in shapes.items():
        bias = shapes.get(f"b{name[1:]}")
        if name[0] == "W" and len(shape) == 2 and samples_are_rows is None:
            in_a_row, in_a_column = bias == (1, shape[1]), bias == (shape[0], 1)
            if in_a_row != in_a_column:
                samples_are_rows = in_a_row
    if samples_are_rows is None:
        return {}
    if samples_are_rows:
        return {"row": "inputs", "column": "neurons"}
    return {"row": "neurons", "column": "inputs"}


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
    computed, measured = joined(rows)
    f = factor_between(computed, measured)
    if f is None or len(rows) == 1 or not any(row.measured.any() and row.wrong for row in rows):
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
    wrong = {(row.name[0], int(row.name[1:])) for row in rows if row.wrong}
    right = {(row.name[0], int(row.name[1:])) for row in rows if row.ok}
    last = max(int(row.name[1:]) for row in rows)
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


def suggest_from_entries(
    row: ParameterCheck,
    n_samples: int | None,
    n_outputs: int | None,
    axes: dict[str, str],
    hidden: bool,
) -> str:
    """Say what the errors inside one wrong parameter have in common.

    Parameters
    ----------
    row : ParameterCheck
    n_samples, n_outputs : int, or None
    axes : dict
        What a row and a column stand for, see :func:`meaning_of_axes`.
    hidden : bool
        Whether it belongs to a hidden layer, where neurons can be dead.

    Returns
    -------
    str, possibly empty

    Source: lesson 07.
    """
    computed, measured = (
        np.where(row.compared, each, 0.0) for each in (row.computed, row.measured)
    )
    f = factor_between(computed, measured)
    if f is not None:
        words = factor_in_words(f, n_samples, n_outputs)
        # Of one entry, any two numbers are a factor apart.
        if computed.size > 1 or not words.startswith("Which"):
            return f"{row.name} is {f:.4f} times what the loss says. {words}"
        return ""
    limit = 1e-6 * max(np.abs(computed).max(), np.abs(measured).max())
    if computed.ndim != 2:
        return ""
    turned = computed.T.shape == measured.shape and np.abs(computed.T - measured).max() <= limit
    if turned:
        return f"{row.name} is the transpose of what the loss says."
    wrong, speaks = np.abs(computed - measured) > limit, np.abs(measured) > limit
    for word, axis in [("column", 0), ("row", 1)]:
        places = np.flatnonzero(wrong.any(axis=axis))
        meaning = axes.get(word)
        if hidden and meaning == "neurons" and not speaks.any(axis=axis)[places].any():
            return (
                f"{row.name} is wrong only in {listed(word, places)}, where the loss says 0: "
                "these neurons are dead for all the samples. Is their slope taken from z, and is "
                "it 0?"
            )
        # Where the loss says 0, a wrong factor does not show.
        if len(places) < np.count_nonzero(speaks.any(axis=axis)):
            look = f": look at these {meaning}" if meaning else ""
            return f"{row.name} is wrong only in {listed(word, places)}{look}."
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

    Source: our own.
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
    computed, measured = joined(rows)
    with np.errstate(over="ignore"):  # looked at in the next line
        lengths = np.linalg.norm(computed) * np.linalg.norm(measured)
    if not 0 < lengths < np.inf:
        return ""
    cosine = float(np.vdot(computed, measured) / lengths)
    effect = "so the loss falls all the same" if cosine > 0 else "so a step goes uphill"
    return f"Taken together the two gradients have the cosine {cosine:.4f}, {effect}."
