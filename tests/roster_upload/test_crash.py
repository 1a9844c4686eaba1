from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.campaign.child import AFTER, BEFORE, WRITE, Child, Point
from tests.roster_upload.academy import Academy


def _child(folder: Path, *stops: Point) -> tuple[int, int]:
    """Apply in a process of its own; its exit code and how many durable writes it made."""
    with Child(folder.with_name(f"{folder.name}-log"), ["apply", "--yes", str(folder)], stops) as child:
        ended = child.ended()
    return ended.code, ended.counts.get(WRITE, 0)


def test_killed_at_any_write_nothing_is_uploaded_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An apply that dies at any durable write is made good by the next one, which never uploads again what may have arrived."""
    academy = Academy(tmp_path / "template", capsys, devices=3)
    academy.begin()
    assert academy.run("plan").code == 2
    code, writes = _child(Path(shutil.copytree(academy.folder, tmp_path / "whole")))
    assert code == 0
    for number in range(1, writes + 1, max(1, writes // 3)):
        for side in (BEFORE, AFTER):
            academy.folder = Path(shutil.copytree(tmp_path / "template", tmp_path / f"{side}-{number}"))
            assert _child(academy.folder, Point(WRITE, side, number))[0] == -signal.SIGKILL
            arrived = academy.imports()
            assert academy.apply().code == 0, f"{side} {number}"
            assert academy.imports() == 1, f"{side} {number}: {arrived} had arrived before"
            assert academy.plan()["changes"] == []
