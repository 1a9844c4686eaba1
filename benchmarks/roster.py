"""Planning a large district's roster against `csv.DictReader` over the same files. The sides are in benchmarks/school.py.

Each runs in a process of its own with garbage collection paused, by turns. A first upload, of which everything is new, has a target of its
own: everybody is judged, told and saved, and the floor reads files only.
"""

from __future__ import annotations

from benchmarks.measure import Failed, Usage, child, middle, python
from benchmarks.report import Findings, Row, Target

WHAT = "150,000 people, 15,000 classes, 450,000 memberships"
RATIO, FIRST, PEAK, TURNS = 4.0, 14.0, 1200.0, 3


def measured() -> Findings:
    """All sides by turns."""
    _side("world")
    turns = [(_side("floor"), _side("product"), _side("first")) for _ in range(TURNS)]
    low, ours, first = (middle(list(one)) for one in zip(*turns, strict=True))
    if not low.changes == ours.changes == first.changes:
        raise Failed(f"The sides disagree: {low.changes:,}, {ours.changes:,} and {first.changes:,} rows.")
    plan, line = (int(size) / 1e6 for size in first.output.split()[-3:-1])
    return Findings(
        [
            Row(f"roster of {WHAT}", "csv.DictReader", low),
            Row("plan of it, one in a hundred changed", "reconciler", ours),
            Row("plan of its first upload, and its plan file", "reconciler", first),
        ],
        [
            Target(f"plan of {WHAT}: CPU time against csv.DictReader", ours.cpu / low.cpu, RATIO, "×"),
            Target(f"plan of {WHAT}: peak memory", ours.peak, PEAK, " MB"),
            Target("plan of its first upload, saved: CPU time against csv.DictReader", first.cpu / low.cpu, FIRST, "×"),
            Target("plan of its first upload, saved: peak memory", first.peak, PEAK, " MB"),
        ],
        [f"A first upload's plan file has {plan:,.0f} MB and the journal's line of its step {line:,.0f} MB."],
    )


def _side(name: str) -> Usage:
    return child(python("benchmarks.school", name))
