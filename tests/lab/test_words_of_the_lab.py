"""Numbers and lists in sentences."""

from nnlib.lab.words import decimal, listed, sentence, short, trimmed


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
