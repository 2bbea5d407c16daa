"""The kinds of exercises: what a lesson declares, and how an answer is judged.

- :class:`Function`: the learner writes a function. It is called with several inputs and compared
  with a reference.
- :class:`Value`: the learner predicts or computes a number, a shape, an array, a word.
- :class:`Search`: the learner finds values that make something happen.

Each declares its known mistakes. A known mistake is recognised by what it gives, not by how it is
written: the wrong answer is computed, and compared with the learner's.
"""

import ast
import dis
import inspect
import textwrap
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import FunctionType

import numpy as np

from nnlib.lab.checks import general, relations, trials, values, variants
from nnlib.lab.checks.observe import Printed, call, copies_of, observe, within
from nnlib.lab.checks.plain import Plain, call_in_words, count, in_words, plain, same
from nnlib.lab.checks.verdict import Verdict, right, untouched, waiting, wrong
from nnlib.lab.words import listed

SEED = 20_240_611  # of the generator for the inputs
DECIMALS = 2  # of the numbers that it draws
NOTHING_YET = "nothing is written there yet"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A mistake that is known to happen.

    Attributes
    ----------
    name : str
        Ends the sentence "This looks like: …".
    hint : str, or a function
        One or two sentences that help to mend it, without giving the answer away. For a
        :class:`Function` it is given the arguments of the case that fails, and both results as
        Plains, of which the learner's is None if there was an error; for a :class:`Value` or a
        :class:`Search` the learner's values.
    wrong : what the mistake gives; a list of several is possible
        For a :class:`Function`, a function with the same arguments; for a :class:`Value`, a value.
    looks_like : function, optional
        Instead of ``wrong``. For a :class:`Function` it is given the list of Outcomes, for a
        :class:`Value` or a :class:`Search` the learner's values: finite floats, arrays, texts.
        Returns True or False. The name then says what is certain of all that it is true for.
    in_parts : bool
        Whether it is named, too, where only those of several results are wrong in which it gives
        what the learner's function gave.
    otherwise : bool
        Whether it is named only if no other mistake fits.
    """

    name: str
    hint: str | Callable
    wrong: object = None
    looks_like: Callable | None = None
    in_parts: bool = True
    otherwise: bool = False

    def wrong_answers(self):
        if self.wrong is None:
            return []
        return self.wrong if isinstance(self.wrong, list) else [self.wrong]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What all exercises have.

    Attributes
    ----------
    number : str
        As the reader sees it: "4.3" is the third exercise of lesson 04.
    why : str
        The sentence that is worth reading once the answer is right.
    mistakes : list of Mistake
        The first that fits is named.
    rtol, atol : float
        Two numbers count as the same when they differ by at most ``atol + rtol * |expected|``.
    seconds : float
        How long the learner's code may run in all. Right answers take a hundredth of a second.
    """

    number: str
    why: str
    mistakes: list = field(default_factory=list)
    rtol: float = 1e-4
    atol: float = 1e-6
    seconds: float = 4.0

    def mistakes_like(self, answer):
        """Return all known mistakes that ``answer`` looks like (for the tests of the checks)."""
        raise NotImplementedError

    def judge(self, *answers):
        """Return the Verdict on what the learner hands in."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Function(Exercise):
    """An exercise in which a function is written or mended.

    Attributes
    ----------
    inputs : function of a numpy.random.Generator
        Returns the list of cases; a case is a tuple of arguments. The generator always starts
        at the same seed, and draws numbers with two decimals, so that a case can be pasted. Of
        the cases that fail the smallest is shown.
    answer : function
        The reference. Its arguments' names are used in the messages.
    returns : tuple of str
        Names of the results, if there are several; ``answer`` then returns a tuple.
    must_stay_quiet : bool
        Whether an overflow or another warning of NumPy makes an answer wrong.
    may_change_inputs : bool
    repeatable : bool
        Whether the same input must give the same answer when called again.
    has_variants : bool
        Whether the answer's variants are tried on a learner's result; a slow one has none.
    own_seconds : float
        How long code of ours may run: the answer, a mistake, the search among the variants.
    """

    inputs: Callable
    answer: Callable
    returns: tuple = ()
    must_stay_quiet: bool = False
    may_change_inputs: bool = False
    repeatable: bool = True
    has_variants: bool = True
    own_seconds: float = 10.0

    @property
    def names(self):
        return tuple(inspect.signature(self.answer).parameters)

    def cases(self):
        """Return the inputs, made anew."""
        return list(self.inputs(ShortNumbers(np.random.default_rng(SEED))))

    @cached_property
    def copies(self):
        """As ``cases``, but quicker: makes copies of what was drawn once."""
        return copies_of(self.cases())

    @cached_property
    def expected(self):
        """The Outcomes of the reference."""
        return self.observe(self.answer, self.own_seconds)[0]

    @cached_property
    def outcomes_of_mistakes(self):
        """For each known mistake, the list of Outcomes of each of its wrong answers."""
        return [
            [self.observe(function, self.own_seconds)[0] for function in mistake.wrong_answers()]
            for mistake in self.mistakes
        ]

    def observe(self, function, seconds=None):
        n_parts = max(1, len(self.returns))
        return observe(function, self.copies, self.names, n_parts, seconds or self.seconds)

    def judge(self, *answers):
        if len(answers) != 1:
            return usage(self, "Give it one thing, your function.")
        (function,) = answers
        if not callable(function):
            return self._no_function(function)
        if is_stub(function):
            return untouched()
        outcomes, ended = self.observe(function)
        if is_unfinished(function, outcomes):
            return open_end(function)
        expected = self.expected
        failing = [i for i in range(len(expected)) if not self._ok(i, outcomes, expected)]
        if not failing:
            return right(self.why)
        case = self._shown(failing, outcomes)
        mistake = general.exchanged_arguments(self, function, expected)
        if mistake is None and len(outcomes) == len(expected):
            mistake = next(iter(self._named(outcomes)), None)
        if mistake is None:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                advice = general.advice(self, function, outcomes, expected, case, ended)
                mistake = next(advice, (None, None))
        return self._wrong(function, case, outcomes, expected, mistake)

    def _shown(self, failing, outcomes):
        """Of the cases that fail, the smallest with an error, or the smallest of all."""
        cases = self.cases()

        def place(i):
            late = i >= len(outcomes)
            return late, not late and not outcomes[i].error, i == len(cases), sizes_of(cases, i)

        return min(failing, key=place)

    def variants_like(self, outcomes, parts=()):
        """The variants of the reference that give the same outcomes, or the same in some parts.

        A variant may run for ever, so there is a deadline here, too.
        """
        marks, found = [mark_of(outcome, parts) for outcome in outcomes], []
        everything = self.variants  # made here: where the clock is watched it takes long

        def search():
            for variant in everything:
                if all(
                    variant.mark(i, parts) == mark
                    and self._same_outcome(variant.outcome(i), theirs, parts)
                    for i, (mark, theirs) in enumerate(zip(marks, outcomes, strict=True))
                ):
                    found.append(variant)

        within(self.own_seconds, search, threading.Event())
        return [*found]

    @cached_property
    def variants(self):
        """The variants of the reference; what they give is computed once it is needed."""
        if not self.has_variants:
            return []
        changed = variants.functions_like(self.answer, (*self.names, *self.returns))
        fewer = trials.with_fewer_rows(self.answer, self.cases(), self.names)
        others = trials.with_other_arguments(self.answer, self.cases(), self.names)
        return [
            *(Variant(self, words, function) for words, function in changed),
            *(Variant(self, words, function, trials.IN_A_LOOP) for words, function in fewer),
            *(Variant(self, words, function, trials.GIVEN_OTHERWISE) for words, function in others),
        ]

    def known_numbers(self, j):
        """What may have come in place of one result: (words, whether it is a mistake, numbers).

        What each known mistake gives, each argument, each other result, and each variant, one
        after the other. ``numbers(i)`` is the array of a case; None where there is none.
        """
        n_parts = max(1, len(self.returns))

        def numbers_of(outcome, j=j):
            return lambda i: general.part_of(outcome(i).result, j, n_parts)

        for mistake, wrong_ones in zip(self.mistakes, self.outcomes_of_mistakes, strict=True):
            for outcomes in wrong_ones:
                yield mistake.name, True, numbers_of(outcomes.__getitem__)
        for i, name in enumerate(self.names):
            given = relations.arguments(self.cases(), i)
            if given is not None:
                yield name, False, given.__getitem__
        for k, name in enumerate(self.returns):
            if k != j:
                yield f"{name} in its place", False, numbers_of(self.expected.__getitem__, k)
        for variant in self.variants:
            yield variant.words, True, numbers_of(variant.outcome)

    def related_numbers(self, came, j):
        """The first of the known numbers that what came is a multiple, a sum, … of."""
        found, cases, tolerance = [], self.cases(), (self.rtol, self.atol)
        known = [*self.known_numbers(j)]  # made here: where the clock is watched it takes long

        def search():
            for words, is_mistake, numbers in known:
                relation = relations.to_known_numbers(came, numbers, cases, self.names, tolerance)
                if relation or (relation == "" and not is_mistake):
                    found.append((words, is_mistake, relation))
                    return

        with np.errstate(all="ignore"):
            within(self.own_seconds, search, threading.Event())
        return [*found]

    def mistakes_in_parts(self, outcomes, parts):
        """The known mistakes that give what came in these parts: all that are wrong."""
        return [
            mistake
            for mistake, wrong_ones in zip(self.mistakes, self.outcomes_of_mistakes, strict=True)
            if mistake.in_parts and any(self._alike(outcomes, o, parts) for o in wrong_ones)
        ]

    def mistakes_like(self, answer):
        return self._named(self.observe(answer)[0])

    def _ok(self, case, outcomes, expected):
        """Whether one case is right; the last one is the first, called again."""
        if case >= len(outcomes):
            return False
        ours, theirs = expected[case], outcomes[case]
        if theirs.result is None or (theirs.changed and not self.may_change_inputs):
            return False
        if self.must_stay_quiet and theirs.warned:
            return False
        again = case == len(expected) - 1
        return (again and not self.repeatable) or same(
            ours.result, theirs.result, self.rtol, self.atol
        )

    def _named(self, outcomes):
        """The known mistakes that give what the learner's function gave."""
        return first_choice(
            mistake
            for mistake, wrong_ones in zip(self.mistakes, self.outcomes_of_mistakes, strict=True)
            if (mistake.looks_like is not None and mistake.looks_like(outcomes))
            or any(self._alike(outcomes, others) for others in wrong_ones)
        )

    def _alike(self, outcomes, others, parts=()):
        return len(outcomes) == len(others) and all(
            self._same_outcome(ours, theirs, parts)
            for ours, theirs in zip(others, outcomes, strict=True)
        )

    def _same_outcome(self, ours, theirs, parts=()):
        """Whether two outcomes are the same; with ``parts``, those of several results."""
        if self.must_stay_quiet and bool(ours.warned) != bool(theirs.warned):
            return False
        if theirs.changed and not self.may_change_inputs:
            return False
        if ours.result is None or theirs.result is None:
            overflow = "overflow" in ours.warned and "overflow" in theirs.warned
            return overflow or (ours.error_type == theirs.error_type and not theirs.does_not_fit)
        pairs = [(ours.result, theirs.result)]
        if parts:
            if not len(ours.result.parts) == len(theirs.result.parts) == len(self.returns):
                return False
            pairs = [(ours.result.parts[j], theirs.result.parts[j]) for j in parts]
        return all(same(a, b, self.rtol, self.atol, equal_nan=True) for a, b in pairs)

    def _no_function(self, value):
        (outcome,), _ = look_at(value, 1, self.seconds)
        kind = outcome.result.kind if outcome.result is not None else ""
        if kind == "dots":
            return untouched()
        if kind == "nothing":
            return waiting(
                f"None arrived: {NOTHING_YET}, or a call that returns nothing. "
                f"{general.HAND_IN_THE_FUNCTION}"
            )
        rows = [
            ("expected", f"a function of ({', '.join(self.names)})"),
            ("yours", in_words(outcome.result) if outcome.result else "something else"),
        ]
        return wrong(rows, "the result of a function", general.HAND_IN_THE_FUNCTION)

    def _wrong(self, function, case, outcomes, expected, mistake):
        arguments = self.cases()[case % (len(expected) - 1)]
        ours = expected[case].result
        rows = [("input", call_in_words(*how_to_call(function, self.names), arguments))]
        close = (self.rtol, self.atol)
        if case >= len(outcomes):
            rows += [
                ("expected", in_words(ours, None, self.returns)),
                ("yours", f"no answer yet after {self.seconds:g} seconds"),
            ]
            return wrong(rows, *mistake)
        theirs = outcomes[case]
        quiet = ", and no warning" if self.must_stay_quiet and theirs.warned else ""
        rows.append(("expected", in_words(ours, theirs.result, self.returns, close) + quiet))
        if theirs.error:
            at = f" in line {theirs.line}, {theirs.code}" if theirs.code else ""
            rows.append(("yours", f"an error{at}: {theirs.error}"))
        else:
            warned = ", ".join(sorted(theirs.warned)) if quiet else ""
            came = in_words(theirs.result, ours, self.returns, close)
            rows.append(("yours", f"{came}, and a warning: {warned}" if warned else came))
        if theirs.printed:
            rows.append(("printed", theirs.printed))
        if self.returns:
            rows += self._so_far(outcomes, expected)
        return wrong(rows, *(_words_of(mistake, arguments, ours, theirs.result)))

    def _so_far(self, outcomes, expected):
        """Which of several results are right in every case."""
        if any(o.result is None or o.result.kind != "several" for o in outcomes):
            return []
        if len(outcomes) < len(expected) or any(
            len(o.result.parts) != len(self.returns) for o in outcomes
        ):
            return []
        pairs = [*zip(expected, outcomes, strict=True)]
        fits = [
            all(same(e.result.parts[j], o.result.parts[j], self.rtol, self.atol) for e, o in pairs)
            for j in range(len(self.returns))
        ]
        return so_far(self.returns, fits)


class Variant:
    """A variant of a reference, with the outcomes that have been asked for."""

    def __init__(self, exercise, words, function, hint=""):
        self.exercise, self.words, self.function = exercise, words, function
        self.hint = hint
        self.outcomes, self.marks = {}, {}

    def outcome(self, i):
        """What it gives in a case; the last case is the first, called again."""
        exercise = self.exercise
        case = i % (len(exercise.expected) - 1)
        if case not in self.outcomes:
            n_parts = max(1, len(exercise.returns))
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.outcomes[case] = call(
                    self.function, exercise.copies, case, exercise.names, n_parts, Printed()
                )
        return self.outcomes[case]

    def mark(self, i, parts):
        key = i % (len(self.exercise.expected) - 1), tuple(parts)
        if key not in self.marks:
            self.marks[key] = mark_of(self.outcome(i), parts)
        return self.marks[key]


def mark_of(outcome, parts=()):
    """The shapes of what came: outcomes that are the same have the same."""
    result = outcome.result
    if result is None:
        return outcome.error_type
    came = result.parts or (result,)
    if parts and len(came) > max(parts):
        came = [came[j] for j in parts]
    return tuple(p.array.shape if p.array is not None else p.kind for p in came)


class ShortNumbers:
    """A generator of random numbers that draws numbers with few decimals."""

    def __init__(self, rng):
        self.rng = rng

    def __getattr__(self, name):
        draw = getattr(self.rng, name)

        def short(*arguments, **options):
            drawn = draw(*arguments, **options)
            return np.round(drawn, DECIMALS) if np.asarray(drawn).dtype.kind == "f" else drawn

        return short


def sizes_of(cases, i):
    """How large a case is; the one that is called again counts as the first, an empty one last."""
    size = count(cases[i % len(cases)])
    return (any(np.size(a) == 0 for a in cases[i % len(cases)] if is_array(a)), size)


def is_array(value):
    return isinstance(value, np.ndarray)


def first_choice(mistakes):
    """The mistakes that fit; those for want of another only if there is no other."""
    mistakes = [*mistakes]
    return [mistake for mistake in mistakes if not mistake.otherwise] or mistakes[:1]


def how_to_call(function, names):
    """A learner's function's name, and the names of its arguments if all of them can be given."""
    own = general.parameters_of(function)
    named = type(function) is FunctionType and function.__name__.isidentifier()
    return function.__name__ if named else "your_function", own if len(own) == len(names) else ()


def so_far(names, fits):
    """A row that says which parts are right, if some are."""
    good = [name for name, fit in zip(names, fits, strict=True) if fit]
    bad = [name for name, fit in zip(names, fits, strict=True) if not fit]
    if not good or not bad:
        return []
    return [
        ("so far", f"{len(good)} of {len(names)} right: {listed(good)}. Not yet: {listed(bad)}.")
    ]


def _words_of(mistake, *case):
    """Name and hint of a mistake; the hint may be a function of the case, or of the values."""
    if not isinstance(mistake, Mistake):
        return mistake
    hint = mistake.hint
    return mistake.name, hint(*case) if callable(hint) else hint


@dataclass(frozen=True, kw_only=True)
class Given(Exercise):
    """An exercise whose answer is one or more values.

    Attributes
    ----------
    names : tuple of str
        What is handed in, in order: ``("w", "b")``.
    wanted : str
        What is expected, in words that do not give it away.
    none : str
        What gives None though something was written: ends "nothing is written there yet, or …".
    """

    names: tuple = ("answer",)
    wanted: str
    none: str = "it comes from a call that gives nothing back, as print and append do"

    def judge(self, *answers):
        if len(answers) == 1 and len(self.names) > 1 and type(answers[0]) in (list, tuple):
            answers = tuple(answers[0])
        if len(answers) != len(self.names):
            n = len(self.names)
            things = "one value" if n == 1 else f"{n} values"
            return usage(self, f"Give it {things}: {', '.join(self.names)}.")
        outcomes = [look_at(answer, 1, self.seconds)[0][0] for answer in answers]
        results = [
            outcome.result or Plain("other", words=f"something unreadable ({outcome.error})")
            for outcome in outcomes
        ]
        named = [*zip(self.names, results, strict=True)]
        empty = [name for name, result in named if result.kind == "nothing"]
        open_ones = [name for name, result in named if result.unfinished]
        if empty:
            return waiting(self._of_none(empty, open_ones))
        if len(open_ones) == len(self.names):
            return untouched()
        if open_ones:
            return untouched(f"Still open: {', '.join(open_ones)}.")
        if self.is_right(results):
            return right(self.why)
        rows = [("expected", self.wanted), ("yours", self._yours(results))]
        rows += self._so_far(results)
        mistake = next(iter(self._named(results)), None)
        if mistake is None:
            mistake = next(self.advice(answers, results), (None, None))
            return wrong(rows, *mistake)
        return wrong(rows, *_words_of(mistake, *map(value_of, results)))

    def _of_none(self, empty, open_ones):
        """What is said where None arrives: it may be written, or be what a call gave."""
        which = f" for {listed(empty)}" if len(self.names) > 1 else ""
        more = f" Still open: {', '.join(open_ones)}." if open_ones else ""
        return f"None arrived{which}: {NOTHING_YET}, or {self.none}.{more}"

    def mistakes_like(self, answer):
        answers = answer if len(self.names) > 1 else (answer,)
        return self._named([look_at(one, 1, self.seconds)[0][0].result for one in answers])

    def advice(self, answers, results):
        """Yield mistakes that can be made anywhere: (name, hint)."""
        yield from general.value(self, answers, results)

    def _so_far(self, results):
        """Which of several values are right: rows."""
        return []

    def _named(self, results):
        if not self.fits(results):
            return []
        values = [value_of(result) for result in results]
        return first_choice(
            mistake
            for mistake in self.mistakes
            if (mistake.looks_like is not None and mistake.looks_like(*values))
            or any(self.is_like(results, other) for other in mistake.wrong_answers())
        )

    def is_like(self, results, answer):
        """Whether the values are those of ``answer``."""
        answers = answer if len(self.names) > 1 else (answer,)
        return all(
            same(loosely(plain(ours), theirs), theirs, self.rtol, self.atol)
            for ours, theirs in zip(answers, results, strict=True)
        )

    def _yours(self, results):
        if len(results) == 1:
            return as_given(results[0])
        pairs = zip(self.names, results, strict=True)
        return ", ".join(f"{name} = {as_given(result)}" for name, result in pairs)

    def is_right(self, results):
        raise NotImplementedError

    def fits(self, results):
        """Whether the values are of the expected kind, so that functions can be given them."""
        raise NotImplementedError

    def kinds(self):
        """Which kind of Plain each value is to be."""
        return ["numbers"] * len(self.names)


@dataclass(frozen=True, kw_only=True)
class Value(Given):
    """An exercise with one right answer: a number, a shape, an array, a word.

    Attributes
    ----------
    answer : number, tuple, array or str; a tuple of them if there are several names
    decimals : int, optional
        To how many decimals the task asks for it; ``rtol`` and ``atol`` follow from that, if no
        others are given.
    beside : dict
        Numbers that the reader has before them, by what they are called, and that an answer may
        be mixed up with: ``{"a1": 0.7311}``.
    """

    answer: object
    decimals: int | None = None
    beside: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.decimals is not None and self.atol == Exercise.atol:
            # rounded or cut off, the last decimal may be off by one
            object.__setattr__(self, "rtol", 0)
            object.__setattr__(self, "atol", 1.01 * 10.0**-self.decimals)

    def is_right(self, results):
        return self.is_like(results, self.answer)

    def right_parts(self, results):
        """Whether each of the values is right."""
        return [
            same(loosely(ours, theirs), theirs, self.rtol, self.atol)
            for ours, theirs in zip(self._parts(), results, strict=True)
        ]

    def is_like_in_part(self, results, answer, i):
        """Whether one of several values is that of ``answer``, and not the right one."""
        ours, theirs = plain(answer[i]), results[i]
        close = (self.rtol, self.atol)
        return same(loosely(ours, theirs), theirs, *close) and not same(
            self._parts()[i], ours, *close
        )

    def _so_far(self, results):
        return so_far(self.names, self.right_parts(results)) if len(self.names) > 1 else []

    def advice(self, answers, results):
        yield from super().advice(answers, results)
        yield from values.advice(self, results)

    def fits(self, results):
        """Texts for texts, a single number for a single number, numbers of any shape for others."""
        return all(
            usable(result)
            and result.kind == ours.kind
            and (ours.kind == "text" or ours.array.ndim > 0 or result.array.size == 1)
            for result, ours in zip(results, self._parts(), strict=True)
        )

    def kinds(self):
        return [part.kind for part in self._parts()]

    def _parts(self):
        answers = self.answer if len(self.names) > 1 else (self.answer,)
        return [plain(answer) for answer in answers]


@dataclass(frozen=True, kw_only=True)
class Search(Given):
    """An exercise whose answer is any value that makes something happen.

    Attributes
    ----------
    holds : function of the values
        True where it happens. Single numbers arrive as floats, others as arrays; all are finite.
    came : function of the values, optional
        What happens with them, in words.
    shapes : tuple of tuples
        The shapes of the values, if they are not all single numbers.
    """

    holds: Callable
    came: Callable | None = None
    shapes: tuple = ()

    def fits(self, results):
        shapes = self.shapes or ((),) * len(results)
        return all(
            usable(result) and result.kind == "numbers" and np.shape(value_of(result)) == shape
            for result, shape in zip(results, shapes, strict=True)
        )

    def advice(self, answers, results):
        yield from super().advice(answers, results)
        shapes = self.shapes or ((),) * len(results)
        for what, result, shape in zip(self.names, results, shapes, strict=True):
            if result.kind == "numbers" and np.shape(value_of(result)) != shape:
                wanted = f"shape {shape}" if shape else "a single number"
                yield "another shape", f"{what} has shape {result.array.shape}, wanted is {wanted}."

    def is_right(self, results):
        return self.fits(results) and bool(self.holds(*map(value_of, results)))

    def _yours(self, results):
        yours = super()._yours(results)
        if self.came is None or not self.fits(results):
            return yours
        return f"{yours}: {self.came(*map(value_of, results))}"


def usable(result):
    """Whether a value can be handed to a judging function: a text, or finite numbers."""
    return result is not None and (
        result.kind == "text"
        or (result.kind == "numbers" and bool(np.isfinite(result.array).all()))
    )


def value_of(result):
    """Return a Plain as a text, a float (also if it came as an array of one) or an array."""
    if result.kind == "text":
        return result.words
    return result.array.item() if result.array.size == 1 else result.array.copy()


def as_given(result):
    """A value in words, with all the digits that a learner is likely to have typed."""
    if result.kind == "numbers" and result.array.ndim == 0:
        return f"{float(result.array):.10g}"
    return in_words(result)


def loosely(ours, theirs):
    """Give ``ours`` the shape (1,) or (1, 1) of ``theirs``, if it is a single number."""
    both = ours.kind == theirs.kind == "numbers"
    if both and ours.array.ndim == 0 and theirs.array.size == 1 and theirs.array.ndim <= 2:
        return Plain("numbers", array=ours.array.reshape(theirs.array.shape))
    return ours


def look_at(value, n_parts, seconds):
    """Make a Plain of a value, where errors and time are watched; as :func:`observe`."""
    outcomes, ended = observe(lambda: value, lambda: [()], (), n_parts, seconds)
    if not outcomes:
        outcomes = observe(lambda: "", lambda: [()], (), 1, seconds)[0]
        outcomes[0].result = Plain("other", words="something that takes too long to look at")
    return outcomes[:1], ended


def usage(exercise, text):
    what = "my_function" if isinstance(exercise, Function) else ", ".join(exercise.names)
    return Verdict("unclear", remarks=(text, f'For example: check("{exercise.number}", {what})'))


# ------------------------------------------------------------------------ not attempted yet

STUB_OPERATIONS = {
    "RESUME",
    "NOP",
    "CACHE",
    "COPY_FREE_VARS",
    "LOAD_CONST",
    "POP_TOP",
    "RETURN_CONST",
    "RETURN_VALUE",
}


def is_stub(function):
    """Whether the function's body is only ``...``, ``return ...`` or ``pass``."""
    if type(function) is not FunctionType:
        return False
    code = function.__code__
    returned = [
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname in ("LOAD_CONST", "RETURN_CONST")
    ]
    return {i.opname for i in dis.get_instructions(code)} <= STUB_OPERATIONS and all(
        value is None or value is Ellipsis for value in returned
    )


def open_end(function):
    """The verdict where a ``...`` is left: the learner's own, or that of a function it calls."""
    if has_dots(function):
        return untouched("There is still a ... in your function.")
    names = unfinished_names(function)
    if not names:
        return untouched("There is still a ... in what your function gives back.")
    what = listed(names)
    verb = "is" if len(names) == 1 else "are"
    return waiting(
        f"Your function uses {what}, and {what} {verb} still unfinished in this notebook. Do that "
        "first and run its cell; then run this one again."
    )


def unfinished_names(function, seen=()):
    """The names that a function uses, also by way of others, behind which a ``...`` stands."""
    if type(function) is not FunctionType or function in seen:
        return []
    found = []
    for name in function.__code__.co_names:
        other = function.__globals__.get(name)
        if other is Ellipsis or (type(other) is FunctionType and is_open(other)):
            found.append(name)
        elif type(other) is FunctionType and other.__module__ == function.__module__:
            found += unfinished_names(other, (*seen, function))
    return [*dict.fromkeys(found)]


def is_open(function):
    return is_stub(function) or has_dots(function)


def is_unfinished(function, outcomes):
    """Whether a ``...`` is left: it comes back, it is computed with, or nothing comes back."""
    results = [outcome.result for outcome in outcomes]
    if any(result is not None and result.unfinished for result in results):
        return True
    errors = [outcome.error for outcome in outcomes if outcome.error_type == "TypeError"]
    if any("ellipsis" in error for error in errors):
        return True
    nothing = all(result is not None and result.kind == "nothing" for result in results)
    if bool(results) and nothing and has_dots(function):
        return True
    if any(outcome.error or holds_nothing(outcome.result) for outcome in outcomes):
        return bool(unfinished_names(function))  # what comes from there is None, in many disguises
    return False


def holds_nothing(result):
    """Whether None came, or is among several results."""
    return result is not None and any(p.kind == "nothing" for p in (result, *result.parts))


def has_dots(function):
    """Whether a ``...`` stands in a function's source, other than in an index."""
    if type(function) is not FunctionType:
        return False
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function.__code__)))
    except Exception:  # no source, or not of a function
        return False
    in_an_index = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        for inner in ast.walk(node.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in in_an_index
        for node in ast.walk(tree)
    )
