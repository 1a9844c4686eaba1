"""Reads licence cases: declared + recorded + what locations tell → verbs, numbers, words. The files in licences/ say what they must be.

`declared` are the apps and whatever else the configuration has beside two content tokens, north and south. `apple`: token → `owns` (app:
how many, or {total, book, for devices, revocable}), `held` (app: holders) and `users`. `ours`: token → app: holders, as recorded.
`devices`: serial number → service (left out: not read). `accounts`: whoever of the roster is at Apple (left out: not read). Holders are
serial numbers and person_ids; an app is its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

from providers.apps_and_books.decode import Asset, Licences, Location, Pricing
from providers.apps_and_books.library import Door, Library
from providers.apps_and_books.observe import Reading, observed
from providers.apps_and_books.provider import AppsAndBooks, Way
from providers.apps_and_books.token import ContentToken
from reconciler.desired import Desired
from reconciler.kinds.devices import ASSIGNMENT, DeviceAssignment
from reconciler.kinds.licences import LICENCE, USER, LibraryUser
from reconciler.kinds.licences import Licence as LicenceSpec
from reconciler.kinds.match import Traits
from reconciler.kinds.roster import Person
from reconciler.licences.allocation import app_name, licence_name, user_name
from reconciler.licences.library import UNLIMITED
from reconciler.load import load
from reconciler.observed import Observed
from reconciler.plan import Binding, Plan
from reconciler.planner import Facts, plan
from reconciler.provider import Look
from reconciler.pseudonyms import REHEARSED
from reconciler.resource import Seen, fingerprint
from reconciler.roster.desired import KINDS as ROSTER
from state.record import Entry, Record
from tests.plan.cases import TODAY, Case, Memory
from tests.wire.host import Hours

SETTINGS = """organization: {name: Case School, time_zone: UTC}
connections: {apple_school: {simulator: {}}, apps_and_books: {north: {simulator: {}}, south: {simulator: {}}}}
guards: {deletes: {percent: 100, count: 1000}, empties: true}
"""
TOKENS = {"north": "North School", "south": "South School"}
BASE = f"""mdm_servers: {{jamf: {{name: Jamf School}}}}
content_tokens: {{{", ".join(f"{key}: {{location: {name}, account: a@b.example}}" for key, name in TOKENS.items())}}}
"""
PEOPLE = ("s-", "t-")
"""How the person_ids of cases begin, which no serial number of theirs does."""
Held = Mapping[str, Mapping[str, Sequence[str]]]


class Closed(httpx.BaseTransport):
    """Plans ask nobody."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        raise AssertionError(f"a plan asked for {request.url}")


def plan_of(case: Case, folder: Path) -> Plan:
    """The plan for the case, made by the real planner from what the real provider makes of such a reading."""
    given = case.given
    (folder / "reconciler.yaml").write_text(SETTINGS + given.get("settings", ""))
    (folder / "config.yaml").write_text(BASE + given["declared"])
    configuration = load(folder, date.fromisoformat(str(given.get("today", TODAY))))
    # People are the roster's; here they only get licences.
    items = {kind: things for kind, things in configuration.desired.items.items() if kind not in ROSTER}
    desired, record = replace(configuration.desired, items=items), _record(given.get("ours", {}))
    seen = _observed(given, desired, record)
    facts = Facts(desired, record, seen, configuration.settings, configuration.today, roster=configuration.roster)
    with _provider() as provider:
        return plan(facts, provider, Binding("Case School", "case", "lineage", 1, "", "2026-11-23T08:00:00+00:00"))


def holder(name: str) -> str:
    """What Apple and plans call a holder of a case."""
    return REHEARSED.of("person", name) if name.startswith(PEOPLE) else name


@contextmanager
def _provider() -> Iterator[AppsAndBooks]:
    clock = Hours()
    token = ContentToken("case", clock.now() + timedelta(days=300), "Case School")
    library = Library(Door("case", "https://vpp.example", token, clock, Closed(), Memory()))
    provider = AppsAndBooks({"north": Way("case", library, clock)}, "Case School")
    try:
        yield provider
    finally:
        provider.close()


def _record(ours: Held) -> Record:
    record = Record("Case School", "lineage", 1)
    for token, apps in ours.items():
        for app, holders in apps.items():
            name = app_name(token, str(app), "STDQ")
            for one in holders:
                person = one.startswith(PEOPLE)
                spec = LicenceSpec(app=name, holder="person" if person else "device")
                record.put(LICENCE, licence_name(name, holder(one)), Entry(fingerprint(spec)))
                if person:
                    record.put(USER, user_name(token, holder(one)), Entry(fingerprint(LibraryUser(token=token))))
    return record


def _observed(given: Mapping[str, Any], desired: Desired, record: Record) -> Observed:
    readings = {token: _reading(TOKENS[token], told) for token, told in given["apple"].items()}
    found = observed(Look(desired, record.entries), readings)
    if "devices" in given:
        on = {server: Seen(DeviceAssignment(server=server)) for server in given["devices"].values() if server}
        found.items[ASSIGNMENT] = {serial: on[server] for serial, server in given["devices"].items() if server}
        found.present[ASSIGNMENT] = dict.fromkeys(given["devices"], Traits())
    if "accounts" in given:
        somebody = Seen(Person(role="student", first_name="", last_name="", locations=("north",)))
        found.items["person"] = {holder(one): somebody for one in given["accounts"]}
    return found


def _reading(location: str, told: Mapping[str, Any]) -> Reading:
    held: dict[str, list[str]] = {str(app): list(map(holder, holders)) for app, holders in told.get("held", {}).items()}
    assets = [_asset(str(app), owned, len(held.get(str(app), ()))) for app, owned in told.get("owns", {}).items()]
    licences = [_page(app, holders) for app, holders in held.items()]
    users = frozenset(map(holder, told.get("users", ())))
    return Reading(Location("library", location, None, None), assets=assets, licences=licences, users=users)


def _page(app: str, holders: Sequence[str]) -> Licences:
    people = [one if one.startswith("p-") else "" for one in holders]
    devices = ["" if one.startswith("p-") else one for one in holders]
    return Licences([app] * len(holders), ["STDQ"] * len(holders), people, devices)


def _asset(app: str, owned: Any, assigned: int) -> Asset:
    told = owned if isinstance(owned, dict) else {"total": owned}
    total = UNLIMITED if told["total"] == "no limit" else told["total"]
    return Asset(
        Pricing(app),
        book=told.get("book", False),
        total=total,
        assigned=assigned,
        available=total - assigned,
        device_assignable=told.get("for devices", True),
        revocable=told.get("revocable", True),
    )
