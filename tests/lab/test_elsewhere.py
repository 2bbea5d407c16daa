"""Lesson 09's networks in other libraries: the same losses as ours, from the same start.

A library that is not installed is skipped; `make test-frameworks` runs all of them.
"""

import importlib.util
import os
import re

import numpy as np
import pages
import pytest

from nnlib import Network, datasets, train
from nnlib.lab import elsewhere

FOUR = list(elsewhere.LIBRARIES)
os.environ.setdefault("KERAS_BACKEND", "jax")  # read when Keras is imported


def problem(name):
    if name == "XOR":
        net = Network.random([2, 4, 1], rng=np.random.default_rng(3))
        return net, *datasets.xor(), "bce"
    X, labels = datasets.digits()
    net = Network.random([64, 8, 10], output="softmax", rng=np.random.default_rng(3))
    return net, X[:200], datasets.one_hot(labels[:200], 10), "cross_entropy"


@pytest.mark.parametrize("what", ["XOR", "digits"])
@pytest.mark.parametrize("name", FOUR)
@pytest.mark.filterwarnings("ignore")  # what the libraries warn about is not our concern
def test_the_same_start_gives_the_same_losses(name, what):
    module, run = elsewhere.LIBRARIES[name]
    pytest.importorskip(module)
    net, X, y, loss = problem(what)
    start = net.copy()
    ours = train(net, X, y, loss=loss, learning_rate=0.5, epochs=30).loss
    theirs = run(start, X, y, 0.5, 30)
    assert len(theirs) == 31
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=2e-6 if name == "Keras" else 1e-9)


def test_what_is_not_installed_is_said(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda module: None)
    net, X, y, _ = problem("XOR")
    elsewhere.compare(net, X, y, learning_rate=0.5, epochs=1, ours=[0.7, 0.6], at=[0, 1])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["nnlib", "0.7000", "0.6000"]
    assert [line.split(" is ")[0].strip() for line in lines[2:]] == FOUR
    assert all(line.endswith("is not installed here") for line in lines[2:])


def test_the_stored_outputs_are_those_of_a_run_with_all_libraries():
    """Each library's row is ours: the cells are not compared where one is missing."""
    (path,) = [path for path in pages.SITTINGS if path.stem.startswith("09b")]
    tables = [
        output.text
        for cell in pages.code_cells(pages.read(path))
        if "elsewhere.compare" in cell.source
        for output in cell.outputs
    ]
    assert len(tables) == 2
    for table in tables:
        rows = [re.split(r" {2,}", line.strip()) for line in table.splitlines()]
        assert [row[0] for row in rows] == ["epoch", "nnlib", *FOUR]
        assert all(row[1:] == rows[1][1:] for row in rows[2:])
