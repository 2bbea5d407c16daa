"""The slides: one deck a sitting, nothing cut at 1280×720, nothing fetched from outside."""

import functools
import http.server
import shutil
import threading
from itertools import pairwise

import nbformat
import pytest
import slides
from pages import SITTINGS, read

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
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
      if (edge.bottom > 721 || edge.right > 1281) found.push([at.h, at.v, part.tagName]);
    }
  }
  return found;
}"""


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
    text = page.locator(".slides").inner_text()
    assert "<details>" not in page.content()
    assert "Solution" not in text


def test_the_answer_to_a_guess_comes_after_the_question():
    for path in DECKS:
        cells = slides.deck(read(path), {}).cells
        for cell, following in pairwise(cells):
            if slides.OUTPUT_ONLY in following.metadata.get("tags", []):
                assert cell.source == following.source
                assert not cell.outputs
                assert following.outputs


def test_what_the_teachers_page_says_becomes_a_note(tmp_path):
    page = tmp_path / "x.md"
    page.write_text("# X\n\n### 4.4 Four\n\nSay this.\n\n### 4.5 Five\n\nAnd that.\n", "utf-8")
    assert slides.notes_of(page) == {"4.4": "Say this.", "4.5": "And that."}
    made = list(slides.text_slides("## 4.4 Four equations\n\nA text.", slides.notes_of(page)))
    kinds = [cell.metadata.slideshow.slide_type for cell in made]
    assert kinds == ["slide", "notes", "subslide"]
