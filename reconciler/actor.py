"""Who runs this, as far as the environment tells: what the ledger and the lock say of a run."""

from __future__ import annotations

import getpass
import platform
import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.repository import git

_CI = {  # ledger word → environment variables of GitHub Actions and GitLab CI that hold it
    "actor": ("GITHUB_ACTOR", "GITLAB_USER_LOGIN"),
    "triggered_by": ("GITHUB_TRIGGERING_ACTOR",),
    "trigger": ("GITHUB_EVENT_NAME", "CI_PIPELINE_SOURCE"),
    "ci_run": ("GITHUB_RUN_ID", "CI_PIPELINE_ID"),
    "ci_job": ("GITHUB_JOB", "CI_JOB_NAME"),
    "repository": ("GITHUB_REPOSITORY", "CI_PROJECT_PATH"),
}
_COMMIT = {  # ledger word → how git is asked for it
    "author": "%an <%ae>",
    "committer": "%cn <%ce>",
    "co_authors": "%(trailers:key=Co-authored-by,valueonly,separator=%x2C%x20)",
}
PEOPLE = ("triggered_by", "actor", "author", "co_authors", "committer", "email", "user")
"""The ledger words that may tell a person, the one who is most probably behind a run first: whoever started a job again is its author."""
_BOT = re.compile(
    r"\[bot\]|\bbot\b|^(github-actions|web-flow|renovate|dependabot)\b|^(project|group)_\d+_bot|<noreply@github\.com>", re.IGNORECASE
)


def who(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Ledger words → values: user and host always; commit, its people and the CI run where they can be told."""
    found = {"user": _user(), "host": platform.node()}
    for word, variables in _CI.items():
        value = next((environment[variable] for variable in variables if environment.get(variable)), "")
        if value:
            found[word] = value
    commit = _said(folder, "rev-parse", "HEAD")
    if commit:
        told = _said(folder, "log", "-1", f"--format={'%x1f'.join(_COMMIT.values())}").split("\x1f")
        found |= {"commit": commit} | {word: value for word, value in zip(_COMMIT, told, strict=False) if value}
        found |= {"email": email} if (email := _said(folder, "config", "user.email")) else {}
    return found


def name_of(words: Mapping[str, str]) -> str:
    """The human or bot behind a run, in one phrase."""
    return words.get("actor") or words["user"]


def human(words: Mapping[str, str]) -> str:
    """The human behind a run, a bot only if nobody else can be told: a scheduled job acts for whoever wrote the files that it applies."""
    told = [words[word] for word in PEOPLE if words.get(word)]
    in_ci = "ci_run" in words
    candidates = told if in_ci else [words[word] for word in ("actor", "user") if words.get(word)] or told
    return next((one for one in candidates if not _BOT.search(one)), candidates[0] if candidates else "")


def revision(folder: Path) -> str:
    """The revision of the configuration's files: a short commit, with "+changes" if files differ from it; empty outside git."""
    commit = _said(folder, "rev-parse", "--short=12", "HEAD")
    dirty = commit and _said(folder, "status", "--porcelain", "--", ".")
    return f"{commit}+changes" if dirty else commit


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user of this number
        return "unknown"


def _said(folder: Path, *arguments: str) -> str:
    # git speaks UTF-8 whatever the terminal speaks; an author's name from an old commit may be neither.
    return (git(folder, *arguments) or b"").decode(errors="replace").strip()
