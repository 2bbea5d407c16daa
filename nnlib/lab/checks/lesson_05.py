"""The exercises of lesson 05: a step, a loop, XOR, and what a learning rate does."""

import numpy as np

from nnlib import datasets, published
from nnlib.activations import sigmoid
from nnlib.lab.checks.exercise import Function, Mistake, Search, Value
from nnlib.lab.runs import trained_once
from nnlib.losses import bce
from nnlib.network import Network
from nnlib.training import train

SIZES = [(2, 2, 2, 1), (5, 3, 4, 2), (4, 2, 3, 1), (1, 3, 2, 2), (6, 1, 1, 1)]


def random_network(rng, n_in, n_hidden, n_out):
    shapes = [(n_in, n_hidden), (1, n_hidden), (n_hidden, n_out), (1, n_out)]
    return [rng.normal(size=shape) for shape in shapes]


# ------------------------------------------------------------------------------ Exercise 5.1


def moved(move):
    """A step that replaces each parameter p with slope s by ``move(p, s, learning_rate)``."""

    def step(parameters, slopes, learning_rate):
        return [move(p, s, learning_rate) for p, s in zip(parameters, slopes, strict=True)]

    return step


def own_step(parameters, slopes, learning_rate):
    return [p - learning_rate * slope for p, slope in zip(parameters, slopes, strict=True)]


def step_inputs(rng):
    small = [np.array([[1.0]]), np.array([[2.0]]), np.array([[-3.0]]), np.array([[0.5]])]
    its_slopes = [np.array([[4.0]]), np.array([[-2.0]]), np.array([[1.0]]), np.array([[10.0]])]
    cases = [(small, its_slopes, 0.1)]
    for (_, *sizes), rate in zip(SIZES, (0.5, 2.0, 0.03, 7.0, 0.1), strict=True):
        cases.append((random_network(rng, *sizes), random_network(rng, *sizes), rate))
    return cases


def biases_left_alone(parameters, slopes, learning_rate):
    new = own_step(parameters, slopes, learning_rate)
    return [new[0], parameters[1], new[2], parameters[3]]


def of_length_one(parameters, slopes, learning_rate):
    length = np.sqrt(sum((s**2).sum() for s in slopes))
    return own_step(parameters, [s / length for s in slopes], learning_rate)


one_step = Function(
    number="5.1",
    inputs=step_inputs,
    answer=own_step,
    returns=("W1", "b1", "W2", "b2"),
    mistakes=[
        Mistake(
            name="a step uphill: the sign of the update",
            hint="The slope says where the loss rises. The step goes against it.",
            wrong=moved(lambda p, s, rate: p + rate * s),
        ),
        Mistake(
            name="the old parameters given back",
            hint="p = p - … makes a new array, and the list still holds the old one. Collect the "
            "new arrays.",
            wrong=lambda parameters, slopes, learning_rate: list(parameters),
        ),
        Mistake(
            name="a step without the learning rate",
            hint="How far a step goes is the slope times the learning rate.",
            wrong=[moved(lambda p, s, rate: p - s), moved(lambda p, s, rate: p + s)],
        ),
        Mistake(
            name="the step in place of the new parameters",
            hint="That is how far to go. Where do you stand afterwards?",
            wrong=[moved(lambda p, s, rate: rate * s), moved(lambda p, s, rate: -rate * s)],
        ),
        Mistake(
            name="a learning rate that multiplies the parameter as well",
            hint="Only the slope is multiplied with the learning rate. Look at the brackets.",
            wrong=moved(lambda p, s, rate: rate * (p - s)),
        ),
        Mistake(
            name="a slope divided by the learning rate",
            hint="A larger learning rate makes a longer step, not a shorter one.",
            wrong=moved(lambda p, s, rate: p - s / rate),
        ),
        Mistake(
            name="biases that do not move",
            hint="Biases are parameters, too. The same line holds for all four arrays.",
            wrong=biases_left_alone,
        ),
        Mistake(
            name="a step of the same length everywhere",
            hint="Here nothing is divided by the gradient's length: on level ground the steps are "
            "to become short.",
            wrong=of_length_one,
        ),
        Mistake(
            name="the gradient averaged over the entries of an array",
            hint="Each entry has a slope of its own, at the same place in the array of slopes.",
            wrong=moved(lambda p, s, rate: p - rate * s.mean()),
        ),
        Mistake(
            name="a step divided by the number of rows",
            hint="The slopes hold their mean already. Only the learning rate multiplies them.",
            wrong=moved(lambda p, s, rate: p - rate * s / len(p)),
        ),
        Mistake(
            name="a step in proportion to the parameter",
            hint="The slope is subtracted as it is. It does not multiply the parameter.",
            wrong=[
                moved(lambda p, s, rate: p * (1 - rate * s)),
                moved(lambda p, s, rate: p - rate * s * p),
            ],
        ),
        Mistake(
            name="the sign of the slope alone",
            hint="A steep slope asks for a longer step than a gentle one: take the slope itself.",
            wrong=moved(lambda p, s, rate: p - rate * np.sign(s)),
        ),
    ],
    why="The same line moves a weight of two neurons and each weight of a network with a million: "
    "a step asks nothing about the network but its parameters and their slopes.",
)

# ------------------------------------------------------------------------------ Exercise 5.2


def own_training(X, y, W1, b1, W2, b2, learning_rate, epochs):
    curve = []
    for _ in range(epochs):
        _, a1, z2, a2 = forward(X, W1, b1, W2, b2)
        curve.append(np.logaddexp(-y * z2, (1 - y) * z2).sum() / y.size)
        delta2 = (a2 - y) / y.size
        delta1 = (delta2 @ W2.T) * a1 * (1 - a1)
        W1 = W1 - learning_rate * (X.T @ delta1)
        b1 = b1 - learning_rate * delta1.sum(axis=0, keepdims=True)
        W2 = W2 - learning_rate * (a1.T @ delta2)
        b2 = b2 - learning_rate * delta2.sum(axis=0, keepdims=True)
    return curve, W1, b1, W2, b2


def forward(X, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    return z1, a1, z2, sigmoid(z2)


def training_with(
    *,
    once=False,
    stale=False,
    late=False,
    sign=-1,
    new_W2_first=False,
    biases=True,
    delta=lambda a2, y: (a2 - y) / y.size,
    loss=lambda z2, a2, y: bce(z2, y),
    more=0,
    length=0,
    factor=lambda X: 1,
    keep_start=False,
):
    """A training in which something may be different."""

    def training(X, y, W1, b1, W2, b2, learning_rate, epochs):
        start = now = (W1, b1, W2, b2)
        curve, step = [], None
        for _ in range(epochs + more):
            W1, b1, W2, b2 = now
            if step is None or not stale:
                _, a1, z2, a2 = forward(X, *now)
            curve.append(loss(z2, a2, y))
            if step is None or not once:
                rate = sign * learning_rate * factor(X)
                delta2 = delta(a2, y)
                new_W2 = W2 + rate * a1.T @ delta2
                delta1 = delta2 @ (new_W2 if new_W2_first else W2).T * a1 * (1 - a1)
                step = (
                    rate * X.T @ delta1,
                    rate * delta1.sum(axis=0, keepdims=True) * biases,
                    rate * a1.T @ delta2,
                    rate * delta2.sum(axis=0, keepdims=True) * biases,
                )
            if not keep_start:
                now = tuple(p + s for p, s in zip(now, step, strict=True))
        _, _, z2, a2 = forward(X, *now)
        if late or length:
            curve.append(loss(z2, a2, y))
        return (np.array(curve[1:] if late else curve), *(start if keep_start else now))

    return training


def training_inputs(rng):
    cases = []
    for (n, *sizes), (rate, epochs) in zip(
        SIZES, [(0.55, 2), (2.04, 5), (1.0, 12), (0.3, 4), (3.0, 1)], strict=True
    ):
        X, y = rng.normal(size=(n, sizes[0])), rng.integers(0, 2, (n, sizes[2]))
        cases.append((X, y.astype(float), *random_network(rng, *sizes), rate, epochs))
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    cases.append((X, y, *random_network(rng, 2, 4, 1), 2.0, 30))
    return cases


def sample_by_sample(noted):
    """A training that makes a step after each sample, and notes something of their losses."""

    def training(X, y, W1, b1, W2, b2, learning_rate, epochs):
        now, curve = (W1, b1, W2, b2), []
        for _ in range(epochs):
            losses = []
            for i in range(len(X)):
                loss, *now = own_training(X[i : i + 1], y[i : i + 1], *now, learning_rate, 1)
                losses.append(loss[0])
            curve.append(noted(losses))
        return curve, *now

    return training


def slope_twice(a2, y):
    return (a2 - y) * a2 * (1 - a2) / y.size


whole_training = Function(
    number="5.2",
    inputs=training_inputs,
    answer=own_training,
    returns=("curve", "W1", "b1", "W2", "b2"),
    mistakes=[
        Mistake(
            name="losses measured after the step",
            hint="The first number of the curve is the loss of the start, before anything moves.",
            wrong=training_with(late=True),
        ),
        Mistake(
            name="one loss too many",
            hint="There is a loss for each step, measured before it. The one after the last step "
            "is not asked for.",
            wrong=training_with(length=1),
        ),
        Mistake(
            name="a gradient that is computed once, before the loop",
            hint="The slope holds for the place where it was measured. Which lines belong inside "
            "the loop?",
            wrong=training_with(once=True),
        ),
        Mistake(
            name="a step uphill: the sign of the update",
            hint="The loss grows. The step goes against the slope.",
            wrong=training_with(sign=1),
        ),
        Mistake(
            name="an update of W1 with the already updated W2",
            hint="Compute all four slopes first, and only then change anything.",
            wrong=training_with(new_W2_first=True),
        ),
        Mistake(
            name="a return inside the loop",
            hint="The function ends at its first return. It belongs behind the loop, at the height "
            "of the for.",
            wrong=lambda *arguments: own_training(*(*arguments[:-1], 1)),
        ),
        Mistake(
            name="the activation handed to the loss, where the logit is meant",
            hint="loss_and_delta takes z2. It computes a2 from it by itself.",
            wrong=[
                training_with(
                    loss=lambda z2, a2, y: bce(a2, y),
                    delta=lambda a2, y: (sigmoid(a2) - y) / y.size,
                ),
                training_with(loss=lambda z2, a2, y: bce(a2, y)),
            ],
        ),
        Mistake(
            name="a forward pass before the loop",
            hint="Each step predicts anew, with the weights that it has by then.",
            wrong=training_with(stale=True),
        ),
        Mistake(
            name="a training that forgets its steps",
            hint="The new arrays must take the place of the old ones, so that the next forward "
            "pass uses them.",
            wrong=training_with(keep_start=True),
        ),
        Mistake(
            name="biases that do not move",
            hint="There are four arrays to update, and four slopes.",
            wrong=training_with(biases=False),
        ),
        Mistake(
            name="one step too many",
            hint="How often does the loop run? As often as there are epochs.",
            wrong=training_with(more=1),
        ),
        Mistake(
            name="one step too few",
            hint="How often does the loop run? As often as there are epochs.",
            wrong=training_with(more=-1),
        ),
        Mistake(
            name="the sum where the loss is a mean",
            hint="Loss and delta are means over samples and outputs (exercise 3.7).",
            wrong=[
                training_with(delta=lambda a2, y: a2 - y),
                training_with(
                    delta=lambda a2, y: a2 - y, loss=lambda z2, a2, y: bce(z2, y) * y.size
                ),
                training_with(loss=lambda z2, a2, y: bce(z2, y) * y.size),
            ],
        ),
        Mistake(
            name="the mean taken twice",
            hint="The mean is in the delta already, and the step adds nothing to that.",
            wrong=training_with(factor=lambda X: 1 / len(X)),
        ),
        Mistake(
            name="the slope of the sigmoid used twice",
            hint="Under the cross-entropy it has cancelled in delta2 (section 4.7).",
            wrong=training_with(delta=slope_twice),
        ),
        Mistake(
            name="a step after each sample",
            hint="Each step is made with all samples at once: X and y go into forward whole.",
            wrong=[sample_by_sample(lambda losses: losses[-1]), sample_by_sample(np.mean)],
        ),
        Mistake(
            name="the mean squared error in place of the cross-entropy",
            hint="The weights are right. The curve takes the loss that loss_and_delta returns.",
            wrong=training_with(loss=lambda z2, a2, y: np.mean((a2 - y) ** 2)),
        ),
    ],
    why="That is a neural network, whole, and written by you: here it took the same steps as the "
    "library, on six data sets, to the last of the digits compared.",
)

# ------------------------------------------------------------------------------ Exercise 5.3

EPOCHS, RATE = 1000, 2.0


def xor_start():
    return Network.random(
        [2, 4, 1], hidden="sigmoid", output="sigmoid", rng=np.random.default_rng(0)
    )


def xor_run(loss="bce", learning_rate=RATE):
    """Return the losses of the run, and the four misses after each epoch; 0 is the start."""
    X, y = datasets.xor()
    network = xor_start()
    misses = [network.predict(X) - y]

    def note_misses(epoch, network):
        misses.append(network.predict(X) - y)

    options = {"loss": loss, "learning_rate": learning_rate, "epochs": EPOCHS}
    history = train(network, X, y, **options, callback=note_misses)
    return history.loss, np.array(misses)


own_losses, own_misses = xor_run()
own_errors = np.abs(own_misses).max(axis=(1, 2))
RIGHT_AT, SOLVED_AT = (int(np.argmax(own_errors < limit)) for limit in (0.5, 0.1))
SMALL_LOSS_AT = int(np.argmax(own_losses < 0.1))
WITH_SIGNS_AT = int(np.argmax(own_misses.max(axis=(1, 2)) < 0.1))
MEAN_AT = int(np.argmax(np.abs(own_misses).mean(axis=(1, 2)) < 0.1))


def alike(curve, wanted):
    """Whether a curve, of whatever shape, is the wanted one."""
    curve = np.asarray(curve, dtype=float)
    return curve.shape == wanted.shape and np.allclose(curve, wanted, rtol=1e-6, atol=1e-9)


def after_so_many(steps):
    error = f"After {steps} steps the largest of the four errors is {own_errors[steps]:.2g}"
    if own_errors[steps] < 0.1:
        return f"{error}: below 0.1, but not for the first time."
    return f"{error}. Look for the first below 0.1."


xor_of_your_own = Value(
    number="5.3",
    names=("own_curve", "solved_at"),
    wanted=f"the {EPOCHS} losses of nnlib, number by number, and a number of epochs",
    answer=(own_losses[:-1], SOLVED_AT),
    rtol=1e-6,
    atol=1e-9,
    mistakes=[
        Mistake(
            name="losses measured after the step",
            hint="The first of the losses is that of the start.",
            looks_like=lambda curve, solved: alike(curve, own_losses[1:]),
        ),
        Mistake(
            name="one loss too many",
            hint="A loss for each of the 1000 steps: History has one more, after the last step.",
            looks_like=lambda curve, solved: alike(curve, own_losses),
        ),
        Mistake(
            name="the losses of the squared error",
            hint="The run is with the cross-entropy, as loss_and_delta gives it: the loss of a "
            "start without an opinion is about 0.69.",
            looks_like=lambda curve, solved: alike(curve, xor_run(loss="mse")[0][:-1]),
        ),
        Mistake(
            name="another first step",
            hint="The start is right, and the first step leads elsewhere. Is the rate 2, and the "
            "gradient that of the mean, against the slope?",
            looks_like=lambda curve, solved: (
                np.size(curve) == EPOCHS
                and np.isclose(np.ravel(curve)[0], own_losses[0], 1e-6)
                and not np.isclose(np.ravel(curve)[1], own_losses[1], 1e-6)
            ),
        ),
        Mistake(
            name="right in place of solved",
            hint="There all four are on their side of one half. Solved asks for a margin: a "
            "largest error below 0.1.",
            looks_like=lambda curve, solved: alike(curve, own_losses[:-1]) and solved == RIGHT_AT,
        ),
        Mistake(
            name="a small loss in place of a small error",
            hint="There the loss falls below 0.1. The loss is a mean, and the worst corner is "
            "still further off.",
            looks_like=lambda curve, solved: (
                alike(curve, own_losses[:-1]) and solved == SMALL_LOSS_AT
            ),
        ),
        Mistake(
            name="errors that are compared with their signs",
            hint="An answer that is too low has a negative error, and that is always below 0.1. "
            "Take np.abs first.",
            looks_like=lambda curve, solved: (
                alike(curve, own_losses[:-1]) and solved == WITH_SIGNS_AT
            ),
        ),
        Mistake(
            name="the mean error in place of the largest",
            hint="Three good corners hide a bad one. Take the largest of the four errors.",
            looks_like=lambda curve, solved: alike(curve, own_losses[:-1]) and solved == MEAN_AT,
        ),
        Mistake(
            name="one epoch off",
            hint="Very near. How many epochs are behind the network when you look at it? Before "
            "the first step it is none.",
            looks_like=lambda curve, solved: (
                alike(curve, own_losses[:-1]) and abs(solved - SOLVED_AT) == 1
            ),
        ),
        Mistake(
            name="the right curve, and another number of steps",
            otherwise=True,
            hint=lambda curve, solved: after_so_many(int(solved)),
            looks_like=lambda curve, solved: (
                alike(curve, own_losses[:-1]) and solved == int(solved) and 0 <= solved <= EPOCHS
            ),
        ),
    ],
    why="Forward, loss, backward, step, all of them yours, and the library cannot tell your "
    "losses from its own. Whatever it does from here on, you know how.",
)

# ------------------------------------------------------------------------------ Exercise 5.4

FARTHEST = 1.0


@trained_once
def loss_from(w):
    """Return the loss of network 001 after training, if W1[0, 1] begins with ``w``."""
    X, y = datasets.xor()
    network = published.network_001()
    network.W[1][0, 1] = w
    options = {"learning_rate": 2.0, "epochs": 1000, "measure_every": 1000}
    return float(train(network, X, y, loss="mse", **options).loss[-1])


def is_allowed(w):
    return abs(w) <= FARTHEST


START = float(published.network_001().W[1][0, 1])

one_number = Search(
    number="5.4",
    names=("new_weight",),
    wanted="a number from −1 to 1 that leads to a loss below 0.05",
    holds=lambda w: is_allowed(w) and loss_from(w) < 0.05,
    came=lambda w: (
        f"the loss ends at {loss_from(w):.4f}" if is_allowed(w) else "not between −1 and 1"
    ),
    mistakes=[
        Mistake(
            name="the number that the write-up begins with",
            hint="That start is the stuck one. Move away from it.",
            looks_like=lambda w: abs(w - START) < 1e-3,
        ),
        Mistake(
            name="a number beyond the limits",
            hint="There are solutions out there too, but one is much nearer: stay between −1 "
            "and 1.",
            looks_like=lambda w: not is_allowed(w),
        ),
        Mistake(
            name="a move in the wrong direction",
            hint="On this side nothing changes, however far you go. Try the other side.",
            looks_like=lambda w: -FARTHEST <= w < START - 1e-3,
        ),
        Mistake(
            name="a move in the right direction that is too short",
            hint="Not far enough yet. Go on in steps of 0.1.",
            looks_like=lambda w: START + 1e-3 < w <= FARTHEST and loss_from(w) >= 0.05,
        ),
    ],
    why="The same network, data, loss and rate: one of its nine numbers is another, and it "
    "learns. Being stuck is no trait of a network; it is a matter of where it started.",
)

# ------------------------------------------------------------------------------ Exercise 5.5


def epoch_with(
    *,
    last_batch=True,
    divisor=lambda rows, X, size: len(rows),
    shuffled=True,
    from_the_start=False,
    sign=-1,
    factor=2,
    outputs_too=True,
):
    """One epoch of training a linear neuron, in which something may be different."""

    def epoch(X, y, w, order, batch_size, learning_rate):
        start = w
        end = len(X) if last_batch else len(X) // batch_size * batch_size
        for begin in range(0, end, batch_size):
            rows = order[begin : begin + batch_size]
            rows = rows if shuffled else np.arange(begin, begin + len(rows))
            error = X[rows] @ (start if from_the_start else w) - y[rows]
            entries = divisor(rows, X, batch_size) * (y.shape[1] if outputs_too else 1)
            slope = factor * X[rows].T @ error / entries
            w = w + sign * learning_rate * slope
        return w

    return epoch


def mended_epoch(X, y, w, order, batch_size, learning_rate):
    for begin in range(0, len(X), batch_size):
        rows = order[begin : begin + batch_size]
        error = X[rows] @ w - y[rows]
        w = w - learning_rate * 2 * X[rows].T @ error / error.size
    return w


def all_samples(rows, X, size):
    return len(X)


def without_the_first_batch(X, y, w, order, batch_size, learning_rate):
    later = order[batch_size:]
    rows = np.arange(len(later))
    return mended_epoch(X[later], y[later], w, rows, batch_size, learning_rate)


def epoch_inputs(rng):
    X, y = np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [3.0], [2.0]])
    cases = [(X, y, np.array([[0.5]]), np.array([2, 0, 1]), 2, 0.1)]
    for n, n_in, n_out, size, rate in [
        (7, 2, 1, 3, 0.05),
        (6, 3, 2, 2, 0.02),  # no smaller batch at the end
        (5, 2, 2, 5, 0.1),  # all at once
        (4, 1, 1, 1, 0.03),  # one by one
        (8, 2, 1, 5, 0.1),
    ]:
        X, y = rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out))
        w = rng.normal(size=(n_in, n_out))
        cases.append((X, y, w, rng.permutation(n), size, rate))
    return cases


def wrong_epochs(**changed):
    """The mistake alone, and beside each part of what was broken to begin with."""
    return [
        epoch_with(**{**others, **changed})
        for others in (
            {},
            {"last_batch": False},
            {"divisor": all_samples},
            {"last_batch": False, "divisor": all_samples},
        )
    ]


mended_batches = Function(
    number="5.5",
    inputs=epoch_inputs,
    answer=mended_epoch,
    mistakes=[
        Mistake(
            name="samples left over at the end, and steps too short",
            hint="What happens to the seventh sample of 7, in batches of 3? And the slope is a "
            "mean: over which samples?",
            wrong=epoch_with(last_batch=False, divisor=all_samples),
        ),
        Mistake(
            name="samples left over at the end",
            hint="7 samples in batches of 3 make three batches; the last one is smaller.",
            wrong=[
                epoch_with(last_batch=False),
                epoch_with(last_batch=False, divisor=lambda rows, X, size: size),
            ],
        ),
        Mistake(
            name="a mean over all samples, where the batch is meant",
            hint="The error has an entry for each sample and output of the batch. Divide by as "
            "many.",
            wrong=epoch_with(divisor=all_samples),
        ),
        Mistake(
            name="a mean over the samples alone",
            hint="With two outputs the error has two entries a sample. The loss is the mean over "
            "all of them, as in lesson 03.",
            wrong=wrong_epochs(outputs_too=False),
        ),
        Mistake(
            name="the last batch counted as a full one",
            hint="The last batch can be smaller than batch_size. How many rows has it?",
            wrong=[
                epoch_with(divisor=lambda rows, X, size: size),
                epoch_with(divisor=lambda rows, X, size: size, outputs_too=False),
            ],
        ),
        Mistake(
            name="the first batch left out",
            hint="The first batch begins at 0.",
            wrong=without_the_first_batch,
        ),
        Mistake(
            name="the order used twice, or from its end",
            hint="X[rows] and y[rows], with rows from the order as it comes, are all that is "
            "needed.",
            wrong=[
                lambda X, y, w, order, *more: mended_epoch(X[order], y[order], w, order, *more),
                lambda X, y, w, order, *more: mended_epoch(X, y, w, order[::-1], *more),
            ],
        ),
        Mistake(
            name="the order left out",
            hint="The samples are to be taken as they stand in order, not as they stand in X.",
            wrong=wrong_epochs(shuffled=False),
        ),
        Mistake(
            name="the first batch alone",
            hint="One epoch goes through all the batches.",
            wrong=lambda X, y, w, order, batch_size, learning_rate: mended_epoch(
                X[order[:batch_size]],
                y[order[:batch_size]],
                w,
                np.arange(min(batch_size, len(X))),
                batch_size,
                learning_rate,
            ),
        ),
        Mistake(
            name="targets in another order than their samples",
            hint="rows says which samples a batch has. Their targets are those of the same rows.",
            wrong=lambda X, y, w, order, batch_size, learning_rate: mended_epoch(
                X[order], y, w, np.arange(len(X)), batch_size, learning_rate
            ),
        ),
        Mistake(
            name="all batches measured at the start",
            hint="Each batch has its own step, and the next one is measured where that step ends.",
            wrong=wrong_epochs(from_the_start=True),
        ),
        Mistake(
            name="a step uphill: the sign of the update",
            hint="That part of the function was right: against the slope, with a minus.",
            wrong=wrong_epochs(sign=1),
        ),
        Mistake(
            name="the factor 2 left out",
            hint="The slope of a square is twice the inside. That part of the function was right.",
            wrong=wrong_epochs(factor=1),
        ),
    ],
    why="None of the three mistakes raises an error, and the loss falls with each of them: only "
    "a comparison of numbers tells.",
)

# ------------------------------------------------------------------------------ Exercise 5.6


def ride(rate):
    """Return the loss of the ride after 100 epochs, divided by that of the start.

    Each step multiplies the distance to the lowest point by ``1 - 2 * rate``, for the weight and
    for the bias alike, since the scaled inputs have the mean 0 and the mean square 1.
    """
    wind = np.array([5.0, 10.0, 20.0, 25.0, 35.0, 45.0])
    minutes = np.array([21.0, 23.0, 26.0, 26.0, 32.0, 35.0])
    x = (wind - wind.mean()) / wind.std()
    w, b = np.mean(x * minutes), minutes.mean()
    lowest = np.mean((w * x + b - minutes) ** 2)
    with np.errstate(over="ignore"):
        shrunk = np.power(np.float64(1 - 2 * rate), 200)
    return float((lowest + (w**2 + b**2) * shrunk) / np.mean(minutes**2))


def came_of(rate):
    share = ride(rate)
    if not rate > 0:
        return "a learning rate is above 0"
    return f"the loss ends at {share:.3g} times that of the start"


for_ever = Search(
    number="5.6",
    names=("border_rate",),
    wanted="a learning rate above 0.1 with which the loss ends where it started, within 10 %",
    holds=lambda rate: rate > 0.1 and abs(ride(rate) - 1) < 0.1,
    came=came_of,
    mistakes=[
        Mistake(
            name="a learning rate that is not above 0",
            hint="A step against the slope has a positive learning rate.",
            looks_like=lambda rate: rate <= 0,
        ),
        Mistake(
            name="a rate so small that nothing moves",
            hint="The loss has hardly changed, since hardly a step was taken. Look above 0.1.",
            looks_like=lambda rate: 0 < rate <= 0.1 and ride(rate) > 0.9,
        ),
        Mistake(
            name="a rate with which the loss falls",
            hint="To keep it up, the steps must be longer.",
            looks_like=lambda rate: rate > 0 and ride(rate) <= 0.9,
        ),
        Mistake(
            name="a rate that diverges",
            hint="The loss has grown. Each step jumps further than the one before; go down a "
            "little.",
            looks_like=lambda rate: rate > 0 and ride(rate) >= 1.1,
        ),
    ],
    why="At 1 each step leads to the mirror image of the place it started from. Below 1 the jumps "
    "shrink, above they grow, and at 1/2 the very first one lands on the lowest point.",
)

# ------------------------------------------------------------------------------ Exercise 5.7

ETA, LAMBDA = 0.5, 0.03
HALVED_AFTER = int(np.ceil(np.log(0.5) / np.log(1 - ETA * LAMBDA)))

half_life = Value(
    number="5.7",
    names=("steps", "bias"),
    wanted="a whole number of steps, and the value of the bias",
    answer=(HALVED_AFTER, 2.0),
    rtol=0,
    atol=1e-9,
    mistakes=[
        Mistake(
            name="a bias that moves",
            hint="The loss has no slope along it. And which parameters does add_weight_decay "
            "change?",
            looks_like=lambda steps, bias: steps == HALVED_AFTER and bias != 2,
        ),
        Mistake(
            name="a step too few",
            hint="At that step the weight is still a little above 4.",
            looks_like=lambda steps, bias: steps == HALVED_AFTER - 1,
        ),
        Mistake(
            name="a number of steps that is not whole",
            hint="There are no parts of a step. Which whole number is the first that is enough?",
            looks_like=lambda steps, bias: HALVED_AFTER - 1 < steps < HALVED_AFTER,
        ),
        Mistake(
            name="a weight that loses the same amount in each step",
            hint="Each step takes away a share of what is left, so the amounts shrink as well.",
            looks_like=lambda steps, bias: steps in (33, 34),
        ),
        Mistake(
            name="the learning rate forgotten",
            hint="The decay is part of the gradient, and the gradient is multiplied with the "
            "learning rate: the factor is 1 − ηλ.",
            looks_like=lambda steps, bias: steps in (22, 23),
        ),
        Mistake(
            name="half of the decay",
            hint="The ½ in the formula for the loss cancels when you take the slope.",
            looks_like=lambda steps, bias: steps in (92, 93),
        ),
        Mistake(
            name="another number of steps",
            otherwise=True,
            hint=lambda steps, bias: (
                f"After {steps:.0f} steps the weight is {8 * (1 - ETA * LAMBDA) ** steps:.3g}."
            ),
            looks_like=lambda steps, bias: (
                steps == int(steps) and 0 <= steps <= 10_000 and steps != HALVED_AFTER
            ),
        ),
    ],
    why="However large it is, a weight that the loss does not ask for is halved every 46 steps. "
    "What is large after training is what the loss keeps paying for.",
)
