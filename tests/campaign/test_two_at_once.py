"""Two people, or a person and a job, apply at the same time."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.campaign.child import AFTER, SEND, Child, Point
from tests.campaign.scene import converges, end, uninterrupted
from tests.district import District


def test_the_second_is_told_who_holds_the_lock(scene: District, template: Path, tmp_path: Path) -> None:
    """Who applies while another run is under way is refused with exit code 8 and told who holds the lock and since when."""
    with Child(tmp_path / "log", ["apply", "--yes", str(scene.folder)], [Point(SEND, AFTER, 1)], waits=True) as child:
        child.arrived()
        other = subprocess.run(
            [sys.executable, "-m", "reconciler", "apply", "--yes", str(scene.folder)], capture_output=True, text=True, check=False
        )
        assert other.returncode == 8, other
        assert re.search(rf"\S+@{re.escape(platform.node())} \(process {child.pid}\) since \d{{4}}-\d\d-\d\d \d\d:\d\d UTC", other.stderr)
        assert "Traceback" not in other.stderr
        child.go_on()
        assert child.ended().code == 0
    assert end(scene.folder) == uninterrupted(template).end


def test_a_plan_meanwhile_tells_of_the_living_run(scene: District, tmp_path: Path) -> None:
    """Who plans while another run is under way is told who is applying, not that something was interrupted."""
    with Child(tmp_path / "log", ["apply", "--yes", str(scene.folder)], [Point(SEND, AFTER, 1)], waits=True) as child:
        child.arrived()
        ran = scene.run("plan")
        assert ran.code == 2, ran
        assert "interrupted" not in ran.out
        assert f"(process {child.pid})" in ran.out


def test_of_two_that_start_together_each_device_is_sent_once(scene: District, template: Path, tmp_path: Path) -> None:
    """Two runs that start together end as one does: no device is sent twice, and a run that could not work says so."""
    with ExitStack() as stack:
        children = [stack.enter_context(Child(tmp_path / name, ["apply", "--yes", str(scene.folder)])) for name in ("one", "other")]
        ended = [child.ended() for child in children]
    assert sorted(one.code for one in ended) in ([0, 0], [0, 8]), ended
    assert all("Traceback" not in one.err for one in ended)
    assert end(scene.folder) == uninterrupted(template).end
    converges(scene, told=False)
