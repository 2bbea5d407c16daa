"""The program that is audited, brought into one form: arrays in a fixed order, functions of them.

Every call gets copies, so that whatever the program does to its arguments stays its own affair.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import math
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from nnlib.validation import describe

Arrays = list[np.ndarray]
SECONDS_A_CALL = 3.0  # a call that takes longer is given up
DEEPEST = 8  # levels of a structure that are looked through: one that holds itself has no last one


class Failed(Exception):
    """A function of the program raised, or returned what cannot be used."""

    def __init__(self, function: str, what: str) -> None:
        what = re.sub(r" at 0x[0-9a-fA-F]+(\.\.\.)?", "", what)  # another one each time
        super().__init__(f"{function} {what}")
        self.function = function
        self.what = what


class Silent(io.TextIOBase):
    """A stream that takes everything and keeps nothing: what the program prints is not shown."""

    def write(self, text: str) -> int:
        """Take a text."""
        return len(text)

    def close(self) -> None:
        """Stay open, whatever the program does."""


# Structures: dicts, lists, tuples and objects, with numbers at their ends


def is_leaf(value: Any, top: bool = False) -> bool:
    """Say whether a value is an array of numbers, a number, or a nested list of numbers."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf"
    if isinstance(value, (bool, int, float, np.number)):
        return True
    if top or not isinstance(value, (list, tuple)) or not value or holds_arrays(value):
        return False
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except ValueError:  # rows of different lengths
        return False


def holds_arrays(value: Any, depth: int = 0) -> bool:
    """Say whether there is an array or a dict somewhere in nested lists."""
    if isinstance(value, (list, tuple)):
        return depth > DEEPEST or any(holds_arrays(each, depth + 1) for each in value)
    return not isinstance(value, (bool, int, float, np.number))


def children(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of each part of a structure."""
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", each) for key, each in value.items())
    elif isinstance(value, (list, tuple)) or (
        isinstance(value, np.ndarray) and value.dtype == object
    ):
        yield from ((f"[{i}]", each) for i, each in enumerate(value))
    elif is_object(value):
        yield from ((f".{name}", each) for name, each in vars(value).items())


def is_object(value: Any) -> bool:
    """Say whether a value holds others as attributes: no module, such as np among the globals."""
    return hasattr(value, "__dict__") and not callable(value) and not isinstance(value, ModuleType)


def leaves(
    value: Any, name: str = "", depth: int = 0, above: frozenset[int] = frozenset()
) -> list[tuple[str, np.ndarray]]:
    """Return the names and the arrays at the ends of a structure, in its order."""
    if is_leaf(value, top=depth == 0):
        return [(name, np.asarray(value))]
    if depth >= DEEPEST or id(value) in above:  # a layer may know the network that it belongs to
        return []
    above = above | {id(value)}
    return [leaf for part, each in children(value)
            for leaf in leaves(each, name + part, depth + 1, above)]  # fmt: skip


def short_name(name: str) -> str:
    """Return "W1" for "['W1']" and "W[0]" for "['W'][0]"."""
    if name.startswith(("['", '["')):
        head, _, rest = name[2:].partition(name[1] + "]")
        return head + rest
    return name.lstrip(".") if not name.startswith("[") else f"parameters{name}"


def filled(
    value: Any,
    new: Iterator[np.ndarray],
    exact: bool,
    depth: int = 0,
    above: dict[int, Any] | None = None,
) -> Any:
    """Return a copy of a structure with other numbers at its ends, of the same types."""
    if is_leaf(value, top=depth == 0):
        return like(value, next(new), exact)
    above = above or {}
    if depth >= DEEPEST or id(value) in above:
        return above.get(id(value)) or copied(value)

    def part(each: Any, made: Any = None) -> Any:
        return filled(each, new, exact, depth + 1, {**above, id(value): made})

    if isinstance(value, dict):
        made = copy.copy(value)
        for key, each in value.items():
            made[key] = part(each, made)
        return made
    if isinstance(value, tuple):
        parts = [part(each) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return [part(each) for each in value]
    if isinstance(value, np.ndarray) and value.dtype == object:
        made = np.empty_like(value)
        for i, each in enumerate(value):
            made[i] = part(each)
        return made
    if is_object(value):
        made = copy.copy(value)
        for name, each in vars(value).items():
            setattr(made, name, part(each, made))
        return made
    return copied(value)


def like(value: Any, array: np.ndarray, exact: bool) -> Any:
    """Return numbers in the form of another value: a float, a nested list, an array of its type."""
    if isinstance(value, np.ndarray):
        kind = value.dtype if value.dtype.kind == "f" and not exact else np.float64
        if not exact and value.dtype.kind in "biu" and (array == np.round(array)).all():
            kind = value.dtype
        made = np.array(array, dtype=kind, subok=True)  # one that is watched stays so
        return made.view(type(value)) if isinstance(value, np.matrix) else made
    if isinstance(value, (list, tuple)):
        return np.asarray(array).tolist()
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if whole and not exact and float(array) == round(float(array)):
        return int(array)
    watched = isinstance(array, np.ndarray) and type(array) is not np.ndarray
    return array if watched else float(array)


# Samples: rows or columns, arrays or lists


def taken(data: Any, index: np.ndarray | slice, axis: int) -> Any:
    """Return some samples of the data, in the form in which the data came."""
    if isinstance(data, np.ndarray):
        rows = np.arange(data.shape[axis])[index]
        return np.take(data, rows, axis=axis)
    if hasattr(data, "iloc"):  # a table of pandas
        rows = np.arange(np.shape(data)[axis])[index]
        return data.iloc[rows].copy() if axis == 0 else data.iloc[:, rows].copy()
    rows = np.arange(len(data) if axis == 0 else np.shape(data)[axis])[index]
    if axis == 0:
        picked = [data[i] for i in rows]
        return tuple(picked) if isinstance(data, tuple) else picked
    return np.take(np.asarray(data), rows, axis=axis).tolist()


def in_form_of(data: Any, array: np.ndarray) -> Any:
    """Return an array in the form in which some data came: an array, a table, nested lists.

    A list of arrays, one for each sample, stays one: a program may ask them for their T.
    """
    if isinstance(data, np.ndarray):
        return array.copy()
    if isinstance(data, (list, tuple)) and all(isinstance(each, np.ndarray) for each in data):
        return type(data)(each.copy() for each in array)
    if not hasattr(data, "iloc"):
        return array.tolist()
    labels = {"columns": data.columns} if np.ndim(data) == 2 else {"name": data.name}
    return type(data)(array, index=data.index, **labels)


def as_columns_of(answer: np.ndarray, axis: int) -> np.ndarray:
    """Return an array (n, m), a row for each sample, whatever the layout was."""
    moved = np.moveaxis(answer, axis, 0)
    return moved.reshape(len(moved), -1)


def in_one_place(found: list[tuple[str, Any]]) -> list[tuple[str, str, bool]]:
    """Return pairs of parameters that begin at one place in memory, and whether they are alike."""
    first: dict[int, tuple[str, np.ndarray]] = {}
    pairs = []
    for name, array in found:
        if not isinstance(array, np.ndarray) or array.size < 2:
            continue
        start, one = first.setdefault(array.__array_interface__["data"][0], (name, array))
        if start != name:
            alike = (one.shape, one.strides) == (array.shape, array.strides)
            pairs.append((short_name(start), short_name(name), alike))
    return pairs


class Patient:
    """A program in one form.

    Attributes
    ----------
    names, start : lists
        The parameters' names and their values in float64, in the program's order.
    X, y : arrays or lists
        Copies of the data, as they came.
    axis : dict
        On which axis of "X", "y" and "predictions" the samples lie: 0 or -1.
    n : int
        The number of samples.
    """

    def __init__(self, X: Any, y: Any, parameters: Any, functions: dict[str, Any]) -> None:
        self.X, self.y = copied(X), copied(y)
        self.structure = parameters
        found = leaves(parameters) if parameters is not None else []
        self.names = [short_name(name) or "parameters" for name, _ in found]
        self.in_one_place = in_one_place(found)
        self.as_given = [np.array(array) for _, array in found]
        self.start = [array.astype(np.float64) for array in self.as_given]
        self.functions = {name: f for name, f in functions.items() if f is not None}
        self.axis = {"X": 0, "y": 0, "predictions": 0}
        self.n = 0
        self.shapes: list[tuple[int, ...]] = []  # into which one long vector was cut
        self.groups: list[list[int]] = []  # of leaves that are taken as one array
        self.first_moment = self.last_moment = self.deadline = math.inf
        self.defaults: list[Any] = []  # what its functions can keep in default arguments
        self.renewed = False  # whether these are renewed before each call but a step's
        self.random_loss = False  # whether what is descended is another number at each call
        self.alarm = Alarm()
        self.single = False  # whether the program computes in float32 whatever it is given
        kinds = {array.dtype for array in self.as_given if array.dtype.kind == "f"}
        self.short_steps = bool(kinds) and np.dtype(np.float64) not in kinds

    def start_the_clock(self, seconds: float, by_the_clock: float) -> None:
        """Allow some seconds of computing, and more by the clock: others may use the computer."""
        self.deadline = time.process_time() + seconds
        self.first_moment = time.monotonic() + seconds
        self.last_moment = time.monotonic() + by_the_clock

    def late(self) -> bool:
        """Say whether the time for the audit is up."""
        now = time.monotonic()  # cheap, and never behind the time of computing by much
        return now > self.first_moment and (
            now > self.last_moment or time.process_time() > self.deadline
        )

    def has(self, *names: str) -> bool:
        """Say whether the program has all of these functions."""
        return all(name in self.functions for name in names)

    def made(self, values: Arrays | None, exact: bool = False) -> Any:
        """Return the parameters in the program's own form, with these values."""
        if values is None:
            return copied(self.structure)
        return filled(self.structure, iter(self.joined(values)), exact)

    def held(self, values: Arrays) -> Arrays:
        """Return the values as the program can hold them: rounded, where its arrays are float32."""
        pairs = zip(values, self.as_given, strict=True)
        return [
            v.astype(given.dtype).astype(np.float64) if given.dtype.kind == "f" else v
            for v, given in pairs
        ]

    # One long vector of parameters, cut into the arrays that the program cuts it into

    def cut(self, shapes: list[tuple[int, ...]]) -> None:
        """Take the only parameter, a long vector, as arrays of these shapes, one after another."""
        self.shapes, vector, given = shapes, self.start[0], self.as_given[0]
        self.vector_shape, name = vector.shape, self.names[0]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        self.names = [f"{name}[{end - int(np.prod(shape))}:{end}]"
                      for end, shape in zip(ends, shapes, strict=True)]  # fmt: skip
        self.start, self.as_given = self.parts(vector), self.parts(given)

    def uncut(self, name: str, vector: np.ndarray, given: np.ndarray) -> None:
        """Take the parameters as one vector again."""
        self.shapes, self.names, self.start, self.as_given = [], [name], [vector], [given]

    def parts(self, vector: np.ndarray) -> Arrays:
        """Return the arrays of a vector that was cut."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        pieces = np.split(np.ravel(vector), ends)
        return [piece.reshape(s).copy() for piece, s in zip(pieces, self.shapes, strict=True)]

    # Neurons that hold their weights each in an array of its own

    @property
    def leaf_names(self) -> list[str]:
        """The names of the program's own arrays."""
        return self.as_leaves[0] if self.groups else self.names

    def bundle(self, groups: dict[str, list[int]]) -> None:
        """Take some of the arrays together as one, a row for each of them."""
        self.as_leaves = self.names, self.start, self.as_given
        self.groups = list(groups.values())
        self.names = list(groups)
        self.start, self.as_given = self.in_groups(self.start), self.in_groups(self.as_given)

    def unbundle(self) -> None:
        """Take each array for itself again."""
        self.groups = []
        self.names, self.start, self.as_given = self.as_leaves

    def in_groups(self, arrays: Arrays) -> Arrays:
        """Return the program's arrays, those of a group on top of each other."""
        return [np.stack([arrays[k] for k in group]) for group in self.groups]

    def joined(self, values: Arrays) -> Arrays:
        """Return the arrays as the program holds them: as one vector, if it was cut."""
        if self.groups:
            leaf = {k: row for group, value in zip(self.groups, values, strict=True)
                    for k, row in zip(group, value, strict=True)}  # fmt: skip
            return [leaf[k] for k in range(len(leaf))]
        if not self.shapes:
            return values
        return [np.concatenate([np.ravel(v) for v in values]).reshape(self.vector_shape)]

    def read(self, structure: Any, function: str) -> Arrays:
        """Return the arrays of a structure in the program's order."""
        if self.groups:
            bundled = self.names, self.start, self.as_given
            self.names, self.start, self.as_given = self.as_leaves
            try:
                return self.in_groups(self.read_as_given(structure, function))
            except ValueError:
                raise Failed(
                    function, "returned neurons of different lengths in a layer."
                ) from None
            finally:
                self.names, self.start, self.as_given = bundled
        if not self.shapes:
            return self.read_as_given(structure, function)
        found = leaves(structure)
        size = sum(value.size for value in self.start)
        if len(found) != 1 or found[0][1].size != size:
            raise Failed(
                function,
                f"returned {describe(structure)}, but the parameters are one vector of {size} "
                "numbers.",
            )
        return self.parts(np.array(found[0][1], dtype=np.float64))

    def read_as_given(self, structure: Any, function: str) -> Arrays:
        """Return the arrays of a structure that was not cut."""
        found = leaves(structure)
        if len(found) != len(self.start):
            found = next(
                (parts for _, part in children(structure)
                 if len(parts := leaves(part)) == len(self.start)),
                found,
            )  # fmt: skip
        by_name = {plain(name): array for name, array in found}
        wanted = [plain(name) for name in self.names]
        if len(by_name) == len(found) >= len(wanted) and set(wanted) <= set(by_name):
            return [np.array(by_name[name], dtype=np.float64) for name in wanted]
        if len(found) != len(self.start):
            raise Failed(
                function,
                f"returned {describe(structure)}, in which {len(found)} arrays were found, but "
                f"the parameters are {len(self.start)}: {', '.join(self.names)}.",
            )
        arrays = [np.array(array, dtype=np.float64) for _, array in found]
        if not all(fits(a, s) for a, s in zip(arrays, self.start, strict=True)) and all(
            fits(a, s) for a, s in zip(arrays[::-1], self.start, strict=True)
        ):
            return arrays[::-1]  # in the order of the way back
        return arrays

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of the program; Failed says what it raised."""
        if name not in self.functions:
            raise Failed(name, "was not passed.")
        if self.late():
            raise Failed(name, "was not asked any more: the time for the audit is up.")
        if self.renewed and "step" not in name:
            self.renew()
        try:
            try:
                self.alarm.ring_after(SECONDS_A_CALL)
                return self.functions[name](*arguments)
            finally:
                self.alarm.ring_after(0.0)
        except TooLong:
            raise Failed(name, f"did not end within {SECONDS_A_CALL:.0f} seconds.") from None
        except KeyboardInterrupt:  # of whoever waits for the report
            raise
        except BaseException as error:
            text = " ".join(str(error).split())[:300]
            text = f": {text}" if text else "."
            raise Failed(name, f"raised {type(error).__name__}{text}") from None

    @contextlib.contextmanager
    def on_one_object(self) -> Iterator[None]:
        """Ask one and the same object in all calls, where the program is an object."""
        kept = self.functions
        mark = " of one object"
        shared = {name.removesuffix(mark): f for name, f in kept.items() if name.endswith(mark)}
        self.functions = {**kept, **{k: f for k, f in shared.items() if k in kept}}
        try:
            yield
        finally:
            self.functions = kept

    def data(self, index: Any = None) -> tuple[Any, Any]:
        """Return copies of X and y, of all samples or of some."""
        if index is None:
            return copied(self.X), copied(self.y)
        return taken(self.X, index, self.axis["X"]), taken(self.y, index, self.axis["y"])

    def predict(self, values: Arrays, X: Any, exact: bool = False) -> np.ndarray:
        """Return the program's answer as an array, in its own layout."""
        answer = self.call("predict", self.made(values, exact), wide(X) if exact else copied(X))
        return self.as_array("predict", answer)

    def as_array(self, function: str, answer: Any) -> np.ndarray:
        """Return an answer as one array of numbers."""
        if isinstance(answer, (tuple, list)) and any(isinstance(a, np.ndarray) for a in answer):
            shapes = {np.shape(each) for each in answer}
            if len(shapes) > 1 or isinstance(answer, tuple):  # z and a of all layers, perhaps
                answer = answer[-1]
        try:
            array = np.asarray(answer)
        except ValueError:
            array = np.asarray(None)
        if array.dtype.kind not in "biuf":
            raise Failed(function, f"returned {describe(answer)}, but an array is expected.")
        return array

    def predictions(self, values: Arrays, index: Any = None, exact: bool = False) -> np.ndarray:
        """Return the answers (n, m), a row for each sample."""
        X = self.data(index)[0]
        answer = self.predict(values, X, exact).astype(np.float64)
        if answer.ndim == 0:
            answer = answer.reshape(1)
        return as_columns_of(answer, self.axis["predictions"] if answer.ndim > 1 else 0)

    def number(self, name: str, values: Arrays, data: tuple[Any, Any], exact: bool = True) -> float:
        """Return the value of the loss, or of another function that returns one number."""
        X, y = (wide(each) if exact else copied(each) for each in data)
        answer = self.call(name, self.made(values, exact), X, y)
        if isinstance(answer, tuple) and answer:
            answer = answer[0]  # the loss, and something beside it
        array = self.as_array(name, answer)
        if array.size != 1:
            raise Failed(
                name, f"returned an array of shape {array.shape}, but one number is expected."
            )
        return float(array.reshape(()))

    def gradients(self, values: Arrays, data: tuple[Any, Any], exact: bool = True) -> Arrays:
        """Return the program's gradient as arrays in the order of the parameters."""
        X, y = (wide(each) if exact else copied(each) for each in data)
        answer = self.call("gradients", self.made(values, exact), X, y)
        return self.read(answer, "gradients")

    def stepped(
        self, values: Arrays, data: tuple[Any, Any], step: Callable[..., Any] | None = None
    ) -> Arrays:
        """Return the parameters after one call of step, or of a fresh step."""
        given = self.made(values)
        own = {**self.functions, "step": step} if step is not None else self.functions
        kept, self.functions = self.functions, own
        try:
            answer = self.call("step", given, *data)
        finally:
            self.functions = kept
        if answer is None or (not leaves(answer) and parameters_like(given)):
            answer = given  # changed in place
        elif isinstance(answer, (int, float, np.number)) and len(self.start) != 1:
            answer = given  # the loss came back
        return self.read(answer, "step")

    def renew(self) -> None:
        """Let all default arguments hold what they hold afresh."""
        for each in self.defaults:
            each.refresh()

    def fresh_step(self, number: int = 7) -> Callable[..., Any]:
        """Return a step that remembers nothing, with generators of its own of another seed."""
        if number != 7 and "new_step of another seed" in self.functions:
            return self.call("new_step of another seed", number)
        if "new_step" in self.functions:
            step = self.call("new_step")
            if not callable(step):
                raise Failed("new_step", f"returned {describe(step)}, but a function is expected.")
            return step
        return self.functions["step"]


def parameters_like(structure: Any) -> bool:
    """Say whether there are numbers in a structure."""
    return bool(leaves(structure))


@functools.lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a parameter's name without what marks it as a gradient: dW1, grad_W1, W1_grad."""
    name = short_name(name) if name.startswith(("[", ".")) else name
    name = name.replace("parameters", "")
    for mark in ("gradient_", "grads_", "grad_", "delta_", "d_", "dL_d", "dJ_d", "d"):
        if name.startswith(mark) and len(name) > len(mark):
            name = name[len(mark) :]
            break
    for mark in ("_gradient", "_grad"):
        name = name.removesuffix(mark)
    return name


def fits(array: np.ndarray, parameter: np.ndarray) -> bool:
    """Say whether an array has the parameter's shape, up to axes of length 1."""
    return tuple(s for s in array.shape if s > 1) == tuple(s for s in parameter.shape if s > 1)


def copied(value: Any) -> Any:
    """Return a copy that shares nothing, or the value itself where it cannot be copied."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.copy()
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def wide(value: Any) -> Any:
    """Return a copy in float64 of floats with fewer bits, a plain copy of anything else."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float64)
    return copied(value)


class TooLong(BaseException):
    """A call took too long. No Exception, so that a program's own handlers do not take it."""


class Alarm:
    """Gives up a call after some seconds, where the system offers a timer.

    Its handler is set once, around all calls: to set it at each call would take longer than many
    a call.
    """

    def __init__(self) -> None:
        self.set = False

    def __enter__(self) -> None:
        import signal
        import threading

        in_main = threading.current_thread() is threading.main_thread()
        if (
            in_main
            and hasattr(signal, "setitimer")
            and signal.getitimer(signal.ITIMER_REAL)[0] == 0
        ):
            self.before = signal.signal(signal.SIGALRM, _too_long)
            self.set = True

    def __exit__(self, *error: object) -> None:
        if self.set:
            import signal

            self.ring_after(0.0)
            self.set = False
            signal.signal(signal.SIGALRM, self.before)

    def ring_after(self, seconds: float) -> None:
        """Let it ring, and again, should the program's own handlers take it; 0 for never."""
        if self.set:
            import signal

            signal.setitimer(signal.ITIMER_REAL, seconds, 0.5 if seconds else 0.0)


def _too_long(*signal: object) -> None:
    """Stop the call that is running."""
    raise TooLong


# A program that is an object and changes itself


@dataclass
class OneObject:
    """A function of a program that is one object in all calls: it may keep something."""

    work: Any
    ask: Callable[..., Any]

    def __call__(self, parameters: dict[str, Any], *data: Any) -> Any:
        """Ask it."""
        return self.ask(parameters, *data)


def of_an_object(
    program: Any, arrays: list[str], functions: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Return parameters and functions of them for a program that keeps its arrays itself.

    Each call gets a new copy; those whose names end in "of one object" share one. The last value
    says whether the program could be copied.
    """
    shared: dict[int, Any] = {}
    try:
        shared = {id(part): part for part in not_copied(program)}
        base, can = copy.deepcopy(program, dict(shared)), True
        wide_base = widened(base, arrays, shared)
        can = base is not program
    except Exception:
        base, can = program, False

    def fresh(parameters: Any = None) -> Any:
        """Return a copy; one with float64 arrays, if these parameters are to be taken exactly."""
        if not can:
            return base
        exact = wide_base is not base and all(
            array.dtype == np.float64 for _, array in leaves(parameters) if array.dtype.kind == "f"
        )
        return copy.deepcopy(wide_base if exact and parameters is not None else base, dict(shared))

    def with_arrays(work: Any, parameters: dict[str, Any]) -> Any:
        for name in arrays:
            assign(work, name, parameters[name])
        return work

    def wrap(role: str, function: Any) -> Callable[..., Any]:
        def call(parameters: dict[str, Any], *data: Any) -> Any:
            work = with_arrays(fresh(parameters), parameters)
            return called(work, function, role, data, functions.get("predict"))

        return call

    def wrap_one(role: str, function: Any) -> Callable[..., Any]:
        work = fresh()  # what it keeps from call to call shows in the next one

        def call(parameters: dict[str, Any], *data: Any) -> Any:
            return called(
                with_arrays(work, parameters), function, role, data, functions.get("predict")
            )

        return OneObject(work, call)

    made = {
        role: wrap(role, f) for role, f in functions.items() if f is not None and role != "step"
    }
    if can:
        for role in ("predict", "loss", "gradients"):
            if functions.get(role) is not None:
                made[f"{role} of one object"] = wrap_one(role, functions[role])
    if functions.get("step") is not None:

        def new_step(number: int | None = None) -> Callable[..., Any]:
            work = fresh()
            if number is not None:
                seeded_anew(work, number)

            def step(parameters: dict[str, Any], *data: Any) -> dict[str, Any]:
                with_arrays(work, parameters)
                called(work, functions["step"], "step", data)
                return {name: copied(attribute(work, name)) for name in arrays}

            return step

        made["new_step"] = new_step
        if can and generators(base):
            made["new_step of another seed"] = new_step
        made["step"] = lambda *given: new_step()(*given)
    held = {name: attribute(base, name) for name in arrays}
    copies = {id(value): copied(value) for value in held.values()}
    parameters = {name: copies[id(value)] for name, value in held.items()}  # one array stays one
    return parameters, made, can


def generators(thing: Any, depth: int = 0) -> list[Any]:
    """Return the random generators that a program holds."""
    if isinstance(thing, (np.random.Generator, np.random.RandomState, random.Random)):
        return [thing]
    if depth > 3 or isinstance(thing, np.ndarray):
        return []
    return [found for _, part in children(thing) for found in generators(part, depth + 1)]


def seeded_anew(program: Any, number: int) -> None:
    """Give the random generators that a program holds another state."""
    for each in generators(program):
        if isinstance(each, np.random.Generator):
            kind = type(each.bit_generator)
            each.bit_generator.state = kind(number).state
        else:
            each.seed(number)


def not_copied(thing: Any, depth: int = 0) -> list[Any]:
    """Return the parts of a program that cannot be copied, such as locks and open files."""
    try:
        copy.deepcopy(thing)
    except Exception:
        parts = [part for _, part in children(thing)] if depth < 5 else []
        found = [each for part in parts for each in not_copied(part, depth + 1)]
        return found or [thing]
    return []


def widened(program: Any, arrays: list[str], shared: dict[int, Any]) -> Any:
    """Return a copy that holds its arrays in float64, in every place where it holds them."""
    memo: dict[int, Any] = dict(shared)

    def widen(value: Any) -> None:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.dtype != np.float64:
            memo[id(value)] = value.astype(np.float64)
        elif isinstance(value, (dict, list, tuple)):
            for each in value.values() if isinstance(value, dict) else value:
                widen(each)

    for name in arrays:
        widen(attribute(program, name))
    return copy.deepcopy(program, memo) if len(memo) > len(shared) else program


def attribute(thing: Any, name: str) -> Any:
    """Return an attribute, also of a part: "layers[0].W"."""
    for part in name.replace("[", ".[").split("."):
        if part.startswith("["):
            key = part[1:-1].strip("'\"")
            thing = thing[int(key)] if key.lstrip("-").isdigit() else thing[key]
        elif part:
            thing = getattr(thing, part)
    return thing


def assign(thing: Any, name: str, value: Any) -> None:
    """Give an attribute new numbers: in its own array where it has one, for others may hold it."""
    old = attribute(thing, name)
    if not fill_in_place(old, value):
        head, dot, last = name.rpartition(".")
        owner = attribute(thing, head) if dot else thing
        if last.endswith("]"):
            start, _, key = last.rpartition("[")
            owner = attribute(owner, start) if start else owner
            key = key[:-1].strip("'\"")
            owner[int(key) if key.lstrip("-").isdigit() else key] = value
        else:
            setattr(owner, last, value)


def fill_in_place(old: Any, new: Any) -> bool:
    """Copy numbers into the arrays of a structure; False where the new ones are to be put there.

    So it is where they do not fit, and where they are of a class of their own.
    """
    if isinstance(old, np.ndarray) and old.dtype.kind == "f" and old.flags.writeable:
        if np.shape(new) != old.shape:
            return False
        old[...] = new
        return isinstance(old, type(new)) or not isinstance(new, np.ndarray)
    if isinstance(old, list) and isinstance(new, (list, tuple)) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(list(old), new, strict=True)):
            if not fill_in_place(a, b):
                old[i] = b
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        for key, b in new.items():
            if not fill_in_place(old.get(key), b):
                old[key] = b
        return True
    return False


def called(work: Any, function: Any, role: str, data: tuple[Any, ...], predict: Any = None) -> Any:
    """Call a method by its name, or a function of the object.

    A loss that takes predictions and targets is given them, in the order of its arguments' names.
    """
    if not isinstance(function, str):
        return function(work, *data)
    method = attribute(work, function)
    if role != "loss" or len(data) < 2:
        return method(*data)
    names = [name.lower() for name in parameter_names(method)]

    def of_predictions() -> Any:
        predictions = called(work, predict, "predict", data[:1])
        by_target = any(word in names[0] for word in ("true", "target", "label", "y"))
        by_target = by_target and not any(word in names[0] for word in ("pred", "hat", "out"))
        return method(data[1], predictions) if by_target else method(predictions, data[1])

    def of_data() -> Any:
        return method(*data)

    ways = [of_data]
    if len(names) >= 2 and predict is not None and names[0] not in INPUTS:
        ways = (
            [of_predictions, of_data]
            if sounds_like_answers(names[0])
            else [of_data, of_predictions]
        )
    for way in ways[:-1]:
        with contextlib.suppress(Exception):
            return way()
    return ways[-1]()


INPUTS = ("x", "inputs", "data", "input", "images")
ANSWERS = ("y", "t", "a", "al", "p", "o", "z", "h", "yp", "yt")


def sounds_like_answers(name: str) -> bool:
    """Say whether an argument is named as predictions or targets are."""
    words = ("pred", "hat", "out", "prob", "true", "target", "label", "logit", "activ", "actual")
    return name.rstrip("0123456789_") in ANSWERS or any(word in name for word in words)


def parameter_names(function: Any) -> list[str]:
    """Return the names of a function's parameters that have no default."""
    import inspect

    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return []
    return [p.name for p in signature.parameters.values() if p.default is p.empty]
