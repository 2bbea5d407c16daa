"""The slides: one deck a sitting, nothing cut at 1280×720, nothing fetched from outside."""

import functools
import http.server
import shutil
import threading

import nbformat
import pytest
import slides
from pages import SITTINGS, read

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
SMALLEST = 0.7  # of the letters' full height: 19 pixels for text, 15 for code
DECKS = [path for path in SITTINGS if path.exists()]

# For every slide: what stands below or beyond the edge, in pixels.
CUT = """() => {
  const found = [];
  for (const section of document.querySelectorAll('.slides section:not(:has(section))')) {
    const at = Reveal.getIndices(section);
    Reveal.slide(at.h, at.v);
    const box = section.getBoundingClientRect();
    const parts = 'p, pre, img, table, li, mjx-container, h1, h2, h3';
    for (const part of section.querySelectorAll(parts)) {
      if (part.closest('aside')) continue;
      const edge = part.getBoundingClientRect();
      const room = part.closest('.jp-Cell')?.getBoundingClientRect().right ?? 1280;
      const beyond = edge.right > Math.min(1280, room) + 1;
      if (edge.bottom > 721 || beyond) found.push([at.h, at.v, part.tagName]);
    }
  }
  return found;
}"""


# The slides whose letters had to be made much smaller.
SMALL = f"""[...document.querySelectorAll('.slides section')]
  .filter((section) => section.style.zoom && section.style.zoom < {SMALLEST})
  .map((section) => Object.values(Reveal.getIndices(section)))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    if not slides.MODULES.exists():
        pytest.skip("reveal.js and MathJax are not installed: make slides does so")
    slides.copy_assets(folder)
    export = slides.exporter()
    for path in DECKS:
        notes = slides.notes_of(slides.PAGES / f"{path.stem}.md")
        deck = slides.deck(nbformat.read(path, as_version=4), notes)
        body, _ = export.from_notebook_node(deck, {"metadata": {"name": path.stem}})
        (folder / f"{path.stem}.html").write_text(body, "utf-8")
    handler = functools.partial(QuietHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def page(site):
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    )
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.asked, page.errors = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page
        browser.close()


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_nothing_is_cut_and_nothing_is_fetched(path, page, site):
    page.asked.clear()
    page.errors.clear()
    page.goto(f"{site}/{path.stem}.html")
    page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=60_000)
    assert page.errors == []
    assert [url for url in page.asked if not url.startswith((site, "data:"))] == []
    assert page.evaluate("Reveal.getTotalSlides()") > 5
    assert page.evaluate(CUT) == []
    assert page.evaluate(SMALL) == []
    text = page.locator(".slides").inner_text()
    assert "<details>" not in page.content()
    assert "Solution" not in text


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_the_answer_to_a_guess_opens_a_slide(path):
    guesses = {
        cell.id
        for cell in read(path).cells
        if cell.metadata.get("jupyter", {}).get("outputs_hidden") and cell.outputs
    }
    first = {}
    for cell in slides.deck(read(path), {}).cells:
        if slides.OUTPUT_ONLY in cell.metadata.get("tags", []):
            first.setdefault(cell.id.rpartition("-")[0], cell.metadata.slideshow.slide_type)
        else:
            assert not cell.get("outputs")
    assert {first[guess] for guess in guesses} <= {"subslide"}


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_what_a_picture_shows_in_words_is_a_note_and_not_on_the_wall(path):
    said = [
        slides.described(output) for cell in read(path).cells for output in cell.get("outputs", [])
    ]
    notes, wall = "", ""
    for cell in slides.deck(read(path), {}).cells:
        if cell.metadata.slideshow.slide_type == "notes":
            notes += cell.source
        wall += str(cell.get("outputs", ""))
    assert [words for words in filter(None, said) if words not in notes] == []
    assert "<em>Figure.</em>" not in wall
    assert "To wake it up" not in wall


def test_what_the_teachers_page_says_becomes_a_note(tmp_path):
    page = tmp_path / "x.md"
    page.write_text(
        "# 4b. X\n\n**Aim.** An aim.\n\n**Open with.** A question.\n\n## Guesses\n\n"
        "### 4.4 Four\n\nSay this.\n\n### 4.5 Five\n\nAnd that.\n\n## In pairs\n\nTalk.\n",
        "utf-8",
    )
    notes = slides.notes_of(page)
    assert notes == {
        "4b": "**Aim.** An aim.\n\n**Open with.** A question.",
        "4.4": "Say this.",
        "4.5": "And that.",
        "Recap": "#### In pairs\n\nTalk.",
    }
    text = "# 4b. X\n\nA text.\n\n## 4.4 Four equations\n\nA text.\n\n## Recap\n\nThe end."
    made = [*slides.on_slides([*slides.text_parts(text, notes)])]
    kinds = [cell.metadata.slideshow.slide_type for cell in made]
    assert kinds == ["slide", "-", "notes"] * 3
    assert [cell.source for cell in made[2::3]] == [notes["4b"], notes["4.4"], notes["Recap"]]


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_every_deck_has_its_notes(path):
    notes = slides.notes_of(slides.PAGES / f"{path.stem}.md")
    cells = slides.deck(read(path), notes).cells
    said = "\n".join(c.source for c in cells if c.metadata.slideshow.slide_type == "notes")
    for text in notes.values():
        assert text in said


def test_long_code_goes_on_at_an_empty_line_on_the_next_slide():
    lines = [*["a"] * 12, "", *["b"] * 12, "", *["c"] * 30]
    pieces = [*slides.cut(lines)]
    assert [piece[0] for piece in pieces] == ["a", "b", "c", "c"]
    assert max(map(len, pieces)) <= slides.LONGEST_CODE
    assert [line for piece in pieces for line in piece] == [line for line in lines if line]


def test_a_long_table_goes_on_on_the_next_slide_with_its_head():
    rows = [f"| {k} | {'word ' * 20} |" for k in range(12)]
    pieces = [*slides.tables("\n".join(["| a | b |", "|---|---|", *rows]))]
    assert len(pieces) > 1
    assert all(piece.startswith("| a | b |\n|---|---|\n| ") for piece in pieces)
    assert [row for piece in pieces for row in piece.split("\n")[2:]] == rows
    assert max(map(slides.height, pieces)) <= slides.LINES


def test_what_announces_something_stands_on_its_slide():
    texts = ["word " * 14 * (slides.LINES - 4), "**Symbols**", "| a |\n|---|\n" + "| 1 |\n" * 4]
    parts = [part for text in texts for part in slides.text_parts(text, {})]
    kinds = [cell.metadata.slideshow.slide_type for cell in slides.on_slides(parts)]
    assert kinds == ["subslide", "subslide", "-"]


def test_imports_are_left_out_and_what_follows_them_is_not():
    made = slides.without_imports("import a\nfrom b import (\n    c,\n)\n\nx = a.y(c)\nprint(x)")
    assert made == "x = a.y(c)\nprint(x)"


def test_a_heading_does_not_stand_alone():
    long = slides.Part(slides.markdown("```python\n" + "x = 1\n" * 18 + "```"), slides.LINES - 1)
    parts = [*slides.text_parts("## 1.1 A heading\n\nThis is how:", {}), long]
    parts += slides.text_parts("## 1.2 Another\n\n### Exercise 1.1\n\nDo it.", {})
    kinds = [cell.metadata.slideshow.slide_type for cell in slides.on_slides(parts)]
    assert kinds == ["slide", "-", "subslide", "slide", "-", "-"]


def test_a_call_that_draws_is_not_shown_but_what_prints_is():
    picture = nbformat.v4.new_output("display_data", {"image/png": ""})
    printed = nbformat.v4.new_output("stream", text="1")
    drawing = nbformat.v4.new_code_cell("drawing.network(\n    4\n)", outputs=[picture])
    both = nbformat.v4.new_code_cell("print(1)\nfigures.x()", outputs=[printed, picture])
    assert [bool(p.cell.outputs) for p in slides.code_parts(drawing, True)] == [True]
    assert [bool(p.cell.outputs) for p in slides.code_parts(both, True)] == [False, True, True]


def test_a_folded_answer_opens_a_slide():
    fold = "<details><summary>Answer</summary>\n\nIt is 1.\n\n</details>"
    parts = [*slides.text_parts(f"Is it 1?\n\n{fold}", {})]
    assert [part.cell.source for part in parts] == ["Is it 1?", "**Answer**", "It is 1."]
    assert [part.kind for part in parts] == ["", "subslide", ""]


def test_a_table_in_a_quotation_stays_a_table():
    (part,) = slides.text_parts("> | a | b |\n> |---|---|\n> | 1 | 2 |", {})
    assert part.cell.source == "| a | b |\n|---|---|\n| 1 | 2 |"
