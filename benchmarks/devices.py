"""A plan of many devices against the floor, and against the peer. One device in a hundred is not where it belongs.

Every figure is of a whole process. Ratios are of what the devices cost: the same command on a hardly noticeable organization is taken
off each side, since start-up has targets of its own (benchmarks/startup.py). That is stricter for growth: a constant share would hide it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

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
class Turn:
    """Both sides of one size, and of a hardly noticeable organization, in four processes right after each other."""

    floor: Usage
    product: Usage
    start_floor: Usage
    start_product: Usage

    @property
    def cost(self) -> float:
        """Seconds of CPU that the devices cost us."""
        return self.product.cpu - self.start_product.cpu

    @property
    def floor_cost(self) -> float:
        """Seconds of CPU that the devices cost the floor."""
        return self.floor.cpu - self.start_floor.cpu


@dataclass(frozen=True, slots=True)
class Sides:
    """All turns of one size, and the median of each side."""

    size: int
    turns: Sequence[Turn]

    @property
    def floor(self) -> Usage:
        """The floor."""
        return middle([turn.floor for turn in self.turns])

    @property
    def product(self) -> Usage:
        """Us."""
        return middle([turn.product for turn in self.turns])

    @property
    def ratio(self) -> Target:
        """Time against the floor: the median of what the turns say, as both sides of a turn meet the machine in the same mood."""
        figure = median(turn.cost / turn.floor_cost for turn in self.turns)
        return Target(f"plan of {self.size:,} devices against the floor, CPU time, start-up off both", figure, RATIO, "×")

    @property
    def each(self) -> float:
        """Seconds of CPU for one device."""
        return median(turn.cost for turn in self.turns) / self.size

    @property
    def floor_each(self) -> float:
        """Seconds of CPU that the floor takes for one device."""
        return median(turn.floor_cost for turn in self.turns) / self.size


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
    """Both sides of every size but TINY, which is what start-up costs. Raises Failed.

    Turns go round the sizes, because a shared machine is a third faster in one minute than in the next.
    """
    for folder in folders.values():
        _warm(folder)
    sizes = [size for size in folders if size != TINY]
    rounds = [size for size in sizes for _ in range(1 if size >= LARGE else SHORT)] * ROUNDS
    turns = [(size, one_turn(size, folders)) for size in rounds]
    return [Sides(size, [turn for other, turn in turns if other == size]) for size in sizes]


def _warm(folder: Path) -> None:
    """Read everything once, into the system's cache, so that the first turn is not the slow one."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


def one_turn(size: int, folders: Mapping[int, Path]) -> Turn:
    """Four processes, one after the other. Raises Failed."""
    for each in (size, TINY):
        # The clock of every turn stands at the same moment, so that each would read and keep what all turns before it spent.
        shutil.rmtree(folders[each] / "config" / "state" / "private" / "scratch", ignore_errors=True)
    sides = [child(python(f"benchmarks.{side}", folders[each])) for each in (size, TINY) for side in ("floor", "product")]
    floor, product = (side.changes for side in sides[:2])
    if floor != product:
        raise Failed(f"The sides disagree at {size:,} devices: floor {floor:,} changes, product {product:,}.")
    return Turn(*sides)


def against_floor(*measured: Sides) -> Findings:
    """The targets of each size, and of the largest against the smallest: growth, and memory at a million."""
    first, last = measured[0], measured[-1]
    start = first.turns
    rows = [
        Row("start-up", "floor", middle([turn.start_floor for turn in start])),
        Row("start-up", "reconciler plan", middle([turn.start_product for turn in start])),
    ]
    for one in measured:
        what = f"plan of {one.size:,} devices"
        rows += [Row(what, "floor (csv, orjson, dicts)", one.floor), Row(what, "reconciler", one.product)]
    targets = [one.ratio for one in measured]
    if last.size > first.size:
        targets.append(Target(f"CPU time per device at {last.size:,} against {first.size:,}", last.each / first.each, GROWTH, "×"))
    targets += [Target(f"peak memory at {one.size:,} devices", one.product.peak, PEAK, " MB") for one in measured if one.size >= LARGE]
    return Findings(rows, targets, _notes(measured))


def _notes(measured: Sequence[Sides]) -> list[str]:
    """The other ways to read the figures."""
    notes = [
        f"Start-up included, the plan of {one.size:,} devices takes {one.product.cpu / one.floor.cpu:.2f} times as long as the floor."
        for one in measured
    ]
    first, last = measured[0], measured[-1]
    if last.size > first.size:
        grows = last.product.cpu / last.size / (first.product.cpu / first.size)
        floors = last.floor_each / first.floor_each
        notes.append(f"Start-up included, the time per device grows {grows:.2f} times.")
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
