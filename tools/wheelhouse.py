"""Put all packages that the lessons need into a folder, for machines without a network.

usage: python tools/wheelhouse.py [PLATFORM [PYTHON_VERSION]]      (make wheelhouse)
       python tools/wheelhouse.py try      (make test-wheelhouse: installs and runs them offline)

Without arguments, for this machine. PLATFORM is pip's word for another one: win_amd64,
macosx_14_0_arm64, manylinux_2_28_x86_64.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "wheelhouse"
SITTINGS = ("00_start_here", "03b_sure_and_wrong")  # one with a widget; they are run in the trial
SECONDS = 120  # for JupyterLab to be there
SYSTEMS = {  # what uv calls a system that pip's word begins with
    r"win_amd64": "x86_64-pc-windows-msvc",
    r"win_arm64": "aarch64-pc-windows-msvc",
    r"macosx_\d+_\d+_arm64": "aarch64-apple-darwin",
    r"macosx_\d+_\d+_x86_64": "x86_64-apple-darwin",
    r"manylinux_2_\d+_x86_64": "x86_64-unknown-linux-gnu",
    r"manylinux_2_\d+_aarch64": "aarch64-unknown-linux-gnu",
}


def fill(folder, platform="", version="", root=ROOT):
    """Download the tested versions as wheels, and build nnlib's own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip"]
    options = ["--quiet", "--dest", folder]
    if platform:
        version = version or "{}.{}".format(*sys.version_info)
        options += ["--no-deps", "--only-binary=:all:", "--python-version", version]
        options += [part for name in tags(platform) for part in ("--platform", name)]
        options += needed_on(platform, version, root)
    else:
        options += ["--constraint", root / "constraints.txt", "numpy"]
        options += ["--group", f"{root / 'pyproject.toml'}:lab"]
    subprocess.run([*pip, "download", *options], check=True)
    wheel = ["wheel", "--quiet", "--no-deps", "--wheel-dir", folder, root]
    subprocess.run([*pip, *wheel], check=True)


def needed_on(platform, version, root=ROOT):
    """The packages that another system needs; pip itself would ask for those of this one."""
    systems = [system for word, system in SYSTEMS.items() if re.fullmatch(word, platform)]
    if not systems:
        sys.exit(
            f"PLATFORM is {platform!r}: choose one like win_amd64, macosx_14_0_arm64 or "
            "manylinux_2_28_x86_64."
        )
    command = [sys.executable, "-m", "uv", "pip", "compile", root / "pyproject.toml"]
    command += ["--group", "lab", "--constraint", root / "constraints.txt", "--quiet"]
    command += ["--python-platform", systems[0], "--python-version", version]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [line.partition(" ;")[0] for line in found.stdout.splitlines() if "==" in line]


def tags(platform):
    """The platform and, on Linux, the older ones whose wheels it takes; pip knows Apple's."""
    newest = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", platform)
    if not newest:
        return [platform]
    older = [f"manylinux_2_{n}_{newest[2]}" for n in range(int(newest[1]), 4, -1)]
    return [*older, *(f"manylinux{name}_{newest[2]}" for name in ("2014", "2010", "1"))]


def try_out():
    """Install from the folder without a network, run two sittings, and open JupyterLab."""
    if not FOLDER.exists():
        sys.exit("There is no build/wheelhouse yet: run `make wheelhouse` first.")
    if network():
        sys.exit("There is a network here: run this as `make test-wheelhouse`.")
    # Without pip's own settings, which may name another place to find packages.
    environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "NNLIB_PROGRESS": "off"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")

        def run(*command):
            subprocess.run(command, cwd=folder, env=environment, check=True)

        run(sys._base_executable, "-m", "venv", ".venv")
        programs = folder / ".venv" / "bin"
        install = ["install", "--quiet", "--no-index", "--find-links", FOLDER, "nnlib[lab]"]
        run(programs / "python", "-m", "pip", *install)
        print("Installed without a network.")
        for sitting in SITTINGS:
            run(programs / "jupyter", "execute", f"notebooks/{sitting}.ipynb")
            print(f"{sitting} runs to its end.")
        print(f"JupyterLab {opened(programs, folder, environment)} shows the first sitting's page.")


def network():
    """Whether a machine other than this one can be reached."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.connect(("192.0.2.1", 9))  # sends nothing; it asks for a way there
        except OSError:
            return False
    return True


def opened(programs, folder, environment):
    """Start JupyterLab as `make lab` does, and return its version once it shows a notebook."""
    command = [programs / "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += ["--allow-root", "--IdentityProvider.token=", "--LabApp.news_url=None"]
    log = folder / "log"
    with open(log, "w", encoding="utf-8") as out:
        lab = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        began = time.monotonic()
        while time.monotonic() - began < SECONDS:
            if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8")):
                page = f"{found[0]}/lab/tree/notebooks/{SITTINGS[0]}.ipynb"
                with urllib.request.urlopen(page, timeout=60) as answer:
                    return re.search(r'"appVersion": ?"(.+?)"', answer.read().decode())[1]
            time.sleep(0.2)
        sys.exit(f"JupyterLab did not start:\n{log.read_text('utf-8')}")
    finally:
        lab.terminate()
        lab.wait(30)


def main():
    if sys.argv[1:] == ["try"]:
        try_out()
        return
    fill(FOLDER, *sys.argv[1:3])
    size = sum(path.stat().st_size for path in FOLDER.iterdir()) / 1e6
    print(f"{len(list(FOLDER.iterdir()))} packages, {size:.0f} MB, lie in build/wheelhouse.")


if __name__ == "__main__":
    main()
