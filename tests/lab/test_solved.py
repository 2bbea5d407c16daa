"""What is solved is kept where the learner sits, shown in order, and deleted on request."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from nnlib.lab import check, own_answer, progress, solved


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of its own, and somebody who sits there."""
    monkeypatch.setattr(solved, "folder", lambda: tmp_path / "nnlib")
    monkeypatch.setattr(solved, "is_somebody_there", lambda: True)
    monkeypatch.delenv("NNLIB_PROGRESS")
    monkeypatch.setattr(solved, "unsaved", {})
    monkeypatch.setattr(solved, "here", {"off": False})
    monkeypatch.chdir(tmp_path)  # no notebooks here
    return tmp_path / "nnlib"


@pytest.fixture
def shown(capsys):
    """What a call prints, in one line."""

    def call(action):
        capsys.readouterr()
        action()
        return " ".join(capsys.readouterr().out.split())

    return call


def half(x):
    return x / 2


def slope_for_the_weight(x, w, b):
    a = sigmoid(2 * half(w * x + b))  # noqa: F821 - a notebook has it
    return a * (1 - a) * x


def test_what_is_solved_is_kept_and_shown(home, capsys, monkeypatch, tmp_path):
    check("1.4", 37)
    check("1.4", 36)
    assert json.loads((home / "solved.json").read_text()) == {"form": 1, "solved": {"1.4": None}}
    for name, numbers in {"01a_one.ipynb": ["1.1", "1.4"], "01b_two.ipynb": ["1.2"]}.items():
        texts = [
            f"# {name[1:3]}. Title",
            *(f"### Exercise {n} · Called so\n\nDo." for n in numbers),
        ]
        cells = [{"cell_type": "markdown", "source": [text]} for text in texts]
        (tmp_path / name).write_text(json.dumps({"cells": cells}))
    (tmp_path / "02a_broken.ipynb").write_text("{")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    progress()
    out = capsys.readouterr().out
    assert "1 of 3 exercises solved" in out
    assert "  1a. Title: 1.1 –, 1.4 ✓\n  1b. Title: 1.2 –\n" in out
    assert "Next: exercise 1.1, Called so, in 01a_one.ipynb" in out
    progress.delete()
    assert not (home / "solved.json").exists()


def test_it_can_be_switched_off(home, capsys):
    progress.off()
    check("1.4", 37)
    assert not (home / "solved.json").exists()
    progress.on()
    check("1.4", 37)
    assert (home / "solved.json").exists()


def test_the_learner_s_own_function_is_taken_up_if_it_is_still_right(home, capsys):
    def published(x, w, b):
        return None

    assert own_answer("1.3", published) is published
    check_from_a_notebook()
    own = own_answer("1.3", published)
    assert own.__name__ == "slope_for_the_weight"
    assert own(2.0, 0.5, 0.1) == pytest.approx(0.3747, abs=1e-4)
    for spoilt in ("def slope_for_the_weight(x, w, b):\n    return x", "1 +", 7, "x = 1"):
        (home / "solved.json").write_text(json.dumps({"1.3": spoilt}))
        assert own_answer("1.3", published) is published
    (home / "solved.json").write_text("[")
    assert own_answer("1.3", published) is published
    assert "1.3: published as it stands here" in capsys.readouterr().out


def check_from_a_notebook():
    from nnlib.activations import sigmoid

    globals()["sigmoid"] = sigmoid
    try:
        check("1.3", slope_for_the_weight)
    finally:
        del globals()["sigmoid"]


def test_nothing_is_written_while_tests_run(tmp_path, monkeypatch):
    monkeypatch.setattr(solved, "folder", lambda: tmp_path)
    check("1.4", 37)
    monkeypatch.delenv("NNLIB_PROGRESS")
    check("1.4", 37)  # nobody sits there
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_written_to_stops_nothing_and_is_told(home, shown):
    home.write_text("a file where the folder should be")
    assert "✓ right" in shown(lambda: check("1.4", 37))
    said = shown(progress)
    assert said.startswith("Solved: 1.4. ")
    assert f"It cannot be written down (File exists: {home}). What you solve here is shown" in said
    assert f"That cannot be written down (File exists: {home}). In this notebook" in shown(
        progress.off
    )
    check("1.1", 0.1192)
    assert "1.1" not in shown(progress)
    assert f"It cannot be switched on again (File exists: {home})" in shown(progress.on)
    assert shown(progress.delete).startswith("Deleted")
    (home.parent / "nnlib").unlink()
    (home / "solved.json" / "x").mkdir(parents=True)
    assert "It cannot be deleted (" in shown(progress.delete)
    (home / "solved.json" / "x").rmdir()
    (home / "solved.json").rmdir()
    check("1.1", 0.1192)
    assert set(solved.read()) == {"1.1"}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("method", ["write_text", "replace", "mkdir"])
def test_what_cannot_be_written_now_is_written_later(home, shown, monkeypatch, code, method):
    def fails(self, *_, **__):
        raise OSError(code, os.strerror(code), str(self))

    with monkeypatch.context() as at_first:
        at_first.setattr(Path, method, fails)
        assert "✓ right" in shown(lambda: check("1.4", 37))
        said = shown(progress)
        assert f"It cannot be written down ({os.strerror(code)}" in said
        assert "Solved: 1.4." in said
    assert not (home / "solved.json").exists()
    shown(lambda: check("1.1", 0.1192))
    assert set(solved.read()) == {"1.1", "1.4"}
    assert [path.name for path in home.iterdir()] == ["solved.json"]


@pytest.mark.parametrize("content", [b"[", b'{"1.4": ', b"[1, 2]", b"\xff\xfe", b"", b"[" * 10**5])
def test_a_damaged_file_is_said_to_be_that_and_put_aside(home, shown, content):
    home.mkdir()
    (home / "solved.json").write_bytes(content)
    assert "The file in which it is kept is damaged. When you next solve" in shown(progress)
    check("1.4", 37)
    assert "damaged" not in shown(progress)
    assert set(solved.read()) == {"1.4"}
    assert (home / "solved-damaged.json").read_bytes() == content
    progress.delete()
    assert list(home.iterdir()) == []


def test_a_file_of_another_version_is_left_as_it_is(home, shown):
    home.mkdir()
    newer = json.dumps({"form": 2, "exercises": []})
    (home / "solved.json").write_text(newer)
    check("1.4", 37)
    said = shown(progress)
    assert "written by another version of nnlib, and this one leaves it as it is" in said
    assert said.startswith("Solved: 1.4.")
    assert (home / "solved.json").read_text() == newer
    (home / "solved.json").write_text(json.dumps({"1.1": None, "1.2": 7, "x": None}))
    check("1.4", 37)  # the first form had no number, and what is no answer is left out
    assert solved.read() == {"1.1": None, "1.4": None}


def test_a_file_that_cannot_be_read_is_left_as_it_is(home, shown):
    (home / "solved.json").mkdir(parents=True)
    check("1.4", 37)
    assert "What is kept cannot be read (Is a directory" in shown(progress)
    assert (home / "solved.json").is_dir()


def test_two_kernels_that_write_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from nnlib.lab import solved\n"
        "solved.folder, solved.is_kept = lambda: Path(sys.argv[1]), lambda: True\n"
        "for i in range(20): solved.note(f'{sys.argv[2]}.{i}', ())"
    )
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(lesson)])
        for lesson in (1, 2, 3)
    ]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    kept = json.loads((tmp_path / "solved.json").read_text())["solved"]
    assert set(kept) == {f"{lesson}.{i}" for lesson in (1, 2, 3) for i in range(20)}
    assert [path.name for path in tmp_path.iterdir()] == ["solved.json"]


def test_a_kernel_that_died_while_it_wrote_is_waited_for_briefly(home, monkeypatch):
    monkeypatch.setattr(solved, "WAIT", 0.05)
    home.mkdir()
    (home / "solved.lock").touch()
    check("1.4", 37)
    assert [path.name for path in home.iterdir()] == ["solved.json"]


@pytest.mark.parametrize("name", ["a folder with spaces/ü/東", "relative", "x" * 300, "nul\0"])
def test_an_unusual_data_folder(tmp_path, monkeypatch, shown, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NNLIB_PROGRESS")
    monkeypatch.setattr(solved, "is_somebody_there", lambda: True)
    monkeypatch.setattr(solved, "unsaved", {})
    monkeypatch.setattr("jupyter_core.paths.jupyter_data_dir", lambda: name)
    assert "✓ right" in shown(lambda: check("1.4", 37))
    assert "1.4" in shown(progress)
    possible = len(name) < 256 and "\0" not in name
    assert bool(solved.unsaved) is not possible
    assert ("cannot be" in shown(progress)) is not possible
    for action in (progress.off, progress.on):
        assert ("cannot be" in shown(action)) is not possible
    assert shown(progress.delete)


def test_where_there_is_no_jupyter(home, shown, monkeypatch):
    def missing():
        raise ImportError("jupyter_core")

    monkeypatch.setattr(solved, "folder", missing)
    check("1.4", 37)
    assert "no Jupyter here" in shown(progress) or "not installed here" in shown(progress)
    assert "cannot be written down (Jupyter is not installed here)" in shown(progress.off)
    assert "It cannot be deleted (Jupyter is not" in shown(progress.delete)


def test_why_nothing_is_added_is_said(home, shown, monkeypatch):
    progress.off()
    assert "It is switched off, and progress.on() switches it on again." in shown(progress)
    progress.on()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("NNLIB_PROGRESS", "off")
        assert "It is switched on again. NNLIB_PROGRESS=off is set" in shown(progress.on)
    monkeypatch.setattr(solved, "is_somebody_there", lambda: False)
    assert "where nobody can be asked anything" in shown(progress)


def test_a_folder_of_notebooks_that_are_none(home, shown, monkeypatch, tmp_path):
    for i, content in enumerate(["[]", '{"cells": 7}', '{"cells": [3]}', "[" * 10**5, "\x00"]):
        (tmp_path / f"0{i}_x.ipynb").write_text(content)
    assert shown(progress).startswith("Solved: nothing yet.")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert shown(progress).startswith("Solved: nothing yet.")


@pytest.mark.parametrize("somebody", [True, False])
def test_in_a_kernel(tmp_path, monkeypatch, somebody):
    """JupyterLab can ask its reader something. What runs notebooks for a test cannot."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("NNLIB_PROGRESS")
    manager, client = start_new_kernel()
    try:
        code = "from nnlib.lab import check\ncheck('1.4', 37)"
        client.execute_interactive(code, allow_stdin=somebody, timeout=60, output_hook=str)
        for _ in range(100):
            if (tmp_path / "nnlib" / "solved.json").exists() or not somebody:
                break
            time.sleep(0.05)
        assert (tmp_path / "nnlib" / "solved.json").exists() is somebody
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
