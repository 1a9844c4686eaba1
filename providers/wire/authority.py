"""Who vouches for us: the part of a channel that knows how a token is got, and how requests carry it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

from providers.wire.message import Call
from providers.wire.words import Fault


class Authority(Protocol):
    """Gets tokens. Tokens live in memory only."""

    def token(self) -> Call[str]:
        """A token that is good now, asked for if there is none. Raises Unauthorized if the credentials are refused."""
        ...

    def forget(self) -> None:
        """The token in hand was refused: the next `token` asks for another."""
        ...

    def headers(self, token: str) -> Mapping[str, str]:
        """What a request carries to show its token."""
        ...

    def adopt(self, headers: Mapping[str, str]) -> None:
        """The headers of an answer (their names in any case): a channel may hand out its next token with any of them."""
        ...

    def rejects(self, status: int, faults: Sequence[Fault]) -> bool:
        """Whether an answer says that the token is not good any more, so that another one is worth a try."""
        ...


class Bearer:
    """How most channels show tokens (RFC 6750): a part of their authorities."""

    def headers(self, token: str) -> Mapping[str, str]:
        """See Authority."""
        return {"Authorization": f"Bearer {token}"}

    def adopt(self, headers: Mapping[str, str]) -> None:
        """See Authority: a bearer token lasts until it ends."""

    def rejects(self, status: int, faults: Sequence[Fault]) -> bool:
        """See Authority."""
        del faults  # the status says it
        return status == HTTPStatus.UNAUTHORIZED
