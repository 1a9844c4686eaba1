"""One file on its way to the server, over as many connections as it takes.

The file is written under a temporary name and renamed when it is whole: the zip never stands half-written under its final name. Apple
says that the zip's name is free, so that nothing but its ending tells an upload; the temporary name does not end in .zip. Should a
server take it away all the same, half of it does no harm: the directory of a zip is its end, so half a zip is none.

Where the server refuses temporary names or renaming, the file is written straight to its final name.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePosixPath

from asyncssh import FXF_CREAT, FXF_TRUNC, FXF_WRITE, FXR_OVERWRITE, SFTPClient, SFTPClientFile, SFTPError, SFTPNoSuchFile, SFTPNoSuchPath

from providers.roster_upload.account import Account
from providers.roster_upload.patience import Patience
from providers.roster_upload.words import refused, said
from reconciler.errors import Unclear
from reconciler.provider import Note

BLOCK = 32_768
"""Bytes of one write, the size that every server takes."""
EMPTIED = FXF_WRITE | FXF_CREAT | FXF_TRUNC
LOOK = "It is not uploaded again before it is known what became of it: look at the activity in the portal."
_GONE = (SFTPNoSuchFile, SFTPNoSuchPath)


class Transfer:
    """What is known of one upload: `kept` bytes are surely on the server under the temporary name; `sent`: it may have been handed over."""

    def __init__(
        self, account: Account, content: bytes, name: str, note: Note, patience: Patience, progress: Callable[[int], None]
    ) -> None:
        self.kept = 0
        self.sent = False
        self._account = account
        self._content = content
        self._name = name
        self._note = note
        self._patience = patience
        self._progress = progress
        self._aside = account.temporary_name
        self._temporary = self._new_name()

    async def over(self, sftp: SFTPClient) -> None:
        """Bring it to its end over this connection.

        Raises Lost if the connection failed (another may go on where this one ended, unless `sent`), ProviderError, Unclear.
        """
        if self._aside:
            self._aside = await self._put_aside(sftp)
        if self._aside:
            self._aside = await self._renamed(sftp)
        if not self._aside:
            await self._put_straight(sftp)
        self._note("received", reference=self._name)

    async def _put_aside(self, sftp: SFTPClient) -> bool:
        """Write it whole under its temporary name. False if the server takes no file of such a name."""
        file = await self._opened(sftp)
        if file is None:
            return False
        try:
            await self._write(file)
        except SFTPError as no:
            full = await self._full(sftp)
            with suppress(SFTPError):
                await self._patience.answer(sftp.remove(self._path(self._temporary)))
            raise refused(no, self._account, full) from None
        return True

    async def _opened(self, sftp: SFTPClient) -> SFTPClientFile | None:
        """The temporary file, to go on where the last connection ended; from its beginning where the server does not let us."""
        self.kept = await self._still_there(sftp)
        # Never emptied: should an opening of a lost connection come late, it must not undo what was written since.
        for name, flags in ((self._temporary, FXF_WRITE if self.kept else FXF_WRITE | FXF_CREAT), (self._new_name(), EMPTIED)):
            try:
                file = await self._open(sftp, name, flags)
            except _GONE as no:
                if not self.kept:
                    raise refused(no, self._account, full=False) from None
            except SFTPError:
                pass  # no writing to a file that is there, or not of such a name
            else:
                self._temporary = name
                return file
            self.kept = 0
        return None

    async def _still_there(self, sftp: SFTPClient) -> int:
        """How many of the bytes that were acknowledged are in the temporary file; 0 if we may not look."""
        if not self.kept:
            return 0
        try:
            attributes = await self._patience.answer(sftp.stat(self._path(self._temporary)))
        except _GONE:
            if self.kept == len(self._content):
                self._sending()
                raise self._taken() from None
            return 0
        except SFTPError:
            return 0
        # Where answers overtake each other there may be holes after what was acknowledged: the size alone is not believed.
        return min(self.kept, attributes.size or 0)

    async def _renamed(self, sftp: SFTPClient) -> bool:
        """Give it its final name, in place of an older upload that still waits there. False if the server refuses, with nothing done."""
        self._sending()
        reason = ""
        for flags, make_room in ((FXR_OVERWRITE, False), (0, False), (0, True)):
            try:
                await self._rename(sftp, flags, make_room)
            except _GONE:
                raise self._taken() from None
            except SFTPError as no:
                reason = f"renaming{said(no.reason)}"
            else:
                return True
        await self._put_back(sftp)
        self._refused(reason)
        return False

    async def _rename(self, sftp: SFTPClient, flags: int, make_room: bool) -> None:
        if make_room:  # plain SFTP cannot replace a file
            with suppress(SFTPError):
                await self._patience.answer(sftp.remove(self._path(self._name)))
        await self._patience.answer(sftp.rename(self._path(self._temporary), self._path(self._name), flags))

    async def _put_back(self, sftp: SFTPClient) -> None:
        """Remove the temporary file, which cannot be renamed. If it is not there any more, somebody has taken it."""
        try:
            await self._patience.answer(sftp.remove(self._path(self._temporary)))
        except _GONE:
            raise self._taken() from None
        except SFTPError:
            return  # a server where nothing can be removed: it stays, and is no upload

    async def _put_straight(self, sftp: SFTPClient) -> None:
        """Write it under its final name, as the only way that this server leaves."""
        self.kept = 0
        self._sending()
        try:
            file = await self._open(sftp, self._name, EMPTIED)
        except SFTPError as no:
            self._refused(f"opening{said(no.reason)}")
            raise refused(no, self._account, await self._full(sftp)) from None
        try:
            await self._write(file)
        except SFTPError as no:
            full = await self._full(sftp)
            await self._withdraw(sftp)
            self._refused(f"writing{said(no.reason)}")
            raise refused(no, self._account, full) from None

    async def _withdraw(self, sftp: SFTPClient) -> None:
        """Remove the part that was written under the final name, or admit that it may be imported."""
        try:
            await self._patience.answer(sftp.remove(self._path(self._name)))
        except SFTPError:
            raise Unclear(f"{self._account.host} refused a part of the upload, and what it did take cannot be removed.", LOOK) from None

    async def _open(self, sftp: SFTPClient, name: str, flags: int) -> SFTPClientFile:
        # Without a block size of its own asyncssh sends a write as it is; its tasks for parts of one cry out when a connection is lost.
        return await self._patience.answer(sftp.open(self._path(name), flags, encoding=None, block_size=0))

    async def _write(self, file: SFTPClientFile) -> None:
        """Write what is missing and close. `kept` grows in order, with every answer."""
        underway: deque[asyncio.Task[int]] = deque()
        begun = self.kept
        try:
            while self.kept < len(self._content):
                while begun < len(self._content) and len(underway) < self._patience.window:
                    block = self._content[begun : begun + BLOCK]
                    underway.append(asyncio.ensure_future(file.write(block, begun)))
                    begun += len(block)
                    await asyncio.sleep(0)  # what is written all at once to a connection just lost makes asyncio complain on stderr
                self.kept += await self._patience.answer(underway[0])
                del underway[0]
                self._progress(self.kept)
        finally:
            for task in underway:
                task.cancel()
            await asyncio.gather(*underway, return_exceptions=True)
        await self._patience.answer(file.close())

    async def _full(self, sftp: SFTPClient) -> bool:
        """Whether the server says that there is no room for the rest. Many do not tell."""
        try:
            room = await self._patience.answer(sftp.statvfs(self._account.folder or "."))
        except SFTPError:
            return False
        return room.bavail * room.frsize < len(self._content) - self.kept

    def _sending(self) -> None:
        self._note("sending", request=self._path(self._name))
        self.sent = True

    def _refused(self, reason: str) -> None:
        self.sent = False
        self._note("refused", reason=reason)

    def _taken(self) -> Unclear:
        return Unclear(
            f"{self._account.host} took the file away under its temporary name, before it could be given its own.",
            f"{LOOK} If this server takes every file at once, set temporary_name: false.",
        )

    def _path(self, name: str) -> str:
        return str(PurePosixPath(self._account.folder) / name) if self._account.folder else name

    def _new_name(self) -> str:
        return f"{PurePosixPath(self._name).stem}-{secrets.token_hex(6)}.part"
