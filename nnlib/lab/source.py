"""Show the source of a library function on the page, so that a lesson can read it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from IPython.display import display


def show_source(*objects: type | Callable[..., Any], start: str | None = None) -> None:
    """Display the source of functions or classes as highlighted code.

    Long docstrings are cut to their first line, and the types of parameters, results and
    variables are left out, to keep the code in view; ``help(function)`` shows them.

    Parameters
    ----------
    objects : functions or classes
    start : str, optional
        Of each, show only the block that begins at the first line starting with this text.
    """
    sources = [short_source(item) for item in objects]
    if start is not None:
        sources = [block(source, start) for source in sources]
    code = "\n\n".join(sources)
    display({"text/markdown": f"```python\n{code}\n```", "text/plain": code}, raw=True)


def short_source(item):
    """Return the source text of ``item``, without annotations and the rest of long docstrings."""
    lines = textwrap.dedent(inspect.getsource(item)).splitlines()
    cuts = []
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            docstring = node.body[0]
            if docstring.end_lineno > docstring.lineno:
                cuts.append((docstring.lineno - 1, docstring.end_lineno))
    for first, end in sorted(cuts, reverse=True):
        lines[first:end] = [lines[first].rstrip() + '"""']
    lines = [re.sub(r"  # noqa: .*", "", line) for line in lines]  # words for a tool
    lines = [line for line in lines if not line.startswith("@takes_")]  # it converts lists
    return without_annotations("\n".join(lines))


def without_annotations(code):
    """Return ``code`` without the annotations in functions; a class's fields keep theirs.

    A signature of several lines is put on one if it fits into 100 characters then.
    """
    text = code.encode()  # ast counts columns in bytes
    for start, end, new in sorted(annotations(text), reverse=True):
        text = text[:start] + new + text[end:]
    return re.sub(r"(?ms)^( *)def (\w+)\(\n(.*?),?\n\1\):", on_one_line, text.decode())


def annotations(text):
    """Return where the annotations in functions start and end, and what is left of them."""
    line_starts = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))

    def start(node):
        return line_starts[node.lineno - 1] + node.col_offset

    def end(node):
        return line_starts[node.end_lineno - 1] + node.end_col_offset

    found = set()  # a function in a function is met twice
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    for node in (node for function in functions for node in ast.walk(function)):
        if isinstance(node, ast.arg) and node.annotation:
            default = text[end(node) :].startswith(b" = ")  # then the style has no spaces
            name_end = start(node) + len(node.arg.encode())
            found.add((name_end, end(node) + 3 * default, b"=" * default))
        elif isinstance(node, ast.FunctionDef) and node.returns:
            found.add((text.rindex(b" ->", 0, start(node.returns)), end(node.returns), b""))
        elif isinstance(node, ast.AnnAssign) and node.value:
            found.add((end(node.target), end(node.annotation), b""))
        elif isinstance(node, ast.AnnAssign):
            found.add((line_starts[node.lineno - 1], line_starts[node.end_lineno], b""))
    return found


def on_one_line(signature):
    """Return a matched signature on one line if it fits, and as it is if not."""
    indent, name, parameters = signature.groups()
    joined = " ".join(line.strip() for line in parameters.splitlines())
    line = f"{indent}def {name}({joined}):"
    return line if len(line) <= 100 and "#" not in parameters else signature[0]


def block(source, start):
    """Return the lines from the one that starts with ``start`` as long as they are indented
    at least as deep, moved to the left margin.
    """
    lines = source.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip().startswith(start)), None)
    if first is None:
        raise ValueError(f"start is {start!r}, but no line of the source starts with that.")
    depth = len(lines[first]) - len(lines[first].lstrip())
    last = first
    while last < len(lines) and (
        not lines[last].strip() or lines[last][:depth].isspace() or not depth
    ):
        last += 1
    return textwrap.dedent("\n".join(lines[first:last]))
