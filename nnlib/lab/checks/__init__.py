"""The exercises' answers: ``check("1.2", my_function)`` says whether it is right.

A check never raises. Each exercise is declared in the module of its lesson, ``lesson_01.py`` and
so on, under the number that the reader sees; see :mod:`nnlib.lab.checks.exercise` for the kinds.
"""

import contextlib
import difflib
import importlib
import re
from pathlib import Path

import numpy as np

from nnlib.lab import solved
from nnlib.lab.checks.exercise import Exercise, Function, Mistake, Search, Value
from nnlib.lab.checks.verdict import Verdict

__all__ = ["Function", "Mistake", "Search", "Value", "check"]


def check(number: str | None = None, *answers: object) -> None:
    """Print whether your answer to an exercise is right, and if not, what is wrong with it.

    Parameters
    ----------
    number : str
        The exercise's number as it stands in its heading: "1.2".
    answers
        Your function (its name, without brackets), or your value or values.

    Your function is called with several inputs. Numbers count as right if they differ from ours by
    at most 0.01 % or 0.000001, unless the exercise says otherwise. Lists and float32 are fine.
    """
    try:
        shown, verdict = judge(number, answers)
    except Exception as error:  # a fault of ours must not stop a lesson
        shown = ""
        verdict = Verdict(
            "unclear",
            remarks=(
                f"The check itself stopped with {type(error).__name__}. Its fault, not yours.",
            ),
            mistake="a fault of the check",
        )
    if verdict.status == "right":
        with contextlib.suppress(Exception):  # the verdict is what counts
            solved.note(shown, answers)
    text = verdict.text(shown) + "\n"
    try:
        print(text, end="")  # in one piece, so that it arrives as one output
    except UnicodeEncodeError:  # a terminal without these signs
        print(text.encode("ascii", "replace").decode(), end="")


def judge(number, answers):
    """Return the number as it is shown, and the Verdict."""
    exercise = find(number)
    if isinstance(exercise, Verdict):
        return "", exercise
    with np.errstate(all="ignore"):
        return exercise.number, exercise.judge(*answers)


def find(number):
    """Return the exercise of this number, or a Verdict that says which there are."""
    if type(number) in (int, float):
        number = str(number)
    if type(number) is not str:
        return unclear('The first argument is the exercise\'s number, in quotation marks: "1.2".')
    asked = number.strip().replace(",", ".").removeprefix("Exercise ")
    lessons = lessons_with_exercises()
    match = re.fullmatch(r"0?(\d)\.(\d{1,2})", asked, re.ASCII)
    if match is None or int(match[1]) not in lessons:
        known = ", ".join(map(str, lessons))
        return unclear(
            f'There is no exercise "{asked[:20]}". A number has the form "1.2": lesson 1, exercise '
            f"2. There are exercises in the lessons {known}."
        )
    exercises = {exercise.number: exercise for exercise in of_lesson(int(match[1]))}
    asked = f"{match[1]}.{match[2]}"
    if asked in exercises:
        return exercises[asked]
    close = difflib.get_close_matches(asked, exercises, n=1, cutoff=0.5)
    hint = f' Did you mean "{close[0]}"?' if close else ""
    return unclear(f"There is no exercise {asked}. There are {', '.join(exercises)}.{hint}")


def unclear(remark):
    return Verdict("unclear", remarks=(remark,))


def lessons_with_exercises():
    """Return the numbers of the lessons that have a module here."""
    return sorted(
        int(path.stem[-2:]) for path in Path(__file__).parent.glob("lesson_[0-9][0-9].py")
    )


def of_lesson(lesson) -> list[Exercise]:
    """Return the exercises that a lesson's module declares, in the order of their numbers."""
    module = importlib.import_module(f"nnlib.lab.checks.lesson_{lesson:02d}")
    found = [each for each in vars(module).values() if isinstance(each, Exercise)]
    return sorted(found, key=lambda exercise: int(exercise.number.partition(".")[2]))
