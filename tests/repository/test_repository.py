"""The files around the lessons: README, links, and what may not stand anywhere."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import links
import matrix
import mutants
import nbformat
import pytest
import refresh
import yaml
from pages import SITTINGS, stated

import nnlib

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

NOWHERE = {
    "a package registry's host": r"(pypi|pythonhosted|anaconda|npmjs)\.(org|com)",
    "a folder of somebody's machine": r"/(root|home|Users)/\w",
}


@pytest.fixture(scope="module")
def tracked_files():
    result = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    if result.returncode:
        pytest.skip("not a git repository")
    return [ROOT / name for name in result.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", NOWHERE)
def test_no_tracked_file_holds(what, tracked_files):
    for path in tracked_files:
        found = re.search(NOWHERE[what].encode(), path.read_bytes())
        assert not found, f"{path.relative_to(ROOT)} holds {found[0]!r}"


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/check.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_what_the_forge_reads_is_well_formed(schema, pattern):
    """It is read on the forge alone; here it is held against the schema."""
    files = sorted(ROOT.glob(pattern))
    assert files
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    subprocess.run([*command, *files], check=True, timeout=60)


def test_the_workflow_runs_the_pythons_of_the_matrix():
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text("utf-8"))
    assert workflow["jobs"]["tests"]["strategy"]["matrix"]["python"] == list(matrix.MATRIX)


def test_pre_commit_runs_the_tested_versions():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    for hook, package in zip(hooks, ["ruff", "check-jsonschema"], strict=True):
        assert f"{package}=={hook['rev'].removeprefix('v')}\n" in constraints


def test_the_changelog_speaks_of_this_version():
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## (Unreleased|{re.escape(nnlib.__version__)})$", changes, re.M)


def test_readme_lists_the_sittings_with_their_times():
    rows = re.findall(r"^\| \[.+\]\(notebooks/(\w+)\.ipynb\) \| (\d+) min \|.+\|$", README, re.M)
    assert {stem: int(time) for stem, time in rows} == {p.stem: stated(p)[0] for p in SITTINGS}
    assert len(rows) == len(SITTINGS)


def test_readme_uses_and_defines_a_binder_link_for_each_lesson():
    _, _, written = README.partition(links.START)
    names = [path.name for path in SITTINGS]
    assert written == links.definitions(links.published_address(), names), "run `make links`"
    for path in SITTINGS:
        assert f"[Binder][{path.stem}]" in README


def test_citation():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["repository-code"] == links.published_address()
    assert citation["version"] == nnlib.__version__
    assert README.startswith(f"# {citation['title']}\n")


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/some-one/a.series.git",
        "https://github.com/some-one/a.series/",
        "https://name:token@github.com/some-one/a.series.git\n",
        "git@github.com:some-one/a.series.git",
        "ssh://git@github.com/some-one/a.series.git",
        "ssh://git@github.com:22/some-one/a.series",
    ],
)
def test_address_of_a_remote(remote):
    assert links.address_of(remote) == "https://github.com/some-one/a.series"


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "a folder",
        "/srv/git/series.git",
        "https://github.com/series",
        "https://github.com/some-one/series/tree/main",
        "https://name:token@git.example.com/some-one/series",
    ],
)
def test_address_that_binder_does_not_serve(remote):
    with pytest.raises(SystemExit, match=r"^No Binder link .+ github.com or gitlab.com") as error:
        links.address_of(remote)
    assert "token" not in str(error.value)


def test_binder_links():
    github = links.binder("https://github.com/some-one/series", "notebooks/01_sigmoid.ipynb")
    gitlab = links.binder("https://gitlab.com/a/school/series", "notebooks/01_sigmoid.ipynb")
    end = "/HEAD?urlpath=lab/tree/notebooks/01_sigmoid.ipynb"
    assert github == "https://mybinder.org/v2/gh/some-one/series" + end
    assert gitlab == "https://mybinder.org/v2/gl/a%2Fschool%2Fseries" + end


def test_links_to_the_book_the_live_site_and_colab():
    github, gitlab = "https://github.com/Some-One/series", "https://gitlab.com/a/school/series"
    assert links.book(github) == "https://some-one.github.io/series/"
    assert links.book(gitlab) == "https://a.gitlab.io/school/series/"
    assert links.book("https://github.com/Some-One/some-one.github.io") == (
        "https://some-one.github.io/"
    )
    assert links.live(github, "01a_x.ipynb") == (
        "https://some-one.github.io/series/live/lab/index.html?path=01a_x.ipynb"
    )
    assert links.colab(github, "notebooks/01a_x.ipynb") == (
        "https://colab.research.google.com/github/Some-One/series/blob/colab/notebooks/01a_x.ipynb"
    )
    assert links.colab(gitlab, "notebooks/01a_x.ipynb") == ""


def test_links_command_writes_every_place(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ["pyproject.toml", "CITATION.cff", "README.md"]:
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    for path in SITTINGS:
        (tmp_path / "notebooks" / path.name).touch()
    old, new = links.published_address(), "https://gitlab.com/a/school/series"
    links.write_links(new, tmp_path)
    assert links.published_address(tmp_path) == new
    for name in ["pyproject.toml", "CITATION.cff", "README.md"]:
        text = (tmp_path / name).read_text("utf-8")
        assert old.removeprefix("https://github.com/") not in text
        assert "school" in text
    links.write_links(old, tmp_path)
    assert (tmp_path / "README.md").read_text("utf-8") == README


def test_refresh_stores_what_the_tests_compare_and_nothing_volatile(tmp_path):
    new = nbformat.v4
    notebook = new.new_notebook(
        cells=[
            new.new_code_cell("1 + 1", metadata={"tags": ["kept"], "collapsed": True}),
            new.new_code_cell("import ipywidgets\nipywidgets.IntText(2)"),
        ]
    )
    ids = [cell.id for cell in notebook.cells]
    path = tmp_path / "lesson.ipynb"
    nbformat.write(notebook, path)
    refresh.refresh(path)
    first = path.read_bytes()
    refresh.refresh(path)
    assert path.read_bytes() == first

    stored = nbformat.read(path, as_version=4)
    assert [cell.id for cell in stored.cells] == ids
    assert [cell.execution_count for cell in stored.cells] == [1, 2]
    assert [cell.metadata for cell in stored.cells] == [{"tags": ["kept"]}, {}]
    assert stored.cells[0].outputs[0].data == {"text/plain": "2"}
    assert stored.cells[1].outputs[0].data == {"text/plain": "IntText(value=2)"}
    assert stored.metadata.keys() == {"kernelspec", "language_info"}
    assert stored.metadata.language_info["version"] == platform.python_version()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("zip(a, b, strict=True)", "zip(a, b, strict=False)", True),
        ("dict(zip(a, b, strict=True))", "dict(zip(a, b, ))", True),
        ("zip(a, b, strict=True)", "zip(a, None, strict=True)", False),
        ('if z.dtype.kind in "iu":', 'if z.dtype.kind in "XXiuXX":', True),
        ('if z.dtype.kind in "iu":', 'if z.dtype.kind in "IU":', False),
        ('if z.dtype.kind == "f":', 'if z.dtype.kind == "XXfXX":', False),
        ('if name in "iu":', 'if name in "XXiuXX":', False),
        ("limit < 1", "limit <= 1", False),
    ],
)
def test_a_mutant_that_is_the_same_program_is_not_counted(old, new, same):
    diff = f"# name: survived\n--- a.py\n+++ a.py\n@@ -1 +1 @@\n x = 1\n-    {old}\n+    {new}\n"
    assert mutants.changes_nothing(diff) == same
    assert not mutants.changes_nothing(f"{diff}+    another line\n")
