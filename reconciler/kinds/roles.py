"""Roles: who may do what where, as granted in Apple School Manager's portal; and each location's passcode policy for new students.

One entry gives one person one role at one or more locations. What follows from the rosters (Instructor, Student) may be declared, and is
checked against them (reconciler.load.people); everything else is a task for whoever may grant it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from reconciler.diagnostic import Severity
from reconciler.kinds.declare import as_written
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import TEXT, Choice, OneOrMany, Text
from reconciler.kinds.hierarchy import DUTIES, GRANTERS, UPLOADED, Duty, RoleName, may, narrowest
from reconciler.kinds.kind import Kind, Veil
from reconciler.kinds.naming import slug
from reconciler.kinds.roles_found import export_roles
from reconciler.kinds.roster import PASSCODE
from reconciler.resource import Declared, Spec

_ROLE, _POLICY = "role", "passcode_policy"


class Grant(Spec):
    """One person, one role, one location. Planned, its name says all three, so that it is known even when it has left the files.

    `granted`: None where a channel reads roles and could not tell of this one.
    """

    person: str
    role: str
    location: str
    granted: bool | None = True

    @property
    def name(self) -> str:
        """What plans and records call it."""
        return f"{self.person}/{slug(self.role)}/{self.location}"

    @property
    def untold(self) -> bool:
        """See Spec."""
        return self.granted is None


class PasscodePolicy(Spec):
    """What new students of a location get where their own row says nothing: "4", "6" or "8"."""

    passcode: str | None = None


class RoleEntry(Entry):
    """A role for somebody at one or more locations."""

    person: Text = Field(description="A key under administrators or people, or an id in the rosters.", examples=["jane", "t-100"])
    role: Annotated[RoleName, Choice()] = Field(description="One of Apple's nine roles.")
    locations: Annotated[tuple[Text, ...], OneOrMany()] = Field(description="Keys under locations.", examples=[["north"]])
    for_: Annotated[tuple[Annotated[Duty, Choice()], ...], OneOrMany(empty=True)] = Field(
        default=(),
        alias="for",
        description="What the person has to do; a role that is wider than that is pointed out.",
        examples=[["devices"]],
    )
    granted_by: Annotated[str | None, TEXT] = Field(default=None, description="Who grants it in the portal.", examples=["jane"])
    reason: Annotated[str | None, TEXT] = Field(default=None, description="Why it is wider than needed; then nothing is pointed out.")


class PasscodePolicyEntry(Entry):
    """The passcode policy of a location, for new students. The key is that of the location."""

    passcode: Annotated[str, PASSCODE] = Field(description="Four digits, six digits, or eight letters and digits.", examples=[4, 6, 8])


def build_roles(entries: Mapping[str, RoleEntry], board: Board) -> None:
    """Declare a grant for each entry and location; nobody gets the same twice, and no role should be wider than its duties."""
    items: dict[str, Declared] = {}
    first: dict[tuple[str, str, str], str] = {}
    for key, entry in entries.items():
        for index, location in enumerate(entry.locations):
            other = first.setdefault((entry.person, entry.role, location), key)
            if f"{key}/{location}" in items or other != key:
                place = board.source(_ROLE, key, "locations", index)
                board.say(place, f"{entry.role} at {location} is given to the same person by {other}, too.", "Delete one of them.")
                continue
            grant = Grant(person=entry.person, role=entry.role, location=location)
            items[f"{key}/{location}"] = Declared(grant, board.source(_ROLE, key), key)
        _check_duties(key, entry, board)
        _check_granter(key, entry, entries, board)
    board.desired.items[_ROLE] = items


def _check_duties(key: str, entry: RoleEntry, board: Board) -> None:
    if not entry.for_:
        return
    unable = [duty for duty in entry.for_ if entry.role not in DUTIES[duty]]
    enough = narrowest(entry.for_)
    place = board.source(_ROLE, key, "role")
    if unable:
        board.say(place, f"role: {entry.role} cannot do {', '.join(unable)}.", f"{enough} can.", Severity.WARNING)
    elif enough != entry.role and not entry.reason:
        said = f"role: {entry.role} may do more than {', '.join(entry.for_)}; {enough} is enough for that."
        board.say(place, said, "Narrow it, or say with reason: why it must be so wide.", Severity.WARNING)


def _check_granter(key: str, entry: RoleEntry, entries: Mapping[str, RoleEntry], board: Board) -> None:
    held = {one.role for one in entries.values() if one.person == entry.granted_by}
    if entry.granted_by and not any(role in GRANTERS and may("act", role, entry.role) for role in held):
        place = board.source(_ROLE, key, "granted_by")
        said = f"granted_by: cannot grant {entry.role} by any role declared here, as nobody grants what they lack."
        board.say(place, said, "An Administrator can.")


def _veiled(items: Mapping[str, Declared], veil: Veil) -> Mapping[str, Declared]:
    """Only what the portal grants, and nobody by an id of a roster."""
    found = {}
    for declared in items.values():
        grant = declared.spec
        if isinstance(grant, Grant) and grant.role not in UPLOADED:
            shown = grant.model_copy(update={"person": veil.who(grant.person)})
            found[shown.name] = replace(declared, spec=shown)
    return found


ROLE = Kind(
    _ROLE,
    "roles",
    ("role", "roles"),
    Grant,
    labels={"location": "at"},
    personal=frozenset(("person",)),
    veiled=_veiled,
    entry=RoleEntry,
    build=build_roles,
    export=export_roles,
)
PASSCODE_POLICY = Kind(
    _POLICY,
    "passcode_policies",
    ("passcode policy", "passcode policies"),
    PasscodePolicy,
    entry=PasscodePolicyEntry,
    build=as_written(_POLICY, PasscodePolicy),
)
