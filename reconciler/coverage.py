"""How much of the live organization is under management: per kind and place, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from reconciler.desired import Desired
from reconciler.kinds import KINDS
from reconciler.kinds.kind import Kind
from reconciler.kinds.licences import DERIVED
from reconciler.observed import Observed
from reconciler.resolve import resolve
from state.record import Record


@dataclass(frozen=True, slots=True)
class Share:
    """Of what is `live` in a place (empty: nowhere in particular), how much the files have, and how much of that is recorded as ours."""

    place: str
    live: int
    declared: int
    recorded: int

    @property
    def percent(self) -> float:
        """Rounded down to a tenth, so that 100 means all; all of nothing is 100."""
        return self.declared * 1000 // self.live / 10 if self.live else 100.0


@dataclass(frozen=True, slots=True)
class KindCoverage:
    """One kind that was read: in all, and by place where its things have one. `idle`: things on no place at all (unassigned devices)."""

    kind: Kind
    total: Share
    places: tuple[Share, ...]
    idle: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every kind that was read, and those that no connection reads."""

    kinds: tuple[KindCoverage, ...]
    unread: tuple[Kind, ...]


def coverage(desired: Desired, record: Record, observed: Observed) -> Coverage:
    """Count. `observed` holds everything that there is."""
    wanted = resolve(desired, observed).items
    written = [kind for kind in KINDS.values() if kind.name not in DERIVED]
    read = [kind for kind in written if kind.name in observed.items]
    found = tuple(_of(kind, wanted.get(kind.name, {}).keys(), record.kind(kind.name).keys(), observed) for kind in read)
    return Coverage(found, tuple(kind for kind in written if kind not in read and not kind.watched))


def _of(kind: Kind, wanted: Set[str], recorded: Set[str], observed: Observed) -> KindCoverage:
    seen = observed.items[kind.name]
    settled = set(observed.settled.get(kind.name, ()))
    live = seen.keys() | settled
    declared = live & wanted | settled
    ours = declared & recorded
    places = _places(kind, live, declared, ours, observed) if kind.placed else ()
    idle = len(observed.present.get(kind.name, {}).keys() - live)
    return KindCoverage(kind, Share("", len(live), len(declared), len(ours)), places, idle)


def _places(kind: Kind, live: Set[str], declared: Set[str], ours: Set[str], observed: Observed) -> tuple[Share, ...]:
    seen = observed.items[kind.name]
    counts = [Counter(kind.place(seen[name].spec) for name in names if name in seen) for names in (live, declared, ours)]
    titles = {place: next((told[place] for told in observed.titles.values() if place in told), place) for place in counts[0]}
    return tuple(Share(titles[place], *(count[place] for count in counts)) for place in sorted(counts[0], key=lambda place: titles[place]))
