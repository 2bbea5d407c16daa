"""``python -m benchmarks``: time everything that is installed, and print the table.

``python -m benchmarks --peers`` does so in an environment that holds all peers, and
``python -m benchmarks --frameworks`` tests lesson 09's networks there.
"""

import os
import sys

# One thread for everyone. It has to be said before NumPy is imported.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_ENABLE_X64"] = "true"

if sys.argv[1:] == ["--frameworks"]:
    from benchmarks.peers import run_with_peers

    run_with_peers("-m", "pytest", "-n0", "tests/lab/test_elsewhere.py", "-rs")
elif sys.argv[1:] == ["--peers"]:
    from benchmarks.peers import run_with_peers

    run_with_peers("-m", "benchmarks")
else:
    from benchmarks.report import main

    main()
