"""The live site: what it holds, and that Python starts in Chromium and nnlib's wheel installs.

NumPy's wheel for the browser comes from where Pyodide is published, which these tests never ask.
So what is run here needs no NumPy; `make check-live` runs sittings on a published site.
"""

import hashlib
import json
import re

import check_live
import live
import nbformat
import pytest
import sittings
from web_site import SITE

pytestmark = pytest.mark.book

PACKAGES = SITE / "live" / "static" / "packages"
ELSEWHERE = {"contourpy", "kiwisolver", "matplotlib", "numpy", "pillow", "scikit-learn", "scipy"}


@pytest.fixture(scope="module")
def packages(site):
    return json.loads((PACKAGES / "pyodide-lock.json").read_text("utf-8"))["packages"]


def test_the_lock_file_names_all_that_the_browser_fetches(packages):
    for name, package in packages.items():
        if name in ELSEWHERE:
            assert package["file_name"].startswith("https://")
            assert package["version"] in package["file_name"]
        else:
            content = (PACKAGES / package["file_name"]).read_bytes()
            assert package["sha256"] == hashlib.sha256(content).hexdigest()
            assert package["size"] == len(content)
        assert {live.normal(one) for one in package["depends"]} <= packages.keys()
    held = {package["file_name"] for package in packages.values()}
    assert {path.name for path in PACKAGES.glob("*.whl")} <= held
    assert packages.keys() >= {*live.KERNEL, *live.NNLIB, *live.ON_DEMAND, "nnlib"}


def test_the_size_is_told_from_the_lock_file(packages):
    told = live.statement()
    megabytes = int(re.search(r"about (\d+) MB", told)[1])
    runtime = sum(path.stat().st_size for path in (SITE / "live/static/pyodide").iterdir())
    own = sum(package.get("size", 0) for package in packages.values())
    assert runtime / 1e6 < megabytes <= (runtime + own) / 1e6 + 1
    for name in ELSEWHERE - {"scikit-learn", "scipy"}:
        assert "size" in packages[name] or f"{name} {packages[name]['version']}" in told
    assert told in (SITE / "index.html").read_text("utf-8")


def test_it_holds_every_notebook_as_it_is_but_for_the_kernel_and_named_data():
    for sitting in sittings.sittings():
        there = nbformat.read(SITE / "live" / "files" / sitting.path.name, as_version=4)
        here = sittings.read(sitting.path)
        assert there.metadata.kernelspec.name == "python"
        for a, b in zip(there.cells, here.cells, strict=True):
            assert a.source.removeprefix("import sklearn  # the data come from it\n") == b.source


def test_data_that_come_from_scikit_learn_are_found():
    assert "digits" in live.from_sklearn()
    assert "xor" not in live.from_sklearn()


def test_the_check_of_a_published_site_tells_what_is_not_as_it_is_stored():
    good = {"prompt": "[1]:", "text": "1\n2 \n", "error": ""}
    assert list(check_live.differences(["1\n2\n"], [good])) == []
    (other,) = check_live.differences(["1\n3\n"], [good])
    assert "code cell 1 printed" in other
    (stopped,) = check_live.differences(["1"], [good | {"error": "a\nValueError: b"}])
    assert stopped == "code cell 1 stopped: ValueError: b"
    (fewer,) = check_live.differences(["1\n2", ""], [good])
    assert "1 code cells in place of 2" in fewer


# In Chromium


@pytest.fixture(scope="module")
def lab(browser, address):
    """The first sitting, open in the live site, with its kernel running; nothing gets outside."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.outside = []
    inside = (address, "blob:", "data:")
    context.route(lambda url: not url.startswith(inside), lambda route: route.abort())
    context.on("request", lambda r: r.url.startswith(inside) or page.outside.append(r.url))
    page.goto(f"{address}/live/lab/index.html?path=00_start_here.ipynb")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    yield page
    context.close()


def test_the_check_runs_a_sitting_and_says_that_numpy_is_missing_here(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route(lambda url: not url.startswith((address, "blob:", "data:")), lambda r: r.abort())
    name = check_live.first_sittings()[0]
    results = check_live.run(context.new_page(), f"{address}/", name, 100_000)
    context.close()
    found = list(check_live.differences(check_live.stored(name), results))
    assert any("ModuleNotFoundError: No module named 'numpy'" in told for told in found)


def run(page, code):
    """Run code in a new first cell and return what it prints."""
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("y")
    cell = page.locator(".jp-Notebook .jp-Cell").first
    cell.locator(".cm-content").click()
    page.keyboard.insert_text(code + "\nprint('the end')")
    page.keyboard.press("Shift+Enter")
    output = cell.locator(".jp-OutputArea")
    page.wait_for_function(
        "() => /the end|Error/.test(document.querySelector('.jp-Cell .jp-OutputArea')?.innerText)"
    )
    page.wait_for_timeout(200)
    return output.inner_text().replace("the end", "").strip()


def test_the_kernel_starts_from_the_site_alone(lab):
    assert "314" in run(lab, "import sys\nprint(sys.platform, '3%d' % sys.version_info[1])")
    assert lab.outside == []


WITHOUT_NUMPY = """
import contextlib, importlib, pathlib, re, sys, types, micropip
await micropip.install(%r, deps=False)
import importlib.util
root = pathlib.Path(importlib.util.find_spec("nnlib").submodule_search_locations[0])
class Numpy(types.ModuleType):
    ndarray = generic = number = type("array", (), {})
    errstate = staticmethod(lambda **kind: contextlib.nullcontext())
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})
numpy = sys.modules["numpy"] = Numpy("numpy")
numpy.__file__, numpy.__version__ = "numpy", "0"
for folder in [root, *sorted(p for p in root.rglob("*") if p.is_dir() and p.name != "__pycache__")]:
    name = ".".join(["nnlib", *folder.relative_to(root).parts])
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module
"""


def test_the_wheel_installs_and_what_needs_no_numpy_works(lab, address, packages):
    wheel = f"{address}/live/static/packages/{packages['nnlib']['file_name']}"
    asked = len(lab.outside)
    assert run(lab, WITHOUT_NUMPY % wheel) == ""
    assert lab.outside[asked:] == []
    said = run(
        lab,
        "import importlib\n"
        "from nnlib.lab.widgets.kit.jobs import Job\n"
        "shown = []\n"
        "Job(((k / 3, k) for k in range(4)), lambda *news: shown.append(news), print).begin(True)\n"
        "print(shown[-1])\n"
        "from nnlib.lab.checks.observe import within\n"
        "import threading\n"
        "done = []\n"
        "print(within(1.0, lambda: done.append('done'), threading.Event()), done)",
    )
    assert "(1.0, 3, True)" in said
    checked = run(
        lab,
        "from nnlib.lab.set_up import _package, _python\n"
        "print(_python()[0], _package('sklearn', 'scikit-learn')[0], _package('x', 'x')[0])",
    )
    assert checked == "True True False"
    assert "True ['done']" in said


# The last line of the sitting that is opened: then all of it is there.
LAST_WORDS = "() => document.querySelector('.jp-Notebook')?.innerText.includes('1a. One neuron')"


def test_a_sitting_can_be_started_afresh(lab, address):
    """What the reader changed is kept until it is forgotten with the button."""
    run(lab, "kept = 1")
    lab.keyboard.press("Control+s")
    lab.wait_for_timeout(2000)
    lab.goto(f"{address}/live/lab/index.html?path=00_start_here.ipynb")
    lab.wait_for_function(LAST_WORDS)
    assert "kept = 1" in lab.locator(".jp-Notebook").inner_text()
    lab.goto(f"{address}/live/afresh.html?path=00_start_here.ipynb")
    lab.click("#afresh")
    lab.wait_for_function(LAST_WORDS)
    assert "kept = 1" not in lab.locator(".jp-Notebook").inner_text()
    assert "Start here" in lab.locator(".jp-Notebook .jp-Cell >> nth=0").inner_text()
