"""What is solved is kept where the learner sits, shown in order, and deleted on request."""

import json
import time

import pytest
from jupyter_client.manager import start_new_kernel

from nnlib.lab import check, own_answer, progress, solved


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of its own, and somebody who sits there."""
    monkeypatch.setattr(solved, "folder", lambda: tmp_path / "nnlib")
    monkeypatch.setattr(solved, "is_somebody_there", lambda: True)
    monkeypatch.delenv("NNLIB_PROGRESS")
    return tmp_path / "nnlib"


def half(x):
    return x / 2


def slope_for_the_weight(x, w, b):
    a = sigmoid(2 * half(w * x + b))  # noqa: F821 - a notebook has it
    return a * (1 - a) * x


def test_what_is_solved_is_kept_and_shown(home, capsys, monkeypatch, tmp_path):
    check("1.4", 37)
    check("1.4", 36)
    assert json.loads((home / "solved.json").read_text()) == {"1.4": None}
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


def test_a_data_folder_that_cannot_be_written_to_stops_nothing(home, capsys):
    home.write_text("a file where the folder should be")
    check("1.4", 37)
    progress.off()
    assert "✓ right" in capsys.readouterr().out


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
