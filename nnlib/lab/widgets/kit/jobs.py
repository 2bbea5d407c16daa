"""Long work in slices, between which the page lives.

A training for a widget takes a few milliseconds or a few seconds, and the kernel has to go on
listening to the controls meanwhile. So long work is a generator: each of its steps is a slice of a
few hundredths of a second, after which the kernel's own loop answers what has come in. There are
no threads: it works in the browser's Python and in Colab, and nothing can overtake anything. Where
no loop runs, as in a test, the work is done at once.
"""

import asyncio
import weakref
from time import perf_counter

PATIENCE = 0.03  # seconds, before what there is so far is shown
FRAME = 0.3  # seconds from one such picture to the next


class Job:
    """One piece of work.

    Parameters
    ----------
    slices : generator
        Yields pairs: the share that is done, from 0 to 1, and the result so far.
    show : function(share, result, done)
        Called with the last pair, and now and then before.
    fail : function(error)
        Called with the exception, if one was raised.
    """

    def __init__(self, slices, show, fail):
        self.slices, self.show, self.fail = slices, show, fail
        self.share, self.result, self.over = 0.0, None, False
        self.interrupted = False
        jobs.add(self)
        self.shown_at = perf_counter()

    def begin(self, at_once=False):
        """Work, and go on in the kernel's loop if it takes longer than a moment."""
        loop = None if at_once else running_loop()
        end = self.shown_at + PATIENCE
        while not self.over:
            self.advance()
            if loop is not None and not self.over and perf_counter() > end:
                self.deliver()
                loop.call_soon(self.go_on, loop)
                return

    def go_on(self, loop):
        """Do one slice; the page lives; do the next. JupyterLab's Stop ends it."""
        if self.interrupted:
            self.stop()
        elif not self.over:
            self.advance()
        if self.over:
            return
        if perf_counter() - self.shown_at > FRAME:
            self.deliver()
        loop.call_later(0.001, self.go_on, loop)

    def advance(self):
        """Do one slice."""
        try:
            self.share, self.result = next(self.slices)
        except (StopIteration, KeyboardInterrupt):
            self.stop()
        except Exception as error:
            self.over = True
            self.fail(error)

    def deliver(self):
        """Show what there is so far."""
        try:
            self.show(self.share, self.result, self.over)
        except Exception as error:
            self.over = True
            self.fail(error)
        self.shown_at = perf_counter()

    def stop(self):
        """End it, and show what there is."""
        if not self.over:
            self.over = True
            if self.result is not None:
                self.deliver()

    def forget(self):
        """End it, and show nothing: something newer has been asked for."""
        self.over = True
        if not self.slices.gi_running:  # its last slice may be under way elsewhere
            self.slices.close()


jobs: weakref.WeakSet = weakref.WeakSet()


def interrupt(*_):
    """End all work after its slice: what JupyterLab's Stop does between cells."""
    for job in list(jobs):
        job.interrupted = True


def listen_for_interrupts(kernel):
    """Let JupyterLab's Stop be heard between cells, where ipykernel ignores it.

    ipykernel puts back this handler when the cell that is running now has ended. Work itself
    cannot set it: it may run in a thread of ipykernel's own, where no signal arrives.
    """
    if hasattr(kernel, "saved_sigint_handler"):
        kernel.saved_sigint_handler = interrupt


def running_loop():
    """Return the loop that runs here, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
