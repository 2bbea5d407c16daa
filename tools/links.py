"""Write the links that depend on where this repository is published.

usage: python tools/links.py [ADDRESS]      (default: the git remote "origin")

The address stands in one place, [project.urls] in pyproject.toml. This command puts the address of
your clone or fork there, and writes what follows from it: CITATION.cff, and the links to the web
book, to the live site, to Binder and to Colab that README.md refers to. The book takes them from
here when it is built.
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
    """A link that opens a sitting in Colab, from the branch that tools/colab.py is for.

    Colab takes files from GitHub alone: for another host there is none, "".
    """
    host, project = address.removeprefix("https://").split("/", 1)
    if host != "github.com":
        return ""
    return f"https://colab.research.google.com/github/{project}/blob/colab/{path}"


def definitions(address, notebooks):
    """The link definitions at the end of README.md: [repository], [book], …, two a sitting."""
    first = notebooks[0]
    links = {
        "repository": address,
        "book": book(address),
        "live": live(address, first),
        "binder": binder(address, f"notebooks/{first}"),
    }
    for name in notebooks:
        links[Path(name).stem] = binder(address, f"notebooks/{name}")
        links[f"{Path(name).stem}-colab"] = colab(address, f"notebooks/{name}") or address
    return "".join(f"[{label}]: {link}\n" for label, link in links.items())


def in_reading_order(names):
    """The sittings among the notebooks; what has no number stands behind the first one."""
    sittings = (name for name in names if name != "glossary.ipynb")
    return sorted(sittings, key=lambda name: name if name[0].isdigit() else f"00~{name}")


def published_address(root=ROOT):
    with open(root / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def write_links(address, root=ROOT):
    old = published_address(root)
    for name in ["pyproject.toml", "CITATION.cff"]:
        path = root / name
        path.write_text(path.read_text("utf-8").replace(f'"{old}"', f'"{address}"'), "utf-8")
    readme = root / "README.md"
    notebooks = in_reading_order(path.name for path in (root / "notebooks").glob("*.ipynb"))
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
