"""Operations that are watched: what is kept of them, where they stand, and doing them again."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.audit import traces
from nnlib.audit.traces import Operation, Strayed, Tape, Traced, operand_text, span, text_of, within

A = np.arange(6.0).reshape(2, 3)
B = A + 0.5


def watched(function, *values):
    """A tape on which a function of arrays is recorded, and the operations."""

    def loss(values, index):
        assert index == "some"
        return function(*values)

    tape = Tape(SimpleNamespace(patient=SimpleNamespace(X=B), loss=loss), "some")
    return tape, tape.record(list(values))


def names_of(function, *values):
    return [operation.name for operation in watched(function, *values)[1]]


# What is seen


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda a: a + 1, ["add"]),
        (lambda a: 2 * a @ B.T, ["multiply", "matmul"]),
        (lambda a: a.dot(B.T), ["dot"]),
        (lambda a: B.T.dot(a), []),  # B is nobody's argument, and its own method asks nobody
        (lambda a: np.asarray(B).T.dot(a), ["dot"]),
        (lambda a: np.zeros((3, 2)) @ a, ["matmul"]),
        (lambda a: B @ a.T, ["matmul"]),
        (lambda a: a.reshape(3, 2).ravel() + 1, ["add"]),
        (lambda a: a.sum(axis=0), ["add.reduce"]),
        (lambda a: a.mean(), ["add.reduce", "divide"]),
        (lambda a: np.mean(a, axis=1), ["add.reduce", "divide"]),
        (lambda a: np.concatenate([a, B, a]), ["concatenate"]),
        (lambda a: np.where(a > 1, a, 0.1 * a), ["greater", "multiply", "where"]),
        (lambda a: -a[0] * a[0, 1], ["negative", "multiply"]),
        (lambda a: float(a[0, 1]) * 2, []),
        (lambda a: np.modf(a)[0], []),
        (lambda a: np.maximum.accumulate(a), ["maximum.accumulate"]),
        (lambda a: np.split(a, 3, axis=1)[0] + 1, ["split", "add"]),
        (lambda a: np.array([a[0, 0], a[1, 1]]) ** 2, ["square"]),
    ],
)
def test_each_operation_is_seen_and_computes_what_it_computed(function, names):
    tape, operations = watched(function, A)
    expected = [each for each in names if each != "greater"]
    assert [o.name for o in operations if o.name != "greater"] == expected
    result = tape.run([A], {})
    np.testing.assert_array_equal(np.asarray(result), function(A))


def test_what_went_in_and_what_came_out_is_kept_as_it_was():
    def function(a):
        h = a * 2
        h += 1
        h[0] = 7
        return h

    tape, (times, plus) = watched(function, A)
    assert [type(each) for each in (*times.inputs[:1], times.result)] == [np.ndarray] * 2
    np.testing.assert_array_equal(times.inputs[0], A)
    np.testing.assert_array_equal(times.result, 2 * A)
    np.testing.assert_array_equal(plus.inputs[0], 2 * A)
    np.testing.assert_array_equal(plus.result, 2 * A + 1)
    assert times.operands() == [0]
    np.testing.assert_array_equal(tape.run([A], {}), [[7, 7, 7], [7, 9, 11]])


def test_numbers_are_added_at_places_as_ever():
    def function(a):
        made = np.zeros(3)
        np.add.at(made, [0, 0, 2], a[0])
        return made

    tape, operations = watched(function, A)
    assert operations == []
    np.testing.assert_array_equal(tape.run([A], {}), [1, 0, 2])


def test_what_is_not_kept_is_done_as_it_was_asked_for():
    fraction, whole = np.zeros((2, 3)), np.zeros((2, 3))

    def function(a):
        np.modf(a + 0.25, out=(fraction, whole), where=np.asarray(a) > 2.5)
        return fraction + whole

    watched(function, A)
    np.testing.assert_array_equal(fraction, [[0, 0, 0], [0.25, 0.25, 0.25]])
    np.testing.assert_array_equal(whole, [[0, 0, 0], [3, 4, 5]])


def test_x_is_watched_too_while_the_loss_is_computed():
    exam = SimpleNamespace(patient=SimpleNamespace(X=B))
    exam.loss = lambda values, index: exam.patient.X.dot(values[0].T)
    assert [o.name for o in Tape(exam, None).record([A])] == ["dot"]
    assert exam.patient.X is B


def test_lists_are_put_together_as_they_came():
    def function(a):
        return np.concatenate([a, a + 1], 1) + np.stack((a, a)).sum(axis=0)[:, :1]

    tape, operations = watched(function, A)
    join = next(o for o in operations if o.name == "concatenate")
    assert join.operands() == [0, 1]
    rule = lambda operation, inputs: operation.run(operation.inputs[1], *inputs[1:])  # noqa: E731
    made = tape.run([A], {operations.index(join): rule})
    np.testing.assert_array_equal(made[:, :3], A + 1 + 2 * A[:, :1])


# Doing it again


def test_an_operation_is_done_by_its_rule():
    tape, _ = watched(lambda a: (a * 2 + 1).sum(), A)
    rule = lambda operation, inputs: operation.run(inputs[0] + 1, inputs[1])  # noqa: E731
    assert tape.run([A], {}) == 2 * A.sum() + 6
    assert tape.run([A], {0: rule}) == 2 * A.sum() + 18
    assert tape.run([A], {1: rule}) == 2 * A.sum() + 12


@pytest.mark.parametrize("other", [lambda a: a + 1, lambda a: a * 2, lambda a: (a * 2 + 1) * 3])
def test_another_computation_than_the_first_is_noticed(other):
    functions = iter([lambda a: a * 2 + 1, other])
    tape, _ = watched(lambda a: next(functions)(a), A)
    with pytest.raises(Strayed):
        tape.run([A], {})


def test_numpy_and_x_are_put_back_when_the_loss_fails():
    before = {name: getattr(np, name) for name in traces.MAKERS}
    kept = []

    def fails(a):
        kept.append(a * 2)
        raise KeyError

    with pytest.raises(KeyError):
        watched(fails, A)
    assert {name: getattr(np, name) for name in traces.MAKERS} == before
    assert type(kept[0] + 1) is np.ndarray


def test_another_thread_is_left_alone():
    found = []

    def elsewhere(a):
        found.extend([np.zeros(2), a + 1])

    def function(a):
        thread = threading.Thread(target=elsewhere, args=(a,))
        thread.start()
        thread.join()
        return a * 2

    assert names_of(function, A) == ["multiply"]
    assert [type(each) for each in found] == [np.ndarray] * 2


def test_a_part_of_an_array_is_watched_as_long_as_the_array():
    kept = []
    watched(lambda a: kept.append(a) or a[0] + a[0, 0], A)
    assert isinstance(kept[0], Traced)
    assert type(kept[0][0]) is np.ndarray
    assert type(kept[0][0, 0]) is np.float64
    loose = A.view(Traced)
    assert type(loose + 1) is np.ndarray
    assert type(loose[0]) is np.ndarray


# What it costs


@pytest.mark.parametrize(
    ("name", "inputs", "result", "cost"),
    [
        ("add", [A, 1.0], A, 8_000 + 6 + 1 + 6),
        ("matmul", [A, A.T], np.ones((2, 2)), 8_000 + 6 + 6 + 4 + 4 * 3 / 4),
        ("dot", [A, A.T], np.ones((2, 2)), 8_000 + 6 + 6 + 4 + 4 * 3 / 4),
        ("dot", [A[0], A.T], np.ones(2), 8_000 + 3 + 6 + 2),
        ("matmul", [A, A[0]], np.ones(2), 8_000 + 6 + 3 + 2 + 2 * 3 / 4),
    ],
)
def test_the_work_of_an_operation(name, inputs, result, cost):
    assert Operation(name, None, inputs, result, ()).cost() == cost


# Where it stands


def test_a_place_is_the_expression_and_the_function_and_who_called():
    def inner(a):
        return a * 2

    def outer(a):
        return inner(a) + inner(
            a + 1
        )  # fmt: skip

    _, operations = watched(outer, A)
    assert [text_of(o.spots[-1]) for o in operations] == [
        "a * 2", "a + 1", "a * 2", "inner(a) + inner( a + 1 )"
    ]  # fmt: skip
    first, one, second, last = operations
    assert [code.co_name for code, _ in first.spots[-2:]] == ["outer", "inner"]
    call = first.spots[-2]
    assert text_of(call) == "inner(a)"
    assert within(one.spots[-1], second.spots[-2])
    assert within(call, last.spots[-1])
    assert not within(last.spots[-1], call)
    assert not within(one.spots[-1], call)
    assert not within(first.spots[-1], call)  # another function
    assert span(call)[0] == outer.__code__.co_firstlineno + 1


def test_numpy_s_own_lines_are_no_place():
    _, operations = watched(lambda a: a.var(axis=0), A)
    assert len(operations) > 3
    assert {text_of(o.spots[-1]) for o in operations} == {"a.var(axis=0)"}


def test_what_is_written_nowhere_has_no_text():
    names = {"np": np}
    exec("def f(a):\n    return a * 2", names)
    _, (operation,) = watched(names["f"], A)
    assert text_of(operation.spots[-1]) == ""
    assert operand_text(operation, 0) == ""
    assert operand_text(Operation("add", None, [], A, ()), 0) == ""


@pytest.mark.parametrize(
    ("text", "operands"),
    [
        ("a + b[0]", ["a", "b[0]"]),
        ("(a + b) @ c.T", ["a + b", "c.T"]),
        ("-a", ["a"]),
        ("a += b", ["a", "b"]),
        ("np.dot(a, b)", ["a", "b"]),
        ("numpy.dot(a, b)", ["a", "b"]),
        ("a.dot(b)", ["a", "b"]),
        ("p['W'].sum(axis=0)", ["p['W']", ""]),
        ("np.concatenate([a, b + 1], 1)", ["a", "b + 1", "1"]),
        ("np.stack((a, b))", ["a", "b", ""]),
        ("f(a)", ["a", ""]),
        ("a[0]", [""]),
        ("a = b", [""]),
        ("a +", [""]),
        ("", [""]),
    ],
)
def test_an_operand_is_read_off_the_expression(text, operands, monkeypatch):
    monkeypatch.setattr(traces, "text_of", lambda spot: text)
    operation = Operation("any", None, [], A, ((span.__wrapped__.__code__, 0),))
    assert [operand_text(operation, j) for j in range(len(operands))] == operands
