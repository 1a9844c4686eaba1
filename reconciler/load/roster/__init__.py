"""From the exports of a student information system, and from what the YAML files declare, to one roster."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from reconciler.diagnostic import Diagnostic
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.load.entries import Loading
from reconciler.load.files import inside
from reconciler.load.roster.apple import read_apple
from reconciler.load.roster.container import Container, open_container
from reconciler.load.roster.declared import declared
from reconciler.load.roster.oneroster import read_oneroster
from reconciler.load.sealed import Opener
from reconciler.load.sections import Document
from reconciler.load.text import UnreadableError
from reconciler.resource import Source
from reconciler.roster.check import check
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Part, Roster
from reconciler.roster.people import Terms
from reconciler.roster.report import Report
from reconciler.roster.settings import RosterSettings, RosterSource

__all__ = ["read_ready", "read_sources"]

ROSTER_KINDS = frozenset(layout.kind for layout in LAYOUTS.values())
SYNCED = "Apple allows either a connected directory or uploads: disconnect one of them, then delete this line or the rosters."


def read_sources(loading: Loading, settings: RosterSettings, document: Document) -> Roster:
    """The roster of a configuration, checked; what is wrong goes into the loading's findings."""
    report = Report()
    roster = Roster()
    for index, source in enumerate(settings.sources):
        roster.merge(_read(source, index, loading, document, report))
    for name in ROSTER_KINDS:
        loading.desired.listed[name] = sum(roster.count(layout.name) for layout in LAYOUTS.values() if _counts(name, layout.name))
    roster.merge(declared(loading))
    if roster and settings.directory_sync:
        report.say(
            Diagnostic(document.source("roster", "directory_sync", key=True), "roster.directory_sync: rosters are here, too.", SYNCED)
        )
    check(roster, settings.terms, report)
    loading.sections.findings.extend(report.found)
    return roster


def read_ready(path: Path, name: str, opener: Opener) -> tuple[Roster, list[Diagnostic]]:
    """A folder or zip that is to be uploaded as it stands, and everything that is wrong with it. `name` is what messages call it."""
    report = Report(exact=True)
    try:
        roster = read_apple(open_container(path, name, opener), ROSTER_KINDS, report)
    except UnreadableError as error:
        return Roster(), [error.diagnostic]
    check(roster, Terms(), report)
    return roster, report.found


def _counts(kind: str, file: str) -> bool:
    """Members are counted by their classes."""
    return LAYOUTS[file].kind == kind and file != "rosters"


def _read(source: RosterSource, index: int, loading: Loading, document: Document, report: Report) -> Roster:
    at = ("roster", "sources", index)
    way = "apple_csv" if source.apple_csv else "oneroster"
    place = document.source(*at, way)
    path = inside(loading.folder, source.path)
    if path is None:
        message = f"roster.sources.{way}: {source.path} lies outside the configuration folder."
        report.say(Diagnostic(place, message, "Exports are kept beside these files."))
        return _nothing()
    try:
        container = open_container(path, source.path, loading.opener)
    except UnreadableError as error:
        report.say(Diagnostic(place, f"roster.sources.{way}: {short(source.path)}: {error.diagnostic.message}", error.diagnostic.hint))
        return _nothing()
    read: Callable[[Container, Collection[str], Report], Roster] = read_apple if source.apple_csv else read_oneroster
    roster = read(container, source.kinds or ROSTER_KINDS, report)
    return _limited(roster, source.locations, document.source(*at, "locations"), report) if source.locations else roster


def _nothing() -> Roster:
    roster = Roster()
    roster.broken.update(LAYOUTS)
    return roster


def _limited(roster: Roster, locations: Sequence[str], place: Source, report: Report) -> Roster:
    """Only what belongs to some locations: people by their main one, members by their class.

    What belongs nowhere stays, and is found by the rules: a person with a mistyped location must not vanish, or Apple deactivates them.
    """
    there = {value for name in LAYOUTS if name != "rosters" for value in roster.values(name, "location_id")}
    for name in locations:
        if name not in there:
            message = f"roster.sources.locations: {short(name)} is not a location of this source."
            report.say(Diagnostic(place, message, did_you_mean(name, there)))
    dropped = (frozenset(roster.keys("locations")) or there) - frozenset(locations)
    limited = Roster(broken=roster.broken, lost=roster.lost)
    for name in LAYOUTS:
        if name != "rosters":
            for part in roster.of(name):
                limited.add(_without(part, "location_id", dropped))
    elsewhere = frozenset(roster.keys("classes")) - frozenset(limited.keys("classes"))
    for part in roster.of("rosters"):
        limited.add(_without(part, "class_id", elsewhere))
    return limited


def _without(part: Part, column: str, values: Collection[str]) -> Part:
    return part.kept([row for row, value in enumerate(part.column(column)) if value not in values])
