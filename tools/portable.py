"""Run every notebook strictly as on other processors, again and again.

usage: python tools/portable.py [ROUNDS]      (default: 3 rounds; make test-portable)

OpenBLAS and NumPy choose their code by the processor. Two environment variables make them choose
as on an older one, where sums are added in another order and end on other last digits. The stored
outputs have to hold there too, and with one BLAS thread or two.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What a process really uses: OpenBLAS's kernel, and NumPy's vector extensions beyond the least.
PROBE = """
import json
import numpy
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from threadpoolctl import threadpool_info
blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
extensions = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
print(json.dumps([blas[0]["architecture"], blas[0]["num_threads"], extensions]))
"""


def probe(variables):
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def processors():
    """Environment variables for each kind of processor that this machine can pass for."""
    own, _, extensions = probe({})
    plain = {"NPY_DISABLE_CPU_FEATURES": ",".join(extensions)}
    haswell, nehalem = {"OPENBLAS_CORETYPE": "Haswell"}, {"OPENBLAS_CORETYPE": "Nehalem"}
    kinds = {
        f"as it is ({own})": {},
        "OpenBLAS as on Haswell": haswell,
        "OpenBLAS as on Nehalem": nehalem,
        f"NumPy without {', '.join(extensions) or 'vector extensions'}": plain,
        "both of the last two": {**nehalem, **plain},
    }
    for name, variables in kinds.items():
        if variables.get("OPENBLAS_CORETYPE") == own:
            continue  # that is "as it is"
        architecture, _, used = probe(variables)
        as_asked = architecture == variables.get("OPENBLAS_CORETYPE", own)
        if "NPY_DISABLE_CPU_FEATURES" in variables:
            as_asked = as_asked and bool(extensions) and not used
        yield name, variables if as_asked else None


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    outcomes = {}
    for number in range(1, rounds + 1):
        for name, variables in processors():
            for threads in "1", "2":
                what = f"round {number}: {name}, BLAS threads: {threads}"
                if variables is None:
                    outcomes[what] = "not run: this processor cannot pass for it"
                else:
                    outcomes[what] = run({**variables, "OPENBLAS_NUM_THREADS": threads})
                print(f"{what}: {outcomes[what]}", flush=True)
    passed = sum(outcome.startswith("passed") for outcome in outcomes.values())
    failed = sum(outcome.startswith("FAILED") for outcome in outcomes.values())
    print(f"{passed} of {len(outcomes)} runs passed, {failed} failed, the others were not run.")
    sys.exit(failed > 0 or passed == 0)


def run(variables):
    start = time.monotonic()
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "notebooks"],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    if tests.returncode:
        print(tests.stdout, flush=True)
    summary = tests.stdout.strip().splitlines()[-1]
    seconds = time.monotonic() - start
    return f"{'FAILED' if tests.returncode else 'passed'}: {summary} ({seconds:.0f} s in all)"


if __name__ == "__main__":
    main()
