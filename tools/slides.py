"""Make a deck of slides of every sitting, from the notebook itself and its teacher's page.

usage: python tools/slides.py [NOTEBOOK ...]      (default: all, into build/slides; make slides)

A heading opens a slide; what follows stands below it as long as there is room, and goes on below.
The answer to a guess comes on a slide of its own. Hints, solutions and imports are left out. What
the teacher's page says stands in the speaker's notes (key S): of each section where it begins, the
rest on the first and the last slide. So does what a picture shows, in words. Nothing is fetched:
reveal.js and MathJax are copied beside the decks.
"""

import ast
import copy
import re
import shutil
import sys
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from pathlib import Path

import nbformat
from exercise_cells import beneath, find
from nbconvert import SlidesExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS, PAGES, BUILD = ROOT / "notebooks", ROOT / "teach" / "sittings", ROOT / "build" / "slides"
MODULES = ROOT / "book" / "node_modules"
LINES = 16  # of text on a slide
WORDS = 14  # of a line
LETTERS = 90  # of a table's row on one line
CODE = 0.72  # the height of a line of code, in lines of text
LONGEST_CODE = 20  # lines of it on a slide
PICTURE = 12  # its height
OUTPUT_ONLY = "output-only"


def deck(notebook, notes):
    """A copy of a notebook, cut into slides; ``notes`` maps a heading's first word to a text."""
    folded = {cell.id for cells in find(notebook) for cell in beneath(notebook.cells, cells.index)}
    exercises = {cells.index for cells in find(notebook)}
    parts = []
    for i, cell in enumerate(notebook.cells):
        if cell.id in folded:
            continue
        if cell.cell_type == "markdown":
            parts += text_parts(cell.source, notes)
        elif cell.outputs or without_imports(cell.source) == cell.source:
            shown = copy.deepcopy(cell)
            shown.source = without_imports(cell.source)
            parts += code_parts(shown, answers=i not in exercises)
    copied = copy.deepcopy(notebook)
    copied.cells = [*on_slides(parts)]
    return copied


@dataclass
class Part:
    """Something that stands on a slide in one piece, and how high it is, in lines of text."""

    cell: dict
    height: float
    kind: str = ""  # of the slide that it opens, if it must open one
    note: str = ""


def on_slides(parts):
    """The parts' cells, each with the kind of slide that it opens, and notes at a slide's end."""
    room, note, bare = 0, "", False  # a heading with nothing beneath it yet
    for part, following in pairwise([*parts, None]):
        needed = part.height
        if following and announces(part.cell) and needed + following.height <= LINES:
            needed += following.height
        heading = part.cell.cell_type == "markdown" and part.cell.source.startswith("#")
        kind = part.kind or ("subslide" if needed > room and not bare else "-")
        if bare and heading and kind == "subslide":
            kind = "-"
        bare = heading
        if kind != "-":
            if note:
                yield markdown(note, "notes")
            room, note = LINES, ""
        note = "\n\n".join(filter(None, [note, part.note]))
        room -= part.height
        part.cell.metadata = {**part.cell.metadata, "slideshow": {"slide_type": kind}}
        yield part.cell
    if note:
        yield markdown(note, "notes")


def announces(cell):
    """Whether a text is nothing without what follows: a few bold words, or an open end."""
    return cell.cell_type == "markdown" and re.search(r"^\*\*[^*]+\*\*$|[:\w]$", cell.source)


def markdown(source, kind="-"):
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def text_parts(source, notes):
    """Markdown in blocks: each heading opens a slide, one of the first two levels a column.

    So does what is folded, an answer.
    """
    source = source.replace("\n\n</details>", "")
    for block in re.split(r"\n\n+", source.strip()):
        if all(line.startswith("> ") for line in block.split("\n")):
            block = re.sub(r"^> ", "", block, flags=re.M)  # a table in a quotation is none here
        heading = re.match(r"(#+) (\S+)", block)
        kind = ("slide" if len(heading[1]) < 3 else "subslide") if heading else ""
        if fold := re.fullmatch(r"<details><summary>(.+)</summary>", block):
            block, kind = f"**{fold[1]}**", "subslide"
        note = notes.get(heading[2].rstrip("."), "") if heading else ""
        for piece in tables(block) if block.startswith("|") else [block]:
            yield Part(markdown(piece), height(piece), kind, note)


def tables(block):
    """A table in as many as it needs to fit on slides, each with its head."""
    head, rule, *rows = block.split("\n")
    piece = []
    for row in rows:
        if piece and height("\n".join([head, rule, *piece, row])) > LINES:
            yield "\n".join([head, rule, *piece])
            piece = []
        piece.append(row)
    yield "\n".join([head, rule, *piece])


def height(block):
    """How many lines a block of Markdown takes."""
    if block.startswith("#"):
        return 2
    if block.startswith("$$"):
        return 3
    if block.startswith("```"):
        return CODE * len(block.splitlines())
    if block.startswith("|"):
        rows = [row.strip("|").split("|") for row in block.split("\n")]
        width = LETTERS // len(rows[0])  # of a column
        return sum(0.5 + 0.8 * max(-(-len(cell) // width) for cell in row) for row in rows)
    lines = [line for line in re.split(r"\n(?=[-*] |\d\. )", block) if line]
    return 0.6 + sum(-(-len(line.split()) // WORDS) for line in lines)


def code_parts(cell, answers):
    """A code cell and what it answers; that opens a slide if it answers a guess."""
    guess = cell.metadata.get("jupyter", {}).get("outputs_hidden")
    shown = [output for output in cell.outputs if answers and not described(output)]
    outputs = [piece for output in shown for piece in pieces(output)]
    note = "\n\n".join(filter(None, map(described, cell.outputs)))
    only_draws = draws(cell)
    cell = copy.deepcopy(cell)
    cell.metadata, cell.outputs = {}, []
    if not (only_draws and outputs):
        yield Part(cell, 0.5 + CODE * len(cell.source.splitlines()))
    for k, (output, lines) in enumerate(outputs):
        answer = copy.deepcopy(cell)
        answer.id, answer.outputs = f"{cell.id}-{k}", [output]
        answer.metadata = {"tags": [OUTPUT_ONLY]}
        kind = "subslide" if guess and k == 0 else ""
        yield Part(answer, lines, kind, note if k == len(outputs) - 1 else "")


def described(output):
    """What a picture shows, in words; it is no text for a wall."""
    text = output.get("data", {}).get("text/html", "")
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return words if re.match(r"(Figure\.|Interactive:)", words) else ""


def without_imports(source):
    """Code as it is shown: where a name comes from is nothing for a wall."""
    lines = source.split("\n")
    for part in ast.parse(source).body:
        if isinstance(part, ast.Import | ast.ImportFrom):
            at = slice(part.lineno - 1, part.end_lineno)
            lines[at] = [None] * (part.end_lineno - part.lineno + 1)
    return "\n".join(line for line in lines if line is not None).strip("\n")


def draws(cell):
    """Whether a cell is a call that draws something or shows a source, and prints nothing."""
    prints = any(output.output_type == "stream" for output in cell.outputs)
    called = [isinstance(part, ast.Expr) for part in ast.parse(cell.source).body]
    return (
        called[-1:] == [True]
        and cell.source.count("\n") < 6
        and not prints
        and any(
            {"image/png", "text/markdown"} & {*output.get("data", {})} for output in cell.outputs
        )
    )


def pieces(output):
    """What a cell answers, with its height; what is long, in pieces that fit on a slide."""
    data = output.get("data", {})
    text = output.get("text", data.get("text/plain", ""))
    if "image/png" in data:
        yield output, PICTURE
        return
    if "text/html" in data:
        yield output, height(text)
        return
    is_code = data.get("text/markdown", "").startswith("```python")
    for lines in cut(text.rstrip("\n").split("\n")):
        piece, said = copy.deepcopy(output), "\n".join(lines)
        if "text" in output:
            piece.text = said
        elif is_code:
            piece.data = {"text/markdown": f"```python\n{said}\n```", "text/plain": said}
        yield piece, 0.5 + CODE * len(lines)


def cut(lines):
    """Lines in pieces that are not too long, cut at empty ones where there are any."""
    while len(lines) > LONGEST_CODE:
        empty = [i for i in range(1, LONGEST_CODE + 1) if not lines[i].strip()]
        at = empty[-1] if empty else LONGEST_CODE
        yield lines[:at]
        lines = lines[at + bool(empty) :]
    yield lines


def notes_of(page):
    """What a teacher's page says, by the first word of the heading that it belongs to.

    Of a section what stands under its number, "### 4.2 …"; the aim and the question to open with
    under the first word of the title; what comes after the guesses under "Recap".
    """
    if not page.exists():
        return {}
    title, _, text = page.read_text("utf-8").partition("\n")
    opening = re.findall(r"^\*\*(?:Aim|Open with)\.\*\*.*$", text, re.M)
    after = text[text.find("\n## In pairs") :] if "\n## In pairs" in text else ""
    parts = re.split(r"^### ((?:R|\d+)\.\d+) .*$", text, flags=re.M)
    notes = {
        number: said.split("\n## ")[0].strip()
        for number, said in zip(parts[1::2], parts[2::2], strict=True)
    }
    first = title.lstrip("# ").split()[0].rstrip(".") if title.strip("# ") else ""
    return {
        **notes,
        first: "\n\n".join(opening),
        "Recap": after.replace("\n## ", "\n#### ").strip(),
    }


def exporter():
    config = Config()
    config.TagRemovePreprocessor.remove_input_tags = {OUTPUT_ONLY}
    config.SlidesExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    return SlidesExporter(
        config=config, template_name="slides", extra_template_basedirs=[str(ROOT / "teach")]
    )


def copy_assets(folder):
    assets = folder / "assets"
    shutil.rmtree(assets, ignore_errors=True)
    for name in ("reveal.js/dist", "reveal.js/plugin/notes", "mathjax/es5"):
        place = assets / name.replace("reveal.js", "reveal")
        shutil.copytree(MODULES / name, place, ignore=shutil.ignore_patterns("sre", "*.map"))
    for name in ("slides.css", "slides.js"):
        shutil.copy(ROOT / "teach" / "slides" / name, assets / name)


def main():
    paths = [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb"))
    BUILD.mkdir(parents=True, exist_ok=True)
    copy_assets(BUILD)
    export = exporter()
    for path in paths:
        if path.stem == "glossary":
            continue
        notebook = deck(nbformat.read(path, as_version=4), notes_of(PAGES / f"{path.stem}.md"))
        body, _ = export.from_notebook_node(notebook, {"metadata": {"name": path.stem}})
        (BUILD / f"{path.stem}.html").write_text(body, "utf-8")
    print(f"The slides are made. The first deck: {(BUILD / f'{paths[0].stem}.html').as_uri()}")


if __name__ == "__main__":
    main()
