"""The files of the built book: links that lead somewhere, figures that are described."""

import re
from urllib.parse import unquote, urlsplit

import extension
import pytest
import sittings
from bs4 import BeautifulSoup
from docutils import nodes
from web_site import PAGES, SITE

pytestmark = pytest.mark.book

SITTINGS = [sitting for sitting in sittings.sittings() if sitting.is_sitting]


def parsed(name):
    return BeautifulSoup((SITE / name).read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def every_page(site):
    return {name: parsed(name) for name in PAGES}


def test_there_is_a_page_for_every_notebook(every_page):
    for sitting in sittings.sittings():
        assert f"{sitting.name}.html" in every_page
        assert (SITE / sitting.path.name).read_bytes() == sitting.path.read_bytes()


def test_no_link_is_dead(every_page):
    outside, dead = set(), []
    for name, page in every_page.items():
        for tag in page.find_all(["a", "img", "link", "script"]):
            if tag.get("rel") == ["canonical"]:
                continue
            link = urlsplit(tag.get("href") or tag.get("src") or "")
            if link.scheme in {"http", "https"}:
                outside.add(link.geturl())
                continue
            path = unquote(link.path)
            target = (SITE / name).parent / path if path else SITE / name
            if not target.exists():
                dead.append((name, link.geturl()))
            elif "live" in target.parts:
                file = link.query.partition("path=")[2]
                if not (SITE / "live" / "files" / unquote(file)).is_file():
                    dead.append((name, link.geturl()))
            elif link.fragment and target.suffix == ".html":
                there = every_page[str(target.resolve().relative_to(SITE))]
                if there.find(id=unquote(link.fragment)) is None:
                    dead.append((name, link.geturl()))
    print("\nOutside links, not followed:", *sorted(outside), sep="\n  ")
    assert not dead


def test_every_figure_has_a_description_as_its_alternative_and_in_sight(every_page):
    count = 0
    for name, page in every_page.items():
        for picture in page.article.select("figure img, .cell img") if page.article else []:
            words = picture.get("alt", "")
            assert len(words) > 60, f"{name}: {picture}"
            assert re.search(r"\d", words), f"{name}: {words}"
            assert not re.search(r"\.(png|svg)|^figure", words), words
            caption = picture.find_parent("figure").figcaption.get_text(" ", strip=True)
            assert caption.removesuffix("#").strip() == words
            count += 1
    assert count > 50


@pytest.mark.parametrize("sitting", SITTINGS, ids=lambda sitting: sitting.name)
def test_a_sitting_folds_what_its_notebook_folds_and_says_how_to_run_it(sitting):
    page = parsed(f"{sitting.name}.html")
    cells = sittings.read(sitting.path).cells
    folded = [cell.metadata.get("jupyter", {}).get("outputs_hidden") for cell in cells]
    guesses = page.article.select("details.below-input")
    assert len(guesses) == sum(map(bool, folded))
    for guess in guesses:
        assert guess.summary.p.get_text() == "Your guess first, then look"
        assert not guess.summary.get("aria-label")
    hints = sum(cell.source.count("<details>") for cell in cells if cell.cell_type == "markdown")
    assert len(page.article.select("details:not(.hide)")) == hints
    assert not page.article.select("details[open]")
    ways = {a.get_text(): a["href"] for a in page.select_one("nav.ways").find_all("a")}
    assert list(ways) == ["Run here", "Binder", "Colab", "Download", "Start afresh"]
    assert all(sitting.path.name in href for href in ways.values())


@pytest.fixture(scope="module")
def words(every_page):
    """The words of the glossary: from each one's anchor to its name and its entry."""
    terms = every_page["glossary.html"].select("dl.glossary dt")
    assert len(terms) > 90
    return {dt["id"]: (dt.contents[0].strip(), dt.find_next_sibling("dd")) for dt in terms}


def test_each_word_leads_back_to_the_section_that_introduces_it(every_page, words):
    source = "".join(
        cell.source for cell in sittings.read(sittings.NOTEBOOKS / "glossary.ipynb").cells
    )
    named = re.findall(r"^- \*\*(.+?)\*\*", source, re.M)
    assert set(named) <= {name for name, _ in words.values()}
    for _, entry in words.values():
        link = entry.find_all("a")[-1]
        number = re.match(r"[R\d]+\.\d+", link.get_text())[0]
        page, _, anchor = link["href"].partition("#")
        heading = every_page[page].find(id=unquote(anchor)).find(re.compile("h[1-4]"))
        assert heading.get_text().startswith(f"{number} ")


def test_the_index_lists_every_symbol_and_every_word(every_page):
    listed = {link["href"] for link in every_page["genindex.html"].select("table.genindextable a")}
    entries = every_page["glossary.html"].select("tr[id^=entry-], dl.glossary dt")
    assert len(entries) > 190
    assert {f"glossary.html#{entry['id']}" for entry in entries} <= listed


@pytest.mark.parametrize("sitting", SITTINGS, ids=lambda sitting: sitting.name)
def test_a_sitting_links_each_word_of_the_glossary_where_it_is_first_used(sitting, words):
    page = parsed(f"{sitting.name}.html")
    linked = page.article.select("a.word")
    targets = [link["href"] for link in linked]
    assert len(targets) == len(set(targets)) >= 5
    for link in linked:
        name, _ = words[link["href"].removeprefix("glossary.html#")]
        assert link.get_text()[:3].lower() == name[:3].lower()
        assert not link.find_parent(
            ["h1", "h2", "h3", "h4", "pre", "code", "details", "figcaption"]
        )


def test_a_word_is_found_whole_in_every_spelling_and_the_longest_first():
    names = ["loss", "batch", "bias", "matrix", "matrix product", "AND", "Adam", "non-linearity"]

    def found(text):
        pieces = list(extension.words_of(text, names))
        assert "".join(piece for piece, _ in pieces) == text
        return [(piece, name) for piece, name in pieces if name]

    assert found("Losses of biases") == [("Losses", "loss"), ("biases", "bias")]
    assert found("a matrix product of matrices") == [
        ("matrix product", "matrix product"),
        ("matrices", "matrix"),
    ]
    assert found("mini-batch, glossary, and adam") == []
    assert found("Non-linearities: AND, Adam") == [
        ("Non-linearities", "non-linearity"),
        ("AND", "AND"),
        ("Adam", "Adam"),
    ]
    assert found("") == []


def test_what_is_folded_or_code_or_a_link_keeps_its_words_as_they_are():
    fold = [nodes.raw("", "<details><summary>Hint</summary>", format="html")]
    fold += [nodes.paragraph("", "a folded loss"), nodes.raw("", "</details>", format="html")]
    marked = [nodes.title("", "A loss"), nodes.literal("", "loss"), nodes.reference("", "loss")]
    output = nodes.container("", nodes.paragraph("", "a printed loss"), classes=["cell_output"])
    tree = nodes.section("", *marked, *fold, output, nodes.paragraph("", "the loss"))
    assert [text.astext() for text in extension.plain_text(tree)] == ["the loss"]


def test_where_a_word_is_meant_otherwise_it_still_stands():
    """An exception that no page needs any more has to go."""
    for word, pages in extension.ANOTHER_SENSE.items():
        for number in pages.split():
            (path,) = sittings.NOTEBOOKS.glob(f"{number}*.ipynb")
            text = "".join(c.source for c in sittings.read(path).cells if c.cell_type == "markdown")
            assert re.search(extension.spellings(word), text), (word, number)


def test_the_path_leads_from_page_to_page_and_side_trips_lead_back(every_page):
    path = [sitting.name for sitting in SITTINGS if sitting.on_path]
    walked, name = [], path[0]
    while name:
        walked.append(name)
        following = every_page[f"{name}.html"].select_one("a.right-next")
        name = following and following["href"].removesuffix(".html")
    assert walked == path
    for sitting in SITTINGS:
        if sitting.is_side_trip and sitting.name < path[-1]:
            following = every_page[f"{sitting.name}.html"].select_one("a.right-next")
            assert following["href"].removesuffix(".html") in path


def test_the_front_page_names_every_sitting_with_its_minutes(every_page):
    listed = {
        item.a["href"]: item.get_text(" ")
        for item in every_page["index.html"].article.select("li:has(a)")
    }
    for sitting in SITTINGS:
        assert f"{sitting.minutes} minutes" in listed[f"{sitting.name}.html"]
    ways = [a.get_text() for a in every_page["index.html"].select("nav.ways a")]
    assert ways == ["Start reading", "Run it here", "Take it home", "Teach it"]


def test_the_reference_leads_from_each_function_to_the_section_that_builds_it(every_page):
    for name, words in {
        "losses": ["bce", "mse"],
        "backprop": ["backward_pass"],
        "network": ["forward_pass"],
        "gradcheck": ["numerical_gradient"],
    }.items():
        page = every_page[f"api/{name}.html"]
        for word in words:
            entry = page.find(id=f"nnlib.{name}.{word}")
            links = entry.find_parent("section").select("p a.internal[href*='.html']")
            assert any("../" in link["href"] and "#" in link["href"] for link in links), word


def test_the_reference_keeps_the_lines_of_formulas_and_says_nothing_empty(every_page):
    formulas = every_page["api/network.html"].article.pre.get_text().splitlines()
    assert formulas == ["z[l] = a[l-1] @ W[l] + b[l]", "a[l] = f(z[l])"]
    for name, page in every_page.items():
        if name.startswith("api/"):
            assert "Alias for field" not in page.article.get_text()
            assert not page.article.select("blockquote")


def test_nothing_on_a_page_comes_from_another_host(every_page):
    for name, page in every_page.items():
        for tag in page.find_all(["img", "script", "iframe", "source", "video"]):
            assert not re.match(r"(https?:)?//", tag.get("src") or ""), f"{name}: {tag}"
        for tag in page.find_all("link", rel=["stylesheet", "preload", "icon"]):
            assert not re.match(r"(https?:)?//", tag["href"]), f"{name}: {tag}"
