"""A pretend organization with our provider in front of it, and what a test wants to say and count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import httpx

from providers.apple_school.connect import Door, through
from providers.apple_school.oauth import Key
from providers.apple_school.provider import AppleSchool
from providers.simulator import ServiceSeed, Tenant, seed, transport
from reconciler.capability import Verb
from reconciler.connections import AppleSchoolConnection
from reconciler.desired import Desired, Rule
from reconciler.kinds.devices import DeviceAssignment, MdmServer
from reconciler.kinds.match import Traits
from reconciler.observed import Observed
from reconciler.plan import Cause, Change, Step, Verdict
from reconciler.provider import Known, Look, Notice, Outcome
from reconciler.resource import Declared, Source, Spec
from state.record import Entry

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SERVICES = ("Jamf School", "Intune", "Meraki")
HERE = Source("devices.yaml")


class Shelf:
    """A scratch store that dies with the test."""

    def __init__(self) -> None:
        self.kept: dict[str, object] = {}

    def get(self, name: str) -> object | None:
        """See Scratch."""
        return self.kept.get(name)

    def put(self, name: str, value: object) -> None:
        """See Scratch."""
        self.kept[name] = value


def _any(value: object) -> bool:
    del value
    return True


class Everything:
    """A rule that looks at every trait and claims every device."""

    tests: ClassVar[Sequence[tuple[int, Callable[[object], object]]]] = [(index, _any) for index in range(len(Traits._fields))]


class School:
    """`notes` holds what was journaled, `waits` every pause, `on_wait` happens during each; `tenant` is Apple's side."""

    def __init__(
        self,
        devices: int = 120,
        services: Sequence[str | ServiceSeed] = SERVICES,
        *,
        unassigned: float = 0.1,
        tenant: Tenant | None = None,
        door: httpx.BaseTransport | None = None,
        scratch: Shelf | None = None,
        **options: object,
    ) -> None:
        self.tenant = tenant or Tenant.open(":memory:")
        if tenant is None:
            seed(self.tenant, devices=devices, services=services, clock=START, unassigned=unassigned)
        self.notes: list[tuple[str, dict[str, str]]] = []
        self.waits: list[Notice] = []
        self.on_wait: Callable[[], object] = lambda: None
        self.scratch = scratch or Shelf()
        self.provider = self._provider(door, options)

    def _provider(self, door: httpx.BaseTransport | None, options: dict[str, object]) -> AppleSchool:
        credentials = self.tenant.credentials()
        key = Key.read(credentials.client_id, credentials.key_id, credentials.private_key_pem)
        way = Door(f"simulator:{self.tenant.identity}", key, self.tenant.clock, door or transport(self.tenant), lambda: None)
        settings = AppleSchoolConnection.model_validate({"simulator": {}, **options})
        return through(way, settings, self.scratch)

    def note(self, event: str, **facts: str) -> None:
        """See Note."""
        self.notes.append((event, facts))

    def report(self, notice: Notice) -> None:
        """See Report."""
        if notice.wait:
            self.waits.append(notice)
            self.on_wait()

    def service(self, title: str) -> str:
        """Apple's id of a service."""
        return next(id_ for id_, service in self.tenant.services().items() if service.name == title)

    def held(self, title: str | None) -> list[str]:
        """Serials that a service (None: no service) really holds."""
        id_ = self.service(title) if title else None
        return [serial for serial, holder in self.tenant.devices().items() if holder == id_]

    def requests(self) -> dict[str, int]:
        """What Apple was asked so far, the sign-in left out."""
        return {what: count for what, count in self.tenant.counters()["requests"].items() if "oauth2" not in what}

    def activities(self) -> int:
        """Writes that Apple took."""
        return sum(self.tenant.counters()["activities"].values())

    def observe(self, look: Look | None = None) -> Observed:
        """One reading."""
        return self.provider.observe(look or want(), self.report)

    def step(self, *changes: Change) -> Step:
        """These changes as the one step that they make."""
        (step,) = self.provider.pack(changes, self.observe(want(rules=True)))
        return step

    def apply(self, step: Step) -> dict[str, Outcome]:
        """Send and settle; outcomes by serial."""
        receipt = self.provider.send(step, self.note, self.report)
        return {address.name: outcome for address, outcome in self.provider.settle(step, receipt, self.report).items()}


def servers(titles: Iterable[str] = SERVICES) -> dict[str, Declared]:
    """Declarations of services by display name; the key is its first word in small letters."""
    return {title.split()[0].lower(): Declared(MdmServer(name=title), HERE, title) for title in titles}


def want(
    assignments: Mapping[str, DeviceAssignment] | None = None,
    *,
    rules: bool = False,
    services: Mapping[str, Declared] | None = None,
    recorded: Mapping[str, Mapping[str, Known]] | None = None,
) -> Look:
    """What an observation is for."""
    desired = Desired()
    desired.items["mdm_server"] = dict(servers() if services is None else services)
    desired.items["device_assignment"] = {serial: Declared(spec, HERE, "entry") for serial, spec in (assignments or {}).items()}
    if rules:
        desired.rules["device_assignment"] = [Rule(Everything(), Declared(DeviceAssignment(server="jamf"), HERE, "rule"))]
    return Look(desired, recorded or {})


def entry(fingerprint: str, remote_id: str = "") -> Known:
    """A line of our record."""
    return Entry(fingerprint, remote_id)


def assignment(server: str, deadline: datetime | None = None) -> DeviceAssignment:
    """A device's service, and its migration deadline if one runs."""
    return DeviceAssignment(server=server, migration_deadline=deadline)


def change(serial: str, before: Spec | None, after: Spec | None) -> Change:
    """A change of one device."""
    verb = Verb.CREATE if before is None else Verb.DELETE if after is None else Verb.UPDATE
    capability = AppleSchool.capability(None, "device_assignment", verb)  # type: ignore[arg-type] # it looks only at the table
    return Change(serial, Verdict("device_assignment", verb, before, after, Cause.INTENT, capability, "device", "jamf"))


def moves(serials: Iterable[str], before: str | None, after: str | None, deadline: datetime | None = None) -> list[Change]:
    """Devices from one service (None: none) to another."""
    old = assignment(before) if before else None
    new = assignment(after, deadline) if after else None
    return [change(serial, old, new) for serial in serials]
