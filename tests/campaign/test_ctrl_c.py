"""Somebody presses Ctrl-C, once or twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.campaign.child import AFTER, BEFORE, REQUEST, SEND, WRITE, Child, Point
from tests.campaign.scene import backend, converges, end, uninterrupted
from tests.district import District


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupt", "terminate"])
def test_the_step_in_hand_is_finished(scene: District, template: Path, tmp_path: Path, number: signal.Signals) -> None:
    """A run that is asked to stop finishes the step in hand, names what it did not try, and exits with 130."""
    with Child(tmp_path / "log", ["apply", "--yes", str(scene.folder)], [Point(SEND, AFTER, 1)], waits=True) as child:
        child.arrived()
        os.kill(child.pid, number)
        child.go_on()
        ended = child.ended()
    assert ended.code == 130, ended
    assert "Finishing the step in hand" in ended.err
    assert "Done: 9 of 9 landed" in ended.out
    assert "Not tried (stopped on request): Move 8 devices to Intune for Education" in ended.out
    assert "Not tried (stopped on request): Unassign 5 devices from Jamf School" in ended.out
    assert backend(scene.folder).journal().lines() == []
    converges(scene, told=False)
    assert end(scene.folder) == uninterrupted(template).end


def test_before_the_first_step_nothing_is_sent(scene: District, template: Path, tmp_path: Path) -> None:
    """A run that is asked to stop while it still reads sends nothing, says what it did not try, and exits with 130."""
    before = scene.activities()
    with Child(tmp_path / "log", ["apply", "--yes", str(scene.folder)], [Point(REQUEST, AFTER, 2)], waits=True) as child:
        child.arrived()
        child.interrupt()
        child.go_on()
        ended = child.ended()
    assert ended.code == 130, ended
    assert scene.activities() == before
    assert ended.out.count("Not tried (stopped on request)") == 3
    converges(scene, told=False)
    assert end(scene.folder) == uninterrupted(template).end


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Point(SEND, BEFORE, 1), Point(SEND, AFTER, 1)),
        (Point(SEND, AFTER, 3), Point(REQUEST, AFTER, 20)),
        *((Point(WRITE, AFTER, number), Point(WRITE, BEFORE, number + 1)) for number in range(10, 110, 11)),
    ],
    ids=str,
)
def test_the_second_time_it_leaves_at_once(scene: District, template: Path, tmp_path: Path, first: Point, second: Point) -> None:
    """A second Ctrl-C ends the run where it stands, without a traceback, and the next run converges."""
    with Child(tmp_path / "log", ["apply", "--yes", str(scene.folder)], [first, second], waits=True) as child:
        for _ in (first, second):
            child.arrived()
            child.interrupt()
            child.go_on()
        ended = child.ended()
    assert ended.code == 130, ended
    assert "Interrupted. The next apply looks at what was in flight." in ended.err
    assert "Traceback" not in ended.err + ended.out
    converges(scene, told=False)
    assert end(scene.folder) == uninterrupted(template).end


def test_a_plan_that_is_stopped_says_so(scene: District, tmp_path: Path) -> None:
    """Ctrl-C while a plan is made ends it at once, with exit code 130 and in words."""
    with Child(tmp_path / "log", ["plan", str(scene.folder)], [Point(REQUEST, AFTER, 2)], waits=True) as child:
        child.arrived()
        child.interrupt()
        child.go_on()
        ended = child.ended()
    assert ended.code == 130, ended
    assert ended.err.strip() == "Interrupted. The next apply looks at what was in flight."
