"""The tables of the device enrolment service, and the triggers that write down which device came to or left which service.

Its indexes are what pages and syncs walk along; those on devices and persons need their tables to be there.

As long as no service ever had a server token nobody can hold a cursor, and nothing needs to be written down.
"""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS enrolment_tokens (
    consumer_key TEXT PRIMARY KEY, service TEXT NOT NULL, consumer_secret TEXT NOT NULL, access_token TEXT NOT NULL,
    access_secret TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_sessions (token TEXT PRIMARY KEY, consumer_key TEXT NOT NULL, used_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_nonces (
    consumer_key TEXT, nonce TEXT, at REAL NOT NULL, PRIMARY KEY (consumer_key, nonce)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_profiles (uuid TEXT PRIMARY KEY, service TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_devices (
    serial TEXT PRIMARY KEY, profile TEXT, profile_status TEXT NOT NULL DEFAULT 'empty', assigned_at REAL, pushed_at REAL,
    throttled_until REAL NOT NULL DEFAULT 0, locked INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_replacements (serial TEXT PRIMARY KEY, original TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_discovery (service TEXT PRIMARY KEY, url TEXT NOT NULL, updated_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrolment_events (
    n INTEGER PRIMARY KEY AUTOINCREMENT, service TEXT NOT NULL, serial TEXT NOT NULL, op TEXT NOT NULL, at REAL NOT NULL,
    moved INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS enrolment_events_of ON enrolment_events (service, n);
CREATE INDEX IF NOT EXISTS enrolment_events_at ON enrolment_events (service, at, n);
CREATE INDEX IF NOT EXISTS enrolment_events_about ON enrolment_events (serial, n);
CREATE INDEX IF NOT EXISTS devices_held ON devices (service, position);
CREATE INDEX IF NOT EXISTS persons_changed ON persons (op_at, uid);
CREATE TRIGGER IF NOT EXISTS enrolment_arrival AFTER INSERT ON devices
    WHEN NEW.service IS NOT NULL AND EXISTS (SELECT 1 FROM enrolment_tokens)
    BEGIN
        INSERT INTO enrolment_events (service, serial, op, at) VALUES (NEW.service, NEW.serial, 'added', NEW.added_at);
    END;
CREATE TRIGGER IF NOT EXISTS enrolment_move AFTER UPDATE OF service ON devices
    WHEN NEW.service IS NOT OLD.service AND EXISTS (SELECT 1 FROM enrolment_tokens)
    BEGIN
        INSERT INTO enrolment_events (service, serial, op, at)
            SELECT OLD.service, NEW.serial, 'deleted', MAX(NEW.updated_at, COALESCE(NEW.released_at, 0)) WHERE OLD.service IS NOT NULL;
        INSERT INTO enrolment_events (service, serial, op, at, moved)
            SELECT NEW.service, NEW.serial, 'added', NEW.updated_at, OLD.service IS NOT NULL WHERE NEW.service IS NOT NULL;
        DELETE FROM enrolment_devices WHERE serial = NEW.serial;
    END;
"""
