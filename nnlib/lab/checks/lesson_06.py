"""The exercises of lesson 06: rates, edges, hidden sizes, and how many starts it takes to know."""

import numpy as np

from nnlib import datasets
from nnlib.lab.checks.exercise import Function, Mistake, Search, Value
from nnlib.lab.runs import trained_once
from nnlib.network import Network
from nnlib.training import train

X, y = datasets.xor()

# ------------------------------------------------------------------------------ Exercise 6.1

EDGE, KEPT = 0.25, 0.9375


def has_edge(edge):
    return np.isclose(edge, EDGE, rtol=1e-4)


long_bowl = Value(
    number="6.1",
    names=("bowl_edge", "kept"),
    wanted="a learning rate, and a factor between 0 and 1",
    answer=(EDGE, KEPT),
    decimals=4,
    mistakes=[
        Mistake(
            name="the number in front of the square taken for the curvature",
            hint="Section 6.3 writes the bowl as c/2 times the square. Or take the derivative "
            "twice: what does 4 * w1**2 leave?",
            looks_like=lambda edge, kept: (
                np.isclose(edge, 0.5) or (has_edge(edge) and np.isclose(kept, 0.96875))
            ),
        ),
        Mistake(
            name="the edge of the flat direction",
            hint="One rate serves both directions. Which of them runs away first?",
            looks_like=lambda edge, kept: np.isclose(edge, 4) or np.isclose(edge, 8),
        ),
        Mistake(
            name="the rate that gets there in one step",
            hint="That is 1/c of the steep direction. The edge is where its jumps begin to grow.",
            looks_like=lambda edge, kept: np.isclose(edge, 0.125),
        ),
        Mistake(
            name="the factor of the steep direction",
            hint="The edge is right. Half of it is the perfect rate for w1, which is there after "
            "one step. The question is about w2.",
            looks_like=lambda edge, kept: has_edge(edge) and abs(kept) < 1e-6,
        ),
        Mistake(
            name="the factor at the edge itself",
            hint="The edge is right. The factor is asked for at half of that rate.",
            looks_like=lambda edge, kept: has_edge(edge) and np.isclose(kept, 0.875),
        ),
        Mistake(
            name="the part that a step takes away",
            hint="The edge is right, and that is the rate times the curvature. What is left of w2?",
            looks_like=lambda edge, kept: has_edge(edge) and np.isclose(kept, 0.0625),
        ),
    ],
    why="The steep direction is there after one step, and the flat one has lost a sixteenth of its "
    "way: the ratio of the two curvatures, here 16, is what makes a bowl slow.",
)

# ------------------------------------------------------------------------------ Exercise 6.2

AT_MOST, PATIENCE = 25, 500


@trained_once
def epochs_until_solved(rate):
    """The epoch after which the largest error is below 0.1 for the first time, or None."""
    network = Network.random(
        [2, 4, 1], hidden="tanh", output="sigmoid", rng=np.random.default_rng(42)
    )
    solved = []

    def stop(epoch, network):
        if np.abs(network.predict(X) - y).max() < 0.1:
            solved.append(epoch)
        return solved

    options = {"epochs": PATIENCE, "callback": stop, "divergence": "record"}
    train(network, X, y, loss="bce", learning_rate=rate, **options)
    return solved[0] if solved else None


def is_fast(rate):
    if not 0 < rate <= 100:
        return False
    epochs = epochs_until_solved(rate)
    return epochs is not None and epochs <= AT_MOST


def speed_in_words(rate):
    if rate <= 0:
        return "not tried, a rate is above 0"
    if not 1e-6 < rate <= 100:
        return "not tried, it is too far from anything that works"
    epochs = epochs_until_solved(rate)
    if epochs is None:
        return f"not solved within {PATIENCE} epochs"
    return f"solved after {epochs} epoch{'s' if epochs > 1 else ''}"


in_a_hurry = Search(
    number="6.2",
    names=("fast_rate",),
    wanted=f"a learning rate with which the network solves XOR within {AT_MOST} epochs",
    holds=is_fast,
    came=speed_in_words,
    mistakes=[
        Mistake(
            name="a rate that is safe, and too slow",
            hint="Nothing goes wrong with it, and that is the matter: longer steps would get there "
            "sooner. Does the loss have to fall in every one of them?",
            looks_like=lambda rate: 0 < rate < 4 and not is_fast(rate),
        ),
        Mistake(
            name="a rate beyond the edge that does not pay",
            hint="Some of its steps climb, and the others do not make up for them. Come back "
            "towards the edge.",
            looks_like=lambda rate: rate >= 4 and not is_fast(rate),
        ),
        Mistake(
            name="a rate that is not above 0",
            hint="A rate of 0 goes nowhere, and one below 0 climbs.",
            looks_like=lambda rate: rate <= 0,
        ),
    ],
    why="The edge says where the loss may rise, not where learning is fastest: the rates that "
    "manage it lie at the edge and a little beyond, and some of their steps climb.",
)

# ------------------------------------------------------------------------------ Exercise 6.3

four_in_a_row = Value(
    number="6.3",
    names=("fewest_neurons",),
    wanted="the smallest number of hidden neurons with which any of the starts succeeds",
    answer=2,
    rtol=0,
    atol=0,
    mistakes=[
        Mistake(
            name="one neuron for each change of the label",
            hint="Three are enough. But have you asked two, and with how many starts? Three "
            "changes need three only if every neuron turns the curve in one place alone.",
            wrong=3,
        ),
        Mistake(
            name="one neuron for each point",
            hint="Four are enough, and some of them are spare. Ask smaller sizes, each with many "
            "starts.",
            wrong=4,
        ),
        Mistake(
            name="one neuron, which can rise or fall, but not both",
            hint="A single tanh rises all the way or falls all the way. Here the answer goes up, "
            "down and up.",
            wrong=1,
        ),
        Mistake(
            name="a size that can, in place of the smallest that can",
            hint="With so many neurons it can be done. The question is for the fewest with which "
            "any start does it.",
            looks_like=lambda neurons: neurons >= 5 and neurons == int(neurons),
        ),
        Mistake(
            name="no number of neurons",
            hint="A hidden layer has 1, 2, 3 or more of them.",
            looks_like=lambda neurons: neurons < 1 or neurons != int(neurons),
        ),
    ],
    why="Two suffice: a flat tanh that rises along the whole line, and a steep one that turns the "
    "curve round in the middle. What a network can do, and what most starts find, are two things.",
)

# ------------------------------------------------------------------------------ Exercise 6.4

CORNERS = (-2, -1)  # the axes of samples and outputs


def errors(predictions, y):
    return np.abs(predictions - y)


def success_rate(predictions, y):
    largest_error = np.abs(predictions - y).max(axis=(-2, -1))
    return (largest_error < 0.1).mean(axis=-1)


def stack_of_predictions(y, largest):
    """Predictions of networks whose errors have given sizes: (*stack, n, m)."""
    return np.where(y > 0.5, y - largest, y + largest)


def prediction_inputs(rng):
    one = np.array(
        [
            [[0.02], [0.95], [0.97], [0.04]],  # solved
            [[0.02], [0.95], [0.46], [0.04]],  # one corner wrong
            [[0.15], [0.97], [0.96], [0.02]],  # right, but not sure enough
            [[0.01], [0.98], [0.96], [0.08]],  # solved
            [[0.40], [0.60], [0.70], [0.45]],  # right, but not sure at all
        ]
    )
    at_the_bound = np.array([[[0.1], [0.95], [0.97], [0.1]], one[0]])
    some = rng.choice([0.05, 0.09, 0.2, 0.4, 0.8], (7, 1, 1), p=[0.3, 0.2, 0.2, 0.2, 0.1])
    several = rng.integers(0, 2, (3, 2)).astype(float)
    cases = [
        (one, y.copy()),
        (stack_of_predictions(y, some * rng.random((7, 4, 1))), y.copy()),
        (stack_of_predictions(several, some * rng.random((7, 3, 2))), several),
        (one[:1], y.copy()),
        (one[1:2], y.copy().astype(int)),
        (np.array([[[0.02], [0.89], [0.97], [0.04]]]), y.copy()),  # nearly, and none above 0.9
        (at_the_bound, y.copy()),
    ]
    sizes = np.array([[0.05, 0.2, 0.09, 0.7], [0.6, 0.3, 0.08, 0.9], [0.02, 0.03, 0.01, 0.09]])
    stack = stack_of_predictions(y, sizes[..., np.newaxis, np.newaxis] * np.ones((4, 1)))
    stack[0, 1, 2:] = [[0.97], [0.04]]
    diverged = one.copy()
    diverged[0, 2] = diverged[4] = np.nan
    return [*cases, (stack, y.copy()), (diverged, y.copy())]


share_of_starts: Function = Function(
    number="6.4",
    inputs=prediction_inputs,
    answer=success_rate,
    mistakes=[
        Mistake(
            name="the mean error of a network in place of its largest",
            hint="Three good corners hide a bad one. A network has solved XOR when its worst "
            "corner is good.",
            wrong=lambda predictions, y: (errors(predictions, y).mean(axis=CORNERS) < 0.1).mean(
                axis=-1
            ),
        ),
        Mistake(
            name="the share of the corners in place of that of the networks",
            hint="First decide for each network, over its samples and outputs. Then count "
            "networks.",
            wrong=[
                lambda predictions, y: (errors(predictions, y) < 0.1).mean(axis=(-3, -2, -1)),
                lambda predictions, y: (errors(predictions, y) < 0.1).mean(),
                lambda predictions, y: (errors(predictions, y) < 0.1).mean(axis=-3),
            ],
        ),
        Mistake(
            name="one decision for all networks together",
            hint="The largest error belongs to each network: over which axes is the maximum to be "
            "taken, and which must stay?",
            wrong=[
                lambda predictions, y: float(errors(predictions, y).max() < 0.1),
                lambda predictions, y: errors(predictions, y).max() < 0.1,
            ],
        ),
        Mistake(
            name="errors with their signs",
            hint="A prediction that is too small has a negative error, however far it is off.",
            wrong=lambda predictions, y: ((predictions - y).max(axis=CORNERS) < 0.1).mean(axis=-1),
        ),
        Mistake(
            name="the right side of one half taken for solved",
            hint="As in the lesson, the largest error is to be below 0.1. That is more than to be "
            "on the right side.",
            wrong=[
                lambda predictions, y: (errors(predictions, y).max(axis=CORNERS) < 0.5).mean(
                    axis=-1
                ),
                lambda predictions, y: (
                    ((predictions > 0.5) == (y > 0.5)).all(axis=CORNERS).mean(axis=-1)
                ),
            ],
        ),
        Mistake(
            name="squared errors held against 0.1",
            hint="A square below 0.1 allows an error up to 0.316. Take the error itself.",
            wrong=lambda predictions, y: (((predictions - y) ** 2).max(axis=CORNERS) < 0.1).mean(
                axis=-1
            ),
        ),
        Mistake(
            name="the smallest error in place of the largest",
            hint="One good corner does not make a network good.",
            wrong=[
                lambda predictions, y: (errors(predictions, y).min(axis=CORNERS) < 0.1).mean(
                    axis=-1
                ),
                lambda predictions, y: (errors(predictions, y) < 0.1).any(axis=CORNERS).mean(-1),
            ],
        ),
        Mistake(
            name="every sample counted as a network, or every output",
            hint="First decide for each network, over its samples and its outputs together.",
            wrong=[
                lambda predictions, y: (
                    (errors(predictions, y) < 0.1).all(axis=-1).mean(axis=(-2, -1))
                ),
                lambda predictions, y: (
                    (errors(predictions, y) < 0.1).all(axis=-2).mean(axis=(-2, -1))
                ),
            ],
        ),
        Mistake(
            name="the share that fails",
            hint="You have counted the others: which way does the < point?",
            wrong=lambda predictions, y: 1 - success_rate(predictions, y),
        ),
        Mistake(
            name="a network without numbers counted as solved",
            hint="Training has left the finite numbers there, and nan is not below 0.1. Nor is it "
            "above: ask whether the error is below, and not whether it is not above.",
            wrong=[
                lambda predictions, y: (~(errors(predictions, y).max(axis=CORNERS) >= 0.1)).mean(
                    axis=-1
                ),
                lambda predictions, y: (
                    1 - (errors(predictions, y).max(axis=CORNERS) >= 0.1).mean(axis=-1)
                ),
                lambda predictions, y: (
                    1 - (errors(predictions, y) >= 0.1).any(axis=CORNERS).mean(axis=-1)
                ),
            ],
        ),
        Mistake(
            name="the number of networks in place of their share",
            hint="How many there are says nothing unless you know of how many. Divide by the "
            "number of starts.",
            wrong=lambda predictions, y: success_rate(predictions, y) * predictions.shape[-3],
        ),
        Mistake(
            name="per cent in place of a share",
            hint="A share lies between 0 and 1.",
            wrong=lambda predictions, y: success_rate(predictions, y) * 100,
        ),
        Mistake(
            name="nan left out of the maximum",
            hint="np.nanmax looks past what is not a number. A network that diverged would count "
            "by the answers that it still gives.",
            wrong=lambda predictions, y: (
                np.fmax.reduce(errors(predictions, y), axis=CORNERS) < 0.1
            ).mean(axis=-1),
        ),
        Mistake(
            name="one share for all the learning rates together",
            hint="Only the axis of the starts is to go. What stands before it, stays: a share for "
            "each learning rate.",
            wrong=lambda predictions, y: success_rate(predictions, y).mean(),
        ),
        Mistake(
            name="the mean over the axis of the learning rates",
            hint="The starts are the last of the axes before samples and outputs. Count axes from "
            "the end.",
            wrong=lambda predictions, y: (errors(predictions, y).max(axis=CORNERS) < 0.1).mean(
                axis=0
            ),
        ),
        Mistake(
            name="a yes or no for each network",
            hint="That is the table that `solved_after` returns. What is its share of yes?",
            wrong=[
                lambda predictions, y: errors(predictions, y).max(axis=CORNERS) < 0.1,
                lambda predictions, y: errors(predictions, y).max(axis=CORNERS),
            ],
        ),
        Mistake(
            name="an error of exactly 0.1 counted as solved",
            hint="The error has to be below 0.1.",
            wrong=lambda predictions, y: (errors(predictions, y).max(axis=CORNERS) <= 0.1).mean(
                axis=-1
            ),
        ),
    ],
    why="Maximum first, mean second: what counts as solved is decided network by network, and only "
    "then do you count. Each number in the map was made by this line.",
)

# ------------------------------------------------------------------------------ Exercise 6.5


def network_of(seed):
    return Network.random([2, 3, 1], rng=np.random.default_rng(seed))


def losses_of(network, rate, epochs, loss="bce"):
    return train(network, X, y, loss=loss, learning_rate=float(rate), epochs=epochs).loss


def table_of_losses(rates, seeds, epochs, anew=True, row=-1):
    """The loss for each rate and seed (n_rates, n_seeds)."""
    networks = [network_of(seed) for seed in seeds]
    rows = []
    for rate in rates:
        if anew:
            networks = [network_of(seed) for seed in seeds]
        rows.append([losses_of(network, rate, epochs)[row] for network in networks])
    return np.array(rows)


def sweep(rates, seeds, epochs):
    results = []
    for rate in rates:
        losses = [losses_of(network_of(seed), rate, epochs)[-1] for seed in seeds]
        results.append(np.median(losses))
    return results


def new_starts_each_time(rates, seeds, epochs):
    generators = [np.random.default_rng(seed) for seed in seeds]
    return [
        np.median(
            [losses_of(Network.random([2, 3, 1], rng=one), rate, epochs)[-1] for one in generators]
        )
        for rate in rates
    ]


def sorted_losses(rates, seeds, epochs, before):
    return np.sort(table_of_losses(rates, seeds, epochs), axis=1)[:, len(seeds) // 2 + before]


def starts_of_the_first_seed(rates, seeds, epochs):
    results = []
    for rate in rates:
        rng = np.random.default_rng(seeds[0])
        starts = [Network.random([2, 3, 1], rng=rng) for _ in seeds]
        results.append(np.median([losses_of(start, rate, epochs)[-1] for start in starts]))
    return results


def sweep_inputs(rng):
    a_few = [int(seed) for seed in rng.integers(0, 40, 5)]
    return [
        ([1.0, 1.0], [0, 1, 2], 5),
        ([0.55, 2.04, 1.0], [3, 4, 5, 7], 6),
        ([3.0, 0.3], a_few, 4),
        ([1.5], [6, 8, 9], 3),
        ([0.74, 2.5], [611], 2),
        ([25.0, 60.0], [2, 5, 8], 4),  # the loss rises again
    ]


mended_sweep: Function = Function(
    number="6.5",
    inputs=sweep_inputs,
    answer=sweep,
    has_variants=False,  # each takes a moment, and some would take long
    mistakes=[
        Mistake(
            name="both faults as they were",
            hint="Try it with the same rate several times: the numbers should be the same, and "
            "they fall. Then ask whose loss it reports.",
            wrong=lambda rates, seeds, epochs: table_of_losses(
                rates, seeds, epochs, anew=False
            ).min(axis=1),
        ),
        Mistake(
            name="a training that goes on where the rate before has left off",
            hint="The median is right. But train changes a network in place: what does the second "
            "rate start from?",
            wrong=lambda rates, seeds, epochs: np.median(
                table_of_losses(rates, seeds, epochs, anew=False), axis=1
            ),
        ),
        Mistake(
            name="the luckiest start in place of the median",
            hint="Every rate begins anew now. But the smallest of several losses says how well the "
            "luckiest start did, and it looks better the more starts you try.",
            wrong=lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs).min(axis=1),
        ),
        Mistake(
            name="the unluckiest start in place of the median",
            hint="The largest loss is one start as well. What does the one in the middle do?",
            wrong=lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs).max(axis=1),
        ),
        Mistake(
            name="the mean in place of the median",
            hint="A single start that fails pulls the mean far up. np.median takes the one in the "
            "middle.",
            wrong=[
                lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs).mean(axis=1),
                lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs, anew=False).mean(
                    axis=1
                ),
            ],
        ),
        Mistake(
            name="one start for everything",
            hint="Each seed gives a start of its own, and each start has a loss. All of them go "
            "into the median.",
            wrong=[
                lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs)[:, 0],
                lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs)[:, -1],
            ],
        ),
        Mistake(
            name="other starts for each rate",
            hint="The generators go on where the rate before has left them. Every rate shall begin "
            "with the same starts.",
            wrong=new_starts_each_time,
        ),
        Mistake(
            name="the smallest loss of a run in place of its last",
            hint="With a large rate the loss may rise again. Asked for is where a run ends.",
            wrong=lambda rates, seeds, epochs: np.median(
                [
                    [losses_of(network_of(seed), rate, epochs).min() for seed in seeds]
                    for rate in rates
                ],
                axis=1,
            ),
        ),
        Mistake(
            name="the loss before training",
            hint="A history begins with the loss of the start. The last one is at its end.",
            wrong=lambda rates, seeds, epochs: np.median(
                table_of_losses(rates, seeds, epochs, row=0), axis=1
            ),
        ),
        Mistake(
            name="the median over the rates",
            hint="There is one number for each rate: the median over the starts.",
            wrong=lambda rates, seeds, epochs: np.median(
                table_of_losses(rates, seeds, epochs), axis=0
            ),
        ),
        Mistake(
            name="the median of all losses of a run in place of its last",
            hint="A history holds the loss of every epoch. Asked for is where a run ends: [-1].",
            wrong=lambda rates, seeds, epochs: np.median(
                [
                    [np.median(losses_of(network_of(seed), rate, epochs)) for seed in seeds]
                    for rate in rates
                ],
                axis=1,
            ),
        ),
        Mistake(
            name="one of the sorted losses that is not in the middle",
            hint="Of an even number of losses the median lies halfway between the two in the "
            "middle. np.median knows.",
            wrong=[
                lambda rates, seeds, epochs: sorted_losses(rates, seeds, epochs, 0),
                lambda rates, seeds, epochs: sorted_losses(rates, seeds, epochs, -1),
            ],
        ),
        Mistake(
            name="the loss in the middle of the list, which is not sorted",
            hint="The middle one of the sorted losses is asked for. np.median sorts by itself.",
            wrong=lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs)[
                :, len(seeds) // 2
            ],
        ),
        Mistake(
            name="all the starts from a single seed",
            hint="Each seed gives a generator of its own, and each generator one start.",
            wrong=starts_of_the_first_seed,
        ),
        Mistake(
            name="the start of seed 0 for all seeds",
            hint="Each seed gives a start of its own: np.random.default_rng(seed).",
            wrong=lambda rates, seeds, epochs: [
                losses_of(network_of(0), rate, epochs)[-1] for rate in rates
            ],
        ),
        Mistake(
            name="the last rate for all of them",
            hint="Each number belongs to one rate: train with that one.",
            wrong=lambda rates, seeds, epochs: sweep([rates[-1]] * len(rates), seeds, epochs),
        ),
        Mistake(
            name="the loss before the last epoch",
            hint="A history ends with the loss after the last epoch: loss[-1].",
            wrong=lambda rates, seeds, epochs: np.median(
                table_of_losses(rates, seeds, epochs, row=-2), axis=1
            ),
        ),
        Mistake(
            name="the squared error in place of the cross-entropy",
            hint='The sweep is with loss="bce". That part of it was right.',
            wrong=lambda rates, seeds, epochs: [
                np.median([losses_of(network_of(s), rate, epochs, "mse")[-1] for s in seeds])
                for rate in rates
            ],
        ),
        Mistake(
            name="the median of all losses of all runs",
            hint="Of each run only the last loss counts: loss[-1].",
            wrong=lambda rates, seeds, epochs: [
                np.median([losses_of(network_of(seed), rate, epochs) for seed in seeds])
                for rate in rates
            ],
        ),
        Mistake(
            name="one median for all rates together",
            hint="There is one number for each rate, so the median belongs inside the loop.",
            wrong=lambda rates, seeds, epochs: np.median(table_of_losses(rates, seeds, epochs)),
        ),
        Mistake(
            name="all the losses in place of their median",
            hint="These are the right losses, a row for each rate. Give one number for each row.",
            wrong=lambda rates, seeds, epochs: table_of_losses(rates, seeds, epochs),
        ),
    ],
    why="Asked for one rate twice, a sound sweep gives one number twice. It is worth asking before "
    "you believe any table of settings, your own among them.",
)

# ------------------------------------------------------------------------------ Exercise 6.6


def close_to(found, wanted):
    return all(
        abs(one - other) <= 0.02 * other + 0.5 for one, other in zip(found, wanted, strict=True)
    )


enough_starts = Value(
    number="6.6",
    names=("starts_for_ten", "starts_for_five"),
    wanted="two numbers of starts of each setting; a few more or less are fine",
    answer=(196, 796),
    rtol=0,
    atol=4.01,
    mistakes=[
        Mistake(
            name="the scatter of one share alone",
            hint="Both shares are measured, and both scatter. The difference has the squares of "
            "both.",
            looks_like=lambda ten, five: any(
                close_to((ten, five), pair) for pair in [(100, 400), (96, 396), (98, 398)]
            ),
        ),
        Mistake(
            name="twice as many starts as needed",
            hint="Either s1 and s2 were added, and not their squares, or you have counted the "
            "starts of both settings together. n is the number for one of them.",
            looks_like=lambda ten, five: close_to((ten, five), (392, 1592)),
        ),
        Mistake(
            name="a difference of one standard deviation",
            hint="One is not enough: chance alone brings that about every third time. Two are "
            "asked for.",
            looks_like=lambda ten, five: close_to((ten, five), (49, 199)),
        ),
        Mistake(
            name="twice as many starts for half the difference",
            hint="The first number is right. The scatter shrinks with the root of n: what does it "
            "take to halve it?",
            looks_like=lambda ten, five: 195 <= ten <= 197 and 384 <= five <= 400,
        ),
        Mistake(
            name="four times as many, to the digit",
            hint="Half the difference takes four times as many starts if the scatter is the same. "
            "But 55 per cent scatters a little more than 60.",
            wrong=(196, 784),
        ),
        Mistake(
            name="a difference that is not squared",
            hint="Solve for n on paper: s is a root, so both sides must be squared, the difference "
            "among them.",
            looks_like=lambda ten, five: any(
                close_to((ten, five), p) for p in [(19.6, 39.8), (9.8, 19.9), (4.9, 9.95)]
            ),
        ),
        Mistake(
            name="the root of what is asked for",
            hint="That is the root of n. Square it.",
            looks_like=lambda ten, five: close_to((ten, five), (14, 28.2)),
        ),
        Mistake(
            name="four standard deviations in place of two",
            hint="The root of n is squared, and the two standard deviations with it: once.",
            looks_like=lambda ten, five: close_to((ten, five), (784, 3184)),
        ),
        Mistake(
            name="fewer starts for the smaller difference",
            hint="The second difference is half as large. Is it easier to see, or harder?",
            looks_like=lambda ten, five: close_to((ten,), (196,)) and five < ten,
        ),
        Mistake(
            name="the two numbers swapped",
            hint="First for 50 against 60 per cent, then for 50 against 55. Which is harder?",
            looks_like=lambda ten, five: close_to((five, ten), (196, 796)),
        ),
    ],
    why="The map has 200 starts in each field: enough to tell 50 from 60 per cent, and far from "
    "enough for 50 against 55. Of every table of results, ask how many starts it rests on.",
)
