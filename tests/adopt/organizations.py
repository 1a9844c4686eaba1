"""Organizations that were run by hand for years: awkward names, empty services, devices of every sort on any service or on none."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from providers.simulator.portal import DeviceRow
from tests.district import District

AWKWARD = [
    "Jamf School",
    "jamf school",
    "JAMF  School",
    "yes",
    "null",
    "42",
    "#1",
    "a: b",
    " x ",
    "x" * 100,
    "學校",
    '"',
    "- [",
    "Büro\n2",
    "*",
]
FAMILIES = ("IPAD", "MAC", "APPLE_TV", "IPHONE")


@dataclass(frozen=True)
class Organization:
    """Services by display name with their default families, and devices: serial, traits, and the position of their service."""

    services: list[tuple[str, list[str], bool]]
    devices: list[tuple[str, dict[str, object], int | None]]

    def fill(self, district: District) -> None:
        """Do by hand, in the pretend portal, what makes the organization this one."""
        with district.tenant() as tenant:
            tenant.switches.set("duplicate_service_names", "allowed")
            ids = [
                tenant.portal.create_service(name, default_families=families, release_flag=flag) for name, families, flag in self.services
            ]
            tenant.portal.add_devices(
                DeviceRow(serial, traits, service=ids[place % len(ids)] if place is not None and ids else "")
                for serial, traits, place in self.devices
            )


def organizations() -> st.SearchStrategy[Organization]:
    """Any of them."""
    names = st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
    service = st.tuples(names, st.lists(st.sampled_from(FAMILIES), unique=True, max_size=2), st.booleans())
    traits = st.fixed_dictionaries(
        {"productFamily": st.sampled_from(["iPad", "Mac", "AppleTV", "Watch", "Toaster"])},
        optional={
            "deviceModel": st.sampled_from(["iPad (10th*", "Mac, mini", "=1"]),
            "orderNumber": st.sampled_from(["PO-1", "0042", "12E45", "a*"]),
        },
    )
    serial = st.one_of(st.from_regex(r"[A-Z0-9]{8,14}", fullmatch=True), st.sampled_from(["short", "TOOLONGFORASERIAL", "12E45678"]))
    device = st.tuples(serial, traits, st.one_of(st.none(), st.integers(0, 5)))
    return st.builds(Organization, st.lists(service, max_size=5), st.lists(device, max_size=30, unique_by=lambda one: one[0]))
