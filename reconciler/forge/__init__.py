"""Where the repository lives and pull requests are talked about: GitHub or GitLab, by their REST APIs, as a CI job meets them.

What GitLab calls a merge request is a pull request here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from reconciler.forge.github import GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.forge.note import Note, Pull

__all__ = ["FORGES", "Forge", "Note", "Pull"]


class Forge(Protocol):
    """One repository on one forge. Everything raises ProviderError if the forge refuses or cannot be reached."""

    def pull(self) -> Pull:
        """The pull request that this job runs for, as of the commit that it runs on. ReconcilerError if it runs for none."""

    def merged(self, commit: str) -> Pull | None:
        """The merged pull request that brought this commit to its branch."""

    @property
    def commit(self) -> str:
        """The commit that this job runs on."""

    @property
    def job(self) -> str:
        """What `artifact` finds the files of this job by."""

    def artifact(self, job: str, name: str) -> bytes | None:
        """A file that a job has kept; None if it is not kept any more."""

    def notes(self, pull: Pull) -> Iterator[Note]:
        """The comments on a pull request that this job's account has written, oldest first."""

    def write_note(self, pull: Pull, note: Note | None, text: str) -> None:
        """Write a comment, anew or over an old one."""

    def issues(self) -> Iterator[Note]:
        """The open issues that this job's account has written."""

    def write_issue(self, issue: Note | None, title: str, text: str) -> None:
        """Open an issue, or write over an open one."""

    def close_issue(self, issue: Note) -> None:
        """Close an issue."""


FORGES: Mapping[str, Callable[[Mapping[str, str]], Forge]] = {"github": GitHub, "gitlab": GitLab}
"""By name: makes the forge of the CI job whose environment is given. ReconcilerError if the environment is none of its jobs'."""
