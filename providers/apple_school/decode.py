"""Apple's documents, read leniently: attributes may be missing, null, spelled as in Apple's examples, or new without notice.

Names are those of Apple School Manager API: OrgDevice.Attributes, MdmServer.Attributes, OrgDeviceActivity.Attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from reconciler.kinds.devices import Family
from reconciler.kinds.match import Traits

_FAMILIES: dict[str, Family] = {
    "APPLE_TV": "AppleTV",
    "IPAD": "iPad",
    "IPHONE": "iPhone",
    "IPOD": "iPod",
    "MAC": "Mac",
    "VISION": "Vision",
    "WATCH": "Watch",
}

TRAIT_FIELDS = (
    "productFamily",
    "deviceModel",
    "productType",
    "orderNumber",
    "partNumber",
    "purchaseSourceType",
    "purchaseSourceId",
    "color",
    "deviceCapacity",
    "addedToOrgDateTime",
)
"""What `Traits` needs, in its order."""

MIGRATION_FIELDS = ("mdmMigrationStatus", "mdmMigrationDeadlineDateTime")
RUNNING = frozenset({"REQUESTED", "STARTED"})


class Service(NamedTuple):
    """A device-management service as Apple tells it. None: not told (before School 1.6, or null in practice)."""

    id: str
    name: str
    status: str = "ACTIVE"
    families: tuple[Family, ...] | None = None
    release: bool | None = None
    devices: int | None = None


class Migration(NamedTuple):
    """How far a device's migration is: Apple's status word (empty: none) and the deadline."""

    status: str = ""
    deadline: datetime | None = None

    @property
    def running(self) -> datetime | None:
        """The deadline, while the user may still put the migration off."""
        return self.deadline if self.status in RUNNING else None


def attributes(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resource's attributes; {} where it has none."""
    found = item.get("attributes")
    return found if isinstance(found, dict) else {}


def text(value: object) -> str:
    """One text of a value that may be text, a list of texts, or null."""
    if isinstance(value, str):
        return value.strip()
    return text(value[0]) if isinstance(value, list) and value and isinstance(value[0], str) else ""


def moment(value: object) -> datetime | None:
    """An ISO 8601 date-time of Apple's (UTC, with or without milliseconds); None if it is none."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def service(item: Mapping[str, Any]) -> Service:
    """One mdmServer."""
    told = attributes(item)
    families, release, count = told.get("defaultProductFamilies"), told.get("enableMdmDisownFlag"), told.get("deviceCount")
    return Service(
        text(item.get("id")),
        text(told.get("serverName")),
        text(told.get("status")) or "ACTIVE",
        _families(families) if isinstance(families, list) else None,
        release if isinstance(release, bool) else None,
        count if isinstance(count, int) else None,
    )


def _families(words: Iterable[object]) -> tuple[Family, ...]:
    return tuple(_FAMILIES[word] for word in words if isinstance(word, str) and word in _FAMILIES)


def migration(told: Mapping[str, Any]) -> Migration:
    """The migration in a device's attributes."""
    status, deadline = (told.get(name) for name in MIGRATION_FIELDS)
    return Migration(text(status), moment(deadline)) if status else _NO_MIGRATION


_NO_MIGRATION = Migration()


class TraitReader:
    """Reads traits of a million devices: equal ones come out as one object, and what is not needed is never looked at."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Traits] = {}

    def read(self, told: Mapping[str, Any]) -> Traits:
        """The traits in a device's attributes."""
        look = told.get
        added = look("addedToOrgDateTime")
        key = (
            look("productFamily"),
            look("deviceModel"),
            look("productType"),
            look("orderNumber"),
            look("partNumber"),
            look("purchaseSourceType"),
            look("purchaseSourceId") or look("purchaseSourceUid"),
            look("color"),
            look("deviceCapacity"),
            added[:10] if added.__class__ is str else None,
        )
        try:
            return self._known[key]
        except KeyError:
            traits = self._known[key] = _traits(key)
            return traits
        except TypeError:  # a list where a text was documented
            return _traits(key)


def _traits(key: tuple[object, ...]) -> Traits:
    *texts, added = key
    return Traits._make([*map(text, texts), _day(added)])


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        return None
