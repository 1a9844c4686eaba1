"""A content library as a request sees it: which one its token opens, what every answer says of it, and how its versions move."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from providers.simulator.apps.refusal import Refusal
from providers.simulator.call import Call
from providers.simulator.store import Store

LISTINGS = ("assets", "assignments", "users")
NEAR_END = 15 * 86400
"""Seconds before its end in which an answer tells when the token expires."""


@dataclass(frozen=True, slots=True)
class Library:
    """One location's library and the token that opened it; `expires_at` in seconds since 1970."""

    id: str
    location: str
    mdm_info: Mapping[str, str] | None
    expires_at: float
    read_only: bool


def opened(call: Call) -> Library:
    """The library that the request's content token opens. Refusal if it opens none."""
    header = call.request.headers.get("Authorization")
    if header is None:
        raise Refusal(9601)
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token.strip():
        raise Refusal(9722)
    row = call.store.row(
        "SELECT library, location, mdm_info, expires_at, read_only, ended FROM apps_tokens JOIN apps_libraries ON id = library"
        " WHERE token = ?",
        token,
    )
    if row is None:
        raise _bad_token(call)
    id_, location, mdm, expires_at, read_only, ended = row
    if ended:
        raise Refusal(int(call.quirk("apps_password_changed")) if ended == "password" else 9625)
    if call.now >= expires_at:
        raise Refusal(9621)
    return Library(id_, location, orjson.loads(mdm) if mdm else None, expires_at, bool(read_only))


def _bad_token(call: Call) -> Refusal:
    manner = call.quirk("apps_bad_token")
    return Refusal(9601) if manner == "401_9601" else Refusal(9622, status=int(manner))


def envelope(call: Call, library: Library) -> dict[str, Any]:
    """What answers say of the library itself."""
    told: dict[str, Any] = {"uId": library.id}
    manner = call.quirk("apps_token_expiration")
    if manner == "always" or (manner == "near_end" and library.expires_at - call.now < NEAR_END):
        told["tokenExpirationDate"] = wire_time(library.expires_at)
    return told | {"mdmInfo": library.mdm_info} if library.mdm_info else told


def wire_time(stamp: float) -> str:
    """A moment as this API writes it."""
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def version(store: Store, library: str, listing: str) -> str:
    """The version id of a listing."""
    row = store.row("SELECT id FROM apps_versions WHERE library = ? AND listing = ? ORDER BY n DESC LIMIT 1", library, listing)
    return str(row[0]) if row else ""


def move(store: Store, library: str, *listings: str) -> int:
    """These listings (without names: all) change now; returns the library's new count of changes. Version ids are never used twice."""
    n = int(store.rows("SELECT coalesce(max(n), 0) + 1 FROM apps_versions WHERE library = ?", library)[0][0])
    add = "INSERT INTO apps_versions VALUES (?, ?, ?, ?)"
    store.many(add, [(library, listing, n, str(uuid.uuid4())) for listing in listings or LISTINGS])
    return n
