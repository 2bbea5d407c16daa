"""The exercises of lesson 09: the tape, and the same network in other libraries."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.lab.checks.exercise import Function, Mistake, Value

# ------------------------------------------------------------------------------ Exercise 9.1


def divide_slopes(x, y, slope):
    return slope / y, -slope * x / y**2


def inputs_of_divide(rng):
    yield np.array([3.0]), np.array([2.0]), np.array([1.0])
    yield np.array([0.5, -4.0]), np.array([0.25, 0.5]), np.array([3.0, 2.0])
    for shape in [(2, 3), (4,), (1, 5)]:
        x, slope = rng.normal(size=shape), rng.normal(size=shape)
        yield x, rng.uniform(0.5, 3, size=shape) * rng.choice([-1, 1], size=shape), slope


operation = Function(
    number="9.1",
    inputs=lambda rng: list(inputs_of_divide(rng)),
    answer=divide_slopes,
    returns=("slope_x", "slope_y"),
    mistakes=[
        Mistake(
            name="the slope that comes in is left out",
            hint="That is the slope of the quotient alone. Multiply it with what comes in.",
            wrong=lambda x, y, slope: (1 / y, -x / y**2),
        ),
        Mistake(
            name="the minus of 1/y forgotten",
            hint="If y rises, x / y falls (for positive numbers). Which sign has its slope?",
            wrong=lambda x, y, slope: (slope / y, slope * x / y**2),
        ),
        Mistake(
            name="the slope of 1/y without the x that it is multiplied with",
            hint="x / y is x times 1/y. The slope for y is x times the slope of 1/y.",
            wrong=lambda x, y, slope: (slope / y, -slope / y**2),
        ),
        Mistake(
            name="the square in the slope of 1/y forgotten",
            hint="The slope of 1/y is -1/y**2.",
            wrong=lambda x, y, slope: (slope / y, -slope * x / y),
        ),
        Mistake(
            name="the two slopes in the other order",
            hint="Return the slope for x first.",
            wrong=lambda x, y, slope: divide_slopes(x, y, slope)[::-1],
        ),
        Mistake(
            name="the slopes of a product",
            hint="In x * y each factor has the other one for its slope. Here it is x times 1/y.",
            wrong=lambda x, y, slope: (slope * y, slope * x),
        ),
        Mistake(
            name="x and y exchanged in the slope of y",
            hint="y stands below the line: its square is what x is divided by.",
            wrong=lambda x, y, slope: (slope / y, -slope * y / x**2),
        ),
        Mistake(
            name="one over x as the slope of y",
            hint="As y grows, x / y falls. What is the derivative of 1 / y?",
            wrong=[
                lambda x, y, slope: (slope / y, slope / x),
                lambda x, y, slope: (slope / y, -slope / x),
            ],
        ),
        Mistake(
            name="products where divisions belong",
            hint="In x / y a rising y makes everything smaller: both slopes have y below the line.",
            wrong=[
                lambda x, y, slope: (slope * y, -slope * x),
                lambda x, y, slope: (slope * y, -slope * x * y**2),
            ],
        ),
    ],
    why="Two lines, and the tape can divide: no network had to be derived again. An operation "
    "knows its own slope and nothing of what stands before it or after it.",
)

# ------------------------------------------------------------------------------ Exercise 9.2


def walk_with(meet):
    """A walk back in which ``meet(old, new)`` says what becomes of a slope that arrives."""

    def walk_back(tape, end):
        slopes = {end: 1.0}
        for result, arguments in reversed(tape):
            for name, local in arguments:
                slopes[name] = meet(slopes.get(name, 0.0), slopes[result] * local)
        return slopes["x"]

    return walk_back


def walk_back(tape, end):
    return walk_with(lambda old, new: old + new)(tape, end)


def without_the_chain(tape, end):
    slopes = {end: 1.0}
    for _, arguments in reversed(tape):
        for name, local in arguments:
            slopes[name] = slopes.get(name, 0.0) + local
    return slopes["x"]


def walk_from_the_front(tape, end):
    slopes = {end: 1.0}
    for result, arguments in tape:
        for name, local in arguments:
            slopes[name] = slopes.get(name, 0.0) + slopes.get(result, 0.0) * local
    return slopes.get("x", 0.0)


def added_to_nothing(tape, end):
    slopes = {end: 1.0}
    for result, arguments in reversed(tape):
        for name, local in arguments:
            slopes[name] += slopes[result] * local
    return slopes["x"]


def last_local(tape, end):
    slopes = {name: local for _, arguments in reversed(tape) for name, local in arguments}
    return slopes["x"]


def inputs_of_walk(rng):
    x = 3.0
    yield [("p", [("x", x), ("x", x)]), ("f", [("p", 1.0), ("x", 1.0)])], "f"
    yield [("u", [("x", 2.0)]), ("f", [("u", 5.0)])], "f"
    yield [("u", [("x", 0.025), ("x", -0.0125)]), ("f", [("u", 0.05), ("x", 0.0625)])], "f"
    yield [("u", [("x", -2.0), ("x", 0.5)]), ("f", [("u", 3.0)])], "f"
    for _ in range(3):
        a, b, c, d, e = (float(value) for value in rng.uniform(0.5, 2, size=5).round(2))
        yield (
            [
                ("u", [("x", a)]),
                ("v", [("u", b), ("x", c)]),
                ("w", [("v", d), ("u", e)]),
                ("f", [("w", a), ("v", b), ("x", d)]),
            ],
            "f",
        )


walk = Function(
    number="9.2",
    inputs=lambda rng: list(inputs_of_walk(rng)),
    answer=walk_back,
    mistakes=[
        Mistake(
            name="= in place of +=, so that the last path overwrites the others",
            hint="x is used more than once. What did the first path bring, and where is it now?",
            wrong=walk_with(lambda old, new: new),
        ),
        Mistake(
            name="+= where nothing has arrived yet",
            hint="The first time there is no slopes[name] to add to. Begin with 0 where nothing "
            "has arrived: slopes.get(name, 0.0).",
            wrong=added_to_nothing,
        ),
        Mistake(
            name="only the first path counts",
            hint="A second slope that arrives adds to the first one.",
            wrong=walk_with(lambda old, new: old or new),
        ),
        Mistake(
            name="the slope of one operation alone, not multiplied with what comes back",
            hint="local says how the result answers to the argument. Multiply it with how the end "
            "answers to the result, slopes[result].",
            wrong=without_the_chain,
        ),
        Mistake(
            name="slopes that multiply where paths meet",
            hint="Along a path slopes multiply. Where paths meet they add.",
            wrong=walk_with(lambda old, new: (old or 1.0) * new),
        ),
        Mistake(
            name="a tape that is walked from its beginning",
            hint="The slope of the end is known first, and what it was made of comes after: "
            "reversed(tape).",
            wrong=walk_from_the_front,
        ),
        Mistake(
            name="the last local slope alone",
            hint="A slope is multiplied with what comes back, and added to what is there.",
            wrong=last_local,
        ),
        Mistake(
            name="the larger one where two paths meet",
            hint="Both paths count: their slopes add.",
            wrong=walk_with(max),
        ),
    ],
    why="One sum, and the reason why gradients of shared weights come out right. A walk "
    "with = passes every test in which each array is used once, and fails in silence where one is "
    "used twice.",
)

# ------------------------------------------------------------------------------ Exercise 9.3

AT = 1.0
SIGMOID_AT = float(sigmoid(np.array(AT)))
SLOPE_AT = SIGMOID_AT * (1 - SIGMOID_AT)

swish = Value(
    number="9.3",
    names=("slope_of_swish",),
    wanted="one slope, to four decimals",
    none="grad was read before backward() was called, or of another tensor than z_in",
    answer=SIGMOID_AT + AT * SLOPE_AT,
    decimals=4,
    beside={
        "the sigmoid of 1": SIGMOID_AT,
        "the slope of the sigmoid at 1": SLOPE_AT,
        "the tanh of 1": float(np.tanh(AT)),
    },
    mistakes=[
        Mistake(
            name="the value of swish in place of its slope",
            hint="After backward() the slope lies in z_in.grad.",
            wrong=AT * SIGMOID_AT,
        ),
        Mistake(
            name="the slope of the sigmoid alone",
            hint="z stands in the formula twice, and both places count.",
            wrong=SLOPE_AT,
        ),
        Mistake(
            name="the slope of tanh in place of that of swish",
            hint="Take the sigmoid of section 9.4 for the second factor.",
            wrong=1 - float(np.tanh(AT)) ** 2,
        ),
        Mistake(
            name="the slope at 0",
            hint="The slope is asked for at z = 1.",
            wrong=0.5,
        ),
        Mistake(
            name="the slope of z alone",
            hint="z is multiplied with its sigmoid, and that moves as well.",
            wrong=1.0,
        ),
        Mistake(
            name="the slope of z times z",
            hint="The second factor is the sigmoid of z: sigmoid(z_in).",
            wrong=2.0,
        ),
        Mistake(
            name="two slopes that are multiplied",
            hint="Both factors move, each while the other stands still. What the two bring is "
            "added.",
            wrong=[SIGMOID_AT * SLOPE_AT, SLOPE_AT**2],
        ),
        Mistake(
            name="one minus the sigmoid",
            hint="That is one factor of the slope of the sigmoid. Let the tape do it: backward().",
            wrong=1 - SIGMOID_AT,
        ),
        Mistake(
            name="the slope of the sigmoid, twice",
            hint="z stands in the formula twice: once inside the sigmoid, once in front of it.",
            wrong=2 * SLOPE_AT,
        ),
    ],
    why="σ(z) + z σ'(z): the tape has added the two places where z stands. Nobody told it the "
    "product rule for this function, and lesson 04 has no equation for it.",
)

# ------------------------------------------------------------------------------ Exercise 9.4

N_SAMPLES, OUR_RATE = 4, 0.5

their_rate = Value(
    number="9.4",
    names=("their_rate",),
    wanted="one learning rate",
    answer=OUR_RATE / N_SAMPLES,
    mistakes=[
        Mistake(
            name="the rate multiplied where it has to be divided",
            hint="Their gradient is 4 times as long. The step, rate times gradient, has to stay.",
            wrong=OUR_RATE * N_SAMPLES,
        ),
        Mistake(
            name="the same rate for a gradient that is longer",
            hint="A sum over 4 samples has a gradient 4 times that of their mean.",
            wrong=OUR_RATE,
        ),
        Mistake(
            name="the number of inputs in place of the number of samples",
            hint="XOR has 2 inputs and 4 samples. Over which of them does the loss add up?",
            wrong=OUR_RATE / 2,
        ),
        Mistake(
            name="a rate of 0",
            hint="With it nothing moves.",
            wrong=0.0,
        ),
        Mistake(
            name="the number of samples in place of a rate",
            hint="So much longer is their gradient. What does that make of the rate 0.5?",
            wrong=float(N_SAMPLES),
        ),
        Mistake(
            name="a rate that is larger than ours",
            otherwise=True,
            hint="A sum has the longer gradient. To go as far, does its rate have to be the larger "
            "one?",
            looks_like=lambda rate: rate > OUR_RATE,
        ),
    ],
    why="A sum is a mean with another learning rate, here too. Whoever copies a rate from "
    "somewhere has to know which of the two it was for.",
)

# ------------------------------------------------------------------------------ Exercise 9.5


def torch_momentum(theta, velocity, gradient, rate, momentum):
    velocity = momentum * velocity + gradient
    return theta - rate * velocity, velocity


def nnlib_momentum(theta, velocity, gradient, rate, momentum):
    velocity = momentum * velocity - rate * gradient
    return theta + velocity, velocity


def inputs_of_momentum(rng):
    yield np.array([1.0]), np.array([0.5]), np.array([2.0]), 0.1, 0.9
    yield np.array([7.0, -3.0]), np.array([4.0, -5.0]), np.array([2.5, -6.0]), 0.055, 0.95
    square = np.array([[1.0, 2.0], [-3.0, 0.5]])
    yield square, 0.5 * square, square - 2, 0.25, 0.75
    for size in (1, 3, 4):
        yield (
            rng.normal(size=size),
            rng.normal(size=size),
            rng.normal(size=size),
            round(float(rng.uniform(0.01, 0.5)), 3),
            round(float(rng.uniform(0.5, 0.95)), 3),
        )


momentum = Function(
    number="9.5",
    inputs=lambda rng: list(inputs_of_momentum(rng)),
    answer=torch_momentum,
    returns=("theta", "velocity"),
    mistakes=[
        Mistake(
            name="nnlib's velocity, which has the rate in it",
            hint="In PyTorch the rate comes last: the velocity collects gradients, and the step is "
            "rate times velocity.",
            wrong=nnlib_momentum,
        ),
        Mistake(
            name="a step along the velocity, uphill",
            hint="Their velocity collects gradients, which point uphill. Go against it.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta + rate * (momentum * velocity + gradient),
                momentum * velocity + gradient,
            ),
        ),
        Mistake(
            name="a step along the old velocity",
            hint="First the velocity becomes new, then the step is taken with it.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta - rate * velocity,
                momentum * velocity + gradient,
            ),
        ),
        Mistake(
            name="an average, with (1 - momentum) on the gradient",
            hint="That is Adam's first average. Momentum adds the gradient as it is.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta - rate * (momentum * velocity + (1 - momentum) * gradient),
                momentum * velocity + (1 - momentum) * gradient,
            ),
        ),
        Mistake(
            name="the rate used twice",
            hint="It comes last, and once: the velocity collects the gradients as they are.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta - rate * (momentum * velocity + rate * gradient),
                momentum * velocity + rate * gradient,
            ),
        ),
        Mistake(
            name="the rate in the velocity, and not in the step",
            hint="The velocity collects the gradients as they are. The rate comes last: theta "
            "minus rate times velocity.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta - (momentum * velocity + rate * gradient),
                momentum * velocity + rate * gradient,
            ),
        ),
        Mistake(
            name="the momentum on the gradient as well",
            hint="Only the old velocity is multiplied with the momentum. Look at the brackets.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta - rate * (momentum * (velocity + gradient)),
                momentum * (velocity + gradient),
            ),
        ),
        Mistake(
            name="a look ahead, which is Nesterov's momentum",
            hint="Here the step is rate times velocity, and nothing else.",
            wrong=lambda theta, velocity, gradient, rate, momentum: (
                theta - rate * (gradient + momentum * (momentum * velocity + gradient)),
                momentum * velocity + gradient,
            ),
        ),
    ],
    why="With one rate from beginning to end both forms take the same steps. When the rate changes "
    "on the way, ours still carries the old one in its velocity, and theirs does not.",
)

# ------------------------------------------------------------------------------ Exercise 9.6

GIVEN = 0.9  # a probability that is passed where a logit is wanted
AS_LOGIT = float(np.log1p(np.exp(-GIVEN)))
AS_PROBABILITY = float(-np.log(GIVEN))

printed = Value(
    number="9.6",
    names=("printed_loss",),
    wanted="one loss, to four decimals",
    answer=AS_LOGIT,
    decimals=4,
    beside={
        "the number that is passed": GIVEN,
        "the sigmoid of 0.9": float(sigmoid(np.array(GIVEN))),
        "the loss of the probability 0.9": AS_PROBABILITY,
        "the number of samples of XOR": 4,
    },
    mistakes=[
        Mistake(
            name="the loss of the probability, which is what was meant",
            hint="The function does not know what you meant: it takes 0.9 for a logit. What "
            "probability belongs to the logit 0.9?",
            wrong=AS_PROBABILITY,
        ),
        Mistake(
            name="the probability that belongs to the logit, in place of its loss",
            hint="That is σ(0.9). The loss is the negative logarithm of it.",
            wrong=float(sigmoid(np.array(GIVEN))),
        ),
        Mistake(
            name="the loss for a target of 0",
            hint="The target is 1: the loss is -log of the probability, not of 1 minus it.",
            wrong=AS_LOGIT + GIVEN,
        ),
        Mistake(
            name="the logarithm of what is missing to 1",
            hint="The target is 1, and 0.9 is taken for a logit. What probability belongs to it?",
            wrong=float(-np.log(1 - GIVEN)),
        ),
        Mistake(
            name="no loss at all",
            hint="The target is 1 and the answer is not: σ(0.9) is 0.7109.",
            wrong=0.0,
        ),
        Mistake(
            name="the number that is passed",
            hint="The loss of 0.9 is printed, not 0.9 itself.",
            wrong=0.9,
        ),
        Mistake(
            name="the smallest loss that this can reach",
            hint="That is the loss of 1. What is passed is 0.9.",
            wrong=float(np.log1p(np.exp(-1.0))),
        ),
        Mistake(
            name="the loss of a logit of 0",
            hint="The logit is 0.9: a little above one half.",
            wrong=float(np.log(2)),
        ),
    ],
    why="No error, no warning, a loss that falls, and a network that is never sure: sigmoid(1) "
    "is 0.7311. It is a frequent slip between frameworks.",
)
