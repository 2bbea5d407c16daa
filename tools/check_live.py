"""Run sittings on a published live site, in Chromium, and compare what they print.

usage: python tools/check_live.py [ADDRESS] [NOTEBOOK ...]

Without an address it takes the published one, of `make links`; without notebooks the first four
sittings of the path. Each is opened as a reader would open it, run from top to bottom, and its
printed text compared, cell by cell, with what the notebook stores. The last digits that a processor
may round otherwise are not printed in the series, so the text has to be the same.
"""

import re
import shutil
import sys
import time
from pathlib import Path

import links
import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
PATIENCE = 600_000  # milliseconds for one sitting; the first one fetches Python and NumPy
RESULTS = """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].map(cell => {
    const texts = (kind) => [...cell.querySelectorAll(
        `[data-mime-type="application/vnd.jupyter.${kind}"]`)].map(output => output.textContent);
    return {
        prompt: cell.querySelector('.jp-InputPrompt').innerText,
        text: texts('stdout').join(''),
        error: [...texts('error'), ...texts('stderr')].join(''),
    };
})"""


def first_sittings(count=4):
    names = links.in_reading_order(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    on_path = [
        name
        for name in names
        if "· path" in nbformat.read(NOTEBOOKS / name, as_version=4).cells[0].source
    ]
    return on_path[:count]


def stored(name):
    """What each code cell prints, as the notebook stores it."""
    cells = nbformat.read(NOTEBOOKS / name, as_version=4).cells
    return [
        "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")
        for cell in cells
        if cell.cell_type == "code"
    ]


def differences(expected, results):
    """Say, cell by cell, what is not as it is stored."""
    if len(expected) != len(results):
        yield f"{len(results)} code cells in place of {len(expected)}"
    for k, (text, result) in enumerate(zip(expected, results, strict=False), start=1):
        if result["error"]:
            yield f"code cell {k} stopped: {result['error'].strip().splitlines()[-1]}"
        elif without_ends(result["text"]) != without_ends(text):
            yield f"code cell {k} printed\n{result['text']}\nin place of\n{text}"


def without_ends(text):
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def run(page, site, name, patience=PATIENCE):
    """Open a sitting, run all its cells, and return what became of them."""
    page.goto(f"{site}live/lab/index.html?path={name}")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=patience)
    page.wait_for_timeout(1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells$")).click()
    end = time.monotonic() + patience / 1000
    while time.monotonic() < end:
        page.wait_for_timeout(1000)
        results = page.evaluate(RESULTS)
        stopped = any(result["error"] for result in results)
        if stopped or all(re.search(r"\[\d+\]", result["prompt"]) for result in results):
            return results
    raise TimeoutError(f"{name} is not done after {patience // 1000} seconds")


def check(site, names):
    """Check each sitting, say what came of it, and return whether all are well."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    well = True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for name in names:
            began = time.monotonic()
            try:
                found = list(differences(stored(name), run(page, site, name)))
            except Exception as error:
                found = [str(error).splitlines()[0]]
            took = f"{time.monotonic() - began:.0f} s"
            print(f"{'OK  ' if not found else 'FAIL'}  {name}  {took}", *found, sep="\n      ")
            well = well and not found
        browser.close()
    return well


if __name__ == "__main__":
    given = sys.argv[1:]
    site = given.pop(0) if given and "://" in given[0] else links.book(links.published_address())
    if not check(site.rstrip("/") + "/", given or first_sittings()):
        raise SystemExit(1)
