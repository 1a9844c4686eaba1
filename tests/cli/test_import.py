from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from providers.simulator.portal import DeviceRow
from tests.cli.scenes import HELD_BY_MOST, lab, some
from tests.district import District

OURS = """\
mdm_servers:
    # the board's choice
    jamf:  {name: "Jamf School"}   # for iPads

# nothing else yet
"""


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*") if "state" not in path.parts}


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], check=True, capture_output=True)


def test_an_organization_becomes_files(district: District) -> None:
    """Import writes services and, per service and product, a list of devices; the plan after it sends nothing and apply records it."""
    (district.folder / "services.yaml").unlink()
    ran = district.run("import")
    assert (ran.code, ran.err) == (0, "")
    assert "Wrote services.yaml: 3 entries for device-management services" in ran.out
    assert "Left out: 1 device: unassigned" in ran.out
    assert "Not read: locations, people, courses, classes: connect roster_upload" in ran.out
    assert "  jamf-school:\n    name: Jamf School\n" in (district.folder / "services.yaml").read_text()
    lists = sorted(path.name for path in (district.folder / "devices").glob("*.csv"))
    assert all(name.startswith(("jamf-school-", "intune-for-education-", "meraki-systems-manager-")) for name in lists)
    rows = [line.split(",")[0] for line in (district.folder / "devices" / "meraki-systems-manager-ipad.csv").read_text().splitlines()]
    assert rows[0] == "serial_number"
    assert rows[1:] == sorted(rows[1:])
    plan = district.plan()
    assert plan["steps"] == []
    assert {group["verb"] for group in plan["changes"]} == {"adopt"}
    assert district.apply().code == 0
    assert district.run("plan").code == 0


def test_files_are_extended_to_the_byte(district: District) -> None:
    """Entries go to the end of the section, indented as it is; whatever stood in the file still stands there, and is not said again."""
    district.write("services.yaml", OURS)
    ran = district.run("import", "--force")
    assert "Extended services.yaml: 2 entries" in ran.out
    text = (district.folder / "services.yaml").read_text()
    head, tail = OURS.split("\n# nothing")
    assert text.startswith(head)
    assert text.endswith(f"\n# nothing{tail}")
    assert "\n    intune-for-education:\n      name: Intune for Education\n" in text
    assert text.count("Jamf School") == 1
    assert "jamf-ipad" in (district.folder / "devices" / "jamf.yaml").read_text()


def test_new_devices_go_into_the_list_that_is_there(district: District) -> None:
    """When devices have joined, the next import adds them below the rows of their list, in its columns, and touches nothing else."""
    assert district.run("import").code == 0
    path = district.folder / "devices" / "jamf-ipad.csv"
    path.write_bytes(
        b"room;Serial Number;model\r\n" + b"".join(f"1;{line.split(',')[0]};x\r\n".encode() for line in path.read_text().splitlines()[1:])
    )
    with district.tenant() as tenant:
        jamf = next(id_ for id_, one in tenant.services().items() if one.name == "Jamf School")
        tenant.portal.add_devices([DeviceRow("NEWIPAD002", {"productFamily": "iPad", "deviceModel": "iPad Pro"}, service=jamf)])
    before = _contents(district.folder)
    ran = district.run("import", "--force")
    after = _contents(district.folder)
    assert "Extended devices/jamf-ipad.csv: 1 device" in ran.out
    assert [name for name in after if after[name] != before.get(name)] == ["devices/jamf-ipad.csv"]
    assert after["devices/jamf-ipad.csv"] == before["devices/jamf-ipad.csv"] + b";NEWIPAD002;iPad Pro\r\n"
    assert district.plan()["steps"] == []


def test_a_dry_run_writes_nothing(district: District) -> None:
    """--dry-run shows the files and the lines they would gain, and writes none of them."""
    before = _contents(district.folder)
    ran = district.run("import", "--dry-run")
    assert "Would write devices/jamf.yaml" in ran.out
    assert "    device_assignments:\n" in ran.out
    assert _contents(district.folder) == before


def test_what_git_could_not_bring_back_is_not_touched(district: District) -> None:
    """A file is extended only where git has it as it is, or with --force; otherwise nothing at all is written."""
    district.write("services.yaml", OURS)
    before = _contents(district.folder)
    refused = district.run("import")
    assert refused.code == 1
    assert "git could not bring back services.yaml" in refused.err
    assert _contents(district.folder) == before
    _git(district.folder, "init")
    _git(district.folder, "add", "services.yaml")
    assert district.run("import").code == 1
    _git(district.folder, "commit", "-m", "ours")
    assert district.run("import").code == 0


def test_a_match_where_one_fits(district: District) -> None:
    """With --rules a match stands for a list only if it claims exactly those devices, and the plan after it sends nothing either."""
    with district.tenant() as tenant:
        jamf = next(id_ for id_, one in tenant.services().items() if one.name == "Jamf School")
        tenant.portal.add_devices(DeviceRow(f"WATCH0000{n}", {"productFamily": "Watch"}, service=jamf) for n in range(3))
    district.run("import", "--rules")
    text = (district.folder / "devices" / "jamf.yaml").read_text()
    assert "devices: {match: {family: Watch}}" in text
    assert "# 3 Apple Watches, and those to come" in text
    plan = district.plan()
    assert plan["steps"] == []
    assert {group["verb"] for group in plan["changes"]} == {"adopt"}


def test_what_is_declared_or_promised_is_left_alone(district: District) -> None:
    """A device that an entry names, be it from a later day on, is not written a second time; nor is one that is ours to give back."""
    serials = some(district, 4)
    lab(district, serials[:2])
    assert district.apply().code == 0
    district.assign(later={"server": "jamf", "from": "2027-01-08", "devices": {"serials": serials[2:]}})
    ran = district.run("import")
    assert "Left out: 2 devices: ours, and no longer in the files" in ran.out
    assert "Left out: 2 devices: in an entry that begins on a later day" in ran.out
    written = "".join(path.read_text() for path in (district.folder / "devices").glob("*.csv"))
    assert not any(serial in written for serial in serials)
    assert HELD_BY_MOST not in ran.err


def test_files_in_braces_are_left_as_they_are(district: District) -> None:
    """Where a section is written in braces, new entries get a file of their own."""
    district.write("services.yaml", '{"mdm_servers": {"jamf": {"name": "Jamf School"}}}')
    ran = district.run("import")
    assert ran.code == 0
    assert "Wrote services-2.yaml: 2 entries" in ran.out
    assert (district.folder / "services.yaml").read_text() == '{"mdm_servers": {"jamf": {"name": "Jamf School"}}}'


def test_thousands_of_devices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An import of thousands of devices is whole: every assigned one stands in one list."""
    district = District(tmp_path, capsys, devices=4000)
    assert district.run("import").code == 0
    rows = [line for path in (tmp_path / "devices").glob("*.csv") for line in path.read_text().splitlines()[1:]]
    assert len(rows) == len({row.split(",")[0] for row in rows}) == 4000 - len(district.serials(None))
    assert district.plan()["steps"] == []
