"""Where the built web book lies, its pages, and the browser that looks at them."""

import shutil
from pathlib import Path

SITE = Path(__file__).parents[1] / ".book" / "site"
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
PAGES = sorted(
    str(path.relative_to(SITE))
    for path in SITE.rglob("*.html")
    if not {"live", "recorded", "_static"} & set(path.parts)
)
