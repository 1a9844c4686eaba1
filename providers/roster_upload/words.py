"""What goes wrong with an SFTP server, in sentences. Names on the server are ours and secrets are never in them."""

from __future__ import annotations

import socket

import asyncssh

from providers.roster_upload.account import Account
from reconciler.errors import ProviderError, Unauthorized

LONGEST = 200
_PORTAL = (
    "The portal shows user and password under Preferences, in the section of SIS or SFTP uploads; a new password replaces the old one."
)


class Lost(Exception):
    """The connection failed and decided nothing; `words` are the end of a sentence about the server. Never leaves this package."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


LOST = (
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    asyncssh.SFTPBadMessage,
    asyncssh.DisconnectError,
    OSError,  # with its kinds: no way to the host, a reset, and no answer in time
)
"""What asyncssh raises when no answer can come any more. Every other SFTPError is an answer: a definite no."""


def lost(error: Exception) -> Lost:
    """One of LOST, in words."""
    match error:
        case socket.gaierror():
            return Lost("could not be found just now: the name service did not answer")
        case TimeoutError():
            return Lost("gave no answer in time")
        case ConnectionRefusedError():
            return Lost("takes no connections on this port")
        case asyncssh.SFTPBadMessage():
            return Lost("answered something that is not SFTP")
        case asyncssh.ConnectionLost() | asyncssh.SFTPError() | ConnectionError():
            return Lost("lost the connection")
        case asyncssh.DisconnectError():
            return Lost(f"ended the connection{said(error.reason)}")
        case OSError():
            return Lost(f"could not be reached ({error.strerror or 'the network says no more'})")
    return Lost("lost the connection")


def unknown_host(account: Account) -> ProviderError:
    """The name service knows no such host."""
    return ProviderError(f"There is no server named {account.host}.", "Check host in reconciler.yaml, and whether this machine is online.")


def not_prepared(account: Account) -> ProviderError:
    """What stands in the account cannot be said in SSH, or this machine does not say who we are."""
    return ProviderError(
        f"The connection to {account.host} cannot be prepared.",
        "Check host, user and password for unusual characters. In a container that runs under a bare number, set LOGNAME to any name.",
    )


def not_signed_in(account: Account) -> Unauthorized:
    """The server accepted neither the key nor the password."""
    proof = "private key" if account.private_key else "password"
    hint = "Check user and private_key: is this the key that was registered there?" if account.private_key else _PORTAL
    return Unauthorized(f"{account.host} does not accept the user {account.user} with this {proof}.", hint)


def no_sftp(account: Account) -> ProviderError:
    """Signed in, and then there was no SFTP."""
    return ProviderError(f"{account.host} lets {account.user} in, but offers no file transfer (SFTP).", "Check host, port and user.")


def no_ssh(account: Account, reason: str) -> ProviderError:
    """Something answers there, but we have no language in common."""
    return ProviderError(
        f"What answers at {account.host}, port {account.port}, cannot agree with us on a secure connection{said(reason)}.",
        "Check host and port. If they are right, a firewall or proxy may be in between.",
    )


def refused(error: asyncssh.SFTPError, account: Account, full: bool) -> ProviderError:
    """A definite no to writing. `full`: the server said, when asked, that there is no room left."""
    place = f"the folder {account.folder}" if account.folder else "the folder where one arrives"
    if full or isinstance(error, asyncssh.SFTPNoSpaceOnFilesystem):
        return ProviderError(
            f"{account.host} has no room left: its disk is full.", "Nothing was handed over. Try again when there is room."
        )
    match error:
        case asyncssh.SFTPQuotaExceeded():
            return ProviderError(f"{account.host}: the quota of {account.user} is used up.", "Nothing was handed over. Remove old uploads.")
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath() | asyncssh.SFTPNotADirectory():
            return ProviderError(f"{account.host} has no {place.removeprefix('the ')}.", "Check folder in reconciler.yaml.")
        case asyncssh.SFTPPermissionDenied() | asyncssh.SFTPWriteProtect():
            return ProviderError(f"{account.user} may not write to {place} of {account.host}.", "Check folder in reconciler.yaml.")
    return ProviderError(
        f"{account.host} could not write the file to {place}{said(error.reason)}.",
        "Nothing was handed over. Most often a disk or a quota is full there.",
    )


def said(reason: str) -> str:
    """The server's own words as the end of a sentence, short and without control characters; empty if it gave none."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in reason).split())
    return f" (it says: {text[:LONGEST]})" if text else ""
