"""The words and symbols: each is introduced, each name exists, each link within here resolves."""

import ast
import builtins
import functools
import keyword
import pkgutil
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pages
import pytest

import nnlib

ROOT = Path(__file__).parents[2]
PAGES = [*pages.SITTINGS, pages.GLOSSARY]
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"]
COLUMNS = ["symbol", "what it is", "shape", "in code", "introduced in"]

# Layout, and what everybody knows from school.
SKIPPED = {
    r"\frac", r"\dfrac", r"\tfrac", r"\left", r"\right", r"\big", r"\Big", r"\bigg", r"\quad",
    r"\qquad", r"\underbrace", r"\vphantom", r"\cdot", r"\sqrt", r"\ge", r"\le", r"\approx",
    r"\dots", r"\cos", r"\max",
}  # fmt: skip
# Names in the prose that belong to other libraries, or to no code at all.
ELSEWHERE = {
    "AdamW", "BCELoss", "BCEWithLogitsLoss", "BinaryCrossentropy", "CategoricalCrossentropy",
    "CrossEntropyLoss", "DataLoader", "Dense", "L2", "Linear", "SGD",
    "SparseCategoricalCrossentropy", "Tanh", "add_decayed_weights", "benchmarks", "condition",
    "decimal", "early_stopping", "eps", "fit", "from_logits", "joblib", "kernel_regularizer",
    "learning_rate_init", "lr", "model", "nn", "npz", "optim", "predict_proba", "q",
    "reduction", "sigmoid_binary_cross_entropy", "softmax_cross_entropy", "solver",
    "state_dict", "torch",
}  # fmt: skip


def lesson_of(link):
    """The lesson and the anchor that a glossary line's only link leads to."""
    ((label, target),) = pages.links(link)
    name, _, anchor = target.partition("#")
    assert anchor.startswith(f"{label}-"), link
    return pages.NOTEBOOKS / name, anchor


@functools.cache
def sections(path):
    return pages.sections(pages.read(path))


# Symbols


def symbols(formula):
    r"""The base symbols of a formula: its letters and its commands, each by itself.

    A hat stays on its letter, and a name in \mathrm is one symbol. An index or an exponent is
    a symbol of its own. Left out: words in \text, numbers and school signs, layout, and the d of
    a derivative, which is a d before another letter.
    """
    formula = re.sub(r"\\text\{[^}]*\}|\\(?:begin|end)\{\w+\}|\\\\(?:\[\w+\])?", " ", formula)
    pattern = r"\\mathrm\{\w+\}|\\hat \w|\\[A-Za-z]+|(?<![A-Za-z])d(?=[A-Za-z])()|[A-Za-z]"
    found = re.finditer(pattern, formula)
    return {match[0] for match in found if match[1] is None} - SKIPPED


def symbols_of(text):
    return set().union(*map(symbols, pages.formulas(text)))


def glossary_rows():
    return [row for text in pages.markdown(pages.read(pages.GLOSSARY)) for row in rows_in(text)]


def rows_in(text):
    return [row for row in pages.table_rows(text) if "symbol" in row]


@functools.cache
def introduced():
    """From each symbol of the glossary to the sittings that introduce it."""
    places = {}
    for row in glossary_rows():
        path, _ = lesson_of(row["introduced in"])
        for symbol in symbols_of(row["symbol"]):
            places.setdefault(symbol, set()).add(path)
    return places


def known_before(path):
    """The sittings whose symbols a sitting may use: the earlier ones, on the path if it is."""
    earlier = pages.SITTINGS[: pages.SITTINGS.index(path) + 1]
    if path in pages.on_the_path():
        earlier = [page for page in earlier if page in (*pages.on_the_path(), pages.REFRESHER)]
    return set(earlier)


def not_introduced(text, path):
    """The symbols of a sitting's text that nothing it builds on introduces in the glossary."""
    return {s for s in symbols_of(text) if not introduced().get(s, set()) & known_before(path)}


@pytest.mark.parametrize("path", pages.SITTINGS, ids=lambda path: path.stem)
def test_every_symbol_of_a_formula_is_in_the_glossary(path):
    missing = not_introduced(pages.prose(pages.read(path)), path)
    assert not missing, "add a line to notebooks/glossary.ipynb"


def test_a_symbol_is_used_in_the_section_that_introduces_it():
    for row in glossary_rows():
        assert list(row) == COLUMNS
        path, anchor = lesson_of(row["introduced in"])
        assert symbols_of(row["symbol"])
        assert symbols_of(row["symbol"]) <= symbols_of(sections(path)[anchor]), row


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"z_k = \sum_j x_j\, W_{jk} + b_k", {"z", "k", r"\sum", "x", "j", "W", "b"}),
        (r"\dfrac{da}{dz} = 2a^2 \\[4pt]", {"a", "z"}),
        (r"d_w \cdot \frac{\partial L}{\partial w}", {"d", "w", r"\partial", "L"}),
        (r"\hat m / (1 - \beta_1^t)", {r"\hat m", r"\beta", "t"}),
        (r"L_\text{sum} = \mathrm{MSE}", {"L", r"\mathrm{MSE}"}),
        (r"\begin{cases} 1 & z \ge 0 \end{cases}", {"z"}),
    ],
)
def test_the_symbols_of_a_formula(formula, expected):
    assert symbols(formula) == expected


def test_a_symbol_that_is_missing_or_comes_too_early_is_seen():
    third, fourth = (first_of_lesson(n) for n in (3, 4))
    assert not_introduced(r"the loss $L = a$, in `code $Q$`", third) == set()
    assert not_introduced(r"$$L = \xi\, a$$ and $Q$", third) == {r"\xi", "Q"}
    assert not_introduced(r"the gradient $\nabla L$", fourth) == {r"\nabla"}


def first_of_lesson(n):
    return next(path for path in pages.SITTINGS if pages.number(path) == n and path != pages.START)


# Words


def words():
    text = pages.prose(pages.read(pages.GLOSSARY))
    return re.findall(r"^- \*\*(.+?)\*\*: (.+?[.]) (\[\S+\]\(\S+\))$", text, re.M)


def test_the_words_are_in_order_and_each_once():
    found = [word.lower() for word, _, _ in words()]
    assert found == sorted(set(found))
    text = pages.prose(pages.read(pages.GLOSSARY))
    assert len(found) == len(re.findall(r"^- \*\*", text, re.M))


def test_a_word_stands_in_the_section_that_explains_it():
    for word, _, link in words():
        path, anchor = lesson_of(link)
        assert re.search(rf"\b{word}", sections(path)[anchor], re.I), f"{word} in {anchor}"


def test_the_glossary_has_the_form_of_the_lessons_and_no_code():
    notebook = pages.read(pages.GLOSSARY)
    levels = [level for level, _ in pages.headings(notebook)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert {cell.cell_type for cell in notebook.cells} == {"markdown"}
    assert notebook.metadata == pages.read(pages.START).metadata
    assert pages.GLOSSARY.read_text("utf-8") == nbformat.writes(notebook) + "\n"


def test_the_readme_and_the_first_lesson_lead_to_the_glossary():
    assert "(notebooks/glossary.ipynb)" in (ROOT / "README.md").read_text("utf-8")
    assert "(glossary.ipynb)" in pages.prose(pages.read(pages.START))


# Names


def names_in(source):
    """Every name in a piece of code: of variables, attributes, functions, parameters, modules."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        values = [getattr(node, field, None) for field in ("id", "attr", "arg", "name", "asname")]
        found.update(*(value.split(".") for value in values if isinstance(value, str)))
    return found


@functools.cache
def names_in_nnlib():
    files = sorted((ROOT / "nnlib").rglob("*.py"))
    found = {path.stem for path in files} | {"nnlib"}
    return found.union(*(names_in(path.read_text("utf-8")) for path in files))


def code_of(path):
    """The code of a lesson; for the glossary, of all of them."""
    paths = pages.SITTINGS if path == pages.GLOSSARY else [path]
    cells = [cell for path in paths for cell in pages.code_cells(pages.read(path))]
    return "\n\n".join(cell.source for cell in cells)


@functools.cache
def names_in_lesson(path):
    return names_in(code_of(path))


def unknown_names(span, known):
    """The names in inline code that are not known; words in quotes are no names."""
    return set(re.findall(r"[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", span))) - known


def missing_from_code(cell, path):
    """The code in a table's cell that is neither in the lesson nor in nnlib. A dash is no code."""
    if cell == "–":
        return set()
    assert pages.spans(cell), f"{cell}: name the code, or write –"
    known = names_in_lesson(path) | names_in_nnlib()
    found = [unknown_names(span, known) for span in pages.spans(cell)]
    signs = {span for span in pages.spans(cell) if not re.search(r"\w", span)}
    return set().union(*found) | {sign for sign in signs if sign not in code_of(path)}


def test_the_code_names_of_the_glossary_exist():
    for row in glossary_rows():
        path, _ = lesson_of(row["introduced in"])
        assert not missing_from_code(row["in code"], path), row


@pytest.mark.parametrize("path", pages.SITTINGS, ids=lambda path: path.stem)
def test_the_code_names_of_a_recap_exist(path):
    for row in rows_in(pages.read(path).cells[-1].source):
        assert not missing_from_code(row["in code"], path), row


def test_a_wrong_name_in_code_is_seen():
    path = first_of_lesson(1)
    assert missing_from_code("–", path) == set()
    assert missing_from_code("`x1`, `sigmoid(z)`", path) == set()
    assert missing_from_code("`x7`, `sigmoyd(z)`", path) == {"x7", "sigmoyd"}
    assert missing_from_code("`@@`", path) == {"@@"}
    with pytest.raises(AssertionError, match="name the code"):
        missing_from_code("a number", path)


def imported_from_nnlib(code):
    """What nnlib offers and what the code imports from it, with the full names."""
    found = {"nnlib": "nnlib"} | {name: f"nnlib.{name}" for name in nnlib.__all__}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("nnlib"):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def not_in_nnlib(text, imported):
    """Dotted names in inline code that begin with a part of nnlib and do not exist there."""
    for span in pages.spans(text):
        for dotted in re.findall(r"(?<![\w.\])])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", span):
            root, _, rest = dotted.partition(".")
            if root in imported:
                try:
                    pkgutil.resolve_name(f"{imported[root]}.{rest}")
                except (AttributeError, ImportError):
                    yield dotted


def prose_of(path):
    return pages.prose(pages.read(path)) if path.suffix == ".ipynb" else path.read_text("utf-8")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_dotted_name_of_nnlib_in_the_prose_exists(path):
    code = code_of(path) if path in PAGES else ""
    assert not list(not_in_nnlib(prose_of(path), imported_from_nnlib(code)))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_name_in_the_prose_is_a_name_of_some_code(path):
    """Without a dot nobody can tell whose a name is; so it has to be known from somewhere."""
    notebook = pages.read(path)
    folded = re.findall(r"```python\n(.+?)```", "\n".join(pages.markdown(notebook)), re.S)
    known = names_in_lesson(path).union(names_in_nnlib(), ELSEWHERE, *map(names_in, folded))
    known |= {*dir(builtins), *keyword.kwlist, *dir(np), *dir(np.ndarray)}
    assert not set().union(*(unknown_names(span, known) for span in pages.spans(prose_of(path))))


def test_a_wrong_name_of_nnlib_is_seen():
    imported = imported_from_nnlib("from nnlib.lab.figures import losses as figures")
    right = "`nnlib.losses.bce`, `losses.bce(z, y)`, `Network.random([2, 1])`, `net.randomly`"
    assert list(not_in_nnlib(right + ", losses.brier without backticks", imported)) == []
    wrong = "`nnlib.losses.brier`, `nnlib.lossy.bce`, `Network.randomly()`, `figures.bce`"
    assert list(not_in_nnlib(wrong, imported)) == [
        "nnlib.losses.brier", "nnlib.lossy.bce", "Network.randomly", "figures.bce"
    ]  # fmt: skip
    assert unknown_names('trane(net, loss="bce")', {"train", "net", "loss"}) == {"trane"}


# Links


def broken_links(path, text):
    """The links of a text that lead to no file here, or to no heading of a notebook."""
    for _, target in pages.links(text):
        name, _, anchor = target.partition("#")
        place = path.parent / name if name else path
        if re.match(r"https?:", target):
            continue
        headings = sections(place) if place.suffix == ".ipynb" and place.exists() else {}
        if not place.exists() or (anchor and anchor not in headings):
            yield target


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_link_within_the_repository_resolves(path):
    assert not list(broken_links(path, prose_of(path)))


def test_a_broken_link_is_seen():
    right = [
        "01a_one_neuron.ipynb",
        "01a_one_neuron.ipynb#1.2-The-sigmoid",
        "#Words",
        "https://a.org/b#c",
    ]
    wrong = [
        "1a_one_neuron.ipynb",
        "01a_one_neuron.ipynb#1.2-The-sigmoids",
        "../README.md#Words",
        "#words",
    ]
    text = " ".join(f"[a link]({target})" for target in right + wrong)
    assert list(broken_links(pages.GLOSSARY, text)) == wrong
