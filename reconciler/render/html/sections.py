"""The summary by school: what happens there in sentences, how much of it is how risky, and what cannot simply be taken back."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.capability import Verb
from reconciler.kinds import KINDS
from reconciler.kinds.roster import CLASS, ROSTER, Class
from reconciler.phrases import counted, plain
from reconciler.plan import Change, Plan
from reconciler.render.document import by_verdict
from reconciler.render.html.data import title
from reconciler.render.html.effect import EFFECTS, Effect, effect_of
from reconciler.render.html.places import school
from reconciler.render.roster import Moves, lasting, told
from reconciler.render.summary import lines

SCHOOLS = 200
"""Schools shown; what is beyond is counted and stands in the list of every change."""
SENTENCES = 60
"""Sentences of one school, and classes told one by one."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happens, in words. `lasting`: it cannot simply be taken back. `names` are the things it counts, where a reader asks for them;
    `more` of them are not shown."""

    effect: Effect
    words: str
    count: int
    lasting: bool = False
    names: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class School:
    """A school, a folder of the configuration, or the whole organization: what changes there, and its changes by effect, riskiest first.

    `more` sentences are not shown.
    """

    title: str
    nouns: str
    counts: tuple[tuple[Effect, int], ...]
    sentences: tuple[Sentence, ...]
    more: int

    @property
    def lasting(self) -> tuple[Sentence, ...]:
        """What cannot simply be taken back."""
        return tuple(sentence for sentence in self.sentences if sentence.lasting)


def schools(plan: Plan) -> tuple[School, ...]:
    """Every school of which something changes: those that lose something for good first, then the largest."""
    by_school: dict[str, list[list[Change]]] = defaultdict(list)
    for changes in by_verdict(plan.changes):
        by_school[school(plan, changes[0].verdict)].append(changes)
    moves = Moves.of([change for change in plan.changes if change.verdict.kind == CLASS.name])
    found = [_school(plan, name, groups, moves) for name, groups in by_school.items()]
    return tuple(sorted(found, key=lambda one: (not one.lasting, -sum(count for _, count in one.counts), one.title)))


def _school(plan: Plan, name: str, groups: Sequence[list[Change]], moves: Moves) -> School:
    effects: Counter[Effect] = Counter()
    nouns: Counter[tuple[str, str]] = Counter()
    for changes in groups:
        verdict = changes[0].verdict
        effects[effect_of(verdict)] += len(changes)
        nouns[verdict.kind, verdict.noun] += len(changes)
    ranked = tuple((effect, effects[effect]) for effect in EFFECTS if effects[effect])
    sentences = _sentences(plan, [change for changes in groups for change in changes], moves)
    return School(name, _nouns(nouns), ranked, tuple(sentences[:SENTENCES]), max(0, len(sentences) - SENTENCES))


def _nouns(found: Counter[tuple[str, str]]) -> str:
    """What the changed things are, most first; a kind's own noun knows its plural."""
    return ", ".join(_counted(count, KINDS[kind].noun, noun) for (kind, noun), count in found.most_common())


def _counted(count: int, own: tuple[str, str], noun: str) -> str:
    return f"{count:,} {own[count != 1]}" if noun in ("", own[0]) else counted(count, noun)


def _sentences(plan: Plan, changes: Sequence[Change], moves: Moves) -> list[Sentence]:
    """Riskiest first, then what touches most."""
    found = [*_of_roster(plan, [one for one in changes if KINDS[one.verdict.kind].whole == ROSTER], moves)]
    by_effect: dict[Effect, list[Change]] = defaultdict(list)
    for change in changes:
        if KINDS[change.verdict.kind].whole != ROSTER:
            by_effect[effect_of(change.verdict)].append(change)
    found += [Sentence(effect, line.text, line.count) for effect, group in by_effect.items() for line in lines(plan, group)]
    return sorted(found, key=lambda one: (not one.lasting, EFFECTS.index(one.effect), -one.count, one.words))


def _of_roster(plan: Plan, changes: Sequence[Change], moves: Moves) -> Iterator[Sentence]:
    for one in told(plan, changes, each=SENTENCES, moves=moves):
        verdict = one.changes[0].verdict
        names = _classes(plan, one.changes) if verdict.verb is Verb.CREATE and verdict.kind == CLASS.name else []
        shown = tuple(names[:SENTENCES])
        yield Sentence(effect_of(verdict), plain(one.words), len(one.changes), lasting(verdict), shown, len(names) - len(shown))


def _classes(plan: Plan, changes: Iterable[Change]) -> list[str]:
    """Classes that begin, each with how many are in it."""
    begun = [(title(plan, change) or change.name, change.verdict.after) for change in changes]
    names = (f"{name} ({len(after.students):,})" for name, after in begun if isinstance(after, Class))
    return [name.replace(" ", "\N{NO-BREAK SPACE}") for name in sorted(names, key=_as_counted)]


def _as_counted(name: str) -> list[tuple[int, str]]:
    """9-A comes before 10-A."""
    return [(int(part) if at % 2 else 0, part) for at, part in enumerate(re.split("([0-9]{1,9})", name))]
