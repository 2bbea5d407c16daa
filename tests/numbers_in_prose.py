"""Finds the numbers that a text speaks of, and those that no cell of a sitting shows.

What counts as a number: one with a decimal point, a per cent, or of three digits and more. It has
to be found in the outputs or in the code of the sitting, to the digits that the text gives.
"""

import re

from pages import code_cells

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
]  # fmt: skip


def claims(text):
    """The numbers of a text that a cell has to show, as (as written, value, decimals)."""
    for pattern in LEFT_OUT:
        text = re.sub(pattern, " ", text, flags=re.S | re.M if pattern[0] == "`" else re.M)
    text = text.replace(r"\,", " ").replace("{,}", ",").replace(r"\%", "%")
    for match in LOOKED_AT.finditer(text):
        written = match[1]
        plain = re.sub(r"[ \u202f,]", "", written).replace("−", "-")
        decimals = len(plain.partition(".")[2])
        if decimals or match[2] or len(plain.strip("-")) >= 3:
            yield written + (match[2] or ""), abs(float(plain)), decimals


def shown(notebook):
    """All numbers in the code and the outputs of a sitting, as positive floats."""
    texts = []
    for cell in code_cells(notebook):
        texts.append(cell.source.replace("_", ""))
        for output in cell.outputs:
            texts.append(output.get("text", ""))
            data = output.get("data", {})
            texts += [data.get("text/plain", ""), data.get("text/html", "")]
    text = re.sub(r"(?<=\d)[ \u202f,](?=\d{3}\b)", "", "\n".join(texts))
    return [float(number) for number in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?", text)]


def unfounded(notebook, sources):
    """The numbers in these texts that no cell shows."""
    known = shown(notebook)
    texts = [re.sub(r"<details>.*?</details>", "", text, flags=re.S) for text in sources]
    for text in texts:
        for written, value, decimals in claims(text):
            half = 0.5 * 10.0**-decimals * (1 + 1e-9)
            scales = (1, 100) if "%" in written else (1,)  # 0.713 is 71 %
            if not any(abs(s * number - value) <= half for number in known for s in scales):
                yield written
