"""The loss, watched while it is computed: each operation on arrays, and where it stands.

A parameter is handed to the program as an array of a class of its own, which NumPy asks before it
does anything with it. So every operation is seen, with what went in and what came out. Then the
loss is computed once more, near by, and some operations are done in another way: for example with
one operand held where it was. What the loss's slope would be if that operand were a constant is
measured like any other slope, and no rule for a derivative is needed.
"""

from __future__ import annotations

import ast
import functools
import linecache
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Arrays

Spot = tuple[CodeType, int]  # an instruction: its code, and its number there
Rule = Callable[["Operation", list[Any]], Any]  # another way to do an operation
MAKERS = ("array", "asarray", "asanyarray", "ascontiguousarray", "zeros", "ones", "empty", "full")
REDUCTIONS = ("sum", "prod", "max", "min", "amax", "amin", "mean", "var", "std")
NUMPY, OWN = (str(Path(file).parent) for file in (np.__file__, __file__))


@dataclass(eq=False)
class Operation:
    """One operation on arrays.

    Attributes
    ----------
    name : str
        NumPy's name for it, such as "matmul" or "add.reduce".
    run : function
        Does it again, with other inputs.
    inputs : list
        What went in: arrays, and whatever else.
    result : array
    spots : tuple
        Where it stands: the instruction that asked for it last, after those it was called from.
    """

    name: str
    run: Callable[..., Any]
    inputs: list[Any]
    result: np.ndarray
    spots: tuple[Spot, ...]

    def operands(self) -> list[int]:
        """Return which inputs are arrays of floats."""
        return [j for j, x in enumerate(self.inputs) if is_array(x)]

    def cost(self) -> float:
        """Return about how many nanoseconds it takes."""
        sizes = [np.size(x) for x in (*self.inputs, self.result)]
        long = self.name in ("matmul", "dot") and np.ndim(self.inputs[0]) > 1
        return 8_000 + sum(sizes) + (self.result.size * self.inputs[0].shape[-1] / 4 if long else 0)


class Strayed(Exception):
    """The program did something else than in the first run."""


class Tape:
    """All operations of one computation, which can be done again with some of them changed."""

    def __init__(self, exam: Exam, index: np.ndarray | None) -> None:
        self.exam, self.index = exam, index
        self.first: list[Operation] = []
        self.rules: dict[int, Rule] | None = None
        self.number = 0
        self.thread: int | None = None  # that computes, as long as it does

    def record(self, values: Arrays) -> list[Operation]:
        """Compute, and return the operations in their order."""
        self.first, self.rules = [], None
        self.compute(values)
        return self.first

    def run(self, values: Arrays, rules: dict[int, Rule]) -> float:
        """Compute as recorded, but do the operations of these numbers by their rules."""
        self.rules = rules
        result = self.compute(values)
        if self.number != len(self.first):
            raise Strayed
        return result

    def compute(self, values: Arrays) -> float:
        """Compute with arrays that are watched, those too that the program makes on the way."""
        patient = self.exam.patient
        X, makers = patient.X, {name: getattr(np, name) for name in MAKERS}
        self.number, self.thread = 0, threading.get_ident()

        def watched(maker: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(maker)
            def make(*args: Any, **how: Any) -> Any:
                made = maker(*args, **how)
                return traced(made, self) if self.watches() else made

            return make

        try:
            for name, maker in makers.items():
                setattr(np, name, watched(maker))
            patient.X = traced(X, self)
            return self.exam.loss([traced(makers["asarray"](v), self) for v in values], self.index)
        finally:
            patient.X, self.thread = X, None
            for name, maker in makers.items():
                setattr(np, name, maker)

    def watches(self) -> bool:
        """Say whether this is a part of the computation, not another thread, nor later."""
        return threading.get_ident() == self.thread

    def do(self, name: str, run: Callable[..., Any], inputs: list[Any]) -> Any:
        """Do one operation, and keep it; or do it by its rule."""
        k, self.number = self.number, self.number + 1
        if self.rules is None:
            result = run(*inputs)
            kept = [x.copy() if isinstance(x, np.ndarray) else x for x in inputs]
            made = bare(np.array(result))
            self.first.append(Operation(name, run, kept, made, spots_of(sys._getframe(2))))
            return result
        if k >= len(self.first) or self.first[k].name != name:
            raise Strayed
        rule = self.rules.get(k)
        return run(*inputs) if rule is None else rule(self.first[k], inputs)


class Traced(np.ndarray):
    """An array whose operations are kept on a tape."""

    tape: Tape | None = None

    def __array_finalize__(self, parent: Any) -> None:
        self.tape = getattr(parent, "tape", None)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **how: Any
    ) -> Any:
        """Do what an operator or one of NumPy's functions of entries asks for."""
        tape = tape_of([*inputs, *(out or ())])
        plain, how = bare(list(inputs)), bare(how)
        function = getattr(ufunc, method)
        if method == "at" or tape is None or ufunc.nout > 1:
            return function(*plain, **({"out": bare(out)} if out else {}), **how)
        name = ufunc.__name__ + ("" if method == "__call__" else f".{method}")
        result = tape.do(name, functools.partial(function, **how), plain)
        if out:
            bare(out[0])[...] = result
            return out[0]
        return traced(as_array(result), tape)

    def __array_function__(self, function: Any, types: Any, args: Any, how: Any) -> Any:
        """Do what another function of NumPy asks for."""
        if function.__name__ in REDUCTIONS:  # made of what the method above is asked for
            return super().__array_function__(function, types, args, how)
        tape = tape_of([*args, *(each for x in args if is_list(x) for each in x), *how.values()])
        args, how = bare(list(args)), bare(how)
        sizes = [len(x) if is_list(x) else None for x in args]
        inputs = [each for x in args for each in (x if is_list(x) else [x])]

        def run(*inputs: Any) -> Any:
            rest, given = list(inputs), []
            for size in sizes:
                given.append(rest[0] if size is None else rest[:size])
                rest = rest[size or 1 :]
            return function(*given, **how)

        if tape is None:
            return run(*inputs)
        result = tape.do(function.__name__, run, inputs)
        if isinstance(result, (list, tuple)):
            return type(result)(traced(each, tape) for each in result)
        return traced(as_array(result), tape)

    def __getitem__(self, key: Any) -> Any:
        """Return a part; one number as an array, too, so that it stays watched."""
        part, tape = super().__getitem__(key), tape_of([self])
        return bare(part) if tape is None else traced(as_array(part), tape)

    def dot(self, other: Any, out: Any = None) -> Any:
        """Multiply matrices: NumPy's own method asks nobody."""
        return np.dot(self, other, out)


def as_array(value: Any) -> Any:
    """Return a number of NumPy's as an array; anything else as it is."""
    return np.full((), value) if isinstance(value, np.floating) else value


def is_array(value: Any) -> bool:
    """Say whether a value is an array of floats."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def is_list(value: Any) -> bool:
    """Say whether a value is a list with arrays in it, as np.concatenate takes it."""
    return isinstance(value, (list, tuple)) and any(isinstance(x, np.ndarray) for x in value)


def traced(value: Any, tape: Tape) -> Any:
    """Return an array of floats as one that is watched; anything else as it is."""
    if not is_array(value):
        return value
    made = value.view(Traced)
    made.tape = tape
    return made


def bare(value: Any) -> Any:
    """Return arrays as plain ones, also those in lists and dicts."""
    if isinstance(value, Traced):
        return value.view(np.ndarray)
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)) and any(isinstance(x, (Traced, list)) for x in value):
        return type(value)(bare(each) for each in value)
    return value


def tape_of(values: Sequence[Any]) -> Tape | None:
    """Return the tape of the first watched array; None once nothing is watched any more."""
    tapes = (x.tape for x in values if isinstance(x, Traced))
    return next((tape for tape in tapes if tape is not None and tape.watches()), None)


# Where an operation stands


def spots_of(frame: FrameType | None) -> tuple[Spot, ...]:
    """Return the program's own instructions that led here, the last one at the end."""
    found: list[Spot] = []
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(OWN) and found:
            break
        if not name.startswith((NUMPY, OWN)):
            found.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(found[::-1])


@functools.lru_cache(maxsize=1024)
def span(spot: Spot) -> tuple[int, int, int, int]:
    """Return the lines and columns that an instruction was made of: 0 where nobody knows."""
    code, last = spot
    where = list(code.co_positions())[last // 2]
    line, end, column, stop = (number or 0 for number in where)
    return line, column, end, stop


def within(inner: Spot, outer: Spot) -> bool:
    """Say whether one expression is a part of another, or the same."""
    if inner[0] is not outer[0]:
        return False
    a, b = span(inner), span(outer)
    return b[:2] <= a[:2] and a[2:] <= b[2:]


@functools.lru_cache(maxsize=1024)
def text_of(spot: Spot) -> str:
    """Return the expression of an instruction as its author wrote it; "" where it is not known."""
    line, column, end, stop = span(spot)
    lines = [text.encode() for text in linecache.getlines(spot[0].co_filename)[line - 1 : end]]
    if not line or not lines:
        return ""
    lines[-1] = lines[-1][:stop]
    lines[0] = lines[0][column:]
    return " ".join(b"".join(lines).decode(errors="replace").split())


def line_of(spot: Spot) -> str:
    """Return the line of the program in which an instruction stands."""
    return linecache.getline(spot[0].co_filename, span(spot)[0]).strip()


def operand_text(operation: Operation, j: int) -> str:
    """Return how an operand is written in the program; "" where that cannot be read."""
    try:
        tree = ast.parse(text_of(operation.spots[-1])).body[0]
    except (SyntaxError, IndexError):  # nothing, or a part of a line alone
        return ""
    if isinstance(tree, ast.AugAssign):
        return ast.unparse(tree.target if j == 0 else tree.value)
    node = tree.value if isinstance(tree, ast.Expr) else None
    if isinstance(node, ast.BinOp):
        return ast.unparse(node.left if j == 0 else node.right)
    if isinstance(node, ast.UnaryOp):
        return ast.unparse(node.operand)
    if not isinstance(node, ast.Call):
        return ""
    given: list[ast.expr] = list(node.args)
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in ("np", "numpy"):
        given = [node.func.value, *given]
    given = [each for a in given
             for each in (a.elts if isinstance(a, (ast.List, ast.Tuple)) else [a])]  # fmt: skip
    return ast.unparse(given[j]) if j < len(given) else ""
