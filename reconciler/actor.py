"""Who runs this, as far as the environment tells: what the ledger and the lock say of a run."""

from __future__ import annotations

import getpass
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

_CI = {  # ledger word → environment variables of GitHub Actions and GitLab CI that hold it
    "actor": ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"),
    "ci_run": ("GITHUB_RUN_ID", "CI_PIPELINE_ID"),
    "ci_job": ("GITHUB_JOB", "CI_JOB_NAME"),
    "repository": ("GITHUB_REPOSITORY", "CI_PROJECT_PATH"),
}


def who(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Ledger words → values: user and host always; commit, author and CI run where they can be told."""
    found = {"user": _user(), "host": platform.node()}
    for word, variables in _CI.items():
        value = next((environment[variable] for variable in variables if environment.get(variable)), "")
        if value:
            found[word] = value
    commit = _git(folder, "rev-parse", "HEAD")
    if commit:
        found |= {"commit": commit, "author": _git(folder, "log", "-1", "--format=%an <%ae>")}
        found |= {"email": email} if (email := _git(folder, "config", "user.email")) else {}
    return found


def name_of(words: Mapping[str, str]) -> str:
    """The human or bot behind a run, in one phrase."""
    return words.get("actor") or words["user"]


def revision(folder: Path) -> str:
    """The revision of the configuration's files: a short commit, with "+changes" if files differ from it; empty outside git."""
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    dirty = commit and _git(folder, "status", "--porcelain", "--", ".")
    return f"{commit}+changes" if dirty else commit


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user of this number
        return "unknown"


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=10)  # noqa: S603  fixed program, own arguments
    except (OSError, subprocess.TimeoutExpired):
        return ""
    # git speaks UTF-8 whatever the terminal speaks; an author's name from an old commit may be neither.
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""
