"""Reads plan cases: declared + recorded + observed → verbs, steps, requests. The files in cases/ say what they must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.diagnostic import Diagnostic
from reconciler.kinds import KINDS
from reconciler.kinds.devices import DeviceAssignment, MdmServer
from reconciler.kinds.match import Traits
from reconciler.load import load
from reconciler.observed import Observed
from reconciler.plan import Binding, Plan
from reconciler.planner import Facts, plan
from reconciler.provider import Context, Look, Notice
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Address, Seen, Spec, fingerprint
from reconciler.selection import Selection
from reconciler.session import entry_point
from reconciler.veil import veiled
from state.record import Entry, Record

TODAY = date(2026, 11, 23)
SETTINGS = "organization: {name: Case School, time_zone: UTC}\nconnections: {apple_school: {simulator: {clock: 'DAY'}}}\n"


@dataclass(frozen=True)
class Case:
    """One requirement, in a sentence, and the situation that shows it."""

    name: str
    given: dict[str, Any]


class Memory:
    """A scratch store that lives as long as its test."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def get(self, name: str) -> object | None:
        """See reconciler.provider.Scratch."""
        return self._values.get(name)

    def put(self, name: str, value: object) -> None:
        """See reconciler.provider.Scratch."""
        self._values[name] = value


def read_cases(folder: Path) -> list[Case]:
    """Every case of every file, in order."""
    yaml = YAML(typ="safe", pure=True)
    return [Case(name, given) for path in sorted(folder.glob("*.yaml")) for name, given in yaml.load(path).items()]


def plan_of(case: Case, folder: Path) -> Plan:
    """The plan for the case, made by the real planner with the real provider's packing and prices.

    `provider` names it (without: apple_school). One that reads nothing but the record observes for itself; of others `observed` says it.
    """
    given = case.given
    day = str(given.get("today", TODAY))
    (folder / "reconciler.yaml").write_text(SETTINGS.replace("DAY", f"{day}T08:00:00") + given.get("settings", ""))
    (folder / "config.yaml").write_text(given.get("declared", "mdm_servers: {}\n"))
    configuration = load(folder, date.fromisoformat(day))
    name = given.get("provider", "apple_school")
    section = dict(configuration.settings.connections.channels())[name]
    provider = entry_point(name)(section, Context(folder, {}, Memory(), configuration.settings))
    try:
        desired, record = veiled(configuration.desired, REHEARSED, rehearsed=True), _record(given.get("recorded", {}))
        facts = Facts(
            desired,
            record,
            _observed(given.get("observed", {})) if name == "apple_school" else provider.observe(Look(desired, record.entries), _unseen),
            configuration.settings,
            configuration.today,
            frozenset(Address.parse(text) for text in given.get("in_flight", ())),
            Selection(frozenset(given.get("target", ())), frozenset(given.get("exclude", ()))),
        )
        return plan(facts, provider, Binding("Case School", "case", "lineage", 1, "", "2026-11-23T08:00:00+00:00"), configuration.warnings)
    finally:
        provider.close()


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def _spec(kind: str, value: Any) -> Spec:
    if kind == "mdm_server":
        return MdmServer(
            id=value.get("id"), name=value["name"], default_for=_tuple(value.get("default_for")), allow_release=value.get("allow_release")
        )
    if kind != "device_assignment":
        return KINDS[kind].spec(**value)
    if isinstance(value, str):
        return DeviceAssignment(server=value)
    deadline = datetime.fromisoformat(str(value["deadline"])).replace(tzinfo=UTC)
    return DeviceAssignment(server=value["server"], migration_deadline=deadline)


def _tuple(value: list[str] | None) -> Any:
    return None if value is None else tuple(value)


def _remote_id(kind: str, value: Any) -> str:
    return str(value.get("id", "")) if kind == "mdm_server" else ""


def _record(given: dict[str, Any]) -> Record:
    record = Record("Case School", "lineage", 1)
    for kind, things in given.items():
        for name, value in things.items():
            if kind == "awaiting":
                record.put_awaiting("device_assignment", name, str(value))
            else:
                attested = value.pop("attested", "") if isinstance(value, dict) else ""
                record.put(kind, name, Entry(fingerprint(_spec(kind, value)), _remote_id(kind, value), attested))
    return record


def _observed(given: dict[str, Any]) -> Observed:
    observed = Observed(reads={"apple_school": 3})
    for kind in KINDS:
        shared: dict[str, Seen] = {}
        items = observed.items[kind] = {}
        for name, value in given.get(kind, {}).items():
            items[name] = shared.setdefault(repr(value), Seen(_spec(kind, value), _remote_id(kind, value)))
    observed.titles["mdm_server"] = {name: value["name"] for name, value in given.get("mdm_server", {}).items()}
    if "present" in given:
        traits: dict[str, Traits] = {}
        observed.present["device_assignment"] = {
            name: traits.setdefault(repr(value), Traits(**value)) for name, value in given["present"].items()
        }
    observed.findings = [Diagnostic(None, text) for text in given.get("findings", ())]
    return observed
