"""What a plan says of enrolment, in people's words."""

from __future__ import annotations

import json

from tests.district import District

PROFILES = """enrolment_profiles:
  classroom: {server: jamf, profile_name: Classroom, url: 'https://mdm.example/c', devices: {match: {family: iPad}}}
"""


def test_a_device_that_has_a_service_and_no_profile_is_not_called_unassigned(district: District) -> None:
    """A first profile is said to go to devices without one; that they are on a service already stays true."""
    connections = json.loads((district.folder / "reconciler.yaml").read_text())["connections"]
    district.settings(connections={**connections, "device_enrolment": {"jamf": {"simulator": {}}}})
    district.write("enrolment.yaml", PROFILES)
    said = district.run("plan").out
    assert "iPad enrolments: without a profile → Jamf School (profile Classroom;" in said
    assert "iPad enrolments: unassigned" not in said
