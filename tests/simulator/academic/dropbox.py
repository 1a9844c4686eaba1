"""A plain SFTP client that says what each attempt came to, so that a test can see what a server lets one do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncssh

from providers.simulator.academic.sftp_door import Door


class Dropbox:
    """One connection to /dropbox at a time; a context manager. Answers are "ok" or the name of what was refused."""

    def __init__(self, door: Door, **sign_in: Any) -> None:
        self._door = door
        self._sign_in = sign_in or {"password": door.password}
        self._runner = asyncio.Runner()

    def put(self, name: str, content: bytes) -> str:
        """Write a file and close it."""

        async def work(client: asyncssh.SFTPClient) -> None:
            async with client.open(f"/dropbox/{name}", "wb") as file:
                await file.write(content)

        return self._tried(work)

    def get(self, name: str) -> str:
        """Read a file to its end and close it."""

        async def work(client: asyncssh.SFTPClient) -> None:
            async with client.open(f"/dropbox/{name}", "rb") as file:
                await file.read()

        return self._tried(work)

    def rename(self, name: str, to: str) -> str:
        """Rename a file."""
        return self._tried(lambda client: client.rename(f"/dropbox/{name}", f"/dropbox/{to}"))

    def stat(self, name: str) -> str:
        """Ask about a file."""
        return self._tried(lambda client: client.stat(f"/dropbox/{name}"))

    def names(self) -> object:
        """What lies in the folder."""
        found: list[str] = []

        async def work(client: asyncssh.SFTPClient) -> None:
            found.extend(sorted(str(name) for name in await client.listdir("/dropbox") if not str(name).startswith(".")))

        return self._tried(work), found

    def _tried(self, work: Any) -> str:  # Any: a coroutine function of a client
        try:
            self._runner.run(self._within(work))
        except (asyncssh.Error, OSError) as problem:
            return type(problem).__name__
        return "ok"

    async def _within(self, work: Any) -> None:
        door = self._door
        hosts = asyncssh.import_known_hosts(f"{door.host_key_line}\n")
        options: dict[str, Any] = {"username": door.user, "known_hosts": hosts, "client_keys": None, "config": None, **self._sign_in}
        async with asyncssh.connect(door.host, door.port, **options) as connection, connection.start_sftp_client() as client:
            done: Coroutine[Any, Any, object] = work(client)
            await done

    def __enter__(self) -> Dropbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()
