"""Trials with other inputs: how a learner's function came to what it gives.

The right answer is given only some of the rows, or other arguments; and the learner's function is
given another value of one argument, to see whether it minds.
"""

import itertools
import warnings

import numpy as np

from nnlib.lab.checks.observe import copies_of, observe
from nnlib.lab.checks.plain import same
from nnlib.lab.words import listed

KEPT = {
    "the first {} of {} alone": slice(1),
    "the last {} of {} alone": slice(-1, None),
    "everything but the first {} of {}": slice(1, None),
    "everything but the last {} of {}": slice(-1),
}
IN_A_LOOP = (
    "A right answer that is given no more than this gives exactly your numbers, for every input "
    "that was tried. If there is a loop: does it go through all of them, and does it add up?"
)
GIVEN_OTHERWISE = (
    "A right answer that is given this in place of the arguments gives exactly your numbers, for "
    "every input that was tried."
)
SECONDS = 2.0  # for a trial with the learner's function


def with_fewer_rows(answer, cases, names):
    """Yield the answer, given some of the rows only: (words, function)."""
    rows = [i for i in range(len(names)) if goes_with_the_first(cases, i)]
    if not rows:
        return
    what = "row" if any(np.ndim(case[rows[0]]) > 1 for case in cases) else "entry"
    whose = listed([names[i] for i in rows])
    for words, kept in KEPT.items():

        def fewer(*arguments, kept=kept):
            return answer(*(a[kept] if i in rows else a for i, a in enumerate(arguments)))

        yield words.format(what, whose), fewer


OTHER_ARGUMENTS = {
    "{} with the opposite sign": lambda a: -a,
    "{} without its sign": np.abs,
    "the sign of {} alone": np.sign,
    "{} squared": lambda a: a * a,
    "{} doubled": lambda a: 2 * a,
    "{} halved": lambda a: a / 2,
    "one minus {}": lambda a: 1 - a,
    "{} rounded to whole numbers": np.round,
    "the mean of {}": lambda a: np.full(np.shape(a), np.mean(a)),
    "the sum of {}": lambda a: np.full(np.shape(a), np.sum(a)),
}


def with_other_arguments(answer, cases, names):
    """Yield the answer, given something else in the place of one argument or two."""
    real = [i for i in range(len(names)) if all(is_real(case[i]) for case in cases)]
    for i, j in itertools.combinations(real, 2):
        if all(np.shape(case[i]) == np.shape(case[j]) for case in cases):

            def exchanged(*arguments, i=i, j=j):
                swapped = [*arguments]
                swapped[i], swapped[j] = arguments[j], arguments[i]
                return answer(*swapped)

            yield f"{names[i]} and {names[j]} exchanged", exchanged
    for i in real:
        for words, other in OTHER_ARGUMENTS.items():

            def changed(*arguments, i=i, other=other):
                return answer(*arguments[:i], other(arguments[i]), *arguments[i + 1 :])

            yield f"{words.format(names[i])} in place of {names[i]}", changed


def goes_with_the_first(cases, i):
    """Whether an argument is an array with as many rows as the first argument, in every case."""
    return all(
        isinstance(case[0], np.ndarray)
        and isinstance(case[i], np.ndarray)
        and min(case[0].ndim, case[i].ndim) > 0
        and len(case[0]) == len(case[i])
        for case in cases
    )


def without_effect(exercise, function, outcomes):
    """Yield the arguments that make no difference to a function, and should: (name, hint)."""
    for i, name in enumerate(exercise.names):
        if all(makes_no_difference(exercise, function, outcomes, i, other) for other in OTHERS):
            yield (
                f"a result that does not depend on {name}",
                f"With another {name} your function gives the same. Where does it belong?",
            )


def makes_no_difference(exercise, function, outcomes, i, other):
    """Whether another value of an argument changes the right answer, and not the function's."""
    cases = exercise.cases()
    if all(other(case[i]) is case[i] for case in cases):
        return False
    other_cases = copies_of([(*case[:i], other(case[i]), *case[i + 1 :]) for case in cases])
    n_parts = max(1, len(exercise.returns))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        came, _ = observe(function, other_cases, exercise.names, n_parts, SECONDS)
        if len(came) < len(outcomes) or not any(map(unmoved, came, outcomes)):
            return False
        right, _ = observe(exercise.answer, other_cases, exercise.names, n_parts, SECONDS)
    if len(right) < len(exercise.expected):
        return False
    matters = [
        j
        for j, (ours, before) in enumerate(zip(right, exercise.expected, strict=True))
        if ours.result is not None and not same(ours.result, before.result, 1e-3, 0)
    ]
    return len(matters) > 1 and all(unmoved(came[j], outcomes[j]) for j in matters)


def larger(value):
    """A larger value of the same kind; the same one where none can be made up safely."""
    if is_real(value):
        return 1.25 * value + 0.125
    return value + 1 if type(value) is int else value


def turned(value):
    """A value on the other side: what was larger is smaller."""
    if is_real(value):
        return 0.5 - value
    return value + 2 if type(value) is int else value


OTHERS = (larger, turned)


def is_real(value):
    return type(value) is float or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def unmoved(now, before):
    """Whether two outcomes hold the same numbers."""
    both = now.result is not None and before.result is not None
    return both and same(now.result, before.result, 0, 0, equal_nan=True)
