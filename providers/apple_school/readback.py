"""Where devices really are, read again, by whichever way takes fewer requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from providers.apple_school import calls
from providers.apple_school.atlas import Atlas
from providers.apple_school.calls import Items, Take
from providers.apple_school.decode import MIGRATION_FIELDS, Migration, attributes, migration
from providers.wire.message import Call

NOWHERE = ""
"""The place of a device that no service holds."""
LOOKS = 2
"""Reads that looking up one device takes: its service, and whether it is in the organization at all."""

Places = Mapping[str, str | None]
"""Serial → the id of its service, NOWHERE, or None if the organization does not have it."""


def on_service(base_url: str, atlas: Atlas | None, service: str, title: str, wanted: Collection[str]) -> Call[set[str]]:
    """Which of these devices a service holds: by its linkages, or device by device if they are fewer than its pages."""
    if atlas and len(wanted) < atlas.pages_of([service]):
        return (yield from _holds(service, wanted))
    return (yield from _linked(base_url, service, title, wanted))


def _holds(service: str, wanted: Collection[str]) -> Call[set[str]]:
    found: set[str] = set()
    for serial in sorted(wanted):
        if (yield from calls.assigned(serial)) == service:
            found.add(serial)
    return found


def _linked(base_url: str, service: str, title: str, wanted: Collection[str]) -> Call[set[str]]:
    found: set[str] = set()
    yield from calls.linkages(base_url, service, title, _gather(found))
    return found.intersection(wanted)


def places(base_url: str, atlas: Atlas, wanted: Collection[str]) -> Call[Places]:
    """Where these devices are."""
    whole = atlas.pages_of(atlas.places) + atlas.device_pages
    if len(wanted) * LOOKS <= whole or not atlas.places:
        return (yield from _one_by_one(wanted))
    return (yield from _everywhere(base_url, atlas, wanted))


def _one_by_one(wanted: Collection[str]) -> Call[Places]:
    found: dict[str, str | None] = {}
    for serial in sorted(wanted):
        service = yield from calls.assigned(serial)
        found[serial] = service or (NOWHERE if (yield from _told(serial)) is not None else None)
    return found


def _told(serial: str) -> Call[Mapping[str, Any] | None]:
    """The device's attributes. A released one can still be read, and is not in the organization any more."""
    told = yield from calls.device(serial)
    return None if told is None or told.get("releasedFromOrgDateTime") else told


def _everywhere(base_url: str, atlas: Atlas, wanted: Collection[str]) -> Call[Places]:
    found: dict[str, str | None] = dict.fromkeys(sorted(wanted))
    for id_, place in atlas.places.items():
        held = yield from _linked(base_url, id_, place.title, wanted)
        found.update(dict.fromkeys(held, id_))
    if None in found.values():
        present: set[str] = set()
        yield from calls.devices(base_url, ("status",), _gather(present))
        found.update({serial: NOWHERE for serial, id_ in found.items() if id_ is None and serial in present})
    return found


def migrations(base_url: str, atlas: Atlas, wanted: Collection[str]) -> Call[Mapping[str, Migration | None]]:
    """How far the migrations of these devices are; None for those that the organization does not have."""
    found: dict[str, Migration | None] = dict.fromkeys(sorted(wanted))
    if len(found) <= atlas.device_pages or not atlas.places:
        for serial in found:
            told = yield from _told(serial)
            found[serial] = None if told is None else migration(told)
        return found
    yield from calls.devices(base_url, MIGRATION_FIELDS, _migration_taker(found))
    return found


def _migration_taker(found: dict[str, Migration | None]) -> Take:
    seen: set[str] = set()

    def take(ids: list[str], items: Items) -> int:
        before = len(seen)
        seen.update(ids)
        found.update((serial, migration(attributes(item))) for serial, item in zip(ids, items, strict=True) if serial in found)
        return len(seen) - before

    return take


def _gather(found: set[str]) -> Take:
    def take(ids: list[str], items: Items) -> int:
        del items  # that they are there is all
        before = len(found)
        found.update(ids)
        return len(found) - before

    return take
