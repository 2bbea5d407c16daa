"""A check of the set-up, for the first page of the series."""

import importlib.util
import sys

# module name: the name to install
NEEDED = {
    "numpy": "numpy",
    "matplotlib": "matplotlib",
    "ipywidgets": "ipywidgets",
    "sklearn": "scikit-learn",
}


def check_set_up() -> None:
    """Print one line for each thing the lessons need: OK, or what to do."""
    results = [_python(), *[_package(module, name) for module, name in NEEDED.items()], _nnlib()]
    for ok, what, advice in results:
        print(f"OK    {what}" if ok else f"FAIL  {what}. {advice}")
    if all(ok for ok, _, _ in results):
        print("Everything is in place.")
    else:
        print("Do what the lines with FAIL say, restart the kernel, and run this cell again.")


def _python():
    advice = f"This kernel runs {sys.version.split()[0]}. Install a newer Python, then: make lab"
    return sys.version_info >= (3, 11), "Python 3.11 or newer", advice


def _package(module, name):
    found = importlib.util.find_spec(module) is not None or _is_fetched_when_imported(name)
    return found, f"{name} is installed", f"Install it with: pip install {name}"


def _is_fetched_when_imported(name):
    """Whether this is Python in the browser, and its list of packages has this one."""
    if sys.platform != "emscripten":
        return False
    import pyodide_js  # the browser's Python has it

    return hasattr(pyodide_js.lockfile.packages, name)


def _nnlib():
    """Let a tiny network compute a number that is known."""
    what = "nnlib computes (one neuron, input 0, gives 0.5)"
    try:
        from nnlib import Network

        neuron = Network.from_weights([[[1.0]]], [[[0.0]]], output="sigmoid")
        return float(neuron.predict([[0.0]])[0, 0]) == 0.5, what, "Its files have been changed."
    except Exception as error:
        return False, what, f"It stopped with: {error}"
