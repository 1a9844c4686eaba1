"""What an upload does to people and classes, and what it means for them: the table that gates plans and makes the documentation."""

from __future__ import annotations

from reconciler import guide
from reconciler.capability import Capability, Route, Verb

UPLOAD = guide.page("axmca6a10439")
"""User guide: Use SFTP to upload files. Every upload carries everything; what it leaves out is removed."""
DEACTIVATE = "https://support.apple.com/101391"
"""Deactivate and delete Managed Apple Accounts."""
CLASSES, COURSES, LOCATIONS = map(guide.page, ("axm0e48f1bbe", "axm5629a4fe4", "axm230e24905"))

_SENT = Capability(Route.AUTOMATIC, "By the next roster upload, which carries everybody and everything.", UPLOAD)
_RECORD = Capability(Route.RECORD, "Only our own record changes; nothing is uploaded.", UPLOAD)
_ENDS = {
    "person": Capability(Route.AUTOMATIC, "Accounts are deactivated, and deleted after 120 days.", DEACTIVATE),
    "class": Capability(
        Route.AUTOMATIC, "Its students are removed, its Schoolwork progress is deleted, and it stays as a manual class to delete.", CLASSES
    ),
    "course": Capability(Route.AUTOMATIC, "Its class list in Schoolwork goes; who teaches it again needs a new course.", COURSES),
    "location": Capability(Route.AUTOMATIC, "Apple does not say what becomes of a location that an upload leaves out.", LOCATIONS),
}


def capability(kind: str, verb: Verb) -> Capability:
    """See Provider."""
    if kind not in _ENDS:
        return Capability(Route.UNSUPPORTED, "Roster uploads carry locations, people, courses and classes.", UPLOAD)
    if verb.record_only:
        return _RECORD
    return _ENDS[kind] if verb is Verb.DELETE else _SENT
