"""A host that answers as it is told, behind the real HTTP protocol, and a driver that talks to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response as Answer

from providers.wire.authority import Bearer
from providers.wire.budget import Budget, Limit
from providers.wire.driver import Driver, Manners
from providers.wire.message import Call, Request, Response, ask
from reconciler.provider import Notice

URL = "https://host.example"
TOKEN = "secret-token"  # noqa: S105 - what must never be shown
CODES = {"T_C_NOT_SIGNED": ("the terms were not accepted", "Accept them.")}
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Hours:
    """A clock whose sleep moves it on at once."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        """See Clock."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """See Clock."""
        self.moment += timedelta(seconds=seconds)


class Shelf:
    """A scratch store that dies with the test."""

    def __init__(self) -> None:
        self.kept: dict[str, object] = {}

    def get(self, name: str) -> object | None:
        """See Scratch. What is kept must be JSON."""
        return json.loads(json.dumps(self.kept.get(name)))  # type: ignore[no-any-return] # JSON is anything

    def put(self, name: str, value: object) -> None:
        """See Scratch."""
        self.kept[name] = value


class Tokens(Bearer):
    """An authority that numbers its tokens."""

    def __init__(self) -> None:
        self.made = 0
        self.held = ""

    def token(self) -> Call[str]:
        """See Authority."""
        if not self.held:
            self.made += 1
            self.held = f"{TOKEN}-{self.made}"
        return self.held
        yield  # a call that needs no request

    def forget(self) -> None:
        """See Authority."""
        self.held = ""


def good(**document: Any) -> Answer:
    """A document."""
    return Answer(json.dumps(document), 200, content_type="application/json")


def bad(status: int, text: str = "<html>oops</html>", **headers: str) -> Answer:
    """An answer that is no document; header names with underscores."""
    return Answer(text, status, {name.replace("_", "-"): value for name, value in headers.items()}, content_type="text/html")


def refused(status: int, code: str, detail: str) -> Answer:
    """A JSON:API error."""
    error = {"status": str(status), "code": code, "title": "No", "detail": detail}
    return Answer(json.dumps({"errors": [error]}), status, content_type="application/json")


@dataclass
class Host:
    """Answers one after the other; the last one for ever. `seen` holds the methods, `tokens` the bearers."""

    answers: list[Answer]
    limits: tuple[int, int] = (1000, 1000)
    patience: float = 1800
    base_url: str = URL
    real: bool = False
    shelf: Shelf = field(default_factory=Shelf)
    clock: Hours = field(default_factory=Hours)
    seen: list[str] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    bearers: list[str] = field(default_factory=list)
    waits: list[Notice] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = Tokens()
        reads, writes = self.limits
        limits = {"reads": Limit(reads, 60, f"{reads} reads a minute"), "writes": Limit(writes, 3600, f"{writes} writes an hour")}
        budget = Budget("budget", "somebody", limits, self.clock, self.shelf)
        door = None if self.real else httpx.WSGITransport(app=self)
        manners = Manners("Apple", self.base_url, self.patience, {"User-Agent": "us/1"}, CODES)
        self.driver = Driver(manners, self.tokens, budget, self.clock, door)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        asked = Asked(environ)
        self.seen.append(asked.method)
        self.at.append(self.clock.now())
        self.bearers.append(asked.headers.get("Authorization", ""))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(environ, start_response)

    def read(self) -> Response:
        """One read."""
        return self.driver.run(ask(Request("GET", "/things", "Reading things")), self.report, self.note)

    def write(self) -> Response:
        """One write."""
        return self.driver.run(ask(Request("POST", "/things", "Making a thing", content=b"{}")), self.report, self.note)

    def report(self, notice: Notice) -> None:
        """See Report."""
        if notice.wait:
            self.waits.append(notice)

    def note(self, event: str, **facts: str) -> None:
        """See Note."""
        self.notes.append(event)
        assert TOKEN not in str(facts)
