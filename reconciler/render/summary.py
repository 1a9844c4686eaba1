"""The plan in a reviewer's words: changes gathered into lines such as "412 iPads: Meraki → Jamf School". Every renderer uses these."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.capability import Route, Verb
from reconciler.diff import explain
from reconciler.kinds import KINDS
from reconciler.phrases import counted, duration, plain
from reconciler.plan import NOT_ASKED, Cause, Change, Plan, Price, Verdict
from reconciler.render.licences import SENTENCES, holder
from reconciler.render.roster import Told, told

SYMBOLS = {Verb.CREATE: "+", Verb.UPDATE: "~", Verb.DELETE: "-", Verb.ADOPT: "=", Verb.FORGET: "·"}

_CAUSES = {
    Cause.NEW: "new",
    Cause.INTENT: "the configuration changed",
    Cause.DRIFT: "drift: somebody changed it outside this configuration",
    Cause.VANISHED: "it was ours and has vanished",
    Cause.FOREIGN: "taking over: somebody else put it there",
    Cause.UNDECLARED: "no longer in the configuration",
    Cause.SAME: "already as declared; only our record changes",
}

_NOT_PLACED = {Cause.FOREIGN: "not so in the portal yet"}

_TAKES_OVER = {Cause.UNDECLARED: "no longer in the configuration, but somebody changed it since we set it"}


@dataclass(frozen=True, slots=True)
class Part:
    """The names of a line that one entry of the configuration asks for; `origin` is empty where none does any more."""

    origin: str
    source: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Changes that read the same: one sentence with its count, why, and the entries that ask for it, largest first."""

    kind: str
    verb: Verb
    route: Route
    text: str
    why: str
    parts: tuple[Part, ...]
    waits_for: str

    @property
    def count(self) -> int:
        """How many changes it stands for."""
        return sum(len(part.names) for part in self.parts)

    @property
    def symbol(self) -> str:
        """One character for the verb; a box for what a person must do."""
        return "☐" if self.route is Route.TASK else SYMBOLS[self.verb]


_RISK = (Verb.DELETE, Verb.UPDATE, Verb.CREATE, Verb.FORGET, Verb.ADOPT)


def lines(plan: Plan, changes: Iterable[Change] | None = None) -> list[Line]:
    """The plan's changes as lines: what can hurt most comes first, then what touches most."""
    groups: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    keys: dict[int, tuple[object, ...]] = {}
    whole: list[Change] = []
    for change in plan.changes if changes is None else changes:
        verdict = change.verdict
        if KINDS[verdict.kind].whole:
            whole.append(change)
            continue
        key = keys.get(id(verdict))
        if key is None:
            key = keys[id(verdict)] = _key(verdict)
        groups[key if KINDS[verdict.kind].placed else (*key, change.name)].append(change)
    found = [_line(plan, group) for group in groups.values()]
    found += [_told(sentence) for sentence in told(plan, whole)]
    return sorted(found, key=lambda line: (_RISK.index(line.verb), -line.count, line.text, line.why))


def _key(verdict: Verdict) -> tuple[object, ...]:
    """What must agree for two changes to be read as one line."""
    return (
        *(verdict.kind, verdict.verb, verdict.route, verdict.before, verdict.after, verdict.cause, verdict.noun),
        *(verdict.takes_over, verdict.waits_for),
    )


def _line(plan: Plan, changes: Sequence[Change]) -> Line:
    verdict = changes[0].verdict
    text = _sentence(plan, changes)
    waits = str(verdict.waits_for) if verdict.waits_for else ""
    return Line(verdict.kind, verdict.verb, verdict.route, plain(text), why(verdict), _parts(changes), waits)


def _sentence(plan: Plan, changes: Sequence[Change]) -> str:
    verdict = changes[0].verdict
    if verdict.kind in SENTENCES:
        return SENTENCES[verdict.kind](plan, verdict, len(changes))
    return f"{counted(len(changes), verdict.noun)}: {move(plan, verdict)}" if KINDS[verdict.kind].placed else _named(plan, changes[0])


def _told(sentence: Told) -> Line:
    verdict = sentence.changes[0].verdict
    return Line(verdict.kind, verdict.verb, verdict.route, plain(sentence.text), why(verdict), _parts(sentence.changes), "")


def _parts(changes: Sequence[Change]) -> tuple[Part, ...]:
    """By entry and its place; people stand in files of one row each, so there the file is the place."""
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in changes:
        source = change.verdict.source
        place = source.file if source and KINDS[change.verdict.kind].whole else str(source or "")
        name = holder(change.name) if change.verdict.kind in SENTENCES else change.name
        names[change.verdict.origin, place].append(name)
    parts = [Part(origin, plain(source), tuple(sorted(found))) for (origin, source), found in names.items()]
    return tuple(sorted(parts, key=lambda part: (-len(part.names), part.origin)))


def why(verdict: Verdict) -> str:
    """Why it happens, in a reviewer's words."""
    if KINDS[verdict.kind].lapses and verdict.verb.record_only:
        return KINDS[verdict.kind].lapses if verdict.verb is Verb.ADOPT else "it has ended and left the files"
    if not KINDS[verdict.kind].gathered:
        return _NOT_PLACED.get(verdict.cause, _CAUSES[verdict.cause])
    return (_TAKES_OVER if verdict.takes_over else _CAUSES).get(verdict.cause, _CAUSES[verdict.cause])


def move(plan: Plan, verdict: Verdict) -> str:
    """Where a thing of a placed kind goes, by the names that people know."""
    kind = KINDS[verdict.kind]
    before = plan.title(kind.place(verdict.before)) if verdict.before else kind.idle
    after = plan.title(kind.place(verdict.after)) if verdict.after else kind.idle
    if verdict.verb is Verb.ADOPT:
        return f"already on {after}"
    if verdict.verb is Verb.FORGET:
        return "gone from the organization"
    extra = [words for path, words in differences(plan, verdict) if path != kind.placed]
    return (f"{before} → {after}" if before != after else f"on {after}") + (f" ({'; '.join(extra)})" if extra else "")


def _named(plan: Plan, change: Change) -> str:
    verdict = change.verdict
    title = plan.titles.get(verdict.kind, {}).get(change.name, "")
    head = f"{change.name}" + (f' "{title}"' if title and title != change.name else "")
    if verdict.verb.record_only or verdict.verb is Verb.DELETE:
        return f"{verdict.verb} {head}"
    return f"{head}: " + "; ".join(words for _, words in differences(plan, verdict))


def differences(plan: Plan, verdict: Verdict) -> list[tuple[str, str]]:
    """Attribute → what becomes of it, in words; what tells who somebody is is not shown."""
    kind = KINDS[verdict.kind]
    found = explain(verdict.before, verdict.after, plan.binding.time_zone)
    shown = [(item.path, f"{kind.labels.get(item.path, item.path)} {item}") for item in found if item.path not in kind.personal]
    return shown if len(shown) == len(found) else [*shown, ("", "personal details, which are not shown")]


def totals(plan: Plan) -> str:
    """The plan in one sentence."""
    if plan.errors:
        return f"stopped by {counted(len(plan.errors), 'error')}, so nothing can be applied"
    automatic = Counter(change.verdict.verb for change in plan.changes if change.verdict.sendable)
    waiting = sum(1 for change in plan.changes if change.verdict.waits_for and change.verdict.route is Route.AUTOMATIC)
    record_only = sum(1 for change in plan.changes if change.verdict.verb.record_only)
    parts = [f"{automatic[verb]:,} to {verb}" for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE) if automatic[verb]]
    if record_only:
        parts.append(f"{record_only:,} only to record")
    if waiting:
        parts.append(f"{waiting:,} waiting for a task")
    if tasks := plan.tasks:
        parts.append(counted(len(tasks), "task") + " for a person")
    return ", ".join(parts) if parts else _nothing(plan)


def _nothing(plan: Plan) -> str:
    if any(left.why == NOT_ASKED for left in plan.left_alone):
        return "nothing to do for what was asked"
    if plan.awaiting:
        return f"nothing to do before {counted(len({item.address.name for item in plan.awaiting}), 'awaited device')} can be found"
    return "nothing to do: the organization is as the configuration says"


def price_words(price: Price) -> str:
    """What the plan costs on one channel."""
    head = f"{price.channel}: read with {counted(price.observe_reads, 'request')}"
    if not price.writes and not price.reads:
        return f"{head}; nothing to send"
    work = f"applying takes {counted(price.writes, 'write')} and about {counted(price.reads, 'read')}"
    return f"{head}; {work} (budget: {price.budget}), about {duration(price.seconds)}"
