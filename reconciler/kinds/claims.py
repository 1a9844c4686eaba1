"""Who claims which device by its serial number: one table, fast while nobody claims a device twice, exact when somebody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.kinds.entry import Board, Listed
from reconciler.phrases import some
from reconciler.resource import Declared


@dataclass(frozen=True, slots=True)
class Claim:
    """Serial numbers from one place, and what is declared for them."""

    listed: Listed
    declared: Declared


def claim(claims: Sequence[Claim], board: Board) -> dict[str, Declared]:
    """Serial → declared. A serial that stands twice is reported with both places; the first claim holds.

    Counting tells whether any stands twice; which ones is looked up only then: a district has 200,000 serials and usually no such error.
    """
    items: dict[str, Declared] = {}
    for one in claims:
        items.update(dict.fromkeys(one.listed.serials, one.declared))
    if len(items) != sum(len(one.listed.serials) for one in claims):
        return _first_come(claims, board)
    return items


def _first_come(claims: Sequence[Claim], board: Board) -> dict[str, Declared]:
    owners: dict[str, tuple[int, int]] = {}
    twice: dict[tuple[int, int], list[tuple[str, int, int]]] = {}
    for later, one in enumerate(claims):
        for index, serial in enumerate(one.listed.serials):
            first, at = owners.setdefault(serial, (later, index))
            if (first, at) != (later, index):
                twice.setdefault((first, later), []).append((serial, at, index))
    for (first, later), found in twice.items():
        _report(claims[first], claims[later], found, board)
    return {serial: claims[owner].declared for serial, (owner, _) in owners.items()}


def _report(first: Claim, later: Claim, found: list[tuple[str, int, int]], board: Board) -> None:
    """One finding for all serials that two places share."""
    _, at, index = found[0]
    other = first.listed.place(at)
    entry = "" if first.declared is later.declared else f' in "{first.declared.origin}"'
    serials = some([serial for serial, _, _ in found])
    if len(found) == 1:
        message = f"{serials} is listed twice: here and{entry} at {other}."
    else:
        message = f"{len(found):,} serial numbers are listed twice, here and{entry} from {other} on: {serials}."
    board.say(later.listed.place(index), message, "A device belongs to one entry.")
