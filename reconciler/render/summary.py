"""The plan in a reviewer's words: changes gathered into lines such as "412 iPads: Meraki → Jamf School". Every renderer uses these."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.capability import Route, Verb
from reconciler.diff import explain
from reconciler.kinds import KINDS
from reconciler.plan import Cause, Change, Plan, Price, Verdict

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

_TAKES_OVER = {Cause.UNDECLARED: "no longer in the configuration, but somebody changed it since we set it"}


@dataclass(frozen=True, slots=True)
class Line:
    """Changes that read the same. `text` is the sentence without the count's names; `names` are sorted."""

    kind: str
    verb: Verb
    route: Route
    text: str
    why: str
    origin: str
    source: str
    names: tuple[str, ...]
    waits_for: str

    @property
    def symbol(self) -> str:
        """One character for the verb; a box for what a person must do."""
        return "☐" if self.route is Route.TASK else SYMBOLS[self.verb]


def lines(plan: Plan, changes: Iterable[Change] | None = None) -> list[Line]:
    """The plan's changes as lines, in the plan's order."""
    groups: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    keys: dict[int, tuple[object, ...]] = {}
    for change in plan.changes if changes is None else changes:
        verdict = change.verdict
        key = keys.get(id(verdict))
        if key is None:
            key = keys[id(verdict)] = _key(verdict)
        groups[key if KINDS[verdict.kind].placed else (*key, change.name)].append(change)
    return [_line(plan, group) for group in groups.values()]


def _key(verdict: Verdict) -> tuple[object, ...]:
    """What must agree for two changes to be read as one line."""
    return (
        *(verdict.kind, verdict.verb, verdict.route, verdict.before, verdict.after, verdict.cause, verdict.noun),
        *(verdict.origin, verdict.takes_over, verdict.waits_for),
    )


def _line(plan: Plan, changes: Sequence[Change]) -> Line:
    verdict = changes[0].verdict
    names = tuple(sorted(change.name for change in changes))
    text = f"{counted(len(names), verdict.noun)}: {_move(plan, verdict)}" if KINDS[verdict.kind].placed else _named(plan, changes[0])
    why = _TAKES_OVER.get(verdict.cause, _CAUSES[verdict.cause]) if verdict.takes_over else _CAUSES[verdict.cause]
    waits = f"{verdict.waits_for}" if verdict.waits_for else ""
    source = str(verdict.source) if verdict.source else ""
    return Line(verdict.kind, verdict.verb, verdict.route, text, why, verdict.origin, source, names, waits)


def counted(count: int, noun: str) -> str:
    """`1 iPad`, `412 iPads`, `1,200 Apple Watches`."""
    plural = noun + ("es" if noun.endswith(("ch", "sh", "s", "x")) else "s")
    return f"{count:,} {noun if count == 1 else plural}"


def _move(plan: Plan, verdict: Verdict) -> str:
    place = KINDS[verdict.kind].place
    before = plan.title(place(verdict.before)) if verdict.before else "unassigned"
    after = plan.title(place(verdict.after)) if verdict.after else "unassigned"
    if verdict.verb is Verb.ADOPT:
        return f"already on {after}"
    if verdict.verb is Verb.FORGET:
        return "gone from the organization"
    extra = [str(item) for item in explain(verdict.before, verdict.after) if item.path != KINDS[verdict.kind].placed]
    return (f"{before} → {after}" if before != after else f"on {after}") + (f" ({'; '.join(extra)})" if extra else "")


def _named(plan: Plan, change: Change) -> str:
    verdict = change.verdict
    title = plan.titles.get(verdict.kind, {}).get(change.name, "")
    head = f"{change.name}" + (f' "{title}"' if title and title != change.name else "")
    if verdict.verb.record_only or verdict.verb is Verb.DELETE:
        return f"{verdict.verb} {head}"
    return f"{head}: " + "; ".join(map(str, explain(verdict.before, verdict.after)))


def totals(plan: Plan) -> str:
    """The plan in one sentence."""
    automatic = Counter(change.verdict.verb for change in plan.changes if change.verdict.sendable)
    waiting = sum(1 for change in plan.changes if change.verdict.waits_for and change.verdict.route is Route.AUTOMATIC)
    record_only = sum(1 for change in plan.changes if change.verdict.verb.record_only)
    parts = [f"{automatic[verb]:,} to {verb}" for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE) if automatic[verb]]
    if record_only:
        parts.append(f"{record_only:,} only to record")
    if waiting:
        parts.append(f"{waiting:,} waiting for a task")
    if plan.tasks:
        parts.append(counted(len(plan.tasks), "task") + " for a person")
    return ", ".join(parts) if parts else "nothing to do: the organization is as the configuration says"


def price_words(price: Price) -> str:
    """What the plan costs on one channel."""
    head = f"{price.channel}: read with {counted(price.observe_reads, 'request')}"
    if not price.writes and not price.reads:
        return f"{head}; nothing to send"
    work = f"applying takes {counted(price.writes, 'write')} and about {counted(price.reads, 'read')}"
    return f"{head}; {work} (budget: {price.budget}), about {duration(price.seconds)}"


def duration(seconds: float) -> str:
    """A span for people: `40 seconds`, `3 minutes`, `2 hours 10 minutes`."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (counted(hours, "hour") if hours else "", counted(rest, "minute") if rest else "") if part)


def instructions(change: Change) -> tuple[str, ...]:
    """A task's steps, with the spec's own values filled in."""
    spec = change.verdict.after or change.verdict.before
    values = {difference.path: difference.after for difference in explain(None, spec)} if spec else {}
    return tuple(_filled(line, values) for line in change.verdict.capability.instructions)


def _filled(line: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        line = line.replace("{" + name + "}", value)
    return line
