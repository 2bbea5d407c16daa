"""The report on a class: solved is solved, and no notebook does harm or gets credit for a trick."""

import csv
import subprocess
import sys

import class_copy
import class_report
import class_sandbox
import exercise_cells
import nbformat
import numpy as np
import pytest
from pages import SITTINGS, read

SITTING = next(path for path in SITTINGS if path.stem.startswith("04b"))
FIRST, SECOND = exercise_cells.find(read(SITTING))  # two numbers, and a function


def sandbox_works():
    if sys.platform != "linux" or class_report.bubblewrap() is None:
        return False
    command = [class_report.bubblewrap(), "--ro-bind", "/", "/", "--unshare-all", "true"]
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


pytestmark = pytest.mark.skipif(not sandbox_works(), reason="bubblewrap cannot run here")


@pytest.fixture(scope="module")
def known():
    return class_report.exercises()


def hand_in(folder, name, changes, sitting=SITTING):
    """Save a class copy with the learner's name and with some exercises' cells changed."""
    notebook = class_copy.for_class(read(sitting))
    cells = {cells.number: cells.code for cells in exercise_cells.find(read(sitting))}
    for cell in notebook.cells:
        if cell.source == class_copy.NAME:
            cell.source = f"**Name:** {name}"
        for number, source in changes.items():
            if cell.source == cells[number]:
                cell.source = source
    path = folder / f"{name} (1).ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def states(folder, known):
    handed = list(class_report.collect(folder, known))
    kept = class_report.best(class_report.judge_all(handed, known))
    return {key: result.state for key, result in kept.items()}, kept, handed


def test_solved_wrong_and_untouched(tmp_path, known):
    hand_in(tmp_path, "Ada", {c.number: c.solution for c in (FIRST, SECOND)})
    slope_forgotten = SECOND.solution.replace(" * a2 * (1 - a2)", "")
    hand_in(tmp_path / "deep" / "er", "Bo", {SECOND.number: slope_forgotten})
    found, kept, _ = states(tmp_path, known)
    assert found == {
        ("Ada", FIRST.number): "solved",
        ("Ada", SECOND.number): "solved",
        ("Bo", FIRST.number): "untouched",
        ("Bo", SECOND.number): "tried",
    }
    assert kept["Bo", SECOND.number].mistake == "the slope of layer 2 forgotten"


def test_every_published_solution_is_solved(tmp_path, known):
    for path in SITTINGS:
        if found := exercise_cells.find(read(path)):
            hand_in(tmp_path / path.stem, "Ada", {c.number: c.solution for c in found}, path)
    found, kept, _ = states(tmp_path, known)
    assert set(found) == {("Ada", number) for number in known}
    assert [(key, kept[key]) for key, state in found.items() if state != "solved"] == []


HOSTILE = {
    "deletes": "import shutil\nshutil.rmtree(FOLDER, True)\nopen(FILE, 'w').close()\n",
    "loops": "while True:\n    pass\n",
    "forks": "import os\nwhile True:\n    os.fork()\n",
    "fills the memory": "rows = []\nwhile True:\n    rows.append(bytearray(10**8))\n",
    "asks the network": "import socket\nsocket.create_connection(('127.0.0.1', 22), 2)\n",
    "prints a verdict": "print('Exercise 4.9   ✓ right')\n",
    "patches the check": "import nnlib.lab\nnnlib.lab.check = check = lambda *a: print('right')\n",
    "looks into the checks": "from nnlib.lab.checks.lesson_04 import middle\n",
    "writes into the pipe": (
        "import contextlib, os\nfor i in range(3, 20):\n    with contextlib.suppress(OSError):\n"
        "        os.write(i, b'{\"answers\": []}\\n')\n"
    ),
    "ends the process": "import os\nos._exit(0)\n",
    "is no Python": "def f(:\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_trick_does_harm_or_gets_credit(what, tmp_path, known, monkeypatch):
    monkeypatch.setattr(class_report, "ANSWER_SECONDS", 10)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "marks.txt").write_text("precious")
    trick = (
        HOSTILE[what]
        .replace("FOLDER", repr(str(mine)))
        .replace("FILE", repr(str(mine / "marks.txt")))
    )
    hand_in(tmp_path / "in", "Eve", {SECOND.number: trick + SECOND.code})
    found, _, _ = states(tmp_path / "in", known)
    assert found["Eve", SECOND.number] in ("tried", "untouched")
    assert (mine / "marks.txt").read_text() == "precious"


def test_after_a_trick_the_next_answer_is_judged(tmp_path, known, monkeypatch):
    monkeypatch.setattr(class_report, "ANSWER_SECONDS", 10)
    hand_in(
        tmp_path, "Eve", {FIRST.number: "import os\nos._exit(1)\n" + FIRST.code,
                          SECOND.number: SECOND.solution}
    )  # fmt: skip
    found, _, _ = states(tmp_path, known)
    assert found["Eve", SECOND.number] == "solved"


def test_damaged_and_foreign_files_are_named_and_the_rest_is_counted(tmp_path, known):
    hand_in(tmp_path, "Ada", {SECOND.number: SECOND.solution})
    (tmp_path / "cut.ipynb").write_text('{"cells": [')
    (tmp_path / "list.ipynb").write_text("[]")
    (tmp_path / "bytes.ipynb").write_bytes(b"\xff\xfe\x00")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    found, kept, handed = states(tmp_path, known)
    assert found["Ada", SECOND.number] == "solved"
    assert [h.path.name for h in handed if h.trouble] == ["bytes.ipynb", "cut.ipynb", "list.ipynb"]
    page = tmp_path / "class.html"
    class_report.write_page(page, kept, handed, known, class_report.sentences_of(known))
    assert "cut.ipynb: could not be read" in page.read_text("utf-8")
    assert "empty.ipynb: holds no exercise" in page.read_text("utf-8")


def test_a_name_is_text_on_the_page_and_in_the_table(tmp_path, known):
    hand_in(tmp_path, "=1+1 <b>", {})
    _, kept, handed = states(tmp_path, known)
    class_report.write_page(tmp_path / "p.html", kept, handed, known, {})
    class_report.write_table(tmp_path / "t.csv", kept)
    assert "=1+1 &lt;b&gt;" in (tmp_path / "p.html").read_text("utf-8")
    with open(tmp_path / "t.csv", encoding="utf-8", newline="") as file:
        assert next(row for row in csv.reader(file) if "1+1" in row[0])[0].startswith("'=")


@pytest.mark.parametrize(
    "value",
    [1, 2.5, "text", None, True, [1, (2.0, "x")], {"a": [np.arange(3)]}, float("inf")],
)  # fmt: skip
def test_values_travel_as_they_are(value):
    assert repr(class_sandbox.decode(class_sandbox.encode(value))) == repr(value)


def test_arrays_travel_to_the_last_bit():
    for array in (np.arange(6.0).reshape(2, 3) / 7, np.float32([[1.1]]), np.array([], int)):
        again = class_sandbox.decode(class_sandbox.encode(array))
        assert again.dtype == array.dtype
        np.testing.assert_array_equal(again, array)
    assert class_sandbox.decode(class_sandbox.encode(...)) is ...
    assert repr(class_sandbox.decode(class_sandbox.encode(object()))) == "<object>"
