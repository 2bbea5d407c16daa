"""The problems with nnlib.

Every contender's function returns what the check compares, and the seconds of one step or epoch.
Seconds are processor time, which another program on the machine disturbs least.
"""

from time import process_time

from benchmarks.problems import BATCH_SIZE, LARGE, STACK, XOR, shuffles
from nnlib import train


def xor_steps(n_steps, problem=XOR):
    network = problem.network.copy()
    start = process_time()
    history = train(
        network,
        problem.X,
        problem.y,
        loss=problem.loss,
        learning_rate=problem.learning_rate,
        epochs=n_steps,
    )
    return history.loss[:-1], (process_time() - start) / n_steps


def stack_steps(n_steps):
    return xor_steps(n_steps, STACK)


def large_epochs(n_epochs):
    """Time from the end of the first epoch to the end of the last.

    So the loss over all the data is not in it, which ``train`` measures at the start and the end.
    """
    network = LARGE.network.copy()
    ends = []
    train(
        network,
        LARGE.X,
        LARGE.y,
        loss=LARGE.loss,
        learning_rate=LARGE.learning_rate,
        epochs=n_epochs,
        batch_size=BATCH_SIZE,
        rng=shuffles(),
        measure_every=n_epochs,
        callback=lambda epoch, network: ends.append(process_time()),
    )
    return network.parameters.vector, (ends[-1] - ends[0]) / (n_epochs - 1)
