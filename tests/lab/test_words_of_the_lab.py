"""Numbers and lists in sentences."""

from pathlib import Path

import numpy as np

from nnlib.lab import words
from nnlib.lab.words import decimal, entries, listed, minus, sentence, short, trimmed, written


def test_a_list_is_joined_as_a_sentence_does():
    assert listed(["a"]) == "a"
    assert listed(iter(["a", "b"])) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_number_has_three_digits_and_a_real_minus_sign():
    assert [short(x) for x in (0.5, -2.0, -0.012345)] == ["0.5", "−2", "−0.0123"]
    assert [short(x, 2) for x in (0.0316, 126.0, 1234.0)] == ["0.032", "130", "1200"]


def test_a_number_with_decimals_has_those_that_there_is_room_for():
    numbers = (0.25, -0.00003, -1e-20, -0.0, 12.34567, -123.4567)
    assert [decimal(x) for x in numbers] == [
        "0.2500",
        "−3e−05",
        "−1e−20",
        "0.0000",
        "12.346",
        "−123.46",
    ]
    assert [trimmed(x) for x in numbers] == ["0.25", "−3e−05", "−1e−20", "0", "12.346", "−123.46"]
    assert [trimmed(x) for x in (10, 100.0, 0.12345)] == ["10", "100", "0.1235"]


def test_parts_become_a_sentence():
    assert sentence(["a is 1", "b is 2"]) == "A is 1; b is 2."


def test_the_entries_of_an_array_are_written_one_by_one():
    array = np.array([[0.1, -2.0]])
    assert written(array).tolist() == [["0.1000", "−2.0000"]]
    assert written(array, trimmed).tolist() == [["0.1", "−2"]]
    assert entries(array, trimmed) == "0.1 and −2"
    assert minus("-1e-05") == "−1e−05"


def test_figures_and_widgets_write_no_minus_sign_of_their_own():
    lab = Path(words.__file__).parent
    sources = [path for part in ("figures", "widgets") for path in (lab / part).rglob("*.py")]
    assert len(sources) > 25
    for path in sources:
        assert '.replace("-", "−")' not in path.read_text("utf-8"), f"{path}: use words.minus"
