"""What a class is handed out, and when: a later sitting takes up what an earlier one has asked."""

import re
from itertools import pairwise

import class_copy
import exercise_cells
import pytest
from pages import SITTINGS, read

README = class_copy.ROOT / "teach" / "README.md"


def own_lines(cells):
    """The lines of a solution that the exercise's own cell does not hold, without the check."""
    given = {line.strip() for line in cells.code.splitlines()}
    lines = {line.strip() for line in cells.solution.splitlines()} - given
    return {line for line in lines if len(line) > 12 and not line.startswith("check(")}


def test_the_page_names_every_sitting_that_shows_the_half_of_another_ones_solution():
    copies = {path.stem[:3]: class_copy.for_class(read(path)) for path in SITTINGS}
    found = {}
    for path in SITTINGS:
        for cells in exercise_cells.find(read(path)):
            own = own_lines(cells)
            for number, copied in copies.items():
                code = {
                    line.strip()
                    for cell in copied.cells
                    if cell.cell_type == "code"
                    for line in cell.source.splitlines()
                }
                if number != path.stem[:3] and own and 2 * len(own & code) >= len(own):
                    found.setdefault(cells.number, set()).add(number)
    text = " ".join(README.read_text("utf-8").split()).partition("in the open what an earlier")[2]
    text = text.partition("- **The sheets.**")[0]
    told = {
        number: set(re.findall(r"\d\d[a-z]", sittings))
        for number, sittings in re.findall(
            r"xercise (\d\.\d) (?:stands )?in ([^.]+?)(?=, ex|\.)", text
        )
    }
    assert told == found


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_what_answers_a_guess_in_words_is_folded_in_the_copy(path):
    here, there = (
        read(path).cells,
        {cell.id: cell for cell in class_copy.for_class(read(path)).cells},
    )
    for cell, below in pairwise(here):
        asks = cell.get("metadata", {}).get("jupyter", {}).get("outputs_hidden")
        if asks and below.cell_type == "markdown" and not below.source.startswith("##"):
            folded = there[below.id].source
            assert folded.startswith(f"<details><summary>{class_copy.ANSWER}</summary>\n\n")
            text = folded.replace(f"<details><summary>{class_copy.ANSWER}</summary>", "")
            assert text.replace("</details>", "").split() == below.source.split()


def test_the_sittings_can_be_chosen(tmp_path):
    class_copy.write(tmp_path / "class", sittings=["01a", "02a"])
    copies = [path.name[:3] for path in sorted((tmp_path / "class").glob("*.ipynb"))]
    assert copies == ["01a", "02a"]
    assert (tmp_path / "class.zip").exists()


def test_a_sitting_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SystemExit, match="no sitting '10z'"):
        class_copy.write(tmp_path / "class", sittings=["10z"])
