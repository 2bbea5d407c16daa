"""Write the links that depend on where this repository is published.

usage: python tools/links.py [ADDRESS]      (default: the git remote "origin")

The address stands in one place, [project.urls] in pyproject.toml. This command puts the address of
your clone or fork there, and writes what follows from it: CITATION.cff and the Binder links that
README.md refers to.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
# For each host: what a project's path looks like, and how Binder names the project.
HOSTS = {
    "github.com": (r"[\w.-]+/[\w.-]+", lambda project: f"gh/{project}"),
    "gitlab.com": (r"[\w.-]+(/[\w.-]+)+", lambda project: f"gl/{quote(project, safe='')}"),
}
PAGES = {"github.com": "github.io", "gitlab.com": "gitlab.io"}
START = "<!-- The links below are written by `make links`. -->\n"


def address_of(remote):
    """The https address of a git remote, which may be https, ssh:// or git@host:path."""
    match = re.fullmatch(
        r"(?:(?:https?|ssh|git)://)?"  # the scheme, absent in git@host:path
        r"(?:[^@/]+@)?"  # a user or a token: never published
        r"(?P<host>[\w.-]+)(?::\d+/|[:/])/?(?P<project>[\w./-]+?)(?:\.git)?/?",
        remote.strip(),
    )
    if match and match["host"] in HOSTS:
        pattern, _ = HOSTS[match["host"]]
        if re.fullmatch(pattern, match["project"]):
            return f"https://{match['host']}/{match['project']}"
    without_token = re.sub(r"//[^@/]+@", "//", remote.strip())
    raise SystemExit(
        f"No Binder link can be made for {without_token!r}: give the address of a repository on "
        "github.com or gitlab.com, as in `make links REMOTE=https://github.com/OWNER/NAME`."
    )


def binder(address, path):
    """A link that opens a file of the published repository in JupyterLab, on Binder."""
    host, project = address.removeprefix("https://").split("/", 1)
    _, name_for_binder = HOSTS[host]
    return f"https://mybinder.org/v2/{name_for_binder(project)}/HEAD?urlpath=lab/tree/{path}"


def book(address):
    """Where the host publishes the web book of a repository: its Pages."""
    host, owner, name = address.removeprefix("https://").split("/", 2)
    site = f"{owner.lower()}.{PAGES[host]}"
    return f"https://{site}/" if name.lower() == site else f"https://{site}/{name}/"


def live(address, notebook=""):
    """Where the same site runs the sittings, without installing anything."""
    return f"{book(address)}live/lab/index.html" + (f"?path={notebook}" if notebook else "")


def colab(address, path):
    """A link that opens a file of the published repository in Colab, which takes GitHub's alone."""
    host, project = address.removeprefix("https://").split("/", 1)
    if host != "github.com":
        return None
    return f"https://colab.research.google.com/github/{project}/blob/HEAD/{path}"


def definitions(address, notebooks):
    """The link definitions at the end of README.md: [repository], [binder], [01_sigmoid], …"""
    links = {"repository": address, "binder": binder(address, "notebooks/00_start_here.ipynb")}
    links |= {Path(name).stem: binder(address, f"notebooks/{name}") for name in notebooks}
    return "".join(f"[{label}]: {link}\n" for label, link in links.items())


def published_address(root=ROOT):
    with open(root / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def write_links(address, root=ROOT):
    old = published_address(root)
    for name in ["pyproject.toml", "CITATION.cff"]:
        path = root / name
        path.write_text(path.read_text("utf-8").replace(f'"{old}"', f'"{address}"'), "utf-8")
    readme = root / "README.md"
    notebooks = sorted(path.name for path in (root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    text = readme.read_text("utf-8").partition(START)[0]
    readme.write_text(text + START + definitions(address, notebooks), "utf-8")


def origin():
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(
            "This clone has no git remote named 'origin': name the address, "
            "as in `make links REMOTE=https://github.com/OWNER/NAME`."
        )
    return result.stdout


def main():
    address = address_of(sys.argv[1] if len(sys.argv) > 1 else origin())
    write_links(address)
    print(f"The links now lead to {address}.")


if __name__ == "__main__":
    main()
