"""Kinds that a channel takes only all at once: of a roster nothing is planned without the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.plan import Change
from reconciler.resource import Address
from reconciler.selection import Selection


def undivided(everything: Sequence[Change], selection: Selection, in_flight: Collection[Address]) -> list[Change]:
    """The changes that were asked for and that no earlier write may still touch; of a whole, either all or none.

    Raises ReconcilerError if the selection asks for a part of a whole.
    """
    waiting = {KINDS[address.kind].whole for address in in_flight} - {""}
    asked = [change for change in everything if selection.wants(change)]
    _check_split(everything, asked)
    if not in_flight:
        return asked
    return [change for change in asked if change.address not in in_flight and KINDS[change.verdict.kind].whole not in waiting]


def _check_split(everything: Sequence[Change], asked: Sequence[Change]) -> None:
    """Record-only changes are nobody's upload, but a set that is asked for in part is a misunderstanding all the same."""
    wholes = {whole for change in asked if (whole := KINDS[change.verdict.kind].whole)}
    for whole in sorted(wholes):
        of_it, wanted = (sum(KINDS[change.verdict.kind].whole == whole for change in changes) for changes in (everything, asked))
        if wanted < of_it:
            kinds = [kind.name for kind in KINDS.values() if kind.whole == whole]
            raise ReconcilerError(
                f"A {whole} goes up as a whole, so {wanted:,} of its {of_it:,} changes cannot be planned without the others.",
                f"Ask for all of it, {' '.join(f'--target {kind}' for kind in kinds)}, or for none of it: --exclude instead of --target.",
            )
