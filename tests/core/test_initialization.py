"""Random starts: the distributions that are promised, drawn from the generator that is given."""

import numpy as np
import pytest

from nnlib import Network
from nnlib.initialization import INITIALIZATIONS


def weights(name, n_in=40, n_out=10, seed=0):
    """400 000 weights of a layer."""
    return INITIALIZATIONS[name](np.random.default_rng(seed), (1000, n_in, n_out))


@pytest.mark.parametrize(
    ("name", "variance"), [("normal", 1), ("glorot", 2 / (40 + 10)), ("he", 2 / 40)]
)
def test_the_variance_is_the_one_in_the_formula(name, variance):
    drawn = weights(name)
    # The standard error of a variance of 400 000 draws is below 0.3 %.
    np.testing.assert_allclose(drawn.var(), variance, rtol=0.015)
    np.testing.assert_allclose(drawn.mean(), 0, atol=5 * np.sqrt(variance / drawn.size))


def test_glorot_is_uniform_between_its_limits():
    limit = np.sqrt(6 / (40 + 10))
    drawn = weights("glorot")
    assert np.abs(drawn).max() <= limit
    counts, _ = np.histogram(drawn, bins=10, range=(-limit, limit))
    np.testing.assert_allclose(counts / drawn.size, 0.1, rtol=0.03)


@pytest.mark.parametrize("name", ["normal", "he"])
def test_normal_weights_have_the_tails_of_a_normal_distribution(name):
    drawn = weights(name) / weights(name).std()
    np.testing.assert_allclose(np.mean(np.abs(drawn) > 1), 0.3173, rtol=0.02)
    np.testing.assert_allclose(np.mean(np.abs(drawn) > 2), 0.0455, rtol=0.05)


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_a_network_draws_W1_then_W2_and_starts_its_biases_at_0(name):
    net = Network.random([2, 4, 1], rng=np.random.default_rng(42), initialization=name)
    rng = np.random.default_rng(42)
    np.testing.assert_array_equal(net.W[1], INITIALIZATIONS[name](rng, (2, 4)))
    np.testing.assert_array_equal(net.W[2], INITIALIZATIONS[name](rng, (4, 1)))
    assert not net.b[1].any()
    assert not net.b[2].any()


def test_glorot_is_the_default():
    default, named = (
        Network.random([2, 4, 1], rng=np.random.default_rng(1), **options)
        for options in ({}, {"initialization": "glorot"})
    )
    np.testing.assert_array_equal(default.parameters.vector, named.parameters.vector)


def test_a_start_is_the_same_in_both_float_types_up_to_rounding():
    single, double = (
        Network.random([2, 4, 1], rng=np.random.default_rng(1), dtype=dtype)
        for dtype in (np.float32, np.float64)
    )
    np.testing.assert_array_equal(
        single.parameters.vector, double.parameters.vector.astype(np.float32)
    )
