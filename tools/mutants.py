"""Would the tests notice? Change nnlib in thousands of small ways, and run its tests on each.

usage: python tools/mutants.py PART [SAMPLE]      (make mutants)

PART is "core", "checks" or "audit". SAMPLE is one digit or two: only the mutants whose number
ends in them are run.

The tester, mutmut, has an environment of its own in .mutants/, and works on a copy of the files
there. A mutant that makes a test fail is killed, and so is one that never ends. What cannot be
noticed by anybody is not counted: see `changes_nothing`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parents[1]
MUTMUT = "mutmut==3.8.1"
VENV = ROOT / ".mutants" / "venv"
COPIED = ["nnlib", "tests", "tools", "notebooks", "docs", "pyproject.toml"]

# A kernel is another process, which does not see the change. And thousands of random inputs for
# each of thousands of mutants would take days.
SLOW = [
    "every_sentence",  # looks at the source, in which all changes stand side by side
    "in_a_kernel",
    "the_notebook_runs",
    "rubbish",
    "any_number",
    "docstrings",
    "thousand_starts",
    "the_line_that_trains",  # counts calls, between which mutmut puts its own
]
LEFT_OUT = " and ".join(f"not {name}" for name in SLOW)
# pytest escapes what is not ASCII in a test's name, and in a second run in one process the escape.
SAME_NAMES = "disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true"
# The project's own options, for all tests at once, do not suit a few tests at a time.
OPTIONS = ["-o", "addopts=", "-o", SAME_NAMES, "-p", "no:cacheprovider", "-k", LEFT_OUT]
PARTS = {
    "core": {
        "of": "nnlib/*.py",
        "without": ["nnlib/lab/*", "nnlib/audit/*"],
        "tests": ["core"],
        # What decorates a class or a function is run while a module is loaded.
        "again": ["x_settings_", "x_takes_", "Settingǁ__init__", "NoRateǁ__init__"],
    },
    "audit": {
        "of": "nnlib/audit/*.py",
        "without": [],
        "tests": [
            *sorted(f"core/{path.name}" for path in (ROOT / "tests/core").glob("test_audit*.py")),
            "programs",
        ],
    },
    "checks": {
        "of": "nnlib/lab/checks/*.py",
        "without": [],
        "tests": ["lab/test_checks.py", "lab/test_checks_general.py", "lab/test_exercises.py"],
        "again": ["lesson_"],  # in the names of those that get a second look
    },
}


def install():
    """Make .mutants/venv hold the tested versions, and the tester."""
    options = {"cwd": ROOT, "check": True}
    create = ["venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV]
    subprocess.run([find_uv_bin(), *create], **options)
    packages = ["--constraints", "constraints.txt", "--group", "test", MUTMUT]
    install = ["pip", "install", "--quiet", "--python", VENV / "bin" / "python", *packages]
    subprocess.run([find_uv_bin(), *install], **options)


def copy(part, folder):
    """Put the files into an empty folder, with the settings for a part."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    settings = {
        "source_paths": ["nnlib"],
        "only_mutate": [PARTS[part]["of"]],
        "do_not_mutate": PARTS[part]["without"],
        "also_copy": ["tools", "notebooks", "docs"],  # some tests look at them
        "pytest_add_cli_args": OPTIONS,
        "pytest_add_cli_args_test_selection": [f"tests/{name}" for name in PARTS[part]["tests"]],
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    with open(folder / "pyproject.toml", "a", encoding="utf-8") as file:
        file.write("\n".join(["", "[tool.mutmut]", *lines, ""]))


def outcomes(folder):
    """What became of each mutant that is not simply killed: a dictionary of words by names."""
    listed = subprocess.check_output([VENV / "bin" / "mutmut", "results"], cwd=folder, text=True)
    return dict(line.strip().split(": ") for line in listed.splitlines())


def changes_nothing(diff):
    """Whether a mutant, as mutmut shows it, is the same program by its kind alone.

    There are two such kinds. `zip(…, strict=True)` says that lengths are equal, for whoever reads
    it: in nnlib they are equal by what stands before it, so nothing changes without it (and with
    `strict=False`, the default, nothing ever does). And in `dtype.kind in "iu"` the added letters
    of "XXiuXX" stand for no type: NumPy has none of the kind or the character X.
    """
    lines = [line[1:] for line in diff.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    if len(lines) != 2:
        return False

    def plain(line):
        line = re.sub(r"(?<=[(, ])strict=\w+", "", line)
        if re.search(r"\.(kind|char)\b", line):
            line = re.sub(r'(?<= in )"XX(\w+)XX"', r'"\1"', line)
        return re.sub(r"[\s,]+\)", ")", line)

    return plain(lines[0]) == plain(lines[1])


def shown(folder, mutant):
    return subprocess.check_output([VENV / "bin" / "mutmut", "show", mutant], cwd=folder, text=True)


def look_again(part, folder, alive):
    """Return the mutants that survive in a process of their own, too.

    mutmut switches a mutant on when all modules are loaded. What a module computes while it is
    loaded, like the wrong answers by which a lesson's check knows a mistake, is not touched then.
    """
    tests = [f"tests/{name}" for name in PARTS[part]["tests"]]
    pytest = [VENV / "bin" / "python", "-m", "pytest", "-x", "-q", *OPTIONS, "-n2", *tests]

    def passes(mutant):
        environment = {**os.environ, "MUTANT_UNDER_TEST": mutant}
        options = {"cwd": folder / "mutants", "env": environment, "stdout": subprocess.DEVNULL}
        try:
            return subprocess.run(pytest, **options, timeout=600).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    if not passes("none"):
        sys.exit("Without any mutant the tests fail in a process of their own: look there first.")
    again = PARTS[part]["again"]
    return [name for name in alive if not any(word in name for word in again) or passes(name)]


def report(part, folder):
    """Print the survivors and the score."""
    results = outcomes(folder)
    left_out = [name for name, outcome in results.items() if outcome == "not checked"]
    alive = [name for name, outcome in results.items() if outcome in ("survived", "no tests")]
    same = [name for name in alive if changes_nothing(shown(folder, name))]
    alive = [name for name in alive if name not in same]
    if "again" in PARTS[part]:
        alive = look_again(part, folder, alive)
    metas = folder.glob("mutants/nnlib/**/*.meta")
    made = sum(len(json.loads(meta.read_text("utf-8"))["exit_code_by_key"]) for meta in metas)
    run = made - len(left_out) - len(same)
    print(*alive, sep="\n")
    print(f"To see one of them: (cd {folder.relative_to(ROOT)} && ../venv/bin/mutmut show NAME)")
    print(
        f"{part}: {run} mutants, {run - len(alive)} killed, {len(alive)} survived: "
        f"{100 * (1 - len(alive) / run):.1f} %" + f" (of {made}, a sample)" * bool(left_out)
    )
    print(f"Not counted, as they are the same program: {len(same)}.")


def main():
    part, sample = (*sys.argv[1:], "")[:2]
    if part not in PARTS:
        sys.exit(f"There is no part {part}: choose one of {', '.join(PARTS)}.")
    folder = ROOT / ".mutants" / part
    install()
    copy(part, folder)
    chosen = [f"*__mutmut_*{sample}"] if sample else []
    subprocess.run([VENV / "bin" / "mutmut", "run", *chosen], cwd=folder, check=True)
    report(part, folder)


if __name__ == "__main__":
    main()
