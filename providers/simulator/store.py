"""The one SQLite file that holds a pretend organization: schema, transactions, plain rows.

WAL and short IMMEDIATE transactions: a client that is killed in the middle of anything leaves either the whole request or
none of it, and several processes may rehearse against one file.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from providers.simulator.academic import schema as academic
from providers.simulator.apps import schema as apps
from providers.simulator.enrolment import schema as enrolment
from reconciler.errors import ReconcilerError

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (sort TEXT, what TEXT, n INTEGER NOT NULL, PRIMARY KEY (sort, what)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budget (sort TEXT, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, issued_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS services (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, disown INTEGER NOT NULL, families TEXT NOT NULL,
    connected_at REAL, connected_ip TEXT, counted INTEGER, counted_at REAL);
CREATE TABLE IF NOT EXISTS devices (
    position INTEGER PRIMARY KEY, serial TEXT UNIQUE NOT NULL, traits TEXT NOT NULL, added_at REAL NOT NULL, updated_at REAL NOT NULL,
    released_at REAL, service TEXT, shown_service TEXT, shows_at REAL, migration TEXT, migration_deadline REAL);
CREATE INDEX IF NOT EXISTS devices_shown ON devices (shown_service, position);
CREATE INDEX IF NOT EXISTS devices_lagging ON devices (shows_at) WHERE shows_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS activities (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, type TEXT NOT NULL, service TEXT, deadline REAL, serials TEXT NOT NULL,
    created_at REAL NOT NULL, ends_at REAL NOT NULL, ending TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0,
    substatus TEXT NOT NULL DEFAULT '', results TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS activities_due ON activities (ends_at) WHERE settled = 0;
"""
SCHEMAS = (SCHEMA, academic.SCHEMA, enrolment.SCHEMA, apps.SCHEMA)
# An IMMEDIATE transaction of another process lasts milliseconds; seeding 200,000 devices a few seconds.
BUSY_SECONDS = 60.0


class Store:
    """Rows in, rows out; one connection, used by one thread at a time."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
            self._prepare()
        except sqlite3.DatabaseError as problem:
            hint = "Name a file that the simulator made, or a new one in a folder that exists and that you may write to."
            raise ReconcilerError(f"The simulator cannot keep its organization in {path}: {problem}.", hint) from problem

    def _prepare(self) -> None:
        """Switch to WAL once (the mode stays with the file) and make what is missing."""
        if self._connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
            self._connection.execute("PRAGMA journal_mode = WAL")
        # In WAL a killed process loses nothing with NORMAL; only a power cut could cost the last commits of a rehearsal.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            for statement in _statements("".join(SCHEMAS)):
                self._connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Every row of a statement; writes return none."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def many(self, sql: str, values: Iterable[tuple[object, ...]]) -> int:
        """Run one statement for each tuple; returns how many rows changed."""
        with self._lock:
            return self._connection.executemany(sql, values).rowcount

    def meta(self, name: str) -> Any:
        """One fact about the organization; None if never set."""
        found = self.row("SELECT value FROM meta WHERE name = ?", name)
        return found[0] if found else None

    def set_meta(self, name: str, value: object) -> None:
        """Keep one fact."""
        self.rows("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value)

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()


def _statements(script: str) -> Iterator[str]:
    """One statement after the other; a trigger is one, whatever it holds. (executescript would end the transaction.)"""
    statement = ""
    for part in script.split(";")[:-1]:
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
