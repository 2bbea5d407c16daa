"""The sections that the audit sends people to exist."""

import re

import pytest
from pages import SITTINGS, headings, read

from nnlib.audit import KINDS

SECTIONS = {
    found[1]
    for path in SITTINGS
    for _, title in headings(read(path))
    if (found := re.match(r"(\d+\.\d+) ", title))
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_section_that_explains_a_kind_is_there(kind):
    assert KINDS[kind].section in SECTIONS
