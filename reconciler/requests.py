"""Inspections and new credentials: who asked for them, and how they ended. Open ones are in the files, ended ones in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.desired import Desired
from reconciler.kinds import KINDS
from reconciler.resource import Address
from state.ledger import LedgerLine

KINDS_OF_REQUESTS = tuple(kind.name for kind in KINDS.values() if kind.lapses)
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `what`: its values, people by pseudonyms. `state`: open, or how it ended; `ended`: an ISO date, empty while it is open.

    `by` and `note`: of whoever said that it was done.
    """

    address: Address
    what: Mapping[str, Any]
    state: str = OPEN
    ended: str = ""
    by: str = ""
    note: str = ""

    @property
    def requester(self) -> str:
        """Who asked for it, or does it."""
        return str(self.what.get("requested_by") or self.what.get("performed_by") or "")

    @property
    def account(self) -> str:
        """Whose account."""
        return str(self.what.get("account", ""))

    @property
    def begins(self) -> str:
        """The ISO date of its first day."""
        return str(self.what.get("since", ""))


def requests(desired: Desired, ledger: Iterable[LedgerLine]) -> list[Request]:
    """All requests, in the order of their first days. `desired` is veiled."""
    found: dict[Address, Request] = {}
    for request in (one for line in ledger for one in _told(line)):
        found[request.address] = request
    for kind in KINDS_OF_REQUESTS:
        for name, declared in desired.of(kind).items():
            address = Address(kind, name)
            what = declared.spec.model_dump(mode="json", exclude_none=True)
            if address not in found or found[address].what != what:
                found[address] = Request(address, what)
    return sorted(found.values(), key=lambda one: (one.begins, one.address))


def _told(line: LedgerLine) -> Iterator[Request]:
    if line.event == "attested":
        kind, was = line.what.get("kind"), line.what.get("was")
        if kind in KINDS_OF_REQUESTS and isinstance(was, dict):
            by = line.who.get("actor") or line.who.get("user", "")
            yield from (Request(Address(str(kind), name), was, "completed", line.at[:10], by, _note(line)) for name in _names(line.what))
    before = line.what.get("before")
    for group in before if isinstance(before, list) else ():
        if group["kind"] in KINDS_OF_REQUESTS and group["verb"] == "adopt":
            was = {name: value for name, value in group["was"].items() if value is not None}
            for name in group["names"]:
                yield Request(Address(group["kind"], name), was, "expired, not performed", line.at[:10])


def _names(what: Mapping[str, Any]) -> list[str]:
    return list(what.get("names", ()))


def _note(line: LedgerLine) -> str:
    return str(line.what.get("note", ""))
