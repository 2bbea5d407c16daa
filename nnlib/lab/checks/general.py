"""Mistakes that can be made anywhere: looked for when none of the exercise's own fits."""

import numpy as np

HAND_IN_THE_FUNCTION = (
    "Write the function's name without brackets: check calls it by itself, with inputs of its own."
)


def mistake(exercise, outcomes, expected, case, ended):
    """Name a general mistake in what a function gave.

    Parameters
    ----------
    exercise : Function
    outcomes, expected : lists of Outcome
        The learner's, and those of the reference.
    case : int
        The first case that is wrong.
    ended : bool
        Whether the learner's function has come to an end.

    Returns
    -------
    (name, hint), both None if nothing is known
    """
    if case >= len(outcomes):
        return no_end(ended)
    theirs, ours = outcomes[case], expected[case]
    if theirs.error:
        return error(theirs)
    if theirs.result.kind == "nothing":
        if theirs.printed:
            return "printing in place of returning", "Give the result back with return."
        return "a missing return", "A function without return gives None."
    if theirs.changed and not exercise.may_change_inputs:
        names = ", ".join(theirs.changed)
        return (
            "an input that is changed",
            f"After the call, {names} is no longer what it was. Whoever called the function still "
            "needs it; make a new array.",
        )
    if case == len(expected) - 1:
        return (
            "an answer that depends on what was called before",
            "The same input gave another answer the second time. Let the function use only its "
            "arguments.",
        )
    if theirs.result.kind == ours.result.kind == "numbers":
        return numbers(exercise, outcomes, expected, case)
    if ours.result.kind == "several":
        return several(exercise, theirs.result, ours.result)
    return None, None


def no_end(ended):
    name = "a function that takes too long"
    if ended:
        return name, "Is there a loop that does not end, or a sleep?"
    return name, "It is still running; restart the kernel to stop it. Is there a loop without end?"


def error(outcome):
    """Name the mistake behind a common exception."""
    text, kind = outcome.error, outcome.error_type
    if outcome.does_not_fit:
        return "other arguments", "Take as many arguments as the exercise says, in that order."
    if "truth value of an array" in text:
        return (
            "an if on a whole array",
            "An if decides once, but each entry needs its own decision. np.where decides for each.",
        )
    if kind == "UnboundLocalError":
        return "a name used before it has a value", "Look at the line that the message names."
    if kind == "NameError":
        return "a name that is not known", "Is it spelled right, and was its cell run?"
    if kind == "OverflowError":
        return "an overflow", "A number on the way is too large for a float."
    if kind in ("TypeError", "AttributeError") and "NoneType" in text:
        return (
            "a function that returns nothing",
            "Something that is used here is None. Is a return missing?",
        )
    if "only" in text and "scalar" in text and "convert" in text:
        return (
            "a function for single numbers, given an array",
            "The functions of math take one number. Those of NumPy take arrays too: np.exp.",
        )
    if "matmul" in text or "not aligned" in text or "broadcast" in text:
        return (
            "shapes that do not fit",
            "Write the shape of each array beside it; is one transposed?",
        )
    return None, "Your function stopped with this error. Call it yourself to see the line."


def numbers(exercise, outcomes, expected, case):
    """Name what is wrong with an array of numbers."""
    came, right = outcomes[case].result.array, expected[case].result.array
    if came.shape != right.shape:
        return shapes(came, right)
    if not np.isfinite(came).all() and np.isfinite(right).all():
        what = "nan (not a number)" if np.isnan(came).any() else "inf (infinity)"
        return (
            f"numbers that left the floats: {what}",
            "It comes from an overflow, a division by 0 or the logarithm of 0 on the way.",
        )
    if exercise.must_stay_quiet and outcomes[case].warned:
        return (
            f"a computation that left the floats on its way: {', '.join(outcomes[case].warned)}",
            "The numbers come out right, but NumPy has warned about a step in between.",
        )
    if always_the_same(outcomes, expected):
        return (
            "the same answer for every input",
            "Is there a variable of the notebook where an argument is meant?",
        )
    return ratio(outcomes, expected)


def shapes(came, right):
    """Name a wrong shape."""
    if came.size == 1 and right.size != 1:
        return "one number for many", "Each entry of the input needs an answer of its own."
    if came.ndim == 2 and came.shape == right.shape[::-1]:
        return "a transposed result", "Rows and columns are swapped."
    if came.size == right.size and came.size > 0:
        return (
            f"shape {came.shape} for {right.shape}",
            "The numbers may be right, but NumPy treats these shapes differently: reshape, or sum "
            "with keepdims=True.",
        )
    return "another shape", "Write the shape of each array beside the line that computes it."


def ratio(outcomes, expected):
    """Name one factor by which every number of every case is off."""
    pairs = [
        (theirs.result.array.ravel(), ours.result.array.ravel())
        for theirs, ours in zip(outcomes, expected, strict=False)
        if theirs.result is not None
        and theirs.result.kind == "numbers"
        and theirs.result.array.shape == ours.result.array.shape
    ]
    came, right = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))
    finite = np.isfinite(came).all() and np.isfinite(right).all()
    if not finite or not right.any() or len(pairs) < len(outcomes):
        return None, None
    with np.errstate(all="ignore"):
        factor = (came @ right) / (right @ right)
    if factor == 0 or not np.allclose(came, factor * right, 1e-4, 1e-6):
        return None, None
    if np.isclose(factor, -1):
        return "the opposite sign", "Every number is right but for its sign."
    return "a factor", f"Every number is {factor:.4g} times what it should be."


def always_the_same(outcomes, expected):
    """Whether inputs with different answers of one shape all get the same one."""
    if len(outcomes) < len(expected):  # the time was up before all inputs were tried
        return False
    by_shape = {}
    for theirs, ours in zip(outcomes[:-1], expected[:-1], strict=True):
        if theirs.result is None or theirs.result.kind != "numbers":
            return False
        if theirs.result.array.size == 0:
            continue
        group = by_shape.setdefault(ours.result.array.shape, [])
        group.append((theirs.result.array, ours.result.array))
    compared = False
    for group in by_shape.values():
        came, right = zip(*group, strict=True)
        if any(other.shape != came[0].shape for other in came):
            return False
        if not all(np.array_equal(other, came[0], equal_nan=True) for other in came):
            return False
        compared = compared or not all(np.allclose(other, right[0]) for other in right)
    return compared


def several(exercise, came, right):
    """Name what is wrong with a tuple of results."""
    names = ", ".join(exercise.returns)
    if came.kind != "several" or len(came.parts) != len(right.parts):
        return "another number of results", f"Return {len(right.parts)} values: return {names}"
    for part, wanted in zip(came.parts, right.parts, strict=True):
        if part.kind == wanted.kind == "numbers" and part.array.shape != wanted.array.shape:
            return shapes(part.array, wanted.array)
    return None, None


def value(answers, results, wanted_kind):
    """Name a general mistake in a value: (name, hint), both None if nothing is known."""
    if any(callable(answer) for answer in answers):
        return "a function where a value is asked for", "Call it, and hand in what comes back."
    if wanted_kind == "numbers":
        for result in results:
            if result.kind == "text":
                return "a text where a number is asked for", "Leave the quotation marks out."
            if result.kind == "numbers" and not np.isfinite(result.array).all():
                return "a number that is not finite", "nan and inf are no answers here."
    return None, None
