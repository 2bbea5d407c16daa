"""What a lesson shows of the library's source."""

from nnlib.backprop import backward_pass
from nnlib.lab.source import source_with_short_docstrings


def test_docstrings_are_cut_and_words_for_a_tool_left_out():
    source = source_with_short_docstrings(backward_pass)
    assert '"""Compute the gradient of the loss from the results of a forward pass."""' in source
    assert "Parameters" not in source
    assert "noqa" not in source
    assert "    for l in range(network.n_layers, 0, -1):\n" in source
