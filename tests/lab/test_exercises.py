"""Every exercise of every lesson: its form, its solution, right ways, known mistakes, rubbish."""

import re
import warnings
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

import exercise_cells
import exercises
import nbformat
import numpy as np
import pages
import pytest
from exercise_cells import FOLDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from rubbish import armed, rubbish, rubbish_functions

from nnlib.lab import checks
from nnlib.lab.checks import Function, Search, Value
from nnlib.lab.checks.lesson_06 import PATIENCE, speed_in_words
from nnlib.lab.checks.observe import Printed, call
from nnlib.lab.checks.plain import call_in_words
from nnlib.lab.reports import report_on

LESSONS = {n: [*paths] for n, paths in groupby(pages.SITTINGS, key=pages.number)}
WITH_EXERCISES = checks.lessons_with_exercises()
EXERCISES = {exercise.number: exercise for n in WITH_EXERCISES for exercise in checks.of_lesson(n)}
MISTAKES = [(number, m.name) for number, e in EXERCISES.items() for m in e.mistakes]

EVERY_LESSON = pytest.mark.parametrize("lesson", WITH_EXERCISES)
EVERY_EXERCISE = pytest.mark.parametrize("number", EXERCISES)


def read(lesson):
    """The sittings of a lesson."""
    return [nbformat.read(path, as_version=4) for path in LESSONS[lesson]]


def judge(number, answer):
    """The verdict on an answer; a tuple is an answer of several values."""
    exercise = EXERCISES[number]
    several = not isinstance(exercise, Function) and len(exercise.names) > 1
    shown, verdict = checks.judge(number, answer if several else (answer,))
    assert shown == number
    assert verdict.text(number).startswith(f"Exercise {number}   ")
    return verdict


def table(kind, number):
    """The answers of this kind in tests/exercises: 0 right, 1 wrong."""
    return exercises.tables(int(number.split(".")[0]))[kind].get(number)


# ------------------------------------------------------------------------------ in the notebooks


def test_every_lesson_has_exercises_and_so_has_the_refresher():
    assert [*LESSONS] == WITH_EXERCISES == exercises.lessons()


@EVERY_LESSON
def test_the_exercises_have_their_form(lesson):
    said = exercise_cells.problems(read(lesson), lesson, checks.of_lesson(lesson))
    assert not said, "\n" + "\n".join(said)


@EVERY_LESSON
def test_with_every_solution_in_its_place_a_kernel_runs_and_every_check_says_right(lesson):
    """The first sitting of a lesson; tests/notebooks/test_any_order.py solves all, in IPython."""
    notebook, _ = first_of(read(lesson))
    found = exercise_cells.find(notebook)
    for cells in found:
        notebook.cells[cells.index].source = cells.solution
    solved = [notebook.cells[cells.index] for cells in found]
    notebook.cells = [notebook.cells[i] for i in exercise_cells.touched(notebook)]
    resources = {"metadata": {"path": str(pages.NOTEBOOKS)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    for cells, cell in zip(found, solved, strict=True):
        outputs = cell.outputs
        printed = "".join(output.get("text", "") for output in outputs)
        assert f"Exercise {cells.number}   ✓ right" in printed, printed
        assert [output.get("name") for output in outputs if output.get("name") == "stderr"] == []


def test_the_cells_that_an_answer_touches():
    def touched(*sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        task = nbformat.v4.new_markdown_cell("### Exercise 1.1 · A title\n\nA task.")
        cells.insert(sources.index("answer = b + 1"), task)
        return exercise_cells.touched(nbformat.v4.new_notebook(cells=cells))

    assert touched("b = 1", "c = 2", "answer = b + 1", "c") == [0, 3]
    assert touched("import numpy as b", "answer = b + 1", "d = answer", "d", "b") == [0, 2, 3, 4]
    assert touched("c = 2", "b = c", "answer = b + 1", "answer = 0", "answer") == [0, 1, 3]
    assert touched("c = 2", "def b():\n    return [c for _ in x]", "answer = b + 1") == [0, 1, 3]
    assert touched("b = 0", "b = 1", "answer = b + 1", "class C:\n    a = answer") == [1, 3, 4]


SPOILED = {
    "no third hint": ("<summary>Hint 3", "<summary>Another hint", "beneath the code cell are"),
    "no hint folds": ("<details><summary>Hint 1</summary>\n\n", "", "beneath the code cell are"),
    "no blank line": ("</summary>\n\n", "</summary>\n", "a blank line"),
    "no solution": ("<summary>Solution", "<summary>Answer", "no solution"),
    "no code": ("```python", "```", "no solution in a fenced"),
    "unfinished": ('check("{n}"', '...\ncheck("{n}"', "has a ..."),
    "a number that is not there": ("### Exercise {n}", "### Exercise 1.9", "1.9 has a heading and"),
    "another exercise's check": ('check("{n}"', 'check("1.8"', "does not end on"),
    "no title": (" · ", " ", "the task is not"),
    "nothing to replace": ("...", "0", "no ... to replace"),
    "a word between the folds": ("<details><summary>Hint 2", "Try.\n\n<details>", "beneath"),
}


def first_of(sittings):
    """The first sitting that has an exercise, and the cells of that."""
    return next((s, cells) for s in sittings for cells in exercise_cells.find(s))


@pytest.mark.parametrize("what", SPOILED)
def test_the_test_of_the_form_sees(what):
    sittings = read(1)
    notebook, cells = first_of(sittings)
    old, new, problem = (text.replace("{n}", cells.number) for text in SPOILED[what])
    own = notebook.cells[cells.index - 1 : cells.index + 1 + len(FOLDS)]
    assert any(old in cell.source for cell in own)
    for cell in own:
        cell.source = cell.source.replace(old, new)
    said = exercise_cells.problems(sittings, 1, checks.of_lesson(1))
    assert any(problem in sentence for sentence in said), said


def test_the_test_of_the_form_sees_what_is_missing_in_a_check():
    first, *others = checks.of_lesson(1)
    sittings = read(1)

    def said(*exercises):
        return "\n".join(exercise_cells.problems(sittings, 1, [*exercises]))

    assert "knows 0 mistakes" in said(replace(first, mistakes=[]), *others)
    assert (
        '1.9 is declared in nnlib/lab/checks/lesson_01.py and no sitting has the heading "### '
        "Exercise 1.9" in said(replace(first, number="1.9"), *others)
    )
    assert 'no check: declare number="1.1" in nnlib/lab/checks/lesson_01.py' in said(*others)
    assert "1.1 is there 2 times" in said(first, first, *others)
    assert "why=" in said(replace(first, why="Yes"), *others)
    third = others[1]
    assert "fewer than 4" in said(first, others[0], replace(third, inputs=lambda rng: [(1, 2, 3)]))
    assert "at random" in said(replace(third, inputs=lambda rng: [(1.0, 2.0, 3.0)] * 4))
    assert "reference stops with TypeError" in said(replace(third, answer=lambda x, w, b: b[x]))
    assert "reference is not right" in said(replace(third, answer=lambda x, w, b: {}))
    nameless = replace(first.mistakes[0], wrong=None)
    assert "needs either" in said(replace(first, mistakes=[nameless, nameless]), *others)


def test_an_answer_left_in_the_notebook_is_seen():
    sittings = read(1)
    notebook, cells = first_of(sittings)
    notebook.cells[cells.index].outputs[0].text = f"Exercise {cells.number}   ✓ right"
    assert "untouched" in str(exercise_cells.problems(sittings, 1, checks.of_lesson(1)))


# --------------------------------------------------------------------------- right and wrong ways


@EVERY_EXERCISE
def test_at_least_two_other_right_ways_are_accepted(number):
    answers = table(0, number) or []
    assert len(answers) >= 2, (
        f"write at least two right answers to exercise {number}, in other ways than the published "
        f'one, into RIGHT["{number}"] of tests/exercises/lesson_0{number[0]}.py'
    )
    for answer in answers:
        verdict = judge(number, answer)
        assert verdict.status == "right", (answer, verdict.text(number))


FORMS = {
    "a list": lambda array: array.tolist(),
    "tuples": lambda array: as_tuples(array.tolist()),
    "single precision": lambda array: array.astype(np.float32),
    "fractions": lambda array: entry_by_entry(Fraction, array),
    "decimals": lambda array: entry_by_entry(Decimal, array),
    "objects": lambda array: array.astype(object),
    "np.matrix": lambda array: as_matrix(array) if array.ndim == 2 else array,
    "another order in memory": lambda array: np.array(array, order="F"),
    "an array that cannot be written to": lambda array: np.broadcast_to(array, array.shape),
}


def as_matrix(array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy does not recommend it; learners use it
        return np.matrix(array)


def as_tuples(value):
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def entry_by_entry(make, array):
    """The entries as another kind of number, in lists; a single one on its own."""
    if array.ndim == 0:
        return make(float(array))
    return [entry_by_entry(make, row) for row in array]


def in_form(form, value):
    if isinstance(value, str):
        return value
    return FORMS[form](np.asarray(value, dtype=float))


@EVERY_EXERCISE
@pytest.mark.parametrize("form", FORMS)
def test_right_answers_of_every_form_are_accepted(number, form):
    exercise = EXERCISES[number]
    if isinstance(exercise, Function):
        several = len(exercise.returns) > 1

        def answer(*arguments):
            result = exercise.answer(*arguments)
            return [in_form(form, r) for r in result] if several else in_form(form, result)

    elif isinstance(exercise, Value):
        several = len(exercise.names) > 1
        right = exercise.answer
        answer = tuple(in_form(form, r) for r in right) if several else in_form(form, right)
    else:
        right = exercises.as_list(table(0, number))[0]
        several = isinstance(right, tuple)
        answer = tuple(in_form(form, r) for r in right) if several else in_form(form, right)
    verdict = judge(number, answer)
    assert verdict.status == "right", verdict.text(number)


@EVERY_EXERCISE
@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_a_right_number_in_an_array_passes_as_a_value_and_is_named_as_a_result(number, shape):
    """A result is used further on, where its shape counts; a value is only looked at."""
    exercise = EXERCISES[number]

    def in_an_array(value):
        plain = np.ndim(value) == 0 and not isinstance(value, str)
        return np.full(shape, value) if plain else value

    if isinstance(exercise, Value):
        several = len(exercise.names) > 1
        values = exercise.answer if several else (exercise.answer,)
        answer = tuple(map(in_an_array, values))
        assert judge(number, answer if several else answer[0]).status == "right"
        return
    if isinstance(exercise, Search):
        right = exercises.as_list(table(0, number))[0]
        answer = tuple(map(in_an_array, right)) if type(right) is tuple else in_an_array(right)
        assert judge(number, answer).status == "right"
        return
    outcomes = exercise.expected if isinstance(exercise, Function) else []
    for j in range(max(1, len(exercise.returns))) if outcomes else []:
        parts = [(o.result.parts or (o.result,))[j] for o in outcomes]
        if not any(part.array.ndim == 0 for part in parts):
            continue

        def answer(*arguments, j=j):
            result = exercise.answer(*arguments)
            if not exercise.returns:
                return in_an_array(result)
            return tuple(in_an_array(r) if i == j else r for i, r in enumerate(result))

        verdict = judge(number, answer)
        which = f", in {exercise.returns[j]}" if exercise.returns else ""
        assert verdict.mistake == f"the right number in an array of shape {shape}{which}"
        assert "right but for the shape" in verdict.remarks[0]


@EVERY_EXERCISE
def test_an_answer_that_is_rounded_is_told_so(number):
    exercise = EXERCISES[number]
    decimals = getattr(exercise, "decimals", None)
    if decimals is None:
        return
    several = len(exercise.names) > 1
    for digits in range(1, decimals - 1):
        values = exercise.answer if several else (exercise.answer,)
        answer = tuple(float(np.round(value, digits)) for value in values)
        if all(answer) and answer != tuple(map(float, values)):
            verdict = judge(number, answer if several else answer[0])
            named = exercise.mistakes_like(answer if several else answer[0])
            assert named or verdict.mistake == "an answer that is right so far, but rounded"


@EVERY_EXERCISE
def test_for_every_known_mistake_there_is_a_wrong_answer(number):
    """Declared with the mistake, as ``wrong``, or written out in tests/exercises."""
    written = table(1, number) or {}
    mistakes = EXERCISES[number].mistakes
    home = f"tests/exercises/lesson_0{number[0]}.py"
    for mistake in mistakes:
        assert mistake.wrong is not None or mistake.name in written, (
            f'"{mistake.name}" of exercise {number} is recognised by looks_like: write a wrong '
            f'answer that it is named after into WRONG["{number}"] of {home}'
        )
    unknown = {*written} - {mistake.name for mistake in mistakes}
    assert not unknown, f"{home} has wrong answers for mistakes that {number} does not know"


@pytest.mark.parametrize(("number", "name"), MISTAKES)
def test_a_mistake_is_recognised_and_no_other_is_named(number, name):
    (known,) = (mistake for mistake in EXERCISES[number].mistakes if mistake.name == name)
    written = exercises.as_list((table(1, number) or {}).get(name, []))
    for answer in [*known.wrong_answers(), *written]:
        verdict = judge(number, answer)
        shown = f"exercise {number} takes its mistake {name!r} as right: add an input that shows it"
        assert verdict.status == "wrong", shown
        assert verdict.mistake == name, verdict.text(number)
        assert [mistake.name for mistake in EXERCISES[number].mistakes_like(answer)] == [name]
        assert f"This looks like: {name}." in re.sub(r"\s+", " ", verdict.text(number))


FUNCTIONS = [number for number, exercise in EXERCISES.items() if isinstance(exercise, Function)]


@pytest.mark.parametrize("number", FUNCTIONS)
def test_a_case_that_is_pasted_shows_what_it_showed(number):
    """The call that a message prints, read by Python: right stays right, and wrong stays wrong."""
    exercise = EXERCISES[number]
    names, n_parts = exercise.names, max(1, len(exercise.returns))
    pasted = 0
    for i, case in enumerate(exercise.cases()):
        text = call_in_words("f", names, case)
        if not text.startswith("f("):
            continue  # too large to be written out
        pasted += 1

        def outcome(function, text=text):
            with np.errstate(all="ignore"):
                return call(
                    function, lambda: [read_call(text, names)], 0, names, n_parts, Printed()
                )

        ours = outcome(exercise.answer)
        assert exercise._same_outcome(exercise.expected[i], ours), text
        known = zip(exercise.mistakes, exercise.outcomes_of_mistakes, strict=True)
        for mistake, all_outcomes in known:
            for function, outcomes in zip(mistake.wrong_answers(), all_outcomes, strict=True):
                shown = exercise._ok(i, outcomes, exercise.expected)
                again = exercise._ok(0, [outcome(function)], [ours, ours])
                assert shown == again, (mistake.name, text)
    assert pasted >= 4


def read_call(text, names):
    """The arguments of a call that is written out."""
    return eval(text, {"np": np, "f": lambda **given: tuple(given[name] for name in names)})


# ------------------------------------------------------------------------------------- untouched


@EVERY_EXERCISE
def test_untouched(number):
    exercise = EXERCISES[number]
    if isinstance(exercise, Function):
        arguments = ", ".join(exercise.names)
        answers = [..., *(stub(f"lambda {arguments}: {body}") for body in ("...", "None"))]
    else:
        answers = [(...,) * len(exercise.names) if len(exercise.names) > 1 else ...]
    for answer in answers:
        verdict = judge(number, answer)
        assert verdict.text(number).startswith(f"Exercise {number}   – not attempted yet\n")


def stub(source):
    return eval(source)


@EVERY_EXERCISE
def test_none_may_be_nothing_yet_or_what_a_call_gave(number):
    exercise = EXERCISES[number]
    several = not isinstance(exercise, Function) and len(exercise.names) > 1
    verdict = judge(number, (None,) * len(exercise.names) if several else None)
    assert verdict.text(number).startswith(
        f"Exercise {number}   – not finished yet\n  None arrived"
    )
    assert "nothing is written there yet, or" in verdict.remarks[0]


def test_where_none_may_come_from():
    (said,) = judge("9.3", None).remarks
    assert "grad was read before backward()" in said
    (said,) = judge("1.2", (None, ...)).remarks
    assert said.startswith(
        "None arrived for w_switch: nothing is written there yet, or it comes from a"
    )
    assert said.endswith(" Still open: b_switch.")


def test_no_exercise_hands_in_an_empty_array():
    """No task asks for one, so nobody is told that an answer is wrong for one."""
    for exercise in EXERCISES.values():
        for case in exercise.cases() if isinstance(exercise, Function) else []:
            assert all(np.size(a) for a in case if isinstance(a, np.ndarray))


# --------------------------------------------------------------------------------------- rubbish

QUICK = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NOT_RIGHT = {"wrong", "untouched", "waiting", "unclear"}


@EVERY_EXERCISE
@QUICK
@given(data=st.data())
def test_rubbish_neither_raises_nor_passes(number, data):
    exercise = EXERCISES[number]
    if isinstance(exercise, Function):
        answer = data.draw(st.one_of(rubbish, rubbish_functions))
        answers = (answer,)
    else:
        answers = tuple(data.draw(rubbish) for _ in exercise.names)
    with armed():
        shown, verdict = checks.judge(number, answers)
    assert verdict.status in NOT_RIGHT
    assert len(verdict.text(shown)) < 3000


@EVERY_EXERCISE
@QUICK
@given(data=st.data())
def test_any_numbers_whatsoever_do_not_raise(number, data):
    exercise = EXERCISES[number]
    numbers = st.one_of(
        st.floats(),
        st.integers(),
        st.lists(st.floats(), max_size=4),
        st.sampled_from([0, -0.0, 1e-300, 1e300, np.float32(1e38), 10**400, True, 1j]),
    )
    n = 1 if isinstance(exercise, Function) else len(exercise.names)
    checks.judge(number, tuple(data.draw(numbers) for _ in range(n)))


@EVERY_EXERCISE
@QUICK
@given(count=st.integers(0, 5), value=rubbish)
def test_any_number_of_answers_does_not_raise(number, count, value):
    with armed():
        _, verdict = checks.judge(number, (value,) * count)
    assert verdict.status in NOT_RIGHT


# ------------------------------------------------------------------ what single exercises show


def test_the_reports_of_exercise_4_7_show_what_its_answer_says():
    reports = {name: report_on(name).rows for name in "ABC"}
    wrong = {name: [row.name for row in rows if not row.ok] for name, rows in reports.items()}
    assert wrong == {"A": ["W2"], "B": ["W1", "b1"], "C": ["W1", "b1", "W2", "b2"]}
    factors = [row.analytic / row.numerical for row in reports["C"]]
    np.testing.assert_allclose(factors, 0.2, rtol=1e-6)


def test_the_words_of_exercise_6_2():
    assert speed_in_words(0) == "not tried, a rate is above 0"
    assert speed_in_words(101) == "not tried, it is too far from anything that works"
    assert speed_in_words(1e-3) == f"not solved within {PATIENCE} epochs"
    assert re.fullmatch(r"solved after \d+ epochs", speed_in_words(5))
