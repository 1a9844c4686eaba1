"""Every kind, in the order in which plans carry them out: what others need comes first."""

from __future__ import annotations

from reconciler.kinds.apps import APP_KIND, CONTENT_TOKEN, LIBRARY_USER, LICENCE_KIND
from reconciler.kinds.devices import DEVICE_ASSIGNMENT, MDM_SERVER
from reconciler.kinds.domains import DOMAIN_KINDS
from reconciler.kinds.enrolment import ENROLMENT_PROFILE, SERVICE_DISCOVERY
from reconciler.kinds.federation import DIRECTORY_SYNC, FEDERATION
from reconciler.kinds.frame import ADMINISTRATORS, AGREEMENT, FOLLOW_UP, RESELLER, VERIFICATION_CONTACT
from reconciler.kinds.inspection import CREDENTIAL_RESETS, INSPECTIONS
from reconciler.kinds.kind import Kind
from reconciler.kinds.renewals import RENEWALS
from reconciler.kinds.roles import PASSCODE_POLICY, ROLE
from reconciler.kinds.roster import CLASS, COURSE, LOCATION, PERSON

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *(MDM_SERVER, DEVICE_ASSIGNMENT, ENROLMENT_PROFILE, SERVICE_DISCOVERY, LOCATION, PERSON, COURSE, CLASS),
        *(CONTENT_TOKEN, APP_KIND, LIBRARY_USER, LICENCE_KIND),
        *(AGREEMENT, ADMINISTRATORS, VERIFICATION_CONTACT, RESELLER, *DOMAIN_KINDS, FEDERATION, DIRECTORY_SYNC, FOLLOW_UP),
        *(ROLE, PASSCODE_POLICY, INSPECTIONS, CREDENTIAL_RESETS, RENEWALS),
    )
}
