"""Runs the workflows that `init` writes step by step under a shell, as the forges' runners do.

Of the actions, only checkout, setup-python and upload-artifact are played. A job sees the variables that a runner sets and those that
its steps name, and nothing else; it may push only if its permissions say so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.life.forges import Store

BIN = Path(sys.executable).parent
PINNED = re.compile(r"actions/(checkout|setup-python|upload-artifact)@[0-9a-f]{40}")


def git(folder: Path, *arguments: str | Path) -> str:
    """Run git as Ann, and return what it prints."""
    name = ("-c", "user.name=Ann", "-c", "user.email=ann@school.example")
    done = subprocess.run(["git", "-C", folder, *name, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@dataclass
class Job:
    """One job that ran: the exit code of the first step that failed, everything that it printed, and the steps that ran."""

    code: int = 0
    log: str = ""
    steps: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Runners:
    """Where jobs run: the repository they clone, the forge they talk to, the secrets and variables of its settings."""

    origin: Path
    scratch: Path
    store: Store
    secrets: Mapping[str, str]
    variables: Mapping[str, str]

    def shell(self, script: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """One script, as both forges run it."""
        home = {"PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.scratch), "LC_ALL": "C.UTF-8", "CI": "true"}
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INDEX": "1"}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        merged = {**home, **quiet, **environment}
        return subprocess.run(
            command,
            cwd=folder,
            env=merged,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def workspace(self) -> Path:
        """An empty folder for a job."""
        folder = self.scratch / f"job-{self.store.next()}"
        folder.mkdir(parents=True)
        return folder


class GitHubRunners(Runners):
    """GitHub Actions."""

    def run(self, workflow: str, ref: str, event: Mapping[str, Any]) -> Job | None:
        """The one job of a workflow, as it stands at a ref; None if its condition keeps it from running."""
        document = YAML(typ="safe").load(git(self.origin, "show", f"{ref}:.github/workflows/{workflow}.yml"))
        assert document["permissions"] == {}, "a workflow begins with no permission"
        ((name, job),) = document["jobs"].items()
        run = _Run(self, name, job, ref, event)
        return run.all() if run.wanted(job.get("if", "true")) else None


class _Run:
    """One job of GitHub Actions."""

    def __init__(self, runners: GitHubRunners, name: str, job: Mapping[str, Any], ref: str, event: Mapping[str, Any]) -> None:
        self._runners, self._steps, self._ref = runners, job["steps"], ref
        self._may, self._folder, self.job = job["permissions"], runners.workspace(), Job()
        self._results: dict[str, Any] = {}
        self._files = self._folder.with_suffix(".runner")
        self._files.mkdir()
        (self._files / "event.json").write_text(json.dumps(event))
        self._id = str(runners.store.next())
        token = runners.store.mint(**self._may)
        self._known = {
            "github": {"token": token, "event": event, "repository": "o/r"},
            "secrets": runners.secrets,
            "vars": runners.variables,
            "steps": self._results,
        }
        self._environment = {
            "GITHUB_API_URL": runners.store.address,
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ID": self._id,
            "GITHUB_JOB": name,
            "GITHUB_ACTOR": "ann-of-school",
            "GITHUB_SHA": git(runners.origin, "rev-parse", ref),
            "GITHUB_EVENT_PATH": str(self._files / "event.json"),
            "GITHUB_OUTPUT": str(self._files / "output"),
        }

    def all(self) -> Job:
        """Every step whose condition holds."""
        for step in self._steps:
            if self.wanted(step.get("if", "success()")):
                outcome = self._step(step)
                if outcome and not self.job.code:
                    self.job.code = outcome
                result = "failure" if outcome else "success"
            else:
                result = "skipped"
            if "id" in step:
                self._results.setdefault(step["id"], {"outputs": {}})["outcome"] = result
        return self.job

    def wanted(self, condition: str) -> bool:
        """Whether a condition holds. Without always() or failure(), success is part of it."""
        states = {"always()": True, "failure()": self.job.code != 0, "success()": self.job.code == 0, "true": True}
        terms = condition.split(" && ")
        judged = [states[term] if term in states else self._compared(term) for term in terms]
        return all(judged) and (self.job.code == 0 or any(term in ("always()", "failure()") for term in terms))

    def _compared(self, term: str) -> bool:
        left, sign, right = term.split(" ")
        return (self._value(left) == self._value(right)) == (sign == "==")

    def _value(self, word: str) -> str:
        if word.startswith("'"):
            return word.strip("'")
        found: Any = self._known
        for part in word.split("."):
            found = found.get(part, "") if isinstance(found, Mapping) else ""
        return str(found)

    def _filled(self, text: object) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: self._value(match[1]), str(text))

    def _step(self, step: Mapping[str, Any]) -> int:
        self.job.steps.append(step.get("name") or step["uses"])
        if "uses" in step:
            action = PINNED.fullmatch(step["uses"])
            assert action, f"{step['uses']} is not one of three actions, pinned by commit"
            options = {key: self._filled(value) for key, value in step.get("with", {}).items()}
            if action[1] == "checkout":
                self._check_out(options)
            elif action[1] == "upload-artifact":
                self._upload(options)
            return 0
        more = {key: self._filled(value) for key, value in step.get("env", {}).items()}
        done = self._runners.shell(self._filled(step["run"]), self._folder, {**self._environment, **more})
        self.job.log += done.stdout
        self._collect(step.get("id", ""))
        return done.returncode

    def _collect(self, id_: str) -> None:
        output = Path(self._environment["GITHUB_OUTPUT"])
        if id_ and output.exists():
            pairs = (line.split("=", 1) for line in output.read_text().splitlines())
            self._results.setdefault(id_, {"outputs": {}})["outputs"] |= dict(pairs)
            output.unlink()

    def _check_out(self, options: Mapping[str, str]) -> None:
        """Only a job that may write contents, and has kept its credentials, can push."""
        ref = options.get("ref", self._ref)
        git(self._folder, "clone", "--quiet", "--no-checkout", self._runners.origin, ".")
        git(self._folder, "fetch", "--quiet", "origin", ref)
        git(self._folder, "checkout", "--quiet", "-B", ref.rpartition("/")[2], "FETCH_HEAD")
        if self._may.get("contents") != "write" or options.get("persist-credentials") == "False":
            git(self._folder, "remote", "set-url", "--push", "origin", "/nowhere")

    def _upload(self, options: Mapping[str, str]) -> None:
        paths = [self._folder / name for name in options["path"].split()]
        self._runners.store.artifacts[self._id] = {path.name: path.read_bytes() for path in paths if path.exists()}


class GitLabRunners(Runners):
    """GitLab CI."""

    def run(self, name: str, ref: str, **variables: str) -> Job:
        """One job of .gitlab-ci.yml as it stands at a ref, with the variables that the project, the schedule and GitLab set."""
        document = YAML(typ="safe").load(git(self.origin, "show", f"{ref}:.gitlab-ci.yml"))
        folder, number = self.workspace(), str(self.store.next())
        git(folder, "clone", "--quiet", self.origin, ".")
        git(folder, "fetch", "--quiet", "origin", ref)
        git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        git(folder, "remote", "set-url", "--push", "origin", "/nowhere")  # a job's own token may not push
        environment = {
            "CI_API_V4_URL": self.store.address,
            "CI_PROJECT_ID": "5",
            "CI_JOB_ID": number,
            "CI_JOB_NAME": name,
            "CI_PROJECT_URL": f"file://{self.origin.with_suffix('')}",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": git(folder, "rev-parse", "HEAD"),
            "GITLAB_USER_LOGIN": "ann-of-school",
            **self.secrets,
            **self.variables,
            **variables,
        }
        lines = [*document["default"]["before_script"], *document[name]["script"]]
        done = self.shell("\n".join(lines), folder, environment)
        kept = document[name].get("artifacts", {})
        if kept and (kept["when"] == "always" or done.returncode):
            self.store.artifacts[number] = {
                Path(path).name: (folder / path).read_bytes() for path in kept["paths"] if (folder / path).exists()
            }
        return Job(done.returncode, done.stdout, [name])
