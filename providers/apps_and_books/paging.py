"""Lists in pages whose version may move while they are read.

App, Book, and Subscription Management, "Using Paginated Endpoints": pages count from zero, the last one names no next, and any change
moves the version id; then pages shift, so that only pages of one version are a whole list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from providers.apps_and_books.decode import text
from providers.wire.message import Call, Request, ask, rest
from providers.wire.words import Refused
from reconciler.errors import ProviderError

T = TypeVar("T")
TRIES = 5
"""So many times a list is begun anew because it moved."""
BREATH = 5.0
"""Seconds before a list is begun anew: what moves it often is an event, which is over soon."""
_LATER = "Another MDM may be working on this location. Try again later."


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A whole list, of one version."""

    items: list[T]
    version: str


class _Moved(Exception):
    """The pages are not of one list."""


def read(request: Request, key: str, decode: Callable[[Mapping[str, Any]], T]) -> Call[Listing[T]]:
    """Every page; a list is whole or an error, never a part. Raises ProviderError for one that keeps moving, or makes no sense."""
    for attempt in range(TRIES):
        if attempt:
            yield from rest(BREATH, f"{request.title}: the list changed while it was read, beginning anew")
        try:
            return (yield from _whole(request, key, decode))
        except _Moved:
            continue
    raise ProviderError(f"{request.title}: the list changes faster than it can be read.", _LATER)


def _whole(request: Request, key: str, decode: Callable[[Mapping[str, Any]], T]) -> Call[Listing[T]]:
    items: list[T] = []
    version, index = "", 0
    while True:
        told = yield from _page(request, index)
        if index and told.get("versionId") != version:
            raise _Moved
        version = text(told.get("versionId"))
        items.extend(map(decode, _listed(request, told, key)))
        following = told.get("nextPageIndex")
        if following is None:
            return Listing(items, version)
        if following != index + 1:
            raise _senseless(request)
        index = following


def _page(request: Request, index: int) -> Call[Mapping[str, Any]]:
    query = {**request.query, "pageIndex": str(index)} if index else request.query
    try:
        response = yield from ask(replace(request, query=query))
    except Refused as refusal:
        if index and any(fault.code == "9650" for fault in refusal.faults):  # the list became shorter
            raise _Moved from None
        raise
    if response.document.get("currentPageIndex", index) != index:
        raise _senseless(request)
    return response.document


def _listed(request: Request, told: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = told.get(key, [])
    if not isinstance(found, list) or set(map(type, found)) - {dict}:
        raise _senseless(request)
    return found


def _senseless(request: Request) -> ProviderError:
    return ProviderError(f"{request.title}: Apple's answer is not the list that its documentation promises.", "Try again later.")
