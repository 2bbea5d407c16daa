"""The sections that the audit sends people to exist, where it says, and explain what it found."""

import re

import pytest
from pages import SITTINGS, headings, read

from nnlib.audit import KINDS
from nnlib.audit import findings as audit_findings

SECTIONS = {}  # the title of its sitting, and its words
for path in SITTINGS:
    notebook = read(path)
    sitting = headings(notebook)[0][1]
    words = "\n".join(cell.source for cell in notebook.cells)
    for part in re.split(r"(?m)^(?=## )", words):
        if found := re.match(r"## (\d+\.\d+) ", part):
            SECTIONS[found[1]] = (sitting, " ".join(part.split()))

# The words by which a section explains a kind.
EXPLAINED = {
    "data_type": "Are `X` and `y` numbers",
    "target_shape": "Every prediction has been compared with every target",
    "samples_as_columns": "Whoever mixes the two hands over $X^\\top$",
    "target_range": "labels −1 and 1",
    "class_missing": "data are often sorted",
    "raises": "a product that is written the wrong way round raises an error",
    "integer_parameters": "an array of whole numbers refuses the fractions",
    "changes_its_arguments": "whoever else holds that array finds it changed",
    "pairs_broken": "moons_X[rows], moons_y[rows]",
    "loss_random": "Does the same question get the same answer?",
    "samples_mixed": "the division makes the row sum to 1",
    "data_scale": "scale the columns of $X$",
    "neurons_alike": "alike, they stay alike",
    "saturated": "a neuron is said to be **saturated**",
    "dead": "it is called **dead**",
    "state_kept": "something is left over from the batch before",
    "same_array_returned": "makes a new array",
    "samples_unused": "reaches the last samples too",
    "loss_formula": "prints the *mean* loss. But its gradient",
    "weight_term": "\\lambda W^{(l)}",
    "gradient_sign": "What would the opposite sign do?",
    "gradient_scale": "That is the gradient of the *sum*",
    "axis_missing": "Equation 4: the biases",
    "slope_of_a": "The derivative with respect to what?",
    "slope_missing": "One more link leads from the hidden $z$ to the hidden $a$",
    "product_wrong": "**Why is $W$ transposed?**",
    "gradient_wrong": "Read the report from the output towards the input",
    "nothing_compared": "a check sees only what its samples make visible",
    "at_a_corner": "At 0 itself the curve has a corner and no slope",
    "parameter_shape": "Broadcasting has struck",
    "updated_too_early": "first all gradients, then all updates",
    "parameter_not_moved": "all parameters in one row",
    "optimizer_formula": "**Adam** (Kingma and Ba, 2015)",
    "step_not_gradient": "Each step goes against the gradient",
    "divergence": "This is **divergence**",
    "step_too_long": "a step shoots across the valley",
    "cannot_memorise": "learn eight samples by heart",
    "printed_number": "Are the printed numbers true?",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_section_is_in_the_sitting_that_is_named_and_explains_the_kind(kind):
    sitting, words = SECTIONS[KINDS[kind].section]
    assert audit_findings.SITTINGS[KINDS[kind].section] == sitting
    assert EXPLAINED[kind] in words


def test_every_kind_is_explained():
    assert set(EXPLAINED) == set(KINDS)
    assert set(audit_findings.SITTINGS) == {kind.section for kind in KINDS.values()}
