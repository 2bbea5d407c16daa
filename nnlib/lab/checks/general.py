"""Advice that fits any exercise: looked for when none of its own mistakes is recognised.

Whatever is said here holds for every input that was tried. :mod:`nnlib.lab.checks.relations` says
how wrong numbers stand to the right ones.
"""

from types import CodeType, FunctionType

import numpy as np

from nnlib.lab.checks import relations, trials
from nnlib.lab.checks.plain import same
from nnlib.lab.checks.relations import Pairs
from nnlib.lab.words import listed

HAND_IN_THE_FUNCTION = (
    "Write the function's name without brackets: check calls it by itself, with inputs of its own."
)


def advice(exercise, function, outcomes, expected, case, ended):
    """Yield all general advice on what a function gave, the most helpful first: (name, hint).

    A third entry, False, stands behind what is no name of a mistake.

    Parameters
    ----------
    exercise : Function
    function : the learner's
    outcomes, expected : lists of Outcome
        The learner's, and those of the reference.
    case : int
        The case that is shown, which is wrong.
    ended : bool
        Whether the learner's function has come to an end.
    """
    if case >= len(outcomes):
        yield no_end(ended)
        return
    theirs = outcomes[case]
    if theirs.error:
        yield error(theirs, exercise.names)
        return
    if theirs.result.kind == "nothing":
        if theirs.printed:
            yield "printing in place of returning", "Give the result back with return."
        else:
            yield (
                "a result that is None",
                "Is the return missing for this input, or does it return what print or append "
                "gives?",
            )
        return
    if theirs.changed and not exercise.may_change_inputs:
        names = ", ".join(theirs.changed)
        yield (
            "an input that is changed",
            f"The call has changed {names}. Whoever called the function still needs the numbers "
            "that were in there; make a new array.",
        )
        return
    if case == len(expected) - 1:
        yield (
            "an answer that depends on what was called before",
            "The same input gave another answer the second time. Let the function use only its "
            "arguments.",
        )
        return
    loud = [*left_the_floats(exercise, outcomes, expected, case)]
    if all(same_numbers(exercise, o, e) for o, e in zip(outcomes, expected, strict=False)):
        yield from loud  # nothing else is wrong
    if len(outcomes) == len(expected):  # otherwise the time was up
        yield from of_results(exercise, function, outcomes, expected, case)
    yield from loud
    if len(outcomes) == len(expected):
        yield from of_signs_and_sizes(exercise, outcomes, expected, case)


def left_the_floats(exercise, outcomes, expected, case):
    """Say in which inputs NumPy warned about a step in between, though finite numbers came."""
    theirs = outcomes[case]
    if not (exercise.must_stay_quiet and theirs.warned and is_finite(theirs.result)):
        return
    tried = outcomes[: len(expected) - 1]
    loud = [bool(outcome.warned) for outcome in tried]
    which = relations.in_which(loud, exercise.cases()[: len(tried)], exercise.names, case)
    right = [same_numbers(exercise, o, e) for o, e in zip(tried, expected, strict=False)]
    numbers = "All numbers are right" if all(right) else "Some numbers are wrong, too"
    yield (
        f"a computation that left the floats on its way: {', '.join(sorted(theirs.warned))}",
        f"NumPy has warned about a step in between. {which}. {numbers}.",
    )


def same_numbers(exercise, outcome, expected):
    """Whether the right numbers came, with or without a warning."""
    return outcome.result is not None and same(
        expected.result, outcome.result, exercise.rtol, exercise.atol
    )


def is_finite(result):
    parts = result.parts or (result,)
    return all(part.array is not None and np.isfinite(part.array).all() for part in parts)


def no_end(ended):
    name = "a function that takes too long"
    if ended:
        return name, "Is there a loop that does not end, or a sleep?"
    return name, "It is still running; restart the kernel to stop it. Is there a loop without end?"


def exchanged_arguments(exercise, function, expected):
    """Whether a function is right once it is given the arguments in its own order."""
    names = exercise.names
    own = parameters_of(function)
    if own == names or sorted(own) != sorted(names):
        return None
    order = [names.index(name) for name in own]

    def in_order(*arguments):
        return function(*(arguments[i] for i in order))

    outcomes, _ = exercise.observe(in_order)
    if len(outcomes) < len(expected) or not all(
        exercise._ok(i, outcomes, expected) for i in range(len(expected))
    ):
        return None
    return (
        "the arguments in another order",
        f"check hands in ({', '.join(names)}), in this order, and your function calls them "
        f"({', '.join(own)}).",
    )


def parameters_of(function):
    """The names of the arguments of a plain function."""
    if type(function) is not FunctionType:
        return ()
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def error(outcome, names):
    """Name the mistake behind a common exception."""
    text, kind = outcome.error, outcome.error_type
    if outcome.does_not_fit:
        return "other arguments", f"check hands in {', '.join(names)}: so many, in that order."
    if "truth value of an array" in text:
        return (
            "an if on a whole array",
            "An if decides once, but each entry needs its own decision. np.where decides for each.",
        )
    if kind == "UnboundLocalError":
        return "a name used before it has a value", "Look at the line that the message names."
    if kind == "NameError":
        return "a name that is not known", "Is it spelled right, and was its cell run?"
    if kind == "IndexError" and ("out of bounds" in text or "out of range" in text):
        return (
            "an index that is not there",
            "The sizes differ from input to input: take them from the arguments.",
        )
    if kind == "OverflowError":
        return "an overflow", "A number on the way is too large for a float."
    if "Cannot cast" in text:
        return (
            "floats written into an array of whole numbers",
            "+=, -=, *= and /= write into the array itself. Make a new one: a = a - b.",
        )
    if kind == "TypeError" and ("'list'" in text or "sequence by non-int" in text):
        return (
            "a list where an array is meant",
            "Lists are not multiplied or subtracted as a whole. Take the arrays in it one by one.",
        )
    if "inhomogeneous" in text:
        return (
            "arrays of different shapes put into one array",
            "They do not fit into one. Leave them in their list, and take them one by one.",
        )
    if kind in ("TypeError", "AttributeError") and "NoneType" in text:
        return "None where something else is meant", "Which name in this line is None, and why?"
    if "only" in text and "scalar" in text and "convert" in text:
        return (
            "a function for single numbers, given an array",
            "The functions of math take one number. Those of NumPy take arrays too: np.exp.",
        )
    if "matmul" in text or "matrix product" in text or "not aligned" in text or "broadcast" in text:
        shapes = f"There {outcome.shapes}. " if outcome.shapes else ""
        star = "*" in outcome.code and "@" not in outcome.code and "broadcast" in text
        product = " If a matrix product is meant: its sign is @." if star else ""
        return "shapes that do not fit", f"{shapes}Which length should have met which?{product}"
    if outcome.code:
        return f"an error, {kind}", "The line is named above; call your function with this input."
    return f"an error, {kind}", "Call your function with this input, and Python names the line."


# ------------------------------------------------------------------------------ what came back

NO_NUMBERS = (  # kinds of Plain, a name, a hint
    (("nothing",), "None", "Nothing is written there yet, or it comes from a call without return."),
    (("text", "other", "several"), "something that is no number", "Numbers are asked for."),
)


def of_results(exercise, function, outcomes, expected, case):
    """Advice on results that came in every case without an error, or in most."""
    parts = exercise.returns or ("the result",)
    results = [outcome.result for outcome in outcomes[:-1]]
    if len(parts) > 1:
        for result in results:
            if result is not None and (result.kind != "several" or len(result.parts) != len(parts)):
                yield (
                    "another number of results",
                    f"Return {len(parts)} values: return {', '.join(parts)}",
                )
                return
        for kinds, name, hint in NO_NUMBERS:
            those = [n for j, n in enumerate(parts) if results[case].parts[j].kind in kinds]
            if those:
                yield f"{name}, in {listed(those)}", hint
                return
    elif results[case].kind != expected[case].result.kind:
        yield "another kind of result", "Return a number or an array of numbers."
        return
    cases, tolerance = exercise.cases(), (exercise.rtol, exercise.atol)
    facts, wrong = {}, []
    pairs_of = zip(parts, all_pairs(exercise, outcomes, expected, case), strict=True)
    for j, (name, pairs) in enumerate(pairs_of):
        if not pairs.all_right():
            wrong.append(j)
            facts[name] = [*relations.facts(pairs)] if pairs.complete() else []
    some = wrong if 0 < len(wrong) < len(parts) else []

    def recognised():
        if len(parts) > 1:
            yield from in_another_order(results, expected, parts, tolerance)
        if some:
            yield from mistakes_in_parts(exercise, outcomes, expected, case, some)
        yield from in_all(facts, several=len(parts) > 1)
        yield from of_the_notebook(exercise, function)
        yield from variants_like(exercise, outcomes)
        if some:
            yield from variants_like(exercise, outcomes, some)

    def known():
        for j in wrong:
            came = [part_of(result, j, len(parts)) for result in results]
            which = f", in {parts[j]}" if len(parts) > 1 else ""
            yield from of_known_numbers(exercise, came, j, which)

    said, of_shapes = [], []
    for one in recognised():
        (of_shapes if relations.is_only_a_shape(one[0]) else said).append(one)
        if said and said[-1] is one:
            yield one
    if of_shapes:
        if not said:
            yield from known()
        yield from of_shapes
    if exercise.has_variants:
        for one in trials.without_effect(exercise, function, outcomes):
            said.append(one)
            yield one
    if not said and not of_shapes:
        yield from known()
    yield from relations.where_it_is_right(
        [exercise._ok(i, outcomes, expected) for i in range(len(cases))], cases, exercise.names
    )


def all_pairs(exercise, outcomes, expected, case):
    """What came and what is right, for each of the results."""
    n_parts = max(1, len(exercise.returns))
    for j in range(n_parts):
        yield Pairs(
            [part_of(outcome.result, j, n_parts) for outcome in outcomes[:-1]],
            [part_of(outcome.result, j, n_parts) for outcome in expected[:-1]],
            exercise.cases(),
            exercise.names,
            (exercise.rtol, exercise.atol),
            [outcome.warned for outcome in outcomes],
            case,
        )


def of_signs_and_sizes(exercise, outcomes, expected, case):
    """The little that is true where nothing else is known: signs, too large, too small."""
    parts = exercise.returns or ("the result",)
    ways = {
        name: [*relations.which_way(pairs)]
        for name, pairs in zip(parts, all_pairs(exercise, outcomes, expected, case), strict=True)
        if not pairs.all_right()
    }
    for name, hint in in_all(ways, several=len(parts) > 1):
        yield name, hint, False


def of_known_numbers(exercise, came, j, which):
    """How one result stands to what a mistake gives, to an argument, or to another result."""
    if any(array is None for array in came):
        return
    for words, is_mistake, relation in exercise.related_numbers(came, j):
        yield (
            f"{words}{relation}{which}",
            f"{'Both together give' if is_mistake else 'These are'} exactly your numbers, for "
            "every input that was tried.",
        )


def part_of(result, j, n_parts):
    """One array of numbers out of a result; None if it is not there."""
    if result is not None and n_parts > 1:
        fits = result.kind == "several" and len(result.parts) > j
        result = result.parts[j] if fits else None
    return result.array if result is not None and result.kind == "numbers" else None


def in_all(facts, several):
    """What holds for all parts that are wrong, and then what holds for one of them."""
    wrong = [*facts]
    for name, hint in facts[wrong[0]] if wrong else []:
        others = [dict(facts[part]).get(name) for part in wrong]
        if not several:
            yield name, hint
        elif None not in others:
            yield f"{name}, in {listed(wrong)}", hint
    for part in wrong if len(wrong) > 1 else []:
        for name, hint in facts[part]:
            if any(name not in dict(facts[other]) for other in wrong):
                yield f"{name}, in {part}", hint


def in_another_order(results, expected, names, tolerance):
    """Whether all results are there, in other places."""
    n = len(names)
    place = []
    for j in range(n):
        fits = [
            k
            for k in range(n)
            if all(
                result is not None and same(ours.result.parts[k], result.parts[j], *tolerance)
                for result, ours in zip(results, expected, strict=False)
            )
        ]
        place.append(fits)
    order = assign(place)
    if order and order != [*range(n)]:
        yield (
            "the results in another order",
            f"They come as {', '.join(names[k] for k in order)}; wanted is {', '.join(names)}.",
        )


def assign(choices, taken=()):
    """Give each its own one out of its choices; None if that cannot be done."""
    if not choices:
        return []
    for choice in choices[0]:
        if choice not in taken:
            rest = assign(choices[1:], (*taken, choice))
            if rest is not None:
                return [choice, *rest]
    return None


def of_the_notebook(exercise, function):
    """Arrays of the notebook that a function reads, and no right answer needs."""
    if type(function) is not FunctionType:
        return
    needed = {name for part in with_helpers(exercise.answer) for name in arrays_read(part)}
    read = [name for name in arrays_read(function) if name not in needed]
    if read:
        yield (
            "arrays of the notebook inside the function",
            f"Your function reads {listed(read)}, which it is not given. check calls it with other "
            "arrays.",
        )


def names_read(function):
    """The names that a function reads from its module, inside a comprehension too, each once."""
    codes = [function.__code__]
    for code in codes:  # a comprehension has code of its own until Python 3.11, and none later
        codes += [constant for constant in code.co_consts if type(constant) is CodeType]
    return [*dict.fromkeys(name for code in codes for name in code.co_names)]


def arrays_read(function):
    """The names of the arrays that a function reads and is not given."""
    module = function.__globals__
    return [name for name in names_read(function) if type(module.get(name)) is np.ndarray]


def with_helpers(function):
    """A function, and those of its own module that it calls, also by way of others."""
    found = [function]
    for each in found:
        for other in map(each.__globals__.get, names_read(each)):
            own = type(other) is FunctionType and other.__module__ == function.__module__
            found += [other] * (own and other not in found)
    return found


def mistakes_in_parts(exercise, outcomes, expected, case, parts):
    """Known mistakes that give all results that are wrong, where others are right."""
    arguments = exercise.cases()[case]
    which = listed([exercise.returns[j] for j in parts])
    for mistake in exercise.mistakes_in_parts(outcomes, parts):
        hint = mistake.hint
        if callable(hint):
            hint = hint(arguments, expected[case].result, outcomes[case].result)
        yield f"{mistake.name}, in {which}", hint


def variants_like(exercise, outcomes, parts=()):
    """Changes of the reference that give the learner's results in every case, or some of them."""
    if any(outcome.result is None for outcome in outcomes):
        return
    which = listed([exercise.returns[j] for j in parts]) if parts else ""
    for variant in exercise.variants_like(outcomes, parts):
        yield (
            f"{variant.words}, in {which}" if parts else variant.words,
            variant.hint
            or f"With this one change a right answer gives exactly your {which or 'numbers'}, for "
            "every input that was tried.",
        )


# ----------------------------------------------------------------------------- values handed in


def value(exercise, answers, results):
    """Yield general advice on values that were handed in: (name, hint)."""
    if any(callable(answer) for answer in answers):
        yield "a function where a value is asked for", "Call it, and hand in what comes back."
        return
    several = len(results) > 1
    for name, result, kind in zip(exercise.names, results, exercise.kinds(), strict=True):
        which = f", in {name}" if several else ""
        if kind == "numbers" and result.kind == "text":
            yield f"a text where a number is asked for{which}", "Leave the quotation marks out."
        if kind == "text" and result.kind == "numbers":
            yield f"a number where a text is asked for{which}", "Put it into quotation marks."
        if kind == "numbers" and result.kind in ("other", "several"):
            yield f"something that is no real number{which}", "Hand in a number, such as 0.25."
        if result.kind == "numbers" and not np.isfinite(result.array).all():
            yield f"a number that is not finite{which}", "nan and inf are no answers here."
