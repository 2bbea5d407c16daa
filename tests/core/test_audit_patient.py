"""A program in one form: structures of every kind, its answers, its objects, its clock."""

import collections
import copy
import io
import math
import random
import signal
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from frame import Frame

from nnlib.audit.patient import (
    Failed,
    Patient,
    Silent,
    TooLong,
    as_columns_of,
    assign,
    attribute,
    called,
    copied,
    filled,
    fits,
    generators,
    holds_arrays,
    in_form_of,
    is_leaf,
    leaves,
    like,
    not_copied,
    of_an_object,
    parameter_names,
    plain,
    seeded_anew,
    short_name,
    sounds_like_answers,
    taken,
    wide,
    widened,
)

Pair = collections.namedtuple("Pair", ["W", "b"])


class Holder:
    """An object with whatever attributes it is given."""

    def __init__(self, **parts):
        self.__dict__.update(parts)


# Structures


@pytest.mark.parametrize(
    ("value", "inside", "at_the_top"),
    [
        (np.ones(2), True, True),
        (np.ones(2, dtype=int), True, True),
        (np.ones(2, dtype=np.uint8), True, True),
        (np.ones(2, dtype=bool), True, True),
        (np.array(["a"]), False, False),
        (np.ones(2, dtype=complex), False, False),
        (np.array([None]), False, False),
        (True, True, True),
        (1, True, True),
        (1.5, True, True),
        (np.float32(1), True, True),
        ([1, 2.0], True, False),
        (((1, 2), (3, 4)), True, False),
        ([[1], [1, 2]], False, False),
        ([], False, False),
        (["a"], False, False),
        ([np.ones(2)], False, False),
        ([[1, 2], {"a": 1}], False, False),
        ("text", False, False),
        (None, False, False),
        ({"a": 1}, False, False),
    ],
)
def test_numbers_at_the_ends_of_a_structure_are_known(value, inside, at_the_top):
    assert is_leaf(value) is inside
    assert is_leaf(value, top=True) is at_the_top


def test_an_array_in_nested_lists_is_noticed():
    assert holds_arrays([1, [2, np.ones(1)]])
    assert holds_arrays(([1], {"a": 1}))
    assert not holds_arrays([1, (2.0, True, np.float32(3))])
    assert holds_arrays("a")


def objects(*arrays):
    made = np.empty(len(arrays), dtype=object)
    made[:] = arrays
    return made


STRUCTURES = [
    (np.ones((2, 1)), ["parameters"]),
    (3.0, ["parameters"]),
    ({"W": np.ones(2), "b": 0.5}, ["W", "b"]),
    ([np.ones(2), 0.5], ["parameters[0]", "parameters[1]"]),
    ([1.0, 2.0], ["parameters[0]", "parameters[1]"]),
    ((np.ones(2), [0.5, 1.5]), ["parameters[0]", "parameters[1]"]),
    (Pair(np.ones(2), 0.5), ["parameters[0]", "parameters[1]"]),
    (objects(np.ones(2), np.ones(3)), ["parameters[0]", "parameters[1]"]),
    (Holder(W=np.ones(2), name="net", b=[1, 2]), ["W", "b"]),
    (Holder(layers=[Holder(W=np.ones(2)), Holder(W=np.ones(3))]), ["layers[0].W", "layers[1].W"]),
    ({"layers": [{"w": 1.0}, {"w": 2.0}]}, ["layers[0]['w']", "layers[1]['w']"]),
    ({"a": {"b": {"c": np.ones(1)}}}, ["a['b']['c']"]),
    ({0: np.ones(1), 1: np.ones(2)}, ["parameters[0]", "parameters[1]"]),
    ({"text": "net", "none": None, "f": math.sin, "W": np.ones(1)}, ["W"]),
    ("text", []),
    (None, []),
]


@pytest.mark.parametrize("number", range(len(STRUCTURES)))
def test_a_structure_is_taken_apart_and_put_together(number):
    structure, names = STRUCTURES[number]
    found = leaves(structure)
    assert [short_name(name) or "parameters" for name, _ in found] == names
    made = filled(structure, iter([array + 0.25 for _, array in found]), True)
    assert type(made) is type(structure)
    again = leaves(made)
    assert [name for name, _ in again] == [name for name, _ in found]
    for (_, old), (_, new) in zip(found, again, strict=True):
        np.testing.assert_array_equal(new, old + 0.25)
    assert [array.tolist() for _, array in leaves(structure)] == [a.tolist() for _, a in found]


def test_what_is_no_number_comes_along_as_a_copy():
    other = {"text": "net", "shape": {1, 2}, "W": np.ones(1), "f": math.sin}
    made = filled(other, iter([np.zeros(1)]), True)
    assert made["text"] == "net"
    assert made["shape"] == {1, 2}
    assert made["shape"] is not other["shape"]
    assert made["f"] is math.sin


def test_a_structure_is_followed_eight_steps_deep():
    def nested(depth):
        value = np.ones(1)
        for _ in range(depth):
            value = {"a": value}
        return value

    assert len(leaves(nested(8))) == 1
    assert len(leaves(nested(9))) == 0
    for depth, expected in ((8, 2.0), (9, 1.0)):
        made = filled(nested(depth), iter([np.array([2.0])]), True)
        for _ in range(depth):
            made = made["a"]
        assert made.tolist() == [expected]


@pytest.mark.parametrize(
    ("value", "exact", "wanted", "kind"),
    [
        (np.ones(2, dtype=np.float32), False, [1.5, 2.0], np.float32),
        (np.ones(2, dtype=np.float32), True, [1.5, 2.0], np.float64),
        (np.ones(2, dtype=np.float16), False, [1.5, 2.0], np.float16),
        (np.ones(2, dtype=int), False, [1.5, 2.0], np.float64),
        (np.ones(2, dtype=int), False, [1.0, 2.0], np.int64),
        (np.ones(2, dtype=int), True, [1.0, 2.0], np.float64),
        (np.ones(2, dtype=bool), False, [0.0, 1.0], bool),
        (np.ones(2, dtype=np.uint8), False, [0.0, 7.0], np.uint8),
    ],
)
def test_an_array_gets_numbers_of_its_own_type(value, exact, wanted, kind):
    made = like(value, np.array(wanted), exact)
    assert made.dtype == kind
    assert made.tolist() == wanted


def test_numbers_and_lists_stay_what_they_are():
    assert like([1, 2], np.array([3.0, 4.5]), True) == [3.0, 4.5]
    assert like((1, 2), np.array([3.0, 4.5]), False) == [3.0, 4.5]
    for value, number, exact, kind in [
        (1, 2.0, False, int), (1, 2.5, False, float), (1, 2.0, True, float),
        (np.int64(1), 2.0, False, int), (True, 1.0, False, float), (1.5, 2.0, False, float),
    ]:  # fmt: skip
        made = like(value, np.array(number), exact)
        assert made == number
        assert type(made) is kind
    with pytest.warns(PendingDeprecationWarning):
        table = like(np.asmatrix([[1.0, 2.0]]), np.array([[3.0, 4.0]]), False)
    assert isinstance(table, np.matrix)
    assert not isinstance(like(np.ones((1, 2)), np.ones((1, 2)), False), np.matrix)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("['W1']", "W1"), ('["it\'s"]', "it's"), ("['W'][0]", "W[0]"), (".net.W", "net.W"),
        ("[0]", "parameters[0]"), ("[0].W", "parameters[0].W"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_shortened(long, short):
    assert short_name(long) == short


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("dW1", "W1"), ("d_W1", "W1"), ("grad_W1", "W1"), ("grads_W1", "W1"), ("dL_dW1", "W1"),
        ("dJ_dW1", "W1"), ("gradient_W1", "W1"), ("delta_W1", "W1"), ("W1_grad", "W1"),
        ("W1_gradient", "W1"), ("d", "d"), ("grad_", "grad_"), (".dW", "W"), ("['dW1']", "W1"),
        ("[0]", "[0]"), ("ddW", "dW"), ("W1", "W1"), ("parameters[2]", "[2]"), ("bd", "bd"),
    ],
)  # fmt: skip
def test_a_gradient_s_name_is_that_of_its_parameter(name, bare):
    assert plain(name) == bare


def test_an_array_fits_up_to_axes_of_length_1():
    assert fits(np.ones((3, 1)), np.ones(3))
    assert fits(np.ones((1, 3)), np.ones((3, 1)))
    assert fits(np.ones(()), np.ones((1, 1)))
    assert not fits(np.ones((2, 3)), np.ones((3, 2)))
    assert not fits(np.ones(2), np.ones(3))


# Samples


def test_samples_are_taken_in_the_form_in_which_they_came():
    X = np.arange(12.0).reshape(4, 3)
    rows = np.array([2, 0])
    np.testing.assert_array_equal(taken(X, rows, 0), X[[2, 0]])
    np.testing.assert_array_equal(taken(X, rows, -1), X[:, [2, 0]])
    assert taken(X.tolist(), rows, 0) == X[[2, 0]].tolist()
    assert taken(X.tolist(), rows, -1) == X[:, [2, 0]].tolist()
    assert taken((1, 2, 3), rows, 0) == (3, 1)
    assert taken([1, 2, 3], slice(1, 3), 0) == [2, 3]
    for axis, wanted in ((0, X[[2, 0]]), (-1, X[:, [2, 0]])):
        frame = taken(Frame(X, columns="abc"), rows, axis)
        assert isinstance(frame, Frame)
        np.testing.assert_array_equal(frame.data, wanted)


def test_an_array_is_brought_into_the_form_of_the_data():
    made = in_form_of(np.ones(2), array := np.array([3.0, 4.0]))
    assert made is not array
    assert made.tolist() == in_form_of([1, 2], array) == [3.0, 4.0]
    for columns in ([np.ones((2, 1)), np.ones((2, 1))], (np.ones(2), np.ones(2))):
        made = in_form_of(columns, rows := np.stack(columns) + 1)
        assert type(made) is type(columns)
        assert not np.shares_memory(made[0], rows)
        np.testing.assert_array_equal(made[1], columns[1] + 1)
    table = in_form_of(Frame([[1.0, 2.0]], index=[7], columns=["a", "b"]), array[None])
    assert (table.index, table.columns, table.name) == ([7], ["a", "b"], None)
    series = in_form_of(Frame([1.0, 2.0], index=[7, 8], name="y"), array)
    assert (series.index, series.columns, series.name) == ([7, 8], None, "y")
    np.testing.assert_array_equal(series.data, array)


def test_answers_get_a_row_for_each_sample():
    a = np.arange(6).reshape(2, 3)
    assert as_columns_of(a, 0).tolist() == a.tolist()
    assert as_columns_of(a, -1).tolist() == a.T.tolist()
    assert as_columns_of(np.arange(3), 0).tolist() == [[0], [1], [2]]
    assert as_columns_of(np.ones((2, 3, 4)), 0).shape == (2, 12)
    assert as_columns_of(np.ones((2, 3, 4)), -1).shape == (4, 6)


def test_a_copy_shares_nothing():
    a = np.ones(2)
    assert copied(a) is not a
    assert not np.shares_memory(copied(a), a)
    nested = objects(np.ones(2), [1])
    assert copied(nested)[0] is not nested[0]
    lock = threading.Lock()
    assert copied(lock) is lock
    assert copied({"a": [1]}) == {"a": [1]}


def test_short_floats_are_made_long():
    a = np.ones(2, dtype=np.float32)
    assert wide(a).dtype == np.float64
    assert a.dtype == np.float32
    assert wide(np.ones(2, dtype=int)).dtype == int
    double = np.ones(2)
    assert not np.shares_memory(wide(double), double)
    assert wide([1, 2]) == [1, 2]


# A patient


def patient(parameters=None, X=None, y=None, **functions):
    return Patient(
        np.eye(2) if X is None else X, np.ones((2, 1)) if y is None else y,
        {"W": np.ones((2, 1)), "b": np.zeros(1)} if parameters is None else parameters, functions,
    )  # fmt: skip


def test_a_patient_copies_what_it_is_given():
    X, p = np.eye(2), {"W": np.ones((2, 1), dtype=int)}
    it = patient(p, X)
    X[0, 0] = p["W"][0, 0] = 9
    assert it.X[0, 0] == it.start[0][0, 0] == it.as_given[0][0, 0] == 1
    assert it.start[0].dtype == np.float64
    assert it.as_given[0].dtype == int
    assert it.names == ["W"]
    assert it.axis == {"X": 0, "y": 0, "predictions": 0}
    assert not it.has("loss")
    assert patient(loss=len, step=None).has("loss")
    assert not patient(loss=len, step=None).has("loss", "step")
    assert Patient(X, X, None, {}).names == []


def test_steps_are_short_where_all_floats_are():
    short, long, whole = (np.ones(2, dtype=t) for t in (np.float32, np.float64, int))
    assert patient([short]).short_steps
    assert patient([short, whole]).short_steps
    assert not patient([short, long]).short_steps
    assert not patient([whole]).short_steps
    held = patient([short, long]).held([np.full(2, 0.1), np.full(2, 0.1)])
    assert held[0].tolist() == [float(np.float32(0.1))] * 2
    assert held[1].tolist() == [0.1, 0.1]
    assert patient([whole]).held([np.full(2, 0.1)])[0].tolist() == [0.1, 0.1]


def test_parameters_are_made_in_their_own_form():
    it = patient([np.ones(2, dtype=np.float32), 2])
    assert it.made(None)[0] is not it.structure[0]
    made = it.made([np.array([0.5, 1.5]), np.array(3.0)])
    assert made[0].dtype == np.float32
    assert made[1] == 3
    assert it.made([np.array([0.5, 1.5]), np.array(3.0)], exact=True)[0].dtype == np.float64


def test_a_long_vector_is_cut_and_joined():
    it = patient({"theta": np.arange(7.0).reshape(7, 1)})
    it.cut([(2, 2), (3,)])
    assert it.names == ["theta[0:4]", "theta[4:7]"]
    assert [v.tolist() for v in it.start] == [[[0, 1], [2, 3]], [4, 5, 6]]
    assert [v.tolist() for v in it.as_given] == [v.tolist() for v in it.start]
    made = it.made([v + 1 for v in it.start])
    assert made["theta"].ravel().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert made["theta"].shape == (7, 1)
    read = it.read(np.arange(7), "gradients")
    assert [v.shape for v in read] == [(2, 2), (3,)]
    for bad in (np.arange(6), [np.arange(4), np.arange(3)]):
        with pytest.raises(Failed, match="but the parameters are one vector of 7 numbers"):
            it.read(bad, "gradients")
    it.uncut("theta", np.arange(7.0), np.arange(7.0))
    assert (it.names, it.shapes) == (["theta"], [])
    assert it.joined([np.arange(7.0)])[0].shape == (7,)


def test_neurons_are_taken_together_and_apart():
    it = patient([np.array([1.0, 2.0]), np.array(3.0), np.array([4.0, 5.0]), np.array(6.0)])
    names = it.names
    it.bundle({"w": [0, 2], "b": [1, 3]})
    assert it.names == ["w", "b"]
    assert it.leaf_names == names
    assert [v.tolist() for v in it.start] == [[[1, 2], [4, 5]], [3, 6]]
    assert it.made([v + 1 for v in it.start])[2].tolist() == [5, 6]
    read = it.read([np.ones(2), 7.0, np.zeros(2), 8.0], "gradients")
    assert [v.tolist() for v in read] == [[[1, 1], [0, 0]], [7, 8]]
    with pytest.raises(Failed, match="gradients returned neurons of different lengths in a layer"):
        it.read([np.ones(2), 7.0, np.zeros(3), 8.0], "gradients")
    assert it.names == ["w", "b"]  # also after that
    it.unbundle()
    assert it.names == it.leaf_names == names
    assert [v.tolist() for v in it.start] == [[1, 2], 3, [4, 5], 6]


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ({"W": 1.0, "b": 2.0}, [1, 2]),
        ({"b": 2.0, "W": 1.0}, [1, 2]),
        ({"db": 2.0, "dW": 1.0}, [1, 2]),
        ({"grad_b": 2.0, "other": 3.0, "grad_W": 1.0}, [1, 2]),
        ([1.0, 2.0], [1, 2]),
        ((np.ones(3), [np.array(1.0), np.array(2.0)]), [1, 2]),
        ((9.0, {"W": 1.0, "b": 2.0}), [1, 2]),
        ((9.0, np.ones(3), {"p": np.array(1.0), "q": np.array(2.0)}), [1, 2]),
    ],
)
def test_a_gradient_is_read_by_names_or_by_its_order(answer, wanted):
    it = patient({"W": np.array(5.0), "b": np.array(6.0)})
    assert [v.item() for v in it.read(answer, "gradients")] == wanted


def test_gradients_in_the_order_of_the_way_back_are_turned_round():
    it = patient({"W": np.ones((2, 3)), "b": np.ones(4)})
    one, other = np.ones((2, 3)), np.zeros(4)
    assert [v.shape for v in it.read([other, one], "gradients")] == [(2, 3), (4,)]
    assert [v.shape for v in it.read([one, other], "gradients")] == [(2, 3), (4,)]
    assert [v.shape for v in it.read([other, other], "gradients")] == [(4,), (4,)]
    same = patient({"a": np.ones(2), "b": np.ones(2)})
    assert [v[0] for v in same.read([np.full(2, 1.0), np.full(2, 2.0)], "gradients")] == [1, 2]
    with pytest.raises(Failed, match=r"3 arrays were found, but the parameters are 2: W, b"):
        patient().read([np.ones(1)] * 3, "gradients")


# Its functions


def test_a_function_that_fails_is_told_with_its_error():
    def raises(*given):
        raise ValueError("shapes  (2,)\n and (3,)" + 400 * "x")

    with pytest.raises(Failed) as caught:
        patient(loss=raises).call("loss")
    assert caught.value.function == "loss"
    assert caught.value.what.startswith("raised ValueError: shapes (2,) and (3,)xxx")
    assert len(caught.value.what) == len("raised ValueError: ") + 300
    assert str(caught.value) == f"loss {caught.value.what}"
    with pytest.raises(Failed, match=r"^loss raised KeyError\.$"):
        patient(loss=lambda: {}[()] if 0 else (_ for _ in ()).throw(KeyError())).call("loss")
    assert str(Failed("f", "gave <x at 0x7f12ab...> and <y at 0xABC>")) == "f gave <x> and <y>"


def test_time_is_up_only_after_it_has_been_used():
    it = patient(loss=lambda: 1)
    assert not it.late()
    it.start_the_clock(1000, 1000)
    assert not it.late()
    assert it.call("loss") == 1
    it.start_the_clock(0, 1000)
    deadline = time.process_time() + 0.01
    while time.process_time() < deadline:
        pass
    assert it.late()
    it.start_the_clock(-1, -1)
    it.deadline = math.inf  # it may have waited
    assert it.late()
    with pytest.raises(Failed, match="was not asked any more: the time for the audit is up"):
        it.call("loss")
    it.start_the_clock(1000, 1000)
    it.first_moment = -1
    assert not it.late()


@pytest.mark.parametrize(
    ("first", "last", "deadline", "late"),
    [(4, 4, 9, True), (4, 5, 9, False), (4, 9, 3, False), (4, 9, 2, True), (5, 4, 2, False)],
)
def test_what_ends_just_now_is_not_late(first, last, deadline, late, monkeypatch):
    clock = Holder(monotonic=lambda: 5, process_time=lambda: 3)
    monkeypatch.setattr(sys.modules["nnlib.audit.patient"], "time", clock)
    it = patient()
    it.first_moment, it.last_moment, it.deadline = first, last, deadline
    assert it.late() is late
    it.start_the_clock(10, 20)
    assert (it.first_moment, it.last_moment, it.deadline) == (15, 25, 13)


def refused(call, *given):
    with pytest.raises(Failed) as caught:
        call(*given)
    return str(caught.value)


def test_what_cannot_be_used_is_said_in_whole_sentences():
    it = patient({"t": np.arange(7.0)})
    it.cut([(2, 2), (3,)])
    assert refused(it.read, [1.0], "gradients") == (
        "gradients returned [1.0] (list), but the parameters are one vector of 7 numbers."
    )
    it = patient()
    assert refused(it.read, {"a": 1.0}, "step") == (
        "step returned {'a': 1.0} (dict), in which 1 arrays were found, but the parameters are 2: "
        "W, b."
    )
    assert refused(it.as_array, "predict", "text") == (
        "predict returned 'text' (str), but an array is expected."
    )
    assert refused(it.call, "loss") == "loss was not passed."
    it = patient(loss=lambda p, X, y: [1.0, 2.0], new_step=lambda: 3)
    assert refused(it.number, "loss", it.start, it.data()) == (
        "loss returned an array of shape (2,), but one number is expected."
    )
    assert refused(it.fresh_step) == "new_step returned 3 (int), but a function is expected."
    it.start_the_clock(-1, -1)
    assert refused(it.call, "loss") == (
        "loss was not asked any more: the time for the audit is up."
    )
    it = patient([np.ones(2), 1.0, np.ones(2), 2.0])
    it.bundle({"w": [0, 2], "b": [1, 3]})
    assert refused(it.read, [np.ones(2), 7.0, np.zeros(3), 8.0], "gradients") == (
        "gradients returned neurons of different lengths in a layer."
    )


def test_a_call_is_given_up_by_an_alarm(monkeypatch):
    monkeypatch.setattr(sys.modules["nnlib.audit.patient"], "SECONDS_A_CALL", 0.05)

    def endless():
        while True:
            pass

    it = patient(loss=endless, predict=lambda: time.sleep(0.001))
    before = signal.getsignal(signal.SIGALRM)
    with it.alarm:
        assert it.alarm.set
        with pytest.raises(Failed, match="loss did not end within 0 seconds"):
            it.call("loss")
        it.call("predict")
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert not it.alarm.set
    assert signal.getsignal(signal.SIGALRM) == before
    with it.alarm:
        it.alarm.ring_after(30)
        now, again = signal.getitimer(signal.ITIMER_REAL)
        assert 25 < now <= 30
        assert again == 0.5
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_no_alarm_is_set_where_another_one_runs_or_in_another_thread():
    it = patient()
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        with it.alarm:
            assert not it.alarm.set
            it.alarm.ring_after(1)
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seen = []

    def elsewhere():
        with it.alarm:
            seen.append(it.alarm.set)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [False]
    assert not issubclass(TooLong, Exception)


def test_a_silent_stream_takes_everything():
    stream = Silent()
    assert stream.write("four") == 4
    stream.close()
    assert not stream.closed
    assert isinstance(stream, io.TextIOBase)


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ([[1, 2]], [[1, 2]]),
        ((np.ones(2), np.zeros(2)), [0, 0]),
        ((np.ones(3), np.zeros(2)), [0, 0]),
        ([np.ones(3), np.zeros(2)], [0, 0]),
        ([np.ones(2), np.zeros(2)], [[1, 1], [0, 0]]),
        (((1, 2), (3, 4)), [[1, 2], [3, 4]]),
        (True, True),
    ],
)
def test_an_answer_is_an_array_or_the_last_of_several(answer, wanted):
    assert patient().as_array("predict", answer).tolist() == wanted


@pytest.mark.parametrize("bad", [None, "a", [[1], [1, 2]], {"a": 1}, np.array([None]), [1j]])
def test_what_is_no_array_is_refused(bad):
    with pytest.raises(Failed, match=r"predict returned .*, but an array is expected"):
        patient().as_array("predict", bad)


def test_predictions_have_a_row_for_each_sample():
    it = patient(predict=lambda p, X: X @ p["W"])
    assert it.predictions(it.start).tolist() == [[1], [1]]
    assert it.predictions(it.start, np.array([1])).tolist() == [[1]]
    it.axis["predictions"] = -1
    it.functions["predict"] = lambda p, X: np.arange(6).reshape(3, 2)
    assert it.predictions(it.start).tolist() == [[0, 2, 4], [1, 3, 5]]
    it.functions["predict"] = lambda p, X: np.arange(2)
    assert it.predictions(it.start).tolist() == [[0], [1]]
    it.functions["predict"] = lambda p, X: 5
    assert it.predictions(it.start).tolist() == [[5]]
    assert it.predictions(it.start).dtype == np.float64


def test_float32_is_widened_only_where_it_is_asked_exactly():
    seen = []

    def loss(p, X, y=None):
        seen.append([each.dtype for each in (p["W"], X, y) if each is not None])
        return X @ p["W"] if y is None else 1.0

    p = {"W": np.ones((2, 1), dtype=np.float32)}
    single = np.eye(2, dtype=np.float32)
    it = patient(p, single, single, loss=loss, predict=loss, gradients=lambda *g: (loss(*g), p)[1])
    it.predict(it.start, it.X)
    it.predict(it.start, it.X, exact=True)
    assert seen == [[np.float32] * 2, [np.float64] * 2]
    seen.clear()
    it.number("loss", it.start, it.data(), exact=False)
    it.number("loss", it.start, it.data())
    it.gradients(it.start, it.data(), exact=False)
    it.gradients(it.start, it.data())
    assert seen == [[np.float32] * 3, [np.float64] * 3] * 2


def test_a_loss_is_one_number():
    for answer in (2.5, np.array([[2.5]]), (2.5, "more"), np.float32(2.5)):
        it = patient(loss=lambda p, X, y, answer=answer: answer)
        assert it.number("loss", it.start, it.data()) == 2.5
    for answer in (np.ones(2), [1.0, 2.0]):
        it = patient(loss=lambda p, X, y, answer=answer: answer)
        with pytest.raises(Failed, match=r"loss returned an array of shape \(2,\), but one number"):
            it.number("loss", it.start, it.data())


def test_a_step_returns_parameters_or_changes_them_in_place():
    def in_place(p, X, y):
        p["W"] += 1

    def given_back(p, X, y):
        return {"W": p["W"] + 1, "b": p["b"]}

    def loss_back(p, X, y):
        p["W"] += 1
        return 0.25

    def text_back(p, X, y):
        p["W"] += 1
        return "done"

    for step in (in_place, given_back, loss_back, text_back):
        it = patient(step=step)
        assert [v.ravel().tolist() for v in it.stepped(it.start, it.data())] == [[2, 2], [0]]
    it = patient(step=None)
    assert it.stepped(it.start, it.data(), in_place)[0].ravel().tolist() == [2, 2]
    assert it.functions == {}
    one = patient({"w": 1.0}, step=lambda p, X, y: 7.0)  # one number may be the parameter
    assert one.stepped(one.start, one.data())[0] == 7


def test_a_fresh_step_is_made_anew():
    it = patient(step=len)
    assert it.fresh_step() is len
    it = patient(step=len, new_step=lambda: max)
    assert it.fresh_step() is max
    with pytest.raises(Failed, match=r"new_step returned 3 .*, but a function is expected"):
        patient(new_step=lambda: 3).fresh_step()
    it = patient(new_step=lambda: max, **{"new_step of another seed": lambda number: number})
    assert it.fresh_step() is it.fresh_step(7) is max
    assert it.fresh_step(8) == 8
    assert patient(new_step=lambda: max).fresh_step(8) is max


def test_an_object_may_be_asked_as_one():
    it = patient(loss=1, gradients=2, **{"loss of one object": 3, "predict of one object": 4})
    kept = it.functions
    with it.on_one_object():
        assert it.functions["loss"] == 3
        assert it.functions["gradients"] == 2
        assert "predict" not in it.functions  # it was taken away, as it fails
    assert it.functions is kept
    with pytest.raises(KeyError), it.on_one_object():
        raise KeyError
    assert it.functions is kept


# Objects


def test_attributes_are_found_by_a_path():
    thing = Holder(layers=[Holder(W=1), Holder(W=2)], p={"W1": 3, "2": {5: 6}}, W=7)
    for path, value in [("W", 7), ("layers[1].W", 2), ("layers[-1].W", 2), ("p['W1']", 3),
                        ('p["W1"]', 3), ("p[W1]", 3)]:  # fmt: skip
        assert attribute(thing, path) == value
    with pytest.raises(AttributeError):
        attribute(thing, "V")
    with pytest.raises(LookupError):
        attribute(thing, "layers[2]")


def test_numbers_are_assigned_in_place_where_that_is_possible():
    W = np.zeros(2)
    thing = Holder(W=W, n=1.0, listed=[W, 1.0], named={"a": W, "b": 1.0}, whole=np.zeros(2, int))
    assign(thing, "W", np.ones(2))
    assert thing.W is W
    assert W.tolist() == [1, 1]
    assign(thing, "W", np.ones(3))  # of another shape
    assert thing.W is not W
    assert thing.W.shape == (3,)
    assign(thing, "n", 2.0)
    assert thing.n == 2
    assign(thing, "listed", [np.full(2, 4.0), 5.0])
    assert thing.listed[0] is W
    assert W.tolist() == [4, 4]
    assert thing.listed[1] == 5
    assign(thing, "listed", [1.0])
    assert thing.listed == [1.0]
    assign(thing, "named", {"a": np.full(2, 6.0), "b": 7.0})
    assert thing.named["a"] is W
    assert thing.named["b"] == 7
    assign(thing, "named['b']", 8.0)
    assert thing.named["b"] == 8
    thing.listed = [1.0, 2.0]
    for index in ("0", "-1"):
        assign(thing, f"listed[{index}]", 9.0)
    assert thing.listed == [9, 9]
    assign(thing, "whole", np.ones(2))
    assert thing.whole.dtype == float  # whole numbers could not hold it
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    thing.W = frozen
    assign(thing, "W", np.ones(2))
    assert thing.W is not frozen
    deep = Holder(part=Holder(part=Holder(n=1.0, items=[1.0])))
    assign(deep, "part.part.n", 2.0)
    assign(deep, "part.part.items[0]", 3.0)
    assert deep.part.part.n == 2
    assert deep.part.part.items == [3]
    thing.table = [[1.0, 2.0], [3.0, {"a": 4.0}]]
    assign(thing, "table[1][0]", 5.0)
    assign(thing, "table[1][1]['a']", 6.0)
    assert thing.table == [[1.0, 2.0], [5.0, {"a": 6.0}]]
    items = [1.0]
    assign(items, "[0]", 4.0)
    assert items == [4]


class Net:
    """A program that keeps its array itself, and counts."""

    def __init__(self):
        self.W, self.n, self.rng = np.array([[0.5], [1.5]]), 0, np.random.default_rng(0)

    def forward(self, X):
        self.n += 1
        return X @ self.W + 0 * self.n

    def loss(self, y_true, y_pred):
        return float(np.sum(2 * y_true - y_pred))

    def train(self, X, y):
        self.n += 1
        self.W = self.W + self.n

    def count(self, X):
        self.n += 1
        return np.full(len(X), self.n)


def test_an_object_is_asked_as_a_function_of_its_arrays():
    net = Net()
    p, made, can = of_an_object(net, ["W"], {
        "predict": "forward", "loss": "loss", "step": "train", "gradients": None,
    })  # fmt: skip
    assert can
    assert list(p) == ["W"]
    assert p["W"] is not net.W
    other = {"W": np.array([[1.0], [2.0]])}
    X, y = np.eye(2), np.ones((2, 1))
    assert made["predict"](other, X).tolist() == [[1], [2]]
    for role in ("loss", "loss of one object"):
        assert made[role](other, X, y) == 4 - 3  # targets first, by their names
    step = made["new_step"]()
    assert step(other, X, y)["W"].tolist() == [[2], [3]]
    assert step(other, X, y)["W"].tolist() == [[3], [4]]  # it goes on
    assert made["step"](other, X, y)["W"].tolist() == [[2], [3]]  # this one does not
    assert set(made) == {
        "predict", "loss", "step", "new_step", "predict of one object", "loss of one object",
        "new_step of another seed",
    }  # fmt: skip
    assert net.n == 0
    assert net.W.tolist() == [[0.5], [1.5]]


def test_calls_of_one_object_share_it():
    _, made, _ = of_an_object(Net(), ["W"], {"predict": "count"})
    p = {"W": np.ones((2, 1))}
    assert [made["predict"](p, [0])[0] for _ in range(2)] == [1, 1]
    assert [made["predict of one object"](p, [0])[0] for _ in range(2)] == [1, 2]
    assert "new_step" not in made


class Short:
    """A program with float32 arrays."""

    def __init__(self):
        self.W = np.ones(1, dtype=np.float32)
        self.same = {"W": self.W}

    def kind(self, X):
        return self.W.dtype, self.same["W"].dtype, self.same["W"] is self.W


def test_float32_of_an_object_is_widened_where_it_is_asked_exactly():
    p, made, _ = of_an_object(Short(), ["W"], {"predict": "kind"})
    assert p["W"].dtype == np.float32
    assert made["predict"]({"W": np.ones(1, np.float32)}, 0) == (np.float32, np.float32, True)
    assert made["predict"]({"W": np.ones(1)}, 0) == (np.float64, np.float64, True)
    nested = Holder(layers=[{"W": np.ones(1, np.float32)}], V=(np.ones(1, np.float32),))
    wider = widened(nested, ["layers", "V"], {})
    assert wider.layers[0]["W"].dtype == wider.V[0].dtype == np.float64
    assert nested.layers[0]["W"].dtype == np.float32
    double = Holder(W=np.ones(1))
    assert widened(double, ["W"], {}) is double


def test_parts_that_cannot_be_copied_are_shared():
    lock = threading.Lock()
    thing = Holder(W=np.ones(1), part=Holder(lock=lock, name="a"))
    assert not_copied(thing) == [lock]
    assert not_copied(Holder(W=np.ones(1))) == []
    assert not_copied(lock) == [lock]
    deep = lock
    for _ in range(5):
        deep = [deep]
    assert not_copied(deep) == [lock]
    assert not_copied([deep]) == [[lock]]  # five steps deep
    _, made, can = of_an_object(thing, ["W"], {"predict": lambda t, X: t.part.lock})
    assert can
    assert made["predict"]({"W": np.ones(1)}, 0) is lock


class Whole(Net):
    """A program that refuses to be copied."""

    def __deepcopy__(self, memo):
        raise TypeError


class Itself(Net):
    """A program whose copy is itself."""

    def __deepcopy__(self, memo):
        return self


@pytest.mark.parametrize("kind", [Whole, Itself])
def test_a_program_that_cannot_be_copied_is_used_itself(kind):
    net = kind()
    _, made, can = of_an_object(net, ["W"], {"predict": "forward", "step": "train"})
    assert not can
    made["predict"]({"W": np.ones((2, 1))}, np.eye(2))
    assert net.n == 1
    assert set(made) == {"predict", "new_step", "step"}


def test_generators_of_a_program_get_another_seed():
    def fresh():
        parts = np.random.default_rng(0), np.random.RandomState(0), random.Random(0)
        return Holder(a=parts[0], b=[parts[1]], c={"d": Holder(e=parts[2])}, W=np.ones(3))

    def drawn(thing):
        return thing.a.random(), thing.b[0].random(), thing.c["d"].e.random()

    assert len(generators(fresh())) == 3
    assert generators([[[[[random.Random(0)]]]]]) == []  # too deep
    assert len(generators([[[[random.Random(0)]]]])) == 1
    assert generators(objects(random.Random(0))) == []  # arrays are not searched
    one, same, other = fresh(), fresh(), fresh()
    before = drawn(copy.deepcopy(one))
    for thing, number in ((one, 5), (same, 5), (other, 6)):
        seeded_anew(thing, number)
    first, second, third = map(drawn, (one, same, other))
    assert first == second
    for a, b, c in zip(before, first, third, strict=True):
        assert len({a, b, c}) == 3


def test_fresh_steps_of_a_program_may_draw_other_numbers():
    class Draws(Net):
        def train(self, X, y):
            self.W = self.W + self.rng.random()

    _, made, _ = of_an_object(Draws(), ["W"], {"step": "train"})
    other, p = made["new_step of another seed"], {"W": np.zeros((2, 1))}
    first, again, same, third = (
        step(p, 0, 0)["W"][0, 0]
        for step in (made["new_step"](), made["new_step"](), other(8), other(9))
    )
    assert first == again == np.random.default_rng(0).random()
    assert same == np.random.default_rng(8).random()
    assert third == np.random.default_rng(9).random()


# Losses that take predictions and targets


def of_names(*names):
    """A loss whose arguments have these names; it says what it was given."""
    text = f"lambda self, {', '.join(names)}: ({', '.join(names)},)"
    return type("Loss", (), {"loss": eval(text), "forward": lambda self, X: f"f({X})"})()


@pytest.mark.parametrize(
    ("names", "given"),
    [
        (["X", "y"], ("X", "y")),
        (["inputs", "labels"], ("X", "y")),
        (["x", "t"], ("X", "y")),
        (["y_true", "y_pred"], ("y", "f(X)")),
        (["y_pred", "y_true"], ("f(X)", "y")),
        (["target", "prediction"], ("y", "f(X)")),
        (["label", "a"], ("y", "f(X)")),
        (["y", "a2"], ("y", "f(X)")),
        (["a2", "y"], ("f(X)", "y")),
        (["y_hat", "y"], ("f(X)", "y")),
        (["output", "y"], ("f(X)", "y")),
        (["logits", "y"], ("f(X)", "y")),
        (["probs", "y"], ("f(X)", "y")),
        (["samples", "y"], ("X", "y")),
        (["yp", "t"], ("y", "f(X)")),
    ],
)
def test_a_loss_is_given_what_its_names_say(names, given):
    assert called(of_names(*names), "loss", "loss", ("X", "y"), "forward") == given


def test_a_loss_of_other_names_is_tried_both_ways():
    class Loss:
        def forward(self, X):
            return "f(X)"

        def loss(self, values, more):
            if values == "X":
                raise TypeError
            return values, more

        def other(self, a, more):
            if a == "f(X)":
                raise TypeError
            return a, more

        def one(self, y):
            return y

    work = Loss()
    assert called(work, "loss", "loss", ("X", "y"), "forward") == ("f(X)", "y")
    assert called(work, "other", "loss", ("X", "y"), "forward") == ("X", "y")
    with pytest.raises(TypeError):
        called(work, "loss", "loss", ("X", "y"), None)
    with pytest.raises(TypeError):
        called(work, "one", "loss", ("X", "y"), "forward")
    assert called(work, "forward", "predict", ("X",)) == "f(X)"
    assert called(work, "one", "loss", ("X",), "forward") == "X"
    assert called(work, lambda *given: given, "loss", ("X", "y"), "forward") == (work, "X", "y")
    assert called(work, "other", "gradients", ("f", "y"), "forward") == ("f", "y")


def test_names_of_answers_are_known():
    for name in ("y", "t1", "a_2", "yp", "z0", "output", "y_hat", "true_labels", "actual"):
        assert sounds_like_answers(name), name
    for name in ("x", "data", "rows", "w", "batch"):
        assert not sounds_like_answers(name), name
    assert parameter_names(lambda a, b, c=1: 0) == ["a", "b"]
    assert parameter_names(3) == []
    assert parameter_names(dict.update) in ([], ["self"])


W = np.ones((2, 3))


@pytest.mark.parametrize(
    ("parameters", "pairs"),
    [
        ({"W1": W, "W2": W, "b": np.ones(3)}, [("W1", "W2", True)]),
        (
            [[W, np.ones(2)], [W, W]],
            [
                ("parameters[0][0]", "parameters[1][0]", True),
                ("parameters[0][0]", "parameters[1][1]", True),
            ],
        ),
        ({"W": W, "V": W.T}, [("W", "V", False)]),
        ({"W": W, "V": W.reshape(3, 2)}, [("W", "V", False)]),
        ({"W": W, "V": W[:, 1:]}, []),  # parts of one vector do not begin at one place
        ({"W": W, "V": W.copy()}, []),
        ({"b": W[0, :1], "c": W[0, :1]}, []),
        ({"a": [1.0, 2.0], "b": [1.0, 2.0]}, []),
    ],
)
def test_arrays_that_begin_at_one_place_are_seen(parameters, pairs):
    assert Patient(np.ones((3, 2)), np.ones(3), parameters, {}).in_one_place == pairs


def test_an_array_that_an_object_holds_twice_stays_one():
    net = SimpleNamespace(W1=W, W2=W, W3=W.copy())
    p, _, _ = of_an_object(net, ["W1", "W2", "W3"], {})
    assert p["W1"] is p["W2"]
    assert p["W1"] is not W
    assert p["W3"] is not p["W1"]
