"""Work in the background, of which only the newest counts.

Training for a widget takes a few milliseconds or a few seconds, and the kernel has to go on
listening to the controls meanwhile. So the work runs in a thread of its own. A short wait for it
comes first: what is done by then is shown at once, without a "working" in between.
"""

import threading

PATIENCE = 0.2  # seconds
BREATH = 0.05  # seconds, between a result and work ahead: the picture leaves the kernel first


class Job:
    """One piece of work.

    Attributes
    ----------
    cancelled : bool
        Becomes True when a newer job has been asked for.
    """

    def __init__(self, work=None):
        self.work = work
        self.cancelled = False
        self.result, self.error = None, None
        self.done = threading.Event()
        self.awaited = True  # by the thread that asked for it

    def stop_training(self, epoch, network):
        """A callback for ``train``: stop if nobody waits for the result any more."""
        return self.cancelled


class Runner:
    """Runs one job at a time and delivers the newest result.

    Parameters
    ----------
    deliver : function(result)
        Called with the result of the newest job.
    fail : function(error)
        Called with the exception, if the newest job or its delivery raised one.
    working : function()
        Called when a job takes longer than the short wait.

    Attributes
    ----------
    lock : lock
        Held while a result is delivered. Whoever draws on the same figure holds it too.
    """

    def __init__(self, deliver, fail, working):
        self.deliver, self.fail, self.working = deliver, fail, working
        self.lock = threading.RLock()
        self.news = threading.Condition(self.lock)
        self.newest = Job()
        self.next_job = None
        self.ahead, self.next_ahead = Job(), None
        self.closed = False
        self.thread = None

    def submit(self, work):
        """Run ``work(job)``, and forget whatever was running before.

        Parameters
        ----------
        work : function(job)
            Returns the result. It may look at ``job.cancelled`` now and then, and give up.
        """
        with self.news:
            if self.closed:
                return
            self.newest.cancelled = self.ahead.cancelled = True
            self.next_ahead = None
            job = self.newest = self.next_job = Job(work)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="widget", daemon=True)
                self.thread.start()
            self.news.notify()
        job.done.wait(PATIENCE)
        with self.lock:
            if job.done.is_set():
                self._finish(job)
            else:
                job.awaited = False  # the other thread delivers
                self.working()

    def work_ahead(self, work):
        """Run ``work(job)`` while there is nothing else to do; a job that is asked for ends it.

        Nothing is delivered: the work itself stores what it is good for.

        Parameters
        ----------
        work : function(job)
            It has to look at ``job.cancelled`` now and then, and give up.
        """
        with self.news:
            self.ahead.cancelled = True
            self.ahead = self.next_ahead = Job(work)
            self.news.notify()

    def _run(self):
        """What the thread does: the next job, whenever there is one, until the end."""
        while True:
            with self.news:
                while self.next_job is None and not self.closed:
                    quiet = not self.news.wait(None if self.next_ahead is None else BREATH)
                    if quiet and self.next_ahead is not None:
                        break
                if self.closed:
                    return
                job, self.next_job = self.next_job, None
                if job is None:
                    job, self.next_ahead = self.next_ahead, None
            try:
                job.result = job.work(job)
            except Exception as error:
                job.error = error
            with self.lock:
                job.done.set()
                if not job.awaited:
                    self._finish(job)
            del job  # its result may be large

    def _finish(self, job):
        """Deliver the job's result, unless there is a newer one."""
        if job.cancelled or self.closed:
            return
        if job.error is None:
            try:
                self.deliver(job.result)
            except Exception as error:
                self.fail(error)
        else:
            self.fail(job.error)

    def wait(self, seconds=60):
        """Return when the newest job is done and delivered; for tests."""
        if not self.newest.done.wait(seconds):
            raise TimeoutError(f"the job is not done after {seconds} seconds.")
        with self.lock:
            pass

    def close(self):
        """Give up what is running and let the thread end."""
        with self.news:
            self.closed = True
            self.newest.cancelled = self.ahead.cancelled = True
            self.newest, self.next_job, self.next_ahead = Job(), None, None
            self.news.notify()
