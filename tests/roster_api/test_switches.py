from __future__ import annotations

import pytest

from providers.roster_api.calls import PAGE
from tests.roster_api.staff import JANE, JOHN, Staff, grant, who

LEAD = grant("t-0", "Manager")
SWITCHES = {
    "roster_api_page_parameter": ("pageToken", "nextPageToken"),
    "roster_api_deactivated": ("shown", "hidden"),
    "roster_api_token_life": ("1", "3600"),
    "roster_api_failure": ("never", "429@roster:1", "500@roster:1", "503@roster:1", "500@roster:1-3"),
}


@pytest.mark.parametrize(("switch", "word"), [(switch, word) for switch, words in SWITCHES.items() for word in words])
def test_every_position_is_survived(staff: Staff, switch: str, word: str) -> None:
    """Whatever Apple leaves open about the Roster API, roles that were granted tick themselves off and the others stay tasks."""
    staff.give("Janique", "Administrator")
    staff.switch(**{switch: word})
    assert sorted(staff.tasks()) == sorted((JOHN, LEAD))


@pytest.mark.parametrize("parameter", ["pageToken", "nextPageToken"])
def test_a_list_of_several_pages_is_read_whole(staff: Staff, parameter: str) -> None:
    """Everybody is read, whichever parameter the next page is asked for with: who stands on the last page is found."""
    students = [dict(staff.rows["students"][at % 60], person_id=f"x-{at}", email_address=f"x{at}@pupils.example") for at in range(PAGE)]
    staff.rows["students"] = [*students, *staff.rows["students"]]
    staff.upload()
    staff.give("t-0", "Manager")
    staff.switch(roster_api_page_parameter=parameter)
    assert sorted(staff.tasks()) == sorted((JANE, JOHN))


def test_without_consent_nothing_is_planned(staff: Staff) -> None:
    """Where no Administrator let the app read, the plan is refused with who must do what, and an exit code of its own."""
    staff.switch(roster_api_consent="missing")
    ran = staff.run("plan")
    assert ran.code == 3
    assert "the app may not read people" in ran.err
    assert "An Administrator or Site Manager must let the app read people (scope edu.users.read)." in ran.err


@pytest.mark.parametrize("failure", ["500", "503"])
def test_a_reading_is_whole_or_an_error(staff: Staff, failure: str) -> None:
    """An Apple that never answers ends the plan; nothing is taken for gone."""
    staff.done()
    staff.switch(roster_api_failure=failure)
    ran = staff.run("plan")
    assert (ran.code in (1, 6), ran.out) == (True, "")
    assert "Reading people's roles from the Roster API" in ran.err


def test_a_long_pause_is_an_error_of_its_own(staff: Staff) -> None:
    """A limit that stays reached ends in exit code 6."""
    staff.switch(roster_api_failure="429")
    assert staff.run("plan").code == 6


def test_who_is_hidden_stays_with_who_confirms(staff: Staff) -> None:
    """A deactivated account that Apple hides tells nothing of its roles: what was recorded stays, and a finding says so."""
    staff.done()
    staff.deactivate("t-0")
    staff.switch(roster_api_deactivated="hidden")
    assert f"1 person with roles in these files ({who('t-0')}) could not be told among Apple's accounts" in staff.run("plan").out
    assert staff.tasks() == []
