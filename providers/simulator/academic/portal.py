"""What a person does in the portal with people and classes: look, edit, create, grant, deactivate, delete, and read the activity list.

Apple School Manager User Guide, "Edit user accounts": of an uploaded account only its name, role and password may be edited; any other
edit turns it into a manual one, to which later uploads no longer apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from providers.simulator.academic import activity_log, importer, people
from providers.simulator.academic.accounts import ELEMENTS, Accounts, NoAccount, set_list
from providers.simulator.academic.activity_log import Activity
from providers.simulator.academic.frame import new_uid
from providers.simulator.clock import TenantClock
from providers.simulator.portal import PortalError
from providers.simulator.settling import settle
from providers.simulator.store import Store
from providers.simulator.switches import Switches

ROLES = (
    *("Administrator", "Site Manager", "People Manager", "Device Enrollment Manager", "Content Manager", "Manager", "Staff"),
    *("Instructor", "Student"),
)
EDITABLE = ("person_number", "first_name", "middle_name", "last_name", "grade_level", "email_address", "sis_username")
PASSCODES = ("complex", "four", "six")
_ADD_CLASS = (
    "INSERT INTO classes (uid, class_id, class_number, display_name, location, source, op_at) VALUES (?, '', '', ?, ?, 'MANUAL', ?)"
)
_DELETE_CLASS = (
    "UPDATE classes SET deleted_at = ?, op_at = ? WHERE ? IN (class_id, display_name, uid) AND source = 'MANUAL' AND deleted_at IS NULL"
    " RETURNING uid"
)
CANNOT_FEDERATE = ("Administrator", "Site Manager", "People Manager")


@dataclass(frozen=True, slots=True)
class PersonSeed:
    """An account to make by hand. `roles`: (role, location_id or name of the location); `source` as the read channels will tell it."""

    first_name: str
    last_name: str
    person_id: str = ""
    email_address: str = ""
    roles: Sequence[tuple[str, str]] = ()
    source: str = "MANUAL"
    others: Mapping[str, str] = field(default_factory=dict)
    """Further columns: person_number, middle_name, grade_level, sis_username."""


class AcademicPortal:
    """The pages for people, classes, locations and activities of one organization. Persons are named by person_id or account."""

    def __init__(self, store: Store, clock: TenantClock, switches: Switches) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches

    def upload(self, name: str, content: bytes) -> str:
        """A zip arrives by SFTP; returns its id."""
        with self._store.transaction():
            return importer.arrive(self._store, self._switches.settings(), self._clock.stamp(), name, content)

    def activities(self) -> list[Activity]:
        """The activity list, newest first."""
        now = self._settled()
        return activity_log.activities(self._store, now)

    def activity_log(self, id_: str = "") -> bytes:
        """The log of an activity, or of the newest one that has ended. PortalError if there is none."""
        settings = self._switches.settings()
        for activity in self.activities():
            if activity["ends_at"] is not None and id_ in ("", activity["id"]):
                return activity_log.download(self._store, lambda name: settings[name].word, activity)
        raise PortalError(
            f"No {'such import has ended' if id_ else 'import has ended yet'}.",
            "It takes some minutes of the organization's time: `simulator portal import-now FILE`.",
        )

    def import_now(self) -> None:
        """Let the organization's time run on until the imports that wait have ended."""
        last = self._store.row("SELECT MAX(ends_at) FROM imports WHERE settled = 0")
        if last and last[0] is not None:
            self._clock.sleep(last[0] - self._clock.stamp())
        self._settled()

    def persons(self) -> list[people.Person]:
        """All accounts."""
        self._settled()
        return list(people.persons(self._store))

    def classes(self) -> list[people.Class]:
        """All classes."""
        self._settled()
        return list(people.classes(self._store))

    def locations(self) -> list[people.Location]:
        """All locations."""
        self._settled()
        return list(people.locations(self._store))

    def create_location(self, name: str, location_id: str = "", *, passcode_type: str = "complex") -> str:
        """Add a location by hand; returns its unique identifier."""
        with self._store.transaction():
            add = "INSERT INTO locations (uid, location_id, name, source, passcode_type, op_at) VALUES (?, ?, ?, 'MANUAL', ?, ?)"
            uid = new_uid()
            self._store.rows(add, uid, location_id, name, _passcode(passcode_type), self._clock.stamp())
        return uid

    def create_persons(self, seeds: Sequence[PersonSeed]) -> list[str]:
        """Add accounts by hand; returns their unique identifiers."""
        with self._store.transaction():
            accounts, now = Accounts(self._store), self._clock.stamp()
            return [self._create(seed, accounts, now) for seed in seeds]

    def edit_person(self, person: str, **changes: str) -> None:
        """Change columns of an account (EDITABLE). One that came by upload turns into a manual one."""
        self._only(changes, EDITABLE)
        with self._store.transaction():
            turns = "UPDATE persons SET source = 'MANUAL', edited = 1 WHERE uid = ? AND source != 'MANUAL'"
            self._store.rows(turns, self._person(person))
            self._change(person, **changes)

    def rename_account(self, person: str, account: str) -> None:
        """Give somebody another Managed Apple Account; uploads go on."""
        with self._store.transaction():
            if self._store.row("SELECT 1 FROM persons WHERE account = ? AND deleted_at IS NULL", account):
                raise PortalError(f"The account name {account} is taken.", "Choose another.")
            self._change(person, account=account)

    def grant(self, person: str, role: str, location: str) -> None:
        """Give somebody a role at a location; it stays when files come and go."""
        with self._store.transaction():
            if role not in ROLES:
                raise PortalError(f"There is no role {role}.", f"Roles: {', '.join(ROLES)}.")
            uid = self._person(person)
            put = "INSERT INTO person_roles VALUES (?, ?, ?, 0) ON CONFLICT DO UPDATE SET uploaded = 0"
            self._store.rows(put, uid, role, self._location(location))
            # Administrators, Site Managers and People Managers sign in with Apple, not through federation.
            self._change(person, **({"federated": 0} if role in CANNOT_FEDERATE else {}))

    def revoke(self, person: str, role: str, location: str) -> None:
        """Take a role at a location away."""
        with self._store.transaction():
            gone = "DELETE FROM person_roles WHERE person = ? AND role = ? AND location = ? RETURNING role"
            if not self._store.rows(gone, self._person(person), role, self._location(location)):
                raise PortalError(f"{person} is not {role} at {location}.", "`portal people FILE` lists the roles.")
            self._change(person)

    def deactivate(self, person: str) -> None:
        """Deactivate an account; it is deleted when its days are over."""
        with self._store.transaction():
            self._change(person, status="InActive", deactivated_at=self._clock.stamp())

    def reactivate(self, person: str) -> None:
        """Bring a deactivated account back."""
        with self._store.transaction():
            self._change(person, status="Active", deactivated_at=None)

    def delete_person(self, person: str) -> None:
        """Delete an account at once. Refused for one that holds licences (OPERATION_NOT_ALLOWED_BY_VPP)."""
        with self._store.transaction():
            uid, now = self._person(person), self._clock.stamp()
            if self._store.row("SELECT 1 FROM persons WHERE uid = ? AND licensed = 1", uid):
                raise PortalError("OPERATION_NOT_ALLOWED_BY_VPP: the account holds licences.", "Revoke them first.")
            self._change(person, status="InActive", deleted_at=now)
            self._store.rows("DELETE FROM members WHERE person = ?", uid)
            self._store.rows("DELETE FROM person_roles WHERE person = ?", uid)

    def set_licensed(self, person: str, licensed: bool) -> None:
        """Whether an account holds licences, which keep it from being deleted."""
        with self._store.transaction():
            self._change(person, licensed=int(licensed))

    def create_class(self, name: str, location: str, *, instructors: Sequence[str] = (), students: Sequence[str] = ()) -> str:
        """Add a manual class with its members; returns its unique identifier."""
        with self._store.transaction():
            uid = new_uid()
            self._store.rows(_ADD_CLASS, uid, name, self._location(location), self._clock.stamp())
            for role, members in (("instructor", instructors), ("student", students)):
                rows = [(uid, role, n, self._person(person)) for n, person in enumerate(members)]
                self._store.many("INSERT OR IGNORE INTO members VALUES (?, ?, ?, ?, '')", rows)
        return uid

    def delete_class(self, class_: str) -> None:
        """Delete a manual class (its class_id or shown name), as one that was left out of an upload must be."""
        with self._store.transaction():
            now = self._clock.stamp()
            deleted = self._store.rows(_DELETE_CLASS, now, now, class_)
            if not deleted:
                raise PortalError(f"There is no manual class {class_}.", "Uploaded classes go when an upload leaves them out.")
            self._store.many("DELETE FROM members WHERE class = ?", deleted)

    def set_account_format(self, elements: Sequence[str], domain: str) -> None:
        """Of what new account names are made: columns, joined by dots, before @domain."""
        unknown = [element for element in elements if element not in ELEMENTS]
        if unknown or not elements:
            made = ", ".join(unknown) or "nothing"
            raise PortalError(f"An account name cannot be made of {made}.", f"Elements: {', '.join(ELEMENTS)}.")
        with self._store.transaction():
            set_list(self._store, "account_format", elements)
            self._store.set_meta("account_domain", domain.lower())

    def federate(self, domains: Sequence[str], *, personal_accounts: Sequence[str] = ()) -> None:
        """Let these domains sign in through federation: people with an address there are renamed to it.

        `personal_accounts`: addresses of these domains that are personal Apple Accounts already, and so in the way.
        """
        with self._store.transaction():
            set_list(self._store, "federated_domains", [domain.lower() for domain in domains])
            set_list(self._store, "personal_accounts", [account.lower() for account in personal_accounts])
            for domain in domains:
                self._rename_to_address(domain.lower())

    def _rename_to_address(self, domain: str) -> None:
        barred = f"SELECT person FROM person_roles WHERE role IN ({', '.join('?' * len(CANNOT_FEDERATE))})"  # noqa: S608 - question marks only
        ask = f"SELECT uid, lower(email_address) FROM persons WHERE deleted_at IS NULL AND uid NOT IN ({barred})"  # noqa: S608 - see above
        change = "UPDATE persons SET account = ?, federated = 1, op_at = ? WHERE uid = ?"
        rows = [(email, self._clock.stamp(), uid) for uid, email in self._store.rows(ask, *CANNOT_FEDERATE) if email.endswith(f"@{domain}")]
        self._store.many(change, rows)

    def _create(self, seed: PersonSeed, accounts: Accounts, now: float) -> str:
        uid = new_uid()
        given = dict.fromkeys(("person_id", *EDITABLE), "") | dict(seed.others)
        given |= {
            "person_id": seed.person_id,
            "first_name": seed.first_name,
            "last_name": seed.last_name,
            "email_address": seed.email_address,
        }
        self._only(given, ("person_id", *EDITABLE))
        try:
            accounts.check(uid, given)
        except NoAccount as problem:
            raise PortalError(f"{problem.substatus}: no account name can be had for this person.", "See the account format.") from problem
        made = {"account": accounts.give(uid, given), "passcode_type": "complex", "federated": int(accounts.federated(given))}
        values = {"uid": uid, **given, **made, "source": seed.source, "status": "Active", "created_at": now, "op_at": now}
        # Column names are this package's own words: `_only` saw to that.
        add = f"INSERT INTO persons ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"  # noqa: S608 - see above
        self._store.rows(add, *values.values())
        grants = [(uid, role, self._location(location)) for role, location in seed.roles]
        self._store.many("INSERT INTO person_roles VALUES (?, ?, ?, 0)", grants)
        return uid

    def _change(self, person: str, **changes: object) -> None:
        columns = ", ".join(f"{name} = ?" for name in (*changes, "op_at"))
        # Column names are this class's own words or were compared with EDITABLE.
        self._store.rows(f"UPDATE persons SET {columns} WHERE uid = ?", *changes.values(), self._clock.stamp(), self._person(person))  # noqa: S608 - see above

    def _only(self, given: Iterable[str], known: Sequence[str]) -> None:
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise PortalError(f"The portal cannot edit {', '.join(unknown)}.", f"It can edit: {', '.join(known)}.")

    def _person(self, name: str) -> str:
        self._settled()
        ask = "SELECT uid FROM persons WHERE ? IN (person_id, account, uid) AND deleted_at IS NULL ORDER BY position"
        found = self._store.rows(ask, name) if name else []
        if len(found) != 1:
            raise PortalError(f"{len(found) or 'No'} accounts are called {name}.", "Name a person_id or a Managed Apple Account.")
        return str(found[0][0])

    def _location(self, name: str) -> str:
        ask = "SELECT uid FROM locations WHERE ? IN (location_id, name, uid) AND deleted_at IS NULL ORDER BY position"
        found = self._store.rows(ask, name) if name else []
        if len(found) != 1:
            raise PortalError(f"{len(found) or 'No'} locations are called {name}.", "Name a location_id or the name of a location.")
        return str(found[0][0])

    def _settled(self) -> float:
        """Bring the organization up to now; returns that moment."""
        with self._store.transaction():
            now = self._clock.stamp()
            settle(self._store, self._switches.settings(), now)
        return now


def _passcode(passcode_type: str) -> str:
    if passcode_type not in PASSCODES:
        raise PortalError(f"There is no passcode type {passcode_type}.", f"Types: {', '.join(PASSCODES)}.")
    return passcode_type
