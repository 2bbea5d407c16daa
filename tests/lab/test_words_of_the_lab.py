"""Numbers and lists in sentences."""

from nnlib.lab.words import listed, short


def test_a_list_is_joined_as_a_sentence_does():
    assert listed(["a"]) == "a"
    assert listed(iter(["a", "b"])) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_number_has_three_digits_and_a_real_minus_sign():
    assert [short(x) for x in (0.5, -2.0, -0.012345)] == ["0.5", "−2", "−0.0123"]
