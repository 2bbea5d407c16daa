"""Gradients with one slip: each is what its words say, and steps of Adam tell which it is."""

from dataclasses import replace

import numpy as np
import pytest
import reports

from nnlib.audit.exam import Exam
from nnlib.audit.patient import Patient
from nnlib.audit.slips import same_signs, slips, that_fits

stored = reports.stored
rng = np.random.default_rng(5)
X, y = rng.normal(size=(6, 3)), (rng.normal(size=(6, 2)) > 0).astype(float)
START = {
    "W1": rng.normal(size=(3, 4)), "b1": rng.normal(size=4),
    "W2": rng.normal(size=(4, 3)), "b2": rng.normal(size=3),
    "W3": rng.normal(size=(3, 2)), "b3": rng.normal(size=2),
}  # fmt: skip
VALUES = list(START.values())
PENALTY = 0.05


def forward(p, X):
    a1 = np.tanh(X @ p["W1"] + p["b1"])
    a2 = np.tanh(a1 @ p["W2"] + p["b2"])
    return a1, a2, 1 / (1 + np.exp(-(a2 @ p["W3"] + p["b3"])))


def squares(p):
    return sum(np.sum(p[name] ** 2) for name in ("W1", "W2", "W3"))


def loss(p, X, y):
    return np.sum((forward(p, X)[2] - y) ** 2) / len(X) + PENALTY * squares(p)


def gradient(p, X=X, y=y, *, slope3=True, slope2=True, slope1=True, sign=1.0, share=1.0):
    """The gradient of this loss, or one with a slip."""
    a1, a2, a3 = forward(p, X)
    d3 = 2 * (a3 - y) / len(X) * (a3 * (1 - a3) if slope3 else 1)
    d2 = d3 @ p["W3"].T * (1 - a2**2 if slope2 else 1)
    d1 = d2 @ p["W2"].T * (1 - a1**2 if slope1 else 1)
    made = [X.T @ d1, d1.sum(0), a1.T @ d2, sign * d2.sum(0), a2.T @ d3, d3.sum(0)]
    for k, name in ((0, "W1"), (2, "W2"), (4, "W3")):
        made[k] = made[k] + share * 2 * PENALTY * p[name]
    return made


def exam_of():
    functions = {"predict": lambda p, X: forward(p, X)[2], "loss": loss}
    exam = Exam(Patient(X, y, START, functions), 0.01, "update", {})
    exam.patient.n = len(X)
    return exam


@pytest.fixture(scope="module")
def exam():
    return exam_of()


def every_slip(exam):
    assert exam.dense is not None
    assert exam.formula is not None
    return list(slips(exam, exam.dense, VALUES, X, y, exam.formula))


@pytest.fixture(scope="module")
def known(exam):
    return every_slip(exam)


SLIPS = {
    "delta3 without g'(z3)": {"slope3": False},
    "delta2 without g'(z2)": {"slope2": False},
    "delta1 without g'(z1)": {"slope1": False},
    "minus at b2": {"sign": -1.0},
    "b2 is 0": {"sign": 0.0},
    "no penalty": {"share": 0.0},
    "penalty of the wrong sign": {"share": -1.0},
    "half a penalty": {"share": 0.5},
    "twice the penalty": {"share": 2.0},
    "the penalty divided": {"share": 1 / 6},
    "the penalty times 6": {"share": 6.0},
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_gradient_with_a_slip_is_one_of_those_that_are_tried(known, slip, stored):
    made = gradient(START, **SLIPS[slip])
    found = [
        [f"{step.kind} ({step.where}): {step.text}" for step in steps]
        for steps, g in known
        if all(np.allclose(a, b, rtol=1e-6, atol=1e-9) for a, b in zip(g, made, strict=True))
    ]
    assert found
    assert found == stored


def test_no_slip_is_the_right_gradient(known):
    right = gradient(START)
    for steps, g in known:
        assert [a.shape for a in g] == [v.shape for v in VALUES]
        same = all(np.allclose(a, b, rtol=1e-9) for a, b in zip(g, right, strict=True))
        assert not same, steps


def test_every_slip_changes_what_its_words_say(known, stored):
    """By the parameters that differ from the right gradient, and by how much."""
    right = gradient(START)
    lines = []
    for steps, g in known:
        names = [
            f"{name} {np.sum((a - b) ** 2):.4g}"
            for name, a, b in zip(START, g, right, strict=True)
            if not np.allclose(a, b, rtol=1e-9)
        ]
        words = "; ".join(f"{s.kind} ({s.where}) {s.text}" for s in steps)
        lines.append(f"{words}: {', '.join(names)}")
    assert lines == stored


def test_a_penalty_of_the_biases_too_is_tried(exam):
    words = "the penalty is taken of the biases, too, and in the loss of the weights alone"
    [g] = [g for steps, g in every_slip(exam) if steps[0].text == words]
    made = gradient(START)
    for k in (1, 3, 5):
        made[k] = made[k] + 2 * PENALTY * VALUES[k]
    assert all(np.allclose(a, b) for a, b in zip(g, made, strict=True))


def test_without_a_penalty_none_is_looked_for(exam):
    bare = replace(exam.formula, decay=0.0)
    kinds = {s.kind for steps, _ in slips(exam, exam.dense, VALUES, X, y, bare) for s in steps}
    assert "weight_term" not in kinds
    assert "gradient_sign" in kinds


def adam(points, gs, t):
    m = sum(0.1 * 0.9 ** (t - 1 - k) * g for k, g in enumerate(gs))
    v = sum(0.001 * 0.999 ** (t - 1 - k) * g**2 for k, g in enumerate(gs))
    return 0.01 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def walked(**slip):
    """Three steps of Adam along gradients with a slip: the points, and the steps."""
    points, us, gs = [VALUES], [], []
    for t in (1, 2, 3):
        made = gradient(dict(zip(START, points[-1], strict=True)), **slip)
        gs.append(np.concatenate([np.ravel(g) for g in made]))
        us.append(adam(points, gs, t))
        cut = np.split(us[-1], np.cumsum([v.size for v in VALUES])[:-1])
        points.append([v - u.reshape(v.shape) for v, u in zip(points[-1], cut, strict=True)])
    return points, us


@pytest.mark.parametrize("slip", ["delta2 without g'(z2)", "minus at b2", "no penalty"])
def test_the_steps_of_adam_tell_the_slip(exam, slip, stored):
    points, us = walked(**SLIPS[slip])
    steps, optimiser = that_fits(exam, points, None, us, exam.formula)
    assert optimiser == "Adam (0.9, 0.999)"
    assert [f"{s.kind} ({s.where}): {s.text}" for s in steps] == stored
    us[2] = us[2] * 1.01
    assert that_fits(exam, points, None, us, exam.formula) is None


def test_the_signs_of_a_first_step():
    g = np.linspace(1, 2, 1000) * np.where(np.arange(1000) % 2, 1, -1)
    u = 0.1 * np.sign(g)
    assert same_signs(u, g)
    for n, same in [(4, True), (5, False), (6, False)]:
        turned = u.copy()
        turned[:n] *= -1
        assert same_signs(turned, g) == same
    assert not same_signs(-u, g)
    assert not same_signs(u, 0 * g)
    flat = np.append(g, 1.9e-9)  # no slope to speak of: it should not move
    assert same_signs(np.append(u, -0.9e-4), flat)
    assert not same_signs(np.append(u, -1.1e-4), flat)
    assert not same_signs(np.append(u, [-1.1e-4] * 6), np.append(g, [2.1e-9] * 6))


def test_slopes_of_exactly_a_billionth_need_not_move_the_right_way():
    g = np.append(np.full(1000, 1e9), 1.0)
    u = np.append(np.full(1000, 1000.0), -1.0)
    assert same_signs(u, g)
    assert not same_signs(np.append(u[:-1], -1.0000001), g)
    six = np.append(u, [-1.0] * 5), np.append(g, [1.0] * 5)
    assert same_signs(*six)
    assert not same_signs(six[0], np.append(g[:-1], [1.0000001] * 6))
