"""Show the source of a library function on the page, so that a lesson can read it."""

import ast
import inspect
import re
import textwrap

from IPython.display import display


def show_source(*objects, start=None):
    """Display the source of functions or classes as highlighted code.

    Long docstrings are cut to their first line, to keep the code in view; ``help(function)``
    shows the rest.

    Parameters
    ----------
    objects : functions or classes
    start : str, optional
        Of each, show only the block that begins at the first line starting with this text.
    """
    sources = [source_with_short_docstrings(item) for item in objects]
    if start is not None:
        sources = [block(source, start) for source in sources]
    code = "\n\n".join(sources)
    display({"text/markdown": f"```python\n{code}\n```", "text/plain": code}, raw=True)


def source_with_short_docstrings(item):
    """Return the source text of ``item`` with every docstring cut to its first line."""
    lines = textwrap.dedent(inspect.getsource(item)).splitlines()
    cuts = []
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            docstring = node.body[0]
            if docstring.end_lineno > docstring.lineno:
                cuts.append((docstring.lineno - 1, docstring.end_lineno))
    for first, end in sorted(cuts, reverse=True):
        lines[first:end] = [lines[first].rstrip() + '"""']
    return "\n".join(re.sub(r"  # noqa: .*", "", line) for line in lines)  # words for a tool


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
