from __future__ import annotations

import pytest

from providers.simulator.enrolment.switches import switches
from tests.simulator.enrolment.client import enrolled
from tests.simulator.enrolment.probes import NUMBERS, PROBES

ALL = {switch.name: switch for switch in switches()}


def _tried(name: str, value: str) -> str:
    return NUMBERS.get(name, "5") if value == "<number>" else value


def _seen(name: str, value: str) -> object:
    wire = enrolled(40)
    wire.tenant.switches.set(name, value)
    seen = PROBES[name](wire)
    wire.tenant.close()
    return seen


@pytest.mark.parametrize("name", ALL)
def test_every_value_of_a_switch_shows_on_the_wire(name: str) -> None:
    """Each value of each switch gives a client something else to see, and the same again in a like organization."""
    switch = ALL[name]
    values = dict.fromkeys([switch.default, *(_tried(name, value) for value in switch.values)])
    seen = [_seen(name, value) for value in values]
    for n, value in enumerate(values):
        assert [other for other in seen if other == seen[n]] == [seen[n]], f"{name}={value} looks like another value"
    assert _seen(name, switch.default) == seen[0]
