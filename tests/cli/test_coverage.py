from __future__ import annotations

import json

from tests.cli.scenes import HELD_BY_MOST, settled
from tests.district import District


def test_coverage_counts_by_place(district: District) -> None:
    """Coverage tells per kind and service how many of the live things are in the files, what no service holds, and what is not read."""
    serials = settled(district)
    assert district.run("coverage").code == 0
    told = json.loads(district.run("coverage", "--json").out)
    devices = next(one for one in told["kinds"] if one["kind"] == "device_assignment")
    held = {place["place"]: place for place in devices["places"]}
    assert devices["declared"] == devices["recorded"] == len(serials)
    assert held["Jamf School"]["declared"] == len(serials)
    assert held[HELD_BY_MOST]["declared"] == 0
    assert devices["live"] == sum(place["live"] for place in devices["places"]) == 60 - devices["unassigned"]
    why = {one["kind"]: one["why"] for one in told["not_read"]}
    assert why["person"].startswith("connect roster_upload")
    assert why["domain"].startswith("only Apple's portal shows them")


def test_all_is_said_only_of_all(district: District) -> None:
    """A percentage is rounded down: 100 is said only where nothing is missing, and after an import it is."""
    district.run("import")
    assert "Devices: 59 of 59 in the files (100.0%), 59 of them not recorded as ours yet" in district.run("coverage").out.replace("\n", " ")
    assert district.apply().code == 0
    table = district.run("coverage", "--markdown").out
    assert "| **Device-management services** | 3 | 3 | 100.0% | 3 |" in table
