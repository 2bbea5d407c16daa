"""The patients of lesson 07: each loss falls, and each bug is found by its test."""

import numpy as np
import pytest

from nnlib import compare_gradients, numerical_gradient
from nnlib.lab import bugs

LETTERS = sorted(bugs.PATIENTS)


def audit(program, p, X, y):
    measured = {
        name: numerical_gradient(lambda v, name=name: program.loss(p | {name: v}, X, y), p[name])
        for name in p
    }
    return compare_gradients(program.gradient(p, X, y), measured, n_samples=len(X), n_outputs=1)


def audit_at_the_start(program):
    X, y, *_ = program.data()
    return audit(program, program.start(0), X, y)


def last_loss_on_eight(program):
    X, y, *_ = program.data()
    return program.train(program.start(0), X[:8], y[:8], rate=0.3, epochs=500)[-1]


@pytest.mark.parametrize("letter", LETTERS)
def test_the_loss_of_every_patient_falls(letter):
    program = bugs.patient(letter)
    X, y, *_ = program.data()
    losses = program.train(program.start(1), X, y, epochs=200)
    assert losses[-1] < losses[0] - 0.005


def test_the_sound_program_passes_every_test():
    program = bugs.Program()
    assert audit_at_the_start(program).ok
    assert last_loss_on_eight(program) < 0.1
    X, _, X_validation, _ = program.data()
    assert not (X[:, None] == X_validation).all(axis=2).any()
    np.testing.assert_array_equal(program.start(3)["W1"], program.start(3)["W1"])


@pytest.mark.parametrize(
    ("program", "wrong"),
    [
        (bugs.MissingMean, ["W1", "b1", "W2", "b2", "W3", "b3"]),
        (bugs.TransposedProduct, ["W1", "b1"]),
        (bugs.WrongSign, ["b1"]),
        (bugs.MaskAfterActivation, ["W1", "b1", "W2", "b2"]),
    ],
)
def test_the_gradient_check_finds_a_wrong_gradient(program, wrong):
    assert [row.name for row in audit_at_the_start(program()).rows if not row.ok] == wrong


@pytest.mark.parametrize(
    "program", [bugs.UnusedGenerator, bugs.LabelsInARow, bugs.StateBetweenBatches, bugs.Leak]
)
def test_the_gradient_check_alone_does_not_find_the_others(program):
    assert audit_at_the_start(program()).ok


def test_state_shows_when_the_check_is_made_twice():
    program = bugs.StateBetweenBatches()
    assert [audit_at_the_start(program).ok for _ in range(2)] == [True, False]


def test_labels_in_a_row_cannot_be_learned_by_heart():
    assert last_loss_on_eight(bugs.LabelsInARow()) > 0.5


def test_the_leak_shows_in_the_rows():
    X, _, X_validation, _ = bugs.Leak().data()
    assert 0.2 < (X[:, None] == X_validation).all(axis=2).any(axis=0).mean() < 0.6


def test_the_unused_generator_shows_when_a_seed_is_used_twice():
    program = bugs.UnusedGenerator()
    assert not np.array_equal(program.start(3)["W1"], program.start(3)["W1"])
