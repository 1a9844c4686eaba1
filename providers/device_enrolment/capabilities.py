"""What the device enrolment service lets us do: the table that gates plans and makes the documentation."""

from __future__ import annotations

from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.profile import DISCOVERY, PROFILE

DOCUMENTATION = "https://developer.apple.com/documentation/devicemanagement"
ASSIGN = f"{DOCUMENTATION}/assign-profile"
CLEAR = f"{DOCUMENTATION}/clear-device-profile"
ANNOUNCE = f"{DOCUMENTATION}/assign-account-driven-enrollment-profile"

_GIVE = Capability(
    Route.AUTOMATIC,
    "The profile is defined and given to the devices; each device is read back. A device that is in use keeps what it was set up with"
    " until it is erased.",
    ASSIGN,
)
_CLEAR = Capability(
    Route.AUTOMATIC, "The devices have no profile any more; one that has fetched it already keeps it until it is erased.", CLEAR
)
_ANNOUNCE = Capability(Route.AUTOMATIC, "The address is set at Apple and read back.", ANNOUNCE)
_RECORD = Capability(Route.RECORD, "Only our own record changes; nothing is sent to Apple.", DOCUMENTATION)

TABLE: dict[tuple[str, Verb], Capability] = {
    (PROFILE, Verb.CREATE): _GIVE,
    (PROFILE, Verb.UPDATE): _GIVE,
    (PROFILE, Verb.DELETE): _CLEAR,
    **{(DISCOVERY, verb): _ANNOUNCE for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE)},
    **{(kind, verb): _RECORD for kind in (PROFILE, DISCOVERY) for verb in (Verb.ADOPT, Verb.FORGET)},
}


def capability(kind: str, verb: Verb) -> Capability:
    """See Provider.capability."""
    unknown = Capability(Route.UNSUPPORTED, f"Apple's device enrolment service knows nothing of {kind}.", DOCUMENTATION)
    return TABLE.get((kind, verb), unknown)
