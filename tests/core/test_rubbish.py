"""Whatever is passed, a call gives a right and finite result or raises a documented error.

No NaN comes back in silence, no argument is changed, and no NumPy warning escapes: the test
settings make an error of each warning.
"""

import functools

import numpy as np
from anything import (
    ANY,
    FINITE,
    FLOATS,
    HUGE,
    LABELS,
    SMALL_SHAPES,
    arrays_of,
    floats_of,
    mostly,
    mostly_of,
    snapshot,
)
from cases import random_network
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib import (
    DivergenceError,
    Network,
    Parameters,
    check_gradients,
    compare_gradients,
    datasets,
    gradients,
    numerical_gradient,
    published,
    train,
)
from nnlib.activations import ACTIVATIONS
from nnlib.diagnosis import GradientReport
from nnlib.losses import (
    bce,
    bce_gradient,
    cross_entropy,
    cross_entropy_gradient,
    mse,
    mse_gradient,
)

rubbish = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,  # the same examples on every machine
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

DOCUMENTED = (TypeError, ValueError, OverflowError, DivergenceError, IndexError)
RNGS = st.builds(np.random.default_rng, st.integers(0, 9))


def call(function, *arguments, **options):
    """The result, or None if a documented error was raised. Nothing may have been changed."""
    watched = [*arguments, *options.values()]
    before = [snapshot(value) for value in watched]
    try:
        return function(*arguments, **options)
    except DOCUMENTED:
        return None
    finally:
        assert [snapshot(value) for value in watched] == before


def call_drawing(function, *arguments, rng, **options):
    """As call, but drawing from a generator is allowed to move it on."""
    return call(functools.partial(function, rng=rng), *arguments, **options)


def finite(*arrays):
    return all(np.isfinite(array).all() for array in arrays)


# Building


@rubbish
@given(
    layer_sizes=mostly(st.lists(st.integers(1, 4), min_size=2, max_size=4)),
    hidden=mostly(st.sampled_from(["tanh", "relu"])),
    output=mostly(st.sampled_from(["sigmoid", "softmax"])),
    rng=mostly(RNGS),
    initialization=mostly(st.sampled_from(["normal", "glorot", "he"])),
    bias=st.booleans(),
    stack_shape=mostly(st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 3)))),
    dtype=mostly(st.sampled_from([np.float64, np.float32])),
)
def test_a_random_network_is_finite_or_refused(layer_sizes, **options):
    net = call_drawing(Network.random, layer_sizes, **options)
    if net is not None:
        assert finite(net.parameters.vector)
        assert net.dtype in (np.float32, np.float64)


@rubbish
@given(
    W=mostly(st.tuples(floats_of((2, 3)), floats_of((3, 1))).map(list)),
    b=mostly(st.tuples(floats_of((1, 3)), floats_of((1, 1))).map(list)),
    output=mostly(st.sampled_from(["sigmoid", "softmax"])),
)
def test_given_weights_become_a_finite_network_or_are_refused(W, b, output):
    net = call(Network.from_weights, W, b, output=output)
    if net is not None:
        assert finite(net.parameters.vector)
        for layer, values in enumerate(W, start=1):
            np.testing.assert_allclose(net.W[layer], np.asarray(values, float), rtol=1e-6)


@rubbish
@given(
    layer_sizes=mostly(st.lists(st.integers(1, 4), min_size=2, max_size=4)),
    stack_shape=mostly(st.integers(1, 4)),
)
def test_parameters_are_made_or_refused(layer_sizes, stack_shape):
    parameters = call(Parameters, layer_sizes, stack_shape=stack_shape)
    if parameters is not None:
        assert not parameters.vector.any()


@rubbish
@given(networks=mostly(st.lists(mostly(st.just("net")), max_size=3)))
def test_a_stack_holds_networks_or_is_refused(networks):
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    if isinstance(networks, list):
        networks = [net if isinstance(each, str) and each == "net" else each for each in networks]
    stack = call(Network.stack, networks)
    if stack is not None:
        assert stack.stack_shape == (len(networks),)


@rubbish
@given(index=st.lists(mostly(st.integers(-3, 3)), min_size=1, max_size=3))
def test_a_member_is_a_network_or_is_refused(index):
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(2, 3))
    member = call(stack.member, *index)
    if member is not None:
        np.testing.assert_array_equal(member.W[1], stack.W[1][tuple(index)])


@rubbish
@given(layer=mostly(st.integers(-3, 3)), values=mostly(floats_of((2, 3))))
def test_an_assigned_parameter_is_taken_whole_or_not_at_all(layer, values):
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    before = net.parameters.vector.copy()
    call(net.W.__setitem__, layer, values)
    assert finite(net.parameters.vector)
    if not np.array_equal(net.parameters.vector, before):
        np.testing.assert_array_equal(net.W[layer], np.asarray(values, float))


# Computing


HOSTILE = arrays_of((3, 2)) | floats_of((3, 2), ANY)
INPUTS = mostly(mostly_of(floats_of((3, 2)), floats_of((3, 2), HUGE) | HOSTILE))
TARGETS = mostly(mostly_of(floats_of((3, 1), LABELS), floats_of((3, 1), HUGE) | HOSTILE))
NETWORKS = [
    (random_network(sizes, hidden, output, dtype=dtype, stack_shape=stack_shape), loss)
    for sizes, hidden, output, loss, dtype, stack_shape in [
        ([2, 3, 1], "tanh", "sigmoid", "bce", np.float64, ()),
        ([2, 3, 1], "relu", "identity", "mse", np.float64, ()),
        ([2, 2, 1], "identity", "tanh", "mse", np.float64, ()),
        ([2, 1], "tanh", "sigmoid", "bce", np.float32, ()),
        ([2, 2, 1], "relu", "identity", "mse", np.float32, (2,)),
    ]
]
# A network with the loss that it is made for, or sometimes with another.
CASES = st.sampled_from(NETWORKS).flatmap(
    lambda case: st.tuples(st.just(case[0]), mostly(st.just(case[1])))
)


@rubbish
@given(case=CASES, X=INPUTS)
def test_a_prediction_is_finite_or_refused(case, X):
    net, _ = case
    a = call(net.predict, X)
    if a is not None:
        assert a.shape == (*net.stack_shape, len(X), 1)
        assert a.dtype == net.dtype
        assert finite(a)
        if net.output == "sigmoid":
            assert a.min() >= 0
            assert a.max() <= 1


@rubbish
@given(case=CASES, X=INPUTS, y=TARGETS)
def test_a_gradient_is_finite_or_refused(case, X, y):
    net, loss = case
    gradient = call(gradients, net, X, y, loss)
    if gradient is not None:
        assert finite(gradient.vector)
        assert gradient.vector.shape == net.parameters.vector.shape


@rubbish
@given(case=CASES, X=INPUTS, y=TARGETS)
def test_a_gradient_report_is_finite_or_refused(case, X, y):
    net, loss = case
    report = call(check_gradients, net, X, y, loss)
    if report is not None:
        assert finite(*(np.array([r.relative_error, r.analytic, r.numerical]) for r in report.rows))
        assert str(report)


def is_short(epochs):
    return not isinstance(epochs, int) or epochs < 20  # 10**30 epochs are no error, only long


@settings(rubbish, max_examples=200)
@given(
    case=CASES,
    X=INPUTS,
    y=TARGETS,
    learning_rate=mostly(st.floats(0.01, 10) | st.floats(1e-300, 1e308)),
    epochs=mostly(st.integers(1, 5)).filter(is_short),
    batch_size=mostly(st.none() | st.integers(1, 3)),
    rng=mostly(RNGS),
    weight_decay=mostly(st.just(0) | st.floats(0, 1) | st.floats(0, 1e308)),
    validation=mostly(st.none() | st.tuples(INPUTS, TARGETS)),
    measure_every=mostly(st.integers(1, 4)),
    divergence=mostly(st.sampled_from(["raise", "record"])),
)
def test_training_ends_with_finite_parameters_or_says_why_not(case, X, y, **options):
    net, options["loss"] = case[0].copy(), case[1]
    history = call_drawing(train, net, X, y, **options)
    if history is not None:
        assert not np.isnan(history.loss).any()
        epoch = history.epoch.reshape(-1, *[1] * len(net.stack_shape))
        sound = (epoch < history.diverged_at) | (history.diverged_at < 0)
        np.testing.assert_array_equal(np.isfinite(history.loss), sound)
        if (history.diverged_at < 0).all():
            assert finite(net.parameters.vector)


# Comparing


GRADIENTS = st.dictionaries(
    st.sampled_from(["W1", "b1"]),
    mostly_of(floats_of((2,)), floats_of((2,), ANY)),
    min_size=1,
)


@settings(rubbish, max_examples=200)
@given(
    analytic=mostly(GRADIENTS),
    numerical=mostly(GRADIENTS),
    tolerance=mostly(st.floats(0, 1)),
    noise=mostly(st.floats(0, 1)),
)
def test_gradients_are_compared_or_refused(analytic, numerical, tolerance, noise):
    report = call(compare_gradients, analytic, numerical, tolerance=tolerance, noise=noise)
    if report is not None:
        assert isinstance(report, GradientReport)
        assert not np.isnan(report.worst)
        assert str(report)
        for row in report.rows:
            same = np.array_equal(analytic[row.name], numerical[row.name])
            assert not (row.wrong and same)


@rubbish
@given(
    function=mostly(
        st.sampled_from(
            [
                lambda t: float(np.sum(t)),
                lambda t: np.array(1.0),
                lambda t: t,
                lambda t: None,
                lambda t: np.nan,
                lambda t: 1e308 if np.sum(t) > 0 else -1e308,
            ]
        )
    ),
    theta=mostly(st.one_of(floats_of(SMALL_SHAPES), FLOATS)),
    epsilon=mostly(st.floats(5e-324, 1)),
)
def test_a_measured_slope_is_finite_or_refused(function, theta, epsilon):
    def quiet(theta):
        with np.errstate(all="ignore"):  # what overflows in here is the caller's own
            return function(theta)

    slope = call(numerical_gradient, quiet if callable(function) else function, theta, epsilon)
    if slope is not None:
        assert finite(slope)
        assert slope.shape == np.shape(theta)


# Data


@rubbish
@given(
    make=st.sampled_from([datasets.circles, datasets.moons, datasets.blobs, datasets.spirals]),
    n_samples=mostly(st.integers(1, 20)),
    noise=mostly(st.floats(0, 1e6)),
    rng=mostly(RNGS),
)
def test_a_cloud_is_finite_or_refused(make, **options):
    data = call_drawing(make, **options)
    if data is not None:
        X, y = data
        assert X.shape == (options["n_samples"], 2)
        assert finite(X, y)


@rubbish
@given(
    make=st.sampled_from([datasets.published, published.network_001, published.network_003]),
    name=mostly(st.one_of(st.sampled_from(["000", "001", "002", "003"]), st.integers(0, 5))),
)
def test_a_published_thing_is_made_or_refused(make, name):
    call(make, name)


# Plain arithmetic: these functions take arrays, as the training loop gives them, and look at
# nothing but the shapes. So any finite array has a finite result.


def is_plain(array):
    return not isinstance(array, np.ma.MaskedArray)


MATRICES = hnp.array_shapes(min_dims=2, max_dims=4, max_side=4)
WEIGHTED_SUMS = floats_of(MATRICES, FINITE)


@rubbish
@given(name=st.sampled_from(sorted(ACTIVATIONS)), z=WEIGHTED_SUMS.filter(is_plain))
def test_activations_of_finite_sums_are_finite(name, z):
    a = call(ACTIVATIONS[name].function, z)
    assert (a.shape, a.dtype) == (z.shape, z.dtype)
    assert finite(a)
    if name != "softmax":
        slope = call(ACTIVATIONS[name].derivative, z, a)
        assert (slope.shape, slope.dtype) == (z.shape, z.dtype)
        assert finite(slope)


@rubbish
@given(
    function=st.sampled_from(
        [mse, mse_gradient, bce, bce_gradient, cross_entropy, cross_entropy_gradient]
    ),
    predictions=mostly_of(floats_of(MATRICES), floats_of(SMALL_SHAPES)).filter(is_plain),
    y=mostly_of(st.just("same"), floats_of(SMALL_SHAPES).filter(is_plain)),
)
def test_a_loss_is_finite_or_refuses_the_shapes(function, predictions, y):
    if isinstance(y, str):
        y = np.zeros(predictions.shape[-2:])
    result = call(function, predictions, y)
    if result is not None:
        assert y.shape == predictions.shape[-2:]
        assert finite(result)
        assert np.shape(result) in (predictions.shape, predictions.shape[:-2])
