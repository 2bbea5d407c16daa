"""What a lesson shows of the library's source."""

import textwrap

import pytest

from nnlib.activations import relu
from nnlib.backprop import backward_pass
from nnlib.history import History
from nnlib.lab.source import WIDTH, fitted, short_source, without_annotations
from nnlib.losses import mse_gradient
from nnlib.network import forward_pass
from nnlib.optimizers import Adam
from nnlib.training import train


def test_docstrings_are_cut_and_words_for_a_tool_left_out():
    source = short_source(backward_pass)
    assert '"""Compute the gradient of the loss from the results of a forward pass."""' in source
    assert "Parameters" not in source
    assert "noqa" not in source
    assert "    for l in range(L, 0, -1):\n" in source


def test_a_page_for_beginners_shows_no_annotations():
    assert short_source(relu) == (
        "def relu(z):\n"
        '    """Let positive numbers through, and put 0 in place of the others: ``max(z, 0)``."""\n'
        "    return np.maximum(z, 0)"
    )


def test_a_signature_that_fits_stands_on_one_line():
    assert short_source(backward_pass).startswith(
        "def backward_pass(network, z, a, y, loss, out=None):\n"
    )
    assert "    def step(self, theta, gradient, learning_rate):\n" in short_source(Adam)


def test_a_signature_that_is_too_long_keeps_its_lines():
    source = short_source(train)
    assert source.startswith("def train(\n    network,\n    X,\n    y,\n    *,\n    loss,\n")
    assert '\n    optimizer="gradient_descent",\n    validation=None,\n' in source
    assert '\n    divergence="raise",\n):\n' in source


def test_a_declaration_is_left_out_and_a_value_stays():
    assert "list" not in short_source(forward_pass)
    assert '"""\n    z, a = [X], [X]\n' in short_source(forward_pass)
    assert "        self.mean = 0.0\n" in short_source(Adam)


def test_the_fields_of_a_class_keep_their_annotations():
    assert "\n    epoch: np.ndarray\n" in short_source(History)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(*xs: int, k: int = 1, **rest: str) -> None:", "def f(*xs, k=1, **rest):"),
        ("def f(x: int = 1) -> dict[str, int]:  # a word", "def f(x=1):  # a word"),
        ("def f(μ: int, ß: str = 'é: ü') -> int:", "def f(μ, ß='é: ü'):"),
        ("def f(\n    x: int,  # a word\n    y: int,\n):", "def f(\n    x,  # a word\n    y,\n):"),
        ("def f(\n    x: tuple[\n        int, str\n    ],\n    y: int,\n) -> int:", "def f(x, y):"),
        (f"def {'f' * 56}(\n    x: int,\n):", f"def {'f' * 56}(x):"),
        (f"def {'f' * 60}(\n    x: int,\n):", f"def {'f' * 60}(\n    x,\n):"),
    ],
)
def test_how_a_signature_is_shown(code, expected):
    body = "\n    return {'x: int = 1': 1}  # x: int = 1"
    assert without_annotations(code + body) == expected + body


def test_functions_in_functions_and_in_classes():
    code = """
        class A:
            size: int = 1

            def f(self, x: int) -> int:
                y: int = x
                z: str
                def g(
                    v: int = 1
                ) -> int:
                    return v
                return g(y)
    """
    expected = """
        class A:
            size: int = 1

            def f(self, x):
                y = x
                def g(v=1):
                    return v
                return g(y)
    """
    assert without_annotations(textwrap.dedent(code)) == textwrap.dedent(expected)


def test_a_link_of_the_documentation_is_shown_as_code():
    assert "gradient of ``mse`` with" in short_source(mse_gradient)


LONG = "a_long_name_of_a_function"
A, B = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = 1  # short", ["x = 1  # short"]),
        (
            f'"""Words and ``code that stays`` {"word " * 5}``and a last bit of code``."""',
            [f'"""Words and ``code that stays`` {"word " * 5}', '``and a last bit of code``."""'],
        ),
        (f"x = {'1 + ' * 14}1  # why", ["# why", f"x = {'1 + ' * 14}1"]),
        (f"result = {LONG} + {LONG}(1)", ["result = (", f"    {LONG} + {LONG}(1)", ")"]),
        (f"x = ({A}) + {B}", ["x = (", f"    ({A})", f"    + {B}", ")"]),
        (f"return {LONG}({'a, ' * 15}b)", [f"return {LONG}(", f"    {'a, ' * 15}b", ")"]),
        (
            f"x = {LONG}('×', {'a, ' * 15}b).T()",
            [f"x = {LONG}(", f"    '×', {'a, ' * 15}b", ").T()"],
        ),
        (f"return -{LONG}({'a, ' * 15}b)", [f"return -{LONG}(", f"    {'a, ' * 15}b", ")"]),
        (f"f({A}, key={B})", ["f(", f"    {A},", f"    key={B},", ")"]),
        (f"f({A} if x else {B})", ["f(", f"    {A}", "    if x", f"    else {B}", ")"]),
        (f"x, y = {A}, {B}", ["x, y = (", f"    {A},", f"    {B},", ")"]),
        (f"x = {{'a': {A}, 'b': {B}}}", ["x = {", f"    'a': {A},", f"    'b': {B},", "}"]),
        (f"x = [{A} for i in {B}]", ["x = [", f"    {A}", f"    for i in {B}", "]"]),
        (f"if {LONG} == {LONG} == {LONG}:", [f"if {LONG} == {LONG} == {LONG}:"]),
        (f"del {LONG}, {LONG}, {LONG}, x", [f"del {LONG}, {LONG}, {LONG}, x"]),
    ],
)
def test_a_long_line_is_broken_where_a_reader_would_break_it(line, expected):
    shown = fitted(f"def f():\n    {line}").splitlines()[1:]
    assert [part.removeprefix("    ").rstrip() for part in shown] == [e.rstrip() for e in expected]


def test_long_comments_are_one_paragraph():
    comment = [f"# {'word ' * 10}", f"# {'word ' * 14}", "# end"]
    shown = fitted("\n".join([*comment, "x = 1  # short"])).splitlines()
    assert all(line.startswith("# word") and len(line) <= WIDTH for line in shown[:-1])
    assert shown[-1] == "x = 1  # short"
    assert " ".join(shown).count("word") == 24
