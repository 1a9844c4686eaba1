"""Pages of this API: zero-based, of a size that the server chooses, with a version id that moves with every change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from providers.simulator.apps.library import Library, envelope, move, version
from providers.simulator.apps.refusal import Refusal
from providers.simulator.call import Call

LARGEST = 2**31 - 1


@dataclass(slots=True)
class Filter:
    """The conditions of a list; `listing` is the one whose version it tells. The conditions are this package's own text, never input."""

    listing: str
    table: str
    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        """One more condition."""
        self.conditions.append(condition)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        """From FROM to the end of WHERE."""
        return f"FROM {self.table} WHERE {' AND '.join(self.conditions)}"


def page(call: Call, library: Library, asked: Filter, columns: str) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The rows of the page that the request asks for, and what the answer says beside them."""
    index = whole(call, "pageIndex") or 0
    ends = _ends(call, library, asked)
    if not 0 <= index < len(ends):
        raise Refusal(9650)
    rows = call.store.rows(
        f"SELECT {columns} {asked.sql} AND position > ? AND position <= ? ORDER BY position",
        *asked.values,
        *(ends[index - 1] if index else 0, ends[index]),
    )
    return rows, _around(call, library, asked.listing, (index, len(ends), len(rows)))


def _ends(call: Call, library: Library, asked: Filter) -> list[int]:
    """The position of the last row of each page, at least one page.

    Kept from page to page of one question about one version, so that a walk is one scan and not one for each of its pages.
    """
    size = max(int(call.number("apps_page_size")), 1)
    told = sorted((name, value) for name, value in call.request.args.items() if name != "pageIndex")
    # While lists trail behind, what a version shows changes with time.
    fresh = call.now if call.number("apps_lag") else 0
    question = orjson.dumps([version(call.store, library.id, asked.listing), size, told, fresh]).decode()
    kept = call.store.row("SELECT question, ends FROM apps_pages WHERE library = ? AND listing = ?", library.id, asked.listing)
    if kept and kept[0] == question:
        known: list[int] = orjson.loads(kept[1])
        return known
    positions = [row[0] for row in call.store.rows(f"SELECT position {asked.sql} ORDER BY position", *asked.values)]
    ends = positions[size - 1 :: size]
    if len(positions) % size or not positions:
        ends.append(positions[-1] if positions else 0)
    call.store.rows(
        "INSERT OR REPLACE INTO apps_pages VALUES (?, ?, ?, ?)", library.id, asked.listing, question, orjson.dumps(ends).decode()
    )
    return ends


def _around(call: Call, library: Library, listing: str, place: tuple[int, int, int]) -> dict[str, Any]:
    index, pages, held = place
    if call.quirk("apps_version") == "moves":
        move(call.store, library.id, listing)
    more = call.quirk("apps_total_pages") == "moves" and index % 2
    told = envelope(call, library) | {
        "currentPageIndex": index,
        "size": held,
        "totalPages": pages + 1 if more else pages,
        "versionId": version(call.store, library.id, listing),
    }
    return told | {"nextPageIndex": index + 1} if index + 1 < pages else told


def since(call: Call, library: Library, listing: str) -> int | None:
    """The count of changes that `sinceVersionId` names; None without one. Refusal for an id that this listing never had."""
    given = call.request.args.get("sinceVersionId")
    if given is None:
        return None
    found = call.store.row("SELECT n FROM apps_versions WHERE library = ? AND listing = ? AND id = ?", library.id, listing, given)
    if found is None:
        raise Refusal(9721)
    return int(found[0])


def only(call: Call, *parameters: str) -> None:
    """Refuse query parameters that the endpoint does not have."""
    if call.quirk("apps_unknown_parameter") == "refused" and set(call.request.args) - set(parameters):
        raise Refusal(9602)


def whole(call: Call, name: str) -> int | None:
    """A whole number of the query; None without it."""
    given = call.request.args.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.lstrip("-").isdigit()) or abs(int(given)) > LARGEST:
        raise Refusal(9602)
    return int(given)


def flag(call: Call, name: str) -> bool | None:
    """A true or false of the query; None without it."""
    return {"true": True, "false": False, None: None}[one_of(call, name, ("true", "false"))]


def one_of(call: Call, name: str, words: Iterable[str]) -> str | None:
    """A word of the query; None without it."""
    given = call.request.args.get(name)
    if given is not None and given not in words:
        raise Refusal(9602)
    return given


def document(told: Mapping[str, Any], **items: object) -> dict[str, Any]:
    """A page as a document; lists first, as Apple's samples have them."""
    return {**items, **told}
