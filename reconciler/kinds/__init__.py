"""Every kind, in the order in which plans carry them out: what others need comes first."""

from __future__ import annotations

from reconciler.kinds.devices import DEVICE_ASSIGNMENT, MDM_SERVER
from reconciler.kinds.enrolment import ENROLMENT_PROFILE, SERVICE_DISCOVERY
from reconciler.kinds.kind import Kind
from reconciler.kinds.roster import CLASS, COURSE, LOCATION, PERSON

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (MDM_SERVER, DEVICE_ASSIGNMENT, ENROLMENT_PROFILE, SERVICE_DISCOVERY, LOCATION, PERSON, COURSE, CLASS)
}
