"""Check that all contenders do the same arithmetic, time them in turns, write the table."""

import importlib.metadata
import importlib.util
import itertools
import os
import platform
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import with_nnlib, with_numpy

PEERS = {"scikit-learn": "sklearn", "PyTorch": "torch", "JAX": "jax"}
README = Path(__file__).with_name("README.md")


def main():
    peers = {}
    for name, module in PEERS.items():
        if importlib.util.find_spec(module):
            peers[name] = importlib.import_module(f"benchmarks.with_{module}")
        else:
            print(f"{name} is not installed, and left out.")
    sections = [xor_table(peers), stack_table(peers), large_table(peers), tape_table()]
    sections.append(import_table())
    table = "\n".join(
        ["| | ratio | spread | target |", "|---|---|---|---|", *itertools.chain(*sections)]
    )
    text = f"{table}\n\n{machine(peers)}"
    print(f"\n{text}")
    if len(peers) == len(PEERS):
        introduction = README.read_text(encoding="utf-8").split("## Results")[0]
        README.write_text(f"{introduction}## Results\n\n{text}\n", encoding="utf-8")
        print(f"\nWritten to {README.parent.name}/{README.name}.")
    else:
        print("\nWith all peers, and written to benchmarks/README.md: make bench PEERS=--peers")


def xor_table(peers):
    contenders = {"nnlib": with_nnlib.xor_steps, "script": with_numpy.xor_steps}
    others = functions(peers, "xor_steps")
    for name, run in functions(peers, "xor_single_steps").items():
        others[f"{name}, step by step"] = run
    check_same(contenders | others, 500)
    seconds = take_turns(contenders | others, size=500, turns=25)
    return [
        row("XOR step: nnlib / hand-unrolled script", seconds, "nnlib", "script", "at most 1.0"),
        *(
            row(f"XOR step: {name} / nnlib", seconds, name, "nnlib", "at least 6")
            for name in others
        ),
    ]


def stack_table(peers):
    contenders = {"nnlib": with_nnlib.stack_steps} | functions(peers, "stack_steps")
    check_same(contenders, 100)
    seconds = take_turns(contenders | {"one": with_nnlib.xor_steps}, size=100, turns=40)
    seconds["a thousand"] = 1000 * seconds["one"]
    text = "1000 XOR steps: one by one / stack"
    rows = [row(text, seconds, "a thousand", "nnlib", "at least 60, aim 100")]
    if "JAX" in peers:
        rows.append(row("Step of the stack: nnlib / JAX", seconds, "nnlib", "JAX", "at most 3"))
    return rows


def large_table(peers):
    contenders = {"nnlib": with_nnlib.large_epochs, "script": with_numpy.large_epochs}
    contenders |= functions(peers, "large_epochs")
    check_same(contenders | functions(peers, "large_check"), 2)
    contenders["products"] = with_numpy.large_products
    contenders["gather"] = with_numpy.large_products_and_gather
    seconds = take_turns(contenders, size=3, turns=7)
    return [
        row("Large epoch: nnlib / hand-unrolled script", seconds, "nnlib", "script", "at most 1.0"),
        row("Large epoch: nnlib / its products", seconds, "nnlib", "products", ""),
        row("Large epoch: nnlib / products and gather", seconds, "nnlib", "gather", ""),
        *(
            row(f"Large epoch: {name} / nnlib", seconds, name, "nnlib", "above 1")
            for name in ["scikit-learn", "PyTorch"]
            if name in peers
        ),
    ]


def tape_table():
    if not importlib.util.find_spec("autograd"):
        return []
    tapes = importlib.import_module("benchmarks.with_tapes")
    large = {"nnlib": tapes.with_nnlib, "autograd": tapes.with_autograd}
    small = {"nnlib": partial(tapes.with_nnlib, name="XOR"), "numbers": tapes.with_numbers}
    check_same(large, 1)
    check_same(small, 1)
    texts = [
        ("Tape, 784-128-10: autograd / nnlib", large, "autograd", "at least 1", 20),
        ("Tape, XOR: a tape of numbers / nnlib", small, "numbers", "", 100),
    ]
    return [
        row(text, take_turns(contenders, size=size, turns=25), other, "nnlib", target)
        for text, contenders, other, target, size in texts
    ]


def import_table(turns=15):
    code = """
from time import process_time
start = process_time()
import numpy
middle = process_time()
import nnlib
print(middle - start, process_time() - middle)
"""
    # Python compiles a module when it is first imported, and keeps the result. pip has done this
    # for NumPy; the first run here does it for nnlib, and is not counted.
    keep = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    times = []
    for _ in range(1 + turns):
        run = subprocess.run(command, env=keep, capture_output=True, text=True, check=True)
        times.append([float(number) for number in run.stdout.split()])
    seconds = dict(zip(["numpy", "nnlib"], np.array(times[1:]).T, strict=True))
    target = f"at most 20 ms; the median is {1000 * np.median(seconds['nnlib']):.0f} ms"
    return [row("Import: nnlib / NumPy", seconds, "nnlib", "numpy", target)]


def functions(peers, name):
    """The function of this name of each peer that has one."""
    return {peer: getattr(module, name) for peer, module in peers.items() if hasattr(module, name)}


def check_same(contenders, size):
    """Raise an error unless all arrive at the same numbers: losses, or parameters at the end."""
    results = {name: run(size)[0] for name, run in contenders.items()}
    expected = results["nnlib"]
    tolerance = 1e-8 if expected.dtype == np.float64 else 1e-3
    for name, result in results.items():
        if result is not None:
            np.testing.assert_allclose(
                np.reshape(result, expected.shape),
                expected,
                rtol=tolerance,
                atol=tolerance,
                err_msg=f"{name} does not do the same arithmetic",
            )


def take_turns(contenders, size, turns):
    """Return the seconds of each contender, an array with one entry a turn."""
    for run in contenders.values():
        run(size)  # the first run warms up
    seconds = [[run(size)[1] for run in contenders.values()] for _ in range(turns)]
    return dict(zip(contenders, np.array(seconds).T, strict=True))


def row(text, seconds, above, below, target):
    """A row of the table: the median of the turns' ratios, and the middle half of them."""
    low, middle, high = np.percentile(seconds[above] / seconds[below], [25, 50, 75])
    return f"| {text} | {number(middle)} | {number(low)} to {number(high)} | {target} |"


def number(ratio):
    return f"{ratio:.2f}" if ratio < 3 else f"{ratio:.1f}" if ratio < 30 else f"{ratio:.0f}"


def machine(peers):
    names = ["numpy", *(name.lower().replace("pytorch", "torch") for name in peers)]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return (
        f"Measured on {processor()} with {os.cpu_count()} cores ({platform.system()}, "
        f"{platform.machine()}), one thread for everyone; Python {platform.python_version()}, "
        f"{versions}."
    )


def processor():
    """The processor's name, as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "an unnamed processor"
    simd = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return f"{name} (vector extensions in use: {', '.join(simd)})"
