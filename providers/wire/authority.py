"""Who vouches for us: the part of a channel that knows how a bearer token is got."""

from __future__ import annotations

from typing import Protocol

from providers.wire.message import Call


class Authority(Protocol):
    """Gets bearer tokens. Tokens live in memory only."""

    def token(self) -> Call[str]:
        """A token that is good now, asked for if there is none. Raises Unauthorized if the credentials are refused."""
        ...

    def forget(self) -> None:
        """The token in hand was refused: the next `token` asks for another."""
        ...
