"""What stands around a configuration: versions, git, and the places of secrets."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reconciler import __version__
from reconciler.doctor.finding import Finding, Status, looked
from reconciler.kinds.secret import Secret
from reconciler.load import Configuration
from reconciler.phrases import some
from reconciler.policies.organization import secrets
from reconciler.repository import git, unsaved

OLDEST = (3, 11)
LOCKS = ("requirements.lock", "requirements.txt")
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
OTHERS = 0o077


def versions(folder: Path) -> Iterator[Finding]:
    """Python, reconciler, and whether what is installed is what the folder's lock file says."""
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        yield Finding("Python", Status.FAIL, f"Python {running} is too old.", f"Install Python {OLDEST[0]}.{OLDEST[1]} or newer.")
    else:
        yield Finding("Python", Status.OK, f"{running} on {platform.system()}.")
    yield Finding("reconciler", Status.OK, f"{__version__}.")
    for name in LOCKS:
        if (folder / name).is_file():
            yield _pins(folder / name)


def _pins(file: Path) -> Finding:
    other = []
    for package, wanted in _PIN.findall(file.read_text(encoding="utf-8", errors="replace")):
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            other.append(f"{package} {found} instead of {wanted}")
    if not other:
        return Finding(file.name, Status.OK, "What is installed is what it says.")
    told = f"{len(other)} package{'s differ' if len(other) != 1 else ' differs'} from it: {some(other)}."
    return Finding(file.name, Status.WARN, told, f"pip install --require-hashes -r {file.name}, or write a new one.")


def repository(configuration: Configuration) -> Iterator[Finding]:
    """Whether git keeps the files and the state, and whether others get them."""
    folder = configuration.folder
    if git(folder, "rev-parse", "--git-dir") is None:
        todo = "git init, and commit the files: reviews, the way back and the auditor's history all come from git."
        yield Finding("git", Status.WARN, "These files are not in a git repository, or git is not installed.", todo)
        return
    yield _clean(folder, configuration.settings.state.folder)
    yield _state(folder, configuration.settings.state.folder)
    yield _remote(folder)


def _clean(folder: Path, state: str) -> Finding:
    told = (git(folder, "status", "--porcelain", "--untracked-files=all", "--", ".", f":(exclude){state}") or b"").decode(errors="replace")
    names = [line[3:] for line in told.splitlines()]
    if not names:
        return Finding("git files", Status.OK, "Everything is committed.")
    plural = "s are" if len(names) != 1 else " is"
    return Finding(
        "git files", Status.WARN, f"{len(names)} file{plural} not committed: {some(names)}.", "Commit them, so that plans can be reviewed."
    )


def _state(folder: Path, state: str) -> Finding:
    names = [f"{state}/{name}" for name in ("record.tsv", "ledger.jsonl") if (folder / state / name).is_file()]
    missing = unsaved(folder, names) if names else []
    if not names:
        return Finding("git state", Status.OK, "There is no state yet.")
    if missing:
        told = f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not committed as it stands."
        todo = "Commit it after every apply: another machine would plan from an older record."
        return Finding("git state", Status.WARN, told, f"{todo} git add {state} && git commit")
    return Finding("git state", Status.OK, "Record and ledger are committed.")


def _remote(folder: Path) -> Finding:
    if not (git(folder, "remote") or b"").strip():
        return Finding("git remote", Status.WARN, "There is no remote: this is the only copy.", "git remote add origin …, then git push.")
    told = git(folder, "rev-list", "--left-right", "--count", "HEAD...@{upstream}")
    if told is None:
        return Finding("git remote", Status.WARN, "This branch follows none of the remote's.", "git push --set-upstream origin HEAD")
    ahead, behind = (int(number) for number in told.split())
    if behind:
        told_so = f"The remote has {behind} commit{'s' * (behind != 1)} that are not here, as of the last fetch."
        return Finding("git remote", Status.WARN, told_so, "git pull before you plan: the record may have moved.")
    if ahead:
        return Finding("git remote", Status.WARN, f"{ahead} commit{'s are' if ahead != 1 else ' is'} not pushed.", "git push")
    return Finding("git remote", Status.OK, "Nothing is ahead of it or behind, as of the last fetch.")


def credentials(configuration: Configuration, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether each secret is where the settings say, and nobody else reads it."""
    found = list(secrets(configuration.settings))
    for path, secret in found:
        subject = ".".join(path)
        yield from looked(subject, partial(_secret, subject, secret, configuration.folder, environment))
    if not found:
        yield Finding("secrets", Status.OK, "None are needed.")


def _secret(subject: str, secret: Secret, folder: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    if secret.file is None:
        secret.read(folder, environment)
        yield Finding(subject, Status.OK, f"The variable {secret.env} is set.")
        return
    path = folder / secret.file
    path.read_bytes()
    if git(folder, "ls-files", "--error-unmatch", "--", secret.file) is not None:
        todo = "Revoke it in the portal and make another one: it stays in git's history. Keep the new one outside of the repository."
        yield Finding(subject, Status.FAIL, f"git keeps {secret.file}, so everybody with a clone has the secret.", todo)
    elif os.name == "posix" and path.stat().st_mode & OTHERS:
        yield Finding(subject, Status.WARN, f"Others on this machine can read {secret.file}.", f"chmod 600 {secret.file}")
    else:
        yield Finding(subject, Status.OK, f"{secret.file} is there, and only you can read it.")
