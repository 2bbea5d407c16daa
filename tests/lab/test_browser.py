"""Every lesson in a real browser: run all cells in JupyterLab, and move every control by keyboard.

It runs with `make test-browser`, which sees to what it needs.
"""

import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox",  # the test may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    # All cells on the page at once, also those that are out of view.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
OUTPUT = f"{PANEL} .jp-OutputArea-output:has(.jupyter-widgets)"
# Each control that can be reached by keyboard, and the key that moves it.
CONTROLS = {
    "input[type=number]": "ArrowUp",
    "[role=slider]": "ArrowRight",
    "select": "ArrowDown",
    "input[type=checkbox]": "Space",
    "button": "Enter",
}
# What axe-core says of our outputs, and why it stays.
KNOWN = {
    "aria-input-field-name": "ipywidgets gives sliders no name; the number box beside each has one",
    "image-alt": "JupyterLab drops the alternative text of a static picture; the same words stand "
    "beneath it. A picture in a widget keeps its own, so it has to have one.",
}
SLOWEST = 30_000  # milliseconds that a control may work on a new picture


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own on a copy of the lessons, with no settings of the user's."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    for name, content in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    environment = {
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    with (folder / "log").open("w") as log, subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         "--port=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder / 'notebooks'}"],
        stdout=log, stderr=log, env={**os.environ, **{k: str(v) for k, v in environment.items()}},
    ) as process:  # fmt: skip
        try:
            yield wait_for(lambda: address(folder / "log"), 60)
        finally:
            process.terminate()


def address(log):
    """The server's address from its log, once it answers."""
    found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
    if found is None:
        return None
    with urllib.request.urlopen(f"{found[0]}/api/status", timeout=5):
        return found[0]


def wait_for(question, seconds):
    """Ask until there is an answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            answer = question()
        except OSError:
            answer = None
        if answer:
            return answer
        time.sleep(0.1)
    raise TimeoutError(f"no answer in {seconds} seconds: {question}")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that keeps what goes wrong on it in `page.faults`."""
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(60_000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)[:300]))
    page.on("request", lambda request: outside(request.url) and page.faults.append(request.url))
    yield page
    page.close()


def outside(url):
    """Whether a request leaves this machine."""
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))


def open_and_run(page, lab, name):
    """Open a lesson and run all its cells, as a reader would from the menu."""
    page.kernel = lambda: kernel(lab, name)
    page.goto(f"{lab}/lab/tree/{name}?reset")
    page.wait_for_selector(f"{PANEL} .jp-Cell")
    wait_for(lambda: page.kernel() == "idle", 90)
    page.wait_for_timeout(500)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells$")).click()
    cells = page.locator(f"{PANEL} .jp-CodeCell")
    last = cells.nth(cells.count() - 1).locator(".jp-InputPrompt")
    count = len([c for c in cells_of(name) if c["cell_type"] == "code"])
    wait_for(lambda: last.inner_text().strip() == f"[{count}]:", 240)
    wait_for(lambda: page.kernel() == "idle", 60)
    page.wait_for_timeout(1000)


def cells_of(name):
    return json.loads((NOTEBOOKS / name).read_text("utf-8"))["cells"]


def kernel(lab, name):
    """What the kernel of a lesson is doing, by the server's word."""
    with urllib.request.urlopen(f"{lab}/api/sessions", timeout=10) as answer:
        for session in json.load(answer):
            if session["path"] == name and session["kernel"]["connections"]:
                return session["kernel"]["execution_state"]
    return None


# All that a widget shows: its pictures, its words, and the code in its visible boxes.
SHOWN = """node => JSON.stringify([
    [...node.querySelectorAll('img')].map(image => image.src),
    [...node.querySelectorAll('.widget-html, .widget-htmlmath, .widget-label')]
        .map(part => part.textContent),
    [...node.querySelectorAll('textarea')].map(box => box.offsetParent && box.value)])"""
# Take the time from the next key to the next picture, in the page itself.
WATCH = """node => {
    const picture = node.querySelector('img');
    let start;
    node.latency = null;
    addEventListener('keydown', () => { start = performance.now(); }, {capture: true, once: true});
    node.watch?.disconnect();
    node.watch = new MutationObserver(() => {
        if (node.querySelector('img') === picture) return;
        node.latency = performance.now() - start;
        node.watch.disconnect();
    });
    node.watch.observe(node, {childList: true, subtree: true});
}"""


def shown(widget):
    return widget.evaluate(SHOWN)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_in_jupyterlab_and_its_controls_move(page, lab, name):
    open_and_run(page, lab, name)
    assert page.locator(f"{PANEL} [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(f"{PANEL} [data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.get_by_text("Error displaying widget").count() == 0
    assert page.locator(f"{PANEL} .jp-MarkdownCell mjx-merror").count() == 0
    widgets = page.locator(OUTPUT)
    expected = sum("widget-view" in str(cell) for cell in cells_of(name))
    assert widgets.count() >= expected
    for index in range(widgets.count()):
        latencies = move_every_control(page, widgets.nth(index))
        if latencies:
            print(
                f"{name}, widget {index + 1}: from key to picture, median "
                f"{statistics.median(latencies):.0f} ms, slowest {max(latencies):.0f} ms, "
                f"{len(latencies)} pictures"
            )
        press_sliders_ten_times(page, widgets.nth(index))
    assert page.faults == []
    check_accessibility(page, name)


def move_every_control(page, widget):
    """Press a key on each control, see something change, and return the times it took."""
    latencies, still = [], []
    for selector, key in CONTROLS.items():
        controls = widget.locator(selector)
        for index in range(controls.count()):
            control = controls.nth(index)
            if not control.is_visible() or control.is_disabled() or is_chosen(control):
                continue
            before = shown(widget)
            widget.evaluate(WATCH)
            press(page, control, key)
            if changes(page, widget, before, 800 if selector == "button" else 4000):
                settle(page, widget)
                latencies.append(widget.evaluate("node => node.latency"))
            elif selector != "button":
                press(page, control, {"ArrowUp": "ArrowDown", "ArrowRight": "ArrowLeft",
                                      "ArrowDown": "ArrowUp"}.get(key, key))  # fmt: skip
                if not changes(page, widget, before, 4000):
                    still.append(control.evaluate("node => node.outerHTML.slice(0, 160)"))
                settle(page, widget)
            assert "Traceback" not in widget.inner_text()
            assert "did not work" not in widget.inner_text()
    assert still == [], "controls that change nothing"
    return [latency for latency in latencies if latency is not None]


def is_chosen(control):
    """Whether it is the button of a menu that is down already."""
    return "mod-active" in (control.get_attribute("class") or "")


def press_sliders_ten_times(page, widget):
    """Ten quick presses end on the right value, on both sides, with the focus where it was."""
    sliders = widget.locator("[role=slider]")
    for index in range(sliders.count()):
        slider = sliders.nth(index)
        if not slider.is_visible() or slider.get_attribute("aria-disabled") == "true":
            continue
        box = slider.locator("xpath=ancestor::*[.//input[@type='number']][1]//input").first
        lowest, highest = (
            float(slider.get_attribute(f"aria-value{end}")) for end in ("min", "max")
        )
        logarithmic = float(box.get_attribute("max")) != highest

        def held(box=box, logarithmic=logarithmic):  # by the kernel, which fills the box
            value = float(box.input_value())
            return math.log10(value) if logarithmic else value

        start = held()
        key = "ArrowLeft" if start > (lowest + highest) / 2 else "ArrowRight"
        press(page, slider, key)
        settle(page, widget)
        first = held()
        slider.focus()  # settle may have pressed Pause
        for _ in range(10):
            page.keyboard.press(key)
        settle(page, widget)
        expected = min(max(first + 10 * (first - start), lowest), highest)
        # The box of a logarithmic slider holds two significant digits.
        assert held() == pytest.approx(expected, abs=0.3 if logarithmic else 1e-6)
        shown_now = float(slider.get_attribute("aria-valuenow"))  # with one decimal
        assert shown_now == pytest.approx(held(), abs=0.06)
        assert slider.evaluate("node => node === document.activeElement")


def press(page, control, key):
    control.scroll_into_view_if_needed()
    control.focus()
    page.keyboard.press(key)
    if key in ("ArrowUp", "ArrowDown") and control.evaluate("node => node.type") == "number":
        page.keyboard.press("Enter")


def changes(page, widget, before, patience):
    """Whether the widget shows something new within so many milliseconds."""
    end = time.perf_counter() + patience / 1000
    while time.perf_counter() < end:
        if shown(widget) != before:
            return True
        page.wait_for_timeout(20)
    return False


def settle(page, widget):
    """Wait until a widget stays as it is: a film is paused, a training is done."""
    playing = widget.locator("button", has_text="Pause")
    if playing.count() and playing.first.is_visible():
        playing.first.press("Enter")
    end = time.perf_counter() + SLOWEST / 1000
    while time.perf_counter() < end:
        before = shown(widget)
        page.wait_for_timeout(120)
        training = widget.locator("[role=status]", has_text=re.compile("…$")).count()
        if not training and page.kernel() == "idle" and shown(widget) == before:
            return
    raise AssertionError("the widget did not come to rest")


def check_accessibility(page, name):
    """axe-core finds nothing in our outputs but what is known."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=f"{PANEL} .jp-OutputArea-output").response["violations"]
    unknown = {
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]}"
        for rule in found
        if rule["id"] not in KNOWN
    }
    assert unknown == set(), name
    for picture in page.locator(f"{PANEL} .jupyter-widgets img").all():
        assert len(picture.get_attribute("alt") or "") > 60
