from __future__ import annotations

import httpx

from providers.apple_school.observe import ASSIGNMENT
from providers.simulator import Tenant, seed, transport
from reconciler.desired import Desired, Rule
from reconciler.kinds.devices import DeviceAssignment
from reconciler.kinds.match import Match, MatchEntry, Traits
from reconciler.observed import Observed
from reconciler.provider import Look
from reconciler.resource import Declared, Source
from tests.apple_school.school import SERVICES, START, School

WANTED = Declared(DeviceAssignment(server="jamf"), Source("devices.yaml"), "entry")


class Door(httpx.BaseTransport):
    """The simulator's door, and the attributes of devices that were asked for at it."""

    def __init__(self, tenant: Tenant) -> None:
        self._inner = transport(tenant)
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        self.asked += request.url.params.get_list("fields[orgDevices]")
        return self._inner.handle_request(request)


def _seen(**match: object) -> tuple[Observed, list[str]]:
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=40, services=SERVICES, clock=START)
    door = Door(tenant)
    rule = Rule(Match(MatchEntry.model_validate(match)), WANTED)
    return School(tenant=tenant, door=door).observe(Look(Desired(rules={ASSIGNMENT: [rule]}), {})), door.asked


def test_only_what_rules_look_at_is_asked_for() -> None:
    """Of a million devices Apple is asked for the family and for the attributes that some rule looks at, and no more is kept."""
    observed, asked = _seen(order="PO-*")
    assert asked == ["productFamily,orderNumber"]
    for traits in observed.present[ASSIGNMENT].values():
        assert traits == Traits(family=traits.family, order=traits.order)


def test_a_rule_over_the_source_asks_how_devices_came() -> None:
    """Where a rule looks at the purchase source's id, its type is asked for too: it tells whether ids are missing or misspelled."""
    _, asked = _seen(source_id="1048261")
    assert asked == ["productFamily,purchaseSourceType,purchaseSourceId"]
