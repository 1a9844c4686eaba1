"""The law of roster plans: whatever the rosters are, uploading one makes the next plan empty."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from providers.roster_upload.provider import Line, RosterUpload, Way
from reconciler.connections import AppleSchoolConnection, Connections, SimulatorOptions
from reconciler.desired import Desired
from reconciler.landing import intents, land
from reconciler.plan import Binding, Plan
from reconciler.planner import Facts, plan
from reconciler.provider import Look, Note, Notice, Outcome, Report, Result
from reconciler.pseudonyms import REHEARSED
from reconciler.roster.copies import Copies
from reconciler.roster.desired import declare
from reconciler.settings import Approval, Guards, Organization, Settings
from state.record import Record
from tests.apple_school.school import Shelf
from tests.device_enrolment.district import District
from tests.roster.district import roster_of
from tests.roster.test_laws import NAMED, TEXT
from tests.roster_upload.office import Office

Rows = dict[str, list[dict[str, str]]]
PLACES, COURSES, CLASSES = ("north", "south"), ("art", "latin"), ("c-1", "c-2")
PEOPLE, TEACHERS = tuple(f"s-{at}" for at in range(5)), ("t-1", "t-2", "s-4")
NAME = TEXT.map(lambda text: f"X{text}")
"""Something of a name must be left for an account."""


@st.composite
def rosters(draw: st.DrawFn) -> Rows:
    """A sound roster of a few people, of whom one may be staff as well as student at another time."""
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, unique=True))
    staff = draw(st.lists(st.sampled_from(TEACHERS), unique=True))
    students = draw(st.lists(st.sampled_from([one for one in PEOPLE if one not in staff]), unique=True))
    courses = draw(st.lists(st.sampled_from(COURSES), unique=True))
    classes = draw(st.lists(st.sampled_from(CLASSES), unique=True)) if courses else []
    place = st.sampled_from(places)

    def person(name: str) -> dict[str, str]:
        return {
            "person_id": name,
            "first_name": draw(NAME),
            "last_name": draw(NAME),
            "middle_name": draw(st.just("") | TEXT),
            "location_id": draw(place),
            "sis_username": draw(st.just("") | TEXT),
        }

    return {
        "locations": [{"location_id": one, "location_name": draw(NAMED)} for one in places],
        "students": [person(one) | {"grade_level": draw(st.sampled_from(["", "K", "7"]))} for one in students],
        "staff": [person(one) for one in staff],
        "courses": [{"course_id": one, "course_name": draw(TEXT), "location_id": draw(place)} for one in courses],
        "classes": [
            {
                "class_id": one,
                "class_number": draw(TEXT),
                "course_id": draw(st.sampled_from(courses)),
                "location_id": draw(place),
                "instructor_id": draw(st.sampled_from(["", *staff])),
            }
            for one in classes
        ],
        "rosters": [
            {"class_id": one, "student_id": student}
            for one in classes
            for student in draw(st.lists(st.sampled_from(students), unique=True) if students else st.just([]))
        ],
    }


class School:
    """One organization, one record, and its plans."""

    def __init__(self, *, reads: bool) -> None:
        self.district = District(devices=1)
        self.tenant = self.district.tenant
        read = Office.reading(self.district) if reads else None
        way = Way(Line("simulator", self._upload, lambda _: None, lambda: None), read, lambda: 0, lambda: None)
        self.provider = RosterUpload(way, Copies(Shelf()), self.tenant.clock, timedelta(hours=1))
        self.record = Record("Law", "lineage", 1)

    def plan(self, rows: Rows, approvals: Sequence[Approval] = ()) -> Plan:
        """The plan for these rows."""
        roster = roster_of(rows)
        look = Look(Desired(dict(declare(roster, REHEARSED))), self.record.entries, roster)
        facts = Facts(look.desired, self.record, self.provider.observe(look, _unseen), _settings(approvals), self.tenant.clock.now().date())
        return plan(facts, self.provider, Binding("Law", "law", "lineage", 1, "", ""))

    def apply(self, made: Plan) -> None:
        """Do what the plan says."""
        recorded = [change for change in made.changes if change.verdict.verb.record_only]
        land(self.record, intents(recorded), dict.fromkeys((change.address for change in recorded), Outcome(Result.LANDED)))
        changes = {change.address: change for change in made.changes}
        for step in made.steps:
            outcomes = self.provider.settle(step, self.provider.send(step, _note, _unseen), _unseen)
            assert {outcome.result for outcome in outcomes.values()} <= {Result.LANDED, Result.TAKEN}, outcomes
            land(self.record, intents([changes[address] for address in step.covers]), outcomes)
        if made.steps:
            self.tenant.academic.import_now()

    def _upload(self, content: bytes, name: str, note: Note, report: Report) -> None:
        del note, report
        self.tenant.academic.upload(name, content)


def _note(event: str, **facts: str) -> None:
    """Nobody keeps a journal here."""


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def _settings(approvals: Sequence[Approval]) -> Settings:
    connections = Connections(apple_school=AppleSchoolConnection(simulator=SimulatorOptions()))
    return Settings(
        organization=Organization(name="Law", time_zone="UTC"), connections=connections, guards=Guards(), approvals=tuple(approvals)
    )


def _approvals(made: Plan) -> list[Approval]:
    """Those that the refusals name, with a reason."""
    read = YAML(typ="safe", pure=True).load
    texts: list[Any] = [read(refusal.approval)[0] | {"reason": "a law"} for refusal in made.refusals]
    return [Approval.model_validate({key: value if key == "up_to" else str(value) for key, value in one.items()}) for one in texts]


def _shuffled(rows: Rows, seed: int) -> Rows:
    chance = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
    return {name: chance.sample(listed, len(listed)) for name, listed in rows.items()}


@settings(max_examples=25, deadline=None)
@given(years=st.lists(rosters(), min_size=2, max_size=3), reads=st.booleans(), seed=st.integers())
def test_after_every_upload_the_next_plan_is_empty(years: list[Rows], reads: bool, seed: int) -> None:
    """From any roster to any other: what guards refuse passes with exactly the approvals they name; after import nothing is left to do,
    in whatever order the rows stand."""
    school = School(reads=reads)
    for rows in years:
        made = school.plan(rows)
        if made.refusals:
            approvals = _approvals(made)
            fewer = [approval.model_copy(update={"up_to": approval.up_to - 1}) for approval in approvals]
            assert len(school.plan(rows, fewer).refusals) == len(made.refusals)
            made = school.plan(rows, approvals)
        assert made.refusals == ()
        school.apply(made)
        again = school.plan(_shuffled(rows, seed))
        assert (again.changes, again.steps) == ((), ())
