"""GET v1/users of the Roster API: everybody with an account, and their roles. A list is whole or an error, never a part.

Apple, "Roster API". No page says which parameter carries the token of the next page, nor how large a page may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from providers.wire.message import Call, Request, Response, ask
from providers.wire.words import Refused
from reconciler.errors import ProviderError
from reconciler.provider import Notice, Report

PAGE = 1000
PARAMETERS = ("pageToken", "nextPageToken")
"""What the parameter of the next page may be called, likelier first."""
STALLED = 3
"""So many pages in a row without anybody new mean that the list goes round in circles."""
_TITLE = "Reading people's roles from the Roster API"
_LATER = "Try again later; if it stays so, tell Apple."


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """Somebody's account, in clear: never shown, never kept. `key` is Apple's opaque id; `roles`: role and location's opaque id."""

    key: str
    email: str
    first_name: str
    last_name: str
    roles: tuple[tuple[str, str], ...]


def users(report: Report) -> Call[list[Account]]:
    """Everybody. 150,000 people take 150 requests. Raises ProviderError for a list that cannot be read whole."""
    found: dict[str, Account] = {}
    names, token, limit, stalled = list(PARAMETERS), "", {"limit": str(PAGE)}, 0
    while True:
        try:
            response = yield from ask(_request(limit | ({names[0]: token} if token else {})))
        except Refused as refusal:
            if not _other_way(refusal, names, limit, paging=bool(token)):
                raise
            continue
        before = len(found)
        found.update((account.key, account) for account in _accounts(response))
        report(Notice(_TITLE, len(found)))
        following = _following(response.document)
        if not following:
            return list(found.values())
        stalled = 0 if len(found) > before else stalled + 1
        if token and stalled and len(names) > 1:  # a parameter that it does not know is answered with the first page again
            names.pop(0)
            continue
        if stalled >= STALLED or following == token:
            raise ProviderError(f"{_TITLE}: its pages lead in a circle, so the list cannot be read whole.", _LATER)
        token = following


def _request(query: Mapping[str, str]) -> Request:
    return Request("GET", "/v1/users", _TITLE, query)


def _other_way(refusal: Refused, names: list[str], limit: dict[str, str], *, paging: bool) -> bool:
    """Whether a refused page is worth another try: with the parameter's other name, or without a wish for its size."""
    if refusal.status != 400:
        return False
    if paging and len(names) > 1:
        names.pop(0)
        return True
    return not paging and bool(limit.pop("limit", ""))


def _following(document: Mapping[str, Any]) -> str:
    """The token of the next page; empty after the last. Apple's older services write their booleans as texts."""
    token, more = document.get("nextPageToken"), document.get("moreToFollow")
    token = token if isinstance(token, str) else ""
    if more is None:
        return token
    if str(more).lower() != "true":
        return ""
    if not token:
        raise ProviderError(f"{_TITLE}: more is to follow, and nothing says where, so the list cannot be read whole.", _LATER)
    return token


def _accounts(response: Response) -> list[Account]:
    rows = response.document.get("users")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and _text(row, "id") for row in rows):
        raise ProviderError(f"{_TITLE}: the answer is not the list that its documentation promises.", _LATER)
    return [Account(_text(row, "id"), _text(row, "email"), _text(row, "givenName"), _text(row, "familyName"), _roles(row)) for row in rows]


def _roles(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    told = row.get("roleLocationMapping")
    pairs = ((_text(one, "roleName"), _text(one, "locationId")) for one in told if isinstance(one, dict)) if isinstance(told, list) else ()
    return tuple((intern(role), intern(location)) for role, location in pairs if role)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
