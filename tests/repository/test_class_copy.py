"""The copy for a class: it can be solved, scores nothing untouched, and gives nothing away."""

from itertools import groupby

import class_copy
import exercise_cells
import nbformat
import pytest
from pages import SITTINGS, code_cells, number, read
from session import Session

WITH_EXERCISES = [path for path in SITTINGS if exercise_cells.find(read(path))]
FIRST_OF_LESSON = [next(paths) for _, paths in groupby(WITH_EXERCISES, key=number)]
EVERY_ONE = pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)


@pytest.fixture
def session(monkeypatch):
    monkeypatch.chdir(class_copy.NOTEBOOKS)
    session = Session()
    yield session
    session.close()


@pytest.fixture(params=[True, False], ids=["with hints", "without hints"])
def hints(request):
    return request.param


@EVERY_ONE
def test_it_has_no_outputs_no_solutions_and_a_line_for_the_name(path, hints):
    copied = class_copy.for_class(read(path), hints)
    assert copied.cells[1].source == class_copy.NAME
    text = "\n".join(cell.source for cell in copied.cells)
    assert "<summary>Solution" not in text
    assert ("<summary>Hint 1" in text) == hints
    for cell in copied.cells:
        assert not cell.get("outputs")
    assert len({cell.id for cell in copied.cells}) == len(copied.cells)
    nbformat.validate(copied)


def telling_lines(cells):
    """The lines of a solution that the exercise's own cell does not hold."""
    given = {line.strip() for line in cells.code.splitlines()}
    lines = (line.strip() for line in cells.solution.splitlines())
    return [line for line in lines if line not in given and len(line) > 25]


@EVERY_ONE
def test_nothing_in_it_gives_a_solution_away(path):
    """No line of a solution stands in the copy from its exercise on, not even in another cell."""
    copied = class_copy.for_class(read(path))
    for cells in exercise_cells.find(read(path)):
        (at,) = [i for i, cell in enumerate(copied.cells) if cell.source == cells.code]
        after = {
            line.strip()
            for cell in copied.cells[at:]
            if cell.cell_type == "code"
            for line in cell.source.splitlines()
        }
        assert not after.intersection(telling_lines(cells)), cells.number


@EVERY_ONE
def test_its_code_is_that_of_the_sitting(path, hints):
    """So what test_any_order.py shows of a sitting is true of its copy.

    Untouched it scores nothing, and every exercise can be solved by the published solution.
    """
    copied = class_copy.for_class(read(path), hints)
    assert sources(copied) == sources(read(path))


def sources(notebook):
    return [cell.source for cell in code_cells(notebook)]


@pytest.mark.parametrize("path", FIRST_OF_LESSON, ids=lambda path: path.stem)
def test_untouched_it_scores_nothing_and_every_exercise_can_be_solved(path, session):
    original = {cells.code: cells for cells in exercise_cells.find(read(path))}
    solved = 0
    for source in sources(class_copy.for_class(read(path))):
        assert "✓ right" not in session.run(source)
        if source in original:
            session.answer(original[source])
            solved += 1
    assert solved == len(original)


def test_the_folder_and_the_archive(tmp_path):
    archive = class_copy.write(tmp_path / "class", hints=False)
    names = {path.name for path in (tmp_path / "class").iterdir()}
    assert names == {path.name for path in class_copy.NOTEBOOKS.glob("*.ipynb")} | {"README.md"}
    assert archive == str(tmp_path / "class.zip")
