"""The report on a class: solved is solved, and no notebook does harm or gets credit for a trick."""

import csv
import json
import os
import re
import shutil
import socket
import sys
from pathlib import Path

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
    if sys.platform != "linux":
        return False
    try:
        return bool(class_report.bubblewrap())
    except class_report.NotBuilt:
        return False


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


def states(folder, known, n=1):
    handed = list(class_report.collect(folder, known))
    kept = class_report.best(class_report.judge_all(handed, known, n))
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


@pytest.mark.long
def test_every_published_solution_is_solved(tmp_path, known):
    for path in SITTINGS:
        if found := exercise_cells.find(read(path)):
            hand_in(tmp_path / path.stem, "Ada", {c.number: c.solution for c in found}, path)
    found, kept, _ = states(tmp_path, known, n=2)
    assert set(found) == {("Ada", number) for number in known}
    assert [(key, kept[key]) for key, state in found.items() if state != "solved"] == []


DONE = "raise RuntimeError('DONE')\n"  # said if a trick works
WRITE = (
    "import os\nfor fd in range(3, 20):\n    try:\n        {}\n    except OSError:\n        pass\n"
)
# What an answer might try; its own check, if it has one, takes the place of the exercise's.
HOSTILE = {
    "deletes": "import shutil\nshutil.rmtree(FOLDER, True)\nopen(FILE, 'w').close()\n",
    "follows a link": (
        "import os\nos.symlink(FOLDER, '/tmp/l')\nopen('/tmp/l/marks.txt', 'w')\n" + DONE
    ),
    "looks for what is yours": "import os\nif os.path.exists(FILE):\n    " + DONE,
    "looks for the solutions": (
        "import os\nseen = [name for _, _, names in os.walk(ROOT) for name in names]\n"
        "if any(n.startswith(('lesson_0', '04b')) for n in seen):\n    " + DONE
    ),
    "looks into the checks": (
        "import importlib\nimportlib.import_module('nnlib.lab.che' + 'cks.lesson_04')\n" + DONE
    ),
    "writes among the packages": (
        "import numpy\nopen(numpy.__file__.replace('__init__', 'x'), 'w')\n" + DONE
    ),
    "writes over the report": "open(ROOT + '/tools/class_report.py', 'a')\n" + DONE,
    "fills the disk": (
        "for i in range(200):\n    open(f'/tmp/{i}', 'wb').write(bytes(10**6))\n" + DONE
    ),
    "fills other folders": (
        "for folder in ('/', '/dev', '/dev/shm', '/var/tmp', '/usr', ROOT):\n    try:\n"
        "        open(folder + '/x', 'w')\n    except OSError:\n        continue\n    " + DONE
    ),
    "fills the memory": "rows = []\nfor _ in range(40):\n    rows += [bytes(10**8)]\n" + DONE,
    "opens many files": "files = [open('/dev/null') for _ in range(999)]\n" + DONE,
    "loops": "while True:\n    pass\n",
    "loops and catches": (
        "while True:\n    try:\n        exit(input())\n    except BaseException:\n        pass\n"
    ),
    "forks": "import os\nos.fork()\n" + DONE,
    "starts programs": (
        "import _posixsubprocess, inspect, os, subprocess\nif os.system('true') == 0:\n    " + DONE
        + "subprocess.run(['true'])\n" + DONE
    ),
    "asks the kernel": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.fork() >= 0 or libc.unshare(1 << 28) == 0:\n    " + DONE
    ),
    "looks into the process above": "import os\nopen(f'/proc/{os.getppid()}/mem', 'rb')\n" + DONE,
    "ends the process above": "import os\nos.kill(os.getppid(), 9)\n",
    "ends the process": "import os\nos._exit(0)\n",
    "crashes": "import ctypes\nctypes.string_at(0)\n",
    "asks the network": "import socket\nsocket.create_connection(('127.0.0.1', PORT), 2)\n" + DONE,
    "prints a verdict": "print('Exercise 4.9   ✓ right')\ncheck = print\n",
    "patches the check": (
        "import sys, nnlib.lab\nchecks = sys.modules['nnlib.lab.checks']\n"
        "nnlib.lab.check = checks.check = check = lambda *a: print('right')\n"
    ),
    "prints much": "for _ in range(99):\n    print('x' * 10**6)\n",
    "writes into the pipe": WRITE.format("os.write(fd, b'{\"answers\": []}\\n')"),
    "writes much into the pipe": WRITE.format("os.write(fd, bytes(10**7))"),
    "writes deep JSON into the pipe": WRITE.format("os.write(fd, b'[' * 10**5 + b'\\n')"),
    "hands in what equals everything": (
        "class Same:\n    __eq__ = lambda self, other: True\n    __float__ = lambda self: 1.0\n"
        "check('NUMBER', Same())\n"
    ),
    "hands in what contains itself": "rows = []\nrows.append(rows)\ncheck('NUMBER', rows)\n",
    "hands in a pickle": (
        "import os, numpy as np\nclass P:\n    __reduce__ = lambda self: (os.system, ('ls',))\n"
        "check('NUMBER', np.array([P()], object))\n"
    ),
    "hands in a shape": "import numpy as np\ncheck('NUMBER', *[np.zeros((0, 10**12))] * 4)\n",
    "says what cannot be written": "raise RuntimeError('\\ud800\\n=1+1;=2')\n",
    "is no Python": "def f(:\n",
    "is deep": "x = " + "-" * 90_000 + "1\n",
    "is long": "#" * 200_000 + "\n",
}  # fmt: skip


def test_no_trick_does_harm_or_gets_credit(tmp_path, known, monkeypatch):
    """Each is an answer of its own in one notebook, so each must leave the next one alone."""
    monkeypatch.setattr(class_report, "ANSWER_SECONDS", 3)
    mine = tmp_path / "mine" / "marks.txt"
    mine.parent.mkdir()
    mine.write_text("precious")
    tried = dict(zip(HOSTILE, known, strict=False))
    assert len(tried) == len(HOSTILE)
    with socket.create_server(("127.0.0.1", 0)) as server:
        values = {"FOLDER": str(mine.parent), "FILE": str(mine), "ROOT": str(class_report.ROOT)}
        values["PORT"] = server.getsockname()[1]
        cells = []
        for what, number in tried.items():
            source = HOSTILE[what].replace("NUMBER", number)
            for word, value in values.items():
                source = source.replace(word, repr(value))
            own = "" if "\ncheck('" in source else known[number].stub
            cells.append(nbformat.v4.new_code_cell(source + own))
        (tmp_path / "in").mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "in" / "Eve.ipynb")
        _, kept, _ = states(tmp_path / "in", known)
    results = {what: kept["Eve", number] for what, number in tried.items()}
    assert {w: r for w, r in results.items() if r.state == "solved" or "DONE" in r.note} == {}
    assert mine.read_text() == "precious"
    assert [*mine.parent.iterdir()] == [mine]
    class_report.write_table(tmp_path / "t.csv", kept)
    table = (tmp_path / "t.csv").read_text("utf-8")
    assert not re.search(r"(^|[;,])\s*[=+@-]", table, re.M)


def test_after_a_trick_the_next_answer_is_judged(tmp_path, known, monkeypatch):
    monkeypatch.setattr(class_report, "ANSWER_SECONDS", 10)
    hand_in(
        tmp_path, "Eve", {FIRST.number: "import os\nos._exit(1)\n" + FIRST.code,
                          SECOND.number: SECOND.solution}
    )  # fmt: skip
    found, _, _ = states(tmp_path, known)
    assert found["Eve", SECOND.number] == "solved"


HONEST = {
    "a helper in a cell of its own": ["def half(x):\n    return x * 0.5\n", "half", ""],
    "a magic and a question": ["", "", "%matplotlib inline\n?print\n"],
    "check imported again": ["", "", "from nnlib.lab import check\n"],
    "display without an import": ["", "", "display(1)\n"],
}


@pytest.mark.parametrize("what", HONEST)
def test_what_runs_in_a_notebook_is_solved_here(what, tmp_path, known):
    cell, used, line = HONEST[what]
    answer = SECOND.solution
    if used:
        answer = answer.replace("(1 - a2)", "half(2 * (1 - a2))")
        assert "half" in answer
    path = hand_in(tmp_path, "Ada", {SECOND.number: line + answer})
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(1, nbformat.v4.new_code_cell(cell))
    nbformat.write(notebook, path)
    found, kept, _ = states(tmp_path, known)
    assert found["Ada", SECOND.number] == "solved", kept


def test_an_answer_whose_call_of_check_stands_in_the_next_cell(tmp_path, known):
    path = hand_in(tmp_path, "Ada", {SECOND.number: SECOND.solution})
    notebook = nbformat.read(path, as_version=4)
    (at,) = [i for i, cell in enumerate(notebook.cells) if cell.source == SECOND.solution]
    body, _, call = SECOND.solution.rpartition("check(")
    notebook.cells[at].source = body
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("check(" + call))
    nbformat.write(notebook, path)
    found, _, _ = states(tmp_path, known)
    assert found["Ada", SECOND.number] == "solved"


@pytest.mark.parametrize(
    ("path", "learner"),
    [
        ("Ada/04b_the_four_equations (1).ipynb", "Ada"),
        ("04b_the_four_equations/Ada.ipynb", "Ada"),
        ("group 1/Bo/deep/04b-Copy1.ipynb", "group 1/Bo/deep"),
        ("28/01a_one_neuron-Copy1.ipynb", "28"),
        ("04b_the_four_equations.ipynb", "04b_the_four_equations"),
        ("a\nb\udcff.ipynb", "a b?"),
    ],
)
def test_whose_a_notebook_is_by_its_path(path, learner):
    assert class_report.whose(Path(path)) == learner


def test_two_of_one_name_are_named(tmp_path, known):
    for folder in ("a", "b"):
        hand_in(tmp_path / folder, "Anna", {})
    _, kept, handed = states(tmp_path, known)
    class_report.write_page(tmp_path / "p.html", kept, handed, known, {})
    assert "Anna: a/Anna (1).ipynb; b/Anna (1).ipynb" in (tmp_path / "p.html").read_text("utf-8")


def test_without_a_sandbox_no_answer_runs(tmp_path, monkeypatch):
    """Where bubblewrap is missing, or may not shut a program in, the report ends in a sentence."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "argv", ["class_report.py", str(tmp_path)])
    for programs, said in ([], "it is missing."), ([str(broken)], "uid map: Permission denied"):
        class_report.bubblewrap.cache_clear()
        monkeypatch.setattr(class_report, "programs", lambda programs=programs: programs)
        with pytest.raises(SystemExit) as stopped:
            class_report.main()
        assert said in str(stopped.value)
        assert "No answer was run" in str(stopped.value)
    class_report.bubblewrap.cache_clear()


def test_the_repository_may_lie_anywhere(tmp_path, monkeypatch):
    """Below /tmp too, where an answer has its own files."""
    for name in ("nnlib", "tools"):
        shutil.copytree(class_report.ROOT / name, tmp_path / name)
    monkeypatch.setattr(class_report, "ROOT", tmp_path)
    class_report.bubblewrap.cache_clear()
    assert class_report.bubblewrap()
    class_report.bubblewrap.cache_clear()


def test_strange_files_do_not_stop_the_report(tmp_path, known):
    """Pipes, links, folders with a notebook's name, names that are no UTF-8, JSON without end."""
    path = hand_in(tmp_path / "in", "Ada", {})
    os.mkfifo(tmp_path / "in" / "pipe.ipynb")
    (tmp_path / "in" / "folder.ipynb").mkdir()
    (tmp_path / "in" / "link.ipynb").symlink_to(path)
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "deep.ipynb").write_text("[" * 100_000)
    (tmp_path / "in" / "large.ipynb").write_text(" " * (class_report.LARGEST + 1))
    (tmp_path / "in" / "source.ipynb").write_text('{"cells": [{"source": {"a": 1}}, 3, null]}')
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/\xff.ipynb")).write_text("{}")
    surrogate = json.dumps({"cells": [{"cell_type": "markdown", "source": "**Name:** \ud800x"}]})
    (tmp_path / "in" / "name.ipynb").write_text(surrogate)
    _, kept, handed = states(tmp_path / "in", known)
    assert len(handed) == 6
    class_report.write_page(tmp_path / "p.html", kept, handed, known, {})
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "large.ipynb: larger than 20 MB" in page
    assert "deep.ipynb: could not be read" in page
    assert "?.ipynb: could not be read" in page


def test_damaged_and_foreign_files_are_named_and_the_rest_is_counted(tmp_path, known):
    hand_in(tmp_path, "Ada", {SECOND.number: SECOND.solution})
    (tmp_path / "cut.ipynb").write_text('{"cells": [')
    (tmp_path / "list.ipynb").write_text("[]")
    (tmp_path / "bytes.ipynb").write_bytes(b"\xff\xfe\x00")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    found, kept, handed = states(tmp_path, known)
    assert found["Ada", SECOND.number] == "solved"
    assert [h.place for h in handed if h.trouble] == ["bytes.ipynb", "cut.ipynb", "list.ipynb"]
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
