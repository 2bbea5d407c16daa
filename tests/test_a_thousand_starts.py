"""Network 001 from a thousand starts: how often it solves XOR, for each hidden size.

On its own, because it takes long: 10 000 epochs of a thousand networks at once.
"""

import numpy as np
import pytest

from nnlib import Network, datasets, published, train


@pytest.mark.parametrize(("hidden_size", "successes"), [(2, 707), (3, 959), (4, 995), (8, 1000)])
def test_001_solves_xor_as_often_as_the_write_up_counts(hidden_size, successes):
    X, y = datasets.published("001")
    starts = [published.network_001(seed, hidden_size) for seed in range(1000)]
    history = train(
        Network.stack(starts),
        X,
        y,
        loss="mse",
        learning_rate=published.LEARNING_RATES["001"],
        epochs=10_000,
        measure_every=10_000,
    )
    assert np.count_nonzero(history.loss[-1] < 0.05) == successes
