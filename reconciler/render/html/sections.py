"""The summary's tables: who is touched, and how badly. A family's own view is one function that makes a Section of a plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.kinds import KINDS
from reconciler.kinds.roster import ROSTER
from reconciler.plan import Change, Plan, Verdict
from reconciler.render.document import by_verdict
from reconciler.render.html.attributes import what
from reconciler.render.html.data import title
from reconciler.render.html.effect import EFFECTS, Effect, effect_of
from reconciler.render.html.places import school
from reconciler.render.summary import counted

ROWS = 200
"""Rows of a section; what is beyond is counted and stands in the list of every change."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of a section: its title, what happens to it in words, and its changes by effect, riskiest first.

    `under` heads the rows that share it. `school` and `text` are what the list of every change is filtered by to show the row's own.
    """

    title: str
    words: str
    counts: tuple[tuple[Effect, int], ...]
    under: str = ""
    school: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the summary. `first` heads the column of titles; `more` rows are not shown."""

    id: str
    title: str
    lead: str
    first: str
    rows: tuple[Row, ...]
    more: int = 0


def sections(plan: Plan) -> tuple[Section, ...]:
    """Every section that has something to say of this plan."""
    groups = [(changes[0].verdict, changes) for changes in by_verdict(plan.changes)]
    return tuple(section for make in _MAKERS for section in make(plan, groups) if section.rows)


_Groups = Sequence[tuple[Verdict, list[Change]]]


def _by_school(plan: Plan, groups: _Groups) -> Iterator[Section]:
    effects: dict[str, Counter[Effect]] = defaultdict(Counter)
    nouns: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for verdict, changes in groups:
        where = school(plan, verdict)
        effects[where][effect_of(verdict)] += len(changes)
        nouns[where][verdict.kind, verdict.noun] += len(changes)
    rows = [Row(where, _nouns(nouns[where]), ranked(found), school=where) for where, found in effects.items()]
    rows.sort(key=lambda row: (-sum(count for _, count in row.counts), row.title))
    yield _section("schools", "By school", "A school is a location of the roster, or a folder of the configuration.", "School", rows)


def _nouns(found: Counter[tuple[str, str]]) -> str:
    """What the changed things are, most first; a kind's own noun knows its plural."""
    return ", ".join(_counted(count, KINDS[kind].noun, noun) for (kind, noun), count in found.most_common())


def _counted(count: int, own: tuple[str, str], noun: str) -> str:
    return f"{count:,} {own[count != 1]}" if noun in ("", own[0]) else counted(count, noun)


def ranked(found: Counter[Effect]) -> tuple[tuple[Effect, int], ...]:
    """Counts by effect, riskiest first, without those that have none."""
    return tuple((effect, found[effect]) for effect in EFFECTS if found[effect])


def _by_class(plan: Plan, groups: _Groups) -> Iterator[Section]:
    of_roster = [(verdict, changes) for verdict, changes in groups if KINDS[verdict.kind].whole == ROSTER]
    rows = [*_roster_counts(plan, of_roster), *_classes(plan, of_roster)]
    rows.sort(key=lambda row: row.under)  # stable: a school's counts stay before its classes
    lead = "Members are counted. Nobody is named: people appear in this plan under pseudonyms only."
    yield _section("roster", "The roster, by class", lead, "Class", rows)


def _roster_counts(plan: Plan, groups: Iterable[tuple[Verdict, list[Change]]]) -> Iterator[Row]:
    """A row for each school's locations, people and courses."""
    effects: dict[tuple[str, str], Counter[Effect]] = defaultdict(Counter)
    for verdict, changes in groups:
        if verdict.kind != "class":
            effects[school(plan, verdict), verdict.kind][effect_of(verdict)] += len(changes)
    for (where, kind), found in sorted(effects.items(), key=lambda item: list(KINDS).index(item[0][1])):
        noun = KINDS[kind].noun[1]
        yield Row(noun[0].upper() + noun[1:], "", ranked(found), where, where)


def _classes(plan: Plan, groups: Iterable[tuple[Verdict, list[Change]]]) -> Iterator[Row]:
    for verdict, changes in groups:
        if verdict.kind == "class":
            where, words, counts = school(plan, verdict), what(plan, verdict), ((effect_of(verdict), 1),)
            for change in changes:
                yield Row(title(plan, change) or change.name, words, counts, where, where, change.name)


def _section(name: str, heading: str, lead: str, first: str, rows: Sequence[Row]) -> Section:
    return Section(name, heading, lead, first, tuple(rows[:ROWS]), max(0, len(rows) - ROWS))


_MAKERS: tuple[Callable[[Plan, _Groups], Iterable[Section]], ...] = (_by_school, _by_class)
