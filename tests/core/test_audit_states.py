"""What an object keeps from call to call."""

import numpy as np
import pytest

from nnlib.audit.states import kept, numbers_of


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
