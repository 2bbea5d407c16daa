"""What is for reading stays short: lines of code, without docstrings, comments and blank lines."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

import nnlib

PACKAGE = Path(nnlib.__file__).parent
SHOWN = [  # in lessons 02 to 05
    *("activations", "initialization", "parameters", "network", "losses"),
    *("backprop", "optimizers", "history", "training"),
]
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


def code_lines(source):
    """How many lines hold code: neither blank, nor a comment alone, nor part of a docstring."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE and token.string:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        documented = ast.Module | ast.ClassDef | ast.FunctionDef
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            text = node.body[0]
            lines -= {*range(text.lineno, text.end_lineno + 1)}
    return len(lines)


def of_files(paths):
    return sum(code_lines(path.read_text("utf-8")) for path in paths)


def test_what_is_counted():
    source = '"""What.\n\nWhy.\n"""\n\n# how\ndef f(x):\n    """Return."""\n    return [\n'
    assert code_lines(f"{source}        x,  # this\n\n    ]\n") == 4


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ([f"{name}.py" for name in SHOWN], 640),
        (["autodiff.py"], 90),
        (["lab/widgets/*.py", "lab/widgets/kit/*.py"], 2289),
        (["lab/widgets/line.py"], 150),  # what one more widget of the film's kind takes
    ],
    ids=["lessons 02 to 05", "the tape", "all widgets", "one more widget"],
)
def test_it_is_not_longer_than(what, most):
    paths = [path for pattern in what for path in PACKAGE.glob(pattern)]
    assert len(paths) >= len(what)
    assert of_files(paths) <= most
