"""What the audit promises: it leaves alone what it is given, and names what it cannot take."""

import os
import re
import sys

import numpy as np
import pytest
from xor_program import xor_program

from nnlib import audit, datasets
from nnlib.audit import KINDS, SEVERITIES
from nnlib.audit.findings import SITTINGS

X, y = datasets.xor()


start, forward, predict, loss, gradients, step = xor_program("W0", "b0", "W1", "b1")
WHOLE = {"predict": predict, "loss": loss, "gradients": gradients, "step": step}


def whole(**changes):
    return audit(X, y, **{"parameters": start(), "learning_rate": 0.5, **WHOLE, **changes})


class Net:
    def __init__(self):
        self.__dict__.update(start())
        self.name = "net"

    def forward(self, X):
        return predict(vars(self), X)

    def loss(self, X, y):
        return loss(vars(self), X, y)


# What a program sets for all


def folder():
    os.chdir("/")


def printing():
    np.set_printoptions(precision=2)


def figure():
    import matplotlib.pyplot as plt

    plt.figure()


def settings():
    import matplotlib.pyplot as plt

    return os.getcwd(), np.get_printoptions(), np.geterr(), plt.get_fignums(), sys.stdin


@pytest.mark.parametrize("act", [folder, printing, figure])
def test_what_a_program_sets_for_all_is_put_back(act):
    before = settings()

    def acts(p, X):
        act()
        return predict(p, X)

    assert audit(X, y, parameters=start(), predict=acts)
    assert settings() == before


def test_a_program_that_asks_is_not_waited_for():
    report = whole(loss=lambda p, X, y: float(input("Which loss? ")))
    assert "loss raised EOFError" in str(report)


# Structures that hold themselves


def test_a_layer_may_know_the_network_that_it_belongs_to():
    class Layer:
        def __init__(self, net, W, b):
            self.net, self.W, self.b = net, W, b

    class Layers:
        def __init__(self):
            p = start()
            self.layers = [Layer(self, p["W0"], p["b0"]), Layer(self, p["W1"], p["b1"])]

    def arrays(net):
        first, second = net.layers[0].net.layers
        return {"W0": first.W, "b0": first.b, "W1": second.W, "b1": second.b}

    net = Layers()
    report = audit(
        X, y, parameters=net, predict=lambda net, X: predict(arrays(net), X),
        loss=lambda net, X, y: loss(arrays(net), X, y),
        gradients=lambda net, X, y: gradients(arrays(net), X, y).values(),
    )  # fmt: skip
    assert "raises" in [finding.kind for finding in report.findings]  # dict_values are no arrays
    report = audit(
        X, y, parameters=net, predict=lambda net, X: predict(arrays(net), X),
        loss=lambda net, X, y: loss(arrays(net), X, y),
        gradients=lambda net, X, y: [*gradients(arrays(net), X, y).values()],
    )  # fmt: skip
    assert report, str(report)
    assert not report.findings
    assert np.array_equal(net.layers[0].W, start()["W0"])


def test_modules_among_a_notebook_s_globals_are_passed_over():
    given = {**start(), "np": np, "sys": sys, "predict": predict}
    report = whole(parameters=given)
    assert report, str(report)
    assert not report.findings


def test_a_list_that_holds_itself_is_no_structure_of_arrays():
    endless = []
    endless.append(endless)
    with pytest.raises(TypeError, match="in which no array of numbers was found"):
        whole(parameters=endless)


# Arguments of another kind


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"predict": 3}, "predict is 3 (int), but a function of (parameters, X) is expected"),
        ({"loss": 3}, "loss is 3 (int), but a function of (parameters, X, y) is expected"),
        ({"reports": {"accuracy": 3}}, "reports['accuracy'] is 3 (int), but a function"),
        ({"reports": {"accuracy": "acc"}}, "reports['accuracy'] is 'acc' (str), but a function"),
        ({"step_is": np.array(["epoch", "batch"])}, "step_is is an array of shape (2,)"),
        ({"arrays": ["W0"]}, "no program is given whose attributes these are"),
        ({"program": Net()}, "a program is given as well, which holds its own"),
        ({"parameters": None, "program": start()}, "Pass these as parameters"),
        ({"parameters": None, "program": Net}, "program is the class Net, but an object of it"),
        ({"parameters": None, "program": Net(), "arrays": 3}, "arrays is 3 (int), but a list"),
        ({"parameters": None, "program": Net(), "arrays": ["name"]},
         "arrays names 'name', which is 'net' (str), and no array of numbers is in it"),
        ({"parameters": None, "program": Net(), "arrays": ["W9"]}, "It has W0, b0, W1, b1, name"),
        ({"parameters": None, "program": Net(), "predict": "feed"}, "Net has no such method"),
        ({"parameters": None, "program": Net(), "reports": {"accuracy": "acc"}},
         "reports['accuracy'] is 'acc', but Net has no such method"),
    ],
)  # fmt: skip
def test_an_argument_of_another_kind_is_named_with_what_to_do(arguments, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        whole(**arguments)


def test_data_too_large_for_a_copy_are_refused():
    huge = np.broadcast_to(0.5, (10**7, 10**7))
    with pytest.raises(ValueError, match="Pass fewer samples"):
        audit(huge, y, parameters=start(), predict=predict)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (np.array([1 + 2j]), "X has the type complex128: a network here takes real numbers."),
        (np.array([[1.0, 2]], dtype=object), "NumPy keeps its entries as Python's objects."),
        (np.array([[1.0, "a"]], dtype=object), "1 of its entries are no numbers, such as 'a'."),
        (object(), "X is <object object> (object), not an array of numbers."),
        (3, "X has shape (): no samples. usually A variable of another meaning"),
        ([[1], [1, 2]], "usually A row was read with an entry too few"),
        (np.ma.masked, "are masked, the first at X."),
    ],
)
def test_data_that_are_none_are_told_what_they_are(bad, words):
    report = audit(bad, y, parameters=start(), **WHOLE)
    assert not report
    assert words in " ".join(str(report).split())


# What the report says


def test_a_parameter_is_called_by_its_own_name():
    def scaled(p, X, y):
        return {k: 2 * g if k == "W0" else g for k, g in gradients(p, X, y).items()}

    finding = whole(gradients=scaled, step=None).findings[0]
    assert (finding.kind, finding.where) == ("gradient_scale", "W0")
    assert finding.seen.startswith("the gradient of W0 is 2.0000 times the slope")
    assert finding.entries[0].startswith("W0[")


def test_a_printed_number_is_told_at_the_start_where_it_is_wrong_there():
    right = np.mean((predict(start(), X) > 0.5) == y)
    report = whole(reports={"accuracy": lambda p, X, y: 0.99})
    assert f"the share that is right is {right:.4f}" in " ".join(str(report).split())


def test_each_part_of_a_finding_is_there_and_its_section_exists():
    report = audit(255 * X, y - 5, parameters={**start(), "W0": np.zeros((2, 4))}, **WHOLE)
    assert report.findings
    for finding in report.findings:
        assert finding.kind in KINDS
        assert finding.severity in SEVERITIES
        number, _, title = finding.section.partition(", in ")
        assert SITTINGS[number] == title
        parts = [finding.where, finding.seen, finding.usually, finding.what_to_do]
        assert all(isinstance(part, str) and part for part in parts)
        assert all(isinstance(part, str) for part in (*finding.follows, *finding.entries))


# Rates that change, and gradients that are cut


def descent(rate, cut):
    def new_step():
        t = [0]

        def step(p, X, y):
            t[0] += 1
            g = gradients(p, X, y)
            if cut == "length":
                size = np.sqrt(sum(np.sum(x**2) for x in g.values()))
                g = {k: x * min(1, 0.1 / size) for k, x in g.items()}
            elif cut == "entries":
                g = {k: np.clip(x, -0.05, 0.05) for k, x in g.items()}
            return {k: p[k] - rate(t[0]) * g[k] for k in p}

        return step

    return new_step


@pytest.mark.parametrize("cut", [None, "length", "entries"])
@pytest.mark.parametrize("rate", [lambda t: 0.5, lambda t: 0.5 / t, lambda t: 0.1 * min(t, 5)])
@pytest.mark.parametrize("step_is", [None, "update"])
def test_a_schedule_and_a_cut_gradient_are_sound(rate, cut, step_is):
    report = whole(new_step=descent(rate, cut), step=None, step_is=step_is)
    assert report, str(report)
    assert all(finding.severity == "note" for finding in report.findings)
