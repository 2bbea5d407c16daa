"""The exercises of lesson 03: two losses, what their slopes do, and how to compute them."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.lab.checks.exercise import Function, Mistake, Search, Value
from nnlib.lab.runs import trained_once
from nnlib.losses import bce, mse
from nnlib.network import Network
from nnlib.training import train

SATURATED = 50  # |z| from which on a float sigmoid hides what the logit still knows

# ------------------------------------------------------------------------------ Exercise 3.1

best_constant = Value(
    number="3.1",
    names=("best_for_mse", "best_for_bce", "best_for_misses"),
    wanted="three answers between 0 and 1, to two decimals",
    answer=(0.7, 0.7, 1.0),
    rtol=0,
    atol=0.0051,
    mistakes=[
        Mistake(
            name="the share of all three",
            in_parts=False,
            hint="Two of them are right. For the misses without a square: does going from 0.7 to "
            "0.8 gain more on the seven mornings than it loses on the three?",
            wrong=(0.7, 0.7, 0.7),
        ),
        Mistake(
            name="the less frequent answer for the misses",
            hint="With 0 each of the seven mornings misses by 1. Which end is nearer to most of "
            "the mornings?",
            wrong=(0.7, 0.7, 0.0),
        ),
        Mistake(
            name="an answer in between for the misses",
            otherwise=True,
            hint="The first two are right. Each small step up shortens seven misses and lengthens "
            "three by as much: where does that end? A loop has to try 0 and 1 as well.",
            looks_like=lambda of_mse, of_bce, of_misses: (
                np.allclose([of_mse, of_bce], 0.7, atol=0.005) and 0 < of_misses < 0.994
            ),
        ),
        Mistake(
            name="the more frequent answer for all three",
            in_parts=False,
            hint="A 1 is exactly right on seven mornings. Now look at the other three: what does "
            "the square make of a miss of 1, and what does the logarithm?",
            wrong=(1.0, 1.0, 1.0),
        ),
        Mistake(
            name="the share of the other answer",
            hint="The answer a is the probability of cycling. That happened on seven mornings.",
            looks_like=lambda of_mse, of_bce, of_misses: np.isclose(of_mse, 0.3),
        ),
        Mistake(
            name="an answer without an opinion",
            hint="One half would be best if both things had happened equally often.",
            looks_like=lambda of_mse, of_bce, of_misses: 0.5 in (of_mse, of_bce),
        ),
        Mistake(
            name="the smallest loss in place of the answer that gives it",
            hint="That is how large the loss is at its lowest point. Which a is it reached at?",
            looks_like=lambda of_mse, of_bce, of_misses: (
                np.isclose(of_mse, 0.21, atol=1e-3) or np.isclose(of_bce, 0.6109, atol=1e-3)
            ),
        ),
        Mistake(
            name="a certainty under BCE",
            otherwise=True,
            hint="With an answer of exactly 1 each of the other three mornings costs -log(0), "
            "which is infinite; with 0 the seven do.",
            looks_like=lambda of_mse, of_bce, of_misses: of_bce in (0, 1),
        ),
        Mistake(
            name="almost a certainty under BCE",
            otherwise=True,
            hint="With 0.99 each of the other three mornings costs -log(0.01), which is 4.6. What "
            "does it cost with 0.9?",
            looks_like=lambda of_mse, of_bce, of_misses: 0.95 <= of_bce < 1,
        ),
        Mistake(
            name="a certainty under MSE",
            otherwise=True,
            hint="With 1 the three other mornings miss by 1, so the MSE is 0.3. Is it smaller with "
            "0.9?",
            looks_like=lambda of_mse, of_bce, of_misses: 0.95 <= of_mse <= 1 and of_misses != 0.7,
        ),
    ],
    why="Under MSE and under BCE the best answer is the true share, 0.7, so both teach a network "
    "honest probabilities; the plain miss would teach it to claim a certainty it does not have.",
)

# ------------------------------------------------------------------------------ Exercise 3.2


def tanh_delta(z, a, y):
    return 2 * (a - y) / y.size * (1 - a**2)


def tanh_inputs(rng):
    pairs = [
        (np.array([[0.5]]), np.array([[1.0]])),
        (np.array([[0.5], [-1.0], [2.0]]), np.array([[1.0], [-1.0], [-1.0]])),
        (rng.normal(size=(4, 1)), rng.choice([-1.0, 1.0], (4, 1))),
        (rng.normal(size=(3, 2)), rng.normal(size=(3, 2))),
        (rng.normal(size=(1, 3)), rng.choice([-1, 1], (1, 3))),
        (rng.normal(size=(3, 3)), rng.choice([-1, 1], (3, 3))),
        (np.array([[1000.0], [-1000.0]]), np.array([[-1.0], [1.0]])),
        (np.array([[0.3]]), np.array([[-1.0]])),
    ]
    return [(z, np.tanh(z), y) for z, y in pairs]


error_of_a_tanh = Function(
    number="3.2",
    inputs=tanh_inputs,
    answer=tanh_delta,
    mistakes=[
        Mistake(
            name="the derivative taken at z instead of at a",
            hint="In 1 - a**2 stands the activation.",
            wrong=lambda z, a, y: 2 * (a - y) / y.size * (1 - z**2),
        ),
        Mistake(
            name="the slope of the sigmoid",
            hint="The output is a tanh now. Section 1.8 has its slope.",
            wrong=lambda z, a, y: 2 * (a - y) / y.size * a * (1 - a),
        ),
        Mistake(
            name="the gradient with respect to a",
            hint="That is dL/da. The chain rule has a second factor, da/dz.",
            wrong=lambda z, a, y: 2 * (a - y) / y.size,
        ),
        Mistake(
            name="the output delta of BCE",
            hint="The slope cancels for BCE with a sigmoid. For MSE with a tanh nothing cancels.",
            wrong=[lambda z, a, y: (a - y) / y.size, lambda z, a, y: a - y],
        ),
        Mistake(
            name="the factor 2 left out",
            hint="The slope of a square is twice the inside.",
            wrong=lambda z, a, y: tanh_delta(z, a, y) / 2,
        ),
        Mistake(
            name="the sum where the loss is a mean",
            hint="The gradient of a mean is divided by as many entries as the mean: n times m.",
            wrong=lambda z, a, y: tanh_delta(z, a, y) * y.size,
        ),
        Mistake(
            name="half the sum where the loss is a mean",
            hint="Here the loss has neither a sum nor a half in front: it is divided by n times m.",
            wrong=lambda z, a, y: tanh_delta(z, a, y) * y.size / 2,
        ),
        Mistake(
            name="the mean over the samples alone",
            hint="The mean is over samples and outputs. What does y.size count, and what len(y)?",
            wrong=lambda z, a, y: tanh_delta(z, a, y) * y.shape[1],
        ),
        Mistake(
            name="the target minus the prediction",
            hint="With (y - a) the sign has turned: the gradient says which way the loss grows.",
            wrong=lambda z, a, y: -tanh_delta(z, a, y),
        ),
        Mistake(
            name="a sum over the samples",
            hint="Every entry of z has a slope of its own, so the result has the shape of z.",
            wrong=[
                lambda z, a, y: tanh_delta(z, a, y).sum(axis=0, keepdims=True),
                lambda z, a, y: tanh_delta(z, a, y).sum(axis=0),
                lambda z, a, y: tanh_delta(z, a, y).sum(),
            ],
        ),
        Mistake(
            name="(n,) for (n, 1)",
            hint="The result has the shape of z, with rows and columns. Leave ravel and flatten "
            "out.",
            wrong=lambda z, a, y: tanh_delta(z, a, y).ravel(),
        ),
        Mistake(
            name="the tanh taken twice",
            hint="a is the tanh of z already: its slope is 1 - a**2.",
            wrong=lambda z, a, y: 2 * (a - y) / y.size * (1 - np.tanh(a) ** 2),
        ),
        Mistake(
            name="the squared error where its slope is meant",
            hint="The square goes when the slope is taken: 2 (a - y) is left of it.",
            wrong=[
                lambda z, a, y: 2 * (a - y) ** 2 / y.size * (1 - a**2),
                lambda z, a, y: (a - y) ** 2 / y.size * (1 - a**2),
            ],
        ),
        Mistake(
            name="the mean error in place of each entry's own",
            hint="The mean over the entries is in the loss. On the way back, each entry keeps its "
            "own error, divided by their number.",
            wrong=lambda z, a, y: 2 * (a - y).mean() * (1 - a**2),
        ),
        Mistake(
            name="the square of 1 - a",
            hint="1 - a**2 is (1 - a)(1 + a). Look at the brackets.",
            wrong=lambda z, a, y: 2 * (a - y) / y.size * (1 - a) ** 2,
        ),
        Mistake(
            name="a where its slope is meant",
            hint="The tanh has the slope 1 - a**2.",
            wrong=[
                lambda z, a, y: 2 * (a - y) / y.size * a,
                lambda z, a, y: (a - y) * a,
            ],
        ),
    ],
    why="The loss gives the first factor and the output's activation the second: this is how the "
    "library puts any of them together, and it is the error that lesson 04 sends back.",
)

# ------------------------------------------------------------------------------ Exercise 3.3

steps_from_ten = Value(
    number="3.3",
    names=("steps_mse", "steps_bce"),
    wanted="two numbers of steps; for MSE 8 % more or less is fine",
    answer=(11034, 11),
    rtol=0.08,
    atol=0,
    mistakes=[
        Mistake(
            name="a count under MSE that grows too slowly",
            hint="From -6 to -8 it did not grow by a fixed number of steps. It was multiplied.",
            looks_like=lambda by_mse, by_bce: 1507 < by_mse < 3200 and by_bce < 13,
        ),
        Mistake(
            name="another factor under MSE",
            hint="Divide each count by the one before: the quotients settle. Where does the next "
            "one lie? And the slope shrinks by e**2 for two units.",
            looks_like=lambda by_mse, by_bce: (
                by_mse >= 3200 and not np.isclose(by_mse, [11034, 1507 * np.exp(4)], 0.08).any()
            ),
        ),
        Mistake(
            name="a count under BCE that grows too fast",
            hint="The counts under BCE are 3, 5, 7, 9. How do they go on?",
            looks_like=lambda by_mse, by_bce: 13 < by_bce < 1000,
        ),
        Mistake(
            name="a factor for each unit of z",
            hint="The slope shrinks by e**2 = 7.39 for the two units from -8 to -10 together.",
            looks_like=lambda by_mse, by_bce: np.isclose(by_mse, 1507 * np.exp(4), rtol=0.08),
        ),
        Mistake(
            name="the counts from z = -8",
            hint="Those are printed. Go two units further out.",
            wrong=(1507, 9),
        ),
        Mistake(
            name="the count from z = -8 under BCE",
            hint="The counts under BCE are 3, 5, 7, 9. How do they go on?",
            wrong=(11034, 9),
        ),
        Mistake(
            name="the two losses swapped",
            in_parts=False,
            hint="First the count under MSE, then the one under BCE.",
            wrong=(11, 11034),
        ),
        Mistake(
            name="fewer steps under MSE than from -8",
            otherwise=True,
            hint="From -8 it takes 1507 of them, and -10 is further out.",
            looks_like=lambda by_mse, by_bce: by_mse <= 1507,
        ),
    ],
    why="Eleven thousand steps for one neuron and one sample: seen from outside, training that "
    "slow looks like training that has ended.",
)

# ------------------------------------------------------------------------------ Exercise 3.4

MORNINGS = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.4], [0.1, 0.6]])
CYCLED = np.array([[1.0], [0.0], [1.0], [0.0]])
AT_LEAST = 0.4


@trained_once
def right_under_mse(factor):
    """How many of the four mornings are right after training from the shrunk start."""
    weights = factor * np.array([[-8.0], [12.0]])
    network = Network.from_weights([weights], [[[-2.0 * factor]]], output="sigmoid")
    train(network, MORNINGS, CYCLED, loss="mse", learning_rate=1.0, epochs=1000)
    return int(((network.predict(MORNINGS) > 0.5) == (CYCLED == 1)).sum())


def escapes(factor):
    return AT_LEAST <= factor <= 1 and right_under_mse(factor) == 4


def escape_in_words(factor):
    if not -10 <= factor <= 10:
        return "not tried, it is too far from 1"
    return f"after 1 000 epochs {right_under_mse(factor)} of 4 right"


escape = Search(
    number="3.4",
    names=("factor",),
    wanted="a factor of at least 0.4, and 4 of 4 right after 1 000 epochs",
    holds=escapes,
    came=escape_in_words,
    mistakes=[
        Mistake(
            name="a start that is still too sure",
            hint="Two of the four pushes are still lost. Shrink the weights and the bias further.",
            looks_like=lambda factor: AT_LEAST <= factor <= 1 and not escapes(factor),
        ),
        Mistake(
            name="a start that is even more sure",
            hint="A factor above 1 makes every logit larger, and every slope smaller.",
            looks_like=lambda factor: factor > 1,
        ),
        Mistake(
            name="a start with more doubt than needed",
            hint="MSE gets away from there. It also does from a start that is surer: try 0.4 and "
            "more.",
            looks_like=lambda factor: 0 < factor < AT_LEAST,
        ),
        Mistake(
            name="the undecided start",
            hint="That one is in the list above. The network shall have an opinion, and be wrong.",
            looks_like=lambda factor: factor == 0,
        ),
        Mistake(
            name="a start that is right already",
            hint="A negative factor turns the signs back: nothing is left to be learned.",
            looks_like=lambda factor: factor < 0,
        ),
    ],
    why="The shrunk network is wrong on all four mornings too, only with more doubt: what MSE "
    "cannot bear is not to be wrong, but to be sure. It is one reason to start with small weights.",
)

# ------------------------------------------------------------------------------ Exercise 3.5


def logistic_loss(z, t):
    return np.logaddexp(0, -t * z).sum() / t.size


def logistic_inputs(rng):
    return [
        (np.array([[0.0]]), np.array([[1.0]])),
        (np.array([[2.0]]), np.array([[-1.0]])),
        (np.array([[2.0], [-1.0], [0.5]]), np.array([[1.0], [-1.0], [-1.0]])),
        (rng.normal(size=(5, 1)) * 3, rng.choice([-1.0, 1.0], (5, 1))),
        (rng.normal(size=(3, 2)) * 3, rng.choice([-1, 1], (3, 2))),
        (np.array([[40.0], [-40.0]]), np.array([[-1.0], [-1.0]])),
        (np.array([[1000.0], [-1000.0]]), np.array([[1.0], [1.0]])),
        (np.array([[-1000.0, 1000.0]]), np.array([[-1, -1]])),
    ]


def warned(outcomes, what):
    return any(what in outcome.warned for outcome in outcomes)


def value_at(outcome, part=None):
    """The number that a call gave, or one of several; nan if it gave something else."""
    result = outcome.result
    if result is not None and part is not None:
        fits = result.kind == "several" and len(result.parts) > part
        result = result.parts[part] if fits else None
    if result is None or result.kind != "numbers" or result.array.size != 1:
        return np.nan
    return result.array.item()


def is_clipped(exercise, outcomes, part=None):
    """Whether the loss is right for small logits and finite, but too small, for large ones."""
    too_small = False
    for outcome, ours, case in zip(outcomes, exercise.expected, exercise.cases(), strict=False):
        came, right = value_at(outcome, part), value_at(ours, part)
        if np.isclose(came, right, 1e-4, 1e-6):
            continue
        if not np.isfinite(came) or np.abs(case[0]).max() < 20:
            return False
        too_small = too_small or came < right
    return too_small


def kept_side(z, t):
    """The larger exponential is taken out and not put back."""
    return np.log1p(np.exp(-np.abs(z))).sum() / t.size


def by_sides(z, t):
    """np.where computes both of its branches, the one that overflows among them."""
    left, right = np.log(1 + np.exp(t * z)) - t * z, np.log(1 + np.exp(-t * z))
    return np.where(t * z < 0, left, right).sum() / t.size


def right_but_loud(exercise, outcomes):
    """Whether all numbers are right, and NumPy has warned on the way."""
    pairs = zip(outcomes, exercise.expected, strict=False)
    return warned(outcomes, "overflow") and all(
        np.isclose(value_at(came), value_at(ours), 1e-4, 1e-6) for came, ours in pairs
    )


mended_loss: Function = Function(
    number="3.5",
    inputs=logistic_inputs,
    answer=logistic_loss,
    must_stay_quiet=True,
    mistakes=[
        Mistake(
            name="overflow in exp",
            hint="Somewhere it asks for e**1000. Which of the two exponentials in "
            "log(e**p + e**q) is hidden in the 1?",
            looks_like=lambda outcomes: (
                warned(outcomes, "overflow")
                and not warned(outcomes, "divide by zero")
                and not right_but_loud(mended_loss, outcomes)
            ),
        ),
        Mistake(
            name="the right numbers, and an overflow on the way",
            hint="Somewhere an exponential is too large for a float, and is not needed in the end. "
            "np.where, too, computes both of its branches for every entry.",
            looks_like=lambda outcomes: right_but_loud(mended_loss, outcomes),
        ),
        Mistake(
            name="a logarithm of 0, or a division by 0",
            hint="NumPy says so. Far out the sigmoid is rounded to 0. Do not go by way of a; stay "
            "with z.",
            looks_like=lambda outcomes: warned(outcomes, "divide by zero"),
        ),
        Mistake(
            name="a loss that is too small far out",
            hint="For small logits it is right. At t * z = -1000 the surprise is 1000. Is "
            "something clipped, a small number added in a logarithm, or one formula taken for all "
            "entries?",
            looks_like=lambda outcomes: is_clipped(mended_loss, outcomes),
        ),
        Mistake(
            name="the formula for the labels 0 and 1",
            hint="Here the labels are -1 and 1. For t = -1 the formula of the lesson has no lowest "
            "point.",
            wrong=lambda z, t: np.logaddexp(-t * z, (1 - t) * z).sum() / t.size,
        ),
        Mistake(
            name="the larger exponential taken out and not put back",
            hint="log(e**p + e**q) is max(p, q) plus what you have.",
            wrong=kept_side,
        ),
        Mistake(
            name="an exponent with the other sign",
            hint="For t = 1 a large z is a right answer, and costs nothing.",
            wrong=lambda z, t: np.logaddexp(0, t * z).sum() / t.size,
        ),
        Mistake(
            name="the sum where the loss is a mean",
            hint="The last line of the broken function divides, and that was right.",
            wrong=lambda z, t: np.logaddexp(0, -t * z).sum(),
        ),
        Mistake(
            name="one loss for each entry",
            hint="The loss is one number: the mean over all entries.",
            wrong=[
                lambda z, t: np.logaddexp(0, -t * z),
                lambda z, t: np.logaddexp(0, -t * z) / t.size,
            ],
        ),
    ],
    why="With t = 2y - 1 this is BCE to the last digit: the labels -1 and 1 only write the same "
    "surprise in another way, and textbooks call it the logistic loss.",
)

# ------------------------------------------------------------------------------ Exercise 3.6

rate_under_the_mean = Value(
    number="3.6",
    names=("rate",),
    wanted="the learning rate that takes the same steps under the mean",
    answer=0.3,
    rtol=1e-6,
    atol=0,
    mistakes=[
        Mistake(
            name="the half left out",
            hint="Half of a sum has half of its slope.",
            wrong=0.004 * 150,
        ),
        Mistake(
            name="the half turned into a double",
            hint="Half the sum has half the slope of the sum, so its rate is worth half as much.",
            wrong=0.004 * 150 * 2,
        ),
        Mistake(
            name="the half alone",
            hint="That takes care of the half. And what lies between a sum and a mean?",
            wrong=[0.002, 0.008],
        ),
        Mistake(
            name="the outputs left out",
            hint="The mean is over samples and outputs: how many entries does y have?",
            wrong=[0.004 * 50 / 2, 0.004 * 50],
        ),
        Mistake(
            name="the samples left out",
            hint="The mean is over samples and outputs: how many entries does y have?",
            wrong=[0.004 * 3 / 2, 0.004 * 3],
        ),
        Mistake(
            name="a division where a product is needed",
            hint="The mean has the smaller slope. To take a step of the same length, its rate must "
            "be the larger one.",
            wrong=[0.004 / 75, 0.004 / 150, 0.004 / 300, 0.004 / 50],
        ),
        Mistake(
            name="the rate as it was",
            hint="The slope of the mean is smaller, so the same rate would take shorter steps.",
            wrong=0.004,
        ),
        Mistake(
            name="a power of ten too few",
            hint="The zeros: 0.004 times 150 is 0.6.",
            wrong=[0.03, 0.003, 0.0003],
        ),
    ],
    why="A learning rate from a paper or a program means nothing until you know what it "
    "multiplies: the gradient of a mean, of a sum, or of half a sum.",
)

# ------------------------------------------------------------------------------ Exercise 3.7


def loss_and_delta(z, y):
    loss = np.logaddexp(-y * z, (1 - y) * z).sum() / y.size
    delta = (sigmoid(z) - y) / y.size
    return loss, delta


def loss_and_delta_inputs(rng):
    return [
        (np.array([[0.0]]), np.array([[1.0]])),
        (np.array([[2.0], [-1.0], [0.5]]), np.array([[1.0], [1.0], [0.0]])),
        (rng.normal(size=(4, 1)) * 3, rng.choice([0.0, 1.0], (4, 1))),
        (rng.normal(size=(3, 2)) * 3, rng.choice([0, 1], (3, 2))),
        (rng.normal(size=(1, 3)) * 3, rng.choice([0, 1], (1, 3))),
        (rng.normal(size=(3, 3)), rng.random((3, 3))),
        (np.array([[1000.0], [-1000.0]]), np.array([[1.0], [0.0]])),
        (np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]])),
    ]


def changed(delta=None, loss=None):
    """A wrong answer: another loss or another delta, each a function of (z, a, y)."""

    def wrong(z, y):
        right_loss, right_delta = loss_and_delta(z, y)
        a = sigmoid(z)
        return (
            right_loss if loss is None else loss(z, a, y),
            right_delta if delta is None else delta(z, a, y),
        )

    return wrong


own_loss: Function = Function(
    number="3.7",
    inputs=loss_and_delta_inputs,
    answer=loss_and_delta,
    returns=("loss", "delta"),
    must_stay_quiet=True,
    mistakes=[
        Mistake(
            name="a logarithm of 0, or a division by 0",
            hint="NumPy says so. Far out a is rounded to 0 or to 1. Compute the loss from z, as "
            "in section 3.7.",
            looks_like=lambda outcomes: (
                warned(outcomes, "divide by zero") and not np.isfinite(value_at(outcomes[-2], 0))
            ),
        ),
        Mistake(
            name="overflow in exp",
            hint="Some exponent is a large positive number. Look at the sigmoid and at the loss: "
            "nnlib's sigmoid does not overflow, nor does logaddexp.",
            looks_like=lambda outcomes: (
                warned(outcomes, "overflow") and not warned(outcomes, "divide by zero")
            ),
        ),
        Mistake(
            name="a loss that is too small far out",
            hint="For small logits it is right. From the logit it needs no clip, and no small "
            "number in a logarithm.",
            looks_like=lambda outcomes: is_clipped(own_loss, outcomes, 0),
        ),
        Mistake(
            name="the squared error beside the delta of the cross-entropy",
            hint="The delta is right, but it is the gradient of another number than your loss.",
            wrong=changed(loss=lambda z, a, y: mse(a, y)),
        ),
        Mistake(
            name="a delta with the slope of the sigmoid in it",
            hint="That slope has cancelled (section 3.4). With it, a sure and wrong answer gets "
            "no push.",
            wrong=[
                changed(lambda z, a, y: (a - y) * a * (1 - a) / y.size),
                changed(lambda z, a, y: (a - y) * a * (1 - a) * 2 / y.size),
            ],
        ),
        Mistake(
            name="the slope with respect to a",
            hint="The delta is the slope with respect to z. There the division by a * (1 - a) has "
            "cancelled.",
            looks_like=lambda outcomes: is_slope_for_a(outcomes),
        ),
        Mistake(
            name="a mean for the loss, but the delta of the sum",
            hint="The gradient of a mean is divided by as many entries as the mean.",
            wrong=changed(lambda z, a, y: a - y),
        ),
        Mistake(
            name="the sum where the loss is a mean",
            hint="Divide both, the loss and its delta, by the number of entries of y.",
            wrong=[
                changed(lambda z, a, y: a - y, lambda z, a, y: bce(z, y) * y.size),
                changed(loss=lambda z, a, y: bce(z, y) * y.size),
            ],
        ),
        Mistake(
            name="the mean over the samples alone",
            hint="The mean is over samples and outputs. What does y.size count, and what len(y)?",
            wrong=[
                changed(lambda z, a, y: (a - y) / len(y), lambda z, a, y: bce(z, y) * y.shape[1]),
                changed(lambda z, a, y: (a - y) / len(y)),
                changed(loss=lambda z, a, y: bce(z, y) * y.shape[1]),
            ],
        ),
        Mistake(
            name="the target minus the prediction",
            hint="The delta is a - y: where the answer is too large, the loss grows with z.",
            wrong=[
                changed(lambda z, a, y: (y - a) / y.size),
                changed(lambda z, a, y: y - a),
            ],
        ),
        Mistake(
            name="a loss with the wrong sign",
            hint="The loss is a surprise: never below 0, and large where the answer is wrong.",
            wrong=changed(loss=lambda z, a, y: -bce(z, y)),
        ),
        Mistake(
            name="z and y the wrong way round in the loss",
            hint="Check which argument is which: the targets are the numbers between 0 and 1.",
            wrong=changed(loss=lambda z, a, y: np.mean(np.logaddexp(-z * y, (1 - z) * y))),
        ),
        Mistake(
            name="a loss that takes a for the logit",
            hint="The loss from the logit wants z. Given a, it puts the sigmoid on top once more.",
            wrong=changed(loss=lambda z, a, y: bce(a, y)),
        ),
        Mistake(
            name="the logit where the prediction is meant",
            hint="In a - y stands the prediction, sigmoid(z).",
            wrong=changed(lambda z, a, y: (z - y) / y.size),
        ),
        Mistake(
            name="a delta summed over the samples",
            hint="Every entry of z has its own push: delta has the shape of z.",
            wrong=[
                changed(lambda z, a, y: (a - y).sum(axis=0, keepdims=True) / y.size),
                changed(lambda z, a, y: (a - y).sum(axis=0) / y.size),
                changed(lambda z, a, y: (a - y).sum() / y.size),
            ],
        ),
        Mistake(
            name="one half of the loss only",
            hint="Where the target is 0, the surprise comes from 1 - a: both halves count, one "
            "with y and one with 1 - y.",
            wrong=[
                changed(loss=lambda z, a, y: np.mean(y * np.logaddexp(0, -z))),
                changed(loss=lambda z, a, y: np.mean((1 - y) * np.logaddexp(0, z))),
                changed(loss=lambda z, a, y: np.logaddexp(0, -z).mean()),
                changed(loss=lambda z, a, y: np.logaddexp(0, z).mean()),
            ],
        ),
        Mistake(
            name="a sign in the loss",
            hint="For y = 1 a large z is a right answer, and costs nothing. Try it.",
            wrong=[
                changed(loss=lambda z, a, y: np.mean(np.logaddexp(0, z) + y * z)),
                changed(loss=lambda z, a, y: np.mean(np.logaddexp(0, -z) - y * z)),
                changed(loss=lambda z, a, y: np.mean(np.logaddexp(y * z, (y - 1) * z))),
            ],
        ),
        Mistake(
            name="a delta from answers that are rounded to yes and no",
            hint="How wrong an answer is depends on how sure it is: take a as it is.",
            wrong=[
                changed(lambda z, a, y: (np.round(a) - y) / y.size),
                changed(lambda z, a, y: np.round(a) - y),
            ],
        ),
        Mistake(
            name="a loss for each entry",
            hint="The loss is one number, the mean over all entries.",
            wrong=[
                changed(loss=lambda z, a, y: np.logaddexp(-y * z, (1 - y) * z)),
                changed(loss=lambda z, a, y: np.logaddexp(-y * z, (1 - y) * z) / y.size),
            ],
        ),
        Mistake(
            name="integer arrays",
            hint="An array made like y, from whole numbers, holds only whole numbers. Make an "
            "array of floats, or compute without one.",
            wrong=changed(lambda z, a, y: ((a - y) / y.size).astype(y.dtype)),
        ),
    ],
    why="Loss and delta belong together: one is the number you print, the other is its gradient. "
    "Your own network has its second piece, and the delta is where its backward pass begins.",
)


def is_slope_for_a(outcomes):
    """Whether the loss is right, and the delta of the small logits is that for a."""
    for outcome, (z, y) in zip(outcomes[:6], own_loss.cases(), strict=False):
        result = outcome.result
        if result is None or result.kind != "several" or len(result.parts) != 2:
            return False
        delta = result.parts[1]
        a = sigmoid(z)
        wanted = (a - y) / (a * (1 - a)) / y.size
        if delta.kind != "numbers" or delta.array.shape != wanted.shape:
            return False
        if not np.allclose(delta.array, wanted, 1e-4, 1e-6):
            return False
    return len(outcomes) > 6
