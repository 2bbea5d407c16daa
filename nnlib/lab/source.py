"""Show the source of a library function on the page, so that a lesson can read it."""

import ast
import inspect
import textwrap

from IPython.display import display


def show_source(*objects):
    """Display the source of functions or classes as highlighted code.

    Long docstrings are cut to their first line, to keep the code in view; ``help(function)``
    shows the rest.

    Parameters
    ----------
    objects : functions or classes
    """
    code = "\n\n".join(source_with_short_docstrings(item) for item in objects)
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
    return "\n".join(lines)
