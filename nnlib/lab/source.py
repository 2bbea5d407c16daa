"""Show the source of a library function on the page, so that a lesson can read it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from itertools import accumulate, groupby, pairwise
from typing import Any

from IPython.display import display

WIDTH = 66  # columns of a listing that JupyterLab shows in a window of 820 pixels


def show_source(*objects: type | Callable[..., Any], start: str | None = None) -> None:
    """Display the source of functions or classes as highlighted code.

    Long docstrings are cut to their first line, and the types of parameters, results and
    variables are left out, to keep the code in view; ``help(function)`` shows them. Lines that
    a narrow window would cut anywhere are broken at a place that reads well.

    Parameters
    ----------
    objects : functions or classes
    start : str, optional
        Of each, show only the block that begins at the first line starting with this text.
    """
    sources = [short_source(item) for item in objects]
    if start is not None:
        sources = [block(source, start) for source in sources]
    code = fitted("\n\n".join(sources))
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
    lines = [re.sub(r":\w+:`(\w+)`", r"``\1``", line) for line in lines]  # a link of the docs
    lines = [line for line in lines if not line.startswith("@takes_")]  # it converts lists
    return without_annotations("\n".join(lines))


def without_annotations(code):
    """Return ``code`` without the annotations in functions; a class's fields keep theirs.

    A signature of several lines is put on one if it fits then.
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
    return line if len(line) <= WIDTH and "#" not in parameters else signature[0]


def block(source, start):
    """Return the lines from ``start`` on that are indented as deep, moved to the left margin."""
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


def fitted(code):
    """Return ``code`` with its long lines broken: words between spaces, calls in their brackets."""
    fitting = []
    for mark, group in groupby(code.splitlines(), lambda line: re.match(r" *# |", line)[0]):
        lines = list(group)
        if mark and max(map(len, lines)) > WIDTH:
            lines = [mark + " ".join(line.removeprefix(mark) for line in lines)]
        fitting += [short for line in lines for short in short_lines(line)]
    return "\n".join(fitting)


def short_lines(line):
    """Return a line as lines that fit, or as it is if it has no place to break."""
    text = line.lstrip()
    indent = " " * (len(line) - len(text))
    if len(line) <= WIDTH:
        return [line]
    if text.startswith(("# ", '"""')):
        return words(line, following=indent + "# " * text.startswith("# "))
    code, _, comment = text.partition("  # ")
    if comment:
        return [*short_lines(f"{indent}# {comment}"), *short_lines(indent + code)]
    try:
        value = getattr(ast.parse(text).body[0], "value", None)
    except SyntaxError:  # a part of a statement
        value = None
    return [line] if value is None else in_brackets(text, value, indent)


def words(line, following):
    """Return a line of words in lines that begin with ``following``; code in it stays whole."""
    line = re.sub("``.+?``", lambda code: code[0].replace(" ", "\0"), line)
    lines = textwrap.wrap(line, WIDTH, subsequent_indent=following, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def in_brackets(text, value, indent):
    """Return a statement with its value between brackets, on lines of its own."""
    if isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.Call):
        value = value.operand  # -f(x)
    while isinstance(value, ast.Call) and not (value.args or value.keywords):
        value = value.func.value  # f(x).double(): the brackets of f
    whole = text.encode()  # ast counts columns in bytes
    spans, ending = parts_of(value, whole)
    own = isinstance(value, ast.Call | ast.Dict | ast.ListComp)
    start, end = spans[0][0], spans[-1][1]
    lines = [f"{indent}    {whole[start:end].decode()}"]
    if len(lines[0]) > WIDTH:
        lines = [f"{indent}    {whole[a:b].decode().strip()}{ending}" for a, b in spans]
    head = whole[:start].decode() + "(" * (not own)
    tail = ")" * (not own) + whole[end:].decode()
    return [indent + head, *lines, indent + tail]


def parts_of(value, whole):
    """Return where the parts of an expression start and end, and what each of them ends with."""

    def after(node):  # and after its brackets, which belong to no node
        return node.end_col_offset + len(re.match(rb"[ )]*\)|", whole[node.end_col_offset :])[0])

    start, end = value.col_offset, value.end_col_offset
    cuts = []
    match value:
        case ast.Call():
            arguments = [*value.args, *value.keywords]
            if len(arguments) == 1 and isinstance(arguments[0], ast.BinOp | ast.IfExp):
                return parts_of(arguments[0], whole)
            return [(part.col_offset, part.end_col_offset) for part in arguments], ","
        case ast.Tuple():
            return [(part.col_offset, part.end_col_offset) for part in value.elts], ","
        case ast.Dict():
            pairs = zip(value.keys, value.values, strict=True)
            return [(key.col_offset, entry.end_col_offset) for key, entry in pairs], ","
        case ast.ListComp():
            start, end, cuts = start + 1, end - 1, [after(value.elt)]
        case ast.BinOp():
            cuts = [after(value.left)]
        case ast.IfExp():
            cuts = [after(value.body), after(value.test)]
    return list(pairwise([start, *cuts, end])), ""
