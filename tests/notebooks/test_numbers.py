"""Every number that the prose speaks of is printed by a cell of the same sitting.

Number words, numbers of two digits, and those in hints and solutions are held where the exercises
are solved, in test_any_order.py.
"""

import nbformat
import pytest
from numbers_in_prose import spoken, unfounded, unfounded_when_solved
from pages import SITTINGS, markdown, read


@pytest.mark.parametrize("path", SITTINGS, ids=lambda path: path.stem)
def test_every_number_in_the_prose_is_shown_by_a_cell(path):
    notebook = read(path)
    assert list(unfounded(notebook, markdown(notebook))) == []


def test_a_number_from_nowhere_is_seen():
    cell = nbformat.v4.new_code_cell("print(2 / 16.2)\nepochs = 10_000")
    cell.outputs = [nbformat.v4.new_output("stream", text="loss 0.123457\n")]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    true = ["The loss is 0.1235, or 12.3 %, after 10 000 epochs (1986), as in section 4.2."]
    assert list(unfounded(notebook, true)) == []
    assert list(unfounded(notebook, ["0.1234 and 12.4 % after 11 000"])) == [
        "0.1234", "12.4 %", "11 000"
    ]  # fmt: skip
    assert list(unfounded(notebook, ["−0.25, `0.77`, 2-4-1, [2.3](a.ipynb), 45"])) == ["−0.25"]


def test_number_words_and_numbers_that_are_folded_are_seen():
    code = nbformat.v4.new_code_cell("for start in range(20):\n    print(0.0089)")
    folded = "<details>\n\nFrom `0.25` and 0.3195 follows 0.1631.\n\n</details>"
    text = nbformat.v4.new_markdown_cell(f"Twenty starts, nineteen solved, 18 soon.\n{folded}")
    notebook = nbformat.v4.new_notebook(cells=[code, text])
    assert list(unfounded_when_solved(notebook, [])) == ["18", "0.3195", "0.1631", "nineteen"]
    assert list(unfounded_when_solved(notebook, [0.3195, 0.16309, 19.0, 18.0])) == []


def test_what_number_words_count():
    counted = "Ten thousand networks, four neurons, twelve of them right, thirteen hundred."
    assert [value for _, value, _ in spoken(counted)] == [10_000, 12, 1300]
    not_counted = "ten times larger, to six digits, one in ten, [5c. Ten thousand epochs](05c)"
    assert list(spoken(not_counted)) == []
