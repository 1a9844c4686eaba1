from __future__ import annotations

from pathlib import Path

from reconciler.kinds.devices import DeviceAssignment
from reconciler.resource import fingerprint
from tests.plan.cases import Case, plan_of

FOREIGN = {
    "declared": "mdm_servers: {jamf: {name: Jamf School}}\ndevice_assignments: {a: {server: jamf, devices: {serials: [AAAA000001]}}}\n",
    "observed": {
        "mdm_server": {"jamf": {"name": "Jamf School", "id": "J1"}},
        "device_assignment": {"AAAA000001": {"server": "jamf", "deadline": "2026-12-01T00:00:00"}},
    },
}


def test_a_foreign_migration_is_not_adopted(tmp_path: Path) -> None:
    """A device that is adopted while somebody else's migration runs is ours without the migration's deadline."""
    plan = plan_of(Case("adopted", FOREIGN), tmp_path)
    (adopted,) = [change for change in plan.changes if change.name == "AAAA000001"]
    assert adopted.verdict.fingerprint == fingerprint(DeviceAssignment(server="jamf"))


def test_a_foreign_migration_is_left_alone_ever_after(tmp_path: Path) -> None:
    """Once such a device is ours, the deadline that somebody else set is neither cancelled nor adopted."""
    recorded = {"mdm_server": {"jamf": {"name": "Jamf School", "id": "J1"}}, "device_assignment": {"AAAA000001": "jamf"}}
    plan = plan_of(Case("ours", {**FOREIGN, "recorded": recorded}), tmp_path)
    assert [change for change in plan.changes if change.name == "AAAA000001"] == []
