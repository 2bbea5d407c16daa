"""The anatomy of the lessons: what every notebook has, so that a reader knows the way around."""

import re
from itertools import pairwise

import pytest
from pages import LESSONS, code_cells, headings, markdown, read

GOALS = ["**What you will do.**", "**What you will learn.**", "**What you need.**"]
LARGEST_FILE = 1_500_000  # bytes; GitHub and a slow line still show it
LONGEST_CELL = 16  # lines of code that fit on a projector
# Words that tell the reader it is their fault, or that fill the line.
BANNED = ["simply", "obviously", "trivial", "needless to say", "let's dive", "it is important to"]


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def lesson(path):
    return read(path)


def test_there_are_lessons_and_their_numbers_have_no_gap():
    numbers = [int(path.stem[:2]) for path in LESSONS]
    assert numbers == list(range(len(LESSONS)))
    assert len(LESSONS) >= 6


def test_the_first_cell_has_the_title_the_time_and_the_goals(path, lesson):
    first = lesson.cells[0].source
    assert re.match(rf"# {int(path.stem[:2])}\. \S", first)
    assert re.search(r"^\*\*Time:\*\* \d+ minutes$", first, re.M)
    assert [first.count(goal) for goal in GOALS] == [1, 1, 1]


def test_headings_are_ordered_and_numbered(path, lesson):
    levels = [level for level, _ in headings(lesson)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    sections = [title for level, title in headings(lesson) if level == 2]
    number = int(path.stem[:2])
    expected = [f"{number}.{k}" for k in range(1, len(sections))]
    assert [title.split()[0] for title in sections[:-1]] == expected
    assert sections[-1] == "Recap"


def test_the_last_cell_has_recap_symbols_and_the_next_lesson(path, lesson):
    last = lesson.cells[-1].source
    assert last.startswith("## Recap")
    assert len(re.findall(r"^- ", last, re.M)) == 3
    assert "**Symbols introduced**" in last or path.stem.startswith("00")
    if path != LESSONS[-1]:
        following = LESSONS[LESSONS.index(path) + 1].name
        assert re.search(r"^\*\*Next:\*\* .*\(" + re.escape(following) + r"\)", last, re.M)


def test_outputs_are_of_one_run_from_top_to_bottom(lesson):
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_cell_is_empty_ends_in_an_error_or_warns(lesson):
    assert all(cell.source.strip() for cell in lesson.cells)
    for cell in code_cells(lesson):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.get("text")


def test_every_figure_is_described_in_words_with_numbers(lesson):
    for cell in code_cells(lesson):
        for output, following in zip(cell.outputs, [*cell.outputs[1:], None], strict=False):
            if "image/png" in output.get("data", {}):
                assert following is not None, f"no description after the figure of: {cell.source}"
                description = following.get("data", {}).get("text/plain", "")
                assert description.startswith("Figure. ")
                assert len(description) > 60
                assert re.search(r"\d", description)


def test_what_is_stored_is_the_same_on_every_machine(path, lesson):
    assert set(lesson.metadata) == {"kernelspec", "language_info"}
    assert lesson.metadata.language_info == {"name": "python"}
    outputs = str([cell.outputs for cell in code_cells(lesson)])
    for pattern in (r" at 0x[0-9a-f]{6,}", r"np\.float\d+\(", "widget-view", r"ipykernel_\d"):
        assert not re.search(pattern, outputs), pattern
    assert path.stat().st_size < LARGEST_FILE


def test_code_cells_are_short(lesson):
    for cell in code_cells(lesson):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= LONGEST_CELL, cell.source


def test_the_prose_is_plain(lesson):
    for source in markdown(lesson):
        for word in BANNED:
            assert not re.search(rf"\b{word}\b", source, re.I), f"{word}: {source}"
