from __future__ import annotations

from tests.cli.scenes import some
from tests.district import District


def test_one_apply_carries_one_wave(district: District) -> None:
    """Each apply carries one wave, what moved stays moved, and after the last one nothing is left to do."""
    serials = some(district, 20)
    district.assign(lab={"server": "jamf", "devices": {"serials": serials}, "rollout": ["5%", "50%", "rest"]})
    arrived = []
    for _ in range(3):
        assert district.apply().code == 0
        arrived.append(set(serials) & set(district.serials("Jamf School")))
    assert [len(there) for there in arrived] == [1, 10, 20]
    assert arrived[0] < arrived[1] < arrived[2]
    assert district.run("plan").code == 0


def test_the_plan_says_who_waits(district: District) -> None:
    """The plan counts the devices that wait, and names the wave that they wait for."""
    district.assign(lab={"server": "jamf", "devices": {"serials": some(district, 20)}, "rollout": ["10%", "rest"]})
    assert "18 devices of lab, which wait until wave 1 of 2 has landed whole" in " ".join(district.run("plan").out.split())


def test_a_wave_that_did_not_land_holds_the_next_one(district: District) -> None:
    """While one device of a wave was moved elsewhere, nothing of the next wave is planned."""
    serials = some(district, 20)
    district.assign(lab={"server": "jamf", "devices": {"serials": serials}, "rollout": ["5%", "rest"]})
    assert district.apply().code == 0
    (first,) = set(serials) & set(district.serials("Jamf School"))
    with district.tenant() as tenant:
        intune = next(one.id for one in tenant.services().values() if one.name == "Intune for Education")
        tenant.portal.assign([first], intune)
    assert district.names(district.plan()) == [first]
