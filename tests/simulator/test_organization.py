from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.simulator import SWITCHES, DeviceRow, PortalError, Tenant, UnknownSwitch, seed
from reconciler.errors import ReconcilerError
from tests.simulator.rehearsal import START, Rehearsal

FIRST_FIVE = ["XV4KF1WRM6", "C7P9XL7XC3", "MY26L60V18", "CCZKK9PM1L", "PN8KY3F855"]
CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, os.getcwd())
from tests.simulator.rehearsal import Rehearsal
from providers.simulator import Tenant
wire = Rehearsal(tenant=Tenant.open(Path(sys.argv[1])))
"""


def _child(path: Path, code: str) -> int:
    return subprocess.run([sys.executable, "-c", CHILD + code, str(path)], check=False).returncode


def test_the_organization_is_kept_in_its_file(tmp_path: Path) -> None:
    """Identity, credentials, time, switches, counters, bearers and activities survive opening the file again."""
    wire = Rehearsal(path=tmp_path / "school.sqlite").sign_in()
    created = wire.post(wire.held(wire.intune)[:1], wire.jamf)
    wire.tenant.switches.set("linkage_lag", 7)
    before = wire.tenant
    again = Tenant.open(tmp_path / "school.sqlite")
    assert (again.identity, again.credentials()) == (before.identity, before.credentials())
    assert again.clock.now() == before.clock.now()
    assert again.switches.changed() == {"linkage_lag": "7"}
    other = Rehearsal(tenant=again)
    other.http.headers["Authorization"] = wire.http.headers["Authorization"]
    assert other.finish(created)["status"] == "COMPLETED"
    assert before.counters() == again.counters()


def test_two_organizations_are_strangers() -> None:
    """Each organization has an identity and credentials of its own, even from the same seed."""
    one, two = Rehearsal().tenant, Rehearsal().tenant
    assert one.identity != two.identity
    assert one.credentials() != two.credentials()
    assert one.devices() == two.devices()


def test_time_passes_only_by_sleeping_once_it_is_pinned() -> None:
    """A pinned organization's time stands still until somebody sleeps, and sleeping returns at once."""
    clock = Rehearsal().tenant.clock
    assert clock.now() == START
    clock.sleep(3600)
    assert (clock.now() - START).total_seconds() == 3600


def test_time_is_real_time_plus_what_was_slept() -> None:
    """Without a pin the organization lives now, later by what was slept."""
    tenant = Tenant.open(":memory:")
    tenant.clock.sleep(86400)
    ahead = (tenant.clock.now() - datetime.now(UTC)).total_seconds()
    assert 86000 < ahead < 86401


def test_a_seed_makes_the_same_organization_for_ever() -> None:
    """The serials of seed 1 are these, whatever the size of the organization."""
    small, large = Rehearsal(5).tenant.devices(), Rehearsal(300).tenant.devices()
    assert list(small) == FIRST_FIVE
    assert list(large.items())[:5] == list(small.items())


def test_an_organization_grows() -> None:
    """Seeding again with a larger number adds devices and services and leaves what was there alone."""
    tenant = Rehearsal(30).tenant
    before, services = tenant.devices(), tenant.services()
    seed(tenant, devices=50, services=["Jamf School", "Meraki"])
    assert list(tenant.devices().items())[:30] == list(before.items())
    assert len(tenant.devices()) == 50
    assert [service.name for service in tenant.services().values()] == ["Jamf School", "Intune", "Meraki"]
    assert services.items() <= tenant.services().items()


def test_seeding_again_does_not_turn_back_time() -> None:
    """A clock that is named on every run pins the organization's time once."""
    tenant = Rehearsal().tenant
    tenant.clock.sleep(100)
    seed(tenant, devices=60, services=[], clock=START)
    assert (tenant.clock.now() - START).total_seconds() == 100


def test_a_seeded_organization_is_like_a_school() -> None:
    """Devices have both serial formats, every purchase source, order numbers that spreadsheets spoil, and radios where they belong."""
    wire = Rehearsal(3000).sign_in()
    devices = [item["attributes"] for page in wire.pages("orgDevices", limit=1000) for item in page.json()["data"]]
    assert {len(device["serialNumber"]) for device in devices} == {10, 12}
    assert len({device["serialNumber"] for device in devices}) == 3000
    assert {device["purchaseSourceType"] for device in devices} == {"APPLE", "RESELLER", "MANUALLY_ADDED"}
    orders = {device["orderNumber"] for device in devices}
    assert any(order.startswith("PO-") for order in orders)
    assert any(order.startswith("0") for order in orders)
    assert any("E" in order and order.replace("E", "").isdigit() for order in orders)
    assert all(len(device["imei"][0]) == 15 and len(device["eid"]) == 32 for device in devices if "imei" in device)
    assert {device["productFamily"] for device in devices} >= {"iPad", "Mac", "iPhone", "AppleTV"}


def test_a_killed_client_leaves_whole_requests(tmp_path: Path) -> None:
    """A process killed after its request leaves one activity; one killed in the middle of a transaction changes nothing."""
    path = tmp_path / "school.sqlite"
    wire = Rehearsal(path=path)
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    assert _child(path, f"wire.sign_in().post(wire.held(None)[:1], wire.jamf)\n{kill}") == -signal.SIGKILL
    inside = f"with wire.tenant.store.transaction():\n    wire.tenant.portal.delete_service(wire.jamf)\n    {kill}"
    assert _child(path, inside) == -signal.SIGKILL
    assert wire.tenant.counters()["activities"] == {"ASSIGN_DEVICES": 1}
    assert len(wire.tenant.services()) == 2


def test_several_processes_rehearse_against_one_file(tmp_path: Path) -> None:
    """Requests of several processes at once are all counted."""
    path = tmp_path / "school.sqlite"
    wire = Rehearsal(path=path)
    code = CHILD + "wire.sign_in()\nfor _ in range(5): assert wire.get('mdmServers').status_code == 200\n"
    children = [subprocess.Popen([sys.executable, "-c", code, str(path)], env=os.environ) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert wire.tenant.counters()["requests"] == {"GET /v1/mdmServers": 15, "POST /auth/oauth2/token": 3}


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    """A file that is no simulator's gets an error that says what to do."""
    (tmp_path / "notes.txt").write_text("these are notes, and quite a lot of them\n" * 50)
    with pytest.raises(ReconcilerError) as caught:
        Tenant.open(tmp_path / "notes.txt")
    assert "notes.txt" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("linkage_lagg", "1", 'Did you mean "linkage_lag"?'),
        ("linkage_lag", "long", "<number>"),
        ("log", "mising", 'Did you mean "missing"?'),
        ("kid", "required@2", "required"),
        ("cut_connection", "after@postt:1", "post:1"),
        ("cut_connection", "after@0", "post:1"),
    ],
)
def test_an_unknown_switch_or_value_is_told(name: str, value: str, says: str) -> None:
    """A switch or value that does not exist is refused with what was probably meant, and changes nothing."""
    tenant = Tenant.open(":memory:")
    with pytest.raises(UnknownSwitch) as caught:
        tenant.switches.set(name, value)
    assert says in caught.value.hint
    assert tenant.switches.changed() == {}


def test_switches_are_explained() -> None:
    """Every switch says what it does and who states it, and its default is one of its values."""
    for switch in SWITCHES.values():
        assert switch.explains.endswith(".")
        assert switch.page
        switch.check(switch.default)


def test_switches_go_back_to_their_defaults() -> None:
    """reset undoes every switch."""
    tenant = Tenant.open(":memory:")
    tenant.switches.set("log", "html")
    assert tenant.switches.get("log") == "html"
    tenant.switches.reset()
    assert tenant.switches.get("log") == "present"


def test_the_portal_refuses_what_is_not_there() -> None:
    """The portal names the service, the devices or the family that it does not have."""
    wire = Rehearsal()
    portal = wire.tenant.portal
    with pytest.raises(PortalError, match="NOSUCH"):
        portal.assign(["NOSUCH"], wire.jamf)
    with pytest.raises(PortalError, match="nowhere"):
        portal.assign(wire.held(None)[:1], "nowhere")
    with pytest.raises(PortalError, match="TOASTER"):
        portal.set_default_families(wire.jamf, ["TOASTER"])
    with pytest.raises(PortalError, match="Intune"):
        portal.create_service("Intune")


def test_services_change_by_hand() -> None:
    """A service is made, renamed, given families (which another loses) and the release flag, and deleted with its devices unassigned."""
    wire = Rehearsal().sign_in()
    portal, tenant = wire.tenant.portal, wire.tenant
    meraki = portal.create_service("Meraki", default_families=["MAC", "IPAD"])
    portal.rename_service(meraki, "Meraki SM")
    portal.set_release_flag(meraki, True)
    made = tenant.services()[meraki]
    assert (made.name, made.default_families, made.release_flag) == ("Meraki SM", ("IPAD", "MAC"), True)
    assert tenant.services()[wire.intune].default_families == ()
    held, intune = wire.held(wire.intune), wire.intune
    portal.delete_service(intune)
    assert intune not in tenant.services()
    assert set(held) <= set(wire.held(None))
    assert wire.get(f"mdmServers/{intune}").status_code == 404


def test_a_device_arrives_once() -> None:
    """Adding a serial that is there already changes nothing, and the portal says how many arrived."""
    wire = Rehearsal()
    there = wire.held(wire.jamf)[0]
    assert wire.tenant.portal.add_devices([DeviceRow(there, service=""), DeviceRow("NEW0000001", service=wire.jamf)]) == 1
    assert wire.tenant.devices()[there] == wire.tenant.devices()["NEW0000001"] == wire.jamf
