"""Which server this is: it must show a key that was pinned beforehand. What a server shows first is never believed."""

from __future__ import annotations

from collections.abc import Iterable

from asyncssh import KeyImportError, SSHClient, SSHKey, import_known_hosts, import_public_key

from providers.roster_upload.account import Account
from reconciler.errors import ProviderError, ReconcilerError

ALGORITHMS = "+ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,rsa-sha2-512"
"""Asked for after those of the pinned keys: a server that has none of these still shows its key, so that we can say which it is."""

_SSH_PORT = 22
_HOW = "Write it as ssh-keyscan prints it: a host name, the type and the key, or the type and the key alone (ssh-ed25519 AAAA…)."


class Watch(SSHClient):
    """Asked only about keys that are not pinned: refuses them, and keeps the last for the message."""

    def __init__(self) -> None:
        self.shown: SSHKey | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: SSHKey) -> bool:
        """See SSHClient."""
        del host, addr, port
        self.shown = key
        return False


def pinned(account: Account) -> list[SSHKey]:
    """The keys that this server may show. ReconcilerError if a line is no key, or if none of them is for this host and port."""
    lines = [line.strip() for text in account.host_keys for line in text.splitlines()]
    keys = [key for number, line in enumerate(lines, 1) if line and not line.startswith("#") for key in _keys(line, number, account)]
    if keys:
        return keys
    raise ReconcilerError(
        f"host_keys holds no key for {_place(account)}, so nobody can know whether that server is the right one.",
        f"`ssh-keyscan -p {account.port} {account.host}` prints them; compare the fingerprint with one that you got another way.",
    )


def refusal(account: Account, keys: Iterable[SSHKey], shown: SSHKey | None) -> ProviderError:
    """What to say when the server showed `shown` and only `keys` are trusted. Nothing was sent by then: no password, no roster."""
    expected = " or ".join(map(_fingerprint, keys))
    return ProviderError(
        f"{_place(account)} showed a key that is not pinned: {_fingerprint(shown) if shown else 'one that cannot be read'}. "
        f"Pinned: {expected}. Nothing was sent, not even the password.",
        "Either the server got a new key, or something on the way pretends to be it. Ask Apple for the new fingerprint, or compare what "
        "two different networks show; only when they agree, put the new key into host_keys.",
    )


def _keys(line: str, number: int, account: Account) -> list[SSHKey]:
    if line.startswith("@"):
        raise ReconcilerError(f"host_keys, line {number}: lines with @cert-authority or @revoked are not understood.", _HOW)
    if bare := _key(line):
        return [bare]
    if not _key(line.partition(" ")[2].strip()):
        raise ReconcilerError(f"host_keys, line {number}: this is not a host key.", _HOW)
    port = None if account.port == _SSH_PORT else account.port
    return list(import_known_hosts(line).match(account.host, "", port)[0])


def _key(text: str) -> SSHKey | None:
    try:
        return import_public_key(text)
    except KeyImportError:
        return None


def _place(account: Account) -> str:
    return account.host if account.port == _SSH_PORT else f"{account.host}, port {account.port},"


def _fingerprint(key: SSHKey) -> str:
    return f"{key.get_fingerprint()} ({key.get_algorithm()})"
