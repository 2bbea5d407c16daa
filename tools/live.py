"""Build the live site into .book/site/live: JupyterLite, in which the sittings run in the browser.

usage: python tools/live.py           build it; needs no network
       python tools/live.py fetch     get the wheels that the site holds; `make` does it once
       python tools/live.py measure   ask how large the wheels are that come from elsewhere

Python for the browser is Pyodide, from npm. Its lock file names every package with its version. Of
these the site holds all that are pure Python, and nnlib; compiled ones, NumPy above all, come from
where Pyodide is published. The site's own lock file names both kinds, and nothing else.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYODIDE = ROOT / "book" / "node_modules" / "pyodide"
FETCHED = ROOT / ".venv" / "live"
SITE = ROOT / ".book" / "site" / "live"
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
# What the kernel loads when it starts: itself, and nothing that needs NumPy.
KERNEL = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"]
# What nnlib needs that Pyodide does not have, in the versions of constraints.txt.
EXTRA = {
    "anywidget": ["ipywidgets", "psygnal", "typing-extensions"],
    "comm": [],
    "ipywidgets": ["comm", "ipython", "jupyterlab-widgets", "traitlets", "widgetsnbextension"],
    "jupyterlab-widgets": [],
    "psygnal": [],
    "typing-extensions": [],
}
NNLIB = ["anywidget", "ipywidgets", "matplotlib", "numpy", "tqdm"]  # loaded with it
ON_DEMAND = ["scikit-learn"]  # loaded by the sittings that use it
INTERFACE = {
    # All cells on the page at once, also those that are out of view.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pyodide_packages():
    return json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))["packages"]


def needed():
    """The names of all packages of Pyodide that the kernel, nnlib or a sitting loads."""
    packages, found = pyodide_packages(), set()
    waiting = [*KERNEL, *NNLIB, *ON_DEMAND, *chain(*EXTRA.values())]
    while waiting:
        name = normal(waiting.pop())
        if name in packages and name not in found and name not in EXTRA:
            found.add(name)
            waiting += packages[name]["depends"]
    return found


def is_pure(package):
    return package["file_name"].endswith("-none-any.whl")


def fetch():
    """Get the pure wheels by name and version, from where pip gets everything."""
    packages = pyodide_packages()
    pins = [f"{n}=={packages[n]['version']}" for n in sorted(needed()) if is_pure(packages[n])]
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    for name in EXTRA:
        pins.append(re.search(rf"^{name}==[\w.]+", constraints, re.M)[0])
    shutil.rmtree(FETCHED, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", FETCHED]
    command += ["--platform=any", "--implementation=py", "--abi=none", "--python-version=3.14"]
    if subprocess.run([*command, *pins]).returncode:
        raise SystemExit("The live site's wheels could not be fetched: is there a network?")


def measure():
    """Write down how large the compiled wheels are, by asking where Pyodide is published."""
    sizes = {}
    for name in sorted(needed()):
        package = pyodide_packages()[name]
        if not is_pure(package):
            request = urllib.request.Request(elsewhere(package), method="HEAD")
            with urllib.request.urlopen(request, timeout=30) as answer:
                sizes[name] = int(answer.headers["Content-Length"])
    (FETCHED / "sizes.json").write_text(json.dumps(sizes, indent=1) + "\n", "utf-8")


def elsewhere(package):
    version = json.loads((PYODIDE / "package.json").read_text("utf-8"))["version"]
    return f"https://cdn.jsdelivr.net/pyodide/v{version}/full/{package['file_name']}"


# The build


def build(site=SITE):
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        lite = Path(folder)
        write_contents(lite / "contents")
        (lite / "overrides.json").write_text(json.dumps(INTERFACE), "utf-8")
        (lite / "jupyter-lite.json").write_text(json.dumps(configuration()), "utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--apps", "lab"]
        command += ["--no-unused-shared-packages", "--no-sourcemaps", "--lite-dir", lite]
        command += ["--contents", lite / "contents", "--output-dir", site]
        result = subprocess.run(command, cwd=lite, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{result.stdout}\n{result.stderr}\nThe live site was not built.")
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        (site / "static" / "pyodide").mkdir(parents=True, exist_ok=True)
        shutil.copy(PYODIDE / name, site / "static" / "pyodide")
    write_lock(site)
    shutil.copy(ROOT / "book" / "afresh.html", site)
    print(f"The live site is built. {statement(site)}")


def configuration():
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "How a neural network works",
            "litePluginSettings": {
                PLUGIN: {
                    "pyodideUrl": "./static/pyodide/pyodide.mjs",
                    "disablePyPIFallback": True,
                    "loadPyodideOptions": {
                        "lockFileURL": "./static/packages/pyodide-lock.json",
                        "packages": KERNEL,
                    },
                }
            },
        },
    }


def write_contents(folder):
    """The notebooks, for the browser's kernel; where data come from scikit-learn, it is named."""
    import nbformat

    folder.mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata["kernelspec"] = {
            "name": "python",
            "display_name": "Python (Pyodide)",
            "language": "python",
        }
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        text = "\n".join(cell.source for cell in code)
        used = set(re.findall(r"\bdatasets\.(\w+)", text))
        if used & from_sklearn() and not re.search(r"^(import|from) sklearn", text, re.M):
            code[0].source = f"import sklearn  # the data come from it\n{code[0].source}"
        nbformat.write(notebook, folder / path.name)


def from_sklearn():
    """The names in nnlib.datasets that take their data from scikit-learn."""
    source = (ROOT / "nnlib" / "datasets.py").read_text("utf-8")
    parts = re.split(r"^def (\w+)", source, flags=re.M)
    found = {name for name, body in zip(parts[1::2], parts[2::2], strict=True) if "sklearn" in body}
    while True:  # and those that call them
        more = {
            name
            for name, body in zip(parts[1::2], parts[2::2], strict=True)
            if any(re.search(rf"\b{one}\(", body) for one in found)
        }
        if more <= found:
            return found
        found |= more


def write_lock(site):
    """The lock file that names what the browser fetches, and the wheels that the site holds."""
    folder = site / "static" / "packages"
    folder.mkdir(parents=True)
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))
    sizes = FETCHED / "sizes.json"
    sizes = json.loads(sizes.read_text("utf-8")) if sizes.exists() else {}
    packages = {}
    for name in sorted(needed()):
        package = dict(lock["packages"][name])
        if is_pure(package):
            packages[name] = package | held(wheel_of(name, FETCHED), folder)
        else:
            packages[name] = package | {"file_name": elsewhere(package)}
            if name in sizes:
                packages[name]["size"] = sizes[name]
    own = {name: (wheel_of(name, FETCHED), depends) for name, depends in EXTRA.items()}
    kernel = next(site.glob("extensions/@jupyterlite/*/static/pypi"))
    for name in ("piplite", "pyodide-kernel", "ipykernel", "widgetsnbextension"):
        own[name] = (sorted(kernel.glob(f"{name.replace('-', '_')}-*.whl"))[-1], [])
    with tempfile.TemporaryDirectory() as built:
        command = [sys.executable, "-m", "flit_core.wheel", "--outdir", built]
        subprocess.run([*command, ROOT], check=True, capture_output=True)
        own["nnlib"] = (next(Path(built).glob("*.whl")), NNLIB)
        for name, (wheel, depends) in own.items():
            packages[name] = {
                "name": name,
                "version": wheel.name.split("-")[1],
                "depends": depends,
                "imports": [name.replace("-", "_")],
                "install_dir": "site",
                "package_type": "package",
                "unvendored_tests": False,
            } | held(wheel, folder)
    lock["packages"] = packages
    (folder / "pyodide-lock.json").write_text(json.dumps(lock, indent=1) + "\n", "utf-8")


def wheel_of(name, folder):
    found = [path for path in folder.glob("*.whl") if normal(path.name.split("-")[0]) == name]
    if not found:
        raise SystemExit(f"The wheel of {name} is not there: run `python tools/live.py fetch`.")
    return found[0]


def held(wheel, folder):
    """What the lock file says of a wheel that the site holds."""
    shutil.copy(wheel, folder)
    content = wheel.read_bytes()
    return {
        "file_name": wheel.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }


def statement(site=SITE):
    """How much the browser fetches the first time, in a sentence, from the lock file."""
    path = site / "static" / "packages" / "pyodide-lock.json"
    if not path.exists():
        return ""
    packages = json.loads(path.read_text("utf-8"))["packages"]
    at_first = [name for name in packages if name not in {"scikit-learn", "scipy", "joblib"}]
    unknown = [name for name in at_first if "size" not in packages[name]]
    runtime = sum(path.stat().st_size for path in (site / "static" / "pyodide").iterdir())
    own = sum(packages[name].get("size", 0) for name in at_first)
    total = f"about {(runtime + own) / 1e6:.0f} MB"
    if unknown:
        names = ", ".join(f"{name} {packages[name]['version']}" for name in unknown)
        total += f", and the packages {names}, whose sizes are not known here"
    return f"The first time, the browser fetches {total}. After that it has them."


if __name__ == "__main__":
    {"fetch": fetch, "measure": measure}.get("".join(sys.argv[1:]), build)()
