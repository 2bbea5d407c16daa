"""What a first `make lab` installs, when it installs again, and what it says when it cannot."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not there")

# An interpreter whose `-m venv` puts FAKE_PIP in the place of .venv's Python.
FAKE_VENV = """
if [ "$1" = -m ]; then
    echo venv >>calls
    mkdir -p .venv/bin
    cp fake_pip .venv/bin/python
else
    exec {python} "$@"
fi
"""
# It writes down what it was asked to install.
FAKE_PIP = """
case "$*" in
    *"pip install"*) echo "$*" >>calls ;;
    *) exec {python} "$@" ;;
esac
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "a folder"
    (folder / "tools").mkdir(parents=True)
    for name in ["pyproject.toml", "constraints.txt", "Makefile", "tools/install.sh"]:
        shutil.copy(ROOT / name, folder / name)
    return folder


def interpreter(folder, body, name="python3"):
    """A stand-in for python3: a shell script; {python} in it is the real one."""
    path = folder / name
    path.write_text("#!/bin/sh\n" + body.replace("{python}", f"'{sys.executable}'"))
    path.chmod(0o755)
    return f"./{name}"


def without_network(folder):
    interpreter(folder, FAKE_PIP, "fake_pip")
    return interpreter(folder, FAKE_VENV)


def install(folder, group="lab", python="", **environment):
    return subprocess.run(
        ["make", "--silent", f"install-{group}", f"PYTHON={python}"],
        cwd=folder,
        env={**os.environ, "CI": "", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
    )


def later(path):
    """Make a file newer than everything that was installed."""
    later = time.time() + 2
    os.utime(path, (later, later))
    for stamp in path.parent.glob(".venv/.installed-*"):
        os.utime(stamp, (later - 1, later - 1))


def calls(folder):
    path = folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def the_sentence(result):
    """A failure ends with one sentence and no traceback."""
    assert result.returncode != 0
    (line,) = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert line.endswith(".")
    return line


def test_old_python(folder):
    python = interpreter(folder, 'case "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac')
    sentence = the_sentence(install(folder, python=python))
    assert "need Python 3.11 or newer, but './python3' is 3.9: install a newer Python" in sentence
    assert "make lab PYTHON=" in sentence


def test_no_python(folder):
    sentence = the_sentence(install(folder, "test", python="no-such-python"))
    assert "'no-such-python' is missing: install a newer Python" in sentence
    assert "make test PYTHON=" in sentence


def test_no_venv_module(folder):
    """As on Debian without the package python3-venv."""
    python = interpreter(
        folder, """{python} -c "import sys; sys.modules['ensurepip'] = None; $2" """
    )
    sentence = the_sentence(install(folder, python=python))
    assert "sudo apt install python3-venv" in sentence


def test_venv_that_fails_half_way(folder):
    half = '[ "$1" = -m ] && mkdir -p .venv/bin && exit 1; exec {python} "$@"'
    python = interpreter(folder, half)
    assert "-m venv .venv' failed" in the_sentence(install(folder, python=python))
    assert "-m venv .venv' failed" in the_sentence(install(folder, python=python))


def test_no_network(folder):
    """What pip could not install does not count as installed, and the next run tries again."""
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    for _ in range(2):
        result = install(folder, python=sys.executable, **offline)
        sentence = the_sentence(result)
        assert "check the network connection" in sentence
        assert not list(folder.glob(".venv/.installed-*"))
    assert "ERROR: " in (folder / ".venv/install.log").read_text()
    assert "Making .venv" not in result.stdout  # the .venv itself is whole, and kept


def test_make_reports_the_failure(folder):
    make = ["make", "lab", "PYTHON=no-such-python"]
    result = subprocess.run(make, cwd=folder, capture_output=True, text=True)
    assert result.returncode != 0
    assert "no-such-python' is missing" in result.stderr


def test_installs_the_tested_versions_once(folder):
    python = without_network(folder)
    assert install(folder, python=python).returncode == 0
    venv, pip, packages = calls(folder)
    assert venv == "venv"
    assert pip.endswith("-c constraints.txt pip")  # one that knows dependency groups
    assert packages.endswith("-c constraints.txt -e . --group lab")

    second = install(folder)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert calls(folder) == []


def test_installs_again_when_something_changed(folder):
    install(folder, python=without_network(folder))
    calls(folder)
    install(folder, "test")
    assert calls(folder)[-1].endswith("--group test")
    install(folder, "lab")  # holds nothing that the group "test" does not
    assert calls(folder) == []
    later(folder / "constraints.txt")
    install(folder, "lab")
    assert calls(folder)[-1].endswith("--group lab")
    install(folder, "test")
    assert calls(folder)[-1].endswith("--group test")


def test_makes_a_new_venv_when_the_folder_was_moved(folder):
    install(folder, python=without_network(folder))
    calls(folder)
    moved = folder.rename(folder.with_name("moved"))
    install(moved, python="./python3")
    assert calls(moved)[0] == "venv"


def test_makes_a_new_venv_for_another_python(folder):
    install(folder, python=without_network(folder))
    calls(folder)
    other = interpreter(folder, FAKE_VENV.replace("{python}", "/no/such/python"), "python4")
    assert install(folder, python=other).returncode != 0
    assert install(folder, python="./python3").returncode == 0
