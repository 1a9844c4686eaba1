"""Lists in pages whose version may move while they are read.

App, Book, and Subscription Management, "Using Paginated Endpoints": pages count from zero, the last one names no next, and any change
moves the version id; then pages shift, so that only pages of one version are a whole list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from providers.apps_and_books.decode import text
from providers.wire.message import Call, Request, Response, ask, ask_together, rest
from providers.wire.words import Refused
from reconciler.errors import ProviderError

T = TypeVar("T")
TRIES = 5
"""So many times a list is begun anew because it moved."""
AT_ONCE = 5
"""Likewise: the most pages that may be asked for at once."""
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


def read(request: Request, key: str, decode: Callable[[list[dict[str, Any]]], Iterable[T]]) -> Call[Listing[T]]:
    """Every page, `decode`d page by page; a list is whole or an error, never a part.

    Raises ProviderError for one that keeps moving, or makes no sense.
    """
    for attempt in range(TRIES):
        if attempt:
            yield from rest(BREATH, f"{request.title}: the list changed while it was read, beginning anew")
        try:
            return (yield from _whole(request, key, decode))
        except _Moved:
            continue
    raise ProviderError(f"{request.title}: the list changes faster than it can be read.", _LATER)


def _whole(request: Request, key: str, decode: Callable[[list[dict[str, Any]]], Iterable[T]]) -> Call[Listing[T]]:
    told = (yield from ask(request)).document
    version, index = text(told.get("versionId")), 0
    items = list(decode(_listed(request, told, key)))
    while _more(request, told, index):
        for answer in (yield from ask_together(_ahead(request, told, index))):
            index += 1
            told = _page(request, answer, index)
            if text(told.get("versionId")) != version:
                raise _Moved
            items += decode(_listed(request, told, key))
            if not _more(request, told, index):
                break
    return Listing(items, version)


def _more(request: Request, told: Mapping[str, Any], index: int) -> bool:
    """Whether a page names a next one; totals may move, so nothing else counts."""
    following = told.get("nextPageIndex")
    if following not in (None, index + 1) or told.get("currentPageIndex", index) != index:
        raise _senseless(request)
    return following is not None


def _ahead(request: Request, told: Mapping[str, Any], index: int) -> Iterator[Request]:
    """The pages to ask for at once: at least the next one, at most as many as Apple lets us and says that there are."""
    total = told.get("totalPages")
    last = total - 1 if isinstance(total, int) else 0
    for page in range(index + 1, max(min(index + AT_ONCE, last), index + 1) + 1):
        yield replace(request, query={**request.query, "pageIndex": str(page)})


def _page(request: Request, answer: Response | ProviderError, index: int) -> Mapping[str, Any]:
    if isinstance(answer, Refused) and any(fault.code == "9650" for fault in answer.faults):  # the list became shorter
        raise _Moved
    if isinstance(answer, ProviderError):
        raise answer
    if answer.document.get("currentPageIndex", index) != index:
        raise _senseless(request)
    return answer.document


def _listed(request: Request, told: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = told.get(key, [])
    if not isinstance(found, list) or set(map(type, found)) - {dict}:
        raise _senseless(request)
    return found


def _senseless(request: Request) -> ProviderError:
    return ProviderError(f"{request.title}: Apple's answer is not the list that its documentation promises.", "Try again later.")
