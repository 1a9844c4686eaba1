"""The district that the campaign kills: sixty devices on three services, with something of everything left to do.

One service's devices are moved with a deadline, unassigned ones are assigned, ours that are declared no longer are unassigned, some
are only recorded, and one that was bought has not arrived yet.
"""

from __future__ import annotations

import functools
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from providers.simulator import Tenant
from state.ledger import LedgerLine
from state.local import LocalBackend
from tests.campaign.child import Child
from tests.district import District, Ran

DEADLINE = "2026-12-18T17:00"
AWAITED = "AWAITED0001"
JAMF, INTUNE, MERAKI = "Jamf School", "Intune for Education", "Meraki Systems Manager"


@dataclass(frozen=True)
class Held:
    """Serials by what is to become of them."""

    assigned: list[str]
    moved: list[str]
    unassigned: list[str]
    adopted: list[str]

    @property
    def touched(self) -> list[str]:
        """All of them."""
        return sorted(chain(self.assigned, self.moved, self.unassigned, self.adopted))


@dataclass(frozen=True)
class End:
    """What must be the same however often a run was killed: where devices are, what is recorded, and what was done how often."""

    devices: Mapping[str, str | None]
    record: Mapping[str, object]
    landed: Mapping[str, int]
    activities: Mapping[str, int]


def prepare(folder: Path, capsys: pytest.CaptureFixture[str], devices: int = 60) -> District:
    """Make the district in `folder`: applied once, then declared anew."""
    district = District(folder, capsys, devices)
    assert district.run("plan").code in (0, 2)
    held = arrange(district)
    district.assign(leaving={"server": "jamf", "devices": {"serials": held.unassigned}})
    assert district.apply().code == 0
    declare(district, held)
    return district


def arrange(district: District) -> Held:
    """Put the devices where the scene begins, and tell them."""
    with district.tenant() as tenant:
        ids = {service.name: id_ for id_, service in tenant.services().items()}
        capable = {row[0] for row in tenant.store.rows("SELECT serial FROM devices WHERE traits LIKE '%\"isMdmMigrationCapable\":true%'")}
        serials = sorted(capable)
        held = Held(serials[:9], serials[9:17], serials[17:22], serials[22:26])
        tenant.portal.assign(list(tenant.devices()), ids[MERAKI])
        tenant.portal.assign(held.assigned, None)
        tenant.portal.assign([*held.unassigned, *held.adopted], ids[JAMF])
    return held


def declare(district: District, held: Held) -> None:
    """Write down what is wanted."""
    district.assign(
        arrivals={"server": "jamf", "devices": {"serials": [*held.assigned, AWAITED]}},
        movers={"server": "intune", "migration_deadline": DEADLINE, "devices": {"serials": held.moved}},
        keepers={"server": "jamf", "devices": {"serials": held.adopted}},
    )


def copied(template: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> District:
    """The same district in another folder, pretend Apple and all."""
    shutil.copytree(template, folder)
    return District(folder, capsys)


def backend(folder: Path) -> LocalBackend:
    """The state of the district in a folder."""
    return LocalBackend(folder / "state", "Test District (rehearsal)")


def steps(folder: Path) -> Iterator[LedgerLine]:
    """What the ledger says of steps."""
    return (line for line in backend(folder).ledger() if line.event == "step")


def landed(line: LedgerLine) -> list[str]:
    """The devices that landed by one line of the ledger."""
    groups: Any = line.what["outcomes"]
    return [name for group in groups if group["result"] == "landed" and group["kind"] == "device_assignment" for name in group["names"]]


def end(folder: Path) -> End:
    """How things stand."""
    record = backend(folder).record()
    with Tenant.open(folder / "state" / "private" / "simulator.sqlite") as tenant:
        devices, activities = tenant.devices(), tenant.counters()["activities"]
    return End(
        devices,
        {"entries": record.entries, "awaiting": record.awaiting, "lineage": record.lineage},
        Counter(f"{line.what['action']} {name}" for line in steps(folder) for name in landed(line)),
        activities,
    )


@dataclass(frozen=True)
class Uninterrupted:
    """A run that nobody killed: how it ended, and how many durable writes and requests it made."""

    end: End
    counts: Mapping[str, int]


def apply_in_child(folder: Path, log: Path) -> Mapping[str, int]:
    """Apply in a process of its own that lives; returns what it counted."""
    with Child(log, ["apply", "--yes", str(folder)]) as child:
        ended = child.ended()
    assert ended.code == 0, ended
    return ended.counts


def converges(district: District, told: bool) -> Ran:
    """Apply again, and see that nothing is left to do. `told`: whether somebody left the lock behind."""
    ran = district.apply()
    assert ran.code == 0, ran
    assert ("The lock was left behind by" in ran.err) == told, ran.err
    again = district.run("plan")
    assert again.code == 0, again
    for one in (ran, again):
        assert "Traceback" not in one.err + one.out
    return ran


@functools.cache
def uninterrupted(template: Path) -> Uninterrupted:
    """What a run of this district comes to when nobody kills it; run once in each test process."""
    folder = template.with_name(f"{template.name}-uninterrupted")
    shutil.copytree(template, folder)
    counts = apply_in_child(folder, folder.with_name(f"{folder.name}-log"))
    assert list(backend(folder).journal().lines()) == []
    return Uninterrupted(end(folder), counts)
