"""The exercises of lesson 01: one neuron, its slope, and numbers that end."""

import numpy as np

from nnlib.activations import sigmoid
from nnlib.lab.checks.exercise import Function, Mistake, Search, Value

# ------------------------------------------------------------------------------ Exercise 1.1

mirrored = Value(
    number="1.1",
    wanted="the activation at z = -2, to four decimals",
    answer=1 - 0.8808,
    decimals=4,
    beside={"the answer on the other side": 0.8808},
    mistakes=[
        Mistake(
            name="the other side with a minus sign",
            hint="The sigmoid never leaves the range from 0 to 1. Half a turn about the point "
            "(0, 0.5) is not half a turn about (0, 0).",
            wrong=-0.8808,
        ),
        Mistake(
            name="the same answer on both sides",
            hint="A curve that is the same to the left and to the right would not rise.",
            wrong=0.8808,
        ),
        Mistake(
            name="one divided by the other answer",
            hint="It is not the product of the two answers that is 1. Look at the list again.",
            wrong=1 / 0.8808,
        ),
        Mistake(
            name="half of something",
            hint="At z = 0 the answer is 0.5. How far is 0.8808 from it, and which way does the "
            "other side go?",
            wrong=[0.8808 / 2, 0.8808 - 0.5],
        ),
        Mistake(
            name="the middle of the curve",
            hint="That is the answer at z = 0. Which way does the curve go from there to z = -2?",
            wrong=0.5,
        ),
        Mistake(
            name="the answer at z = -1",
            hint="The other side of 2 is -2.",
            wrong=float(sigmoid(np.array(-1.0))),
        ),
    ],
    why="One half of the table would have been enough: a neuron that is 88 % sure of yes at 2 is "
    "88 % sure of no at -2.",
)

# ------------------------------------------------------------------------------ Exercise 1.2


def answers_of_the_switch(w, b):
    return [float(sigmoid(w * x + b)) for x in (1.0, 2.0, 3.0)]


def is_a_switch(w, b):
    low, middle, high = answers_of_the_switch(w, b)
    return low <= 0.01 and abs(middle - 0.5) <= 0.001 and high >= 0.99


def switch_in_words(w, b):
    low, middle, high = answers_of_the_switch(w, b)
    return f"{low:.4f} at x = 1, {middle:.4f} at x = 2, {high:.4f} at x = 3"


switch = Search(
    number="1.2",
    names=("w_switch", "b_switch"),
    wanted="at most 0.01 at x = 1, 0.499 to 0.501 at x = 2, at least 0.99 at x = 3",
    holds=is_a_switch,
    came=switch_in_words,
    mistakes=[
        Mistake(
            name="a bias with the wrong sign",
            hint="The neuron says 0.5 where w * x + b = 0. Put x = 2 into that.",
            looks_like=lambda w, b: w > 0 and b > 0,
        ),
        Mistake(
            name="a negative weight",
            hint="A negative weight turns the curve around: it falls where it should rise.",
            looks_like=lambda w, b: w < 0,
        ),
        Mistake(
            name="a bias of -2, whatever the weight is",
            hint="The bias is not the place where the neuron says 0.5. That place is -b/w.",
            looks_like=lambda w, b: w > 0 and b == -2 and w != 1,
        ),
        Mistake(
            name="a weight divided where it should be multiplied",
            hint="From -b/w = 2, what is b?",
            looks_like=lambda w, b: w > 0 and np.isclose(b, -w / 2),
        ),
        Mistake(
            name="the right place, but a curve that is too flat",
            hint="It says 0.5 at x = 2. Now make it steeper, and let the bias follow.",
            looks_like=lambda w, b: w > 0 and np.isclose(b, -2 * w) and not is_a_switch(w, b),
        ),
        Mistake(
            name="steep enough, but in another place",
            hint="It says 0.5 at x = -b/w, and that has to be 2.",
            looks_like=lambda w, b: (
                w >= 4.6 and b < 0 and b != -2 and not np.isclose(b, [-2 * w, -w / 2]).any()
            ),
        ),
        Mistake(
            name="a weight of 0",
            hint="Then x makes no difference, and the neuron gives one answer everywhere.",
            looks_like=lambda w, b: w == 0,
        ),
        Mistake(
            name="neither steep enough nor in the right place",
            otherwise=True,
            hint="It says 0.5 at x = -b/w, and that has to be 2. The larger the weight, the "
            "steeper it is.",
            looks_like=lambda w, b: (
                0 < w < 4.6 and b <= 0 and not is_a_switch(w, b) and not np.isclose(b, -2 * w)
            ),
        ),
    ],
    why="With a weight this large the neuron is almost a switch, and almost nowhere on its curve "
    "is there a slope left to learn from.",
)

# ------------------------------------------------------------------------------ Exercise 1.3


def weight_slope(x, w, b):
    a = sigmoid(w * x + b)
    return a * (1 - a) * x


def weight_slope_inputs(rng):
    return [
        (2.0, 1.0, -1.0),
        (-1.5, 0.5, 0.25),
        (0.0, 3.0, 1.0),
        (rng.normal(size=6), 0.7, -0.2),
        (rng.normal(size=(4, 3)), -1.3, 0.4),
        (np.array([-3, -1, 0, 2, 5]), 1, 1),
        (np.array([1.5]), 2.0, 0.1),
        (np.array([-300.0, 300.0]), 1.0, 0.0),
        (np.array([12.0, -9.0]), 0.04, -0.03),
    ]


def with_a(formula):
    """A wrong answer from the activation a: ``formula(x, w, b, z, a)``."""

    def wrong(x, w, b):
        z = w * x + b
        return formula(x, w, b, z, sigmoid(z))

    return wrong


slope_for_the_weight = Function(
    number="1.3",
    inputs=weight_slope_inputs,
    answer=weight_slope,
    mistakes=[
        Mistake(
            name="the derivative taken at z instead of at a",
            hint="In a * (1 - a) stands the activation. Compute a = sigmoid(z) first.",
            wrong=with_a(lambda x, w, b, z, a: z * (1 - z) * x),
        ),
        Mistake(
            name="da/dz where da/dw is asked for",
            hint="The weight moves z, and z moves a: two slopes to multiply. How far does z move "
            "when w moves by 1?",
            wrong=with_a(lambda x, w, b, z, a: a * (1 - a)),
        ),
        Mistake(
            name="da/dx where da/dw is asked for",
            hint="You multiply by w, which says how far z moves when x moves. Here w moves.",
            wrong=with_a(lambda x, w, b, z, a: a * (1 - a) * w),
        ),
        Mistake(
            name="dz/dw where da/dw is asked for",
            hint="That is how far z moves. How far does a move when z does?",
            wrong=with_a(lambda x, w, b, z, a: x + 0 * a),
        ),
        Mistake(
            name="brackets left out of a * (1 - a)",
            hint="x * a * 1 - a takes a away from the whole product.",
            wrong=with_a(lambda x, w, b, z, a: x * a - a),
        ),
        Mistake(
            name="the activation where its slope is meant",
            hint="The slope of the sigmoid is a * (1 - a), not a.",
            wrong=with_a(lambda x, w, b, z, a: a * x),
        ),
        Mistake(
            name="the sigmoid taken twice",
            hint="The a in a * (1 - a) is sigmoid(z) already. Do not put it through the sigmoid "
            "again.",
            wrong=with_a(lambda x, w, b, z, a: sigmoid(a) * (1 - sigmoid(a)) * x),
        ),
        Mistake(
            name="the bias left out",
            hint="The slope depends on where the neuron stands: z = w * x + b.",
            wrong=lambda x, w, b: weight_slope(x, w, 0 * b),
        ),
    ],
    why="The slope for a weight is the neuron's own slope times the input: where the input is 0, "
    "its weight learns nothing. In lesson 04 this line computes the gradient of whole layers.",
)

# ------------------------------------------------------------------------------ Exercise 1.4

ENDS_OF_EXP = (709, 710, 745, 746)

first_slope_of_zero = Value(
    number="1.4",
    names=("z",),
    wanted="the smallest whole z at which a * (1 - a) is 0",
    answer=37,
    rtol=0,
    atol=0,
    mistakes=[
        Mistake(
            name="a number that is not whole",
            otherwise=True,
            hint="Count up from 0 in whole steps.",
            looks_like=lambda z: z != int(z),
        ),
        Mistake(
            name="a slope that only prints as 0",
            hint="Four decimals hide what is left. Compare with == 0, or print more.",
            looks_like=lambda z: 10 <= z < 36,
        ),
        Mistake(
            name="a slope that is small, and not 0",
            hint=lambda z: (
                f"At z = {z:g} it is {sigmoid(z) * (1 - sigmoid(z)):.2g}. Go further out."
            ),
            looks_like=lambda z: 0 <= z < 10,
        ),
        Mistake(
            name="one too few",
            hint="At z = 36 a tiny slope is left. Look for the first z at which a * (1 - a) == 0 "
            "is True.",
            wrong=36,
        ),
        Mistake(
            name="a z beyond the first",
            hint="The slope is 0 there, but also at a smaller z. Walk up from 0 and stop at the "
            "first.",
            looks_like=lambda z: z > 37 and z not in ENDS_OF_EXP,
        ),
        Mistake(
            name="the end of the exponential",
            hint="From 710 on e**z overflows, and from 746 on e**-z is 0. The slope is gone long "
            "before: a is computed from 1 + e**-z. When does adding e**-z no longer change the 1?",
            looks_like=lambda z: z in ENDS_OF_EXP,
        ),
        Mistake(
            name="the other end of the curve",
            hint="At a negative z the activation is a tiny number, and floats near 0 are fine. "
            "Look for a positive z.",
            looks_like=lambda z: z < 0,
        ),
    ],
    why="Beside 1, the next float is 2e-16 away: an e**-z below half of that is lost in the sum, "
    "a is 1, and the slope is not small but 0. Times any learning rate it stays 0.",
)

# ------------------------------------------------------------------------------ Exercise 1.5


def slope(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def slope_inputs(rng):
    return [
        (0.0,),
        (2.0,),
        (-2.0,),
        (rng.normal(size=5) * 3,),
        (rng.normal(size=(3, 2)) * 3,),
        (np.array([-1, 0, 1, 4]),),
        (np.array([-33.0, 33.0]),),
        (np.array([-50.0, 50.0]),),
        (np.array([-300.0, 300.0]),),
        (np.array([-700.0, -1000.0]),),
        (np.array([700.0, 1000.0]),),
    ]


def by_sides(z):
    """np.where computes both of its branches, the one that overflows among them."""
    return np.where(z >= 0, np.exp(-z) / (1 + np.exp(-z)) ** 2, np.exp(z) / (1 + np.exp(z)) ** 2)


mended_slope = Function(
    number="1.5",
    inputs=slope_inputs,
    answer=slope,
    must_stay_quiet=True,
    atol=0,  # far out the slopes are tiny, and right to four digits
    mistakes=[
        Mistake(
            name="one minus a number that is nearly 1",
            hint="Nothing overflows. But from z = 37 on, the subtraction gives 0, where e**-37 is "
            "not 0. Write the slope with e**-|z| alone.",
            wrong=[
                lambda z: sigmoid(z) * (1 - sigmoid(z)),
                lambda z: (1 - np.tanh(np.asarray(z) / 2) ** 2) / 4,
            ],
        ),
        Mistake(
            name="slopes that stop falling far out",
            hint="Nothing overflows. But a z that is clipped, or a slope that is rounded, leaves "
            "one number, or 0, from some z on. On paper the slope goes on falling: at z = 50 it is "
            "1.9e-22.",
            wrong=[
                lambda z: slope(np.clip(z, -30, 30)),
                lambda z: slope(np.clip(z, -37, 37)),
                lambda z: slope(np.clip(z, -500, 500)),
                lambda z: np.where(np.abs(z) > 30, 0.0, slope(z)),
            ],
        ),
        Mistake(
            name="overflow in exp, for large negative z",
            hint="At z = -1000 the formula asks for e**1000. The slope is the same at z and at -z; "
            "which of the two can be computed?",
            wrong=[
                lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
                lambda z: 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z))),
            ],
        ),
        Mistake(
            name="overflow in exp, for large positive z",
            hint="At z = 1000 the formula asks for e**1000. You have mended one side and broken "
            "the other.",
            wrong=[
                lambda z: np.exp(z) / (1 + np.exp(z)) ** 2,
                lambda z: np.exp(z) / (1 + np.exp(z)) * (1 - np.exp(z) / (1 + np.exp(z))),
            ],
        ),
        Mistake(
            name="the right numbers, and an overflow on the way",
            hint="Somewhere a power of e is too large for a float, and is thrown away or divided "
            "by afterwards. np.where, too, computes both of its branches for every entry. Take the "
            "exponential of a number that is never above 0.",
            wrong=[by_sides, lambda z: 1 / (4 * np.cosh(z / 2) ** 2)],
        ),
        Mistake(
            name="an exponent that is positive",
            hint="e**|z| is as large as before, on both sides now. One sign is missing.",
            wrong=lambda z: np.exp(np.abs(z)) / (1 + np.exp(np.abs(z))) ** 2,
        ),
        Mistake(
            name="the square left out",
            hint="The chain rule gave e**-z / u**2. At z = 0 that is 1/4.",
            wrong=lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))),
        ),
        Mistake(
            name="the derivative taken at z instead of at a",
            hint="In a * (1 - a) stands the activation, not z.",
            wrong=lambda z: z * (1 - z),
        ),
        Mistake(
            name="the activation where its slope is meant",
            hint="You give a. Its slope is a * (1 - a).",
            wrong=sigmoid,
        ),
        Mistake(
            name="the sign of z lost on the way to a",
            hint="1 - a is right only with the a of this z. Which formula needs e alone?",
            wrong=lambda z: -np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2,
        ),
    ],
    why="Because the slope is the same on both sides, |z| is enough and no case has to be told "
    "from another: a formula's symmetry is worth looking for before its code is written.",
)

# ------------------------------------------------------------------------------ Exercise 1.6

LEAK = 0.1


def leaky_slope(z, a):
    return np.where(z > 0, 1.0, LEAK)


def leaky(z):
    return np.where(z > 0, z, LEAK * z)


def leaky_inputs(rng):
    points = [
        np.array([-2.0, -0.5, 0.5, 3.0]),
        np.array([0.0, -1.0, 1.0]),
        rng.normal(size=(4, 3)),
        np.array([[1.5]]),
        np.array([-3, 0, 2]),
        np.array([[-1000.0], [1000.0]]),
        np.array([0.04, -0.04, 0.6]),
    ]
    return [(z, leaky(z)) for z in points]


slope_of_the_leak = Function(
    number="1.6",
    inputs=leaky_inputs,
    answer=leaky_slope,
    mistakes=[
        Mistake(
            name="the slope of the plain ReLU",
            hint="On the left side the slope is not 0 any more; that is what the leak is for.",
            wrong=[
                lambda z, a: np.where(z > 0, 1.0, 0.0),
                lambda z, a: np.where(z >= 0, 1.0, 0.0),
            ],
        ),
        Mistake(
            name="a leak of a hundredth",
            hint="Many libraries leak 0.01. This one lets a tenth through.",
            wrong=[
                lambda z, a: np.where(z > 0, 1.0, 0.01),
                lambda z, a: np.where(z >= 0, 1.0, 0.01),
            ],
        ),
        Mistake(
            name="the activation where its slope is meant",
            hint="Each side is a straight line through 0. What is the slope of a line?",
            wrong=lambda z, a: a,
        ),
        Mistake(
            name="a mask with >= where > is asked for",
            hint="At z = 0 the exercise asks for the slope of the left side.",
            wrong=lambda z, a: np.where(z >= 0, 1.0, LEAK),
        ),
        Mistake(
            name="a slope of 1 everywhere",
            hint="Is your mask True for every entry? Compare with 0, and look at the left side.",
            wrong=lambda z, a: np.ones(z.shape),
        ),
        Mistake(
            name="integer arrays",
            hint="An array made like z, from whole numbers, holds only whole numbers: 0.1 becomes "
            "0 in it. Make an array of floats.",
            wrong=lambda z, a: leaky_slope(z, a).astype(z.dtype),
        ),
        Mistake(
            name="the two sides swapped",
            hint="The slope is 1 where z is above 0.",
            wrong=[
                lambda z, a: np.where(z > 0, LEAK, 1.0),
                lambda z, a: np.where(z >= 0, LEAK, 1.0),
            ],
        ),
        Mistake(
            name="a leak with the wrong sign",
            hint="The curve rises on the left side too, so its slope is positive.",
            wrong=lambda z, a: np.where(z > 0, 1.0, -LEAK),
        ),
    ],
    why="A neuron with a leak can come back: however negative its z, a tenth of the slope still "
    "gets through, and its weights go on learning.",
)
