"""The folder of wheels for another machine. `make test-wheelhouse` installs from one, offline."""

import pytest
import wheelhouse


@pytest.mark.parametrize("platform", ["win_amd64", "macosx_14_0_arm64", "macosx_14_0_x86_64"])
def test_pip_is_given_the_platform_as_it_is(platform):
    assert wheelhouse.tags(platform) == [platform]


def test_a_linux_takes_the_wheels_of_older_ones():
    tags = wheelhouse.tags("manylinux_2_28_x86_64")
    assert tags[0] == "manylinux_2_28_x86_64"
    assert {"manylinux_2_17_x86_64", "manylinux2014_x86_64"} < set(tags)
    assert "manylinux_2_29_x86_64" not in tags


def test_another_system_needs_what_this_one_does_not(tmp_path, monkeypatch):
    """The package names come from a resolver that knows the other system, and pip adds none."""
    asked = []

    class Found:
        stdout = "numpy==2.4.0\npywinpty==3.0.2 ; os_name == 'nt'\n"

    def run(command, **_):
        asked.append([*map(str, command)])
        return Found

    monkeypatch.setattr(wheelhouse.subprocess, "run", run)
    wheelhouse.fill(tmp_path / "wheels", "win_amd64", "3.12")
    resolved, downloaded, built = asked
    assert resolved[resolved.index("--python-platform") + 1] == "x86_64-pc-windows-msvc"
    assert resolved[resolved.index("--python-version") + 1] == "3.12"
    assert downloaded[-2:] == ["numpy==2.4.0", "pywinpty==3.0.2"]
    assert {"--no-deps", "--only-binary=:all:", "win_amd64", "3.12"} < set(downloaded)
    assert "wheel" in built


def test_an_unknown_platform_is_named():
    with pytest.raises(SystemExit, match="PLATFORM is 'windows': choose one like win_amd64"):
        wheelhouse.needed_on("windows", "3.12")
