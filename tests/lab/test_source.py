"""What a lesson shows of the library's source."""

import textwrap

import pytest

from nnlib.activations import relu
from nnlib.backprop import backward_pass
from nnlib.history import History
from nnlib.lab.source import short_source, without_annotations
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
        (f"def {'f' * 90}(\n    x: int,\n):", f"def {'f' * 90}(x):"),
        (f"def {'f' * 94}(\n    x: int,\n):", f"def {'f' * 94}(\n    x,\n):"),
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
