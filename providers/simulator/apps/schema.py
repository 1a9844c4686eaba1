"""What the Apps and Books half of a pretend organization is kept in.

A library belongs to one location. Times are seconds since 1970; `version` is the library's count of changes when a row last changed.
An assignment is held until `gone_at`; reads see it from `shown_from` to `shown_until`.
"""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS apps_libraries (
    id TEXT PRIMARY KEY, location TEXT UNIQUE NOT NULL, mdm_info TEXT NOT NULL DEFAULT '', notification_url TEXT NOT NULL DEFAULT '',
    notification_token TEXT NOT NULL DEFAULT '', notification_types TEXT NOT NULL DEFAULT '[]') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS apps_tokens (
    token TEXT PRIMARY KEY, library TEXT NOT NULL, account TEXT NOT NULL, expires_at REAL NOT NULL, read_only INTEGER NOT NULL,
    ended TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS apps_assets (
    position INTEGER PRIMARY KEY, library TEXT NOT NULL, adam_id TEXT NOT NULL, pricing TEXT NOT NULL, type TEXT NOT NULL,
    platforms TEXT NOT NULL, device_assignable INTEGER NOT NULL, revocable INTEGER NOT NULL, unlimited INTEGER NOT NULL,
    total INTEGER NOT NULL, assigned INTEGER NOT NULL DEFAULT 0, retired INTEGER NOT NULL DEFAULT 0,
    UNIQUE (library, adam_id, pricing));
CREATE TABLE IF NOT EXISTS apps_assignments (
    position INTEGER PRIMARY KEY AUTOINCREMENT, library TEXT NOT NULL, adam_id TEXT NOT NULL, pricing TEXT NOT NULL, user TEXT, serial TEXT,
    version INTEGER NOT NULL, shown_from REAL NOT NULL, gone_at REAL, shown_until REAL);
CREATE UNIQUE INDEX IF NOT EXISTS apps_held_by_serial ON apps_assignments (library, serial, adam_id, pricing)
    WHERE gone_at IS NULL AND serial IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS apps_held_by_user ON apps_assignments (library, user, adam_id, pricing)
    WHERE gone_at IS NULL AND user IS NOT NULL;
CREATE INDEX IF NOT EXISTS apps_assignments_by_serial ON apps_assignments (library, serial, position);
CREATE INDEX IF NOT EXISTS apps_assignments_by_user ON apps_assignments (library, user, position);
CREATE INDEX IF NOT EXISTS apps_assignments_by_asset ON apps_assignments (library, adam_id, position);
CREATE INDEX IF NOT EXISTS apps_assignments_listed ON apps_assignments (library, position);
CREATE TABLE IF NOT EXISTS apps_users (
    position INTEGER PRIMARY KEY, library TEXT NOT NULL, client_user_id TEXT NOT NULL, email TEXT NOT NULL, account TEXT NOT NULL,
    invite_code TEXT NOT NULL, id_hash TEXT NOT NULL, status TEXT NOT NULL, version INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS apps_active_users ON apps_users (library, client_user_id) WHERE status IN ('Registered', 'Associated');
CREATE INDEX IF NOT EXISTS apps_users_by_id ON apps_users (library, client_user_id, position);
CREATE TABLE IF NOT EXISTS apps_events (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, library TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
    ends_at REAL NOT NULL, fate TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0, requested INTEGER NOT NULL,
    completed INTEGER NOT NULL DEFAULT 0, failures TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS apps_events_due ON apps_events (ends_at) WHERE settled = 0;
CREATE TABLE IF NOT EXISTS apps_versions (
    library TEXT, listing TEXT, n INTEGER, id TEXT UNIQUE NOT NULL, PRIMARY KEY (library, listing, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS apps_pages (
    library TEXT, listing TEXT, question TEXT NOT NULL, ends TEXT NOT NULL, PRIMARY KEY (library, listing)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS apps_notifications (
    position INTEGER PRIMARY KEY, library TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
"""
