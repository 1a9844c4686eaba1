"""Locations, courses, classes and their members of an upload.

Apple School Manager User Guide, "Class template fields": a class that is left out loses its students and its Schoolwork data and turns
into a manual one; a course likewise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers.simulator.academic.frame import PRIMARY, new_uid
from providers.simulator.academic.journal import Journal
from providers.simulator.academic.judge import Row, Rows
from providers.simulator.academic.reader import Quirk
from providers.simulator.academic.template import DISPLAY_NAME
from providers.simulator.store import Store

Names = Mapping[str, str]
"""The school's ids → the organization's own."""
_CHANGE_CLASS = "UPDATE classes SET class_number = ?, display_name = ?, course = ?, location = ?, source = 'SFTP', op_at = ? WHERE uid = ?"
_MEMBERS = (
    "SELECT m.class, m.person, m.roster_id FROM members m JOIN classes c ON c.uid = m.class"
    " WHERE m.role = 'student' AND c.source = 'SFTP' AND c.deleted_at IS NULL"
)
_ENROL = (
    "INSERT INTO members VALUES (?, 'student', ?, ?, ?) ON CONFLICT DO UPDATE SET place = excluded.place, roster_id = excluded.roster_id"
)


def locations(store: Store, quirk: Quirk, at: float, journal: Journal, rows: Sequence[Row]) -> None:
    """Create, rename and (where the switch says so) remove locations; the primary one stays as it is."""
    ask = "SELECT location_id, uid, name, source FROM locations WHERE deleted_at IS NULL ORDER BY position"
    known = {location_id: (uid, name, source) for location_id, uid, name, source in store.rows(ask)}
    for row in rows:
        cells, there = (row.key, row.values["location_name"]), known.get(row.key)
        if row.issue:
            journal.issue("location", cells, row.issue)
        elif there is None:
            add = "INSERT INTO locations (uid, location_id, name, source, op_at) VALUES (?, ?, ?, 'SFTP', ?)"
            store.rows(add, new_uid(), *cells, at)
            journal.done("location", cells, "CREATED")
        else:
            changed = row.key != PRIMARY and there[1:] != (cells[1], "SFTP")
            if changed:
                store.rows("UPDATE locations SET name = ?, source = 'SFTP', op_at = ? WHERE uid = ?", cells[1], at, there[0])
            journal.known("location", cells, changed=changed)
    dropped = [(key, *there) for key, there in known.items() if there[2] == "SFTP" and key not in {row.key for row in rows}]
    _drop(store, quirk, at, journal, dropped)


def _drop(store: Store, quirk: Quirk, at: float, journal: Journal, dropped: Sequence[tuple[str, ...]]) -> None:
    manner = quirk("import_dropped_location")
    for key, uid, name, _ in dropped:
        if manner == "refused":
            journal.issue("location", (key, name), "OPERATION_NOT_ALLOWED")
        elif manner == "removed":
            store.rows("UPDATE locations SET deleted_at = ?, op_at = ? WHERE uid = ?", at, at, uid)
            store.rows("DELETE FROM person_roles WHERE location = ?", uid)
            journal.done("location", (key, name), "DEACTIVATED")


class Teaching:
    """Courses, classes and members of one import; locations and people are there by now."""

    def __init__(self, store: Store, quirk: Quirk, at: float, journal: Journal) -> None:
        self._store = store
        self._quirk = quirk
        self._at = at
        self._journal = journal
        self._locations: Names = self._names("locations", "location_id")
        self._people: Names = self._names("persons", "person_id")

    def keep(self, rows: Rows) -> None:
        """Apply all three files."""
        courses = self._courses(rows.of["courses"])
        classes = self._classes(rows.of["classes"], courses)
        self._members(rows.of["rosters"], classes)

    def _names(self, table: str, own_id: str) -> Names:
        return dict(self._store.rows(f"SELECT {own_id}, uid FROM {table} WHERE deleted_at IS NULL ORDER BY position"))  # noqa: S608 - this class's own words

    def _known(self, table: str, own_id: str, columns: str) -> dict[str, tuple[Any, ...]]:
        """The row that a school's id means: uid, source and `columns`; one that turned manual only where it may be taken back."""
        anew = self._quirk("import_class_returns") == "created_anew"
        ask = f"SELECT {own_id}, uid, source, {columns} FROM {table} WHERE deleted_at IS NULL AND {own_id} != '' ORDER BY position"  # noqa: S608 - see _names
        return {row[0]: row[1:] for row in self._store.rows(ask) if not anew or row[2] == "SFTP"}

    def _courses(self, rows: Sequence[Row]) -> Names:
        known = self._known("courses", "course_id", "course_number, name, location")
        for row in rows:
            cells = tuple(row.values[name] for name in ("course_id", "course_number", "course_name", "location_id"))
            values = (*cells[1:3], self._locations.get(cells[3], ""))
            if row.issue or not values[2]:
                self._journal.issue("course", cells, row.issue or "NOT_FOUND")
            elif (there := known.get(row.key)) is None:
                add = "INSERT INTO courses (uid, course_id, course_number, name, location, source, op_at) VALUES (?, ?, ?, ?, ?, 'SFTP', ?)"
                self._store.rows(add, new_uid(), row.key, *values, self._at)
                self._journal.done("course", cells, "CREATED")
            else:
                changed = there[1:] != ("SFTP", *values)
                change = "UPDATE courses SET course_number = ?, name = ?, location = ?, source = 'SFTP', op_at = ? WHERE uid = ?"
                if changed:
                    self._store.rows(change, *values, self._at, there[0])
                self._journal.known("course", cells, changed=changed)
        self._end_courses(known, {row.key for row in rows})
        return self._names("courses", "course_id")

    def _end_courses(self, known: Mapping[str, tuple[Any, ...]], present: set[str]) -> None:
        for key, (uid, source, number, name, location) in known.items():
            if source == "SFTP" and key not in present:
                self._store.rows("UPDATE courses SET source = 'MANUAL', op_at = ? WHERE uid = ?", self._at, uid)
                self._store.rows("UPDATE classes SET schoolwork = 0, op_at = ? WHERE course = ?", self._at, uid)
                place = next((own for own, there in self._locations.items() if there == location), "")
                self._journal.removed("course", (key, number, name, place))

    def _classes(self, rows: Sequence[Row], courses: Names) -> Names:
        known = self._known("classes", "class_id", "class_number, display_name, course, location")
        titles = dict(self._store.rows("SELECT uid, name FROM courses"))
        for row in rows:
            course = courses.get(row.values["course_id"], "")
            cells = (row.key, titles.get(course, ""), row.values["class_number"])
            there = known.get(row.key)
            nickname = row.values.get(DISPLAY_NAME, there[3] if there else "")
            values = (cells[2], nickname, course, self._locations.get(row.values["location_id"], ""))
            if row.issue or not all(values[2:]):
                self._journal.issue("class", cells, row.issue or "NOT_FOUND")
            elif there is None:
                self._create_class(row, values)
                self._journal.done("class", cells, "CREATED")
            else:
                changed = self._teach(there[0], row) or there[1:] != ("SFTP", *values)
                if changed:
                    self._store.rows(_CHANGE_CLASS, *values, self._at, there[0])
                self._journal.known("class", cells, changed=changed)
        self._end_classes(known, {row.key for row in rows}, titles)
        return self._names("classes", "class_id")

    def _create_class(self, row: Row, values: tuple[str, ...]) -> None:
        uid = new_uid()
        add = (
            "INSERT INTO classes (uid, class_id, class_number, display_name, course, location, source, op_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'SFTP', ?)"
        )
        self._store.rows(add, uid, row.key, *values, self._at)
        self._teach(uid, row)

    def _teach(self, uid: str, row: Row) -> bool:
        """Make the instructors of a class those of its row; whether they were others before."""
        wanted = [self._people[person] for person in row.instructors if person in self._people]
        ask = "SELECT person FROM members WHERE class = ? AND role = 'instructor' ORDER BY place"
        if wanted == [person for (person,) in self._store.rows(ask, uid)]:
            return False
        self._store.rows("DELETE FROM members WHERE class = ? AND role = 'instructor'", uid)
        self._store.many("INSERT INTO members VALUES (?, 'instructor', ?, ?, '')", ((uid, n, person) for n, person in enumerate(wanted)))
        return True

    def _end_classes(self, known: Mapping[str, tuple[Any, ...]], present: set[str], titles: Names) -> None:
        for key, (uid, source, number, _, course, _) in known.items():
            if source == "SFTP" and key not in present:
                self._store.rows("UPDATE classes SET source = 'MANUAL', schoolwork = 0, op_at = ? WHERE uid = ?", self._at, uid)
                self._store.rows("DELETE FROM members WHERE class = ? AND role = 'student'", uid)
                self._journal.removed("class", (key, titles.get(course, ""), number))

    def _members(self, rows: Sequence[Row], classes: Names) -> None:
        former = {(class_, person): roster for class_, person, roster in self._store.rows(_MEMBERS)}
        wanted: dict[tuple[str, str], str] = {}
        for row in rows:
            cells = tuple(row.values[name] for name in ("roster_id", "class_id", "student_id"))
            pair = (classes.get(cells[1], ""), self._people.get(cells[2], ""))
            if row.issue or not all(pair):
                self._journal.issue("roster", cells, row.issue or "NOT_FOUND")
                continue
            wanted[pair] = cells[0]
            if pair not in former:
                self._journal.done("roster", cells, "ADDED")
            else:
                self._journal.known("roster", cells, changed=former[pair] != cells[0])
        self._enrol(former, wanted)

    def _enrol(self, former: Mapping[tuple[str, str], str], wanted: Mapping[tuple[str, str], str]) -> None:
        leaving = [pair for pair in former if pair not in wanted]
        class_ids, people = ({uid: own for own, uid in names.items()} for names in (self._names("classes", "class_id"), self._people))
        for class_, person in leaving:
            cells = (former[class_, person], class_ids.get(class_, ""), people.get(person, ""))
            self._journal.removed("roster", cells)
        self._store.many("DELETE FROM members WHERE class = ? AND person = ? AND role = 'student'", leaving)
        places = {pair: n for n, pair in enumerate(wanted)}
        self._store.many(_ENROL, ((class_, places[class_, person], person, roster) for (class_, person), roster in wanted.items()))
        touched = {pair[0] for pair in leaving} | {pair[0] for pair in wanted if pair not in former}
        self._store.many("UPDATE classes SET op_at = ? WHERE uid = ?", ((self._at, uid) for uid in touched))
