"""The audit's optimisers: each is known by its steps, and each slip by its own name."""

import functools

import numpy as np
import pytest

from nnlib.audit.optimisers import (
    adaptive_and_sound,
    counted_otherwise,
    divided_by_itself,
    rules,
    shared_rules,
    uphill,
    usual,
)

RATE = 0.07  # no 1 - beta, by which it might be mistaken
ORDER = np.array([0, 0, 0, 1, 1])  # a parameter of three entries and one of two
rng = np.random.default_rng(0)
# Slopes of four steps that differ, with small ones, at which an epsilon shows.
GS = list(rng.normal(size=(4, 5)) * [1.0, 1e-2, 1e-3, 1e-5, 1e-6])
VALUES = list(rng.normal(size=(4, 5)))


@pytest.fixture(autouse=True)
def no_warnings():
    """An audit works without NumPy's warnings."""
    with np.errstate(all="ignore"):
        yield


def same(a, b):
    return len(a) == len(b) and all(
        np.allclose(x, y, rtol=1e-9, atol=0) for x, y in zip(a, b, strict=True)
    )


@functools.cache
def catalogue():
    """All optimisers at the rate, and the steps of each as one row."""
    every = [rule for rule in rules(GS, RATE, ORDER, GS, VALUES) if "reads" not in rule[1]]
    return every, np.array([np.ravel(made) for _, _, made in every])


def named(steps):
    """Whether the first optimiser that takes these steps is sound, and its name."""
    every, table = catalogue()
    fitting = np.isclose(table, np.ravel(steps), rtol=1e-9, atol=0).all(axis=1)
    return every[int(fitting.argmax())][:2] if fitting.any() else None


def named_without_a_rate(steps):
    """The same where no rate is given."""
    for sound, name, made in rules(GS, None, ORDER, steps, VALUES):
        if same(made, steps):
            return sound, name
    return None


def walked(step, gs=GS):
    """The steps of an optimiser written as a function of its memory, the slopes and the count."""
    memory = {}
    return [step(memory, g, t) for t, g in enumerate(gs, start=1)]


def velocity(mu, new=1.0):
    """Momentum: v = mu v + new * slope."""

    def step(memory, g, t):
        memory["v"] = mu * memory.get("v", 0) + new * g
        return memory["v"]

    return step


def times(factor, step):
    return lambda memory, g, t: factor * step(memory, g, t)


def means(b1, b2, make):
    """Adam and whatever is made of its two running means."""

    def step(memory, g, t):
        memory["m"] = b1 * memory.get("m", 0) + (1 - b1) * g
        memory["v"] = b2 * memory.get("v", 0) + (1 - b2) * g**2
        return RATE * make(memory["m"], memory["v"], g, t)

    return step


def adam(b1, b2, epsilon):
    return means(b1, b2, lambda m, v, g, t: m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + epsilon))


MOMENTA = [0.9, 0.5, 0.8, 0.95, 0.99, 0.7, 0.6, 0.3]
BETAS = [
    (0.9, 0.999), (0.9, 0.99), (0.9, 0.9), (0.5, 0.999), (0.8, 0.999), (0.95, 0.999),
    (0.9, 0.9999), (0.8, 0.9), (0.9, 0.95),
]  # fmt: skip
EPSILONS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-10, 1e-4, 1e-3]


def test_gradient_descent_is_known_with_and_without_its_rate():
    steps = [RATE * g for g in GS]
    assert named(steps) == (True, "gradient descent with the rate 0.07")
    assert named_without_a_rate(steps) == (True, "gradient descent with the rate 0.07")
    assert named_without_a_rate([2 * u for u in steps]) == (
        True,
        "gradient descent with the rate 0.14",
    )
    assert named([2 * u for u in steps]) is None


@pytest.mark.parametrize("mu", MOMENTA)
def test_momentum_is_known_in_its_sound_forms(mu):
    def nesterov(memory, g, t):
        before = memory.get("v", 0)
        memory["v"] = mu * before + RATE * g
        return memory["v"] + mu * (memory["v"] - before)

    def corrected(memory, g, t):
        return running(memory, g, t) / (1 - mu**t)

    running = times(RATE, velocity(mu, 1 - mu))
    assert named(walked(velocity(mu, RATE))) == (True, f"momentum {mu}")
    assert named(walked(running)) == (True, f"momentum {mu}, as a running mean")
    assert named(walked(nesterov)) == (True, f"Nesterov's momentum {mu}")
    words = f"momentum {mu}, as a corrected running mean"
    assert named(walked(corrected)) == (True, words)


@pytest.mark.parametrize("mu", MOMENTA)
def test_without_a_rate_a_running_mean_is_momentum_at_another_one(mu):
    steps = walked(times(RATE, velocity(mu, 1 - mu)))
    assert named_without_a_rate(steps) == (True, f"momentum {mu}")


@pytest.mark.parametrize("mu", MOMENTA)
def test_slips_in_momentum_are_told_from_each_other(mu):
    def before(memory, g, t):
        old = memory.get("v", np.zeros_like(g))
        memory["v"] = mu * old + RATE * g
        return old

    def at_the_gradient(memory, g, t):
        memory["v"] = memory.get("v", 0) + mu * RATE * g
        return memory["v"]

    def first_without_the_rate(memory, g, t):
        memory["v"] = mu * memory["v"] + RATE * g if memory else g
        return memory["v"]

    def against(memory, g, t):
        memory["v"] = RATE * g - mu * memory.get("v", 0)
        return memory["v"]

    def shrunk(memory, g, t):
        memory["v"] = mu * (memory.get("v", 0) + RATE * g)
        return memory["v"]

    def turned(memory, g, t):
        memory["v"] = mu * memory.get("v", 0) + RATE * g
        return RATE * g - mu * memory["v"]

    heavy, mean = velocity(mu, RATE), velocity(mu, 1 - mu)
    for step, words in [
        (times(2, heavy), f"momentum {mu} whose velocity is added twice"),
        (times(1 + mu, heavy), f"momentum {mu} applied twice in each step"),
        (times(RATE, heavy), f"momentum {mu} with the rate applied twice"),
        (times(RATE**2, mean), f"momentum {mu}, as a running mean, with the rate applied twice"),
        (before, f"momentum {mu} with the velocity of the step before"),
        (at_the_gradient, f"momentum whose {mu} stands at the gradient, not at the velocity"),
        (first_without_the_rate,
         f"momentum {mu} whose first velocity is the gradient without the rate"),
        (against, f"momentum {mu} with the wrong sign: it works against the last step"),
        (shrunk, f"momentum {mu} that shrinks the new gradient too"),
        (turned, f"momentum {mu} whose velocity is added where it is subtracted"),
    ]:  # fmt: skip
        if (mu, step) != (0.5, shrunk):  # half of both: that is a running mean
            assert named(walked(step)) == (False, words)


def test_a_momentum_of_1_and_gradients_that_add_up_are_known():
    adding = walked(velocity(1.0, RATE))
    words = "as where gradients add up from step to step and are not set to 0"
    assert named(adding) == (False, f"momentum of 1, which forgets nothing, {words}")


@pytest.mark.parametrize("lag", [1, 2])
def test_gradients_of_steps_before_are_known(lag):
    steps = [RATE * GS[max(k - lag, 0)] for k in range(4)]
    assert named(steps) == (False, f"gradient descent with the gradient of {lag} step(s) before")


def test_a_gradient_that_is_never_computed_again_is_known():
    words = "gradient descent with the gradient of the first step, at every step"
    assert named([RATE * GS[0]] * 4) == (False, words)


@pytest.mark.parametrize(("b1", "b2"), BETAS)
@pytest.mark.parametrize("epsilon", EPSILONS)
def test_adam_and_its_relatives_are_known_at_each_epsilon(b1, b2, epsilon):
    def outside(m, v, g, t):
        return np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + epsilon)

    def inside(m, v, g, t):
        return m / (1 - b1**t) / np.sqrt(v / (1 - b2**t) + epsilon)

    def nadam(m, v, g, t):
        ahead = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
        return ahead / (np.sqrt(v / (1 - b2**t)) + epsilon)

    assert named(walked(adam(b1, b2, epsilon))) == (True, f"Adam ({b1}, {b2})")
    assert named(walked(means(b1, b2, outside)))[0]
    assert named(walked(means(b1, b2, inside)))[0]
    assert named(walked(means(b1, b2, nadam))) == (True, f"NAdam ({b1}, {b2})")


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999, 0.95])
@pytest.mark.parametrize("epsilon", EPSILONS)
def test_rmsprop_and_adagrad_are_known_at_each_epsilon(rho, epsilon):
    def rmsprop(memory, g, t, inside=False):
        memory["v"] = rho * memory.get("v", 0) + (1 - rho) * g**2
        root = np.sqrt(memory["v"] + epsilon) if inside else np.sqrt(memory["v"]) + epsilon
        return RATE * g / root

    def adagrad(memory, g, t, inside=False):
        memory["v"] = memory.get("v", 0) + g**2
        root = np.sqrt(memory["v"] + epsilon) if inside else np.sqrt(memory["v"]) + epsilon
        return RATE * g / root

    for inside in (False, True):
        steps = walked(lambda memory, g, t, i=inside: rmsprop(memory, g, t, i))
        assert named(steps) == (True, f"RMSProp ({rho})")
        scaled = [np.sqrt(1 - rho) * u for u in steps]
        if rho < 0.999:  # nearer to 1 it is AdaGrad, as far as four steps show
            sound, name = named(scaled)
            assert not sound
            assert name.startswith(f"RMSProp ({rho}) whose squares are added without the factor")
        steps = walked(lambda memory, g, t, i=inside: adagrad(memory, g, t, i))
        assert named(steps) == (True, "AdaGrad")


@pytest.mark.parametrize("decay", [0.01, 0.1, 0.001, 1e-4])
def test_adamw_shrinks_the_parameters_beside_adams_step(decay):
    steps = walked(adam(0.9, 0.999, 1e-8))
    shrunk = [u + RATE * decay * v for u, v in zip(steps, VALUES, strict=True)]
    assert named(shrunk) == (True, "AdamW")
    grown = [u - RATE * decay * v for u, v in zip(steps, VALUES, strict=True)]
    assert named(grown) is None


def test_steps_along_the_sign_are_known_and_told_from_a_memory_that_is_lost():
    assert named([RATE * np.sign(g) for g in GS]) == (True, "steps along the sign of the gradient")
    lost = [RATE * g / (np.abs(g) + 1e-8) for g in GS]
    words = "whose means are forgotten after each step, or AdaGrad and RMSProp without +="
    assert named(lost) == (False, f"Adam (0.9, 0.999) {words}")


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.999])
def test_slips_in_rmsprop_are_known(rho):
    def first_square(memory, g, t):
        memory["v"] = rho * memory["v"] + (1 - rho) * g**2 if memory else g**2
        return RATE * g / (np.sqrt(memory["v"]) + 1e-8)

    def turned(memory, g, t):
        memory["v"] = (1 - rho) * memory.get("v", 0) + rho * g**2
        return RATE * g / (np.sqrt(memory["v"]) + 1e-8)

    words = f"RMSProp ({rho}) whose mean starts at the first square, not at 0"
    assert named(walked(first_square)) == (False, words)
    words = f"RMSProp ({rho}) whose rho is the wrong way round: (1 - rho) v + rho g * g"
    assert named(walked(turned)) == (False, words)


def slips_of_adam(b1, b2, e):
    """Steps of Adam with one slip each, by what the audit calls them."""
    first, second = (lambda t: 1 - b1**t), (lambda t: 1 - b2**t)

    def ahead(m, v, g, t):
        return m / first(t + 1) / (np.sqrt(v / second(t + 1)) + e)

    def by_parameters(m, v, g, t):
        count = 2 * (t - 1) + np.array([1, 1, 1, 2, 2])
        return m / first(count) / (np.sqrt(v / second(count)) + e)

    def from_the_last(m, v, g, t):
        count = 2 * (t - 1) + np.array([2, 2, 2, 1, 1])
        return m / first(count) / (np.sqrt(v / second(count)) + e)

    return {
        "without the correction of the means": lambda m, v, g, t: m / (np.sqrt(v) + e),
        "corrected by 1 - beta, not 1 - beta**t, or without the factors 1 - beta":
            lambda m, v, g, t: m / first(1) / (np.sqrt(v / second(1)) + e),
        "with a counter that moves on at each parameter": by_parameters,
        "with a counter that moves on at each parameter, from the last": from_the_last,
        "with a counter that is one step ahead": ahead,
        "with the correction of the first mean alone":
            lambda m, v, g, t: m / first(t) / (np.sqrt(v) + e),
        "with the correction of the second mean alone":
            lambda m, v, g, t: m / (np.sqrt(v / second(t)) + e),
        "multiplied by the corrections, not divided":
            lambda m, v, g, t: m * first(t) / (np.sqrt(v * second(t)) + e),
        "with the root of beta2**t, not of 1 - beta2**t":
            lambda m, v, g, t: np.sqrt(b2**t) / first(t) * m / (np.sqrt(v) + e),
        "without the root": lambda m, v, g, t: m / first(t) / (v / second(t) + e),
        "with both corrections by beta1":
            lambda m, v, g, t: m / first(t) / (np.sqrt(v / first(t)) + e),
        "with beta1 * t in place of beta1**t":
            lambda m, v, g, t: m / (1 - b1 * t) / (np.sqrt(v / second(t)) + e),
        "with beta * t in place of beta**t":
            lambda m, v, g, t: m / (1 - b1 * t) / (np.sqrt(np.abs(v / (1 - b2 * t))) + e),
    }  # fmt: skip


THE_SAME = {
    # 1 - 0.9 is the root of 1 - 0.99: nothing is divided by too little
    (0.9, 0.99, "corrected by 1 - beta, not 1 - beta**t, or without the factors 1 - beta"),
    (0.9, 0.9, "with both corrections by beta1"),  # as they should be
}


@pytest.mark.parametrize(("b1", "b2"), BETAS[:6])
@pytest.mark.parametrize("epsilon", EPSILONS[:4])
def test_slips_in_adam_are_told_from_each_other(b1, b2, epsilon):
    for words, make in slips_of_adam(b1, b2, epsilon).items():
        if (b1, b2, words) in THE_SAME:
            continue
        assert named(walked(means(b1, b2, make))) == (False, f"Adam ({b1}, {b2}) {words}")


@pytest.mark.parametrize(("b1", "b2"), BETAS[:6])
@pytest.mark.parametrize("epsilon", EPSILONS[:4])
def test_slips_in_adams_means_are_told_from_each_other(b1, b2, epsilon):
    def of_the_mean(memory, g, t):
        memory["m"] = b1 * memory.get("m", 0) + (1 - b1) * g
        memory["v"] = b2 * memory.get("v", 0) + (1 - b2) * memory["m"] ** 2
        root = np.sqrt(memory["v"] / (1 - b2**t)) + epsilon
        return RATE * memory["m"] / (1 - b1**t) / root

    def corrected_for_good(memory, g, t):
        memory["m"] = (b1 * memory.get("m", 0) + (1 - b1) * g) / (1 - b1**t)
        memory["v"] = (b2 * memory.get("v", 0) + (1 - b2) * g**2) / (1 - b2**t)
        return RATE * memory["m"] / (np.sqrt(memory["v"]) + epsilon)

    adams = f"Adam ({b1}, {b2})"
    words = f"{adams} with the squares of the mean, not of the gradient"
    assert named(walked(of_the_mean)) == (False, words)
    words = f"{adams} that keeps the corrected means for the next step"
    assert named(walked(corrected_for_good)) == (False, words)


@pytest.mark.parametrize(("b1", "b2"), [(0.9, 0.999), (0.95, 0.999), (0.8, 0.999)])
def test_betas_that_are_exchanged_or_the_wrong_way_round_are_known(b1, b2):
    steps = walked(adam(b2, b1, 1e-8))
    assert named(steps) == (False, f"Adam with beta1 = {b2} and beta2 = {b1}, exchanged")
    for c1, c2, words in [
        (1 - b1, 1 - b2, "both means"), (1 - b1, b2, "the mean"),
        (b1, 1 - b2, "the mean of the squares"),
    ]:  # fmt: skip
        whole = (
            f"Adam ({b1}, {b2}) whose betas are the wrong way round in {words}: "
            "(1 - beta) m + beta g"
        )
        assert named(walked(adam(c1, c2, 1e-8))) == (False, whole)  # corrected by its own weights

        def corrected_as_meant(m, v, g, t):
            return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + 1e-8)

        assert named(walked(means(c1, c2, corrected_as_meant))) == (False, whole)


def test_a_gradient_that_stays_or_adds_up_is_told_beside_the_optimisers_name():
    first = walked(adam(0.9, 0.99, 1e-8), [GS[0]] * 4)
    words = "with the gradient of the first step, at every step"
    assert named(first)[0] is False
    assert named(first)[1].endswith(words)
    adding = walked(adam(0.9, 0.999, 1e-8), list(np.cumsum(GS, axis=0)))
    words = "Adam (0.9, 0.999) with gradients that add up from step to step"
    assert named(adding) == (False, words)


@pytest.mark.parametrize(("b1", "b2"), [(0.9, 0.999), (0.9, 0.99), (0.5, 0.999), (0.95, 0.999)])
def test_the_counter_of_adam_is_read_off_its_steps(b1, b2):
    reads = iter([3, 4, 5, 6])  # a counter that began at 2

    def step(memory, g, t):
        memory["m"] = b1 * memory.get("m", 0) + (1 - b1) * g
        memory["v"] = b2 * memory.get("v", 0) + (1 - b2) * g**2
        at = next(reads)
        return RATE * np.sqrt(1 - b2**at) / (1 - b1**at) * memory["m"] / np.sqrt(memory["v"])

    gs = list(np.random.default_rng(1).normal(size=(4, 5)))
    steps = walked(step, gs)
    found = [
        (sound, name)
        for sound, name, made in counted_otherwise(gs, RATE, ORDER, steps)
        if all(np.allclose(m, u, rtol=1e-6) for m, u in zip(made, steps, strict=True))
    ]
    words = "whose counter reads 3, 3, 4, 4, 5, 5, … at the 2 parameters, one step after the other"
    assert found == [(False, f"Adam ({b1}, {b2}) {words}")]
    right = walked(adam(b1, b2, 1e-12), gs)
    found = [name for _, name, _ in counted_otherwise(gs, RATE, ORDER, right)]
    assert f"Adam ({b1}, {b2})" not in {name.partition(" whose")[0] for name in found}


@pytest.mark.parametrize(("counts", "told"), [((3, 4, 4, 5), True), ((3, 4, 3, 5), False)])
def test_no_counter_of_adam_goes_back(counts, told):
    gs = list(np.random.default_rng(1).normal(size=(4, 5)))

    def step(memory, g, t):
        at = counts[t - 1]
        memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        memory["v"] = 0.99 * memory.get("v", 0) + 0.01 * g**2
        return RATE * np.sqrt(1 - 0.99**at) / (1 - 0.9**at) * memory["m"] / np.sqrt(memory["v"])

    steps = walked(step, gs)
    rules = counted_otherwise(gs, RATE, ORDER, steps)
    assert sum(np.allclose(made, steps, rtol=1e-6) for _, _, made in rules) == told


SHARED = np.array([0, 0, 1, 1, 2])  # two parameters of one size, and one alone


@pytest.mark.parametrize("mu", [0.9, 0.5, 0.8, 0.95, 0.99])
def test_momentum_whose_memory_is_shared_is_known(mu):
    for new, words in [(1.0, ""), (1 - mu, ", as a running mean")]:
        memory, steps = {1: 0, 2: 0}, []
        for g in GS:
            step = np.zeros(5)
            for k in range(3):
                size = int((k == SHARED).sum())
                memory[size] = mu * memory[size] + new * RATE * g[k == SHARED]
                step[k == SHARED] = memory[size]
            steps.append(step)
        found = {name for name, made in shared_rules(GS, RATE, SHARED, steps) if same(made, steps)}
        assert found == {f"momentum {mu}{words}"}


@pytest.mark.parametrize(("b1", "b2"), [(0.9, 0.999), (0.9, 0.99)])
def test_adam_whose_memory_is_shared_is_known(b1, b2):
    m, v, steps = {1: 0, 2: 0}, {1: 0, 2: 0}, []
    for t, g in enumerate(GS, start=1):
        step = np.zeros(5)
        for k in range(3):
            at = k == SHARED
            size = int(at.sum())
            m[size] = b1 * m[size] + (1 - b1) * g[at]
            v[size] = b2 * v[size] + (1 - b2) * g[at] ** 2
            step[at] = RATE * m[size] / (1 - b1**t) / (np.sqrt(v[size] / (1 - b2**t)) + 1e-8)
        steps.append(step)
    found = [name for name, made in shared_rules(GS, RATE, SHARED, steps) if same(made, steps)]
    assert found == [f"Adam ({b1}, {b2})"]


def test_sound_optimisers_are_known_when_they_go_uphill():
    steps = [-u for u in walked(adam(0.9, 0.999, 1e-8))]
    found = [(s, name) for s, name, made in uphill(GS, RATE, steps, VALUES) if same(made, steps)]
    assert found == [(False, "Adam (0.9, 0.999)")]
    signs = [-RATE * np.sign(g) for g in GS]  # signs alone fit too easily
    assert not [name for _, name, made in uphill(GS, RATE, signs, VALUES) if same(made, signs)]


def test_adaptive_and_sound_leaves_out_slips_and_signs():
    steps = walked(adam(0.9, 0.999, 1e-8))
    for rate in (RATE, None):  # the rate is the usual length of the first step
        names = [
            name for name, made in adaptive_and_sound(GS, rate, ORDER, steps, VALUES)
            if same(made, steps) or rate is None
        ]  # fmt: skip
        assert names[0] == "Adam (0.9, 0.999)"
        assert not any("sign of" in name for name in names)


def test_a_step_divided_by_its_own_slope_is_known_where_the_epsilon_shows():
    g = np.array([1.0, -0.5, 0.25, 2.0, -3.0])
    assert divided_by_itself(RATE * g / (np.abs(g) + 1e-3), g, RATE)
    assert not divided_by_itself(RATE * np.sign(g), g, RATE)
    assert not divided_by_itself(RATE * g, g, RATE)
    assert not divided_by_itself(RATE * g / (np.abs(g) + 1e-3), g, 0.0)
    few = np.array([1.0, -0.5, 0.25, 0.0, 0.0])  # three slopes show nothing
    assert not divided_by_itself(RATE * few / (np.abs(few) + 1e-3), few, RATE)
    four = np.array([1.0, -0.5, 0.25, 2.0, 0.0])
    assert divided_by_itself(RATE * four / (np.abs(four) + 1e-3), four, RATE)


def test_the_usual_optimisers_last_steps():
    found = usual(GS, RATE)

    def rmsprop(rho):
        def step(memory, g, t):
            memory["v"] = rho * memory.get("v", 0) + (1 - rho) * g**2
            return RATE * g / (np.sqrt(memory["v"]) + 1e-8)

        return step

    expected = {
        "Adam (0.9, 0.999)": adam(0.9, 0.999, 1e-8),
        "Adam (0.9, 0.99)": adam(0.9, 0.99, 1e-8),
        "RMSProp (0.9)": rmsprop(0.9),
        "RMSProp (0.99)": rmsprop(0.99),
        "AdaGrad": lambda memory, g, t: RATE * g / (np.sqrt(sum(x**2 for x in GS)) + 1e-8),
    }
    expected |= {f"momentum {mu}": times(RATE, velocity(mu)) for mu in (0.9, 0.5, 0.8, 0.95, 0.99)}
    assert found.keys() == expected.keys()
    for name, step in expected.items():
        np.testing.assert_allclose(found[name], walked(step)[-1], rtol=1e-12)


LATER = {  # by its name: the step at a rate of 1, of a memory, the slopes and the count
    "AMSGrad": lambda s, g, t: s["m"] / (1 - 0.9**t) / (np.sqrt(s["top"]) + 1e-8),
    "AMSGrad, corrected last": lambda s, g, t: (
        s["m"] / (1 - 0.9**t) / (np.sqrt(s["top of v"] / (1 - 0.999**t)) + 1e-8)
    ),
    "Adamax": lambda s, g, t: s["m"] / (1 - 0.9**t) / (s["norm"] + 1e-8),
    "AdaBelief": lambda s, g, t: (
        s["m"] / (1 - 0.9**t) / (np.sqrt(s["spread"] / (1 - 0.999**t)) + 1e-8)
    ),
    "NAdam": lambda s, g, t: (
        (0.9 * s["m"] + 0.1 * g) / (1 - 0.9**t) / (np.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8)
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_relatives_of_adam_that_keep_another_second_mean_are_known(name):
    def step(memory, g, t):
        names = ("m", "v", "top", "top of v", "norm", "spread")
        old = dict.fromkeys(names, np.zeros_like(g)) | memory
        m, v = 0.9 * old["m"] + 0.1 * g, 0.999 * old["v"] + 0.001 * g**2
        memory |= {
            "m": m, "v": v, "top": np.maximum(old["top"], v / (1 - 0.999**t)),
            "top of v": np.maximum(old["top of v"], v),
            "norm": np.maximum(0.999 * old["norm"], np.abs(g)),
            "spread": 0.999 * old["spread"] + 0.001 * (g - m) ** 2 + 1e-8,
        }  # fmt: skip
        return RATE * LATER[name](memory, g, t)

    assert named(walked(step)) == (True, f"{name.partition(',')[0]} (0.9, 0.999)")


@pytest.mark.parametrize("rho", [0.9, 0.99, 0.95])
def test_centred_rmsprop_and_adadelta_are_known(rho):
    def centred(memory, g, t):
        memory["m"] = rho * memory.get("m", 0) + (1 - rho) * g
        memory["v"] = rho * memory.get("v", 0) + (1 - rho) * g**2
        return RATE * g / np.sqrt(memory["v"] - memory["m"] ** 2 + 1e-6)

    def adadelta(memory, g, t):
        memory["v"] = rho * memory.get("v", 0) + (1 - rho) * g**2
        step = np.sqrt((memory.get("w", 0) + 1e-6) / (memory["v"] + 1e-6)) * g
        memory["w"] = rho * memory.get("w", 0) + (1 - rho) * step**2
        return step

    assert named(walked(centred)) == (True, f"centred RMSProp ({rho})")
    assert named(walked(adadelta)) == (True, f"AdaDelta ({rho})")
    assert named(walked(times(RATE, adadelta))) == (True, f"AdaDelta ({rho}), times the rate")


def test_lion_goes_along_the_sign_of_a_mean():
    def step(memory, g, t):
        old = memory.get("m", 0)
        memory["m"] = 0.99 * old + 0.01 * g
        return RATE * np.sign(0.9 * old + 0.1 * g)

    turned = [GS[0], GS[0], -0.1 * GS[0], GS[1]]  # the sign of the mean is not that of the slope
    made = walked(step, turned)
    every = [name for _, name, each in rules(turned, RATE, ORDER, made, VALUES) if same(each, made)]
    assert every[0] == "Lion (0.9, 0.99), along the sign of a mean"


def test_adam_whose_means_are_forgotten_while_its_counter_moves_on_is_known():
    def step(memory, g, t):
        mean, square = 0.1 * g / (1 - 0.9**t), 0.001 * g * g / (1 - 0.999**t)
        return RATE * mean / (np.sqrt(square) + 1e-8)

    name = "Adam (0.9, 0.999) whose means are forgotten while its counter moves on"
    assert named(walked(step)) == (False, name)
