"""Requests to look into an account, or to give its owner new credentials: reviewed in git, done in the portal, kept in the ledger.

Apple School Manager User Guide, "Inspect accounts" and "Reset passwords". A request lasts some days and then ends, performed or not; no
password or code is ever written down here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from reconciler.desired import Dormant
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import DAY, Choice, Serial, Text, wrong
from reconciler.kinds.kind import Kind, Veil
from reconciler.resource import Address, Declared, Spec

INSPECTION, RESET = "inspection", "credential_reset"
LASTS = timedelta(days=7)
"""Our own default. Apple's guide gives the credentials of an inspection 15 minutes, once they have been made."""

Reset = Literal["password", "unlock", "shared_ipad_passcode", "verification_code"]


class Inspection(Spec):
    """Who looks into whose account, on which device, and who agreed. Planned, people are pseudonyms."""

    requested_by: str | None = None
    account: str | None = None
    device: str | None = None
    approved_by: str | None = None
    reason: str | None = None
    since: date | None = None
    until: date | None = None


class CredentialReset(Spec):
    """Who gives whom new credentials. Planned, people are pseudonyms."""

    performed_by: str | None = None
    account: str | None = None
    what: str | None = None
    reason: str | None = None
    since: date | None = None
    until: date | None = None


class _Request(Entry):
    from_: Annotated[date, DAY] = Field(alias="from", description="The first day.")
    until: Annotated[date | None, DAY] = Field(default=None, description="The last day; without it, seven days after the first.")
    account: Text = Field(description="Whose account: a key under people or administrators, or an id in the rosters.", examples=["s-1001"])
    reason: Text = Field(description="Why, for reviewers and auditors. Name nobody here: it is kept.", examples=["Case 2026-17"])

    @property
    def last(self) -> date:
        """The last day."""
        return self.until or self.from_ + LASTS

    @model_validator(mode="after")
    def _in_order(self) -> Any:
        if self.last < self.from_:
            raise wrong(f"ends on {self.until}, before it begins on {self.from_}.", "Correct from or until.")
        return self


class InspectionEntry(_Request):
    """An inspection, asked for by one person and approved by another."""

    requested_by: Text = Field(description="Who inspects.", examples=["jane"])
    approved_by: Text = Field(description="Who agreed; somebody else who may inspect this account.", examples=["john"])
    device: Serial = Field(description="Serial number of the organization's device on which it happens.")


class CredentialResetEntry(_Request):
    """New credentials for somebody who cannot sign in."""

    performed_by: Text = Field(description="Who does it.", examples=["jane"])
    what: Annotated[Reset, Choice()] = Field(description="What is reset.")


def _builder(kind: str, spec: type[Spec]) -> Callable[[Mapping[str, Any], Board], None]:
    """Declares the requests of a kind that have begun; what has ended stays, so that its end is told."""

    def build(entries: Mapping[str, Any], board: Board) -> None:
        items = board.desired.items[kind] = {}
        for key, entry in entries.items():
            given = entry.model_dump(exclude={"from_", "until"})
            wanted = spec.model_validate({**given, "since": entry.from_, "until": entry.last})
            declared = Declared(wanted, board.source(kind, key), key)
            if entry.from_ > board.today:
                board.desired.dormant.append(Dormant(kind, key, f"from {entry.from_}"))
            else:
                items[key] = declared

    return build


def _veiled(items: Mapping[str, Declared], veil: Veil) -> Mapping[str, Declared]:
    def hidden(spec: Spec) -> Spec:
        return spec.model_copy(update={name: veil.who(value) for name in _PEOPLE if (value := getattr(spec, name, None))})

    return {key: replace(one, spec=hidden(one.spec)) for key, one in items.items()}


def _until(spec: Any) -> date | None:  # Any: either kind's spec
    day: date | None = spec.until
    return day


def _needs_device(spec: Inspection) -> Sequence[Address]:
    return (Address("device_assignment", spec.device),) if spec.device else ()


_PEOPLE = ("requested_by", "approved_by", "performed_by", "account")
_LABELS = {"requested_by": "asked for by", "approved_by": "approved by", "performed_by": "done by", "since": "from"}
INSPECTIONS = Kind(
    INSPECTION,
    "inspections",
    ("inspection", "inspections"),
    Inspection,
    needs=_needs_device,
    labels=_LABELS,
    personal=frozenset(_PEOPLE),
    due=_until,
    lapses="it ended, and nobody performed it",
    veiled=_veiled,
    entry=InspectionEntry,
    build=_builder(INSPECTION, Inspection),
)
CREDENTIAL_RESETS = Kind(
    RESET,
    "credential_resets",
    ("credential reset", "credential resets"),
    CredentialReset,
    labels=_LABELS,
    personal=frozenset(_PEOPLE),
    due=_until,
    lapses="it ended, and nobody performed it",
    veiled=_veiled,
    entry=CredentialResetEntry,
    build=_builder(RESET, CredentialReset),
)
