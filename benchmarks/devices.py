"""A plan of many devices against the floor, and against the peer. One device in a hundred is not where it belongs.

Every figure is of a whole process. Ratios are of what the devices cost: the same command on a hardly noticeable organization is taken
off each side, since start-up has targets of its own (benchmarks/startup.py). That is stricter for growth: a constant share would hide it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import octodns
from benchmarks.measure import ROOT, Failed, Usage, child, middle, python
from benchmarks.report import Findings, Row, Target

BENCH = ROOT / ".bench"
TINY, SMALL, LARGE = 100, 100_000, 1_000_000
ROUNDS, SHORT = 3, 7
"""Rounds over all sizes, and turns in each round at sizes that take a second."""
RATIO, GROWTH, PEER = 3.0, 1.2, 10.0
PEAK = 1200.0
"""MB at a million devices."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of one size."""

    size: int
    floor: Usage
    product: Usage

    @property
    def rows(self) -> list[Row]:
        """For the table."""
        what = f"plan of {self.size:,} devices"
        return [Row(what, "floor (csv, orjson, dicts)", self.floor), Row(what, "reconciler", self.product)]

    def ratio(self, tiny: Sides) -> Target:
        """Time against the floor."""
        figure = (self.product.cpu - tiny.product.cpu) / (self.floor.cpu - tiny.floor.cpu)
        return Target(f"plan of {self.size:,} devices against the floor, CPU time, start-up off both", figure, RATIO, "×")

    @property
    def whole(self) -> float:
        """Whole processes against each other, start-up included."""
        return self.product.cpu / self.floor.cpu

    def each(self, tiny: Sides) -> float:
        """Seconds of CPU for one device."""
        return (self.product.cpu - tiny.product.cpu) / self.size


def world(size: int, bench: Path = BENCH, *, fresh: bool = False) -> Path:
    """The organization of this size, made if it is not there as this code makes it."""
    folder = bench / "worlds" / str(size)
    mark, digest = folder / "made-by", _digest()
    if fresh or not mark.is_file() or mark.read_text() != digest:
        child(python("benchmarks.world", folder, size))
        mark.write_text(digest)
    return folder


def _digest() -> str:
    """Of the code that makes organizations."""
    sources = [ROOT / "benchmarks" / "world.py", *sorted((ROOT / "providers" / "simulator").glob("*.py"))]
    return hashlib.blake2b(b"".join(path.read_bytes() for path in sources), digest_size=8).hexdigest()


def measured(folders: Mapping[int, Path]) -> list[Sides]:
    """Both sides of every size, each in its own process; of several turns the median.

    Turns go round the sizes, because a shared machine is a third faster in one minute than in the next. Raises Failed.
    """
    for folder in folders.values():
        _warm(folder)
    rounds = [size for size in folders for _ in range(1 if size >= LARGE else SHORT)] * ROUNDS
    turns = [(size, _turn(folders[size])) for size in rounds]
    return [_sides(size, [turn for other, turn in turns if other == size]) for size in folders]


def _warm(folder: Path) -> None:
    """Read everything once, into the system's cache, so that the first turn is not the slow one."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


def _turn(folder: Path) -> tuple[Usage, Usage]:
    return child(python("benchmarks.floor", folder)), child(python("benchmarks.product", folder))


def _sides(size: int, turns: Sequence[tuple[Usage, Usage]]) -> Sides:
    floor, product = (middle(side) for side in zip(*turns, strict=True))
    if floor.changes != product.changes:
        raise Failed(f"The sides disagree at {size:,} devices: floor {floor.changes:,} changes, product {product.changes:,}.")
    return Sides(size, floor, product)


def against_floor(tiny: Sides, *others: Sides) -> Findings:
    """The targets of each size, and of the largest against the smallest: growth, and memory at a million."""
    rows = [row for one in (tiny, *others) for row in one.rows]
    targets = [one.ratio(tiny) for one in others]
    first, last = others[0], others[-1]
    if last.size > first.size:
        what = f"CPU time per device at {last.size:,} against {first.size:,}"
        targets.append(Target(what, last.each(tiny) / first.each(tiny), GROWTH, "×"))
    targets += [Target(f"peak memory at {one.size:,} devices", one.product.peak, PEAK, " MB") for one in others if one.size >= LARGE]
    return Findings(rows, targets, _notes(tiny, *others))


def _notes(tiny: Sides, *others: Sides) -> list[str]:
    """The other ways to read the figures."""
    notes = [f"Start-up included, the plan of {one.size:,} devices takes {one.whole:.2f} times as long as the floor." for one in others]
    first, last = others[0], others[-1]
    if last.size > first.size:
        start_up_included = last.product.cpu / first.product.cpu * first.size / last.size
        floors = (last.floor.cpu - tiny.floor.cpu) / (first.floor.cpu - tiny.floor.cpu) * first.size / last.size
        notes.append(f"Start-up included, the time per device grows {start_up_included:.2f} times.")
        notes.append(f"The floor's own time per device grows {floors:.2f} times: its tables outgrow the processor's caches as ours do.")
    return notes


def against_peer(ours: Sides, folder: Path, bench: Path = BENCH) -> Findings:
    """octoDNS on as many records. Run once: it takes minutes."""
    theirs, changes = octodns.plan(bench, folder)
    if changes != ours.product.changes:
        raise Failed(f"The sides disagree at {ours.size:,} devices: octoDNS {changes:,} changes, product {ours.product.changes:,}.")
    row = Row(f"plan of {ours.size:,} devices", f"octoDNS {octodns.VERSION}", theirs)
    faster = Target(f"times faster than octoDNS at {ours.size:,} (CPU time)", theirs.cpu / ours.product.cpu, PEER, "×", least=True)
    return Findings([row], [faster])
