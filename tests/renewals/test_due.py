from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from reconciler.kinds.renewals import Renewal, State
from reconciler.kinds.secret import Secret
from reconciler.provider import Credential
from reconciler.render.renewals import document, markdown, text
from reconciler.renewals.artefacts import Shelf
from reconciler.renewals.calendar import to_calendar
from reconciler.renewals.due import Due, Renewals, Scene, renewals
from reconciler.renewals.sorts import SORTS
from reconciler.renewals.words import warnings
from reconciler.resource import Declared, Source
from tests.renewals.made import NOW, certificate

TODAY = NOW.date()
TOKEN = "device_enrolment.jamf"  # noqa: S105 - a place in the configuration


def _scene(
    declared: Mapping[str, Renewal] | None = None,
    ends: datetime | None = None,
    *,
    folder: Path = Path(),
    zone: str = "UTC",
) -> Scene:
    entries = {name: Declared(spec, Source("renewals.yaml", row), name) for row, (name, spec) in enumerate((declared or {}).items(), 2)}
    credentials = [Credential(TOKEN, ends)] if ends else []
    return Scene(entries, {TOKEN: "server_token"} if ends else {}, credentials, Shelf(folder, {}), NOW, ZoneInfo(zone))


def _only(scene: Scene) -> Due:
    (due,) = renewals(scene).items
    return due


@settings(deadline=None)
@given(st.integers(-400, 400))
def test_a_warning_comes_in_time_and_once(days: int) -> None:
    """Whatever has ended or ends within 60 days is exactly one warning with its day, what breaks and how to renew it; the rest is none."""
    end = TODAY + timedelta(days=days)
    found = renewals(_scene({"apns": Renewal(what="apns_certificate", expires=end, owner="IT desk", account="mdm@school.example")}))
    said = list(map(str, warnings(found)))
    assert len(said) == (days <= 60)
    assert found.items[0].state is (State.EXPIRED if days < 0 else State.DUE if days <= 60 else State.FINE)
    for line in said:
        assert str(end) in line
        assert "no device can be managed" in line
        assert line.endswith("with the Apple Account that made it. Owner: IT desk. Account: mdm@school.example.")


def test_each_sort_has_its_words() -> None:
    """Every sort of renewal has what breaks, how to renew it in one line and step by step, and a page, but the one that nobody knows."""
    for sort, words in SORTS.items():
        assert words.breaks
        assert words.steps
        assert words.how.endswith(".")
        assert all(step.endswith((".", ":")) for step in words.steps)
        assert words.link.startswith("https://") or sort == "other"


def test_a_token_of_a_connection_needs_no_entry() -> None:
    """A token that a connection uses is watched without being declared, under its place in the configuration."""
    due = _only(_scene(ends=NOW + timedelta(days=20)))
    assert (due.name, due.title, due.days, due.state) == (TOKEN, "server token of jamf", 20, State.DUE)
    assert due.told == f"connections.{TOKEN}"


def test_an_entry_adds_to_what_a_connection_tells() -> None:
    """An entry that names a connection adds owner and account to it, and the thing is there once."""
    due = _only(_scene({"jamf-token": Renewal(what="server_token", connection=TOKEN, owner="IT desk")}, NOW + timedelta(days=20)))
    assert (due.name, due.owner, due.days) == ("jamf-token", "IT desk", 20)


def test_the_artefact_goes_before_the_date(tmp_path: Path) -> None:
    """Where file and declared day differ, the file counts, and the contradiction is a finding at the entry."""
    (tmp_path / "apns.pem").write_bytes(certificate(NOW + timedelta(days=10)))
    spec = Renewal(what="apns_certificate", artefact=Secret(file="apns.pem"), expires=date(2027, 6, 1))
    found = renewals(_scene({"apns": spec}, folder=tmp_path))
    assert found.items[0].ends == date(2026, 12, 3)
    (dispute,) = found.disputes
    assert str(dispute).startswith("renewals.yaml:2:1  renewals.apns: expires says 2027-06-01, and apns.pem itself ends on 2026-12-03")
    agreed = renewals(_scene({"apns": spec.model_copy(update={"expires": date(2026, 12, 3)})}, folder=tmp_path))
    assert not agreed.disputes


def test_a_renewal_is_done_when_its_file_is(tmp_path: Path) -> None:
    """The new certificate in the old one's place ends the warning, without anything being edited."""
    scene = _scene({"apns": Renewal(what="apns_certificate", artefact=Secret(file="apns.pem"))}, folder=tmp_path)
    (tmp_path / "apns.pem").write_bytes(certificate(NOW - timedelta(seconds=1)))
    assert _only(scene).state is State.EXPIRED
    (tmp_path / "apns.pem").write_bytes(certificate(NOW + timedelta(days=364)))
    assert _only(scene).state is State.FINE


def test_a_missing_artefact_is_told(tmp_path: Path) -> None:
    """A file that is not there is one warning that names it; a declared day still counts beside it."""
    spec = Renewal(what="apns_certificate", artefact=Secret(file="apns.pem"), expires=TODAY + timedelta(days=3))
    found = renewals(_scene({"apns": spec}, folder=tmp_path))
    (said,) = map(str, warnings(found))
    assert f"{tmp_path / 'apns.pem'} cannot be read" in said
    assert (found.items[0].state, found.items[0].days) == (State.UNREADABLE, 3)


def test_days_are_the_organizations() -> None:
    """The last day is the one that it is where the organization is."""
    assert _only(_scene(ends=datetime.fromisoformat("2027-01-01T03:00:00+00:00"), zone="America/Los_Angeles")).ends == date(2026, 12, 31)


@settings(deadline=None)
@given(st.lists(st.integers(-30, 400), max_size=8))
def test_the_soonest_comes_first(days: list[int]) -> None:
    """What is over comes first, then the soonest, in every form."""
    entries = {f"r{n}": Renewal(what="other", expires=TODAY + timedelta(days=each)) for n, each in enumerate(days)}
    found = renewals(_scene(entries))
    assert [due.days for due in found.items] == sorted(days)
    assert [item["days"] for item in document(found)["renewals"]] == sorted(days)
    for shown in (text(found), markdown(found)):
        places = [shown.find(f'"{due.name}"') for due in found.items]
        assert places == sorted(places)
        assert -1 not in places


def _events(found: Renewals, now: datetime = NOW) -> dict[str, tuple[date, int]]:
    calendar = Calendar.from_ical(to_calendar(found.items, "Riverside", now))
    return {str(event["uid"]): (event.decoded("dtstart"), event.decoded("sequence")) for event in calendar.walk("VEVENT")}


def test_calendars_move_what_they_have() -> None:
    """An event keeps its identity when its day moves, and when its token gets an entry; its sequence number grows, as RFC 5545 wants."""
    first = _events(renewals(_scene(ends=NOW + timedelta(days=20))))
    entry = {"jamf-token": Renewal(what="server_token", connection=TOKEN)}
    second = _events(renewals(_scene(entry, NOW + timedelta(days=385))), NOW + timedelta(days=1))
    assert first.keys() == second.keys()
    ((day, sequence),), ((later, greater),) = first.values(), second.values()
    assert (day, later) == (date(2026, 12, 13), date(2027, 12, 13))
    assert greater > sequence


def test_calendars_speak_up_in_time() -> None:
    """Each event has alarms 60, 30 and 7 days before, says what breaks, who renews it and how, and what has no day is left out."""
    spec = Renewal(what="scim_token", expires=date(2027, 5, 1), owner="Müller; Directory, team", account="a@b.example", steps=("Do it.",))
    found = renewals(_scene({"entra": spec, "key": Renewal(what="api_key", connection="apple_school")}))
    (event,) = Calendar.from_ical(to_calendar(found.items, "Riverside", NOW)).walk("VEVENT")
    assert [alarm.decoded("trigger").days for alarm in event.walk("VALARM")] == [-60, -30, -7]
    assert str(event["description"]).endswith("Owner: Müller; Directory, team\nAccount: a@b.example\n\n1. Do it.")
