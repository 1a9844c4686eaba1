"""One signed-in SFTP connection. It reads no files and asks no agents of this machine: everything stands in the Account."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import asyncssh

from providers.roster_upload import words
from providers.roster_upload.account import Account
from providers.roster_upload.host_key import ALGORITHMS, Watch, refusal
from reconciler.errors import ReconcilerError


def private_keys(account: Account) -> list[asyncssh.SSHKey]:
    """The key to sign in with, if there is one. ReconcilerError if it cannot be used; its text is never shown."""
    if not account.private_key:
        return []
    try:
        return [asyncssh.import_private_key(account.private_key, account.passphrase.rstrip("\r\n") or None)]
    except asyncssh.KeyEncryptionError:
        raise ReconcilerError("private_key cannot be opened with this passphrase.", "Check passphrase.") from None
    except asyncssh.KeyImportError as error:
        if str(error).startswith("Passphrase"):  # as asyncssh itself tells the two apart
            raise ReconcilerError("private_key cannot be opened without its passphrase.", "Set passphrase beside it.") from None
        raise ReconcilerError("private_key holds no private key that we can read.", "It must be an OpenSSH or PEM key.") from None


@asynccontextmanager
async def signed_in(
    account: Account, host_keys: Sequence[asyncssh.SSHKey], own_keys: Sequence[asyncssh.SSHKey], patience: float
) -> AsyncIterator[asyncssh.SFTPClient]:
    """Connect, check the host key, sign in and start SFTP; each within `patience` seconds.

    Raises Lost if it may work the next time, Unauthorized or ProviderError if not.
    """
    connection = await _connected(account, host_keys, own_keys, patience)
    try:
        yield await _sftp(connection, account, patience)
        # Some servers look at an upload when its session has ended well; an answer to our goodbye is not needed for that.
        connection.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(connection.wait_closed(), patience)
    finally:
        connection.abort()


async def _connected(
    account: Account, host_keys: Sequence[asyncssh.SSHKey], own_keys: Sequence[asyncssh.SSHKey], patience: float
) -> asyncssh.SSHClientConnection:
    watch = Watch()
    options = _options(account, host_keys, own_keys, watch)
    try:
        return await asyncssh.connect(
            account.host, account.port, config=None, options=options, connect_timeout=patience, login_timeout=patience
        )
    except asyncssh.HostKeyNotVerifiable:
        raise refusal(account, host_keys, watch.shown) from None
    except asyncssh.PermissionDenied:
        raise words.not_signed_in(account) from None
    except (asyncssh.KeyExchangeFailed, asyncssh.ProtocolError, asyncssh.ProtocolNotSupported) as error:
        raise words.no_ssh(account, error.reason) from None
    except ValueError:  # a packet that cannot be taken apart
        raise words.no_ssh(account, "") from None
    except socket.gaierror as error:
        raise (words.lost(error) if error.errno == socket.EAI_AGAIN else words.unknown_host(account)) from None
    except words.LOST as error:
        raise words.lost(error) from None


def _options(
    account: Account, host_keys: Sequence[asyncssh.SSHKey], own_keys: Sequence[asyncssh.SSHKey], watch: Watch
) -> asyncssh.SSHClientConnectionOptions:
    try:
        return asyncssh.SSHClientConnectionOptions(
            config=None,
            client_factory=lambda: watch,
            known_hosts=(list(host_keys), [], []),
            server_host_key_algs=ALGORITHMS,
            x509_trusted_certs=None,
            username=account.user,
            password=account.password.rstrip("\r\n") or None,
            client_keys=list(own_keys) or None,
            agent_path=None,
            gss_host=None,
        )
    except ValueError:  # its text is not shown, as it may quote them
        raise words.not_prepared(account) from None


async def _sftp(connection: asyncssh.SSHClientConnection, account: Account, patience: float) -> asyncssh.SFTPClient:
    try:
        return await asyncio.wait_for(connection.start_sftp_client(), patience)
    except asyncssh.ChannelOpenError:
        raise words.no_sftp(account) from None
    except asyncssh.SFTPError as error:  # a shell's words in place of SFTP, or its end
        raise (words.lost(error) if connection.is_closed() else words.no_sftp(account)) from None
    except words.LOST as error:
        raise words.lost(error) from None
