"""Apple's documents, read leniently: attributes may be missing, null, spelled as in Apple's examples, or new without notice.

Names are those of Apple School Manager API: OrgDevice.Attributes, MdmServer.Attributes, OrgDeviceActivity.Attributes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import itemgetter
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

SOURCE_ID, ADDED = "purchaseSourceId", "addedToOrgDateTime"
TRAIT_FIELDS = (
    "productFamily",
    "deviceModel",
    "productType",
    "orderNumber",
    "partNumber",
    "purchaseSourceType",
    SOURCE_ID,
    "color",
    "deviceCapacity",
    ADDED,
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


def all_attributes(items: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """`attributes` of each."""
    try:
        found = list(map(_ATTRIBUTES, items))
    except KeyError:
        found = [None]
    return found if set(map(type, found)) == {dict} else list(map(attributes, items))


_ATTRIBUTES = itemgetter("attributes")


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
    """Reads traits of a million devices: what is asked for is picked in one go, and equal traits come out as one object.

    `asked`: those of TRAIT_FIELDS that anybody looks at, at least one beside the date; the other traits stay empty.
    """

    def __init__(self, asked: Collection[str]) -> None:
        self._pick = itemgetter(*(name for name in asked if name != ADDED))
        self._dated = ADDED in asked
        self._asked = asked
        self._known: dict[object, Traits] = {}
        self._made: dict[Traits, Traits] = {}

    def read(self, page: Sequence[Mapping[str, Any]]) -> list[Traits]:
        """The traits in the attributes of a page of devices; only the fields asked for are looked at."""
        known, read = self._known.get, self._read
        try:
            return [known(key) or read(told, key) for key, told in zip(self._keys(page), page, strict=True)]
        except (KeyError, TypeError):  # something is missing, or of another type than documented
            return [read(told, None) for told in page]

    def _keys(self, page: Sequence[Mapping[str, Any]]) -> Iterable[object]:
        picked = map(self._pick, page)
        # The time of day differs from device to device; no rule asks for it.
        return zip(picked, [told[ADDED][:10] for told in page], strict=True) if self._dated else picked

    def _read(self, told: Mapping[str, Any], key: object) -> Traits:
        found = {name: text(told.get(name)) for name in self._asked}
        if SOURCE_ID in found:
            found[SOURCE_ID] = found[SOURCE_ID] or text(told.get("purchaseSourceUid"))
        *texts, added = [found.get(name, "") for name in TRAIT_FIELDS]
        fresh = Traits._make([*texts, _day(added[:10])])
        traits = self._made.setdefault(fresh, fresh)
        if key is not None:
            self._known[key] = traits
        return traits


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
