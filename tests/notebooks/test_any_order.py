"""Run all, then scroll up: any exercise can be done after that, in any order, any number of times.

The cells run in an IPython of this process, without a kernel: that is quicker, and what it prints
is the same. nbval runs every notebook in a kernel of its own.
"""

import copy
import random
import signal
from contextlib import contextmanager

import exercise_cells
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from pages import NOTEBOOKS, SITTINGS, code_cells, read

SECONDS = 120  # for one cell, as for nbval


class Session:
    """What a learner has in front of them: a notebook, and a Python that remembers."""

    def __init__(self):
        self.shell = InteractiveShell.instance()
        self.shell.reset(new_session=True)

    def run(self, source):
        """Run a cell and return what it prints; an error in it is raised."""
        with time_limit(source), capture_output() as captured:
            result = self.shell.run_cell(source)
        result.raise_error()
        return captured.stdout

    def answer(self, cells):
        """Run an exercise's cell with its published solution in place of what is there."""
        printed = self.run(cells.solution)
        assert f"Exercise {cells.number}   ✓ right" in printed, f"{printed}\n{cells.solution}"
        return printed


@contextmanager
def time_limit(source):
    if not hasattr(signal, "SIGALRM"):  # Windows has no alarm; the other systems hold the limit
        yield
        return

    def stop(number, frame):
        raise TimeoutError(f"a cell takes longer than {SECONDS} s:\n{source}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def session(monkeypatch):
    monkeypatch.chdir(NOTEBOOKS)
    session = Session()
    yield session
    session.shell.reset(new_session=False)


def orders(found, seed):
    """The exercises from the last to the first, and in two random orders."""
    rng = random.Random(seed)
    yield found[::-1]
    yield from (rng.sample(found, len(found)) for _ in range(2))


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_solved_from_top_to_bottom_and_after_run_all_in_any_order(path, session):
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
        session.run(cell.source)
    for cell in reversed(code_cells(notebook)):  # each alone, after all that come after it
        session.run(cell.source)
    for order in orders(found, path.stem):
        for cells in order:
            assert session.answer(cells) == in_order[cells.number], [c.number for c in order]


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has no alarm")
def test_a_cell_that_never_ends_is_stopped(session, monkeypatch):
    monkeypatch.setattr("test_any_order.SECONDS", 1)
    with pytest.raises(TimeoutError, match="while True"):
        session.run("while True:\n    pass")


def test_a_name_that_a_later_cell_takes_is_seen(session):
    session.run("b = 1\nx = b + 1")
    session.run("b = ...")
    with pytest.raises(TypeError):
        session.run("x = b + 1")
