"""The teacher's pages: one for each sitting, and every number on them is one of the sitting's."""

import re

import minutes
import pages
import pytest
import sheets
from matplotlib.figure import Figure
from numbers_in_prose import unfounded
from pages import SITTINGS, read

import teach

ROOT = teach.ROOT
PARTS = ["**Aim.**", "**Open with.**", "## In pairs", "## On the board"]
PARTS += ["## For the quick, for the slow", "## Exit ticket"]


def by_hand(path):
    """What is written by hand on a sitting's page."""
    text = (teach.PAGES / f"{path.stem}.md").read_text("utf-8")
    before, _, rest = text.partition(teach.START)
    return before + rest.partition(teach.END)[2]


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_what_is_computed_on_a_page_is_true(path):
    page = (teach.PAGES / f"{path.stem}.md").read_text("utf-8")
    assert page == teach.renewed(path), "run `make teach`"


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_a_page_has_everything(path):
    text = by_hand(path)
    assert [part for part in PARTS if text.count(part) != 1] == []
    assert text.count("*Key:") == 2
    assert len(re.findall(r"^\d\. .*\*\(right", text, re.M)) == 1
    sections = {title.split()[0] for level, title in pages.headings(read(path)) if level == 2}
    assert set(re.findall(r"^### ((?:R|\d+)\.\d+) ", text, re.M)) <= sections


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_number_on_a_page_is_printed_in_the_sitting(path):
    text = by_hand(path)
    guesses = text.partition("## Guesses")[2].partition("## In pairs")[0]
    answers = re.findall(r"^\*.+\?\* (.+)$", guesses, re.M)  # what is said to be right
    assert list(unfounded(read(path), answers)) == []


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_section_that_asks_a_guess_is_on_the_page(path):
    section, asks = None, set()
    for cell in read(path).cells:
        if found := re.search(r"^## ((?:R|\d+)\.\d+) ", cell.source, re.M):
            section = found[1] if cell.cell_type == "markdown" else section
        if cell.metadata.get("jupyter", {}).get("outputs_hidden") and section:
            asks.add(section)
    assert asks <= set(re.findall(r"^### ((?:R|\d+)\.\d+) ", by_hand(path), re.M))


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_guess_has_wrong_answers_to_expect(path):
    """Two at least for each section that asks, and a question for pairs with four options."""
    guesses, _, pairs = by_hand(path).partition("## Guesses")[2].partition("## In pairs")
    for section in re.split(r"^### ", guesses, flags=re.M)[1:]:
        assert len(re.findall(r"^- ", section, re.M)) >= 2, section.splitlines()[0]
        assert re.search(r"^\*.+\?\* .+$", section, re.M), section.splitlines()[0]
    options = re.findall(r"^\d\. ", pairs.partition("\n## ")[0], re.M)
    assert options in (["1. ", "2. ", "3. "], ["1. ", "2. ", "3. ", "4. "])


def test_every_link_of_the_pages_resolves():
    for page in [*teach.PAGES.glob("*.md"), ROOT / "teach" / "README.md"]:
        for _, target in pages.links(page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target.partition("#")[0]).exists(), f"{page.name}: {target}"


def test_there_is_no_page_without_a_sitting():
    stems = {path.stem for path in SITTINGS}
    assert {page.stem for page in teach.PAGES.glob("*.md")} == stems


def test_the_sheets_hold_every_exit_ticket_and_fit_their_paper():
    found = list(sheets.tickets())
    assert len(found) == len(SITTINGS)
    assert all(len(questions) == 2 for _, questions in found)
    for size in sheets.SIZES.values():
        for draw in sheets.SHEETS.values():
            made = draw(size)
            for figure in [made] if isinstance(made, Figure) else made:
                figure.draw_without_rendering()
                width, height = figure.bbox.width, figure.bbox.height
                margin = figure.dpi / 2.54 - 1  # a centimetre, which no printer reaches into
                for drawn in [*figure.axes[0].texts, *figure.axes[0].patches]:
                    box = drawn.get_window_extent()
                    assert box.x0 >= margin, drawn
                    assert box.x1 <= width - margin, drawn
                    assert box.y0 >= margin, drawn
                    assert box.y1 <= height - margin, drawn


# ------------------------------------------------------------------------------------ the routes

ROUTES = (ROOT / "teach" / "README.md").read_text("utf-8").partition("## Three routes")[2]
ONE, DOUBLE, TERM = re.split(
    r"^### .*$", ROUTES.partition("## What can be left out")[0], flags=re.M
)[1:]
EXERCISE = minutes.WEIGHTS["exercises"]
# What a route shows before its prerequisites, as its text says.
SHOWN_ONLY = {("one", "06a"), ("double", "05c")}


def sittings_in(text):
    """The sittings that a text names by a link, in order, each with the text up to the next one."""
    found = re.split(r"\]\((?:sittings|\.\./notebooks)/(\w+)\.(?:md|ipynb)\)", text)
    return [*zip(found[1::2], found[2::2], strict=True)]


def minutes_of(cell):
    """The minutes of what a cell of a route's table names: sections, or whole sittings."""
    total = 0
    for stem, rest in sittings_in(cell):
        sections = [*minutes.sections(minutes.NOTEBOOKS / f"{stem}.ipynb")]
        by_number = {title.split()[0]: minutes.minutes(counts) for title, counts in sections}
        start = minutes.minutes(sections[0][1])
        wanted = re.findall(r"\d+\.\d+", re.sub(r"without exercise \d+\.\d+", "", rest))
        if "the widget of" in rest:
            total += minutes.WEIGHTS["widgets"]
        elif wanted:
            assert set(wanted) <= set(by_number), f"{stem} has no section {wanted}"
            total += sum(by_number[number] for number in wanted) + start * ("start" in rest)
        else:
            total += minutes.of_notebook(minutes.NOTEBOOKS / f"{stem}.ipynb")
        total -= EXERCISE * rest.count("without exercise")
    return total


@pytest.mark.parametrize(
    ("text", "end"),
    [(ONE, 45), *((part, 90) for part in re.split(r"^Lesson \d$", DOUBLE, flags=re.M)[1:])],
)
def test_the_minutes_of_a_lesson_add_up(text, end):
    rows = re.findall(r"^\| (\d+)–(\d+) \| (.+?) \| (.+?) \|$", text, re.M)
    assert [0, *(int(to) for _, to, *_ in rows)] == [*(int(start) for start, *_ in rows), end]
    for start, to, on_the_wall, _ in rows:
        assert minutes_of(on_the_wall) <= int(to) - int(start) + 0.5, on_the_wall


def test_a_lesson_of_the_term_fits_into_45_minutes():
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", TERM, re.M)
    assert [int(number) for number, *_ in rows] == [*range(1, 17)]
    for _, on_the_wall, _ in rows:
        assert minutes_of(on_the_wall) <= 45.5, on_the_wall


@pytest.mark.parametrize(("route", "text"), [("one", ONE), ("double", DOUBLE), ("term", TERM)])
def test_a_sitting_of_a_route_comes_after_what_it_needs(route, text):
    before = {"refresher"}
    for stem, _ in sittings_in(text):
        need = re.search(
            r"\*\*What you need\.\*\*.*", pages.prose(read(minutes.NOTEBOOKS / f"{stem}.ipynb"))
        )
        needed = {target.removesuffix(".ipynb") for _, target in pages.links(need[0])}
        if (route, stem[:3]) not in SHOWN_ONLY and route != "double":
            assert needed <= before, f"{route}: {stem} needs {needed - before}"
        elif (route, stem[:3]) not in SHOWN_ONLY:
            assert needed - {"00_start_here"} <= before, f"{route}: {stem} needs {needed - before}"
        before.add(stem)


def test_the_lines_for_the_tally_sheet_run():
    """They stand on the page of 05c, and use what its notebook has by then."""
    text = (teach.PAGES / "05c_a_network_that_never_learns_it.md").read_text("utf-8")
    namespace = {}
    for cell in read(minutes.NOTEBOOKS / "05c_a_network_that_never_learns_it.ipynb").cells[:5]:
        if cell.cell_type == "code" and "for epoch" not in cell.source:
            exec(cell.source, namespace)
    namespace["options"] = {"loss": "mse", "learning_rate": 0.2, "epochs": 10}
    exec(re.search(r"```python\n(.+?)```", text, re.S)[1], namespace)
    assert len(namespace["history"].loss) == 11
