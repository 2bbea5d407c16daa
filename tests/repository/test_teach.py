"""The teacher's pages: one for each sitting, and every number on them is one of the sitting's."""

import re
from collections import Counter

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


def guesses_of(path):
    """By section, what the text asks to guess: a question above cells with folded outputs."""
    section, asks, guesses = "", False, Counter()
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            found = re.search(r"^## ((?:R|\d+)\.\d+) ", cell.source, re.M)
            section = found[1] if found else section
            visible = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.S)
            asks = bool(re.search(r"\?|(?i:guess|predict|decide)", visible))
        elif cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            guesses[section] += asks
            asks = False
    return guesses


def answers_of(path):
    """By section, what the page says to each guess, as (question, answer, wrong answers)."""
    said = by_hand(path).partition("## Guesses")[2].partition("## In pairs")[0]
    parts = re.split(r"^### ((?:R|\d+)\.\d+) .*$", said, flags=re.M)
    answers = {}
    for section, text in zip(parts[1::2], parts[2::2], strict=True):
        pieces = re.split(r"^\*(.+\?)\* (.+)$", text, flags=re.M)
        answers[section] = [
            (question, answer, re.findall(r"^- .+$", rest, re.M))
            for question, answer, rest in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True)
        ]
        assert "\n- " not in pieces[0], f"{section}: a wrong answer before any question"
    return answers


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_guess_is_on_the_page(path):
    guesses, answers = guesses_of(path), answers_of(path)
    before = guesses.pop("", 0)  # the first section of a sitting has it, then
    guesses[next(iter(answers))] += before
    missing = {section: n for section, n in guesses.items() if len(answers.get(section, "")) < n}
    assert missing == {}


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_guess_has_two_or_three_wrong_answers_with_why_and_what_to_say(path):
    for section, answers in answers_of(path).items():
        for question, _, wrong in answers:
            assert len(wrong) in (2, 3), f"{section} {question}"
            for line in wrong:
                assert re.fullmatch(
                    r"- [^:]+: .*\b(plausible|right)\b.{10,} "
                    r"(Say: .|Ask |Let them |Show |Draw ).{10,}[.?!]",
                    line,
                ), line


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_number_on_a_page_is_printed_in_the_sitting(path):
    answers = [answer for said in answers_of(path).values() for answer in said]
    texts = [answer for _, answer, _ in answers]  # what is said to be right
    texts += [line.partition("Say: ")[2] for *_, wrong in answers for line in wrong]
    assert list(unfounded(read(path), texts)) == []


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_the_question_for_pairs_has_three_or_four_options(path):
    pairs = by_hand(path).partition("## In pairs")[2]
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
        if only := re.findall(r"only exercise", rest):
            total += EXERCISE * len(only)
        elif "the widget of" in rest:
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


TERM_ROWS = re.findall(r"^\| (\d+) \| (\S+) \| (.+?) \| (.+?) \|$", TERM, re.M)


@pytest.mark.parametrize("lesson", range(1, 17))
def test_a_lesson_of_the_term_is_minute_by_minute(lesson):
    *rows, home = [row[1:] for row in TERM_ROWS if row[0] == str(lesson)]
    assert home[0] == "home"
    spans = [
        (*map(int, minutes_said.split("–")), on_the_wall) for minutes_said, on_the_wall, _ in rows
    ]
    assert [0, *(to for _, to, _ in spans)] == [*(start for start, *_ in spans), 45]
    for start, to, on_the_wall in spans:
        assert minutes_of(on_the_wall) <= to - start + 0.5, on_the_wall
    assert rows[-1][2].startswith("exit ticket of ")


def test_the_term_has_sixteen_lessons_and_an_exercise_left_out_is_homework_or_comes_later():
    assert sorted({int(row[0]) for row in TERM_ROWS}) == [*range(1, 17)]
    for lesson in range(1, 17):
        rows = [row for row in TERM_ROWS if row[0] == str(lesson)]
        text = " ".join(row[2] for row in rows)
        left_out = set(re.findall(r"without exercise (\d+\.\d+)", text))
        later = set(re.findall(r"only exercise (\d+\.\d+)", text))
        assert left_out - later <= set(re.findall(r"\d+\.\d+", rows[-1][3])), lesson


def test_what_is_left_out_names_every_later_sitting_of_the_path_that_takes_something_from_it():
    path = list(dict.fromkeys(stem for stem, _ in sittings_in(TERM) if stem != "refresher"))
    text = (ROOT / "teach" / "README.md").read_text("utf-8")
    text = text.partition("## What can be left out")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\[.+?) \| (.+?) \| (.+?) \|$", text, re.M)
    assert len(rows) == 7
    for left_out, later, _ in rows:
        ((stem, _),) = sittings_in(left_out)
        needing = sorted(one[:3] for one in path if stem in needed_by(one))
        assert ([] if later == "–" else later.split(", ")) == needing, left_out


def needed_by(stem):
    """The sittings that a sitting names under "What you need"."""
    prose = pages.prose(read(minutes.NOTEBOOKS / f"{stem}.ipynb"))
    need = re.search(r"\*\*What you need\.\*\*.*", prose)
    return {target.partition(".ipynb")[0] for _, target in pages.links(need[0])}


@pytest.mark.parametrize(("route", "text"), [("one", ONE), ("double", DOUBLE), ("term", TERM)])
def test_a_sitting_of_a_route_comes_after_what_it_needs(route, text):
    before = {"refresher"}
    for stem, _ in sittings_in(text):
        needed = needed_by(stem)
        if (route, stem[:3]) not in SHOWN_ONLY and route != "double":
            assert needed <= before, f"{route}: {stem} needs {needed - before}"
        elif (route, stem[:3]) not in SHOWN_ONLY:
            assert needed - {"00_start_here"} <= before, f"{route}: {stem} needs {needed - before}"
        before.add(stem)


def test_the_lines_for_the_tally_sheet_run():
    """They stand on the page of 05c, and use what its notebook has by then."""
    name = "05c_ten_thousand_epochs_and_a_thousand_starts"
    text = (teach.PAGES / f"{name}.md").read_text("utf-8")
    namespace = {}
    for cell in read(minutes.NOTEBOOKS / f"{name}.ipynb").cells[:5]:
        if cell.cell_type == "code" and "for epoch" not in cell.source:
            exec(cell.source, namespace)
    namespace["options"] = {"loss": "mse", "learning_rate": 0.2, "epochs": 10}
    exec(re.search(r"```python\n(.+?)```", text, re.S)[1], namespace)
    assert len(namespace["history"].loss) == 11
