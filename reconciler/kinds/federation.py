"""Federated sign-in and directory sync: one identity provider, linked in the portal.

Apple School Manager User Guide, "Intro to federated authentication" and "Intro to directory sync" (4 days for the token to work).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.diagnostic import Severity
from reconciler.kinds.declare import declare
from reconciler.kinds.domains import CAPTURE, DOMAIN, LOCK
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import DAY, FLAG, TEXT, Choice, OneOrMany, Text
from reconciler.kinds.kind import Kind
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.resource import Address, Spec

_FEDERATION, _SYNC = "federation", "directory_sync"
CONNECT_WITHIN = timedelta(days=4)

IdentityProvider = Literal["entra_id", "google", "custom"]


class Federation(Spec):
    """Sign-in through an identity provider."""

    provider: str | None = None
    domains: tuple[str, ...] | None = None
    after: str | None = None


class DirectorySync(Spec):
    """Accounts that come from a directory. `after`: the federation that has to be there."""

    provider: str | None = None
    auto_merge: bool | None = None
    excluded: tuple[str, ...] | None = None
    token_made: date | None = None


class FederationEntry(Entry):
    """Federated sign-in. An organization has one identity provider."""

    provider: Annotated[IdentityProvider, Choice()] = Field(description="Which one.")
    domains: Annotated[tuple[Text, ...], OneOrMany()] = Field(description="Keys under domains.", examples=[["riverside.example"]])


class DirectorySyncEntry(Entry):
    """Accounts from a directory. Apple allows either this or rosters by upload."""

    provider: Annotated[IdentityProvider, Choice()] = Field(description="Which one; that of the federation.")
    auto_merge: Annotated[bool, FLAG] = Field(default=False, description="Whether accounts with the same name are merged unasked.")
    excluded: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Groups of the directory that are not synced.", examples=[["Guests"]]
    )
    token_made: Annotated[date | None, DAY] = Field(default=None, description="The day the token was made: it must work within 4 days.")
    reason: Annotated[str | None, TEXT] = Field(default=None, description="Why, for reviewers; auto_merge needs one.")


def build_federations(entries: Mapping[str, FederationEntry], board: Board) -> None:
    """Declare the federation, if there is one."""
    _only_one(_FEDERATION, entries, board)
    domains, captured, locked = (board.known(kind) for kind in (DOMAIN, CAPTURE, LOCK))
    specs = {}
    for key, entry in entries.items():
        for index, domain in enumerate(entry.domains):
            if domain not in domains:
                place = board.source(_FEDERATION, key, "domains", index)
                board.say(place, f"domains: {short(domain)} is not a known domain.", did_you_mean(domain, domains))
        steps = (CAPTURE, captured), (LOCK, locked), (DOMAIN, domains)
        after = next((f"{kind}/{domain}" for kind, known in steps for domain in entry.domains if domain in known), None)
        specs[key] = Federation(provider=entry.provider, domains=tuple(sorted(entry.domains)), after=after)
    declare(_FEDERATION, specs, board)


def build_syncs(entries: Mapping[str, DirectorySyncEntry], board: Board) -> None:
    """Declare the connection to a directory, if there is one: with the provider that people sign in with, merging off at first."""
    _only_one(_SYNC, entries, board)
    for key, entry in entries.items():
        others = [one.spec for one in board.desired.of(_FEDERATION).values() if isinstance(one.spec, Federation)]
        if others and others[0].provider != entry.provider:
            said = f"provider: {entry.provider} is synced, and {others[0].provider} is federated."
            board.say(board.source(_SYNC, key, "provider"), said, "Apple links one of Google, Entra ID and a custom provider at a time.")
        if entry.auto_merge and not entry.reason:
            said = "auto_merge: is on before anybody has looked at the conflicts."
            board.say(board.source(_SYNC, key, "auto_merge"), said, "Leave it off at first, or say why with reason:.", Severity.WARNING)
    specs = {key: DirectorySync(**entry.model_dump(exclude={"reason"})) for key, entry in entries.items()}
    declare(_SYNC, specs, board)


def _only_one(kind: str, entries: Mapping[str, Any], board: Board) -> None:
    for key in list(entries)[1:]:
        board.say(board.source(kind, key), f'"{next(iter(entries))}" is there already.', "Apple links one identity provider at a time.")


def _connected_by(spec: DirectorySync) -> date | None:
    return spec.token_made + CONNECT_WITHIN if spec.token_made else None


def _needs_last_step(spec: Federation) -> Sequence[Address]:
    return (Address.parse(spec.after),) if spec.after else ()


FEDERATION = Kind(
    _FEDERATION,
    "federations",
    ("federation", "federations"),
    Federation,
    needs=_needs_last_step,
    entry=FederationEntry,
    build=build_federations,
)
DIRECTORY_SYNC = Kind(
    _SYNC,
    "directory_syncs",
    ("directory sync", "directory syncs"),
    DirectorySync,
    labels={"auto_merge": "merges by itself", "token_made": "token made"},
    due=_connected_by,
    entry=DirectorySyncEntry,
    build=build_syncs,
)
