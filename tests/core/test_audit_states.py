"""What an object, or a default argument, keeps from call to call."""

from functools import partial, wraps

import numpy as np
import pytest
import xor_program
from exams import exam_of, said

import nnlib
from nnlib import audit
from nnlib.audit.functions import fill_anew
from nnlib.audit.states import (
    ONE_FOR_ALL,
    as_they_were,
    blank,
    content,
    defaults_of,
    differs,
    kept,
    numbers_of,
    parts_of,
    put_back,
    reached,
)


class Scaler:
    """It divides by an array of its own, which changes with each call."""

    def __init__(self, **more):
        self.table = np.array([2.0, 8.0, 4.0])
        self.count, self.name, self.gone = 5, "scaler", np.array([1.0, 2.0])
        vars(self).update(more)

    def ask(self):
        self.table *= np.array([1.0, 0.5, 0.75])
        self.gone = np.zeros(len(self.gone) + 1)  # of another shape each time
        return self.table.copy()


def test_the_array_that_changes_is_told_with_the_entry_that_changes_most():
    work = Scaler()
    # After the first call it holds 2, 4, 3, after the second 2, 2, 2.25.
    assert kept(work, work.ask) == (
        "each call changes table, which the object keeps: from 4 to 2 in one of them. With the "
        "number that it had before, the answer before comes again"
    )


def test_of_an_object_within_the_object_the_whole_name_is_told():
    work = Scaler(part=Scaler())
    said = kept(work, work.part.ask)
    assert said.startswith("each call changes part.table, which the object keeps: from 4 to 2 in ")


def test_a_number_that_moves_on_is_told():
    work = Scaler()

    def ask():
        work.count += 3
        return np.array([work.count])

    assert kept(work, ask).startswith(
        "each call changes count, which the object keeps: from 8 to 11"
    )


def test_an_answer_that_is_partly_no_number_comes_again_too():
    work = Scaler()

    def ask():
        return np.append(work.ask(), np.nan)

    assert kept(work, ask).startswith("each call changes table")
    work = Scaler(half=np.array([np.nan, 1.0]))  # it stays as it is, and is not told
    assert kept(work, work.ask).startswith("each call changes table")


def test_of_several_that_change_the_one_that_makes_the_answer_is_told():
    work = Scaler()

    def ask():
        work.count += 1
        return work.ask()

    assert "changes table" in kept(work, ask)


def test_where_nothing_that_is_kept_makes_it_nothing_is_told():
    work, calls = Scaler(), []

    def ask():
        calls.append(0)
        work.table += 1
        return np.array([float(len(calls))])

    assert kept(work, ask) == ""
    work = Scaler(rng=np.random.default_rng(0))
    assert kept(work, work.ask) == ""  # it may draw at random
    work = Scaler()
    assert kept(work, lambda: np.ones(1)) == ""


def test_an_array_whose_shape_changes_is_not_put_back():
    work = Scaler(table=np.ones(3))

    def ask():
        work.gone = np.zeros(len(work.gone) + 1)
        return np.array([len(work.gone)])

    assert kept(work, ask) == ""


@pytest.mark.parametrize(("value", "there"), [
    (np.arange(3), True), (np.ones(2), True), (3, True), (0.5, True), (np.uint8([1]), True),
    (np.array([True]), False), (np.array(["a"]), False), ("word", False), ([1.0, 2.0], True),
    (None, False), (np.array([1j]), False),
])  # fmt: skip
def test_arrays_of_numbers_and_numbers_are_kept_as_copies(value, there):
    work = Scaler(value=value)
    found = numbers_of(work)
    assert set(found) == {".table", ".count", ".gone"} | ({".value"} if there else set())
    work.table[0] = 77
    assert found[".table"][0] == 2


# Default arguments


def noted(X, notes=[], *, table={}, count=3, zeros=np.zeros(2)):  # noqa: B006, B008
    notes.append(X)
    return X


def calls_noted(X):
    return [noted(x) for x in X]


def called_by(function):
    def call(X):
        return function(X)

    return call


def after_calls(n):
    """A function that is so many calls away from one with default arguments."""
    call = noted
    for _ in range(n):
        call = called_by(call)
    return call


class Noting:
    """It has methods of all sorts."""

    def __init__(self):
        self.layers = [Scaler()]

    def own(self, cache=[]):  # noqa: B006
        return cache

    @staticmethod
    def static(memo={}):  # noqa: B006
        return memo

    @classmethod
    def of_class(cls, seen=[]):  # noqa: B006
        return seen


def around(function):
    @wraps(function)
    def call(*given):
        return function(*given)

    return call


@pytest.mark.parametrize(
    "thing",
    [noted, partial(noted, 1), around(noted), calls_noted, lambda X: calls_noted and noted(X)],
)
def test_lists_dicts_and_arrays_that_are_defaults_are_found(thing):
    found = {each.argument: each for each in defaults_of([thing])}
    assert list(found) == ["notes", "zeros", "table"] or sorted(found) == [
        "notes", "table", "zeros",
    ]  # fmt: skip
    assert found["table"].value is noted.__kwdefaults__["table"]
    assert str(found["notes"]) == "notes, a default argument of noted and one list for all"
    assert str(found["zeros"]) == "zeros, a default argument of noted and one array for all"


def test_the_methods_of_an_object_and_of_its_parts_are_looked_through_and_one_level_more():
    assert [each.argument for each in defaults_of([Noting()])] == ["cache", "memo", "seen"]
    assert [each.argument for each in defaults_of([Noting().own])] == ["cache", "memo", "seen"]
    assert any(isinstance(part, Scaler) for part in parts_of(Noting()))
    assert defaults_of([np, 3, None]) == []


@pytest.mark.parametrize(("n", "there"), [(0, True), (3, True), (4, False)])
def test_what_functions_name_is_looked_through_three_times(n, there):
    assert bool(defaults_of([after_calls(n)])) == there


def test_of_another_module_functions_are_looked_at_and_not_what_they_name():
    names = {each.__name__ for each in reached([lambda: nnlib.check_gradients])}
    assert "check_gradients" not in names  # a module is not looked through
    check = nnlib.check_gradients
    assert {each.__name__ for each in reached([lambda: check])} == {"<lambda>", "check_gradients"}


@pytest.mark.parametrize(
    ("value", "empty"),
    [
        ([], True), ({}, True), ([0], True), ([1], False), ({"t": 0, "m": {}}, True),
        ({"t": 2, "m": {}}, False), (np.zeros(2), True), (np.array([0.0, 1e-9]), False),
        ([None, np.zeros(1)], True), (["text"], False), ([[], [0.5]], False),
    ],
)  # fmt: skip
def test_nothing_and_zeros_are_a_fresh_start(value, empty):
    assert blank(content(value)) == empty


def change(value):
    if isinstance(value, np.ndarray):
        value[0] += 1
    elif isinstance(value, dict):
        value["new"] = 1
    else:
        value.append(1)


@pytest.mark.parametrize("make", [list, dict, lambda: np.zeros(2), lambda: [np.zeros(1)]])
def test_what_was_changed_is_put_back(make):
    value = make()
    held = content(value)
    assert not differs(value, held)
    change(value)
    assert differs(value, held)
    put_back(value, held)
    assert not differs(value, held)


def test_the_same_objects_are_put_back_with_what_they_held():
    inner, things = np.zeros(2), {}
    value = [inner, things, 5]
    held = content(value)
    inner[0], things["a"] = 7.0, 1
    value[2:] = []
    assert differs(value, held)
    put_back(value, held)
    assert value[0] is inner
    assert value[1] is things
    assert (inner.tolist(), things, value[2]) == ([0.0, 0.0], {}, 5)
    value[0] = np.zeros(2)
    assert differs(value, held)  # another array of the same numbers


def test_defaults_are_as_they_were_also_after_an_error():
    (notes, *_) = defaults_of([noted])

    def fail():
        with as_they_were([notes]):
            noted(1)
            assert notes.changed()
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert notes.value == []


def kept_by(kind, ok=False):
    """A program that keeps something in a default argument: rightly, wrongly, or not at all."""
    start, forward = xor_program.start, xor_program.forward

    def back(p, X, y, h, a):
        d2 = (a - y) / len(X)
        d1 = d2 @ p["W2"].T * (1 - h**2)
        return {"W1": X.T @ d1, "b1": d1.sum(0, keepdims=True),
                "W2": h.T @ d2, "b2": d2.sum(0, keepdims=True)}  # fmt: skip

    def hidden(p, X, acts=[]):  # noqa: B006
        acts = [] if ok else acts
        acts.append(forward(p, X)[0])
        return acts[0]

    def once(p, X, memo={}):  # noqa: B006
        memo = {} if ok else memo
        return memo.setdefault("h", forward(p, X)[0])

    def plain(p, X):
        return forward(p, X)[0]

    def scaled(X, of={}):  # noqa: B006
        of.setdefault("mean", X.mean(0))
        return X - of["mean"]

    def added(p, X, y, sums={}):  # noqa: B006
        sums = {} if ok else sums
        for name, g in back(p, X, y, *forward(p, X)).items():
            sums[name] = sums.get(name, 0) + g
        return sums

    def listed(p, X, y, found=[]):  # noqa: B006
        found = [] if ok else found
        found.extend(back(p, X, y, *forward(p, X)).values())
        return found

    def gradients(p, X, y):
        keeps = {"grows": hidden, "once": once}.get(kind, plain)
        return back(p, X, y, keeps(p, X), forward(p, X)[1])

    def step(p, X, y, v={}, log=[]):  # noqa: B006
        log.append(xor_program.loss(p, X, y))
        for name, g in gradients(p, X, y).items():
            v[name] = 0.5 * g + (0.9 * v.get(name, 0) if kind == "momentum" else 0)
            p[name] -= v[name]

    def of_scaled(function):
        return lambda p, X, *y: function(p, scaled(X), *y)

    given = {"predict": xor_program.predict, "loss": xor_program.loss}
    given |= {"added": {"gradients": added}, "listed": {"gradients": listed}}.get(
        kind, {"step": step, "learning_rate": 0.5}
    )
    if kind == "scaled":
        given |= {name: of_scaled(given[name]) for name in ("predict", "loss", "step")}
    rng = np.random.default_rng(3)
    X = rng.normal(size=(12, 2))
    return {"X": X, "y": 1.0 * (X[:, :1] * X[:, 1:] > 0), "parameters": start(), **given}


SEEN = {
    "grows": (
        "step", "acts, a default argument of hidden and one list for all calls, keeps what the "
        "first call left in it: step 2 is not the one along its gradient, and it is, if nothing "
        "was kept before it.",
    ),
    "once": (
        "step", "memo, a default argument of once and one dict for all calls, keeps what the first "
        "call left in it: step 2 is not the one along its gradient, and it is, if nothing was kept "
        "before it.",
    ),
    "added": (
        "gradients", "sums, a default argument of added and one dict for all calls, keeps what a "
        "call leaves in it: gradients gives ",
    ),
    "listed": (
        "gradients", "found, a default argument of listed and one list for all calls, keeps what a "
        "call leaves in it: gradients answers once, and in the second call it returned ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("kind", SEEN)
def test_what_a_default_argument_keeps_is_wrong_where_answers_or_steps_go_by_it(kind, before):
    arguments = kept_by(kind)
    for _ in range(before):  # calls by whoever wrote the program
        arguments.get("step", arguments.get("gradients"))(
            xor_program.start(), arguments["X"], arguments["y"]
        )
    held = [content(each.value) for each in defaults_of(arguments.values())]
    report = audit(**arguments)
    where, seen = SEEN[kind]
    (finding,) = report.findings
    assert (finding.kind, finding.severity, finding.where) == ("state_kept", "wrong", where)
    assert finding.seen.startswith(seen)
    assert finding.advice == ONE_FOR_ALL
    now = [each.value for each in defaults_of(arguments.values())]
    assert not any(differs(a, b) for a, b in zip(now, held, strict=True))


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("kind", [*SEEN, "momentum", "log", "scaled"])
def test_what_no_answer_goes_by_and_an_optimisers_memory_are_not_told(kind, before):
    arguments = kept_by(kind, ok=True)
    for _ in range(before):
        arguments.get("step", arguments.get("gradients"))(
            xor_program.start(), arguments["X"], arguments["y"]
        )
    report = audit(**arguments)
    assert report
    assert not report.findings


def test_a_list_is_taken_for_an_empty_one_where_calls_fill_it_again():
    def filled(p, X, notes=[1], sizes=[2]):  # noqa: B006
        notes.append(sizes[0])
        return xor_program.predict(p, X)

    exam = exam_of(np.ones((3, 2)), np.ones((3, 1)), xor_program.start(), predict=filled)
    exam.patient.defaults = defaults_of([filled])
    with as_they_were(exam.patient.defaults):
        fill_anew(exam)
    fresh = {each.argument: each.fresh for each in exam.patient.defaults}
    assert fresh["notes"] == []
    assert blank(fresh["notes"])
    assert not blank(fresh["sizes"])
    assert said(exam) == []
    assert filled.__defaults__[1] == [2]
