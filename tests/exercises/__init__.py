"""Answers to the exercises, right and wrong, one module a lesson.

Each module holds two tables, by the exercise's number:

- ``RIGHT["1.3"]``: at least two right answers, each written in another way than the solution in
  the notebook. For an exercise with several values an answer is a tuple.
- ``WRONG["1.3"]``: for a known mistake, by its name, one wrong answer or a list of them, written
  out as a learner would. A mistake that is declared with ``wrong`` has its answers there, and
  needs none here.

``tests/lab/test_exercises.py`` puts all of them through the checks.
"""

import importlib
from pathlib import Path


def lessons():
    """The numbers of the lessons that have a module here."""
    return sorted(int(path.stem[-2:]) for path in Path(__file__).parent.glob("lesson_*.py"))


def tables(lesson):
    """RIGHT and WRONG of a lesson."""
    module = importlib.import_module(f"exercises.lesson_{lesson:02d}")
    return module.RIGHT, getattr(module, "WRONG", {})


def as_list(answers):
    return answers if isinstance(answers, list) else [answers]
