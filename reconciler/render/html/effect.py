"""What a change means to a school, riskiest first: the words, symbols and tones that the page sorts, counts and colours by."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.capability import Route, Verb
from reconciler.kinds import KINDS
from reconciler.kinds.devices import ASSIGNMENT
from reconciler.kinds.licences import LICENCE
from reconciler.kinds.roster import PERSON
from reconciler.plan import Verdict


@dataclass(frozen=True, slots=True)
class Effect:
    """`label` heads a list of such changes and `meaning` says the consequence. `tone` is a class of page.css; no tone stands without
    its `symbol` and `label`, so that nobody has to tell colours apart."""

    key: str
    label: str
    tone: str
    symbol: str
    meaning: str


DELETED = Effect("deleted", "Deleted", "danger", "−", "Gone from the organization afterwards.")
LEAVING = Effect("leaving", "Leaving", "danger", "−", "People whose accounts are deactivated.")
UNASSIGNED = Effect("unassigned", "Unassigned", "danger", "−", "On no device-management service afterwards.")
TAKEN_BACK = Effect("taken-back", "Licences taken back", "caution", "−", "Free for somebody else afterwards.")
TAKEN_OVER = Effect("taken-over", "Taken over", "caution", "!", "Somebody else set these as they are now; this plan changes that.")
MOVED = Effect("moved", "Moved", "move", "→", "From one device-management service to another.")
CHANGED = Effect("changed", "Changed", "move", "~", "Stays where it is, with other settings.")
JOINING = Effect("joining", "Joining", "new", "+", "People who get a Managed Apple Account.")
CREATED = Effect("created", "Created", "new", "+", "Not there yet.")
GIVEN = Effect("given", "Licences given", "new", "+", "To devices and people who have none of that app yet.")
ASSIGNED = Effect("assigned", "Newly assigned", "new", "+", "Was on no device-management service.")
BY_HAND = Effect("by-hand", "To do by hand", "hand", "☐", "Apple lets only a person do these, in the portal.")
IMPOSSIBLE = Effect("not-possible", "Not possible", "danger", "×", "Apple offers no way to do these.")
NOTED = Effect("noted", "Only noted", "quiet", "=", "Already as declared, or gone; only our own record changes.")

EFFECTS = (
    *(DELETED, LEAVING, UNASSIGNED, TAKEN_BACK, TAKEN_OVER, MOVED, CHANGED, CREATED, JOINING, ASSIGNED, GIVEN),
    *(IMPOSSIBLE, BY_HAND, NOTED),
)
"""Riskiest first."""


def effect_of(verdict: Verdict) -> Effect:
    """The one effect of a verdict."""
    if verdict.verb.record_only:
        return NOTED
    if verdict.route is Route.TASK:
        return BY_HAND
    return IMPOSSIBLE if verdict.route is Route.UNSUPPORTED else _sent(verdict)


_DELETES = {ASSIGNMENT: UNASSIGNED, PERSON.name: LEAVING, LICENCE: TAKEN_BACK}
_CREATES = {ASSIGNMENT: ASSIGNED, PERSON.name: JOINING, LICENCE: GIVEN}


def _sent(verdict: Verdict) -> Effect:
    kind = KINDS[verdict.kind]
    if verdict.verb is Verb.DELETE:
        return _DELETES.get(kind.name, DELETED)
    if verdict.takes_over:
        return TAKEN_OVER
    if verdict.verb is Verb.CREATE:
        return _CREATES.get(kind.name, CREATED)
    return MOVED if verdict.before and verdict.after and kind.place(verdict.before) != kind.place(verdict.after) else CHANGED
