"""A zip arrives, waits, and is imported: whole or not at all, at the moment when it was due, whoever asks first.

The caller of `arrive` and `settle` holds a transaction, so that a process that dies in an import leaves none of it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping

import orjson

from providers.simulator.academic import keep_classes, keep_people
from providers.simulator.academic.journal import Journal
from providers.simulator.academic.judge import judge
from providers.simulator.academic.reader import Rejected, read
from providers.simulator.store import Store
from providers.simulator.switches import Setting

MINUTE = 60.0
Settings = Mapping[str, Setting]


def arrive(store: Store, settings: Settings, now: float, name: str, content: bytes) -> str:
    """Take an uploaded zip in; returns its id. What becomes of it is fated by the switches as they stand now."""
    seen = store.rows("INSERT INTO counts VALUES ('sort', 'upload', 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n")[0][0]
    word = {key: _struck(settings[key], seen) for key in ("import_end", "import_partial_failure")}
    settle(store, settings, now)
    busy = store.row("SELECT MAX(ends_at) FROM imports WHERE settled = 0")
    ending = "lost" if busy and busy[0] and settings["import_overlap"].word == "lost" else word["import_end"]
    starts = max(now + float(settings["import_wait"].word) * MINUTE, (busy and busy[0]) or 0.0)
    ends = starts + float(settings["import_minutes"].word) * MINUTE
    shown = ending not in ("lost", "never_starts")
    id_ = str(uuid.uuid4())
    values = (
        *(id_, name, hashlib.sha256(content).hexdigest(), content if ending in ("completed", "failed") else None, now),
        *(
            starts if shown else None,
            ends if ending in ("completed", "failed") else None,
            ending,
            int(float(word["import_partial_failure"])),
        ),
    )
    store.rows(
        "INSERT INTO imports (id, name, sha256, content, arrived_at, starts_at, ends_at, ending, every) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *values,
    )
    return id_


def settle(store: Store, settings: Settings, now: float) -> None:
    """Bring people and classes up to `now` (seconds since 1970): imports that are due, and accounts whose days are over."""
    due = "SELECT id, content, ends_at, ending, every FROM imports WHERE settled = 0 AND ends_at <= ? ORDER BY ends_at, position"
    for id_, content, ends, ending, every in store.rows(due, now):
        keep_people.bury(store, settings, ends)
        status, substatus, messages = _run(store, settings, id_, content, ends, ending, every)
        store.rows(
            "UPDATE imports SET settled = 1, content = NULL, status = ?, substatus = ?, messages = ? WHERE id = ?",
            *(status, substatus, orjson.dumps(messages).decode(), id_),
        )
    keep_people.bury(store, settings, now)


def _run(store: Store, settings: Settings, id_: str, content: bytes, at: float, ending: str, every: int) -> tuple[str, str, list[str]]:
    """Status, substatus and messages of an import; nothing has changed if it failed."""
    try:
        if ending == "failed":
            raise Rejected("The import could not be processed.", substatus="INTERNAL_ERROR")
        journal = _apply(store, settings, content, at, every)
    except Rejected as problem:
        return "FAILED", problem.substatus, list(problem.messages)
    journal.write(store, id_)
    return "COMPLETED", "COMPLETED_WITH_ERROR" if journal.issues else "COMPLETED_WITH_SUCCESS", []


def _apply(store: Store, settings: Settings, content: bytes, at: float, every: int) -> Journal:
    quirk = {name: setting.word for name, setting in settings.items()}.__getitem__
    rows = judge(read(content, quirk), quirk)
    journal = Journal(quirk)
    # Everything that can still refuse the import does so before the first write.
    people = keep_people.People(store, quirk, at, journal, every)
    people.consider(rows.people())
    keep_classes.locations(store, quirk, at, journal, rows.of["locations"])
    people.keep()
    keep_classes.Teaching(store, quirk, at, journal).keep(rows)
    return journal


def _struck(setting: Setting, seen: int) -> str:
    return setting.word if setting.strikes({"upload": seen}) else setting.switch.default
