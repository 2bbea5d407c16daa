"""Run the whole suite on every Python that the series admits, oldest and newest packages.

usage: python tools/matrix.py [VERSION ...]      (default: all; make test-matrix)
       python tools/matrix.py colab              with the Python, NumPy and ipywidgets of Colab

Each row gets an environment of its own in .matrix/, made anew. An interpreter that the machine
does not have is reported as not run; it is never downloaded.

Colab shows widgets by itself, with an older ipywidgets than JupyterLab needs; the bounds in
pyproject.toml are for JupyterLab. Each process of that row has imported a stand-in for
`google.colab`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parents[1]
LOWEST, NEWEST = "lowest-direct", "highest"  # uv's names for how it chooses versions
MATRIX = {"3.11": LOWEST, "3.12": NEWEST, "3.13": NEWEST, "3.14": NEWEST}
ROWS = MATRIX | {"colab": NEWEST}
COLAB = {"python": "3.12", "packages": ["ipywidgets==7.7.1", "numpy==2.0.2"]}
STAND_IN = "def enable_custom_widget_manager():\n    pass\n"  # what anywidget asks of Colab
TOLD = ["numpy", "matplotlib", "ipywidgets", "jupyterlab", "scikit-learn", "nbval"]


def uv(*arguments, **options):
    return subprocess.run([find_uv_bin(), *arguments], cwd=ROOT, env=environment(), **options)


def environment():
    """The variables of this process, in which pyenv offers all the interpreters it has."""
    variables = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    if pyenv := shutil.which("pyenv"):
        versions = subprocess.check_output([pyenv, "versions", "--bare"], text=True).split()
        variables["PYENV_VERSION"] = ":".join(versions)
    return variables


def make_colab(folder):
    """Turn a new environment into one like Colab's; the options that keep its packages so."""
    (site,) = folder.glob("lib/python*/site-packages")
    stand_in = site / "google" / "colab"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").write_text("from google.colab import output\n", "utf-8")
    (stand_in / "output.py").write_text(STAND_IN, "utf-8")
    (site / "colab.pth").write_text("import google.colab\n", "utf-8")
    pinned = folder / "colab.txt"
    pinned.write_text("\n".join(COLAB["packages"]) + "\n", "utf-8")
    return ["--override", pinned]


def run(version, resolution):
    """The outcome of one row in a few words, and the versions it was run with."""
    colab = version == "colab"
    version = COLAB["python"] if colab else version
    search = ["python", "find", "--no-python-downloads", f"python{version}"]
    found = uv(*search, capture_output=True, text=True)
    if found.returncode:
        return "not run: the machine has no such Python", ""
    folder = ROOT / ".matrix" / ("colab" if colab else f"{version}-{resolution}")
    uv("venv", "--quiet", "--clear", "--seed", "--python", found.stdout.strip(), folder, check=True)
    python = folder / "bin" / "python"
    group = ["--group", "test", "--editable", ".", "--resolution", resolution]
    group += make_colab(folder) if colab else []
    install = uv("pip", "install", "--quiet", "--python", python, *group)
    if install.returncode:
        return "FAILED: the packages could not be installed", ""
    listed = uv("pip", "freeze", "--quiet", "--python", python, capture_output=True, text=True)
    versions = dict(re.findall(r"^([\w-]+)==(\S+)$", listed.stdout, re.M))
    told = ", ".join(f"{name} {versions[name]}" for name in TOLD)
    pytest = [python, "-m", "pytest", "-q"]
    if (
        colab or resolution == LOWEST
    ):  # packages that old use what newer ones have meanwhile deprecated
        pytest += ["-W", "ignore::DeprecationWarning"]
    tests = subprocess.run(pytest, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(tests.stdout, flush=True)
    summary = tests.stdout.strip().splitlines()[-1].strip("= ")
    return f"{'FAILED' if tests.returncode else 'passed'}: {summary}", told


def main():
    chosen = sys.argv[1:] or MATRIX
    outcomes = {version: run(version, ROWS[version]) for version in chosen}
    for version, (outcome, versions) in outcomes.items():
        print(
            f"{'As in' if version == 'colab' else 'Python'} {version}, {ROWS[version]}: {outcome}"
        )
        if versions:
            print(f"    {versions}")
    sys.exit(any(outcome.startswith("FAILED") for outcome, _ in outcomes.values()))


if __name__ == "__main__":
    main()
