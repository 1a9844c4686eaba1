"""Every quirk of Apple's that the simulator knows, thrown at each thing that we do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.simulator import SCHOOL_SWITCHES, Switch
from reconciler.errors import ReconcilerError, Unclear
from reconciler.provider import Receipt, Result
from tests.apple_school.school import School, moves, want

NUMBERS = {"token_life": "60", "retry_after": "600", "rate_limit_get": "3", "rate_limit_post": "2", "max_devices": "1", "cursor_life": "30"}
"""The number to try where `<number>` is a value; 2 where none is listed."""


def _values(switch: Switch) -> Iterator[str]:
    for word in switch.values:
        value = NUMBERS.get(switch.name, "2") if word == "<number>" else word
        yield value
        if switch.sort and value != switch.default:
            yield f"{value}@1"


CASES = [(switch.name, value) for switch in SCHOOL_SWITCHES.values() for value in _values(switch)]


def _apply(school: School, name: str, value: str, *, when: str) -> dict[str, Result]:
    """Assign five devices under a switch that is set before sending or before settling; {} if it ended as one of our errors."""
    serials = [*school.held("Meraki")[:3], *school.held(None)[:2]]
    step = school.step(*moves(serials[:3], "meraki", "jamf"), *moves(serials[3:], None, "jamf"))
    sent = school.tenant.clock.now()
    if when == "send":
        school.tenant.switches.set(name, value)
    try:
        receipt = school.provider.send(step, school.note, school.report)
    except Unclear:
        receipt = Receipt("", sent)
    except ReconcilerError:
        assert not school.activities(), "an error that is not Unclear says that nothing was done"
        return {}
    if when == "settle":
        school.tenant.switches.set(name, value)
    try:
        found = school.provider.settle(step, receipt, school.report)
    except ReconcilerError:
        return {}
    assert {address.name for address in found} == set(serials)
    return {address.name: outcome.result for address, outcome in found.items()}


@pytest.mark.parametrize(("name", "value"), CASES, ids=lambda part: str(part))
@pytest.mark.parametrize("when", ["send", "settle"])
def test_no_wrong_done_and_nothing_twice(name: str, value: str, when: str) -> None:
    """Whatever Apple does around a write: one activity at most, LANDED exactly where it is true, and errors only of our own."""
    school = School(60)
    results = _apply(school, name, value, when=when)
    there = set(school.held("Jamf School"))
    assert school.activities() <= 1
    for serial, result in results.items():
        assert result is Result.UNKNOWN or (result is Result.LANDED) == (serial in there)


@pytest.mark.parametrize(("name", "value"), CASES, ids=lambda part: str(part))
def test_readings_are_whole_or_errors(name: str, value: str) -> None:
    """Whatever Apple does to a reading: it holds every device, each where it is, or it is an error of our own."""
    school = School(60)
    school.tenant.switches.set(name, value)
    try:
        observed = school.observe(want(rules=True))
    except ReconcilerError:
        return
    truth = school.tenant.devices()
    assert observed.present["device_assignment"].keys() == truth.keys()
    assert observed.items["device_assignment"].keys() == {serial for serial, holder in truth.items() if holder}
