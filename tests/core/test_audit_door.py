"""The door of the audit: what it says of what it is given, word by word, and what it puts back."""

import os
import sys

import numpy as np
import pytest

from nnlib import audit as audit_function
from nnlib.audit import audit

door = sys.modules["nnlib.audit"]
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.2]])
y = np.array([[0.1], [0.9], [0.4], [0.8], [0.2]])


class Net:
    """A line that keeps its arrays itself."""

    def __init__(self):
        self.W, self.b = np.array([[0.5], [-0.25]]), np.array([0.1])

    def forward(self, X):
        return X @ self.W + self.b

    def cost(self, X, y):
        return float(np.mean((self.forward(X) - y) ** 2))

    def train(self, X, y):
        error = 2 * (self.forward(X) - y) / len(X)
        self.W -= 0.1 * X.T @ error
        self.b -= 0.1 * error.sum(axis=0)


def said(error, function, *given, **more):
    with pytest.raises(error) as caught:
        function(*given, **more)
    return str(caught.value)


def test_the_ways_in_are_not_mixed():
    assert said(TypeError, door.check_ways_in, None, None, ["W"]) == (
        "arrays is ['W'] (list), but no program is given whose attributes these are. Pass program "
        "too, or the arrays themselves as parameters."
    )
    assert said(TypeError, door.check_ways_in, 3, Net(), None) == (
        "parameters is 3 (int), and a program is given as well, which holds its own. Leave one of "
        'them out; arrays=["W1", "b1"] names those of the program.'
    )
    for bad in ({"a": 1}, [1], (1,), np.ones(2)):
        text = said(TypeError, door.check_ways_in, None, bad, None)
        assert text.startswith("program is ")
        assert text.endswith(
            ", but an object is expected that holds its arrays as attributes. Pass these as "
            "parameters."
        )
    assert said(TypeError, door.check_ways_in, None, Net, None) == (
        "program is the class Net, but an object of it is expected, such as Net()."
    )
    door.check_ways_in(None, Net(), ["W"])
    door.check_ways_in({"W": 1}, None, None)
    door.check_ways_in(None, None, None)


def test_options_are_told_in_words():
    assert said(ValueError, door.check_options, None, "steps", None, None, None) == (
        'step_is is \'steps\' (str), but "update", "batch" or "epoch" is expected. Leave it out if '
        "you are not sure."
    )
    assert said(ValueError, door.check_options, None, ["update"], None, None, None).startswith(
        "step_is is ['update'] (list), but"
    )
    assert said(ValueError, door.check_options, 0, None, None, None, None).endswith(
        "Leave it out if unknown."
    )
    expected = 'but a dict of functions is expected, such as {"accuracy": f}.'
    for bad in ([len], {3: len}):
        text = said(TypeError, door.check_options, None, None, bad, None, None)
        assert text.startswith("reports is ")
        assert text.endswith(expected)
    expected = (
        ", but a function is expected that returns the number: of (parameters, X, y), or of "
        "(program, X, y) beside program."
    )
    for bad, program in ((3, None), (3, Net()), ("cost", None)):
        text = said(TypeError, door.check_options, None, None, {"loss": bad}, None, program)
        assert text.startswith("reports['loss'] is ")
        assert text.endswith(expected)
    door.check_options(None, None, {"loss": "cost"}, None, Net())
    assert said(
        ValueError, door.check_options, None, None, {"loss": "price"}, None, Net()
    ).startswith("reports['loss'] is 'price', but Net has no such method. It has W, b, cost, ")
    assert said(TypeError, door.check_options, None, None, None, 3, None) == (
        "new_step is 3 (int), but a function is expected that returns a step."
    )


def test_functions_are_told_by_what_they_are_given():
    assert said(TypeError, door.check_roles, {"predict": 3}, None) == (
        "predict is 3 (int), but a function of (parameters, X) is expected."
    )
    assert said(TypeError, door.check_roles, {"step": "train"}, None) == (
        "step is 'train' (str), but a function of (parameters, X, y) is expected. Pass program "
        "too, if it is a method's name."
    )
    assert said(TypeError, door.check_roles, {"step": 3}, Net()) == (
        "step is 3 (int), but a method's name, or a function is expected."
    )
    assert said(ValueError, door.check_roles, {"loss": None, "step": "W"}, Net()) == (
        "step is 'W', but Net has no such method. It has W, b, cost, forward, train."
    )


def test_arrays_are_told_by_their_names():
    class Bare:
        pass

    net = Net()
    net.words, net.n = "a", np.array([1, 2])
    assert door.check_arrays(net, None) == ["W", "b"]
    assert door.check_arrays(net, ["n", "W"]) == ["n", "W"]
    assert said(ValueError, door.check_arrays, net, ["V"]) == (
        "arrays names 'V', which Net does not have. It has W, b, words, n."
    )
    assert said(ValueError, door.check_arrays, Bare(), ["V"]) == (
        "arrays names 'V', which Bare does not have. It has no attributes."
    )
    assert said(TypeError, door.check_arrays, net, ["words"]) == (
        "arrays names 'words', which is 'a' (str), and no array of numbers is in it. Leave it out."
    )
    assert said(TypeError, door.check_arrays, net, "W") == (
        'arrays is \'W\' (str), but a list of names is expected: ["W1", "b1"].'
    )
    text = said(ValueError, door.check_arrays, Bare(), None)
    assert text.startswith("program is ")
    assert text.endswith(
        ", and no arrays were found in it. Pass arrays, the names of its attributes: "
        'arrays=["W1", "b1"].'
    )


def test_layouts_are_told_in_words():
    assert said(ValueError, door.layouts, "lines") == (
        'samples is \'lines\' (str), but "rows" or "columns" is expected, or a dict of them: '
        'samples={"X": "rows", "y": "columns"}.'
    )


def test_what_is_too_large_is_said(monkeypatch):
    def full(*given):
        raise MemoryError

    monkeypatch.setattr(door, "Patient", full)
    assert said(ValueError, audit, X, y, parameters={"W": np.ones(2)}) == (
        "X of shape (5, 2), y of shape (5, 1) or the parameters are too large for a copy, and "
        "nothing is looked at without one. Pass fewer samples, such as X[:1000] and y[:1000]."
    )


def test_parameters_without_a_number_are_told_in_words():
    assert said(TypeError, audit, X, y, parameters={}) == (
        "parameters is {} (dict), in which no array of numbers was found. Pass the arrays of the "
        'program, for example {"W1": W1, "b1": b1}.'
    )


def test_a_step_may_be_given_by_what_makes_it():
    made = []

    def new_step():
        made.append(1)
        return lambda p, X, y: {**p, "W": p["W"] + len(made)}

    p = {"W": np.zeros((2, 1))}
    patient = door.admitted(X, y, p, {"new_step": new_step})
    for n in (1, 2):
        assert patient.functions["step"](p, X, y)["W"][0, 0] == n  # each is made anew
    own = door.admitted(X, y, p, {"new_step": new_step, "step": len})
    assert own.functions["step"] is len
    assert not door.admitted(X, y, p, {}).has("step")
    assert door.admitted(X, y, None, {}).start == []


def test_a_program_makes_its_fresh_steps_itself():
    """By the copies of an object, momentum that it keeps begins anew."""

    class Heavy(Net):
        def __init__(self):
            super().__init__()
            self.v = [np.zeros((2, 1)), np.zeros(1)]

        def train(self, X, y):
            error = 2 * (self.forward(X) - y) / len(X)
            g = X.T @ error, error.sum(axis=0)
            self.v = [0.9 * v + x for v, x in zip(self.v, g, strict=True)]
            self.W -= 0.1 * self.v[0]
            self.b -= 0.1 * self.v[1]

    report = audit(X, y, program=Heavy(), arrays=["W", "b"], predict="forward", loss="cost",
                   step="train", learning_rate=0.1)  # fmt: skip
    assert not report.findings
    assert "4 steps in a row are those of momentum 0.9" in report.compared


def test_the_audit_is_what_the_package_offers():
    assert audit_function is audit


def test_what_a_program_sets_for_all_is_put_back(tmp_path):
    folder, stdin = os.getcwd(), sys.stdin
    shown, errors = np.get_printoptions()["precision"], np.geterr()
    with door.quiet():
        assert sys.stdin is not stdin
        assert sys.stdin.read() == ""
        os.chdir(tmp_path)
        np.set_printoptions(precision=shown + 1)
        np.seterr(all="raise")
        sys.stdin = None
    assert os.getcwd() == folder
    assert sys.stdin is stdin
    assert np.get_printoptions()["precision"] == shown
    assert np.geterr() == errors


def test_figures_of_a_program_are_closed_and_others_stay(monkeypatch):
    open_figures = {1, 2}

    class Figures:
        @staticmethod
        def get_fignums():
            return sorted(open_figures)

        @staticmethod
        def close(number):
            open_figures.remove(number)

    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", Figures)
    with door.quiet():
        open_figures.update({3, 4})
    assert open_figures == {1, 2}


SOUND = {"predict": "forward", "loss": "cost", "step": "train"}


class Hilly(Net):
    """Its predictions are no dense layers."""

    def forward(self, X):
        return np.sin(3 * X @ self.W) / (1 + (X @ self.W) ** 2) + self.b


@pytest.mark.parametrize("net", [Net, Hilly])
@pytest.mark.parametrize("left_out", [["predict"], ["loss"], ["step"], ["predict", "step"]])
def test_what_is_not_passed_is_never_a_fault(net, left_out):
    given = {role: name for role, name in SOUND.items() if role not in left_out}
    if net is Hilly:
        given.pop("step", None)  # it is that of a line
    report = audit(X, y, program=net(), arrays=["W", "b"], learning_rate=0.1, **given)
    assert not [f for f in report.findings if f.severity == "wrong"]
