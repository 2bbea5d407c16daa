"""Run the benchmarks in an environment of their own that holds the peers too."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent


def run_with_peers():
    """Make ``benchmarks/.venv``, install what is missing, and start over inside it."""
    environment = HERE / ".venv"
    if not environment.exists():
        venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    constraints = HERE.parent / "constraints.txt"
    install = ["install", "--quiet", "-c", constraints, "-r", HERE / "requirements.txt"]
    subprocess.run([python, "-m", "pip", *install], check=True)
    subprocess.run([python, "-m", "benchmarks"], cwd=HERE.parent, check=True)
