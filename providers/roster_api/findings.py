"""What people must know of roles at Apple's, in sentences that name nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from providers.roster_api.observe import Roles
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.hierarchy import ADMINISTRATOR
from reconciler.kinds.roles import Grant
from reconciler.phrases import some


def findings(found: Roles, asked: Collection[str], minimum: int) -> Iterator[Diagnostic]:
    """`asked`: the grants that are declared or ours; `minimum`: how many Administrators there must be."""
    if found.nobody:
        who = "1 person" if len(found.nobody) == 1 else f"{len(found.nobody):,} people"
        named = f"{who} with roles in these files ({some(sorted(found.nobody))})"
        said = f"{named} could not be told among Apple's accounts by e-mail address or name."
        hint = "Give them the address that their account has; until then a person confirms their roles."
        yield Diagnostic(None, said, hint, Severity.WARNING)
    if found.nowhere:
        said = f"Which of Apple's locations these are could not be told: {some(sorted(found.nowhere))}."
        hint = "Connect device_enrolment, which tells their names; until then a person confirms roles there."
        yield Diagnostic(None, said, hint, Severity.WARNING)
    yield from _administrators(found, asked, minimum)


def _administrators(found: Roles, asked: Collection[str], minimum: int) -> Iterator[Diagnostic]:
    grants = {name: seen.spec for name, seen in found.items.items() if isinstance(seen.spec, Grant) and seen.spec.role == ADMINISTRATOR}
    live = {grant.person for grant in grants.values() if grant.granted}
    more = {grant.person for name, grant in grants.items() if name not in asked}
    if more:
        unknown = (
            f", of whom {len(more & found.strangers):,} cannot be told among the people of these files" if more & found.strangers else ""
        )
        holders = "1 account is" if len(more) == 1 else f"{len(more):,} accounts are"
        said = f"{holders} Administrator where these files do not say so ({some(sorted(more))}){unknown}."
        yield Diagnostic(None, said, "Declare them under roles:, or take the role away in the portal.", Severity.WARNING)
    if asked and len(live) < minimum and not found.nobody and not found.nowhere:
        said = f"Apple has {len(live)} of the {minimum} Administrators that guards.administrators.minimum asks for."
        yield Diagnostic(None, said, "Whoever is the only one locks everybody out by leaving: grant another.", Severity.WARNING)
