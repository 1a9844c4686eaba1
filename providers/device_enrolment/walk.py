"""Lists by cursor, read whole: each page leads to the next one. Whole or an error, never a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson

from providers.device_enrolment.meanings import said
from providers.wire.message import Call, Request, ask
from providers.wire.words import Refused
from reconciler.errors import ProviderError

PAGE = 1000
"""The most that Apple promises for one page, where the account names no other limit."""
BEGINNINGS = 3
"""So often a list is begun anew, after its cursor expired or came back as it was sent."""
_LATER = "Try again later; if it stays so, tell Apple."

Row = Mapping[str, Any]
T = TypeVar("T")
Keep = Callable[[dict[str, T], list[Row]], None]
"""Puts the rows of one page into the list, by their identity. A row may come twice; the later one counts."""


class _Broken(Exception):
    """The walk cannot go on from here, in a way that beginning anew may mend. Its text finishes a sentence."""


def whole(path: str, key: str, title: str, limit: int, keep: Keep[T]) -> Call[dict[str, T]]:
    """Everything on the list that POST `path` gives under `key`. Raises ProviderError if it cannot be read whole."""
    why = ""
    for _ in range(BEGINNINGS):
        found: dict[str, T] = {}
        try:
            yield from _walk(path, key, title, limit, found, keep)
        except _Broken as problem:
            why = str(problem)
        else:
            return found
    raise ProviderError(f"{title}: {why}, {BEGINNINGS} times in a row, so the list cannot be read whole.", _LATER)


def _walk(path: str, key: str, title: str, limit: int, found: dict[str, T], keep: Keep[T]) -> Call[None]:
    cursor = ""
    while True:
        document = yield from _page(path, title, limit, cursor)
        if document is None:
            return
        keep(found, _rows(document, key, title))
        if not _more(document):
            return
        following = document.get("cursor")
        if not isinstance(following, str) or not following:
            raise ProviderError(f"{title}: Apple says that more follows, and not where.", _LATER)
        if following == cursor:  # seen in the field: the same page for ever
            raise _Broken("Apple's pages lead in a circle")
        cursor = following


def _page(path: str, title: str, limit: int, cursor: str) -> Call[Row | None]:
    """One page; None if the cursor says that nothing is left."""
    body: dict[str, Any] = {"limit": limit, **({"cursor": cursor} if cursor else {})}
    try:
        return (yield from ask(post(path, title, body))).document
    except Refused as refusal:
        if said(refusal.faults, "EXHAUSTED_CURSOR"):
            return None
        if said(refusal.faults, "EXPIRED_CURSOR", "INVALID_CURSOR"):
            raise _Broken("Apple forgot how far the list was read") from None
        raise


def post(path: str, title: str, body: Row) -> Request:
    """A request that reads by POST."""
    return Request("POST", path, title, content=orjson.dumps(body), content_type=CONTENT_TYPE, safe=True)


CONTENT_TYPE = "application/json;charset=UTF8"
"""As Apple's pages write it: other spellings were refused."""


def _rows(document: Row, key: str, title: str) -> list[Row]:
    rows = document.get(key) or []
    if not isinstance(rows, list) or set(map(type, rows)) - {dict}:
        raise ProviderError(f"{title}: Apple's answer is not the list that its documentation promises.", _LATER)
    return rows


def _more(document: Row) -> bool:
    """more_to_follow, which Apple documents as a flag and shows as a text."""
    return str(document.get("more_to_follow")).strip().lower() == "true"
