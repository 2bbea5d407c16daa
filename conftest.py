"""Runs the notebooks alike on every machine."""

import os
import tempfile

# A progress bar would write its timings into the outputs that are compared.
os.environ["TQDM_DISABLE"] = "1"

# The kernels see no start-up files and no settings of the user's own.
_ipython = tempfile.TemporaryDirectory(prefix="ipython-", ignore_cleanup_errors=True)
os.environ["IPYTHONDIR"] = _ipython.name
