"""GitLab, as a job of GitLab CI meets it (REST API: notes, issues, merge requests of a commit, job artifacts)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.forge.api import Api, needed
from reconciler.forge.note import Note, Pull

TOKEN = "RECONCILER_TOKEN"  # noqa: S105  the name of a variable
"""A project access token with the scope api: a job's own token may not write notes."""
_HINT = f"Is this a job of GitLab CI, and is {TOKEN} a variable of the project (a project access token with the scope api)?"


class GitLab:
    """See Forge."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        token = needed(environment, TOKEN, _HINT)
        self._project = f"projects/{needed(environment, 'CI_PROJECT_ID', _HINT)}"
        self._api = Api("GitLab", needed(environment, "CI_API_V4_URL", _HINT), token, f"{TOKEN} needs the scope api, and a role that may.")

    def pull(self) -> Pull:
        """See Forge. In a pipeline for merged results the job's commit is the merged one, and the branch's stands apart."""
        number = self._environment.get("CI_MERGE_REQUEST_IID")
        if not number:
            raise ReconcilerError("This job does not run for a merge request.", "Let its rules ask for merge_request_event.")
        return Pull(int(number), self._environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or self.commit)

    def merged(self, commit: str) -> Pull | None:
        """See Forge."""
        found = self._api.pages(f"{self._project}/repository/commits/{commit}/merge_requests")
        # A fast-forward merge has no commit of its own: the branch's last one is on the branch that it was merged into.
        ways = ("merge_commit_sha", "squash_commit_sha", "sha")
        merged = (one for one in found if one["state"] == "merged" and commit in (one.get(way) for way in ways))
        return next((Pull(one["iid"], one["sha"]) for one in merged), None)

    @property
    def commit(self) -> str:
        """See Forge."""
        return needed(self._environment, "CI_COMMIT_SHA", _HINT)

    @property
    def job(self) -> str:
        """See Forge."""
        return needed(self._environment, "CI_JOB_ID", _HINT)

    def artifact(self, job: str, name: str) -> bytes | None:
        """See Forge."""
        answer = self._api.maybe(f"{self._project}/jobs/{job}/artifacts/{name}")
        return answer.content if answer else None

    def notes(self, pull: Pull) -> Iterator[Note]:
        """See Forge."""
        listed = self._api.pages(f"{self._project}/merge_requests/{pull.number}/notes", sort="asc", order_by="created_at")
        return self._ours(listed, "id", "body")

    def write_note(self, pull: Pull, note: Note | None, text: str) -> None:
        """See Forge."""
        notes = f"{self._project}/merge_requests/{pull.number}/notes"
        self._api.send("PUT" if note else "POST", f"{notes}/{note.id}" if note else notes, body=text)

    def issues(self) -> Iterator[Note]:
        """See Forge."""
        return self._ours(self._api.pages(f"{self._project}/issues", state="opened"), "iid", "description")

    def write_issue(self, issue: Note | None, title: str, text: str) -> None:
        """See Forge."""
        issues = f"{self._project}/issues"
        self._api.send("PUT" if issue else "POST", f"{issues}/{issue.id}" if issue else issues, title=title, description=text)

    def close_issue(self, issue: Note) -> None:
        """See Forge."""
        self._api.send("PUT", f"{self._project}/issues/{issue.id}", state_event="close")

    @cached_property
    def _me(self) -> int:
        return int(self._api.get("user")["id"])

    def _ours(self, items: Iterator[Any], key: str, text: str) -> Iterator[Note]:
        """What others write is never taken for ours: anybody may copy a note."""
        return (Note(one[key], one[text] or "") for one in items if one["author"]["id"] == self._me)
