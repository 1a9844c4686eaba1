from __future__ import annotations

from collections.abc import Mapping

import pytest

from providers.simulator.academic.portal import PersonSeed
from reconciler.errors import ProviderError
from tests.device_enrolment.district import District


def _school(switches: Mapping[str, str] | None = None) -> District:
    district = District({"mdm_roster_limit": "7", **(switches or {})})
    portal = district.tenant.academic
    place = portal.create_location("North School", "north")
    seeds = [PersonSeed(f"First{n}", f"Last{n}", f"p-{n}", roles=[("Student", "north")]) for n in range(30)]
    portal.create_persons(seeds)
    portal.create_class("7-A", "north", instructors=["p-0"], students=["p-1", "p-2"])
    portal.create_class("Empty", "north")
    assert place
    return district


SWITCHES: dict[str, dict[str, str]] = {
    "as documented": {},
    "the old address of courses": {"mdm_roster_course_path": "old"},
    "the current address of courses": {"mdm_roster_course_path": "current"},
    "flags as texts": {"mdm_roster_more": "string"},
    "members as null": {"mdm_roster_members": "null"},
    "one source id for all": {"mdm_roster_source_ids": "repeated"},
    "a session that rotates": {"enrolment_session_rotates": "dying"},
    "words in quotes": {"enrolment_error_text": "quoted"},
    "a circle that passes": {"mdm_roster_cursor_repeats": "always@mdmroster:3"},
    "a limit in the middle": {"rate_limited": "always@mdmroster:4"},
    "a closed service in the middle": {"server_error": "before@mdmroster:4", "server_error_status": "503"},
    "a cut in the middle": {"cut_connection": "midway@mdmroster:4"},
    "an old version": {"enrolment_newest_version": "3"},
}


@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES.keys())
def test_the_roster_is_read_whole_in_every_manner(switches: dict[str, str]) -> None:
    """Whatever the service's manners, every account, class, location and member that there is comes out of the reading."""
    district = _school(switches)
    reading = district.service.read_roster(district.report)
    persons = {person.unique_identifier for person in district.tenant.academic.persons()}
    assert reading.persons.keys() == persons
    assert {place.name for place in reading.locations.values()} >= {"North School"}
    members = {class_.display_name or class_.name: len(class_.instructors) + len(class_.students) for class_ in reading.classes.values()}
    assert sorted(members.values()) == [0, 3]


def test_person_ids_come_with_the_newest_version() -> None:
    """We speak the version that tells person_id, by which people are matched."""
    district = _school()
    reading = district.service.read_roster(district.report)
    assert {person.person_id for person in reading.persons.values()} >= {f"p-{n}" for n in range(30)}


def test_a_circle_without_end_is_an_error() -> None:
    """Pages that always lead back are an error, never half a roster."""
    district = _school({"mdm_roster_cursor_repeats": "always"})
    with pytest.raises(ProviderError, match="circle"):
        district.service.read_roster(district.report)
