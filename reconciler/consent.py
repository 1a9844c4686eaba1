"""Changes that several people must have looked at: who has said so of this very plan, and who is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from reconciler.errors import GuardRefused, ReconcilerError
from reconciler.plan import Plan
from reconciler.render.document import digest
from reconciler.settings import Consent
from state.ledger import Ledger, LedgerEntry

EVENT = "approved"


def people_needed(plan: Plan, consents: Sequence[Consent]) -> int:
    """How many people must approve this plan; 0 if it changes nothing that is subject to consent."""
    touched = {(change.verdict.kind, str(change.verdict.verb)) for change in plan.changes}
    return max((one.people for one in consents for kind, verb in touched if kind in one.kinds and verb in one.verbs), default=0)


def approvers(plan: Plan, ledger: Ledger) -> list[str]:
    """Who has approved this very plan, each person once, by what the ledger calls them."""
    lines = [line for line in ledger.search(text=digest(plan)) if line.event == EVENT]
    return sorted({person_of(line.who) for line in lines})


def approve(plan: Plan, ledger: Ledger, who: Mapping[str, str], note: str) -> None:
    """Write into the ledger that this person has approved this plan.

    ReconcilerError if they did before, or if the environment does not tell who they are: two approvals must come from two people.
    """
    person = person_of(who)
    if not person:
        raise ReconcilerError("Nobody can tell who you are.", "Set your address: git config user.email you@school.example")
    if person in approvers(plan, ledger):
        raise ReconcilerError(f"{person} has approved this plan already.", "Another person must be the next.")
    ledger.append([LedgerEntry(uuid4().hex[:12], EVENT, dict(who), {"plan": digest(plan), "note": note})])


def check_consent(plan: Plan, consents: Sequence[Consent], ledger: Ledger) -> None:
    """Raise GuardRefused if people are missing."""
    needed, found = people_needed(plan, consents), approvers(plan, ledger)
    if len(found) < needed:
        so_far = f"so far: {', '.join(found)}" if found else "nobody has so far"
        raise GuardRefused(
            f"This plan needs {needed} people to approve it; {so_far}.",
            "Save it (reconciler plan --out plan.json), let each of them say reconciler approve plan.json, and apply it with --plan.",
        )


def person_of(who: Mapping[str, str]) -> str:
    """What tells one person from another: the login in a CI run, else the e-mail address that git knows."""
    return who.get("actor") or who.get("email", "")
