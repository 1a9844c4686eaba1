"""A real OpenSSH server on loopback, which people reach by SFTP only.

As root: a throw-away account, locked into its folder (ChrootDirectory), by password or key. Otherwise the account that runs the tests,
by key and without the lock-in: that is all an unprivileged sshd can do.
"""

from __future__ import annotations

import getpass
import os
import resource
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from providers.roster_upload.account import Account

SSHD = "/usr/sbin/sshd"
ROOT = os.geteuid() == 0
PASSWORD = "correct horse"  # noqa: S105 - of a throw-away account
PASSPHRASE = "battery staple"  # noqa: S105 - of a throw-away key

_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host_key
PidFile none
AuthorizedKeysFile {home}/keys/id.pub {home}/keys/locked.pub
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
LogLevel ERROR
MaxStartups 100
UseDNS no
"""


@dataclass(frozen=True)
class Server:
    """A running server. `files`: the folder that the account sees as its root (as root) or by its full path (else)."""

    home: Path
    files: Path
    port: int
    user: str
    host_key: str

    def folder(self, name: str = "dropbox") -> str:
        """A folder as the account calls it."""
        return f"/{name}" if ROOT else str(self.files / name)

    def key(self, name: str = "id") -> str:
        """The text of a private key."""
        return (self.home / "keys" / name).read_text()

    def account(self, **different: object) -> Account:
        """The account, signing in by key unless told otherwise."""
        settings: dict[str, object] = {
            "host": "127.0.0.1", "port": self.port, "user": self.user, "host_keys": (self.host_key,), "folder": self.folder(),
            "private_key": self.key(),
        }  # fmt: skip
        return Account(**{**settings, **different})  # type: ignore[arg-type] # tests name fields of the account


@contextmanager
def serving(sftp: str = "internal-sftp", *, most: int | None = None) -> Iterator[Server]:
    """A server until the block ends. `sftp`: the command behind its SFTP; empty for none. `most`: bytes that no file may
    grow over, as under a quota.
    """
    if not Path(SSHD).exists():
        pytest.skip(f"no {SSHD}: apt-get install --no-install-recommends openssh-server")
    home = Path(tempfile.mkdtemp(prefix="reconciler-sshd-", dir="/run" if ROOT else None))  # a lock-in needs folders that are all root's
    home.chmod(0o755)
    try:
        with _account(home) as user:
            server = _laid_out(home, user)
            more = [f"Subsystem sftp {sftp}"] if sftp else []
            if ROOT and sftp == "internal-sftp":
                more += [f"Match User {user}", f"ChrootDirectory {server.files}", f"ForceCommand {sftp}"]
            (home / "config").write_text(_CONFIG.format(port=server.port, home=home) + "\n".join([*more, ""]))
            with _running(server, most):
                yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _account(home: Path) -> Iterator[str]:
    if not ROOT:
        yield getpass.getuser()
        return
    Path("/run/sshd").mkdir(exist_ok=True)
    user = f"rec-{secrets.token_hex(4)}"
    subprocess.run(["useradd", "--no-create-home", "--home-dir", str(home), "--shell", "/bin/sh", user], check=True)
    try:
        subprocess.run(["chpasswd"], input=f"{user}:{PASSWORD}".encode(), check=True)
        yield user
    finally:
        subprocess.run(["userdel", "--force", user], check=True, stderr=subprocess.DEVNULL)


def _laid_out(home: Path, user: str) -> Server:
    keys, files = home / "keys", home / "files"
    keys.mkdir()
    _key(home / "host_key")
    _key(keys / "id")
    _key(keys / "locked", PASSPHRASE)
    _key(keys / "stranger")
    (files / "dropbox").mkdir(parents=True)
    (files / "readonly").mkdir(mode=0o555)
    if ROOT:
        shutil.chown(files / "dropbox", user)
    return Server(home, files, _free_port(), user, " ".join((home / "host_key.pub").read_text().split()[:2]))


def _key(path: Path, passphrase: str = "") -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)], check=True)


@contextmanager
def _running(server: Server, most: int | None) -> Iterator[None]:
    def limit() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    # Python ignores the signal of an overstepped file size; a child that inherits this gets an error from its write instead of death.
    child = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(server.home / "config")], preexec_fn=limit, restore_signals=False, stderr=subprocess.PIPE
    )
    try:
        _await(server.port, child)
        yield
    finally:
        child.terminate()
        child.communicate()


def _await(port: int, child: subprocess.Popen[bytes]) -> None:
    while child.poll() is None:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(child.communicate()[1].decode())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
