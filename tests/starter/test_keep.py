"""How the apply workflow brings record and ledger to a branch that others write to as well."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reconciler.starter import Answers, starter
from tests.life.runner import git

FILES = ("state/record.tsv", "state/ledger.jsonl")


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """The clone of a job that has applied something, and that of a colleague; both began with the same state."""
    origin, job, colleague = (tmp_path / name for name in ("origin.git", "job", "colleague"))
    files = {file.name: file.content for file in starter(tmp_path / "none", Answers("School", "UTC", (), ""))}
    (job / "state").mkdir(parents=True)
    for name in (".gitattributes", ".github/workflows/apply.yml"):
        (job / name).parent.mkdir(parents=True, exist_ok=True)
        (job / name).write_bytes(files[name])
    for name in FILES:
        (job / name).write_text("one\n")
    git(job, "init", "--quiet", "--initial-branch", "main")
    git(job, "add", "--all")
    git(job, "commit", "--quiet", "--message", "Begin")
    git(tmp_path, "clone", "--quiet", "--bare", job, origin)
    git(job, "remote", "add", "origin", origin)
    git(tmp_path, "clone", "--quiet", origin, colleague)
    for name in FILES:
        (job / name).write_text("one\ntwo\n")
    return job, colleague


def _kept(job: Path) -> subprocess.CompletedProcess[str]:
    """Run the step of the workflow."""
    steps = YAML(typ="safe").load(job / ".github" / "workflows" / "apply.yml")["jobs"]["apply"]["steps"]
    (script,) = (step["run"] for step in steps if step.get("id") == "keep")
    shell = ["bash", "-e", "-o", "pipefail", "-c", script]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(job.parent), "GITHUB_SHA": "f" * 40}
    return subprocess.run(shell, cwd=job, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _write(colleague: Path, name: str) -> None:
    (colleague / name).write_text("theirs\n")
    git(colleague, "add", "--all")
    git(colleague, "commit", "--quiet", "--message", "Meanwhile")
    git(colleague, "push", "--quiet", "origin", "HEAD:main")


def test_the_branch_has_moved(clones: tuple[Path, Path]) -> None:
    """What a colleague has merged while the job was applying stays, and the state comes on top of it, without another run of CI."""
    job, colleague = clones
    _write(colleague, "devices.yaml")
    assert _kept(job).returncode == 0
    git(colleague, "pull", "--quiet", "origin", "main")
    assert (colleague / "devices.yaml").read_text() == "theirs\n"
    assert [(colleague / name).read_text() for name in FILES] == ["one\ntwo\n"] * 2
    assert "[skip ci]" in git(colleague, "log", "-1", "--format=%s")


@pytest.mark.parametrize("name", FILES)
def test_the_state_has_moved(clones: tuple[Path, Path], name: str) -> None:
    """A record or ledger that somebody else has changed is never merged: the job fails, says so, and still has its own files whole."""
    job, colleague = clones
    _write(colleague, name)
    done = _kept(job)
    assert done.returncode == 1
    assert "::error::Record and ledger could not be pushed to main" in done.stdout
    assert [(job / file).read_text() for file in FILES] == ["one\ntwo\n"] * 2
    git(colleague, "fetch", "--quiet", "origin")
    assert git(colleague, "rev-parse", "origin/main") == git(colleague, "rev-parse", "HEAD")


def test_nothing_was_applied(clones: tuple[Path, Path]) -> None:
    """A job that has changed no state commits nothing."""
    job, _ = clones
    git(job, "checkout", "--quiet", "--", ".")
    before = git(job, "rev-parse", "HEAD")
    assert _kept(job).returncode == 0
    assert git(job, "rev-parse", "HEAD") == before
