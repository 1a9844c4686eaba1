"""Real git repositories with real signing keys, and nobody's own settings in them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PERSON = {"GIT_AUTHOR_NAME": "Jane Doe", "GIT_AUTHOR_EMAIL": "jane@school.example"}
BOT = {"GIT_COMMITTER_NAME": "deploy[bot]", "GIT_COMMITTER_EMAIL": "bot@school.example"}


@dataclass
class Repository:
    """A repository in a folder. `home` holds the keys that its commits are signed with."""

    folder: Path
    home: Path
    people: dict[str, str] = field(default_factory=lambda: {**PERSON, **BOT})

    def __post_init__(self) -> None:
        """Make the repository, without any commit."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git as the people of this repository."""
        nobodys = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GNUPGHOME": str(self.home)}
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env={**os.environ, **nobodys, **self.people})
        return done.stdout

    def commit(self, message: str = "apply", *options: str) -> str:
        """Commit everything; the id of the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={message}", *options)
        return self.git("rev-parse", "HEAD").strip()

    def sign_by_ssh(self, *, vouched: bool = True) -> None:
        """Sign commits from now on with a new SSH key; `vouched`: the repository's list of keys knows it."""
        key = self.home / "signing"
        key.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "jane", "-f", key], check=True)
        self.git("config", "gpg.format", "ssh")
        self.git("config", "user.signingkey", str(key))
        self.git("config", "commit.gpgsign", "true")
        if vouched:
            allowed = self.home / "allowed"
            allowed.write_text(f"jane@school.example {key.with_suffix('.pub').read_text()}")
            self.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
