"""The audit as a tool: what it takes, what it leaves alone, what its report says."""

import copy
import re
import signal
import sys
import threading
import time

import numpy as np
import pytest
import reports
from anything import snapshot
from frame import Frame
from xor_program import gradients, loss, predict, step
from xor_program import start as parameters

import nnlib
from nnlib import audit, datasets
from nnlib.audit import KINDS, SEVERITIES, Finding, Report
from nnlib.audit.exam import CHECKS
from nnlib.audit.findings import in_order
from nnlib.audit.formulas import chains, factor_words
from nnlib.audit.patient import filled, leaves, plain, short_name

all_are_stored, stored = reports.all_are_stored, reports.stored
pytestmark = pytest.mark.usefixtures("all_are_stored")

X, y = datasets.xor()


WHOLE = {"predict": predict, "loss": loss, "gradients": gradients, "step": step}


def whole(**changes):
    return audit(X, y, parameters=parameters(), learning_rate=0.5, **{**WHOLE, **changes})


def kinds(report, severity="wrong"):
    return [finding.kind for finding in report.findings if finding.severity == severity]


# What it says


def test_a_sound_program_passes_and_the_report_says_what_was_compared():
    report = whole()
    assert report
    assert report.findings == ()
    text = str(report)
    assert text.startswith("Nothing wrong was found in what was compared.")
    for part in (
        "the gradient is the slope of the loss",
        "4 steps in a row are those of gradient descent with the rate 0.5",
        "loss is the mean of the binary cross-entropies",
    ):
        assert part in text


def test_nothing_given_is_nothing_compared():
    report = audit(X, y)
    assert not report.compared or "gradient" not in str(report.compared)
    assert "pass its parameters" in str(report)
    assert not audit(X, y, parameters=parameters())


def test_a_finding_has_all_that_is_promised():
    report = whole(gradients=lambda p, X, y: {k: 4 * g for k, g in gradients(p, X, y).items()})
    assert not report
    (finding,) = [f for f in report.findings if f.severity == "wrong"]
    assert finding.kind == "gradient_scale"
    assert "4.0000 times" in finding.seen
    assert "A sum where the loss is a mean over 4 samples" in finding.seen
    assert finding.usually == KINDS["gradient_scale"].usually
    assert finding.what_to_do == KINDS["gradient_scale"].what_to_do
    assert re.fullmatch(
        r"[W b]\d\[\d, \d\]: computed -?[\d.e-]+, the loss says -?[\d.e-]+", finding.entries[0]
    )
    for part in ("WRONG  gradient_scale", finding.section, "computed"):
        assert part in str(report)


def test_in_a_notebook_it_is_a_table_with_the_entries_marked():
    html = whole(
        gradients=lambda p, X, y: {k: -g for k, g in gradients(p, X, y).items()}
    )._repr_html_()
    assert html.count("<tr>") == 2
    assert "<mark>" in html
    assert "gradient_sign" in html
    assert "Compared" in html
    assert "<table>" not in whole()._repr_html_()


def test_a_program_s_own_text_cannot_break_the_table():
    def raises(p, X):
        raise RuntimeError("<script>alert(1)</script>")

    assert "<script>" not in whole(predict=raises)._repr_html_()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_says_what_it_is_what_to_do_and_where_it_is_explained(name):
    kind = KINDS[name]
    assert kind.usually.endswith(".")
    assert len(kind.what_to_do) > 20
    assert re.fullmatch(r"[1-9]\.\d+", kind.section)
    assert set(kind.follows_from) <= set(KINDS)


def test_causes_come_before_their_consequences():
    order = list(KINDS)
    for name, kind in KINDS.items():
        for cause in kind.follows_from:
            assert order.index(cause) < order.index(name), (name, cause)


def test_one_cause_is_one_finding():
    cause = Finding("integer_parameters", "wrong", "W1", "whole numbers")
    effect = Finding("parameter_not_moved", "wrong", "W1", "stays where it was")
    (only,) = in_order([effect, cause])
    assert only.kind == "integer_parameters"
    assert only.follows == ("stays where it was",)


def test_wrong_comes_before_suspicious_and_notes():
    found = [Finding("dead", s, s, s) for s in reversed(SEVERITIES)]
    found[1] = Finding("data_scale", "suspicious", "X", "large")
    assert [f.severity for f in in_order(found)] == list(SEVERITIES)


def test_an_empty_report_is_not_true():
    assert not Report((), (), ())
    assert Report((), ("something",), ())


def test_every_check_says_what_it_sees():
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS) > 20
    for check in CHECKS:
        assert check.__doc__.strip().endswith(".")


# What it leaves alone


def test_nothing_that_is_passed_is_changed_and_asked_twice_it_says_the_same():
    given = [X.copy(), y.copy(), parameters()]
    before = [snapshot(each) for each in given]
    np.random.seed(3)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    reports = [
        str(audit(given[0], given[1], parameters=given[2], learning_rate=0.5, **WHOLE))
        for _ in range(2)
    ]
    assert reports[0] == reports[1]
    assert [snapshot(each) for each in given] == before
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_a_program_is_copied():
    class Net:
        def __init__(self):
            self.__dict__.update(parameters())

        def forward(self, X):
            return predict(vars(self), X)

        def train(self, X, y):
            for name, g in gradients(vars(self), X, y).items():
                getattr(self, name)[...] -= 0.5 * g

    net = Net()
    before = copy.deepcopy(vars(net))
    names = ["W1", "b1", "W2", "b2"]
    report = audit(
        X,
        y,
        program=net,
        arrays=names,
        predict="forward",
        step="train",
        loss=lambda net, X, y: loss(vars(net), X, y),
        learning_rate=0.5,
    )
    assert report
    assert not kinds(report)
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(net, name), value)
    assert audit(
        X,
        y,
        program=net,
        predict="forward",
        step="train",
        learning_rate=0.5,
        loss=lambda net, X, y: loss(vars(net), X, y),
    )


def test_a_program_that_cannot_be_copied_is_said_to_be_so():
    class Net:
        def __init__(self):
            self.w = np.array([[0.3], [0.4]])

        def __deepcopy__(self, memo):
            raise TypeError("no copies")

        def forward(self, X):
            return X @ self.w

    report = audit(X, y, program=Net(), arrays=["w"], predict="forward")
    assert "cannot be copied" in str(report)


def test_what_the_program_prints_is_not_shown(capsys):
    def talks(p, X, y):
        print("loss", loss(p, X, y))
        return loss(p, X, y)

    assert whole(loss=talks)
    assert capsys.readouterr() == ("", "")


def test_a_function_that_never_ends_is_given_up():
    def endless(p, X, y):
        while True:
            pass

    begin = time.perf_counter()
    report = audit(X, y, parameters=parameters(), predict=predict, loss=endless)
    assert time.perf_counter() - begin < 20
    assert kinds(report) == ["raises"]
    assert "did not end" in str(report)


# Layouts


def test_columns_are_noticed_or_told():
    columns = {
        "predict": lambda p, X: predict(p, X.T).T,
        "loss": lambda p, X, y: loss(p, X.T, y.T),
        "gradients": lambda p, X, y: gradients(p, X.T, y.T),
    }
    noticed = audit(X.T, y.T, parameters=parameters(), **columns)
    assert noticed
    assert [f.kind for f in noticed.findings] == ["samples_as_columns"]
    told = audit(X.T, y.T, parameters=parameters(), samples="columns", **columns)
    assert told
    assert told.findings == ()


def test_the_axes_of_x_and_y_may_differ():
    report = audit(
        X,
        y.T,
        parameters=parameters(),
        samples={"X": "rows", "y": "columns"},
        predict=lambda p, X: predict(p, X).T,
        loss=lambda p, X, y: loss(p, X, y.T),
    )
    assert report
    assert report.findings == ()


def test_a_corner_is_a_note():
    p = {"W": np.ones((2, 3)), "b": np.zeros((1, 3)), "v": np.array([[1.0], [-2.0], [0.5]])}

    def relu_loss(p, X, y):
        return np.mean((np.maximum(X @ p["W"] + p["b"], 0) @ p["v"] - y) ** 2)

    report = audit(
        np.zeros((4, 2)),
        y,
        parameters=p,
        loss=relu_loss,
        predict=lambda p, X: np.maximum(X @ p["W"] + p["b"], 0) @ p["v"],
    )
    assert "at_a_corner" not in kinds(report)


# Structures


def test_any_nesting_keeps_its_form():
    structure = {"layers": [(np.ones((2, 3)), [0.0, 1.0]), (np.ones(3), 2)], "name": "net"}
    found = leaves(structure)
    assert [short_name(name) for name, _ in found] == [
        "layers[0][0]",
        "layers[0][1]",
        "layers[1][0]",
        "layers[1][1]",
    ]
    made = filled(structure, iter([a + 0.5 for _, a in found]), exact=True)
    assert made["name"] == "net"
    assert made["layers"][0][1] == [0.5, 1.5]
    assert made["layers"][1][1] == 2.5
    assert isinstance(made["layers"][0], tuple)


@pytest.mark.parametrize("name", ["dW1", "grad_W1", "W1_grad", "['dW1']", "W1", "delta_W1"])
def test_a_gradient_is_known_by_its_parameter_s_name(name):
    assert plain(name) == "W1"


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1 / 40, "the mean of the squared errors"),
        (1 / 20, "the sum of the squared errors divided by the 20 samples"),
        (-1.0, "minus the sum of the squared errors"),
        (0.77, "0.77 times the sum of the squared errors"),
    ],
)
def test_a_factor_is_put_in_words(factor, words):
    assert factor_words(factor, "squared errors", 20, 2) == words


# Whatever comes


@pytest.mark.parametrize(
    ("change", "error", "part"),
    [
        ({"learning_rate": -1}, ValueError, "learning_rate is -1"),
        ({"learning_rate": "0.1"}, ValueError, "learning_rate is '0.1'"),
        ({"step_is": "steps"}, ValueError, "step_is is 'steps'"),
        ({"samples": "row"}, ValueError, "samples is 'row'"),
        ({"samples": {"Z": "rows"}}, ValueError, "samples is"),
        ({"predict": 3}, TypeError, "predict is 3"),
        ({"predict": "forward"}, TypeError, "Pass program too"),
        ({"reports": [1]}, TypeError, "reports is [1]"),
        ({"new_step": 3}, TypeError, "new_step is 3"),
        ({"parameters": "abc"}, TypeError, "no array of numbers"),
        ({"parameters": {}}, TypeError, "no array of numbers"),
    ],
)
def test_an_argument_of_another_kind_is_named(change, error, part, stored):
    with pytest.raises(error, match=re.escape(part)) as caught:
        audit(X, y, **{"parameters": parameters(), **WHOLE, **change})
    assert str(caught.value) == stored


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"predict": "feed"}, "no such method"),
        ({"arrays": ["W9"]}, "W9"),
        ({"arrays": "W1"}, "a list of names"),
    ],
)
def test_a_name_that_the_program_does_not_have_is_named(change, part, stored):
    class Net:
        def __init__(self):
            self.W1 = np.ones((2, 1))

        def forward(self, X):
            return X @ self.W1

    with pytest.raises((TypeError, ValueError), match=part) as caught:
        audit(X, y, program=Net(), **{"arrays": ["W1"], "predict": "forward", **change})
    assert str(caught.value) == stored


RUBBISH = [
    None,
    3,
    "text",
    [],
    [[1], [1, 2]],
    np.nan,
    np.full((4, 2), np.nan),
    np.zeros((0, 2)),
    np.zeros((4, 2), dtype=object),
    {"a": 1},
    np.array(["a"] * 4),
    np.zeros((3, 2, 2, 2)),
    object(),
]


@pytest.mark.parametrize("bad", RUBBISH, ids=lambda bad: type(bad).__name__)
def test_whatever_the_data_are_a_report_comes_back(bad):
    for arguments in ((bad, y), (X, bad), (bad, bad)):
        report = audit(*arguments, parameters=parameters(), **WHOLE)
        assert not report
        assert str(report)


@pytest.mark.parametrize("role", ["predict", "loss", "gradients", "step", "training_loss"])
@pytest.mark.parametrize("bad", RUBBISH, ids=lambda bad: type(bad).__name__)
def test_whatever_a_function_returns_a_report_comes_back(role, bad):
    report = whole(**{role: lambda *given: bad})
    assert str(report)
    assert report._repr_html_()


@pytest.mark.parametrize(
    "role", ["predict", "loss", "gradients", "step", "training_loss", "new_step"]
)
@pytest.mark.parametrize(
    "error", [ValueError, KeyError, SystemExit, RecursionError, MemoryError, AssertionError]
)
def test_whatever_a_function_raises_a_report_comes_back(role, error):
    def raises(*given):
        raise error("on purpose")

    report = whole(**{role: raises})
    assert not report
    assert "on purpose" in str(report)


def test_a_number_that_is_printed_is_computed_again():
    def accuracy(p, X, y):
        return np.mean((predict(p, X) > 0.5) == y)

    assert whole(reports={"accuracy": accuracy, "loss": loss})
    report = whole(reports={"accuracy": lambda p, X, y: accuracy(p, X, y) / 2})
    assert kinds(report) == ["printed_number"]
    assert "0.5000 times the right number" in " ".join(str(report).split())


def test_the_package_offers_it():
    assert nnlib.audit is audit


def test_predictions_that_are_no_numbers_are_wrong():
    X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    report = audit(
        X,
        X[:, :1],
        parameters=[np.ones((2, 1))],
        predict=lambda p, X: np.log(X @ p[0] - 5),
    )
    assert [f.kind for f in report.findings if f.severity == "wrong"] == ["saturated"]
    assert "predict gives nan for 3 of 3 samples" in report.findings[0].seen
    assert not report


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_a_report_says_what_the_time_did_not_allow(monkeypatch):
    module = sys.modules["nnlib.audit"]
    monkeypatch.setattr(module, "SECONDS", 0.0)
    monkeypatch.setattr(module, "SECONDS_BY_THE_CLOCK", 0.0)
    report = audit(X, y, parameters=parameters(), predict=predict, loss=loss, gradients=gradients)
    cut = [line for line in report.not_looked_at if "the time for the audit was up" in line]
    assert "The gradient is the slope of the loss (the time for the audit was up)" in cut
    assert not report.findings


@pytest.mark.parametrize("order", ["layer by layer", "biases last", "turned", "no biases"])
def test_a_long_vector_is_cut_as_the_program_cuts_it(order):
    shapes = {
        "layer by layer": [(2, 4), (4,), (4, 2), (2,)],
        "biases last": [(2, 4), (4, 2), (4,), (2,)],
        "turned": [(4, 2), (4,), (2, 4), (2,)],
        "no biases": [(2, 4), (4, 2)],
    }[order]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]

    def predict(t, X):
        p = [part.reshape(shape) for part, shape in zip(np.split(t, ends), shapes, strict=True)]
        W, b = [v for v in p if v.ndim == 2], [v for v in p if v.ndim == 1] or [0, 0]
        W = [v.T for v in W] if order == "turned" else W
        return sigmoid(np.tanh(X @ W[0] + b[0]) @ W[1] + b[1])

    vector = np.random.default_rng(0).normal(size=sum(int(np.prod(shape)) for shape in shapes))
    report = audit(
        X,
        np.c_[y, 1 - y],
        parameters=vector,
        predict=predict,
        loss=lambda t, X, y: np.mean((predict(t, X) - y) ** 2),
    )
    said = [line for line in report.compared if line.startswith("the vector is cut into")]
    if order == "layer by layer":  # the same numbers in the same places, with b below W
        shapes, ends = [(3, 4), (5, 2)], [12]
    assert said == [
        "the vector is cut into "
        + ", ".join(
            f"parameters[{end - int(np.prod(shape))}:{end}] as {shape}"
            for end, shape in zip([*ends, len(vector)], shapes, strict=True)
        )
    ]


def test_a_vector_that_is_no_network_is_left_whole():
    vector = np.arange(1.0, 8.0)
    report = audit(X, y, parameters=vector, predict=lambda t, X: np.sin(X @ t[:2] * t[2])[:, None])
    assert not any("cut into" in line for line in report.compared)


def test_classes_counted_from_1_are_only_wrong_where_that_fails():
    X, labels = np.eye(3), np.array([1, 2, 3])

    def predict(p, X):
        e = np.exp(X @ p["W"])
        return e / e.sum(axis=1, keepdims=True)

    def severity(loss):
        functions = {} if loss is None else {"loss": loss}
        report = audit(X, labels, parameters={"W": np.eye(3)}, predict=predict, **functions)
        return {f.kind: f.severity for f in report.findings}.get("target_range")

    rows = np.arange(3)
    assert severity(lambda p, X, y: -np.mean(np.log(predict(p, X)[rows, y]))) == "wrong"
    assert severity(lambda p, X, y: -np.mean(np.log(predict(p, X)[rows, y - 1]))) is None
    assert severity(None) == "suspicious"


def test_advice_fits_the_rows_that_are_left_out():
    def first_only(p, X, y):
        return loss(p, X[:1], y[:1])

    def all_but_the_last(p, X, y):
        return loss(p, X[:-1], y[:-1])

    advice = []
    for own in (first_only, all_but_the_last):
        finding = audit(X, y, parameters=parameters(), predict=predict, loss=own).findings[0]
        assert finding.kind == "samples_unused"
        advice.append((finding.usually, finding.what_to_do))
    assert (
        advice[0]
        != advice[1]
        == (
            KINDS["samples_unused"].usually,
            KINDS["samples_unused"].what_to_do,
        )
    )


def test_float32_arrays_that_an_object_holds_in_two_places_are_measured_exactly():
    class Net:
        def __init__(self):
            rng = np.random.default_rng(0)
            self.W = (rng.normal(size=(6, 3)) / 2).astype(np.float32)
            self.held = [self.W]

        def forward(self, X):
            return np.maximum(X, 0) @ self.held[0]

        def mean(self, samples, targets):
            return np.mean((self.forward(samples) - targets) ** 2)

        def slopes(self, X, y):
            return [2 * np.maximum(X, 0).T @ (self.forward(X) - y) / y.size]

    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 6)), rng.normal(size=(20, 3))
    net = Net()
    report = audit(
        X, y, program=net, arrays=["W"], predict="forward", loss="mean", gradients="slopes"
    )
    assert report
    assert not report.findings
    assert "the gradient is the slope of the loss, parameter by parameter" in report.compared
    assert net.W.dtype == np.float32


def digits_of(scale, rate):
    """A softmax with a hidden ReLU layer on pixels, and its step."""
    rng = np.random.default_rng(2)
    labels = np.arange(40) % 4
    pixels = np.clip(rng.random((4, 36))[labels] + rng.normal(scale=0.25, size=(40, 36)), 0, 1)
    p = {"W1": rng.normal(size=(36, 12)) / 4, "W2": rng.normal(size=(12, 4)) / 2}

    def forward(p, X):
        h = np.maximum(X @ p["W1"], 0)
        z = h @ p["W2"]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return h, e / e.sum(axis=1, keepdims=True)

    def step(p, X, Y):
        h, a = forward(p, X)
        d = (a - Y) / len(X)
        dh = d @ p["W2"].T * (h > 0)
        return {"W1": p["W1"] - rate * X.T @ dh, "W2": p["W2"] - rate * h.T @ d}

    return {
        "X": np.round(255 * pixels) * scale,
        "y": np.eye(4)[labels],
        "parameters": p,
        "predict": lambda p, X: forward(p, X)[1],
        "loss": lambda p, X, Y: -np.mean(np.sum(Y * np.log(forward(p, X)[1] + 1e-9), axis=1)),
        "step": step,
        "learning_rate": rate,
    }


@pytest.mark.parametrize(("rate", "severity"), [(1e-4, "note"), (0.1, "wrong")])
def test_data_out_of_scale_are_a_note_where_the_program_learns(rate, severity):
    case = digits_of(1.0, rate)
    report = audit(case.pop("X"), case.pop("y"), **case)
    found = {f.kind: f for f in report.findings}["data_scale"]
    assert found.severity == severity
    assert ("All the same, the program learns." in found.seen) == (severity == "note")


@pytest.mark.parametrize(("epsilon", "severity"), [(1, "wrong"), (0.006, "suspicious")])
def test_an_epsilon_is_wrong_where_it_outweighs_the_gradient(epsilon, severity):
    def new_step():
        v = dict.fromkeys(parameters(), 0.0)

        def step(p, X, y):
            for name, g in gradients(p, X, y).items():
                v[name] = 0.999 * v[name] + 0.001 * g**2
                p[name] = p[name] - 0.1 * g / (np.sqrt(v[name] / 0.001) + epsilon)

        return step

    report = audit(
        X, y, parameters=parameters(), predict=predict, loss=loss, gradients=gradients,
        new_step=new_step, learning_rate=0.1, step_is="update",
    )  # fmt: skip
    found = {f.kind: f for f in report.findings}["optimizer_formula"]
    assert found.severity == severity
    assert f"divided by 1 times its size and {epsilon} more" in found.seen


def test_a_step_that_moves_nothing_does_not_go_uphill():
    def new_step():
        calls = []

        def step(p, X, y):
            calls.append(1)
            for name, g in gradients(p, X, y).items():
                p[name] = p[name] - (1 // len(calls)) * g  # 1, and 0 ever after

        return step

    report = audit(
        X, y, parameters=parameters(), predict=predict, loss=loss, new_step=new_step,
        learning_rate=1, step_is="update",
    )  # fmt: skip
    assert kinds(report) == ["step_not_gradient"]
    assert "step 2 moves nothing" in report.findings[0].seen


def test_an_attribute_of_a_part_keeps_its_name():
    assert short_name("['layers[0].weights']") == "layers[0].weights"
    assert short_name("['W'][0]") == "W[0]"


class Uncopied:
    """A program with a part that cannot be copied, or that cannot be copied at all."""

    def __init__(self, part=None, whole=False):
        self.w, self.part, self.whole = np.array([[0.3], [0.4]]), part, whole

    def __reduce__(self):
        if self.whole:
            raise TypeError("no copies")
        return super().__reduce__()

    def forward(self, X):
        return X @ self.w

    def loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def train(self, X, y):
        self.w -= 0.1 * 2 * X.T @ (self.forward(X) - y) / y.size


@pytest.mark.parametrize("whole", [False, True])
def test_a_program_that_cannot_be_copied_has_its_arrays_back(whole):
    net = Uncopied([threading.Lock(), (row for row in X)], whole)
    before, lock = net.w, net.part[0]
    report, again = (
        audit(
            X, y, program=net, arrays=["w"], predict="forward", loss="loss", step="train",
            learning_rate=0.1,
        )
        for _ in range(2)
    )  # fmt: skip
    assert str(report) == str(again)
    assert ("cannot be copied" in str(report)) == whole
    assert net.w is before
    assert net.w.ravel().tolist() == [0.3, 0.4]
    assert net.part[0] is lock


def test_whoever_interrupts_is_not_kept_waiting():
    def interrupted(p, X, y):
        raise KeyboardInterrupt

    handler, state = signal.getsignal(signal.SIGALRM), np.random.get_state()  # noqa: NPY002
    with pytest.raises(KeyboardInterrupt):
        whole(loss=interrupted)
    assert signal.getsignal(signal.SIGALRM) == handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert np.array_equal(np.random.get_state()[1], state[1])  # noqa: NPY002


@pytest.mark.parametrize("error", [GeneratorExit, type("Own", (BaseException,), {})])
def test_errors_that_are_no_exceptions_are_caught_too(error):
    def raises(p, X, y):
        raise error

    assert f"loss raised {error.__name__}. It" in str(whole(loss=raises))


def test_a_program_may_close_what_it_prints_to():
    def closes(p, X, y):
        sys.stdout.close()
        print(sys.stdout.isatty())
        return loss(p, X, y)

    assert whole(loss=closes)


@pytest.mark.parametrize(
    ("name", "bad", "words"),
    [
        ("X", (row for row in X), "X is a generator, which can be read once only: pass list(X)"),
        ("X", np.ma.masked_less(X, 0.5), "X is a masked array, and 4 of its entries are masked"),
        ("y", "abc", "y is 'abc' (str), not an array of numbers"),
    ],
)
def test_data_that_are_no_numbers_are_named(name, bad, words):
    report = audit(**({"X": X, "y": y} | {name: bad}), parameters=parameters(), **WHOLE)
    assert kinds(report) == ["data_type"]
    assert words in " ".join(str(report).split())


def test_parameters_that_are_no_numbers_are_named():
    start = parameters() | {"b1": np.array([[0.1, np.nan, 0.2, np.inf]])}
    report = audit(X, y, parameters=start, **WHOLE)
    assert kinds(report) == ["data_type"]
    assert "2 entries of b1" in str(report)
    assert "b1[0, 1]" in str(report)


def test_what_is_returned_is_told_without_its_address():
    report = whole(gradients=lambda p, X, y: (g for g in gradients(p, X, y).values()))
    assert "generator" in str(report)
    assert "0x" not in str(report)


def test_a_table_stays_a_table():
    table = Frame(X, columns=["x1", "x2"])

    def values(X):
        assert X.columns == ["x1", "x2"]
        return X.data

    report = audit(
        table, y, parameters=parameters(), learning_rate=0.5,
        predict=lambda p, X: predict(p, values(X)), loss=lambda p, X, y: loss(p, values(X), y),
        step=lambda p, X, y: step(p, values(X), y),
    )  # fmt: skip
    assert report, str(report)
    assert np.array_equal(table.data, X)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1 / 12, "perhaps it is divided by 12, and the loss is not. 12 = 4 * 3, and there are 4"),
        (3, "perhaps a mean over 3 that is left out, or a sum that is taken 3 times."),
        (0.8, "perhaps 0.8 = 4 / 5, and there are 4 samples."),
        (2, "perhaps half a sum of squares where the loss is their mean, or the 2 of a square"),
        (0.123, "is 0.1230 times the slope."),
    ],
)
def test_a_factor_in_one_parameter_is_put_in_words(factor, words):
    def scaled(p, X, y):
        return {k: factor * g if k == "W1" else g for k, g in gradients(p, X, y).items()}

    assert words in " ".join(str(whole(gradients=scaled)).split())


# The same few samples, laid out in every way. What the reports say is stored.

SEVEN = np.random.default_rng(3).normal(size=(7, 2))
SIDES = (SEVEN[:, :1] * SEVEN[:, 1:] > 0) * 1.0


def answers(p, X):
    return 1 / (1 + np.exp(-(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])))


def entropy(a, y):
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def in_rows(p, X):
    return answers(p, X)


def in_columns(p, X):
    return answers(p, X.T).T


def flat(p, X):
    return answers(p, X)[:, 0]


def one_row(p, X):
    return answers(p, X).T


def mean(p, X):
    return np.mean(answers(p, X))


def too_few(p, X):
    return answers(p, X)[:-2]


LAID_OUT = [
    (SEVEN, SIDES, in_rows, None),
    (SEVEN, SIDES, in_rows, "rows"),
    (SEVEN, SIDES, in_rows, "columns"),
    (SEVEN, SIDES, in_rows, {"X": "columns"}),
    (SEVEN, SIDES, in_columns, None),
    (SEVEN.T, SIDES.T, in_columns, None),
    (SEVEN.T, SIDES.T, in_columns, "columns"),
    (SEVEN.T, SIDES.T, in_columns, "rows"),
    (SEVEN.T, SIDES.T, in_rows, None),
    (SEVEN, SIDES.T, one_row, None),
    (SEVEN, SIDES.T, one_row, {"X": "rows", "y": "columns"}),
    (SEVEN, SIDES.T, in_rows, None),
    (SEVEN, SIDES[:, 0], flat, None),
    (SEVEN, SIDES[:, 0], in_rows, None),
    (SEVEN, SIDES, flat, None),
    (SEVEN, SIDES[:4], in_rows, None),
    (SEVEN[:2], SIDES[:2], in_rows, None),
    (SEVEN[:2], SIDES[:2], in_columns, "columns"),
    (SEVEN[:2].T, SIDES[:2].T, in_columns, None),
    (SEVEN[:1], SIDES[:1], in_rows, None),
    (SEVEN[:1], SIDES[:1], mean, None),
    (SEVEN, SIDES, mean, None),
    (SEVEN, SIDES, too_few, None),
    (SEVEN[:, 0], SIDES[:, 0], lambda p, x: flat(p, np.column_stack([x, x])), None),
    (SEVEN, 3 * SIDES - 1, in_rows, None),
    (SEVEN, np.zeros((7, 1)), in_rows, None),
    (400 * SEVEN, SIDES, in_rows, None),
    (SEVEN * [1, 900], SIDES, in_rows, None),
    ((40 * SEVEN).astype(np.int8), SIDES.astype(np.uint8), in_rows, None),
]


@pytest.mark.parametrize("number", range(len(LAID_OUT)))
def test_samples_are_taken_as_they_lie(number):
    X, y, predict, samples = LAID_OUT[number]

    def loss(p, X, y):
        return entropy(predict(p, X), y)

    def stepped(p, X, y):
        a = answers(p, np.reshape(X, (-1, 2)) if X.shape[-1] == 2 else X.T)
        return {**p, "b2": p["b2"] - 0.1 * np.mean(a.ravel() - np.ravel(y))}

    names = {"parameters": parameters(), "predict": predict, "samples": samples}
    for others in ({"loss": loss}, {"new_step": lambda: stepped, "training_loss": loss}):
        report = audit(X, y, **names, **others)
        assert report or report.findings


@pytest.mark.parametrize("curve", [np.tanh, np.sin, np.cos, np.arctan, np.square, np.sign])
def test_what_no_known_network_gives_has_a_range_all_the_same(curve):
    def predict(p, X):
        return curve((X @ p["W1"]) ** 2 @ p["W2"] - X[:, :1])

    p = {"W1": SEVEN[:2], "W2": SEVEN[2:4, :1]}
    for targets in (SIDES, 2 * SIDES - 1, 3 * SIDES):
        report = audit(SEVEN, targets, parameters=p, predict=predict)
        assert report or report.findings


def test_a_step_is_looked_at_beside_the_training_loss_alone():
    def moves_one(p, X, y):
        return {**p, "b2": p["b2"] - 0.1 * np.mean(answers(p, X) - y)}

    report = audit(SEVEN, SIDES, parameters=parameters(), predict=answers, step=moves_one,
                   training_loss=lambda p, X, y: entropy(answers(p, X), y))  # fmt: skip
    assert kinds(report) == ["parameter_not_moved"]


def test_targets_that_a_function_changes_are_named():
    def in_place(p, X, y):
        value = loss(p, X, y)
        y += 0.5
        return value

    (finding,) = [f for f in whole(loss=in_place).findings if f.severity == "wrong"]
    assert finding.kind == "changes_its_arguments"
    assert finding.seen.startswith("loss changes y, which it was given")
    assert finding.entries == ("y",)


def test_a_search_for_layers_among_many_single_numbers_ends():
    assert list(chains([()] * 16, 1, 2)) == []  # 16! ways of which none fits
    assert next(chains([()] * 16, 1, 1))
