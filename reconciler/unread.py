"""Which kinds nothing reads, and what would read them: what an import or a coverage has to leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.capability import Verb
from reconciler.kinds import KINDS
from reconciler.kinds.domains import DOCUMENT, RECORD
from reconciler.kinds.enrolment import ENROLMENT_PROFILE, SERVICE_DISCOVERY
from reconciler.kinds.kind import Kind
from reconciler.kinds.licences import APP, LICENCE, TOKEN, USER
from reconciler.kinds.roles import ROLE
from reconciler.observed import Observed
from reconciler.provider import Provider

_ROSTER = "connect roster_upload, and device_enrolment, whose server token tells the roster"
_APPS = "connect apps_and_books"
_PROFILES = "connect device_enrolment"
READERS: Mapping[str, str] = {
    **{name: _ROSTER for name, kind in KINDS.items() if kind.whole},
    **dict.fromkeys((TOKEN, APP, USER, LICENCE), _APPS),
    **dict.fromkeys((ENROLMENT_PROFILE.name, SERVICE_DISCOVERY.name), _PROFILES),
    ROLE.name: "connect roster_api",
}
"""Kind → what makes it readable."""
PORTAL = "only Apple's portal shows them, so they are declared by hand"

NAMED_FIRST = "they are looked for only where these files name them"


def by_reason(unread: Iterable[tuple[Kind, str]]) -> Mapping[str, list[Kind]]:
    """Reason → the kinds of which it is true."""
    found: dict[str, list[Kind]] = {}
    for kind, why in unread:
        found.setdefault(why, []).append(kind)
    return found


def why_unread(kind: Kind, observed: Observed, provider: Provider) -> str:
    """Why nothing was read of a kind; empty if it was. `observed` holds everything that channels tell."""
    if kind.name in observed.items and not provider.capability(kind.name, Verb.CREATE).attested:
        return NAMED_FIRST if kind.name in (RECORD, DOCUMENT) and not observed.items[kind.name] else ""
    return READERS.get(kind.name, PORTAL)
