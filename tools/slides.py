"""Make a deck of slides of every sitting, from the notebook itself and its teacher's page.

usage: python tools/slides.py [NOTEBOOK ...]      (default: all, into build/slides; make slides)

A heading opens a slide; long text, code and pictures follow below it, each on a slide of its own.
The answer to a guess comes on the next one. Hints and solutions are left out. What the teacher's
page says of a section stands in the speaker's notes (key S). Nothing is fetched: reveal.js and
MathJax are copied beside the decks.
"""

import copy
import re
import shutil
import sys
from pathlib import Path

import nbformat
from exercise_cells import beneath, find
from nbconvert import SlidesExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS, PAGES, BUILD = ROOT / "notebooks", ROOT / "teach" / "sittings", ROOT / "build" / "slides"
MODULES = ROOT / "book" / "node_modules"
MOST_WORDS = 75  # on a slide
OUTPUT_ONLY = "output-only"


def deck(notebook, notes):
    """A copy of a notebook, cut into slides; ``notes`` maps a section's number to a text."""
    folded = {cell.id for cells in find(notebook) for cell in beneath(notebook.cells, cells.index)}
    exercises = {cells.index for cells in find(notebook)}
    slides = []
    for i, cell in enumerate(notebook.cells):
        if cell.id in folded:
            continue
        if cell.cell_type == "markdown":
            slides += text_slides(cell.source, notes)
        elif not re.fullmatch(r"((import|from) .*\n?|\s+.*\n?|\)\n?|\n)+", cell.source + "\n"):
            slides += code_slides(cell, answers=i not in exercises)
    copied = copy.deepcopy(notebook)
    copied.cells = slides
    return copied


def text_slides(source, notes):
    """Markdown as slides: one for each heading, and further ones where there are too many words."""
    kind, words, part = "subslide", 0, []
    for block in re.split(r"\n\n+", source.strip()):
        heading = re.match(r"(#+) (?:((?:R|\d+)\.\d+) )?", block)
        n_words = len(block.split())
        if part and (heading or words + n_words > MOST_WORDS):
            yield slide("\n\n".join(part), kind)
            part, words, kind = [], 0, "subslide"
        if heading:
            kind = "slide" if len(heading[1]) < 3 else "subslide"
        part.append(block)
        words += n_words
        if heading and heading[2] in notes:
            yield slide("\n\n".join(part), kind)
            yield slide(notes[heading[2]], "notes")
            part, words, kind = [], 0, "subslide"
    if part:
        yield slide("\n\n".join(part), kind)


def slide(source, kind):
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def code_slides(cell, answers):
    """A code cell as a slide; what it answers on the next one if that is a guess or a picture."""
    cell = copy.deepcopy(cell)
    guess = cell.metadata.get("jupyter", {}).get("outputs_hidden")
    picture = any("image/png" in output.get("data", {}) for output in cell.outputs)
    cell.metadata = {"slideshow": {"slide_type": "subslide"}}
    if not answers:
        cell.outputs = []
    if not (guess or picture) or not cell.outputs:
        return [cell]
    answer = copy.deepcopy(cell)
    answer.metadata["tags"] = [OUTPUT_ONLY]
    answer.id = f"{cell.id}-a"
    cell.outputs = []
    return [cell, answer]


def notes_of(page):
    """From the sections of a teacher's page, "### 4.2 …", to what is said there."""
    if not page.exists():
        return {}
    parts = re.split(r"^### ((?:R|\d+)\.\d+) .*$", page.read_text("utf-8"), flags=re.M)
    return {
        number: text.split("\n## ")[0].strip()
        for number, text in zip(parts[1::2], parts[2::2], strict=True)
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
    print(f"The slides are made. The first deck: {(BUILD / '00_start_here.html').as_uri()}")


if __name__ == "__main__":
    main()
