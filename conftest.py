"""Runs the notebooks alike on every machine."""

import atexit
import os
import shutil
import tempfile

# A progress bar would write its timings into the outputs that are compared.
os.environ["TQDM_DISABLE"] = "1"

# The tests run side by side, so each process gets one core: more threads would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The kernels see no start-up files and no settings of the user's own.
os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="ipython-")
atexit.register(shutil.rmtree, os.environ["IPYTHONDIR"], ignore_errors=True)
