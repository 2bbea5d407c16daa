"""pyproject.toml, environment.yml and constraints.txt say the same, and Binder reads it so."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # where conda's name is another; base: without Qt
PYTHONS = ["3.11.7", "3.12.1", "3.13.0", "3.14.0"]
PLATFORMS = ["linux", "darwin", "win32"]


def group(name):
    """The requirements of a dependency group, those of the groups it includes among them."""
    found = []
    for entry in PYPROJECT["dependency-groups"][name]:
        found += group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return found


def runtime():
    return [Requirement(entry) for entry in PYPROJECT["project"]["dependencies"]]


def conda_specs():
    """The lines of environment.yml, as conda's parser reads them: name -> bounds."""
    lines = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
    return {re.match(r"[\w-]+", line)[0]: MatchSpec(line, strict=True).version for line in lines}


def machine(python, platform):
    """What the markers of requirements ask about, on such a machine."""
    return {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "sys_platform": platform,
        "os_name": "nt" if platform == "win32" else "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def holds(requirement, environment):
    return requirement.marker is None or requirement.marker.evaluate(environment)


def constrained_version(name, environment):
    """The one version that constraints.txt gives a package on this machine."""
    (version,) = [
        str(line.specifier).removeprefix("==")
        for line in map(Requirement, CONSTRAINTS)
        if canonicalize_name(line.name) == canonicalize_name(name) and holds(line, environment)
    ]
    return Version(version)


def test_environment_has_the_packages_and_bounds_of_pyproject():
    needed = {CONDA_NAMES.get(r.name, r.name): r.specifier for r in runtime() + group("lab")}
    specs = conda_specs()
    del specs["python"]
    assert {name: SpecifierSet(bounds) for name, bounds in specs.items()} == needed


def test_the_extra_has_the_packages_of_the_group():
    """The package pip itself is no package to install with pip."""
    extra = [Requirement(entry) for entry in PYPROJECT["project"]["optional-dependencies"]["lab"]]
    assert extra == [requirement for requirement in group("lab") if requirement.name != "pip"]


def test_environment_has_a_python_that_pyproject_admits():
    python = conda_specs()["python"]
    assert re.fullmatch(r"3\.\d+\.\*", python), "repo2docker reads python=3.13, not python>=3.13"
    version = python.removesuffix(".*")
    assert Version(version) in SpecifierSet(PYPROJECT["project"]["requires-python"])


def test_environment_installs_nnlib_from_this_folder():
    assert ENVIRONMENT["name"] == PYPROJECT["project"]["name"]
    assert {"pip": ["-e ."]} in ENVIRONMENT["dependencies"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_tested_versions_lie_within_the_bounds(python, platform):
    environment = machine(python, platform)
    needed = [r for r in runtime() + group("hub") if holds(r, environment)]
    for requirement in needed:
        version = constrained_version(requirement.name, environment)
        assert version in requirement.specifier, f"{requirement} against {version}"


def test_constraints_are_exact_versions_and_nothing_else():
    for line in CONSTRAINTS:
        requirement = Requirement(line)
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), line
        assert not requirement.url


def test_every_bound_is_a_lower_bound():
    """Another bound is for what is known to break: say here what, and allow it."""
    broken = {"playwright": {"!=1.65.*"}}  # asks Debian's Firefox for what that does not know
    for requirement in runtime() + group("browser"):
        bounds = {str(each) for each in requirement.specifier} - broken.get(requirement.name, set())
        assert [bound[:2] for bound in bounds] == [">="], requirement


def test_install_script_asks_for_the_python_of_pyproject():
    minimum = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    script = (ROOT / "tools/install.sh").read_text("utf-8")
    assert f"sys.version_info < ({minimum.replace('.', ', ')})" in script
    assert f"Python {minimum} or newer" in script
    assert f"Python {minimum} or newer" in (ROOT / "README.md").read_text("utf-8")


def test_binder_builds_the_right_python_and_installs_nnlib():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    python = conda_specs()["python"].removesuffix(".*")
    assert f"Building conda environment for python={python}" in result.stderr
    # The Dockerfile names the lock file of that Python with "." and "-" written as hex codes.
    assert f"environment-2epy-2d{python.replace('.', '-2e')}" in result.stdout
    # `pip: -e .` needs the sources, so they come first.
    copy_sources = result.stdout.index("COPY --chown=0:0 src/ ${REPO_DIR}/")
    install = result.stdout.index('env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"')
    assert copy_sources < install
