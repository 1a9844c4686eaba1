"""What an event does to the users of a library."""

from __future__ import annotations

import hashlib
import uuid
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from providers.simulator.apps.licences import ACTIVE, free
from providers.simulator.apps.manage import EMAIL
from providers.simulator.apps.work import Work

User = Mapping[str, str]
"""id, email, account (a Managed Apple Account), as the request named them."""


def create(work: Work, body: Mapping[str, Any]) -> None:
    """New users. With a Managed Apple Account they are associated at once, without one they are invited."""
    accounts = _accounts(work, body["users"])
    for user in body["users"]:
        number = 9603 if work.hindered() else 9716 if _active(work, user["id"]) else _judge(work, user, accounts)
        if not number:
            _insert(work, user)
        _finish(work, user, number)


def update(work: Work, body: Mapping[str, Any]) -> None:
    """Other addresses or accounts for active users."""
    accounts = _accounts(work, body["users"])
    for user in body["users"]:
        number = 9603 if work.hindered() else _judge(work, user, accounts) if _active(work, user["id"]) else 9609
        if not number:
            _change(work, user)
        _finish(work, user, number)


def retire(work: Work, body: Mapping[str, Any]) -> None:
    """Active users leave the library."""
    for user in body["users"]:
        number = 9603 if work.hindered() else 0 if _active(work, user["id"]) else 9609
        if not number:
            _set(work, user["id"], "status = 'Retired'")
            if work.quirk("apps_retiring") == "frees":
                free(work, user["id"])
        _finish(work, user, number)


def _finish(work: Work, user: User, number: int) -> None:
    work.changed = work.changed or not number
    work.finish(number, {"clientUserId": user["id"]}, {"clientUserIds": [user["id"]]})


def _judge(work: Work, user: User, accounts: set[str]) -> int:
    account = user["account"].lower()
    if not account:
        return 0
    if not EMAIL.fullmatch(account) or (account not in accounts and work.quirk("apps_unknown_account") == "failure"):
        return 9635
    other = f"SELECT 1 FROM apps_users WHERE library = ? AND account = ? AND client_user_id != ? AND status IN {ACTIVE}"  # noqa: S608 - our own words
    taken = work.store.row(other, work.library, account, user["id"]) is not None
    return 9641 if taken and work.quirk("apps_account_twice") == "failure" else 0


def _accounts(work: Work, users: list[User]) -> set[str]:
    """Those of the accounts in question that somebody in the organization has."""
    asked = orjson.dumps([user["account"].lower() for user in users]).decode()
    ask = (
        "SELECT lower(account) FROM persons WHERE deleted_at IS NULL AND deactivated_at IS NULL"
        " AND lower(account) IN (SELECT value FROM json_each(?))"
    )
    return {row[0] for row in work.store.rows(ask, asked)}


def _active(work: Work, id_: str) -> bool:
    ask = f"SELECT 1 FROM apps_users WHERE library = ? AND client_user_id = ? AND status IN {ACTIVE}"  # noqa: S608 - our own words
    return work.store.row(ask, work.library, id_) is not None


def _insert(work: Work, user: User) -> None:
    account = user["account"].lower()
    work.store.rows(
        "INSERT INTO apps_users (library, client_user_id, email, account, invite_code, id_hash, status, version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        *(work.library, user["id"], user["email"], account, "" if account else uuid.uuid4().hex, _hash(account)),
        "Associated" if account else "Registered",
    )


def _change(work: Work, user: User) -> None:
    if user["email"]:
        _set(work, user["id"], "email = ?", user["email"])
    if account := user["account"].lower():
        _set(work, user["id"], "account = ?, id_hash = ?, invite_code = '', status = 'Associated'", account, _hash(account))


def _set(work: Work, id_: str, change: str, *values: str) -> None:
    where = f"WHERE library = ? AND client_user_id = ? AND status IN {ACTIVE}"
    work.store.rows(f"UPDATE apps_users SET version = 0, {change} {where}", *values, work.library, id_)  # noqa: S608 - our own words


def _hash(account: str) -> str:
    return b64encode(hashlib.sha1(account.encode()).digest()).decode() if account else ""  # noqa: S324 - the form that Apple's samples have
