"""A stack of networks computes for each member what that network computes alone."""

import re

import numpy as np
import pytest
from cases import LAYER_SIZES, NETWORKS, members, random_data, random_network

from nnlib import DivergenceError, Network, datasets, gradients, train
from nnlib.losses import LOSSES

# The last digits may differ: one large product adds up in another order than many small ones.
CLOSE = {"rtol": 1e-11, "atol": 1e-14}
# Stacks of many small networks lie side by side in memory, the others one after the other.
STACKS = pytest.mark.parametrize("stack_shape", [(1,), (3,), (2, 3), (20,), (4, 5)], ids=str)


@pytest.mark.parametrize(("hidden", "loss", "output", "depth"), NETWORKS)
@STACKS
def test_a_stack_member_computes_the_same_outputs_losses_and_gradients_as_alone(
    hidden, loss, output, depth, stack_shape
):
    net = random_network(LAYER_SIZES[depth], hidden, output, stack_shape=stack_shape)
    X, y = random_data(net, loss)
    z, a = net.forward(X)
    losses = LOSSES[loss].value(z[-1], a[-1], y)
    found = gradients(net, X, y, loss)
    assert losses.shape == stack_shape
    assert a[-1].shape == (*stack_shape, *y.shape)
    for index, member in members(net):
        z_alone, a_alone = member.forward(X)
        for layer in range(1, depth + 1):
            np.testing.assert_allclose(z[layer][index], z_alone[layer], **CLOSE)
            np.testing.assert_allclose(a[layer][index], a_alone[layer], **CLOSE)
        alone = LOSSES[loss].value(z_alone[-1], a_alone[-1], y)
        np.testing.assert_allclose(losses[index], alone, **CLOSE)
        alone = gradients(member, X, y, loss).vector
        np.testing.assert_allclose(found.vector[index], alone, **CLOSE)


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@STACKS
def test_a_stack_member_trains_exactly_like_the_same_network_alone(
    stack_shape, batch_size, weight_decay
):
    net = random_network([3, 4, 2], "tanh", "sigmoid", stack_shape=stack_shape)
    X, y = random_data(net, "bce", n_samples=8)
    validation = random_data(net, "bce", seed=1)
    alone = members(net)

    def options():
        return {
            "loss": "bce",
            "learning_rate": 0.5,
            "epochs": 5,
            "batch_size": batch_size,
            "rng": np.random.default_rng(5),  # the same order of the samples for everyone
            "weight_decay": weight_decay,
            "validation": validation,
            "keep_parameters": True,
        }

    together = train(net, X, y, **options())
    assert together.loss.shape == (6, *stack_shape)
    for index, member in alone:
        history = train(member, X, y, **options())
        rows = (slice(None), *index)
        np.testing.assert_allclose(together.loss[rows], history.loss, **CLOSE)
        np.testing.assert_allclose(together.validation_loss[rows], history.validation_loss, **CLOSE)
        np.testing.assert_allclose(together.parameters[rows], history.parameters, **CLOSE)
        np.testing.assert_allclose(
            net.member(*index).parameters.vector, member.parameters.vector, **CLOSE
        )


@pytest.mark.parametrize("stack_shape", [(3,), (2, 3)], ids=str)
def test_each_member_can_have_its_own_learning_rate(stack_shape):
    net = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=stack_shape)
    X, y = datasets.xor()
    rates = np.linspace(0.1, 2.0, np.prod(stack_shape)).reshape(stack_shape)
    alone = members(net)
    train(net, X, y, loss="bce", learning_rate=rates, epochs=30)
    for index, member in alone:
        train(member, X, y, loss="bce", learning_rate=float(rates[index]), epochs=30)
        np.testing.assert_allclose(
            net.member(*index).parameters.vector, member.parameters.vector, **CLOSE
        )


def diverging_stack():
    """Four linear networks of one start. The second and the fourth take steps that overshoot."""
    net = Network.stack([random_network([2, 3, 1], "identity", "identity")] * 4)
    return net, np.array([0.01, 50.0, 0.02, 1e6])


@pytest.mark.parametrize("measure_every", [1, 7])
def test_a_member_that_diverges_leaves_the_others_as_they_are(measure_every):
    X, y = datasets.xor()
    net, rates = diverging_stack()
    alone = members(net)
    history = train(
        net,
        X,
        y,
        loss="mse",
        learning_rate=rates,
        epochs=60,
        measure_every=measure_every,
        divergence="record",
    )
    for index, member in alone:
        if index in [(1,), (3,)]:
            continue
        expected = train(
            member,
            X,
            y,
            loss="mse",
            learning_rate=float(rates[index]),
            epochs=60,
            measure_every=measure_every,
        )
        np.testing.assert_allclose(history.loss[:, index[0]], expected.loss, **CLOSE)
        np.testing.assert_allclose(
            net.member(*index).parameters.vector, member.parameters.vector, **CLOSE
        )
        assert history.diverged_at[index] == -1


def test_a_member_that_diverges_has_infinite_loss_from_then_on_and_stays_where_it_was():
    X, y = datasets.xor()
    net, rates = diverging_stack()
    history = train(
        net, X, y, loss="mse", learning_rate=rates, epochs=60, divergence="record",
        keep_parameters=True,
    )  # fmt: skip
    for member in (1, 3):
        at = history.diverged_at[member]
        assert 0 < at < 60
        assert np.isfinite(history.loss[:at, member]).all()
        assert (history.loss[at:, member] == np.inf).all()
        assert (history.parameters[at:, member] == history.parameters[at - 1, member]).all()
    assert history.diverged_at[3] < history.diverged_at[1]
    assert np.isfinite(net.parameters.vector).all()
    assert not np.isnan(history.loss).any()


def test_a_member_that_starts_without_a_finite_loss_stays_at_its_start():
    X, y = datasets.xor()
    net = diverging_stack()[0]
    net.W[2][1] *= 1e200
    start = net.member(1).parameters.vector
    history = train(net, X, y, loss="mse", learning_rate=0.1, epochs=5, divergence="record")
    np.testing.assert_array_equal(history.diverged_at, [-1, 0, -1, -1])
    assert (history.loss[:, 1] == np.inf).all()
    assert np.isfinite(history.loss[:, [0, 2, 3]]).all()
    np.testing.assert_array_equal(net.member(1).parameters.vector, start)


def test_a_loss_that_is_no_number_at_the_start_is_recorded_as_infinite():
    net = Network.stack([Network.from_weights([[[W]]], output="sigmoid") for W in (1.0, 1e308)])
    options = {"loss": "bce", "learning_rate": 0.1, "epochs": 2, "divergence": "record"}
    history = train(net, [[1e3]], [[0.0]], **options)  # 0 times infinity, in the loss
    np.testing.assert_array_equal(history.diverged_at, [-1, 0])
    assert (history.loss[:, 1] == np.inf).all()


def test_infinite_weights_at_the_end_of_one_member_leave_the_others_as_they_are():
    # A sigmoid makes 1 of an infinite weighted sum, so the losses alone look harmless.
    net = Network.stack([Network.from_weights([[[0.001]]], output="sigmoid")] * 2)
    rates = np.array([1e308, 0.1])
    history = train(
        net, [[1000.0]], [[0.3]], loss="mse", learning_rate=rates, epochs=1, divergence="record"
    )
    np.testing.assert_array_equal(history.diverged_at, [1, -1])
    assert np.isfinite(history.loss[:, 1]).all()


def test_a_single_network_can_record_its_divergence_too():
    X, y = datasets.xor()
    net = diverging_stack()[0].member(0)
    history = train(net, X, y, loss="mse", learning_rate=50.0, epochs=60, divergence="record")
    assert 0 < history.diverged_at < 60
    assert (history.loss[history.diverged_at :] == np.inf).all()
    assert np.isfinite(net.parameters.vector).all()


def test_when_any_member_diverges_the_error_carries_the_history():
    X, y = datasets.xor()
    net, rates = diverging_stack()
    with pytest.raises(DivergenceError) as error:
        train(net, X, y, loss="mse", learning_rate=rates, epochs=60)
    history = error.value.history
    assert error.value.epoch == history.epoch[-1] == history.diverged_at[3]
    assert error.value.learning_rate == 1e6
    assert history.loss.shape == (error.value.epoch + 1, 4)
    assert history.loss[-1, 3] == np.inf
    assert np.isfinite(history.loss[-1, :3]).all()
    assert np.isfinite(history.loss[:-1]).all()


def test_validation_loss_of_a_diverged_member_is_infinite_not_nan():
    X, y = datasets.xor()
    net, rates = diverging_stack()
    history = train(
        net, X, y, loss="mse", learning_rate=rates, epochs=60, divergence="record",
        validation=(X, y),
    )  # fmt: skip
    np.testing.assert_array_equal(history.validation_loss, history.loss)


@pytest.mark.parametrize(("n", "side_by_side"), [(5, False), (8, False), (9, True), (40, True)])
def test_more_networks_than_weights_of_a_layer_lie_side_by_side(n, side_by_side):
    # NumPy works through runs of memory: over the stack, or over the weights of a layer.
    vector = Network.random(
        [2, 4, 1], rng=np.random.default_rng(0), stack_shape=n
    ).parameters.vector
    assert vector.strides == ((8, 8 * n) if side_by_side else (8 * 17, 8))


@pytest.mark.parametrize(("stack_shape", "by_einsum"), [((), 0), (5, 0), (40, 2), ((5, 8), 2)])
def test_the_products_of_networks_side_by_side_are_sums_over_the_stack(
    monkeypatch, stack_shape, by_einsum
):
    calls, whole = [], np.einsum

    def counted(*arguments):
        calls.append(arguments)
        return whole(*arguments)

    monkeypatch.setattr(np, "einsum", counted)
    net = Network.random([2, 4, 1], rng=np.random.default_rng(0), stack_shape=stack_shape)
    net.predict([[0.0, 1.0]])
    assert len(calls) == by_einsum  # a layer, a call


@pytest.mark.parametrize(
    ("shape", "advice"),
    [((4, 3), "the same for all samples: give one row"), ((5, 1, 2), "The layer has 3 neurons;")],
    ids=str,
)
def test_biases_that_do_not_fit_a_stack_are_explained(shape, advice):
    with pytest.raises(ValueError, match="b1 has shape") as caught:
        Network.from_weights([np.ones((5, 2, 3))], [np.ones(shape)])
    assert advice in str(caught.value)


def test_of_two_axes_both_numbers_are_needed_for_one_network():
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(2, 3))
    with pytest.raises(IndexError, match=r"this stack has 2 axes .* one whole number for each"):
        stack.member(1)


def test_stacking_and_taking_a_member_are_inverse():
    singles = [random_network([2, 3, 1], "tanh", "sigmoid", seed=seed) for seed in range(3)]
    stack = Network.stack(singles)
    assert stack.stack_shape == (3,)
    for s, single in enumerate(singles):
        np.testing.assert_array_equal(stack.member(s).parameters.vector, single.parameters.vector)
        np.testing.assert_array_equal(stack.W[1][s], single.W[1])
        np.testing.assert_array_equal(stack.b[2][s], single.b[2])


def test_stacking_and_taking_a_member_copy():
    single = random_network([2, 3, 1], "tanh", "sigmoid")
    before = single.parameters.vector.copy()
    stack = Network.stack([single, single])
    member = stack.member(0)
    stack.parameters.vector[...] = 0
    np.testing.assert_array_equal(single.parameters.vector, before)
    np.testing.assert_array_equal(member.parameters.vector, before)
    member.parameters.vector[...] = 1
    assert (stack.parameters.vector == 0).all()


def test_a_member_counted_from_the_end_may_be_the_first_one():
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=3)
    assert stack[-3].W == stack[0].W


def test_a_member_counted_from_the_end_is_the_last_one():
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(4,))
    np.testing.assert_array_equal(stack.member(-1).W[1], stack.W[1][3])


def test_the_members_of_a_random_stack_differ():
    stack = Network.random([2, 3, 1], rng=np.random.default_rng(0), stack_shape=(2, 3))
    firsts = stack.W[1][..., 0, 0].ravel()
    assert len(set(firsts)) == 6


def test_a_stack_of_one_is_a_stack():
    network = random_network([2, 3, 1], "tanh", "sigmoid")
    stack = Network.stack([network])
    assert stack.stack_shape == (1,)
    assert np.array_equal(stack.predict(np.ones((2, 2)))[0], network.predict(np.ones((2, 2))))


@pytest.mark.parametrize(
    "part",
    [slice("a", "b"), slice(1.5, None), slice(None, None, 0), slice(None, None, "2")],
    ids=str,
)
def test_a_part_of_a_stack_is_given_by_whole_numbers(part):
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(4, 5))
    for index in (part, (0, part)):
        with pytest.raises(IndexError, match=r"by whole numbers, stack\[0:[45]\], with a step"):
            stack[index]
    with pytest.raises(TypeError, match="single network"):
        stack[0, 0][part]


@pytest.mark.parametrize(
    ("n", "index", "taken"),
    [
        (4, [0, 2], [0, 2]),
        (4, np.array([0, 2]), [0, 2]),
        (4, [True, False, True, False], [0, 2]),
        (4, range(1, 3), [1, 2]),
        (4, [-1, 0, 0], [-1, 0, 0]),
        (3, [0, 3], [0, 2]),  # there is no fourth one
        (3, [], [0, 2]),
        (3, [0.0, 1.0], [0, 2]),
        (2, ..., [0, 1]),
        (1, "all", [0]),
    ],
)
def test_some_networks_of_a_stack_are_taken_as_the_message_says(n, index, taken):
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(n,))
    with pytest.raises(IndexError, match="a slice, stack") as caught:
        stack[index]
    part, code = re.search(r"a slice, (.*); for some of them (.*)\.$", str(caught.value)).groups()
    found = eval(code, {"Network": Network, "stack": stack})
    np.testing.assert_array_equal(found.parameters.vector, stack.parameters.vector[taken])
    assert len(eval(part, {"stack": stack})) == n
