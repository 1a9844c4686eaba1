"""The account that the portal makes for uploads: a user name, a password, the server's key, and keys that may sign in instead."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_ssh_private_key

from providers.simulator.store import Store

FOLDER = "dropbox"
"""Where uploads go, below the folder that one arrives in."""


@dataclass(frozen=True, slots=True)
class SftpAccount:
    """`host_key` is an OpenSSH private key, `host_key_public` and `client_keys` are lines like "ssh-ed25519 AAAA…"."""

    user: str
    password: str = field(repr=False)
    host_key: str = field(repr=False)
    host_key_public: str
    client_keys: tuple[str, ...]


def sftp_account(store: Store) -> SftpAccount:
    """The account; it is made when it is first asked for."""
    with store.transaction():
        if store.meta("sftp_user") is None:
            store.set_meta("sftp_user", f"{secrets.randbelow(9 * 10**7) + 10**7}@sftp.apple.com")
            store.set_meta("sftp_password", secrets.token_urlsafe(12))
            store.set_meta("sftp_host_key", _new_key())
        user, password, host_key = (str(store.meta(name)) for name in ("sftp_user", "sftp_password", "sftp_host_key"))
        public = load_ssh_private_key(host_key.encode(), None).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        keys = tuple(str(line) for line in orjson.loads(store.meta("sftp_client_keys") or "[]"))
    return SftpAccount(user, password, host_key, public.decode(), keys)


def register_key(store: Store, line: str) -> None:
    """Let a key sign in: an OpenSSH public key line."""
    with store.transaction():
        keys = [*sftp_account(store).client_keys, line.strip()]
        store.set_meta("sftp_client_keys", orjson.dumps(keys).decode())


def change_password(store: Store) -> str:
    """Make a new password, as the portal does; the old one stops working. Returns it."""
    with store.transaction():
        sftp_account(store)
        store.set_meta("sftp_password", secrets.token_urlsafe(12))
    return str(store.meta("sftp_password"))


def change_host_key(store: Store) -> None:
    """Give the server another key, as after a move to other machines; doors that are opened from now on show it."""
    with store.transaction():
        sftp_account(store)
        store.set_meta("sftp_host_key", _new_key())


def _new_key() -> str:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
