"""What is there of the roster: the record of what was accepted, and over it what Apple tells, where a connection can ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from providers.roster_upload.baseline import Baseline, Sightings
from providers.roster_upload.live import Live, blank
from reconciler.kinds.roster import UNKNOWN
from reconciler.observed import Observed
from reconciler.resource import Seen, Spec
from reconciler.roster.desired import CLASS, COURSE, KINDS, LOCATION, PERSON, Declarations


@dataclass(frozen=True, slots=True)
class Situation:
    """What is declared, what was accepted, and what Apple tells (None: nothing can be read)."""

    declared: Mapping[str, Declarations]
    baseline: Baseline
    live: Live | None

    def look(self, *, everything: bool = False) -> Observed:
        """All of it as one observation, without titles and findings. `everything`: also what is neither declared nor ours."""
        observed = Observed(others={kind: count for kind in (PERSON, CLASS) if (count := self.others(kind))})
        for kind in KINDS:
            observed.settled[kind] = settled = frozenset(self._settled(kind)) | self.edited(kind)
            names = [*self._there(kind), *(self._uploaded(kind) if everything else ())]
            observed.items[kind] = self._sightings(kind, settled, names)
        if self.uploads(observed):
            for kind in KINDS:
                observed.swept[kind] = swept = self.strangers(kind)
                observed.items[kind] = self._sightings(kind, frozenset(observed.settled[kind]), [*observed.items[kind], *swept])
        return observed

    def _sightings(self, kind: str, settled: frozenset[str], names: Iterable[str]) -> Sightings:
        return Sightings(dict.fromkeys(names), partial(self._seen, kind, settled - self.edited(kind)))

    def edited(self, kind: str) -> frozenset[str]:
        """Things of ours that somebody made their own in the portal: uploads no longer apply to them."""
        if self.live is None:
            return frozenset()
        return frozenset(name for name in self.baseline.of(kind) if name in self.declared[kind] and self.live.foreign(kind, name))

    def strangers(self, kind: str) -> frozenset[str]:
        """What earlier uploads of others made, and an upload of ours ends. Of a location nobody says what becomes."""
        return frozenset() if kind == LOCATION else self._uploaded(kind)

    def _uploaded(self, kind: str) -> frozenset[str]:
        """What earlier uploads of others made."""
        if self.live is None:
            return frozenset()
        others = self.live.rows[kind].keys() - self.declared[kind].keys() - self.baseline.of(kind).keys()
        return frozenset(name for name in others if not self.live.foreign(kind, name))

    def others(self, kind: str) -> int:
        """How many are neither declared nor ours, and no upload's: no upload reaches them."""
        if self.live is None:
            return 0
        named = self.live.rows[kind].keys() - self.declared[kind].keys() - self.baseline.of(kind).keys()
        return self.live.unnamed[kind] + sum(bool(self.live.foreign(kind, name)) for name in named)

    def taken_over(self, kind: str) -> frozenset[str]:
        """What others made and an upload of ours makes its own, as it has the same id."""
        if self.live is None:
            return frozenset()
        return frozenset(name for name in self.declared[kind] if name not in self.baseline.of(kind) and self.live.foreign(kind, name))

    def _settled(self, kind: str) -> Iterator[str]:
        """What is declared as it was accepted and, where Apple tells, is so."""
        entries = self.baseline.of(kind)
        for name, mark in self.declared[kind].fingerprints.items():
            known = entries.get(name)
            if known is not None and known.fingerprint == mark and (self.live is None or self._agrees(kind, name, self.live)):
                yield name

    def _agrees(self, kind: str, name: str, live: Live) -> bool:
        if not live.there(kind, name):
            return False
        spec = self.declared[kind][name].spec
        return live.over(name, spec) == spec

    def _there(self, kind: str) -> Iterable[str]:
        """What there is of all that is declared or ours."""
        if self.live is None:
            return self.baseline.of(kind)
        declared, live = self.declared[kind], self.live
        names = dict.fromkeys((*self.baseline.of(kind), *declared))
        return [name for name in names if live.there(kind, name) and (name in declared or not live.foreign(kind, name))]

    def _seen(self, kind: str, settled: frozenset[str], name: str) -> Seen:
        declared, ours = self.declared[kind], name in self.baseline.of(kind)
        if name in settled and name in declared:
            wanted = declared[name]
            return Seen(wanted.spec, "", wanted.fingerprint)
        if self.live is None:
            return self.baseline.seen(kind, name)
        if ours:
            return self._drifted(kind, name, self.live)
        known = declared[name].spec if name in declared else blank(kind)
        over = self.live.over(name, known)
        source = self.live.foreign(kind, name)
        if source and kind in (PERSON, CLASS):
            return Seen(over.model_copy(update={"source": source}))
        return Seen(over, by_channel=not source)

    def _drifted(self, kind: str, name: str, live: Live) -> Seen:
        """Something of ours as it is now. It keeps its mark unless Apple tells something else than what was accepted."""
        accepted = self.baseline.seen(kind, name)
        known = accepted.spec
        if not self.baseline.explains(kind, name) and name in self.declared[kind]:
            declared = self.declared[kind][name]
            known = declared.spec if declared.fingerprint == accepted.fingerprint else known
        over = live.over(name, known)
        return Seen(over, "", accepted.fingerprint if _told_alike(known, over) else "")

    def uploads(self, observed: Observed) -> bool:
        """Whether anything will be sent."""
        for kind in KINDS:
            items, settled = observed.items[kind], observed.settled[kind]
            for name in self.declared[kind]:
                if name not in settled and (name not in items or items[name].spec != self.declared[kind][name].spec):
                    return True
            if any(name in items for name in self.baseline.of(kind) if name not in self.declared[kind]):
                return True
        return False


def _told_alike(known: Spec, now: Spec) -> bool:
    """Whether nothing differs of what was known."""
    return all(UNKNOWN in (value, *(value if isinstance(value, tuple) else ())) or value == getattr(now, name) for name, value in known)


def titles(situation: Situation, observed: Observed) -> dict[str, dict[str, str]]:
    """What people call the locations, and the courses and classes that a plan may speak of."""
    names = {kind: _names(kind, situation) for kind in (LOCATION, COURSE)}
    found: dict[str, dict[str, str]] = {LOCATION: names[LOCATION], COURSE: {}, CLASS: {}}
    for kind in (COURSE, CLASS):
        settled = observed.settled[kind]
        for name in dict.fromkeys((*situation.declared[kind], *observed.items[kind])):
            if name not in settled:
                spec = situation.declared[kind][name].spec if name in situation.declared[kind] else observed.items[kind][name].spec
                found[kind][name] = _title(kind, name, spec, names[COURSE])
    return found


def _names(kind: str, situation: Situation) -> dict[str, str]:
    """Every id of a kind that has a name, and the name."""
    declared, live = situation.declared[kind], situation.live
    found = {name: live.title(kind, name) for name in live.rows[kind]} if live else {}
    for name in situation.baseline.of(kind):
        if name not in declared and name not in found and situation.baseline.explains(kind, name):
            found[name] = getattr(situation.baseline.spec(kind, name), "name", "")
    found |= {name: getattr(one.spec, "name", "") for name, one in declared.items()}
    return {name: title for name, title in found.items() if title}


def _title(kind: str, name: str, spec: Spec, courses: Mapping[str, str]) -> str:
    if kind == COURSE:
        return courses.get(name, name)
    course, number = (str(getattr(spec, attribute)) for attribute in ("course", "number"))
    words = (courses.get(course, "" if course == UNKNOWN else course), "" if number == UNKNOWN else number)
    return " ".join(filter(None, words)) or name
