"""Managed Apple Accounts: made of the elements that the portal was told, or of the e-mail address where its domain is federated.

Apple School Manager User Guide, "Managed Apple Account format": clashes get a number appended; a blank element fails.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import orjson

from providers.simulator.store import Store

ELEMENTS = ("person_id", "person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username")
DEFAULT_FORMAT = ("first_name", "last_name")
DEFAULT_DOMAIN = "pretend.appleaccount.com"


class NoAccount(Exception):
    """No account name can be had; `substatus` is Apple's word for why."""

    def __init__(self, substatus: str) -> None:
        super().__init__(substatus)
        self.substatus = substatus


class Accounts:
    """The account names of one organization; the ones that it gives are taken from then on."""

    def __init__(self, store: Store) -> None:
        self._taken: dict[str, str] = dict(store.rows("SELECT account, uid FROM persons WHERE deleted_at IS NULL"))
        self._format = tuple(_list(store, "account_format")) or DEFAULT_FORMAT
        self._domain = str(store.meta("account_domain") or DEFAULT_DOMAIN)
        self._federated = frozenset(_list(store, "federated_domains"))
        self._personal = frozenset(_list(store, "personal_accounts"))

    def federated(self, values: Mapping[str, str]) -> bool:
        """Whether a person signs in through federation."""
        return values["email_address"].lower().rpartition("@")[2] in self._federated

    def check(self, holder: str, values: Mapping[str, str]) -> None:
        """Raise NoAccount for a row that federation or the format cannot name; an address that passes is kept for `holder`."""
        email = values["email_address"].lower()
        if self._federated and not email:
            raise NoAccount("NO_EMAIL")
        if self.federated(values):
            if self._taken.get(email, holder) != holder:
                raise NoAccount("EMAIL_UNAVAILABLE_AS_MAID")
            if email in self._personal:
                raise NoAccount("USERNAME_CONFLICT_WITH_EXISTING_APPLE_ID")
            self._taken[email] = holder
        elif not all(_clean(values[element]) for element in self._format):
            raise NoAccount("MANAGED_ID_GENERATION_FAILED")

    def give(self, uid: str, values: Mapping[str, str], former: str = "") -> str:
        """The account name of a person whose row passed `check`; a `former` name stays unless federation wants another."""
        if former and not self.federated(values):
            return former
        name = values["email_address"].lower() if self.federated(values) else self._free(values)
        if former != name:
            self._taken.pop(former, None)
        self._taken[name] = uid
        return name

    def _free(self, values: Mapping[str, str]) -> str:
        local = ".".join(_clean(values[element]) for element in self._format)
        name, number = f"{local}@{self._domain}", 0
        while name in self._taken:
            number += 1
            name = f"{local}{number}@{self._domain}"
        return name


def set_list(store: Store, name: str, values: Sequence[str]) -> None:
    """Keep a list among the facts of the organization."""
    store.set_meta(name, orjson.dumps(list(values)).decode())


def _list(store: Store, name: str) -> list[str]:
    return [str(one) for one in orjson.loads(store.meta(name) or "[]")]


def _clean(value: str) -> str:
    """What of a value can stand before the @: letters without their accents, digits, dots, hyphens and underscores."""
    local = value.partition("@")[0].lower()
    if local.isascii() and local.isalnum():
        return local
    local = unicodedata.normalize("NFKD", local)
    return "".join(letter for letter in local if letter.isalnum() or letter in "-_.")
