"""GitHub, as a job of GitHub Actions meets it (REST API: issue comments, issues, pull requests of a commit, artifacts)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from reconciler.errors import ProviderError, ReconcilerError
from reconciler.forge.api import MOST, Api, needed
from reconciler.forge.note import Note, Pull

ARTIFACT = "plan"
"""The artifact that workflows keep a plan's files in."""
ACTIONS = "github-actions[bot]"
"""Who a job's own token writes as; that token may not ask who it is."""
_HINT = "Is this a job of GitHub Actions, with GITHUB_TOKEN in the env of its step?"


class GitHub:
    """See Forge."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        token = needed(environment, "GITHUB_TOKEN", _HINT)
        self._environment = environment
        self._repository = f"repos/{needed(environment, 'GITHUB_REPOSITORY', _HINT)}"
        hint = "Give the job what it lacks below permissions:, see the workflow that `reconciler init` writes."
        self._api = Api("GitHub", environment.get("GITHUB_API_URL", "https://api.github.com"), token, hint)

    def pull(self) -> Pull:
        """See Forge."""
        path = Path(needed(self._environment, "GITHUB_EVENT_PATH", _HINT))
        try:
            pull = json.loads(path.read_bytes())["pull_request"]
        except (OSError, ValueError, KeyError):
            raise ReconcilerError("This job does not run for a pull request.", "Let it run on: pull_request.") from None
        return Pull(pull["number"], pull["head"]["sha"])

    def merged(self, commit: str) -> Pull | None:
        """See Forge."""
        pulls = self._api.pages(f"{self._repository}/commits/{commit}/pulls")
        found = (Pull(one["number"], one["head"]["sha"]) for one in pulls if one["merged_at"] and one["merge_commit_sha"] == commit)
        return next(found, None)

    @property
    def commit(self) -> str:
        """See Forge."""
        return needed(self._environment, "GITHUB_SHA", _HINT)

    @property
    def job(self) -> str:
        """See Forge."""
        return needed(self._environment, "GITHUB_RUN_ID", _HINT)

    def artifact(self, job: str, name: str) -> bytes | None:
        """See Forge. A run that was started again has kept the newest."""
        listed = self._api.maybe(f"{self._repository}/actions/runs/{job}/artifacts?name={ARTIFACT}")
        kept = [one["id"] for one in (listed.json()["artifacts"] if listed else []) if not one["expired"] and one["name"] == ARTIFACT]
        answer = self._api.maybe(f"{self._repository}/actions/artifacts/{max(kept)}/zip") if kept else None
        return _member(answer.content, name) if answer else None

    def notes(self, pull: Pull) -> Iterator[Note]:
        """See Forge."""
        return self._ours(self._api.pages(f"{self._repository}/issues/{pull.number}/comments"), "id")

    def write_note(self, pull: Pull, note: Note | None, text: str) -> None:
        """See Forge."""
        if note:
            self._api.send("PATCH", f"{self._repository}/issues/comments/{note.id}", body=text)
        else:
            self._api.send("POST", f"{self._repository}/issues/{pull.number}/comments", body=text)

    def issues(self) -> Iterator[Note]:
        """See Forge."""
        every = self._api.pages(f"{self._repository}/issues", state="open")
        return self._ours((one for one in every if "pull_request" not in one), "number")

    def write_issue(self, issue: Note | None, title: str, text: str) -> None:
        """See Forge."""
        if issue:
            self._api.send("PATCH", f"{self._repository}/issues/{issue.id}", title=title, body=text)
        else:
            self._api.send("POST", f"{self._repository}/issues", title=title, body=text)

    def close_issue(self, issue: Note) -> None:
        """See Forge."""
        self._api.send("PATCH", f"{self._repository}/issues/{issue.id}", state="closed")

    @cached_property
    def _me(self) -> str:
        answer = self._api.maybe("user")
        return str(answer.json()["login"]) if answer else ACTIONS

    def _ours(self, items: Iterator[Any], key: str) -> Iterator[Note]:
        """What others write is never taken for ours: anybody may copy a comment."""
        return (Note(one[key], one["body"] or "") for one in items if (one["user"] or {}).get("login") == self._me)


def _member(content: bytes, name: str) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(name).file_size > MOST:
                raise ProviderError(f"{name} is too large to be a plan.")
            return archive.read(name)
    except (KeyError, zipfile.BadZipFile):
        return None
