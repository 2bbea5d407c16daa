"""The checks of the exercises never raise, and say what helps."""

import io
import re
import signal
import sys
import textwrap
import threading
import time
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from rubbish import Disguised, Hostile, armed

from nnlib.lab import check, checks
from nnlib.lab.checks import Function, Mistake, Search, Value


def double(x):
    return 2 * x


def inputs(rng):
    return [(3.0,), (np.array([1.0, -2.0]),), (rng.normal(size=(4, 3)),), (np.zeros((0, 1)),)]


DOUBLE = Function(
    number="9.1",
    inputs=inputs,
    answer=double,
    mistakes=[
        Mistake(
            name="the square",
            hint="Two times a number is the number added to itself.",
            wrong=lambda x: x**2,
        ),
        Mistake(
            name="three times",
            hint=lambda arguments, ours, theirs: f"For {arguments[0]:g} you give {theirs.array:g}.",
            wrong=lambda x: 3 * x,
        ),
    ],
    why="Twice is once, and once more.",
    seconds=0.3,
)
BOTH = Function(
    number="9.2",
    inputs=lambda rng: [(rng.normal(size=(3, 2)),)],
    answer=lambda W: (W, W.T),
    returns=("W", "V"),
    why="Two.",
)
QUIET = Function(
    number="9.3",
    inputs=lambda rng: [(-5.0,), (np.array([-1000.0]),)],
    answer=lambda z: np.zeros(np.shape(z)) + np.where(np.asarray(z) > -6, np.exp(5), 0),
    must_stay_quiet=True,
    why="Quiet.",
)
SHAPE = Value(number="9.4", wanted="a shape", answer=(4, 2), why="Rows first.")
WORD = Value(number="9.5", wanted="up or down", answer="down", why="Down.")
ROOT = Search(
    number="9.6",
    names=("low", "high"),
    wanted="numbers on both sides of 2",
    holds=lambda low, high: low < 2 < high,
    came=lambda low, high: f"from {low:.1f} to {high:.1f}",
    mistakes=[Mistake(name="the wrong order", hint="Swap.", looks_like=lambda a, b: a > 2 > b)],
    why="Both sides.",
)


def said(verdict):
    """The message as one line."""
    return " ".join(verdict.text("9.1").split())


# ------------------------------------------------------------------------------ what is said


def test_the_message_for_a_known_mistake():
    assert DOUBLE.judge(lambda x: x * x).text("9.1") == textwrap.dedent(
        """\
        Exercise 9.1   ✗ not yet
          input      your_function(x=3.0)
          expected   6
          yours      9
          This looks like: the square. Two times a number is the number added to
          itself."""
    )


def test_the_message_for_a_right_answer():
    text = DOUBLE.judge(lambda x: x + x).text("9.1")
    assert text == "Exercise 9.1   ✓ right\n  Twice is once, and once more."


def test_the_message_for_an_untouched_exercise():
    text = DOUBLE.judge(lambda x: ...).text("9.1")
    assert text == (
        "Exercise 9.1   – not attempted yet\n"
        "  Put your answer in place of the ... and run the cell again."
    )


def test_dots_that_are_left_inside_a_function():
    def begun(x):
        for _ in range(3):
            ...

    assert DOUBLE.judge(begun).status == "untouched"


def helper(x): ...


def partly(x):
    y = ...
    return y


def uses_helper(x):
    return helper(x) + x


def uses_partly(x):
    return other(x)


def other(x):
    return 2 * partly(x)


def disguised(x):
    if np.ndim(x):
        return np.eye(2) @ helper(x)  # NumPy says: not enough dimensions
    return 2 * x


def slices(x):
    return x[..., :1] + partly(x) if np.ndim(x) else partly(x)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (uses_helper, "helper"),
        (uses_partly, "partly"),
        (slices, "partly"),
        (disguised, "helper"),
    ],
)
def test_an_unfinished_function_that_is_called_is_named(function, name):
    verdict = DOUBLE.judge(function)
    assert verdict.status == "waiting"
    assert f"uses {name}, and {name} is still unfinished" in said(verdict)
    assert verdict.text("9.1").startswith("Exercise 9.1   – not finished yet")


def test_a_function_that_is_itself_unfinished():
    assert "There is still a ... in your function." in said(DOUBLE.judge(partly))
    assert DOUBLE.judge(lambda x: x[..., 0]).status == "wrong"


def test_a_case_with_an_error_is_shown_before_others():
    def one_axis_only(x):
        if np.ndim(x) == 1:
            raise ValueError("only one axis")
        return 0 * x

    assert dict(DOUBLE.judge(one_axis_only).rows)["input"] == (
        "one_axis_only(x=np.array([1.0, -2.0]))"
    )


def test_the_first_input_that_fails_is_shown_with_the_row_that_differs():
    def wrong_in_the_third_row(x):
        result = 2 * x
        if np.ndim(x) == 2 and len(x):
            result[2, 1] = 7.00001
        return result

    verdict = DOUBLE.judge(wrong_in_the_third_row)
    rows = dict(verdict.rows)
    assert rows["input"].startswith("wrong_in_the_third_row(x=np.array([[")
    assert rows["expected"].startswith("shape (4, 3), row 2: [")
    assert rows["yours"].startswith("shape (4, 3), row 2: [")
    assert rows["yours"] != rows["expected"]
    assert not verdict.is_known
    assert "none of the mistakes known here, but this much is certain:" in said(verdict)


def test_enough_digits_are_shown_to_see_the_difference():
    rows = dict(DOUBLE.judge(lambda x: 2.0003 * x).rows)
    assert (rows["expected"], rows["yours"]) == ("6", "6.001")


def test_a_hint_can_be_computed():
    assert "three times. For 3 you give 9." in said(DOUBLE.judge(lambda x: x + x + x))


def test_lines_are_short():
    verdict = DOUBLE.judge(lambda x: "long " * 1000)
    lines = verdict.text("9.1").splitlines()
    assert max(map(len, lines)) <= 90
    first = next(i for i, line in enumerate(lines) if line.startswith("  yours"))
    assert lines[first + 1].startswith(13 * " " + "long")


# ---------------------------------------------------------------------------- right however written


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.asarray(x, np.float32) * 2,
        lambda x: (2 * np.asarray(x)).tolist(),
        lambda x: np.einsum("...->...", x) * 2,
        lambda x: np.matrix(2 * x) if np.ndim(x) == 2 else 2 * x,
        lambda x, factor=2: factor * x,
        lambda *args: 2 * args[0],
        lambda x: print("let me see", x) or 2 * x,
        lambda x: np.array(2 * x, dtype=object).astype(float),
    ],
)
def test_right_answers_of_every_make_are_accepted(function):
    assert DOUBLE.judge(function).status == "right"


def test_rows_in_a_list_are_fine_even_if_there_are_none():
    def rows(x):
        return 2 * x if np.ndim(x) < 2 else [[2 * entry for entry in row] for row in x]

    assert DOUBLE.judge(rows).status == "right"


def test_tolerances_are_those_that_are_stated():
    assert DOUBLE.judge(lambda x: 2.0001 * x).status == "right"
    assert DOUBLE.judge(lambda x: 2.0003 * x).status == "wrong"
    assert DOUBLE.judge(lambda x: 2 * x + 1e-6).status == "right"
    assert DOUBLE.judge(lambda x: 2 * x + 1e-3).status == "wrong"


def test_several_results_may_come_as_a_tuple_or_a_list():
    assert BOTH.judge(lambda W: (W, W.T)).status == "right"
    assert BOTH.judge(lambda W: [W.tolist(), W.T]).status == "right"


def test_values():
    assert SHAPE.judge((4, 2)).status == SHAPE.judge([4, 2]).status == "right"
    assert SHAPE.judge(np.zeros((4, 2)).shape).status == "right"
    assert SHAPE.judge((2, 4)).status == SHAPE.judge(8).status == "wrong"
    assert WORD.judge(" Down").status == "right"
    assert WORD.judge("up").status == WORD.judge(1).status == "wrong"
    assert ROOT.judge(1, 3).status == ROOT.judge((1, np.array([3.0]))).status == "right"


def test_a_search_says_what_happened():
    assert dict(ROOT.judge(3, 1).rows)["yours"] == "low = 3, high = 1: from 3.0 to 1.0"
    assert ROOT.judge(3, 1).mistake == "the wrong order"
    assert ROOT.judge(3, np.nan).mistake == "a number that is not finite, in high"
    assert ROOT.judge([1, 1], 3).status == "wrong"
    assert said(ROOT.judge(1, ...)).endswith("not attempted yet Still open: high.")


def test_a_search_for_arrays_says_which_shape_is_wanted():
    found = Search(
        number="9.7",
        names=("w", "b"),
        shapes=((2, 1), ()),
        wanted="w of shape (2, 1) and a number that add up to 0",
        holds=lambda w, b: w.sum() + b == 0,
        why="Nothing is left.",
    )
    assert found.judge([[1], [2]], np.array([-3])).status == "right"
    verdict = found.judge([1, 2], -3)
    assert verdict.mistake == "another shape"
    assert "w has shape (2,), wanted is shape (2, 1)." in said(verdict)
    assert found.judge([[1], [2]], [[3]]).mistake is None
    assert found.judge("two", -3).mistake == "a text where a number is asked for, in w"


# ------------------------------------------------------------------------------ general mistakes


class Keeper:
    calls = 0

    def state(self, x):
        self.calls += 1
        return 2 * x + (self.calls > 4)

    def buffer(self, x):
        x *= 2
        return x


def no_return(x):
    2 * x


def only_prints(x):
    print(2 * x)


def with_if(x):
    return 2 * x if x > 0 else -2 * -x


def only_scalars(x):
    import math

    return math.floor(2 * x)


def unknown_name(x):
    return 2 * y  # noqa: F821


KEEPER = Keeper()
GENERAL = {
    "a result that is None": no_return,
    "printing in place of returning": only_prints,
    "an input that is changed": KEEPER.buffer,
    "an answer that depends on what was called before": KEEPER.state,
    "other arguments": lambda x, y: 2 * x,
    "an if on a whole array": with_if,
    "a function for single numbers, given an array": only_scalars,
    "a name that is not known": unknown_name,
    "the opposite sign": lambda x: -2 * x,
    "a factor": lambda x: x * 5,
    "numbers that left the floats: nan (not a number)": lambda x: x * np.nan,
    "numbers that left the floats: inf (infinity)": lambda x: np.full(np.shape(x), np.inf),
    "a single number": lambda x: 6.0,
    "the right numbers, transposed": lambda x: 2 * np.transpose(x),
    "the right numbers in shape (2, 1) for (2,)": lambda x: (
        2 * x.reshape(-1, 1) if np.ndim(x) else 2 * x
    ),
    "shape (3,) for ()": lambda x: [2 * x, 2 * x, x],
    "the same answer for every input": lambda x: np.full(np.shape(x), 6.0),
    "an overflow": lambda x: 2.0**100_000,
}


@pytest.mark.parametrize("name", GENERAL)
def test_a_general_mistake_is_named(name):
    KEEPER.calls = 0  # the tests may be run more than once in one process
    exercise = DOUBLE
    if name == "the same answer for every input":
        exercise = Function(
            number="9.1", answer=double, inputs=lambda rng: [(3.0,), (4.0,)], why="Twice."
        )
    verdict = exercise.judge(GENERAL[name])
    assert (verdict.status, verdict.mistake) == ("wrong", name), said(verdict)


def test_a_shape_of_another_input_than_the_one_shown_is_said_to_be_that():
    exercise = Function(
        number="9.1", answer=double, inputs=lambda rng: [(np.ones(4),), (np.ones((1, 1)),)], why="."
    )
    words = said(exercise.judge(lambda x: 7.0))
    assert "np.array([[1.0]])" in words
    assert "another input, x of shape (4,). Where shape (4,) is asked for, one number" in words
    words = said(exercise.judge(lambda x: np.ones((3, 3))))
    assert "shape (3, 3) for (1, 1). Write" in words


def test_general_mistakes_in_several_results():
    assert BOTH.judge(lambda W: W).mistake == "another number of results"
    assert BOTH.judge(lambda W: (W, W)).mistake == "the right numbers, transposed, in V"
    assert dict(BOTH.judge(lambda W: (W, -W.T)).rows)["yours"].startswith("V = ")
    assert BOTH.judge(lambda W: (W, W.T, W)).status == "wrong"


def test_the_result_in_place_of_the_function():
    verdict = DOUBLE.judge(double(3))
    assert verdict.mistake == "the result of a function"
    assert ("expected", "a function of (x)") in verdict.rows


def test_the_function_in_place_of_its_result():
    assert SHAPE.judge(double).mistake == "a function where a value is asked for"


def test_a_warning_of_numpy_is_wrong_where_the_exercise_says_so():
    def loud(z):
        return np.where(np.asarray(z) > -6, np.exp(5), 1 / np.exp(-z))

    verdict = QUIET.judge(loud)
    assert verdict.mistake == "a computation that left the floats on its way: overflow"
    assert dict(verdict.rows)["yours"] == "[0], and a warning: overflow"
    quiet = Function(number="9.3", inputs=QUIET.inputs, answer=QUIET.answer, why="Loud is fine.")
    assert quiet.judge(loud).status == "right"


def test_an_exercise_may_allow_changes_in_place():
    def in_place(x):
        x *= 2
        return x

    free = Function(
        number="9.1", answer=double, inputs=inputs, may_change_inputs=True, why="In place."
    )
    assert free.judge(in_place).status == "right"
    assert DOUBLE.judge(in_place).status == "wrong"


def test_what_a_wrong_function_prints_is_shown():
    verdict = DOUBLE.judge(lambda x: print("x is", x, "\n", "second") or 0)
    assert dict(verdict.rows)["printed"] == "x is 3.0 | second"


def test_a_long_print_is_cut():
    def chatter(x):
        for _ in range(1000):
            print("chatter " * 100)

    assert len(dict(DOUBLE.judge(chatter).rows)["printed"]) < 500


# ---------------------------------------------------------------------------- never raises


def forever(x):
    while True:
        pass


def for_ever_and_catches_everything(x):
    caught = 0
    while caught < 10:
        try:
            while True:
                time.sleep(0.001)
        except BaseException:  # what learners write as a bare except
            caught += 1


def wait_for_threads(count):
    end = time.monotonic() + 5
    while threading.active_count() > count and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.parametrize("function", [forever, for_ever_and_catches_everything])
def test_a_function_without_end_is_stopped(function):
    before = threading.active_count()
    start = time.monotonic()
    verdict = DOUBLE.judge(function)
    assert time.monotonic() - start < 5
    wait_for_threads(before)
    assert threading.active_count() == before
    assert verdict.mistake == "a function that takes too long"
    assert dict(verdict.rows)["yours"] == "no answer yet after 0.3 seconds"
    assert "Is there a loop that does not end" in said(verdict)


def test_the_time_is_the_learners_alone():
    def slow(x):
        time.sleep(0.05)
        return 2 * x

    hurried = replace(DOUBLE, answer=slow, seconds=0.1)
    assert len(hurried.expected) == len(hurried.cases()) + 1
    assert hurried.judge(lambda x: 2 * x).status == "right"
    assert hurried.judge(slow).mistake == "a function that takes too long"


def test_no_exercise_lets_an_endless_answer_wait_long():
    exercises = [e for n in checks.lessons_with_exercises() for e in checks.of_lesson(n)]
    assert {exercise.seconds for exercise in exercises} == {4.0}


def test_one_long_call_is_left_behind():
    over = threading.Event()
    verdict = DOUBLE.judge(lambda x: over.wait(30))
    over.set()
    assert verdict.mistake == "a function that takes too long"


def test_slow_only_for_one_input_says_for_which():
    verdict = DOUBLE.judge(lambda x: 2 * x if np.ndim(x) == 0 else forever(x))
    assert dict(verdict.rows)["input"] == "your_function(x=np.array([1.0, -2.0]))"


def test_wrong_at_first_and_without_end_later():
    def tires(x):
        while np.ndim(x) == 2:
            pass
        return x + 4

    verdict = DOUBLE.judge(tires)
    assert (verdict.status, verdict.mistake) == ("wrong", None)
    assert dict(verdict.rows)["yours"] == "7"


def test_looking_at_a_value_has_a_deadline_too():
    class Slow:
        def __array__(self, *_, **__):
            forever(0)

    exercise = Value(number="9.4", wanted="a number", answer=1, why="One.", seconds=0.2)
    assert "takes too long to look at" in said(exercise.judge(Slow()))
    assert "takes too long to look at" in said(DOUBLE.judge(Slow()))


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_errors_that_usually_end_everything(error):
    def function(x):
        raise error

    verdict = DOUBLE.judge(function)
    assert re.fullmatch(
        rf"an error in line \d+, raise error: {error.__name__}", dict(verdict.rows)["yours"]
    )


def test_a_list_that_holds_itself():
    def holds_itself(x):
        curve = [1.0, 2.0]
        curve += [curve, curve]
        return curve

    verdict = DOUBLE.judge(holds_itself)
    assert "lists within lists without end" in said(verdict)


def test_unlimited_recursion():
    def deeper(x):
        return deeper(x)

    assert "RecursionError" in said(DOUBLE.judge(deeper))


def test_a_question_is_not_asked():
    verdict = DOUBLE.judge(lambda x: input("How much is it? "))
    assert "a check cannot type an answer" in said(verdict)


def test_a_generator_a_coroutine_a_class():
    async def coroutine(x):
        return 2 * x

    def generator(x):
        yield 2 * x

    class Doubler:
        def __init__(self, x):
            self.x = 2 * x

    for function in (coroutine, generator, Doubler):
        assert DOUBLE.judge(function).status == "wrong"


def test_no_thread_can_be_started(monkeypatch):
    def cannot(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    assert DOUBLE.judge(double).status == "right"
    assert DOUBLE.judge(lambda x: x * x).mistake == "the square"


def for_ever_in_one_line(x):
    # fmt: off
    while True: pass  # noqa: E701
    # fmt: on


@pytest.mark.parametrize("endless", [forever, for_ever_in_one_line])
def test_without_threads_the_clock_is_looked_at_before_every_line(monkeypatch, endless):
    def cannot(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    before = sys.gettrace()
    verdict = DOUBLE.judge(endless)
    assert verdict.mistake == "a function that takes too long"
    assert sys.gettrace() is before
    assert DOUBLE.judge(double).status == "right"


@pytest.fixture
def interruptible():
    """A shell starts what runs in the background with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs signals")
def test_the_learner_may_interrupt_a_check(interruptible):
    before = threading.active_count()
    main = threading.main_thread().ident

    def interrupted(x):
        signal.pthread_kill(main, signal.SIGINT)
        forever(x)

    with pytest.raises(KeyboardInterrupt):
        replace(DOUBLE, seconds=60).judge(interrupted)
    wait_for_threads(before)
    assert threading.active_count() == before


# ------------------------------------------------------------------------------ leaves no trace


def test_only_the_verdict_reaches_the_page(capfd, recwarn):
    def noisy(x, w, b):
        print("noise")
        print("noise", file=sys.stderr)
        return 1 / (0 * x)

    assert check("1.3", noisy) is None
    out, err = capfd.readouterr()
    assert out.startswith("Exercise 1.3   ✗ not yet\n")
    assert out.count("noise") == 2  # in the row "printed"
    assert err == ""
    assert not recwarn.list


def test_what_a_function_changes_in_its_surroundings_is_put_back():
    def meddling(x):
        sys.stdout = io.StringIO()
        np.seterr(all="raise")
        return 2 * x

    out, settings = sys.stdout, np.geterr()
    assert DOUBLE.judge(meddling).status == "right"
    assert sys.stdout is out
    assert np.geterr() == settings


def test_the_inputs_are_the_same_each_time_and_nobody_s_random_numbers_are_used():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    texts = {DOUBLE.judge(lambda x: x + 1).text("9.1") for _ in range(3)}
    assert len(texts) == 1
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_a_learner_who_spoils_an_input_does_not_spoil_the_next_check():
    def spoils(x):
        if isinstance(x, np.ndarray):
            x[...] = 0
        return 0

    DOUBLE.judge(spoils)
    assert DOUBLE.judge(double).status == "right"


# ------------------------------------------------------------------------------ the number


@pytest.mark.parametrize("number", ["1.4", " 1.4", "1,4", 1.4, "Exercise 1.4", "01.4"])
def test_the_number_is_read_with_goodwill(number, capsys):
    check(number, 37)
    assert capsys.readouterr().out.startswith("Exercise 1.4   ✓ right\n")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.44", 'There are 1.1, 1.2, 1.3, 1.4, 1.5, 1.6. Did you mean "1.4"?'),
        ("1.0", "There is no exercise 1.0."),
        ("14", 'There is no exercise "14". A number has the form "1.2"'),
        ("0.9", "There is no exercise 0.9. There are 0.1, 0.2, 0.3."),
        ("", 'There is no exercise "".'),
        (1, 'There is no exercise "1".'),
        (float("nan"), 'There is no exercise "nan".'),
        (None, "in quotation marks"),
        (double, "in quotation marks"),
        (..., "in quotation marks"),
    ],
)
def test_a_number_that_does_not_exist(number, text, capsys):
    with armed():
        assert check(number, 1) is None
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith("? not checked ")
    assert text in out


@pytest.mark.parametrize("make", [Hostile, lambda: Disguised(str)])
def test_a_number_that_defends_itself(make, capsys):
    with armed():
        check(make(), 1)
    assert "in quotation marks" in capsys.readouterr().out


def test_too_few_or_too_many_answers(capsys):
    check()
    check("1.3")
    check("1.3", double, double)
    check("1.2", 5)
    check("1.1", 1, 2)
    out = capsys.readouterr().out
    assert out.count("? not checked") == 5
    assert 'For example: check("1.3", my_function)' in out
    assert "Give it 2 values: w_switch, b_switch." in out
    assert "Give it one value: answer." in out


def test_a_fault_of_a_check_is_not_the_learner_s(monkeypatch, capsys):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(checks, "judge", broken)
    check("1.1", 1)
    assert "stopped with ZeroDivisionError. Its fault, not yours." in capsys.readouterr().out


def test_a_terminal_that_knows_only_ascii(monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    check("1.4", 37)
    terminal.flush()
    assert terminal.buffer.getvalue().startswith(b"Exercise 1.4   ? right")


# ------------------------------------------------------------------------------ in a kernel


def test_in_a_kernel():
    """The deadline, prints, displays, questions and sys.exit, in a real notebook."""
    sources = [
        "import sys, time\n"
        "from IPython.display import HTML, display\n"
        "from nnlib.lab import check, checks\n"
        "object.__setattr__(checks.find('1.3'), 'seconds', 0.5)",
        "def f(x, w, b):\n    while True:\n        time.sleep(0.01)\ncheck('1.3', f)",
        "def f(x, w, b):\n    display(HTML('<b>shown</b>'))\n    return 0\ncheck('1.3', f)",
        "def f(x, w, b):\n    return input('?')\ncheck('1.3', f)",
        "def f(x, w, b):\n    sys.exit(1)\ncheck('1.3', f)",
        "def f(x, w, b):\n    ...\ncheck('1.3', f)",
        "def f(x, w, b):\n    for _ in range(3):\n        ...\ncheck('1.3', f)",
        "display('after'); print('after', file=sys.stderr)",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    *checked, last = [cell.outputs for cell in notebook.cells[1:]]
    assert [[output.name for output in outputs] for outputs in checked] == [["stdout"]] * 6
    texts = [" ".join(outputs[0].text.split()) for outputs in checked]
    assert "no answer yet after 0.5 seconds" in texts[0]
    assert "✗ not yet" in texts[1]
    assert "shown" not in texts[1]
    assert "a check cannot type an answer" in texts[2]
    assert "an error in line 2, sys.exit(1): SystemExit: 1" in texts[3]
    assert "not attempted yet" in texts[4]
    assert "not attempted yet There is still a ... in your function." in texts[5]
    assert [output.output_type for output in last] == ["display_data", "stream"]
