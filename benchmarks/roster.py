"""Reading and judging a large district's roster against `csv.DictReader` over the same files: `python -m benchmarks.roster`.

150,000 invented people, 15,000 classes, 450,000 memberships. Each side runs in a process of its own with garbage collection paused, and
prints how many rows it has read. The exit code is 1 where a target was missed.
"""

from __future__ import annotations

import csv
import gc
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from benchmarks.measure import ROOT, Failed, child, middle, pin, python
from benchmarks.report import Findings, Row, Target, markdown
from reconciler.load import load
from reconciler.roster.layout import LAYOUTS

PEOPLE, STAFF, CLASSES, MEMBERSHIPS, SCHOOLS = 150_000, 9_000, 15_000, 450_000, 200
RATIO, PEAK, TURNS = 4.0, 1200.0, 3
MAIN = """organization: {name: Benchmark, time_zone: UTC}
connections: {apple_school: {simulator: {}}}
roster:
  sources: [{apple_csv: sis}]
  account_format: [first_name, last_name]
  federated_domains: [staff.example]
"""


@click.command()
@click.option("--side", type=click.Choice(["world", "floor", "product"]), help="Only this, in this process.")
def main(side: str | None) -> None:
    """Measure both sides by turns."""
    folder = ROOT / ".bench" / "roster"
    if side:
        {"world": make, "floor": floor, "product": product}[side](folder)
        return
    pinned = pin()
    child(python("benchmarks.roster", "--side", "world"))
    turns = [tuple(child(python("benchmarks.roster", "--side", one)) for one in ("floor", "product")) for _ in range(TURNS)]
    low, ours = (middle(list(one)) for one in zip(*turns, strict=True))
    if low.changes != ours.changes:
        raise Failed(f"The sides disagree: {low.changes:,} rows and {ours.changes:,}.")
    what = f"{PEOPLE:,} people, {CLASSES:,} classes, {MEMBERSHIPS:,} memberships"
    targets = [Target(f"{what}: CPU time against csv.DictReader", ours.cpu / low.cpu, RATIO, "×")]
    targets.append(Target(f"{what}: peak memory", ours.peak, PEAK, " MB"))
    click.echo(markdown([Findings([Row(what, "csv.DictReader", low), Row(what, "reconciler", ours)], targets)], pinned))
    sys.exit(not all(target.met for target in targets))


def make(folder: Path) -> None:
    """The configuration and its six files."""
    (folder / "sis").mkdir(parents=True, exist_ok=True)
    (folder / "reconciler.yaml").write_text(MAIN)
    rows = {"students": _students(), "staff": _staff(), "courses": _courses(), "classes": _classes(), "rosters": _rosters()}
    rows["locations"] = ([f"school-{at}", f"School {at}"] for at in range(SCHOOLS))
    for name, layout in LAYOUTS.items():
        with (folder / "sis" / layout.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n", doublequote=False, escapechar="\\")
            writer.writerow(layout.columns)
            writer.writerows(rows[name])


def _students() -> Iterator[Iterable[object]]:
    for at in range(PEOPLE - STAFF):
        mail = f"s{at}@pupils.example"
        yield f"s-{at}", at, f"First {at % 997}", "", f"Last{at}", at % 12 + 1, mail, f"u{at}", "", f"school-{at % SCHOOLS}"


def _staff() -> Iterator[Iterable[object]]:
    for at in range(STAFF):
        yield f"t-{at}", at, f"First {at % 997}", "", f"Last{at}", f"t{at}@staff.example", f"v{at}", f"school-{at % SCHOOLS}"


def _courses() -> Iterator[Iterable[object]]:
    for at in range(CLASSES // 10):
        yield f"c-{at}", f"C{at}", f"Course {at}", f"school-{at % SCHOOLS}"


def _classes() -> Iterator[Iterable[object]]:
    for at in range(CLASSES):
        yield f"k-{at}", f"{at % 12}-A", f"c-{at % (CLASSES // 10)}", f"t-{at % STAFF}", "", "", f"school-{at % SCHOOLS}"


def _rosters() -> Iterator[Iterable[object]]:
    for at in range(MEMBERSHIPS):
        one = at // (MEMBERSHIPS // CLASSES)
        yield f"r-{at}", f"k-{one}", f"s-{(one * 37 + at % 30) % (PEOPLE - STAFF)}"


def floor(folder: Path) -> None:
    """Every row of the six files as a dict."""
    gc.disable()
    rows = {}
    for layout in LAYOUTS.values():
        with (folder / "sis" / layout.file).open(encoding="utf-8", newline="") as file:
            rows[layout.name] = list(csv.DictReader(file))
    click.echo(sum(map(len, rows.values())))


def product(folder: Path) -> None:
    """The configuration loaded and every rule applied, as `validate` does."""
    gc.disable()
    roster = load(folder).roster
    click.echo(sum(roster.count(name) for name in LAYOUTS))


if __name__ == "__main__":
    main()
