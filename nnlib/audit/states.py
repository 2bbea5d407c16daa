"""What an object, or a default argument, keeps from call to call.

So the same question gets another answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from nnlib.audit.patient import (
    DEEPEST,
    assign,
    attribute,
    children,
    copied,
    generators,
    is_leaf,
    leaves,
)

KEPT = (
    "An array that the object keeps is changed in place where it is used, as self.std /= k or "
    "std = self.std; std /= k do it, or a number moves on.",
    "Make a new one: std = self.std / k.",
)


def kept(work: Any, ask: Callable[[], np.ndarray]) -> str:
    """Say which attribute of an object makes that its answers differ from call to call.

    It is the one with which the answer before comes again, once it is given its number before.
    """
    if generators(work):
        return ""  # it may draw at random
    ask()  # what is there from the first call on
    before = numbers_of(work)
    first = ask()
    after = numbers_of(work)
    for name, value in before.items():
        now = after.get(name)
        if now is None or now.shape != value.shape or np.array_equal(now, value, equal_nan=True):
            continue
        assign(work, name, copied(value))
        if np.array_equal(ask(), first, equal_nan=True):
            k = int(np.argmax(np.abs(np.ravel(now) - np.ravel(value))))
            old, new = np.ravel(value)[k], np.ravel(now)[k]
            return (
                f"each call changes {name.lstrip('.')}, which the object keeps: from {old:.6g} to "
                f"{new:.6g} in one of them. With the number that it had before, the answer before "
                "comes again"
            )
    return ""


def numbers_of(work: Any) -> dict[str, np.ndarray]:
    """Return copies of the arrays and numbers that an object holds."""
    found = {}
    for name, array in leaves(work):
        if array.dtype.kind in "fiu" and np.shape(attribute(work, name)) == array.shape:
            found[name] = array.copy()
    return found


# Default arguments: one list, dict or array for all calls

ONE_FOR_ALL = (
    "A default argument such as cache=[] is made once, where the function is defined, and all "
    "calls share it.",
    "Write cache=None, and in the function: if cache is None: cache = [].",
)


@dataclass
class Default:
    """A list, a dict or an array that is the default of an argument, and what it holds afresh."""

    function: str
    argument: str
    value: Any
    begin: Any
    fresh: Any

    def refresh(self) -> None:
        """Let it hold what it holds afresh, where that is known: nothing, or zeros."""
        if blank(self.fresh):
            put_back(self.value, self.fresh)

    def restore(self) -> None:
        """Let it hold what it held when the audit began."""
        put_back(self.value, self.begin)

    def changed(self) -> bool:
        """Say whether it holds something else than afresh, where that is known."""
        return blank(self.fresh) and differs(self.value, self.fresh)

    def __str__(self) -> str:
        kind = "array" if isinstance(self.value, np.ndarray) else type(self.value).__name__
        return f"{self.argument}, a default argument of {self.function} and one {kind} for all"


def content(value: Any, depth: int = 0) -> Any:
    """Return what a list, a dict or an array holds, down to its arrays."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list) and depth < DEEPEST:
        return [(each, content(each, depth + 1)) for each in value]
    if isinstance(value, dict) and depth < DEEPEST:
        return {key: (each, content(each, depth + 1)) for key, each in value.items()}
    return None


def blank(held: Any) -> bool:
    """Say whether what something holds is nothing, or zeros."""
    if isinstance(held, np.ndarray):
        return not held.any()
    pairs = held.values() if isinstance(held, dict) else held or ()
    return all(
        blank(inner) if inner is not None else each is None or (is_leaf(each) and each == 0)
        for each, inner in pairs
    )


@contextmanager
def as_they_were(defaults: list[Default]) -> Iterator[None]:
    """Let default arguments hold afterwards what they hold now."""
    held = [content(each.value) for each in defaults]
    try:
        yield
    finally:
        for each, then in zip(defaults, held, strict=True):
            put_back(each.value, then)


def put_back(value: Any, held: Any) -> None:
    """Let a list, a dict or an array hold again what it held: the same objects in it."""
    if held is None:
        return
    if isinstance(value, np.ndarray):
        if value.flags.writeable and value.shape == held.shape:
            value[...] = held
        return
    if isinstance(value, list):
        value[:] = [each for each, _ in held]
    else:
        value.clear()
        value.update({key: each for key, (each, _) in held.items()})
    for each, inner in held.values() if isinstance(held, dict) else held:
        put_back(each, inner)


def differs(value: Any, held: Any) -> bool:
    """Say whether a list, a dict or an array holds something else than it held."""
    if held is None:
        return False
    if isinstance(value, np.ndarray):
        return value.shape != held.shape or value.tobytes() != held.tobytes()
    if len(value) != len(held):
        return True
    if isinstance(value, dict):
        return any(key not in value or value[key] is not each or differs(each, inner)
                   for key, (each, inner) in held.items())  # fmt: skip
    return any(now is not each or differs(each, inner)
               for now, (each, inner) in zip(value, held, strict=True))  # fmt: skip


def defaults_of(things: Iterable[Any]) -> list[Default]:
    """Return what functions can keep in defaults: those passed, methods, and what these name."""
    found: dict[int, Default] = {}
    for function in reached(things):
        code, values = function.__code__, function.__defaults__ or ()
        names = code.co_varnames[code.co_argcount - len(values) : code.co_argcount]
        pairs = [*zip(names, values, strict=True), *(function.__kwdefaults__ or {}).items()]
        for name, value in pairs:
            if isinstance(value, (list, dict, np.ndarray)) and id(value) not in found:
                held = content(value)
                found[id(value)] = Default(function.__name__, name, value, held, held)
    return list(found.values())


def reached(things: Iterable[Any]) -> list[FunctionType]:
    """Return functions, methods and what they name, of other modules the first ones alone."""
    level = [f for thing in things for f in functions_of(thing)]
    modules = {id(each.__globals__) for each in level}
    found: dict[int, FunctionType] = {}
    for _ in range(4):  # a step, its gradients, their forward pass, its layers
        found |= {id(each): each for each in level}
        own = [each for each in level if id(each.__globals__) in modules]
        named = [f for each in own for thing in named_by(each) for f in functions_of(thing)]
        level = list({id(each): each for each in named if id(each) not in found}.values())
    return list(found.values())


def functions_of(thing: Any) -> list[FunctionType]:
    """Return a function itself, and of an object or a class its methods."""
    if isinstance(thing, partial):
        return functions_of(thing.func)
    if isinstance(thing, FunctionType):
        return [thing]
    if isinstance(thing, MethodType):
        return [*functions_of(thing.__func__), *functions_of(thing.__self__)]
    if isinstance(thing, ModuleType):
        return []
    kind = thing if isinstance(thing, type) else type(thing)
    methods = [
        getattr(each, "__func__", each) for owner in kind.__mro__ for each in vars(owner).values()
    ]
    return [each for each in methods if isinstance(each, FunctionType)]


def named_by(function: FunctionType) -> Iterator[Any]:
    """Yield what a function names: of the globals, and of the function around it."""
    codes = [function.__code__]
    codes += [each for each in function.__code__.co_consts if isinstance(each, CodeType)]
    for name in dict.fromkeys(name for code in codes for name in code.co_names):
        if name in function.__globals__:
            yield function.__globals__[name]
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # it is not filled yet
            continue


def parts_of(program: Any, depth: int = 0) -> Iterator[Any]:
    """Yield an object and the objects in it, such as layers."""
    yield program
    if depth < 3 and not is_leaf(program):
        for _, part in children(program):
            yield from parts_of(part, depth + 1)
