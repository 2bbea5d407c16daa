"""The exercises of lesson 04: the chain rule, the four equations, and what a check reveals."""

import numpy as np

from nnlib.activations import sigmoid, sigmoid_derivative
from nnlib.lab import example
from nnlib.lab.checks.exercise import Function, Mistake, Search, Value
from nnlib.lab.checks.plain import same

ROUNDING = 1.6e-4  # what an answer loses that was worked out with four decimals


def about(value, other):
    """Whether a number that was rounded on the way is the other."""
    return abs(value - other) <= ROUNDING


# The network of section 4.1, for its first sample.
W2 = example.W2
z1 = example.X[:1] @ example.W1 + example.b1
a1 = sigmoid(z1)
z2 = a1 @ W2 + example.b2
a2 = sigmoid(z2)
SLOPE1, SLOPE2 = a1 * (1 - a1), a2 * (1 - a2)
FACTOR = 2 / example.y.size  # of the slope of the MSE: 2 / (n m)

# ------------------------------------------------------------------------------ Exercise 4.1

ON_THE_PATH = float(sigmoid(np.array(1.0)))  # the hidden activation of section 4.2, at z = 1
ANSWER = float(sigmoid(np.array(1 - 2 * ON_THE_PATH)))
DELTA = ANSWER * (1 - ANSWER) * 2 * (ANSWER - 1)  # dL/dz of its output

on_the_path = Value(
    number="4.1",
    names=("slope_w2", "slope_b2"),
    wanted="two slopes of the loss, to four decimals",
    answer=(ON_THE_PATH * DELTA, DELTA),
    decimals=4,
    rtol=0,
    atol=ROUNDING,
    beside={
        "a1": ON_THE_PATH,
        "the slope of the output's sigmoid": ANSWER * (1 - ANSWER),
        "the slope of the loss for a2": 2 * (ANSWER - 1),
        "a2": ANSWER,
        "the slope of the hidden sigmoid": ON_THE_PATH * (1 - ON_THE_PATH),
    },
    mistakes=[
        Mistake(
            name="the input of the network in place of what this weight is multiplied with",
            hint="The second weight never meets x. What stands beside it in z2?",
            looks_like=lambda w, b: about(w, 1.5 * DELTA),
        ),
        Mistake(
            name="the weight itself in place of what it is multiplied with",
            hint="That is the slope for the hidden activation. If w2 rises by 1, how far does z2 "
            "rise?",
            looks_like=lambda w, b: about(w, -2 * DELTA),
        ),
        Mistake(
            name="the slope of the sigmoid left out",
            hint="Between z2 and the loss lie two links. Start from the number below z2, not from "
            "the one below a2.",
            looks_like=lambda w, b: about(b, 2 * (ANSWER - 1)),
        ),
        Mistake(
            name="a factor of 2 too many or too few",
            hint="The slope of the square (a - y)**2 is 2 (a - y), once.",
            wrong=[
                (ON_THE_PATH * DELTA / 2, DELTA / 2),
                (ON_THE_PATH * DELTA * 2, DELTA * 2),
            ],
        ),
        Mistake(
            name="the slope of the bias for the weight as well",
            hint="The bias is multiplied with 1. What is the weight multiplied with?",
            wrong=(DELTA, DELTA),
        ),
        Mistake(
            name="the slope of z2 in place of the slope of the loss",
            hint="So far z2 moves. Multiply by what lies between z2 and the loss.",
            looks_like=lambda w, b: about(b, 1),
        ),
        Mistake(
            name="a bias that is taken for a number which does not move",
            hint="Here it is the bias that moves. If b2 rises by 1, how far does z2 rise?",
            wrong=(ON_THE_PATH * DELTA, 0.0),
        ),
        Mistake(
            name="the slope of the output's sigmoid alone",
            hint="That is the link from z2 to a2. Times the link from a2 to the loss.",
            looks_like=lambda w, b: about(b, ANSWER * (1 - ANSWER)),
        ),
        Mistake(
            name="the deltas of the other layer",
            hint="That is the number below z1. The second weight and its bias join the path at z2.",
            looks_like=lambda w, b: about(b, DELTA * -2 * ON_THE_PATH * (1 - ON_THE_PATH)),
        ),
        Mistake(
            name="the opposite sign",
            hint="The last link has a negative slope: the output is too low, so a rising output "
            "makes the loss fall.",
            wrong=(-ON_THE_PATH * DELTA, -DELTA),
        ),
    ],
    why="Two more slopes for one multiplication: whoever has the number below z2 gets everything "
    "that joins the path there almost for free, and backpropagation is no more than that.",
)

# ------------------------------------------------------------------------------ Exercise 4.2

OTHER_TARGET = np.array([[1.0, 1.0]])
DELTA2 = FACTOR * (a2 - OTHER_TARGET) * SLOPE2
TO_HIDDEN = DELTA2 @ W2.T
DELTA1 = TO_HIDDEN * SLOPE1
D2, D1 = DELTA2[0, 1], DELTA1[0, 1]
OLD_D1 = float((FACTOR * (a2 - [[1.0, 0.0]]) * SLOPE2 @ W2.T * SLOPE1)[0, 1])


def at_output(delta2):
    """A mistake in the deltas of both outputs: it goes on to the hidden neuron, or does not."""
    return [(delta2[0, 1], (delta2 @ W2.T * SLOPE1)[0, 1]), (delta2[0, 1], D1)]


def at_hidden(value):
    """A mistake in the delta of the hidden neuron alone."""
    return (D2, value)


another_target = Value(
    number="4.2",
    names=("delta_output", "delta_hidden"),
    wanted="two deltas, to four decimals",
    answer=(D2, D1),
    decimals=4,
    rtol=0,
    atol=ROUNDING,
    mistakes=[
        Mistake(
            name="the deltas for the old target",
            hint="Output 2 shall be 1 now. Is it still too high?",
            wrong=at_output(FACTOR * (a2 - [[1.0, 0.0]]) * SLOPE2),
        ),
        Mistake(
            name="the target minus the prediction",
            hint="Delta says which way the loss grows: a - y. Output 2 is too low now, and its "
            "delta is negative.",
            wrong=at_output(-DELTA2),
        ),
        Mistake(
            name="the slope of the sigmoid left out at the output",
            hint="That is how wrong the output is. Multiply by how readily it moves, a * (1 - a).",
            wrong=at_output(FACTOR * (a2 - OTHER_TARGET)),
        ),
        Mistake(
            name="the error alone",
            hint="Equation 1 has two more factors: 2 / (n * m), and the slope a * (1 - a).",
            wrong=at_output(a2 - OTHER_TARGET),
        ),
        Mistake(
            name="the slope of the output taken at z instead of at a",
            hint="In a * (1 - a) stands the activation.",
            wrong=at_output(FACTOR * (a2 - OTHER_TARGET) * z2 * (1 - z2)),
        ),
        Mistake(
            name="the slope of the next layer at the hidden neuron",
            hint="The delta of a hidden neuron has the slope of its own activation, from a1.",
            wrong=at_hidden(TO_HIDDEN[0, 1] * SLOPE2[0, 1]),
        ),
        Mistake(
            name="another factor than 2 / (n m)",
            hint="2 * (a - y) / (n * m), with n * m = 4 * 2: the mean goes over all four samples.",
            wrong=[answer for factor in (2, 1 / 2, 4, 8) for answer in at_output(factor * DELTA2)],
        ),
        Mistake(
            name="the slope of the sigmoid left out at the hidden neuron",
            hint="What comes back over the weights is the slope for the hidden a. One more link "
            "leads to its z.",
            wrong=at_hidden(TO_HIDDEN[0, 1]),
        ),
        Mistake(
            name="a column of W2 where a row is meant",
            hint="Column 2 holds the weights that lead to output 2. Hidden neuron 2 collects over "
            "the weights that lead from it.",
            wrong=at_hidden((DELTA2[0] @ W2[:2, 1]) * SLOPE1[0, 1]),
        ),
        Mistake(
            name="one path only",
            hint="Hidden neuron 2 feeds both outputs. Where paths meet, slopes add.",
            wrong=at_hidden(D2 * W2[1, 1] * SLOPE1[0, 1]),
        ),
        Mistake(
            name="the delta of the other hidden neuron",
            hint="Which row of W2 belongs to hidden neuron 2?",
            wrong=at_hidden(DELTA1[0, 0]),
        ),
        Mistake(
            name="the delta of the picture",
            hint="That one is for the old target. The delta of output 2 has changed, and hidden "
            "neuron 2 hears of it.",
            looks_like=lambda output, hidden: about(output, D2) and about(hidden, OLD_D1),
        ),
    ],
    why="With the new target both outputs wish the same of hidden neuron 2, and its delta is "
    "larger than before: what a hidden neuron learns depends on whether its errors agree.",
)

# ------------------------------------------------------------------------------ Exercise 4.3


def deltas_for(target):
    """Both deltas of the hidden layer when output 2 shall be ``target``."""
    delta2 = FACTOR * (a2 - [[1.0, target]]) * SLOPE2
    return (delta2 @ W2.T * SLOPE1)[0]


def hears_nothing(target):
    return 0 <= target <= 1 and abs(deltas_for(target)[1]) <= 1e-4


def hidden_deltas_in_words(target):
    return f"delta is {deltas_for(target)[1]:.4g} at hidden neuron 2"


def hears_nothing_if(weight1, weight2):
    """The target at which the deltas, multiplied with these two weights, cancel."""
    delta = (a2[0, 0] - 1) * SLOPE2[0, 0]
    return a2[0, 1] + delta * weight1 / weight2 / SLOPE2[0, 1]


TARGET = hears_nothing_if(*W2[1])
WANTED_DELTA = FACTOR * (a2[0, 1] - TARGET) * SLOPE2[0, 1]

cancelled = Search(
    number="4.3",
    names=("target_2",),
    wanted="a target from 0 to 1 at which the delta of hidden neuron 2 is 0, to within 0.0001",
    holds=hears_nothing,
    came=hidden_deltas_in_words,
    mistakes=[
        Mistake(
            name="an output without an error",
            hint="Then output 2 sends nothing back. But output 1 still does. Output 2 has to send "
            "something that cancels it.",
            looks_like=lambda target: abs(target - a2[0, 1]) < 2e-3,
        ),
        Mistake(
            name="the delta in place of the target",
            hint="That is the delta that output 2 has to have. Which target gives it?",
            looks_like=lambda target: abs(target - WANTED_DELTA) < 2e-4,
        ),
        Mistake(
            name="the difference in place of the target",
            hint="So far the target lies from the prediction. Add it to the prediction.",
            looks_like=lambda target: abs(abs(target) - abs(a2[0, 1] - TARGET)) < 2e-3,
        ),
        Mistake(
            name="the slope of the output forgotten",
            hint="delta is the difference, times 2 / (n m), times how readily the output moves.",
            looks_like=lambda target: (
                min(
                    abs(target - (a2[0, 1] - WANTED_DELTA)),
                    abs(target - (a2[0, 1] - WANTED_DELTA / FACTOR)),
                )
                < 2e-3
            ),
        ),
        Mistake(
            name="an error in the wrong direction",
            hint="Then both outputs wish the same of neuron 2. Which sign must the delta of output "
            "2 have?",
            looks_like=lambda target: (
                abs(target - 2 * a2[0, 1] + hears_nothing_if(0.4, 1.4)) < 2e-3
            ),
        ),
        Mistake(
            name="two deltas that cancel without their weights",
            hint="Neuron 2 hears output 1 over the weight 0.4 and output 2 over the weight 1.4. It "
            "is the products that must cancel.",
            looks_like=lambda target: abs(target - hears_nothing_if(1, 1)) < 2e-3,
        ),
        Mistake(
            name="the weights of hidden neuron 1",
            hint="Row 1 of W2 belongs to hidden neuron 1. Take the next row.",
            looks_like=lambda target: abs(target - hears_nothing_if(-1.2, 0.9)) < 2e-3,
        ),
        Mistake(
            name="a column of W2 where a row is meant",
            hint="Column 2 leads to output 2. What leads from hidden neuron 2 is a row.",
            looks_like=lambda target: abs(target - hears_nothing_if(0.9, 1.4)) < 2e-3,
        ),
        Mistake(
            name="the target as it was",
            hint="With the target 0, a delta of 0.0029 is left at hidden neuron 2. Does output 2 "
            "have to push harder or less hard?",
            looks_like=lambda target: abs(target) < 2e-3,
        ),
        Mistake(
            name="one minus the target",
            hint="It is measured from 0, as the answer is.",
            looks_like=lambda target: abs(target - (1 - TARGET)) < 2e-3,
        ),
        Mistake(
            name="a target that is not between 0 and 1",
            otherwise=True,
            hint="The output is a sigmoid, and its targets lie where its answers can.",
            looks_like=lambda target: not 0 <= target <= 1,
        ),
        Mistake(
            name="a target above the answer of output 2",
            otherwise=True,
            hint="Then output 2 is too low as well, and both wish the same of neuron 2. Which sign "
            "must the delta of output 2 have?",
            looks_like=lambda target: target > a2[0, 1],
        ),
        Mistake(
            name="the right side, and not the place where they cancel",
            otherwise=True,
            hint=lambda target: (
                "Output 2 is too high, as it has to be, but pushes too "
                f"{'little' if target > TARGET else 'hard'}. Is its target to be nearer to its "
                "answer, 0.3195, or further away?"
            ),
            looks_like=lambda target: 0 <= target < a2[0, 1] and not hears_nothing(target),
        ),
    ],
    why="Both outputs are wrong, and yet hidden neuron 2 and the weights that lead to it learn "
    "nothing from this sample: a neuron feels only the sum of what comes back.",
)

# ------------------------------------------------------------------------------ Exercise 4.4


def backward(X, W2, z1, a1, delta2):
    delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
    return (
        X.T @ delta1,
        delta1.sum(axis=0, keepdims=True),
        a1.T @ delta2,
        delta2.sum(axis=0, keepdims=True),
    )


SIZES = [(3, 2, 2, 2), (5, 3, 4, 2), (4, 2, 3, 1), (1, 3, 2, 2), (6, 1, 1, 1), (3, 3, 3, 3)]


def random_network(rng, n_in, n_hidden, n_out):
    shapes = [(n_in, n_hidden), (1, n_hidden), (n_hidden, n_out), (1, n_out)]
    return [rng.normal(size=shape) for shape in shapes]


def backward_inputs(rng):
    cases = []
    for n, *sizes in SIZES:
        X, (W1, b1, W2, _) = rng.normal(size=(n, sizes[0])), random_network(rng, *sizes)
        cases.append([X, W2, X @ W1 + b1, rng.normal(size=(n, sizes[2])) / 8])
    whole = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    cases.append(
        [whole, rng.normal(size=(3, 1)), rng.normal(size=(4, 3)), rng.normal(size=(4, 1)) * 9]
    )
    far_out = np.array([[1000.0, -1000.0], [-1000.0, 0.5]])
    cases.append([np.ones((2, 3)), rng.normal(size=(2, 2)), far_out, rng.normal(size=(2, 2))])
    return [(X, W2, z1, sigmoid(z1), delta2) for X, W2, z1, delta2 in cases]


def weights_rule(a, delta):
    return a.T @ delta


def bias_rule(delta):
    return delta.sum(axis=0, keepdims=True)


def back_over(W2, delta2):
    return delta2 @ W2.T


def sigmoid_slope(z, a):
    return a * (1 - a)


def changed(*, back=back_over, slope=sigmoid_slope, dW=weights_rule, db=bias_rule):
    """A backward pass with other parts."""

    def wrong(X, W2, z1, a1, delta2):
        delta1 = back(W2, delta2) * slope(z1, a1)
        return dW(X, delta1), db(delta1), dW(a1, delta2), db(delta2)

    return wrong


def rearranged(right, *order):
    return lambda *arguments: tuple(right(*arguments)[i] for i in order)


def times(right, factor):
    """All results times a number, which may depend on the arguments."""
    return lambda *arguments: tuple(factor(*arguments) * part for part in right(*arguments))


def own_activation(X, W2, z1, a1, delta2):
    _, db1, dW2, db2 = backward(X, W2, z1, a1, delta2)
    return a1.T @ ((delta2 @ W2.T) * a1 * (1 - a1)), db1, dW2, db2


def sums_for_activations(X, W2, z1, a1, delta2):
    dW1, db1, _, db2 = backward(X, W2, z1, a1, delta2)
    return dW1, db1, z1.T @ delta2, db2


def one_delta_for_both(X, W2, z1, a1, delta2):
    _, _, dW2, db2 = backward(X, W2, z1, a1, delta2)
    return X.T @ delta2, db2, dW2, db2


def slope_in_the_wrong_place(X, W2, z1, a1, delta2):
    return backward(X, W2, z1, a1, delta2 * a1 * (1 - a1))


own_backward = Function(
    number="4.4",
    inputs=backward_inputs,
    answer=backward,
    returns=("dW1", "db1", "dW2", "db2"),
    mistakes=[
        Mistake(
            name="the derivative taken at z instead of at a",
            hint="In a * (1 - a) stands the hidden activation, a1.",
            wrong=changed(slope=lambda z, a: z * (1 - z)),
        ),
        Mistake(
            name="the slope of a tanh",
            hint="The hidden neurons are sigmoids: their slope is a * (1 - a).",
            wrong=changed(slope=lambda z, a: 1 - a**2),
        ),
        Mistake(
            name="the slope of a ReLU",
            hint="The hidden neurons are sigmoids: their slope is a * (1 - a).",
            wrong=changed(slope=lambda z, a: z > 0),
        ),
        Mistake(
            name="the sigmoid taken twice",
            hint="a1 is sigmoid(z1) already: its slope is a1 * (1 - a1).",
            wrong=changed(slope=lambda z, a: sigmoid(a) * (1 - sigmoid(a))),
        ),
        Mistake(
            name="the slope of the hidden neurons forgotten",
            hint="delta2 @ W2.T is the slope for a1. Equation 2 has one more factor.",
            wrong=changed(slope=lambda z, a: 1),
        ),
        Mistake(
            name="the activation where its slope is meant",
            hint="How readily a sigmoid moves is a * (1 - a), not a.",
            wrong=changed(slope=lambda z, a: a),
        ),
        Mistake(
            name="the hidden slope multiplied onto the delta of the output",
            hint="delta2 is finished when it comes. The slope of the hidden neurons belongs to "
            "delta1, after the way back over W2.",
            wrong=slope_in_the_wrong_place,
        ),
        Mistake(
            name="a W2 that is not transposed on the way back",
            hint="delta2 has a column for each output, and what comes back has a column for each "
            "hidden neuron. W2 is (hidden, outputs).",
            wrong=changed(back=lambda W2, delta2: delta2 @ W2),
        ),
        Mistake(
            name="a transposed product",
            hint="A gradient has the shape of its weights, (n_in, n_out): the activations, "
            "transposed, come first.",
            wrong=changed(dW=lambda a, delta: delta.T @ a),
        ),
        Mistake(
            name="activations that are not transposed",
            hint="The product has to add over the samples: (n_in, n) @ (n, n_out).",
            wrong=[
                changed(dW=lambda a, delta: a @ delta),
                changed(dW=lambda a, delta: a @ delta.T),
            ],
        ),
        Mistake(
            name="a mean where the sum is meant",
            hint="The mean over the samples is in delta2 already (section 4.6). Every later line "
            "adds, and divides by nothing.",
            wrong=[
                changed(
                    dW=lambda a, delta: a.T @ delta / len(delta),
                    db=lambda delta: delta.mean(axis=0, keepdims=True),
                ),
                changed(dW=lambda a, delta: a.T @ delta / len(delta)),
                changed(db=lambda delta: delta.mean(axis=0, keepdims=True)),
            ],
        ),
        Mistake(
            name="a factor 2 that is in delta2 already",
            hint="The 2 of the squared error belongs to equation 1.",
            wrong=[
                times(backward, lambda *arguments: 2),
                changed(dW=lambda a, delta: 2 * a.T @ delta),
            ],
        ),
        Mistake(
            name="the bias gradient kept per sample",
            hint="One bias serves all samples, so its slopes add up, over the rows.",
            wrong=changed(db=lambda delta: delta),
        ),
        Mistake(
            name="(n_out,) for (1, n_out)",
            hint="A bias has two axes. keepdims=True keeps the one that is summed.",
            wrong=changed(db=lambda delta: delta.sum(axis=0)),
        ),
        Mistake(
            name="the bias gradient summed over the neurons",
            hint="Each neuron has a bias of its own. Which axis counts the samples?",
            wrong=[
                changed(db=lambda delta: delta.sum(axis=1, keepdims=True)),
                changed(db=lambda delta: delta.sum(axis=1)),
                changed(db=lambda delta: delta.sum()),
            ],
        ),
        Mistake(
            name="the activation at the wrong end",
            hint="A weight's slope has what came in at its left end. W1 is multiplied with X, and "
            "W2 with a1.",
            wrong=own_activation,
        ),
        Mistake(
            name="z1 where a1 is meant",
            hint="W2 is multiplied with the activations of the hidden layer.",
            wrong=sums_for_activations,
        ),
        Mistake(
            name="the delta of the output used in both layers",
            hint="Layer 1 has a delta of its own: equation 2 makes it from delta2.",
            wrong=one_delta_for_both,
        ),
        Mistake(
            name="the opposite sign",
            hint="Here the gradient points to where the loss rises. The minus comes with the step.",
            wrong=times(backward, lambda *arguments: -1),
        ),
        Mistake(
            name="the results in another order",
            in_parts=False,
            hint="They are wanted in this order: dW1, db1, dW2, db2.",
            wrong=[
                rearranged(backward, *order)
                for order in [(2, 3, 0, 1), (0, 2, 1, 3), (2, 0, 3, 1), (1, 0, 3, 2)]
            ],
        ),
    ],
    why="This is the third part of a network of your own. It has not been told the loss, nor how "
    "many samples there are: all of that is in delta2.",
)

# ------------------------------------------------------------------------------ Exercise 4.5


def forward(X, W1, b1, W2, b2, hidden=sigmoid, output=sigmoid):
    z1 = X @ W1 + b1
    a1 = hidden(z1)
    z2 = a1 @ W2 + b2
    return z1, a1, z2, output(z2)


def step_with(
    *,
    delta2=lambda a2, y: (a2 - y) / y.size,
    new_W2_first=False,
    sign=-1,
    slope=sigmoid_derivative,
    dW=weights_rule,
    db=bias_rule,
    rate=lambda learning_rate: learning_rate,
):
    """One step of training, in which something may be different."""

    def step(X, y, W1, b1, W2, b2, learning_rate):
        z1, a1, _, a2 = forward(X, W1, b1, W2, b2)
        delta = delta2(a2, y)
        move = sign * rate(learning_rate)
        new_W2 = W2 + move * dW(a1, delta)
        delta1 = (delta @ (new_W2 if new_W2_first else W2).T) * slope(z1, a1)
        return W1 + move * dW(X, delta1), b1 + move * db(delta1), new_W2, b2 + move * db(delta)

    return step


def with_the_slope(a2, y):
    return (a2 - y) / y.size * a2 * (1 - a2)


def step(X, y, W1, b1, W2, b2, learning_rate):
    _, a1, _, a2 = forward(X, W1, b1, W2, b2)
    delta2 = (a2 - y) / y.size
    delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
    return (
        W1 - learning_rate * (X.T @ delta1),
        b1 - learning_rate * delta1.sum(axis=0, keepdims=True),
        W2 - learning_rate * (a1.T @ delta2),
        b2 - learning_rate * delta2.sum(axis=0, keepdims=True),
    )


def step_twice(X, y, W1, b1, W2, b2, learning_rate):
    W1, b1, W2, b2 = step(X, y, W1, b1, W2, b2, learning_rate)
    return step(X, y, W1, b1, W2, b2, learning_rate)


def step_inputs(rng):
    cases = []
    for n, *sizes in SIZES[:5]:
        X, y = rng.normal(size=(n, sizes[0])), rng.integers(0, 2, (n, sizes[2]))
        cases.append((X, y.astype(float), *random_network(rng, *sizes), 1.75))
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    cases.append((X, y, *random_network(rng, 2, 3, 1), 0.5))
    sure = np.array([[3.0], [-2.0]]), np.array([[0.0], [1.0]])
    cases.append((*sure, *(10 * part for part in random_network(rng, 1, 2, 1)), 1))
    return cases


def step_times_the_rate(X, y, W1, b1, W2, b2, learning_rate):
    moved = step(X, y, W1, b1, W2, b2, 1)
    return tuple(learning_rate * parameter for parameter in moved)


mended_step = Function(
    number="4.5",
    inputs=step_inputs,
    answer=step,
    returns=("W1", "b1", "W2", "b2"),
    mistakes=[
        Mistake(
            name="both mistakes are still there",
            in_parts=False,
            hint="One is in the line of delta2: which loss is it for? For the other, ask of each "
            "line whether its variables still hold what they held in the forward pass.",
            wrong=step_with(delta2=with_the_slope, new_W2_first=True),
        ),
        Mistake(
            name="the slope of the sigmoid used twice",
            hint="Under the cross-entropy it has cancelled (section 4.7). The other mistake is "
            "mended.",
            wrong=step_with(delta2=with_the_slope),
        ),
        Mistake(
            name="an update of W1 with the already updated W2",
            hint="The error has to travel back over the weights that caused it: the old W2. Which "
            "line must move up?",
            wrong=step_with(new_W2_first=True),
        ),
        Mistake(
            name="the slope of the hidden neurons forgotten",
            hint="Only at the output has the slope cancelled. On the way back, delta2 @ W2.T is "
            "the slope for a1, and one more link leads to z1.",
            wrong=[
                step_with(slope=lambda z, a: 1),
                step_with(slope=lambda z, a: 1, new_W2_first=True),
            ],
        ),
        Mistake(
            name="the delta of the squared error",
            hint="Under the squared error there are the factor 2 and the slope. Here the loss is "
            "the cross-entropy.",
            wrong=[
                step_with(delta2=lambda a2, y: 2 * with_the_slope(a2, y)),
                step_with(delta2=lambda a2, y: 2 * with_the_slope(a2, y), new_W2_first=True),
            ],
        ),
        Mistake(
            name="a step that is taken twice",
            hint="One whole step: predict, send back and update, once.",
            wrong=step_twice,
        ),
        Mistake(
            name="a learning rate that multiplies the parameters as well",
            hint="Only the gradient is multiplied with the learning rate. Look at the brackets.",
            wrong=step_times_the_rate,
        ),
        Mistake(
            name="the sum where the loss is a mean",
            hint="The delta of the mean is divided by n times m. That part of the line was right.",
            wrong=[
                step_with(delta2=lambda a2, y: a2 - y),
                step_with(delta2=lambda a2, y: a2 - y, new_W2_first=True),
            ],
        ),
        Mistake(
            name="the mean over the samples alone",
            hint="The loss is a mean over samples and outputs. What does y.size count, and what "
            "len(y)?",
            wrong=[
                step_with(delta2=lambda a2, y: (a2 - y) / len(y)),
                step_with(delta2=lambda a2, y: (a2 - y) / len(y), new_W2_first=True),
            ],
        ),
        Mistake(
            name="the target minus the prediction",
            hint="With (y - a) and a minus before the step, every parameter moves uphill.",
            wrong=[
                step_with(delta2=lambda a2, y: (y - a2) / y.size),
                step_with(sign=1),
                step_with(sign=1, delta2=with_the_slope),
            ],
        ),
        Mistake(
            name="divided by the samples a second time",
            hint="The mean is in delta2 already. Every later line adds.",
            wrong=[
                step_with(
                    dW=lambda a, delta: a.T @ delta / len(delta),
                    db=lambda delta: delta.mean(axis=0, keepdims=True),
                ),
                step_with(dW=lambda a, delta: a.T @ delta / len(delta)),
                step_with(db=lambda delta: delta.mean(axis=0, keepdims=True)),
            ],
        ),
        Mistake(
            name="a step without the learning rate",
            hint="The gradient is multiplied with the learning rate before it is subtracted.",
            wrong=step_with(rate=lambda learning_rate: 1),
        ),
        Mistake(
            name="a bias for each sample",
            hint="The gradient of a bias is summed over the samples, with keepdims=True.",
            wrong=step_with(db=lambda delta: delta),
        ),
    ],
    why="As a rule the loss falls with either mistake, and on an easy task nobody would notice: "
    "only a measured slope, or a number that you worked out yourself, gives them away.",
)

# ------------------------------------------------------------------------------ Exercise 4.6

HALF = "half the sum"
LOSSES = ("mean", "mean over the samples", "sum", HALF)

somebody_elses_step = Value(
    number="4.6",
    names=("their_rate", "their_loss", "our_rate"),
    wanted="a learning rate, one of the four names of losses, and a learning rate",
    answer=(0.2, HALF, 1.2),
    rtol=1e-3,
    atol=1e-6,
    mistakes=[
        Mistake(
            name="a learning rate with a sign",
            hint="A rate is positive. The weight rose since its slope was negative, and the step "
            "goes against the slope.",
            looks_like=lambda theirs, loss, ours: theirs < 0 or ours < 0,
        ),
        Mistake(
            name="the gradient divided by the step",
            hint="The step is the rate times the gradient. Which of the two do you divide by?",
            looks_like=lambda theirs, loss, ours: np.isclose(theirs, 5, 1e-3),
        ),
        Mistake(
            name="the length of the step in place of the rate",
            hint="The weight moved by 0.03. That is the rate times the gradient.",
            looks_like=lambda theirs, loss, ours: np.isclose(theirs, 0.03, 1e-3),
        ),
        Mistake(
            name="another loss than the one whose gradient this is",
            hint="Their gradient is 6 times ours. By which factor is each of the losses larger "
            "than the mean, with 6 samples and 2 outputs?",
            looks_like=lambda theirs, loss, ours: (
                np.isclose(theirs, 0.2, 1e-3)
                and loss.strip().casefold() in LOSSES
                and loss.strip().casefold() != HALF
                and not np.isclose(ours, [0.2, 2.4, 0.2 / 6, 0.2 / 12], 1e-3).any()
            ),
        ),
        Mistake(
            name="a division where a product is needed",
            hint="Our gradient is the smaller one. To go as far, our rate must be the larger one.",
            looks_like=lambda theirs, loss, ours: np.isclose(ours, [0.2 / 6, 0.2 / 12], 1e-3).any(),
        ),
        Mistake(
            name="a name that is none of the four",
            otherwise=True,
            hint='The names are "mean", "mean over the samples", "sum" and "half the sum".',
            looks_like=lambda theirs, loss, ours: loss.strip().casefold() not in LOSSES,
        ),
        Mistake(
            name="the factor of the sum",
            hint="The sum over 6 samples and 2 outputs would have a gradient 12 times ours. How "
            "many times as large is theirs?",
            looks_like=lambda theirs, loss, ours: np.isclose(ours, 2.4, 1e-3),
        ),
        Mistake(
            name="their rate with our gradient",
            hint="The rate 0.2 with our gradient would move the weight by 0.005 only.",
            looks_like=lambda theirs, loss, ours: (
                np.isclose(theirs, 0.2, 1e-3) and np.isclose(ours, 0.2, 1e-3)
            ),
        ),
    ],
    why="Three printed numbers told you a rate and a loss that no text mentioned. Lesson 07 reads "
    "whole programs in this way, and finds that not every one descends the loss that it prints.",
)

# ------------------------------------------------------------------------------ Exercise 4.7


three_reports = Value(
    number="4.7",
    names=("line_a", "line_b", "line_c", "factor_c"),
    wanted="three numbers of lines, from 1 to 6, and a factor",
    answer=(2, 4, 1, 0.2),
    rtol=0.02,
    atol=0,
    mistakes=[
        Mistake(
            name="the line of a bias for program A",
            hint="In A both biases are right, so trust both deltas. What else is in the gradient "
            "of a weight?",
            looks_like=lambda a, b, c, factor: a in (3, 6),
        ),
        Mistake(
            name="a delta for program A, where both biases are right",
            hint="A bias's slope is a sum of deltas. If it is right, trust the delta.",
            looks_like=lambda a, b, c, factor: a in (1, 4),
        ),
        Mistake(
            name="the other layer in program A",
            hint="Look at the name of the parameter that is wrong.",
            looks_like=lambda a, b, c, factor: a == 5,
        ),
        Mistake(
            name="one of two symptoms in program B",
            hint="In B two parameters are wrong, and one line makes both. What do they have in "
            "common?",
            looks_like=lambda a, b, c, factor: a == 2 and b in (5, 6),
        ),
        Mistake(
            name="the output for program B, where layer 2 is right",
            hint="If delta2 were wrong, W2 and b2 would be too.",
            looks_like=lambda a, b, c, factor: a == 2 and b in (1, 2, 3),
        ),
        Mistake(
            name="a line of program C that not everything goes through",
            hint="In C all four are wrong. Which of the six lines does everything that follows "
            "depend on?",
            looks_like=lambda a, b, c, factor: (a, b) == (2, 4) and c in (2, 3, 4, 5, 6),
        ),
        Mistake(
            name="the relative error in place of the factor",
            hint="Divide what the formula says by what the loss says.",
            looks_like=lambda a, b, c, factor: (a, b, c) == (2, 4, 1) and abs(factor - 0.8) < 0.01,
        ),
        Mistake(
            name="the factor upside down",
            hint="Is C's gradient too large or too small?",
            looks_like=lambda a, b, c, factor: (a, b, c) == (2, 4, 1) and abs(factor - 5) < 0.1,
        ),
        Mistake(
            name="the right lines, and another factor",
            otherwise=True,
            hint="Divide what C's formula says by what its loss says, for any of the four.",
            looks_like=lambda a, b, c, factor: (a, b, c) == (2, 4, 1),
        ),
    ],
    why="A fifth, with five samples: C divides by their number a second time. Its loss would fall, "
    "five times too slowly, and no error would ever be raised.",
)

# ------------------------------------------------------------------------------ Exercise 4.8


def identity(z):
    return z


def tanh_slope(z, a):
    return 1 - a**2


def gradient_with(
    *,
    hidden=np.tanh,
    output=identity,
    miss=lambda a2, y: 2 * (a2 - y) / y.size,
    output_slope=lambda z, a: 1,
    slope=tanh_slope,
    back=back_over,
    dW=weights_rule,
    db=bias_rule,
):
    """A gradient from beginning to end, in which something may be different."""

    def gradient(X, y, W1, b1, W2, b2):
        z1, a1, z2, a2 = forward(X, W1, b1, W2, b2, hidden, output)
        delta2 = miss(a2, y) * output_slope(z2, a2)
        delta1 = back(W2, delta2) * slope(z1, a1)
        return dW(X, delta1), db(delta1), dW(a1, delta2), db(delta2)

    return gradient


def tanh_gradients(X, y, W1, b1, W2, b2):
    a1 = np.tanh(X @ W1 + b1)
    a2 = a1 @ W2 + b2
    delta2 = 2 * (a2 - y) / y.size
    delta1 = (delta2 @ W2.T) * (1 - a1**2)
    dW1, db1 = X.T @ delta1, delta1.sum(axis=0, keepdims=True)
    dW2, db2 = a1.T @ delta2, delta2.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2


def tanh_inputs(rng):
    cases = [
        (
            rng.normal(size=(n, sizes[0])),
            rng.normal(size=(n, sizes[2])),
            *random_network(rng, *sizes),
        )
        for n, *sizes in SIZES
    ]
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    cases.append((X, y, *random_network(rng, 2, 3, 1)))
    far_out = rng.normal(size=(3, 2)) * 1000
    cases.append((far_out, rng.normal(size=(3, 2)), *random_network(rng, 2, 3, 2)))
    large = 3e5 * rng.normal(size=(3, 2))  # "numbers of any size": a measurement gets coarse
    cases.append((rng.normal(size=(3, 2)), large, *random_network(rng, 2, 3, 2)))
    return cases


def slope_of_the_wrong_layer(X, y, W1, b1, W2, b2):
    _, a1, _, a2 = forward(X, W1, b1, W2, b2, np.tanh, identity)
    delta2 = 2 * (a2 - y) / y.size
    delta1 = (delta2 @ W2.T) * (1 - a2**2)
    return X.T @ delta1, bias_rule(delta1), a1.T @ delta2, bias_rule(delta2)


def as_if_measured(outcomes):
    """Whether all is right, but only to the digits that a measured slope has."""
    expected = from_beginning_to_end.expected
    return len(outcomes) == len(expected) and all(
        theirs.result is not None and same(ours.result, theirs.result, 1e-2, 1e-6)
        for ours, theirs in zip(expected, outcomes, strict=True)
    )


from_beginning_to_end: Function = Function(
    number="4.8",
    inputs=tanh_inputs,
    answer=tanh_gradients,
    returns=("dW1", "db1", "dW2", "db2"),
    rtol=1e-7,  # what is measured is not as exact
    atol=1e-9,
    mistakes=[
        Mistake(
            name="slopes that are right to a few digits only",
            hint="A measured slope is, and a rounded one. Here the formulas are asked for, which "
            "give all digits: forward, then the four equations.",
            looks_like=as_if_measured,
        ),
        Mistake(
            name="the network of the lesson, with sigmoids",
            hint="Here the hidden layer is a tanh, and the output is its weighted sum as it is: "
            "a2 = z2.",
            wrong=gradient_with(
                hidden=sigmoid, output=sigmoid, slope=sigmoid_slope, output_slope=sigmoid_slope
            ),
        ),
        Mistake(
            name="sigmoids in the hidden layer",
            hint="Here the hidden layer is a tanh, with the slope 1 - a**2.",
            wrong=[
                gradient_with(hidden=sigmoid, slope=sigmoid_slope),
                gradient_with(hidden=sigmoid, slope=tanh_slope),
            ],
        ),
        Mistake(
            name="a sigmoid at the output",
            hint="The output has no activation: a2 is z2 as it is, and its slope is 1.",
            wrong=[
                gradient_with(output=sigmoid, output_slope=sigmoid_slope),
                gradient_with(output=sigmoid),
                gradient_with(output=sigmoid, miss=lambda a2, y: (a2 - y) / y.size),
            ],
        ),
        Mistake(
            name="a tanh at the output",
            hint="The output has no activation: a2 is z2 as it is, and its slope is 1.",
            wrong=[
                gradient_with(output=np.tanh, output_slope=tanh_slope),
                gradient_with(output=np.tanh),
            ],
        ),
        Mistake(
            name="the slope of the sigmoid for a tanh",
            hint="A tanh has the slope 1 - a**2 (section 1.8).",
            wrong=gradient_with(slope=sigmoid_slope),
        ),
        Mistake(
            name="the tanh taken twice",
            hint="a1 is the tanh of z1 already: its slope is 1 - a1**2.",
            wrong=gradient_with(slope=lambda z, a: 1 - np.tanh(a) ** 2),
        ),
        Mistake(
            name="a slope at the output, where there is no activation",
            hint="a2 = z2, so a2 moves exactly as far as z2: the slope is 1.",
            wrong=[
                gradient_with(output_slope=sigmoid_slope),
                gradient_with(output_slope=tanh_slope),
                gradient_with(output_slope=lambda z, a: 0 * a),
                gradient_with(output_slope=lambda z, a: a),
                gradient_with(output_slope=sigmoid_slope, slope=sigmoid_slope),
            ],
        ),
        Mistake(
            name="the derivative taken at z instead of at a",
            hint="In 1 - a**2 stands the hidden activation.",
            wrong=gradient_with(slope=lambda z, a: 1 - z**2),
        ),
        Mistake(
            name="a hidden layer without an activation",
            hint="a1 is the tanh of z1, and its slope is 1 - a1**2.",
            wrong=gradient_with(hidden=identity, slope=lambda z, a: 1),
        ),
        Mistake(
            name="a ReLU in the hidden layer",
            hint="Here the hidden layer is a tanh, with the slope 1 - a**2.",
            wrong=gradient_with(hidden=lambda z: np.maximum(z, 0), slope=lambda z, a: a > 0),
        ),
        Mistake(
            name="the slope of the wrong layer",
            hint="delta1 is for the hidden neurons, so it needs their own slope, from a1.",
            wrong=slope_of_the_wrong_layer,
        ),
        Mistake(
            name="the slope of the hidden neurons forgotten",
            hint="What comes back over W2 is the slope for a1. One more link leads to z1.",
            wrong=gradient_with(slope=lambda z, a: 1),
        ),
        Mistake(
            name="the factor 2 left out",
            hint="The slope of a square is twice the inside.",
            wrong=gradient_with(miss=lambda a2, y: (a2 - y) / y.size),
        ),
        Mistake(
            name="the sum where the loss is a mean",
            hint="The loss is a mean over samples and outputs: divide by n times m, in equation 1.",
            wrong=[
                gradient_with(miss=lambda a2, y: 2 * (a2 - y)),
                gradient_with(miss=lambda a2, y: a2 - y),
            ],
        ),
        Mistake(
            name="the mean over the samples alone",
            hint="The mean is over samples and outputs. What does y.size count, and what len(y)?",
            wrong=[
                gradient_with(miss=lambda a2, y: 2 * (a2 - y) / len(y)),
                gradient_with(miss=lambda a2, y: (a2 - y) / len(y)),
            ],
        ),
        Mistake(
            name="the mean taken twice",
            hint="It is in delta2 already. Every later line adds, and divides by nothing.",
            wrong=[
                gradient_with(
                    dW=lambda a, delta: a.T @ delta / len(delta),
                    db=lambda delta: delta.mean(axis=0, keepdims=True),
                ),
                gradient_with(dW=lambda a, delta: a.T @ delta / len(delta)),
                gradient_with(db=lambda delta: delta.mean(axis=0, keepdims=True)),
            ],
        ),
        Mistake(
            name="the target minus the prediction",
            hint="The gradient points to where the loss rises: a - y.",
            wrong=gradient_with(miss=lambda a2, y: 2 * (y - a2) / y.size),
        ),
        Mistake(
            name="a W2 that is not transposed on the way back",
            hint="W2 is (hidden, outputs), and what comes back has a column for each hidden "
            "neuron.",
            wrong=gradient_with(back=lambda W2, delta2: delta2 @ W2),
        ),
        Mistake(
            name="a transposed product",
            hint="A gradient has the shape of its weights: activations, transposed, come first.",
            wrong=gradient_with(dW=lambda a, delta: delta.T @ a),
        ),
        Mistake(
            name="the bias gradient kept per sample",
            hint="One bias serves all samples, so its slopes add up, over the rows.",
            wrong=gradient_with(db=lambda delta: delta),
        ),
        Mistake(
            name="(n_out,) for (1, n_out)",
            hint="A bias has two axes. keepdims=True keeps the one that is summed.",
            wrong=gradient_with(db=lambda delta: delta.sum(axis=0)),
        ),
        Mistake(
            name="the results in another order",
            in_parts=False,
            hint="They are wanted in this order: dW1, db1, dW2, db2.",
            wrong=[
                rearranged(tanh_gradients, *order)
                for order in [(2, 3, 0, 1), (0, 2, 1, 3), (2, 0, 3, 1), (1, 0, 3, 2)]
            ],
        ),
    ],
    why="Two slopes were different, and nothing else. This is why the library needs one backward "
    "pass for all networks, with a line for each activation and a line for each loss.",
)

# ------------------------------------------------------------------------------ Exercise 4.9


def three_layers(
    *,
    back=back_over,
    slope2=lambda a1, a2: a2 * (1 - a2),
    slope1=lambda a1, a2: a1 * (1 - a1),
    dW=weights_rule,
    first=lambda X, a1: X,
):
    """The gradients of three layers of weights, in which something may be different."""

    def gradients(X, W2, W3, a1, a2, delta3):
        delta2 = back(W3, delta3) * slope2(a1, a2)
        delta1 = back(W2, delta2) * slope1(a1, a2)
        return dW(first(X, a1), delta1), dW(a1, delta2), dW(a2, delta3)

    return gradients


def three_layers_deep(X, W2, W3, a1, a2, delta3):
    delta2 = (delta3 @ W3.T) * a2 * (1 - a2)
    delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
    return X.T @ delta1, a1.T @ delta2, a2.T @ delta3


def three_layers_inputs(rng):
    cases = []
    for n, *sizes in [
        (4, 2, 3, 5, 1),
        (5, 3, 4, 2, 2),
        (1, 2, 3, 2, 3),
        (3, 1, 2, 1, 2),
        (3, 2, 2, 2, 2),  # all fits here: a wrong order shows in the numbers
    ]:
        X, *hidden = (rng.normal(size=(n, size)) for size in sizes[:3])
        W2, W3 = rng.normal(size=sizes[1:3]), rng.normal(size=sizes[2:])
        cases.append((X, W2, W3, *map(sigmoid, hidden), rng.normal(size=(n, sizes[3]))))
    whole = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    half = np.full((4, 2), 0.5)
    cases.append((whole, np.eye(2), np.array([[1.0], [-2.0]]), half, half, np.ones((4, 1))))
    *arrays, delta3 = cases[0]
    return [*cases, (*arrays, 100 * delta3)]


def slope_of_the_output_again(X, W2, W3, a1, a2, delta3):
    delta2 = (delta3 @ W3.T) * a2 * (1 - a2)
    delta1 = (delta2 @ W2.T) * a1 * (1 - a1) * a2 * (1 - a2)
    return X.T @ delta1, a1.T @ delta2, a2.T @ delta3


def slope_again(layer):
    """The slope that comes out when the sigmoid is taken of an activation once more."""

    def slope(*activations):
        again = sigmoid(activations[layer])
        return again * (1 - again)

    return slope


def without_brackets(X, W2, W3, a1, a2, delta3):
    delta2 = (delta3 @ W3.T) * a2 - a2
    delta1 = (delta2 @ W2.T) * a1 - a1
    return X.T @ delta1, a1.T @ delta2, a2.T @ delta3


def old_delta(X, W2, W3, a1, a2, delta3):
    delta2 = (delta3 @ W3.T) * a2 * (1 - a2)
    delta1 = (delta3 @ W2.T) * a1 * (1 - a1)
    return X.T @ delta1, a1.T @ delta2, a2.T @ delta3


deep_backward = Function(
    number="4.9",
    inputs=three_layers_inputs,
    answer=three_layers_deep,
    returns=("dW1", "dW2", "dW3"),
    mistakes=[
        Mistake(
            name="the slopes of both hidden layers forgotten",
            in_parts=False,
            hint="delta @ W.T is the slope for the activations. Equation 2 has one more factor.",
            wrong=three_layers(slope1=lambda a1, a2: 1, slope2=lambda a1, a2: 1),
        ),
        Mistake(
            name="the slope of layer 2 forgotten",
            hint="delta3 @ W3.T is the slope for a2. Multiply by a2 * (1 - a2) before you go on.",
            wrong=three_layers(slope2=lambda a1, a2: 1),
        ),
        Mistake(
            name="the slope of layer 1 forgotten",
            hint="delta2 @ W2.T is the slope for a1. Equation 2 holds for layer 1 as well.",
            wrong=three_layers(slope1=lambda a1, a2: 1),
        ),
        Mistake(
            name="the activation where its slope is meant",
            hint="How readily a sigmoid moves is a * (1 - a), not a.",
            wrong=three_layers(slope1=lambda a1, a2: a1, slope2=lambda a1, a2: a2),
        ),
        Mistake(
            name="one factor of the slope alone",
            hint="The slope of a sigmoid has two factors: a * (1 - a).",
            wrong=[
                three_layers(slope1=lambda a1, a2: 1 - a1, slope2=lambda a1, a2: 1 - a2),
                three_layers(slope1=lambda a1, a2: a1),
                three_layers(slope1=lambda a1, a2: 1 - a1),
            ],
        ),
        Mistake(
            name="the sigmoid taken of an activation",
            hint="a1 and a2 are sigmoids of z already: their slopes are a1 * (1 - a1) and "
            "a2 * (1 - a2).",
            wrong=[
                three_layers(slope1=slope_again(0), slope2=slope_again(1)),
                three_layers(slope1=slope_again(0)),
                three_layers(slope2=slope_again(1)),
            ],
        ),
        Mistake(
            name="brackets left out of the slope",
            hint="a * 1 - a takes a away from the product. The slope is a * (1 - a).",
            wrong=without_brackets,
        ),
        Mistake(
            name="the slope of a tanh",
            hint="The hidden neurons are sigmoids: their slope is a * (1 - a).",
            wrong=three_layers(slope1=lambda a1, a2: 1 - a1**2, slope2=lambda a1, a2: 1 - a2**2),
        ),
        Mistake(
            name="the slopes of the wrong layers",
            hint="Each delta takes the slope at its own neurons: delta2 from a2, delta1 from a1.",
            wrong=[
                three_layers(
                    slope1=lambda a1, a2: a2 * (1 - a2), slope2=lambda a1, a2: a1 * (1 - a1)
                ),
                three_layers(slope1=lambda a1, a2: a2 * (1 - a2)),
                three_layers(slope2=lambda a1, a2: a1 * (1 - a1)),
            ],
        ),
        Mistake(
            name="the slope of layer 2 in layer 1 as well",
            hint="delta2 has the slope of layer 2 already. Layer 1 brings its own, and no other.",
            wrong=slope_of_the_output_again,
        ),
        Mistake(
            name="the delta of the output sent back to layer 1",
            hint="Layer 1 feeds layer 2. What comes back to it is delta2, over W2.",
            wrong=old_delta,
        ),
        Mistake(
            name="weights that are not transposed on the way back",
            hint="Let the shapes decide: delta3 is (n, n_3) and W3 is (n_2, n_3).",
            wrong=three_layers(back=lambda W, delta: delta @ W),
        ),
        Mistake(
            name="the weights of the wrong layers on the way back",
            hint="Equation 2 takes the weights of the next layer: W3 for delta2, W2 for delta1.",
            wrong=lambda X, W2, W3, a1, a2, delta3: three_layers_deep(X, W3, W2, a1, a2, delta3),
        ),
        Mistake(
            name="a transposed product",
            hint="A gradient has the shape of its weights, (n_in, n_out): the activations, "
            "transposed, come first.",
            wrong=three_layers(dW=lambda a, delta: delta.T @ a),
        ),
        Mistake(
            name="a mean where the sum is meant",
            hint="The mean over the samples is in delta3 already. Every later line adds.",
            wrong=three_layers(dW=lambda a, delta: a.T @ delta / len(delta)),
        ),
        Mistake(
            name="the activation at the wrong end of W1",
            hint="W1 is multiplied with X on the way forward.",
            wrong=three_layers(first=lambda X, a1: a1),
        ),
        Mistake(
            name="the results in another order",
            in_parts=False,
            hint="They are wanted in this order: dW1, dW2, dW3.",
            wrong=[
                rearranged(three_layers_deep, *order)
                for order in [(2, 1, 0), (1, 2, 0), (2, 0, 1), (0, 2, 1), (1, 0, 2)]
            ],
        ),
    ],
    why="Equations 2 and 3 twice, with the numbers moved by one: a third layer has brought no new "
    "idea, and a tenth would not either.",
)
