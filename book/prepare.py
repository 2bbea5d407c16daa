"""Lays out what Sphinx builds the book from: the notebooks, adapted for the web, and the lists.

The notebooks stay as they are. Their copies differ in what Jupyter shows by itself and a page does
not: a figure gets its description as alternative text and caption, a guess stays folded, the place
of a widget gets its recorded form or a sentence. The front page and the reference are lists, made
from the notebooks, README.md and the docstrings.
"""

import ast
import base64
import copy
import importlib
import inspect
import itertools
import json
import re
import shutil
from concurrent.futures import ProcessPoolExecutor

import nbformat
import sittings as series

import nnlib

MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:^\"'=%@;])")
RECORDED = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Recorded: {name}</title>
</head>
<body>
{body}
</body>
</html>
"""
# The recorded forms of a widget: for a wide window, for a projector or a tablet, for a telephone.
ROOMS = {
    "": {},
    "-middle": {"width": 470, "height": 290, "ratio": 1.5},
    "-narrow": {"width": 280, "height": 330, "ratio": 1.75},
}
GUESS = {"code_prompt_show": "Your guess first, then look", "code_prompt_hide": "Fold it again"}
FOLDED = {"outputs_hidden": "hide-output", "source_hidden": "hide-input"}


def prepare(target, notebooks=series.NOTEBOOKS):
    """Fill the folder ``target`` anew."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "figures").mkdir(parents=True)
    (target / "extra").mkdir()  # what the site holds as it is
    for page in notebooks.glob("*.ipynb"):
        shutil.copy(page, target / "extra")
    pages = series.sittings(notebooks)
    with ProcessPoolExecutor(2) as pool:  # the recorded forms of the widgets take a while
        list(pool.map(lay_out, pages, itertools.repeat(target)))
    names = public_names()
    (target / "api").mkdir()
    for module, members in names.items():
        text = module_page(module, members, pages)
        (target / "api" / f"{module.rpartition('.')[2]}.md").write_text(text, "utf-8")
    (target / "index.md").write_text(front_page(pages, names, target), "utf-8")


# The notebooks


def lay_out(page, target):
    """Put the copy of a page into the folder."""
    nbformat.write(adapted(series.read(page.path), page.name, target), target / page.path.name)


def adapted(notebook, name, target):
    """A copy of the notebook with what the web page needs."""
    notebook = copy.deepcopy(notebook)
    widgets = imported_widgets(notebook)
    for k, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            if name == "glossary":
                cell.source = with_glossary(cell.source)
            continue
        hidden = cell.metadata.get("jupyter", {})
        tags = [tag for key, tag in FOLDED.items() if hidden.get(key)]
        if "hide-input" in tags and ("hide-output" in tags):
            tags = ["hide-cell"]
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), *tags]
        if "hide-output" in tags:
            cell.metadata["mystnb"] = GUESS
        cell.outputs = adapted_outputs(cell, f"{name}-{k}", target, widgets)
    return notebook


def with_glossary(source):
    """The glossary's list of words as a glossary of Sphinx, which gives each word an anchor.

    A short name in brackets is a name of the entry too: "(MSE)" in that of the mean squared error.
    """
    entries = re.findall(r"^- \*\*(.+)\*\*: (.+)$", source, re.M)
    if not entries:
        return source
    lines = ["```{glossary}"]
    for word, words in entries:
        lines += [word, *re.findall(r"\((ŷ|[A-Z]{2,})\)", words), f"  {words}", ""]
    return re.sub(r"^- \*\*.*", "", source, flags=re.M).rstrip() + "\n\n" + "\n".join(lines) + "```"


def adapted_outputs(cell, name, target, widgets):
    outputs, skip = [], False
    for k, output in enumerate(cell.outputs):
        data = output.get("data", {})
        if skip:
            skip = False
        elif "image/png" in data:
            words, skip = series.description(cell.outputs, k)
            picture = f"figures/{name}-{k}.png"
            (target / picture).write_bytes(base64.b64decode(data["image/png"]))
            width = output.metadata.get("image/png", {}).get("width")
            outputs.append(markdown_output(figure(picture, words, width)))
        elif data.get("text/plain", "").startswith("Interactive: "):
            recording = recorded(cell.source, widgets, target)
            outputs.append(markdown_output(widget_place(data["text/plain"], recording)))
        elif data.get("text/plain") != "":  # a widget leaves an empty one in its own place
            outputs.append(output)
    return outputs


def figure(picture, words, width=None):
    """A figure of MyST: the description as alternative text, and in sight as the caption."""
    size = f":width: {width}px\n" if width else ""
    return f"```{{figure}} {picture}\n:alt: {json.dumps(words)}\n{size}\n{plain(words)}\n```"


def widget_place(text, recording):
    """What stands in a widget's place: what it is, its recorded form, and where it runs."""
    words = text.removeprefix("Interactive: ")
    what = re.split(r"(?<=\.) (?:Run this cell|To wake it up)", words)[0]
    play = f"{{play}}`{recording}` " if recording else ""
    words = f"**A widget:** {plain(what)} {play}{{run-here}}`Run it here`"
    return f":::{{container}} widget-place\n{words}\n:::"


def plain(text):
    """Text in which Markdown finds no marks."""
    return MARKDOWN_SIGNS.sub(r"\\\1", text)


def markdown_output(text):
    return nbformat.v4.new_output("display_data", {"text/markdown": text})


def imported_widgets(notebook):
    """The widgets' modules that a notebook imports, by the name it gives them."""
    found = {}
    for cell in notebook.cells:
        for node in statements(cell) if cell.cell_type == "code" else []:
            if isinstance(node, ast.ImportFrom) and node.module == "nnlib.lab.widgets":
                found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def statements(cell):
    try:
        return ast.parse(cell.source).body
    except SyntaxError:  # a magic command
        return []


def recorded(source, widgets, target):
    """Record the widget that a cell shows, as a page of its own; the page's address, or None."""
    shown = re.search(r"^(\w+)\.show\(", source, re.M)
    module = shown and widgets.get(shown[1])
    if not module or not hasattr(importlib.import_module(module), "record"):
        return None
    name = module.rpartition(".")[2]
    folder = target / "extra" / "recorded"
    for form, room in ROOMS.items():
        path = folder / f"{name}{form}.html"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            body = importlib.import_module(module).record(**room)
            path.write_text(RECORDED.format(name=name, body=body), "utf-8")
    return f"recorded/{name}.html"


# The reference


def public_names():
    """What nnlib offers: for each module, in reading order, its public names."""
    modules = re.findall(r"^- :mod:`(nnlib\.\w+)`", inspect.getdoc(nnlib), re.M)
    found = {}
    for module in map(importlib.import_module, modules):
        members = [
            name
            for name, value in vars(module).items()
            if not name.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
            and value.__module__ == module.__name__
        ]
        found[module.__name__] = getattr(module, "__all__", members)
    return found


def module_page(module, members, pages):
    """The page of one module: its docstring, then each name with the section that builds it."""
    parts = [f"# {module}\n\n```{{eval-rst}}\n.. automodule:: {module}\n```\n"]
    for name in members:
        value = getattr(importlib.import_module(module), name)
        kind = "autoclass" if inspect.isclass(value) else "autofunction"
        kind = kind if inspect.isclass(value) or inspect.isroutine(value) else "autodata"
        options = "\n   :members:" if kind == "autoclass" else ""
        built = built_in(name, module.rpartition(".")[2], pages)
        directive = f".. {kind}:: {module}.{name}{options}"
        parts.append(f"## {name}\n\n{built}```{{eval-rst}}\n{directive}\n```\n")
    return "\n".join(parts)


def built_in(name, module, pages):
    """A line that leads to the section which builds a function, or shows or first uses it."""
    ways = {
        "Shown line by line in": rf"show_source\([^#]*?\b(?:{module}\.)?{name}\b",
        "Built in": rf"^(?:def|class) {name}\b",
        "First used in": rf"\b{name}\(",
    }
    for words, pattern in ways.items():
        for page in pages:
            notebook = series.read(page.path)
            for k, cell in enumerate(notebook.cells):
                if cell.cell_type == "code" and re.search(pattern, cell.source, re.M):
                    return f"{words} {section_link(page, notebook, k)}.\n\n"
    return ""


def section_link(page, notebook, cell):
    section = series.section_of_cell(notebook, cell)
    label = plain(section or page.title)
    anchor = "#" + section.replace(" ", "-") if section else ""
    return f"[{label}](<../{page.path.name}{anchor}>)"


# The front page


def front_page(pages, names, target):
    readme = (series.ROOT / "README.md").read_text("utf-8")
    title, introduction = re.match(r"# ([^\n]+)\n\n(.+?)\n\n", readme, re.S).groups()
    path = [page for page in pages if page.on_path]
    side_trips = [page for page in pages if page.is_side_trip]
    others = [page for page in pages if not page.is_sitting]
    hours = sum(page.minutes for page in path) / 60
    parts = [
        f"# {title}",
        introduction,
        f"{{ways-in}}`{path[0].name}`",
        first_figure(path, target),
        moving(target),
        "## The path",
        f"{len(path)} sittings, about {hours:.0f} hours in all, with every exercise done. "
        "Each has one question, and stands alone.",
        listing(path),
    ]
    if side_trips:
        parts += [
            "## Side trips",
            "For whoever wants more. Nothing on the path needs them.",
            listing(side_trips),
        ]
    first_module = next(iter(names)).rpartition(".")[2]
    parts += [
        "## To look things up in",
        "\n".join(
            [f"- [{plain(page.title)}]({page.path.name})" for page in others]
            + [
                f"- [The library, function by function](api/{first_module}.md)",
                "- [Index of symbols, words and functions](genindex)",
            ]
        ),
    ]
    for caption, files in {
        "The path": [page.path.name for page in path],
        "Side trips": [page.path.name for page in side_trips],
        "To look things up in": [page.path.name for page in others],
        "The library": [f"api/{module.rpartition('.')[2]}" for module in names],
    }.items():
        if files:
            options = f":caption: {caption}\n:titlesonly:\n:hidden:"
            parts.append("\n".join(["```{toctree}", options, "", *files, "```"]))
    return "\n\n".join(parts) + "\n"


def listing(pages):
    """A list of sittings: title and minutes, the question, and what one leaves with."""
    items = []
    for page in pages:
        words = [f"[{plain(page.title)}]({page.path.name}) · {page.minutes} minutes"]
        words += [text for text in (page.question, page.learn) if text]
        items.append("- " + "\\\n  ".join(words))
    return "\n".join(items)


def moving(target):
    """A training that can be played on the front page: the film's recorded form."""
    if not (target / "extra" / "recorded" / "film.html").exists():
        return ""
    words = "**See it move:** a network learns, epoch by epoch. {play}`recorded/film.html`"
    return f":::{{container}} widget-place\n{words}\n:::"


def first_figure(path, target):
    """The first figure of the series."""
    notebook = series.read(path[0].path)
    for k, cell in enumerate(notebook.cells):
        for n, output in enumerate(cell.get("outputs", [])):
            if "image/png" in output.get("data", {}):
                words, _ = series.description(cell.outputs, n)
                width = output.metadata.get("image/png", {}).get("width")
                return figure(f"figures/{path[0].name}-{k}-{n}.png", words, width)
    return ""
