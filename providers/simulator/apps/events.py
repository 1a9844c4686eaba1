"""Events: what they do once they are due, and what they say of themselves.

FAILED does not mean that nothing happened: each licence, and each user, succeeds or fails by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from providers.simulator.apps import accounts, licences, notifications
from providers.simulator.apps.library import Library, envelope, move
from providers.simulator.apps.paging import only
from providers.simulator.apps.refusal import Refusal, entry
from providers.simulator.apps.work import Info, Work
from providers.simulator.call import Call
from providers.simulator.store import Store
from providers.simulator.switches import Setting

WORKS: Mapping[str, Callable[[Work, Mapping[str, Any]], None]] = {
    "ASSOCIATE": licences.associate,
    "DISASSOCIATE": licences.disassociate,
    "REVOKE": licences.revoke,
    "CREATE": accounts.create,
    "UPDATE": accounts.update,
    "RETIRE": accounts.retire,
}
PEOPLE = ("CREATE", "UPDATE", "RETIRE")


def settle(store: Store, settings: Mapping[str, Setting], now: float) -> None:
    """Bring every library up to `now` (seconds since 1970), in the order in which events were due; the caller holds a transaction."""
    due = "SELECT id, library, type, body, ends_at, fate, requested FROM apps_events WHERE settled = 0 AND ends_at <= ?"
    for id_, library, type_, body, at, fate, requested in store.rows(f"{due} ORDER BY ends_at, position", now):
        _end(store, settings, (id_, library, type_), orjson.loads(body), at, orjson.loads(fate), requested)


def _end(
    store: Store,
    settings: Mapping[str, Setting],
    event: tuple[str, str, str],
    body: Mapping[str, Any],
    at: float,
    fate: Mapping[str, Any],
    requested: int,
) -> None:
    id_, library, type_ = event
    work = Work(store, settings, library, at, at + float(settings["apps_lag"].word), _most(fate, requested), fate["every"])
    WORKS[type_](work, body)
    failures = [] if fate["lies"] != "no" else work.failures
    if work.changed:
        _date(work)
    told = orjson.dumps(_failures(failures, settings["apps_failures_told"].word)).decode()
    end = "UPDATE apps_events SET settled = 1, requested = ?, completed = ?, failures = ? WHERE id = ?"
    store.rows(end, work.tasks, work.tasks - len(failures), told, id_)
    _notify(work, id_, type_)


def _most(fate: Mapping[str, Any], requested: int) -> int:
    if fate["end"] == "failed" or fate["lies"] == "nothing":
        return 0
    return requested // 2 if fate["end"] == "half" or fate["lies"] == "half" else requested


def _date(work: Work) -> None:
    """Everything that this event touched changed with the version that begins now."""
    version = move(work.store, work.library)
    for table in ("apps_assignments", "apps_users"):
        work.store.rows(f"UPDATE {table} SET version = ? WHERE library = ? AND version = 0", version, work.library)  # noqa: S608 - our own words


def _failures(found: Sequence[tuple[int, Info]], manner: str) -> list[dict[str, Any]]:
    if manner == "missing":
        return []
    if manner == "each":
        return [entry(number, info) for number, info in found]
    groups: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for number, info in found:
        for name, values in info.items():
            groups[number][name].extend(value for value in values if manner == "grouped" and value not in groups[number][name])
    return [entry(number, {name: values for name, values in info.items() if values}) for number, info in groups.items()]


def _notify(work: Work, id_: str, type_: str) -> None:
    kind, name = ("USER_MANAGEMENT", "users") if type_ in PEOPLE else ("ASSET_MANAGEMENT", "assignments")
    told: dict[str, Any] = {"eventId": id_, "type": type_}
    if work.done:
        body = told | {"result": "SUCCESS", name: work.done}
        notifications.tell(work.store, work.settings, work.library, kind, body, work.at)
    for error in _failures(work.failures, "grouped"):
        body = told | {"result": "FAILURE", name: [], "error": error}
        notifications.tell(work.store, work.settings, work.library, kind, body, work.at)


def status(call: Call, library: Library) -> dict[str, Any]:
    """GET status."""
    only(call, "eventId")
    ask = "SELECT type, ends_at, fate, settled, requested, completed, failures FROM apps_events WHERE id = ? AND library = ?"
    row = call.store.row(ask, call.request.args.get("eventId", ""), library.id)
    memory = call.number("apps_event_memory")
    if row is None or (memory and call.now >= row[1] + memory):
        raise Refusal(9708)
    type_, _, fate, settled, requested, completed, failures = row
    told = {"eventType": type_, "numRequested": requested, "numCompleted": completed}
    if not settled or orjson.loads(fate)["end"] == "stuck_after":
        return told | {"eventStatus": "PENDING", "numCompleted": 0} | envelope(call, library)
    listed = orjson.loads(failures)
    told |= {"eventStatus": "COMPLETE" if completed == requested else "FAILED"} | ({"failures": listed} if listed else {})
    return told | envelope(call, library)
