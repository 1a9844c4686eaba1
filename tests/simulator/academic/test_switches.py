from __future__ import annotations

import pytest

from providers.simulator import SWITCHES
from providers.simulator.academic.switches import switches
from tests.simulator.academic.probes import NUMBERS, PROBES
from tests.simulator.academic.school import School, files, packed


def _seen(name: str, value: str) -> object:
    with School(**{name: value}) as school:
        return PROBES[name](school)


@pytest.mark.parametrize("name", [switch.name for switch in switches()])
def test_every_value_of_a_switch_shows(name: str) -> None:
    """Each value of each switch gives a client something else to see, and the same again in a like organization."""
    switch = SWITCHES[name]
    values = dict.fromkeys([switch.default, *(NUMBERS.get(name, "5") if value == "<number>" else value for value in switch.values)])
    seen = [_seen(name, value) for value in values]
    for n, value in enumerate(values):
        assert [other for other in seen if other == seen[n]] == [seen[n]], f"{name}={value} looks like another value"
    assert _seen(name, switch.default) == seen[0]


def test_a_strike_hits_the_upload_that_it_names() -> None:
    """import_end=failed@2 fails the second upload after it was set, and no other."""
    with School(import_end="failed@2") as school:
        assert [school.upload().split()[0] for _ in range(3)] == ["COMPLETED", "FAILED", "COMPLETED"]


def test_a_stuck_import_does_not_hold_up_the_next_one() -> None:
    """An import that never ends stays in the activity list as it is, and the next upload is imported all the same."""
    with School(import_end="stuck@1", import_overlap="lost") as school:
        school.portal.upload("archive.zip", packed(files()))
        school.tenant.clock.sleep(3600)
        school.upload()
        assert [activity["status"] for activity in school.portal.activities()] == ["COMPLETED", "PROCESSING"]
