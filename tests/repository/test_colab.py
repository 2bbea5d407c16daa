"""What Colab opens: the sittings, behind one cell that brings nnlib and keeps what is there."""

import ast
import importlib.util
import sys
import types

import colab
import nbformat
import pytest
from pages import NOTEBOOKS

ADDRESS = "https://github.com/some-one/series"


class Shell:
    """Notes down what the cell asks of IPython."""

    def __init__(self):
        self.lines = []

    def run_line_magic(self, *words):
        self.lines.append(words)


def lines_of(monkeypatch, found):
    shell = Shell()
    real = importlib.util.find_spec
    find = lambda name: real(name) if name != "nnlib" or found else None  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", find)
    exec(colab.first_cell(ADDRESS).source, {"get_ipython": lambda: shell})
    return shell.lines


def test_the_cell_does_nothing_where_nnlib_is(monkeypatch):
    assert lines_of(monkeypatch, found=True) == []


def test_the_cell_installs_nnlib_and_anywidget_and_nothing_that_is_there(monkeypatch):
    ((magic, words),) = lines_of(monkeypatch, found=False)
    assert magic == "pip"
    assert words.split() == ["install", "--quiet", "anywidget", f"git+{ADDRESS}"]


def test_the_copies_differ_from_the_notebooks_by_that_cell_alone(tmp_path):
    colab.write(tmp_path, ADDRESS)
    copies = sorted((tmp_path / "notebooks").glob("*.ipynb"))
    assert [path.name for path in copies] == sorted(p.name for p in NOTEBOOKS.glob("*.ipynb"))
    for path in copies:
        copy = nbformat.read(path, as_version=4)
        first, *others = copy.cells
        assert others == nbformat.read(NOTEBOOKS / path.name, as_version=4).cells
        assert first.metadata == {"cellView": "form"}
        ast.parse(first.source)


def test_a_widget_asks_colab_to_show_widgets_that_are_not_its_own(monkeypatch):
    """Colab shows its own widgets only until its `output` module is asked; anywidget does so."""
    anywidget = pytest.importorskip("anywidget")
    util = importlib.import_module("anywidget._util")
    asked = []
    output = types.SimpleNamespace(enable_custom_widget_manager=lambda: asked.append(True))
    google, module = types.ModuleType("google"), types.ModuleType("google.colab")
    module.output = google.colab = output
    google.colab = module
    monkeypatch.setitem(sys.modules, "google", google)
    monkeypatch.setitem(sys.modules, "google.colab", module)
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    util.enable_custom_widget_manager_once.cache_clear()
    from nnlib.lab.widgets import neuron

    neuron.make_stage().close()
    assert issubclass(anywidget.AnyWidget, object)
    assert asked
