"""The saved plan as a document: what many changes share is said once, and nothing that no plan holds is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from reconciler.capability import Capability, Route, Verb
from reconciler.errors import ReconcilerError
from reconciler.kinds.roster import Location, Person
from reconciler.plan import Binding, Cause, Change, Plan, Verdict
from reconciler.render.document import digest, load_plan, save, to_document
from reconciler.resource import Source

SENT = Capability(Route.AUTOMATIC, "By the next roster upload.", "https://support.apple.com")
PEOPLE = 40


def _joins(at: int) -> Change:
    person = Person(role="student", first_name=f"#{at:010}", last_name="#0000000000", locations=(f"school-{at % 2}",), grade="7")
    place = Source("sis/students.csv", at + 2, 1)
    verdict = Verdict("person", Verb.CREATE, None, person, Cause.NEW, SENT, "person", "", "sis", place, f"{at:016x} student")
    return Change(f"p-{at:012}", verdict)


def _renamed() -> Change:
    before, after = Location(name="North"), Location(name="North School")
    verdict = Verdict("location", Verb.UPDATE, before, after, Cause.INTENT, SENT, "location", "", "sis", Source("sis/locations.csv"), "0")
    return Change("north", verdict)


def _plan() -> Plan:
    joining = [_joins(at) for at in range(PEOPLE)]
    # Two who are the same in every respect but the name share a verdict, as devices of one list do.
    twins = [Change(f"p-twin{at}", replace(joining[0].verdict, noun="twin")) for at in range(2)]
    shared = [Change(change.name, twins[0].verdict) for change in twins]
    changes = (_renamed(), *joining, *shared, Change("p-gone", replace(joining[0].verdict, verb=Verb.FORGET, after=None, source=None)))
    return Plan(Binding("Test", "simulator", "", 0, "", "2026-11-24T08:00:00+00:00"), changes, (), ())


def test_what_changes_share_is_said_once() -> None:
    """Changes that differ in the person only are one group, and how they land stands in the document once."""
    document = to_document(_plan())
    assert [(group["verb"], len(group["names"])) for group in document["changes"]] == [
        ("update", 1),
        ("create", PEOPLE),
        ("create", 2),
        ("forget", 1),
    ]
    assert orjson.dumps(document).count(SENT.reason.encode()) == 1
    people = document["changes"][1]
    assert (people["after"]["grade"], len(people["after"]["first_name"]), people["source"]["file"]) == (["7"], PEOPLE, ["sis/students.csv"])


def test_a_saved_plan_is_read_as_it_was(tmp_path: Path) -> None:
    """Every change of a saved plan comes back with its own state before and after, place and mark."""
    plan, path = _plan(), tmp_path / "plan.json"
    save(plan, path)
    assert load_plan(path) == plan
    assert digest(load_plan(path)) == digest(plan)
    assert sum(b'"names"' in line for line in path.read_bytes().splitlines()) == 4  # a line for each group


CRAFTED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a column that is too short": lambda group: group["after"]["first_name"].pop(),
    "a column without values": lambda group: group["fingerprint"].clear(),
    "a name too many": lambda group: group["names"].append("p-more"),
    "no names": lambda group: group["names"].clear(),
    "an attribute that people do not have": lambda group: group["after"].update(shoe=["42"]),
    "a place that is none": lambda group: group["source"].update(line=["first"]),
    "a capability that is not there": lambda group: group.update(capability=7),
    "a capability from behind": lambda group: group.update(capability=-1),
}


@pytest.mark.parametrize("craft", CRAFTED.values(), ids=CRAFTED.keys())
def test_columns_that_no_plan_has(craft: Callable[[dict[str, Any]], object], tmp_path: Path) -> None:
    """A plan file whose columns do not fit its names, its kinds or its tables is refused in a sentence, even if its digest is right."""
    path = tmp_path / "plan.json"
    save(_plan(), path)
    document = orjson.loads(path.read_bytes())
    craft(document["changes"][1])
    del document["digest"]
    document["digest"] = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    path.write_bytes(orjson.dumps(document))
    with pytest.raises(ReconcilerError, match="is not a plan of this version"):
        load_plan(path)
