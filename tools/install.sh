#!/bin/sh
# Makes .venv hold the tested versions (constraints.txt) of a dependency group of pyproject.toml.
#   usage: sh tools/install.sh lab|test|browser|book|hub      (each holds the ones before it)
#          sh tools/install.sh --stale               prints "stale" if .venv has to be made anew
#   PYTHON=python3.12 names the interpreter; the default is python3.
# The Makefile calls it when .venv/.installed-GROUP is missing or older than those two files. A
# failure ends with one sentence that says what to do, and leaves nothing that counts as installed.

group=$1
python=${PYTHON:-python3}
log=.venv/install.log
order="lab test browser book hub"

fail() {
    echo "$1" >&2
    exit 1
}
base() {  # the interpreter behind a virtual environment
    "$1" -c 'import os, sys; print(os.path.realpath(sys._base_executable))' 2>/dev/null
}
usable() {  # .venv is whole, in the folder it was made for, and of the interpreter asked for
    .venv/bin/python -c 'import pip' 2>/dev/null || return 1
    [ "$(cat .venv/.folder 2>/dev/null)" = "$PWD" ] || return 1
    [ -z "$PYTHON" ] || [ "$(base .venv/bin/python)" = "$(base "$PYTHON")" ]
}

if [ "$group" = --stale ]; then
    usable || echo stale
    exit 0
fi

if ! usable; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        fail "The lessons need Python 3.11 or newer, but '$python' is ${version:-missing}: install a newer Python, or name one that you have, as in 'make $group PYTHON=python3.12'."
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "Python's venv module is missing from '$python': install it (on Debian and Ubuntu: sudo apt install python3-venv), then run 'make $group' again."
    echo "Making .venv with Python $version."
    "$python" -m venv --clear .venv >/dev/null 2>&1 ||
        fail "'$python -m venv .venv' failed: see what it says when you run it, put that right, then run 'make $group' again."
    echo "$PWD" >.venv/.folder
fi

echo "Installing the tested versions into .venv. The first time, this takes a few minutes."
rm -f .venv/.installed-*
pip="env PIP_USER=0 .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check"
if ! { $pip -c constraints.txt pip && $pip -c constraints.txt -e . --group "$group"; } >"$log" 2>&1; then
    [ -z "$CI" ] || cat "$log" >&2
    fail "The packages could not be installed: check the network connection (and proxy settings), then run 'make $group' again; what pip said is in $log."
fi
# pip compiles what it installs, but not what it leaves in place: so that the first import is no
# slower than the next ones, wherever Python itself may not write what it compiled.
.venv/bin/python -m compileall -q nnlib >>"$log" 2>&1
for one in $order; do  # those that the group holds are installed as well
    touch ".venv/.installed-$one"
    [ "$one" != "$group" ] || break
done
