"""Steps by the targets of other samples, by one sample after the other, and behind dropout."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import reports
from exams import well_said

from nnlib.audit import missteps
from nnlib.audit.batches import (
    another_factor,
    few_samples,
    in_turn,
    several_factors,
    several_updates,
    some_by_one_alone,
    updates_without_looking,
    wrong_update,
)
from nnlib.audit.chains import compare_chain
from nnlib.audit.exam import Exam
from nnlib.audit.masks import (
    constant_neurons,
    layers_of,
    look_at_masks,
    tell_scale,
    verdicts_of,
)
from nnlib.audit.missteps import (
    barely_early,
    one_after_the_other,
    sequential,
    some_later,
    too_early,
    unsteady,
)
from nnlib.audit.orders import (
    better_order,
    by_chance,
    different_samples,
    in_other_order,
    tell_columns,
)
from nnlib.audit.pairs import fitting_rules, look_at_pairs, right_in_turn
from nnlib.audit.patient import Patient
from nnlib.audit.steps import grown, stays_whole, tell_divergence, tell_no_number
from nnlib.audit.update import Steps, draws_at_random, keeps_something, remembers_nothing

stored = reports.stored
RATE = 0.1
rng = np.random.default_rng(6)
X = rng.normal(size=(7, 3))
y = np.eye(3)[[0, 1, 2, 2, 1, 0, 1]]
START = {
    "W1": rng.normal(size=(3, 4)), "b1": rng.normal(size=4),
    "W2": rng.normal(size=(4, 3)), "b2": rng.normal(size=3),
}  # fmt: skip
NAMES = list(START)
VALUES = list(START.values())


def forward(p, X):
    a1 = np.tanh(X @ p["W1"] + p["b1"])
    return a1, 1 / (1 + np.exp(-(a1 @ p["W2"] + p["b2"])))


def predict(p, X):
    return forward(p, X)[1]


def loss(p, X, y):
    return float(np.sum((predict(p, X) - y) ** 2) / len(X))


def gradients(p, X, y):
    a1, a2 = forward(p, X)
    d2 = 2 * (a2 - y) / len(X) * a2 * (1 - a2)
    d1 = d2 @ p["W2"].T * (1 - a1**2)
    return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": a1.T @ d2, "b2": d2.sum(0)}


def descend(p, X, y, f=RATE):
    g = gradients(p, X, y)
    return {name: p[name] - f * g[name] for name in p}


def by_samples(p, X, y, order=None, f=RATE):
    """One update for each sample, in this order of the targets."""
    order = range(len(X)) if order is None else order
    for i, j in enumerate(order):
        p = descend(p, X[i : i + 1], y[j : j + 1], f)
    return p


def exam_of(step, step_is="update", rate=RATE, own=False, **more):
    functions = {"predict": predict, "loss": loss, "step": step, **more}
    if own:
        functions["gradients"] = gradients
    exam = Exam(Patient(X, y, START, functions), rate, step_is, {})
    exam.patient.n = len(X)
    exam.chain = [exam.patient.start]
    for _ in range(4):
        exam.chain.append(exam.patient.stepped(exam.chain[-1], exam.patient.data()))
    return exam


def said(exam):
    return [f"{f.severity} {f.kind} ({f.where}): {f.seen}" for f in well_said(exam)]


@pytest.fixture(autouse=True)
def no_warnings():
    with np.errstate(all="ignore"):
        yield


# Targets of other samples


def test_different_samples_have_different_targets_first():
    exam = exam_of(descend)
    assert different_samples(exam, 2).tolist() == [0, 1]
    assert different_samples(exam, 4).tolist() == [0, 1, 2, 3]
    assert different_samples(exam, 6).tolist() == [
        0,
        1,
        2,
        3,
        4,
        6,
    ]  # 5: as 0
    assert different_samples(exam, 9).tolist() == [0, 1, 2, 3, 4, 6, 5]


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("f", [RATE, 1.02 * RATE])
def test_an_update_by_the_targets_of_others_is_told(own, f, stored):
    exam = exam_of(lambda p, X, y: descend(p, X, y[::-1], f), own=own)
    assert [in_other_order(exam, Steps(exam)), *said(exam)] == stored


def test_an_update_by_its_own_targets_is_not():
    for rate in (RATE, None):
        exam = exam_of(descend, rate=rate)
        assert not in_other_order(exam, Steps(exam))
        assert not exam.findings


def test_targets_of_others_need_a_rate_unless_the_step_shows_signs_alone(stored):
    exam = exam_of(lambda p, X, y: descend(p, X, np.roll(y, 1, axis=0)), rate=None)
    assert not in_other_order(exam, Steps(exam))

    def signs(p, X, y):
        g = gradients(p, X, np.roll(y, 1, axis=0))
        return {name: p[name] - 0.01 * np.sign(g[name]) for name in p}

    exam = exam_of(signs, rate=None)
    assert in_other_order(exam, Steps(exam))
    assert said(exam) == stored


@pytest.mark.parametrize("by", [0, 1, 2])
def test_columns_of_targets_that_are_moved_along_are_told(by):
    exam = exam_of(lambda p, X, y: descend(p, X, np.roll(y, by, axis=1)))
    assert tell_columns(exam, Steps(exam), exam.points[1]) == (by > 0)
    assert said(exam) == [
        f"wrong gradient_wrong (step): the step goes along the gradient for targets whose columns "
        f"are moved by {by if by < 2 else by - 3}: each class stands where another one should."
    ] * (by > 0)  # fmt: skip


def test_columns_are_asked_for_on_one_sample_more_than_there_are():
    """One class is there twice: so no order of the rows does the same."""
    asked = []
    exam = exam_of(lambda p, X, y: descend(p, X, y[::-1]))
    steps = Steps(exam)
    moved = steps.moved
    steps.moved = lambda values, index: asked.append(index.tolist()) or moved(values, index)
    assert not tell_columns(exam, steps, exam.points[1])
    assert asked == [[0, 1, 2, 3]]


def test_columns_need_targets_a_network_and_its_loss():
    def moved(p, X, y):
        return descend(p, X, np.roll(y, 1, axis=1))

    for name in ("targets", "dense", "formula"):
        exam = exam_of(moved)
        assert exam.formula is not None
        setattr(exam, name, None)
        assert not tell_columns(exam, Steps(exam), exam.points[1])


@pytest.mark.parametrize(("columns", "samples", "asked"), [
    (2, 7, False), (3, 7, True), (29, 31, True), (30, 31, False), (5, 5, False), (5, 6, True),
])  # fmt: skip
def test_columns_are_looked_at_where_there_are_some_and_samples_for_each(columns, samples, asked):
    """A network of one layer, of which each column of targets goes with one of its own."""
    draw = np.random.default_rng(1)
    rows, targets = draw.normal(size=(samples, 3)), np.eye(columns)[np.arange(samples) % columns]

    def answer(p, X):
        return 1 / (1 + np.exp(-(X @ p["W"] + p["b"])))

    def step(p, X, y):
        a = answer(p, X)
        d = 2 * (a - np.roll(y, 1, axis=1)) / len(X) * a * (1 - a)
        return {"W": p["W"] - RATE * X.T @ d, "b": p["b"] - RATE * d.sum(axis=0)}

    start = {"W": draw.normal(size=(3, columns)), "b": np.zeros(columns)}
    functions = {"predict": answer, "step": step,
                 "loss": lambda p, X, y: np.sum((answer(p, X) - y) ** 2) / len(X)}  # fmt: skip
    exam = Exam(Patient(rows, targets, start, functions), RATE, "update", {})
    exam.patient.n = samples
    assert tell_columns(exam, Steps(exam), exam.points[1]) == asked


def test_columns_that_are_moved_along_beside_a_penalty_are_told():
    """Of four samples alone the loss has another divisor, and the penalty has not."""

    def penalised(p, X, y):
        return loss(p, X, y) + 0.05 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))

    def step(p, X, y):
        moved = descend(p, X, np.roll(y, 1, axis=1))
        return {n: v - RATE * 0.1 * p[n] * (n[0] == "W") for n, v in moved.items()}

    exam = exam_of(step, loss=penalised)
    assert exam.formula.penalised
    assert tell_columns(exam, Steps(exam), exam.points[1])


def test_the_cosines_of_a_step_with_other_targets():
    exam = exam_of(lambda p, X, y: descend(p, X, y[::-1]), "epoch")
    own, other, order = better_order(exam, Steps(exam), np.array([0, 1, 2]), 0)
    assert other == pytest.approx(1)
    assert own < 0.93
    assert order == (2, 1, 0)
    exam = exam_of(descend, "epoch")
    assert better_order(exam, Steps(exam), np.array([0, 1, 2]), 0) is None


def test_few_numbers_are_near_to_a_gradient_by_chance():
    draw = np.random.default_rng(0)
    for size, cosine in ((3, 0.98), (5, 0.9), (9, 0.7)):
        a, g = draw.normal(size=(200_000, size)), draw.normal(size=size)
        near = np.abs(a @ g) > cosine * np.linalg.norm(g) * np.linalg.norm(a, axis=1)
        bound = by_chance(cosine, size, False)
        assert bound / 4 < near.mean() < bound
    assert by_chance(1.0, 3, False) == 0
    assert by_chance(1.0, 1, False) == 1  # one number has two directions only
    assert by_chance(1.0, 5, True) == 1 / 32


@pytest.mark.parametrize(("size", "signs", "off", "told"), [
    (16, True, 0, False), (17, True, 0, True),  # 2**-17 is below 1e-5
    (5, False, 0.01, True), (5, False, 0.2, False), (17, False, 0.2, True),
])  # fmt: skip
def test_other_targets_are_told_where_their_fit_is_no_chance(size, signs, off, told):
    draw = np.random.default_rng(5)
    rows, targets = draw.normal(size=(3, size)), np.array([[-1.0], [0.2], [2.0]])

    def slope(p, X, y):
        return {"w": X.T @ (X @ p["w"] - y)}

    other = draw.normal(size=(size, 1))

    def step(p, X, y):
        g = slope(p, X, y[::-1])["w"]
        near = g + off * np.linalg.norm(g) * other / np.linalg.norm(other)
        return {"w": p["w"] - 0.01 * (np.sign(g) if signs else near)}

    functions = {"step": step, "gradients": slope}
    exam = Exam(Patient(rows, targets, {"w": np.zeros((size, 1))}, functions), 0.01, "epoch", {})
    exam.patient.n = 3
    found = better_order(exam, Steps(exam), np.arange(3), 0)
    assert (found is not None) == told
    if told:
        assert found[2] == (2, 1, 0)


def test_an_epoch_that_shuffles_the_rows_alone_is_told(stored):
    def shuffled(p, X, y):
        return by_samples(p, X, y, np.random.permutation(len(X)), 0.01)  # noqa: NPY002

    def together(p, X, y):
        order = np.random.permutation(len(X))  # noqa: NPY002
        return by_samples(p, X[order], y[order], None, 0.01)

    exam = exam_of(shuffled, "epoch", 0.01)
    look_at_pairs(exam)
    assert said(exam) == stored
    assert said(exam)
    exam = exam_of(together, "epoch", 0.01)
    look_at_pairs(exam)
    assert not exam.findings


def adam_by_samples(order):
    def new_step():
        memory = {}

        def step(p, X, y):
            for i, j in enumerate(order(len(X))):
                g = gradients(p, X[i : i + 1], y[j : j + 1])
                t = memory["t"] = memory.get("t", 0) + 1
                for name in p:
                    m, v = memory.get(name, (0, 0))
                    m, v = 0.9 * m + 0.1 * g[name], 0.999 * v + 0.001 * g[name] ** 2
                    memory[name] = m, v
                    root = np.sqrt(v / (1 - 0.999**t)) + 1e-8
                    p = {**p, name: p[name] - 0.01 * m / (1 - 0.9**t) / root}
            return p

        return step

    return new_step


def test_adam_by_samples_with_the_targets_of_others(stored):
    for order in (lambda n: range(n - 1, -1, -1), range):
        new_step = adam_by_samples(order)
        exam = exam_of(new_step(), "epoch", 0.01, new_step=new_step)
        assert fitting_rules(exam, Steps(exam)) == ["Adam (0.9, 0.999)", "Adam (0.9, 0.99)"]
        look_at_pairs(exam)
        assert said(exam) == stored


# One after the other


def test_right_updates_in_any_order_and_grouping_are_right():
    exam = exam_of(by_samples)
    steps, index = Steps(exam), np.array([1, 4, 6])
    for order in itertools.permutations(range(3)):
        for cut in (1, 2, 3):
            p = START
            for part in (order[:cut], order[cut:]):
                if part:
                    rows = index[sorted(part)]
                    p = descend(p, X[rows], y[rows])
            u = [a - b for a, b in zip(VALUES, p.values(), strict=True)]
            assert in_turn(steps, VALUES, index, u, RATE)
            assert not in_turn(steps, VALUES, index, u, RATE * 1.01)
            scale = max(np.abs(x).max() for x in u)
            near, far = [[x.copy() for x in u] for _ in range(2)]
            near[0][0, 0] += 0.9e-5 * scale
            far[0][0, 0] += 1.2e-5 * scale
            assert in_turn(steps, VALUES, index, near, RATE)
            assert not in_turn(steps, VALUES, index, far, RATE)


def test_without_gradients_no_step_is_right_in_turn():
    blind = SimpleNamespace(gradient=lambda values, index: None)
    assert not in_turn(blind, VALUES, np.array([1, 4]), VALUES, RATE)


def test_a_step_that_is_right_in_turn():
    chosen = np.array([0, 1, 2])
    for step, right in [
        (by_samples, True), (descend, True),
        (lambda p, X, y: by_samples(p, X, y, [1, 2, 0]), False),
    ]:  # fmt: skip
        exam = exam_of(step, "epoch")
        assert right_in_turn(exam, Steps(exam), chosen, 0) == right
    assert not right_in_turn(exam_of(by_samples, "epoch", None), Steps(exam), chosen, 0)


@pytest.mark.parametrize("n", [1, 2, 5, 199, 200])
def test_several_updates_by_the_gradient_are_counted(n):
    def step(p, X, y):
        for _ in range(n):
            p = descend(p, X, y, 0.01)
        return p

    exam = exam_of(step, rate=0.01)
    told = several_updates(exam, Steps(exam), exam.points[0], np.array([0, 3]))
    assert told == (1 < n < 200)
    assert exam.compared == [f"a step makes {n} updates by the gradient"] * told


def test_updates_that_do_not_look_again_are_told(stored):
    def step(p, X, y):
        a1, a2 = forward(p, X)
        d2 = 2 * (a2 - y) / len(X) * a2 * (1 - a2)
        for _ in range(len(X)):
            d1 = d2 @ p["W2"].T * (1 - a1**2)
            g = {"W1": X.T @ d1, "b1": d1.sum(0), "W2": a1.T @ d2, "b2": d2.sum(0)}
            p = {name: p[name] - RATE * g[name] for name in p}
        return p

    exam = exam_of(step)
    assert updates_without_looking(exam, Steps(exam), exam.points[0], None)
    assert said(exam) == stored
    for other in (descend, by_samples, lambda p, X, y: descend(p, X, y, 3 * RATE)):
        exam = exam_of(other)
        assert not updates_without_looking(exam, Steps(exam), exam.points[0], None)


def test_factors_that_differ_from_sample_to_sample():
    def uneven(p, X, y):
        return descend(p, X, y, RATE * (1 + 0.1 * X[0, 0]))

    for step, differ in [(descend, False), (uneven, True)]:
        exam = exam_of(step, rate=None)
        assert several_factors(exam, Steps(exam), exam.points[0]) == differ


def test_another_factor_on_all_samples(stored):
    def summed(p, X, y):
        return descend(p, X, y, RATE * len(X))

    for step, told in [(descend, False), (summed, True), (by_samples, False)]:
        exam = exam_of(step, None)
        assert another_factor(exam, Steps(exam), exam.points[0]) == told
        assert said(exam) == stored


@pytest.mark.parametrize("step_is", [None, "epoch", "batch"])
def test_an_epoch_is_asked_about_few_samples(step_is, stored):
    exam = exam_of(by_samples, step_is)
    few_samples(exam, Steps(exam), exam.points[0])
    assert [*said(exam), *exam.compared, *exam.missing] == stored
    assert wrong_update(exam, Steps(exam), exam.points[0], np.array([2])) is None


# What a step keeps, and draws


def test_a_step_that_remembers_or_draws_is_noticed():
    def momentum(p, X, y):
        memory["n"] = memory.get("n", 0) + 1
        return descend(p, X, y, RATE * memory["n"])

    def drawing(p, X, y):
        return descend(p, X, y, RATE * np.random.uniform(0.5, 1))  # noqa: NPY002

    for step, remembers, draws in [
        (descend, False, False), (momentum, True, True), (drawing, False, True)
    ]:  # fmt: skip
        memory = {}
        exam = exam_of(step)
        steps = Steps(exam)
        assert remembers_nothing(steps, exam.points[0]) != remembers
        assert keeps_something(steps, exam.points[0], None) == remembers
        assert draws_at_random(exam, steps, exam.points[0]) == draws


def test_a_move_that_rounding_makes_is_none():
    def barely(p, X, y):
        return {name: value + 4e-16 for name, value in p.items()}

    exam = exam_of(barely)
    values = [np.full_like(v, 0.5) for v in VALUES]
    assert all((u == 0).all() for u in Steps(exam).moved(values, None))
    exam = exam_of(lambda p, X, y: {name: value + 1e-14 for name, value in p.items()})
    assert all((u != 0).all() for u in Steps(exam).moved(values, None))


# Updates that come too early


def test_parameters_one_after_the_other(stored):
    def in_this_order(names):
        def step(p, X, y):
            for name in names:
                p = {**p, name: p[name] - RATE * gradients(p, X, y)[name]}
            return p

        return step

    for names in (NAMES, NAMES[::-1]):
        exam = exam_of(in_this_order(names))
        u = Steps(exam).moved(exam.points[0], None)
        assert one_after_the_other(exam, Steps(exam), exam.points[0], None, u)
        assert said(exam) == stored
    exam = exam_of(descend)
    u = Steps(exam).moved(exam.points[0], None)
    assert not one_after_the_other(exam, Steps(exam), exam.points[0], None, u)


def test_some_parameters_by_a_later_gradient(stored):
    def step(p, X, y):
        g = gradients(p, X, y)
        p = {**p, "W2": p["W2"] - RATE * g["W2"]}
        return {**p, **{n: p[n] - RATE * gradients(p, X, y)[n] for n in ("W1", "b1", "b2")}}

    for each in (step, descend):
        exam = exam_of(each)
        steps, values = Steps(exam), exam.points[0]
        u, g = steps.moved(values, None), steps.gradient(values, None)
        assert some_later(exam, steps, values, None, u, g) == (each is step)
        assert said(exam) == stored


def through_new(p, X, y, f=RATE, of=gradients):
    """An update whose error goes back through the new W2."""
    a1, _ = forward(p, X)
    g = of(p, X, y)
    W2 = p["W2"] - f * g["W2"]
    d2 = delta2(p, X, y, of)
    d1 = d2 @ W2.T * (1 - a1**2)
    late = {"W1": X.T @ d1, "b1": d1.sum(0), "W2": g["W2"], "b2": g["b2"]}
    return {name: p[name] - f * late[name] for name in p}


def delta2(p, X, y, of=gradients):
    error = (forward(p, X)[1] - y) / len(X)
    slope = forward(p, X)[1] * (1 - forward(p, X)[1])
    return 2 * error * slope if of is gradients else error


def of_entropy(p, X, y):
    """The gradient of the binary cross-entropy, which is not the loss that is shown."""
    a1, _ = forward(p, X)
    d2 = delta2(p, X, y, of_entropy)
    d1 = d2 @ p["W2"].T * (1 - a1**2)
    return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": a1.T @ d2, "b2": d2.sum(0)}


def asked(check, exam, index=None, *more):
    """Make a check of a step that takes its move; return its answer."""
    steps, values = Steps(exam), exam.points[0]
    return check(exam, steps, values, index, steps.moved(values, index), *more)


THROUGH = "wrong updated_too_early (step): delta1 goes back through the new W2, after its update."


@pytest.mark.parametrize("index", [None, np.array([1, 4])])
@pytest.mark.parametrize("rate", [RATE, 3 * RATE, None])
@pytest.mark.parametrize("of", [gradients, of_entropy])
def test_an_error_that_goes_back_through_new_weights_is_told(of, rate, index):
    """Also by another rate than the given one, and of another loss than the shown one."""
    exam = exam_of(lambda p, X, y: through_new(p, X, y, of=of), rate=rate)
    assert asked(too_early, exam, index)
    assert said(exam) == [THROUGH]


def test_a_step_in_time_is_not_too_early():
    for step in (descend, lambda p, X, y: descend(p, X, y, 3 * RATE)):
        exam = exam_of(step)
        assert not asked(too_early, exam)
        assert not exam.findings


def test_early_updates_need_a_known_network_of_two_layers_its_loss_and_its_targets():
    for attribute in ("dense", "formula", "targets"):
        exam = exam_of(through_new)
        setattr(exam, attribute, None)
        assert not asked(too_early, exam)
        g = list(gradients(dict(zip(NAMES, exam.points[0], strict=True)), X, y).values())
        assert not asked(barely_early, exam, None, g)
    exam = exam_of(lambda p, X, y: descend(p, X, y, 0.01))
    exam.dense = replace(exam.dense, layers=exam.dense.layers[:1])
    assert not asked(too_early, exam)


def in_between(p, X, y, f=RATE, share=1.0):
    """The last layer is changed, and the forward pass is made again for the first one."""
    g = gradients(p, X, y)
    p = {**p, "W2": p["W2"] - f * g["W2"], "b2": p["b2"] - f * g["b2"]}
    g = gradients(p, X, y)
    return {**p, "W1": p["W1"] - share * f * g["W1"], "b1": p["b1"] - share * f * g["b1"]}


AGAIN = (
    "wrong updated_too_early (step): the gradients of the first layers are those after the last "
    "layer's update: the forward pass was made again in between."
)


@pytest.mark.parametrize(
    ("share", "told"), [(1.0, True), (1.009, True), (1.011, False), (0.991, True), (0.989, False)]
)
@pytest.mark.parametrize("index", [None, np.array([1, 4])])
def test_a_forward_pass_between_two_updates_is_told(share, told, index):
    exam = exam_of(lambda p, X, y: in_between(p, X, y, share=share))
    assert asked(too_early, exam, index) == told
    assert said(exam) == [AGAIN] * told


def test_a_forward_pass_in_between_needs_slopes_and_a_network():
    for step in (descend, by_samples):
        exam = exam_of(step)
        steps, values = Steps(exam), exam.points[0]
        u = steps.moved(values, None)
        later = [v - x for v, x in zip(values, u, strict=True)]
        assert not sequential(exam, steps, values, None, u, later)
    exam = exam_of(in_between)
    steps, values = Steps(exam), exam.points[0]
    u = steps.moved(values, None)
    later = [v - x for v, x in zip(values, u, strict=True)]
    assert sequential(exam, steps, values, None, u, later)
    for name in ("slopes", "dense"):
        exam = exam_of(in_between)
        steps = Steps(exam)
        if name == "dense":
            exam.dense = None
        else:
            steps.slopes = lambda *given: None
        assert not sequential(exam, steps, values, None, u, later)
        assert not exam.findings


def test_a_forward_pass_in_between_is_told_of_a_network_without_biases():
    start = {name: START[name] for name in ("W1", "W2")}
    zero = {"b1": np.zeros(4), "b2": np.zeros(3)}

    def loss_without(p, X, y):
        return loss({**p, **zero}, X, y)

    def between(p, X, y):
        g = gradients({**p, **zero}, X, y)
        p = {**p, "W2": p["W2"] - RATE * g["W2"]}
        return {**p, "W1": p["W1"] - RATE * gradients({**p, **zero}, X, y)["W1"]}

    functions = {"predict": lambda p, X: predict({**p, **zero}, X), "loss": loss_without}
    exam = Exam(Patient(X, y, start, {**functions, "step": between}), RATE, "update", {})
    exam.patient.n = len(X)
    assert exam.dense is not None
    assert asked(too_early, exam)
    assert said(exam) == [AGAIN]


THREE = {
    "W1": 0.5 * rng.normal(size=(3, 4)), "b1": rng.normal(size=4),
    "W2": 0.5 * rng.normal(size=(4, 5)), "b2": rng.normal(size=5),
    "W3": 0.5 * rng.normal(size=(5, 3)), "b3": rng.normal(size=3),
}  # fmt: skip


class Deep:
    """Three layers, and a penalty of their weights; W3 is changed before the error goes back."""

    def __init__(self, f=1e-3, penalty=0.01, extra=0.0, late=(2, 3)):
        self.f, self.penalty, self.extra, self.late = f, penalty, extra, late

    def forward(self, p, X):
        a1 = np.tanh(X @ p["W1"] + p["b1"])
        a2 = np.tanh(a1 @ p["W2"] + p["b2"])
        return a1, a2, 1 / (1 + np.exp(-(a2 @ p["W3"] + p["b3"])))

    def loss(self, p, X, y):
        squares = sum(np.sum(p[name] ** 2) for name in ("W1", "W2", "W3"))
        return np.sum((self.forward(p, X)[2] - y) ** 2) / len(X) + self.penalty * squares

    def gradients(self, p, X, y, late=()):
        """The slopes; those of the layers in ``late`` are changed before an error goes through."""
        a1, a2, a3 = self.forward(p, X)
        d = 2 * (a3 - y) / len(X) * a3 * (1 - a3)
        g = {}
        for k, (a, before) in zip((3, 2, 1), ((a2, a2), (a1, a1), (X, None)), strict=True):
            W = p[f"W{k}"]
            g[f"W{k}"], g[f"b{k}"] = a.T @ d + 2 * self.penalty * W, d.sum(0)
            if k > 1:
                W = W - self.f * g[f"W{k}"] if k in late else W
                d = d @ W.T * (1 - before**2)
        return {name: g[name] for name in p}

    def step(self, p, X, y):
        g = self.gradients(p, X, y, self.late)
        new = {name: p[name] - self.f * g[name] for name in p}
        new["W2"][0, 0] -= self.extra * self.off(p, X, y)[0]
        return new

    def off(self, p, X, y):
        """How far the step is from the multiple of the gradient that fits it best, and its size."""
        a, b = (
            np.concatenate([np.ravel(x) for x in self.gradients(p, X, y, late).values()])
            for late in (self.late, ())
        )
        f = (a @ b) / (b @ b)
        return self.f * np.abs(a - f * b).max(), self.f * np.abs(a).max()

    def asked(self, short=False):
        """Ask for the small difference of this step; return the audit and the answer."""
        functions = {"predict": lambda p, X: self.forward(p, X)[2], "loss": self.loss}
        exam = Exam(Patient(X, y, THREE, {**functions, "step": self.step}), self.f, "update", {})
        exam.patient.n, exam.patient.short_steps = len(X), short
        steps, values = Steps(exam), exam.points[0]
        g = steps.gradient(values, None)
        return exam, barely_early(exam, steps, values, None, steps.moved(values, None), g)


@pytest.mark.parametrize("late", [(3,), (2,), (2, 3)])
@pytest.mark.parametrize("penalty", [0.0, 0.01])
def test_the_little_by_which_an_early_update_is_off_is_told(late, penalty):
    deep = Deep(penalty=penalty, late=late)
    exam, told = deep.asked()
    assert told == (late == (2, 3))
    off, size = deep.off(dict(zip(THREE, exam.points[0], strict=True)), X, y)
    words = (
        f"the step differs from the rate times the gradient by {off / size:.2g} of it only, and "
        "that is what comes of going back through the new weights, after their update."
    )
    assert said(exam) == [f"wrong updated_too_early (step): {words}"] * told


@pytest.mark.parametrize(("extra", "told"), [(0.0, True), (0.018, True), (0.022, False)])
def test_what_an_early_update_leaves_is_a_fiftieth_of_what_is_off(extra, told):
    assert Deep(extra=extra).asked()[1] == told


def test_what_is_off_by_much_or_by_rounding_alone_is_no_early_update():
    for f, late in ((1.0, (2, 3)), (1e-9, (2, 3)), (1e-3, ()), (-1e-3, (2, 3))):
        assert not Deep(f, late=late).asked()[1]


@pytest.mark.parametrize(("short", "times"), [(False, 20), (True, 4)])
@pytest.mark.parametrize(("share", "told"), [(0.99, True), (1.01, False)])
def test_what_is_off_is_more_than_rounding_by_so_many_times(share, told, short, times, monkeypatch):
    deep = Deep()
    start = dict(zip(THREE, deep.asked()[0].points[0], strict=True))
    off, size = deep.off(start, X, y)
    monkeypatch.setattr(missteps, "rounding", lambda *given: share * off / size / times)
    assert deep.asked(short)[1] == told


@pytest.mark.parametrize(("off", "told"), [(0.9e-4, True), (1.1e-4, False)])
def test_parameters_one_after_the_other_end_at_one_place(off, told):
    def step(p, X, y):
        for name in NAMES:
            p = {**p, name: p[name] - RATE * gradients(p, X, y)[name]}
        return p

    exam = exam_of(step)
    steps, values = Steps(exam), exam.points[0]
    u = steps.moved(values, None)
    u[2][1, 1] += off * max(np.abs(x).max() for x in u)
    assert one_after_the_other(exam, steps, values, None, u) == told
    for name, value in (("learning_rate", None), ("short_steps", True)):
        exam = exam_of(step)
        setattr(exam if name == "learning_rate" else exam.patient, name, value)
        u = Steps(exam).moved(values, None)
        assert not one_after_the_other(exam, Steps(exam), values, None, u)


@pytest.mark.parametrize(
    ("sizes", "way", "told"),
    [
        ((60,), "entry", True), ((61,), "entry", False), ((1,), "entry", False),
        ((2,) * 12, "parameter", True), ((2,) * 13, "parameter", False),
        ((30, 30), "entry", True), ((30, 31), "entry", False), ((30, 31), "parameter", True),
    ],
)  # fmt: skip
def test_entries_one_after_the_other_are_followed_where_they_are_few(sizes, way, told):
    """The slope of each entry is its value, and a hundredth of all others."""
    values = [np.linspace(1, 2, n) + k for k, n in enumerate(sizes)]
    exam = exam_of(descend)

    def slopes(here, index):
        total = sum(v.sum() for v in here)
        return [v + 0.01 * total for v in here]

    here = [v.copy() for v in values]
    parts = [(k, slice(None)) for k in range(len(sizes))]
    if way == "entry":
        parts = [(k, i) for k, n in enumerate(sizes) for i in range(n)]
    for k, place in parts:
        here[k][place] -= RATE * slopes(here, None)[k][place]
    u = [v - h for v, h in zip(values, here, strict=True)]
    assert one_after_the_other(exam, SimpleNamespace(gradient=slopes), values, None, u) == told
    assert [f"each {way} is changed by" in f.seen for f in exam.findings] == [True] * told


def test_without_slopes_no_order_is_followed():
    exam = exam_of(descend)
    u = Steps(exam).moved(exam.points[0], None)
    for g in (None, [v + np.nan for v in VALUES]):
        steps = SimpleNamespace(gradient=lambda here, index, g=g: g)
        assert not one_after_the_other(exam, steps, exam.points[0], None, u)


@pytest.mark.parametrize(("off", "told"), [(0.9e-4, True), (1.1e-4, False)])
def test_a_later_gradient_fits_to_a_ten_thousandth(off, told):
    exam = exam_of(descend)
    values = exam.points[0]
    right = [np.full_like(v, k + 1.0) for k, v in enumerate(values)]
    early = [np.full_like(v, 9.0 - k) for k, v in enumerate(values)]
    u = [RATE * g for g in right]
    u[1] = RATE * early[1] * (1 + off * (np.arange(4) == 2))
    steps = SimpleNamespace(slopes=lambda mixed, index: early)
    assert some_later(exam, steps, values, None, u, right) == told
    assert [f.where for f in exam.findings] == ["step"] * told
    if told:
        assert exam.findings[0].seen.endswith(": of b1 after W1.")


def test_a_later_gradient_needs_a_rate_few_parameters_and_some_that_are_right():
    exam = exam_of(descend)
    values = exam.points[0]
    early = [np.full_like(v, 9.0 - k) for k, v in enumerate(values)]
    steps = SimpleNamespace(slopes=lambda mixed, index: early)
    right = [np.full_like(v, k + 1.0) for k, v in enumerate(values)]
    u = [RATE * g for g in right]
    assert not some_later(exam, steps, values, None, u, right)
    assert not some_later(exam, steps, values, None, [RATE * g for g in early], right)
    u[1] = RATE * early[1]
    none = SimpleNamespace(slopes=lambda mixed, index: None)
    assert not some_later(exam, none, values, None, u, right)
    assert not some_later(exam_of(descend, rate=None), steps, values, None, u, right)
    u[1] = 0 * u[1]
    assert not some_later(exam, steps, values, None, u, right)  # it stays: told elsewhere


def test_steps_whose_factor_changes(stored):
    def new_step(factors):
        calls = itertools.cycle(factors)
        return lambda p, X, y: descend(p, X, y, RATE * next(calls))

    for factors in ([1, 1, 1, 1], [1, 1.019, 1, 1], [1, 1.021, 1, 1], [1, 0.5, 0.25, 0.1],
                    [1, -1, 1, -1], [-1, -1, -1, -1], [-1, 0.5, 1, 1]):  # fmt: skip
        exam = exam_of(new_step(factors))
        told = unsteady(exam, Steps(exam), RATE * factors[0])
        assert [told, *said(exam)] == stored


# Dropout


def dropped(p, X, y, there, back):
    """The gradient of a network whose hidden neurons are multiplied by masks on both ways."""
    a1 = np.tanh(X @ p["W1"] + p["b1"])
    a2 = 1 / (1 + np.exp(-(a1 * there @ p["W2"] + p["b2"])))
    d2 = 2 * (a2 - y) / len(X) * a2 * (1 - a2)
    d1 = d2 @ p["W2"].T * back * (1 - a1**2)
    made = X.T @ d1, d1.sum(0), (a1 * there).T @ d2, d2.sum(0)
    return dict(zip(NAMES, made, strict=True))


MASKS = [
    ([2, 0, 2, 2], [2, 0, 2, 2], [(1, "")]),
    ([2, 0, 2, 2], [1, 1, 1, 1], [(1, "is missing on the way back")]),
    ([2, 0, 2, 2], [2, 2, 2, 2], [(1, "is missing on the way back")]),
    ([2, 0, 2, 2], [0, 2, 0, 2], [(1, "is another one on the way back")]),
    ([2, 0, 2, 2], [1, 0, 1, 1], [(1, "is multiplied by 2 on the way there alone")]),
    ([1, 0, 1, 1], [1, 0, 1, 1], [(1, "")]),
    ([1, 1, 1, 1], [1, 1, 1, 1], [(1, "")]),  # nothing is dropped: counted all the same
    ([2, 0, 2, 3], [2, 0, 2, 3], None),  # no mask: what is kept is multiplied by two numbers
    ([2, 0, 2, 2], [3, 0, 3, 3], None),
    ([0, 0, 0, 0], [0, 0, 0, 0], []),  # all are dropped: that tells nothing
    ([0, 0, 0, 0], [1, 1, 1, 1], []),
]


@pytest.mark.parametrize(("there", "back", "verdict"), MASKS)
def test_the_masks_of_both_ways_are_read_off_a_step_on_one_sample(there, back, verdict):
    exam = exam_of(descend)
    values, index, seen = exam.points[0], np.array([3]), {}
    p = dict(zip(NAMES, values, strict=True))
    g = list(dropped(p, X[index], y[index], np.array(there), np.array(back)).values())
    base = exam.formula.base
    loss = (base, exam.factor_for(values, index, base))
    assert verdicts_of(exam, values, index, g, seen, loss) == verdict
    if verdict:
        np.testing.assert_allclose(seen[1][0], there, atol=1e-9)
    if not any(there):
        return
    wrong = [2 * x if k == 3 else x for k, x in enumerate(g)]  # b2 is no sum of delta
    assert verdicts_of(exam, values, index, wrong, {}, loss) is None
    longer = [1.1 * x for x in g]  # the output's delta is another one
    assert verdicts_of(exam, values, index, longer, {}, loss) is None
    assert verdicts_of(exam, values, index, [0 * x for x in g], {}, loss) == []


@pytest.mark.parametrize("kind", ["same", "missing", "half of the time", "seldom"])
def test_masks_are_looked_at_in_several_steps(kind, stored):
    calls = itertools.count()

    def step(p, X, y):
        there = 2.0 * (np.random.rand(4) < 0.5)  # noqa: NPY002
        number = next(calls)
        off = {"missing": True, "half of the time": number % 2 == 0, "seldom": number % 4 == 0}
        g = dropped(p, X, y, there, np.ones(4) if off.get(kind) else there)
        return {name: p[name] - RATE * g[name] for name in p}

    exam = exam_of(step)
    calls = itertools.count()
    look_at_masks(exam, Steps(exam), exam.points[0])
    assert [*said(exam), *exam.compared] == stored


def test_masks_that_pass_on_more_or_less_are_told(stored):
    for masks in [
        {1: [np.array([2.0, 0, 2, 0] * 30)]}, {1: [np.array([1.0, 0] * 60)]},
        {2: [np.array([2.0, 2, 2, 0] * 60)], 1: [np.array([4.0, 0, 0, 0] * 60)]},
        {1: [np.full(50, 1.079)]}, {1: [np.full(50, 1.081)]}, {1: [np.full(50, 0.919)]},
        {1: [np.array([1.25] * 8 + [0] * 2)]}, {1: [np.array([2.0, 0]), np.array([0.0, 0])]},
    ]:  # fmt: skip
        exam = exam_of(descend)
        tell_scale(exam, masks)
        assert said(exam) == stored


def test_constant_neurons_pass_on_a_little():
    exam = exam_of(descend)
    assert exam.dense is not None
    values = constant_neurons(VALUES, exam.dense.layers, 0.01)
    W1, b1, W2, b2 = values
    assert not W1.any()
    assert (b1 == 1).all()
    np.testing.assert_allclose(b2, [0.3, 0.05, -0.2])
    np.testing.assert_allclose(W2, 0.01 / 4 * np.array([[1, 1.5, 2]] * 4))
    turned = SimpleNamespace(W=0, b=1, turned=True, matrix=lambda v: v[0].T)
    W, b = constant_neurons([np.ones((3, 4)), np.ones(3)], (turned,), 0.01)
    np.testing.assert_allclose(W, W2.T)
    np.testing.assert_allclose(b, b2)


def test_layers_are_told_by_their_shapes_where_the_network_is_not_known():
    exam = exam_of(descend)
    own = layers_of(exam)
    assert [(layer.W, layer.b) for layer in own] == [(0, 1), (2, 3)]
    exam.dense = None
    assert [(layer.W, layer.b) for layer in layers_of(exam)] == [(0, 1), (2, 3)]


# Steps in a row


def chain_of(exam, move):
    """Let the audit meet these moves, made of the gradients so far, from the start on."""
    exam.chain, gs = [VALUES], []
    for _ in range(4):
        p = dict(zip(NAMES, exam.chain[-1], strict=True))
        gs.append(list(gradients(p, X, y).values()))
        exam.chain.append([v - u for v, u in zip(exam.chain[-1], move(gs), strict=True)])


def momentum(gs, f=RATE, mu=0.9):
    return [
        f * sum(mu ** (len(gs) - 1 - k) * g[i] for k, g in enumerate(gs)) for i in range(len(NAMES))
    ]


def moved_by(share, name="W1", at=0):
    """Momentum, but for one entry in the third step: off by a share of the largest move."""

    def move(gs):
        u = momentum(gs)
        if len(gs) == 3:
            u[NAMES.index(name)].flat[at] += share * max(np.abs(x).max() for x in u)
        return u

    return move


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(("share", "known"), [(0.0, True), (1.9e-3, True), (2.1e-3, False)])
def test_steps_in_a_row_are_an_optimisers_to_two_thousandths(share, known, own):
    exam = exam_of(descend, own=own)
    chain_of(exam, moved_by(share))
    assert compare_chain(exam, Steps(exam))
    assert exam.compared == ["4 steps in a row are those of momentum 0.9"] * known
    assert [f.kind for f in exam.findings] == ["optimizer_formula"] * (not known)


def test_steps_in_a_row_that_are_another_multiple_or_go_uphill(stored):
    for move in [
        lambda gs: momentum(gs, 0.3), lambda gs: momentum(gs, -RATE),
        lambda gs: [-RATE * g for g in gs[-1]], lambda gs: momentum(gs, 2 * RATE),
        lambda gs: [np.zeros_like(g) for g in gs[-1]],
        lambda gs: [RATE * g for g in gs[0]],
        lambda gs: [RATE * g if len(gs) < 3 else g**2 for g in gs[-1]],
    ]:  # fmt: skip
        for step_is in ("update", "epoch"):
            exam = exam_of(descend, step_is)
            chain_of(exam, move)
            told = compare_chain(exam, Steps(exam))
            assert [bool(told), *said(exam), *exam.compared, *exam.missing] == stored


@pytest.mark.parametrize(("batch", "told"), [(2, False), (1, False), (None, True)])
def test_samples_with_gradients_that_are_alike_are_no_single_one(batch, told):
    def step(p, X, y):
        for i in range(0, len(X), batch or 1):
            new = descend(p, X[i : i + (batch or 1)], y[i : i + (batch or 1)])
            late = batch is None and i < len(X) - 1  # the last layer waits for the last sample
            p = new | {"W2": p["W2"], "b2": p["b2"]} if late else new
        return p

    start = START | {"W1": np.abs(START["W1"])}
    flat = 1e4 * np.abs(X), np.eye(3)[[1] * 7]  # the first layer's neurons are 1 for all samples
    functions = {"predict": predict, "loss": loss, "step": step, "gradients": gradients}
    exam = Exam(Patient(*(flat if batch else (X, y)), start, functions), RATE, "epoch", {})
    exam.patient.n = 7
    assert exam.dense is not None
    assert some_by_one_alone(exam, Steps(exam), exam.patient.start) == told


@pytest.mark.parametrize(
    ("width", "samples", "at_most"),
    [(8, 7, None), (9, 7, 64), (56, 7, 393), (57, 7, 400), (58, 7, None), (57, 200, None)],
)
def test_all_slopes_are_measured_before_a_step_is_called_wrong(width, samples, at_most):
    start = {"W": np.zeros((width, 7)), "b": np.zeros(1)}
    data = np.zeros((samples, width)), np.zeros(samples)
    exam = Exam(Patient(*data, start, {"loss": loss}), RATE, None, {})
    exam.patient.n = samples
    closer = Steps(exam).closer()
    assert (closer and closer.room) == at_most
    assert closer is None or closer.closer() is None
    exam = Exam(Patient(*data, start, {"loss": loss, "gradients": gradients}), RATE, None, {})
    assert Steps(exam).closer() is None


# Steps that end in no numbers, or in other shapes


def test_parameters_that_grow_are_named():
    exam = exam_of(descend)
    W1, b1, W2, _ = VALUES
    exam.chain[1] = [W1, b1.reshape(1, 4), W2[:, :1], np.ones((3, 3))]
    assert [name for name, _, _ in grown(exam)] == ["W2", "b2"]
    exam.chain[1] = [W1.T, b1, W2.reshape(2, 6), VALUES[3]]  # as many numbers as before
    assert [name for name, _, _ in grown(exam)] == ["W1", "W2"]
    exam.chain[1] = VALUES
    assert grown(exam) == []


def test_numbers_that_are_lost_go_with_the_slopes(stored):
    g = list(gradients(START, X, y).values())
    for lost, told in [
        ([x < 0 for x in g], True), ([x > 0 for x in g], False), ([x == x for x in g], True),
    ]:  # fmt: skip
        exam = exam_of(descend)
        exam.chain[1] = [np.where(off, np.nan, v) for off, v in zip(lost, VALUES, strict=True)]
        assert tell_no_number(exam) == told
        assert said(exam) == stored


def test_numbers_that_are_lost_where_the_slope_is_0(stored):
    exam = exam_of(descend)
    exam.patient.functions["gradients"] = lambda p, X, y: {
        name: np.where(np.arange(v.size).reshape(v.shape) % 2, 0.0, 1.0) for name, v in p.items()
    }
    exam.chain[1] = [np.where(np.arange(v.size).reshape(v.shape) % 2, np.inf, v) for v in VALUES]
    assert tell_no_number(exam)
    assert said(exam) == stored


def test_a_divergence_is_told_once():
    exam = exam_of(descend)
    tell_divergence(exam)
    assert not exam.findings
    exam.patient.functions["new_step"] = lambda: descend
    exam.diverged = ("divergence", "step", "after 2 steps the parameters are no finite numbers.")
    tell_divergence(exam)
    tell_divergence(exam)
    assert said(exam) == [
        "wrong divergence (step): after 2 steps the parameters are no finite numbers."
    ]
    assert not exam.patient.has("step")
    assert not exam.patient.has("new_step")


def test_whole_numbers_that_stay_whole():
    whole = {"W": np.array([[1, 2]]), "b": np.array([3])}
    for step, stays in [
        (lambda p, X, y: {n: v - (0.5 * v).astype(int) for n, v in p.items()}, True),
        (lambda p, X, y: {n: v - 0.5 for n, v in p.items()}, False),
        (lambda p, X, y: {"W": p["W"] - 1, "b": p["b"] - 0.5}, False),
        (lambda p, X, y: None, True),
        (lambda p, X, y: p["c"], False),
    ]:  # fmt: skip
        exam = Exam(Patient(X, y, whole, {"step": step}), RATE, "update", {})
        assert stays_whole(exam) == stays


# Exactly at a bound


def test_three_samples_are_enough_for_an_order_of_three():
    """Of two of them any order is the own one."""

    def turned(p, X, y):
        return descend(p, X, y[[1, 2, 0]] if len(X) == 3 else y)

    functions = {"predict": predict, "loss": loss, "step": turned}
    exam = Exam(Patient(X[:3], y[:3], START, functions), RATE, "update", {})
    exam.patient.n = 3
    assert in_other_order(exam, Steps(exam))


def test_columns_may_be_moved_by_half_of_them():
    draw = np.random.default_rng(1)
    rows, targets = draw.normal(size=(6, 3)), np.eye(4)[[0, 1, 2, 3, 0, 1]]

    def answer(p, X):
        return 1 / (1 + np.exp(-(X @ p["W"] + p["b"])))

    def step(p, X, y):
        a = answer(p, X)
        d = 2 * (a - np.roll(y, 2, axis=1)) / len(X) * a * (1 - a)
        return {"W": p["W"] - RATE * X.T @ d, "b": p["b"] - RATE * d.sum(axis=0)}

    start = {"W": draw.normal(size=(3, 4)), "b": np.zeros(4)}
    functions = {"predict": answer, "step": step,
                 "loss": lambda p, X, y: np.sum((answer(p, X) - y) ** 2) / len(X)}  # fmt: skip
    exam = Exam(Patient(rows, targets, start, functions), RATE, "update", {})
    exam.patient.n = 6
    assert tell_columns(exam, Steps(exam), exam.points[1])
    assert "columns are moved by 2: each class" in exam.findings[0].seen


@pytest.mark.parametrize(("n", "told"), [(16, True), (17, False)])
def test_of_up_to_sixteen_parameters_each_is_tried_alone(n, told):
    values = [np.full(2, float(k + 1)) for k in range(n)]
    exam = exam_of(descend)
    exam.patient.names = [f"p{k}" for k in range(n)]

    def slopes(here, index):
        return [v + 0.1 * here[0] for v in here]

    first = slopes(values, None)
    moved = [values[0] - RATE * first[0], *values[1:]]
    u = [RATE * first[0], *(RATE * g for g in slopes(moved, None)[1:])]
    steps = SimpleNamespace(slopes=slopes)
    assert some_later(exam, steps, values, None, u, first) == told


@pytest.mark.parametrize(("size", "order", "told"), [
    (3, [1, 2, 0], True), (4, [1, 0, 3, 2], True), (5, [1, 0, 3, 2, 4], False),
])  # fmt: skip
def test_orders_of_three_and_of_four_samples_are_tried(size, order, told):
    exam = exam_of(lambda p, X, y: descend(p, X, y[order] if len(X) == size else y))
    assert in_other_order(exam, Steps(exam)) == told


@pytest.mark.parametrize(("kind", "off", "told"), [
    ("slopes", 0.9e-3, True), ("slopes", 1.3e-3, False), ("signs", 1.8e-2, True),
    ("signs", 2.3e-2, False),
])  # fmt: skip
def test_an_order_fits_to_a_thousandth_and_of_signs_to_two_hundredths(kind, off, told):
    """The entry that is off has hardly a slope, or is one of very many."""

    def step(p, X, y):
        g = gradients(p, X, np.roll(y, 1, axis=0))
        u = {n: RATE * (np.sign(x) if kind == "signs" else x) for n, x in g.items()}
        if kind == "signs":
            u["W1"][0, 0] *= 1 + off
        else:
            least = np.unravel_index(np.abs(g["W1"]).argmin(), (3, 4))
            u["W1"][least] += off * max(np.abs(x).max() for x in u.values())
        return {n: p[n] - u[n] for n in p}

    exam = exam_of(step)
    assert in_other_order(exam, Steps(exam)) == told
