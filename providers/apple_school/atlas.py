"""What is remembered of the organization's size and names, so that reading back takes the cheaper of two ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from providers.apple_school import calls
from providers.apple_school.calls import PAGE, Items
from providers.apple_school.decode import Service, service
from providers.wire.message import Call


@dataclass(frozen=True, slots=True)
class Place:
    """A service's display name, and about how many devices it has."""

    title: str
    devices: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """Services by Apple's id, and about how many devices the organization has."""

    places: Mapping[str, Place]
    devices: int

    def title(self, service: str) -> str:
        """What people call a service."""
        return self.places[service].title if service in self.places else f"a service unknown to us ({service})"

    def pages_of(self, services: Iterable[str]) -> int:
        """Reads that the linkages of these services cost: an empty list is a page, too."""
        return sum(pages(self.places[id_].devices) for id_ in services if id_ in self.places)

    @property
    def device_pages(self) -> int:
        """Reads that the list of all devices costs."""
        return pages(self.devices)


def pages(count: int) -> int:
    """Reads that a list of so many costs."""
    return max(1, ceil(count / PAGE))


def survey(base_url: str) -> Call[Atlas]:
    """Read the services (where nothing was observed before, as after a kill). Apple's deviceCount may be missing: then 0."""
    found: dict[str, Service] = {}

    def take(ids: list[str], items: Items) -> int:
        before = len(found)
        found.update(zip(ids, map(service, items), strict=True))
        return len(found) - before

    yield from calls.services(base_url, take)
    places = {live.id: Place(live.name, live.devices or 0) for live in found.values() if live.status != "DELETED"}
    return Atlas(places, sum(place.devices for place in places.values()))
