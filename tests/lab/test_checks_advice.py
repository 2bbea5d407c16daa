"""Which general advice may be given on which wrong answer: a table, to be read after each change.

All wrong answers of all exercises are put through all general advice, also where the exercise has a
name of its own for the mistake. What is computed for want of better, that a number is too large and
the like, stands there only where there is nothing else, after "(certain)". ``pytest
tests/lab/test_checks_advice.py --snapshot-update`` renews the table, and ``git diff`` shows what
has changed.
"""

import warnings

import exercises
import numpy as np
import pytest

from nnlib.lab import checks
from nnlib.lab.checks import Function, general
from nnlib.lab.checks.exercise import look_at

LONG = (4, 5)  # lessons, whose wrong answers take more than half of the time of all
LESSONS = [
    pytest.param(lesson, marks=[pytest.mark.long] * (lesson in LONG))
    for lesson in checks.lessons_with_exercises()
]


def wrong_answers(exercise):
    """The wrong answers to an exercise, with the name of the mistake."""
    _, written = exercises.tables(int(exercise.number[0]))
    for mistake in exercise.mistakes:
        others = exercises.as_list(written.get(exercise.number, {}).get(mistake.name, []))
        for answer in [*mistake.wrong_answers(), *others]:
            yield mistake.name, answer


def advice(exercise, answer):
    """The names of all general advice on an answer; for want of any, what is certain of it."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(exercise, Function):
            outcomes, ended = exercise.observe(answer)
            expected = exercise.expected
            failing = [i for i in range(len(expected)) if not exercise._ok(i, outcomes, expected)]
            case = exercise._shown(failing, outcomes)
            found = general.advice(exercise, answer, outcomes, expected, case, ended)
        else:
            answers = answer if len(exercise.names) > 1 else (answer,)
            found = exercise.advice(answers, [look_at(one, 1, 5)[0][0].result for one in answers])
        names = {True: {}, False: {}}
        for name, _, *is_known in found:
            names[not is_known][name if not is_known else f"(certain) {name}"] = None
        return [*names[True]] or [*names[False]][:1]


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_general_advice_on_every_wrong_answer(lesson, snapshot):
    lines = {}
    for exercise in checks.of_lesson(lesson):
        for name, answer in wrong_answers(exercise):
            for given in advice(exercise, answer) or ["(none)"]:
                lines[f"{exercise.number} | {name} | {given}"] = None
    assert "\n".join(lines) == snapshot, (
        "read what has changed; if it is true, run: pytest tests/lab/test_checks_advice.py "
        "--snapshot-update"
    )
