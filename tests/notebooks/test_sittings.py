"""The form of the sittings: what every notebook has, so that a reader knows the way around."""

import base64
import re
from itertools import pairwise

import minutes
import pytest
from pages import (
    REFRESHER,
    SITTINGS,
    START,
    code_cells,
    headings,
    label,
    links,
    markdown,
    number,
    on_the_path,
    read,
    stated,
)

from nnlib.lab.source import WIDTH

GOALS = ["What you will do", "What you will learn", "What you need"]
SITTING = 45  # minutes, which is what a class has
LARGEST_FILE = 1_500_000  # bytes; GitHub and a slow line still show it
LONGEST_CELL = 20  # lines of code that fit on a projector
WIDEST = 80  # columns that JupyterLab shows in a window of 820 pixels
# What a question is about, and not its answer: a source, a report, curves to tell apart.
SHOWN_FIRST = re.compile(r"(?m)^(\w+\.show|show_source|check|figures\.loss_curves)\(|witness\(")
# Words that tell the reader it is their fault, or that fill the line.
BANNED = ["simply", "obviously", "trivial", "needless to say", "let's dive", "it is important to"]
LESSONS = sorted({number(path) for path in SITTINGS})


@pytest.fixture(params=SITTINGS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def lesson(path):
    return read(path)


def of_lesson(n):
    return [path for path in SITTINGS if number(path) == n]


# ------------------------------------------------------------------------------------ the course


def test_the_lessons_have_no_gap_and_neither_have_their_sittings():
    assert list(range(len(LESSONS))) == LESSONS
    assert len(LESSONS) >= 9
    for n in LESSONS[1:]:
        letters = [label(path)[-1] for path in of_lesson(n)]
        assert letters == [chr(ord("a") + k) for k in range(len(letters))]


def test_the_times_are_true(path):
    """What is stated is what the model says, which was fitted to readers."""
    said, _ = stated(path)
    needed = minutes.of_notebook(path)
    assert said % 5 == 0
    assert abs(said - needed) <= 5, f"states {said}, takes {needed:.0f} by tools/minutes.py"
    assert round(needed) <= SITTING, f"takes {needed:.0f} minutes: cut it, or move a part elsewhere"


def test_the_path_can_be_finished():
    to_the_gradient_check = [path for path in on_the_path() if 1 <= number(path) <= 4]
    assert sum(map(minutes.of_notebook, to_the_gradient_check)) <= 6 * 60
    assert sum(map(minutes.of_notebook, on_the_path())) <= 12 * 60


def test_in_every_lesson_the_path_comes_first_and_then_the_side_trips():
    for n in LESSONS[1:]:
        kinds = [stated(path)[1] for path in of_lesson(n)]
        assert kinds[0] == "path"
        assert kinds == sorted(kinds)


@pytest.mark.parametrize("n", LESSONS[1:])
def test_the_sections_of_a_lesson_are_counted_once_over_its_sittings(n):
    numbers = []
    for path in of_lesson(n):
        titles = [title for level, title in headings(read(path)) if level == 2]
        found = [int(re.match(rf"{n}\.(\d+) ", title)[1]) for title in titles[:-1]]
        assert found == sorted(found)
        assert titles[-1] == "Recap"
        numbers += found
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


# ----------------------------------------------------------------------------------- one sitting


def test_the_first_cell_has_the_title_the_time_and_the_goals(path, lesson):
    first = lesson.cells[0].source
    title = r"# \S" if path == REFRESHER else rf"# {label(path)}\. \S"
    assert re.match(title, first)
    assert stated(path)
    found = [len(re.findall(rf"^\*\*{goal}\.?\*\*", first, re.M)) for goal in GOALS]
    assert found == [1, 1, 1]


def test_what_is_needed_is_named_by_links_to_sittings_that_come_before(path, lesson):
    needed = lesson.cells[0].source.partition("**What you need")[2]
    names = [target.partition("#")[0] for _, target in links(needed)]
    places = [SITTINGS.index(path.parent / name) for name in names if name != "glossary.ipynb"]
    assert all(place < SITTINGS.index(path) for place in places), names
    assert places or path in (START, REFRESHER)


def test_the_path_needs_no_side_trip(path, lesson):
    if stated(path)[1] == "path":
        needed = lesson.cells[0].source.partition("**What you need")[2]
        names = {target.partition("#")[0] for _, target in links(needed)}
        side_trips = {p.name for p in SITTINGS if p != REFRESHER and stated(p)[1] == "side trip"}
        assert not names & side_trips


def test_headings_are_ordered(lesson):
    levels = [level for level, _ in headings(lesson)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_last_cell_has_recap_symbols_and_where_to_go_on(path, lesson):
    last = lesson.cells[-1].source
    assert last.startswith("## Recap")
    assert len(re.findall(r"^- ", last, re.M)) == 3
    if path.name[1].isdigit() and not path.name.startswith("00"):  # a sitting of a lesson
        assert last.count("**Symbols introduced") == 1
    following = re.search(r"^\*\*Next:\*\* (.+)$", last, re.M)
    way = on_the_path()
    if path in way and path != way[-1]:
        assert f"({way[way.index(path) + 1].name})" in following[1]
    elif path not in way:
        assert {target.partition("#")[0] for _, target in links(following[1])} & {
            step.name for step in way
        }


def test_what_is_guessed_is_folded(lesson):
    """A folded output belongs to a code cell that has one, and words follow that answer."""
    for i, cell in enumerate(lesson.cells):
        if cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            assert cell.cell_type == "code"
            assert cell.outputs
            assert any(later.cell_type == "markdown" for later in lesson.cells[i + 1 : i + 3])


def test_what_answers_a_question_is_folded(lesson):
    for before, cell in pairwise(lesson.cells):
        asked = before.cell_type == "markdown" and before.source.rstrip().endswith("?")
        if asked and cell.cell_type == "code" and cell.outputs:
            folded = cell.metadata.get("jupyter", {}).get("outputs_hidden")
            assert folded or SHOWN_FIRST.search(cell.source), before.source


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
                assert description.startswith(("Figure. ", "Interactive: "))
                assert len(description) > 60
                assert re.search(r"\d", description)


def test_pictures_are_sharp_on_a_fine_screen(lesson):
    """Two pixels for each point of the width that they are shown at."""
    for cell in code_cells(lesson):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                start = base64.b64decode(output.data["image/png"])[16:20]  # the PNG's own width
                shown = output.metadata["image/png"]["width"]
                assert abs(int.from_bytes(start, "big") - 2 * shown) <= 1, cell.source


def test_pictures_are_seen_as_a_whole_on_a_projector(lesson):
    """At most 480 points high, so that nothing scrolls at 150 %; one is a widget in full."""
    for cell in code_cells(lesson):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}) and "journey.draw" not in cell.source:
                height = base64.b64decode(output.data["image/png"])[20:24]  # the PNG's own
                assert int.from_bytes(height, "big") <= 2 * 480, cell.source


def test_what_is_stored_is_the_same_on_every_machine(path, lesson):
    assert set(lesson.metadata) == {"kernelspec", "language_info"}
    outputs = str([cell.outputs for cell in code_cells(lesson)])
    for pattern in (r" at 0x[0-9a-f]{6,}", r"np\.float\d+\(", "widget-view", r"ipykernel_\d"):
        assert not re.search(pattern, outputs), pattern
    assert path.stat().st_size < LARGEST_FILE


def test_code_cells_are_short(lesson):
    for cell in code_cells(lesson):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        folded = cell.metadata.get("jupyter", {}).get("source_hidden")
        assert folded or len(lines) <= LONGEST_CELL, cell.source


def test_lines_of_code_fit_a_narrow_window(lesson):
    for cell in code_cells(lesson):
        assert all(len(line) <= WIDEST for line in cell.source.splitlines()), cell.source


def test_what_is_printed_fits_a_narrow_window(lesson):
    for cell in code_cells(lesson):
        for output in cell.outputs:
            text = output.get("text", "")
            assert all(len(line) <= WIDEST for line in text.splitlines()), text


def test_listings_fit_a_narrow_window(lesson):
    for cell in code_cells(lesson):
        for output in cell.outputs:
            for line in output.get("data", {}).get("text/markdown", "").splitlines():
                assert len(line) <= WIDTH, line


def test_the_prose_is_plain(lesson):
    for source in markdown(lesson):
        for word in BANNED:
            assert not re.search(rf"\b{word}\b", source, re.I), f"{word}: {source}"
