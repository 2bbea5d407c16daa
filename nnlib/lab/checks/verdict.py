"""What a check says: one form for every exercise.

Plain text, so that it reads the same in JupyterLab, on GitHub and with a screen reader. The words
carry the meaning; the signs beside them only help the eye.
"""

import textwrap
from dataclasses import dataclass

WIDTH = 79
NOT_KNOWN = "This is none of the mistakes known here"
STEP_BY_STEP = "The hints below go step by step."
HEADLINES = {
    "right": "✓ right",
    "wrong": "✗ not yet",
    "untouched": "– not attempted yet",
    "waiting": "– not finished yet",
    "unclear": "? not checked",
}


@dataclass(frozen=True)
class Verdict:
    """The judgement of an answer.

    Attributes
    ----------
    status : str
        "right", "wrong", "untouched", "waiting" if something that it needs is not finished, or
        "unclear" if the check was called in a wrong way.
    rows : tuple of (str, str)
        Label and text: input, expected, yours, printed, so far.
    remarks : tuple of str
        Sentences beneath.
    mistake : str or None
        The name of the mistake that was recognised, or the little that is true of the answer.
    is_known : bool
        Whether it is a name, and not only whether a number is too large, and the like.
    """

    status: str
    rows: tuple = ()
    remarks: tuple = ()
    mistake: str | None = None
    is_known: bool = True

    def text(self, number):
        """The whole message, for the exercise of this number."""
        headline = f"Exercise {number}   " if number else ""
        lines = [headline + HEADLINES[self.status]]
        for label, text in self.rows:
            lines += wrapped(text, f"  {label:<11}", " " * 13)
        for remark in self.remarks:
            lines += wrapped(remark, "  ", "  ")
        return "\n".join(lines)


def wrapped(text, first, following):
    """Wrap a text into lines, the first with a label before it."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=following, break_on_hyphens=False
    )


def right(why):
    return Verdict("right", remarks=(why,))


def untouched(remark="Put your answer in place of the ... and run the cell again."):
    return Verdict("untouched", remarks=(remark,))


def waiting(remark):
    return Verdict("waiting", remarks=(remark,))


def wrong(rows, name=None, hint=None, is_known=True):
    if name is None:
        remark = f"{NOT_KNOWN}. {STEP_BY_STEP}"
    elif not is_known:
        remark = f"{NOT_KNOWN}, but this much is certain: {name}. {hint} {STEP_BY_STEP}"
    else:
        remark = f"This looks like: {name}. {hint}"
    known = name is not None and is_known
    return Verdict("wrong", rows=tuple(rows), remarks=(remark,), mistake=name, is_known=known)
