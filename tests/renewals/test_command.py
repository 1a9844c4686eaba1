from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from providers.simulator.enrolment.tokens import revoke
from reconciler.render.document import load_plan
from tests.district import SERVICES, District
from tests.renewals.made import NOW, certificate

DAY = 86400.0


@pytest.fixture
def school(district: District) -> District:
    """A district with a server token for Jamf, and an APNs certificate with 300 days to go."""
    simulator = {"devices": 60, "services": list(SERVICES), "seed": 7, "clock": "2026-11-23T08:00:00"}
    district.settings(connections={"apple_school": {"simulator": simulator}, "device_enrolment": {"jamf": {"simulator": {}}}})
    (district.folder / "apns.pem").write_bytes(certificate(NOW + timedelta(days=300)))
    declare(
        district, apns={"what": "apns_certificate", "artefact": {"file": "apns.pem"}, "owner": "IT desk", "account": "mdm@school.example"}
    )
    assert district.run("plan").code in (0, 2)  # makes the rehearsal's server token
    return district


def declare(district: District, **entries: Any) -> None:
    """Write the renewals, replacing the former ones."""
    district.write("renewals.yaml", json.dumps({"renewals": entries}))


def later(district: District, days: float) -> None:
    """Let days pass in the pretend organization."""
    with district.tenant() as tenant:
        tenant.clock.sleep(days * DAY)


def listed(district: District, *arguments: str) -> dict[str, Any]:
    """Every renewal by its name, as JSON tells it."""
    ran = district.run("renewals", "--json", *arguments)
    assert ran.out, ran.err
    return {item["name"]: item for item in json.loads(ran.out)["renewals"]}


def revoked(district: District) -> None:
    """Somebody revokes Jamf's token in the portal."""
    with district.tenant() as tenant:
        revoke(tenant.store, next(id_ for id_, each in tenant.services().items() if each.name == "Jamf School"))


def spoken(district: District) -> list[str]:
    """What a plan says of renewals."""
    return [
        finding["message"]
        for finding in district.plan()["findings"]
        if " expired on " in finding["message"] or ": ends " in finding["message"]
    ]


def test_everything_is_listed(school: District) -> None:
    """Tokens and keys of the connections are there without being declared, beside what is, with what breaks and how to renew it."""
    found = listed(school)
    assert {name: (item["what"], item["days"], item["state"]) for name, item in found.items()} == {
        "apns": ("apns_certificate", 300, "fine"),
        "device_enrolment.jamf": ("server_token", 365, "fine"),
        "apple_school": ("api_key", None, "no date"),
    }
    assert all(item["breaks"] and item["steps"] and item["link"] for item in found.values())
    assert "2027-09-19, in 300 days" in school.run("renewals").out


def test_every_plan_warns(school: District) -> None:
    """From 60 days on every plan warns once of each thing that ends, as text and as a comment, until it is renewed."""
    assert not spoken(school)
    later(school, 240)
    (said,) = spoken(school)
    assert said.startswith('APNs certificate "apns": ends in 60 days, on 2027-09-19; then no device can be managed')
    later(school, 59)
    assert "ends tomorrow, on 2027-09-19" in spoken(school)[0]
    for form in ((), ("--markdown",)):
        shown = school.run("plan", *form).out.replace("\\", "")
        assert shown.count("ends tomorrow") == 1
        assert "Owner: IT desk." in shown
    later(school, 2)
    assert "expired on 2027-09-19, so no device" in spoken(school)[0]
    (school.folder / "apns.pem").write_bytes(certificate(NOW + timedelta(days=660)))
    assert not [said for said in spoken(school) if "apns" in said]


def test_a_revoked_token_is_found_out(school: District) -> None:
    """A server token that was revoked long before its day is marked as such, with Apple's word for it; offline nobody can know."""
    revoked(school)
    token = listed(school)["device_enrolment.jamf"]
    assert (token["state"], token["ends"]) == ("revoked", "2027-11-23")
    assert "token_rejected" in token["trouble"]
    assert listed(school, "--offline")["device_enrolment.jamf"]["state"] == "fine"
    assert "REVOKED (until 2027-11-23)" in school.run("renewals").out


def test_a_changed_password_is_found_out(district: District) -> None:
    """A content token that a changed password ended is marked as such, with the account that must renew it, as its own entry names it."""
    with district.tenant() as tenant:
        tenant.apps.buy("North School", "361309726", 10)
    simulator = {"services": list(SERVICES), "seed": 7, "clock": "2026-11-23T08:00:00"}
    district.settings(connections={"apple_school": {"simulator": simulator}, "apps_and_books": {"north": {"simulator": {}}}})
    account = "content.manager@riverside.example"
    district.write("apps.yaml", json.dumps({"content_tokens": {"north": {"location": "North School", "account": account}}}))
    token = listed(district)["apps_and_books.north"]
    assert (token["state"], token["ends"], token["account"]) == ("fine", "2027-11-23", account)
    with district.tenant() as tenant:
        tenant.apps.change_password(account)
    token = listed(district)["apps_and_books.north"]
    assert token["state"] == "revoked"
    assert "revoked" in token["trouble"]


def test_a_plan_names_the_credential(school: District) -> None:
    """Where a plan fails because a token no longer counts, the error says which connection's it is and where to read how to renew it."""
    revoked(school)
    ran = school.run("plan")
    assert ran.code == 3
    assert "`reconciler renewals` tells who must renew connections.device_enrolment.jamf, and how." in ran.err


def test_terms_are_no_revocation(school: District) -> None:
    """Where Apple lets nobody in before new terms are accepted, no token is called revoked, and the reason is told."""
    school.switch(enrolment_terms="unsigned")
    token = listed(school)["device_enrolment.jamf"]
    assert token["state"] == "fine"
    assert "could not be tried" in token["trouble"]
    assert "terms" in token["trouble"]
    assert "terms" in school.run("renewals").out


def test_ci_is_told_by_the_exit_code(school: District) -> None:
    """--check answers 0 while nothing ends within the days asked for, 2 when something does, 1 when something is over or revoked."""
    assert school.run("renewals").code == 0
    assert school.run("renewals", "--check").code == 0
    assert school.run("renewals", "--check", "--within", "299").code == 0
    assert school.run("renewals", "--check", "--within", "300").code == 2
    later(school, 301)
    assert school.run("renewals").code == 0
    assert school.run("renewals", "--check").code == 1
    declare(school)
    assert school.run("renewals", "--check", "--within", "1").code == 0
    revoked(school)
    assert school.run("renewals", "--check", "--within", "1").code == 1


def test_a_calendar_is_written(school: District, tmp_path: Path) -> None:
    """--ics writes a calendar with an event for each dated renewal; a place that cannot be written is an error in words."""
    file = tmp_path / "renewals.ics"
    assert school.run("renewals", "--ics", str(file)).code == 0
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert {str(event["summary"]) for event in events} == {'Ends: APNs certificate "apns"', "Ends: server token of jamf"}
    ran = school.run("renewals", "--ics", str(tmp_path / "nowhere" / "renewals.ics"))
    assert (ran.code, "could not be written" in ran.err) == (1, True)


def test_an_issue_has_boxes_to_tick(school: District) -> None:
    """--markdown has a box with numbered steps for whatever needs somebody, and only a row for the rest."""
    later(school, 250)
    shown = school.run("renewals", "--markdown").out
    assert shown.count("- [ ]") == 1
    assert "  1. In the device-management service, begin to renew the push certificate" in shown
    assert shown.count("| 2027-11-23, in 115 days |") == 1


def test_asking_changes_nothing(school: District) -> None:
    """Listing renewals signs in once with each credential and asks nothing else; offline it asks nothing at all."""
    before = school.requests()
    school.run("renewals", "--offline")
    assert school.requests() == before
    school.run("renewals")
    asked = {path: count - before.get(path, 0) for path, count in school.requests().items() if count != before.get(path, 0)}
    assert sorted(asked.values()) == [1, 1], asked


def test_an_entry_is_no_task(school: District) -> None:
    """A renewal is counted by validate, shown by show, and neither planned, left alone, nor missed in the coverage."""
    assert "1 renewal" in school.run("validate").out
    plan = school.plan()
    assert "renewal" not in {group["kind"] for group in plan["changes"]} | {left["kind"] for left in plan["left_alone"]}
    assert "renewal" not in school.run("coverage").out


def _secrets(school: District) -> Iterator[bytes]:
    private = school.folder / "state" / "private"
    yield from (line for line in (private / "simulator-jamf.pem").read_bytes().splitlines() if len(line) > 40)
    yield from (line for line in (private / "simulator-jamf.p7m").read_bytes().splitlines() if len(line) > 70 and b":" not in line)
    with school.tenant() as tenant:
        yield tenant.credentials().private_key_pem.splitlines()[1].encode()
        for row in tenant.store.rows("SELECT consumer_secret, access_token, access_secret FROM enrolment_tokens"):
            yield from (str(each).encode() for each in row)


def test_no_secret_is_told(school: District, tmp_path: Path) -> None:
    """Nothing of a token, a key or a certificate's file is in anything that the command prints or writes, in any form, with any error."""
    declare(
        school,
        wrong={"what": "server_token", "artefact": {"file": "state/private/simulator-jamf.pem"}, "private_key": {"file": "apns.pem"}},
        other={"what": "apns_certificate", "artefact": {"file": "state/private/simulator-jamf.p7m"}},
        third={"what": "content_token", "artefact": {"file": "state/private/simulator-jamf.p7m"}},
    )
    revoked(school)
    forms = ((), ("--json",), ("--markdown",), ("--ics", str(tmp_path / "r.ics")))
    ran = [school.run("renewals", *form) for form in forms] + [school.run("plan")]
    told = "".join(one.out + one.err for one in ran).encode() + (tmp_path / "r.ics").read_bytes()
    assert b"cannot be read" in told
    secrets = list(_secrets(school))
    assert len(secrets) > 20
    assert not [secret for secret in secrets if secret in told]


def test_a_plan_keeps_them(school: District, tmp_path: Path) -> None:
    """A saved plan tells what ends when, in the very words of its warnings, and nothing of what it is that ends."""
    later(school, 250)
    saved = tmp_path / "plan.json"
    school.run("plan", "--out", str(saved))
    kept = {one.name: one for one in load_plan(saved).renewals}
    assert {name: (one.days, one.state, one.owner) for name, one in kept.items()} == {
        "apns": (50, "due", "IT desk"),
        "device_enrolment.jamf": (115, "fine", ""),
        "apple_school": (None, "no date", ""),
    }
    assert [one.says for one in kept.values() if one.state == "due"] == spoken(school)
    assert "nothing tells when it ends" in kept["apple_school"].says
    assert "BEGIN" not in saved.read_text()
