"""Who we are on the server that takes rosters, and which server that is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the portal made for uploads (Preferences, SIS/SFTP), and the keys that its server may show.

    `host_keys`: lines as `ssh-keyscan` prints them, or bare keys ("ssh-ed25519 AAAA…"). `folder`: where uploads go; empty means where
    one arrives. `password`, `private_key` (OpenSSH or PEM) and its `passphrase` are the secrets themselves; a line break at the end of
    a password, as text files have, does not count. `temporary_name`: False where the server takes any file away, whatever its name.
    """

    host: str
    user: str
    host_keys: tuple[str, ...]
    port: int = 22
    folder: str = ""
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    temporary_name: bool = True
