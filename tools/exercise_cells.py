"""Finds the exercises in the notebooks, and says what is wrong with their form."""

import re
from dataclasses import dataclass

import numpy as np
from cell_names import names_of

from nnlib.lab.checks import Function

HEADING = re.compile(r"### Exercise (\d\.\d{1,2}) · (\S.*)\n\n(.+)", re.S)
FOLDED = re.compile(r"<details><summary>(.+?)</summary>\n\n(.+?)\n\n</details>", re.S)
CODE = re.compile(r"```python\n(.+?)\n```", re.S)
CHECK = re.compile(r"^check\(\"(\d\.\d{1,2})\", .+\)$", re.M)
FOLDS = ["Hint 1", "Hint 2", "Hint 3", "Solution"]
FEWEST_EXERCISES = 3
FEWEST_MISTAKES = {"Function": 4, "Value": 2, "Search": 2}


@dataclass
class Cells:
    """The cells of an exercise: the task, the code, and beneath it what is folded, cell by cell."""

    number: str
    index: int  # of the code cell
    code: str
    folded: list  # of (title, text)

    @property
    def solution(self):
        """The code of the folded solution; None if there is none."""
        texts = [text for title, text in self.folded if title == "Solution"]
        match = CODE.search(texts[0]) if texts else None
        return match and match[1]


def find(notebook):
    """The exercises of a notebook, in order."""
    cells = notebook.cells
    found = []
    for i, cell in enumerate(cells):
        match = re.match(r"### Exercise (\S+)", cell.source)
        if cell.cell_type == "markdown" and match:
            code = cells[i + 1].source if i + 1 < len(cells) else ""
            below = "\n\n".join(cell.source for cell in beneath(cells, i + 1))
            found.append(Cells(match[1], i + 1, code, FOLDED.findall(below)))
    return found


def beneath(cells, i):
    """The Markdown cells after cell ``i`` that begin folded."""
    for below in cells[i + 1 :]:
        if below.cell_type != "markdown" or not below.source.startswith("<details>"):
            return
        yield below


def touched(notebook):
    """The cells that an answer can change, and those that they need: sorted indices.

    From the names alone: an exercise's cell, every later cell that uses a name which comes from
    one, and every cell that defines a name for any of these. The other cells run the same with
    and without answers, and nbval runs them.
    """
    exercises = {cells.index for cells in find(notebook)}
    names = {
        i: names_of(cell.source)
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    }
    chosen, from_answers = set(), set()
    for i, (used, assigned) in names.items():
        if i in exercises or used & from_answers:
            chosen.add(i)
            from_answers |= assigned
        else:
            from_answers -= assigned
    wanted = set()
    for i, (used, assigned) in reversed(names.items()):
        if i in chosen or assigned & wanted:
            chosen.add(i)
            wanted = (wanted - assigned) | used
    return sorted(chosen)


def problems(notebooks, lesson, exercises):
    """What is wrong with the exercises of a lesson: a list of sentences, empty if all is well.

    Parameters
    ----------
    notebooks : list of NotebookNode
        The lesson's sittings.
    lesson : int
    exercises : list of Exercise
        Those that ``nnlib.lab.checks`` holds for the lesson.
    """
    found = [find(notebook) for notebook in notebooks]
    numbers = [cells.number for sitting in found for cells in sitting]
    declared = [exercise.number for exercise in exercises]
    home = f"nnlib/lab/checks/lesson_{lesson:02d}.py"
    said = []
    for number in sorted(set(numbers) - set(declared), key=in_order):
        said.append(f'{number} has a heading and no check: declare number="{number}" in {home}')
    for number in sorted(set(declared) - set(numbers), key=in_order):
        said.append(
            f"{number} is declared in {home} and no sitting has the heading "
            f'"### Exercise {number} · …" with a task'
        )
    for number in sorted({*numbers, *declared}, key=in_order):
        times = max(numbers.count(number), declared.count(number))
        if times > 1:
            said.append(f"{number} is there {times} times: give one of them the next free number")
    expected = [f"{lesson}.{k}" for k in range(1, len(set(numbers)) + 1)]
    if sorted(set(numbers), key=in_order) != expected:
        said.append(f"the headings count {sorted(numbers, key=in_order)}, not {expected}")
    if len(numbers) < FEWEST_EXERCISES:
        said.append(f"the lesson has {len(numbers)} exercises: write {FEWEST_EXERCISES} at least")
    for notebook, sitting in zip(notebooks, found, strict=True):
        order = [cells.number for cells in sitting]
        if order != sorted(order, key=in_order):
            said.append(f"within a sitting the numbers rise, and these do not: {order}")
        for cells in sitting:
            said += [f"{cells.number}: {problem}" for problem in problems_of_form(cells, notebook)]
    for exercise in exercises:
        said += [f"{exercise.number}: {problem}" for problem in problems_of_check(exercise)]
    return said


def in_order(number):
    """Sorts "4.10" after "4.9"."""
    return [int(part) for part in re.findall(r"\d+", number)]


def problems_of_form(cells, notebook):
    """What is wrong with the cells of one exercise."""
    task, code = [*notebook.cells, None][cells.index - 1 : cells.index + 1]
    if not HEADING.fullmatch(task.source):
        yield 'the task is not "### Exercise 1.2 · Title", a blank line, and text'
    if code is None or code.cell_type != "code":
        yield "a code cell must follow the task"
        return
    if "..." not in cells.code:
        yield "the code cell has no ... to replace"
    if CHECK.findall(cells.code) != [cells.number] or not CHECK.match(cells.code.splitlines()[-1]):
        yield f'the code cell does not end on check("{cells.number}", …)'
    printed = "".join(output.get("text", "") for output in code.outputs)
    if f"Exercise {cells.number}   – not attempted yet" not in printed:
        yield "the stored output is not that of an untouched exercise: make refresh"
    yield from problems_of_folds(cells, [*beneath(notebook.cells, cells.index)])
    solution = cells.solution
    if solution is None:
        yield "there is no solution in a fenced python block"
        return
    if CHECK.findall(solution) != [cells.number]:
        yield f'the solution does not call check("{cells.number}", …)'
    if "..." in solution:
        yield "the solution has a ... in it"
    if len(CODE.sub("", cells.folded[-1][1]).strip()) < 60:
        yield "the solution does not say in words why it is right (60 characters at least)"


def problems_of_folds(cells, below):
    """What is wrong with the hints and the solution: four Markdown cells, each one fold."""
    titles = [title for title, _ in cells.folded]
    if titles != FOLDS:
        yield (
            f"beneath the code cell are {titles}, not {FOLDS}: Markdown cells that each hold "
            "<details><summary>Hint 1</summary>, a blank line, the text, a blank line, </details>"
        )
    elif any(FOLDED.sub("", cell.source).strip() for cell in below):
        yield "beneath it is something that is not folded"


def problems_of_check(exercise):
    """What is wrong with the declaration of one exercise."""
    fewest = FEWEST_MISTAKES[type(exercise).__name__]
    if len(exercise.mistakes) < fewest:
        yield f"it knows {len(exercise.mistakes)} mistakes: declare at least {fewest}"
    names = [mistake.name for mistake in exercise.mistakes]
    if len(set(names)) < len(names):
        yield "two mistakes have one name"
    for mistake in exercise.mistakes:
        if (mistake.wrong is None) == (mistake.looks_like is None):
            yield f'"{mistake.name}" needs either wrong or looks_like'
        if mistake.name.endswith(".") or mistake.name[:1].isupper():
            yield f'"{mistake.name}" does not end the sentence "This looks like: …"'
        if not callable(mistake.hint) and not re.search(r"[.?]$", mistake.hint):
            yield f'the hint of "{mistake.name}" is not a sentence'
    if isinstance(exercise, Function):
        yield from problems_of_inputs(exercise)
    if not re.search(r"^[A-Z0-9σ].{40,}[.]$", exercise.why, re.S):
        yield (
            "why= is read when the answer is right: one or two sentences, 42 characters or more, "
            "from a capital letter to a full stop"
        )


def problems_of_inputs(exercise):
    """What is wrong with the inputs and the reference of a function."""
    if len(exercise.cases()) < 4:
        yield f"it tries {len(exercise.cases())} inputs, fewer than 4: add cases to inputs="
    one, other = (str(exercise.inputs(np.random.default_rng(seed))) for seed in (1, 2))
    if one == other:
        yield "none of its inputs is drawn at random: use the generator that inputs= is given"
    errors = [outcome.error for outcome in exercise.expected if outcome.result is None]
    if errors:
        yield f"its own reference stops with {errors[0]}"
        return
    verdict = exercise.judge(exercise.answer)
    if verdict.status != "right":
        yield f"its own reference is not right: {verdict.text(exercise.number)}"
