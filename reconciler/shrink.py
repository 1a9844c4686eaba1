"""Guards of rosters: an upload that lost a file, a school or much of a class refuses itself, whatever lost it.

How many there were is counted from the record's marks, so that it is known even where nothing else of the last upload is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.capability import Route, Verb
from reconciler.guard import allowance, approval_text
from reconciler.kinds import KINDS
from reconciler.kinds.roster import UNKNOWN, Class, Person
from reconciler.plan import Cause, Change, Refusal
from reconciler.roster.marks import Mark
from reconciler.settings import Approval, Limit, RosterGuards
from state.record import Record

FILES, LOCATIONS, CLASSES = "roster_files", "roster_locations", "roster_classes"
SHOWN = 10
"""Beyond so many locations or classes, one refusal speaks for all."""
_FILES = {"class": "classes", "course": "courses", "location": "locations"}
_KINDS = {"students": "person", "staff": "person", "classes": "class", "courses": "course", "locations": "location", "rosters": "class"}
_NOUNS = {"staff": "members of staff", "rosters": "class memberships"}


@dataclass(frozen=True, slots=True)
class Loss:
    """`count` of `total` things that leave one file, one location or one class (`scope`)."""

    guard: str
    scope: str
    count: int
    total: int

    @property
    def kind(self) -> str:
        """What an approval of it is about."""
        return {FILES: _KINDS.get(self.scope, ""), LOCATIONS: "person", CLASSES: "class"}[self.guard]


def shrinking(
    changes: Iterable[Change],
    record: Record,
    guards: RosterGuards,
    approvals: Sequence[Approval],
    today: date,
    titles: Mapping[str, Mapping[str, str]],
) -> tuple[Refusal, ...]:
    """Every refusal after the approvals that are in force today. What no upload of ours made is left to the guard of take-overs."""
    sent = [change for change in changes if _counts(change)]
    if not sent:
        return ()
    losses = [*_from_files(sent, record), *_from_locations(sent, record), *_from_classes(sent)]
    limits = {FILES: guards.files, LOCATIONS: guards.locations, CLASSES: guards.classes}
    refused = [(loss, may) for loss in losses if loss.count > (may := _allowed(loss, limits[loss.guard], approvals, today))]
    found: list[Refusal] = []
    for guard in (FILES, LOCATIONS, CLASSES):
        found.extend(_refusals([(loss, may) for loss, may in refused if loss.guard == guard], today, titles))
    return tuple(found)


def _counts(change: Change) -> bool:
    verdict = change.verdict
    return bool(KINDS[verdict.kind].whole) and verdict.route is Route.AUTOMATIC and verdict.cause is not Cause.FOREIGN


def _from_files(changes: Sequence[Change], record: Record) -> Iterator[Loss]:
    """Rows that the six files lose."""
    gone: Counter[str] = Counter()
    for change in changes:
        before, after = change.verdict.before, change.verdict.after
        if change.verdict.verb is Verb.DELETE:
            gone[_file(change)] += 1
        if isinstance(before, Class):
            gone["rosters"] += _leaving(before, after)
    totals = _totals(record)
    yield from (Loss(FILES, file, count, totals[file]) for file, count in sorted(gone.items()) if count)


def _file(change: Change) -> str:
    before = change.verdict.before
    if isinstance(before, Person):
        return "staff" if before.role == "staff" else "students"
    return _FILES[change.verdict.kind]


def _leaving(before: Class, after: object) -> int:
    """How many students leave a class; where nobody knows who was in it, how many fewer there are."""
    now = after.students if isinstance(after, Class) else ()
    return max(0, len(before.students) - len(now)) if UNKNOWN in before.students else len(set(before.students) - set(now))


def _people(record: Record) -> Counter[tuple[str, str]]:
    """(role, main location) → how many people the last upload had there. Equal tails of marks are counted before they are read."""
    tails = Counter(entry.fingerprint.partition(" ")[2] for entry in record.kind("person").values())
    return Counter({(mark.sort, mark.place): count for tail, count in tails.items() for mark in [Mark.read(f" {tail}")]})


def _totals(record: Record) -> Counter[str]:
    """How many rows the last upload had, by file."""
    found = Counter({file: len(record.kind(kind)) for kind, file in _FILES.items()})
    for (role, _), count in _people(record).items():
        found["staff" if role == "staff" else "students"] += count
    found["rosters"] = sum(int(Mark.read(entry.fingerprint).sort or 0) for entry in record.kind("class").values())
    return found


def _from_locations(changes: Sequence[Change], record: Record) -> Iterator[Loss]:
    """People who leave their main location, whether they go elsewhere or altogether."""
    gone: Counter[str] = Counter()
    for change in changes:
        before, after = change.verdict.before, change.verdict.after
        if isinstance(before, Person) and not (isinstance(after, Person) and after.locations[:1] == before.locations[:1]):
            gone[before.locations[0]] += 1
    if gone:
        totals: Counter[str] = Counter()
        for (_, place), count in _people(record).items():
            totals[place] += count
        yield from (Loss(LOCATIONS, place, count, totals[place]) for place, count in sorted(gone.items()))


def _from_classes(changes: Sequence[Change]) -> Iterator[Loss]:
    """Students who leave classes that go on."""
    for change in changes:
        before, after = change.verdict.before, change.verdict.after
        if isinstance(before, Class) and isinstance(after, Class) and (count := _leaving(before, after)):
            yield Loss(CLASSES, change.name, count, len(before.students))


def _allowed(loss: Loss, limit: Limit, approvals: Sequence[Approval], today: date) -> int:
    approved = [
        approval.up_to
        for approval in approvals
        if approval.allow == loss.guard and approval.kind == loss.kind and approval.scope in ("*", loss.scope) and approval.covers(today)
    ]
    return max([allowance(limit, loss.total), *approved])


def _refusals(refused: Sequence[tuple[Loss, int]], today: date, titles: Mapping[str, Mapping[str, str]]) -> Iterator[Refusal]:
    if len(refused) > SHOWN:
        yield _for_all(refused, today, titles)
        return
    for loss, may in refused:
        message = f"{_sentence(loss, titles)}; {may:,} may without leave. {_ADVICE[loss.guard]}"
        yield Refusal(
            loss.guard, loss.kind, loss.scope, loss.count, may, message, approval_text(loss.guard, loss.kind, loss.scope, loss.count, today)
        )


_ADVICE = {
    FILES: "Apple ends whatever an upload leaves out, so check first that the export is complete",
    LOCATIONS: "Check first that the export of this school is complete",
    CLASSES: "Check first that the export of its members is complete",
}


def _sentence(loss: Loss, titles: Mapping[str, Mapping[str, str]]) -> str:
    if loss.guard == FILES:
        return f"{loss.scope}.csv would lose {loss.count:,} of {loss.total:,} {_NOUNS.get(loss.scope, loss.scope)}"
    kind, noun = ("location", "people (by their main location)") if loss.guard == LOCATIONS else ("class", "students")
    return f"{titles.get(kind, {}).get(loss.scope) or loss.scope} would lose {loss.count:,} of {loss.total:,} {noun}"


def _for_all(refused: Sequence[tuple[Loss, int]], today: date, titles: Mapping[str, Mapping[str, str]]) -> Refusal:
    """One refusal for many, and one approval by the largest of them."""
    first, _ = refused[0]
    worst, may = max(refused, key=lambda item: (item[0].count, item[0].scope))
    what = "locations" if first.guard == LOCATIONS else "classes"
    message = f"{len(refused):,} {what} would lose more than may leave without leave: {_sentence(worst, titles)}, for one. {_ADVICE[FILES]}"
    approval = approval_text(first.guard, first.kind, "*", worst.count, today)
    return Refusal(first.guard, first.kind, "*", worst.count, may, message, approval)
