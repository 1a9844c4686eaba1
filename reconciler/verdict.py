"""The verdict table: declared × recorded × observed → verb. Pure, and judged once per distinct combination.

Tables of bulk kinds share their Declared, Seen and Entry objects, so a million devices meet only a handful of combinations of the
three; the memo is keyed by identity, which holds because the tables outlive the judge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from reconciler.capability import Capability, Route, Verb
from reconciler.kinds.kind import Kind
from reconciler.plan import Cause, Verdict
from reconciler.resource import Address, Declared, Seen, Spec, fingerprint
from state.record import Entry

RECORD_ONLY = Capability(Route.RECORD, "Only our own record changes; nothing is sent.")


@dataclass(frozen=True, slots=True)
class _Finding:
    verb: Verb
    cause: Cause
    after: Spec | None
    takes_over: bool = False


class Judge:
    """Judges the names of one kind. `capability` answers for a verb; `exists` says whether something needed is there already."""

    def __init__(self, kind: Kind, capability: Callable[[str, Verb], Capability], exists: Callable[[Address], bool]) -> None:
        self._kind = kind
        self._capability = cache(capability)
        self._exists = exists
        self._memo: dict[tuple[int, int, int], Verdict | None] = {}
        self._nouns: dict[tuple[int, str], Verdict] = {}

    def judge(self, declared: Declared | None, entry: Entry | None, seen: Seen | None) -> Verdict | None:
        """The verdict on one name, or None if nothing is to be done."""
        key = (id(declared), id(entry), id(seen))
        try:
            return self._memo[key]
        except KeyError:
            verdict = self._memo[key] = self._verdict(declared, entry, seen)
            return verdict

    def named(self, verdict: Verdict, noun: str) -> Verdict:
        """The same verdict for things that people call `noun`; one object per noun."""
        if noun == verdict.noun:
            return verdict
        key = (id(verdict), noun)
        if key not in self._nouns:
            self._nouns[key] = replace(verdict, noun=noun)
        return self._nouns[key]

    def _verdict(self, declared: Declared | None, entry: Entry | None, seen: Seen | None) -> Verdict | None:
        finding = _undeclared(entry, seen) if declared is None else _declared(declared, entry, seen)
        if finding is None:
            return None
        before = seen.spec if seen else None
        return Verdict(
            kind=self._kind.name,
            verb=finding.verb,
            before=before,
            after=finding.after,
            cause=finding.cause,
            capability=RECORD_ONLY if finding.verb.record_only else self._capability(self._kind.name, finding.verb),
            noun=self._kind.noun[0],
            scope=self._kind.place(spec) if (spec := before or finding.after) else "",
            origin=declared.origin if declared else "",
            source=declared.source if declared else None,
            fingerprint=_wanted(declared, finding.after) if finding.after and declared else "",
            takes_over=finding.takes_over,
            waits_for=None if finding.verb.record_only else self._missing(finding.after),
        )

    def _missing(self, after: Spec | None) -> Address | None:
        needs = self._kind.needs(after) if after else ()
        return next((need for need in needs if not self._exists(need)), None)


def _wanted(declared: Declared, after: Spec) -> str:
    """What the record will hold once `after` has landed."""
    return declared.fingerprint or fingerprint(after.claimed(declared.spec))


def _found(seen: Seen, by: Spec) -> str:
    """What the record holds if what is there now is what we last applied."""
    return seen.fingerprint or fingerprint(seen.spec.managed(by))


def _undeclared(entry: Entry | None, seen: Seen | None) -> _Finding | None:
    if entry is None:
        return None if seen is None else _Finding(Verb.DELETE, Cause.FOREIGN, None, takes_over=True)
    if seen is None:
        return _Finding(Verb.FORGET, Cause.VANISHED, None)
    return _Finding(Verb.DELETE, Cause.UNDECLARED, None, takes_over=entry.fingerprint != _found(seen, seen.spec))


def _declared(declared: Declared, entry: Entry | None, seen: Seen | None) -> _Finding | None:
    spec = declared.spec
    if seen is None:
        return _Finding(Verb.CREATE, Cause.VANISHED if entry else Cause.NEW, spec.given(None, ours=False))
    ours = entry is not None and entry.fingerprint == _found(seen, spec)
    after = spec.given(seen.spec, ours=ours)
    if after == seen.spec or _attested(after, declared, seen, entry):
        return _same(after, declared, seen, entry)
    if entry is None and not seen.by_channel:
        return _Finding(Verb.UPDATE, Cause.FOREIGN, after, takes_over=True)
    return _Finding(Verb.UPDATE, Cause.INTENT if ours or entry is None else Cause.DRIFT, after)


def _same(after: Spec, declared: Declared, seen: Seen, entry: Entry | None) -> _Finding | None:
    recorded = entry is not None and entry.fingerprint == _wanted(declared, after) and entry.remote_id == seen.remote_id
    return None if recorded else _Finding(Verb.ADOPT, Cause.SAME, after)


def _attested(after: Spec, declared: Declared, seen: Seen, entry: Entry | None) -> bool:
    """Whether all that differs cannot be read, and a person has said that it is done."""
    if entry is None or not entry.attested or entry.fingerprint != _wanted(declared, after):
        return False
    unread = dict.fromkeys(after.unread(seen.spec))
    return bool(unread) and after.model_copy(update=unread) == seen.spec
