"""A roster change rehearsed on a pretend organization: it gets the last accepted upload, then the present one, by real SFTP and import.

Both are uploaded under pseudonyms and keyed hashes, which is all that is kept of the last one: a rehearsal needs nobody's name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from reconciler.apply import Run
from reconciler.desired import Desired
from reconciler.diagnostic import Severity
from reconciler.kinds.roster import Person
from reconciler.load.configuration import Configuration
from reconciler.load.roster.declared import declared
from reconciler.outcome import Summary
from reconciler.plan import Plan
from reconciler.provider import Report
from reconciler.resource import Declared, Source, Spec
from reconciler.roster.copies import Copy
from reconciler.roster.desired import KINDS
from reconciler.roster.write import to_files
from reconciler.session import Session, connect

SERVICE = "Rehearsal"
PLACE = Source("rehearsal")
Specs = Mapping[str, Mapping[str, Spec]]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The change as it was planned, what became of it, and what a plan right after would still do."""

    plan: Plan
    summary: Summary
    after: Plan


def rehearse(session: Session, copy: Copy, scene: Path, report: Report) -> Rehearsed:
    """Play the change from `copy` to what the session declares, in an empty folder."""
    configuration = session.configuration
    _settings(scene, configuration)
    _upload(scene, {kind: {name: _spec(copy, kind, name) for name in names} for kind, names in copy.things.items()})
    with connect(scene, {}) as before:
        _run(before, report)
    _upload(scene, {kind: {name: one.spec for name, one in configuration.desired.of(kind).items()} for kind in KINDS})
    with connect(scene, {}) as now:
        plan, summary = _run(now, report)
        after, _ = now.plan(report)
    return Rehearsed(plan, summary, after)


def _spec(copy: Copy, kind: str, name: str) -> Spec:
    spec = copy.spec(kind, name)
    if spec is None:
        raise KeyError(name)
    return spec


def _run(session: Session, report: Report) -> tuple[Plan, Summary]:
    plan, record = session.plan(report)
    return plan, Run(session, plan, record, report, lambda: False, lambda _run, _done: None).execute()


def _settings(scene: Path, configuration: Configuration) -> None:
    """An organization with the same name, day and limits, and nothing else."""
    settings = configuration.settings
    noon = datetime.combine(configuration.today, time(12), ZoneInfo(settings.organization.time_zone)).astimezone(UTC)
    simulator = {"services": [SERVICE], "clock": noon.strftime("%Y-%m-%dT%H:%M")}
    content = {
        "organization": {"name": settings.organization.name, "time_zone": "UTC"},
        "connections": {
            "apple_school": {"simulator": simulator},
            "roster_upload": {"simulator": {}},
            "device_enrolment": {SERVICE.lower(): {"simulator": {}}},
        },
        "guards": settings.guards.model_dump(mode="json", by_alias=True, exclude_none=True),
        "approvals": [approval.model_dump(mode="json") for approval in settings.approvals],
        "roster": {"sources": [{"apple_csv": "sis"}]},
    }
    (scene / "reconciler.yaml").write_text(json.dumps(content), encoding="utf-8")
    (scene / "sis").mkdir()


def _upload(scene: Path, specs: Specs) -> None:
    """Write the six files. An account's format and federation are the portal's: no addresses are rehearsed."""
    items: dict[str, Mapping[str, Declared]] = {
        kind: {name: Declared(_plain(spec), PLACE, name) for name, spec in things.items()} for kind, things in specs.items()
    }
    for name, content in to_files(declared(_Bare(Desired(items)))).items():
        (scene / "sis" / name).write_bytes(content)


def _plain(spec: Spec) -> Spec:
    return spec.model_copy(update={"email": ""}) if isinstance(spec, Person) else spec


UTC_ZONE = ZoneInfo("UTC")


@dataclass(slots=True)
class _Bare:
    """The loader's board for things that stand in no file."""

    desired: Desired
    today: date = date.min
    zone: ZoneInfo = UTC_ZONE

    def known(self, kind: str) -> Collection[str]:
        """See Board."""
        return self.desired.of(kind).keys()

    def source(self, kind: str, name: str, *path: str | int) -> Source:
        """See Board: one place stands for all."""
        del kind, name, path
        return PLACE

    def say(self, source: Source, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """See Board: nothing can be wrong here. Raises AssertionError."""
        raise AssertionError(f"{severity} in what was accepted, at {source}: {message} {hint}")

    def table(self, file: str, column: str | None, asked: Source) -> None:
        """See Board: no entry here names a file. Raises AssertionError."""
        raise AssertionError(f"a roster asked for {file}, {column}, {asked}")
