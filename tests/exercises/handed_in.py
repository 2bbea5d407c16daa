"""What students hand in, right and wrong: the answers in the folder ``handed_in``, a file a lesson.

An exercise's number begins its part. Functions may follow, in Python; then the answers, a line
each: ``+`` before a right one, ``-`` before a wrong one, and behind it

- for an exercise with values, what is handed in, with commas between several values;
- for a function, what it returns, in the names of its arguments, or a function from above, by name.

At hand are NumPy, what stands above the exercise in its notebook, and the published solution: under
its own name, and what it returns for these arguments as ``right``, or under the names of its
results where there are several (``new_W1`` where an argument is called ``W1``).
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import FunctionType

import exercise_mutants
import numpy as np

from nnlib import Network, train
from nnlib.lab import checks
from nnlib.lab.checks import Function

FOLDER = Path(__file__).parent / "handed_in"
AT_HAND = {"np": np, "math": math, "Network": Network, "train": train}
AT_HAND |= {"Fraction": Fraction, "Decimal": Decimal}

solutions = cache(exercise_mutants.solutions)


def parts():
    """{number: (Python above the answers, [(sign, text), …])} of all exercises."""
    found = {}
    for path in sorted(FOLDER.glob("[0-9][0-9].txt")):
        pieces = re.split(r"^(\d\.\d+)\n", path.read_text("utf-8"), flags=re.MULTILINE)
        for number, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            above, *rest = re.split(r"^(?=[+-] )", piece, flags=re.MULTILINE)
            found[number] = above, [(one[0], " ".join(one[2:].split())) for one in rest]
    return found


def answers_of(number, above, texts):
    """What is handed in for each of the texts: a tuple of arguments for ``check``."""
    exercise = checks.find(number)
    space = dict(AT_HAND)
    if isinstance(exercise, Function):
        source, namespace, name = solutions()[number]
        space |= namespace
        exec(source, space)
        space["published"] = space[name]
    exec(above, space)
    hand_in = of_function if isinstance(exercise, Function) else of_values
    return [hand_in(exercise, text, space) for text in texts]


def of_values(exercise, text, space):
    answer = eval(text, space)
    return answer if isinstance(answer, tuple) else (answer,)


def of_function(exercise, text, space):
    if isinstance(space.get(text), FunctionType):
        return (space[text],)
    arguments = ", ".join(exercise.names)
    results = [f"new_{r}" if r in exercise.names else r for r in exercise.returns]
    if any(re.search(rf"\b{result}\b", text) for result in results):
        text = f"(lambda {', '.join(results)}: ({text}))(*published({arguments}))"
    elif re.search(r"\bright\b", text):
        text = f"(lambda right: ({text}))(published({arguments}))"
    return (eval(f"lambda {arguments}: ({text})", space),)
