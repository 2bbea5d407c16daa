"""The four published networks: nnlib arrives at the figures that their authors printed.

The expected numbers are the write-ups' own, to the digits that they give. Each write-up descends
a sum where nnlib descends a mean, so its learning rate is taken from LEARNING_RATES.
"""

import numpy as np
import pytest

from nnlib import (
    Network,
    compare_gradients,
    datasets,
    gradients,
    numerical_gradient,
    published,
    train,
)
from nnlib.losses import LOSSES


def printed(numbers, digits):
    """The numbers as a write-up prints them."""
    return [f"{number:.{digits}f}" for number in np.ravel(numbers)]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_network_001_starts_from_seed_42_with_2_hidden_neurons_if_nothing_is_said():
    assert published.network_001().W == published.network_001(42, 2).W
    assert published.network_001().layer_sizes == (2, 2, 1)
    assert published.network_001().b == (None, [[0.0, 0.0]], [[0.0]])


# 000: 3-4-2, no gradient of any loss


def step_000(W1, b1, W2, b2, X, y):
    """The updates of write-up 000, which it adds, before they are multiplied by 0.1."""
    hidden = sigmoid(X @ W1 + b1)
    output = sigmoid(hidden @ W2 + b2)
    error = y - output
    hidden_delta = error @ W2.T * hidden * (1 - hidden)
    stray_factor = output * (1 - output)  # (n_samples, n_outputs), against W2's (4, n_outputs)
    return (
        X.T @ hidden_delta,
        hidden_delta.sum(axis=0, keepdims=True),
        hidden.T @ error * stray_factor,
        error.sum(axis=0, keepdims=True),
    )


def start_000():
    net = published.network_000()
    return net, [net.W[1], net.b[1], net.W[2], net.b[2]]


@pytest.fixture(scope="module")
def trained_000():
    """The losses that write-up 000 prints, and its predictions in the last epoch."""
    X, y = datasets.published("000")
    net, parameters = start_000()
    losses = []
    for epoch in range(10_000):
        predictions = net.predict(X)
        if epoch % 1000 == 0:
            losses.append(np.mean((y - predictions) ** 2))
        for parameter, update in zip(parameters, step_000(*parameters, X, y), strict=True):
            parameter += 0.1 * update
    return losses, predictions  # those from before the last step


def test_000_prints_its_losses(trained_000):
    losses, _ = trained_000
    assert printed(losses, 4) == [
        "0.2497", "0.0021", "0.0008", "0.0005", "0.0004",
        "0.0003", "0.0002", "0.0002", "0.0002", "0.0001",
    ]  # fmt: skip


def test_000_prints_its_predictions(trained_000):
    _, predictions = trained_000
    expected = [
        [0.01123573, 0.98844917],
        [0.98880527, 0.01151319],
        [0.98911045, 0.01124646],
        [0.01085271, 0.98878362],
    ]
    assert printed(predictions, 8) == printed(expected, 8)


def audit_000():
    """What write-up 000 descends, and the slope of the sum BCE, as dicts of arrays."""
    X, y = datasets.published("000")
    _, parameters = start_000()
    names = ["W1", "b1", "W2", "b2"]

    def sum_bce(name, values):
        W1, b1, W2, b2 = [
            values if n == name else p for n, p in zip(names, parameters, strict=True)
        ]
        a = sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2)
        return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))

    claimed = dict(zip(names, (-update for update in step_000(*parameters, X, y)), strict=True))
    measured = {
        name: numerical_gradient(lambda values, name=name: sum_bce(name, values), parameter)
        for name, parameter in zip(names, parameters, strict=True)
    }
    return claimed, measured


def test_the_audit_of_000_acquits_W1_b1_and_b2_and_finds_W2_wrong():
    claimed, measured = audit_000()
    errors = {row.name: row for row in compare_gradients(claimed, measured).rows}
    assert {name: row.ok for name, row in errors.items()} == {
        "W1": True, "b1": True, "W2": False, "b2": True,
    }  # fmt: skip
    assert max(errors[name].relative_error for name in ("W1", "b1", "b2")) < 1e-7
    assert printed(errors["W2"].relative_error, 2) == ["0.75"]


def test_the_wrong_W2_of_000_points_nearly_the_right_way():
    claimed, measured = audit_000()
    cosine = np.vdot(claimed["W2"], measured["W2"]) / (
        np.linalg.norm(claimed["W2"]) * np.linalg.norm(measured["W2"])
    )
    assert printed(cosine, 5) == ["0.99998"]


def test_nnlib_computes_the_gradient_that_000_meant():
    X, y = datasets.published("000")
    _, measured = audit_000()
    found = dict(gradients(published.network_000(), X, y, "bce").named())
    for name, slope in measured.items():
        # The mean over 4 samples and 2 outputs is an eighth of the sum.
        np.testing.assert_allclose(8 * found[name], slope, rtol=1e-6, atol=1e-9)


def test_000_runs_only_because_it_has_as_many_samples_as_hidden_units():
    X, y = datasets.published("000")
    _, parameters = start_000()
    with pytest.raises(ValueError, match="broadcast"):
        step_000(*parameters, X[:3], y[:3])


# 001: XOR with 2 hidden units, half the sum of squares


@pytest.fixture(scope="module")
def trained_001():
    X, y = datasets.published("001")
    net = published.network_001()
    rate = published.LEARNING_RATES["001"]
    history = train(net, X, y, loss="mse", learning_rate=rate, epochs=10_000, measure_every=1000)
    return net, history


def test_001_gives_its_losses(trained_001):
    _, history = trained_001
    assert printed(history.loss[:10], 4) == [
        "0.2558", "0.2494", "0.2454", "0.2047", "0.1532",
        "0.1387", "0.1336", "0.1312", "0.1297", "0.1288",
    ]  # fmt: skip


def test_001_never_learns_xor(trained_001):
    net, _ = trained_001
    X, y = datasets.published("001")
    assert printed(net.predict(X), 4) == ["0.0530", "0.4955", "0.9509", "0.5032"]
    assert not np.array_equal(net.predict(X).round(), y)


def test_001_descends_half_the_sum_of_squares_at_half_of_nnlibs_rate():
    X, y = datasets.published("001")
    net = published.network_001()
    # The write-up's own step: error times slope, no factor 2 and no mean.
    hidden, output = net.forward(X)[1][1:]
    delta = (y - output) * output * (1 - output)
    hidden_delta = delta @ net.W[2].T * hidden * (1 - hidden)
    W1 = net.W[1] + 0.1 * X.T @ hidden_delta
    W2 = net.W[2] + 0.1 * hidden.T @ delta
    train(net, X, y, loss="mse", learning_rate=published.LEARNING_RATES["001"], epochs=1)
    np.testing.assert_allclose(net.W[1], W1, rtol=1e-14)
    np.testing.assert_allclose(net.W[2], W2, rtol=1e-14)


# 002: two samples, the sum of the cross-entropy


def test_002a_predicts_its_two_numbers():
    output = published.network_002a().predict([[1, 2], [3, 4]])
    assert printed(output, 8) == ["0.80533842", "0.92689883"]


def start_002b():
    return published.network_002b(), *datasets.published("002")


def test_002b_starts_at_its_loss():
    net, X, y = start_002b()
    z, a = net.forward(X)
    loss = LOSSES["bce"].value(z[-1], a[-1], y)
    # Its 16th digit depends on the order of the sums.
    np.testing.assert_allclose(loss, 0.9590413360683729, rtol=1e-15)


def test_002b_has_its_four_gradients():
    net, X, y = start_002b()
    found = gradients(net, X, y, "bce")
    expected = {
        "W2": [[0.6144307], [0.62712197]],
        "b2": [[0.6267222]],
        "W1": [[0.00274407, 0.01512979], [0.0035295, 0.01584567]],
        "b1": [[0.00078544, 0.00071587]],
    }
    for name, values in found.named():
        # The write-up's gradients are those of the sum over 2 samples.
        assert printed(2 * values, 8) == printed(expected[name], 8), name


def test_002b_takes_its_first_step():
    net, X, y = start_002b()
    train(net, X, y, loss="bce", learning_rate=published.LEARNING_RATES["002"], epochs=1)
    expected = {
        "W1": [[0.37426571, 0.94920133], [0.73164099, 0.59707392]],
        "b1": [[0.1559401, 0.15592293]],
        "W2": [[-0.00335946], [0.80346395]],
        "b2": [[0.53844279]],
    }
    for name, values in net.parameters.named():
        assert printed(values, 8) == printed(expected[name], 8), name


def test_002b_follows_its_trajectory():
    net, X, y = start_002b()
    rate = published.LEARNING_RATES["002"]
    train(net, X, y, loss="bce", learning_rate=rate, epochs=1)
    history = train(net, X, y, loss="bce", learning_rate=rate, epochs=1000, measure_every=100)
    assert printed(history.loss[:10], 9) == [
        "0.903348793", "0.678515610", "0.655876071", "0.600559423", "0.479324091",
        "0.322165987", "0.205311238", "0.137911442", "0.099501091", "0.076163607",
    ]  # fmt: skip


# 003: XOR without biases, the sum of squares


def test_003_descends_the_sum_of_squares_at_a_quarter_of_nnlibs_rate():
    X, y = datasets.published("003")
    net = published.network_003(0)
    hidden, output = net.forward(X)[1][1:]
    delta = 2 * (y - output) * output * (1 - output)
    W1 = net.W[1] + X.T @ (delta @ net.W[2].T * hidden * (1 - hidden))
    W2 = net.W[2] + hidden.T @ delta
    train(net, X, y, loss="mse", learning_rate=published.LEARNING_RATES["003"], epochs=1)
    np.testing.assert_allclose(net.W[1], W1, rtol=1e-14)
    np.testing.assert_allclose(net.W[2], W2, rtol=1e-14)


def test_003_solves_xor_from_each_of_a_thousand_starts():
    X, y = datasets.published("003")
    stack = Network.stack([published.network_003(seed) for seed in range(1000)])
    rate = published.LEARNING_RATES["003"]
    train(stack, X, y, loss="mse", learning_rate=rate, epochs=1500, measure_every=1500)
    worst_errors = np.abs(stack.predict(X) - y).max(axis=(-2, -1))
    assert printed(worst_errors.max(), 3) == ["0.094"]
    assert printed(np.median(worst_errors), 3) == ["0.050"]


# All of them


@pytest.mark.parametrize(
    ("net", "sizes", "bias"),
    [
        (published.network_000(), (3, 4, 2), True),
        (published.network_001(), (2, 2, 1), True),
        (published.network_001(hidden_size=8), (2, 8, 1), True),
        (published.network_002a(), (2, 2, 1), True),
        (published.network_002b(), (2, 2, 1), True),
        (published.network_003(5), (2, 4, 1), False),
    ],
    ids=["000", "001", "001 with 8", "002a", "002b", "003"],
)
def test_each_has_the_layers_of_its_write_up(net, sizes, bias):
    assert net.layer_sizes == sizes
    assert net.parameters.bias == bias
    assert net.output == "sigmoid"
    assert net.hidden == ("relu" if net.W[1][0, 0] == 0.1 else "sigmoid")


def test_a_start_is_the_same_each_time_and_another_for_another_seed():
    for make in (published.network_001, published.network_003):
        vectors = [make(seed).parameters.vector for seed in (0, 0, 1)]
        np.testing.assert_array_equal(vectors[0], vectors[1])
        assert not np.array_equal(vectors[0], vectors[2])


def test_the_starts_do_not_touch_the_global_random_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - this is the state in question
    for make in (published.network_000, published.network_001, published.network_002b):
        make()
    published.network_003(0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
