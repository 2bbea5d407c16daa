"""Build the web book into .book/site, or show it on this machine.

usage: python tools/book.py           build it; every warning is an error
       python tools/book.py serve     show what was built, with the live site if there is one
"""

import functools
import http.server
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE, SITE = ROOT / ".book" / "source", ROOT / ".book" / "site"


def build(source=SOURCE, site=SITE):
    sys.path[:0] = [str(ROOT / "book"), str(ROOT)]
    from prepare import prepare

    prepare(source)
    for part in site.glob("*"):  # the live site has a folder of its own, and stays
        if part.name != "live":
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "2", "-E"]
    doctrees = source.parent / "doctrees"
    result = subprocess.run([*command, "-c", ROOT / "book", "-d", doctrees, source, site])
    if result.returncode:
        raise SystemExit("The book was not built: put right what the lines above say.")
    print(f"The book is built. Its front page: {(site / 'index.html').as_uri()}")


def serve(site=SITE, port=8000):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"The book, on this machine alone: http://127.0.0.1:{server.server_port}/")
        print("Control-C ends it.")
        server.serve_forever()


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else build()
