"""Mutants of every published solution: whatever computes something else is refused, and most named.

The mutants are made by machine (tests/exercise_mutants.py). One that the check takes for right has
to give the same numbers as the solution on every admissible input that is drawn here.
"""

import collections
import warnings

import exercise_mutants
import numpy as np
import pytest
from exercises.admissible import ADMISSIBLE

from nnlib.lab import checks
from nnlib.lab.checks import Function, variants
from nnlib.lab.checks.observe import Printed, call

FUNCTIONS = [
    exercise.number
    for lesson in checks.lessons_with_exercises()
    for exercise in checks.of_lesson(lesson)
    if isinstance(exercise, Function)
]
FEWEST = 1_500  # mutants in all
MOST = 100  # or so of one exercise; where there are more, every second or third is taken
DRAWS = 40  # of admissible inputs, for a mutant that passes
EVERY = 8  # that is refused is asked for the mistake's name; where they are few, each of them
FEW = 75
NAMED = 0.75  # of those, in each lesson
counted = collections.Counter()


def give_the_same(exercise, one, other, seed):
    """Whether two functions give the same on an admissible input."""

    def arguments():
        return [tuple(ADMISSIBLE[exercise.number](np.random.default_rng(seed)))]

    n_parts = max(1, len(exercise.returns))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = (
            call(function, arguments, 0, exercise.names, n_parts, Printed())
            for function in (one, other)
        )
    return exercise._same_outcome(ours, theirs)


def passes(exercise, function):
    outcomes, _ = exercise.observe(function)
    expected = exercise.expected
    return all(exercise._ok(i, outcomes, expected) for i in range(len(expected)))


@pytest.mark.parametrize("number", FUNCTIONS)
def test_every_mutant_that_computes_something_else_is_refused(number):
    exercise = checks.find(number)
    assert number in ADMISSIBLE, (
        f"write how any admissible input to exercise {number} is drawn into tests/exercises/"
        f'admissible.py: a function of a generator, and ADMISSIBLE["{number}"]'
    )
    source, namespace, name = exercise_mutants.solutions()[number]
    own = dict(namespace)
    exec(source, own)
    solution = own[name]
    assert passes(exercise, solution), "the published solution itself"
    changed = [*exercise_mutants.mutants(source)]
    thinned = changed[:: 1 + len(changed) // MOST]
    mutants = [*variants.ready(thinned, namespace, name)]
    for words, mutant in mutants:
        counted["mutants"] += 1
        if passes(exercise, mutant):
            counted["equal"] += 1
            for seed in range(DRAWS):
                assert give_the_same(exercise, solution, mutant, seed), (words, seed)
            continue
        counted["refused"] += 1
        if len(mutants) < FEW or counted["refused"] % EVERY == 0:
            counted["asked", number[0]] += 1
            counted["named", number[0]] += exercise.judge(mutant).is_known


def test_there_are_many_of_them_and_most_are_named():
    if len({number for _, number in filter(is_pair, counted)}) < 2:
        pytest.skip("counts what the tests above have seen")
    lessons = {number[0] for number in FUNCTIONS}
    shares = {n: counted["named", n] / counted["asked", n] for n in sorted(lessons)}
    print(f"{counted['mutants']} mutants, {counted['refused']} refused; named:", shares)
    assert counted["mutants"] >= FEWEST
    assert min(shares.values()) >= NAMED, shares


def is_pair(key):
    return isinstance(key, tuple)
