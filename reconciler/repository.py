"""What git knows of the configuration's folder: whether files are safe in it, and how the folder was at a revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from reconciler.errors import ReconcilerError

PATIENCE = 120.0
"""Seconds that git may take for one answer."""


def unsaved(folder: Path, names: Sequence[str]) -> list[str]:
    """Which of these files (relative to the folder) git could not bring back as they are; all of them outside a repository."""
    told = git(folder, "status", "--porcelain", "-z", "--ignored", "--untracked-files=all", "--", *names)
    if told is None:
        return list(names)
    changed = {entry[3:] for entry in told.decode(errors="surrogateescape").split("\0")}
    prefix = (git(folder, "rev-parse", "--show-prefix") or b"").decode(errors="surrogateescape").strip()
    return [name for name in names if prefix + name in changed]


def tracked(folder: Path, names: Sequence[str]) -> list[str]:
    """Which of these files (relative to the folder) git keeps; none outside a repository."""
    told = git(folder, "ls-files", "-z", "--", *names) or b""
    return [name for name in told.decode(errors="surrogateescape").split("\0") if name]


def is_revision(folder: Path, word: str) -> bool:
    """Whether git knows a commit by this name."""
    return (
        not word.startswith("-") and git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}") is not None
    )


def check_out(folder: Path, revision: str, into: Path) -> None:
    """Put the folder as it was at a revision into another one. ReconcilerError if git has no such revision, or it had no such folder."""
    if git(folder, "rev-parse", "--git-dir") is None:
        raise ReconcilerError(f"{folder} is not in a git repository.", "Revisions are git's: run this where the files are under git.")
    if not is_revision(folder, revision):
        raise ReconcilerError(f'git knows no revision "{revision}" here.', "Write a branch, a tag or a commit; `git log` lists them.")
    archive = git(folder, "archive", "--format=tar", revision, "--", ".")
    if archive is None:
        raise ReconcilerError(f'At the revision "{revision}" this folder did not exist yet.', "Choose a later revision.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(into, filter=_within)  # noqa: S202  the filter lets nothing lead out of the folder


def _within(member: tarfile.TarInfo, into: str) -> tarfile.TarInfo | None:
    """Leaves out links that lead out of the folder, which no configuration follows."""
    try:
        return tarfile.data_filter(member, into)
    except tarfile.FilterError:
        return None


def git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints; None if it says no, or is not installed."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)  # noqa: S603  fixed program, own arguments
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
