"""What the journal keeps of a step, so that another process can finish it."""

from __future__ import annotations

import json
from pathlib import Path

from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.devices import DeviceAssignment
from reconciler.kinds.roster import Person
from reconciler.landing import begin_facts, intents, land, read_begin
from reconciler.plan import Cause, Change, Step, Verdict
from reconciler.provider import Outcome, Result
from reconciler.resource import Spec
from state.local import LocalBackend
from state.record import Entry, Record

SENT = Capability(Route.AUTOMATIC)


def _change(kind: str, verb: Verb, name: str, before: Spec | None, mark: str, remote_id: str = "") -> Change:
    return Change(name, Verdict(kind, verb, before, None, Cause.INTENT, SENT, kind, "", fingerprint=mark), remote_id)


def _changes() -> list[Change]:
    ada = Person(role="student", first_name="#0123456789", last_name="", locations=("north",))
    here = DeviceAssignment(server="jamf")
    return [
        *(_change("device_assignment", Verb.UPDATE, f"DMPX{at}", here, "feed", f"R{at}") for at in range(3)),
        *(
            _change("person", Verb.UPDATE, f"p-{at}", ada.model_copy(update={"grade": str(at)}), f"{at:016x} student north")
            for at in range(3)
        ),
        _change("person", Verb.DELETE, "p-gone", ada, ""),
    ]


def test_a_begun_step_is_read_back_from_the_journal(tmp_path: Path) -> None:
    """Another process reads from the journal's line what the step covers and what the record will hold of each name once it has landed."""
    changes = _changes()
    step = Step("roster-1", "roster_upload", "upload", "Upload", tuple(change.address for change in changes), {"content": "abc"}, 1, 1)
    journal = LocalBackend(tmp_path, "Test").journal()
    journal.append("begin", run="r1", **begin_facts(step, intents(changes)))
    (line,) = journal.lines()
    begun, meant = read_begin(line)
    assert begun == step
    assert meant == intents(changes)
    record = Record("Test", entries={"person": {"p-gone": Entry("old")}})
    land(record, meant, dict.fromkeys(begun.covers, Outcome(Result.LANDED)))
    assert record.entries == {
        "device_assignment": {f"DMPX{at}": Entry("feed", f"R{at}") for at in range(3)},
        "person": {f"p-{at}": Entry(f"{at:016x} student north") for at in range(3)},
    }


def test_the_journal_names_nobody_twice() -> None:
    """A begun step's line holds every name once, and a fingerprint that many devices share once: a first upload has 167,000 names."""
    changes = [_change("device_assignment", Verb.UPDATE, f"DMPX{at}", DeviceAssignment(server="jamf"), "feed") for at in range(3)]
    changes += [_change("person", Verb.CREATE, f"p-{at}", None, f"{at:016x} student north") for at in range(3)]
    step = Step("one", "", "", "", tuple(change.address for change in changes), {}, 0, 0)
    line = json.dumps(begin_facts(step, intents(changes)))
    assert [line.count(f'"{change.name}"') for change in changes] == [1] * 6
    assert (line.count('"feed"'), line.count("student north")) == (1, 3)
