"""Numbers and lists as a sentence writes them."""


def short(number):
    """Write a number with three significant digits and a real minus sign."""
    return f"{number:.3g}".replace("-", "−")


def listed(words):
    """Join words as a sentence does: "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def fixed(number, decimals):
    """Write a number with fixed decimals, or, if it is huge, as a power of ten."""
    return f"{number:.{decimals}f}" if abs(number) < 1e4 else f"{number:.1e}"


def signed(number):
    """Write a weight with its sign: "+2.3", "−0.4", "+3e+40"."""
    return (f"{number:+.1f}" if abs(number) < 1e4 else f"{number:+.0e}").replace("-", "−")


def capital(text):
    """Begin a sentence: its first letter becomes a capital."""
    return text[0].upper() + text[1:]
