"""The SFTP door: a real SSH server on loopback whose folder takes uploads in.

Apple Support, "Upload your roster by SFTP": a user name, a password and a folder /dropbox; any name that ends in .zip is an upload.
What ends differently is left alone, so that a client may write under another name and rename. A zip whose connection is cut while it
is written under its final name is taken as it is, half: whether Apple does so is not said by any page.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncssh

from providers.simulator.academic.sftp_account import FOLDER, SftpAccount, sftp_account
from providers.simulator.tenant import Tenant

_ROOM = 4096
"""Bytes that can be written where the disk is full or the connection is cut."""


class Door:
    """A running door; a context manager that closes it. `host_key_line` is the server's key as a line of known_hosts."""

    def __init__(self, tenant: Tenant, host: str, port: int) -> None:
        account = sftp_account(tenant.store)
        self.host = host
        self.user = account.user
        self.password = account.password
        self._folder = tempfile.TemporaryDirectory(prefix="roster-upload-")
        Path(self._folder.name, FOLDER).mkdir()
        self._callers: set[asyncssh.SSHServerConnection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._listener = self._run(_listen(tenant, account, self._folder.name, self._callers, host, port))
        except BaseException:
            self._end()
            raise
        self.port = int(self._listener.get_port())
        self.host_key_line = f"[{host}]:{self.port} {account.host_key_public}"

    def close(self) -> None:
        """Stop serving, free the port and throw away what lies in the folder; what was being uploaded has arrived or never will."""
        self._run(_hang_up(self._listener, self._callers))
        self._end()

    def __enter__(self) -> Door:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _run(self, work: Any) -> Any:  # Any: whatever the coroutine gives
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()


def open(tenant: Tenant, host: str = "127.0.0.1", port: int = 0) -> Door:  # noqa: A001 - read as sftp_door.open
    """Open the door of one organization (0: any free port) in a thread of this process; OSError if the port is taken."""
    return Door(tenant, host, port)


async def _listen(
    tenant: Tenant, account: SftpAccount, folder: str, callers: set[asyncssh.SSHServerConnection], host: str, port: int
) -> asyncssh.SSHAcceptor:
    waiting: dict[Path, str] = {}
    return await asyncssh.listen(
        host,
        port,
        server_factory=lambda: _Guard(tenant, callers),
        server_host_keys=[asyncssh.import_private_key(account.host_key)],
        sftp_factory=lambda channel: _Dropbox(channel, tenant, folder, waiting),
        # One connection should not wait for the reverse look-up of a loopback address.
        rdns_lookup=False,
    )


async def _hang_up(listener: asyncssh.SSHAcceptor, callers: set[asyncssh.SSHServerConnection]) -> None:
    listener.close()
    for caller in list(callers):
        caller.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=5.0)
    await listener.wait_closed()


class _Guard(asyncssh.SSHServer):
    """Who may come in: the one account, by its password or by a key that was registered in the portal."""

    def __init__(self, tenant: Tenant, callers: set[asyncssh.SSHServerConnection]) -> None:
        self._tenant = tenant
        self._callers = callers

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """See asyncssh.SSHServer: somebody called."""
        self._conn = conn
        self._callers.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncssh's signature
        """Likewise: the caller is gone."""
        self._callers.discard(self._conn)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - asyncssh's signature
        """Likewise: nobody comes in without proving who they are."""
        return True

    def password_auth_supported(self) -> bool:
        """Likewise: a password is such a proof."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Likewise: whether both are those of the account."""
        account = sftp_account(self._tenant.store)
        return (username, password) == (account.user, account.password)

    def public_key_auth_supported(self) -> bool:
        """Likewise: a key is such a proof."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Likewise: whether the key is registered for the account."""
        account = sftp_account(self._tenant.store)
        known = [asyncssh.import_public_key(line).public_data for line in account.client_keys]
        return username == account.user and key.public_data in known


class _Dropbox(asyncssh.SFTPServer):
    """The folder, as one connection sees it. Paths are bytes, as asyncssh has them; `waiting` maps files to imports that must end first."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], tenant: Tenant, folder: str, waiting: dict[Path, str]) -> None:
        super().__init__(channel, chroot=folder.encode())
        self._tenant = tenant
        self._waiting = waiting

    def close(self, file_obj: Any) -> None:  # Any: what `open` gave
        """See SFTPServer: the end of a file that was written."""
        written = file_obj.writable()
        super().close(file_obj)
        if written:
            self._arrive(Path(file_obj.name.decode()))

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        """See SFTPServer."""
        manner = self._tenant.switches.get("sftp_write")
        if manner != "ok" and offset + len(data) > _ROOM:
            if manner == "cut":
                self.connection.abort()
            raise asyncssh.SFTPFailure("No space left on device")
        return int(super().write(file_obj, offset, data))  # type: ignore[arg-type] # ours is never the asynchronous one

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """See SFTPServer."""
        self._may_rename()
        super().rename(oldpath, newpath)
        self._arrive(self._local(newpath))

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """See SFTPServer: the extension by which OpenSSH replaces a file."""
        self._may_rename()
        super().posix_rename(oldpath, newpath)
        self._arrive(self._local(newpath))

    def stat(self, path: bytes) -> Any:
        """See SFTPServer."""
        self._look(self._local(path))
        return super().stat(path)

    def lstat(self, path: bytes) -> Any:
        """See SFTPServer."""
        self._look(self._local(path))
        return super().lstat(path)

    def _may_rename(self) -> None:
        if self._tenant.switches.get("sftp_rename") == "refused":
            raise asyncssh.SFTPPermissionDenied("Permission denied")

    def _local(self, path: bytes) -> Path:
        return Path(self.map_path(path).decode())

    def _look(self, path: Path) -> None:
        if self._tenant.switches.get("sftp_stat") == "refused" and not path.is_dir():
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        ended = {activity["id"] for activity in self._tenant.academic.activities() if activity["ends_at"] is not None}
        for file, import_id in list(self._waiting.items()):
            if import_id in ended:
                del self._waiting[file]
                file.unlink(missing_ok=True)

    def _arrive(self, path: Path) -> None:
        """Take an upload in, if this is one."""
        if path.suffix.lower() != ".zip" or not path.is_file():
            return
        import_id = self._tenant.academic.upload(path.name, path.read_bytes())
        manner = self._tenant.switches.get("sftp_takes_away")
        if manner == "at_once":
            path.unlink()
        elif manner == "after_import":
            self._waiting[path] = import_id
