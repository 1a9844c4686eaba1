"""The arithmetic of one app at one location."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reconciler.licences.library import Owned


@dataclass(frozen=True, slots=True)
class Balance:
    """Licences of one app at one location, as numbers. `app` is its name there.

    `owned` = `planned` + `others` (which somebody else gave, and which stay) + `reserve` + `idle`, unless `short` are lacking. `used`
    are assigned now. `owned` is negative for apps without a limit.
    """

    app: str
    owned: int
    used: int
    planned: int
    others: int
    reserve: int
    short: int
    idle: int

    @property
    def needed(self) -> int:
        """How many there must be."""
        return self.owned + self.short


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets a licence, who goes without as there are too few, and who as no more are to be given; in an order that never changes."""

    served: Collection[str]
    without: Sequence[str] = ()
    capped: Sequence[str] = ()


def share(wanted: Collection[str], held: Collection[str], cap: int | None, free: int | None) -> Shares:
    """Share `free` licences (None: any number) among who should have one: whoever has one keeps it, then by name.

    Nobody loses a licence so that others stay free.
    """
    if (cap is None or len(wanted) <= cap) and (free is None or len(wanted) <= free):
        return Shares(wanted)
    has = set(held).intersection(wanted)
    order = sorted(wanted, key=lambda name: (name not in has, name))
    given = order if cap is None else order[:cap]
    most = len(given) if free is None else max(free, min(len(has), len(given)), 0)
    return Shares(given[:most], given[most:], order[len(given) :])


def balance(app: str, owned: Owned, shares: Shares, others: int, reserve: int) -> Balance:
    """What sharing makes of an app's licences."""
    planned = len(shares.served)
    if owned.unlimited:
        return Balance(app, -1, owned.assigned, planned, others, reserve, 0, 0)
    spare = owned.total - planned - len(shares.without) - others - reserve
    return Balance(app, owned.total, owned.assigned, planned, others, reserve, max(-spare, 0), max(spare, 0))
