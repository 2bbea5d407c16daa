"""Finds the numbers that a text speaks of, and those that no cell of a sitting shows.

What counts as a number: one with a decimal point, a per cent, or of three digits and more; where
the exercises are solved, of two digits and more. It has to be found in the outputs or in the code
of the sitting, to the digits that the text gives.

Number words count from six on. Three, four and five do not: nearly every sitting has these digits
somewhere in its code, so that a wrong word would hardly ever be noticed.
"""

import re

from pages import code_cells, markdown

NUMBER = r"(?<![\w.^{,/-])[-−]?\d+(?:[ \u202f,]\d{3})*(?:\.\d+)?(?![\w]|\.\d)"
LOOKED_AT = re.compile(rf"({NUMBER})(\s?%)?")
# No claims: section and exercise numbers, links, code, addresses, years in brackets, shapes.
LEFT_OUT = [
    r"```.*?```",
    r"`[^`]*`",
    r"\]\([^)]*\)",
    r"\[\d+[a-z]?\.\d+",
    r"https?:\S+",
    r"(?i)(section|exercise|lesson|equation|chapter)s? \d[\d.]*(( and |, | to |–)\d[\d.]*)*",
    r"^#+ .*$",
    r"\*\*Time:\*\*.*",
    r"\((19|20)\d\d\)|\b(19|20)\d\d\b",
    r"\d+(\.\d+)?(-\d+)+",  # 2-4-1, an architecture
    r"within 0\.0+[1-9]",  # a precision
    r"10\^\{?-?\d+",  # a power of ten
]  # fmt: skip

WORDS = {
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SPOKEN = re.compile(rf"(?i)\b({'|'.join(WORDS)})\b(?: (hundred|thousand)\b)?")
# No counts: "ten times larger", "to six digits", "one in ten", "a few dozen".
NOT_COUNTED = [
    r"(?i)\b(factors? of|by|divide \S+ \S+ by|times) ten\b",
    r"(?i)\bten times\b|\bone (chance )?in ten\b|\bout of ten\b",
    r"(?i)\b(to|in) (about )?\w+ (digits|decimals|places)\b",
    r"\[\d[a-z]\. [^\]]*\]",  # the title of another sitting
    r"\bmore than \w+ thousand\b",
]


def without(patterns, text):
    for pattern in patterns:
        text = re.sub(pattern, " ", text, flags=re.S | re.M if pattern[0] == "`" else re.M)
    return text


def claims(text, least_digits=3):
    """The numbers of a text that a cell has to show, as (as written, value, decimals)."""
    text = without(LEFT_OUT, text).replace(r"\,", " ").replace("{,}", ",").replace(r"\%", "%")
    for match in LOOKED_AT.finditer(text):
        written = match[1]
        plain = re.sub(r"[ \u202f,]", "", written).replace("−", "-")
        decimals = len(plain.partition(".")[2])
        if decimals or match[2] or len(plain.strip("-")) >= least_digits:
            yield written + (match[2] or ""), abs(float(plain)), decimals


def spoken(text):
    """The number words of a text, from six on, as (as written, value, decimals).

    Thousands and hundreds hold to the nearest: eleven thousand has -3 decimals.
    """
    for match in SPOKEN.finditer(without(NOT_COUNTED + LEFT_OUT[:5], text)):
        zeros = {None: 0, "hundred": 2, "thousand": 3}[match[2] and match[2].lower()]
        yield match[0], WORDS[match[1].lower()] * 10**zeros, -zeros


def numbers(text):
    """All numbers that are printed in a text, or stand in code, as positive floats."""
    text = re.sub(r"(?<=\d)[ \u202f,](?=\d{3}\b)", "", text.replace("_", ""))
    return [float(number) for number in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?", text)]


def shown(notebook):
    """All numbers in the code and the outputs of a sitting, as positive floats."""
    texts = []
    for cell in code_cells(notebook):
        texts.append(cell.source)
        for output in cell.outputs:
            texts.append(output.get("text", ""))
            data = output.get("data", {})
            texts += [data.get("text/plain", ""), data.get("text/html", "")]
    return numbers("\n".join(texts))


def without_source(found, known):
    """As written, those of the numbers that have been found which are not among the known."""
    for written, value, decimals in found:
        half = 0.5 * 10.0**-decimals * (1 + 1e-9)
        scales = (1, 100) if "%" in written else (1,)  # 0.713 is 71 %
        if not any(abs(s * number - value) <= half for number in known for s in scales):
            yield written


def details(notebook):
    """What is folded in the texts of a sitting: hints, answers, solutions."""
    return re.findall(r"<details>(.*?)</details>", "\n".join(markdown(notebook)), flags=re.S)


def unfounded(notebook, sources):
    """The numbers in these texts that no cell shows."""
    known = shown(notebook)
    for text in sources:
        open_text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
        yield from without_source(claims(open_text), known)


def unfounded_when_solved(notebook, further):
    """The numbers and number words, in hints, answers and solutions too, that nothing shows.

    What shows them: a cell, the code in a hint or a solution, or the further numbers, those that
    the solutions print and those that the test works out.
    """
    folded_code = re.findall(r"```.*?```|`[^`]*`", "\n".join(details(notebook)), flags=re.S)
    known = [*shown(notebook), *numbers("\n".join(folded_code)), *further]
    for text in markdown(notebook):
        yield from without_source(claims(text, least_digits=2), known)
        yield from without_source(spoken(text), known)
