"""The crash campaign of enrolment: an apply that gives, changes and takes profiles and an address is killed at every write and request.

A profile that was defined and then not given to anybody is left behind by a kill between the two: Apple has no way to delete one, and it
does no harm. What counts is what each device is told.
"""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from providers.simulator.rehearsal import open_tenant
from reconciler.cli import run
from reconciler.load import load
from state.local import LocalBackend
from tests.campaign.child import AFTER, Child, Point, points
from tests.campaign.figures import CAMPAIGN
from tests.campaign.test_crash import NAMES, spread

PARTS, SAMPLES = 4, 3
SETTINGS = """organization: {name: Riverside, time_zone: UTC}
connections:
  apple_school: {simulator: {devices: 24, services: [Jamf School], clock: "2026-08-17T07:30Z", seed: 4}}
  device_enrolment: {jamf: {simulator: {}}}
guards: {deletes: {percent: 100, count: 1000}, updates: {percent: 100, count: 1000}, empties: true}
mdm_servers: {jamf: {name: Jamf School}}
"""


@dataclass(frozen=True)
class End:
    """What must be the same however often a run was killed: what each device is told, the address, and the record."""

    told: Mapping[str, str]
    address: object
    record: object


def _files(serials: list[str], *, later: bool) -> str:
    """Two profiles and an address, before and after: one device gets its first, one another, one changes hands, one loses its own."""
    first, second = (serials[1:4], serials[4:6]) if later else (serials[:3], serials[3:5])
    name = "Classroom 2" if later else "Classroom"
    return (
        "enrolment_profiles:\n"
        f"  classroom: {{server: jamf, profile_name: {name}, url: 'https://mdm.example/c', devices: {{serials: [{', '.join(first)}]}}}}\n"
        f"  staff: {{server: jamf, profile_name: Staff, url: 'https://mdm.example/s', devices: {{serials: [{', '.join(second)}]}}}}\n"
        f"service_discoveries: {{jamf: {{url: 'https://mdm.example/{'new' if later else 'old'}'}}}}\n"
    )


def _command(folder: Path, *arguments: str) -> tuple[int, str]:
    said = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(said), redirect_stderr(said):
        code = run([*arguments, str(folder)])
    said.seek(0)
    return code, said.read()


@pytest.fixture
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The school with something of everything left to do; made once in each test process, only copied."""
    folder = tmp_path_factory.getbasetemp() / "enrolment"
    if not folder.exists():
        folder.mkdir()
        (folder / "reconciler.yaml").write_text(SETTINGS)
        tenant = open_tenant(load(folder).settings, folder)
        serials = [serial for serial, service in tenant.devices().items() if service]
        tenant.close()
        for later in (False, True):
            (folder / "enrolment.yaml").write_text(_files(serials, later=later))
            if not later:
                code, said = _command(folder, "apply", "--yes")
                assert code == 0, said
    return folder


def _end(folder: Path) -> End:
    tenant = open_tenant(load(folder).settings, folder)
    told = tenant.store.rows("SELECT serial, body FROM enrolment_devices JOIN enrolment_profiles ON uuid = profile")
    address = [tuple(row) for row in tenant.store.rows("SELECT service, url FROM enrolment_discovery")]
    tenant.close()
    record = LocalBackend(folder / "state", "Riverside (rehearsal)").record()
    names = {serial: json.loads(body)["profile_name"] for serial, body in told}
    return End(names, address, record.entries)


@cache
def _uninterrupted(template: Path) -> tuple[End, Mapping[str, int]]:
    """How a run ends that nobody kills, and what it counted."""
    folder = template.with_name("enrolment-uninterrupted")
    shutil.copytree(template, folder)
    with Child(folder.with_name("enrolment-log"), ["apply", "--yes", str(folder)]) as child:
        ended = child.ended()
    assert ended.code == 0, ended
    return _end(folder), ended.counts


def _crash(template: Path, folder: Path, point: Point) -> None:
    """One crash, and the run after it."""
    shutil.copytree(template, folder)
    with Child(folder.with_name(f"{folder.name}-log"), ["apply", "--yes", str(folder)], [point]) as child:
        ended = child.ended()
    assert ended.code == -signal.SIGKILL, f"{point} was never reached: {ended}"
    code, said = _command(folder, "apply", "--yes")
    assert code == 0, f"{point}: {said}"
    assert "Traceback" not in said + ended.err
    assert _command(folder, "plan")[0] == 0
    assert _end(folder) == _uninterrupted(template)[0], point
    assert LocalBackend(folder / "state", "Riverside (rehearsal)").ledger().verify() > 0
    shutil.rmtree(folder)


def test_the_run_that_is_killed_does_something_of_everything(template: Path) -> None:
    """The campaign's run gives each of five devices the profile that is declared now, and one none."""
    end, _ = _uninterrupted(template)
    assert sorted(end.told.values()) == ["Classroom 2"] * 3 + ["Staff"] * 2


@pytest.mark.parametrize("sample", range(SAMPLES))
def test_a_kill_is_made_good(template: Path, tmp_path: Path, sample: int) -> None:
    """After a kill at any of a few instants the next run converges: every device is told what is declared."""
    _crash(template, tmp_path / "killed", spread(points(_uninterrupted(template)[1]), SAMPLES)[sample])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_at_every_instant_is_made_good(
    template: Path, tmp_path: Path, part: int, record_property: Callable[[str, object], None]
) -> None:
    """After a kill at every durable write and request the next run converges: every device is told what is declared."""
    instants = [point for point in points(_uninterrupted(template)[1]) if point.side == AFTER]
    for point in instants[part::PARTS]:
        _crash(template, tmp_path / str(point), point)
        record_property(f"{CAMPAIGN}kills of runs that give profiles, after a {NAMES[point.site]}", 1)
