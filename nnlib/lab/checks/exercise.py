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
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import FunctionType

import numpy as np

from nnlib.lab.checks import general
from nnlib.lab.checks.observe import observe
from nnlib.lab.checks.plain import Plain, argument_in_words, in_words, plain, same
from nnlib.lab.checks.verdict import Verdict, right, untouched, wrong

SEED = 20_240_611  # of the generator for the inputs


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A mistake that is known to happen.

    Attributes
    ----------
    name : str
        Ends the sentence "This looks like: …".
    hint : str, or a function of (arguments, ours, theirs)
        One or two sentences that help to mend it, without giving the answer away. The function
        (for a :class:`Function` only) is given the case that fails, and both results as Plains;
        ``theirs`` is None if there was an error.
    wrong : what the mistake gives; a list of several is possible
        For a :class:`Function`, a function with the same arguments; for a :class:`Value`, a value.
    looks_like : function, optional
        Instead of ``wrong``. For a :class:`Function` it is given the list of Outcomes, for a
        :class:`Value` or a :class:`Search` the learner's values: finite floats, arrays, texts.
        Returns True or False.
    """

    name: str
    hint: str | Callable
    wrong: object = None
    looks_like: Callable | None = None

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
        How long the learner's code may run in all.
    """

    number: str
    why: str
    mistakes: list = field(default_factory=list)
    rtol: float = 1e-4
    atol: float = 1e-6
    seconds: float = 10.0

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
        at the same seed. The first case is the simplest: it is shown if it fails.
    answer : function
        The reference. Its arguments' names are used in the messages.
    returns : tuple of str
        Names of the results, if there are several; ``answer`` then returns a tuple.
    must_stay_quiet : bool
        Whether an overflow or another warning of NumPy makes an answer wrong.
    may_change_inputs : bool
    repeatable : bool
        Whether the same input must give the same answer when called again.
    """

    inputs: Callable
    answer: Callable
    returns: tuple = ()
    must_stay_quiet: bool = False
    may_change_inputs: bool = False
    repeatable: bool = True

    @property
    def names(self):
        return tuple(inspect.signature(self.answer).parameters)

    def cases(self):
        """Return the inputs, made anew."""
        return list(self.inputs(np.random.default_rng(SEED)))

    @cached_property
    def expected(self):
        """The Outcomes of the reference."""
        return self.observe(self.answer)[0]

    @cached_property
    def outcomes_of_mistakes(self):
        """For each known mistake, the list of Outcomes of each of its wrong answers."""
        return [
            [self.observe(function)[0] for function in mistake.wrong_answers()]
            for mistake in self.mistakes
        ]

    def observe(self, function):
        n_parts = max(1, len(self.returns))
        return observe(function, self.cases, self.names, n_parts, self.seconds)

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
            return untouched("There is still a ... in your function.")
        expected = self.expected
        case = next((i for i in range(len(expected)) if not self._ok(i, outcomes, expected)), None)
        if case is None:
            return right(self.why)
        late = case >= len(outcomes)
        mistake = None if late else next(iter(self._named(outcomes)), None)
        if mistake is None:
            mistake = general.mistake(self, outcomes, expected, case, ended)
        return self._wrong(case, outcomes, expected, mistake)

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
        return [
            mistake
            for mistake, wrong_ones in zip(self.mistakes, self.outcomes_of_mistakes, strict=True)
            if (mistake.looks_like is not None and mistake.looks_like(outcomes))
            or any(self._alike(outcomes, others) for others in wrong_ones)
        ]

    def _alike(self, outcomes, others):
        return len(outcomes) == len(others) and all(map(self._same_outcome, others, outcomes))

    def _same_outcome(self, ours, theirs):
        if self.must_stay_quiet and bool(ours.warned) != bool(theirs.warned):
            return False
        if theirs.changed and not self.may_change_inputs:
            return False
        if ours.result is None or theirs.result is None:
            overflow = "overflow" in ours.warned and "overflow" in theirs.warned
            return overflow or (ours.error_type == theirs.error_type and not theirs.does_not_fit)
        return same(ours.result, theirs.result, self.rtol, self.atol, equal_nan=True)

    def _no_function(self, value):
        (outcome,), _ = look_at(value, 1, self.seconds)
        if outcome.result is not None and outcome.result.kind in ("dots", "nothing"):
            return untouched()
        rows = [
            ("expected", f"a function of ({', '.join(self.names)})"),
            ("yours", in_words(outcome.result) if outcome.result else "something else"),
        ]
        return wrong(rows, "the result of a function", general.HAND_IN_THE_FUNCTION)

    def _wrong(self, case, outcomes, expected, mistake):
        arguments = self.cases()[case % (len(expected) - 1)]
        pairs = zip(self.names, arguments, strict=True)
        ours = expected[case].result
        rows = [
            ("input", ", ".join(argument_in_words(name, value) for name, value in pairs)),
        ]
        if case >= len(outcomes):
            rows += [
                ("expected", in_words(ours, None, self.returns)),
                ("yours", f"no answer yet after {self.seconds:g} seconds"),
            ]
            return wrong(rows, *mistake)
        theirs = outcomes[case]
        quiet = ", and no warning" if self.must_stay_quiet and theirs.warned else ""
        rows.append(("expected", in_words(ours, theirs.result, self.returns) + quiet))
        if theirs.error:
            rows.append(("yours", f"an error: {theirs.error}"))
        else:
            warned = ", ".join(sorted(theirs.warned)) if quiet else ""
            came = in_words(theirs.result, ours, self.returns)
            rows.append(("yours", f"{came}, and a warning: {warned}" if warned else came))
        if theirs.printed:
            rows.append(("printed", theirs.printed))
        return wrong(rows, *(_words_of(mistake, arguments, ours, theirs.result)))


def _words_of(mistake, arguments, ours, theirs):
    """Name and hint of a mistake; the hint may be a function of input, expected and given."""
    if mistake is None:
        return None, None
    if not isinstance(mistake, Mistake):
        return mistake
    hint = mistake.hint
    return mistake.name, hint(arguments, ours, theirs) if callable(hint) else hint


@dataclass(frozen=True, kw_only=True)
class Given(Exercise):
    """An exercise whose answer is one or more values.

    Attributes
    ----------
    names : tuple of str
        What is handed in, in order: ``("w", "b")``.
    wanted : str
        What is expected, in words that do not give it away.
    """

    names: tuple = ("answer",)
    wanted: str

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
        open_ones = [
            name
            for name, result in zip(self.names, results, strict=True)
            if result.unfinished or result.kind == "nothing"
        ]
        if len(open_ones) == len(self.names):
            return untouched()
        if open_ones:
            return untouched(f"Still open: {', '.join(open_ones)}.")
        rows = [("expected", self.wanted), ("yours", self._yours(results))]
        if self.is_right(results):
            return right(self.why)
        mistake = next(iter(self._named(results)), None)
        if mistake is None:
            return wrong(rows, *self.general_mistake(answers, results))
        return wrong(rows, mistake.name, mistake.hint)

    def mistakes_like(self, answer):
        answers = answer if len(self.names) > 1 else (answer,)
        return self._named([look_at(one, 1, self.seconds)[0][0].result for one in answers])

    def general_mistake(self, answers, results):
        """Name a mistake that can be made anywhere: (name, hint), both None if nothing is known."""
        return general.value(answers, results, self.kind())

    def _named(self, results):
        if not self.fits(results):
            return []
        values = [value_of(result) for result in results]
        return [
            mistake
            for mistake in self.mistakes
            if (mistake.looks_like is not None and mistake.looks_like(*values))
            or any(self.is_like(results, other) for other in mistake.wrong_answers())
        ]

    def is_like(self, results, answer):
        """Whether the values are those of ``answer``."""
        answers = answer if len(self.names) > 1 else (answer,)
        return all(
            same(loosely(plain(ours), theirs), theirs, self.rtol, self.atol)
            for ours, theirs in zip(answers, results, strict=True)
        )

    def _yours(self, results):
        if len(results) == 1:
            return in_words(results[0])
        pairs = zip(self.names, results, strict=True)
        return ", ".join(f"{name} = {in_words(result)}" for name, result in pairs)

    def is_right(self, results):
        raise NotImplementedError

    def fits(self, results):
        """Whether the values are of the expected kind, so that functions can be given them."""
        raise NotImplementedError

    def kind(self):
        """Which kind of Plain is expected."""
        return "numbers"


@dataclass(frozen=True, kw_only=True)
class Value(Given):
    """An exercise with one right answer: a number, a shape, an array, a word.

    Attributes
    ----------
    answer : number, tuple, array or str; a tuple of them if there are several names
    """

    answer: object

    def is_right(self, results):
        return self.is_like(results, self.answer)

    def fits(self, results):
        """Texts for texts, a single number for a single number, numbers of any shape for others."""
        return all(
            usable(result)
            and result.kind == ours.kind
            and (ours.kind == "text" or ours.array.ndim > 0 or result.array.size == 1)
            for result, ours in zip(results, self._parts(), strict=True)
        )

    def kind(self):
        return self._parts()[0].kind

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

    def general_mistake(self, answers, results):
        name, hint = super().general_mistake(answers, results)
        if name is None and self.shapes:
            for what, result, shape in zip(self.names, results, self.shapes, strict=True):
                if result.kind == "numbers" and np.shape(value_of(result)) != shape:
                    return "another shape", f"{what} is {result.array.shape}, wanted is {shape}."
        return name, hint

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


def is_unfinished(function, outcomes):
    """Whether a ``...`` is left: it comes back, it is computed with, or nothing comes back."""
    results = [outcome.result for outcome in outcomes]
    if any(result is not None and result.unfinished for result in results):
        return True
    errors = [outcome.error for outcome in outcomes if outcome.error_type == "TypeError"]
    if any("ellipsis" in error for error in errors):
        return True
    nothing = all(result is not None and result.kind == "nothing" for result in results)
    return bool(results) and nothing and has_dots(function)


def has_dots(function):
    """Whether a line of the function's source is only ``...``."""
    if type(function) is not FunctionType:
        return False
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function.__code__)))
    except Exception:  # no source, or not of a function
        return False
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and node.value.value is Ellipsis
        for node in ast.walk(tree)
    )
