"""A notebook that takes far longer than its budget fails the run; see conftest.py."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

CONFTEST = (Path(__file__).parents[2] / "conftest.py").read_text("utf-8")


def test_a_notebook_far_over_its_budget_fails_the_run(tmp_path):
    assert CONFTEST.count("BUDGET = 30 ") == 1
    (tmp_path / "conftest.py").write_text(CONFTEST.replace("BUDGET = 30 ", "BUDGET = 0.01 "))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("sum(range(1_000_000));")])
    for name in ("05_planted", "08b_the_envelope"):
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-n1", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "2 passed" in done.stdout
    assert done.returncode == 1
    over, within = re.findall(r"^0[58].+", done.stdout, re.M)
    assert re.fullmatch(r"05_planted +\S+ s of 0.01 s, more than 3 times its budget", over)
    assert re.fullmatch(r"08b_the_envelope +\S+ s of 60 s", within)
    assert float(within.split()[1]) > 0.05
