"""What can be done about roles: a person grants them in the portal, and the Roster API tells whether that is done."""

from __future__ import annotations

from dataclasses import replace

from providers.portal.capabilities import capability as portal
from providers.portal.words import TELL
from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.roles import ROLE

DOCUMENTATION = "https://developer.apple.com/documentation/rosterapi"
READ = 'Run reconciler plan again: it looks for itself. If it could not tell, say it: reconciler confirm {address} --note "…"'


def capability(kind: str, verb: Verb) -> Capability:
    """See Provider.capability."""
    if kind != ROLE.name:
        return Capability(Route.UNSUPPORTED, f"The Roster API tells of people's roles, not of {kind}.", DOCUMENTATION)
    known = portal(kind, verb)
    steps = tuple(READ if step == TELL else step for step in known.instructions)
    return replace(known, instructions=steps, attested=False)
