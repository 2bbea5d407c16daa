"""The house: nnlib needs NumPy alone, and imports lead one way."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pages import START, read

import nnlib

PACKAGE = Path(nnlib.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))  # nnlib/lab is a folder, and not among them
AUDIT = sorted((PACKAGE / "audit").glob("*.py"))  # a folder too, for its many checks


def loaded_after(code):
    """The modules that are loaded in a fresh interpreter after it ran the code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    return set(json.loads(done.stdout))


def imports(path):
    """The names of all modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_importing_nnlib_loads_numpy_and_none_of_the_large_packages():
    loaded = loaded_after("import nnlib")
    assert "numpy" in loaded
    for package in ("matplotlib", "ipywidgets", "IPython", "sklearn", "scipy", "tqdm", "nnlib.lab"):
        assert package not in loaded


def test_the_digits_are_read_without_importing_scikit_learn():
    """It would take 85 MB of every kernel."""
    loaded = loaded_after("from nnlib import datasets; datasets.digits()")
    assert "nnlib.datasets" in loaded
    assert "sklearn" not in loaded


def test_nnlib_adds_nothing_to_numpy_but_itself_and_a_few_standard_modules():
    added = loaded_after("import nnlib") - loaded_after("import numpy")
    others = {name for name in added if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name.partition(".")[0] for name in others} <= {"nnlib", "numpy"}
    assert len(added - others) < 30  # older versions of NumPy have loaded fewer of them already
    assert "numpy.random" not in added  # NumPy loads it when it is first used


@pytest.mark.parametrize("path", MODULES + AUDIT, ids=lambda path: path.stem)
def test_a_module_of_nnlib_imports_numpy_nnlib_and_the_standard_library_only(path):
    for name in imports(path):
        package = name.partition(".")[0]
        allowed = package in {"numpy", "nnlib"} or package in sys.stdlib_module_names
        # The clouds come from scikit-learn, which is imported when one is asked for.
        assert allowed or (path.stem, package) == ("datasets", "sklearn"), name


def test_the_lab_without_its_packages_says_what_to_install():
    script = (
        "import sys\n"
        "sys.path_importer_cache.clear()\n"
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'anywidget' else found(name)\n"
        "import nnlib\n"
        "import nnlib.lab\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: nnlib.lab needs anywidget, which nnlib itself")
    assert last.endswith('pip install "nnlib[lab]"')


def test_the_first_sitting_without_nnlib_says_in_words_what_to_do(monkeypatch, capsys):
    first = next(cell for cell in read(START).cells if cell.cell_type == "code")
    for name in [name for name in sys.modules if name.partition(".")[0] == "nnlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nnlib", None)  # as if it were not installed
    exec(first.source, {})
    told = capsys.readouterr().out
    assert told.startswith("FAIL  ")
    assert 'Run %pip install -e "..[lab]" in a cell, then restart the kernel.' in told


def test_imports_lead_one_way():
    """The contracts stand in pyproject.toml, under importlinter."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", script, "--no-cache"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, timeout=120)
    assert "0 broken" in done.stdout, done.stdout


def test_everything_that_nnlib_offers_is_there():
    assert sorted(nnlib.__all__) == nnlib.__all__
    for name in nnlib.__all__:
        assert hasattr(nnlib, name)


def test_nnlib_speaks_of_each_of_its_modules():
    for name in [path.stem for path in MODULES if path.stem != "__init__"] + ["audit"]:
        assert f":mod:`nnlib.{name}`" in nnlib.__doc__


def test_no_notebook_stores_the_state_of_a_widget():
    notebooks = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        assert "widgets" not in json.loads(path.read_text("utf-8"))["metadata"], path.name
