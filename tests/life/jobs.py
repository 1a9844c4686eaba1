"""The environments that forges give to CI jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

from tests.cli.terminal import environment
from tests.life.forges import Hub, Lab, Store


class Forge(Protocol):
    """One of two forges, as tests need it."""

    flag: str
    door: type[Hub] | type[Lab]

    def pull(self, store: Store, folder: Path, number: int, job: str, **more: str) -> dict[str, str]:
        """The environment of a job for a pull request, with the token of a plan job."""

    def push(self, store: Store, commit: str, job: str, **more: str) -> dict[str, str]:
        """The environment of a job for a commit on the branch, with the token of an apply job."""

    def nightly(self, store: Store) -> dict[str, str]:
        """The environment of a scheduled job, which may write issues."""


class GitHub:
    """GitHub Actions."""

    flag, door = "--github", Hub

    def pull(self, store: Store, folder: Path, number: int, job: str, **more: str) -> dict[str, str]:
        """See Forge."""
        event = folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": number, "head": {"sha": store.proposals[number].head}}}))
        token = store.mint(contents="read", pull_requests="write")
        return self._job(store, token, job, GITHUB_EVENT_PATH=str(event), GITHUB_SHA="f" * 40, **more)

    def push(self, store: Store, commit: str, job: str, **more: str) -> dict[str, str]:
        """See Forge."""
        token = store.mint(contents="write", pull_requests="write", actions="read")
        return self._job(store, token, job, GITHUB_SHA=commit, **more)

    def nightly(self, store: Store) -> dict[str, str]:
        """See Forge."""
        return self._job(store, store.mint(contents="read", issues="write"), "3", GITHUB_SHA="f" * 40)

    def _job(self, store: Store, token: str, job: str, **more: str) -> dict[str, str]:
        usual = {"GITHUB_API_URL": store.address, "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": job, "GITHUB_ACTOR": "ann"}
        return environment(GITHUB_TOKEN=token, **usual, **more)


class GitLab:
    """GitLab CI."""

    flag, door = "--gitlab", Lab

    def pull(self, store: Store, folder: Path, number: int, job: str, **more: str) -> dict[str, str]:
        """See Forge."""
        del folder
        return self._job(store, job, CI_MERGE_REQUEST_IID=str(number), CI_COMMIT_SHA=store.proposals[number].head, **more)

    def push(self, store: Store, commit: str, job: str, **more: str) -> dict[str, str]:
        """See Forge."""
        return self._job(store, job, CI_COMMIT_SHA=commit, **more)

    def nightly(self, store: Store) -> dict[str, str]:
        """See Forge."""
        return self._job(store, "3", CI_COMMIT_SHA="f" * 40)

    def _job(self, store: Store, job: str, **more: str) -> dict[str, str]:
        usual = {"CI_API_V4_URL": store.address, "CI_PROJECT_ID": "5", "CI_JOB_ID": job, "GITLAB_USER_LOGIN": "ann"}
        return environment(RECONCILER_TOKEN=store.mint(api="all"), **usual, **more)
