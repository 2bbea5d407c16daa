"""The part of the web book that Sphinx and its theme do not have: a small extension.

Buttons to run or take home each sitting, the way along the path, anchors as Jupyter makes them, the
glossary's symbols in the search, and links from the sittings to its words.
"""

import html
import re
import shutil
import unicodedata
from pathlib import Path

import links
import live as live_site
import sittings as series
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import make_refnode

HERE = Path(__file__).resolve().parent
MATHJAX = HERE / "node_modules" / "mathjax" / "es5"
SIGNS = {
    "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "odot": "⊙", "top": "⊤", "sqrt": "√",
    "varepsilon": "ε", "varphi": "φ", "infty": "∞", "approx": "≈", "cdot": "·", "log": "log",
    "exp": "exp", "max": "max", "min": "min", "tanh": "tanh", "lim": "lim",
    "leftarrow": "←", "to": "→",
}  # fmt: skip
# Where a sitting first uses a word of the glossary in another sense, the word is not linked there.
ANOTHER_SENSE = {
    "dead": "07e", "label": "03d", "loss": "02e", "recall": "03d",
    "report": "06d", "shape": "06e 08a 08f", "slope": "05e 08d", "solved": "01a 04d 04e",
    "step": "01a 01b 01c 02f 04f 07a", "unit": "01c 03b 07g",
}  # fmt: skip


def setup(app):
    app.add_role("run-here", run_here)
    app.add_role("play", play)
    app.add_role("ways-in", ways_in)
    app.connect("config-inited", add_extra_files)
    app.connect("doctree-read", add_buttons)
    app.add_transform(IndexOfSymbols)
    app.connect("doctree-read", name_headings)
    app.connect("doctree-resolved", link_words)
    app.connect("html-page-context", finish_page)
    app.connect("autodoc-process-docstring", prepare_docstring, priority=400)
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("build-finished", add_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_extra_files(app, config):
    """The notebooks to download, and the widgets' recorded forms."""
    config.html_extra_path.append(str(Path(app.srcdir) / "extra"))


def jupyter_anchor(title):
    """The anchor that JupyterLab gives to a heading."""
    return title.replace(" ", "-")


# Buttons


def live(name):
    """Where the live site, beside the book, opens a sitting."""
    return f"live/lab/index.html?path={name}.ipynb"


def raw(markup):
    return nodes.raw("", markup, format="html")


def link(target, words, title="", **attributes):
    more = {"title": title, **attributes} if title else attributes
    text = "".join(f' {name}="{html.escape(value)}"' for name, value in more.items())
    return f'<a href="{html.escape(target)}"{text}>{html.escape(words)}</a>'


def run_here(name, rawtext, text, lineno, inliner, options=None, content=None):
    docname = inliner.document.settings.env.docname
    return [raw(link(live(docname), text, **{"class": "run-here"}))], []


def play(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A button that loads a widget's recorded form, when it is touched and not before."""
    source = Path(inliner.document.settings.env.srcdir) / "extra" / text
    size = max(form.stat().st_size for form in source.parent.glob(f"{source.stem}*")) / 1e6
    words = f"Play with it on this page ({size:.1f} MB)"
    return [raw(f'<button class="play" data-recorded="{text}">{words}</button>')], []


def ways_in(name, rawtext, text, lineno, inliner, options=None, content=None):
    """The front page's four buttons; ``text`` is the first sitting."""
    address = links.published_address()
    found = [
        link(f"{text}.html", "Start reading", **{"class": "first"}),
        link(live(text), "Run it here", "Python in the browser, nothing to install"),
        link(f"{address}#read-it--run-it--take-it-home", "Take it home", "Two commands"),
        link(f"{address}/tree/HEAD/teach", "Teach it", "Routes, sheets and timings for a class"),
    ]
    ways = f'<nav class="ways" aria-label="Ways in">{"".join(found)}</nav>'
    told = f"To run it here needs nothing installed. {live_site.statement()}"
    size = f'<p class="size">{html.escape(told.strip())}</p>'
    return [raw(ways + size)], []


def add_buttons(app, doctree):
    """Beneath the title of each sitting: where to run it, and how long it is to read."""
    path = series.NOTEBOOKS / f"{app.env.docname}.ipynb"
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None or not path.exists():
        return
    address, file = links.published_address(), f"notebooks/{path.name}"
    found = [
        link(live(path.stem), "Run here", "Python in the browser, nothing to install"),
        link(
            links.binder(address, file),
            "Binder",
            "A computer lent by mybinder.org, in a minute or more; it forgets",
        ),
        link(links.colab(address, file), "Colab", "A computer lent by Google; needs an account"),
        link(path.name, "Download", "The notebook, for your own Jupyter", download=""),
        link(
            f"live/afresh.html?path={path.name}",
            "Start afresh",
            "For whoever ran it here: forget what this browser keeps of this page",
        ),
    ]
    time = ""
    if series.read_sitting(path).is_sitting:
        time = f"<span>{series.reading_minutes(path)} minutes to read, without the exercises</span>"
    bar = f'<nav class="ways" aria-label="Run this page">{"".join(found)}{time}</nav>'
    title.parent.insert(title.parent.index(title) + 1, raw(bar))


def name_headings(app, doctree):
    """Who hears the page is told what heads a row or a column, also where no word stands.

    The corner of a table that heads both is empty; and a formula is not taken for words.
    """
    for head in doctree.findall(nodes.thead):
        for entry in head.findall(nodes.entry):
            formulas = list(entry.findall(nodes.math))
            if all(
                text.parent in formulas or not text.strip() for text in entry.findall(nodes.Text)
            ):
                told = ", ".join(readable(formula.astext()) for formula in formulas)
                for formula in formulas:
                    place = formula.parent.index(formula)
                    hidden = [raw('<span aria-hidden="true">'), formula, raw("</span>")]
                    formula.parent[place : place + 1] = hidden
                entry += raw(f'<span class="visually-hidden">{told or "(the rows)"}</span>')


# The docstrings


def prepare_docstring(app, what, name, obj, options, lines):
    """Write a docstring as numpydoc reads it.

    The source stands in a section, a star is no emphasis, and formulas that are set off in a
    module's docstring keep their lines.
    """
    if what == "module":
        for k in range(len(lines) - 1, 0, -1):
            if lines[k].startswith("    ") and not lines[k - 1].strip():
                lines[k:k] = ["::", ""]
    for k, line in enumerate(lines):
        parts = re.split("(``.*?``)", line)
        parts[::2] = [re.sub(r"(?<=[( ])\*(?=\w+[,)])", r"\\*", part) for part in parts[::2]]
        lines[k] = "".join(parts)
    sections = any(set(line) == {"-"} for line in lines)
    for k, line in enumerate(lines):
        if sections and line.startswith("Source: "):
            lines[k : k + 1] = ["References", "----------", line.removeprefix("Source: ")]
            break


def skip_fields(app, what, name, obj, skip, options):
    """The fields of a named tuple say nothing but their number; its docstring names them."""
    return True if (getattr(obj, "__doc__", "") or "").startswith("Alias for field") else None


# The way


def finish_page(app, pagename, templatename, context, doctree):
    """Previous and next: along the path; a side trip leaves it and leads back to it.

    And whoever hears the page hears the words on a fold, in place of "Toggle hidden content".
    """
    if "body" in context:
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")
    every = series.sittings()
    if pagename not in {page.name for page in every}:
        return
    titles = {page.name: page.title for page in every}
    for key, name in zip(("prev", "next"), series.neighbours(pagename, every), strict=True):
        context[key] = name and {"link": f"{name}.html", "title": html.escape(titles[name])}


# The search


class IndexOfSymbols(SphinxTransform):
    """Let the search, and the index, find each symbol of the glossary."""

    default_priority = 800  # before Sphinx collects the entries of the index

    def apply(self):
        if self.env.docname != "glossary":
            return
        rows = [row for row in self.document.findall(nodes.row) if row.parent.tagname == "tbody"]
        for k, row in enumerate(rows):
            target = f"entry-{k}"
            row["ids"].append(target)
            terms = [term.replace(";", ",") for term in row_terms(row)]
            entries = [("single", term, target, "", None) for term in terms]
            row.next_node(nodes.paragraph).insert(0, addnodes.index(entries=entries, inline=True))


def row_terms(row):
    """What somebody may type who looks for a symbol: the sign, its name, its name in the code."""
    entries = list(row.findall(nodes.entry))
    signs = [readable(formula.astext()) for formula in entries[0].findall(nodes.math)]
    names = re.findall(r"\(([a-z]+)\)", entries[0].astext())
    code = [literal.astext() for entry in entries for literal in entry.findall(nodes.literal)]
    return [term for term in dict.fromkeys([*signs, *names, *code]) if term]


def readable(formula):
    r"""A formula in plain signs: ``\delta^{(l)}`` becomes ``δ(l)``."""
    text = re.sub(r"\\([A-Za-z]+)", lambda command: sign(command[1]), formula)
    return "".join(re.sub(r"[{}\\^_,]", " ", text).split())


def sign(command):
    """The sign that a command of TeX stands for: ``delta`` gives δ; "" if it only lays out."""
    case = "SMALL" if command.islower() else "CAPITAL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {command.upper()}")
    except KeyError:
        return SIGNS.get(command, "")


# The words


def link_words(app, doctree, docname):
    """Link each word of the glossary, where a sitting first uses it, to its entry.

    Headings, code, formulas, links, outputs and what is folded are left as they are.
    """
    if not (series.NOTEBOOKS / f"{docname}.ipynb").exists() or docname == "glossary":
        return
    entries = {
        name: (page, anchor)
        for name, _, kind, page, anchor, _ in app.env.domains.standard_domain.get_objects()
        if kind == "term"
    }
    number, done = docname.partition("_")[0], set()
    done |= {name for name, pages in ANOTHER_SENSE.items() if number in pages.split()}
    for text in list(plain_text(doctree)):
        parts = []
        for piece, name in words_of(text.astext(), entries):
            if name and name not in done:
                done.add(name)
                word = nodes.inline(piece, piece)
                parts.append(make_refnode(app.builder, docname, *entries[name], word))
                parts[-1]["classes"].append("word")
            else:
                parts.append(nodes.Text(piece))
        if any(isinstance(part, nodes.reference) for part in parts):
            text.parent.replace(text, parts)


def plain_text(node, folded=False):
    """The texts in which a word may be linked, in order."""
    left_out = (nodes.title, nodes.thead, nodes.literal, nodes.literal_block, nodes.math)
    left_out += (nodes.math_block, nodes.reference, nodes.figure, nodes.image)
    for child in node.children:
        if isinstance(child, nodes.raw):
            folds = re.findall(r"<(/?)details", child.astext())
            folded = not folds[-1] if folds else folded
        elif isinstance(child, nodes.Text):
            if not folded:
                yield child
        elif not isinstance(child, left_out) and "cell_output" not in child.get("classes", []):
            yield from plain_text(child, folded)


def words_of(text, names):
    """Cut a text into pieces; each is a word of the glossary with its name, or neither: None."""
    place = 0
    pattern = "|".join(map(spellings, sorted(names, key=len, reverse=True)))
    for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text):
        if match.start() > place:
            yield text[place : match.start()], None
        yield match[0], next(name for name in names if re.fullmatch(spellings(name), match[0]))
        place = match.end()
    if place < len(text):
        yield text[place:], None


def spellings(name):
    """A pattern for a word and its plural; with a capital at the start of a sentence."""
    first = f"[{name[0]}{name[0].upper()}]" if name[0].islower() else re.escape(name[0])
    stem, end = name[1:-1], name[-1]
    ends = {"x": "(?:x|xes|ces)", "y": "(?:y|ies)"}.get(end, re.escape(end) + "(?:e?s)?")
    return first + re.escape(stem) + ends


# The formulas


def add_mathjax(app, exception):
    """Put MathJax into the site, so that a page asks nobody else for it."""
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "mathjax"
    for name in (
        "startup.js", "core.js", "input/tex.js", "output/chtml.js", "output/chtml/fonts/tex.js",
        "a11y/assistive-mml.js",
    ):  # fmt: skip
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MATHJAX / name, target / name)
    for folder in ("output/chtml/fonts/woff-v2", "input/tex/extensions"):
        shutil.copytree(MATHJAX / folder, target / folder, dirs_exist_ok=True)
