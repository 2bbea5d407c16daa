"""A notebook that takes far longer than its budget fails the run; see conftest.py."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

CONFTEST = (Path(__file__).parents[2] / "conftest.py").read_text("utf-8")


def run(folder, budget):
    """Run pytest over a folder with one notebook, with this budget in place of 30 seconds."""
    assert CONFTEST.count("BUDGET = 30 ") == 1
    (folder / "conftest.py").write_text(CONFTEST.replace("BUDGET = 30 ", f"BUDGET = {budget} "))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("sum(range(1_000_000));")])
    nbformat.write(notebook, folder / "05_planted.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-n1", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110)
    assert "1 passed" in done.stdout
    (line,) = re.findall(r"^05_.+", done.stdout, re.M)
    return done.returncode, line


def test_a_notebook_far_over_its_budget_fails_the_run(tmp_path):
    code, line = run(tmp_path, budget=0.01)
    assert code == 1
    assert re.fullmatch(r"05_planted +\S+ s of 0.01 s, more than 3 times its budget", line)


def test_a_notebook_within_its_budget_does_not(tmp_path):
    code, line = run(tmp_path, budget=60)
    assert code == 0
    assert re.fullmatch(r"05_planted +\S+ s of 60 s", line)
