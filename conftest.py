"""Runs the notebooks alike on every machine, and holds each to its time.

A notebook may take 30 seconds to run. What counts is the processor time of its kernel: two run at
once, and it does not grow when they wait for each other or for other programs. On a quiet machine
it is the time that a reader waits. At the end pytest prints a line for each notebook. A processor
may be slower than the one that the budget was made for, so the run fails only if a notebook takes
more than three times its budget.
"""

import atexit
import gc
import itertools
import os
import shutil
import socket
import tempfile
import zlib
from pathlib import Path

import pytest
from jupyter_client.connect import LocalPortCache

BUDGET = 30  # seconds
SLOWER = 3  # times slower a processor may be
CLOCK = "processor time of the kernels"

# A progress bar would write its timings into the outputs that are compared.
os.environ["TQDM_DISABLE"] = "1"

# What the tests solve is not what the user has solved.
os.environ["NNLIB_PROGRESS"] = "off"

# The tests run side by side, so each process gets one core: more threads would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The tests leave little in circles: looking for it as often as usual takes a sixth of their time.
gc.set_threshold(100_000, 20, 20)

# The kernels see no start-up files and no settings of the user's own.
os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="ipython-")
atexit.register(shutil.rmtree, os.environ["IPYTHONDIR"], ignore_errors=True)

# Each process of tests has 2 000 ports for its kernels, other ones in each run, and below those
# that systems give to outgoing connections.
run_number = zlib.crc32(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())).encode())
worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
ports = itertools.count(10_000 + run_number % 2_000 + 2_000 * (worker % 10))

file_at_hand = None
began, seconds = {}, {}  # of each notebook: the clock at its first report, and the time it took


def find_available_port(cache, ip):
    """Return the next port of this process that is free.

    Jupyter asks the system for any port that is free, and the kernel takes it a second later. If
    the kernel of another process has taken it in between, this one dies.
    """
    for port in ports:
        with socket.socket() as trial:
            try:
                trial.bind((ip, port))
            except OSError:
                continue
        return port


LocalPortCache.find_available_port = find_available_port


def pytest_collection_modifyitems(config, items):
    """Skip the long tests unless they are asked for; their stored texts still count as used."""
    if "long" not in config.option.markexpr.split():
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="`make test-long` runs it"))


def pytest_runtest_setup(item):
    """Leave what is there before the first test of a file out of every garbage collection.

    With all tests and what those of other files keep to look through each time, the cells of the
    sittings take twice as long.
    """
    global file_at_hand
    if item.path != file_at_hand:
        file_at_hand = item.path
        gc.collect()
        gc.freeze()


def far_over_budget():
    return [name for name, used in seconds.items() if used > SLOWER * BUDGET]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Note on every report from a notebook how much the ended kernels have used so far."""
    report = yield
    if item.path.suffix == ".ipynb":
        times = os.times()
        report.user_properties.append((CLOCK, times.children_user + times.children_system))
    return report


def pytest_runtest_logreport(report):
    """Read the notes where all reports arrive. A kernel ends with its notebook's last cell."""
    for name, value in report.user_properties:
        if name == CLOCK:
            notebook = Path(report.location[0]).stem
            seconds[notebook] = value - began.setdefault(notebook, value)


def pytest_terminal_summary(terminalreporter):
    if seconds:
        terminalreporter.section("processor time of the notebooks")
    for name, used in sorted(seconds.items()):
        note = f", more than {SLOWER} times its budget" if name in far_over_budget() else ""
        note = note or (", over its budget" if used > BUDGET else "")
        terminalreporter.line(f"{name:34} {used:5.1f} s of {BUDGET} s{note}")


def pytest_sessionfinish(session):
    if far_over_budget() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
