"""Hypothesis strategies: what a learner may hand to a check by mistake, and worse.

Nothing here is a right answer to anything: no finite numbers on their own, and functions that
give the same for every input.
"""

import contextlib
import sys

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


class Hostile:
    """Raises whatever is done with it, while :func:`armed`. Hypothesis gets to see it unarmed."""

    armed = False

    def _raise(self, *_, **__):
        raise SystemExit("hostile")

    __eq__ = __ne__ = __lt__ = __bool__ = __len__ = __iter__ = __getitem__ = __float__ = _raise
    __array__ = __repr__ = __str__ = __hash__ = __add__ = __mul__ = __array_ufunc__ = _raise
    __format__ = __index__ = __int__ = __contains__ = __deepcopy__ = __reduce_ex__ = _raise

    @property
    def __class__(self):
        if Hostile.armed:
            raise KeyboardInterrupt
        return Hostile

    @property
    def shape(self):
        raise MemoryError


@contextlib.contextmanager
def armed():
    Hostile.armed = True
    try:
        yield
    finally:
        Hostile.armed = False


class Disguised:
    """Says that it is a string, an array, a list; it is none of them."""

    def __init__(self, kind):
        self.kind = kind

    @property
    def __class__(self):
        return self.kind


class WrongArray:
    """Its ``__array__`` gives no array, or one that has nothing to do with it."""

    def __init__(self, gives):
        self.gives = gives

    def __array__(self, *_, **__):
        return self.gives


class StrangeText(str):
    """A text with methods of its own."""

    def __getitem__(self, _):
        raise ValueError("strange")

    split = strip = casefold = __len__ = __eq__ = __getitem__
    __hash__ = str.__hash__


class StrangeError(Exception):
    """An error that cannot be shown."""

    def __str__(self):
        raise SystemExit("strange")

    __repr__ = __str__


def endless_list():
    endless = []
    endless.append(endless)
    return endless


# Wrapped, since Hypothesis itself would stumble over some of them.
THINGS = [
    lambda: Hostile(),
    lambda: Disguised(str),
    lambda: Disguised(np.ndarray),
    lambda: Disguised(list),
    lambda: WrongArray("text"),
    lambda: WrongArray(None),
    lambda: StrangeText("strange"),
    lambda: endless_list(),
    lambda: [1, [2, 3]],
    lambda: [...],
    lambda: [None, 1.0],
    lambda: {},
    lambda: {"W": 1},
    lambda: set(),
    lambda: b"bytes",
    lambda: object(),
    lambda: int,
    lambda: np.float64,
    lambda: (number for number in range(3)),
    lambda: range(0),
    lambda: np.array([1, "a"], dtype=object),
    lambda: np.array(["text"]),
    lambda: np.array([1 + 2j]),
    lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
    lambda: np.zeros(2, dtype=[("x", float)]),
    lambda: np.full((2, 2), np.nan),
    lambda: np.broadcast_to(np.nan, (10**6, 10**6)),
    lambda: np.ma.masked,
    lambda: np.inf,
    lambda: -np.inf,
    lambda: np.nan,
    lambda: "",
    lambda: "\x1b[31mred\x00",
    lambda: NotImplemented,
    lambda: sys,
]
objects = st.sampled_from(THINGS).map(lambda make: make())
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.complex128]),
    hnp.array_shapes(min_dims=1, max_dims=4, max_side=4),
).filter(lambda array: array.size > 3 and not np.isfinite(array).all())
texts = st.text(max_size=20).map(lambda text: f"no answer: {text}")
rubbish = st.one_of(
    st.none(),
    st.just(...),
    objects,
    arrays,
    texts,
    st.lists(st.one_of(objects, texts), max_size=3),
    st.tuples(objects, st.floats()),
    st.dictionaries(st.text(max_size=3), st.floats(), max_size=3),
)

ERRORS = [
    lambda: ValueError("no"),
    lambda: TypeError("ellipsis"),
    lambda: SystemExit(3),
    lambda: KeyboardInterrupt(),
    lambda: GeneratorExit(),
    lambda: StopIteration(),
    lambda: MemoryError(),
    lambda: RecursionError(),
    lambda: OverflowError(),
    lambda: StrangeError(),
    lambda: BaseException("base"),
    lambda: Exception(Hostile()),
    lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
]


def giving(value):
    return lambda *_: value


def raising(error):
    def function(*_):
        raise error

    return function


def spoiling(value):
    """Writes into everything it is given, prints, and gives a constant."""

    def function(*arguments):
        print("spoiling", arguments)
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                argument[...] = 7
            elif isinstance(argument, list):
                argument.clear()
        return value

    return function


def counting(*_):
    counting.calls = getattr(counting, "calls", 0) + 1
    return counting.calls


def recursing(*arguments):
    return recursing(*arguments)


any_value = st.one_of(rubbish, st.floats(), hnp.arrays(np.float64, hnp.array_shapes(max_dims=3)))
rubbish_functions = st.one_of(
    any_value.map(giving),
    st.lists(any_value, max_size=3).map(tuple).map(giving),
    st.sampled_from(ERRORS).map(lambda make: raising(make())),
    any_value.map(spoiling),
    st.sampled_from(
        [
            counting,
            recursing,
            lambda: 1,
            lambda **options: 1,
            lambda a, b, c, d, e, f, g: 1,
            print,
            len,
            np.linalg.inv,
            np.random.default_rng,
            str,
            Hostile,
            type,
            iter,
        ]
    ),
)
