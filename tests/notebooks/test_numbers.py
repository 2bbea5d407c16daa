"""Every number that the prose speaks of is printed by a cell of the same sitting."""

import nbformat
import pytest
from numbers_in_prose import unfounded
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
