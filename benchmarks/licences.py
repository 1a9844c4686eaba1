"""Planning a large district's licences against reading the same pages and lists into sets. The sides are in benchmarks/library.py.

Each runs in a process of its own, by turns. The ratio is taken turn by turn, so that the machine's mood falls out.
"""

from __future__ import annotations

from statistics import median

from benchmarks.measure import Failed, Usage, child, middle, python
from benchmarks.report import Findings, Row, Target

WHAT = "1,500 apps, 150,000 devices, 1,000,000 licences"
RATIO, PEAK, TURNS = 4.0, 1200.0, 3


def measured() -> Findings:
    """Both sides by turns."""
    _side("world")
    turns = [(_side("floor"), _side("product")) for _ in range(TURNS)]
    low, ours = (middle(list(one)) for one in zip(*turns, strict=True))
    if low.changes != ours.changes:
        raise Failed(f"The sides disagree: {low.changes:,} differences and {ours.changes:,}.")
    return Findings(
        [Row(f"plan of {WHAT}", "floor (csv, orjson, sets)", low), Row(f"plan of {WHAT}", "reconciler", ours)],
        [
            Target(f"plan of {WHAT}: CPU time against the floor", median(one.cpu / each.cpu for each, one in turns), RATIO, "×"),
            Target(f"plan of {WHAT}: peak memory", ours.peak, PEAK, " MB"),
        ],
    )


def _side(name: str) -> Usage:
    return child(python("benchmarks.library", name))
