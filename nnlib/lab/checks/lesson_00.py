"""The exercises of the refresher: the chain rule, logarithms, a matrix product."""

import numpy as np

from nnlib.lab.checks.exercise import Function, Mistake, Value

# ------------------------------------------------------------------------------ Exercise 0.1

U = 2 + np.e  # at z = 1

two_links = Value(
    number="0.1",
    names=("slope",),
    wanted="the slope of a = 1/(2 + e^z) at z = 1, to four decimals",
    answer=-np.e / U**2,
    decimals=4,
    beside={"e": np.e, "u": U, "u squared": U**2, "a": 1 / U},
    mistakes=[
        Mistake(
            name="the minus of 1/u lost",
            hint="A larger u makes 1/u smaller, so the slope of that link is negative.",
            wrong=np.e / U**2,
        ),
        Mistake(
            name="the inner link forgotten",
            hint="That is how a reacts to u. Times how u reacts to z, which is e^z.",
            wrong=-1 / U**2,
        ),
        Mistake(
            name="the outer link forgotten",
            hint="That is how u reacts to z. Times how a reacts to u, which is -1/u^2.",
            wrong=np.e,
        ),
        Mistake(
            name="slopes added where they multiply",
            hint="One link after the other: the second stretches what the first has moved.",
            wrong=np.e - 1 / U**2,
        ),
        Mistake(
            name="the value where the slope is asked for",
            hint="1/u is a itself. How fast does it change?",
            wrong=1 / U,
        ),
        Mistake(
            name="the slope at z = 0",
            hint="There e^z is 1. At z = 1 it is 2.7183.",
            wrong=-1 / 9,
        ),
        Mistake(
            name="the square forgotten",
            hint="The slope of 1/u is -1/u^2.",
            wrong=-np.e / U,
        ),
        Mistake(
            name="the square and the inner link forgotten",
            hint="The slope of 1/u is -1/u^2. And u reacts to z as well: times e^z.",
            wrong=-1 / U,
        ),
        Mistake(
            name="the 2 left out",
            hint="With u = e^z alone. The 2 has the slope 0, but it stays in u = 2 + e^z, and u "
            "is squared.",
            wrong=-1 / np.e,
        ),
        Mistake(
            name="the inner value where the slope is asked for",
            hint="That is u. How does a = 1/u react to it, and how does u react to z?",
            wrong=U,
        ),
        Mistake(
            name="e squared where u is squared",
            hint="The slope of 1/u is -1/u^2, with u = 2 + e^z: add first, then square.",
            wrong=[
                -np.e / (2 + np.e**2),
                -1 / (2 + np.e**2) ** 2,
                -1 / (2 + np.e**2),
                -np.e / (4 + np.e**2),
            ],
        ),
        Mistake(
            name="the 2 and the inner link left out",
            hint="That is -1/u^2 with u = e^z alone. The 2 stays in u, and u reacts to z as well: "
            "times e^z.",
            wrong=-1 / np.e**2,
        ),
        Mistake(
            name="a logarithm where a slope is asked for",
            hint="1/u is u^-1, and its slope is -1/u^2. The logarithm is what has the slope 1/u.",
            wrong=[float(np.log(U)), float(np.e * np.log(U)), float(-np.log(U))],
        ),
    ],
    why="With a 1 in place of the 2 and -z in place of z, this is how lesson 01 finds the slope "
    "of the sigmoid.",
)

# ------------------------------------------------------------------------------ Exercise 0.2


def log_of_product(p):
    return np.sum(np.log(p))


def product_inputs(rng):
    return [
        (np.array([0.5, 0.8, 0.1]),),
        (np.array([0.25]),),
        (np.array([1.0, 1.0]),),
        (np.array([2.0, 3.0, 4.0]),),
        (rng.uniform(0.05, 1, size=7),),
        (rng.uniform(0.5, 3, size=4),),
        (np.full(1000, 0.01),),
        (np.array([1e-30, 0.5, 2e-33]),),  # a number that is added shows here
    ]


sum_of_logarithms = Function(
    number="0.2",
    inputs=product_inputs,
    answer=log_of_product,
    mistakes=[
        Mistake(
            name="the product before the logarithm",
            hint="A thousand numbers of 0.01 multiply to 10^-2000, which is stored as 0. Take "
            "the logarithms first, and add them.",
            wrong=lambda p: np.log(np.prod(p)),
        ),
        Mistake(
            name="a small number added before the logarithm",
            hint="The numbers are positive, however small, and their logarithms are finite.",
            wrong=[
                lambda p: np.log(p + 1e-12).sum(),
                lambda p: np.log(p + 1e-10).sum(),
                lambda p: np.log(p + 1e-8).sum(),
                lambda p: np.log(np.maximum(p, 1e-12)).sum(),
            ],
        ),
        Mistake(
            name="a product of logarithms",
            hint="The logarithm of a product is the sum of the logarithms.",
            wrong=lambda p: np.prod(np.log(p)),
        ),
        Mistake(
            name="the logarithm of the sum",
            hint="Asked for is the logarithm of the product.",
            wrong=lambda p: np.log(np.sum(p)),
        ),
        Mistake(
            name="the mean where the sum is asked for",
            hint="Add the logarithms up; do not divide.",
            wrong=lambda p: np.mean(np.log(p)),
        ),
        Mistake(
            name="a logarithm to another base",
            hint="In this course log is np.log, to the base e.",
            wrong=[lambda p: np.sum(np.log10(p)), lambda p: np.sum(np.log2(p))],
        ),
        Mistake(
            name="one logarithm for each number",
            hint="You give all of them. Wanted is their sum, one number.",
            wrong=np.log,
        ),
    ],
    why="Lesson 03 measures a network by the product of many probabilities, and computes it in "
    "this way: as a sum of logarithms.",
)

# ------------------------------------------------------------------------------ Exercise 0.3

by_hand = Value(
    number="0.3",
    names=("n_rows", "n_columns", "entry"),
    wanted="three whole numbers: the shape of A @ B, and its entry in row 2, column 3",
    answer=(2, 4, 7),
    rtol=0,
    atol=0,
    mistakes=[
        Mistake(
            name="the inner length in the shape",
            hint="The 3 is what the two share, and it vanishes: (2, 3) @ (3, 4).",
            looks_like=lambda n_rows, n_columns, entry: 3 in (n_rows, n_columns),
        ),
        Mistake(
            name="rows and columns exchanged",
            hint="The rows come from the first factor, the columns from the second.",
            looks_like=lambda n_rows, n_columns, entry: (n_rows, n_columns) == (4, 2),
        ),
        Mistake(
            name="another row or column",
            hint="The shape is right. Row 2 of A is 3, -1, 4, and column 3 of B is 0, 1, 2.",
            looks_like=lambda n_rows, n_columns, entry: (
                (n_rows, n_columns) == (2, 4) and entry in (1, 11, 2, 5, 10, -10, 8)
            ),
        ),
        Mistake(
            name="only a part of the sum",
            hint="Three products, added up: 3 * 0, -1 * 1 and 4 * 2.",
            looks_like=lambda n_rows, n_columns, entry: (
                (n_rows, n_columns) == (2, 4) and entry in (0, -1, 9)
            ),
        ),
        Mistake(
            name="another sum than that of the three products",
            otherwise=True,
            hint="The shape is right. Row 2 of A is 3, -1, 4, and column 3 of B is 0, 1, 2: first "
            "with first, second with second, third with third.",
            looks_like=lambda n_rows, n_columns, entry: (
                (n_rows, n_columns) == (2, 4) and entry not in (6, 7, -7, 70)
            ),
        ),
    ],
    why="Row of the one times column of the other: that is what a whole layer of a network does, "
    "a row for each sample and a column for each neuron.",
)
