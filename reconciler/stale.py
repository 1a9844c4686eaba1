"""Is a plan still true? Stale plans are refused with what moved, change by change."""

from __future__ import annotations

from reconciler.errors import StalePlan
from reconciler.kinds import KINDS
from reconciler.observed import Observed
from reconciler.plan import Binding, Change, Plan
from reconciler.resource import Address, Spec
from state.ledger import Ledger
from state.record import Record

SHOWN = 20
AGAIN = "Make a new plan and let it be reviewed: reconciler plan --out plan.json"


def check_binding(plan: Plan, identity: str, record: Record) -> None:
    """Raise StalePlan if the plan was made for another organization, or from another state of the record."""
    bound: Binding = plan.binding
    if bound.identity != identity:
        raise StalePlan("This plan was made for another organization or another set of credentials.", AGAIN)
    if bound.lineage != record.lineage:
        raise StalePlan("This plan was made from another record: the state folder was made anew since.", AGAIN)
    if bound.serial != record.serial:
        moved = f"from serial {bound.serial} to {record.serial}"
        raise StalePlan(f"The record has moved {moved} since this plan was made: something was applied in between.", AGAIN)


def check_unused(digest: str, ledger: Ledger) -> None:
    """Raise StalePlan if the ledger says that this very plan was applied before."""
    used = next((line for line in ledger.search(text=digest) if line.event == "begin"), None)
    if used:
        raise StalePlan(
            f"This plan was already applied on {used.at[:16].replace('T', ' ')} UTC (run {used.run}). A plan is used once.", AGAIN
        )


def check_landed(plan: Plan, in_flight: frozenset[Address]) -> None:
    """Raise StalePlan if an earlier write may still change what this plan touches."""
    touched = sorted(change.address for change in plan.changes if change.address in in_flight)
    if touched:
        count = f"{len(touched):,} of the things that this plan touches, {touched[0]} among them,"
        raise StalePlan(
            f"{count} may still be changed by an earlier run whose end cannot be seen yet.", "Apply again later; it looks first."
        )


def check_unmoved(plan: Plan, now: Observed) -> None:
    """Raise StalePlan, naming each change whose `before` is not what is there now."""
    moved = [text for change in plan.changes if (text := _moved(change, now))]
    if moved:
        rest = f"\n  … and {len(moved) - SHOWN:,} more" if len(moved) > SHOWN else ""
        listing = "\n  ".join(moved[:SHOWN])
        raise StalePlan(f"{len(moved):,} of the things that this plan touches have moved since it was made:\n  {listing}{rest}", AGAIN)


def _moved(change: Change, now: Observed) -> str:
    seen = now.seen(change.verdict.kind, change.name)
    live = seen.spec if seen else None
    if live == change.verdict.before:
        return ""
    kind = change.verdict.kind
    return f"{change.address}: was {_words(kind, change.verdict.before, now)}, is now {_words(kind, live, now)}"


def _words(kind: str, spec: Spec | None, now: Observed) -> str:
    if spec is None:
        return "not there"
    place = KINDS[kind].place(spec)
    title = next((titles[place] for titles in now.titles.values() if place in titles), place)
    values = ", ".join(f"{name} {value}" for name, value in spec.model_dump(mode="json", exclude_none=True).items())
    return f"on {title}" if place and len(spec.model_dump(exclude_none=True)) == 1 else values
