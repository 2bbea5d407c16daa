"""The lessons and their widgets in a real browser, in JupyterLab.

It runs with `make test-browser`, which sees to what it needs. BROWSER=firefox takes the system's
Firefox in place of Chromium; SHOTS=folder keeps a screenshot of every widget at every size;
QUIET=1, on a machine with nothing else to do, holds the latencies to their limits, which are five
times as wide otherwise.
"""

import contextlib
import importlib
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from web_site import CHROMIUM, FLAGS

from nnlib.lab.widgets.kit.stage import SCRIPT, recorded_module

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
# The notebooks with a widget; what the others print is compared by nbval.
LESSONS = sorted(
    path.name
    for path in NOTEBOOKS.glob("*.ipynb")
    if re.search(r'"\w+\.show\((?!\*)', path.read_text("utf-8")) or path.stem.startswith("00")
)
SETTINGS = {
    # All cells on the page at once, also those that are out of view.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
STAGE = f"{PANEL} .nnlib-stage"
IMPORT = "from nnlib.lab.widgets import {}"
READER = """from nnlib import Network, datasets, train
from nnlib.lab.widgets import digit
import numpy as np
X, labels = datasets.digits()
net = Network.random([64, 16, 10], hidden="tanh", output="softmax", rng=np.random.default_rng(0))
train(net, X, np.eye(10)[labels], loss="cross_entropy", learning_rate=0.5, epochs=30)"""
WIDGETS = {
    **{
        name: (IMPORT.format(name), f"{name}.show()")
        for name in ("neuron", "line", "loss", "journey", "film", "sliders", "playground")
    },
    "digit": (READER, "digit.show(net, X, labels)"),
}
# A laptop, a projector at 150 %, a tablet, a telephone; in pixels of the page.
SIZES = {"laptop": (1280, 900), "projector": (853, 480), "tablet": (820, 1000), "phone": (390, 844)}
LATENCY = {1: (80, 200), 2: (120, 250)}  # milliseconds for each pixel ratio: median, worst
SLACK = 1 if os.environ.get("QUIET") else 5
FIREFOX = os.environ.get("BROWSER") == "firefox" and (
    shutil.which("firefox") or shutil.which("firefox-esr") or pytest.exit("There is no Firefox.")
)
FOCUSABLE = "input, button, summary, textarea, [tabindex='0']"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own on a copy of the lessons, with no settings of the user's."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    twice = {"twice": (IMPORT.format("neuron"), "neuron.show()\nneuron.show()")}
    for name, (before, call) in (WIDGETS | twice).items():
        cells = [new_code_cell(before), new_markdown_cell("Some words."), new_code_cell(call)]
        cells += [new_markdown_cell("What to notice.\n\n" * 30)]
        notebook = new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, folder / "notebooks" / f"widget-{name}.ipynb")
    for name, content in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    arguments = ["--ip=127.0.0.1", "--allow-root", f"--ServerApp.root_dir={folder / 'notebooks'}"]
    with jupyterlab(folder, arguments) as url:
        yield url


@contextlib.contextmanager
def jupyterlab(folder, arguments):
    """JupyterLab with everything of the user's in a folder; gives its address."""
    environment = {
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    with (folder / "log").open("w") as log, subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *arguments, "--no-browser", "--port=0",
         "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"], cwd=ROOT,
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
        if FIREFOX:
            browser = playwright.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
        else:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def watched_page(browser, **options):
    """A page that keeps what goes wrong on it in `page.faults`."""
    if FIREFOX:  # Playwright cannot ask an unpatched Firefox for other colours or less motion
        options |= dict.fromkeys(("color_scheme", "reduced_motion", "forced_colors"), "null")
        options["contrast"] = "null"
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)[:300]))
    page.on("request", lambda request: outside(request.url) and page.faults.append(request.url))
    try:
        yield page
    finally:
        context.close()


def outside(url):
    """Whether a request leaves this machine."""
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "file:"))


def open_notebook(page, lab, name):
    """Open a notebook, with the side bar away, and wait for its kernel."""
    page.kernel = lambda: kernel(lab, name)
    page.goto(f"{lab}/lab/tree/{name}?reset")
    page.wait_for_selector(f"{PANEL} .jp-Cell")
    wait_for(lambda: page.kernel() == "idle", 90)
    page.wait_for_timeout(500)
    if page.locator("#jp-left-stack:visible").count():
        page.keyboard.press("Control+b")


def menu(page, *names):
    """Choose from JupyterLab's menu."""
    for name in names:
        page.get_by_role("menuitem", name=re.compile(name)).last.click()


def run_all(page, seconds=240):
    menu(page, "^Run$", "^Run All Cells$")
    cells = page.locator(f"{PANEL} .jp-CodeCell")
    last = cells.nth(cells.count() - 1).locator(".jp-InputPrompt")
    wait_for(lambda: re.fullmatch(r"\[\d+\]:", last.inner_text().strip()), seconds)
    wait_for(lambda: page.kernel() == "idle", 60)
    page.wait_for_timeout(800)


def open_widget(page, lab, name):
    """Open the notebook of a widget, run it, and return its stage, scrolled into view."""
    open_notebook(page, lab, f"widget-{name}.ipynb")
    run_all(page)
    stage = page.locator(STAGE)
    settle(page, stage)
    return stage


def kernel(lab, name):
    """What the kernel of a notebook is doing, by the server's word."""
    session = session_of(lab, name)
    return session and session["kernel"]["execution_state"]


def session_of(lab, name):
    with urllib.request.urlopen(f"{lab}/api/sessions", timeout=10) as answer:
        for session in json.load(answer):
            if session["path"] == name and session["kernel"]["connections"]:
                return session
    return None


def command(lab, name, action, method="POST"):
    """Restart, interrupt or shut down the kernel of a notebook from elsewhere."""
    address = f"{lab}/api/kernels/{session_of(lab, name)['kernel']['id']}{action}"
    with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=20):
        pass


def kill(kernel):
    """End the process of a kernel, without a word to anybody."""
    for process in psutil.process_iter(["cmdline"]):
        if any(kernel in part for part in process.info["cmdline"] or []):
            process.kill()


def settle(page, stage, seconds=30):
    """Wait until a widget stays as it is, and return what it shows."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        before = shown(stage)
        page.wait_for_timeout(250)
        if shown(stage) == before and not stage.locator(".busy:visible").count():
            return before
    raise AssertionError("the widget did not come to rest")


def shown(stage):
    """The picture and the words."""
    return stage.evaluate(
        "node => [node.querySelector('img').src, node.querySelector('img').alt,"
        " node.querySelector('.message').textContent, node.querySelector('.code').value]"
    )


def shoot(page, name):
    if os.environ.get("SHOTS"):
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"{name}.png")


# --------------------------------------------------------------------------- the first page


def test_make_lab_opens_the_first_sitting_and_asks_nothing(browser, tmp_path):
    told = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True)
    words = shlex.split(next(line for line in told.stdout.splitlines() if "jupyter lab" in line))
    with jupyterlab(tmp_path, words[2:]) as url, watched_page(browser) as page:
        page.goto(url)
        page.wait_for_selector(f"{PANEL} .jp-Cell")
        menu(page, "^Run$", "^Run All Cells$")  # before the kernel is there: it asked for one
        wait_for(lambda: kernel(url, "notebooks/00_start_here.ipynb") == "idle", 90)
        page.wait_for_timeout(3000)
        assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []
        assert page.faults == []


@pytest.mark.parametrize("name", ["00_start_here.ipynb", "06e_the_playground.ipynb"])
def test_closing_a_lesson_that_nobody_touched_asks_nothing(browser, lab, name):
    with watched_page(browser) as page:
        open_notebook(page, lab, name)
        page.wait_for_timeout(1000)
        menu(page, "^File$", "^Close Tab")
        page.wait_for_selector(PANEL, state="detached")
        assert page.locator(".jp-Dialog").count() == 0


# --------------------------------------------------------------------------- room and light


@pytest.mark.parametrize("ratio", LATENCY)
@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_fits_every_screen_is_sharp_and_quick(browser, lab, name, ratio):
    with watched_page(browser, device_scale_factor=ratio) as page:
        stage = open_widget(page, lab, name)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(600)
            settle(page, stage)
            stage.locator("img.picture").evaluate("node => node.decode()")
            settle(page, stage)
            stage.evaluate("node => node.scrollIntoView({block: 'start'})")
            page.wait_for_timeout(150)
            shoot(page, f"{name}-{size}-{ratio}")
            check_layout(page, stage, ratio, f"{name}, {size}, ratio {ratio}")
        page.set_viewport_size(dict(zip(("width", "height"), SIZES["laptop"], strict=True)))
        page.wait_for_timeout(600)
        settle(page, stage)
        times = latencies(page, stage, name)
        median, worst = statistics.median(times), max(times)
        print(
            f"{name}, ratio {ratio}: key to picture, first {times[0]:.0f} ms, median "
            f"{median:.0f}, worst {worst:.0f}"
        )
        assert median <= SLACK * LATENCY[ratio][0]
        assert worst <= SLACK * LATENCY[ratio][1]
        assert page.faults == []


@pytest.mark.parametrize(("name", "ratio"), [("playground", 1.5), ("journey", 3)])
def test_a_picture_has_the_pixels_of_other_screens_too(browser, lab, name, ratio):
    with watched_page(browser, device_scale_factor=ratio) as page:
        stage = open_widget(page, lab, name)
        for size in ("phone", "laptop"):
            page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
            page.wait_for_timeout(600)
            settle(page, stage)
            stage.evaluate("node => node.scrollIntoView({block: 'start'})")
            shoot(page, f"{name}-{size}-{ratio}")
            check_layout(page, stage, ratio, f"{name}, {size}, ratio {ratio}")
        assert page.faults == []


def test_zooming_and_another_screen_draw_the_picture_anew(browser, lab):
    if FIREFOX:
        pytest.skip("only Chromium can be zoomed from outside")
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "neuron")
        screen = page.context.new_cdp_session(page)
        for zoom in (1.5, 2, 1, 0.75):  # as the browser's own zoom: fewer and larger pixels
            size = {"width": round(1280 / zoom), "height": round(900 / zoom)}
            metrics = size | {"deviceScaleFactor": zoom, "mobile": False}
            screen.send("Emulation.setDeviceMetricsOverride", metrics)
            check_layout(page, stage, zoom, f"zoom {zoom}")
        metrics["deviceScaleFactor"] = 2  # the same place, on a finer screen
        screen.send("Emulation.setDeviceMetricsOverride", metrics)
        check_layout(page, stage, 2, "a finer screen")
        assert page.faults == []


LAYOUT = """node => {
    const box = (part) => part.getBoundingClientRect();
    const seen = (part) => {
        const {left, right, top, bottom} = box(part);
        const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        const spots = node.querySelector('.spots');
        return at !== null && (part.contains(at) || at.contains(part) || spots.contains(at));
    };
    const all = (selector) => [...node.querySelectorAll(selector)];
    const there = (selector) => all(selector).filter((part) => part.offsetParent);
    const told = (parts) => parts.map((part) => part.outerHTML.slice(0, 120));
    const [picture, first] = ['img.picture', '.first'].map((part) => node.querySelector(part));
    const controls = there('.controls .control, .controls button');
    const wide = (part) => part.clientWidth && part.scrollWidth > part.clientWidth + 1;
    const letter = (part) => parseFloat(getComputedStyle(part).fontSize);
    return {
        natural: [picture.naturalWidth, picture.naturalHeight],
        size: [picture.width, picture.height],
        bottom: box(picture).bottom,
        height: innerHeight,
        cut: told([node, ...controls].filter(wide)),
        outside: told(controls.filter((part) => box(part).right > box(node).right + 1)),
        inView: [picture, first, controls[0]].map(seen),
        letters: Math.min(...there('p, span, button, input').map(letter)),
    };
}"""


def check_layout(page, stage, ratio, where):
    """Nothing is cut, the picture is sharp, and picture, words and a control are in view.

    A busy machine may not have drawn the picture for the new size yet: that is waited for.
    """
    end = time.monotonic() + 20
    while True:
        found = stage.evaluate(LAYOUT)
        sharp = all(
            natural == pytest.approx(ratio * size, abs=ratio)
            for natural, size in zip(found["natural"], found["size"], strict=True)
        )
        if time.monotonic() > end or (sharp and all(found["inView"])):
            break
        page.wait_for_timeout(250)
        stage.evaluate("node => node.scrollIntoView({block: 'start'})")
    assert found["cut"] == [], where
    assert found["outside"] == [], where
    assert found["inView"] == [True, True, True], (where, found)
    assert found["bottom"] <= found["height"], where
    assert found["letters"] >= 11, where
    assert sharp, (where, found)


# Take the time from the next key to the next picture, in the page itself.
WATCH = """node => {
    const picture = node.querySelector('img.picture');
    let start = null;
    node.latency = null;
    addEventListener('keydown', () => { start = performance.now(); }, {capture: true, once: true});
    const watch = new MutationObserver(() => {
        if (start === null || node.latency !== null) return;
        picture.decode().then(() => {
            node.latency ??= performance.now() - start;
            watch.disconnect();
        }, () => {});  // a newer picture came while this one was read: the newer is waited for
    });
    watch.observe(picture, {attributes: true, attributeFilter: ['src']});
}"""


def latencies(page, stage, name):
    """Press keys on a control that changes the picture each time, and time the pictures."""
    kind, keys = {
        "journey": ("[type=radio]", ("ArrowRight", "ArrowLeft")),
        "digit": (".number", ("ArrowUp", "ArrowDown")),
    }.get(name, ("[type=range]", ("ArrowRight", "ArrowLeft")))
    stage.locator(f"input{kind}:visible").first.focus()
    times = []
    for key in 3 * (3 * keys[:1] + 3 * keys[1:]):
        stage.evaluate(WATCH)
        page.keyboard.press(key)
        times.append(wait_for(lambda: stage.evaluate("node => node.latency"), 20))
        settle(page, stage)
    return times


@pytest.fixture
def dark(lab):
    theme = "settings/@jupyterlab/apputils-extension:themes"
    for name in ("Dark", "Light"):
        raw = json.dumps({"raw": json.dumps({"theme": f"JupyterLab {name}"})}).encode()
        address = f"{lab}/lab/api/{theme}"
        with urllib.request.urlopen(urllib.request.Request(address, raw, method="PUT"), timeout=20):
            pass
        if name == "Dark":
            yield


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_is_readable_in_the_dark_theme(browser, lab, dark, name):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, name)
        stage.evaluate("node => node.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(300)
        shoot(page, f"{name}-dark")
        assert "dark" in stage.get_attribute("class")
        check_accessibility(page)


RING = """node => {
    const style = getComputedStyle(node.matches('.pill input') ? node.nextElementSibling : node);
    let around = node.parentElement;
    const clear = (colour) => /^transparent$|, 0\\)$/.test(colour);
    while (around && clear(getComputedStyle(around).backgroundColor)) around = around.parentElement;
    const light = (colour) => {
        const [red, green, blue] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const paper = around ? getComputedStyle(around).backgroundColor : 'rgb(255, 255, 255)';
    const [low, high] = [style.outlineColor, paper].map(light).sort((a, b) => a - b);
    return {
        focused: document.activeElement === node,
        style: style.outlineStyle,
        width: parseFloat(style.outlineWidth),
        contrast: high / low,
    };
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["playground", "digit", "journey"])
def test_the_focus_is_seen_on_every_control(browser, lab, request, name, theme):
    """WCAG 1.4.11: the ring has 3:1 against what is around it."""
    if theme == "dark":
        request.getfixturevalue("dark")
    with watched_page(browser) as page:
        stage = open_widget(page, lab, name)
        for summary in stage.locator("summary").all():
            summary.press("Enter")
        settle(page, stage)
        n_rings = 0
        page.keyboard.press("Tab")  # from here on the browser shows where a focus is
        for control in stage.locator(FOCUSABLE).all():
            if not control.is_visible() or control.is_disabled():
                continue
            control.focus()
            ring, where = control.evaluate(RING), control.evaluate("node => node.outerHTML")[:160]
            assert ring["focused"], where
            assert ring["style"] == "solid", where
            assert ring["width"] >= 2, where
            assert ring["contrast"] >= 3, (where, ring)
            n_rings += 1
        assert n_rings > 4


def check_accessibility(page, context=STAGE):
    """axe-core finds nothing in a widget."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=context).response["violations"]
    assert {
        f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"]
    } == set()


SAID = {"slider": "valuetext", "spinbutton": None, "radio": "checked", "checkbox": "checked"}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_screen_reader_is_told_name_and_state_of_each_control(browser, lab, name):
    if FIREFOX:
        pytest.skip("only Chromium shows what it tells a screen reader")
    with watched_page(browser) as page:
        stage = open_widget(page, lab, name)
        for summary in stage.locator("summary").all():
            summary.press("Enter")
        screen = page.context.new_cdp_session(page)
        place = {"expression": f"document.querySelector({STAGE!r})"}
        root = screen.send("Runtime.evaluate", place)["result"]["objectId"]
        told = screen.send("Accessibility.queryAXTree", {"objectId": root})["nodes"]
        names = {role: [] for role in ("button", "radiogroup", *SAID)}
        for node in told:
            role = node.get("role", {}).get("value")
            if node["ignored"] or role not in names:
                continue
            names[role].append(node["name"]["value"])
            properties = {one["name"]: one["value"].get("value") for one in node["properties"]}
            if SAID.get(role):
                assert SAID[role] in properties, node
            if role == "slider":
                assert re.fullmatch(r"-?[\d.]+(e-?\d+)?", properties["valuetext"]), node
        assert all(words.strip() and "✓" not in words for kind in names.values() for words in kind)
        for control in stage.locator("input, button").all():
            kind = control.evaluate("node => node.type") if control.is_visible() else "not seen"
            words = control.evaluate(
                "node => (node.ariaLabel || node.parentNode.textContent).trim()"
            )
            if kind in ("radio", "range", "checkbox"):
                assert words in names["slider" if kind == "range" else kind]


HEAR = """node => {
    const spoken = node.querySelector(':scope > [role=status]');
    window.heard = [];
    new MutationObserver(() => window.heard.push(spoken.textContent)).observe(
        spoken, {childList: true});
}"""


def test_what_is_spoken_is_one_sentence_and_the_one_that_is_new(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "sliders")
        page.wait_for_timeout(1000)
        stage.evaluate(HEAR)
        for press, begins in (
            ((stage.get_by_label("epoch", exact=True), "ArrowLeft"), "At epoch 995 of 1000"),
            ((stage.get_by_role("button", name="Keep this run"), "Enter"), "Kept."),
            ((stage.get_by_label("hidden size", exact=True), "ArrowRight"), "Learning rate 0.5, 5"),
            ((stage.get_by_label("epoch, as a number"), "x"), ""),
            ((stage.get_by_label("epoch, as a number"), "Enter"), "epoch takes whole numbers"),
        ):
            page.evaluate("window.heard = []")
            press[0].press(press[1])
            page.wait_for_timeout(300)
            settle(page, stage)
            page.wait_for_timeout(1200)
            heard = page.evaluate("window.heard")
            assert len(heard) == (begins != ""), heard
            assert heard == [] or heard[0].startswith(begins), heard


def test_forced_colours_show_which_part_of_the_picture_is_pressed(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "playground")
        page.emulate_media(forced_colors="active")
        page.wait_for_timeout(300)
        rims = stage.locator(".spots button").evaluate_all(
            "all => all.map((one) => [one.ariaPressed, getComputedStyle(one).borderTopColor])"
        )
        assert len({rim for pressed, rim in rims if pressed == "false"}) == 1
        assert dict(rims)["true"] != dict(rims)["false"]


# ------------------------------------------------------------------------------ keys and hands


@pytest.mark.parametrize("name", WIDGETS)
def test_every_control_answers_to_keys_and_keeps_them(browser, lab, name):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, name)
        for summary in stage.locator("summary").all():
            summary.press("Enter")
        check_accessibility(page)
        cells = page.locator(f"{PANEL} .jp-Cell").count()
        still = []
        for control in pinned_controls(stage):
            if not control.is_visible() or control.is_disabled():
                continue
            key = key_for(control)
            before = settle(page, stage)
            if key is not None and not press_and_see(page, stage, control, key, before):
                still.append(control.evaluate("node => node.outerHTML.slice(0, 160)"))
            control.focus()
            assert control.evaluate("node => document.activeElement === node")
            arrows = () if control.get_attribute("type") == "radio" else ("ArrowDown", "ArrowUp")
            for other in ("b", "d", "d", "x", "z", *arrows):
                page.keyboard.press(other)
            assert page.locator(f"{PANEL} .jp-Cell").count() == cells
            assert control.evaluate(
                "node => node.closest('.nnlib-stage').contains(document.activeElement)"
            )
        assert still == [], "controls that change nothing"
        page.keyboard.press("Escape")
        assert not stage.evaluate("node => node.contains(document.activeElement)")
        assert page.faults == []


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
@pytest.mark.parametrize("name", WIDGETS)
def test_each_control_answers_to_mouse_and_finger(browser, lab, name, touch):
    if touch and FIREFOX:
        pytest.skip("Firefox takes no touch from Playwright")
    with watched_page(browser, has_touch=touch) as page:
        stage = open_widget(page, lab, name)
        for summary in stage.locator("summary").all():
            summary.tap() if touch else summary.click()
        still = []
        for control in pinned_controls(stage):
            place = place_for(control) if control.is_visible() and control.is_enabled() else None
            if place is None:
                continue
            before = settle(page, stage)
            part, position = place
            part.tap(position=position) if touch else part.click(position=position)
            if not changes(page, stage, before):
                still.append(control.evaluate("node => node.outerHTML.slice(0, 160)"))
        assert still == [], "controls that change nothing"
        assert page.faults == []


def place_for(control):
    """What of a control to press, and where; None where a press need not change anything."""
    kind = control.evaluate("node => node.type || node.tagName")
    if kind == "range":  # its other half
        size, share = control.bounding_box(), "(node.value - node.min) / (node.max - node.min)"
        far = 0.2 if control.evaluate(f"node => {share}") > 0.5 else 0.8
        return control, {"x": far * size["width"], "y": size["height"] / 2}
    label = control.locator("xpath=..")
    if kind == "radio":  # "your own" keeps the settings, and so the picture
        same = control.is_checked() or label.inner_text() == "your own"
        return None if same else (label, None)
    if kind == "checkbox":
        return (label, None) if key_for(control) else None
    return (control, None) if kind == "button" and key_for(control) else None


def pinned_controls(stage):
    """The parts of the picture that can be pressed, then all controls.

    The parts come and go with the size of a network, so a control is not told by how many others
    stand before it.
    """
    spots = stage.locator(".spots button").all()
    n = stage.evaluate(
        """(node, kinds) => {
            const all = [...node.querySelectorAll(kinds)].filter((one) => !one.closest('.spots'));
            all.forEach((one, k) => { one.dataset.number = k; });
            return all.length;
        }""",
        FOCUSABLE,
    )
    return [*spots, *(stage.locator(f"[data-number='{k}']") for k in range(n))]


def key_for(control):
    """A key that has to change something, or None where another control has to be moved first."""
    kind = control.evaluate("node => node.type || node.tagName")
    words = control.inner_text().strip()
    if kind in ("range", "number"):
        held, low = (control.evaluate(f"node => Number(node.{part})") for part in ("value", "min"))
        return "ArrowDown" if held > low else "ArrowUp"
    if kind == "radio":  # not from the last to the first, which may be "your own"
        last = control.evaluate(
            "node => [...document.getElementsByName(node.name)].at(-1) === node"
        )
        return ("ArrowLeft" if last else "ArrowRight") if control.is_checked() else None
    if kind == "checkbox":
        return "Space" if "code" in control.locator("xpath=..").inner_text() else None
    if kind == "button":
        quiet = ("Forget it", "Previous step", "Centre it", "Back to the first weights", "Reset")
        return None if words in (*quiet, "Step", "Play") else "Enter"
    return "Space" if control.get_attribute("role") == "application" else None


def press_and_see(page, stage, control, key, before):
    """Whether the widget shows something new after a key."""
    control.focus()
    page.keyboard.press(key)
    return changes(page, stage, before)


def changes(page, stage, before):
    """Whether the widget comes to show something else, within 20 seconds."""
    end = time.perf_counter() + 20
    while time.perf_counter() < end:
        if shown(stage) != before:
            return True
        page.wait_for_timeout(30)
    return False


def test_box_and_slider_agree_and_what_cannot_be_taken_is_said(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "neuron")
        slider = stage.get_by_label("weight w", exact=True)
        box = stage.get_by_label("weight w, as a number")
        type_in(box, "2.3")
        settle(page, stage)
        assert slider.get_attribute("aria-valuetext") == "2.3"
        assert slider.evaluate("node => Number(node.value)") == pytest.approx(2.3)
        type_in(box, "77")
        assert "weight w takes from -10 to 10" in stage.locator(".message").inner_text()
        assert box.input_value() == "2.3"
        for press in ("ArrowUp", "Control+a", "5"):
            box.press(press)
        page.wait_for_timeout(700)  # the answer to the arrow finds a number that is half typed
        assert box.input_value() == "5"
        for press in ("ArrowUp", "Control+a", "7", "7", "7", "Enter"):
            box.press(press)
        page.wait_for_timeout(700)  # here it comes after a refusal
        assert "“777” cannot be taken" in stage.locator(".message").inner_text()
        type_in(box, "−1,5")
        assert box.input_value() == "-1.5"
        for typed in ("1,500", "", "two", "1.5.", "1e999"):
            type_in(box, typed)
            assert f"“{typed}” cannot be taken. It stays at -1.5" in stage.inner_text()
            assert box.input_value() == "-1.5"
        box.fill(300 * "7")
        box.press("Enter")
        assert "7777” cannot be taken" in stage.locator(".message").inner_text()
        assert stage.evaluate("node => node.scrollWidth <= node.clientWidth")
        type_in(box, "-1.50")  # what it is: there is nothing to complain of
        assert (box.input_value(), stage.locator(".message").inner_text()) == ("-1.5", "")
        for key, value in (("End", "10"), ("Home", "-10")):
            slider.press(key)
            settle(page, stage)
            assert box.input_value() == value
        for _ in range(10):
            slider.press("ArrowRight")
        settle(page, stage)
        assert box.input_value() == "-5"
        assert "weight -5" in shown(stage)[1].replace("−", "-")


def type_in(box, text):
    """Type into a box as a hand does: a value that a script sets is no change to Firefox."""
    box.press("Control+a")
    box.press("Delete")
    box.press_sequentially(text)
    box.press("Enter")


def test_two_widgets_on_a_page_leave_each_other_alone(browser, lab):
    with watched_page(browser) as page:
        open_notebook(page, lab, "widget-twice.ipynb")
        run_all(page)
        one, other = page.locator(STAGE).all()
        settle(page, one)
        before = settle(page, other)
        one.get_by_role("radio", name="sigmoid").press("ArrowRight")
        one.get_by_label("weight w", exact=True).press("ArrowRight")
        wait_for(lambda: shown(one)[1].startswith("A tanh neuron with weight 1.5"), 20)
        assert shown(other) == before
        assert one.get_by_role("radio", name="tanh").is_checked()
        assert other.get_by_role("radio", name="sigmoid").is_checked()


def test_a_film_plays_pauses_and_stops_for_a_hand(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "film")
        epoch = stage.get_by_label("epoch", exact=True)

        def value():
            return float(epoch.input_value())

        play = stage.locator(".player button").first
        play.press("Enter")
        wait_for(lambda: value() > 10, 10)
        assert play.inner_text() == "Pause"
        epoch.press("Home")
        page.wait_for_timeout(300)
        assert (value(), play.inner_text()) == (0, "Play")
        stage.get_by_role("button", name="Step").press("Enter")
        assert value() == 1


@pytest.mark.parametrize("touch", [False, True])
def test_the_pad_draws_without_gaps_erases_and_stays_where_it_is(browser, lab, touch):
    if touch and FIREFOX:
        pytest.skip("Playwright sends a finger's events to Chromium alone")
    with watched_page(browser, has_touch=touch) as page:
        stage = open_widget(page, lab, "digit")
        stage.get_by_role("button", name="Empty grid").press("Enter")
        wait_for(lambda: "22 of 64" not in shown(stage)[1], 20)
        settle(page, stage)
        canvas = stage.locator("canvas")
        canvas.scroll_into_view_if_needed()
        top = canvas.bounding_box()["y"]
        stroke(page, canvas, [(0.05, 0.5), (0.95, 0.5)], touch)
        wait_for(lambda: "with 8 of 64 pixels inked" in shown(stage)[1], 20)
        canvas.click(button="right", position={"x": 4, "y": 4})
        assert page.locator(".lm-Menu:visible").count() == 0
        stage.get_by_label("erase").press("Space")
        stroke(page, canvas, [(0.5, 0.1), (0.5, 0.9)], touch)
        wait_for(lambda: "with 7 of 64 pixels inked" in shown(stage)[1], 20)
        assert canvas.bounding_box()["y"] == top


def stroke(page, canvas, points, touch):
    """Draw in one stroke, with few events, by mouse or by finger."""
    box = canvas.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    if touch:
        client = page.context.new_cdp_session(page)
        for kind, place in zip(("touchStart", "touchMove"), places, strict=True):
            where = [{"x": place[0], "y": place[1]}]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


def test_a_unit_of_the_playground_is_pressed_by_mouse_and_by_keys(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "playground")
        stage.get_by_role("button", name="Unit 2 of layer 1").click()
        wait_for(lambda: shown(stage)[1].startswith("Unit 2 of layer 1 is shown large"), 20)
        settle(page, stage)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        wait_for(lambda: shown(stage)[1].startswith("Unit 3 of layer 1 is shown large"), 20)


SHARES = """node => {
    const {left, top, width, height} = node.querySelector('img').getBoundingClientRect();
    return [...node.querySelectorAll('.spots button')].flatMap((spot) => {
        const box = spot.getBoundingClientRect();
        return [(box.left - left) / width, (box.top - top) / height];
    });
}"""


def test_a_second_view_of_a_widget_has_its_units_in_place(browser, lab):
    with watched_page(browser) as page:
        open_widget(page, lab, "playground")
        cell = page.locator(f"{PANEL} .jp-CodeCell").last
        cell.locator(".jp-OutputArea-promptOverlay:visible").first.click(button="right")
        page.get_by_role("menuitem", name="Create New View for Cell Output").click()
        views = page.locator(".nnlib-stage")
        wait_for(lambda: views.count() == 2 and all(view.is_visible() for view in views.all()), 20)
        for view in views.all():
            settle(page, view)
        before = shown(views.first)  # they share a picture, drawn for the one that asked last
        views.last.evaluate("node => { node.style.width = '800px'; }")
        wait_for(lambda: shown(views.first) != before, 20)
        settle(page, views.first)
        shares = [view.evaluate(SHARES) for view in views.all()]
        assert len(shares[0]) > 8
        assert shares[0] == pytest.approx(shares[1], abs=0.01)
        units = [view.get_by_role("button", name="Unit 2 of layer 1") for view in views.all()]
        for unit, view in zip(units, views.all(), strict=True):
            unit.click()
            wait_for(lambda view=view: shown(view)[1].startswith("Unit 2 of layer 1"), 20)
            view.get_by_role("button", name="Output").click()
            wait_for(lambda view=view: shown(view)[1].startswith("At epoch"), 20)


# ------------------------------------------------------------------------------ life and death


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("neuron", "restarted"),
        ("playground", "elsewhere"),
        ("line", "shut down"),
        ("loss", "killed"),
    ],
)
def test_a_widget_whose_kernel_is_gone_says_so_and_its_advice_works(browser, lab, name, way):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, name)
        message = stage.locator(".message")
        if way == "restarted":
            menu(page, "^Kernel$", "^Restart Kernel…")
            page.get_by_role("button", name="Confirm Kernel Restart").click()
        elif way == "shut down":
            menu(page, "^Kernel$", "^Shut Down Kernel$")
        elif way == "killed":
            kill(session_of(lab, f"widget-{name}.ipynb")["kernel"]["id"])
        else:
            command(lab, f"widget-{name}.ipynb", "/restart")
            wait_for(lambda: page.kernel() == "idle", 60)
            stage.get_by_label("learning rate", exact=True).press("ArrowRight")
        wait_for(lambda: "This widget is asleep" in message.inner_text(), 20)
        assert all(control.is_disabled() for control in stage.locator("input, button").all())
        assert stage.locator("img.picture").evaluate("node => node.naturalWidth") > 100
        shoot(page, f"{name}-asleep")
        if way == "killed":
            page.get_by_role("dialog").get_by_role("button").click()  # JupyterLab's own words
        if way != "shut down":  # then there is no kernel until a cell is run
            wait_for(lambda: page.kernel() == "idle", 60)
        page.locator(f"{PANEL} .jp-CodeCell").last.locator(".jp-InputArea").click()
        page.keyboard.press("Escape")
        menu(page, "^Run$", "^Run All Above Selected Cell")
        page.wait_for_timeout(1500)
        wait_for(lambda: page.kernel() == "idle", 60)
        page.locator(f"{PANEL} .jp-CodeCell").last.locator(".jp-InputArea").click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(1500)
        settle(page, page.locator(STAGE))
        assert "asleep" not in page.locator(STAGE).inner_text()


def test_a_training_whose_kernel_is_restarted_elsewhere_does_not_seem_to_go_on(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "playground")
        for summary in stage.locator("summary").all():
            summary.press("Enter")
        stage.get_by_label("epochs", exact=True).press("End")
        stage.get_by_label("batch size (0: all samples)").press("ArrowRight")
        wait_for(lambda: stage.locator(".busy:visible").count(), 20)
        command(lab, "widget-playground.ipynb", "/restart")
        wait_for(lambda: "This widget is asleep" in stage.locator(".message").inner_text(), 30)
        assert stage.locator(".busy:visible").count() == 0


KEEP_LINES = """window.lines = [];
window.WebSocket = class extends WebSocket {
    constructor(...given) { super(...given); window.lines.push(this); }
};"""


def test_a_lost_connection_is_said_and_the_widget_goes_on_when_it_is_back(browser, lab):
    with watched_page(browser) as page:
        page.add_init_script(KEEP_LINES)
        stage = open_widget(page, lab, "neuron")
        message, slider = stage.locator(".message"), stage.get_by_label("weight w", exact=True)
        before = shown(stage)
        page.context.set_offline(True)  # no new lines; the open ones are cut by hand
        page.evaluate("window.lines.forEach((line) => line.close())")
        wait_for(lambda: "The connection to the kernel is lost" in message.inner_text(), 20)
        assert slider.is_disabled()
        page.context.set_offline(False)
        wait_for(lambda: slider.is_enabled(), 60)
        assert message.inner_text() == ""
        slider.press("ArrowRight")
        wait_for(lambda: shown(stage) != before, 20)
        assert "weight 1.5" in shown(stage)[1]


def test_a_stop_with_nothing_to_stop_leaves_a_widget_alive(browser, lab):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "neuron")
        menu(page, "^Kernel$", "^Interrupt Kernel")
        page.wait_for_timeout(1000)
        before = settle(page, stage)
        assert stage.locator(".message").inner_text() == ""
        stage.get_by_label("weight w", exact=True).press("ArrowRight")
        wait_for(lambda: shown(stage) != before, 20)
        assert "weight 1.5" in shown(stage)[1]


def test_a_notebook_that_is_opened_again_shows_the_picture_and_what_to_do(browser, lab):
    with watched_page(browser) as page:
        open_widget(page, lab, "line")
        assert page.get_by_text("Interactive: one neuron's line").count() == 1
        assert not page.get_by_text("Interactive: one neuron's line").is_visible()
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1000)
        page.reload()  # the kernel lives: so does the widget
        page.wait_for_selector(f"{STAGE} img[src^=blob]")
        command(lab, "widget-line.ipynb", "", "DELETE")
        page.goto("about:blank")
        open_notebook(page, lab, "widget-line.ipynb")
        page.wait_for_timeout(1500)
        shoot(page, "line-reopened")
        assert page.get_by_text("To wake it up: Run → Run All Above, then this cell").is_visible()
        assert page.locator(f"{PANEL} .jp-RenderedImage img").is_visible()
        error = page.get_by_text("Error displaying widget")
        assert not any(place.is_visible() for place in error.all())


@pytest.mark.parametrize("way", ["the widget's own", "JupyterLab's"])
def test_stop_stops_a_long_training_and_shows_what_there_is(browser, lab, way):
    with watched_page(browser) as page:
        stage = open_widget(page, lab, "playground")
        for summary in stage.locator("summary").all():
            summary.press("Enter")
        stage.get_by_label("batch size (0: all samples)").press("ArrowRight")
        stage.get_by_label("epochs", exact=True).press("End")
        wait_for(lambda: stage.locator(".busy:visible").count(), 20)
        page.wait_for_timeout(1500)
        assert "Training 10,000 epochs" in stage.locator(".message").inner_text()
        shoot(page, "playground-training")
        if way == "JupyterLab's":
            command(lab, "widget-playground.ipynb", "/interrupt")
        else:
            stage.get_by_role("button", name="Stop").click()
        wait_for(lambda: not stage.locator(".busy:visible").count(), 5)
        epoch = int(re.search(r"At epoch (\d+) of 10000", shown(stage)[1])[1])
        assert 0 < epoch < 10_000
        stage.get_by_label("epochs", exact=True).press("Home")
        settle(page, stage)
        assert "At epoch 100 of 100" in shown(stage)[1]


# ------------------------------------------------------------------------------------ the page


def test_the_page_s_side_of_the_widgets_passes_eslint(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    for name, script in (("stage", SCRIPT), ("record", recorded_module())):
        (tmp_path / f"{name}.mjs").write_text(script, "utf-8")
    shutil.copy(NOTEBOOKS.parent / "tools" / "eslint.config.mjs", tmp_path)
    for call in (
        ["npm", "install", "--silent", "--prefix", ".", "eslint@9"],
        ["npx", "eslint", "."],
    ):
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["neuron", "line", "loss", "film", "sliders"])
def test_a_record_plays_without_a_kernel(browser, tmp_path, name):
    page_of = importlib.import_module(f"nnlib.lab.widgets.{name}").record()
    assert len(page_of.encode()) <= 4_000_000
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{page_of}", "utf-8")
    with watched_page(browser) as page:
        page.goto(f"file://{tmp_path}/page.html")
        stage = page.locator(".nnlib-stage")
        stage.locator("img[src^=blob]").wait_for()
        page.wait_for_timeout(500)
        shoot(page, f"{name}-recorded")
        for slider in stage.locator("input[type=range]").all():
            before = shown(stage)
            slider.press(
                "ArrowLeft" if slider.input_value() == slider.get_attribute("max") else "ArrowRight"
            )
            wait_for(lambda before=before: shown(stage) != before, 5)
        check_accessibility(page, ".nnlib-stage")
        page.set_viewport_size({"width": 390, "height": 844})  # smaller, and not squeezed
        across, up, width, height = stage.locator("img.picture").evaluate(
            "node => [node.naturalWidth, node.naturalHeight, node.width, node.height]"
        )
        assert width < 390
        assert height == pytest.approx(width * up / across, abs=2)
        assert page.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pictures_of_the_readme_agree_with_themselves(browser, lab, request, tmp_path, theme):
    """`make pictures` sets PICTURES, the folder where they go."""
    if theme == "dark":
        request.getfixturevalue("dark")
    with watched_page(browser) as page:
        open_notebook(page, lab, "06e_the_playground.ipynb")
        run_all(page)
        stage = page.locator(STAGE).first
        stage.evaluate("node => node.scrollIntoView({block: 'start'})")
        settle(page, stage)
        words = shown(stage)[1]
        assert (
            f"learning rate {stage.get_by_label('learning rate, as a number').input_value()},"
            in words
        )
        assert f"At epoch {stage.get_by_label('epoch, as a number').input_value()} of" in words
        assert page.kernel() == "idle"
        page.screenshot(path=Path(os.environ.get("PICTURES", tmp_path)) / f"lesson-{theme}.png")


# ------------------------------------------------------------------------------------ lessons


@pytest.mark.parametrize("name", LESSONS)
def test_a_notebook_runs_in_jupyterlab_and_its_widgets_live(browser, lab, name):
    with watched_page(browser) as page:
        open_notebook(page, lab, name)
        run_all(page)
        for kind in ("stderr", "error"):
            faults = f"{PANEL} [data-mime-type='application/vnd.jupyter.{kind}']"
            assert page.locator(faults).count() == 0
        assert page.get_by_text("Error displaying widget").count() == 0
        assert page.locator(f"{PANEL} .jp-MarkdownCell mjx-merror").count() == 0
        for stage in page.locator(STAGE).all():
            settle(page, stage)
            assert len(shown(stage)[1]) > 60
        assert page.faults == []
