"""Run the benchmarks, and the tests of lesson 09, in an environment that holds the peers too."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent


def run_with_peers(*command):
    """Make ``benchmarks/.venv``, install what is missing, and run Python with ``command`` there."""
    environment = HERE / ".venv"
    if not environment.exists():
        venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "-c", "constraints.txt"]
    options = {"cwd": HERE.parent, "check": True}
    subprocess.run([*install, "pip"], **options)  # one that knows dependency groups
    subprocess.run([*install, "-r", HERE / "requirements.txt", "--group", "test"], **options)
    subprocess.run([python, *command], **options)
