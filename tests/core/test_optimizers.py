"""Optimisers: each step against its formula, and what they have in common."""

import re

import numpy as np
import pytest

from nnlib import Network, datasets, train, validation
from nnlib.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum

X, y = datasets.xor()


def start(stack_shape=()):
    return Network.random([2, 3, 1], rng=np.random.default_rng(5), stack_shape=stack_shape)


def descend(optimizer, slopes, learning_rate=0.1):
    """Return theta after one step for each slope, starting from 0."""
    theta = np.zeros(1)
    for slope in slopes:
        optimizer.step(theta, np.array([slope]), learning_rate)
    return theta[0]


def test_gradient_descent_goes_the_rate_times_the_slope():
    assert descend(GradientDescent(), [2.0, 3.0]) == pytest.approx(-0.1 * 5)


def test_momentum_keeps_a_share_of_the_last_step():
    # Steps: -0.1 * 2 = -0.2; then 0.9 * -0.2 - 0.1 * 3 = -0.48.
    assert descend(Momentum(0.9), [2.0, 3.0]) == pytest.approx(-0.2 - 0.48)


def test_momentum_reaches_ten_times_the_speed_of_gradient_descent():
    slopes = [1.0] * 500
    last_step = descend(Momentum(0.9), slopes) - descend(Momentum(0.9), slopes[:-1])
    assert last_step == pytest.approx(-0.1 * 10)


def test_momentum_of_0_is_gradient_descent():
    slopes = [2.0, -3.0, 0.5]
    assert descend(Momentum(0.0), slopes) == pytest.approx(descend(GradientDescent(), slopes))


@pytest.mark.parametrize("slope", [1e-3, 1.0, -1e3])
def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(slope):
    assert descend(Adam(), [slope]) == pytest.approx(-0.1 * np.sign(slope), rel=1e-4)


def test_adam_follows_its_algorithm():
    slopes = np.array([1.0, -2.0, 0.5])
    theta, m, v = 0.0, 0.0, 0.0
    for t, slope in enumerate(slopes, start=1):  # Kingma & Ba (2015), algorithm 1
        m = 0.8 * m + 0.2 * slope
        v = 0.9 * v + 0.1 * slope**2
        theta -= 0.1 * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-6)
    assert descend(Adam(0.8, 0.9, 1e-6), slopes) == pytest.approx(theta, rel=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_stack_member_trains_exactly_like_the_same_network_alone(name):
    stack = start((3,))
    alone = stack.member(1)
    rates = np.array([0.01, 0.02, 0.03])
    train(stack, X, y, loss="bce", learning_rate=rates, epochs=20, optimizer=name)
    train(alone, X, y, loss="bce", learning_rate=0.02, epochs=20, optimizer=name)
    np.testing.assert_allclose(
        stack.member(1).parameters.vector, alone.parameters.vector, rtol=1e-10
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_stays_float32(name):
    net = Network.random([2, 3, 1], rng=np.random.default_rng(5), dtype=np.float32)
    optimizer = OPTIMIZERS[name]()
    train(net, X, y, loss="bce", learning_rate=0.01, epochs=3, optimizer=optimizer)
    assert net.dtype == np.float32
    kept = [value for value in vars(optimizer).values() if isinstance(value, np.ndarray)]
    assert all(value.dtype == np.float32 for value in kept)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_trainings_by_name_share_nothing(name):
    first, second = start(), start()
    for net in (first, second):
        train(net, X, y, loss="bce", learning_rate=0.01, epochs=10, optimizer=name)
    np.testing.assert_array_equal(first.parameters.vector, second.parameters.vector)


def test_an_optimizer_that_is_handed_over_goes_on_where_it_stopped():
    whole, parts, adam = start(), start(), Adam()
    train(whole, X, y, loss="bce", learning_rate=0.01, epochs=20, optimizer="adam")
    for _ in range(2):
        train(parts, X, y, loss="bce", learning_rate=0.01, epochs=10, optimizer=adam)
    np.testing.assert_allclose(whole.parameters.vector, parts.parameters.vector, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_diverged_member_stays_where_it_was_last_measured(name):
    rng = np.random.default_rng(0)
    stack = Network.random([2, 4, 1], hidden="relu", output="identity", rng=rng, stack_shape=2)
    rates = np.array([1e-3, 1e200])
    history = train(
        stack, X, y, loss="mse", learning_rate=rates, epochs=30, optimizer=name,
        divergence="record", keep_parameters=True,
    )  # fmt: skip
    assert history.diverged_at[0] == -1
    assert history.diverged_at[1] > 0
    assert np.isfinite(stack.parameters.vector).all()
    last_sound = history.parameters[history.diverged_at[1] - 1, 1]
    np.testing.assert_array_equal(stack.parameters.vector[1], last_sound)


def test_an_optimizer_of_ones_own_is_used():
    class SignDescent:
        def step(self, theta, gradient, learning_rate):
            theta -= learning_rate * np.sign(gradient)

    net = start()
    before = net.parameters.vector.copy()
    train(net, X, y, loss="bce", learning_rate=0.25, epochs=1, optimizer=SignDescent())
    assert set(np.abs(net.parameters.vector - before)) <= {0.0, 0.25} or np.allclose(
        np.abs(net.parameters.vector - before), 0.25
    )


class Functional:
    """Gives the new theta back and leaves the old one as it is."""

    def step(self, theta, gradient, learning_rate):
        return theta - learning_rate * gradient


class InPlace(Functional):
    """Changes theta, and hands it back as well."""

    def step(self, theta, gradient, learning_rate):
        theta -= learning_rate * gradient
        return theta


def test_an_optimizer_that_trains_nothing_is_refused():
    with pytest.raises(TypeError, match="step of Functional returned an array") as caught:
        train(start(), X, y, loss="bce", learning_rate=0.1, epochs=5, optimizer=Functional())
    assert "theta[...] = new" in str(caught.value)


def test_an_optimizer_may_hand_back_the_theta_that_it_has_changed():
    net, expected = start(), start()
    train(net, X, y, loss="bce", learning_rate=0.1, epochs=5, optimizer=InPlace())
    train(expected, X, y, loss="bce", learning_rate=0.1, epochs=5)
    np.testing.assert_array_equal(net.parameters.vector, expected.parameters.vector)


@pytest.mark.parametrize("make", [Momentum, Adam])
@pytest.mark.parametrize(
    "other",
    [
        lambda: Network.random([2, 3, 1], rng=np.random.default_rng(6)),
        lambda: Network.random([2, 5, 1], rng=np.random.default_rng(5)),
        lambda: Network.random([2, 3, 1], rng=np.random.default_rng(5), stack_shape=2),
    ],
    ids=["another start", "another size", "a stack"],
)
def test_an_optimizer_that_remembers_is_not_used_on_another_network(make, other):
    optimizer = make()
    options = {"loss": "bce", "learning_rate": 0.01, "epochs": 3}
    train(start(), X, y, **options, optimizer=optimizer)
    with pytest.raises(ValueError, match="has trained other parameters") as caught:
        train(other(), X, y, **options, optimizer=optimizer)
    assert f"Take a new one, {make.__name__}()" in str(caught.value)


def test_gradient_descent_remembers_nothing_and_may_be_used_again():
    optimizer = GradientDescent()
    for net in (start(), start((2,))):
        train(net, X, y, loss="bce", learning_rate=0.1, epochs=3, optimizer=optimizer)


@pytest.mark.parametrize("make", [Momentum, Adam])
def test_an_optimizer_goes_on_after_an_interruption(make):
    optimizer, net = make(), start()

    def callback(epoch, network):
        raise KeyboardInterrupt

    options = {"loss": "bce", "learning_rate": 0.01, "epochs": 3, "optimizer": optimizer}
    with pytest.raises(KeyboardInterrupt):
        train(net, X, y, **options, callback=callback)
    train(net, X, y, **options)


def test_an_optimizer_that_remembers_sees_that_the_network_was_changed_meanwhile():
    optimizer, net = Momentum(), start()
    options = {"loss": "bce", "learning_rate": 0.01, "epochs": 3, "optimizer": optimizer}
    train(net, X, y, **options)
    net.parameters.vector += 1
    with pytest.raises(ValueError, match="has trained other parameters"):
        train(net, X, y, **options)


FROZEN = np.zeros(3)
FROZEN.flags.writeable = False
BAD_STEPS = {
    "a list": ([0.0] * 3, np.ones(3), 0.1, TypeError, "theta is .*list"),
    "16 bits": (np.zeros(3, np.float16), np.ones(3), 0.1, TypeError, "of 32 bits or more"),
    "integers": (np.zeros(3, int), np.ones(3), 0.1, TypeError, "dtype=float"),
    "masked": (np.ma.zeros(3), np.ones(3), 0.1, TypeError, "plain array"),
    "read-only": (FROZEN, np.ones(3), 0.1, ValueError, "theta is read-only"),
    "short": (np.zeros(3), np.ones(2), 0.1, ValueError, r"gradient has shape \(2,\), but theta"),
    "stretched": (np.zeros(3), np.ones(1), 0.1, ValueError, r"gradient has shape \(1,\)"),
    "words": (np.zeros(3), ["a", "b", "c"], 0.1, TypeError, "gradient is"),
    "complex": (np.zeros(3), np.ones(3) * 1j, 0.1, TypeError, "gradient is"),
    "rate as text": (np.zeros(3), np.ones(3), "0.1", TypeError, "learning_rate is '0.1'"),
    "no rate": (np.zeros(3), np.ones(3), None, TypeError, "learning_rate is None"),
    "infinite rate": (np.zeros(3), np.ones(3), np.array(np.inf), ValueError, "learning_rate is"),
    "rate below 0": (np.zeros(3), np.ones(3), -0.1, ValueError, "learning_rate is -0.1, but a"),
    "whole rate below 0": (np.zeros(3), np.ones(3), -1, ValueError, "Take the sign away"),
    "one of the rates below 0": (
        np.zeros((2, 3)), np.ones((2, 3)), np.array([[0.1], [-3.0]]), ValueError,
        "learning_rate is -3, but",
    ),
    "rate NaN": (np.zeros(3), np.ones(3), float("nan"), ValueError, "learning_rate is nan"),
    "rate infinite": (np.zeros(3), np.ones(3), float("inf"), ValueError, "learning_rate is inf"),
    "two rates": (np.zeros(3), np.ones(3), [0.1, 0.2], ValueError, "learning_rate has shape"),
    "rates": (np.zeros((2, 3)), np.ones((2, 3)), np.ones(2), ValueError, r"shape \(2, 1\)"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("theta", "gradient", "rate", "kind", "words"), BAD_STEPS.values(), ids=BAD_STEPS
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_by_hand_refuses_what_does_not_fit_and_changes_nothing(
    name, theta, gradient, rate, kind, words
):
    optimizer, before = OPTIMIZERS[name](), np.array(theta)
    with pytest.raises(kind, match=words) as caught:
        optimizer.step(theta, gradient, rate)
    assert caught.type is kind
    assert np.array_equal(theta, before)
    assert vars(optimizer) == vars(OPTIMIZERS[name]())


@pytest.mark.parametrize("shape", [(2,), (1, 3), ()])
@pytest.mark.parametrize("make", [Momentum, Adam])
def test_an_optimizer_by_hand_remembers_whose_steps_it_has_taken(make, shape):
    optimizer = make()
    optimizer.step(np.zeros(3), np.ones(3), 0.1)
    with pytest.raises(ValueError, match=r"remembers steps of shape \(3,\).*Take a new one"):
        optimizer.step(np.zeros(shape), np.ones(shape), 0.1)


@pytest.mark.parametrize("kind", [list, np.uint8, np.int64, np.float16, np.float32])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_of_any_numbers_gives_the_step_of_the_floats(name, kind):
    slopes = [200, 3, 0]
    found, expected = np.zeros(3), np.zeros(3)
    gradient = slopes if kind is list else np.array(slopes, kind)
    OPTIMIZERS[name]().step(found, gradient, 1)
    OPTIMIZERS[name]().step(expected, np.array(slopes, float), 1.0)
    assert np.array_equal(found, expected)


SETTINGS = [(Momentum, "momentum"), (Adam, "beta1"), (Adam, "beta2"), (Adam, "epsilon")]


@pytest.mark.parametrize(("kind", "name"), SETTINGS)
@pytest.mark.parametrize("value", [5, -0.1, np.nan, np.inf, "0.9", None, True])
def test_a_setting_is_looked_at_whenever_it_is_set(kind, name, value):
    if (name, value) == ("epsilon", 5):
        value = 0
    optimizer, before = kind(), vars(kind())
    for make in (lambda: kind(**{name: value}), lambda: setattr(optimizer, name, value)):
        with pytest.raises(ValueError, match=f"^{name} is .* is expected"):
            make()
    assert vars(optimizer) == before


@pytest.mark.parametrize(("kind", "name"), SETTINGS)
def test_a_setting_that_is_set_is_used(kind, name):
    changed = kind()
    setattr(changed, name, 0.5)
    assert getattr(changed, name) == 0.5
    slopes = [1.0, -2.0, 0.5]
    assert descend(changed, slopes) == descend(kind(**{name: 0.5}), slopes)
    assert descend(kind(), slopes) != descend(kind(**{name: 0.5}), slopes)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_learning_rate_that_would_be_ignored_is_refused(name):
    optimizer = OPTIMIZERS[name]()
    with pytest.raises(AttributeError, match="Give it to the training, train") as caught:
        optimizer.learning_rate = 0.1
    code = re.search(r"training, (train\(.*\)), or", str(caught.value))[1]
    eval(code, {"train": train, "net": start(), "X": X, "y": y, "loss": "bce"})
    assert not hasattr(vars(optimizer), "learning_rate")


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        (GradientDescent(), "GradientDescent()"),
        (Momentum(0.5), "Momentum(momentum=0.5)"),
        (Adam(), "Adam(beta1=0.9, beta2=0.999, epsilon=1e-08)"),
    ],
)
def test_an_optimizer_says_its_settings(optimizer, words):
    assert repr(optimizer) == words


@pytest.mark.parametrize(("kind", "name"), SETTINGS)
def test_a_setting_stays(kind, name):
    optimizer = kind()
    with pytest.raises(AttributeError, match=f"{name} of {kind.__name__}\\(.* cannot be deleted"):
        delattr(optimizer, name)
    assert vars(optimizer) == vars(kind())


@pytest.mark.parametrize(
    ("make", "memory"), [(Momentum, "velocity"), (Adam, "mean"), (Adam, "mean_of_squares")]
)
def test_an_optimizer_whose_steps_left_the_finite_numbers_is_refused(make, memory):
    optimizer, net = make(), start()
    setattr(optimizer, memory, np.full(13, np.inf))
    with pytest.raises(ValueError, match=f"this {make.__name__} remembers steps that left the fin"):
        train(net, X, y, loss="bce", learning_rate=0.1, epochs=1, optimizer=optimizer)


def test_a_stack_goes_on_where_one_member_diverged():
    optimizer, lone = Momentum(), Momentum()
    options = {"loss": "mse", "epochs": 50, "divergence": "record"}
    net = Network.random(
        [2, 3, 1], hidden="identity", output="identity", stack_shape=2, rng=np.random.default_rng(0)
    )
    first = train(net, X, y, learning_rate=[1e200, 0.01], optimizer=optimizer, **options)
    second = train(net, X, y, learning_rate=[1e200, 0.01], optimizer=optimizer, **options)
    assert first.diverged_at[0] >= 0 > second.diverged_at[1]
    assert second.loss[-1, 1] < first.loss[-1, 1]
    alone = net.member(0)
    train(alone, X, y, learning_rate=1e200, optimizer=lone, **options)
    with pytest.raises(ValueError, match=r"Take a new one, Momentum\(\)"):
        train(alone, X, y, learning_rate=0.1, optimizer=lone, **options)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rate_of_0_goes_nowhere(name):
    assert descend(OPTIMIZERS[name](), [1.0, 2.0], learning_rate=0.0) == 0


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Adam])
def test_the_usual_arrays_are_looked_at_and_no_more(kind, monkeypatch):
    def slow(*_):
        raise AssertionError("a step of the usual kind is to cost nothing more")

    monkeypatch.setattr(validation, "check_real", slow)
    monkeypatch.setattr(validation, "check_array", slow)
    for dtype in (np.float64, np.float32):
        theta, optimizer = np.ones(3, dtype), kind()
        optimizer.step(theta, np.ones(3, dtype), 0.1)
        optimizer.step(theta, np.ones(3, dtype), 0.0)
        assert (theta < 1).all()


@pytest.mark.parametrize("rate", [np.array([[0.0], [2.0]]), np.array([[0.5], [1.5]])])
def test_a_rate_for_each_network_is_at_least_0(rate):
    theta = np.ones((2, 3))
    GradientDescent().step(theta, np.ones((2, 3)), rate)
    np.testing.assert_array_equal(theta, 1 - rate * np.ones(3))
    with pytest.raises(ValueError, match=r"learning_rate is -0\.5, but .* at least 0"):
        GradientDescent().step(theta, np.ones((2, 3)), np.array([[3.0], [-0.5]]))


@pytest.mark.parametrize("kind", [GradientDescent, Momentum, Adam])
@pytest.mark.parametrize("name", ["lr", "learning_rate", "eta", "alpha"])
def test_a_rate_on_an_optimizer_is_neither_set_nor_read(kind, name):
    optimizer = kind()
    with pytest.raises(AttributeError, match=f"^{name} of an optimiser cannot be set"):
        setattr(optimizer, name, 0.1)
    assert not hasattr(optimizer, name)
    with pytest.raises(AttributeError, match=f"'{kind.__name__}' object has no attribute '{name}'"):
        getattr(optimizer, name)
    assert hasattr(kind, name)  # of the class, for whoever looks at it


class Rebinding:
    """Changes its own name for theta, and nothing else."""

    def step(self, theta, gradient, learning_rate):
        theta = theta - learning_rate * gradient


class Gathering:
    """Adds gradients up, and steps with every thirtieth."""

    def __init__(self):
        self.sum, self.n = 0.0, 0

    def step(self, theta, gradient, learning_rate):
        self.sum, self.n = self.sum + gradient, self.n + 1
        if self.n % 30 == 0:
            theta -= learning_rate * self.sum / 30
            self.sum = 0.0


def test_a_step_of_ones_own_that_changes_nothing_is_named():
    options = {"loss": "bce", "learning_rate": 0.1, "optimizer": Rebinding()}
    train(start(), X, y, **options, epochs=99)
    with pytest.warns(RuntimeWarning, match="step of Rebinding has changed nothing in 100") as said:
        train(start(), X, y, **options, epochs=100)
    assert not said[0].filename.endswith("validation.py")


def test_a_step_that_changes_nothing_is_named_at_the_line_that_trains():
    options = {"loss": "bce", "learning_rate": 0.1, "optimizer": Rebinding()}
    with pytest.warns(RuntimeWarning, match="step of Rebinding") as said:
        train(start(), X, y, **options, epochs=500)
    assert [warning.filename for warning in said] == [__file__]


def test_each_network_of_a_stack_with_two_axes_may_have_its_rate():
    theta, rates = np.zeros((2, 3, 4)), np.arange(6.0).reshape(2, 3, 1)
    Momentum().step(theta, np.ones((2, 3, 4)), rates)
    np.testing.assert_array_equal(theta, np.broadcast_to(-rates, theta.shape))
    with pytest.raises(ValueError, match=r"learning_rate has shape \(4, 1\)"):
        Momentum().step(np.zeros(4), np.ones(4), np.ones((4, 1)))


def test_a_memory_of_words_is_named():
    optimizer = Momentum()
    optimizer.velocity = "fast"
    with pytest.raises(TypeError, match=r"^velocity is 'fast'"):
        train(start(), X, y, loss="bce", learning_rate=0.1, optimizer=optimizer, epochs=3)


def test_of_a_stack_one_network_may_have_left_the_finite_numbers():
    stack, optimizer = Network.stack([start(), start()]), Momentum()
    options = {"loss": "bce", "learning_rate": 0.1, "epochs": 3, "divergence": "record"}
    train(stack, X, y, optimizer=optimizer, **options)
    optimizer.velocity[1] = np.inf
    history = train(stack, X, y, optimizer=optimizer, **options)
    assert np.isfinite(history.loss[:, 0]).all()


def test_a_step_of_ones_own_that_has_moved_may_rest():
    class Once:
        def step(self, theta, gradient, learning_rate):
            theta -= learning_rate * gradient
            self.step = lambda *_: None

    train(start(), X, y, loss="bce", learning_rate=0.1, optimizer=Once(), epochs=300)


def test_a_step_of_ones_own_that_locks_the_parameters_is_named():
    class Locking:
        def step(self, theta, gradient, learning_rate):
            theta.flags.writeable = False

    with pytest.raises(ValueError, match=r"^step of Locking has made the parameters of network"):
        train(start(), X, y, loss="bce", learning_rate=0.1, optimizer=Locking(), epochs=3)


def test_a_step_of_ones_own_may_wait():
    network = start()
    train(network, X, y, loss="bce", learning_rate=0.1, optimizer=Gathering(), epochs=300)
    assert network.W != start().W
    flat = Network.from_weights([np.zeros((2, 1))], output="identity")  # where all slopes are 0
    train(flat, X, 0 * y, loss="mse", learning_rate=0.1, optimizer=Rebinding(), epochs=300)


@pytest.mark.parametrize("gradient", [np.ones(3), [1, 1, 1], np.ones(3, np.longdouble)], ids=repr)
def test_a_step_is_made_in_the_float_type_of_the_parameters(gradient):
    for optimizer, memory in [(Momentum(), "velocity"), (Adam(), "mean_of_squares")]:
        optimizer.step(np.zeros(3, np.float32), gradient, 0.1)
        assert getattr(optimizer, memory).dtype == np.float32
