"""Where a change happens, for a school: the location of a roster, the folder of an entry, the services that a device leaves and joins."""

from __future__ import annotations

from pathlib import PurePosixPath

from reconciler.kinds import KINDS
from reconciler.kinds.roster import Class, Course, Location, Person
from reconciler.plan import Plan, Verdict
from reconciler.resource import Spec

EVERYWHERE = "Whole organization"
NOWHERE = "No longer in the configuration"
UNASSIGNED = "Unassigned"


def school(plan: Plan, verdict: Verdict) -> str:
    """The location that a roster's change belongs to; for everything else the first folder of its file, as teams split theirs. A folder
    that is called like a location is that school's."""
    location = _location(verdict.after or verdict.before)
    if location:
        return plan.titles.get("location", {}).get(location, location)
    if verdict.source is None:
        return NOWHERE
    folders = PurePosixPath(verdict.source.file.replace("\\", "/")).parts[:-1]
    return plan.titles.get("location", {}).get(folders[0], folders[0]) if folders else EVERYWHERE


def _location(spec: Spec | None) -> str:
    match spec:
        case Class() | Course():
            return spec.location
        case Person():
            return spec.locations[0] if spec.locations else ""
        case Location():
            return spec.name
        case _:
            return ""


def services(plan: Plan, verdict: Verdict) -> tuple[str, str]:
    """The places that a thing leaves and joins, by the names that people know; twice empty for kinds whose things are nowhere."""
    kind = KINDS[verdict.kind]
    if not kind.placed:
        return "", ""
    before, after = (plan.title(kind.place(spec)) if spec else UNASSIGNED for spec in (verdict.before, verdict.after))
    return before, after
