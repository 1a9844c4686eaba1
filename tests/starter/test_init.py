from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest
from ruamel.yaml import YAML

from reconciler.cli import run
from reconciler.schema import SCHEMAS
from tests.cli.terminal import Answer, environment, on_terminal, piped
from tests.district import Ran
from tests.life.runner import git

AWKWARD = ['St. Mary\'s: #1 "School"', "yes", "42", "«x»", "${{ x }}", "學校", "*", "@everyone", "- [", "x" * 300]


class Folder:
    """A folder that is to become a configuration repository."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capsys = capsys

    def run(self, command: str, *arguments: str) -> Ran:
        """Run one command on it."""
        self._capsys.readouterr()
        code = run([command, str(self.path), *arguments])
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    def init(self, *arguments: str, school: str = "Lincoln Middle School", zone: str = "America/Los_Angeles") -> Ran:
        """Run init."""
        return self.run("init", "--school", school, "--time-zone", zone, *arguments)

    def contents(self) -> Mapping[str, bytes]:
        """Every file."""
        return {path.relative_to(self.path).as_posix(): path.read_bytes() for path in self.path.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path / "school", capsys)


def test_it_works_at_once(folder: Folder) -> None:
    """What init writes is sound, laid out canonically, has the schemas of this version, and plans with nothing to do."""
    assert folder.init().code == 0
    assert folder.run("validate").code == 0
    assert folder.run("fmt", "--check").code == 0
    planned = folder.run("plan")
    assert (planned.code, planned.err) == (0, "")
    assert "Lincoln Middle School" in planned.out
    assert run(["schema", "--check", "--out", str(folder.path / ".schemas")]) == 0


def test_an_import_fills_it(folder: Folder) -> None:
    """Import writes the organization's services and devices into what init has made, and the plan after it sends nothing."""
    folder.init()
    assert folder.run("import", "--force").code == 0
    document = orjson.loads(folder.run("plan", "--json").out)
    assert document["steps"] == []
    assert {group["verb"] for group in document["changes"]} == {"adopt"}


@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_will_do(folder: Folder, name: str) -> None:
    """Whatever a school is called, the files are sound, laid out canonically, and say exactly that name."""
    assert folder.init("--site", name, school=name).code == 0
    settings = YAML(typ="safe").load(folder.path / "reconciler.yaml")
    assert settings["organization"]["name"] == name
    assert folder.run("fmt", "--check").code == 0


def test_each_school_has_its_folder_and_its_owners(folder: Folder) -> None:
    """Every school of a district gets a folder of its own and a line for its reviewers."""
    folder.init("--site", "North Elementary", "--site", "Büro")
    owners = (folder.path / "CODEOWNERS").read_text()
    for name in ("north-elementary", "buro"):
        assert (folder.path / "schools" / name / "devices.yaml").is_file()
        assert f"/schools/{name}/" in owners


def test_schools_do_not_share_a_folder(folder: Folder) -> None:
    """Two schools whose names make the same folder are refused, both named, and nothing is written."""
    ran = folder.init("--site", "North", "--site", "north!")
    assert ran.code == 1
    assert '"North" and "north!" would share a folder' in ran.err
    assert not folder.path.exists()


def test_what_is_there_stays(folder: Folder) -> None:
    """A file that is there is kept to the byte and said to be; a second run writes nothing."""
    folder.path.mkdir()
    (folder.path / "README.md").write_bytes(b"ours\r\n")
    assert "Kept as it is: README.md" in folder.init().out
    before = folder.contents()
    assert before["README.md"] == b"ours\r\n"
    again = folder.init()
    assert "Wrote: 0 of" in again.out
    assert folder.contents() == before


def test_a_dry_run_writes_nothing(folder: Folder) -> None:
    """--dry-run lists every file and makes none, not even the folder."""
    ran = folder.init("--dry-run")
    assert "Would write: .github/workflows/apply.yml" in ran.out
    assert f"Would write: {len(SCHEMAS)} of {len(SCHEMAS)} schemas" in ran.out
    assert not folder.path.exists()


def test_what_is_in_the_way_is_named(folder: Folder) -> None:
    """A file where a folder is needed, or the other way round, is named before anything is written."""
    (folder.path / "CODEOWNERS").mkdir(parents=True)
    (folder.path / "schools").write_text("")
    ran = folder.init()
    assert ran.code == 1
    assert "In the way: schools, CODEOWNERS." in ran.err
    assert list(folder.contents()) == ["schools"]


def test_a_time_zone_that_is_none(folder: Folder) -> None:
    """A time zone that does not exist is refused with the one that may be meant, and nothing is written."""
    ran = folder.init(zone="Europe/Berln")
    assert ran.code == 1
    assert 'Did you mean "Europe/Berlin"?' in ran.err
    assert not folder.path.exists()


def test_it_asks_on_a_terminal_only(folder: Folder) -> None:
    """Without a name it asks on a terminal, and elsewhere says which option to give."""
    arguments = ("init", folder.path, "--time-zone", "UTC", "--dry-run")
    refused = piped(*arguments)
    assert (refused.code, "--school" in refused.err) == (1, True)
    code, shown = on_terminal(*arguments, answer=Answer("Name of the school or district", "Lincoln\n"))
    assert (code, "Would write: reconciler.yaml" in shown) == (0, True)


def test_ci_is_told_where_to_install_from_or_not_at_all(folder: Folder) -> None:
    """The requirement is what was said; without one, none is guessed, as a name in a public index may be anybody's."""
    assert "CI does not know yet" in folder.init("--install", "").out
    lines = (folder.path / "requirements.txt").read_text().splitlines()
    assert all(line.startswith("#") for line in lines)
    (folder.path / "requirements.txt").unlink()
    folder.init("--install", "reconciler @ git+https://git.example/r@abc")
    assert (folder.path / "requirements.txt").read_text().endswith("\nreconciler @ git+https://git.example/r@abc\n")


def test_its_hook_keeps_mistakes_out_of_commits(folder: Folder) -> None:
    """The hook that init configures passes what init wrote, and refuses a commit whose files are wrong, saying where."""
    folder.init()
    git(folder.path, "init", "--quiet")
    git(folder.path, "add", "--all")
    hook = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    home = environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}", HOME=str(folder.path.parent))
    assert subprocess.run(hook, cwd=folder.path, env=home, check=False).returncode == 0
    (folder.path / "services.yaml").write_text("mdm_servers:\n  jamf: {name: Jamf, nmae: x}\n")
    refused = subprocess.run(hook, cwd=folder.path, env=home, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "services.yaml:2:22" in refused.stdout
