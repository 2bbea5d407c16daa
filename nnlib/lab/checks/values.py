"""Advice on values: how a number that was handed in stands to the one that is asked for."""

import numpy as np

from nnlib.lab.checks.plain import same

NEARLY = 0.01  # relative error
FACTORS = {-1: "the opposite sign", 100: "a factor of 100", 0.01: "a factor of 1/100"}
FACTORS |= {2: "a factor of 2 too many", 0.5: "a factor of 2 missing"}
FACTORS |= {10: "a factor of 10 too many", 0.1: "a factor of 10 missing"}


PLAIN = (0.5, 1, 2)  # twice or half of these can have many reasons


def advice(exercise, results):
    """Yield what holds for the values that are wrong, the most telling first: (name, hint)."""
    parts, fits = exercise._parts(), exercise.right_parts(results)
    several = len(parts) > 1
    yield from too_few_digits(exercise, parts, results, fits)
    if several:
        yield from in_another_order(exercise, parts, results)
    for name, ours, theirs, fit in zip(exercise.names, parts, results, fits, strict=True):
        if not fit and ours.kind == theirs.kind == "numbers":
            which = f", in {name}" if several else ""
            for what, hint in of_numbers(ours.array, theirs.array):
                yield what + which, hint


def too_few_digits(exercise, parts, results, fits):
    """Whether everything is right but for digits that are rounded away."""
    pairs = [*zip(parts, results, fits, strict=True)]
    if all(fit or rounded(ours, theirs) for ours, theirs, fit in pairs):
        count = exercise.decimals
        wanted = f"{NUMBERS.get(count, count)} decimals" if count else "more digits"
        yield "an answer that is right so far, but rounded", f"Give {wanted}."


NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def rounded(ours, theirs):
    """Whether a number is the right one with fewer decimals, rounded or cut off."""
    if ours.kind != "numbers" or theirs.kind != "numbers" or theirs.array.size != 1:
        return False
    if ours.array.size != 1 or float(ours.array.item()).is_integer():
        return False
    right, came = ours.array.item(), theirs.array.item()
    if not np.isfinite(came) or not came:
        return False
    _, _, decimals = f"{came:.10f}".rstrip("0").partition(".")
    step = 10.0 ** -len(decimals)
    cut_off = 0 <= abs(right) - abs(came) < step and came * right > 0
    return bool(decimals) and (cut_off or abs(came - right) <= 0.501 * step)


def in_another_order(exercise, parts, results):
    """Whether all values are there, in other places."""
    from nnlib.lab.checks.general import assign

    choices = [
        [k for k, ours in enumerate(parts) if same(ours, theirs, exercise.rtol, exercise.atol)]
        for theirs in results
    ]
    order = assign(choices)
    if order and order != [*range(len(parts))]:
        yield (
            "the values in another order",
            f"All of them are there. Wanted are {', '.join(exercise.names)}, in this order.",
        )


def of_numbers(right, came):
    """Facts about numbers: (name, hint)."""
    if came.shape != right.shape and came.size != 1:
        if came.size == right.size and np.allclose(came.ravel(), right.ravel(), 1e-4, 1e-6):
            yield (
                "the right numbers in another shape",
                f"They come in shape {came.shape}; wanted is {right.shape}.",
            )
        elif came.ndim == right.ndim:
            yield "another shape", f"It is {came.shape}, wanted is {right.shape}."
        return
    right, came = right.ravel(), came.ravel()
    if right.size != came.size or not np.isfinite(came).all() or not right.any():
        return
    if right.size > 1 and np.allclose(came[::-1], right, 1e-4, 1e-6):
        yield "the numbers from the last to the first", "All of them are there."
    if right.size > 1 and came.any():
        by = (came @ right) / (right @ right)
        if by not in FACTORS and not np.isclose(by, 1) and np.allclose(came, by * right, 1e-4, 0):
            yield "a factor", f"Every number is {by:.4g} times what it should be."
    for factor, words in FACTORS.items():
        if np.allclose(came, factor * right, 1e-3, 0) and not np.isin(right, PLAIN).any():
            yield words, "Otherwise the number is right."
    if np.allclose(came, 1 - right, 1e-3, 0) and not np.isin(right, PLAIN).any():
        yield "one minus what is asked for", "How much is missing to 1?"
    with np.errstate(all="ignore"):
        if np.allclose(came, 1 / right, 1e-3, 0):
            yield "one divided by what is asked for", "It is upside down."
        apart = np.abs(came - right) / np.abs(right)
    if apart.max() < NEARLY:
        yield "nearly right", "It is within 1 % of what is asked for."
    whole = (right == np.round(right)).all()
    if whole and (np.abs(came - right) == 1).all():
        yield "one off", "It is very near: exactly 1 is between."
