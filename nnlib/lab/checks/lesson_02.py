"""The exercises of lesson 02: a layer as a product, shapes, a whole forward pass, XOR."""

from itertools import pairwise

import numpy as np

from nnlib.activations import relu, sigmoid
from nnlib.lab.checks.exercise import Function, Mistake, Search, Value

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
NAMES_OF_CORNERS = ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]


def answers_in_words(answers):
    """Return "0.0067 at (0, 0), …" for the four corners."""
    return ", ".join(
        f"{a:.4f} at {name}" for a, name in zip(answers, NAMES_OF_CORNERS, strict=True)
    )


# ------------------------------------------------------------------------------ Exercise 2.1


def layer_of_rows(X, W, b):
    return X @ W.T + b


def layer_inputs(rng):
    X = np.array([[1.0, 2.0], [3.0, 4.0], [-6.0, 2.0]])
    W = np.array([[0.1, 0.3], [0.2, 0.4], [0.5, -0.6], [1.0, 0.0]])
    sizes = [(5, 3, 2), (1, 3, 4), (2, 2, 2), (3, 3, 3), (4, 1, 1), (7, 4, 1)]
    return [
        (X, W, np.array([0.1, 0.2, 0.0, -1.0])),
        *(
            (rng.normal(size=(n, n_in)), rng.normal(size=(n_out, n_in)), rng.normal(size=n_out))
            for n, n_in, n_out in sizes
        ),
        (np.array([[1, 0, 2], [0, 3, 1]]), np.array([[1, -1, 2], [0, 4, 1]]), np.array([0.5, -2])),
        (1000 * rng.normal(size=(6, 2)), rng.normal(size=(3, 2)), rng.normal(size=3)),
    ]


layer_stored_by_rows = Function(
    number="2.1",
    inputs=layer_inputs,
    answer=layer_of_rows,
    mistakes=[
        Mistake(
            name="a product with W as it is stored",
            hint="@ multiplies the rows of X with the columns of W. Here the weights of a neuron "
            "stand in a row of W.",
            wrong=lambda X, W, b: X @ W + b,
        ),
        Mistake(
            name="the factors in the other order",
            hint="The result has a row for each sample, and it takes its rows from the first "
            "factor. So X comes first.",
            wrong=[
                lambda X, W, b: W @ X + b,
                lambda X, W, b: W @ X.T + b,
                lambda X, W, b: W.T @ X + b,
            ],
        ),
        Mistake(
            name="a transposed result",
            hint="It has a row for each neuron. Wanted is a row for each sample, (n, n_out): let X "
            "come first.",
            wrong=[lambda X, W, b: W @ X.T + b[:, None], lambda X, W, b: (X @ W.T + b).T],
        ),
        Mistake(
            name="the bias left out",
            hint="At a sample of zeros, each neuron should answer with its bias.",
            wrong=lambda X, W, b: X @ W.T,
        ),
        Mistake(
            name="the bias as a column",
            hint="A column would be added sample by sample. Each neuron has one bias, and the "
            "neurons are the columns of the result: b, as it comes, is stretched over the rows.",
            wrong=lambda X, W, b: X @ W.T + b[:, None],
        ),
        Mistake(
            name="* where @ is meant",
            hint="* multiplies entry by entry and adds nothing up. @ adds up over the inputs.",
            wrong=[lambda X, W, b: X * W + b, lambda X, W, b: X * W.T + b],
        ),
        Mistake(
            name="only the last input",
            hint="In the loop over the inputs, each product is added to what is there already.",
            wrong=lambda X, W, b: X[:, -1:] * W[:, -1] + b,
        ),
        Mistake(
            name="an activation where the weighted sum is asked for",
            hint="Stop at z: the weighted sums are asked for.",
            wrong=[
                lambda X, W, b: sigmoid(X @ W.T + b),
                lambda X, W, b: relu(X @ W.T + b),
            ],
        ),
        Mistake(
            name="one bias for all neurons",
            hint="Each neuron has a bias of its own, and the neurons are the columns of the "
            "result: b, as it comes, is stretched over the rows.",
            wrong=[
                lambda X, W, b: X @ W.T + b.sum(),
                lambda X, W, b: X @ W.T + b.mean(),
                lambda X, W, b: X @ W.T + b[0],
                lambda X, W, b: X @ W.T + b[-1],
            ],
        ),
        Mistake(
            name="a reshape in place of the transpose",
            hint="reshape keeps the numbers in their order and only breaks the rows elsewhere. "
            "W.T exchanges rows and columns.",
            wrong=lambda X, W, b: X @ W.reshape(W.shape[::-1]) + b,
        ),
    ],
    why="Both ways of storing W hold the same numbers. When a layer of another library gives an "
    "error or odd answers, first ask which of its axes are the inputs.",
)

# ------------------------------------------------------------------------------ Exercise 2.2

SIZES = (30, 5, 8, 3)


def other_count(*counts):
    """All four sizes are right, and the number of parameters is one of these."""
    return lambda *values: values[:4] == SIZES and values[4] in counts


arrays_without_names = Value(
    number="2.2",
    names=("n_samples", "n_inputs", "n_hidden", "n_outputs", "n_parameters"),
    wanted="five whole numbers that fit all six shapes",
    answer=(*SIZES, 75),
    rtol=0,
    atol=0,
    mistakes=[
        Mistake(
            name="the input and the output exchanged",
            hint="Then W1 would be (3, 8), and there is an (8, 3). Row: where a weight comes from.",
            looks_like=lambda n, n_in, n_hidden, n_out, _: n == 30 and (n_in, n_out) == (3, 5),
        ),
        Mistake(
            name="the hidden layer and the output exchanged",
            hint="The output has a row for each sample. Is there an array of shape (30, 8)?",
            looks_like=lambda n, n_in, n_hidden, n_out, _: n == 30 and (n_hidden, n_out) == (3, 8),
        ),
        Mistake(
            name="the input and the hidden layer exchanged",
            hint="X has a row for each sample, and a column for each input. Is there an array of "
            "shape (30, 8)?",
            looks_like=lambda n, n_in, n_hidden, n_out, _: n == 30 and (n_in, n_hidden) == (8, 5),
        ),
        Mistake(
            name="another number of samples",
            hint="The number of samples is in what flows through the network, X and a2, and in no "
            "weight and no bias. Which number of rows comes twice, and is not 1?",
            looks_like=lambda n, *_: n != 30,
        ),
        Mistake(
            name="the biases left out of the count",
            hint="They are learned too. b1 and b2 have a number for each neuron of their layer.",
            looks_like=other_count(64),
        ),
        Mistake(
            name="one bias for a whole layer",
            hint="Each neuron has a bias of its own: as many as the layer has neurons.",
            looks_like=other_count(66),
        ),
        Mistake(
            name="samples counted as parameters",
            hint="X and a2 are what goes in and what comes out. Only weights and biases are "
            "learned.",
            looks_like=other_count(75 + 150, 75 + 90, 75 + 150 + 90),
        ),
        Mistake(
            name="a bias for each sample",
            hint="All samples share the same biases: b1 and b2 have one row.",
            looks_like=other_count(64 + 30 * 11),
        ),
        Mistake(
            name="the biases alone",
            hint="The weights are learned too: W1 and W2 have a number for each connection.",
            looks_like=other_count(11),
        ),
    ],
    why="The shapes alone tell what each array is. That is worth remembering when you open a file "
    "of weights that nobody has described.",
)

# ------------------------------------------------------------------------------ Exercise 2.3


def forward(X, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    a2 = sigmoid(z2)
    return z1, a1, z2, a2


def random_layers(rng, *sizes):
    """W1, b1, W2, b2, … for layers of these sizes."""
    parameters = []
    for n_in, n_out in pairwise(sizes):
        parameters += [rng.normal(size=(n_in, n_out)), rng.normal(size=(1, n_out))]
    return parameters


def forward_inputs(rng):
    W1, b1 = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[0.1, 0.2]])
    W2, b2 = np.array([[0.5], [0.6]]), np.array([[0.3]])
    sizes = [(5, 3, 4, 2), (1, 2, 3, 1), (2, 2, 2, 2), (3, 3, 3, 3), (6, 1, 1, 1)]
    return [
        (np.array([[1.0, 2.0], [3.0, 4.0], [-6.0, 2.0]]), W1, b1, W2, b2),
        *(
            (rng.normal(size=(n, n_in)), *random_layers(rng, n_in, *more))
            for n, n_in, *more in sizes
        ),
        (np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), *random_layers(rng, 2, 4, 1)),
        (1000 * rng.normal(size=(7, 2)), *random_layers(rng, 2, 3, 1)),
    ]


def layers(first=sigmoid, second=sigmoid, *, use_b1=1, use_b2=1, given=lambda z, a: a):
    """A forward pass in which something is different."""

    def wrong(X, W1, b1, W2, b2):
        z1 = X @ W1 + use_b1 * b1
        a1 = first(z1)
        z2 = given(z1, a1) @ W2 + use_b2 * b2
        return z1, a1, z2, second(z2)

    return wrong


def rearranged(*order):
    return lambda *arguments: tuple(forward(*arguments)[i] for i in order)


def columns(X, W1, b1, W2, b2):
    z1 = W1.T @ X.T + b1.T
    z2 = W2.T @ sigmoid(z1) + b2.T
    return z1, sigmoid(z1), z2, sigmoid(z2)


def matrices_first(X, W1, b1, W2, b2):
    z1 = W1 @ X + b1
    z2 = W2 @ sigmoid(z1) + b2
    return z1, sigmoid(z1), z2, sigmoid(z2)


def matrices_first_transposed(X, W1, b1, W2, b2):
    z1 = W1.T @ X + b1
    z2 = W2.T @ sigmoid(z1) + b2
    return z1, sigmoid(z1), z2, sigmoid(z2)


def nothing_changes(outcomes):
    """Whether the same four arrays came for every input."""
    results = [outcome.result for outcome in outcomes]
    if any(result is None or result.kind != "several" for result in results):
        return False
    first = results[0].parts
    return all(part.kind == "numbers" for part in first) and all(
        len(result.parts) == len(first)
        and all(
            other.kind == "numbers" and np.array_equal(part.array, other.array)
            for part, other in zip(first, result.parts, strict=True)
        )
        for result in results
    )


whole_forward_pass = Function(
    number="2.3",
    inputs=forward_inputs,
    answer=forward,
    returns=("z1", "a1", "z2", "a2"),
    mistakes=[
        Mistake(
            name="the ReLU in the hidden layer",
            hint="The network of section 2.1 has it. In yours, both layers use the sigmoid.",
            wrong=layers(first=relu),
        ),
        Mistake(
            name="no activation in the hidden layer",
            hint="a1 = sigmoid(z1). Section 2.8 shows what a network is without it.",
            wrong=layers(first=lambda z: z),
        ),
        Mistake(
            name="z1 handed on where a1 is meant",
            hint="The second layer's inputs are the activations of the first.",
            wrong=layers(given=lambda z, a: z),
        ),
        Mistake(
            name="no activation at the output",
            hint="a2 is what the sigmoid makes of z2.",
            wrong=layers(second=lambda z: z),
        ),
        Mistake(
            name="a bias left out",
            hint="z = a @ W + b, in both layers.",
            wrong=[layers(use_b1=0), layers(use_b2=0), layers(use_b1=0, use_b2=0)],
        ),
        Mistake(
            name="the same four arrays for every input",
            hint="Does the function use its arguments? A name that it is not given and does not "
            "make is looked up in the notebook, where X and z1 exist too.",
            looks_like=nothing_changes,
        ),
        Mistake(
            name="the results in another order",
            in_parts=False,
            hint="Wanted are z1, a1, z2, a2, in this order.",
            wrong=[rearranged(1, 0, 3, 2), rearranged(0, 2, 1, 3), rearranged(2, 3, 0, 1)],
        ),
        Mistake(
            name="weighted sums overwritten by their activations",
            hint="z1 and z2 are wanted as they were before the sigmoid: give its result a name of "
            "its own.",
            wrong=[rearranged(1, 1, 3, 3), rearranged(0, 1, 3, 3), rearranged(1, 1, 2, 3)],
        ),
        Mistake(
            name="the samples as columns",
            hint="Samples are rows here, so X comes first: X @ W1, with nothing transposed.",
            wrong=[columns, matrices_first, matrices_first_transposed],
        ),
        Mistake(
            name="a tanh in the hidden layer",
            hint="In this network both layers use the sigmoid.",
            wrong=layers(first=np.tanh),
        ),
        Mistake(
            name="biases that are subtracted",
            hint="z = a @ W + b, in both layers.",
            wrong=[
                layers(use_b1=-1, use_b2=-1),
                layers(use_b1=-1),
                layers(use_b2=-1),
            ],
        ),
    ],
    why="This is the first of the four parts of a network of your own. Lesson 04 starts from the "
    "same four lines, and needs all four arrays on the way back.",
)

# ------------------------------------------------------------------------------ Exercise 2.4


def share_right(a, y):
    return np.mean((a > 0.5) == np.reshape(y, a.shape))


def share_inputs(rng):
    xor = np.array([0.0, 1.0, 1.0, 0.0])
    some = np.array([[0.9], [0.8], [0.3], [0.2], [0.7]])
    many = rng.uniform(size=(40, 1))
    truth = (many + rng.normal(scale=0.4, size=(40, 1)) > 0.5).astype(float)
    edge = np.array([[0.5], [0.2], [0.9]])
    return [
        (xor[:, None], xor),
        (some, np.array([1.0, 0.0, 0.0, 1.0, 1.0])),
        (some, np.array([[1.0], [1.0], [0.0], [0.0], [0.0]])),
        (many, truth),
        (many, truth.ravel()),
        (edge, np.array([0.0, 0.0, 1.0])),
        (some, np.array([0.0, 1.0, 0.0, 0.0, 1.0])),  # the first alone is wrong
        (np.array([[0.3]]), np.array([1.0])),
        (np.array([[0.3]]), np.array([[0.0]])),
        (some, np.array([1, 1, 0, 0, 0])),
        (some[:3], np.array([True, True, False])),
        (np.full((6, 1), 0.9), np.zeros((6, 1))),
        (np.array([[0.54], [0.46], [0.9]]), np.array([1.0, 0.0, 0.0])),
    ]


mended_share = Function(
    number="2.4",
    inputs=share_inputs,
    answer=share_right,
    mistakes=[
        Mistake(
            name="(n,) for (n, 1)",
            hint="Flat targets are still compared with every answer, as in the table of 16. Give y "
            "the shape of a first.",
            wrong=lambda a, y: np.mean((a > 0.5) == y),
        ),
        Mistake(
            name="mended for flat targets only",
            hint="Now flat targets work, and targets of shape (n, 1) give the table. Find one way "
            "that does for both.",
            wrong=[
                lambda a, y: np.mean((a.ravel() > 0.5) == y),
                lambda a, y: np.mean((a > 0.5) == np.asarray(y)[:, None]),
            ],
        ),
        Mistake(
            name="a row of targets against a column of answers",
            hint="Flattened, y is a row to NumPy. a is still a column. Flatten both, or neither.",
            wrong=lambda a, y: np.mean((a > 0.5) == y.ravel()),
        ),
        Mistake(
            name="the number of right answers where their share is asked for",
            hint="Divide by the number of samples, or take the mean.",
            wrong=lambda a, y: np.sum((a > 0.5) == y.reshape(a.shape)),
        ),
        Mistake(
            name="the share of wrong answers",
            hint="For perfect answers the share is 1.",
            wrong=lambda a, y: np.mean((a > 0.5) != y.reshape(a.shape)),
        ),
        Mistake(
            name="answers compared with targets before they are rounded to yes or no",
            hint="An answer of 0.9 is right where the target is 1: compare a > 0.5 with y.",
            wrong=lambda a, y: np.mean(a == y.reshape(a.shape)),
        ),
        Mistake(
            name="0.5 counted as yes",
            hint="An answer is a yes if it is above 0.5.",
            wrong=lambda a, y: np.mean((a >= 0.5) == y.reshape(a.shape)),
        ),
        Mistake(
            name="one verdict for all samples",
            hint="np.all is True only if everything is right. The share is a mean of True and "
            "False.",
            wrong=lambda a, y: np.all((a > 0.5) == y.reshape(a.shape)),
        ),
        Mistake(
            name="only the right yeses counted",
            hint="A no where the target is no is right as well: compare a > 0.5 with y.",
            wrong=lambda a, y: np.mean((a > 0.5) & (y.reshape(a.shape) > 0.5)),
        ),
    ],
    why="The best cure is at the door: make y (n, 1) where the data are read, and refuse any other "
    "shape from there on, as nnlib does.",
)

# ------------------------------------------------------------------------------ Exercise 2.5


def answers_of(w, b):
    return sigmoid(CORNERS @ np.array([w, w]) + b)


def sure(answers, wanted):
    return bool(np.all(np.abs(answers - np.array(wanted)) <= 0.01))


def both_are_sure(b_or, b_nand):
    return sure(answers_of(10.0, b_or), [0, 1, 1, 1]) and sure(
        answers_of(-10.0, b_nand), [1, 1, 1, 0]
    )


def two_gates_in_words(b_or, b_nand):
    first, second = answers_of(10.0, b_or), answers_of(-10.0, b_nand)
    return f"OR says {answers_in_words(first)}; NOT BOTH says {answers_in_words(second)}"


def wrong_bias(b_or, b_nand):
    """What is wrong with the two biases, in one word; the first thing that is."""
    if both_are_sure(b_nand, b_or):
        return "exchanged"
    if b_or >= 0:
        return "OR yes to nothing"
    if b_or <= -20:
        return "OR never"
    if b_or < -10:
        return "AND for OR"
    if b_nand <= 0:
        return "NAND never"
    if b_nand < 10:
        return "NOR for NAND"
    if b_nand > 20:
        return "NAND always"
    return "" if both_are_sure(b_or, b_nand) else "not sure"


def bias_is(what):
    return lambda b_or, b_nand: wrong_bias(b_or, b_nand) == what


two_biases = Search(
    number="2.5",
    names=("b_or", "b_nand"),
    wanted="at least 0.99 for each yes and at most 0.01 for each no",
    holds=both_are_sure,
    came=two_gates_in_words,
    mistakes=[
        Mistake(
            name="the two biases exchanged",
            hint="The neuron with positive weights needs a negative bias, or it says yes to "
            "(0, 0).",
            looks_like=bias_is("exchanged"),
        ),
        Mistake(
            name="an OR that does not say no to (0, 0)",
            hint="At (0, 0) only the bias is left, so it has to be negative.",
            looks_like=bias_is("OR yes to nothing"),
        ),
        Mistake(
            name="an AND in place of OR",
            hint="One input alone gives 10. Together with the bias that has to be above 0.",
            looks_like=bias_is("AND for OR"),
        ),
        Mistake(
            name="an OR that never says yes",
            hint="Both inputs together give 20. A bias of -20 or below outweighs even that.",
            looks_like=bias_is("OR never"),
        ),
        Mistake(
            name="a NOT BOTH that never says yes",
            hint="Its weights are negative: only the bias can lift the sum above 0.",
            looks_like=bias_is("NAND never"),
        ),
        Mistake(
            name="neither in place of not both",
            hint="One input alone gives -10, and the neuron should still say yes. The bias has to "
            "outweigh one -10, but not two.",
            looks_like=bias_is("NOR for NAND"),
        ),
        Mistake(
            name="a NOT BOTH that always says yes",
            hint="Both inputs together give -20, and that has to outweigh the bias.",
            looks_like=bias_is("NAND always"),
        ),
        Mistake(
            name="a line too close to a corner, or through it",
            hint="There the neuron is not sure enough. Put the line half way between the corners "
            "that it separates.",
            looks_like=bias_is("not sure"),
        ),
    ],
    why="Weights alone turn the line, the bias moves it: OR, AND and NOT BOTH are one direction "
    "and three places. Section 2.10 builds XOR out of neurons like these.",
)

# ------------------------------------------------------------------------------ Exercise 2.6


def collapse(W1, b1, W2, b2, W3, b3):
    return W1 @ W2 @ W3, (b1 @ W2 + b2) @ W3 + b3


def collapse_inputs(rng):
    sizes = [(2, 4, 3, 1), (3, 2, 4, 5), (2, 2, 2, 2), (3, 3, 3, 3), (1, 1, 1, 1), (4, 3, 2, 6)]
    return [
        tuple(
            np.array(values, dtype=float)
            for values in ([[1, 0], [2, 1]], [[1, 2]], [[1], [3]], [[4]], [[2, 0, 1]], [[0, 1, 5]])
        ),
        *(tuple(random_layers(rng, *some)) for some in sizes),
    ]


def with_bias(formula):
    """The right W, and another b."""

    def wrong(W1, b1, W2, b2, W3, b3):
        return W1 @ W2 @ W3, formula(b1, W2, b2, W3, b3)

    return wrong


three_layers_in_one = Function(
    number="2.6",
    inputs=collapse_inputs,
    answer=collapse,
    returns=("W", "b"),
    mistakes=[
        Mistake(
            name="the matrices in the opposite order",
            hint="X meets W1 first: X @ W1 @ W2 @ W3.",
            wrong=[
                lambda W1, b1, W2, b2, W3, b3: (W3 @ W2 @ W1, (b1 @ W2 + b2) @ W3 + b3),
                lambda W1, b1, W2, b2, W3, b3: (W3 @ W2 @ W1, W3 @ (W2 @ b1 + b2) + b3),
                lambda W1, b1, W2, b2, W3, b3: (W3 @ W2 @ W1, b1 @ W2 @ W3 + b2 @ W3 + b3),
            ],
        ),
        Mistake(
            name="the biases added as they are",
            hint="A bias joins in its own layer, and from there on it takes the same way as "
            "everything else: through the later matrices.",
            wrong=with_bias(lambda b1, W2, b2, W3, b3: b1 + b2 + b3),
        ),
        Mistake(
            name="a bias that skips a layer",
            hint="Write z2 with both of its terms, in brackets, and multiply the whole bracket "
            "with W3.",
            wrong=[
                with_bias(lambda b1, W2, b2, W3, b3: b1 @ W2 @ W3 + b2 + b3),
                with_bias(lambda b1, W2, b2, W3, b3: b1 @ W2 + b2 @ W3 + b3),
                with_bias(lambda b1, W2, b2, W3, b3: b1 @ W2 + b2 + b3),
            ],
        ),
        Mistake(
            name="the last bias left out",
            hint="b3 is added at the very end.",
            wrong=with_bias(lambda b1, W2, b2, W3, b3: (b1 @ W2 + b2) @ W3),
        ),
        Mistake(
            name="an earlier bias left out",
            hint="All three layers have a bias, and all three reach the end.",
            wrong=[
                with_bias(lambda b1, W2, b2, W3, b3: b3),
                with_bias(lambda b1, W2, b2, W3, b3: b2 @ W3 + b3),
                with_bias(lambda b1, W2, b2, W3, b3: b1 @ W2 @ W3 + b3),
            ],
        ),
        Mistake(
            name="the third layer left out",
            hint="That is the lesson's formula, for two layers. Put its result into the third.",
            wrong=lambda W1, b1, W2, b2, W3, b3: (W1 @ W2, b1 @ W2 + b2),
        ),
        Mistake(
            name="* where @ is meant",
            hint="* multiplies entry by entry. One layer after the other is a matrix product.",
            wrong=lambda W1, b1, W2, b2, W3, b3: (W1 * W2 * W3, (b1 * W2 + b2) * W3 + b3),
        ),
        Mistake(
            name="the results W and b exchanged",
            in_parts=False,
            hint="W comes first, then b.",
            wrong=lambda *layers: collapse(*layers)[::-1],
        ),
        Mistake(
            name="the third layer left out of b",
            hint="b is what comes out for an input of zeros, after all three layers.",
            wrong=with_bias(lambda b1, W2, b2, W3, b3: b1 @ W2 + b2),
        ),
    ],
    why="What holds for three layers holds for a hundred: however deep, a network without bends is "
    "one matrix and one row of biases.",
)

# ------------------------------------------------------------------------------ Exercise 2.7

XOR = np.array([0.0, 1.0, 1.0, 0.0])


def answers_without_biases(W1, W2):
    return (relu(CORNERS @ W1) @ W2)[:, 0]


def is_xor(W1, W2):
    return bool(np.all(np.abs(answers_without_biases(W1, W2) - XOR) <= 0.05))


def xor_in_words(W1, W2):
    return answers_in_words(answers_without_biases(W1, W2) + 0.0)


def wrong_pattern(W1, W2):
    """What is wrong with the four answers, in one word; the first at (0, 0) is always 0."""
    _, x2_alone, x1_alone, both = answers_without_biases(W1, W2)
    off = 0.05
    if abs(both) > off:
        return "not 0 at (1, 1)"
    if np.allclose(W1[:, 0], W1[:, 1]):
        return "twins"
    if max(abs(x1_alone), abs(x2_alone)) <= off:
        return "silent"
    if min(abs(x1_alone), abs(x2_alone)) <= off:
        return "one"
    if x1_alone * x2_alone < 0:
        return "signs differ"
    if x1_alone < 0:
        return "both negative"
    return "" if is_xor(W1, W2) else "size"


def pattern_is(what):
    return lambda W1, W2: wrong_pattern(W1, W2) == what


xor_without_biases = Search(
    number="2.7",
    names=("W1_xor", "W2_xor"),
    wanted="0, 1, 1, 0 at the corners (0, 0), (0, 1), (1, 0), (1, 1), to within 0.05",
    holds=is_xor,
    came=xor_in_words,
    shapes=((2, 2), (2, 1)),
    mistakes=[
        Mistake(
            name="an answer other than 0 at (1, 1)",
            hint="There the two inputs have to cancel. Choose weights of opposite sign for them.",
            looks_like=pattern_is("not 0 at (1, 1)"),
        ),
        Mistake(
            name="two hidden neurons that say the same",
            hint="Both columns of W1_xor are equal, so this is one neuron, twice. Let the second "
            "look the other way.",
            looks_like=pattern_is("twins"),
        ),
        Mistake(
            name="a network that says 0 to everything",
            hint="Either no hidden neuron wakes up, or the output cancels what they say. Print "
            "relu(X_xor @ W1_xor).",
            looks_like=pattern_is("silent"),
        ),
        Mistake(
            name="one of the two squares found",
            hint="At the other one the answer is 0. Which weights make a hidden neuron wake up "
            "there, and does the output listen to it?",
            looks_like=pattern_is("one"),
        ),
        Mistake(
            name="opposite signs at the two squares",
            hint="At one square the answer is positive, at the other negative. Each hidden neuron "
            "finds its square; let the output give both of them a positive weight.",
            looks_like=pattern_is("signs differ"),
        ),
        Mistake(
            name="both squares found, with the wrong sign",
            hint="What ReLU lets through is never negative, so the sign comes from W2_xor.",
            looks_like=pattern_is("both negative"),
        ),
        Mistake(
            name="the right pattern in another size",
            hint="Both squares are found. Which weights decide how much each of them gives?",
            looks_like=pattern_is("size"),
        ),
    ],
    why="The network computes |x1 - x2|: one neuron for each side of the fold. Four weights and "
    "two more do what no single neuron can, since ReLU bends.",
)
