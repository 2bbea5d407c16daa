"""What a program of this folder is: the arguments for the audit, and what is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    """A program; ``kinds`` are the names its fault may go by, none if it is sound."""

    name: str
    kinds: tuple[str, ...]
    source: str
    arguments: Callable[[], dict]

    @property
    def public(self) -> bool:
        """Whether the source names an issue, a pull request or a question that anyone can read."""
        return bool(PUBLIC.search(self.source))


SITE = r"(?:stackoverflow|\.SE|stackexchange|whosebug)"
PUBLIC = re.compile(rf"[\w.-]+/[\w.-]+ (?:pull )?\d+|{SITE} \d+|^(?!network)[\w-]+ (?:pull )?\d+\b")
CASES: dict[str, Case] = {}  # in the order of the files that declare them


def program(*kinds, source=""):
    """Declare the function as a program: it returns the arguments of the audit, made anew."""

    def declare(function):
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        CASES[name] = Case(name, kinds, source, function)
        return function

    return declare


def pair(*kinds, source=""):
    """Declare a program with a fault, and the same program without it: it takes ``ok``."""

    def declare(function):
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        CASES[name] = Case(name, kinds, source, lambda: function(False))
        CASES[f"{name}_mended"] = Case(f"{name}_mended", (), "", lambda: function(True))
        return function

    return declare


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def one_hot(labels, k):
    return np.eye(k)[labels]


def blobs(n=60, k=3, d=2, seed=0):
    """Clouds around k centres: X (n, d) and class numbers (n,)."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=2, size=(k, d))
    labels = np.arange(n) % k
    return centres[labels] + rng.normal(scale=0.7, size=(n, d)), labels


XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_Y = np.array([[0.0], [1.0], [1.0], [0.0]])
