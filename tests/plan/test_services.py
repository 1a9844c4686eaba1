"""Services as a district lives with them: renamed, recreated, taken over by another key."""

from __future__ import annotations

from tests.district import CONFIG, District


def _settled(district: District) -> str:
    """Apply one assignment, and return the serial that is on Jamf by it."""
    serial = district.serials("Jamf School")[0]
    district.assign(lab={"server": "jamf", "devices": {"serials": [serial]}})
    assert district.apply().code == 0
    return serial


def test_a_key_renamed_in_the_files_is_still_the_same_service(district: District) -> None:
    """Renaming a service's key changes only the record: nobody is told to create a service, and no device moves."""
    serial = _settled(district)
    district.write("services.yaml", CONFIG.replace("jamf:", "jamf-school:"))
    district.assign(lab={"server": "jamf-school", "devices": {"serials": [serial]}})
    plan = district.plan()
    assert not plan["steps"]
    assert {group["verb"] for group in plan["changes"]} == {"adopt", "forget"}
    assert district.apply().code == 0
    assert district.plan()["changes"] == []


def test_a_service_renamed_in_the_portal_is_drift_of_its_name_alone(district: District) -> None:
    """A rename in the portal is one task about the name; its devices stay assigned and nothing is sent."""
    _settled(district)
    with district.tenant() as tenant:
        tenant.portal.rename_service(next(one.id for one in tenant.services().values() if one.name == "Jamf School"), "Jamf Skola")
    plan = district.plan()
    assert [(group["verb"], group["cause"], group["names"]) for group in plan["changes"]] == [("update", "drift", ["jamf"])]
    assert "Jamf Skola" in district.run("tasks").out


def test_devices_of_a_service_that_is_yet_to_be_made_wait_for_it(district: District) -> None:
    """Until a person has made the service, its devices are in no step; then the next plan carries them."""
    serial = district.serials("Jamf School")[0]
    district.write("more.yaml", "mdm_servers: {kiosk: {name: Kiosk Service}}\n")
    district.assign(lab={"server": "kiosk", "devices": {"serials": [serial]}})
    plan = district.plan()
    assert not plan["steps"]
    assert district.names(plan, waits_for="mdm_server/kiosk") == [serial]
    with district.tenant() as tenant:
        tenant.portal.create_service("Kiosk Service")
    assert district.apply().code == 0
    assert district.serials("Kiosk Service") == [serial]
