"""The fewest requests for a set of licences. Pure.

A request gives every one of its assets to every one of its targets, so it must be a full rectangle of what is wanted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from providers.apps_and_books.decode import Licence, Limits, Pricing
from providers.wire.parts import chunks

R = TypeVar("R", bound=tuple[str, ...])
C = TypeVar("C", bound=tuple[str, ...])


class Target(NamedTuple):
    """A person (clientUserId) or a device, the other is empty."""

    user: str
    serial: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One request: every asset for every target."""

    assets: tuple[Pricing, ...]
    users: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()

    def licences(self) -> Iterator[Licence]:
        """Every licence that it moves."""
        for asset in self.assets:
            yield from (Licence(*asset, user, "") for user in self.users)
            yield from (Licence(*asset, "", serial) for serial in self.serials)


Rectangle = tuple[Sequence[Pricing], Sequence[Target]]
"""Assets, each of which goes to each of these targets."""


def batches(licences: Collection[Licence], limits: Limits) -> list[Batch]:
    """Each licence in exactly one batch, and the same batches for the same licences in any order.

    Targets that get the same assets share a batch, or assets that go to the same targets do, whichever takes fewer. (The fewest of all
    rectangles is a hard problem; schools give the same apps to whole classes, and there both are the fewest.)
    """
    targets = _alike((Target(one.user, one.serial), one.asset) for one in licences)
    assets = _alike((one.asset, Target(one.user, one.serial)) for one in licences)
    by_target = [batch for same, rows in targets for batch in _cut((same, rows), limits)]
    by_asset = [batch for same, rows in assets for batch in _cut((rows, same), limits)]
    return min(by_target, by_asset, key=len)


def _alike(pairs: Iterable[tuple[R, C]]) -> list[tuple[Sequence[C], Sequence[R]]]:
    """Rows that have the same columns, together: (columns, rows), all in order."""
    columns: dict[R, set[C]] = defaultdict(set)
    for row, column in pairs:
        columns[row].add(column)
    groups: dict[tuple[C, ...], list[R]] = defaultdict(list)
    for row in sorted(columns):
        groups[tuple(sorted(columns[row]))].append(row)
    return sorted(groups.items())


def _cut(whole: Rectangle, limits: Limits) -> Iterator[Batch]:
    assets, targets = whole
    users = chunks([target.user for target in targets if target.user], limits.users)
    serials = chunks([target.serial for target in targets if target.serial], limits.serials)
    for some in chunks(assets, limits.assets):
        for people, devices in zip_longest(users, serials, fillvalue=()):
            yield Batch(some, people, devices)
