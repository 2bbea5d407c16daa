"""Runs the cells of a notebook in an IPython of this process, without a kernel: that is quicker."""

import signal
import sys
from contextlib import contextmanager

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

SECONDS = 120  # for one cell, as for nbval


class Session:
    """What a learner has in front of them: a notebook, and a Python that remembers."""

    def __init__(self):
        self.main = sys.modules["__main__"]  # IPython takes its place
        self.print_options = np.get_printoptions()  # a lesson may set others
        self.shell = InteractiveShell.instance()
        sys.modules["__main__"] = self.shell.user_module
        self.shell.reset(new_session=True)

    def close(self):
        self.shell.reset(new_session=False)
        sys.modules["__main__"] = self.main
        np.set_printoptions(**self.print_options)

    def run(self, source):
        """Run a cell and return what it prints; an error or a warning in it fails."""
        with time_limit(source), capture_output() as captured:
            result = self.shell.run_cell(source)
        result.raise_error()
        assert not captured.stderr, f"{captured.stderr}\n{source}"
        return captured.stdout

    def answer(self, cells):
        """Run an exercise's cell with its published solution in place of what is there."""
        printed = self.run(cells.solution)
        assert f"Exercise {cells.number}   ✓ right" in printed, f"{printed}\n{cells.solution}"
        return printed


@contextmanager
def time_limit(source):
    if not hasattr(signal, "SIGALRM"):  # Windows has no alarm; the other systems hold the limit
        yield
        return

    def stop(number, frame):
        raise TimeoutError(f"a cell takes longer than {SECONDS} s:\n{source}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
