"""An SFTP server for what OpenSSH will not do: takes files away, refuses what it likes, and answers late or never. Real SSH."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from providers.roster_upload.account import Account
from tests.roster_upload.run import NAME

PASSWORD = "correct horse"  # noqa: S105 - of a pretend account


@dataclass
class Mood:
    """What the server does. Requests are named after SFTP's own: open, write, close, stat, rename, posix_rename, remove, statvfs.

    `refuses`: answered with no; "temporary" and "again" are openings of names that do not end in .zip, and of files that are there.
    `silent`: done, and never answered; `drops`: done, and then the line breaks. `takes`: "zip" files or "any", as soon as they are whole.
    """

    refuses: frozenset[str] = frozenset()
    silent: str = ""
    drops: str = ""
    takes: str = ""
    no: Callable[[str], asyncssh.SFTPError] = asyncssh.SFTPPermissionDenied
    code: tuple[str, int] = ("", 0)
    drops_after: int = 0
    taken: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: list[asyncio.Event] = field(default_factory=list)


class Coded(asyncssh.SFTPError):
    """A no with a code of later versions of SFTP, which servers send in version 3 all the same."""

    def encode(self, version: int) -> bytes:
        """See SFTPError."""
        del version
        words = self.reason.encode()
        return struct.pack(">II", self.code, len(words)) + words + struct.pack(">I", 0)


class Door(asyncssh.SFTPServer):
    """A folder behind a mood."""

    mood: Mood
    root: Path

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        super().__init__(channel, chroot=str(self.root).encode())
        self.channel_ = channel
        self.names: dict[int, bytes] = {}
        self.written = 0

    async def _after(self, request: str) -> None:
        if self.mood.silent == request:
            self.mood.held.append(asyncio.Event())  # held here, or the waiting is thrown away as nobody's
            await self.mood.held[-1].wait()
        if self.mood.drops == request and self.written >= self.mood.drops_after:
            self.mood.drops = ""
            self.channel_.get_connection().abort()

    def _before(self, request: str) -> None:
        self.mood.asked.append(request)
        if request in self.mood.refuses:
            raise self.mood.no("no")
        if self.mood.code[0] == request:
            raise Coded(self.mood.code[1], "my own words\x1b[31m\n" + "x" * 1_000, "")

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        """Open, unless the mood is against it."""
        self._before("open")
        if not path.endswith(b".zip"):
            self._before("temporary")
        if Path(self.map_path(path).decode()).exists():
            self._before("again")
        file = super().open(path, pflags, attrs)
        self.names[id(file)] = path
        await self._after("open")
        return file

    async def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        """Write."""
        self._before("write")
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        self.written += written
        await self._after("write")
        return written

    async def close(self, file_obj: Any) -> None:
        """Close; some take the file away then."""
        super().close(file_obj)
        self._take(self.names.pop(id(file_obj)))
        self._before("close")
        await self._after("close")

    async def stat(self, path: bytes) -> Any:
        """Look."""
        self._before("stat")
        return super().stat(path)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename; some take the file away then."""
        self._before("rename")
        super().rename(oldpath, newpath)
        self._take(newpath)
        await self._after("rename")

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename over what is there."""
        self._before("posix_rename")
        super().posix_rename(oldpath, newpath)
        self._take(newpath)
        await self._after("posix_rename")

    async def remove(self, path: bytes) -> None:
        """Remove."""
        self._before("remove")
        super().remove(path)
        await self._after("remove")

    def statvfs(self, path: bytes) -> Any:
        """How much room there is."""
        self._before("statvfs")
        return super().statvfs(path)

    def _take(self, path: bytes) -> None:
        if self.mood.takes == "any" or (self.mood.takes == "zip" and path.endswith(b".zip")):
            file = Path(self.map_path(path).decode())
            self.mood.taken[file.name] = file.read_bytes()
            file.unlink()


class Reception(asyncssh.SSHServer):
    """Lets the one account in."""

    def begin_auth(self, username: str) -> bool:
        """Nobody comes in without a password."""
        del username
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """The right one."""
        del username
        return password == PASSWORD


@contextmanager
def hostile(root: Path, mood: Mood) -> Iterator[Account]:
    """A server in this mood, over this folder; and the account to meet it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    key = asyncssh.generate_private_key("ssh-ed25519")
    door = type("MoodyDoor", (Door,), {"mood": mood, "root": root})

    async def opened() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen("127.0.0.1", 0, server_factory=Reception, server_host_keys=[key], sftp_factory=door)

    server = asyncio.run_coroutine_threadsafe(opened(), loop).result()
    try:
        public = key.export_public_key().decode()
        yield Account("127.0.0.1", "somebody", (public,), server.get_port(), password=PASSWORD)
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _closed(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def found(root: Path, mood: Mood) -> dict[str, bytes]:
    """What stands in the folder or was taken from it under the final name, and everything else that was taken."""
    there = {path.name: path.read_bytes() for path in root.iterdir() if path.name == NAME}
    return {**mood.taken, **there}
