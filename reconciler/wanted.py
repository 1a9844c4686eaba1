"""Everything that the files want, kind by kind, now that the live organization is known: rules claim, and licences are shared out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic
from reconciler.licences.allot import allot
from reconciler.licences.people import People
from reconciler.observed import Observed
from reconciler.resolve import resolve
from reconciler.resource import Declared
from state.record import Record

ASSIGNMENT = "device_assignment"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`items`: kind → name → what is wanted. `findings`: what is wrong with it."""

    items: Mapping[str, Mapping[str, Declared]]
    findings: tuple[Diagnostic, ...]


def wanted(desired: Desired, record: Record, observed: Observed, people: People) -> Wanted:
    """Resolve rules, and share out licences where their libraries were read."""
    resolved = resolve(desired, observed)
    if not observed.libraries:
        return Wanted(resolved.items, tuple(resolved.conflicts))
    allotted = allot(desired, resolved.items.get(ASSIGNMENT, {}), observed, record.entries, people)
    return Wanted(resolved.items | allotted.items, (*resolved.conflicts, *allotted.findings))
