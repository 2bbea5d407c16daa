"""The gradient check on networks of all kinds.

Right gradients are never called wrong, mistakes are caught, and nothing is called right that was
not compared.
"""

import tracemalloc

import numpy as np
import pytest

from nnlib import Network, check_gradients, compare_gradients, datasets, gradcheck, gradients
from nnlib.gradcheck import largest_of_each, measure_slopes, numerical_gradients, single_float64

OUTPUTS = [
    ("sigmoid", "bce"),
    ("softmax", "cross_entropy"),
    ("identity", "mse"),
    ("tanh", "mse"),
    ("relu", "mse"),
    ("sigmoid", "mse"),
]
KINDS = ["corners", "deep and narrow", "large X", "float32", "shifted logits", "raw data", "scales"]


def case(kind, seed):
    """A network of this kind with data and a loss; all sizes and functions are drawn."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    hidden = str(rng.choice(["sigmoid", "tanh", "relu", "identity"]))
    output, loss = OUTPUTS[rng.integers(len(OUTPUTS))]
    n_outputs = int(rng.integers(2, 4) if output == "softmax" else rng.integers(1, 4))
    inner = [int(n) for n in rng.integers(1, 7, size=rng.integers(0, 4))]
    X = rng.normal(size=(rng.integers(1, 12), rng.integers(1, 6)))
    if kind == "corners":  # without biases, (0, 0) lies at the corner of every neuron
        hidden, X = "relu", datasets.xor()[0]
    elif kind == "deep and narrow":
        hidden, inner = "relu", [int(n) for n in rng.integers(1, 4, size=rng.integers(2, 7))]
    elif kind == "large X":
        X *= np.exp(rng.uniform(0, np.log(300)))
    elif kind == "raw data":
        sklearn = pytest.importorskip("sklearn.datasets")
        data = [sklearn.load_wine, sklearn.load_breast_cancer][seed % 2]().data
        X = data[rng.choice(len(data), 30, replace=False)]
    net = Network.random(
        [X.shape[1], *inner, n_outputs],
        hidden=hidden,
        output=output,
        rng=rng,
        initialization=str(rng.choice(["normal", "glorot", "he"])),
        dtype=np.float32 if kind == "float32" else np.float64,
    )
    if kind in ("float32", "large X", "deep and narrow"):
        net.parameters.vector += rng.normal(scale=0.5, size=net.parameters.vector.size)
    elif kind == "shifted logits" and output in ("softmax", "identity"):
        net.b[net.n_layers] += 1e4
    elif kind == "scales":
        net.parameters.vector *= np.exp(rng.uniform(-8, 3))
    y = rng.uniform(size=(len(X), n_outputs))
    if output == "softmax":
        y = np.eye(n_outputs)[rng.integers(0, n_outputs, len(X))]
    elif output == "identity":
        y *= np.exp(rng.uniform(-6, 6))
    return net, X, y, loss


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_gradient_is_never_called_wrong(kind):
    for seed in range(60):
        report = check_gradients(*case(kind, seed))
        assert not any(row.wrong for row in report.rows), (seed, str(report))
        for row in report.rows:
            if row.ok:
                assert row.compared.any()
            else:
                assert row.note
        assert bool(report) == any(row.ok for row in report.rows)


def mistake(gradient, rng):
    """Spoil a gradient in one of the usual ways."""
    named = dict(gradient.named())
    values = named[rng.choice(list(named))]
    kind = rng.integers(6)
    if kind == 0:
        values *= rng.choice([2, 0.5, 1.01, 0.9, -1])
    elif kind == 1:
        values[...] = 0
    elif kind == 2:
        values.flat[rng.integers(values.size)] *= -1
    elif kind == 3:
        values += np.abs(values).max() * 10 ** rng.uniform(-4, 0) * rng.normal(size=values.shape)
    elif kind == 4:
        gradient.vector *= rng.choice([-1, 2, 0.5, 3])
    else:
        values[:, rng.integers(values.shape[1])] *= 1.5


def test_of_the_mistakes_above_the_noise_99_in_100_are_caught(monkeypatch):
    caught = []
    for seed in range(350):
        kind, rng = KINDS[seed % len(KINDS)], np.random.default_rng(seed)
        net, X, y, loss = case(kind, 1000 + seed)
        net = single_float64(net)
        right = gradients(net, X, y, loss)
        wrong = right.with_vector(right.vector)
        mistake(wrong, rng)
        slopes, noise = measure_slopes(net, *net.check_data(X, y, loss), right.vector)
        change = np.abs(wrong.vector - right.vector)
        size = largest_of_each(net.parameters, slopes, right.vector)
        above = max(1e-12, 3e-9 * np.abs(slopes).max())
        shows = (change > np.maximum(1e-5 * size, above)) & (size > above) & np.isfinite(noise)
        if shows.any():
            monkeypatch.setattr(gradcheck, "gradients", lambda *_, wrong=wrong: wrong)
            caught.append(not check_gradients(net, X, y, loss))
    assert len(caught) > 250
    assert np.mean(caught) >= 0.99


def test_at_a_corner_of_relu_there_is_nothing_to_compare_and_it_is_said():
    X, y = datasets.xor()
    net = Network.random([2, 4, 1], hidden="relu", rng=np.random.default_rng(0))
    report = check_gradients(net, X, y, "bce")
    W1, b1, W2, b2 = report.rows
    assert (W1.ok, W2.ok, b2.ok) == (True, True, True)
    assert (b1.ok, b1.wrong) == (False, False)
    assert report
    assert "nothing compared: it lies at a corner of ReLU, where there is no slope" in str(report)
    assert report.suggestions() == []


def test_some_entries_at_a_corner_leave_the_others_to_be_compared():
    net = Network.from_weights(
        [[[1.0, 1.0], [1.0, -1.0]], [[1.0], [2.0]]], [[[0.0, 0.5]], [[0.1]]], hidden="relu"
    )
    report = check_gradients(net, [[0.0, 0.0], [1.0, 2.0]], [[1.0], [0.0]], "bce")
    row = report.rows[1]
    assert row.ok
    np.testing.assert_array_equal(row.compared, [[False, True]])
    assert "right (1 of 2 entries lie at a corner of ReLU, and have no slope)" in str(report)


def test_a_mistake_beside_a_corner_is_caught(monkeypatch):
    X, y = datasets.xor()
    net = Network.random([2, 4, 1], hidden="relu", rng=np.random.default_rng(0))

    def wrong(*arguments):
        gradient = gradients(*arguments)
        gradient.W[1] *= 2
        return gradient

    monkeypatch.setattr(gradcheck, "gradients", wrong)
    report = check_gradients(net, X, y, "bce")
    assert not report
    assert [row.name for row in report.rows if row.wrong] == ["W1"]
    assert "W1 is 2.0000 times what the loss says" in report.explain()


def test_what_is_0_on_both_sides_is_not_called_right():
    dead = Network.from_weights([[[-1.0]], [[1.0]]], [[[-1.0]], [[0.3]]], hidden="relu")
    report = check_gradients(dead, [[1.0]], [[1.0]], "bce")
    assert [row.ok for row in report.rows] == [False, False, False, True]
    assert str(report).count("nothing compared: both gradients are 0") == 3
    report = compare_gradients({"W1": [[0.0]]}, {"W1": [[0.0]]})
    assert not report
    assert "nothing compared: both gradients are 0" in str(report)


def test_what_is_smaller_than_the_noise_is_not_called_right():
    report = compare_gradients({"W1": [1e-11]}, {"W1": [-1e-11]})
    assert not report
    assert report.worst == 0
    assert "nothing compared: both are smaller than the rounding" in str(report)
    assert compare_gradients({"W1": [1e-11]}, {"W1": [-1e-11]}, noise=0).rows[0].wrong


def test_a_wrong_report_is_false_and_a_right_one_is_true():
    assert compare_gradients({"W1": [1.0]}, {"W1": [1.0]})
    assert not compare_gradients({"W1": [1.0]}, {"W1": [2.0]})
    assert not compare_gradients({"W1": [1.0], "b1": [1.0]}, {"W1": [2.0], "b1": [1.0]})


def test_inputs_that_are_not_scaled_are_said_in_words():
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    X, y = datasets.xor()
    assert "The largest entry of X is 100: bring the columns of X" in str(
        check_gradients(net, 100 * X, y, "bce")
    )
    assert check_gradients(net, X, y, "bce").notes == []


def test_the_limit_follows_the_float_type():
    net = Network.random([3, 8, 1], rng=np.random.default_rng(0), dtype=np.float32)
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 3)), rng.integers(0, 2, (20, 1))
    for seed in range(40):
        net = Network.random([3, 8, 1], rng=np.random.default_rng(seed), dtype=np.float32)
        report = compare_gradients(
            gradients(net, X, y, "bce"), numerical_gradients(net, X, y, "bce")
        )
        assert report, str(report)
        assert report.tolerance == 1e-3
    assert "The gradient is in float32, which has 7 digits" in str(report)
    assert "In float32 a right formula is off by about 1e-05" in report.explain()
    assert "The network is in float32; both gradients" in str(check_gradients(net, X, y, "bce"))
    wrong = dict(gradients(net, X, y, "bce").named())
    wrong["W1"] = wrong["W1"] * np.float32(1.01)
    assert not compare_gradients(wrong, numerical_gradients(net, X, y, "bce"))


def test_gradients_may_come_in_the_order_of_backprop_and_with_a_d():
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    X, y = datasets.xor()
    right = dict(gradients(net, X, y, "bce").named())
    measured = numerical_gradients(net, X, y, "bce")
    for names in [["W2", "b2", "W1", "b1"], ["b2", "b1", "W2", "W1"]]:
        for d in ("", "d"):
            report = compare_gradients({d + name: right[name] for name in names}, measured)
            assert report
            assert [row.name for row in report.rows] == ["W1", "b1", "W2", "b2"]


@pytest.mark.parametrize(
    ("analytic", "numerical", "words"),
    [
        (1.0, 1.000001, ["1.0e-06", "1.000000, the loss says 1.000001"]),
        (1.0, 1.0000004, ["4.0e-07", "1, the loss says 1.0000004"]),
        (1e300, -1e300, ["2.0000", "1e+300, the loss says -1e+300"]),
        (1.5e-9, -2e-9, ["1.7500", "1.5e-09, the loss says -2e-09"]),
        (3.0, 3.5, ["0.1429", "3.000000, the loss says 3.500000"]),
        (0.0, 5e-324, ["1.0000", "0, the loss says 4.941e-324"]),
    ],
)
def test_two_numbers_that_differ_are_shown_to_differ(analytic, numerical, words):
    text = str(compare_gradients({"W1": [analytic]}, {"W1": [numerical]}, noise=0))
    for word in words:
        assert word in text
    assert len(text) < 200


def suggestions(analytic, numerical):
    return " ".join(compare_gradients(analytic, numerical).suggestions())


def test_a_row_is_an_input_or_a_neuron_as_the_biases_tell():
    W = np.arange(1.0, 7).reshape(2, 3)
    spoiled = W + np.array([[1, 2, 3.5], [0, 0, 0]])
    rows = suggestions({"W1": spoiled, "b1": [[1, 2, 3.0]]}, {"W1": W, "b1": [[1, 2, 3.0]]})
    assert "only in row 0: look at these inputs" in rows
    b = [[1.0], [2]]
    assert "only in row 0: look at these neurons" in suggestions(
        {"W1": spoiled, "b1": b}, {"W1": W, "b1": b}
    )
    assert "only in row 0." in suggestions({"W1": spoiled}, {"W1": W})


def test_a_single_entry_gets_no_factor_unless_it_is_a_known_one():
    assert "factor" not in suggestions({"b1": [[0.7]], "W1": [[1.0]]}, {"b1": [[0.3]], "W1": [[1]]})
    assert "The 2 of a square" in suggestions(
        {"b1": [[0.6]], "W1": [[1.0]]}, {"b1": [[0.3]], "W1": [[1.0]]}
    )


def test_outputs_are_not_called_dead():
    b, W = [[0.1, 0.2]], [[1.0, 0.0], [2.0, 0.0]]
    spoiled = [[1.0, 0.3], [2.0, 0.4]]
    assert "dead" not in suggestions({"W1": spoiled, "b1": b}, {"W1": W, "b1": b})


def test_a_loss_that_draws_random_numbers_is_thought_of():
    text = suggestions({"W1": [[1e-3, 2e-3]], "b1": [[1e-3, 1e-3]]},
                       {"W1": [[3e4, 6e4]], "b1": [[3e4, 3e4]]})  # fmt: skip
    assert "dropout or shuffled samples" in text


@pytest.mark.parametrize("size", [1.0, 1e3, 1e10, 1e15])
def test_a_slope_is_measured_right_for_parameters_of_any_size(size):
    theta = np.array([size, 1.0])
    slope = gradcheck.numerical_gradient(lambda t: t[0], theta)
    np.testing.assert_array_equal(slope, [1, 0])
    slope = gradcheck.numerical_gradient(lambda t: t[0] ** 2, theta)
    np.testing.assert_allclose(slope, [2 * size, 0], rtol=1e-9)


def test_rows_that_nearly_sum_to_1_have_the_right_gradient():
    net = Network.random([3, 4, 3], output="softmax", rng=np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(4, 3))
    y = np.array([[0.2, 0.3, 0.5 + 9e-7]] * 4)
    assert check_gradients(net, X, y, "cross_entropy")
    assert check_gradients(net, X, y.astype(np.float32), "cross_entropy")


def test_a_saturated_network_is_checked_by_those_who_raise_on_everything():
    net = Network.random([2, 3, 1], rng=np.random.default_rng(0))
    X, y = datasets.xor()
    with np.errstate(all="raise"):
        assert check_gradients(net, 300 * X, y, "bce")


def test_the_memory_of_a_check_stays_small():
    rng = np.random.default_rng(0)
    X, y = rng.random((1797, 64)), datasets.one_hot(rng.integers(0, 10, 1797), 10)
    net = Network.random([64, 10, 10], output="softmax", rng=rng)
    tracemalloc.start()
    assert check_gradients(net, X, y, "cross_entropy")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6


def test_small_gradients_that_agree_are_right_although_noise_might_hide_a_difference():
    assert compare_gradients({"W1": [3e-10, 1e-10]}, {"W1": [3e-10, 1e-10]})


def test_what_float32_rounds_away_is_not_called_wrong():
    (row,) = compare_gradients({"W1": np.array([2e-7], "f4")}, {"W1": [2.5e-7]}).rows
    assert not row.wrong
