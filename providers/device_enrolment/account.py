"""GET /account: whose token this is, and what the service offers. Apple, "Get account detail"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from providers.device_enrolment.walk import PAGE
from providers.wire.message import Call, Request, ask


@dataclass(frozen=True, slots=True)
class Account:
    """The organization and the device-management service behind a server token; texts are empty where Apple tells nothing.

    `methods`: address → the HTTP methods it takes; `limits`: address → the most that one page of it holds. Both are empty before
    version 3 of the protocol.
    """

    server_name: str = ""
    org_type: str = ""
    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    def page(self, path: str) -> int:
        """How much to ask for on one page of a list."""
        return self.limits.get(path, PAGE)

    def serves(self, *paths: str) -> Sequence[str]:
        """Those of these addresses that there are; all of them where Apple tells nothing."""
        return [path for path in paths if path in self.methods] if self.methods else paths


def read() -> Call[Account]:
    """The account."""
    response = yield from ask(Request("GET", "/account", "Asking Apple whose server token this is"))
    told = response.document
    urls = [url for url in _list(told.get("urls")) if isinstance(url, dict) and isinstance(url.get("uri"), str)]
    return Account(
        _text(told.get("server_name")),
        _text(told.get("org_type")),
        {url["uri"]: frozenset(str(method).upper() for method in _list(url.get("http_method"))) for url in urls},
        {url["uri"]: most for url in urls if (most := _most(url.get("limit")))},
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _most(limit: object) -> int:
    most = limit.get("maximum") if isinstance(limit, dict) else None
    return most if isinstance(most, int) and most > 0 else 0
