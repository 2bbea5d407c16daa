"""The exercises of lesson 07: a line to mend, two laws, eight bugs, and a program of one's own."""

import numpy as np

from nnlib.lab.checks.exercise import Function, Mistake, Search, Value

# ------------------------------------------------------------------------------ Exercise 7.1


def update(hidden, output, y):
    return hidden.T @ (y - output)


def update_inputs(rng):
    cases = []
    for n, h, m in [(3, 4, 2), (4, 4, 2), (5, 2, 1), (6, 3, 3), (4, 4, 1)]:
        y = rng.integers(0, 2, size=(n, m)).astype(float)
        cases.append((rng.uniform(0.1, 0.9, size=(n, h)), rng.uniform(0.1, 0.9, size=(n, m)), y))
    hidden = np.array([[-3.0, 0.5], [2.0, -4.0], [5.0, 1.0]])
    cases.append((hidden, np.array([[0.9], [0.2], [0.7]]), np.array([[0.0], [1.0], [0.0]])))
    return cases


mended_update = Function(
    number="7.1",
    inputs=update_inputs,
    answer=update,
    mistakes=[
        Mistake(
            name="the stray factor, still there",
            hint="After the product there are no samples left, so nothing that belongs to a sample "
            "can be multiplied in. It only fits when n equals h.",
            wrong=lambda hidden, output, y: hidden.T @ (y - output) * (output * (1 - output)),
        ),
        Mistake(
            name="the slope of the output, which the cross-entropy cancels",
            hint="It sits in the right place now, inside the product. But with it you descend the "
            "squared error. For the cross-entropy delta is a - y.",
            wrong=[
                lambda hidden, output, y: hidden.T @ ((y - output) * output * (1 - output)),
                lambda hidden, output, y: hidden.T @ (2 * (y - output) * output * (1 - output)),
            ],
        ),
        Mistake(
            name="the sign of the gradient where the update is asked for",
            hint="The write-up adds its updates. Which error goes downhill when it is added?",
            wrong=lambda hidden, output, y: hidden.T @ (output - y),
        ),
        Mistake(
            name="the mean where the loss is a sum",
            hint=lambda arguments, ours, theirs: (
                "The loss of this exercise is a sum. Every entry "
                f"is too small by the number of samples or entries; here there are "
                f"{len(arguments[0])} samples."
            ),
            wrong=[
                lambda hidden, output, y: hidden.T @ (y - output) / len(y),
                lambda hidden, output, y: hidden.T @ (y - output) / y.size,
            ],
        ),
        Mistake(
            name="the product the wrong way round",
            hint="The update has the shape of W2, (h, m).",
            wrong=lambda hidden, output, y: (y - output).T @ hidden,
        ),
        Mistake(
            name="the transpose left out",
            hint="(n, h) does not fit in front of (n, m). Which axis is summed over?",
            wrong=lambda hidden, output, y: hidden @ (y - output),
        ),
        Mistake(
            name="sums before the product",
            hint="Each sample multiplies its own hidden activations with its own error; only "
            "then are they added.",
            wrong=[
                lambda hidden, output, y: np.outer(hidden.sum(axis=0), (y - output).sum(axis=0)),
                lambda hidden, output, y: np.outer(hidden.mean(axis=0), (y - output).mean(axis=0)),
            ],
        ),
        Mistake(
            name="answers that are rounded to yes and no",
            hint="How wrong an answer is depends on how sure it is: take the output as it is.",
            wrong=[
                lambda hidden, output, y: hidden.T @ (y - np.round(output)),
                lambda hidden, output, y: hidden.T @ (y - (output > 0.5)),
            ],
        ),
        Mistake(
            name="the slope of the hidden neurons",
            hint="That belongs to the layer before, to W1. W2 meets the hidden activations as "
            "they are.",
            wrong=[
                lambda hidden, output, y: (hidden * (1 - hidden)).T @ (y - output),
            ],
        ),
    ],
    why="The line is shorter than the one it replaces, and it runs for every number of samples: "
    "the right formula is often the one whose shapes leave no choice.",
)

# ------------------------------------------------------------------------------ Exercise 7.2

rate_for_the_mean = Value(
    number="7.2",
    names=("rate_for_the_mean",),
    wanted="the rate under the mean that takes the same steps",
    answer=1.5,
    rtol=1e-6,
    mistakes=[
        Mistake(
            name="the samples alone",
            hint="The mean is over samples and outputs. How many squared errors are there?",
            wrong=0.5,
        ),
        Mistake(
            name="the outputs alone",
            hint="There are 10 samples as well. How many squared errors are there in all?",
            wrong=0.15,
        ),
        Mistake(
            name="a division where a product is needed",
            hint="The mean's gradient is smaller than the sum's. Does the rate have to grow or to "
            "shrink to make up for that?",
            wrong=[0.05 / 30, 0.0017, 0.00167, 0.002, 0.05 / 10, 0.05 / 3, 0.0167, 0.017],
        ),
        Mistake(
            name="a factor ½ that this loss does not have",
            hint="That would be right for half the sum of squares, as in write-up 001.",
            wrong=0.75,
        ),
        Mistake(
            name="a factor 2 that both losses have",
            hint="The 2 of the square is in the gradient of the sum and in that of the mean.",
            wrong=3.0,
        ),
        Mistake(
            name="the rate as it was",
            hint="The two gradients do not have the same length.",
            wrong=0.05,
        ),
        Mistake(
            name="the number of squared errors in place of the rate",
            hint="So much smaller is the gradient of the mean. What does that make of the rate "
            "0.05?",
            wrong=[30.0, 1 / 30],
        ),
        Mistake(
            name="twice the rate as it was",
            hint="The 2 of the square is in both gradients, and it cancels.",
            wrong=0.1,
        ),
    ],
    why="Whenever you copy a learning rate from somewhere, ask which loss it belonged to: "
    "between a sum and a mean lies the number of entries, and that can be a factor of thousands.",
)

# ------------------------------------------------------------------------------ Exercise 7.3

other_side = Value(
    number="7.3",
    names=("z_other",),
    wanted="the logit at (-0.7, 0.2)",
    answer=-8.0,
    rtol=1e-6,
    mistakes=[
        Mistake(
            name="a half turn about 0 in place of the dot",
            hint="The middle of the two logits is not 0. It is the logit at the origin.",
            wrong=-2.0,
        ),
        Mistake(
            name="the same answer on both sides",
            hint="That would be a mirror. It is a half turn.",
            wrong=2.0,
        ),
        Mistake(
            name="the two numbers added",
            hint="How far is it from 2 to -3? Go as far once more.",
            wrong=-1.0,
        ),
        Mistake(
            name="the middle of the two numbers",
            hint="The logit at the origin is the middle of the two others, and it is given.",
            wrong=-0.5,
        ),
        Mistake(
            name="the difference to the origin",
            hint="That is how far it is from one to the next. Where do you arrive?",
            wrong=[5.0, -5.0],
        ),
        Mistake(
            name="the half turn about the wrong point",
            hint="z(-x) = 2 z(0) - z(x). Which of the two numbers is z(0)?",
            wrong=[7.0, 8.0],
        ),
        Mistake(
            name="the logit at the origin",
            hint="That is the point of the half turn. The other side lies as far from it as this "
            "one.",
            wrong=-3.0,
        ),
        Mistake(
            name="a logit above that of the origin",
            hint="From 2 to -3 it goes down. On the other side it goes on down.",
            looks_like=lambda z: z > -3 and z not in (-2, -1, -0.5, 2, 5, 7, 8),
        ),
    ],
    why="A law that holds for all weights is stronger than any number of starts: it says what no "
    "training can reach, before you train.",
)

# ------------------------------------------------------------------------- Exercises 7.4, 7.5

WORDS = ("mean", "transpose", "sign", "mask", "labels", "state", "leak", "generator")


def known(*words):
    return all(word in WORDS for word in words)


four_wrong_gradients = Value(
    number="7.4",
    names=("bug_a", "bug_b", "bug_c", "bug_d"),
    wanted="four of the eight words in the table",
    answer=("mean", "transpose", "sign", "mask"),
    mistakes=[
        Mistake(
            name="a word that is not in the table",
            hint='The words are "mean", "transpose", "sign", "mask", "labels", "state", "leak" and '
            '"generator".',
            looks_like=lambda *words: not known(*words),
        ),
        Mistake(
            name="a bug that passes the gradient check",
            hint="The reports of A to D are about wrong gradients. Labels, leaks, generators and "
            "what is left from the last batch do not show there at the first call.",
            looks_like=lambda *words: known(*words) and bool({*WORDS[4:]} & {*words}),
        ),
        Mistake(
            name="another cause for A's single factor",
            hint="A's report has one factor for everything, and the factor is the number of "
            "samples.",
            looks_like=lambda *words: {*words} <= {*WORDS[:4]} and words[0] != "mean",
        ),
        Mistake(
            name="another cause for C's factor of -1",
            hint="C's report has one wrong parameter, and it is -1 times the right one.",
            looks_like=lambda *words: (
                {*words} <= {*WORDS[:4]} and words[0] == "mean" and words[2] != "sign"
            ),
        ),
        Mistake(
            name="the mask and the transpose swapped",
            hint="Which of the two programs is right between layer 3 and layer 2? And which matrix "
            "is square?",
            wrong=("mean", "mask", "sign", "transpose"),
        ),
        Mistake(
            name="one word for two programs",
            hint="The bugs of A, B, C and D are four different ones.",
            looks_like=lambda *words: {*words} <= {*WORDS[:4]} and len({*words}) < 4,
        ),
    ],
    why="Four programs that run, four losses that fall, and not one look at their source: the "
    "pattern of the errors was enough.",
)

four_right_gradients = Value(
    number="7.5",
    names=("bug_e", "bug_f", "bug_g", "bug_h"),
    wanted="the four words, one for each program",
    answer=("generator", "labels", "state", "leak"),
    mistakes=[
        Mistake(
            name="a word that is none of the four",
            hint='The four words are "labels", "state", "leak" and "generator".',
            looks_like=lambda *words: not known(*words),
        ),
        Mistake(
            name="a bug that the gradient check would have found",
            hint="E to H have right gradients when first asked. Their bugs are the four words of "
            "this task.",
            looks_like=lambda *words: known(*words) and bool({*WORDS[:4]} & {*words}),
        ),
        Mistake(
            name="state and generator swapped",
            hint="E's gradient is the same twice, its start is not. With G it is the other way "
            "round.",
            wrong=[
                ("state", "labels", "generator", "leak"),
                ("state", "leak", "generator", "labels"),
            ],
        ),
        Mistake(
            name="labels and leak swapped",
            hint="Compare the shapes of y, and the points that are in both sets.",
            wrong=("generator", "leak", "state", "labels"),
        ),
        Mistake(
            name="one word for two programs",
            hint="The bugs of E, F, G and H are four different ones.",
            looks_like=lambda *words: {*words} <= {*WORDS[4:]} and len({*words}) < 4,
        ),
    ],
    why="The gradient check is the sharpest test there is, and it tests one thing. Two of these "
    "bugs are in the data: look at those first.",
)

# ------------------------------------------------------------------------------ Exercise 7.6

W1 = np.array([[1.0, -2.0, 0.5], [-1.0, 1.0, 1.0]])
b1 = np.array([0.5, 0.5, -1.0])


def sums(x1, x2):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.nan_to_num(x1 * W1[0] + x2 * W1[1] + b1)


def number_off(x1, x2):
    return int((sums(x1, x2) <= 0).sum())


def sums_in_words(x1, x2):
    z = ", ".join(f"{value:.4g}" for value in sums(x1, x2))
    return f"the three sums are {z}"


hiding_place = Search(
    number="7.6",
    names=("x1", "x2"),
    wanted="an input at which the open mask makes no mistake",
    holds=lambda x1, x2: number_off(x1, x2) == 0,
    came=sums_in_words,
    mistakes=[
        Mistake(
            name="a sum of exactly 0",
            hint="At z = 0 the slope of the ReLU is 0 by the usual choice, and the open mask says "
            "1. Go a little further in.",
            looks_like=lambda x1, x2: bool((sums(x1, x2) == 0).any()),
        ),
        Mistake(
            name="one neuron is off",
            hint="Two are on, and the third gives the bug away. Move the input until its sum is "
            "above 0, too.",
            looks_like=lambda x1, x2: number_off(x1, x2) == 1 and not (sums(x1, x2) == 0).any(),
        ),
        Mistake(
            name="two neurons are off",
            hint="The mask is only harmless for neurons that are on. All three sums have to be "
            "above 0.",
            looks_like=lambda x1, x2: number_off(x1, x2) >= 2 and not (sums(x1, x2) == 0).any(),
        ),
    ],
    why="A gradient check at this one sample finds nothing. Check with many random "
    "samples: it is unlikely that all of them hide the same bug.",
)

# ------------------------------------------------------------------------------ Exercise 7.7


def counts_in_words(n_compared, n_wrong):
    things = "thing" if n_compared == 1 else "things"
    return f"{n_compared:.0f} {things} compared, {n_wrong:.0f} of the findings wrong"


your_own = Search(
    number="7.7",
    names=("n_compared", "n_wrong"),
    wanted="at least 5 things compared, and 0 wrong findings",
    holds=lambda compared, wrong: compared >= 5 and wrong == 0 and compared == int(compared),
    came=counts_in_words,
    mistakes=[
        Mistake(
            name="a report that compared nothing",
            hint="Nothing wrong was found, and nothing was looked at. Read what stands under "
            '"Not looked at", and pass it.',
            looks_like=lambda compared, wrong: compared == 0 and wrong == 0,
        ),
        Mistake(
            name="a report that compared little",
            hint="Pass more of the program: its loss, its gradients, its step and its rate.",
            looks_like=lambda compared, wrong: 0 < compared < 5 and wrong == 0,
        ),
        Mistake(
            name="something is still wrong",
            hint="Mend the finding that stands first, and audit again: the others may go with it.",
            looks_like=lambda compared, wrong: wrong >= 1 and compared >= 0,
        ),
        Mistake(
            name="a number that is no count",
            hint="Both numbers count lines of the report: 0, 1, 2, and so on.",
            looks_like=lambda compared, wrong: (
                compared < 0 or wrong < 0 or compared % 1 or wrong % 1
            ),
        ),
    ],
    why="If these are the numbers of its report: a program that was asked so many questions, and "
    "contradicted itself in none, is one that you can trust. Ask again whenever you change it.",
)
