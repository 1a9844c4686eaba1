"""The sides of the benchmark of rosters, each a process of its own: `python -m benchmarks.school SIDE` (world, floor, product, first).

150,000 invented people, 15,000 classes, 450,000 memberships. In `product` one in a hundred people and classes changed since the upload
that the record knows; in `first` nothing was ever uploaded. The plan is the whole `reconciler plan`: files read and judged, record and
private copy read, changes and guards, the digest, the text. Each prints last how many rows it has read.
"""

from __future__ import annotations

import csv
import gc
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from benchmarks.measure import ROOT, Failed
from reconciler.landing import begin_facts, intents
from reconciler.plan import Plan
from reconciler.render import text
from reconciler.render.document import save
from reconciler.roster.copies import Copies
from reconciler.roster.desired import Declarations
from reconciler.roster.layout import LAYOUTS
from reconciler.session import connect
from state.record import Entry

FOLDER = ROOT / ".bench" / "roster"
PEOPLE, STAFF, CLASSES, MEMBERSHIPS, SCHOOLS = 150_000, 9_000, 15_000, 450_000, 200
EVERY = 100
"""One in so many changes."""
MAIN = """organization: {name: Benchmark, time_zone: UTC}
connections: {apple_school: {simulator: {}}, roster_upload: {simulator: {}}}
roster:
  sources: [{apple_csv: sis}]
  account_format: [first_name, last_name]
  federated_domains: [staff.example]
"""


def make(folder: Path) -> None:
    """The configuration, the state after its upload, and then the six files with their changes."""
    _export(folder, changed=False)
    with connect(folder, {}) as session:
        record, copies = session.backend.record(), Copies(session.backend.scratch)
        declared = {kind: one for kind, one in session.configuration.desired.items.items() if isinstance(one, Declarations)}
        for kind, things in declared.items():
            record.entries[kind] = {name: Entry(mark) for name, mark in things.fingerprints.items()}
        session.backend.save(record, record.serial)
        copies.keep("accepted", session.provider.clock.now(), declared)
        copies.accept("accepted")
    _export(folder, changed=True)


def _export(folder: Path, *, changed: bool) -> None:
    (folder / "sis").mkdir(parents=True, exist_ok=True)
    (folder / "reconciler.yaml").write_text(MAIN)
    rows = {"students": _students(changed), "staff": _staff(), "courses": _courses(), "classes": _classes(changed), "rosters": _rosters()}
    rows["locations"] = ([f"school-{at}", f"School {at}"] for at in range(SCHOOLS))
    for name, layout in LAYOUTS.items():
        with (folder / "sis" / layout.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n", doublequote=False, escapechar="\\")
            writer.writerow(layout.columns)
            writer.writerows(rows[name])


def _students(changed: bool) -> Iterator[Iterable[object]]:
    for at in range(PEOPLE - STAFF):
        mail, grade = f"s{at}@pupils.example", (at + (changed and at % EVERY == 0)) % 12 + 1
        yield f"s-{at}", at, f"First {at % 997}", "", f"Last{at}", grade, mail, f"u{at}", "", f"school-{at % SCHOOLS}"


def _staff() -> Iterator[Iterable[object]]:
    for at in range(STAFF):
        yield f"t-{at}", at, f"First {at % 997}", "", f"Last{at}", f"t{at}@staff.example", f"v{at}", f"school-{at % SCHOOLS}"


def _courses() -> Iterator[Iterable[object]]:
    for at in range(CLASSES // 10):
        yield f"c-{at}", f"C{at}", f"Course {at}", f"school-{at % SCHOOLS}"


def _classes(changed: bool) -> Iterator[Iterable[object]]:
    for at in range(CLASSES):
        yield (
            f"k-{at}",
            f"{at % 12}-{'B' if changed and at % EVERY == 0 else 'A'}",
            f"c-{at % (CLASSES // 10)}",
            f"t-{at % STAFF}",
            "",
            "",
            f"school-{at % SCHOOLS}",
        )


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
    sys.stdout.write(f"{sum(map(len, rows.values()))}\n")


def product(folder: Path) -> None:
    """What `reconciler plan` does."""
    gc.disable()
    plan, rows = _planned(folder)
    if len(plan.changes) != -(-(PEOPLE - STAFF) // EVERY) + -(-CLASSES // EVERY) or len(plan.steps) != 1 or plan.refusals:
        raise Failed(f"The plan has {len(plan.changes):,} changes, {len(plan.steps)} steps and {len(plan.refusals)} refusals.")
    sys.stdout.write(f"{rows}\n")


def first(folder: Path) -> None:
    """The same where nothing was ever uploaded; prints also how many bytes its plan file and the journal's line of its step have."""
    gc.disable()
    fresh = folder.with_name("roster-first")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh, ignore=shutil.ignore_patterns("state"))
    plan, rows = _planned(fresh)
    changes = {change.address: change for change in plan.changes}
    (step,) = plan.steps
    line = orjson.dumps(begin_facts(step, intents([changes[address] for address in step.covers])))
    save(plan, fresh / "plan.json")
    sys.stdout.write(f"{(fresh / 'plan.json').stat().st_size} {len(line)} {rows}\n")


def _planned(folder: Path) -> tuple[Plan, int]:
    with connect(folder, {}) as session:
        plan, _ = session.plan(lambda _: None)
        roster = session.configuration.roster
    text.render(plan)
    return plan, sum(roster.count(name) for name in LAYOUTS)


if __name__ == "__main__":
    {"world": make, "floor": floor, "product": product, "first": first}[sys.argv[1]](FOLDER)
