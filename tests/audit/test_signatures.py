from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.audit.signatures import against_head, brought, rewritten
from tests.audit.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    (tmp_path / "repository").mkdir()
    return Repository(tmp_path / "repository", tmp_path / "home")


def _grow(repository: Repository, *lines: str) -> Path:
    file = repository.folder / "ledger.jsonl"
    file.write_text((file.read_text() if file.exists() else "") + "".join(f"{line}\n" for line in lines))
    return file


def test_each_line_has_the_commit_that_brought_it(repository: Repository) -> None:
    """Lines are told in the order of the file with the commit that brought them, and the newest are not committed yet."""
    file = _grow(repository, "one", "two")
    first = repository.commit()
    _grow(repository, "three")
    second = repository.commit()
    _grow(repository, "four")
    told = [(part.first, part.last, part.commit.id if part.commit else "") for part in brought(file)]
    assert told == [(1, 2, first), (3, 3, second), (4, 4, "")]


def test_the_people_behind_a_commit_are_told(repository: Repository) -> None:
    """A commit names who made the change, who it was made together with, and the bot that put it into git."""
    file = _grow(repository, "one")
    repository.commit("apply\n\nCo-authored-by: Joe Roe <joe@school.example>")
    commit = brought(file)[0].commit
    assert commit is not None
    assert commit.people == (
        "Jane Doe <jane@school.example>, together with Joe Roe <joe@school.example>, committed by deploy[bot] <bot@school.example>"
    )


def test_a_signature_by_ssh(repository: Repository) -> None:
    """A commit that is signed by a key of the list is good and names its owner; unsigned ones say so."""
    file = _grow(repository, "one")
    repository.commit()
    repository.sign_by_ssh()
    _grow(repository, "two")
    repository.commit()
    words = [part.commit.signature for part in brought(file) if part.commit]
    assert words == ["not signed", "good, by jane@school.example"]


def test_a_signature_by_a_key_that_nobody_knows(repository: Repository) -> None:
    """A signature by a key that is not on the list is not called good."""
    repository.sign_by_ssh()
    repository.sign_by_ssh(vouched=False)
    file = _grow(repository, "one")
    repository.commit()
    commit = brought(file)[0].commit
    assert commit is not None
    assert commit.status == "U"
    assert commit.signature.startswith("made with a key that nobody here vouches for")


def test_a_signature_that_git_cannot_look_at(repository: Repository) -> None:
    """Where git has no list of keys, a signed commit is not said to be unsigned."""
    repository.sign_by_ssh(vouched=False)
    file = _grow(repository, "one")
    repository.commit()
    commit = brought(file)[0].commit
    assert commit is not None
    assert commit.signature == "signed, and cannot be checked here: git has no list of keys (gpg.ssh.allowedSignersFile)"


def test_a_commit_that_is_not_what_was_signed(repository: Repository) -> None:
    """A commit that somebody changed and gave the old signature is BAD."""
    repository.sign_by_ssh()
    file = _grow(repository, "one")
    repository.commit()
    content = repository.git("cat-file", "commit", "HEAD").replace("Jane Doe", "John Doe")
    (repository.home / "forged").write_text(content)
    forged = repository.git("hash-object", "-t", "commit", "-w", str(repository.home / "forged")).strip()
    repository.git("update-ref", "HEAD", forged)
    commit = brought(file)[0].commit
    assert commit is not None
    assert commit.status == "B"
    assert "BAD" in commit.signature


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_a_signature_by_gpg(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that is signed by an OpenPGP key of one's own is good."""
    monkeypatch.setenv("GNUPGHOME", str(repository.home))
    parameters = ("--quick-generate-key", "Jane Doe <jane@school.example>", "ed25519", "sign", "never")
    subprocess.run(["gpg", "--batch", "--quiet", "--passphrase", "", *parameters], check=True, capture_output=True)
    repository.git("config", "user.signingkey", "jane@school.example")
    repository.git("config", "commit.gpgsign", "true")
    file = _grow(repository, "one")
    repository.commit()
    words = [part.commit.signature for part in brought(file) if part.commit]
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)
    assert words == ["good, by Jane Doe <jane@school.example>"]


def test_a_commit_that_rewrote_lines(repository: Repository) -> None:
    """A commit that changed or removed a line is found, and those that only added are not."""
    file = _grow(repository, "one", "two")
    repository.commit()
    file.write_text("one\nthree\n")
    culprit = repository.commit("tidy up")
    _grow(repository, "four")
    repository.commit()
    assert [commit.id for commit in rewritten(file)] == [culprit]


def test_what_is_lacking_beside_the_last_commit(repository: Repository) -> None:
    """The first line that differs from the last commit, and how many are missing at the end, are told; more lines are no difference."""
    file = _grow(repository, "one", "two", "three")
    assert against_head(file) == (0, 0)
    repository.commit()
    _grow(repository, "four")
    assert against_head(file) == (0, 0)
    file.write_text("one\n")
    assert against_head(file) == (0, 2)
    file.write_text("one\nTWO\nthree\n")
    assert against_head(file) == (2, 0)


def test_without_git(tmp_path: Path) -> None:
    """Outside of git nothing is told, and nothing is made up."""
    file = tmp_path / "ledger.jsonl"
    file.write_text("one\n")
    assert (brought(file), rewritten(file), against_head(file)) == ([], [], (0, 0))
