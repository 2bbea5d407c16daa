"""Numbers and lists as a sentence writes them."""

import numpy as np


def minus(text):
    """Write each hyphen as a minus sign, which is as wide as a plus."""
    return text.replace("-", "−")


def short(number, digits=3):
    """Write a number with few significant digits, a real minus sign, and "1200" in full."""
    return minus(f"{float(f'{number:.{digits}g}'):g}")


def decimal(number):
    """Write a number with 4 decimals, a large one with fewer, a tiny one as "3e−06"."""
    number = float(number)
    if 0 < abs(number) < 0.00005:
        return minus(f"{number:.0e}")
    decimals = 4 if abs(number) < 10 else 3 if abs(number) < 100 else 2
    return minus(f"{number + 0.0:.{decimals}f}")


def trimmed(number):
    """Write a number with as many decimals as it needs, 4 at most."""
    text = decimal(number)
    return text if "e" in text else text.rstrip("0").rstrip(".")


def listed(words):
    """Join words as a sentence does: "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def written(array, how=decimal):
    """Write each entry of an array."""
    return np.vectorize(how, otypes=[object])(np.asarray(array, float))


def entries(array, how=decimal):
    """Write the entries of an array as "0.1000, 0.2000 and 0.3000"."""
    return listed(written(array, how).flat)


def fixed(number, decimals):
    """Write a number with fixed decimals, or, if it is huge, as a power of ten."""
    return f"{number:.{decimals}f}" if abs(number) < 1e4 else f"{number:.1e}"


def signed(number):
    """Write a weight with its sign: "+2.3", "−0.4", "+3e+40"."""
    return minus(f"{number:+.1f}" if abs(number) < 1e4 else f"{number:+.0e}")


def capital(text):
    """Begin a sentence: its first letter becomes a capital."""
    return text[0].upper() + text[1:]


def sentence(parts):
    """Join parts by semicolons into a sentence with a capital letter and a full stop."""
    return f"{capital('; '.join(parts))}."
