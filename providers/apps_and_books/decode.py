"""Apple's documents, read leniently: values may be missing, null, or new without notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from reconciler.errors import ProviderError

PATHS: Mapping[str, str] = {
    "clientConfig": "client/config",
    "getAssets": "assets",
    "getAssignments": "assignments",
    "associateAssets": "assets/associate",
    "disassociateAssets": "assets/disassociate",
    "getUsers": "users",
    "createUsers": "users/create",
    "retireUsers": "users/retire",
    "eventStatus": "status",
}
"""service/config's names of the addresses that we use → where they are if it does not say."""
TRUSTED = ".apple.com"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may hold, and how many requests a second may be sent. The defaults are those of Apple's page."""

    assets: int = 25
    users: int = 1000
    serials: int = 1000
    people: int = 100
    requests_per_second: int = 15


_LIMITS = {
    "maxAssets": "assets",
    "maxClientUserIds": "users",
    "maxSerialNumbers": "serials",
    "maxUsers": "people",
    "maxRequestPerSecond": "requests_per_second",
}


@dataclass(frozen=True, slots=True)
class Config:
    """Where the service's addresses are now, and its limits."""

    urls: Mapping[str, str]
    limits: Limits


class Pricing(NamedTuple):
    """What a licence is of: an app or book at a price (STDQ, PLUS)."""

    adam_id: str
    pricing: str = "STDQ"


class Asset(NamedTuple):
    """An app or book that the location owns. `available` licences are free now; Apple's word for free apps without limit is 2147483647."""

    id: Pricing
    book: bool
    total: int
    assigned: int
    available: int
    device_assignable: bool
    revocable: bool


class Licence(NamedTuple):
    """One licence and who has it: a person (clientUserId) or a device, the other is empty."""

    adam_id: str
    pricing: str
    user: str
    serial: str

    @property
    def asset(self) -> Pricing:
        """What it is of."""
        return Pricing(self.adam_id, self.pricing)


class Licences(NamedTuple):
    """A page of licences, column by column, as a large district has a million of them; see Licence."""

    adam_ids: Sequence[str]
    pricings: Sequence[str]
    users: Sequence[str]
    serials: Sequence[str]


class User(NamedTuple):
    """A user of the library as Apple tells it; a clientUserId may appear many times as Retired and once as active."""

    id: str
    status: str

    @property
    def active(self) -> bool:
        """Whether licences may be assigned to this user."""
        return self.status in ("Registered", "Associated")


class Manager(NamedTuple):
    """Which MDM manages a location (Apple's mdmInfo): advice, not a lock."""

    id: str
    name: str
    metadata: str


@dataclass(frozen=True, slots=True)
class Location:
    """What a token says of itself: its library, its location, who manages it, and when it ends (None: not told)."""

    library: str
    name: str
    manager: Manager | None
    expires: datetime | None


class Failure(NamedTuple):
    """Why a part of an event failed, and which part; empty sets are not told."""

    number: int
    assets: frozenset[Pricing]
    users: frozenset[str]
    serials: frozenset[str]


class Status(NamedTuple):
    """How far an event is: PENDING, COMPLETE or FAILED, which does not mean that nothing happened."""

    status: str
    requested: int
    completed: int
    failures: tuple[Failure, ...]


def config(document: Mapping[str, Any], base_url: str) -> Config:
    """service/config. Raises ProviderError for an address that a token must not go to."""
    urls, limits = _mapping(document.get("urls")), _mapping(document.get("limits"))
    found = {name: _address(urls.get(name), f"{base_url}/{path}", base_url) for name, path in PATHS.items()}
    known = {field: limits[name] for name, field in _LIMITS.items() if isinstance(limits.get(name), int) and limits[name] > 0}
    return Config(found, Limits(**known))


def _address(given: object, usual: str, base_url: str) -> str:
    """An address may change without notice; it stays Apple's, or with the server that told it."""
    if not isinstance(given, str):
        return usual
    target, home = urlsplit(given), urlsplit(base_url)
    here = (target.scheme, target.netloc) == (home.scheme, home.netloc)
    if not here and not (target.scheme == "https" and f".{target.hostname or ''}".endswith(TRUSTED)):
        said = f"Apps and Books is said to be at {target.netloc}, which is not Apple's. The content token is not sent there."
        raise ProviderError(said, "Something between this machine and Apple may be changing answers (a proxy or filter).")
    return given


def location(document: Mapping[str, Any]) -> Location:
    """client/config."""
    told = _mapping(document.get("mdmInfo"))
    manager = Manager(*(text(told.get(name)) for name in Manager._fields)) if told else None
    ends = text(document.get("tokenExpirationDate"))
    return Location(text(document.get("uId")), text(document.get("locationName")), manager, _moment(ends))


def _moment(given: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def asset(item: Mapping[str, Any]) -> Asset:
    """One of the assets."""
    total, assigned = _number(item.get("totalCount")), _number(item.get("assignedCount"))
    return Asset(
        pricing(item),
        item.get("productType") == "Book",
        total,
        assigned,
        _number(item.get("availableCount"), max(total - assigned, 0)),
        item.get("deviceAssignable") is not False,
        item.get("revocable") is not False,
    )


def pricing(item: Mapping[str, Any]) -> Pricing:
    """Which app or book is meant."""
    return Pricing(text(item.get("adamId")), text(item.get("pricingParam")) or "STDQ")


def licences(items: Sequence[Mapping[str, Any]]) -> Iterator[Licences]:
    """A page of assignments. Each has a serial number or a clientUserId."""
    apps, prices, serials = (_column(items, name) for name in ("adamId", "pricingParam", "serialNumber"))
    users = [""] * len(items) if all(serials) else _column(items, "clientUserId")
    yield Licences(apps, prices if all(prices) else [price or "STDQ" for price in prices], users, serials)


def each(pages: Iterable[Licences]) -> Iterator[Licence]:
    """The licences of some pages, one by one."""
    return (Licence(*row) for page in pages for row in zip(*page, strict=True))


def _column(items: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    try:
        values = list(map(itemgetter(name), items))
    except KeyError:
        values = [item.get(name, "") for item in items]
    return values if set(map(type, values)) <= {str} else list(map(text, values))


def user(item: Mapping[str, Any]) -> User:
    """One user."""
    return User(text(item.get("clientUserId")), text(item.get("status")))


def status(document: Mapping[str, Any]) -> Status:
    """How far an event is."""
    counts = _number(document.get("numRequested")), _number(document.get("numCompleted"))
    return Status(text(document.get("eventStatus")), *counts, tuple(_failure(item) for item in _items(document.get("failures"))))


def _failure(item: Mapping[str, Any]) -> Failure:
    info = _mapping(item.get("errorInfo"))
    users, serials = (frozenset(text(name) for name in _sequence(info.get(key))) for key in ("clientUserIds", "serialNumbers"))
    return Failure(_number(item.get("errorNumber")), frozenset(pricing(found) for found in _items(info.get("assets"))), users, serials)


def text(value: object) -> str:
    """A text; numbers are written out (adamIds came as numbers, too), and anything else is empty."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _number(value: object, missing: int = 0) -> int:
    return value if isinstance(value, int) else missing


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    return (item for item in _sequence(value) if isinstance(item, dict))
