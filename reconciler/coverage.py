"""How much of the live organization is under management: per kind and place, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

from reconciler.kinds import KINDS
from reconciler.kinds.kind import Kind
from reconciler.kinds.licences import LICENCE
from reconciler.observed import Observed
from reconciler.provider import Provider
from reconciler.resource import Declared, Spec
from reconciler.unread import why_unread
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
    """Every kind that was read, and those that were not, and why."""

    kinds: tuple[KindCoverage, ...]
    unread: tuple[tuple[Kind, str], ...]


def coverage(wanted: Mapping[str, Mapping[str, Declared]], record: Record, observed: Observed, provider: Provider) -> Coverage:
    """Count. `wanted`: kind → name → what the files want of it; `observed` holds everything that there is."""
    why = [(kind, why_unread(kind, observed, provider)) for kind in KINDS.values() if not kind.watched]
    read = [kind for kind, reason in why if not reason]
    found = tuple(_of(kind, wanted.get(kind.name, {}).keys(), record.kind(kind.name).keys(), observed) for kind in read)
    return Coverage(found, tuple((kind, reason) for kind, reason in why if reason))


def _of(kind: Kind, wanted: Set[str], recorded: Set[str], observed: Observed) -> KindCoverage:
    seen = observed.items[kind.name]
    settled = set(observed.settled.get(kind.name, ()))
    live = seen.keys() | settled
    declared = live & wanted | settled
    ours = declared & recorded
    places = _places(kind, live, declared, ours, observed) if kind.placed else ()
    idle = len(observed.present.get(kind.name, {}).keys() - live)
    return KindCoverage(kind, Share("", len(live), len(declared), len(ours)), places, idle)


def _place(kind: Kind, spec: Spec) -> str:
    """Licences are counted by location: there are hundreds of apps."""
    place = kind.place(spec)
    return place.rsplit(".", 2)[0] if kind.name == LICENCE else place


def _places(kind: Kind, live: Set[str], declared: Set[str], ours: Set[str], observed: Observed) -> tuple[Share, ...]:
    seen = observed.items[kind.name]
    counts = [Counter(_place(kind, seen[name].spec) for name in names if name in seen) for names in (live, declared, ours)]
    titles = {place: next((told[place] for told in observed.titles.values() if place in told), place) for place in counts[0]}
    return tuple(Share(titles[place], *(count[place] for count in counts)) for place in sorted(counts[0], key=lambda place: titles[place]))
