"""People of an upload: created, updated, taken over, brought back; whoever is left out is deactivated, and deleted in time.

Apple School Manager User Guide, "Edit user accounts", and Apple Support, "Deactivate and delete Managed Apple Accounts": 120 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.simulator.academic.accounts import Accounts, NoAccount
from providers.simulator.academic.frame import new_uid
from providers.simulator.academic.journal import Journal
from providers.simulator.academic.judge import POLICIES, Row
from providers.simulator.academic.reader import Quirk, Rejected
from providers.simulator.store import Store
from providers.simulator.switches import Setting

DAY = 86_400.0
UPLOADED_DAYS = 120
ROLES = {"students": "Student", "staff": "Instructor"}
_GIVEN = ("person_id", "person_number", "first_name", "middle_name", "last_name", "grade_level", "email_address", "sis_username")
_MADE = ("account", "passcode_type", "federated", "source", "status", "edited", "deactivated_at")
_COLUMNS = ", ".join(("uid", *_GIVEN, *_MADE))
_SET = ", ".join(f"{column} = ?" for column in (*_GIVEN, *_MADE))
Known = Mapping[str, Any]
"""A row of the table persons."""


@dataclass(slots=True)
class _Kept:
    """A row that is applied: to whom (None: somebody new)."""

    row: Row
    known: Known | None


class People:
    """The people of one import: first `consider` what comes of each, which may refuse the import, then `keep` it."""

    def __init__(self, store: Store, quirk: Quirk, at: float, journal: Journal, every: int) -> None:
        self._store = store
        self._quirk = quirk
        self._at = at
        self._journal = journal
        self._every = every
        self._accounts = Accounts(store)
        names = ("uid", *_GIVEN, *_MADE)
        ask = f"SELECT {_COLUMNS} FROM persons WHERE deleted_at IS NULL AND person_id != '' ORDER BY position"  # noqa: S608 - this module's own words
        self._known: dict[str, Known] = {row[1]: dict(zip(names, row, strict=True)) for row in store.rows(ask)}
        self._kept: list[_Kept] = []
        self._leaving: list[Known] = []

    def consider(self, rows: Sequence[Row]) -> None:
        """Decide on every row. Rejected if the import must not run at all."""
        present = {row.key for row in rows}
        ours = [one for one in self._known.values() if one["source"] == "SFTP" and one["status"] == "Active"]
        self._leaving = [one for one in ours if one["person_id"] not in present]
        threshold = float(self._quirk("import_removal_threshold"))
        if threshold and len(self._leaving) * 100 > threshold * len(ours):
            raise Rejected(f"The upload leaves out {len(self._leaving)} of {len(ours)} people.", substatus="OPERATION_NOT_ALLOWED")
        nameless: list[str] = []
        for number, row in enumerate(rows, 1):
            known = self._known.get(row.key)
            substatus, silent = self._problem(number, row, known)
            if substatus == "MANAGED_ID_GENERATION_FAILED":
                nameless.append(f"{row.file}.csv - {row.key} lacks an element of the account format")
            if not substatus and not silent:
                self._kept.append(_Kept(row, known))
            elif not silent:
                self._journal.issue("person", _cells(row.values), substatus)
        if nameless and self._quirk("upload_blank_account_element") == "fails":
            raise Rejected(*nameless, substatus="MANAGED_ID_GENERATION_FAILED")

    def keep(self) -> None:
        """Write what was decided; the locations of the upload are there by now."""
        places = dict(self._store.rows("SELECT location_id, uid FROM locations WHERE deleted_at IS NULL ORDER BY position"))
        policies = dict(self._store.rows("SELECT uid, passcode_type FROM locations"))
        former: dict[str, set[tuple[str, str]]] = {}
        for person, role, location in self._store.rows("SELECT person, role, location FROM person_roles WHERE uploaded = 1"):
            former.setdefault(person, set()).add((role, location))
        roles: dict[str, set[tuple[str, str]]] = {}
        created, updated = [], []
        for one in self._kept:
            if not places.keys() >= set(one.row.locations):  # the location's own row could not be applied
                self._journal.issue("person", _cells(one.row.values), "NOT_FOUND")
                continue
            wanted = {(ROLES[one.row.file], places[location]) for location in one.row.locations}
            passcode = self._passcode(one, policies[places[one.row.locations[0]]])
            values, changed = self._values(one, passcode)
            if one.known is None:
                uid = values["uid"]
                created.append(values)
                self._journal.done("person", _cells(one.row.values), "CREATED")
            else:
                uid = str(one.known["uid"])
                changed = changed or wanted != former.get(uid, set())
                if changed:
                    updated.append(values)
                self._journal.known("person", _cells(one.row.values), changed=changed)
            if wanted != former.get(uid, set()):
                roles[uid] = wanted
        self._write(created, updated, roles)
        self._deactivate()

    def _problem(self, number: int, row: Row, known: Known | None) -> tuple[str, bool]:
        """The substatus of a row that is not applied, and whether nothing tells of it."""
        if row.issue or (self._every and number % self._every == 0):
            return row.issue or "INTERNAL_ERROR", row.silent
        edited = self._quirk("import_edited_account")
        if known and known["edited"] and edited != "taken_over":
            return "OPERATION_NOT_ALLOWED", edited == "silent"
        if known and known["status"] != "Active" and self._quirk("import_reappearance") == "refused":
            return "OPERATION_NOT_ALLOWED", False
        try:
            self._accounts.check(known["uid"] if known else f"new {row.key}", _complete(row.values))
        except NoAccount as problem:
            return problem.substatus, False
        return "", False

    def _passcode(self, one: _Kept, default: str) -> str:
        """The file's policy, else what the person has, else the location's; staff always have the standard one."""
        if one.row.file == "staff":
            return "complex"
        return POLICIES[one.row.values["password_policy"]] or (str(one.known["passcode_type"]) if one.known else default)

    def _values(self, one: _Kept, passcode: str) -> tuple[dict[str, Any], bool]:
        """The person as it is to be, and whether that is another than before."""
        given, known = {name: one.row.values.get(name, "") for name in _GIVEN}, one.known
        uid = str(known["uid"]) if known else new_uid()
        if known and self._quirk("import_updates") == "lost":
            given = {name: known[name] for name in _GIVEN}
        account = self._accounts.give(uid, given, str(known["account"]) if known else "")
        stays = bool(known and known["status"] != "Active" and self._quirk("import_reappearance") == "stays_inactive")
        made = {
            "account": account,
            "passcode_type": passcode,
            "federated": int(self._accounts.federated(given)),
            "source": "SFTP",
            "status": "InActive" if stays else "Active",
            "edited": 0,
            "deactivated_at": known["deactivated_at"] if known and stays else None,
        }
        values = {"uid": uid, **given, **made}
        return values, known is None or values != known

    def _write(self, created: list[dict[str, Any]], updated: list[dict[str, Any]], roles: Mapping[str, set[tuple[str, str]]]) -> None:
        add = f"INSERT INTO persons ({_COLUMNS}, created_at, op_at) VALUES ({', '.join('?' * (len(_GIVEN) + len(_MADE) + 3))})"  # noqa: S608 - this module's own words
        self._store.many(add, ((*one.values(), self._at, self._at) for one in created))
        change = f"UPDATE persons SET {_SET}, op_at = ? WHERE uid = ?"  # noqa: S608 - this module's own words
        self._store.many(change, ((*[*one.values()][1:], self._at, one["uid"]) for one in updated))
        self._store.many("DELETE FROM person_roles WHERE person = ? AND uploaded = 1", ((uid,) for uid in roles))
        grants = ((uid, role, location) for uid, wanted in roles.items() for role, location in wanted)
        self._store.many("INSERT OR IGNORE INTO person_roles VALUES (?, ?, ?, 1)", grants)

    def _deactivate(self) -> None:
        gone = ((self._at, self._at, one["uid"]) for one in self._leaving)
        self._store.many("UPDATE persons SET status = 'InActive', deactivated_at = ?, op_at = ? WHERE uid = ?", gone)
        for one in self._leaving:
            self._journal.done("person", (*_cells(one)[:-1], ""), "DEACTIVATED")


def bury(store: Store, settings: Mapping[str, Setting], now: float) -> None:
    """Delete the accounts whose days after deactivation are over, except those that hold content."""
    end = "deactivated_at + CASE source WHEN 'MANUAL' THEN ? ELSE ? END"
    days = (float(settings["manual_deletion_days"].word) * DAY, UPLOADED_DAYS * DAY)
    # `end` is this function's own text.
    change = (
        f"UPDATE persons SET deleted_at = {end}, op_at = {end} WHERE deactivated_at IS NOT NULL AND deleted_at IS NULL AND licensed = 0"  # noqa: S608 - see above
        f" AND {end} <= ? RETURNING uid"
    )
    dead = store.rows(change, *days, *days, *days, now)
    store.many("DELETE FROM members WHERE person = ?", dead)
    store.many("DELETE FROM person_roles WHERE person = ?", dead)


def _complete(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: values.get(name, "") for name in _GIVEN}


def _cells(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values[name]) for name in ("person_id", "last_name", "first_name", "person_number", "email_address"))
