"""Pages: cursors that are opaque, links that lead on, and the ways in which both were seen to go wrong."""

from __future__ import annotations

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from providers.simulator.answers import Refusal
from providers.simulator.call import Call, bad_parameter

Fetch = Callable[[int, int], Sequence[tuple[Any, ...]]]
"""(after position, how many) → rows in order of their position, which is each row's first column."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on. `turn` counts the detours (a page shown twice, an empty one) so that each is made once."""

    after: int = 0
    issued: int = 0
    turn: int = 0

    def text(self, listing: str) -> str:
        """Base64url without padding over a colon tuple, like Apple's; bound to one listing."""
        plain = f"{self.turn}:{self.after}:{self.issued}:{self.issued}:true:false"
        return urlsafe_b64encode(f"{plain}:{_check(plain, listing)}".encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, listing: str) -> Cursor:
        """ValueError unless this simulator made it for this listing."""
        plain, _, check = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().rpartition(":")
        turn, after, issued, *_ = plain.split(":")
        if check != _check(plain, listing):
            raise ValueError("a cursor of another listing")
        return cls(int(after), int(issued), int(turn))


def _check(plain: str, listing: str) -> str:
    return f"{zlib.crc32(f'{listing}:{plain}'.encode()):08x}"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and the cursor of the next (empty on the last)."""

    rows: Sequence[tuple[Any, ...]]
    limit: int
    next: str


def page(call: Call, fetch: Fetch) -> Page:
    """The page that the request asks for."""
    limit = call.limit()
    here = _here(call)
    manner = call.quirk("pages")
    rows = list(fetch(here.after, limit + 1))
    last, rows = len(rows) <= limit, rows[:limit]
    if manner == "short" and len(rows) > 1:
        last, rows = False, rows[: len(rows) // 2]
    if last:
        return Page(rows, limit, "")
    following = replace(_following(manner, here, rows), issued=int(call.now * 1000))
    shown = [] if manner == "empty" and here.turn == 1 else rows
    return Page(shown, limit, following.text(call.request.path))


def _following(manner: str, here: Cursor, rows: Sequence[tuple[Any, ...]]) -> Cursor:
    """The next cursor, in the manner of the switch `pages`."""
    if manner == "loop":
        return here
    if manner == "empty":
        # An empty page stands between any two: the turn says that the next request gets it and comes back to the same place.
        return Cursor(here.after, turn=2) if here.turn == 1 else Cursor(rows[-1][0], turn=1)
    if manner == "repeat" and here.turn == 0:
        return Cursor(here.after, turn=1)
    if manner == "overlap" and len(rows) > 1:
        return Cursor(rows[-2][0])
    return Cursor(rows[-1][0])


def _here(call: Call) -> Cursor:
    text = call.request.args.get("cursor")
    if text is None:
        return Cursor()
    try:
        cursor = Cursor.read(text, call.request.path)
    except (ValueError, binascii.Error):
        return _unreadable(call, text)
    life = call.number("cursor_life")
    if life and call.now > cursor.issued / 1000 + life:
        raise Refusal(bad_parameter("cursor", "The cursor has expired"))
    return cursor


def _unreadable(call: Call, text: str) -> Cursor:
    if call.quirk("bad_cursor") == "first_page":
        return Cursor()
    raise Refusal(bad_parameter("cursor", f"'{text}' is not a valid cursor"))


def document(call: Call, found: Page, data: list[Any], total: Callable[[], int]) -> dict[str, Any]:
    """The list document: data, links, meta.paging."""
    links: dict[str, Any] = {"self": call.request.url if call.request.query_string else call.origin + call.request.path}
    paging: dict[str, Any] = {"limit": found.limit}
    if call.quirk("paging_total") == "present":
        paging["total"] = total()
    if found.next:
        _lead_on(call, found, links, paging)
    elif call.quirk("end_cursor") != "missing":
        paging["nextCursor"] = "" if call.quirk("end_cursor") == "empty" else None
    return {"data": data, "links": links, "meta": {"paging": paging}}


def _lead_on(call: Call, found: Page, links: dict[str, Any], paging: dict[str, Any]) -> None:
    if call.quirk("next_cursor") == "present":
        paging["nextCursor"] = found.next
    manner = call.quirk("next_link")
    if manner == "missing":
        return
    kept = {} if manner == "cursor_only" else {name: value for name, value in call.request.args.items() if name != "cursor"}
    origin = {"foreign": "https://elsewhere.example.net", "relative": ""}.get(manner, call.origin)
    links["next"] = f"{origin}{call.request.path}?{urlencode({**kept, 'cursor': found.next})}"
