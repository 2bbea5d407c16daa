"""Numbers and lists as a sentence writes them."""


def short(number):
    """Write a number with three significant digits and a real minus sign."""
    return f"{number:.3g}".replace("-", "−")


def listed(words):
    """Join words as a sentence does: "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
