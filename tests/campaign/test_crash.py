"""The crash campaign: a child process is killed at every durable write and at every request, and the next run makes it good."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign.child import REQUEST, WRITE, Child, Point, points
from tests.campaign.figures import CAMPAIGN
from tests.campaign.scene import Uninterrupted, apply_in_child, backend, converges, copied, end, uninterrupted
from tests.district import District

PARTS = 16
SAMPLES = 12
NAMES = {WRITE: "durable write", REQUEST: "request"}
EVERY = 4
"""Of so many crashed runs one has its recovering run killed, too, at `SECOND` points."""
SECOND = 6

Told = Callable[[str, object], None]


def spread(found: list[Point], count: int) -> list[Point]:
    """So many of these, from the first to the last."""
    return [found[position * (len(found) - 1) // (count - 1)] for position in range(count)]


def killed(folder: Path, point: Point) -> bool:
    """Apply in a child that dies at this point; returns whether it left the lock behind."""
    with Child(folder.with_name(f"{folder.name}-log"), ["apply", "--yes", str(folder)], [point]) as child:
        ended = child.ended()
    assert ended.code == -signal.SIGKILL, f"{point} was never reached: {ended}"
    assert "Traceback" not in ended.err
    return (folder / "state" / "private" / "holder.json").exists()


def made_good(district: District, wanted: Uninterrupted, left_behind: bool) -> None:
    """The next run ends as if nobody had been killed, and the record of it all is complete."""
    in_flight = bool(backend(district.folder).journal().lines())
    ran = converges(district, left_behind)
    assert ("Interrupted: " in ran.out) <= in_flight <= left_behind
    assert end(district.folder) == wanted.end
    assert backend(district.folder).journal().lines() == []
    assert backend(district.folder).ledger().verify() > 0


def crash(template: Path, folder: Path, point: Point, capsys: pytest.CaptureFixture[str]) -> None:
    """One crash, and the run after it."""
    district = copied(template, folder, capsys)
    made_good(district, uninterrupted(template), killed(folder, point))
    shutil.rmtree(folder)


def crash_twice(template: Path, folder: Path, point: Point, capsys: pytest.CaptureFixture[str]) -> int:
    """One crash, and then crashes of the run that makes it good; how many of those."""
    copied(template, folder, capsys)
    killed(folder, point)
    again = folder.with_name(f"{folder.name}-again")
    shutil.copytree(folder, again)
    found = spread(points(apply_in_child(again, again.with_name("again-log"))), SECOND)
    for second in found:
        shutil.rmtree(again)
        district = copied(folder, again, capsys)
        made_good(district, uninterrupted(template), killed(again, second))
    return len(found)


def test_every_instant_is_reached(template: Path) -> None:
    """The campaign's run has several steps, each with its durable writes and its requests, so that its points mean something."""
    run = uninterrupted(template)
    assert run.counts["write"] > 40
    assert run.counts["request"] > 15
    assert run.end.activities == {"ASSIGN_DEVICES": 1, "ASSIGN_DEVICES_WITH_MDM_MIGRATION_DEADLINE": 1, "UNASSIGN_DEVICES": 1}
    assert set(run.end.landed.values()) == {1}


@pytest.mark.parametrize("sample", range(SAMPLES))
def test_a_kill_is_made_good(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], sample: int) -> None:
    """After a kill at any of a few instants the next run converges, nothing is done twice and the record is complete."""
    point = spread(points(uninterrupted(template).counts), SAMPLES)[sample]
    crash(template, tmp_path / "killed", point, capsys)


def test_a_kill_of_the_recovering_run_is_made_good(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that is killed while it makes a killed run good is made good in turn."""
    found = points(uninterrupted(template).counts)
    assert crash_twice(template, tmp_path / "killed", found[len(found) * 9 // 10], capsys) == SECOND


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_at_every_instant_is_made_good(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], part: int, record_property: Told
) -> None:
    """After a kill before or after every durable write and every request the next run converges, once and completely."""
    began, found = time.monotonic(), points(uninterrupted(template).counts)[part::PARTS]
    activities = sum(uninterrupted(template).end.activities.values())
    for point in found:
        crash(template, tmp_path / str(point), point, capsys)
        record_property(f"{CAMPAIGN}kills {point.side} a {NAMES[point.site]}", 1)
        record_property(f"{CAMPAIGN}activities by killed runs and the runs after them, as many as by runs that nobody killed", activities)
    record_property(f"{CAMPAIGN}seconds of work", time.monotonic() - began)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_second_kill_is_made_good(
    template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], part: int, record_property: Told
) -> None:
    """A run that is killed at a sample of the instants of making a killed run good is made good in turn."""
    began, found = time.monotonic(), points(uninterrupted(template).counts)[part * EVERY :: PARTS * EVERY]
    for point in found:
        record_property(
            f"{CAMPAIGN}kills of a run that made a killed run good", crash_twice(template, tmp_path / str(point), point, capsys)
        )
    record_property(f"{CAMPAIGN}seconds of work", time.monotonic() - began)
