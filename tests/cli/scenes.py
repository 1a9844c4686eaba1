"""Situations that several tests of commands begin with."""

from __future__ import annotations

from tests.district import District

HELD_BY_MOST = "Meraki Systems Manager"


def some(district: District, count: int, service: str | None = HELD_BY_MOST) -> list[str]:
    """The first serials that a service holds."""
    serials = sorted(district.serials(service))[:count]
    assert len(serials) == count, f"{service} holds only {len(serials)} devices"
    return serials


def lab(district: District, serials: list[str], server: str = "jamf") -> None:
    """Declare that these devices, and no others, belong to a service."""
    district.assign(lab={"server": server, "devices": {"serials": serials}})


def settled(district: District, count: int = 6) -> list[str]:
    """A district whose lab has landed; the lab's serials."""
    serials = some(district, count)
    lab(district, serials)
    assert district.apply().code == 0
    return serials
