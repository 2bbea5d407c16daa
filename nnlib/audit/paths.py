"""A gradient of a network that is not rebuilt: which way back is missing, or goes another way.

The operations of the loss are known from its trace. One of them, or one line of them, is done in
another way near the point: an operand is a constant, a slope is 1, a product has another factor.
If the slopes of the loss are then those of the gradient, it is known what the gradient leaves out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from nnlib.audit.comparison import Comparison
from nnlib.audit.patient import Arrays, Failed
from nnlib.audit.traces import (
    Operation,
    Rule,
    Spot,
    Strayed,
    Tape,
    is_array,
    line_of,
    operand_text,
    text_of,
    within,
)

MOST_PARAMETERS = 20_000
MOST_OPERATIONS = 3_000
FEW = 4  # wrong numbers, that some suspect fits by chance
MOST_IN_A_FUNCTION = 30
MOST_TURNS = 12
MOST_STATISTICS = 5
MOST_LETTERS = 60  # of an expression that is shown
MOST_WORK = 1e9  # all that is computed again in the search: about as many nanoseconds
STEP = 1e-5
TOLERANCE = 5e-4
PRODUCTS = ("matmul", "dot", "multiply", "einsum", "tensordot", "outer", "inner", "convolve")
ENTRYWISE = {
    "negative", "positive", "absolute", "fabs", "sign", "exp", "exp2", "expm1", "log", "log1p",
    "tanh", "sinh", "cosh", "sin", "cos", "arctan", "sqrt", "square", "power", "float_power",
    "reciprocal", "add", "subtract", "multiply", "divide", "maximum", "minimum", "fmax", "fmin",
    "where", "clip", "logaddexp", "expit",
}  # fmt: skip
UNNAMED = {
    "<lambda>": "a lambda", "<module>": "the script", "<genexpr>": "a loop in brackets",
    "<listcomp>": "a loop in brackets", "<dictcomp>": "a loop in brackets",
}  # fmt: skip
WAY_LEFT_OUT = (
    "A parameter acts on several ways: through time, over a short cut, by a second use, through "
    "a mean. One of them is left out.",
    "Take every way back, and add what comes back where ways meet.",
)
WRONG_FACTOR = (
    "In a product, what comes back to one factor is multiplied by the other one.",
    "Write the product's two equations again: for c = a * b, da = dc * b and db = dc * a; for "
    "C = A @ B, dA = dC @ B.T and dB = A.T @ dC.",
)
SOFTMAX = (
    "A softmax divides by a sum over all outputs, so that each depends on the inputs of all.",
    "With the error da behind it: a * (da - sum(da * a)), the sum over the outputs.",
)
ONE_TAKEN = (
    "A maximum depends on the entry alone that it was taken from.",
    "Keep where it was, as by argmax, and send the error back there; the others get 0.",
)
WAY_COUNTED = (
    "Where ways meet, what comes back is added, once for each way.",
    "Compare the equation of this way back with the others, sign by sign and factor by factor.",
)


@dataclass
class Suspect:
    """A gradient that people compute by mistake: how, and by which rules it is what comes out."""

    kind: str
    seen: str
    advice: tuple[str, str] | None
    rules: dict[int, Rule]


@dataclass
class Place:
    """Where operations stand in the program.

    Attributes
    ----------
    operation : Operation
        One of them.
    calls : list of int
        Their numbers on the tape.
    depth : int
        How many instructions they have in common: the last one, those it was called from.
    spot : tuple, optional
        The instruction that they are a part of; that of the operation itself if none is given.
    turn : str
        Which of several turns it is, where it is not all of them.
    twice : bool
        Whether the same words stand at another place of the function, too.
    """

    operation: Operation
    calls: list[int]
    depth: int
    spot: Spot | None = None
    turn: str = ""
    twice: bool = False

    @property
    def text(self) -> str:
        """The expression, as its author wrote it: shortened, if it is long."""
        spots = self.operation.spots
        text = text_of(self.spot or spots[-1]) if spots else ""
        return shortened(text) or f"a {self.operation.name}"

    def __str__(self) -> str:
        """The expression, the function it stands in, and who calls this one, if it matters."""
        spots = self.operation.spots
        if self.spot is not None:
            spots = spots[: spots.index(self.spot) + 1]
        called = spots[-self.depth :][::-1]
        line = f', in "{shortened(line_of(spots[-1]))}"' if self.twice else ""
        return f"{self.text}{line}{name_of(called)}"

    def operand(self, j: int) -> str:
        """Return an operand as the author wrote it."""
        return shortened(operand_text(self.operation, j)) or f"operand {j + 1}"


def name_of(spots: Sequence[Spot]) -> str:
    """Return the names of the functions in which instructions stand, from the inside out."""
    words = ""
    for number, (code, _) in enumerate(spots):
        if number:
            words += f", called by {shortened(text_of(spots[number])) or 'a line'}"
        words += f", in {UNNAMED.get(code.co_name, code.co_name)}"
    return words


def shortened(text: str) -> str:
    """Return an expression; of a long one the beginning."""
    if len(text) <= MOST_LETTERS:
        return text
    head, bracket, _ = text.partition("(")
    called = bracket and 0 < len(head) <= 30 and text.endswith(")")
    return f"{head}(…)" if called else f"{text[: MOST_LETTERS - 1]}…"


def by_paths(c: Comparison, g: Arrays, where: str, free: bool) -> bool:
    """See whether a gradient is right but for one way back through the program."""
    if free or c.exam.patient.single or sum(v.size for v in c.point) > MOST_PARAMETERS:
        return False
    wrong = [k for k in range(len(g)) if not c.right(k, g)]
    try:
        few = sum(g[k].size for k in wrong) < FEW
        found = Search(c, g).found(few)
        if found is None or (few and not (where == "gradients" and again(c, found))):
            return False
    except (Failed, Strayed):
        return False
    names = ", ".join(c.names[k] for k in wrong)
    c.exam.find(
        found.kind, "wrong", names,
        f"the gradient of {names} is the slope of the loss but for one thing: {found.seen}",
        c.worst(g), advice=found.advice,
    )  # fmt: skip
    return True


def again(c: Comparison, found: Suspect) -> bool:
    """Say whether the same is found at another point: a few numbers can agree by chance."""
    other = next(point for point in c.exam.points if point is not c.point)
    there = Comparison(c.exam, other, c.index)
    g = there.shaped(c.exam.patient.gradients(other, c.exam.patient.data(c.index)), "gradients")
    suspect = None if g is None else Search(there, g).found(few=True)
    return suspect is not None and suspect.seen == found.seen


class Search:
    """The slopes of a loss along some directions, as it is and with operations changed."""

    def __init__(self, c: Comparison, g: Arrays) -> None:
        self.point, rng = c.point, np.random.default_rng(11)
        self.tape = Tape(c.exam, c.index)
        size = [0.1 + np.abs(v).mean() for v in c.point]
        whole = [
            [rng.normal(size=v.shape) * s for v, s in zip(c.point, size, strict=True)]
            for _ in range(2)
        ]
        one = whole[0]
        alone = [[d if i == k else 0 * d for i, d in enumerate(each)]
                 for each in whole for k in range(len(each))]  # fmt: skip
        self.directions = [*whole, *alone]
        self.wanted = [
            sum(float(np.vdot(x, d)) for x, d in zip(g, each, strict=True))
            for each in self.directions
        ]
        self.moved = self.tape.record(self.along(one, STEP))
        self.moved_back = self.tape.record(self.along(one, -STEP))
        self.first = self.tape.record(c.point)
        names = [[each.name for each in run] for run in (self.moved, self.moved_back, self.first)]
        if names[0] != names[2] or names[1] != names[2] or len(self.first) > MOST_OPERATIONS:
            raise Strayed
        loss = self.tape.run(c.point, {})
        self.room = 1e-9 * abs(loss) + 1e-6 * max(abs(w) for w in self.wanted)
        self.cost, self.work = sum(each.cost() for each in self.first), 0.0
        self.right = self.slope({}, one)
        plain = [c.exam.loss(self.along(one, s), c.index) for s in (STEP, -STEP)]
        if not self.near(self.right, (plain[0] - plain[1]) / (2 * STEP)):
            raise Strayed  # watched, the program computes something else

    def along(self, direction: Arrays, step: float) -> Arrays:
        """Return the parameters a step further in a direction."""
        return [v + step * d for v, d in zip(self.point, direction, strict=True)]

    def slope(self, rules: dict[int, Rule], direction: Arrays) -> float:
        """Return the slope in a direction, with operations done by rules."""
        self.work += 2 * self.cost
        up, down = (self.tape.run(self.along(direction, s), rules) for s in (STEP, -STEP))
        return (up - down) / (2 * STEP)

    def near(self, a: float, b: float) -> bool:
        """Say whether two slopes are the same."""
        return abs(a - b) <= TOLERANCE * max(abs(a), abs(b)) + self.room

    def explains(self, rules: dict[int, Rule]) -> bool:
        """Say whether these rules make the gradient that is looked for, in all directions."""
        with np.errstate(all="ignore"):
            return all(
                self.near(self.slope(rules, direction), wanted)
                for direction, wanted in zip(self.directions, self.wanted, strict=True)
            )

    def found(self, few: bool) -> Suspect | None:
        """Return the first suspect that explains the gradient; a few numbers have any factor."""
        for suspect in itertools.chain(
            self.ways_left_out(),
            self.slopes_left_out(),
            self.diagonals(),
            self.statistics_left_out(),
            self.shared_out(),
            self.other_products(),
            [] if few else self.ways_counted(),
        ):
            if self.work > MOST_WORK:
                return None
            if self.explains(suspect.rules):
                return suspect
        return None

    # Which operations belong together

    def changes(self, k: int, j: int) -> bool:
        """Say whether an operand depends on the parameters."""
        return not np.array_equal(self.first[k].inputs[j], self.moved[k].inputs[j], equal_nan=True)

    @cached_property
    def places(self) -> list[Place]:
        """Where operations stand: all calls of a line, and those that come from one caller."""
        groups: dict[Any, list[int]] = {}
        for k, operation in enumerate(self.first):
            for depth in range(1, len(operation.spots) + 1):
                groups.setdefault((operation.spots[-depth:], operation.name), []).append(k)
        found = {tuple(each): Place(self.first[each[0]], each, len(spots))
                 for (spots, _), each in reversed(groups.items())}  # fmt: skip
        written: dict[Any, set[Spot]] = {}
        for place in found.values():
            for spot in place.operation.spots[-1:]:
                written.setdefault((spot[0], place.text), set()).add(spot)
        for place in found.values():
            spots = place.operation.spots
            place.twice = bool(spots) and len(written[spots[-1][0], place.text]) > 1
        return list(found.values())[::-1]

    def turns(self) -> Iterator[Place]:
        """Yield places that are passed several times: each turn alone, and all but one."""
        for place in self.places:
            calls = place.calls
            if 1 < len(calls) <= MOST_TURNS:
                for i, k in enumerate(calls):
                    yield replace(place, calls=[k], turn=f" at turn {i + 1} of {len(calls)}")
                yield replace(place, calls=calls[:-1], turn=" at all turns but the last")
                yield replace(place, calls=calls[1:], turn=" at all turns but the first")

    def edges(self, places: Iterable[Place]) -> Iterator[tuple[Place, int]]:
        """Yield places and their operands that depend on the parameters."""
        for place in places:
            for j in self.first[place.calls[0]].operands():
                if all(j in self.first[k].operands() for k in place.calls) and any(
                    self.changes(k, j) for k in place.calls
                ):
                    yield place, j

    # The suspects

    def ways_left_out(self) -> Iterator[Suspect]:
        """Yield for each operand that it is taken for a constant: at all turns, then at some."""
        for place, j in self.edges(itertools.chain(self.places, self.turns())):
            yield Suspect(
                "gradient_wrong",
                f"the way back through {place.operand(j)}{place.turn} ({place}) is left out.",
                WAY_LEFT_OUT, dict.fromkeys(place.calls, held([j])),
            )  # fmt: skip

    def statistics_left_out(self) -> Iterator[Suspect]:
        """Yield that several sums, means and so on of a function are taken for constants."""
        groups: dict[Any, dict[str, list[int]]] = {}
        for k, operation in enumerate(self.first):
            if operation.name.endswith(".reduce") and operation.result.ndim and operation.spots:
                code, _ = spot = operation.spots[-1]
                groups.setdefault(code, {}).setdefault(text_of(spot), []).append(k)
        for texts in groups.values():
            few = list(texts)[:MOST_STATISTICS]
            for count in range(len(few), 1, -1):
                for some in itertools.combinations(few, count):
                    calls = [k for text in some for k in texts[text]]
                    yield Suspect(
                        "gradient_wrong",
                        f"{' and '.join(some)} are taken for constants: nothing goes back through "
                        "them.", WAY_LEFT_OUT, dict.fromkeys(calls, held([0])),
                    )  # fmt: skip

    def shared_out(self) -> Iterator[Suspect]:
        """Yield that a largest entry's share goes to all entries."""
        for place, j in self.edges(self.places):
            if place.operation.name not in ("maximum.reduce", "minimum.reduce"):
                continue
            for words, way in (("the whole of it", np.sum), ("the same share", np.mean)):
                yield Suspect(
                    "gradient_wrong",
                    f"what comes back to {place.operand(j)} ({place}) goes to all entries, {words} "
                    "to each, and not to the one that was taken.",
                    ONE_TAKEN, dict.fromkeys(place.calls, spread(way)),
                )  # fmt: skip

    def slopes_left_out(self) -> Iterator[Suspect]:
        """Yield other slopes of functions that act on each entry alone."""
        for place, runs in self.functions():
            z, a, own = (np.concatenate(each) for each in zip(*map(self.curve, runs), strict=True))
            shapes = [self.first[run[-1]].result.shape for run in runs]
            ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
            for kind, words, slope in other_slopes(z, a, own):
                rules: dict[int, Rule] = {}
                for run, part, shape in zip(runs, np.split(slope, ends), shapes, strict=True):
                    rules |= self.with_slope(run, part.reshape(shape))
                seen = f"the slope of a function ({place}){place.turn} {words}"
                yield Suspect(kind, seen, None, rules)

    def diagonals(self) -> Iterator[Suspect]:
        """Yield that of the table of a softmax's slopes the diagonal alone is taken."""
        for place in self.places:
            runs = [self.softmax(k) for k in place.calls]
            if all(runs):
                rules: dict[int, Rule] = {}
                for run in runs:
                    a = self.first[run[-1]].result
                    rules |= self.with_slope(run, a * (1 - a))
                yield Suspect(
                    "gradient_wrong",
                    f"the slope of a softmax ({place}) is taken as a * (1 - a), the diagonal of "
                    "its table of slopes: each output depends on the others' inputs, too.",
                    SOFTMAX, rules,
                )  # fmt: skip

    def softmax(self, last: int) -> list[int]:
        """Return the operations of a softmax that ends with a division; none if it is not one."""
        made = {k: self.first[k] for k in range(max(0, last - 5), last + 1)}
        end = made.pop(last)
        if end.name != "divide" or not all(is_array(x) for x in end.inputs):
            return []

        def maker(x: Any, name: str) -> int | None:
            return next((k for k, o in made.items()
                         if o.name == name and np.array_equal(o.result, x)), None)  # fmt: skip

        start = maker(end.inputs[0], "exp")
        if start is None or maker(end.inputs[1], "add.reduce") is None:
            return []
        shift = maker(self.first[start].inputs[0], "subtract")
        if shift is not None and maker(self.first[shift].inputs[1], "maximum.reduce") is not None:
            start = shift
        return list(range(start, last + 1))

    def other_products(self) -> Iterator[Suspect]:
        """Yield other factors in products."""
        for place, j in self.edges(self.places):
            operation = self.first[place.calls[0]]
            operands = operation.operands()
            if operation.name not in PRODUCTS or len(operands) != 2:
                continue
            other = sum(operands) - j
            for what, factors in self.other_factors(place, other):
                yield Suspect(
                    "product_wrong", f"on the way back to {place.operand(j)} ({place}) {what}.",
                    WRONG_FACTOR,
                    {k: with_factor(j, other, f)
                     for k, f in zip(place.calls, factors, strict=True)},
                )  # fmt: skip
            if operation.name in ("matmul", "dot") and square([operation.result]):
                yield Suspect(
                    "product_wrong",
                    f"what comes back to {place.operand(j)} ({place}) comes by the transpose of "
                    "the product's own error.", WRONG_FACTOR,
                    dict.fromkeys(place.calls, turned(j)),
                )  # fmt: skip
            if j == 1 and operation.name == "multiply" and self.changes(place.calls[0], 0):
                yield Suspect(
                    "product_wrong", f"on the way back through a product ({place}) the two factors "
                    "are exchanged: what comes back to each is multiplied by itself.",
                    WRONG_FACTOR, dict.fromkeys(place.calls, exchanged),
                )  # fmt: skip

    def other_factors(self, place: Place, other: int) -> Iterator[tuple[str, Arrays]]:
        """Yield what may be wrong with a factor: none, its transpose, another array."""
        own = [self.first[k].inputs[other] for k in place.calls]
        name, text = place.operation.name, place.operand(other)
        if name in ("matmul", "dot"):
            if square(own):
                what = f"{text} stands where its transpose belongs"
                yield what, [x.swapaxes(-1, -2) for x in own]
        else:
            axes = range(min(x.ndim for x in own))
            for some in [*itertools.combinations(axes, 2), *((axis,) for axis in axes)]:
                what = f"{text}, turned round, stands where {text} belongs"
                yield what, [np.flip(x, some) for x in own]
        if name == "multiply":
            yield f"the other factor, {text}, is left out", [np.ones_like(x) for x in own]
        for words, arrays in self.arrays(len(own)):
            if all(a.shape == b.shape for a, b in zip(arrays, own, strict=True)):
                yield f"{words} stands where {text} belongs", arrays

    @cached_property
    def values(self) -> list[tuple[str, Arrays]]:
        """All arrays of the program, by their shortest names: those of all calls of a place."""
        found: dict[bytes, tuple[str, Arrays]] = {}
        for place in self.places:
            calls = [self.first[k] for k in place.calls]
            shared = [j for j in calls[0].operands() if all(j in o.operands() for o in calls)]
            named = [(place.operand(j), [o.inputs[j] for o in calls]) for j in shared]
            for text, arrays in [
                *named,
                (f"the result of {place.text}", [o.result for o in calls]),
            ]:
                mark = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)
                if mark not in found or len(text) < len(found[mark][0]):
                    found[mark] = text, arrays
        return list(found.values())

    def arrays(self, count: int) -> Iterator[tuple[str, Arrays]]:
        """Yield arrays that the program has: as many of each as an operation has calls."""
        for text, arrays in self.values:
            if len(arrays) == count:
                yield text, arrays
            elif count == 1 and len(arrays) <= MOST_TURNS:
                for i, each in enumerate(arrays):
                    yield f"{text}, at turn {i + 1} of {len(arrays)},", [each]

    def ways_counted(self) -> Iterator[Suspect]:
        """Yield for each operand that what comes back through it counts another number of times."""
        direction, whole, wanted = self.directions[0], self.right, self.wanted[0]
        for place, j in self.edges(self.places):
            without = self.slope(dict.fromkeys(place.calls, held([j])), direction)
            if abs(whole - without) <= 1e3 * self.room:
                continue
            times = round((wanted - without) / (whole - without), 3)
            if not 1e-2 < abs(times) < 1e3 or abs(times - 1) < 1e-2:
                continue
            words = "has the wrong sign" if times == -1 else f"counts {times:g} times"
            yield Suspect(
                "gradient_sign" if times == -1 else "gradient_wrong",
                f"what comes back through {place.operand(j)} ({place}) {words}.",
                WAY_COUNTED, dict.fromkeys(place.calls, counted(j, times)),
            )  # fmt: skip

    # Functions of each entry alone

    def functions(self) -> Iterator[tuple[Place, list[list[int]]]]:
        """Yield runs of operations that make one function of each entry: where, and its calls."""
        found: dict[Any, list[list[int]]] = {}
        for last, operation in enumerate(self.first):
            for depth in range(len(operation.spots)):
                run = self.run_to(last, depth)
                for above in range(depth, -1, -1) if run else ():
                    mark = (operation.spots[above : depth + 1], len(run))
                    found.setdefault(mark, []).append(run)
        seen: set[tuple[int, ...]] = set()
        for (spots, length), runs in found.items():
            place = Place(self.first[runs[0][-1]], [run[-1] for run in runs], len(spots), spots[-1])
            parts = [(place, runs)]
            if 1 < len(runs) <= MOST_TURNS:
                parts.append((replace(place, turn=" at all turns but the last"), runs[:-1]))
            callers = [
                each for (above, other), each in found.items()
                if other == length and len(above) == 2 and above[1:] == spots
            ]  # fmt: skip
            if 2 < len(callers) <= MOST_TURNS:
                parts += [(replace(place, turn=" in all lines but one"),
                           [run for run in runs if run not in one]) for one in callers]  # fmt: skip
            for where, some in parts:
                mark = tuple(run[-1] for run in some)
                if mark not in seen:
                    seen.add(mark)
                    yield where, some

    def run_to(self, last: int, depth: int) -> list[int]:
        """Return the longest function that ends with an operation, within one expression."""
        spots, start = self.first[last].spots, last
        head = spots[: depth + 1]
        if last + 1 < len(self.first) and self.first[last + 1].spots[: depth + 1] == head:
            return []  # the expression goes on
        called = last  # where what this instruction calls begins; before it come its arguments
        while start > 0 and last - start < MOST_IN_A_FUNCTION:
            other = self.first[start - 1].spots
            same = len(other) > depth and other[:depth] == spots[:depth]
            by_this = other[: depth + 1] == head
            turn_before = by_this and (len(spots) == depth + 1 or called > start)
            if not same or not within(other[depth], spots[depth]) or turn_before:
                break
            start -= 1
            called = start if by_this else called
        runs = (list(range(k, last + 1)) for k in range(start, called + 1))
        return next((run for run in runs if self.is_a_function(run)), [])

    def is_a_function(self, run: list[int]) -> bool:
        """Say whether one array goes in, and one of its shape comes out, entry by entry."""
        made: list[np.ndarray] = []
        entering = None
        for k in run:
            operation = self.first[k]
            if operation.name not in ENTRYWISE:
                return False
            for j in operation.operands():
                x = operation.inputs[j]
                if not self.changes(k, j) or any(np.array_equal(x, a) for a in made):
                    continue
                if entering is not None and not np.array_equal(x, entering):
                    return False
                entering = x
            made.append(operation.result)
        return entering is not None and entering.shape == self.first[run[-1]].result.shape

    def entry(self, run: list[int]) -> tuple[int, int]:
        """Return the operation and the operand where a function's array goes in."""
        return next((k, j) for k in run for j in self.first[k].operands() if self.changes(k, j))

    def curve(self, run: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what goes into a function, what comes out, and its slope there, flat."""
        k, j = self.entry(run)
        up, down = (
            (each[k].inputs[j], each[run[-1]].result) for each in (self.moved, self.moved_back)
        )
        with np.errstate(all="ignore"):
            slope = (up[1] - down[1]) / (up[0] - down[0])
        z, a = self.first[k].inputs[j], self.first[run[-1]].result
        return np.ravel(z), np.ravel(a), np.nan_to_num(np.ravel(slope), posinf=0, neginf=0)

    def with_slope(self, run: list[int], slope: np.ndarray) -> dict[int, Rule]:
        """Return rules by which a function has another slope."""
        k, j = self.entry(run)
        base, change = self.first[k].inputs[j], np.zeros_like(slope)

        def enter(operation: Operation, inputs: list[Any]) -> Any:
            change[...] = inputs[j] - base
            return leave(operation, inputs) if run[-1] == k else operation.result

        def leave(operation: Operation, inputs: list[Any]) -> Any:
            return operation.result + slope * change

        inside: dict[int, Rule] = dict.fromkeys(run, lambda operation, inputs: operation.result)
        return {**inside, run[-1]: leave, k: enter}


def other_slopes(
    z: np.ndarray, a: np.ndarray, own: np.ndarray
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield slopes that people take for that of a function."""

    def fits(slope: np.ndarray) -> bool:
        return bool(np.abs(slope - own).max() <= 1e-4 * max(np.abs(own).max(), 1e-12))

    if np.ptp(own) <= 1e-6 * np.abs(own).max(initial=0):
        return  # a line, which has one slope
    yield "slope_missing", "is left out: it is taken as 1.", np.ones_like(own)
    yield "gradient_wrong", "stands there twice.", own**2
    with np.errstate(all="ignore"):
        if fits(a * (1 - a)):
            at_a = np.exp(a) / (1 + np.exp(a)) ** 2
            yield "slope_of_a", "is taken at a, where it belongs to z: sigmoid'(a).", at_a
            yield "slope_of_a", "is a * (1 - a) with z in the place of a.", z * (1 - z)
            yield "gradient_wrong", "is taken as a, without the factor (1 - a).", a
            yield "gradient_wrong", "is taken as 1 - a, without the factor a.", 1 - a
            yield "gradient_wrong", "is taken as 1 - a**2, that of a tanh.", 1 - a**2
        if fits(1 - a**2):
            yield (
                "slope_of_a",
                "is taken at a, where it belongs to z: 1 - tanh(a)**2.",
                (1 - np.tanh(a) ** 2),
            )
            yield "slope_of_a", "is 1 - a**2 with z in the place of a.", 1 - z**2
            yield "gradient_wrong", "is taken as 1 - a, without the square.", 1 - a
            yield "gradient_wrong", "is taken as a * (1 - a), that of a sigmoid.", a * (1 - a)


# Rules: other ways to do an operation near the point


def held(operands: list[int]) -> Rule:
    """Return a rule that takes operands for constants."""

    def rule(operation: Operation, inputs: list[Any]) -> Any:
        return operation.run(*[operation.inputs[j] if j in operands else x
                               for j, x in enumerate(inputs)])  # fmt: skip

    return rule


def counted(j: int, times: float) -> Rule:
    """Return a rule by which what an operand changes counts several times."""

    def rule(operation: Operation, inputs: list[Any]) -> Any:
        alone = [x if i == j else operation.inputs[i] for i, x in enumerate(inputs)]
        return held([j])(operation, inputs) + times * (operation.run(*alone) - operation.result)

    return rule


def with_factor(j: int, other: int, factor: np.ndarray) -> Rule:
    """Return a rule by which a change of one factor is multiplied by another array."""

    def rule(operation: Operation, inputs: list[Any]) -> Any:
        changed = list(inputs)
        changed[j], changed[other] = inputs[j] - operation.inputs[j], factor
        return held([j])(operation, inputs) + operation.run(*changed)

    return rule


def turned(j: int) -> Rule:
    """Return a rule by which what an operand changes is transposed."""

    def rule(operation: Operation, inputs: list[Any]) -> Any:
        alone = [x if i == j else operation.inputs[i] for i, x in enumerate(inputs)]
        change = operation.run(*alone) - operation.result
        return held([j])(operation, inputs) + change.swapaxes(-1, -2)

    return rule


def spread(way: Callable[..., Any]) -> Rule:
    """Return a rule by which a largest entry is the sum, or the mean, of all changes."""

    def rule(operation: Operation, inputs: list[Any]) -> Any:
        keywords = getattr(operation.run, "keywords", {})
        how = {name: keywords[name] for name in ("axis", "keepdims") if name in keywords}
        return operation.result + way(inputs[0] - operation.inputs[0], **how)

    return rule


def square(arrays: Arrays) -> bool:
    """Say whether all are square matrices, or stacks of them."""
    return all(x.ndim > 1 and x.shape[-1] == x.shape[-2] for x in arrays)


def exchanged(operation: Operation, inputs: list[Any]) -> Any:
    """Do a product of entries with each change multiplied by its own factor."""
    a, b = operation.inputs[:2]
    return operation.result + (inputs[0] - a) * a + (inputs[1] - b) * b
