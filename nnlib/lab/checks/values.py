"""Advice on values: how a number that was handed in stands to the one that is asked for."""

import numpy as np

from nnlib.lab.checks.plain import same

NEARLY = 0.01  # relative error
FACTORS = {-1: "the opposite sign", 100: "a factor of 100", 0.01: "a factor of 1/100"}
FACTORS |= {2: "a factor of 2 too many", 0.5: "a factor of 2 missing"}
FACTORS |= {10: "a factor of 10 too many", 0.1: "a factor of 10 missing"}


MANY = 5  # from this size on, 1 more or less is near
FEW = 2  # from this size on a whole number can be taken for a rounded one
PLAIN = (0.5, 1, 2)  # twice or half of these can have many reasons


def advice(exercise, results):
    """Yield what holds for the values that are wrong, the most telling first: (name, hint).

    A third entry, False, stands behind what is no name of a mistake.
    """
    parts, fits = exercise._parts(), exercise.right_parts(results)
    several = len(parts) > 1
    yield from too_few_digits(exercise, parts, results, fits)
    if several:
        yield from in_another_order(exercise, parts, results)
    wrong = [
        (i, f", in {name}" if several else "")
        for i, name in enumerate(exercise.names)
        if not fits[i] and parts[i].kind == results[i].kind == "numbers"
    ]
    for i, which in wrong:
        for what, hint in of_numbers(parts[i].array, results[i].array):
            yield what + which, hint
    if several:
        yield from of_known_mistakes(exercise, results, wrong)
    for i, which in wrong:
        for what, hint in of_other_numbers(exercise, parts, results, i):
            yield what + which, hint
    for i, which in wrong:
        for what, hint in which_way(parts[i].array, results[i].array):
            yield what + which, hint, False


def too_few_digits(exercise, parts, results, fits):
    """Whether everything is right but for digits that are rounded away."""
    pairs = [*zip(parts, results, fits, strict=True)]
    count = exercise.decimals
    wanted = f"{NUMBERS.get(count, count)} decimals" if count else "more digits"
    few = [not fit and rounded(ours, theirs) for ours, theirs, fit in pairs]
    if all(fit or few_digits for few_digits, fit in zip(few, fits, strict=True)):
        yield "an answer that is right so far, but rounded", f"Give {wanted}."
    for name, few_digits in zip(exercise.names, few, strict=True):
        if few_digits and not all(few):
            yield f"a number that is right so far, but rounded, in {name}", f"Give {wanted}."


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
    cut_off = 0 <= abs(right) - abs(came) < 0.999 * step and came * right > 0
    enough = bool(decimals) or abs(right) >= FEW  # 3 may be 3.26, rounded; 1 may be anything
    return enough and (cut_off or abs(came - right) <= 0.501 * step)


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
    if came.size > 1 and not right.ndim:
        yield "several numbers where one is asked for", f"{came.size} of them came."
        return
    if came.size == 1 < right.size:
        yield "a single number", f"{right.size} of them are asked for."
        return
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
    fits = np.isclose(came, right, 1e-4, 1e-6)
    if right.size > 1 and 0 < fits.sum() < fits.size:
        first = int(np.argmin(fits))
        yield (
            f"{fits.sum()} of {fits.size} numbers right",
            f"The first that is not right stands in place {first} (counted from 0).",
        )
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
    whole = bool((right == np.round(right)).all())
    if not whole and right.size == 1 and np.isclose(abs(came - right), 1, rtol=0, atol=1e-4).all():
        more = "more" if came > right else "less"
        yield f"exactly 1 {more} than what is asked for", "Otherwise the number is right."
    if whole and (np.abs(came - right) == 1).all() and np.abs(right).min() >= MANY:
        yield "one off", "It is very near: exactly 1 is between."


def of_known_mistakes(exercise, results, wrong):
    """Known mistakes that give what came in one of several values, where others are right."""
    for i, which in wrong:
        for mistake in exercise.mistakes:
            if not mistake.in_parts or callable(mistake.hint):
                continue
            for answer in mistake.wrong_answers():
                if exercise.is_like_in_part(results, answer, i):
                    yield mistake.name + which, mistake.hint


OF_KNOWN = {
    "{}": lambda known: known,
    "minus {}": lambda known: -known,
    "twice {}": lambda known: 2 * known,
    "half of {}": lambda known: known / 2,
    "100 times {}": lambda known: 100 * known,
    "the square of {}": lambda known: known**2,
    "one plus {}": lambda known: 1 + known,
    "one minus {}": lambda known: 1 - known,
}
OF_BOTH = {
    "what is asked for, times {}": lambda right, known: right * known,
    "what is asked for, divided by {}": lambda right, known: right / known,
    "what is asked for, plus {}": lambda right, known: right + known,
    "what is asked for, minus {}": lambda right, known: right - known,
    "what is asked for, times {}, with the opposite sign": lambda right, known: -right * known,
    "what is asked for, divided by {}, with the opposite sign": lambda right, known: -right / known,
}
NOT_IT = "Your number is that one, to all the digits that you give."


def of_other_numbers(exercise, parts, results, i):
    """How one number stands to others that the reader has before them: (name, hint)."""
    right, came = parts[i].array, results[i].array
    if right.size != 1 or came.size != 1 or not np.isfinite(came).all():
        return
    right, came = right.item(), came.item()
    others = {
        f"what {name} asks for": part.array.item()
        for name, part in zip(exercise.names, parts, strict=True)
        if part.kind == "numbers" and part.array.size == 1 and part is not parts[i]
    }
    for words, known in others.items():
        if np.isclose(came, known, 1e-4, 0) and not float(known).is_integer():
            yield words, NOT_IT
    if digits_of(came) < ENOUGH_DIGITS:
        return
    for words, known in exercise.beside.items():
        for way, number in OF_KNOWN.items():
            if is_number(came, number(known)):
                yield way.format(words), NOT_IT
        for way, number in OF_BOTH.items():
            if known and not np.isclose(abs(known), 1) and is_number(came, number(right, known)):
                yield way.format(words), NOT_IT


ENOUGH_DIGITS = 3  # with fewer, a number is like many others


def digits_of(number):
    """How many digits a number is written with, without zeros before and behind."""
    mantissa, _, _ = f"{abs(number):.9e}".partition("e")
    return len(mantissa.replace(".", "").rstrip("0"))


def is_number(came, number):
    """Whether what came is a number, rounded or cut off to as many digits as came."""
    mantissa, _, exponent = f"{abs(came):.9e}".partition("e")
    decimals = len(mantissa.replace(".", "").rstrip("0")) - 1 - int(exponent)
    return bool(np.isfinite(number)) and abs(came - number) <= 0.51 * 10.0 ** -max(decimals, 0)


HOW_FAR = {
    10: "more than ten times what is asked for",
    2: "more than twice what is asked for",
    1.1: "less than twice what is asked for, but more than a tenth too large",
    1: "at most a tenth too large",
    0.9: "at most a tenth too small",
    0.5: "more than half of what is asked for, but more than a tenth too small",
    0.1: "less than half of what is asked for",
    0: "less than a tenth of what is asked for",
}


def which_way(right, came):
    """Whether one number is too large or too small, and about how much: (name, hint)."""
    if came.size == right.size > 1 and not np.isclose(came, right, 1e-4, 1e-6).any():
        yield f"none of {right.size} numbers right", "The shape is right, and no number in it."
    if right.size != 1 or came.size != 1 or not np.isfinite(came).all():
        return
    right, came = right.item(), came.item()
    if not right:
        yield f"a number that is too {'large' if came > 0 else 'small'}", "It is not that far out."
        return
    size = abs(came / right)
    how = next(words for limit, words in HOW_FAR.items() if size >= limit)
    if came == 0:
        yield "a number that is 0", "What is asked for is not 0."
    elif came * right < 0:
        sign = "positive" if right > 0 else "negative"
        yield "a number with the wrong sign", f"What is asked for is {sign}."
    else:
        signs = "The sign is right. " if right < 0 else ""
        way = "too large" if size > 1 else "too small"
        if right < 0:
            way += " in size"
        yield f"a number that is {way}", f"{signs}It is {how}."
