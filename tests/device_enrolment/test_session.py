from __future__ import annotations

from datetime import timedelta

import pytest

from providers.device_enrolment.account import Account, read
from providers.simulator.enrolment.tokens import revoke
from reconciler.errors import ProviderError, Unauthorized
from tests.device_enrolment.district import District
from tests.device_enrolment.sealed import issued


def _account(district: District) -> Account:
    return district.service.driver.run(read(), district.report)


def _sessions(district: District) -> int:
    return district.asked("GET /session")


def test_one_session_serves_many_requests() -> None:
    """A session is opened once and shown with every request, whose answer names the organization and the service."""
    district = District()
    for _ in range(3):
        account = _account(district)
    assert (account.server_name, account.org_type, account.page("/server/devices")) == ("Jamf School", "edu", 1000)
    assert (_sessions(district), district.asked("GET /account")) == (1, 3)


SURVIVED = {
    "rotates and the old one goes on": {"enrolment_session_rotates": "keeping"},
    "rotates and the old one ends at once": {"enrolment_session_rotates": "dying"},
    "is of the other shape": {"enrolment_session_token": "long"},
    "wants its type with every request": {"enrolment_content_type": "all"},
    "lets anybody in": {"enrolment_user_agent": "optional"},
    "speaks an old version": {"enrolment_newest_version": "1"},
}


@pytest.mark.parametrize("switches", SURVIVED.values(), ids=SURVIVED.keys())
def test_every_manner_of_the_service_is_survived(switches: dict[str, str]) -> None:
    """However the service keeps its sessions and whatever it wants to be told, requests go on within one session."""
    district = District(switches)
    for _ in range(3):
        assert _account(district).server_name == "Jamf School"
    assert _sessions(district) == 1


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_session_that_ended_is_renewed_once(status: str) -> None:
    """A session that ended meanwhile, told as 401 or as 403, is replaced without an error."""
    district = District({"enrolment_session_expired": status})
    _account(district)
    district.tenant.clock.sleep(3600)
    assert _account(district).server_name == "Jamf School"
    assert _sessions(district) == 2


def test_a_session_that_never_lives_is_an_error() -> None:
    """Where every session is refused, one renewal is tried, and then it is Unauthorized in words."""
    district = District({"enrolment_session_expires": "always"})
    with pytest.raises(Unauthorized) as caught:
        _account(district)
    assert _sessions(district) == 2
    assert "server_token" in caught.value.hint


HELD = {
    "terms that nobody accepted": ({"enrolment_terms": "unsigned"}, "terms and conditions", "Administrator must sign in"),
    "a service without access": ({"enrolment_access": "denied"}, "denies", "An Administrator must look"),
}


@pytest.mark.parametrize("text", ["bare", "quoted"])
@pytest.mark.parametrize(("switches", "words", "hint"), HELD.values(), ids=HELD.keys())
def test_what_only_a_person_can_mend_says_who_and_what(switches: dict[str, str], words: str, hint: str, text: str) -> None:
    """Terms and access are told in words with what a person must do where, and no second session is tried."""
    district = District({**switches, "enrolment_error_text": text})
    with pytest.raises(Unauthorized, match=words) as caught:
        _account(district)
    assert hint in caught.value.hint
    assert _sessions(district) == 1


def test_terms_that_change_while_we_work_end_the_work() -> None:
    """Terms that come up in the middle of a session end it in the same words, without a new session."""
    district = District()
    _account(district)
    district.tenant.switches.set("enrolment_terms", "unsigned")
    with pytest.raises(Unauthorized, match="terms and conditions"):
        _account(district)
    assert _sessions(district) == 1


@pytest.mark.parametrize("status", ["400", "401", "403"])
@pytest.mark.parametrize("end", ["replaced", "revoked"])
def test_a_token_that_ended_early_is_named(end: str, status: str) -> None:
    """A token that was replaced or revoked in the portal is told as that, whatever the status, with the way to a new one."""
    district = District({"enrolment_token_refused": status})
    if end == "replaced":
        issued(district.tenant, "Jamf School")
    else:
        revoke(district.tenant.store, district.held_by())
    with pytest.raises(Unauthorized, match="newer one was made" if end == "replaced" else "revoked") as caught:
        _account(district)
    assert "Download Token" in caught.value.hint


def test_an_expired_token_sends_nothing() -> None:
    """A token whose year is over is refused on this machine."""
    district = District()
    district.tenant.clock.sleep(366 * 86400)
    with pytest.raises(Unauthorized, match="expired on"):
        _account(district)
    assert _sessions(district) == 0


def test_a_clock_that_is_wrong_is_named() -> None:
    """A machine whose clock is far off is told so."""
    district = District(late=timedelta(hours=1))
    with pytest.raises(ProviderError, match="clock"):
        _account(district)


FAULTS = {
    "a limit": {"rate_limited": "always@enrolment:2"},
    "a closed service": {"server_error": "before@enrolment:2", "server_error_status": "503"},
    "a page of HTML": {"html_error_page": "502@enrolment:1"},
    "a cut connection": {"cut_connection": "midway@enrolment:2"},
}


@pytest.mark.parametrize("switches", FAULTS.values(), ids=FAULTS.keys())
def test_faults_that_pass_are_waited_out(switches: dict[str, str]) -> None:
    """What passes by itself is waited out, at the sign-in and after it."""
    district = District(switches)
    assert _account(district).server_name == "Jamf School"
    assert district.waits
