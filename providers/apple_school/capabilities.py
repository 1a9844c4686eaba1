"""What Apple lets a school do, and through what: the table that gates plans and makes the documentation.

The API of schools (up to 1.7) has one write, the activity on devices; services are read-only there.
"""

from __future__ import annotations

from reconciler import guide
from reconciler.capability import Capability, Route, Verb

API = "https://developer.apple.com/documentation/appleschoolmanagerapi"
"""User guide: Link to a third-party device management service."""
ACTIVITIES = f"{API}/create-an-orgdeviceactivity"

_SIGN_IN = guide.sign_in("Administrator", "Site Manager", "Device Enrollment Manager")

_CREATE = Capability(
    Route.TASK,
    "Apple gives schools no API for linking a device-management service: a person does it in the portal.",
    guide.SERVICES,
    (
        "In the service itself, download its public key certificate (a .pem or .der file).",
        _SIGN_IN,
        f"{guide.PREFERENCES} Select Add next to Your Device Management Services.",
        "Enter the name exactly as here: {name}",
        "Choose whether the service may release devices, upload the certificate, and select Save.",
        "Download the token and upload it in the service. It lasts one year.",
        "Where this entry has default_for, select Edit next to the default device assignment and choose this service for those devices.",
        "Run reconciler plan again: it finds the service by its name and ticks this off.",
    ),
)
_UPDATE = Capability(
    Route.TASK,
    "Apple lets schools read a service's name, default devices and release permission, and change them only in the portal.",
    guide.SERVICES,
    (
        _SIGN_IN,
        f"{guide.PREFERENCES} Select the service, then Edit.",
        "Make its name {name}, and bring the permission to release devices in line with the change above; select Save.",
        "For the devices it is the default for, go back to Preferences, select Edit next to the default device assignment, and choose.",
        "Run reconciler plan again: it reads the service and ticks this off.",
    ),
)
_DELETE = Capability(
    Route.TASK,
    "Apple gives schools no API for deleting a device-management service: a person does it in the portal.",
    guide.SERVICES,
    (
        "Make sure that no device is assigned to it any more; the plan shows where they go.",
        _SIGN_IN,
        f"{guide.PREFERENCES} Select the service {{name}}.",
        "If it is the default for any devices, choose another service for them first.",
        "Select Delete and confirm. This cannot be undone.",
        "Run reconciler plan again: it sees that the service is gone and ticks this off.",
    ),
)
_RECORD = Capability(Route.RECORD, "Only our own record changes; nothing is sent to Apple.", API)
_AUTOMATIC = Capability(Route.AUTOMATIC, "By an activity of the API; what became of it is read back.", ACTIVITIES)

TABLE: dict[tuple[str, Verb], Capability] = {
    ("mdm_server", Verb.CREATE): _CREATE,
    ("mdm_server", Verb.UPDATE): _UPDATE,
    ("mdm_server", Verb.DELETE): _DELETE,
    ("mdm_server", Verb.ADOPT): _RECORD,
    ("mdm_server", Verb.FORGET): _RECORD,
    ("device_assignment", Verb.CREATE): _AUTOMATIC,
    ("device_assignment", Verb.UPDATE): _AUTOMATIC,
    ("device_assignment", Verb.DELETE): _AUTOMATIC,
    ("device_assignment", Verb.ADOPT): _RECORD,
    ("device_assignment", Verb.FORGET): _RECORD,
}


def capability(kind: str, verb: Verb) -> Capability:
    """See Provider.capability; a kind that is not of this channel is unsupported, with the page that lists what is."""
    unknown = Capability(Route.UNSUPPORTED, f"The Apple School Manager API knows nothing of {kind}.", API)
    return TABLE.get((kind, verb), unknown)
