"""Steps by gradients that are taken where the velocity alone would lead."""

import numpy as np
import pytest
from xor_program import gradients, loss, predict, start

from nnlib import audit

rng = np.random.default_rng(3)
X = rng.normal(size=(20, 2))
y = 1.0 * (X[:, :1] * X[:, 1:] > 0)
RATE = 0.2


def nesterov(mu, taken_back, rate):
    """A maker of steps; the step ahead stays in the parameters where it is not taken back."""

    def new_step():
        v, count = {}, 0

        def step(parameters, X, y):
            nonlocal v, count
            v = v or {name: np.zeros_like(value) for name, value in parameters.items()}
            ahead = {name: value - mu * v[name] for name, value in parameters.items()}
            g = gradients(ahead, X, y)
            v = {name: mu * v[name] + rate(count) * g[name] for name in v}
            count += 1
            begin = parameters if taken_back else ahead
            return {name: begin[name] - v[name] for name in v}

        return step

    return new_step


def report_on(new_step):
    return audit(
        X, y, parameters=start(), predict=predict, loss=loss, gradients=gradients,
        step=new_step(), new_step=new_step, learning_rate=RATE,
    )  # fmt: skip


@pytest.mark.parametrize("mu", [0.9, 0.5, 0.8, 0.95, 0.99, 0.7, 0.6])
def test_nesterovs_momentum_is_known_and_so_is_a_step_ahead_that_stays(mu):
    words = f"Nesterov's momentum {mu}, with the gradient taken ahead"
    report = report_on(nesterov(mu, True, lambda count: RATE))
    assert report, str(report)
    assert any(words in line for line in report.compared)

    report = report_on(nesterov(mu, False, lambda count: RATE))
    (wrong,) = [f for f in report.findings if f.severity == "wrong"]
    assert wrong.kind == "optimizer_formula"
    assert f"{words}, and the step ahead is not taken back: {mu} times" in wrong.seen


def test_a_rate_that_falls_beside_nesterovs_momentum_is_a_note():
    report = report_on(nesterov(0.9, True, lambda count: RATE / (1 + 0.1 * count)))
    assert not [f for f in report.findings if f.severity == "wrong"], str(report)
    (note,) = [f for f in report.findings if f.kind == "optimizer_formula"]
    assert note.severity == "note"
    assert "taken ahead, at a rate that changes: 0.2, 0.1818, 0.1667" in note.seen
