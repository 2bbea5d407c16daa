"""How wrong numbers stand to the right ones: the shape, the sign, a factor, rounded, nearly.

Each fact is named only if it holds for every input that was tried.
"""

import numpy as np

from nnlib.lab.checks.plain import call_in_words
from nnlib.lab.words import listed

NEARLY = 0.01  # relative error
LARGE = 20  # a logit from which on the sigmoid is 0 or 1 for most purposes


class Pairs:
    """What came and what is right, for each case: arrays, None where there are none.

    Attributes
    ----------
    came, right : lists of array
    cases : list of tuple
        The arguments.
    names : tuple of str
        Their names.
    tolerance : (rtol, atol)
    warned : list of set of str
    shown : int
        The case that the learner sees.
    """

    def __init__(self, came, right, cases, names, tolerance, warned, shown=0):
        self.came, self.right, self.cases = came, right, cases
        self.names, self.tolerance, self.warned, self.shown = names, tolerance, warned, shown

    def complete(self):
        return all(array is not None for array in self.came)

    def all_right(self):
        return self.complete() and self.hold(lambda came, right: (came, right))

    def hold(self, sides):
        """Whether two sides, made of what came and what is right, are the same in every case."""
        with np.errstate(all="ignore"):
            return all(
                self.alike(*sides(came, right))
                for came, right in zip(self.came, self.right, strict=True)
            )

    def only(self, which):
        """Some of the cases: those for which ``which`` is true."""
        came, right, cases, warned = (
            [one for one, kept in zip(all_of_them, which, strict=False) if kept]
            for all_of_them in (self.came, self.right, self.cases, self.warned)
        )
        shown = sum(which[: self.shown]) if which[self.shown] else 0
        return Pairs(came, right, cases, self.names, self.tolerance, warned, shown)

    def alike(self, one, other):
        one, other = np.asarray(one), np.asarray(other)
        return one.shape == other.shape and np.allclose(one, other, *self.tolerance, equal_nan=True)

    def same_shapes(self):
        return all(c.shape == r.shape for c, r in zip(self.came, self.right, strict=True))

    def flat(self):
        """All numbers that came, and all that are right, one after the other."""
        return (np.concatenate([a.ravel() for a in arrays]) for arrays in (self.came, self.right))

    def arguments(self, i):
        """One argument, in every case, as an array; None if it is anything else in one of them."""
        return arguments(self.cases, i)


def arguments(cases, i):
    values = [case[i] for case in cases]
    if not all(isinstance(value, (np.ndarray, np.number, float, int)) for value in values):
        return None
    return [np.asarray(value) for value in values]


def facts(pairs):
    """Yield what holds in every case, the most telling first: (name, hint)."""
    if not pairs.same_shapes():
        yield from of_shapes(pairs)
        return
    finite = [
        bool(np.isfinite(c).all() and np.isfinite(r).all() and not holds_the_largest(c))
        for c, r in zip(pairs.came, pairs.right, strict=True)
    ]
    if all(finite):
        yield from of_numbers(pairs)
        return
    others = pairs.only(finite)
    if len(others.came) > 1 and not others.all_right():
        n = f"{len(others.came)} inputs (of {len(finite)})"
        for name, hint in of_numbers(others):
            yield f"{name}, in the {n} where the numbers are finite", hint
    yield from not_finite(pairs, others)


def of_numbers(pairs):
    """What holds for all numbers, where the shapes are right and everything is finite."""
    came, right = pairs.flat()
    yield from factor(pairs, came, right)
    yield from factor_of_a_size(pairs)
    for name, function in ELEMENTWISE.items():
        with np.errstate(all="ignore"):
            if pairs.hold(lambda came, right, f=function: (came, f(right))):
                yield name, "This holds for every single number."
    yield from cut_short(pairs, came, right)
    yield from nearly(pairs, came, right)
    yield from moved(pairs, came, right)
    yield from as_it_came_in(pairs)
    yield from without_an_argument(pairs)
    yield from always_the_same(pairs)
    yield from where_entries_are_wrong(pairs)


def which_way(pairs):
    """Whether all numbers are too large, or too small, where nothing else can be said."""
    if not pairs.complete() or not pairs.same_shapes():
        return
    came, right = pairs.flat()
    if came.size < FEWEST or not (np.isfinite(came).all() and np.isfinite(right).all()):
        return
    off = ~np.isclose(came, right, *pairs.tolerance)
    if not (came * right >= 0).all():
        wrong = (came * right < 0).sum()
        yield (
            f"a wrong sign in {wrong} of {came.size} numbers",
            "That is counted over all inputs that were tried.",
        )
    elif (np.abs(came) > np.abs(right))[off].all():
        yield "numbers that are too large, with the right signs", SIZES_ALONE
    elif (np.abs(came) < np.abs(right))[off].all():
        yield "numbers that are too small, with the right signs", SIZES_ALONE
    elif off.mean() < 1:
        yield (
            f"{(~off).sum()} of {came.size} numbers right",
            "That is counted over all inputs that were tried. No sign is wrong.",
        )
    else:
        yield (
            "the right signs, and other sizes",
            "Some of the numbers are too large, the others too small.",
        )


SIZES_ALONE = "So it is in every input that was tried, as far as a number is wrong."


ELEMENTWISE = {
    "one minus what is asked for": lambda right: 1 - right,
    "one divided by what is asked for": lambda right: 1 / right,
    "the square of what is asked for": lambda right: right**2,
    "the square root of what is asked for": np.sqrt,
    "the logarithm of what is asked for": np.log,
    "the exponential of what is asked for": np.exp,
    "what is asked for, without its sign": np.abs,
    "the sigmoid of what is asked for": lambda right: 1 / (1 + np.exp(-right)),
    "whole numbers, cut off at the point": np.trunc,
}


# ------------------------------------------------------------------------------------- shapes

TOGETHER = {"added up": np.sum, "averaged": np.mean}
ALONG = {0: "over the rows", -1: "over the columns", None: "all together"}


def of_shapes(pairs):
    """What can be said where a shape is wrong."""
    i = telling_case(pairs)
    came, right = pairs.came[i], pairs.right[i]
    shapes = f"shape {came.shape} for {right.shape}"
    where = ""
    if i != pairs.shown:
        first = pairs.arguments(0)
        where = "That is with another input"
        where += f", {pairs.names[0]} of shape {first[i].shape}. " if first else ". "
    if all(c.size == r.size for c, r in zip(pairs.came, pairs.right, strict=True)):
        if pairs.hold(lambda c, r: (c.T, r)):
            yield "the right numbers, transposed", "Rows and columns are swapped."
        elif pairs.hold(lambda c, r: (c.reshape(r.shape), r)) and not right.ndim:
            yield (
                f"the right number in an array of shape {came.shape}",
                "It is right but for the shape: a plain number is asked for. An array of one entry "
                "gives it with .item().",
            )
        elif pairs.hold(lambda c, r: (c.reshape(r.shape), r)):
            yield (
                f"the right numbers in {shapes}",
                "Every number is right. NumPy treats these shapes differently: reshape gives them "
                "the one that is asked for.",
            )
    sizes_differ = any(c.size != r.size for c, r in zip(pairs.came, pairs.right, strict=True))
    for word, together in TOGETHER.items() if sizes_differ else ():
        for axis, along in ALONG.items():
            for keep in (True, False):
                if sums_to(pairs, together, axis, keep, of_what_came=False):
                    yield (
                        f"the right numbers, {word} {along}",
                        f"That leaves {shapes}. Leave them apart.",
                    )
                if sums_to(pairs, together, axis, keep, of_what_came=True):
                    yield (
                        f"numbers that are not yet {word} {along}",
                        f"You give {shapes}. {word.capitalize()}, they are right.",
                    )
    yield from longer_or_shorter(pairs)
    yield from one_of_them(pairs)
    if came.size == 1 < right.size:
        yield "a single number", f"{where}Where shape {right.shape} is asked for, one number came."
    else:
        yield shapes, f"{where}Write the shape of each array beside the line that computes it."


def is_only_a_shape(name):
    """Whether a name says no more than that a shape is wrong."""
    return name.startswith(("shape (", "a single number"))


def telling_case(pairs):
    """A case with a wrong shape: the one that is shown if it can be, and its size is wrong too."""
    differ = [i for i in range(len(pairs.came)) if pairs.came[i].shape != pairs.right[i].shape]
    return min(differ, key=lambda i: (pairs.came[i].size == pairs.right[i].size, i != pairs.shown))


def sums_to(pairs, together, axis, keep, of_what_came):
    """Whether one side, added up or averaged along an axis, is the other one in every case."""

    def sides(came, right):
        one, other = (came, right) if of_what_came else (right, came)
        if axis is not None and one.ndim < 2 and not (one.ndim == 1 and axis == 0):
            return (1, 0) if one.shape != other.shape else (one, other)
        return together(one, axis=axis, keepdims=keep), other

    return pairs.hold(sides)


def longer_or_shorter(pairs):
    """Numbers that are right, with some more of them, or some fewer."""
    lengths = [
        (len(c), len(r)) if c.ndim and r.ndim else (0, 0)
        for c, r in zip(pairs.came, pairs.right, strict=True)
    ]
    more = {came - right for came, right in lengths}
    if len(more) != 1 or not all(right for _, right in lengths):
        return
    (more,) = more
    what = "number" if abs(more) == 1 else "numbers"
    for end, cut in {
        "at the end": lambda long, n: long[:n],
        "at the beginning": lambda long, n: long[len(long) - n :],
    }.items():
        if more > 0 and pairs.hold(lambda c, r, cut=cut: (cut(c, len(r)), r)):
            yield f"{more} {what} too many {end}", "All others are right."
        if more < 0 and pairs.hold(lambda c, r, cut=cut: (c, cut(r, len(c)))):
            yield f"{-more} {what} missing {end}", "Those that are there are right."


def one_of_them(pairs):
    """One of the right numbers, where all of them are asked for."""
    if not all(r.ndim == 1 and c.size == 1 for c, r in zip(pairs.came, pairs.right, strict=True)):
        return
    if max(r.size for r in pairs.right) < 2:
        return
    for which, place in {"last": -1, "first": 0}.items():
        if pairs.hold(lambda c, r, place=place: (c.ravel(), r[place : place + 1 or None])):
            yield (
                f"the {which} of the numbers alone",
                "It is right, and the others are missing. If there is a loop, keep what every turn "
                "gives.",
            )


# ------------------------------------------------------------------------------------ numbers


def holds_the_largest(came):
    return bool((np.abs(came) == np.finfo(float).max).any())


def not_finite(pairs, others):
    """Say where nan or inf came and the right numbers are finite, and how the others are."""
    largest = [holds_the_largest(came) for came in pairs.came]
    left = [
        bool(np.isfinite(right).all() and not np.isfinite(came).all())
        for came, right in zip(pairs.came, pairs.right, strict=True)
    ]
    if any(largest):
        which = in_which(largest, pairs.cases, pairs.names, pairs.shown)
        yield (
            "the largest number that a float can hold",
            f"{which}. nan_to_num puts it in the place of infinity; where does that come from?",
        )
    elif any(left):
        nan = any(np.isnan(c).any() for c, out in zip(pairs.came, left, strict=True) if out)
        what = "nan (not a number)" if nan else "inf (infinity)"
        which = in_which(left, pairs.cases, pairs.names, pairs.shown)
        warned = {one for out, said in zip(left, pairs.warned, strict=False) if out for one in said}
        said = f" NumPy warned there: {listed(sorted(warned))}." if warned else ""
        rest = ""
        if others.came:
            all_right = others.all_right()
            rest = f" In the others the numbers are {'right' if all_right else 'not all right'}."
        yield f"numbers that left the floats: {what}", f"{which}.{said}{rest}"


def in_which(flags, cases, names, shown):
    """Say in which of the inputs something happens: the beginning of a sentence."""
    n = flags.count(True)
    if n == len(flags):
        return "So it is with every input that was tried"
    words = f"So it is with {n} of the {len(flags)} inputs that were tried"
    common = in_common(flags, cases, names)
    if common:
        return f"{words}: where {common}"
    if flags[shown]:
        return f"{words}, this one {'among them' if n > 1 else 'alone'}"
    if n == 1:
        words = f"So it is with one of the {len(flags)} inputs that were tried"
    example = call_in_words("", names, cases[flags.index(True)])
    return f"{words}, not with this one. An example: {example}"


def factor(pairs, came, right):
    """One factor by which every number of every case is off."""
    if not right.any():
        return
    with np.errstate(all="ignore"):
        by = (came @ right) / (right @ right)
    if np.isclose(by, 1, *pairs.tolerance) or not np.isfinite(by):
        return
    if not came.any():
        yield "nothing but zeros", "Every single number is 0."
    elif not pairs.hold(lambda c, r: (c, by * r)):
        return
    elif np.isclose(by, -1):
        yield "the opposite sign", "Every number is right but for its sign."
    else:
        yield "a factor", f"Every number is {by:.4g} times what it should be."


def factor_of_a_size(pairs):
    """A factor that changes from case to case, as a number of rows, columns or entries does."""
    measured = []
    for came, right in zip(pairs.came, pairs.right, strict=True):
        if not right.any() or right.size == 0:
            measured.append(None)  # any factor fits
            continue
        by = float((came.ravel() @ right.ravel()) / (right.ravel() @ right.ravel()))
        if not np.isfinite(by) or by == 0 or not pairs.alike(came, by * right):
            return
        measured.append(by)
    known = [by for by in measured if by is not None]
    if len(known) < 2 or np.allclose(known, known[0], 1e-3):
        return
    for i, name in enumerate(pairs.names):
        for what, size in SIZES.items():
            sizes = [size(a) for a in pairs.arguments(i) or []]
            for words, of_size in OF_SIZE.items():
                fits = [
                    by is None or np.isclose(by, of_size(n), 1e-3)
                    for by, n in zip(measured, sizes, strict=False)
                ]
                if sizes and all(fits):
                    yield (
                        f"{words} the number of {what} of {name}",
                        "A factor that changes with the input: every number is off by it.",
                    )
                    return


SIZES = {
    "rows": lambda a: a.shape[0] if a.ndim else 1,
    "columns": lambda a: a.shape[-1] if a.ndim > 1 else 1,
    "entries": lambda a: max(a.size, 1),
}
OF_SIZE = {
    "everything multiplied by": lambda n: n,
    "everything divided by": lambda n: 1 / n,
    "everything multiplied by twice": lambda n: 2 * n,
    "everything multiplied by half": lambda n: n / 2,
    "everything divided by half": lambda n: 2 / n,
    "everything divided by twice": lambda n: 1 / (2 * n),
    "everything, with its sign turned, multiplied by": lambda n: -n,
}


def cut_short(pairs, came, right):
    """Numbers that are rounded, or cut off at a limit."""
    for decimals in range(5):
        if pairs.hold(lambda c, r, d=decimals: (c, np.round(r, d))):
            places = "1 decimal" if decimals == 1 else f"{decimals} decimals"
            yield f"numbers rounded to {places}", "Return them as they are."
            return
    if came.size < 4:
        return
    low, high = came.min(), came.max()
    inside = (came > low) & (came < high)
    if inside.any() and pairs.hold(lambda c, r: (c, np.clip(r, low, high))):
        limits = [f"{high:.6g}"] * bool(right.max() > high) + [f"{low:.6g}"] * bool(
            right.min() < low
        )
        if limits:
            yield (
                f"numbers that stop at {listed(limits)}",
                "Where the right ones go on beyond that, yours stay there. All others are right.",
            )


def nearly(pairs, came, right):
    """Everything right to within a hundredth."""
    apart = np.abs(came - right)
    small = apart <= pairs.tolerance[1]
    with np.errstate(all="ignore"):
        relative = np.where(small, 0, apart / np.abs(right))
    worst = relative.max(initial=0)
    if 0 < worst < NEARLY:
        yield (
            "nearly the right numbers",
            f"The largest relative error is {worst:.1g}, at {right[relative.argmax()]:.4g}. Is "
            "something rounded, or is a small number added somewhere?",
        )


def moved(pairs, came, right):
    """Right numbers that stand elsewhere, or are all off by the same amount."""
    if came.size > 1 and np.isclose(came - right, came[0] - right[0], *pairs.tolerance).all():
        yield "an offset", f"Every number is too large by {came[0] - right[0]:.4g}."
    if pairs.hold(lambda c, r: (c.T, r)):
        yield "the right numbers, transposed", "Rows and columns are swapped."
    if pairs.hold(lambda c, r: (c[::-1], r) if c.ndim else (c, r)):
        yield "the right numbers from the last to the first", "The order is turned round."
    if pairs.hold(lambda c, r: (c, np.sort(r, axis=0)) if r.ndim else (c, r)):
        yield "the right numbers, sorted", "They belong where they were."


def as_it_came_in(pairs):
    for i, name in enumerate(pairs.names):
        given = pairs.arguments(i)
        if given and all(map(pairs.alike, pairs.came, given)):
            yield f"{name} as it came in", f"Nothing has been done to {name}."


TURNS = {
    "the factor {} left out": lambda came, a, right: (came * a, right),
    "the factor {} too many": lambda came, a, right: (came, right * a),
    "{} not added": lambda came, a, right: (came + a, right),
    "{} added, which does not belong there": lambda came, a, right: (came, right + a),
    "{} subtracted, which does not belong there": lambda came, a, right: (came, right - a),
}


def without_an_argument(pairs):
    """Whether one argument, multiplied or added, entry by entry, makes the difference."""
    for i, name in enumerate(pairs.names):
        given = pairs.arguments(i)
        if given is None or not all(
            stretches_to(a, right) for a, right in zip(given, pairs.right, strict=True)
        ):
            continue
        for words, sides in TURNS.items():
            triples = zip(pairs.came, given, pairs.right, strict=True)
            if all(pairs.alike(*sides(came, a, right)) for came, a, right in triples):
                yield words.format(name), "With this one change every number is right."
                return


def stretches_to(a, right):
    """Whether an argument can be added to the right numbers without another shape."""
    try:
        return np.broadcast_shapes(a.shape, right.shape) == right.shape
    except ValueError:
        return False


def always_the_same(pairs):
    """Whether inputs with different answers of one shape all get the same one."""
    by_shape = {}
    for came, right in zip(pairs.came, pairs.right, strict=True):
        if right.size:
            by_shape.setdefault(right.shape, []).append((came, right))
    compared = False
    for group in by_shape.values():
        came, right = zip(*group, strict=True)
        if not all(np.array_equal(other, came[0], equal_nan=True) for other in came):
            return
        compared = compared or not all(np.allclose(other, right[0]) for other in right)
    if compared:
        yield "the same answer for every input", "What is handed in makes no difference to it."


ENTRIES = {
    "{} is 0": lambda a: a == 0,
    f"{{}} is beyond {LARGE} or below -{LARGE}": lambda a: np.abs(a) >= LARGE,
    "{} is negative": lambda a: a < 0,
    "{} is positive": lambda a: a > 0,
    "{} is not positive": lambda a: a <= 0,
    "{} is not negative": lambda a: a >= 0,
}
ELSEWHERE = "In the inputs that were tried, every wrong number stands there."
PLACES = {
    "the first row": lambda i, n: i[0] == 0,
    "the last row": lambda i, n: i[0] == n[0] - 1,
    "the first column": lambda i, n: i[-1] == 0,
    "the last column": lambda i, n: i[-1] == n[-1] - 1,
    "the diagonal": lambda i, n: i[0] == i[-1],
    "what is not on the diagonal": lambda i, n: i[0] != i[-1],
}


def where_entries_are_wrong(pairs):
    """Where the wrong numbers stand: at certain values of an argument, or in certain places."""
    wrong = [
        ~np.isclose(c, r, *pairs.tolerance) for c, r in zip(pairs.came, pairs.right, strict=True)
    ]
    for i, name in enumerate(pairs.names):
        given = pairs.arguments(i)
        if given and all(
            a.dtype.kind in "iuf" and a.shape == w.shape for a, w in zip(given, wrong, strict=True)
        ):
            for words, test in ENTRIES.items():
                enough = sum(int(w.sum()) for w in wrong) >= FEWEST or words == "{} is 0"
                if enough and only_there([test(a) for a in given], wrong):
                    where = words.format(name)
                    yield f"numbers that are wrong only where {where}", ELSEWHERE
                    return
    if all(w.ndim == 2 for w in wrong):
        for words, test in PLACES.items():
            if only_there([test(np.indices(w.shape), w.shape) for w in wrong], wrong):
                yield f"numbers that are wrong only in {words}", ELSEWHERE
                return


def only_there(there, wrong):
    """Whether all that is wrong lies there, with at least half of what does, and not everything."""
    there, wrong = (np.concatenate([a.ravel() for a in arrays]) for arrays in (there, wrong))
    return bool(not (wrong & ~there).any() and 2 * wrong.sum() >= there.sum() and (~there).any())


# ------------------------------------------------------------------------ of other known numbers

FEWEST = 4  # numbers in all; of fewer a relation says little


def to_known_numbers(came, known, cases, names, tolerance):
    """How what came stands to other numbers than the right ones, in every case.

    Parameters
    ----------
    came : list of array
    known : function of the number of a case, returning an array or None
    cases, names, tolerance
        As of :class:`Pairs`.

    Returns
    -------
    str or None
        "" if they are the same; None if nothing is known.
    """
    with np.errstate(all="ignore"):
        first = Pairs(came[:1], [known(0)], cases[:1], names, tolerance, [])
        if first.right[0] is None or not may_be_related(first):
            return None
        others = [known(i) for i in range(len(came))]
        if any(other is None for other in others):
            return None
        pairs = Pairs(came, others, cases, names, tolerance, [])
        numbers, known_numbers = pairs.flat()
        if min(numbers.size, known_numbers.size) < FEWEST or np.ptp(known_numbers) == 0:
            return None
        if (
            not (np.isfinite(numbers).all() and np.isfinite(known_numbers).all())
            or np.isclose(numbers, numbers[0], *tolerance).all()
        ):
            return None
        return "" if pairs.all_right() else next(in_relation(pairs, numbers, known_numbers), None)


def may_be_related(pairs):
    """Whether something can hold in one case: a glance that spares looking at all the others."""
    came, other = pairs.came[0], pairs.right[0]
    if came.shape != other.shape:
        return next(of_other_shapes(pairs), None) is not None
    numbers, known = came.ravel(), other.ravel()
    if not known.any():
        return True
    by = (numbers @ known) / (known @ known)
    apart = numbers - known
    return bool(
        pairs.alike(numbers, by * known)
        or pairs.alike(apart, np.full(apart.shape, apart[0]))
        or pairs.alike(came.T, other)
    )


def in_relation(pairs, came, known):
    """Yield the end of a sentence on numbers that are known: ", and the opposite sign"."""
    if not pairs.same_shapes():
        yield from of_other_shapes(pairs)
        return
    for name, _ in factor(pairs, came, known):
        by = (came @ known) / (known @ known)
        yield f", and a factor of {by:.4g}" if name == "a factor" else f", and {name}"
    for name, _ in factor_of_a_size(pairs):
        yield f", and {name}"
    apart = came - known
    if np.isclose(apart, apart[0], *pairs.tolerance).all():
        yield f", and {apart[0]:.4g} added"
    if pairs.hold(lambda c, k: (c.T, k)):
        yield ", transposed"


def of_other_shapes(pairs):
    if pairs.hold(lambda c, k: (c.T, k)):
        yield ", transposed"
    for word, together in TOGETHER.items():
        for axis, along in ALONG.items():
            for keep in (True, False):
                if sums_to(pairs, together, axis, keep, of_what_came=False):
                    yield f", {word} {along}"


# ---------------------------------------------------------------------------- which cases are right


def has_several_rows(a):
    return a.shape[0] > 1


def has_several_columns(a):
    return a.shape[-1] > 1


def is_square(a):
    return a.shape[0] == a.shape[-1]


OF_MATRICES = (has_several_rows, has_several_columns, is_square)
FEATURES = {
    (f"{{}} reaches {LARGE} or -{LARGE}", f"{{}} stays below {LARGE}"): lambda a: (
        np.abs(a).max(initial=0) >= LARGE
    ),
    ("{} has several rows", "{} has a single row"): has_several_rows,
    ("{} has several columns", "{} has a single column"): has_several_columns,
    ("{} has two axes", "{} has another number of axes"): lambda a: a.ndim == 2,
    ("{} holds whole numbers", "{} holds floats"): lambda a: a.dtype.kind in "iub",
    ("{} holds a 0", "{} holds no 0"): lambda a: bool((a == 0).any()),
    ("{} holds a negative number", "{} holds no negative number"): lambda a: bool((a < 0).any()),
    ("{} is square", "{} is not square"): is_square,
    ("{} is empty", "{} is not empty"): lambda a: a.size == 0,
}


def in_common(flags, cases, names):
    """What all the inputs that are marked have in common, and no other has; None if nothing.

    With a single input on one side it could be anything.
    """
    if min(flags.count(True), flags.count(False)) < 2:
        return None
    for i, name in enumerate(names):
        given = arguments(cases, i)
        if given is None:
            continue
        for (has, has_not), feature in FEATURES.items():
            if feature in OF_MATRICES and any(a.ndim != 2 for a in given):
                continue
            found = [bool(feature(a)) for a in given]
            if flags in (found, [not one for one in found]):
                return (has if flags == found else has_not).format(name)
    return None


def where_it_is_right(right, cases, names):
    """What the inputs have in common for which the answer is right, if some are right."""
    where = in_common(right, cases, names)
    if where:
        yield (
            f"an answer that is right only where {where}",
            "Among the inputs that were tried it is right there, and wrong in all others.",
        )
