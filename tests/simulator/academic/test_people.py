from __future__ import annotations

from providers.simulator import Tenant
from providers.simulator.academic import people


def test_an_organization_has_its_primary_location_from_the_start() -> None:
    """A fresh organization has one location, the primary one named after it, and nobody in it."""
    with Tenant.open(":memory:") as tenant:
        (location,) = people.locations(tenant.store)
        assert (location.name, location.is_primary, location.source) == ("Pretend School District", True, "ENROLLMENT")
        assert [*people.persons(tenant.store), *people.classes(tenant.store), *people.courses(tenant.store)] == []
