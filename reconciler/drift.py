"""What somebody changed behind our back: the live organization against the record. What the files want by now does not matter.

The record keeps a fingerprint of what was last applied, not the thing itself; so what it was is found by trying: what is declared, then
the live spec put back to every place it may have been in, with and without the attributes that may have been left unmanaged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import combinations

from reconciler.capability import Capability, Verb
from reconciler.desired import Desired
from reconciler.kinds import KINDS
from reconciler.kinds.kind import Kind
from reconciler.observed import Observed
from reconciler.plan import Cause
from reconciler.resolve import resolve
from reconciler.resource import Address, Declared, Seen, Spec, fingerprint
from reconciler.verdict import Judge
from state.record import Entry, Record

MANY = 8
"""Of more attributes that may be unmanaged, not every combination is tried."""


class Sort(StrEnum):
    """What became of a thing of ours."""

    MOVED = "moved"
    CHANGED = "changed"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Drift:
    """Things of one kind to which the same happened. `before`: what we had applied, None where the record cannot tell."""

    kind: Kind
    sort: Sort
    noun: str
    before: Spec | None
    after: Spec | None
    names: tuple[str, ...]


@dataclass(slots=True)
class Drifts:
    """Everything that drifted. `checked`: how much was compared; `skipped`: things that an earlier write of ours may still change."""

    found: list[Drift] = field(default_factory=list)
    checked: int = 0
    skipped: int = 0


Capable = Callable[[str, Verb], Capability]


def drifts(desired: Desired, record: Record, observed: Observed, capability: Capable, in_flight: Collection[Address]) -> Drifts:
    """Compare all that is recorded as ours with what is live. Kinds that were not read are not judged."""
    wanted, all_drifts = resolve(desired, observed).items, Drifts()
    for kind in KINDS.values():
        if kind.name in observed.items:
            flying = {address.name for address in in_flight if address.kind == kind.name}
            recorded = {name: entry for name, entry in record.kind(kind.name).items() if name not in flying}
            all_drifts.checked += len(recorded)
            all_drifts.skipped += len(record.kind(kind.name)) - len(recorded)
            comparison = _Comparison(kind, wanted.get(kind.name, {}), observed, capability, _places(record, observed))
            all_drifts.found += _grouped(kind, comparison.all(recorded), observed)
    return all_drifts


_Finding = tuple[Sort, Spec | None, Spec | None]


def _places(record: Record, observed: Observed) -> list[str]:
    """Everywhere that a thing may have been put: what is there now, and what of ours is gone."""
    return sorted({name for kind, titles in observed.titles.items() for name in (*titles, *record.kind(kind))})


def _grouped(kind: Kind, found: Iterable[tuple[str, _Finding]], observed: Observed) -> Iterator[Drift]:
    groups: dict[tuple[str, _Finding], list[str]] = defaultdict(list)
    traits = observed.present.get(kind.name, {})
    for name, finding in found:
        noun = (kind.describe(traits[name]) if name in traits else "") or kind.noun[0]
        groups[noun if kind.placed else f"{kind.noun[0]} {name}", finding].append(name)
    for (noun, (sort, before, after)), names in sorted(groups.items(), key=lambda item: (item[0][1][0], -len(item[1]), item[0][0])):
        yield Drift(kind, sort, noun if kind.placed else kind.noun[0], before, after, tuple(sorted(names)))


class _Comparison:
    """Compares the things of one kind; each distinct combination once."""

    def __init__(self, kind: Kind, wanted: Mapping[str, Declared], observed: Observed, capability: Capable, places: Sequence[str]) -> None:
        self._kind, self._wanted, self._seen = kind, wanted, observed.items[kind.name]
        self._settled = observed.settled.get(kind.name, ())
        self._judge = Judge(kind, capability, lambda need: observed.seen(need.kind, need.name) is not None)
        self._places = places if kind.placed else ()
        self._memo: dict[tuple[int, int, int], _Finding | None] = {}

    def all(self, recorded: Mapping[str, Entry]) -> Iterator[tuple[str, _Finding]]:
        """Name and finding of everything that drifted."""
        for name, entry in recorded.items():
            if name not in self._settled and (finding := self._one(entry, self._seen.get(name), self._wanted.get(name))):
                yield name, finding

    def _one(self, entry: Entry, seen: Seen | None, declared: Declared | None) -> _Finding | None:
        key = (id(entry), id(seen), id(declared))
        if key not in self._memo:
            self._memo[key] = self._compare(entry, seen, declared)
        return self._memo[key]

    def _compare(self, entry: Entry, seen: Seen | None, declared: Declared | None) -> _Finding | None:
        was = self._recognised(entry, seen, declared)
        if seen is None:
            return (Sort.VANISHED, was, None)
        if was is None or (declared is not None and was == declared.spec):  # then no wish of ours mixes in, and its verdict is exact
            return self._judged(entry, seen, declared, was)
        if was == seen.spec.managed(was) or was.given(seen.spec, ours=False) == seen.spec:
            return None  # as we left it, or with something beside it that was never ours
        return (self._sort(was, seen.spec), was.given(seen.spec, ours=False), seen.spec)

    def _judged(self, entry: Entry, seen: Seen, declared: Declared | None, was: Spec | None) -> _Finding | None:
        verdict = self._judge.judge(declared, entry, seen)
        if verdict is None or not (verdict.cause is Cause.DRIFT or (verdict.cause is Cause.UNDECLARED and verdict.takes_over)):
            return None
        before = was.given(seen.spec, ours=False) if was else None
        return (self._sort(before, seen.spec), before, seen.spec)

    def _sort(self, before: Spec | None, after: Spec) -> Sort:
        moved = self._kind.placed and (before is None or self._kind.place(before) != self._kind.place(after))
        return Sort.MOVED if moved else Sort.CHANGED

    def _recognised(self, entry: Entry, seen: Seen | None, declared: Declared | None) -> Spec | None:
        """What was last applied; None where nothing tried has its fingerprint."""
        tried = [declared.spec] if declared else []
        likeness = seen.spec if seen else self._likeness
        tried += [variant for spec in self._placed(likeness) for variant in _variants(spec)] if likeness else []
        return next((spec for spec in tried if fingerprint(spec) == entry.fingerprint), None)

    @property
    def _likeness(self) -> Spec | None:
        """Some thing of a kind whose things differ by their place alone: what vanished was like it."""
        return next((seen.spec for seen in self._seen.values()), None) if self._kind.placed else None

    def _placed(self, spec: Spec) -> list[Spec]:
        return [spec, *(spec.model_copy(update={self._kind.placed: place}) for place in self._places)]


@lru_cache(maxsize=4096)
def _variants(spec: Spec) -> tuple[Spec, ...]:
    """The spec with and without each attribute that a declaration may have left unmanaged, the whole first."""
    optional = [name for name, value in spec if value is not None and type(spec).model_fields[name].default is None]
    if len(optional) > MANY:
        return (spec,)
    left_out = (names for count in range(len(optional) + 1) for names in combinations(optional, count))
    return tuple(spec.model_copy(update=dict.fromkeys(names)) for names in left_out)
