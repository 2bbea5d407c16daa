"""Put all packages that the lessons need into a folder, for machines without a network.

usage: python tools/wheelhouse.py [PLATFORM [PYTHON_VERSION]]      (make wheelhouse)

Without arguments, for this machine. PLATFORM is pip's word for another one: win_amd64,
macosx_11_0_arm64, manylinux_2_28_x86_64.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "wheelhouse"


def fill(folder, platform="", version="", root=ROOT):
    """Download the tested versions as wheels, and build nnlib's own."""
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip"]
    options = ["--quiet", "--constraint", root / "constraints.txt", "--dest", folder]
    if platform:
        options += ["--platform", platform, "--only-binary=:all:"]
    if version:
        options += ["--python-version", version, "--only-binary=:all:"]
    packages = ["--group", f"{root / 'pyproject.toml'}:lab", "numpy"]
    subprocess.run([*pip, "download", *options, *packages], check=True)
    wheel = ["wheel", "--quiet", "--no-deps", "--wheel-dir", folder, root]
    subprocess.run([*pip, *wheel], check=True)


def main():
    fill(FOLDER, *sys.argv[1:3])
    size = sum(path.stat().st_size for path in FOLDER.iterdir()) / 1e6
    print(f"{len(list(FOLDER.iterdir()))} packages, {size:.0f} MB, lie in build/wheelhouse.")


if __name__ == "__main__":
    main()
