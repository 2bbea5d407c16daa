"""What an audit knows of the program while it is under way; each part is found out once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from nnlib.audit.findings import SEVERITIES, Finding
from nnlib.audit.formulas import BASES, Dense, Formula, agrees, binary, cross, fitted, rebuilt
from nnlib.audit.patient import Arrays, Failed, Patient, in_form_of
from nnlib.audit.slopes import Measured, chosen_entries, measure

CHECKS: list[Callable[[Exam], None]] = []  # in the order in which they are made


def check(function: Callable[[Exam], None]) -> Callable[[Exam], None]:
    """Register a check; the order of the modules and of the functions is that of the audit."""
    CHECKS.append(function)
    return function


class Exam:
    """One audit: the patient, what was found, and what is worked out on the way."""

    def __init__(
        self,
        patient: Patient,
        learning_rate: float | None,
        step_is: str | None,
        reports: dict[str, Any],
    ) -> None:
        self.patient = patient
        self.learning_rate = learning_rate
        self.step_is = step_is
        self.reports = reports
        self.findings: list[Finding] = []
        self.compared: list[str] = []
        self.missing: list[str] = []
        self.rng = np.random.default_rng(0)
        self.stopped = False  # nothing more can be said
        self.chain: list[Arrays] = []  # the parameters after each step, from the start
        self.flat: dict[int, tuple[float, float]] = {}  # by layer: the share that is flat, its |z|
        self.diverged: tuple[str, str, str] | None = None  # kind, where, what was seen
        self.no_numbers: set[str] = set()  # functions whose answers at the start are nan or inf
        self.loses_weights = False  # whether the loss of all loses what single samples weigh

    def find(
        self,
        kind: str,
        severity: str,
        where: str,
        seen: str,
        entries: tuple[str, ...] = (),
        advice: tuple[str, str] | None = None,
    ) -> None:
        """Add a finding, unless the same was found at the same place, as severe or more."""
        seen = self.of_all(seen)
        new = Finding(kind, severity, where, seen, entries=entries, advice=advice)
        for i, old in enumerate(self.findings):
            if (old.kind, old.where) == (kind, where):
                if SEVERITIES.index(severity) < SEVERITIES.index(old.severity):
                    self.findings[i] = new
                return
        self.findings.append(new)

    def make_note(self, kind: str, why: str) -> None:
        """Make a note of what was suspicious."""
        self.findings = [
            replace(f, severity="note", seen=f"{f.seen} {why}")
            if (f.kind, f.severity) == (kind, "suspicious")
            else f
            for f in self.findings
        ]

    def worsen(self, kind: str) -> None:
        """Call wrong what was suspicious."""
        self.findings = [
            replace(f, severity="wrong") if (f.kind, f.severity) == (kind, "suspicious") else f
            for f in self.findings
        ]

    def found(self, *kinds: str) -> bool:
        """Say whether one of these kinds was found to be wrong, or anything if none is given."""
        return any(f.severity == "wrong" and (not kinds or f.kind in kinds) for f in self.findings)

    def look(self, line: str) -> None:
        """Note what was compared and is in order."""
        line = self.of_all(line)
        if line not in self.compared:
            self.compared.append(line)

    def miss(self, line: str) -> None:
        """Note what could not be looked at."""
        line = self.of_all(line)
        if line not in self.missing:
            self.missing.append(line)

    def of_all(self, text: str) -> str:
        """Return a sentence on the few samples that were asked as one on all that there are."""
        few = self.__dict__.get("few")
        if few is None:
            return text
        n = len(few)
        text = text.replace(f"there are {n} samples", f"{n} samples were asked")
        for known, said in (
            (f"by the {n} samples", "by the number of samples" if self.shares_out else f"by {n}"),
            (f"over the {n} samples", "over the samples"),
            (f"over {n} samples", f"over the {n} samples asked"),
            (f"multiplied by {n} once", "multiplied by the number of samples once"),
            (f"by the {n * self.n_outputs} entries", "by the number of entries"),
        ):
            text = text.replace(known, said)
        return text

    @cached_property
    def shares_out(self) -> bool:
        """Whether a loss that is divided by the few samples asked is so by fewer of them, too."""
        own, few = self.formula, self.few
        if own is None or few is None:
            return True
        if f"by the {len(few)} samples" not in own.words(len(few), self.n_outputs):
            return True
        try:
            factor = self.factor_for(self.points[0], few[: len(few) // 2], own.base)
        except Failed:
            return True
        return abs(factor - own.factor) > 0.1 * abs(own.factor)

    @property
    def n_lines(self) -> int:
        """How many lines there are so far: a check that adds none has said nothing."""
        return len(self.findings) + len(self.compared) + len(self.missing)

    def failed(self, error: Failed, asked: str = "") -> None:
        """Make a finding of a call that failed, if there was a function to call."""
        if not self.patient.has(error.function):
            return
        if "not asked any more" in error.what:
            self.miss(f"more of {error.function}: the time for the audit was up")
            return
        kind, text = "raises", f"{error.function} {error.what}"
        if asked:
            text = f"{text.rstrip('.')}. It was asked for {asked}."
        self.find(kind, "wrong", error.function, text)

    # The data

    @cached_property
    def X_rows(self) -> np.ndarray:
        """X as an array (n, d), a row for each sample."""
        X = np.asarray(self.patient.X, dtype=np.float64)
        moved = np.moveaxis(X, self.patient.axis["X"], 0)
        return moved.reshape(len(moved), -1)

    @cached_property
    def y_rows(self) -> np.ndarray:
        """The targets y as an array (n, k), a row for each sample, as it came."""
        y = np.asarray(self.patient.y, dtype=np.float64)
        moved = np.moveaxis(y, self.patient.axis["y"], 0)
        return moved.reshape(len(moved), -1)

    @cached_property
    def first_answers(self) -> np.ndarray | None:
        """The program's predictions at the start (n, m), or None."""
        if not self.patient.has("predict"):
            return None
        try:
            return self.patient.predictions(self.patient.start)
        except Failed:
            return None

    @cached_property
    def n_outputs(self) -> int:
        """The number of outputs."""
        if self.first_answers is not None:
            return self.first_answers.shape[1]
        return self.y_rows.shape[1]

    @cached_property
    def labels(self) -> bool:
        """Whether y holds class numbers, one for each sample, for several outputs."""
        y = self.y_rows
        whole = np.isfinite(y).all() and (y == np.round(y)).all()
        return bool(y.shape[1] == 1 and self.n_outputs > 1 and whole)

    @cached_property
    def first_class(self) -> int:
        """The number of the first class: 1 where y counts from 1 and the program takes that."""
        y, patient = self.y_rows, self.patient
        if not self.labels or y.min() < 1 or y.max() != self.n_outputs:
            return 0
        asked = False
        for name in ("loss", "training_loss", "gradients", "step"):
            if not patient.has(name):
                continue
            seed(7)
            given = patient.made(patient.start), *patient.data()
            try:
                patient.call(name, *given)
            except Failed:
                return 0
            asked = True
        return int(asked)

    @cached_property
    def targets(self) -> np.ndarray | None:
        """The targets (n, m) in the form of the predictions, or None if they do not fit."""
        y = self.y_rows
        if self.labels:
            whole = y[:, 0].astype(int) - self.first_class
            if whole.min() < 0 or whole.max() >= self.n_outputs:
                return None
            return np.eye(self.n_outputs)[whole]
        return y if y.shape[1] == self.n_outputs else None

    def in_own_names(self, text: str) -> str:
        """Return a text on the rebuilt network with the program's own names for W1, b1 and so on.

        Many programs count from 0, and their W1 is another one.
        """
        own = {}
        for number, layer in enumerate(self.dense.layers if self.dense else [], start=1):
            own[f"W{number}"] = self.patient.names[layer.W]
            if layer.b is not None:
                own[f"b{number}"] = self.patient.names[layer.b]
            elif layer.bias_column is not None:
                own[f"b{number}"] = f"the biases in {self.patient.names[layer.W]}"
        return re.sub(r"\b[Wb]\d+\b", lambda role: own.get(role[0], role[0]), text)

    def index(self, at_most: int) -> np.ndarray | None:
        """Return some samples, or None for all if there are not more."""
        n = self.patient.n
        if n <= at_most:
            return None
        return np.sort(np.random.default_rng(1).permutation(n)[:at_most])

    @cached_property
    def few(self) -> np.ndarray | None:
        """The samples for what is asked many times: all of them where that is little work."""
        return None if self.work(None) < 200_000 else self.index(64)

    def work(self, index: Any) -> int:
        """Return about how many products a forward pass takes. No clock: a report repeats."""
        n = self.patient.n if index is None else len(index)
        return n * max(sum(value.size for value in self.patient.start), 1)

    def measurable(self, index: Any) -> int:
        """Return how many slopes of the loss there is time to measure."""
        return int(np.clip(24_000_000 // self.work(index), 24, 400))

    @property
    def features(self) -> tuple[int, str]:
        """How many features a table of samples has, and whether they are its columns or rows."""
        shape = np.shape(self.patient.X)
        if len(shape) != 2:
            return 0, ""
        return (shape[1], "columns") if self.patient.axis["X"] == 0 else (shape[0], "rows")

    def rows_of(self, index: Any) -> np.ndarray:
        """Return the inputs of some samples, a row for each."""
        return self.X_rows if index is None else self.X_rows[index]

    def targets_of(self, index: Any) -> np.ndarray | None:
        """Return the targets (n, m) of some samples."""
        if self.targets is None or index is None:
            return self.targets
        return self.targets[index]

    def as_it_came(self, name: str, rows: np.ndarray) -> Any:
        """Return X or y with other numbers, a row for each sample, in the form in which it came."""
        own, axis = getattr(self.patient, name), self.patient.axis[name]
        shape = np.moveaxis(np.asarray(own), axis, 0).shape
        return in_form_of(own, np.moveaxis(rows.reshape(shape), 0, axis))

    # The loss

    @property
    def loss_name(self) -> str:
        """The function whose slope the gradient should be."""
        return "training_loss" if self.patient.has("training_loss") else "loss"

    def loss(self, values: Arrays, index: Any = None, name: str = "") -> float:
        """Return the program's loss, always with the same random numbers."""
        seed(7)
        return self.patient.number(name or self.loss_name, values, self.patient.data(index))

    # Points at which the program is asked

    def jittered(self, scale: float, rng: np.random.Generator) -> Arrays:
        """Return the start, made smaller and moved at random."""
        result = []
        for value in self.patient.start:
            size = float(value.std()) if value.size > 1 and value.std() > 0 else 0.3
            size = max(size, 0.05)
            moved = value + 0.7 * min(size, 3.0) * rng.normal(size=value.shape)
            result.append(np.asarray(scale * moved))
        return result

    def distance(self, values: Arrays) -> float:
        """Return how far the answers are from where a bounded output is flat, at most 1."""
        if not self.patient.has("predict"):
            return 1.0
        try:
            a = self.patient.predictions(values, self.few, exact=True)
        except Failed:
            return 1.0
        if not np.isfinite(a).all():
            return -1.0
        inside = np.minimum(a, 1 - a) if a.min() >= 0 else 1 - np.abs(a)
        if np.abs(a).max() > 1:
            return 1.0
        spread = 1.0 if len(a) < 2 else float(np.ptp(a, axis=0).max() > 1e-9)
        return float(inside.min()) * max(spread, 1e-3) if inside.max() > 0 else 0.0

    @cached_property
    def points(self) -> list[Arrays]:
        """Points near the start at which the outputs are not flat."""
        best: tuple[float, float] = (-2.0, 1.0)
        for scale in (1.0, 0.3, 0.1, 0.03, 0.01, 0.001):
            here = self.distance(self.jittered(scale, np.random.default_rng(3)))
            if here > best[0]:
                best = here, scale
            if here > 0.02:
                break
        rng = np.random.default_rng(3)
        return [self.jittered(best[1], rng) for _ in range(8)]

    # What the program computes

    @cached_property
    def dense(self) -> Dense | None:
        """The dense network that answers as the program does, or None."""
        patient = self.patient
        if not patient.has("predict") or not patient.start or self.first_answers is None:
            return None
        rng = np.random.default_rng(12)
        awake = [0.5 * rng.normal(size=v.shape) for v in patient.start]  # were all neurons off

        def on(index: np.ndarray, points: list[Arrays]) -> Dense | None:
            return rebuilt(
                lambda values: patient.predictions(values, index, exact=True),
                points,
                self.X_rows[index],
                whole=self.X_rows,
            )

        try:
            few = np.arange(min(6, patient.n))
            answers = patient.predictions(awake, few, exact=True)
            more = [awake] if np.isfinite(answers).all() and not patient.shapes else []
            found = on(few, [*self.points[:2], *more])
            if found is None or self.answers_alike(found):
                return found
            # What is 0 for some samples was not seen: a ReLU at the output, say.
            return on(np.arange(patient.n)[:: -(-patient.n // 60)], [*self.points, *more]) or found
        except Failed:
            return None

    def answers_alike(self, network: Dense) -> bool:
        """Say whether a network answers as the program does for all samples, at all points."""
        answers = (self.patient.predictions(p, self.few, exact=True) for p in self.points)
        made = (network.forward(p, self.rows_of(self.few))[1][-1] for p in self.points)
        return all(agrees(a, b) for a, b in zip(made, answers, strict=True))

    @cached_property
    def formula(self) -> Formula | None:
        """The known loss that gives the program's numbers, or None."""
        return self.formula_of(self.loss_name)

    def factor_for(
        self, values: Arrays, index: Any, base: str, own: Formula | None = None, name: str = ""
    ) -> float:
        """Return the factor of a base in the loss for some samples, divided as it divides them.

        ``own`` and ``name``: the formula and the name of the loss, where another one is meant.
        """
        y, own = self.targets_of(index), own or self.formula
        assert y is not None
        assert own is not None
        answers = self.patient.predictions(values, index, exact=True)
        if base in ("binary", "cross") and cut_off(answers) and values is not self.points[0]:
            values = self.points[0]  # the factor is the same there, and the logarithms are whole
            answers = self.patient.predictions(values, index, exact=True)
        penalty = own.decay * self.squares(values) + own.sizes * self.sizes(values)
        penalty += own.decay_of_all * sum(float(np.sum(v**2)) for v in values)
        penalty += own.sizes_of_all * sum(float(np.sum(np.abs(v))) for v in values)
        total = BASES[base](answers, y)
        if total == 0:  # each answer is its target: the slope is 0 whatever the factor is
            return own.factor
        return (self.loss(values, index, name) - penalty) / total

    def formula_at(self, values: Arrays, index: Any) -> Formula | None:
        """Return the formula of the loss for some samples."""
        own, n = self.formula, self.patient.n if self.few is None else len(self.few)
        if own is None or index is None or len(index) == n or not self.patient.has(self.loss_name):
            return own
        return replace(own, factor=self.factor_for(values, index, own.base))

    @cached_property
    def base_values(self) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
        """The sums of all bases at the points, and the predictions there."""
        y, answers = self.targets_of(self.few), []
        if y is None or not self.patient.has("predict"):
            return {}, []
        for values in self.points:
            answers.append(self.patient.predictions(values, self.few, exact=True))
        bases = {
            name: np.array([base(a, y) for a in answers])
            for name, base in BASES.items()
            if self.possible(name, answers, y)
        }
        return bases, answers

    def possible(self, base: str, answers: list[np.ndarray], y: np.ndarray) -> bool:
        """Say whether a base makes sense for these predictions and targets."""
        inside = all(a.min() >= 0 and a.max() <= 1 for a in answers)
        if base in ("binary", "cross", "other_half", "focal"):
            return inside
        if base in ("cross_from_logits", "cosine"):
            return y.shape[1] > 1
        if base == "focal_cross":
            return inside and y.shape[1] > 1
        if base.startswith("smoothed"):  # for targets that do not do it themselves
            return inside and bool(set(np.unique(y)) <= {0.0, 1.0})
        if base == "divergence":  # for classes it is the cross-entropy
            soft = y.min() >= 0 and y.max() <= 1 and not set(np.unique(y)) <= {0.0, 1.0}
            return inside and bool(soft)
        if base in ("hinge", "squared_hinge"):
            yes_or_no = {0.0, 1.0} if not inside and y.shape[1] == 1 else {-1.0, 1.0}
            return set(np.unique(y)) in ({-1.0, 1.0}, yes_or_no)
        if base == "class_hinge":
            one_each = set(np.unique(y)) == {0.0, 1.0} and bool((y.sum(axis=1) == 1).all())
            return not inside and y.shape[1] > 1 and one_each
        if base in ("log_squared", "poisson"):
            least = 0.0 if base == "poisson" else -1.0
            return all(a.min() > least for a in answers) and bool(y.min() >= 0)
        return True

    def formula_of(self, name: str) -> Formula | None:
        """Return the formula of a function that returns one number."""
        try:
            bases, _ = self.base_values
            losses = np.array([self.loss(values, self.few, name) for values in self.points])
        except Failed:
            return None
        if not bases or not np.isfinite(losses).any():
            return None
        weights = np.array([self.squares(p) for p in self.points])
        everything = np.array([sum(np.sum(v**2) for v in p) for p in self.points])
        sizes = np.array([self.sizes(p) for p in self.points])
        sizes_of_all = np.array([sum(np.sum(np.abs(v)) for v in p) for p in self.points])
        tolerance = 1e-2 if self.patient.single else 1e-3
        return fitted(losses, bases, weights, everything, tolerance, sizes, sizes_of_all)

    @cached_property
    def weights(self) -> list[int]:
        """Which parameters are weights, and no biases."""
        if self.dense is not None:
            return [layer.W for layer in self.dense.layers]
        start = self.patient.start
        return [i for i, v in enumerate(start) if v.ndim == 2 and (min(v.shape) > 1 or len(v) > 1)]

    def squares(self, values: Arrays) -> float:
        """Return the sum of the squares of the weights, without biases in a column of them."""
        if self.dense is None:
            return sum(float(np.sum(values[i] ** 2)) for i in self.weights)
        return sum(float(np.sum(layer.matrix(values) ** 2)) for layer in self.dense.layers)

    def sizes(self, values: Arrays) -> float:
        """Return the sum of the sizes of the weights, without biases in a column of them."""
        if self.dense is None:
            return sum(float(np.sum(np.abs(values[i]))) for i in self.weights)
        return sum(float(np.sum(np.abs(each.matrix(values)))) for each in self.dense.layers)

    def known_slopes(self, values: Arrays, base: str, index: Any, like: Measured) -> Arrays | None:
        """Return the gradient of the sum of a base, where ``like`` was measured or everywhere."""
        y = self.targets_of(index)
        if y is None:
            return None
        if self.dense is not None:
            X = self.rows_of(index)
            return self.dense.gradient(values, X, y, Formula(base, 1.0))
        entries = [[tuple(i) for i in np.argwhere(~np.isnan(s))] for s in like.slope]
        try:
            return measure(
                lambda p: BASES[base](self.patient.predictions(p, index, exact=True), y),
                values,
                entries,
                self.patient.single,
            ).slope
        except Failed:
            return None

    def measured(self, values: Arrays, index: Any, at_most: int = 0) -> Measured:
        """Measure slopes of the loss, at all entries or at some."""
        room = at_most or self.measurable(index)
        entries = chosen_entries(values, room, np.random.default_rng(5))
        return measure(lambda p: self.loss(p, index), values, entries, self.patient.single)


def cut_off(answers: np.ndarray) -> bool:
    """Say whether answers are so near to 0 or 1 that a logarithm of them is not to be trusted."""
    return bool(np.minimum(answers, 1 - answers).min(initial=1) < 1e-9)


def seed(number: int) -> None:
    """Set the global generators, which a program may draw from; the audit puts them back."""
    import random

    np.random.seed(number)  # noqa: NPY002 - for the program, not for us
    random.seed(number)


def table(a: np.ndarray, b: np.ndarray) -> bool:
    """Say whether two arrays of different shapes broadcast to a larger one."""
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return shape not in (a.shape, b.shape) or int(np.prod(shape)) > max(a.size, b.size)


STRETCHED: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "squared": lambda a, y: float(np.sum((a - y) ** 2)),
    "binary": lambda a, y: float(binary(*np.broadcast_arrays(a, y))),
    "cross": lambda a, y: float(cross(*np.broadcast_arrays(a, y))),
    "absolute": lambda a, y: float(np.sum(np.abs(a - y))),
}
