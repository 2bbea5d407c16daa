"""The teacher's pages: one for each sitting, and every number on them is one of the sitting's."""

import re

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
                for text in figure.axes[0].texts:
                    box = text.get_window_extent()
                    assert box.x0 >= 0, text.get_text()
                    assert box.x1 <= width, text.get_text()
                    assert box.y0 >= 0, text.get_text()
                    assert box.y1 <= height, text.get_text()
