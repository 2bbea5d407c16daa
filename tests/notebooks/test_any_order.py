"""Run all, then scroll up: any exercise can be done after that, in any order, any number of times.

The cells run in an IPython of this process, without a kernel: that is quicker, and what it prints
is the same. nbval runs every notebook in a kernel of its own, and draws its pictures: here they are
left out.
"""

import copy
import random
import signal

import exercise_cells
import numpy as np
import pytest
from numbers_in_prose import numbers, unfounded_when_solved
from pages import NOTEBOOKS, SITTINGS, code_cells, label, read
from session import Session
from worked_out import WORKED_OUT

from nnlib.lab.figures import style

# Its bugs are a start that is drawn anew and a gradient that remembers: asked again, they answer
# something else.
FORGETFUL = "07c_four_right_gradients"


@pytest.fixture
def session(monkeypatch):
    monkeypatch.chdir(NOTEBOOKS)
    monkeypatch.setattr(style, "png", lambda figure: b"")
    session = Session()
    yield session
    session.close()


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_solved_from_top_to_bottom_and_after_run_all_from_bottom_to_top(path, session):
    notebook = read(path)
    found = exercise_cells.find(notebook)
    by_index = {cells.index: cells for cells in found}
    solved = copy.deepcopy(notebook)
    for cells in found:
        solved.cells[cells.index].source = cells.solution
    in_order = {}
    for i in exercise_cells.touched(solved):
        if i in by_index:
            in_order[by_index[i].number] = session.answer(by_index[i])
        else:
            session.run(notebook.cells[i].source)

    session.shell.reset(new_session=True)
    for cell in code_cells(notebook):
        assert "✓ right" not in session.run(cell.source)
    for cells in found[::-1]:
        assert session.answer(cells) == in_order[cells.number]

    texts = WORKED_OUT.get(label(path), [])
    worked_out = [abs(float(session.shell.ev(text))) for text in texts]
    printed = numbers("\n".join(in_order.values()))
    assert list(unfounded_when_solved(notebook, worked_out + printed)) == []
    unneeded = []
    for i, text in enumerate(texts):
        others = worked_out[:i] + worked_out[i + 1 :] + printed
        if not any(unfounded_when_solved(notebook, others)):
            unneeded.append(text)
    assert unneeded == [], "take it out of WORKED_OUT"


@pytest.mark.long
@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_after_run_all_every_cell_runs_again_and_every_exercise_in_any_order(path, session):
    notebook = read(path)
    printed = [(cell.source, session.run(cell.source)) for cell in code_cells(notebook)]
    for source, once in reversed(printed):  # each alone, after all that come after it
        assert session.run(source) == once or path.stem == FORGETFUL, source
    found, rng = exercise_cells.find(notebook), random.Random(path.stem)
    once = {cells.number: session.answer(cells) for cells in found[::-1]}
    for _ in range(2):
        order = rng.sample(found, len(found))
        for cells in order:
            assert session.answer(cells) == once[cells.number], [c.number for c in order]


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has no alarm")
def test_a_cell_that_never_ends_is_stopped(session, monkeypatch):
    monkeypatch.setattr("session.SECONDS", 1)
    with pytest.raises(TimeoutError, match="while True"):
        session.run("while True:\n    pass")


def test_a_name_that_a_later_cell_takes_is_seen(session):
    session.run("b = 1\nx = b + 1")
    session.run("b = ...")
    with pytest.raises(TypeError):
        session.run("x = b + 1")


def test_what_a_lesson_sets_for_printing_ends_with_its_session():
    before = np.get_printoptions()
    session = Session()
    session.run("import numpy as np; np.set_printoptions(precision=2)")
    session.close()
    assert np.get_printoptions() == before
