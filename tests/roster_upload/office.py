"""The roster channel in front of a pretend organization that has one upload already, and the changes that the next one makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from providers.roster_upload import capabilities
from providers.roster_upload.account import Account
from providers.roster_upload.live import Live
from providers.roster_upload.provider import Line, RosterUpload, Way
from providers.roster_upload.sftp import Sftp
from providers.simulator.academic import sftp_door
from reconciler.capability import Verb
from reconciler.desired import Desired
from reconciler.plan import Cause, Change, Verdict
from reconciler.provider import Look, Note, Report
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Declared
from reconciler.roster.copies import Copies
from reconciler.roster.desired import declare
from reconciler.roster.write import to_zip
from tests.apple_school.school import Shelf
from tests.device_enrolment.district import District
from tests.roster.district import roster_of
from tests.roster_upload.academy import people

Rows = Mapping[str, Sequence[Mapping[str, str]]]
PATIENCE = timedelta(hours=1)


def before() -> Rows:
    """Everybody, one location and one course more."""
    rows = people()
    rows["locations"].append({"location_id": "old", "location_name": "Old School"})
    rows["courses"].append({"course_id": "latin", "course_name": "Latin", "location_id": "west"})
    return rows


def after() -> Rows:
    """Of each kind one thing has come, one has changed and one has gone."""
    rows = people()
    rows["students"][4] |= {"grade_level": "7"}
    rows["students"].append(rows["students"][57] | {"person_id": "s-60", "last_name": "Inventada60z", "sis_username": "xin60u"})
    rows["students"] = [row for row in rows["students"] if row["person_id"] != "s-0"]
    rows["rosters"] = [row for row in rows["rosters"] if row["student_id"] != "s-0" and row["class_id"] != "c-5"]
    rows["classes"].append(rows["classes"].pop() | {"class_id": "c-6"})
    rows["courses"].append({"course_id": "art", "course_name": "Art", "location_id": "west"})
    rows["courses"][0] |= {"course_name": "Sciences"}
    rows["locations"].append({"location_id": "east", "location_name": "East School"})
    rows["locations"][0] |= {"location_name": "Northern School"}
    return rows


def look(rows: Rows) -> Look:
    """What an observation for these rows is for."""
    roster = roster_of(rows)
    return Look(Desired(dict(declare(roster, REHEARSED))), {}, roster)


def changes(old: Rows, new: Rows) -> list[Change]:
    """One for each thing that differs."""
    were, are = (declare(roster_of(rows), REHEARSED) for rows in (old, new))
    return [
        _change(kind, name, were[kind].get(name), are[kind].get(name))
        for kind in were
        for name in sorted({*were[kind], *are[kind]})
        if were[kind].fingerprints.get(name) != are[kind].fingerprints.get(name)
    ]


def _change(kind: str, name: str, old: Declared | None, new: Declared | None) -> Change:
    verb = Verb.UPDATE if old and new else Verb.CREATE if new else Verb.DELETE
    was, will = old.spec if old else None, new.spec if new else None
    how = capabilities.capability(kind, verb)
    return Change(name, Verdict(kind, verb, was, will, Cause.INTENT, how, kind, "", fingerprint=new.fingerprint if new else ""))


class Office:
    """`provider` uploads to `district` by real SFTP. `reads`: whether a server token tells what Apple has."""

    def __init__(self, *, reads: bool) -> None:
        self.district = District(devices=3)
        self.tenant = self.district.tenant
        self.tenant.academic.upload("earlier.zip", to_zip(roster_of(before())))
        self.tenant.academic.import_now()
        line = Line("simulator", self._upload, lambda _: None, lambda: None)
        way = Way(line, self.reading(self.district) if reads else None, self._spent if reads else lambda: 0, lambda: None)
        self.provider = RosterUpload(way, Copies(Shelf()), self.tenant.clock, PATIENCE)

    def writes(self) -> int:
        """Zips that arrived after the first one."""
        return len(self.tenant.store.rows("SELECT 1 FROM imports")) - 1

    def note(self, event: str, **facts: str) -> None:
        """See Note."""

    def _upload(self, content: bytes, name: str, note: Note, report: Report) -> None:
        with sftp_door.open(self.tenant) as door:
            account = Account(door.host, door.user, (door.host_key_line,), door.port, "dropbox", door.password)
            Sftp(account, self.tenant.clock, report).upload(content, name, note)

    @staticmethod
    def reading(district: District) -> Callable[[Report], Live]:
        """What reads a district's roster back."""
        return lambda report: Live(district.service.read_roster(report), REHEARSED)

    def _spent(self) -> int:
        return int(self.district.service.driver.spent["reads"])
