"""What roles, administrators and requests must be beside the rosters: judged when everything has been read, all findings at once.

People of rosters are never quoted: a finding names the entry and its place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from reconciler.access import Access, Holding, access
from reconciler.diagnostic import Severity
from reconciler.kinds.hierarchy import ADMINISTRATOR, BUYERS, MOST_ADMINISTRATORS, UNFEDERATED, UPLOADED, Deed
from reconciler.kinds.roles import Grant
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.load.entries import Loading
from reconciler.resource import Declared, Source
from reconciler.roster.layout import PEOPLE
from reconciler.roster.part import Roster
from reconciler.settings import Settings

ROLE, PERSON, REQUESTS = "role", "administrator", ("inspection", "credential_reset")
NOBODY = "is neither a key under administrators nor somebody in the rosters."
NOBODY_HINT = "Add them under administrators:, or correct the id."


def check_people(loading: Loading, settings: Settings, roster: Roster) -> None:
    """Report what is wrong with people's roles and with requests about them, and what directories and rosters forbid each other."""
    if any(loading.desired.of(kind) for kind in (ROLE, *REQUESTS)):
        Checks(loading, settings, roster).run()
    _check_sync(loading, settings)


@dataclass(frozen=True, slots=True)
class Who:
    """Everybody's key; and of those who are named: addresses, all roles, and the roles that rosters alone give."""

    known: Collection[str]
    addresses: dict[str, str]
    access: Access
    uploaded: Access


class Checks:
    """One pass over the entries that name people."""

    def __init__(self, loading: Loading, settings: Settings, roster: Roster) -> None:
        self._loading = loading
        self._settings = settings
        self._grants = [one for one in loading.desired.of(ROLE).values() if isinstance(one.spec, Grant)]
        self._requests = [(kind, name, one) for kind in REQUESTS for name, one in loading.desired.of(kind).items()]
        self._domains = settings.roster.terms.federated_domains
        self._who = self._named(roster)
        self._places = {*loading.known("location"), *roster.keys("locations"), settings.roster.primary_location} - {""}
        self._whole = not roster.broken

    def run(self) -> None:
        """All checks."""
        self._check_grants()
        self._check_students()
        self._check_count()
        for kind, name, one in self._requests:
            self._check_request(kind, name, one.spec)

    def _named(self, roster: Roster) -> Who:
        administrators = self._loading.desired.of(PERSON)
        named = {grant.spec.person for grant in self._grants if isinstance(grant.spec, Grant)}
        named |= {value for _, _, one in self._requests for value in _people(one.spec)}
        addresses = {key: str(getattr(one.spec, "email", "")) for key, one in administrators.items()}
        known = set(self._loading.known(PERSON))
        for layout in PEOPLE:
            for part in roster.of(layout.name):
                known.update(part.keys)
                addresses.update(
                    (key, email) for key, email in zip(part.keys, part.column("email_address"), strict=True) if email and key in named
                )
        return Who(known, addresses, access(roster, self._grants, named), access(roster, (), named))

    def _check_grants(self) -> None:
        for one in self._grants:
            grant = one.spec
            assert isinstance(grant, Grant)
            if self._nobody(ROLE, one.origin, "person", grant.person):
                continue
            self._check_place(one.origin, grant)
            self._check_grant(one, grant)

    def _check_grant(self, one: Declared, grant: Grant) -> None:
        place = self._loading.source(ROLE, one.origin, "role")
        if grant.role in UPLOADED:
            if Holding(grant.role, grant.location) not in self._who.uploaded.of(grant.person):
                said = f"role: {grant.role} is what rosters make of people, and they do not make this person one at {grant.location}."
                self._loading.say(place, said, "Correct the roster: nobody grants it in the portal.")
        elif grant.role in UNFEDERATED and self._federated(grant.person):
            said = f"role: {grant.role} cannot sign in through federation, and this person's address is in a federated domain."
            self._loading.say(place, said, "Give the role to an account with an address in another domain.")

    def _check_place(self, origin: str, grant: Grant) -> None:
        if self._places and self._whole and grant.location not in self._places:
            place = self._loading.source(ROLE, origin, "locations")
            hint = did_you_mean(grant.location, self._places)
            self._loading.say(place, f"locations: {short(grant.location)} is not a known location.", hint)

    def _check_students(self) -> None:
        """A Student beside a role that buys content cannot buy any more."""
        for one in self._grants:
            grant = one.spec
            assert isinstance(grant, Grant)
            if grant.role in BUYERS and any(held.role == "Student" for held in self._who.access.of(grant.person)):
                said = f"role: {grant.role} buys content, and this person is a Student, too, which takes that away."
                self._loading.say(self._loading.source(ROLE, one.origin, "role"), said, "Take one of the two roles away.")

    def _check_count(self) -> None:
        holders: dict[str, Declared] = {}
        for one in self._grants:
            if isinstance(one.spec, Grant) and one.spec.role == ADMINISTRATOR:
                holders.setdefault(one.spec.person, one)
        least = self._settings.guards.administrators.minimum
        for one in list(holders.values())[MOST_ADMINISTRATORS:]:
            said = f"role: this is one more than the {MOST_ADMINISTRATORS} Administrators that Apple allows."
            self._loading.say(self._loading.source(ROLE, one.origin, "role"), said, "A Site Manager can do nearly everything.")
        if self._grants and len(holders) < least:
            said = f"role: only {len(holders)} of the {least} Administrators that guards.administrators.minimum asks for are declared."
            hint = "Whoever is the only one locks everybody out by leaving: declare another."
            self._loading.say((next(iter(holders.values()), self._grants[0])).source, said, hint, Severity.WARNING)

    def _check_request(self, kind: str, name: str, spec: Any) -> None:
        fields = [field for field in ("account", "requested_by", "approved_by", "performed_by") if getattr(spec, field, None)]
        unknown = [self._nobody(kind, name, field, getattr(spec, field)) for field in fields]
        if any(unknown):
            return
        if kind == "inspection" and spec.approved_by == spec.requested_by:
            place = self._loading.source(kind, name, "approved_by")
            self._loading.say(place, "approved_by: is who asks.", "Somebody else has to agree.")
        deed: Deed = "inspect" if kind == "inspection" else "reset"
        for field in fields[1:]:
            if not self._who.access.where(deed, getattr(spec, field), spec.account):
                said = f"{field}: may not {_DEEDS[deed]} this account by Apple's hierarchy."
                hint = "See who may: reconciler access --on ACCOUNT."
                self._loading.say(self._loading.source(kind, name, field), said, hint)

    def _nobody(self, kind: str, name: str, field: str, person: str) -> bool:
        if person in self._who.known or not self._whole:
            return False
        self._loading.say(self._source(kind, name, field), f"{field}: {NOBODY}", NOBODY_HINT)
        return True

    def _source(self, kind: str, name: str, field: str) -> Source:
        return self._loading.source(kind, name, field)

    def _federated(self, person: str) -> bool:
        return self._who.addresses.get(person, "").rpartition("@")[2].casefold() in self._domains


_DEEDS = {"inspect": "inspect", "reset": "reset the credentials of"}


def _people(spec: Any) -> set[str]:
    return {value for field in ("account", "requested_by", "approved_by", "performed_by") if (value := getattr(spec, field, None))}


def _check_sync(loading: Loading, settings: Settings) -> None:
    """A directory forbids uploads, and what is federated is known to the roster's checks."""
    uploads = settings.connections.roster_upload is not None or settings.roster.sources
    for one in loading.desired.of("directory_sync").values():
        if uploads:
            loading.say(
                one.source, "A directory is synced here, and rosters are uploaded.", "Apple allows either: delete this, or the rosters."
            )
    for one in loading.desired.of("federation").values():
        for domain in sorted(set(getattr(one.spec, "domains", ())) - settings.roster.terms.federated_domains):
            said = f"{domain} is federated, and roster.federated_domains does not name it."
            loading.say(one.source, said, "Name it there, so that everybody's e-mail address is checked.", Severity.WARNING)
