"""Answers that students hand in: none wrong that passes, none right that is refused, most named.

The answers are in ``tests/exercises/handed_in``. What each wrong one is told is held: read the
changes after ``pytest tests/lab/test_checks_handed_in.py --snapshot-update``.
"""

import collections

import exercises
import pytest
from exercises import handed_in

from nnlib.lab import checks

PARTS = handed_in.parts()
NAMED = 0.8  # of the wrong ones, in each lesson: a name or a hint of its own
SOMETHING = 0.99  # that, or at least what is certain of it: too large, a wrong sign
WAYS = 6  # in which right answers are written, for each exercise
told = collections.Counter()


def test_there_are_answers_to_every_exercise():
    numbers = {
        exercise.number
        for lesson in checks.lessons_with_exercises()
        for exercise in checks.of_lesson(lesson)
    }
    missing = numbers ^ set(PARTS)
    assert not missing, (
        f"write right and wrong answers to exercise {' and '.join(sorted(missing))} into "
        "tests/exercises/handed_in (its form is described in tests/exercises/handed_in.py), or "
        "take out those of an exercise that is gone"
    )


@pytest.mark.parametrize("number", PARTS)
def test_right_answers_are_held_in_at_least_six_ways(number):
    """The published one, those of tests/exercises, those handed in: each written in its own way.

    All of them are put through the checks; the nine kinds of numbers that every right result is
    turned into (test_exercises.py) come on top and are not counted.
    """
    others = exercises.as_list(exercises.tables(int(number[0]))[0][number])
    handed = {text for sign, text in PARTS[number][1] if sign == "+"}
    assert 1 + len(others) + len(handed) >= WAYS, (
        f"write right answers to exercise {number}, in other ways, into "
        f"tests/exercises/handed_in/0{number[0]}.txt"
    )


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("number", PARTS)
def test_wrong_is_refused_and_right_passes(number, snapshot):
    above, lines = PARTS[number]
    answers = handed_in.answers_of(number, above, [text for _, text in lines])
    said = []
    for (sign, text), answer in zip(lines, answers, strict=True):
        _, verdict = checks.judge(number, answer)
        assert (verdict.status == "right") == (sign == "+"), verdict.text(number)
        if sign == "-":
            words = verdict.mistake
            if verdict.status != "wrong":  # called in a wrong way, or not finished
                words = verdict.remarks[0]
            certain = "" if verdict.is_known else "(certain) "
            said.append(f"{text} | {certain}{words or '(none)'}")
            told["wrong", number[0]] += 1
            told["named", number[0]] += verdict.is_known
            told["something", number[0]] += words is not None
    assert "\n".join(said) == snapshot, (
        "read what has changed; if it is true, run: pytest tests/lab/test_checks_handed_in.py "
        "--snapshot-update"
    )


def test_most_of_the_wrong_ones_are_told_what_is_wrong():
    lessons = sorted({lesson for what, lesson in told if what == "wrong"})
    if len(lessons) < 2:
        pytest.skip("counts what the tests above have seen")
    for what, least in (("named", NAMED), ("something", SOMETHING)):
        shares = {n: round(told[what, n] / told["wrong", n], 3) for n in lessons}
        print(f"told what is wrong, by lesson ({what}):", shares)
        assert min(shares.values()) >= least, (what, shares)
