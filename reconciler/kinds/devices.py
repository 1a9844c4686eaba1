"""Devices: device-management services, and which device belongs to which of them.

What a service and a device carry is Apple's MdmServer and OrgDevice objects (Apple School Manager API).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple

from pydantic import field_validator

from reconciler.kinds.kind import Kind
from reconciler.resource import Address, Spec

Family = Literal["AppleTV", "Mac", "Vision", "Watch", "iPad", "iPhone", "iPod"]
"""Apple's productFamily, as devices carry it (a service's default families come in capitals on the wire)."""


class MdmServer(Spec):
    """A device-management service. None: not managed."""

    name: str
    id: str | None = None
    default_for: tuple[Family, ...] | None = None
    allow_release: bool | None = None

    @field_validator("default_for")
    @classmethod
    def _sorted(cls, families: tuple[Family, ...] | None) -> tuple[Family, ...] | None:
        return None if families is None else tuple(sorted(set(families)))


class DeviceAssignment(Spec):
    """Which service a device belongs to, and until when its user may put off a running migration (None: no migration runs)."""

    server: str
    migration_deadline: datetime | None = None

    def given(self, observed: Spec | None, *, ours: bool) -> DeviceAssignment:
        """A deadline is a means: it matters while a device moves between services, and is forgotten once it has.

        Nothing of ours is running and none is declared: somebody else's migration is left alone.
        """
        if not isinstance(observed, DeviceAssignment):
            return self.model_copy(update={"migration_deadline": None})
        if observed.server != self.server:
            return self
        running = observed.migration_deadline
        if running is None or (self.migration_deadline is None and not ours):
            return self.model_copy(update={"migration_deadline": running})
        return self


class Traits(NamedTuple):
    """What rules can match of a device; texts as on the wire, empty where Apple has none. Equal traits are one object."""

    family: str = ""
    model: str = ""
    product_type: str = ""
    order: str = ""
    part: str = ""
    source: str = ""
    source_id: str = ""
    color: str = ""
    capacity: str = ""
    added: date | None = None


def _service(spec: DeviceAssignment) -> tuple[Address, ...]:
    return (Address("mdm_server", spec.server),)


def _place(spec: DeviceAssignment) -> str:
    return spec.server


def _family(traits: Traits) -> str:
    return traits.family


MDM_SERVER = Kind("mdm_server", "mdm_servers", ("device-management service", "device-management services"), MdmServer)
DEVICE_ASSIGNMENT = Kind(
    "device_assignment", "device_assignments", ("device", "devices"), DeviceAssignment, needs=_service, place=_place, describe=_family
)
