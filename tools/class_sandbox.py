"""Runs one stranger's answers, shut in: no files, no network, little memory, little time.

`class_report.py` starts it inside bubblewrap, one for each notebook, and talks to it over two
pipes, a JSON line a message. For each exercise it forks: the child runs the cells that the exercise
needs and the learner's own, and then calls what the learner wrote with the arguments that come in.
It never judges, and the checks and the solutions are not there. Whatever a stranger's program
prints, patches or claims in here, only values leave.
"""

import ast
import base64
import builtins
import ctypes
import importlib
import json
import os
import platform
import re
import resource
import struct
import sys
import types

import numpy as np
from cell_names import names_of

SECONDS = 60  # of processor time for one exercise
LIMITS = {
    resource.RLIMIT_AS: 2 << 30,  # bytes of memory
    resource.RLIMIT_FSIZE: 1 << 20,  # bytes of a file
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_CORE: 0,
}
NOT_DUMPABLE, NO_NEW_PRIVILEGES, FILTER = (4, 0), (38, 1), (22, 2)  # for prctl
# By processor, as the kernel counts: its own number, clone, and what is refused: fork, vfork,
# execve, execveat, ptrace, process_vm_writev, unshare (the newer ones have no fork and vfork).
CALLS = {
    "x86_64": (0xC000003E, 56, (57, 58, 59, 322, 101, 311, 272)),
    "aarch64": (0xC00000B7, 220, (221, 281, 117, 271, 97)),
}
CLONE3, THREAD, X32 = 435, 0x10000, 0x40000000
ALLOWED, KILLED, NO_PERMISSION, NOT_THERE = 0x7FFF0000, 0x80000000, 0x50001, 0x50026
MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.M)  # lines for IPython


class Unreadable:
    """Stands for a value that is no number, text, list or array."""

    def __init__(self, kind):
        self.kind = kind

    def __repr__(self):
        return f"<{self.kind}>"


def encode(value):
    """A value as JSON; arrays with their type and shape, whatever else by the name of its type."""
    if isinstance(value, np.ma.MaskedArray):
        value = value.filled(0)
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"array": data, "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [encode(item) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: encode(item) for key, item in value.items()}}
    if value is ...:
        return {"dots": True}
    if type(value) in (bool, int, float, str, type(None)):
        return {"plain": value}
    if callable(value):
        return {"function": getattr(value, "__name__", "")}
    try:
        return {"plain": float(value)}  # a fraction, a decimal
    except Exception:
        return {"other": type(value).__name__}


def decode(message):
    """The value behind :func:`encode`'s JSON."""
    ((kind, content),) = [item for item in message.items() if item[0] not in ("dtype", "shape")]
    if kind == "array":
        dtype = np.dtype(message["dtype"])
        if dtype.kind not in "biufc":
            raise ValueError("an array of something else than numbers")
        flat = np.frombuffer(base64.b64decode(content), dtype)
        return flat.reshape(message["shape"]).copy()
    if kind in ("list", "tuple"):
        return {"list": list, "tuple": tuple}[kind](decode(item) for item in content)
    if kind == "dict":
        return {key: decode(item) for key, item in content.items()}
    if kind == "dots":
        return ...
    return content if kind == "plain" else Unreadable(str(content))


class Pipes:
    """Messages in and out, apart from what a program prints."""

    def __init__(self):
        self.incoming, self.outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)

    def receive(self):
        line = self.incoming.readline()
        return json.loads(line) if line else None

    def send(self, **message):
        self.outgoing.write(json.dumps(message).encode() + b"\n")
        self.outgoing.flush()


def prctl(*arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*arguments, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def refuse_processes():
    """From here on the kernel refuses new processes and programs to this one, for good.

    The filter is written out, since the bindings of libseccomp that can be had (pyseccomp, of 2021;
    mephi42-seccomp, as source alone) need that library on the system, and this has to run where
    nobody may install one. bubblewrap takes a filter as bytes, and makes none.
    """
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # which does not bind root
    if platform.machine() not in CALLS:
        return
    kernel, clone, refused = CALLS[platform.machine()]
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    steps = [(load, 0, 0, 4), (equal, 1, 0, kernel), (give, 0, 0, KILLED), (load, 0, 0, 0)]
    steps += [(at_least, 0, 1, X32), (give, 0, 0, NO_PERMISSION)]
    steps += [(equal, 0, 1, CLONE3), (give, 0, 0, NOT_THERE)]  # so libc takes clone for threads
    for call in refused:
        steps += [(equal, 0, 1, call), (give, 0, 0, NO_PERMISSION)]
    steps += [(equal, 0, 3, clone), (load, 0, 0, 16), (any_bit, 1, 0, THREAD)]
    steps += [(give, 0, 0, NO_PERMISSION), (give, 0, 0, ALLOWED)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    described = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    prctl(*NO_NEW_PRIVILEGES)
    prctl(*FILTER, ctypes.create_string_buffer(described))


def run(source, namespace, name):
    """Run a cell as a notebook would, without what only IPython understands."""
    try:
        code = compile(source, name, "exec")
    except SyntaxError:
        code = compile(MAGIC.sub(r"\1pass", source), name, "exec")
    exec(code, namespace)


def own_cells(source, before, known):
    """The learner's earlier cells that define, one by way of another, what an answer uses."""
    needed, wanted = [], names(source)[0] - names(source)[1] - known
    for cell in reversed(before):
        used, assigned = names(cell)
        if assigned & wanted:
            wanted = (wanted - assigned) | (used - known)
            needed.insert(0, cell)
    return needed


def names(source):
    try:
        return names_of(MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(), set()


def same_code(one, other):
    """Whether two cells are the same program, whatever their layout and comments."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def answer_one(pipes, task):
    """Run the cells and the learner's answer, then call their functions as asked, until the end."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    refuse_processes()
    if same_code(task["answer"], task["stub"]):
        pipes.send(untouched=True)
        return
    handed_in = []

    def check(number=None, *answers):
        handed_in.append((str(number).strip(), answers))

    sys.modules["nnlib.lab.checks"].check = check
    namespace = {"__name__": "__main__"}
    try:
        for source in task["cells"]:
            run(source, namespace, "<the sitting>")
        namespace["check"] = check
        for source in own_cells(task["answer"], task["before"], {*namespace, *dir(builtins)}):
            run(source, namespace, "<an earlier cell>")
        handed_in.clear()
        run(task["answer"], namespace, "<the answer>")
    except BaseException as error:
        pipes.send(error=f"{type(error).__name__}: {error}"[:300])
        return
    answers = next((given for number, given in reversed(handed_in) if number == task["number"]), ())
    pipes.send(answers=[encode(answer) for answer in answers])
    while (call := pipes.receive()) and call.get("call") is not None:
        pipes.send(**outcome_of(answers[call["call"]], decode(call["arguments"])))


def outcome_of(function, arguments):
    """What a call gives: a value or an error, the warnings of NumPy, the arguments afterwards."""
    warned = set()
    options = dict.fromkeys(("over", "divide", "invalid"), "call")
    try:
        with np.errstate(**options, call=lambda kind, _: warned.add(kind)):
            value = function(*arguments)
        result = {"value": encode(value)}
    except BaseException as error:
        result = {"error": str(error)[:300], "type": type(error).__name__}
    return {**result, "warned": sorted(warned), "arguments": encode(tuple(arguments))}


def furnish():
    """What a notebook has without an import, and a stand-in for the checks, which are not here."""
    builtins.display = lambda *_, **__: None
    builtins.get_ipython = lambda: None
    stand_in = types.ModuleType("nnlib.lab.checks")
    stand_in.find = None
    sys.modules[stand_in.__name__] = stand_in
    importlib.import_module("nnlib")  # once, for all answers of this notebook


def main():
    pipes = Pipes()
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    prctl(*NOT_DUMPABLE)  # so that no answer looks into this process
    furnish()
    pipes.send(ready=True)
    while task := pipes.receive():
        child = os.fork()
        if child == 0:
            answer_one(pipes, task)
            os._exit(0)
        os.waitpid(child, 0)
        pipes.send(done=True)


if __name__ == "__main__":
    main()
