"""What the academic half of a pretend organization is kept in.

`uid` is the organization's own id of a thing (unique_identifier on the wire); `*_id` is the school's, and may repeat where Apple lets it.
Times are seconds since 1970. A thing that is deleted keeps its row with `deleted_at`, because reads may still have to tell of it.
"""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS locations (
    position INTEGER PRIMARY KEY, uid TEXT UNIQUE NOT NULL, location_id TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'Active', is_primary INTEGER NOT NULL DEFAULT 0, passcode_type TEXT NOT NULL DEFAULT 'complex',
    op_at REAL NOT NULL, deleted_at REAL);
CREATE TABLE IF NOT EXISTS persons (
    position INTEGER PRIMARY KEY, uid TEXT UNIQUE NOT NULL, person_id TEXT NOT NULL, person_number TEXT NOT NULL, first_name TEXT NOT NULL,
    middle_name TEXT NOT NULL, last_name TEXT NOT NULL, grade_level TEXT NOT NULL, email_address TEXT NOT NULL, sis_username TEXT NOT NULL,
    account TEXT NOT NULL, passcode_type TEXT NOT NULL, federated INTEGER NOT NULL DEFAULT 0, source TEXT NOT NULL, status TEXT NOT NULL,
    edited INTEGER NOT NULL DEFAULT 0, licensed INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, op_at REAL NOT NULL,
    deactivated_at REAL, deleted_at REAL);
CREATE INDEX IF NOT EXISTS persons_by_id ON persons (person_id);
CREATE INDEX IF NOT EXISTS persons_leaving ON persons (deactivated_at) WHERE deactivated_at IS NOT NULL AND deleted_at IS NULL;
CREATE TABLE IF NOT EXISTS person_roles (
    person TEXT, role TEXT, location TEXT, uploaded INTEGER NOT NULL, PRIMARY KEY (person, role, location)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS courses (
    position INTEGER PRIMARY KEY, uid TEXT UNIQUE NOT NULL, course_id TEXT NOT NULL, course_number TEXT NOT NULL, name TEXT NOT NULL,
    location TEXT NOT NULL, source TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'Active', op_at REAL NOT NULL, deleted_at REAL);
CREATE TABLE IF NOT EXISTS classes (
    position INTEGER PRIMARY KEY, uid TEXT UNIQUE NOT NULL, class_id TEXT NOT NULL, class_number TEXT NOT NULL, display_name TEXT NOT NULL,
    room TEXT NOT NULL DEFAULT '', course TEXT, location TEXT NOT NULL, source TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'Active',
    schoolwork INTEGER NOT NULL DEFAULT 1, op_at REAL NOT NULL, deleted_at REAL);
CREATE TABLE IF NOT EXISTS members (
    class TEXT, role TEXT, place INTEGER NOT NULL, person TEXT, roster_id TEXT NOT NULL,
    PRIMARY KEY (class, role, person)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_by_person ON members (person);
CREATE TABLE IF NOT EXISTS imports (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, content BLOB, arrived_at REAL NOT NULL,
    starts_at REAL, ends_at REAL, ending TEXT NOT NULL, every INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT '', substatus TEXT NOT NULL DEFAULT '', messages TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS imports_due ON imports (ends_at) WHERE settled = 0;
CREATE TABLE IF NOT EXISTS import_rows (
    import TEXT NOT NULL, position INTEGER NOT NULL, section TEXT NOT NULL, cells TEXT NOT NULL, status TEXT NOT NULL,
    substatus TEXT NOT NULL, PRIMARY KEY (import, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS roster_tokens (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, issued_at REAL NOT NULL) WITHOUT ROWID;
"""
