from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from reconciler.actor import name_of, revision, who
from tests.cli.scenes import lab, some
from tests.cli.terminal import environment, piped
from tests.district import District

GITHUB = {
    "GITHUB_ACTOR": "jane",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_JOB": "apply",
    "GITHUB_REPOSITORY": "riverside/apple",
    "GITHUB_TOKEN": "ghs_4f9c0000secret",
}
GITLAB = {
    "GITLAB_USER_LOGIN": "joe",
    "CI_PIPELINE_ID": "815",
    "CI_JOB_NAME": "apply",
    "CI_PROJECT_PATH": "riverside/apple",
    "CI_JOB_TOKEN": "glcbt-64_secret",
}


def _git(folder: Path, *arguments: str) -> None:
    identity = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Jané Doe",
        "GIT_AUTHOR_EMAIL": "j@x.org",
    }
    committer = {"GIT_COMMITTER_NAME": "bot", "GIT_COMMITTER_EMAIL": "bot@x.org"}
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env={**os.environ, **identity, **committer})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with one committed file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "services.yaml").write_text("mdm_servers: {}\n")
    _git(folder, "init", "--quiet")
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "--message", "first")
    return folder


@pytest.mark.parametrize(("variables", "actor", "number"), [(GITHUB, "jane", "4711"), (GITLAB, "joe", "815")], ids=["GitHub", "GitLab"])
def test_the_ledger_names_the_ci_run(district: District, variables: dict[str, str], actor: str, number: str) -> None:
    """In CI every line of the ledger says who started which run and job of which repository, and holds no token."""
    lab(district, some(district, 2))
    ran = piped("apply", "--yes", district.folder, env=environment(**variables))
    assert ran.code == 0
    text = (district.folder / "state" / "ledger.jsonl").read_text()
    for line in map(json.loads, text.splitlines()):
        who_ran = line["who"]
        assert (who_ran["actor"], who_ran["ci_run"], who_ran["ci_job"], who_ran["repository"]) == (
            actor,
            number,
            "apply",
            "riverside/apple",
        )
    assert "secret" not in text + ran.out + ran.err
    assert f"  {actor}  run " in district.run("ledger").out


def test_a_commit_and_its_author_are_told(repository: Path) -> None:
    """In a git repository the commit and its author are told, whatever letters the name has."""
    told = who(repository, {})
    assert told["author"] == "Jané Doe <j@x.org>"
    assert len(told["commit"]) == 40
    assert told["user"]
    assert told["host"]


def test_changes_beside_the_commit_are_told(repository: Path) -> None:
    """The revision of the files says whether they differ from the commit."""
    clean = revision(repository)
    assert len(clean) == 12
    (repository / "services.yaml").write_text("mdm_servers: {jamf: {name: Jamf}}\n")
    assert revision(repository) == f"{clean}+changes"


def test_without_git(tmp_path: Path) -> None:
    """Outside a git repository user and host are told, and nothing is made up."""
    assert set(who(tmp_path, {})) == {"user", "host"}
    assert revision(tmp_path) == ""


def test_a_repository_without_commits(tmp_path: Path) -> None:
    """In a repository without any commit there is no revision to tell."""
    _git(tmp_path, "init", "--quiet")
    assert set(who(tmp_path, {})) == {"user", "host"}
    assert revision(tmp_path) == ""


def test_the_person_is_the_actor() -> None:
    """The human or bot behind a CI run outranks the runner's user."""
    assert name_of({"actor": "jane", "user": "runner"}) == "jane"
    assert name_of({"user": "runner"}) == "runner"


def test_an_authors_letters_do_not_matter(repository: Path, district: District) -> None:
    """In a terminal that knows only ASCII an author's name does not stop a plan."""
    for name in ("reconciler.yaml", "services.yaml"):
        (repository / name).write_text((district.folder / name).read_text())
    ran = piped("plan", repository, env=environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"))
    assert (ran.code, ran.err) == (2, "")
