"""The audit's optimisers: each is known by its steps, and each slip by its own name."""

import functools

import numpy as np
import pytest
from anew import (
    BETAS,
    EPSILONS,
    GS,
    LATER,
    MOMENTA,
    ORDER,
    RATE,
    VALUES,
    adadelta,
    adagrad,
    adam,
    centred,
    later,
    means,
    rmsprop,
    times,
    velocity,
    walked,
)

from nnlib.audit.optimisers import (
    adaptive_and_sound,
    common_rules,
    counted_otherwise,
    divided_by_itself,
    momentum_rules,
    published,
    rules,
    shared_rules,
    uphill,
    usual,
)


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
    for inside in (False, True):
        steps = walked(rmsprop(rho, epsilon, inside=inside))
        assert named(steps) == (True, f"RMSProp ({rho})")
        if rho < 0.999:  # nearer to 1 it is AdaGrad, as far as four steps show
            assert named([np.sqrt(1 - rho) * u for u in steps]) == (False, (
                f"RMSProp ({rho}) whose squares are added without the factor {1 - rho:.3g}: {rho} "
                f"v + g * g, so that its steps are {np.sqrt(1 - rho):.4g} times as long"
            ))  # fmt: skip
        assert named(walked(adagrad(epsilon, inside))) == (True, "AdaGrad")


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
        "with beta2**2 in place of beta2**t":
            lambda m, v, g, t: m / first(t) / (np.sqrt(v / second(2)) + e),
        "with beta**2 in place of beta**t":
            lambda m, v, g, t: m / first(2) / (np.sqrt(v / second(2)) + e),
        "without the root": lambda m, v, g, t: m / first(t) / (v / second(t) + e),
        "with both corrections by beta1":
            lambda m, v, g, t: m / first(t) / (np.sqrt(v / first(t)) + e),
        "with both corrections by beta2":
            lambda m, v, g, t: m / second(t) / (np.sqrt(v / second(t)) + e),
        "whose means are forgotten while its counter moves on": lambda m, v, g, t: (
            (1 - b1) * g / first(t) / (np.sqrt((1 - b2) * g * g / second(t)) + e)
        ),
        "with beta1 * t in place of beta1**t":
            lambda m, v, g, t: m / (1 - b1 * t) / (np.sqrt(v / second(t)) + e),
        "with beta * t in place of beta**t":
            lambda m, v, g, t: m / (1 - b1 * t) / (np.sqrt(np.abs(v / (1 - b2 * t))) + e),
    }  # fmt: skip


THE_SAME = {
    # 1 - 0.9 is the root of 1 - 0.99: nothing is divided by too little
    (0.9, 0.99, "corrected by 1 - beta, not 1 - beta**t, or without the factors 1 - beta"),
    (0.9, 0.9, "with both corrections by beta1"),  # as they should be
    (0.9, 0.9, "with both corrections by beta2"),
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
@pytest.mark.parametrize("epsilon", EPSILONS[:4])
def test_betas_that_are_exchanged_or_the_wrong_way_round_are_known(b1, b2, epsilon):
    steps = walked(adam(b2, b1, epsilon))
    assert named(steps) == (False, f"Adam with beta1 = {b2} and beta2 = {b1}, exchanged")
    for c1, c2, words in [
        (1 - b1, 1 - b2, "both means"), (1 - b1, b2, "the mean"),
        (b1, 1 - b2, "the mean of the squares"),
    ]:  # fmt: skip
        whole = (
            f"Adam ({b1}, {b2}) whose betas are the wrong way round in {words}: "
            "(1 - beta) m + beta g"
        )
        own = walked(adam(c1, c2, epsilon))  # corrected by its own weights
        assert named(own) == (False, whole)

        def corrected_as_meant(m, v, g, t):
            return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + epsilon)

        assert named(walked(means(c1, c2, corrected_as_meant))) == (False, whole)


def test_a_gradient_that_stays_or_adds_up_is_told_beside_the_optimisers_name():
    first = walked(adam(0.9, 0.99, 1e-8), [GS[0]] * 4)
    words = "with the gradient of the first step, at every step"
    assert named(first)[0] is False
    assert named(first)[1].endswith(words)
    adding = walked(adam(0.9, 0.999, 1e-8), list(np.cumsum(GS, axis=0)))
    words = "Adam (0.9, 0.999) with gradients that add up from step to step"
    assert named(adding) == (False, words)


@pytest.mark.parametrize(
    ("b1", "b2"), [(0.9, 0.999), (0.9, 0.99), (0.9, 0.9), (0.5, 0.999), (0.95, 0.999)]
)
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


SHARED = np.array([0, 0, 1, 2, 2, 3])  # two layers of one size: weights, bias, weights, bias
SIZES = [2, 1, 2, 1]
SHARED_GS = list(np.random.default_rng(5).normal(size=(4, 6)) * [1, 0.1, 1e-2, 1, 1e-3, 1e-4])


def walked_together(rule, visits=range(4), keys=SIZES):
    """Steps by a memory that the parameters of one key share, one after the other."""
    memories = {key: {} for key in keys}

    def step(memory, g, t):
        made = np.zeros_like(g)
        for k in visits:
            made[k == SHARED] = rule(memories[keys[k]], g[k == SHARED], t)
        return made

    return walked(step, SHARED_GS)


def shared_by(steps, rate=RATE, keys=None, tolerance=1e-9):
    """The optimisers whose memory would have to be shared for these steps."""
    return {
        name for name, made in shared_rules(SHARED_GS, rate, SHARED, steps, keys)
        if np.allclose(made, steps, rtol=tolerance, atol=0)
    }  # fmt: skip


SHARED_RULES = {
    **{f"momentum {mu}": velocity(mu, RATE) for mu in MOMENTA[:5]},
    **{f"momentum {mu}, as a running mean": velocity(mu, (1 - mu) * RATE) for mu in MOMENTA[:5]},
    "Adam (0.9, 0.999)": adam(0.9, 0.999, 1e-8), "Adam (0.9, 0.99)": adam(0.9, 0.99, 1e-8),
    "AdaGrad": adagrad(), "RMSProp (0.9)": rmsprop(0.9), "RMSProp (0.99)": rmsprop(0.99),
}  # fmt: skip


@pytest.mark.parametrize("visits", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]])
@pytest.mark.parametrize("name", SHARED_RULES)
def test_an_optimiser_whose_memory_is_shared_is_known(name, visits):
    steps = walked_together(SHARED_RULES[name], visits)
    assert shared_by(steps) == {name}
    assert not shared_by([1.01 * u for u in steps])
    if "mean" not in name and "RMSProp" not in name:  # their first step is shorter than the rate
        assert shared_by(steps, None, tolerance=1e-2) >= {name}


@pytest.mark.parametrize("name", ["AdaGrad", "RMSProp (0.9)", "RMSProp (0.99)"])
def test_the_epsilon_beside_a_shared_memory_may_stand_under_the_root(name):
    keep, new = {"AdaGrad": (1, 1), "RMSProp (0.9)": (0.9, 0.1)}.get(name, (0.99, 0.01))
    assert shared_by(walked_together(rmsprop(keep, 1e-8, new, inside=True))) == {name}


def test_of_three_parameters_the_last_layer_may_come_first():
    """The first one has no bias."""
    global_order = np.array([0, 0, 1, 1, 2, 2])
    memory, steps = 0, []
    for g in SHARED_GS:
        step = np.zeros(6)
        for k in (1, 2, 0):
            memory = 0.9 * memory + RATE * g[k == global_order]
            step[k == global_order] = memory
        steps.append(step)
    found = {name for name, made in shared_rules(SHARED_GS, RATE, global_order, steps)
             if same(made, steps)}  # fmt: skip
    assert found == {"momentum 0.9"}


def test_a_memory_may_be_shared_by_shapes_in_place_of_sizes():
    keys = ["a", "b", "a", "c"]  # the last two are of one size, and of two shapes
    steps = walked_together(velocity(0.9, RATE), keys=keys)
    assert shared_by(steps, keys=keys) == {"momentum 0.9"}
    assert not shared_by(steps)


def test_sound_optimisers_are_known_when_they_go_uphill():
    steps = [-u for u in walked(adam(0.9, 0.999, 1e-8))]
    found = [(s, name) for s, name, made in uphill(GS, RATE, steps, VALUES) if same(made, steps)]
    assert found == [(False, "Adam (0.9, 0.999)")]
    with_rate = [-u for u in walked(velocity(0.9, RATE))]
    found = [name for _, name, made in uphill(GS, None, with_rate, VALUES) if same(made, with_rate)]
    assert found[0] == "momentum 0.9"
    signs = [-RATE * np.sign(g) for g in GS]  # signs alone fit too easily
    assert not [name for _, name, made in uphill(GS, RATE, signs, VALUES) if same(made, signs)]


def test_adaptive_and_sound_leaves_out_slips_and_signs():
    steps = walked(adam(0.9, 0.999, 1e-8))
    for rate in (RATE, None):  # the rate is the usual length of the first step
        names = [
            name for name, made in adaptive_and_sound(GS, rate, steps, VALUES)
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
    expected = {
        "Adam (0.9, 0.999)": adam(0.9, 0.999, 1e-8),
        "Adam (0.9, 0.99)": adam(0.9, 0.99, 1e-8),
        "RMSProp (0.9)": rmsprop(0.9),
        "RMSProp (0.99)": rmsprop(0.99),
        "AdaGrad": adagrad(),
    }
    expected |= {f"momentum {mu}": times(RATE, velocity(mu)) for mu in (0.9, 0.5, 0.8, 0.95, 0.99)}
    assert found.keys() == expected.keys()
    for name, step in expected.items():
        np.testing.assert_allclose(found[name], walked(step)[-1], rtol=1e-12)


@pytest.mark.parametrize("epsilon", [1e-8, 1e-7, 1e-6])
@pytest.mark.parametrize("b2", [0.999, 0.99])
@pytest.mark.parametrize("name", LATER)
def test_relatives_of_adam_that_keep_another_second_mean_are_known(name, b2, epsilon):
    steps = walked(later(name, b2, epsilon))
    assert named(steps) == (True, f"{name.partition(',')[0]} (0.9, {b2})")


@pytest.mark.parametrize("epsilon", [1e-8, 1e-7, 1e-6, 1e-5, 1e-4])
@pytest.mark.parametrize("rho", [0.9, 0.99, 0.95])
def test_centred_rmsprop_and_adadelta_are_known(rho, epsilon):
    for inside in (True, False):
        assert named(walked(centred(rho, epsilon, inside))) == (True, f"centred RMSProp ({rho})")
    delta = adadelta(rho, epsilon)
    assert named(walked(delta)) == (True, f"AdaDelta ({rho})")
    assert named(walked(times(RATE, delta))) == (True, f"AdaDelta ({rho}), times the rate")


@pytest.mark.parametrize(("b1", "b2"), [(0.9, 0.99), (0.95, 0.98), (0.9, 0.999)])
def test_lion_goes_along_the_sign_of_a_mean(b1, b2):
    slopes = np.random.default_rng(1).normal(size=(12, 40))  # the mean often has another sign

    def step(memory, g, t):
        old = memory.get("m", 0)
        memory["m"] = b2 * old + (1 - b2) * g
        return RATE * np.sign(b1 * old + (1 - b1) * g)

    made, order = walked(step, slopes), np.zeros(40, dtype=int)
    every = [name for _, name, each in rules(slopes, RATE, order, made, list(slopes))
             if same(each, made)]  # fmt: skip
    assert every == [f"Lion ({b1}, {b2}), along the sign of a mean"]


def test_rprop_makes_a_length_longer_or_halves_it():
    g = np.array([1.0, -2.0, 0.5, 0.0, 3.0])
    slopes = [g, 2 * g * [1, -1, 1, 1, 0], g, -g]
    lengths = [[1] * 5, [1.2, 0.5, 1.2, 1, 1], [1.44, 0.25, 1.44, 1, 1],
               [0.72, 0.125, 0.72, 1, 0.5]]  # fmt: skip
    steps = [RATE * np.array(a) * np.sign(x) for a, x in zip(lengths, slopes, strict=True)]
    found = [(sound, name) for sound, name, made in rules(slopes, RATE, ORDER, steps, VALUES)
             if same(made, steps)]  # fmt: skip
    assert found == [(True, "RProp")]


@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize(
    ("rho", "new", "words"),
    [(1.0, 1.0, "AdaGrad whose sum of squares"), (0.9, 0.1, "RMSProp (0.9) whose mean"),
     (0.99, 0.01, "RMSProp (0.99) whose mean")],
)  # fmt: skip
def test_squares_that_come_one_step_late_are_known(rho, new, words, epsilon):
    def step(memory, g, t):
        made = RATE * g / (np.sqrt(memory.get("v", 0)) + epsilon)
        memory["v"] = rho * memory.get("v", 0) + new * g**2
        return made

    words = f"{words} is taken before the new square is in it"
    assert named(walked(step)) == (False, words)


def test_adamax_that_takes_the_largest_slope_and_not_the_largest_size_is_known():
    def step(memory, g, t):
        memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        memory["u"] = np.maximum(0.999 * memory.get("u", 0), g)
        return RATE * memory["m"] / (1 - 0.9**t) / (memory["u"] + 1e-8)

    assert named(walked(step)) == (False, (
        "Adamax (0.9, 0.999) with the maximum taken of the slope, not of its size: where it is "
        "negative the divisor is 0 but for epsilon"
    ))  # fmt: skip


@pytest.mark.parametrize(("b1", "b2"), BETAS[:3])
def test_means_that_are_0_again_at_each_step_are_known(b1, b2):
    def step(memory, g, t):
        mean, square = (1 - b1) * g / (1 - b1**t), (1 - b2) * g * g / (1 - b2**t)
        return RATE * mean / np.sqrt(square)

    words = f"Adam ({b1}, {b2}) whose means are 0 again at each step, while its counter goes on"
    assert named(walked(step)) == (False, words)


@pytest.mark.parametrize("epsilon", EPSILONS[:4])
def test_a_memory_that_is_lost_is_known_at_each_epsilon(epsilon):
    steps = [RATE * g / (np.abs(g) + epsilon) for g in GS]
    words = "whose means are forgotten after each step, or AdaGrad and RMSProp without +="
    assert named(steps) == (False, f"Adam (0.9, 0.999) {words}")


@pytest.mark.parametrize(("b1", "b2"), BETAS[:6])
def test_the_gradient_in_place_of_its_mean_is_no_slip_of_the_first_step(b1, b2):
    """There the correction of the mean would show; later it is RMSProp that is corrected."""
    make = means(b1, b2, lambda m, v, g, t: g / (np.sqrt(v / (1 - b2**t)) + 1e-8))
    name = f"Adam ({b1}, {b2}) with the gradient in place of its mean"
    made = [each for _, own, each in catalogue()[0] if own == name]
    steps = walked(make)
    assert any(np.isnan(each[0]).all() and same(each[1:], steps[1:]) for each in made)


def test_where_the_first_step_is_none_the_rate_is_read_off_the_second():
    steps = [np.zeros(5), *walked(velocity(0.9, RATE))[:3]]
    name = "momentum 0.9 with the velocity of the step before"
    assert named_without_a_rate(steps) == (False, name)
    one = rules(GS[:1], None, ORDER, steps[:1], VALUES[:1])
    assert "gradient descent with the rate 0" in [name for _, name, _ in one]


COMMON = {
    f"gradient descent with the rate {RATE}": lambda memory, g, t: RATE * g,
    **{f"momentum {mu}": velocity(mu, RATE) for mu in MOMENTA},
    "Adam (0.9, 0.999)": adam(0.9, 0.999, 1e-8), "Adam (0.9, 0.99)": adam(0.9, 0.99, 1e-8),
    "RMSProp (0.9)": rmsprop(0.9), "RMSProp (0.99)": rmsprop(0.99), "AdaGrad": adagrad(),
}  # fmt: skip


def test_the_optimisers_that_are_met_most():
    found = dict(common_rules(GS, GS, RATE))
    forms = {f"{kind}momentum {mu}{more}" for mu in MOMENTA for kind, more in (
        ("", ""), ("", ", as a running mean"), ("Nesterov's ", ""),
        ("", ", as a corrected running mean"),
    )}  # fmt: skip
    assert found.keys() == COMMON.keys() | forms
    assert len([*common_rules(GS, GS, RATE)]) == len(found)  # of a running mean there is one form
    for name, step in COMMON.items():
        steps = walked(step)
        assert same(found[name], steps)
        if "RMSProp" not in name:  # its first step is longer than the rate
            free = dict(common_rules(GS, steps, None))[name]
            np.testing.assert_allclose(free, steps, rtol=1e-2)


def test_the_published_optimisers_have_their_usual_numbers():
    made = [*published(GS, GS)]

    def found(step):
        steps = walked(times(1 / RATE, step))
        return {name for name, each in made if same(each, steps)}

    assert found(lambda memory, g, t: RATE * g) == {"gradient descent"}
    assert "steps along the sign of the gradient" in found(lambda m, g, t: RATE * np.sign(g))
    for b1, b2 in ((0.9, 0.999), (0.9, 0.99)):
        for epsilon in (1e-8, 1e-7):
            assert found(adam(b1, b2, epsilon)) == {f"Adam ({b1}, {b2})"}
    for epsilon in (1e-8, 1e-7, 1e-6):
        for inside in (False, True):
            for rho in (0.9, 0.99, 0.95):
                assert found(rmsprop(rho, epsilon, inside=inside)) == {f"RMSProp ({rho})"}
            assert found(adagrad(epsilon, inside)) == {"AdaGrad"}
        assert found(centred(0.95, epsilon)) == {"centred RMSProp (0.95)"}
    assert not found(adagrad(1e-5))


def test_what_has_no_slope_or_does_not_move_shows_no_epsilon():
    g = np.array([1.0, -0.5, 0.25, 2.0, -3.0])
    u = RATE * g / (np.abs(g) + 1e-3)
    for slope, move in ((0.0, 1.0), (1.0, 0.0)):
        assert divided_by_itself(np.append(u, move), np.append(g, slope), RATE)


def test_of_a_rho_near_to_1_no_missing_factor_is_told():
    names = {
        name.partition(" whose")[0] for _, name, _ in catalogue()[0] if "added without" in name
    }
    assert names == {"RMSProp (0.9)", "RMSProp (0.99)", "RMSProp (0.95)"}


def one_back(mu):
    def step(memory, g, t):
        made = RATE * (g + mu * memory.get("g", 0))
        memory["g"] = g
        return made

    return step


def with_new_velocity(mu):
    def step(memory, g, t):
        memory["v"] = mu * memory.get("v", 0) + RATE * g
        return mu * mu * memory["v"] + (1 + mu) * RATE * g

    return step


def subtracted_twice(mu):
    def step(memory, g, t):
        memory["v"] = mu * memory.get("v", 0) + RATE * g
        return memory["v"] + RATE * g

    return step


@pytest.mark.parametrize("mu", MOMENTA)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (one_back, "momentum {} that remembers one gradient alone, that of the step before, and "
                   "not what that step had gathered"),
        (with_new_velocity, "Nesterov's momentum {} with the new velocity in mu**2 v - (1 + mu) "
                            "rate g, where that of the step before belongs"),
        (subtracted_twice, "momentum {} beside which rate * gradient is subtracted once more: it "
                           "is in the velocity already"),
    ],
)  # fmt: skip
def test_a_velocity_that_is_made_or_used_in_a_wrong_way_is_known(make, words, mu):
    steps = walked(make(mu))
    assert named(steps) == (False, words.format(mu))
    lr = steps[0][0] / GS[0][0]  # as it is read off where no rate is given
    free = momentum_rules(GS, lr, True)
    found = [(sound, name) for sound, name, made in free if same(made, steps)]
    assert (False, words.format(mu)) in found


@pytest.mark.parametrize("mu", MOMENTA)
def test_a_velocity_that_is_multiplied_by_the_rate_is_known_where_little_is_left(mu):
    def shrunk(rate):
        def step(memory, g, t):
            memory["w"] = rate * (g + mu * memory.get("w", 0))
            return memory["w"]

        return step

    steps = walked(shrunk(RATE))
    assert named(steps) == (False, (
        f"momentum whose velocity is multiplied by the rate, too: {mu} * 0.07 = {mu * RATE:.4g} of "
        f"the last step is kept, and not {mu}"
    ))  # fmt: skip
    for rate in (0.0999 / mu, 0.1001 / mu):
        steps = walked(shrunk(rate))
        words = f"momentum whose velocity is multiplied by the rate, too: {mu} * "
        every = momentum_rules(GS, rate, False)
        found = [name for _, name, made in every if same(made, steps)]
        assert any(name.startswith(words) for name in found) == (rate * mu < 0.1)
