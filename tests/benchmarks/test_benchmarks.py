from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import devices
from benchmarks.measure import child, python
from benchmarks.octodns import write
from benchmarks.report import Findings, Row, Target, markdown

SIZE = 2_000


@pytest.fixture(scope="module")
def turn(folder: Path) -> devices.Turn:
    """The organization stands for the hardly noticeable one, too: no time is judged here."""
    return devices.one_turn(SIZE, {SIZE: folder, devices.TINY: folder})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return devices.world(SIZE, tmp_path_factory.mktemp("bench"))


def test_every_side_finds_the_same_changes(turn: devices.Turn) -> None:
    """The floor and the product, each in a process of its own, agree on how many devices are not where they belong."""
    assert turn.floor.changes == turn.product.changes == SIZE // 100
    assert f"{SIZE // 100} to update" in turn.product.output


def test_octodns_gets_the_same_facts(folder: Path, tmp_path: Path) -> None:
    """The peer is given one record for each device, and as many of them differ as devices are to move."""
    write(folder, tmp_path)
    live, wanted = ((tmp_path / side / "devices.example.yaml").read_text().splitlines() for side in ("live", "wanted"))
    assert len(live) == len(wanted) == 3 * SIZE
    assert sum(one != other for one, other in zip(live, wanted, strict=True)) == SIZE // 100


def test_an_organization_is_made_once(folder: Path) -> None:
    """Data that this code made is used again, and the same size makes the same pages."""
    before = sorted((folder / "tape").iterdir())
    pages = {path.name: path.read_bytes() for path in before if b"orgDevices" in path.read_bytes()}
    assert devices.world(SIZE, folder.parents[1]) == folder
    child(python("benchmarks.world", folder, SIZE))
    assert all((folder / "tape" / name).read_bytes() == content for name, content in pages.items() if name != "index.json")


def test_a_missed_target_is_said(turn: devices.Turn) -> None:
    """A target that was missed stands in the report as a miss, and one that was met does not."""
    missed, met = Target("slow", 3.5, 3, "×"), Target("faster", 12, 10, "×", least=True)
    assert (missed.met, met.met) == (False, True)
    lines = markdown([Findings([Row("plan", "floor", turn.floor)], [missed, met])], "not pinned to a core").splitlines()
    assert [line for line in lines if "MISS" in line] == ["| slow | at most 3× | 3.5× | **MISS** |"]
