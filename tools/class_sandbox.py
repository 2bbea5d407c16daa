"""Runs one stranger's answers, shut in: no files, no network, little memory, little time.

`class_report.py` starts it inside bubblewrap, one for each notebook, and talks to it over two
pipes, a JSON line a message. For each exercise it forks: the child runs the cells that the exercise
needs and the learner's own, and then calls what the learner wrote with the arguments that come in.
It never judges. Whatever a stranger's program prints, patches or claims in here, only values leave.
"""

import base64
import importlib
import json
import os
import resource
import sys
import time

import numpy as np

MEMORY = 2 << 30  # bytes
SECONDS = 60  # of processor time for one exercise
FORBIDDEN = (
    "os.fork",
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "subprocess.Popen",
    "pty.spawn",
    "ctypes.dlopen",
)


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


def refuse(event, arguments):
    """An audit hook, the second door behind bubblewrap's: no other programs, no processes."""
    if event in FORBIDDEN:
        raise PermissionError(f"{event} is not allowed in an answer")


def answer_one(pipes, task):
    """Run the cells and the learner's answer, then call their functions as asked, until the end."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.addaudithook(refuse)
    handed_in = []
    namespace = {"__name__": "__main__"}
    try:
        for source in task["cells"]:
            exec(compile(source, "<the sitting>", "exec"), namespace)
        namespace["check"] = lambda number, *answers: handed_in.append((number, answers))
        exec(compile(task["answer"], "<the answer>", "exec"), namespace)
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


def main():
    pipes = Pipes()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    importlib.import_module("nnlib")  # once, for all answers of this notebook
    pipes.send(ready=True)
    while task := pipes.receive():
        child = os.fork()
        if child == 0:
            answer_one(pipes, task)
            os._exit(0)
        began = time.monotonic()
        os.waitpid(child, 0)
        pipes.send(done=round(time.monotonic() - began, 3))


if __name__ == "__main__":
    main()
