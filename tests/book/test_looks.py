"""Every page of the book in a real browser: on a phone, a tablet and a desktop, light and dark."""

import re

import pytest
from web_site import PAGES

pytestmark = pytest.mark.book

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 900)}
PROJECTOR = {"projector": (853, 480)}  # 1280 by 720, at 150 %
HEAVIEST = 2_000_000  # bytes
MOST_REQUESTS = 50
TYPESET = "window.MathJax?.startup?.promise?.then(() => true) ?? true"


def opened(page, address, name):
    page.goto(f"{address}/{name}", wait_until="load")
    page.evaluate(TYPESET)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_complete_and_asks_nobody_else(page, address, name):
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"{address}/{name}", wait_until="networkidle")
    assert page.faults == []
    assert [url for url in page.requests if not url.startswith((address, "data:", "blob:"))] == []
    assert len(received) <= MOST_REQUESTS
    assert sum(received) <= HEAVIEST, f"{sum(received):,} bytes"


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_typeset(page, address, name):
    opened(page, address, name)
    formulas = page.locator("article .math").count()
    assert page.locator("article .math mjx-container").count() >= formulas
    assert page.locator("mjx-merror").count() == 0
    assert "\\(" not in page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_at_every_size(page, address, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    opened(page, address, name)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)  # the theme waits until the size is settled
        assert page.evaluate("document.documentElement.scrollWidth") <= width, size
        found = Axe().run(page).response["violations"]
        told = [
            f"{size}, {fault['id']}: {node['html'][:200]} {node['any'][:1]}"
            for fault in found
            for node in fault["nodes"][:3]
        ]
        assert not told, "\n".join(told)


@pytest.mark.parametrize("name", PAGES)
def test_folds_open_with_a_click_and_close_again(page, address, name):
    opened(page, address, name)
    folds = page.locator("article details")
    for k in range(min(folds.count(), 6)):
        fold = folds.nth(k)
        inside = fold.locator(":scope > :not(summary)").first
        assert not inside.is_visible()
        fold.locator("summary").first.click()
        assert inside.is_visible()
        fold.locator("summary").first.click()
        assert not inside.is_visible()


@pytest.mark.parametrize(
    "words", ["δ", "delta", "W", "η", "∂", "ŷ", "learning_rate", "BCE", "softmax"]
)
def test_the_search_finds_symbols_and_words_of_the_glossary(page, address, words):
    page.goto(f"{address}/search.html?q={words}")
    found = "#search-results li a[href*='glossary.html#entry-'], "
    found += "#search-results li a[href*='glossary.html#term-']"
    page.wait_for_selector(found, timeout=20_000)


def test_a_linked_word_is_no_bluer_than_the_text_and_leads_to_its_entry(page, address):
    opened(page, address, "01a_one_neuron.html")
    word = page.locator("article a.word", has_text="weighted sum").first
    look = "e => ['color', 'textDecorationStyle'].map(name => getComputedStyle(e)[name])"
    colour, line = word.evaluate(look)
    assert colour == word.locator("xpath=ancestor::p").evaluate(look)[0]
    assert line == "dotted"
    word.click()
    page.wait_for_url("**/glossary.html#term-weighted-sum")
    page.wait_for_load_state()
    page.evaluate(TYPESET)
    assert 0 <= page.locator("#term-weighted-sum").bounding_box()["y"] < 900


def test_a_link_in_jupyters_form_leads_to_the_section(page, address):
    opened(page, address, "glossary.html")
    assert page.evaluate("scrollY") == 0
    opened(page, address, "glossary.html#Greek-letters")
    page.wait_for_function("scrollY > 500")
    assert abs(page.locator("#greek-letters h3").bounding_box()["y"]) < 200


@pytest.mark.parametrize("paper", [(794 - 121, "A4"), (816 - 121, "Letter")], ids=lambda p: p[1])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "search.html"])
def test_nothing_is_cut_on_paper(page, address, name, paper):
    width, paper_format = paper
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 1000})
    opened(page, address, name)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    too_wide = page.evaluate(
        """width => [...document.querySelectorAll('article *')]
            .filter(e => !e.closest('mjx-assistive-mml') && e.getClientRects().length)
            .filter(e => e.getBoundingClientRect().right > width + 2)
            .map(e => e.outerHTML.slice(0, 150))""",
        width,
    )
    assert too_wide == []
    assert page.locator(".bd-sidebar-primary, .ways, .prev-next-area").evaluate_all(
        "all => all.every(e => !e.getClientRects().length)"
    )
    pages = page.pdf(format=paper_format).count(b"/Type /Page\n")
    assert pages >= 1


# Are the control in hand, the picture and the first words of a record in the window?
IN_WINDOW = """node => {
    const frame = window.frameElement.getBoundingClientRect();
    const parts = [document.activeElement, ...node.querySelectorAll('img.picture, .first')];
    return parts.map((part) => {
        const {top, bottom} = part.getBoundingClientRect();
        const inFrame = top >= 0 && bottom <= innerHeight;
        return inFrame && frame.top + top >= 0 && frame.top + bottom <= parent.innerHeight;
    });
}"""


@pytest.mark.parametrize("size", SIZES | PROJECTOR)
@pytest.mark.parametrize(
    "name", [name for name in PAGES if name.startswith(("01b", "02b", "03b", "05b", "06a"))]
)
def test_a_recorded_widget_comes_when_it_is_touched_and_fits(page, address, name, size):
    width, height = (SIZES | PROJECTOR)[size]
    page.set_viewport_size({"width": width, "height": height})
    opened(page, address, name)
    button = page.locator("button.play").first
    button.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert [url for url in page.requests if "/recorded/" in url] == []
    button.click()
    frame = page.frame_locator("iframe").first
    picture = frame.locator(".nnlib-stage img[src^=blob]")
    picture.wait_for()
    [url] = [url for url in page.requests if "/recorded/" in url]
    form = {"phone": "-narrow", "desktop": ""}.get(size, "-middle")
    assert re.search(rf"/recorded/\w+{form}\.html$", url)
    before = picture.get_attribute("src")
    frame.locator("input[type=range]").first.press("ArrowRight")
    page.wait_for_timeout(500)
    assert picture.get_attribute("src") != before
    drawn, shown = picture.evaluate("node => [+node.getAttribute('width'), node.width]")
    assert shown > 0.98 * drawn  # so no letter is smaller than it was drawn
    page.locator("iframe").first.evaluate("node => node.scrollIntoView({block: 'center'})")
    frame.locator("input[type=range]").first.focus()
    assert frame.locator(".nnlib-stage").evaluate(IN_WINDOW) == [True, True, True]
    assert page.faults == []
