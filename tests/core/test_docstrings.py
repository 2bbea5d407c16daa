"""The library is read in the lessons: everything public says what it takes, gives and refuses.

The form of docstrings is ruff's matter (the rules D); here is what they have to say.
"""

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from pathlib import Path

import pytest

import nnlib

MODULES = [
    importlib.import_module(f"nnlib.{path.stem}")
    for path in sorted(Path(nnlib.__file__).parent.glob("*.py"))
    if path.stem != "__init__"
]
SCREEN = 40  # lines of a function's body that can be seen at once


def public(things, module):
    """The public functions and classes that a module or class defines itself."""
    for name, thing in vars(things).items():
        if isinstance(thing, (classmethod, staticmethod)):
            thing = thing.__func__
        mine = getattr(thing, "__module__", None) == module.__name__
        if (
            mine
            and not name.startswith("_")
            and (inspect.isfunction(thing) or inspect.isclass(thing))
        ):
            yield thing


AUDIT = importlib.import_module("nnlib.audit")  # a package: what it offers
PUBLIC = [thing for module in MODULES for thing in public(module, module)]
PUBLIC += [thing for name in AUDIT.__all__ if callable(thing := getattr(AUDIT, name))]
CLASSES = [thing for thing in PUBLIC if inspect.isclass(thing)]
FUNCTIONS = [thing for thing in PUBLIC if inspect.isfunction(thing)]
METHODS = [
    method
    for cls in CLASSES
    for method in public(cls, inspect.getmodule(cls))
    if inspect.isfunction(method)
]

# Helpers with one plain sentence: they check arguments, or are called from one place.
PLAIN = re.compile(
    r"nnlib\.validation|check_|restore|named_arrays|single_float64|compare_parameter"
)


def full_name(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


LESSON_FUNCTIONS = [thing for thing in FUNCTIONS if not PLAIN.search(full_name(thing))]


def section(thing, title):
    """The text under a heading of the docstring; empty if there is none."""
    found = re.search(
        rf"^{title}\n-+\n(.*?)(?=^\w+\n-+\n|^Source: |\Z)", inspect.getdoc(thing), re.M | re.S
    )
    return found[1] if found else ""


def arguments(function):
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


@pytest.mark.parametrize("function", LESSON_FUNCTIONS, ids=full_name)
def test_a_function_names_all_its_arguments_in_their_order(function):
    text = section(function, "Parameters")
    documented = []
    for line in re.findall(r"^(\w[\w, ]*?)(?: : .*)?$", text, re.M):
        documented += line.split(", ")
    assert documented == arguments(function)


@pytest.mark.parametrize("function", LESSON_FUNCTIONS, ids=full_name)
def test_a_function_says_what_it_returns(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    gives = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(tree))
    yields = any(isinstance(n, ast.Yield) for n in ast.walk(tree))
    assert bool(section(function, "Yields")) == yields
    assert bool(section(function, "Returns")) == (gives and not yields)


@pytest.mark.parametrize("function", LESSON_FUNCTIONS, ids=full_name)
def test_a_function_names_its_source(function):
    assert re.search(r"^Source: \S", inspect.getdoc(function), re.M)


def arrays_without_a_shape(function):
    """The arguments and results that are called arrays, with nothing said of their shape."""
    for text in (section(function, "Parameters"), section(function, "Returns")):
        for line in re.findall(r"^(\S.*)$", text, re.M):
            kind = line.partition(" : ")[2] or line
            if re.match(r"arrays?\b", kind) and not re.search(r"\(.*\)|shape", kind):
                yield line


@pytest.mark.parametrize("function", FUNCTIONS + METHODS, ids=full_name)
def test_every_array_has_a_shape(function):
    assert not list(arrays_without_a_shape(function))


def raises_itself(function):
    """Whether the body raises, or passes an argument to a check that does."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(tree))
    return raises or any(name.startswith("check_") for name in calls)


@pytest.mark.parametrize("function", LESSON_FUNCTIONS + METHODS, ids=full_name)
def test_a_function_that_raises_says_what_and_when(function):
    if raises_itself(function) and not function.__name__.startswith("check_"):
        assert re.search(r"\w+Error", section(function, "Raises"))


@pytest.mark.parametrize("cls", CLASSES, ids=full_name)
def test_a_class_names_its_fields(cls):
    doc = inspect.getdoc(cls)
    names = list(getattr(cls, "_fields", []))
    if dataclasses.is_dataclass(cls):
        names = [field.name for field in dataclasses.fields(cls)]
    for name in names:
        assert re.search(rf"\b{name}\b", doc), name


@pytest.mark.parametrize("function", FUNCTIONS + METHODS, ids=full_name)
def test_a_function_fits_on_a_screen(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    statements = tree.body[1:] if ast.get_docstring(tree) else tree.body
    if statements:
        assert statements[-1].end_lineno - statements[0].lineno + 1 <= SCREEN
