from __future__ import annotations

from datetime import timedelta
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.simulator import DeviceRow
from reconciler.errors import ProviderError
from reconciler.kinds.devices import DeviceAssignment
from reconciler.resource import fingerprint
from tests.apple_school.school import START, School, assignment, entry, moves, want

UNTIL = START + timedelta(days=20)
LIST = "GET /v1/orgDevices"


def test_a_reading_is_what_the_organization_holds() -> None:
    """Every service and every assigned device is seen, under our names, with Apple's ids and titles."""
    school = School()
    observed = school.observe(want(rules=True))
    names = {id_: name for name, seen in observed.items["mdm_server"].items() if (id_ := seen.remote_id)}
    held = {serial: names[holder] for serial, holder in school.tenant.devices().items() if holder}
    assert {serial: _server(seen.spec) for serial, seen in observed.items["device_assignment"].items()} == held
    assert observed.present["device_assignment"].keys() == school.tenant.devices().keys()
    assert observed.titles["mdm_server"] == {"jamf": "Jamf School", "intune": "Intune", "meraki": "Meraki"}


def _server(spec: object) -> str:
    assert isinstance(spec, DeviceAssignment)
    return spec.server


def test_devices_of_a_service_share_one_object() -> None:
    """A million devices cost no object each: all of one service share one Seen, all of one make one Traits."""
    observed = School().observe(want(rules=True))
    assert len({id(seen) for seen in observed.items["device_assignment"].values()}) == 3
    traits = observed.present["device_assignment"].values()
    assert len({id(each) for each in traits}) == len(set(traits))


def test_the_list_of_devices_is_not_read_without_need() -> None:
    """Where every declared serial is on a service and no rule asks, the list of devices is not read, and absence is not spoken of."""
    school = School()
    observed = school.observe(want({serial: assignment("jamf") for serial in school.held("Meraki")}))
    assert LIST not in school.requests()
    assert "device_assignment" not in observed.present
    assert observed.reads["apple_school"] == sum(school.requests().values()) == 4


@pytest.mark.parametrize("need", ["rule", "serial", "deadline", "recorded deadline"])
def test_the_list_of_devices_is_read_where_needed(need: str) -> None:
    """A rule, a serial on no service, and a deadline that is declared or recorded each need the list of devices."""
    school = School()
    serial = school.held("Meraki")[0]
    looks = {
        "rule": want(rules=True),
        "serial": want({"NOTTHEREYET": assignment("jamf")}),
        "deadline": want({serial: assignment("jamf", UNTIL)}),
        "recorded deadline": want(recorded={"device_assignment": {serial: entry(fingerprint(assignment("meraki", UNTIL)))}}),
    }
    assert "device_assignment" in school.observe(looks[need]).present
    assert school.requests()[LIST] == 1


def test_a_recorded_device_without_a_deadline_costs_nothing() -> None:
    """Devices that were recorded without a deadline do not make us read the list of devices."""
    school = School()
    recorded = {"device_assignment": {serial: entry(fingerprint(assignment("meraki"))) for serial in school.held("Meraki")}}
    school.observe(want(recorded=recorded))
    assert LIST not in school.requests()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 5), st.integers(0, 2600), st.booleans(), st.sampled_from([0.0, 0.5, 1.0]))
def test_requests_follow_the_formula(services: int, devices: int, rules: bool, unassigned: float) -> None:
    """Observing costs ⌈services/1000⌉, per service max(1, ⌈its devices/1000⌉), and ⌈devices/1000⌉ more only where rules ask."""
    school = School(devices, [f"Service {n}" for n in range(services)], unassigned=unassigned)
    holders = list(school.tenant.devices().values())
    linkages = sum(max(1, ceil(holders.count(id_) / 1000)) for id_ in school.tenant.services())
    observed = school.observe(want(rules=rules, services={}))
    assert (
        observed.reads["apple_school"] == sum(school.requests().values()) == 1 + linkages + (max(1, ceil(devices / 1000)) if rules else 0)
    )
    assert school.tenant.counters()["requests"]["POST /auth/oauth2/token"] == 1


def test_a_running_migration_is_seen() -> None:
    """A running migration's deadline is part of what is seen of a device, and only then."""
    school = School(30)
    serial = school.held("Meraki")[0]
    look = want({serial: assignment("jamf", UNTIL)})
    school.apply(school.step(*moves([serial], "meraki", "jamf", UNTIL)))
    assert school.observe(look).items["device_assignment"][serial].spec == assignment("jamf", UNTIL)
    school.tenant.portal.finish_migration([serial])
    assert school.observe(look).items["device_assignment"][serial].spec == assignment("jamf")


def test_refused_migration_fields_cost_one_more_request() -> None:
    """Where Apple refuses the migration fields in a field list, the devices are read whole."""
    school = School()
    school.tenant.switches.set("migration_fields", "refused")
    serial = school.held("Meraki")[0]
    observed = school.observe(want({serial: assignment("jamf", UNTIL)}))
    assert len(observed.present["device_assignment"]) == 120
    assert school.requests()[LIST] == 2


def test_the_other_spelling_of_the_purchase_source() -> None:
    """Rules over the purchase source work where Apple spells it as in its examples."""
    school = School()
    school.tenant.switches.set("purchase_source", "purchaseSourceUid")
    observed = school.observe(want(rules=True))
    assert any(traits.source_id for traits in observed.present["device_assignment"].values())


def test_a_device_on_two_services_is_asked_itself() -> None:
    """A device that moves while the lists are read, and so shows up twice, is on the service that it names itself."""
    school = School(60, budget={"reads_per_minute": 2})
    serial = school.held("Intune")[0]
    school.on_wait = lambda: school.tenant.portal.assign([serial], school.service("Meraki"))
    assert _server(school.observe().items["device_assignment"][serial].spec) == "meraki"


def test_many_devices_on_two_services_are_no_reading() -> None:
    """Where many devices show up twice the lists are moving, and nothing is said at all."""
    school = School(60, budget={"reads_per_minute": 2})
    serials = school.held("Intune")
    school.on_wait = lambda: school.tenant.portal.assign(serials, school.service("Meraki"))
    with pytest.raises(ProviderError, match="two services at once"):
        school.observe()


def test_a_failed_page_fails_the_reading() -> None:
    """A reading of which one page cannot be had is an error, never a smaller organization."""
    school = School()
    school.tenant.switches.set("html_error_page", "502@linkages:2-99")
    with pytest.raises(ProviderError, match="Reading the devices of"):
        school.observe()


def test_a_list_that_leads_elsewhere_is_not_followed() -> None:
    """A next page on another server is refused: the token would go there."""
    school = School(1500, ["Jamf School"], unassigned=0)
    school.tenant.switches.set("next_cursor", "missing")
    school.tenant.switches.set("next_link", "foreign")
    with pytest.raises(ProviderError, match=r"another server \(elsewhere\.example\.net\)"):
        school.observe()


@pytest.mark.parametrize("manner", ["repeat", "overlap", "short", "empty"])
@pytest.mark.parametrize("link", ["full", "cursor_only", "relative"])
def test_odd_pages_are_read_whole(manner: str, link: str) -> None:
    """Pages that repeat, overlap, come short or empty, with or without a cursor in meta, still give every device once."""
    school = School(2300, ["Jamf School"], unassigned=0)
    for name, value in {"pages": manner, "next_link": link, "next_cursor": "missing"}.items():
        school.tenant.switches.set(name, value)
    assert len(school.observe().items["device_assignment"]) == 2300


def test_pages_in_a_circle_are_an_error() -> None:
    """A list that goes round in circles ends as an error."""
    school = School(2300, ["Jamf School"], unassigned=0)
    school.tenant.switches.set("pages", "loop")
    with pytest.raises(ProviderError, match="in a circle"):
        school.observe()


def test_a_new_device_is_there_at_once() -> None:
    """A device that has just arrived is in the next reading, on no service."""
    school = School(10)
    school.tenant.portal.add_devices([DeviceRow("NEWDEVICE1", {"productFamily": "iPad"}, START.timestamp())])
    observed = school.observe(want({"NEWDEVICE1": assignment("jamf")}))
    assert "NEWDEVICE1" in observed.present["device_assignment"]
    assert "NEWDEVICE1" not in observed.items["device_assignment"]


def test_waiting_for_the_budget_is_reported() -> None:
    """A reading larger than the budget waits and says how long, and is never refused by Apple."""
    school = School(60, budget={"reads_per_minute": 2})
    school.observe(want(rules=True))
    assert [round(notice.wait) for notice in school.waits] == [60, 60]
    assert "2 reads a minute" in school.waits[0].text
