"""The settings sections of reconciler.yaml, checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds import KINDS
from reconciler.kinds.licences import DERIVED
from reconciler.kinds.secret import Secret
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.load.files import MAIN
from reconciler.load.sections import Document, Sections
from reconciler.load.sentences import Finding, findings, label
from reconciler.load.tree import Map, Node
from reconciler.resource import Source
from reconciler.settings import Freeze, Settings

STATE_FOLDER = "state"
MISSING = {
    "organization": "Add organization: with name and time_zone.",
    "connections": "For a rehearsal write connections: {apple_school: {simulator: {}}}.",
}


def time_zone(sections: dict[str, Node]) -> ZoneInfo:
    """The organization's time zone, UTC while it is missing or wrong: that is reported with the other settings."""
    try:
        return ZoneInfo(_text(sections, "organization", "time_zone") or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def state_folder(sections: dict[str, Node]) -> str:
    """The state folder, before anything is checked: it must be known in order to skip it."""
    return _text(sections, "state", "folder") or STATE_FOLDER


def identity(sections: dict[str, Node]) -> Secret | None:
    """What sealed files are opened with, before anything is checked: it must be known in order to read them."""
    try:
        return Secret.model_validate(_value(sections, "privacy", "identity"))
    except ValidationError:
        return None


def _text(sections: dict[str, Node], section: str, key: str) -> str | None:
    value = _value(sections, section, key)
    return value if isinstance(value, str) else None


def _value(sections: dict[str, Node], section: str, key: str) -> Node:
    group = sections.get(section)
    return group.get(key) if isinstance(group, Map) else None


def read_settings(document: Document | None, sections: Sections, zone: ZoneInfo) -> Settings | None:
    """The settings, or None after putting what is wrong into the findings."""
    try:
        return Settings.model_validate(sections.settings, context={"zone": zone})
    except ValidationError as error:
        if document:
            sections.findings.extend(_diagnostic(one, document) for one in findings(error, Settings))
    return None


def _diagnostic(finding: Finding, document: Document) -> Diagnostic:
    if not finding.path:
        section = finding.message.removeprefix("lacks ").removesuffix(".")
        return Diagnostic(Source(MAIN), f"The section {section}: is missing.", MISSING.get(section, ""))
    place = document.source(*finding.path, key=finding.at_key)
    return Diagnostic(place, f"{label(finding.path)}: {finding.message}", finding.hint)


def check_approvals(settings: Settings, document: Document, sections: Sections, today: date) -> None:
    """Approvals name kinds and services that exist; those whose time is over are worth a warning."""
    services = sections.entries["mdm_server"]
    found = sections.findings
    for index, approval in enumerate(settings.approvals):
        at = ("approvals", index)
        if approval.kind not in KINDS:
            message = f"approvals.kind: {short(approval.kind)} is not a kind."
            found.append(Diagnostic(document.source(*at, "kind"), message, did_you_mean(approval.kind, KINDS)))
        if approval.allow == "freezes":
            _check_freeze(approval.scope, settings.freezes, document.source(*at, "scope"), found)
        elif _of_services(approval.allow, approval.kind) and approval.scope not in ("*", *services):
            found.append(_undeclared_scope(approval.scope, document.source(*at, "scope"), services))
        if not approval.covers(today):
            message = f"approvals.until: this approval ended on {approval.until} and has no effect any more."
            finding = Diagnostic(document.source(*at, "until"), message, "Delete it; git remembers.", Severity.WARNING)
            found.append(finding)


def _of_services(guard: str, kind: str) -> bool:
    """Whether a guard counts by device-management service: rosters and apps have places of their own."""
    return not guard.startswith("roster_") and kind not in DERIVED


def _check_freeze(scope: str, freezes: Sequence[Freeze], place: Source, found: list[Diagnostic]) -> None:
    names = [freeze.name for freeze in freezes]
    if scope != "*" and scope not in names:
        found.append(Diagnostic(place, f"approvals.scope: {short(scope)} is not the name of a freeze.", did_you_mean(scope, names)))


def check_kinds(settings: Settings, document: Document, found: list[Diagnostic]) -> None:
    """Freezes and consents name kinds that exist."""
    named = [
        *((("freezes", index, "allow"), freeze.allow) for index, freeze in enumerate(settings.freezes)),
        *((("consents", index, "kinds"), consent.kinds) for index, consent in enumerate(settings.consents)),
    ]
    for path, kinds in named:
        for kind in kinds:
            if kind not in KINDS:
                place = document.source(*path)
                found.append(Diagnostic(place, f"{label(path)}: {short(kind)} is not a kind.", did_you_mean(kind, KINDS)))


def _undeclared_scope(scope: str, place: Source, services: Collection[str]) -> Diagnostic:
    """Only a warning: devices may leave a service that lives in Apple School Manager and that nobody declares here."""
    message = f"approvals.scope: {short(scope)} is not a known mdm_server; it counts only if Apple School Manager has such a service."
    return Diagnostic(place, message, did_you_mean(scope, services), Severity.WARNING)
