from __future__ import annotations

import json

from tests.cli.scenes import HELD_BY_MOST, lab, settled, some
from tests.district import District


def _by_hand(district: District, serials: list[str], service: str | None) -> None:
    with district.tenant() as tenant:
        ids = {one.name: id_ for id_, one in tenant.services().items()}
        tenant.portal.assign(serials, ids[service] if service else None)


def test_no_drift(district: District) -> None:
    """Where everything of ours is as we left it, drift says so with the number and ends with 0."""
    settled(district)
    ran = district.run("drift")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "No drift: all 9 things of ours are as we left them.\n"


def test_nothing_recorded_yet(district: District) -> None:
    """Before the first apply there is no drift, and the reason is said."""
    ran = district.run("drift")
    assert ran.code == 0
    assert "Nothing is recorded as ours yet" in ran.out


def test_what_was_moved_is_told_with_both_places(district: District) -> None:
    """Devices that somebody moved are grouped by where they were and are, what was taken away is told apart, and the exit code is 2."""
    serials = settled(district)
    _by_hand(district, serials[:3], "Intune for Education")
    _by_hand(district, serials[3:4], None)
    ran = district.run("drift")
    assert ran.code == 2
    assert "3 iPads: Jamf School → Intune for Education" in ran.out
    assert "1 iPad: Jamf School → on no service any more, or gone" in ran.out
    assert "Drift: 4 of 9 things of ours are not as we left them." in ran.out
    assert all(serial in ran.out for serial in serials[:4])


def test_edits_of_the_files_are_no_drift(district: District) -> None:
    """What we want by now does not matter: neither an edit, nor a deleted entry, nor what was never ours is drift."""
    serials = settled(district)
    lab(district, serials[:3], "intune")
    assert district.run("drift").code == 0
    district.assign(other={"server": "intune", "devices": {"serials": some(district, 1, HELD_BY_MOST)}})
    assert district.run("drift").code == 0
    _by_hand(district, serials[5:], "Intune for Education")
    told = json.loads(district.run("drift", "--json").out)
    assert [(one["sort"], one["before"]["server"], one["after"]["server"], one["names"]) for one in told["drift"]] == [
        ("moved", "jamf", "intune", serials[5:])
    ]


def test_a_move_to_where_the_files_want_it_by_now_is_drift(district: District) -> None:
    """Somebody who moved a device to where a new edit wants it has still changed it behind our back."""
    serials = settled(district)
    lab(district, serials, "intune")
    _by_hand(district, serials[:1], "Intune for Education")
    assert "1 device: Jamf School → Intune for Education" in district.run("drift").out


def test_a_renamed_service_is_told_by_attribute(district: District) -> None:
    """A service that was renamed in the portal is shown with its old and its new name."""
    settled(district)
    with district.tenant() as tenant:
        jamf = next(id_ for id_, one in tenant.services().items() if one.name == "Jamf School")
        tenant.portal.rename_service(jamf, "Jamf Pro")
    ran = district.run("drift", "--markdown")
    assert ran.code == 2
    assert "**device-management service jamf" in ran.out
    assert "name Jamf School → Jamf Pro" in ran.out
