"""Training: what is measured when, which samples make a batch, and what is left untouched."""

import functools
import os
import signal
import sys
import threading

import numpy as np
import pytest
from cases import LOSS_AND_OUTPUT, random_data, random_network

from nnlib import DivergenceError, Network, TrainingInterrupted, datasets, gradients, train
from nnlib.history import Recorder
from nnlib.losses import LOSSES
from nnlib.network import forward_pass
from nnlib.optimizers import OPTIMIZERS
from nnlib.training import mini_batches
from nnlib.validation import check_learning_rate


def xor_network(seed=0):
    return Network.random([2, 4, 1], rng=np.random.default_rng(seed))


def train_xor(net, **options):
    X, y = datasets.xor()
    return train(net, X, y, **{"loss": "bce", "learning_rate": 0.5, "epochs": 10, **options})


def loss_of(net, X, y, loss):
    z, a = net.forward(X)
    return LOSSES[loss].value(z[-1], a[-1], y)


# One step


@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
def test_one_epoch_is_one_step_against_the_gradient(loss, output):
    net = random_network([3, 4, 2], "tanh", output)
    X, y = random_data(net, loss)
    expected = net.parameters.vector - 0.3 * gradients(net, X, y, loss).vector
    train(net, X, y, loss=loss, learning_rate=0.3, epochs=1)
    np.testing.assert_allclose(net.parameters.vector, expected, rtol=1e-14)


def test_training_goes_on_where_it_stopped():
    once, twice = xor_network(), xor_network()
    train_xor(once, epochs=10)
    train_xor(twice, epochs=4)
    train_xor(twice, epochs=6)
    np.testing.assert_array_equal(once.parameters.vector, twice.parameters.vector)


def test_xor_is_learned():
    net = xor_network(42)
    X, y = datasets.xor()
    history = train_xor(net, epochs=2000)
    np.testing.assert_array_equal(net.predict(X).round(), y)
    assert history.loss[-1] < 0.01


def test_weight_decay_shrinks_the_weights_and_leaves_the_biases():
    net = random_network([2, 3, 1], "tanh", "sigmoid")
    X, y = datasets.xor()
    gradient = gradients(net, X, y, "bce")
    W = [None, *(W.copy() for W in net.W[1:])]
    b = [None, *(b.copy() for b in net.b[1:])]
    train(net, X, y, loss="bce", learning_rate=0.5, epochs=1, weight_decay=0.2)
    for layer in (1, 2):
        expected = W[layer] - 0.5 * (gradient.W[layer] + 0.2 * W[layer])
        np.testing.assert_allclose(net.W[layer], expected, rtol=1e-14)
        expected = b[layer] - 0.5 * gradient.b[layer]
        np.testing.assert_allclose(net.b[layer], expected, rtol=1e-14)


def test_the_recorded_loss_is_without_the_weight_decay():
    X, y = datasets.xor()
    net = xor_network()
    start = loss_of(net, X, y, "bce")
    assert train_xor(net, epochs=1, weight_decay=0.5).loss[0] == start


# History


def test_row_0_is_the_start_and_the_last_row_is_the_end():
    X, y = datasets.xor()
    net = xor_network()
    start = loss_of(net, X, y, "bce")
    history = train_xor(net, epochs=10)
    np.testing.assert_array_equal(history.epoch, np.arange(11))
    assert history.loss.shape == (11,)
    assert history.loss[0] == start
    assert history.loss[-1] == loss_of(net, X, y, "bce")
    assert history.validation_loss is None
    assert history.parameters is None
    assert history.diverged_at == -1


@pytest.mark.parametrize(
    ("epochs", "measure_every", "expected"),
    [
        (10, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (10, 5, [0, 5, 10]),
        (10, 4, [0, 4, 8, 10]),
        (10, 10, [0, 10]),
        (10, 99, [0, 10]),
        (1, 1, [0, 1]),
    ],
)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_measuring_less_often_gives_the_same_numbers_on_fewer_rows(
    epochs, measure_every, expected, batch_size
):
    options = {"epochs": epochs, "batch_size": batch_size, "keep_parameters": True}
    every = train_xor(xor_network(), **options, rng=np.random.default_rng(0))
    some = train_xor(
        xor_network(), **options, rng=np.random.default_rng(0), measure_every=measure_every
    )
    np.testing.assert_array_equal(some.epoch, expected)
    np.testing.assert_array_equal(some.loss, every.loss[expected])
    np.testing.assert_array_equal(some.parameters, every.parameters[expected])


def test_each_kept_row_is_the_network_at_that_epoch():
    seen = []
    net = xor_network()
    start = net.parameters.vector.copy()
    history = train_xor(
        net,
        epochs=5,
        keep_parameters=True,
        callback=lambda epoch, net: seen.append(net.parameters.vector.copy()),
    )
    np.testing.assert_array_equal(history.parameters, [start, *seen])


def test_each_loss_belongs_to_the_parameters_of_its_row():
    X, y = datasets.xor()
    history = train_xor(xor_network(), keep_parameters=True, batch_size=3, rng=generator())
    replay = xor_network()
    for loss, vector in zip(history.loss, history.parameters, strict=True):
        replay.parameters.vector[...] = vector
        np.testing.assert_allclose(loss_of(replay, X, y, "bce"), loss, rtol=1e-15)


def test_validation_data_are_measured_and_not_trained_on():
    held_out = ([[0.2, 0.9], [0.8, 0.7]], [[1], [0]])
    net, plain = xor_network(), xor_network()
    history = train_xor(net, validation=held_out, keep_parameters=True)
    train_xor(plain)
    np.testing.assert_array_equal(net.parameters.vector, plain.parameters.vector)
    assert history.validation_loss.shape == (11,)
    replay = xor_network()
    for loss, vector in zip(history.validation_loss, history.parameters, strict=True):
        replay.parameters.vector[...] = vector
        expected = loss_of(replay, *map(np.array, held_out), "bce")
        np.testing.assert_allclose(loss, expected, rtol=1e-15)


# Mini-batches


def generator():
    return np.random.default_rng(7)


@pytest.mark.parametrize(("n_samples", "batch_size"), [(10, 3), (10, 5), (10, 1), (7, 6)])
def test_the_batches_of_an_epoch_hold_each_sample_once(n_samples, batch_size):
    batches = list(mini_batches(n_samples, batch_size, generator()))
    sizes = [len(rows) for rows in batches]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1)
    assert 0 < sizes[-1] <= batch_size
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(n_samples))


def test_each_epoch_has_a_new_order():
    rng = generator()
    first, second = (np.concatenate(list(mini_batches(50, 8, rng))) for _ in range(2))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(50))


def test_one_batch_of_everything_needs_no_order():
    state = generator()
    batches = list(mini_batches(5, 5, state))
    assert len(batches) == 1
    np.testing.assert_array_equal(np.arange(5)[batches[0]], np.arange(5))
    assert state.bit_generator.state == generator().bit_generator.state


def test_several_batches_need_a_generator():
    with pytest.raises(TypeError, match=r"rng is None .* np\.random\.default_rng\(42\)"):
        list(mini_batches(10, 3, None))


@pytest.mark.parametrize("batch_size", [1, 3, 4])
def test_a_mini_batch_step_descends_the_mean_over_its_own_samples(batch_size):
    net, by_hand = (random_network([3, 4, 2], "tanh", "sigmoid") for _ in range(2))
    X, y = random_data(net, "mse", n_samples=10)
    train(
        net, X, y, loss="mse", learning_rate=0.5, epochs=3, batch_size=batch_size, rng=generator()
    )
    rng = generator()
    for _ in range(3):
        for rows in mini_batches(10, batch_size, rng):
            step = gradients(by_hand, X[rows], y[rows], "mse").vector
            by_hand.parameters.vector -= 0.5 * step
    np.testing.assert_allclose(net.parameters.vector, by_hand.parameters.vector, rtol=1e-12)


def test_a_batch_of_all_samples_is_the_full_batch():
    whole, explicit = xor_network(), xor_network()
    train_xor(whole)
    train_xor(explicit, batch_size=4)
    np.testing.assert_array_equal(whole.parameters.vector, explicit.parameters.vector)


# Repeatable


def test_the_same_seed_gives_the_same_weights():
    results = []
    for _ in range(2):
        rng = np.random.default_rng(42)
        net = Network.random([2, 4, 1], rng=rng)
        train_xor(net, batch_size=2, rng=rng)
        results.append(net.parameters.vector)
    np.testing.assert_array_equal(*results)


def test_another_seed_gives_another_order():
    results = []
    for seed in (1, 2):
        net = xor_network()
        train_xor(net, batch_size=2, rng=np.random.default_rng(seed))
        results.append(net.parameters.vector)
    assert not np.array_equal(*results)


def test_the_global_random_state_is_neither_read_nor_changed():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - this is the state in question
    train_xor(xor_network(), batch_size=2, rng=generator())
    datasets.moons(20, rng=generator())
    datasets.spirals(20, rng=generator())
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


# Callback and progress


def test_the_callback_hears_of_each_epoch_that_is_done():
    epochs = []
    train_xor(xor_network(), epochs=4, callback=lambda epoch, net: epochs.append(epoch))
    assert epochs == [1, 2, 3, 4]


@pytest.mark.parametrize("yes", [True, np.True_])
def test_the_callback_stops_the_training(yes):
    net, short = xor_network(), xor_network()
    history = train_xor(net, epochs=100, callback=lambda epoch, net: yes if epoch == 6 else None)
    train_xor(short, epochs=6)
    np.testing.assert_array_equal(history.epoch, np.arange(7))
    np.testing.assert_array_equal(net.parameters.vector, short.parameters.vector)


def test_a_callback_that_says_false_goes_on():
    history = train_xor(xor_network(), epochs=4, callback=lambda epoch, net: np.False_)
    assert history.epoch[-1] == 4


def test_the_progress_bar_is_given_the_range_of_epochs():
    given = []

    def progress(epochs):
        given.append(epochs)
        return epochs

    train_xor(xor_network(), epochs=12, progress=progress)
    assert given == [range(12)]


def test_a_progress_bar_that_hands_on_no_epoch_leaves_the_start():
    net = xor_network()
    history = train_xor(net, progress=lambda epochs: [])
    np.testing.assert_array_equal(history.epoch, [0])
    np.testing.assert_array_equal(net.parameters.vector, xor_network().parameters.vector)


def test_tqdm_can_be_the_progress_bar(capsys):
    tqdm = pytest.importorskip("tqdm").tqdm
    history = train_xor(xor_network(), epochs=12, progress=functools.partial(tqdm, disable=False))
    assert history.epoch[-1] == 12
    assert "12/12" in capsys.readouterr().err


# Divergence


def test_divergence_names_the_epoch_and_the_learning_rate_and_carries_the_history():
    net = random_network([2, 3, 1], "identity", "identity")
    with pytest.raises(DivergenceError) as error:
        train_xor(net, loss="mse", learning_rate=100.0, epochs=1000, keep_parameters=True)
    error = error.value
    assert 0 < error.epoch < 1000
    assert f"epoch {error.epoch}" in str(error)
    assert "learning_rate 100" in str(error)
    assert "ten times smaller" in str(error)
    np.testing.assert_array_equal(error.history.epoch, np.arange(error.epoch + 1))
    assert np.isfinite(error.history.loss[:-1]).all()
    assert error.history.loss[-1] == np.inf
    assert np.isfinite(error.history.parameters).all()
    # The network is left where its loss was last finite.
    np.testing.assert_array_equal(net.parameters.vector, error.history.parameters[-2])


def test_a_first_step_that_is_too_long_is_blamed_on_the_learning_rate():
    with pytest.raises(DivergenceError, match="at epoch 1, with learning_rate 1e\\+200") as error:
        train_xor(
            random_network([2, 3, 1], "identity", "identity"), loss="mse", learning_rate=1e200
        )
    assert error.value.epoch == 1


@pytest.mark.parametrize("measure_every", [1, 50, 10_000])
def test_divergence_is_seen_however_seldom_is_measured(measure_every):
    net = random_network([2, 3, 1], "identity", "identity")
    with pytest.raises(DivergenceError):
        train_xor(net, loss="mse", learning_rate=100.0, epochs=500, measure_every=measure_every)
    assert np.isfinite(net.parameters.vector).all()


@pytest.mark.parametrize("measure_every", [1, 50])
def test_infinite_weights_behind_a_finite_loss_are_a_divergence(measure_every):
    # A sigmoid makes 1 of an infinite weighted sum, so the loss alone looks harmless.
    net = Network.from_weights([[[0.001]]], output="sigmoid")
    with pytest.raises(DivergenceError):
        train(
            net,
            [[1000.0]],
            [[0.3]],
            loss="mse",
            learning_rate=1e308,
            epochs=10,
            measure_every=measure_every,
        )


def test_a_start_without_a_finite_loss_is_not_blamed_on_the_learning_rate():
    net = random_network([2, 3, 1], "identity", "identity")
    with pytest.raises(DivergenceError) as error:
        train(net, [[1e300, 1e300]], [[0.0]], loss="mse", learning_rate=0.1, epochs=5)
    assert error.value.epoch == 0
    assert "before the first step" in str(error.value)
    assert "X" in str(error.value)


# Stopped by hand


def press_stop(at):
    def callback(epoch, network):
        if epoch == at:
            raise KeyboardInterrupt

    return callback


@pytest.mark.parametrize("batch_size", [None, 3])
def test_ctrl_c_hands_over_the_history_so_far_and_the_network_keeps_what_it_learned(batch_size):
    net, whole = xor_network(), xor_network()
    options = {"batch_size": batch_size, "keep_parameters": True, "epochs": 20}
    expected = train_xor(whole, **options, rng=generator())
    with pytest.raises(KeyboardInterrupt, match="stopped after epoch 7") as caught:
        train_xor(net, **options, rng=generator(), callback=press_stop(7))
    error = caught.value
    assert isinstance(error, TrainingInterrupted)
    assert error.epoch == 7
    np.testing.assert_array_equal(error.history.epoch, np.arange(7))
    np.testing.assert_array_equal(error.history.loss, expected.loss[:7])
    np.testing.assert_array_equal(net.parameters.vector, expected.parameters[7])


def test_ctrl_c_before_the_first_measurement_hands_over_an_empty_history():
    def progress(epochs):
        raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted, match="after epoch 0") as caught:
        train_xor(xor_network(), progress=progress)
    assert len(caught.value.history.loss) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_real_ctrl_c_stops_it_too():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    stop = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    try:
        stop.start()
        with pytest.raises(TrainingInterrupted) as caught:
            train_xor(xor_network(), epochs=10**9)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(caught.value.history.loss) > 1


def interrupted_at(number, call):
    """Run a call, with a Ctrl-C before the line of that number in training.py and history.py."""
    seen = 0

    def trace(frame, event, argument):
        nonlocal seen
        if not frame.f_code.co_filename.endswith(("training.py", "history.py")):
            return None
        seen += event == "line"
        if seen == number and event == "line":
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    with np.errstate():  # at the line where a with block is left, its end is not reached
        sys.settrace(trace)
        try:
            return call()
        finally:
            sys.settrace(before)


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum"])
def test_ctrl_c_at_any_line_of_a_training_loses_nothing(optimizer):
    for number in range(1, 10_000):
        net = xor_network()
        start = net.copy()
        options = {"epochs": 2, "optimizer": optimizer, "keep_parameters": True}
        try:
            interrupted_at(number, lambda net=net, options=options: train_xor(net, **options))
            break
        except TrainingInterrupted as error:
            history = error.history
            assert len(history.epoch) == len(history.loss) == len(history.parameters)
            assert history.loss.size <= 3
        except KeyboardInterrupt:  # before anything was learned
            assert net.W == start.W
    assert number > 80


def test_a_second_ctrl_c_does_not_lose_what_the_first_gathers(monkeypatch):
    whole, calls = Recorder.history, []

    def disturbed(recorder):
        calls.append(recorder)
        if len(calls) < 3:
            raise KeyboardInterrupt
        return whole(recorder)

    monkeypatch.setattr(Recorder, "history", disturbed)

    def stop(epoch, network):
        raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted) as caught:
        train_xor(xor_network(), epochs=5, callback=stop)
    assert caught.value.epoch == 1
    assert caught.value.history.epoch.tolist() == [0]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_whatever_ends_a_training_it_leaves_finite_weights(error):
    net = Network.from_weights([[[0.001]]], output="sigmoid")

    def callback(epoch, network):
        if not np.isfinite(network.W[1]).all():
            raise error

    with pytest.raises(error):
        train(
            net, [[1000.0]], [[0.3]], loss="mse", learning_rate=1e308, epochs=10,
            measure_every=10, callback=callback,
        )  # fmt: skip
    assert np.isfinite(net.parameters.vector).all()


def test_of_a_stack_that_is_stopped_only_infinite_networks_go_back():
    net = Network.from_weights([[[[0.001]], [[0.001]]]])
    start = net.copy()

    def stop(epoch, network):
        if not np.isfinite(network.W[1]).all():
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted):
        train(
            net, [[1000.0]], [[0.3]], loss="mse", learning_rate=[0.001, 1e308], epochs=10,
            measure_every=10, callback=stop,
        )  # fmt: skip
    assert net.W[1][0] != start.W[1][0]
    assert net.W[1][1] == start.W[1][1]


# What measuring costs


def test_a_forward_pass_that_is_there_already_is_not_made_again_to_measure(monkeypatch):
    made = []

    def counted(network, X):
        made.append(len(X))
        return forward_pass(network, X)

    monkeypatch.setattr("nnlib.history.forward_pass", counted)
    train_xor(xor_network(), epochs=5)
    assert made == [4]  # at the end, after the last step
    made.clear()
    train_xor(xor_network(), epochs=5, batch_size=2, rng=np.random.default_rng(0))
    assert made == 6 * [4]


@pytest.mark.parametrize("keep", [True, False])
def test_parameters_that_nobody_asked_for_are_not_kept(keep):
    stack = Network.random([2, 2, 1], rng=np.random.default_rng(0), stack_shape=40)
    data, rule = datasets.xor(), OPTIMIZERS["gradient_descent"]()
    recorder = Recorder(stack, rule, data, None, LOSSES["bce"], 0.1, 1, keep, True)
    recorder.finish(0)
    (_, _, _, kept), vector = recorder.rows[0], stack.parameters.vector
    assert (kept is not None) == keep
    assert recorder.last_finite.strides == vector.strides  # side by side, as fast to copy from


# NumPy's own warnings


def test_a_callback_is_warned_as_outside():
    def callback(epoch, network):
        return np.float64(0) / np.float64(0) > 1

    with pytest.warns(RuntimeWarning, match="invalid value"):
        train_xor(xor_network(), epochs=1, callback=callback)
    with np.errstate(invalid="ignore"):
        train_xor(xor_network(), epochs=1, callback=callback)


def test_nothing_is_raised_for_those_who_raise_on_everything():
    net = Network.from_weights([[[800.0], [-900.0]], [[70.0]]], hidden="sigmoid")
    X, y = datasets.xor()
    with np.errstate(all="raise"):
        net.predict(X)
        gradients(net, X, y, "bce")
        train(net, X, y, loss="bce", learning_rate=0.1, epochs=3)


@pytest.mark.parametrize("rate", [10**400, -(10**400)])
def test_a_rate_with_400_digits_is_refused_like_any_that_is_not_finite(rate):
    with pytest.raises(ValueError, match="a finite number above 0"):
        train_xor(xor_network(), learning_rate=rate)


# Hands off


@pytest.mark.parametrize("batch_size", [None, 3])
def test_the_inputs_are_not_changed(batch_size):
    net = random_network([3, 4, 2], "relu", "identity")
    X, y = random_data(net, "mse")
    copies = X.copy(), y.copy()
    train(
        net, X, y, loss="mse", learning_rate=0.1, epochs=5, validation=(X, y),
        batch_size=batch_size, rng=generator(), weight_decay=0.1,
    )  # fmt: skip
    np.testing.assert_array_equal(X, copies[0])
    np.testing.assert_array_equal(y, copies[1])


def test_the_learning_rates_are_not_changed():
    net = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(3,))
    rates = np.array([0.1, 0.2, 0.3])
    train_xor(net, learning_rate=rates)
    np.testing.assert_array_equal(rates, [0.1, 0.2, 0.3])


def test_the_learning_rates_have_the_float_type_of_the_network():
    net = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(3,), dtype=np.float32)
    assert check_learning_rate([0.1, 0.2, 0.3], net.stack_shape, net.dtype).dtype == np.float32


def odd_but_equal_arrays(array):
    """The same numbers, held in other ways."""
    read_only = array.copy()
    read_only.flags.writeable = False
    wide = np.zeros((len(array), 2 * array.shape[1]))
    wide[:, ::2] = array
    return {
        "read-only": read_only,
        "every second column": wide[:, ::2],
        "column after column": np.asfortranarray(array),
        "backwards": array[::-1].copy()[::-1],
        "big-endian": array.astype(">f8"),
        "lists": array.tolist(),
    }


@pytest.mark.parametrize("kind", odd_but_equal_arrays(np.zeros((1, 1))))
@pytest.mark.parametrize("batch_size", [None, 3])
def test_it_does_not_matter_how_the_numbers_are_held(kind, batch_size):
    options = {"loss": "bce", "learning_rate": 0.5, "epochs": 3, "batch_size": batch_size}
    plain, odd = (random_network([3, 4, 2], "tanh", "sigmoid") for _ in range(2))
    X, y = random_data(plain, "bce")
    train(plain, X, y, **options, rng=generator())
    odd_X, odd_y = (odd_but_equal_arrays(array)[kind] for array in (X, y))
    train(odd, odd_X, odd_y, **options, rng=generator())
    np.testing.assert_allclose(odd.parameters.vector, plain.parameters.vector, rtol=1e-13)


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
@pytest.mark.parametrize("stack_shape", [(), (2,)], ids=str)
def test_float32_stays_float32_all_the_way(loss, output, stack_shape, batch_size):
    net = random_network([3, 4, 2], "sigmoid", output, stack_shape=stack_shape, dtype=np.float32)
    X, y = random_data(net, loss)  # float64
    z, a = net.forward(X)
    assert {array.dtype for array in (*z[1:], *a)} == {np.dtype(np.float32)}
    assert gradients(net, X, y, loss).vector.dtype == np.float32
    rate = np.full(stack_shape, 0.1) if stack_shape else 0.1
    history = train(
        net, X, y, loss=loss, learning_rate=rate, epochs=3, weight_decay=0.01,
        validation=(X, y), keep_parameters=True, batch_size=batch_size, rng=generator(),
    )  # fmt: skip
    assert net.dtype == history.loss.dtype == history.parameters.dtype == np.float32
    assert history.validation_loss.dtype == np.float32
    assert net.predict(X).dtype == np.float32
    assert net.W[1].dtype == np.float32


# What users hand in


@pytest.mark.parametrize("rate", [1e-50, 1e-46])
def test_a_rate_that_float32_cannot_hold_is_refused(rate):
    net = random_network([2, 3, 1], "tanh", "sigmoid", dtype=np.float32)
    with pytest.raises(ValueError, match=f"learning_rate is {rate:g}, which is 0 in float32"):
        train_xor(net, learning_rate=rate)
    train_xor(net, learning_rate=1e-45)
    train_xor(xor_network(), learning_rate=rate)


def test_a_callback_answers_yes_or_no():
    with pytest.raises(
        TypeError, match=r"^callback returned an array .* True or False is expected"
    ):
        train_xor(xor_network(), callback=lambda epoch, network: network.W[1])


@pytest.mark.parametrize("returned", [None, 3])
def test_a_progress_bar_gives_something_to_loop_over(returned):
    with pytest.raises(TypeError, match=r"^progress returned .*progress=tqdm does"):
        train_xor(xor_network(), progress=lambda epochs: returned)


@pytest.mark.parametrize(
    "progress",
    [lambda r: list(r)[::-1], enumerate, lambda r: map(str, r), lambda r: [None] * len(r)],
)
def test_epochs_are_counted_whatever_the_progress_bar_hands_on(progress):
    expected, found = train_xor(xor_network()), train_xor(xor_network(), progress=progress)
    assert found == expected


def test_parameters_that_are_read_only_are_not_trained():
    net = xor_network()
    net.parameters.vector.setflags(write=False)
    with pytest.raises(ValueError, match=r"are read-only.* Train a copy: network\.copy\(\)"):
        train_xor(net)
    train_xor(net.copy())


def test_a_number_in_an_array_is_a_learning_rate_for_a_whole_stack():
    stack = random_network([2, 3, 1], "tanh", "sigmoid", stack_shape=(3,))
    other = stack.copy()
    for network, rate in [(stack, np.array(0.1)), (other, 0.1)]:
        train_xor(network, learning_rate=rate)
    np.testing.assert_array_equal(stack.parameters.vector, other.parameters.vector)
    with pytest.raises(ValueError, match=r"learning_rate is .*0\.0.* above 0 is expected"):
        train_xor(stack, learning_rate=np.array(0.0))


def test_ctrl_c_within_an_epoch_counts_those_before_it():
    def step(theta, gradient, learning_rate):
        theta -= learning_rate * gradient
        steps.append(1)
        if len(steps) == 5:
            raise KeyboardInterrupt

    for callback in (None, lambda epoch, network: False):
        steps = []
        own = type("Own", (), {"step": staticmethod(step)})()
        with pytest.raises(TrainingInterrupted, match="after epoch 4") as caught:
            train_xor(xor_network(), optimizer=own, callback=callback)
        assert caught.value.epoch == 4


@pytest.mark.parametrize("callback", [None, lambda epoch, network: False])
@pytest.mark.parametrize("done", range(6))
def test_interrupted_between_two_epochs_training_says_how_many_were_done(done, callback):
    def progress(epochs):
        yield from epochs[:done]
        raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted) as caught:
        train_xor(xor_network(), epochs=5, progress=progress, callback=callback)
    assert caught.value.epoch == done


class Lock:
    def step(self, theta, gradient, learning_rate):
        theta.flags.writeable = False


def lock(epoch, network):
    network.parameters.vector.flags.writeable = False


@pytest.mark.parametrize(
    "options", [{"callback": lock}, {"optimizer": Lock()}], ids=["callback", "optimizer"]
)
def test_whoever_locks_the_parameters_while_they_are_trained_is_named(options):
    network = xor_network()
    with pytest.raises(ValueError, match=r"has made the parameters of network read-only.*copy\(\)"):
        train_xor(network, **options)
    train_xor(network)  # they are writable again


def spoil(array, value):
    def callback(epoch, network):
        if epoch == 2:
            array[0, 0] = value

    return callback


SPOILED = {
    "X": "X",
    "y": "y",
    "inputs": "the validation X",
    "targets": "the validation y",
}


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", SPOILED)
@pytest.mark.parametrize("divergence", ["raise", "record"])
def test_a_callback_that_spoils_the_data_is_named(name, value, divergence):
    X, y = datasets.xor()
    inputs, targets = X.copy(), y.copy()
    array = {"X": X, "y": y, "inputs": inputs, "targets": targets}[name]
    options = {"loss": "bce", "learning_rate": 0.5, "epochs": 5, "validation": (inputs, targets)}
    told = f"^callback has put NaN or infinity into {SPOILED[name]}, .* after epoch 2"
    with pytest.raises(ValueError, match=told):
        train(xor_network(), X, y, **options, divergence=divergence, callback=spoil(array, value))


@pytest.mark.parametrize("measure_every", [1, 3])
def test_a_callback_that_spoils_the_parameters_is_named(measure_every):
    def callback(epoch, network):
        network.parameters.vector[3] = np.nan

    network = xor_network()
    with pytest.raises(ValueError, match=r"infinity into the parameters of network, .* epoch 1"):
        train_xor(network, callback=callback, measure_every=measure_every)
    assert np.isfinite(network.parameters.vector).all()


def test_a_callback_is_not_blamed_for_steps_that_are_too_long():
    network = random_network([2, 3, 1], "identity", "identity")
    options = {"loss": "mse", "learning_rate": 1e6, "epochs": 500, "measure_every": 500}
    with pytest.raises(DivergenceError):
        train(network, *datasets.xor(), **options, callback=lambda epoch, network: False)


def test_a_stack_that_is_stopped_takes_only_infinite_members_back():
    stack = Network.random([2, 4, 1], rng=np.random.default_rng(0), stack_shape=2)
    rates, alone = [1e308, 0.5], stack[1]
    with pytest.raises(TrainingInterrupted):
        train_xor(stack, learning_rate=rates, measure_every=10, callback=press_stop(3))
    train_xor(alone, epochs=3, measure_every=10)
    np.testing.assert_allclose(stack.parameters.vector[1], alone.parameters.vector, rtol=1e-12)
    assert np.isfinite(stack.parameters.vector).all()
