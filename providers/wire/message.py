"""A channel's conversation as values: what is asked, what came back, and a pause in between.

A call is a generator that yields a `Request`, a `Pause` or several reads `Together`, and is sent what came of it. It knows its endpoint and
nothing of tokens, retries, budgets or clocks; the driver does those.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from reconciler.errors import ProviderError


class Form(StrEnum):
    """What a good answer's body is."""

    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `url` is a path of the channel, or an address of its own; `title` says in words what it is for.

    `api`: it carries the token and is paid from the rate budget. `accepts`: statuses above 299 that the call handles itself.
    `content` is the body; a request with a method other than GET is a write unless it is not of the API (a token is no change) or
    is `safe` (some services read by POST). `headers` are its own, beside those that every request of the channel has.
    """

    method: str
    url: str
    title: str
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json"
    api: bool = True
    form: Form = Form.JSON
    accepts: frozenset[int] = frozenset()
    safe: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether it changes something, so that it must never be sent twice."""
        return self.api and not self.safe and self.method != "GET"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `document` is the decoded JSON object ({} for a text), `text` the body of a text form."""

    status: int
    document: Mapping[str, Any]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds before going on, and why, in words."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Together:
    """Reads of the API that do not depend on one another, sent at once."""

    requests: tuple[Request, ...]


T = TypeVar("T")
Wanted = Request | Pause | Together
Got = Response | tuple[Response | ProviderError, ...] | None
"""An answer; for reads together, each one's answer or its error; None after a pause."""
Call = Generator[Wanted, Got, T]


def ask(request: Request) -> Call[Response]:
    """Send one request and return its answer."""
    response = yield request
    if not isinstance(response, Response):
        raise RuntimeError("a driver sends an answer to every request")
    return response


def ask_together(requests: Iterable[Request]) -> Call[tuple[Response | ProviderError, ...]]:
    """Send reads at once and return, for each, its answer or the error that it ended in."""
    responses = yield Together(tuple(requests))
    if not isinstance(responses, tuple):
        raise RuntimeError("a driver sends an answer to every request")
    return responses


def rest(seconds: float, why: str) -> Call[None]:
    """Let time pass."""
    yield Pause(seconds, why)
